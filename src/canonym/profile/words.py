"""Words of a text, and the language they are of: what the search for scrubbed strings counts."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from functools import cache
from typing import Final

from canonym.lexicon import frequencies

_WORD: Final = re.compile(r"[^\W\d_]+")
#: Every ASCII character that is no letter becomes a blank, so that `str.split` finds the words.
_BLANKED: Final = str.maketrans({c: " " for c in map(chr, range(128)) if not c.isalpha()})
_TYPOGRAPHY: Final = str.maketrans(dict.fromkeys("’‘“”–—…\u00a0", " "))

#: Languages whose words are runs of letters between blanks; the others are left alone.
LANGUAGES: Final = (
    "en", "de", "fr", "es", "it", "pt", "nl", "ru", "pl", "tr", "ar", "fa", "ur", "uk", "id", "sv", "da",
    "nb", "fi", "cs", "sk", "sl", "sh", "ro", "hu", "bg", "mk", "el", "he", "ca", "lt", "lv", "is", "ms", 
    "fil", "vi",
)  # fmt: skip
_COMMON: Final = 150
_ENGLISH_ENOUGH: Final = 0.25
_OTHER_ENOUGH: Final = 0.20


def words_of(lowered: str) -> list[str]:
    """The runs of letters of a text in lower case, in order.

    >>> words_of("the 5th of may: kabul's “green” zone")
    ['the', 'th', 'of', 'may', 'kabul', 's', 'green', 'zone']
    """
    if not lowered.isascii():
        lowered = lowered.translate(_TYPOGRAPHY)
        if not lowered.isascii():
            return _WORD.findall(lowered)
    return lowered.translate(_BLANKED).split()


@cache
def _common(lang: str) -> frozenset[str]:
    from wordfreq import top_n_list

    return frozenset(w for w in top_n_list(lang, _COMMON, "small") if w.isalpha())


@cache
def frequent(lang: str, floor: float = 2.5) -> frozenset[str]:
    """The words of a language with a Zipf frequency of at least `floor`."""
    return frozenset(w for w, z in frequencies(lang).items() if z >= floor)


def language(counts: Mapping[str, int] | Collection[str]) -> str:
    """The language of a text, guessed from its commonest words; "" where none is plain enough.

    English is tried first; the others are compared only where it fails, so that they are seldom loaded.

    >>> language("the man who came to the town and left it for the sea".split())
    'en'
    >>> language("der Mann und die Frau sind nicht in der Stadt".lower().split())
    'de'
    >>> language(["xyzzy"] * 20)
    ''
    """
    weights = counts if isinstance(counts, Mapping) else _tally(counts)
    total = sum(weights.values())
    if total < 8:
        return ""
    if _share(weights, "en", total) >= _ENGLISH_ENOUGH:
        return "en"
    best = max(LANGUAGES, key=lambda lang: (_share(weights, lang, total), -LANGUAGES.index(lang)))
    return best if _share(weights, best, total) >= _OTHER_ENOUGH else ""


def _tally(words: Collection[str]) -> Mapping[str, int]:
    from collections import Counter

    return Counter(words)


def _share(weights: Mapping[str, int], lang: str, total: int) -> float:
    return sum(weights[w] for w in _common(lang) if w in weights) / total
