"""What became of whole texts, kept with the verdicts: a second run over a growing archive reads none of them again.

What becomes of a text depends on the text, the tables, the model and how it is asked for alone. A text is told by 128
bits of BLAKE2b; of most nothing but these is kept, for nothing was changed in them. Edits must fit the text.
"""

from __future__ import annotations

from array import array
from bisect import bisect_left
from collections.abc import Callable, Iterator, Sequence
from operator import itemgetter
from struct import Struct
from typing import TYPE_CHECKING, Any, Final

from canonym.model import CanonymError, Edit, Result
from canonym.rewrite import apply
from canonym.shelf import Shelf, joined, parted, shelved

if TYPE_CHECKING:
    from canonym.profile import Profile

#: What is kept at most: texts (24 bytes each), and bytes of their edits. What comes later is found out anew each time.
_TEXTS: Final = 1_000_000
_EDITS: Final = 64_000_000
_DIGEST: Final = Struct("<2Q")

#: The two halves of a text's digest.
Key = tuple[int, int]


def asked(repair: bool, profile: Profile | None) -> str:
    """How texts are asked for; "" where what becomes of them depends on more than can be said in a word."""
    if not repair:
        return "names"
    if profile is None:
        return "document"
    return "" if profile.scrubbed else "corpus"


def keys(texts: Sequence[str], how: str) -> list[Key]:
    """By what texts are told that are asked for in some way (of at most 16 letters)."""
    from hashlib import blake2b

    person, size, halves = how.encode(), _DIGEST.size, _DIGEST.unpack
    return [
        halves(blake2b(text.encode("utf-8", "surrogatepass"), digest_size=size, person=person).digest())
        for text in texts
    ]


class Outcomes:
    """The edits of texts by their keys: those of an earlier run as they lie in its file, and those of this one."""

    def __init__(self, data: bytes | memoryview = b"") -> None:
        first, second, rows, *shelf = parted(memoryview(data or joined([b""] * 5)))
        self._first, self._second, self._rows = first.cast("Q"), second.cast("Q"), rows.cast("Q")
        self._edits = Shelf(*shelf)
        #: Of this run: the halves of keys and numbers of rows, in turn; and the rows.
        self._new = array("Q")
        self._made: list[bytes | memoryview] = []
        self._size = len(shelf[1])

    def __len__(self) -> int:
        return len(self._first) + len(self._new) // 3

    def remembered(self, texts: Sequence[str], how: str, process: Callable[[list[str]], list[Result]]) -> list[Result]:
        """What becomes of texts that are asked for in some way; those of which it is not known yet are processed."""
        if not how:
            return process([*texts])
        every = keys(texts, how)
        told = [self.of(text, key) for text, key in zip(texts, every, strict=True)]
        new = [k for k, one in enumerate(told) if one is None]
        for k, result in zip(new, process([texts[k] for k in new]) if new else (), strict=True):
            told[k] = result
            self.add(every[k], result)
        return [one for one in told if one is not None]

    def of(self, text: str, key: Key) -> Result | None:
        """What became of a text in an earlier run; None where that is not known."""
        at = self._place(key)
        if at is None:
            return None
        if not self._rows[at]:
            return Result(text)
        edits = tuple(map(_edit, self._edits[self._rows[at] - 1]))
        try:
            return Result(apply(text, edits), edits)
        except CanonymError:  # those of another text
            return None

    def add(self, key: Key, result: Result) -> None:
        """Keep what became of a text that was not known, while there is room."""
        if len(self) >= _TEXTS:
            return
        row = b""
        if result.edits:
            import msgpack

            row = msgpack.packb([_told(edit) for edit in result.edits])
        self._keep(key, row)

    def learn(self, data: bytes | memoryview) -> None:
        """Take over what another run has packed, but for what is known."""
        other = Outcomes(data)
        known = {*zip(self._new[::3], self._new[1::3], strict=True)}
        for key, row in other._lines():
            if len(self) < _TEXTS and key not in known and self._place(key) is None:
                self._keep(key, row)

    def packed(self) -> bytes:
        """All that is known, as bytes; the same whatever the order in which it was found out."""
        lines = sorted(self._lines(), key=itemgetter(0))
        lines = [line for at, line in enumerate(lines) if not at or line[0] != lines[at - 1][0]]
        rows, numbers = [], array("Q")
        for _, row in lines:
            if row:
                rows.append(row)
            numbers.append(len(rows) if row else 0)
        halves = [array("Q", [key[half] for key, _ in lines]).tobytes() for half in (0, 1)]
        return joined([*halves, numbers.tobytes(), *shelved(rows)])

    def _place(self, key: Key) -> int | None:
        """Where a key stands among those of the earlier run."""
        first, second = key
        at = bisect_left(self._first, first)
        while at < len(self._first) and self._first[at] == first:
            if self._second[at] == second:
                return at
            at += 1
        return None

    def _keep(self, key: Key, row: bytes | memoryview) -> None:
        if row:
            if self._size + len(row) > _EDITS:
                return
            self._made.append(row)
            self._size += len(row)
        self._new.extend((*key, len(self._made) if row else 0))

    def _lines(self) -> Iterator[tuple[Key, bytes | memoryview]]:
        """Every key with its row as it lies, empty where nothing was changed."""
        for *key, row in zip(self._first, self._second, self._rows, strict=True):
            yield (key[0], key[1]), self._edits.packed(row - 1) if row else b""
        for *key, row in zip(self._new[::3], self._new[1::3], self._new[2::3], strict=True):
            yield (key[0], key[1]), self._made[row - 1] if row else b""


def _edit(told: Sequence[Any]) -> Edit:
    start, end, before, after, source, canonical, id_, type_, score, reasons = told
    return Edit(start, end, before, after, source, canonical, id_, type_, score, tuple(reasons))


def _told(edit: Edit) -> tuple[Any, ...]:
    return (
        *(edit.start, edit.end, edit.before, edit.after, edit.source),
        *(edit.canonical, edit.id, edit.type, edit.score, edit.reasons),
    )
