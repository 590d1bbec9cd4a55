"""Row by row in the order given: resolve one column of a CSV, or score the pairs of a TSV.

Rows pass through in blocks, and each distinct name is resolved once, so that a column of a million rows
costs what its vocabulary costs.
"""

from __future__ import annotations

import csv
import sys
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import chain, islice
from typing import Final, Protocol

from canonym.alone import Brief
from canonym.columns.decisions import COLUMNS, decision_cells, score
from canonym.model import DocumentError, Failure, UsageError

Resolve = Callable[[Sequence[str]], Sequence[Brief]]
Compare = Callable[[Sequence[tuple[str, str]]], Sequence[float]]

_BLOCK: Final = 50_000
#: Names remembered from block to block; beyond it the memory is emptied, so that it stays small.
_REMEMBERED: Final = 1_000_000
#: Failures kept word for word; the others are counted.
_KEPT_FAILURES: Final = 20
_DELIMITERS: Final = ",;\t|"


class Sink(Protocol):
    """Where the rows go."""

    def write(self, text: str, /) -> object:
        """Take some text."""


@dataclass(frozen=True, slots=True)
class Counts:
    """How many rows were read, what became of them, and the first of those that could not be read."""

    rows: int = 0
    by_status: Mapping[str, int] = field(default_factory=dict)
    failed: int = 0
    failures: tuple[Failure, ...] = ()


def resolve_column(
    lines: Iterable[str],
    sink: Sink,
    column: str,
    resolve: Resolve,
    *,
    delimiter: str | None = None,
    where: str = "standard input",
) -> Counts:
    r"""Copy a CSV with the seven columns of a decision added for the names of one column.

    Where no delimiter is given it is the commonest of comma, semicolon, tab and bar in the header. Columns
    that an earlier run added are filled anew, not added twice; cells beyond the header stay, behind the
    added ones.

    >>> import io
    >>> out = io.StringIO()
    >>> abstain = lambda names: [Brief("abstain") for name in names]
    >>> resolve_column(["n,name\n", "1,Kabul\n"], out, "name", abstain).by_status
    {'abstain': 1}
    >>> out.getvalue().splitlines()[1]
    '1,Kabul,,,,,,abstain,'
    """
    csv.field_size_limit(sys.maxsize)
    first, lines = _first_line(lines, where)
    mark = delimiter or _delimiter(first)
    rows = _rows(lines, mark, where)
    header = next(rows)
    if column not in header:
        raise UsageError(
            f"there is no column {column!r}",
            where=where,
            remedy=f"Columns are {', '.join(repr(c) for c in header)}. Name one of them with --column.",
        )
    at = header.index(column)
    writer = csv.writer(
        sink,
        delimiter=mark,
        lineterminator="\r\n" if first.endswith("\r\n") else "\n",
        # A tab-separated file knows no quotes: one in a name is a character like others.
        quoting=csv.QUOTE_NONE if mark == "\t" else csv.QUOTE_MINIMAL,
        quotechar=None if mark == "\t" else '"',
    )
    places = _places(header)
    behind = places == list(range(len(header), len(header) + len(COLUMNS)))
    writer.writerow(_filled(header, COLUMNS, places, len(header)))
    known: dict[str, list[str]] = {}
    status = COLUMNS.index("canonym_status")
    nameless = decision_cells(Brief("abstain"))
    statuses: Counter[str] = Counter()
    count = 0
    while block := list(islice(rows, _BLOCK)):
        names = dict.fromkeys(row[at] for row in block if len(row) > at)
        new = [name for name in names if name not in known]
        known.update((n, _plain(decision_cells(d))) for n, d in zip(new, resolve(new), strict=True))
        out = []
        for row in block:
            if not row:
                out.append(row)
                continue
            cells = known[row[at]] if len(row) > at else nameless
            count += 1
            statuses[cells[status]] += 1
            usual = behind and len(row) == len(header)
            out.append(row + cells if usual else _filled(row, cells, places, len(header)))
        writer.writerows(out)
        if len(known) > _REMEMBERED:
            known.clear()
    return Counts(count, dict(statuses))


def _first_line(lines: Iterable[str], where: str) -> tuple[str, Iterator[str]]:
    rest = iter(lines)
    first = next(rest, "")
    if not first.strip():
        raise UsageError("the table is empty", where=where, remedy="Its first line must name the columns.")
    first = first.removeprefix("\ufeff")
    return first, chain([first], rest)


def _delimiter(header: str) -> str:
    """The commonest delimiter of a header; a comma where there is none.

    >>> _delimiter("id;name;note, free"), _delimiter("name")
    (';', ',')
    """
    return max(_DELIMITERS, key=lambda mark: (header.count(mark), mark == ","))


def _rows(lines: Iterator[str], mark: str, where: str) -> Iterator[list[str]]:
    reader = csv.reader(lines, delimiter=mark, quoting=csv.QUOTE_NONE if mark == "\t" else csv.QUOTE_MINIMAL)
    try:
        yield from reader
    except csv.Error as error:
        raise DocumentError(
            f"the table cannot be read: {error}",
            where=f"{where}, line {reader.line_num:,}",
            remedy="Mend the quotes or line ends there.",
        ) from error


def _places(header: Sequence[str]) -> list[int]:
    """Where each added column goes: its old place, or behind the header."""
    new = iter(range(len(header), len(header) + len(COLUMNS)))
    return [header.index(name) if name in header else next(new) for name in COLUMNS]


def _filled(row: Sequence[str], cells: Sequence[str], places: Sequence[int], header: int) -> list[str]:
    out = [*row[:header], *[""] * (max(header, *(p + 1 for p in places)) - min(header, len(row)))]
    for place, cell in zip(places, cells, strict=True):
        out[place] = cell
    return [*out, *row[header:]]


def _plain(cells: Sequence[str]) -> list[str]:
    """Cells without the characters that a tab-separated line cannot hold."""
    return [" ".join(cell.split()) if not cell.isprintable() else cell for cell in cells]


def score_pairs(lines: Iterable[str], sink: Sink, compare: Compare, *, where: str = "standard input") -> Counts:
    r"""Copy tab-separated lines with a column `score` added: the probability that `a` and `b` name one thing.

    Nothing is quoted, and lines are written back as they are. A line with too few cells is passed on with
    an empty score, and counts as failed.

    >>> import io
    >>> out = io.StringIO()
    >>> score_pairs(["a\tb\n", "Kiev\tKyiv\n"], out, lambda pairs: [0.97]).rows
    1
    >>> out.getvalue()
    'a\tb\tscore\nKiev\tKyiv\t0.97\n'
    """
    first, lines = _first_line(lines, where)
    header = _cells(next(lines))
    missing = [name for name in ("a", "b") if name not in header]
    if missing:
        raise UsageError(
            f"there is no column {missing[0]!r}",
            where=where,
            remedy="The first line must name the columns a and b, with a tab between them.",
        )
    left, right = header.index("a"), header.index("b")
    ending = "\r\n" if first.endswith("\r\n") else "\n"
    sink.write("\t".join([*header, "score"]) + ending)
    count, failed = 0, 0
    failures: list[Failure] = []
    while block := list(islice(lines, _BLOCK)):
        rows = [_cells(line) for line in block]
        sound = [len(row) > max(left, right) for row in rows]
        scores = iter(compare([(row[left], row[right]) for row, ok in zip(rows, sound, strict=True) if ok]))
        out = []
        for number, (row, ok) in enumerate(zip(rows, sound, strict=True), count + 2):
            out.append("\t".join([*row, score(next(scores), 6) if ok else ""]) + ending)
            if not ok:
                failed += 1
                if len(failures) < _KEPT_FAILURES:
                    failures.append(_short_row(where, number, len(row), len(header)))
        sink.write("".join(out))
        count += len(block)
    return Counts(count, {}, failed, tuple(failures))


def _cells(line: str) -> list[str]:
    return line.rstrip("\r\n").split("\t")


def _short_row(where: str, number: int, found: int, wanted: int) -> Failure:
    return Failure(
        f"{where}, line {number:,}",
        f"{found} of {wanted} cells",
        "Separate the names by a tab.",
    )
