"""Whether a listed name that would be rewritten means something else where it stands.

Of a word in Latin letters the language around it tells (see `tongues`). In other scripts the name of a small town stays
where no other place of its country is named. In those with capitals, Cyrillic and Greek above all, what stands beside a
name tells as well: Милан Кундера is a writer, Белый снег white snow; in Greek the accent: η Αθηνά is a goddess, η Αθήνα
a city.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Iterable, Sequence
from typing import Final

from canonym.amid import word_before
from canonym.company import around
from canonym.found import Found
from canonym.homographs import is_word
from canonym.model import UNKNOWN_PROMINENCE, Candidate, Edit, Mention
from canonym.patterns import pattern
from canonym.scan import words
from canonym.scripts import languages_of, script_of, written
from canonym.text import fold
from canonym.tongues import LISTED, of_a_tongue, spoken_near

_AFTER: Final = pattern(r"[ \u00a0]([^\W\d_]+)")
#: No letter before it is of another script.
_BEYOND: Final = "\u0370"
#: So many characters on either side tell the language; blanks around a name that is all of its text are fewer.
_AROUND: Final = 200
#: Behind a preposition a country tells whence the person is who is named next: президентът на Русия Владимир Путин. A
#: city so great may well have a name before it that no table has: Динамо Киев.
_COUNTRY: Final = 100_000_000
_PREPOSITION: Final = 3
_WELL_KNOWN: Final = 1_000_000
#: The names of smaller places are more often those of something else: Пушкин, a poet.
_TOWN: Final = 100_000
_ACRONYM: Final = 4
_ACUTE: Final = "\u0301"


def otherwise_meant(
    text: str, found: Mention, named: Sequence[Found], listed: Callable[[str], Sequence[Candidate]]
) -> bool:
    """True for a listed name that is a word, or part of a person's name, where it stands.

    `named`: what is listed in the text; `listed` gives what a folded form may name.

    >>> from canonym.model import Entity
    >>> milan = Entity("", "place", "Milan", prominence=1_300_000)
    >>> found = Mention(0, 5, "Милан", milan, "alias", "native", 1.0, alias="Милан")
    >>> [otherwise_meant(text, found, [found], lambda form: ()) for text in ("Милан Кундера", "Милан и Рим")]
    [True, False]
    """
    if not is_abroad(found.text):
        return of_a_tongue(text, found)
    if found.match not in LISTED or found.entity.prominence == UNKNOWN_PROMINENCE:
        return False
    form = found.text.replace(_ACUTE, "")  # Russian dictionaries mark the stress so
    cased, place = form.lower() != form.upper(), found.entity.type == "place"
    if cased and not form.isalpha():
        return False
    led = word_before(text, found.start)
    if led.lower() in words("kinds_abroad") or text.startswith(tuple(words("kinds_behind")), found.end):
        return _is_accented_otherwise(found)
    if place and not _is_all(text, found) and _is_little_known(form, found, named):
        return True
    if not cased:
        return False  # words of such a script were told apart when it was found
    near = text[max(0, found.start - _AROUND) : found.end + _AROUND]
    if is_word(written(form), languages_of(near, script_of(form[0]))) or _is_accented_otherwise(found):
        return True
    return place and form.istitle() and _is_of_person(text, found, led, listed)


def asked(text: str, edits: Iterable[Edit]) -> bool:
    """True where one of some edits of listed names may have to be left, so that each is to be asked."""
    for edit in edits:
        if edit.before >= _BEYOND and is_abroad(edit.before):
            return True
        if edit.source in LISTED and " " not in edit.before and spoken_near(text, edit.start, edit.end):
            return True
    return False


def is_abroad(form: str) -> bool:
    """True for a form that begins with a letter of another script.

    >>> is_abroad("Милан"), is_abroad("کابل"), is_abroad("Ḩalab")
    (True, True, False)
    """
    first = form[:1]
    return first >= _BEYOND and not "\u1e00" <= first < "\u1f00" and not _is_wide(first)


def _is_wide(char: str) -> bool:
    """True for the Latin letters of full width: Ｋ."""
    return "\uff21" <= char <= "\uff5a"


def _is_of_person(text: str, found: Mention, led: str, listed: Callable[[str], Sequence[Candidate]]) -> bool:
    """True beside another word with a capital that is no great place: Милан Кундера, Андрей Белый."""
    after = _AFTER.match(text, found.end)
    country = found.entity.prominence >= _COUNTRY and led.islower() and len(led) <= _PREPOSITION
    if not country and after and _is_name(after[1], listed):
        return True
    return found.entity.prominence < _WELL_KNOWN and _is_name(led, listed)


def _is_little_known(form: str, found: Mention, named: Sequence[Found]) -> bool:
    """True for the name of a small town that looks like a surname, or where no other place of its country is named."""
    if found.entity.prominence >= _TOWN:
        return False
    if form.lower().endswith(tuple(words("surname_endings_abroad"))):
        return True
    if form.isupper() and len(form) <= _ACRONYM:
        return True
    return around(named).places.get(found.entity.country, set()) <= {found.entity.id}


def _is_all(text: str, found: Mention) -> bool:
    """True where a text is the name alone, as a cell of a table may be."""
    return len(text) <= len(found.text) + _AROUND and text.strip() == found.text


def _is_name(word: str, listed: Callable[[str], Sequence[Candidate]]) -> bool:
    if len(word) == 1 or not is_abroad(word) or not word.istitle():
        return False
    return all(candidate.entity.prominence < _WELL_KNOWN for candidate in listed(fold(word)))


def _is_accented_otherwise(found: Mention) -> bool:
    """True for a Greek word whose accent stands elsewhere than the name's; capitals and haste leave accents out."""
    form, alias = (unicodedata.normalize("NFD", name.lower()) for name in (found.text, found.alias))
    return _ACUTE in form and _ACUTE in alias and form.index(_ACUTE) != alias.index(_ACUTE)
