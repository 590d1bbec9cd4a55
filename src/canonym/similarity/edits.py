"""The learned weight of single differences: a linear model over what stands on one side and not on the other.

Two names are laid over each other letter by letter (in their Latin readings); each place where they differ is
named by what is written left and right and by its neighbours, each word that stands on one side only by the
word. A name of such a difference is hashed; its weight says whether names of one place differ so ("-o" and "-a",
"sh" and "s", a missing "district") or names of two ("north" and "south", "-grad" and "-gorsk").
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from typing import Final
from zlib import crc32

import numpy as np
from numpy.typing import NDArray
from rapidfuzz.distance import Levenshtein

from canonym.datafiles import data_file
from canonym.similarity.forms import Batch, Forms

Floats = NDArray[np.float32]

#: Hashes are taken modulo this.
BUCKETS: Final = 1 << 20
UNIT: Final = 0.02
_LONGEST_PART: Final = 6
#: How the name of a difference begins, where it says between which scripts.
_KIND: Final = re.compile(r"(?:\*|\d+(?:\.\d+)?) ")


@dataclass(frozen=True, slots=True)
class Weights:
    """The learned weights: `hashes` sorted, shape (n,); `odds` beside it, log-odds; and the base."""

    hashes: NDArray[np.int64]
    odds: NDArray[np.float64]
    base: float


@cache
def weights() -> Weights:
    """The shipped weights."""
    with data_file("edits.npz").open("rb") as file, np.load(file) as raw:
        return Weights(np.cumsum(raw["steps"].astype(np.int64)), raw["odds"] * UNIT, float(raw["base"]))


def _turn(one: str, two: str, same: bool) -> str:
    """Name a difference; between names in one kind of writing it has no direction."""
    return f"{two}>{one}" if same and two < one else f"{one}>{two}"


def differences(one: Forms, two: Forms) -> list[str]:
    """The names of all differences (and of a few things in common) of a pair.

    >>> from canonym.similarity.forms import forms
    >>> differences(forms("Kabul"), forms("Kabal"))[:3]
    ['0 a>u', '0 ba>bu', '0 al>ul']
    """
    same = one.script == two.script
    kind = f"{one.script}" if same else f"{one.script}.{two.script}"
    left, right = f"^{one.latin}$", f"^{two.latin}$"
    out: list[str] = []
    edits = equal = 0
    for step in Levenshtein.opcodes(left, right):
        i1, i2, j1, j2 = step.src_start, step.src_end, step.dest_start, step.dest_end
        if step.tag == "equal":
            equal += i2 - i1
            continue
        edits += max(i2 - i1, j2 - j1)
        x, y = left[i1:i2], right[j1:j2]
        if len(x) > _LONGEST_PART or len(y) > _LONGEST_PART:
            x, y = x[:3] + "+" + x[-2:], y[:3] + "+" + y[-2:]
        before_x, before_y = left[max(0, i1 - 1) : i1], right[max(0, j1 - 1) : j1]
        after_x, after_y = left[i2 : i2 + 1], right[j2 : j2 + 1]
        out.append(f"{kind} {_turn(x, y, same)}")
        out.append(f"{kind} {_turn(before_x + x, before_y + y, same)}")
        out.append(f"{kind} {_turn(x + after_x, y + after_y, same)}")
        out.append(f"{_turn(before_x + x + after_x, before_y + y + after_y, True)}")
        out.append(f"* {_turn(x, y, True)}")
        if len(x) == 1 == len(y) or not x or not y:
            before = left[max(0, i1 - 2) : i1]
            out.append(f"{_turn(before + x, before + y, True)}:2")
    words_one, words_two = frozenset(one.words), frozenset(two.words)
    both = len(words_one & words_two)
    for word in sorted(words_one ^ words_two):
        out.append(f"w {word}")
        out.append(f"w{min(2, both)} {word}")
    out += [f"s {word}" for word in sorted(words_one & words_two)]
    out.append(f"{kind} edits {min(edits, 12)}")
    out.append(f"share {min(edits, 10)} {min(20, equal)}")
    out.append(f"{kind} words {min(4, len(one.words))} {min(4, len(two.words))} {min(2, both)}")
    return out


def hashed(b: Batch) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """The hashed differences of all pairs: one flat array, and where each pair's begin, shape (pairs + 1,)."""
    codes: list[int] = []
    starts = [0]
    for one, two in zip(b.left, b.right, strict=True):
        codes += [crc32(name.encode()) & (BUCKETS - 1) for name in differences(one, two)]
        starts.append(len(codes))
    return np.array(codes, np.int64), np.array(starts, np.int64)


def edit_odds(b: Batch, table: Weights | None = None) -> Floats:
    """the single differences are such as names of one place have"""
    table = weights() if table is None else table
    codes, starts = hashed(b)
    return odds_of(codes, starts, table)


def odds_of(codes: NDArray[np.int64], starts: NDArray[np.int64], table: Weights) -> Floats:
    """The summed log-odds of hashed differences, shape (pairs,)."""
    at = np.minimum(np.searchsorted(table.hashes, codes), len(table.hashes) - 1)
    found = np.where(table.hashes[at] == codes, table.odds[at], 0.0)
    sums = np.concatenate(([0.0], np.cumsum(found)))
    return (sums[starts[1:]] - sums[starts[:-1]] + table.base).astype(np.float32)


def _in_words(name: str) -> str:
    """A difference of letters as a reader would put it.

    >>> [_in_words(name) for name in ("0 a>o", "* > ", "t e>te")]
    ['"a" stands for "o"', 'a blank or hyphen is left out', 'a blank or hyphen is left out']
    >>> [_in_words(name) for name in ("0.3 ^k>^kh", "0 e> ")]
    ['"k" stands for "kh"', '"e" stands for a blank or hyphen']
    """
    kind = _KIND.match(name)
    letters = name[kind.end() if kind else 0 :].removesuffix(":2")
    x, _, y = letters.partition(">")
    x, y = x.strip("^$"), y.strip("^$")
    if x.replace(" ", "") == y.replace(" ", ""):
        return "a blank or hyphen is left out"
    if not x or not y:
        return f"{_quoted(x or y)} is left out"
    return f"{_quoted(x)} stands for {_quoted(y)}"


def _quoted(letters: str) -> str:
    return f'"{letters}"' if letters.strip() else "a blank or hyphen"


def telling(one: Forms, two: Forms, table: Weights | None = None, most: int = 3) -> list[tuple[str, float]]:
    """The differences that weigh most, in words, with their log-odds: above 0 for one place, below for two."""
    table = weights() if table is None else table
    said: dict[str, float] = {}
    for name in differences(one, two):
        code = np.array([crc32(name.encode()) & (BUCKETS - 1)], np.int64)
        odds = float(odds_of(code, np.array([0, 1], np.int64), table)[0]) - table.base
        kind, _, rest = name.partition(" ")
        if kind in ("w", "w0", "w1", "w2"):
            words = f'"{rest}" stands on one side only'
        elif kind == "s":
            words = f'"{rest}" stands on both sides'
        elif rest.startswith(("edits", "words")) or kind == "share":
            words = "so many letters differ, and so many do not"
        else:
            words = _in_words(name)
        said[words] = said.get(words, 0.0) + odds
    return sorted(said.items(), key=lambda item: (-abs(item[1]), item[0]))[:most]
