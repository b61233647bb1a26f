"""Every published policy of the catalogue goes through the commands that look at policies, and none is made more of."""

from __future__ import annotations

import json
from typing import Any

import pytest

from cli.contract import valid
from scalegate.adapters.catalogue_files import catalogue_ids
from scalegate.cli.main import _status

TEXTS = [f"catalogue:{name}" for name in catalogue_ids()]
SOME_FAST = [text if "g42" in text or "xai" in text else pytest.param(text, marks=pytest.mark.slow) for text in TEXTS]
NOW = ("--now", "2026-12-01T00:00:00Z")


def form(capfd: pytest.CaptureFixture[str], *arguments: str, now: tuple[str, ...] = ()) -> tuple[int, Any]:
    status = _status([*now, "--format", "json", "policy", *arguments])
    return status, valid(json.loads(capfd.readouterr().out))


@pytest.mark.parametrize("text", SOME_FAST)
def test_a_published_policy_is_proved_with_what_it_leaves_open_said_first(
    capfd: pytest.CaptureFixture[str], text: str
) -> None:
    status, found = form(capfd, "prove", text)
    (policy,) = found["policies"]
    assert status == 1
    assert "a gate could decide" in policy["published"][1]
    assert not [p["permission"] for p in policy["permissions"] if p["grantable"] and p["permission"] == "DEPLOY"]
    assert all(":" in f["where"] for f in (*policy["findings"], *policy["notes"]))


@pytest.mark.parametrize("text", TEXTS)
def test_a_published_policy_is_held_to_criteria_and_nothing_rests_on_a_stand_in(
    capfd: pytest.CaptureFixture[str], text: str
) -> None:
    status, found = form(capfd, "coverage", text, "--against", "five-components", now=NOW)
    assert status == 1
    assert "stand-ins" in found["published"][2]
    assert "absent" in {a["answer"] for a in found["packs"][0]["answers"]}


@pytest.mark.parametrize("text", [TEXTS[0], TEXTS[-1]])
def test_a_published_policy_is_simulated_and_its_stand_ins_hold(capfd: pytest.CaptureFixture[str], text: str) -> None:
    status, found = form(capfd, "simulate", text, "--runs", "20", "--weeks", "30")
    assert status == 0
    assert any("a gate could decide" in str(line) for line in found["opening"])


def test_two_published_policies_are_compared_and_no_difference_is_made_of_our_own_words(
    capfd: pytest.CaptureFixture[str],
) -> None:
    status = _status(["policy", "diff", TEXTS[0], TEXTS[1]])
    assert status == 2
    assert "policy compare" in capfd.readouterr().err
