"""Features that compare the words of a pair: which find a partner, how much the others weigh, acronyms."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from functools import cache
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from rapidfuzz.distance import OSA

from canonym.datafiles import data_file
from canonym.records import dataclass
from canonym.similarity.forms import Batch, Forms

Floats = NDArray[np.float32]

#: A word this like another is held to be the other, written differently.
PARTNER: Final = 0.6


@dataclass(frozen=True, slots=True)
class Weights:
    """How much a word tells: inverse document frequency over place names, and words of kind (river, shahr, cun)."""

    known: Mapping[str, float]
    unknown: float
    generic: frozenset[str]

    def of(self, word: str) -> float:
        """The weight of one word."""
        return self.known.get(word, self.unknown)


@cache
def weights() -> Weights:
    """The shipped weights."""
    return weights_of(json.loads(data_file("words_idf.json").read_text("utf-8")))


def weights_of(raw: Mapping[str, Any]) -> Weights:
    """Weights from counts: `names` in all, `counts` of words, the `generic` ones."""
    total = raw["names"]
    known = {word: math.log(total / count) for word, count in raw["counts"].items()}
    return Weights(known, math.log(total), frozenset(raw["generic"]))


@dataclass(frozen=True, slots=True)
class Alignment:
    """How the words of two names pair off, greedily, the most alike first.

    `likeness` holds one value a word of the name with fewer words; `lone` are the words without a partner.
    """

    likeness: tuple[float, ...]
    weight: float
    matched: float
    lone: tuple[str, ...]


def align(one: Forms, two: Forms, table: Weights) -> Alignment:
    """Pair off the words of two names."""
    left, right = one.words[:8], two.words[:8]
    all_weight = sum(map(table.of, left)) + sum(map(table.of, right))
    found = sorted(
        ((-OSA.normalized_similarity(x, y), i, j) for i, x in enumerate(left) for j, y in enumerate(right)),
    )
    used_left: set[int] = set()
    used_right: set[int] = set()
    likeness, matched = [], 0.0
    for negative, i, j in found:
        if i in used_left or j in used_right:
            continue
        likeness.append(-negative)
        if -negative < PARTNER:
            continue
        used_left.add(i)
        used_right.add(j)
        matched += -negative * (table.of(left[i]) + table.of(right[j]))
    lone = [w for i, w in enumerate(left) if i not in used_left]
    lone += [w for j, w in enumerate(right) if j not in used_right]
    return Alignment(tuple(likeness), all_weight, matched, tuple(lone))


def _acronym(one: Forms, two: Forms) -> float:
    """1 where one name is made of the other's initials."""
    for short, long in ((one, two), (two, one)):
        if len(short.words) == 1 < len(long.words) and 2 <= len(short.squeezed) <= len(long.words):
            initials = "".join(word[0] for word in long.words)
            content = "".join(word[0] for word in long.words if len(word) > 3)
            if short.squeezed in (initials, content):
                return 1.0
    return 0.0


def _numbers(name: Forms) -> tuple[str, ...]:
    return tuple(word for word in name.words if any(char.isdigit() for char in word))


def _edge(one: Forms, two: Forms, at: int) -> float:
    if not one.words or not two.words:
        return 0.0
    return OSA.normalized_similarity(one.words[at], two.words[at])


#: The features of `word_features`, with what each means when it is high.
WORDS: Final[tuple[tuple[str, str], ...]] = (
    ("words_matched", "the weighty words correspond"),
    ("words_best", "the most alike words are equal"),
    ("words_worst", "every word has its like"),
    ("words_lone_weight", "a rare word stands on one side only"),
    ("words_lone_generic", "only words of kind (river, shahr, cun) stand on one side alone"),
    ("words_lone", "words stand on one side only"),
    ("words_first", "the first words are alike"),
    ("words_last", "the last words are alike"),
    ("words_fewer", "the shorter name has several words"),
    ("words_more", "the longer name has several words"),
    ("words_rarest", "the rarest word of the two names tells much"),
    ("acronym", "one is made of the other's initials"),
    ("numbers_equal", "the same numbers"),
)


def _pair(one: Forms, two: Forms, table: Weights) -> tuple[float, ...]:
    aligned = align(one, two, table)
    lone = [table.of(word) for word in aligned.lone if word not in table.generic]
    generic = sum(word in table.generic for word in aligned.lone)
    numbers = (_numbers(one), _numbers(two))
    return (
        aligned.matched / aligned.weight if aligned.weight else 0.0,
        max(aligned.likeness, default=0.0),
        min(aligned.likeness, default=0.0),
        max(lone, default=0.0),
        float(generic) if not lone else -float(len(lone)),
        float(len(aligned.lone)),
        _edge(one, two, 0),
        _edge(one, two, -1),
        float(min(len(one.words), len(two.words))),
        float(max(len(one.words), len(two.words))),
        max((table.of(w) for w in one.words + two.words), default=0.0),
        _acronym(one, two),
        0.0 if numbers == ((), ()) else 1.0 if numbers[0] == numbers[1] else -1.0,
    )


def word_features(b: Batch, table: Weights | None = None) -> Floats:
    """All word features, shape (pairs, len(WORDS))."""
    table = weights() if table is None else table
    rows = [_pair(one, two, table) for one, two in zip(b.left, b.right, strict=True)]
    return np.array(rows, np.float32).reshape(len(b), len(WORDS))
