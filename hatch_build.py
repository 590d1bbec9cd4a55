"""What an installation makes: the compiled inner loops, and in a wheel the embedded table as an index."""

from __future__ import annotations

import compileall
import os
import sys
import tempfile
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class Build(BuildHookInterface):  # type: ignore[type-arg]
    """Puts `canonym/_native` and `canonym/data/default.index` into the wheel; beside the sources where editable."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Compile into a temporary folder and have it included. An editable install compiles the table at first use."""
        root = Path(self.root)
        self._folder = tempfile.TemporaryDirectory()
        made = self._extension(root, Path(self._folder.name))
        if version == "editable":
            for one in made:
                (root / "src" / "canonym" / one.name).write_bytes(one.read_bytes())
            # A wheel's modules are compiled by pip; these by nobody, where Python is told to write no bytecode.
            compileall.compile_dir(root / "src" / "canonym", quiet=2)
            return
        for one in made:
            build_data["force_include"][str(one)] = f"canonym/{one.name}"
            build_data["pure_python"] = False
            build_data["infer_tag"] = True
        sys.path.insert(0, str(root / "src"))
        from canonym.index import compile_table
        from canonym.table import read

        index = Path(self._folder.name) / "default.index"
        index.write_bytes(compile_table(read(root / "data" / "aliases.csv")))
        build_data["force_include"][str(index)] = "canonym/data/default.index"

    def _extension(self, root: Path, folder: Path) -> list[Path]:
        """The compiled inner loops; none where there is no compiler, since all they do is done in Python too."""
        if os.environ.get("CANONYM_PURE"):
            return []
        from setuptools import Distribution, Extension
        from setuptools.command.build_ext import build_ext

        sources = sorted(str(path) for path in (root / "src" / "native").glob("*.c"))
        options = [] if sys.platform == "win32" else ["-O3"]
        extension = Extension("canonym._native", sources, extra_compile_args=options)
        command = build_ext(Distribution({"name": "canonym", "ext_modules": [extension]}))
        command.build_lib, command.build_temp = str(folder / "lib"), str(folder / "temp")
        try:
            command.ensure_finalized()
            command.run()
        except BaseException as error:  # SystemExit among them, by which compilers are given up
            self.app.display_warning(f"canonym is installed without its compiled part, and slower: {error}")
            return []
        return sorted((folder / "lib" / "canonym").glob("_native*"))
