"""What is an ordinary word: frequencies by wordfreq, loaded when first asked.

A frequency is on the Zipf scale: log10 of occurrences in a thousand million words, so 3 is once in a million words,
0 means not known (Speer, wordfreq; after van Heuven et al. 2014).
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from functools import cache
from importlib.resources import files
from importlib.util import find_spec
from pathlib import Path

from canonym import native


@cache
def frequencies(lang: str = "en") -> Mapping[str, float]:
    """Every known word of a language (lower case) with its Zipf frequency, 0 to 8; some 320,000 for English."""
    out: dict[str, float] = {}
    for k, words in enumerate(bins(lang)):
        out.update(dict.fromkeys(words, round(9 - k / 100, 2)))
    return out


def bins(lang: str = "en") -> Sequence[Sequence[str]]:
    """The words of a language in bins, commonest first: bin k holds those of Zipf frequency 9 - k / 100.

    Read from wordfreq's files (its format cBpack) without importing it, which takes longer than reading them.
    """
    import gzip

    import msgpack

    found = find_spec("wordfreq")
    folders = found.submodule_search_locations if found is not None else None
    for name in (f"large_{lang}", f"small_{lang}"):
        for folder in folders or ():
            path = Path(folder) / "data" / f"{name}.msgpack.gz"
            if path.exists():
                raw = msgpack.unpackb(gzip.decompress(path.read_bytes()), raw=False)
                return raw[1:]  # type: ignore[no-any-return]
    return ()


@cache
def compiled() -> native.Lexicon:
    """`frequencies` of English, for the compiled loops."""
    return native.Lexicon(frequencies=dict(frequencies()))


def zipf(word: str, lang: str = "en") -> float:
    """The Zipf frequency of one word, 0.0 where it is not known.

    >>> zipf("Office") > 5, zipf("Tebyan")
    (True, 0.0)
    """
    return frequencies(lang).get(word.lower(), 0.0)


@cache
def _capitals() -> tuple[float, frozenset[str], frozenset[str]]:
    raw = json.loads(files("canonym").joinpath("data/capitals.json").read_text("utf-8"))
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
