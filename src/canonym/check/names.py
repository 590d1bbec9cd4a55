"""Faults that one name shows by itself: damage, look-alikes, nothing to recognise, an ordinary word."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from itertools import pairwise
from typing import Final

from canonym import domains
from canonym.check.types import Fault, Row
from canonym.lexicon import zipf
from canonym.model import REWRITTEN_KINDS
from canonym.text import fold

#: A word this common in English (Zipf scale) is an ordinary word: some ten times in a million words.
ORDINARY: Final = 4.0
#: The same for an acronym, whose capitals tell it from the word.
ORDINARY_ACRONYM: Final = 5.0
#: Kinds that are looked for in texts as they stand, so that an outlet's ordinary word is met in each of them.
_MET_KINDS: Final = REWRITTEN_KINDS | {"abbreviation", "former", "translation"}

_WORD: Final = re.compile(r"[^\W\d_]+")
_SCRIPTS: Final = ("LATIN", "CYRILLIC", "GREEK", "ARMENIAN", "CHEROKEE")
#: Letters of Latin, Cyrillic and Greek that print alike.
_ALIKE: Final = frozenset("aceijopsxyABCEHIJKMNOPSTXYZасеіјорѕхуһԛԝАВСЕНІЈКМОРЅТХУαικνορτυχγΑΒΕΖΗΙΚΜΝΟΡΤΥΧ")
#: Invisible characters with a purpose in names: joiners of Persian and Indic scripts, marks of direction, and the
#: blank of no width that parts words in Khmer, Lao, Thai, Burmese and Tibetan.
_USEFUL_FORMAT: Final = frozenset("\u200c\u200d\u200e\u200f\u2060\u061c")
_NO_BLANKS: Final = re.compile("[\u0e00-\u0fff\u1000-\u109f\u1780-\u17ff]")


def spelling_faults(rows: Sequence[Row]) -> Iterator[Fault]:
    """Names that are damaged, look like other names, or leave nothing to recognise."""
    canonicals: set[str] = set()
    for row in rows:
        texts = [row.alias]
        # A canonical form is told of once, not with each of its aliases.
        if row.canonical not in canonicals:
            canonicals.add(row.canonical)
            if row.canonical != row.alias:
                texts.insert(0, row.canonical)
        for text in texts:
            if row.kind == "domain" and text == row.alias:
                yield from _domain_faults(row)
                continue
            yield from _encoding(row.line, text)
            yield from _lookalikes(row.line, text)
            if not fold(text):
                yield Fault(
                    row.line,
                    "nothing",
                    "error",
                    f"{_quoted(text)} folds to nothing, so that it is never recognised",
                    "Give it letters or digits, or remove the row",
                )


def _quoted(text: str) -> str:
    """A name as it is shown, with what cannot be seen written out."""
    shown = "".join(c if c.isprintable() else f"\\u{ord(c):04x}" for c in text)
    return f"“{shown}”"


def _domain_faults(row: Row) -> Iterable[Fault]:
    if "." not in domains.key(row.alias).split("/")[0] or any(c.isspace() for c in row.alias):
        yield Fault(
            row.line,
            "domain",
            "error",
            f"{_quoted(row.alias)} is no domain",
            "Write it as example.org, or give another kind",
        )


def _encoding(line: int, text: str) -> Iterator[Fault]:
    if "\ufffd" in text:
        yield Fault(
            line,
            "encoding",
            "error",
            f"{_quoted(text)} holds the replacement character, so letters were lost",
            "Take the name from its source again",
        )
    unseen = {c for c in text if not c.isprintable() and _is_damage(c)}
    if _NO_BLANKS.search(text):
        unseen.discard("\u200b")
    if unseen:
        harmless = all(unicodedata.category(c) == "Cf" for c in unseen)
        codes = ", ".join(f"U+{ord(c):04X}" for c in sorted(unseen))
        yield Fault(
            line,
            "invisible" if harmless else "control",
            "warning" if harmless else "error",
            f"{_quoted(text)} holds {'invisible' if harmless else 'control'} characters ({codes})",
            "Remove them",
        )
    if not text.isascii() and (mended := _mended(text)) is not None:
        remedy = f"Write {_quoted(mended)}" if mended else "Take the name from its source again"
        yield Fault(line, "encoding", "error", f"{_quoted(text)} is mojibake", remedy)


def _is_damage(char: str) -> bool:
    category = unicodedata.category(char)
    return category in ("Cc", "Cs", "Co", "Cn") or (category == "Cf" and char not in _USEFUL_FORMAT)


def _mended(text: str) -> str | None:
    """What a name in the wrong encoding should be, "" where that cannot be told, None for a sound one."""
    from ftfy import fix_encoding
    from ftfy.badness import is_bad

    if not is_bad(text):
        return None
    mended = fix_encoding(text)
    return "" if mended == text else mended


@lru_cache(maxsize=4096)
def _script(char: str) -> str:
    name = unicodedata.name(char, "")
    return next((s for s in _SCRIPTS if name.startswith(s)), "")


def _lookalikes(line: int, text: str) -> Iterator[Fault]:
    if text.isascii():
        return
    for word in _WORD.findall(text):
        if word.isascii():
            continue
        scripts: dict[str, list[str]] = {}
        for char in word:
            if script := _script(char):
                scripts.setdefault(script, []).append(char)
        if len(scripts) < 2:
            continue
        few = min(scripts, key=lambda s: (len(scripts[s]), s))
        most = max(scripts, key=lambda s: (len(scripts[s]), s))
        alike = _ALIKE.issuperset(scripts[few])
        if not alike and _switches(word) == 1:
            continue  # a name of two parts: АКИpress
        letters = ", ".join(f"{c} (U+{ord(c):04X})" for c in dict.fromkeys(scripts[few]))
        yield Fault(
            line,
            "look-alike",
            "error" if alike else "warning",
            f"“{word}” mixes {most.title()} letters with {few.title()} ones: {letters}",
            f"Type it in {most.title()} letters only",
        )


def _switches(word: str) -> int:
    """How often a word goes from one script to another."""
    return sum(a != b for a, b in pairwise(s for s in map(_script, word) if s))


def word_faults(rows: Sequence[Row]) -> Iterator[Fault]:
    """Aliases that are ordinary English words as well, and would be met wherever the word stands."""
    declared = {(r.entity, fold(r.alias)) for r in rows if r.kind in ("weak", "never")}
    for row in rows:
        folded = fold(row.alias)
        # With accents it is another word: Expansión is met as it is spelt.
        if not (row.alias.isascii() and folded.isalpha()) or (row.entity, folded) in declared:
            continue
        rewritten = row.kind in REWRITTEN_KINDS and folded != fold(row.canonical)
        elsewhere = row.type != "place" and row.kind in _MET_KINDS
        if not (rewritten or elsewhere):
            continue
        acronym = row.alias.isupper() and len(folded) < 6
        frequency = zipf(folded)
        if frequency < (ORDINARY_ACRONYM if acronym else ORDINARY):
            continue
        if rewritten and not acronym:
            yield Fault(
                row.line,
                "ordinary",
                "error",
                f"“{row.alias}” is an ordinary English word (frequency {frequency:.1f} of 8), and would be "
                f"rewritten to “{row.canonical}”",
                "Give it the kind weak, or translation or former if it is a name that need not be rewritten",
            )
        elif row.type:
            yield Fault(
                row.line,
                "ordinary",
                "warning",
                f"“{row.alias}” is an ordinary English word (frequency {frequency:.1f} of 8)",
                "Add a row of kind weak, so that it needs support from its surroundings",
            )
