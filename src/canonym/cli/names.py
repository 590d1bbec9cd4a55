"""Commands on names without a text: resolve, compare, explain."""

from __future__ import annotations

import json
import sys
from dataclasses import replace
from typing import TYPE_CHECKING

import click

from canonym.cli import options
from canonym.model import UsageError

if TYPE_CHECKING:
    from canonym.columns.tables import Counts


@click.command(
    epilog=options.examples(
        'canonym resolve "Mazar-i-Sharif" Afghstan',
        "canonym resolve --json --type place Kabool",
        "canonym resolve --column place places.csv -o resolved.csv",
        "cat places.csv | canonym resolve --column place - > resolved.csv",
    )
)
@click.argument("names", nargs=-1, metavar="NAME...")
@options.table
@options.type_
@click.option(
    "--column",
    "columns",
    metavar="NAME",
    multiple=True,
    help="Resolve this column of a CSV or TSV, given instead of names.",
)
@click.option(
    "--format",
    "format_",
    type=click.Choice(["csv", "tsv"]),
    help="Format of the table; its header tells when absent.",
)
@options.encoding
@options.output
@options.as_json
@options.colour
@options.quiet
@click.pass_context
def resolve(
    context: click.Context,
    names: tuple[str, ...],
    tables: tuple[str, ...],
    type_: str | None,
    columns: tuple[str, ...],
    format_: str | None,
    encoding: str | None,
    output: str | None,
    as_json: bool,
    colour: str,
    quiet: bool,
) -> None:
    """Look names up: which entity each means, and how sure that is.

    A dash in place of names reads them from standard input, one a line. With --column, a table is read instead, and
    written with the columns canonym_id, canonym_canonical, canonym_type, canonym_match,
    canonym_score, canonym_status and canonym_alternatives added; its rows keep their order and
    their other columns.
    """
    options.leave_if_idle(context, names)
    options.refuse_overwriting([output], tables)
    columns = tuple(dict.fromkeys(columns))
    _check(names, columns, format_, as_json)
    if columns:
        counts = _resolve_table(names, tables, type_, columns[0], format_, encoding, output)
        _report(context, counts, quiet)
        return
    from canonym.columns.decisions import decision_dict
    from canonym.columns.files import reading, writing
    from canonym.report import decisions_table

    if names in ((), ("-",)):
        with reading("-", encoding) as lines:
            names = tuple(name for line in lines if (name := line.strip()))
    decisions = options.load(tables, type_).resolve_all(names, type_)
    with writing(output, "-") as out:
        if as_json:
            out.write("".join(json.dumps(decision_dict(d), ensure_ascii=False) + "\n" for d in decisions))
        elif decisions:
            out.write(decisions_table(decisions, colour=options.wants_colour(colour, sys.stdout)) + "\n")


def _check(names: tuple[str, ...], columns: tuple[str, ...], format_: str | None, as_json: bool) -> None:
    """Refuse what does not go together."""
    if not columns and format_ is not None:
        raise UsageError("--format goes with a table", remedy="Name its column with --column")
    if not columns and "-" in names[1:] + names[:-1]:
        raise UsageError("names are given, and - for standard input too", remedy="Give either of them")
    if len(columns) > 1:
        raise UsageError(f"{len(columns)} columns were named", remedy="Name one --column, and run it once for each")
    if columns and as_json:
        raise UsageError("a table is written as a table, not as JSON", remedy="Leave out --json, or --column")


def _resolve_table(
    names: tuple[str, ...],
    tables: tuple[str, ...],
    type_: str | None,
    column: str,
    format_: str | None,
    encoding: str | None,
    output: str | None,
) -> Counts:
    import gc

    from canonym.columns.files import failing, label, reading, writing
    from canonym.columns.tables import resolve_column

    gc.disable()  # what is kept of names only grows, and has no cycles
    source = _one_source(names)
    delimiter = {"csv": None, "tsv": "\t", None: None}[format_]
    with failing(output) as failures:
        with reading(source, encoding) as lines, writing(output, source) as out:
            normaliser = options.load(tables, type_)
            counts = resolve_column(
                lines,
                out,
                column,
                lambda block: normaliser.resolve_briefly(block, type_),
                delimiter=delimiter,
                where=label(source),
                failures=failures,
            )
        return replace(counts, failures_file=failures.commit())


def _one_source(given: tuple[str, ...]) -> str:
    if len(given) > 1:
        raise UsageError(
            f"{len(given)} tables were given",
            remedy="Give one, or - for standard input",
        )
    return given[0] if given else "-"


def _report(context: click.Context, counts: Counts, quiet: bool) -> None:
    """Failures always, counts unless they are not wanted; status 1 where a row failed."""
    from canonym.report import failure_lines, plural

    for line in failure_lines(counts.failures, counts.failed, counts.failures_file):
        click.echo(line, err=True)
    if not quiet:
        told = [*sorted(counts.by_status.items()), *([("failed", counts.failed)] if counts.failed else [])]
        parts = [f"{number:,} {status}" for status, number in told]
        click.echo(": ".join(filter(None, [plural(counts.rows, "row"), ", ".join(parts)])), err=True)
    if counts.failed:
        context.exit(1)


@click.command(
    epilog=options.examples(
        "canonym compare Kiev Kyiv",
        'canonym compare --explain "Kart-e-Naw" "Karte Now"',
        "canonym compare --format tsv pairs.tsv -o scored.tsv",
        "cat pairs.tsv | canonym compare --format tsv - > scored.tsv",
    )
)
@click.argument("names", nargs=-1, metavar="A B")
@click.option(
    "--format",
    "format_",
    type=click.Choice(["tsv"]),
    help="Score the columns a and b of tab-separated lines, given instead of names.",
)
@options.encoding
@options.output
@click.option("--explain", "explained", is_flag=True, help="Print the reasons as well.")
@options.as_json
@options.quiet
@click.pass_context
def compare(
    context: click.Context,
    names: tuple[str, ...],
    format_: str | None,
    encoding: str | None,
    output: str | None,
    explained: bool,
    as_json: bool,
    quiet: bool,
) -> None:
    """Tell how probable it is that two names mean one thing.

    Prints a probability, 0 to 1. With --format tsv, lines with the columns a and b are read
    (nothing is quoted) and written as they are with a column score added, or filled anew.
    """
    options.leave_if_idle(context, names)
    if format_ is not None:
        if explained or as_json:
            raise UsageError(
                "pairs are written as lines, with nothing but a score",
                remedy="Leave out --explain and --json, or --format",
            )
        _report(context, _score_table(names, encoding, output), quiet=True)
        return
    if len(names) != 2:
        raise click.UsageError(f"two names are compared, {len(names)} given; quote names of several words", context)
    from canonym.columns.files import writing

    told = _compared(names[0], names[1], explained, as_json)
    with writing(output, "-") as out:
        out.write(told + "\n")


def _score_table(names: tuple[str, ...], encoding: str | None, output: str | None) -> Counts:
    from canonym.columns.files import failing, label, reading, writing
    from canonym.columns.tables import score_pairs
    from canonym.compare import compare_pairs

    source = _one_source(names)
    with failing(output) as failures:
        with reading(source, encoding) as lines, writing(output, source) as out:
            counts = score_pairs(lines, out, compare_pairs, where=label(source), failures=failures)
        return replace(counts, failures_file=failures.commit())


def _compared(a: str, b: str, explained: bool, as_json: bool) -> str:
    from canonym.columns.decisions import score
    from canonym.compare import compare_pairs, explain_pair

    value = compare_pairs([(a, b)])[0]
    reasons = explain_pair(a, b) if explained else []
    if as_json:
        out = {"a": a, "b": b, "score": round(value, 4), **({"reasons": reasons} if explained else {})}
        return json.dumps(out, ensure_ascii=False)
    return "\n".join([score(value), *(f"  {reason}" for reason in reasons)])


@click.command(
    epilog=options.examples(
        "canonym explain Tebyan", "canonym explain --type place Georgia", "canonym explain --json Kazakhstna"
    )
)
@click.argument("name")
@options.table
@options.type_
@options.as_json
@options.colour
def explain(name: str, tables: tuple[str, ...], type_: str | None, as_json: bool, colour: str) -> None:
    """Say in words why a name is resolved as it is.

    Prints the candidates with their scores and reasons, the one chosen first.
    """
    from canonym.report import explanation

    told = options.load(tables, type_).explain(name, type_)
    if as_json:
        click.echo(json.dumps(told.as_dict(), ensure_ascii=False))
    else:
        painted = options.wants_colour(colour, sys.stdout)
        click.echo(explanation(told.lines(), colour=painted), color=painted)
