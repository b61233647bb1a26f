"""docs/command-line.md names every command, every option and every JSON form, and none that is not there."""

from __future__ import annotations

import re
from collections.abc import Iterator

import click
import pytest
import typer

from scalegate.cli import commands  # registers the commands
from scalegate.cli.main import app
from shared import ROOT

PAGE = (ROOT / "docs" / "command-line.md").read_text(encoding="utf-8")
ROWS = dict(re.findall(r"^\| `((?:policy |log )?[a-z]+)\b(.*)$", PAGE, re.MULTILINE))


def leaves(group: click.Command, name: str = "") -> Iterator[tuple[str, click.Command]]:
    """Every command with its whole name."""
    if isinstance(group, click.Group):
        for part, command in group.commands.items():
            yield from leaves(command, f"{name} {part}".strip())
    else:
        yield name, group


assert commands
COMMANDS = dict(leaves(typer.main.get_command(app)))


def test_the_page_has_a_row_for_every_command_and_no_other() -> None:
    assert set(ROWS) == set(COMMANDS)


@pytest.mark.parametrize("name", COMMANDS)
def test_a_row_names_every_option_and_no_other(name: str) -> None:
    said = set(re.findall(r"--[a-z-]+", ROWS[name].partition("` |")[0]))
    known = {o for p in COMMANDS[name].params for o in p.opts if o.startswith("--")} - {"--help"}
    assert said == known


def test_every_json_form_is_named() -> None:
    forms = {path.name.removesuffix(".schema.json") for path in (ROOT / "src/scalegate/schemas").glob("*.json")}
    said = set(re.findall(r"`scalegate\.([a-z-]+)/1`", PAGE))
    assert forms - {"policy"} <= said


def test_no_command_that_is_there_is_listed_as_missing() -> None:
    missing = PAGE.partition("## Not there yet")[2].partition("*People's keys")[0]
    words = {w for quoted in re.findall(r"`([^`]*)`", missing) for w in re.split(r"[ |]", quoted)[:1]}
    assert not words & (set(COMMANDS) - {"init", "due"})
