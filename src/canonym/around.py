"""Longer names around a mention, which the grammar of runs cannot hold: Halle (Saale), Democracy Now!, Aktuality.sk.

Asked only where a mention would be rewritten: what is part of a listed name that stands there already stays as it is.
"""

from __future__ import annotations

from collections.abc import Callable
from itertools import islice
from typing import Final

from canonym.candidates import Candidates, choose
from canonym.found import mention
from canonym.indexkeys import SILENT_KINDS
from canonym.model import Mention
from canonym.patterns import pattern
from canonym.spelling import inside
from canonym.text import fold, is_boundary, is_word_char

_REACH: Final = 80
#: A longer name goes on with a mark of its own, or with a capital or a figure after two small words at most.
_SMALL: Final = r"[\W_]{1,3}(?:[a-zß-öø-ÿ]{1,6}[\W_]{1,3}){0,2}"
_AHEAD: Final = pattern(rf"[)\]!’‘']|{_SMALL}[^\W_a-zß-öø-ÿ]")
_BEHIND: Final = pattern(rf"{_SMALL}[^\W_]+")
_WORDS_BEFORE: Final = 5
_WORDS_AFTER: Final = 7
_WORD: Final = pattern(r"[^\W_]+")
_CLOSING: Final = ")]!’‘'"


def longer(
    text: str, found: Mention, candidates: Candidates, alone: Callable[[str, int, int], bool] | None = None
) -> Mention | None:
    """The mention of the longest listed name around one that would be rewritten; None where there is none.

    `alone` may tell that surely no other listed name is there.
    """
    own = _own(text, found)
    if alone and alone(text, found.start, found.end):
        return own
    wide = _listed(text, found, candidates)
    return max((m for m in (own, wide) if m is not None), key=lambda m: m.end - m.start, default=None)


def _own(text: str, found: Mention) -> Mention | None:
    """Its canonical form where it stands there already, whatever marks are in it."""
    name = found.entity.canonical
    for at in inside(name, found.text):
        start = found.start - at
        end = start + len(name)
        if start >= 0 and text[start:end].lower() == name.lower() and _stands(text, start, end):
            return Mention(start, end, text[start:end], found.entity, "exact", "canonical", 1.0, (), (), name)
    return None


def _listed(text: str, found: Mention, candidates: Candidates) -> Mention | None:
    """Another listed name, spelt as it is listed, that holds the mention."""
    ahead = _AHEAD.match(text, found.end) is not None
    left = max(0, found.start - _REACH)
    behind = text[left : found.start][::-1]
    starts, ends = [found.start], [found.end]
    if _leads(behind):
        for match in islice(_WORD.finditer(behind), _WORDS_BEFORE):  # the nearest first
            start, word = found.start - match.end(), match[0][::-1]
            if start == left > 0:
                break  # cut
            if _is_name_like(word) and candidates.opens(fold(word)):
                starts.append(start)
    if ahead:
        right = found.end + _REACH
        ends += _marks(text, found.end)
        for match in islice(_WORD.finditer(text, found.end, right), _WORDS_AFTER):
            if match.end() == right:
                break
            if _is_name_like(match[0]) and candidates.is_part(fold(match[0])):
                ends += [match.end(), *_marks(text, match.end())]
    for start in reversed(starts):
        for end in reversed(ends):
            if (start, end) == (found.start, found.end) or not _stands(text, start, end):
                continue
            surface = text[start:end]
            low, listed = surface.lower(), candidates.listed(fold(surface))
            if not any(c.alias.lower() == low for c in listed):
                continue
            same = [c for c in choose(surface, listed) if c.alias.lower() == low]
            if same and same[0].kind not in SILENT_KINDS:
                return mention(text, start, end, same[0], same)
    return None


def _leads(behind: str) -> bool:
    """True where a name might have begun before a mention, given what stands before it, read backwards."""
    before = _BEHIND.match(behind)
    return before is not None and _is_name_like(before[0][-1])


def _marks(text: str, at: int) -> list[int]:
    """The ends after closing marks that belong to names."""
    out = []
    while text[at : at + 1] and text[at] in _CLOSING:
        at += 1
        out.append(at)
    return out


def _is_name_like(word: str) -> bool:
    return not word[0].islower()


def _stands(text: str, start: int, end: int) -> bool:
    """True where a name begins and ends with a word or with a mark of its own."""
    begins = not is_word_char(text[start]) or is_boundary(text, start)
    return begins and (not is_word_char(text[end - 1]) or is_boundary(text, end))
