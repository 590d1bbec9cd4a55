"""One text on its way: what is listed in it, what is still proposed, and what the one says about the other."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Callable, Container, Iterable, Mapping, Sequence
from functools import cache
from operator import itemgetter
from typing import Final, NamedTuple

from canonym import native
from canonym.decide import Case
from canonym.evidence import (
    CAPITAL,
    LISTED,
    NOTHING,
    Everywhere,
    Summary,
    Surroundings,
    gather,
    leanings,
    looks,
    summarise,
)
from canonym.found import Found, Listed, Spans, listed_name, without_overlap
from canonym.model import Mention
from canonym.patterns import pattern
from canonym.plans import Plan, Span
from canonym.scan import find_small, lower_words, words
from canonym.text import fold

_FEW: Final = 12
#: A text is hurt where in so many characters something is damaged.
_SLIP: Final = 5_000
_SHORT: Final = (20_000, 200_000)  # beyond ASCII, and in it: of longer texts all small words are told at once
_INNER: Final = pattern(r"[a-z][A-Z]|[A-Z]{2,}[a-z]+$")
_JOINT: Final = pattern(r"[\s-]")
#: Read backwards from a place, so that it is found at once.
_BEFORE: Final = pattern(r"[\s\"'“‘]*([^\W\d_]+|[^\w\s])")
_AFTER: Final = pattern(r"^(?:['’]s)?[\s\"'”’]*([^\W\d_]+|[^\w\s])")
#: A stock exchange's sign for a firm, after some more words of its name: AMERIANA SAVINGS BANK <ASBI>.
_SIGN: Final = pattern(r"(?: [A-Z][\w&.'-]*){0,4} <[A-Z]{1,5}(?:\.[A-Z]{1,2})?>")
_SIGN_AHEAD: Final = 200
_PART_OF: Final = pattern(r"(\w+) (of|in)\s+$")
_GOES_ON: Final = pattern(r"-([a-z]+)-\w")
#: A place that is less well known than this is taken for a firm that bears a name of its own.
_WELL_KNOWN: Final = 1_000_000


class Placed(NamedTuple):
    """A span of a run at its place in the text."""

    start: int
    end: int
    span: Span
    run_start: int
    plan: Plan


#: Where a run begins and ends, and its grade.
Run = tuple[int, int, int]


def planned(
    text: str, spans: list[Run], plans: dict[str, Plan], missing: list[str], *, spared: int = 0
) -> list[tuple[int, Plan | str]]:
    """The runs of a text: where each begins, and its plan; or the run itself, which is added to those missing.

    Runs of no more than the grade `spared` are left out where none of the others needs a document: listed names that
    stay as they are tell something of other names alone.
    """
    if native.COMPILED:
        return witness().plans(text, spans, plans, missing, spared)
    return planned_plain(text, spans, plans, missing, spared=spared)


def planned_plain(
    text: str, spans: list[Run], plans: dict[str, Plan], missing: list[str], *, spared: int = 0
) -> list[tuple[int, Plan | str]]:
    """`planned` in Python: what the compiled one must equal."""
    runs = [(start, text[start:end], grade) for start, end, grade in spans]
    if spared and all(_is_settled(plans.get(run)) for _, run, grade in runs if grade > spared):
        runs = [run for run in runs if run[2] > spared]
    missing += [run for _, run, _ in runs if run not in plans]
    return [(start, plans.get(run, run)) for start, run, _ in runs]


def _is_settled(plan: Plan | None) -> bool:
    """True where a plan holds nothing that the rest of its text has a say in."""
    return plan is not None and not plan.proposed and not any(span.weak for span in plan.listed)


def opened(
    text: str, runs: list[tuple[int, Plan | str]], known: dict[str, Plan], plan: Callable[[str], Plan]
) -> tuple[list[Listed], list[Listed], list[Placed]]:
    """What the runs of a text hold, as `planned` tells them: listed names, those that need support, and proposals."""
    if native.COMPILED:
        return witness().open(text, runs, known, plan)
    return opened_plain(text, runs, plan)


def opened_plain(
    text: str, runs: list[tuple[int, Plan | str]], plan: Callable[[str], Plan]
) -> tuple[list[Listed], list[Listed], list[Placed]]:
    """`opened` in Python: what the compiled one must equal."""
    names: list[Listed] = []
    weak: list[Listed] = []
    proposed: list[Placed] = []
    for at, run in runs:
        found = plan(run) if isinstance(run, str) else run
        for span in found.listed:
            (weak if span.weak else names).append(listed_name(text, at, span))
        for span in found.proposed:
            proposed.append(Placed(at + span.start, at + span.end, span, at, found))
    return names, weak, proposed


def otherwise(text: str, found: list[Found]) -> list[int]:
    """Which of the names found in a text, by number, are not spelt as the canonical form: no other is rewritten."""
    if native.COMPILED:
        return witness().otherwise(text, found)
    return otherwise_plain(text, found)


def otherwise_plain(text: str, found: list[Found]) -> list[int]:
    """`otherwise` in Python: what the compiled one must equal."""
    return [k for k, m in enumerate(found) if text[m.start : m.end] != m.entity.canonical]


def gathered(pages: Sequence[Page], *, lone: bool = False) -> tuple[list[tuple[Page, Placed]], bytes]:
    """The cases of all pages (see `Page.cases`) with their evidence: a row of doubles for each candidate."""
    if native.COMPILED:
        return witness().gather([*pages], lone)
    from array import array

    asked = []
    rows = array("d")
    for page in pages:
        for place, case in page.cases(lone=lone):
            asked.append((page, place))
            for seen in case.seen:
                rows.extend(seen)
    return asked, rows.tobytes()


@cache
def witness() -> native.Witness:
    """`Page.cases`, and what comes before and after, compiled."""
    before, after = leanings()
    return native.Witness(
        titles=words("titles"),
        locatives=words("locatives"),
        features=words("features"),
        verbs=words("verbs_of_saying"),
        companies=words("companies"),
        parts=words("parts_of_firms"),
        holdings=words("holdings"),
        foreign=words("foreign_articles"),
        particles=words("particles"),
        before=dict(before),
        after=dict(after),
        capital=CAPITAL,
        listed=LISTED,
        nothing=NOTHING,
        fold=fold,
        coined=_is_coined,
        signed=_is_signed,
        name=Listed,
        place=Placed,
        well_known=_WELL_KNOWN,
    )


class Page:
    """One text on its way: what is listed in it, and what is still proposed.

    Of a `partial` one names were left out that stay as they are.
    """

    __slots__ = ("_mended", "_small", "listed", "partial", "proposed", "text")

    def __init__(self, text: str, listed: list[Found], proposed: list[Placed], *, partial: bool = False) -> None:
        self.text = text
        self.listed = listed
        self.proposed = proposed
        self.partial = partial
        self._mended = 0
        self._small: set[str] | None = None

    def cases(self, *, lone: bool = False) -> Iterable[tuple[Placed, Case]]:
        """Every proposal with the evidence for each of its candidates; with `lone`, those that lack company too."""
        document = summarise((m.entity, fold(self.text[m.start : m.end])) for m in self.listed)
        taken = Spans((m.start, m.end) for m in self.listed)
        forms: dict[str, set[str]] = {}
        for p in self.proposed:
            forms.setdefault(p.span.candidates[0].entity.id, set()).add(p.span.form)
        believable = {
            p.span.form
            for p in self.proposed
            if lone or not p.span.needy or has_company(p.span, document.entities, document.names, forms)
        }
        believable -= {p.span.form for p in self.proposed if p.span.form in believable and self._is_other(p, document)}
        asked = [p for p in self.proposed if p.span.form in believable]
        around = [surroundings(self.text, p, taken) for p in asked]
        everywhere: dict[str, Everywhere] = {}
        for p, here in zip(asked, around, strict=True):
            everywhere[p.span.form] = everywhere.get(p.span.form, Everywhere()).with_one(*looks(here))
        for p, here in zip(asked, around, strict=True):
            form = p.span.form
            small = self.in_small(form)
            others = (len(forms.get(c.entity.id, set()) - {form}) for c in p.span.candidates)
            seen = tuple(
                gather(c, here, document, damaged, small, everywhere[form])
                for c, damaged in zip(p.span.candidates, others, strict=True)
            )
            yield p, Case(form, p.span.candidates, seen)

    def _is_other(self, place: Placed, document: Summary) -> bool:
        """True for a word that is no damaged name, wherever else it stands."""
        if " " in place.span.form:
            return False
        if _is_company(place) or _is_coined(self.text, place) or _is_foreign(self.text, place):
            return True
        found = place.span.candidates
        if any(c.entity.id in document.entities or c.entity.prominence >= _WELL_KNOWN for c in found):
            return False
        return _is_firm(self.text, place)

    @property
    def hurt(self) -> bool:
        """Whether so much of it is surely damaged that more is likely to be: one slip in a book says nothing."""
        return self._mended * _SLIP >= len(self.text) and self._mended > 0

    @property
    def much(self) -> bool:
        """Whether more than one form of it is surely damaged."""
        return len({m.text for m in self.listed if isinstance(m, Mention)}) > 1

    def has_one(self, forms: int) -> bool:
        """Whether a form, one of so many that are believed at once, is the only damaged one in so long a text."""
        return (forms - 1 + self._mended) * _SLIP < len(self.text)

    def in_small(self, form: str) -> bool:
        """Whether a form stands in small letters too."""
        if len(self.text) < _SHORT[self.text.isascii()]:
            return next(find_small(self.text, form), None) is not None
        if self._small is None:
            self._small = lower_words(self.text)
        return form in self._small

    def accept(self, accepted: Sequence[tuple[Placed, Mention]]) -> None:
        """Count accepted proposals as listed."""
        places = {id(p) for p, _ in accepted}
        self._mended += len(accepted)
        self.listed = without_overlap([*self.listed, *(found for _, found in accepted)])
        self.proposed = [p for p in self.proposed if id(p) not in places]


def _is_company(place: Placed) -> bool:
    """True for a word that a word for a firm follows, as Paradyne Corp; wherever else it stands it is the firm."""
    span = place.span
    return next((word for start, _, word in _near(place) if start >= span.end), "") in words("companies")


def _is_coined(text: str, place: Placed) -> bool:
    """True for a word with a capital inside it, as SunRice, where no name that it is near has one, or a joint."""
    if not _INNER.search(text, place.start + 1, place.end):
        return False
    return not any(_JOINT.search(c.alias) or _INNER.search(c.alias, 1) for c in place.span.candidates)


def _is_firm(text: str, place: Placed) -> bool:
    """True for a word that stands as firms do: the Canron unit, a stake in Southcorp, <Choyang Shipping Co Ltd>."""
    before = text[max(0, place.start - 40) : place.start]
    if before.endswith("<") or _is_signed(text, place):
        return True
    if _beside(_AFTER.search(text[place.end : place.end + 40])) in words("parts_of_firms"):
        return True
    part = _PART_OF.search(before) if before.rstrip().endswith((" of", " in")) else None
    if part is None or text[place.end : place.end + 1] == "-":
        return False
    return fold(part[1]) in words("parts_of_firms" if part[2] == "of" else "holdings")


def _is_signed(text: str, place: Placed) -> bool:
    """True where the sign of a firm follows; most have none, which is seen at once."""
    signed = text.find("<", place.end, place.end + _SIGN_AHEAD) >= 0
    return signed and _SIGN.match(text, place.end) is not None


def _is_foreign(text: str, place: Placed) -> bool:
    """True for a word after a foreign article, and for one that goes on: de la Louisiane, Chandipur-on-sea."""
    if _word_before(text, place.start) in words("foreign_articles"):
        return True
    further = _GOES_ON.match(text, place.end)
    return further is not None and further[1] in words("particles")


def has_company(span: Span, entities: Container[str], names: Container[str], forms: Mapping[str, set[str]]) -> bool:
    """True where a candidate, its name, or another form near it stands elsewhere in the document."""
    return any(
        c.entity.id in entities or fold(c.alias) in names or forms.get(c.entity.id, set()) - {span.form}
        for c in span.candidates
    )


def surroundings(text: str, place: Placed, spans: Spans) -> Surroundings:
    """What stands beside a place; `spans` are those of listed names."""
    near = _near(place)
    first, last = (place.run_start + near[0][0], place.run_start + near[-1][1]) if near else (place.start, place.end)
    taken = spans.near(min(first, place.start) - 4, max(last, place.end) + 4)
    before = after = ""
    for start, end, word in near:
        start, end = start + place.run_start, end + place.run_start
        listed = any(a <= start and end <= b for a, b in taken)
        mark = LISTED if listed else CAPITAL if text[start].isupper() else word
        if end <= place.start:
            titled = before in words("titles") and mark == CAPITAL  # Dr Miriam ...
            before = before if titled else word if word in words("locatives") or word in words("titles") else mark
        elif start >= place.end and not after and word != "s":
            after = mark
    before = before or _word_before(text, place.start)
    after = after or _beside(_AFTER.search(text[place.end : place.end + 40]))
    comma = any(
        (text[place.end : a].strip(" ") == "," or text[b : place.start].strip(" ") == ",")
        for a, b in taken
        if 0 < a - place.end <= 3 or 0 < place.start - b <= 3
    )
    return Surroundings(before, after, comma, text[place.start : place.end].isupper(), len(place.plan.words))


def _near(place: Placed) -> tuple[tuple[int, int, str], ...]:
    """The words of a run that stand near a place; a run may have thousands, and each be a place."""
    words = place.plan.words
    if len(words) <= 2 * _FEW:
        return words
    at = bisect_left(words, place.start - place.run_start, key=itemgetter(0))
    return words[max(0, at - _FEW) : at + _FEW]


def _word_before(text: str, at: int) -> str:
    match = _BEFORE.match(text[max(0, at - 40) : at][::-1])
    return NOTHING if match is None else fold(match[1][::-1]) or match[1][::-1]


def _beside(match: re.Match[str] | None) -> str:
    if match is None:
        return NOTHING
    return fold(match[1]) or match[1]
