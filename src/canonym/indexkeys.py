"""What an index stores of each alias: the keys under which it is found, and the words that damaged ones are near."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final

from canonym import domains
from canonym.keys import is_latin, rule_key, squeeze
from canonym.model import REWRITTEN_KINDS
from canonym.text import fold, letters

#: Kinds whose spelling may be met damaged; the others are recognised as listed or not at all.
FUZZY_KINDS: Final = frozenset({"canonical", "spelling", "romanisation", "former", "translation"})
#: Kinds of spellings that are another name of the entity.
OTHER_NAMES: Final = frozenset({"translation", "former"})
RULE_KINDS: Final = frozenset({"canonical", "spelling", "romanisation"})

#: What a stored key begins with: the folded spelling, the same without blanks, under the rules, a host, any word of a
#: name, its first word; and of folded spellings those that some alias has to the letter, and those that are rewritten,
#: and those that are no name (for the compiled look-ups, see `native`).
EXACT, SQUEEZED, RULE, DOMAIN, ATOM, FIRST, PLAIN, LOUD, NEVER = "=", "+", "~", "@", "#", "^", "%", "!", "?"
#: The first word of a name of several, and the last, each with the band of how many letters the others have.
BEGINS, ENDS = "<", ">"
#: A band is so many letters wide; a name is in all that lie within so many edits of its own.
_BAND: Final = 5
_EDITS: Final = 2
_PLAIN: Final = re.compile(r"[A-Za-z0-9]+(?: [A-Za-z0-9]+)*")
#: Kinds that speak for a spelling, whatever else it is listed as.
SILENT_KINDS: Final = frozenset({"weak", "never"})
#: Kinds of spellings that are a name only where more speaks for it.
QUIET_KINDS: Final = frozenset({"weak", "never", "abbreviation"})


class Keys:
    """The keys of aliases, with what several aliases share worked out once."""

    def __init__(self) -> None:
        self._folded: dict[str, str] = {}
        self._rule: dict[str, str] = {}
        self.words: set[str] = set()

    def fold(self, alias: str) -> str:
        """An alias folded."""
        found = self._folded.get(alias)
        if found is None:
            found = self._folded[alias] = fold(alias)
        return found

    def rule(self, folded: str) -> str:
        """The key of a folded alias under the rules of spelling."""
        found = self._rule.get(folded)
        if found is None:
            found = self._rule[folded] = rule_key(folded)
        return found

    def of(self, alias: str, kind: str, canonical: str) -> Iterable[str]:
        """The keys under which an alias of some kind is found, given the canonical form of its entity."""
        if kind == "domain":
            yield DOMAIN + domains.key(alias)
            return
        folded = self.fold(alias)
        if not folded:
            return
        yield EXACT + folded
        if kind == "never":
            yield NEVER + folded
        if kind in REWRITTEN_KINDS and letters(canonical) != folded:
            yield LOUD + folded
        if kind not in QUIET_KINDS and _PLAIN.fullmatch(alias):
            yield PLAIN + folded
        words = folded.split()
        self.words.add(FIRST + words[0])
        self.words.update(ATOM + word for word in words)
        if kind in FUZZY_KINDS:
            self.words.update(joints_of(folded))
        if " " in folded:
            yield SQUEEZED + squeeze(folded)
        key = self.rule(folded) if kind in RULE_KINDS else ""
        # A far-fetched alternate name is no ground for a rule: its variants are other names' sound spellings.
        if key and (kind != "spelling" or key == self.rule(self.fold(canonical))):
            yield RULE + key


def joint(space: str, word: str, others: int) -> str:
    """The key of the names that begin, or end, with a word, and of which the others have about so many letters.

    >>> joint(BEGINS, "new", 4)
    '<new 0'
    """
    return f"{space}{word} {others // _BAND}"


def joints_of(folded: str) -> Iterable[str]:
    """The keys by which a name is found that has a word of it as it should be, and the others are damaged.

    >>> sorted(joints_of("new york"))
    ['<new 0', '<new 1', '>york 0', '>york 1']
    """
    joined = _as_one(folded)
    words = folded.split()
    for space, word in ((BEGINS, words[0]), (ENDS, words[-1])) if joined else ():
        others = len(joined) - len(word)
        least, most = max(0, others - _EDITS), others + _EDITS
        for near in range(least - least % _BAND, most + 1, _BAND):
            yield joint(space, word, near)


def _as_one(folded: str) -> str:
    """A name of several words written as one, where it is looked for as one; else nothing."""
    joined = squeeze(folded) if " " in folded and 6 <= len(folded) <= 32 and is_latin(folded) else ""
    return joined if joined.isalpha() else ""


def atoms_of(folded: str) -> Iterable[str]:
    """What a damaged word is compared with: the words of a name, and the name written as one word."""
    if not is_latin(folded):
        return
    for token in folded.split():
        if len(token) >= 3 and token.isalpha():
            yield token
    joined = _as_one(folded)
    if joined:
        yield joined
