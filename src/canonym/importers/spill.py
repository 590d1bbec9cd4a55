"""What is too large for memory, on disk: rows in a private database, and numbers sorted by way of a file.

Both lie in the folder for temporary files (TMPDIR) without a name, so that the system takes them away however the
process ends.
"""

from __future__ import annotations

import errno
import sqlite3
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from types import TracebackType
from typing import IO, TYPE_CHECKING, Any, Final

from canonym.model import TableError

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    Keys = npt.NDArray[np.uint64]
    Numbers = npt.NDArray[np.uint32]

#: Memory that a database may hold, and as much again while it sorts; in kB.
_CACHE: Final = 24_576
_BATCH: Final = 2_000
#: Numbers are parted by their first eight bits, and each part is sorted by itself.
PARTS: Final = 256
_FLUSH: Final = 1_000_000
_FULL: Final = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)


@contextmanager
def temporary() -> Iterator[None]:
    """What is done to temporary files only: a full disk is told as theirs, not as the output's.

    Raises:
        TableError: there is no room for them.
    """
    try:
        yield
    except sqlite3.OperationalError as error:
        raise _no_room(str(error)) from None
    except OSError as error:
        if error.errno not in _FULL:
            raise
        raise _no_room((error.strerror or str(error)).lower()) from None


def _no_room(why: str) -> TableError:
    return TableError(
        f"no room for temporary files ({why})",
        where=tempfile.gettempdir(),
        remedy="Free some space, or set TMPDIR to a folder with more; nothing was written",
    )


class Spill:
    """A database of one's own, of which little more than its cache is in memory; for use in a `with`."""

    def __init__(self, *tables: str) -> None:
        with temporary():
            # No name: SQLite keeps it in its cache, then in a file that is deleted as soon as it is open.
            self._db = sqlite3.connect("", isolation_level=None)
            self._db.execute(f"PRAGMA cache_size = -{_CACHE}")
            for pragma in ("journal_mode = OFF", "synchronous = OFF", "temp_store = FILE", "locking_mode = EXCLUSIVE"):
                self._db.execute(f"PRAGMA {pragma}")
            self._db.execute("BEGIN")
            for table in tables:
                self._db.execute(f"CREATE TABLE {table}")
        self._waiting: dict[str, list[Sequence[Any]]] = {}

    def __enter__(self) -> Spill:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._db.close()

    def add(self, statement: str, row: Sequence[Any]) -> None:
        """Run a statement with a row, together with others of its kind, and before the next `run`."""
        waiting = self._waiting.setdefault(statement, [])
        waiting.append(row)
        if len(waiting) >= _BATCH:
            self._flush(statement)

    def _flush(self, statement: str) -> None:
        with temporary():
            self._db.executemany(statement, self._waiting.pop(statement, ()))

    def run(self, statement: str, *values: Any) -> Iterator[tuple[Any, ...]]:
        """Run a statement at once; its rows as they come."""
        for waiting in list(self._waiting):
            self._flush(waiting)
        with temporary():
            # No `yield from`: left half-way, it would close what the database has closed already.
            for row in self._db.execute(statement, values):  # noqa: UP028
                yield row

    def do(self, statement: str) -> None:
        """Run a statement that gives no rows."""
        for _ in self.run(statement):
            pass

    def one(self, statement: str, *values: Any) -> tuple[Any, ...] | None:
        """The first row of a statement, None where there is none; rows that still wait are not seen."""
        with temporary():
            found: tuple[Any, ...] | None = self._db.execute(statement, values).fetchone()
            return found


def file() -> IO[bytes]:
    """A temporary file without a name."""
    with temporary():
        return tempfile.TemporaryFile(prefix="canonym-")


class Sorter:
    """Numbers (uint64) sorted by way of a file, each with another (uint32) if wanted; equal ones stay in order.

    With `once` each number is kept once. `parts()` gives them in rising order, one part after the other.
    """

    def __init__(self, *, owners: bool = False, once: bool = False) -> None:
        self._file = file()
        self._owners = owners
        self._once = once
        #: For each flush, where it begins in the file and how many numbers lie before each part.
        self._runs: list[tuple[int, list[int]]] = []
        self._keys: list[Keys] = []
        self._numbers: list[Numbers] = []
        self._held = 0

    def add(self, keys: Keys, owners: Numbers | None = None) -> None:
        """More numbers; shapes (n,), (n,)."""
        self._keys.append(keys)
        if owners is not None:
            self._numbers.append(owners)
        self._held += len(keys)
        if self._held >= _FLUSH:
            self._flush()

    def _flush(self) -> None:
        import numpy as np

        if not self._held:
            return
        keys = np.concatenate(self._keys)
        self._keys.clear()
        self._held = 0
        if self._owners:
            order = np.argsort(keys, kind="stable")
            keys = keys[order]
            numbers = np.concatenate(self._numbers)[order]
            self._numbers.clear()
        else:
            keys.sort()
            if self._once:
                keys = keys[_changes(keys)]
        starts = np.arange(PARTS, dtype=np.uint64) << np.uint64(56)
        bounds = [*np.searchsorted(keys, starts).tolist(), len(keys)]
        with temporary():
            at = self._file.seek(0, 2)
            self._file.write(keys.tobytes())
            if self._owners:
                self._file.write(numbers.tobytes())
        self._runs.append((at, bounds))

    def parts(self) -> Iterator[tuple[Keys, Numbers]]:
        """The numbers of each of the PARTS parts, sorted, and their companions (all zero where there are none)."""
        import numpy as np

        self._flush()
        for part in range(PARTS):
            keys = [np.zeros(0, dtype=np.uint64)]
            numbers = [np.zeros(0, dtype=np.uint32)]
            for at, bounds in self._runs:
                low, high = bounds[part], bounds[part + 1]
                keys.append(np.frombuffer(self._read(at + 8 * low, 8 * (high - low)), dtype=np.uint64))
                if self._owners:
                    begin = at + 8 * bounds[-1] + 4 * low
                    numbers.append(np.frombuffer(self._read(begin, 4 * (high - low)), dtype=np.uint32))
            key = np.concatenate(keys)
            order = np.argsort(key, kind="stable")
            key = key[order]
            if self._once:
                key = key[_changes(key)]
            yield key, np.concatenate(numbers)[order] if self._owners else np.zeros(len(key), dtype=np.uint32)

    def _read(self, at: int, size: int) -> bytes:
        self._file.seek(at)
        return self._file.read(size)

    def close(self) -> None:
        """Give the file up."""
        self._file.close()


def _changes(keys: Keys) -> npt.NDArray[np.bool_]:
    """Which of some sorted numbers differ from the one before."""
    import numpy as np

    out: npt.NDArray[np.bool_] = np.concatenate((keys[:1] == keys[:1], keys[1:] != keys[:-1]))
    return out


def chunks(of: IO[bytes], size: int = 1 << 20) -> Iterable[bytes]:
    """A temporary file from its beginning, piece by piece."""
    of.seek(0)
    while piece := of.read(size):
        yield piece
