"""What is made of data alone: made once, kept in the cache folder, and mapped by every process that needs it."""

from __future__ import annotations

import mmap
import os
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import TypeVar

from canonym.indexfile import save

T = TypeVar("T")


def cache_folder() -> Path:
    """Where it is kept: CANONYM_CACHE, or the user's cache folder."""
    if given := os.environ.get("CANONYM_CACHE"):
        return Path(given)
    from platformdirs import user_cache_path

    return user_cache_path("canonym")


def kept(name: str, read: Callable[[bytes | mmap.mmap], T], make: Callable[[], bytes]) -> T:
    """What `read` gives for the bytes that `make` makes, or that were made before under the same name.

    The name tells everything that they depend on. `read` raises ValueError where they are of no use: then they are made
    anew. Where the folder cannot be written they are in memory alone.
    """
    path = cache_folder() / name
    with suppress(OSError, ValueError), path.open("rb") as file:
        return read(mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ))
    made = make()
    with suppress(OSError):
        save(made, path)
    return read(made)
