"""Putting a scrubbed string back: Afgh[ani]stan, org[ani]sation."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

from canonym.model import Edit
from canonym.profile import Profile, Scrubbed
from canonym.profile.residues import CLITICS, RARE, Readings, readings, without
from canonym.profile.words import language, words_of

_TOKEN: Final = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)*")
_PART: Final = re.compile(r"[^'’]+")
#: The odds (log10) at which a document is taken to have lost a string, its own words and the corpus together.
_ENOUGH: Final = 1.5
#: What one word of the document may add to them: a single name may be chance.
_ONE_WORD: Final = 2.0
#: Capitals of at most this many letters are an abbreviation unless other capitals stand around them.
_ABBREVIATION: Final = 5
_JOINTS: Final = "-–/&'’.$€£"
_SENTENCE_END: Final = ".!?:"


@dataclass(frozen=True, slots=True)
class _Word:
    """A word put back: its place, what stands there, what stood there, and the odds (log10)."""

    start: int
    before: str
    after: str
    margin: float


def restore(text: str, profile: Profile, known: Callable[[str], bool] | None = None) -> tuple[Edit, ...]:
    """The edits that put scrubbed strings of the profile back into a text that lost them.

    A document in which a string occurs was not scrubbed of it. Sorted, without overlaps, word by word.
    """
    lowered = text.lower()
    absent = [s for s in profile.scrubbed if s.string not in lowered]
    if not absent:
        return ()
    counts = Counter(words_of(lowered))
    lang = language(counts)
    lost = tuple(s.string for s in absent if s.lang == lang and _odds(s, counts, lang) >= _ENOUGH)
    if not lost:
        return ()
    table = readings(lost, lang)
    words = _restored(text, table, lang, known)
    return tuple(_edits(words, table.strings, lang))


def _odds(scrubbed: Scrubbed, counts: Counter[str], lang: str) -> float:
    """The odds (log10) that a document with these words lost the string."""
    witnesses = readings((scrubbed.string,), lang).witnesses
    table = readings((scrubbed.string,), lang).readings
    best: dict[str, float] = {}
    for word in counts.keys() & witnesses.keys():
        family = table[word].word[:5] if word in table else word
        best[family] = max(best.get(family, 0.0), min(_ONE_WORD, witnesses[word]))
    return scrubbed.prior + sum(best.values())


def _restored(text: str, table: Readings, lang: str, known: Callable[[str], bool] | None) -> list[_Word]:
    out: list[_Word] = []
    for match in _TOKEN.finditer(text):
        token = match[0]
        if _foreign(text, match.start(), match.end()):
            continue
        if token.isupper() and 1 < len(token) <= _ABBREVIATION and not _shouting(text, *match.span()):
            continue
        whole = _reading(token, table, lang, known)
        if whole is not None:
            out.append(_fit(text, match.start(), token, *whole, table.strings))
            continue
        for k, part in enumerate(_PART.finditer(token)):
            if part[0] == token or (k and part[0].lower() in CLITICS) or len(part[0]) < 2:
                continue
            found = _reading(part[0], table, lang, known)
            if found is not None:
                out.append(_fit(text, match.start() + part.start(), part[0], *found, table.strings))
    return out


def _reading(
    token: str, table: Readings, lang: str, known: Callable[[str], bool] | None
) -> tuple[str, float] | None:
    residue = token.lower().replace("’", "'")
    if len(residue) != len(token):
        return None
    if len(residue) == 1 and (token != residue or not residue.isalpha()):
        return None
    found = table.readings.get(residue)
    if found is not None:
        return found.word, found.margin
    if known is None or len(residue) < 3 or known(residue) or _listed(residue, lang):
        return None
    named = {w for w in _insertions(residue, table.strings) if known(w)}
    return (named.pop(), RARE) if len(named) == 1 else None


def _listed(word: str, lang: str) -> bool:
    from canonym.lexicon import zipf

    return zipf(word, lang) > 0


def _insertions(residue: str, strings: Sequence[str]) -> set[str]:
    """Every word that leaves `residue` when one of the strings is cut out once."""
    words = {residue[:k] + s + residue[k:] for s in strings for k in range(len(residue) + 1)}
    return {w for w in words if without(w, strings) == residue}


def _foreign(text: str, start: int, end: int) -> bool:
    """True for what is no word of running text: parts of addresses, numbers, "p.m."; short pieces."""
    before = text[start - 1] if start else " "
    after = text[end] if end < len(text) else " "
    if before.isdigit() or after.isdigit() or before in "_@#" or after in "_@":
        return True
    if before == "." and start > 1 and text[start - 2].isalnum():
        return True
    if after == "." and end + 1 < len(text) and text[end + 1].isalnum() and text[end + 1].islower():
        return True
    if end - start > 2:
        return False
    return (
        before in _JOINTS
        or after in _JOINTS.replace(".", "")
        or text[max(0, start - 2) : start - 1].isdigit()
    )


def _shouting(text: str, start: int, end: int) -> bool:
    """True where a word in capitals stands among others, so that it is no abbreviation."""
    around = _TOKEN.findall(text[max(0, start - 25) : start])[-1:] + _TOKEN.findall(text[end : end + 25])[:1]
    return any(len(word) > 1 and word.isupper() for word in around)


def _fit(text: str, start: int, token: str, word: str, margin: float, strings: Sequence[str]) -> _Word:
    """The restored word in the case of what is left of it; what is inserted follows."""
    kept = _kept(word, token.lower().replace("’", "'"), strings)
    capitals = len(token) > 1 and token.isupper()
    out: list[str] = []
    left = iter(token)
    for k, char in enumerate(word):
        out.append(next(left) if k in kept else char.upper() if capitals else char)
    if 0 not in kept:
        if token[0].isupper() and not capitals:
            out[len(word) - len(token)] = out[len(word) - len(token)].lower()
            out[0] = out[0].upper()
        elif not capitals and _opens_sentence(text, start):
            out[0] = out[0].upper()
    return _Word(start, token, "".join(out), margin)


def _kept(word: str, residue: str, strings: Sequence[str]) -> frozenset[int]:
    """The places of `word` that are left once the strings are gone."""
    places = list(range(len(word)))
    left = word
    for string in strings:
        at = left.find(string)
        while at >= 0:
            # As `str.replace` goes: from left to right, never back into what is already passed.
            left = left[:at] + left[at + len(string) :]
            del places[at : at + len(string)]
            at = left.find(string, at)
    return frozenset(places) if left == residue else frozenset(range(len(residue)))


def _opens_sentence(text: str, start: int) -> bool:
    before = text[:start].rstrip(" \t\"'“‘(")
    return not before or before[-1] in _SENTENCE_END or "\n" in text[len(before) : start]


def _edits(words: list[_Word], strings: Sequence[str], lang: str) -> list[Edit]:
    reasons: dict[tuple[str, ...], list[_Word]] = {}
    owner: list[tuple[str, ...]] = []
    for word in words:
        lowered = word.after.lower()
        used = tuple(s for s in strings if s in lowered)
        owner.append(used)
        reasons.setdefault(used, []).append(word)
    said = {used: _said(used, group) for used, group in reasons.items()}
    return [
        Edit(
            w.start,
            w.start + len(w.before),
            w.before,
            w.after,
            "scrubbed",
            score=round(1 - 10 ** -max(0.0, w.margin) / 2, 4),
            reasons=(said[used],),
        )
        for w, used in zip(words, owner, strict=True)
    ]


def _said(used: tuple[str, ...], group: list[_Word]) -> str:
    forms = Counter((w.before, w.after) for w in group)
    (before, after), _ = min(forms.items(), key=lambda item: (-item[1], item[0]))
    what = " and ".join(f'"{s}"' for s in used)
    noun = "the strings" if len(used) > 1 else "the string"
    verb = "are" if len(used) > 1 else "is"
    words = "word" if len(group) == 1 else "words"
    return (
        f"{noun} {what} {verb} missing throughout this document: "
        f"{len(group)} {words} explained, e.g. {before} → {after}"
    )
