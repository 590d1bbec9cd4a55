"""What is an ordinary word: frequencies by wordfreq, loaded when first asked.

A frequency is on the Zipf scale: log10 of occurrences in a thousand million words, so 3 is once in a million words,
0 means not known (Speer, wordfreq; after van Heuven et al. 2014).
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from functools import cache


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
