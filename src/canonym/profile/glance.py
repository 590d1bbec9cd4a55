"""Which texts are worth searching for lost strings, each taken alone: few, seen at a glance."""

from __future__ import annotations

import zlib
from collections.abc import Callable, Collection, Sequence
from functools import cache

from canonym import native
from canonym.kept import kept
from canonym.lexicon import above, stamp
from canonym.profile.convincing import OWN_FAMILIES, OWN_GAIN, convincing
from canonym.profile.residues import LEAST_GAIN, LONGEST, SHORTEST, WITNESS, Trace, stranger, traces
from canonym.profile.words import ENGLISH_ENOUGH, LANGUAGES, OTHER_ENOUGH, RARE, frequent, languages, stamp_of_languages


def worth_searching(texts: Sequence[str]) -> list[int]:
    """The numbers of the texts that by themselves may show that a string was lost, of which a profile tells.

    >>> worth_searching(["Nothing is missing in the words of this text, as far as they are known to anybody."])
    []
    """
    if not native.COMPILED:
        return list(range(len(texts)))
    told = _glance().told([*texts], OWN_FAMILIES)
    return [k for k, (english, words) in told if not english or _is_worth(texts[k], words)]


def _is_worth(text: str, words: Collection[str]) -> bool:
    # One string must tell of several words, and gain enough by them; and must itself be missing.
    if not traces("en").may_agree(words):
        return False
    told = traces("en").explain(words).values()
    if len(told) < OWN_FAMILIES:
        return False
    by_string: dict[str, list[Trace]] = {}
    for found in told:
        for trace in found:
            by_string.setdefault(trace.string, []).append(trace)
    likely = [string for string, found in by_string.items() if convincing(found, OWN_FAMILIES, OWN_GAIN)]
    lowered = text.lower() if likely else ""
    return any(string not in lowered for string in likely)


def compiled_filter() -> Callable[[str], bool]:
    """What tells at once of most words, of 3 to 24 letters, that they are not left of common English ones."""
    return _glance().may_be_left


@cache
def _glance() -> native.Glance:
    # What a common word leaves is told by its length: the shorter, the commoner the word must be.
    least = [stranger("x" * length) + LEAST_GAIN for length in range(3, 25)]
    depends = (stamp("en"), stamp_of_languages(), least, WITNESS, RARE, SHORTEST, LONGEST, ENGLISH_ENOUGH, OTHER_ENOUGH)
    name = f"glance-{zlib.crc32(repr(depends).encode()):08x}-3.data"
    return kept(name, native.Glance.stored, lambda: _made(least).store())


def _made(least: Sequence[float]) -> native.Glance:
    shortest = [(3 + k, bound) for k, bound in enumerate(least)]
    common = above(WITNESS, "en")
    lengths = {z: next((length for length, bound in shortest if z >= bound), 25) for z in set(common.values())}
    witnesses = {word: lengths[z] for word, z in common.items() if 5 <= len(word) <= 24 and word.isalpha()}
    return native.Glance(
        common={w: sum(1 << LANGUAGES.index(lang) for lang in langs) for w, langs in languages().items()},
        share=ENGLISH_ENOUGH,
        other_share=OTHER_ENOUGH,
        frequent=frequent("en"),
        witnesses=witnesses,
        shortest=SHORTEST,
        longest=LONGEST,
    )
