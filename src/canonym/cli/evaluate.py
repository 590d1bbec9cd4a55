"""The command `evaluate`: how well names are found, measured on gold."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from canonym.cli import options
from canonym.model import UsageError

if TYPE_CHECKING:
    from canonym.evaluate import Error, Evaluation
    from canonym.evaluate.types import Task


@click.command(
    epilog=options.examples(
        "canonym evaluate gold.txt",
        "canonym evaluate -t mine.csv gold.jsonl --errors 20",
        "canonym evaluate --names places.csv --plot reliability.svg",
        "canonym evaluate --pairs pairs.tsv --json > figures.json",
    )
)
@click.argument("gold", metavar="GOLD")
@options.table
@click.option("--names", "task", flag_value="names", help="GOLD holds names alone; its header tells when absent.")
@click.option("--pairs", "task", flag_value="pairs", help="GOLD holds pairs of names; its header tells when absent.")
@click.option(
    "--plot",
    metavar="FILE",
    type=options.File(),
    help="Draw there (SVG) how far scores can be believed.",
)
@click.option(
    "--errors",
    metavar="N",
    type=click.IntRange(min=0),
    default=0,
    help="List the first N misses and the first N false or wrong answers.",
)
@options.as_json
@options.colour
def evaluate(
    gold: str, tables: tuple[str, ...], task: Task | None, plot: Path | None, errors: int, as_json: bool, colour: str
) -> None:
    """Measure on gold of your own how well names are found.

    GOLD is text in which names are marked as [[surface|canonical|kind]], documents between lines of
    three dashes; or JSON lines of texts with mentions; or a table with the columns name and id (or
    canonical), or a, b and same.
    """
    from canonym import evaluate as measure

    if plot is not None and (plot.suffix != ".svg" or plot.is_dir()):
        raise UsageError("plots are written as SVG", where=str(plot), remedy="Give a file that ends in .svg")
    asked = measure.read(gold, task)
    normaliser = options.load(tables)
    done = measure.evaluate(asked, normaliser)
    shown = _first(done.errors, errors)
    if done.task == "texts":
        shown = measure.explained(shown, normaliser)
    if plot is not None:
        from canonym.columns.files import writing
        from canonym.plots import reliability

        with writing(str(plot), gold) as out:
            out.write(reliability(done.calibration, f"Reliability: {Path(gold).name}"))
    if as_json:
        told = {"gold": gold, **done.as_dict()}
        if errors:
            told["errors"] = [e.as_dict() for e in shown]
        click.echo(json.dumps(told, ensure_ascii=False))
        return
    painted = options.wants_colour(colour, sys.stdout)
    parts = [_figures(gold, done, painted), _kinds(done, painted), _matches(done, painted), _bins(done, painted)]
    parts += [_list(shown, painted)]
    click.echo("\n\n".join(filter(None, parts)), color=painted)


def _first(errors: tuple[Error, ...], number: int) -> tuple[Error, ...]:
    """The first answers that are not right, then the first misses."""
    said = [e for e in errors if e.sort != "missed"][:number]
    return (*said, *[e for e in errors if e.sort == "missed"][:number])


def _share(value: float | None) -> str:
    return "–" if value is None else f"{value:.3f}"


def _figures(gold: str, done: Evaluation, colour: bool) -> str:
    from canonym.report import paint, plural, visible

    noun = {"texts": "document", "names": "name", "pairs": "pair"}[done.task]
    size = [plural(done.items, noun), *([plural(done.words, "word")] if done.words else [])]
    rows = [
        ("precision", _share(done.precision), f"{done.right:,} of {plural(done.answers, 'answer')} right"),
        ("recall", _share(done.recall), f"{done.right:,} of {done.marked:,} found"),
        ("F1", _share(done.f1), ""),
    ]
    if done.accuracy is not None:
        rows.append(("accuracy", _share(done.accuracy), f"{done.refused:,} rightly refused"))
    if done.task != "pairs":
        rows.append(("wrong entity", f"{done.wrong:,}", ""))
    rate = "" if done.false_per_10k_words is None else f"{done.false_per_10k_words:.2f} in 10,000 words"
    if done.false_on_sound:
        rate += f", {done.false_on_sound:,} of them on names marked as sound"
    rows.append(("false repairs", f"{done.false_repairs:,}", rate))
    if done.false_mentions:
        rows.append(("false mentions", f"{done.false_mentions:,}", "listed spellings that gold does not mark"))
    c = done.calibration
    if c.error is not None:
        rows.append(("calibration error", _share(c.error), f"Brier score {_share(c.brier)}, {c.count:,} scores"))
    head = paint(f"{visible(gold)}: {', '.join(size)}, {done.marked:,} to find", "bold", colour)
    return "\n".join([head, *(f"  {name:<18}{value:>7}   {note}".rstrip() for name, value, note in rows)])


def _kinds(done: Evaluation, colour: bool) -> str:
    from canonym.report import grid

    if len(done.by_kind) < 2:
        return ""
    rows = [
        [k.kind, f"{k.marked:,}", f"{k.right:,}", f"{k.wrong:,}", f"{k.missed:,}", _share(k.recall)]
        for k in done.by_kind
    ]
    return grid(["kind", "marked", "right", "wrong", "missed", "recall"], rows, colour=colour, right=range(1, 6))


def _matches(done: Evaluation, colour: bool) -> str:
    from canonym.report import grid

    if len(done.by_match) < 2:
        return ""
    rows = [
        [m.match, f"{m.answers:,}", f"{m.right:,}", f"{m.wrong:,}", f"{m.false:,}", _share(m.precision)]
        for m in done.by_match
    ]
    return grid(["match", "answers", "right", "wrong", "false", "precision"], rows, colour=colour, right=range(1, 6))


def _bins(done: Evaluation, colour: bool) -> str:
    from canonym.report import grid

    rows = [
        [f"{b.low:.1f} to {b.high:.1f}", f"{b.count:,}", _share(b.mean), _share(b.right)] for b in done.calibration.bins
    ]
    return grid(["score", "answers", "mean", "right"], rows, colour=colour, right=range(1, 4)) if rows else ""


def _list(errors: tuple[Error, ...], colour: bool) -> str:
    from canonym.report import paint, visible

    out = []
    for e in errors:
        head = paint(e.sort, "yellow" if e.sort == "missed" else "red", colour)
        meant = f" → {e.found}" if e.found else ""
        ought = f" (should be {e.expected})" if e.expected else ""
        how = " ".join(filter(None, [e.match, "" if e.score is None else f"{e.score:.2f}"]))
        notes = ", ".join(filter(None, [e.kind, how]))
        out.append(
            f"{visible(e.where)}: {head}: {visible(e.surface + meant + ought)}" + (f"; {notes}" if notes else "")
        )
        out += [f"    {visible(line)}" for line in ([e.context] if e.context else []) + ["; ".join(e.reasons)] if line]
    return "\n".join(out)
