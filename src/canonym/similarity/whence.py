"""Where a name sounds to be from, and how common it is: what two names tell before their letters are compared.

Two names of one place are mostly of one country; "Ban Nong Bua" and "Ban Nong Bua" may well be two places, since
many bear that name. Both were learned from a gazetteer: a linear model over runs of two to four letters of the Latin
reading says how likely each country is, a list of hashes how many places bear a name. Made by `training/whence.py`.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import Final
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

from canonym.datafiles import data_file
from canonym.records import dataclass
from canonym.similarity.forms import Batch

Floats = NDArray[np.float32]

#: Runs of letters are hashed to so many bits.
BITS: Final = 14
BUCKETS: Final = 1 << BITS


@dataclass(frozen=True, slots=True)
class Weights:
    """`runs` has shape (BUCKETS + 1, d), the last row nought: what a run of letters tells.

    `out` (d, countries) and `base` make it log-odds of countries, `share` is how many places a country has. `common`
    holds sorted hashes of common names, `count` how common each is.
    """

    runs: Floats
    out: Floats
    base: Floats
    share: Floats
    common: NDArray[np.uint32]
    count: Floats


@cache
def weights() -> Weights:
    """The shipped weights."""
    with data_file("whence.npz").open("rb") as file, np.load(file) as raw:
        return unpack({name: raw[name] for name in raw.files})


def unpack(raw: dict[str, NDArray[np.generic]]) -> Weights:
    """Weights from their stored arrays: `runs` as bytes of one `unit`, `common` as differences."""
    f = np.float32
    runs = raw["runs"].astype(f) * raw["unit"].astype(f)
    return Weights(
        np.concatenate((runs, np.zeros((1, runs.shape[1]), f))),
        raw["out"].astype(f),
        raw["base"].astype(f),
        raw["share"].astype(f),
        np.cumsum(raw["common"], dtype=np.uint32),
        raw["count"].astype(f) / f(16),
    )


def runs(latin: Sequence[str]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """The hashed runs of two, three and four letters that begin at each letter of framed Latin readings.

    Shape (letters, 3), BUCKETS where a run would leave its word; and where each reading begins, shape (names,).
    """
    framed = ["^" + name.replace(" ", "$^") + "$" for name in latin]
    lengths = np.array([len(name) for name in framed])
    letters = np.frombuffer("".join(framed).encode("ascii", "replace"), np.uint8).astype(np.uint32)
    code, out = letters.copy(), np.full((len(letters), 3), BUCKETS, np.int64)
    ends = letters == ord("$")
    for n in (1, 2, 3):  # a run is its letters as one number, which is spread over the buckets
        ends = ends[: len(letters) - n] if n == 1 else (ends[:-1] | (letters[n - 1 : -1] == ord("$")))
        code = code[:-1] | letters[n:] << np.uint32(8 * n)
        spread = (code * np.uint32(2654435761)) >> np.uint32(32 - BITS)
        out[: len(code), n - 1] = np.where(ends, BUCKETS, spread)
    return out, np.cumsum(lengths) - lengths


def countries(latin: Sequence[str], table: Weights) -> Floats:
    """How likely each country is, for each Latin reading; shape (names, countries)."""
    codes, starts = runs(latin)
    told = np.add.reduceat(table.runs[codes].sum(1), starts, axis=0)
    count = np.add.reduceat((codes < BUCKETS).sum(1), starts)
    odds = (told / np.maximum(count, 1)[:, None].astype(np.float32)) @ table.out + table.base
    odds = np.exp(odds - odds.max(1, keepdims=True))
    out: Floats = odds / odds.sum(1, keepdims=True)
    return out


def commonness(latin: Sequence[str], table: Weights) -> Floats:
    """The logarithm of one more than the number of places each Latin reading names; 0 where it is rare."""
    codes = np.array([crc32(name.encode()) for name in latin], np.uint32)
    at = np.minimum(np.searchsorted(table.common, codes), len(table.common) - 1)
    out: Floats = np.where(table.common[at] == codes, table.count[at], np.float32(0))
    return out


#: The columns of `whence`, with what each means when it is high.
WHENCE: Final[tuple[tuple[str, str], ...]] = (
    ("one_country", "both names sound to be from one country"),
    ("one_country_sure", "both names sound to be from one country, and it is plain which"),
    ("countries_alike", "both names may be from the same countries"),
    ("country_left", "the first name's country is plain"),
    ("country_right", "the second name's country is plain"),
    ("common_least", "both names are borne by many places"),
    ("common_most", "one of the names is borne by many places"),
)


def whence(b: Batch, table: Weights | None = None) -> Floats:
    """All features of origin and commonness, shape (pairs, len(WHENCE))."""
    table = weights() if table is None else table
    one, two = b.latin
    p, q = countries(one, table), countries(two, table)
    both = p * q
    c, d = commonness(one, table), commonness(two, table)
    # Rounded: sums in another order differ in their last bits.
    columns = (
        np.log((both / table.share).sum(1) + 1e-6),
        np.log(both.sum(1) + 1e-9),
        np.sqrt(both).sum(1),
        p.max(1),
        q.max(1),
    )
    rounded = (np.round(column, 2) for column in columns)
    return np.column_stack((*rounded, np.minimum(c, d), np.maximum(c, d))).astype(np.float32)
