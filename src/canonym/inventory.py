"""What an index holds: counts by type, kind and language, and the versions that it depends on."""

from __future__ import annotations

from collections import Counter
from dataclasses import asdict

from canonym.index import FORMAT, Index
from canonym.keys import KEY_VERSION
from canonym.model import KINDS
from canonym.records import dataclass


@dataclass(frozen=True, slots=True)
class Inventory:
    """Counts of one index; `types` counts entities and aliases of each type, `kinds` and `languages` aliases."""

    name: str
    fingerprint: str
    format: int
    keys: int
    bytes: int
    entities: int
    aliases: int
    types: dict[str, tuple[int, int]]
    kinds: dict[str, int]
    languages: dict[str, int]
    renew: str

    def as_dict(self) -> dict[str, object]:
        """The inventory as JSON values."""
        types = {name: {"entities": e, "aliases": a} for name, (e, a) in self.types.items()}
        return {**asdict(self), "types": types}

    def lines(self) -> list[str]:
        """The inventory in words."""
        out = [
            f"{self.name}: {self.entities:,} entities, {self.aliases:,} names, {self.bytes / 1e6:,.1f} MB",
            f"  fingerprint {self.fingerprint}, format {self.format}, keys {self.keys}",
        ]
        out += [f"  {name}: {e:,} entities, {a:,} names" for name, (e, a) in self.types.items()]
        out.append("  kinds: " + ", ".join(f"{kind} {count:,}" for kind, count in self.kinds.items()))
        if self.languages:
            told = ", ".join(f"{lang} {count:,}" for lang, count in list(self.languages.items())[:20])
            more = len(self.languages) - 20
            out.append(f"  languages: {told}" + (f" and {more} more" if more > 0 else ""))
        if self.renew:
            out.append(f"  made by: {self.renew}")
        return out


def inventory(index: Index, name: str) -> Inventory:
    """Count what an index holds, the most frequent first; `name` is what it is called."""
    import numpy as np

    owner = np.frombuffer(index.array("alias_entity"), dtype=np.uint32)
    types_of = index.strings("type")
    aliases_of = np.bincount(owner, minlength=len(types_of))
    entities: Counter[str] = Counter(types_of)
    aliases: Counter[str] = Counter()
    for type_, count in zip(types_of, aliases_of.tolist(), strict=True):
        aliases[type_] += count
    kinds = Counter(bytes(index.array("alias_kind")))
    languages: dict[str, int] = index.about.get("languages", {})
    return Inventory(
        name,
        index.fingerprint,
        FORMAT,
        KEY_VERSION,
        sum(index.array(part).nbytes for part in index.arrays()),
        len(types_of),
        index.size,
        {type_: (entities[type_], count) for type_, count in aliases.most_common()},
        {KINDS[code]: count for code, count in kinds.most_common()},
        dict(sorted(languages.items(), key=lambda pair: (-pair[1], pair[0]))),
        index.about.get("renew", ""),
    )
