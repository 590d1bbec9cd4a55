"""Scored candidates to a decision. Sees no index and no files but its own model.

The model is a forest (`data/decide.npz`) over the features of the spelling, of the rivals, and of the document; it
was learned and calibrated by `training/decide.py`, which also chose the thresholds in `data/decide.json`.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import IntEnum
from functools import cache
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from canonym import evidence, features, native, trees
from canonym.datafiles import data_file
from canonym.doubts import doubted
from canonym.evidence import Evidence
from canonym.features import commonness, edit_cost
from canonym.keys import has_izafa
from canonym.lexicon import zipf
from canonym.model import UNKNOWN_PROMINENCE, Candidate, Decision
from canonym.rivals import bearer_first, same_name
from canonym.sound import left_alone
from canonym.text import fold

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

#: The score of a spelling that a rule explains wholly.
SURE: Final = 0.97


@dataclass(frozen=True, slots=True)
class Thresholds:
    """From which probability a candidate is accepted: in texts, and for names alone.

    `first` is that of the first in a text: where one name is surely damaged others are sooner believed to be.
    Where the best two names lie within `margin` of each other, neither is taken. A form that lies below `hopeless` with
    the best evidence that a document can give is not looked at again; one that lies below `needy` without company is
    looked at only where its name, or another damaged spelling of it, stands in the document.
    """

    text: float
    first: float
    alone: float
    margin: float
    hopeless: float
    needy: float


@cache
def thresholds() -> Thresholds:
    """The thresholds as shipped."""
    raw = json.loads(data_file("decide.json").read_text("utf-8"))
    return Thresholds(**raw)


class Case(NamedTuple):
    """A folded form with its candidates, nearest first, and the evidence for each of them."""

    form: str
    candidates: tuple[Candidate, ...]
    seen: tuple[Evidence, ...]


#: What the other candidates of a form say about one of them.
RIVALS: Final = ("margin", "behind", "rank", "candidates", "homonym")
NAMES: Final = (*(f.__name__ for f in features.FEATURES), *RIVALS, *evidence.NAMES)


def rows(case: Case) -> list[tuple[float, ...]]:
    """The features of every candidate of a case, in the order of `NAMES`."""
    return [(*spelt, *seen) for spelt, seen in zip(spelt_rows(case), case.seen, strict=True)]


def spelt_rows(case: Case) -> list[tuple[float, ...]]:
    """Of `rows` what the spelling says, and the rivals."""
    form, candidates = case.form, case.candidates
    aliases = [fold(c.alias) for c in candidates]
    costs = [edit_cost(form, alias) for alias in aliases]
    out = []
    for k, candidate in enumerate(candidates):
        others = [cost for j, cost in enumerate(costs) if aliases[j] != aliases[k]]
        same = [c.entity.prominence for j, c in enumerate(candidates) if j != k and aliases[j] == aliases[k]]
        rivals = (
            min(others, default=4.0) - costs[k],
            costs[k] - min(costs),
            float(k),
            float(len(candidates)),
            float(max(same, default=0) > candidate.entity.prominence),
        )
        out.append((*features.of_spelling(form, candidate), *rivals))
    return out


def described(form: str, found: tuple[Candidate, ...]) -> bytes:
    """`spelt_rows` as float32."""
    if native.COMPILED:
        told = features.speller().rows(form, tuple(map(features.named, found)))
        if told is not None:
            return told
    from array import array

    return array("f", [value for row in spelt_rows(Case(form, found, ())) for value in row]).tobytes()


def matrix(cases: Sequence[Case]) -> npt.NDArray[np.float32]:
    """The features of many cases, shape (candidates of all cases, len(NAMES))."""
    import numpy as np

    spelt = np.frombuffer(b"".join([described(case.form, case.candidates) for case in cases]), dtype=np.float32)
    seen = np.array([one for case in cases for one in case.seen], dtype=np.float32)
    split = len(NAMES) - len(evidence.NAMES)
    return np.hstack((spelt.reshape(-1, split), seen.reshape(-1, len(evidence.NAMES))))


_WORDS_FOR: Final = {
    "same_entity": "the same name stands elsewhere in the text",
    "same_damaged": "another damaged spelling of the name stands in the text",
    "locative": "a word of place stands before it",
    "feature_word": "a word for a kind of place follows",
    "comma_place": "a listed place stands beside it",
}
#: The same by the number of what is said.
SAID: Final = tuple((evidence.NAMES.index(name), text) for name, text in _WORDS_FOR.items())


#: How other reasons are worded.
UNKNOWN: Final = "no known word"
ABOUT: Final = "the text is about its country"


def likeness(alias: str, cost: float) -> str:
    """How a form is near an alias, in words."""
    return f"spelt like {alias} (weighted edits {cost:.2f})"


def reasons(form: str, candidate: Candidate, seen: Evidence) -> tuple[str, ...]:
    """What speaks for a candidate, in words."""
    if candidate.match == "rule":
        first = [*candidate.reasons]
    else:
        cost = edit_cost(form, fold(candidate.alias))
        first = [likeness(candidate.alias, cost)]
    if commonness(form) == 0:
        first.append(UNKNOWN)
    said = [text for at, text in SAID if seen[at]]
    if seen.country_share >= 0.3:
        said.append(ABOUT)
    return (*first, *said)


def sure_rule(form: str, candidate: Candidate) -> bool:
    """True where a rule leaves no doubt: an izafa joins a name of several words (Nahri Shahi, Dashte Shor).

    In a table made by hand also where a long word that nobody knows differs by one vowel (Tebyan, Tabyan).

    >>> from canonym.model import Entity
    >>> shahi = Entity("gn:1", "place", "Nahr-e-Shahi")
    >>> why = ("the izafa is written otherwise",)
    >>> sure_rule("nahri shahi", Candidate(shahi, "Nahr-e-Shahi", "canonical", "rule", 1.0, why))
    True
    """
    if candidate.match != "rule":
        return False
    if " " in form and has_izafa(fold(candidate.alias)):
        return True
    by_hand = candidate.entity.prominence == UNKNOWN_PROMINENCE
    return by_hand and len(candidate.reasons) == 1 and len(form) >= 6 and commonness(form) == 0


def is_sure(form: str, candidate: Candidate) -> bool:
    """True where the spelling alone leaves no doubt."""
    return sure_rule(form, candidate) or one_slip(form, candidate)


def one_slip(form: str, candidate: Candidate) -> bool:
    """True where one word of a name of several is damaged, an unknown one, and all others stand as listed.

    >>> from canonym.model import Entity
    >>> news = Entity("", "outlet", "Pajhwok Afghan News")
    >>> one_slip("pajhwok afghan nws", Candidate(news, "Pajhwok Afghan News", "canonical", "fuzzy", 0.0))
    True
    """
    if len(form) < 12 or " " not in form:
        return False
    mine, theirs = form.split(), fold(candidate.alias).split()
    if len(mine) != len(theirs):
        return False
    differ = [(a, b) for a, b in zip(mine, theirs, strict=True) if a != b]
    if len(differ) != 1:
        return False
    ((word, meant),) = differ
    if zipf(word) >= (3.0 if len(mine) > 2 else 1.5) or len(meant) <= 3:
        return False
    from rapidfuzz.distance import OSA

    return OSA.distance(word, meant, score_cutoff=1) <= 1


def decide_all(cases: Sequence[Case]) -> list[Decision]:
    """Decide many forms: accept the likeliest candidate, or abstain.

    Abstains where all are too unlikely, and calls ambiguous where two names are too close to each other.
    """
    if not cases:
        return []
    scores = trees.shipped("decide").probability(matrix(cases)).tolist()
    out = []
    at = 0
    for case in cases:
        out.append(decide(case, scores[at : at + len(case.candidates)]))
        at += len(case.candidates)
    return out


#: Evidence as good as a document can give, and evidence as it mostly is when a form is a damaged name.
_BEST: Final = (
    Evidence(
        in_text=1, same_entity=3, same_name=3, same_damaged=1, repeated=1, country_share=0.8, places=4, locative=1,
        comma_place=1, run=1, place=1, before=2, after=1,
    ),
    Evidence(in_text=1, same_entity=1, same_name=1, repeated=3, country_share=0.4, places=3, run=1, place=0.5),
    Evidence(in_text=1, repeated=1, country_share=1, places=2, locative=1, run=1, place=1, before=1.5, after=0.5),
)  # fmt: skip
#: The same where nothing of the name, or of another damaged spelling of it, stands elsewhere in the document.
_LONE: Final = (
    *(_BEST[0]._replace(same_entity=0, same_name=0, same_damaged=0, **more) for more in (
        {}, {"repeated": 3, "comma_place": 0})),
    *(_BEST[2]._replace(**more) for more in ({}, {"repeated": 3})),
)  # fmt: skip


class Hope(IntEnum):
    """What a document must bring to make a form believable: more than any has, company, or less."""

    NONE = 0
    NEEDY = 1
    GOOD = 2


def believable() -> dict[str, Any]:
    """What `hopes` goes by, for the compiled sieve: kinds of evidence, of which `best` are the best, and limits."""
    from array import array

    forest, limits = trees.shipped("decide"), thresholds()
    seen = array("f", [value for one in (*_BEST, *_LONE) for value in one])
    return {
        "forest": forest.compiled(),
        "seen": seen.tobytes(),
        "best": len(_BEST),
        "hopeless": forest.least(limits.hopeless),
        "needy": forest.least(limits.needy),
    }


def hopes(forms: Sequence[tuple[str, tuple[Candidate, ...]]]) -> list[Hope]:
    """What could make any candidate of each form believable.

    Depends on the spelling alone, so that it is asked once for each distinct form.
    """
    limits = thresholds()
    out = []
    for (form, found), (best, lone) in zip(forms, promises(forms), strict=True):
        if any(is_sure(form, c) for c in found):
            out.append(Hope.GOOD)
        elif best < limits.hopeless:
            out.append(Hope.NONE)
        else:
            out.append(Hope.NEEDY if lone < limits.needy else Hope.GOOD)
    return out


def promises(forms: Sequence[tuple[str, tuple[Candidate, ...]]]) -> list[tuple[float, float]]:
    """The greatest probability that a document could give each form, and the greatest without company.

    The second is asked for, and else 0, where the first is not hopeless.
    """
    if not forms:
        return []
    import numpy as np

    # The spelling is described once, and set beside each kind of evidence.
    table = matrix([Case(form, found, (_BEST[0],) * len(found)) for form, found in forms])
    best = _most(table, _BEST)
    worth = np.array(best) >= thresholds().hopeless
    lone = np.zeros(len(table))
    lone[worth] = _most(table[worth], _LONE)
    out = []
    at = 0
    for _, found in forms:
        here = slice(at, at + len(found))
        at += len(found)
        out.append((max(best[here], default=0.0), float(max(lone[here], default=0.0))))
    return out


def _most(table: npt.NDArray[np.float32], seen: Sequence[Evidence]) -> list[float]:
    """The greatest probability of each row with any of some evidences; `table` is used up."""
    import numpy as np

    split = len(NAMES) - len(evidence.NAMES)
    most = np.zeros(len(table))
    for one in seen:
        table[:, split:] = np.array(one, dtype=np.float32)
        most = np.maximum(most, trees.shipped("decide").probability(table))
    return most.tolist()


def decide(case: Case, scores: Sequence[float], *, hurt: bool = False) -> Decision:
    """Decide one form, given the score of each candidate; `hurt`: something else in its text is surely damaged."""
    limits = thresholds()
    if not scores:
        return conclude(case.form, (), 1.0)
    limit = least(hurt) if case.seen[0].in_text else limits.alone
    scores = _by_name(case, scores)
    order = sorted(range(len(scores)), key=lambda k: (-scores[k], *_rank(case.candidates[k])))
    scored = []
    for k in order:
        candidate, seen = case.candidates[k], case.seen[k]
        score, sure = scores[k], is_sure(case.form, candidate)
        if sure or not seen.in_text or score >= limit - limits.margin:  # else neither accepted nor a rival
            score = weighed(case.form, candidate, seen, score, sure, hurt)
        # Reasons are sentences; they are written for what is shown.
        why = () if seen.in_text else reasons(case.form, candidate, seen)
        scored.append(Candidate(candidate.entity, candidate.alias, candidate.kind, candidate.match, score, why))
    scored.sort(key=lambda c: (-c.score, *_rank(c)))
    scored = bearer_first(scored, limit, limits.margin)
    if case.seen[0].in_text and scored[0].score >= limit:
        k = next(k for k in order if case.candidates[k].entity.id == scored[0].entity.id)
        scored[0] = replace(scored[0], reasons=reasons(case.form, case.candidates[k], case.seen[k]))
    return conclude(case.form, scored, limit)


def least(hurt: bool) -> float:
    """The least probability at which a form of a text is accepted."""
    return thresholds().text if hurt else thresholds().first


def weighed(form: str, candidate: Candidate, seen: Evidence, score: float, sure: bool, hurt: bool = False) -> float:
    """The score of a candidate that matters, with what speaks against it; `sure`: its spelling leaves no doubt."""
    if left_alone(form, candidate, seen):
        return min(score, 0.1)  # Dr Miriam Nairobe, Mr Kunduzi, Southwest Asia, Brazils
    if sure:
        return max(score, SURE)
    if doubted(form, candidate, seen, score, hurt):
        return min(score, 0.1)  # a surname near the name of a village
    return score


def conclude(form: str, scored: Sequence[Candidate], limit: float) -> Decision:
    """Accept the likeliest of some candidates, which stands first, where it is likely enough and no other is near."""
    if not scored:
        return Decision(form, "abstain", reasons=("nothing listed is near",))
    top, others = scored[0], tuple(scored[1:])
    if top.score < limit:
        why = (f"{top.entity.canonical} is possible ({top.score:.2f}), but below {limit:.2f}",)
        return Decision(form, "abstain", None, tuple(scored), why)
    # Homonyms are no rivals: which name is meant is what must be clear.
    rivals = [c for c in others if not same_name(c, top)]
    if rivals and top.score - rivals[0].score < thresholds().margin:
        why = (f"{top.entity.canonical} and {rivals[0].entity.canonical} are too close",)
        return Decision(form, "ambiguous", top, others, why)
    return Decision(form, "accept", top, others, top.reasons)


def _by_name(case: Case, scores: Sequence[float]) -> list[float]:
    """The score of the likeliest bearer of a name for all of them: a spelling tells which name is meant, not whose."""
    best: dict[str, float] = {}
    for candidate, score in zip(case.candidates, scores, strict=True):
        name = fold(candidate.entity.canonical)
        best[name] = max(score, best.get(name, 0.0))
    return [best[fold(c.entity.canonical)] for c in case.candidates]


def _rank(candidate: Candidate) -> tuple[int, str]:
    """Homonyms: the most prominent first."""
    return -candidate.entity.prominence, candidate.entity.id
