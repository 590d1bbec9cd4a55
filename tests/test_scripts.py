"""Names in scripts without capitals: cases as data, what makes a word weak, and the options that keep names."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

import canonym
from canonym.scripts import languages_of, stands_alone, written
from canonym.segments import is_other_word, is_segment

CASES = json.loads(Path(__file__).with_name("cases").joinpath("scripts.json").read_text("utf-8"))


@pytest.fixture(scope="module")
def names() -> canonym.Normaliser:
    return canonym.load()


def named(case: dict[str, str]) -> str:
    return f"{case['lang']} {case.get('why') or case['want']}"


@pytest.mark.parametrize("case", CASES["good"], ids=named)
def test_names_are_still_rewritten(names: canonym.Normaliser, case: dict[str, str]) -> None:
    assert names.normalise(case["text"]) == case["want"]
    assert names.normalise(case["want"]) == case["want"]


@pytest.mark.parametrize("case", CASES["negative"], ids=named)
def test_words_are_left_as_they_are(names: canonym.Normaliser, case: dict[str, str]) -> None:
    assert names.normalise(case["text"]) == case["text"]


@pytest.mark.parametrize("case", CASES["known_failures"], ids=named)
@pytest.mark.xfail(strict=True, reason="known failure")
def test_words_that_nothing_tells(names: canonym.Normaliser, case: dict[str, str]) -> None:
    assert names.normalise(case["text"]) == case["text"]


def test_each_script_has_names_and_words() -> None:
    for kind, least in (("good", 5), ("negative", 1)):
        for lang in ("ar", "fa", "ur", "hi", "ko", "zh", "ja", "he", "th"):
            assert sum(case["lang"] == lang for case in CASES[kind]) >= least, (kind, lang)


def test_a_word_is_weak_where_its_place_stands_beside_it(names: canonym.Normaliser) -> None:
    text = "سافر رجل تركي إلى تركيا"
    word, place = names.annotate(text)
    assert (word.text, word.kind, word.entity) == ("تركي", "weak", place.entity)
    assert names.normalise(text) == "سافر رجل تركي إلى Turkey"
    assert names.normalise(text, rewrite={"weak"}) == "سافر رجل Turkey إلى تركيا"
    assert names.annotate("رجل تركي") == []


def test_a_word_of_one_language_is_a_name_in_another(names: canonym.Normaliser) -> None:
    """هند is a given name in Arabic, and India in Persian."""
    assert names.normalise("او از هند و چین گفت") == "او از India و China گفت"
    assert names.normalise("ذهبت هند إلى المدرسة") == "ذهبت هند إلى المدرسة"


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("كابل", "کابل", True),
        ("بغداد", "بغـــداد", True),
        ("دبي", "دُبَيّ", True),
        ("ﻛﺎﺑﻞ", "كابل", True),
        ("مزار‌شریف", "مزار شريف", True),
        ("서울", "\u1109\u1165\u110b\u116e\u11af", True),
        ("फ़्रांस", "फ्रांस", True),
        ("סוריה", "סוּרְיָה", True),
        ("آب", "اب", False),
        ("سنة", "سنه", False),
        ("أقصر", "اقصر", False),
    ],
)
def test_how_a_word_is_written(one: str, other: str, same: bool) -> None:
    assert (written(one) == written(other)) is same


@pytest.mark.parametrize(
    ("text", "script", "langs"),
    [
        ("ذهبت إلى المدرسة", "arabic", ("ar",)),
        ("وہ گئی", "arabic", ("ur",)),
        ("او گفت که", "arabic", ("fa",)),
        ("رود", "arabic", ("ar", "fa", "ur")),
        ("北京の", "han", ("ja",)),
        ("北京", "han", ("zh", "ja")),
        ("ქართული", "", ()),
    ],
)
def test_what_letters_tell_of_a_language(text: str, script: str, langs: tuple[str, ...]) -> None:
    assert languages_of(text, script) == langs


def test_names_in_lines_without_blanks() -> None:
    assert is_segment("他从北京飞到上海", 2, 4, ("zh",))
    assert not is_segment("他在北京大学", 2, 4, ("zh",))
    assert is_segment("總統訪問德國和法國", 4, 6, ("zh",))
    assert not is_segment("南海地震", 1, 3, ("zh", "ja"))
    assert stands_alone("到กรุงเทพไป", 1, 8) and not stands_alone("ไปลาวแล้ว", 2, 5)


def test_particles_of_korean() -> None:
    assert stands_alone("서울에서는", 0, 2) and stands_alone("인도로", 0, 2)
    assert not stands_alone("서울는", 0, 2) and not stands_alone("인도네시아", 0, 2)
    assert is_other_word("고양이", 0, 2) and not is_other_word("부산이", 0, 2)


def run(*options: str, given: str) -> subprocess.CompletedProcess[str]:
    ask = [sys.executable, "-m", "canonym", "normalise", *options, "-"]
    return subprocess.run(ask, input=given, capture_output=True, encoding="utf-8", check=False)


@pytest.mark.parametrize(
    ("options", "want"),
    [
        ([], "Kabul Voice Burma VOA"),
        (["--keep", "native"], "کابل Voice Burma VOA"),
        (["--keep", "native", "--rewrite", "former"], "کابل Voice Myanmar VOA"),
        (["--rewrite", "former", "--rewrite", "abbreviation"], "Kabul Voice Myanmar Voice of America"),
        (["--rewrite", "former,abbreviation", "--keep", "native,spelling"], "کابل Voice Myanmar Voice of America"),
    ],
)
def test_kinds_that_are_kept_or_added(options: list[str], want: str) -> None:
    done = run("-q", *options, given="کابل Voice Burma VOA")
    assert (done.returncode, done.stdout) == (0, want)


@pytest.mark.parametrize(
    ("options", "problem"),
    [
        (["--keep", "natives"], "'natives' is none of canonical, spelling, romanisation, native"),
        (["--keep", "former", "--rewrite", "former"], "--rewrite and --keep both name former"),
    ],
)
def test_kinds_that_cannot_be(options: list[str], problem: str) -> None:
    done = run(*options, given="x")
    assert done.returncode == 2 and problem in " ".join(done.stderr.split())
