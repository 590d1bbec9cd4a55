"""What is an ordinary word: frequencies by wordfreq, loaded when first asked.

A frequency is on the Zipf scale: log10 of occurrences in a thousand million words, so 3 is once in a million words,
0 means not known (Speer, wordfreq; after van Heuven et al. 2014).
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from functools import cache
from importlib.resources import files


@cache
def frequencies(lang: str = "en") -> Mapping[str, float]:
    """Every known word of a language (lower case) with its Zipf frequency, 0 to 8; some 320,000 for English."""
    from wordfreq import available_languages, get_frequency_dict

    if lang not in available_languages("best"):
        return {}
    return {w: round(math.log10(f) + 9, 2) for w, f in get_frequency_dict(lang, "best").items()}


def zipf(word: str, lang: str = "en") -> float:
    """The Zipf frequency of one word, 0.0 where it is not known.

    >>> zipf("Office") > 5, zipf("Tebyan")
    (True, 0.0)
    """
    return frequencies(lang).get(word.lower(), 0.0)


@cache
def _capitals() -> tuple[float, frozenset[str], frozenset[str]]:
    raw = json.loads(files("canonym").joinpath("data/capitals.json").read_text("utf-8"))
    return raw["witnessed"], frozenset(raw["names"].split()), frozenset(raw["doubtful"].split())


def capital(word: str, lang: str = "en") -> float:
    """How often (0 to 1) a word is written with a capital inside a sentence; 0.4 where nobody knows.

    >>> capital("connecticut") > 0.9, capital("bridge") < 0.1
    (True, True)
    """
    if lang != "en":
        return 0.4
    witnessed, names, doubtful = _capitals()
    lowered = word.lower()
    if lowered in names:
        return 0.97
    if lowered in doubtful or zipf(lowered) < witnessed:
        return 0.4
    return 0.05
