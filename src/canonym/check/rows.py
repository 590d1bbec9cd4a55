"""Rows out of a CSV file that may be broken anywhere: what cannot be read is a fault, and the rest goes on."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterator, Sequence
from typing import Any, Final

from canonym.check.types import Fault, Row
from canonym.model import KINDS, TableError
from canonym.table import COLUMNS, listed, needed, uneven

#: A quoted cell may run over so many lines; a quote open for longer was forgotten.
_MOST_LINES: Final = 20


def read_rows(data: bytes) -> tuple[list[Row], list[Fault]]:
    """The sound rows of a file's bytes, and a fault for each of the others."""
    text = data.decode("utf-8-sig", "surrogateescape")
    rows: list[Row] = []
    faults: list[Fault] = []
    header: dict[str, int] | None = None
    width = 0
    for line, _, cells in _records(text, faults):
        if header is None:
            header, width = _header(line, cells, faults), len(cells)
            if header is None:
                return rows, faults
            continue
        if len(cells) != width:
            faults.append(Fault(line, "columns", "error", *uneven(len(cells), width)))
            continue
        row = _row(line, cells, header, faults)
        if row is not None:
            rows.append(row)
    if header is None and not faults:
        faults.append(Fault(1, "empty", "error", "the table is empty", 'Begin with a line "canonical,alias"'))
    elif header is not None and not rows and not faults:
        faults.append(Fault(1, "empty", "error", "the table has no rows", "Add rows below its header"))
    return rows, faults


def _records(text: str, faults: list[Fault]) -> Iterator[tuple[int, str, list[str]]]:
    """Each record with the line where it begins and as it stands; an open quote spoils its own line only."""
    # Only real line ends part rows: str.splitlines also parts at U+2028 and the like.
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    at = 0
    while at < len(lines):
        start, record = at, lines[at]
        at += 1
        while record.count('"') % 2 and at < min(len(lines), start + _MOST_LINES):
            record += "\n" + lines[at]
            at += 1
        if record.count('"') % 2:
            at = start + 1
            problem = "a quote is opened and not closed"
            faults.append(Fault(start + 1, "quotes", "error", problem, "Close it, or double it"))
            continue
        try:
            cells = next(csv.reader(io.StringIO(record, newline=""), strict=True), [])
        except csv.Error as error:
            problem = f"broken CSV ({error})"
            faults.append(Fault(start + 1, "quotes", "error", problem, "Check the quotes in that line"))
            continue
        if cells:
            yield start + 1, record, cells


def in_order(data: bytes, key: Callable[[Row], Any]) -> bytes:
    """A table's bytes with its rows sorted by a key, each as it stands, with line feeds between them.

    Raises:
        TableError: a row cannot be read, so that it has no place.
    """
    text = data.decode("utf-8-sig", "surrogateescape")
    faults: list[Fault] = []
    records = list(_records(text, faults))
    rows, found = read_rows(data)
    broken = [f for f in (*faults, *found) if f.grade == "error"]
    if broken:
        raise TableError(broken[0].problem, where=f"line {broken[0].line}", remedy=broken[0].remedy)
    text_of = {line: record for line, record, _ in records}
    order = [records[0][1], *(text_of[row.line] for row in sorted(rows, key=key))]
    return "".join(f"{record}\n" for record in order).encode("utf-8", "surrogateescape")


def _header(line: int, cells: Sequence[str], faults: list[Fault]) -> dict[str, int] | None:
    names = [cell.strip().lower() for cell in cells]
    before = len(faults)
    for column in ("canonical", "alias"):
        if column not in names:
            faults.append(
                Fault(
                    line,
                    "header",
                    "error",
                    f'no column "{column}"; the columns are {listed(names)}',
                    needed(cells),
                )
            )
    for column in sorted({n for n in names if n and names.count(n) > 1}):
        faults.append(Fault(line, "header", "error", f'two columns "{column}"', "Remove one of them"))
    if len(faults) > before:
        return None
    for column in names:
        if column not in COLUMNS and (meant := _meant(column)):
            faults.append(
                Fault(
                    line,
                    "header",
                    "warning",
                    f'the column "{column}" is not known',
                    f'Call it "{meant}" if that is meant',
                )
            )
    return {name: names.index(name) for name in COLUMNS if name in names}


def _meant(column: str) -> str:
    from difflib import get_close_matches

    return next(iter(get_close_matches(column, COLUMNS, 1, 0.75)), "")


def _row(line: int, cells: Sequence[str], at: dict[str, int], faults: list[Fault]) -> Row | None:
    cell = {name: cells[k].strip() for name, k in at.items()}
    found: list[Fault] = []
    for name in ("canonical", "alias"):
        if not cell[name]:
            found.append(
                Fault(
                    line,
                    "empty-cell",
                    "error",
                    f'the column "{name}" is empty',
                    "Fill it in, or remove the row",
                )
            )
    for name, text in cell.items():
        if any("\udc80" <= c <= "\udcff" for c in text):
            found.append(
                Fault(
                    line,
                    "encoding",
                    "error",
                    f'the column "{name}" is not UTF-8',
                    "Save the table as UTF-8; these bytes were another encoding",
                )
            )
    kind = cell.get("kind", "")
    if kind and kind not in KINDS:
        found.append(Fault(line, "kind", "error", f'unknown kind "{kind}"', f"Use one of: {', '.join(KINDS)}"))
    found += _number_faults(line, cell)
    faults += found
    if any(f.grade == "error" for f in found):
        return None
    default = "canonical" if cell["alias"] == cell["canonical"] else "spelling"
    return Row(
        line,
        cell["canonical"],
        cell["alias"],
        cell.get("type", ""),
        cell.get("id", ""),
        kind or default,
        int(cell.get("prominence", "") or 0),
        cell.get("country", ""),
    )


def _number_faults(line: int, cell: dict[str, str]) -> Iterator[Fault]:
    prominence = cell.get("prominence", "")
    if prominence:
        try:
            negative = int(prominence) < 0
        except ValueError:
            problem = f'the prominence "{prominence}" is no whole number'
            yield Fault(line, "number", "error", problem, "Use digits only")
        else:
            if negative:
                yield Fault(line, "number", "error", "a prominence below zero", "Use 0 where it is not known")
    for name, most in (("lat", 90), ("lon", 180)):
        if text := cell.get(name, ""):
            try:
                sound = abs(float(text)) <= most
            except ValueError:
                sound = False
            if not sound:
                yield Fault(line, "number", "warning", f'{name} "{text}" is not in degrees', f"Use -{most} to {most}")
    country = cell.get("country", "")
    if country and not (len(country) == 2 and country.isascii() and country.isupper()):
        yield Fault(
            line,
            "country",
            "warning",
            f'the country "{country}" is no ISO 3166-1 code',
            "Use two capital letters, such as AF",
        )
