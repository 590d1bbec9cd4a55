"""Names in scripts without capitals: looked for in the folded text by one automaton."""

from __future__ import annotations

import unicodedata
from typing import TYPE_CHECKING, Any, Final

from canonym.candidates import Candidates
from canonym.keys import squeeze
from canonym.model import Mention
from canonym.text import fold_offsets, has_caseless, is_boundary

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

    def find(self, text: str) -> list[Mention]:
        """The mentions in a text, longest first where two begin at one place."""
        if not has_caseless(text):
            return []
        if self._automaton is None:
            self._build()
        if not self._names:
            return []
        folded = fold_offsets(text)
        out: list[Mention] = []
        for number, low, high in self._automaton.find_matches_as_indexes(folded.text):
            start, end = folded.span(low, high)
            if not _stands_alone(text, start, end):
                continue
            found = self._candidates.listed(self._names[number])
            if not found or found[0].kind in ("weak", "never"):
                continue
            out.append(_as_mention(text, start, end, found))
        return out

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
        self._automaton = AhoCorasick(
            list(names), matchkind=MatchKind.LeftmostLongest, implementation=Implementation.ContiguousNFA
        )


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
