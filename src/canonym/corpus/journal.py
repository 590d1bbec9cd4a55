"""What an unfinished run keeps beside its outputs, so that the same command with --resume goes on from there.

In a hidden folder of the output folder, one for each set of inputs: `journal.jsonl` tells how the run is made, and each
finished file with digests of its input and output; `edits.jsonl` and `failures.jsonl` hold the lines of the edit
log and of the failures file, a stretch for each finished file. All are only appended to, so a run may be killed at any
time: what stands behind the last finished file is cut off when the next one begins. A whole run removes the folder.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import shutil
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import fields
from pathlib import Path
from typing import IO, Any, Final

from canonym.corpus.formats import kind
from canonym.corpus.job import Evidence
from canonym.corpus.ledger import Ledger, Stretch, unwritable
from canonym.corpus.plan import Source
from canonym.corpus.stream import digest
from canonym.model import DocumentError, UsageError
from canonym.records import dataclass

VERSION: Final = 1
_NAME: Final = ".canonym-unfinished-"
_EVIDENCE: Final = "profile.json"
_LEDGERS: Final = ("edits.jsonl", "failures.jsonl")


@dataclass(frozen=True, slots=True)
class Finished:
    """One finished file: the input's name, the output's place under the output folder, and what it came to.

    Digests are of the uncompressed bytes; `edits` and `failures` are its stretches of the ledgers, `counts` those of
    `Counts.record`.
    """

    file: str
    output: str
    input_sha256: str
    output_sha256: str
    edits: Stretch
    failures: Stretch
    failed: int
    counts: Mapping[str, Any]


_FIELDS: Final = tuple(field.name for field in fields(Finished))


@dataclass(frozen=True, slots=True)
class Unfinished:
    """What an earlier run left: how many files it finished, and whether it was made as this one would be.

    `evidence` is what its first pass found, where the inputs are still those that it read.
    """

    files: int
    same: bool
    evidence: Path | None = None


def place(output: str, inputs: Sequence[str]) -> Path:
    """The folder of the journal: runs over other inputs into the same output folder have others."""
    key = hashlib.sha256("\0".join(os.path.normpath(path) for path in inputs).encode("utf-8", "surrogateescape"))
    return Path(output) / f"{_NAME}{key.hexdigest()[:12]}"


def left(folder: Path, how: Mapping[str, object], sources: Sequence[Source] | None = None) -> Unfinished | None:
    """What an earlier run left in a journal's folder; `sources` are asked for to see whether they have changed."""
    try:
        with (folder / "journal.jsonl").open("rb") as file:
            head = _head(file)
            count = len(_index(file)[0]) if head else 0
    except OSError:
        return None
    if head is None:
        return None
    same = head["how"] == _plain(how)
    evidence = folder / _EVIDENCE
    known = same and sources is not None and head["inputs"] == state(sources) and evidence.is_file()
    return Unfinished(count, same, evidence if known else None)


def state(sources: Sequence[Source]) -> str:
    """A digest of names, sizes and times of the inputs: as long as it is the same, none was written to."""
    out = hashlib.sha256()
    for source in sources:
        try:
            found = os.stat(source.path or "")  # noqa: PTH116 - a million of them
            line = f"{source.name}\0{found.st_size}\0{found.st_mtime_ns}\0{found.st_ctime_ns}\n"
        except OSError:
            line = f"{source.name}\0\n"
        out.update(line.encode("utf-8", "surrogateescape"))
    return out.hexdigest()


class Journal:
    """The journal of a run, open for writing; `count` files in it are finished."""

    def __init__(
        self,
        folder: Path,
        how: Mapping[str, object],
        inputs: str,
        evidence: Evidence | None,
        log: str,
        failures: str,
    ) -> None:
        self._folder, self._head = folder, {"kind": "journal", "journal": VERSION, "how": _plain(how), "inputs": inputs}
        self._index: dict[str, int] = {}
        self._sessions: set[int] = set()
        try:
            folder.mkdir(parents=True, exist_ok=True)
            self._file = (folder / "journal.jsonl").open("a+b")
            _lock(self._file, folder.parent)
            self._old = (folder / "journal.jsonl").open("rb")
            ends = self._begin(evidence)
            self.failures = Ledger(folder / _LEDGERS[1], failures, ends[1])
            self.log = Ledger(folder / _LEDGERS[0], log, ends[0]) if log else None
        except OSError as error:
            raise unwritable(folder, error) from error
        self.count = len(self._index)

    def _begin(self, evidence: Evidence | None) -> tuple[int, int]:
        """Go on with what is there if it was made in the same way, else start anew; where the ledgers end."""
        known, new = self._folder / _EVIDENCE, self._folder / f"{_EVIDENCE}.new"
        if evidence is None:
            new.touch()
        else:
            evidence.save(new)
        kept = known.read_bytes() if known.is_file() else b""
        head, ends = _head(self._old), (0, 0)
        index, self._sessions, before, end = _index(self._old) if head else ({}, set(), ends, 0)
        whole = all(self._size(name) >= end for name, end in zip(_LEDGERS, before, strict=True))
        if head and whole and head["how"] == self._head["how"] and kept == new.read_bytes():
            self._index, ends = index, before
            self._file.truncate(end)
        else:
            self._file.truncate(0)
            self._line(self._head)
        new.replace(known)
        self._line({"session": os.getpid()})
        self._file.flush()
        return ends

    def _size(self, name: str) -> int:
        path = self._folder / name
        return path.stat().st_size if path.is_file() else 0

    def _line(self, value: Mapping[str, Any]) -> None:
        self._file.write(json.dumps(value, separators=(",", ":")).encode() + b"\n")

    def clear(self, folders: Iterator[str]) -> None:
        """Remove what runs before, which were killed, had begun to write in these folders."""
        before = tuple(f".canonym-{pid}-" for pid in self._sessions - {os.getpid()})
        for folder in set(folders) if before else ():
            with contextlib.suppress(OSError), os.scandir(folder) as entries:
                for entry in entries:
                    if entry.name.startswith(before) and entry.name.endswith(".tmp"):
                        Path(entry.path).unlink(missing_ok=True)

    def head(self) -> None:
        """What was written to the ledgers by now stands before the files."""
        for ledger in (self.log, self.failures):
            if ledger is not None:
                ledger.head()

    def finished(self, source: Source) -> Finished | None:
        """What an earlier run made of this file, if its input and its output are still what they were."""
        if source.target is None or source.path is None or source.name not in self._index:
            return None
        self._old.seek(self._index[source.name])
        line = json.loads(self._old.readline())
        done = Finished(**{**line, "edits": tuple(line["edits"]), "failures": tuple(line["failures"])})
        if done.output != source.relative or not Path(source.target).is_file():
            return None
        try:
            if not self.failures.holds(done.failures) or (self.log is not None and not self.log.holds(done.edits)):
                return None
            if digest(source.path, source.compression) != done.input_sha256:
                return None
            if digest(source.target, kind(source.target).compression) != done.output_sha256:
                return None
        except (OSError, DocumentError):
            return None
        return done

    def finish(self, source: Source, hashes: tuple[str, str], failed: int, counts: Mapping[str, Any]) -> None:
        """Note that a file is finished; what was written to the ledgers since the one before is its own."""
        try:
            edits = self.log.cut() if self.log is not None else (0, 0)
            done = Finished(source.name, source.relative, *hashes, edits, self.failures.cut(), failed, counts)
            self._line({name: getattr(done, name) for name in _FIELDS})
            self._file.flush()
        except OSError as error:
            raise unwritable(self._folder, error) from error
        self.count += 1

    def fail(self) -> None:
        """Note that a file could not be finished; what the ledgers hold of it is told, and it is tried again."""
        for ledger in (self.log, self.failures):
            if ledger is not None:
                ledger.cut()

    def take(self, done: Finished) -> None:
        """Take over a finished file from an earlier run."""
        self.failures.take(done.failures)
        if self.log is not None:
            self.log.take(done.edits)

    def pause(self) -> None:
        """Give each ledger the stretches of all finished files, those of earlier runs as well."""
        self.count = 0
        with contextlib.suppress(OSError), (self._folder / "journal.jsonl").open("rb") as file:
            if _head(file) is None:
                return
            found = _index(file)[0]
            self.count = len(found)
            for start in sorted(found.values()):  # as they were finished
                file.seek(start)
                line = json.loads(file.readline())
                self.failures.recall(line["failures"])
                if self.log is not None:
                    self.log.recall(line["edits"])

    def close(self, *, remove: bool) -> None:
        """Close all; `remove` what was kept, once nothing is left to go on with."""
        for part in (self.log, self.failures, self._old, self._file):
            with contextlib.suppress(OSError):
                if part is not None:
                    part.close()
        if remove:
            shutil.rmtree(self._folder, ignore_errors=True)


def _plain(value: Mapping[str, object]) -> Any:
    return json.loads(json.dumps(value, sort_keys=True))


def _head(file: IO[bytes]) -> dict[str, Any] | None:
    """The first line of a journal; None where there is none that this code wrote."""
    try:
        head = json.loads(file.readline())
    except ValueError:
        return None
    fits = isinstance(head, dict) and head.get("kind") == "journal" and head.get("journal") == VERSION
    return head if fits else None


def _index(file: IO[bytes]) -> tuple[dict[str, int], set[int], tuple[int, int], int]:
    """Where each finished file's last line begins, the processes that wrote, the ends of the ledgers, and of all."""
    index: dict[str, int] = {}
    sessions: set[int] = set()
    edits = failures = 0
    at = file.tell()
    for line in iter(file.readline, b""):
        try:
            value = json.loads(line) if line.endswith(b"\n") else None
        except ValueError:
            value = None
        if value is None:
            break  # cut short by the stop
        if "session" in value:
            sessions.add(value["session"])
        else:
            index[value["file"]] = at
            edits, failures = max(edits, value["edits"][1]), max(failures, value["failures"][1])
        at += len(line)
    return index, sessions, (edits, failures), at


def _lock(file: IO[bytes], output: Path) -> None:
    """See that no two runs write one journal."""
    try:
        import fcntl
    except ImportError:  # no such thing on this system
        return
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        file.close()
        raise UsageError(
            f"another run of the same inputs is writing to {output}", remedy="Wait for its end, or say another -o"
        ) from None
    except OSError:  # a file system without locks
        return
