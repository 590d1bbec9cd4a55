"""Scored candidates to a decision. Sees no index and no files but its own weights.

The probability is a logistic function of the features in `signals`; `data/decide.json` holds the weights and the
thresholds, made by `training/decide.py`.
"""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cache
from importlib.resources import files
from typing import Final

from canonym.evidence import Evidence
from canonym.features import commonness, edit_cost, prominence, relative_cost
from canonym.keys import has_izafa, squeeze
from canonym.model import Candidate, Decision
from canonym.text import fold

#: Reasons of rules that change how a name is joined and not how it sounds.
FRAME_RULES: Final = ("the izafa", "the article", "joined or split")


#: The score of a spelling that a rule explains wholly.
SURE: Final = 0.97


@dataclass(frozen=True, slots=True)
class Weights:
    """The model: a bias and a weight for each signal, and from which probability a form is accepted.

    `threshold` is for forms in texts, `threshold_alone` for names without one; where the best two names lie
    within `margin` of each other, neither is taken.
    """

    bias: float
    weights: dict[str, float]
    threshold: float
    threshold_alone: float
    margin: float


@cache
def weights() -> Weights:
    """The model as shipped."""
    raw = json.loads(files("canonym").joinpath("data/decide.json").read_text("utf-8"))
    return Weights(raw["bias"], raw["weights"], raw["threshold"], raw["threshold_alone"], raw["margin"])


def signals(form: str, candidate: Candidate, rivals: Sequence[Candidate], seen: Evidence) -> dict[str, float]:
    """Every feature of one candidate for one form by name; all lie roughly within -1 and 3."""
    alias = fold(candidate.alias)
    cost = edit_cost(form, alias)
    runner_up = min((edit_cost(form, fold(c.alias)) for c in rivals if c.entity.id != candidate.entity.id), default=3.0)
    bare = squeeze(form)
    return {
        "relative_cost": relative_cost(form, alias),
        "cost": cost,
        "rule": float(candidate.match == "rule"),
        "frame_rule": float(any(r.startswith(FRAME_RULES) for r in candidate.reasons)),
        "length": min(12, len(bare)) / 10,
        "first_letter": float(bare[:1] != squeeze(alias)[:1]),
        "word": commonness(form),
        "known_word": float(commonness(form) > 0),
        "words": float(min(3, form.count(" "))),
        "prominence": prominence(candidate.entity) / 3,
        "canonical": float(fold(candidate.entity.canonical) == alias),
        "margin": min(1.5, runner_up - cost),
        "in_text": float(seen.in_text),
        "same_entity": float(seen.same_entity),
        "same_damaged": float(seen.same_damaged),
        "country_share": seen.country_share,
        "locative": float(seen.locative),
        "feature_word": float(seen.feature_word),
        "title": float(seen.title),
        "saying": float(seen.saying),
        "capital_before": float(seen.capital_before),
        "capital_after": float(seen.capital_after),
        "comma_place": float(seen.comma_place),
        "lower_in_text": float(seen.lower_in_text),
    }


_WORDS_FOR = {
    "same_entity": "the same name stands elsewhere in the text",
    "same_damaged": "another damaged spelling of the name stands in the text",
    "locative": "a word of place stands before it",
    "feature_word": "a word for a kind of place follows",
    "comma_place": "a listed place stands beside it",
}


def probability(values: dict[str, float]) -> float:
    """The probability, 0 to 1, that the form names the candidate."""
    model = weights()
    total = model.bias + sum(model.weights.get(name, 0.0) * value for name, value in values.items())
    return 1 / (1 + math.exp(-max(-30.0, min(30.0, total))))


def sure_rule(form: str, candidate: Candidate) -> bool:
    """True where a rule explains a name of two or more words that an izafa joins: Nahri Shahi, Dashte Shor.

    >>> from canonym.model import Entity
    >>> shahi = Entity("gn:1", "place", "Nahr-e-Shahi")
    >>> why = ("the izafa is written otherwise",)
    >>> sure_rule("nahri shahi", Candidate(shahi, "Nahr-e-Shahi", "canonical", "rule", 1.0, why))
    True
    """
    return candidate.match == "rule" and " " in form and has_izafa(fold(candidate.alias))


def _reasons(form: str, candidate: Candidate, seen: Evidence) -> tuple[str, ...]:
    if candidate.match == "rule":
        first = [*candidate.reasons]
    else:
        cost = edit_cost(form, fold(candidate.alias))
        first = [f"spelt like {candidate.alias} (weighted edits {cost:.2f})"]
    if commonness(form) == 0:
        first.append("no known word")
    said = [text for name, text in _WORDS_FOR.items() if getattr(seen, name)]
    if seen.country_share >= 0.3:
        said.append("the text is about its country")
    return (*first, *said)


def _same_name(one: Candidate, other: Candidate) -> bool:
    return fold(one.entity.canonical) == fold(other.entity.canonical)


def decide(form: str, candidates: Sequence[Candidate], seen: Sequence[Evidence]) -> Decision:
    """Accept the likeliest candidate, or abstain: too unlikely, or two names too close to each other.

    `seen` holds the evidence for each candidate, in the same order.
    """
    scored = []
    for candidate, evidence in zip(candidates, seen, strict=True):
        score = probability(signals(form, candidate, candidates, evidence))
        if sure_rule(form, candidate) and not evidence.title:
            score = max(score, SURE)
        scored.append(replace(candidate, score=score, reasons=_reasons(form, candidate, evidence)))
    scored.sort(key=lambda c: (-c.score, c.entity.id))
    if not scored:
        return Decision(form, "abstain", reasons=("nothing listed is near",))
    model = weights()
    top, others = scored[0], tuple(scored[1:])
    threshold = model.threshold if seen[0].in_text else model.threshold_alone
    if top.score < threshold:
        why = f"{top.entity.canonical} is possible ({top.score:.2f}), but below {threshold:.2f}"
        return Decision(form, "abstain", None, tuple(scored), (why,))
    # Homonyms are no rivals: which name is meant is what must be clear.
    rival = next((c for c in others if fold(c.alias) != fold(top.alias) and not _same_name(c, top)), None)
    if rival is not None and top.score - rival.score < model.margin:
        why = f"{top.entity.canonical} and {rival.entity.canonical} are too close"
        return Decision(form, "ambiguous", top, others, (why,))
    return Decision(form, "accept", top, others, top.reasons)
