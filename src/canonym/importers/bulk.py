"""An index made by way of the disk: the bytes of `compile_parts`, for tables that do not fit into memory.

Each array is a temporary file while it grows. Keys and deletion hashes, which are stored sorted, go through `Sorter`;
words, and names in scripts without capitals, of which each is stored once, through a database.
"""

from __future__ import annotations

import json
from array import array
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from types import TracebackType
from typing import Any, Final

from canonym.deletions import _expand as deletion_hashes
from canonym.deletions import filter_of, starts_of, upper
from canonym.importers.records import Progress
from canonym.importers.spill import Sorter, Spill, chunks, file, temporary
from canonym.index import FORMAT, MAGIC
from canonym.indexfile import Buffer
from canonym.indexkeys import ATOM, FUZZY_KINDS, Keys, atoms_of
from canonym.keys import KEY_VERSION, key_hash
from canonym.model import KINDS, UNKNOWN_PROMINENCE, Entity
from canonym.text import has_caseless

#: An alias with its kind, its language, the number of its entity, and the entity; numbers rise from 0 without a gap
#: as entities are first met.
Row = tuple[str, str, str, int, Entity]

_HELD: Final = 100_000
_TABLES: Final = ("atom (word BLOB, prominence INTEGER)", "caseless (form BLOB, alias INTEGER)")
_ATOMS: Final = "SELECT word, MAX(prominence) FROM atom GROUP BY word ORDER BY word"
_CASELESS: Final = "SELECT form, MIN(alias) AS first FROM caseless GROUP BY form ORDER BY first"


class Part:
    """One array of an index, on disk while it grows."""

    def __init__(self, type_: str) -> None:
        self.type = type_
        self.size = 0
        self._file = file()
        self._new: list[int] = []

    def add(self, number: int) -> None:
        """One more number."""
        self._new.append(number)
        if len(self._new) >= _HELD:
            self._flush()

    def write(self, data: Buffer) -> None:
        """More bytes."""
        self._flush()
        with temporary():
            self.size += self._file.write(data)

    def _flush(self) -> None:
        if self._new:
            import numpy as np

            new, self._new = np.array(self._new, dtype=self.type), []
            self.write(new.tobytes())

    def pieces(self) -> Iterable[bytes]:
        """All of it, after the last addition."""
        self._flush()
        with temporary():
            self._file.flush()
        return chunks(self._file)

    def close(self) -> None:
        """Give the file up."""
        self._file.close()


class _Texts:
    """Strings one after the other, and where each ends."""

    def __init__(self, name: str, parts: dict[str, Part]) -> None:
        self._text = parts[f"{name}_text"] = Part("B")
        self._at = parts[f"{name}_at"] = Part("I")
        self._at.add(0)
        self._end = 0
        self._new: list[bytes] = []

    def add(self, text: bytes) -> None:
        self._new.append(text)
        self._end += len(text)
        self._at.add(self._end)
        if len(self._new) >= _HELD:
            self._flush()

    def _flush(self) -> None:
        self._text.write(b"".join(self._new))
        self._new.clear()

    def close(self) -> None:
        self._flush()
        if not self._end:
            self._text.write(b"\0")


class Compiler:
    """Rows to the bytes of an index, in little memory; for use in a `with`, within which the pieces must be saved."""

    def __init__(self, progress: Progress | None = None) -> None:
        self.aliases = self.entities = 0
        self._progress = progress
        self._longest = 0
        self._langs: Counter[str] = Counter()
        self._parts: dict[str, Part] = {}
        self._spill = Spill(*_TABLES)
        self._sorters: list[Sorter] = []

    def __enter__(self) -> Compiler:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._spill.__exit__(kind, error, trace)
        held: list[Sorter | Part] = [*self._sorters, *self._parts.values()]
        for one in held:
            one.close()

    def add(self, rows: Iterable[Row]) -> None:
        """All rows of a table, in its order."""
        self._keys = self._sorter(owners=True)
        self._words = self._sorter(once=True)
        parts = self._parts
        for key in ("key", "key_alias"):
            parts[key] = Part("L" if key == "key" else "I")
        alias_entity, alias_kind = (
            parts.setdefault("alias_entity", Part("I")),
            parts.setdefault("alias_kind", Part("B")),
        )
        prominence, _ = parts.setdefault("prominence", Part("l")), parts.setdefault("atom_prominence", Part("l"))
        texts = {n: _Texts(n, parts) for n in ("alias", "folded", "id", "canonical", "plain", "type", "country")}
        codes = {kind: code for code, kind in enumerate(KINDS)}
        self._known = False
        keys, atoms = Keys(), dict[str, int]()
        hashes, owners = array("Q"), array("I")
        for k, (alias, kind, lang, number, entity) in enumerate(rows):
            if number == self.entities:
                self.entities += 1
                prominence.add(entity.prominence)
                self._known |= entity.prominence != 0
                for n in ("id", "canonical", "type", "country"):
                    texts[n].add(getattr(entity, n).encode("utf-8", "surrogatepass"))
                texts["plain"].add(keys.fold(entity.canonical).encode("utf-8", "surrogatepass"))
            for one in keys.of(alias, kind, entity.canonical):
                hashes.append(key_hash(one))
                owners.append(k)
            folded = keys.fold(alias)
            self._longest = max(self._longest, folded.count(" ") + 1)
            if kind in FUZZY_KINDS:
                for atom in atoms_of(folded):
                    if atoms.get(atom, -1) < entity.prominence:
                        atoms[atom] = entity.prominence
            if not alias.isascii() and kind != "domain" and len(folded) >= 2 and has_caseless(alias):
                self._spill.add("INSERT INTO caseless VALUES (?, ?)", (folded.encode("utf-8", "surrogatepass"), k))
            texts["alias"].add(alias.encode("utf-8", "surrogatepass"))
            texts["folded"].add(folded.encode("utf-8", "surrogatepass"))
            alias_entity.add(number)
            alias_kind.add(codes[kind])
            if lang:
                self._langs[lang] += 1
            self.aliases = k + 1
            if not self.aliases % _HELD:
                self._release(keys, atoms, hashes, owners)
                keys, atoms, hashes, owners = Keys(), {}, array("Q"), array("I")
        self._release(keys, atoms, hashes, owners)
        for text in texts.values():
            text.close()

    def _sorter(self, *, owners: bool = False, once: bool = False) -> Sorter:
        self._sorters.append(Sorter(owners=owners, once=once))
        return self._sorters[-1]

    def _release(self, keys: Keys, atoms: dict[str, int], hashes: array[int], owners: array[int]) -> None:
        """Hand on what some rows gave, so that it can be forgotten."""
        import numpy as np

        if hashes:
            self._keys.add(np.frombuffer(hashes, dtype=np.uint64), np.frombuffer(owners, dtype=np.uint32))
        keys.words.update(ATOM + atom for atom in atoms)
        if keys.words:
            self._words.add(np.fromiter(map(key_hash, keys.words), dtype=np.uint64, count=len(keys.words)))
        for atom, most in atoms.items():
            self._spill.add("INSERT INTO atom VALUES (?, ?)", (atom.encode("utf-8", "surrogatepass"), most))

    def finish(
        self, name: str, fingerprint: str, *, renew: str = "", sources: Sequence[tuple[str, str]] = ()
    ) -> Iterator[Buffer]:
        """The index in pieces, once all rows are there."""
        self._tell("Sorting keys", 0)
        self._sort_keys()
        deletions = self._sort_atoms()
        self._sort_caseless()
        self._sort_deletions(deletions)
        if not self._known:
            unknown = self._parts["prominence"] = Part("l")
            for _ in range(self.entities):
                unknown.add(UNKNOWN_PROMINENCE)
        about = {
            "table": name,
            "fingerprint": fingerprint,
            "aliases": self.aliases,
            "words": min(8, self._longest),
            "languages": dict(sorted(self._langs.items())),
            "renew": renew,
            "sources": list(sources),
        }
        return self._pack(about)

    def _tell(self, what: str, done: int, total: int | None = None) -> None:
        if self._progress is not None:
            self._progress(what, done, total, self.entities)

    def _sort_keys(self) -> None:
        import numpy as np

        parts = self._parts
        both = zip(self._keys.parts(), self._words.parts(), strict=True)
        for number, ((keys, owners), (words, none)) in enumerate(both):
            # Where a word's hash is that of a name too, the name's stands first.
            key = np.concatenate((keys, words))
            order = np.argsort(key, kind="stable")
            parts["key"].write(key[order].tobytes())
            parts["key_alias"].write(np.concatenate((owners, none))[order].tobytes())
            self._tell("Sorting keys", number, 256)

    def _sort_atoms(self) -> Sorter:
        """Write the words that damaged ones are compared with; the hashes of their neighbourhoods, yet unsorted."""
        import numpy as np

        texts = _Texts("atom", self._parts)
        out = self._sorter(once=True)
        found = self._spill.run(_ATOMS)
        base = 0
        while batch := list(islice(found, 20_000)):
            words = []
            for word, most in batch:
                texts.add(word)
                self._parts["atom_prominence"].add(most)
                words.append(word.decode("utf-8", "surrogatepass"))
            for hashes, owners in deletion_hashes(words):
                packed = hashes.astype(np.uint64) << np.uint64(32)
                out.add(packed | (owners.astype(np.uint64) + np.uint64(base)))
            base += len(words)
            self._tell("Words and their neighbours", base)
        texts.close()
        return out

    def _sort_caseless(self) -> None:
        texts = _Texts("caseless", self._parts)
        owner = self._parts["caseless_alias"] = Part("I")
        for form, first in self._spill.run(_CASELESS):
            texts.add(form)
            owner.add(first)
        texts.close()

    def _sort_deletions(self, packed: Sorter) -> None:
        import numpy as np

        entries = self._parts["deletion"] = Part("L")
        for number, (part, _) in enumerate(packed.parts()):
            entries.write(part.tobytes())
            self._tell("Sorting neighbours", number, 256)
        count = entries.size // 8
        for name, type_, made in (("starts", "I", starts_of), ("filter", "L", filter_of)):
            one = self._parts[f"deletion_{name}"] = Part(type_)
            hashes = (upper(np.frombuffer(piece, dtype=np.uint64)) for piece in entries.pieces())
            one.write(made(count, hashes).data)

    def _pack(self, about: dict[str, Any]) -> Iterator[Buffer]:
        pieces = {name: part.pieces() for name, part in self._parts.items()}
        layout: dict[str, tuple[int, int, str]] = {}
        at = 0
        for name, part in self._parts.items():
            at = -(-at // 64) * 64
            layout[name] = (at, part.size, part.type)
            at += part.size
        header = json.dumps({**about, "format": FORMAT, "keys": KEY_VERSION, "size": at, "layout": layout}).encode()
        yield from (MAGIC, len(header).to_bytes(8, "little"), header)
        size = 16 + len(header)
        for name, part in self._parts.items():
            yield bytes(-size % 64)
            yield from pieces[name]
            size += -size % 64 + part.size
