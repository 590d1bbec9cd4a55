"""What was found out about strings, kept on disk: a second run over a growing archive pays for new words only.

A verdict depends on the string, the tables and the model alone, never on a document, so a run with kept verdicts ends
as one without. The file says by its stamp what it was made with, and is refused where that is no longer so.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import Path
from typing import Any, Final

from canonym.datafiles import data_file
from canonym.indexfile import save as save_file
from canonym.keys import KEY_VERSION
from canonym.model import Candidate, CanonymError, Entity
from canonym.plans import Plan, Span

MAGIC: Final = b"canonymv\x04"
#: What decides beside the tables: the data files, and the packages whose data or measures are used.
_DECIDING: Final = ("words.json", "rules.json", "edits.json", "letters.npz", "decide.npz", "decide.json")
_PACKAGES: Final = ("canonym", "wordfreq")
_REMEDY: Final = "It is made anew; nothing is lost but time"


class VerdictsError(CanonymError):
    """Kept verdicts cannot be used."""


@cache
def _model() -> str:
    import hashlib

    digest = hashlib.sha256()
    for name in _DECIDING:
        digest.update(data_file(name).read_bytes())
    return digest.hexdigest()[:16]


def stamp(tables: str) -> str:
    """What verdicts on strings depend on: the tables (their fingerprint), the keys, the model, and versions."""
    from importlib.metadata import version

    return "-".join((tables, str(KEY_VERSION), _model(), *map(version, _PACKAGES)))


def pack(known: bytes, plans: Mapping[str, Plan]) -> bytes:
    """Verdicts as bytes: what a scanner keeps, and plans of runs."""
    import msgpack

    entities: dict[Entity, int] = {}
    candidates: dict[Candidate, int] = {}

    def numbers(span: Span) -> list[int]:
        return [candidates.setdefault(c, len(candidates)) for c in span.candidates]

    rows = {
        run: (
            [(s.start, s.end, s.form, numbers(s), s.weak, s.needy) for s in plan.listed],
            [(s.start, s.end, s.form, numbers(s), s.weak, s.needy) for s in plan.proposed],
            plan.words,
        )
        for run, plan in plans.items()
    }
    table = [
        (entities.setdefault(c.entity, len(entities)), c.alias, c.kind, c.match, c.score, c.reasons) for c in candidates
    ]
    who = [(e.id, e.type, e.canonical, e.prominence, e.country) for e in entities]
    return bytes(msgpack.packb((known, who, table, rows), use_bin_type=True))


class Kept:
    """Verdicts read back; plans are made of them when they are asked for."""

    def __init__(self, data: bytes) -> None:
        import msgpack

        self.known: bytes
        self.known, who, self._table, self._rows = msgpack.unpackb(data, raw=False, strict_map_key=False)
        self._entities = [Entity(*one) for one in who]
        self._candidates: dict[int, Candidate] = {}

    def __len__(self) -> int:
        return len(self._rows)

    def runs(self) -> Iterable[str]:
        """The runs that have a plan."""
        return list(self._rows)

    def plan(self, run: str) -> Plan | None:
        """The plan of a run, or None."""
        row = self._rows.get(run)
        if row is None:
            return None
        listed, proposed, words = row
        return Plan(tuple(map(self._span, listed)), tuple(map(self._span, proposed)), tuple(map(tuple, words)))

    def _span(self, row: Any) -> Span:
        start, end, form, numbers, weak, needy = row
        return Span(start, end, form, tuple(map(self._candidate, numbers)), weak, needy)

    def _candidate(self, number: int) -> Candidate:
        found = self._candidates.get(number)
        if found is None:
            who, alias, kind, match, score, reasons = self._table[number]
            found = Candidate(self._entities[who], alias, kind, match, score, tuple(reasons))
            self._candidates[number] = found
        return found


def save(path: Path, tables: str, data: bytes) -> None:
    """Write packed verdicts with their stamp, beside the place and renamed."""
    import zstandard

    head = stamp(tables).encode()
    save_file([MAGIC, len(head).to_bytes(4, "little"), head, zstandard.ZstdCompressor(3).compress(data)], path)


def read(path: Path, tables: str) -> bytes:
    """Packed verdicts from a file.

    Raises:
        VerdictsError: it is no such file, is damaged, or was made with other tables, keys, model or versions.
    """
    import zstandard

    data = path.read_bytes()
    if data[: len(MAGIC)] != MAGIC:
        raise VerdictsError("no file of verdicts", where=str(path), remedy="Name another file for --verdicts")
    size = int.from_bytes(data[len(MAGIC) : len(MAGIC) + 4], "little")
    body = len(MAGIC) + 4 + size
    if data[len(MAGIC) + 4 : body] != stamp(tables).encode():
        problem = "the verdicts were made with other tables, or by another version of canonym"
        raise VerdictsError(problem, where=str(path), remedy=_REMEDY)
    try:
        return zstandard.ZstdDecompressor().decompress(data[body:])
    except zstandard.ZstdError:
        raise VerdictsError("the verdicts are damaged", where=str(path), remedy=_REMEDY) from None
