"""All features of a pair in one row: their names, families, explanations, and the matrix that the trees read."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

import numpy as np
from numpy.typing import NDArray

from canonym.records import dataclass
from canonym.similarity import edits, kinds, metrics, network, sounds, whence, words
from canonym.similarity.forms import Batch

Floats = NDArray[np.float32]
#: The weights of the networks, and the number of each letter.
Net = tuple[network.Weights, Mapping[str, int]]


@dataclass(frozen=True, slots=True)
class Feature:
    """One column: what it is called, the family it belongs to, and what a high value means, in words."""

    name: str
    family: str
    meaning: str


@dataclass(frozen=True, slots=True)
class Parts:
    """The learned parts that features rest on; None is the shipped one."""

    words: words.Weights | None = None
    sounds: Mapping[tuple[int, int], sounds.Table] | None = None
    edits: edits.Weights | None = None
    whence: whence.Weights | None = None
    network: Net | None = None


SHIPPED: Final = Parts()

_FAMILIES: Final[tuple[tuple[str, tuple[Callable[[Batch], Floats], ...]], ...]] = (
    ("edits", metrics.EDITS),
    ("keys", metrics.KEYS),
    ("consonants", metrics.BONES),
    ("n-grams", metrics.GRAMS),
    ("words", metrics.WHOLE_WORDS),
    ("lengths and scripts", metrics.LENGTHS),
    ("marks", metrics.MARKS),
)

_SOUNDS: Final = (
    Feature("sounds", "sounds", "the letters correspond, as learned"),
    Feature("sounds_a_letter", "sounds", "the letters correspond throughout, as learned"),
)
_EDIT_ODDS: Final = Feature("edit_odds", "single differences", " ".join(str(edits.edit_odds.__doc__).split()))
_NETWORK: Final = Feature("network", "network", " ".join(str(network.network.__doc__).split()))

#: The columns of `matrix`, in order.
FEATURES: Final[tuple[Feature, ...]] = (
    *(Feature(f.__name__, family, str(f.__doc__).strip()) for family, fs in _FAMILIES for f in fs),
    *(Feature(name, "words", meaning) for name, meaning in words.WORDS),
    *(Feature(name, "words of kind", meaning) for name, meaning in kinds.KINDS),
    *(Feature(name, "origin", meaning) for name, meaning in whence.WHENCE),
    *_SOUNDS,
    _EDIT_ODDS,
    _NETWORK,
)


def plain(b: Batch, parts: Parts = SHIPPED) -> Floats:
    """All columns but the last two (single differences, network), which training needs apart."""
    columns = [f(b) for _, fs in _FAMILIES for f in fs]
    table, origin = words.word_features(b, parts.words), whence.whence(b, parts.whence)
    letters = sounds.sounds(b, parts.sounds)
    return np.column_stack((*columns, table, kinds.kind_features(b), origin, *letters)).astype(np.float32)


def matrix(b: Batch, parts: Parts = SHIPPED) -> Floats:
    """The features of all pairs, shape (pairs, len(FEATURES))."""
    odds = edits.edit_odds(b, parts.edits)
    return np.column_stack((plain(b, parts), odds, network.network(b, parts.network))).astype(np.float32)
