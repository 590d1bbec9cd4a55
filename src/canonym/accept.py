"""Which of many proposed forms are accepted: those that need no more than their scores are told from them alone."""

from __future__ import annotations

from collections.abc import Sequence

from canonym import evidence, trees
from canonym.decide import NAMES, Case, decide, described, is_sure, thresholds
from canonym.evidence import Evidence
from canonym.model import Candidate, Decision


def accepted(asked: Sequence[tuple[str, tuple[Candidate, ...]]], rows: bytes) -> list[tuple[int, Decision]]:
    """The numbers of the forms that are accepted, each with what is decided of it.

    A form stands with its candidates; `rows` holds the evidence for each of those as doubles, in the order of
    `evidence.NAMES`.
    """
    if not asked:
        return []
    import numpy as np

    limits = thresholds()
    width = len(evidence.NAMES)
    seen = np.frombuffer(rows, dtype=np.float64).reshape(-1, width)
    table = np.empty((len(seen), len(NAMES)), dtype=np.float32)
    spelt = np.frombuffer(b"".join([described(*one) for one in asked]), dtype=np.float32)
    table[:, :-width] = spelt.reshape(len(seen), -1)
    table[:, -width:] = seen
    scores = trees.shipped("decide").probability(table)
    ends = np.cumsum([len(found) for _, found in asked])
    starts = ends - [len(found) for _, found in asked]
    likely = np.maximum.reduceat(scores, starts) >= limits.text
    out = []
    for number, start, end, worth in zip(range(len(asked)), starts.tolist(), ends.tolist(), likely.tolist(), strict=True):
        form, found = asked[number]
        # Where all are unlikely and none is sure, no doubts matter.
        if not worth and not any(is_sure(form, c) for c in found):
            continue
        case = Case(form, found, tuple(Evidence(*row) for row in seen[start:end].tolist()))
        decision = decide(case, scores[start:end].tolist())
        if decision.status == "accept":
            out.append((number, decision))
    return out
