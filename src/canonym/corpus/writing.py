"""The end of a run: events in order become outputs, the edit log, the failures file, and counts."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Callable, Iterator, Sequence
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from canonym.corpus.block import Block
from canonym.corpus.failures import FailureLog
from canonym.corpus.finishing import Done, finish
from canonym.corpus.job import Job, Progress
from canonym.corpus.jsonl import LinesBlock
from canonym.corpus.plan import STDIN, Plan, Source
from canonym.corpus.stream import Tally
from canonym.corpus.summary import Counts, Summary
from canonym.corpus.writer import Output
from canonym.model import CanonymError, Document, Failure, Result

if TYPE_CHECKING:
    from canonym.corpus.editlog import LogWriter
    from canonym.corpus.journal import Finished, Journal
    from canonym.corpus.ledger import Ledger


class Begin(NamedTuple):
    """A source begins; `tally` counts what was read of it so far."""

    source: Source
    tally: Tally


class Piece(NamedTuple):
    """A block of it, with the results of its documents (None: failed) once they are there.

    Or what became of it elsewhere, where nobody asks for results.
    """

    block: Block
    results: Sequence[Result | None] = ()
    failures: tuple[Failure, ...] = ()
    finished: Done | None = None


class End(NamedTuple):
    """It ends, too early if there is a problem."""

    problem: Failure | None = None


class Kept(NamedTuple):
    """A whole source was finished by an earlier run."""

    source: Source
    done: Finished


Event = Begin | Piece | End | Kept


class Writing:
    """Takes events in order, writes outputs, log and failures, and counts."""

    def __init__(
        self,
        job: Job,
        planned: Plan,
        journal: Journal | None,
        on_progress: Callable[[Progress], None] | None,
        on_document: Callable[[Document, Result], None] | None,
    ) -> None:
        self._job, self._on_progress, self._on_document = job, on_progress, on_document
        self._journal = journal
        #: Of all files before, and of the one being written.
        self._counts, self._own = Counts(), Counts()
        ledger = journal.failures if journal is not None else None
        self._failures = FailureLog("" if job.dry_run else planned.failures_file, ledger)
        self._log: LogWriter | None = None
        self._output: Output | None = None
        self._outputs: list[str] = []
        self._source: Source | None = None
        self._tally = Tally()
        self._offset = self._read = self._kept = self._failed = 0
        self._encoding = "utf-8"
        self._last = b""
        self._total = _total(planned)
        if job.edits and not job.dry_run:
            output = journal.log if journal is not None and journal.log is not None else Output(job.edits)
            self._log = _logging(output, job)

    def start(self, failures: Sequence[Failure]) -> None:
        """Note what failed before anything was read."""
        self.fail(failures)
        if self._journal is not None:
            self._journal.head()

    def fail(self, failures: Sequence[Failure]) -> None:
        """Note what failed."""
        for failure in failures:
            self._failures.add(failure)

    def take(self, event: Event) -> None:
        """Do what one event says."""
        if isinstance(event, Piece):
            self._piece(event)
        elif isinstance(event, Begin):
            self._begin(event)
        elif isinstance(event, End):
            self._end(event)
        else:
            self._keep(event)
        if self._on_progress is not None and self._source is not None:
            before, own, read = self._counts, self._own, self._read + self._tally.disk
            self._on_progress(
                Progress(
                    before.documents + own.documents,
                    before.changed + own.changed,
                    self._failures.count,
                    read,
                    self._total,
                    self._source.name,
                )
            )

    def _begin(self, event: Begin) -> None:
        self._source, self._tally = event.source, event.tally
        self._offset = 0
        self._failed = self._failures.count
        if not self._job.dry_run:
            self._output = Output(event.source.target, digest=self._log is not None or self._journal is not None)

    def _piece(self, event: Piece) -> None:
        block = event.block
        annotated = self._job.mode == "annotate"
        logged = self._log is not None
        told = event.finished or finish(block, event.results, event.failures, annotated, logged)
        payload = told.payload
        if isinstance(payload, list):
            assert isinstance(block, LinesBlock)
            payload = block.with_spliced(payload)
        offset = self._offset
        if isinstance(payload, bytes):
            self._offset += len(payload)
        if self._output is not None:
            if self._output.path is None and isinstance(payload, bytes) and payload:
                if self._last not in (b"", b"\n") and not offset:
                    self._output.write(b"\n")  # the file before ended within its last line
                self._last = payload[-1:]
            self._output.write(payload)
        self.fail(told.failures)
        self._encoding = told.encoding
        if self._log is not None and self._source is not None:
            from canonym.corpus.editlog import pieces

            name = self._source.name
            for line in chain(told.log, (pieces(name, entry) for entry in told.entries)):
                self._log.entry(line, offset)
        self._own.add(told.counts)
        if self._on_document is not None:
            for document, result in zip(block.documents, event.results, strict=True):
                if result is not None:
                    self._on_document(document, result)

    def _end(self, event: End) -> None:
        source, output = self._source, self._output
        assert source is not None
        self._own.files = 1
        if event.problem is not None:
            self.fail([event.problem])
        if output is not None and (event.problem is None or output.path is None):
            output.commit()
            if output.path is not None:
                self._outputs.append(output.path)
            if output.sha256 is not None and event.problem is None:
                self._note(source, output.path, output.sha256.hexdigest())
        elif output is not None:
            output.discard()
            if self._journal is not None:
                self._journal.fail()
        self._counts.add(self._own)
        self._output, self._own = None, Counts()
        self._read += self._tally.disk
        self._tally = Tally()

    def _note(self, source: Source, path: str | None, written: str) -> None:
        """Tell the log, and then the journal, of a file in its place."""
        read = self._tally.sha256.hexdigest() if self._tally.sha256 is not None else ""
        if self._log is not None:
            from canonym.corpus.editlog import FileRecord

            self._log.finish_file(
                FileRecord(
                    file=source.name,
                    output=source.relative if path else STDIN,
                    format=source.format,
                    encoding=self._encoding,
                    input_sha256=read if source.format != "parquet" else "",
                    output_sha256=written,
                    documents=self._own.changed,
                    edits=self._own.edits,
                )
            )
        if self._journal is not None:
            failed = self._failures.count - self._failed
            self._journal.finish(source, (read, written), failed, self._own.record())

    def _keep(self, event: Kept) -> None:
        source, done, journal = event.source, event.done, self._journal
        assert journal is not None and source.target is not None and source.path is not None
        self._source = source
        journal.take(done)
        self._failures.take(done.failed, journal.failures.lines(done.failures))
        self._counts.add(Counts.of(done.counts))
        self._outputs.append(source.target)
        self._read += os.stat(source.path).st_size  # noqa: PTH116 - a million of them
        self._kept += 1

    def abandon(self) -> None:
        """Leave nothing half-written; what is told of whole files stays, so that they can be undone."""
        if self._output is not None:
            self._output.discard()
        if self._journal is not None:
            self._journal.pause()
        # A full disk may be why all this ends: the journal has what is not in the log then.
        with contextlib.suppress(CanonymError, OSError):
            for part in (self._log, self._failures):
                if part is not None:
                    if self._journal.count if self._journal is not None else self._outputs:
                        part.commit()
                    part.discard()
        if self._journal is not None:
            self._journal.close(remove=not self._journal.count)

    def finish(self, each: bool = True) -> Summary:
        """Put log and failures in their places, and sum up, as `Counts.summary` does."""
        if self._log is not None:
            self._log.commit()
        path = self._failures.commit()
        if self._journal is not None:
            self._journal.close(remove=True)
        return self._counts.summary(
            failed=self._failures.count,
            failures=tuple(self._failures.first),
            outputs=tuple(self._outputs),
            failures_file=path,
            kept=self._kept,
            each=each,
        )


def _logging(output: Output | Ledger, job: Job) -> LogWriter:
    from canonym.corpus.editlog import LogWriter
    from canonym.versions import version

    return LogWriter(output, version("canonym"), job.provenance)


def folders(job: Job, planned: Plan) -> Iterator[str]:
    """Where a run may leave a temporary file if it is killed."""
    yield from (str(Path(path).parent) for path in (job.edits, planned.failures_file) if path)
    yield from (os.path.dirname(source.target) for source in planned.sources if source.target)  # noqa: PTH120


def _total(planned: Plan) -> int | None:
    total = 0
    for source in planned.sources:
        if source.path is None or not os.path.isfile(source.path):  # noqa: PTH113 - a million of them
            return None
        total += os.path.getsize(source.path)  # noqa: PTH202
    return total
