"""The group of commands: its help, its order, and the spellings of a command that are accepted."""

from __future__ import annotations

import click

from canonym.cli.evaluate import evaluate
from canonym.cli.names import compare, explain, resolve
from canonym.cli.profiles import profile
from canonym.cli.table import table
from canonym.cli.texts import annotate, normalise, repair
from canonym.cli.undo import undo

#: Commands in the order of the help: texts, names, and what goes with a run.
COMMANDS = (normalise, annotate, repair, undo, profile, resolve, compare, explain, table, evaluate)
#: Other spellings of a command, which the help leaves out.
SPELLINGS = {"normalize": "normalise"}


class Ordered(click.Group):
    """A group that lists its commands as they were added, and knows their other spellings."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Commands in the order of `COMMANDS`."""
        return list(self.commands)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command of a name, in either spelling."""
        return super().get_command(ctx, SPELLINGS.get(cmd_name, cmd_name))


def _version(context: click.Context, _: click.Parameter, wanted: bool) -> None:
    if not wanted or context.resilient_parsing:
        return
    from importlib.metadata import version

    click.echo(f"canonym {version('canonym')}")
    context.exit()


@click.group(
    cls=Ordered,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    epilog="`canonym COMMAND --help` shows the options of a command, with examples.",
)
@click.option(
    "--version", is_flag=True, is_eager=True, expose_value=False, callback=_version, help="Print the version."
)
@click.option("--debug", is_flag=True, expose_value=False, help="Print tracebacks where canonym stumbles.")
def cli() -> None:
    """One name for one thing: one spelling for places and news outlets.

    \b
      canonym normalise articles/ -o clean/        write one spelling for each name
      canonym annotate corpus.jsonl -o out.jsonl   only mark the names
      canonym resolve "Mazar-i-Sharif"             look a name up
    """


for command in COMMANDS:
    cli.add_command(command)
