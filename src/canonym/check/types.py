"""What the linter's parts exchange: rows with their lines, faults, and the report."""

from __future__ import annotations

from typing import Literal

from canonym.records import dataclass
from canonym.table import default_id

Grade = Literal["error", "warning"]


@dataclass(frozen=True, slots=True)
class Row:
    """One row of a table, as far as the linter asks; cells are stripped, `kind` is filled in where it was empty.

    `id` is what stands in the file, "" where nothing does.
    """

    line: int
    canonical: str
    alias: str
    type: str = ""
    id: str = ""
    kind: str = "spelling"
    prominence: int = 0
    country: str = ""

    @property
    def entity(self) -> tuple[str, str]:
        """What tells entities apart: the id (made up where missing) and the canonical form."""
        return self.id or default_id(self.type, self.canonical), self.canonical


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing wrong: its line (1 is the header), a short code for programs, and a remedy for people."""

    line: int
    code: str
    grade: Grade
    problem: str
    remedy: str


@dataclass(frozen=True, slots=True)
class Report:
    """What a check of one file found; `homonyms` counts spellings that several ids declare."""

    file: str
    rows: int
    homonyms: int
    faults: tuple[Fault, ...]

    @property
    def errors(self) -> int:
        """How many faults are errors."""
        return sum(f.grade == "error" for f in self.faults)

    @property
    def warnings(self) -> int:
        """How many faults are warnings."""
        return len(self.faults) - self.errors

    def lines(self) -> list[str]:
        """The faults as `file:line: grade: problem. remedy`."""
        return [f"{self.file}:{f.line}: {f.grade}: {f.problem}. {f.remedy}" for f in self.faults]

    def as_dict(self) -> dict[str, object]:
        """The report as JSON values."""
        return {
            "file": self.file,
            "rows": self.rows,
            "homonyms": self.homonyms,
            "errors": self.errors,
            "warnings": self.warnings,
            "faults": [
                {"line": f.line, "code": f.code, "grade": f.grade, "problem": f.problem, "remedy": f.remedy}
                for f in self.faults
            ],
        }
