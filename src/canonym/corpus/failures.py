"""The failures file: JSON lines that tell which documents failed, why, and what to do."""

from __future__ import annotations

import json
from collections.abc import Iterable
from itertools import islice
from pathlib import Path

from canonym.corpus.ledger import Ledger
from canonym.corpus.writer import Output
from canonym.model import Failure
from canonym.records import dataclass, field

#: How many failures are kept in memory.
KEPT = 1000


@dataclass(slots=True)
class FailureLog:
    """Counts failures, keeps the first, and writes all to `path` ("" for none) as they come, or to its ledger."""

    path: str
    ledger: Ledger | None = None
    count: int = 0
    first: list[Failure] = field(default_factory=list)
    _output: Output | Ledger | None = None

    def add(self, failure: Failure) -> None:
        """Note one failure."""
        self.count += 1
        if len(self.first) < KEPT:
            self.first.append(failure)
        if self.path:
            self._output = self._output or self.ledger or Output(self.path)
            line = {"document": failure.name, "problem": failure.problem, "remedy": failure.remedy}
            data = json.dumps(line, ensure_ascii=False, separators=(",", ":"))
            self._output.write(data.encode("utf-8", "backslashreplace") + b"\n")

    def take(self, count: int, lines: Iterable[bytes]) -> None:
        """Take over failures of an earlier run, which the ledger holds."""
        self.count += count
        for line in islice(lines, max(0, KEPT - len(self.first))):
            told = json.loads(line)
            self.first.append(Failure(told["document"], told["problem"], told["remedy"]))

    def commit(self) -> str:
        """Put the file in its place, or remove that of an earlier run; its path, "" where there is none."""
        output = self.ledger or self._output
        if output is not None and output.commit() is not False:
            return self.path
        if self.path and is_failures_file(Path(self.path)):
            Path(self.path).unlink()
        return ""

    def discard(self) -> None:
        """Leave no file."""
        if self._output is not None:
            self._output.discard()


def is_failures_file(path: Path) -> bool:
    """Whether a file was written by `FailureLog`."""
    return _begins(path, b'{"document":', b'"problem":', b'"remedy":')


def is_edit_log(path: Path) -> bool:
    """Whether a file is an uncompressed edit log."""
    return _begins(path, b'{"canonym":', b'"kind":"edits"')


def _begins(path: Path, start: bytes, *rest: bytes) -> bool:
    try:
        if not path.is_file():
            return False
        with path.open("rb") as file:
            first = file.readline(4096)
    except OSError:
        return False
    return first.startswith(start) and all(part in first for part in rest)
