"""What is listed in a text, as each of its damaged forms asks for it: a long text has forms by the thousand."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Final, NamedTuple

from canonym.found import Found
from canonym.model import Mention

#: People of a city.
CITY: Final = 200_000
#: A name behind a comma begins so many characters on at most.
_COMMAS: Final = 3


class Around(NamedTuple):
    """Of what is listed: where it begins and ends, the names, how many and which are in a country, where cities end."""

    starts: frozenset[int]
    ends: frozenset[int]
    names: frozenset[str]
    countries: Counter[str]
    cities: frozenset[int]
    places: Mapping[str, set[str]]


#: What was last asked for: a long text has forms by the thousand, and each asks of all that is listed.
_last: tuple[Sequence[Found], Around] | None = None


def around(listed: Sequence[Found]) -> Around:
    """What is asked of all that is listed, worked out once."""
    global _last  # one list after the other, so that one is enough; it is held, so that no other has its id
    last = _last
    if last is None or last[0] is not listed:
        names = frozenset([one.entity.canonical for one in listed])
        places: dict[str, set[str]] = {}
        for one in listed:
            places.setdefault(one.entity.country, set()).add(one.entity.id)
        told = Around(
            frozenset([one.start for one in listed]),
            frozenset([one.end for one in listed]),
            names,
            Counter([one.entity.country for one in listed if one.entity.country]),
            frozenset([one.end for one in listed if one.entity.prominence >= CITY]),
            places,
        )
        _last = last = listed, told
    return last[1]


def beside_comma(text: str, found: Mention, listed: Sequence[Found]) -> bool:
    """True where a listed name stands behind a form or before it, and a comma between them."""
    told, near = around(listed), range(1, _COMMAS + 1)
    return any(found.end + n in told.starts and is_comma(text, found.end, found.end + n) for n in near) or any(
        found.start - n in told.ends and is_comma(text, found.start - n, found.start) for n in near
    )


def is_comma(text: str, start: int, end: int) -> bool:
    """True where one place stands behind another, and a comma between them."""
    return 0 < end - start <= _COMMAS and text[start:end].strip() == ","


def in_country(found: Mention, listed: Sequence[Found]) -> tuple[int, int]:
    """How many listed places are in the country of what is found, and how many there are."""
    countries = around(listed).countries
    return countries[found.entity.country], countries.total()
