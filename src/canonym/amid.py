"""What the text around it says against a form that is believed: it is part of something else, or no sentence is there.

Asked of what is accepted only, so of a few forms in ten thousand words; both ways of deciding, the compiled one and the
one in Python, ask it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import Final

from canonym.company import CITY, around, beside_comma
from canonym.doubts import is_sound, is_swapped
from canonym.features import edit_cost
from canonym.found import Found
from canonym.indexkeys import OTHER_NAMES
from canonym.keys import rules, squeeze
from canonym.lexicon import zipf
from canonym.model import UNKNOWN_PROMINENCE, Mention
from canonym.namesakes import is_namesake
from canonym.patterns import pattern
from canonym.scan import words
from canonym.text import fold
from canonym.tongues import sound

#: Capitals and small letters in one word, as in a name that was made up, and the parts that they make of it.
_INNER: Final = pattern(r"[a-z][A-Z]|[A-Z]{2,}[a-z]+$")
_PART: Final = pattern(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+")
_JOINT: Final = pattern(r"[\s-]+")
#: The rest of an address that blanks have broken: dephraim @ firm. com
_ADDRESS: Final = pattern(r"\s*@\s*[a-z][\w-]*\s*\.\s*[a-z]{2}")
#: The word before a place, of which a line may end.
_LED: Final = pattern(r"(?:^|[^\w])([^\W\d_]+)[ \n]\Z")
_SURNAME: Final = pattern(r" ([A-Z][a-z]+)\b(?! [A-Z])")
_COMMA: Final = pattern(r",\s[A-Z]")
_DOTS: Final = pattern(r"…|\.\.")
#: Who speaks in a script, and how many others must.
_LABEL: Final = pattern(r"\b([A-Z]{2,}): ")
_SPEAKERS: Final = 2
_WORD: Final = pattern(r"[^\W\d_]+")
_REACH: Final = 80
#: An acronym has so many letters at most, where a word of place stands before it.
_ACRONYM: Final = 6
#: A text with so many words of so many small letters has a sentence; of a long one so much is read to find them.
_SENTENCE: Final = 2
_SHORTEST: Final = 2
_READ: Final = 10_000
_BEGINNING: Final = 1_000
#: So many words in small letters before a place, and after it, tell whether it is English, if there are so many of them
#: at all: words that are rarer than this are none of its own.
_NEAR: Final = 6
_FEWEST: Final = 4
_RARE: Final = 3.5
#: From here on letters are no longer those of Latin alphabets.
BEYOND_LATIN: Final = "\u0250"
#: A name of so many letters may have an ending, which makes it longer by so many at most.
_STEM: Final = 4
_ENDING: Final = 4
#: An ending makes a form so much farther from the name, by weighted edits.
_ENDED: Final = 0.9
_VOWELS: Final = ("a", "e", "i", "o", "u")
_TOWN: Final = 15_000
_WELL_KNOWN: Final = 1_000_000
_COUNTRY: Final = 100_000_000
#: Scores from which on a form is believed that has accents of its own, or is near a city where no sentence is; and
#: there any other that looks like no word.
_LIKELIER: Final = 0.9
_LIKELIEST: Final = 0.95
#: Scores from which on a form that is known as a word is believed where nothing else speaks for it.
_SUREST: Final = 0.99
_LONG: Final = 12
#: A slip of a name is so much rarer than the name (Zipf scale).
_SLIP: Final = 3.6
#: So many places tell where a text is.
_SOME: Final = 3


def other(text: str, found: Mention, listed: Sequence[Found] = (), *, hurt: bool = False, much: bool = True) -> bool:
    """True where the text around an accepted form tells that it is no damaged name, however near it is to one.

    `listed`: the names that are listed in the text; `hurt`: something else in it is surely damaged, so that this may
    well be too; `much`: more than one other form is.
    """
    if not found.text[1:].islower() and (coined(found) or acronym(text, found) or labelled(text, found)):
        return True
    if accented(found) or run_together(text, found) or addressed(text, found) or cut_short(text, found):
        return True
    if bare(text, found, listed) or abroad(text, found) or nisba(text, found):
        return True
    if sound(text, found.start, found.end, found.alias, found.entity, listed=False):
        return True
    known = not (hurt and much) and familiar(text, found, listed)
    if not known and (hurt or not (given_name(text, found) or namesake(found))):
        return False
    return not is_named(text, found, listed)


def given_name(text: str, found: Mention) -> bool:
    """True for a word near a country before one that looks like a surname: Giorgia Meloni.

    Clubs of cities have such names too (the Houston Astros), so that cities are not asked about.

    >>> from canonym.model import Entity
    >>> georgia = Entity("", "place", "Georgia", prominence=100_000_000)
    >>> given_name("Giorgia Meloni", Mention(0, 7, "Giorgia", georgia, "rule", "canonical", 0.9, alias="Georgia"))
    True
    >>> given_name("Jorgia Airport", Mention(0, 6, "Jorgia", georgia, "rule", "canonical", 0.9, alias="Georgia"))
    False
    """
    if found.entity.prominence < _COUNTRY or fold(found.alias) != fold(found.entity.canonical):
        return False
    if " " in found.text:
        return False
    after = _SURNAME.match(text, found.end)
    return after is not None and zipf(after[1].lower()) < _RARE


def familiar(text: str, found: Mention, listed: Sequence[Found] = ()) -> bool:
    """True for a word that lists of words know, where nothing beside it tells of a place: "Inria and CNRS" is no India.

    They know the commonest slips too, which are then left alone where nothing else speaks for them: but for two letters
    that changed places, a blank that was lost, long words, which are seldom near a name by chance, and words as much
    rarer than the name as its slips are (Washinton).

    >>> from canonym.model import Entity
    >>> finland = Entity("", "place", "Finland", prominence=100_000_000)
    >>> found = Mention(0, 7, "Fenland", finland, "rule", "canonical", 0.98, alias="Finland")
    >>> familiar("Fenland farmers", found)
    True
    """
    form, alias = fold(found.text), fold(found.alias)
    known = 0.0 if found.score >= _SUREST or " " in form or len(form) >= _LONG else zipf(form)
    if known == 0.0 or zipf(alias) - known >= _SLIP:
        return False
    if form == squeeze(alias) or is_swapped(form, alias):
        return False
    before = word_before(text, found.start).lower()
    if before in words("locatives") and (before != "at" or found.entity.prominence < _COUNTRY):
        return False
    return not beside_comma(text, found, listed)


def namesake(found: Mention) -> bool:
    """True for a word that is right as it stands: another place (Arica, Chile), or a word of another language."""
    return is_namesake(fold(found.text))


def led(text: str, found: Mention, listed: Sequence[Found]) -> bool:
    """True where a word of place stands before a form, or a listed name beside it, behind a comma."""
    if word_before(text, found.start).lower() in words("locatives"):
        return True
    return beside_comma(text, found, listed)


def is_named(text: str, found: Mention, listed: Sequence[Found]) -> bool:
    """True where the text has the name itself, in whatever case, so that a form near it may well be a slip."""
    if found.entity.canonical in around(listed).names:
        return True
    return any(has_word(lowered(text), name.lower()) for name in {found.alias, found.entity.canonical})


@lru_cache(maxsize=4)  # a text may have a thousand forms to ask of
def lowered(text: str) -> str:
    """A text in small letters."""
    return text.lower()


@lru_cache(maxsize=16)
def has_word(text: str, name: str) -> bool:
    """True where a name stands in a text by itself, and not within another word.

    >>> has_word("the verb in iraqw", "iraq"), has_word("iraq's oil", "iraq")
    (False, True)
    """
    return next(occurrences(text, name), -1) >= 0


def occurrences(text: str, name: str) -> Iterator[int]:
    """Where a name stands in a text by itself."""
    at = text.find(name)
    while at >= 0:
        end = at + len(name)
        if not text[end : end + 1].isalnum() and (at == 0 or not text[at - 1].isalnum()):
            yield at
        at = text.find(name, end)


def accented(found: Mention) -> bool:
    """True for an accent that the name has not, where the form is none too near to it: Cávado is no Canada.

    >>> from canonym.model import Entity
    >>> canada, chile = Entity("", "place", "Canada"), Entity("", "place", "Peñalolén")
    >>> accented(Mention(0, 6, "Cávado", canada, "fuzzy", "canonical", 0.7, alias="Canada"))
    True
    >>> accented(Mention(0, 9, "Peñalolne", chile, "fuzzy", "canonical", 0.7, alias="Peñalolén"))
    False
    """
    if found.text.isascii() or found.match != "fuzzy" or found.score >= _LIKELIER:
        return False
    own = f"{found.alias} {found.entity.canonical}".lower()
    return any(c not in own for c in found.text.lower() if not c.isascii() and c < BEYOND_LATIN and c.isalpha())


def run_together(text: str, found: Mention) -> bool:
    """True for one word that only split would be a name, where that is no likelier: the club Boavista.

    A capital in it (LasVegas), or another name behind a comma, tells that a blank was lost.

    >>> from canonym.model import Entity
    >>> vista = Entity("", "place", "Boa Vista", prominence=400_000)
    >>> run_together("at Boavista.", Mention(3, 11, "Boavista", vista, "rule", "canonical", 0.6, alias="Boa Vista"))
    True
    >>> run_together("at BoaVista.", Mention(3, 11, "BoaVista", vista, "rule", "canonical", 0.6, alias="Boa Vista"))
    False
    """
    if found.match != "rule" or found.score >= _LIKELIER or found.entity.prominence >= _WELL_KNOWN:
        return False
    form, name = fold(found.text), fold(found.alias)
    if " " in form or " " not in name or form != squeeze(name) or _INNER.search(found.text, 1):
        return False
    return _COMMA.match(text, found.end) is None


def coined(found: Mention) -> bool:
    """True for more words written as one, each with its capital, than the name has: IBNLiveA is no i-Bolivia.

    >>> from canonym.model import Entity
    >>> bolivia = Entity("", "place", "Bolivia")
    >>> coined(Mention(0, 8, "IBNLiveA", bolivia, "fuzzy", "translation", 0.97, alias="i-Bolivia"))
    True
    """
    if " " in found.text or not _INNER.search(found.text, 1):
        return False
    names = found.alias, found.entity.canonical
    if any(_INNER.search(name, 1) for name in names):
        return False
    return len(_PART.findall(found.text)) > max(len(_JOINT.split(name)) for name in names)


def acronym(text: str, found: Mention) -> bool:
    """True for capitals after a word in small letters: "before joining CJAD in Montreal" means no Chad."""
    if not found.text.isupper() or found.match != "fuzzy" or " " in found.text:
        return False
    before = word_before(text, found.start)
    return before.islower() and (len(found.text) <= _ACRONYM or before not in words("locatives"))


def labelled(text: str, found: Mention) -> bool:
    """True for who speaks in a script, where others do (LEEECH: Stop!), unless it is near the name of a city."""
    if text[found.end : found.end + 1] != ":" or not found.text.isupper() or found.entity.prominence >= CITY:
        return False
    near = text[max(0, found.start - _BEGINNING) : found.end + _BEGINNING]
    return len(set(_LABEL.findall(near)) - {found.text}) >= _SPEAKERS


def word_before(text: str, at: int) -> str:
    """The word before a place, which a blank parts from it; empty where there is none."""
    found = _LED.search(text[max(0, at - _REACH) : at])
    return "" if found is None else found[1]


def addressed(text: str, found: Mention) -> bool:
    """True for the beginning of an address that blanks have broken: DEphraim @ riemerlaw. com."""
    return "@" in text[found.end : found.end + 3] and _ADDRESS.match(text, found.end) is not None


def cut_short(text: str, found: Mention) -> bool:
    """True for the beginning of a name before dots that tell of more: "a bank robber in Philad.." """
    if text[found.end : found.end + 1] not in ("…", ".") or not _DOTS.match(text, found.end):
        return False
    form = fold(found.text)
    return any(fold(name).startswith(form) for name in (found.alias, found.entity.canonical))


def bare(text: str, found: Mention, listed: Sequence[Found] = ()) -> bool:
    """True for a form in a text without a sentence, a title or an item of a list, that may well be a name of its own.

    "Greenwold, Nova Scotia" is no Greenwood: nothing tells what is meant, and no table lists all places. What is likely
    to be a city is one there too, unless all places around are of other countries, or a partner stands beside it; and
    what looks like no word ("Rochetser") is a slip, but of no village. A table that was made by hand holds what its
    maker means.
    """
    if found.entity.prominence == UNKNOWN_PROMINENCE or found.text.isupper() or _has_sentence(text):
        return False
    if word_before(text, found.start).lower() in words("locatives"):
        return False  # Floods in Kandhar
    form, alias = fold(found.text), fold(found.alias)
    if is_swapped(form, alias):
        return False
    if found.match == "fuzzy" and (found.entity.prominence < _TOWN or found.kind in OTHER_NAMES):
        return True
    if text.startswith(" & ", found.end) or text.endswith(" & ", 0, found.start) or _elsewhere(found, listed):
        return True
    city = found.entity.prominence >= CITY
    if found.score >= (_LIKELIER if city else _LIKELIEST) and (city or " " in found.text):
        return False
    return found.score < _LIKELIEST or is_sound(form, alias)


def _elsewhere(found: Mention, listed: Sequence[Found]) -> bool:
    """True where some places are listed, and none in the country of what is found: Qafar, Iran, is no Qatar."""
    countries = around(listed).countries
    return countries.total() >= _SOME and found.entity.country not in countries


@lru_cache(maxsize=4)  # a text may have a thousand such forms, one after the other
def _has_sentence(text: str) -> bool:
    """True for a text with words in small letters, two at least, without particles and words of place.

    >>> _has_sentence("Linton Township, Vigo County"), _has_sentence("Flood in Lahore kills two")
    (False, True)
    """
    if text.count(" the ", 0, _BEGINNING) > 1:
        return True  # as most have
    count = 0
    for match in _WORD.finditer(text, 0, _READ):
        word = match[0]
        if len(word) >= _SHORTEST and not word[0].isupper() and not _is_particle(word):
            count += 1
            if count == _SENTENCE:
                return True
    return False


def _is_particle(word: str) -> bool:
    return word in words("particles") or word in words("locatives")


def abroad(text: str, found: Mention) -> bool:
    """True for a name with an ending in a sentence of another language: "Juudaa ja Jerusalemia tämän".

    Other damage remains there as it does elsewhere.
    """
    form, alias, own = found.text, found.alias, found.entity.canonical
    if len(form) <= len(alias) and len(form) <= len(own):
        return False  # as most are
    if found.match != "fuzzy" or not form.isascii() or not (_is_ended(form, alias) or _is_ended(form, own)):
        return False
    return in_other_language(text, found.start, found.end)


def nisba(text: str, found: Mention) -> bool:
    """True for what is of a place where names are romanised, another spelling of it with an i: Qandahari pomegranates.

    >>> from canonym.model import Entity
    >>> kandahar = Entity("", "place", "Kandahar", country="AF")
    >>> form = "Qandahari"
    >>> nisba(form, Mention(0, 9, form, kandahar, "fuzzy", "canonical", 0.9, alias="Kandahar"))
    True
    """
    form, alias = fold(found.text), fold(found.alias)
    if found.match != "fuzzy" or form[-1:] != "i" or len(form) <= len(alias) or " " in form:
        return False
    if found.entity.country not in rules().romanised_countries:
        return False
    if edit_cost(form[:-1], alias) > edit_cost(form, alias) - _ENDED:
        return False
    return word_before(text, found.start).lower() not in words("locatives")


def in_other_language(text: str, start: int, end: int) -> bool:
    """True where the words in small letters around a span are not English.

    >>> in_other_language("Warga tolak pembangunan jalan tol di Jakarta.", 6, 11)
    True
    """
    near = [*_small(text, start, -1), *_small(text, end, 1)]
    return len(near) >= _FEWEST and 2 * sum(zipf(word) < _RARE for word in near) >= len(near)


def _is_ended(form: str, name: str) -> bool:
    """True where a form is a whole name with an ending, which may stand for its last vowel.

    >>> _is_ended("Jerusalemia", "Jerusalem"), _is_ended("Ljubljanska", "Ljubljana"), _is_ended("Lubjlana", "Ljubljana")
    (True, True, False)
    """
    if len(form) <= len(name) or (name.isascii() and form[:_STEM] != name[:_STEM]):
        return False
    form, name = fold(form), fold(name)
    stem = name[:-1] if name[-1:] in _VOWELS and not form.startswith(name) else name
    return len(stem) >= _STEM and form.startswith(stem) and len(name) < len(form) <= len(name) + _ENDING


def _small(text: str, at: int, way: int) -> Iterator[str]:
    """The nearest words in small Latin letters before a place, or after it, which are on its line and not far off."""
    line = text[at : at + _REACH].split("\n", 1)[0] if way > 0 else text[max(0, at - _REACH) : at].rsplit("\n", 1)[-1]
    found = [word for word in _WORD.findall(line) if word[0].islower() and word[0] < BEYOND_LATIN]
    yield from found[:_NEAR] if way > 0 else found[-_NEAR:]
