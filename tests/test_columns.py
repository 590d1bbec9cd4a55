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
from canonym.model import DocumentError, Entity, UsageError

CELLS = ["Kabul", "Caboul", "", " ", '"Ka, bul"', '"a ""b"" c"', '"two\nlines"', "é", "x y", 'a"b', '""', "a;b", "\t"]


def decided(names: Sequence[str]) -> list[Brief]:
    """A decision for each name, with what must be quoted in it."""
    kabul = Entity("p:1", "place", 'Kabul, "the city"', 1)
    return [
        Brief("accept", kabul, "alias", 0.5, ("p:2", f"p,{len(name)}")) if len(name) % 2 else Brief("abstain")
        for name in names
    ]


def plainly(text: str, column: str, mark: str) -> tuple[str, dict[str, int], int]:
    """What is asked of `resolve_column`, with the reader and the writer of CSV alone: the table, statuses, failures."""
    out, statuses, failed = io.StringIO(newline=""), Counter[str](), 0
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
        if row and (len(row) <= at or any(cell.strip() for cell in row[len(header) :])):
            failed += 1
            if len(row) > at:
                row[len(header) : len(header)] = [""] * len(COLUMNS)
        elif row:
            cells = decision_cells(decided([row[at]])[0])
            statuses[cells[COLUMNS.index("canonym_status")]] += 1
            row = [*row[: len(header)], *[""] * (len(header) - len(row)), *cells, *row[len(header) :]]
        writer.writerow(row)
    return out.getvalue(), dict(statuses), failed


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
    told, statuses, failed = plainly(text, "name", mark)
    assert out.getvalue() == told
    assert dict(counts.by_status) == statuses
    assert (counts.rows, counts.failed) == (sum(statuses.values()) + failed, failed)


@pytest.mark.parametrize("lines", [["n,name\n", "1,a\n", "2,b\rc\n"], ["n,name\n", '"1\n', '2",a\n', "3,b\rc\n"]])
def test_a_loose_line_end_is_told_with_its_line(lines: list[str]) -> None:
    with pytest.raises(DocumentError) as caught:
        resolve_column(lines, io.StringIO(), "name", decided)
    assert caught.value.where == f"standard input, line {len(lines)}"


#: Rows under n,name that do not fit it: what becomes of each, and what is said of it. None is like the others.
RAGGED = [
    ("1", "1", "1 column, none of them for 'name'"),
    ("1,a,b", "1,a,,,,,,,,b", "3 columns where the header has 2"),
    ("1,a,,b", "1,a,,,,,,,,,b", "4 columns where the header has 2"),
    ('"1 ""x""",a,b', '"1 ""x""",a,,,,,,,,b', "3 columns where the header has 2"),
    ("1,a, ", "1,a,p:1,", ""),
    ("1,a,,", "1,a,p:1,", ""),
    ("", "", ""),
]


@pytest.mark.parametrize("block", [1, 2, 100])
@pytest.mark.parametrize(("bad", "begins", "problem"), RAGGED)
def test_a_row_that_does_not_fit_its_header_keeps_its_cells(
    bad: str, begins: str, problem: str, block: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tables, "_BLOCK", block)
    rows = ["n,name", '0,"a', 'b"', bad, "9,b"]
    out = io.StringIO(newline="")
    counts = resolve_column([row + "\n" for row in rows], out, "name", decided)
    lines = out.getvalue().split("\n")
    assert lines[3].startswith(begins) and lines[4].startswith("9,b,p:1")
    assert [(f.name, f.problem) for f in counts.failures] == ([("standard input, line 4", problem)] if problem else [])
    assert counts.rows == 3 - (bad == "")
    again = io.StringIO(newline="")
    resolve_column(io.StringIO(out.getvalue(), newline="\n"), again, "name", decided)
    assert again.getvalue() == out.getvalue(), "a second run changes nothing"


def test_what_an_earlier_run_added_to_a_row_of_which_a_cell_broke_is_not_lost() -> None:
    header = ",".join(["n", "name", *COLUMNS])
    row = "1,Ka,bul,p:1,Kabul,,,,,last"
    out = io.StringIO(newline="")
    assert resolve_column([f"{header}\n", f"{row}\n"], out, "name", decided).failed == 1
    assert out.getvalue().splitlines()[1] == row


@pytest.mark.parametrize(
    ("header", "column", "found"),
    [
        ("n,name", " name ", "p:1"),
        ("n, name ", "name", "p:1"),
        ("name ,name", "name", "p:1"),
        ("name,name", "name", "the column 'name' is there twice"),
        (" name,name ", "name  ", "the column 'name  ' is there twice"),
        ("n,name", "  ", "there is no column '  '"),
        ("n,name", "Name", "Columns are 'n', 'name'"),
    ],
)
def test_the_column_is_one(header: str, column: str, found: str) -> None:
    out = io.StringIO(newline="")
    try:
        resolve_column([f"{header}\n", "xx,a\n"], out, column, decided)
    except UsageError as error:
        assert found in str(error)
    else:
        assert found in out.getvalue()


@pytest.mark.parametrize("block", [1, 2, 3, 100])
@pytest.mark.parametrize(
    ("bad", "problem"),
    [('1,"a', "never closed"), ('1,"a\n2,b\n3,"c"', "in another line"), ('"a\n"b', "in another line")],
)
def test_a_row_whose_quotes_do_not_close_passes_alone(
    bad: str, problem: str, block: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tables, "_BLOCK", block)
    rows = ["n,name", "0,a", *bad.split("\n"), "8,b", "", "9,cc"]
    out = io.StringIO(newline="")
    counts = resolve_column([row + "\n" for row in rows], out, "name", decided)
    first, *others = bad.split("\n")
    if first == '"a':
        first, others = first, [others[0]]  # the second is open to the end as well
    assert counts.failures[0].name == "standard input, line 3" and problem in counts.failures[0].problem
    lines = out.getvalue().split("\n")
    assert lines[2] == first, "as it was"
    assert lines[-4].startswith("8,b,p:1") and lines[-2] == "9,cc,,,,,,abstain,"
    assert len(lines) == len(rows) + 1
    assert counts.rows == len(rows) - 2 and counts.failed == 1 + (others == ['"b'])


def test_a_stray_quote_takes_up_no_more_than_the_longest_cell(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tables, "LONGEST", 50)
    rows = ["n,name\n", '1,"a\n', *["2,bb\n"] * 100, '3,c"\n']
    counts = resolve_column(rows, io.StringIO(), "name", decided)
    assert (counts.rows, counts.failed) == (102, 1)


def test_a_header_whose_quotes_do_not_close_is_told() -> None:
    with pytest.raises(DocumentError, match="first row cannot be read: a quote is opened and never closed"):
        resolve_column(['n,"name\n', "1,a\n"], io.StringIO(), "name", decided)
