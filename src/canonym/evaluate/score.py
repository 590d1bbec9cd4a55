"""Answers held against gold, one by one, and counted."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Final, Protocol

from canonym.evaluate.calibration import calibrate
from canonym.evaluate.types import (
    Error,
    Evaluation,
    Gold,
    GoldName,
    GoldText,
    KindScore,
    Mark,
    MatchScore,
    Names,
    Pairs,
    Sort,
    Task,
    Texts,
)
from canonym.model import Candidate, Decision, Entity, Mention, Result
from canonym.records import dataclass, field, replace

#: What a matcher claims beyond what is listed; only such scores are learned, and only such answers are repairs.
REPAIRS: Final = frozenset({"rule", "fuzzy"})
_MATCHES: Final = ("exact", "alias", "rule", "fuzzy")
_BLOCK: Final = 500
_AROUND: Final = 40


class Matcher(Protocol):
    """What is evaluated: a `Normaliser`, or anything that answers like one."""

    def process(self, texts: Sequence[str], *, rewrite: frozenset[str]) -> list[Result]:
        """The mentions of texts."""

    def resolve_all(self, names: Sequence[str], type: str | None = None) -> list[Decision]:
        """Decisions on names alone."""

    def compare_all(self, pairs: Sequence[tuple[str, str]]) -> list[float]:
        """The probability that two names are one, for each pair."""


@dataclass(slots=True)
class _Counts:
    """What was counted so far."""

    kinds: dict[str, Counter[str]] = field(default_factory=dict)
    matches: dict[str, Counter[str]] = field(default_factory=dict)
    scored: list[tuple[float, bool]] = field(default_factory=list)
    errors: list[Error] = field(default_factory=list)
    false: Counter[str] = field(default_factory=Counter)

    def mark(self, kind: str, outcome: str) -> None:
        """Count a name of gold as right, wrong or missed."""
        self.kinds.setdefault(kind, Counter())[outcome] += 1

    def answer(self, match: str, score: float, outcome: str) -> None:
        """Count an answer as right, wrong or false."""
        self.matches.setdefault(match, Counter())[outcome] += 1
        if match in REPAIRS:
            self.scored.append((score, outcome == "right"))

    def total(self, outcome: str) -> int:
        return sum(c[outcome] for c in self.matches.values())

    def evaluation(self, task: Task, items: int, words: int = 0, refused: int = 0) -> Evaluation:
        order = [*_MATCHES, *sorted(self.matches.keys() - set(_MATCHES))]
        kinds = sorted(self.kinds.items())
        return Evaluation(
            task,
            items,
            words,
            marked=sum(c.total() for c in self.kinds.values()),
            right=self.total("right"),
            wrong=self.total("wrong"),
            false_repairs=self.false["repair"],
            false_on_sound=self.false["sound"],
            false_mentions=self.false["mention"],
            refused=refused,
            by_kind=tuple(KindScore(k, c["right"], c["wrong"], c["missed"]) for k, c in kinds),
            by_match=tuple(
                MatchScore(m, c["right"], c["wrong"], c["false"])
                for m in order
                if (c := self.matches.get(m)) is not None
            ),
            calibration=calibrate(self.scored),
            errors=tuple(self.errors),
        )


def evaluate(gold: Gold, matcher: Matcher) -> Evaluation:
    """Hold a matcher's answers against gold.

    A marked name counts as right where an answer covers its span, up to blanks, punctuation and a possessive 's at
    the ends, and names one of the entities that gold allows, by id or canonical form.

    >>> from canonym.evaluate import parse_documents
    >>> import canonym
    >>> gold = Texts(tuple(parse_documents("He left [[Afghstan|Afghanistan|scrubbed]].", "gold.txt")))
    >>> evaluate(gold, canonym.load()).recall
    1.0
    """
    if isinstance(gold, Texts):
        return _texts(gold, matcher)
    return _names(gold, matcher) if isinstance(gold, Names) else _pairs(gold, matcher)


def explained(errors: Sequence[Error], matcher: Matcher) -> tuple[Error, ...]:
    """The errors of texts with a reason for each name that was missed: what the matcher says to the name alone."""
    missed = list(dict.fromkeys(e.surface for e in errors if e.sort == "missed" and not e.reasons))
    said = dict(zip(missed, matcher.resolve_all(missed), strict=True)) if missed else {}
    return tuple(
        replace(e, reasons=_alone(said[e.surface])) if e.sort == "missed" and e.surface in said else e for e in errors
    )


def _alone(decision: Decision) -> tuple[str, ...]:
    if decision.best is None:
        return decision.reasons
    return (f"alone it is {decision.best.entity.canonical} ({decision.best.score:.2f}), but not in this text",)


# -- texts -----------------------------------------------------------------------------------------------------


def _texts(gold: Texts, matcher: Matcher) -> Evaluation:
    counts = _Counts()
    for at in range(0, len(gold.items), _BLOCK):
        block = gold.items[at : at + _BLOCK]
        # Nothing is rewritten: a name counts as it is found in the text given.
        results = matcher.process([item.text for item in block], rewrite=frozenset())
        for item, result in zip(block, results, strict=True):
            _text(item, result.mentions, counts)
    words = sum(len(item.text.split()) for item in gold.items)
    return counts.evaluation("texts", len(gold.items), words)


def _text(item: GoldText, mentions: Sequence[Mention], counts: _Counts) -> None:
    left = list(mentions)
    met: dict[Mark, str] = {}
    for mark in item.marks:
        right = next((m for m in left if _covers(item.text, m, mark) and _means(m.entity, mark.targets)), None)
        if right is not None:
            left.remove(right)
            met[mark] = "right"
            counts.answer(right.match, right.score, "right")
    for m in left:
        under = next((g for g in item.marks if g.start < m.end and m.start < g.end), None)
        if under is not None:
            # A listed name within a longer one that is marked changes nothing, and may well be meant.
            if m.match in REPAIRS or item.complete or _covers(item.text, m, under):
                met.setdefault(under, "wrong")
                counts.answer(m.match, m.score, "wrong")
                counts.errors.append(_error("wrong", item, m.start, m.end, under, m))
            continue
        if m.match not in REPAIRS and not item.complete:
            continue
        counts.answer(m.match, m.score, "false")
        counts.false["repair" if m.match in REPAIRS else "mention"] += 1
        if m.match in REPAIRS and any(a < m.end and m.start < b for a, b in item.sound):
            counts.false["sound"] += 1
        counts.errors.append(_error("false", item, m.start, m.end, None, m))
    for mark in item.marks:
        outcome = met.get(mark, "missed")
        counts.mark(mark.kind, outcome)
        if outcome == "missed":
            counts.errors.append(_error("missed", item, mark.start, mark.end, mark, None))


def _covers(text: str, mention: Mention, mark: Mark) -> bool:
    return _core(text, mention.start, mention.end) == _core(text, mark.start, mark.end)


def _core(text: str, start: int, end: int) -> tuple[int, int]:
    """A span without what is neither letter nor digit at its ends, and without a possessive 's.

    >>> _core("(Kabul’s)", 0, 9)
    (1, 6)
    """
    while end > start and not text[end - 1].isalnum():
        end -= 1
    if end - start > 2 and text[end - 2 : end] in ("'s", "’s"):
        end -= 2
    while start < end and not text[start].isalnum():
        start += 1
    return start, end


def _means(entity: Entity, targets: Sequence[str]) -> bool:
    return entity.id in targets or entity.canonical in targets


def _error(sort: Sort, item: GoldText, start: int, end: int, mark: Mark | None, found: Mention | None) -> Error:
    text = item.text
    before, after = text[max(0, start - _AROUND) : start], text[end : end + _AROUND]
    # Words that are cut at the rims say nothing.
    before = before if start <= _AROUND else before.partition(" ")[2]
    after = after if end + _AROUND >= len(text) else after.rpartition(" ")[0]
    return Error(
        sort,
        item.where if not item.id else f"{item.where} ({item.id})",
        text[start:end],
        kind=mark.kind if mark else "",
        expected=" or ".join(mark.targets) if mark else "",
        found=found.entity.canonical if found else "",
        match=found.match if found else "",
        score=found.score if found else None,
        context=" ".join(f"{before}[{text[start:end]}]{after}".split()),
        reasons=found.reasons if found else (),
    )


# -- names alone, and pairs ------------------------------------------------------------------------------------


def _names(gold: Names, matcher: Matcher) -> Evaluation:
    counts = _Counts()
    decided: list[Decision | None] = [None] * len(gold.items)
    for type_ in dict.fromkeys(item.type for item in gold.items):
        places = [k for k, item in enumerate(gold.items) if item.type == type_]
        answers = matcher.resolve_all([gold.items[k].name for k in places], type_)
        for k, answer in zip(places, answers, strict=True):
            decided[k] = answer
    refused = 0
    for item, decision in zip(gold.items, decided, strict=True):
        assert decision is not None
        refused += _name(item, decision, counts)
    return counts.evaluation("names", len(gold.items), refused=refused)


def _name(item: GoldName, decision: Decision, counts: _Counts) -> bool:
    """Count one name; True where a stranger was rightly refused."""
    best = decision.best
    outcome: Sort | None
    if best is None:
        # A refusal has a score too, of the candidate that was too unlikely: so all scores can be judged.
        for first in _unsure(decision):
            counts.scored.append((first.score, _means(first.entity, item.targets)))
        outcome = "missed" if item.targets else None
    elif _means(best.entity, item.targets):
        outcome = None
    else:
        outcome = "wrong" if item.targets else "false"
    if best is not None:
        counts.answer(best.match, best.score, outcome or "right")
    if item.targets:
        counts.mark(item.kind, outcome or "right")
    if outcome == "false" and best is not None:
        counts.false["repair" if best.match in REPAIRS else "mention"] += 1
    if outcome is not None:
        counts.errors.append(
            Error(
                outcome,
                item.where,
                item.name,
                kind=item.kind,
                expected=" or ".join(item.targets),
                found=best.entity.canonical if best else "",
                match=best.match if best else "",
                score=best.score if best else None,
                reasons=decision.reasons,
            )
        )
    return outcome is None and not item.targets


def _unsure(decision: Decision) -> Iterator[Candidate]:
    first = next(iter(decision.alternatives), None)
    if first is not None and first.match in REPAIRS:
        yield first


def _pairs(gold: Pairs, matcher: Matcher) -> Evaluation:
    """A pair is held to be one from a probability of one half."""
    counts = _Counts()
    refused = 0
    scores = matcher.compare_all([(item.a, item.b) for item in gold.items])
    for item, score in zip(gold.items, scores, strict=True):
        counts.scored.append((score, item.same))
        answered = score >= 0.5
        if item.same:
            counts.mark(item.kind, "right" if answered else "missed")
        if answered:
            counts.matches.setdefault("compare", Counter())["right" if item.same else "false"] += 1
            counts.false["repair"] += not item.same
        if answered == item.same:
            refused += not item.same
            continue
        counts.errors.append(
            Error(
                "missed" if item.same else "false",
                item.where,
                f"{item.a} = {item.b}" if item.same else f"{item.a} ≠ {item.b}",
                kind=item.kind,
                score=score,
            )
        )
    return counts.evaluation("pairs", len(gold.items), refused=refused)
