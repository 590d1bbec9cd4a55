"""Several processes give what one gives."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Sequence
from concurrent.futures.process import BrokenProcessPool
from pathlib import Path

import pytest

import canonym
from canonym import workers
from canonym.model import Result

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

        def map(self, *_: object) -> Sequence[list[Result]]:
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
