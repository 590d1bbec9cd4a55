"""From mentions to the edits that they ask for, and back to the text as it was given."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from canonym.features import edit_cost
from canonym.indexkeys import OTHER_NAMES
from canonym.model import REWRITTEN_KINDS, Edit, Mention
from canonym.rewrite import map_back
from canonym.spelling import as_written, same_but_for_case
from canonym.text import fold

#: In weighted edits.
_NEAR: Final = 1.5
_JOINTS: Final = "the canonical name with other joints or accents"


def in_original(mention: Mention, text: str, plan: Sequence[Edit]) -> Mention:
    """A mention in the repaired text as a mention in the text given."""
    start, end = map_back((mention.start, mention.end), plan)
    return Mention(
        start,
        end,
        text[start:end],
        mention.entity,
        mention.match,
        mention.kind,
        mention.score,
        mention.reasons,
        mention.alternatives,
        mention.alias,
    )


def spelling_for(mention: Mention, rewrite: frozenset[str] = REWRITTEN_KINDS) -> str | None:
    """How a mention is to be spelt; None where it stays as it is.

    A damaged translation or former name ("New Yrok Tiems", "Bomaby") is mended and not replaced by another name; but
    "Rtsia" is not made Rusia, which is near Russia.
    """
    e = mention.entity
    if mention.kind in rewrite:
        target = e.canonical
    elif mention.kind in OTHER_NAMES and mention.match in ("rule", "fuzzy"):
        target = e.canonical if _is_near(mention.alias, e.canonical) else mention.alias
    else:
        return None
    return target if target and not same_but_for_case(mention.text, target) else None


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
        mention.reasons or (_JOINTS if mention.match == "exact" else f"listed as {mention.kind}",),
    )


def _is_near(alias: str, canonical: str) -> bool:
    """True where another name of an entity is spelt so much like the canonical one that the latter may be meant."""
    return edit_cost(fold(alias), fold(canonical)) <= _NEAR
