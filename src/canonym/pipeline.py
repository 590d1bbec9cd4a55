"""From files to files: read, process block by block, write, log, and count.

The pipeline knows nothing of names: `process` turns texts into results. The pipeline sees to it that
nothing is lost: what fails is written as it was and reported, outputs appear whole or not at all.
"""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Protocol, runtime_checkable

from canonym.corpus import plan
from canonym.corpus.block import Block
from canonym.corpus.finishing import Done, Process, results_of
from canonym.corpus.formats import Options
from canonym.corpus.job import TEXT_KEY
from canonym.corpus.job import Job as Job
from canonym.corpus.job import Mode as Mode
from canonym.corpus.job import Progress as Progress
from canonym.corpus.jsonl import LinesBlock
from canonym.corpus.plan import STDIN, Plan, Source
from canonym.corpus.read import blocks, missing_column
from canonym.corpus.spool import spooled
from canonym.corpus.stream import Tally, check_encoding, new_hash
from canonym.corpus.summary import Change as Change
from canonym.corpus.summary import MentionCount as MentionCount
from canonym.corpus.summary import Summary
from canonym.corpus.writer import Output, is_special
from canonym.corpus.writing import Begin, End, Event, Kept, Piece, Writing, folders
from canonym.model import (
    Document,
    DocumentError,
    Failure,
    Result,
    UsageError,
)

if TYPE_CHECKING:
    from canonym.corpus.journal import Journal, Unfinished


@runtime_checkable
class Elsewhere(Protocol):
    """A process that works on texts in other processes: `start` begins, and gives a call that waits for the results.

    `ahead` batches are begun before the first is waited for; no block need be larger than `most` bytes.
    """

    ahead: int
    most: int

    def __call__(self, texts: Sequence[str]) -> list[Result]:
        """The results of some texts."""
        ...

    def start(self, texts: Sequence[str]) -> Callable[[], list[Result]]:
        """Begin with some texts."""
        ...

    def finish(self, blocks: Sequence[LinesBlock], logged: bool) -> Callable[[], list[Done]]:
        """Begin with some blocks of lines, of which the outcome is wanted, and nothing else."""
        ...


def run(
    job: Job,
    process: Process,
    on_progress: Callable[[Progress], None] | None = None,
    on_document: Callable[[Document, Result], None] | None = None,
    *,
    each: bool = True,
) -> Summary:
    """Do the job; raises UsageError before anything is written where the job itself is wrong.

    `on_document` sees every processed document with its result, in order; `on_progress` every block. A
    document that fails, or for which `process` raises, is written as it was, and the others go on. Without `each` the
    summary tells no single changes and mentions: to put thousands in order takes a while.
    """
    started = time.monotonic()
    if isinstance(process, Elsewhere):
        job = replace(job, block_bytes=min(job.block_bytes, process.most))
    planned = _planned(job)
    alone = len(planned.sources) == 1
    if isinstance(process, Elsewhere) and alone:
        job = replace(job, hands=process.ahead - 1)
    journal = _journal(job, planned)
    writing = Writing(job, planned, journal, on_progress, on_document)
    try:
        writing.start(planned.failures)
        events = _events(job, planned, journal)
        for done in _in_order(process, _batches(events, job.block_bytes, alone), job, on_document is not None):
            for event in done:
                writing.take(event)
        summary = writing.finish(each)
    except BaseException:
        writing.abandon()
        raise
    return replace(summary, seconds=time.monotonic() - started, left_out=planned.left_out)


def unfinished(job: Job) -> Unfinished | None:
    """What an earlier run of the same inputs left because it was stopped; None where it did not.

    Raises UsageError, as `run` would, for a job that cannot be resumed.
    """
    if not job.resume and (not job.output or job.output == STDIN):
        return None
    from canonym.corpus import journal as journals

    if not job.resume:
        folder = journals.place(job.output or "", job.inputs)
        return journals.left(folder, _how(job)) if folder.is_dir() else None
    planned = _planned(job)
    return journals.left(journals.place(planned.folder, job.inputs), _how(job), planned.sources)


def texts(job: Job) -> Iterator[Document]:
    """The documents of a job, only read. What cannot be read is left out."""
    for block in read(job):
        yield from block.documents


def read(job: Job) -> Iterator[Block]:
    """The same in blocks, of which the texts alone may be asked for: for a first pass over a corpus."""
    for source in _planned(job).sources:
        try:
            yield from blocks(source, _options(job, source))
        except DocumentError:
            continue


@contextmanager
def spool(job: Job) -> Iterator[Job]:
    """The same job with standard input and pipes copied to disk, so that it can be read twice."""
    with spooled(job.inputs or (STDIN,)) as pairs:
        yield replace(job, spooled=pairs)


def _how(job: Job) -> dict[str, object]:
    """What the outcome depends on beside the inputs and the evidence."""
    from canonym.versions import version

    same = ("mode", "format", "text_key", "id_key", "column", "encoding", "provenance", "settings")
    return {"canonym": version("canonym"), "log": bool(job.edits), **{name: getattr(job, name) for name in same}}


def _journal(job: Job, planned: Plan) -> Journal | None:
    """The journal of a run over several files; a single one appears whole or not at all."""
    if job.dry_run or not planned.folder or len(planned.sources) < 2:
        return None
    from canonym.corpus import journal as journals

    if job.edits and not is_special(job.edits):
        Output(job.edits).discard()  # it is put together at the end, and a fault of the call is told at the start
    folder = journals.place(planned.folder, job.inputs)
    state = journals.state(planned.sources)
    journal = journals.Journal(folder, _how(job), state, job.evidence, job.edits or "", planned.failures_file)
    journal.clear(folders(job, planned))
    return journal


def _planned(job: Job) -> Plan:
    if job.mode == "annotate" and job.edits:
        raise UsageError("annotate changes no text, so there is no edit log", remedy="Leave out --edits")
    if job.mode == "annotate" and len(job.column) > 1:
        raise UsageError("annotate takes one column", remedy="Run it once for each, or name one --column")
    if "" in (*job.inputs, job.output, job.edits):
        raise UsageError("a path is empty", remedy="Name a file or a folder, or give none at all")
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
    if job.resume:
        _check_resumable(job, planned)
    _check_columns(job, planned)
    copies = dict(job.spooled)
    sources = tuple(s._replace(path=copies.get(s.name, s.path)) for s in planned.sources)
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
    return planned._replace(sources=tuple(kept), left_out=(*planned.left_out, *left_out))


def _check_columns(job: Job, planned: Plan) -> None:
    """Refuse a column of what has none: its whole text would be changed instead, without a word."""
    formats = {source.format for source in planned.sources}
    if not job.column or not formats or formats & {"csv", "parquet"}:
        return
    named = f"--column {job.column[0]!r} is given"
    if formats == {"jsonl"}:
        key = job.column[0].strip() or "KEY"
        raise UsageError(f"{named}, and JSON lines have fields", remedy=f"Say --text-key {key} in its place")
    first = planned.sources[0]
    raise UsageError(
        f"{named}, and {first.name if first.path else 'standard input'} is not read as CSV or Parquet",
        remedy="Say --format csv if it is a table; leave out --column if it is plain text",
    )


def _check_resumable(job: Job, planned: Plan) -> None:
    if job.dry_run:
        raise UsageError("a dry run writes nothing, so it cannot be resumed", remedy="Leave out --resume")
    if any(s.path is None or is_special(s.path) for s in planned.sources):
        raise UsageError(
            "standard input and pipes cannot be read again, so --resume does not know where to go on",
            remedy="Put the texts into files, and say -o FOLDER",
        )
    if not planned.folder:
        raise UsageError(
            "a single output appears when it is whole, so there is nothing to resume",
            remedy="Leave out --resume; or read several files, and say -o FOLDER",
        )


def _options(job: Job, source: Source) -> Options:
    columns = job.column if job.column and source.format != "jsonl" else (job.text_key,)
    return Options(columns, job.id_key, job.encoding, job.block_bytes, job.mode == "annotate", job.hands)


def _events(job: Job, planned: Plan, journal: Journal | None) -> Iterator[Event]:
    for source in planned.sources:
        if job.resume and journal is not None and (done := journal.finished(source)) is not None:
            yield Kept(source, done)
            continue
        wanted = journal is not None or (job.edits and source.format != "parquet")
        tally = Tally(sha256=new_hash() if wanted else None)
        yield Begin(source, tally)
        try:
            for block in blocks(source, _options(job, source), tally):
                yield Piece(block)
        except DocumentError as error:
            yield End(Failure(source.name, error.problem, error.remedy))
        else:
            yield End()


def _batches(events: Iterator[Event], block_bytes: int, alone: bool) -> Iterator[list[Event]]:
    # Small files go together: a matcher works on a block's vocabulary, not on single texts. Of a single file no block
    # is small without a reason.
    least = max(1, block_bytes // (8 if alone else 2))
    batch: list[Event] = []
    size = 0
    for event in events:
        batch.append(event)
        size += event.block.size if isinstance(event, Piece) else 0
        if size >= least or len(batch) >= 10_000:
            yield batch
            batch, size = [], 0
    if batch:
        yield batch


def _in_order(process: Process, batches: Iterable[Sequence[Event]], job: Job, seen: bool) -> Iterator[list[Event]]:
    """The batches with their results; a process that works elsewhere gets some ahead, so that it never waits.

    Unless every document is to be `seen` with its result, blocks of lines are finished there.
    """
    if not isinstance(process, Elsewhere):
        for batch in batches:
            yield _told(batch, iter(_results(process, batch)))
        return
    begun: deque[tuple[Sequence[Event], Callable[[], Iterable[Piece]]]] = deque()
    for batch in batches:
        pieces = _blocks(batch)
        lines = [block for block in pieces if isinstance(block, LinesBlock)]
        if seen or len(lines) < len(pieces):
            results = process.start([text for block in pieces for text in block.texts])
            begun.append((batch, partial(_results, process, batch, results)))
        else:
            finished = process.finish(lines, bool(job.edits and not job.dry_run))
            begun.append((batch, partial(_finished, lines, finished)))
        if len(begun) > process.ahead:
            first, ready = begun.popleft()
            yield _told(first, iter(ready()))
    for batch, ready in begun:
        yield _told(batch, iter(ready()))


def _blocks(batch: Sequence[Event]) -> list[Block]:
    return [event.block for event in batch if isinstance(event, Piece)]


def _results(process: Process, batch: Sequence[Event], ready: Callable[[], list[Result]] | None = None) -> list[Piece]:
    blocks = _blocks(batch)
    found = results_of(process, blocks, ready)
    return [Piece(block, *told) for block, told in zip(blocks, found, strict=True)]


def _finished(blocks: Sequence[Block], ready: Callable[[], list[Done]]) -> list[Piece]:
    return [Piece(block, finished=told) for block, told in zip(blocks, ready(), strict=True)]


def _told(batch: Sequence[Event], pieces: Iterator[Piece]) -> list[Event]:
    """The events of a batch, its pieces as they are now."""
    return [next(pieces) if isinstance(event, Piece) else event for event in batch]
