"""The reference page and the help say the same: every command, every option, and nothing beside them."""

from __future__ import annotations

import re
from pathlib import Path

import click
import pytest

from canonym.cli.root import COMMANDS, SPELLINGS

PAGE = (Path(__file__).parents[1] / "docs" / "commands.md").read_text(encoding="utf-8")
SECTIONS = dict(re.findall(r"^## (\w+)\n(.*?)(?=^## |\Z)", PAGE, re.M | re.S))


@pytest.mark.parametrize("command", COMMANDS, ids=lambda c: str(c.name))
def test_each_command_has_its_line_and_section(command: click.Command) -> None:
    first = (command.help or "").split("\n\n")[0].strip()
    assert f"| [`{command.name}`](#{command.name}) | {first} |" in PAGE
    assert command.name in SECTIONS


@pytest.mark.parametrize("command", COMMANDS, ids=lambda c: str(c.name))
def test_each_option_has_its_row_and_no_other(command: click.Command) -> None:
    rows = re.findall(r"^\| (`-.*?) \|", SECTIONS[str(command.name)], re.M)
    described = [set(re.findall(r"(?<![\w-])-{1,2}[a-z][a-z-]*", row)) for row in rows]
    options = [set(p.opts) for p in command.params if isinstance(p, click.Option)]
    assert sorted(map(sorted, described)) == sorted(map(sorted, options))


@pytest.mark.parametrize("command", COMMANDS, ids=lambda c: str(c.name))
def test_each_help_has_examples_and_short_help_fits(command: click.Command) -> None:
    epilog = command.epilog or ""
    assert "Examples:" in epilog and f"canonym {command.name} " in epilog
    assert command.get_short_help_str(63) == (command.help or "").split("\n\n")[0].strip()
    assert all(p.help for p in command.params if isinstance(p, click.Option)), "an option without help"


@pytest.mark.parametrize("command", COMMANDS, ids=lambda c: str(c.name))
def test_examples_use_options_that_exist(command: click.Command) -> None:
    calls = re.findall(r"canonym (\w+)([^|>\n]*)", f"{command.epilog}\n{SECTIONS[str(command.name)]}")
    by_name = {str(c.name): c for c in COMMANDS}
    for name, arguments in calls:
        target = by_name.get(SPELLINGS.get(name, name))
        if target is None:
            continue
        known = {o for p in target.params for o in p.opts} | {"--help"}
        used = set(re.findall(r"(?<=\s)-{1,2}[a-z][a-z-]*", arguments))
        assert used <= known, f"canonym {name}{arguments}"
