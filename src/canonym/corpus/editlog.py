"""The edit log: JSON lines which tell every edit of a run, and hold what undoing needs.

The first line is a header. For each changed document follows a line with its edits; `at` is the byte of the
uncompressed output where the new text begins (in Parquet the code point of the new text), `raw` the text
as it stands in the file where escapes or quotes make it another. After the documents of a file comes a line
on the file, with SHA-256 digests of the uncompressed input and output; a file without it was not written.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from itertools import groupby
from typing import Any, NamedTuple

from canonym.corpus.block import Entry
from canonym.corpus.formats import kind
from canonym.corpus.jsonl import whole_lines
from canonym.corpus.ledger import Ledger
from canonym.corpus.stream import chunks
from canonym.corpus.writer import Output
from canonym.model import CanonymError, DocumentError

VERSION = 1
#: Pieces of a line put together before they are written.
_MOST_PARTS = 3000
#: A line, but for some numbers in it.
Pieces = list[bytes | int]
_encoded = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode  # json.dumps makes one for each call
#: Numbers between these are written alike by orjson and by Python.
_LEAST, _MOST = 1e-4, 1e16


class FileRecord(NamedTuple):
    """One written file: the input's name, the output's place under the output folder, digests, counts.

    A digest is "" where none was taken (the input of Parquet).
    """

    file: str
    output: str
    format: str
    encoding: str
    input_sha256: str
    output_sha256: str
    documents: int
    edits: int


class LogWriter:
    """Writes a log to a file that is whole on `commit`."""

    def __init__(self, output: Output | Ledger, version: str, provenance: Mapping[str, object]) -> None:
        self._output = output
        self._line({"canonym": version, "kind": "edits", "log": VERSION, **provenance})

    def entry(self, line: Iterable[bytes | int], offset: int) -> None:
        """Log one changed document, in a block that begins at byte `offset` of the output."""
        parts: list[bytes] = []
        for piece in line:
            parts.append(piece if isinstance(piece, bytes) else b"%d" % (piece + offset))
            if len(parts) == _MOST_PARTS:
                self._output.write(b"".join(parts))
                parts.clear()
        self._output.write(b"".join(parts))

    def finish_file(self, record: FileRecord) -> None:
        """Log that a file was written."""
        self._line(record._asdict())

    def _line(self, value: Mapping[str, Any]) -> None:
        self._output.write(_dumped_plain(value) + b"\n")

    def commit(self) -> None:
        """Put the log in its place."""
        self._output.commit()

    def discard(self) -> None:
        """Leave no log."""
        self._output.discard()


def pieces(file: str, entry: Entry) -> Iterator[bytes | int]:
    """The line for one changed document: its bytes, but for the places in the output, which are yet to be moved."""
    line: dict[str, Any] = {"file": file, "document": entry.document.name}
    if entry.document.id:
        line["id"] = entry.document.id
    if entry.row >= 0:
        line |= {"row": entry.row, "column": entry.column}
    yield _dumped(line)[:-1]
    if entry.whole:
        before = b',"patches":['
        for place in entry.places:
            yield before + b'{"at":'
            yield place.at
            yield b"," + _dumped({"before": place.before, "after": place.after})[1:]
            before = b","
        yield b"]" if entry.places else before + b"]"
    # Edit by edit: a document may have a million.
    before = b',"edits":['
    for number, edit in enumerate(entry.edits):
        dumped = _dumped if _LEAST <= edit.score < _MOST else _dumped_plain
        value = before + dumped(edit.as_dict())
        if entry.whole:
            yield value
        else:
            place = entry.places[number]
            yield value[:-1] + b',"at":'
            yield place.at
            same = (place.before, place.after) == (edit.before, edit.after)
            yield b"}" if same else b',"raw":' + _dumped([place.before, place.after]) + b"}"
        before = b","
    yield (b"" if entry.edits else before) + b"]}\n"


def _dumped(value: Mapping[str, Any] | list[str]) -> bytes:
    import orjson

    try:
        return orjson.dumps(value)
    except TypeError:  # halves of surrogate pairs
        return _dumped_plain(value)


def _dumped_plain(value: Mapping[str, Any] | list[str]) -> bytes:
    return _encoded(value).encode("utf-8", "backslashreplace")


def _lines(path: str) -> Iterator[dict[str, Any]]:
    number, whole = 0, False
    for block in whole_lines(_pieces(path), b"\n"):
        whole = block.endswith(b"\n")
        for line in block.splitlines() if whole else ():
            number += 1
            try:
                value = json.loads(line)
            except ValueError as error:
                raise CanonymError(
                    f"not an edit log: {error}",
                    where=f"{path}:{number}",
                    remedy="Give the file that --edits wrote",
                ) from error
            if number == 1:
                _check_header(value, path)
            else:
                yield value
    if not whole:
        raise CanonymError("the edit log is cut short", where=path, remedy="Give the whole file")


def _pieces(path: str) -> Iterator[bytes]:
    try:
        yield from chunks(path, kind(path).compression, 1 << 20)
    except DocumentError as error:
        raise CanonymError(error.problem, where=path, remedy=error.remedy) from error


def _check_header(value: Any, path: str) -> None:
    if not isinstance(value, dict) or value.get("kind") != "edits":
        raise CanonymError("not an edit log", where=path, remedy="Give the file that --edits wrote")
    if value.get("log") != VERSION:
        raise CanonymError(
            f"the log has version {value.get('log')}, this canonym reads {VERSION}",
            where=path,
            remedy=f"Use canonym {value.get('canonym')}",
        )


def records(path: str) -> list[FileRecord]:
    """The files that a log knows; raises CanonymError where the log cannot be read."""
    return [FileRecord(**line) for line in _lines(path) if "output_sha256" in line]


def documents(path: str) -> Iterator[tuple[str, Iterator[dict[str, Any]]]]:
    """For each file in the order of the log its name and the lines of its changed documents."""
    for file, lines in groupby(_lines(path), key=lambda line: str(line["file"])):
        yield file, (line for line in lines if "edits" in line and "output_sha256" not in line)
