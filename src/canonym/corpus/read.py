"""A source as blocks, whatever its format."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from canonym.corpus.block import Block
from canonym.corpus.formats import Options
from canonym.corpus.plan import Source
from canonym.corpus.stream import Tally, chunks
from canonym.model import DocumentError, UsageError


def blocks(source: Source, options: Options, tally: Tally | None = None) -> Iterator[Block]:
    """All blocks of a source, in order; `tally` counts what was read so far.

    Raises DocumentError where the source cannot be read, or not to its end.
    """
    tally = tally or Tally()
    # Each format is imported where it is read.
    if source.format == "parquet":
        from canonym.corpus import parquet
    if source.format == "parquet" and source.path and not source.compression and Path(source.path).is_file():
        for block in parquet.blocks(source.name, Path(source.path), options):
            tally.size += block.size
            yield block
        tally.disk = Path(source.path).stat().st_size
        if tally.sha256 is not None:
            whole = Tally(sha256=tally.sha256)
            for _ in chunks(source.path, "", 1 << 20, whole):
                continue
        return
    pieces = chunks(source.path, source.compression, options.block_bytes, tally, options.hands)
    if source.format == "parquet":
        with parquet.spooled(pieces) as file:
            yield from parquet.blocks(source.name, file, options)
    elif source.format == "jsonl":
        from canonym.corpus import jsonl

        yield from jsonl.blocks(source.name, pieces, options)
    elif source.format == "csv":
        from canonym.corpus import delimited

        yield from delimited.blocks(source.name, pieces, options, source.ending)
    else:
        from canonym.corpus import plain

        yield from plain.blocks(source.name, pieces, options)


def missing_column(source: Source, options: Options) -> UsageError | None:
    """What to say of a file that has no such column; None where it has, or has other faults, which show later."""
    if source.path is None or not Path(source.path).is_file():
        return None
    try:
        if source.format == "parquet" and not source.compression:
            from canonym.corpus import parquet

            try:
                file = parquet.opened(Path(source.path))
            except DocumentError:
                return None
            parquet.text_columns(file, options.fields)
        elif source.format == "csv":
            from canonym.corpus import delimited

            pieces = chunks(source.path, source.compression, min(options.block_bytes, 1 << 16))
            first = next(delimited.blocks(source.name, pieces, options, source.ending), None)
            failure = first.failures[0] if first and first.failures else None
            if failure and failure.name == source.name:
                raise DocumentError(failure.problem, remedy=failure.remedy)
    except DocumentError as error:
        if error.problem.startswith(("no column", "the column")):
            return UsageError(error.problem, where=source.name, remedy=error.remedy)
    return None
