"""Lines of large files, packed or not, with the bytes read so far, and an error where a download was cut short."""

from __future__ import annotations

import bz2
import gzip
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import IO, Any, Final

from canonym.model import TableError

_CUT_SHORT: Final = "Download it again; nothing was written"


@contextmanager
def lines(path: Path) -> Iterator[Iterator[tuple[int, int, bytes]]]:
    """The lines of a file (.zip, .gz, .bz2, or plain): number from 1, bytes of the file read so far, the line.

    A line keeps its line feed, so that the caller can tell a last line that was cut off.

    Raises:
        TableError: the file is missing, is no archive, or ends before its end.
    """
    with ExitStack() as stack:
        try:
            raw = stack.enter_context(path.open("rb"))
            stream = stack.enter_context(_unpacked(path, raw))
        except FileNotFoundError:
            raise TableError("no such file", where=str(path), remedy="Check the path") from None
        except IsADirectoryError:
            raise TableError("a folder, not a file", where=str(path), remedy="Give one of the files in it") from None
        except (zipfile.BadZipFile, OSError) as error:
            raise TableError(
                f"the archive is damaged or cut short ({error})", where=str(path), remedy=_CUT_SHORT
            ) from None
        yield _numbered(path, raw, stream)


def _numbered(path: Path, raw: IO[bytes], stream: IO[bytes]) -> Iterator[tuple[int, int, bytes]]:
    number = 0
    seekable = raw.seekable()  # a named pipe is not, so that how much of it was read is not known
    try:
        for number, line in enumerate(stream, 1):
            yield number, raw.tell() if seekable else 0, line
    except (EOFError, OSError, zlib.error, zipfile.BadZipFile) as error:
        raise TableError(
            f"the file is damaged or cut short ({error})",
            where=f"{path}, after line {number}",
            remedy=_CUT_SHORT,
        ) from None


def cut_short(path: Path, number: int) -> TableError:
    """The error for a plain file whose last line is incomplete."""
    return TableError("the file is cut short: its end is missing", where=f"{path}, line {number}", remedy=_CUT_SHORT)


def _unpacked(path: Path, raw: IO[bytes]) -> Any:
    match path.suffix:
        case ".gz":
            return gzip.GzipFile(fileobj=raw)
        case ".bz2":
            return bz2.BZ2File(raw)
        case ".zip":
            archive = zipfile.ZipFile(raw)
            members = [m for m in archive.namelist() if m.endswith(".txt") and "readme" not in m.lower()]
            wanted = f"{path.stem}.txt"
            if wanted not in members and len(members) != 1:
                raise TableError(f"no {wanted} in the archive", where=str(path), remedy="Unpack it and give the file")
            return archive.open(wanted if wanted in members else members[0])
        case _:
            return raw
