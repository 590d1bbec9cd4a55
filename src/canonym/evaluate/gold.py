"""Gold from files: marked text, JSON lines, CSV and TSV; compressed ones by their ending.

Every fault is told with its file and line, since gold is written by hand.
"""

from __future__ import annotations

import csv
import json
from collections.abc import Callable, Iterator, Mapping
from itertools import pairwise
from pathlib import Path
from typing import Any, Final

from canonym.evaluate.markup import parse, parse_documents
from canonym.evaluate.types import (
    UNKNOWN_KIND,
    Gold,
    GoldError,
    GoldName,
    GoldPair,
    GoldText,
    Mark,
    Names,
    Pairs,
    Texts,
)
from canonym.evaluate.types import Task as Task
from canonym.table import places, several, uneven

_SAME: Final = {"1": True, "true": True, "yes": True, "same": True} | {
    "0": False, "false": False, "no": False, "different": False,
}  # fmt: skip
_TABLES: Final = (
    "A table of gold has the columns name and id (or canonical); or a, b and same; or text with marks in it"
)


def read(path: str | Path, task: Task | None = None) -> Gold:
    """Read gold; its ending and header tell what it is, and `task` insists on it.

    Text with marks (.txt, see `markup`), JSON lines of texts (.jsonl), or a table (.csv, .tsv) with the columns
    `name` and `id`, `ids` or `canonical`; or `a`, `b` and `same`; or `text`, whose cells hold marks.

    Raises:
        GoldError: it cannot be read, or is not what `task` says.
    """
    from canonym.corpus.formats import kind

    name = str(path)
    told = kind(name)
    source = _source(name, told.compression)
    if told.format == "csv":
        gold = _table(source, name, told.ending)
    elif told.format == "jsonl":
        gold = Texts(tuple(_json_texts(source, name)))
    elif told.format == "txt":
        gold = Texts(tuple(parse_documents(source, name)))
    else:
        raise GoldError("an ending that says no format", where=name, remedy="Use .txt, .jsonl, .csv or .tsv")
    if not gold.items:
        raise GoldError("there is no gold in it", where=name, remedy="Write some names first")
    if task is not None and task != task_of(gold):
        raise GoldError(f"this is gold of {task_of(gold)}, not of {task}", where=name, remedy=_TABLES)
    return gold


def task_of(gold: Gold) -> Task:
    """What gold asks for."""
    if isinstance(gold, Texts):
        return "texts"
    return "names" if isinstance(gold, Names) else "pairs"


def _source(name: str, compression: str) -> str:
    from canonym.corpus.stream import chunks
    from canonym.model import DocumentError

    try:
        data = b"".join(chunks(name, compression, 1 << 20))
    except DocumentError as error:
        remedy = error.remedy.partition(";")[0]  # that nothing was written goes without saying here
        raise GoldError(error.problem, where=name, remedy=remedy) from error
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise GoldError("not UTF-8", where=f"{name}:{line}", remedy="Save it as UTF-8") from None


# -- JSON lines ------------------------------------------------------------------------------------------------


def _json_texts(source: str, name: str) -> Iterator[GoldText]:
    for number, line in enumerate(source.split("\n"), 1):
        if not line.strip():
            continue
        where = f"{name}:{number}"
        try:
            record = json.loads(line)
        except json.JSONDecodeError as error:
            raise GoldError(f"broken JSON ({error.msg})", where=where, remedy="One JSON object a line") from None
        if not isinstance(record, dict) or not isinstance(record.get("text"), str):
            raise GoldError("no text", where=where, remedy='Give an object with a string under "text"')
        if "mentions" not in record and "damaged" not in record:
            raise GoldError("no marks", where=where, remedy='Give a list under "mentions", if need be an empty one')
        text = record["text"]
        given = _list(record, "mentions", where) + _list(record, "damaged", where)
        marks = sorted((_mark(one, text, where) for one in given), key=lambda m: m.start)
        for before, after in pairwise(marks):
            if after.start < before.end:
                raise GoldError(
                    f"two marks overlap, {before.start}:{before.end} and {after.start}:{after.end}",
                    where=where,
                    remedy="Mark each name once; several that are right go under ids",
                )
        sound = tuple(_span(one, text, where) for one in _list(record, "plain", where))
        complete = record.get("complete") is True
        yield GoldText(where, text, tuple(marks), sound, complete, str(record.get("id", "")))


def _list(record: Mapping[str, Any], key: str, where: str) -> list[Any]:
    value = record.get(key) or []
    if not isinstance(value, list):
        raise GoldError(
            f'"{key}" is no list', where=where, remedy='Write [{"start": 0, "end": 5, "canonical": "Kabul"}]'
        )
    return value


def _mark(one: Any, text: str, where: str) -> Mark:
    if not isinstance(one, dict):
        raise GoldError("a mark is no object", where=where, remedy='Write {"start", "end", "canonical" or "id"}')
    start, end = _span((one.get("start"), one.get("end")), text, where)
    if isinstance(one.get("text"), str) and one["text"] != text[start:end]:
        raise GoldError(
            f"at {start}:{end} stands {text[start:end]!r}, not {one['text']!r}",
            where=where,
            remedy="Offsets count code points, from 0, and the end is the first that is not in the name",
        )
    ids = one.get("ids")
    targets = [*ids] if isinstance(ids, list) else [one.get("id"), one.get("canonical")]
    right = tuple(str(t) for t in targets if t not in (None, ""))
    if not right:
        raise GoldError(
            f"the mark at {start}:{end} says not what is right", where=where, remedy="Add canonical, id or ids"
        )
    return Mark(start, end, right, str(one.get("kind") or UNKNOWN_KIND))


def _span(pair: Any, text: str, where: str) -> tuple[int, int]:
    match pair:
        case [int(start), int(end)] | (int(start), int(end)) if 0 <= start < end <= len(text):
            return start, end
        case [int(start), int(end)]:
            problem = f"the span {start}:{end} lies outside the text, which has {len(text):,} characters"
        case _:
            problem = f"no span, {pair!r}"
    raise GoldError(problem, where=where, remedy="Give start and end as offsets in code points, start before end")


# -- tables ----------------------------------------------------------------------------------------------------


def _table(source: str, name: str, ending: str) -> Gold:
    # As elsewhere, tab-separated lines know no quotes.
    lines = source.splitlines(keepends=True)
    tabs = ending == ".tsv" or ("\t" in source.split("\n", 1)[0])
    rows = csv.reader(lines, delimiter="\t", quoting=csv.QUOTE_NONE) if tabs else csv.reader(lines, strict=True)
    try:
        header = [cell.strip().lower() for cell in next(rows, [])]
        columns = set(header)
        for column in filter(None, columns):
            if header.count(column) > 1:
                problem, remedy = several(places(header, column), column)
                raise GoldError(problem, where=f"{name}:1", remedy=remedy)
        maker: Callable[[Mapping[str, str], str], GoldText | GoldName | GoldPair]
        if "name" in columns and columns & {"id", "ids", "canonical"}:
            maker = _gold_name
        elif {"a", "b", "same"} <= columns:
            maker = _gold_pair
        elif "text" in columns:
            maker = _gold_text
        else:
            raise GoldError(f"the columns are {', '.join(header) or 'none'}", where=f"{name}:1", remedy=_TABLES)
        items, line = [], rows.line_num + 1
        for row in rows:
            where, line = f"{name}:{line}", rows.line_num + 1
            if not row:
                continue
            if len(row) != len(header):
                problem, remedy = uneven(len(row), len(header), "\t" if tabs else ",")
                raise GoldError(problem, where=where, remedy=remedy)
            items.append(maker(dict(zip(header, row, strict=True)), where))
    except csv.Error as error:
        raise GoldError(f"broken CSV ({error})", where=f"{name}:{rows.line_num}", remedy="Check the quotes") from None
    if maker is _gold_name:
        return Names(tuple(i for i in items if isinstance(i, GoldName)))
    if maker is _gold_pair:
        return Pairs(tuple(i for i in items if isinstance(i, GoldPair)))
    return Texts(tuple(i for i in items if isinstance(i, GoldText)))


def _gold_name(row: Mapping[str, str], where: str) -> GoldName:
    cells = (row.get(column, "") for column in ("id", "ids", "canonical"))
    targets = tuple(t.strip() for cell in cells for t in cell.split("|") if t.strip())
    kind = row.get("kind", "").strip() or (UNKNOWN_KIND if targets else "stranger")
    return GoldName(where, row["name"], targets, kind, row.get("type", "").strip() or None)


def _gold_pair(row: Mapping[str, str], where: str) -> GoldPair:
    same = _SAME.get(row["same"].strip().lower())
    if same is None:
        raise GoldError(f'{row["same"]!r} under "same"', where=where, remedy="Write 1 for one thing, 0 for two")
    return GoldPair(where, row["a"], row["b"], same, row.get("kind", "").strip() or UNKNOWN_KIND)


def _gold_text(row: Mapping[str, str], where: str) -> GoldText:
    return parse(row["text"], where, id_=row.get("id", ""))
