"""Parquet, some rows at a time; schema, metadata, row groups, other columns and compression stay."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from canonym.corpus.block import Entry, Outcome, Placed, Rows
from canonym.corpus.delimited import check_single
from canonym.corpus.formats import Options
from canonym.model import Document, DocumentError, Failure, Result
from canonym.table import listed, places

#: A row group of the output holds about so many bytes of the input at most.
_MOST = 64 << 20
_FIELDS = ("start", "end", "text", "canonical", "id", "type", "match", "score")


def _arrow() -> Any:
    import pyarrow

    return pyarrow


@dataclass(frozen=True, slots=True)
class Cell:
    """Where a document stands: the number of its column, and its row in the group."""

    column: int
    row: int


@dataclass(frozen=True, slots=True)
class TableBlock:
    """Rows of one row group as an Arrow table; how many go into one of the output, and whether these are the last."""

    table: Any
    documents: tuple[Document, ...]
    cells: tuple[Cell, ...]
    first: int
    size: int
    mentions: bool
    options: dict[str, Any]
    most: int = 1 << 20
    last: bool = True
    failures: tuple[Failure, ...] = ()

    @property
    def texts(self) -> Sequence[str]:
        """Their texts."""
        return [document.text for document in self.documents]

    def outcome(self, results: Sequence[Result | None], offset: int) -> Outcome:
        """The rows with new texts, or with mentions."""
        if self.mentions:
            return Outcome(Rows(self._annotated(results), self.options, self.most, self.last))
        entries: list[Entry] = []
        new: dict[int, dict[int, str]] = {}
        for document, cell, result in zip(self.documents, self.cells, results, strict=True):
            if result is None or not result.edits:
                continue
            new.setdefault(cell.column, {})[cell.row] = result.text
            column = self.table.schema.names[cell.column]
            entries.append(Entry(document, result.edits, _places(result), row=self.first + cell.row, column=column))
        table = self.table
        for number, values in new.items():
            table = with_values(table, number, values)
        return Outcome(Rows(table, self.options, self.most, self.last), tuple(entries))

    def _annotated(self, results: Sequence[Result | None]) -> Any:
        pa = _arrow()
        values: list[Any] = [None] * self.table.num_rows
        for cell, result in zip(self.cells, results, strict=True):
            if result is not None:
                found = [mention.as_dict() for mention in result.mentions]
                values[cell.row] = [{name: mention[name] for name in _FIELDS} for mention in found]
        kinds = {"start": pa.int64(), "end": pa.int64(), "score": pa.float64()}
        kind = pa.list_(pa.struct([(name, kinds.get(name, pa.string())) for name in _FIELDS]))
        column = pa.array(values, type=kind)
        # What Hugging Face's own metadata says of the columns would no longer be true.
        metadata = {k: v for k, v in (self.table.schema.metadata or {}).items() if k != b"huggingface"}
        place = self.table.schema.get_field_index("mentions")
        if place >= 0:
            table = self.table.set_column(place, "mentions", column)
        else:
            table = self.table.append_column("mentions", column)
        return table.replace_schema_metadata(metadata or None)


def _places(result: Result) -> tuple[Placed, ...]:
    # Code points in the new text here, as there are no bytes to point to.
    places = []
    shift = 0
    for edit in result.edits:
        places.append(Placed(edit.start + shift, edit.before, edit.after))
        shift += len(edit.after) - len(edit.before)
    return tuple(places)


def with_values(table: Any, number: int, values: dict[int, str]) -> Any:
    """The table with some texts of column `number` replaced, by row; the column keeps its type."""
    pa = _arrow()
    field = table.schema.field(number)
    texts = table.column(number).to_pylist()
    for row, text in values.items():
        texts[row] = text
    if pa.types.is_dictionary(field.type):
        column = pa.array(texts, type=field.type.value_type).dictionary_encode().cast(field.type)
    else:
        column = pa.array(texts, type=field.type)
    return table.set_column(number, field, column)


def spooled(pieces: Iterator[bytes]) -> IO[bytes]:
    """A stream as a temporary file that can be read at any place."""
    file = tempfile.TemporaryFile()  # noqa: SIM115 - closed by who asked
    for piece in pieces:
        file.write(piece)
    file.seek(0)
    return file


def opened(file: IO[bytes] | Path) -> Any:
    """A Parquet file; raises DocumentError where it is none."""
    import pyarrow.parquet as pq

    pa = _arrow()
    reader: Any = pq.ParquetFile
    try:
        return reader(file, pre_buffer=False, buffer_size=1 << 20)
    except (pa.ArrowException, OSError) as error:
        raise DocumentError(
            f"not a whole Parquet file: {str(error).splitlines()[0]}",
            remedy="Fetch it again, or say another --format",
        ) from error


def writer_options(file: Any) -> dict[str, Any]:
    """Options that write as the file was written: format version, and compression by column."""
    metadata = file.metadata
    options: dict[str, Any] = {"version": metadata.format_version}
    if metadata.num_row_groups:
        group = metadata.row_group(0)
        columns = [group.column(i) for i in range(group.num_columns)]
        codecs = {c.path_in_schema: _codec(c.compression) for c in columns}
        options["compression"] = codecs if len(set(codecs.values())) > 1 else next(iter(codecs.values()))
    return options


def _codec(name: str) -> str:
    return "NONE" if name == "UNCOMPRESSED" else name


def text_columns(file: Any, fields: Sequence[str]) -> list[int]:
    """The numbers of the text columns; raises DocumentError naming the columns where one is missing or is not one."""
    pa = _arrow()
    schema = file.schema_arrow
    stands = [places(schema.names, name) for name in fields]
    for name, found in zip(fields, stands, strict=True):
        if not found:
            known = listed(schema.names[:30])
            raise DocumentError(f"no column {name!r}", remedy=f"Name one with --column; there are: {known}")
    check_single(fields, stands)
    out = [found[0] for found in stands]
    for name, place in zip(fields, out, strict=True):
        kind = schema.field(place).type
        inner = kind.value_type if pa.types.is_dictionary(kind) else kind
        if not (pa.types.is_string(inner) or pa.types.is_large_string(inner) or pa.types.is_string_view(inner)):
            raise DocumentError(f"the column {name!r} holds {kind}, not text", remedy="Name another with --column")
    return out


def blocks(name: str, source: IO[bytes] | Path, options: Options) -> Iterator[TableBlock]:
    """The rows of a file, about a block of them at a time; one block without rows where it has none.

    Raises DocumentError for a file that is no Parquet file, is damaged, or has no such text column.
    """
    file = opened(source)
    columns = text_columns(file, options.fields)
    keep = writer_options(file)
    first = 0
    if not file.metadata.num_rows:
        yield TableBlock(file.schema_arrow.empty_table(), (), (), 0, 0, options.mentions, keep)
    for group in range(file.metadata.num_row_groups):
        meta = file.metadata.row_group(group)
        rows, size, done = meta.num_rows, meta.total_byte_size, 0
        # A row group stays one, but for those that fill the memory.
        most = -(-rows // max(1, size // _MOST))
        for table in _tables(file, group, max(1, rows * options.block_bytes // max(1, size))):
            start, done = done, done + table.num_rows
            documents, cells = _found(name, table, columns, options, first)
            share = size * done // rows - size * start // rows
            last = done == rows
            yield TableBlock(table, documents, cells, first, share, options.mentions, keep, max(1, most), last)
            first += table.num_rows


def _tables(file: Any, group: int, size: int) -> Iterator[Any]:
    """The rows of a row group, `size` at a time."""
    pa = _arrow()
    try:
        for batch in file.iter_batches(batch_size=size, row_groups=[group]):
            yield pa.Table.from_batches([batch]).cast(file.schema_arrow)
    except (pa.ArrowException, OSError, UnicodeDecodeError) as error:
        raise DocumentError(
            f"row group {group} is damaged: {error}", remedy="Fetch the file again; nothing was written"
        ) from error


def _found(
    name: str, table: Any, columns: Sequence[int], options: Options, first: int
) -> tuple[tuple[Document, ...], tuple[Cell, ...]]:
    """The documents of some rows, the first of which has the number `first`, and where each stands."""
    try:
        found = [
            (row, number, text)
            for number in columns
            for row, text in enumerate(table.column(number).to_pylist())
            if text is not None
        ]
    except UnicodeDecodeError as error:
        raise DocumentError(
            f"the rows from {first + 1} on hold bytes that are no text: {error}",
            remedy="Make the file again; nothing was written",
        ) from error
    at = places(table.schema.names, options.id_key)
    ids = table.column(at[0]).to_pylist() if at else None
    found.sort(key=lambda item: item[:2])
    documents = tuple(
        Document(f"{name}:{first + row + 1}", text, str(ids[row]) if ids and ids[row] is not None else "")
        for row, _, text in found
    )
    return documents, tuple(Cell(number, row) for row, number, _ in found)
