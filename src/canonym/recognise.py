"""Texts to mentions: listed names first, then what the document makes believable."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from canonym import native
from canonym.candidates import Candidates, choose
from canonym.caseless import CaselessFinder
from canonym.decide import Case, decide_all
from canonym.evidence import CAPITAL, LISTED, NOTHING, Everywhere, Surroundings, gather, looks, summarise
from canonym.keys import rules, without_izafa
from canonym.lexicon import zipf
from canonym.model import Candidate, Decision, Mention
from canonym.scan import find_domains, find_long_runs, find_lower, find_protected, lower_words, words
from canonym.spans import Plan, Planner, Span
from canonym.text import fold, has_caseless, is_boundary, without_caseless

#: In a text with capitals, a name in small letters is seen only by a word rarer than this (Zipf scale) ...
_LOWER_RARE: Final = 3.0
#: ... and in a text without any capitals by one rarer than this.
_LOWER_PLAIN: Final = 4.4
#: What the scanner keeps of runs and of words in small letters.
_QUIET: Final = 1
_PLAIN_ONLY: Final = 2
_LOUD: Final = 3
_LISTED: Final = 2
_UNKNOWN: Final = 16
_CASELESS: Final = 32
#: Of a text: no run is loud, and no word in small letters opens a name.
_SILENT: Final = frozenset(
    run + 4 * small for run in range(_LOUD) for small in range(_LOUD) if small < _PLAIN_ONLY or run
)
_CACHE: Final = 400_000
_ARTICLE: Final = re.compile(r"\b([a-z]{2,3})[- ]$")
_BEFORE: Final = re.compile(r"([^\W\d_]+|[^\w\s])[\s\"'“‘]*$")
_AFTER: Final = re.compile(r"^(?:['’]s)?[\s\"'”’]*([^\W\d_]+|[^\w\s])")


@dataclass(frozen=True, slots=True)
class _Placed:
    """A span of a run at its place in the text."""

    start: int
    end: int
    span: Span
    run_start: int
    plan: Plan


class Recogniser:
    """Finds the mentions of texts; what it learns of strings is kept, of documents nothing."""

    def __init__(self, candidates: Candidates) -> None:
        self._candidates = candidates
        self._planner = Planner(candidates)
        self._caseless = CaselessFinder(candidates)
        self._lower_known: dict[tuple[str, float], bool] = {}
        self._plain: set[str] = set()  # words in small letters that open no name

    def annotate(self, texts: Sequence[str]) -> list[list[Mention]]:
        """The mentions of each text, in order, without overlap. A result depends on its own text alone."""
        found = self._runs(texts)
        self._planner.prepare(run for runs, _ in found for _, run in runs)
        pages = [self._open(text, *runs) for text, runs in zip(texts, found, strict=True)]
        _believe([page for page in pages if page.proposed])
        return [_without_overlap(page.listed) for page in pages]

    def silent(self, texts: Sequence[str]) -> list[bool]:
        """Whether each text surely holds nothing that would be rewritten by default; with doubts it is not silent."""
        if not native.COMPILED:
            return [False] * len(texts)
        return [code in _SILENT for code in self._look(texts)]

    def _look(self, texts: Sequence[str]) -> Sequence[int]:
        """What the scanner says of each text, once every run and word in small letters of it has a verdict.

        Nothing of a text with letters of a script without capitals.
        """
        scanner, given = self._planner.scanner, ["" if has_caseless(text) else text for text in texts]
        runs: set[str] = set()
        smalls: set[str] = set()
        codes = bytearray(scanner.look(given, runs, smalls))
        for verdict, group in enumerate(self._planner.graded(sorted(runs)), _QUIET):
            scanner.learn_runs(group, verdict)
        for verdict, group in self._graded(smalls).items():
            scanner.learn_smalls(group, verdict)
        again = [k for k, code in enumerate(codes) if code & _UNKNOWN]
        for k, code in zip(again, scanner.look([given[k] for k in again], runs, smalls), strict=True):
            codes[k] = code
        return [_CASELESS if text and not seen else code for text, seen, code in zip(texts, given, codes, strict=True)]

    def _graded(self, smalls: Iterable[str]) -> dict[int, list[str]]:
        """Words in small letters: those that open no name, those that do in a text without capitals, and in any."""
        out: dict[int, list[str]] = {_QUIET: [], _PLAIN_ONLY: [], _LOUD: []}
        for word in smalls:
            rare = self._opens_name(word, _LOWER_RARE)
            out[_LOUD if rare else _PLAIN_ONLY if self._opens_name(word, _LOWER_PLAIN) else _QUIET].append(word)
        return out

    def _runs(self, texts: Sequence[str]) -> list[tuple[list[tuple[int, str]], bool]]:
        """The runs of each text with their offsets, but for those that hold nothing; and whether it has any."""
        if not native.COMPILED:
            return [(runs := _spelt(text, find_long_runs(_apart(text))), bool(runs)) for text in texts]
        scanner, out = self._planner.scanner, []
        for text, code in zip(texts, self._look(texts), strict=True):
            if code == _CASELESS:
                runs = _spelt(text, scanner.runs(_apart(text)))
                out.append((runs, bool(runs)))
            else:
                out.append((_spelt(text, scanner.runs(text, _LISTED)) if code & 3 >= _LISTED else [], code & 3 > 0))
        return out

    def _open(self, text: str, runs: Sequence[tuple[int, str]], capitals: bool) -> _Page:
        """What a text surely holds, and what it may hold."""
        listed: list[Mention] = []
        weak: list[Mention] = []
        proposed: list[_Placed] = []
        hosts = self._domains(text)
        for at, run in runs:
            plan = self._planner.plan(run)
            for span in plan.listed:
                (weak if span.weak else listed).append(_listed_mention(text, at, span))
            for span in plan.proposed:
                proposed.append(_Placed(at + span.start, at + span.end, span, at, plan))
        guarded = _Spans([*find_protected(text), *((h.start, h.end) for h in hosts)])
        listed = [m for m in listed if not guarded.near(m.start, m.end)] + hosts
        weak = [m for m in weak if not guarded.near(m.start, m.end)]
        proposed = [p for p in proposed if not guarded.near(p.start, p.end)]
        listed += [m for m in self._caseless.find(text) if not guarded.near(m.start, m.end)]
        listed += [m for m in self._lower(text, capitals, listed) if not guarded.near(m.start, m.end)]
        if weak:
            sure = {m.entity.id for m in listed}
            listed += [m for m in weak if m.entity.id in sure]
        return _Page(text, listed, proposed)

    def _domains(self, text: str) -> list[Mention]:
        out = []
        for match in find_domains(text):
            for c in self._candidates.domain(match[0]):
                out.append(_mention(text, match.start(), match.end(), c, (c,)))
        return out

    def _lower(self, text: str, capitals: bool, known: Sequence[Mention]) -> list[Mention]:
        """Names in small letters, each seen by a rare word that some name has."""
        limit = _LOWER_RARE if capitals else _LOWER_PLAIN
        out: list[Mention] = []
        if native.COMPILED:
            small: Iterable[str] = self._planner.scanner.smalls(text, _PLAIN_ONLY)
        else:
            small = lower_words(text) - self._plain
        triggers = {w for w in small if self._opens_name(w, limit)}
        if not triggers:
            return out
        for start, tokens in find_lower(text, triggers):
            for count in range(len(tokens), 0, -1):
                end = tokens[count - 1].end
                form = fold(text[start : start + end])
                if count == 1 and len(form) < 5:
                    continue
                found = choose(text[start : start + end], self._candidates.listed(form))
                if not found and count > 1:
                    found = self._candidates.by_rule(form)
                if not found or found[0].kind in ("weak", "never", "abbreviation", "demonym"):
                    continue
                if not (is_boundary(text, start) and is_boundary(text, start + end)):
                    continue
                begin = start - _article_before(text, start, found[0])
                out.append(_mention(text, begin, start + end, found[0], found))
                break
        taken = _Spans((m.start, m.end) for m in known)
        return [m for m in out if not taken.near(m.start, m.end)]

    def _opens_name(self, word: str, limit: float) -> bool:
        """True for a word in small letters that is rare and stands in a name, an izafa vowel at its end or not."""
        known = self._lower_known.get((word, limit))
        if known is None:
            if len(self._lower_known) > _CACHE:
                self._lower_known.clear()
                self._plain.clear()
            part = any(self._candidates.is_part(w) for w in (word, *without_izafa(word)))
            known = self._lower_known[word, limit] = part and zipf(word) < limit
            if not part or zipf(word) >= max(_LOWER_RARE, _LOWER_PLAIN):
                self._plain.add(word)
        return known


def _apart(text: str) -> str:
    """The text with words ending where the script changes: 在Kabul市."""
    return without_caseless(text) if has_caseless(text) else text


def _spelt(text: str, spans: Iterable[tuple[int, int]]) -> list[tuple[int, str]]:
    return [(start, text[start:end]) for start, end in spans]


def _believe(pages: Sequence[_Page]) -> None:
    """Add the proposals that are accepted to what is listed, round by round, until nothing is added.

    What is accepted counts as listed in the next round: so a second run over the rewritten text, where it is
    listed, finds nothing new. All pages go through a round together, since scoring is cheaper by the thousand.
    """
    while pages:
        cases: list[Case] = []
        owners: list[tuple[_Page, _Placed]] = []
        for page in pages:
            for place, case in page.cases():
                cases.append(case)
                owners.append((page, place))
        accepted: dict[int, list[tuple[_Placed, Decision]]] = {}
        for (page, place), decision in zip(owners, decide_all(cases), strict=True):
            if decision.status == "accept":
                accepted.setdefault(id(page), []).append((place, decision))
        pages = [page for page in pages if id(page) in accepted]
        for page in pages:
            page.accept(accepted[id(page)])
        pages = [page for page in pages if page.proposed]


class _Page:
    """One text on its way: what is listed in it, and what is still proposed."""

    def __init__(self, text: str, listed: list[Mention], proposed: list[_Placed]) -> None:
        self.text = text
        self.listed = listed
        self.proposed = proposed
        self._small: dict[str, bool] = {}

    def cases(self) -> Iterable[tuple[_Placed, Case]]:
        """Every proposal with the evidence for each of its candidates."""
        document = summarise((m.entity, fold(m.text)) for m in self.listed)
        taken = _Spans((m.start, m.end) for m in self.listed)
        forms: dict[str, set[str]] = {}
        around = [_surroundings(self.text, p, taken) for p in self.proposed]
        everywhere: dict[str, Everywhere] = {}
        for p, here in zip(self.proposed, around, strict=True):
            everywhere[p.span.form] = everywhere.get(p.span.form, Everywhere()).with_one(*looks(here))
            forms.setdefault(p.span.candidates[0].entity.id, set()).add(p.span.form)
        for p, here in zip(self.proposed, around, strict=True):
            form = p.span.form
            seen = tuple(
                gather(
                    c,
                    here,
                    document,
                    len(forms.get(c.entity.id, set()) - {form}),
                    self._in_small(form),
                    everywhere[form],
                )
                for c in p.span.candidates
            )
            yield p, Case(form, p.span.candidates, seen)

    def _in_small(self, form: str) -> bool:
        """Whether a form stands in small letters too."""
        found = self._small.get(form)
        if found is None:
            found = self._small[form] = form in self.text and form in lower_words(self.text)
        return found

    def accept(self, accepted: Sequence[tuple[_Placed, Decision]]) -> None:
        """Count accepted proposals as listed."""
        places = {id(p) for p, _ in accepted}
        self.listed = _without_overlap([*self.listed, *(_decided_mention(self.text, p, d) for p, d in accepted)])
        self.proposed = [p for p in self.proposed if id(p) not in places]


def _article_before(text: str, start: int, candidate: Candidate) -> int:
    """How many characters before a name in small letters are its article: al-hudaydah is Al Hudaydah, once."""
    match = _ARTICLE.search(text, max(0, start - 5), start)
    if match is None or fold(match[1]) not in rules().articles:
        return 0
    return len(match[0]) if fold(candidate.entity.canonical).split()[0] in rules().articles else 0


class _Spans:
    """Spans of a text, for asking what lies at a place; a document may hold a million of them."""

    def __init__(self, spans: Iterable[tuple[int, int]]) -> None:
        self._spans = sorted(spans)
        self._starts = [start for start, _ in self._spans]
        self._longest = max((end - start for start, end in self._spans), default=0)

    def near(self, start: int, end: int) -> list[tuple[int, int]]:
        """The spans that share a character with start:end."""
        low = bisect_left(self._starts, start - self._longest)
        high = bisect_left(self._starts, end)
        return [span for span in self._spans[low:high] if span[1] > start]


def _surroundings(text: str, place: _Placed, spans: _Spans) -> Surroundings:
    last = place.run_start + (place.plan.words[-1][1] if place.plan.words else 0)
    taken = spans.near(place.run_start - 4, max(last, place.end) + 4)
    before = after = ""
    for start, end, word in place.plan.words:
        start, end = start + place.run_start, end + place.run_start
        listed = any(a <= start and end <= b for a, b in taken)
        mark = LISTED if listed else CAPITAL if text[start].isupper() else word
        if end <= place.start:
            titled = before in words("titles") and mark == CAPITAL  # Dr Miriam ...
            before = before if titled else word if word in words("locatives") or word in words("titles") else mark
        elif start >= place.end and not after and word != "s":
            after = mark
    before = before or _beside(_BEFORE.search(text[max(0, place.start - 40) : place.start]))
    after = after or _beside(_AFTER.search(text[place.end : place.end + 40]))
    comma = any(
        (text[place.end : a].strip(" ") == "," or text[b : place.start].strip(" ") == ",")
        for a, b in taken
        if 0 < a - place.end <= 3 or 0 < place.start - b <= 3
    )
    shouted = text[place.start : place.end].isupper()
    return Surroundings(before, after, comma, shouted, len(place.plan.words))


def _beside(match: re.Match[str] | None) -> str:
    if match is None:
        return NOTHING
    return fold(match[1]) or match[1]


def _mention(
    text: str,
    start: int,
    end: int,
    best: Candidate,
    found: Sequence[Candidate],
    reasons: tuple[str, ...] = (),
) -> Mention:
    others = tuple(dict.fromkeys(c.entity.id for c in found if c.entity.id != best.entity.id))
    return Mention(
        start,
        end,
        text[start:end],
        best.entity,
        best.match,
        best.kind,
        best.score,
        reasons or best.reasons,
        others[:8],
        best.alias,
    )


def _listed_mention(text: str, at: int, span: Span) -> Mention:
    start, end = at + span.start, at + span.end
    if "." in text[start:end] and text[end : end + 1] == "." and not text[end - 2 : end].isalpha():
        end += 1  # the last stop of U.S. belongs to it
    return _mention(text, start, end, span.candidates[0], span.candidates)


def _decided_mention(text: str, place: _Placed, decision: Decision) -> Mention:
    assert decision.best is not None
    return _mention(
        text, place.start, place.end, decision.best, (decision.best, *decision.alternatives), decision.reasons
    )


def _without_overlap(mentions: Sequence[Mention]) -> list[Mention]:
    """The longest of overlapping mentions, then the surest, then the first; of one entity's the surest."""
    out: list[Mention] = []
    cluster: list[Mention] = []
    reach = -1
    for m in sorted(mentions, key=lambda m: (m.start, -m.end)):
        if m.start >= reach:
            out += _longest_of(cluster)
            cluster = []
        cluster.append(m)
        reach = max(reach, m.end)
    return out + _longest_of(cluster)


def _longest_of(cluster: Sequence[Mention]) -> list[Mention]:
    if len(cluster) < 2:
        return list(cluster)
    out: list[Mention] = []
    for m in sorted(cluster, key=lambda m: (m.start - m.end, -m.score, m.start)):
        rivals = [k for k, o in enumerate(out) if o.start < m.end and m.start < o.end]
        if not rivals:
            out.append(m)
        elif len(rivals) == 1 and _nearer(m, out[rivals[0]]):
            out[rivals[0]] = m
    return sorted(out, key=lambda m: m.start)


def _nearer(one: Mention, other: Mention) -> bool:
    """Of "Springvfield City" and "Springvfield", both near Springfield, the surer."""
    unlisted = one.match in ("rule", "fuzzy") and other.match in ("rule", "fuzzy")
    return unlisted and one.entity.id == other.entity.id and one.score > other.score
