"""Memory that the workers of one run share: what one finds out about a string the others need not find out again.

It has no name in any folder, so nothing is left of it, however a run ends. Where it cannot be had, each worker finds
out for itself.
"""

from __future__ import annotations

import mmap
import os
from typing import Any, Final

from canonym import native

#: Eight bytes for each of two million verdicts; what is found out when it is full is not shared.
_SIZE: Final = 8 << 21


class Board:
    """The memory as the parent has it. Given to a process that is being spawned, it is what `_opened` says there."""

    def __init__(self) -> None:
        """Raises OSError where there is no room for it."""
        self._file = os.memfd_create("canonym") if hasattr(os, "memfd_create") else _unnamed()
        try:
            if hasattr(os, "posix_fallocate"):
                os.posix_fallocate(self._file, 0, _SIZE)  # a worker that finds no room later on would be killed
            else:
                os.ftruncate(self._file, _SIZE)
        except BaseException:
            self.close()
            raise

    def __reduce__(self) -> tuple[Any, ...]:
        from multiprocessing import reduction

        return _opened, (reduction.DupFd(self._file),)

    def opened(self) -> mmap.mmap | None:
        """The memory itself, in a process that was forked."""
        return _mapped(self._file)

    def close(self) -> None:
        """Give it up; workers that have it keep it."""
        if self._file >= 0:
            os.close(self._file)
        self._file = -1


def made() -> Board | None:
    """A board, where it is of use and can be had."""
    if not native.COMPILED or os.name != "posix":
        return None
    try:
        return Board()
    except OSError:
        return None


def _opened(handed: Any) -> mmap.mmap | None:
    """The memory in a process that was spawned with a board."""
    file = handed.detach()
    try:
        return _mapped(file)
    finally:
        os.close(file)


def _mapped(file: int) -> mmap.mmap | None:
    try:
        return mmap.mmap(file, _SIZE)
    except OSError:
        return None


def _unnamed() -> int:
    import tempfile

    with tempfile.TemporaryFile() as file:
        return os.dup(file.fileno())
