"""Why a name is resolved as it is, for people and for programs."""

from __future__ import annotations

from dataclasses import dataclass

from canonym.model import Decision


@dataclass(frozen=True, slots=True)
class Explanation:
    """Why a name is resolved as it is: the decision and, for each candidate, what counted."""

    decision: Decision
    signals: tuple[dict[str, float], ...] = ()

    def lines(self) -> list[str]:
        """The explanation in words."""
        d = self.decision
        head = {"accept": "accepted", "ambiguous": "ambiguous", "abstain": "not decided"}[d.status]
        out = [f"{d.form}: {head}" + (f", {d.best.entity.canonical}" if d.best else "")]
        out += [f"  {reason}" for reason in d.reasons]
        for c in ((d.best,) if d.best else ()) + d.alternatives:
            e = c.entity
            out.append(f"  {e.canonical} [{e.id}] by {c.match} ({c.kind} “{c.alias}”), score {c.score:.2f}")
            out += [f"    {reason}" for reason in c.reasons if c is not d.best]
        return out

    def as_dict(self) -> dict[str, object]:
        """The explanation as JSON values."""
        d = self.decision
        return {
            "form": d.form,
            "status": d.status,
            "reasons": list(d.reasons),
            "candidates": [
                {
                    "canonical": c.entity.canonical,
                    "id": c.entity.id,
                    "type": c.entity.type,
                    "match": c.match,
                    "kind": c.kind,
                    "alias": c.alias,
                    "score": round(c.score, 4),
                    "reasons": list(c.reasons),
                }
                for c in ((d.best,) if d.best else ()) + d.alternatives
            ],
            "signals": [dict(s) for s in self.signals],
        }
