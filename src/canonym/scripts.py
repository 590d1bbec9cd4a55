"""Scripts beside the Latin: how a word is written in one, and which languages a text in it may be in."""

from __future__ import annotations

import unicodedata
from functools import lru_cache
from typing import Final

from canonym.patterns import pattern
from canonym.text import APOSTROPHES, INVISIBLE, fold_char, has_caseless, is_boundary, is_word_char

#: The languages whose words are told apart (see `homographs`), by the script that they are written in.
LANGUAGES: Final = {
    "arabic": ("ar", "fa", "ur"),
    "bengali": ("bn",),
    "cyrillic": ("ru", "uk", "bg"),
    "devanagari": ("hi",),
    "greek": ("el",),
    "han": ("zh", "ja"),
    "hangul": ("ko",),
    "hebrew": ("he",),
    "tamil": ("ta",),
}
_KANA: Final = "\u3040-\u30ff\u31f0-\u31ff"
_SCRIPTS: Final = tuple(
    (pattern(f"[{letters}]"), script)
    for letters, script in (
        ("\u0600-\u06ff\u0750-\u077f\ufb50-\ufdff\ufe70-\ufeff", "arabic"),
        (f"\u2e80-\u2fdf\u3005-\u3007{_KANA}\u3400-\u9fff\uf900-\ufaff\U00020000-\U000323af", "han"),
        ("\u1100-\u11ff\u3130-\u318f\uac00-\ud7ff", "hangul"),
        ("\u0900-\u097f", "devanagari"),
        ("\u0590-\u05ff", "hebrew"),
        ("\u0400-\u04ff", "cyrillic"),
        ("\u0370-\u03ff\u1f00-\u1fff", "greek"),
        ("\u0980-\u09ff", "bengali"),
        ("\u0b80-\u0bff", "tamil"),
    )
)
_IN_KANA: Final = pattern(f"[{_KANA}]")
# Letters that one of the languages in Arabic letters has and the others have not, or seldom.
_URDU: Final = pattern("[ٹڈڑںےۓہھۂ]")
_PERSIAN: Final = pattern("[پچژگکی]")
_ARABIC: Final = pattern("[ةيكأإىؤ]")
# And of those in Cyrillic letters: what Russian has, Ukrainian (and Belarusian), and Serbian or Macedonian.
_RUSSIAN: Final = pattern("[ыэёЫЭЁ]")
_UKRAINIAN: Final = pattern("[іїєґІЇЄҐ]")
_SERBIAN: Final = pattern("[љњџјђћѓѕќЉЊЏЈЂЋЃЅЌ]")

# What keyboards and fonts write differently for one letter: Arabic yeh and kaf for Persian ones, a yeh
# without dots, heh for Urdu's.
_SAME: Final = str.maketrans({"ی": "ي", "ى": "ي", "ک": "ك", "ڪ": "ك", "ہ": "ه"})
_SEATS: Final = str.maketrans("أإآٱةھ", "ااااهه")
_DROPPED: Final = frozenset(APOSTROPHES + INVISIBLE)
#: Combining classes of marks that readers do without: points of Hebrew, harakat of Arabic, the nukta of India.
_SPARED: Final = frozenset({7, *range(10, 36)})
_DECOMPOSED: Final = pattern("[\u0590-\u05ff\u0900-\u0dff\ufb1d-\ufb4f]")
# Scripts that put no blank between words: see `segments` for these two.
_JOINED_SCRIPTS: Final = ("CJK", "HIRAGANA")
# In these nothing is known of words: a name is long enough to be no part of another, or stands between blanks.
_CLUSTERED: Final = ("THAI", "LAO", "KHMER", "MYANMAR")
_LONG_CLUSTERED: Final = 5
# What may follow a name without a blank in Korean: particles, which tell a consonant from a vowel before them.
_EITHER: Final = "의|에(?:서|게|는|도|서는|서도|서의|만)?|도|만(?:의|이|은)?|까지|부터|보다|처럼|만큼|조차|마저|뿐"
_AFTER_CONSONANT: Final = pattern(
    rf"(?:은|이|을|과(?:의|는)?|으로(?:의|부터|서)?|이나|이라는|이라고|이다|{_EITHER})(?!\w)"
)
_AFTER_VOWEL: Final = pattern(rf"(?:는|가|를|와(?:의|는)?|로(?:의|부터|서)?|나|라는|라고|다|{_EITHER})(?!\w)")
_JOINTS: Final = pattern(r"[\s\-‐‑–—_·・]+")


@lru_cache(30_000)
def written(name: str) -> str:
    """A name as it is spelt, whatever its encoding: no presentation forms, tatweel, vowel points; no blanks.

    Unlike `fold` it tells apart what readers do: a teh marbuta and a heh, an alef with a madda and without.

    >>> written("مدينة") == written("مدینة"), written("آب") == written("اب"), written("سنة") == written("سنه")
    (True, False, False)
    """
    name = unicodedata.normalize("NFKC", name).casefold()
    if _DECOMPOSED.search(name):
        name = unicodedata.normalize("NFD", name)
    kept = "".join(c for c in name if c not in _DROPPED and unicodedata.combining(c) not in _SPARED)
    return _JOINTS.sub("", unicodedata.normalize("NFC", kept).translate(_SAME))


#: What a character is, as bits: a part of a word; a letter of a script without capitals, once folded; a letter of a
#: script in which a name may begin within what blanks set apart.
WORD, CASELESS, JOINED = 1, 2, 4


@lru_cache(65536)
def read_character(char: str) -> tuple[str, int]:
    """What a character folds to, and what it is.

    >>> read_character("K") == ("k", WORD), read_character("ب") == ("ب", WORD | CASELESS), read_character("-")
    (True, True, (' ', 0))
    """
    folded = fold_char(char)
    joined = unicodedata.name(char, "").startswith((*_JOINED_SCRIPTS, *_CLUSTERED, "KATAKANA", "HANGUL"))
    return folded, WORD * is_word_char(char) | CASELESS * has_caseless(folded) | JOINED * joined


def unseated(name: str) -> str:
    """A `written` name with bare alefs and hehs: hamzas, maddas and the dots of a teh marbuta are left out in haste.

    >>> unseated("إسبانيا")
    'اسبانيا'
    """
    return name.translate(_SEATS)


def script_of(char: str) -> str:
    """The script of a letter, where the words of a language in it are known; else nothing.

    >>> script_of("کابل"), script_of("千"), script_of("a")
    ('arabic', 'han', '')
    """
    return next((script for letters, script in _SCRIPTS if letters.match(char)), "")


def languages_of(text: str, script: str) -> tuple[str, ...]:
    """The languages that a text may be in, of those that are written in a script.

    >>> languages_of("کابل پایتخت افغانستان است", "arabic"), languages_of("千葉さん", "han")
    (('fa',), ('ja',))
    """
    known = LANGUAGES.get(script, ())
    if script == "han" and _IN_KANA.search(text):
        return ("ja",)
    if script == "arabic":
        if _URDU.search(text):
            return ("ur",)
        persian, arabic = _PERSIAN.search(text), _ARABIC.search(text)
        if persian and not arabic:
            return ("fa",)
        if arabic and not persian:
            return ("ar",)
    if script == "cyrillic":
        if _SERBIAN.search(text):
            return ()
        ukrainian = _UKRAINIAN.search(text) is not None
        if ukrainian != (_RUSSIAN.search(text) is not None):
            return ("uk",) if ukrainian else ("ru",)
    return known


def stands_alone(text: str, start: int, end: int) -> bool:
    """True where a name is no part of a longer word, as far as its script shows.

    >>> stands_alone("서울에서 온", 0, 2), stands_alone("서울역", 0, 2), stands_alone("말리은", 0, 2)
    (True, False, False)
    """
    name = unicodedata.name(text[start], "")
    if name.startswith(_JOINED_SCRIPTS):
        return True
    if name.startswith("KATAKANA"):
        before = unicodedata.name(text[start - 1], "") if start else ""
        after = unicodedata.name(text[end], "") if end < len(text) else ""
        return "KATAKANA" not in before[:9] and "KATAKANA" not in after[:9]
    if name.startswith(_CLUSTERED) and end - start >= _LONG_CLUSTERED:
        return not (text[end : end + 1] and _goes_on(text[end]))
    if not is_boundary(text, start):
        return False
    if name.startswith("HANGUL") and end < len(text):
        particles = _AFTER_CONSONANT if _ends_in_consonant(text[end - 1]) else _AFTER_VOWEL
        particle = particles.match(text, end)
        return is_boundary(text, end) or particle is not None
    return is_boundary(text, end)


def _ends_in_consonant(syllable: str) -> bool:
    return len(unicodedata.normalize("NFD", syllable)) > 2 or "\u11a8" <= syllable <= "\u11ff"


def _goes_on(char: str) -> bool:
    """True for a character that belongs to the syllable before it."""
    return unicodedata.category(char).startswith("M") or char in "ะาำๅະາຳ"
