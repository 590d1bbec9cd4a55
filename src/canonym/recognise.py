"""Texts to mentions: listed names first, then what the document makes believable."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from mmap import mmap
from typing import Final, NamedTuple

from canonym import around, native, verdicts
from canonym.candidates import Candidates, choose
from canonym.caseless import CaselessFinder
from canonym.doubts import everyday, is_joined
from canonym.editing import spelling_for
from canonym.found import NO_SPANS, Found, Spans, as_mention, mention, without_overlap
from canonym.indexkeys import ATOM
from canonym.keys import rules, without_izafa
from canonym.lexicon import zipf
from canonym.model import Candidate, Mention
from canonym.nearest import SMALL_PLAIN, SMALL_RARE
from canonym.pages import Page, Run, believe, has_company, opened, otherwise, planned
from canonym.plans import Grade, Plan
from canonym.protected import Sign, find_domains, find_protected, signs
from canonym.scan import find_long_runs, find_lower, lower_words
from canonym.spans import Planner
from canonym.text import fold, has_caseless, is_boundary, without_caseless

#: What the scanner keeps of words in small letters: they open no name, one in a text without capitals, one in any. Of
#: runs it keeps a `Grade`.
_QUIET: Final = 1
_PLAIN_ONLY: Final = 2
_OPENS: Final = 3
#: What the scanner says of a text: a grade, and eight times what it keeps of words; or that it has other scripts.
_GRADE: Final = 7
_SMALL: Final = 8
_CASELESS: Final = 64
#: Verdicts kept, of runs and of words: some 25 bytes each.
_MOST_KNOWN: Final = 500_000
_CACHE: Final = 200_000
_ARTICLE: Final = re.compile(r"\b([a-z]{2,3})[- ]$")
_POSSESSIVE: Final = re.compile(r"['’]s$")


class _Looked(NamedTuple):
    """What the scanner says of a text: a code, and the runs that hold something."""

    code: int
    runs: Sequence[Run]


class _Seen(NamedTuple):
    """What was seen of a text: runs that may hold something, whether it has any, and whether small words open names."""

    runs: list[Run]
    capitals: bool
    smalls: bool


class Recogniser:
    """Finds the mentions of texts; what it learns of strings is kept, of documents nothing."""

    def __init__(self, candidates: Candidates) -> None:
        self._candidates = candidates
        self._planner = Planner(candidates)
        self._caseless = CaselessFinder(candidates)
        self._lower_known: dict[tuple[str, float], bool] = {}
        self._kept: verdicts.Kept | None = None
        self._plain: set[str] = set()  # words in small letters that open no name
        #: The texts that `noisy` has just found, with what the scanner said: they are read next.
        self._loud: dict[int, tuple[str, _Looked]] = {}

    def annotate(self, texts: Sequence[str]) -> list[list[Mention]]:
        """The mentions of each text, in order, without overlap. A result depends on its own text alone."""
        return [[as_mention(text, m) for m in found] for text, found in self._found(texts)]

    def rewritten(self, texts: Sequence[str], *, usual: bool = False) -> list[list[Mention]]:
        """Of `annotate` the mentions that are not spelt as their canonical form, which is faster.

        With `usual` only those are wanted that are rewritten by default: names that stay need not all be found.
        """
        return [
            [m for m in found if isinstance(m, Mention) and m.text != m.entity.canonical]
            for _, found in self._found(texts, partly=usual)
        ]

    def _found(self, texts: Sequence[str], *, partly: bool = False) -> Iterator[tuple[str, list[Found]]]:
        pages = self.pages(texts, partly=partly)
        believe([page for page in pages if page.proposed])
        return ((page.text, self._whole(page)) for page in pages)

    def _whole(self, page: Page) -> list[Found]:
        """What is found in a text, each that would be rewritten though it is part of a listed name as that name.

        What is not spelt as its canonical form is a mention.
        """
        text, out = page.text, page.listed
        alone = self._planner.sieve.stands_alone if native.COMPILED else None
        for k in otherwise(text, out):
            found = out[k] = as_mention(text, out[k])
            if spelling_for(found) is None:
                continue
            longer = around.longer(text, found, self._candidates, alone)
            if longer is not None and page.partial:  # it may stand in the way of what was left out
                return self._whole(self.pages([text])[0])
            out[k] = longer or found
        return without_overlap(out)

    def pages(self, texts: Sequence[str], *, partly: bool = False) -> list[Page]:
        """What is listed in each text, and what is proposed, before anything of it is believed.

        With `partly` names that stay as they are may be left out where nothing is proposed.
        """
        seen = self._runs(texts)
        missing: list[str] = []
        plans = self._planner.known
        runs = [
            planned(text, one.runs, plans, missing, spared=Grade.LISTED if partly and not one.smalls else 0)
            for text, one in zip(texts, seen, strict=True)
        ]
        if missing:
            self._planner.prepare(missing)
        return [self._open(*one) for one in zip(texts, seen, runs, strict=True)]

    @property
    def planner(self) -> Planner:
        """What plans its runs."""
        return self._planner

    def verdicts(self) -> bytes:
        """What was found out about strings, for `learn` in another process; empty where nothing is kept."""
        if not native.COMPILED:
            return b""
        plans = self._planner.plans()
        if self._kept is not None:
            made = ((run, self._kept.plan(run)) for run in self._kept.runs() if run not in plans)
            plans.update((run, plan) for run, plan in made if plan is not None)
        return verdicts.pack(self._planner.scanner.dump(), plans)

    def learn(self, data: bytes) -> None:
        """Take over what `verdicts` gave elsewhere, with the same tables."""
        if native.COMPILED and data:
            if self._kept is not None:
                self._planner.adopt({run: plan for run in self._kept.runs() if (plan := self._kept.plan(run))})
            self._kept = verdicts.Kept(data)
            self._planner.kept = self._kept.plan
            self._planner.scanner.load(self._kept.known)

    def share(self, memory: mmap | bytearray) -> None:
        """Have verdicts in common with other processes that have the same tables, through some memory."""
        if native.COMPILED:
            self._planner.scanner.share(memory)

    @property
    def known(self) -> int:
        """How many strings have a verdict."""
        return sum(self._planner.scanner.size()) if native.COMPILED else 0

    def noisy(self, texts: Sequence[str]) -> list[int]:
        """The numbers of the texts that may hold something that would be rewritten by default; in doubt a text is."""
        if not native.COMPILED:
            return list(range(len(texts)))
        seen = {k: one for k, one in enumerate(self._look(texts, quiet=False)) if one.code not in _STILL}
        needy = {k: _spelt(texts[k], one.runs) for k, one in seen.items() if _is_quiet(one.code)}
        self._planner.prepare(run for found in needy.values() for _, run in found)
        lonely = {k for k, found in needy.items() if self._is_lonely(texts[k], found)}
        out = [k for k in seen if k not in lonely]
        self._loud = {id(texts[k]): (texts[k], seen[k]) for k in out}
        return out

    def _is_lonely(self, text: str, runs: Iterable[tuple[int, str]]) -> bool:
        """True for a text in which no form that needs company has any."""
        plans = [self._planner.plan(run) for _, run in runs]
        entities = {span.candidates[0].entity.id for plan in plans for span in plan.listed}
        if signs(text) & Sign.HOST:
            entities.update(m.entity.id for m in self._domains(text))
        names = {span.form for plan in plans for span in plan.listed}
        forms: dict[str, set[str]] = {}
        for plan in plans:
            for span in plan.proposed:
                forms.setdefault(span.candidates[0].entity.id, set()).add(span.form)
        return not any(has_company(span, entities, names, forms) for plan in plans for span in plan.proposed)

    def _look(self, texts: Sequence[str], *, quiet: bool = True) -> Sequence[_Looked]:
        """What the scanner says of each text, once every run and word in small letters of it has a verdict.

        Nothing of a text with letters of a script without capitals; and without `quiet` no runs of a text whose names
        stay as they are.
        """
        scanner = self._planner.scanner
        if max(scanner.size()) > _MOST_KNOWN:
            scanner.forget()
        runs, smalls = self._planner.sieve.look(list(texts))
        for grade, group in self._planner.graded(runs).items():
            scanner.learn_runs(group, grade)
        for verdict, words in self._graded(smalls).items():
            scanner.learn_smalls(words, verdict)
        return [
            _Looked(code, scanner.places(k, Grade.LISTED)) if quiet or code not in _STILL else _STILL[code]
            for k, code in enumerate(scanner.settle())
        ]

    def _looked(self, texts: Sequence[str]) -> Sequence[_Looked]:
        """What the scanner says of each text, or has said already."""
        loud, self._loud = self._loud, {}
        if all(id(text) in loud for text in texts):  # held there, so that no other has its id
            return [loud[id(text)][1] for text in texts]
        return self._look(texts)

    def _graded(self, smalls: Sequence[str]) -> dict[int, list[str]]:
        """Words in small letters: those that open no name, those that do in a text without capitals, and in any.

        The sieve knows of most by itself.
        """
        rare = [word for word in smalls if zipf(word) < SMALL_PLAIN]
        stems = {word: (word, *without_izafa(word)) for word in rare}
        parts = self._planner.sieve.among(ATOM, {stem for some in stems.values() for stem in some})
        opening = {word for word, some in stems.items() if not parts.isdisjoint(some)}
        loud = [word for word in opening if zipf(word) < SMALL_RARE]
        return {
            _QUIET: [word for word in smalls if word not in opening],
            _PLAIN_ONLY: sorted(opening.difference(loud)),
            _OPENS: loud,
        }

    def _runs(self, texts: Sequence[str]) -> list[_Seen]:
        """The spans of the runs of each text, but for those that hold nothing; and what else was seen of it."""
        if not native.COMPILED:
            every = [[(*run, int(Grade.LOUD)) for run in find_long_runs(_apart(text))] for text in texts]
            return [_Seen(runs, bool(runs), True) for runs in every]
        out = []
        for text, (code, spans) in zip(texts, self._looked(texts), strict=True):
            if code == _CASELESS:
                runs = [(*run, int(Grade.LOUD)) for run in self._planner.scanner.runs(_apart(text))]
                out.append(_Seen(runs, bool(runs), True))
            else:
                out.append(_Seen([*spans], code & _GRADE > 0, _opens_small(code)))
        return out

    def _open(self, text: str, seen: _Seen, runs: list[tuple[int, Plan | str]]) -> Page:
        """What a text surely holds, and what it may hold."""
        names, weak, proposed = opened(text, runs, self._planner.plan)
        listed: list[Found] = [*names]
        there = signs(text)
        hosts = self._domains(text) if there & Sign.HOST else []
        spans = [*find_protected(text, there), *((h.start, h.end) for h in hosts)] if there else []
        guarded = Spans(spans) if spans else NO_SPANS
        if spans:
            listed = [*(m for m in listed if not guarded.near(m.start, m.end)), *hosts]
            weak = [m for m in weak if not guarded.near(m.start, m.end)]
            proposed = [p for p in proposed if not guarded.near(p.start, p.end)]
        partial = len(runs) < len(seen.runs)
        if there & Sign.LETTER:
            if partial:
                return self.pages([text])[0]
            listed += [m for m in self._caseless.find(text) if not guarded.near(m.start, m.end)]
        if seen.smalls:
            listed += [m for m in self._lower(text, seen.capitals, listed) if not guarded.near(m.start, m.end)]
        if weak:
            sure = {m.entity.id for m in listed}
            listed += [m for m in weak if m.entity.id in sure]
        return Page(text, listed, proposed, partial=partial)

    def _domains(self, text: str) -> list[Mention]:
        out: list[Mention] = []
        if not self._candidates.has_domains:
            return out
        for match in find_domains(text):
            for c in self._candidates.domain(match[0]):
                out.append(mention(text, match.start(), match.end(), c, (c,)))
        return out

    def _lower(self, text: str, capitals: bool, known: Sequence[Found]) -> list[Mention]:
        """Names in small letters, each seen by a rare word that some name has."""
        limit = SMALL_RARE if capitals else SMALL_PLAIN
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
                if not found and count > 1 and not _POSSESSIVE.search(text, start, start + end):
                    found = self._candidates.by_rule(form)
                    found = tuple(c for c in found if not (is_joined(c) or everyday(form, c)))
                if not found or found[0].kind in ("weak", "never", "abbreviation", "demonym"):
                    continue
                if not (is_boundary(text, start) and is_boundary(text, start + end)):
                    continue
                begin = start - _article_before(text, start, found[0])
                out.append(mention(text, begin, start + end, found[0], found))
                break
        taken = Spans((m.start, m.end) for m in known)
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
            if not part or zipf(word) >= max(SMALL_RARE, SMALL_PLAIN):
                self._plain.add(word)
        return known


def _is_quiet(code: int) -> bool:
    """True where no run holds what may be rewritten without company, and no word in small letters opens a name."""
    return code != _CASELESS and code & _GRADE < Grade.LOUD and not _opens_small(code)


def _is_still(code: int) -> bool:
    """True where nothing would be rewritten in whatever company."""
    return _is_quiet(code) and code & _GRADE < Grade.NEEDY


def _opens_small(code: int) -> bool:
    """True where a word in small letters opens a name, in a text with such capitals."""
    grade, small = code & _GRADE, code // _SMALL
    return small > _PLAIN_ONLY or (small == _PLAIN_ONLY and grade == 0)


#: What is said of the texts in which nothing would be rewritten: of most.
_STILL: Final = {code: _Looked(code, ()) for code in range(_CASELESS + 1) if _is_still(code)}


def _apart(text: str) -> str:
    """The text with words ending where the script changes: 在Kabul市."""
    return without_caseless(text) if has_caseless(text) else text


def _spelt(text: str, runs: Iterable[Run]) -> list[tuple[int, str]]:
    return [(start, text[start:end]) for start, end, _ in runs]


def _article_before(text: str, start: int, candidate: Candidate) -> int:
    """How many characters before a name in small letters are its article: al-hudaydah is Al Hudaydah, once."""
    match = _ARTICLE.search(text, max(0, start - 5), start)
    if match is None or fold(match[1]) not in rules().articles:
        return 0
    return len(match[0]) if fold(candidate.entity.canonical).split()[0] in rules().articles else 0
