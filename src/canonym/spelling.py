"""How a canonical form is written into a text: its capitals and line breaks follow the place where it stands."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Final

from canonym.patterns import pattern
from canonym.text import letters

_CACHE: Final = 20_000
_JOINT = pattern(r"\s*-\s*|\s+")
_BREAK = pattern(r"[ \t]*\r?\n[ \t]*")


@lru_cache(_CACHE)
def same_but_for_case(surface: str, canonical: str) -> bool:
    """True where two spellings differ in capitals, apostrophes or blanks only: nothing to rewrite.

    >>> same_but_for_case("NEW\\nYORK", "New York"), same_but_for_case("Mazar e Sharif", "Mazar-e-Sharif")
    (True, False)
    """
    return surface == canonical or letters(surface) == letters(canonical)


@lru_cache(_CACHE)
def inside(name: str, part: str) -> tuple[int, ...]:
    """Where a longer name holds a part, but for capitals; most damaged names are in none.

    >>> inside("New York City", "NEW YORK"), inside("Rome", "Roma")
    ((0,), ())
    """
    if len(name) <= len(part):
        return ()
    low, small = name.lower(), part.lower()
    if small not in low:
        return ()
    return tuple(at for at in range(len(low)) if low.startswith(small, at))


def jointed(surface: str, name: str) -> str:
    """Another name with the joints of the spelling that it replaces, where that has as many.

    >>> jointed("Eas Timor", "East-Timor"), jointed("East-Tmor", "East Timor"), jointed("EastTimor", "East-Timor")
    ('East Timor', 'East-Timor', 'East-Timor')
    """
    joints, parts = _JOINT.findall(surface), _JOINT.split(name)
    if len(joints) != len(parts) - 1:
        return name
    given = ["-" if "-" in joint else " " for joint in joints]
    return "".join(part + joint for part, joint in zip(parts, [*given, ""], strict=True))


@lru_cache(_CACHE)
def as_written(surface: str, canonical: str) -> str:
    """The canonical form as it replaces a surface: in capitals where that is, with its line break kept.

    >>> as_written("MAZAR-I-SHARIF", "Mazar-e-Sharif"), as_written("Nahri\\nShahi", "Nahr-e-Shahi")
    ('MAZAR-E-SHARIF', 'Nahr-e-\\nShahi')
    """
    if surface.isupper() and sum(map(str.isalpha, surface)) > 3:
        canonical = canonical.upper()
    broken = _BREAK.search(surface) if "\n" in surface else None
    if broken is None:
        return canonical
    # The break goes where the name has a joint: as many joints from the end as in the surface.
    behind = len(re.findall(r"[\s-]+", surface[broken.end() :]))
    joints = list(re.finditer(r"[ -]", canonical))
    if len(joints) <= behind:
        return canonical
    joint = joints[len(joints) - 1 - behind]
    keep = joint.end() if joint[0] == "-" else joint.start()
    return canonical[:keep] + broken[0] + canonical[joint.end() :]
