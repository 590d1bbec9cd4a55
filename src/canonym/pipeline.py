"""From files to files: read, process block by block, write, log, and count.

The pipeline knows nothing of names: `process` turns texts into results. The pipeline sees to it that
nothing is lost: what fails is written as it was and reported, outputs appear whole or not at all.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Literal

from canonym.model import Document, Failure, Result

Mode = Literal["normalise", "annotate", "repair"]
Process = Callable[[Sequence[str]], list[Result]]


@dataclass(frozen=True, slots=True)
class Job:
    """What to read, how, and where to write; made by the command line, or by hand.

    `inputs`: files, folders, globs, or "-" for standard input (also when empty).
    `output`: a file, a folder, or None or "-" for standard output.
    `format`: txt, csv, jsonl or parquet; None goes by the ending of each file.
    `text_key` and `id_key`: where JSON lines keep them (dots lead into objects), and CSV or Parquet columns.
    `column`: text columns of CSV and Parquet, where `text_key` is not the one.
    `edits`: the edit log to write. `provenance` goes into its first line.
    `block_bytes`: how much text to hold at once; the outcome does not depend on it.
    `spooled`: pairs of an input and the file that holds its bytes, see `spool`.
    """

    inputs: tuple[str, ...] = ()
    output: str | None = None
    format: str | None = None
    text_key: str = "text"
    id_key: str = "id"
    column: tuple[str, ...] = ()
    encoding: str | None = None
    mode: Mode = "normalise"
    edits: str | None = None
    dry_run: bool = False
    block_bytes: int = 4 << 20
    provenance: Mapping[str, object] = field(default_factory=dict)
    spooled: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a run has come. `read` and `total` are bytes as they lie on disk; None for streams."""

    documents: int
    changed: int
    failed: int
    read: int
    total: int | None
    file: str


@dataclass(frozen=True, slots=True)
class Change:
    """One kind of edit and how often it was made, in how many documents; `reasons` of its first case."""

    before: str
    after: str
    source: str
    canonical: str
    id: str
    count: int
    documents: int
    reasons: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class MentionCount:
    """How often an entity was found, in how many documents."""

    canonical: str
    id: str
    type: str
    count: int
    documents: int


@dataclass(frozen=True, slots=True)
class Summary:
    """What a run did. `failed` counts all failures; `failures` holds the first 1,000 of them.

    `bytes` are input bytes after decompression. `outputs` are the files written; `failures_file` the one that
    tells all failures, "" where none was written.
    """

    files: int = 0
    documents: int = 0
    changed: int = 0
    edits: int = 0
    failed: int = 0
    bytes: int = 0
    seconds: float = 0.0
    failures: tuple[Failure, ...] = ()
    changes: tuple[Change, ...] = ()
    mentions: tuple[MentionCount, ...] = ()
    outputs: tuple[str, ...] = ()
    failures_file: str = ""

    def as_dict(self) -> dict[str, object]:
        """The summary as plain JSON values."""
        raise NotImplementedError


@dataclass(frozen=True, slots=True)
class Undone:
    """What `undo` gave back."""

    files: int
    documents: int
    edits: int
    bytes: int


def run(
    job: Job,
    process: Process,
    on_progress: Callable[[Progress], None] | None = None,
    on_document: Callable[[Document, Result], None] | None = None,
) -> Summary:
    """Do the job; raises UsageError before anything is written where the job itself is wrong.

    `on_document` sees every processed document with its result, in order; `on_progress` every block.
    """
    raise NotImplementedError


def texts(job: Job) -> Iterator[Document]:
    """The documents of a job, only read: for a first pass over a corpus. What cannot be read is left out."""
    raise NotImplementedError


@contextmanager
def spool(job: Job) -> Iterator[Job]:
    """The same job with standard input and pipes copied to disk, so that it can be read twice."""
    raise NotImplementedError


def undo(
    outputs: Sequence[str], log: str, destination: str | None = None, *, in_place: bool = False
) -> Undone:
    """Give the inputs of a run back from its outputs (files or one folder) and its edit log.

    Writes to `destination`, a file or a folder; a single file without one goes to standard output; `in_place`
    replaces the outputs themselves. Raises UsageError for an impossible call, CanonymError where a file was
    changed since or is not in the log.
    """
    raise NotImplementedError
