"""From mentions to the edits that they ask for, and back to the text as it was given."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from canonym.features import edit_cost
from canonym.model import Edit, Mention
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


def edit_for(mention: Mention, rewrite: frozenset[str]) -> Edit | None:
    """The edit that a mention asks for; None where its spelling stays.

    A damaged translation or former name ("New Yrok Tiems", "Bomaby") is mended and not replaced by another name; but
    "Rtsia" is not made Rusia, which is near Russia.
    """
    e = mention.entity
    damaged = mention.match in ("rule", "fuzzy")
    if mention.kind not in rewrite and not (damaged and mention.kind in ("translation", "former")):
        return None
    target = e.canonical if mention.kind in rewrite or _is_near(mention.alias, e.canonical) else mention.alias
    if not target or same_but_for_case(mention.text, target):
        return None
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
