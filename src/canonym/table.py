"""The alias table: CSV to entities and aliases, with errors that name file, line and remedy."""

from __future__ import annotations

import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, NamedTuple

from canonym.model import KINDS, Entity, TableError

COLUMNS: Final = (
    "canonical", "alias", "type", "id", "kind", "prominence", "lang", "country", "lat", "lon", "source", "note",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Table:
    """A table in memory: entities, and aliases as parallel columns.

    `entity_of[k]`, `kinds[k]`, `lines[k]` and `langs[k]` belong to `aliases[k]`; `fingerprint` is the SHA-256 of the
    bytes that the table was read from (16 hexadecimal digits of it).
    """

    name: str
    entities: list[Entity]
    aliases: list[str]
    entity_of: list[int]
    kinds: list[str]
    lines: list[int] = field(repr=False)
    fingerprint: str = ""
    langs: list[str] = field(default_factory=list, repr=False)


def read(path: str | Path) -> Table:
    """Read a table from a CSV file, gzipped where its name ends in .gz.

    Raises:
        TableError: the file is missing, is no UTF-8, lacks a required column, or a row is at fault.
    """
    return parse(read_bytes(Path(path)), str(path))


def read_bytes(path: Path) -> bytes:
    """The bytes of a table file, unpacked where its name ends in .gz."""
    try:
        data = path.read_bytes()
    except FileNotFoundError:
        raise TableError("no such table", where=str(path), remedy="Check the path") from None
    except IsADirectoryError:
        raise TableError("a folder, not a table", where=str(path), remedy="Give one of the files in it") from None
    except OSError as error:
        why = error.strerror or str(error)
        raise TableError(f"the table cannot be read: {why}", where=str(path), remedy="See its permissions") from None
    if path.suffix != ".gz":
        return data
    import gzip
    import zlib

    try:
        return gzip.decompress(data)
    except (EOFError, OSError, zlib.error) as error:
        problem = "it is cut short" if isinstance(error, EOFError) else "it is damaged"
        remedy = "Fetch it again, or pack it anew"
        if not data.startswith(b"\x1f\x8b"):
            problem, remedy = "it is not packed by gzip", "Give it a name without .gz, or pack it"
    raise TableError(f"the table cannot be read: {problem}", where=str(path), remedy=remedy)


def fingerprint(data: bytes) -> str:
    """Name a table's bytes: the first 16 hexadecimal digits of their SHA-256."""
    import hashlib

    return hashlib.sha256(data).hexdigest()[:16]


def parse(data: bytes, name: str = "table") -> Table:
    """Read a table from the bytes of a CSV file; see `read`.

    >>> t = parse(b"canonical,alias\\nTabyan,Tebyan\\n")
    >>> t.entities[0].canonical, t.aliases, t.kinds
    ('Tabyan', ['Tabyan', 'Tebyan'], ['canonical', 'spelling'])
    """
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        like = f"{_UTF16}, or Unicode text as Excel calls it. " if data.startswith((b"\xff\xfe", b"\xfe\xff")) else ""
        raise TableError(
            "not UTF-8", where=f"{name}, line {line}", remedy=f"{like}Save the table as UTF-8 and try again"
        ) from None
    return _build(_rows(text, name), name, fingerprint(data))


class _Header(NamedTuple):
    """Where each known column stands in a row; -1 where it is absent."""

    at: dict[str, int]
    width: int


def _rows(text: str, name: str) -> Iterator[tuple[int, list[str], _Header]]:
    import csv

    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    header: _Header | None = None
    before = 0
    try:
        for row in reader:
            line, before = before + 1, reader.line_num
            if not row:
                continue
            if header is None:
                header = _header(row, name)
                continue
            if len(row) != header.width:
                problem, remedy = uneven(len(row), header.width)
                raise TableError(problem, where=f"{name}, line {line}", remedy=remedy)
            yield line, row, header
    except csv.Error as error:
        raise TableError(
            f"broken CSV ({error})",
            where=f"{name}, line {before + 1}",
            remedy="Check the quotes in that line",
        ) from None
    if header is None:
        raise TableError("the table is empty", where=name, remedy='Its first line must be "canonical,alias"')


_UTF16: Final = "It looks like UTF-16"
#: Two bytes of a byte order mark, read as UTF-8.
_MARKS: Final = ("\udcff\udcfe", "\udcfe\udcff")


def misread(header: Sequence[str], delimiters: str = ",", mend: str = "save it as UTF-8") -> str:
    """Why a header may lack a column: its encoding (how to `mend` it) or its delimiter; "" where nothing shows.

    >>> misread(["canonical;alias"]), misread(["sep=;"])
    ("Its cells seem to be parted by ';'. ", 'Its first line (sep=) is for Excel, and no header: remove it. ')
    """
    first = header[0] if header else ""
    if any("\0" in cell for cell in header) or first.startswith(_MARKS):
        return f"{_UTF16}: {mend}. "
    if first.strip().lower().startswith("sep="):
        return "Its first line (sep=) is for Excel, and no header: remove it. "
    if first.lstrip().startswith("{"):
        return "It looks like JSON, not a table. "
    mark = max(";\t|,", key=first.count)
    if len(header) == 1 and mark in first and mark not in delimiters:
        return f"Its cells seem to be parted by {mark!r}. "
    return ""


def places(header: Sequence[str], column: str) -> list[int]:
    """Where a column of that name stands: as it is written, else but for spaces around; several where it is not one.

    >>> places(["a", "text "], " text"), places(["text ", "text"], "text"), places(["a", "b", "a"], "a")
    ([1], [1], [0, 2])
    """
    found = [number for number, name in enumerate(header) if name == column]
    bare = column.strip()
    return found or [number for number, name in enumerate(header) if bare and name.strip() == bare]


def several(found: Sequence[int], column: str) -> tuple[str, str]:
    """What is wrong with a name that several columns have, and what to do."""
    times = "twice" if len(found) == 2 else f"{len(found):,} times"
    return f"the column {column!r} is there {times}, and which is meant cannot be told", "Rename all but one of them"


def uneven(found: int, width: int, mark: str = ",") -> tuple[str, str]:
    """What is wrong with a row of `found` cells under a header of another width, and what to do.

    >>> uneven(1, 2)
    ('1 column where the header has 2', "Complete the row: an empty cell needs its ',' too")
    """
    problem = f"{found:,} column{'s' if found > 1 else ''} where the header has {width:,}"
    if found < width:
        return problem, f"Complete the row: an empty cell needs its {mark!r} too"
    if mark == "\t":
        return problem, "Remove the tab inside a cell"
    holds = "a comma" if mark == "," else f"the delimiter {mark!r}"
    return problem, f"Put a name that holds {holds} in double quotes"


def listed(names: Sequence[str]) -> str:
    """The names of columns for a message, whatever bytes they are made of."""
    return "".join(char if char.isprintable() else "\ufffd" for char in ", ".join(names))


def needed(header: Sequence[str]) -> str:
    """What to do about the header of an alias table that lacks a column."""
    cause = misread(header)
    plain = "A table needs commas, and" if cause else "A table needs"
    other = "; `canonym table import csv` makes one of another layout" if cause else ""
    return f'{cause}{plain} the columns "canonical" and "alias"{other}'


def _header(row: list[str], name: str) -> _Header:
    names = [cell.strip().lower() for cell in row]
    for column in ("canonical", "alias"):
        if column not in names:
            raise TableError(
                f'no column "{column}"; the columns are {listed(names)}',
                where=f"{name}, line 1",
                remedy=needed(row),
            )
    for column in names:
        if column and names.count(column) > 1:
            raise TableError(f'two columns "{column}"', where=f"{name}, line 1", remedy="Remove one of them")
    return _Header({c: names.index(c) if c in names else -1 for c in COLUMNS}, len(row))


def default_id(type_: str, canonical: str) -> str:
    """The id of an entity that the table gives none: made of type and canonical, so that it stays the same.

    >>> default_id("outlet", "Khaama Press")
    'outlet:Khaama_Press'
    """
    return f"{type_ or 'name'}:{'_'.join(canonical.split())}"


def _default_kind(alias: str, canonical: str) -> str:
    return "canonical" if alias == canonical else "spelling"


def _build(rows: Iterator[tuple[int, list[str], _Header]], name: str, stamp: str) -> Table:
    entities: list[Entity] = []
    number: dict[tuple[str, str], int] = {}
    named_by_file: set[int] = set()  # entities whose id stands in the file: homonyms among them are declared
    first: dict[tuple[str, str], tuple[int, int]] = {}
    listed: set[tuple[str, int, str]] = set()
    out = Table(name, entities, [], [], [], [], stamp)
    canonical_listed: set[int] = set()
    for line, row, header in rows:
        cells = _cells(row, header, line, name)
        canonical, alias, type_, given, kind = cells[:5]
        key = (given or default_id(type_, canonical), canonical)
        at = number.get(key)
        if at is None:
            at = number[key] = len(entities)
            prominence = _whole(cells[5], line, name)
            entities.append(Entity(key[0], type_ or "name", canonical, prominence, cells[7]))
            if given:
                named_by_file.add(at)
        kind = kind or _default_kind(alias, canonical)
        known = first.setdefault((alias, type_), (at, line))
        if known[0] != at and kind != "never" and not (at in named_by_file and known[0] in named_by_file):
            raise TableError(
                f'the alias "{alias}" has two canonicals, "{entities[known[0]].canonical}" (line {known[1]}) '
                f'and "{canonical}"',
                where=f"{name}, line {line}",
                remedy="Remove one of the rows, or give both entities an id to declare two places of one name",
            )
        if (alias, at, kind) in listed:
            continue
        listed.add((alias, at, kind))
        if alias == canonical:
            canonical_listed.add(at)
        out.aliases.append(alias)
        out.entity_of.append(at)
        out.kinds.append(kind)
        out.lines.append(line)
        out.langs.append(cells[6])
    # A canonical form is always recognised, listed or not.
    for (_, canonical), at in number.items():
        if at not in canonical_listed:
            out.aliases.append(canonical)
            out.entity_of.append(at)
            out.kinds.append("canonical")
            out.lines.append(0)
            out.langs.append("")
    if not entities:
        raise TableError("the table has no rows", where=name, remedy="Add rows below its header")
    return _in_order(out)


def _in_order(table: Table) -> Table:
    """Canonical spellings first within an entity, else as in the file."""
    order = sorted(range(len(table.aliases)), key=lambda k: (table.entity_of[k], table.kinds[k] != "canonical", k))
    return Table(
        table.name,
        table.entities,
        [table.aliases[k] for k in order],
        [table.entity_of[k] for k in order],
        [table.kinds[k] for k in order],
        [table.lines[k] for k in order],
        table.fingerprint,
        [table.langs[k] for k in order],
    )


def _cells(row: Sequence[str], header: _Header, line: int, name: str) -> list[str]:
    cells = [row[header.at[c]].strip() if header.at[c] >= 0 else "" for c in COLUMNS]
    if not cells[0] or not cells[1]:
        column = "canonical" if not cells[0] else "alias"
        raise TableError(
            f'the column "{column}" is empty',
            where=f"{name}, line {line}",
            remedy="Fill it in, or remove the row",
        )
    if cells[4] and cells[4] not in KINDS:
        raise TableError(
            f'unknown kind "{cells[4]}"',
            where=f"{name}, line {line}",
            remedy=f"Use one of: {', '.join(KINDS)}",
        )
    return cells


def _whole(cell: str, line: int, name: str) -> int:
    if not cell:
        return 0
    try:
        return int(cell)
    except ValueError:
        raise TableError(
            f'the prominence "{cell}" is no whole number',
            where=f"{name}, line {line}",
            remedy="Use digits only",
        ) from None
