"""In how many texts each word stands, added up piece by piece."""

from __future__ import annotations

from array import array
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Final

from canonym import native

#: Words in UTF-8, each with a zero behind it, and a number of eight bytes for each: small enough to travel, and made
#: into no strings before they are asked for.
Piece = tuple[bytes, bytes]

#: Bytes of pieces that wait before they are made one.
_WAITING: Final = 8_000_000


class Spread:
    """The words of one language."""

    def __init__(self) -> None:
        self._pieces: list[Piece] = []
        self._waiting = 0

    def add(self, piece: Piece) -> None:
        """Add what was counted elsewhere."""
        self._pieces.append(piece)
        self._waiting += sum(map(len, piece))
        if self._waiting > _WAITING:
            self._unite()

    def merge(self, other: Spread) -> None:
        """Add what another one has."""
        for piece in other._pieces:
            self.add(piece)

    def counts(self) -> Mapping[str, int]:
        """The words, each with the number of its texts."""
        self._unite()
        return dict(pair for piece in self._pieces for pair in opened(piece))

    def _unite(self) -> None:
        if len(self._pieces) > 1:
            self._pieces = [native.united(self._pieces) if native.COMPILED else united_plain(self._pieces)]
        self._waiting = 0

    def __getstate__(self) -> dict[str, object]:
        self._unite()
        return self.__dict__


def united_plain(pieces: Sequence[Piece]) -> Piece:
    """Several pieces as one, in Python: what the compiled one must equal, but for the order of the words."""
    counts: Counter[str] = Counter()
    for piece in pieces:
        for word, number in opened(piece):
            counts[word] += number
    return piece_of(counts)


def piece_of(counts: Mapping[str, int]) -> Piece:
    """Counted words as one piece.

    >>> piece_of({"kabul": 1})[0]
    b'kabul\\x00'
    """
    return "".join(f"{word}\0" for word in counts).encode(), array("Q", counts.values()).tobytes()


def opened(piece: Piece) -> zip[tuple[str, int]]:
    """The words of a piece with their numbers."""
    words, numbers = piece
    return zip(words.decode().split("\0")[:-1], array("Q", numbers), strict=True)
