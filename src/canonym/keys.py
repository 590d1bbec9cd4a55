"""Named key functions: two spellings with one key are candidates for one name.

A key is a string; an index stores 64-bit hashes of them. Whoever changes what a key looks like raises
`KEY_VERSION`, and every stored index is refused until it is compiled again.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from functools import cache, lru_cache
from typing import Final, NamedTuple

from canonym import native
from canonym.datafiles import data_file
from canonym.patterns import pattern

KEY_VERSION: Final = 5
_MASK: Final = (1 << 64) - 1


class Rules(NamedTuple):
    """What `data/rules.json` holds, ready for use."""

    particles: frozenset[str]
    endings: tuple[str, ...]
    articles: frozenset[str]
    consonants: tuple[tuple[str, str], ...]
    vowel_pairs: frozenset[frozenset[str]]
    romanised_countries: frozenset[str]


@cache
def rules() -> Rules:
    """The spelling families, read once."""
    raw = json.loads(data_file("rules.json").read_text("utf-8"))
    return Rules(
        frozenset(raw["izafa_particles"]),
        tuple(raw["izafa_endings"]),
        frozenset(raw["articles"]),
        tuple((a, b) for a, b in raw["consonants"]),
        frozenset(frozenset(pair) for pair in raw["vowel_pairs"]),
        frozenset(raw["romanised_countries"]),
    )


def squeeze(folded: str) -> str:
    """A folded name without blanks: "new york" and "newyork" are one.

    >>> squeeze("pul e khumri")
    'pulekhumri'
    """
    return folded.replace(" ", "")


_DOUBLE = pattern(r"(.)\1+")


@lru_cache(maxsize=20_000)
def sounds(token: str) -> tuple[str, tuple[str, ...]]:
    """A folded Latin token as a frame of consonant classes, vowels as "*", and its vowel groups.

    >>> sounds("shiberghan"), sounds("butkhaak"), sounds("naw")
    (('S*b*rg*n', ('i', 'e', 'a')), ('b*tx*k', ('u', 'a')), ('n*', ('au',)))
    """
    frame: list[str] = []
    groups: list[str] = []
    for spelt, sound in rules().consonants:
        token = token.replace(spelt, sound)
    at = 0
    while at < len(token):
        char = token[at]
        if char in "aeiou" or (char == "y" and at) or (char == "w" and at and token[at - 1] in "aeiouy"):
            end = at + 1
            while end < len(token) and token[end] in "aeiouyw":
                end += 1
            groups.append(_group(token[at:end]))
            frame.append("*")
            at = end
            # h after a vowel and before a consonant or the end is mere length: Shah, Shahr.
            if at < len(token) and token[at] == "h" and (at + 1 == len(token) or token[at + 1] not in "aeiouyw"):
                at += 1
        else:
            if char == "c":
                char = "s" if at + 1 < len(token) and token[at + 1] in "eiy" else "k"
            if not frame or frame[-1] != char:
                frame.append(char)
            at += 1
    return "".join(frame), tuple(groups)


@lru_cache(maxsize=4096)
def _group(vowels: str) -> str:
    vowels = vowels.replace("ee", "i").replace("oo", "u").replace("y", "i").replace("w", "u")
    return _DOUBLE.sub(r"\1", vowels)


def vowels_agree(left: str, right: str) -> bool:
    """True where two vowel groups write one sound.

    >>> vowels_agree("a", "e"), vowels_agree("au", "ou"), vowels_agree("a", "u")
    (True, True, False)
    """
    return left == right or frozenset((left, right)) in rules().vowel_pairs


def is_latin(folded: str) -> bool:
    """True where a folded name is written in plain Latin letters."""
    return folded.isascii() and any(c.isalpha() for c in folded)


def _core(tokens: Sequence[str]) -> list[str]:
    """The tokens that carry a name: no article before it, no izafa particle inside it."""
    table = rules()
    out = list(tokens)
    if len(out) > 1 and out[0] in table.articles:
        out = out[1:]
    return [t for k, t in enumerate(out) if not (0 < k < len(out) - 1 and t in table.particles)]


def rule_key(folded: str) -> str:
    """The key under which the spelling families meet: izafa, article, romanised vowels and consonants.

    Loose by intention: `rule_reasons` decides. Empty for names that are too short or not Latin.

    >>> rule_key("mazar e sharif") == rule_key("mazari sharif") == rule_key("mazar ye sherif")
    True
    >>> rule_key("tabyan") == rule_key("tebyan"), rule_key("al hudaydah") == rule_key("hudaydah")
    (True, True)
    """
    if not is_latin(folded) or len(folded) < 4:
        return ""
    core = _core(folded.split())
    frames = [sounds(t)[0] for t in core]
    frames = [f.rstrip("*") or f if k < len(frames) - 1 else f for k, f in enumerate(frames)]
    if sum(len(f) for f in frames) < 4:
        return ""
    return "~".join(frames)


def rule_reasons(form: str, alias: str) -> tuple[str, ...] | None:
    """Why two folded spellings are one name under the rules; None where they are not.

    >>> rule_reasons("nahri shahi", "nahr e shahi")
    ('the izafa is written otherwise',)
    >>> rule_reasons("tebyan", "tabyan")
    ('romanised vowel: e for a',)
    >>> rule_reasons("iran", "iraq") is None
    True
    """
    if form == alias:
        return ()
    mine, theirs = form.split(), alias.split()
    why: list[str] = []
    core, core_theirs = _core(mine), _core(theirs)
    if len(core) != len(core_theirs):
        return None
    izafa = len(core_theirs) < len(_without_article(theirs))
    if (len(mine) - len(_without_article(mine))) != (len(theirs) - len(_without_article(theirs))) or (
        _article(mine) != _article(theirs)
    ):
        why.append("the article is written otherwise")
    if izafa and _without_article(mine) != _without_article(theirs):
        here = [t for t in _without_article(mine) if t not in core]
        there = [t for t in _without_article(theirs) if t not in core_theirs]
        if here != there:
            why.append("the izafa is written otherwise")
    for k, (a, b) in enumerate(zip(core, core_theirs, strict=True)):
        if a == b:
            continue
        if izafa and k < len(core) - 1:
            a, b = _stem(a, b)
            if a == b:
                continue
        frame, groups = sounds(a)
        frame_theirs, groups_theirs = sounds(b)
        if frame != frame_theirs or len(groups) != len(groups_theirs):
            return None
        differ = [(x, y) for x, y in zip(groups, groups_theirs, strict=True) if x != y]
        if any(not vowels_agree(x, y) for x, y in differ) or len(differ) > 2:
            return None
        if differ:
            why += [f"romanised vowel: {x} for {y}" for x, y in differ]
        else:
            why.append(f"romanised otherwise: {a} for {b}")
    return tuple(dict.fromkeys(why)) or ("written otherwise",)


def _article(tokens: Sequence[str]) -> str:
    return tokens[0] if len(tokens) > 1 and tokens[0] in rules().articles else ""


def _without_article(tokens: Sequence[str]) -> list[str]:
    return list(tokens[1:] if _article(tokens) else tokens)


def _stem(form: str, alias: str) -> tuple[str, str]:
    """Take off an izafa vowel that was joined to the word before it: mazari, dashte."""
    for ending in rules().endings:
        if form.endswith(ending) and not alias.endswith(ending) and len(form) - len(ending) >= 3:
            return form.removesuffix(ending), alias
    return form, alias


def has_izafa(folded: str) -> bool:
    """True where a name has an izafa particle between its words.

    >>> has_izafa("mazar e sharif"), has_izafa("e kabul")
    (True, False)
    """
    return any(t in rules().particles for t in folded.split()[1:-1])


def without_izafa(word: str) -> list[str]:
    """The words that an izafa vowel at the end may hide.

    >>> without_izafa("mazari"), without_izafa("kabul")
    (['mazar'], [])
    """
    return [word.removesuffix(e) for e in rules().endings if word.endswith(e) and len(word) - len(e) >= 3]


def key_hash(key: str) -> int:
    """A 64-bit hash of a key, the same on every machine and in every run.

    FNV-1a over UTF-8 (Fowler, Noll and Vo), mixed as MurmurHash3 ends (Appleby): few operations in any language.

    >>> hex(key_hash("=kabul"))
    '0x94027923e7362d9'
    """
    if native.COMPILED:
        return native.key_hash(key)
    value = 0xCBF29CE484222325
    for byte in key.encode("utf-8", "surrogatepass"):
        value = (value ^ byte) * 0x100000001B3 & _MASK
    value = (value ^ value >> 33) * 0xFF51AFD7ED558CCD & _MASK
    value = (value ^ value >> 33) * 0xC4CEB9FE1A85EC53 & _MASK
    return value ^ value >> 33
