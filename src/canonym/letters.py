"""How odd a spelling looks: the surprise of its letters, by a trigram model of sound words and names.

A slip of the finger leaves letters that seldom meet ("Rqndiwck"); a sound name that no table lists does not
("Scottdale"). The model is `data/letters.npz`, made by `training/letters.py`.
"""

from __future__ import annotations

import io
from functools import cache, lru_cache
from importlib.resources import files
from typing import Final

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
def _table() -> list[float]:
    import numpy as np

    with np.load(io.BytesIO(files("canonym").joinpath("data/letters.npz").read_bytes())) as stored:
        flat: list[float] = stored["surprise"].astype(np.float64).ravel().tolist()
    return flat


@lru_cache(maxsize=400_000)
def surprise(folded: str) -> tuple[float, float]:
    """The mean and the greatest surprise of the letters of a folded form, in bits.

    >>> surprise("london")[1] < surprise("lnodon")[1]
    True
    """
    table = _table()
    found = [
        table[(a * SIZE + b) * SIZE + c]
        for word in folded.split()
        for row in (codes(word),)
        for a, b, c in zip(row, row[1:], row[2:], strict=False)
    ]
    return (sum(found) / len(found), max(found)) if found else (0.0, 0.0)
