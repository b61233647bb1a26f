"""Markdown and SARIF are refused where a command has neither: text in their place would be misread."""

from __future__ import annotations

import pytest

from scalegate.cli.main import _status


@pytest.mark.parametrize("form", ["markdown", "sarif"])
@pytest.mark.parametrize("command", [["due"], ["log", "verify"], ["init", "new"], ["policy", "adopt"], ["doctor"]])
def test_a_command_without_exports_says_so(form: str, command: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert _status(["--format", form, *command]) == 2
    shown = capsys.readouterr()
    assert not shown.out
    assert "policy check, assess and gate" in shown.err
