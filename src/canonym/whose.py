"""Whose name a form is instead, where it is near that of a place: a people's, a firm's, a person's, a ship's.

Asked last, of what is accepted only. Most of it is asked of a form that is the only damaged one of its text: damage
comes in company, and of the single forms of texts that nobody damaged one in six was right as it stood.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from functools import cache, lru_cache
from string import ascii_lowercase
from typing import Final

from canonym.amid import BEYOND_LATIN, has_word, in_other_language, is_named, led, lowered, word_before
from canonym.company import CITY, around, in_country
from canonym.doubts import is_sound, is_swapped
from canonym.features import edit_cost
from canonym.found import Found
from canonym.indexkeys import OTHER_NAMES
from canonym.lexicon import capital, zipf
from canonym.model import UNKNOWN_PROMINENCE, Mention
from canonym.patterns import pattern
from canonym.scan import words
from canonym.text import fold

#: The word before a place, which a blank parts from it, where it has a capital.
_CAPITAL: Final = pattern(r"(?:^|[^\w])([A-Z][a-z]+) \Z")
_REACH: Final = 40
#: The second half of a surname, and a surname before which a particle stands.
_SECOND: Final = pattern(r" ?-[A-Z][a-z]")
_PARTICLE: Final = pattern(r" (?:de|di|da|van|von|der|bin|ibn) [A-Z]")
_PARTICLED: Final = pattern(r"[A-Z]\w+ (?:de|di|da|van|von|der|bin|ibn) \Z")
_GLOTTAL: Final = pattern(r"\w['’][aeiouAEIOUÉ]")
#: The word after a place.
_AFTER: Final = pattern(r"['’\"”]?[ \n-]\(?([^\W\d_]+)")
#: The tail of a firm's name, and what may stand before it.
_TAIL: Final = pattern(
    r"(?: [A-Z][\w&.'-]*){0,2} (?:AB|AG|Bank|Banka|Co|Corp|Corporation|Company|GmbH|Group|Holdings|Inc|Industries"
    r"|Limited|LLC|Ltd|NV|plc|Plc|PLC|S\.?A|S\.?[Pp]\.?[Aa])\b"
)
_KIND: Final = pattern(r"\b(?:genus|species|(?:super|sub)?family|(?:super|sub)?order|phylum)(?: of)? [\"'“‘{]*\Z")
_TAXON: Final = ("idae", "inae", "aceae", "oidea", "iformes")
_LATIN: Final = pattern(r"[a-z]{3,}(?:us|um|is|ii|ae|ensis|ata|oides|ica|ina)$")
_PATRONYM: Final = ("ov", "ev", "in", "yn")
_SURNAME: Final = ("ov", "ova", "ev", "eva", "ko", "sky", "skaya", "vich")
#: What tells that words are spoken of, and not what they mean.
_OF_WORDS: Final = pattern(
    r"\b(?:word (?:for|is|was|meaning)|(?:old|native|local) (?:word|form)|spellings?|spelt|spelled|variously|known as"
    r"|designated as|pronounced|transliterated|etymology|derives? from)\b[^.!?\n]*\Z"
)
_CLAUSE: Final = 130
_LOOSE: Final = "aeiouys"
_STEM: Final = 4
_COUNTRY: Final = 100_000_000
_WELL_KNOWN: Final = 1_000_000
_SMALL_TOWN: Final = 50_000
_TOWN: Final = 15_000
#: Weighted edits: two letters that are not the name's, or nearly so; another letter; more than what print makes of
#: a letter; what a slip makes of a name.
_READ: Final = 0.6
_TWO: Final = 1.45
_FAR: Final = 1.2
_ONE: Final = 1.05
_SLIPS: Final = (0.55, 0.9)
#: Scores below which a form that nothing speaks for is not believed: alone in its text, and not alone.
_FAIR: Final = 0.8
_LIKELY: Final = 0.6
#: So many other places tell where a text is.
_PLACES: Final = 5
#: A word is everyday from here on (Zipf scale), and where it is seldom written with a capital; nearer by so much.
_EVERYDAY: Final = 4.0
_SELDOM: Final = 0.3
_NEARER: Final = 0.1
#: A word of no language that is English (Zipf scale), and one that is known well.
_UNKNOWN: Final = 2.0
_KNOWN: Final = 2.0


def elsewhose(text: str, found: Mention, listed: Sequence[Found] = (), *, lone: bool = False) -> bool:
    """True where a form is the name of something else; `lone`: nothing else in the text is damaged.

    A table that was made by hand holds what its maker means.
    """
    if found.entity.prominence == UNKNOWN_PROMINENCE or " " in found.text:
        return False
    if latin(found) or uncapped(found) or of_a_kind(text, found) or aboard(text, found):
        return True
    if particled(text, found) or surname(text, found, listed) or named_person(text, found, listed):
        return True
    if not lone:
        return little(text, found, listed)
    return (
        adjective(found)
        or known_otherwise(text, found, listed)
        or other_letters(text, found, listed)
        or glottal(found)
        or of_a_firm(text, found)
        or double_barrelled(text, found)
        or slip_of_word(found)
        or vague(text, found, listed)
        or astray(text, found, listed)
        or of_words(text, found)
        or small(text, found, listed)
    )


def latin(found: Mention) -> bool:
    """True for a name with a Latin ending, as science gives them: Melospiza lincolnii, Columbidae, the Hispanus.

    >>> from canonym.model import Entity
    >>> lincoln = Entity("", "place", "Lincoln")
    >>> latin(Mention(0, 9, "lincolnii", lincoln, "fuzzy", "canonical", 0.8, alias="Lincoln"))
    True
    """
    if found.text.endswith(_TAXON):
        return True
    return found.text.endswith(_latin_endings()) and _ended(found, words("latin_endings"))


@cache
def _latin_endings() -> tuple[str, ...]:
    return tuple(words("latin_endings"))


def adjective(found: Mention) -> bool:
    """True for a name with an ending that makes an adjective of it in another language: Ljubljanska, Seychellois.

    >>> from canonym.model import Entity
    >>> perugia = Entity("", "place", "Perugia")
    >>> adjective(Mention(0, 8, "Perugina", perugia, "fuzzy", "canonical", 0.8, alias="Perugia"))
    True
    """
    return _ended(found, words("adjective_endings"))


def _ended(found: Mention, endings: frozenset[str]) -> bool:
    """True for a name, or what is left of it without its last vowels, with one of some endings."""
    form = fold(found.text)
    names = [name for name in {fold(found.alias), fold(found.entity.canonical)} if len(name) <= len(form)]
    return any(_begins(form, stem) and form[len(stem) :] in endings for name in names for stem in _stems(name))


def _begins(form: str, stem: str) -> bool:
    return len(stem) >= _STEM and form.startswith(stem)


def _stems(name: str) -> Iterator[str]:
    """A name, and what is left of it without one or two loose letters at its end.

    >>> list(_stems("hispania"))
    ['hispania', 'hispani', 'hispan']
    """
    yield name
    for k in (1, 2):
        if all(c in _LOOSE for c in name[-k:]):
            yield name[:-k]


def of_a_kind(text: str, found: Mention) -> bool:
    """True beside a word for what is no place, or the rest of a species' name: the Karabla clan, the genus Pogonia.

    >>> from canonym.model import Entity
    >>> bolivia = Entity("", "place", "Bolivia")
    >>> here = Mention(0, 8, "Bolivina", bolivia, "fuzzy", "canonical", 0.8, alias="Bolivia")
    >>> of_a_kind("Bolivina spathulata lives in mud.", here), of_a_kind("Bolivina has a coast.", here)
    (True, False)
    """
    if _KIND.search(text, max(0, found.start - _REACH), found.start):
        return True
    after = _word_after(text, found)
    if not after.islower():
        return False
    if after in words("kinds_of_others"):
        return True
    species = zipf(after) < _UNKNOWN and _LATIN.match(after) is not None
    return species and not in_other_language(text, found.start, found.end)


def aboard(text: str, found: Mention) -> bool:
    """True for what a word for a ship stands before: the bulk carrier Cumberlande."""
    return word_before(text, found.start) in words("ships")


def particled(text: str, found: Mention) -> bool:
    """True for a part of a person's name with a particle: Mariaan de Swardt, Guy de Loimbard."""
    if found.entity.prominence >= _WELL_KNOWN:
        return False
    if _PARTICLE.match(text, found.end):
        return True
    return _PARTICLED.search(text, max(0, found.start - _REACH), found.start) is not None


def surname(text: str, found: Mention, listed: Sequence[Found] = ()) -> bool:
    """True for a Slavic surname that a village is named after, or near: Abakumov, Abakumova; Semashko, Samashki.

    >>> from canonym.model import Entity
    >>> village = Entity("", "place", "Abakumova", prominence=500)
    >>> stalin = "Stalin had begun to encourage Abakumov."
    >>> surname(stalin, Mention(30, 38, "Abakumov", village, "fuzzy", "canonical", 0.9, alias="Abakumova"))
    True
    """
    form = fold(found.text)
    if form.endswith(_PATRONYM) and fold(found.alias)[:-1] == form:
        return word_before(text, found.start).lower() not in words("locatives")
    if found.entity.prominence >= _TOWN or not form.endswith(_SURNAME):
        return False
    return not (led(text, found, listed) or is_named(text, found, listed))


def uncapped(found: Mention) -> bool:
    """True for what is near another name for a place that no capital begins: Bakunist, near an Azerbaijani bakunin.

    >>> from canonym.model import Entity
    >>> atlanta = Entity("", "place", "Atlanta")
    >>> uncapped(Mention(0, 9, "Atlalanta", atlanta, "fuzzy", "translation", 0.97, alias="atalanta"))
    True
    """
    return found.kind in OTHER_NAMES and found.alias[:1].islower()


def little(text: str, found: Mention, listed: Sequence[Found]) -> bool:
    """True for what is near a village in a text that is damaged elsewhere, where nothing else speaks for it.

    Of seven such forms in books all were persons or words (Gellett Burgess, near Gillett). Of a small town it is asked
    where the form is none too likely.
    """
    prominence = found.entity.prominence
    if prominence >= (_TOWN if found.score >= _LIKELY else _SMALL_TOWN):
        return False
    return not (led(text, found, listed) or is_named(text, found, listed))


def other_letters(text: str, found: Mention, listed: Sequence[Found]) -> bool:
    """True where two letters or more are others than the name's, as a slip seldom leaves it: Jacksoul, near Jackson.

    Of a town it is asked where no word of place stands before the form, of a country where it looks like a word (the
    Argentera valley), of a city where it begins otherwise (Galtymore, near Baltimore); not of what is shouted.
    """
    form, alias = fold(found.text), fold(found.alias)
    if found.match != "fuzzy" or found.text.isupper() or "-" in found.text or edit_cost(form, alias) < _TWO:
        return False
    own, its = Counter(form), Counter(alias)
    prominence = found.entity.prominence
    if not own - its or not its - own:
        return False
    if prominence >= _COUNTRY:
        return _is_sound(found)
    if _word_after(text, found).lower() in words("features"):
        return False
    town = prominence < CITY and (prominence < _TOWN or not led(text, found, listed))
    return town or form[0] != alias[0]


def known_otherwise(text: str, found: Mention, listed: Sequence[Found]) -> bool:
    """True for a word that lists of words know, and that is two letters away from the name: Norquay, no Norway.

    For one that is no rare word at all, where nothing beside it tells of a place: Romany, no Romania.
    """
    form, alias = fold(found.text), fold(found.alias)
    known, cost = zipf(form), edit_cost(form, alias)
    if known > 0 and cost >= _FAR:
        return True
    return known >= _KNOWN and cost >= _READ and not is_swapped(form, alias) and not led(text, found, listed)


def small(text: str, found: Mention, listed: Sequence[Found]) -> bool:
    """True for a word that stands in small letters too, where the name does not stand: Tunefs, after "use tunefs"."""
    form = found.text.lower()
    return form != found.text and has_word(text, form) and not is_named(text, found, listed)


def of_words(text: str, found: Mention) -> bool:
    """True where the text tells of words and spellings: "the old word Anorra", "spellings have included Alibama".

    Nine of ten such forms that were read stood in one article.
    """
    return _OF_WORDS.search(text, max(0, found.start - _CLAUSE), found.start) is not None


def glottal(found: Mention) -> bool:
    """True for an apostrophe before a vowel that the name has not: the Gama'a is no Gama, L'Erée no Lere."""
    return _GLOTTAL.search(found.text) is not None and "'" not in found.alias and "’" not in found.alias


def of_a_firm(text: str, found: Mention) -> bool:
    """True for the beginning of a firm's name that no slip of the hand would make of the place's: Tokyu Group.

    A firm that bears a place's name is misspelt as the place is, and then stands rightly elsewhere (Peidmont Aviation).
    """
    form, alias = fold(found.text), fold(found.alias)
    least, most = _SLIPS
    if least < edit_cost(form, alias) < most or _TAIL.match(text, found.end) is None:
        return False
    return f"{found.alias} {_word_after(text, found)}".lower() not in lowered(text)


def double_barrelled(text: str, found: Mention) -> bool:
    """True for the first half of a surname, behind a given name: Camillo Padaoa-Schioppa."""
    return _SECOND.match(text, found.end) is not None and _capital_before(text, found, ())


def slip_of_word(found: Mention) -> bool:
    """True for what is nearer to an everyday word, one slip away: the Department of Publc Utility Control.

    >>> from canonym.model import Entity
    >>> slip_of_word(Mention(0, 5, "Publc", Entity("", "place", "Pueblo"), "fuzzy", "canonical", 0.8, alias="Pueblo"))
    True
    """
    form, alias = fold(found.text), fold(found.alias)
    if found.match != "fuzzy" or not (form.isascii() and form.isalpha()):
        return False
    most = edit_cost(form, alias) - _NEARER
    return any(edit_cost(form, word) <= most for word in _everyday(form, max(_EVERYDAY, zipf(alias))))


@lru_cache(maxsize=1_000)
def _everyday(form: str, least: float) -> tuple[str, ...]:
    """The everyday words one edit away from a form, as common as `least` at least."""
    near = {form[:k] + c + form[k + 1 :] for k in range(len(form)) for c in (*ascii_lowercase, "")}
    near |= {form[:k] + c + form[k:] for k in range(len(form) + 1) for c in ascii_lowercase}
    near |= {form[:k] + form[k + 1] + form[k] + form[k + 2 :] for k in range(len(form) - 1)}
    return tuple(w for w in sorted(near - {form}) if zipf(w) >= least and capital(w) <= _SELDOM)


def named_person(text: str, found: Mention, listed: Sequence[Found]) -> bool:
    """True for a word that looks sound behind another with a capital, near a town: Jader Barbalho."""
    if found.entity.prominence >= CITY or found.text.isupper() or not _is_sound(found):
        return False
    return _capital_before(text, found, listed) and not (led(text, found, listed) or is_named(text, found, listed))


def vague(text: str, found: Mention, listed: Sequence[Found]) -> bool:
    """True for a word that looks sound, is none too likely, and has neither its name nor its country in the text.

    "At Charlottenborg" says nothing of Charlottenburg.
    """
    if found.score >= _FAIR or found.entity.prominence >= _COUNTRY or not _is_sound(found):
        return False
    return not in_country(found, listed)[0] and not is_named(text, found, listed)


def astray(text: str, found: Mention, listed: Sequence[Found]) -> bool:
    """True for a word that looks sound, with another letter, in a text about other countries: Barbudos, the bearded."""
    if edit_cost(fold(found.text), fold(found.alias)) < _ONE or not _is_sound(found):
        return False
    here, places = in_country(found, listed)
    return not (here or places < _PLACES or led(text, found, listed) or is_named(text, found, listed))


def _word_after(text: str, found: Mention) -> str:
    """The word after a place, behind a blank, a hyphen or a bracket; empty where there is none."""
    after = _AFTER.match(text, found.end)
    return "" if after is None else after[1]


def _is_sound(found: Mention) -> bool:
    """True where a form in Latin letters looks as sound as the name, and is not the name with two letters swapped."""
    form, alias = fold(found.text), fold(found.alias)
    return max(found.text) < BEYOND_LATIN and is_sound(form, alias) and not is_swapped(form, alias)


def _capital_before(text: str, found: Mention, listed: Sequence[Found]) -> bool:
    """True where a word with a capital stands before that is not the name of a city."""
    if _CAPITAL.search(text[max(0, found.start - _REACH) : found.start]) is None:
        return False
    return found.start - 1 not in around(listed).cities
