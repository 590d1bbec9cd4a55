"""How odd a spelling looks: the surprise of its letters, by a trigram model of sound words and names.

A slip of the finger leaves letters that seldom meet ("Rqndiwck"); a sound name that no table lists does not
("Scottdale"). The model is `data/letters.npz`, made by `training/letters.py`.
"""

from __future__ import annotations

from functools import cache, lru_cache
from typing import Final

from canonym import native, npz
from canonym.datafiles import data_file

#: The letters a to z, the edge of a word, and anything else.
SIZE: Final = 28
_EDGE: Final = 0


def codes(word: str) -> list[int]:
    """A folded word as numbers below `SIZE`, with two edges before and one behind.

    >>> codes("ab")
    [0, 0, 1, 2, 0]
    """
    return [_EDGE, _EDGE, *(ord(c) - 96 if "a" <= c <= "z" else SIZE - 1 for c in word), _EDGE]


@cache
def odds() -> memoryview[float]:
    """How surprising each letter is after two others, in bits: `SIZE` ** 3 doubles."""
    stored = npz.arrays(data_file("letters.npz").read_bytes())["surprise"]
    return memoryview(npz.widened(stored.data, False)).cast("d")


@cache
def _numbers() -> list[float]:
    return list(odds())


@lru_cache(maxsize=20_000)
def surprise(folded: str) -> tuple[float, float]:
    """The mean and the greatest surprise of the letters of a folded form, in bits.

    >>> surprise("london")[1] < surprise("lnodon")[1]
    True
    """
    return native.surprise(odds(), folded) if native.COMPILED else surprise_plain(folded)


def surprise_plain(folded: str) -> tuple[float, float]:
    """`surprise` in Python: what the compiled one must equal."""
    table = _numbers()
    total, most, count = 0.0, 0.0, 0
    for word in folded.split(" "):
        if not word:
            continue
        row = codes(word)
        for a, b, c in zip(row, row[1:], row[2:], strict=False):
            here = table[(a * SIZE + b) * SIZE + c]
            total += here
            most = max(most, here) if count else here
            count += 1
    return (total / count, most) if count else (0.0, 0.0)
