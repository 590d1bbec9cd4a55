"""Arrays in .npz files, read without numpy: to import that takes longer than all that is read of them."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator
from typing import Final, NamedTuple

from canonym import native
from canonym.patterns import pattern

#: The end of a zip file: how many files are in it, and where the list of them begins.
_END: Final = struct.Struct("<4s4xHH4xI2x")
#: A file in that list: how it is packed, its packed size, the lengths of what follows, and where it lies.
_LISTED: Final = struct.Struct("<4s6xH8xI4xHHH8xI")
_STORED, _DEFLATED = 0, 8
#: Where a file lies, its name and more stand before it.
_LOCAL: Final = struct.Struct("<26xHH")
_ARRAY: Final = pattern(rb"'descr': '([<|][a-zA-Z]\d+)', 'fortran_order': False, 'shape': \(([\d, ]*)\)")
_UNIT: Final = 2.0**32


class Stored(NamedTuple):
    """An array: what its elements are, as numpy writes it, its shape, and its bytes."""

    kind: str
    shape: tuple[int, ...]
    data: bytes


def arrays(data: bytes) -> dict[str, Stored]:
    """The arrays of an .npz file by their names; raises ValueError where it is none that numpy wrote."""
    try:
        return {name.removesuffix(".npy"): _array(one) for name, one in _files(data)}
    except (struct.error, zlib.error, UnicodeDecodeError) as error:
        raise ValueError(f"no file of arrays ({error})") from None


def _files(data: bytes) -> Iterator[tuple[str, bytes]]:
    mark, _, count, at = _END.unpack(data[-_END.size :])
    if mark != b"PK\5\6":
        raise ValueError("no file of arrays")
    for _ in range(count):
        mark, packing, size, name, more, comment, start = _LISTED.unpack_from(data, at)
        at += _LISTED.size
        named = data[at : at + name].decode()
        at += name + more + comment
        start += _LOCAL.size + sum(_LOCAL.unpack_from(data, start))
        if mark != b"PK\1\2" or packing not in (_STORED, _DEFLATED):
            raise ValueError("no file of arrays")
        body = data[start : start + size]
        yield named, zlib.decompress(body, -zlib.MAX_WBITS) if packing == _DEFLATED else body


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
