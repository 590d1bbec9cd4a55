"""Which of many forms proposed in texts are accepted: most that are not are told from their scores alone."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from itertools import accumulate

from canonym import decide, evidence, native, trees
from canonym.evidence import Evidence
from canonym.indexkeys import OTHER_NAMES
from canonym.lexicon import capital
from canonym.model import Candidate, Decision, Mention
from canonym.scan import words


def accepted(
    asked: Sequence[tuple[str, tuple[Candidate, ...]]], rows: bytes, *, hurt: bool = False
) -> list[tuple[int, Decision]]:
    """The numbers of the forms that are accepted, each with what is decided of it.

    A form stands with its candidates; `rows` holds the evidence for each of those as doubles, in the order of
    `evidence.NAMES`. `hurt`: something else in each of their texts is surely damaged.
    """
    if not asked:
        return []
    import numpy as np

    limit = decide.least(hurt)
    width = len(evidence.NAMES)
    seen = np.frombuffer(rows, dtype=np.float64).reshape(-1, width)
    table = np.empty((len(seen), len(decide.NAMES)), dtype=np.float32)
    spelt = np.frombuffer(b"".join([decide.described(*one) for one in asked]), dtype=np.float32)
    table[:, :-width] = spelt.reshape(len(seen), -1)
    table[:, -width:] = seen
    likely = trees.shipped("decide").probability(table)
    scores: list[float] = likely.tolist()
    ends = list(accumulate([len(found) for _, found in asked]))
    # Nothing else makes a form likelier than its scores and a sure spelling.
    hopeful = np.maximum.reduceat(likely, [0, *ends[:-1]]) >= limit
    out = []
    for number, hope in enumerate(hopeful.tolist()):
        form, found = asked[number]
        if not hope and not any(decide.is_sure(form, c) for c in found if " " in form or c.match == "rule"):
            continue
        end = ends[number]
        start = end - len(found)
        told = tuple(map(Evidence._make, seen[start:end].tolist()))
        decision = _one(form, found[0], told[0], scores[start], hurt) if len(found) == 1 else None
        if len(found) > 1:
            decision = decide.decide(decide.Case(form, found, told), scores[start:end], hurt=hurt)
        if decision is not None and decision.status == "accept":
            out.append((number, decision))
    return out


@cache
def grounds(hurt: bool) -> native.Grounds:
    """What the compiled decisions go by; `hurt`: something else in the text is surely damaged."""
    limits = decide.thresholds()
    return (
        words("inflections"),
        tuple(sorted(words("demonym_endings"))),
        capital,
        frozenset(OTHER_NAMES),
        decide.likeness,
        decide.UNKNOWN,
        decide.ABOUT,
        decide.SAID,
        Mention,
        decide.least(hurt),
        limits.margin,
        decide.SURE,
        hurt,
    )


@cache
def least(hurt: bool) -> int:
    """The least sum in the forest that is likely enough for a text."""
    return trees.shipped("decide").least(decide.least(hurt))


def likely(sums: bytes) -> bytes:
    """How likely candidates are whose rows come to some sums in the forest (int64), as float64."""
    return trees.shipped("decide").likely_bytes(sums)


def _one(form: str, candidate: Candidate, seen: Evidence, score: float, hurt: bool) -> Decision | None:
    """`decide.decide` of a form with one candidate, where it is accepted."""
    score = decide.weighed(form, candidate, seen, score, decide.is_sure(form, candidate), hurt)
    if score < decide.least(hurt):
        return None
    why = decide.reasons(form, candidate, seen)
    best = Candidate(candidate.entity, candidate.alias, candidate.kind, candidate.match, score, why)
    return Decision(form, "accept", best, (), why)
