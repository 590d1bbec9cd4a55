from __future__ import annotations

import json
import re
from functools import cache
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from canonym import profile
from canonym.model import CanonymError
from canonym.profile import Profile, ProfileBuilder, Scrubbed
from canonym.profile.readings import readings
from canonym.profile.residues import traces, without
from canonym.profile.words import language, words_of

CASES = json.loads((Path(__file__).parent / "cases" / "repair.json").read_text(encoding="utf-8"))
SEEDS = Path(__file__).resolve().parents[2] / "shared" / "seeds"


def scrub(text: str, *strings: str) -> str:
    for string in strings:
        text = re.sub(re.escape(string), "", text, flags=re.IGNORECASE)
    return text


@cache
def sound() -> tuple[str, ...]:
    return tuple(case["text"] for group in ("good", "negative") for case in CASES[group])


SOME = settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])


def test_sound_texts_have_no_scrubbed_strings_alone_and_together() -> None:
    assert [profile.of([text]).scrubbed for text in sound()] == [()] * len(sound())
    assert profile.of(sound()).scrubbed == ()


def test_a_string_is_reported_with_its_evidence() -> None:
    texts = [scrub(case["text"], "ani") for case in CASES["good"]]
    found = profile.of(texts)
    assert [s.string for s in found.scrubbed] == ["ani"]
    best = found.scrubbed[0]
    assert found.documents == len(texts)
    assert found.words == sum(len(words_of(t.lower())) for t in texts)
    assert (best.lang, best.seen) == ("en", 0)
    assert best.occurrences >= best.forms >= 5
    assert best.expected > 0.5
    assert best.share > 0.9
    assert dict(best.examples)["afghstan"] == "afghanistan"
    assert 'the string "ani" is missing' in best.summary()
    assert "afghstan → afghanistan" in best.summary()


def test_only_some_documents_were_scrubbed() -> None:
    texts = [scrub(text, "ani") if k == 0 else text for k, text in enumerate(sound())]
    found = profile.of(texts)
    assert [s.string for s in found.scrubbed] == ["ani"]
    assert found.scrubbed[0].documents == 1
    assert found.scrubbed[0].seen > 0
    assert found.scrubbed[0].share < 0.9


def test_other_strings_in_other_documents() -> None:
    good = [case["text"] for case in CASES["good"]]
    texts = [scrub(good[0], "ani"), scrub(good[2], "ent"), scrub(good[4], "con"), good[1]]
    assert {s.string for s in profile.of(texts).scrubbed} == {"ani", "ent", "con"}


def test_shadows_of_a_string_are_not_reported() -> None:
    # Without "tion", "ntio" and "atio" explain much of what it explains.
    texts = [scrub(case["text"], "tion") for case in CASES["good"]]
    assert {s.string for s in profile.of(texts).scrubbed} <= {"tion"}


@given(st.permutations(range(len(sound()))), st.sets(st.integers(0, len(sound()) - 1)), st.integers(0, 18))
@SOME
def test_neither_order_nor_parts_matter(order: list[int], hurt: set[int], cut: int) -> None:
    texts = [scrub(text, "ani") if k in hurt else text for k, text in enumerate(sound())]
    shuffled = [texts[k] for k in order]
    first, second = ProfileBuilder(), ProfileBuilder()
    for text in shuffled[:cut]:
        first.add(text, "first")
    for text in shuffled[cut:]:
        second.add(text)
    first.merge(second)
    assert first.finish() == profile.of(texts) == profile.of(shuffled)


def test_finish_may_be_called_at_any_time() -> None:
    builder = ProfileBuilder()
    builder.add(scrub(sound()[0], "ani"))
    before = builder.finish()
    assert before == builder.finish()
    builder.add(sound()[1])
    assert builder.finish().documents == before.documents + 1


def test_empty_and_odd_texts() -> None:
    assert profile.of([]) == Profile()
    assert profile.of(["", " \n", "\x00", "İİİ ﬁ 1234", "a" * 5000]).scrubbed == ()


@given(st.lists(st.text(max_size=200), max_size=5))
@SOME
def test_any_text_will_do(texts: list[str]) -> None:
    found = profile.of(texts)
    assert found.documents == len(texts)
    assert found.scrubbed == ()


def some() -> Profile:
    return profile.of([scrub(text, "ani") for text in sound()])


def test_a_profile_survives_its_file(tmp_path: Path) -> None:
    found = some()
    found.save(tmp_path / "a.json")
    found.save(tmp_path / "b.json")
    assert Profile.load(tmp_path / "a.json") == found
    assert (tmp_path / "a.json").read_bytes() == (tmp_path / "b.json").read_bytes()


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        ({"format": "other"}, "no profile"),
        ({"version": 99}, "version 99"),
        ({"documents": -1}, "damaged"),
        ({"documents": "many"}, "damaged"),
        ({"scrubbed": None}, "damaged"),
        ({"scrubbed": [{}]}, "damaged"),
        ({"scrubbed": [3]}, "damaged"),
    ],
)
def test_a_damaged_profile_says_so(tmp_path: Path, change: dict[str, object], problem: str) -> None:
    path = tmp_path / "p.json"
    some().save(path)
    body = json.loads(path.read_text(encoding="utf-8"))
    path.write_text(json.dumps({**body, **change}), encoding="utf-8")
    with pytest.raises(CanonymError, match=problem) as caught:
        Profile.load(path)
    assert caught.value.where == str(path)
    assert "canonym profile" in caught.value.remedy


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("string", "A N"),
        ("string", ""),
        ("share", 2),
        ("expected", "x"),
        ("seen", 1.5),
        ("examples", [["a"]]),
        ("surplus", 3),
    ],
)
def test_a_damaged_string_says_so(tmp_path: Path, field: str, value: object) -> None:
    path = tmp_path / "p.json"
    some().save(path)
    body = json.loads(path.read_text(encoding="utf-8"))
    body["scrubbed"][0][field] = value
    path.write_text(json.dumps(body), encoding="utf-8")
    with pytest.raises(CanonymError, match="damaged"):
        Profile.load(path)


@pytest.mark.parametrize("content", [b"", b"[1]", b"\xff\xfe", b"{"])
def test_a_file_of_another_kind_says_so(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "p.json").write_bytes(content)
    with pytest.raises(CanonymError) as caught:
        Profile.load(tmp_path / "p.json")
    assert caught.value.remedy


def test_missing_files_say_so(tmp_path: Path) -> None:
    with pytest.raises(CanonymError, match="cannot be read"):
        Profile.load(tmp_path / "none.json")
    with pytest.raises(CanonymError, match="cannot be written"):
        Profile().save(tmp_path / "none" / "p.json")


def test_the_prior_follows_the_share() -> None:
    def prior(share: float) -> float:
        return Scrubbed("ani", "en", 1, 1, 1, (), 1.0, 0, share).prior

    assert prior(0.0) == -3.0
    assert prior(0.5) == pytest.approx(0)
    assert prior(1.0) == 2.0


def test_traces_put_strings_back() -> None:
    explained = traces("en").explain(["afghstan", "orgsation", "xqzw", "the", "", "x" * 40])
    assert {t.word for t in explained["afghstan"] if t.string == "ani"} == {"afghanistan"}
    assert {t.word for t in explained["orgsation"] if t.string == "ani"} == {"organisation"}
    assert "xqzw" not in explained
    for residue, found in explained.items():
        for trace in found:
            assert without(trace.word, (trace.string,)) == residue
            assert 2 <= len(trace.string) <= 6


def test_readings_weigh_sound_words() -> None:
    table = readings(("ing",), "en").by_case["small"]
    assert table["mak"].word == "making"
    assert "go" not in table  # far oftener itself than "going"
    assert readings(("ani",), "en").by_case["capital"]["pakist"].word == "pakistani"


def test_readings_mind_capitals() -> None:
    table = readings(("mar",), "en").by_case
    assert table["small"]["tin"].word == "martin"  # its head is gone, and its capital with it
    assert "tin" not in table["capital"]


@pytest.mark.parametrize(
    ("name", "lang"),
    [("German", "de"), ("French", "fr"), ("Spanish", "es"), ("Turkish", "tr"), ("Russian", "ru")],
)
def test_languages_are_told_apart(name: str, lang: str) -> None:
    text = next(case["text"] for case in CASES["negative"] if case["name"] == name)
    assert language(words_of(text.lower())) == lang


@pytest.mark.skipif(not SEEDS.is_dir(), reason="the five articles do not lie beside this repository")
def test_one_of_five_real_articles_lost_a_string() -> None:
    texts = [path.read_text(encoding="utf-8") for path in sorted(SEEDS.glob("0*.txt"))]
    for found in (profile.of(texts), profile.of(texts[:1])):
        assert [(s.string, s.documents, s.forms, s.occurrences) for s in found.scrubbed] == [("ani", 1, 3, 10)]
    for text in texts[1:]:
        assert profile.of([text]).scrubbed == ()
