"""What is found in a text: names as they stand, mentions of them, and which of those that overlap is meant."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Sequence
from itertools import accumulate
from operator import attrgetter, le
from typing import Final, NamedTuple, TypeVar

from canonym.model import Candidate, Entity, Mention
from canonym.plans import Span


class Listed(NamedTuple):
    """A listed name of a run at its place in the text, of which no mention is made before one is needed."""

    start: int
    end: int
    span: Span

    @property
    def entity(self) -> Entity:
        """The best of those that it may name."""
        return self.span.candidates[0].entity

    @property
    def match(self) -> str:
        """How it was recognised."""
        return self.span.candidates[0].match

    @property
    def score(self) -> float:
        """How likely it is."""
        return self.span.candidates[0].score


#: What is found in a text.
Found = Listed | Mention


def mention(
    text: str,
    start: int,
    end: int,
    best: Candidate,
    found: Sequence[Candidate],
    reasons: tuple[str, ...] = (),
) -> Mention:
    """The mention of the best of the candidates found for a span."""
    others: tuple[str, ...] = ()
    if len(found) > 1:
        others = tuple(dict.fromkeys(c.entity.id for c in found if c.entity.id != best.entity.id))
    return Mention(
        start,
        end,
        text[start:end],
        best.entity,
        best.match,
        best.kind,
        best.score,
        reasons or best.reasons,
        others[:8],
        best.alias,
    )


def listed_name(text: str, at: int, span: Span) -> Listed:
    """A listed name of a run that begins at `at`."""
    start, end = at + span.start, at + span.end
    if text[end : end + 1] == "." and "." in text[start:end] and not text[end - 2 : end].isalpha():
        end += 1  # the last stop of U.S. belongs to it
    return Listed(start, end, span)


def as_mention(text: str, found: Found) -> Mention:
    """What is found in a text as a mention."""
    if isinstance(found, Mention):
        return found
    return mention(text, found.start, found.end, found.span.candidates[0], found.span.candidates)


_start, _end = attrgetter("start"), attrgetter("end")
_Found = TypeVar("_Found", Found, Mention)


def without_overlap(mentions: Sequence[_Found]) -> list[_Found]:
    """The longest of overlapping mentions, then the surest, then the first; of one entity's the surest."""
    ordered = sorted(mentions, key=_start)
    if all(map(le, map(_end, ordered), map(_start, ordered[1:]))):
        return ordered  # as most are
    out: list[_Found] = []
    cluster: list[_Found] = []
    reach = -1
    for m in sorted(mentions, key=lambda m: (m.start, -m.end)):
        if m.start >= reach:
            out += _longest_of(cluster)
            cluster = []
        cluster.append(m)
        reach = max(reach, m.end)
    return out + _longest_of(cluster)


def _longest_of(cluster: Sequence[_Found]) -> list[_Found]:
    if len(cluster) < 2:
        return list(cluster)
    out: list[_Found] = []
    for m in sorted(cluster, key=lambda m: (m.start - m.end, -m.score, m.start)):
        rivals = [k for k, o in enumerate(out) if o.start < m.end and m.start < o.end]
        if not rivals:
            out.append(m)
        elif len(rivals) == 1 and _nearer(m, out[rivals[0]]):
            out[rivals[0]] = m
    return sorted(out, key=lambda m: m.start)


def _nearer(one: Found, other: Found) -> bool:
    """Of "Springvfield City" and "Springvfield", both near Springfield, the surer."""
    unlisted = one.match in ("rule", "fuzzy") and other.match in ("rule", "fuzzy")
    return unlisted and one.entity.id == other.entity.id and one.score > other.score


class Spans:
    """Spans of a text, for asking what lies at a place; a document may hold a million of them."""

    def __init__(self, spans: Iterable[tuple[int, int]]) -> None:
        self._spans = sorted(spans)
        self._starts = [start for start, _ in self._spans]
        self._longest = max((end - start for start, end in self._spans), default=0)
        self._reach = [*accumulate((end for _, end in self._spans), max)]

    def near(self, start: int, end: int) -> list[tuple[int, int]]:
        """The spans that share a character with start:end."""
        low = bisect_left(self._starts, start - self._longest)
        high = bisect_left(self._starts, end)
        return [span for span in self._spans[low:high] if span[1] > start]

    def touch(self, start: int, end: int) -> bool:
        """Whether one shares a character with start:end; no matter how long some are, as a line of code may be."""
        before = bisect_left(self._starts, end)
        return before > 0 and self._reach[before - 1] > start


NO_SPANS: Final = Spans(())
