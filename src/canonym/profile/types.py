"""The profile as data, and as a JSON file."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass
from os import PathLike
from pathlib import Path
from typing import Any, Final

from canonym.model import CanonymError

FORMAT: Final = "canonym profile"
VERSION: Final = 1
_REMEDY: Final = "Make it again with `canonym profile`"


@dataclass(frozen=True, slots=True)
class Scrubbed:
    """A string that is missing from some or all documents, and how one can tell.

    `occurrences` words of the corpus, `forms` of them distinct, are unknown as they stand and known with the
    string put back; they stand in `documents` documents that lack it. `examples` are (as it stands, as it
    was), the most frequent first. `expected` is how often the string should occur in that many words of the
    language, `seen` how often it does, inside known words, each once a document. `share` estimates which part
    of the text lost it, 0 to 1. `surplus` lists sound words that stand in so many documents that most must be
    leftovers of longer ones, with the odds (log10).
    """

    string: str
    lang: str
    occurrences: int
    forms: int
    documents: int
    examples: tuple[tuple[str, str], ...]
    expected: float
    seen: int
    share: float
    surplus: tuple[tuple[str, float], ...] = ()

    @property
    def prior(self) -> float:
        """The odds (log10) that a document of the corpus lost the string, from -3 to 2."""
        part = min(0.9999, max(0.0001, self.share))
        return max(-3.0, min(2.0, math.log10(part / (1 - part))))

    def summary(self) -> str:
        """One line for people: the string and its evidence."""
        shown = ", ".join(f"{a} → {b}" for a, b in self.examples[:3])
        return (
            f'the string "{self.string}" is missing: {self.occurrences} words explained '
            f"({self.forms} distinct) in {self.documents} documents, e.g. {shown}; "
            f"it should occur {self.expected:.0f} times and occurs {self.seen} times"
        )


@dataclass(frozen=True, slots=True)
class Profile:
    """What `documents` documents of `words` words in all tell: scrubbed strings, best evidence first."""

    scrubbed: tuple[Scrubbed, ...] = ()
    documents: int = 0
    words: int = 0

    def save(self, path: str | Path) -> None:
        """Write the profile as JSON; the same profile always gives the same bytes."""
        from dataclasses import asdict

        body = {"format": FORMAT, "version": VERSION, **asdict(self)}
        try:
            Path(path).write_text(json.dumps(body, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
        except OSError as error:
            raise CanonymError(
                f"the profile cannot be written: {error.strerror}",
                where=str(path),
                remedy="Name another file",
            ) from error

    @classmethod
    def load(cls, path: str | PathLike[str]) -> Profile:
        """Read a profile that `save` wrote; raises CanonymError where the file is missing or damaged."""
        where = str(path)
        try:
            body = json.loads(Path(path).read_text(encoding="utf-8"))
        except OSError as error:
            raise CanonymError(f"the profile cannot be read: {error.strerror}", where=where, remedy=_REMEDY) from error
        except ValueError as error:
            raise CanonymError("the profile is no JSON text", where=where, remedy=_REMEDY) from error
        if not isinstance(body, dict) or body.get("format") != FORMAT:
            raise CanonymError("this is no profile", where=where, remedy=_REMEDY)
        if body.get("version") != VERSION:
            raise CanonymError(
                f"the profile has version {body.get('version')!r}, not {VERSION}", where=where, remedy=_REMEDY
            )
        try:
            return cls(
                tuple(_scrubbed(item) for item in body["scrubbed"]),
                _count(body["documents"]),
                _count(body["words"]),
            )
        except (KeyError, TypeError, ValueError) as error:
            raise CanonymError(f"the profile is damaged ({error!r})", where=where, remedy=_REMEDY) from error


def whichever(value: Profile | str | PathLike[str] | None) -> Profile | None:
    """A profile as callers hand it over: itself, or the file that holds it.

    Raises:
        TypeError: it is neither, nor None.
    """
    if value is None or isinstance(value, Profile):
        return value
    if isinstance(value, str | PathLike):
        return Profile.load(value)
    raise TypeError(
        f"the profile is {value!r}, not a Profile or the name of a file. Give what `canonym profile` wrote, or None"
    )


def _scrubbed(item: Mapping[str, Any]) -> Scrubbed:
    string, share, expected = item["string"], float(item["share"]), float(item["expected"])
    if not (isinstance(string, str) and string and string == string.lower() and string.isalpha()):
        raise ValueError(f"string {string!r}")
    if not 0 <= share <= 1 or not (math.isfinite(expected) and expected >= 0):
        raise ValueError(f"share {share!r}, expected {expected!r}")
    return Scrubbed(
        string,
        _name(item["lang"]),
        _count(item["occurrences"]),
        _count(item["forms"]),
        _count(item["documents"]),
        tuple((_name(a), _name(b)) for a, b in item["examples"]),
        expected,
        _count(item["seen"]),
        share,
        tuple((_name(word), float(odds)) for word, odds in item["surplus"]),
    )


def _count(value: object) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or value < 0:
        raise ValueError(f"count {value!r}")
    return value


def _name(value: object) -> str:
    if not isinstance(value, str):
        raise TypeError(f"text {value!r}")
    return value
