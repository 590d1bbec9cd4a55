"""The harness that measures canonym beside its peers: its corpus, its tables, and one small run of everything."""

from __future__ import annotations

import csv
import json
import os
import random
import subprocess
import sys
import xml.etree.ElementTree as ET
from itertools import islice
from pathlib import Path

import pytest
from benchmarks import chart, corpus, measure, peers, tables
from benchmarks.__main__ import parser
from benchmarks.measure import Figure
from benchmarks.report import Report

ROOT = Path(__file__).parents[1]
PAIRS = [("Kabool", "Kabul"), ("Mazar-i-Sharif", "Mazar-e-Sharif"), ("Kandahar", "Kandahar")]


@pytest.fixture
def table(tmp_path: Path) -> Path:
    path = tmp_path / "table.csv"
    rows = "".join(f"{target},{spelling}\n" for spelling, target in PAIRS)
    path.write_text(f"canonical,alias\n{rows}", encoding="utf-8")
    return path


def test_a_corpus_is_made_the_same_each_time(table: Path, tmp_path: Path) -> None:
    assert list(islice(corpus.generated(table, 1), 3)) == list(islice(corpus.generated(table, 1), 3))
    assert list(islice(corpus.generated(table, 1), 3)) != list(islice(corpus.generated(table, 2), 3))
    small, large = tmp_path / "small.jsonl", tmp_path / "large.jsonl"
    assert corpus.write(small, 30_000, corpus.generated(table))[1] == small.stat().st_size <= 30_000
    documents, _ = corpus.write(large, 60_000, corpus.generated(table))
    assert large.read_bytes().startswith(small.read_bytes())
    lines = [json.loads(line) for line in large.open(encoding="utf-8")]
    assert [line["id"] for line in lines] == list(range(documents))
    text = " ".join(line["text"] for line in lines)
    assert all(spelling in text for spelling, _ in PAIRS)
    choice = random.Random(0)
    assert all(corpus.damaged(choice, "Kandahar").startswith("K") for _ in range(50))


def test_a_corpus_that_is_given(tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "a.jsonl").write_text('{"body": "eins"}\n{"body": "zwei"}\n', encoding="utf-8")
    (tmp_path / "in" / "b.txt").write_text("drei", encoding="utf-8")
    assert sorted(corpus.given([str(tmp_path / "in")], "body")) == ["drei", "eins", "zwei"]


def test_tables_hold_the_most_prominent_first(tmp_path: Path) -> None:
    source = tmp_path / "source.csv"
    rows = ["Kabul,Kabool,5", "Herat,Heraat,9", "Herat,Hérat,9", "Kabul,KABOOL,5", "Ghor,Ghor,1", "Ghor,غور,1"]
    source.write_text("\n".join(["canonical,alias,prominence", *rows]), encoding="utf-8")
    assert tables.write(tmp_path, [2, 100], str(source)) == {"2": 2, "100": 6}
    found = list(csv.DictReader((tmp_path / "100.csv").open(encoding="utf-8")))
    assert [row["alias"] for row in found] == ["Herat", "Heraat", "Hérat", "Kabul", "Kabool", "Ghor"]


@pytest.mark.parametrize("peer", peers.PEERS, ids=lambda peer: peer.name)
def test_peers_rewrite_what_they_can(peer: peers.Peer) -> None:
    pytest.importorskip(peer.module, reason="needs the extra `bench`")
    rewrite = peer.build(PAIRS)
    assert rewrite("He left Kabool for work.") == "He left Kabul for work."
    near = rewrite("He left Kandahra for work.")
    assert near == ("He left Kandahra for work." if peer.finds == "listed" else "He left Kandahar for work.")


def test_a_process_is_timed_and_weighed(tmp_path: Path) -> None:
    done = measure.run([sys.executable, "-c", "x = bytearray(80_000_000); print('told')"])
    assert (done.status, done.told) == (0, "told\n")
    assert done.peak > 80 and 0 < done.seconds < 60
    assert measure.run([sys.executable, "-c", "raise SystemExit(3)"]).status == 3
    assert measure.run([sys.executable, "-c", "while True: pass"], limit=0.5).status == -9


def test_the_median_is_a_run_of_its_own() -> None:
    paces = iter([3.0, 1.0, 2.0])
    figures = iter([Figure("a", megabytes=next(paces), seconds=1, peak=k) for k in (5, 9, 7)])
    found = measure.median(lambda: next(figures), 3)
    assert (found.pace, found.peak) == (2.0, 9)
    assert measure.median(lambda: Figure("a", seconds=1, note="broken"), 2).note == "broken"


def test_what_is_missing_is_said() -> None:
    figures = [
        Figure("canonym", "all", 10, 1, 2.0, 1.0, 0.5, 1.0, 100),
        Figure("ahocorasick_rs", "listed", 10, 1, 2.0, 0.5, 0.1, 0.1, 30),
        Figure("spaczz", "near", note="not installed"),
    ]
    report = Report({"peers": figures}, {"corpus": "c", "processors": 2, "versions": {"canonym": "1"}, "compiled": {}})
    text = report.markdown()
    assert "| canonym | all | 10 | 1 | 2.00 | 2 | 0.1 | 0.50 | 100 |" in text
    assert "| ahocorasick_rs | listed | 10 | 1 | 2.00 (50.0%) | 20 | 1 | 0.10 | 30 |" in text
    assert "| spaczz | near |  | 1 | not installed |" in text
    ET.fromstring(chart.draw(report.results, "a < b", "c & d"))
    ET.fromstring(chart.draw({"peers": [figures[2]]}, "none", ""))


def test_a_run_from_end_to_end(tmp_path: Path) -> None:
    """Real processes, on next to nothing."""
    source = tmp_path / "source.csv"
    names = ["Mazar-e-Sharif", "Kandahar", "Jalalabad", "Sheberghan", "Kunduz", "Lashkar Gah", "Taloqan", "Khost"]
    source.write_text("canonical,alias\n" + "".join(f"{n},{n.replace('a', 'aa')}\n" for n in names), encoding="utf-8")
    call = [sys.executable, "-m", "benchmarks", "--mb", "0.02", "--names", "12", "--sizes", "5,12"]
    call += [
        "--only",
        "peers,tables",
        "--table",
        str(source),
        "--seconds",
        "0.2",
        "--peers",
        "ahocorasick_rs",
        "-o",
        str(tmp_path / "out"),
    ]
    env = {**os.environ, "PYTHONPATH": str(ROOT)}
    done = subprocess.run(call, capture_output=True, text=True, check=False, cwd=tmp_path, env=env)
    assert done.returncode == 0, done.stderr
    out = tmp_path / "out"
    found = json.loads((out / "results.json").read_text(encoding="utf-8"))
    assert {name: len(figures) for name, figures in found.items() if name != "facts"} == {"peers": 2, "tables": 4}
    assert all(not row["note"] and row["mb_per_s"] > 0 and row["peak"] > 5 for row in found["peers"])
    assert found["peers"][0]["of_ahocorasick_rs"] < 1 and found["peers"][0]["changed"] > 0
    assert [row["names"] for row in found["tables"]] == [5, 5, 12, 12]
    assert (out / "results.md").read_text(encoding="utf-8").strip() == done.stdout.strip()
    assert len(list(csv.DictReader((out / "results.csv").open(encoding="utf-8")))) == 6
    ET.parse(out / "results.svg")


def test_help_and_faults_in_the_call() -> None:
    assert "examples:\n  python -m benchmarks" in parser().format_help()
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks", "--only", "speed"], capture_output=True, text=True, check=False, cwd=ROOT
    )
    assert done.returncode == 1 and "unknown: speed" in done.stderr
