"""JSON lines: each line is a document, and only the characters of its text that change are written anew.

A replacement goes inside the raw string literal, so the order of keys, blanks, and the escapes of everything
else stay as they were.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import partial
from itertools import chain, groupby
from typing import Any, AnyStr, Final

from canonym import native
from canonym.corpus.block import Block, Change, Coder, Entry, Outcome, Patch, TextBlock, Unit, edit_spans
from canonym.corpus.formats import Options
from canonym.corpus.inplace import written
from canonym.corpus.stream import decoded, heading, sniff
from canonym.model import Document, DocumentError, Edit, Failure, Mention, Result

#: Each match is one character of the text: an escaped surrogate pair, another code, or a short escape.
ESCAPE: Final = re.compile(r"\\(?:u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}|u[0-9a-fA-F]{4}|.)")
_TOKEN: Final = re.compile(r'"[^"\\]*(?:\\.[^"\\]*)*"|[{}\[\],:]')
_SURROGATE: Final = re.compile("[\ud800-\udfff]")
_BLANK: Final = " \t\r\n"
_PASSED: Final = "The line was passed on unchanged"


@dataclass(frozen=True, slots=True)
class LinesBlock:
    """Some lines of a stream, of which only those that change are ever looked at again.

    For the document `k`: its text, its id, the number of its line, where that line begins and ends in `raw`, and
    which of the fields it is. `name` is the file's, `mark` a byte order mark before the lines.
    """

    name: str
    raw: bytes
    coder: Coder
    options: Options
    texts: list[str] = field(default_factory=list)
    ids: list[object] = field(default_factory=list)
    numbers: list[int] = field(default_factory=list)
    starts: list[int] = field(default_factory=list)
    ends: list[int] = field(default_factory=list)
    fields: list[int] = field(default_factory=list)
    failures: list[Failure] = field(default_factory=list)
    mark: bytes = b""

    @property
    def size(self) -> int:
        """Bytes of the input."""
        return len(self.mark) + len(self.raw)

    def document(self, k: int) -> Document:
        """One document."""
        id_ = self.ids[k]
        return Document(
            f"{self.name}:{self.numbers[k]}", self.texts[k], str(id_) if isinstance(id_, (str, int)) else ""
        )

    @property
    def documents(self) -> Sequence[Document]:
        """The documents in the block, in order."""
        return [self.document(k) for k in range(len(self.texts))]

    def outcome(self, results: Sequence[Result | None], offset: int) -> Outcome:
        """The lines with the results written into them."""
        every = self.options.mentions
        touched = [k for k, result in enumerate(results) if result is not None and (result.edits or every)]
        if not touched:
            return Outcome(self.mark + self.raw, encoding=self.coder.encoding)
        plan = partial(_plan, self.options, self.coder)
        key = self.options.fields[0]
        one_field = len(self.options.fields) == 1 and "." not in key
        direct = native.COMPILED and self.coder.encoding == "utf-8" and one_field and not every
        parts, entries, failures = [self.mark], list[Entry](), list[Failure]()
        done, at = 0, offset + len(self.mark)
        for start, group in groupby(touched, self.starts.__getitem__):
            own = list(group)
            end = self.ends[own[0]]
            at += start - done
            result = results[own[0]]
            if direct and result is not None:
                told = written(self.raw, (start, end), key, self.texts[own[0]], result.edits, at)
                if told is not None:
                    parts += (self.raw[done:start], *told[0])
                    entries.append(Entry(self.document(own[0]), result.edits, told[1]))
                    done, at = end, at + sum(map(len, told[0]))
                    continue
            raw = self.raw[start:end]
            line = raw.decode(self.coder.encoding, self.coder.errors)
            units = tuple(Unit(self.document(k), 0, len(line), self.fields[k]) for k in own)
            block = TextBlock(line, raw, self.coder, units, (), plan, every=every)
            one = block.outcome([results[k] for k in own], at)
            assert isinstance(one.payload, bytes)
            parts += (self.raw[done:start], one.payload)
            entries += one.entries
            failures += one.failures
            done, at = end, at + len(one.payload)
        parts.append(self.raw[done:])
        return Outcome(b"".join(parts), tuple(entries), tuple(failures), self.coder.encoding)


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
        block = LinesBlock(name, raw, coder, options, mark=mark)
        passing = passing or failure is not None
        if failure is not None:
            block.failures.append(failure)
        if passing:  # no file of documents: all of it passes
            number += 1
        elif isinstance(lines, bytes):
            number = _fill(block, lines.split(b"\n"), number, len)
        else:
            number = _fill(block, lines.split("\n"), number, lambda line: len(coder.encode(line)), coder.encode("\n"))
        yield block
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
        carry.append(piece[:cut])
        whole, carry = end[:0].join(carry), [piece[cut:]] if cut < len(piece) else []
        del piece
        yield whole
    if carry:
        yield end[:0].join(carry)


def _not_lines(name: str, lines: bytes, number: int) -> Failure | None:
    if number > 1:
        return None
    first = lines.lstrip(_BLANK.encode()).partition(b"\n")[0].rstrip(_BLANK.encode())
    if first.startswith(b"[") or first == b"{":
        remedy = "Make it lines with: jq -c '.[]'" if first.startswith(b"[") else "Make it lines with: jq -c ."
        return Failure(name, "this is one JSON value, not one JSON object a line", remedy)
    return None


def _fill(
    block: LinesBlock, lines: Sequence[AnyStr], number: int, size: Callable[[AnyStr], int], newline: bytes = b"\n"
) -> int:
    """Put the documents of the lines into the block; the number of the line after them."""
    import orjson

    loads, bad, gap = orjson.loads, orjson.JSONDecodeError, len(newline)
    key, id_key = block.options.fields[0], block.options.id_key
    single = len(block.options.fields) == 1
    texts, ids, numbers, starts, ends = block.texts, block.ids, block.numbers, block.starts, block.ends
    start = 0
    for line in lines:  # every call in here is made for each line of a corpus
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
            _add(block, line, value, number, start, end)
        start = end + gap
        number += 1
    if single:
        block.fields.extend([0] * len(texts))
    return number - 1


def _add(block: LinesBlock, line: str | bytes, value: Any, number: int, start: int, end: int) -> None:
    """One line that is not the usual one: several fields, a text that lies deeper, no text, not JSON."""
    try:
        strict = value is not None
        if not strict:
            text = line if isinstance(line, str) else line.decode("utf-8", "surrogateescape")
            if not text.strip(_BLANK):
                return
            value = _lenient(text)
        for place, key in enumerate(block.options.fields):
            found = _text(value, key)
            if found is None:
                continue
            if not strict and _SURROGATE.search(found):
                raise DocumentError(f"{key!r} holds bytes or codes that are no character", remedy=_PASSED)
            block.texts.append(found)
            block.ids.append(lookup(value, block.options.id_key))
            block.numbers.append(number)
            block.starts.append(start)
            block.ends.append(end)
            if len(block.options.fields) > 1:
                block.fields.append(place)
    except DocumentError as error:
        block.failures.append(Failure(f"{block.name}:{number}", error.problem, error.remedy))


def _lenient(line: str) -> Any:
    # What Python writes and strict parsers refuse: NaN, huge numbers, halves of surrogate pairs.
    try:
        return json.loads(line)
    except (ValueError, RecursionError) as error:
        bad = _SURROGATE.search(line)
        if bad:
            place = len(line[: bad.start()].encode("utf-8", "surrogatepass"))
            raise DocumentError(f"not UTF-8 at byte {place} of the line", remedy=_PASSED) from error
        if isinstance(error, json.JSONDecodeError):
            problem = f"not valid JSON: {error.msg.removesuffix(' at')} at column {error.colno}"
        else:
            problem = f"not valid JSON: {error}"
        raise DocumentError(problem, remedy=f"Mend the line. {_PASSED}") from error


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
        raise DocumentError(f"not a JSON object but {_kind(value)}", remedy=_PASSED)
    found = value.get(key)
    if found is None and key not in value:
        found = lookup(value, key)
        if found is None and not _has(value, key):
            keys = ", ".join(list(value)[:20]) or "none"
            raise DocumentError(f"no key {key!r}", remedy=f"Name the key with --text-key; there are: {keys}. {_PASSED}")
    if found is None:
        return None
    if not isinstance(found, str):
        raise DocumentError(f"{key!r} is {_kind(found)}, not a string", remedy=_PASSED)
    return found


def _has(value: Any, key: str) -> bool:
    if not isinstance(value, dict):
        return False
    head, dot, rest = key.partition(".")
    return key in value or bool(dot and _has(value.get(head), rest))


def _kind(value: Any) -> str:
    names = {bool: "true or false", int: "a number", float: "a number", list: "an array", str: "a string"}
    return "null" if value is None else names.get(type(value), "an object")


def members(line: str, start: int) -> Iterator[tuple[str, int, int]]:
    """Keys of the object that opens at `start`, each with the span of its value, in order."""
    if not native.COMPILED:
        yield from members_plain(line, start)
        return
    for key, key_end, left, right in native.members(line, start):
        raw = line[key + 1 : key_end - 1]
        yield json.loads(line[key:key_end]) if "\\" in raw else raw, left, right


def members_plain(line: str, start: int) -> Iterator[tuple[str, int, int]]:
    """`members` in Python: what the compiled one must equal."""
    depth, key, begin = 0, None, 0
    for match in _TOKEN.finditer(line, start + 1):
        token = match[0]
        if depth:
            depth += (token in "{[") - (token in "}]")
        elif token in "{[":
            depth = 1
        elif token == ":":
            begin = match.end()
        elif token in ",}":
            if key is not None:
                value = line[begin : match.start()]
                left = begin + len(value) - len(value.lstrip(_BLANK))
                yield key, left, begin + len(value.rstrip(_BLANK))
            key = None
            if token == "}":
                return
        elif key is None:
            key = json.loads(token)


def locate(line: str, key: str, start: int = 0) -> tuple[int, int] | None:
    """The span of the value under a key, dots leading into objects; the last of equal keys, as in parsers."""
    opening = line.find("{", start)
    if opening < 0:
        return None
    head, dot, rest = key.partition(".")
    whole: tuple[int, int] | None = None
    inner: tuple[int, int] | None = None
    for name, begin, end in members(line, opening):
        if name == key:
            whole = begin, end
        if dot and name == head:
            inner = locate(line[:end], rest, begin) if line[begin] == "{" else None
    return whole or inner


def _plan(options: Options, coder: Coder, text: str, unit: Unit, result: Result | None) -> Change:
    if result is None or not (result.edits or options.mentions):
        return Change()
    line = text[unit.start : unit.end]
    if options.mentions:
        patch = _mentions(line, result.mentions, coder)
        return Change((Patch(patch.start + unit.start, patch.end + unit.start, patch.after),), True)
    span = locate(line, options.fields[unit.field])
    if span is None or line[span[0]] != '"':
        raise DocumentError("its text was not found again in the line", remedy=_PASSED)
    raw = line[span[0] + 1 : span[1] - 1]
    escaped = raw.isascii() and not unit.document.text.isascii()
    base = unit.start + span[0] + 1
    spans = _spans(raw, result.edits) if "\\" in raw else [(e.start, e.end) for e in result.edits]
    return Change(
        tuple(
            Patch(base + start, base + end, _dumped(edit.after, escaped, coder)[1:-1])
            for edit, (start, end) in zip(result.edits, spans, strict=True)
        )
    )


def _spans(raw: str, edits: Sequence[Edit]) -> list[tuple[int, int]]:
    """The spans of edits in the raw form of their text."""
    if not native.COMPILED:
        return edit_spans(raw, ESCAPE, edits)
    places = native.escaped(raw, [place for edit in edits for place in (edit.start, edit.end)])
    return list(zip(places[::2], places[1::2], strict=True))


def _dumped(value: Any, escaped: bool, coder: Coder) -> str:
    # What the encoding lacks, JSON can always escape.
    out = json.dumps(value, ensure_ascii=escaped)
    if not (escaped or coder.universal):
        try:
            out.encode(coder.encoding)
        except UnicodeEncodeError:
            return json.dumps(value)
    return out


def _mentions(line: str, mentions: Sequence[Mention], coder: Coder) -> Patch:
    value = _dumped([mention.as_dict() for mention in mentions], line.isascii() and "\\u" in line, coder)
    known = locate(line, "mentions") if '"mentions"' in line else None
    if known:
        return Patch(known[0], known[1], value)
    end = line.rindex("}")
    left = len(line[:end].rstrip(_BLANK))
    comma = "" if line[left - 1] == "{" else ", "
    return Patch(left, left, f'{comma}"mentions": {value}')
