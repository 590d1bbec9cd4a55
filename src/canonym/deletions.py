"""A deletion-neighbourhood hash: which listed words are within two edits of a damaged one.

Two words within distance d share a string that is left when at most d letters are deleted from each (Garbe,
SymSpell, 2012). Only the first letters are used, since edits further on leave a common prefix anyway. Words are
rows of numpy arrays: one look-up of many words costs little more than a look-up of one.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from itertools import combinations
from math import comb
from typing import TYPE_CHECKING, Any, Final

from canonym import native

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    from canonym.index import Index

PREFIX: Final = 9
#: Edits looked for in a word of so many letters.
MIN_LENGTH: Final = 3
TWO_FROM: Final = 5
#: How many neighbours of a word are looked at.
MOST: Final = 24
_BASE: Final = 0x9E3779B97F4A7C15
_MIX: Final = 0xD6E8FEB86659FD93


def distance_for(length: int) -> int:
    """How many edits are looked for in a word of `length` letters: 1 up to four letters, else 2."""
    return 1 if length < TWO_FROM else 2


def _matrix(words: Sequence[str]) -> npt.NDArray[np.uint64]:
    import numpy as np

    width = len(words[0])
    flat = np.frombuffer("".join(words).encode("utf-32-le"), dtype=np.uint32)
    return flat.reshape(len(words), width).astype(np.uint64)


def _hashes(codes: npt.NDArray[np.uint64], edits: int) -> Iterable[npt.NDArray[np.uint32]]:
    """The 32-bit hashes of every way to delete up to `edits` columns; each array has shape (rows,)."""
    import numpy as np

    width = codes.shape[1]
    powers = [pow(_BASE, k + 1, 1 << 64) for k in range(width)]
    for gone in range(min(edits, width - 1) + 1):
        for drop in combinations(range(width), gone):
            value = np.zeros(len(codes), dtype=np.uint64)
            place = 0
            for column in range(width):
                if column in drop:
                    continue
                value += codes[:, column] * np.uint64(powers[place])
                place += 1
            value ^= value >> np.uint64(29)
            value *= np.uint64(_MIX)
            yield (value >> np.uint64(32)).astype(np.uint32)


def _groups(words: Sequence[str]) -> list[tuple[int, list[int]]]:
    """The numbers of the words by their length, at most PREFIX."""
    groups: dict[int, list[int]] = {}
    for k, word in enumerate(words):
        if len(word) >= MIN_LENGTH:
            groups.setdefault(min(len(word), PREFIX), []).append(k)
    return sorted(groups.items())


def _expand(words: Sequence[str]) -> Iterable[tuple[npt.NDArray[np.uint32], npt.NDArray[np.uint32]]]:
    """All deletion hashes of the words, piece by piece, and the number of each one's word; shapes (n,), (n,)."""
    import numpy as np

    for width, members in _groups(words):
        numbers = np.array(members, dtype=np.uint32)
        codes = _matrix([words[k][:width] for k in members])
        for value in _hashes(codes, distance_for(width)):
            yield value, numbers


def build_deletions(words: Sequence[str]) -> dict[str, Any]:
    """The arrays that an index stores.

    Deletion hashes in the upper and words in the lower halves, sorted; where among them each beginning of a hash
    starts; and a filter that answers most misses.
    """
    packed = _packed(words)
    hashes = [upper(packed)]
    return {
        "deletion": packed,
        "deletion_starts": starts_of(len(packed), hashes),
        "deletion_filter": filter_of(len(packed), hashes),
    }


def upper(packed: npt.NDArray[np.uint64]) -> npt.NDArray[np.uint32]:
    """The hashes of what is packed; shape (n,)."""
    import numpy as np

    return (packed >> np.uint64(32)).astype(np.uint32)


def starts_of(count: int, pieces: Iterable[npt.NDArray[np.uint32]]) -> npt.NDArray[np.uint32]:
    """Where each beginning of so many sorted hashes starts, given piece by piece, and the number of all.

    A beginning has as many bits as make some eight hashes share it.
    """
    import numpy as np

    bits = max(10, min(24, (max(count, 1) - 1).bit_length() - 3))
    counts = np.zeros((1 << bits) + 1, dtype=np.uint32)
    for hashes in pieces:
        counts[1:] += np.bincount(hashes >> np.uint32(32 - bits), minlength=1 << bits).astype(np.uint32)
    return np.cumsum(counts, dtype=np.uint32)


def filter_of(count: int, pieces: Iterable[npt.NDArray[np.uint32]]) -> npt.NDArray[np.uint64]:
    """Of so many sorted hashes, piece by piece, three bits each, all in the one word that a hash begins with.

    So a look-up reads memory once (Putze, Sanders and Singler, Cache-, hash- and space-efficient Bloom filters, 2007).
    """
    import numpy as np

    bits = max(10, min(24, (count * 8).bit_length() - 6))
    out = np.zeros(1 << bits, dtype=np.uint64)
    for hashes in pieces:
        words = hashes >> np.uint32(32 - bits)
        # Sorted hashes fill the words one after the other.
        first = np.flatnonzero(np.concatenate((words[:1] >= 0, words[1:] != words[:-1])))
        if len(first):
            out[words[first]] |= np.bitwise_or.reduceat(_three_bits(hashes), first)
    return out


def _three_bits(hashes: npt.NDArray[np.uint32]) -> npt.NDArray[np.uint64]:
    import numpy as np

    more = hashes * np.uint32(0x9E3779B1)
    out = np.zeros(len(hashes), dtype=np.uint64)
    for place in (26, 20, 14):
        out |= np.uint64(1) << ((more >> np.uint32(place)) & np.uint32(63)).astype(np.uint64)
    return out


def _packed(words: Sequence[str]) -> npt.NDArray[np.uint64]:
    """Deletion hashes in the upper and words in the lower halves, sorted, each pair once; shape (n,)."""
    import numpy as np

    ways = {width: _ways(width) for width in range(MIN_LENGTH, PREFIX + 1)}
    # Filled in place: a large table has tens of millions of these.
    lengths = Counter(min(n, PREFIX) for n in map(len, words) if n >= MIN_LENGTH)
    packed = np.empty(sum(count * ways[width] for width, count in lengths.items()), dtype=np.uint64)
    at = 0
    for hashes, owners in _expand(words):
        here = packed[at : at + len(hashes)]
        here[:] = hashes
        here <<= np.uint64(32)
        here |= owners
        at += len(hashes)
    # Not np.unique, which hashes before it sorts: ten times slower on so many.
    packed.sort()
    once: npt.NDArray[np.uint64] = packed[np.concatenate((packed[:1] >= 0, packed[1:] != packed[:-1]))]
    return once


def _ways(width: int) -> int:
    """How many hashes `_hashes` gives of a word of so many letters."""
    return sum(comb(width, gone) for gone in range(min(distance_for(width), width - 1) + 1))


def compiled(index: Index) -> native.Hood:
    """The same look-ups, compiled, for one word at a time."""
    arrays = ("deletion", "deletion_starts", "deletion_filter", "atom_text", "atom_at", "atom_prominence")
    entries, starts, filter_, text, ends, prominence = (index.array(name) for name in arrays)
    return native.Hood(entries=entries, starts=starts, filter=filter_, text=text, ends=ends, prominence=prominence)


class Neighbourhood:
    """Look-ups in the deletion arrays of an index."""

    def __init__(self, index: Index) -> None:
        import numpy as np

        self._index = index
        self._packed = np.frombuffer(index.array("deletion"), dtype=np.uint64)
        self._filter = np.frombuffer(index.array("deletion_filter"), dtype=np.uint64)
        self._bits = len(self._filter).bit_length() - 1
        self._prominence = np.frombuffer(index.array("atom_prominence"), dtype=np.int64)

    def near(self, words: Sequence[str], most: int = MOST) -> list[list[tuple[str, int]]]:
        """For each word the listed words within its distance, nearest and most prominent first.

        The distance is that of optimal string alignment, in edits; the word itself is left out.
        """
        import numpy as np
        from rapidfuzz.distance import OSA

        if not words:
            return []
        pieces = list(_expand(words))
        if not pieces:
            return [[] for _ in words]
        hashes, owners = (np.concatenate(part) for part in zip(*pieces, strict=True))
        bits = _three_bits(hashes)
        hit = (self._filter[hashes >> np.uint32(32 - self._bits)] & bits) == bits
        hashes, owners = hashes[hit], owners[hit]
        least = hashes.astype(np.uint64) << np.uint64(32)
        low = np.searchsorted(self._packed, least, "left")
        high = np.searchsorted(self._packed, least | np.uint64(0xFFFFFFFF), "right")
        counts = high - low
        owner = np.repeat(owners, counts)
        at = np.repeat(low - np.concatenate(([0], np.cumsum(counts)[:-1])), counts) + np.arange(counts.sum())
        atoms = self._packed[at] & np.uint64(0xFFFFFFFF)
        pairs = np.unique((owner.astype(np.uint64) << np.uint64(32)) | atoms)
        out: list[list[tuple[int, int, str]]] = [[] for _ in words]
        texts: dict[int, str] = {}
        for pair in pairs.tolist():
            which, number = pair >> 32, pair & 0xFFFFFFFF
            atom = texts.get(number)
            if atom is None:
                atom = texts[number] = self._index.atom(number)
            word = words[which]
            limit = distance_for(min(len(word), len(atom)))
            if abs(len(word) - len(atom)) > limit or atom == word:
                continue
            distance = OSA.distance(word, atom, score_cutoff=limit)
            if distance <= limit:
                out[which].append((distance, -int(self._prominence[number]), atom))
        return [[(atom, distance) for distance, _, atom in sorted(found)[:most]] for found in out]
