"""Records to a table, and a table to a pack, an index file or a CSV."""

from __future__ import annotations

import csv
import hashlib
import io
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import Final

from canonym import packs
from canonym.importers.bulk import Compiler, Row
from canonym.importers.gather import Entry, entries
from canonym.importers.records import Progress, Record
from canonym.importers.spill import Spill
from canonym.index import save
from canonym.model import Entity, UsageError
from canonym.records import dataclass
from canonym.table import Table


@dataclass(frozen=True, slots=True)
class Target:
    """Where an import goes: `form` is "pack", "index" or "csv"."""

    path: Path
    form: str
    name: str = ""


def target(out: str) -> Target:
    """A pack by its name, else a file by its ending (.index, .csv).

    Raises:
        UsageError: neither.

    >>> target("a/world.index").form, target("names.csv").form
    ('index', 'csv')
    """
    if packs.is_name(out):
        return Target(packs.path_of(out), "pack", out)
    path = Path(out)
    if path.suffix in (".index", ".csv"):
        return Target(path, path.suffix[1:])
    raise UsageError(
        f'"{out}" is no pack and no file that can be written',
        remedy="Give the name of a pack (letters, digits, hyphens), or a file that ends in .index or .csv",
    )


class Rows:
    """The rows of graded entities as they come, counted and stamped on the way."""

    def __init__(self, found: Iterable[Entry]) -> None:
        self.entities = self.names = 0
        #: Coordinates of the entity at hand.
        self.place: tuple[float, float] | None = None
        self._found = found
        self._stamp = hashlib.sha256()

    def __iter__(self) -> Iterator[Row]:
        for record, names in self._found:
            entity = Entity(record.id, record.type, record.canonical, record.prominence, record.country)
            self.place = record.place
            for name, kind in names:
                self._stamp.update(f"{name.text}\0{kind}\0{name.lang}\n".encode("utf-8", "surrogatepass"))
                self.names += 1
                yield name.text, kind, name.lang, self.entities, entity
            self._stamp.update(repr(entity).encode("utf-8", "surrogatepass"))
            self.entities += 1

    @property
    def fingerprint(self) -> str:
        """The name of what has come so far."""
        return self._stamp.hexdigest()[:16]


def table_of(records: Iterable[Record], name: str, *, graded: bool = False) -> Table:
    """The table of a stream of records, in memory; see `entries`."""
    rows = Rows(entries(records, graded=graded))
    entities: list[Entity] = []
    table = Table(name, entities, [], [], [], [], "", [])
    for alias, kind, lang, number, entity in rows:
        if number == len(entities):
            entities.append(entity)
        for column, cell in ((table.aliases, alias), (table.kinds, kind), (table.langs, lang)):
            column.append(cell)
        table.entity_of.append(number)
    return Table(name, entities, table.aliases, table.entity_of, table.kinds, [], rows.fingerprint, table.langs)


HEADER: Final = ("canonical", "alias", "type", "id", "kind", "prominence", "lang", "country", "lat", "lon")
_CSV: Final = "line (type, canonical, id, other, alias, kind, prominence, lang, country, lat, lon)"
_LINE: Final = f"INSERT INTO line VALUES ({', '.join('?' * 11)})"
#: Coordinates stand on the canonical row alone; in a file that has none their columns are left out.
_PLACED: Final = "SELECT 1 FROM line WHERE lat <> '' LIMIT 1"
_IN_ORDER: Final = """
    SELECT canonical, alias, type, id, kind, prominence, lang, country, lat, lon FROM line
    ORDER BY type, canonical, id, other, alias, kind, rowid"""


def _csv(spill: Spill) -> Iterator[bytes]:
    """The lines of a CSV file, sorted as `canonym table sort` does."""
    width = 8 + 2 * any(True for _ in spill.run(_PLACED))
    found = (row[:width] for row in spill.run(_IN_ORDER))
    head: Iterable[Sequence[object]] = (HEADER[:width],)
    while batch := [*head, *islice(found, 10_000)]:
        out = io.StringIO()
        csv.writer(out, lineterminator="\n").writerows(batch)
        yield out.getvalue().encode()
        head = ()


def write_rows(rows: Rows, to: Target, name: str, renew: str, progress: Progress | None = None) -> int:
    """Write rows to their target, whole or not at all, and nothing where there are none; the bytes written.

    What does not fit into memory lies on disk meanwhile, in files that go however the process ends.
    """
    if to.form == "csv":
        with Spill(_CSV) as spill:
            for alias, kind, lang, _, e in rows:
                canonical = kind == "canonical"
                where = rows.place if canonical and rows.place else ("", "")
                cells = (e.type, e.canonical, e.id, not canonical, alias, kind, e.prominence or "", lang, e.country)
                spill.add(_LINE, (*cells, *where))
            if not rows.entities:
                return 0
            save(_csv(spill), to.path)
        return to.path.stat().st_size
    with Compiler(progress) as compiler:
        compiler.add(rows)
        if not rows.entities:
            return 0
        save(compiler.finish(name, rows.fingerprint, renew=renew), to.path)
    return to.path.stat().st_size


def write(
    table: Table, to: Target, renew: str, sources: Sequence[tuple[str, str]] = (), progress: Progress | None = None
) -> int:
    """Compile a table to a pack or an index file, whole or not at all; the bytes written. See `compile_parts`."""
    with Compiler(progress) as compiler:
        compiler.add(_rows_of(table, progress))
        save(compiler.finish(table.name, table.fingerprint, renew=renew, sources=sources), to.path)
    return to.path.stat().st_size


def _rows_of(table: Table, progress: Progress | None) -> Iterator[Row]:
    total, entities = len(table.aliases), table.entities
    langs = table.langs or [""] * total
    columns = zip(table.aliases, table.kinds, langs, table.entity_of, strict=True)
    for count, (alias, kind, lang, number) in enumerate(columns):
        if progress is not None and not count % 1_000:
            progress("Compiling", count, total, number)
        yield alias, kind, lang, number, entities[number]
