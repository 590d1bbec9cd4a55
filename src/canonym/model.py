"""The words of the project as types: entities, candidates, decisions, mentions, edits, documents, errors.

Everything here is frozen. A module that needs more adds a type of its own beside its code; what is
exchanged between layers stands here.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final, Literal, get_args

Match = Literal["exact", "alias", "rule", "fuzzy"]
Status = Literal["accept", "ambiguous", "abstain"]
Kind = Literal[
    "canonical",
    "spelling",
    "romanisation",
    "native",
    "abbreviation",
    "former",
    "translation",
    "demonym",
    "domain",
    "weak",
    "never",
]

KINDS: Final[tuple[str, ...]] = get_args(Kind)
#: Kinds whose spelling `normalise` changes by default; the others are annotated and left as written.
REWRITTEN_KINDS: Final[frozenset[str]] = frozenset({"canonical", "spelling", "romanisation", "native"})


class CanonymError(Exception):
    """Something that a user can mend.

    `problem` says what is wrong, `where` the file and line (or other place), `remedy` what to do next.
    """

    def __init__(self, problem: str, *, where: str = "", remedy: str = "") -> None:
        self.problem = problem
        self.where = where
        self.remedy = remedy
        super().__init__(problem)

    def __str__(self) -> str:
        text = f"{self.where}: {self.problem}" if self.where else self.problem
        return f"{text}. {self.remedy}" if self.remedy else text


class TableError(CanonymError):
    """An alias table cannot be used."""


class IndexFileError(CanonymError):
    """A compiled index is damaged, or was made by other code or from another table."""


class DocumentError(CanonymError):
    """One document cannot be processed; the others go on (exit status 1)."""


class UsageError(CanonymError):
    """The call itself is wrong (exit status 2)."""


#: What every entity of a table without prominences counts as: such a table was made by hand, for what it lists.
#: No round number, so that it is told from a population.
UNKNOWN_PROMINENCE: Final = 100_001


@dataclass(frozen=True, slots=True)
class Entity:
    """A thing with one canonical name.

    `prominence` is a population or what ranks like it; `country` is an ISO 3166-1 alpha-2 code or "".
    """

    id: str
    type: str
    canonical: str
    prominence: int = 0
    country: str = ""


@dataclass(frozen=True, slots=True)
class Candidate:
    """An entity that a form may name, by which of its spellings, and how likely (0 to 1)."""

    entity: Entity
    alias: str
    kind: str
    match: Match
    score: float
    reasons: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Decision:
    """What was decided for one form: `best` is set if and only if `status` is not "abstain".

    `alternatives` holds the runners-up, best first: homonyms of the same name, or rivals.
    """

    form: str
    status: Status
    best: Candidate | None = None
    alternatives: tuple[Candidate, ...] = ()
    reasons: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Mention:
    """A span of a text that names an entity; `start` and `end` are code-point offsets.

    `alias` is the listed spelling that it was recognised by; `alternatives` are the ids of homonyms and rivals.
    """

    start: int
    end: int
    text: str
    entity: Entity
    match: Match
    kind: str
    score: float
    reasons: tuple[str, ...] = ()
    alternatives: tuple[str, ...] = ()
    alias: str = ""

    def as_dict(self) -> dict[str, object]:
        """The mention as the JSON object that `annotate` writes."""
        out: dict[str, object] = {
            "start": self.start,
            "end": self.end,
            "text": self.text,
            "canonical": self.entity.canonical,
            "id": self.entity.id,
            "type": self.entity.type,
            "match": self.match,
            "score": round(self.score, 4),
            "kind": self.kind,
        }
        if self.alternatives:
            out["alternatives"] = list(self.alternatives)
        if self.reasons:
            out["reasons"] = list(self.reasons)
        return out


@dataclass(frozen=True, slots=True)
class Edit:
    """One replaced span of a text: `text[start:end] == before` becomes `after`.

    Offsets are code points into the text before any edit. `source` is "mojibake", "scrubbed" or the
    match of the mention; several steps that met in one span are joined by "+".
    """

    start: int
    end: int
    before: str
    after: str
    source: str
    canonical: str = ""
    id: str = ""
    type: str = ""
    score: float = 1.0
    reasons: tuple[str, ...] = ()

    def as_dict(self) -> dict[str, object]:
        """The edit as the JSON object that the edit log holds."""
        return {
            "start": self.start,
            "end": self.end,
            "before": self.before,
            "after": self.after,
            "source": self.source,
            "canonical": self.canonical,
            "id": self.id,
            "type": self.type,
            "score": self.score,
            "reasons": list(self.reasons),
        }


@dataclass(frozen=True, slots=True)
class Document:
    """One text of a corpus. `name` says where it stands ("a.txt", "b.jsonl:12")."""

    name: str
    text: str
    id: str = ""


@dataclass(frozen=True, slots=True)
class Failure:
    """A document that could not be processed, for the failures file."""

    name: str
    problem: str
    remedy: str = ""


@dataclass(frozen=True, slots=True)
class Result:
    """What became of one document: its new text, the edits that lead there, and the mentions."""

    text: str
    edits: tuple[Edit, ...] = ()
    mentions: tuple[Mention, ...] = field(default=())
