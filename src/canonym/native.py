"""The compiled inner loops, where a compiler was at hand when canonym was installed.

Each has a twin in Python, which defines what it does and takes its place where it is missing: slower, with the same
outcome. Setting CANONYM_PURE in the environment leaves them out.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from canonym._native import Forest as Forest
    from canonym._native import Found as Found
    from canonym._native import Grounds as Grounds
    from canonym._native import Layer as Layer
    from canonym._native import Near as Near
    from canonym._native import Sifted as Sifted

__all__ = [
    "COMPILED",
    "Census",
    "Cuts",
    "Edits",
    "Glance",
    "Hood",
    "Lexicon",
    "Scanner",
    "Sieve",
    "Speller",
    "Witness",
    "beyond",
    "documents",
    "doubtful",
    "escaped",
    "find",
    "folders",
    "forest_sums",
    "has_line",
    "key_hash",
    "letters_beyond",
    "likely",
    "line_feeds",
    "literal",
    "lower_words",
    "members",
    "respelt",
    "signs",
    "stopped",
    "sums",
    "surprise",
    "united",
    "unsettled",
    "widened",
]

COMPILED = False
if not os.environ.get("CANONYM_PURE"):
    try:
        from canonym._native import (
            Census,
            Cuts,
            Edits,
            Glance,
            Hood,
            Lexicon,
            Scanner,
            Sieve,
            Speller,
            Witness,
            beyond,
            documents,
            doubtful,
            escaped,
            find,
            folders,
            forest_sums,
            has_line,
            key_hash,
            letters_beyond,
            likely,
            line_feeds,
            literal,
            lower_words,
            members,
            respelt,
            signs,
            stopped,
            sums,
            surprise,
            united,
            unsettled,
            widened,
        )

        COMPILED = True
    except ImportError:
        pass
