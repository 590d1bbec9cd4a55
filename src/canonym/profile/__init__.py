"""What a whole corpus tells: strings that a clean-up removed from everywhere, with the evidence for each.

A clean-up that cut an agency's tag ("ANI") out of every word leaves "Afghstan", "Pakist", "orgsation". One
missing string that turns many unknown words into known ones, in documents where the string itself never
occurs, is no chance: among 36,000 news texts not one shows three unrelated words that the same absent string
explains.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from canonym.profile.types import Profile, Scrubbed, whichever
from canonym.profile.worth import worth_searching

if TYPE_CHECKING:
    from canonym.profile.builder import ProfileBuilder, of

__all__ = ["Profile", "ProfileBuilder", "Scrubbed", "of", "whichever", "worth_searching"]


def __getattr__(name: str) -> Any:
    # Most texts are seen at a glance to tell nothing, and what counts words is not needed.
    if name in ("ProfileBuilder", "of"):
        from canonym.profile import builder

        return getattr(builder, name)
    raise AttributeError(f"module 'canonym.profile' has no attribute {name!r}")
