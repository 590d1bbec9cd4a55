"""A column of a table resolved: rows are written as the reader and writer of CSV would, however they are read here."""

from __future__ import annotations

import csv
import io
from collections import Counter
from collections.abc import Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from canonym.alone import Brief
from canonym.columns import tables
from canonym.columns.decisions import COLUMNS, decision_cells
from canonym.columns.tables import resolve_column
from canonym.model import DocumentError, Entity

CELLS = ["Kabul", "Caboul", "", " ", '"Ka, bul"', '"a ""b"" c"', '"two\nlines"', "é", "x y", 'a"b', '""', "a;b", "\t"]


def decided(names: Sequence[str]) -> list[Brief]:
    """A decision for each name, with what must be quoted in it."""
    kabul = Entity("p:1", "place", 'Kabul, "the city"', 1)
    return [
        Brief("accept", kabul, "alias", 0.5, ("p:2", f"p,{len(name)}")) if len(name) % 2 else Brief("abstain")
        for name in names
    ]


def plainly(text: str, column: str, mark: str) -> tuple[str, dict[str, int]]:
    """What is asked of `resolve_column`, with the reader and the writer of CSV alone."""
    out, statuses = io.StringIO(newline=""), Counter[str]()
    rows = csv.reader(io.StringIO(text, newline="\n"), delimiter=mark, quoting=csv.QUOTE_NONE if mark == "\t" else 0)
    first = text[: text.index("\n") + 1]
    writer = csv.writer(
        out,
        delimiter=mark,
        lineterminator="\r\n" if first.endswith("\r\n") else "\n",
        quoting=csv.QUOTE_NONE if mark == "\t" else csv.QUOTE_MINIMAL,
        quotechar=None if mark == "\t" else '"',
    )
    header = next(rows)
    writer.writerow([*header, *COLUMNS])
    at = header.index(column)
    for row in rows:
        if row:
            cells = decision_cells(decided([row[at]])[0] if len(row) > at else Brief("abstain"))
            statuses[cells[COLUMNS.index("canonym_status")]] += 1
            row = [*row[: len(header)], *[""] * (len(header) - len(row)), *cells, *row[len(header) :]]
        writer.writerow(row)
    return out.getvalue(), dict(statuses)


@settings(deadline=None)
@given(
    st.lists(
        st.tuples(st.lists(st.sampled_from(CELLS), max_size=4), st.sampled_from(["\n", "\r\n", "\r\r\n"])), max_size=12
    ),
    st.sampled_from([["n", "name"], ["name"], ["name", "n", '"a, b"']]),
    st.sampled_from(["\n", "\r\n"]),
    st.sampled_from([",", ";", "\t"]),
    st.integers(1, 5),
)
def test_rows_are_written_as_csv(
    rows: list[tuple[list[str], str]], header: list[str], ending: str, mark: str, block: int
) -> None:
    text = mark.join(header) + ending + "".join(mark.join(cells) + end for cells, end in rows)
    before, tables._BLOCK = tables._BLOCK, block  # type: ignore[misc]
    out = io.StringIO(newline="")
    try:
        counts = resolve_column(io.StringIO(text, newline="\n"), out, "name", decided, delimiter=mark)
    finally:
        tables._BLOCK = before  # type: ignore[misc]
    told, statuses = plainly(text, "name", mark)
    assert out.getvalue() == told
    assert dict(counts.by_status) == statuses
    assert counts.rows == sum(statuses.values())


@pytest.mark.parametrize("lines", [["n,name\n", "1,a\n", "2,b\rc\n"], ["n,name\n", '"1\n', '2",a\n', "3,b\rc\n"]])
def test_a_loose_line_end_is_told_with_its_line(lines: list[str]) -> None:
    with pytest.raises(DocumentError) as caught:
        resolve_column(lines, io.StringIO(), "name", decided)
    assert caught.value.where == f"standard input, line {len(lines)}"
