"""What a document says about a form: who else stands in it, and what stands beside the form."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from canonym.model import Entity
from canonym.scan import words


@dataclass(frozen=True, slots=True)
class Evidence:
    """What surrounds one form. All flags are False, all shares 0.0, for a name without a text.

    `country_share`: of the document's listed places, the share in the candidate's country, 0 to 1.
    """

    in_text: bool = False
    same_entity: bool = False
    same_damaged: bool = False
    country_share: float = 0.0
    locative: bool = False
    feature_word: bool = False
    title: bool = False
    saying: bool = False
    capital_before: bool = False
    capital_after: bool = False
    comma_place: bool = False
    lower_in_text: bool = False


@dataclass(frozen=True, slots=True)
class Surroundings:
    """The words beside a span, folded; "" where there are none. Capital: the word is part of the same run."""

    before: str = ""
    after: str = ""
    capital_before: bool = False
    capital_after: bool = False
    comma_place: bool = False


@dataclass(frozen=True, slots=True)
class Summary:
    """The names that a document surely holds."""

    entities: frozenset[str]
    countries: tuple[tuple[str, int], ...]
    total: int

    def share(self, entity: Entity) -> float:
        """The share of the document's listed places that lie in the entity's country."""
        if not self.total or not entity.country:
            return 0.0
        return dict(self.countries).get(entity.country, 0) / self.total


def summarise(entities: Iterable[Entity]) -> Summary:
    """Count the countries of the listed names of a document."""
    ids: set[str] = set()
    countries: Counter[str] = Counter()
    for entity in entities:
        ids.add(entity.id)
        if entity.country:
            countries[entity.country] += 1
    return Summary(frozenset(ids), tuple(sorted(countries.items())), sum(countries.values()))


def gather(entity: Entity, around: Surroundings, document: Summary, damaged: bool, lower_in_text: bool) -> Evidence:
    """The evidence for one candidate of one form; `damaged`: another damaged spelling of the entity is there."""
    return Evidence(
        in_text=True,
        same_entity=entity.id in document.entities,
        same_damaged=damaged,
        country_share=document.share(entity),
        locative=around.before in words("locatives"),
        feature_word=around.after in words("features"),
        title=around.before in words("titles"),
        saying=around.after in words("verbs_of_saying"),
        capital_before=around.capital_before,
        capital_after=around.capital_after,
        comma_place=around.comma_place,
        lower_in_text=lower_in_text,
    )
