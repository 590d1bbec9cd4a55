"""Imports that cannot end well, in real processes: a sentence and a remedy, a status, and nothing left behind."""

from __future__ import annotations

import bz2
import gzip
import os
import signal
import subprocess
import sys
import time
import zipfile
from pathlib import Path

import pytest

import gazetteers

DUMP = Path(__file__).parent / "cases" / "wikidata.json"

#: canonym, in a process whose files may not grow beyond so many bytes: what a full disk does, without one.
LIMITED = """
import resource, sys
most = int(sys.argv.pop(1))
if most:
    resource.setrlimit(resource.RLIMIT_FSIZE, (most, most))
from canonym.cli import main
main()
"""


class Place:
    """A folder for the outcome, one for temporary files, and one for packs: all must stay as they were."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        for name in ("out", "tmp", "data"):
            (folder / name).mkdir()
        self.env = {
            **os.environ,
            "CANONYM_DATA": str(folder / "data"),
            "CANONYM_CACHE": str(folder / "cache"),
            "TMPDIR": str(folder / "tmp"),
        }

    def arguments(self, *given: object, most: int = 0) -> list[str]:
        return [sys.executable, "-c", LIMITED, str(most), "table", "import", *map(str, given)]

    def run(self, *given: object, most: int = 0, **env: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            self.arguments(*given, most=most),
            env={**self.env, **env},
            cwd=self.folder,
            capture_output=True,
            text=True,
            check=False,
        )

    def left(self) -> list[str]:
        return sorted(p.name for n in ("out", "tmp", "data") for p in (self.folder / n).rglob("*") if p.is_file())


@pytest.fixture
def at(tmp_path: Path) -> Place:
    return Place(tmp_path)


def fine(error: str) -> str:
    assert "Traceback" not in error and "fault of canonym" not in error and "Exception ignored" not in error, error
    return " ".join(error.split())


@pytest.mark.parametrize("target", ["out/x.index", "out/x.csv", "pack"])
@pytest.mark.parametrize("source", ["places.txt", "places.gz", "places.zip", "d.json", "d.json.gz", "d.json.bz2"])
def test_a_download_cut_short(at: Place, source: str, target: str) -> None:
    text = "".join(gazetteers.places(300)).encode() if source.startswith("p") else DUMP.read_bytes()
    path = at.folder / source
    if source.endswith(".zip"):
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr("places.txt", text)
    else:
        packed = gzip.compress(text) if path.suffix == ".gz" else bz2.compress(text) if path.suffix == ".bz2" else text
        path.write_bytes(packed)
    path.write_bytes(path.read_bytes()[:-50])
    done = at.run("geonames" if source.startswith("p") else "wikidata", source, "-o", target)
    assert done.returncode == 2
    assert "cut short" in fine(done.stderr) and "Download it again; nothing was written" in done.stderr
    assert at.left() == []


@pytest.mark.parametrize(
    ("source", "text", "says"),
    [
        ("geonames", "a\tb\n" * 50, "2 columns instead of 19"),
        ("geonames", "", "nothing was found that is wanted"),
        ("geonames", "\x00\xff" * 999 + "\n", "nothing could be read"),
        ("wikidata", "Id,Name\n" * 50, "no JSON object"),
        ("wikidata", "", "nothing was found that is wanted"),
        ("wikidata", "[\n]\n", "nothing was found that is wanted"),
        ("csv", "", "the file is empty"),
        ("csv", "Name,Other\nA,B\n", "which column holds the canonical names is not known"),
        ("csv", "canonical,alias\nA\n", "1 column where the header has 2"),
        ("csv", 'canonical,alias\n"A,B\n', "nothing could be read"),
    ],
)
def test_files_of_another_kind(at: Place, source: str, text: str, says: str) -> None:
    (at.folder / "in.txt").write_text(text, "latin-1")
    done = at.run(source, "in.txt", "-o", "out/x.csv")
    assert done.returncode == 2 and says in fine(done.stderr) and at.left() == []


@pytest.mark.parametrize("source", ["geonames", "wikidata", "csv"])
def test_files_that_are_none(at: Place, source: str) -> None:
    for given, says in (("none.txt", "no such file"), ("out", "a folder, not a file")):
        done = at.run(source, given, "-o", "out/x.csv")
        assert done.returncode == 2 and says in fine(done.stderr) and at.left() == []


@pytest.mark.parametrize("target", ["out/x.index", "out/x.csv"])
def test_a_full_disk(at: Place, target: str) -> None:
    """Too little for the temporary files, then too little for the outcome alone; what was there stays."""
    gazetteers.write(gazetteers.places(12_000), at.folder / "p.txt")
    (at.folder / target).write_bytes(b"old")
    for most in (20_000, 120_000):
        done = at.run("geonames", "p.txt", "-o", target, most=most)
        assert done.returncode == 2, done.stderr
        said = fine(done.stderr)
        assert "no room for temporary files" in said or "file too large" in said
        assert "Free some space" in said or "file too large" in said
        assert at.left() == [Path(target).name] and (at.folder / target).read_bytes() == b"old"


def test_a_folder_that_cannot_be_written(at: Place) -> None:
    if os.geteuid() == 0:
        (at.folder / "out").rmdir()
        (at.folder / "out").write_text("a file")
    else:
        (at.folder / "out").chmod(0o500)
    done = at.run("wikidata", DUMP, "-o", "out/x.csv")
    assert done.returncode == 2 and "out" in fine(done.stderr)
    assert set(at.left()) <= {"out"}


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="needs named pipes")
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
@pytest.mark.parametrize("target", ["out/x.index", "out/x.csv", "pack"])
def test_an_interrupted_import(at: Place, number: signal.Signals, target: str) -> None:
    pipe = at.folder / "p.txt"
    os.mkfifo(pipe)
    with (
        subprocess.Popen(
            at.arguments("geonames", "p.txt", "-o", target),
            env=at.env,
            cwd=at.folder,
            stderr=subprocess.PIPE,
            text=True,
        ) as process,
        pipe.open("w", encoding="utf-8") as out,
    ):
        out.writelines(gazetteers.places(8000))
        out.flush()
        time.sleep(0.3)
        process.send_signal(number)
        _, error = process.communicate(timeout=60)
    assert process.returncode in (130, 143), error
    fine(error)
    if number == signal.SIGINT:
        assert "Interrupted" in error
    assert at.left() == []


def test_broken_lines_are_told_and_the_rest_is_made(at: Place) -> None:
    lines = [*gazetteers.places(40), "broken\n", "x\t" * 18 + "\n"]
    (at.folder / "p.txt").write_text("".join(lines), "utf-8")
    done = at.run("geonames", "p.txt", "-o", "out/x.csv")
    assert done.returncode == 1 and at.left() == ["x.csv"]
    assert "line 41: 1 columns instead of 19; left out" in fine(done.stderr) and "2 lines left out" in done.stderr
