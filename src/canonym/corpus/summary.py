"""What a run did, counted."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from canonym.model import Edit, Failure, Mention


@dataclass(frozen=True, slots=True)
class Change:
    """One kind of edit and how often it was made, in how many documents; `reasons` of its first case."""

    before: str
    after: str
    source: str
    canonical: str
    id: str
    count: int
    documents: int
    reasons: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class MentionCount:
    """How often an entity was found, in how many documents."""

    canonical: str
    id: str
    type: str
    count: int
    documents: int


@dataclass(frozen=True, slots=True)
class Summary:
    """What a run did. `failed` counts all failures; `failures` holds the first 1,000 of them.

    `bytes` are input bytes after decompression; what was read of a broken file counts as well. `outputs` are
    the files written; `failures_file` the one that tells all failures, "" where none was written. `kept` files were
    finished by an earlier run, and are counted in all the others.
    """

    files: int = 0
    documents: int = 0
    changed: int = 0
    edits: int = 0
    failed: int = 0
    bytes: int = 0
    seconds: float = 0.0
    failures: tuple[Failure, ...] = ()
    changes: tuple[Change, ...] = ()
    mentions: tuple[MentionCount, ...] = ()
    outputs: tuple[str, ...] = ()
    failures_file: str = ""
    left_out: tuple[str, ...] = ()
    kept: int = 0

    def as_dict(self) -> dict[str, object]:
        """The summary as plain JSON values."""
        from dataclasses import asdict

        return asdict(self)


@dataclass(slots=True)
class _Tally:
    count: int = 0
    documents: int = 0
    reasons: tuple[str, ...] = ()


@dataclass(slots=True)
class Counts:
    """Counts while a run goes on; memory grows with different changes and entities, not with documents."""

    files: int = 0
    documents: int = 0
    changed: int = 0
    edits: int = 0
    bytes: int = 0
    _changes: dict[tuple[str, str, str, str, str], _Tally] = field(default_factory=dict)
    _mentions: dict[tuple[str, str, str], _Tally] = field(default_factory=dict)

    def change(self, edits: Sequence[Edit]) -> None:
        """Count the edits of one changed document."""
        self.changed += 1
        self.edits += len(edits)
        seen = set()
        for edit in edits:
            key = (edit.before, edit.after, edit.source, edit.canonical, edit.id)
            tally = self._changes.get(key)
            if tally is None:
                tally = self._changes[key] = _Tally(reasons=edit.reasons)
            tally.count += 1
            tally.documents += key not in seen
            seen.add(key)

    def mentions(self, mentions: Sequence[Mention]) -> None:
        """Count the mentions of one document."""
        seen = set()
        for mention in mentions:
            key = (mention.entity.canonical, mention.entity.id, mention.entity.type)
            tally = self._mentions.setdefault(key, _Tally())
            tally.count += 1
            tally.documents += key not in seen
            seen.add(key)

    def add(self, other: Counts) -> None:
        """Count what another counted after this one; it is not to be used any more."""
        for name in ("files", "documents", "changed", "edits", "bytes"):
            setattr(self, name, getattr(self, name) + getattr(other, name))
        for own, others in ((self._changes, other._changes), (self._mentions, other._mentions)):
            _add(own, others)

    def record(self) -> dict[str, object]:
        """The counts as plain JSON values, for `of`."""
        return {
            "documents": self.documents,
            "bytes": self.bytes,
            "changes": [[*key, t.count, t.documents, t.reasons] for key, t in self._changes.items()],
            "mentions": [[*key, t.count, t.documents] for key, t in self._mentions.items()],
            "changed": self.changed,
            "edits": self.edits,
        }

    @classmethod
    def of(cls, record: Mapping[str, Any]) -> Counts:
        """The counts that `record` gave, of one file."""
        out = cls(1, record["documents"], record["changed"], record["edits"], record["bytes"])
        for *key, count, documents, reasons in record["changes"]:
            before, after, source, canonical, id_ = key
            out._changes[before, after, source, canonical, id_] = _Tally(count, documents, tuple(reasons))
        for canonical, id_, type_, count, documents in record["mentions"]:
            out._mentions[canonical, id_, type_] = _Tally(count, documents)
        return out

    def summary(
        self,
        *,
        failed: int,
        failures: tuple[Failure, ...],
        outputs: tuple[str, ...],
        failures_file: str,
        kept: int,
        each: bool = True,
    ) -> Summary:
        """All counts, most frequent first; without `each` those of single changes and mentions are left out."""
        told, seen = (self._changes, self._mentions) if each else ({}, {})
        changes = [Change(*key, tally.count, tally.documents, tally.reasons) for key, tally in told.items()]
        found = [MentionCount(*key, tally.count, tally.documents) for key, tally in seen.items()]
        return Summary(
            files=self.files,
            documents=self.documents,
            changed=self.changed,
            edits=self.edits,
            failed=failed,
            bytes=self.bytes,
            failures=failures,
            changes=tuple(sorted(changes, key=lambda c: (-c.count, c.before, c.after, c.source, c.id))),
            mentions=tuple(sorted(found, key=lambda m: (-m.count, m.canonical, m.id, m.type))),
            outputs=outputs,
            failures_file=failures_file,
            kept=kept,
        )


def _add(own: dict[Any, _Tally], others: dict[Any, _Tally]) -> None:
    if not own:
        own.update(others)
        return
    for key, other in others.items():
        tally = own.setdefault(key, _Tally(reasons=other.reasons))
        tally.count += other.count
        tally.documents += other.documents
