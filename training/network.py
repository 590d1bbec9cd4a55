"""Learn the networks of `canonym.similarity.network`; needs torch, which the package itself does not."""

from __future__ import annotations

import math
import time
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import nn
from torch.nn import functional

from canonym.similarity.forms import SCRIPTS, Batch
from canonym.similarity.network import FAR, LONGEST, encode, letters

EMBED, DEPTH = 32, 64
WIDTHS = np.array([8, 10, 12, 14, 16, 18, 20, 24, 28, LONGEST])
LEAST_LETTER = 60
DROP = 0.1
#: Labels are drawn so far towards even odds.
SOFT = 0.02

Array = Any
Learned = tuple[dict[str, Array], dict[str, int]]


def alphabet(b: Batch) -> list[str]:
    """Letters that occur often enough to learn, in code-point order."""
    seen: Counter[str] = Counter()
    for name in (*b.left, *b.right):
        full, plain = letters(name)
        seen.update(full)
        seen.update(plain)
    return sorted(c for c, n in seen.items() if n >= LEAST_LETTER)


class Net(nn.Module):
    """One of the networks that `canonym.similarity.network.odds` evaluates."""

    def __init__(self, size: int) -> None:
        super().__init__()
        self.letter, self.script = nn.Embedding(size, EMBED), nn.Embedding(len(SCRIPTS), EMBED)
        nn.init.normal_(self.letter.weight, std=0.3)
        nn.init.zeros_(self.script.weight)
        self.first = nn.GRU(EMBED, DEPTH // 2, batch_first=True, bidirectional=True)
        self.second = nn.GRU(DEPTH, DEPTH // 2, batch_first=True, bidirectional=True)
        self.look = nn.Linear(DEPTH, EMBED, bias=False)
        self.sharp = nn.Parameter(torch.full((1,), 0.4))
        self.near, self.near_end = nn.Parameter(torch.zeros(2 * FAR + 1)), nn.Parameter(torch.zeros(2 * FAR + 1))
        self.compare, self.joined = nn.Linear(4 * DEPTH, DEPTH), nn.Linear(4 * DEPTH, DEPTH)
        self.out = nn.Linear(DEPTH, 1)
        for module in self.modules():
            if isinstance(module, nn.Linear):
                nn.init.normal_(module.weight, std=(2 / sum(module.weight.shape)) ** 0.5)
                if module.bias is not None:
                    nn.init.zeros_(module.bias)

    def _drop(self, x: torch.Tensor) -> torch.Tensor:
        return functional.dropout(x, DROP, self.training)

    def _context(self, full: torch.Tensor, plain: torch.Tensor, kinds: torch.Tensor) -> torch.Tensor:
        x = self._drop(self.letter(full) + self.letter(plain) + self.script(kinds)[:, None])
        return _read(self.first, x, full > 0)

    def _side(self, h: torch.Tensor, here: torch.Tensor, other: torch.Tensor, look: torch.Tensor) -> torch.Tensor:
        like = torch.softmax(look, 2) @ other
        both = self._drop(torch.cat((h, like, (h - like).abs(), h * like), 2))
        v = _read(self.second, functional.relu(self.compare(both)), here)
        mean = v.sum(1) / here.sum(1, keepdim=True).clamp(min=1)
        return torch.cat((mean, torch.where(here[:, :, None], v, torch.tensor(-1.0)).max(1)[0]), 1)

    def forward(self, one: list[torch.Tensor], two: list[torch.Tensor]) -> torch.Tensor:
        """Log-odds of encoded pairs."""
        a, b = self._context(*one), self._context(*two)
        at_a, at_b = one[0] > 0, two[0] > 0
        look = (self.look(a) @ self.look(b).transpose(1, 2)) * self.sharp
        place = torch.arange(a.shape[1])
        apart = place[:, None] - place
        from_end = apart - (at_a.sum(1) - at_b.sum(1))[:, None, None]
        look = look + self.near[apart.clamp(-FAR, FAR) + FAR] + self.near_end[from_end.clamp(-FAR, FAR) + FAR]
        nowhere = torch.tensor(-1e9)
        sides = (
            self._side(a, at_a, b, torch.where(at_b[:, None, :], look, nowhere)),
            self._side(b, at_b, a, torch.where(at_a[:, None, :], look.transpose(1, 2), nowhere)),
        )
        hidden = functional.relu(self.joined(self._drop(torch.cat(sides, 1))))
        out: torch.Tensor = self.out(hidden)[:, 0]
        return out

    def arrays(self) -> dict[str, Array]:
        """The weights in the form that the package reads, as they will be stored: 16 bits."""
        out = {"letter": self.letter.weight, "script": self.script.weight, "sharp": self.sharp}
        out |= {"near": self.near, "near_end": self.near_end}
        for name in ("look", "compare", "joined", "out"):
            layer = getattr(self, name)
            out[name] = layer.weight.T
            if layer.bias is not None:
                out[name + "_b"] = layer.bias
        for name in ("first", "second"):
            for ours, theirs in (("input", "ih"), ("hidden", "hh")):
                of = [(getattr(self, name), f"{theirs}_l0{side}") for side in ("", "_reverse")]
                out[f"{name}_{ours}"] = torch.stack([getattr(gru, f"weight_{at}").T for gru, at in of])
                out[f"{name}_{ours}_b"] = torch.stack([getattr(gru, f"bias_{at}") for gru, at in of])
        return {name: a.detach().numpy().astype(np.float16).astype(np.float32) for name, a in out.items()}


def _read(gru: nn.GRU, x: torch.Tensor, here: torch.Tensor) -> torch.Tensor:
    packed = nn.utils.rnn.pack_padded_sequence(x, here.sum(1), batch_first=True, enforce_sorted=False)
    read: torch.Tensor = nn.utils.rnn.pad_packed_sequence(gru(packed)[0], batch_first=True, total_length=x.shape[1])[0]
    return read


def learn(
    b: Batch,
    same: Array,
    weight: Array,
    *,
    epochs: int = 5,
    rows: int = 256,
    rate: float = 4e-3,
    seed: int = 5,
    begin: tuple[Net, dict[str, int]] | None = None,
) -> tuple[Net, dict[str, int]]:
    """A network and its letter numbers from labelled pairs; a pair of weight w is seen w times as often as one of 1.

    `begin` is what to start from; it is left as it is.
    """
    torch.manual_seed(seed)
    torch.set_num_threads(1)
    index = {c: k + 2 for k, c in enumerate(alphabet(b))} if begin is None else begin[1]
    net = Net(len(index) + 2)
    if begin is not None:
        net.load_state_dict(begin[0].state_dict())
    one = [torch.from_numpy(a.astype(np.int64)) for a in encode(b.left, index, LONGEST)]
    two = [torch.from_numpy(a.astype(np.int64)) for a in encode(b.right, index, LONGEST)]
    wide = np.maximum((one[0].numpy() > 0).sum(1), (two[0].numpy() > 0).sum(1))
    wide = WIDTHS[np.searchsorted(WIDTHS, wide)]
    gold = torch.from_numpy(same.astype(np.float32)) * (1 - 2 * SOFT) + SOFT
    rng = np.random.default_rng(seed)
    steps = max(1, int(weight.sum()) // rows * epochs)
    optimiser = torch.optim.AdamW(net.parameters(), lr=rate, weight_decay=0.01)
    began, count = time.perf_counter(), 0
    net.train()
    for epoch in range(epochs):
        # Drawn with replacement by weight: whole repeats first, then the rest by chance.
        repeat = np.floor(weight + rng.random(len(weight))).astype(int)
        drawn = rng.permutation(np.repeat(np.arange(len(weight)), repeat))
        batches = []
        for width in np.unique(wide):
            of = drawn[wide[drawn] == width]
            batches += [(int(width), of[k : k + rows]) for k in range(0, len(of) - rows // 2, rows)]
        total = 0.0
        for k in rng.permutation(len(batches)):
            width, at = batches[k]
            done = min(1.0, count / steps)
            for group in optimiser.param_groups:  # up at first, then down along a cosine
                group["lr"] = rate * min(1.0, 20 * done) * (0.5 + 0.5 * math.cos(math.pi * done))
            x = [one[0][at, :width], one[1][at, :width], one[2][at]]
            y = [two[0][at, :width], two[1][at, :width], two[2][at]]
            loss = functional.binary_cross_entropy_with_logits(net(x, y), gold[at])
            optimiser.zero_grad()
            loss.backward()
            nn.utils.clip_grad_norm_(net.parameters(), 1.0)
            optimiser.step()
            count += 1
            total += loss.item()
        took = time.perf_counter() - began
        print(f"    epoch {epoch + 1}: loss {total / max(1, len(batches)):.4f}, {took:.0f} s", flush=True)
    return net.eval(), index


def stored(nets: Sequence[tuple[Net, dict[str, int]]]) -> Learned:
    """Networks of one alphabet in the form that `canonym.similarity.network` evaluates: side by side."""
    arrays = [net.arrays() for net, _ in nets]
    return {name: np.stack([each[name] for each in arrays]) for name in arrays[0]}, nets[0][1]


def write(path: Path, learned: Learned) -> None:
    """Store weights and alphabet for `canonym.similarity.network`."""
    arrays, index = learned
    chars = np.array([ord(c) for c in sorted(index, key=index.__getitem__)], np.int32)
    np.savez_compressed(path, alphabet=chars, **{name: a.astype(np.float16) for name, a in arrays.items()})
