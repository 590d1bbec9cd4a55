"""Names in other scripts than the Latin that are ordinary words too: Chile in Urdu is also "went".

The list is made by `training/homographs.py`.
"""

from __future__ import annotations

import gzip
from collections.abc import Iterable, Mapping
from functools import cache

from canonym.datafiles import data_file


@cache
def _words() -> Mapping[str, frozenset[str]]:
    """The `written` names that are words, by language; and under "also" some that tables leave out."""
    lines = gzip.decompress(data_file("homographs.txt.gz").read_bytes()).decode("utf-8").splitlines()
    return {lang: frozenset(words) for lang, *words in map(str.split, lines)}


def is_word(name: str, langs: Iterable[str]) -> bool:
    """True where a `written` name is an ordinary word of one of some languages.

    >>> is_word("تركي", ("ar",)), is_word("بغداد", ("ar", "fa", "ur"))
    (True, False)
    """
    return any(name in _words().get(lang, ()) for lang in langs)


def is_spelling(name: str) -> bool:
    """True for a short `written` name that gazetteers have beside one that folds alike, of which tables list one.

    >>> is_spelling("مكة"), is_spelling("آب")
    (True, False)
    """
    return name in _words()["also"]
