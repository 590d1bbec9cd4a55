"""Words of kind by what they mean: "Ozero" and "Järvi" are both lakes, "Gora" and "Ozero" are two things.

Names of one place often differ by such words only, in one language or two ("Órmos Paroikías", "Paroikiá Bay");
names of two places that share what is left often differ by them too ("Khawr Abū Salam", "Jebel Abu Salam").
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cache, lru_cache
from typing import Final

import numpy as np
from numpy.typing import NDArray
from rapidfuzz import process
from rapidfuzz.distance import OSA

from canonym.datafiles import data_file
from canonym.similarity.forms import Batch

Floats = NDArray[np.float32]

#: Between words, and before or after a core: they tell nothing.
_SMALL: Final = frozenset((
    "e", "i", "ye", "al", "el", "an", "ar", "as", "ash", "at", "az", "ad", "de", "del", "la", "le", "les", "los", "las",
    "da", "do", "du", "des", "di", "the", "of",
))  # fmt: skip


@cache
def kinds() -> Mapping[str, int]:
    """The number of what each word means, as bits."""
    raw = json.loads(data_file("kinds.json").read_text("utf-8"))["kinds"]
    out: dict[str, int] = {}
    for at, words in enumerate(raw.values()):
        for word in words.split():
            out[word] = out.get(word, 0) | 1 << at
    return out


@lru_cache(maxsize=65536)
def parts(words: tuple[str, ...]) -> tuple[int, str]:
    """What a name's words of kind mean, as bits, and the words that are left, without blanks.

    >>> parts(("ormos", "paroikias"))[1], parts(("paroikia", "bay"))[1]
    ('paroikias', 'paroikia')
    """
    known = kinds()
    meaning, core = 0, []
    for word in words:
        bits = known.get(word, 0)
        meaning |= bits
        if not bits and word not in _SMALL:
            core.append(word)
    return meaning, "".join(core)


#: The columns of `kind_features`, with what each means when it is high.
KINDS: Final[tuple[tuple[str, str], ...]] = (
    ("core_alike", "the same letters, words of kind left out"),
    ("kinds_agree", "the words of kind mean the same"),
    ("core_shorter", "much is left without words of kind"),
)


def kind_features(b: Batch) -> Floats:
    """Likeness of what is left without words of kind, whether these agree, and how much is left of the shorter.

    Words of kind agree (2), disagree (-2), stand on one side only (-1) or on none (0). Shape (pairs, len(KINDS)).
    """
    one = [parts(f.words) for f in b.left]
    two = [parts(f.words) for f in b.right]
    alike: Floats = process.cpdist(
        [core for _, core in one], [core for _, core in two], scorer=OSA.normalized_similarity, dtype=np.float32,
        workers=1,
    )  # fmt: skip
    agree = [
        0 if not m and not n else 2 if m & n else -2 if m and n else -1 for (m, _), (n, _) in zip(one, two, strict=True)
    ]
    left = [min(len(c), len(d)) for (_, c), (_, d) in zip(one, two, strict=True)]
    return np.column_stack((alike, agree, left)).astype(np.float32)
