"""Small simulations for tests: real policies, every week kept."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import Any

from scalegate.policy.document import PolicyDocument
from scalegate.procedure.instrumenting import build_instrument
from scalegate.project import read_policy_file
from scalegate.quantity import Factor, Probability
from scalegate.simulation.outcome import Outcome, outcome_of
from scalegate.simulation.scenario import Scenario
from scalegate.simulation.table import DecisionTable
from scalegate.simulation.tally import Tally
from scalegate.simulation.terms import Terms, terms_of
from scalegate.simulation.trajectory import Week, trajectories
from shared import ROOT


def example() -> PolicyDocument:
    found = read_policy_file(ROOT / "examples/cyber/policy.yaml").document
    assert found
    return found


def minimal() -> PolicyDocument:
    found = read_policy_file(ROOT / "tests/policy/minimal_policy.yaml").document
    assert found
    return found


def scenario(**parts: dict[str, Any]) -> Scenario:
    """The default with some fields of some parts changed; few tasks, so that their bounds are made quickly."""
    usual = Scenario()
    parts = {**parts, "evaluation": {"tasks": 40, "families": 4, **parts.get("evaluation", {})}}
    return replace(usual, **{name: replace(getattr(usual, name), **fields) for name, fields in parts.items()})


def run(
    policy: PolicyDocument, stated: Scenario, *, runs: int = 100, length: int = 120, seed: bytes = b"seed" * 8
) -> tuple[Outcome, list[Week], Terms]:
    instrument, terms, table = build_instrument(policy, stated), terms_of(policy, stated), DecisionTable(policy)
    tally = Tally(policy, terms, instrument, runs, length)
    drawn, course = trajectories(policy, terms, instrument, stated, table, runs=runs, length=length, seed=seed)
    weeks = []
    for week in course:
        tally.take(week)
        weeks.append(week)
    return outcome_of(policy, stated, terms, instrument, table, drawn, tally), weeks, terms


STILL = {
    "horizon_per_doubling": Factor(1), "rate_per_doubling": Probability("0"), "horizon_per_month": Factor(1),
    "rate_per_month": Probability("0"), "spread": Decimal(0),
}  # fmt: skip
"""Capability that never moves."""
QUIET = {"events_per_year": Decimal(0), "pauses_per_year": Decimal(0)}
"""People that never interrupt."""
