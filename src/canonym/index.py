"""A table compiled: one immutable file, memory-mapped, stamped with the table's fingerprint and the key version.

Layout: eight bytes of magic, the length of a JSON header (uint64), the header, then arrays at 64-byte boundaries.
Everything is read in place, so opening costs the same for a hundred names and for a million, and processes that open
one file share it through the page cache.
"""

from __future__ import annotations

import json
import mmap
from array import array
from bisect import bisect_left
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from functools import lru_cache
from itertools import repeat
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from canonym import native
from canonym.deletions import build_deletions
from canonym.indexfile import Buffer as Buffer
from canonym.indexfile import save as save
from canonym.indexkeys import ATOM, FUZZY_KINDS, Keys, atoms_of
from canonym.kept import cache_folder, forget_unused, mark_used
from canonym.keys import KEY_VERSION, key_hash
from canonym.model import KINDS, UNKNOWN_PROMINENCE, CanonymError, Entity, IndexFileError
from canonym.text import has_caseless

if TYPE_CHECKING:
    from canonym.table import Table

MAGIC: Final = b"canonym\x01"
FORMAT: Final = 4
#: What compiled tables in the cache folder are called.
_KEPT: Final = r"[0-9a-f]{16}-\d+-\d+(-[0-9a-f]{8})?\.index"


def compile_table(table: Table) -> bytes:
    """Compile a table to the bytes of an index file."""
    return b"".join(compile_parts(table))


def compile_parts(table: Table, *, renew: str = "", sources: Sequence[tuple[str, str]] = ()) -> list[Buffer]:
    """The bytes of an index file in pieces, for `save`: a large index is never in memory twice.

    `renew` is the command that makes the file anew; `sources` are the tables that it was made from, as seen from its
    folder, each with its fingerprint: where one has changed since, the index is refused.
    """
    import numpy as np

    hashes, owners = array("Q"), array("I")
    atoms: dict[str, int] = {}
    keys = Keys()
    for k, (alias, kind, number) in enumerate(zip(table.aliases, table.kinds, table.entity_of, strict=True)):
        entity = table.entities[number]
        for one in keys.of(alias, kind, entity.canonical):
            hashes.append(key_hash(one))
            owners.append(k)
        if kind in FUZZY_KINDS:
            for atom in atoms_of(keys.fold(alias)):
                if atoms.get(atom, -1) < entity.prominence:
                    atoms[atom] = entity.prominence
    names = sorted(atoms)
    # In any order: they are sorted by their hashes below, and all have the same owner.
    words = keys.words
    words.update(ATOM + atom for atom in names)
    hashes.extend(map(key_hash, words))
    owners.extend(repeat(0, len(words)))
    key = np.frombuffer(hashes, dtype=np.uint64)
    order = np.argsort(key, kind="stable")
    entities = table.entities
    known = any(e.prominence for e in entities)
    kind_codes = {kind: code for code, kind in enumerate(KINDS)}
    arrays: dict[str, Any] = {
        "key": key[order],
        "key_alias": np.frombuffer(owners, dtype=np.uint32)[order],
        "alias_entity": np.array(table.entity_of, dtype=np.uint32),
        "alias_kind": np.array([kind_codes[k] for k in table.kinds], dtype=np.uint8),
        "prominence": np.array([e.prominence if known else UNKNOWN_PROMINENCE for e in entities], dtype=np.int64),
        "atom_prominence": np.array([atoms[a] for a in names], dtype=np.int64),
        **_strings("alias", table.aliases),
        **_strings("folded", list(map(keys.fold, table.aliases))),
        **_strings("id", [e.id for e in entities]),
        **_strings("canonical", [e.canonical for e in entities]),
        **_strings("plain", [keys.fold(e.canonical) for e in entities]),
        **_strings("type", [e.type for e in entities]),
        **_strings("country", [e.country for e in entities]),
        **_strings("atom", names),
        **_caseless(table, keys),
    }
    longest = _longest(table, keys)
    del keys, words, key, order, hashes, owners, atoms
    arrays |= build_deletions(names)
    return _pack(
        arrays,
        {
            "table": table.name,
            "fingerprint": table.fingerprint,
            "aliases": len(table.aliases),
            "words": longest,
            "languages": dict(sorted(Counter(filter(None, table.langs)).items())),
            "renew": renew,
            "sources": list(sources),
        },
    )


def _caseless(table: Table, keys: Keys) -> dict[str, Any]:
    """The folded names in scripts without capitals, which are looked for in the folded text itself."""
    import numpy as np

    found: dict[str, int] = {}
    for k, (alias, kind) in enumerate(zip(table.aliases, table.kinds, strict=True)):
        if not alias.isascii() and kind != "domain" and has_caseless(alias):
            folded = keys.fold(alias)
            if len(folded) >= 2:
                found.setdefault(folded, k)
    return {
        **_strings("caseless", list(found)),
        "caseless_alias": np.array(list(found.values()), dtype=np.uint32),
    }


def _longest(table: Table, keys: Keys) -> int:
    """The number of words in the longest name, at most 8: longer ones are titles and not met in text."""
    return min(8, max(keys.fold(a).count(" ") + 1 for a in table.aliases))


def _strings(name: str, texts: Sequence[str]) -> dict[str, Any]:
    import numpy as np

    raw = [t.encode("utf-8", "surrogatepass") for t in texts]
    ends = np.zeros(len(raw) + 1, dtype=np.uint32)
    np.cumsum([len(r) for r in raw], out=ends[1:])
    return {f"{name}_text": np.frombuffer(b"".join(raw) or b"\0", dtype=np.uint8), f"{name}_at": ends}


def _pack(arrays: dict[str, Any], about: dict[str, Any]) -> list[Buffer]:
    layout: dict[str, tuple[int, int, str]] = {}
    at = 0
    for name, one in arrays.items():
        at = -(-at // 64) * 64
        layout[name] = (at, one.nbytes, one.dtype.char)
        at += one.nbytes
    header = json.dumps({**about, "format": FORMAT, "keys": KEY_VERSION, "size": at, "layout": layout}).encode()
    out: list[Buffer] = [MAGIC, len(header).to_bytes(8, "little"), header]
    size = 16 + len(header)
    for one in arrays.values():
        out += [bytes(-size % 64), memoryview(one).cast("B")] if one.nbytes else [bytes(-size % 64)]
        size += -size % 64 + one.nbytes
    return out


class Index:
    """A compiled table, open for look-ups. Made by `open_index`, `from_table` or `cached`."""

    def __init__(self, buffer: Any, where: str = "") -> None:
        view = memoryview(buffer)
        renew = "Make it anew with `canonym table compile TABLE -o FILE.index`"
        if bytes(view[:8]) != MAGIC:
            raise IndexFileError("not an index of canonym", where=where, remedy=renew)
        length = int.from_bytes(view[8:16], "little")
        try:
            header: dict[str, Any] = json.loads(bytes(view[16 : 16 + length]))
        except ValueError:
            raise IndexFileError("the index is damaged", where=where, remedy=renew) from None
        if header.get("renew"):
            renew = f"Make it anew with `{header['renew']}`"
        if header["format"] != FORMAT or header["keys"] != KEY_VERSION:
            raise IndexFileError("the index was made by another version of canonym", where=where, remedy=renew)
        start = -(-(16 + length) // 64) * 64
        if len(view) < start + header["size"]:
            raise IndexFileError("the index is cut short", where=where, remedy=renew)
        self._length = len(view)
        self._behind = view[-(-(start + header["size"]) // 64) * 64 :]
        self.where = where
        self.about = {k: v for k, v in header.items() if k != "layout"}
        self.remedy = renew
        self.fingerprint: str = header["fingerprint"]
        self.size: int = header["aliases"]
        self.words: int = header["words"]
        self._arrays: dict[str, memoryview] = {
            name: view[start + at : start + at + size].cast(char) if size else memoryview(b"")
            for name, (at, size, char) in header["layout"].items()
        }
        self._key = self._arrays["key"]
        self._key_alias = self._arrays["key_alias"]
        #: Entities made so far, by number.
        self.known: dict[int, Entity] = {}

    def array(self, name: str) -> memoryview:
        """One of the stored arrays, in place."""
        return self._arrays[name]

    def annex(self, stamp: bytes) -> memoryview | None:
        """What stands behind the arrays under a stamp, in place; None where nothing does. See `annexed`."""
        head = len(stamp) + 1
        if len(self._behind) <= head or bytes(self._behind[:head]) != stamp + b"\n":
            return None
        return self._behind[-(-head // 64) * 64 :]

    def annexed(self, stamp: bytes, data: bytes) -> bytes:
        """What to write behind the file of an index so that `annex` finds some data under a stamp."""
        head = stamp + b"\n"
        return bytes(-self._length % 64) + head + bytes(-len(head) % 64) + data

    def _string(self, name: str, k: int) -> str:
        ends = self._arrays[f"{name}_at"]
        return bytes(self._arrays[f"{name}_text"][ends[k] : ends[k + 1]]).decode("utf-8", "surrogatepass")

    def lookup(self, key: str) -> list[int]:
        """The numbers of the aliases under a key (with its space's prefix); collisions of hashes included."""
        at = self._find(key)
        out: list[int] = []
        wanted = self._key[at] if at >= 0 else -1
        while 0 <= at < len(self._key) and self._key[at] == wanted:
            out.append(self._key_alias[at])
            at += 1
        return out

    def has(self, key: str) -> bool:
        """True where some alias stands under a key."""
        return self._find(key) >= 0

    def _find(self, key: str) -> int:
        """Where the hash of a key first stands, or -1."""
        if native.COMPILED:
            return native.find(self._key, key)
        wanted = key_hash(key)
        at = bisect_left(self._key, wanted)
        return at if at < len(self._key) and self._key[at] == wanted else -1

    def alias(self, k: int) -> str:
        """The text of an alias."""
        return self._string("alias", k)

    def kind(self, k: int) -> str:
        """The kind of an alias."""
        return KINDS[self._arrays["alias_kind"][k]]

    def entity(self, k: int) -> Entity:
        """The entity that an alias names."""
        number = self._arrays["alias_entity"][k]
        found = self.known.get(number)
        if found is None:
            found = self.known[number] = Entity(
                self._string("id", number),
                self._string("type", number),
                self._string("canonical", number),
                self._arrays["prominence"][number],
                self._string("country", number),
            )
        return found

    def atom(self, k: int) -> str:
        """A word (or joined name) that damaged words are compared with."""
        return self._string("atom", k)

    def arrays(self) -> list[str]:
        """The names of the stored arrays."""
        return list(self._arrays)

    def strings(self, name: str) -> list[str]:
        """All strings of a kind: "id", "type", "canonical" or "country" of the entities, "alias", "atom"."""
        return [self._string(name, k) for k in range(len(self._arrays[f"{name}_at"]) - 1)]

    @property
    def types(self) -> frozenset[str]:
        """The types that its entities have: few, of what may be millions of entities."""
        import numpy as np

        text = np.frombuffer(self._arrays["type_text"], dtype=np.uint8)
        ends = np.frombuffer(self._arrays["type_at"], dtype=np.uint32).astype(np.int64)
        left, found = np.arange(len(ends) - 1), set[str]()
        while left.size:
            k = int(left[0])
            one = text[ends[k] : ends[k + 1]]
            left = left[1:]
            same = ends[left + 1] - ends[left] == one.size
            for place, byte in enumerate(one):
                same[same] = text[ends[left[same]] + place] == byte
            left = left[~same]
            found.add(one.tobytes().decode("utf-8", "surrogatepass"))
        return frozenset(found)

    def caseless(self) -> list[str]:
        """The folded names in scripts without capitals."""
        return self.strings("caseless")

    def aliases(self) -> Iterable[tuple[str, str, Entity]]:
        """Every alias with its kind and entity, in the order of the table."""
        for k in range(self.size):
            yield self.alias(k), self.kind(k), self.entity(k)


def from_table(table: Table) -> Index:
    """Compile a table in memory."""
    return Index(compile_table(table), table.name)


def open_index(path: str | Path) -> Index:
    """Map an index file.

    Raises:
        IndexFileError: it is missing, damaged, or made by another version.
    """
    path = Path(path)
    try:
        with path.open("rb") as file:
            buffer = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
    except (OSError, ValueError) as error:
        raise IndexFileError(f"the index cannot be opened ({error})", where=str(path)) from None
    index = Index(buffer, str(path))
    for name, stamp in index.about.get("sources", ()):
        if _changed(path.parent / name, stamp, path):
            raise IndexFileError(
                f"the index is stale: {Path(name).name} has changed since", where=str(path), remedy=index.remedy
            )
    return index


def _changed(source: Path, stamp: str, index: Path) -> bool:
    """Whether a table is another one than an index was made from; one that is gone, or older, is taken for the same."""
    try:
        if source.stat().st_mtime_ns <= index.stat().st_mtime_ns:
            return False
    except OSError:
        return False
    from canonym.table import fingerprint, read_bytes

    return fingerprint(read_bytes(source)) != stamp


def is_index(path: Path) -> bool:
    """True where a file is a compiled index by its first bytes, or says so by its ending."""
    try:
        with path.open("rb") as file:
            return path.suffix == ".index" or file.read(8) == MAGIC
    except OSError:
        return False


@lru_cache(maxsize=8)
def cached(path: Path, mark: str = "", annex: Callable[[Path], bytes] | None = None) -> Index:
    """The index of a CSV table, compiled once and kept in the cache folder under the table's fingerprint.

    `annex` tells what is written behind it (see `save`), and `mark` one such content from others. Where the folder
    cannot be written the index is kept in memory only.
    """
    from canonym.table import fingerprint, parse, read_bytes

    data = read_bytes(path)
    stamp = fingerprint(data)
    kept = cache_folder() / f"{stamp}-{FORMAT}-{KEY_VERSION}{mark}.index"
    with suppress(CanonymError):  # it is not there, or damaged, or not ours to read
        index = open_index(kept)
        mark_used(kept)
        return index
    compiled = compile_table(parse(data, str(path)))
    try:
        save(compiled, kept, annex)
    except OSError:
        return Index(compiled, str(path))
    forget_unused(kept.parent, _KEPT)
    return open_index(kept)
