"""Learn the network of `canonym.similarity.network`; needs jax and optax, which the package itself does not."""

from __future__ import annotations

import time
from collections import Counter
from pathlib import Path

import jax
import jax.numpy as jnp
import numpy as np
import optax

from canonym.similarity.forms import SCRIPTS, Batch
from canonym.similarity.network import LONGEST, encode, letters

EMBED, DEPTH = 32, 64
WIDTHS = np.array([8, 12, 16, 24, LONGEST])
LEAST_LETTER = 60


def alphabet(b: Batch) -> list[str]:
    """Letters that occur often enough to learn, in code-point order."""
    seen: Counter[str] = Counter()
    for name in (*b.left, *b.right):
        full, plain = letters(name)
        seen.update(full)
        seen.update(plain)
    return sorted(c for c, n in seen.items() if n >= LEAST_LETTER)


def start(key, size):
    """Weights by chance."""
    k = iter(jax.random.split(key, 10))

    def dense(a, b):
        return jax.random.normal(next(k), (a, b)) * (2 / (a + b)) ** 0.5

    return {
        "letter": jax.random.normal(next(k), (size, EMBED)) * 0.3,
        "script": jnp.zeros((len(SCRIPTS), EMBED)),
        "conv1": dense(3 * EMBED, DEPTH),
        "conv1_b": jnp.zeros(DEPTH),
        "conv2": dense(3 * DEPTH, DEPTH),
        "conv2_b": jnp.zeros(DEPTH),
        "look": dense(DEPTH, EMBED),
        "sharp": jnp.full(1, 0.5),
        "compare": dense(4 * DEPTH, DEPTH),
        "compare_b": jnp.zeros(DEPTH),
        "joined": dense(4 * DEPTH, DEPTH),
        "joined_b": jnp.zeros(DEPTH),
        "out": dense(DEPTH, 1),
        "out_b": jnp.zeros(1),
    }


def _windows(h):
    before = jnp.pad(h, ((0, 0), (1, 0), (0, 0)))[:, :-1]
    after = jnp.pad(h, ((0, 0), (0, 1), (0, 0)))[:, 1:]
    return jnp.concatenate((before, h, after), 2)


def _drop(key, x, rate):
    if key is None:
        return x
    return x * jax.random.bernoulli(key, 1 - rate, x.shape) / (1 - rate)


def _odds(w, one, two, key=None):
    keys = [None] * 5 if key is None else list(jax.random.split(key, 5))

    def context(side, k):
        full, plain, kinds = side
        here = (full > 0)[:, :, None]
        x = _drop(k, (w["letter"][full] + w["letter"][plain] + w["script"][kinds][:, None]), 0.1) * here
        h = jax.nn.relu(_windows(x) @ w["conv1"] + w["conv1_b"]) * here
        return (h + jax.nn.relu(_windows(h) @ w["conv2"] + w["conv2_b"])) * here

    def pooled(h, here, other, there, k):
        look = (h @ w["look"]) @ (other @ w["look"]).transpose(0, 2, 1) * w["sharp"]
        like = jax.nn.softmax(jnp.where(there[:, None, :], look, -1e9), 2) @ other
        both = _drop(k, jnp.concatenate((h, like, jnp.abs(h - like), h * like), 2), 0.1)
        v = jax.nn.relu(both @ w["compare"] + w["compare_b"]) * here[:, :, None]
        return jnp.concatenate((v.sum(1) / jnp.maximum(here.sum(1, keepdims=True), 1), v.max(1)), 1)

    a, b = context(one, keys[0]), context(two, keys[1])
    at_a, at_b = one[0] > 0, two[0] > 0
    joined = jnp.concatenate((pooled(a, at_a, b, at_b, keys[2]), pooled(b, at_b, a, at_a, keys[3])), 1)
    hidden = jax.nn.relu(_drop(keys[4], joined, 0.1) @ w["joined"] + w["joined_b"])
    return (hidden @ w["out"] + w["out_b"])[:, 0]


_OPTIMISER = optax.chain(optax.clip_by_global_norm(1.0), optax.scale_by_adam(), optax.add_decayed_weights(0.01))


# One function for all runs: what is compiled for a width of names serves them all.
@jax.jit
def _step(w, state, rate, key, x, y, gold):
    def loss(w):
        return optax.sigmoid_binary_cross_entropy(_odds(w, x, y, key), gold * 0.96 + 0.02).mean()

    value, slope = jax.value_and_grad(loss)(w)
    change, state = _OPTIMISER.update(slope, state, w)
    return jax.tree.map(lambda old, by: old - rate * by, w, change), state, value


def learn(b: Batch, same, weight, *, epochs=5, rows=256, rate=2e-3, seed=5, begin=None):
    """Weights and letter numbers from labelled pairs; a pair of weight w is seen w times as often as one of 1.

    `begin` holds weights and letter numbers to start from.
    """
    index = {c: k + 2 for k, c in enumerate(alphabet(b))} if begin is None else begin[1]
    one, two = encode(b.left, index, LONGEST), encode(b.right, index, LONGEST)
    wide = np.maximum((one[0] > 0).sum(1), (two[0] > 0).sum(1))
    wide = WIDTHS[np.searchsorted(WIDTHS, np.minimum(wide, LONGEST))]
    rng = np.random.default_rng(seed)
    # Drawn with replacement by weight: whole repeats first, then the rest by chance.
    per_epoch = int(weight.sum()) // rows
    steps = per_epoch * epochs
    plan = optax.warmup_cosine_decay_schedule(0.0, rate, steps // 20, steps)
    w = start(jax.random.PRNGKey(seed), len(index) + 2)
    if begin is not None:
        w = {name: jnp.asarray(array) for name, array in begin[0].items()}
    state = _OPTIMISER.init(w)
    key = jax.random.PRNGKey(seed + 1)
    began, count = time.perf_counter(), 0
    for epoch in range(epochs):
        repeat = np.floor(weight + rng.random(len(weight))).astype(int)
        drawn = rng.permutation(np.repeat(np.arange(len(weight)), repeat))
        batches = []
        for width in np.unique(wide):
            of = drawn[wide[drawn] == width]
            batches += [(width, of[k : k + rows]) for k in range(0, len(of) - rows + 1, rows)]
        total = 0.0
        for k in rng.permutation(len(batches)):
            width, at = batches[k]
            key, use = jax.random.split(key)
            x = (one[0][at, :width], one[1][at, :width], one[2][at])
            y = (two[0][at, :width], two[1][at, :width], two[2][at])
            w, state, value = _step(w, state, plan(count), use, x, y, same[at].astype(np.float32))
            count += 1
            total += float(value)
        took = time.perf_counter() - began
        print(f"    epoch {epoch + 1}: loss {total / max(1, len(batches)):.4f}, {took:.0f} s", flush=True)
    # As they will be stored: 16 bits.
    return {name: np.asarray(a).astype(np.float16).astype(np.float32) for name, a in w.items()}, index


def write(path: Path, net) -> None:
    """Store weights and alphabet for `canonym.similarity.network`."""
    arrays, index = net
    chars = np.array([ord(c) for c in sorted(index, key=index.__getitem__)], np.int32)
    np.savez_compressed(path, alphabet=chars, **{name: a.astype(np.float16) for name, a in arrays.items()})
