"""The compiled inner loops; see `canonym.native`."""

from collections.abc import Callable, Iterable, Sequence
from mmap import mmap
from typing import Any, TypeVar

import numpy.typing as npt

Buffer = memoryview[Any] | npt.NDArray[Any]
_Looked = TypeVar("_Looked", bound=tuple[Any, ...])

class Lexicon:
    def __init__(self, data: bytes, /) -> None: ...
    def zipf(self, word: str, /) -> float: ...
    def above(self, floor: float, data: bytes, /) -> dict[str, float]: ...
    def store(self) -> bytes: ...
    @classmethod
    def stored(cls, data: bytes | mmap, /) -> Lexicon: ...

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
        lexicon: Lexicon,
        rare: float,
    ) -> None: ...
    def runs(self, text: str, /) -> list[tuple[int, int]]: ...
    def told(self, still: bytes, least: int, looked: type[_Looked], /) -> dict[int, _Looked]: ...
    def smalls(self, text: str, least: int, /) -> set[str]: ...
    def settle(self) -> bytes: ...
    def dump(self) -> bytes: ...
    def load(self, data: bytes | memoryview, /) -> None: ...
    def forget(self) -> None: ...
    def verdict(self, run: str, /) -> int: ...
    def learn_runs(self, runs: list[str], verdict: int, /) -> None: ...
    def learn_smalls(self, words: list[str], verdict: int, /) -> None: ...
    def share(self, memory: mmap | bytearray, /) -> None: ...
    def size(self) -> tuple[int, int]: ...

class Edits:
    def __init__(
        self, *, keys: dict[str, str], roman: frozenset[tuple[str, str]], ocr: frozenset[tuple[str, str]]
    ) -> None: ...
    def cost(self, form: str, alias: str, /) -> float: ...

class Speller:
    def __init__(
        self, *, edits: Edits, lexicon: Lexicon, sounds: tuple[tuple[str, str], ...], letters: Buffer
    ) -> None: ...
    def rows(self, form: str, names: tuple[tuple[str, str, int, bool, bool], ...], /) -> bytes | None: ...

class Hood:
    def __init__(
        self, *, entries: Buffer, starts: Buffer, filter: Buffer, text: Buffer, ends: Buffer, prominence: Buffer
    ) -> None: ...
    def near(self, word: str, most: int, /) -> tuple[tuple[str, int], ...]: ...

#: Feature, threshold and leaf of the trees, their number, their depth, and the features of a row.
Forest = tuple[Buffer, Buffer, Buffer, int, int, int]

def likely(sums: bytes, scale: float, shift: float, most: float, /) -> bytes: ...
def forest_sums(forest: Forest, rows: Buffer, out: Buffer, /) -> None: ...

#: The arrays of an index that are read, see `Candidates.layers`, its neighbourhoods, and the entities made so far.
Layer = tuple[tuple[Buffer, ...], Hood, dict[int, Any]]

#: What plans are made of: the types of plans, spans, candidates and entities; the kinds of aliases; the reasons of a
#: name written with other blanks, and a function for those of rules (of a form and an alias); and `Listing.named`.
Makers = tuple[
    type[Any],
    type[Any],
    type[Any],
    type[Any],
    tuple[str, ...],
    tuple[str, ...],
    Callable[[str, str], tuple[str, ...]],
    Callable[[str, str, int, bool], tuple[Any, ...] | None],
]

#: A form near others: its span and itself, whether words in small letters stand in it, whether a rule makes it a name,
#: and the names that it is near to as they are stored (space, form).
Near = tuple[int, int, str, bool, bool, tuple[tuple[str, str], ...]]

#: What a run holds: its words (start, end, folded), its listed names (start, end, form, words), and forms near others.
Found = tuple[tuple[tuple[int, int, str], ...], tuple[tuple[int, int, str, int], ...], tuple[Near, ...]]

#: The plan of a run (`plans.Plan`); or that, where it is not certain what the plan is; or None where all of the run
#: must be looked at.
Sifted = Any | Found | None

class Sieve:
    def __init__(
        self,
        *,
        scanner: Scanner,
        speller: Speller,
        layers: tuple[Layer, ...],
        words: int,
        particles: frozenset[str],
        openers: frozenset[str],
        endings: frozenset[str],
        izafa: frozenset[str],
        articles: frozenset[str],
        vowels: frozenset[str],
        compass: frozenset[str],
        surnames: frozenset[str],
        tails: tuple[str, ...],
        rule_kinds: int,
        near_kinds: int,
        other_kinds: int,
        silent_kinds: int,
        quiet_kinds: int,
        ordinary: float,
        rare: float,
        small_rare: float,
        small_plain: float,
        most_cost: float,
        other_name: float,
        digit: float,
        by_hand: int,
        makers: Makers,
        forest: Forest,
        seen: bytes,
        best: int,
        hopeless: int,
        needy: int,
        character: Callable[[str], tuple[str, int]],
    ) -> None: ...
    def caseless(self, text: str, longest: int, /) -> list[tuple[str, int, int]]: ...
    def small_names(self, text: str, least: int, /) -> list[tuple[int, int]]: ...
    def foresee(self, words: Sequence[str], /) -> bytes: ...
    def take(self, foreseen: bytes | memoryview, /) -> None: ...
    def look(self, texts: list[str], /) -> tuple[dict[str, Sifted], list[str]]: ...
    def sift(self, runs: list[str], /) -> tuple[list[str], dict[str, Sifted], dict[str, Sifted]]: ...
    def alone(
        self, names: list[str], type: str | None, unlisted: bool, /
    ) -> tuple[bytes, bytearray, bytearray, bytearray]: ...
    def settle(
        self,
        counts: bytes,
        near: bytearray,
        scores: npt.NDArray[Any],
        marks: bytearray,
        limit: float,
        margin: float,
        sure: float,
        /,
    ) -> tuple[bytes, list[tuple[str, ...]]]: ...
    def stands_alone(self, text: str, start: int, end: int, /) -> bool: ...
    def may_name(self, form: str, ruled: bool, /) -> bool: ...
    def among(self, space: str, words: Iterable[str], /) -> set[str]: ...

def members(line: str, start: int, /) -> list[tuple[int, int, int, int]]: ...
def escaped(raw: str, wanted: list[int], /) -> list[int]: ...
def signs(text: str, /) -> int: ...
def documents(
    raw: bytes,
    start: int,
    number: int,
    key: bytes,
    id_key: bytes,
    texts: list[str],
    ids: list[object],
    numbers: list[int],
    starts: list[int],
    ends: list[int],
    /,
) -> tuple[int, int, int] | None: ...
def literal(raw: bytes, start: int, end: int, key: bytes, wanted: list[int], /) -> tuple[bool, list[int]] | None: ...
def beyond(text: str, /) -> list[tuple[int, int]]: ...
def has_line(lines: bytes, text: str, /) -> bool: ...
def folders(text: str, /) -> list[tuple[int, int]]: ...
def lower_words(text: str, /) -> set[str]: ...
def letters_beyond(text: str, last: str, /) -> str: ...
def stopped(text: str, letters: str, /) -> str: ...
def doubtful(texts: list[str], chars: str, roles: bytes, /) -> list[int]: ...
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
    def told(self, texts: list[str], enough: int, /) -> list[tuple[int, tuple[bool, set[str]]]]: ...
    def may_be_left(self, word: str, /) -> bool: ...
    def store(self) -> bytes: ...
    @classmethod
    def stored(cls, data: bytes | mmap, /) -> Glance: ...

def united(pieces: list[tuple[bytes, bytes]], /) -> tuple[bytes, bytes]: ...

class Census:
    def __init__(
        self,
        *,
        common: dict[str, int],
        share: float,
        other_share: float,
        rare: float,
        strangers: tuple[float, ...],
        least: float,
        open: Callable[[int], tuple[Lexicon, Cuts, Callable[[str], bool] | None]],
    ) -> None: ...
    def count(self, texts: list[str], /) -> tuple[list[tuple[int, int, dict[str, int]]], dict[int, int]]: ...
    def take(self) -> dict[int, tuple[bytes, bytes]]: ...

class Cuts:
    def __init__(self, *, words: dict[str, float], shortest: int, longest: int) -> None: ...
    def of(self, word: str, base: float, least: float, /) -> list[tuple[int, int, int]]: ...
    def strings(self, word: str, base: float, least: float, /) -> set[str]: ...
    def word(self, number: int, /) -> tuple[str, float]: ...
    def store(self) -> bytes: ...
    @classmethod
    def stored(cls, data: bytes | mmap, /) -> Cuts: ...

#: What decisions go by: endings of names, and those of demonyms; how often a word has a capital; kinds of aliases that
#: are other names; how reasons are worded: likeness (of an alias, at some cost), an unknown word, the country, other
#: traits by their numbers; the type of mentions; the limit, the margin, and the score of what is sure.
Grounds = tuple[
    frozenset[str],
    tuple[str, ...],
    Callable[[str], float],
    frozenset[str],
    Callable[[str, float], str],
    str,
    str,
    tuple[tuple[int, str], ...],
    type[Any],
    float,
    float,
    float,
    bool,
]

class Witness:
    def __init__(
        self,
        *,
        titles: frozenset[str],
        locatives: frozenset[str],
        features: frozenset[str],
        verbs: frozenset[str],
        companies: frozenset[str],
        parts: frozenset[str],
        holdings: frozenset[str],
        foreign: frozenset[str],
        particles: frozenset[str],
        before: dict[str, float],
        after: dict[str, float],
        capital: str,
        listed: str,
        nothing: str,
        fold: Callable[[str], str],
        coined: Callable[[str, Any], bool],
        signed: Callable[[str, Any], bool],
        name: type[tuple[Any, ...]],
        place: type[tuple[Any, ...]],
        well_known: int,
    ) -> None: ...
    def plans(
        self, text: str, runs: list[tuple[int, int, int]], plans: dict[str, Any], missing: list[str], spared: int, /
    ) -> list[tuple[int, Any]]: ...
    def all_plans(
        self, texts: list[str], seen: list[Any], plans: dict[str, Any], missing: list[str], spared: int, /
    ) -> list[list[tuple[int, Any]]]: ...
    def pages(
        self,
        texts: list[str],
        seen: list[Any],
        runs: list[list[tuple[int, Any]]],
        known: dict[str, Any],
        plan: Callable[[str], Any],
        sieve: Sieve,
        rest: Callable[..., Any],
        passed: int,
        page: type[Any],
        /,
    ) -> list[Any]: ...
    def lonely(
        self,
        text: str,
        runs: list[tuple[int, Any]],
        known: dict[str, Any],
        plan: Callable[[str], Any],
        hosts: Callable[[str], list[Any]],
        /,
    ) -> bool: ...
    def open(
        self, text: str, runs: list[tuple[int, Any]], known: dict[str, Any], plan: Callable[[str], Any], /
    ) -> tuple[list[Any], list[Any], list[Any]]: ...
    def otherwise(self, text: str, found: list[Any], /) -> list[int]: ...
    def gather(self, pages: list[Any], lone: bool, /) -> tuple[list[tuple[Any, Any]], bytes]: ...
    def judge(
        self, pages: list[Any], sieve: Sieve, grounds: Grounds, least: int, /
    ) -> tuple[list[tuple[Any, Any]], bytes, bytes]: ...
    def decide(
        self, asked: list[tuple[Any, Any]], rows: bytes, sums: bytes, scores: bytes, sieve: Sieve, grounds: Grounds, /
    ) -> list[Any]: ...
    def edits(
        self,
        pages: list[Any],
        sieve: Sieve,
        spelt: Callable[..., Any],
        asked: Callable[[str, tuple[Any, ...]], bool],
        edit: type[Any],
        /,
    ) -> list[tuple[str, tuple[Any, ...]] | None]: ...
    def results(
        self, texts: list[str], edits: list[tuple[Any, ...]], mentions: list[tuple[Any, ...]], result: type[Any], /
    ) -> list[Any]: ...
    def pieces(
        self, texts: list[str], was: list[tuple[str, tuple[Any, ...]]], looks: list[Any], /
    ) -> tuple[list[str], list[tuple[int, int] | None]]: ...
    def codes(self, heads: list[tuple[int, int] | None], codes: bytes, /) -> bytes: ...
    def joined(
        self,
        was: list[tuple[str, tuple[Any, ...]]],
        looks: list[Any],
        heads: list[tuple[int, int] | None],
        codes: bytes,
        still: bytes,
        scanner: Scanner,
        least: int,
        looked: type[_Looked],
        /,
    ) -> dict[int, _Looked]: ...

def surprise(table: Buffer, folded: str, /) -> tuple[float, float]: ...
def respelt(
    raw: bytes,
    key: bytes,
    starts: list[int],
    ends: list[int],
    texts: list[str],
    results: list[Any],
    /,
) -> tuple[list[tuple[int, int, bytes]], list[tuple[Any, ...]], list[int]]: ...
def unsettled(texts: list[str], results: list[Any], /) -> list[int]: ...
def line_feeds(raw: bytes, /) -> int: ...
def sums(data: bytes | memoryview, sum: int, sums: int, /) -> tuple[int, int]: ...
def widened(halves: bytes, whole: bool, /) -> bytes: ...
