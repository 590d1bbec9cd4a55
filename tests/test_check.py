"""The linter: each fault is found in a broken copy of a sound table (cases/check.json), with line and remedy."""

from __future__ import annotations

import gzip
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from canonym.check import check, check_bytes, in_table_order
from canonym.model import TableError
from canonym.resolve import embedded_table
from canonym.table import parse

DATA = json.loads((Path(__file__).parent / "cases" / "check.json").read_text(encoding="utf-8"))


def table(added: list[str]) -> bytes:
    return "".join(f"{row}\n" for row in [DATA["header"], *DATA["sound"], *added]).encode()


@pytest.mark.parametrize("case", DATA["cases"], ids=lambda c: c["name"])
def test_each_fault_is_found_at_its_line_and_nothing_else(case: dict[str, Any]) -> None:
    report = check_bytes(table(case["add"]), "t.csv")
    # Rows are added at the end, so they stand out of order unless that is what the case is about.
    asked = {code for _, code, _, _ in case["finds"]}
    faults = [f for f in report.faults if f.code != "unsorted" or "unsorted" in asked]
    assert [(f.line, f.code, f.grade) for f in faults] == [(n, c, g) for n, c, g, _ in case["finds"]]
    for fault, (_, _, _, says) in zip(faults, case["finds"], strict=True):
        assert says in f"{fault.problem}. {fault.remedy}"
        assert fault.remedy and not fault.remedy.endswith(".")


def test_every_kind_of_fault_has_a_case() -> None:
    """By the codes in the linter's source."""
    import re

    import canonym.check

    folder = Path(str(canonym.check.__file__)).parent
    source = "".join(p.read_text(encoding="utf-8") for p in folder.glob("*.py"))
    codes = set(re.findall(r'Fault\(\s*[\w. +]+,\s*"([a-z-]+)"', source)) | {"invisible", "control"}
    cases = {code for case in DATA["cases"] for _, code, _, _ in case["finds"]}
    assert codes - cases <= {"empty", "header"}, "add a case to cases/check.json"
    assert len(codes) > 15


def test_what_parse_refuses_is_an_error() -> None:
    for case in DATA["cases"]:
        data = table(case["add"])
        try:
            parse(data)
        except TableError:
            assert check_bytes(data).errors, case["name"]


def test_our_own_table_is_clean() -> None:
    report = check(embedded_table())
    assert not report.errors, "\n".join(report.lines()[:20])


@pytest.mark.parametrize(
    ("data", "line", "says"),
    [
        (b"", 1, "empty"),
        (b"canonical,alias\n", 1, "no rows"),
        (b"name,alias\nA,B\n", 1, 'no column "canonical"'),
        (b"canonical,alias,alias\nA,B,C\n", 1, 'two columns "alias"'),
        (b"canonical,alias,prominance\nHerat,Harat,1\n", 1, 'Call it "prominence"'),
        (b"canonical,alias\nHerat,Her\xe1t\n", 2, "not UTF-8"),
    ],
)
def test_headers_and_bytes(data: bytes, line: int, says: str) -> None:
    (fault,) = check_bytes(data).faults
    assert fault.line == line and says in f"{fault.problem}. {fault.remedy}"


def test_lines_are_counted_through_line_ends_and_quoted_breaks() -> None:
    data = b'canonical,alias\r\n"Herat","Her\nat"\r\nHerat,Office\r\n'
    assert [(f.line, f.code) for f in check_bytes(data).faults] == [(2, "control"), (4, "ordinary")]


def test_a_table_never_sorted_is_told_of_shortly() -> None:
    rows = "".join(f"Place {k},Place {k}\n" for k in range(99, 9, -1))
    faults = check_bytes(b"canonical,alias\n" + rows.encode()).faults
    assert len(faults) == 5 and "84 more rows" in faults[-1].problem


def test_sorting_mends_the_order_and_keeps_each_row() -> None:
    rows = [*reversed(DATA["sound"])]
    data = "".join(f"{row}\r\n" for row in [DATA["header"], *rows]).encode()
    done = in_table_order(data)
    assert done == table([]) and in_table_order(done) == done
    with pytest.raises(TableError, match="2 columns"):
        in_table_order(table(["a,b"]))


def test_packed_tables_are_read(tmp_path: Path) -> None:
    path = tmp_path / "t.csv.gz"
    path.write_bytes(gzip.compress(table([])))
    assert check(path).faults == () and check(path).homonyms == 1


CELLS = st.sampled_from(
    ["Kabul", "Cabool", "Herat", "", "office", '"', '"a,b"', "a\nb", "\u00a0", "gn:1", "never", "place"]
)
ROWS = st.lists(st.lists(CELLS, min_size=1, max_size=5).map(",".join), max_size=6).map("\n".join)


@settings(max_examples=300, deadline=None)
@given(st.one_of(st.binary(max_size=80), ROWS.map(lambda t: f"canonical,alias,type,id,kind\n{t}\n".encode())))
def test_whatever_the_file_holds_the_linter_ends_and_agrees_with_parse(data: bytes) -> None:
    report = check_bytes(data)
    try:
        parse(data)
    except TableError as error:
        assert report.errors, str(error)
