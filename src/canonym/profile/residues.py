"""What known words leave behind when a short string is cut out of them.

`Traces` answers for any unknown word which strings, put back, would make a common word of it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from canonym import native
from canonym.kept import kept
from canonym.lexicon import above, look_up, stamp

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

SHORTEST: Final = 2
LONGEST: Final = 6
#: Words at least as frequent (Zipf) may bear witness to a missing string; rarer ones are too often chance.
WITNESS: Final = 3.0
_WIDTH: Final = 24
_KEPT: Final = 500_000
LEAST_GAIN: Final = 1.5
_MOST_GAIN: Final = 4.0
_BASE: Final = 0x9E3779B97F4A7C15
_MASK: Final = (1 << 64) - 1
_INVERSE: Final = pow(_BASE, -1, 1 << 64)


def stranger(word: str) -> float:
    """How frequent (Zipf) a single word must be thought that no dictionary lists: the longer, the rarer."""
    return max(-1.0, 2.2 - 0.4 * max(0, len(word) - 3))


def gain(residue: str, zipf: float, own: float) -> float:
    """How much likelier (log10, at most 4) `residue` is if a word of that Zipf frequency stands behind it.

    `own` is its frequency as a word of its own.
    """
    return min(_MOST_GAIN, zipf - max(stranger(residue), own))


def without(word: str, strings: Sequence[str]) -> str:
    """`word` after each of `strings` was removed from everywhere in it.

    >>> without("organisation", ("ani",)), without("organisation", ("ani", "ion"))
    ('orgsation', 'orgsat')
    """
    for string in strings:
        word = word.replace(string, "")
    return word


class Trace(NamedTuple):
    """One explanation of an unknown word: the missing `string`, the `word` behind it, the gain (log10)."""

    string: str
    word: str
    gain: float


class Traces:
    """Every way to cut 2 to 6 letters out of a common word of a language."""

    def __init__(self, lang: str) -> None:
        self._known: dict[str, tuple[Trace, ...]] = {}
        self._strings: dict[str, Set[str]] = {}
        self._own = look_up(lang)
        self._cuts = _kept_cuts(lang) if native.COMPILED else Cuts(_witnesses(lang))

    def explain(self, residues: Iterable[str]) -> dict[str, tuple[Trace, ...]]:
        """For each residue that can be explained, its traces, one a string, sorted by the string."""
        wanted = list(residues)
        if len(self._known) > _KEPT:
            self._known.clear()
        new = [r for r in wanted if 3 <= len(r) <= _WIDTH and r not in self._known]
        self._known.update(dict.fromkeys(new, ()))
        self._known.update(self._explained(new))
        return {r: found for r in wanted if (found := self._known.get(r))}

    def may_agree(self, residues: Iterable[str]) -> bool:
        """Whether the same string may be missing from two of them: most that are asked about have none in common."""
        seen: set[str] = set()
        for residue in residues:
            mine = self._missing(residue)
            if not seen.isdisjoint(mine):
                return True
            seen |= mine
        return False

    def _missing(self, residue: str) -> Set[str]:
        """The strings that `explain` may name, and some more."""
        found = self._strings.get(residue)
        if found is None:
            if len(self._strings) > _KEPT:
                self._strings.clear()
            floor = max(stranger(residue), self._own(residue))
            if isinstance(self._cuts, Cuts) or not 3 <= len(residue) <= _WIDTH:
                found = {trace.string for trace in self.explain([residue]).get(residue, ())}
            else:
                found = self._cuts.strings(residue, floor, LEAST_GAIN)
            self._strings[residue] = found
        return found

    def _explained(self, asked: Sequence[str]) -> dict[str, tuple[Trace, ...]]:
        out: dict[str, tuple[Trace, ...]] = {}
        for residue, ways in self._ways(asked):
            best: dict[str, Trace] = {}
            own = self._own(residue)
            for number, at, cut in ways:
                word, zipf = self._cuts.word(number)
                string = word[at : at + cut]
                worth = gain(residue, zipf, own)
                if worth < LEAST_GAIN or word.replace(string, "") != residue:
                    continue
                if string not in best or (worth, word) > (best[string].gain, best[string].word):
                    best[string] = Trace(string, word, worth)
            if best:
                out[residue] = tuple(best[s] for s in sorted(best))
        return out

    def _ways(self, asked: Sequence[str]) -> Iterable[tuple[str, list[tuple[int, int, int]]]]:
        if isinstance(self._cuts, Cuts):
            return self._cuts.of_all(asked)
        of = self._cuts.of
        told = ((residue, of(residue, max(stranger(residue), self._own(residue)), LEAST_GAIN)) for residue in asked)
        return ((residue, ways) for residue, ways in told if ways)


class Cuts:
    """All that is left of words when 2 to 6 letters are cut out, as sorted hashes. The compiled one has no hashes.

    Some million entries, 13 bytes each; built in well under a second.
    """

    def __init__(self, witnesses: Mapping[str, float]) -> None:
        import numpy as np

        words = list(witnesses)
        self._known = list(witnesses.items())
        codes = _codes(words)
        lengths = np.array([len(w) for w in words], dtype=np.int64)
        heads = _heads(codes)
        whole = heads[:, -1]
        hashes, numbers, places, cuts = [], [], [], []
        for cut in range(SHORTEST, LONGEST + 1):
            back = np.uint64(pow(_INVERSE, cut, 1 << 64))
            for at in range(_WIDTH - cut + 1):
                (rows,) = np.nonzero((lengths >= at + cut) & (lengths - cut >= 3))
                if not len(rows):
                    continue
                hashes.append(heads[rows, at] + (whole[rows] - heads[rows, at + cut]) * back)
                numbers.append(rows.astype(np.int32))
                places.append(np.full(len(rows), at, dtype=np.int8))
                cuts.append(np.full(len(rows), cut, dtype=np.int8))
        every = np.concatenate(hashes) if hashes else np.zeros(0, dtype=np.uint64)
        order = np.argsort(every, kind="stable")
        self._hashes: NDArray[np.uint64] = every[order]
        self._word = np.concatenate(numbers)[order] if hashes else np.zeros(0, dtype=np.int32)
        self._at = np.concatenate(places)[order] if hashes else np.zeros(0, dtype=np.int8)
        self._cut = np.concatenate(cuts)[order] if hashes else np.zeros(0, dtype=np.int8)

    def word(self, number: int) -> tuple[str, float]:
        """The word of a number, and how frequent it is."""
        return self._known[number]

    def of_all(self, asked: Sequence[str]) -> Iterator[tuple[str, list[tuple[int, int, int]]]]:
        """Of words of 3 to 24 letters, each that is left of one: of which (by number), cut where, and how much."""
        import numpy as np

        if not asked:
            return
        wanted = _heads(_codes(asked))[:, -1]
        lows = np.searchsorted(self._hashes, wanted, side="left")
        highs = np.searchsorted(self._hashes, wanted, side="right")
        for k in np.nonzero(highs > lows)[0].tolist():
            here = slice(int(lows[k]), int(highs[k]))
            ways = zip(self._word[here].tolist(), self._at[here].tolist(), self._cut[here].tolist(), strict=True)
            yield asked[k], list(ways)


def _witnesses(lang: str) -> dict[str, float]:
    return {w: zipf for w, zipf in sorted(above(WITNESS, lang).items()) if 5 <= len(w) <= _WIDTH and w.isalpha()}


def _kept_cuts(lang: str) -> native.Cuts:
    def make() -> bytes:
        return native.Cuts(words=_witnesses(lang), shortest=SHORTEST, longest=LONGEST).store()

    # Its name tells what it depends on.
    name = f"cuts-{lang}-{stamp(lang)}-{WITNESS}-{SHORTEST}-{LONGEST}-2.data"
    return kept(name, native.Cuts.stored, make)


@lru_cache(maxsize=4)
def traces(lang: str) -> Traces:
    """The traces of a language, built when first asked."""
    return Traces(lang)


def compiled_cuts(lang: str) -> native.Cuts:
    """What they go by where that is compiled."""
    cuts = traces(lang)._cuts
    return _kept_cuts(lang) if isinstance(cuts, Cuts) else cuts


def _codes(words: Sequence[str]) -> NDArray[np.uint64]:
    """Code points, shape (len(words), 24), zero after the end."""
    import numpy as np

    wide: Any = np.array(list(words), dtype=f"U{_WIDTH}")
    codes: NDArray[np.uint64] = wide.view(np.uint32).reshape(len(words), _WIDTH).astype(np.uint64)
    return codes


def _heads(codes: NDArray[np.uint64]) -> NDArray[np.uint64]:
    """Polynomial hashes of every beginning, shape (n, 25), modulo 2**64; the last column is the whole's."""
    import numpy as np

    powers = np.array([pow(_BASE, k, 1 << 64) for k in range(codes.shape[1])], dtype=np.uint64)
    heads = np.zeros((codes.shape[0], codes.shape[1] + 1), dtype=np.uint64)
    np.cumsum(codes * powers, axis=1, out=heads[:, 1:])
    return heads
