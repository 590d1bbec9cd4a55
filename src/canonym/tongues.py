"""Words of other languages that are near a name, or equal to one, where the words around them are of that language.

Nothing is loaded before something is found that would be rewritten and that no English words stand around.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Mapping
from functools import cache
from typing import Final

from canonym.datafiles import data_file
from canonym.lexicon import zipf
from canonym.model import Entity, Mention
from canonym.patterns import pattern
from canonym.text import fold

_WORD: Final = pattern(r"[^\W\d_]+")
#: So many characters on each side of a place are read, and so many small words on each.
_REACH: Final = 90
_NEAR: Final = 10
#: So many small words of a language, each one once, tell that it is spoken.
_FEWEST: Final = 2
#: How names are found that are listed.
LISTED: Final = ("exact", "alias")
#: What nearly every English line has, so that most are seen at once to be English; written.c looks for them too.
_ENGLISH: Final = (" the ", " and ", " of the ", " was ")
#: A word is known to a language from here on (Zipf scale), where it is so much rarer in English; in small letters ...
_KNOWN: Final = 2.5
_RARER: Final = 0.6
_SMALLER: Final = 0.2
#: A slip is so much rarer than the name there; a word so much commoner than the place's own name is in English.
_SLIP: Final = 2.0
_COMMONER: Final = 1.0
#: The last letter of alphabets that are Latin.
_BEYOND_LATIN: Final = "\u0250"


def sound(text: str, start: int, end: int, alias: str, entity: Entity, *, listed: bool) -> bool:
    """True for a word of the language of its surroundings: "gegen den Husten" is no Houston.

    `listed`: it is an alias of the entity but for accents and capitals. Then it is the place's name there unless it is
    much commoner than the place is in English ("Bu Makale", the article, is no Mekelle, but "Bagdad" Baghdad), or the
    language is spoken at the place itself.

    >>> houston = Entity("", "place", "Houston", country="US")
    >>> line = "Gegen den Husten hilft ein Tee mit Honig und viel Ruhe."
    >>> sound(line, 10, 16, "Houston", houston, listed=False)
    True
    >>> sound("Against Husten the tea helps.", 8, 14, "Houston", houston, listed=False)
    False
    """
    form = text[start:end]
    if " " in form or not form.isalpha() or max(form) >= _BEYOND_LATIN:
        return False
    word = lowered(form)
    return any(_is_word(word, lang, alias, entity, listed) for lang in spoken_near(text, start, end))


def _is_word(word: str, lang: str, alias: str, entity: Entity, listed: bool) -> bool:
    known = zipf(word, lang)
    if known < max(_KNOWN, zipf(word) + _RARER):
        return False
    name = lowered(alias)
    if not listed:
        return zipf(name, lang) < known + _SLIP
    if word != name and otherwise_marked(word, name):
        return known > zipf(name, lang)
    if entity.country in spoken(lang):
        return False
    if entity.type == "place":
        name = max(name, fold(alias), fold(entity.canonical), key=zipf)
        return known >= zipf(name) + _COMMONER
    return known >= zipf(name, lang)


def of_a_tongue(text: str, found: Mention) -> bool:
    """`sound` of a listed name that would be written otherwise."""
    if found.match not in LISTED:
        return False
    return sound(text, found.start, found.end, found.alias, found.entity, listed=True)


def in_small(text: str, start: int, end: int, *, capitals: bool = True) -> bool:
    """True for a word in small letters that is one of the language of its surroundings: "una cosa strana".

    In a text that has capitals also for an everyday word of a great language.
    """
    word = text[start:end]
    if not word.isalpha():
        return False
    if capitals and fold(word) in _told()["everyday"][""]:
        return True
    return any(zipf(word, lang) >= max(_KNOWN, zipf(word) + _SMALLER) for lang in spoken_near(text, start, end))


def otherwise_marked(one: str, other: str) -> bool:
    """True where each of two spellings has an accent that the other has not: przemysł, industry, and Przemyśl.

    >>> otherwise_marked("przemysł", "przemyśl"), otherwise_marked("perú", "peru")
    (True, False)
    """
    if len(one) != len(other):
        return False
    pairs = [(a, b) for a, b in zip(one, other, strict=True) if a != b]
    return any(not a.isascii() for a, _ in pairs) and any(not b.isascii() for _, b in pairs)


def spoken_near(text: str, start: int, end: int) -> tuple[str, ...]:
    """The languages that the small words around a span are of; none where English ones are as many.

    >>> spoken_near("Fue una Cagada lo que hizo con el coche.", 8, 14)[0]
    'es'
    >>> spoken_near("He saw the Cagada in a book of the old time.", 11, 17)
    ()
    """
    around = text[max(0, start - _REACH) : end + _REACH]
    for word in _ENGLISH:  # a loop, since nearly all end here
        if word in around:
            return ()
    known = small_words()
    seen: Counter[str] = Counter()
    for word in {*_small(text[max(0, start - _REACH) : start], -1), *_small(text[end : end + _REACH], 1)}:
        seen.update(known.get(word, ()))
    english = seen.pop("en", 0)
    most = max(seen.values(), default=0)
    if most < _FEWEST or most <= english:
        return ()
    return tuple(lang for lang, count in seen.most_common() if count >= _FEWEST and count > english)


def _small(part: str, way: int) -> Iterator[str]:
    """The nearest words in small letters before a place, or after it, on its line."""
    line = part.split("\n", 1)[0] if way > 0 else part.rsplit("\n", 1)[-1]
    found = [word for word in _WORD.findall(line) if word[0].islower()]
    yield from found[:_NEAR] if way > 0 else found[-_NEAR:]


def lowered(word: str) -> str:
    """A word in small letters, where Turkish has an I with a dot, too."""
    return word.lower().replace("i\u0307", "i")


@cache
def small_words() -> Mapping[str, tuple[str, ...]]:
    """The languages, English among them, that each of their commonest words belongs to."""
    out: dict[str, tuple[str, ...]] = {}
    for lang, some in _told()["words"].items():
        for word in some:
            out[word] = (*out.get(word, ()), lang)
    return out


def spoken(lang: str) -> frozenset[str]:
    """The countries in which a language is spoken."""
    return _told()["spoken"][lang]


@cache
def _told() -> Mapping[str, Mapping[str, frozenset[str]]]:
    raw = json.loads(data_file("tongues.json").read_text("utf-8"))
    raw = {"words": raw["words"], "spoken": raw["spoken"], "everyday": {"": raw["everyday"]}}
    return {key: {lang: frozenset(words.split()) for lang, words in told.items()} for key, told in raw.items()}
