"""Any script to Latin, and keys under which the usual romanisations of one name meet.

unidecode reads letter by letter: it leaves Arabic without an article or a long vowel, Hindi without its a,
Thai in the order of writing. Where a better reading can be stated as rules, `data/romanise.json` states it;
unidecode does the rest. The result is meant for keys and for comparing, not for print: ASCII only.
"""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from functools import cache, lru_cache
from typing import Any, Final

from canonym.datafiles import data_file
from canonym.records import dataclass
from canonym.text import fold

_Rules = tuple[tuple[re.Pattern[str], str], ...]

_HANGUL_FIRST: Final = 0xAC00
_HANGUL_SYLLABLES: Final = 19 * 21 * 28
_KATAKANA_TO_HIRAGANA: Final = {code: code - 0x60 for code in range(0x30A1, 0x30F7)}
_BLANKS: Final = re.compile(r"\s+")


def _compiled(rules: Sequence[Sequence[str]]) -> _Rules:
    return tuple((re.compile(pattern), into) for pattern, into in rules)


@dataclass(frozen=True, slots=True)
class _Script:
    """One script's rules: what its runs look like, and how a run is read."""

    runs: re.Pattern[str]
    when: re.Pattern[str] | None
    read: Callable[[str], str]

    def replacement(self, found: re.Match[str]) -> str:
        """What is written for one run."""
        return self.read(found.group())


@cache
def _data() -> Mapping[str, Any]:
    raw: Mapping[str, Any] = json.loads(data_file("romanise.json").read_text("utf-8"))
    return raw


@cache
def _scripts() -> tuple[_Script, ...]:
    """The scripts with rules, in the order in which they are read."""
    data = _data()
    out = []
    for name, raw in data["scripts"].items():
        read = _rule_reader(raw)
        if name == "thai":
            read = _then(read, _thai)
        if name == "kana":
            read = _then(lambda text: text.translate(_KATAKANA_TO_HIRAGANA), read)
        out.append(_Script(re.compile(raw["in"]), re.compile(raw["when"]) if "when" in raw else None, read))
    out.append(_Script(re.compile("[\uac00-\ud7a3]+"), None, _hangul))
    out.append(_Script(re.compile(data["indic"]["in"]), None, _indic))
    return tuple(out)


def _then(first: Callable[[str], str], second: Callable[[str], str]) -> Callable[[str], str]:
    return lambda text: second(first(text))


def _apply(rules: _Rules, text: str) -> str:
    for pattern, into in rules:
        text = pattern.sub(into, text)
    return text


def _rule_reader(raw: Mapping[str, Any]) -> Callable[[str], str]:
    """A reader made of regular expressions, then letters (capitals follow the small ones), then a finish."""
    rules, finish = _compiled(raw["rules"]), _compiled(raw["finish"])
    letters = dict(raw["letters"])
    for small, latin in raw["letters"].items():
        if len(small.upper()) == 1 and small.upper() != small:
            letters.setdefault(small.upper(), latin[:1].upper() + latin[1:])
    table = str.maketrans(letters)
    return lambda text: _apply(finish, _apply(rules, text).translate(table))


def _hangul(text: str) -> str:
    """Hangul syllables after the Revised Romanisation: finals as pronounced, linked to a following vowel."""
    table = _data()["hangul"]
    out: list[str] = []
    held = 0  # the final consonant of the syllable before, not yet written
    for char in text:
        index = ord(char) - _HANGUL_FIRST
        if not 0 <= index < _HANGUL_SYLLABLES:
            out.append(table["finals"][held] + char)
            held = 0
            continue
        first, rest = divmod(index, 21 * 28)
        vowel, last = divmod(rest, 28)
        initial, final = table["initials"][first], table["finals"][held]
        if held and not initial:
            out.append(table["linked"][held])
        else:
            out.append(table["joins"].get(f"{final} {initial}", final + initial))
        out.append(table["vowels"][vowel])
        held = last
    out.append(table["finals"][held])
    return "".join(out)


def _thai(text: str) -> str:
    """Thai after its rules put each vowel behind its consonant, in braces: initials, and finals as spoken.

    A consonant is a final where no vowel follows it and one stands before it; where nothing tells, a lone
    consonant holds an a (RTGS).
    """
    table = _data()["thai"]
    units = re.findall(r"\{[a-z]+\}|.", text)
    out: list[str] = []
    open_vowel = False
    for at, unit in enumerate(units):
        following = units[at + 1] if at + 1 < len(units) else ""
        if unit.startswith("{"):
            out.append(unit[1:-1])
            open_vowel = True
        elif unit not in table["initials"]:
            out.append(unit)
            open_vowel = False
        elif following.startswith("{"):
            out.append(table["initials"][unit])
            open_vowel = False
        elif open_vowel:
            out.append(table["finals"][unit])
            open_vowel = False
        elif following in table["initials"] and at + 2 < len(units) and units[at + 2].startswith("{"):
            # A cluster (pr, kl), or a syllable of its own with a short a (sa-mut).
            out.append(table["initials"][unit] + ("" if following in "รลว" else "a"))
        elif following in table["initials"]:
            out.append(table["initials"][unit] + "o")
            open_vowel = True
        else:
            out.append(table["initials"][unit])
    return "".join(out).replace("'", "")


@lru_cache(maxsize=4096)
def _indic_letter(char: str) -> tuple[str, str]:
    """What an Indic character is, by its Unicode name, and how it reads: ("consonant", "k") or so."""
    table = _data()["indic"]
    name = unicodedata.name(char, "").lower()
    _, _, letter = name.partition(" letter ")
    _, _, sign = name.partition(" vowel sign ")
    if sign:
        return "sign", table["vowels"].get(sign, sign.split()[-1])
    if letter in table["vowels"] or letter in ("a", "e", "i", "o", "u", "ai", "au"):
        return "vowel", table["vowels"].get(letter, letter)
    if letter.endswith("a") and " " not in letter:
        return "consonant", table["consonants"].get(letter[:-1], letter[:-1])
    if name.endswith((" virama", " al-lakuna")):
        return "virama", ""
    for mark, latin in table["signs"].items():
        if name.endswith(mark):
            return "mark", latin
    return ("nukta" if name.endswith("nukta") else "other"), ""


def _indic(text: str) -> str:
    """Indic scripts, Devanagari to Malayalam: a consonant holds an a (here @) unless a sign says not."""
    table = _data()["indic"]
    script = unicodedata.name(text[0], "?").split()[0]
    out: list[str] = []
    for char in unicodedata.normalize("NFC", text):
        kind, latin = _indic_letter(char)
        if kind in ("sign", "virama") and out and out[-1] == "@":
            out.pop()
        if kind == "nukta" and out[-2:] in (["d", "@"], ["dh", "@"]):
            out[-2] = "r"
        out.append(latin if kind != "other" else char)
        if kind == "consonant":
            out.append("@")
    word = "".join(out)
    if script in table["mute_final"]:
        word = re.sub(table["mute"]["final"], "", word)
    if script in table["mute_medial"]:
        word = re.sub(table["mute"]["medial"], "", word)
    return _apply(_indic_finish(), word.replace("@", "a"))


@cache
def _indic_finish() -> _Rules:
    return _compiled(_data()["indic"]["finish"])


@lru_cache(maxsize=65536)
def _romanised(text: str) -> str:
    from unidecode import unidecode

    text = unicodedata.normalize("NFKC", text)
    for script in _scripts():
        if script.when is None or script.when.search(text):
            text = script.runs.sub(script.replacement, text)
        if text.isascii():
            return _BLANKS.sub(" ", text).strip()
    text = text.translate(_plain_letters())
    # unidecode writes a glottal stop as a grave accent; folding takes every kind of apostrophe.
    return _BLANKS.sub(" ", unidecode(text, errors="ignore").replace("`", "'")).strip()


@cache
def _plain_letters() -> dict[int, str]:
    return str.maketrans(_data()["letters"])


def romanise(text: str) -> str:
    """The Latin reading of a name in any script: ASCII, with case and blanks where the script has them.

    Deterministic; ASCII is handed back as it is.

    >>> romanise("Москва"), romanise("مزار شریف"), romanise("서울"), romanise("कानपुर")
    ('Moskva', 'mazar sharif', 'seoul', 'kanpur')
    >>> romanise("とうきょう"), romanise("北京"), romanise("Łódź"), romanise("القاهرة")
    ('tokyo', 'Bei Jing', 'Lodz', 'al-qahra')
    """
    return text if text.isascii() else _romanised(text)


@cache
def _key_rules(name: str) -> _Rules:
    return _compiled(_data()["keys"][name])


@lru_cache(maxsize=65536)
def _token_key(token: str, rules: str) -> str:
    return _apply(_key_rules(rules), token)


def _key(text: str, rules: str, joint: str) -> str:
    folded = fold(romanise(text))
    return joint.join(filter(None, (_token_key(token, rules) for token in folded.split())))


def romanisation_key(text: str) -> str:
    """A key under which usual romanisations of one name are equal; words are kept apart by a blank.

    Consonants are written by sound (kh and x; q, c, ck and k; gh and g; ph and f; ts and tz; j, dj and dzh;
    w and v), doubled letters once, each group of vowels as one `*`: ou, u and oo, ee, i and y, aa and a meet. An
    h that only lengthens a vowel is dropped. Rules: `keys.sounds` in `data/romanise.json`.

    >>> romanisation_key("Qandahar") == romanisation_key("Kandahar") == "k*nd*h*r"
    True
    >>> romanisation_key("Tebyan") == romanisation_key("Tabyaan"), romanisation_key("Хабаровск")
    (True, 'x*b*r*vsk')
    """
    return _key(text, "sounds", " ")


def skeleton(text: str) -> str:
    """The consonants of a name by sound, coarser than the key, words joined; "" where none is.

    Vowels, y, mute w and every h but a first one are dropped; ts, z, s and sh meet; so do kh, k, q and x.

    >>> skeleton("Mazar-e Sharif"), skeleton("مزار شریف"), skeleton("mzr shryf")
    ('msrsrf', 'msrsrf', 'msrsrf')
    """
    return _key(text, "skeleton", "")
