"""JSON lines: each line is a document, and only the characters of its text that change are written anew.

A replacement goes inside the raw string literal, so the order of keys, blanks, and the escapes of everything
else stay as they were.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from functools import partial
from typing import Any, AnyStr, Final

from canonym.corpus.block import Block, Change, Coder, Patch, TextBlock, Unit, edit_spans
from canonym.corpus.formats import Options
from canonym.corpus.stream import decoded, heading, sniff
from canonym.model import Document, DocumentError, Failure, Mention, Result

#: Each match is one character of the text: an escaped surrogate pair, another code, or a short escape.
ESCAPE: Final = re.compile(r"\\(?:u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}|u[0-9a-fA-F]{4}|.)")
_TOKEN: Final = re.compile(r'"[^"\\]*(?:\\.[^"\\]*)*"|[{}\[\],:]')
_SURROGATE: Final = re.compile("[\ud800-\udfff]")
_BLANK: Final = " \t\r\n"
_PASSED: Final = "The line was passed on unchanged"


def blocks(name: str, pieces: Iterator[bytes], options: Options) -> Iterator[Block]:
    """The lines of a stream, in blocks; each line that is no document makes a failure, and passes.

    Raises DocumentError where the stream cannot be decoded at all.
    """
    head, pieces = heading(pieces)
    mark, coder = sniff(head, options.encoding)
    plan = partial(_plan, options, coder)
    lines, passing = 1, False
    for raw, text in _lines(pieces, mark, coder):
        failure = _not_lines(name, text) if lines == 1 else None
        if passing or failure:
            # Not a file of documents: all of it passes.
            passing = True
            yield TextBlock(text, raw, coder, (), (failure,) if failure else (), plan, mark)
        else:
            units, failures = _documents(name, text, lines, options)
            yield TextBlock(text, raw, coder, units, failures, plan, mark)
        lines += text.count("\n")
        mark = b""
    if mark:
        yield TextBlock("", b"", coder, (), (), plan, mark)


def _lines(pieces: Iterator[bytes], mark: bytes, coder: Coder) -> Iterator[tuple[bytes, str]]:
    # The same bytes, cut after line feeds only, and their text.
    if coder.encoding == "utf-8":
        skip = len(mark)
        for raw in whole_lines(pieces, b"\n"):
            raw = raw[skip:] if skip else raw
            yield raw, raw.decode("utf-8", "surrogateescape")
            skip = 0
    else:
        for text in whole_lines(decoded(pieces, mark, coder), "\n"):
            yield coder.encode(text), text


def whole_lines(pieces: Iterator[AnyStr], end: AnyStr) -> Iterator[AnyStr]:
    """The same stream cut only after line feeds, which `end` is."""
    carry: list[AnyStr] = []
    for piece in pieces:
        cut = piece.rfind(end) + 1
        if not cut:
            carry.append(piece)
            continue
        carry.append(piece[:cut])
        yield end[:0].join(carry)
        carry = [piece[cut:]] if cut < len(piece) else []
    if carry:
        yield end[:0].join(carry)


def _not_lines(name: str, text: str) -> Failure | None:
    first = text.lstrip(_BLANK).partition("\n")[0].rstrip(_BLANK)
    if first.startswith("[") or first == "{":
        remedy = "Make it lines with: jq -c '.[]'" if first.startswith("[") else "Make it lines with: jq -c ."
        return Failure(name, "this is one JSON value, not one JSON object a line", remedy)
    return None


def _documents(name: str, text: str, first: int, options: Options) -> tuple[tuple[Unit, ...], tuple[Failure, ...]]:
    import orjson

    units: list[Unit] = []
    failures: list[Failure] = []
    loads = orjson.loads
    start = 0
    fields = tuple(enumerate(options.fields))
    id_key = options.id_key
    for number, line in enumerate(text.split("\n"), first):
        end = start + len(line)
        where = f"{name}:{number}"
        try:
            try:
                value = loads(line)
            except orjson.JSONDecodeError:
                if not line.strip(_BLANK):
                    continue
                value = _lenient(line)
                strict = False
            else:
                strict = True
            for field, key in fields:
                found = _text(value, key)
                if found is not None:
                    if not strict and _SURROGATE.search(found):
                        raise DocumentError(f"{key!r} holds bytes or codes that are no character", remedy=_PASSED)
                    id_ = lookup(value, id_key)
                    document = Document(where, found, str(id_) if isinstance(id_, (str, int)) else "")
                    units.append(Unit(document, start, end, field))
        except DocumentError as error:
            failures.append(Failure(where, error.problem, error.remedy))
        finally:
            start = end + 1
    return tuple(units), tuple(failures)


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
    spans = edit_spans(raw, ESCAPE, result.edits) if "\\" in raw else [(e.start, e.end) for e in result.edits]
    return Change(
        tuple(
            Patch(base + start, base + end, _dumped(edit.after, escaped, coder)[1:-1])
            for edit, (start, end) in zip(result.edits, spans, strict=True)
        )
    )


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
