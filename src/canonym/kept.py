"""What is made of data alone: made once, kept in the cache folder, and mapped by every process that needs it."""

from __future__ import annotations

import io
import mmap
import os
import re
import sys
import time
from array import array
from collections.abc import Callable
from contextlib import suppress
from itertools import accumulate
from pathlib import Path
from typing import Final, TypeVar

from canonym import native
from canonym.indexfile import save

T = TypeVar("T")

#: The check sums with which a file ends: where one was cut short, or pages of it were never written, they do not fit.
SUMS: Final = 16
#: The sums of nothing.
BEGUN: Final = (1, 0)
_PIECE: Final = 1 << 18
_MOST: Final = 1 << 64
_DAY: Final = 86_400
_MONTH: Final = 30 * _DAY


def cache_folder() -> Path:
    """Where it is kept: CANONYM_CACHE, or the user's cache folder; a user without a home has none."""
    if given := os.environ.get("CANONYM_CACHE"):
        return Path(given)
    if found := _usual():
        return found
    from platformdirs import user_cache_path

    try:
        return user_cache_path("canonym")
    except RuntimeError:
        return Path(os.devnull)  # nothing can lie below it


def _usual() -> Path | None:
    """What platformdirs would say on Linux, whose import takes longer than reading all that is kept; None elsewhere."""
    if sys.platform != "linux" or "platformdirs" in sys.modules or "ANDROID_DATA" in os.environ:
        return None
    given, home = os.environ.get("XDG_CACHE_HOME", ""), os.environ.get("HOME", "")
    if given.startswith("/"):
        return Path(given) / "canonym"
    return Path(home) / ".cache" / "canonym" if home.startswith("/") and not given else None


def kept(name: str, read: Callable[[bytes | mmap.mmap], T], make: Callable[[], bytes]) -> T:
    """What `read` gives for the bytes that `make` makes, or that were made before under the same name.

    The name tells everything that they depend on. Where the file is damaged, or `read` raises ValueError, they are made
    anew. Where the folder cannot be written they are in memory alone.
    """
    path = cache_folder() / name
    with suppress(OSError, ValueError), path.open("rb", buffering=0) as file:
        return read(_whole(file))
    made = make()
    with suppress(OSError):
        save((made, written(sums(made, BEGUN))), path)
    return read(made)


def mark_used(path: Path) -> None:
    """Note that a kept file is in use, once a day."""
    with suppress(OSError):
        if time.time() - path.stat().st_mtime > _DAY:
            os.utime(path)


def forget_unused(folder: Path, names: str) -> None:
    """Delete the files of a folder that nobody has used for a month, of those whose names match a pattern."""
    with suppress(OSError):
        for path in folder.iterdir():
            with suppress(OSError):  # another process was quicker, or it is in use where that forbids it
                if re.fullmatch(names, path.name) and time.time() - path.stat().st_mtime > _MONTH:
                    path.unlink()


def sums(data: bytes | memoryview, begun: tuple[int, int]) -> tuple[int, int]:
    """The sum of a piece in numbers of eight bytes, and the sum of the sums at each, on top of those before it.

    Each modulo 2**64. Adler's check sum with longer words: a processor adds these as fast as memory gives them.
    """
    return native.sums(data, *begun) if native.COMPILED else sums_plain(data, begun)


def sums_plain(data: bytes | memoryview, begun: tuple[int, int]) -> tuple[int, int]:
    """`sums` in Python: what the compiled one must equal."""
    numbers = array("Q", bytes(data) + bytes(-len(data) % 8))
    if sys.byteorder == "big":
        numbers.byteswap()
    steps = list(accumulate(numbers, initial=begun[0]))
    return steps[-1] % _MOST, (begun[1] + sum(steps) - begun[0]) % _MOST


def written(told: tuple[int, int]) -> bytes:
    """Sums as they stand at the end of a file."""
    return b"".join(one.to_bytes(8, "little") for one in told)


def _whole(file: io.FileIO) -> mmap.mmap:
    """A file without its check sums; raises ValueError where they do not fit."""
    left = size = os.fstat(file.fileno()).st_size - SUMS
    found = BEGUN
    # Read, not mapped: what is mapped and looked at counts as memory of this process.
    piece = memoryview(bytearray(max(0, min(size, _PIECE))))
    while left > 0 and (count := file.readinto(piece[: min(left, _PIECE)])):
        found = sums(piece[:count], found)
        left -= count
    if size <= 0 or file.read(SUMS) != written(found):
        raise ValueError
    return mmap.mmap(file.fileno(), size, access=mmap.ACCESS_READ)
