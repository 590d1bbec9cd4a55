"""Folding, and word boundaries that hold in every script.

Folding makes spellings comparable: case, accents, width, apostrophes, dashes and blanks no longer tell two
forms apart. It never looks at more than one character at a time, so that each folded character has exactly one
place in the original: offsets cannot drift, as they do when they are taken from `str.lower()`.
"""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_right
from collections.abc import Iterable
from functools import cache, lru_cache
from typing import Final

from canonym import native
from canonym.kept import kept
from canonym.patterns import pattern

#: Apostrophes, quotes inside names, and the marks that romanisations use for ayn and hamza: dropped.
APOSTROPHES: Final = "'’‘‛`´ʻʼʽʾʿˈʹʺ′＇ʰ՚׳״\u02bf\u02be"
#: Hyphens, dashes and the low line: a blank.
DASHES: Final = "-‐‑‒–—―−﹘﹣－_·・⁃~"
#: Invisible characters that stand in words: dropped.
INVISIBLE: Final = "\u00ad\u200b\u200c\u200d\u200e\u200f\u2060\ufeff\u061c\u0640"

# Letters that no decomposition takes apart, with what readers of Latin text write instead.
_LETTERS: Final = {
    "ı": "i", "ø": "o", "đ": "d", "ð": "d", "ł": "l", "ħ": "h", "ŧ": "t", "þ": "th", "æ": "ae", "œ": "oe",
    "ŋ": "ng", "ĸ": "k", "ƙ": "k", "ɓ": "b", "ɗ": "d", "ɖ": "d", "ƴ": "y", "ə": "a", "ǝ": "a", "ɛ": "e", "ɔ": "o",
    "ґ": "г", "ѓ": "г", "ќ": "к", "ё": "е", "ى": "ي", "ی": "ي", "ې": "ي", "ۍ": "ي", "ک": "ك", "ڪ": "ك",
    "ە": "ه", "ہ": "ه", "ھ": "ه", "ۀ": "ه", "ة": "ه", "ٱ": "ا",
}  # fmt: skip

# Combining classes that make other words of a word: kana voicing marks, viramas, and vowels of Thai, Lao, Tibetan.
_KEPT_CLASSES: Final = frozenset({8, 9, 103, 118, 129, 130, 132})


@lru_cache(maxsize=65536)
def fold_char(char: str) -> str:
    """Fold one character to zero or more characters; a separator becomes one blank.

    >>> [fold_char(c) for c in "Éßİ’-ʿ"]
    ['e', 'ss', 'i', '', ' ', '']
    """
    if char in APOSTROPHES or char in INVISIBLE:
        return ""
    if char in DASHES or char.isspace():
        return " "
    out = []
    for part in unicodedata.normalize("NFKD", char):
        combining = unicodedata.combining(part)
        if combining and combining not in _KEPT_CLASSES:
            continue
        for low in part.casefold():
            if unicodedata.combining(low) and unicodedata.combining(low) not in _KEPT_CLASSES:
                continue
            low = _LETTERS.get(low, low)
            if low in APOSTROPHES or low in INVISIBLE:
                continue
            digit = unicodedata.digit(low, -1) if not low.isascii() else -1
            if digit >= 0:
                out.append(str(digit))
            elif low.isalnum() or unicodedata.category(low) in ("Mc", "Mn"):
                out.append(low)
            elif low == "&":
                out.append("&")
            else:
                out.append(" ")
    return "".join(out)


class _FoldTable(dict[int, str]):
    """A `str.translate` table that fills itself as characters turn up."""

    def __missing__(self, code: int) -> str:
        out = fold_char(chr(code))
        self[code] = out
        return out


_TABLE = _FoldTable()
_INITIALS = pattern(r"\b(\w)\.(?=\w\b)")
_BLANKS = pattern(r"  +")
_ASCII_PLAIN = pattern(r"[A-Za-z0-9]+(?: [A-Za-z0-9]+)*")


@lru_cache(maxsize=30_000)
def fold(text: str) -> str:
    """Fold a name: lower case, no accents, one blank between words, none at the ends.

    Idempotent; independent of Unicode normal form.

    >>> fold("Mazār-e  Sharīf"), fold("ＭＡＺＡＲ–E–SHARIF"), fold("Xi’an"), fold("U.S.A.")
    ('mazar e sharif', 'mazar e sharif', 'xian', 'usa')
    """
    if _ASCII_PLAIN.fullmatch(text):
        return text.lower()
    if not text.isascii():
        # Composed first, so that a kana with a loose voicing mark folds as the single character does.
        text = unicodedata.normalize("NFC", text)
    if "." in text:
        text = _INITIALS.sub(r"\1", text)
    return " ".join(text.translate(_TABLE).split())


_DROPPED: Final = {ord(c): None for c in APOSTROPHES + INVISIBLE}
_DROPPED_ASCII: Final = [c for c in APOSTROPHES + INVISIBLE if c.isascii()]


def letters(text: str) -> str:
    """A spelling without its capitals, apostrophes and runs of blanks, but with accents and hyphens.

    >>> letters("N’Djamena"), letters("San\\nJosé")
    ('ndjamena', 'san josé')
    """
    if _ASCII_PLAIN.fullmatch(text):
        return text.lower()
    text = text.casefold()
    if text.isascii():  # most, of which `translate` asks letter by letter
        for char in _DROPPED_ASCII:
            text = text.replace(char, "")
    else:
        text = unicodedata.normalize("NFC", unicodedata.normalize("NFC", text).translate(_DROPPED).casefold())
    return " ".join(text.split())


def unaccented(text: str) -> str:
    """`letters` without accents.

    >>> unaccented("Malé")
    'male'
    """
    apart = unicodedata.normalize("NFD", letters(text))
    return "".join(c for c in apart if not unicodedata.combining(c))


def is_word_char(char: str) -> bool:
    """True where a character belongs to a word: letters, digits, and the marks that combine with them.

    >>> [is_word_char(c) for c in "aЖش9-’ \u0301"]
    [True, True, True, True, False, False, False, True]
    """
    return char.isalnum() or unicodedata.category(char) in ("Mn", "Mc", "Me") or char in "\u200c\u200d"


def is_boundary(text: str, at: int) -> bool:
    """True where no word runs across offset `at`.

    >>> is_boundary("Римский", 3), is_boundary("в Риме", 2), is_boundary("Kabul's", 5)
    (False, True, True)
    """
    if at <= 0 or at >= len(text):
        return True
    return not (is_word_char(text[at - 1]) and is_word_char(text[at]))


@cache
def character_classes() -> tuple[str, str, str]:
    """Character classes for `re`: capitals, combining marks, letters of scripts without capitals (all planes)."""
    name = f"characters-{unicodedata.unidata_version}-3.data"
    upper, mark, caseless = kept(
        name, lambda data: data[:].decode().split("\n"), lambda: "\n".join(_character_classes()).encode()
    )
    return upper, mark, caseless


def _character_classes() -> tuple[str, str, str]:
    found: dict[str, list[tuple[int, int]]] = {"upper": [], "mark": [], "caseless": []}
    for code in range(0x80, 0x20000):
        char = chr(code)
        category = unicodedata.category(char)
        # Beyond the first plane a class for `re` is a list that is walked for every character: the few scripts there
        # that have capitals (Adlam, Deseret) are looked for as those without.
        if category in ("Lu", "Lt") and code < 0x10000:
            name = "upper"
        elif category in ("Mn", "Mc") and code < 0x10000:
            name = "mark"
        elif (
            (category == "Lo" and code > 0x2FF)
            or (category == "Ll" and 0x10D0 <= code <= 0x10FF)
            or (category in ("Lu", "Ll") and code >= 0x10000)
        ):
            name = "caseless"
        else:
            continue
        ranges = found[name]
        if ranges and ranges[-1][1] == code - 1:
            ranges[-1] = (ranges[-1][0], code)
        else:
            ranges.append((code, code))
    found["caseless"].append((0x20000, 0x323AF))
    upper, mark, caseless = ("".join(f"{chr(a)}-{chr(b)}" for a, b in found[n]) for n in found)
    return "A-Z" + upper, mark, caseless


#: Up to here every letter is of a script that has capitals.
_LAST_CASED: Final = "\u0558"


@cache
def _caseless() -> tuple[list[str], list[str]]:
    """Where the ranges of those characters begin, and end: `re` takes much longer to make a pattern of so many."""
    ranges = re.findall("(.)(?:-(.))?", character_classes()[2])
    return [first for first, _ in ranges], [last or first for first, last in ranges]


@lru_cache(maxsize=65536)
def _is_caseless(char: str) -> bool:
    begins, ends = _caseless()
    at = bisect_right(begins, char)
    return at > 0 and char <= ends[at - 1]


def has_caseless(text: str) -> bool:
    """True where a text holds a letter of a script without capitals (Arabic, Han, Devanagari ...).

    >>> has_caseless("Kabul کابل"), has_caseless("Каб")
    (True, False)
    """
    return not text.isascii() and any(map(_is_caseless, far(text)))


def without_caseless(text: str) -> str:
    """The text with a full stop for every letter of a script without capitals, and every other character in its place.

    >>> without_caseless("在Kabul市")
    '.Kabul.'
    """
    letters = "".join(filter(_is_caseless, far(text)))
    return native.stopped(text, letters) if native.COMPILED else stopped_plain(text, letters)


def stopped_plain(text: str, letters: str) -> str:
    """A text with a full stop for each of some characters: what the compiled one must equal."""
    return text.translate(dict.fromkeys(map(ord, letters), "."))


def far(text: str) -> Iterable[str]:
    """The distinct characters of a text among which are those of scripts without capitals.

    >>> sorted(far("Kabul کابل, Каб"))
    ['ا', 'ب', 'ل', 'ک']
    """
    return native.letters_beyond(text, _LAST_CASED) if native.COMPILED else far_plain(text)


def far_plain(text: str) -> Iterable[str]:
    """`far` in Python: what the compiled one must equal."""
    return {c for c in set(text) if c > _LAST_CASED}


_BEYOND: Final = pattern(r"[^\x00-\x7f]+")


def beyond_ascii(text: str) -> list[tuple[int, int]]:
    """The spans of a text that are beyond ASCII.

    >>> beyond_ascii("in “Köln”")
    [(3, 4), (5, 6), (8, 9)]
    """
    return native.beyond(text) if native.COMPILED else beyond_ascii_plain(text)


def beyond_ascii_plain(text: str) -> list[tuple[int, int]]:
    """`beyond_ascii` in Python: what the compiled one must equal."""
    return [match.span() for match in _BEYOND.finditer(text)]
