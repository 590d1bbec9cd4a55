"""From texts to a profile, in one pass and with memory that does not grow with the corpus."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cache
from typing import Final

from canonym import native
from canonym.lexicon import look_up
from canonym.profile import census
from canonym.profile.census import Census, Plain, listed
from canonym.profile.convincing import convincing, enough, unshadowed
from canonym.profile.readings import readings, rivals
from canonym.profile.residues import Trace, traces
from canonym.profile.spread import Spread
from canonym.profile.types import Profile, Scrubbed

_BLOCK: Final = 2_000_000
#: A single text of so many characters is worth what it takes to begin with the compiled census.
_LONG: Final = 1_000_000
#: So many texts are counted by one census, whose numbers have 32 bits.
_MOST_COUNTED: Final = 1 << 31
_EXAMPLES: Final = 8
_STRINGS: Final = 8
#: Many documents together, none of which need convince by itself: 2,000 sound texts reach three and 8.3.
_ALL_FAMILIES: Final = 4
_ALL_GAIN: Final = 11.0
#: At least this part of what a string lost throughout would leave must be there; chance leaves 0.005.
_ALL_RATE: Final = 0.05
#: At most this part of the documents with such words may contain the string; by chance most do.
_ALL_PRESENT: Final = 0.15

#: The share from which on a string counts as lost throughout, so that all that stands there is leftovers.
_THROUGHOUT: Final = 0.9
#: A sound word is a leftover if it stands in this many documents, and this many times more than it should,
_LEAST_SPREAD: Final = 5
_TIMES: Final = 8.0
#: while the word behind it would need no such excess: at most half as much, and at most this.
_MOST_TIMES: Final = 8.0

#: What explains one leftover: occurrences, documents, the word behind it, the gain.
_Tally = dict[str, list[int]]


class ProfileBuilder:
    """Collects texts one by one; `finish` may be called at any time, and does not end the collecting.

    The outcome does not depend on the order of the texts. Memory is bounded by the dictionary: known words
    are counted, and leftovers of known words.
    """

    def __init__(self) -> None:
        self._pending: list[str] = []
        self._size = 0
        self._documents = 0
        #: What counts the texts, and what it has counted by earlier ones: in how many documents each word stands.
        self._census: Census | None = None
        self._counted = 0
        self._spread: dict[str, Spread] = {}
        self._total: Counter[str] = Counter()
        self._absent: dict[tuple[str, str], _Tally] = {}
        self._present: Counter[tuple[str, str]] = Counter()
        self._strong: Counter[tuple[str, str]] = Counter()
        self._concerned: Counter[tuple[str, str]] = Counter()

    def add(self, text: str, name: str = "") -> None:
        """Count one document; `name` is not kept."""
        self._pending.append(text)
        self._size += len(text)
        if self._size >= _BLOCK:
            self.flush()

    def merge(self, other: ProfileBuilder) -> None:
        """Add what another builder collected, as if its texts had been added here."""
        self.flush()
        other.settle()
        self._documents += other._documents
        for lang, spread in other._spread.items():
            self._spread.setdefault(lang, Spread()).merge(spread)
        self._total.update(other._total)
        for key, tally in other._absent.items():
            mine = self._absent.setdefault(key, {})
            for form, (count, documents) in tally.items():
                entry = mine.setdefault(form, [0, 0])
                entry[0] += count
                entry[1] += documents
        for mine_too, others in (
            (self._present, other._present),
            (self._strong, other._strong),
            (self._concerned, other._concerned),
        ):
            mine_too.update(others)

    def finish(self) -> Profile:
        """The profile of everything added so far."""
        self.flush()
        found = [s for lang in sorted({lang for lang, _ in self._absent}) for s in self._found(lang)]
        found.sort(key=lambda s: (-s.forms, -s.occurrences, -len(s.string), s.string, s.lang))
        return Profile(tuple(found[:_STRINGS]), self._documents, sum(self._total.values()))

    def _found(self, lang: str) -> list[Scrubbed]:
        own = {string: tally for (other, string), tally in self._absent.items() if other == lang}
        explained = traces(lang).explain(sorted(set().union(*own.values())))
        found: list[Scrubbed] = []

        @cache
        def spread() -> Mapping[str, int]:  # seldom asked for
            self.settle()
            return listed(self._spread[lang].counts(), lang) if lang in self._spread else {}

        def accept(string: str, left: Mapping[str, Trace]) -> bool:
            judged = self._judge(lang, string, left, spread)
            found.extend([judged] if judged else [])
            return judged is not None

        unshadowed(_by_string(explained, own), *enough(lang), accept)
        return found

    def flush(self) -> None:
        """Count what was added so far."""
        if not self._pending:
            return
        texts, self._pending, self._size = self._pending, [], 0
        if self._counted + len(texts) > _MOST_COUNTED:
            self.settle()
        told, words = self._begun(texts).count(texts)
        self._counted += len(texts)
        self._documents += len(texts)
        self._total.update(words)
        forms: dict[str, set[str]] = {}
        for _, lang, left in told:
            forms.setdefault(lang, set()).update(left)
        explained = {lang: traces(lang).explain(sorted(left)) for lang, left in forms.items()}
        for number, lang, left in told:
            # Sorted: sums of gains are the same then whatever counted the words.
            rare = {form: left[form] for form in sorted(left) if form in explained[lang]}
            if rare:
                self._weigh(lang, texts[number].lower(), rare, explained[lang])

    def _begun(self, texts: Sequence[str]) -> Census:
        """What counts some texts. A single one is sooner counted in Python, unless it is long."""
        plainly = not native.COMPILED or (len(texts) == 1 and len(texts[0]) < _LONG)
        if isinstance(self._census, Plain) and not plainly:
            self.settle()
        if self._census is None:
            self._census = Plain() if plainly else census.begun()
        return self._census

    def settle(self) -> None:
        """Count what was added so far, and let go of what it took to count."""
        self.flush()
        if self._census is None:
            return
        for lang, piece in self._census.take().items():
            self._spread.setdefault(lang, Spread()).add(piece)
        census.leave(self._census)
        self._census, self._counted = None, 0

    def __getstate__(self) -> dict[str, object]:
        self.settle()
        return self.__dict__

    def _weigh(
        self,
        lang: str,
        lowered: str,
        rare: Mapping[str, int],
        explained: Mapping[str, tuple[Trace, ...]],
    ) -> None:
        own: dict[str, dict[str, Trace]] = {}
        for form in rare:
            for trace in explained[form]:
                own.setdefault(trace.string, {})[form] = trace
        absent = {string: found for string, found in own.items() if string not in lowered}
        self._present.update((lang, string) for string in own.keys() - absent.keys())
        for string, found in absent.items():
            self._concerned[lang, string] += 1
            tally = self._absent.setdefault((lang, string), {})
            for form in found:
                entry = tally.setdefault(form, [0, 0])
                entry[0] += rare[form]
                entry[1] += 1
        for string in unshadowed(absent, *enough(lang)):
            self._strong[lang, string] += 1

    def _judge(
        self,
        lang: str,
        string: str,
        behind: Mapping[str, Trace],
        spread: Callable[[], Mapping[str, int]],
    ) -> Scrubbed | None:
        key = (lang, string)
        tally = self._absent[key]
        strong = self._strong[key]
        documents = self._concerned[key]
        present = self._present[key] / (documents + self._present[key])
        if not strong and (present > _ALL_PRESENT or not convincing(behind.values(), _ALL_FAMILIES, _ALL_GAIN)):
            return None
        whole = readings((string,), lang)
        words = self._total[lang] / 1e6
        occurrences = sum(tally[form][0] for form in behind)
        if not strong and occurrences < _ALL_RATE * whole.witnessed * words:
            return None
        seen = sum(n for w, n in spread().items() if string in w)
        # How much more is missing than what left an unknown word behind; both once a document.
        missing = sum(tally[form][1] for form in behind) * whole.expected[0] / max(whole.witnessed, 1e-9)
        share = min(missing / (missing + seen + 1), 1 - present)
        ranked = sorted(behind, key=lambda f: (-tally[f][0], f))
        return Scrubbed(
            string,
            lang,
            occurrences,
            len(behind),
            documents,
            tuple((f, behind[f].word) for f in ranked[:_EXAMPLES]),
            round(whole.expected[0] * words, 2),
            seen,
            round(share, 4),
            _surplus(string, lang, spread(), words) if share >= _THROUGHOUT else (),
        )


def _surplus(string: str, lang: str, spread: Mapping[str, int], words: float) -> tuple[tuple[str, float], ...]:
    """Sound words that stand in far more documents than they should, as leftovers of others do.

    `spread` counts documents; `words` is in millions. Gives the odds (log10) that each is a leftover.
    """
    frequency = look_up(lang)
    out: list[tuple[str, float]] = []
    for residue, (zipf, _) in rivals(string, lang).items():
        found = spread.get(residue, 0)
        chance = words * 10 ** (frequency(residue) - 3)
        if found < _LEAST_SPREAD or found < _TIMES * chance:
            continue
        needed = found / (words * 10 ** (zipf - 3))
        if needed <= min(_MOST_TIMES, found / chance / 2):
            out.append((residue, round(math.log10(found / chance - 1), 2)))
    return tuple(sorted(out))


def _by_string(
    explained: Mapping[str, tuple[Trace, ...]], tallies: Mapping[str, _Tally]
) -> dict[str, dict[str, Trace]]:
    out: dict[str, dict[str, Trace]] = {string: {} for string in tallies}
    for form, found in explained.items():
        for trace in found:
            if form in tallies.get(trace.string, ()):
                out[trace.string][form] = trace
    return out


def of(texts: Iterable[str]) -> Profile:
    """The profile of some texts; their order does not matter.

    >>> of(["Nothing is missing here."]).scrubbed
    ()
    """
    builder = ProfileBuilder()
    for text in texts:
        builder.add(text)
    return builder.finish()
