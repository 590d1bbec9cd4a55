"""Which word a leftover stands for, once it is known what was cut out.

A leftover is read as the likeliest known word: by frequency, and by whether it stands there with a capital, as
names do. What is a sound word as it stands ("pat" for "patent") must be far outweighed, and all such readings
together may cost no more than about one sound word in 10,000 of running text.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Final, Literal, NamedTuple

from canonym.lexicon import capital, frequencies
from canonym.profile.residues import LEAST_GAIN, WITNESS, gain, without
from canonym.profile.words import RARE

#: How a word stands in its text: in small letters; with a capital inside a sentence; or so that its case says
#: nothing (at the beginning of a sentence, in a headline, among capitals).
Case = Literal["small", "capital", "either"]

#: Sound words that may be mistaken, a word of running text.
_BUDGET: Final[Mapping[Case, float]] = {"small": 1.2e-4, "capital": 0.3e-4, "either": 0.6e-4}
_LEAST_MARGIN: Final = 0.2
#: Lone letters are labels, units and initials in too many texts.
_LETTER_MARGIN: Final = 0.85
#: An unlisted leftover needs more: it may be a name.
_UNLISTED_MARGIN: Final = 1.0
#: What may follow an apostrophe; never read as the leftover of a longer word there.
CLITICS: Final = frozenset({"s", "t", "d", "m", "ll", "re", "ve"})


class Reading(NamedTuple):
    """What a leftover stands for: the known `word`, and the odds (log10) that it does and nothing else."""

    word: str
    margin: float


class Readings(NamedTuple):
    """All `leftovers` of known words without `strings`, each with its one reading by its case.

    `witnesses` are the leftovers that tell that something is missing, with the stem of the word behind and the
    gain (log10); `expected` is how often each string stands in a million words of sound text; `witnessed` how
    many words in a million would become witnesses.
    """

    strings: tuple[str, ...]
    leftovers: frozenset[str]
    by_case: Mapping[Case, Mapping[str, Reading]]
    witnesses: Mapping[str, tuple[str, float]]
    expected: tuple[float, ...]
    witnessed: float


_Groups = Mapping[str, Sequence[tuple[float, str]]]


@lru_cache(maxsize=64)
def readings(strings: tuple[str, ...], lang: str, surplus: tuple[tuple[str, float], ...] = ()) -> Readings:
    """What stands behind each leftover once `strings` are gone.

    `surplus` gives the odds (log10) for sound words that the corpus shows to be leftovers.
    """
    frequency = frequencies(lang)
    expected = [0.0] * len(strings)
    groups: dict[str, list[tuple[float, str]]] = {}
    for word, zipf in frequency.items():
        if not any(s in word for s in strings):
            continue
        for k, string in enumerate(strings):
            expected[k] += 10 ** (zipf - 3) * word.count(string)
        residue = without(word, strings)
        if residue and not any(s in residue for s in strings):
            groups.setdefault(residue, []).append((zipf, word))
    witnesses: dict[str, tuple[str, float]] = {}
    witnessed = 0.0
    for residue, group in groups.items():
        zipf, word = max(group)
        worth = gain(residue, zipf, frequency.get(residue, 0.0))
        if zipf >= WITNESS and worth >= LEAST_GAIN and len(residue) >= 3 and frequency.get(residue, 0.0) < RARE:
            witnesses[residue] = (word[:5], worth)
            witnessed += 10 ** (zipf - 3)
    # What many documents show holds for small letters: with a capital, it may be anybody's name.
    excess: dict[Case, Mapping[str, float]] = {"small": dict(surplus), "capital": {}, "either": {}}
    by_case: dict[Case, Mapping[str, Reading]] = {
        case: _chosen(groups, strings, case, lang, excess[case]) for case in excess
    }
    leftovers = frozenset().union(*by_case.values())
    return Readings(strings, leftovers, by_case, witnesses, tuple(expected), witnessed)


def _chosen(
    groups: _Groups, strings: tuple[str, ...], case: Case, lang: str, surplus: Mapping[str, float]
) -> dict[str, Reading]:
    frequency = frequencies(lang)
    out: dict[str, Reading] = {}
    contenders: list[tuple[float, str, str, float]] = []
    for residue, group in groups.items():
        weighed = [(zipf + _fits(word, strings, case, lang), word) for zipf, word in group]
        zipf, word = max(weighed)
        own = frequency.get(residue, 0.0)
        own = _own(residue, own) + _suits(residue, case, lang) if own else 0.0
        others = sum(10**z for z, w in weighed if w != word)
        margin = zipf - math.log10(10 ** (own or _unlisted(residue)) + others)
        if own and case == "small" and capital(word, lang) > 0.9 and not word.startswith(strings):
            continue  # a name would have its capital: "del" is no "Daniel"
        if own:
            # What the corpus shows is worth more than what the dictionary expects.
            contenders.append((max(margin, surplus.get(residue, margin)), residue, word, own))
        elif margin >= _UNLISTED_MARGIN:
            out[residue] = Reading(word, margin)
    spent = 0.0
    for margin, residue, word, own in sorted(contenders, reverse=True):
        cost = 10 ** (own - 9)
        if margin >= (_LEAST_MARGIN if len(residue) > 1 else _LETTER_MARGIN) and spent + cost <= _BUDGET[case]:
            spent += cost
            out[residue] = Reading(word, margin)
    return out


def rivals(string: str, lang: str) -> Mapping[str, tuple[float, str]]:
    """Sound words that are leftovers of others too, without the string: the Zipf frequency and the word."""
    frequency = frequencies(lang)
    out: dict[str, tuple[float, str]] = {}
    for word, zipf in frequency.items():
        if string in word:
            residue = without(word, (string,))
            if residue in frequency and len(residue) > 1 and residue not in CLITICS:
                out[residue] = max(out.get(residue, (0.0, "")), (zipf, word))
    return out


def _suits(word: str, case: Case, lang: str) -> float:
    """How likely (log10) a word stands in that case."""
    if case == "either":
        return 0.0
    share = capital(word, lang)
    return math.log10(share if case == "capital" else 1 - share)


def _fits(word: str, strings: tuple[str, ...], case: Case, lang: str) -> float:
    """How likely (log10) the leftover of a word stands in that case: without its head, it has no capital."""
    if word.startswith(strings):
        return -2.0 if case == "capital" else 0.0
    return _suits(word, case, lang)


def _own(residue: str, zipf: float) -> float:
    """The frequency (Zipf) of a leftover as a word by itself."""
    if len(residue) == 1 or residue in CLITICS:
        return max(0.5, zipf - 1)  # mostly initials, units, and what follows an apostrophe
    return zipf


def _unlisted(residue: str) -> float:
    """The frequency (Zipf) granted to an unlisted leftover: short ones are often initials or units."""
    return 0.3 if len(residue) > 2 else 2.0
