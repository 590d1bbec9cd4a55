"""Calls that went wrong in the hands of new users: nothing is lost, and what is wrong is said."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pyarrow as pa_untyped
import pyarrow.parquet as pq_untyped
import pytest

from test_cli import Run, command, environment, run

pa: Any = pa_untyped
pq: Any = pq_untyped
__all__ = ["command", "environment", "run"]


class TestAColumnNamedTwice:
    @pytest.mark.parametrize("header", ["id,text", "text,text"])
    def test_is_one_column(self, run: Run, tmp_path: Path, header: str) -> None:
        given = f"{header}\nx,y Caboul\n" if header.startswith("id") else f"{header}\nCaboul,x\n"
        (tmp_path / "a.csv").write_text(given)
        twice = ("--column", "text", "--column", "text")
        done = run("normalise", "a.csv", *twice, "-t", "t.csv", "-o", "b.csv", "--edits", "e.jsonl")
        assert (done.status, (tmp_path / "b.csv").read_text()) == (0, given.replace("Caboul", "Kabul"))
        assert "1 edit" in done.err
        assert run("undo", "b.csv", "--edits", "e.jsonl").text == given

    def test_is_counted_once_in_parquet(self, run: Run, tmp_path: Path) -> None:
        pq.write_table(pa.table({"text": ["Caboul"]}), tmp_path / "a.parquet")
        twice = ("--column", "text", "--column", "text")
        done = run("normalise", "a.parquet", *twice, "-t", "t.csv", "-o", "b.parquet", "--json")
        assert json.loads(done.text)["edits"] == 1

    def test_is_one_to_annotate(self, run: Run, tmp_path: Path) -> None:
        (tmp_path / "a.csv").write_text("text\nCaboul\n")
        done = run("annotate", "a.csv", "--column", "text", "--column", "text", "-t", "t.csv")
        assert done.status == 0
