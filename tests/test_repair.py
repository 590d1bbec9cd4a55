from __future__ import annotations

import csv
import json
import re
from collections import Counter
from functools import cache
from itertools import pairwise, product
from pathlib import Path
from typing import Any

import pytest
from ftfy.badness import is_bad
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from canonym import profile
from canonym.model import Edit
from canonym.profile import Profile
from canonym.repair import doubtful, mend, mojibake, repair
from canonym.rewrite import apply, invert

CASES = json.loads((Path(__file__).parent / "cases" / "repair.json").read_text(encoding="utf-8"))
SEEDS = Path(__file__).resolve().parents[2] / "shared" / "seeds"
SOME = settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])


def scrub(text: str, *strings: str) -> str:
    for string in strings:
        text = re.sub(re.escape(string), "", text, flags=re.IGNORECASE)
    return text


@cache
def sound() -> tuple[str, ...]:
    return tuple(case["text"] for group in ("good", "negative") for case in CASES[group])


def checked(text: str, found: Profile) -> tuple[Edit, ...]:
    """The edits of a repair, after what must hold of any."""
    edits = repair(text, found)
    assert edits == repair(text, found)
    assert all(a.end <= b.start for a, b in pairwise(edits))
    assert all(text[e.start : e.end] == e.before != e.after for e in edits)
    assert all(e.reasons and set(e.source.split("+")) <= {"scrubbed", "mojibake"} for e in edits)
    done = apply(text, edits)
    assert apply(done, invert(edits)) == text
    assert repair(done, found) == ()
    return edits


def lines(case: dict[str, Any]) -> list[tuple[str, str]]:
    """(sound, damaged) of each word and each blank between words."""
    return [(part, scrub(part, *case["scrub"])) for part in re.findall(r"\s+|\S+", case["text"])]


@pytest.mark.parametrize("case", CASES["good"], ids=lambda case: case["name"])
def test_scrubbed_strings_come_back(case: dict[str, Any]) -> None:
    pairs = lines(case)
    text = "".join(damaged for _, damaged in pairs)
    edits = checked(text, profile.of([text]))
    got = apply(text, edits).split()
    kept = [(w, d, g) for (w, d), g in zip([p for p in pairs if p[1].strip()], got, strict=True)]
    assert [(w, g) for w, d, g in kept if w == d != g] == []
    damaged = [w == g for w, d, g in kept if w != d]
    assert sum(damaged) / len(damaged) >= case["floor"]
    made = {e.before: e.after for e in edits}
    assert {before: made.get(before) for before in case["wanted"]} == case["wanted"]


@pytest.mark.parametrize("case", CASES["known_failures"], ids=lambda case: case["name"])
@pytest.mark.xfail(strict=True, reason="known")
def test_known_failures(case: dict[str, Any]) -> None:
    text = scrub(case["text"], *case["scrub"])
    made = {e.before: e.after for e in checked(text, profile.of([text]))}
    assert {before: made.get(before) for before in case["wanted"]} == case["wanted"]


@pytest.mark.parametrize("case", CASES["negative"], ids=lambda case: case["name"])
def test_sound_text_is_left_alone(case: dict[str, Any]) -> None:
    text = case["text"]
    assert repair(text, profile.of([text])) == ()
    # Nor does a corpus that lost a string damage what did not.
    corpus = profile.of([text, *(scrub(good["text"], "ani", "ent") for good in CASES["good"])])
    assert {s.string for s in corpus.scrubbed} >= {"ani", "ent"}
    assert [e for e in repair(text, corpus) if text[e.start : e.end].lower() not in {"mal"}] == []


def test_a_document_that_has_the_string_was_not_scrubbed_of_it() -> None:
    hurt = scrub(sound()[0], "ani")
    corpus = profile.of([hurt, *sound()[1:]])
    assert repair(hurt, corpus)
    assert repair(hurt + " The animals drank.", corpus) == ()
    for text in sound()[1:]:
        assert repair(text, corpus) == ()


def test_reasons_are_words() -> None:
    text = scrub(CASES["good"][0]["text"], "ani")
    edits = repair(text, profile.of([text]))
    assert {e.source for e in edits} == {"scrubbed"}
    assert edits[0].reasons == (
        f'the string "ani" is missing throughout this document: {len(edits)} words explained, '
        "e.g. Afghstan → Afghanistan",
    )


def test_listed_names_are_words_too() -> None:
    text = scrub(CASES["good"][0]["text"] + " Snow fell in Zebanika, and on Xaniqol too.", "ani")
    found = profile.of([text])
    names = {"zebanika", "xaniqol"}
    assert {e.after for e in repair(text, found)}.isdisjoint({"Zebanika", "Xaniqol"})
    assert {e.after for e in repair(text, found, names.__contains__)} >= {"Zebanika", "Xaniqol"}
    # A listed name is sound as it stands.
    names |= {"zebka"}
    assert "Zebanika" not in {e.after for e in repair(text, found, names.__contains__)}


def test_a_given_name_before_a_surname_has_lost_nothing() -> None:
    text = (
        "The orgsation gave humtarian help in Afghstan. The compy said it was old. Mufacturing mes were Ji and Dl. "
        "Romia and Germy signed. Officials and Chief Fincial Officer Meng Wanzhou flew home."
    )
    done = apply(text, repair(text, profile.of([text])))
    assert "organisation" in done and "Meng Wanzhou" in done


def test_addresses_and_abbreviations_are_left() -> None:
    text = scrub(CASES["good"][0]["text"], "ani")
    extra = " See www.mechcs.com, compes@mechcs.org and the MALS office at 5 p.m."
    edits = repair(text + extra, profile.of([text]))
    assert all(e.end <= len(text) for e in edits)


def test_short_texts_of_a_scrubbed_corpus() -> None:
    corpus = profile.of([scrub(text, "ani") for text in sound()])
    assert [e.after for e in repair("Afghstan: floods", corpus)] == ["Afghanistan"]


def test_mojibake_and_scrubbing_in_one_word() -> None:
    text = scrub(CASES["good"][0]["text"], "ani") + " It is Afghstanâ€™s own affair, in KÃ¢bool."
    edits = checked(text, profile.of([text]))
    done = apply(text, edits)
    assert done.endswith("It is Afghanistan’s own affair, in Kâbool.")
    assert "mojibake+scrubbed" in {e.source for e in edits}


@pytest.mark.parametrize(("before", "after"), CASES["mojibake"])
def test_mojibake_is_mended(before: str, after: str) -> None:
    edits = checked(before, Profile())
    assert apply(before, edits) == after
    assert {e.source for e in edits} == {"mojibake"}


@pytest.mark.parametrize("text", CASES["untouched"])
def test_what_only_looks_broken_is_left(text: str) -> None:
    assert mend(text) == ()


def test_lone_typography_is_no_mojibake() -> None:
    # Of most texts ftfy is not even asked: between any two characters of ASCII they hold such alone.
    plain = [chr(code) for code in range(128)]
    every = [f"{before}{char}{after}" for char in "‘’“”–—…£é" for before in plain for after in plain]
    assert not doubtful(every)
    assert not is_bad("\n\n\n".join(every))


def test_stretches_within_one_long_word_do_not_overlap() -> None:
    text = "É²X" + "-X" * 60 + "É²X"
    assert apply(text, mend(text)).count("ɲX") == 2


def test_edits_of_mojibake_are_small() -> None:
    text = "one two KÃ¢bool three\nfour “five” cafÃ©, six"
    assert [(e.before, e.after) for e in mend(text)] == [("KÃ¢bool", "Kâbool"), ("cafÃ©", "café")]


CODECS = ("latin-1", "cp1252", "cp1251", "cp1250", "cp437", "mac_roman")
WORDS = ("Kabul", "café", "São", "“said”", "l’été", "Größe", "Łódź", "Мазари", "مزار", "señor", "5°", "£5", "100€", "—")


@st.composite
def broken(draw: st.DrawFn) -> str:
    out = []
    for word in draw(st.lists(st.sampled_from(WORDS), min_size=1, max_size=8)):
        for codec in draw(st.lists(st.sampled_from(CODECS), max_size=2)):
            try:
                word = word.encode("utf-8").decode(codec)
            except UnicodeDecodeError:
                break
        out.append(word)
    return draw(st.sampled_from([" ", "\n", "\r\n", "\u00a0", ", "])).join(out)


@given(broken() | st.text(max_size=80))
@settings(max_examples=300, deadline=None)
def test_mending_replays_and_is_done_once(text: str) -> None:
    checked(text, Profile())


@given(
    st.lists(st.sampled_from(range(len(sound()))), min_size=1, max_size=4),
    st.lists(
        st.sampled_from(["ani", "ent", "ion", "con", "er", "the", "st", "reut", "ing"]),
        min_size=1,
        max_size=3,
        unique=True,
    ),
    st.sampled_from([str, str.upper, str.title]),
)
@SOME
def test_repair_replays_and_is_done_once(picks: list[int], strings: list[str], shape: Any) -> None:
    texts = [shape(sound()[k]) for k in picks]
    texts = [scrub(text, *strings) if n % 2 == 0 else text for n, text in enumerate(texts)]
    found = profile.of(texts)
    for text in texts:
        checked(text, found)


@given(st.text(max_size=300))
@SOME
def test_any_text_can_be_repaired(text: str) -> None:
    found = profile.of([scrub(case["text"], "ani") for case in CASES["good"]])
    checked(text, found)


@pytest.mark.skipif(not SEEDS.is_dir(), reason="the five articles do not lie beside this repository")
def test_the_five_real_articles() -> None:
    texts = {p.name: p.read_bytes().decode("utf-8") for p in sorted(SEEDS.glob("0*.txt"))}
    with (SEEDS / "edits.csv").open(encoding="utf-8", newline="") as file:
        rows = [row for row in csv.DictReader(file) if row["why"].startswith("scrubbed")]
    wanted = {r["from"].split()[0]: (r["to"].split()[0], int(r["count"])) for r in rows}
    corpus = profile.of(texts.values())
    for name, text in texts.items():
        made = Counter((e.before, e.after) for e in checked(text, corpus))
        right = {(b, a): n for b, (a, n) in wanted.items()} if name == rows[0]["file"] else {}
        assert made == right
        assert repair(text, profile.of([text])) == repair(text, corpus)


#: What every encoding that is tried has beyond ASCII, and what stands beside it.
SOUND = "".join(chr(code) for code in range(0x80, 0x500) if not mojibake._ODD.match(chr(code)))


@given(st.text(SOUND + "aezAEZ0 .,-(\"'\n", max_size=40))
def test_letters_that_are_passed_over_are_never_broken(text: str) -> None:
    assert not mojibake._is_bad(text)


def test_no_two_or_three_letters_that_are_passed_over_are_broken() -> None:
    assert "в" in SOUND and "Ω" in SOUND and "é" not in SOUND and "Ђ" not in SOUND
    for a, b in product(SOUND, SOUND + "aA1 .-"):
        assert not mojibake._is_bad(f"a{a}{b}a {b}{a} {a}{b}{a}")


SIGNS = st.sampled_from([*mojibake._roles(), *"aez A,.\n", "\ufffd", "中"])
WRONG = st.tuples(st.text(max_size=3), st.sampled_from(mojibake._TRIED)).map(
    lambda pair: pair[0].encode("utf-8", "replace").decode(pair[1], "replace")
)


@settings(max_examples=300, deadline=None)
@given(st.lists(st.one_of(SIGNS, WRONG), max_size=8).map("".join))
def test_what_ftfy_is_spared_changes_nothing(text: str) -> None:
    found = mend(text)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(mojibake, "_is_fixable", lambda _text: True)
        patch.setattr(mojibake, "_from_western", lambda _text: "")
        patch.setattr(mojibake, "_ODD", re.compile(r"[^\x00-\x7f]"))
        patch.setattr(mojibake, "_is_alone", lambda _stretch, _chunks: False)
        mojibake._fixed.cache_clear()
        assert mend(text) == found
    mojibake._fixed.cache_clear()
