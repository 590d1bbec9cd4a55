"""What evaluation is about: gold of three sorts, the errors that were found, and the outcome."""

from __future__ import annotations

from typing import Final, Literal

from canonym.evaluate.calibration import Calibration
from canonym.model import CanonymError
from canonym.records import dataclass

#: What a mark is called that says nothing of its kind.
UNKNOWN_KIND: Final = "unspecified"

Task = Literal["texts", "names", "pairs"]
Sort = Literal["missed", "wrong", "false"]


class GoldError(CanonymError):
    """Gold cannot be read; `where` says the file and line."""


@dataclass(frozen=True, slots=True)
class Mark:
    """A name of a text: its span in code points, and the ids or canonical forms that are right (any one will do)."""

    start: int
    end: int
    targets: tuple[str, ...]
    kind: str = UNKNOWN_KIND


@dataclass(frozen=True, slots=True)
class GoldText:
    """A text with its names marked.

    `sound` are spans of names that are right as they stand. `complete`: every name of the text is marked, so that
    a listed name elsewhere counts as false too; else only repairs are judged outside the marks.
    """

    where: str
    text: str
    marks: tuple[Mark, ...] = ()
    sound: tuple[tuple[int, int], ...] = ()
    complete: bool = False
    id: str = ""


@dataclass(frozen=True, slots=True)
class GoldName:
    """A name alone; without targets it is a stranger, which names nothing of the table."""

    where: str
    name: str
    targets: tuple[str, ...] = ()
    kind: str = UNKNOWN_KIND
    type: str | None = None


@dataclass(frozen=True, slots=True)
class GoldPair:
    """Two names, and whether they are one."""

    where: str
    a: str
    b: str
    same: bool
    kind: str = UNKNOWN_KIND


@dataclass(frozen=True, slots=True)
class Texts:
    """Gold of texts."""

    items: tuple[GoldText, ...]


@dataclass(frozen=True, slots=True)
class Names:
    """Gold of names alone."""

    items: tuple[GoldName, ...]


@dataclass(frozen=True, slots=True)
class Pairs:
    """Gold of pairs of names."""

    items: tuple[GoldPair, ...]


Gold = Texts | Names | Pairs


@dataclass(frozen=True, slots=True)
class Error:
    """One thing that went wrong: a name missed, taken for another, or found where there is none.

    `expected` is what gold says ("" for a stranger), `found` the answer ("" where there was none).
    """

    sort: Sort
    where: str
    surface: str
    kind: str = ""
    expected: str = ""
    found: str = ""
    match: str = ""
    score: float | None = None
    context: str = ""
    reasons: tuple[str, ...] = ()

    def as_dict(self) -> dict[str, object]:
        """The error as JSON values, without what is empty."""
        out: dict[str, object] = {
            "error": self.sort,
            "where": self.where,
            "text": self.surface,
            "kind": self.kind,
            "expected": self.expected,
            "found": self.found,
            "match": self.match,
            "score": None if self.score is None else round(self.score, 4),
            "context": self.context,
            "reasons": list(self.reasons),
        }
        return {key: value for key, value in out.items() if value not in ("", None, [])}


def share(part: float, whole: float) -> float | None:
    """A share, 0 to 1; None where there is nothing to share.

    >>> share(1, 4), share(0, 0)
    (0.25, None)
    """
    return part / whole if whole else None


def f1(right: int, marked: int, answers: int) -> float | None:
    """The harmonic mean of precision and recall.

    >>> f1(right=3, marked=4, answers=4)
    0.75
    """
    return share(2 * right, marked + answers)


@dataclass(frozen=True, slots=True)
class KindScore:
    """How the marks of one kind fared: `marked` is `right` and `wrong` and `missed` together."""

    kind: str
    right: int
    wrong: int
    missed: int

    @property
    def marked(self) -> int:
        """How many marks there are."""
        return self.right + self.wrong + self.missed

    @property
    def recall(self) -> float | None:
        """The share of them that was found and named rightly."""
        return share(self.right, self.marked)

    def as_dict(self) -> dict[str, object]:
        """The score as JSON values."""
        return {
            "kind": self.kind,
            "marked": self.marked,
            "right": self.right,
            "wrong": self.wrong,
            "missed": self.missed,
            "recall": rounded(self.recall),
        }


@dataclass(frozen=True, slots=True)
class MatchScore:
    """How the answers of one match (exact, alias, rule, fuzzy) fared; false ones stand where gold marks nothing."""

    match: str
    right: int
    wrong: int
    false: int

    @property
    def answers(self) -> int:
        """How many answers were judged."""
        return self.right + self.wrong + self.false

    @property
    def precision(self) -> float | None:
        """The share of them that is right."""
        return share(self.right, self.answers)

    def as_dict(self) -> dict[str, object]:
        """The score as JSON values."""
        return {
            "match": self.match,
            "answers": self.answers,
            "right": self.right,
            "wrong": self.wrong,
            "false": self.false,
            "precision": rounded(self.precision),
        }


@dataclass(frozen=True, slots=True)
class Evaluation:
    """How well a matcher does on gold.

    task: what was asked: names in texts, names alone, or whether two names are one.
    items: documents, names or pairs. words: of the texts, between blanks.
    marked: names to be found (for pairs: those that are one). right: of them, found and named rightly.
    wrong: answers that name another entity than gold. For pairs always 0.
    false_repairs: rule and fuzzy answers where gold marks nothing, or for strangers, or for different pairs;
    false_on_sound: those of them that stand on a name marked as sound.
    false_mentions: listed spellings found where complete gold marks nothing, or for strangers.
    refused: what was rightly left alone: strangers, and different pairs.
    calibration: how far scores can be believed, over rule and fuzzy answers or pairs.
    """

    task: Task
    items: int
    words: int
    marked: int
    right: int
    wrong: int
    false_repairs: int
    false_on_sound: int
    false_mentions: int
    refused: int
    by_kind: tuple[KindScore, ...]
    by_match: tuple[MatchScore, ...]
    calibration: Calibration
    errors: tuple[Error, ...] = ()

    @property
    def answers(self) -> int:
        """How many answers were judged."""
        return self.right + self.wrong + self.false_repairs + self.false_mentions

    @property
    def missed(self) -> int:
        """How many names were not found at all."""
        return sum(k.missed for k in self.by_kind)

    @property
    def precision(self) -> float | None:
        """The share of answers that is right."""
        return share(self.right, self.answers)

    @property
    def recall(self) -> float | None:
        """The share of marked names that was found and named rightly."""
        return share(self.right, self.marked)

    @property
    def f1(self) -> float | None:
        """The harmonic mean of precision and recall."""
        return f1(self.right, self.marked, self.answers)

    @property
    def false_per_10k_words(self) -> float | None:
        """False repairs in 10,000 words of text; None for names and pairs."""
        return share(1e4 * self.false_repairs, self.words)

    @property
    def accuracy(self) -> float | None:
        """The share of names or pairs that was decided rightly, strangers included; None for texts."""
        return None if self.task == "texts" else share(self.right + self.refused, self.items)

    def as_dict(self) -> dict[str, object]:
        """The outcome as JSON values, without the list of errors."""
        return {
            "task": self.task,
            "items": self.items,
            "words": self.words,
            "marked": self.marked,
            "answers": self.answers,
            "right": self.right,
            "wrong": self.wrong,
            "missed": self.missed,
            "false_repairs": self.false_repairs,
            "false_on_sound": self.false_on_sound,
            "false_mentions": self.false_mentions,
            "refused": self.refused,
            "precision": rounded(self.precision),
            "recall": rounded(self.recall),
            "f1": rounded(self.f1),
            "accuracy": rounded(self.accuracy),
            "false_per_10k_words": rounded(self.false_per_10k_words),
            "by_kind": [k.as_dict() for k in self.by_kind],
            "by_match": [m.as_dict() for m in self.by_match],
            "calibration": self.calibration.as_dict(),
        }


def rounded(value: float | None) -> float | None:
    """Four decimals, for JSON."""
    return None if value is None else round(value, 4)
