"""A progress bar on standard error, for people and for long work only."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final

from canonym.cli.options import is_terminal

if TYPE_CHECKING:
    from rich.progress import Progress as Bar

    from canonym.corpus.block import Block
    from canonym.pipeline import Progress

#: Shorter work shows no bar.
_PATIENCE: Final = 1.0


@contextmanager
def bar(title: str, wanted: bool) -> Iterator[Callable[[Progress], None] | None]:
    """What to tell of the progress of a run, or None where nobody would see it."""
    if not wanted or not is_terminal(sys.stderr):
        yield None
        return
    shown = _Shown(title)
    try:
        yield shown
    finally:
        shown.stop()


class _Shown:
    """Draws nothing, and imports nothing, before the work has proved long."""

    def __init__(self, title: str) -> None:
        self._title = title
        self._start = time.monotonic()
        self._bar: Bar | None = None

    def __call__(self, progress: Progress) -> None:
        if self._bar is None:
            if time.monotonic() - self._start < _PATIENCE:
                return
            self._bar = _new_bar(self._title)
        seconds = time.monotonic() - self._start
        self._bar.update(
            self._bar.task_ids[0], completed=progress.read, total=progress.total, note=pace(progress, seconds)
        )

    def stop(self) -> None:
        if self._bar is not None:
            self._bar.stop()


def pace(progress: Progress, seconds: float) -> str:
    """The rate since the start, the time that is left at that rate, and what has been done."""
    rate = progress.read / max(seconds, 1e-6)
    parts = [f"{rate / 1e6:.1f} MB/s"]
    if progress.total is not None and rate > 0:
        minutes, left = divmod(max(0, round((progress.total - progress.read) / rate)), 60)
        parts.append(f"{minutes // 60}:{minutes % 60:02}:{left:02} left")
    parts.append(f"{progress.documents:,} documents, {progress.changed:,} changed")
    return ", ".join(parts + [f"{progress.failed:,} failed"] * (progress.failed > 0))


def _new_bar(title: str) -> Bar:
    from rich.console import Console
    from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn

    # Rate and time left are ours: rich measures from the moment a bar is first drawn.
    shown = Progress(
        TextColumn("{task.description}"),
        BarColumn(bar_width=20),
        DownloadColumn(),
        TextColumn("{task.fields[note]}", markup=False),
        console=Console(stderr=True),
        refresh_per_second=4,
        transient=True,
    )
    shown.add_task(title, total=None, note="")
    shown.start()
    return shown


@contextmanager
def counted(title: str, blocks: Iterable[Block], wanted: bool) -> Iterator[Iterator[Block]]:
    """The same blocks, with a line on standard error that counts their texts once the work has proved long."""
    if not wanted or not is_terminal(sys.stderr):
        yield iter(blocks)
        return
    drawn = False

    def passing() -> Iterator[Block]:
        nonlocal drawn
        last, number = time.monotonic(), 0
        for block in blocks:
            number += len(block.texts)
            if time.monotonic() - last > _PATIENCE:
                last = time.monotonic()
                drawn = True
                sys.stderr.write(f"\r{title}: {number:,} documents")
                sys.stderr.flush()
            yield block

    try:
        yield passing()
    finally:
        if drawn:
            sys.stderr.write("\r\x1b[K")
