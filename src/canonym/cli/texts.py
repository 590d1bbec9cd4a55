"""Commands on running text: normalise, annotate, repair."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Literal

import click

from canonym.cli import keeping, options, progress, resuming
from canonym.model import KINDS, REWRITTEN_KINDS, UsageError

if TYPE_CHECKING:
    from canonym.corpus.summary import Summary
    from canonym.model import Document, Result
    from canonym.pipeline import Job
    from canonym.profile import Profile
    from canonym.workers import Crew

Mode = Literal["normalise", "annotate", "repair"]


def _kinds(context: click.Context, param: click.Parameter, values: tuple[str, ...]) -> frozenset[str]:
    """Kinds of alias, each option with one or more behind commas."""
    kinds = frozenset(filter(None, (k.strip() for value in values for k in value.split(","))))
    allowed = [k for k in KINDS if k != "never"]
    if unknown := sorted(kinds - set(allowed)):
        raise click.BadParameter(f"{unknown[0]!r} is none of {', '.join(allowed)}.", context, param)
    return kinds


def _rewritten(rewrite: frozenset[str], keep: frozenset[str]) -> frozenset[str]:
    """The kinds that are rewritten: the usual ones and some more, but for those that are kept."""
    if both := sorted(rewrite & keep):
        raise UsageError(f"--rewrite and --keep both name {both[0]}", remedy="Leave it out of one of them")
    return (REWRITTEN_KINDS | rewrite) - keep


_DIFF: Final = "Show a diff of what would change; write nothing."


def _text_options(dry_run: str = _DIFF) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """The options that the three commands share, in the order of their help; `dry_run` is that of --dry-run."""
    shared = [
        click.argument("paths", nargs=-1, metavar="[PATHS|-]..."),
        options.output,
        options.table,
        options.format_,
        options.text_key,
        click.option("--id-key", metavar="KEY", default="id", show_default=True, help="Field of the id."),
        options.columns,
        options.encoding,
        click.option(
            "--evidence",
            type=click.Choice(["corpus", "document"]),
            help="What shows a scrubbed string: a first pass over everything (default for files), or each "
            "document alone (default for standard input).",
        ),
        click.option(
            "--profile",
            "profile",
            metavar="FILE",
            type=options.File(),
            help="Evidence that `canonym profile` made, in place of a first pass.",
        ),
        click.option(
            "--workers",
            metavar="N",
            type=click.IntRange(min=1),
            help="Processes to use (default: one for each processor); the outcome is the same.",
        ),
        click.option(
            "--verdicts",
            "verdicts",
            metavar="FILE",
            type=options.File(),
            help="Keep here what is found out about words and texts, so that a later run need not again (default with "
            "--profile: beside the profile). Changes nothing but the time.",
        ),
        resuming.option,
        click.option("--dry-run", is_flag=True, help=dry_run),
        options.as_summary,
        options.colour,
        options.quiet,
    ]

    def decorated(command: Callable[..., None]) -> Callable[..., None]:
        for decorate in reversed(shared):
            command = decorate(command)
        return command

    return decorated


_rewrite = click.option(
    "--rewrite",
    metavar="KIND,...",
    multiple=True,
    callback=_kinds,
    help="Rewrite these kinds of alias as well: abbreviation, demonym, domain, former, translation, weak.",
)
_keep = click.option(
    "--keep",
    metavar="KIND,...",
    multiple=True,
    callback=_kinds,
    help="Leave these kinds of alias as they are: native (names in other scripts), canonical, romanisation, spelling.",
)
_no_repair = click.option("--no-repair", is_flag=True, help="Leave mojibake and scrubbed strings alone.")


_edits = click.option(
    "--edits", metavar="FILE", callback=options.named, help="Log every edit there, for `canonym undo`."
)


@click.command(
    epilog=options.examples(
        "canonym normalise articles/ -o clean/ --edits edits.jsonl",
        "canonym normalise article.txt --dry-run",
        "cat corpus.jsonl | canonym normalise --format jsonl - > clean.jsonl",
        "canonym normalise news.csv --column body --table mine.csv --table default -o clean.csv",
    )
)
@_text_options()
@_edits
@_rewrite
@_keep
@_no_repair
@click.pass_context
def normalise(context: click.Context, /, **given: Any) -> None:
    """Write one spelling for each name, and repair damaged text.

    Reads files, folders, globs or standard input. In folders, hidden files are not read. A table of
    what changed, why and how often goes to standard error.
    """
    _run(context, "normalise", **given)


@click.command(
    epilog=options.examples(
        "canonym annotate corpus.jsonl -o annotated.jsonl",
        "cat corpus.jsonl | canonym annotate --format jsonl - > annotated.jsonl",
        "canonym annotate articles/ -o mentions/ --table mine.csv",
    )
)
@_text_options("Count what would be found; write nothing.")
@_no_repair
@click.pass_context
def annotate(context: click.Context, /, **given: Any) -> None:
    """Mark the names in texts and leave their spelling alone.

    Adds `mentions` to each document: where a name stands, and which entity it means. A table of
    what was found goes to standard error. In folders, hidden files are not read.
    """
    _run(context, "annotate", **given)


@click.command(
    epilog=options.examples(
        "canonym repair articles/ -o repaired/",
        "canonym repair articles/ --dry-run",
        "cat corpus.jsonl | canonym repair --evidence corpus --format jsonl - > repaired.jsonl",
    )
)
@_text_options()
@_edits
@click.pass_context
def repair(context: click.Context, /, **given: Any) -> None:
    """Repair mojibake and scrubbed strings, and leave names alone.

    A scrubbed string is one that a clean-up removed from everywhere, inside words too: "ani" from
    Afghanistan and organisation. In folders, hidden files are not read.
    """
    _run(context, "repair", **given)


def _run(
    context: click.Context,
    mode: Mode,
    *,
    paths: tuple[str, ...],
    output: str | None,
    tables: tuple[str, ...],
    format_: str | None,
    text_key: str,
    id_key: str,
    columns: tuple[str, ...],
    encoding: str | None,
    evidence: str | None,
    profile: Path | None,
    verdicts: Path | None,
    workers: int | None,
    resume: bool,
    dry_run: bool,
    as_json: bool,
    colour: str,
    quiet: bool,
    edits: str | None = None,
    rewrite: frozenset[str] = frozenset(),
    keep: frozenset[str] = frozenset(),
    no_repair: bool = False,
) -> None:
    options.leave_if_idle(context, paths)
    rewrite = _rewritten(rewrite, keep)
    import gc

    # What is imported, and what a run keeps, only grows and has no cycles: searching it for garbage is time lost.
    gc.disable()
    from canonym import pipeline
    from canonym.workers import crew, default_workers

    if profile is not None and evidence == "corpus":
        raise UsageError(
            "--profile and --evidence corpus exclude each other",
            remedy="Give one of them",
        )
    asked, verdicts = verdicts, keeping.place(verdicts, profile)
    options.refuse_overwriting([output, edits, verdicts], [*paths, *tables, *filter(None, [profile])])
    first_pass = (evidence or ("document" if set(paths) <= {"-"} else "corpus")) == "corpus"
    job = pipeline.Job(
        inputs=paths,
        output=output,
        format=format_,
        text_key=text_key,
        id_key=id_key,
        column=columns,
        encoding=encoding,
        mode=mode,
        edits=edits,
        dry_run=dry_run,
        resume=resume,
    )
    watched = not quiet and not dry_run
    # Annotation repairs a text only to read it: no text changes, and a diff would show changes that are never made.
    shows_diff = dry_run and not as_json and mode != "annotate"
    with ExitStack() as stack:
        normaliser = options.load(tables)
        job = replace(job, provenance={"tables": tables or ("default",), "fingerprint": normaliser.fingerprint})
        if output not in (None, "-"):
            from canonym.verdicts import stamp

            settings = {"stamp": stamp(normaliser.fingerprint), "rewrite": sorted(rewrite), "repair": not no_repair}
            job = replace(job, settings={**settings, "first pass": first_pass and profile is None})
        kept = verdicts if mode != "repair" else None
        known_before = keeping.read(normaliser, kept, quiet) if kept is not None else 0
        hands = stack.enter_context(crew(normaliser, tables, workers or default_workers(), kept))
        known: Profile | None = resuming.evidence(job, quiet)
        if profile is not None:
            from canonym.profile import Profile

            known = Profile.load(profile)
        elif first_pass and not no_repair and known is None:
            job = stack.enter_context(pipeline.spool(job))
            known = _profile(job, hands, watched)
        how: dict[str, Any] = {"names": mode != "repair", "repair": not no_repair, "profile": known, "rewrite": rewrite}
        how["mentions"] = mode == "annotate"
        process = hands.process(how)
        told = stack.enter_context(progress.bar(mode.capitalize(), watched))
        job = replace(job, evidence=known)
        stack.enter_context(resuming.telling(job))
        differ = _differ(colour) if shows_diff else None
        summary = pipeline.run(job, process, told, differ, each=as_json or not quiet)
    saved = kept is None or keeping.save(normaliser, kept, known_before, quiet and asked is None)
    _tell(context, summary, job, as_json=as_json, colour=colour, quiet=quiet)
    if not saved and asked is not None:  # the one beside a profile nobody asked for
        context.exit(1)


def _profile(job: Job, hands: Crew, watched: bool) -> Profile:
    """What the whole corpus tells, from a first pass over it."""
    from canonym import pipeline

    job = replace(job, block_bytes=min(job.block_bytes, hands.most_counted))
    with progress.counted("Reading for evidence", pipeline.read(job), watched) as blocks:
        return hands.profile(blocks)


def _differ(choice: str) -> Callable[[Document, Result], None]:
    from canonym.report import diff

    colour = options.wants_colour(choice, sys.stdout)

    def show(document: Document, result: Result) -> None:
        if result.edits:
            click.echo(diff(document.name, document.text, result.edits, colour=colour), color=colour)

    return show


def _tell(context: click.Context, summary: Summary, job: Job, *, as_json: bool, colour: str, quiet: bool) -> None:
    """The report, on standard error so that pipes stay clean; status 1 where a document failed."""
    if quiet and not (as_json or summary.left_out or summary.failed):
        return
    from canonym.report import changes_table, failure_lines, found_table, plural, summary_line

    for line in summary.left_out:
        click.echo(f"left out: {line}", err=True)
    for line in failure_lines(summary.failures, summary.failed, summary.failures_file):
        click.echo(line, err=True)
    if summary.kept and not quiet:
        click.echo(f"kept: {plural(summary.kept, 'file')} that an earlier run finished", err=True)
    if as_json:
        stdout_is_free = job.dry_run or job.output not in (None, "-")
        click.echo(json.dumps(summary.as_dict(), ensure_ascii=False), err=not stdout_is_free)
    elif not quiet:
        painted = options.wants_colour(colour, sys.stderr)
        found = None
        if job.mode == "annotate":
            table = found_table(summary.mentions, colour=painted)
            found = sum(mention.count for mention in summary.mentions)
        else:
            table = changes_table(summary.changes, colour=painted)
        line = summary_line(summary, found=found, dry_run=job.dry_run)
        click.echo("\n".join(filter(None, [table, line])), err=True, color=painted)
    if summary.failed:
        context.exit(1)
