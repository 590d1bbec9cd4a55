"""Learned correspondence of letters between two kinds of writing: a pair hidden Markov model.

A pair is read as a run of steps: a letter against a letter, or a letter against nothing. For every two kinds of
writing a table holds, for each step, how much likelier it is in two names of one place than by chance. The sum
over all ways to read the pair so (the forward algorithm, with matching, left-only and right-only states, so that a
word left out costs less than its letters one by one) tells "Хабаровск" from "Habarovsk" apart, or
"mzar shryf" from "Mazar-e Sharif", without a rule for either.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from typing import Final

import numpy as np
from numpy.typing import NDArray

from canonym.datafiles import data_file
from canonym.records import dataclass
from canonym.similarity.forms import SCRIPTS, Batch, Forms

Floats = NDArray[np.float32]

#: Names are read up to here; the longest of towns fit.
LONGEST: Final = 40
#: What one unit of a stored table is worth, in natural logarithms.
UNIT: Final = 0.08
_BY_LATIN: Final = frozenset(map(SCRIPTS.index, ("han", "other", "telugu")))
_LATIN, _LOWER = SCRIPTS.index("latin"), SCRIPTS.index("lower")


@dataclass(frozen=True, slots=True)
class Table:
    """The steps between two kinds of writing, as log-odds.

    `left` and `right` map a letter to its row or column; row 0 and column 0 stand for letters never seen, the last
    row and column for nothing. `odds` has shape (letters left + 2, letters right + 2). `stay` holds the log
    probabilities (match to match, match to gap, gap to gap, gap to match).
    """

    left: Mapping[str, int]
    right: Mapping[str, int]
    odds: NDArray[np.float64]
    stay: tuple[float, float, float, float]


def letters(name: Forms, kind: int) -> str:
    """What the model reads of a name: its own letters, or its Latin reading where `kind` is another."""
    return (name.folded if kind == name.script and kind not in _BY_LATIN else name.latin)[:LONGEST]


def kinds(left: int, right: int, known: Mapping[tuple[int, int], Table]) -> tuple[int, int]:
    """The table to use for two kinds of writing: their own, else that of Latin readings."""
    if (left, right) in known:
        return left, right
    for pair in ((_LATIN, right), (_LOWER, right), (left, _LATIN)):
        if pair in known and left != right:
            return pair
    return _LATIN, _LATIN


@cache
def tables() -> Mapping[tuple[int, int], Table]:
    """The shipped tables by kinds of writing."""
    with data_file("sounds.npz").open("rb") as file, np.load(file) as raw:
        arrays = {name: raw[name] for name in raw.files}
    return unpack(arrays)


def unpack(arrays: Mapping[str, NDArray[np.generic]]) -> dict[tuple[int, int], Table]:
    """Tables from their stored arrays: `pairs` (n, 2), and for each k `left_k`, `right_k`, `odds_k`, `stay_k`."""
    out = {}
    for k, (one, two) in enumerate(arrays["pairs"].tolist()):
        left = {chr(code): at + 1 for at, code in enumerate(arrays[f"left_{k}"].tolist())}
        right = {chr(code): at + 1 for at, code in enumerate(arrays[f"right_{k}"].tolist())}
        a, b, c, d = arrays[f"stay_{k}"].tolist()
        out[one, two] = Table(left, right, arrays[f"odds_{k}"].astype(np.float64) * UNIT, (a, b, c, d))
    return out


def encode(names: Sequence[str], index: Mapping[str, int]) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Names as rows of letter numbers, shape (names, longest), padded with 0; and their lengths, at least 1."""
    lengths = np.array([max(1, len(name)) for name in names], np.intp)
    rows = np.zeros((len(names), int(lengths.max())), np.intp)
    for row, name in zip(rows, names, strict=True):
        row[: len(name)] = [index.get(char, 0) for char in name]
    return rows, lengths


def forward(table: Table, left: Sequence[str], right: Sequence[str]) -> NDArray[np.float64]:
    """The log-odds that each left name and right name are one place's, summed over all readings; shape (pairs,)."""
    x, x_lengths = encode(left, table.left)
    y, y_lengths = encode(right, table.right)
    odds = np.exp(table.odds)
    mm, mg, gg, gm = np.exp(table.stay)
    rows, wide = len(left), y.shape[1]
    nothing = odds.shape[1] - 1
    gap_y = odds[-1][y]
    total = np.zeros(rows)
    # One column of cells per right letter, for the row before (0) and this row (1) of the left letter.
    match = np.zeros((wide + 1, rows))
    skip_x = np.zeros((wide + 1, rows))
    skip_y = np.zeros((wide + 1, rows))
    match[0] = 1.0
    for j in range(1, wide + 1):
        skip_y[j] = (match[j - 1] * mg + skip_y[j - 1] * gg) * gap_y[:, j - 1]
    for i in range(1, x.shape[1] + 1):
        letter = x[:, i - 1]
        gap_x = odds[letter, nothing]
        new_match, new_x, new_y = np.zeros_like(match), np.zeros_like(match), np.zeros_like(match)
        new_x[0] = (match[0] * mg + skip_x[0] * gg) * gap_x
        step = odds[letter[:, None], y]
        new_x[1:] = (match[1:] * mg + skip_x[1:] * gg) * gap_x
        new_match[1:] = (match[:-1] * mm + (skip_x[:-1] + skip_y[:-1]) * gm) * step.T
        for j in range(1, wide + 1):
            new_y[j] = (new_match[j - 1] * mg + (new_y[j - 1] + new_x[j - 1]) * gg) * gap_y[:, j - 1]
        match, skip_x, skip_y = new_match, new_x, new_y
        done = np.flatnonzero(x_lengths == i)
        if len(done):
            at = y_lengths[done]
            total[done] = match[at, done] + skip_x[at, done] + skip_y[at, done]
    return np.log(np.maximum(total, 1e-300))


def _scores(b: Batch, known: Mapping[tuple[int, int], Table]) -> tuple[Floats, Floats]:
    """Log-odds of all pairs, and the same over the longer name's length; worked out a table at a time."""
    groups: dict[tuple[int, int], list[int]] = {}
    for at, (one, two) in enumerate(zip(b.left, b.right, strict=True)):
        groups.setdefault(kinds(one.script, two.script, known), []).append(at)
    raw, lengths = np.zeros(len(b), np.float32), np.ones(len(b), np.float32)
    for pair, rows in groups.items():
        named = [(letters(b.left[r], pair[0]), letters(b.right[r], pair[1]), r) for r in rows]
        named.sort(key=lambda item: (max(len(item[0]), len(item[1])), item[2]))
        for start in range(0, len(named), 1024):
            part = named[start : start + 1024]
            where = [r for _, _, r in part]
            raw[where] = forward(known[pair], [x for x, _, _ in part], [y for _, y, _ in part])
            lengths[where] = [max(1, len(x), len(y)) for x, y, _ in part]
    return raw, raw / lengths


def sounds(b: Batch, known: Mapping[tuple[int, int], Table] | None = None) -> tuple[Floats, Floats]:
    """the letters correspond, as learned: log-odds, and log-odds a letter"""
    return _scores(b, tables() if known is None else known)
