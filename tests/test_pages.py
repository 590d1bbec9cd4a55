"""What is seen of a text, compiled and in Python: listed names, proposals, and the evidence for them."""

from __future__ import annotations

import time
from array import array
from functools import cache
from random import Random

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import canonym
from apart import apart
from canonym import Normaliser, native
from canonym.accept import accepted
from canonym.around import _listed
from canonym.decide import decide_all
from canonym.editing import edited, spelt
from canonym.evidence import NAMES
from canonym.found import as_mention, without_overlap
from canonym.looked import Looked
from canonym.meant import asked
from canonym.model import REWRITTEN_KINDS, Edit
from canonym.pages import (
    Page,
    gathered,
    opened,
    opened_plain,
    otherwise,
    otherwise_plain,
    planned,
    planned_plain,
    witness,
)
from canonym.plans import Grade
from canonym.rewrite import apply
from canonym.scan import words

pytestmark = pytest.mark.skipif(not native.COMPILED, reason="canonym was installed without a C compiler")

LISTS = (
    "titles",
    "locatives",
    "features",
    "verbs_of_saying",
    "companies",
    "parts_of_firms",
    "holdings",
    "foreign_articles",
)
#: What stands around names, and what breaks them.
PIECES = [
    *" \t\n.,-–—’'\"“”()[]!?:;<>/&_@#$%0123aAzZéÉßıİǅﬁ²½٣中ا的и́\u200d\u00a0",
    *(
        " ",
        ", ",
        ". ",
        "'s ",
        "’s ",
        " said",
        " of ",
        " in ",
        " <ABC>",
        "<Herrat>",
        "<Kabul <HERAT.",
        "<KABUL.1>",
        " <",
        "-on-sea",
        "U.S.",
        "U.S.-led ",
        "Kabul",
        "KABUL",
    ),
    *(
        "Mazari Sharif",
        "Nahri Shahi",
        "Herrat",
        "Kandhahar",
        "Afghstan",
        "afghstan",
        "Helmannd",
        "herrat",
        "www.bbc.com",
    ),
    *(
        "Jalalabad",
        "Jallalabad",
        "Dr ",
        "Mr Kunduzi",
        "Provvince",
        "SunHerrat",
        "Pajhwok Afghan Nws",
        "(Herrat)",
        "Lashkar Gaah",
    ),
]


@cache
def names() -> Normaliser:
    return canonym.load()


@cache
def pieces() -> list[str]:
    listed = sorted({alias for alias, _, _ in names()._candidates.indexes[0].aliases()})
    some = Random(5).sample(listed, 400)
    return [*PIECES, *(f" {word} " for kind in LISTS for word in sorted(words(kind))[:12]), *some, *map(damaged, some)]


def damaged(name: str) -> str:
    at = len(name) // 2
    return name[:at] + name[at + 1 :]


def texts() -> st.SearchStrategy[str]:
    return st.lists(st.sampled_from(pieces()) | st.text(max_size=4), max_size=40).flatmap(
        lambda parts: st.sampled_from(["", " ", ", "]).map(lambda joint: joint.join(parts))
    )


def pages(text: str) -> list[Page]:
    return names()._recogniser.pages([text])


def plainly(page: Page, lone: bool) -> tuple[list[tuple[int, int]], array[float]]:
    cases = list(page.cases(lone=lone))
    return [(p.start, p.end) for p, _ in cases], array("d", (v for _, c in cases for seen in c.seen for v in seen))


def check(text: str) -> None:
    for page in pages(text):
        for lone in (False, True):
            asked, rows = gathered([page], lone=lone)
            places, wanted = plainly(page, lone)
            assert [(p.start, p.end) for _, p in asked] == places
            got = array("d", rows)
            width = len(NAMES)
            for k in range(0, len(wanted), width):
                assert dict(zip(NAMES, got[k:], strict=False)) == dict(zip(NAMES, wanted[k:], strict=False))
            assert len(got) == len(wanted)
            cases = [case for _, case in page.cases(lone=lone)]
            decisions = {k: d for k, d in enumerate(decide_all(cases)) if d.status == "accept"}
            mine = dict(accepted([(c.form, c.candidates) for c in cases], rows))
            assert {k: d.best for k, d in mine.items()} == {k: d.best for k, d in decisions.items()}
        assert otherwise(page.text, page.listed) == otherwise_plain(page.text, page.listed)
        for found in page.listed:
            mention = as_mention(page.text, found)
            if names()._recogniser.planner.sieve.stands_alone(text, mention.start, mention.end):
                assert _listed(text, mention, names()._candidates) is None


@settings(max_examples=250, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.data())
def test_the_evidence_is_that_of_python(data: st.DataObject) -> None:
    check(data.draw(texts()))


def test_the_evidence_is_that_of_python_in_many_texts() -> None:
    rng = Random(3)
    for _ in range(400):
        check(rng.choice(["", " ", ", "]).join(rng.choices(pieces(), k=rng.randrange(60))))


def test_evidence_in_a_text_of_many_names() -> None:
    rng = Random(4)
    check(" ".join(rng.choices(pieces(), k=3000)))


@settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.data())
def test_what_runs_hold_is_read_as_in_python(data: st.DataObject) -> None:
    text = data.draw(texts())
    recogniser = names()._recogniser
    plan, known = recogniser.planner.plan, recogniser.planner.known
    for seen in recogniser._runs([text]):
        missing: list[str]
        wanted: list[str]
        some = {run: known[run] for run in sorted(known)[::2]}
        for spared in (Grade.LISTED, 0):
            missing, wanted = [], []
            runs = planned(text, seen.runs, some, missing, spared=spared)
            assert runs == planned_plain(text, seen.runs, some, wanted, spared=spared)
            assert missing == wanted
        graded = [(start, end, data.draw(st.sampled_from(Grade))) for start, end, _ in seen.runs]
        fewer = planned(text, graded, known, missing, spared=Grade.LISTED)
        assert fewer == planned_plain(text, graded, known, wanted, spared=Grade.LISTED)
        assert opened(text, runs, some, plan) == opened_plain(text, runs, plan)
        sieve = recogniser.planner.sieve
        (page,) = witness().pages([text], [seen], [runs], some, plan, sieve, recogniser._page, 0, Page)
        same = recogniser.page(text, seen, runs)
        assert (page.listed, page.proposed, page.partial) == (same.listed, same.proposed, same.partial)


@settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.data())
def test_what_is_rewritten_is_among_the_mentions(data: st.DataObject) -> None:
    text = data.draw(texts())
    (mentions,) = names()._recogniser.annotate([text])
    (rewritten,) = names()._recogniser.rewritten([text])
    assert rewritten == [m for m in mentions if m.text != m.entity.canonical]
    assert names().process([text], mentions=False)[0].edits == names().process([text])[0].edits


@settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.lists(texts(), max_size=4))
def test_what_is_rewritten_is_written_as_in_python(some: list[str]) -> None:
    recogniser = names()._recogniser
    for text, (after, edits), made in zip(some, recogniser.edited(some), recogniser.rewritten(some), strict=True):
        assert (after, edits) == edited(text, made, REWRITTEN_KINDS)


NEAR = [
    "Kabool",
    "Bagdad ",
    "Mosul",
    "Mazari Sharif",
    "Rzym ",
    "Милан",
    "der ",
    "und ",
    "una ",
    " la ",
    " of the ",
    "and ",
]


@settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.lists(st.sampled_from([*NEAR, *(" the ", " was ", " ", ", ", " x" * 60)]) | texts(), max_size=12))
def test_what_is_surely_meant_is_not_asked_about(parts: list[str]) -> None:
    recogniser, text = names()._recogniser, "".join(parts)
    said: list[str] = []

    def ask(text: str, edits: tuple[Edit, ...]) -> bool:
        said.append(text)
        return asked(text, edits)

    found = recogniser._believed([text], partly=False)
    (told,) = witness().edits(found, recogniser.planner.sieve, spelt, ask, Edit)
    if told and not said:
        assert not asked(text, told[1])


@settings(max_examples=250, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.lists(st.sampled_from([*" ,.\n(-’é", "U.S.", "of ", "New ondon ", "Kabul", "Herrat", "herat "]), max_size=30))
def test_what_stands_apart_from_edits_is_as_it_was(parts: list[str]) -> None:
    recogniser = names()._recogniser
    text, edits = "".join(parts), []
    for k in range(3, len(text) - 4, 7):
        edits.append(Edit(k, k + k % 4, text[k : k + k % 4], ("", "Kabul", "é, T")[k % 3], "alias"))
    (seen,) = recogniser._look([text])
    found = apart(text, edits, seen.runs)
    assert found is not None
    after = apply(text, edits)
    (wanted,) = recogniser._look([after])
    windows, kept = found
    was, look = (text, tuple(edits)), (text, Looked(seen.code, [*seen.runs]))
    pieces, heads = witness().pieces([after], [was], [look])
    looked = recogniser._look([after[a:b] for a, b in windows])
    near = [(s + a, e + a, g) for (a, _), one in zip(windows, looked, strict=True) for s, e, g in one.runs]
    if heads[0] is not None:
        assert pieces == [after[a:b] for a, b in windows]
        scanner = recogniser.planner.scanner
        told = witness().joined([was], [look], heads, b"\4", b"\2\3", scanner, Grade.LISTED, Looked)
        assert told == {0: Looked(4, sorted(kept + near))}
        for code in b"\2\xff":
            assert not witness().joined([was], [look], heads, bytes([code]), b"\2", scanner, Grade.LISTED, Looked)
    if wanted.code != 64:
        assert sorted(kept + near) == [*wanted.runs]


@settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
@given(texts())
def test_a_text_is_lonely_as_in_python(text: str) -> None:
    recogniser = names()._recogniser
    plan, known = recogniser.planner.plan, recogniser.planner.known
    for seen in recogniser._runs([text]):
        runs = planned(text, seen.runs, {run: known[run] for run in sorted(known)[::2]}, [])
        lonely = witness().lonely(text, runs, known, plan, recogniser._domains)
        assert lonely == recogniser.is_lonely(text, runs)


@settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.lists(texts(), max_size=4))
def test_texts_are_looked_at_again_as_they_were_at_first(some: list[str]) -> None:
    recogniser = names()._recogniser
    loud = [some[k] for k in recogniser.noisy(some)]
    made = [one for one in zip(loud, recogniser.edited(loud), strict=True) if one[1][1]]
    after = [text for _, (text, _) in made]
    found = recogniser.noisy_again(after, [(text, edits) for text, (_, edits) in made])
    told = [recogniser._loud[id(after[k])][1] for k in found]
    assert recogniser.noisy(after) == found
    assert [one.runs for one in told] == [recogniser._loud[id(after[k])][1].runs for k in found]


def seconds(text: str) -> float:
    names().process([text], mentions=False)
    times = []
    for _ in range(3):
        begun = time.process_time()
        names().process([text], mentions=False)
        times.append(time.process_time() - begun)
    return min(times)


def test_a_text_of_many_names_takes_time_by_its_length() -> None:
    for some in ("Herrat and Kabul, Mazari Sharif in Kandhahar. ", "Helmannd, ", "Kabul (", "Kabul '", "Herrat-"):
        assert seconds(some * 4000) < 12 * seconds(some * 800) + 0.05


def test_names_that_overlap_are_in_order() -> None:
    (page,) = pages("Kabul, Herat and the Kabul Times of Herat")
    assert without_overlap([*reversed(page.listed), *page.listed[:1]]) == sorted(page.listed, key=lambda m: m.start)
