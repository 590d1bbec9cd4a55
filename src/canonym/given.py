"""What callers hand over: texts, names, kinds. What is none of these is refused in words, before any work is done."""

from __future__ import annotations

import os
from collections.abc import Iterable
from itertools import chain
from typing import Final

from canonym.model import KINDS

_REMEDY: Final = "Leave it out, or give '' in its place"


def one(value: object, what: str) -> str:
    """A text or name.

    Raises:
        TypeError: it is none; the message says what it is.
    """
    if not isinstance(value, str):
        raise TypeError(f"the {what} is {_told(value)}, not a str. {_REMEDY}")
    return value


def maybe(value: object, what: str) -> str | None:
    """A string that may be left out.

    Raises:
        TypeError: it is neither one nor None; the message says what it is.
    """
    if value is not None and not isinstance(value, str):
        raise TypeError(f"the {what} is {_told(value)}, not a str. Give one of `Normaliser.types`, or None")
    return value


def tables(values: Iterable[object]) -> None:
    """Names of tables, one by one.

    Raises:
        TypeError: what is given is no name, but a list of them, say.
        ValueError: a name is empty.
    """
    for value in values:
        if not isinstance(value, str | os.PathLike):
            raise TypeError(
                f"a table is the name of a file or a pack, not {value!r}. Tables are given one by one: "
                'load("mine.csv", "default"), or load(*tables) for a list; load() opens the embedded one.'
            )
        if value == "":
            raise ValueError(
                "the name of a table is empty. Give a CSV file, a compiled index or a pack; "
                "load() opens the embedded one."
            )


def several(values: Iterable[str], what: str) -> list[str]:
    """Texts or names, out of anything that can be gone through.

    Raises:
        TypeError: a lone string, of which each character would count, or something in it is no string.

    >>> several((c for c in "ab"), "name")
    ['a', 'b']
    """
    if isinstance(values, str):
        raise TypeError(f"{_told(values)} is one {what}, not several. Give a list: [{what}]")
    if not isinstance(values, Iterable):
        raise TypeError(f"the {what}s are {_told(values)}, which cannot be gone through. Give a list of str")
    out = list(values)
    if set(map(type, out)) - {str}:  # as fast as can be: there may be millions
        for number, value in enumerate(out):
            if not isinstance(value, str):
                raise TypeError(f"{what} {number} is {_told(value)}, not a str. {_REMEDY}")
    return out


def pairs(values: Iterable[tuple[str, str]]) -> list[tuple[str, str]]:
    """Pairs of names, out of anything that can be gone through.

    Raises:
        TypeError: something in it is no pair of strings.
    """
    if isinstance(values, str) or not isinstance(values, Iterable):
        raise TypeError(f"the pairs are {_told(values)}. Give a list of pairs: [(a, b)]")
    out: list[tuple[str, str]] = []
    for number, pair in enumerate(values):
        both = tuple(pair) if isinstance(pair, Iterable) and not isinstance(pair, str) else ()
        if len(both) != 2:
            raise TypeError(f"pair {number} is {_told(pair)}, not two names. Give a list of pairs: [(a, b)]")
        out.append(both)
    if set(map(type, chain.from_iterable(out))) - {str}:
        for number, pair in enumerate(out):
            for name in pair:
                if not isinstance(name, str):
                    raise TypeError(f"in pair {number} a name is {_told(name)}, not a str. {_REMEDY}")
    return out


def kinds(values: Iterable[str]) -> frozenset[str]:
    """Kinds of alias, out of any collection.

    Raises:
        ValueError: a lone string, or no kind.
        TypeError: no collection of strings.

    >>> sorted(kinds(["domain", "former"]))
    ['domain', 'former']
    """
    if isinstance(values, str):
        raise ValueError(
            f"rewrite is the string {values!r}, not a collection of kinds. Give a list, such as ['domain']"
        )
    if not isinstance(values, Iterable):
        raise TypeError(f"rewrite is {_told(values)}, not a collection of kinds. Give a list, such as ['domain']")
    found = frozenset(several(values, "kind"))
    if unknown := sorted(found.difference(KINDS)):
        raise ValueError(f"there is no kind {unknown[0]!r}. Kinds are {', '.join(KINDS)}")
    return found


def _told(value: object) -> str:
    """A value in a message: as it is written, with its type where that does not show."""
    text = repr(value)
    text = text if len(text) <= 60 else f"{text[:57]}..."
    return text if value is None or isinstance(value, str) else f"{text} ({type(value).__name__})"
