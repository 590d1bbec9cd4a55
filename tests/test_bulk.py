"""Imports by way of the disk: the bytes that memory would give, in little memory, and nothing left behind."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

import gazetteers
from canonym.importers import build, geonames
from canonym.importers.records import Name, Record, Tally
from canonym.importers.run import run
from canonym.importers.spill import Sorter, Spill
from canonym.index import compile_table
from canonym.model import TableError
from canonym.resolve import embedded_table
from canonym.table import parse, read


def test_the_index_is_the_one_that_memory_gives(tmp_path: Path) -> None:
    table = read(embedded_table())
    build.write(table, build.Target(tmp_path / "x.index", "index"), "")
    assert (tmp_path / "x.index").read_bytes().startswith(compile_table(table))  # what is foreseen stands behind


@pytest.mark.parametrize("rows", ["Kabul,Cabool", "Нур,نور\nб,б", "x.org,x.org\n" * 3])
def test_small_tables_too(tmp_path: Path, rows: str) -> None:
    table = parse(f"canonical,alias\n{rows}\n".encode())
    build.write(table, build.Target(tmp_path / "x.index", "index"), "")
    assert (tmp_path / "x.index").read_bytes() == compile_table(table)


def test_an_import_is_its_table_compiled(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for module in ("bulk._HELD", "spill._FLUSH", "spill._BATCH"):
        monkeypatch.setattr(f"canonym.importers.{module}", 500)
    places = gazetteers.write(gazetteers.places(3000), tmp_path / "p.txt")
    names = gazetteers.write(gazetteers.alternates(5000, 3000), tmp_path / "n.txt")
    run(geonames.records(places, names), Tally(), build.Target(tmp_path / "x.index", "index"), "")
    table = build.table_of(geonames.records(places, names), "x")
    assert (tmp_path / "x.index").read_bytes().startswith(compile_table(table))  # what is foreseen stands behind
    assert len(table.entities) > 2500 and {"ru", "fa", "zh"} <= set(table.langs)


def test_records_of_one_id_are_one_entity() -> None:
    records = [
        Record("1", "place", "Herat", 5, "", (Name("Harat"),)),
        Record("2", "place", "Kabul", 7, "AF", ()),
        Record("1", "place", "Hirat", 9, "AF", (Name("Heart"),)),
    ]
    table = build.table_of(records, "t", graded=True)
    assert [(e.canonical, e.prominence, e.country) for e in table.entities] == [("Herat", 9, "AF"), ("Kabul", 7, "AF")]
    assert table.aliases == ["Herat", "Harat", "Hirat", "Heart", "Kabul"]


def test_numbers_are_sorted_by_way_of_a_file(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("canonym.importers.spill._FLUSH", 100)
    rng = np.random.default_rng(1)
    keys = rng.integers(0, 2**64, 1000, dtype=np.uint64)
    keys[::3] = keys[0]
    both = Sorter(owners=True)
    once = Sorter(once=True)
    for at in range(0, 1000, 70):
        both.add(keys[at : at + 70], np.arange(at, min(1000, at + 70), dtype=np.uint32))
        once.add(keys[at : at + 70])
    order = np.argsort(keys, kind="stable")
    found, owners = (np.concatenate(some) for some in zip(*both.parts(), strict=True))
    assert (found == keys[order]).all() and (owners == order).all()
    assert (np.concatenate([k for k, _ in once.parts()]) == np.unique(keys)).all()


def test_a_full_temporary_folder_is_said() -> None:
    with Spill("t (x)") as spill:
        spill.do("PRAGMA max_page_count = 20")
        with pytest.raises(TableError, match="no room for temporary files") as raised:
            for _ in range(100_000):
                spill.add("INSERT INTO t VALUES (?)", ("x" * 100,))
    assert "TMPDIR" in raised.value.remedy


PEAK = """
import re, sys
from pathlib import Path
sys.path.insert(0, {tests!r})
import gazetteers
from canonym.importers import build, geonames
from canonym.importers.records import Name, Record, Tally
from canonym.importers.run import run

def peak():
    return int(re.search(r"VmHWM:\\s+(\\d+)", Path("/proc/self/status").read_text())[1]) // 1024

def invented(count):
    for k in range(count):
        names = tuple(Name(f"Alternate name {{k}} of some length {{n}}", "en") for n in range(5))
        yield Record(f"x:{{k}}", "place", f"Place {{k}}", k, "AF", names)

def read(folder, count):
    places, names = folder / f"p{{count}}.txt", folder / f"n{{count}}.txt"
    gazetteers.write(gazetteers.places(count), places)
    gazetteers.write(gazetteers.alternates(count, count), names)
    sum(len(r.names) for r in geonames.records(places, names))

def write(folder, count):
    run(invented(count), Tally(), build.Target(folder / "x.csv", "csv"), "", graded=True)

{work}(Path({folder!r}), 100)
before = peak()
{work}(Path({folder!r}), {count})
print(peak() - before)
"""


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="needs Linux to tell the peak of a process")
@pytest.mark.parametrize(("work", "count", "most"), [("read", 100_000, 50), ("write", 90_000, 130)])
def test_memory_is_bounded(tmp_path: Path, work: str, count: int, most: int) -> None:
    """In MB beside Python and what is loaded once; held in memory these took 90 and 270."""
    program = PEAK.format(tests=str(Path(__file__).parent), folder=str(tmp_path), work=work, count=count)
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert int(done.stdout) < most, done.stdout
