"""Bytes in and text out: decompression, encodings, byte order marks."""

from __future__ import annotations

import codecs
import io
import os
import stat
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, Final, Protocol

from canonym.corpus.block import Coder
from canonym.model import DocumentError, UsageError

_MARKS: Final = (
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
# Encodings whose bytes depend on what stands before: no part of a file can be replaced alone.
_STATEFUL: Final = (
    "iso2022",
    "hz",
    "utf-7",
    "idna",
    "punycode",
    "unicode-escape",
    "raw-unicode-escape",
    "undefined",
)
_MAGIC: Final = ((b"\x1f\x8b", "gzip"), (b"\x28\xb5\x2f\xfd", "zstd"), (b"BZh", "bzip2"), (b"\xfd7zXZ", "xz"))


class Hash(Protocol):
    """What of hashlib's objects is used here."""

    def update(self, data: bytes, /) -> None:
        """Add bytes."""

    def hexdigest(self) -> str:
        """The digest so far."""


def new_hash() -> Hash:
    """A SHA-256 of nothing yet; OpenSSL is loaded only by runs that want one."""
    import hashlib

    return hashlib.sha256()


@dataclass(slots=True)
class Tally:
    """What was read of one file: bytes as they lie on disk, bytes when decompressed, and their digest."""

    disk: int = 0
    size: int = 0
    sha256: Hash | None = None


@contextmanager
def _opened(path: str | None) -> Iterator[IO[bytes]]:
    if path is None:
        if sys.stdin is None:  # closed by the caller
            raise UsageError("standard input is closed", remedy="Name a file, or pipe the text in")
        yield sys.stdin.buffer
    else:
        with Path(path).open("rb") as file:
            yield file


def chunks(
    path: str | None, compression: str, size: int, tally: Tally | None = None, hands: int = 1
) -> Iterator[bytes]:
    """The decompressed bytes of a file (None: standard input), about `size` at a time.

    Where they are dealt out to several `hands`, the last are smaller, so that all of them end together.

    Raises DocumentError where the file cannot be read, or is not whole.
    """
    tally = tally or Tally()
    try:
        with _opened(path) as file:
            for data in _decompressed(file, compression, max(1, size), tally, hands):
                tally.size += len(data)
                if tally.sha256 is not None:
                    tally.sha256.update(data)
                yield data
    except EOFError as error:
        raise DocumentError(
            "the compressed file is cut short", remedy="Fetch it again; nothing was written for it"
        ) from error
    except OSError as error:
        raise DocumentError(f"cannot be read: {error.strerror or error}", remedy=_remedy(error)) from error


def _remedy(error: OSError) -> str:
    if isinstance(error, IsADirectoryError):
        return "Give a file instead of a folder"
    return "Check the path" if isinstance(error, FileNotFoundError) else "See whether it is whole and may be read"


def _decompressed(file: IO[bytes], compression: str, size: int, tally: Tally, hands: int) -> Iterator[bytes]:
    if not compression:
        # A buffer of a whole block for each of many small files takes longer than to read them.
        known = os.fstat(file.fileno()) if isinstance(file, io.BufferedReader) else None
        if known is not None and stat.S_ISREG(known.st_mode) and known.st_size:
            size = min(size, known.st_size + 1)
        whole, least = known.st_size if known is not None else 0, max(1, size // 4)
        while data := file.read(size):
            tally.disk += len(data)
            yield data
            if hands > 1 and whole > tally.disk:
                size = max(least, min(size, (whole - tally.disk) // (2 * hands)))
        return
    if compression == "zst":
        yield from _zstd(file, tally)
        return
    import bz2
    import gzip
    import lzma
    import zlib

    openers: dict[str, Any] = {"gz": gzip.open, "bz2": bz2.open, "xz": lzma.open}
    try:
        with openers[compression](file) as plain:
            while data := plain.read(size):
                tally.disk = file.tell() if file.seekable() else tally.disk + len(data)
                yield data
    except (lzma.LZMAError, zlib.error) as error:
        raise OSError(f"{error}") from error


def _zstd(file: IO[bytes], tally: Tally) -> Iterator[bytes]:
    # By hand: the library's own reader takes a frame that is cut short for the end of the file.
    import zstandard

    frame = None
    try:
        while data := file.read(1 << 17):
            tally.disk += len(data)
            while data:
                frame = frame or zstandard.ZstdDecompressor().decompressobj()
                if out := frame.decompress(data):
                    yield out
                data, frame = (frame.unused_data, None) if frame.eof else (b"", frame)
    except zstandard.ZstdError as error:
        raise OSError(f"{error}") from error
    if frame is not None:
        raise EOFError


def digest(path: str, compression: str) -> str:
    """The SHA-256 of a file's decompressed bytes."""
    tally = Tally(sha256=new_hash())
    for _ in chunks(path, compression, 1 << 20, tally):
        continue
    return tally.sha256.hexdigest() if tally.sha256 is not None else ""


def check_encoding(name: str | None) -> None:
    """Raise UsageError unless `name` is None or an encoding of which parts can be replaced."""
    if name is None:
        return
    try:
        info = codecs.lookup(name)
    except LookupError:
        raise UsageError(
            f"there is no encoding {name!r}", remedy="Common ones are utf-8, cp1252, cp1251, gb18030, utf-16"
        ) from None
    if info.name.replace("_", "-").startswith(_STATEFUL) or not getattr(info, "_is_text_encoding", True):
        raise UsageError(f"{name} cannot be edited in place", remedy="Convert the files to UTF-8 first")


def sniff(head: bytes, encoding: str | None) -> tuple[bytes, Coder]:
    """The byte order mark at the start of a file ("" where there is none), and its encoding."""
    name = codecs.lookup(encoding).name if encoding else "utf-8"
    wide = {"utf-16": "utf-16-le", "utf-32": "utf-32-le"}
    for mark, marked in _MARKS:
        if head.startswith(mark) and (marked == "utf-8" or encoding is None or name.startswith(marked[:6])):
            return mark, _coder(marked)
    return b"", _coder({"utf-8-sig": "utf-8", **wide}.get(name, name))


def _coder(name: str) -> Coder:
    return Coder(name, "strict" if name.startswith(("utf-16", "utf-32")) else "surrogateescape")


def heading(pieces: Iterator[bytes]) -> tuple[bytes, Iterator[bytes]]:
    """The first bytes of a stream, at least four where there are so many, and all of the stream."""
    head = b""
    for piece in pieces:
        head += piece
        if len(head) >= 4:
            break

    def whole() -> Iterator[bytes]:
        if head:
            yield head
        yield from pieces

    return head, whole()


def decoded(pieces: Iterator[bytes], mark: bytes, coder: Coder) -> Iterator[str]:
    """The text of a stream, piece by piece, so that encoding each piece gives its bytes back.

    Raises DocumentError where the bytes cannot be decoded, or not so that they could be written again.
    """
    decoder = codecs.getincrementaldecoder(coder.encoding)(coder.errors)
    exact = coder.encoding == "utf-8"
    left, skip, position = b"", len(mark), 0

    def decode(data: bytes, final: bool = False) -> str:
        nonlocal left, position
        try:
            text = decoder.decode(data, final)
        except UnicodeDecodeError as error:
            place = position + len(mark) + error.start
            raise DocumentError(
                f"not {coder.encoding.upper()} at byte {place}", remedy="Say --encoding NAME"
            ) from error
        if not exact:
            left += data
            written = coder.encode(text)
            if not left.startswith(written) or (final and left != written):
                raise DocumentError(
                    f"{coder.encoding} would not be written as it was read",
                    remedy="Say the right --encoding, or convert the file to UTF-8",
                )
            left = left[len(written) :]
            position += len(written)
        return text

    for piece in pieces:
        if text := decode(piece[skip:]):
            yield text
        skip = 0
    if text := decode(b"", True):
        yield text


def compressed_remedy(head: bytes) -> str:
    """What to do about a file that begins so: "" unless it is compressed under a plain name."""
    for magic, name in _MAGIC:
        if head.startswith(magic):
            return f"It looks compressed by {name}: give the file its ending, or unpack it first"
    return ""
