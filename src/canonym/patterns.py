"""Patterns that are compiled when they are first used: most runs use few, and to compile all is a tenth of a start."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

#: So far back a name of a file or an object may begin.
_REACH: Final = 64


class _Late:
    """Has what a compiled pattern has, once it is asked for."""

    def __init__(self, source: str, flags: int) -> None:
        self._given = (source, flags)

    def __getattr__(self, name: str) -> Any:
        found = getattr(re.compile(*self._given), name)
        setattr(self, name, found)  # the next time it is there at once
        return found


def _pattern(source: str, flags: int = 0) -> _Late:
    return _Late(source, flags)


def begun(text: str, start: int, before: re.Pattern[str]) -> int:
    """Where what stands before a place begins, by a pattern of it that is read backwards, so that it is found at once.

    >>> begun("see a/Kabul.txt", 11, re.compile(r"[\\w/]+"))
    4
    """
    left = before.match(text[max(0, start - _REACH) : start][::-1])
    return start - (left.end() if left else 0)


if TYPE_CHECKING:
    pattern = re.compile
else:
    pattern = _pattern
