"""How likely two names, in any scripts, name one place: `compare`, its batch form, and the reasons in words.

The probability comes from boosted trees over the features of `canonym.similarity`, calibrated on pairs of place
names of all kinds; `training/pairs.py` makes them. A pair is judged by its names alone, and the same whichever way
round it is given and whatever other pairs come with it.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from canonym.romanise import romanisation_key, skeleton
from canonym.text import fold

#: Pairs are worked on so many at a time: enough for arrays to pay, few enough to stay small.
CHUNK: Final = 4096
#: Names longer than this are cut: no place has one, and the work grows with the product of both lengths.
LONGEST: Final = 200


def compare_pairs(pairs: Sequence[tuple[str, str]]) -> list[float]:
    """The probability, 0 to 1, that the two names of each pair name one place; the same order and length.

    A blank name names nothing: 0. Two names of equal characters are one name: 1. A name without letters and digits
    ("!!!") says nothing: 0, unless the other is the same.
    """
    import numpy as np

    from canonym.similarity.forms import batch
    from canonym.similarity.known import rivalry
    from canonym.similarity.vector import matrix
    from canonym.trees import shipped

    trees = shipped("pairs")
    out: list[float] = []
    for start in range(0, len(pairs), CHUNK):
        part = [(a.strip()[:LONGEST], b.strip()[:LONGEST]) for a, b in pairs[start : start + CHUNK]]
        ready = batch(part)
        odds = trees.log_odds(matrix(ready)) + rivalry(ready)
        scores = 1 / (1 + np.exp(-odds))
        says = [bool(one.folded and two.folded) for one, two in zip(ready.left, ready.right, strict=True)]
        out += [
            1.0 if a == b != "" else float(score) if said else 0.0
            for (a, b), score, said in zip(part, scores, says, strict=True)
        ]
    return out


def compare(a: str, b: str) -> float:
    """The probability, 0 to 1, that two names, in any scripts, name one place. Symmetrical.

    >>> compare("Kandahar", "Qandahar") > 0.5 > compare("Kandahar", "Kabul")
    True
    """
    return compare_pairs([(a, b)])[0]


def explain_pair(a: str, b: str) -> list[str]:
    """Why two names are held to be one or two, in words, the plainest reason first.

    >>> explain_pair("Qandahar", "Kandahar")[0]
    'equal under romanisation rules'
    """
    from canonym.similarity.edits import telling
    from canonym.similarity.forms import SCRIPTS, batch
    from canonym.similarity.known import rivalry
    from canonym.similarity.vector import FEATURES, matrix

    if not a.strip() or not b.strip():
        return ["one of the names is blank"]
    pair = batch([(a.strip()[:LONGEST], b.strip()[:LONGEST])])
    one, two = pair.left[0], pair.right[0]
    if not one.folded or not two.folded:
        return ["the same characters" if one.text == two.text else "one of the names has no letters and digits"]
    reasons: list[str] = []
    if rivalry(pair)[0]:
        reasons.append("both are well-known names, of two places")
    if one.folded == two.folded:
        reasons.append("equal but for case, accents and dashes")
    elif one.squeezed == two.squeezed:
        reasons.append("equal when read in Latin, blanks left out")
    elif romanisation_key(a).replace(" ", "") == romanisation_key(b).replace(" ", ""):
        reasons.append("equal under romanisation rules")
    elif fold(a) and skeleton(a) == skeleton(b) != "":
        reasons.append("the same consonants")
    if one.script != two.script and min(one.script, two.script) < SCRIPTS.index("cyrillic") <= two.script:
        reasons.append(f"read from another script: {two.text} as {two.latin}")
    row = dict(zip((f.name for f in FEATURES), matrix(pair)[0].tolist(), strict=True))
    if row["acronym"]:
        reasons.append("one is made of the other's initials")
    if row["kinds_agree"] < -1:
        reasons.append("words of kind on both sides mean two things")
    elif row["kinds_agree"] > 0 and one.words != two.words:
        reasons.append("words of kind mean the same")
    for name, low, high in (
        ("sounds_a_letter", "the letters do not correspond", "the letters correspond"),
        ("network", "read as a whole: two names", "read as a whole: one name"),
    ):
        if abs(row[name]) > (1.0 if name == "network" else 0.5):
            reasons.append(f"{high if row[name] > 0 else low} ({row[name]:+.1f})")
    for words, odds in telling(one, two):
        if abs(odds) >= 0.1:
            reasons.append(f"{words}: speaks for {'one' if odds > 0 else 'two'} ({odds:+.1f})")
    return reasons or ["spelt differently"]
