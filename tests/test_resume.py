"""A run that is stopped, however it is stopped: no half file, and --resume ends as if nothing had happened."""

from __future__ import annotations

import ctypes
import gzip
import json
import os
import resource
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pyarrow as pa_untyped
import pyarrow.parquet as pq_untyped
import pytest

import canonym
from canonym.corpus import journal as journals
from canonym.corpus.undo import undo
from canonym.model import Edit, Result, UsageError
from canonym.pipeline import Job, run, unfinished
from canonym.rewrite import apply

pa: Any = pa_untyped
pq: Any = pq_untyped
SOURCE = str(Path(canonym.__file__).parents[1])
FILES = 300
TABLE = "canonical,alias,type,kind\nMazar-e-Sharif,Mazar-i-Sharif,place,romanisation\nKabul,Caboul,place,spelling\n"
#: Slow enough that a signal always comes in the middle.
SLOW = """\
import time
import canonym.corpus.writer as writer
commit = writer.Output.commit
def slow(self):
    time.sleep(0.01)
    return commit(self)
writer.Output.commit = slow
"""


def everything(folder: Path) -> dict[str, bytes]:
    return {str(p.relative_to(folder)): p.read_bytes() for p in folder.rglob("*") if p.is_file()}


def outputs(folder: Path) -> set[str]:
    """Finished files, while a run may be writing others."""
    names = {str(p.relative_to(folder)) for p in folder.rglob("*") if p.is_file()}
    return {name for name in names if "/." not in f"/{name}"}


def written(folder: Path) -> dict[str, int]:
    return {name: (folder / name).stat().st_ino for name in outputs(folder)}


class Corpus:
    """A folder of texts, some damaged, and the command that is stopped."""

    def __init__(self, top: Path) -> None:
        self.top = top
        (top / "t.csv").write_text(TABLE, encoding="utf-8")
        (top / "slow").mkdir()
        (top / "slow/sitecustomize.py").write_text(SLOW)
        for n in range(FILES):
            path = top / f"in/{n % 7}/{n:03}.txt"
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(f"News {n} from Caboul and Mazar-i-Sharif, for the orgsation of Afghstan.\n" * (1 + n % 3))
        (top / "in/1/broken.txt").write_bytes(b"Caboul \xff")
        (top / "in/5/lines.jsonl").write_text('{"text": "Caboul"}\n{"text": 5}\n{"text": "Caboul"}\n')
        (top / "in/6/cut.jsonl.gz").write_bytes(gzip.compress(b'{"text": "Caboul"}\n' * 99)[:-9])
        pq.write_table(pa.table({"text": ["in Caboul", None]}), top / "in/3/table.parquet")

    def call(self, command: str, out: str, *more: str) -> list[str]:
        edits = ["--edits", f"{out}.edits.jsonl"] * (command != "annotate")
        return [sys.executable, "-m", "canonym", command, "in", "-o", out, "-t", "t.csv", *edits, *more]

    def environment(self, *, slow: bool) -> Mapping[str, str]:
        path = os.pathsep.join([str(self.top / "slow")] * slow + [SOURCE])
        return {**os.environ, "PYTHONPATH": path}

    def done(self, command: str, out: str, *more: str) -> subprocess.CompletedProcess[str]:
        call = self.call(command, out, *more)
        return subprocess.run(call, cwd=self.top, env=self.environment(slow=False), capture_output=True, text=True)

    def started(
        self, command: str, out: str, *more: str, before: Callable[[], None] | None = None
    ) -> subprocess.Popen[bytes]:
        def prepare() -> None:
            signal.signal(signal.SIGINT, signal.SIG_DFL)
            if before is not None:
                before()

        return subprocess.Popen(
            self.call(command, out, *more),
            cwd=self.top,
            env=self.environment(slow=True),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            preexec_fn=prepare,
        )

    def stopped(self, command: str, out: str, sent: signal.Signals, *more: str, after: int = 20) -> tuple[int, str]:
        """Run until some outputs are there, then send a signal; the status, and what was said."""
        process = self.started(command, out, *more)
        assert process.stderr is not None
        end = time.monotonic() + 120
        while len(outputs(self.top / out)) < after:
            assert process.poll() is None and time.monotonic() < end, process.stderr.read()
            time.sleep(0.005)
        process.send_signal(sent)
        status = process.wait(60)
        said = process.stderr.read().decode()
        process.stderr.close()
        assert "Traceback" not in said
        return status, said

    def same(self, out: str, clean: str, command: str = "normalise") -> None:
        """Everything that two runs wrote is the same, and nothing else is left."""
        found = everything(self.top / out)
        assert found == everything(self.top / clean)
        assert not any(Path(name).name.startswith(".") for name in found)
        if command != "annotate":
            logs = [(self.top / f"{name}.edits.jsonl").read_bytes() for name in (out, clean)]
            assert logs[0] == logs[1]


@pytest.fixture(scope="module")
def corpus(tmp_path_factory: pytest.TempPathFactory) -> Corpus:
    made = Corpus(tmp_path_factory.mktemp("corpus"))
    for command in ("normalise", "annotate"):
        done = made.done(command, f"clean-{command}", "--json")
        assert done.returncode == 1, done.stderr
        (made.top / f"clean-{command}.json").write_text(done.stdout)
    return made


def report(text: str) -> dict[str, Any]:
    """A report but for what is not the same in a second run: time, and the names of the outputs' folder."""
    told: dict[str, Any] = json.loads(text)
    for name in ("seconds", "outputs", "failures_file", "kept"):
        told.pop(name)
    return told


@pytest.mark.parametrize("command", ["normalise", "annotate"])
@pytest.mark.parametrize("sent", [signal.SIGKILL, signal.SIGINT, signal.SIGTERM])
def test_a_run_that_was_stopped_goes_on(corpus: Corpus, sent: signal.Signals, command: str) -> None:
    out, clean = f"{command}-{sent.name}", f"clean-{command}"
    status, said = corpus.stopped(command, out, sent)
    assert status == {signal.SIGKILL: -9, signal.SIGINT: 130, signal.SIGTERM: 143}[sent]
    before = written(corpus.top / out)
    assert 20 <= len(before) < FILES
    whole = everything(corpus.top / clean)
    for name in before.keys() - {"failures.jsonl"}:
        assert (corpus.top / out / name).read_bytes() == whole[name], "no half file"
    if sent != signal.SIGKILL:
        assert "finished; the same command with --resume goes on" in said
        assert not [name for name in everything(corpus.top / out) if name.endswith(".tmp")]
        if command != "annotate":
            back = undo([str(corpus.top / out / "0/000.txt")], f"{corpus.top / out}.edits.jsonl", f"{corpus.top}/back")
            assert (back.files, (corpus.top / "back").read_bytes()) == (1, (corpus.top / "in/0/000.txt").read_bytes())
            (corpus.top / "back").unlink()
    done = corpus.done(command, out, "--resume", "--json")
    assert done.returncode == 1, done.stderr
    corpus.same(out, clean, command)
    assert report(done.stdout) == report((corpus.top / f"{clean}.json").read_text())
    kept = json.loads(done.stdout)["kept"]
    assert len(before) - 3 <= kept <= len(before)
    after = written(corpus.top / out)
    assert sum(after[name] == inode for name, inode in before.items()) >= kept - 1


def test_stopped_again_and_again(corpus: Corpus) -> None:
    corpus.stopped("normalise", "often", signal.SIGKILL, after=20)
    corpus.stopped("normalise", "often", signal.SIGINT, "--resume", after=60)
    _, said = corpus.stopped("normalise", "often", signal.SIGKILL, "--resume", after=100)
    assert "other" not in said
    assert corpus.done("normalise", "often", "--resume").returncode == 1
    corpus.same("often", "clean-normalise")


def test_without_resume_an_unfinished_run_is_mentioned(corpus: Corpus) -> None:
    corpus.stopped("normalise", "mentioned", signal.SIGKILL)
    dry = corpus.done("normalise", "mentioned", "--dry-run")
    assert "--resume" not in dry.stderr
    done = corpus.done("normalise", "mentioned")
    assert done.stderr.startswith("canonym: an earlier run stopped after ")
    assert "files; --resume goes on" in done.stderr.splitlines()[0]
    corpus.same("mentioned", "clean-normalise")
    again = corpus.done("normalise", "mentioned", "--resume")
    assert "no run over these inputs was stopped" in again.stderr
    corpus.same("mentioned", "clean-normalise")


def test_other_options_do_all_again(corpus: Corpus) -> None:
    corpus.stopped("normalise", "other", signal.SIGKILL)
    before = written(corpus.top / "other")
    done = corpus.done("normalise", "other", "--resume", "--no-repair")
    assert "other tables, options or code" in done.stderr and "kept" not in done.stderr
    assert not before.items() & written(corpus.top / "other").items()
    assert corpus.done("normalise", "plain", "--no-repair").returncode == 1
    corpus.same("other", "plain")


def test_a_full_disk(corpus: Corpus) -> None:
    """No file may grow beyond what the small ones need; one in the middle does."""
    big = corpus.top / "in/3/big.txt"
    big.write_text("Nothing is to be seen in here.\n" * 40_000)
    try:
        limit = 900_000
        process = corpus.started(
            "normalise", "full", before=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))
        )
        assert process.stderr is not None
        said = process.stderr.read().decode()
        assert process.wait(60) == 2
        process.stderr.close()
        assert "big.txt: cannot be written: File too large" in said and "Traceback" not in said
        assert "files finished; the same command with --resume goes on" in said
        assert not (corpus.top / "full/3/big.txt").exists()
        assert not [name for name in everything(corpus.top / "full") if name.endswith(".tmp")]
        assert len(outputs(corpus.top / "full")) > 100
        done = corpus.done("normalise", "full", "--resume")
        assert "kept: " in done.stderr
        assert corpus.done("normalise", "fresh").returncode == 1
        corpus.same("full", "fresh")
    finally:
        big.unlink()


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of a megabyte, where one may mount it."""
    folder = tmp_path / "disk"
    folder.mkdir()
    libc = ctypes.CDLL(None, use_errno=True)
    if not hasattr(libc, "mount") or libc.mount(b"none", bytes(folder), b"tmpfs", 0, b"size=1m"):
        pytest.skip("no disk can be mounted here")
    yield folder
    libc.umount2(bytes(folder), 2)


def test_a_disk_that_is_really_full(corpus: Corpus, small_disk: Path) -> None:
    filler = small_disk / "filler"
    filler.write_bytes(bytes(500_000))
    out = str(small_disk / "out")
    call = [*corpus.call("normalise", "unused"), "-o", out, "--edits", f"{out}.edits"]
    full = subprocess.run(call, cwd=corpus.top, env=corpus.environment(slow=False), capture_output=True, text=True)
    assert full.returncode == 2 and "No space left" in full.stderr and "Traceback" not in full.stderr
    assert "--resume goes on" in full.stderr
    whole = everything(corpus.top / "clean-normalise")
    for name in outputs(small_disk / "out"):
        if name != "failures.jsonl":
            assert (small_disk / "out" / name).read_bytes() == whole[name]
    subprocess.run(["cp", "-r", out, f"{corpus.top}/disk"], check=True)
    done = corpus.done("normalise", "disk", "--resume")
    assert "kept: " in done.stderr, done.stderr
    corpus.same("disk", "clean-normalise")


def test_two_runs_at_once_are_refused(corpus: Corpus) -> None:
    process = corpus.started("normalise", "twice")
    while len(outputs(corpus.top / "twice")) < 5:
        time.sleep(0.01)
    done = corpus.done("normalise", "twice", "--resume")
    assert done.returncode == 2 and "another run of the same inputs" in done.stderr
    process.kill()
    process.wait(60)
    assert process.stderr is not None
    process.stderr.close()


NAMES = {"Kabool": "Kabul"}


def rename(texts: Sequence[str]) -> list[Result]:
    out = []
    for text in texts:
        place = text.find("Kabool")
        edits = (Edit(place, place + 6, "Kabool", "Kabul", "alias"),) if place >= 0 else ()
        out.append(Result(apply(text, edits), edits))
    return out


class Stop:
    """A process that is interrupted after some texts, and tells which it has seen."""

    def __init__(self, after: int) -> None:
        self.after, self.seen = after, list[str]()

    def __call__(self, texts: Sequence[str]) -> list[Result]:
        self.seen += texts
        if len(self.seen) > self.after:
            raise KeyboardInterrupt
        return rename(texts)


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "in").mkdir()
    for n in range(9):
        (tmp_path / f"in/{n}.txt").write_text(f"{n} Kabool")
    with pytest.raises(KeyboardInterrupt):
        run(Job(("in",), "out", edits="log", block_bytes=1), Stop(7))
    return tmp_path


def resumed(**other: Any) -> list[str]:
    """The first letters of the texts that a resumed run does again."""
    process = Stop(99)
    job = Job(("in",), "out", edits="log", block_bytes=1, resume=True)
    run(replace(job, **other), process)
    texts = {path.name: path.read_text() for path in Path("in").iterdir()}
    assert everything(Path("out")) == {name: f"{text[0]} Kabul".encode() for name, text in texts.items()}
    return sorted(text[0] for text in process.seen)


class TestWhatCounts:
    def test_nothing_is_done_twice(self, here: Path) -> None:
        left = unfinished(Job(("in",), "out", edits="log"))
        assert left is not None and (left.files, left.same) == (6, True)
        assert resumed() == ["6", "7", "8"]
        run(Job(("in",), "out2", edits="log2"), rename)
        assert (here / "log").read_bytes() == (here / "log2").read_bytes()

    def test_a_changed_input(self, here: Path) -> None:
        times = (here / "in/2.txt").stat()
        (here / "in/2.txt").write_text("x Kabool")
        os.utime(here / "in/2.txt", ns=(times.st_atime_ns, times.st_mtime_ns))
        assert resumed() == ["6", "7", "8", "x"]
        run(Job(("in",), "out2", edits="log2"), rename)
        assert (here / "log").read_bytes() == (here / "log2").read_bytes()

    def test_a_changed_or_missing_output(self, here: Path) -> None:
        (here / "out/1.txt").write_text("1 Kabal")
        (here / "out/3.txt").unlink()
        assert resumed() == ["1", "3", "6", "7", "8"]

    def test_a_bare_output_is_not_trusted(self, here: Path) -> None:
        (here / "out/7.txt").write_text("7 Kabul")
        assert resumed() == ["6", "7", "8"]

    def test_a_touched_input_is_the_same(self, here: Path) -> None:
        os.utime(here / "in/2.txt")
        assert resumed() == ["6", "7", "8"]

    @pytest.mark.parametrize(
        "other", [{"provenance": {"fingerprint": "x"}}, {"settings": {"rewrite": []}}, {"encoding": "utf-8"}]
    )
    def test_another_job(self, here: Path, other: dict[str, Any]) -> None:
        assert len(resumed(**other)) == 9

    def test_other_evidence(self, here: Path) -> None:
        class Evidence:
            def save(self, path: Path) -> None:
                path.write_text("{}")

        assert len(resumed(evidence=Evidence())) == 9

    def test_files_that_come_and_go(self, here: Path) -> None:
        (here / "in/0.txt").unlink()
        (here / "out/0.txt").unlink()
        assert resumed() == ["6", "7", "8"]

    @pytest.mark.parametrize(
        ("name", "again"), [("journal.jsonl", ["5", "6", "7", "8"]), ("edits.jsonl", [*"012345678"])]
    )
    def test_a_journal_that_is_cut_short(self, here: Path, name: str, again: list[str]) -> None:
        path = next((here / "out").glob(".canonym-*")) / name
        path.write_bytes(path.read_bytes()[: -30 if len(again) < 9 else 900])
        assert resumed() == again
        run(Job(("in",), "out2", edits="log2"), rename)
        assert (here / "log").read_bytes() == (here / "log2").read_bytes()

    def test_a_journal_of_zeros(self, here: Path) -> None:
        path = next((here / "out").glob(".canonym-*")) / "journal.jsonl"
        path.write_bytes(bytes(path.stat().st_size))
        assert len(resumed()) == 9

    def test_other_inputs_have_a_journal_of_their_own(self, here: Path) -> None:
        run(Job(("in/1.txt", "in/2.txt"), "out"), rename)
        assert resumed() == ["6", "7", "8"]


@pytest.mark.parametrize(
    ("job", "said"),
    [
        (Job(("in",), "out", resume=True, dry_run=True), "dry run"),
        (Job(("in/1.txt",), "b.txt", resume=True), "single output"),
        (Job(("in/1.txt",), resume=True), "single output"),
        (Job(("-",), "out", resume=True), "standard input"),
        (Job(("in/1.txt", "-"), "out", resume=True), "standard input"),
    ],
)
def test_what_cannot_be_resumed_is_refused(here: Path, job: Job, said: str) -> None:
    before = everything(here)
    with pytest.raises(UsageError, match=said):
        unfinished(job)
    with pytest.raises(UsageError, match=said):
        run(job, rename)
    assert everything(here) == before


def test_nothing_to_resume(here: Path) -> None:
    summary = run(Job(("in",), "out3/", resume=True), rename)
    assert (summary.documents, summary.kept) == (9, 0)
    assert run(Job(("in/1.txt",), "out4/", resume=True), rename).documents == 1
    assert not journals.place("out3", ("in",)).exists()


def test_an_edit_log_that_cannot_be_written_is_told_at_once(here: Path) -> None:
    process = Stop(99)
    with pytest.raises(canonym.CanonymError, match="cannot be written"):
        run(Job(("in",), "out5", edits="in/1.txt/log"), process)
    assert not process.seen
