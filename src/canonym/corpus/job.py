"""What a run is asked to do, and how far it has come."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, Literal, Protocol

Mode = Literal["normalise", "annotate", "repair"]


TEXT_KEY: Final = "text"


class Evidence(Protocol):
    """What a first pass over the inputs found. The same evidence is saved as the same bytes."""

    def save(self, path: Path) -> None:
        """Write it to a file."""


@dataclass(frozen=True, slots=True)
class Job:
    """What to read, how, and where to write; made by the command line, or by hand.

    `inputs`: files, folders, globs, or "-" for standard input (also when empty).
    `output`: a file, a folder, or None or "-" for standard output.
    `format`: txt, csv, jsonl or parquet; None goes by the ending of each file.
    `text_key` and `id_key`: where JSON lines keep them (dots lead into objects), and CSV or Parquet columns.
    `column`: text columns of CSV and Parquet, where `text_key` is not the one; each counts once.
    `edits`: the edit log to write. `provenance` goes into its first line.
    `block_bytes`: how much text to hold at once; the outcome does not depend on it.
    `hands`: how many work on the blocks of a single file at a time.
    `spooled`: pairs of an input and the file that holds its bytes, see `spool`.
    `settings` and `evidence`: what else decides the results. Where either is another, or any of the above, a run
    takes no file over from an earlier one; `resume` asks it to take over those that are finished.
    """

    inputs: tuple[str, ...] = ()
    output: str | None = None
    format: str | None = None
    text_key: str = TEXT_KEY
    id_key: str = "id"
    column: tuple[str, ...] = ()
    encoding: str | None = None
    mode: Mode = "normalise"
    edits: str | None = None
    dry_run: bool = False
    block_bytes: int = 4 << 20
    hands: int = 1
    provenance: Mapping[str, object] = field(default_factory=dict)
    spooled: tuple[tuple[str, str], ...] = ()
    settings: Mapping[str, object] = field(default_factory=dict)
    evidence: Evidence | None = None
    resume: bool = False

    def __post_init__(self) -> None:
        # A column named twice would have its edits made twice.
        object.__setattr__(self, "column", tuple(dict.fromkeys(self.column)))


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a run has come. `read` and `total` are bytes as they lie on disk; None for streams."""

    documents: int
    changed: int
    failed: int
    read: int
    total: int | None
    file: str
