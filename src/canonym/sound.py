"""What is no damaged name, however near it is to one: a person, a sound form of its own, a name with an ending."""

from __future__ import annotations

from typing import Final

from canonym.candidates import read_figures
from canonym.doubts import VOWELS, inflected, is_joined
from canonym.evidence import Evidence
from canonym.features import edit_cost
from canonym.lexicon import zipf
from canonym.model import Candidate
from canonym.scan import words
from canonym.text import fold

#: From this prominence on a name is expected without support.
_WELL_KNOWN: Final = 1_000_000
_TOWN: Final = 15_000


def left_alone(form: str, candidate: Candidate, seen: Evidence) -> bool:
    """True for what is no damaged name, however near: a person's name, a sound form, a name with an ending."""
    person = bool(seen.title) or surname_of(form, candidate, seen)
    if person or sound(form, candidate, seen):
        return True
    return bool(seen.in_text) and (inflected(form, candidate) or noted(form, candidate))


def noted(form: str, candidate: Candidate) -> bool:
    """True for a figure at the end that is no letter of the name, but the mark of a note: it must not be lost.

    Nor is Peru5 the village Perus: the word without its figure is the likelier one.

    >>> from canonym.model import Entity
    >>> named = [Candidate(Entity("", "place", n), n, "canonical", "fuzzy", 0.0) for n in ("Kandahar", "Brazil")]
    >>> noted("kandahr5", named[0]), noted("kandah4r", named[0]), noted("brazi1", named[1])
    (True, False, False)
    """
    word = form.rstrip("0123456789")
    if candidate.match != "fuzzy" or not 0 < len(word) < len(form):
        return False
    alias = fold(candidate.alias)
    if " " not in form and zipf(word) > zipf(alias):
        return True
    return edit_cost(word, alias) <= edit_cost(read_figures(form), alias)


def sound(form: str, candidate: Candidate, seen: Evidence) -> bool:
    """True for what is near a name and yet a sound form of its own.

    A demonym of it (North Ossetian), another point of the compass (Southwest Asia), an acronym (CFBC), a little-known
    name joined (Pinelake), somebody who speaks again and again (Altom said), a word near an outlet again and again
    (Gizmondo, which is no Gizmodo).

    >>> from canonym.evidence import ALONE
    >>> from canonym.model import Entity
    >>> asia = Candidate(Entity("", "place", "Southeast Asia"), "Southeast Asia", "canonical", "fuzzy", 0.0)
    >>> sound("southwest asia", asia, ALONE), sound("southesat asia", asia, ALONE)
    (True, False)
    """
    alias = fold(candidate.alias)
    known = candidate.entity.prominence >= _WELL_KNOWN or bool(seen.same_entity)
    rest = form[len(alias) :] if form.startswith(alias) else ""
    if rest in ("an", "ian", "ese", "ish") or (rest == "n" and alias[-1:] in VOWELS):
        return True  # Asian, but not Dublinn
    if _turned(form, alias):
        return True
    if seen.shouted and len(form) <= 5 and seen.run < 3 and " " not in form:
        return True
    joined = is_joined(candidate)
    town = candidate.entity.prominence >= _TOWN or bool(seen.same_entity)
    if joined and (not town or (not known and " " not in form and zipf(form) >= 2.0)):
        return True
    if seen.repeated > 1 and candidate.entity.type == "outlet" and candidate.match == "fuzzy" and " " not in form:
        return not (seen.same_entity or seen.same_name)
    return bool(seen.saying and seen.repeated > 1 and not known)


def _turned(form: str, alias: str) -> bool:
    """True where another point of the compass stands in a name."""
    if " " not in form and " " not in alias and form not in words("compass"):
        return False  # as most are
    differ = set(form.split()) ^ set(alias.split())
    return len(differ) == 2 and differ <= words("compass")


def surname_of(form: str, candidate: Candidate, seen: Evidence) -> bool:
    """True where a place with a surname's ending does not stand as a place does: Mr Kunduzi, Bagrami said."""
    names = fold(candidate.alias), fold(candidate.entity.canonical)
    if not form.startswith(names):
        return False  # as most do not
    if not any(form.startswith(name) and form[len(name) :] in words("surname_endings") for name in names):
        return False
    return seen.person > 0 or not (seen.locative or seen.feature_word)
