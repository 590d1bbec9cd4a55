"""What an index knows of common words beforehand: found out when it is compiled, so that no run needs to again.

The words are those of wordfreq. What is known of one, whether it stands in a name, which listed words are near it,
whether it may be a damaged name at all, depends on the table, the word and the model alone: so outcomes are the same
with it and without. It lies behind the arrays of an index file, under a stamp; where that is no longer right, or the
index is one of several, it is passed over, and all is found out as the words are met.
"""

from __future__ import annotations

import zlib
from collections.abc import Sequence
from functools import cache
from typing import Final

from canonym import lexicon, native
from canonym.datafiles import data_file
from canonym.index import Index
from canonym.keys import KEY_VERSION

#: To be raised with every change of what decides of a word or of how that is written.
_VERSION: Final = 1
#: What decides of strings beside the tables and packages: the data files.
DECIDING: Final = ("words.json", "rules.json", "edits.json", "letters.npz", "decide.npz", "decide.json")
_LANGUAGE: Final = "en"


@cache
def stamp() -> bytes:
    """What it depends on beside the table: the keys, the model, and the list of words."""
    told = 0
    for name in DECIDING:
        told = zlib.crc32(data_file(name).read_bytes(), told)
    return f"{_VERSION}-{KEY_VERSION}-{told:08x}-{lexicon.stamp(_LANGUAGE)}".encode()


def of(indexes: Sequence[Index]) -> memoryview | None:
    """What the only one of some indexes knows beforehand; None where there are more, or where it does not fit."""
    return indexes[0].annex(stamp()) if len(indexes) == 1 and native.COMPILED else None


def common_words() -> list[str]:
    """The words that are looked at beforehand, commonest first."""
    return [word for one in lexicon.bins(_LANGUAGE) for word in one if word.isascii() and word.isalnum()]
