"""Wikidata's dumps: twenty entities as they really stand there (cases/wikidata.json), and lines that are broken."""

from __future__ import annotations

import bz2
import csv
import gzip
import io
from pathlib import Path

import pytest

from canonym.importers import build, wikidata
from canonym.importers.records import Record, Tally
from canonym.importers.run import run
from canonym.model import TableError

DUMP = Path(__file__).parent / "cases" / "wikidata.json"
#: id, type, country, prominence and coordinates of what is wanted in the dump, in its order.
WANTED = {
    "Afghanistan": ("iso:AF", "place", "AF", 100_000_000, (33.0, 66.0)),
    "Kabul": ("gn:1138958", "place", "AF", 4_434_550, (34.53278, 69.16583)),
    "Herat": ("gn:1140026", "place", "AF", 574_276, None),
    "Mazar-i-Sharif": ("gn:1133616", "place", "", 2_000, None),
    "Burma (former)": ("wd:Q1001", "place", "", 1_000, None),
    "Myanmar": ("iso:MM", "place", "MM", 100_000_000, None),
    "Yangon": ("gn:1298824", "place", "MM", 5_160_512, None),
    "Yangon Region again": ("wd:Q1002", "place", "MM", 1_000, None),
    "Reuters": ("wd:Q130879", "outlet", "GB", 40_000, None),
    "BBC": ("wd:Q9531", "outlet", "", 10_000, None),
    "United Kingdom": ("iso:GB", "place", "GB", 100_000_000, None),
    "London": ("wd:Q84", "place", "GB", 8_799_728, None),
    "Sea of Showers": ("wd:Q1006", "place", "", 1_000, None),
    "Pajhwok": ("wd:Q1007", "outlet", "AF", 10_000, None),
    "Old Town": ("wd:Q1008", "place", "GB", 1_000, None),
}


def read(path: Path, tally: Tally | None = None, langs: tuple[str, ...] = ()) -> dict[str, Record]:
    return {r.canonical: r for r in wikidata.records(path, tally=tally, langs=langs)}


def test_what_is_read_of_each_entity() -> None:
    tally = Tally()
    found = read(DUMP, tally)
    assert {n: (r.id, r.type, r.country, r.prominence, r.place) for n, r in found.items()} == WANTED
    assert list(found) == list(WANTED)
    assert not tally.broken and tally.records == len(WANTED)


def test_names_have_languages_and_sites_are_domains() -> None:
    found = read(DUMP)
    kabul = {(n.text, n.lang) for n in found["Kabul"].names}
    assert {("کابل", "fa"), ("شهر کابل", "fa"), ("Kaboul", "fr"), ("Cabool", "en")} <= kabul
    assert [n.text for n in found["BBC"].names if n.kind == "domain"] == ["bbc.co.uk"]
    assert ("PAN", "abbreviation") in {(n.text, n.kind) for n in found["Pajhwok"].names}
    few = read(DUMP, langs=("fa",))
    assert {n.lang for n in few["Kabul"].names} == {"fa", "en"}


@pytest.mark.parametrize("name", ["d.json.gz", "d.json.bz2", "d.json"])
@pytest.mark.parametrize("ends", ["\n", "\r\n"])
def test_packed_and_with_other_line_ends(tmp_path: Path, name: str, ends: str) -> None:
    data = DUMP.read_bytes().replace(b"\n", ends.encode())
    data = gzip.compress(data) if name.endswith(".gz") else bz2.compress(data) if name.endswith(".bz2") else data
    (tmp_path / name).write_bytes(data)
    assert read(tmp_path / name) == read(DUMP)
    (tmp_path / name).write_bytes(data[: -40 if name == "d.json" else -9])
    with pytest.raises(TableError, match="cut short"):
        read(tmp_path / name)


CITY = '"P31":[{"mainsnak":{"datavalue":{"value":{"id":"Q515"}}}}]'


@pytest.mark.parametrize(
    ("line", "says"),
    [
        (f'{{"id":"Q1","claims":{{{CITY},', "no JSON object"),
        (f'{{"id":"Q1","claims":{{{CITY},}}}}', "broken JSON"),
        (f'{{"id":7,"claims":{{{CITY}}}}}', "broken JSON"),
        (f'{{"id":"Q1","labels":{{"en":"x"}},"claims":{{{CITY}}}}}', "shape"),
        ('{"id":"Q1","claims":[{"id":"Q515"}]}', "shape"),
        (
            '{"id":"Q1","labels":{"en":{"value":"x"}},"claims":{"P1082":'
            f'[{{"mainsnak":{{"datavalue":{{"value":{{"amount":"+1e999"}}}}}}}}],{CITY}}}}}',
            "shape",
        ),
        ("\ufeffnonsense", "no JSON object"),
    ],
)
def test_broken_lines_are_left_out_and_named(tmp_path: Path, line: str, says: str) -> None:
    lines = DUMP.read_text("utf-8").splitlines()
    lines.insert(3, f"{line},")
    (tmp_path / "d.json").write_text("\n".join(lines) + "\n", "utf-8")
    tally = Tally()
    assert read(tmp_path / "d.json", tally).keys() == WANTED.keys()
    assert tally.broken == 1 and "line 4" in tally.named[0] and says in tally.named[0]


def test_coordinates_stand_on_the_canonical_row(tmp_path: Path) -> None:
    run(wikidata.records(DUMP), Tally(), build.target(str(tmp_path / "t.csv")), "")
    rows = list(csv.DictReader(io.StringIO((tmp_path / "t.csv").read_text("utf-8"))))
    assert {r["alias"]: r["lat"] for r in rows if r["lat"]} == {"Kabul": "34.53278", "Afghanistan": "33.0"}
    assert {r["alias"] for r in rows if r["kind"] == "domain"} == {"reuters.com", "bbc.co.uk", "pajhwok.com"}
