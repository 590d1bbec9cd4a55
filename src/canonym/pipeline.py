"""From files to files: read, process block by block, write, log, and count.

The pipeline knows nothing of names: `process` turns texts into results. The pipeline sees to it that
nothing is lost: what fails is written as it was and reported, outputs appear whole or not at all.
"""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import partial
from importlib.metadata import version
from pathlib import Path

from canonym.corpus import editlog, plan
from canonym.corpus.block import Block
from canonym.corpus.failures import FailureLog
from canonym.corpus.formats import Options
from canonym.corpus.job import TEXT_KEY
from canonym.corpus.job import Job as Job
from canonym.corpus.job import Mode as Mode
from canonym.corpus.job import Progress as Progress
from canonym.corpus.plan import STDIN, Plan, Source
from canonym.corpus.read import blocks, missing_column
from canonym.corpus.spool import spooled
from canonym.corpus.stream import Tally, check_encoding
from canonym.corpus.summary import Change as Change
from canonym.corpus.summary import Counts, Summary
from canonym.corpus.summary import MentionCount as MentionCount
from canonym.corpus.undo import Undone as Undone
from canonym.corpus.undo import undo as undo
from canonym.corpus.writer import Output
from canonym.model import (
    CanonymError,
    Document,
    DocumentError,
    Failure,
    IndexFileError,
    Result,
    TableError,
    UsageError,
)
from canonym.rewrite import apply

Process = Callable[[Sequence[str]], list[Result]]


def run(
    job: Job,
    process: Process,
    on_progress: Callable[[Progress], None] | None = None,
    on_document: Callable[[Document, Result], None] | None = None,
) -> Summary:
    """Do the job; raises UsageError before anything is written where the job itself is wrong.

    `on_document` sees every processed document with its result, in order; `on_progress` every block. A
    document that fails, or for which `process` raises, is written as it was, and the others go on.
    """
    started = time.monotonic()
    planned = _planned(job)
    writing = _Writing(job, planned, on_progress, on_document)
    try:
        writing.fail(planned.failures)
        # The place for workers: batches need nothing of each other, so an ordered map of a pool would do.
        for done in map(partial(_processed, process), _batches(job, planned)):
            for event in done:
                writing.take(event)
    except BaseException:
        writing.abandon()
        raise
    return replace(writing.finish(), seconds=time.monotonic() - started, left_out=planned.left_out)


def texts(job: Job) -> Iterator[Document]:
    """The documents of a job, only read: for a first pass over a corpus. What cannot be read is left out."""
    for source in _planned(job).sources:
        try:
            for block in blocks(source, _options(job, source)):
                yield from block.documents
        except DocumentError:
            continue


@contextmanager
def spool(job: Job) -> Iterator[Job]:
    """The same job with standard input and pipes copied to disk, so that it can be read twice."""
    with spooled(job.inputs or (STDIN,)) as pairs:
        yield replace(job, spooled=pairs)


def _planned(job: Job) -> Plan:
    if job.mode == "annotate" and job.edits:
        raise UsageError("annotate changes no text, so there is no edit log", remedy="Leave out --edits")
    if job.mode == "annotate" and len(job.column) > 1:
        raise UsageError("annotate takes one column", remedy="Run it once for each, or name one --column")
    if job.edits == STDIN:
        raise UsageError("the edit log goes to a file", remedy="Say --edits FILE")
    if job.block_bytes < 1:
        raise UsageError("a block holds one byte at least", remedy="4194304 is the default")
    check_encoding(job.encoding)
    planned = plan.make(
        job.inputs or (STDIN,),
        job.output,
        format=job.format,
        mentions=job.mode == "annotate",
        edits=job.edits,
        dry_run=job.dry_run,
    )
    copies = dict(job.spooled)
    sources = tuple(replace(s, path=copies.get(s.name, s.path)) for s in planned.sources)
    kept, left_out = [], []
    for source in sources:
        error = missing_column(source, _options(job, source))
        if error is not None and source.named:
            raise error
        if error is not None and not job.column and job.text_key == TEXT_KEY:
            # A table that lies among texts is no corpus: nobody asked for a column of it.
            left_out.append(str(error))
        else:
            kept.append(source)
    if left_out and not kept:
        raise UsageError(left_out[0], remedy="No other file was found to read")
    return replace(planned, sources=tuple(kept), left_out=tuple(left_out))


def _options(job: Job, source: Source) -> Options:
    columns = job.column if job.column and source.format != "jsonl" else (job.text_key,)
    return Options(columns, job.id_key, job.encoding, job.block_bytes, job.mode == "annotate")


@dataclass(frozen=True, slots=True)
class _Begin:
    source: Source
    tally: Tally


@dataclass(frozen=True, slots=True)
class _Piece:
    block: Block
    results: tuple[Result | None, ...] = ()
    failures: tuple[Failure, ...] = ()


@dataclass(frozen=True, slots=True)
class _End:
    problem: Failure | None = None


_Event = _Begin | _Piece | _End


def _events(job: Job, planned: Plan) -> Iterator[_Event]:
    for source in planned.sources:
        tally = Tally(sha256=hashlib.sha256() if job.edits and source.format != "parquet" else None)
        yield _Begin(source, tally)
        try:
            for block in blocks(source, _options(job, source), tally):
                yield _Piece(block)
        except DocumentError as error:
            yield _End(Failure(source.name, error.problem, error.remedy))
        else:
            yield _End()


def _batches(job: Job, planned: Plan) -> Iterator[list[_Event]]:
    # Small files go together: a matcher works on a block's vocabulary, not on single texts.
    batch: list[_Event] = []
    size = 0
    for event in _events(job, planned):
        batch.append(event)
        size += event.block.size if isinstance(event, _Piece) else 0
        if 2 * size >= job.block_bytes or len(batch) >= 10_000:
            yield batch
            batch, size = [], 0
    if batch:
        yield batch


def _processed(process: Process, batch: Sequence[_Event]) -> list[_Event]:
    documents = [d for event in batch if isinstance(event, _Piece) for d in event.block.documents]
    results = iter(_results(documents, process) if documents else [])
    out: list[_Event] = []
    for event in batch:
        if isinstance(event, _Piece):
            own = [next(results) for _ in event.block.documents]
            failures = tuple(result for result in own if isinstance(result, Failure))
            event = _Piece(event.block, tuple(r if isinstance(r, Result) else None for r in own), failures)
        out.append(event)
    return out


def _results(documents: Sequence[Document], process: Process) -> list[Result | Failure]:
    try:
        results = process([document.text for document in documents])
        if len(results) != len(documents):
            raise CanonymError(f"{len(documents)} texts gave {len(results)} results")
    except (MemoryError, OSError, ImportError, UsageError, TableError, IndexFileError):
        raise  # no fault of a document: all the others would fail as well
    except Exception as error:
        if len(documents) == 1:
            problem = f"could not be processed: {type(error).__name__}: {error}"
            remedy = "It was passed on unchanged; please report it with the text"
            return [Failure(documents[0].name, problem, remedy)]
        half = len(documents) // 2
        return _results(documents[:half], process) + _results(documents[half:], process)
    return [_checked(document, result) for document, result in zip(documents, results, strict=True)]


def _checked(document: Document, result: Result) -> Result | Failure:
    # What is written and logged comes from the edits, so they must say all that changed.
    if not result.edits and result.text == document.text:
        return result
    try:
        if apply(document.text, result.edits) == result.text:
            return replace(result, edits=tuple(edit for edit in result.edits if edit.before != edit.after))
        problem = "the edits do not lead to the new text"
    except CanonymError as error:
        problem = error.problem
    return Failure(document.name, problem, "It was passed on unchanged; please report it with the text")


class _Writing:
    """The end of the pipeline: takes events in order, writes outputs, log and failures, and counts."""

    def __init__(
        self,
        job: Job,
        planned: Plan,
        on_progress: Callable[[Progress], None] | None,
        on_document: Callable[[Document, Result], None] | None,
    ) -> None:
        self._job, self._on_progress, self._on_document = job, on_progress, on_document
        self._counts = Counts()
        self._failures = FailureLog("" if job.dry_run else planned.failures_file)
        self._log: editlog.LogWriter | None = None
        self._output: Output | None = None
        self._outputs: list[str] = []
        self._source: Source | None = None
        self._tally = Tally()
        self._offset = self._read = self._changed = self._edits = 0
        self._encoding = "utf-8"
        self._last = b""
        self._total = _total(planned)
        if job.edits and not job.dry_run:
            self._log = editlog.LogWriter(job.edits, version("canonym"), job.provenance)

    def fail(self, failures: Sequence[Failure]) -> None:
        """Note what failed."""
        for failure in failures:
            self._failures.add(failure)

    def take(self, event: _Event) -> None:
        """Do what one event says."""
        if isinstance(event, _Begin):
            self._begin(event)
        elif isinstance(event, _Piece):
            self._piece(event)
        else:
            self._end(event)
        if self._on_progress is not None and self._source is not None:
            counts, read = self._counts, self._read + self._tally.disk
            self._on_progress(
                Progress(
                    counts.documents,
                    counts.changed,
                    self._failures.count,
                    read,
                    self._total,
                    self._source.name,
                )
            )

    def _begin(self, event: _Begin) -> None:
        self._source, self._tally = event.source, event.tally
        self._offset = self._changed = self._edits = 0
        if not self._job.dry_run:
            self._output = Output(event.source.target, digest=self._log is not None)

    def _piece(self, event: _Piece) -> None:
        block, results = event.block, event.results
        outcome = block.outcome(results, self._offset)
        payload = outcome.payload
        if isinstance(payload, bytes):
            self._offset += len(payload)
        if self._output is not None:
            if self._output.path is None and isinstance(payload, bytes) and payload:
                if self._last not in (b"", b"\n") and self._offset == len(payload):
                    self._output.write(b"\n")  # the file before ended within its last line
                self._last = payload[-1:]
            self._output.write(payload)
        self.fail((*block.failures, *event.failures, *outcome.failures))
        self._encoding = outcome.encoding
        if self._job.mode != "annotate":
            for entry in outcome.entries:
                self._counts.change(entry.edits)
                self._changed += 1
                self._edits += len(entry.edits)
                if self._log is not None and self._source is not None:
                    self._log.entry(self._source.name, entry)
        self._counts.documents += len(block.documents)
        self._counts.bytes += block.size
        for document, result in zip(block.documents, results, strict=True):
            if result is not None:
                self._counts.mentions(result.mentions)
                if self._on_document is not None:
                    self._on_document(document, result)

    def _end(self, event: _End) -> None:
        source, output = self._source, self._output
        assert source is not None
        if event.problem is not None:
            self.fail([event.problem])
        if output is not None and (event.problem is None or output.path is None):
            output.commit()
            if output.path is not None:
                self._outputs.append(output.path)
            if self._log is not None and output.sha256 is not None and event.problem is None:
                read = self._tally.sha256
                self._log.finish_file(
                    editlog.FileRecord(
                        file=source.name,
                        output=source.relative if output.path else STDIN,
                        format=source.format,
                        encoding=self._encoding,
                        input_sha256=read.hexdigest() if read is not None else "",
                        output_sha256=output.sha256.hexdigest(),
                        documents=self._changed,
                        edits=self._edits,
                    )
                )
        elif output is not None:
            output.discard()
        self._counts.files += 1
        self._output = None
        self._read += self._tally.disk
        self._tally = Tally()

    def abandon(self) -> None:
        """Leave nothing half-written; what is told of whole files stays, so that they can be undone."""
        if self._output is not None:
            self._output.discard()
        for part in (self._log, self._failures):
            if part is not None:
                if self._outputs:
                    part.commit()
                part.discard()

    def finish(self) -> Summary:
        """Put log and failures in their places, and sum up."""
        if self._log is not None:
            self._log.commit()
        path = self._failures.commit()
        return self._counts.summary(
            failed=self._failures.count,
            failures=tuple(self._failures.first),
            outputs=tuple(self._outputs),
            failures_file=path,
        )


def _total(planned: Plan) -> int | None:
    paths = [Path(s.path) if s.path is not None else None for s in planned.sources]
    if any(path is None or not path.is_file() for path in paths):
        return None
    return sum(path.stat().st_size for path in paths if path is not None)
