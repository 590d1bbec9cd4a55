"""What a document says about a form: who else stands in it, and what stands beside the form."""

from __future__ import annotations

import json
import math
from collections import Counter
from collections.abc import Iterable, Mapping
from functools import cache
from typing import NamedTuple

from canonym.datafiles import data_file
from canonym.model import Candidate, Entity
from canonym.records import dataclass, field
from canonym.scan import words
from canonym.text import fold


class Evidence(NamedTuple):
    """What surrounds one form, for one candidate; all zero for a name without a text.

    in_text: there is a text at all.
    same_entity, same_name: how often the entity, or its name for any entity, is listed elsewhere in it (to 3).
    same_damaged: how many other damaged spellings of the entity it seems to hold (to 3).
    repeated: how often the form itself stands in it (to 5).
    country_share: of its listed places, the share in the candidate's country, 0 to 1; `places`: log2 of their number.
    locative, feature_word, title, saying: what kind of word stands before ("in", "Mr") or after ("province", "said").
    capital_before, capital_after: an unlisted capitalised word stands beside it.
    comma_place: a listed place stands beside it, after a comma.
    lower_in_text: the form stands in small letters too.
    begins: it opens a sentence. shouted: it is in capitals. run: the words of the run it stands in (to 8).
    person: the share of all places of the form in the text that look like a person's (a capital or a title beside it, a
    verb of saying after it); `place`: the share that look like a place's (a word of place before, a feature after).
    before, after: how much the neighbouring words speak for a place (log-odds, see `training/surroundings.py`).
    """

    in_text: float = 0.0
    same_entity: float = 0.0
    same_name: float = 0.0
    same_damaged: float = 0.0
    repeated: float = 0.0
    country_share: float = 0.0
    places: float = 0.0
    locative: float = 0.0
    feature_word: float = 0.0
    title: float = 0.0
    saying: float = 0.0
    capital_before: float = 0.0
    capital_after: float = 0.0
    comma_place: float = 0.0
    lower_in_text: float = 0.0
    begins: float = 0.0
    shouted: float = 0.0
    run: float = 0.0
    person: float = 0.0
    place: float = 0.0
    before: float = 0.0
    after: float = 0.0


NAMES: tuple[str, ...] = Evidence._fields
ALONE = Evidence()

#: Marks that stand for what is no word: a capitalised or a listed neighbour, nothing at all.
CAPITAL, LISTED, NOTHING = "<capital>", "<listed>", "<nothing>"


class Surroundings(NamedTuple):
    """What stands beside a span: folded words, punctuation, or one of the marks above."""

    before: str = NOTHING
    after: str = NOTHING
    comma_place: bool = False
    shouted: bool = False
    run: int = 1


class Everywhere(NamedTuple):
    """How often a form stands in a text, and how often it looks like a person's name there, and like a place's."""

    times: int = 0
    persons: int = 0
    places: int = 0

    def with_one(self, person: bool, place: bool) -> Everywhere:
        """The same with one place more."""
        return Everywhere(self.times + 1, self.persons + person, self.places + place)


def looks(around: Surroundings) -> tuple[bool, bool]:
    """Whether the neighbours make a span look like a person's name, and like a place's."""
    person = CAPITAL in (around.before, around.after) or around.before in words("titles")
    person = person or around.after in words("verbs_of_saying")
    return person, around.comma_place or around.before in words("locatives") or around.after in words("features")


@cache
def leanings() -> tuple[Mapping[str, float], Mapping[str, float]]:
    """How much each word before, and each after, speaks for a place: log-odds."""
    raw = json.loads(data_file("surroundings.json").read_text("utf-8"))
    return raw["before"], raw["after"]


@dataclass(frozen=True, slots=True)
class Summary:
    """The names that a document surely holds, counted: by entity, by folded spelling, by country."""

    entities: Mapping[str, int]
    names: Mapping[str, int]
    countries: Mapping[str, int]
    total: int
    forms: Mapping[str, int] = field(default_factory=dict)


def summarise(found: Iterable[tuple[Entity, str]]) -> Summary:
    """Count the listed names of a document, given each entity with its folded spelling."""
    entities: Counter[str] = Counter()
    names: Counter[str] = Counter()
    countries: Counter[str] = Counter()
    for entity, name in found:
        entities[entity.id] += 1
        names[name] += 1
        if entity.country:
            countries[entity.country] += 1
    return Summary(entities, names, countries, sum(countries.values()))


def gather(
    candidate: Candidate,
    around: Surroundings,
    document: Summary,
    damaged: int,
    lower: bool,
    everywhere: Everywhere,
) -> Evidence:
    """The evidence for one candidate of one form.

    `damaged` counts other damaged spellings of the entity; `lower`: the form stands in small letters too;
    `everywhere` says of all places of the form in the text how they look.
    """
    entity = candidate.entity
    before, after = leanings()
    share = document.countries.get(entity.country, 0) / document.total if document.total and entity.country else 0.0
    return Evidence(
        in_text=1.0,
        same_entity=float(min(3, document.entities.get(entity.id, 0))),
        same_name=float(min(3, document.names.get(fold(candidate.alias), 0))),
        same_damaged=float(min(3, damaged)),
        repeated=float(min(5, everywhere.times)),
        country_share=share,
        places=math.log2(1 + document.total),
        locative=float(around.before in words("locatives")),
        feature_word=float(around.after in words("features")),
        title=float(around.before in words("titles")),
        saying=float(around.after in words("verbs_of_saying")),
        capital_before=float(around.before == CAPITAL),
        capital_after=float(around.after == CAPITAL),
        comma_place=float(around.comma_place),
        lower_in_text=float(lower),
        begins=float(around.before in (NOTHING, ".", "!", "?", ":")),
        shouted=float(around.shouted),
        run=float(min(8, around.run)),
        person=everywhere.persons / everywhere.times,
        place=everywhere.places / everywhere.times,
        before=before.get(around.before, 0.0),
        after=after.get(around.after, 0.0),
    )
