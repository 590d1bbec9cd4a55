"""What the Python interface takes, and what it says of what it does not take."""

from __future__ import annotations

import json
import pickle
import subprocess
import sys
from concurrent.futures import ProcessPoolExecutor
from dataclasses import fields
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import pytest

import canonym
from canonym.model import KINDS
from canonym.resolve import Normaliser, open_table

NAN: Any = float("nan")


@pytest.fixture(scope="module")
def names(tmp_path_factory: pytest.TempPathFactory) -> Normaliser:
    path = tmp_path_factory.mktemp("table") / "t.csv"
    rows = ["canonical,alias,kind", "Kabul,Caboul,spelling", "Voice of America,VOA,abbreviation"]
    path.write_text("\n".join(rows) + "\n", "utf-8")
    return canonym.load(path)


@pytest.mark.parametrize("make", [frozenset, set, list, tuple, iter, dict.fromkeys])
def test_kinds_come_in_any_collection(names: Normaliser, make: Any) -> None:
    assert names.normalise("VOA in Caboul", rewrite=make(["abbreviation"])) == "Voice of America in Caboul"
    assert names.normalise("VOA in Caboul", rewrite=make(KINDS)) == "Voice of America in Kabul"


def test_what_is_no_kind_is_refused(names: Normaliser) -> None:
    with pytest.raises(ValueError, match=r"the string 'abbreviation', not a collection of kinds. Give a list"):
        names.normalise("VOA", rewrite="abbreviation")
    with pytest.raises(ValueError, match=r"no kind 'nick'. Kinds are canonical, spelling, "):
        names.process(["VOA"], rewrite=["nick"])
    for value in (None, [None], 3):
        with pytest.raises(TypeError, match="kind"):
            names.normalise("VOA", rewrite=value)  # type: ignore[arg-type]


def test_texts_and_names_come_from_anything(names: Normaliser) -> None:
    assert [r.text for r in names.process(t for t in ("Caboul", "x"))] == ["Kabul", "x"]
    assert [d.status for d in names.resolve_all(n for n in ("Caboul", "Caboul", "Xyzzy"))] == 2 * ["accept"] + [
        "abstain"
    ]
    assert [b.status for b in names.resolve_briefly({"Caboul": 1})] == ["accept"]
    assert names.compare_all(pair for pair in [("Kabul", "Kabul")]) == [1.0]
    assert names.compare_all([["Kabul", "Kabul"]]) == [1.0]  # type: ignore[list-item]


def test_a_lone_string_is_not_several(names: Normaliser) -> None:
    for call in (names.process, names.resolve_all, names.resolve_briefly):
        with pytest.raises(TypeError, match=r"'Caboul' is one (text|name), not several. Give a list"):
            call("Caboul")
    with pytest.raises(TypeError, match="Give a list of pairs"):
        names.compare_all("ab")  # type: ignore[arg-type]
    with pytest.raises(TypeError, match="pair 1 is 'ab', not two names"):
        names.compare_all([("a", "b"), "ab"])  # type: ignore[list-item]


@pytest.mark.parametrize(("value", "told"), [(None, "None"), (NAN, r"nan \(float\)"), (b"x", r"b'x' \(bytes\)")])
def test_what_is_no_string_is_told(names: Normaliser, value: Any, told: str) -> None:
    for one in (names.normalise, names.annotate, names.resolve, names.explain, lambda v: names.compare("a", v)):
        with pytest.raises(TypeError, match=f"the (text|name) is {told}, not a str"):
            one(value)
    for several in (names.process, names.resolve_all, names.resolve_briefly):
        with pytest.raises(TypeError, match=f"(text|name) 1 is {told}, not a str"):
            several(["Caboul", value])
    with pytest.raises(TypeError, match=f"in pair 0 a name is {told}"):
        names.compare_all([("a", value)])
    with pytest.raises(TypeError, match="cannot be gone through"):
        names.process(3)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("call", "said"),
    [
        (lambda n: n.resolve("Caboul", type=5), r"the type is 5 \(int\), not a str. Give one of `Normaliser.types`"),
        (lambda n: n.resolve_all(["Caboul"], b"place"), "the type is b'place'"),
        (lambda n: n.resolve_briefly(["Caboul"], ["place"]), "the type is \\['place'\\]"),
        (lambda n: n.explain("Caboul", 5), "the type is 5"),
        (lambda n: n.knows(None), "the word is None, not a str"),
        (lambda n: n.process(["Caboul"], profile=5), "the profile is 5, not a Profile or the name of a file"),
        (lambda n: n.process(["Caboul"], profile={}), "Give what `canonym profile` wrote, or None"),
    ],
)
def test_what_does_not_fit_is_told(names: Normaliser, call: Any, said: str) -> None:
    with pytest.raises(TypeError, match=said):
        call(names)


def test_a_profile_may_be_its_file(names: Normaliser, tmp_path: Path) -> None:
    from canonym.profile import Profile, of

    corpus = ["Pakist and Afghstan, the orgsation said; comps of Kazakhst"] * 30
    found = of(corpus)
    found.save(tmp_path / "p.json")
    told = names.process(corpus[:1], profile=found)
    assert names.process(corpus[:1], profile=tmp_path / "p.json") == told
    assert names.process(corpus[:1], profile=str(tmp_path / "p.json")) == told
    with pytest.raises(canonym.CanonymError, match="cannot be read"):
        names.process(corpus[:1], profile=tmp_path / "none.json")
    assert Profile.load(tmp_path / "p.json") == found


def test_an_empty_name_is_no_table() -> None:
    with pytest.raises(ValueError, match=r"the name of a table is empty\. Give a CSV file"):
        canonym.load("")
    with pytest.raises(ValueError, match="empty"):
        canonym.load("default", "")


def test_an_edit_is_told_as_the_log_has_it(names: Normaliser) -> None:
    (edit,) = names.process(["To Caboul."])[0].edits
    told = edit.as_dict()
    assert json.loads(json.dumps(told)) == told
    assert set(told) == {field.name for field in fields(edit)}
    assert (told["before"], told["after"], told["canonical"]) == ("Caboul", "Kabul", "Kabul")


def test_dir_lists_what_is_public_and_loads_nothing() -> None:
    code = "import sys, canonym; print(*dir(canonym)); print(*(m for m in sys.modules if m.startswith('canonym')))"
    environment = {"PYTHONPATH": str(Path(canonym.__file__).parents[1])}
    done = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True, env=environment)
    listed, loaded = done.stdout.splitlines()
    assert {*canonym.__all__, "__version__"} <= set(listed.split())
    assert loaded == "canonym"
    assert all(getattr(canonym, name) for name in canonym.__all__)


def test_a_normaliser_goes_to_other_processes(names: Normaliser) -> None:
    with ProcessPoolExecutor(1, get_context("spawn")) as pool:
        assert list(pool.map(names.normalise, ["To Caboul.", "VOA said."])) == ["To Kabul.", "VOA said."]


def test_tables_are_found_from_other_folders(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "there").mkdir()
    (tmp_path / "t.csv").write_text("canonical,alias\nHerat,Hirat\n", "utf-8")
    monkeypatch.chdir(tmp_path)
    kept = pickle.dumps(canonym.load("t.csv"))
    monkeypatch.chdir("there")
    assert pickle.loads(kept).normalise("In Hirat.") == "In Herat."


@pytest.mark.parametrize("given", [None, ["default"], ("t.csv", "default"), 3])
def test_tables_that_are_not_given_one_by_one_are_told(given: Any) -> None:
    with pytest.raises(TypeError, match=r"Tables are given one by one: .* or load\(\*tables\) for a list"):
        canonym.load(given)


def test_one_made_of_indexes_says_that_it_cannot_be_pickled() -> None:
    with pytest.raises(TypeError, match=r"Make it with canonym\.load"):
        pickle.dumps(Normaliser([open_table("default")]))
