"""Texts in, one outcome each out: a text that fails takes no other with it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Final

from canonym.model import CanonymError, IndexFileError, Result, TableError, UsageError
from canonym.rewrite import apply

Process = Callable[[Sequence[str]], list[Result]]

#: No fault of a text: all the others would fail as well.
FATAL: Final = (MemoryError, OSError, ImportError, UsageError, TableError, IndexFileError)
#: Characters processed at a time: enough that words are looked up together, few enough for any memory.
SHARE: Final = 1_000_000


def outcomes(process: Process, texts: Sequence[str]) -> list[Result | str]:
    """For each text its result, or in words why there is none.

    >>> def shout(texts):
    ...     return [Result(text.upper()) if text.isascii() else 1 / 0 for text in texts]
    >>> outcomes(shout, ["", "è"])[1]
    'could not be processed: ZeroDivisionError: division by zero'
    """
    return [outcome for share in _shares(texts) for outcome in _tried(process, share)]


def _shares(texts: Sequence[str]) -> Iterator[Sequence[str]]:
    start = size = 0
    for end, text in enumerate(texts, 1):
        size += len(text)
        if size >= SHARE or end == len(texts):
            yield texts[start:end]
            start, size = end, 0


def _tried(process: Process, texts: Sequence[str]) -> list[Result | str]:
    try:
        results = process(texts)
        if len(results) != len(texts):
            raise CanonymError(f"{len(texts)} texts gave {len(results)} results")
    except FATAL:
        raise
    except Exception as error:
        if len(texts) == 1:
            return [f"could not be processed: {type(error).__name__}: {error}"]
        half = len(texts) // 2
        return _tried(process, texts[:half]) + _tried(process, texts[half:])
    return [_checked(text, result) for text, result in zip(texts, results, strict=True)]


def _checked(text: str, result: Result) -> Result | str:
    # Whoever keeps the edits must be able to undo them.
    if not result.edits and result.text == text:
        return result
    try:
        sound = apply(text, result.edits) == result.text
    except CanonymError as error:
        return error.problem
    return result if sound else "the edits do not lead to the new text"
