"""Several processes give what one gives."""

from __future__ import annotations

import errno
import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from concurrent import futures
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from mmap import mmap
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import pytest

import canonym
from canonym import board, native, workers
from canonym.corpus.block import Block, Coder
from canonym.corpus.formats import Options
from canonym.corpus.jsonl import LinesBlock
from canonym.corpus.plain import RawBlock
from canonym.profile import of
from canonym.scan import compiled_scanner

LINES = [
    "The army left Afghstan for Londno and Untied Kigndom towns.",
    "Nahri Shahi, Mazari Sharif and Shiberghan are in the north, said VOA.",
    "Nothing to see in Jones Office, he said.",
    "در شهر مزار شریف و در برلین",
]
#: A clean-up removed "ani" from everywhere.
SCRUBBED = [
    f"The orgsation said on day {k} that the people of Afghstan and the compes of the town had left it for the north."
    " A mechm of the state was known to the Ir and Rom of the council, and the botst came with vegetari food."
    for k in range(60)
]


def blocks_of(texts: list[str], lines: int = 8) -> Iterator[Block]:
    """Some texts in blocks of so many lines; the last few as blocks of another kind."""
    for k in range(0, len(texts) - lines, lines):
        raw = "".join(json.dumps({"text": text}) + "\n" for text in texts[k : k + lines]).encode()
        yield LinesBlock("a", raw, Coder(), Options())
    for text in texts[len(texts) - (len(texts) % lines or lines) :]:
        yield RawBlock(text.encode(), texts=(text,))


@pytest.mark.parametrize("command", ["normalise", "annotate"])
def test_two_workers_write_what_one_writes(tmp_path: Path, command: str) -> None:
    corpus = tmp_path / "in.jsonl"
    with corpus.open("w", encoding="utf-8") as file:
        for k in range(9000):
            text = " ".join(LINES[(k + j) % 4] for j in range(3)) + f" Word{k}ing."
            file.write(json.dumps({"id": k, "text": text}, ensure_ascii=k % 2 == 0) + "\n")
            if k % 1000 == 7:
                file.write('not JSON\n\n{"id": 1}\n')
    outputs = []
    for count in ("1", "2"):
        out = tmp_path / f"out{count}"
        out.mkdir()
        call = [
            sys.executable,
            "-m",
            "canonym",
            command,
            "../in.jsonl",
            "-o",
            "out.jsonl",
            "--workers",
            count,
            "--json",
        ]
        call += ["--edits", "edits"] if command == "normalise" else []
        done = subprocess.run(call, capture_output=True, check=False, cwd=out)
        assert done.returncode == 1, done.stderr.decode()
        told = {**json.loads(done.stdout), "seconds": 0}
        assert told["failed"] == 18
        outputs.append((told, {path.name: path.read_bytes() for path in out.iterdir()}))
    assert outputs[0] == outputs[1]
    assert b"Afghanistan" in outputs[0][1]["out.jsonl"] and b"Sheberghan" in outputs[0][1]["out.jsonl"]


def test_a_killed_worker_is_made_up_for(monkeypatch: pytest.MonkeyPatch) -> None:
    class Broken:
        def __init__(self, *_: object) -> None: ...

        def submit(self, *_: object) -> object:
            raise BrokenProcessPool

        def shutdown(self, **_: object) -> None: ...

    monkeypatch.setattr(futures, "ProcessPoolExecutor", Broken)
    monkeypatch.setattr(workers, "_WORTH", 1)
    monkeypatch.setattr(workers.Crew, "most_counted", 1000)
    with workers.crew(canonym.load(), ["default"], 2) as crew:
        assert [r.text for r in crew.process({})(["in Afghstan", "b"])] == ["in Afghanistan", "b"]
        assert crew.profile(blocks_of(SCRUBBED)) == of(SCRUBBED)


def test_workers_tell_of_a_corpus_what_one_process_tells(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workers, "_WORTH", 1)
    monkeypatch.setattr(workers.Crew, "most_counted", 1000)
    with workers.crew(canonym.load(), ["default"], 2) as crew:
        assert crew.profile(iter(())) == of(())
        found = crew.profile(blocks_of(SCRUBBED))
        assert found == of(SCRUBBED)
        assert [scrubbed.string for scrubbed in found.scrubbed] == ["ani"]
        # Once there are workers, a few texts go to them too.
        process = crew.process({"profile": found})
        assert [r.text for r in process(["The orgsation left Afghstan."])] == ["The organisation left Afghanistan."]
    with workers.crew(canonym.load(), ["default"], 1) as alone:
        assert alone.profile(blocks_of(SCRUBBED)) == found


_scanner: native.Scanner | None = None


def _attach(memory: mmap | None) -> None:
    global _scanner
    assert memory is not None
    _scanner = compiled_scanner()
    _scanner.share(memory)


def _learn(names: list[str]) -> int:
    """Learns the names that are not known yet, and says how many were."""
    assert _scanner is not None
    known = 0
    for name in names:
        verdict = len(name) % 4 + 1
        known += _scanner.verdict(name) == verdict
        _scanner.learn_runs([name], verdict)
        assert _scanner.verdict(name) == verdict
    return known


@pytest.mark.skipif(not native.COMPILED, reason="canonym was installed without a C compiler")
def test_two_processes_share_verdicts_at_once() -> None:
    names = [f"Name{'abcdefghij'[k % 10]}{'x' * (k // 10)}" for k in range(2000)]
    memory = board.made()
    assert memory is not None
    begin: tuple[Any, ...] = (memory,)
    with ProcessPoolExecutor(2, get_context("spawn"), _attach, begin) as pool:
        known = sum(pool.map(_learn, [names, names[::-1], names, names[::-1]]))
        assert known >= 2 * len(names)  # each is learned once, or twice where both came to it together
        assert sum(pool.map(_learn, [names] * 4)) == 4 * len(names)
    memory.close()


@pytest.mark.skipif(os.name != "posix", reason="nothing is shared on other systems")
def test_a_board_has_no_name_in_any_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    monkeypatch.delattr(os, "memfd_create", raising=False)
    memory = board.Board()
    assert not list(tmp_path.iterdir())
    memory.close()
    memory.close()


def test_without_a_board_the_outcome_is_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, "no room")

    monkeypatch.setattr(os, "posix_fallocate", full, raising=False)
    monkeypatch.setattr(os, "ftruncate", full)
    assert board.made() is None
    monkeypatch.setattr(workers, "_WORTH", 1)
    with workers.crew(canonym.load(), ["default"], 2) as crew:
        assert [r.text for r in crew.process({})(["in Afghstan", "b"])] == ["in Afghanistan", "b"]


def test_texts_are_dealt_out_in_order() -> None:
    texts = [str(k) * 1000 for k in range(1000)]
    dealt = list(workers._dealt(texts, 400_000))
    assert [t for part in dealt for t in part] == texts and len(dealt) > 1
    assert workers.default_workers() >= 1 and os.getpid()


@pytest.mark.parametrize("victim", ["worker", "parent"])
def test_a_process_that_is_killed(tmp_path: Path, victim: str) -> None:
    """A worker: the run goes on without it. The parent: its workers end, and --resume goes on with its files."""
    folder = tmp_path / "in"
    folder.mkdir()
    for n in range(40):
        lines = (f"{LINES[(n + k) % 3]} Word{n}x{k}ing." for k in range(4500))
        (folder / f"{n}.txt").write_text("\n".join(lines), encoding="utf-8")
    call = [sys.executable, "-m", "canonym", "normalise", "in", "--evidence", "document", "--edits"]

    def options(name: str, count: str) -> list[str]:
        return [*call, f"{name}.edits", "-o", name, "--workers", count]

    spare = tmp_path / "spare"
    spare.mkdir()
    env = {**os.environ, "TMPDIR": str(spare)}
    process = subprocess.Popen(options("out", "2"), cwd=tmp_path, stderr=subprocess.PIPE, env=env)
    assert process.stderr is not None
    end = time.monotonic() + 120
    while len(list(tmp_path.glob("out/*.txt"))) < 2:
        assert process.poll() is None and time.monotonic() < end
        time.sleep(0.01)
    workers_of = [pid for pid, line in _children(process.pid) if "resource_tracker" not in line]
    assert len(workers_of) == 2
    os.kill(workers_of[0] if victim == "worker" else process.pid, signal.SIGKILL)
    status = process.wait(120)
    said = process.stderr.read().decode()
    process.stderr.close()
    if victim == "parent":
        while any(Path(f"/proc/{pid}").exists() for pid in workers_of):
            assert time.monotonic() < end, "the workers stay"
            time.sleep(0.05)
        done = subprocess.run([*options("out", "2"), "--resume"], cwd=tmp_path, capture_output=True, text=True)
        status, said = done.returncode, done.stderr
        assert "kept: " in said
    assert status == 0 and "Traceback" not in said, said
    assert not list(spare.iterdir())
    assert subprocess.run(options("clean", "1"), cwd=tmp_path, capture_output=True, check=False).returncode == 0
    names = sorted(path.name for path in (tmp_path / "clean").iterdir())
    assert names == sorted(path.name for path in (tmp_path / "out").iterdir())
    for name in [f"out/{name}" for name in names] + ["out.edits"]:
        assert (tmp_path / name).read_bytes() == (tmp_path / name.replace("out", "clean")).read_bytes()


@pytest.mark.skipif(not Path("/proc/self/task").exists(), reason="workers are spawned")
def test_a_signal_is_heard_while_workers_are_forked() -> None:
    call = """
import os, signal, canonym
from canonym.workers import crew
normaliser = canonym.load()
os.register_at_fork(after_in_parent=lambda: os.kill(os.getpid(), signal.SIGINT))
try:
    with crew(normaliser, ["default"], 2) as made:
        made.process({})(["in Afghstan and elsewhere"] * 25_000)
except KeyboardInterrupt:
    print("heard")
"""
    env = {**os.environ, "OPENBLAS_NUM_THREADS": "1"}  # no threads beside the first
    done = subprocess.run([sys.executable, "-c", call], capture_output=True, text=True, env=env, timeout=120)
    assert (done.returncode, done.stdout, done.stderr) == (0, "heard\n", "")


def _children(pid: int) -> list[tuple[int, str]]:
    call = ["ps", "-ww", "--ppid", str(pid), "-o", "pid=,args="]
    told = subprocess.run(call, capture_output=True, text=True, check=True)
    return [(int(line.split()[0]), line) for line in told.stdout.splitlines()]
