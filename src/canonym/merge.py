"""Several tables as one: they add up, and of two that list a spelling the earlier one wins."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

from canonym import domains
from canonym.model import Entity
from canonym.table import Table
from canonym.text import fold


def merge(tables: Sequence[Table], name: str) -> Table:
    """One table that resolves names as the tables do one after the other.

    An entity that several tables hold under one id keeps what the first of them says; a spelling that an earlier
    table lists is not taken from a later one.

    >>> from canonym.table import parse
    >>> mine, theirs = parse(b"canonical,alias\\nKyiv,Kiev\\n"), parse(b"canonical,alias\\nKiev,Kiev\\nRome,Roma\\n")
    >>> merged = merge([mine, theirs], "both")
    >>> [(merged.entities[at].canonical, alias) for alias, at in zip(merged.aliases, merged.entity_of)]
    [('Kyiv', 'Kyiv'), ('Kyiv', 'Kiev'), ('Rome', 'Rome'), ('Rome', 'Roma')]
    """
    if len(tables) == 1:
        return tables[0]
    entities: list[Entity] = []
    number: dict[str, int] = {}
    taken: set[str] = set()
    stamp = hashlib.sha256("+".join(t.fingerprint for t in tables).encode()).hexdigest()[:16]
    out = Table(name, entities, [], [], [], [], stamp, [])
    for table in tables:
        here: set[str] = set()
        ids: dict[str, int] = {}  # homonyms within one table may share an id that was made up
        known: dict[int, int] = {}
        for k, (alias, at, kind) in enumerate(zip(table.aliases, table.entity_of, table.kinds, strict=True)):
            key = f"@{domains.key(alias)}" if kind == "domain" else fold(alias)
            if key in taken:
                continue
            here.add(key)
            if at not in known:
                entity = table.entities[at]
                place = number.get(entity.id)
                if place is None:
                    place = len(entities)
                    entities.append(entity)
                    ids.setdefault(entity.id, place)
                known[at] = place
            place = known[at]
            # Another table's canonical form of the same thing is one of its spellings here.
            if kind == "canonical" and entities[place].canonical != table.entities[at].canonical:
                kind = "translation"
            out.aliases.append(alias)
            out.entity_of.append(place)
            out.kinds.append(kind)
            out.lines.append(0)
            out.langs.append(table.langs[k] if table.langs else "")
        taken |= here
        for id_, place in ids.items():
            number.setdefault(id_, place)
    return out
