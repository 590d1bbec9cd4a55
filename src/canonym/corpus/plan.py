"""Which files are read, as what, and where each output goes; checked before anything is written."""

from __future__ import annotations

import os
import stat
import sys
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Final, NamedTuple

from canonym.corpus.failures import is_edit_log, is_failures_file
from canonym.corpus.formats import ENDINGS, Kind, check_format, kind
from canonym.corpus.writer import is_special
from canonym.model import Failure, UsageError

STDIN: Final = "-"
_MAGIC: Final = frozenset("*?[")
#: So many endings are named of files that are not read.
_KINDS: Final = 5


class Source(NamedTuple):
    """A file to read. `name` is for messages; `path` None is standard input.

    `relative` is its place under an output folder, `target` the output's path or None for standard output.
    `named` tells whether the user named this very file.
    """

    name: str
    path: str | None
    format: str
    compression: str
    ending: str
    relative: str
    named: bool
    target: str | None = None


class Plan(NamedTuple):
    """All sources in order, folders' files that cannot be read, and the output folder ("" without one).

    `left_out`: what folders hold and is not read, other kinds of files and tables that have no text column, each with
    what to do about it.
    """

    sources: tuple[Source, ...]
    failures: tuple[Failure, ...]
    folder: str
    failures_file: str
    left_out: tuple[str, ...] = ()


def find(
    inputs: Sequence[str],
    format: str | None = None,
    leave_out: Sequence[str] = (),
    unread: Counter[str] | None = None,
    special: list[str] | None = None,
) -> tuple[list[Source], list[Failure]]:
    """The files that inputs stand for, sorted within each; `leave_out` are files or folders not to enter.

    In `unread` files of folders are counted, by their endings, that are of no kind which is read there. Onto `special`
    go pipes, sockets and devices that were met without being named: who opens a pipe waits for ever for one who writes.

    Raises UsageError for a path that is not there and for a folder or pattern without any file to read.
    """
    check_format(format)
    skip = {Path(path).resolve() for path in leave_out}
    sources: list[Source] = []
    failures: list[Failure] = []
    special = [] if special is None else special
    if sum(path == STDIN for path in inputs) > 1:
        raise UsageError("standard input is given twice", remedy="Give - once")
    for given in inputs or (STDIN,):
        if given == STDIN:
            form = format or "txt"
            sources.append(Source(STDIN, None, form, "", "", f"stdin.{form}", True))
        elif Path(given).is_dir():
            sources += _folder(Path(given), Path(given), format, skip, failures, special, unread)
        elif os.path.lexists(given) or not _MAGIC & set(given):
            sources.append(_named(given, format))
        else:
            sources += _pattern(given, format, skip, failures, special)
    return sources, failures


def _named(given: str, format: str | None) -> Source:
    if not Path(given).exists():
        reason = "is a link to nothing" if os.path.lexists(given) else "is not there"
        raise UsageError(f"{given} {reason}", remedy="See whether the path is right")
    return _source(given, format, Path(given).name, True, kind(given))


def _source(path: str, format: str | None, relative: str, named: bool, known: Kind) -> Source:
    form = format or known.format or "txt"
    return Source(path, path, form, known.compression, sys.intern(known.ending), relative, named)


def _folder(
    top: Path,
    root: Path,
    format: str | None,
    skip: set[Path],
    failures: list[Failure],
    special: list[str],
    unread: Counter[str] | None = None,
) -> Iterator[Source]:
    found = False
    before = len(special)

    def unreadable(error: OSError) -> None:
        failures.append(Failure(str(error.filename), f"cannot be read: {error.strerror}", "See its permissions"))

    skipped = {path.name for path in skip}
    for folder, folders, files in os.walk(top, onerror=unreadable):
        here = Path(folder)
        inside = here.relative_to(root)
        folders[:] = sorted(f for f in folders if not f.startswith(".") and (here / f).resolve() not in skip)
        for file in sorted(files):
            known = kind(file)
            if file.startswith(".") or not known.format or (format and known.format != format):
                if unread is not None and not known.format and not file.startswith("."):
                    unread[Path(file).suffix.lower() or "no ending"] += 1
                continue
            path = str(here / file)
            if (file in skipped or os.path.islink(path)) and Path(path).resolve() in skip:  # noqa: PTH114
                continue
            if _is_stream(path):
                special.append(path)
                continue
            if known.format == "jsonl" and (is_failures_file(Path(path)) or is_edit_log(Path(path))):
                continue  # what an earlier run left beside its outputs is no input
            found = True
            yield _source(path, format, (inside / file).as_posix(), False, known)
    if not found and not failures:
        _refuse_streams(special[before:])
        endings = ", ".join(e for e, f in ENDINGS.items() if format in (None, f))
        raise UsageError(f"no file to read in {top}", remedy=f"Endings looked for: {endings}, also compressed")


def _pattern(
    given: str, format: str | None, skip: set[Path], failures: list[Failure], special: list[str]
) -> Iterator[Source]:
    parts = Path(given).parts
    fixed = next(i for i, part in enumerate(parts) if _MAGIC & set(part))
    root = Path(*parts[:fixed]) if fixed else Path()
    import glob

    found = sorted(glob.glob(given, recursive=True))  # noqa: PTH207 - absolute ones too
    folders = {path for path in found if Path(path).is_dir()}
    if not found:
        raise UsageError(f"nothing matches {given}", remedy="See whether the pattern is right")
    seen: set[str] = set()
    before = len(special)
    for path in found:
        if path in folders:
            if "**" in given:
                continue  # its files match by themselves
            yield from _folder(Path(path), root, format, skip, failures, special)
        elif Path(path).resolve() not in skip and path not in seen:
            seen.add(path)
            if _is_stream(path):
                special.append(path)
                continue
            relative = Path(path).relative_to(root).as_posix()
            yield _source(path, format, relative, False, kind(path))
    if len(special) - before == len(found):
        _refuse_streams(special[before:])


def _is_stream(path: str) -> bool:
    """Whether a path, or what it links to, is a pipe, a socket or a device."""
    try:
        return not stat.S_ISREG(os.stat(path).st_mode)  # noqa: PTH116
    except OSError:
        return False  # told when it is read


def _refuse_streams(special: Sequence[str]) -> None:
    """Raise UsageError where there is nothing else to read."""
    if special:
        problem = "is no file but a pipe, socket or device"
        raise UsageError(f"{special[0]} {problem}", remedy="Give a pipe by its own name to have it read")


def make(
    inputs: Sequence[str],
    output: str | None,
    *,
    format: str | None = None,
    mentions: bool = False,
    edits: str | None = None,
    dry_run: bool = False,
) -> Plan:
    """Decide where the output of each file goes.

    Raises UsageError where an input would be overwritten, two outputs would be one file, or several texts
    would run together on standard output.
    """
    output = None if output == STDIN else output
    single = len(inputs) <= 1 and not any(map(_many, inputs))
    folder = output is not None and (not single or output.endswith(("/", os.sep)) or Path(output).is_dir())
    if output is not None and folder and os.path.lexists(output) and not Path(output).is_dir():
        raise UsageError(f"{output} is no folder", remedy="Several inputs need a folder for -o")
    # An earlier log is no input; any other file under that name is one, and then refused as overwritten.
    leave_out = [
        path for path in (edits if edits and is_edit_log(Path(edits)) else None, output if folder else None) if path
    ]
    unread: Counter[str] = Counter()
    special: list[str] = []
    sources, failures = find(inputs, format, leave_out, unread, special)
    left_out = (*_told(unread), *_told_streams(special))
    if output is None:
        if dry_run:
            return Plan(tuple(sources), tuple(failures), "", "", left_out)
        if len(sources) > 1 and any(_result(s, mentions) != "jsonl" for s in sources):
            raise UsageError(f"{len(sources)} files would run together on standard output", remedy="Say -o FOLDER")
        if len(sources) > 1 and edits:
            raise UsageError("an edit log needs one output for each file", remedy="Say -o FOLDER, or leave out --edits")
        return Plan(tuple(sources), tuple(failures), "", "", left_out)
    if folder:
        placed = [_placed(s, str(Path(output) / _name(s, mentions))) for s in sources]
        failures_file = str(Path(output) / "failures.jsonl")
    else:
        _check_ending(output, sources[0], mentions)
        placed = [_placed(sources[0], output)]
        failures_file = "" if is_special(output) else output + ".failures.jsonl"
    _check_clashes(placed, [path for path in (edits, failures_file) if path])
    return Plan(tuple(placed), tuple(failures), output if folder else "", failures_file, left_out)


def _told(unread: Mapping[str, int]) -> tuple[str, ...]:
    """One line on the files of other kinds, the commonest first."""
    if not unread:
        return ()
    most = sorted(unread.items(), key=lambda pair: (-pair[1], pair[0]))
    kinds = ", ".join(f"{ending} {count:,}" for ending, count in most[:_KINDS]) + (", ..." if most[_KINDS:] else "")
    total = sum(unread.values())
    files = "1 file of another kind was" if total == 1 else f"{total:,} files of other kinds were"
    return (f"{files} not read ({kinds}). Give such files by name, or with a pattern, to have them read as text",)


def _told_streams(special: Sequence[str]) -> tuple[str, ...]:
    """One line on what is no file, the first few by name."""
    if not special:
        return ()
    names = ", ".join(sorted(special)[:_KINDS]) + (", ..." if special[_KINDS:] else "")
    one = "1 pipe, socket or device was" if len(special) == 1 else f"{len(special):,} pipes, sockets or devices were"
    return (f"{one} not read ({names}). Give a pipe by its own name to have it read",)


def _many(given: str) -> bool:
    if given == STDIN:
        return False
    return Path(given).is_dir() or (not os.path.lexists(given) and bool(_MAGIC & set(given)))


def _result(source: Source, mentions: bool) -> str:
    return "jsonl" if mentions and source.format == "txt" else source.format


def _name(source: Source, mentions: bool) -> str:
    if not (mentions and source.format == "txt"):
        return source.relative
    suffix = Path(source.relative).suffix if source.compression else ""
    return source.relative.removesuffix(suffix) + ".jsonl" + suffix


def _placed(source: Source, target: str) -> Source:
    return source._replace(target=target)


def _check_ending(output: str, source: Source, mentions: bool) -> None:
    ending = kind(output).format
    result = _result(source, mentions)
    if ending and ending != result:
        raise UsageError(
            f"{output} would hold {result}",
            remedy="Give the output an ending that says so",
        )


def _check_clashes(sources: Sequence[Source], others: Sequence[str]) -> None:
    targets = [*((s.target, s.name) for s in sources if s.target is not None), *((other, other) for other in others)]
    inputs: set[int] | None = None
    folders: dict[str, str] = {}
    taken: set[int] = set()
    for number, (target, name) in enumerate(targets):
        found = _identity(target)
        if is_special(target):
            continue
        if found is not None:  # only what exists can be an input
            inputs = {hash(_identity(s.path)) for s in sources if s.path is not None} if inputs is None else inputs
            if hash(found) in inputs and _owner(sources, found):
                raise UsageError(
                    f"{target} is an input, and would be overwritten",
                    remedy="Say another -o" if target not in others else "Write it elsewhere",
                )
        # Hashes, and a second look where two are the same: there may be millions of files.
        place = _place(target, folders)
        if hash(place) in taken:
            for other, before in targets[:number]:
                if not is_special(other) and _place(other, folders) == place:
                    if target in others[-1:] and before not in others:
                        raise UsageError(
                            f"{before} would be written to {target}, where this run tells of its failures",
                            remedy="Rename the input, or move it elsewhere",
                        )
                    raise UsageError(
                        f"{before} and {name} would both be written to {target}",
                        remedy="Give the folder that holds both, or run them apart",
                    )
        taken.add(hash(place))


def _place(target: str, folders: dict[str, str]) -> str:
    """Where a target really is; `folders` holds what was found out about folders."""
    folder, name = os.path.split(target)
    if os.path.islink(target) or name in ("", ".", ".."):  # noqa: PTH114
        return os.path.realpath(target)
    if folder not in folders:
        folders[folder] = os.path.realpath(folder)
    return f"{folders[folder]}{os.sep}{name}"


def _owner(sources: Sequence[Source], found: tuple[int, int]) -> str:
    return next((s.name for s in sources if s.path is not None and _identity(s.path) == found), "")


def _identity(path: str) -> tuple[int, int] | None:
    # Hard links and mounts: one file under two names.
    try:
        found = os.stat(path)  # noqa: PTH116
    except OSError:
        return None
    return found.st_dev, found.st_ino
