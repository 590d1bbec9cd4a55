"""Blocks: whole records of one file with the documents in them, and how results change their bytes.

A block of text is the decoded bytes of some records. Documents stand at known places in it, and a change is a
patch of one place: all other bytes are those of the input.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple, Protocol

from canonym.model import Document, DocumentError, Edit, Failure, Result


class Coder(NamedTuple):
    """How text and bytes of one file correspond, such that encoding what was decoded gives the same bytes."""

    encoding: str = "utf-8"
    errors: str = "surrogateescape"

    def encode(self, text: str) -> bytes:
        """The bytes of some text; raises UnicodeEncodeError for what the encoding lacks."""
        return text.encode(self.encoding, self.errors)

    @property
    def universal(self) -> bool:
        """Whether every character can be written."""
        return self.encoding.startswith("utf-")


class Patch(NamedTuple):
    """A span of a block's text, in code points, and what stands there instead."""

    start: int
    end: int
    after: str


class Placed(NamedTuple):
    """A patch as the edit log keeps it: `at` is the byte in the output where `after` begins."""

    at: int
    before: str
    after: str


class Entry(NamedTuple):
    """One changed document for the edit log.

    `places` are what was written, one for each edit unless `whole`, when one stands for all of them.
    """

    document: Document
    edits: tuple[Edit, ...]
    places: tuple[Placed, ...]
    whole: bool = False
    row: int = -1
    column: str = ""


class Rows(NamedTuple):
    """Some rows for a Parquet file: an Arrow table, and options for the writer.

    A row group is written after `most` rows, and after the `last` of a row group of the input.
    """

    table: Any
    options: dict[str, Any]
    most: int = 1 << 20
    last: bool = True


class Outcome(NamedTuple):
    """What a block became: its output, entries for the log, and documents that could not be written.

    `encoding` is that of the places in the entries.
    """

    payload: bytes | Rows
    entries: tuple[Entry, ...] = ()
    failures: tuple[Failure, ...] = ()
    encoding: str = "utf-8"


class Block(Protocol):
    """Some records of one file. `size` is in bytes of the uncompressed input."""

    @property
    def documents(self) -> Sequence[Document]:
        """The documents in the block, in order."""

    @property
    def texts(self) -> Sequence[str]:
        """Their texts."""

    @property
    def failures(self) -> Sequence[Failure]:
        """Records without a document that can be read; they pass unchanged."""

    @property
    def size(self) -> int:
        """Bytes of the input."""

    def outcome(self, results: Sequence[Result | None], offset: int) -> Outcome:
        """Write the results (None: leave that document as it is) at byte `offset` of the output."""


class Unit(NamedTuple):
    """Where one document's record stands in a block's text, and which of the fields asked for it is."""

    document: Document
    start: int
    end: int
    field: int = 0


class Change(NamedTuple):
    """Patches for one document, sorted; one for each edit unless `whole`."""

    patches: tuple[Patch, ...] = ()
    whole: bool = False


#: Makes the patches for one document of a block's text; raises DocumentError where it cannot.
Planner = Callable[[str, Unit, Result | None], Change]


@dataclass(frozen=True, slots=True)
class TextBlock:
    """Records of a text format: their text, and the bytes it was decoded from.

    `mark` is a byte order mark before them, `fixed` are patches made whatever the results (a header, say). `every`
    tells that documents are planned without edits too.
    """

    text: str
    raw: bytes
    coder: Coder
    units: tuple[Unit, ...]
    failures: tuple[Failure, ...]
    plan: Planner
    mark: bytes = b""
    fixed: tuple[Patch, ...] = ()
    every: bool = False

    @property
    def documents(self) -> Sequence[Document]:
        """The documents in the block, in order."""
        return [unit.document for unit in self.units]

    @property
    def texts(self) -> Sequence[str]:
        """Their texts."""
        return [unit.document.text for unit in self.units]

    @property
    def size(self) -> int:
        """Bytes of the input."""
        return len(self.mark) + len(self.raw)

    def outcome(self, results: Sequence[Result | None], offset: int) -> Outcome:
        """Write the results into the block's text, and the text as bytes."""
        plans: list[tuple[Unit, Result | None, Change]] = []
        failures: list[Failure] = []
        for unit, result in zip(self.units, results, strict=True):
            if not self.every and (result is None or not result.edits):
                continue
            try:
                change = self.plan(self.text, unit, result)
                for patch in change.patches:
                    patch.after.encode(self.coder.encoding)  # strictly: no escaped bytes out of a replacement
            except UnicodeEncodeError as error:
                failures.append(_unwritable(unit.document, error, self.coder))
            except DocumentError as error:
                failures.append(Failure(unit.document.name, error.problem, error.remedy))
            else:
                if change.patches:
                    plans.append((unit, result, change))
        if not plans and not self.fixed:
            return Outcome(self.mark + self.raw, (), tuple(failures), self.coder.encoding)
        patches = sorted(
            [*self.fixed, *(p for _, _, change in plans for p in change.patches)],
            key=lambda patch: (patch.start, patch.end),
        )
        payload, places = splice(self.text, patches, self.coder, offset + len(self.mark))
        by_patch = dict(zip(map(id, patches), places, strict=True))
        entries = tuple(
            Entry(unit.document, result.edits, tuple(by_patch[id(p)] for p in change.patches), change.whole)
            for unit, result, change in plans
            if result is not None
        )
        return Outcome(self.mark + payload, entries, tuple(failures), self.coder.encoding)


def splice(text: str, patches: Iterable[Patch], coder: Coder, offset: int) -> tuple[bytes, list[Placed]]:
    """Make sorted patches and encode; `offset` is the byte of the output at which the text begins."""
    parts: list[bytes] = []
    places: list[Placed] = []
    at, done = offset, 0
    for patch in patches:
        gap = coder.encode(text[done : patch.start])
        after = coder.encode(patch.after)
        at += len(gap)
        places.append(Placed(at, text[patch.start : patch.end], patch.after))
        at += len(after)
        parts += (gap, after)
        done = patch.end
    parts.append(coder.encode(text[done:] if done else text))
    return b"".join(parts), places


def raw_offsets(raw: str, escapes: re.Pattern[str], wanted: Sequence[int]) -> list[int]:
    """Where sorted offsets into a text stand in `raw`, in which each match of `escapes` is one character.

    >>> raw_offsets(r"a\\nb", re.compile(r"\\\\."), [0, 1, 2, 3])
    [0, 1, 3, 4]
    """
    out: list[int] = []
    plain = read = 0  # the same place in the text and in raw
    for match in escapes.finditer(raw):
        index = plain + match.start() - read
        while len(out) < len(wanted) and wanted[len(out)] <= index:
            out.append(read + wanted[len(out)] - plain)
        if len(out) == len(wanted):
            return out
        plain, read = index + 1, match.end()
    out += [read + place - plain for place in wanted[len(out) :]]
    return out


def edit_spans(raw: str, escapes: re.Pattern[str], edits: Sequence[Edit]) -> list[tuple[int, int]]:
    """The spans of edits in the raw form of their text."""
    places = raw_offsets(raw, escapes, [place for edit in edits for place in (edit.start, edit.end)])
    return list(zip(places[::2], places[1::2], strict=True))


def _unwritable(document: Document, error: UnicodeEncodeError, coder: Coder) -> Failure:
    bad = error.object[error.start : error.end]
    return Failure(
        document.name,
        f"{coder.encoding} has no {bad!r}, which a replacement needs",
        "Convert the file to UTF-8 first; the document was passed on unchanged",
    )
