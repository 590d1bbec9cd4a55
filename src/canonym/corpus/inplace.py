"""Edits written straight into the bytes of a JSON line: most lines that change need no more."""

from __future__ import annotations

import json
from collections.abc import Sequence
from functools import lru_cache

from canonym import native
from canonym.corpus.block import Placed
from canonym.model import Edit


def written(
    raw: bytes, span: tuple[int, int], key: str, text: str, edits: Sequence[Edit], offset: int
) -> tuple[bytes, tuple[Placed, ...]] | None:
    """The line at a span of `raw` with the edits made in its text, and what was written where.

    `offset` is the byte of the output at which the line begins. None where its text is not plain to see: then the line
    is written by the way that all can go, to the same bytes.
    """
    start, end = span
    wanted = [place for edit in edits for place in (edit.start, edit.end)]
    told = native.literal(raw, start, end, key.encode(), wanted)
    if told is None:
        return None
    plain, places = told
    escaped = plain and not text.isascii()
    parts: list[bytes] = []
    placed: list[Placed] = []
    done, at = start, offset
    for edit, left, right in zip(edits, places[::2], places[1::2], strict=True):
        after = _inside(edit.after, escaped)
        try:
            data = after.encode()
        except UnicodeEncodeError:
            return None
        at += left - done
        placed.append(Placed(at, raw[left:right].decode(), after))
        at += len(data)
        parts += (raw[done:left], data)
        done = right
    parts.append(raw[done:end])
    return b"".join(parts), tuple(placed)


@lru_cache(maxsize=4096)
def _inside(text: str, escaped: bool) -> str:
    return json.dumps(text, ensure_ascii=escaped)[1:-1]
