"""Made-up files in GeoNames' own layout, of any size: many tongues and scripts, repeated ids, broken lines.

    python tests/gazetteers.py FOLDER PLACES NAMES

writes allCountries.txt and alternateNamesV2.txt, the same for the same numbers.
"""

from __future__ import annotations

import random
import sys
from collections.abc import Iterator
from itertools import islice, product
from pathlib import Path

_SYLLABLES = {
    "en": [*map("".join, product("bdghklmnrstv", "aeiou"))],
    "ru": [*map("".join, product("бдгхклмнрств", "аеиоу"))],
    "fa": [*map("".join, product("بدگهکلمنرستو", "اوی"))],
    "ar": [*map("".join, product("بدغهكلمنرستو", "اوي"))],
    "zh": [*"喀布尔赫里莫桑特洛顿维登法沙鲁佩拉戈诺马斯蒂克"],
    "hi": [*map("".join, product("बदगहकलमनरसतव", "ािु"))],
}
_TAGS = ["", "", "en", "fr", "de", "es", "tr", "pl", "ru", "uk", "fa", "ar", "zh", "hi", "link", "wkdt", "iata", "post"]
_SCRIPTS = {"ru": "ru", "uk": "ru", "fa": "fa", "ar": "ar", "zh": "zh", "hi": "hi"}
_KINDS = ["P\tPPL"] * 16 + ["P\tPPLA", "A\tADM1", "A\tADM2", "H\tSTM"]
_COUNTRIES = ["AF", "IR", "RU", "UA", "US", "FR", "IN", "CN", "NG", "BR"]


def _name(chance: random.Random, script: str) -> str:
    some = _SYLLABLES[script]
    words = ["".join(chance.choices(some, k=chance.choice((2, 3, 3, 4)))) for _ in range(chance.choice((1, 1, 1, 2)))]
    return " ".join(words).title()


def places(count: int, seed: int = 1) -> Iterator[str]:
    """The lines of a main file; in a hundred thousand some twenty are broken and some ten repeat an id."""
    chance = random.Random(seed)
    for number in range(1, count + 1):
        key = number * 2 - (chance.random() < 0.0001)
        name = _name(chance, "en")
        others = ",".join(
            _name(chance, chance.choice(("en", "ru", "fa", "zh"))) for _ in range(chance.choice((0, 0, 1, 3)))
        )
        population = chance.choice((0, 0, 0, 900, 20_000, 700_000))
        cells = [
            str(key),
            name,
            name,
            others,
            "34.5",
            "69.2",
            chance.choice(_KINDS),
            chance.choice(_COUNTRIES),
            "",
            "13",
        ]
        line = "\t".join([*cells, "", "", "", str(population), "", "1800", "Asia/Kabul", "2024-01-01"])
        if chance.random() < 0.0002:
            line = chance.choice(
                (line[: len(line) // 2], line + "\t", line.replace("2024", "\x00"), f"x{line}", "", "\t" * 18)
            )
        yield f"{line}\n"


def alternates(count: int, of: int, seed: int = 2) -> Iterator[str]:
    """The lines of a file of alternate names for so many places, in no order of theirs."""
    chance = random.Random(seed)
    for number in range(1, count + 1):
        tag = chance.choice(_TAGS)
        text = {
            "link": f"https://en.wikipedia.org/wiki/{number}",
            "wkdt": f"Q{number}",
            "iata": "KBL",
            "post": "1001",
        }.get(tag)
        text = text or _name(chance, _SCRIPTS.get(tag, "en"))
        marks = "\t".join(chance.choice(("", "", "", "1")) for _ in range(4))
        line = f"{number}\t{chance.randint(1, of) * 2}\t{tag}\t{text}\t{marks}\t\t"
        yield "broken\n" if chance.random() < 0.0002 else f"{line}\n"


def write(lines: Iterator[str], path: Path) -> Path:
    """Write lines to a file."""
    with path.open("w", encoding="utf-8", newline="") as out:
        while some := list(islice(lines, 10_000)):
            out.writelines(some)
    return path


if __name__ == "__main__":
    folder, size, names = Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3])
    write(places(size), folder / "allCountries.txt")
    write(alternates(names, size), folder / "alternateNamesV2.txt")
