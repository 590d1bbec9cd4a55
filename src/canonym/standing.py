"""Words that stand rightly where the name that they are near stands in the same text: Helmond, in a text on Helmand.

Damage comes in company, and of 929 right repairs in articles that name the place elsewhere 12 are words that lists of
words know and stand alone in their text; so only those are asked about that no other damage is beside.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import Final

from canonym.amid import is_named, occurrences, word_before
from canonym.company import around, beside_comma
from canonym.doubts import is_swapped
from canonym.features import edit_cost
from canonym.found import Found
from canonym.keys import squeeze
from canonym.lexicon import capital, zipf
from canonym.model import UNKNOWN_PROMINENCE, Mention
from canonym.namesakes import is_namesake
from canonym.scan import words
from canonym.text import fold

_LONG: Final = 12
#: A slip of a name is so much rarer than the name (Zipf scale).
_SLIP: Final = 3.6
#: A word that a lost letter makes is known from here on; and more than one letter is amiss, by weighted edits.
_WELL_KNOWN: Final = 1.7
_TWO: Final = 1.2
#: Long words are slips more often, so that one must be better known.
_LONGER: Final = 8
_BETTER_KNOWN: Final = 1.8
#: A word is a name that is written with a capital so often (0 to 1).
_NAME: Final = 0.9
_FEWEST: Final = 2
#: Somebody who is named in whole is looked for in the stretch of so many characters around, and those beside it.
_AROUND: Final = 10_000


def stands(text: str, found: Mention, listed: Sequence[Found] = ()) -> bool:
    """True for a word that is known as it stands, or a person's name that is given whole in the text.

    Asked of what is the only damaged form of its text, or where all of them are such words.

    >>> from canonym.model import Entity
    >>> helmand = Entity("", "place", "Helmand", prominence=2_000_000)
    >>> line = "Troops left Helmond for Helmand."
    >>> stands(line, Mention(12, 19, "Helmond", helmand, "fuzzy", "canonical", 0.9, alias="Helmand"))
    True
    """
    if found.entity.prominence == UNKNOWN_PROMINENCE or found.text.isupper():
        return False
    form, alias = differing(fold(found.text), fold(found.alias))
    if not form or " " in form or len(form) >= _LONG:
        return False
    if form == squeeze(alias) or is_swapped(form, alias) or as_print_has_it(form) == as_print_has_it(alias):
        return False
    if whole_elsewhere(text, found, listed):
        return True
    known = zipf(form)
    if known == 0.0 or zipf(alias) - known >= _SLIP or not is_named(text, found, listed):
        return False  # without its name in the text `amid.familiar` has been asked
    if " " in found.text:
        return is_namesake(form) and len(form) >= len(alias)
    if len(form) >= _LONGER and known < _BETTER_KNOWN:
        return False  # Manhatten, again and again
    if _placed(text, found, listed):
        return False
    return len(form) >= len(alias) or known >= _WELL_KNOWN or edit_cost(form, alias) >= _TWO


def differing(form: str, alias: str) -> tuple[str, str]:
    """The words in which two names of as many words differ, where it is one; else both as they are.

    >>> differing("farne islands", "faroe islands")
    ('farne', 'faroe')
    """
    ours, theirs = form.split(), alias.split()
    if len(ours) != len(theirs) or len(ours) == 1:
        return form, alias
    differ = [(a, b) for a, b in zip(ours, theirs, strict=True) if a != b]
    return differ[0] if len(differ) == 1 else (form, alias)


def as_print_has_it(word: str) -> str:
    """A word with one letter for those that print makes of each other most: Erle and Erie.

    >>> as_print_has_it("malta"), as_print_has_it("maita")
    ('rnaita', 'rnaita')
    """
    return word.replace("m", "rn").replace("l", "i")


def whole_elsewhere(text: str, found: Mention, listed: Sequence[Found] = ()) -> bool:
    """True for a surname that a given name stands before somewhere, and that stands bare too: Heike Franke, Franke.

    The given name is a word that is always written with a capital, and no listed name.
    """
    if " " in found.text:
        return False
    ends = around(listed).ends
    return any(at - 1 not in ends for at in _wholes(text, found.text, found.start // _AROUND))


@lru_cache(maxsize=64)  # a text may have a form by the thousand: a stretch is read once for all that stand in it
def _wholes(text: str, form: str, stretch: int) -> tuple[int, ...]:
    """Where a name stands before a form, in a stretch and those beside it; nowhere where the form stands once."""
    low = max(0, (stretch - 1) * _AROUND)
    near = [low + at for at in occurrences(text[low : (stretch + 2) * _AROUND], form)]
    return tuple(at for at in near if _is_name(word_before(text, at))) if len(near) >= _FEWEST else ()


def _is_name(word: str) -> bool:
    return word.istitle() and capital(word) >= _NAME


def _placed(text: str, found: Mention, listed: Sequence[Found]) -> bool:
    """True where a word for a kind of place stands before a form, or a listed name beside it, behind a comma."""
    before = word_before(text, found.start).lower()
    if before in words("features") or before == "lake":
        return True
    return beside_comma(text, found, listed)
