"""Files that appear whole or not at all."""

from __future__ import annotations

import errno
import os
from collections.abc import Callable, Iterable
from pathlib import Path

#: A piece of a file.
Buffer = bytes | memoryview


def save(data: Buffer | Iterable[Buffer], path: Path, annex: Callable[[Path], bytes] | None = None) -> None:
    """Write an index beside its place and rename it, so that no reader ever sees half of one.

    `annex` gives what is to stand behind it, from the file as it is before. A link stays one, and where it leads is
    written; what is no file, as a device is none, is not replaced by one.
    """
    import tempfile

    path = Path(os.path.realpath(path))
    if path.exists() and not path.is_file():
        if path.is_dir():
            raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR), str(path))
        raise FileExistsError(errno.EEXIST, "Is no regular file", str(path))
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=".", suffix=".tmp")
    except OSError as error:
        error.filename = str(path)
        raise
    try:
        with os.fdopen(handle, "wb") as file:
            file.writelines([data] if isinstance(data, bytes | memoryview) else data)
            if annex is not None:
                file.flush()
                file.write(annex(Path(temporary)))
        # A temporary file is its owner's alone; an index is as readable as any other file.
        Path(temporary).chmod(path.stat().st_mode & 0o777 if path.exists() else 0o666 & ~_umask())
        Path(temporary).replace(path)
    except BaseException as error:
        Path(temporary).unlink(missing_ok=True)
        if isinstance(error, OSError) and error.filename in (None, temporary):
            error.filename = str(path)  # a full disk does not say which file it had no room for
        raise


def _umask() -> int:
    mask = os.umask(0o077)
    os.umask(mask)
    return mask
