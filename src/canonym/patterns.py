"""Patterns that are compiled when they are first used: most runs use few, and to compile all is a tenth of a start."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any


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


if TYPE_CHECKING:
    pattern = re.compile
else:
    pattern = _pattern
