"""What a run of words holds: listed names, and forms that may be damaged ones.

Worked out once for each distinct run and kept; nothing here knows the document. Spans are offsets into the run.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from canonym import foreseen, native
from canonym.candidates import ORDINARY, Candidates, read_figures
from canonym.decide import Hope, hopes
from canonym.features import commonness
from canonym.index import open_index
from canonym.indexkeys import BEGINS, ENDS
from canonym.keys import rules
from canonym.lexicon import zipf
from canonym.listed import Listing, is_loud
from canonym.model import Candidate
from canonym.nearest import RARE, best, compiled_sieve
from canonym.plans import NOTHING, Grade, Plan, Span
from canonym.scan import Token, compiled_scanner, joined, tokens, words

_CACHE: Final = 20_000
_FEW_NAMES: Final = 5_000
#: Plans are kept for the next run too (see `verdicts`).
_PLANS: Final = 40_000


@dataclass(frozen=True, slots=True)
class _Form:
    """Words that may be a damaged name.

    `small`: one of them is in small letters, and no particle; `rule`: look for names equal under the rules; `part`:
    look for names near these words; `names`: these are near, as they are stored.
    """

    start: int
    end: int
    form: str
    small: bool
    rule: bool
    part: tuple[Token, ...] = ()
    names: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class _Draft:
    """A plan before near spellings are looked up."""

    listed: tuple[Span, ...]
    forms: tuple[_Form, ...]
    words: tuple[tuple[int, int, str], ...]


#: What a form goes by, and its place with the entities that it may name.
_Proposal = tuple[object, Span]


def foresee(path: Path) -> bytes:
    """What to write behind an index file, that no run need find it out again: see `foreseen`.

    Nothing without the compiled part, and of few names, which words are soon seen to be far from.
    """
    index = open_index(path)
    if not native.COMPILED or index.size < _FEW_NAMES:
        return b""
    sieve = Planner(Candidates([index])).sieve
    return index.annexed(foreseen.stamp(), sieve.foresee(foreseen.common_words()))


class Planner:
    """Plans runs, in batches, and keeps the plans."""

    def __init__(self, candidates: Candidates) -> None:
        self.candidates = candidates
        self._plans: dict[str, Plan] = {}
        self._hopes: dict[object, Hope] = {}
        self._nearest: dict[object, tuple[Candidate, ...]] = {}
        self._listing = Listing(candidates)
        #: Plans made before, in another process.
        self.kept: Callable[[str], Plan | None] | None = None
        self._sieve: native.Sieve | None = None
        self._scanner: native.Scanner | None = None

    def prepare(self, runs: Iterable[str]) -> None:
        """Plan many runs, looking up the neighbours of all their new words together."""
        new = [r for r in dict.fromkeys(runs) if r not in self._plans]
        if not new:
            return
        if len(self._plans) > _PLANS:
            # What is listed is soon found again, what is near names is not.
            dear = [(run, plan) for run, plan in self._plans.items() if plan.proposed]
            self._plans = dict(dear[-_PLANS // 2 :])
        if self.kept is not None:
            known = {run: plan for run in new if (plan := self.kept(run)) is not None}
            self._plans.update(known)
            new = [run for run in new if run not in known]
        if native.COMPILED:
            nothing, listed, worth = self.sieve.sift(new)
            self._plans.update(dict.fromkeys(nothing, NOTHING))
            self._plan(self._planned({**listed, **worth}))
        else:
            self._plan(dict.fromkeys(new))

    def _plan(self, worth: Mapping[str, native.Found | None]) -> None:
        """Plan runs, given what was found in them (None: all must be looked at)."""
        if len(self._hopes) > _CACHE:
            self._hopes.clear()
        drafts = {run: self._draft(run, found) for run, found in worth.items()}
        if not native.COMPILED:
            self.candidates.warm(
                {w for draft in drafts.values() for form in draft.forms for w in self.candidates.needed(form.part)}
            )
        given = {run: [p for form in draft.forms if (p := self._proposal(form))] for run, draft in drafts.items()}
        self._weigh(p for found in given.values() for p in found)
        for run, draft in drafts.items():
            told = [(span, self._hopes[key]) for key, span in given[run]]
            proposed = tuple(replace(s, needy=True) if hope == Hope.NEEDY else s for s, hope in told if hope)
            self._plans[run] = Plan(draft.listed, proposed, draft.words)

    def adopt(self, plans: Mapping[str, Plan]) -> None:
        """Take over plans made elsewhere with the same tables."""
        self._plans.update(plans)

    def plans(self) -> dict[str, Plan]:
        """The plans of all runs that hold something."""
        return {run: plan for run, plan in self._plans.items() if plan is not NOTHING}

    def graded(self, found: Mapping[str, native.Sifted]) -> dict[Grade, list[str]]:
        """Deal runs that may hold something out by what they hold, but for those that the sieve made a plan of."""
        others = self._planned(found)
        self._plan(others)
        out: dict[Grade, list[str]] = {grade: [] for grade in Grade}
        for run in others:
            out[self.grade(run)].append(run)
        return out

    def grade(self, run: str) -> Grade:
        """What a run holds by its plan."""
        plan = self.plan(run)
        if any(not s.needy for s in plan.proposed) or any(
            is_loud(run[s.start : s.end], s.candidates) for s in plan.listed
        ):
            return Grade.LOUD
        if plan.proposed:
            return Grade.NEEDY
        return Grade.LISTED if plan.listed else Grade.NOTHING

    def _planned(self, found: Mapping[str, native.Sifted]) -> dict[str, native.Found | None]:
        """Take over the plans among what the sieve found; the rest."""
        others: dict[str, native.Found | None] = {}
        for run, one in found.items():
            if isinstance(one, Plan):
                self._plans[run] = one
            else:
                others[run] = one
        return others

    @property
    def sieve(self) -> native.Sieve:
        """The compiled sieve for runs, made when it is first needed."""
        if self._sieve is None:
            self._sieve = compiled_sieve(self.candidates, self.scanner, self._listing.named)
        return self._sieve

    @property
    def sieved(self) -> bool:
        """True once the sieve is made."""
        return self._sieve is not None

    @property
    def scanner(self) -> native.Scanner:
        """The compiled scanner, made when it is first needed."""
        if self._scanner is None:
            self._scanner = compiled_scanner()
        return self._scanner

    def _weigh(self, given: Iterable[_Proposal]) -> None:
        """Set aside the forms that no document could make believable: most unlisted words are just that."""
        new = {key: span for key, span in given if key not in self._hopes}
        self._hopes.update(zip(new, hopes([(s.form, s.candidates) for s in new.values()]), strict=True))

    @property
    def known(self) -> dict[str, Plan]:
        """The plans that there are, by their runs."""
        return self._plans

    def plan(self, run: str) -> Plan:
        """The plan of one run."""
        found = self._plans.get(run)
        if found is None:
            self.prepare([run])
            found = self._plans[run]
        return found

    def _draft(self, run: str, found: native.Found | None) -> _Draft:
        if found is None:
            part = tokens(run)
            names, taken = self._listed(run, part)
            return _Draft(names, tuple(self._forms(part, taken)), tuple((t.start, t.end, t.folded) for t in part))
        bare, told, hits = found
        shouted = _is_shouted(run, len(bare))
        names = tuple(self._named(run, *name, shouted) for name in told)
        return _Draft(names, tuple(_Form(*hit[:5], (), hit[5]) for hit in hits), bare)

    def _listed(self, run: str, part: list[Token]) -> tuple[tuple[Span, ...], list[tuple[int, int]]]:
        """The listed names of a run, and from which word to which these go, and what is listed as no name."""
        shouted = _is_shouted(run, len(part))
        listed: list[Span] = []
        taken: list[tuple[int, int]] = []
        at = 0
        while at < len(part):
            hit = self._longest(run, part, at, shouted)
            if hit is None:
                at += 1
                continue
            end, span = hit
            if span is not None:
                listed.append(span)
            taken.append((at, end))  # what is listed as no name is none that a rule would find either
            at = end
        return tuple(listed), taken

    def _named(self, run: str, start: int, end: int, form: str, words: int, shouted: bool) -> Span:
        """The listed name that is known to stand at a place."""
        named = self._listing.named(run[start:end], form, words, shouted)
        return Span(start, end, form, named.candidates if named else (), bool(named and named.weak))

    def _longest(self, run: str, part: list[Token], at: int, shouted: bool) -> tuple[int, Span | None] | None:
        if not _may_start(part, at) or not self._may_open(part, at):
            return None
        for end in range(min(len(part), at + self.candidates.words), at, -1):
            if not _may_end(part, end):
                continue
            form = joined(part[at:end])
            named = self._listing.named(run[part[at].start : part[end - 1].end], form, end - at, shouted)
            if named is None:
                continue
            if named.never:
                return end, None
            return end, Span(part[at].start, part[end - 1].end, form, named.candidates, named.weak)
        return None

    def _may_open(self, part: list[Token], at: int) -> bool:
        """True where a listed name begins with the word at a place, alone or with what is joined to it."""
        if self.candidates.opens(part[at].folded):
            return True
        end = at + 1
        while end < len(part) and part[end].joint == "":
            end += 1
        return end > at + 1 and any(self.candidates.opens(joined(part[at:stop])) for stop in range(at + 2, end + 1))

    def _forms(self, part: list[Token], taken: Sequence[tuple[int, int]]) -> Iterable[_Form]:
        """Forms of one to five words that may be damaged names, and whether to look for near spellings."""
        particles = words("particles")
        suspects = [self._damaged(t.folded) for t in part]
        until = [0] * len(part)  # where the listed name ends that a word stands in
        for first, last in taken:
            until[first:last] = [last] * (last - first)
        for at in range(len(part)):
            if not _may_start(part, at) or _in_compound(part, at) or part[at].folded in words("openers"):
                continue
            for end in range(at + 1, min(len(part), at + 5) + 1):
                if _is_glued(part[end - 1]):
                    break
                if not _may_end(part, end) or end <= until[at]:
                    continue
                here = part[at:end]
                if here[-1].quote and _is_ending(here[-1]):
                    continue
                if len(here) > 1 and len(here[0].text) == 1 and here[1].dash:
                    continue  # R-Arizona: a party, or a series
                if here[-1].folded in particles or (len(here) == 1 and here[0].folded in particles):
                    continue
                form = joined(here)
                if len(form) < 4 or (commonness(form) >= RARE and not _izafa(here) and len(here) != 2):
                    continue
                near = any(suspects[at:end]) or _broken(here) or self._may_join(here)
                small = any(t.text[0].islower() and t.folded not in particles for t in here)
                yield _Form(here[0].start, here[-1].end, form, small, True, tuple(here) if near else ())

    def _may_join(self, part: Sequence[Token]) -> bool:
        """True where a name of two words may have lost a letter of one that is not suspected: Nw York.

        Not in NW York, which lies to the north, nor in Lake Mead.
        """
        if len(part) != 2 or part[1].dash or not part[1].joint:
            return False
        if not all(any(map(str.islower, t.text)) for t in part):
            return False
        first, last = (t.folded for t in part)
        return any(
            zipf(odd) < (ORDINARY if len(odd) <= 2 else RARE) and self.candidates.has_joint(space, sound, len(odd))
            for odd, space, sound in ((first, ENDS, last), (last, BEGINS, first))
        )

    def _damaged(self, word: str) -> bool:
        plain = read_figures(word)
        return plain != word or self.candidates.suspect(plain)

    def _proposal(self, form: _Form) -> _Proposal | None:
        """A form with the entities it may name; worked out once for the words of it, in whatever run they stand."""
        key = (form.form, form.small, form.rule, form.names, *((t.folded, t.joint) for t in form.part))
        nearest = self._nearest.get(key, ())
        if key not in self._nearest:
            if len(self._nearest) > _CACHE:
                self._nearest.clear()
            nearest = self._nearest[key] = self._found(form)
        return (key, Span(form.start, form.end, form.form, nearest)) if nearest else None

    def _found(self, form: _Form) -> tuple[Candidate, ...]:
        # What is listed, though not as it stands, is no other name under the rules: Letônia.
        ruled = form.rule and not self.candidates.listed(form.form)
        found = self.candidates.by_rule(form.form) if ruled else ()
        near = self.candidates.fuzzy(form.part, split=form.small) if form.part else self.candidates.named(form.names)
        # A word in small letters may end the name of a place that lost a capital; outlets write theirs.
        return best(form.form, found + tuple(c for c in near if not (form.small and c.entity.type == "outlet")))


def _is_shouted(run: str, words: int) -> bool:
    return words > 2 and run.isupper()


def _is_glued(token: Token) -> bool:
    """True where a small word was written on to a word, as where a sentence ends without a stop: "NewsweekIn"."""
    text = token.text
    last = max((k for k in range(3, len(text)) if "A" <= text[k] <= "Z"), default=0)
    return 0 < last < len(text) - 1 and text[last:].lower() in words("openers")


def _izafa(part: Sequence[Token]) -> bool:
    """Kart-e-Now: an izafa particle shows a name, however common its words are."""
    return len(part) == 3 and part[1].folded in rules().particles


def _broken(part: Sequence[Token]) -> bool:
    """Two neighbours of which one is no word at all: a name split in two."""
    return len(part) == 2 and any(zipf(t.folded) == 0.0 for t in part)


def _in_compound(part: Sequence[Token], at: int) -> bool:
    """al-Jibouri, Yoo-nited: what an article or a hyphen joins to the word before it is part of that word."""
    return part[at].dash and (part[at - 1].folded in rules().articles or not part[at].text[0].isupper())


def _may_start(part: Sequence[Token], at: int) -> bool:
    if part[at].joint == " " or at == 0:
        return True
    return part[at].quote and len(part[at - 1].folded) <= 2


def _may_end(part: Sequence[Token], end: int) -> bool:
    return end >= len(part) or part[end].joint == " " or (part[end].quote and _is_ending(part[end]))


def _is_ending(token: Token) -> bool:
    """True for what an apostrophe joins to a name: the possessive of English, the cases of Turkish (Herat'ta)."""
    return token.folded == "s" or (token.text.islower() and token.folded in words("endings"))
