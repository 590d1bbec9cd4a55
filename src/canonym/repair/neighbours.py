"""What stands beside a leftover, and may show that it is sound as it stands: Dr. Meng lost no "ani" of "Meaning"."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final, NamedTuple

from canonym.lexicon import capital, zipf
from canonym.patterns import pattern
from canonym.scan import words

#: A given name or surname that may be left of an ordinary word has so many letters at most; such a word has a capital
#: less often; and a name beside it has one as often, or is rarer (Zipf scale) than other words with a capital.
_NAME: Final = 5
_SELDOM: Final = 0.1
_OFTEN: Final = 0.9
_KNOWN: Final = 3.0
#: The odds (log10) that outweigh what stands beside a leftover: another name, or what goes with a short word (of so
#: many letters) as it stands.
_SURE: Final = 2.0
_SHORT: Final = 4
_OUTWEIGHED: Final = 1.5
_POSSESSIVE: Final = pattern(r"['’].*")
_BEFORE: Final = pattern(r"(?<![^\W_])([^\W\d_]+)(\.?)[ \n]$")
_AFTER: Final = pattern(r"[ \n]([^\W\d_]+)")
#: Titles that stand before nothing but names, so that these need no capital.
_OF_NAMES: Final = frozenset({"mr", "mrs", "ms", "dr"})
#: A full stop behind a longer one ends a sentence.
_ABBREVIATED: Final = 4
#: Whose a thing is, of which "his pc" is one: a name in small letters is no leftover there.
_OWNERS: Final = frozenset({"my", "your", "his", "her", "its", "our", "their"})
_DETERMINERS: Final = _OWNERS | {"a", "an", "the", "this", "that", "every", "each", "any", "no"}
#: How a word sounds at its beginning is mostly how it is spelt: an hour, a union, a one-way street.
_VOWEL: Final = pattern(r"[ai]|e(?![uw])|o(?!nc?e)|u(?:n(?!i|anim)|[pglm])")
_CONSONANT: Final = pattern(r"[^\W\d_aeiouh]|u(?:ni|s[aeiu])|eu|one")


class Leftover(NamedTuple):
    """What is left of a word that may have lost a string: its place, what stands there, the word, the odds (log10)."""

    start: int
    before: str
    word: str
    margin: float


def sound(text: str, found: Sequence[Leftover], names: Iterable[str], lang: str) -> set[Leftover]:
    """Those that are sound as they stand, by what is beside them or their like; `names` are some for other reasons."""
    damaged = frozenset(one.before for one in found)
    known = {*names, *(one.before for one in found if _named(text, one, damaged, lang))}
    return {one for one in found if one.before in known or _opposed(text, one, lang)}


def may_name(one: Leftover, lang: str) -> bool:
    """True for a short word that may be a name, where the one behind it is ordinary.

    >>> pairs = (("Meng", "meaning"), ("Stud", "student"), ("Del's", "daniel's"))
    >>> [may_name(Leftover(0, token, word, 1), "en") for token, word in pairs]
    [True, False, False]
    """
    token, word = (_POSSESSIVE.sub("", some) for some in (one.before, one.word))
    return len(token) <= _NAME and capital(word, lang) < _SELDOM <= capital(token, lang)


def has_determiner(text: str, start: int) -> bool:
    """True behind an article, or another word that stands before things: persons have none."""
    before = _BEFORE.search(text, max(0, start - 30), start)
    return before is not None and before[1].lower() in _DETERMINERS


def _named(text: str, one: Leftover, damaged: frozenset[str], lang: str) -> bool:
    """True for a name, by the title or the other name beside it; what is damaged itself tells nothing."""
    token, start = one.before, one.start
    if not may_name(one, lang) or one.word in words("titles"):
        return False
    before = _BEFORE.search(text, max(0, start - 30), start)
    titled = before is not None and before[1].lower() in (words("titles") if token[0].isupper() else _OF_NAMES)
    if before is not None and titled and (not before[2] or len(before[1]) <= _ABBREVIATED):
        return True
    if not token[0].isupper() or (token.isupper() and len(token) > 1) or one.margin >= _SURE:
        return False
    after = _AFTER.match(text, start + len(token))
    if after is not None and after[1] in words("verbs_of_saying"):
        return True
    if after is not None and after[1][0].isupper():
        # A given name; or a part of what an office or a place is called: "Regional Hospital".
        return after[1] not in damaged and _is_name(after[1], lang)
    return before is not None and not before[2] and before[1] not in damaged and _is_name(before[1], lang)


def _is_name(word: str, lang: str) -> bool:
    if not word[0].isupper() or (word.isupper() and len(word) > 1):
        return False
    return zipf(word, lang) < _KNOWN or capital(word, lang) >= _OFTEN


def _opposed(text: str, one: Leftover, lang: str) -> bool:
    """True where the article before a leftover, or a foreign word beside it, fits it better than the word behind it.

    Only of English is it known which words have a capital.
    """
    low = one.before.lower()
    before = _BEFORE.search(text, max(0, one.start - 30), one.start)
    last = before[1] if before is not None and not before[2] else ""
    small = last.lower()
    if lang != "en":
        return False
    if small in {"a", "an"}:
        wrong = _VOWEL if small == "a" else _CONSONANT
        if wrong.match(one.word) and not wrong.match(low):
            return True
    short = 1 < len(low) <= _SHORT and one.before.islower() and zipf(low, lang) > 0
    if not short or one.margin >= _OUTWEIGHED:
        return False
    if small in _OWNERS and capital(low, lang) >= _OFTEN:
        return True
    after = _AFTER.match(text, one.start + len(low))
    # Those particles of names that are no English words: "du mal", "mal de mer".
    beside = {last, after[1] if after is not None else ""} & words("particles")
    return any(len(word) > 1 and capital(word, lang) >= _SELDOM for word in beside)
