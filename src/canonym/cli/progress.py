"""A progress bar on standard error, for people and for long work only."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final, TypeVar

from canonym.cli.options import is_terminal

if TYPE_CHECKING:
    from rich.progress import Progress as Bar

    from canonym.pipeline import Progress

T = TypeVar("T")

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
        self._bar.update(
            self._bar.task_ids[0],
            completed=progress.read,
            total=progress.total,
            note=f"{progress.documents:,} documents, {progress.changed:,} changed",
        )

    def stop(self) -> None:
        if self._bar is not None:
            self._bar.stop()


def _new_bar(title: str) -> Bar:
    from rich.console import Console
    from rich.progress import (
        BarColumn,
        DownloadColumn,
        Progress,
        TextColumn,
        TimeRemainingColumn,
        TransferSpeedColumn,
    )

    shown = Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        DownloadColumn(),
        TransferSpeedColumn(),
        TimeRemainingColumn(),
        TextColumn("{task.fields[note]}", markup=False),
        console=Console(stderr=True),
        transient=True,
    )
    shown.add_task(title, total=None, note="")
    shown.start()
    return shown


@contextmanager
def counted(title: str, items: Iterable[T], wanted: bool) -> Iterator[Iterator[T]]:
    """The same items, with a line on standard error that counts them once the work has proved long."""
    if not wanted or not is_terminal(sys.stderr):
        yield iter(items)
        return
    drawn = False

    def passing() -> Iterator[T]:
        nonlocal drawn
        last = time.monotonic()
        for number, item in enumerate(items, 1):
            if time.monotonic() - last > _PATIENCE:
                last = time.monotonic()
                drawn = True
                sys.stderr.write(f"\r{title}: {number:,} documents")
                sys.stderr.flush()
            yield item

    try:
        yield passing()
    finally:
        if drawn:
            sys.stderr.write("\r\x1b[K")
