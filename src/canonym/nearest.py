"""The few listed names that a form may be a damaged spelling of; and the compiled sieve that finds them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from typing import Any, Final

from canonym import foreseen, native
from canonym.candidates import JOINED, ORDINARY, Candidates, why
from canonym.decide import believable
from canonym.features import edit_cost, speller
from canonym.indexkeys import OTHER_NAMES, QUIET_KINDS, RULE_KINDS, SILENT_KINDS
from canonym.keys import rules
from canonym.model import KINDS, UNKNOWN_PROMINENCE, Candidate, Entity
from canonym.plans import Plan, Span
from canonym.scan import words
from canonym.scripts import read_character
from canonym.text import fold

#: A form is taken for a damaged name only where its words are rarer than this (Zipf scale).
RARE: Final = 3.0
#: In a text with capitals, a name in small letters is seen only by a word rarer than this (Zipf scale) ...
SMALL_RARE: Final = 3.0
#: ... and in a text without any capitals by one rarer than this.
SMALL_PLAIN: Final = 4.4
_RIVALS: Final = 4
#: Weighted edits for each letter of a name; beyond that a form is another word: "Mthly" is no Italy.
_MOST_COST: Final = 0.3
_OTHER_NAME: Final = 0.4
#: How many weighted edits more a name may be away for each digit more of its prominence.
_DIGIT: Final = 0.12


def best(form: str, found: Sequence[Candidate]) -> tuple[Candidate, ...]:
    """The nearest few entities, each by its nearest spelling; among equals the most prominent."""
    by_entity: dict[str, tuple[float, Candidate]] = {}
    for c in found:
        alias = fold(c.alias)
        cost = edit_cost(form, alias)
        if c.match == "fuzzy" and cost > _MOST_COST * max(4, len(alias)):
            continue
        # Where the canonical form is about as near as a translation, it is the canonical form that was meant.
        ranking = cost + (_OTHER_NAME if c.kind in OTHER_NAMES else 0.0)
        before = by_entity.get(c.entity.id)
        if before is None or ranking < before[0]:
            by_entity[c.entity.id] = (ranking, c)
    ranked = sorted(by_entity.values(), key=lambda p: (p[0] - _DIGIT * _log(p[1]), p[1].entity.id))
    return tuple(c for _, c in ranked[:_RIVALS])


def _bits(kinds: Iterable[str]) -> int:
    return sum(1 << KINDS.index(kind) for kind in kinds)


def _log(candidate: Candidate) -> int:
    return len(str(max(1, candidate.entity.prominence)))


def compiled_sieve(
    candidates: Candidates, scanner: native.Scanner, named: Callable[[str, str, int, bool], tuple[Any, ...] | None]
) -> native.Sieve:
    """What tells which runs are worth planning and plans most, and `best`, compiled; `named` is of a `Listing`."""
    table = rules()
    sieve = native.Sieve(
        scanner=scanner,
        speller=speller(),
        layers=candidates.layers(),
        words=candidates.words,
        particles=words("particles"),
        openers=words("openers"),
        endings=words("endings"),
        izafa=table.particles,
        articles=table.articles,
        vowels=frozenset(f"{a}|{b}" for pair in table.vowel_pairs for a in pair for b in pair if a != b),
        compass=words("compass"),
        surnames=words("surname_endings"),
        tails=table.endings,
        rule_kinds=_bits(RULE_KINDS),
        near_kinds=_bits(RULE_KINDS | OTHER_NAMES),
        other_kinds=_bits(OTHER_NAMES),
        silent_kinds=_bits(SILENT_KINDS),
        quiet_kinds=_bits(QUIET_KINDS),
        ordinary=ORDINARY,
        rare=RARE,
        small_rare=SMALL_RARE,
        small_plain=SMALL_PLAIN,
        most_cost=_MOST_COST,
        other_name=_OTHER_NAME,
        digit=_DIGIT,
        by_hand=UNKNOWN_PROMINENCE,
        makers=(Plan, Span, Candidate, Entity, KINDS, JOINED, why, named),
        character=read_character,
        **believable(),
    )
    known = foreseen.of(candidates.indexes)
    if known is not None:
        with suppress(ValueError):  # the file is damaged behind its arrays
            sieve.take(known)
    return sieve
