"""Long texts: work grows as the length does, and nothing in a text makes all of it slow."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import canonym
from canonym import Normaliser, native, standing
from canonym.amid import is_named, word_before
from canonym.caseless import names_plain
from canonym.company import beside_comma
from canonym.found import Spans
from canonym.model import Edit, Entity, Mention
from canonym.protected import folders_plain
from canonym.rewrite import Original, map_back
from canonym.scan import lower_words, lower_words_plain
from canonym.text import far, far_plain, fold_char, has_caseless, stopped_plain

compiled = pytest.mark.skipif(not native.COMPILED, reason="canonym was installed without a C compiler")

NAMES = (
    *("Kabul", "Afghstan", "Kandahr", "Kandahar", "Herat", "Hirat", "Mazari", "Pakistn"),
    *("Islamabd", "Pakistan", "Tehrn", "Iran", "Washinton", "London", "Londn", "Parris"),
    *("Berln", "Moscw", "Ukrane", "Ukraine", "Germny", "France", "Brazl", "Georgia"),
    *("Giorgia", "Fenland", "Inria", "Chili", "Beijng", "China", "Ghazni", "Gazni"),
)


@contextmanager
def counted() -> Iterator[list[int]]:
    """How many calls are made: the same on every machine, and a loop over a generator makes one for each turn."""
    calls = [0]

    def count(*_: object) -> None:
        calls[0] += 1

    before = sys.getprofile()
    sys.setprofile(count)
    try:
        yield calls
    finally:
        sys.setprofile(before)


def work(names: Normaliser, text: str) -> int:
    """The calls that a text takes, once all its strings have a verdict."""
    names.process([text], mentions=False)
    with counted() as calls:
        names.process([text], mentions=False)
    return calls[0]


def listing(count: int) -> str:
    choose = Random(7)
    return ", ".join(f"{choose.choice(['in', 'near', 'said', 'Mr'])} {choose.choice(NAMES)}" for _ in range(count))


@compiled
def test_work_grows_as_a_text_of_many_names_does() -> None:
    names = canonym.load()
    assert work(names, listing(8000)) < 2.5 * work(names, listing(4000))


@compiled
def test_a_word_of_another_script_makes_no_book_slow() -> None:
    names = canonym.load()
    prose = "The road to the old town was closed on Monday, as officials said there. " * 2000 + "It leads to Kabool."
    assert work(names, prose + " (کابل)") < work(names, prose) + 10_000  # by the character it would be some 140,000


def test_mentions_are_led_back_without_a_walk() -> None:
    class Walked(tuple[Edit, ...]):
        turns = 0

        def __iter__(self) -> Iterator[Edit]:
            Walked.turns += 1
            return super().__iter__()

    plan = Walked(Edit(3 * k, 3 * k + 1, "a", "bc", "mojibake") for k in range(50))
    original = Original(plan)
    turns = Walked.turns
    assert [original.span(k, k + 2) for k in range(190)] == [map_back((k, k + 2), [*plan]) for k in range(190)]
    assert Walked.turns == turns + 190  # the copies above


def test_what_is_listed_is_walked_once() -> None:
    class Walked(list[Mention]):
        turns = 0

        def __iter__(self) -> Iterator[Mention]:
            Walked.turns += 1
            return super().__iter__()

    entity = Entity("k", "place", "Kabul")
    text, listed = "Kabul, Gazni and GHAZNI", Walked([Mention(0, 5, "Kabul", entity, "exact", "canonical", 1.0)])
    assert beside_comma(text, Mention(7, 12, "Gazni", entity, "fuzzy", "canonical", 0.9), listed)
    assert not beside_comma(text, Mention(17, 23, "GHAZNI", entity, "fuzzy", "canonical", 0.9), listed)
    assert is_named(text, Mention(7, 12, "Gazni", entity, "fuzzy", "canonical", 0.9), listed)
    assert Walked.turns == 6  # once for each of what is asked


@compiled
@given(st.text("abcdefzßöøÿ÷ªA9_ -\nБا中😀"))
def test_what_is_read_of_all_of_a_text(text: str) -> None:
    assert lower_words(text) == lower_words_plain(text)
    assert set(far(text)) == set(far_plain(text))
    for some in ("", "ab", "中ا", "😀a-"):
        assert native.stopped(text, some) == stopped_plain(text, some)


@compiled
@given(st.text(r"\:. -_aCdéБا中😀" + "\n"))
def test_paths_with_backslashes(text: str) -> None:
    assert native.folders(text) == folders_plain(text)


def test_letters_before_those_without_capitals_fold_to_none_of_them() -> None:
    for code in range(0x559):
        assert not has_caseless(fold_char(chr(code)))


PIECES = [
    "کابل",
    "کا\u200cبل",
    "هرات",
    "北京",
    "阿富汗",
    "کابل ",
    "مزار",
    "شریف",
    "ไทย",
    "서울",
    "ا",
    "㍿",
    "é",
    "’",
    "\u0301",
    "Kabul",
    "a",
    " ",
    ". ",
    "b " * 90,
]


@compiled
@settings(deadline=None)
@given(st.lists(st.sampled_from(PIECES), max_size=12).map("".join))
def test_names_in_other_scripts_stand_where_they_should(text: str) -> None:
    finder = canonym.load()._recogniser._caseless
    assert finder.places(text) == [*names_plain(text, *finder._names, finder._candidates.words)]


@given(st.lists(st.tuples(st.integers(0, 30), st.integers(1, 9))), st.integers(0, 35), st.integers(1, 5))
def test_spans_touch_what_they_are_near(given: list[tuple[int, int]], start: int, size: int) -> None:
    spans = Spans((at, at + length) for at, length in given)
    assert spans.touch(start, start + size) == bool(spans.near(start, start + size))


def test_a_form_by_the_thousand_is_looked_for_once_in_each_stretch(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[int] = []

    def before(text: str, at: int) -> str:
        asked.append(at)
        return word_before(text, at)

    monkeypatch.setattr(standing, "word_before", before)
    text = "Helmannd, " * 3000
    assert canonym.load().normalise(text) != text
    assert 0 < len(asked) < 5 * 3000
