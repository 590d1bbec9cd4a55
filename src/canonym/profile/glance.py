"""What is seen at a glance of a text: whether it is English, and which of its words may be leftovers of others."""

from __future__ import annotations

import zlib
from collections.abc import Callable, Sequence
from functools import cache

from canonym import native
from canonym.kept import kept
from canonym.lexicon import above, stamp
from canonym.profile.convincing import OWN_FAMILIES
from canonym.profile.residues import LEAST_GAIN, LONGEST, SHORTEST, WITNESS, stranger
from canonym.profile.words import ENGLISH_ENOUGH, LANGUAGES, OTHER_ENOUGH, RARE, frequent, languages, stamp_of_languages


def seen(texts: Sequence[str]) -> list[tuple[int, tuple[bool, set[str]]]]:
    """The numbers of texts to look at: whether each is English, and which of its words may be leftovers of others."""
    return _glance().told([*texts], OWN_FAMILIES)


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
