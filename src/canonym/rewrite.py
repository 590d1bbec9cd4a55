"""Edits as an algebra: apply, invert, compose, and map spans back through them.

A plan of edits is a sequence sorted by start, whose spans do not overlap; offsets are code points into the
text before any edit. Everything here checks what it is given: a plan that does not fit its text raises.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import accumulate
from typing import NamedTuple

from canonym.model import CanonymError, Edit


def apply(text: str, edits: Sequence[Edit]) -> str:
    """The text with every edit made; raises CanonymError where the plan does not fit the text.

    >>> apply("in Kabool", [Edit(3, 9, "Kabool", "Kabul", "alias")])
    'in Kabul'
    """
    parts: list[str] = []
    done = 0
    for edit in edits:
        if not done <= edit.start <= edit.end <= len(text):
            raise CanonymError(
                f"the edit at {edit.start}:{edit.end} overlaps another, is out of order, or outside the text",
                remedy="Edits are sorted, do not overlap, and count code points",
            )
        if text[edit.start : edit.end] != edit.before:
            found = text[edit.start : edit.end]
            raise CanonymError(
                f"the edit at {edit.start}:{edit.end} expects {edit.before!r} and finds {found!r}",
                remedy="These edits were made for another text",
            )
        parts += (text[done : edit.start], edit.after)
        done = edit.end
    parts.append(text[done:])
    return "".join(parts)


def invert(edits: Sequence[Edit]) -> tuple[Edit, ...]:
    """The edits which lead back, against the output of `edits`.

    >>> plan = [Edit(3, 9, "Kabool", "Kabul", "alias")]
    >>> apply(apply("in Kabool", plan), invert(plan))
    'in Kabool'
    """
    return tuple(
        [
            replace(edit, start=start, end=end, before=edit.after, after=edit.before)
            for edit, (start, end) in zip(edits, _places(edits), strict=True)
        ]
    )


def _places(edits: Iterable[Edit]) -> Iterator[tuple[int, int]]:
    """Where each edit stands in the edited text."""
    shift = 0
    for edit in edits:
        start = edit.start + shift
        yield start, start + len(edit.after)
        shift += len(edit.after) - len(edit.before)


class _Step(NamedTuple):
    """One edit by its place in the text between the two plans."""

    start: int
    end: int
    late: bool
    edit: Edit


def effective(edits: Sequence[Edit]) -> tuple[Edit, ...]:
    """The edits that change something."""
    return tuple([edit for edit in edits if edit.before != edit.after])


def compose(first: Sequence[Edit], second: Sequence[Edit], text: str) -> tuple[Edit, ...]:
    """One plan against `text` that does what `first`, then `second` against the outcome, do.

    Edits of the two plans that overlap or touch become one: `before` is the original substring, `after`
    the final one, sources are joined by "+", reasons follow each other; canonical, id, type and score are the
    later edit's where it has a canonical form. An edit that changes nothing in the end vanishes. Raises
    CanonymError as `apply` does.

    >>> one = [Edit(0, 7, "KÃ¢bool", "Kâbool", "mojibake")]
    >>> two = [Edit(0, 6, "Kâbool", "Kabul", "alias", "Kabul")]
    >>> [(e.before, e.after, e.source, e.canonical) for e in compose(one, two, "KÃ¢bool!")]
    [('KÃ¢bool', 'Kabul', 'mojibake+alias', 'Kabul')]
    """
    if not first:
        apply(text, second)
        return effective(second)
    middle = apply(text, first)
    if not second:
        return effective(first)
    early = [_Step(start, end, False, e) for (start, end), e in zip(_places(first), first, strict=True)]
    late = [_Step(e.start, e.end, True, e) for e in second]
    steps = sorted(early + late, key=lambda step: (step.start, step.end))
    out: list[Edit] = []
    shift = 0  # from a place in the middle text to the same place in `text`
    for group in _groups(steps):
        if len(group) == 1 and not group[0].late:  # as most are: it stays what it is
            alone = group[0].edit
            shift += len(alone.before) - len(alone.after)
            out += effective((alone,))
            continue
        start, end = group[0].start, max(step.end for step in group)
        begin = start + shift
        shift += sum(len(s.edit.before) - len(s.edit.after) for s in group if not s.late)
        inside = [replace(s.edit, start=s.start - start, end=s.end - start) for s in group if s.late]
        after = apply(middle[start:end], inside)
        merged = replace(_merge(group), start=begin, end=end + shift, before=text[begin : end + shift], after=after)
        if merged.before != merged.after:
            out.append(merged)
    return tuple(out)


def _groups(steps: Iterable[_Step]) -> list[list[_Step]]:
    # A step joins when it meets a step of the *other* plan; neighbours in one plan stay two edits.
    groups: list[list[_Step]] = []
    ends = [-1, -1]
    for step in steps:
        if groups and step.start <= ends[not step.late]:
            groups[-1].append(step)
        else:
            groups.append([step])
            ends = [-1, -1]
        ends[step.late] = max(ends[step.late], step.end)
    return groups


def _merge(group: Sequence[_Step]) -> Edit:
    if len(group) == 1:
        return group[0].edit
    edits = [s.edit for s in group if not s.late] + [s.edit for s in group if s.late]
    sources = dict.fromkeys(part for edit in edits for part in edit.source.split("+"))
    named = [s.edit for s in group if s.late and s.edit.canonical] or [e for e in edits if e.canonical]
    base = named[0] if named else replace(edits[-1], score=min(edit.score for edit in edits))
    reasons = tuple(dict.fromkeys(reason for edit in edits for reason in edit.reasons))
    return replace(base, source="+".join(sources), reasons=reasons)


class Original:
    """Where spans of an edited text stand in the text before: asked of one text for as many as there are."""

    def __init__(self, edits: Sequence[Edit]) -> None:
        self._edits = edits
        places = [*_places(edits)]
        self._starts = [start for start, _ in places]
        self._ends = [end for _, end in places]
        #: What the edits before each, and before the end, add to the length of the text.
        self._shifts = [*accumulate((len(e.after) - len(e.before) for e in edits), initial=0)]

    def span(self, start: int, end: int) -> tuple[int, int]:
        """The place of a span; see `map_back`."""
        first = bisect_right(self._ends, start)
        past = bisect_left(self._starts, end, first)
        low, high = start - self._shifts[first], end - self._shifts[past]
        if first == past:
            return low, high
        return min(low, self._edits[first].start), max(high, self._edits[past - 1].end)


def map_back(span: tuple[int, int], edits: Sequence[Edit]) -> tuple[int, int]:
    """Where a span (start, end) of the edited text stands in the text before `edits`.

    An edit that shares a character with the span is taken in whole; one that only lies beside it is left out.

    >>> map_back((3, 8), [Edit(3, 9, "Kabool", "Kabul", "alias")])
    (3, 9)
    """
    return Original(edits).span(*span)
