"""A table as lines of text: from a file or standard input, to a file that appears whole or not at all."""

from __future__ import annotations

import codecs
import io
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

from canonym.corpus.failures import FailureLog
from canonym.corpus.formats import kind
from canonym.corpus.stream import check_encoding, chunks, heading, sniff
from canonym.corpus.writer import Output, is_special
from canonym.model import DocumentError, UsageError

STDIN: Final = "standard input"
_PARQUET: Final = b"PAR1"
_ONLY: Final = "Write the names to a CSV or TSV"
_CHUNK: Final = 1 << 18


def label(source: str) -> str:
    """How an input is called in messages."""
    return STDIN if source == "-" else source


@contextmanager
def reading(source: str, encoding: str | None = None) -> Iterator[io.TextIOWrapper]:
    """The lines of a file or of standard input ("-"), with their ends as they are; lone carriage returns are ends too.

    Compression goes by the ending of the name; a byte order mark tells the encoding, UTF-8 is the rule.
    """
    check_encoding(encoding)
    if source != "-" and not Path(source).exists():
        raise UsageError("there is no such file", where=source, remedy="Check the path")
    if source != "-" and Path(source).is_dir():
        raise UsageError("this is a folder", where=source, remedy="Give one table")
    if kind(source).format == "jsonl":
        raise UsageError("these are JSON lines, not a table", where=source, remedy=_ONLY)
    raw = chunks(None if source == "-" else source, kind(source).compression, _CHUNK)
    try:
        head, pieces = heading(raw)
        if head.startswith(_PARQUET):
            raise UsageError("this is Parquet, and a CSV is read here", where=label(source), remedy=_ONLY)
        mark, coder = sniff(head, encoding)
        data = io.BufferedReader(_Pieces(pieces), _CHUNK)
        data.read(len(mark))
        from canonym.corpus.delimited import line_end

        first = head[len(mark) :].decode(coder.encoding, "ignore")
        yield io.TextIOWrapper(data, encoding=coder.encoding, newline=line_end(first))
    except UnicodeDecodeError as error:
        name = codecs.lookup(error.encoding).name.upper()
        raise DocumentError(
            f"not {name}: byte 0x{error.object[error.start]:02x} cannot be read",
            where=label(source),
            remedy="Say what it is written in, with --encoding",
        ) from error
    except DocumentError as error:
        if error.where:
            raise
        raise DocumentError(error.problem, where=label(source), remedy=error.remedy) from error


class _Pieces(io.RawIOBase):
    """An iterator of bytes as a file."""

    def __init__(self, pieces: Iterator[bytes]) -> None:
        super().__init__()
        self._pieces = pieces
        self._left = memoryview(b"")

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any, /) -> int:
        while not self._left:
            piece = next(self._pieces, None)
            if piece is None:
                return 0
            self._left = memoryview(piece)
        size = min(len(buffer), len(self._left))
        buffer[:size] = self._left[:size]
        self._left = self._left[size:]
        return size


class TextSink:
    """Text into an output, gathered so that small writes cost little."""

    def __init__(self, output: Output) -> None:
        self._output = output
        self._parts: list[str] = []
        self._size = 0

    def write(self, text: str, /) -> int:
        """Append some text; how many characters that was."""
        self._parts.append(text)
        self._size += len(text)
        if self._size >= _CHUNK:
            self.flush()
        return len(text)

    def flush(self) -> None:
        """Hand over what was gathered."""
        # Names given as arguments may hold bytes that are no text; so escaped they are JSON as well.
        self._output.write("".join(self._parts).encode("utf-8", "backslashreplace"))
        self._parts, self._size = [], 0


@contextmanager
def writing(target: str | None, source: str) -> Iterator[TextSink]:
    """Standard output (None or "-"), or a file (UTF-8) that takes its place when all went well."""
    path = None if target in (None, "-") else Path(str(target))
    if path is not None and path.is_dir():
        raise UsageError("the output is a folder", where=str(path), remedy="Give a file with -o")
    if path is not None and source != "-" and path.exists() and path.samefile(source):
        raise UsageError("the output would overwrite the input", where=str(path), remedy="Give another file with -o")
    output = Output(None if path is None else str(path))
    try:
        sink = TextSink(output)
        yield sink
        sink.flush()
        output.commit()
    finally:
        output.discard()


@contextmanager
def failing(target: str | None) -> Iterator[FailureLog]:
    """A log of failures, beside the output where that is a file; whoever writes it commits."""
    beside = target not in (None, "-") and not is_special(str(target))
    log = FailureLog(f"{target}.failures.jsonl" if beside else "")
    try:
        yield log
    finally:
        log.discard()
