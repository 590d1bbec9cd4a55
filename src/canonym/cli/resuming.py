"""What the commands on texts say of runs that were stopped, and how a run goes on from there."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import click

from canonym.model import CanonymError, UsageError
from canonym.records import replace

if TYPE_CHECKING:
    from canonym.pipeline import Job
    from canonym.profile import Profile

option = click.option(
    "--resume",
    is_flag=True,
    help="Go on where the same command was stopped: files that are finished are not done again.",
)


def evidence(job: Job, quiet: bool) -> Profile | None:
    """What the first pass of an earlier run found, where this one may go on with it; says what there is to resume."""
    from canonym import pipeline
    from canonym.profile import Profile

    earlier = pipeline.unfinished(job)
    files = earlier.files if earlier is not None else 0
    if not job.resume:
        if files and not (quiet or job.dry_run):
            _say(f"an earlier run stopped after {_files(files)}; --resume goes on")
        return None
    if earlier is None or not (files or earlier.evidence):
        if not quiet:
            _say(f"no run over these inputs was stopped in {job.output}, so all of them are done")
        return None
    if not earlier.same:
        if not quiet:
            _say("the run that was stopped had other tables, options or code, so all files are done again")
        return None
    try:
        return Profile.load(earlier.evidence) if earlier.evidence is not None else None
    except CanonymError:
        return None


@contextmanager
def telling(job: Job) -> Iterator[None]:
    """Say how to go on where a run ends early with some files finished."""
    from canonym import pipeline

    try:
        yield
    except UsageError:
        raise
    except BaseException:
        earlier = None if job.dry_run else pipeline.unfinished(replace(job, resume=False))
        if earlier is not None and earlier.files:
            more = "the same command goes on" if job.resume else "the same command with --resume goes on"
            _say(f"{_files(earlier.files)} finished; {more} from there")
        raise


def _files(count: int) -> str:
    return f"{count:,} file" if count == 1 else f"{count:,} files"


def _say(text: str) -> None:
    with contextlib.suppress(OSError):
        click.echo(f"canonym: {text}.", err=True)
