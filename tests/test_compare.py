"""The pair comparer: cases as data, and what holds for any two names."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from canonym.cli.guard import status
from canonym.compare import compare, compare_pairs, explain_pair

CASES: dict[str, Any] = json.loads((Path(__file__).parent / "cases" / "pairs.json").read_text("utf-8"))
#: Letters of several scripts, marks, blanks, and whatever else there is.
NAMES = st.text(
    st.sampled_from("abcdehiklmnorstuzABKMÅéşʿ'’-. абвкмو اکمزرشیف北京山しょカ서울कमल\u0301\u200cßİ"), max_size=24
) | st.text(max_size=12)


@pytest.mark.parametrize(("a", "b"), CASES["good"])
def test_one_place(a: str, b: str) -> None:
    assert compare(a, b) >= 0.5, explain_pair(a, b)


@pytest.mark.parametrize(("a", "b"), CASES["negative"])
def test_two_places(a: str, b: str) -> None:
    assert compare(a, b) < 0.5, explain_pair(a, b)


@pytest.mark.xfail(strict=True, reason="known; take it out of the list when it works")
@pytest.mark.parametrize(("a", "b", "same"), CASES["known-failures"])
def test_known_failures(a: str, b: str, same: bool) -> None:
    assert (compare(a, b) >= 0.5) == same


@settings(deadline=None)
@given(NAMES, NAMES)
def test_a_pair_is_judged_the_same_either_way_round(a: str, b: str) -> None:
    score = compare(a, b)
    assert score == compare(b, a)
    assert 0 <= score <= 1


@settings(deadline=None, max_examples=30)
@given(st.lists(st.tuples(NAMES, NAMES), max_size=12))
def test_a_pair_is_judged_by_itself(pairs: list[tuple[str, str]]) -> None:
    """Company in a batch changes nothing that is seen."""
    together = compare_pairs(pairs)
    assert len(together) == len(pairs)
    assert together == pytest.approx([compare(a, b) for a, b in pairs], abs=0.02)
    assert together == compare_pairs(pairs)


@given(NAMES)
def test_a_name_is_itself(name: str) -> None:
    assert compare(name, name) == (1.0 if name.strip() else 0.0)


@settings(deadline=None)
@given(NAMES, NAMES)
def test_reasons_are_words(a: str, b: str) -> None:
    reasons = explain_pair(a, b)
    assert reasons and all(reasons)


def test_reasons_name_what_differs() -> None:
    assert explain_pair("Qandahar", "Kandahar")[0] == "equal under romanisation rules"
    assert any("another script" in reason for reason in explain_pair("Mazar-e-Sharif", "مزار شریف"))


@pytest.mark.parametrize(("a", "b"), [("!!!", "???"), ("☃", "☂"), ("!!!", "!!!!"), ("!!!", "Kabul"), ("…", "")])
def test_a_name_without_letters_says_nothing(a: str, b: str) -> None:
    assert compare(a, b) == compare(b, a) == 0
    assert compare_pairs([(a, a), ("Kabul", "Kabul"), (a, b)]) == [1, 1, 0]
    assert b == "" or explain_pair(a, b) == ["one of the names has no letters and digits"]
    assert explain_pair(a, a) == ["the same characters"]


def test_reasons_name_blanks() -> None:
    told = explain_pair("Kart-e-Naw", "Karte Now")
    assert any(reason.startswith("a blank or hyphen is left out") for reason in told)
    assert not any('""' in reason for reason in told)


def test_the_command_says_so_too(capsys: pytest.CaptureFixture[str]) -> None:
    assert status(["compare", "--explain", "!!!", "???"]) == 0
    assert capsys.readouterr().out.split("\n")[:2] == ["0.0", "  one of the names has no letters and digits"]


def test_no_pairs() -> None:
    assert compare_pairs([]) == []


def test_a_very_long_name_is_no_burden() -> None:
    assert compare("a" * 100_000, "b" * 100_000) < 0.5
