"""A small network that reads both names letter by letter and lays each over the other by attention.

Where the other features count what differs, it weighs what stands around: it was learned from the same pairs, and is
evaluated here with numpy alone. Each letter becomes a vector (its own, its unaccented one's and its script's), the
name is read forwards and backwards (gated recurrent units), every letter looks for its like in the other name, and
what letter and like have in common is read forwards and backwards again, then pooled into one number, log-odds.
Several networks that differ by chance alone do so side by side, and their mean counts: axis 0 of every array is the
network.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping, Sequence
from functools import cache
from typing import Final

import numpy as np
from numpy.typing import NDArray

from canonym.datafiles import data_file
from canonym.similarity.forms import SCRIPTS, Batch, Forms

Floats = NDArray[np.float32]
Weights = Mapping[str, Floats]

#: Names are read up to here.
LONGEST: Final = 32
#: Pairs evaluated at a time.
ROWS: Final = 128
#: Offsets of two letters, from the start and from the end, are told apart up to here.
FAR: Final = 9
#: Scripts read by their own letters; the others by their Latin reading.
_NATIVE: Final = frozenset(map(SCRIPTS.index, ("cyrillic", "arabic")))
_LATIN: Final = SCRIPTS.index("latin")


def letters(name: Forms) -> tuple[str, str]:
    """What is read of a name: its letters, with accents where it is Latin, and beside each the plain letter."""
    if name.script in _NATIVE:
        text = name.folded[:LONGEST]
        return text, text
    if name.script != _LATIN or name.text.isascii():
        return name.latin[:LONGEST], name.latin[:LONGEST]
    full, plain = [], []
    for char in unicodedata.normalize("NFC", name.text.lower()):
        base = unicodedata.normalize("NFD", char)[0]
        if char.isalnum():
            full.append(char)
            plain.append(base)
        elif char in " -" and full and full[-1] != " ":
            full.append(" ")
            plain.append(" ")
    return "".join(full)[:LONGEST], "".join(plain)[:LONGEST]


def encode(names: Sequence[Forms], index: Mapping[str, int], wide: int) -> tuple[NDArray[np.int32], ...]:
    """Letters, plain letters and scripts as numbers, each of shape (names, wide); 0 pads, 1 is unknown."""
    full = np.zeros((len(names), wide), np.int32)
    plain = np.zeros_like(full)
    kinds = np.array([name.script for name in names], np.int32)
    for at, name in enumerate(names):
        one, two = letters(name)
        one, two = one[:wide] or " ", two[:wide] or " "
        full[at, : len(one)] = [index.get(c, 1) for c in one]
        plain[at, : len(two)] = [index.get(c, 1) for c in two]
    return full, plain, kinds


def _read(w: Weights, name: str, x: Floats, here: Floats) -> Floats:
    """Each place of x, shape (networks, rows, wide, e), with what stands before and behind; (..., wide, 2 d).

    Gated recurrent units, both directions at once: axis 1 is the direction. Padding leaves the state as it is.
    """
    into, hidden = w[name + "_input"], w[name + "_hidden"]
    nets, rows, wide, size = x.shape
    said = (x.reshape(nets, 1, rows * wide, size) @ into).reshape(nets, 2, rows, wide, -1)
    said += w[name + "_input_b"][:, :, None, None]
    on = np.stack((here, here[:, ::-1]))
    d, bias = hidden.shape[2], w[name + "_hidden_b"][:, :, None]
    state = np.zeros((nets, 2, rows, d), np.float32)
    out = np.zeros((nets, 2, rows, wide, d), np.float32)
    for at in range(wide):
        new = np.stack((said[:, 0, :, at], said[:, 1, :, wide - 1 - at]), 1)
        old = state @ hidden + bias
        gates = 1 / (1 + np.exp(-(new[..., : 2 * d] + old[..., : 2 * d])))
        fresh = np.tanh(new[..., 2 * d :] + gates[..., :d] * old[..., 2 * d :])
        state = state + on[:, :, at] * (1 - gates[..., d:]) * (fresh - state)
        out[:, 0, :, at], out[:, 1, :, wide - 1 - at] = state[:, 0], state[:, 1]
    return np.concatenate((out[:, 0], out[:, 1]), 3) * here


def _look(w: Weights, h: Floats, lengths: NDArray[np.intp]) -> Floats:
    """How much each letter of the first name looks at each of the second, shape (networks, rows, wide, wide)."""
    rows, wide = h.shape[1] // 2, h.shape[2]
    seen = h @ w["look"][:, None]
    look = (seen[:, :rows] @ seen[:, rows:].swapaxes(2, 3)) * w["sharp"][:, :, None, None]
    place = np.arange(wide)
    apart = place[:, None] - place
    from_end = apart - (lengths[:rows] - lengths[rows:])[:, None, None]
    look += w["near"][:, np.clip(apart, -FAR, FAR) + FAR][:, None]
    look += w["near_end"][:, np.clip(from_end, -FAR, FAR) + FAR]
    out: Floats = look
    return out


def _like(look: Floats, there: NDArray[np.bool_], other: Floats) -> Floats:
    """What each letter finds in the other name."""
    look = np.where(there[:, None, :], look, np.float32(-1e9))
    look = np.exp(look - look.max(3, keepdims=True))
    out: Floats = (look / look.sum(3, keepdims=True)) @ other
    return out


def odds(w: Weights, one: Sequence[NDArray[np.int32]], two: Sequence[NDArray[np.int32]]) -> Floats:
    """Log-odds for encoded names, shape (rows,)."""
    full, plain, kinds = (np.concatenate(both) for both in zip(one, two, strict=True))
    rows, there = len(one[0]), full > 0
    here = there[:, :, None].astype(np.float32)
    x = w["letter"][:, full] + w["letter"][:, plain] + w["script"][:, kinds][:, :, None]
    h = _read(w, "first", x * here, here)
    look = _look(w, h, there.sum(1))
    a, b = h[:, :rows], h[:, rows:]
    like = np.concatenate((_like(look, there[rows:], b), _like(look.swapaxes(2, 3), there[:rows], a)), 1)
    both = np.concatenate((h, like, np.abs(h - like), h * like), 3)
    v = _read(w, "second", np.maximum(both @ w["compare"][:, None] + w["compare_b"][:, None, None], 0) * here, here)
    mean = v.sum(2) / np.maximum(here.sum(1), 1)
    pooled = np.concatenate((mean, np.where(here > 0, v, np.float32(-1)).max(2)), 2)
    joined = np.concatenate((pooled[:, :rows], pooled[:, rows:]), 2)
    hidden = np.maximum(joined @ w["joined"] + w["joined_b"][:, None], 0)
    out: Floats = (hidden @ w["out"] + w["out_b"][:, None])[:, :, 0].mean(0)
    return out


@cache
def shipped() -> tuple[Weights, Mapping[str, int]]:
    """The shipped weights, and the number of each letter."""
    with data_file("network.npz").open("rb") as file, np.load(file) as raw:
        arrays = {name: raw[name] for name in raw.files}
    index = {chr(code): at + 2 for at, code in enumerate(arrays.pop("alphabet").tolist())}
    return {name: array.astype(np.float32) for name, array in arrays.items()}, index


def network(b: Batch, weights: tuple[Weights, Mapping[str, int]] | None = None) -> Floats:
    """both names read alike, as small networks learned it"""
    w, index = shipped() if weights is None else weights
    lengths = [max(len(letters(x)[0]), len(letters(y)[0])) for x, y in zip(b.left, b.right, strict=True)]
    order = sorted(range(len(b)), key=lambda k: (lengths[k], k))
    out = np.zeros(len(b), np.float32)
    for start in range(0, len(order), ROWS):
        part = order[start : start + ROWS]
        # Which other pairs share its batch changes the last bits of a sum; rounding takes them off again.
        wide = max(2, -(-lengths[part[-1]] // 2) * 2)
        one = encode([b.left[k] for k in part], index, wide)
        two = encode([b.right[k] for k in part], index, wide)
        out[part] = np.round(odds(w, one, two), 2)
    return out
