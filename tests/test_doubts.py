"""What is left alone in a table of the whole world: cases as data."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

import canonym
from canonym.amid import other
from canonym.decide import conclude
from canonym.doubts import doubted, everyday, foreign, inflected, unexpected
from canonym.evidence import Evidence
from canonym.model import Candidate, Entity, Mention
from canonym.pages import Page
from canonym.rivals import bearer_first

CASES = json.loads(Path(__file__).with_name("cases").joinpath("doubts.json").read_text("utf-8"))


@pytest.fixture(scope="module")
def names(tmp_path_factory: pytest.TempPathFactory) -> canonym.Normaliser:
    path = tmp_path_factory.mktemp("doubts") / "world.csv"
    path.write_text("\n".join(CASES["table"]) + "\n", "utf-8")
    return canonym.load(path)


@pytest.mark.parametrize("case", CASES["good"], ids=lambda c: c["text"][:40])
def test_good(names: canonym.Normaliser, case: dict[str, str]) -> None:
    assert names.normalise(case["text"]) == case["want"]
    assert names.normalise(case["want"]) == case["want"]


@pytest.mark.parametrize("case", CASES["negative"], ids=lambda c: c["why"])
def test_negative(names: canonym.Normaliser, case: dict[str, str]) -> None:
    assert names.normalise(case["text"]) == case["text"]


def place(name: str, alias: str, prominence: int, kind: str = "canonical") -> Candidate:
    return Candidate(Entity("x", "place", name, prominence=prominence), alias, kind, "fuzzy", 0.0)


@pytest.mark.parametrize("form", ["irans", "iranian", "iranan", "iran5", "iran 5", "iran o"])
def test_a_name_with_an_ending(form: str) -> None:
    assert inflected(form, place("Iran", "Iran", 100_000_000))


@pytest.mark.parametrize("form", ["irna", "iranq", "irann", "ira"])
def test_a_damaged_name(form: str) -> None:
    assert not inflected(form, place("Iran", "Iran", 100_000_000))


def test_translations() -> None:
    """England is what English texts damage; Norwäge is not."""
    here = Evidence(in_text=1)
    assert not foreign(place("United Kingdom", "England", 100_000_000, "translation"), here)
    assert foreign(place("Norway", "Norwäge", 100_000_000, "translation"), here)
    assert not foreign(place("Norway", "Norwäge", 100_000_000, "spelling"), here)


def test_a_village_needs_more_than_a_town() -> None:
    bare, named = Evidence(in_text=1), Evidence(in_text=1, same_name=1)
    village, town, city = (place("Minster", "Minster", number) for number in (2_845, 20_000, 200_000))
    assert unexpected("minstar", village, bare, 0.94)
    assert not unexpected("minstar", town, bare, 0.94)
    assert unexpected("minstar", town, bare, 0.8)
    assert not unexpected("minstar", city, bare, 0.7)
    assert not unexpected("minstar", village, named, 0.94)


def test_names_alone_are_judged_by_spelling() -> None:
    assert not unexpected("minstar", place("Minster", "Minster", 2_845), Evidence(), 0.7)


def test_who_bears_a_name_goes_before_who_is_listed_under_it() -> None:
    """A country is listed under its capital's name, too: that is one name, and no rival."""
    country = replace(place("United Kingdom", "London", 100_000_000, "spelling"), score=0.99)
    capital = replace(place("London", "Londyn", 9_000_000, "spelling"), score=0.93)
    other = replace(place("Linden", "Linden", 9_000), score=0.7)
    decision = conclude("londin", bearer_first([country, capital, other], 0.5, 0.1), 0.5)
    assert decision.status == "accept" and decision.best == capital
    near = replace(other, score=0.9)
    assert conclude("londin", bearer_first([country, capital, near], 0.5, 0.1), 0.5).status == "ambiguous"
    franca = replace(place("Franca", "Franca", 300_000), score=0.93)
    france = replace(place("France", "Franca", 100_000_000, "translation"), score=0.99)
    assert bearer_first([france, franca], 0.5, 0.1)[0] == france


def test_more_is_believed_of_a_text_that_is_damaged_elsewhere() -> None:
    here = Evidence(in_text=1, country_share=0.5, places=2)
    palmdale = place("Palmdale", "Palmdale", 158_351)
    assert doubted("pakmdape", palmdale, here, 0.7) and not doubted("pakmdape", palmdale, here, 0.7, hurt=True)
    club = Candidate(Entity("x", "place", "Curitiba", prominence=1_948_626), "Curitiba", "canonical", "rule", 0.0)
    assert doubted("coritiba", club, here, 0.97) and not doubted("coritiba", club, here, 0.97, hurt=True)
    assert not doubted("coritiba", club, here._replace(same_name=1), 0.97)


def test_villages_are_not_misspelt_in_small_letters() -> None:
    """What is Hindi, "bola tha", is no Bolla-Tau; an izafa joins the names of small places too."""

    def ruled(name: str, prominence: int) -> Candidate:
        return Candidate(Entity("x", "place", name, prominence=prominence), name, "canonical", "rule", 1.0, ("",))

    assert everyday("bola tha", ruled("Bolla-Tau", 12_703))
    assert not everyday("sante fe", ruled("Santa Fe", 391_164))
    assert not everyday("nahri shahi", ruled("Nahr-e-Shahi", 0))


def test_a_pronoun_opens_no_name() -> None:
    haiti = place("Haiti", "i-Haiti", 100_000_000, "translation")
    assert doubted("i haite", haiti, Evidence(in_text=1, same_name=1), 0.99, hurt=True)


@pytest.mark.parametrize(
    ("times", "slips", "hurt"), [(100, 0, False), (100, 1, True), (1000, 1, False), (1000, 2, True)]
)
def test_one_slip_in_a_long_text_says_nothing(times: int, slips: int, hurt: bool) -> None:
    page = Page("Kabul " * times, [], [])
    page._mended = slips
    assert page.hurt == hurt


def found(name: str, prominence: int, text: str, form: str, score: float) -> Mention:
    entity, start = Entity("x", "place", name, prominence=prominence), text.index(form)
    return Mention(start, start + len(form), form, entity, "fuzzy", "canonical", score, alias=name)


@pytest.mark.parametrize(("end", "want"), [("..", True), ("…", True), (". Then", False), (" ..", False)])
def test_a_word_that_is_cut_short(end: str, want: bool) -> None:
    text = f"The bank robber was last seen in the north of Philad{end}"
    assert other(text, found("Philadelphia", 1_573_916, text, "Philad", 0.96)) == want
