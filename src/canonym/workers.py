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
    folder = Path(left.name) if left is not None else None
    pool = Pool(process, workers, (tuple(tables), options, verdicts, folder))
    try:
        yield pool
        pool.close()
        for path in sorted(folder.iterdir()) if folder is not None else ():
            with suppress(VerdictsError):
                normaliser.load_verdicts(path)
    finally:
        pool.close()
        if left is not None:
            left.cleanup()


#: What a worker starts with: tables, options, kept verdicts, and the folder to leave its own in.
_Begin = tuple[tuple[str, ...], dict[str, Any], Path | None, Path | None]


class Pool:
    """A process whose texts go to several workers, made when there is enough to do; small batches stay here."""

    def __init__(self, process: Process, workers: int, begin: _Begin) -> None:
        self.ahead = workers + 1
        self._process, self._workers, self._begin = process, workers, begin
        self._pool: ProcessPoolExecutor | None = None

    def __call__(self, texts: Sequence[str]) -> list[Result]:
        """The results of some texts."""
        return self.start(texts)()

    def start(self, texts: Sequence[str]) -> Callable[[], list[Result]]:
        """Begin with some texts; the call that is given back waits for their results."""
        if sum(map(len, texts)) < _WORTH:
            return partial(self._process, texts)
        shares = list(_dealt(texts))
        try:
            begun = [self._opened().submit(_work, share) for share in shares]
        except BrokenProcessPool:
            self._pool = None
            return partial(self._process, texts)

        def wait() -> list[Result]:
            try:
                return [r for share, told in zip(shares, begun, strict=True) for r in _whole(share, told.result())]
            except BrokenProcessPool:
                # A worker was killed, for want of memory perhaps: go on here, and with new workers after that.
                self._pool = None
                return self._process(texts)

        return wait

    def _opened(self) -> ProcessPoolExecutor:
        if self._pool is None:
            import multiprocessing

            # Spawned, not forked: threads of other libraries do not survive a fork.
            context = multiprocessing.get_context("spawn")
            self._pool = ProcessPoolExecutor(self._workers, context, _begin, self._begin)
        return self._pool

    def close(self) -> None:
        """Let the workers go; what has not begun is given up."""
        if self._pool is not None:
            self._pool.shutdown(cancel_futures=True)
            self._pool = None


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
