"""Where the files lie that come with the package."""

from __future__ import annotations

from pathlib import Path
from typing import Final

_FOLDER: Final = Path(__file__).parent / "data"


def data_file(name: str) -> Path:
    """One of them; `importlib.resources` tells the same, and takes longer to import than to read most of them."""
    return _FOLDER / name
