"""Several processes for one run: each has a normaliser of its own, and maps the same indexes.

A result depends on its own text (and the profile) alone, so how texts are dealt out changes nothing but the time.
"""

from __future__ import annotations

import os
import signal
import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext, suppress
from dataclasses import replace
from functools import lru_cache, partial
from itertools import chain
from mmap import mmap
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, TypeVar

from canonym import board
from canonym.corpus.finishing import Done, Process, finish_apart
from canonym.corpus.jsonl import LinesBlock
from canonym.model import Result
from canonym.resolve import Normaliser, load
from canonym.verdicts import VerdictsError

if TYPE_CHECKING:
    from concurrent.futures import ProcessPoolExecutor

    from canonym.corpus.block import Block
    from canonym.profile import Profile, ProfileBuilder

T = TypeVar("T")

#: Below so many characters a batch is done at once: to start a process costs about as much as half a million.
_WORTH: Final = 500_000
#: Characters handed to a worker at a time, at least, and to all of them: texts that stand together say the same, which
#: one worker then finds out once; but few enough that none waits.
_SHARE: Final = 400_000
_SPREAD: Final = 4_000_000
#: Bytes of blocks that are only counted, at least, at most, and of all workers: each share makes counts of its own,
#: which are added up.
_LEAST_COUNTED: Final = 1_000_000
_COUNTED: Final = 4_000_000
_ALL_COUNTED: Final = 32_000_000

#: What a pipe to or from the workers holds: as much as Linux allows to everybody.
_PIPE: Final = 1 << 20

#: Makes of a normaliser all that the first text would.
_FIRST: Final = "The Duke of Xqztown left it for London."

#: What ends a run from outside.
_ENDING: Final = (signal.SIGINT, signal.SIGTERM)

_normaliser: Normaliser | None = None


def _begin(
    given: Normaliser | Sequence[str], memory: mmap | board.Board | None, verdicts: Path | None, leave: Path | None
) -> None:
    global _normaliser  # one for each worker process
    import gc
    from multiprocessing.util import Finalize

    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the parent hears it, and stops its workers
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    if hasattr(signal, "pthread_sigmask"):
        signal.pthread_sigmask(signal.SIG_UNBLOCK, _ENDING)
    threading.Thread(target=_end_with_parent, daemon=True).start()
    gc.disable()  # what is kept only grows and has no cycles
    Finalize(None, os._exit, (0,), exitpriority=-100)  # last of all: to free what is kept takes half a second
    forked = isinstance(given, Normaliser)
    _normaliser = given if isinstance(given, Normaliser) else load(*given)
    if isinstance(memory, board.Board):
        memory = memory.opened()
    if memory is not None:
        _normaliser.share_verdicts(memory)
    if verdicts is not None and not forked:
        _normaliser.remember_texts()
        with suppress(VerdictsError, OSError):  # the parent has told
            _normaliser.load_verdicts(verdicts)
    if leave is not None:
        Finalize(None, _leave, (leave, _normaliser.known_verdicts), exitpriority=10)


def _leave(folder: Path, before: int) -> None:
    """Write what this worker found out, where there is any of it, for its parent to add up."""
    if _normaliser is not None and _normaliser.known_verdicts > before:
        with suppress(OSError):  # no room: they are found out anew
            _normaliser.keep_verdicts(folder / str(os.getpid()))


def _end_with_parent() -> None:
    """A parent that is killed cannot stop its workers, and they would wait for work for ever."""
    import multiprocessing

    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)


def _work(options: bytes, texts: Sequence[str]) -> list[tuple[int, Result]]:
    """The results that tell something, by the numbers of their texts: most do not, and need not travel."""
    results = _process(options)(texts)
    return [(k, r) for k, r in enumerate(results) if r.edits or r.mentions or r.text != texts[k]]


def _finish(options: bytes, blocks: Sequence[LinesBlock], logged: bool) -> list[Done]:
    return finish_apart(_process(options), blocks, logged)


@lru_cache(maxsize=1)
def _process(options: bytes) -> Process:
    import pickle

    assert _normaliser is not None
    return partial(_normaliser.process, **pickle.loads(options))


def _count(blocks: Iterable[LinesBlock | Sequence[str]]) -> ProfileBuilder:
    from canonym.profile import ProfileBuilder

    builder = ProfileBuilder()
    for block in blocks:
        for text in block.texts if isinstance(block, LinesBlock) else block:
            builder.add(text)
    builder.settle()
    return builder


def default_workers() -> int:
    """As many workers as there are processors for this process."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


@contextmanager
def crew(normaliser: Normaliser, tables: Sequence[str], workers: int, verdicts: Path | None = None) -> Iterator[Crew]:
    """Workers for one run, made when there is enough to do; `tables` make the same normaliser in each of them.

    With `verdicts`, a file that the normaliser has read or that is to be made, all of them start with it, and in the
    end the normaliser has what every one of them found out.
    """
    with _folder() if verdicts is not None and workers > 1 else nullcontext() as left:
        folder = Path(left) if left is not None else None
        made = Crew(normaliser, tables, workers, verdicts, folder)
        try:
            yield made
        finally:
            made.close()
        for path in sorted(folder.iterdir()) if folder is not None else ():
            with suppress(VerdictsError):
                normaliser.load_verdicts(path)


def _is_alone() -> bool:
    """Whether this process has one thread, as the system counts them."""
    try:
        return len(os.listdir("/proc/self/task")) == 1  # noqa: PTH208 - names alone
    except OSError:
        return False


@contextmanager
def _held() -> Iterator[None]:
    """Hear signals later: what is raised while Python forks is lost, and a new worker does as its parent would."""
    before = signal.pthread_sigmask(signal.SIG_BLOCK, _ENDING)
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _widen(pool: ProcessPoolExecutor) -> None:
    """Let the pipes to and from workers hold much of a share: else who reads waits for who writes again and again.

    Where a system, or the pool of a later Python, has no such pipes, all goes on as it is.
    """
    with suppress(ImportError, AttributeError, OSError):
        import fcntl

        for queue in ("_call_queue", "_result_queue"):
            fcntl.fcntl(getattr(pool, queue)._reader.fileno(), fcntl.F_SETPIPE_SZ, _PIPE)


def _folder() -> AbstractContextManager[str]:
    import tempfile

    return tempfile.TemporaryDirectory()


class Crew:
    """The workers of a run. With one worker everything is done here, and so are small inputs."""

    def __init__(
        self, normaliser: Normaliser, tables: Sequence[str], workers: int, verdicts: Path | None, left: Path | None
    ) -> None:
        self.workers = workers
        self._normaliser, self._tables, self._verdicts, self._left = normaliser, tuple(tables), verdicts, left
        self._pool: ProcessPoolExecutor | None = None
        self._board: board.Board | None = None

    def process(self, options: dict[str, Any]) -> Process:
        """`Normaliser.process` with some options, over the workers."""
        here = partial(self._normaliser.process, **options)
        if self.workers < 2:
            return here
        import pickle

        return Elsewhere(self, here, pickle.dumps(options))

    @property
    def most_counted(self) -> int:
        """How large a block may be that is counted."""
        return max(_LEAST_COUNTED, min(_COUNTED, _ALL_COUNTED // self.workers))

    def profile(self, blocks: Iterable[Block]) -> Profile:
        """What a whole corpus tells."""
        from canonym.profile import ProfileBuilder, of

        shares = _gathered(blocks, self.most_counted // 2)
        first = next(shares, [])
        every = chain([first], shares)
        if self.workers < 2 or not self.is_worth([text for block in first for text in block.texts]):
            return of(text for share in every for block in share for text in block.texts)
        builder = ProfileBuilder()
        begun: deque[Callable[[], ProfileBuilder]] = deque()
        for share in every:
            begun.append(self.start(partial(_count, [_to_count(block) for block in share])))
            if len(begun) > self.workers + 1:
                builder.merge(begun.popleft()())
        for ready in begun:
            builder.merge(ready())
        # What it takes to tell is there already where texts were counted.
        return self.start(builder.finish)()

    def is_worth(self, texts: Sequence[str | bytes]) -> bool:
        """Whether some texts are enough to be handed over: once there are workers, all are."""
        return self._pool is not None or sum(map(len, texts)) >= _WORTH

    def start(self, work: Callable[[], T], instead: Callable[[], T] | None = None) -> Callable[[], T]:
        """Begin with some work; the call that is given back waits for what it gives.

        A worker may be killed, for want of memory perhaps: then it is done here, and what comes later by new workers.
        """
        from concurrent.futures.process import BrokenProcessPool

        here = instead or work
        pool = self._opened()
        try:
            begun = pool.submit(work)
        except BrokenProcessPool:
            self._lost(pool)
            return here

        def wait() -> T:
            try:
                return begun.result()
            except BrokenProcessPool:
                self._lost(pool)
                return here()

        return wait

    def _opened(self) -> ProcessPoolExecutor:
        if self._pool is None:
            import multiprocessing
            from concurrent.futures import ProcessPoolExecutor
            from concurrent.futures.process import BrokenProcessPool

            if self._board is None:
                self._board = board.made()
            self._normaliser.process([_FIRST])
            # Forked workers are there at once, with all that this process has. But threads do not survive a fork, nor
            # do those who wait for them: where there are any, other libraries' too, workers are spawned.
            forked = _is_alone()
            begin: tuple[Any, ...] = (
                self._normaliser if forked else self._tables,
                self._board,
                self._verdicts,
                self._left,
            )
            context = multiprocessing.get_context("fork" if forked else "spawn")
            self._pool = ProcessPoolExecutor(self.workers, context, _begin, begin)
            _widen(self._pool)
            if forked:
                with _held(), suppress(BrokenProcessPool):
                    self._pool.submit(os.getpid)  # forks them
        return self._pool

    def _lost(self, pool: ProcessPoolExecutor) -> None:
        if self._pool is pool:
            self._pool = None

    def close(self) -> None:
        """Let the workers go; what has not begun is given up."""
        if self._pool is not None:
            self._pool.shutdown(cancel_futures=True)
            self._pool = None
        if self._board is not None:
            self._board.close()
            self._board = None


class Elsewhere:
    """A process whose texts go to a crew; small batches stay here where it has not begun."""

    def __init__(self, crew: Crew, here: Process, options: bytes) -> None:
        self.ahead = crew.workers + 1
        self.most = max(_SHARE, _SPREAD // crew.workers)
        self._crew, self._here, self._options = crew, here, options

    def __call__(self, texts: Sequence[str]) -> list[Result]:
        """The results of some texts."""
        return self.start(texts)()

    def start(self, texts: Sequence[str]) -> Callable[[], list[Result]]:
        """Begin with some texts; the call that is given back waits for their results."""
        if not self._crew.is_worth(texts):
            return partial(self._here, texts)
        begun = [self._share(share) for share in _dealt(texts, self.most)]
        return lambda: [result for ready in begun for result in ready()]

    def _share(self, texts: Sequence[str]) -> Callable[[], Iterable[Result]]:
        told = self._crew.start(partial(_work, self._options, texts), lambda: enumerate(self._here(texts)))
        return lambda: _whole(texts, told())

    def finish(self, blocks: Sequence[LinesBlock], logged: bool) -> Callable[[], list[Done]]:
        """Begin with some blocks of lines; the call that is given back waits for what became of them."""
        here = partial(finish_apart, self._here, blocks, logged)
        if not self._crew.is_worth([block.raw for block in blocks]):
            return here
        return self._crew.start(partial(_finish, self._options, blocks, logged), here)


def _whole(texts: Sequence[str], told: Iterable[tuple[int, Result]]) -> list[Result]:
    """The results of all texts, given those that tell something."""
    out = [Result(text) for text in texts]
    for number, result in told:
        out[number] = result
    return out


def _gathered(blocks: Iterable[Block], least: int) -> Iterator[list[Block]]:
    """The blocks in their order, in shares of at least some length."""
    share: list[Block] = []
    size = 0
    for block in blocks:
        share.append(block)
        size += block.size
        if size >= least:
            yield share
            share, size = [], 0
    if share:
        yield share


def _to_count(block: Block) -> LinesBlock | Sequence[str]:
    """What of a block a worker needs: lines are read by it, even if they were read here."""
    return replace(block, _read=None) if isinstance(block, LinesBlock) else block.texts


def _dealt(texts: Iterable[str], most: int) -> Iterator[list[str]]:
    """The texts in their order, in shares of about equal length."""
    share: list[str] = []
    size = 0
    for text in texts:
        share.append(text)
        size += len(text)
        if size >= most:
            yield share
            share, size = [], 0
    if share:
        yield share
