"""Makes `src/canonym/data/capitals.json`: which common English words are written with a capital.

    python training/capitals.py NEWS.jsonl.gz [...] -o src/canonym/data/capitals.json

Reads running text from JSON lines (field `text`), plain or gzip. Only words that follow a small word are
counted, so that neither beginnings of sentences nor headlines say anything.
"""

from __future__ import annotations

import argparse
import gzip
import json
import re
from collections import Counter
from pathlib import Path

from canonym.lexicon import frequencies

FLOOR = 2.3
WITNESSED = 3.0
FEWEST = 3
AFTER = re.compile(r"(?<![\w'’.-])[a-z]+ ([A-Za-z]+)(?![\w@]|[-.]\w)")


def main() -> None:
    """Count, sort into names (seldom without a capital) and doubtful ones, and write."""
    ask = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ask.add_argument("texts", nargs="+")
    ask.add_argument("-o", "--output", type=Path, required=True)
    a = ask.parse_args()
    paths: list[str] = a.texts
    every: Counter[str] = Counter()
    great: Counter[str] = Counter()
    for path in paths:
        raw = Path(path).read_bytes()
        for line in (gzip.decompress(raw) if path.endswith(".gz") else raw).splitlines():
            for word in AFTER.findall(" ".join(json.loads(line)["text"].split())):
                lowered = word.lower()
                every[lowered] += 1
                great[lowered] += word[0].isupper()
    names, doubtful = [], []
    for word, zipf in sorted(frequencies("en").items()):
        if not word.isalpha() or not word.isascii() or zipf < FLOOR:
            continue
        if every[word] < FEWEST:
            if zipf >= WITNESSED:
                doubtful.append(word)
            continue
        share = great[word] / every[word]
        if share >= 0.85:
            names.append(word)
        elif share > 0.15:
            doubtful.append(word)
    about = (
        "English words by how they are written inside sentences of news: `names` with a capital in 85 of 100 cases or "
        "more; `doubtful` in 15 to 85, or not seen often enough. Made by training/capitals.py."
    )
    body = {"about": about, "witnessed": WITNESSED, "names": " ".join(names), "doubtful": " ".join(doubtful)}
    a.output.write_text(json.dumps(body, indent=1) + "\n", "utf-8")


if __name__ == "__main__":
    main()
