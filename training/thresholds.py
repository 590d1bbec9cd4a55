"""Choose the thresholds of `decide.json`, from texts and names judged by models that have not seen them.

text: the best F1 over whole annotations of the held-out texts, where precision and false repairs in 10,000 words are as
good as is aimed at; where no threshold gives both, the one that comes nearest. first lies a fixed lead above it. alone:
from single names, by their precision. hopeless and needy: as high as can be, for speed, while one accepted form in two
thousand is lost, or fewer. margin stays as it is.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from typing import Any

from canonym import accept, foreseen, trees
from canonym import decide as deciding
from canonym.believe import believe
from canonym.decide import Thresholds, promises
from canonym.evidence import summarise
from canonym.index import Index
from canonym.model import Mention
from canonym.pages import Page, has_company
from canonym.resolve import Normaliser
from canonym.text import fold

LOST = 0.0005
SAME = 0.001
LIMITS = [round(0.2 + 0.05 * k, 2) for k in range(14)]
STEP = 0.05
#: By so much more the first name of a text must be likely than what stands beside it, and at most so likely.
LEAD = 0.2
MOST = 0.95
#: No form lies below it.
NEVER = 1e-9

Doc = Mapping[str, Any]


@dataclass(frozen=True)
class Aims:
    """The least precision, and the most false repairs in 10,000 words."""

    precision: float = 0.98
    false_repairs: float = 1.2

    def missed(self, precision: float, false_repairs: float) -> float:
        """By how much they are missed, 0 where they are not."""
        over = max(0.0, false_repairs - self.false_repairs) / self.false_repairs
        return over + max(0.0, self.precision - precision) / (1 - self.precision)


@contextmanager
def using(forest: trees.Trees, limits: Thresholds) -> Iterator[None]:
    """Let a recogniser made meanwhile decide by a forest and by thresholds, and by nothing of those that ship.

    An index knows beforehand what the shipped ones say of common words, and how they decide is kept: both are left out.
    """
    before = trees.shipped, deciding.thresholds, foreseen.of
    trees.shipped = lambda name: forest  # type: ignore[assignment]
    deciding.thresholds = lambda: limits  # type: ignore[assignment]
    foreseen.of = lambda indexes: None
    _forget()
    try:
        yield
    finally:
        trees.shipped, deciding.thresholds, foreseen.of = before  # type: ignore[assignment]
        _forget()


def _forget() -> None:
    accept.grounds.cache_clear()
    accept.least.cache_clear()


@dataclass
class Outcome:
    """Counts of whole annotations: right, of another entity, false; damaged names and words in all."""

    right: int = 0
    wrong: int = 0
    false: int = 0
    damaged: int = 0
    words: int = 0

    def count(self, doc: Doc, mentions: Sequence[Mention], names: Normaliser) -> None:
        """Add one text."""
        gold = {(g["start"], g["end"]): set(g["ids"]) for g in doc["damaged"]}
        self.damaged += len(gold)
        self.words += len(doc["text"].split())
        for m in mentions:
            if m.entity.id in gold.get((m.start, m.end), ()):
                self.right += 1
            elif any(a < m.end and m.start < b for a, b in gold):
                self.wrong += not names._candidates.listed(fold(m.text))
            elif m.match in ("rule", "fuzzy"):
                self.false += 1

    @property
    def restored(self) -> float:
        """The share of damaged names that were restored."""
        return self.right / max(1, self.damaged)

    @property
    def precision(self) -> float:
        """The share of repairs that were right."""
        return self.right / max(1, self.right + self.wrong + self.false)

    @property
    def f1(self) -> float:
        """The harmonic mean of both."""
        return 2 * self.precision * self.restored / max(1e-9, self.precision + self.restored)

    @property
    def false_repairs(self) -> float:
        """False repairs in 10,000 words."""
        return 1e4 * self.false / max(1, self.words)

    def __str__(self) -> str:
        return (
            f"restored {self.restored:.4f} precision {self.precision:.4f} F1 {self.f1:.4f} "
            f"wrong entity {self.wrong} false repairs in 10,000 words {self.false_repairs:.3f}"
        )


class Judge:
    """Texts with an index of their table, and for each a forest that has not seen it (text k goes with k modulo n)."""

    def __init__(self, docs: Sequence[Doc], index: Index, forests: Sequence[trees.Trees]) -> None:
        self.docs, self.index, self.forests = docs, index, forests

    def _parts(self, limits: Thresholds) -> Iterator[tuple[Sequence[Doc], Normaliser, trees.Trees]]:
        for number, forest in enumerate(self.forests):
            with using(forest, limits):
                # Made anew: a normaliser keeps the forest and the limits that it first decided by.
                yield self.docs[number :: len(self.forests)], Normaliser([self.index]), forest

    def outcome(self, limits: Thresholds) -> Outcome:
        """Annotate every text, and count."""
        out = Outcome()
        for part, names, _ in self._parts(limits):
            for doc, mentions in zip(part, names._recogniser.annotate([d["text"] for d in part]), strict=True):
                out.count(doc, mentions, names)
        return out

    def promised(self, limits: Thresholds) -> tuple[list[float], list[float], int]:
        """Of the forms accepted at these limits: what each promises at best, those without company without it.

        And how many there are.
        """
        best: list[float] = []
        lone: list[float] = []
        for part, names, _ in self._parts(replace(limits, hopeless=NEVER, needy=NEVER)):
            pages = names._recogniser.pages([d["text"] for d in part])
            before = [(list(page.proposed), _lonely(page)) for page in pages]
            believe([page for page in pages if page.proposed])
            for page, (proposed, lonely) in zip(pages, before, strict=True):
                taken = {(m.start, m.end) for m in page.listed if m.match in ("rule", "fuzzy")}
                spans = [p.span for p in proposed if (p.start, p.end) in taken]
                spans = [s for s in spans if not any(deciding.is_sure(s.form, c) for c in s.candidates)]
                for span, promise in zip(spans, promises([(s.form, s.candidates) for s in spans]), strict=True):
                    best.append(promise[0])
                    if span.form in lonely:
                        lone.append(promise[1])
        return best, lone, len(best)


def _lonely(page: Page) -> set[str]:
    """The forms that have no company in a text."""
    known = summarise((m.entity, fold(page.text[m.start : m.end])) for m in page.listed)
    forms: dict[str, set[str]] = {}
    for p in page.proposed:
        forms.setdefault(p.span.candidates[0].entity.id, set()).add(p.span.form)
    spans = [p.span for p in page.proposed]
    return {s.form for s in spans if not has_company(s, known.entities, known.names, forms)}


def choose_text(outcomes: Mapping[float, Outcome], aims: Aims) -> float:
    """The threshold for texts, given what each gives."""
    return min(outcomes, key=lambda k: (aims.missed(outcomes[k].precision, outcomes[k].false_repairs), -outcomes[k].f1))


def lead(text: float) -> float:
    """The threshold for the first name of a text, given that for others.

    >>> lead(0.4), lead(0.85)
    (0.6, 0.95)
    """
    return round(min(MOST, text + LEAD), 2)


def choose_alone(points: Sequence[tuple[float, float, float, int]], before: float, aims: Aims) -> float:
    """The threshold for single names, from the curve of (threshold, precision, recall, taken).

    Of those that give about the same the strictest, since nothing else speaks against a stranger.
    """
    fits = [(2 * p * r / max(1e-9, p + r), limit) for limit, p, r, _ in points if p >= aims.precision]
    if not fits:
        return before
    best = max(fits)[0]
    return round(max(limit for f1, limit in fits if f1 >= best - SAME), 2)


def highest(values: Sequence[float], among: int) -> float:
    """The highest limit, in steps, below which next to none of the values lie."""
    limit = STEP
    while limit + STEP < 1 and sum(v < limit + STEP for v in values) <= LOST * among:
        limit = round(limit + STEP, 2)
    return limit


def choose(
    judge: Judge, points: Sequence[tuple[float, float, float, int]], limits: Thresholds, aims: Aims
) -> Thresholds:
    """All thresholds; `points` is the curve of single names, empty where there are none."""
    print("thresholds for texts", flush=True)
    outcomes: dict[float, Outcome] = {}
    for limit in LIMITS:
        outcomes[limit] = judge.outcome(replace(limits, text=limit, first=lead(limit), hopeless=NEVER, needy=NEVER))
        print(f"  {limit:.2f} {outcomes[limit]}", flush=True)
    text = choose_text(outcomes, aims)
    limits = replace(limits, text=text, first=lead(text), alone=choose_alone(points, limits.alone, aims))
    best, lone, count = judge.promised(limits)
    limits = replace(limits, hopeless=highest(best, count), needy=highest(lone, count))
    print(f"{count} accepted forms, {len(lone)} without company: {json.dumps(asdict(limits))}")
    print(f"with them {judge.outcome(limits)}", flush=True)
    return limits
