"""How likely two names name one place: `compare`, its batch form, and the reasons in words."""

from __future__ import annotations

import math
from collections.abc import Sequence

from canonym.romanise import romanisation_key, romanise, skeleton
from canonym.text import fold


def _score(a: str, b: str) -> float:
    from rapidfuzz.distance import OSA, JaroWinkler

    if not a.strip() or not b.strip():
        return 0.0
    left, right = fold(romanise(a)).replace(" ", ""), fold(romanise(b)).replace(" ", "")
    close = OSA.normalized_similarity(left, right)
    key = OSA.normalized_similarity(
        romanisation_key(a).replace(" ", ""), romanisation_key(b).replace(" ", "")
    )
    bones = OSA.normalized_similarity(skeleton(a), skeleton(b))
    start = JaroWinkler.similarity(left, right)
    return 1 / (1 + math.exp(9.5 - 6 * close - 3 * key - 3 * bones - 1.5 * start))


def compare_pairs(pairs: Sequence[tuple[str, str]]) -> list[float]:
    """The probability, 0 to 1, that the two names of each pair name one place."""
    return [_score(a, b) for a, b in pairs]


def compare(a: str, b: str) -> float:
    """The probability, 0 to 1, that two names, in any scripts, name one place. Symmetrical.

    >>> compare("Kandahar", "Qandahar") > 0.5 > compare("Kandahar", "Kabul")
    True
    """
    return compare_pairs([(a, b)])[0]


def explain_pair(a: str, b: str) -> list[str]:
    """Why two names are held to be one, or not, in words."""
    reasons = []
    if fold(a) == fold(b):
        reasons.append("equal but for case, accents and dashes")
    elif romanisation_key(a) == romanisation_key(b):
        reasons.append("equal under romanisation rules")
    elif skeleton(a) == skeleton(b):
        reasons.append("the same consonants")
    return reasons or ["spelt differently"]
