"""What a file is, told by its name: format and compression."""

from __future__ import annotations

from pathlib import PurePath
from typing import Final, NamedTuple

from canonym.model import UsageError

FORMATS: Final = ("txt", "csv", "jsonl", "parquet")

#: Endings of file names, lower case, with the format they stand for.
ENDINGS: Final = {
    ".txt": "txt",
    ".text": "txt",
    ".md": "txt",
    ".csv": "csv",
    ".tsv": "csv",
    ".jsonl": "jsonl",
    ".ndjson": "jsonl",
    ".jsonlines": "jsonl",
    ".json": "jsonl",
    ".parquet": "parquet",
}
COMPRESSIONS: Final = {".gz": "gz", ".zst": "zst", ".bz2": "bz2", ".xz": "xz"}


class Kind(NamedTuple):
    """What the name of a file says; "" where it says nothing. `ending` is the format's ending, as ".tsv"."""

    format: str
    compression: str
    ending: str


def kind(name: str) -> Kind:
    """Read format and compression off a file name.

    >>> kind("a.tsv.gz"), kind("notes")
    (Kind(format='csv', compression='gz', ending='.tsv'), Kind(format='', compression='', ending=''))
    """
    path = PurePath(name)
    compression = COMPRESSIONS.get(path.suffix.lower(), "")
    ending = (PurePath(path.stem) if compression else path).suffix.lower()
    return Kind(ENDINGS.get(ending, ""), compression, ending if ending in ENDINGS else "")


class Options(NamedTuple):
    """How to read: text keys or columns, the id's key, an encoding or None, bytes held at once, and in how many hands.

    `mentions` asks for annotation: the text stays, a field `mentions` is added.
    """

    fields: tuple[str, ...] = ("text",)
    id_key: str = "id"
    encoding: str | None = None
    block_bytes: int = 4 << 20
    mentions: bool = False
    hands: int = 1


def check_format(name: str | None) -> None:
    """Raise UsageError unless `name` is a format or None."""
    if name is not None and name not in FORMATS:
        raise UsageError(f"there is no format {name!r}", remedy=f"Formats are {', '.join(FORMATS)}")
