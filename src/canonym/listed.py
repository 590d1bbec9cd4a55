"""Which listed names a spelling is as it stands in a text, and whether it is one by itself."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final, NamedTuple

from canonym.candidates import Candidates, choose
from canonym.keys import rules
from canonym.lexicon import zipf
from canonym.model import REWRITTEN_KINDS, Candidate
from canonym.patterns import pattern
from canonym.spelling import same_but_for_case
from canonym.text import fold

_CACHE: Final = 20_000
_ARTICLE: Final = pattern(r"\b([a-z]{2,3})[- ]$")
#: A listed word this common (Zipf scale) needs support where its entity is not prominent: March, Of, Man.
_COMMON: Final = 5.0
_PROMINENT: Final = 200_000
_ABBREVIATED: Final = 3


class Named(NamedTuple):
    """The entities that a spelling names.

    `weak`: only with support from the document; `loud`: it may be written otherwise than it stands, whoever of its
    bearers is meant; `never`: it is listed as no name at all.
    """

    candidates: tuple[Candidate, ...]
    weak: bool
    loud: bool
    never: bool


class Listing:
    """Looks spellings up, and keeps what each was found to be."""

    def __init__(self, candidates: Candidates) -> None:
        self._candidates = candidates
        self._known: dict[tuple[str, bool], Named | None] = {}

    def named(self, surface: str, form: str, words: int, shouted: bool) -> Named | None:
        """What a spelling of some words names, given its folded form; `shouted` where all around is in capitals."""
        key = surface, shouted
        if key in self._known:
            return self._known[key]
        if len(self._known) > _CACHE:
            self._known.clear()
        found = self._candidates.listed(form)
        found = choose(surface, (c for c in found if fits_case(surface, c, shouted))) if found else ()
        named = None
        if found:
            weak = found[0].kind == "weak" or (words == 1 and too_common(form, found[0]))
            never = any(c.kind == "never" for c in found)
            named = Named(found, weak, is_loud(surface, found), never)
        self._known[key] = named
        return named


def is_loud(surface: str, found: Sequence[Candidate]) -> bool:
    """True where a listed name may be written otherwise than it stands, whoever of its bearers is meant."""
    return any(c.kind in REWRITTEN_KINDS and not same_but_for_case(surface, c.entity.canonical) for c in found)


def fits_case(surface: str, candidate: Candidate, shouted: bool = False) -> bool:
    """Abbreviations and very short names only as they are listed, since "us" and "who" are words.

    In capitals throughout ("LET US GO") a short form that is also a word says nothing.
    """
    alias = candidate.alias
    if candidate.kind != "abbreviation" and len(fold(alias)) > _ABBREVIATED:
        return True
    if shouted and zipf(surface.replace(".", "")) > _COMMON:
        return False
    plain = re.sub(r"[.\s]", "", surface)
    return plain == re.sub(r"[.\s]", "", alias) or (surface.isupper() and fold(surface) == fold(alias) != "")


def too_common(form: str, candidate: Candidate) -> bool:
    """True for an everyday word whose entity is not prominent enough to be meant without support."""
    return candidate.entity.prominence < _PROMINENT and zipf(form) >= _COMMON


def article_before(text: str, start: int, candidate: Candidate) -> int:
    """How many characters before a name in small letters are its article: al-hudaydah is Al Hudaydah, once."""
    match = _ARTICLE.search(text, max(0, start - 5), start)
    if match is None or fold(match[1]) not in rules().articles:
        return 0
    return len(match[0]) if fold(candidate.entity.canonical).split()[0] in rules().articles else 0
