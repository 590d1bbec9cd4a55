"""Streams on disk, so that they can be read twice."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from canonym.corpus.plan import STDIN
from canonym.corpus.stream import chunks


@contextmanager
def spooled(inputs: Sequence[str]) -> Iterator[tuple[tuple[str, str], ...]]:
    """Pairs of an input that is standard input or a pipe, and a temporary file with its bytes."""
    import tempfile

    with tempfile.TemporaryDirectory(prefix="canonym-") as folder:
        pairs = []
        for number, given in enumerate(inputs):
            path = None if given == STDIN else given
            if path is not None and (not Path(path).exists() or Path(path).is_file() or Path(path).is_dir()):
                continue
            copy = Path(folder) / str(number)
            with copy.open("wb") as file:
                for piece in chunks(path, "", 1 << 20):
                    file.write(piece)
            pairs.append((given, str(copy)))
        yield tuple(pairs)
