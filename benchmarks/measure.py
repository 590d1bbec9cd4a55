"""One process, timed and weighed. This process stays small: a child's peak counts from its parent's size."""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import IO, Any, Final

from benchmarks.peers import Peer

ROOT: Final = Path(__file__).resolve().parents[1]
#: A process that has its time budget in hand is ended after so many times as much, and a minute to load.
_PATIENCE: Final = 3.0
_LOADING: Final = 60.0


@dataclass(frozen=True)
class Figure:
    """What one measurement told.

    `megabytes` were read in `seconds`, after `start` seconds to start and load; `peak` is the memory of the largest
    process in MB. `share` is the part of the corpus that was read. `note` says why there are no figures.
    """

    tool: str
    finds: str = ""
    names: int = 0
    workers: int = 1
    megabytes: float = 0.0
    share: float = 1.0
    start: float = 0.0
    seconds: float = 0.0
    peak: float = 0.0
    changed: int | None = None
    note: str = ""

    @property
    def pace(self) -> float | None:
        """MB/s, start-up and loading left out; None where nothing was measured."""
        return self.megabytes / self.seconds if self.seconds > 0 and not self.note else None

    @property
    def whole(self) -> float | None:
        """MB/s of the whole run."""
        return self.megabytes / (self.seconds + self.start) if self.seconds > 0 and not self.note else None

    def as_dict(self) -> dict[str, Any]:
        """The figure as JSON values."""
        return asdict(self) | {"mb_per_s": self.pace, "mb_per_s_whole_run": self.whole}


@dataclass(frozen=True)
class Run:
    """What the operating system said of one process."""

    status: int
    seconds: float
    peak: float
    told: str


def run(
    call: Sequence[str],
    *,
    stdin: Path | None = None,
    stdout: Path | None = None,
    limit: float | None = None,
    env: Mapping[str, str] | None = None,
) -> Run:
    """Run a command to its end, or to the limit; what it prints is kept where it goes to no file."""
    with tempfile.TemporaryFile() as told:
        source: IO[bytes] | int = stdin.open("rb") if stdin else subprocess.DEVNULL
        sink: IO[bytes] = stdout.open("wb") if stdout else told
        begun = time.perf_counter()
        process = subprocess.Popen(call, stdin=source, stdout=sink, cwd=ROOT, env={**os.environ, **(env or {})})
        timer = threading.Timer(limit or 86_400, process.kill)
        timer.start()
        _, status, usage = os.wait4(process.pid, 0)
        seconds = time.perf_counter() - begun
        timer.cancel()
        process.returncode = os.waitstatus_to_exitcode(status)  # it is waited for: nobody else may
        for file in (source, sink):
            if not isinstance(file, int) and file is not told:
                file.close()
        told.seek(0)
        unit = 1e6 if sys.platform == "darwin" else 1e3  # bytes there, kB elsewhere
        return Run(process.returncode, seconds, usage.ru_maxrss / unit, told.read().decode("utf-8", "replace"))


def child(*call: str) -> dict[str, Any]:
    """What a process of `benchmarks.child` tells."""
    done = run([sys.executable, "-m", "benchmarks.child", *call])
    if done.status:
        raise SystemExit(f"benchmarks.child {call[0]} ended with status {done.status}")
    return dict(json.loads(done.told.splitlines()[-1]))


def peer(one: Peer, table: Path, names: int, feed: Path, seconds: float) -> Figure:
    """A peer on a corpus, as far as it comes in `seconds`."""
    figure = Figure(one.name, one.finds, names, megabytes=feed.stat().st_size / 1e6)
    with tempfile.TemporaryDirectory() as folder:
        call = ["peer", one.name, str(table), str(feed), str(Path(folder, "out")), str(seconds)]
        limit = _PATIENCE * seconds + _LOADING
        done = run([sys.executable, "-m", "benchmarks.child", *call], limit=limit)
    if done.status == -9:
        return replace(figure, note=f"not one document within {limit:.0f} s", peak=done.peak)
    if done.status:
        return replace(figure, note=f"ended with status {done.status}")
    told = json.loads(done.told.splitlines()[-1])
    return replace(
        figure,
        megabytes=told["read"] / 1e6,
        share=told["read"] / feed.stat().st_size,
        start=done.seconds - told["seconds"],
        seconds=told["seconds"] * told["read"] / told["done"],
        peak=done.peak,
        changed=told["changed"],
    )


def canonym(index: Path, names: int, feed: Path, workers: int, options: Sequence[str] = ()) -> Figure:
    """`canonym normalise` on a corpus, by the command that a user gives; all of it, from standard input.

    Start-up and loading are what the same command takes for the first document alone. It begins without any cache.
    """
    call = [sys.executable, "-m", "canonym", "normalise", "--format", "jsonl", "-q", "-t", str(index)]
    call += ["--workers", str(workers), *options, "-"]
    with tempfile.TemporaryDirectory() as folder:
        env = {"CANONYM_CACHE": str(Path(folder, "cache"))}
        first, out = Path(folder, "first"), Path(folder, "out")
        with feed.open("rb") as lines:
            first.write_bytes(lines.readline())
        start = run(call, stdin=first, stdout=out, env=env)
        env = {"CANONYM_CACHE": str(Path(folder, "cache anew"))}
        done = run(call, stdin=feed, stdout=out, env=env)
        figure = Figure("canonym", "listed, by rule, damaged", names, workers, feed.stat().st_size / 1e6)
        if start.status or done.status:
            return replace(figure, note=f"ended with status {done.status or start.status}")
        with feed.open("rb") as before, out.open("rb") as after:
            changed = sum(a != b for a, b in zip(before, after, strict=True))
    seconds = max(done.seconds - start.seconds, 1e-3)
    return replace(figure, start=start.seconds, seconds=seconds, peak=done.peak, changed=changed)


def median(measure: Callable[[], Figure], runs: int) -> Figure:
    """The run of middle pace among several; with the largest peak."""
    figures = [measure() for _ in range(runs)]
    if any(one.note for one in figures):
        return next(one for one in figures if one.note)
    middle = statistics.median_low([one.pace or 0.0 for one in figures])
    return replace(next(f for f in figures if f.pace == middle), peak=max(f.peak for f in figures))
