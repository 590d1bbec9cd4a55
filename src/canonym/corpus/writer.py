"""Outputs that appear whole or not at all."""

from __future__ import annotations

import io
import os
import sys
from collections.abc import Callable
from contextlib import suppress
from itertools import count
from pathlib import Path
from typing import IO, Any

from canonym.corpus.block import Rows
from canonym.corpus.formats import kind
from canonym.corpus.stream import new_hash
from canonym.model import CanonymError, UsageError

_serial = count()
#: Outputs that have a temporary file: a signal may come before anybody else knows of one.
_unfinished: set[Output] = set()


def discard_unfinished() -> None:
    """Leave no trace of any unfinished file, where this process ends."""
    for output in tuple(_unfinished):
        output.discard()


def is_special(path: str) -> bool:
    """Whether a path is a device or a pipe: renaming over it would replace the device itself."""
    return path.startswith(("/dev/", "/proc/")) or (os.path.exists(path) and not os.path.isfile(path))  # noqa: PTH110, PTH113


class Output:
    """A file being written: to a temporary file beside it, which takes its place on `commit`.

    `path` None is standard output. Compression goes by the ending. Devices and pipes are written directly.
    Raises CanonymError where the file cannot be written.
    """

    def __init__(self, path: str | None, *, digest: bool = False, compression: str | None = None) -> None:
        self.path = path
        self.sha256 = new_hash() if digest else None
        self.size = 0
        self.last = b""
        self._temporary: Path | None = None
        self._layers: list[IO[bytes]] = []
        self._rows: Any = None
        self._held: list[Any] = []
        if compression is None:
            compression = kind(path).compression if path else ""
        try:
            self._open(path, compression)
        except OSError as error:
            self.discard()
            raise self._failed(error) from error

    def _open(self, path: str | None, compression: str) -> None:
        if path is None:
            if sys.stdout is None:  # closed by the caller
                raise UsageError("standard output is closed", remedy="Say -o FILE")
            self._sink: IO[bytes] = sys.stdout.buffer
            return
        if is_special(path):
            raw: IO[bytes] = Path(path).open("wb")  # noqa: SIM115 - closed by commit
        else:
            target = self._target = Path(os.path.realpath(path))  # a link stays one
            self._temporary = temporary = target.parent / f".canonym-{os.getpid()}-{next(_serial)}.tmp"
            _unfinished.add(self)
            try:
                raw = temporary.open("xb")
            except FileNotFoundError:
                target.parent.mkdir(parents=True, exist_ok=True)
                raw = temporary.open("xb")
            if target.exists():
                temporary.chmod(target.stat().st_mode & 0o7777)
        self._layers.append(raw)
        if compression:
            self._layers.append(_compressor(compression)(raw))
        self._sink = self._layers[-1]

    def write(self, payload: bytes | Rows) -> None:
        """Append bytes, or rows of a table."""
        if isinstance(payload, Rows):
            self._write_rows(payload)
            return
        if not payload:
            return
        self.size += len(payload)
        self.last = payload[-1:]
        if self.sha256 is not None:
            self.sha256.update(payload)
        try:
            self._sink.write(payload)
        except BrokenPipeError:
            raise
        except OSError as error:
            raise self._failed(error) from error

    def _write_rows(self, rows: Rows) -> None:
        if self._rows is None:
            import pyarrow.parquet as pq

            writer: Any = pq.ParquetWriter
            self._rows = writer(_Handle(self.write), rows.table.schema, **rows.options)
        self._held.append(rows.table)
        count = sum(table.num_rows for table in self._held)
        while count >= rows.most or (rows.last and count):
            import pyarrow as pa

            # Parts of a column may have dictionaries of their own.
            whole: Any = pa.concat_tables(self._held).unify_dictionaries()
            size = min(count, rows.most)
            self._rows.write_table(whole.slice(0, size), row_group_size=size)
            self._held, count = [whole.slice(size)], count - size
        if rows.last:
            self._held = []

    def commit(self) -> None:
        """Finish the file and put it in its place."""
        try:
            if self._rows is not None:
                self._rows.close()
            for layer in reversed(self._layers):
                layer.close()
            if self._temporary is not None:
                self._temporary.replace(self._target)
                self._done()
            if self.path is None:
                self._sink.flush()
        except BrokenPipeError:
            raise
        except OSError as error:
            raise self._failed(error) from error

    def discard(self) -> None:
        """Leave no trace of an unfinished file; does nothing after `commit`."""
        if self._temporary is None:
            return
        for layer in reversed(self._layers):
            try:
                layer.close()
            except OSError:  # a full disk: the file goes anyway
                continue
        with suppress(FileNotFoundError, NotADirectoryError):  # it was never made
            self._temporary.unlink()
        self._done()

    def _done(self) -> None:
        self._temporary = None
        _unfinished.discard(self)

    def _failed(self, error: OSError) -> CanonymError:
        return CanonymError(
            f"cannot be written: {error.strerror or error}",
            where=self.path or "standard output",
            remedy="See whether the folder is there, may be written and has room",
        )


class _Handle(io.RawIOBase):
    """What Arrow needs of a file, around `Output.write`."""

    def __init__(self, write: Callable[[bytes], None]) -> None:
        super().__init__()
        self._write = write
        self._place = 0

    def writable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._place

    def write(self, data: Any) -> int:
        piece = bytes(data)
        self._write(piece)
        self._place += len(piece)
        return len(piece)


def _compressor(compression: str) -> Callable[[IO[bytes]], IO[bytes]]:
    import bz2
    import gzip
    import lzma

    def zst(raw: IO[bytes]) -> IO[bytes]:
        import zstandard

        return zstandard.ZstdCompressor(level=6).stream_writer(raw, closefd=False)

    makers: dict[str, Callable[[IO[bytes]], Any]] = {
        # No time and no name in the header: the same run writes the same bytes.
        "gz": lambda raw: gzip.GzipFile("", "wb", 6, raw, mtime=0),
        "bz2": lambda raw: bz2.BZ2File(raw, "wb"),
        "xz": lambda raw: lzma.LZMAFile(raw, "wb"),  # noqa: SIM115 - closed by Output
        "zst": zst,
    }
    return makers[compression]
