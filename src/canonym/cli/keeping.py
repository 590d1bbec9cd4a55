"""Verdicts on words that outlive a run: where they may lie, read at the start and written at the end."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from canonym.model import UsageError

if TYPE_CHECKING:
    from canonym import Normaliser


def place(asked: Path | None, profile: Path | None) -> Path | None:
    """The file that verdicts are kept in: the one asked for, or the one beside a profile, which nobody asked for.

    Raises UsageError where the one asked for cannot be written: at the end of a long run it would be too late. Where
    the other one is no file it is done without.
    """
    if asked is not None:
        from canonym.verdicts import fault

        if problem := fault(asked):
            raise UsageError(f"{asked} {problem}", remedy="Name another file for --verdicts")
        return asked
    beside = profile.with_name(profile.name + ".verdicts") if profile is not None else None
    return None if beside is not None and beside.exists() and not beside.is_file() else beside


def read(normaliser: Normaliser, path: Path, quiet: bool) -> int:
    """How many verdicts a file gave to start with. One that does not fit is told."""
    from canonym.verdicts import VerdictsError

    normaliser.remember_texts()
    if path.exists():
        try:
            normaliser.load_verdicts(path)
        except VerdictsError as error:
            if error.remedy.startswith("Name"):
                raise
            if not quiet:
                click.echo(str(error), err=True)
    return normaliser.known_verdicts


def save(normaliser: Normaliser, path: Path, before: int, quiet: bool) -> bool:
    """Write the verdicts where there are more than `before`; False, with a word about it, where that failed."""
    if normaliser.known_verdicts <= before:
        return True
    from canonym.verdicts import VerdictsError, unwritable

    try:
        normaliser.keep_verdicts(path)
    except (OSError, VerdictsError) as error:
        if not quiet:
            problem = error.problem if isinstance(error, VerdictsError) else unwritable(error)
            click.echo(f"verdicts are not kept: {path} {problem}. All else is done", err=True)
        return False
    return True
