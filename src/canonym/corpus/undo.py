"""Back from outputs to inputs by the edit log, byte for byte; what the log does not fit is refused.

Compressed files: their uncompressed bytes come back. Parquet: all values come back, in a file written anew.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path, PurePath
from typing import Any

from canonym.corpus import editlog, parquet
from canonym.corpus.block import Rows
from canonym.corpus.editlog import FileRecord
from canonym.corpus.formats import kind
from canonym.corpus.plan import find
from canonym.corpus.stream import chunks, digest
from canonym.corpus.writer import Output, is_special
from canonym.model import CanonymError, DocumentError, UsageError
from canonym.table import listed

#: Changed files that are named; of the others the number is told.
_MOST_NAMED = 10
_PIECE = 1 << 20


@dataclass(frozen=True, slots=True)
class Undone:
    """What `undo` gave back; `bytes` are of the restored, uncompressed files.

    `already`: files that were passed over in place, since they are the input's, byte for byte.
    """

    files: int
    documents: int
    edits: int
    bytes: int
    already: int = 0


@dataclass(frozen=True, slots=True)
class _Task:
    output: str
    record: FileRecord
    target: str | None


def undo(outputs: Sequence[str], log: str, destination: str | None = None, *, in_place: bool = False) -> Undone:
    """Give the inputs of a run back from its outputs (files or folders) and its edit log.

    Writes to `destination`, a file or a folder; a single file without one goes to standard output; `in_place`
    replaces the outputs themselves, but for those that are undone already. Nothing else that exists is overwritten.
    Raises UsageError for a call that cannot be, CanonymError where a file was changed since or is not in the log; then
    no file is undone, whichever it is.
    """
    destination = None if destination == "-" else destination
    if in_place and destination is not None:
        raise UsageError("in place, and elsewhere too", remedy="Leave out -o or --in-place")
    known = editlog.records(log)
    asked = _tasks(outputs, known, log, destination, in_place)
    tasks = _undoable(asked, in_place)
    waiting = {task.record.file: [t for t in tasks if t.record.file == task.record.file] for task in tasks}
    files = documents = edits = size = 0
    with _all_or_none([] if in_place else [Path(task.target) for task in tasks if task.target]):
        for file, lines in editlog.documents(log):
            for task in waiting.pop(file, []):
                size += _restore(task, lines, log)
                files += 1
                documents += task.record.documents
                edits += task.record.edits
    return Undone(files, documents, edits, size, len(asked) - len(tasks))


def _undoable(tasks: Sequence[_Task], in_place: bool) -> list[_Task]:
    """The files that are yet to be undone; raises CanonymError where one is neither the run's output nor its input.

    All are looked at before any is written: a folder that is undone by half can be neither undone nor done again.
    """
    out: list[_Task] = []
    changed: list[str] = []
    for task in tasks:
        try:
            found = digest(task.output, kind(task.output).compression)
        except DocumentError as error:
            raise CanonymError(error.problem, where=task.output, remedy=error.remedy) from error
        if found == task.record.output_sha256:
            out.append(task)
        elif not in_place or found != task.record.input_sha256:
            changed.append(task.output)
    if changed:
        named = listed(changed[1:_MOST_NAMED])
        more = f" and {len(changed) - _MOST_NAMED:,} more" if len(changed) > _MOST_NAMED else ""
        others = f" (so were {named}{more})" if named else ""
        raise _changed(changed[0], others)
    return out


def _changed(output: str, others: str = "") -> CanonymError:
    return CanonymError(
        f"was changed since{others}; the log does not fit it, and nothing is undone",
        where=output,
        remedy="Undo needs the very output of the run that wrote the log; name the files that are",
    )


@contextmanager
def _all_or_none(targets: Sequence[Path]) -> Iterator[None]:
    """Take away the new files, and the folders made for them, where one of them cannot be made."""
    folders = {above for target in targets for above in target.parents if not above.exists()}
    try:
        yield
    except BaseException:
        for target in targets:
            if not is_special(str(target)):  # none of the others was there before
                target.unlink(missing_ok=True)
        for folder in sorted(folders, reverse=True):
            with suppress(OSError):
                folder.rmdir()
        raise


def _tasks(
    outputs: Sequence[str], known: Sequence[FileRecord], log: str, destination: str | None, in_place: bool
) -> list[_Task]:
    if not known:
        # A whole log has a record of each file, of one without edits too.
        raise CanonymError(
            "holds no file: it was cut short, or its run wrote none",
            where=log,
            remedy="Give the whole log of the run that wrote the output",
        )
    pairs: list[tuple[str, FileRecord, str]] = []
    for given in outputs:
        path = Path(given)
        if path.is_dir():
            _check_whole(given, known, log)
            pairs += [(str(path / record.output), record, record.output) for record in known]
        elif path.exists():
            pairs.append((given, _record(given, known, log, len(outputs) == 1), path.name))
        else:
            raise UsageError(f"{given} is not there", remedy="Give the output of the run")
    for output, _, _ in pairs:
        if not Path(output).exists():
            raise CanonymError("is in the log and not there", where=output, remedy="Give the files there are")
    if len({record for _, record, _ in pairs}) < len(pairs):
        raise UsageError("two of the files are one output of the run", remedy="Give each once")
    folder = destination is not None and (
        len(pairs) != 1 or Path(outputs[0]).is_dir() or destination.endswith("/") or Path(destination).is_dir()
    )
    tasks = []
    for output, record, relative in pairs:
        if in_place:
            target: str | None = output
        elif destination is None:
            target = None
        else:
            target = str(Path(destination) / relative) if folder else destination
        tasks.append(_Task(output, record, target))
    _check_targets(tasks, in_place)
    return tasks


def _check_whole(folder: str, known: Sequence[FileRecord], log: str) -> None:
    """Refuse a folder with outputs of which the log does not tell: they would be left as they are, without a word."""
    try:
        found, _ = find([folder], leave_out=[log])
    except UsageError:  # no file that a run may have written
        return
    told = {record.output for record in known}
    strays = [source.name for source in found if source.relative not in told]
    if strays:
        others = f", nor are {len(strays) - 1:,} others" if len(strays) > 1 else ""
        raise CanonymError(
            f"is not in the log{others}",
            where=strays[0],
            remedy=f"See whether {log} was cut short, or is the log of another run; or name the files that are in it",
        )


def _check_targets(tasks: Sequence[_Task], in_place: bool) -> None:
    for task in tasks:
        if task.target is None and len(tasks) > 1:
            raise UsageError(
                f"{len(tasks)} files would run together on standard output",
                remedy="Say -o FOLDER or --in-place",
            )
        if task.target and not in_place and Path(task.target).is_file():
            raise UsageError(f"{task.target} exists", remedy="Say another -o, or --in-place for the output itself")


def _record(given: str, known: Sequence[FileRecord], log: str, alone: bool) -> FileRecord:
    if alone and len(known) == 1:  # whatever it is called by now
        return known[0]
    parts = PurePath(given).parts

    def shared(record: FileRecord) -> int:
        other = PurePath(record.output).parts
        return len(other) if parts[-len(other) :] == other else 0

    best = max(map(shared, known), default=0)
    near = [record for record in known if shared(record) == best]
    if best and len(near) == 1:
        return near[0]
    own = digest(given, kind(given).compression)
    for record in near:
        if record.output_sha256 == own:
            return record
    raise CanonymError("is not in the log", where=given, remedy=f"See whether {log} is the whole log of that run")


def _restore(task: _Task, lines: Iterator[dict[str, Any]], log: str) -> int:
    changed = _changed(task.output)
    record = task.record
    try:
        target = Output(task.target, digest=True)
        try:
            if record.format == "parquet":
                _restore_rows(task.output, lines, target)
            else:
                _restore_bytes(task.output, record, lines, target, changed)
            restored = target.sha256.hexdigest() if target.sha256 else ""
            if record.input_sha256 and restored != record.input_sha256:
                raise CanonymError(
                    "would not come back as it was",
                    where=task.output,
                    remedy=f"See whether {log} was changed",
                )
            target.commit()
        finally:
            target.discard()
    except DocumentError as error:
        raise CanonymError(error.problem, where=task.output, remedy=error.remedy) from error
    return target.size


class _Reader:
    """The bytes of a file in order: `skip` and `copy` take the next ones."""

    def __init__(self, path: str) -> None:
        self.sha256 = hashlib.sha256()
        self.place = 0
        self._pieces = chunks(path, kind(path).compression, _PIECE)
        self._piece = b""
        self._at = 0

    def take(self, size: int) -> Iterator[bytes]:
        """The next `size` bytes in pieces; fewer at the end of the file."""
        while size:
            if self._at == len(self._piece):
                self._piece, self._at = next(self._pieces, b""), 0
                self.sha256.update(self._piece)
                if not self._piece:
                    return
            part = self._piece[self._at : self._at + size]
            self._at += len(part)
            self.place += len(part)
            size -= len(part)
            yield part


def _patches(line: dict[str, Any]) -> Iterator[tuple[int, str, str]]:
    if "patches" in line:
        yield from ((patch["at"], patch["before"], patch["after"]) for patch in line["patches"])
    else:
        for edit in line["edits"]:
            yield edit["at"], *edit.get("raw", (edit["before"], edit["after"]))


def _restore_bytes(
    path: str, record: FileRecord, lines: Iterator[dict[str, Any]], target: Output, changed: CanonymError
) -> None:
    reader = _Reader(path)
    for line in lines:
        for at, before, after in _patches(line):
            if at < reader.place:
                raise changed
            for piece in reader.take(at - reader.place):
                target.write(piece)
            there = after.encode(record.encoding)
            if b"".join(reader.take(len(there))) != there:
                raise changed
            target.write(before.encode(record.encoding))
    while piece := b"".join(reader.take(_PIECE)):
        target.write(piece)
    if reader.sha256.hexdigest() != record.output_sha256:
        raise changed


def _restore_rows(path: str, lines: Iterator[dict[str, Any]], target: Output) -> None:
    compression = kind(path).compression
    source: Any = parquet.spooled(chunks(path, compression, _PIECE)) if compression else Path(path)
    file = parquet.opened(source)
    options = parquet.writer_options(file)
    first = 0
    line = next(lines, None)
    if not file.metadata.num_row_groups:
        target.write(Rows(file.schema_arrow.empty_table(), options))
    for group in range(file.metadata.num_row_groups):
        table = file.read_row_group(group)
        new: dict[str, dict[int, str]] = {}
        while line is not None and line["row"] < first + table.num_rows:
            row = line["row"] - first
            text = table.column(line["column"])[row].as_py()
            new.setdefault(line["column"], {})[row] = _backwards(text, list(_patches(line)))
            line = next(lines, None)
        for column, values in new.items():
            table = parquet.with_values(table, table.schema.get_field_index(column), values)
        target.write(Rows(table, options))
        first += table.num_rows


def _backwards(text: str, patches: Sequence[tuple[int, str, str]]) -> str:
    parts = []
    done = 0
    for at, before, after in patches:
        parts += [text[done:at], before]
        done = at + len(after)
    return "".join([*parts, text[done:]])
