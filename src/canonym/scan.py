"""Text to spans that may hold a name: runs of capitalised words, and names in scripts without capitals.

A run is found by one regular expression; what it holds is worked out once for each distinct run (see `resolve`), so
that work grows with the vocabulary and not with the text.
"""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from typing import Final

from canonym import lexicon, native
from canonym.datafiles import data_file
from canonym.lexicon import zipf
from canonym.patterns import pattern
from canonym.text import character_classes, fold

#: A word in small letters that goes on a run of capitalised ones is rarer than this (Zipf scale).
RARE_TAIL: Final = 2.6
_SPACE: Final = "[ \t\u00a0\u202f]"
_DASH: Final = r"[-‐‑‒–—−－]"
_QUOTE: Final = r"['’‘ʻʼʾʿ`´′＇]"
_DASHES: Final = frozenset(_DASH[1:-1])
_QUOTES: Final = frozenset(_QUOTE[1:-1])


@cache
def words(name: str) -> frozenset[str]:
    """A closed list of `data/words.json`: particles, leading, locatives, features, titles, verbs_of_saying."""
    return frozenset(_lists()[name])


@cache
def _lists() -> dict[str, list[str]]:
    raw: dict[str, list[str]] = json.loads(data_file("words.json").read_text("utf-8"))
    return raw


def _any_of(wanted: frozenset[str]) -> str:
    """A pattern for some words that looks at each letter once, the longest first."""
    by_letter: dict[str, set[str]] = {}
    for word in wanted:
        by_letter.setdefault(word[:1], set()).add(word[1:])
    end = by_letter.pop("", None)
    parts = [
        re.escape(letter) + (_any_of(frozenset(rest)) if rest != {""} else "")
        for letter, rest in sorted(by_letter.items())
    ]
    return f"(?:{'|'.join(parts)}){'?' if end else ''}" if parts else ""


def _word() -> str:
    mark = character_classes()[1]
    return rf"[^\W_][{mark}]*(?:[^\W_]+[{mark}]*)*"


@cache
def _word_pattern() -> re.Pattern[str]:
    return re.compile(_word())


@cache
def _run_pattern() -> re.Pattern[str]:
    upper, mark, _ = character_classes()
    rest = rf"(?:[^\W_]+|[{mark}]+)*"
    # A figure opens a name only where letters follow it: 1TV, 8am Media.
    capital = rf"(?:[{upper}]{rest}|\d{{1,4}}(?:[{upper}]{rest}|[a-z]{{2,}}(?={_SPACE}[{upper}])))"
    line = rf"{_SPACE}*\r?\n{_SPACE}*"
    # A full stop goes on only after a short word: St. Louis, U.S., D.C.
    blank = rf"(?:{_SPACE}{{1,2}}|{line}|{_DASH}(?:{line})?|(?<=\b\w)\.{_SPACE}?|(?<=\b\w\w)\.{_SPACE})"
    small = rf"(?:{_any_of(words('particles'))}\b(?:{blank}|{_QUOTE}))"
    tight = rf"(?:{_DASH}|{_QUOTE}){_word()}"
    # One class to begin with, so that the engine skips what cannot begin a run; no word stands before it.
    figure = rf"[0-9]{{0,3}}(?:[{upper}]{rest}|[a-z]{{2,}}(?={_SPACE}[{upper}]))"
    opening = rf"[{upper}0-9](?<![^\W_][\s\S])(?:(?<=[^0-9]){rest}|(?<=[0-9]){figure})"
    run = rf"{opening}(?:{blank}(?:{capital}|{small}{{1,2}}{capital})|{tight})*"
    return re.compile(run)


_JOINTS = frozenset(" \n-‐‑'’‘")


def find_runs(text: str) -> Iterator[tuple[int, str]]:
    """Runs of capitalised words with their offsets, and the particles and joints that names have inside them.

    >>> [run for _, run in find_runs("He left Mazar-e-Sharif’s Dashte Shor area for the Isle of Man.")]
    ['He', 'Mazar-e-Sharif’s Dashte Shor', 'the Isle of Man']
    """
    leading = words("leading")
    done = 0
    for match in _run_pattern().finditer(text):
        start, end = match.span()
        # The Hague, al-Hudaydah: a small word may belong to the name that follows it.
        if start - done > 1 and text[start - 1] in _JOINTS:
            at = start - 2
            while at >= done and start - at < 6 and text[at].isalpha():
                at -= 1
            if text[at + 1 : start - 1] in leading:
                start = at + 1
        done = end
        yield start, text[start:end]


def find_long_runs(text: str) -> Iterator[tuple[int, int]]:
    """Spans of the runs of a text; one that a word of no language follows goes on there: New ondon, Las egas.

    >>> list(find_long_runs("in New ondon today"))
    [(3, 12)]
    """
    done = -1
    for start, run in find_runs(text):
        end = start + len(run)
        if start < done:
            continue
        tail = find_tail(text, end)
        if tail is not None and zipf(tail[0]) < RARE_TAIL:
            end = tail[1]
            follow = next(iter(find_runs(text[end + 1 : end + 60])), None) if text[end : end + 1] == " " else None
            if follow is not None and follow[0] == 0:
                end += 1 + len(follow[1])
        done = end
        yield start, end


def compiled_scanner() -> native.Scanner:
    """`find_long_runs` and `lower_words`, compiled, with room for what is found out about each run and word."""
    upper, mark, caseless = character_classes()
    return native.Scanner(
        upper=upper,
        mark=mark,
        caseless=caseless,
        small=_SMALL,
        space=_SPACE[1:-1],
        dash=_DASH[1:-1],
        quote=_QUOTE[1:-1],
        joint="".join(sorted(_JOINTS - {"-"})) + "-",
        particles=words("particles"),
        leading=words("leading"),
        lexicon=lexicon.compiled("en"),
        rare=RARE_TAIL,
    )


@dataclass(frozen=True, slots=True)
class Token:
    """A word of a run: its span in the run, its folded form, and what joins it to the word before.

    `joint` is "" where the two fold to one word (an apostrophe, the stop of an initial), else " "; `quote` and
    `dash` say that an apostrophe or a hyphen stands between.
    """

    start: int
    end: int
    text: str
    folded: str
    joint: str
    quote: bool = False
    dash: bool = False


def tokens(run: str) -> list[Token]:
    """The words of a run; words that fold to nothing are left out.

    >>> [(t.joint, t.folded) for t in tokens("U.S. Côte d’Ivoire")]
    [(' ', 'u'), ('', 's'), (' ', 'cote'), (' ', 'd'), ('', 'ivoire')]
    """
    out: list[Token] = []
    before = 0
    for match in _word_pattern().finditer(run):
        folded = fold(match[0]).replace(" ", "")
        if not folded:
            continue
        between = run[before : match.start()]
        before = match.end()
        quote = between in _QUOTES
        initial = between == "." and len(out) > 0 and len(out[-1].text) == 1 and len(match[0]) == 1
        joint = "" if quote or initial else " "
        dash = between in _DASHES and len(out) > 0
        out.append(Token(match.start(), match.end(), sys.intern(match[0]), sys.intern(folded), joint, quote, dash))
    return out


def joined(part: list[Token]) -> str:
    """The folded form of neighbouring tokens, as `fold` of the text they stand in would give it."""
    return part[0].folded + "".join(t.joint + t.folded for t in part[1:])


_SMALL: Final = "a-zß-öø-ÿ"
_LOWER = pattern(rf"(?<![^\W_])[{_SMALL}]{{4,}}(?![^\W_])")
_LOWER_NEXT = pattern(rf"(?:{_SPACE}{{1,2}}|{_SPACE}*\r?\n{_SPACE}*|{_DASH}|{_QUOTE})([a-zß-öø-ÿ]+)(?![^\W_])")


def lower_words(text: str) -> set[str]:
    """The distinct words of a text that stand in small letters, four letters or more.

    >>> sorted(lower_words("The road to mazar-e-sharif"))
    ['mazar', 'road', 'sharif']
    """
    return native.lower_words(text) if native.COMPILED else lower_words_plain(text)


def lower_words_plain(text: str) -> set[str]:
    """`lower_words` in Python: what the compiled one must equal."""
    return set(_LOWER.findall(text))


def find_lower(text: str, places: Iterable[tuple[int, int]]) -> Iterator[tuple[int, list[Token]]]:
    """Where words in small letters that open names stand: each offset, and up to six words from there."""
    for start, end in places:
        count = 1
        while count < 6 and (follow := _LOWER_NEXT.match(text, end)):
            end, count = follow.end(), count + 1
        yield start, tokens(text[start:end])


def find_small(text: str, word: str) -> Iterator[int]:
    """Where one of the `lower_words` stands in a text; much faster than to look at all of them."""
    at = text.find(word)
    while at >= 0:
        match = _LOWER.match(text, at)
        if match is not None and match[0] == word:
            yield at
        at = text.find(word, at + len(word))


_TAIL = pattern(rf"{_SPACE}([a-z]{{1,2}}[A-Z]?[a-z]{{2,}}[A-Za-z]*)(?![^\W_])")


def find_tail(text: str, at: int) -> tuple[str, int] | None:
    """The word in small letters right after a run, and where it ends.

    >>> find_tail("in New ondon today", 6)
    ('ondon', 12)
    """
    match = _TAIL.match(text, at)
    return (match[1], match.end()) if match else None
