"""Calls that went wrong in the hands of new users: nothing is lost, and what is wrong is said."""

from __future__ import annotations

import csv
import gzip
import io
import json
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pyarrow as pa_untyped
import pyarrow.parquet as pq_untyped
import pytest

from test_cli import TEXT, Run, command, environment, files, run

pa: Any = pa_untyped
pq: Any = pq_untyped
__all__ = ["command", "environment", "run"]


def refused(run: Run, folder: Path, *args: str) -> str:
    """What is said of a call that is wrong; nothing is written for it."""
    before = files(folder)
    done = run(*args)
    assert (done.status, done.out) == (2, b"")
    assert files(folder) == before
    return done.err


class TestTwoColumnsOfOneName:
    """Which of them is meant nobody knows: the first would be changed, the other not."""

    @pytest.mark.parametrize("args", [["--column", "text"], [], ["--column", " text "]])
    def test_are_refused(self, run: Run, tmp_path: Path, args: list[str]) -> None:
        (tmp_path / "a.csv").write_text("text,text\nCaboul,x\n")
        text = pa.array(["Caboul"])
        pq.write_table(pa.Table.from_arrays([text, text], names=["text", "text"]), tmp_path / "a.parquet")
        for name in ("a.csv", "a.parquet"):
            for verb in ("normalise", "annotate", "profile"):
                said = refused(run, tmp_path, verb, name, *args, "-o", "out")
                assert f"{name}: the column '" in said and "is there twice" in said
                assert "Rename all but one of them" in said

    def test_are_no_fault_where_another_is_asked_for(self, run: Run, tmp_path: Path) -> None:
        (tmp_path / "a.csv").write_text("id,id,text\n1,2,Caboul\n")
        ids = pa.array(["1"])
        table = pa.Table.from_arrays([ids, ids, pa.array(["Caboul"])], names=["id", "id", "text"])
        pq.write_table(table, tmp_path / "a.parquet")
        for name in ("a.csv", "a.parquet"):
            assert "1 edit" in run("normalise", name, "-t", "t.csv", "-o", f"out-{name}").err

    def test_fail_alone_in_a_folder(self, run: Run, tmp_path: Path) -> None:
        (tmp_path / "in").mkdir()
        (tmp_path / "in/a.csv").write_text("text,text\nCaboul,x\n")
        (tmp_path / "in/b.csv").write_text("text\nCaboul\n")
        done = run("normalise", "in", "-o", "out", "--column", "text", "-t", "t.csv")
        assert done.status == 1 and "a.csv: the column 'text' is there twice" in done.err
        assert (tmp_path / "out/a.csv").read_text() == "text,text\nCaboul,x\n"
        assert (tmp_path / "out/b.csv").read_text() == "text\nKabul\n"

    def test_are_refused_as_a_table_too(self, run: Run, tmp_path: Path) -> None:
        (tmp_path / "a.csv").write_text("canonical,name,name\nKabul,Caboul,x\n")
        call = ("table", "import", "csv", "a.csv", "-o", "b.csv", "--column", "alias=name")
        assert "the column 'name' is there twice" in refused(run, tmp_path, *call)


class TestAColumnAskedForTwice:
    def test_is_one_column(self, run: Run, tmp_path: Path) -> None:
        (tmp_path / "a.csv").write_text("id,text\nx,y Caboul\n")
        twice = ("--column", "text", "--column", "text")
        done = run("normalise", "a.csv", *twice, "-t", "t.csv", "-o", "b.csv", "--edits", "e.jsonl")
        assert (done.status, (tmp_path / "b.csv").read_text()) == (0, "id,text\nx,y Kabul\n")
        assert "1 edit" in done.err
        assert run("undo", "b.csv", "--edits", "e.jsonl").text == "id,text\nx,y Caboul\n"

    def test_in_two_spellings_is_refused(self, run: Run, tmp_path: Path) -> None:
        (tmp_path / "a.csv").write_text("id,text\nx,y Caboul\n")
        said = refused(run, tmp_path, "normalise", "a.csv", "--column", "text", "--column", " text ", "-o", "b.csv")
        assert "is asked for twice. Name it once with --column" in said

    def test_is_counted_once_in_parquet(self, run: Run, tmp_path: Path) -> None:
        pq.write_table(pa.table({"text": ["Caboul"]}), tmp_path / "a.parquet")
        twice = ("--column", "text", "--column", "text")
        done = run("normalise", "a.parquet", *twice, "-t", "t.csv", "-o", "b.parquet", "--json")
        assert json.loads(done.text)["edits"] == 1

    def test_is_one_to_annotate(self, run: Run, tmp_path: Path) -> None:
        (tmp_path / "a.csv").write_text("text\nCaboul\n")
        done = run("annotate", "a.csv", "--column", "text", "--column", "text", "-t", "t.csv")
        assert done.status == 0


class TestAColumnOfWhatHasNone:
    @pytest.mark.parametrize(
        ("name", "said"),
        [
            ("a.txt", "a.txt is not read as CSV or Parquet. Say --format csv if it is a table"),
            ("a.jsonl", "JSON lines have fields. Say --text-key body in its place"),
            ("both", "is not read as CSV or Parquet"),
            ("-", "standard input is not read as CSV or Parquet"),
        ],
    )
    def test_is_refused(self, run: Run, tmp_path: Path, name: str, said: str) -> None:
        (tmp_path / "both").mkdir()
        for folder in (tmp_path, tmp_path / "both"):
            (folder / "a.txt").write_text(TEXT)
            (folder / "a.jsonl").write_text('{"body": "Caboul"}\n')
        for verb in ("normalise", "profile"):
            assert said in refused(run, tmp_path, verb, name, "--column", "body", "-o", "out")

    def test_goes_with_a_table_under_any_name_and_beside_other_files(self, run: Run, tmp_path: Path) -> None:
        (tmp_path / "in").mkdir()
        (tmp_path / "in/a.txt").write_text("Caboul")
        (tmp_path / "in/b.csv").write_text("body\nCaboul\n")
        assert "2 edits" in run("normalise", "in", "--column", "body", "-t", "t.csv", "-o", "out").err
        given = "n, body \n1,Caboul\n"
        done = run("normalise", "-", "--format", "csv", "--column", " body ", "-t", "t.csv", given=given)
        assert done.text == "n, body \n1,Kabul\n"

    def test_is_refused_where_names_are_looked_up(self, run: Run, tmp_path: Path) -> None:
        (tmp_path / "a.jsonl").write_text('{"name": "Caboul"}\n')
        pq.write_table(pa.table({"name": ["Caboul"]}), tmp_path / "a.parquet")
        for name, said in (("a.jsonl", "these are JSON lines"), ("a.parquet", "this is Parquet")):
            assert said in refused(run, tmp_path, "resolve", "--column", "name", name)
        done = run("resolve", "--column", "name", "-", given='{"name": "Caboul"}\n')
        assert done.status == 2 and "It looks like JSON, not a table" in done.err


class TestOutputsThatOverwrite:
    @pytest.fixture(autouse=True)
    def inputs(self, tmp_path: Path) -> None:
        (tmp_path / "sub").mkdir()
        (tmp_path / "g.csv").write_text("canonical,alias\nHerat,Harat\n")
        (tmp_path / "link.csv").symlink_to("g.csv")
        (tmp_path / "hard.csv").hardlink_to(tmp_path / "g.csv")
        (tmp_path / "AF.txt").write_text("1\tHerat\n")
        (tmp_path / "x.txt").write_text(TEXT)

    @pytest.mark.parametrize("output", ["g.csv", "./sub/../g.csv", "link.csv", "hard.csv"])
    def test_inputs_of_tables_are_kept(self, run: Run, tmp_path: Path, output: str) -> None:
        for args in (
            ["table", "import", "csv", "g.csv"],
            ["table", "import", "geonames", "AF.txt", "--alternates", "g.csv"],
            ["table", "import", "geonames", "g.csv"],
            ["table", "import", "wikidata", "g.csv"],
            ["table", "export", "g.csv", "--to", "solr"],
        ):
            said = refused(run, tmp_path, *args, "-o", output)
            assert "is an input, and would be overwritten. Name another file" in said

    @pytest.mark.parametrize("other", ["vv", "./sub/../vv"])
    def test_outputs_do_not_overwrite_each_other(self, run: Run, tmp_path: Path, other: str) -> None:
        call = ("normalise", "x.txt", "-t", "t.csv", "--edits", "vv")
        assert "would overwrite each other. Name two files" in refused(run, tmp_path, *call, "--verdicts", other)
        assert "would overwrite each other" in refused(run, tmp_path, *call, "-o", other)

    def test_a_link_to_another_output_is_that_output(self, run: Run, tmp_path: Path) -> None:
        (tmp_path / "link").symlink_to("vv")
        said = refused(run, tmp_path, "normalise", "x.txt", "-t", "t.csv", "--verdicts", "link", "--edits", "vv")
        assert "would overwrite each other" in said

    def test_one_device_may_take_all(self, run: Run) -> None:
        assert run("normalise", "x.txt", "-t", "t.csv", "-o", "/dev/null", "--edits", "/dev/null").status == 0


class TestADryRunOfAnnotate:
    def test_counts_and_shows_no_change(self, run: Run, tmp_path: Path) -> None:
        (tmp_path / "a.txt").write_text(TEXT + "The bakers’ road".encode().decode("cp1252"))
        before = files(tmp_path)
        done = run("annotate", "a.txt", "-t", "t.csv", "--dry-run")
        assert (done.status, done.out) == (0, b"")
        assert "1 document, 3 names found" in done.err
        assert json.loads(run("annotate", "a.txt", "-t", "t.csv", "--dry-run", "--json").text)["mentions"]
        assert files(tmp_path) == before

    def test_is_told_in_the_help(self, run: Run) -> None:
        assert "Count what would be found; write nothing." in run("annotate", "--help").text


class TestUndoByALogThatWasCut:
    @pytest.fixture(autouse=True)
    def outputs(self, run: Run, tmp_path: Path) -> None:
        (tmp_path / "in").mkdir()
        (tmp_path / "in/a.txt").write_text(TEXT)
        (tmp_path / "in/b.txt").write_text(TEXT * 2)
        (tmp_path / "in/c.jsonl").write_text("{}\n" * 2)  # two failures, so that there is a file of them
        run("normalise", "in", "-o", "out", "-t", "t.csv", "--edits", "e.jsonl")

    def cut(self, folder: Path, lines: int) -> None:
        whole = (folder / "e.jsonl").read_bytes().splitlines(keepends=True)
        assert lines < len(whole)
        (folder / "e.jsonl").write_bytes(b"".join(whole[:lines]))

    def test_a_whole_one_does(self, run: Run, tmp_path: Path) -> None:
        assert "(3 files)" in run("undo", "out", "--edits", "e.jsonl", "-o", "back").err
        assert (tmp_path / "back/b.txt").read_text() == TEXT * 2

    @pytest.mark.parametrize("given", ["out", "out/a.txt"])
    def test_to_its_first_lines(self, run: Run, tmp_path: Path, given: str) -> None:
        for lines in (2, 1):
            self.cut(tmp_path, lines)
            said = refused(run, tmp_path, "undo", given, "--edits", "e.jsonl", "-o", "back")
            assert "e.jsonl: holds no file: it was cut short" in said

    @pytest.mark.parametrize("lines", [3, 4, 5])
    def test_between_files(self, run: Run, tmp_path: Path, lines: int) -> None:
        self.cut(tmp_path, lines)
        said = refused(run, tmp_path, "undo", "out", "--edits", "e.jsonl", "--in-place")
        assert "is not in the log" in said and "cut short" in said
        assert run("undo", "out/a.txt", "--edits", "e.jsonl").text == TEXT

    def test_files_by_name(self, run: Run, tmp_path: Path) -> None:
        self.cut(tmp_path, 3)
        said = refused(run, tmp_path, "undo", "out/a.txt", "out/b.txt", "--edits", "e.jsonl", "-o", "back")
        assert "out/b.txt: is not in the log. See whether e.jsonl is the whole log of that run" in said

    def test_nothing_changed_is_no_fault(self, run: Run, tmp_path: Path) -> None:
        (tmp_path / "d.txt").write_text("Kabul")
        run("normalise", "d.txt", "-o", "e.txt", "-t", "t.csv", "--edits", "e.jsonl")
        assert run("undo", "e.txt", "--edits", "e.jsonl").text == "Kabul"


class TestWhatResolveCannotDo:
    def test_a_type_that_no_table_has(self, run: Run, tmp_path: Path) -> None:
        (tmp_path / "a.csv").write_text("name\nCaboul\n")
        for args in (
            ["resolve", "Caboul"],
            ["explain", "Caboul"],
            ["resolve", "--column", "name", "a.csv", "-o", "b.csv"],
        ):
            said = refused(run, tmp_path, *args, "-t", "t.csv", "--type", "nope")
            assert "no table has the type 'nope'. Types are 'outlet', 'place'" in said
        both = ("-t", "t.csv", "-t", "default")
        assert run("resolve", "Caboul", *both, "--type", "outlet").status == 0

    @pytest.mark.parametrize(
        ("args", "said"),
        [
            (["--json", "--column", "name", "a.csv"], "Leave out --json, or --column"),
            (["--column", "name", "--column", "other", "a.csv"], "Name one --column"),
            (["Londno", "-"], "Give either of them"),
            (["-", "Londno"], "Give either of them"),
            (["-", "-"], "Give either of them"),
        ],
    )
    def test_is_refused(self, run: Run, tmp_path: Path, args: list[str], said: str) -> None:
        (tmp_path / "a.csv").write_text("name,other\nCaboul,Caboul\n")
        assert said in refused(run, tmp_path, "resolve", *args, "-t", "t.csv")
        assert run("resolve", "--column", "name", "--column", "name", "a.csv", "-t", "t.csv").status == 0


class TestColumnsOfOddTables:
    def test_an_unclosed_quote_fails_alone(self, run: Run, tmp_path: Path) -> None:
        (tmp_path / "a.csv").write_text('n,name\n1,"Caboul\n2,Caboul\n3,Caboul\n')
        done = run("resolve", "--column", "name", "a.csv", "-t", "t.csv")
        assert done.status == 1
        assert done.text.splitlines()[1] == '1,"Caboul'
        assert [line.split(",")[3] for line in done.text.splitlines()[2:]] == ["Kabul", "Kabul"]
        assert "a.csv, line 2: a quote is opened and never closed" in done.err
        assert "3 rows: 2 accept" in done.err

    def test_rows_that_do_not_fit_are_told_and_the_others_go_on(self, run: Run, tmp_path: Path) -> None:
        (tmp_path / "a.csv").write_text("n,name\n1\n2,Ca,boul\n3,Caboul\n")
        call = ("resolve", "--column", "name", "a.csv", "-t", "t.csv", "-o", "b.csv")
        done = run(*call)
        assert done.status == 1
        rows = (tmp_path / "b.csv").read_text().splitlines()
        assert rows[1:3] == ["1", "2,Ca,,,,,,,,boul"] and rows[3].startswith("3,Caboul,place:Kabul,")
        assert "a.csv, line 2: 1 column, none of them for 'name'. Complete the row" in done.err
        assert "a.csv, line 3: 3 columns where the header has 2. Put a name that holds a comma" in done.err
        assert "3 rows: 1 accept, 2 failed" in done.err
        told = (tmp_path / "b.csv.failures.jsonl").read_text().splitlines()
        assert [json.loads(line)["document"] for line in told] == ["a.csv, line 2", "a.csv, line 3"]
        (tmp_path / "a.csv").write_text("n,name\n3,Caboul\n")
        assert run(*call).status == 0 and not (tmp_path / "b.csv.failures.jsonl").exists()

    def test_old_line_ends(self, run: Run, tmp_path: Path) -> None:
        (tmp_path / "a.csv").write_bytes(b'n,name\r1,Caboul\r2,"Caboul"\r3,"x\ry"')
        done = run("resolve", "--column", "name", "a.csv", "-t", "t.csv")
        rows = list(csv.reader(io.StringIO(done.text, newline="")))
        assert done.status == 0 and b"\n" not in done.out
        assert [row[3] for row in rows] == ["canonym_canonical", "Kabul", "Kabul", ""]
        assert rows[3][1] == "x\ry"
        pairs = run("compare", "--format", "tsv", "-", given="a\tb\rKabul\tKabul\r")
        assert pairs.out == b"a\tb\tscore\rKabul\tKabul\t1.0\r"
        assert len(run("resolve", "--json", "-t", "t.csv", "-", given="Caboul\rVOA\r").text.splitlines()) == 2


class TestTwoNamesCompared:
    @pytest.mark.parametrize("args", [[], ["--explain"], ["--json"]])
    def test_are_told_in_a_file(self, run: Run, tmp_path: Path, args: list[str]) -> None:
        call = ("compare", "Kabul", "Caboul", *args)
        (tmp_path / "out").write_text("of old")
        done = run(*call, "-o", "out")
        assert (done.status, done.out) == (0, b"")
        assert (tmp_path / "out").read_bytes() == run(*call).out == run(*call, "-o", "-").out
        assert "the output is a folder" in refused(run, tmp_path, *call, "-o", ".")

    @pytest.mark.parametrize("call", [["compare", "--json", "a\udcff", "b"], ["resolve", "--json", "a\udcff"]])
    def test_may_hold_bytes_that_are_no_text(
        self, command: list[str], environment: Mapping[str, str], call: list[str]
    ) -> None:
        done = subprocess.run([*command, *call], capture_output=True, env=dict(environment))
        assert done.returncode == 0 and "a\udcff" in json.loads(done.stdout).values()


class TestPairsWithAScore:
    def test_a_line_without_both_is_told(self, run: Run, tmp_path: Path) -> None:
        done = run("compare", "--format", "tsv", "-", "-o", "p.tsv", given="a\tb\nKabul\nKabul\tKabul\n")
        assert (done.status, (tmp_path / "p.tsv").read_text()) == (1, "a\tb\tscore\nKabul\t\nKabul\tKabul\t1.0\n")
        assert "line 2: 1 column where the header has 2" in done.err
        assert "line 2" in (tmp_path / "p.tsv.failures.jsonl").read_text()

    def test_of_two_columns_under_one_name_are_refused(self, run: Run, tmp_path: Path) -> None:
        (tmp_path / "p.tsv").write_text("a\tb\ta\nx\ty\tz\n")
        said = refused(run, tmp_path, "compare", "--format", "tsv", "p.tsv")
        assert "the column 'a' is there twice" in said and "Rename all but one of them" in said

    def test_twice_adds_no_second_score(self, run: Run) -> None:
        call = ("compare", "--format", "tsv", "-")
        once = run(*call, given="a\tb\nKabul\tCaboul\n").out
        assert run(*call, given=once).out == once

    def test_the_old_one_keeps_its_place(self, run: Run) -> None:
        given = "score\ta\tb\tn\n\tKabul\tKabul\t1\t2\n"
        assert run("compare", "--format", "tsv", "-", given=given).text == given.replace("\n\t", "\n1.0\t")
        given = "a\tb\tn\tscore\nKabul\tKabul\n"
        assert run("compare", "--format", "tsv", "-", given=given).text.endswith("Kabul\tKabul\t\t1.0\n")

    def test_is_all_that_is_told(self, run: Run, tmp_path: Path) -> None:
        (tmp_path / "p.tsv").write_text("a\tb\nKabul\tCaboul\n")
        for option in ("--json", "--explain"):
            assert "Leave out" in refused(run, tmp_path, "compare", "--format", "tsv", "p.tsv", option)


class TestEmptyPaths:
    @pytest.mark.parametrize(
        "args",
        [
            ["normalise", "a.txt", "-o"],
            ["annotate", "a.txt", "-o"],
            ["normalise", "a.txt", "--edits"],
            ["normalise", "a.txt", "--verdicts"],
            ["normalise", "a.txt", "--profile"],
            ["resolve", "Caboul", "-o"],
            ["table", "export", "t.csv", "--to", "solr", "-o"],
            ["profile", "a.txt", "-o"],
            ["undo", "a.txt", "--edits"],
            ["normalise", "a.txt", "-t"],
            ["resolve", "Caboul", "-t"],
        ],
    )
    def test_are_no_names_of_files(self, run: Run, tmp_path: Path, args: list[str]) -> None:
        (tmp_path / "a.txt").write_text(TEXT)
        assert "it names nothing. Give " in refused(run, tmp_path, *args, "")

    def test_are_no_inputs(self, run: Run, tmp_path: Path) -> None:
        assert "a path is empty" in refused(run, tmp_path, "normalise", "", "-o", "out", "-t", "t.csv")


class TestTablesOfAnotherLayout:
    @pytest.mark.parametrize(
        ("data", "said"),
        [
            (b"canonical;alias\nKabul;Caboul\n", "Its cells seem to be parted by ';'"),
            (b"canonical\talias\nKabul\tCaboul\n", "Its cells seem to be parted by '\\t'"),
            (b"sep=;\r\ncanonical;alias\r\n", "is for Excel, and no header: remove it"),
            ("canonical,alias\n".encode("utf-16"), "It looks like UTF-16"),
            ("canonical,alias\n".encode("utf-16-le"), "It looks like UTF-16"),
        ],
    )
    def test_as_an_alias_table(self, run: Run, tmp_path: Path, data: bytes, said: str) -> None:
        (tmp_path / "x.csv").write_bytes(data)
        err = refused(run, tmp_path, "resolve", "Caboul", "-t", "x.csv")
        assert said in err and "\0" not in err
        checked = run("table", "check", "x.csv")
        assert checked.status == 1 and said in checked.text and "\0" not in checked.text

    @pytest.mark.parametrize(
        ("data", "said"),
        [
            (b"sep=;\r\nname;n\r\n", "is for Excel, and no header: remove it"),
            ("name,n\n".encode("utf-16-le"), "It looks like UTF-16: say its --encoding"),
        ],
    )
    def test_as_an_input(self, run: Run, tmp_path: Path, data: bytes, said: str) -> None:
        (tmp_path / "x.csv").write_bytes(data)
        for name in ("normalise", "resolve"):
            assert said in refused(run, tmp_path, name, "x.csv", "--column", "name", "-t", "t.csv")
        if "remove it" in said:
            assert said in refused(run, tmp_path, "table", "import", "csv", "x.csv", "-o", "y.csv")
        (tmp_path / "x.tsv").write_bytes(b"name;n\n")
        assert "parted by ';'" in refused(run, tmp_path, "normalise", "x.tsv", "--column", "name", "-t", "t.csv")


class TestHiddenFiles:
    def test_of_folders_are_not_read_and_the_help_says_so(self, run: Run, tmp_path: Path) -> None:
        (tmp_path / "in/.git").mkdir(parents=True)
        for name in ("a.txt", ".b.txt", ".git/c.txt"):
            (tmp_path / "in" / name).write_text(TEXT)
        done = run("normalise", "in", "-o", "out", "-t", "t.csv")
        assert done.status == 0 and "1 document" in done.err and "left out" not in done.err
        assert [*files(tmp_path / "out")] == ["a.txt"]
        assert "1 document" in run("normalise", "in/.b.txt", "-o", "b.txt", "-t", "t.csv").err
        for verb in ("normalise", "annotate", "repair", "profile"):
            assert "In folders, hidden files are not read." in " ".join(run(verb, "--help").text.split())


GZIPPED = gzip.compress(b'{"text": "Caboul", "mentions": []}\n' * 99)
#: Wrong files, the call, and all that is said of them.
WRONG = [
    ("table check in", "in: a folder, not a table. Give one of the files in it."),
    ("table compile in -o x.index", "in: a folder, not a table. Give one of the files in it."),
    ("table check no.csv", "no.csv: no such table. Check the path."),
    ("table sort no.csv", "no.csv: no such table. Check the path."),
    ("table compile no.csv -o x.index", "no.csv: no such table. Check the path."),
    (
        "table check cut.csv.gz",
        "the table cannot be read: it is cut short. Fetch it again, or pack it anew.",
    ),
    ("table check bad.csv.gz", "bad.csv.gz: the table cannot be read: it is damaged. Fetch it again, or pack it anew."),
    ("table check a.csv.gz", "it is not packed by gzip. Give it a name without .gz, or pack it."),
    (
        "table sort few.csv",
        "few.csv, line 2: 1 column where the header has 3. Complete the row: an empty cell",
    ),
    (
        "table sort many.csv",
        "many.csv, line 2: 3 columns where the header has 2. Put a name that holds a comma in",
    ),
    ("evaluate cut.jsonl.gz", "cut.jsonl.gz: the compressed file is cut short. Fetch it again."),
    ("evaluate in", "in: cannot be read: Is a directory. Give a file instead of a folder."),
    ("evaluate no.txt", "no.txt: cannot be read: No such file or directory. Check the path."),
    ("evaluate twice.csv", "twice.csv:1: the column 'name' is there twice"),
    ("evaluate gold.csv", "gold.csv:2: 1 column where the header has 2. Complete the row"),
]


@pytest.mark.parametrize(("call", "said"), WRONG)
def test_what_is_wrong_with_a_file_is_one_line(run: Run, tmp_path: Path, call: str, said: str) -> None:
    (tmp_path / "in").mkdir()
    for name, data in {
        "cut.csv.gz": GZIPPED[:-9],
        "bad.csv.gz": GZIPPED[:12] + b"\xff" * 9 + GZIPPED[21:],
        "a.csv.gz": b"canonical,alias\n",
        "few.csv": b"canonical,alias,type\nKabul\n",
        "many.csv": b"canonical,alias\nKabul,Ca,boul\n",
        "cut.jsonl.gz": GZIPPED[:-9],
        "twice.csv": b"name,name,id\n",
        "gold.csv": b"name,id\nKabul\n",
    }.items():
        (tmp_path / name).write_bytes(data)
    err = refused(run, tmp_path, *call.split())
    assert err.startswith("canonym: ") and said in err and err.count("\n") == 1
    assert "Errno" not in err and "-t" not in err


@pytest.mark.parametrize(
    "call",
    ["undo a.txt --edits", "normalise a.txt --profile", "normalise a.txt --verdicts", "profile a.txt -o"],
)
@pytest.mark.parametrize("folder", [".", "in"])
def test_a_folder_is_no_file(run: Run, tmp_path: Path, call: str, folder: str) -> None:
    (tmp_path / "in").mkdir()
    (tmp_path / "a.txt").write_text(TEXT)
    assert f"'{folder}' is a folder. Give a file instead." in refused(run, tmp_path, *call.split(), folder)
