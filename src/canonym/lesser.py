"""What a form is rather than a slip of a lesser place's name, where nothing else in its text is damaged.

The tables that hold every village have a name near each surname, product and acronym. Of 391 true repairs in texts that
nobody damaged, 321 in articles and 644 in news, all of forms that stood so alone, these rules take none; of 1,518 names
that were damaged for it, each alone in its text, three.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from canonym.amid import is_named, led
from canonym.company import CITY, in_country
from canonym.doubts import is_swapped
from canonym.features import edit_cost
from canonym.found import Found
from canonym.indexkeys import OTHER_NAMES
from canonym.lexicon import zipf
from canonym.model import UNKNOWN_PROMINENCE, Mention
from canonym.patterns import pattern
from canonym.scan import words
from canonym.text import fold

_TOWN: Final = 15_000
_SMALL: Final = 100_000
_WELL_KNOWN: Final = 1_000_000
#: Scores that a village must reach, and a lesser place two letters away whose name is not in the text, or a greater.
_LIKELIER: Final = 0.9
_LIKELIEST: Final = 0.95
_LIKELY: Final = 0.75
#: By weighted edits: more than a letter of several words, more than one of another spelling, two letters.
_MORE: Final = 1.05
_FARTHER: Final = 1.25
_TWO: Final = 1.4
#: So many places tell where a text is: not in a country of fewer than this share of them.
_SOME: Final = 3
_NONE: Final = 0.1
#: What stands behind the place in a dateline or a heading: a comma, a dash, a bracket, more capitals.
_HEADED: Final = pattern(r"\s*(?:[,(–—\d-]|[^\w\s]*\s*[A-Z]{2,}\b)")
_SHOUTED: Final = pattern(r"\b[A-Z]{2,}[^\w]*\Z")
_REACH: Final = 40
_ARTICLE: Final = pattern(r"[a-z]{2,3}-")
#: The initials of an author behind the surname: Richemond, P. H., Buchatskaya, E., but not Washington, D.C.
_INITIALS: Final = pattern(r", [A-Z]\.(?:[ -][A-Z]\.)*(?:,| &| and\b| \()(?<!D\. C\.,)")


def lesser(text: str, found: Mention, listed: Sequence[Found] = ()) -> bool:
    """True where a form, the only damaged one of its text, is something else than the place that it is near.

    A table that was made by hand holds what its maker means.
    """
    if found.entity.prominence == UNKNOWN_PROMINENCE:
        return False
    return (
        of_its_kind(found)
        or lettered(text, found, listed)
        or village(found, listed)
        or uncapitalised(found)
        or author(text, found)
        or known_word(text, found, listed)
        or far(text, found, listed)
        or namesake_abroad(text, found, listed)
    )


def of_its_kind(found: Mention) -> bool:
    """True for the place's own name with a word for its kind: Pitcairn Island, of Pitcairn, the Pitcairn Islands.

    >>> from canonym.model import Entity
    >>> pitcairn = Entity("", "place", "Pitcairn")
    >>> form = "Pitcairn Island"
    >>> of_its_kind(Mention(0, 15, form, pitcairn, "fuzzy", "translation", 0.9, alias="Pitcairn Islands"))
    True
    """
    name, _, kind = fold(found.text).rpartition(" ")
    return kind in words("features") and name == fold(found.entity.canonical)


def lettered(text: str, found: Mention, listed: Sequence[Found] = ()) -> bool:
    """True for one word in capitals that heads no line, and has no other beside it: "EAGAIN: occurs if".

    A dateline (HAIMLTON -- ...) has a comma or a dash behind it, and shouted places have a word of place before them.
    """
    if found.entity.prominence >= _WELL_KNOWN or not found.text.isupper() or " " in found.text:
        return False
    if _HEADED.match(text, found.end):
        return False
    if _SHOUTED.search(text, max(0, found.start - _REACH), found.start) is not None:
        return False
    return not led(text, found, listed)


def village(found: Mention, listed: Sequence[Found] = ()) -> bool:
    """True near a village where that is no likelier, or near another name of it, of several words: Ram Dass.

    That is asked in a text that names no other place of its country.
    """
    if found.entity.prominence >= _TOWN:
        return False
    if found.score < _LIKELIER:
        return True
    return found.kind != "canonical" and " " in found.text and in_country(found, listed)[0] == 0


def uncapitalised(found: Mention) -> bool:
    """True for a small letter at the beginning, where the capital of a lesser place would be: van de Riet, lllamas.

    Arabic articles are written so.
    """
    return found.text[:1].islower() and found.entity.prominence < CITY and not _ARTICLE.match(found.text)


def author(text: str, found: Mention) -> bool:
    """True for a surname with its initials behind it, in a list of works."""
    return _INITIALS.match(text, found.end) is not None


def known_word(text: str, found: Mention, listed: Sequence[Found] = ()) -> bool:
    """True for a word that lists of words know, near a village (Lord Carington), or a translation (Indic, no Indië).

    Near a city where the text is about other countries: Rippey, Iowa, is no Ripley in England.
    """
    form, prominence = fold(found.text), found.entity.prominence
    if zipf(form) == 0.0 or is_swapped(form, fold(found.alias)):
        return False
    if prominence < _TOWN or found.kind in OTHER_NAMES:
        return True
    return prominence < CITY and abroad(found, listed) and not is_named(text, found, listed)


def abroad(found: Mention, listed: Sequence[Found]) -> bool:
    """True in a text about other countries."""
    here, places = in_country(found, listed)
    return places >= _SOME and here < _NONE * places


def far(text: str, found: Mention, listed: Sequence[Found] = ()) -> bool:
    """True where two letters are amiss, or more than one of another spelling of the place: Khur Abdullah."""
    prominence = found.entity.prominence
    cost = 0.0 if found.text.isupper() else edit_cost(fold(found.text), fold(found.alias))
    if found.kind != "canonical" and cost >= _FARTHER:
        return prominence < _SMALL or (found.text.isalpha() and " " in found.alias)  # ShareGPT, no Sǝr Egypt
    if (
        cost < _TWO
        or " " in found.text
        or found.score >= (_LIKELIEST if prominence < CITY else _LIKELY)
        or prominence >= _WELL_KNOWN
    ):
        return False
    return not is_named(text, found, listed)


def namesake_abroad(text: str, found: Mention, listed: Sequence[Found] = ()) -> bool:
    """True for several words in a text about other countries: Saint Giles in London is no Saint-Gilles.

    Of a greater place where more than a letter is amiss: Ben Chang is no Ban I Chang.
    """
    prominence = found.entity.prominence
    if " " not in found.text or found.kind != "canonical" or found.text.isupper() or prominence >= CITY:
        return False
    form, alias = fold(found.text), fold(found.alias)
    if is_swapped(form, alias) or (prominence >= _SMALL and edit_cost(form, alias) < _MORE):
        return False
    return abroad(found, listed) and not is_named(text, found, listed)
