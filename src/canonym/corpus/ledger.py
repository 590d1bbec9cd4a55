"""Lines for a file that is put together at the end of a run: kept on disk meanwhile, in stretches."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path

from canonym.corpus.writer import Output
from canonym.model import CanonymError

#: A part of a ledger, from byte to byte.
Stretch = tuple[int, int]
_PIECE = 1 << 20


def unwritable(path: Path, error: OSError) -> CanonymError:
    """The same error as a sentence."""
    return CanonymError(
        f"cannot be written: {error.strerror or error}",
        where=str(path),
        remedy="See whether the folder is there, may be written and has room",
    )


class Ledger:
    """Takes the place of an `Output` for `target`: what is written goes to `path`, and on `commit` to the target.

    There go the stretches that were cut off as finished or taken over, in that order. Begins at byte `start` of what
    `path` holds; raises CanonymError where it cannot be written.
    """

    def __init__(self, path: Path, target: str, start: int = 0) -> None:
        self._path, self._target = path, target
        path.touch()
        self._file = path.open("r+b")
        self._begun = self._start = self._end = self._file.seek(min(start, path.stat().st_size))
        self._file.truncate()
        self._stretches: list[Stretch] = []
        self._head = 0
        self._recalled = False

    def write(self, data: bytes) -> None:
        """Append to the stretch that is not finished yet."""
        try:
            self._file.write(data)
        except OSError as error:
            raise unwritable(self._path, error) from error
        self._end += len(data)

    def cut(self) -> Stretch:
        """Finish a stretch: what was written since the one before."""
        stretch = self._start, self._end
        try:
            self._file.flush()
        except OSError as error:
            raise unwritable(self._path, error) from error
        self._start = self._end
        self.take(stretch)
        return stretch

    def take(self, stretch: Stretch) -> None:
        """Let a stretch follow that an earlier run finished."""
        start, end = stretch
        if start == end:
            return
        if self._stretches and self._stretches[-1][1] == start:
            self._stretches[-1] = self._stretches[-1][0], end
        else:
            self._stretches.append((start, end))

    def head(self) -> None:
        """Finish the stretch that stands before those of all files."""
        self.cut()
        self._head = self._end

    def recall(self, stretch: Stretch) -> None:
        """As `take`, after the head alone: forgets at first what else was finished."""
        if not self._recalled:
            self._stretches, self._recalled = [], True
            self.take((self._begun, self._head))
        self.take((stretch[0], stretch[1]))

    def holds(self, stretch: Stretch) -> bool:
        """Whether a stretch is there, with whole lines."""
        start, end = stretch
        if start == end:
            return True
        with self._path.open("rb") as file:
            file.seek(end - 1)
            return file.read(1) == b"\n"

    def lines(self, stretch: Stretch) -> Iterator[bytes]:
        """The lines of a finished stretch."""
        with self._path.open("rb") as file:
            file.seek(stretch[0])
            while file.tell() < stretch[1]:
                yield file.readline()

    def commit(self) -> bool:
        """Put the target in its place; False where there is nothing to put there."""
        if not self._stretches:
            return False
        output = Output(self._target)
        try:
            with self._path.open("rb") as file:
                for start, end in self._stretches:
                    file.seek(start)
                    while start < end:
                        piece = file.read(min(_PIECE, end - start))
                        if not piece:
                            raise unwritable(self._path, OSError("it was cut short meanwhile"))
                        output.write(piece)
                        start += len(piece)
            output.commit()
        finally:
            output.discard()
        return True

    def discard(self) -> None:
        """Nothing: the stretches stay with the journal."""

    def close(self) -> None:
        """Close the file."""
        with contextlib.suppress(OSError):  # a full disk, which was told
            self._file.close()
