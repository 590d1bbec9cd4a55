"""What differs between two tables, and what that changes in a corpus."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import asdict
from itertools import islice
from typing import Final

from canonym.index import Index
from canonym.model import Document, Edit, Entity
from canonym.records import dataclass
from canonym.resolve import Normaliser

_BATCH: Final = 256


@dataclass(frozen=True, slots=True)
class Alias:
    """One alias with its entity and kind."""

    alias: str
    kind: str
    canonical: str
    id: str


@dataclass(frozen=True, slots=True)
class Changed:
    """One field of an entity, or the kind of an alias, before and after; `alias` is "" for an entity."""

    id: str
    canonical: str
    alias: str
    field: str
    old: str
    new: str


@dataclass(frozen=True, slots=True)
class TableDiff:
    """What was added to, removed from and changed in a table; sorted."""

    entities_added: tuple[Entity, ...]
    entities_removed: tuple[Entity, ...]
    aliases_added: tuple[Alias, ...]
    aliases_removed: tuple[Alias, ...]
    changed: tuple[Changed, ...]

    def __bool__(self) -> bool:
        return bool(
            self.entities_added or self.entities_removed or self.aliases_added or self.aliases_removed or self.changed
        )

    def as_dict(self) -> dict[str, object]:
        """The difference as JSON values."""
        return asdict(self)

    def lines(self) -> list[str]:
        """The difference as lines: + added, - removed, ~ changed. Aliases of a new or lost entity stand below it."""
        out: list[str] = []
        for sign, entities, aliases in (
            ("-", self.entities_removed, self.aliases_removed),
            ("+", self.entities_added, self.aliases_added),
        ):
            whole = {e.id for e in entities}
            by_entity: dict[str, list[Alias]] = {}
            for a in aliases:
                by_entity.setdefault(a.id, []).append(a)
            for e in entities:
                out.append(f"{sign} {e.canonical} [{e.id}, {e.type}]")
                out += [f"{sign}   {a.alias} ({a.kind})" for a in by_entity.get(e.id, ())]
            out += [f"{sign} {a.alias} ({a.kind}) of {a.canonical} [{a.id}]" for a in aliases if a.id not in whole]
        for c in self.changed:
            what = f"{c.alias} of {c.canonical}" if c.alias else c.canonical
            out.append(f"~ {what} [{c.id}]: {c.field} {c.old or '(none)'} → {c.new or '(none)'}")
        return out


@dataclass(frozen=True, slots=True)
class Effect:
    """What a text's span becomes with the old and with the new table (itself where it stays), how often, and where
    first."""

    before: str
    old: str
    new: str
    count: int
    first: str


def table_diff(old: Index, new: Index) -> TableDiff:
    """Compare two tables. Entities are told apart by their ids, aliases by entity and spelling."""
    were, are = dict(_entities(old)), dict(_entities(new))
    had, has = _aliases(old), _aliases(new)
    changed = []
    for id_ in sorted(were.keys() & are.keys()):
        a, b = were[id_], are[id_]
        for name in ("canonical", "type", "prominence", "country"):
            if getattr(a, name) != getattr(b, name):
                changed.append(Changed(id_, b.canonical, "", name, str(getattr(a, name)), str(getattr(b, name))))
    for key in sorted(had.keys() & has.keys()):
        if had[key] != has[key]:
            changed.append(Changed(key[0], are[key[0]].canonical, key[1], "kind", had[key], has[key]))
    return TableDiff(
        tuple(are[i] for i in sorted(are.keys() - were.keys())),
        tuple(were[i] for i in sorted(were.keys() - are.keys())),
        tuple(Alias(k[1], has[k], are[k[0]].canonical, k[0]) for k in sorted(has.keys() - had.keys())),
        tuple(Alias(k[1], had[k], were[k[0]].canonical, k[0]) for k in sorted(had.keys() - has.keys())),
        tuple(changed),
    )


def _entities(index: Index) -> Iterator[tuple[str, Entity]]:
    for _, _, entity in index.aliases():
        yield entity.id, entity


def _aliases(index: Index) -> dict[tuple[str, str], str]:
    """The kind of each alias; a grading (weak, never) beside another kind is named with it."""
    out: dict[tuple[str, str], str] = {}
    for alias, kind, entity in index.aliases():
        key = (entity.id, alias)
        out[key] = kind if key not in out or kind == out[key] else "+".join(sorted({*out[key].split("+"), kind}))
    return out


def effects(old: Normaliser, new: Normaliser, documents: Iterable[Document]) -> list[Effect]:
    """What the two tables do differently in a corpus, the most frequent first. Texts are not repaired first."""
    found: dict[tuple[str, str, str], tuple[int, str]] = {}
    stream = iter(documents)
    while batch := list(islice(stream, _BATCH)):
        texts = [d.text for d in batch]
        for document, a, b in zip(
            batch, old.process(texts, repair=False), new.process(texts, repair=False), strict=True
        ):
            for before, one, other in _differing(a.edits, b.edits):
                count, first = found.get((before, one, other), (0, document.name))
                found[before, one, other] = (count + 1, first)
    out = [Effect(*key, count, first) for key, (count, first) in found.items()]
    return sorted(out, key=lambda e: (-e.count, e.before, e.old, e.new))


def _differing(old: Iterable[Edit], new: Iterable[Edit]) -> Iterator[tuple[str, str, str]]:
    one = {(e.start, e.end): e for e in old}
    other = {(e.start, e.end): e for e in new}
    for span in sorted(one.keys() | other.keys()):
        a, b = one.get(span), other.get(span)
        before = a.before if a is not None else other[span].before
        results = (a.after if a is not None else before, b.after if b is not None else before)
        if results[0] != results[1]:
            yield before, *results
