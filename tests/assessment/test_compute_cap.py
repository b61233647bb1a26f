"""Caps on effective compute: a proxy that needs no run, and that unknown compute never clears (V1, S4)."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evidence_world import attempts, recorded, request, run
from scalegate.assessment.assess import assess
from scalegate.assessment.request import Request
from scalegate.policy.document import ComputeObservation, Precursor, Reference
from scalegate.quantity import Compute
from scalegate.verdict.verdict import Verdict
from scalegate.verdict.verdict import VerdictKind as K
from world import DAY, NOW, ident, limit, policy, rate_observation

PRECURSOR = Precursor(argument="little compute, little skill", author=ident("eve"), expires=NOW + 30 * DAY)
REFERENCE = Reference(
    model="Rival 3", assessed_by="an institute", finding="none", source="a report", until=NOW + 9 * DAY
)


def cap(**changes: Any) -> ComputeObservation:
    made = ComputeObservation(
        measure="effective_compute",
        relied_on=True,
        limit=Compute("1e24"),
        alert=Compute("1e23"),
        precursor=PRECURSOR,
    )
    return replace(made, **changes)


def capped(**observations: Any) -> Any:
    document = policy()
    return replace(document, limits={**document.limits, "low": limit(observations=observations or {"cap": cap()})})


def verdict_of(asked: Request) -> Verdict:
    return next(v for v in assess(asked) if v.limit == "low")


def at(compute: str | None, **changes: Any) -> Verdict:
    known = Compute(compute) if compute else None
    return verdict_of(request(policy=changes.pop("policy", capped()), effective_compute=known, **changes))


@pytest.mark.parametrize(
    ("compute", "kind", "rule"),
    [
        ("9e22", K.NOT_SHOWN, "V2"),
        ("1e23", K.ALERT, "V6"),
        ("1e24", K.NOT_RULED_OUT, "V1"),
        ("9e30", K.NOT_RULED_OUT, "V1"),
        (None, K.NOT_RULED_OUT, "S4"),
    ],
)
def test_V1_a_cap_reads_stated_compute_without_any_run(compute: str | None, kind: K, rule: str) -> None:
    found = at(compute)
    assert (found.kind, found.governing) == (kind, "cap")
    assert rule in found.rules


def test_a_stated_number_says_that_nobody_measured_it() -> None:
    (result,) = at("9e22").observations
    assert (result.lower, result.upper, result.alpha_upper) == (Compute("9e22"), Compute("9e22"), None)
    assert any("stated, not measured" in words for words in result.assumptions)
    assert any("little compute, little skill" in words for words in result.assumptions)
    assert any("no capability was measured" in words for words in result.not_tested)


def test_V6_V7_training_is_capped_at_the_alert_line_and_held_at_the_limit() -> None:
    below, between = at("9e22"), at("2e23")
    assert (below.train_cap, below.train_held_cap) == (Compute("1e23"), Compute("1e24"))
    assert (between.train_cap, between.train_held_cap) == (Compute("1e24"), Compute("1e24"))
    assert at("1e24").train_cap is None


def test_V7_the_claim_ends_with_its_argument_or_with_the_calendar() -> None:
    found = at("9e22")
    assert (found.expires, found.expires_because) == (NOW + 30 * DAY, "its precursor argument")
    long = replace(PRECURSOR, expires=NOW + 4000 * DAY)
    found = at("9e22", policy=capped(cap=cap(precursor=long)))
    assert found.expires == policy().evaluation.triggers.calendar.after(NOW)
    assert found.expires == found.held_from == found.train_expires


def test_V1_without_an_argument_in_force_little_compute_rules_nothing_out() -> None:
    assert at("9e22", policy=capped(cap=cap(precursor=None))).kind is K.NOT_RULED_OUT
    assert at("9e22", now=NOW + 29 * DAY).kind is K.NOT_SHOWN
    late = at("9e22", now=NOW + 30 * DAY)
    assert late.kind is K.NOT_RULED_OUT
    assert "ended" in late.reasons[0]


def test_V1_a_reference_ends_the_argument_that_rests_on_it() -> None:
    document = capped(cap=cap(precursor=replace(PRECURSOR, reference=REFERENCE)))
    found = at("9e22", policy=document)
    (result,) = found.observations
    assert found.expires == REFERENCE.until
    assert any("rests on another model" in words and "Rival 3" in words for words in result.assumptions)
    assert any("rests on another model's assessment: Rival 3" in words for words in result.not_tested)
    late = at("9e22", policy=document, now=REFERENCE.until)
    assert late.kind is K.NOT_RULED_OUT
    assert "with its reference to Rival 3" in late.reasons[0]


@given(st.lists(st.floats(1e20, 1e27), min_size=2, max_size=2))
def test_more_compute_never_makes_a_verdict_milder(amounts: list[float]) -> None:
    less, more = sorted(Compute(str(a)) for a in amounts)
    found = [verdict_of(request(policy=capped(), effective_compute=c)).kind.gravity for c in (less, more)]
    assert found[0] <= found[1]


def test_law_1_taking_the_number_away_never_clears_what_it_raised() -> None:
    loose = {"rate": rate_observation(), "cap": cap(relied_on=False)}
    fine = recorded(run(attempts(0)))
    for compute in ("9e25", None):
        known = Compute(compute) if compute else None
        assert verdict_of(request(fine, policy=capped(**loose), effective_compute=known)).kind is K.NOT_RULED_OUT
    small = verdict_of(request(fine, policy=capped(**loose), effective_compute=Compute("1e20")))
    assert small.kind is K.NOT_SHOWN


def test_V2_a_cap_that_is_not_relied_on_holds_nothing() -> None:
    loose = capped(rate=rate_observation(), cap=cap(relied_on=False))
    assert at("1e20", policy=loose).kind is K.NOT_RUN
    both = capped(rate=rate_observation(), cap=cap())
    assert at("1e20", policy=both).kind is K.NOT_RUN
    assert at("9e25", policy=both).kind is K.NOT_RULED_OUT


def test_D4_where_a_run_is_wanting_the_verdict_still_says_where_a_first_run_ends() -> None:
    both = capped(cap=cap(), exam=rate_observation())
    for compute, end in (("9e22", "1e23"), ("5e23", "1e24")):
        found = at(compute, policy=both)
        assert found.kind is K.NOT_RUN
        assert (found.train_cap, found.train_held_cap) == (Compute(end), Compute("1e24"))
        assert found.train_expires == PRECURSOR.expires
        assert (found.expires, found.held_from) == (None, None)
    assert at("1e24", policy=both).kind is K.NOT_RULED_OUT
