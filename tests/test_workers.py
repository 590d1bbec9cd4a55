"""Several processes give what one gives."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from concurrent.futures.process import BrokenProcessPool
from pathlib import Path

import pytest

import canonym
from canonym import workers

LINES = [
    "The army left Afghstan for Londno and Untied Kigndom towns.",
    "Nahri Shahi, Mazari Sharif and Shiberghan are in the north, said VOA.",
    "Nothing to see in Jones Office, he said.",
    "در شهر مزار شریف و در برلین",
]


def test_two_workers_write_what_one_writes(tmp_path: Path) -> None:
    corpus = tmp_path / "in.jsonl"
    with corpus.open("w", encoding="utf-8") as file:
        for k in range(9000):
            text = " ".join(LINES[(k + j) % 4] for j in range(3)) + f" Word{k}ing."
            file.write(json.dumps({"id": k, "text": text}, ensure_ascii=False) + "\n")
    outputs = []
    for count in ("1", "2"):
        out = tmp_path / f"out{count}.jsonl"
        call = [sys.executable, "-m", "canonym", "normalise", str(corpus), "-o", str(out), "--workers", count, "-q"]
        done = subprocess.run(call, capture_output=True, check=False)
        assert done.returncode == 0, done.stderr.decode()
        outputs.append(out.read_bytes())
    assert outputs[0] == outputs[1]
    assert b"Afghanistan" in outputs[0] and b"Sheberghan" in outputs[0]


def test_a_killed_worker_is_made_up_for(monkeypatch: pytest.MonkeyPatch) -> None:
    class Broken:
        def __init__(self, *_: object) -> None: ...

        def submit(self, *_: object) -> object:
            raise BrokenProcessPool

        def shutdown(self, **_: object) -> None: ...

    monkeypatch.setattr(workers, "ProcessPoolExecutor", Broken)
    monkeypatch.setattr(workers, "_WORTH", 1)
    with workers.shared(canonym.load(), ["default"], {}, 2) as process:
        assert [r.text for r in process(["in Afghstan", "b"])] == ["in Afghanistan", "b"]


def test_texts_are_dealt_out_in_order() -> None:
    texts = [str(k) * 1000 for k in range(1000)]
    dealt = list(workers._dealt(texts))
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

    process = subprocess.Popen(options("out", "2"), cwd=tmp_path, stderr=subprocess.PIPE)
    assert process.stderr is not None
    end = time.monotonic() + 120
    while len(list(tmp_path.glob("out/*.txt"))) < 2:
        assert process.poll() is None and time.monotonic() < end
        time.sleep(0.01)
    workers_of = [pid for pid, line in _children(process.pid) if "spawn_main" in line]
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
    assert subprocess.run(options("clean", "1"), cwd=tmp_path, capture_output=True, check=False).returncode == 0
    names = sorted(path.name for path in (tmp_path / "clean").iterdir())
    assert names == sorted(path.name for path in (tmp_path / "out").iterdir())
    for name in [f"out/{name}" for name in names] + ["out.edits"]:
        assert (tmp_path / name).read_bytes() == (tmp_path / name.replace("out", "clean")).read_bytes()


def _children(pid: int) -> list[tuple[int, str]]:
    call = ["ps", "-ww", "--ppid", str(pid), "-o", "pid=,args="]
    told = subprocess.run(call, capture_output=True, text=True, check=True)
    return [(int(line.split()[0]), line) for line in told.stdout.splitlines()]
