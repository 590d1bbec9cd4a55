"""What was found out about strings, kept on disk: a second run over a growing archive pays for new words only.

A verdict depends on the string, the tables and the model alone, never on a document, so a run with kept verdicts ends
as one without. The file says by its stamp what it was made with, and is refused where that is no longer so.
"""

from __future__ import annotations

import os
from array import array
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from operator import itemgetter
from pathlib import Path
from typing import Any, Final

from canonym import native
from canonym.datafiles import data_file
from canonym.indexfile import save as save_file
from canonym.kept import BEGUN, SUMS, sums, written
from canonym.keys import KEY_VERSION, key_hash
from canonym.model import Candidate, CanonymError, Entity
from canonym.plans import Plan, Span
from canonym.shelf import Shelf, joined, parted, shelved
from canonym.versions import version

MAGIC: Final = b"canonymv\x07"
#: What decides beside the tables: the data files, and the packages whose data or measures are used.
_DATA: Final = (".gz", ".json", ".npz")
_PACKAGES: Final = ("canonym", "ftfy", "wordfreq")
_REMEDY: Final = "It is made anew; nothing is lost but time"


class VerdictsError(CanonymError):
    """Kept verdicts cannot be used."""


@cache
def _model() -> str:
    import hashlib

    digest = hashlib.sha256()
    for path in sorted(data_file("").iterdir()):
        if path.suffix in _DATA:
            digest.update(path.read_bytes())
    return digest.hexdigest()[:16]


def stamp(tables: str) -> str:
    """What verdicts on strings depend on: the tables (their fingerprint), the keys, the model, and versions."""
    return "-".join((tables, str(KEY_VERSION), _model(), *map(version, _PACKAGES)))


def pack(known: bytes, plans: Mapping[str, Plan], before: Kept | None = None) -> bytes:
    """Verdicts as bytes: what a scanner keeps, and plans of runs; those that were read stay as they lie."""
    import msgpack

    packed = msgpack.Packer(use_bin_type=True).pack
    entities: dict[Entity, int] = {}
    candidates: dict[Candidate, int] = {}
    rows: list[tuple[int, bytes | memoryview]] = []
    if before is not None:
        entities.update((before.entity(k), k) for k in range(before.entities))
        candidates.update((before.candidate(k), k) for k in range(before.candidates))
        rows += before.rows()

    def numbers(span: Span) -> list[int]:
        return [candidates.setdefault(c, len(candidates)) for c in span.candidates]

    def spans(given: Iterable[Span]) -> list[Any]:
        return [(s.start, s.end, s.form, numbers(s), s.weak, s.needy) for s in given]

    for run, plan in plans.items():
        if before is None or not before.has(run):
            rows.append((key_hash(run), packed((run, spans(plan.listed), spans(plan.proposed), plan.words))))
    rows.sort(key=itemgetter(0))
    table = [
        packed((entities.setdefault(c.entity, len(entities)), c.alias, c.kind, c.match, c.score, c.reasons))
        for c in candidates
    ]
    who = [packed((e.id, e.type, e.canonical, e.prominence, e.country)) for e in entities]
    hashes = array("Q", [key for key, _ in rows]).tobytes()
    shelves = (shelved(who), shelved(table), shelved([row for _, row in rows]))
    return joined([known, hashes, *(part for shelf in shelves for part in shelf)])


class Kept:
    """Verdicts read back; plans are made of them when they are asked for."""

    def __init__(self, data: bytes | memoryview) -> None:
        self.known, hashes, *shelves = parted(memoryview(data))
        self._hashes = hashes.cast("Q")
        self._who, self._table, self._rows = map(Shelf, shelves[::2], shelves[1::2])
        self._entities: dict[int, Entity] = {}
        self._candidates: dict[int, Candidate] = {}

    def __len__(self) -> int:
        return len(self._rows)

    @property
    def entities(self) -> int:
        """How many entities have numbers."""
        return len(self._who)

    @property
    def candidates(self) -> int:
        """How many candidates have numbers."""
        return len(self._table)

    def runs(self) -> Iterable[str]:
        """The runs that have a plan."""
        return [self._rows[k][0] for k in range(len(self))]

    def rows(self) -> Iterable[tuple[int, memoryview]]:
        """The plans as they lie, each with the hash of its run."""
        return zip(self._hashes, self._rows.whole(), strict=True)

    def has(self, run: str) -> bool:
        """Whether a run has a plan."""
        return native.find(self._hashes, run) >= 0

    def plan(self, run: str) -> Plan | None:
        """The plan of a run, or None."""
        at = native.find(self._hashes, run)
        if at < 0:
            return None
        told, listed, proposed, words = self._rows[at]
        if told != run:  # another of the same hash
            return None
        return Plan(tuple(map(self._span, listed)), tuple(map(self._span, proposed)), tuple(map(tuple, words)))

    def _span(self, row: Any) -> Span:
        start, end, form, numbers, weak, needy = row
        return Span(start, end, form, tuple(map(self.candidate, numbers)), weak, needy)

    def entity(self, number: int) -> Entity:
        """The entity of a number."""
        found = self._entities.get(number)
        if found is None:
            found = self._entities[number] = Entity(*self._who[number])
        return found

    def candidate(self, number: int) -> Candidate:
        """The candidate of a number."""
        found = self._candidates.get(number)
        if found is None:
            who, alias, kind, match, score, reasons = self._table[number]
            found = Candidate(self.entity(who), alias, kind, match, score, tuple(reasons))
            self._candidates[number] = found
        return found


def fault(path: Path) -> str:
    """Why a file cannot be read and written again; "" where it can, as far as one may know before."""
    import tempfile

    try:
        if path.is_dir():
            return "is a directory"
        if path.exists() and not path.is_file():
            return "is no regular file"
        folder = next(above for above in path.absolute().parents if os.path.lexists(above))
        handle, temporary = tempfile.mkstemp(dir=folder, prefix=".", suffix=".tmp")
    except OSError as error:
        return unwritable(error)
    os.close(handle)
    Path(temporary).unlink(missing_ok=True)
    return ""


def unwritable(error: OSError) -> str:
    """What kept a file from being written, in words."""
    return f"cannot be written: {(error.strerror or str(error)).lower()}"


def save(path: Path, tables: str, parts: Sequence[bytes]) -> None:
    """Write what is packed with its stamp, beside the place and renamed: verdicts, and what became of texts.

    Raises:
        VerdictsError: the file cannot be written, or is no file.
    """
    data = joined(parts)
    head = stamp(tables).encode()
    problem = fault(path)
    try:
        if not problem:
            save_file([MAGIC, len(head).to_bytes(4, "little"), head, data, written(sums(data, BEGUN))], path)
    except OSError as error:
        problem = unwritable(error)
    if problem:
        raise VerdictsError(problem, where=str(path), remedy="Name another file for the verdicts")


def read(path: Path, tables: str) -> list[memoryview]:
    """The parts that `save` wrote.

    Raises:
        VerdictsError: it is no such file, is damaged, or was made with other tables, keys, model or versions.
    """
    other = VerdictsError("no file of verdicts", where=str(path), remedy="Name another file for --verdicts")
    if path.exists() and not path.is_file():  # a device may go on for ever
        raise other
    try:
        with path.open("rb") as file:
            magic = file.read(len(MAGIC))
            if magic[:-1] != MAGIC[:-1]:
                raise other
            data = magic + file.read()
    except OSError as error:
        problem = f"the verdicts cannot be read: {(error.strerror or str(error)).lower()}"
        raise VerdictsError(problem, where=str(path), remedy="Name the file that keep_verdicts wrote") from error
    size = int.from_bytes(data[len(MAGIC) : len(MAGIC) + 4], "little")
    body = len(MAGIC) + 4 + size
    if magic != MAGIC or data[len(MAGIC) + 4 : body] != stamp(tables).encode():
        problem = "the verdicts were made with other tables, or by another version of canonym"
        raise VerdictsError(problem, where=str(path), remedy=_REMEDY)
    packed = data[body:-SUMS]
    if data[-SUMS:] != written(sums(packed, BEGUN)):
        raise VerdictsError("the verdicts are damaged", where=str(path), remedy=_REMEDY)
    return parted(memoryview(packed))
