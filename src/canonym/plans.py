"""What a run of words holds, as data."""

from __future__ import annotations

from enum import IntEnum
from typing import Final

from canonym.model import Candidate
from canonym.records import dataclass


@dataclass(frozen=True, slots=True)
class Span:
    """A place in a run with the entities it may name, best first.

    `weak`: only with support from the document; `needy`: a form that is believable only in company, where its name
    or another damaged spelling of it stands elsewhere too.
    """

    start: int
    end: int
    form: str
    candidates: tuple[Candidate, ...]
    weak: bool = False
    needy: bool = False


@dataclass(frozen=True, slots=True)
class Plan:
    """The listed names of a run (they do not overlap), what may be damaged names, and its bare words."""

    listed: tuple[Span, ...]
    proposed: tuple[Span, ...]
    words: tuple[tuple[int, int, str], ...]


class Grade(IntEnum):
    """What a run holds: nothing, listed names that stay as they are, forms that need company, what may be rewritten."""

    NOTHING = 1
    LISTED = 2
    NEEDY = 3
    LOUD = 4


NOTHING: Final = Plan((), (), ())
