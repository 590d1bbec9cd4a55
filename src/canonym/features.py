"""What tells a damaged name from another sound word: one pure function a feature, its docstring its explanation.

String features depend on the form and the candidate only and are worked out once for each distinct pair; context
features come from the document.
"""

from __future__ import annotations

import json
import math
from functools import cache, lru_cache
from importlib.resources import files

from canonym.keys import squeeze
from canonym.lexicon import zipf
from canonym.model import Entity


@cache
def _costs() -> tuple[dict[str, str], frozenset[tuple[str, str]], frozenset[tuple[str, str]]]:
    raw = json.loads(files("canonym").joinpath("data/edits.json").read_text("utf-8"))
    keys = raw["neighbouring_keys"]
    return keys, _both_ways(raw["romanisation_pairs"]), _both_ways(raw["ocr_pairs"])


def _both_ways(pairs: list[list[str]]) -> frozenset[tuple[str, str]]:
    return frozenset((a, b) for x, y in pairs for a, b in ((x, y), (y, x)))


@lru_cache(maxsize=200_000)
def edit_cost(form: str, alias: str) -> float:
    """How much must be changed in the spelling: edits, weighted by how easily each happens.

    Weights after the measurements noted in docs/decisions.md: a neighbouring key .75, another letter 1.1, a letter
    too many 1.0 (doubled .7), a letter lost .85 (of a double .6), two letters swapped .7, a romanisation pair .45, a
    look-alike of print .5, .5 more where the first letter is hurt; a blank .3.
    """
    keys, roman, ocr = _costs()
    n, m = len(form), len(alias)
    infinity = float("inf")
    rows = [[infinity] * (m + 1) for _ in range(n + 1)]
    rows[0][0] = 0.0
    for i in range(n + 1):
        first = 0.5 if i <= 1 else 0.0
        for j in range(m + 1):
            here = rows[i][j]
            if i and j and form[i - 1] == alias[j - 1]:
                here = min(here, rows[i - 1][j - 1])
            if i and j and form[i - 1] != alias[j - 1]:
                a, b = form[i - 1], alias[j - 1]
                if (a, b) in roman:
                    cost = 0.45
                elif (a, b) in ocr:
                    cost = 0.5
                elif b in keys.get(a, ""):
                    cost = 0.75
                else:
                    cost = 1.1
                here = min(here, rows[i - 1][j - 1] + cost + (first if j <= 1 else 0.0))
            if i:  # a letter of the form that the alias lacks
                a = form[i - 1]
                cost = 0.3 if a == " " else 0.7 if i > 1 and form[i - 2] == a else 1.0
                here = min(here, rows[i - 1][j] + cost + (0.5 if j == 0 else 0.0))
            if j:  # a letter of the alias that the form lost
                b = alias[j - 1]
                cost = 0.3 if b == " " else 0.6 if j > 1 and alias[j - 2] == b else 0.85
                here = min(here, rows[i][j - 1] + cost + (0.5 if i == 0 and j == 1 else 0.0))
            if i > 1 and j > 1 and form[i - 1] == alias[j - 2] and form[i - 2] == alias[j - 1] != form[i - 1]:
                here = min(here, rows[i - 2][j - 2] + 0.7 + (0.5 if j == 2 else 0.0))
            for x in (1, 2):  # pairs of letters that write one sound or look alike: kh/x, rn/m
                for y in (1, 2):
                    if x + y > 2 and i >= x and j >= y:
                        pair = (form[i - x : i], alias[j - y : j])
                        if pair in roman or pair in ocr:
                            here = min(here, rows[i - x][j - y] + 0.5)
            rows[i][j] = here
    return rows[n][m]


def relative_cost(form: str, alias: str) -> float:
    """How much of the spelling must be changed, by length."""
    return edit_cost(form, alias) / math.sqrt(max(4, len(squeeze(alias))))


@lru_cache(maxsize=200_000)
def commonness(form: str) -> float:
    """How ordinary the words of the form are: the rarest of them (Zipf scale, 0 is unknown)."""
    return min(zipf(word) for word in form.split())


def prominence(entity: Entity) -> float:
    """How well known the place or outlet is: the logarithm of its prominence, 0 to 9."""
    return math.log10(max(1, entity.prominence))
