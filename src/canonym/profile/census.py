"""In how many texts each word stands, and which words of a text may be what is left of others."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from typing import Final, Protocol

from canonym import native
from canonym.lexicon import compiled, look_up
from canonym.profile.glance import compiled_filter
from canonym.profile.residues import LEAST_GAIN, compiled_cuts, stranger, traces
from canonym.profile.spread import Piece, piece_of
from canonym.profile.words import (
    ENGLISH_ENOUGH,
    LANGUAGES,
    OTHER_ENOUGH,
    RARE,
    common,
    frequent,
    language,
    words_of,
)

#: Words of a language that are counted before those that are not listed are left out.
_MOST_WORDS: Final = 2_000_000
#: Words of that many letters at most may be leftovers.
_LONGEST: Final = 24

#: The number of a text, its language, and words that may be leftovers with how often each stands there.
Told = tuple[int, str, Mapping[str, int]]


class Census(Protocol):
    """Counts texts, and the words in them."""

    def count(self, texts: Sequence[str]) -> tuple[list[Told], Mapping[str, int]]:
        """Count some texts: those that hold words that may be leftovers, and the number of words of each language."""

    def take(self) -> Mapping[str, Piece]:
        """In how many texts each listed word stands, and perhaps others, by language; then all begins anew."""


class Plain:
    """A census in Python: what the compiled one must equal."""

    def __init__(self) -> None:
        self._spread: dict[str, Counter[str]] = {}

    def count(self, texts: Sequence[str]) -> tuple[list[Told], Mapping[str, int]]:
        """See `Census`; every word that is told is a leftover by `traces`."""
        block: list[tuple[int, str, list[str], set[str]]] = []
        totals: Counter[str] = Counter()
        unknown: dict[str, set[str]] = {}
        together: dict[str, list[str]] = {}
        few = len(texts) == 1
        for number, text in enumerate(texts):
            words = words_of(text.lower())
            lang = language(words)
            totals[lang] += len(words)
            if not lang:
                continue
            distinct = set(words)
            together.setdefault(lang, []).extend(distinct)
            rare = _rare(distinct, lang) if few else distinct - frequent(lang)
            if rare:
                block.append((number, lang, words, rare))
                unknown.setdefault(lang, set()).update(rare)
        self._add(together)
        explained = {lang: traces(lang).explain(sorted(rare)).keys() for lang, rare in unknown.items()}
        told: list[Told] = []
        for number, lang, words, rare in block:
            if left := rare & explained[lang]:
                told.append((number, lang, {form: words.count(form) for form in left}))
        return told, totals

    def _add(self, words: Mapping[str, Sequence[str]]) -> None:
        for lang, forms in words.items():
            # One list at a time: Counter counts lists in C, and mappings word by word.
            mine = self._spread.setdefault(lang, Counter())
            mine.update(forms)
            if len(mine) > _MOST_WORDS:
                self._spread[lang] = listed(mine, lang)

    def take(self) -> Mapping[str, Piece]:
        """See `Census`."""
        taken, self._spread = self._spread, {}
        return {lang: piece_of(words) for lang, words in taken.items()}


class Compiled:
    """The same, compiled. It keeps what it has looked up about words, so it is left to others when it is done with."""

    def __init__(self) -> None:
        self._census = native.Census(
            common=_masks(),
            share=ENGLISH_ENOUGH,
            other_share=OTHER_ENOUGH,
            rare=RARE,
            strangers=tuple(stranger("x" * length) for length in range(_LONGEST + 1)),
            least=LEAST_GAIN,
            open=_opened,
        )

    def count(self, texts: Sequence[str]) -> tuple[list[Told], Mapping[str, int]]:
        """See `Census`; of the words that are told, a few are no leftovers by `traces`."""
        told, totals = self._census.count([*texts])
        return [(k, LANGUAGES[lang], words) for k, lang, words in told], {_name(lang): n for lang, n in totals.items()}

    def take(self) -> Mapping[str, Piece]:
        """See `Census`."""
        return {LANGUAGES[lang]: words for lang, words in self._census.take().items()}


#: A compiled census that somebody left: at most one.
_left: list[Compiled] = []


def begun() -> Compiled:
    """A compiled census that has counted nothing."""
    return _left.pop() if _left else Compiled()


def leave(one: Census) -> None:
    """Leave a census, whose counts have been taken, to whoever begins next."""
    if isinstance(one, Compiled) and not _left:
        _left.append(one)


def _opened(number: int) -> tuple[native.Lexicon, native.Cuts, Callable[[str], bool] | None]:
    lang = LANGUAGES[number]
    return compiled(lang), compiled_cuts(lang), compiled_filter() if lang == "en" else None


def _masks() -> dict[str, int]:
    """The languages that each of their common words belongs to, a bit for each."""
    out: dict[str, int] = {}
    for number, lang in enumerate(LANGUAGES):
        for word in common(lang):
            out[word] = out.get(word, 0) | 1 << number
    return out


def _name(number: int) -> str:
    return LANGUAGES[number] if number >= 0 else ""


def listed(counts: Mapping[str, int], lang: str) -> Counter[str]:
    """Those of some counted words that stand in the dictionary."""
    frequency = look_up(lang)
    return Counter({w: n for w, n in counts.items() if frequency(w)})


def _rare(words: set[str], lang: str) -> set[str]:
    """What is left of them without those of `frequent`, which takes longer to make than to ask for a text's words."""
    zipf = look_up(lang)
    return {word for word in words if zipf(word) < RARE}
