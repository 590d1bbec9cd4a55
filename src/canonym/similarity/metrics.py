"""Features that compare the spellings of a pair as wholes: edit distances, shared n-grams, lengths, scripts.

Each feature is one function of a batch that gives an array of shape (pairs,); its docstring says in words what a
high value means, and is what explanations show.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Sequence
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from rapidfuzz import fuzz, process
from rapidfuzz.distance import OSA, Indel, Jaro, JaroWinkler, LCSseq, Levenshtein, Postfix, Prefix

from canonym.similarity.forms import Batch, Forms
from canonym.text import APOSTROPHES

Floats = NDArray[np.float32]


def _each(scorer: Any, left: Sequence[str], right: Sequence[str]) -> Floats:
    out: Floats = process.cpdist(left, right, scorer=scorer, dtype=np.float32, workers=1)
    return out


def edits_folded(b: Batch) -> Floats:
    """the same letters in their own scripts"""
    return _each(OSA.normalized_similarity, *b.column(lambda f: f.folded))


def edits_latin(b: Batch) -> Floats:
    """the same letters, read in Latin"""
    return _each(OSA.normalized_similarity, *b.latin)


def edits_squeezed(b: Batch) -> Floats:
    """the same letters, blanks left out"""
    return _each(OSA.normalized_similarity, *b.squeezed)


def edits_count(b: Batch) -> Floats:
    """many single changes apart"""
    return _each(OSA.distance, *b.squeezed)


def start_alike(b: Batch) -> Floats:
    """alike, above all at the start"""
    return _each(JaroWinkler.similarity, *b.squeezed)


def jaro_latin(b: Batch) -> Floats:
    """the same letters in about the same places"""
    return _each(Jaro.similarity, *b.latin)


def common_sequence(b: Batch) -> Floats:
    """one sequence of letters runs through both"""
    return _each(LCSseq.normalized_similarity, *b.squeezed)


def indel_latin(b: Batch) -> Floats:
    """alike but for letters left out or put in"""
    return _each(Indel.normalized_similarity, *b.latin)


def contained(b: Batch) -> Floats:
    """one is contained in the other"""
    return _each(fuzz.partial_ratio, *b.squeezed) / np.float32(100)


def words_sorted(b: Batch) -> Floats:
    """the same words in another order"""
    return _each(fuzz.token_sort_ratio, *b.latin) / np.float32(100)


def words_shared(b: Batch) -> Floats:
    """words in common, whatever else there is"""
    return _each(fuzz.token_set_ratio, *b.latin) / np.float32(100)


def words_contained(b: Batch) -> Floats:
    """a word of one is contained in the other"""
    return _each(fuzz.partial_token_sort_ratio, *b.latin) / np.float32(100)


def common_start(b: Batch) -> Floats:
    """letters in common at the start"""
    return _each(Prefix.similarity, *b.squeezed)


def common_start_share(b: Batch) -> Floats:
    """a large part in common at the start"""
    return _each(Prefix.normalized_similarity, *b.squeezed)


def common_end(b: Batch) -> Floats:
    """letters in common at the end"""
    return _each(Postfix.similarity, *b.squeezed)


def common_end_share(b: Batch) -> Floats:
    """a large part in common at the end"""
    return _each(Postfix.normalized_similarity, *b.squeezed)


def edits_key(b: Batch) -> Floats:
    """the same under romanisation rules (q and k, ou and u)"""
    return _each(OSA.normalized_similarity, *b.column(lambda f: f.key))


def edits_key_count(b: Batch) -> Floats:
    """many changes apart under romanisation rules"""
    return _each(Levenshtein.distance, *b.column(lambda f: f.key))


def edits_bones(b: Batch) -> Floats:
    """the same consonants"""
    return _each(OSA.normalized_similarity, *b.column(lambda f: f.bones))


def edits_bones_count(b: Batch) -> Floats:
    """many consonants differ"""
    return _each(Levenshtein.distance, *b.column(lambda f: f.bones))


def start_bones(b: Batch) -> Floats:
    """consonants alike, above all at the start"""
    return _each(JaroWinkler.similarity, *b.column(lambda f: f.bones))


def contained_bones(b: Batch) -> Floats:
    """the consonants of one are contained in the other"""
    return _each(fuzz.partial_ratio, *b.column(lambda f: f.bones)) / np.float32(100)


def edits_plain(b: Batch) -> Floats:
    """the same when read letter by letter"""
    one, two = b.column(lambda f: f.plain)
    best = _each(OSA.normalized_similarity, one, two)
    for left, right in ((one, b.squeezed[1]), (b.squeezed[0], two)):
        best = np.maximum(best, _each(OSA.normalized_similarity, left, right))
    return best


def _grams(text: str, n: int) -> dict[str, int]:
    padded = f"^{text}$"
    out: dict[str, int] = {}
    for at in range(len(padded) - n + 1):
        gram = padded[at : at + n]
        out[gram] = out.get(gram, 0) + 1
    return out


def _cosine(one: dict[str, int], two: dict[str, int]) -> float:
    if len(two) < len(one):
        one, two = two, one
    dot = sum(count * two[gram] for gram, count in one.items() if gram in two)
    if not dot:
        return 0.0
    norms = sum(c * c for c in one.values()) * sum(c * c for c in two.values())
    return float(dot / norms**0.5)


def bigrams(b: Batch) -> Floats:
    """pairs of letters in common"""
    cosines = [_cosine(_grams(x, 2), _grams(y, 2)) for x, y in zip(*b.squeezed, strict=True)]
    return np.array(cosines, np.float32)


def trigrams(b: Batch) -> Floats:
    """runs of three letters in common"""
    cosines = [_cosine(_grams(x, 3), _grams(y, 3)) for x, y in zip(*b.squeezed, strict=True)]
    return np.array(cosines, np.float32)


def _lengths(b: Batch) -> tuple[Floats, Floats]:
    return (
        np.array([len(x) for x in b.squeezed[0]], np.float32),
        np.array([len(x) for x in b.squeezed[1]], np.float32),
    )


def length_shorter(b: Batch) -> Floats:
    """the shorter name is long"""
    return np.minimum(*_lengths(b))


def length_longer(b: Batch) -> Floats:
    """the longer name is long"""
    return np.maximum(*_lengths(b))


def length_ratio(b: Batch) -> Floats:
    """of the same length"""
    one, two = _lengths(b)
    return np.asarray(np.minimum(one, two) / np.maximum(np.maximum(one, two), 1), np.float32)


def length_first(b: Batch) -> Floats:
    """the first name (by script) is long"""
    return _lengths(b)[0]


def script_left(b: Batch) -> Floats:
    """the script of the first name"""
    return np.array([f.script for f in b.left], np.float32)


def script_right(b: Batch) -> Floats:
    """the script of the second name"""
    return np.array([f.script for f in b.right], np.float32)


def _vowels(text: str) -> float:
    return sum(char in "aeiou" for char in text) / (len(text) or 1)


def vowels_left(b: Batch) -> Floats:
    """the first name has many vowels"""
    return np.array([_vowels(x) for x in b.squeezed[0]], np.float32)


def vowels_right(b: Batch) -> Floats:
    """the second name has many vowels"""
    return np.array([_vowels(x) for x in b.squeezed[1]], np.float32)


def accents(b: Batch) -> Floats:
    """written with accents or in another script"""
    plain = [x.text.isascii() + y.text.isascii() for x, y in zip(b.left, b.right, strict=True)]
    return np.float32(2) - np.array(plain, np.float32)


def edits_raw(b: Batch) -> Floats:
    """the same characters, accents and capitals told apart"""
    return _each(OSA.normalized_similarity, *b.column(lambda f: f.text))


def edits_raw_count(b: Batch) -> Floats:
    """many changes apart, accents and capitals counted"""
    return _each(OSA.distance, *b.column(lambda f: f.text))


def _counts(names: Sequence[Forms], counted: Callable[[str], bool]) -> Floats:
    return np.array([sum(map(counted, name.text)) for name in names], np.float32)


def _accented(char: str) -> bool:
    return not char.isascii() and unicodedata.decomposition(char) != ""


def _apostrophe(char: str) -> bool:
    return char in APOSTROPHES


def _punctuation(char: str) -> bool:
    return char in "(),./"


def accents_left(b: Batch) -> Floats:
    """the first name has accents"""
    return _counts(b.left, _accented)


def accents_right(b: Batch) -> Floats:
    """the second name has accents"""
    return _counts(b.right, _accented)


def apostrophes_left(b: Batch) -> Floats:
    """the first name has apostrophes"""
    return _counts(b.left, _apostrophe)


def apostrophes_right(b: Batch) -> Floats:
    """the second name has apostrophes"""
    return _counts(b.right, _apostrophe)


def hyphens_left(b: Batch) -> Floats:
    """the first name has hyphens"""
    return _counts(b.left, "-".__eq__)


def hyphens_right(b: Batch) -> Floats:
    """the second name has hyphens"""
    return _counts(b.right, "-".__eq__)


def capitals_left(b: Batch) -> Floats:
    """the first name has capitals"""
    return _counts(b.left, str.isupper)


def capitals_right(b: Batch) -> Floats:
    """the second name has capitals"""
    return _counts(b.right, str.isupper)


def punctuation_left(b: Batch) -> Floats:
    """the first name holds a comma, a stroke or brackets"""
    return _counts(b.left, _punctuation)


def punctuation_right(b: Batch) -> Floats:
    """the second name holds a comma, a stroke or brackets"""
    return _counts(b.right, _punctuation)


#: Feature families, as the model's report names them.
EDITS: Final[tuple[Callable[[Batch], Floats], ...]] = (
    edits_folded, edits_latin, edits_squeezed, edits_count, start_alike, jaro_latin, common_sequence, indel_latin,
    contained, common_start, common_start_share, common_end, common_end_share, edits_plain,
)  # fmt: skip
KEYS: Final = (edits_key, edits_key_count)
BONES: Final = (edits_bones, edits_bones_count, start_bones, contained_bones)
GRAMS: Final = (bigrams, trigrams)
LENGTHS: Final = (
    length_shorter, length_longer, length_ratio, length_first, script_left, script_right, vowels_left, vowels_right,
    accents,
)  # fmt: skip
MARKS: Final = (
    edits_raw, edits_raw_count, accents_left, accents_right, apostrophes_left, apostrophes_right, hyphens_left,
    hyphens_right, capitals_left, capitals_right, punctuation_left, punctuation_right,
)  # fmt: skip
WHOLE_WORDS: Final = (words_sorted, words_shared, words_contained)
