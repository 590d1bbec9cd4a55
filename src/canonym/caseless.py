"""Names in scripts without capitals: every listed one that stands in the folded text.

No capital shows that a word is a name, so more is asked of it than of others: its spelling is the listed one, it is a
word of its own, and one that is an ordinary word too is weak.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import cached_property
from itertools import chain
from typing import TYPE_CHECKING, Final, NamedTuple

from canonym import native
from canonym.candidates import Candidates
from canonym.homographs import is_spelling, is_word
from canonym.indexkeys import SILENT_KINDS
from canonym.keys import squeeze
from canonym.lexicon import simplified
from canonym.model import Mention
from canonym.patterns import pattern
from canonym.scripts import (
    CASELESS,
    JOINED,
    WORD,
    languages_of,
    read_character,
    script_of,
    stands_alone,
    unseated,
    written,
)
from canonym.segments import is_other_word, is_segment
from canonym.text import has_caseless

if TYPE_CHECKING:
    from canonym.model import Candidate

#: A word of so many letters is the listed name even with other hamzas; shorter ones are often other words.
_LONG: Final = 6
#: A single character is a word, whatever else it is.
_SHORTEST: Final = 2
#: What is between the words of a name; Persian writes none, but keeps the letters apart.
_PARTS: Final = pattern(r"[\s\u200c\u200b‐‑–—_-]+")
#: Names that are longer in UTF-8 are titles, and not met in text.
_MOST_BYTES: Final = 128
_CACHE: Final = 30_000
NOTHING: Final[tuple[list[Mention], list[Mention]]] = ([], [])

#: A listed name as it is folded, and where it stands in a text.
Place = tuple[str, int, int]


class _Hit(NamedTuple):
    """A listed spelling where it stands, with the entities that list it so; weak ones are ordinary words too."""

    start: int
    end: int
    found: tuple[Candidate, ...]
    weak: bool


class CaselessFinder:
    """Finds listed names in scripts without capitals; `sieve` gives the compiled look-ups, where there are any."""

    def __init__(self, candidates: Candidates, sieve: Callable[[], native.Sieve]) -> None:
        self._candidates = candidates
        self._sieve = sieve
        #: Of spellings, with what they are folded, those that list them.
        self._known: dict[tuple[str, str], tuple[Candidate, ...]] = {}

    def find(self, text: str) -> tuple[list[Mention], list[Mention]]:
        """The mentions in a text that are sure, and the weak ones; the longest where several begin at one place."""
        if not has_caseless(text):
            return NOTHING
        hits = [hit for hit in _apart(self._hits(text)) if hit.found[0].kind not in SILENT_KINDS]
        sure = [_as_mention(text, hit) for hit in hits if not hit.weak]
        return sure, [_as_mention(text, hit) for hit in hits if hit.weak]

    def places(self, text: str) -> Iterable[Place]:
        """Where listed names stand in a text, overlapping ones as well."""
        if native.COMPILED:
            return self._sieve().caseless(text, _MOST_BYTES)
        return names_plain(text, *self._names, self._candidates.words)

    def _hits(self, text: str) -> Iterable[_Hit]:
        """Listed spellings that are words of their own, overlapping ones as well."""
        langs: dict[str, tuple[str, ...]] = {}
        for name, start, end in self.places(text):
            if read_character(text[start])[1] & JOINED and not stands_alone(text, start, end):
                continue
            found = self._spelt_so(text[start:end], name)
            if not found:
                continue
            script = script_of(text[start])
            if script not in langs:
                langs[script] = languages_of(text, script)
            if script == "han" and not is_segment(text, start, end, langs[script]):
                continue
            if script == "hangul" and is_other_word(text, start, end):
                continue
            yield _Hit(start, end, found, _is_word(written(text[start:end]), langs[script]))

    def _spelt_so(self, surface: str, name: str) -> tuple[Candidate, ...]:
        found = self._known.get((surface, name))
        if found is None:
            if len(self._known) > _CACHE:
                self._known.clear()
            listed = self._candidates.listed(name) or self._candidates.unblanked(name)
            found = self._known[surface, name] = _spelt_so(surface, listed)
        return found

    @cached_property
    def _names(self) -> tuple[set[str], set[str]]:
        """The names, with and without their blanks; and the words that those of several begin with."""
        names = set(chain.from_iterable(index.caseless() for index in self._candidates.indexes))
        several = {name for name in names if " " in name}
        # A zero-width non-joiner folds to nothing where others write a blank.
        return names.union(map(squeeze, several)), {name.split()[0] for name in several}


def names_plain(text: str, names: set[str], firsts: set[str], words: int) -> Iterator[Place]:
    """The names that stand in a text, each folded character by character: what the compiled look-up must equal.

    A name begins and ends where a word does, but in scripts that put no blanks between words: there it may stand
    anywhere. It has no more than so many words.

    >>> [*names_plain("حلب، ودمشق، وبغداد، دمشق", {"حلب", "دمشق", "لب"}, set(), 1)]
    [('حلب', 0, 3), ('دمشق', 20, 24)]
    """
    read = [read_character(char) for char in text]
    for start, (_, kind) in enumerate(read):
        if start and not kind & JOINED and kind & read[start - 1][1] & WORD:
            continue
        yield from _names_from(read, start, names, firsts, words)


def _names_from(
    read: Sequence[tuple[str, int]], start: int, names: set[str], firsts: set[str], words: int
) -> Iterator[Place]:
    """The names that begin at one place."""
    form, caseless = "", 0
    for at in range(start, len(read) if read[start][0] else start):
        folded, kind = read[at]
        for char in folded:
            if char == " " and (form[-1:] in ("", " ") or (" " not in form and form not in firsts)):
                return
            form += char
        if form.count(" ") >= words or len(form.encode("utf-8", "surrogatepass")) > _MOST_BYTES:
            return
        caseless |= kind & CASELESS
        goes_on = read[start][1] & JOINED == 0 and at + 1 < len(read) and kind & read[at + 1][1] & WORD
        if folded and caseless and not goes_on and form[-1] != " " and len(form) >= _SHORTEST and form in names:
            yield form, start, at + 1


def _spelt_so(surface: str, found: Iterable[Candidate]) -> tuple[Candidate, ...]:
    """Those that list a spelling: folding forgives more than a word of another sense can bear (آب, "water", is no Ibb).

    A long one may have other hamzas, or be written without the blank of the name.
    """
    spelling, some = written(surface), tuple(found)
    if len(spelling) < _SHORTEST:
        return ()
    if len(spelling) < _LONG:
        parts = len(_PARTS.split(surface))
        some = tuple(c for c in some if len(_PARTS.split(c.alias)) == parts)
    same = tuple(c for c in some if written(c.alias) == spelling)
    if not same and len(spelling) < _LONG:
        return some if is_spelling(spelling) else ()
    return same or tuple(c for c in some if unseated(written(c.alias)) == unseated(spelling))


def _apart(hits: Iterable[_Hit]) -> list[_Hit]:
    """The hits without overlap: the first, and of those that begin at one place the longest."""
    out: list[_Hit] = []
    for hit in sorted(hits, key=lambda hit: (hit.start, -hit.end)):
        if not out or hit.start >= out[-1].end:
            out.append(hit)
    return out


def _is_word(spelling: str, langs: Sequence[str]) -> bool:
    return is_word(spelling, langs) or ("zh" in langs and is_word(spelling.translate(simplified()), ("zh",)))


def _as_mention(text: str, hit: _Hit) -> Mention:
    best, start, end = hit.found[0], hit.start, hit.end
    others = tuple(c.entity.id for c in hit.found[1:8])
    kind = "weak" if hit.weak else best.kind
    return Mention(start, end, text[start:end], best.entity, best.match, kind, best.score, best.reasons, others)
