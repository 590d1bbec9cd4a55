"""What speaks against a likely candidate: reasons to leave a form as it is, in whatever table the name stands.

The model learned from names of towns and of what is greater, so it knows little of villages and of translations; a
table of the whole world is full of both, and every surname is near to one of them.
"""

from __future__ import annotations

from functools import cache
from typing import Final

from canonym.evidence import Evidence
from canonym.features import commonness, edit_cost
from canonym.indexkeys import OTHER_NAMES
from canonym.keys import has_izafa
from canonym.letters import surprise
from canonym.lexicon import capital, zipf
from canonym.model import Candidate
from canonym.scan import words
from canonym.text import fold

#: Smaller places than these the model has not seen; of these it has seen few.
_TOWN: Final = 15_000
_LITTLE_KNOWN: Final = 50_000
_WELL_KNOWN: Final = 1_000_000
_GREAT: Final = 2_000_000
#: The name of a country or an ocean.
_GREATEST: Final = 100_000_000
#: Scores that a little-known name must reach where nothing else speaks for it, and that a village must reach at all.
_LIKELY: Final = 0.85
_LIKELIER: Final = 0.9
_LIKELIEST: Final = 0.95
_CERTAIN: Final = 0.97
_SURE: Final = 0.99
#: Scores that any lesser place must reach where nothing speaks for it, where the text is about its country, where a
#: word of place stands before it; and where the form is near no more than another spelling of it, or repeated.
_BARE: Final = 0.8
_TOLD: Final = 0.65
_LED: Final = 0.55
_UNSURE: Final = 0.7
#: From this share of the listed places on a text is about a country.
_ABOUT: Final = 0.3
#: What may be amiss in the spelling of a village that only its country speaks for: one letter.
_ONE_LETTER: Final = 0.85
#: Two letters amiss, weighted: from here on a lesser place needs support, or a higher score.
_FAR: Final = 1.4
#: From here on every place but a country needs both its country and its neighbours to speak for it, or this score,
#: where the form looks like a word: its letters are odder than the name's (in bits, the oddest and all) by no more.
_FARTHER: Final = 1.25
_FARTHEST: Final = 1.8
_FAIR: Final = 0.88
_ODDEST: Final = 1.0
_ODDER: Final = 0.5
#: Words as common as this (Zipf scale) are what they seem; are known; make names of firms and brands by two, which have
#: so many letters or more.
_ORDINARY: Final = 4.0
_KNOWN: Final = 2.0
_PARTS: Final = 3.0
_PART: Final = 4
#: From this share of its places on a form stands as persons and firms do.
_HALF: Final = 0.5
#: Written with a capital less often than this (0 to 1), a word is no name by itself.
_SELDOM: Final = 0.1
#: A translation whose words are rarer than this is not what an English text damages.
_FAMILIAR: Final = 1.5
#: How much nearer a damaged demonym is to the demonym than to the name.
_NEARER: Final = 0.3
_OFTEN: Final = 4
#: Letters behind which an n makes a demonym: Asian, but not Irann.
VOWELS: Final = frozenset("aeiouy")


def doubted(form: str, candidate: Candidate, seen: Evidence, score: float, hurt: bool = False) -> bool:
    """True where a form is better left alone, however likely the model holds the candidate to be.

    `hurt`: something else in the text is surely damaged, so that this may well be too.
    """
    if (
        two_words(form, candidate)
        or (bool(seen.in_text) and with_more(form, candidate))
        or other_word(form, candidate)
        or foreign(candidate, seen)
        or acronym(form, seen)
        or pronoun(form, candidate, seen)
        or numbered(form, candidate, seen, score)
        or coined(form, candidate, seen, score)
        or known(form, candidate, seen, score)
        or habitual(form, candidate, seen, score)
        or speaker(form, candidate, seen, score)
    ):
        return True
    return not hurt and (
        far_off(form, candidate, seen, score)
        or unexpected(form, candidate, seen, score)
        or unsupported(form, candidate, seen, score)
        or unmet(form, candidate, seen, score)
        or careful(form, candidate, seen, score)
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
    names = {fold(candidate.alias), fold(candidate.entity.canonical)}
    for name in names:
        rest = form[len(name) :]
        if form.startswith(name) and (_fits(rest, name, "inflections") or _is_mark(rest)):
            return True
    if not form.endswith(_demonym_endings()):
        return False
    cost = edit_cost(form, fold(candidate.alias))
    tails = [tail for tail in words("demonym_endings") if form.endswith(tail)]
    return any(
        _fits(tail, name, "demonym_endings") and edit_cost(form, name + tail) < cost - _NEARER
        for name in names
        for tail in tails
    )


@cache
def _demonym_endings() -> tuple[str, ...]:
    return tuple(words("demonym_endings"))


def _fits(ending: str, name: str, among: str) -> bool:
    """True for an ending that a name may take: Asian, but not Irann."""
    return ending in words(among) and (ending[0] != "n" or name[-1:] in VOWELS)


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


def with_more(form: str, candidate: Candidate) -> bool:
    """True for a name that stands whole beside another word: Mentakab MP, FH Hafnarfjordur.

    >>> from canonym.model import Entity
    >>> town = Candidate(Entity("", "place", "Mentakab"), "Mentakab", "canonical", "fuzzy", 0.0)
    >>> with_more("mentakab mp", town), with_more("mentakba", town)
    (True, False)
    """
    alias = fold(candidate.alias)
    return candidate.match == "fuzzy" and (form.startswith(f"{alias} ") or form.endswith(f" {alias}"))


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


def everyday(form: str, candidate: Candidate) -> bool:
    """True where ordinary words in small letters stand for those of a name, or a village is near: "duck to", Đức Thọ.

    >>> from canonym.model import Entity
    >>> town = Candidate(Entity("", "place", "Đức Thọ", prominence=20_000), "Đức Thọ", "canonical", "rule", 1.0)
    >>> everyday("duck to", town), everyday("sante fe", Candidate(town.entity, "Santa Fe", "canonical", "rule", 1.0))
    (True, False)
    """
    if candidate.entity.prominence < _TOWN and not has_izafa(fold(candidate.alias)):
        return True  # "bola tha" is Hindi, and no Bolla-Tau
    differ = set(form.split()) - set(fold(candidate.alias).split())
    return " " not in form or commonness(form) >= _PARTS or any(zipf(word) >= _ORDINARY for word in differ)


def is_joined(candidate: Candidate) -> bool:
    """True where only blanks keep the form from being the name; in small letters that says nothing: "balk at"."""
    return candidate.match == "rule" and candidate.reasons[0].startswith("joined or split")


def foreign(candidate: Candidate, seen: Evidence) -> bool:
    """True for a translation or a former name that an English text does not use, or of a place it does not name."""
    if candidate.match != "fuzzy" or candidate.kind not in OTHER_NAMES:
        return False
    if commonness(fold(candidate.alias)) < _FAMILIAR or candidate.entity.prominence < _TOWN:
        return True
    return candidate.entity.prominence < _WELL_KNOWN and not seen.same_name


def acronym(form: str, seen: Evidence) -> bool:
    """True for a word in capitals amid words in small letters: the annual AUSMIN talks."""
    if not seen.shouted or seen.begins or seen.run > 1 or " " in form:
        return False
    return not (_named(seen) or _placed(seen))


def far_off(form: str, candidate: Candidate, seen: Evidence, score: float) -> bool:
    """True for one word with two letters amiss, where nothing else speaks for the place: Britoil, Bristol.

    Where the form looks like a word of its own, it takes more: Dr Chicarro is no Chicago, though Chicago is named.
    """
    if not seen.in_text or " " in form or score >= _LIKELIEST:
        return False
    alias, prominence = fold(candidate.alias), candidate.entity.prominence
    cost = edit_cost(form, alias)
    if candidate.kind != "canonical":
        return " " in alias and cost >= _FAR and score < _UNSURE and not seen.same_name  # Goldkist, Gold Koust
    if cost < _FARTHER or prominence >= _GREATEST:
        return False
    if score < _FAIR and not (_placed(seen) and _told(seen)) and form not in alias and is_sound(form, alias):
        return True
    if prominence >= _WELL_KNOWN or seen.same_name or _placed(seen) or seen.locative:
        return False
    return cost >= _FAR


def is_sound(form: str, alias: str) -> bool:
    """True where the letters of a form follow each other about as well as those of the name."""
    (mean, most), (own, owns) = surprise(form), surprise(alias)
    return most <= owns + _ODDEST and mean <= own + _ODDER


def _placed(seen: Evidence) -> bool:
    return bool(seen.comma_place or seen.feature_word)


def _named(seen: Evidence) -> bool:
    return bool(seen.same_name or seen.same_entity)


def _told(seen: Evidence) -> bool:
    return seen.country_share >= _ABOUT


def unexpected(form: str, candidate: Candidate, seen: Evidence, score: float) -> bool:
    """True for a little-known name that nothing else in the text speaks for.

    For a town: the name stands elsewhere, or a place, a word of place or a word for a kind of place stands beside it.
    For a village such a word is not enough, since "of" and "to" stand before persons and companies as well.
    """
    prominence = candidate.entity.prominence
    if not seen.in_text or prominence >= _LITTLE_KNOWN:
        return False
    named, placed = bool(seen.same_name), _placed(seen)
    if prominence >= _TOWN:
        return score < _LIKELY and not (named or placed or seen.locative)
    if named or placed:
        return score < (_LIKELIER if named else _BARE)
    if score < _LIKELIER or seen.person >= _HALF or edit_cost(form, fold(candidate.alias)) > _ONE_LETTER:
        return True
    told = candidate.match == "fuzzy" and seen.country_share >= 0.6 and seen.places > 1
    return not told and not (seen.locative and seen.repeated <= 1)


def unsupported(form: str, candidate: Candidate, seen: Evidence, score: float) -> bool:
    """True for a lesser place that little in the text speaks for, and whose spelling alone does not convince."""
    if not seen.in_text or candidate.entity.prominence >= _GREAT or _placed(seen):
        return False
    if candidate.kind != "canonical" and score < _UNSURE and not seen.locative:
        return True  # near no more than another spelling of it
    if _named(seen):
        return False
    if _told(seen):
        return score < _TOLD and candidate.match == "fuzzy" and not seen.locative
    if seen.locative or seen.same_damaged:
        return score < _LED or (bool(seen.saying) and not seen.locative and score < _LIKELIEST)
    # The towns that bear an ordinary word as their name are many: Nterprise is no Enterprise.
    ordinary = " " not in form and capital(fold(candidate.alias)) < _SELDOM
    limit = _LIKELIEST if seen.saying else _TOLD if is_swapped(form, fold(candidate.alias)) else _BARE
    return ordinary or score < limit


def is_swapped(form: str, alias: str) -> bool:
    """True where nothing but two neighbours changed places: a slip of the hand, and no name of its own."""
    k = next((k for k, (a, b) in enumerate(zip(form, alias, strict=False)) if a != b), 0)
    return form[:k] + form[k + 1 : k + 2] + form[k : k + 1] + form[k + 2 :] == alias


def coined(form: str, candidate: Candidate, seen: Evidence, score: float) -> bool:
    """True where two sound words make the form, and one of them is not in the name: Weldwood Plywood, near Wildwood.

    It stands as persons and firms do, beside other names. The same of a name joined by a hyphen again and again: the
    Cen-Tennial Gin Co.

    >>> from canonym.model import Entity
    >>> wildwood = Candidate(Entity("", "place", "Wildwood"), "Wildwood", "canonical", "fuzzy", 0.0)
    >>> there = Evidence(in_text=1, person=0.5)
    >>> coined("weldwood", wildwood, there, 0.96), coined("wilwdood", wildwood, there, 0.96)
    (True, False)
    """
    if not seen.in_text or candidate.entity.prominence >= _WELL_KNOWN or _named(seen) or _placed(seen):
        return False
    if is_joined(candidate):
        return seen.repeated > 1
    alias = fold(candidate.alias)
    if len(form) != len(alias) or " " in form or score >= _CERTAIN or seen.person < _HALF:
        return False
    cuts = ((form[:k], form[k:], alias[:k], alias[k:]) for k in range(_PART, len(form) - _PART + 1))
    return any((a == x) != (b == y) and min(zipf(a), zipf(b)) >= _PARTS for a, b, x, y in cuts)


def known(form: str, candidate: Candidate, seen: Evidence, score: float) -> bool:
    """True for a word that is known as it stands, where it is not likely enough to be another: Australis, Dubin."""
    if not seen.in_text or commonness(form) < _KNOWN or score >= _LIKELY or _placed(seen):
        return False
    if " " not in form:
        return True
    return score < _TOLD and not (_named(seen) or _told(seen) or seen.locative)


def habitual(form: str, candidate: Candidate, seen: Evidence, score: float) -> bool:
    """True for a name of its own that the text repeats while little else speaks for the place: Altron, Heemskirk.

    Nobody mistypes a name each time, nor again and again where it stands rightly once.
    """
    prominence = candidate.entity.prominence
    if not seen.in_text or seen.repeated < 2 or prominence >= _WELL_KNOWN or _told(seen):
        return False
    little = prominence < _LITTLE_KNOWN
    if seen.repeated >= _OFTEN and ((little and not seen.same_name) or (seen.same_name < 2 and score < _BARE)):
        return True
    if " " in form or _named(seen) or _placed(seen):
        return False
    return score < (_LIKELIEST if little else _UNSURE)


def speaker(form: str, candidate: Candidate, seen: Evidence, score: float) -> bool:
    """True for somebody with a given name who does something: Dina Dublon is resigning."""
    if not (seen.capital_before and seen.saying) or seen.same_name or score >= _LIKELIEST:
        return False
    alias = fold(candidate.alias)
    return is_sound(form, alias) and not is_swapped(form, alias)


def unmet(form: str, candidate: Candidate, seen: Evidence, score: float) -> bool:
    """True for a word that looks sound in a text that tells next to nothing of places: Oakvale, near Oakdale.

    No table lists all places, and those that it lacks are near to those that it has.
    """
    if not seen.in_text or candidate.entity.prominence >= _WELL_KNOWN or score >= _SURE:
        return False
    if seen.places > 1 or seen.locative or seen.same_damaged or _named(seen):
        return False
    alias = fold(candidate.alias)
    return is_sound(form, alias) and not is_swapped(form, alias)


def pronoun(form: str, candidate: Candidate, seen: Evidence) -> bool:
    """True for what somebody says of himself: "I Haite it", near what Zulu calls Haiti."""
    return bool(seen.in_text) and form.startswith("i ") and candidate.match == "fuzzy"


def numbered(form: str, candidate: Candidate, seen: Evidence, score: float) -> bool:
    """True for a word with a figure that print does not make of the name's letters: Som1, near Soma."""
    if not seen.in_text or form.isalpha() or " " in form or score >= _CERTAIN or _named(seen):
        return False
    return any(c.isdigit() for c in form) and edit_cost(form, fold(candidate.alias)) >= _ONE_LETTER


def careful(form: str, candidate: Candidate, seen: Evidence, score: float) -> bool:
    """True for a word that looks sound, or is near a translation only, and next to nothing speaks for the place.

    Coritiba, the club, is no Curitiba.
    """
    if not seen.in_text or _named(seen) or _placed(seen) or seen.locative or seen.same_damaged or seen.shouted:
        return False
    alias, prominence = fold(candidate.alias), candidate.entity.prominence
    if candidate.kind in OTHER_NAMES and score < _LIKELIER:
        return True
    if not is_sound(form, alias) or is_swapped(form, alias):
        return False
    if candidate.match == "rule" and prominence < _GREATEST and score < _SURE:
        return True
    if seen.person >= _HALF and prominence < _GREATEST and score < _LIKELIEST:
        return True
    return edit_cost(form, alias) >= _FARTHEST
