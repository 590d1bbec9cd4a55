"""Decisions as plain data: the cells that `resolve` adds to a row, and JSON objects."""

from __future__ import annotations

from typing import Final

from canonym.alone import Brief
from canonym.model import Candidate, Decision

#: The columns that `resolve` adds to a table.
COLUMNS: Final = (
    "canonym_id",
    "canonym_canonical",
    "canonym_type",
    "canonym_match",
    "canonym_score",
    "canonym_status",
    "canonym_alternatives",
)
#: Joins the alternatives of a decision in one cell.
ALTERNATIVES: Final = "|"


def decision_cells(decision: Brief) -> list[str]:
    """A decision as the seven cells that `resolve` adds to a row, in the order of `COLUMNS`."""
    status, best, match, likely, others = decision
    if best is None:
        return ["", "", "", "", "", status, ALTERNATIVES.join(others)]
    return [best.id, best.canonical, best.type, match, score(likely), status, ALTERNATIVES.join(others)]


def score(value: float, decimals: int = 4) -> str:
    """A probability with a few decimals.

    >>> score(1.0), score(0.98765), score(0.00001234, 6)
    ('1.0', '0.9877', '0.000012')
    """
    text = f"{value:.{decimals}f}".rstrip("0")
    return f"{text}0" if text.endswith(".") else text


def decision_dict(decision: Decision) -> dict[str, object]:
    """A decision as a JSON object, with candidates in full."""
    return {
        "name": decision.form,
        "status": decision.status,
        **_candidate_dict(decision.best),
        "alternatives": [_candidate_dict(c) for c in decision.alternatives],
        "reasons": list(decision.reasons),
    }


def _candidate_dict(candidate: Candidate | None) -> dict[str, object]:
    if candidate is None:
        return {"id": None, "canonical": None, "type": None, "match": None, "score": None}
    entity = candidate.entity
    return {
        "id": entity.id,
        "canonical": entity.canonical,
        "type": entity.type,
        "match": candidate.match,
        "score": round(candidate.score, 4),
    }
