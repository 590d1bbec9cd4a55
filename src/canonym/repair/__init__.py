"""Repair of what befell a text on its way: broken encodings, and strings that a clean-up removed."""

from __future__ import annotations

from collections.abc import Callable

from canonym.model import Edit
from canonym.profile import Profile
from canonym.repair.mojibake import doubtful, mend
from canonym.rewrite import apply, compose

__all__ = ["doubtful", "mend", "repair"]


def repair(text: str, profile: Profile, known: Callable[[str], bool] | None = None) -> tuple[Edit, ...]:
    """The edits that undo mojibake, then scrubbing, as one plan against `text`: sorted, without overlaps.

    `profile` is of the corpus that the text comes from, or of the text alone; `known` says whether a word
    (lower case) is listed beside the dictionary. Each edit has the source "mojibake", "scrubbed" or both
    joined by "+". On the repaired text, nothing is left to do.
    """
    first = mend(text)
    if not profile.scrubbed:
        return first
    from canonym.repair.scrubbed import restore

    second = restore(apply(text, first) if first else text, profile, known)
    return compose(first, second, text) if first and second else first or second
