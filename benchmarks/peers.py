"""The peers: from a list of (spelling, canonical) to a function that rewrites a text. Each runs in its own process."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

Pairs = Sequence[tuple[str, str]]
Rewrite = Callable[[str], str]

_RUN: Final = re.compile(r"\b[A-ZÀ-Þ][\w’'-]*(?: [A-ZÀ-Þ][\w’'-]*){0,3}")


def ahocorasick(pairs: Pairs) -> Rewrite:
    """Exact and whole words, by ahocorasick_rs: the pace that others are set against."""
    from ahocorasick_rs import AhoCorasick, MatchKind

    canonical = [target for _, target in pairs]
    automaton = AhoCorasick([spelling for spelling, _ in pairs], matchkind=MatchKind.LeftmostLongest)

    def rewrite(text: str) -> str:
        out: list[str] = []
        done = 0
        for k, start, end in automaton.find_matches_as_indexes(text):
            if (start and text[start - 1].isalnum()) or (end < len(text) and text[end].isalnum()):
                continue
            out += (text[done:start], canonical[k])
            done = end
        return "".join(out) + text[done:]

    return rewrite


def flashtext(pairs: Pairs) -> Rewrite:
    """Exact and whole words, by a trie in Python."""
    from flashtext import KeywordProcessor

    processor = KeywordProcessor(case_sensitive=True)
    for spelling, target in pairs:
        processor.add_keyword(spelling, target)
    return lambda text: str(processor.replace_keywords(text))


def flashtext2(pairs: Pairs) -> Rewrite:
    """Exact and whole words, by a trie in Rust."""
    from flashtext2 import KeywordProcessor

    processor = KeywordProcessor(case_sensitive=True)
    for spelling, target in pairs:
        processor.add_keyword(spelling, target)
    return lambda text: str(processor.replace_keywords(text))


def symspell(pairs: Pairs) -> Rewrite:
    """Runs of up to four capitalised words, else each of their words, within two edits by symspellpy."""
    from symspellpy import SymSpell, Verbosity

    speller = SymSpell(max_dictionary_edit_distance=2, prefix_length=7)
    canonical: dict[str, str] = {}
    for rank, (spelling, target) in enumerate(pairs):
        if canonical.setdefault(spelling.lower(), target) is target:
            speller.create_dictionary_entry(spelling.lower(), len(pairs) - rank)

    def nearest(form: str) -> str | None:
        most = 0 if len(form) < 5 else 1 if len(form) < 8 else 2
        found = speller.lookup(form.lower(), Verbosity.TOP, max_edit_distance=most)
        return canonical[found[0].term] if found else None

    def mend(match: re.Match[str]) -> str:
        whole = nearest(match[0])
        return whole if whole is not None else " ".join(nearest(word) or word for word in match[0].split(" "))

    return lambda text: _RUN.sub(mend, text)


def spaczz(pairs: Pairs) -> Rewrite:
    """Every name against every stretch of tokens, by spaczz's FuzzyMatcher."""
    import spacy
    from spaczz.matcher import FuzzyMatcher

    english = spacy.blank("en")
    matcher = FuzzyMatcher(english.vocab, min_r=85)
    spellings: dict[str, list[str]] = {}
    for spelling, target in pairs:
        spellings.setdefault(target, []).append(spelling)
    for target, listed in spellings.items():
        matcher.add(target, [english.make_doc(spelling) for spelling in listed])

    def rewrite(text: str) -> str:
        document = english.make_doc(text)
        done = 0
        out: list[str] = []
        for target, start, end, _, _ in sorted(matcher(document), key=lambda found: (found[1], -found[2])):
            span = document[start:end]
            if span.start_char >= done:
                out += (text[done : span.start_char], target)
                done = span.end_char
        return "".join(out) + text[done:]

    return rewrite


@dataclass(frozen=True)
class Peer:
    """One that canonym is measured beside.

    `module` is what must be installed, `finds` what it can find, `most_names` the largest table on which it gets
    through a document at all.
    """

    name: str
    module: str
    finds: str
    build: Callable[[Pairs], Rewrite]
    most_names: int = 10**9


PEERS: Final = (
    Peer("ahocorasick_rs", "ahocorasick_rs", "listed", ahocorasick),
    Peer("flashtext2", "flashtext2", "listed", flashtext2),
    Peer("flashtext", "flashtext", "listed", flashtext),
    Peer("symspellpy", "symspellpy", "near, by spelling alone", symspell),
    Peer("spaczz", "spaczz", "near, by spelling alone", spaczz, most_names=300),
)
