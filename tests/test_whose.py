"""Whose name a form is instead: cases as data, by rule."""

from __future__ import annotations

import inspect
import json
from pathlib import Path
from typing import Any

import pytest

from canonym import lesser, whose
from canonym.model import UNKNOWN_PROMINENCE, Entity, Mention
from canonym.whose import elsewhose

CASES = json.loads(Path(__file__).with_name("cases").joinpath("whose.json").read_text("utf-8"))


def read(case: dict[str, Any]) -> tuple[str, Mention]:
    """The text of a case without its brackets, and what is found between the first two."""
    before, rest = case["text"].split("[", 1)
    form, after = rest.split("]", 1)
    text = before + form + after.replace("[", "").replace("]", "")
    entity = Entity("x", "place", case["name"], prominence=case.get("prominence", 100_000))
    alias, kind = case.get("alias", case["name"]), case.get("kind", "canonical")
    span = len(before), len(before) + len(form)
    return text, Mention(*span, form, entity, "fuzzy", kind, case.get("score", 0.9), alias=alias)


def told(case: dict[str, Any]) -> bool:
    text, found = read(case)
    lone = case.get("lone", True)
    return elsewhose(text, found, lone=lone) or (lone and lesser.lesser(text, found))


@pytest.mark.parametrize("case", CASES["left"], ids=lambda c: c["text"][:30])
def test_left(case: dict[str, Any]) -> None:
    text, found = read(case)
    rule = getattr(whose, case["rule"], None) or getattr(lesser, case["rule"])
    told_of = {"text": text, "found": found, "listed": ()}
    assert rule(**{name: told_of[name] for name in inspect.signature(rule).parameters})
    assert told(case)


@pytest.mark.parametrize("case", CASES["kept"], ids=lambda c: c["text"][:30])
def test_kept(case: dict[str, Any]) -> None:
    assert not told(case)


@pytest.mark.parametrize("case", CASES["failures"], ids=lambda c: c["why"])
def test_failures(case: dict[str, Any], request: pytest.FixtureRequest) -> None:
    request.applymarker(pytest.mark.xfail(reason=case["why"], strict=True))
    assert told(case)


def test_a_table_made_by_hand_holds_what_its_maker_means() -> None:
    case = {"text": "Nelly Furtado, [Jacksoul] and others", "name": "Jackson"}
    assert told(case) and not told({**case, "prominence": UNKNOWN_PROMINENCE})


@pytest.mark.parametrize(
    ("form", "name", "prominence", "left"),
    [
        ("Saint Giles", "Saint-Gilles", 50_221, True),  # a parish of London
        ("Ben Chang", "Ban I Chang", 119_858, True),
        ("Saint Loius", "Saint Louis", 279_695, False),
        ("Rippey", "Ripley", 21_097, True),  # a town in Iowa, which lists of words know
        ("Wudstock", "Woodstock", 40_404, False),
    ],
)
def test_in_a_text_about_another_country(form: str, name: str, prominence: int, left: bool) -> None:
    text = f"{form} was named. London, Leeds and York were silent."
    britain = Entity("", "place", "Britain", country="GB")
    at = [(text.index(place), place) for place in ("London", "Leeds", "York")]
    places = [Mention(k, k + len(place), place, britain, "exact", "canonical", 1.0) for k, place in at]
    entity = Entity("x", "place", name, country="FR", prominence=prominence)
    found = Mention(0, len(form), form, entity, "rule", "canonical", 0.95, alias=name)
    assert lesser.lesser(text, found, places) == left
    assert not lesser.lesser(f"{text} {name} spoke.", found, places)
