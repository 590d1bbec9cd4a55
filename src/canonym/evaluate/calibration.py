"""Can a score be believed? Reliability in bins, the expected calibration error, and the Brier score.

A score of 0.8 is calibrated where 8 of 10 such answers are right. Bins are equally wide, as in Guo et al., "On
Calibration of Modern Neural Networks" (2017); the Brier score is that of Brier (1950) for two outcomes.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from canonym.records import dataclass

BINS: Final = 10


@dataclass(frozen=True, slots=True)
class Bin:
    """Answers whose score lies in [low, high): how many, their mean score, and the share that is right."""

    low: float
    high: float
    count: int
    mean: float
    right: float

    def as_dict(self) -> dict[str, float]:
        """The bin as JSON values."""
        return {
            "low": round(self.low, 4),
            "high": round(self.high, 4),
            "count": self.count,
            "mean": round(self.mean, 4),
            "right": round(self.right, 4),
        }


@dataclass(frozen=True, slots=True)
class Calibration:
    """How far scores can be believed.

    bins: those that hold answers, lowest first. count: all answers.
    error: the expected calibration error, 0 (best) to 1: how far, on the average answer, the mean score of its bin
    lies from the share that is right. brier: the mean squared distance of the score from 1 (right) or 0 (wrong),
    0 (best) to 1. Both are None without answers.
    """

    bins: tuple[Bin, ...] = ()
    count: int = 0
    error: float | None = None
    brier: float | None = None

    def as_dict(self) -> dict[str, object]:
        """The calibration as JSON values."""
        return {
            "count": self.count,
            "expected_calibration_error": None if self.error is None else round(self.error, 4),
            "brier_score": None if self.brier is None else round(self.brier, 4),
            "bins": [b.as_dict() for b in self.bins],
        }


def calibrate(scored: Iterable[tuple[float, bool]], bins: int = BINS) -> Calibration:
    """Measure pairs of a score (0 to 1) and whether the answer was right, in equally wide bins.

    >>> c = calibrate([(0.9, True), (0.9, True), (0.9, False), (0.1, False)])
    >>> [(b.low, b.count, round(b.right, 2)) for b in c.bins], round(c.error, 3)
    ([(0.1, 1, 0.0), (0.9, 3, 0.67)], 0.2)
    """
    held: dict[int, list[tuple[float, bool]]] = {}
    for score, right in scored:
        # 1.0 belongs to the last bin; 1e-9 keeps 0.3, which is 0.2999..., out of the bin below.
        held.setdefault(min(bins - 1, int(score * bins + 1e-9)), []).append((score, right))
    total = sum(map(len, held.values()))
    if not total:
        return Calibration()
    out = [
        Bin(
            k / bins,
            (k + 1) / bins,
            len(here),
            sum(s for s, _ in here) / len(here),
            sum(r for _, r in here) / len(here),
        )
        for k, here in sorted(held.items())
    ]
    error = sum(b.count * abs(b.mean - b.right) for b in out) / total
    brier = sum((s - r) ** 2 for here in held.values() for s, r in here) / total
    return Calibration(tuple(out), total, error, brier)
