"""The command `profile`: what a whole corpus tells, kept for later runs."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path

import click

from canonym.cli import options, progress


@click.command(
    epilog=options.examples(
        "canonym profile articles/ -o articles.profile.json",
        "canonym normalise today.txt --profile articles.profile.json",
    )
)
@click.argument("paths", nargs=-1, metavar="[PATHS|-]...")
@click.option(
    "-o",
    "--output",
    required=True,
    metavar="FILE",
    type=options.File(),
    help="Where to write the profile (JSON).",
)
@options.format_
@options.text_key
@options.columns
@options.encoding
@options.as_json
@options.quiet
@click.pass_context
def profile(
    context: click.Context,
    paths: tuple[str, ...],
    output: Path,
    format_: str | None,
    text_key: str,
    columns: tuple[str, ...],
    encoding: str | None,
    as_json: bool,
    quiet: bool,
) -> None:
    """Learn from a corpus which strings were scrubbed, for --profile.

    Prints what was found, with the evidence for each string. In folders, hidden files are not read.
    """
    options.leave_if_idle(context, paths)
    from canonym import pipeline
    from canonym.corpus.plan import find
    from canonym.profile import of
    from canonym.report import plural

    job = pipeline.Job(inputs=paths, format=format_, text_key=text_key, column=columns, encoding=encoding, dry_run=True)
    sources, _ = find(paths, format_)
    options.refuse_overwriting([output], (source.path for source in sources if source.path is not None))
    with progress.counted("Reading", pipeline.read(job), not quiet) as blocks:
        found = of(text for block in blocks for text in block.texts)
    found.save(output)
    if as_json:
        click.echo(json.dumps({**asdict(found), "output": str(output)}, ensure_ascii=False))
    elif not quiet:
        lines = [scrubbed.summary() for scrubbed in found.scrubbed] or ["no scrubbed string was found"]
        read = f"{plural(found.documents, 'document')} and {plural(found.words, 'word')} read"
        click.echo("\n".join([*lines, f"{read}; profile written to {output}"]))
