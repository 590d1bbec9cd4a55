"""Words of a text, and the language they are of: what the search for scrubbed strings counts."""

from __future__ import annotations

import json
import zlib
from collections import Counter
from collections.abc import Mapping, Sequence
from functools import cache
from typing import Final

from canonym.datafiles import data_file
from canonym.lexicon import above
from canonym.patterns import pattern

_WORD: Final = pattern(r"[^\W\d_]+")
#: Every ASCII character that is no letter becomes a blank, so that `str.split` finds the words.
_BLANKED: Final = bytes(k if chr(k).isalpha() and k < 128 else 32 for k in range(256))
_TYPOGRAPHY: Final = str.maketrans(dict.fromkeys("’‘“”–—…\u00a0", " "))

#: Languages whose words are runs of letters between blanks; the others are left alone.
LANGUAGES: Final = (
    "en", "de", "fr", "es", "it", "pt", "nl", "ru", "pl", "tr", "ar", "fa", "ur", "uk", "id", "sv", "da",
    "nb", "fi", "cs", "sk", "sl", "sh", "ro", "hu", "bg", "mk", "el", "he", "ca", "lt", "lv", "is", "ms", 
    "fil", "vi",
)  # fmt: skip
#: Words below this frequency (Zipf) count as unknown until explained.
RARE: Final = 2.5
_FEWEST: Final = 8
_FEWEST_TYPES: Final = 5
_GLANCE: Final = 200
_LOOK: Final = 2000
ENGLISH_ENOUGH: Final = 0.22
OTHER_ENOUGH: Final = 0.20


def words_of(lowered: str) -> list[str]:
    """The runs of letters of a text in lower case, in order.

    >>> words_of("the 5th of may: kabul's “green” zone")
    ['the', 'th', 'of', 'may', 'kabul', 's', 'green', 'zone']
    """
    if not lowered.isascii():
        lowered = lowered.translate(_TYPOGRAPHY)
        if not lowered.isascii():
            return _WORD.findall(lowered)
    # Bytes are translated ten times as fast as strings.
    return lowered.encode("ascii").translate(_BLANKED).decode("ascii").split()


@cache
def _commonest() -> Mapping[str, str]:
    raw: dict[str, str] = json.loads(_stored())
    return raw


def _stored() -> bytes:
    return data_file("languages.json").read_bytes()


def stamp_of_languages() -> int:
    """What tells one set of common words from another."""
    return zlib.crc32(_stored())


@cache
def common(lang: str) -> frozenset[str]:
    """The commonest words of a language, by which its texts are told."""
    return frozenset(_commonest()[lang].split())


@cache
def languages() -> Mapping[str, tuple[str, ...]]:
    """The languages that each of their common words belongs to."""
    out: dict[str, tuple[str, ...]] = {}
    for lang in LANGUAGES:
        for word in common(lang):
            out[word] = (*out.get(word, ()), lang)
    return out


@cache
def frequent(lang: str, floor: float = RARE) -> frozenset[str]:
    """The words of a language with a Zipf frequency of at least `floor`."""
    return frozenset(above(floor, lang))


def language(words: Sequence[str]) -> str:
    """The language of a text, guessed from the commonest words in it; "" where none is plain enough.

    English is tried first; the others are compared only where it fails, so that they are seldom loaded.
    Tables, lists of abbreviations and texts of a few words are of no language.

    >>> language("the man who came to the town and left it for the sea".split())
    'en'
    >>> language("der mann und die frau sind nicht mehr in der stadt".split())
    'de'
    >>> language(["xyzzy"] * 20)
    ''
    """
    if len(words) < _FEWEST:
        return ""
    if _share(words[:_GLANCE], "en") >= ENGLISH_ENOUGH:
        return "en"
    shown = words[:_LOOK]
    known = languages()
    counts: Counter[str] = Counter()
    types: Counter[str] = Counter()
    for word, count in Counter(shown).items():
        for lang in known.get(word, ()):
            counts[lang] += count
            types[lang] += 1
    likely = [lang for lang in LANGUAGES if types[lang] >= _FEWEST_TYPES]
    if not likely:
        return ""
    best = max(likely, key=counts.__getitem__)  # the first of equals
    share = counts[best] / len(shown)
    if best == "en":
        return best if share >= ENGLISH_ENOUGH else ""
    return best if share >= OTHER_ENOUGH and counts[best] >= 2 * counts["en"] else ""


def _share(words: Sequence[str], lang: str) -> float:
    return sum(map(common(lang).__contains__, words)) / len(words)
