"""What a spelling says about a candidate: one pure function a feature, its docstring its explanation.

These depend on the form and the candidate only, and are worked out once for each distinct pair. What the document
says is in `evidence`.
"""

from __future__ import annotations

import json
import math
from collections.abc import Callable
from functools import cache, lru_cache
from typing import Final

from canonym import lexicon, native
from canonym.datafiles import data_file
from canonym.indexkeys import OTHER_NAMES
from canonym.keys import rules, sounds, squeeze
from canonym.letters import odds, surprise
from canonym.lexicon import zipf
from canonym.model import Candidate
from canonym.text import fold


@cache
def _costs() -> tuple[dict[str, str], frozenset[tuple[str, str]], frozenset[tuple[str, str]]]:
    raw = json.loads(data_file("edits.json").read_text("utf-8"))
    keys = raw["neighbouring_keys"]
    return keys, _both_ways(raw["romanisation_pairs"]), _both_ways(raw["ocr_pairs"])


def _both_ways(pairs: list[list[str]]) -> frozenset[tuple[str, str]]:
    return frozenset((a, b) for x, y in pairs for a, b in ((x, y), (y, x)))


@cache
def compiled_costs() -> native.Edits:
    """`edit_cost`, compiled."""
    keys, roman, ocr = _costs()
    return native.Edits(keys=keys, roman=roman, ocr=ocr)


@cache
def speller() -> native.Speller:
    """`of_spelling` for all candidates of a form, compiled."""
    return native.Speller(
        edits=compiled_costs(), lexicon=lexicon.compiled("en"), sounds=rules().consonants, letters=odds()
    )


def named(candidate: Candidate) -> tuple[str, str, int, bool, bool]:
    """What the compiled features read of a candidate."""
    e = candidate.entity
    foreign = candidate.kind in OTHER_NAMES
    return fold(candidate.alias), fold(e.canonical), e.prominence, candidate.match == "rule", foreign


@lru_cache(maxsize=20_000)
def edit_cost(form: str, alias: str) -> float:
    """How much must be changed in the spelling: edits, weighted by how easily each happens.

    Weights measured on damaged place names in news: a neighbouring key .75, another letter 1.1, a letter too many
    1.0 (doubled .7), a letter lost .85 (of a double .6), two letters swapped .7, a romanisation pair .45, a
    look-alike of print .5, .5 more where the first letter is hurt; a blank .3.
    """
    return compiled_costs().cost(form, alias) if native.COMPILED else edit_cost_plain(form, alias)


def edit_cost_plain(form: str, alias: str) -> float:
    """`edit_cost` in Python: what the compiled one must equal."""
    keys, roman, ocr = _costs()
    # What both begin and end with costs nothing; the rows between are short.
    low = 0
    while low < min(len(form), len(alias)) - 2 and form[low] == alias[low]:
        low += 1
    low = max(0, low - 2)
    high = 0
    while high < min(len(form), len(alias)) - low - 2 and form[-1 - high] == alias[-1 - high]:
        high += 1
    high = max(0, high - 2)
    if low or high:
        at_start = low == 0
        form, alias = form[low : len(form) - high], alias[low : len(alias) - high]
    else:
        at_start = True
    penalty = 0.5 if at_start else 0.0
    n, m = len(form), len(alias)
    infinity = float("inf")
    rows = [[infinity] * (m + 1) for _ in range(n + 1)]
    rows[0][0] = 0.0
    for i in range(n + 1):
        a = form[i - 1] if i else ""
        first = penalty if i <= 1 else 0.0
        for j in range(m + 1):
            here = rows[i][j]
            b = alias[j - 1] if j else ""
            if i and j:
                if a == b:
                    here = min(here, rows[i - 1][j - 1])
                else:
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
                cost = 0.3 if a == " " else 0.7 if i > 1 and form[i - 2] == a else 1.0
                here = min(here, rows[i - 1][j] + cost + (penalty if j == 0 else 0.0))
            if j:  # a letter of the alias that the form lost
                cost = 0.3 if b == " " else 0.6 if j > 1 and alias[j - 2] == b else 0.85
                here = min(here, rows[i][j - 1] + cost + (penalty if i == 0 and j == 1 else 0.0))
            if i > 1 and j > 1 and a == alias[j - 2] and form[i - 2] == b != a:
                here = min(here, rows[i - 2][j - 2] + 0.7 + (penalty if j == 2 else 0.0))
            # pairs of letters that write one sound or look alike: kh/x, rn/m
            if i > 1 and j and ((form[i - 2 : i], b) in roman or (form[i - 2 : i], b) in ocr):
                here = min(here, rows[i - 2][j - 1] + 0.5)
            if i and j > 1 and ((a, alias[j - 2 : j]) in roman or (a, alias[j - 2 : j]) in ocr):
                here = min(here, rows[i - 1][j - 2] + 0.5)
            if i > 1 and j > 1 and (form[i - 2 : i], alias[j - 2 : j]) in roman:
                here = min(here, rows[i - 2][j - 2] + 0.5)
            rows[i][j] = here
    return rows[n][m]


@lru_cache(maxsize=20_000)
def commonness(form: str) -> float:
    """How ordinary the words of the form are: the rarest of them (Zipf scale, 0 is unknown)."""
    return min(map(zipf, form.split()), default=0.0)


def cost(form: str, alias: str, candidate: Candidate) -> float:
    """How much of the spelling must be changed, in weighted edits."""
    return edit_cost(form, alias)


def relative_cost(form: str, alias: str, candidate: Candidate) -> float:
    """The weighted edits by the length of the name."""
    return edit_cost(form, alias) / math.sqrt(max(4, len(squeeze(alias))))


def edits(form: str, alias: str, candidate: Candidate) -> float:
    """The number of letters lost, added, changed or swapped."""
    from rapidfuzz.distance import OSA

    return float(OSA.distance(squeeze(form), squeeze(alias)))


def likeness(form: str, alias: str, candidate: Candidate) -> float:
    """How alike the spellings are from their beginnings (Jaro and Winkler, 0 to 1)."""
    from rapidfuzz.distance import JaroWinkler

    return float(JaroWinkler.similarity(squeeze(form), squeeze(alias)))


def length(form: str, alias: str, candidate: Candidate) -> float:
    """The number of letters of the name."""
    return float(min(20, len(squeeze(alias))))


def longer(form: str, alias: str, candidate: Candidate) -> float:
    """How many letters the form has more than the name."""
    return float(len(squeeze(form)) - len(squeeze(alias)))


def first_letter(form: str, alias: str, candidate: Candidate) -> float:
    """Whether the first letter is another one."""
    return float(form[:1] != alias[:1])


def last_letter(form: str, alias: str, candidate: Candidate) -> float:
    """Whether the last letter is another one."""
    return float(form[-1:] != alias[-1:])


def frame(form: str, alias: str, candidate: Candidate) -> float:
    """Whether the consonants sound the same."""
    return float(sounds(squeeze(form))[0] == sounds(squeeze(alias))[0])


def rule(form: str, alias: str, candidate: Candidate) -> float:
    """Whether a rule of spelling or romanisation explains the difference."""
    return float(candidate.match == "rule")


def blanks(form: str, alias: str, candidate: Candidate) -> float:
    """How many blanks more the form has than the name."""
    return float(form.count(" ") - alias.count(" "))


def figures(form: str, alias: str, candidate: Candidate) -> float:
    """Whether figures stand for letters, as print is misread."""
    return float(any(c.isdigit() for c in form))


def words(form: str, alias: str, candidate: Candidate) -> float:
    """The number of words of the form."""
    return float(form.count(" ") + 1)


def rarest_word(form: str, alias: str, candidate: Candidate) -> float:
    """How common the rarest word of the form is (Zipf scale)."""
    return commonness(form)


def joined_word(form: str, alias: str, candidate: Candidate) -> float:
    """How common the form is written as one word (Zipf scale)."""
    return zipf(squeeze(form))


def name_word(form: str, alias: str, candidate: Candidate) -> float:
    """How common the rarest word of the name is (Zipf scale)."""
    return commonness(alias)


def prominence(form: str, alias: str, candidate: Candidate) -> float:
    """How well known the place or outlet is: the logarithm of its prominence."""
    return math.log10(max(1, candidate.entity.prominence))


def canonical(form: str, alias: str, candidate: Candidate) -> float:
    """Whether the spelling it is near to is the canonical one."""
    return float(fold(candidate.entity.canonical) == alias)


def far_fetched(form: str, alias: str, candidate: Candidate) -> float:
    """How far the spelling it is near to lies from the canonical one, 0 (the same) to 1."""
    from rapidfuzz.distance import JaroWinkler

    return 1.0 - float(JaroWinkler.similarity(alias, fold(candidate.entity.canonical)))


def listed_kind(form: str, alias: str, candidate: Candidate) -> float:
    """Whether the spelling it is near to is a translation or a former name."""
    return float(candidate.kind in OTHER_NAMES)


def oddness(form: str, alias: str, candidate: Candidate) -> float:
    """How odd the letters of the form look (bits a letter)."""
    return surprise(form)[0]


def oddest(form: str, alias: str, candidate: Candidate) -> float:
    """How odd the oddest letter of the form is (bits)."""
    return surprise(form)[1]


def odder(form: str, alias: str, candidate: Candidate) -> float:
    """How much odder the form looks than the name (bits a letter)."""
    return surprise(form)[0] - surprise(alias)[0]


FEATURES: Final[tuple[Callable[[str, str, Candidate], float], ...]] = (
    cost, relative_cost, edits, likeness, length, longer, first_letter, last_letter, frame, rule, blanks, figures,
    words, rarest_word, joined_word, name_word, prominence, canonical, far_fetched, listed_kind, oddness, oddest, odder,
)  # fmt: skip


@lru_cache(maxsize=20_000)
def of_spelling(form: str, candidate: Candidate) -> tuple[float, ...]:
    """Every feature of a folded form and one candidate, in the order of `FEATURES`."""
    alias = fold(candidate.alias)
    return tuple(feature(form, alias, candidate) for feature in FEATURES)
