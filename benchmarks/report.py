"""The results as Markdown, CSV and JSON."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from benchmarks.measure import Figure

BASE: Final = "ahocorasick_rs"
_TITLES: Final = {
    "peers": "Beside its peers",
    "corpus": "As the corpus grows",
    "tables": "As the table grows",
    "workers": "As workers are added",
}
_HEAD: Final = ("tool", "finds", "names", "workers", "read, MB", "MB/s", f"of {BASE}", "start + load, s", "peak, MB")


@dataclass(frozen=True)
class Report:
    """All figures of a run by experiment, and under which circumstances they were taken."""

    results: Mapping[str, Sequence[Figure]]
    facts: Mapping[str, Any]

    def markdown(self) -> str:
        """The report for people."""
        return "\n".join([*self._lines(), ""])

    def _lines(self) -> Iterator[str]:
        yield "# canonym beside its peers"
        yield ""
        for name, value in self.facts.items():
            if not isinstance(value, dict):
                yield f"- {name}: {value}"
        versions = self.facts.get("versions", {})
        yield "- versions: " + ", ".join(f"{name} {number}" for name, number in versions.items())
        for experiment, figures in self.results.items():
            if figures:
                yield from ("", f"## {_TITLES[experiment]}", "")
                yield "| " + " | ".join(_HEAD) + " |"
                yield "| " + " | ".join("---" for _ in _HEAD) + " |"
                yield from (self._row(figure, figures) for figure in figures)
        compiled = self.facts.get("compiled", {})
        if compiled:
            yield ""
            told = ", ".join(f"{int(names):,} names {seconds:.1f} s" for names, seconds in compiled.items())
            yield f"canonym compiles a table once and keeps the index. Not in the figures above, that took: {told}."

    def _row(self, figure: Figure, figures: Sequence[Figure]) -> str:
        cells = [figure.tool, figure.finds, f"{figure.names:,}" if figure.names else "", str(figure.workers)]
        if figure.pace is None:
            return "| " + " | ".join([*cells, figure.note, *[""] * (len(_HEAD) - len(cells) - 1)]) + " |"
        read = f"{figure.megabytes:.2f}" + (f" ({figure.share:.1%})" if figure.share < 0.999 else "")
        ratio = self.ratio(figure, figures)
        cells += [read, f"{figure.pace:.3g}", f"{ratio:.3g}" if ratio else "", f"{figure.start:.2f}"]
        return "| " + " | ".join([*cells, f"{figure.peak:,.0f}"]) + " |"

    @staticmethod
    def ratio(figure: Figure, figures: Sequence[Figure]) -> float | None:
        """The pace of a figure to that of ahocorasick_rs in the same experiment, with as many names and texts."""
        bases = [f for f in figures if f.tool == BASE and f.names == figure.names and f.pace]
        if not bases or not figure.pace:
            return None
        base = min(bases, key=lambda f: abs(f.megabytes - figure.megabytes))
        return figure.pace / (base.pace or 1.0)

    def as_dict(self) -> dict[str, Any]:
        """The report as JSON values."""
        return {"facts": dict(self.facts)} | {
            experiment: [figure.as_dict() | {f"of_{BASE}": self.ratio(figure, figures)} for figure in figures]
            for experiment, figures in self.results.items()
        }

    def csv(self) -> str:
        """All figures in one table, a row each."""
        rows = [
            {"experiment": experiment, **row}
            for experiment, listed in self.as_dict().items()
            if experiment != "facts"
            for row in listed
        ]
        out = io.StringIO()
        writer = csv.DictWriter(out, list(rows[0]) if rows else ["experiment"])
        writer.writeheader()
        writer.writerows(rows)
        return out.getvalue()
