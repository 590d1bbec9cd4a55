"""From texts to a profile, in one pass and with memory that does not grow with the corpus."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Final

from canonym.lexicon import frequencies
from canonym.profile.residues import Trace, readings, traces
from canonym.profile.types import Profile, Scrubbed
from canonym.profile.words import frequent, language, words_of

_BLOCK: Final = 2_000_000
_MOST_WORDS: Final = 2_000_000
_EXAMPLES: Final = 8
_STRINGS: Final = 8
#: One document convinces by itself with this many unrelated words, and this much gain (log10) in all.
OWN_FAMILIES: Final = 3
OWN_GAIN: Final = 7.5
#: Many documents together, none of which need convince by itself.
_ALL_FAMILIES: Final = 6
_ALL_GAIN: Final = 15.0
_ALL_EXPECTED: Final = 5.0
_ALL_SHARE: Final = 0.5

#: What explains one leftover: occurrences, documents, the word behind it, the gain.
_Tally = dict[str, list[int]]


def families(words: Iterable[str]) -> int:
    """How many unrelated words there are: those that begin alike count once.

    >>> families(["month", "months", "Monday"])
    2
    """
    return len({word[:5].lower() for word in words})


class ProfileBuilder:
    """Collects texts one by one; `finish` may be called at any time, and does not end the collecting.

    The outcome does not depend on the order of the texts. Memory is bounded by the dictionary: known words
    are counted, and leftovers of known words.
    """

    def __init__(self) -> None:
        self._pending: list[str] = []
        self._size = 0
        self._documents = 0
        self._words: dict[str, Counter[str]] = {}
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
            self._flush()

    def merge(self, other: ProfileBuilder) -> None:
        """Add what another builder collected, as if its texts had been added here."""
        self._flush()
        other._flush()
        self._documents += other._documents
        for lang, counts in other._words.items():
            self._words.setdefault(lang, Counter()).update(counts)
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
        self._flush()
        found = [s for key in sorted(self._absent) if (s := self._judge(key)) is not None]
        found.sort(key=lambda s: (-s.forms, -s.occurrences, -len(s.string), s.string, s.lang))
        return Profile(tuple(_plain(found)), self._documents, sum(self._total.values()))

    def _flush(self) -> None:
        block: list[tuple[str, str, dict[str, int]]] = []
        unknown: dict[str, set[str]] = {}
        for text in self._pending:
            lowered = text.lower()
            words = words_of(lowered)
            counts = Counter(words)
            lang = language(counts)
            self._documents += 1
            self._total[lang] += len(words)
            if not lang:
                continue
            mine = self._words.setdefault(lang, Counter())
            mine.update(counts)
            if len(mine) > _MOST_WORDS:
                self._words[lang] = _listed(mine, lang)
            rare = counts.keys() - frequent(lang)
            if rare:
                block.append((lang, lowered, {w: counts[w] for w in rare}))
                unknown.setdefault(lang, set()).update(rare)
        self._pending, self._size = [], 0
        explained = {lang: traces(lang).explain(sorted(words)) for lang, words in unknown.items()}
        for lang, lowered, rare_counts in block:
            self._weigh(lang, lowered, rare_counts, explained[lang])

    def _weigh(
        self,
        lang: str,
        lowered: str,
        rare: Mapping[str, int],
        explained: Mapping[str, tuple[Trace, ...]],
    ) -> None:
        own: dict[str, list[tuple[str, Trace]]] = {}
        for form in rare:
            for trace in explained.get(form, ()):
                own.setdefault(trace.string, []).append((form, trace))
        for string, pairs in own.items():
            key = (lang, string)
            if string in lowered:
                self._present[key] += 1
                continue
            self._concerned[key] += 1
            tally = self._absent.setdefault(key, {})
            for form, _ in pairs:
                entry = tally.setdefault(form, [0, 0])
                entry[0] += rare[form]
                entry[1] += 1
            if convincing([trace for _, trace in pairs], OWN_FAMILIES, OWN_GAIN):
                self._strong[key] += 1

    def _judge(self, key: tuple[str, str]) -> Scrubbed | None:
        lang, string = key
        tally = self._absent[key]
        strong = self._strong[key]
        if not strong and len(tally) < _ALL_FAMILIES:
            return None
        explained = traces(lang).explain(sorted(tally))
        behind = {f: t for f in tally for t in explained.get(f, ()) if t.string == string}
        total = readings((string,), lang)
        words = self._total[lang]
        expected = total.expected[0] * words / 1e6
        seen = sum(n * w.count(string) for w, n in self._listed_words(lang).items() if string in w)
        occurrences = sum(n for n, _ in tally.values())
        # How much more is missing than what left an unknown word behind.
        missing = occurrences * total.expected[0] / max(total.witnessed, 1e-9)
        documents = self._concerned[key]
        share = min(missing / (missing + seen + 1), documents / (documents + self._present[key]))
        if not strong and not (
            convincing(list(behind.values()), _ALL_FAMILIES, _ALL_GAIN)
            and expected >= _ALL_EXPECTED
            and share >= _ALL_SHARE
        ):
            return None
        ranked = sorted(tally, key=lambda f: (-tally[f][0], f))
        return Scrubbed(
            string,
            lang,
            occurrences,
            len(tally),
            documents,
            tuple((f, behind[f].word) for f in ranked[:_EXAMPLES]),
            round(expected, 2),
            seen,
            round(share, 4),
        )

    def _listed_words(self, lang: str) -> Mapping[str, int]:
        return _listed(self._words.get(lang, Counter()), lang)


def convincing(found: Iterable[Trace], unrelated: int, gain: float) -> bool:
    """True where the traces stand for enough unrelated words, and gain enough (log10) in all."""
    best: dict[str, float] = {}
    for trace in found:
        family = trace.word[:5]
        best[family] = max(best.get(family, 0.0), trace.gain)
    return len(best) >= unrelated and sum(best.values()) >= gain


def _listed(counts: Counter[str], lang: str) -> Counter[str]:
    listed = frequencies(lang)
    return Counter({w: n for w, n in counts.items() if w in listed})


def _plain(found: list[Scrubbed]) -> list[Scrubbed]:
    """Without the shadows of a string: "an" and "anis" explain some of what "ani" explains better."""
    kept: list[Scrubbed] = []
    for item in found:
        shadow = any(
            item.lang == k.lang and (item.string in k.string or k.string in item.string) for k in kept
        )
        if not shadow and len(kept) < _STRINGS:
            kept.append(item)
    return kept


def of(texts: Iterable[str]) -> Profile:
    """The profile of some texts; their order does not matter.

    >>> of(["Nothing is missing here."]).scrubbed
    ()
    """
    builder = ProfileBuilder()
    for text in texts:
        builder.add(text)
    return builder.finish()
