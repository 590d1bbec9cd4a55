"""Well-known names: what is letter for letter the name of one great place is hardly a misspelling of another's.

Iran and Iraq, Niger and Nigeria, Austria and Australia are as alike as many a pair of variants. What tells is that
both are main names of countries, states or large cities, which are spelt rightly more often than wrongly.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from canonym.datafiles import data_file
from canonym.records import dataclass
from canonym.similarity.forms import Batch, Forms


@dataclass(frozen=True, slots=True)
class WellKnown:
    """Folded main names, pairs of them that name one place, and what rivals add to the log-odds (below 0)."""

    names: frozenset[str]
    one_place: frozenset[tuple[str, str]]
    odds: float


@cache
def shipped() -> WellKnown:
    """The shipped names."""
    return well_known_of(json.loads(data_file("well_known.json").read_text("utf-8")))


def well_known_of(raw: Mapping[str, Any]) -> WellKnown:
    """From the stored form: `names`, `one_place` and `odds`."""
    return WellKnown(frozenset(raw["names"]), frozenset((a, b) for a, b in raw["one_place"]), float(raw["odds"]))


def rivals(one: Forms, two: Forms, table: WellKnown) -> bool:
    """True for the well-known names of two places.

    >>> from canonym.similarity.forms import forms
    >>> [rivals(forms(a), forms("Iraq"), shipped()) for a in ("Iran", "Irak", "Ira")]
    [True, False, False]
    """
    if one.folded == two.folded or not {one.folded, two.folded} <= table.names:
        return False
    return (min(one.folded, two.folded), max(one.folded, two.folded)) not in table.one_place


def rivalry(b: Batch, table: WellKnown | None = None) -> NDArray[np.float64]:
    """both are well-known names, of two places: what that adds to the log-odds, shape (pairs,)"""
    table = shipped() if table is None else table
    found = [rivals(one, two, table) for one, two in zip(b.left, b.right, strict=True)]
    return np.array(found, np.float64) * table.odds
