"""What is left alone in a table of the whole world: cases as data."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

import canonym
from canonym.doubts import foreign, inflected, unexpected
from canonym.evidence import Evidence
from canonym.model import Candidate, Entity

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
