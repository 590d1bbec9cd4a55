"""A table in the formats of other tools: flashtext, Solr, spaCy, OpenRefine.

Those replace what they find and know no homonyms: of two entities that share a spelling the one that `resolve` would
choose gets it, and names that need support from the text (weak) or are none (never) are left out.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Iterator
from typing import Final

from canonym.index import Index
from canonym.model import KINDS, REWRITTEN_KINDS, Entity

_LEFT_OUT: Final = frozenset({"weak", "never"})
#: Labels of spaCy's own models for our types; another type is its own label.
_LABELS: Final = {"place": "GPE", "outlet": "ORG", "organisation": "ORG"}

Rows = dict[Entity, list[str]]


def rows(index: Index, kinds: Collection[str]) -> Rows:
    """The spellings of each entity, its canonical form first, for the kinds asked for; sorted by canonical form.

    A spelling stands with one entity only, whatever its case.
    """
    wanted = (frozenset(kinds) | {"canonical"}) - _LEFT_OUT
    barred: set[tuple[str, str]] = set()
    owner: dict[str, tuple[tuple[int, str], Entity]] = {}
    spelt: dict[tuple[str, str], None] = {}
    for alias, kind, entity in index.aliases():
        low = alias.casefold()
        if kind in _LEFT_OUT:
            barred.add((entity.id, low))
        elif kind in wanted:
            weight = 3 if alias == entity.canonical else 1
            rank = (-weight * max(1, entity.prominence), entity.id)
            if low not in owner or rank < owner[low][0]:
                owner[low] = (rank, entity)
            spelt[entity.id, alias] = None
    out: Rows = {}
    for id_, alias in sorted(spelt):
        low = alias.casefold()
        entity = owner[low][1]
        if entity.id == id_ and (id_, low) not in barred:
            out.setdefault(entity, []).append(alias)
    for entity, aliases in out.items():
        aliases.sort(key=lambda a: (a != entity.canonical, a))
    return dict(sorted(out.items(), key=lambda pair: (pair[0].canonical, pair[0].id)))


def flashtext(table: Rows, column: str = "") -> Iterator[str]:
    """JSON for `KeywordProcessor.add_keywords_from_dict`: {canonical: [spellings]}."""
    merged: dict[str, list[str]] = {}
    for entity, aliases in table.items():
        merged.setdefault(entity.canonical, []).extend(aliases)
    yield json.dumps(merged, ensure_ascii=False, indent=1) + "\n"


def solr(table: Rows, column: str = "") -> Iterator[str]:
    """Lines for Solr's and Elasticsearch's synonyms.txt: `a, b => c`."""
    for entity, aliases in table.items():
        others = [_escaped(a) for a in aliases if a != entity.canonical]
        if others:
            yield f"{', '.join(others)} => {_escaped(entity.canonical)}\n"


def _escaped(name: str) -> str:
    name = " ".join(name.split())
    name = name.replace("\\", "\\\\").replace(",", "\\,").replace("=>", "\\=>")
    return f"\\{name}" if name.startswith("#") else name


def spacy(table: Rows, column: str = "") -> Iterator[str]:
    """JSON lines for `EntityRuler.from_disk`: phrase patterns with label and id."""
    for entity, aliases in table.items():
        label = _LABELS.get(entity.type, entity.type.upper())
        for alias in aliases:
            yield json.dumps({"label": label, "pattern": alias, "id": entity.id}, ensure_ascii=False) + "\n"


def openrefine(table: Rows, column: str = "name") -> Iterator[str]:
    """JSON for OpenRefine's Undo/Redo, Apply: one mass edit of a column."""
    edits = [
        {"from": others, "fromBlank": False, "fromError": False, "to": entity.canonical}
        for entity, aliases in table.items()
        if (others := [a for a in aliases if a != entity.canonical])
    ]
    operation = {
        "op": "core/mass-edit",
        "engineConfig": {"facets": [], "mode": "row-based"},
        "columnName": column,
        "expression": "value",
        "edits": edits,
        "description": f"Mass edit cells in column {column}",
    }
    yield json.dumps([operation], ensure_ascii=False, indent=1) + "\n"


FORMATS: Final[dict[str, Callable[[Rows, str], Iterator[str]]]] = {
    "flashtext": flashtext,
    "solr": solr,
    "spacy": spacy,
    "openrefine": openrefine,
}


def export(index: Index, to: str, kinds: Collection[str] = (), column: str = "name") -> Iterator[str]:
    """A table in another tool's format, piece by piece.

    `to` is one of FORMATS; `kinds` are taken beside those that `normalise` rewrites (spaCy, which only marks names,
    gets all kinds but domains); `column` is OpenRefine's.
    """
    base = frozenset(KINDS) - {"domain"} if to == "spacy" else REWRITTEN_KINDS
    return FORMATS[to](rows(index, base | frozenset(kinds)), column)
