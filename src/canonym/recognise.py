"""Texts to mentions: listed names first, then what the document makes believable."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from mmap import mmap
from typing import Final, NamedTuple

from canonym import around, native, verdicts
from canonym.amid import in_other_language
from canonym.believe import believe
from canonym.candidates import Candidates, choose
from canonym.caseless import CaselessFinder
from canonym.doubts import everyday, is_joined
from canonym.editing import edited, spelling_for, spelt
from canonym.found import NO_SPANS, Found, Listed, Spans, as_mention, mention, without_overlap
from canonym.indexkeys import ATOM
from canonym.keys import without_izafa
from canonym.lexicon import zipf
from canonym.listed import article_before
from canonym.looked import CASELESS, GRADE, KINDS, OPENS, PLAIN_ONLY, QUIET, QUIETS, SILENT, STILL, WHOLE, Looked
from canonym.meant import asked, otherwise_meant
from canonym.model import REWRITTEN_KINDS, Edit, Mention
from canonym.nearest import SMALL_PLAIN, SMALL_RARE
from canonym.pages import Page, Placed, Run, has_company, opened, otherwise, planned, witness
from canonym.patterns import pattern
from canonym.plans import Grade, Plan
from canonym.protected import Sign, find_domains, find_protected, signs
from canonym.scan import find_long_runs, find_lower, find_small, lower_words
from canonym.spans import Planner
from canonym.text import fold, is_boundary, without_caseless
from canonym.tongues import in_small

#: Verdicts kept, of runs and of words: some 25 bytes each.
_MOST_KNOWN: Final = 500_000
_CACHE: Final = 200_000
_POSSESSIVE: Final = pattern(r"['’]s$")


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
        self._caseless = CaselessFinder(candidates, lambda: self._planner.sieve)
        self._lower_known: dict[tuple[str, float], bool] = {}
        self._kept: verdicts.Kept | None = None
        self._plain: set[str] = set()  # words in small letters that open no name
        #: The texts that `noisy` has last found, with what the scanner said: they are read next.
        self._loud: dict[int, tuple[str, Looked]] = {}

    def annotate(self, texts: Sequence[str]) -> list[list[Mention]]:
        """The mentions of each text, in order, without overlap. A result depends on its own text alone."""
        return [[as_mention(text, m) for m in found] for text, found in self._found(texts)]

    def rewritten(self, texts: Sequence[str], *, usual: bool = False) -> list[list[Mention]]:
        """Of `annotate` the mentions that are not spelt as their canonical form, which is faster.

        With `usual` only those are wanted that are rewritten by default: names that stay need not all be found.
        """
        return [_otherwise(found) for _, found in self._found(texts, partly=usual)]

    def edited(
        self, texts: Sequence[str], rewrite: frozenset[str] = REWRITTEN_KINDS, *, usual: bool = False
    ) -> list[tuple[str, tuple[Edit, ...]]]:
        """What becomes of each text where mentions of some kinds are rewritten, with the edits that lead there."""
        pages = self._believed(texts, partly=usual)
        if not native.COMPILED or rewrite != REWRITTEN_KINDS:
            return [self._edited(page, rewrite) for page in pages]
        told = witness().edits(pages, self._planner.sieve, spelt, asked, Edit)
        return [one or self._edited(page, rewrite) for page, one in zip(pages, told, strict=True)]

    def _edited(self, page: Page, rewrite: frozenset[str]) -> tuple[str, tuple[Edit, ...]]:
        """What becomes of one text."""
        return edited(page.text, _otherwise(self._whole(page)), rewrite)

    def _found(self, texts: Sequence[str], *, partly: bool = False) -> Iterator[tuple[str, list[Found]]]:
        return ((page.text, self._whole(page)) for page in self._believed(texts, partly=partly))

    def _believed(self, texts: Sequence[str], *, partly: bool) -> list[Page]:
        pages = self.pages(texts, partly=partly)
        believe([page for page in pages if page.proposed], self._planner.sieve if native.COMPILED else None)
        return pages

    def _whole(self, page: Page) -> list[Found]:
        """What is found in a text, each that would be rewritten though it is part of a listed name as that name.

        What is not spelt as its canonical form is a mention.
        """
        text, out = page.text, page.listed
        gone: set[int] = set()
        alone = self._planner.sieve.stands_alone if native.COMPILED else None
        for k in otherwise(text, out):
            found = out[k] = as_mention(text, out[k])
            if spelling_for(found) is None:
                continue
            longer = around.longer(text, found, self._candidates, alone)
            other = longer is None and otherwise_meant(text, found, out, self._candidates.listed)
            if page.partial and (longer or other):  # what was left out may stand in the way, or speak for it
                return self._whole(self.pages([text])[0])
            out[k] = longer or found
            if other:
                gone.add(k)
        return without_overlap([m for k, m in enumerate(out) if k not in gone] if gone else out)

    def pages(self, texts: Sequence[str], *, partly: bool = False) -> list[Page]:
        """What is listed in each text, and what is proposed, before anything of it is believed.

        With `partly` names that stay as they are may be left out where nothing is proposed.
        """
        seen = self._runs(texts)
        runs = self._planned(texts, seen, Grade.LISTED if partly else 0)
        if native.COMPILED:
            passed = 0 if self._candidates.has_domains else Sign.HOST
            plans, plan, sieve = self._planner.known, self._planner.plan, self._planner.sieve
            return witness().pages([*texts], seen, runs, plans, plan, sieve, self._page, passed, Page)
        return [self.page(*one) for one in zip(texts, seen, runs, strict=True)]

    def _planned(self, texts: Sequence[str], seen: list[_Seen], spared: int = 0) -> list[list[tuple[int, Plan | str]]]:
        """The runs of each text, see `pages.planned`, once all of them have a plan."""
        missing: list[str] = []
        plans = self._planner.known
        if native.COMPILED:
            runs = witness().all_plans([*texts], seen, plans, missing, spared)
        else:
            runs = [
                planned(text, one.runs, plans, missing, spared=0 if one.smalls else spared)
                for text, one in zip(texts, seen, strict=True)
            ]
        if missing:
            self._planner.prepare(missing)
        return runs

    @property
    def planner(self) -> Planner:
        """What plans its runs."""
        return self._planner

    def verdicts(self) -> bytes:
        """What was found out about strings, for `learn` in another process; empty where nothing is kept."""
        if not native.COMPILED:
            return b""
        return verdicts.pack(self._planner.scanner.dump(), self._planner.plans(), self._kept)

    def learn(self, data: bytes | memoryview) -> None:
        """Take over what `verdicts` gave elsewhere, with the same tables."""
        if native.COMPILED and data:
            read = verdicts.Kept(data)
            if self._kept is None:
                self._kept, self._planner.kept = read, read.plan
            else:
                new = (run for run in read.runs() if not self._kept.has(run))
                self._planner.adopt({run: plan for run in new if (plan := read.plan(run))})
            self._planner.scanner.load(read.known)

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
        self._codes(texts)
        return self._noisy(texts, self._planner.scanner.told(SILENT, Grade.LISTED, Looked))

    def noisy_again(self, texts: Sequence[str], was: Sequence[tuple[str, tuple[Edit, ...]]]) -> list[int]:
        """`noisy` of texts that were rewritten, given what each was, and the edits: it is looked at beside these."""
        if not native.COMPILED:
            return list(range(len(texts)))
        looks = [self._loud.get(id(before)) for before, _ in was]
        pieces, heads = witness().pieces([*texts], [*was], looks)
        codes = witness().codes(heads, self._codes(pieces))
        scanner = self._planner.scanner
        seen = witness().joined([*was], looks, heads, codes, SILENT, scanner, Grade.LISTED, Looked)
        whole = [k for k, code in enumerate(codes) if code == WHOLE]
        again = self._look([texts[k] for k in whole], quiet=False)
        seen.update((k, one) for k, one in zip(whole, again, strict=True) if one.code not in STILL)
        return self._noisy(texts, {k: seen[k] for k in sorted(seen)})

    def _noisy(self, texts: Sequence[str], seen: dict[int, Looked]) -> list[int]:
        needy = [k for k, one in seen.items() if one.code in QUIETS]
        runs = self._planned([texts[k] for k in needy], [_Seen(seen[k].runs, True, True) for k in needy])
        rest = (self._planner.known, self._planner.plan, self._domains)
        lonely = {k for k, found in zip(needy, runs, strict=True) if witness().lonely(texts[k], found, *rest)}
        out = [k for k in seen if k not in lonely]
        self._loud = {id(texts[k]): (texts[k], seen[k]) for k in out}
        return out

    def is_lonely(self, text: str, runs: Iterable[tuple[int, Plan | str]]) -> bool:
        """True for a text in which no form that needs company has any: what the compiled one must equal."""
        plans = [self._planner.plan(run) if isinstance(run, str) else run for _, run in runs]
        entities = {span.candidates[0].entity.id for plan in plans for span in plan.listed}
        if signs(text) & Sign.HOST:
            entities.update(m.entity.id for m in self._domains(text))
        names = {span.form for plan in plans for span in plan.listed}
        forms: dict[str, set[str]] = {}
        for plan in plans:
            for span in plan.proposed:
                forms.setdefault(span.candidates[0].entity.id, set()).add(span.form)
        return not any(has_company(span, entities, names, forms) for plan in plans for span in plan.proposed)

    def _look(self, texts: Sequence[str], *, quiet: bool = True) -> Sequence[Looked]:
        """What the scanner says of each text, once every run and word in small letters of it has a verdict.

        Nothing of a text with letters of a script without capitals; and without `quiet` no runs of a text whose names
        stay as they are.
        """
        codes = self._codes(texts)
        told = self._planner.scanner.told(b"" if quiet else SILENT, Grade.LISTED, Looked)
        return [told.get(k) or STILL[code] for k, code in enumerate(codes)]

    def _codes(self, texts: Sequence[str]) -> bytes:
        """What the scanner says of each text but for its runs, which it can be asked for next."""
        scanner = self._planner.scanner
        if max(scanner.size()) > _MOST_KNOWN:
            scanner.forget()
        runs, smalls = self._planner.sieve.look([*texts])
        for grade, group in self._planner.graded(runs).items():
            scanner.learn_runs(group, grade)
        for verdict, words in self._graded(smalls).items():
            scanner.learn_smalls(words, verdict)
        return scanner.settle()

    def _looked(self, texts: Sequence[str]) -> Sequence[Looked]:
        """What the scanner says of each text, or has said already."""
        if all(id(text) in self._loud for text in texts):  # held there, so that no other has its id
            return [self._loud[id(text)][1] for text in texts]
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
            QUIET: [word for word in smalls if word not in opening],
            PLAIN_ONLY: sorted(opening.difference(loud)),
            OPENS: loud,
        }

    def _runs(self, texts: Sequence[str]) -> list[_Seen]:
        """The spans of the runs of each text, but for those that hold nothing; and what else was seen of it."""
        if not native.COMPILED:
            every = [[(*run, int(Grade.LOUD)) for run in find_long_runs(without_caseless(text))] for text in texts]
            return [_Seen(runs, bool(runs), True) for runs in every]
        looked = self._looked(texts)
        seen = [_Seen(runs, *KINDS[code]) for code, runs in looked]
        mixed = [k for k, one in enumerate(looked) if one.code == CASELESS]
        for k, one in zip(mixed, self._apart([texts[k] for k in mixed]), strict=True):
            seen[k] = one
        return seen

    def _apart(self, texts: Sequence[str]) -> list[_Seen]:
        """The same of texts with letters of scripts without capitals, where words end: 在Kabul市."""
        out = []
        parts = [without_caseless(text) for text in texts]
        for part, (code, runs) in zip(parts, self._look(parts) if parts else (), strict=True):
            if code == CASELESS:  # some signs of the upper planes are taken for letters
                runs = [(*run, int(Grade.LOUD)) for run in self._planner.scanner.runs(part)]
            out.append(_Seen(runs, bool(runs) if code == CASELESS else code & GRADE > 0, True))
        return out

    def page(self, text: str, seen: _Seen, runs: list[tuple[int, Plan | str]]) -> Page:
        """What a text surely holds, and what it may hold: what the compiled pages must equal."""
        return self._page(text, seen, runs, *opened(text, runs, self._planner.known, self._planner.plan), signs(text))

    def _page(
        self,
        text: str,
        seen: _Seen,
        runs: list[tuple[int, Plan | str]],
        names: list[Listed],
        weak: list[Listed],
        proposed: list[Placed],
        there: int,
    ) -> Page:
        listed: list[Found] = [*names]
        needy: list[Found] = [*weak]
        hosts = self._domains(text) if there & Sign.HOST else []
        spans = [*find_protected(text, there), *((h.start, h.end) for h in hosts)] if there else []
        guarded = Spans(spans) if spans else NO_SPANS
        if spans:
            listed = [*(m for m in listed if not guarded.touch(m.start, m.end)), *hosts]
            needy = [m for m in needy if not guarded.touch(m.start, m.end)]
            proposed = [p for p in proposed if not guarded.touch(p.start, p.end)]
        partial = len(runs) < len(seen.runs)
        if there & Sign.LETTER:
            if partial:
                return self.pages([text])[0]
            native_names, words = self._caseless.find(text)
            listed += [m for m in native_names if not guarded.touch(m.start, m.end)]
            needy += [m for m in words if not guarded.touch(m.start, m.end)]
        if seen.smalls:
            listed += [m for m in self._lower(text, seen.capitals, listed) if not guarded.touch(m.start, m.end)]
        if needy:
            sure = {m.entity.id for m in listed}
            listed += [m for m in needy if m.entity.id in sure]
        return Page(text, listed, proposed, partial=partial)

    def _domains(self, text: str) -> list[Mention]:
        if not self._candidates.has_domains:
            return []
        found = ((match, c) for match in find_domains(text) for c in self._candidates.domain(match[0]))
        return [mention(text, match.start(), match.end(), c, (c,)) for match, c in found]

    def _lower(self, text: str, capitals: bool, known: Sequence[Found]) -> list[Mention]:
        """Names in small letters, each seen by a rare word that some name has."""
        limit = SMALL_RARE if capitals else SMALL_PLAIN
        out: list[Mention] = []
        if native.COMPILED:
            some = self._planner.sieve.small_names(text, OPENS if capitals else PLAIN_ONLY)
            places = [(start, end) for start, end in some if self._opens_name(text[start:end], limit)]
        else:
            triggers = [word for word in lower_words(text) - self._plain if self._opens_name(word, limit)]
            places = sorted((start, start + len(word)) for word in triggers for start in find_small(text, word))
        may = self._planner.sieve.may_name if native.COMPILED else None
        for start, tokens in find_lower(text, places):
            for count in range(len(tokens), 0, -1):
                end = tokens[count - 1].end
                form = fold(text[start : start + end])
                if (count == 1 and len(form) < 5) or (may and not may(form, count > 1)):
                    continue
                found = choose(text[start : start + end], self._candidates.listed(form))
                if not found and count > 1 and not _POSSESSIVE.search(text, start, start + end):
                    found = self._candidates.by_rule(form)
                    found = tuple(c for c in found if not (is_joined(c) or everyday(form, c)))
                if found and found[0].kind == "never":
                    break
                if not found or found[0].kind in ("weak", "abbreviation", "demonym"):
                    continue
                # Another spelling of a name is an ordinary word of some language: "warga tolak", no Tulak.
                if found[0].kind != "canonical" and in_other_language(text, start, start + end):
                    break
                if in_small(text, start, start + end, capitals=capitals):
                    break
                if not (is_boundary(text, start) and is_boundary(text, start + end)):
                    continue
                out.append(mention(text, start - article_before(text, start, found[0]), start + end, found[0], found))
                break
        taken = Spans((m.start, m.end) for m in known)
        return [m for m in out if not taken.touch(m.start, m.end)]

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


def _otherwise(found: Iterable[Found]) -> list[Mention]:
    return [m for m in found if isinstance(m, Mention) and m.text != m.entity.canonical]
