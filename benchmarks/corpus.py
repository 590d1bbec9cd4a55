"""A corpus to measure on: one that is given, or sentences of ordinary words with names in them, some damaged.

What is generated depends on the seed and the table alone, and a smaller corpus is the beginning of a larger one.
"""

from __future__ import annotations

import csv
import random
from collections.abc import Iterator, Sequence
from itertools import accumulate
from pathlib import Path
from typing import Final

#: How many ordinary words there are, and how many names a document is about.
_WORDS: Final = 20_000
_NAMES: Final = (2, 8)
_SENTENCES: Final = (8, 40)
_LENGTH: Final = (6, 24)
#: In so many of a hundred places a word is a name; of these so many are damaged.
_NAMED, _DAMAGED = 6, 8
_LETTERS: Final = "abcdefghijklmnopqrstuvwxyz"


def write(path: Path, size: float, source: Iterator[str]) -> tuple[int, int]:
    """Write JSON lines of at most `size` bytes (one document at least); the documents and bytes written."""
    import orjson

    documents = written = 0
    with path.open("wb") as file:
        for text in source:
            line = orjson.dumps({"id": documents, "text": text.encode("utf-8", "replace").decode()}) + b"\n"
            if documents and written + len(line) > size:
                break
            file.write(line)
            documents, written = documents + 1, written + len(line)
    return documents, written


def given(paths: Sequence[str], text_key: str) -> Iterator[str]:
    """The texts of files or folders, in any format that canonym reads."""
    from canonym.pipeline import Job, texts

    for document in texts(Job(inputs=tuple(paths), text_key=text_key, dry_run=True)):
        yield document.text


def generated(table: Path, seed: int = 0) -> Iterator[str]:
    """Texts without end. Words and names are met as often as in any language: the second half as often as the first."""
    from wordfreq import top_n_list

    choice = random.Random(seed)
    words = [word for word in top_n_list("en", _WORDS) if word.isalpha()]
    names = spellings(table)
    word_weights = list(accumulate(1 / (rank + 3) for rank in range(len(words))))
    name_weights = list(accumulate(1 / (rank + 3) for rank in range(len(names))))
    while True:
        about = choice.choices(names, cum_weights=name_weights, k=choice.randint(*_NAMES))
        sentences = []
        for _ in range(choice.randint(*_SENTENCES)):
            line = choice.choices(words, cum_weights=word_weights, k=choice.randint(*_LENGTH))
            for k in range(len(line)):
                if choice.randrange(100) < _NAMED:
                    line[k] = _name(choice, choice.choice(about))
            sentence = " ".join(line)
            sentences.append(sentence[0].upper() + sentence[1:] + choice.choice("...?"))
        yield " ".join(sentences)


def spellings(table: Path) -> list[list[str]]:
    """The spellings of each entity of a table, in its order."""
    found: dict[str, list[str]] = {}
    with table.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            found.setdefault(row.get("id") or row["canonical"], []).append(row["alias"])
    return list(found.values())


def _name(choice: random.Random, names: Sequence[str]) -> str:
    name = choice.choice(names)
    return damaged(choice, name) if choice.randrange(100) < _DAMAGED and len(name) >= 6 else name


def damaged(choice: random.Random, name: str) -> str:
    """A name with one slip of the fingers: two letters swapped, one left out, doubled, or another.

    >>> damaged(random.Random(1), "Kandahar")
    'Kadnahar'
    """
    at = choice.randrange(1, len(name) - 1)
    slip = choice.randrange(4)
    if slip == 0:
        return name[:at] + name[at + 1] + name[at] + name[at + 2 :]
    if slip == 1:
        return name[:at] + name[at + 1 :]
    if slip == 2:
        return name[: at + 1] + name[at:]
    return name[:at] + choice.choice(_LETTERS) + name[at + 1 :]
