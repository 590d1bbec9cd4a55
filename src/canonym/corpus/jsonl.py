"""JSON lines: each line is a document, and only the characters of its text that change are written anew.

A replacement goes inside the raw string literal, so the order of keys, blanks, and the escapes of everything
else stay as they were.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from itertools import chain, groupby
from operator import itemgetter
from typing import Any, AnyStr, Final

from canonym import native
from canonym.corpus.block import Block, Coder, Entry, Outcome, TextBlock, Unit
from canonym.corpus.formats import Options
from canonym.corpus.inplace import written
from canonym.corpus.line import BLANK, PASSED, plan
from canonym.corpus.stream import decoded, heading, sniff
from canonym.model import Document, DocumentError, Failure, Result
from canonym.patterns import pattern

_SURROGATE: Final = pattern("[\ud800-\udfff]")

#: The document of an entry that is only counted.
_UNTOLD: Final = Document("", "")

#: New lines for old: where in a block the old one begins and ends, and the new one.
Spliced = list[tuple[int, int, bytes]]


@dataclass(slots=True)
class _Lines:
    """The documents of some lines.

    For the document `k`: its text, its id, the number of its line, where that line begins and ends, and which of the
    fields it is.
    """

    texts: list[str] = field(default_factory=list)
    ids: list[object] = field(default_factory=list)
    numbers: list[int] = field(default_factory=list)
    starts: list[int] = field(default_factory=list)
    ends: list[int] = field(default_factory=list)
    fields: list[int] = field(default_factory=list)
    failures: list[Failure] = field(default_factory=list)


@dataclass(slots=True)
class LinesBlock:
    """Some lines of a stream, of which only those that change are ever looked at again; read when they are asked for.

    `name` is the file's, `first` the number of the first line, `mark` a byte order mark before the lines. Lines that
    are `passing` are no documents; `failure` says why they are not.
    """

    name: str
    raw: bytes
    coder: Coder
    options: Options
    first: int = 1
    mark: bytes = b""
    passing: bool = False
    failure: Failure | None = None
    _read: _Lines | None = None

    @property
    def _lines(self) -> _Lines:
        if self._read is None:
            self._read = _Lines()
            if self.failure is not None:
                self._read.failures.append(self.failure)
            if not self.passing:
                _fill(self, self._read)
        return self._read

    @property
    def size(self) -> int:
        """Bytes of the input."""
        return len(self.mark) + len(self.raw)

    @property
    def texts(self) -> Sequence[str]:
        """The texts of the documents."""
        return self._lines.texts

    @property
    def failures(self) -> Sequence[Failure]:
        """Lines that are no documents; they pass unchanged."""
        return self._lines.failures

    def document(self, k: int) -> Document:
        """One document."""
        lines = self._lines
        id_ = lines.ids[k]
        return Document(
            f"{self.name}:{lines.numbers[k]}", lines.texts[k], str(id_) if isinstance(id_, (str, int)) else ""
        )

    @property
    def documents(self) -> Sequence[Document]:
        """The documents in the block, in order."""
        return [self.document(k) for k in range(len(self.texts))]

    def outcome(self, results: Sequence[Result | None], offset: int) -> Outcome:
        """Write the results into the lines."""
        spliced, outcome = self.spliced(results, offset)
        return outcome._replace(payload=self.with_spliced(spliced))

    def with_spliced(self, spliced: Spliced) -> bytes:
        """The lines with new ones among them."""
        if not (spliced or self.mark):
            return self.raw
        raw = memoryview(self.raw)
        parts: list[bytes | memoryview] = [self.mark]
        done = 0
        for start, end, line in spliced:
            parts += (raw[done:start], line)
            done = end
        parts.append(raw[done:])
        return b"".join(parts)

    def spliced(self, results: Sequence[Result | None], offset: int, *, logged: bool = True) -> tuple[Spliced, Outcome]:
        """The lines that change, with the results written into them, and their outcome but for the payload.

        Where it is not to be `logged`, of the entries only the edits are told.
        """
        every = self.options.mentions
        touched = [k for k, result in enumerate(results) if result is not None and (result.edits or every)]
        lines = self._lines
        planner = partial(plan, self.options, self.coder)
        key = self.options.fields[0]
        one_field = len(self.options.fields) == 1 and "." not in key
        direct = native.COMPILED and self.coder.encoding == "utf-8" and one_field and not every
        spliced: Spliced = []
        entries, failures = list[tuple[int, Entry]](), list[Failure]()  # each entry with where its line begins
        if direct and not logged and touched:
            spliced, plans, touched = native.respelt(
                self.raw, key.encode(), lines.starts, lines.ends, lines.texts, [*results]
            )
            entries = [(line[0], Entry(_UNTOLD, edits, ())) for line, edits in zip(spliced, plans, strict=True)]
        done, at = 0, offset + len(self.mark)
        for start, group in groupby(touched, lines.starts.__getitem__):
            own = list(group)
            end = lines.ends[own[0]]
            at += start - done
            result = results[own[0]]
            if direct and result is not None:
                told = written(self.raw, (start, end), key, lines.texts[own[0]], result.edits, at)
                if told is not None:
                    spliced.append((start, end, told[0]))
                    entries.append((start, Entry(self.document(own[0]), result.edits, told[1])))
                    done, at = end, at + len(told[0])
                    continue
            raw = self.raw[start:end]
            line = raw.decode(self.coder.encoding, self.coder.errors)
            units = tuple(Unit(self.document(k), 0, len(line), lines.fields[k]) for k in own)
            block = TextBlock(line, raw, self.coder, units, (), planner, every=every)
            one = block.outcome([results[k] for k in own], at)
            assert isinstance(one.payload, bytes)
            spliced.append((start, end, one.payload))
            entries += [(start, entry) for entry in one.entries]
            failures += one.failures
            done, at = end, at + len(one.payload)
        spliced.sort()
        entries.sort(key=itemgetter(0))
        return spliced, Outcome(b"", tuple([entry for _, entry in entries]), tuple(failures), self.coder.encoding)


def blocks(name: str, pieces: Iterator[bytes], options: Options) -> Iterator[Block]:
    """The lines of a stream, in blocks; each line that is no document makes a failure, and passes.

    Raises DocumentError where the stream cannot be decoded at all.
    """
    head, pieces = heading(pieces)
    mark, coder = sniff(head, options.encoding)
    number, passing = 1, False
    for lines in _lines(pieces, mark, coder):
        raw = lines if isinstance(lines, bytes) else coder.encode(lines)
        failure = _not_lines(name, lines if isinstance(lines, bytes) else lines.encode("utf-8", "replace"), number)
        passing = passing or failure is not None  # no file of documents: all of it passes
        yield LinesBlock(name, raw, coder, options, number, mark, passing, failure)
        if isinstance(lines, bytes):
            number += native.line_feeds(lines) if native.COMPILED else lines.count(b"\n")
        else:
            number += lines.count("\n")
        mark = b""
    if mark:
        yield LinesBlock(name, b"", coder, options, mark=mark)


def _lines(pieces: Iterator[bytes], mark: bytes, coder: Coder) -> Iterator[bytes] | Iterator[str]:
    """The same stream cut after line feeds only: its bytes where they are UTF-8, else its text."""
    if coder.encoding != "utf-8":
        return whole_lines(decoded(pieces, mark, coder), "\n")
    if mark:
        first = next(pieces)[len(mark) :]
        pieces = chain([first] if first else [], pieces)
    return whole_lines(pieces, b"\n")


def whole_lines(pieces: Iterator[AnyStr], end: AnyStr) -> Iterator[AnyStr]:
    """The same stream cut only after line feeds, which `end` is."""
    carry: list[AnyStr] = []
    for piece in pieces:
        cut = piece.rfind(end) + 1
        if not cut:
            carry.append(piece)
            continue
        # Most of a piece is copied once: a view of it needs no copy of its own.
        first: Any = memoryview(piece)[:cut] if isinstance(piece, bytes) else piece[:cut]
        carry.append(first)
        whole, carry = end[:0].join(carry), [piece[cut:]] if cut < len(piece) else []
        del piece, first
        yield whole
    if carry:
        yield end[:0].join(carry)


def _not_lines(name: str, lines: bytes, number: int) -> Failure | None:
    if number > 1:
        return None
    first = lines.lstrip(BLANK.encode()).partition(b"\n")[0].rstrip(BLANK.encode())
    if first.startswith(b"[") or first == b"{":
        remedy = "Make it lines with: jq -c '.[]'" if first.startswith(b"[") else "Make it lines with: jq -c ."
        return Failure(name, "this is one JSON value, not one JSON object a line", remedy)
    return None


def _fill(block: LinesBlock, into: _Lines) -> None:
    """Read the documents of the lines."""
    coder = block.coder
    if coder.encoding == "utf-8":
        if not (native.COMPILED and len(block.options.fields) == 1 and _fill_compiled(block, into)):
            _fill_from(block, into, block.raw.split(b"\n"), len, 1)
        return
    lines = block.raw.decode(coder.encoding, coder.errors).split("\n")
    _fill_from(block, into, lines, lambda line: len(coder.encode(line)), len(coder.encode("\n")))


def _fill_compiled(block: LinesBlock, into: _Lines) -> bool:
    """Read them by compiled code as far as lines are plain objects; False, and nothing read, where the first is not."""
    try:
        key, id_key = block.options.fields[0].encode(), block.options.id_key.encode()
    except UnicodeEncodeError:
        return False
    raw, at, number = block.raw, 0, block.first
    texts, ids, numbers, starts, ends = into.texts, into.ids, into.numbers, into.starts, into.ends
    while at < len(raw):
        odd = native.documents(raw, at, number, key, id_key, texts, ids, numbers, starts, ends)
        if odd is None:
            break
        number, start, end = odd
        if start == 0:
            return False
        _fill_from(replace(block, first=number), into, [raw[start:end]], len, 1, start)
        number, at = number + 1, end + 1
    into.fields[:] = [0] * len(texts)
    return True


def _fill_from(
    block: LinesBlock,
    into: _Lines,
    lines: Sequence[AnyStr],
    size: Callable[[AnyStr], int],
    gap: int,
    start: int = 0,
) -> None:
    import orjson

    loads, bad = orjson.loads, orjson.JSONDecodeError
    key, id_key = block.options.fields[0], block.options.id_key
    single = len(block.options.fields) == 1
    texts, ids, numbers, starts, ends = into.texts, into.ids, into.numbers, into.starts, into.ends
    for number, line in enumerate(lines, block.first):  # every call in here is made for each line of a corpus
        end = start + size(line)
        try:
            value = loads(line)
        except bad:
            value = None
        if single and type(value) is dict and type(text := value.get(key)) is str:
            texts.append(text)
            ids.append(value[id_key] if id_key in value else lookup(value, id_key))
            numbers.append(number)
            starts.append(start)
            ends.append(end)
        else:
            _add(block, into, line, value, (number, start, end))
        start = end + gap
    if single:
        into.fields[:] = [0] * len(texts)


def _add(block: LinesBlock, into: _Lines, line: str | bytes, value: Any, place: tuple[int, int, int]) -> None:
    """One line that is not the usual one: several fields, a text that lies deeper, no text, not JSON."""
    number, start, end = place
    try:
        strict = value is not None
        if not strict:
            text = line if isinstance(line, str) else line.decode("utf-8", "surrogateescape")
            if not text.strip(BLANK):
                return
            value = _lenient(text)
        for which, key in enumerate(block.options.fields):
            found = _text(value, key)
            if found is None:
                continue
            if not strict and _SURROGATE.search(found):
                raise DocumentError(f"{key!r} holds bytes or codes that are no character", remedy=PASSED)
            into.texts.append(found)
            into.ids.append(lookup(value, block.options.id_key))
            into.numbers.append(number)
            into.starts.append(start)
            into.ends.append(end)
            if len(block.options.fields) > 1:
                into.fields.append(which)
    except DocumentError as error:
        into.failures.append(Failure(f"{block.name}:{number}", error.problem, error.remedy))


def _lenient(line: str) -> Any:
    # What Python writes and strict parsers refuse: NaN, huge numbers, halves of surrogate pairs.
    try:
        return json.loads(line)
    except (ValueError, RecursionError) as error:
        bad = _SURROGATE.search(line)
        if bad:
            place = len(line[: bad.start()].encode("utf-8", "surrogatepass"))
            raise DocumentError(f"not UTF-8 at byte {place} of the line", remedy=PASSED) from error
        if isinstance(error, json.JSONDecodeError):
            problem = f"not valid JSON: {error.msg.removesuffix(' at')} at column {error.colno}"
        else:
            problem = f"not valid JSON: {error}"
        raise DocumentError(problem, remedy=f"Mend the line. {PASSED}") from error


def lookup(value: Any, key: str) -> Any:
    """The value under a key, or where dots lead into objects; None where there is none."""
    if isinstance(value, dict):
        if key in value:
            return value[key]
        head, dot, rest = key.partition(".")
        if dot and head in value:
            return lookup(value[head], rest)
    return None


def _text(value: Any, key: str) -> str | None:
    if not isinstance(value, dict):
        raise DocumentError(f"not a JSON object but {_kind(value)}", remedy=PASSED)
    found = value.get(key)
    if found is None and key not in value:
        found = lookup(value, key)
        if found is None and not _has(value, key):
            keys = ", ".join(list(value)[:20]) or "none"
            raise DocumentError(f"no key {key!r}", remedy=f"Name the key with --text-key; there are: {keys}. {PASSED}")
    if found is None:
        return None
    if not isinstance(found, str):
        raise DocumentError(f"{key!r} is {_kind(found)}, not a string", remedy=PASSED)
    return found


def _has(value: Any, key: str) -> bool:
    if not isinstance(value, dict):
        return False
    head, dot, rest = key.partition(".")
    return key in value or bool(dot and _has(value.get(head), rest))


def _kind(value: Any) -> str:
    names = {bool: "true or false", int: "a number", float: "a number", list: "an array", str: "a string"}
    return "null" if value is None else names.get(type(value), "an object")
