"""The compiled inner loops; see `canonym.native`."""

from collections.abc import Iterable
from typing import Any

import numpy.typing as npt

Buffer = memoryview | npt.NDArray[Any]

class Scanner:
    def __init__(
        self,
        *,
        upper: str,
        mark: str,
        caseless: str,
        small: str,
        space: str,
        dash: str,
        quote: str,
        joint: str,
        particles: frozenset[str],
        leading: frozenset[str],
        frequencies: dict[str, float],
        rare: float,
    ) -> None: ...
    def runs(self, text: str, least: int = 0, /) -> list[tuple[int, int]]: ...
    def smalls(self, text: str, least: int, /) -> set[str]: ...
    def look(self, texts: list[str], runs: set[str], smalls: set[str], /) -> None: ...
    def settle(self) -> bytes: ...
    def caseless(self, text: str, /) -> bool: ...
    def dump(self) -> bytes: ...
    def load(self, data: bytes, /) -> None: ...
    def forget(self) -> None: ...
    def verdict(self, run: str, /) -> int: ...
    def learn_runs(self, runs: list[str], verdict: int, /) -> None: ...
    def learn_smalls(self, words: list[str], verdict: int, /) -> None: ...
    def size(self) -> tuple[int, int]: ...

class Edits:
    def __init__(
        self, *, keys: dict[str, str], roman: frozenset[tuple[str, str]], ocr: frozenset[tuple[str, str]]
    ) -> None: ...
    def cost(self, form: str, alias: str, /) -> float: ...

class Hood:
    def __init__(
        self, *, hashes: Buffer, owners: Buffer, bitmap: Buffer, text: Buffer, ends: Buffer, prominence: Buffer
    ) -> None: ...
    def near(self, word: str, most: int, /) -> tuple[tuple[str, int], ...]: ...

def forest_sums(
    feature: Buffer, threshold: Buffer, leaf: Buffer, rows: Buffer, out: Buffer, trees: int, depth: int, width: int, /
) -> None: ...

#: What a run holds: its words (start, end, folded); listed names (start, end, form, words); and forms near others
#: (start, end, form, whether words in small letters stand in it, whether a rule makes it a name, the names that it is
#: near to as they are stored: space, form). None where all of the run must be looked at.
Sifted = (
    tuple[
        tuple[tuple[int, int, str], ...],
        tuple[tuple[int, int, str, int], ...],
        tuple[tuple[int, int, str, bool, bool, tuple[tuple[str, str], ...]], ...],
    ]
    | None
)

class Sieve:
    def __init__(
        self,
        *,
        scanner: Scanner,
        edits: Edits,
        layers: tuple[tuple[Buffer, Buffer, Buffer, Buffer, Buffer, Hood], ...],
        words: int,
        particles: frozenset[str],
        openers: frozenset[str],
        endings: frozenset[str],
        izafa: frozenset[str],
        articles: frozenset[str],
        vowels: frozenset[str],
        sounds: tuple[tuple[str, str], ...],
        rule_kinds: int,
        ordinary: float,
        rare: float,
        most_cost: float,
    ) -> None: ...
    def sift(self, runs: list[str], /) -> tuple[list[str], dict[str, Sifted], dict[str, Sifted]]: ...
    def near(
        self, names: list[str], /
    ) -> list[tuple[int, int, str, bool, bool, tuple[tuple[str, str], ...]] | None]: ...
    def among(self, space: str, words: Iterable[str], /) -> set[str]: ...

def key_hash(key: str, /) -> int: ...
def find(keys: Buffer, key: str, /) -> int: ...

class Glance:
    def __init__(
        self,
        *,
        common: dict[str, int],
        share: float,
        other_share: float,
        frequent: frozenset[str],
        witnesses: dict[str, int],
        shortest: int,
        longest: int,
    ) -> None: ...
    def told(self, text: str, enough: int, /) -> tuple[bool, set[str]] | None: ...

def surprise(table: Buffer, folded: str, /) -> tuple[float, float]: ...
