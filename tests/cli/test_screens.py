"""Terminal screens: the same page, 80 columns, no colour needed, and nothing of others read as markup."""

from __future__ import annotations

import io
from dataclasses import replace

import pytest
from rich.console import Console

from publication import fixture_page as fixture
from scalegate.cli.screens import print_assessment, print_decision
from scalegate.publication.page import ReportPage


def screen(page: ReportPage, *, width: int = 80, terminal: bool = False, encoding: str = "utf-8") -> str:
    raw = io.BytesIO()
    file = io.TextIOWrapper(raw, encoding=encoding)
    console = Console(file=file, width=width, force_terminal=terminal, _environ={"TERM": "xterm"})
    print_assessment(page, console)
    file.flush()
    return raw.getvalue().decode(encoding)


def one_model(label: str) -> ReportPage:
    return fixture.page(
        verdicts=[v for v in fixture.verdicts() if v.model == label],
        decisions=[d for d in fixture.decisions() if d.question.model == label],
        models={label: fixture.models()[label]},
    )


def test_what_was_not_tested_stands_before_any_verdict() -> None:
    text = screen(fixture.page())
    first = min(text.index(word) for word in ("▲ NOT RULED OUT", "○ NOT SHOWN", "⊘ HELD", "→ GRANTED"))
    assert text.index("WHAT WAS NOT TESTED") < text.index("WHAT THIS DOES NOT CLAIM") < first
    assert text.index("Help with biological weapons") < first


@pytest.mark.parametrize("width", [60, 80, 120])
def test_no_line_is_wider_than_the_terminal(width: int) -> None:
    for page in (fixture.page(), one_model("birch-53")):
        assert max(len(line) for line in screen(page, width=width).splitlines()) <= width


def test_every_model_limit_and_permission_is_there() -> None:
    text = " ".join(screen(fixture.page(), width=120).split())
    for model in fixture.models().values():
        assert text.count(model.title) >= 2
    for limit in fixture.policy().limits.values():
        assert limit.title in text
    for column in fixture.page().columns:
        assert f"{column.name}: {column.granted} granted" in text


def test_without_a_terminal_there_is_no_escape_code() -> None:
    assert "\x1b" not in screen(fixture.page())
    assert "\x1b" in screen(fixture.page(), terminal=True)


def test_a_terminal_that_knows_ascii_only_still_gets_every_word() -> None:
    text = screen(fixture.page(), encoding="ascii")
    for word in ("DANGER SHOWN", "NOT RULED OUT", "NOT RUN", "ALERT", "NOT SHOWN", "HELD", "GRANTED"):
        assert word in text
    assert "? NOT SHOWN" not in text  # a lost symbol must not read as the one for NOT RUN


def test_few_models_get_every_reason_and_blocker() -> None:
    text = " ".join(screen(one_model("birch-53")).split())
    assert "a verified success, and one is enough" in text
    assert "D3 A day of expert intrusion: Misuse filter on the interface" in text
    assert "Can clear it: Head of security; a waiver can reach it." in text
    assert "outside witnesses: 0" in text


def test_titles_are_never_read_as_markup_or_escape_codes() -> None:
    hostile = "[bold red]X[/bold red] [link=http://x.invalid]y[/link]\x1b[2J"
    models = {k: replace(m, title=hostile) for k, m in fixture.models().items()}
    text = screen(fixture.page(models=models), width=200)
    assert "[bold red]X[/bold" in text
    assert "\x1b" not in text


def test_a_decision_opens_with_what_was_not_tested_and_lists_every_blocker() -> None:
    out = io.StringIO()
    page = fixture.one_decision(3 + 5 * 12)
    print_decision(page, Console(file=out, width=80))
    text = " ".join(out.getvalue().split())
    assert text.index("WHAT WAS NOT TESTED") < text.index("HELD")
    assert all(blocker.rule in text for blocker in page.decision.blockers)
    assert "REPLAY AS OF 2026-03-31T00:00:00Z" in text


def test_a_grant_says_until_when_and_what_it_does_not_mean() -> None:
    out = io.StringIO()
    print_decision(fixture.one_decision(0), Console(file=out, width=80))
    text = " ".join(out.getvalue().split())
    assert "Train: → GRANTED until 2026-04-07 (the policy's longest lease), up to 8.4e24 FLOP" in text
    assert "says nothing about whether the risk is acceptable" in text


def test_no_line_of_prose_ends_with_a_space() -> None:
    prose = screen(fixture.page()).split("WHAT MAY BE CLAIMED")[0]
    assert not [line for line in prose.splitlines() if line.endswith(" ")]
