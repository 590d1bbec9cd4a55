"""Names in scripts without capitals: looked for in the folded text by one automaton.

No capital shows that a word is a name, so more is asked of it than of others: its spelling is the listed one, it is a
word of its own, and one that is an ordinary word too is weak.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from itertools import chain
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from canonym.candidates import Candidates
from canonym.homographs import is_spelling, is_word
from canonym.indexkeys import SILENT_KINDS
from canonym.keys import squeeze
from canonym.lexicon import simplified
from canonym.model import Mention
from canonym.patterns import pattern
from canonym.scripts import languages_of, script_of, stands_alone, unseated, written
from canonym.segments import is_other_word, is_segment
from canonym.text import among, far, fold_char, fold_offsets, has_caseless

if TYPE_CHECKING:
    from canonym.model import Candidate

#: A word of so many letters is the listed name even with other hamzas; shorter ones are often other words.
_LONG: Final = 6
#: A single character is a word, whatever else it is.
_SHORTEST: Final = 2
#: What is between the words of a name; Persian writes none, but keeps the letters apart.
_PARTS: Final = pattern(r"[\s\u200c\u200b‐‑–—_-]+")
NOTHING: Final[tuple[list[Mention], list[Mention]]] = ([], [])


class _Hit(NamedTuple):
    """A listed spelling where it stands, with the entities that list it so; weak ones are ordinary words too."""

    start: int
    end: int
    found: tuple[Candidate, ...]
    weak: bool


class CaselessFinder:
    """Finds listed names in scripts without capitals; the automaton of a script is made when it first comes."""

    def __init__(self, candidates: Candidates) -> None:
        self._candidates = candidates
        #: By the script that they begin in: the names as they are folded, each with the one that it stands for.
        self._names: dict[int, dict[str, str]] = {}
        self._automata: dict[int, tuple[Any, list[str]]] = {}
        self._longest = 0

    def find(self, text: str) -> tuple[list[Mention], list[Mention]]:
        """The mentions in a text that are sure, and the weak ones; the longest where several begin at one place."""
        if not has_caseless(text):
            return NOTHING
        if not self._longest:
            self._read()
        hits = [hit for hit in _apart(self._hits(text)) if hit.found[0].kind not in SILENT_KINDS]
        sure = [_as_mention(text, hit) for hit in hits if not hit.weak]
        return sure, [_as_mention(text, hit) for hit in hits if hit.weak]

    def _hits(self, text: str) -> Iterable[_Hit]:
        """Listed spellings that are words of their own, overlapping ones as well."""
        langs: dict[str, tuple[str, ...]] = {}
        automata = [*map(self._built, sorted({b for c in far(text) for b in _beginnings(c)} & self._names.keys()))]
        windows = _windows(text, self._longest) if automata else ()
        for name, start, end in chain.from_iterable(_matches(text, *window, automata) for window in windows):
            if not stands_alone(text, start, end):
                continue
            found = _spelt_so(text[start:end], self._candidates.listed(name))
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

    def _read(self) -> None:
        """Gather the names, of which most are in scripts that a text has not."""
        for index in self._candidates.indexes:
            for name in index.caseless():
                names = self._names.setdefault(_begins_in(name), {})
                names.setdefault(name, name)
                if " " in name:
                    # A zero-width non-joiner folds to nothing where others write a blank.
                    names.setdefault(squeeze(name), name)
        self._longest = max((len(name) for names in self._names.values() for name in names), default=1)

    def _built(self, script: int) -> tuple[Any, list[str]]:
        """The automaton of the names that begin in a script, and what each of them stands for."""
        made = self._automata.get(script)
        if made is None:
            from ahocorasick_rs import AhoCorasick, Implementation, MatchKind

            names = self._names[script]
            automaton = AhoCorasick(
                list(names), matchkind=MatchKind.Standard, implementation=Implementation.ContiguousNFA
            )
            made = self._automata[script] = automaton, list(names.values())
        return made


def _matches(
    text: str, low: int, high: int, automata: Iterable[tuple[Any, list[str]]]
) -> Iterator[tuple[str, int, int]]:
    """The names in a stretch of a text, each with where it stands in the text."""
    folded = fold_offsets(text[low:high])
    for automaton, names in automata:
        for number, first, last in automaton.find_matches_as_indexes(folded.text, overlapping=True):
            start, end = folded.span(first, last)
            yield names[number], low + start, low + end


def _begins_in(name: str) -> int:
    """A number for the script of the first letter of a folded name that has no capitals."""
    return next((_script(ord(char)) for char in name if has_caseless(char)), 0)


@lru_cache(maxsize=65536)
def _beginnings(char: str) -> frozenset[int]:
    """The same of what a character folds to."""
    return frozenset(_script(ord(one)) for one in fold_char(char) if has_caseless(one))


def _script(code: int) -> int:
    """A script, or some that stand together; one number for Chinese and Japanese, one for Korean.

    >>> [hex(_script(ord(char))) for char in "کहখ東カ서"]
    ['0x6', '0x9', '0x9', '0x2e', '0x2e', '0x11']
    """
    if 0x1100 <= code < 0x1200 or 0x3130 <= code < 0x3190 or 0xA960 <= code < 0xA980 or 0xAC00 <= code < 0xD800:
        return 0x11
    return min(code >> 8, 0x2E)


@lru_cache(maxsize=65536)
def _is_letter(char: str) -> bool:
    """Whether a character folds to a letter of a script without capitals: most such letters, and some signs (㍿)."""
    return has_caseless(fold_char(char))


def _windows(text: str, longest: int) -> Iterator[tuple[int, int]]:
    """The stretches of a text around letters of scripts without capitals that hold all names with any, and few others.

    No more than `longest` folded characters of a name stand beside such a letter. To fold all of a book for a word of
    Arabic would take longer than all else.

    >>> text = "The Gate of Herat in Kabul (کابل, to some)"
    >>> [text[a:b] for a, b in _windows(text, 7)]
    ['Kabul (کابل, to so']
    """
    letters = among(text, "".join(filter(_is_letter, far(text))))
    # Those that stand together are taken together first, so that few are widened.
    wide = (_widened(text, start, end, longest) for start, end in _united(letters, 2 * longest))
    return _united(wide, 0)


def _united(spans: Iterable[tuple[int, int]], gap: int) -> Iterator[tuple[int, int]]:
    """Spans, those as one that have no more than a gap between them.

    >>> list(_united([(0, 2), (3, 5), (9, 10)], 1))
    [(0, 5), (9, 10)]
    """
    last: tuple[int, int] | None = None
    for start, end in spans:
        if last is not None and start - last[1] > gap:
            yield last
            last = None
        last = (last[0] if last else start, end)
    if last is not None:
        yield last


def _widened(text: str, start: int, end: int, by: int) -> tuple[int, int]:
    """A stretch with so many more folded characters on either side."""
    left = right = by
    while start > 0 and left > 0:
        start -= 1
        left -= len(fold_char(text[start]))
    while end < len(text) and right > 0:
        right -= len(fold_char(text[end]))
        end += 1
    return start, end


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
