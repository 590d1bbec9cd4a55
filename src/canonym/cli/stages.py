"""How far an import or a compilation is, on standard error: for people, and once the work has proved long."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final

from canonym.cli.options import is_terminal

if TYPE_CHECKING:
    from rich.progress import Progress as Bar

    from canonym.importers.records import Progress

_PATIENCE: Final = 0.5


@contextmanager
def stages(wanted: bool) -> Iterator[Progress | None]:
    """What to tell of the progress of work in stages, or None where nobody would see it."""
    if not wanted or not is_terminal(sys.stderr):
        yield None
        return
    shown = _Stages()
    try:
        yield shown
    finally:
        shown.stop()


class _Stages:
    """One bar, which begins anew with each stage; nothing is drawn or imported before the work has proved long."""

    def __init__(self) -> None:
        self._last = time.monotonic()
        self._stage = ""
        self._bar: Bar | None = None

    def __call__(self, stage: str, done: int, total: int | None, kept: int) -> None:
        now = time.monotonic()
        if stage == self._stage and now - self._last < _PATIENCE:
            return
        if self._bar is None:
            if now - self._last < _PATIENCE:
                return
            self._bar = _new_bar(stage)
        (task,) = self._bar.task_ids
        if stage != self._stage:
            self._bar.reset(task)
            self._stage = stage
        self._last = now
        # Of a packed file the end may be passed while it is unpacked.
        self._bar.update(
            task,
            description=stage,
            completed=min(done, total or done),
            total=total,
            note=f"{kept:,} kept",
            refresh=True,
        )

    def stop(self) -> None:
        if self._bar is not None:
            self._bar.stop()


def _new_bar(stage: str) -> Bar:
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeElapsedColumn

    bar = Progress(
        TextColumn("{task.description}"),
        BarColumn(bar_width=20),
        TaskProgressColumn(),
        TextColumn("{task.fields[note]}", markup=False),
        TimeElapsedColumn(),
        console=Console(stderr=True),
        refresh_per_second=4,
        transient=True,
    )
    bar.add_task(stage, total=None, note="")
    bar.start()
    return bar
