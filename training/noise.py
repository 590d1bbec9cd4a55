"""A noise model of names: what typing, print, romanisation and joining make of a sound name.

Every function takes the name and a `random.Random` and gives a damaged name, or the same where it finds no hold.
Frequencies of the kinds follow what is met in news: mostly one slip of the finger.
"""

from __future__ import annotations

import json
import random
from collections.abc import Callable
from importlib.resources import files

_RAW = json.loads(files("canonym").joinpath("data/edits.json").read_text("utf-8"))
_KEYS: dict[str, str] = _RAW["neighbouring_keys"]
_OCR = [(a, b) for a, b in _RAW["ocr_pairs"]] + [(b, a) for a, b in _RAW["ocr_pairs"]]
_ROMAN = [(a, b) for a, b in _RAW["romanisation_pairs"]] + [(b, a) for a, b in _RAW["romanisation_pairs"]]
_SOUNDS = [
    ("i", "ee"),
    ("i", "y"),
    ("x", "ks"),
    ("o", "u"),
    ("a", "e"),
    ("e", "a"),
    ("e", "i"),
    ("c", "k"),
    ("ou", "u"),
    ("oo", "u"),
]


def _like(model: str, text: str) -> str:
    return text.upper() if model.isupper() else text


def _letters(name: str) -> list[int]:
    return [k for k, c in enumerate(name) if c.isalpha()]


def slip(name: str, rng: random.Random) -> str:
    """One slip of the finger: a letter lost, added, struck beside, or two swapped."""
    places = _letters(name)
    if len(places) < 3:
        return name
    at = rng.choice(places[1:] if rng.random() < 0.8 else places)
    char = name[at]
    kind = rng.choice("dist")
    near = _KEYS.get(char.lower(), "") or "e"
    new = rng.choice(near) if rng.random() < 0.6 else rng.choice("abcdefghijklmnopqrstuvwxyz")
    if kind == "d":
        return name[:at] + name[at + 1 :]
    if kind == "i":
        return name[:at] + _like(char, new) + name[at:]
    if kind == "s":
        return name[:at] + _like(char, new) + name[at + 1 :]
    return name[:at] + name[at + 1 : at + 2] + char + name[at + 2 :]


def slips(name: str, rng: random.Random) -> str:
    """Two slips."""
    return slip(slip(name, rng), rng)


def _pairs(name: str, rng: random.Random, pairs: list[tuple[str, str]], most: int) -> str:
    for _ in range(rng.randint(1, most)):
        low = name.lower()
        fits = [(k, a, b) for a, b in pairs for k in range(1, len(low)) if low.startswith(a, k)]
        if not fits:
            return name
        k, a, b = rng.choice(fits)
        name = name[:k] + _like(name[k], b) + name[k + len(a) :]
    return name


def misread(name: str, rng: random.Random) -> str:
    """One or two letters taken for look-alikes, as recognised print has them."""
    return _pairs(name, rng, _OCR, 2)


def romanised(name: str, rng: random.Random) -> str:
    """A vowel or consonant written as another romanisation would, or doubled."""
    if rng.random() < 0.2:
        places = [k for k in _letters(name) if k]
        if places:
            k = rng.choice(places)
            return name[:k] + name[k].lower() + name[k:]
    return _pairs(name, rng, _SOUNDS if rng.random() < 0.6 else _ROMAN, 2)


def joined(name: str, rng: random.Random) -> str:
    """A blank lost, put elsewhere, or made a hyphen; a long word split."""
    blanks = [k for k, c in enumerate(name) if c in " -"]
    if blanks:
        k = rng.choice(blanks)
        return name[:k] + rng.choice(["", "", "-", " "]).replace(name[k], "") + name[k + 1 :]
    if len(name) > 7:
        k = rng.randint(3, len(name) - 3)
        return name[:k] + " " + (name[k:].capitalize() if rng.random() < 0.5 else name[k:])
    return name


KINDS: dict[str, tuple[float, Callable[[str, random.Random], str]]] = {
    "typo1": (0.35, slip),
    "typo2": (0.15, slips),
    "ocr": (0.2, misread),
    "roman": (0.2, romanised),
    "joins": (0.1, joined),
}


def damage(name: str, rng: random.Random) -> tuple[str, str]:
    """A damaged name and the kind of damage."""
    kind = rng.choices(list(KINDS), [w for w, _ in KINDS.values()])[0]
    return KINDS[kind][1](name, rng), kind
