"""Packs: compiled tables under a name, in the user's data folder, found by `-t NAME`."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Final

from canonym.patterns import pattern

_NAME: Final = pattern(r"[A-Za-z0-9][A-Za-z0-9_-]{0,63}")


def folder() -> Path:
    """Where packs lie: `packs` in CANONYM_DATA, or in the user's data folder."""
    if given := os.environ.get("CANONYM_DATA"):
        return Path(given) / "packs"
    from platformdirs import user_data_path

    return user_data_path("canonym") / "packs"


def is_name(text: str) -> bool:
    """True where a text is the name of a pack and no path: letters, digits, hyphens, low lines.

    >>> is_name("world"), is_name("world.index"), is_name("./world")
    (True, False, False)
    """
    return _NAME.fullmatch(text) is not None and text != "default"


def path_of(name: str) -> Path:
    """Where the pack of a name lies, or would lie."""
    return folder() / f"{name}.index"


def installed() -> list[str]:
    """The names of the packs at hand, sorted."""
    return sorted(p.stem for p in folder().glob("*.index") if is_name(p.stem))
