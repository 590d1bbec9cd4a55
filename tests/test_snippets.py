"""What stands in code, keys and files is left as it is, and prose that looks like them is not: cases as data."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import canonym
from canonym.protected import signs
from canonym.snippets import find_snippets

CASES = json.loads(Path(__file__).with_name("cases").joinpath("snippets.json").read_text("utf-8"))


@pytest.fixture(scope="module")
def names() -> canonym.Normaliser:
    return canonym.load()


@pytest.mark.parametrize("snippet", CASES["negative"])
def test_left_alone_in_prose_that_is_not(names: canonym.Normaliser, snippet: str) -> None:
    for before, after in (("", "\nIt is in Kabool."), ("It is in Kabool:\n", ""), ("In Kabool.\n", " is it.")):
        if after == " is it." and " = " in snippet:  # no line of code then
            continue
        text = before + snippet + after
        kept = before.replace("Kabool", "Kabul") + snippet + after.replace("Kabool", "Kabul")
        assert names.normalise(text) == kept


@pytest.mark.parametrize(("text", "wanted"), CASES["good"])
def test_prose(names: canonym.Normaliser, text: str, wanted: str) -> None:
    assert names.normalise(text) == wanted


PIECES = [
    *"x7r/-.`'=<>{}%:&? \n", "10.1234/x", "x()", "x->y", "x::y", "{'x':", ", 'y':", "%x%", "--x", "-DX", "-D_=", "-Ixy",
    "x-123", "/x:l", " /x", "r/x", "?x=y", "x = 1", "<code>", "</code>", "<x id='", "<X/>", "```", " `", "x`", "${x}",
]  # fmt: skip


@settings(deadline=None)
@given(st.lists(st.sampled_from(PIECES)).map("".join))
def test_nothing_is_passed_over_by_its_signs(text: str) -> None:
    assert [*find_snippets(text, signs(text))] == [*find_snippets(text)]
