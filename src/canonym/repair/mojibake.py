"""Broken encodings, mended by ftfy: nothing else of what ftfy does is wanted here."""

from __future__ import annotations

import re
from typing import Final

from canonym.model import Edit

_RUN: Final = re.compile(r"\S+")


def mend(text: str) -> tuple[Edit, ...]:
    """The edits that undo mojibake, each on the smallest run of words that it took."""
    if text.isascii():
        return ()
    return ()
