"""The command `undo`: the inputs of a run, byte for byte."""

from __future__ import annotations

from pathlib import Path

import click

from canonym.cli import options


@click.command(
    epilog=options.examples(
        "canonym undo clean/ --edits edits.jsonl -o back/",
        "canonym undo clean.jsonl --edits edits.jsonl > corpus.jsonl",
        "canonym undo clean/ --edits edits.jsonl --in-place",
    )
)
@click.argument("outputs", nargs=-1, required=True, metavar="OUT...")
@click.option(
    "--edits",
    required=True,
    metavar="LOG",
    type=options.File(),
    help="The edit log that the run wrote.",
)
@options.output
@click.option("--in-place", is_flag=True, help="Replace the outputs themselves.")
@options.quiet
def undo(outputs: tuple[str, ...], edits: Path, output: str | None, in_place: bool, quiet: bool) -> None:
    """Give the input of a run back, byte for byte.

    Needs the output of the run and the edit log that it wrote (--edits). Compressed files and
    Parquet are packed anew: of them the content comes back.
    """
    from canonym.corpus.undo import undo as undone
    from canonym.report import plural

    done = undone(outputs, str(edits), None if output == "-" else output, in_place=in_place)
    if not quiet:
        click.echo(
            f"{plural(done.edits, 'edit')} undone in {plural(done.documents, 'document')} "
            f"({plural(done.files, 'file')})"
            + (f"; {plural(done.already, 'file')} undone already" if done.already else ""),
            err=True,
        )
