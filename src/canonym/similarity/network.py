"""Small networks that read both names letter by letter and lay each over the other by attention.

Where the other features count what differs, they weigh what stands around: they were learned from the same pairs,
and are evaluated here with numpy alone. Each letter becomes a vector (its own, its unaccented one's and its script's)
and is given context, every letter looks for its like in the other name, and what letter and like have in common is
pooled into one number, log-odds. Two networks do so: `network` sees two letters to each side (two convolutions),
`reader` reads the whole name forwards and backwards (gated recurrent units).
"""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping, Sequence
from functools import cache
from importlib.resources import files
from typing import Final

import numpy as np
from numpy.typing import NDArray

from canonym.similarity.forms import SCRIPTS, Batch, Forms

Floats = NDArray[np.float32]
Weights = Mapping[str, Floats]

#: Names are read up to here.
LONGEST: Final = 32
#: Pairs evaluated at a time.
ROWS: Final = 128
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


def _windows(h: Floats) -> Floats:
    """Each letter with its neighbours: (rows, wide, d) to (rows, wide, 3 d)."""
    out = np.zeros((*h.shape[:2], 3 * h.shape[2]), np.float32)
    d = h.shape[2]
    out[:, 1:, :d] = h[:, :-1]
    out[:, :, d : 2 * d] = h
    out[:, :-1, 2 * d :] = h[:, 1:]
    return out


def _context(w: Weights, full: NDArray[np.int32], plain: NDArray[np.int32], kinds: NDArray[np.int32]) -> Floats:
    here = (full > 0)[:, :, None].astype(np.float32)
    x = (w["letter"][full] + w["letter"][plain] + w["script"][kinds][:, None]) * here
    if "hidden" in w:
        return _read(w, x, here)
    h = np.maximum(_windows(x) @ w["conv1"] + w["conv1_b"], 0) * here
    out: Floats = (h + np.maximum(_windows(h) @ w["conv2"] + w["conv2_b"], 0)) * here
    return out


def _read(w: Weights, x: Floats, here: Floats) -> Floats:
    """Each letter with what was read before and behind it; shape (rows, wide, 2 d).

    Gated recurrent units, both directions at once: axis 0 is the direction. Padding leaves the state as it is.
    """
    rows, wide, _ = x.shape
    said = np.stack((x @ w["input"][0] + w["input_b"][0], (x @ w["input"][1] + w["input_b"][1])[:, ::-1]))
    on = np.stack((here, here[:, ::-1]))
    d = w["hidden"].shape[1]
    state = np.zeros((2, rows, d), np.float32)
    out = np.zeros((2, rows, wide, d), np.float32)
    hidden, bias = w["hidden"], w["hidden_b"][:, None]
    for at in range(wide):
        new, old = said[:, :, at], state @ hidden + bias
        gates = 1 / (1 + np.exp(-(new[..., : 2 * d] + old[..., : 2 * d])))
        fresh = np.tanh(new[..., 2 * d :] + gates[..., :d] * old[..., 2 * d :])
        state = state + on[:, :, at] * (1 - gates[..., d:]) * (fresh - state)
        out[:, :, at] = state
    return np.concatenate((out[0], out[1][:, ::-1]), 2) * here


def _side(w: Weights, h: Floats, here: NDArray[np.bool_], other: Floats, there: NDArray[np.bool_]) -> Floats:
    """What one name's letters find in the other, pooled: mean and maximum, shape (rows, 2 d)."""
    look = (h @ w["look"]) @ (other @ w["look"]).transpose(0, 2, 1)
    look = np.where(there[:, None, :], look * w["sharp"], np.float32(-1e9))
    look = np.exp(look - look.max(2, keepdims=True))
    like = (look / look.sum(2, keepdims=True)) @ other
    both = np.concatenate((h, like, np.abs(h - like), h * like), 2)
    v = np.maximum(both @ w["compare"] + w["compare_b"], 0) * here[:, :, None]
    mean = v.sum(1) / np.maximum(here.sum(1, keepdims=True), 1)
    out: Floats = np.concatenate((mean, v.max(1)), 1).astype(np.float32)
    return out


def odds(w: Weights, one: Sequence[NDArray[np.int32]], two: Sequence[NDArray[np.int32]]) -> Floats:
    """Log-odds for encoded names, shape (rows,)."""
    a, b = _context(w, *one), _context(w, *two)
    at_a, at_b = one[0] > 0, two[0] > 0
    joined = np.concatenate((_side(w, a, at_a, b, at_b), _side(w, b, at_b, a, at_a)), 1)
    hidden = np.maximum(joined @ w["joined"] + w["joined_b"], 0)
    out: Floats = (hidden @ w["out"] + w["out_b"])[:, 0]
    return out


@cache
def shipped(name: str = "network") -> tuple[Weights, Mapping[str, int]]:
    """The shipped weights of a network, and the number of each letter."""
    with files("canonym").joinpath(f"data/{name}.npz").open("rb") as file, np.load(file) as raw:
        arrays = {name: raw[name] for name in raw.files}
    index = {chr(code): at + 2 for at, code in enumerate(arrays.pop("alphabet").tolist())}
    return {name: array.astype(np.float32) for name, array in arrays.items()}, index


def _odds_of_all(b: Batch, w: Weights, index: Mapping[str, int]) -> Floats:
    lengths = [max(len(letters(x)[0]), len(letters(y)[0])) for x, y in zip(b.left, b.right, strict=True)]
    order = sorted(range(len(b)), key=lambda k: (lengths[k], k))
    out = np.zeros(len(b), np.float32)
    for start in range(0, len(order), ROWS):
        part = order[start : start + ROWS]
        # Which other pairs share its batch changes the last bits of a sum; rounding takes them off again.
        wide = max(4, -(-lengths[part[-1]] // 4) * 4)
        one = encode([b.left[k] for k in part], index, wide)
        two = encode([b.right[k] for k in part], index, wide)
        out[part] = np.round(odds(w, one, two), 2)
    return out


def network(b: Batch, weights: tuple[Weights, Mapping[str, int]] | None = None) -> Floats:
    """both names read alike, as a small network learned it"""
    return _odds_of_all(b, *(shipped() if weights is None else weights))


def reader(b: Batch, weights: tuple[Weights, Mapping[str, int]] | None = None) -> Floats:
    """both names read alike from beginning to end, as a second network learned it"""
    return _odds_of_all(b, *(shipped("reader") if weights is None else weights))
