"""Records to a table, and a table to a pack, an index file or a CSV."""

from __future__ import annotations

import csv
import hashlib
import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from canonym import packs
from canonym.importers.grade import kinds
from canonym.importers.records import Name, Record
from canonym.index import compile_parts, save
from canonym.model import Entity, UsageError
from canonym.table import Table
from canonym.text import fold


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


def table_of(records: Iterable[Record], name: str, *, graded: bool = False) -> Table:
    """The table of a stream of records; with `graded` their names have kinds that stay as they are.

    A later record of the same id adds its names to the first one. Deterministic for the same records.
    """
    kept: dict[str, Record] = {}
    for record in records:
        before = kept.get(record.id)
        if before is None:
            kept[record.id] = record
        else:
            more = (Name(record.canonical), *record.names)
            kept[record.id] = Record(
                before.id,
                before.type,
                before.canonical,
                max(before.prominence, record.prominence),
                before.country or record.country,
                (*before.names, *more),
            )
    canonicals: dict[str, int] = {}
    for record in () if graded else kept.values():
        form = fold(record.canonical)
        canonicals[form] = max(canonicals.get(form, 0), record.prominence)
    entities: list[Entity] = []
    table = Table(name, entities, [], [], [], [], "", [])
    stamp = hashlib.sha256()
    for key in list(kept):
        record = kept.pop(key)  # given up as it goes: the source may be large
        rows = _as_given(record) if graded else kinds(record, canonicals)
        at = len(entities)
        for one, kind in rows:
            table.aliases.append(one.text)
            table.entity_of.append(at)
            table.kinds.append(kind)
            table.langs.append(one.lang)
            stamp.update(f"{one.text}\0{kind}\0{one.lang}\n".encode("utf-8", "surrogatepass"))
        if len(table.aliases) and table.entity_of[-1] == at:
            entity = Entity(record.id, record.type, record.canonical, record.prominence, record.country)
            entities.append(entity)
            stamp.update(repr(entity).encode("utf-8", "surrogatepass"))
    return Table(name, entities, table.aliases, table.entity_of, table.kinds, [], stamp.hexdigest()[:16], table.langs)


def _as_given(record: Record) -> Iterable[tuple[Name, str]]:
    seen = {(record.canonical, "canonical")}
    yield Name(record.canonical), "canonical"
    for name in record.names:
        kind = name.kind or ("canonical" if name.text == record.canonical else "spelling")
        if (name.text, kind) not in seen:
            seen.add((name.text, kind))
            yield name, kind


def write(table: Table, to: Target, renew: str, sources: Sequence[tuple[str, str]] = ()) -> int:
    """Write a table to its target, whole or not at all; the bytes written. See `compile_parts`."""
    if to.form == "csv":
        data = csv_bytes(table)
        save(data, to.path)
        return len(data)
    save(compile_parts(table, renew=renew, sources=sources), to.path)
    return to.path.stat().st_size


def csv_bytes(table: Table) -> bytes:
    """A table as the bytes of a CSV file, its rows in order."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(["canonical", "alias", "type", "id", "kind", "prominence", "lang", "country"])
    entities = table.entities
    rows = sorted(
        (
            (e.type, e.canonical, e.id, kind != "canonical", alias, kind, e, lang)
            for alias, kind, lang, e in zip(
                table.aliases, table.kinds, table.langs, (entities[k] for k in table.entity_of), strict=True
            )
        ),
        key=lambda row: row[:6],
    )
    for _, canonical, id_, _, alias, kind, e, lang in rows:
        writer.writerow([canonical, alias, e.type, id_, kind, e.prominence or "", lang, e.country])
    return out.getvalue().encode("utf-8", "surrogatepass")
