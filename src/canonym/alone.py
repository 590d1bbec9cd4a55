"""Names alone, without a text: what tables say of them, and what they are near to.

Many at a time are looked up and decided in the compiled part, which tells in numbers what it found; decisions in full,
with reasons in words, are made of these only for those who ask for them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from typing import Final, NamedTuple, TypeVar

from canonym import native, trees
from canonym.candidates import Candidates, choose, one_each
from canonym.decide import SURE, Case, conclude, decide_all, reasons, thresholds
from canonym.evidence import ALONE
from canonym.listed import fits_case
from canonym.model import Candidate, Decision, Entity, Status
from canonym.nearest import best
from canonym.patterns import pattern
from canonym.scan import tokens, words
from canonym.spans import Planner
from canonym.text import fold

#: To make the sieve takes as long as some dozens of names without it.
_WORTH: Final = 100
#: Names looked up at a time.
_SHARE: Final = 4096
_MOST_WORDS: Final = 6
#: Words that blanks, hyphens and apostrophes part, and nothing else.
_PLAIN: Final = pattern(r"[^\W_]+(?:[ '’‘-][^\W_]+)*['’‘]?")
_WORD: Final = pattern(r"[^\W_]+")
_QUOTES: Final = {ord(quote): "'" for quote in "’‘"}
_STATUSES: Final[tuple[Status, ...]] = ("abstain", "ambiguous", "accept")

T = TypeVar("T")


class Brief(NamedTuple):
    """A decision in short: without reasons, and of its alternatives the ids, best first."""

    status: Status
    best: Entity | None = None
    match: str = ""
    score: float = 0.0
    others: tuple[str, ...] = ()


class _Found(NamedTuple):
    """What the compiled part decided of a name: its candidates, likeliest first (table, alias, how; score)."""

    status: int
    near: Sequence[Sequence[int]]
    scores: Sequence[float]
    others: tuple[str, ...]


def brief(decision: Decision) -> Brief:
    """A decision in short.

    >>> brief(Decision("Xyz", "abstain")).status
    'abstain'
    """
    others = tuple(dict.fromkeys(c.entity.id for c in decision.alternatives))
    top = decision.best
    if top is None:
        return Brief(decision.status, others=others)
    return Brief(decision.status, top.entity, top.match, top.score, others)


def _in_ascii(name: str) -> str:
    """A name as it is folded, where its words and what joins them stay what they are; else as it stands.

    >>> _in_ascii("Dalosjöfors"), _in_ascii("Bol’shaya Ōsaka"), _in_ascii("北京 Osaka")
    ('dalosjofors', "bol'shaya osaka", '北京 Osaka')
    """
    if name.isascii() or not _PLAIN.fullmatch(name):
        return name
    plain = _WORD.sub(lambda word: fold(word[0]), name).translate(_QUOTES)
    return plain if plain.isascii() and len(plain.split()) == len(name.split()) else name


class Alone:
    """Decides names alone, against one or more tables."""

    def __init__(self, candidates: Candidates, planner: Planner) -> None:
        self._candidates = candidates
        self._planner = planner

    def decisions(self, names: Iterable[str], type_: str | None) -> dict[str, Decision]:
        """What each name means."""
        return self._decided(names, type_, self._full, lambda decision: decision)

    def briefs(self, names: Iterable[str], type_: str | None) -> dict[str, Brief]:
        """`decisions` in short, and faster."""
        return self._decided(names, type_, self._short, brief)

    def cases(self, names: Iterable[str], type_: str | None) -> list[Case]:
        """What each name is near to."""
        near = [(fold(name), self._near(name, type_)) for name in names]
        return [Case(form, found, (ALONE,) * len(found)) for form, found in near]

    def _decided(
        self,
        names: Iterable[str],
        type_: str | None,
        told: Callable[[str, _Found], T],
        said: Callable[[Decision], T],
    ) -> dict[str, T]:
        distinct = list(dict.fromkeys(names))
        out: dict[str, T] = {}
        sayable = type_ is None or (type_.isascii() and type_.isprintable())
        many = native.COMPILED and sayable and (self._planner.sieved or len(distinct) >= _WORTH)
        # Outlets are known by shorter names than are listed.
        open_ = distinct if not many or type_ == "outlet" else self._quickly(distinct, type_, False, told, out)
        rest = []
        for name in open_:
            plain = self._plainly(name, type_)
            if plain is None:
                rest.append(name)
            else:
                out[name] = said(plain)
        if many:
            rest = self._quickly(rest, type_, True, told, out)
        decided = decide_all(self.cases(rest, type_))
        out.update((name, said(replace(d, form=name))) for name, d in zip(rest, decided, strict=True))
        return out

    def _quickly(
        self, names: list[str], type_: str | None, unlisted: bool, told: Callable[[str, _Found], T], out: dict[str, T]
    ) -> list[str]:
        """Decide names in the compiled part, where it can; the others. `unlisted`: no table lists them."""
        left = []
        for name, found in zip(names, self._found(names, type_, unlisted), strict=True):
            if found is None:
                left.append(name)
            else:
                out[name] = told(name, found)
        return left

    def _found(self, names: list[str], type_: str | None, unlisted: bool) -> Iterator[_Found | None]:
        import numpy as np

        limits, forest = thresholds(), trees.shipped("decide")
        if unlisted:  # nothing but their letters counts any more
            names = [_in_ascii(name) for name in names]
        for start in range(0, len(names), _SHARE):
            counts, near, sums, marks = self._planner.sieve.alone(names[start : start + _SHARE], type_, unlisted)
            scores = forest.likely(np.frombuffer(sums, dtype=np.int64))
            settled, others = self._planner.sieve.settle(counts, near, scores, marks, limits.alone, limits.margin, SURE)
            rows = np.frombuffer(near, dtype=np.uint32).reshape(-1, 3).tolist()
            final, at = scores.tolist(), 0
            for count, status, ids in zip(np.frombuffer(counts, dtype=np.int32).tolist(), settled, others, strict=True):
                if count < 0:
                    yield None
                else:
                    yield _Found(status, rows[at : at + count], final[at : at + count], ids)
                    at += count

    def _short(self, name: str, found: _Found) -> Brief:
        status, near, scores, others = found
        if _STATUSES[status] == "abstain":
            return Brief("abstain", others=others)
        layer, alias, how = near[0]
        entity = self._candidates.indexes[layer].entity(alias)
        return Brief(_STATUSES[status], entity, "rule" if how else "fuzzy", scores[0], others)

    def _full(self, name: str, found: _Found) -> Decision:
        form = fold(name)
        scored = []
        for place, score in zip(found.near, found.scores, strict=True):
            c = self._candidates.at(form, *place)
            scored.append(Candidate(c.entity, c.alias, c.kind, c.match, score, reasons(form, c, ALONE)))
        return conclude(name, scored, thresholds().alone)

    def _near(self, name: str, type_: str | None) -> tuple[Candidate, ...]:
        """The entities, of some type where one is given, that a name is nearest to under the rules or by likeness."""
        part, form = tokens(name), fold(name)
        if not form:
            return ()
        fuzzy = self._candidates.fuzzy(part) if 0 < len(part) <= _MOST_WORDS else ()
        near = (*self._candidates.by_rule(form), *fuzzy)
        return best(form, [c for c in near if type_ is None or c.entity.type == type_])

    def _plainly(self, name: str, type_: str | None) -> Decision | None:
        """What the table says of a name; None where it says nothing."""
        form = fold(name)
        fits = [
            c for c in self._listed(name, form, type_) if type_ is None or c.entity.type == type_ or c.kind == "never"
        ]
        if any(c.kind == "never" for c in fits):
            return Decision(name, "abstain", reasons=("the table says that this is no name",))
        if fits and fits[0].kind == "weak" and type_ is None:
            why = f"an ordinary word too; with a type it would be {fits[0].entity.canonical}"
            return Decision(name, "ambiguous", fits[0], tuple(fits[1:]), (why,))
        if fits:
            how = "the canonical spelling" if fits[0].match == "exact" else f"listed as {fits[0].kind}"
            return Decision(name, "accept", fits[0], tuple(fits[1:]), (how,))
        if type_ == "outlet" and (short := self._shortened(form)):
            why = "the name without its article or tail"
            best = replace(short[0], match="rule", score=SURE, reasons=(why,))
            status: Status = "accept" if len(short) == 1 else "ambiguous"
            return Decision(name, status, best, tuple(short[1:]), (why,))
        return None

    def _listed(self, name: str, form: str, type_: str | None) -> tuple[Candidate, ...]:
        if "." in name and " " not in name.strip() and (hosts := self._candidates.domain(name.strip())):
            return hosts
        listed = self._candidates.listed(form) if form else ()
        spelt = choose(name.strip(), (c for c in listed if fits_case(name.strip(), c)))
        # A column of places may well write Male for Malé; a name without a type is read as it stands.
        return spelt or (one_each(listed) if type_ is not None else ())

    def _shortened(self, form: str) -> tuple[Candidate, ...]:
        """The outlets whose name is this form with an article before it, or a tail like News Agency behind it."""
        longer = [f"the {form}", *(f"{form} {tail}" for tail in sorted(words("outlet_tails")))] if form else []
        found = [c for text in longer for c in self._candidates.listed(text) if c.entity.type == "outlet"]
        return tuple(sorted(one_each(found), key=lambda c: (-c.entity.prominence, c.entity.id)))
