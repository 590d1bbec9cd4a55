"""Options that several commands share, and what they mean for a terminal."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, Final

import click

from canonym.model import UsageError

if TYPE_CHECKING:
    from canonym import Normaliser


_NOTHING: Final = "it names nothing. Give the name of a file, or leave the option out."


def examples(*calls: str) -> str:
    """The end of a command's help: calls that work, unwrapped."""
    return "\b\nExamples:\n" + "\n".join(f"  {call}" for call in calls)


def no_empty(context: click.Context, param: click.Parameter, values: tuple[str, ...]) -> tuple[str, ...]:
    """Refuse an empty name among those of tables."""
    if "" in values:
        raise click.BadParameter("it names nothing. Give a CSV file, a compiled index or a pack.", context, param)
    return values


def named(context: click.Context, param: click.Parameter, value: Any) -> Any:
    """Refuse an empty name for a file: it would be read as the folder at hand."""
    if value == "":
        raise click.BadParameter(_NOTHING, context, param)
    return value


class File(click.Path):
    """The path of a file: no empty name, and no folder."""

    def __init__(self) -> None:
        super().__init__(path_type=Path)

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """The path; a bad parameter where it cannot be that of a file."""
        if value == "":
            self.fail(_NOTHING, param, ctx)
        if Path(value).is_dir():
            self.fail(f"{str(value)!r} is a folder. Give a file instead.", param, ctx)
        return super().convert(value, param, ctx)


table = click.option(
    "-t",
    "--table",
    "tables",
    multiple=True,
    callback=no_empty,
    metavar="TABLE",
    help="Alias table (CSV), compiled index, or pack (default, world); repeat it to add up.",
)
encoding = click.option(
    "--encoding",
    metavar="NAME",
    help="Encoding of the input; by its byte order mark, or UTF-8, when absent.",
)
format_ = click.option(
    "--format",
    "format_",
    type=click.Choice(["txt", "csv", "jsonl", "parquet"]),
    help="Format of the input; by each file's ending when absent.",
)
text_key = click.option(
    "--text-key", metavar="KEY", default="text", show_default=True, help="Field of the text in JSON lines."
)
columns = click.option(
    "--column", "columns", metavar="NAME", multiple=True, help="Text column of a CSV or Parquet file."
)
as_json = click.option("--json", "as_json", is_flag=True, help="Print JSON, for programs.")
as_summary = click.option(
    "--json",
    "as_json",
    is_flag=True,
    help="Print the report as JSON: to standard output with -o or --dry-run, else to standard error.",
)
type_ = click.option(
    "--type", "type_", metavar="TYPE", help="Only entities of this type: place, outlet, ... as in the table."
)
colour = click.option(
    "--color",
    "--colour",
    "colour",
    type=click.Choice(["auto", "always", "never"]),
    default="auto",
    show_default=True,
    help="Colour what is printed for people; NO_COLOR and FORCE_COLOR are heeded.",
)
quiet = click.option("-q", "--quiet", is_flag=True, help="Print no report and no progress.")
# A string, since a slash at its end says that a folder is meant.
output = click.option(
    "-o", "--output", "output", metavar="OUT", callback=named, help="Where to write; standard output when absent."
)


def wants_colour(choice: str, stream: IO[Any]) -> bool:
    """Whether to colour: as told, else by NO_COLOR and FORCE_COLOR, else on a terminal alone."""
    if choice != "auto":
        return choice == "always"
    if os.environ.get("NO_COLOR"):
        return False
    if os.environ.get("FORCE_COLOR", "0") not in ("", "0"):
        return True
    return is_terminal(stream) and os.environ.get("TERM") != "dumb"


def is_terminal(stream: IO[Any]) -> bool:
    """Whether a person sits at the other end; a closed stream has nobody."""
    try:
        return stream.isatty()
    except (AttributeError, ValueError):
        return False


def leave_if_idle(context: click.Context, given: tuple[str, ...]) -> None:
    """Leave with the usage and status 2 where nothing was given and a person waits at standard input."""
    if given or not is_terminal(sys.stdin):
        return
    click.echo(context.get_usage(), err=True)
    click.echo(f"Try '{context.command_path} --help' for examples.", err=True)
    context.exit(2)


def load(tables: tuple[str, ...], type_: str | None = None) -> Normaliser:
    """The normaliser over the tables given, the embedded one where none is; some entity must have the type, if any."""
    import canonym

    normaliser = canonym.load(*tables)
    if isinstance(kept := click.get_current_context().obj, list):
        kept.append(normaliser)
    if type_ is not None and type_ not in (known := normaliser.types):
        raise UsageError(f"no table has the type {type_!r}", remedy=f"Types are {', '.join(map(repr, known))}")
    return normaliser


def refuse_overwriting(outputs: Iterable[str | Path | None], inputs: Iterable[str | Path]) -> None:
    """Raise UsageError where a file to be written is one to be read (a text, a table, a profile), or two are one."""
    from canonym import packs

    given = [str(path) for path in inputs]
    places = [Path(path) for path in given] + [packs.path_of(name) for name in given if packs.is_name(name)]
    read = [path for path in places if path.is_file()]
    written: dict[str, str] = {}
    for output in filter(None, map(_file, outputs)):
        if output.exists() and any(path.samefile(output) for path in read):
            raise UsageError(f"{output} is an input, and would be overwritten", remedy="Name another file")
        place = os.path.realpath(output)  # through links, whatever way it is spelt
        if place in written:
            both = f"{written[place]} and {output}" if written[place] != str(output) else f"two outputs, both {output},"
            raise UsageError(f"{both} would overwrite each other", remedy="Name two files")
        written[place] = str(output)


def _file(output: str | Path | None) -> Path | None:
    """The file that is to be written; None for a stream, a device or a folder."""
    if output is None or str(output) in ("", "-"):
        return None
    path = Path(output)
    return None if path.exists() and not path.is_file() else path
