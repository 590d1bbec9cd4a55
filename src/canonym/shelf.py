"""Values that lie packed in a file one behind the other, each unpacked when it is asked for."""

from __future__ import annotations

import sys
from array import array
from collections.abc import Iterable, Iterator, Sequence
from itertools import accumulate
from typing import Any


class Shelf:
    """Values packed one by one; `ends` tells where each ends."""

    def __init__(self, ends: memoryview, data: memoryview) -> None:
        self._ends = ends.cast("Q")
        self._data = data

    def __len__(self) -> int:
        return len(self._ends)

    def packed(self, number: int) -> memoryview:
        """One of them as it lies."""
        return self._data[self._ends[number - 1] if number else 0 : self._ends[number]]

    def __getitem__(self, number: int) -> Any:
        import msgpack

        return msgpack.unpackb(self.packed(number), raw=False)

    def whole(self) -> Iterator[memoryview]:
        """All of them as they lie."""
        return map(self.packed, range(len(self)))


def shelved(values: Iterable[bytes | memoryview]) -> tuple[bytes, bytes]:
    """Values as bytes, for a `Shelf`."""
    every = [*values]
    return array("Q", accumulate(map(len, every))).tobytes(), b"".join(every)


def joined(parts: Sequence[bytes | memoryview]) -> bytes:
    """Parts as one, each beginning at a word of eight bytes."""
    sizes = array("Q", [len(parts), *map(len, parts)])
    return b"".join((sizes.tobytes(), *(piece for part in parts for piece in (part, bytes(-len(part) % 8)))))


def parted(data: memoryview) -> list[memoryview]:
    """The parts that `joined` made one of."""
    count = int.from_bytes(data[:8], sys.byteorder)
    at, out = 8 * (1 + count), []
    for size in data[8:at].cast("Q"):
        out.append(data[at : at + size])
        at += size + -size % 8
    return out
