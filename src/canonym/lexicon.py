"""What is an ordinary word: frequencies by wordfreq, loaded when first asked.

A frequency is on the Zipf scale: log10 of occurrences in a thousand million words, so 3 is once in a million words,
0 means not known (Speer, wordfreq; after van Heuven et al. 2014).
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Final

from canonym import native
from canonym.datafiles import data_file
from canonym.kept import kept

#: Bytes at the beginning of a list of words, unzipped, among which those asked for mostly are.
_BEGINNING: Final = 1 << 19


@cache
def frequencies(lang: str = "en") -> Mapping[str, float]:
    """Every known word of a language (lower case) with its Zipf frequency, 0 to 8; some 320,000 for English.

    To ask of single words, or for the common ones, `look_up` and `above` are much less work.
    """
    if native.COMPILED:
        return compiled(lang).above(0.0, _packed(lang))
    out: dict[str, float] = {}
    for k, words in enumerate(bins(lang)):
        out.update(dict.fromkeys(words, round(9 - k / 100, 2)))
    return out


def above(floor: float, lang: str) -> Mapping[str, float]:
    """The words of a language with a Zipf frequency of at least `floor`, each with its own.

    >>> "the" in above(6.0, "en"), "connecticut" in above(6.0, "en")
    (True, False)
    """
    if native.COMPILED:
        with suppress(ValueError):  # the common words stand first, and to unzip all of them takes longest
            return compiled(lang).above(floor, _packed(lang, _BEGINNING))
        return compiled(lang).above(floor, _packed(lang))
    return {word: zipf for word, zipf in frequencies(lang).items() if zipf >= floor}


@cache
def compiled(lang: str) -> native.Lexicon:
    """`frequencies`, compiled: made once from the bytes of wordfreq's file, without a string for each word.

    It keeps words by hashes of 64 bits, as an index does its keys: two that meet are not to be expected.
    """
    return kept(
        f"words-{lang}-{stamp(lang)}-3.data", native.Lexicon.stored, lambda: native.Lexicon(_packed(lang)).store()
    )


def bins(lang: str = "en") -> Sequence[Sequence[str]]:
    """The words of a language in bins, commonest first: bin k holds those of Zipf frequency 9 - k / 100."""
    import msgpack

    packed = _packed(lang)
    return msgpack.unpackb(packed, raw=False)[1:] if packed else ()


@cache
def stamp(lang: str) -> str:
    """What tells one list of words from another: its check sum and length, with which wordfreq's file ends."""
    path = _file(lang)
    if path is None:
        return "none"
    with path.open("rb") as file:
        file.seek(-8, os.SEEK_END)
        return file.read().hex()


def _packed(lang: str, most: int = 0) -> bytes:
    """wordfreq's file of a language (its format cBpack), unzipped, or its first bytes; empty where there is none."""
    import zlib

    path = _file(lang)
    # A gzip header, and the largest window.
    return zlib.decompressobj(31).decompress(path.read_bytes(), most) if path is not None else b""


def _file(lang: str) -> Path | None:
    """Where that file lies: found without importing wordfreq, which takes longer than reading it."""
    for name in (f"large_{lang}", f"small_{lang}"):
        for folder in _folders():
            path = Path(folder) / "data" / f"{name}.msgpack.gz"
            if path.exists():
                return path
    return None


def _folders() -> Sequence[str]:
    found = find_spec("wordfreq")
    return (found.submodule_search_locations if found is not None else None) or ()


@cache
def look_up(lang: str) -> Callable[[str], float]:
    """What gives the Zipf frequency of a word in lower case, 0.0 where it is not known."""
    if native.COMPILED:
        return compiled(lang).zipf
    known = frequencies(lang)
    return lambda word: known.get(word, 0.0)


@cache
def simplified() -> Mapping[int, str]:
    """What `str.translate` needs to write Chinese as wordfreq's list has it: in simplified characters.

    >>> "電力".translate(simplified())
    '电力'
    """
    import gzip

    import msgpack

    for folder in _folders():
        packed = gzip.decompress((Path(folder) / "data" / "_chinese_mapping.msgpack.gz").read_bytes())
        found: dict[int, str] = msgpack.unpackb(packed, raw=False, strict_map_key=False)
        return found
    return {}


def zipf(word: str, lang: str = "en") -> float:
    """The Zipf frequency of one word, 0.0 where it is not known.

    >>> zipf("Office") > 5, zipf("Tebyan")
    (True, 0.0)
    """
    return look_up(lang)(word.lower())


@cache
def _capitals() -> tuple[float, frozenset[str], frozenset[str]]:
    raw = json.loads(data_file("capitals.json").read_text("utf-8"))
    return raw["witnessed"], frozenset(raw["names"].split()), frozenset(raw["doubtful"].split())


def capital(word: str, lang: str = "en") -> float:
    """How often (0 to 1) a word is written with a capital inside a sentence; 0.4 where nobody knows.

    >>> capital("connecticut") > 0.9, capital("bridge") < 0.1
    (True, True)
    """
    if lang != "en":
        return 0.4
    witnessed, names, doubtful = _capitals()
    lowered = word.lower()
    if lowered in names:
        return 0.97
    if lowered in doubtful or zipf(lowered) < witnessed:
        return 0.4
    return 0.05
