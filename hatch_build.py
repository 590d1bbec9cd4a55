"""Compile the embedded table when a wheel is built, so that the first call after an installation need not."""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class CompileTable(BuildHookInterface):  # type: ignore[type-arg]
    """Puts `canonym/data/default.index` into the wheel. An editable install compiles at first use instead."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Compile into a temporary folder and have it included."""
        if version == "editable":
            return
        root = Path(self.root)
        sys.path.insert(0, str(root / "src"))
        from canonym.index import compile_table
        from canonym.table import read

        self._folder = tempfile.TemporaryDirectory()
        index = Path(self._folder.name) / "default.index"
        index.write_bytes(compile_table(read(root / "data" / "aliases.csv")))
        build_data["force_include"][str(index)] = "canonym/data/default.index"
