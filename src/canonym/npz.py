"""Arrays in .npz files, read without numpy: to import that takes longer than all that is read of them."""

from __future__ import annotations

import io
import struct
import zlib
from typing import Final, NamedTuple

from canonym import native
from canonym.patterns import pattern

_ARRAY: Final = pattern(rb"'descr': '([<|][a-zA-Z]\d+)', 'fortran_order': False, 'shape': \(([\d, ]*)\)")
_UNIT: Final = 2.0**32


class Stored(NamedTuple):
    """An array: what its elements are, as numpy writes it, its shape, and its bytes."""

    kind: str
    shape: tuple[int, ...]
    data: bytes


def arrays(data: bytes) -> dict[str, Stored]:
    """The arrays of an .npz file by their names; raises ValueError where it is none that numpy wrote."""
    from zipfile import BadZipFile, ZipFile

    try:
        with ZipFile(io.BytesIO(data)) as stored:
            return {name.removesuffix(".npy"): _array(stored.read(name)) for name in stored.namelist()}
    except (BadZipFile, ValueError, zlib.error, RuntimeError, EOFError) as error:  # RuntimeError: packed otherwise
        raise ValueError(f"no file of arrays ({error})") from None


def _array(data: bytes) -> Stored:
    told = _ARRAY.search(data, 0, 10 + int.from_bytes(data[8:10], "little"))
    if not data.startswith(b"\x93NUMPY\1") or told is None:
        raise ValueError("no array")
    shape = tuple(int(one) for one in told[2].decode().split(",") if one.strip())
    return Stored(told[1].decode(), shape, data[10 + int.from_bytes(data[8:10], "little") :])


def texts(stored: Stored) -> tuple[str, ...]:
    """The strings of an array of them."""
    size = 4 * int(stored.kind[2:])
    whole = stored.data
    return tuple(whole[at : at + size].decode("utf-32-le").rstrip("\0") for at in range(0, len(whole), size))


def widened(halves: bytes, whole: bool) -> bytes:
    """Numbers of 16 bits as doubles, or as whole numbers of 64 bits that count 2**-32.

    >>> struct.unpack("2d", widened(struct.pack("<2e", 0.5, -2), False))
    (0.5, -2.0)
    """
    return native.widened(halves, whole) if native.COMPILED else widened_plain(halves, whole)


def widened_plain(halves: bytes, whole: bool) -> bytes:
    """`widened` in Python: what the compiled one must equal."""
    numbers = struct.unpack(f"<{len(halves) // 2}e", halves)
    if whole:
        return struct.pack(f"{len(numbers)}q", *[int(one * _UNIT) for one in numbers])
    return struct.pack(f"{len(numbers)}d", *numbers)
