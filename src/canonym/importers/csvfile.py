"""A CSV or TSV of somebody else's: which of its columns mean what is told, and the rest is passed over."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Final

from canonym.importers.records import Name, Progress, Record, Tally
from canonym.importers.streams import lines
from canonym.model import KINDS, TableError, UsageError
from canonym.table import default_id, misread, places, several, uneven

FIELDS: Final = ("canonical", "alias", "type", "id", "kind", "prominence", "lang", "country")


def records(
    path: Path,
    columns: Mapping[str, str] | None = None,
    values: Mapping[str, str] | None = None,
    *,
    delimiter: str = "",
    split: str = "",
    encoding: str | None = None,
    tally: Tally | None = None,
    progress: Progress | None = None,
) -> Iterator[Record]:
    """The rows of a file as records.

    `columns` maps our fields to the file's columns, by its header (a field that is not mapped is read from the column
    of its own name, if there is one); `values` are fields that are the same for all rows; `split` parts several
    aliases in one cell. Without an alias column only canonical forms come. The delimiter is told by the header.
    `encoding` is UTF-8 when absent.

    Raises:
        UsageError: a column or field does not exist, or lines cannot be told in the encoding.
        TableError: the file cannot be read, or is cut short.
    """
    tally = tally if tally is not None else Tally()
    columns, values = dict(columns or {}), dict(values or {})
    for name in (*columns, *values):
        if name not in FIELDS:
            raise UsageError(f'no field "{name}"', remedy=f"The fields are {', '.join(FIELDS)}")
    _check(encoding)
    with lines(path) as numbered:
        text = _Decoded(numbered, path, encoding)
        total = path.stat().st_size
        first = next(text, None)
        if first is None:
            raise TableError("the file is empty", where=str(path), remedy="Check the path")
        delimiter = delimiter or max(",\t;|", key=first.count)
        header = next(csv.reader([first], delimiter=delimiter))
        at = _places(header, columns, values, path)
        reader = csv.reader(text, delimiter=delimiter, strict=True)
        while True:
            where = f"{path}, line {text.number + 1}"
            try:
                cells = next(reader)
            except StopIteration:
                return
            except csv.Error as error:
                tally.skip(where, f"broken CSV ({error})", "Check its quotes, or give --delimiter")
                continue
            if progress is not None and not tally.records % 10_000:
                progress("Reading", text.at, total, tally.records)
            if not cells:
                continue
            if len(cells) != len(header):
                tally.skip(where, *uneven(len(cells), len(header), delimiter))
                continue
            record = _record({**values, **{f: cells[k].strip() for f, k in at.items()}}, split)
            if isinstance(record, str):
                tally.skip(where, record, "Fill the cell in, or map another column")
            else:
                tally.records += 1
                yield record


def _check(encoding: str | None) -> None:
    """Raise UsageError unless lines end in the encoding as they do in ASCII."""
    try:
        fine = encoding is None or "\n,".encode(encoding) == b"\n,"
    except LookupError:
        fine = False
    if not fine:
        raise UsageError(
            f"the encoding {encoding!r} is unknown, or not read here",
            remedy="Common ones are utf-8, cp1252, cp1251, gb18030; convert a file of another to UTF-8",
        )


class _Decoded:
    """The lines of a file as text, with the number of the last one."""

    def __init__(self, numbered: Iterator[tuple[int, int, bytes]], path: Path, encoding: str | None) -> None:
        self._numbered = numbered
        self._encoding = encoding or "utf-8"
        self._marked = self._encoding.lower().replace("_", "-") in ("utf-8", "utf8")
        self._path = path
        self.number = self.at = 0

    def __iter__(self) -> _Decoded:
        return self

    def __next__(self) -> str:
        self.number, self.at, raw = next(self._numbered)
        try:
            return raw.decode("utf-8-sig" if self.number == 1 and self._marked else self._encoding)
        except UnicodeDecodeError:
            raise TableError(
                f"not {self._encoding.upper()}",
                where=f"{self._path}, line {self.number}",
                remedy="Say what it is written in, with --encoding, or save it as UTF-8",
            ) from None


def _places(header: list[str], columns: Mapping[str, str], values: Mapping[str, str], path: Path) -> dict[str, int]:
    names = [name.strip() for name in header]
    lowered = [name.lower() for name in names]
    at = {}
    for name in FIELDS:
        asked = name in columns
        found = places(header, columns[name]) if asked else places(lowered, name) if name not in values else []
        if asked and not found:
            raise UsageError(
                f'{path} has no column "{columns[name]}"',
                remedy=f"{misread(header)}Its columns are {', '.join(names)}",
            )
        if len(found) > 1:
            problem, remedy = several(found, columns.get(name, name))
            raise UsageError(problem, where=str(path), remedy=remedy)
        if found:
            at[name] = found[0]
    if "canonical" not in at:
        raise UsageError(
            f"{path}: which column holds the canonical names is not known",
            remedy=f"{misread(header)}Say it with --column canonical=NAME; the columns are {', '.join(names)}",
        )
    return at


def _record(cell: Mapping[str, str], split: str) -> Record | str:
    canonical, type_ = cell["canonical"], cell.get("type", "")
    if not canonical:
        return "no canonical name"
    kind = cell.get("kind", "")
    if kind and kind not in KINDS:
        return f'unknown kind "{kind}"'
    try:
        prominence = round(float(cell.get("prominence", "") or 0))
    except (ValueError, OverflowError):
        return f'the prominence "{cell["prominence"]}" is no number'
    told = cell.get("alias", "")
    aliases = [a.strip() for a in told.split(split)] if split else [told]
    return Record(
        cell.get("id", "") or default_id(type_, canonical),
        type_ or "name",
        canonical,
        max(0, prominence),
        cell.get("country", ""),
        tuple(Name(a, cell.get("lang", ""), kind) for a in aliases if a and a != canonical),
    )
