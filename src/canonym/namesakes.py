"""Words that are near the name of a great place and yet right as they stand, which `training/namesakes.py` lists."""

from __future__ import annotations

import gzip
from functools import cache

from canonym import native
from canonym.datafiles import data_file


def is_namesake(form: str) -> bool:
    """True for one of those words, folded.

    >>> is_namesake("arica"), is_namesake("kabool")
    (True, False)
    """
    # To part all of them takes longer than to look for the few that a run comes to.
    return native.has_line(_lines(), form) if native.COMPILED else form in namesakes()


@cache
def namesakes() -> frozenset[str]:
    """All of them: what `is_namesake` must tell."""
    return frozenset(_lines().decode("ascii").split())


@cache
def _lines() -> bytes:
    """They are in order."""
    return gzip.decompress(data_file("namesakes.txt.gz").read_bytes())
