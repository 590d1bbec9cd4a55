"""CSV and its relatives, byte for byte: only the characters of a text field that change are written anew.

Follows RFC 4180: fields may be quoted, quotes inside are doubled, quoted fields may hold line ends. A row
that breaks these rules makes a failure and passes; reading goes on at the next line.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Final

from canonym.corpus.block import Block, Change, Patch, TextBlock, Unit, edit_spans
from canonym.corpus.formats import Options
from canonym.corpus.stream import decoded, heading, sniff
from canonym.model import Document, DocumentError, Failure, Result
from canonym.patterns import pattern
from canonym.table import listed, misread, places, several

DELIMITERS: Final = (",", ";", "\t", "|")
# Possessive: a doubled quote must not be taken apart to find an end.
_QUOTED: Final = pattern(r'"[^"]*+(?:""[^"]*+)*+"')
_FIRST_END: Final = pattern(r'(?:[^"\r\n]|"[^"]*+")*+([\r\n])')
_DOUBLED: Final = pattern('""')
_SURROGATE: Final = pattern("[\ud800-\udfff]")
#: A quoted field longer than this (code points) is a stray quote.
LONGEST: Final = 16 << 20
MEND: Final = "say its --encoding"
PASSED: Final = "The row was passed on unchanged"


@dataclass(frozen=True, slots=True)
class Dialect:
    """How a file is written: delimiter and line end ("\\n", which a "\\r" may precede, or "\\r")."""

    delimiter: str
    newline: str

    @property
    def unquoted(self) -> re.Pattern[str]:
        """An unquoted field."""
        return re.compile(f"[^{re.escape(self.delimiter + self.newline)}]*")


@dataclass(frozen=True, slots=True)
class Row:
    """A record: its span without and with its line end, and the spans of its fields, or what is wrong."""

    start: int
    end: int
    after: int
    fields: tuple[tuple[int, int], ...] = ()
    problem: str = ""


def rows(text: str, dialect: Dialect, final: bool, start: int = 0) -> Iterator[Row]:
    """The records of a text from `start` on; unless it is `final`, a record that may go on is left out."""
    newline, delimiter, size = dialect.newline, dialect.delimiter, len(text)
    unquoted = dialect.unquoted
    while start < size:
        stop = text.find(newline, start)
        if stop < 0:
            if not final and text.find('"', start) < 0:
                return
            stop = size
        if text.find('"', start, stop) >= 0:
            row = _quoted_row(text, start, stop, dialect, unquoted, final)
            if row is None:
                return
        elif stop == size and not final:
            return
        else:
            end = stop - 1 if stop > start and text[stop - 1] == "\r" and newline == "\n" else stop
            spans = []
            place = start
            for field in text[start:end].split(delimiter):
                spans.append((place, place + len(field)))
                place += len(field) + 1
            row = Row(start, end, min(stop + 1, size), tuple(spans))
        yield row
        start = row.after


def _quoted_row(
    text: str, start: int, stop: int, dialect: Dialect, unquoted: re.Pattern[str], final: bool
) -> Row | None:
    # None: the text ends before the row does.
    size = len(text)
    spans: list[tuple[int, int]] = []
    place = start
    while True:
        quoted = text.startswith('"', place)
        match = (_QUOTED if quoted else unquoted).match(text, place)
        if match is None:
            if not final and size - place < LONGEST:
                return None
            return _bad(text, start, stop, "a quote is opened and never closed", final)
        end = match.end()
        if not final and end + 1 >= size:
            return None  # the next character may be one more quote, or the rest of a line end
        if end < size and text[end] == dialect.delimiter:
            spans.append((place, end))
            place = end + 1
            continue
        after = end
        if quoted and dialect.newline == "\n" and text.startswith("\r", end):
            after += 1
        elif not quoted and end > place and text[end - 1] == "\r" and dialect.newline == "\n":
            end -= 1
        if after < size and text[after] != dialect.newline:
            return _bad(text, start, stop, "characters follow a closing quote", final)
        spans.append((place, end))
        return Row(start, end, min(after + 1, size), tuple(spans))


def _bad(text: str, start: int, stop: int, problem: str, final: bool) -> Row | None:
    if stop == len(text) and not final:
        return None
    return Row(start, stop, min(stop + 1, len(text)), (), problem)


def unquote(raw: str) -> str:
    """The text of a raw field.

    >>> unquote('"a, ""b"" c"'), unquote("a")
    ('a, "b" c', 'a')
    """
    return raw[1:-1].replace('""', '"') if raw.startswith('"') else raw


def line_end(text: str) -> str:
    r"""What ends the lines of a table, by the end of its first: a lone "\r", else "\n".

    >>> line_end('a,"b\rc"\n'), line_end("a,b\r1,2\r"), line_end("a\r\n")
    ('\n', '\r', '\n')
    """
    stop = _FIRST_END.match(text)
    return "\r" if stop and stop[1] == "\r" and text[stop.end() : stop.end() + 1] != "\n" else "\n"


@dataclass(frozen=True, slots=True)
class Header:
    """The first row: names of columns, where the texts, the id and `mentions` stand (-1: nowhere)."""

    dialect: Dialect
    names: tuple[str, ...]
    texts: tuple[int, ...]
    id: int
    mentions: int
    row: Row


def header(text: str, options: Options, ending: str, final: bool) -> Header | None:
    """Read the first row, by the delimiter under which it has the columns; None where the text ends before.

    Raises DocumentError naming the columns there are, where one asked for is missing or is not one.
    """
    stop = _FIRST_END.match(text)
    if not final and (stop is None or stop.end() == len(text)):
        return None
    newline = line_end(text)
    found: list[tuple[Header, list[list[int]]]] = []
    for delimiter in ("\t",) if ending == ".tsv" else DELIMITERS:
        dialect = Dialect(delimiter, newline)
        row = next(rows(text, dialect, final), None)
        if row is None:
            return None
        cells = [unquote(text[a:b]) for a, b in row.fields]
        names = tuple(cell.strip() for cell in cells)
        index = {name: place for place, name in reversed(list(enumerate(names)))}
        at = [places(cells, field) for field in options.fields]
        texts = tuple(one[0] if one else -1 for one in at)
        head = Header(dialect, names, texts, index.get(options.id_key, -1), index.get("mentions", -1), row)
        found.append((head, at))
    best, stands = max(found, key=lambda pair: (min(pair[0].texts) >= 0, len(pair[0].names)))
    if best.row.problem:
        raise DocumentError(f"its first row cannot be read: {best.row.problem}", remedy="Mend the first row")
    for field, place in zip(options.fields, best.texts, strict=True):
        if place < 0:
            known = listed([name or '""' for name in best.names[:30]])
            cause = misread(best.names, "".join(DELIMITERS) if ending != ".tsv" else "\t", MEND)
            raise DocumentError(f"no column {field!r}", remedy=f"{cause}Name one with --column; there are: {known}")
    check_single(options.fields, stands)
    return best


def check_single(fields: Sequence[str], stands: Sequence[Sequence[int]]) -> None:
    """Raise DocumentError where a field stands in several columns, or two are one: its edits would be made twice."""
    seen: set[int] = set()
    for field, found in zip(fields, stands, strict=True):
        if len(found) > 1:
            problem, remedy = several(found, field)
            raise DocumentError(problem, remedy=remedy)
        if seen & set(found):
            raise DocumentError(f"the column {field!r} is asked for twice", remedy="Name it once with --column")
        seen.update(found)


def blocks(name: str, pieces: Iterator[bytes], options: Options, ending: str = ".csv") -> Iterator[Block]:
    """The rows of a stream, in blocks; each row that cannot be read makes a failure, and passes.

    A file without the column makes one failure and passes. Raises DocumentError where it cannot be decoded.
    """
    first, pieces = heading(pieces)
    mark, coder = sniff(first, options.encoding)
    head: Header | None = None
    passing: TextBlock | None = None
    plan = partial(_plan, options, None)
    pending, line = _Pending(), 1
    for piece, final in _with_last(decoded(pieces, mark, coder)):
        text = pending.add(piece, final)
        if text is None:
            continue
        if passing is not None:
            yield replace(passing, text=text, raw=coder.encode(text))
            continue
        start = 0
        fixed: tuple[Patch, ...] = ()
        if head is None:
            try:
                head = header(text, options, ending, final)
            except DocumentError as error:
                failure = Failure(name, error.problem, error.remedy)
                yield TextBlock(text, coder.encode(text), coder, (), (failure,), plan, mark)
                passing = TextBlock("", b"", coder, (), (), plan)
                continue
            if head is None:
                pending.keep(text)
                continue
            start = head.row.after
            plan = partial(_plan, options, head)
            if options.mentions and head.mentions < 0:
                fixed = (Patch(head.row.end, head.row.end, head.dialect.delimiter + "mentions"),)
        units, failures, done = _block(name, text, start, line, head, options, final)
        line += text.count(head.dialect.newline, 0, done)
        if done:
            whole = text[:done]
            yield TextBlock(whole, coder.encode(whole), coder, units, failures, plan, mark, fixed, options.mentions)
            mark = b""
        pending.keep(text[done:])
    if mark and passing is None:
        yield TextBlock("", b"", coder, (), (), plan, mark)


class _Pending:
    """Text of which no whole record was seen yet: looked at again when there is twice as much, so not all too often."""

    def __init__(self) -> None:
        self.keep("")

    def add(self, piece: str, final: bool) -> str | None:
        """All the text there is; None where it is not worth another look."""
        self._parts.append(piece)
        self._size += len(piece)
        if self._size < self._enough and not final:
            return None
        text = "".join(self._parts)
        self.keep("")
        return text

    def keep(self, text: str) -> None:
        """Begin with this the next time."""
        self._parts = [text] if text else []
        self._size, self._enough = len(text), 2 * len(text)


def _with_last(pieces: Iterator[str]) -> Iterator[tuple[str, bool]]:
    # The last piece is known for such, so that nothing waits for more.
    before: str | None = None
    for piece in pieces:
        if before is not None:
            yield before, False
        before = piece
    if before is not None:
        yield before, True


def _block(
    name: str, text: str, start: int, line: int, head: Header, options: Options, final: bool
) -> tuple[tuple[Unit, ...], tuple[Failure, ...], int]:
    units: list[Unit] = []
    failures: list[Failure] = []
    line += text.count(head.dialect.newline, 0, start)
    done = start
    width = len(head.names)
    for row in rows(text, head.dialect, final, start):
        where = f"{name}:{line}"
        line += text.count(head.dialect.newline, row.start, row.after)
        done = row.after
        if row.start == row.end:
            continue
        try:
            if row.problem:
                raise DocumentError(row.problem, remedy=f"Mend the quotes of the row. {PASSED}")
            if len(row.fields) > width:
                raise DocumentError(
                    f"{len(row.fields)} fields where the first row has {width}",
                    remedy=f"Quote fields that hold the delimiter {head.dialect.delimiter!r}. {PASSED}",
                )
            units += _units(text, row, where, head, options)
        except DocumentError as error:
            failures.append(Failure(where, error.problem, error.remedy))
    return tuple(units), tuple(failures), done


def _units(text: str, row: Row, where: str, head: Header, options: Options) -> Iterator[Unit]:
    id_ = ""
    if 0 <= head.id < len(row.fields):
        begin, end = row.fields[head.id]
        id_ = unquote(text[begin:end])
    for field, place in sorted(enumerate(head.texts), key=lambda item: item[1]):
        if place >= len(row.fields):
            raise DocumentError(
                f"{len(row.fields)} field{'s' if row.fields[1:] else ''}, none of them for {options.fields[field]!r}",
                remedy=f"Complete the row. {PASSED}",
            )
        begin, end = row.fields[place]
        value = unquote(text[begin:end])
        if not value.isascii() and _SURROGATE.search(value):
            raise DocumentError(
                f"{options.fields[field]!r} holds bytes that are no text",
                remedy=f"Say the right --encoding. {PASSED}",
            )
        yield Unit(Document(where, value, id_), row.start, row.after, field)


def _plan(options: Options, head: Header | None, text: str, unit: Unit, result: Result | None) -> Change:
    if head is None:
        return Change()
    row = next(rows(text[unit.start : unit.end], head.dialect, True))
    if options.mentions:
        return _mentions(head, row, text, unit, result)
    assert result is not None
    begin, end = (place + unit.start for place in row.fields[head.texts[unit.field]])
    raw = text[begin:end]
    if not raw.startswith('"'):
        special = {head.dialect.delimiter, '"', "\n", "\r"}
        alone = not result.text and len(row.fields) == 1  # would be a blank line
        if alone or any(special & set(edit.after) for edit in result.edits):
            return Change((Patch(begin, end, _quote(result.text)),), True)
        return Change(tuple(Patch(begin + e.start, begin + e.end, e.after) for e in result.edits))
    inner = raw[1:-1]
    spans = edit_spans(inner, _DOUBLED, result.edits)
    return Change(
        tuple(
            Patch(begin + 1 + left, begin + 1 + right, edit.after.replace('"', '""'))
            for edit, (left, right) in zip(result.edits, spans, strict=True)
        )
    )


def _quote(text: str) -> str:
    return '"' + text.replace('"', '""') + '"'


def _mentions(head: Header, row: Row, text: str, unit: Unit, result: Result | None) -> Change:
    value = ""
    if result is not None:
        value = _quote(json.dumps([m.as_dict() for m in result.mentions], ensure_ascii=False))
    if 0 <= head.mentions < len(row.fields):
        begin, end = row.fields[head.mentions]
        return Change((Patch(unit.start + begin, unit.start + end, value),), True)
    column = head.mentions if head.mentions >= 0 else len(head.names)
    gap = head.dialect.delimiter * (column - len(row.fields) + 1)
    return Change((Patch(unit.start + row.end, unit.start + row.end, gap + value),), True)
