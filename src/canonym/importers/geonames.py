"""GeoNames' own files (CC BY 4.0): allCountries, cities500, AF ... and alternateNamesV2, plain or zipped.

Layout: https://download.geonames.org/export/dump/readme.txt. The main file has 19 columns parted by tabs, that of
alternate names 10 (8 before 2018, without the years).
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from functools import cache
from importlib.util import find_spec
from itertools import groupby
from operator import itemgetter
from pathlib import Path
from typing import Any, Final

from canonym.importers.gather import packed, unpacked
from canonym.importers.geonamescache import CAPITAL, TERRITORIES, TERRITORY_CAPITAL
from canonym.importers.grade import as_in_news
from canonym.importers.records import Name, Numbers, Progress, Record, Tally
from canonym.importers.spill import Spill
from canonym.importers.streams import cut_short, lines

COLUMNS: Final = 19
_LAYOUT: Final = "Give a file of GeoNames in its own layout: 19 columns parted by tabs, no header"
_ALTERNATES: Final = "Give GeoNames' alternateNamesV2: 8 to 10 columns parted by tabs, no header"
#: Feature classes that are kept unless told otherwise: populated places, and countries and regions.
PLACES: Final = frozenset({"P", "A"})
_COUNTRIES: Final = frozenset({"PCLI", "PCLD", "PCLF", "PCLS", "PCLIX", "TERR", "PCL"})
COUNTRY: Final = 100_000_000
#: A first-level region whose population is not given counts as one of so many.
REGION: Final = 200_000
#: "Languages" of alternate names that are codes or links: what kind they make, "" where they are left out.
_CODES: Final = {"abbr": "abbreviation", "iata": "abbreviation", "piny": "romanisation", "link": "", "wkdt": "",
                 "post": "", "phon": "", "icao": "", "faac": "", "unlc": "", "tcid": "", "nuts": "",
                 "uicn": ""}  # fmt: skip
_DIGITS: Final = 12
_TABLES: Final = (
    "place (number INTEGER PRIMARY KEY, key INTEGER UNIQUE, data BLOB)",
    "name (key INTEGER, text TEXT, lang TEXT, kind TEXT)",
)
#: A place that stands there twice is as it stands the second time.
_PLACE: Final = "INSERT INTO place VALUES (?, ?, ?) ON CONFLICT (key) DO UPDATE SET data = excluded.data"
_NAMES: Final = """
    SELECT number, text, lang, kind FROM name CROSS JOIN place ON place.key = name.key ORDER BY number, name.rowid"""
_NONE: Final[tuple[int, Any]] = (-1, ())


def records(
    path: Path,
    alternates: Path | None = None,
    *,
    min_population: int = 0,
    classes: Collection[str] = PLACES,
    countries: Collection[str] = (),
    langs: Collection[str] = (),
    tally: Tally | None = None,
    progress: Progress | None = None,
) -> Iterator[Record]:
    """The places of a file; with `alternates`, each with the names that stand there, their languages and kinds.

    `min_population` leaves smaller populated places out, `classes` all but these feature classes, `countries` all
    but these ISO codes, `langs` all names of other languages (those without one stay). What is kept lies on disk while
    the alternate names are read.

    Raises:
        TableError: the file is missing, cut short, or no file of GeoNames.
    """
    tally = tally if tally is not None else Tally()
    places = _places(path, min_population, frozenset(classes), frozenset(countries), tally, progress)
    if alternates is None:
        yield from places
        return
    with Spill(*_TABLES) as spill:
        kept = Numbers()
        for number, place in enumerate(places):
            key = int(place.id.removeprefix("gn:"))
            kept.add(key)
            spill.add(_PLACE, (number, key, packed(place)))
        for key, name in _alternates(alternates, kept, frozenset(langs), tally, progress):
            spill.add("INSERT INTO name VALUES (?, ?, ?, ?)", (key, name.text, name.lang, name.kind))
        if progress is not None:
            progress("Sorting", 0, None, tally.records)
        named = groupby(spill.run(_NAMES), key=itemgetter(0))
        at, group = next(named, _NONE)
        for number, data in spill.run("SELECT number, data FROM place ORDER BY number"):
            place = unpacked(data)
            told = [Name(*row[1:]) for row in group] if at == number else []
            if at == number:
                at, group = next(named, _NONE)
            known = {n.text for n in told}
            rest = [n for n in place.names if n.text not in known] if not langs else []
            yield Record(place.id, place.type, place.canonical, place.prominence, place.country, (*told, *rest))


def _id(cell: str) -> int | None:
    """The number of a place, None where a cell is none."""
    return int(cell) if cell.isascii() and cell.isdecimal() and len(cell) <= _DIGITS else None


def _places(
    path: Path,
    min_population: int,
    classes: frozenset[str],
    countries: frozenset[str],
    tally: Tally,
    progress: Progress | None,
) -> Iterator[Record]:
    total = path.stat().st_size if path.exists() else None
    with lines(path) as numbered:
        for number, at, raw in numbered:
            if progress is not None and not number % 20_000:
                progress("Reading places", at, total, tally.records)
            cells = _cells(raw)
            if cells is None or len(cells) != COLUMNS:
                if not raw.endswith(b"\n") and number > 1:
                    raise cut_short(path, number)
                why = "not UTF-8" if cells is None else f"{len(cells)} columns instead of {COLUMNS}"
                tally.skip(f"{path}, line {number}", why, _LAYOUT)
                continue
            record = _place(cells, min_population, classes, countries)
            if isinstance(record, str):
                tally.skip(f"{path}, line {number}", record, _LAYOUT)
            elif record is not None:
                tally.records += 1
                yield record


def _cells(raw: bytes) -> list[str] | None:
    try:
        return raw.decode("utf-8").rstrip("\r\n").split("\t")
    except UnicodeDecodeError:
        return None


def _place(
    cells: list[str], min_population: int, classes: frozenset[str], countries: frozenset[str]
) -> Record | str | None:
    """The record of a row; None where it is not wanted, and what is wrong with it where it is broken."""
    key, name, ascii_name, alternates = cells[:4]
    feature, code, country = cells[6:9]
    if _id(key) is None or not name:
        return "no id or no name"
    try:
        population = int(cells[14] or 0)
    except ValueError:
        return f'the population "{cells[14]}" is no number'
    if feature not in classes or (countries and country not in countries):
        return None
    if feature == "P" and population < min_population and code != "PPLC":
        return None
    prominence = population
    names = dict.fromkeys(n for n in (name, ascii_name, *alternates.split(",")) if n)
    name = as_in_news(name, country)
    if code in _COUNTRIES:
        prominence = max(COUNTRY, population)
        # Countries stand there by their formal names.
        short = _country_name(country)
        if short:
            name = short
    elif code == "PPLC":
        prominence = max(TERRITORY_CAPITAL if country in TERRITORIES else CAPITAL, population)
    elif code == "ADM1":
        prominence = max(REGION, population)
    return Record(f"gn:{key}", "place", name, prominence, country, tuple(map(Name, names)))


@cache
def _country_name(code: str) -> str:
    """The English short name of an ISO 3166-1 country (CLDR); "" without babel."""
    if find_spec("babel") is None:
        return ""
    from babel import Locale

    return str(Locale.parse("en").territories.get(code, ""))


def _alternates(
    path: Path, kept: Numbers, langs: frozenset[str], tally: Tally, progress: Progress | None
) -> Iterator[tuple[int, Name]]:
    total = path.stat().st_size if path.exists() else None
    sound = 0
    with lines(path) as numbered:
        for number, at, raw in numbered:
            if progress is not None and not number % 50_000:
                progress("Reading alternate names", at, total, tally.records)
            cells = _cells(raw)
            key = _id(cells[1]) if cells is not None and 8 <= len(cells) <= 10 else None
            if cells is None or key is None:
                if not raw.endswith(b"\n") and number > 1:
                    raise cut_short(path, number)
                why = "not UTF-8" if cells is None else f"{len(cells)} columns, or no id"
                _skip_alternate(tally, f"{path}, line {number}", why, sound)
                continue
            sound += 1
            lang = cells[2]
            if key not in kept or not cells[3]:
                continue
            kind = _CODES.get(lang)
            if kind == "" or (langs and lang and kind is None and lang.split("-")[0] not in langs):
                continue
            if cells[7] == "1":
                kind = "former"
            elif cells[6] == "1" and kind is None:
                kind = "translation"  # nicknames: The Big Apple
            yield key, Name(cells[3], "" if lang in _CODES else lang, kind or "")


def _skip_alternate(tally: Tally, where: str, why: str, sound: int) -> None:
    if sound:
        tally.skip(where, why, _ALTERNATES)
        return
    # Nothing could be read of this file yet, whatever the first one gave.
    records, tally.records = tally.records, 0
    tally.skip(where, why, _ALTERNATES)
    tally.records = records
