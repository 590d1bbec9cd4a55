"""The normal forms of a name that pairs are compared by, and pairs in batches."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Sequence
from functools import cached_property, lru_cache
from typing import Final

from canonym.records import dataclass
from canonym.romanise import romanisation_key, romanise, skeleton
from canonym.text import fold

#: Kinds of writing, the order of which also orders the two names of a pair. "lower" is plain ASCII without a
#: capital, as machines write it ("mzr shryf", "xi an"); scripts beyond these are compared by their Latin reading.
SCRIPTS: Final = (
    "latin", "lower", "cyrillic", "arabic", "han", "kana", "hangul", "thai", "devanagari", "hebrew", "greek",
    "bengali", "georgian", "armenian", "tamil", "telugu", "other",
)  # fmt: skip

_UNICODE_NAMES: Final = {
    "CYRILLIC": "cyrillic", "ARABIC": "arabic", "CJK": "han", "HIRAGANA": "kana", "KATAKANA": "kana",
    "HANGUL": "hangul", "THAI": "thai", "DEVANAGARI": "devanagari", "HEBREW": "hebrew", "GREEK": "greek",
    "BENGALI": "bengali", "GEORGIAN": "georgian", "ARMENIAN": "armenian", "TAMIL": "tamil", "TELUGU": "telugu",
    "LATIN": "latin", "MODIFIER": "latin", "FULLWIDTH": "latin",
}  # fmt: skip


@lru_cache(maxsize=8192)
def _letter_script(char: str) -> str:
    return _UNICODE_NAMES.get(unicodedata.name(char, "?").split()[0].split("-")[0], "other")


def script(text: str) -> str:
    """The kind of writing of a name, one of SCRIPTS: that of most of its letters.

    >>> [script(name) for name in ("Kabul", "kabl", "کابل", "Кабул", "カブール", "12")]
    ['latin', 'lower', 'arabic', 'cyrillic', 'kana', 'lower']
    """
    if text.isascii():
        return "lower" if text == text.lower() else "latin"
    seen = [_letter_script(char) for char in text if char.isalpha()]
    most = max(sorted(set(seen)), key=seen.count, default="latin")
    # One kana among Han letters makes the name Japanese, but the Han letters still read by themselves.
    return "lower" if most == "latin" and text == text.lower() and not _accented(text) else most


def _accented(text: str) -> bool:
    return any(char.isalpha() and not char.isascii() and _letter_script(char) == "latin" for char in text)


@dataclass(frozen=True, slots=True)
class Forms:
    """One name in the forms that features look at; all but `text` and `folded` are ASCII.

    `plain` is what unidecode alone reads, letter by letter, which is how many a data set was romanised.
    """

    text: str
    script: int
    folded: str
    latin: str
    squeezed: str
    plain: str
    key: str
    bones: str
    words: tuple[str, ...]


@lru_cache(maxsize=65536)
def forms(text: str) -> Forms:
    """The forms of one name."""
    from unidecode import unidecode

    folded = fold(text)
    latin = fold(romanise(text))
    squeezed = latin.replace(" ", "")
    plain = squeezed if text.isascii() else fold(unidecode(text)).replace(" ", "")
    return Forms(
        text,
        SCRIPTS.index(script(text)),
        folded,
        latin,
        squeezed,
        plain,
        romanisation_key(text).replace(" ", ""),
        skeleton(text),
        tuple(latin.split()),
    )


@dataclass(frozen=True)
class Batch:
    """Pairs of names, left and right of one length, each pair in an order that its names alone decide."""

    left: tuple[Forms, ...]
    right: tuple[Forms, ...]

    def __len__(self) -> int:
        return len(self.left)

    def column(self, form: Callable[[Forms], str]) -> tuple[list[str], list[str]]:
        """One form of all names: left, right."""
        return [form(f) for f in self.left], [form(f) for f in self.right]

    @cached_property
    def latin(self) -> tuple[list[str], list[str]]:
        """The Latin readings, words apart."""
        return self.column(lambda f: f.latin)

    @cached_property
    def squeezed(self) -> tuple[list[str], list[str]]:
        """The Latin readings without blanks."""
        return self.column(lambda f: f.squeezed)


def batch(pairs: Sequence[tuple[str, str]]) -> Batch:
    """Prepare pairs; whichever way round a pair is given, it comes out the same."""
    left, right = [], []
    for a, b in pairs:
        one, two = forms(a), forms(b)
        if (two.script, two.folded, two.text) < (one.script, one.folded, one.text):
            one, two = two, one
        left.append(one)
        right.append(two)
    return Batch(tuple(left), tuple(right))
