"""From mentions to the edits that they ask for, and back to the text as it was given."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import Final, NamedTuple

from canonym.features import edit_cost
from canonym.indexkeys import OTHER_NAMES
from canonym.model import REWRITTEN_KINDS, Edit, Match, Mention
from canonym.rewrite import Original, apply
from canonym.spelling import as_written, inside, jointed, same_but_for_case
from canonym.text import fold

_CACHE: Final = 20_000
#: In weighted edits.
_NEAR: Final = 1.5
_JOINTS: Final = "the canonical name with other joints or accents"


def in_original(mentions: Iterable[Mention], text: str, plan: Sequence[Edit]) -> list[Mention]:
    """Mentions in the repaired text as mentions in the text given; what a repair made is not as listed."""
    original = Original(plan)
    return [_moved(m, text, *original.span(m.start, m.end), plan) for m in mentions]


def _moved(mention: Mention, text: str, start: int, end: int, plan: Sequence[Edit]) -> Mention:
    as_it_stands = text[start:end] == mention.text
    repairs = dict.fromkeys(e.source for e in plan if e.start < end and start < e.end) if not as_it_stands else ()
    return Mention(
        start,
        end,
        text[start:end],
        mention.entity,
        mention.match if as_it_stands or mention.match == "fuzzy" else "rule",
        mention.kind,
        mention.score,
        (*(f"{repair}: {mention.text}" for repair in repairs), *mention.reasons),
        mention.alternatives,
        mention.alias,
    )


def spelling_for(mention: Mention, rewrite: frozenset[str] = REWRITTEN_KINDS) -> str | None:
    """How a mention is to be spelt; None where it stays as it is.

    A damaged translation or former name ("New Yrok Tiems", "Bomaby") is mended and not replaced by another name; but
    "Rtsia" is not made Rusia, which is near Russia.
    """
    return _target(mention.text, mention.alias, mention.kind, mention.match, mention.entity.canonical, rewrite)


class Spelt(NamedTuple):
    """How a name is written, and what is said of that where those who found it say nothing.

    `inside`: where its canonical form holds the spelling that is replaced; `changes`: that spelling is another one.
    """

    text: str
    reasons: tuple[str, ...]
    inside: tuple[int, ...]
    changes: bool


@lru_cache(_CACHE)
def spelt(surface: str, alias: str, kind: str, match: Match, canonical: str) -> Spelt | None:
    """How a name that was recognised by an alias is written by default; None where it stays as it stands."""
    target = _target(surface, alias, kind, match, canonical, REWRITTEN_KINDS)
    if target is None:
        return None
    text = as_written(surface, target)
    return Spelt(text, _why(kind, match), inside(canonical, surface), text != surface)


def _target(surface: str, alias: str, kind: str, match: Match, canonical: str, rewrite: frozenset[str]) -> str | None:
    if kind in rewrite:
        target = canonical
    elif kind in OTHER_NAMES and match in ("rule", "fuzzy"):
        target = canonical if _is_near(alias, canonical) else jointed(surface, alias)
    else:
        return None
    return target if target and not same_but_for_case(surface, target) else None


def _why(kind: str, match: Match) -> tuple[str, ...]:
    return (_JOINTS if match == "exact" else f"listed as {kind}",)


def edit_for(mention: Mention, rewrite: frozenset[str]) -> Edit | None:
    """The edit that a mention asks for; None where its spelling stays."""
    target = spelling_for(mention, rewrite)
    if target is None:
        return None
    e = mention.entity
    return Edit(
        mention.start,
        mention.end,
        mention.text,
        as_written(mention.text, target),
        mention.match,
        e.canonical,
        e.id,
        e.type,
        mention.score,
        mention.reasons or _why(mention.kind, mention.match),
    )


def edited(text: str, mentions: Iterable[Mention], rewrite: frozenset[str]) -> tuple[str, tuple[Edit, ...]]:
    """A text with its mentions rewritten, and the edits that lead there."""
    edits = tuple([edit for m in mentions if (edit := edit_for(m, rewrite)) is not None])
    return apply(text, edits) if edits else text, edits


def _is_near(alias: str, canonical: str) -> bool:
    """True where another name of an entity is spelt so much like the canonical one that the latter may be meant."""
    return edit_cost(fold(alias), fold(canonical)) <= _NEAR
