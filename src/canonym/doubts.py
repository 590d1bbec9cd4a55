"""What speaks against a likely candidate: reasons to leave a form as it is, in whatever table the name stands.

The model learned from names of towns and of what is greater, so it knows little of villages and of translations; a
table of the whole world is full of both, and every surname is near to one of them.
"""

from __future__ import annotations

from typing import Final

from canonym.evidence import Evidence
from canonym.features import commonness, edit_cost
from canonym.indexkeys import OTHER_NAMES
from canonym.model import Candidate
from canonym.scan import words
from canonym.text import fold

#: Smaller places than these the model has not seen; of these it has seen few.
_TOWN: Final = 15_000
_LITTLE_KNOWN: Final = 50_000
_WELL_KNOWN: Final = 1_000_000
#: Scores that a little-known name must reach where nothing else speaks for it, and that a village must reach at all.
_LIKELY: Final = 0.85
_LIKELIER: Final = 0.9
#: What may be amiss in the spelling of a village that only its country speaks for: one letter.
_ONE_LETTER: Final = 0.85
#: Words as common as this (Zipf scale) are what they seem.
_ORDINARY: Final = 4.0
#: A translation whose words are rarer than this is not what an English text damages.
_FAMILIAR: Final = 1.5
#: Two letters amiss, weighted: from here on a lesser place needs support, or a higher score.
_FAR: Final = 1.4
_LIKELIEST: Final = 0.95
#: How much nearer a damaged demonym is to the demonym than to the name.
_NEARER: Final = 0.3
_OFTEN: Final = 4
_VOWELS: Final = frozenset("aeiouy")


def doubted(form: str, candidate: Candidate, seen: Evidence, score: float) -> bool:
    """True where a form is better left alone, however likely the model holds the candidate to be."""
    return (
        two_words(form, candidate)
        or other_word(form, candidate)
        or foreign(candidate, seen)
        or far_off(form, candidate, seen, score)
        or unexpected(form, candidate, seen, score)
    )


def inflected(form: str, candidate: Candidate) -> bool:
    """True for a name with an ending of its own: plural, possessive, demonym, number.

    >>> from canonym.model import Entity
    >>> brazil = Candidate(Entity("", "place", "Brazil"), "Brazil", "canonical", "fuzzy", 0.0)
    >>> inflected("brazils", brazil), inflected("brazizlian", brazil), inflected("brazli", brazil)
    (True, True, False)
    """
    if candidate.match != "fuzzy":
        return False
    cost = 0.0
    for name in {fold(candidate.alias), fold(candidate.entity.canonical)}:
        rest = form[len(name) :]
        if form.startswith(name) and (_fits(rest, name, "inflections") or _is_mark(rest)):
            return True
        for tail in words("demonym_endings"):
            if form.endswith(tail) and _fits(tail, name, "demonym_endings"):
                cost = cost or edit_cost(form, fold(candidate.alias))
                if edit_cost(form, name + tail) < cost - _NEARER:
                    return True
    return False


def _fits(ending: str, name: str, among: str) -> bool:
    """True for an ending that a name may take: Asian, but not Irann."""
    return ending in words(among) and (ending[0] != "n" or name[-1:] in _VOWELS)


def _is_mark(rest: str) -> bool:
    """A number, or a letter apart: Khark-5, Presidente Prudente O."""
    return rest.strip().isdigit() or (rest.startswith(" ") and len(rest) == 2)


def two_words(form: str, candidate: Candidate) -> bool:
    """True for neighbours that are sound by themselves: Christ Church, Gulf Coast, "TAIPEI A".

    >>> from canonym.model import Entity
    >>> city = Entity("", "place", "Christchurch")
    >>> joined = Candidate(city, "Christchurch", "canonical", "rule", 1.0, ("joined or split otherwise",))
    >>> two_words("christ church", joined), two_words("chr istchurch", joined)
    (True, False)
    """
    if " " not in form or not (is_joined(candidate) or candidate.match == "fuzzy"):
        return False
    if is_joined(candidate) and fold(candidate.entity.canonical) in form.split():
        return True
    known = candidate.match == "fuzzy" and candidate.entity.prominence >= _WELL_KNOWN
    return not known and commonness(form) >= _ORDINARY


def other_word(form: str, candidate: Candidate) -> bool:
    """True where an everyday word stands for one of an outlet's name: "WASHINGTON Oct" is no Washington Post.

    >>> from canonym.model import Entity
    >>> post = Candidate(Entity("", "outlet", "Washington Post"), "Washington Post", "canonical", "fuzzy", 0.0)
    >>> other_word("washington oct", post), other_word("washington psot", post)
    (True, False)
    """
    if candidate.match != "fuzzy" or candidate.entity.type != "outlet" or " " not in form:
        return False
    differ = set(form.split()) - set(fold(candidate.alias).split())
    return any(commonness(word) >= _ORDINARY for word in differ)


def is_joined(candidate: Candidate) -> bool:
    """True where only blanks keep the form from being the name; in small letters that says nothing: "balk at"."""
    return candidate.match == "rule" and candidate.reasons[0].startswith("joined or split")


def foreign(candidate: Candidate, seen: Evidence) -> bool:
    """True for a translation or a former name that an English text does not use, or of a place it does not name."""
    if candidate.match != "fuzzy" or candidate.kind not in OTHER_NAMES:
        return False
    if commonness(fold(candidate.alias)) < _FAMILIAR:
        return True
    return candidate.entity.prominence < _WELL_KNOWN and not seen.same_name


def far_off(form: str, candidate: Candidate, seen: Evidence, score: float) -> bool:
    """True for one word with two letters amiss, where nothing else speaks for the place: Britoil, Bristol."""
    if not seen.in_text or candidate.kind != "canonical" or " " in form or score >= _LIKELIEST:
        return False
    if candidate.entity.prominence >= _WELL_KNOWN or seen.same_name or _placed(seen) or seen.locative:
        return False
    return edit_cost(form, fold(candidate.alias)) >= _FAR


def _placed(seen: Evidence) -> bool:
    return bool(seen.comma_place or seen.feature_word)


def unexpected(form: str, candidate: Candidate, seen: Evidence, score: float) -> bool:
    """True for a little-known name that nothing else in the text speaks for.

    For a town: the name stands elsewhere, or a place, a word of place or a word for a kind of place stands beside it.
    For a village such a word is not enough, since "of" and "to" stand before persons and companies as well.
    """
    prominence = candidate.entity.prominence
    if not seen.in_text or prominence >= _LITTLE_KNOWN:
        return False
    named, placed = bool(seen.same_name), _placed(seen)
    if not named and seen.repeated >= _OFTEN and seen.country_share < 0.3:
        return True  # nobody mistypes a name each time
    if prominence >= _TOWN:
        return score < _LIKELY and not (named or placed or seen.locative)
    if named or placed:
        return named and score < _LIKELIER
    if score < _LIKELIER or seen.person >= 0.5 or edit_cost(form, fold(candidate.alias)) > _ONE_LETTER:
        return True
    told = candidate.match == "fuzzy" and seen.country_share >= 0.6
    return not told and not (seen.locative and seen.repeated <= 1)
