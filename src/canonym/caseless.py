"""Names in scripts without capitals: looked for in the folded text by one automaton."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Iterator
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final

from canonym.candidates import Candidates
from canonym.keys import squeeze
from canonym.model import Mention
from canonym.text import among, far, fold_char, fold_offsets, has_caseless, is_boundary

if TYPE_CHECKING:
    from canonym.model import Candidate

# Scripts that put no blank between words: a name there has no visible edge.
_UNSPACED: Final = ("CJK", "HIRAGANA", "THAI", "LAO", "KHMER", "MYANMAR")
# What may follow a name without a blank in Korean.
_HANGUL_PARTICLES: Final = frozenset("은는이가을를의에와과도로서")


class CaselessFinder:
    """Finds listed names in scripts without capitals; the automaton is made when such a text first comes."""

    def __init__(self, candidates: Candidates) -> None:
        self._candidates = candidates
        self._automaton: Any = None
        self._names: list[str] = []
        self._longest = 0

    def find(self, text: str) -> list[Mention]:
        """The mentions in a text, longest first where two begin at one place."""
        if not has_caseless(text):
            return []
        if self._automaton is None:
            self._build()
        if not self._names:
            return []
        out: list[Mention] = []
        for low, high in _windows(text, self._longest):
            for number, start, end in self._matches(text, low, high):
                if not _stands_alone(text, start, end):
                    continue
                found = self._candidates.listed(self._names[number])
                if not found or found[0].kind in ("weak", "never"):
                    continue
                out.append(_as_mention(text, start, end, found))
        return out

    def _matches(self, text: str, low: int, high: int) -> Iterator[tuple[int, int, int]]:
        """The numbers of the names in a stretch of a text, with where each stands in the text."""
        folded = fold_offsets(text[low:high])
        for number, first, last in self._automaton.find_matches_as_indexes(folded.text):
            start, end = folded.span(first, last)
            yield number, low + start, low + end

    def _build(self) -> None:
        from ahocorasick_rs import AhoCorasick, Implementation, MatchKind

        names: dict[str, str] = {}
        for index in self._candidates.indexes:
            for name in index.caseless():
                names.setdefault(name, name)
                if " " in name:
                    # A zero-width non-joiner folds to nothing where others write a blank.
                    names.setdefault(squeeze(name), name)
        self._names = list(names.values())
        self._longest = max(map(len, names), default=0)
        self._automaton = AhoCorasick(
            list(names), matchkind=MatchKind.LeftmostLongest, implementation=Implementation.ContiguousNFA
        )


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


def _as_mention(text: str, start: int, end: int, found: tuple[Candidate, ...]) -> Mention:
    best = found[0]
    others = tuple(c.entity.id for c in found[1:8])
    return Mention(start, end, text[start:end], best.entity, best.match, best.kind, best.score, best.reasons, others)


def _stands_alone(text: str, start: int, end: int) -> bool:
    """True where a name is no part of a longer word, as far as its script shows."""
    name = unicodedata.name(text[start], "")
    if name.startswith(_UNSPACED):
        return True
    if name.startswith("KATAKANA"):
        before = unicodedata.name(text[start - 1], "") if start else ""
        after = unicodedata.name(text[end], "") if end < len(text) else ""
        return "KATAKANA" not in before[:9] and "KATAKANA" not in after[:9]
    if not is_boundary(text, start):
        return False
    if name.startswith("HANGUL") and end < len(text) and text[end] in _HANGUL_PARTICLES:
        return True
    return is_boundary(text, end)
