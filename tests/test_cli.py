"""The command line as people and scripts meet it: real processes, their streams, files and exit statuses."""

from __future__ import annotations

import csv
import gzip
import io
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest

import canonym
from canonym.cli import progress
from canonym.cli.progress import pace
from canonym.cli.root import PLACES
from canonym.corpus.block import Coder
from canonym.corpus.formats import Options
from canonym.corpus.jsonl import LinesBlock
from canonym.pipeline import Progress

SOURCE = str(Path(canonym.__file__).parents[1])
TABLE = """\
canonical,alias,type,kind
Mazar-e-Sharif,Mazar-e-Sharif,place,canonical
Mazar-e-Sharif,مزار شریف,place,native
Kabul,Kabul,place,canonical
Kabul,Caboul,place,spelling
Kandahar,Kandahar,place,canonical
Kandahar,Qandahar,place,romanisation
Khaama Press,Khaama Press,outlet,canonical
Voice of America,VOA,outlet,abbreviation
"""
TEXT = "VOA reports from Caboul.\nThe road leads to Mazar-i-Sharif.\n"
CLEAN = "VOA reports from Kabul.\nThe road leads to Mazar-e-Sharif.\n"


@dataclass(frozen=True)
class Done:
    """How a process ended."""

    status: int
    out: bytes
    err: str

    @property
    def text(self) -> str:
        return self.out.decode("utf-8")


Run = Callable[..., Done]


@pytest.fixture(scope="session")
def environment(tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, str]:
    """As on a plain machine: nothing set that colours, and a cache of its own."""
    left_out = ("NO_COLOR", "FORCE_COLOR", "CANONYM_DEBUG", "COLUMNS")
    kept = {k: v for k, v in os.environ.items() if k not in left_out}
    cache = str(tmp_path_factory.mktemp("cache"))
    return {**kept, "XDG_CACHE_HOME": cache, "PYTHONPATH": SOURCE}  # the package under test, wherever it is


@pytest.fixture(scope="session")
def command() -> list[str]:
    return [sys.executable, "-m", "canonym"]


@pytest.fixture
def run(tmp_path: Path, command: list[str], environment: Mapping[str, str]) -> Run:
    """Run canonym in a folder of its own, which holds the table t.csv."""
    (tmp_path / "t.csv").write_text(TABLE, encoding="utf-8")

    def go(*args: str, given: bytes | str = b"", **extra: str) -> Done:
        data = given.encode() if isinstance(given, str) else given
        done = subprocess.run(
            [*command, *args], input=data, capture_output=True, cwd=tmp_path, env={**environment, **extra}
        )
        err = done.stderr.decode("utf-8")
        assert "Traceback" not in err, err
        return Done(done.returncode, done.stdout, err)

    return go


def files(folder: Path) -> dict[str, bytes]:
    """Everything in a folder, to show that nothing was written or half-written."""
    return {str(p.relative_to(folder)): p.read_bytes() for p in folder.rglob("*") if p.is_file()}


class TestStart:
    def test_help_answers_at_once(self, command: list[str], environment: Mapping[str, str]) -> None:
        took = []
        for _ in range(5):
            start = time.perf_counter()
            subprocess.run([*command, "--help"], check=True, capture_output=True, env=environment)
            took.append(time.perf_counter() - start)
        assert min(took) < 0.6  # some 0.1 s on a desk; machines of a CI are slow and shared

    def test_help_loads_nothing_heavy(self, command: list[str], environment: Mapping[str, str]) -> None:
        call = [command[0], "-X", "importtime", *command[1:], "--help"]
        done = subprocess.run(call, check=True, capture_output=True, text=True, env=environment)
        loaded = {line.rpartition("|")[2].strip() for line in done.stderr.splitlines()}
        heavy = {"numpy", "polars", "pyarrow", "rich", "wordfreq", "ftfy", "rapidfuzz", "canonym.resolve"}
        assert "click" in loaded
        assert not loaded & heavy

    def test_help_lists_the_commands_in_order(self, run: Run) -> None:
        lines = run("--help").text.split("Commands:")[1].split("\n\n")[0].splitlines()
        names = [line.split()[0] for line in lines if line.strip()]
        assert names == list(PLACES)
        assert not any(line.endswith("...") for line in lines)

    def test_version(self, run: Run) -> None:
        done = run("--version")
        assert done.status == 0
        assert done.text.startswith("canonym 0.")

    def test_american_spelling(self, run: Run) -> None:
        assert run("normalize", "-t", "t.csv", "-", given=TEXT).text == CLEAN


class TestTexts:
    def test_a_pipe_stays_clean(self, run: Run) -> None:
        done = run("normalise", "-t", "t.csv", "-", given=TEXT)
        assert (done.status, done.text) == (0, CLEAN)
        assert "Caboul" in done.err
        assert "1 document, 1 changed, 2 edits" in done.err

    def test_no_path_is_standard_input(self, run: Run) -> None:
        assert run("normalise", "-t", "t.csv", given=TEXT).text == CLEAN

    def test_quiet_says_nothing(self, run: Run) -> None:
        assert run("normalise", "-t", "t.csv", "--quiet", given=TEXT).err == ""

    def test_twice_changes_nothing_more(self, run: Run) -> None:
        assert "0 changed" in run("normalise", "-t", "t.csv", given=CLEAN).err

    def test_a_folder(self, run: Run, tmp_path: Path) -> None:
        (tmp_path / "in/deep").mkdir(parents=True)
        (tmp_path / "in/a.txt").write_text(TEXT)
        (tmp_path / "in/deep/b.txt").write_text("Sound: Kabul.\r\n", newline="")
        done = run("normalise", "in", "-o", "out", "-t", "t.csv")
        assert done.status == 0
        assert files(tmp_path / "out") == {"a.txt": CLEAN.encode(), "deep/b.txt": b"Sound: Kabul.\r\n"}
        assert done.out == b""

    def test_a_slash_says_that_a_folder_is_meant(self, run: Run, tmp_path: Path) -> None:
        (tmp_path / "a.txt").write_text(TEXT)
        assert run("normalise", "a.txt", "-o", "out/", "-t", "t.csv").status == 0
        assert (tmp_path / "out/a.txt").read_text() == CLEAN

    def test_json_lines_pass_other_fields_on(self, run: Run) -> None:
        line = '{"id": 7, "body": {"text": "Caboul"}, "tags": ["a"], "n": 1.50}\n'
        done = run("normalise", "--format", "jsonl", "--text-key", "body.text", "-t", "t.csv", given=line)
        assert done.text == line.replace("Caboul", "Kabul")

    def test_a_column(self, run: Run, tmp_path: Path) -> None:
        (tmp_path / "a.csv").write_text('id,body\n1,"From Caboul, he said"\n')
        assert run("normalise", "a.csv", "--column", "body", "-t", "t.csv").text == (
            'id,body\n1,"From Kabul, he said"\n'
        )

    def test_annotate_adds_mentions(self, run: Run) -> None:
        line = json.dumps({"id": "a", "text": TEXT}) + "\n"
        done = run("annotate", "--format", "jsonl", "-t", "t.csv", given=line)
        got = json.loads(done.text)
        assert (got["id"], got["text"]) == ("a", TEXT)
        assert [m["canonical"] for m in got["mentions"]] == ["Voice of America", "Kabul", "Mazar-e-Sharif"]
        assert all(TEXT[m["start"] : m["end"]] == m["text"] for m in got["mentions"])
        assert {"id", "type", "match", "score"} <= got["mentions"][0].keys()
        assert "3 names found" in done.err

    def test_repair_leaves_names_alone(self, run: Run) -> None:
        mojibake = "The bakers’ road to Caboul".encode().decode("cp1252")
        assert run("repair", "-t", "t.csv", given=mojibake).text == "The bakers’ road to Caboul"
        left = run("normalise", "--no-repair", "-t", "t.csv", given=mojibake).text
        assert left == mojibake.replace("Caboul", "Kabul")

    def test_rewrite_asks_for_more_kinds(self, run: Run) -> None:
        done = run("normalise", "-t", "t.csv", "--rewrite", "abbreviation", given=TEXT)
        assert done.text == CLEAN.replace("VOA", "Voice of America")

    def test_the_report_as_json(self, run: Run, tmp_path: Path) -> None:
        (tmp_path / "a.txt").write_text(TEXT)
        piped = run("normalise", "a.txt", "-t", "t.csv", "--json")
        assert piped.text == CLEAN
        assert json.loads(piped.err)["edits"] == 2
        filed = run("normalise", "a.txt", "-t", "t.csv", "--json", "-o", "b.txt")
        assert json.loads(filed.text)["edits"] == 2
        assert filed.err == ""

    def test_a_profile_stands_for_the_first_pass(self, run: Run, tmp_path: Path) -> None:
        article = Path(__file__).parents[1] / "examples/articles/1-relief-convoy.txt"
        (tmp_path / "a.txt").write_bytes(article.read_bytes())
        made = run("profile", "a.txt", "-o", "p.json")
        assert made.status == 0
        assert '"ani"' in made.text
        done = run("repair", "--profile", "p.json", "-t", "t.csv", given="The orgsation of the country is here.")
        assert done.text == "The organisation of the country is here."


class TestDryRun:
    @pytest.fixture(autouse=True)
    def article(self, tmp_path: Path) -> None:
        (tmp_path / "a.txt").write_text(TEXT)

    def test_shows_a_diff_and_writes_nothing(self, run: Run, tmp_path: Path) -> None:
        before = files(tmp_path)
        done = run("normalise", "a.txt", "-t", "t.csv", "--dry-run", "-o", "out.txt", "--edits", "e.jsonl")
        assert done.status == 0
        assert "-VOA reports from Caboul.\n+VOA reports from Kabul.\n" in done.text
        assert "@@ line 2 @@" in done.text
        assert "1 would change" in done.err
        assert files(tmp_path) == before

    def test_needs_no_output_for_several_files(self, run: Run, tmp_path: Path) -> None:
        (tmp_path / "b.txt").write_text(TEXT)
        done = run("normalise", "a.txt", "b.txt", "-t", "t.csv", "--dry-run")
        assert done.status == 0
        assert "--- a.txt" in done.text
        assert "--- b.txt" in done.text

    def test_colour_is_for_terminals_and_those_who_ask(self, run: Run) -> None:
        call = ("normalise", "a.txt", "-t", "t.csv", "--dry-run")
        assert b"\x1b[" not in run(*call).out
        assert b"\x1b[" in run(*call, FORCE_COLOR="1").out
        assert b"\x1b[" in run(*call, "--color", "always").out
        assert b"\x1b[" not in run(*call, NO_COLOR="1", FORCE_COLOR="1").out
        assert b"\x1b[" not in run(*call, "--colour", "never", FORCE_COLOR="1").out

    def test_json_in_place_of_the_diff(self, run: Run) -> None:
        done = run("normalise", "a.txt", "-t", "t.csv", "--dry-run", "--json")
        assert json.loads(done.text)["changed"] == 1


class TestUndo:
    def test_gives_every_byte_back(self, run: Run, tmp_path: Path) -> None:
        odd = ("\ufeffFrom Caboul\r\nto Mazar-i-Sharif\x00 and مزار شریف" + "\n\n").encode()
        (tmp_path / "in").mkdir()
        (tmp_path / "in/a.txt").write_bytes(odd)
        (tmp_path / "in/b.txt.gz").write_bytes(gzip.compress(TEXT.encode()))
        assert run("normalise", "in", "-o", "out", "-t", "t.csv", "--edits", "e.jsonl").status == 0
        assert files(tmp_path / "out")["a.txt"] != odd
        done = run("undo", "out", "--edits", "e.jsonl", "-o", "back")
        assert done.status == 0
        assert (tmp_path / "back/a.txt").read_bytes() == odd
        assert gzip.decompress((tmp_path / "back/b.txt.gz").read_bytes()) == TEXT.encode()

    def test_one_file_to_standard_output(self, run: Run, tmp_path: Path) -> None:
        (tmp_path / "a.txt").write_text(TEXT)
        run("normalise", "a.txt", "-o", "b.txt", "-t", "t.csv", "--edits", "e.jsonl")
        assert run("undo", "b.txt", "--edits", "e.jsonl").text == TEXT

    def test_refuses_what_was_changed_since(self, run: Run, tmp_path: Path) -> None:
        (tmp_path / "a.txt").write_text(TEXT)
        run("normalise", "a.txt", "-o", "b.txt", "-t", "t.csv", "--edits", "e.jsonl")
        (tmp_path / "b.txt").write_text("Another text")
        done = run("undo", "b.txt", "--edits", "e.jsonl", "-o", "c.txt")
        assert done.status in (1, 2)
        assert "b.txt" in done.err
        assert not (tmp_path / "c.txt").exists()


class TestResolve:
    def test_a_table_for_people(self, run: Run) -> None:
        done = run("resolve", "Caboul", "Mazar-i-Sharif", "Quarterly", "-t", "t.csv")
        rows = done.text.splitlines()
        assert rows[0].split() == ["name", "canonical", "type", "id", "match", "score", "status", "alternatives"]
        assert rows[1].split()[:4] == ["Caboul", "Kabul", "place", "place:Kabul"]
        assert rows[2].split()[1] == "Mazar-e-Sharif"
        assert rows[3].split() == ["Quarterly", "-", "abstain"]

    def test_json_lines_for_programs(self, run: Run) -> None:
        first, second = run("resolve", "--json", "Caboul", "Quarterly", "-t", "t.csv").text.splitlines()
        assert json.loads(first)["canonical"] == "Kabul"
        assert json.loads(second)["id"] is None

    def test_type_narrows(self, run: Run) -> None:
        done = run("resolve", "--json", "--type", "outlet", "Caboul", "-t", "t.csv")
        assert json.loads(done.text)["status"] == "abstain"

    def test_names_from_standard_input(self, run: Run) -> None:
        assert len(run("resolve", "--json", "-t", "t.csv", "-", given="Caboul\n\nVOA\n").text.splitlines()) == 2

    def test_a_column_of_a_pipe(self, run: Run) -> None:
        given = 'n,name,note\n1,Caboul,"a, b"\n2,Quarterly,\n3,Caboul,x\n4,,\n'
        done = run("resolve", "-t", "t.csv", "--column", "name", "--format", "csv", "-", given=given)
        rows = list(csv.DictReader(io.StringIO(done.text)))
        assert done.status == 0
        assert [r["n"] for r in rows] == ["1", "2", "3", "4"]
        assert [r["canonym_canonical"] for r in rows] == ["Kabul", "", "Kabul", ""]
        assert rows[0]["note"] == "a, b"
        assert rows[0]["canonym_match"] == "alias"
        assert "4 rows: 2 abstain, 2 accept" in done.err

    def test_twice_adds_no_second_columns(self, run: Run) -> None:
        call = ("resolve", "-t", "t.csv", "--column", "name", "-")
        once = run(*call, given="name\nCaboul\n").out
        assert run(*call, given=once).out == once

    def test_tab_separated_lines_know_no_quotes(self, run: Run) -> None:
        done = run("resolve", "-t", "t.csv", "--column", "name", "-", given='n\tname\n1\t"Caboul\n2\tCaboul\n')
        assert [line.split("\t")[:2] for line in done.text.splitlines()[1:]] == [
            ["1", '"Caboul'],
            ["2", "Caboul"],
        ]

    def test_windows_files(self, run: Run, tmp_path: Path) -> None:
        (tmp_path / "a.csv").write_bytes("\ufeffname;n\r\nCaboul;1\r\n".encode())
        out = run("resolve", "-t", "t.csv", "--column", "name", "a.csv").out
        assert out.startswith(b"name;n;canonym_id;")
        assert out.count(b"\r\n") == 2

    def test_compressed_in_and_out(self, run: Run, tmp_path: Path) -> None:
        (tmp_path / "a.csv.gz").write_bytes(gzip.compress(b"name\nCaboul\n"))
        assert run("resolve", "-t", "t.csv", "--column", "name", "a.csv.gz", "-o", "b.csv.gz").status == 0
        assert b"Kabul" in gzip.decompress((tmp_path / "b.csv.gz").read_bytes())

    def test_explain_tells_in_words(self, run: Run) -> None:
        done = run("explain", "Caboul", "-t", "t.csv")
        assert done.status == 0
        assert "Kabul" in done.text
        assert json.loads(run("explain", "--json", "Caboul", "-t", "t.csv").text)["status"] == "accept"


class TestCompare:
    def test_two_names(self, run: Run) -> None:
        done = run("compare", "Kandahar", "Qandahar")
        assert done.status == 0
        assert 0.5 < float(done.text) <= 1

    def test_reasons(self, run: Run) -> None:
        assert len(run("compare", "--explain", "Kandahar", "Qandahar").text.splitlines()) > 1
        assert json.loads(run("compare", "--json", "--explain", "Kandahar", "Qandahar").text)["reasons"]

    def test_tab_separated_pairs(self, run: Run) -> None:
        given = 'n\ta\tb\n1\tKandahar\tQandahar\n2\t"Kabul\t喀布尔"\n'
        done = run("compare", "--format", "tsv", "-", given=given)
        lines = done.text.splitlines()
        assert lines[0] == "n\ta\tb\tscore"
        assert [line.rsplit("\t", 1)[0] for line in lines] == given.splitlines()
        assert all(0 <= float(line.rsplit("\t", 1)[1]) <= 1 for line in lines[1:])

    def test_a_short_line_fails_alone(self, run: Run) -> None:
        done = run("compare", "--format", "tsv", "-", given="a\tb\nKabul\nKabul\tCaboul\n")
        assert done.status == 1
        assert done.text.splitlines()[1] == "Kabul\t"
        assert "line 2: 1 column where the header has 2" in done.err


class TestWrongCalls:
    """Status 2, one sentence, and nothing written."""

    @pytest.fixture(autouse=True)
    def inputs(self, tmp_path: Path) -> None:
        (tmp_path / "a.txt").write_text(TEXT)
        (tmp_path / "a.csv").write_text("name,body\nCaboul,Caboul\n")
        (tmp_path / "two.csv").write_text("canonical,alias,type\nKabul,Caboul,place\nCobol,Caboul,place\n")

    @pytest.mark.parametrize(
        ("args", "said"),
        [
            (["normalise", "absent", "-o", "out", "-t", "t.csv"], "absent"),
            (["normalise", "a.txt", "-o", "a.txt", "-t", "t.csv"], "a.txt"),
            (["normalise", "a.csv", "--column", "boby", "-t", "t.csv"], "boby"),
            (["normalise", "a.txt", "-t", "two.csv"], "two.csv"),
            (["normalise", "a.txt", "-t", "absent.csv"], "absent.csv"),
            (["normalise", "a.txt", "--encoding", "utf-9", "-t", "t.csv"], "utf-9"),
            (["normalise", "a.txt", "--format", "doc"], "--format"),
            (["normalise", "a.txt", "--rewrite", "spellings"], "spellings"),
            (["normalise", "a.txt", "--profile", "absent.json", "-t", "t.csv"], "absent.json"),
            (["normalise", "a.txt", "--profile", "t.csv", "--evidence", "corpus"], "--profile"),
            (["normalise", "--colour"], "--colour"),
            (["resolve", "--column", "nom", "a.csv", "-t", "t.csv"], "'name', 'body'"),
            (["resolve", "--column", "name", "absent.csv", "-t", "t.csv"], "absent.csv"),
            (["resolve", "--column", "name", "a.csv", "-o", "a.csv", "-t", "t.csv"], "a.csv"),
            (["resolve", "--column", "name", "a.csv", "a.txt", "-t", "t.csv"], "Give one"),
            (["resolve", "--column", "name", "a.csv", "-o", "t.csv", "-t", "t.csv"], "t.csv is an input"),
            (["normalise", "a.txt", "-o", "t.csv", "-t", "t.csv"], "t.csv is an input"),
            (["normalise", "a.txt", "--edits", "a.txt", "-t", "t.csv"], "a.txt is an input"),
            (["profile", ".", "-o", "a.txt"], "a.txt is an input"),
            (["resolve", "--format", "csv", "Caboul"], "--column"),
            (["compare", "Kabul"], "two names"),
            (["undo", "a.txt"], "--edits"),
            (["undo", "a.txt", "--edits", "absent.jsonl"], "absent.jsonl"),
            (["nonsense"], "nonsense"),
            ([], "Usage"),
        ],
        ids=lambda value: " ".join(value) or "nothing" if isinstance(value, list) else "",
    )
    def test_says_what_is_wrong(self, run: Run, tmp_path: Path, args: list[str], said: str) -> None:
        before = files(tmp_path)
        done = run(*args)
        assert done.status == 2
        assert said in done.err
        assert files(tmp_path) == before
        if args:
            assert done.out == b""

    def test_two_canonicals_for_one_alias_are_both_named(self, run: Run) -> None:
        err = run("normalise", "a.txt", "-t", "two.csv").err
        assert "Kabul" in err and "Cobol" in err
        assert "3" in err, "the line of the second"


class TestFailures:
    """Status 1: a document failed, the others went on."""

    def test_not_utf8(self, run: Run, tmp_path: Path) -> None:
        (tmp_path / "in").mkdir()
        (tmp_path / "in/a.txt").write_text(TEXT)
        (tmp_path / "in/b.txt").write_bytes("Café Caboul".encode("latin-1"))
        done = run("normalise", "in", "-o", "out", "-t", "t.csv")
        assert done.status == 1
        assert "b.txt" in done.err and "UTF-8" in done.err
        assert "--encoding" in done.err
        assert (tmp_path / "out/a.txt").read_text() == CLEAN
        assert (tmp_path / "out/b.txt").read_bytes() in ("Café Caboul".encode("latin-1"),)

    def test_the_right_encoding_helps(self, run: Run, tmp_path: Path) -> None:
        (tmp_path / "b.txt").write_bytes("Café Caboul".encode("latin-1"))
        done = run("normalise", "b.txt", "--encoding", "latin-1", "-t", "t.csv")
        assert (done.status, done.out) == (0, "Café Kabul".encode("latin-1"))

    def test_a_broken_json_line(self, run: Run) -> None:
        given = '{"text": "Caboul"}\n{"text": "Cab\n{"text": "Caboul"}\n'
        done = run("normalise", "--format", "jsonl", "-t", "t.csv", "-", given=given)
        assert done.status == 1
        lines = done.text.splitlines()
        assert [lines[0], lines[2]] == ['{"text": "Kabul"}'] * 2
        assert lines[1] == '{"text": "Cab'
        assert "2" in done.err

    def test_an_unreadable_file(self, run: Run, tmp_path: Path) -> None:
        (tmp_path / "in").mkdir()
        (tmp_path / "in/a.txt").write_text(TEXT)
        if os.geteuid():
            (tmp_path / "in/b.txt").write_text(TEXT)
            (tmp_path / "in/b.txt").chmod(0)
        else:  # root may read everything but this
            (tmp_path / "in/b.txt").symlink_to("/proc/self/mem")
        done = run("normalise", "in", "-o", "out", "-t", "t.csv")
        assert done.status == 1
        assert "b.txt" in done.err
        assert (tmp_path / "out/a.txt").read_text() == CLEAN

    def test_a_file_cut_short(self, run: Run, tmp_path: Path) -> None:
        (tmp_path / "in").mkdir()
        (tmp_path / "in/a.txt").write_text(TEXT)
        (tmp_path / "in/b.txt.gz").write_bytes(gzip.compress(TEXT.encode() * 50)[:-9])
        done = run("normalise", "in", "-o", "out", "-t", "t.csv")
        assert done.status == 1
        assert "b.txt.gz" in done.err
        assert (tmp_path / "out/a.txt").read_text() == CLEAN
        assert not (tmp_path / "out/b.txt.gz").exists(), "nothing is half-written"

    def test_failures_have_a_file(self, run: Run, tmp_path: Path) -> None:
        (tmp_path / "in").mkdir()
        for n in range(9):
            (tmp_path / f"in/{n}.jsonl").write_text('{"text": "Cab\n')
        done = run("normalise", "in", "-o", "out", "-t", "t.csv")
        assert done.status == 1
        assert "All 9 failures" in done.err
        assert len((tmp_path / "out/failures.jsonl").read_text().splitlines()) == 9

    def test_an_empty_file_is_fine(self, run: Run, tmp_path: Path) -> None:
        (tmp_path / "a.txt").write_bytes(b"")
        done = run("normalise", "a.txt", "-o", "b.txt", "-t", "t.csv")
        assert done.status == 0
        assert (tmp_path / "b.txt").read_bytes() == b""

    def test_a_table_of_names_that_is_not_utf8(self, run: Run, tmp_path: Path) -> None:
        (tmp_path / "a.csv").write_bytes("name\nCafé\n".encode("latin-1"))
        done = run("resolve", "--column", "name", "a.csv", "-o", "b.csv", "-t", "t.csv")
        assert done.status == 1
        assert "not UTF-8" in done.err and "--encoding" in done.err
        assert not (tmp_path / "b.csv").exists()
        assert run("resolve", "--column", "name", "a.csv", "--encoding", "latin-1", "-t", "t.csv").status == 0

    def test_a_table_of_names_that_is_empty(self, run: Run, tmp_path: Path) -> None:
        (tmp_path / "a.csv").write_bytes(b"")
        done = run("resolve", "--column", "name", "a.csv", "-o", "b.csv", "-t", "t.csv")
        assert done.status == 2
        assert "empty" in done.err
        assert not (tmp_path / "b.csv").exists()


class TestProgress:
    def test_pace_tells_rate_and_time_left(self) -> None:
        seen = Progress(documents=1200, changed=3, failed=0, read=2_000_000, total=8_000_000, file="a")
        assert pace(seen, 2.0) == "1.0 MB/s, 0:00:06 left, 1,200 documents, 3 changed"
        stream = Progress(documents=1, changed=0, failed=2, read=2_000_000, total=None, file="-")
        assert pace(stream, 2.0) == "1.0 MB/s, 1 documents, 0 changed, 2 failed"

    def test_no_terminal_no_bar(self, run: Run) -> None:
        assert "\x1b" not in run("normalise", "-t", "t.csv", given=TEXT * 1000).err

    def test_a_bar_is_drawn_once_the_work_is_long(
        self, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
    ) -> None:
        monkeypatch.setattr(progress, "is_terminal", lambda stream: True)
        monkeypatch.setattr(progress, "_PATIENCE", 0.0)
        monkeypatch.setenv("FORCE_COLOR", "1")
        seen = Progress(documents=1200, changed=3, failed=0, read=2_000_000, total=8_000_000, file="a")
        with progress.bar("Normalise", True) as told:
            assert told is not None
            told(seen)
        raw = b'{"text": "Kabool"}\n'
        blocks = [LinesBlock("a", raw * count, Coder(), Options()) for count in (1, 2)]
        with progress.counted("Reading", blocks, True) as read:
            assert list(read) == blocks
        captured = capsys.readouterr()
        assert "1,200 documents" in captured.err
        assert "Reading: 3 documents" in captured.err
        assert captured.out == ""
        with progress.bar("Normalise", False) as untold:
            assert untold is None


class TestEnds:
    def test_a_reader_that_leaves_is_no_error(
        self, tmp_path: Path, command: list[str], environment: Mapping[str, str]
    ) -> None:
        (tmp_path / "t.csv").write_text(TABLE, encoding="utf-8")
        (tmp_path / "a.csv").write_text("name\n" + "Caboul\n" * 200_000)
        call = [*command, "resolve", "-q", "-t", "t.csv", "--column", "name", "a.csv"]
        process = subprocess.Popen(call, cwd=tmp_path, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        assert process.stdout is not None and process.stderr is not None
        process.stdout.readline()
        process.stdout.close()
        assert process.stderr.read() == b""
        assert process.wait(60) == 141
        process.stderr.close()

    @pytest.mark.parametrize(("sent", "status"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
    def test_an_interrupt_leaves_nothing_half_written(
        self,
        sent: signal.Signals,
        status: int,
        tmp_path: Path,
        command: list[str],
        environment: Mapping[str, str],
    ) -> None:
        (tmp_path / "t.csv").write_text(TABLE, encoding="utf-8")
        (tmp_path / "out").mkdir()
        call = [*command, "resolve", "-t", "t.csv", "--column", "name", "-", "-o", "out/b.csv"]
        process = subprocess.Popen(
            call,
            cwd=tmp_path,
            env=environment,
            stdin=subprocess.PIPE,
            stderr=subprocess.PIPE,
            # Where the tests run in the background of a shell, interrupts are ignored, and children inherit that.
            preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
        )
        assert process.stdin is not None and process.stderr is not None
        process.stdin.write(b"name\n" + b"Caboul\n" * 100_000)  # more than is read at once
        process.stdin.flush()
        wait_until(lambda: any((tmp_path / "out").iterdir()))
        time.sleep(0.5)  # until it waits for more: a signal just before a read is only seen after it
        process.send_signal(sent)
        assert process.wait(60) == status
        said = process.stderr.read()
        assert b"Traceback" not in said
        assert (b"Interrupted" in said) == (sent == signal.SIGINT)
        assert not list((tmp_path / "out").iterdir())
        process.stdin.close()
        process.stderr.close()

    @pytest.mark.parametrize("module", ["click", "canonym.cli.root", "canonym.cli.names"])
    @pytest.mark.parametrize("raised", ["KeyboardInterrupt", "RuntimeError from KeyboardInterrupt()"])
    def test_an_interrupt_at_the_start_ends_as_quietly(
        self, tmp_path: Path, command: list[str], environment: Mapping[str, str], module: str, raised: str
    ) -> None:
        (tmp_path / "sitecustomize.py").write_text(
            "import sys\n"
            "class Interrupt:\n"
            "    def find_spec(self, name, *rest):\n"
            f"        if name == {module!r}: raise {raised}\n"
            "sys.meta_path.insert(0, Interrupt())\n"
        )
        env = {**environment, "PYTHONPATH": os.pathsep.join([str(tmp_path), SOURCE])}
        done = subprocess.run([*command, "resolve", "x"], capture_output=True, text=True, env=env)
        assert (done.returncode, done.stdout) == (130, "")
        assert done.stderr == "canonym: Interrupted. What was not finished has not been written.\n"

    def test_a_fault_of_ours_is_one_sentence(
        self, tmp_path: Path, command: list[str], environment: Mapping[str, str]
    ) -> None:
        (tmp_path / "sitecustomize.py").write_text(
            "import canonym.compare\n"
            "def broken(pairs): raise ZeroDivisionError('on\\npurpose')\n"
            "canonym.compare.compare_pairs = broken\n"
        )
        env = {**environment, "PYTHONPATH": os.pathsep.join([str(tmp_path), SOURCE])}

        def compare(*before: str) -> subprocess.CompletedProcess[str]:
            call = [*command, *before, "compare", "a", "b"]
            return subprocess.run(call, capture_output=True, text=True, env=env)

        done = compare()
        assert done.returncode == 70
        assert done.stderr.count("\n") == 1
        assert "ZeroDivisionError: on purpose" in done.stderr and "--debug" in done.stderr
        assert "Traceback" in compare("--debug").stderr

    @pytest.mark.skipif(sys.platform == "win32", reason="needs a pseudo-terminal")
    def test_a_person_at_the_terminal_gets_the_usage(self, command: list[str], environment: Mapping[str, str]) -> None:
        import pty

        ours, theirs = pty.openpty()
        for name in ("normalise", "resolve", "compare", "profile"):
            args = ["-o", "x"] if name == "profile" else []
            done = subprocess.run(
                [*command, name, *args],
                stdin=theirs,
                capture_output=True,
                text=True,
                env=environment,
                timeout=60,
            )
            assert done.returncode == 2
            assert done.stderr.startswith(f"Usage: canonym {name}")
        os.close(ours)
        os.close(theirs)


def wait_until(condition: Callable[[], bool], seconds: float = 60) -> None:
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "waited in vain"
        time.sleep(0.02)
