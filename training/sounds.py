"""Learn which letters correspond between two kinds of writing: expectation-maximisation on positive pairs."""

from __future__ import annotations

from collections import Counter

import numpy as np

from canonym.romanise import romanise
from canonym.similarity.forms import SCRIPTS, Batch
from canonym.similarity.sounds import UNIT, encode, letters

LEAST_PAIRS = 250
LEAST_LETTER = 8
ROUNDS = 6


def _expect(x, nx, y, ny, p, trans, counts, moves):
    """One batch: forward and backward in probability space; adds expected steps to counts and moves."""
    mm, mg, gg, gm = trans
    n, wx, wy = len(x), x.shape[1], y.shape[1]
    gx = p[:, -1][x].T  # (wx, n)
    gy = p[-1][y].T
    step = p[x[:, :, None], y[:, None, :]].transpose(1, 2, 0)
    match = np.zeros((wx + 1, wy + 1, n))
    skip_x = np.zeros_like(match)
    skip_y = np.zeros_like(match)
    match[0, 0] = 1
    for i in range(wx + 1):
        for j in range(wy + 1):
            if i and j:
                match[i, j] = (match[i - 1, j - 1] * mm + (skip_x[i - 1, j - 1] + skip_y[i - 1, j - 1]) * gm) * step[
                    i - 1, j - 1
                ]
            if i:
                skip_x[i, j] = (match[i - 1, j] * mg + skip_x[i - 1, j] * gg) * gx[i - 1]
            if j:
                skip_y[i, j] = (match[i, j - 1] * mg + (skip_y[i, j - 1] + skip_x[i, j - 1]) * gg) * gy[j - 1]
    rows = np.arange(n)
    z = (match + skip_x + skip_y)[nx, ny, rows]
    good = z > 0
    inv = np.where(good, 1 / np.where(good, z, 1), 0)
    back = np.zeros_like(match)
    back_x = np.zeros_like(match)
    back_y = np.zeros_like(match)
    for i in range(wx, -1, -1):
        for j in range(wy, -1, -1):
            end = ((nx == i) & (ny == j)) * inv
            to_m = back[i + 1, j + 1] * step[i, j] if i < wx and j < wy else 0
            to_x = back_x[i + 1, j] * gx[i] if i < wx else 0
            to_y = back_y[i, j + 1] * gy[j] if j < wy else 0
            back[i, j] = end + to_m * mm + to_x * mg + to_y * mg
            back_x[i, j] = end + to_m * gm + to_x * gg + to_y * gg
            back_y[i, j] = end + to_m * gm + to_y * gg
            if i < wx and j < wy:
                moves[0] += float((match[i, j] * to_m).sum()) * mm
                moves[3] += float(((skip_x[i, j] + skip_y[i, j]) * to_m).sum()) * gm
            if i < wx:
                moves[1] += float((match[i, j] * to_x).sum()) * mg
                moves[2] += float((skip_x[i, j] * to_x).sum()) * gg
            if j < wy:
                moves[1] += float((match[i, j] * to_y).sum()) * mg
                moves[2] += float(((skip_x[i, j] + skip_y[i, j]) * to_y).sum()) * gg
    flat = counts.ravel()
    width = counts.shape[1]
    post = (match * back)[1:, 1:]
    index = x.T[:, None, :] * width + y.T[None, :, :]
    flat += np.bincount(index.ravel(), post.ravel(), len(flat))
    flat += np.bincount((x.T * width + width - 1).ravel(), (skip_x * back_x)[1:].sum(1).ravel(), len(flat))
    flat += np.bincount(
        ((counts.shape[0] - 1) * width + y.T).ravel(), (skip_y * back_y)[:, 1:].sum(0).ravel(), len(flat)
    )
    return float(np.log(z[good]).sum())


def _alphabet(names, least):
    seen = Counter(char for name in names for char in name)
    return sorted(char for char, n in seen.items() if n >= least)


def learn_table(left, right, rounds=ROUNDS):
    """Expected steps between two lists of names: (letters left, letters right, odds, stay)."""
    least = min(LEAST_LETTER, max(2, len(left) // 200))
    one, two = _alphabet(left, least), _alphabet(right, least)
    xs = {c: k + 1 for k, c in enumerate(one)}
    ys = {c: k + 1 for k, c in enumerate(two)}
    p = np.ones((len(one) + 2, len(two) + 2))
    for a, k in xs.items():
        for c, m in ys.items():
            ra, rc = romanise(a).lower().strip(), romanise(c).lower().strip()
            if a == c or (ra and ra == rc):
                p[k, m] = 60
            elif ra[:1] and ra[:1] == rc[:1]:
                p[k, m] = 20
    p[-1, -1] = 0
    p /= p.sum()
    trans = np.array([0.8, 0.1, 0.5, 0.5])
    order = sorted(range(len(left)), key=lambda k: (max(len(left[k]), len(right[k])), k))
    ux = Counter(c for n in left for c in n)
    uy = Counter(c for n in right for c in n)
    for _ in range(rounds):
        counts, moves, total = np.zeros_like(p), np.zeros(4), 0.0
        start = 0
        while start < len(order):
            longest = max(max(len(left[k]), len(right[k])) for k in order[start : start + 512])
            part = order[start : start + max(32, min(512, 150_000 // longest**2))]
            start += len(part)
            x, nx = encode([left[k] for k in part], xs)
            y, ny = encode([right[k] for k in part], ys)
            total += _expect(x, nx, y, ny, p, trans, counts, moves)
        # A little of chance in every step, so that what was never seen stays possible.
        px = counts.sum(1, keepdims=True) + 0.5
        py = counts.sum(0, keepdims=True) + 0.5
        chance = px @ py
        chance[-1, -1] = 0
        p = counts + chance / chance.sum() * max(20.0, 0.01 * counts.sum())
        p /= p.sum()
        trans = np.array(
            [
                moves[0] / (moves[0] + moves[1]),
                moves[1] / (moves[0] + moves[1]) / 2,
                moves[2] / (moves[2] + moves[3]),
                moves[3] / (moves[2] + moves[3]),
            ]
        )
        print(f"    {len(left)} pairs, log-likelihood a pair {total / len(left):.3f}", flush=True)
    # Odds against chance: each letter by its own frequency in its own names.
    fx = np.array([max(1, sum(ux.values()) - sum(ux[c] for c in one)), *(ux[c] for c in one), 0], float)
    fy = np.array([max(1, sum(uy.values()) - sum(uy[c] for c in two)), *(uy[c] for c in two), 0], float)
    fx, fy = fx / fx.sum(), fy / fy.sum()
    fx[-1] = fy[-1] = 1
    odds = np.log(np.maximum(p, 1e-9)) - np.log(np.outer(fx, fy))
    odds[-1, -1] = 0
    return one, two, np.clip(odds, -10, 10), np.log(trans)


def learn(b: Batch, most=20_000):
    """The arrays of `sounds.npz` from a batch of positive pairs."""
    groups: dict[tuple[int, int], list[int]] = {}
    for at, (one, two) in enumerate(zip(b.left, b.right, strict=True)):
        groups.setdefault((one.script, two.script), []).append(at)
    out, pairs = {}, []
    for pair, rows in sorted(groups.items()):
        if len(rows) < LEAST_PAIRS:
            continue
        rows = rows[:: max(1, len(rows) // most)]
        print(f"  {SCRIPTS[pair[0]]} - {SCRIPTS[pair[1]]}: {len(rows)}", flush=True)
        left = [letters(b.left[r], pair[0]) for r in rows]
        right = [letters(b.right[r], pair[1]) for r in rows]
        keep = [k for k in range(len(rows)) if left[k] and right[k]]
        if pair[0] == pair[1]:  # of one script: nothing tells which is which
            left, right = left + right, right + left
            keep += [k + len(rows) for k in keep]
        one, two, odds, stay = learn_table([left[k] for k in keep], [right[k] for k in keep])
        k = len(pairs)
        pairs.append(pair)
        out[f"left_{k}"] = np.array([ord(c) for c in one], np.int32)
        out[f"right_{k}"] = np.array([ord(c) for c in two], np.int32)
        out[f"odds_{k}"] = np.round(odds / UNIT).clip(-127, 127).astype(np.int8)
        out[f"stay_{k}"] = stay.astype(np.float64)
    out["pairs"] = np.array(pairs, np.int32)
    return out
