"""Names in text and alone: cases as data, and the promises as properties."""

from __future__ import annotations

import csv
import json
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

import canonym
from canonym.resolve import embedded_table
from canonym.rewrite import apply, invert

CASES = json.loads(Path(__file__).with_name("cases").joinpath("names.json").read_text("utf-8"))
SEEDS = Path(__file__).parents[2] / "shared" / "seeds"


@pytest.fixture(scope="module")
def names() -> canonym.Normaliser:
    return canonym.load()


@pytest.mark.parametrize("case", CASES["good"], ids=lambda c: c["text"][:40])
def test_good(names: canonym.Normaliser, case: dict[str, str]) -> None:
    assert names.normalise(case["text"]) == case["want"]
    assert names.normalise(case["want"]) == case["want"]


@pytest.mark.parametrize("case", CASES["negative"], ids=lambda c: c["why"])
def test_negative(names: canonym.Normaliser, case: dict[str, str]) -> None:
    assert names.normalise(case["text"]) == case["text"]


@pytest.mark.parametrize("case", CASES["known_failures"], ids=lambda c: c["why"])
@pytest.mark.xfail(strict=True, reason="known failure")
def test_known_failure(names: canonym.Normaliser, case: dict[str, str]) -> None:
    assert names.normalise(case["text"]) == case["want"]


@pytest.mark.parametrize(
    ("name", "type_", "want"),
    [
        ("Afghstan", None, "Afghanistan"),
        ("MAZARI SHARIF", "place", "Mazar-e-Sharif"),
        ("مزار شریف", "place", "Mazar-e-Sharif"),
        ("Tebyan Cultural Centre", None, "Tabyan Cultural Center"),
        ("voa", "outlet", "Voice of America"),
        ("Bakhtar", "outlet", "Bakhtar News Agency"),
        ("https://www.newsgram.com/story", "outlet", "NewsGram"),
        ("Kazakhstna", "place", "Kazakhstan"),
        ("n/a", None, None),
        ("Jones", None, None),
        ("", None, None),
        ("xqzzt", "place", None),
    ],
)
def test_resolve(names: canonym.Normaliser, name: str, type_: str | None, want: str | None) -> None:
    decision = names.resolve(name, type_)
    assert (decision.best.entity.canonical if decision.best else None) == want
    assert (decision.status == "abstain") == (want is None)
    assert decision.reasons


NEVER = [
    ("Iraq", "Iran"), ("Niger", "Nigeria"), ("Nigeria", "Niger"), ("Austria", "Australia"), ("Columbia", "Colombia"),
    ("Albany", "Albania"), ("Perugia", "Peru"), ("Christian", "Oslo"), ("Peter", "Saint Petersburg"), ("work", "York"),
]  # fmt: skip


@pytest.mark.parametrize(("form", "wrong"), NEVER)
@pytest.mark.parametrize("frame", ["He was in {}.", "{} said so.", "The {} office, near {}", "{}"])
def test_never(names: canonym.Normaliser, form: str, wrong: str, frame: str) -> None:
    text = frame.format(form, form)
    assert names.normalise(text) == text
    assert all(m.entity.canonical != wrong for m in names.annotate(text))


def test_the_scores_and_reasons_are_there(names: canonym.Normaliser) -> None:
    (mention,) = names.annotate("He flew to Kazakhstna")
    assert mention.match == "fuzzy" and 0.5 < mention.score < 1 and mention.reasons
    assert mention.as_dict()["id"] == "iso:KZ"
    lines = names.explain("Kazakhstna").lines()
    assert lines[0] == "Kazakhstna: accepted, Kazakhstan" and len(lines) > 2


def test_what_a_repair_made_whole_is_not_called_exact(names: canonym.Normaliser) -> None:
    mended, sound = names.annotate("He left KÃ¢bool for Kabul.")
    assert (mended.text, mended.match, mended.reasons[0]) == ("KÃ¢bool", "rule", "mojibake: Kâbool")
    assert (sound.match, sound.reasons) == ("exact", ())


def test_a_table_of_ones_own_knows_the_families(tmp_path: Path) -> None:
    path = tmp_path / "mine.csv"
    path.write_text("canonical,alias\nMazar-e-Sharif,Mazar-e-Sharif\nTabyan,Tabyan\nKart-e-Naw,Kart-e-Naw\n", "utf-8")
    mine = canonym.load(path)
    text = "Tebyan in Mazari Sharif, Mazar e Sharif, MAZAR–I–SHARIF and Kart-e-Now"
    assert mine.normalise(text) == "Tabyan in Mazar-e-Sharif, Mazar-e-Sharif, MAZAR-E-SHARIF and Kart-e-Naw"


def test_the_earlier_table_wins(tmp_path: Path) -> None:
    one, two = tmp_path / "1.csv", tmp_path / "2.csv"
    one.write_text("canonical,alias\nKyiv,Kiev\n", "utf-8")
    two.write_text("canonical,alias\nKiev,Kiev\nLviv,Lvov\n", "utf-8")
    assert canonym.load(one, two).normalise("Kiev, Lvov") == "Kyiv, Lviv"
    assert canonym.load(two, one).normalise("Kiev, Lvov") == "Kiev, Lviv"


def test_rewrite_takes_further_kinds(names: canonym.Normaliser) -> None:
    text = "Burma, said VOA"
    assert names.normalise(text) == text
    kinds = frozenset({"former", "abbreviation"})
    assert names.normalise(text, rewrite=kinds) == "Myanmar, said Voice of America"


# -- promises ---------------------------------------------------------------------------------------------------

FORMS = [c["text"] for c in CASES["good"] + CASES["negative"] + CASES["known_failures"]] + [
    "Londno", "Afghstan", "the United Ststes", "North Korra", "Kabul", "AFP", "Herat’s", "\n", "کابل", "Сирия", "北京",
    "in", "Mr", "province", "São Paulo", "Sao Paulo", "U.S.", "Côte d’Ivoire", "d'Ivoire", "Al-Hudaydah", "Hodeida",
    "-e-", "’s", ",", "(", "\u200c",
]  # fmt: skip
TEXTS = st.lists(st.sampled_from(FORMS), max_size=8).map(" ".join) | st.lists(
    st.sampled_from(FORMS) | st.text(max_size=6), max_size=10
).map("".join)


@settings(max_examples=150, deadline=None)
@given(TEXTS)
@example("in Butkhaak, near KabulÀ\x80AFGHSTAN ASKS FOR AID")
@example("À\x80کابل")
@example("Kabul cafÃ©KabulÃ©Kabul")
@example("From Montréal and Québec to Zürich, Tōkyō and Kābul.\x91\x86")
def test_promises(text: str) -> None:
    names = canonym.load()
    (result,) = names.process([text])
    assert apply(text, result.edits) == result.text
    assert apply(result.text, invert(result.edits)) == text
    end = 0
    for m in result.mentions:
        assert end <= m.start < m.end <= len(text) and text[m.start : m.end] == m.text
        end = m.end
    assert names.normalise(result.text) == result.text


@settings(max_examples=40, deadline=None)
@given(st.lists(TEXTS, max_size=5))
def test_a_result_depends_on_its_own_text_alone(texts: list[str]) -> None:
    names = canonym.load()
    together = names.process(texts)
    assert together == [canonym.load().process([t])[0] for t in texts]
    assert list(reversed(names.process(texts[::-1]))) == together


def test_threads_take_turns() -> None:
    names = canonym.load()
    batches = [[f"Near Kandaharr {k}, Xq{k}zt Heratt and Mazar-i-Sharif"] * 2 for k in range(60)]
    alone = [names.process(batch) for batch in batches]
    names, interval = canonym.load(), sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    try:
        with ThreadPoolExecutor(4) as pool:
            assert list(pool.map(names.process, batches)) == alone
    finally:
        sys.setswitchinterval(interval)


# -- the five articles --------------------------------------------------------------------------------------------


def owed() -> Iterator[tuple[str, list[dict[str, Any]]]]:
    rows = list(csv.DictReader((SEEDS / "edits.csv").open(encoding="utf-8")))
    for name in sorted({r["file"] for r in rows}):
        yield name, [r for r in rows if r["file"] == name]


@pytest.mark.skipif(not SEEDS.exists(), reason="the five articles are not beside this checkout")
def test_the_five_articles(names: canonym.Normaliser) -> None:
    from canonym import profile

    files = sorted(SEEDS.glob("*.txt"))
    texts = [f.read_bytes().decode("utf-8") for f in files]
    results = names.process(texts, profile=profile.of(texts))
    edits = dict(owed())
    for file, text, result in zip(files, texts, results, strict=True):
        for row in edits.get(file.name, []):
            assert text.count(row["from"]) == int(row["count"])
            text = text.replace(row["from"], row["to"])
        assert result.text == text
    again = [r.text for r in results]
    assert all(not r.edits for r in names.process(again, profile=profile.of(again)))
    found = {m.entity.canonical for r in results for m in r.mentions}
    assert {"Voice of America", "NewsGram", "Khaama Press", "Pajhwok Afghan News", "Press TV"} <= found


def test_the_model_knows_the_features_of_this_code() -> None:
    from canonym import decide, trees

    assert trees.shipped("decide").names == decide.NAMES


ODD = ("Halle (Saale)", "Arrasate / Mondragón", "León de los Aldama", "Democracy Now!", "Aktuality.sk")


@pytest.mark.parametrize("canonical", ODD)
def test_a_canonical_form_with_any_marks_is_left_as_it_is(tmp_path: Path, canonical: str) -> None:
    """What a rewrite put there holds the short name again; it grows no second tail."""
    short = canonical.split()[0].partition(".")[0]
    path = tmp_path / "odd.csv"
    path.write_text(
        f"canonical,alias,kind,type\n{canonical},{canonical},canonical,place\n{canonical},{short},spelling,place\n",
        encoding="utf-8",
    )
    mine = canonym.load(path)
    for frame in ("He went to {} on Friday.", "{}: a walk", "Not only {}"):
        once = mine.normalise(frame.format(short))
        assert once == frame.format(canonical)
        assert mine.normalise(once) == once


def test_a_part_of_a_listed_name_is_not_rewritten(tmp_path: Path) -> None:
    path = tmp_path / "parts.csv"
    whole = "Pueblo Juárez (La Magdalena)"
    rows = f"{whole},{whole},canonical,place\nTetela,Magdalena,spelling,place\n"
    path.write_text("canonical,alias,kind,type\n" + rows, encoding="utf-8")
    mine = canonym.load(path)
    text = f"from {whole} to Magdalena"
    assert mine.normalise(text) == f"from {whole} to Tetela"
    assert [m.text for m in mine.annotate(text)] == [whole, "Magdalena"]


def test_every_canonical_form_of_the_table_stays(names: canonym.Normaliser) -> None:
    with embedded_table().open(encoding="utf-8", newline="") as file:
        forms = sorted({row["canonical"] for row in csv.DictReader(file)})
    texts = [f"He went to {form} today." for form in forms]
    results = names.process(texts, mentions=False)
    assert [r.text for r in results if r.edits] == []
