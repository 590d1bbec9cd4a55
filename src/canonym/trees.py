"""Boosted trees without the package that grew them: arrays in, scores out.

Every tree is a full binary tree of one depth, so that all rows go down all trees together, a level at a time.
"""

from __future__ import annotations

import math
import struct
from array import array
from bisect import bisect_left
from functools import cache
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from canonym import native, npz
from canonym.datafiles import data_file

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt


_UNIT: Final = 2.0**32
#: The probability of a sum is told for log-odds up to this.
_MOST: Final = 30.0

#: An array, or a memoryview of the same shape.
Grid = Any


class Trees(NamedTuple):
    """A forest for one score.

    `feature` and `threshold` have shape (trees, 2**depth - 1), `leaf` has (trees, 2**depth): numbers, or whole numbers
    of 2**-32. A row goes right where its feature is greater than the threshold. `scale` and `shift` turn the sum of
    leaves into calibrated log-odds.
    """

    names: tuple[str, ...]
    feature: Grid
    threshold: Grid
    leaf: Grid
    scale: float
    shift: float

    def log_odds(self, rows: npt.NDArray[np.float32]) -> npt.NDArray[np.float64]:
        """The calibrated log-odds of rows of shape (n, features); shape (n,)."""
        return self._odds(self.sums(rows))

    def _odds(self, sums: npt.NDArray[np.int64]) -> npt.NDArray[np.float64]:
        import numpy as np

        return sums.astype(np.float64) * (self.scale / _UNIT) + self.shift

    def compiled(self) -> native.Forest:
        """What the compiled loops read: feature, threshold, leaf, trees, depth, features."""
        trees, inner = self.feature.shape
        depth = (inner + 1).bit_length() - 1
        return self.feature, self.threshold, _whole(self.leaf), trees, depth, len(self.names)

    def least(self, probability: float) -> int:
        """The least sum of leaves that has at least some probability, between 0 and 1."""
        near = round((math.log(probability / (1 - probability)) - self.shift) * _UNIT / self.scale)
        return near - 1000 + bisect_left(range(near - 1000, near + 1000), probability, key=self._likely)

    def _likely(self, sum_: int) -> float:
        odds = sum_ * (self.scale / _UNIT) + self.shift
        return 1 / (1 + math.exp(-min(max(odds, -_MOST), _MOST)))

    def sums(self, rows: npt.NDArray[np.float32]) -> npt.NDArray[np.int64]:
        """The sum of the leaves that each row comes to, in 2**-32; shape (n,). Whole numbers add up in any order."""
        import numpy as np

        out = np.zeros(len(rows), dtype=np.int64)
        trees, inner = self.feature.shape
        depth = (inner + 1).bit_length() - 1
        whole = _whole(self.leaf)
        if native.COMPILED:
            native.forest_sums(self.compiled(), np.ascontiguousarray(rows), out)
            return out
        feature, threshold, leaf = (np.asarray(one).ravel() for one in (self.feature, self.threshold, whole))
        offset = np.arange(trees, dtype=np.int64) * inner
        leaves = np.arange(trees, dtype=np.int64) * (inner + 1) - inner
        # Some thousand rows at a time keep the working set in the processor's cache.
        for start in range(0, len(rows), 1024):
            part = rows[start : start + 1024]
            flat = part.ravel()
            base = (np.arange(len(part), dtype=np.int64) * part.shape[1])[:, None]
            node = np.zeros((len(part), trees), dtype=np.int64)
            for _ in range(depth):
                at = node + offset
                node = 2 * node + 1 + (flat[base + feature[at]] > threshold[at])
            out[start : start + 1024] = leaf[node + leaves].sum(axis=1)
        return out

    def probability(self, rows: npt.NDArray[np.float32]) -> npt.NDArray[np.float64]:
        """The probability, 0 to 1, of each row; shape (n,)."""
        return self.likely(self.sums(rows))

    def likely(self, sums: npt.NDArray[np.int64]) -> npt.NDArray[np.float64]:
        """The probability, 0 to 1, of each sum of leaves; shape (n,)."""
        import numpy as np

        return np.frombuffer(bytearray(self.likely_bytes(np.ascontiguousarray(sums).tobytes())), dtype=np.float64)

    def likely_bytes(self, sums: bytes) -> bytes:
        """The same of sums as they lie in memory (int64, float64), by C's exp: numpy's differs between machines."""
        if native.COMPILED:
            return native.likely(sums, self.scale / _UNIT, self.shift, _MOST)
        return array("d", map(self._likely, array("q", sums))).tobytes()


def _whole(leaf: Grid) -> Grid:
    """Leaves in 2**-32."""
    if isinstance(leaf, memoryview):
        return leaf
    import numpy as np

    return leaf if leaf.dtype == np.int64 else np.rint(leaf.astype(np.float64) * _UNIT).astype(np.int64)


def read(data: bytes) -> Trees:
    """Trees from the bytes of an .npz file that `training` wrote."""
    stored = npz.arrays(data)
    feature, threshold, leaf = (stored[name] for name in ("feature", "threshold", "leaf"))
    if (feature.kind, threshold.kind, leaf.kind) != ("<i2", "<f4", "<f2"):
        raise ValueError("no forest")
    return Trees(
        npz.texts(stored["names"]),
        memoryview(feature.data).cast("h", feature.shape),
        memoryview(threshold.data).cast("f", threshold.shape),
        memoryview(npz.widened(leaf.data, True)).cast("q", leaf.shape),
        *struct.unpack("<d", stored["scale"].data),
        *struct.unpack("<d", stored["shift"].data),
    )


@cache
def shipped(name: str) -> Trees:
    """The forest `name` as it comes with the package."""
    return read(data_file(f"{name}.npz").read_bytes())
