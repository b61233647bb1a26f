"""Messages on a terminal break between words; in a pipe one finding stays one line."""

from __future__ import annotations

import io

import pytest

from scalegate.cli.context import in_words

LONG = "policy.yaml:84:16: limits.helper.alert: " + "word " * 40 + "end"


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_a_line_in_a_pipe_stays_whole() -> None:
    assert in_words(LONG, io.StringIO()) == LONG


@pytest.mark.parametrize("columns", ["80", "60", "0"])
def test_no_word_is_broken_on_a_terminal(columns: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", columns)
    shown = in_words(LONG, Terminal())
    assert shown.split() == LONG.split()
    assert max(map(len, shown.splitlines())) <= 80
    assert len(shown.splitlines()) > 1


def test_a_digest_is_never_broken() -> None:
    digest = "sha256:" + "0" * 64
    assert digest in in_words(f"scalegate: policy {digest} is in force from entry 0 on", Terminal())
