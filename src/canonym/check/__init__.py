"""The table's linter: every fault of a file in one run, each with its line and what to do about it.

`table.parse` stops at the first fault that keeps a table from being used; here all of them are told, and those too
that do no harm before some text meets them. An error is a row that cannot work or that works against another; a
warning is one that deserves a look.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Final

from canonym.check.names import spelling_faults, word_faults
from canonym.check.relations import (
    canonical_faults,
    declared_homonyms,
    double_faults,
    id_faults,
    order_faults,
    order_key,
    repeat_faults,
)
from canonym.check.rows import in_order, read_rows
from canonym.check.types import Fault, Report, Row
from canonym.table import read_bytes

#: Each looks at all sound rows of a file and yields its faults.
CHECKS: Final[tuple[Callable[[Sequence[Row]], Iterable[Fault]], ...]] = (
    spelling_faults,
    word_faults,
    id_faults,
    repeat_faults,
    canonical_faults,
    double_faults,
    order_faults,
)


def check(path: str | Path) -> Report:
    """Check a table file (.csv, or .csv.gz).

    Raises:
        TableError: the file cannot be read at all; what is wrong inside it is in the report.
    """
    return check_bytes(read_bytes(Path(path)), str(path))


def check_bytes(data: bytes, name: str = "table") -> Report:
    """Check the bytes of a CSV file; `name` is what the report calls it.

    >>> report = check_bytes(b"canonical,alias\\nKabul,Cabul\\nCabul,Kabool\\n")
    >>> [(f.line, f.code) for f in report.faults]
    [(2, 'chain'), (3, 'unsorted')]
    """
    rows, faults = read_rows(data)
    for one in CHECKS:
        faults += one(rows)
    faults.sort(key=lambda f: (f.line, f.grade, f.code, f.problem))
    return Report(name, len(rows), declared_homonyms(rows), tuple(faults))


def in_table_order(data: bytes) -> bytes:
    """A table's bytes with its rows in the order that `check` asks for.

    Raises:
        TableError: a row cannot be read.

    >>> in_table_order(b"canonical,alias\\nKabul,Cabul\\nKabul,Kabul\\nHerat,Herat\\n").split()
    [b'canonical,alias', b'Herat,Herat', b'Kabul,Kabul', b'Kabul,Cabul']
    """
    return in_order(data, order_key)


__all__ = ["CHECKS", "Fault", "Report", "Row", "check", "check_bytes", "in_table_order"]
