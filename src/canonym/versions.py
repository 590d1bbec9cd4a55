"""Versions of installed packages, told without importlib.metadata, whose import takes longer than a short run."""

from __future__ import annotations

import os
import sys
from contextlib import suppress
from typing import Final

_FOLDER: Final = ".dist-info"


def version(package: str) -> str:
    """The version of an installed package, by the name of the folder where its metadata lie.

    Raises:
        importlib.metadata.PackageNotFoundError: there is none.
    """
    for folder in sys.path:
        found: list[str] = []
        with suppress(OSError):
            beside = os.listdir(folder or ".")  # noqa: PTH208 - names alone
            found = [name for name in beside if name.startswith((f"{package}-", f"{package}.")) and "info" in name]
        if len(found) == 1 and found[0].endswith(_FOLDER):
            return found[0][len(package) + 1 : -len(_FOLDER)]
        if found:
            break
    from importlib import metadata

    return metadata.version(package)
