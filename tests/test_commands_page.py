"""The reference page and the help say the same: every command, every option, and nothing beside them."""

from __future__ import annotations

import json
import re
import shlex
import textwrap
from collections.abc import Iterator, Mapping
from pathlib import Path

import click
import pytest

import canonym
from canonym.cli import root
from canonym.cli.guard import status
from canonym.cli.root import PLACES, SPELLINGS

ROOT = Path(__file__).parents[1]
PAGE = (ROOT / "docs" / "commands.md").read_text(encoding="utf-8")
COMMANDS = [root.command(name) for name in PLACES]
SECTIONS = dict(re.findall(r"^## ([\w ]+)\n(.*?)(?=^## |\Z)", PAGE, re.M | re.S))


def every(commands: Mapping[str, click.Command], before: str = "") -> Iterator[tuple[str, click.Command]]:
    """Each command under its whole name, and those of groups."""
    for name, command in commands.items():
        yield before + name, command
        if isinstance(command, click.Group):
            yield from every(command.commands, f"{before}{name} ")


ALL = dict(every({str(c.name): c for c in COMMANDS}))


def first_paragraph(command: click.Command) -> str:
    return " ".join((command.help or "").split("\n\n")[0].split())


@pytest.mark.parametrize("command", COMMANDS, ids=lambda c: str(c.name))
def test_each_command_has_its_line(command: click.Command) -> None:
    assert f"| [`{command.name}`](#{command.name}) | {first_paragraph(command)} |" in PAGE


@pytest.mark.parametrize("name", ALL)
def test_each_option_has_its_row_and_no_other(name: str) -> None:
    rows = re.findall(r"^\| (`-.*?) \|", SECTIONS[name], re.M)
    described = [set(re.findall(r"(?<![\w-])-{1,2}[a-z][a-z-]*", row)) for row in rows]
    options = [set(p.opts) for p in ALL[name].params if isinstance(p, click.Option)]
    assert sorted(map(sorted, described)) == sorted(map(sorted, options))


@pytest.mark.parametrize("name", ALL)
def test_each_help_has_examples_and_fits_its_line(name: str) -> None:
    command = ALL[name]
    epilog = command.epilog or ""
    assert "Examples:" in epilog and f"canonym {name} " in epilog
    assert command.get_short_help_str(63) == first_paragraph(command)
    assert all(p.help for p in command.params if isinstance(p, click.Option)), "an option without help"


@pytest.mark.parametrize("name", ALL)
def test_examples_use_options_that_exist(name: str) -> None:
    for line in re.findall(r"canonym ([^|>\n]*)", f"{ALL[name].epilog}\n{SECTIONS[name]}"):
        words = [SPELLINGS.get(word, word) for word in line.split()]
        named = (ALL.get(" ".join(words[:count])) for count in (3, 2, 1))
        target = next((command for command in named if command is not None), None)
        if target is None:
            continue
        known = {o for p in target.params for o in p.opts} | {"--help"}
        used = {word for word in words if re.fullmatch(r"-{1,2}[a-z][a-z-]*", word)}
        assert used <= known, f"canonym {line}"


@pytest.mark.parametrize("page", ["README.md", "docs/commands.md"])
def test_reports_are_what_a_run_prints(page: str, tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    text = (ROOT / page).read_text(encoding="utf-8")
    shown = re.findall(r"^ *before  +after +why +count\n(.*?)^ *\.\.\.$", text, re.M | re.S)
    assert len(shown) == 1
    assert status(["normalise", str(ROOT / "examples" / "articles"), "-o", str(tmp_path / "clean")]) == 0
    printed = [" ".join(line.split()) for line in capfd.readouterr().err.splitlines()]
    rows = [" ".join(line.split()) for line in shown[0].splitlines()]
    assert [row for row in rows if row not in printed] == []
    assert [row for row in printed if row in rows] == rows, "in another order"


def test_mentions_are_what_annotate_writes(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    shown = json.loads(re.findall(r"```json\n(.*?)```", SECTIONS["annotate"], re.S)[0])
    (tmp_path / "a.jsonl").write_text(json.dumps({"text": shown["text"]}), encoding="utf-8")
    assert status(["annotate", "-q", str(tmp_path / "a.jsonl")]) == 0
    assert json.loads(capfd.readouterr().out) == shown


def test_the_table_of_the_front_page_has_no_fault(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    rows = re.findall(r"^    canonical,alias\n(?:    .+\n)+", (ROOT / "README.md").read_text(encoding="utf-8"), re.M)
    (tmp_path / "mine.csv").write_text(textwrap.dedent(rows[0]), encoding="utf-8")
    assert status(["table", "check", "--strict", str(tmp_path / "mine.csv")]) == 0


def test_examples_of_explain_show_something(capsys: pytest.CaptureFixture[str]) -> None:
    for line in re.findall(r"canonym (explain .*)", ALL["explain"].epilog or ""):
        assert status([*shlex.split(line), "--json"]) == 0
        assert json.loads(capsys.readouterr().out)["candidates"], line


def test_who_leaves_at_once_is_left_what_takes_long_to_free() -> None:
    kept: list[object] = []
    with root.cli.make_context("canonym", ["resolve", "Kabul"], obj=kept) as context:
        root.cli.invoke(context)
    assert [type(one) for one in kept] == [canonym.Normaliser]
