"""The alias table: what is read, and what each fault says."""

from __future__ import annotations

import gzip
from pathlib import Path

import pytest

from canonym.model import TableError
from canonym.table import parse, read


def test_two_columns_are_enough() -> None:
    table = parse(b"canonical,alias\nTabyan,Tebyan\nKabul,Cabul\n")
    assert [e.canonical for e in table.entities] == ["Tabyan", "Kabul"]
    assert table.aliases == ["Tabyan", "Tebyan", "Kabul", "Cabul"]
    assert table.entities[0].id == "name:Tabyan"


def test_homonyms_with_ids_are_declared() -> None:
    table = parse(b"canonical,alias,id\nReading,Reading,gn:1\nReading,Reading,gn:2\n")
    assert len(table.entities) == 2


def test_byte_order_mark_line_ends_and_quotes() -> None:
    table = parse('\ufeffcanonical,alias\r\n"Washington, D.C.","Washington\nDC"\r\n'.encode())
    assert table.aliases == ["Washington, D.C.", "Washington\nDC"]


def test_gzipped(tmp_path: Path) -> None:
    path = tmp_path / "t.csv.gz"
    path.write_bytes(gzip.compress(b"canonical,alias\nKabul,Cabul\n"))
    assert read(path).aliases == ["Kabul", "Cabul"]


@pytest.mark.parametrize(
    ("data", "line", "says"),
    [
        (b"", "", "empty"),
        (b"name,alias\nA,B\n", "line 1", 'no column "canonical"'),
        (b"canonical,alias,alias\nA,B,C\n", "line 1", 'two columns "alias"'),
        (b"canonical,alias\n", "", "no rows"),
        (b"canonical,alias\nA,B,C\n", "line 2", "3 columns where the header has 2"),
        (b"canonical,alias\nA,B\n,C\n", "line 3", '"canonical" is empty'),
        (b"canonical,alias\nA,B\nC,\n", "line 3", '"alias" is empty'),
        (b'canonical,alias\nA,"B\n', "line 2", "broken CSV"),
        (b"canonical,alias\nA,\xff\n", "line 2", "not UTF-8"),
        (b"canonical,alias,kind\nA,B,nick\n", "line 2", 'unknown kind "nick"'),
        (b"canonical,alias,prominence\nA,B,many\n", "line 2", "no whole number"),
        (b"canonical,alias\nA,X\nB,X\n", "line 3", 'the alias "X" has two canonicals, "A" (line 2) and "B"'),
    ],
)
def test_a_fault_names_file_line_and_remedy(data: bytes, line: str, says: str) -> None:
    with pytest.raises(TableError) as raised:
        parse(data, "mine.csv")
    assert says in raised.value.problem
    assert raised.value.where == ("mine.csv, " + line if line else "mine.csv")
    assert raised.value.remedy


def test_a_missing_file_and_a_broken_archive(tmp_path: Path) -> None:
    with pytest.raises(TableError, match="no such table"):
        read(tmp_path / "none.csv")
    broken = tmp_path / "b.csv.gz"
    broken.write_bytes(gzip.compress(b"canonical,alias\nA,B\n")[:-9])
    with pytest.raises(TableError, match="cannot be read"):
        read(broken)
