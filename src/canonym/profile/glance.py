"""Which texts are worth searching for lost strings, each taken alone: nearly none, seen at a glance."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import Final

from canonym import native
from canonym.profile.builder import OWN_FAMILIES
from canonym.profile.residues import traces
from canonym.profile.words import ENGLISH_ENOUGH, common, frequent

_MOST: Final = 4_000_000


def worth_searching(texts: Sequence[str]) -> list[bool]:
    """Whether each text by itself may show that a string was lost; where this is True a profile tells.

    >>> worth_searching(["Nothing is missing in the words of this text, as far as they are known to anybody."])
    [False]
    """
    if not native.COMPILED:
        return [True] * len(texts)
    glance = _glance()
    if glance.size() > _MOST:
        _glance.cache_clear()
        glance = _glance()
    lowered = [text.lower() for text in texts]
    unknown = glance.unknown(lowered)
    if unknown:
        told = traces("en").explain(sorted(unknown - frequent("en"))).keys()
        glance.learn(told, True)
        glance.learn(unknown - told, False)
    return [glance.maybe(text, OWN_FAMILIES) for text in lowered]


@cache
def _glance() -> native.Glance:
    return native.Glance(common=common("en"), share=ENGLISH_ENOUGH)
