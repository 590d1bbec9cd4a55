"""Verdicts kept on disk: the same outcome, and refused where they no longer hold."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

import canonym
from canonym import native, verdicts
from canonym.verdicts import VerdictsError
from canonym.versions import version

pytestmark = pytest.mark.skipif(not native.COMPILED, reason="canonym was installed without a C compiler")

TEXTS = [
    "He left Afghstan for Mazari Sharif, in Blakh province, and Kabul.",
    "The Minister said in Londno that Kandahr was quiet. Nobody in London knew.",
    "nothing here but the road to mazar-e-sharif",
    "Jones and Office stayed; New Yrok Tiems wrote about Kabul and کابل.",
]
TABLE = "canonical,alias\nKabul,Kabool\nKunduz,Kondoz\n"


def run(folder: Path, *options: str, text: str | None = None) -> subprocess.CompletedProcess[str]:
    lines = "".join(json.dumps({"text": t}) + "\n" for t in ([text] if text else TEXTS * 300))
    return subprocess.run(
        [sys.executable, "-m", "canonym", "normalise", "--format", "jsonl", "-q", *options, "-"],
        input=lines,
        capture_output=True,
        text=True,
        encoding="utf-8",
        cwd=folder,
        check=True,
    )


def test_a_run_with_kept_verdicts_ends_as_one_without(tmp_path: Path) -> None:
    plain = canonym.load()
    expected = plain.process(TEXTS, mentions=False)
    plain.keep_verdicts(tmp_path / "kept")
    other = canonym.load()
    other.load_verdicts(tmp_path / "kept")
    assert other.known_verdicts == plain.known_verdicts > 0
    assert other.process(TEXTS, mentions=False) == expected
    assert other.known_verdicts == plain.known_verdicts
    assert other.process(TEXTS) == canonym.load().process(TEXTS)
    assert sum(len(result.edits) for result in expected) > 4


def test_verdicts_add_up(tmp_path: Path) -> None:
    first, second, both = canonym.load(), canonym.load(), canonym.load()
    first.process(TEXTS[:2], mentions=False)
    second.process(TEXTS[2:], mentions=False)
    first.keep_verdicts(tmp_path / "1")
    second.keep_verdicts(tmp_path / "2")
    both.load_verdicts(tmp_path / "1")
    both.load_verdicts(tmp_path / "2")
    both.keep_verdicts(tmp_path / "both")
    again = canonym.load()
    again.load_verdicts(tmp_path / "both")
    known = again.known_verdicts
    assert known >= max(first.known_verdicts, second.known_verdicts)
    assert again.process(TEXTS, mentions=False) == canonym.load().process(TEXTS, mentions=False)
    assert again.known_verdicts == known


@pytest.mark.parametrize("workers", ["1", "2"])
def test_the_command_keeps_them(tmp_path: Path, workers: str) -> None:
    lines = run(tmp_path)
    first = run(tmp_path, "--verdicts", "kept", "--workers", workers)
    made = (tmp_path / "kept").read_bytes()
    second = run(tmp_path, "--verdicts", "kept", "--workers", workers)
    assert lines.stdout == first.stdout == second.stdout
    assert (tmp_path / "kept").read_bytes() == made


def test_they_stand_beside_the_profile(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text(TEXTS[0], encoding="utf-8")
    subprocess.run(
        [sys.executable, "-m", "canonym", "profile", "a.txt", "-o", "p.json", "-q"], cwd=tmp_path, check=True
    )
    run(tmp_path, "--profile", "p.json")
    assert (tmp_path / "p.json.verdicts").exists()


def test_other_tables_refuse_them(tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_text(TABLE, encoding="utf-8")
    run(tmp_path, "--verdicts", "kept", "-t", "t.csv")
    before = (tmp_path / "kept").read_bytes()
    done = subprocess.run(
        [sys.executable, "-m", "canonym", "normalise", "--format", "jsonl", "--verdicts", "kept", "-"],
        input='{"text": "in Kabool"}\n',
        capture_output=True,
        text=True,
        cwd=tmp_path,
        check=True,
    )
    assert "made with other tables" in done.stderr
    assert (tmp_path / "kept").read_bytes() != before


def test_what_is_none_is_refused(tmp_path: Path) -> None:
    names = canonym.load()
    (tmp_path / "x").write_text("some text")
    with pytest.raises(VerdictsError, match="no file of verdicts"):
        names.load_verdicts(tmp_path / "x")
    names.process(TEXTS, mentions=False)
    names.keep_verdicts(tmp_path / "kept")
    whole = (tmp_path / "kept").read_bytes()
    (tmp_path / "cut").write_bytes(whole[: len(whole) // 2])
    with pytest.raises(VerdictsError, match="damaged"):
        names.load_verdicts(tmp_path / "cut")
    with pytest.raises(VerdictsError, match="other tables"):
        verdicts.read(tmp_path / "kept", "another table")


def test_what_was_read_stays_as_it_lies(tmp_path: Path) -> None:
    names = canonym.load()
    names.process(TEXTS[:2], mentions=False)
    names.keep_verdicts(tmp_path / "1")
    before = verdicts.Kept(verdicts.read(tmp_path / "1", names.fingerprint))
    more = canonym.load()
    more.load_verdicts(tmp_path / "1")
    more.process(TEXTS, mentions=False)
    more.keep_verdicts(tmp_path / "2")
    after = verdicts.Kept(verdicts.read(tmp_path / "2", names.fingerprint))
    assert len(after) > len(before) > 0
    assert {run: after.plan(run) for run in before.runs()} == {run: before.plan(run) for run in before.runs()}
    assert set(after.rows()) > set(before.rows())
    assert after.plan("Nowhere At All") is None


def test_versions() -> None:
    from importlib import metadata

    for package in ("canonym", "wordfreq", "click", "orjson"):
        assert version(package) == metadata.version(package)
    with pytest.raises(metadata.PackageNotFoundError):
        version("no_such_package")
