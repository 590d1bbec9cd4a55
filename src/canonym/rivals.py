"""Names that are no rivals: a place and another that is listed under its name as well."""

from __future__ import annotations

from collections.abc import Sequence

from canonym.model import Candidate
from canonym.text import fold


def bearer_first(scored: Sequence[Candidate], limit: float, margin: float) -> list[Candidate]:
    """The candidates, likeliest first; before one that is likely by another's name, that other where it is as likely.

    A country is listed under the name of its capital too: "Londin" is London, and not the United Kingdom.
    """
    if scored[0].score < limit:
        return [*scored]
    near = max(limit, scored[0].score - margin)
    bearer = next((c for c in scored if c.score >= near and _is_called_after(scored[0], c)), scored[0])
    return [bearer, *(c for c in scored if c is not bearer)]


def same_name(one: Candidate, other: Candidate) -> bool:
    """True where two are called alike, be it that the one is listed under the other's name."""
    if fold(one.alias) == fold(other.alias) or fold(one.entity.canonical) == fold(other.entity.canonical):
        return True
    return _is_called_after(one, other) or _is_called_after(other, one)


def _is_called_after(one: Candidate, other: Candidate) -> bool:
    """True where one is likely by another's name, unlike its own or better known: Mashhad is listed as Alexandria."""
    alias, own = fold(one.alias), fold(one.entity.canonical)
    if alias == own or alias != fold(other.entity.canonical):
        return False
    return alias[:1] != own[:1] or other.entity.prominence > one.entity.prominence
