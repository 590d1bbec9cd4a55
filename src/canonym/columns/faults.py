"""What is wrong with a table of names, in words: columns that cannot be told, rows that do not fit their header."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from canonym.corpus.delimited import MEND
from canonym.model import UsageError
from canonym.table import misread, places, several, uneven

#: A problem, and what to do about it.
Told = tuple[str, str]

_PASSED: Final = "Its cells were passed on as they are"


def column(header: Sequence[str], wanted: str, mark: str, where: str, remedy: str) -> int:
    """Where the one column of a name stands in a header.

    Raises:
        UsageError: there is none (then what may be the cause is told before the `remedy`), or several.
    """
    found = places(header, wanted)
    if not found:
        cause = misread(header, mark, MEND)
        raise UsageError(f"there is no column {wanted!r}", where=where, remedy=cause + remedy)
    if len(found) > 1:
        problem, what = several(found, wanted)
        raise UsageError(problem, where=where, remedy=what)
    return found[0]


def ragged(rows: Sequence[Sequence[str]], at: int, header: Sequence[str], mark: str) -> Mapping[int, Told]:
    """The rows of which nobody can tell the cell of column `at`, by their numbers.

    One is too short to hold it, or has cells beyond the header: then one before was parted in two, and all behind
    it stand under the wrong name. Empty cells at the end are what spreadsheets leave.
    """
    width = len(header)
    return {
        number: _short(len(row), header[at]) if len(row) <= at else _long(len(row), width, mark)
        for number, row in enumerate(rows)
        if row and (len(row) <= at or (len(row) > width and any(map(str.strip, row[width:]))))
    }


def _short(found: int, column: str) -> Told:
    columns = "1 column" if found == 1 else f"{found:,} columns"
    return f"{columns}, none of them for {column!r}", f"Complete the row. {_PASSED}"


def _long(found: int, width: int, mark: str) -> Told:
    problem, remedy = uneven(found, width, mark)
    return problem, f"{remedy}. {_PASSED}"


def short_pair(found: int, width: int) -> Told:
    """Of a line that lacks one of its two names."""
    return uneven(found, width, "\t")[0], "Separate the names by a tab"
