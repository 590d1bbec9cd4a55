"""Which of the names proposed in texts are believed, round by round."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Final

from canonym import native
from canonym.accept import accepted, grounds, least, likely
from canonym.amid import other
from canonym.evidence import NAMES
from canonym.found import mention
from canonym.lesser import lesser
from canonym.model import Decision, Mention
from canonym.pages import Page, Placed, gathered, witness
from canonym.standing import stands
from canonym.whose import elsewhose

#: Bytes of the evidence for a candidate.
_WIDTH: Final = 8 * len(NAMES)

#: A proposal that is accepted, with its text and its mention.
Told = tuple[Page, Placed, Mention]


def believe(pages: Sequence[Page], sieve: native.Sieve | None = None) -> None:
    """Add the proposals that are accepted to what is listed, round by round, until nothing is added.

    What is accepted counts as listed in the next round: so a second run over the rewritten text, where it is
    listed, finds nothing new. All pages go through a round together, since scoring is cheaper by the thousand.
    What has been accepted so far tells whether a text is hurt, where less is asked of its other forms.
    """
    while pages:
        taken: dict[int, list[tuple[Placed, Mention]]] = {}
        for hurt in (False, True):
            some = [page for page in pages if page.hurt == hurt]
            told = believed(some, hurt) if sieve is None else _believed(some, sieve, hurt)
            for page, place, found in left(told, hurt):
                taken.setdefault(id(page), []).append((place, found))
        pages = [page for page in pages if id(page) in taken]
        for page in pages:
            page.accept(taken[id(page)])
        pages = [page for page in pages if page.proposed]


def left(told: Iterable[Told], hurt: bool) -> Iterator[Told]:
    """What is left of the proposals that are accepted: what nothing in their text tells to be something else."""
    much: dict[int, bool] = {}  # asked once of a text, which may hold thousands
    rest: dict[int, list[Told]] = {}
    for page, place, found in told:
        if hurt and id(page) not in much:
            much[id(page)] = page.much
        if not other(page.text, found, page.listed, hurt=hurt, much=much.get(id(page), False)):
            rest.setdefault(id(page), []).append((page, place, found))
    for some in rest.values():
        page = some[0][0]
        lone = page.has_one(len({place.span.form for _, place, _ in some}))
        for one in unsound(page, some):
            if lone and lesser(page.text, one[2], page.listed):
                continue
            if not elsewhose(page.text, one[2], page.listed, lone=lone):
                yield one


def unsound(page: Page, told: list[Told]) -> list[Told]:
    """What is left of a text without words that stand rightly, where no other form of it is damaged."""
    sure: set[str] = set()
    rest = []
    for one in told:
        if not page.has_one(1 + len(sure)):
            return told  # soon so, where much is damaged
        if not stands(page.text, one[2], page.listed):
            sure.add(one[1].span.form)
            rest.append(one)
    return rest if page.has_one(1 + len(sure)) else told


def believed(pages: Sequence[Page], hurt: bool) -> Iterator[Told]:
    """The proposals of some pages that are accepted as things stand, each with its mention."""
    asked, rows = gathered(pages)
    for number, decision in accepted([(p.span.form, p.span.candidates) for _, p in asked], rows, hurt=hurt):
        page, place = asked[number]
        yield page, place, _decided_mention(page.text, place, decision)


def _believed(pages: Sequence[Page], sieve: native.Sieve, hurt: bool) -> Iterator[Told]:
    """The same, compiled, which must equal it."""
    ground = grounds(hurt)
    asked, rows, sums = witness().judge([*pages], sieve, ground, least(hurt))
    at = 0
    for (page, place), told in zip(
        asked, witness().decide(asked, rows, sums, likely(sums), sieve, ground), strict=True
    ):
        form, found = place.span.form, place.span.candidates
        if told is True:
            for _, decision in accepted([(form, found)], rows[_WIDTH * at : _WIDTH * (at + len(found))], hurt=hurt):
                yield page, place, _decided_mention(page.text, place, decision)
        elif told is not None:
            yield page, place, told
        at += len(found)


def _decided_mention(text: str, place: Placed, decision: Decision) -> Mention:
    assert decision.best is not None
    return mention(
        text, place.start, place.end, decision.best, (decision.best, *decision.alternatives), decision.reasons
    )
