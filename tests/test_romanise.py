"""Romanisation: readings as data, and what holds for any text."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from canonym.romanise import romanisation_key, romanise, skeleton

CASES: dict[str, Any] = json.loads((Path(__file__).parent / "cases" / "romanise.json").read_text("utf-8"))


@pytest.mark.parametrize(("text", "latin"), CASES["readings"])
def test_readings(text: str, latin: str) -> None:
    assert romanise(text) == latin


@pytest.mark.parametrize(("a", "b"), CASES["one key"])
def test_usual_romanisations_meet(a: str, b: str) -> None:
    assert romanisation_key(a) == romanisation_key(b) != ""


@pytest.mark.parametrize(("a", "b"), CASES["two keys"])
def test_names_apart_keep_apart(a: str, b: str) -> None:
    assert romanisation_key(a) != romanisation_key(b)


@pytest.mark.parametrize(("a", "b"), CASES["one skeleton"])
def test_consonants_meet_across_scripts(a: str, b: str) -> None:
    assert skeleton(a) == skeleton(b) != ""


@given(st.text(max_size=40))
def test_the_reading_is_plain_latin(text: str) -> None:
    assert romanise(text).isascii()
    assert romanisation_key(text).isascii()
    assert skeleton(text).isascii()


@given(st.text(st.characters(max_codepoint=127), max_size=40))
def test_plain_text_is_left_alone(text: str) -> None:
    assert romanise(text) == text


@given(st.text(max_size=40))
def test_a_reading_reads_as_itself(text: str) -> None:
    assert romanise(romanise(text)) == romanise(text)


@given(st.text(st.sampled_from("абвгдеёжзийклмнопрстуфхцчшщъыьэюяіїєґ"), min_size=1, max_size=20))
@example("ые")
def test_capitals_change_no_key(text: str) -> None:
    assert romanisation_key(text.upper()) == romanisation_key(text)
