"""Names of a gazetteer to kinds: what `normalise` may rewrite, what is only annotated, what needs support.

Gazetteers list names of every age and tongue, mostly without saying which. A name is rewritten only where it is
plainly the canonical form written otherwise; every other Latin name is annotated (`translation`); a name that is an
ordinary word or a commoner person's name than a place needs support from the text (`weak`).
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping
from functools import cache, lru_cache
from typing import Final, Protocol

from canonym.domains import key as domain_key
from canonym.importers.records import Name, Record
from canonym.keys import is_latin, rule_reasons, rules
from canonym.lexicon import bins
from canonym.text import fold, has_caseless

#: A word rarer than this (Zipf scale) is known as a name only.
_RARE: Final = 3.0
#: A single word from this frequency on is weak for small places; how small, grows with the frequency.
_KNOWN: Final = 3.3
#: A spelling this common is some other name as well: a person's, a firm's.
_UNHEARD: Final = 2.0
#: A word from this frequency on is taken for itself before it is taken for a name without its accents.
_HEARD: Final = 2.5
#: Spellings near the canonical form are rewritten for places of so many people, since news writes of them ...
_KNOWN_PLACE: Final = 50_000
#: ... and missing accents put back for places of so many.
_WELL_KNOWN_PLACE: Final = 100_000
#: A name of several words, each this common, is a phrase too: White House, Old Town.
_PHRASE: Final = 4.5
#: Accents of languages that are written so.
_LIVING: Final = re.compile("[À-ÖØ-öø-ÿĄąĆćČčĎďĘęĚěĞğİıŁłŃńŇňŐőŘřŚśŠšŤťŮůŰűŹźŻżŽž]")
_CODE: Final = re.compile(r"[A-Z]{3,5}")
#: Countries whose names in news are romanised, by ISO 3166-1 code.
_OTHER_SCRIPTS: Final = frozenset(
    (  # noqa: SIM905
        "AE AF AM BD BG BH BT BY CN CY DJ DZ EG EH ER ET GE GR IL IN IQ IR JO JP KG KH KP KR KW KZ LA LB LK "
        "LY MA MK MM MN MR MV NP OM PK PS QA RU SA SD SO SS SY TD TH TJ TN TW UA YE"
    ).split()
)
#: Signs for ayn and hamza: the first is dropped, the second an apostrophe.
_MARKS: Final = str.maketrans({"‘": None, "ʻ": None, "ʿ": None, "ʽ": None, "`": None, "’": "'", "ʼ": "'", "ʾ": "'"})
#: Where ordinary words of other scripts are looked up.
_TONGUES: Final = (
    ("Ѐ", "ӿ", ("ru", "uk", "bg")),
    ("Ͱ", "Ͽ", ("el",)),
    ("֐", "׿", ("he",)),
    ("؀", "ۿ", ("ar", "fa", "ur")),
    ("ऀ", "ॿ", ("hi",)),
    ("぀", "ヿ", ("ja",)),
    ("一", "鿿", ("zh", "ja")),
    ("가", "힣", ("ko",)),
)


class Canonicals(Protocol):
    """The folded canonical forms of all records, each with its greatest prominence: a dict will do."""

    def get(self, form: str, default: int, /) -> int:
        """The prominence of a form, the default where nobody is called so."""

    def __contains__(self, form: object, /) -> bool: ...


def kinds(record: Record, canonicals: Canonicals) -> Iterator[tuple[Name, str]]:
    """The names of a record that are worth listing, each once, with its kind; the canonical form comes first.

    `canonicals` holds the folded canonical forms of all records, each with its greatest prominence: who is called so
    is not another one misspelt, and where it is well known the name is left to it (Islamabad is no Chittagong).
    """
    own = fold(record.canonical)
    if not own:
        return
    plain = _without_accents(record.canonical)
    accented = plain or any(not n.text.isascii() and fold(n.text) == own for n in record.names)
    weak = _is_weak(own, record.prominence) or (accented and _accents_tell(own, record.prominence))
    yield Name(record.canonical), "weak" if weak else "canonical"
    seen = {record.canonical}
    folded_seen = {own}
    later: list[tuple[Name, str]] = []
    for name in (*record.names, *plain):
        text = " ".join(name.text.split())
        if not text or text in seen:
            continue
        seen.add(text)
        if name.kind == "domain":
            yield Name(domain_key(text), name.lang), "domain"
            continue
        form = fold(text)
        if not form or (is_latin(form) and len(form) <= 2) or len(text) < 2 or not any(map(str.isalpha, form)):
            continue
        if text[0].islower() and is_latin(form) and not own[0].isdigit() and record.canonical[0].isupper():
            later.append((name if text == name.text else Name(text, name.lang, name.kind), form))
            continue
        known = canonicals.get(form, -1) if form != own else -1
        if known >= 0 and known >= min(_KNOWN_PLACE, record.prominence / 100):
            continue
        folded_seen.add(form)
        yield Name(text, name.lang), _kind(text, form, name, own, record, canonicals)
    for name, form in later:
        # Letter-by-letter readings of other scripts, in small letters: "shang hai shi", "hu".
        if form in folded_seen or len(form) < 5 or _frequency(form) >= _RARE:
            continue
        folded_seen.add(form)
        yield name, "translation"


def _kind(text: str, form: str, name: Name, own: str, record: Record, canonicals: Canonicals) -> str:
    if not is_latin(form):
        if name.kind in ("former", "translation"):
            return name.kind
        return "weak" if _is_weak_native(form, record.prominence) else "native"
    if _is_weak(form, record.prominence):
        return "weak"
    if name.kind:
        return name.kind
    if _CODE.fullmatch(text) and not record.canonical.isupper():
        return "weak" if _frequency(form) >= _RARE else "abbreviation"
    if form == own:
        if record.canonical.isascii() and not text.isascii():
            # Macrons and dots are no other word's; with accents of a language, a known one is: Sofía, México.
            living = _LIVING.search(text) is not None and _frequency(form) >= _RARE
            return "translation" if living else "romanisation"
        return _joined_otherwise(form, record.prominence)
    if (name.lang and name.lang != "en") or form in canonicals or _frequency(form) >= _UNHEARD:
        return "translation"
    if _same_by_rule(form, own) and (
        record.prominence >= _KNOWN_PLACE or record.country in rules().romanised_countries
    ):
        return "romanisation"
    if record.prominence < _KNOWN_PLACE:
        return "translation"
    return "spelling" if _near(form, own) or (name.lang == "en" and _alike(form, own)) else "translation"


def as_in_news(name: str, country: str) -> str:
    """A name without the marks of scholars' romanisation, where the country's own script is not Latin.

    >>> as_in_news("Kandahār", "AF"), as_in_news("Ta‘izz", "YE"), as_in_news("São Paulo", "BR")
    ('Kandahar', 'Taizz', 'São Paulo')
    """
    if name.isascii() or country not in _OTHER_SCRIPTS or not is_latin(fold(name)):
        return name
    plain = "".join(c for c in unicodedata.normalize("NFD", name) if not unicodedata.combining(c))
    return plain.translate(_MARKS)


def _without_accents(text: str) -> tuple[Name, ...]:
    """The name as a keyboard without accents writes it, which most lists leave out."""
    if text.isascii():
        return ()
    plain = "".join(c for c in unicodedata.normalize("NFD", text) if not unicodedata.combining(c))
    return (Name(plain),) if plain != text else ()


def _accents_tell(form: str, prominence: int) -> bool:
    """True where a name without its accents is a word much better known: flocking and Flöcking, sale and Salé."""
    frequency = min(map(_frequency, form.split()))
    return frequency >= _HEARD and prominence < 10 ** (frequency + 1)


def _joined_otherwise(form: str, prominence: int) -> str:
    """The canonical form with other accents or joints: Sale for Salé, Bush for Būsh, Sao Paulo for São Paulo."""
    if _accents_tell(form, prominence):
        return "weak"
    frequency = min(map(_frequency, form.split()))
    return "spelling" if frequency < _RARE and prominence >= _WELL_KNOWN_PLACE else "translation"


def _same_by_rule(form: str, own: str) -> bool:
    return is_latin(own) and len(form) >= 4 and rule_reasons(form, own) is not None


def _near(form: str, own: str) -> bool:
    """One edit in five letters, two in nine, none in the first one, and as many words."""
    from rapidfuzz.distance import OSA

    length = min(len(form), len(own))
    if length < 5 or form[0] != own[0] or form.count(" ") != own.count(" "):
        return False
    most = 2 if length >= 9 else 1
    return OSA.distance(form, own, score_cutoff=most) <= most


def _alike(form: str, own: str) -> bool:
    """Much alike: for names that the source says are English ones (Kiev, Peking)."""
    from rapidfuzz.distance import Indel

    return form.count(" ") == own.count(" ") and Indel.normalized_similarity(form, own) >= 0.6


def _is_weak(form: str, prominence: int) -> bool:
    """True for an ordinary word or phrase whose entity is too small to be meant without support.

    For a word of Zipf frequency z, smaller than 10 ** (z + 0.6): Bath and Orange are weak, Boston and Oxford not.
    """
    words = form.split()
    frequency = min(map(_frequency, words))
    if len(words) == 1:
        return frequency >= _KNOWN and prominence < 10 ** (frequency + 0.6)
    return frequency >= _PHRASE and prominence < 10 ** (frequency - 0.3)


@cache
def _common(lang: str) -> Mapping[str, float]:
    """The words of a language from _UNHEARD on, with their Zipf frequency: a tenth of what wordfreq knows."""
    return {w: 9 - k / 100 for k, words in enumerate(bins(lang)[: round((9 - _UNHEARD) * 100) + 1]) for w in words}


def _frequency(word: str, lang: str = "en") -> float:
    return _common(lang).get(word, 0.0)


def _is_weak_native(form: str, prominence: int) -> bool:
    """The same in other scripts; there a name of two or three letters is often a part of words as well."""
    frequency = max((_frequency(form, lang) for lang in _tongues(form[0])), default=0.0)
    if frequency >= _KNOWN and prominence < 10 ** (frequency + 0.6):
        return True
    return len(form) <= 3 and has_caseless(form) and prominence < 100_000


@lru_cache(maxsize=4096)
def _tongues(char: str) -> tuple[str, ...]:
    return next((langs for low, high, langs in _TONGUES if low <= char <= high), ())
