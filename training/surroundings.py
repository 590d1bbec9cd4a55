"""Learn which neighbouring words speak for a place, from plain texts; no gold is needed.

    python training/surroundings.py TEXTS.jsonl[.gz]... [--table default] [-o src/canonym/data/surroundings.json]

Sound names of prominent places are set against all other runs of capitalised words. For each word (or mark) before
and after, the log-odds of the two counts are kept, drawn towards 0 where a word is rare.
"""

from __future__ import annotations

import argparse
import gzip
import json
import math
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path

import canonym
from canonym import native
from canonym.found import Spans
from canonym.pages import Placed, surroundings
from canonym.plans import Span
from canonym.scan import find_long_runs

PROMINENT = 300_000
LEAST = 15


def texts(paths: Iterable[Path], most: int) -> Iterator[str]:
    """The texts of files of JSON lines, at most so many characters of them."""
    done = 0
    for path in paths:
        with gzip.open(path, "rt", encoding="utf-8") if path.suffix == ".gz" else path.open(encoding="utf-8") as lines:
            for line in lines:
                text = json.loads(line)["text"]
                done += len(text)
                if done > most:
                    return
                yield text


def main() -> None:
    """Count, weigh, write."""
    ap = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ap.add_argument("texts", type=Path, nargs="+")
    ap.add_argument("--table", default="default")
    ap.add_argument("--characters", type=int, default=40_000_000)
    ap.add_argument("-o", "--output", type=Path)
    a = ap.parse_args()
    # Compiled, runs that hold nothing are not planned; here all of them are wanted, with their words.
    native.COMPILED = False
    names = canonym.load(a.table)
    recogniser = names._recogniser
    counts: dict[tuple[str, bool], Counter[str]] = {}
    for text in texts(a.texts, a.characters):
        runs = [(start, text[start:end]) for start, end in find_long_runs(text)]
        recogniser._planner.prepare(run for _, run in runs)
        taken = []
        spans = []
        for at, run in runs:
            plan = recogniser._planner.plan(run)
            for span in plan.listed:
                taken.append((at + span.start, at + span.end))
                best = span.candidates[0]
                if best.entity.type == "place" and best.entity.prominence >= PROMINENT and best.kind == "canonical":
                    spans.append((Placed(at + span.start, at + span.end, span, at, plan), True))
            if not plan.listed and plan.words:
                for start, end, word in plan.words:
                    if run[start].isupper() and len(word) > 2:
                        spans.append((Placed(at + start, at + end, Span(start, end, word, ()), at, plan), False))
        for place, good in spans:
            around = surroundings(text, place, Spans(t for t in taken if t != (place.start, place.end)))
            counts.setdefault(("before", good), Counter())[around.before] += 1
            counts.setdefault(("after", good), Counter())[around.after] += 1
    out = {}
    for side in ("before", "after"):
        good, bad = counts[side, True], counts[side, False]
        n, m = sum(good.values()), sum(bad.values())
        out[side] = {
            w: round(math.log((good[w] + 4 * n / (n + m)) / n * m / (bad[w] + 4 * m / (n + m))), 2)
            for w in sorted(good.keys() | bad.keys())
            if good[w] + bad[w] >= LEAST
        }
        ranked = sorted(out[side], key=out[side].__getitem__)
        print(side, len(ranked), "for:", ranked[-30:], "against:", ranked[:30])
    if a.output:
        a.output.write_text(json.dumps(out, ensure_ascii=False, separators=(",", ":")) + "\n", "utf-8")


if __name__ == "__main__":
    main()
