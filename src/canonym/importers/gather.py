"""Records gathered and graded by way of the disk: one entity for each id, however many records there are."""

from __future__ import annotations

import marshal
from collections.abc import Iterable, Iterator
from typing import Any, Final

from canonym.importers.grade import kinds
from canonym.importers.records import Name, Progress, Record
from canonym.importers.spill import Spill
from canonym.text import fold

#: An entity's record and the names of it that are listed, with their kinds.
Entry = tuple[Record, list[tuple[Name, str]]]

_TABLES: Final = (
    "record (pos INTEGER PRIMARY KEY, id TEXT, form TEXT, prominence INTEGER, data BLOB)",
    "merged (pos INTEGER PRIMARY KEY, first INTEGER)",
    "canonical (form TEXT PRIMARY KEY, prominence INTEGER) WITHOUT ROWID",
)
#: Records of one id are one entity, which stands where the first of them stood.
_MERGED: Final = """
    INSERT INTO merged SELECT pos, first FROM record JOIN
    (SELECT id AS shared, MIN(pos) AS first FROM record GROUP BY id HAVING COUNT(*) > 1) ON id = shared"""
#: The canonical form of an entity is that of its first record, its prominence the greatest of all of them.
_CANONICALS: Final = """
    INSERT INTO canonical SELECT form, MAX(prominence) FROM (
        SELECT form, prominence FROM record LEFT JOIN merged USING (pos) WHERE first IS NULL
        UNION ALL
        SELECT r.form, g.most FROM record AS r JOIN
        (SELECT first, MAX(prominence) AS most FROM merged JOIN record USING (pos) GROUP BY first) AS g
        ON r.pos = g.first
    ) GROUP BY form"""
_PLAIN: Final = "SELECT pos, data FROM record ORDER BY pos"
_TOGETHER: Final = """
    SELECT COALESCE(first, pos) AS at, data FROM record LEFT JOIN merged USING (pos) ORDER BY at, pos"""
#: SQLite's largest number; more people than that are a fault of the source.
_MOST: Final = 2**63 - 1


def packed(record: Record) -> bytes:
    """A record as bytes for a temporary file."""
    names = [(n.text, n.lang, n.kind) for n in record.names]
    r = record
    return marshal.dumps((r.id, r.type, r.canonical, r.prominence, r.country, names, r.place))


def unpacked(data: bytes) -> Record:
    """The record of bytes that `packed` made."""
    id_, type_, canonical, prominence, country, names, place = marshal.loads(data)
    return Record(id_, type_, canonical, prominence, country, tuple(Name(*name) for name in names), place)


def entries(records: Iterable[Record], *, graded: bool = False, progress: Progress | None = None) -> Iterator[Entry]:
    """The entities of a stream of records, each with its names and their kinds; those without a name are left out.

    A later record of the same id adds its names to the first one. With `graded` names have kinds that stay as they
    are. Deterministic for the same records, and bounded in memory: they lie on disk while they are gathered.

    Raises:
        TableError: there is no room for temporary files.
    """
    with Spill(*_TABLES) as spill:
        total = 0
        for record in records:
            total += 1
            form = "" if graded else fold(record.canonical)
            row = (total, record.id, form, min(record.prominence, _MOST), packed(record))
            spill.add("INSERT INTO record VALUES (?, ?, ?, ?, ?)", row)
        if progress is not None:
            progress("Sorting", 0, None, total)
        spill.do(_MERGED)
        if not graded:
            spill.do(_CANONICALS)
        known = _Canonicals(spill)
        for number, record in enumerate(_one_by_one(spill), 1):
            if progress is not None and not number % 1_000:
                progress("Grading", number, total, total)
            rows = list(_as_given(record) if graded else kinds(record, known))
            if rows:
                yield record, rows


def _one_by_one(spill: Spill) -> Iterator[Record]:
    shared = next(iter(spill.run("SELECT 1 FROM merged LIMIT 1")), None)
    group: list[Record] = []
    place = 0
    for at, data in spill.run(_TOGETHER if shared else _PLAIN):
        if at != place and group:
            yield _as_one(group)
            group.clear()
        place = at
        group.append(unpacked(data))
    if group:
        yield _as_one(group)


def _as_one(group: list[Record]) -> Record:
    first = group[0]
    if len(group) == 1:
        return first
    names = [*first.names]
    for record in group[1:]:
        names += (Name(record.canonical), *record.names)
    prominence = max(record.prominence for record in group)
    country = next((record.country for record in group if record.country), "")
    place = next((record.place for record in group if record.place), None)
    return Record(first.id, first.type, first.canonical, prominence, country, tuple(names), place)


class _Canonicals:
    """The folded canonical forms of all records, each with its greatest prominence."""

    def __init__(self, spill: Spill) -> None:
        self._spill = spill

    def get(self, form: str, default: int) -> int:
        found: Any = self._spill.one("SELECT prominence FROM canonical WHERE form = ?", form)
        return default if found is None else int(found[0])

    def __contains__(self, form: object) -> bool:
        return self._spill.one("SELECT 1 FROM canonical WHERE form = ?", form) is not None


def _as_given(record: Record) -> Iterator[tuple[Name, str]]:
    seen = {(record.canonical, "canonical")}
    yield Name(record.canonical), "canonical"
    for name in record.names:
        kind = name.kind or ("canonical" if name.text == record.canonical else "spelling")
        if (name.text, kind) not in seen:
            seen.add((name.text, kind))
            yield name, kind
