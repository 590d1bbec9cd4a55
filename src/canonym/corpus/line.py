"""One JSON line: where its values stand, and how what was found out is written into it."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from typing import Any, Final

from canonym import native
from canonym.corpus.block import Change, Coder, Patch, Unit, edit_spans
from canonym.corpus.formats import Options
from canonym.model import DocumentError, Edit, Mention, Result
from canonym.patterns import pattern

#: Each match is one character of the text: an escaped surrogate pair, another code, or a short escape.
ESCAPE: Final = pattern(r"\\(?:u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}|u[0-9a-fA-F]{4}|.)")
_TOKEN: Final = pattern(r'"[^"\\]*(?:\\.[^"\\]*)*"|[{}\[\],:]')
BLANK: Final = " \t\r\n"
PASSED: Final = "The line was passed on unchanged"


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
                left = begin + len(value) - len(value.lstrip(BLANK))
                yield key, left, begin + len(value.rstrip(BLANK))
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


def plan(options: Options, coder: Coder, text: str, unit: Unit, result: Result | None) -> Change:
    """How one document of a line changes it."""
    if result is None or not (result.edits or options.mentions):
        return Change()
    line = text[unit.start : unit.end]
    if options.mentions:
        patch = _mentions(line, result.mentions, coder)
        return Change((Patch(patch.start + unit.start, patch.end + unit.start, patch.after),), True)
    span = locate(line, options.fields[unit.field])
    if span is None or line[span[0]] != '"':
        raise DocumentError("its text was not found again in the line", remedy=PASSED)
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
    left = len(line[:end].rstrip(BLANK))
    comma = "" if line[left - 1] == "{" else ", "
    return Patch(left, left, f'{comma}"mentions": {value}')
