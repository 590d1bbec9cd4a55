"""What is made of data alone: made once, kept in the cache folder, and mapped by every process that needs it."""

from __future__ import annotations

import mmap
import os
import zlib
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import BinaryIO, Final, TypeVar

from canonym.indexfile import save

T = TypeVar("T")

#: The check sum with which a file ends: where one was cut short, or pages of it were never written, it does not fit.
_SUM: Final = 4
_PIECE: Final = 1 << 18


def cache_folder() -> Path:
    """Where it is kept: CANONYM_CACHE, or the user's cache folder; a user without a home has none."""
    if given := os.environ.get("CANONYM_CACHE"):
        return Path(given)
    from platformdirs import user_cache_path

    try:
        return user_cache_path("canonym")
    except RuntimeError:
        return Path(os.devnull)  # nothing can lie below it


def kept(name: str, read: Callable[[bytes | mmap.mmap], T], make: Callable[[], bytes]) -> T:
    """What `read` gives for the bytes that `make` makes, or that were made before under the same name.

    The name tells everything that they depend on. Where the file is damaged, or `read` raises ValueError, they are made
    anew. Where the folder cannot be written they are in memory alone.
    """
    path = cache_folder() / name
    with suppress(OSError, ValueError), path.open("rb") as file:
        return read(_whole(file))
    made = make()
    with suppress(OSError):
        save((made, zlib.crc32(made).to_bytes(_SUM, "little")), path)
    return read(made)


def _whole(file: BinaryIO) -> mmap.mmap:
    """A file without its check sum; raises ValueError where that does not fit."""
    left = size = os.fstat(file.fileno()).st_size - _SUM
    found = 0
    # Read, not mapped: what is mapped and looked at counts as memory of this process.
    while left > 0 and (piece := file.read(min(left, _PIECE))):
        found = zlib.crc32(piece, found)
        left -= len(piece)
    if size <= 0 or file.read(_SUM) != found.to_bytes(_SUM, "little"):
        raise ValueError
    return mmap.mmap(file.fileno(), size, access=mmap.ACCESS_READ)
