"""Several processes for one run: each has a normaliser of its own, and maps the same indexes.

A result depends on its own text (and the profile) alone, so how texts are dealt out changes nothing but the time.
"""

from __future__ import annotations

import os
import signal
import tempfile
import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager, suppress
from functools import partial
from pathlib import Path
from typing import Any, Final

from canonym.model import Result
from canonym.resolve import Normaliser, load
from canonym.verdicts import VerdictsError

Process = Callable[[Sequence[str]], list[Result]]

#: Below so many characters a batch is done at once: to start a process costs about as much as half a million.
_WORTH: Final = 500_000
#: Characters handed to a worker at a time: enough that words are looked up together, few enough that none waits.
_SHARE: Final = 400_000

_process: Process | None = None


def _begin(tables: Sequence[str], options: dict[str, Any], verdicts: Path | None, leave: Path | None) -> None:
    global _process  # one for each worker process
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the parent hears it, and stops its workers
    threading.Thread(target=_end_with_parent, daemon=True).start()
    normaliser = load(*tables)
    if verdicts is not None:
        with suppress(VerdictsError, OSError):  # the parent has told
            normaliser.load_verdicts(verdicts)
    if leave is not None:
        from multiprocessing.util import Finalize

        Finalize(None, normaliser.keep_verdicts, (leave / str(os.getpid()),), exitpriority=10)
    _process = partial(normaliser.process, **options)


def _end_with_parent() -> None:
    """A parent that is killed cannot stop its workers, and they would wait for work for ever."""
    import multiprocessing

    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)


def _work(texts: Sequence[str]) -> list[tuple[int, Result]]:
    """The results that tell something, by the numbers of their texts: most do not, and need not travel."""
    assert _process is not None
    return [(k, r) for k, r in enumerate(_process(texts)) if r.edits or r.mentions or r.text != texts[k]]


def default_workers() -> int:
    """As many workers as there are processors for this process."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


@contextmanager
def shared(
    normaliser: Normaliser,
    tables: Sequence[str],
    options: dict[str, Any],
    workers: int,
    verdicts: Path | None = None,
) -> Iterator[Process]:
    """`normaliser.process` over several processes; small batches stay here, and so does everything with one worker.

    `tables` and `options` (those of `Normaliser.process`) make the same process in each worker. With `verdicts`, a file
    that the normaliser has read or that is to be made, all of them start with it, and in the end the normaliser has
    what every one of them found out.
    """
    process: Process = partial(normaliser.process, **options)
    if workers < 2:
        yield process
        return
    left = tempfile.TemporaryDirectory() if verdicts is not None else None
    pool: ProcessPoolExecutor | None = None

    def spread(texts: Sequence[str]) -> list[Result]:
        nonlocal pool
        if sum(map(len, texts)) < _WORTH:
            return process(texts)
        if pool is None:
            import multiprocessing

            # Spawned, not forked: threads of other libraries do not survive a fork.
            context = multiprocessing.get_context("spawn")
            pool = ProcessPoolExecutor(
                workers, context, _begin, (tuple(tables), options, verdicts, Path(left.name) if left else None)
            )
        try:
            shares = list(_dealt(texts))
            return [
                result
                for share, told in zip(shares, pool.map(_work, shares), strict=True)
                for result in _whole(share, told)
            ]
        except BrokenProcessPool:
            # A worker was killed, for want of memory perhaps: go on here, and with new workers after that.
            pool = None
            return process(texts)

    try:
        yield spread
        if pool is not None:
            pool.shutdown()
            pool = None
        for path in sorted(Path(left.name).iterdir()) if left is not None else ():
            with suppress(VerdictsError):
                normaliser.load_verdicts(path)
    finally:
        if pool is not None:
            pool.shutdown(cancel_futures=True)
        if left is not None:
            left.cleanup()


def _whole(texts: Sequence[str], told: Iterable[tuple[int, Result]]) -> list[Result]:
    """The results of all texts, given those that tell something."""
    out = [Result(text) for text in texts]
    for number, result in told:
        out[number] = result
    return out


def _dealt(texts: Sequence[str]) -> Iterator[list[str]]:
    """The texts in their order, in shares of about equal length."""
    share: list[str] = []
    size = 0
    for text in texts:
        share.append(text)
        size += len(text)
        if size >= _SHARE:
            yield share
            share, size = [], 0
    if share:
        yield share
