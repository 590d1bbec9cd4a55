"""The group of commands: its help, its order, and the spellings of a command that are accepted."""

from __future__ import annotations

import gc
from importlib import import_module
from typing import Final

import click

#: Commands in the order of the help: texts, names, and what goes with a run; and the modules that have them, of which
#: a call imports its own alone.
PLACES: Final = {
    **dict.fromkeys(("normalise", "annotate", "repair"), "texts"),
    "undo": "undo",
    "profile": "profiles",
    **dict.fromkeys(("resolve", "compare", "explain"), "names"),
    "table": "table",
    "evaluate": "evaluate",
}
#: Other spellings of a command, which the help leaves out.
SPELLINGS = {"normalize": "normalise"}


class Late(click.Group):
    """A group whose commands are imported when they are asked for; it knows their other spellings."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Commands in the order of `PLACES`."""
        return list(PLACES)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command of a name, in either spelling."""
        name = SPELLINGS.get(cmd_name, cmd_name)
        return command(name) if name in PLACES else None


def command(name: str) -> click.Command:
    """One of the commands."""
    gc.disable()  # as in the front door
    found: click.Command = getattr(import_module(f"canonym.cli.{PLACES[name]}"), name)
    gc.freeze()
    gc.enable()
    return found


def _version(context: click.Context, _: click.Parameter, wanted: bool) -> None:
    if not wanted or context.resilient_parsing:
        return
    from canonym.versions import version

    click.echo(f"canonym {version('canonym')}")
    context.exit()


@click.group(
    cls=Late,
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
