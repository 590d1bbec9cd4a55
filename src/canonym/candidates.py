"""Which entities a form may name: listed, equal under the rules, or spelt much like one.

Three ways, from sure to unsure, over one or more indexes; where two tables list a spelling the earlier one wins.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from functools import cached_property
from itertools import product
from typing import Final

from canonym import domains, native
from canonym.deletions import MOST, Neighbourhood
from canonym.deletions import compiled as compiled_hood
from canonym.index import Index
from canonym.indexkeys import (
    ATOM,
    BEGINS,
    DOMAIN,
    ENDS,
    EXACT,
    FIRST,
    OTHER_NAMES,
    RULE,
    RULE_KINDS,
    SILENT_KINDS,
    SQUEEZED,
    joint,
)
from canonym.keys import rule_key, rule_reasons, squeeze
from canonym.lexicon import zipf
from canonym.model import KINDS, REWRITTEN_KINDS, Candidate, Match
from canonym.patterns import pattern
from canonym.scan import Token
from canonym.text import APOSTROPHES, fold, letters, unaccented

#: A word that is this common (Zipf scale) is never taken for a damaged name.
ORDINARY: Final = 4.5
_MOST_WORDS: Final = 8
_MOST_COMBINATIONS: Final = 64
#: A word that is this common without its accents is read as that word.
_SOUND: Final = 3.0
#: A spelling without the accents of a translation is that translation only where it is met so: Munchen.
_FAMILIAR: Final = 1.5
#: From so many letters on a name may have lost a blank and be damaged twice besides: "Houyse" is no Holy See.
_LONG: Final = 8
_CACHE: Final = 30_000
_LONG_VOWELS: Final = str.maketrans("āēīōūĀĒĪŌŪ", "aeiouAEIOU")
#: Accents of living spellings; those of romanisations lie beyond them (Shibirghān).
_ACCENTED: Final = pattern(r"[À-ÖØ-öø-ÿ]")
#: Names of smaller places are persons' names as often.
_CITY: Final = 100_000
_APOSTROPHE: Final = pattern(f"[{re.escape(APOSTROPHES)}]")
_CONTRACTION: Final = pattern(rf"[{re.escape(APOSTROPHES)}](?:s|d|t|m|ll|re|ve)$", re.IGNORECASE)
_INITIALS: Final = pattern(r"\b\w\.\w?")
_FIGURES: Final = str.maketrans("01358", "olesb")
#: Why a form names what it is but for blanks.
JOINED: Final = ("joined or split otherwise",)
#: How the compiled look-ups say that a name is found: by likeness, but for blanks; else by other rules.
_FUZZY, _JOINED = 0, 1


#: What the compiled look-ups read of an index: keys and their aliases; of aliases the kinds, entities, texts, and texts
#: folded; of entities the prominence, the canonical form folded, the id, the type, the canonical form, the country; the
#: names in scripts without capitals. Texts with where each ends.
_ARRAYS: Final = (
    *("key", "key_alias", "alias_kind", "alias_entity", "alias_text", "alias_at", "folded_text", "folded_at"),
    *("prominence", "plain_text", "plain_at", "id_text", "id_at", "type_text", "type_at"),
    *("canonical_text", "canonical_at", "country_text", "country_at", "caseless_text", "caseless_at"),
)


class Candidates:
    """Look-ups over a stack of indexes, with what was found for each form kept."""

    def __init__(self, indexes: Sequence[Index]) -> None:
        self.indexes = tuple(indexes)
        self.words = max(index.words for index in indexes)
        self._near: dict[str, tuple[tuple[str, int], ...]] = {}
        self._listed: dict[str, tuple[Candidate, ...]] = {}
        self._has: dict[str, bool] = {}
        self._hoods: tuple[Neighbourhood, ...] | None = None
        self._found: dict[tuple[int, int, int], Candidate] = {}
        self._compiled: tuple[native.Layer, ...] | None = None

    def layers(self) -> tuple[native.Layer, ...]:
        """What the compiled look-ups read of each index, its neighbourhoods of words, and the entities made so far."""
        if self._compiled is None:
            self._compiled = tuple((tuple(map(i.array, _ARRAYS)), compiled_hood(i), i.known) for i in self.indexes)
        return self._compiled

    def at(self, form: str, layer: int, alias: int, how: int) -> Candidate:
        """The candidate of a folded form, as the compiled look-ups tell it: by table and alias, and how it is found."""
        found = self._found.get((layer, alias, how))
        if found is None:
            index = self.indexes[layer]
            entity, spelt, kind = index.entity(alias), index.alias(alias), index.kind(alias)
            if how == _FUZZY:
                found = Candidate(entity, spelt, kind, "fuzzy", 0.0)
            elif how == _JOINED:
                found = Candidate(entity, spelt, kind, "rule", 1.0, JOINED)
            else:
                return Candidate(entity, spelt, kind, "rule", 1.0, why(form, spelt))
            if len(self._found) > _CACHE:
                self._found.clear()
            self._found[layer, alias, how] = found
        return found

    def listed(self, folded: str) -> tuple[Candidate, ...]:
        """The entities that list a folded form, most prominent first; a weak or never row shows as that kind."""
        found = self._listed.get(folded)
        if found is None:
            if len(self._listed) > _CACHE:
                self._listed.clear()
            found = self._listed[folded] = self._look_up(EXACT + folded, folded)
        return found

    def _look_up(self, key: str, folded: str, squeezed: bool = False) -> tuple[Candidate, ...]:
        """One candidate for each spelling of each entity under the key, by the first table that has any."""
        for index in self.indexes:
            found: dict[tuple[str, str], Candidate] = {}
            for k in index.lookup(key):
                alias = index.alias(k)
                spelt = fold(alias)
                if (squeeze(spelt) if squeezed else spelt) != folded:
                    continue
                kind, entity = index.kind(k), index.entity(k)
                match: Match = "exact" if spelt == fold(entity.canonical) and kind != "never" else "alias"
                before = found.get((entity.id, alias))
                # A row that says "weak" or "never" speaks for the spelling, whatever other rows say.
                if before is None or kind in SILENT_KINDS:
                    found[entity.id, alias] = Candidate(entity, alias, kind, match, 1.0)
            if found:
                return tuple(sorted(found.values(), key=_by_prominence))
        return ()

    def unblanked(self, folded: str) -> tuple[Candidate, ...]:
        """The entities that list a name of several words which is this form without its blanks."""
        return () if " " in folded else self._look_up(SQUEEZED + folded, folded, squeezed=True)

    @cached_property
    def has_domains(self) -> bool:
        """True where some table lists a domain."""
        code = bytes([KINDS.index("domain")])
        return any(code in index.array("alias_kind").tobytes() for index in self.indexes)

    def domain(self, address: str) -> tuple[Candidate, ...]:
        """The outlet of a URL or host: by the address itself, else by the nearest one above it that is listed."""
        if not any(index.has(DOMAIN + name) for index in self.indexes for name in domains.above(address)):
            return ()  # seen before the list of suffixes is read, which takes longer
        for name in domains.registrable(address):
            for index in self.indexes:
                for k in index.lookup(DOMAIN + name):
                    if domains.key(index.alias(k)) == name:
                        return (Candidate(index.entity(k), index.alias(k), "domain", "alias", 1.0),)
        return ()

    def joined(self, folded: str) -> tuple[Candidate, ...]:
        """The entities whose name is this form but for the blanks in it."""
        bare = squeeze(folded)
        if len(bare) < 6:
            return ()
        found = self._look_up(SQUEEZED + bare, bare, squeezed=True) if " " not in folded else ()
        if not found and bare != folded:
            found = self._look_up(EXACT + bare, bare) or self._look_up(SQUEEZED + bare, bare, squeezed=True)
        return tuple(Candidate(c.entity, c.alias, c.kind, "rule", 1.0, JOINED) for c in found if c.kind in RULE_KINDS)

    def by_rule(self, folded: str) -> tuple[Candidate, ...]:
        """The entities that a form names under the rules of spelling; reasons say which."""
        key = rule_key(folded)
        out: dict[str, Candidate] = {}
        if key:
            for index in self.indexes:
                for k in index.lookup(RULE + key):
                    entity = index.entity(k)
                    if entity.id in out or index.kind(k) not in RULE_KINDS:
                        continue
                    alias = index.alias(k)
                    why = rule_reasons(folded, fold(alias))
                    if why:
                        out[entity.id] = Candidate(entity, alias, index.kind(k), "rule", 1.0, why)
                if out:
                    break
        return tuple(sorted(out.values(), key=_by_prominence)) or self.joined(folded)

    def is_part(self, word: str) -> bool:
        """True where a folded word stands in some listed name."""
        return self._known(ATOM + word)

    def opens(self, word: str) -> bool:
        """True where a folded word is the first of some listed name."""
        return self._known(FIRST + word)

    def _known(self, key: str) -> bool:
        found = self._has.get(key)
        if found is None:
            if len(self._has) > _CACHE:
                self._has.clear()
            found = self._has[key] = any(index.has(key) for index in self.indexes)
        return found

    def suspect(self, word: str) -> bool:
        """True for a folded word that may be damaged: Latin, long enough, no name by itself, no ordinary word."""
        return len(word) >= 3 and word.isascii() and word.isalpha() and zipf(word) < ORDINARY and not self.listed(word)

    def warm(self, words: Iterable[str]) -> None:
        """Look up the neighbours of many words at once; later calls of `near` find them kept."""
        new = sorted({w for w in words if w not in self._near})
        if not new:
            return
        if len(self._near) > _CACHE:
            self._near.clear()
        if native.COMPILED:
            hoods = [hood for _, hood, _ in self.layers()]
            for word in new:
                self._near[word] = tuple(dict.fromkeys(pair for hood in hoods for pair in hood.near(word, MOST)))
            return
        if self._hoods is None:
            self._hoods = tuple(Neighbourhood(index) for index in self.indexes)
        found = [hood.near(new) for hood in self._hoods]
        for k, word in enumerate(new):
            self._near[word] = tuple(dict.fromkeys(pair for one in found for pair in one[k]))

    def near(self, word: str) -> tuple[tuple[str, int], ...]:
        """The listed words within two edits of a folded word, each with its distance, nearest first."""
        found = self._near.get(word)
        if found is None:
            self.warm([word])
            found = self._near[word]
        return found

    def needed(self, part: Sequence[Token]) -> Iterable[str]:
        """The words whose neighbours `fuzzy` will ask for."""
        for token in part:
            word = read_figures(token.folded)
            if self.suspect(word):
                yield word
        whole = read_figures("".join(t.folded for t in part))
        if _joinable(part, whole):
            yield whole

    def fuzzy(self, part: Sequence[Token], *, split: bool = True) -> tuple[Candidate, ...]:
        """The entities whose spelling is near a form of one or more tokens, unranked.

        `split`: the blanks of the form may stand anywhere in the name. Else a name is looked for as one word where its
        first or its last word is sound, or where no blank joins the words of the form.
        """
        options: list[list[str]] = []
        for token in part:
            word = read_figures(token.folded)
            # With its figures read, Po1ynesia is a word of French Polynesia.
            read = [word] if len(part) > 1 and word != token.folded and self.is_part(word) else []
            if self.suspect(word):
                options.append([*read, *(atom for atom, _ in self.near(word))][:_MOST_WORDS])
            else:
                options.append([word] if len(part) == 1 or self.is_part(word) else [])
            if not options[-1]:
                break  # a word that no name has: only the whole may be near a name
        out: dict[tuple[str, str], Candidate] = {}
        whole = read_figures("".join(t.folded for t in part))
        joinable = _joinable(part, whole) and (split or self._may_join(part, whole))
        if len(options) == len(part) and all(options):
            count = 1
            for choice in options:
                count *= len(choice)
            if count <= _MOST_COMBINATIONS:
                for words in product(*options):
                    text = words[0] + "".join(t.joint + w for t, w in zip(part[1:], words[1:], strict=True))
                    self._collect(self.listed(text), out)
        elif not (joinable and self.near(whole)):
            return ()
        if len(part) > 1 and self.is_part(whole):
            self._collect(self.listed(whole), out)
        if joinable:
            for atom, distance in self.near(whole)[:_MOST_WORDS]:
                if distance == 1 or len(atom) >= _LONG:
                    self._collect(self._look_up(SQUEEZED + atom, atom, squeezed=True), out)
                if len(part) > 1:
                    self._collect(self.listed(atom), out)
        return tuple(out.values())

    def _may_join(self, part: Sequence[Token], whole: str) -> bool:
        if len(part) == 1 or any(token.dash or not token.joint for token in part[1:]):
            return True
        ends = (BEGINS, part[0].folded), (ENDS, part[-1].folded)
        return any(self.has_joint(space, word, len(whole) - len(word)) for space, word in ends)

    def has_joint(self, space: str, word: str, others: int) -> bool:
        """True where a name of several words begins, or ends, with a word and has about so many other letters."""
        return self._known(joint(space, word, others))

    def named(self, names: Iterable[tuple[str, str]]) -> tuple[Candidate, ...]:
        """`fuzzy`, given the names within reach as they are stored: the space of each and its form."""
        out: dict[tuple[str, str], Candidate] = {}
        for space, form in names:
            found = self.listed(form) if space == EXACT else self._look_up(SQUEEZED + form, form, squeezed=True)
            self._collect(found, out)
        return tuple(out.values())

    @staticmethod
    def _collect(found: Sequence[Candidate], out: dict[tuple[str, str], Candidate]) -> None:
        # Salvádor is El Salvador in Slovak, but what is near it is rather the city of Salvador, which is weak.
        cities = [c.alias for c in found if c.kind in SILENT_KINDS and c.entity.prominence >= _CITY]
        for c in found:
            if c.kind in RULE_KINDS or (c.kind in OTHER_NAMES and not any(c.alias != city for city in cities)):
                out.setdefault((c.entity.id, c.alias), Candidate(c.entity, c.alias, c.kind, "fuzzy", 0.0))


def why(form: str, alias: str) -> tuple[str, ...]:
    """The reasons of the rules to take a folded form for a listed spelling."""
    return rule_reasons(form, fold(alias)) or ()


def choose(surface: str, found: Iterable[Candidate]) -> tuple[Candidate, ...]:
    """One candidate an entity for a spelling as it stands in a text, those spelt the very same first.

    So "San Jose" is the city that is written so before it is San José. Folding forgives accents, apostrophes and full
    stops, and where it forgives too much the candidate is dropped: see `_forgiven`.
    """
    plain = letters(surface)
    by_entity: dict[str, Candidate] = {}
    same: dict[str, bool] = {}
    for c in found:
        literal = letters(c.alias).replace(".", "") == plain.replace(".", "")
        if not _forgiven(surface, plain, c, literal):
            continue
        if c.entity.id not in by_entity or (literal and not same[c.entity.id]):
            by_entity[c.entity.id] = c
            same[c.entity.id] = literal
    if any(c.kind in SILENT_KINDS for c in by_entity.values()):
        return tuple(by_entity.values())
    return tuple(sorted(by_entity.values(), key=lambda c: not same[c.entity.id]))


def one_each(found: Iterable[Candidate]) -> tuple[Candidate, ...]:
    """The first candidate of each entity."""
    by_entity: dict[str, Candidate] = {}
    for c in found:
        by_entity.setdefault(c.entity.id, c)
    return tuple(by_entity.values())


def _forgiven(surface: str, plain: str, candidate: Candidate, literal: bool) -> bool:
    """True unless an ordinary word, a contraction, a possessive or initials equal a name only when folded.

    "Male" is no Malé, "Martínez" no town of Martinez, "Steele's" no Steeles, "Chen" no Ch'en, "U.N." no Un.
    """
    alias = candidate.alias
    if not literal and " " not in plain:
        # Beyond accents, what folding makes alike (ə and a, say) is no spelling of a word that is known.
        known = zipf(unaccented(surface))
        if _is_romanised(surface, candidate):
            return True
        if known >= _SOUND or (known > 0 and unaccented(alias) != unaccented(surface)):
            return False
        if candidate.entity.prominence < _CITY and alias.isascii() and _ACCENTED.search(surface):
            return False
        if candidate.kind == "translation" and known < _FAMILIAR:
            return False  # Nigēra is a Niger, Nigera a damaged Nigeria
    if _APOSTROPHE.search(surface):
        if _CONTRACTION.search(surface) and not _APOSTROPHE.search(alias):
            return False
    elif _APOSTROPHE.search(alias) and " " not in plain and zipf(plain) > 0:
        return False
    return not _INITIALS.search(surface) or "." in alias or (alias.isupper() and len(alias) <= 6)


def _is_romanised(surface: str, candidate: Candidate) -> bool:
    """True for a great place's plain name with long vowels marked, as scholars write it: Kābul, Tōkyō."""
    plain = candidate.alias.isascii() and candidate.entity.prominence >= _CITY and candidate.kind in REWRITTEN_KINDS
    return plain and surface != (short := surface.translate(_LONG_VOWELS)) and short == candidate.alias


def _joinable(part: Sequence[Token], whole: str) -> bool:
    """True where a form may be a name of several words written as one, or one name split in two or three."""
    return len(part) <= 3 and 6 <= len(whole) <= 32 and whole.isalpha() and whole.isascii()


def read_figures(word: str) -> str:
    """A word with the figures read as the letters that print makes of them: cair0 is cairo.

    >>> read_figures("cair0"), read_figures("2023")
    ('cairo', '2023')
    """
    if word.isalpha() or sum(c.isdigit() for c in word) * 3 > len(word):
        return word
    return word.translate(_FIGURES)


def _by_prominence(candidate: Candidate) -> tuple[float, str]:
    """Homonyms: the most prominent first; a canonical spelling counts threefold."""
    weight = 3 if candidate.match == "exact" else 1
    return -weight * max(1, candidate.entity.prominence), candidate.entity.id
