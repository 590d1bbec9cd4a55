"""Verdicts kept on disk: the same outcome, and refused where they no longer hold."""

from __future__ import annotations

import json
import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest

import canonym
from canonym import indexfile, native, verdicts
from canonym.profile import of
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
    (tmp_path / "older").write_bytes(verdicts.MAGIC[:-1] + b"\x01" + whole[len(verdicts.MAGIC) :])
    with pytest.raises(VerdictsError, match="another version of canonym"):
        names.load_verdicts(tmp_path / "older")


def test_what_was_read_stays_as_it_lies(tmp_path: Path) -> None:
    names = canonym.load()
    names.process(TEXTS[:2], mentions=False)
    names.keep_verdicts(tmp_path / "1")
    before = verdicts.Kept(verdicts.read(tmp_path / "1", names.fingerprint)[0])
    more = canonym.load()
    more.load_verdicts(tmp_path / "1")
    more.process(TEXTS, mentions=False)
    more.keep_verdicts(tmp_path / "2")
    after = verdicts.Kept(verdicts.read(tmp_path / "2", names.fingerprint)[0])
    assert len(after) > len(before) > 0
    assert {run: after.plan(run) for run in before.runs()} == {run: before.plan(run) for run in before.runs()}
    assert set(after.rows()) > set(before.rows())
    assert after.plan("Nowhere At All") is None


def call(folder: Path, *options: str) -> subprocess.CompletedProcess[str]:
    """A run over the file a.txt that may fail."""
    (folder / "a.txt").write_text(TEXTS[0], encoding="utf-8")
    return subprocess.run(
        [sys.executable, "-m", "canonym", "normalise", "a.txt", "-o", "out.txt", *options],
        capture_output=True,
        text=True,
        encoding="utf-8",
        cwd=folder,
        timeout=120,
    )


@pytest.mark.parametrize(
    ("given", "why"),
    [
        ("a.txt/kept", "cannot be written: not a directory"),
        ("a.txt/new/kept", "cannot be written: not a directory"),
        ("/dev/full", "is no regular file"),
        ("/dev/zero", "is no regular file"),
        ("pipe", "is no regular file"),
        ("folder", "is a folder"),
        ("text", "no file of verdicts"),
    ],
)
def test_where_they_cannot_be_kept_is_found_out_before(tmp_path: Path, given: str, why: str) -> None:
    if given.startswith("/dev/") and not Path(given).exists():
        pytest.skip(f"there is no {given} here")
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "folder").mkdir()
    (tmp_path / "text").write_text("some text")
    done = call(tmp_path, "--verdicts", given)
    assert (done.returncode, (tmp_path / "out.txt").exists()) == (2, False)
    assert given in done.stderr and why in done.stderr and ".tmp" not in done.stderr
    assert sorted(p.name for p in tmp_path.iterdir()) == ["a.txt", "folder", "pipe", "text"]


def test_a_folder_for_them_is_made(tmp_path: Path) -> None:
    assert call(tmp_path, "--verdicts", "new/er/kept").returncode == 0
    assert (tmp_path / "new/er/kept").is_file()


@pytest.mark.parametrize("asked", [True, False])
def test_where_they_cannot_be_kept_in_the_end_the_report_comes_all_the_same(tmp_path: Path, asked: bool) -> None:
    (tmp_path / "a.txt").write_text(TEXTS[0], encoding="utf-8")
    of(TEXTS).save(tmp_path / "p.json")
    code = """
import errno, sys
from canonym import resolve, verdicts
from canonym.cli.guard import main

def save(path, tables, data):
    raise OSError(errno.ENOSPC, "No space left on device", str(path) + ".tmp")

verdicts.save = save
main(sys.argv[1:])
"""
    options = ["--verdicts", "p.json.verdicts"] if asked else ["--profile", "p.json"]
    done = subprocess.run(
        [sys.executable, "-c", code, "normalise", "a.txt", "-o", "out.txt", *options],
        capture_output=True,
        text=True,
        encoding="utf-8",
        cwd=tmp_path,
        timeout=120,
    )
    assert done.returncode == (1 if asked else 0)
    assert "verdicts are not kept: p.json.verdicts cannot be written: no space left on device" in done.stderr
    assert "1 document, 1 changed" in done.stderr
    assert "Afghanistan" in (tmp_path / "out.txt").read_text(encoding="utf-8")


def test_what_lies_beside_a_profile_and_is_no_file_is_passed_over(tmp_path: Path) -> None:
    of(TEXTS).save(tmp_path / "p.json")
    (tmp_path / "p.json.verdicts").mkdir()
    done = call(tmp_path, "--profile", "p.json")
    assert (done.returncode, (tmp_path / "out.txt").exists()) == (0, True)


def test_where_they_cannot_be_kept_is_told_in_words(tmp_path: Path) -> None:
    names = canonym.load()
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "folder").mkdir()
    (tmp_path / "file").write_text("x")
    for given, why in [
        ("pipe", "is no regular file"),
        ("folder", "is a directory"),
        ("file/in/it", "cannot be written: not a directory"),
    ]:
        with pytest.raises(VerdictsError, match=f"{why}. Name another"):
            names.keep_verdicts(tmp_path / given)
    assert stat.S_ISFIFO((tmp_path / "pipe").stat().st_mode)
    with pytest.raises(VerdictsError, match=r"cannot be read: no such file.*Name the file"):
        names.load_verdicts(tmp_path / "missing")


def test_a_device_is_not_replaced(tmp_path: Path) -> None:
    node = tmp_path / "node"
    try:
        os.mknod(node, stat.S_IFCHR | 0o600, os.makedev(1, 3))
    except OSError:
        pytest.skip("only root makes devices")
    for write in (canonym.load().keep_verdicts, lambda path: indexfile.save(b"x", path)):
        with pytest.raises((VerdictsError, OSError), match="regular file"):
            write(node)
        assert stat.S_ISCHR(node.stat().st_mode)


def test_a_link_to_an_index_stays_one(tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to("real")
    indexfile.save(b"x", tmp_path / "link")
    assert (tmp_path / "link").is_symlink() and (tmp_path / "real").read_bytes() == b"x"


def test_a_device_is_none(tmp_path: Path) -> None:
    if not Path("/dev/full").exists():
        pytest.skip("there is no /dev/full here")
    with pytest.raises(VerdictsError, match="no file of verdicts"):
        canonym.load().load_verdicts("/dev/full")


def test_versions() -> None:
    from importlib import metadata

    for package in ("canonym", "wordfreq", "click", "orjson"):
        assert version(package) == metadata.version(package)
    with pytest.raises(metadata.PackageNotFoundError):
        version("no_such_package")
