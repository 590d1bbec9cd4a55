"""Faults between rows: two canonicals for one spelling, chains and cycles, ids, repeats, the order."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import Final

from canonym import domains
from canonym.check.types import Fault, Row
from canonym.model import REWRITTEN_KINDS
from canonym.text import fold

#: So many rows out of order are told one by one; a table that was never sorted would fill a screen otherwise.
_MOST_UNSORTED: Final = 5


def order_key(row: Row) -> tuple[str, str, str, bool, str]:
    """Tables are sorted by type, canonical and id, the canonical row first, then by alias, by code points."""
    return row.type, row.canonical, row.id, row.kind != "canonical", row.alias


def order_faults(rows: Sequence[Row]) -> Iterator[Fault]:
    """Rows that stand behind one they belong before."""
    wrong = [b for a, b in pairwise(rows) if order_key(a) > order_key(b)]
    for row in wrong[:_MOST_UNSORTED]:
        more = len(wrong) - _MOST_UNSORTED
        last = more > 0 and row is wrong[_MOST_UNSORTED - 1]
        also = f" ({more} more rows are)" if last else ""
        yield Fault(
            row.line,
            "unsorted",
            "warning",
            f"“{row.alias}” stands out of order{also}",
            "Sort the table with `canonym table sort`",
        )


def id_faults(rows: Sequence[Row]) -> Iterator[Fault]:
    """An id with two canonicals, rows of one name with and without an id, rows that disagree on the entity."""
    owner: dict[str, Row] = {}
    told: set[tuple[str, str]] = set()
    first: dict[tuple[str, str], Row] = {}
    for row in rows:
        before = first.setdefault(row.entity, row)
        if before is not row and row.entity not in told:
            differ = [n for n in ("type", "prominence", "country") if getattr(row, n) != getattr(before, n)]
            if differ:
                told.add(row.entity)
                yield Fault(
                    row.line,
                    "disagree",
                    "error" if "type" in differ else "warning",
                    f"“{row.canonical}” has another {' and '.join(differ)} here than in line {before.line}, "
                    "which counts",
                    "Make its rows agree",
                )
        if not row.id:
            continue
        known = owner.setdefault(row.id, row)
        if known.canonical != row.canonical and (row.id, row.canonical) not in told:
            told.add((row.id, row.canonical))
            yield Fault(
                row.line,
                "duplicate-id",
                "error",
                f"the id {row.id} belongs to “{known.canonical}” (line {known.line}) and to “{row.canonical}”",
                "Give one of them another id, or both the same canonical",
            )
    with_id: dict[tuple[str, str], Row] = {}
    for row in rows:
        if row.id:
            with_id.setdefault((row.type, row.canonical), row)
    for row in rows:
        known_id = None if row.id else with_id.pop((row.type, row.canonical), None)
        if known_id is not None:
            yield Fault(
                row.line,
                "missing-id",
                "error",
                f"“{row.canonical}” has the id {known_id.id} in line {known_id.line} and none here, so these are "
                "two entities",
                "Give all its rows the same id",
            )


def repeat_faults(rows: Sequence[Row]) -> Iterator[Fault]:
    """A spelling listed twice for one entity. A row of kind weak or never beside another one is a grading."""
    first: dict[tuple[tuple[str, str], str, bool], Row] = {}
    for row in rows:
        graded = row.kind in ("weak", "never")
        before = first.setdefault((row.entity, row.alias, graded), row)
        if before is not row:
            how = "" if before.kind == row.kind else f", as {before.kind} and as {row.kind}"
            yield Fault(
                row.line,
                "repeated",
                "warning",
                f"“{row.alias}” is listed twice for “{row.canonical}” (line {before.line}){how}",
                "Remove one of the rows",
            )


def _spelling(row: Row) -> tuple[str, bool]:
    """What recognition knows of an alias: its folded form; domains live in a space of their own."""
    if row.kind == "domain":
        return domains.key(row.alias), True
    return fold(row.alias), False


def declared_homonyms(rows: Sequence[Row]) -> int:
    """How many spellings several entities share that all have ids of their own."""
    owners: dict[tuple[str, tuple[str, bool]], set[tuple[str, str]]] = defaultdict(set)
    for row in rows:
        if row.id and row.kind != "never":
            owners[row.type, _spelling(row)].add(row.entity)
    return sum(len(o) > 1 for o in owners.values())


def _names(rows: Sequence[Row]) -> dict[tuple[str, str], Row]:
    """The first row of each canonical form, by type and folded form: the entity that owns it."""
    out: dict[tuple[str, str], Row] = {}
    for row in rows:
        if row.kind != "never":
            out.setdefault((row.type, fold(row.canonical)), row)
    return out


def _conflict(row: Row, named: dict[tuple[str, str], Row]) -> Row | None:
    """The entity of the same type whose canonical form this row lists as an alias, if the two are undeclared."""
    if row.kind not in REWRITTEN_KINDS:
        return None
    other = named.get((row.type, fold(row.alias)))
    if other is None or other.entity == row.entity or (row.id and other.id):
        return None
    return None if fold(other.canonical) == fold(row.canonical) else other


def canonical_faults(rows: Sequence[Row]) -> Iterator[Fault]:
    """A canonical form that is another entity's alias: a chain, or a cycle where both do it."""
    named = _names(rows)
    aliases: dict[tuple[str, str], Row] = {}
    points: dict[tuple[str, str], set[tuple[str, str]]] = defaultdict(set)
    for row in rows:
        if row.kind in REWRITTEN_KINDS and row.alias != row.canonical:
            aliases.setdefault(row.entity, row)
        if (other := _conflict(row, named)) is not None:
            points[row.entity].add(other.entity)
    for row in rows:
        other = _conflict(row, named)
        if other is None:
            continue
        mine, theirs = f"“{row.canonical}”", f"“{other.canonical}” (line {other.line})"
        remedy = "Keep one canonical for all of them, or give both ids to declare two things of one name"
        if row.entity in points.get(other.entity, ()):
            yield Fault(
                row.line,
                "cycle",
                "error",
                f"a cycle: {mine} and {theirs} are each an alias of the other",
                remedy,
            )
        elif (link := aliases.get(other.entity)) is not None:
            yield Fault(
                row.line,
                "chain",
                "error",
                f"a chain: “{link.alias}” → {theirs} → {mine}",
                remedy,
            )
        else:
            yield Fault(
                row.line,
                "canonical-alias",
                "error",
                f"the canonical {theirs} is listed as an alias of {mine}",
                remedy,
            )


def double_faults(rows: Sequence[Row]) -> Iterator[Fault]:
    """One alias with two canonicals of the same type that are not declared as homonyms by ids."""
    named = _names(rows)
    first: dict[tuple[str, tuple[str, bool]], Row] = {}
    told: set[tuple[tuple[str, str], str]] = set()
    for row in rows:
        if row.kind == "never":
            continue
        spelling = _spelling(row)
        before = first.setdefault((row.type, spelling), row)
        if before.entity == row.entity or (row.entity, row.alias) in told:
            continue
        if row.canonical == before.canonical and not (row.id and before.id):
            continue  # told of as a missing id
        domain = spelling[1]
        if (row.id and before.id and not domain) or _is_conflict(row, before, named):
            continue
        told.add((row.entity, row.alias))
        same = row.alias == before.alias
        what = "domain" if domain else "alias"
        spelt = "" if same else f" spelt “{before.alias}”"
        yield Fault(
            row.line,
            "two-canonicals",
            "error" if same or domain else "warning",
            f"the {what} “{row.alias}” has two canonicals, “{before.canonical}” (line {before.line}{spelt}) "
            f"and “{row.canonical}”",
            "Remove one of the rows" + ("" if domain else ", or give both entities an id to declare two of one name"),
        )


def _is_conflict(row: Row, before: Row, named: dict[tuple[str, str], Row]) -> bool:
    """True where `canonical_faults` tells of the pair already."""
    pair = {row.entity, before.entity}
    for one in (row, before):
        other = _conflict(one, named)
        if other is not None and {one.entity, other.entity} == pair:
            return True
    return False
