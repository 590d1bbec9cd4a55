"""Row by row in the order given: resolve one column of a CSV, or score the pairs of a TSV.

Rows pass through in blocks, and each distinct name is resolved once, so that a column of a million rows
costs what its vocabulary costs.
"""

from __future__ import annotations

import csv
import io
import sys
from collections import Counter, deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import chain, islice
from typing import TYPE_CHECKING, Final, Literal, Protocol

from canonym.alone import Brief
from canonym.columns import faults
from canonym.columns.decisions import COLUMNS, decision_cells, score
from canonym.corpus.delimited import LONGEST, PASSED
from canonym.corpus.failures import FailureLog
from canonym.model import DocumentError, Failure, UsageError

if TYPE_CHECKING:
    from _csv import Reader

Resolve = Callable[[Sequence[str]], Sequence[Brief]]
Compare = Callable[[Sequence[tuple[str, str]]], Sequence[float]]

_BLOCK: Final = 10_000
#: Names remembered from block to block; beyond it the memory is emptied, so that it stays small.
_REMEMBERED: Final = 1_000_000
_DELIMITERS: Final = ",;\t|"


class Sink(Protocol):
    """Where the rows go."""

    def write(self, text: str, /) -> object:
        """Take some text."""


@dataclass(frozen=True, slots=True)
class Counts:
    """How many rows were read, what became of them, and the first of those that could not be read.

    `failures_file`: where all of these are told, "" where nowhere.
    """

    rows: int = 0
    by_status: Mapping[str, int] = field(default_factory=dict)
    failed: int = 0
    failures: tuple[Failure, ...] = ()
    failures_file: str = ""


def resolve_column(
    lines: Iterable[str],
    sink: Sink,
    column: str,
    resolve: Resolve,
    *,
    delimiter: str | None = None,
    where: str = "standard input",
    failures: FailureLog | None = None,
) -> Counts:
    r"""Copy a CSV with the seven columns of a decision added for the names of one column.

    Where no delimiter is given it is the commonest of comma, semicolon, tab and bar in the header. Columns
    that an earlier run added are filled anew, not added twice; empty cells beyond the header stay, behind the
    added ones. A row whose quotes do not close, that has too few cells for the column, or more than the header,
    counts as failed, and loses none of its cells.

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
    shape = _Shape(delimiter or _delimiter(first), _ending(first))
    header, taken, problem = _next_row(deque(), lines, shape, where, 0)
    if problem:
        raise DocumentError(f"its first row cannot be read: {problem}", where=where, remedy="Mend the first row")
    remedy = f"Columns are {', '.join(repr(c) for c in header)}. Name one of them with --column."
    at = faults.column(header, column, shape.mark, where, remedy)
    width, places = len(header), _places(header)
    behind = places == list(range(width, width + len(COLUMNS)))
    sink.write(_written([_filled(header, COLUMNS, places, width)], shape))
    known: dict[str, tuple[str, str]] = {}
    statuses: Counter[str] = Counter()
    failures = failures or FailureLog("")

    def whole(row: list[str], failed: bool) -> list[str]:
        if not row or len(row) <= at:
            return row
        # Nobody knows where a cell of a bad row belongs: what an earlier run may have added stays as well.
        cells = [row[p] if p < width else "" for p in places] if failed else _cells_of(known[row[at]], shape)
        return _filled(row, cells, places, width)

    for rows, bodies, numbers in _blocks(lines, shape, where, len(taken), failures):
        if not rows:  # one that cannot be read
            sink.write("".join(body + shape.ending for body in bodies))
            continue
        even = set(map(len, rows)) == {width}
        bad = {} if even else faults.ragged(rows, at, header, shape.mark)
        for k, told in bad.items():
            failures.add(Failure(f"{where}, line {numbers[k]:,}", *told))
        each = [row[at] for row in rows] if even else [row[at] for k, row in enumerate(rows) if row and k not in bad]
        names = Counter(each)
        new = [name for name in names if name not in known]
        known.update(zip(new, _ends(resolve(new), shape), strict=True))
        for name, number in names.items():
            statuses[known[name][0]] += number

        if behind and even:
            sink.write("".join([body + known[name][1] for name, body in zip(each, bodies, strict=True)]))
        elif behind:
            out = [
                body + known[row[at]][1] if len(row) == width else _written([whole(row, k in bad)], shape)
                for k, (row, body) in enumerate(zip(rows, bodies, strict=True))
            ]
            sink.write("".join(out))
        else:
            sink.write(_written((whole(row, k in bad) for k, row in enumerate(rows)), shape))
        if len(known) > _REMEMBERED:
            known.clear()
    counted = {status: number for status, number in statuses.items() if number}
    return Counts(statuses.total() + failures.count, counted, failures.count, tuple(failures.first))


@dataclass(frozen=True, slots=True)
class _Shape:
    """How a table is written. A tab-separated one knows no quotes: one in a name is a character like others."""

    mark: str
    ending: str

    @property
    def quoting(self) -> Literal[0, 3]:
        return csv.QUOTE_NONE if self.mark == "\t" else csv.QUOTE_MINIMAL


def _reader(lines: Iterable[str], shape: _Shape) -> Reader:
    return csv.reader(lines, delimiter=shape.mark, quoting=shape.quoting)


def _written(rows: Iterable[Sequence[str]], shape: _Shape) -> str:
    out = io.StringIO(newline="")
    quote = None if shape.mark == "\t" else '"'
    writer = csv.writer(out, delimiter=shape.mark, lineterminator=shape.ending, quoting=shape.quoting, quotechar=quote)
    writer.writerows(rows)
    return out.getvalue()


def _ends(decided: Sequence[Brief], shape: _Shape) -> list[tuple[str, str]]:
    """What is added to the line of each name, with its status: its cells as they are written, and the line's end."""
    told = _written((["", *_plain(decision_cells(d))] for d in decided), shape)
    return [(d.status, line) for d, line in zip(decided, told.splitlines(keepends=True), strict=True)]


def _cells_of(end: tuple[str, str], shape: _Shape) -> list[str]:
    row: list[str] = next(_reader([end[1]], shape))
    return row[1:]


def _blocks(
    lines: Iterator[str], shape: _Shape, where: str, before: int, failures: FailureLog
) -> Iterator[tuple[list[list[str]], list[str], Sequence[int]]]:
    """The rows behind the first lines, in blocks, each with its cells as they are written and its line.

    A block without rows holds the line of one that cannot be read.
    """
    while block := list(islice(lines, _BLOCK)):
        if not _is_odd("".join(block), shape):
            numbers = range(before + 1, before + 1 + len(block))
            before += len(block)
            bodies = [line.rstrip("\r\n") for line in block]
            yield [body.split(shape.mark) if body else [] for body in bodies], bodies, numbers
            continue
        rows, bodies, places = [], [], []
        ahead = deque(block)
        while ahead:
            if not _is_odd(ahead[0], shape):
                body = ahead.popleft().rstrip("\r\n")
                rows.append(body.split(shape.mark) if body else [])
                bodies.append(body)
                before += 1
                places.append(before)
                continue
            row, taken, problem = _row_of(ahead, lines, shape, where, before)
            if problem:
                if rows:  # first, so that faults are told in the order of their lines
                    yield rows, bodies, places
                failures.add(Failure(f"{where}, line {before + 1:,}", problem, f"Mend the quotes of the row. {PASSED}"))
                yield [], [taken[0].rstrip("\r\n")], ()
                rows, bodies, places = [], [], []
            else:
                rows.append(row)
                bodies.append(_written([[*row, ""]], shape)[: -len(shape.mark + shape.ending)] if row else "")
                places.append(before + 1)
            before += len(taken)
        if rows:
            yield rows, bodies, places


def _row_of(
    ahead: deque[str], lines: Iterator[str], shape: _Shape, where: str, before: int
) -> tuple[list[str], list[str], str]:
    """`_next_row`, and faster: most rows take up one line, and nothing is wrong with them."""
    line = ahead[0]
    try:
        row: list[str] = next(csv.reader([line], delimiter=shape.mark, quoting=shape.quoting, strict=True))
    except csv.Error:
        return _next_row(ahead, lines, shape, where, before)
    ahead.popleft()
    return row, [line], ""


def _next_row(
    ahead: deque[str], lines: Iterator[str], shape: _Shape, where: str, before: int
) -> tuple[list[str], list[str], str]:
    """The next row, the lines that it takes up, and what is wrong with it: then it takes up one, the others are ahead.

    A quoted cell may go on in other lines. One that is never closed would take up all of them.
    """
    taken: list[str] = []
    ended = False

    def feed() -> Iterator[str]:
        nonlocal ended
        size = 0
        while size < LONGEST and (line := ahead.popleft() if ahead else next(lines, None)) is not None:
            taken.append(line)
            size += len(line)
            yield line
        ended = True

    row = next(_rows(_reader(feed(), shape), where, before))
    problem = ""
    if ended:
        problem = "a quote is opened and never closed"
    elif len(taken) > 1 and not _is_strict(taken, shape):
        problem = "a quote is opened, and characters follow the one that closes it in another line"
    if problem:
        ahead.extendleft(reversed(taken[1:]))
        del taken[1:]
    return row, taken, problem


def _is_strict(lines: Iterable[str], shape: _Shape) -> bool:
    """Whether each quoted cell ends where its quotes end: another that goes over lines is two, with others between."""
    try:
        for _ in csv.reader(lines, delimiter=shape.mark, strict=True):
            continue
    except csv.Error:
        return False
    return True


def _is_odd(text: str, shape: _Shape) -> bool:
    """True where lines hold more than cells with delimiters between them."""
    if shape.mark != "\t" and '"' in text:
        return True
    if shape.ending == "\r":
        return "\0" in text or "\n" in text
    return "\0" in text or ("\r" in text and text.count("\r") != text.count("\r\n"))


def _first_line(lines: Iterable[str], where: str) -> tuple[str, Iterator[str]]:
    rest = iter(lines)
    first = next(rest, "")
    if not first.strip():
        raise UsageError("the table is empty", where=where, remedy="Its first line must name the columns.")
    first = first.removeprefix("\ufeff")
    return first, chain([first], rest)


def _ending(first: str) -> str:
    return next((end for end in ("\r\n", "\r") if first.endswith(end)), "\n")


def _delimiter(header: str) -> str:
    """The commonest delimiter of a header; a comma where there is none.

    >>> _delimiter("id;name;note, free"), _delimiter("name")
    (';', ',')
    """
    return max(_DELIMITERS, key=lambda mark: (header.count(mark), mark == ","))


def _rows(reader: Reader, where: str, before: int) -> Iterator[list[str]]:
    """The rows of a table, `before` of whose lines were read by others."""
    try:
        yield from reader
    except csv.Error as error:
        raise DocumentError(
            f"the table cannot be read: {error}",
            where=f"{where}, line {before + reader.line_num:,}",
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


def score_pairs(
    lines: Iterable[str],
    sink: Sink,
    compare: Compare,
    *,
    where: str = "standard input",
    failures: FailureLog | None = None,
) -> Counts:
    r"""Copy tab-separated lines with a column `score` added: the probability that `a` and `b` name one thing.

    Nothing is quoted, and lines are written back as they are, but for a column `score` that is there already: it is
    filled anew, not added twice. A line with too few cells is passed on with an empty score, and counts as failed.

    >>> import io
    >>> out = io.StringIO()
    >>> score_pairs(["a\tb\n", "Kiev\tKyiv\n"], out, lambda pairs: [0.97]).rows
    1
    >>> out.getvalue()
    'a\tb\tscore\nKiev\tKyiv\t0.97\n'
    """
    first, lines = _first_line(lines, where)
    header = _cells(next(lines))
    remedy = "The first line must name the columns a and b, with a tab between them."
    left, right = (faults.column(header, name, "\t", where, remedy) for name in ("a", "b"))
    ending = _ending(first)
    place = header.index("score") if "score" in header else None
    sink.write("\t".join(_scored(header, "score", place)) + ending)
    count, failures = 0, failures or FailureLog("")
    while block := list(islice(lines, _BLOCK)):
        rows = [_cells(line) for line in block]
        sound = [len(row) > max(left, right) for row in rows]
        scores = iter(compare([(row[left], row[right]) for row, ok in zip(rows, sound, strict=True) if ok]))
        out = []
        for number, (row, ok) in enumerate(zip(rows, sound, strict=True), count + 2):
            out.append("\t".join(_scored(row, score(next(scores), 6) if ok else "", place)) + ending)
            if not ok:
                failures.add(Failure(f"{where}, line {number:,}", *faults.short_pair(len(row), len(header))))
        sink.write("".join(out))
        count += len(block)
    return Counts(count, {}, failures.count, tuple(failures.first))


def _scored(row: list[str], value: str, place: int | None) -> list[str]:
    """A row with its score: in its old place, or behind the others, however many there are."""
    if place is None:
        return [*row, value]
    return [*row[:place], *[""] * (place - len(row)), value, *row[place + 1 :]]


def _cells(line: str) -> list[str]:
    return line.rstrip("\r\n").split("\t")
