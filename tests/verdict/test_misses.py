"""The record's own misses: a claim that a later verdict contradicts, told once, with its size (B2)."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import Any

from scalegate.policy.document import Direction
from scalegate.verdict.ledger import Miss, Scale
from scalegate.verdict.misses import Claim, ClaimKey, misses_of
from scalegate.verdict.verdict import ObservationResult, Verdict, VerdictKind
from world import NOW, POLICY_DIGEST, SOME_DIGEST, SUBJECT, ident


def verdict(
    kind: VerdictKind, *, lower: str = "0", upper: str = "0.1", measure: str = "success_rate", **changes: Any
) -> Verdict:
    result = ObservationResult(
        observation=ident("rate"),
        evaluation=ident("exam"),
        kind=kind,
        measure=measure,
        direction=Direction.RULE_OUT_PROXY,
        relied_on=True,
        lower=Decimal(lower),
        observed_upper=Decimal(upper),
    )
    made = Verdict(
        limit=ident("low"),
        threat_model=ident("cyber"),
        model=ident("m"),
        subject=SUBJECT,
        configuration=ident("bare"),
        kind=kind,
        as_of=NOW,
        policy=POLICY_DIGEST,
        subject_digest=SOME_DIGEST,
        configuration_digest=SOME_DIGEST,
        observations=(result,),
    )
    return replace(made, **changes)


def told(*verdicts: Verdict) -> list[Miss]:
    claims: dict[ClaimKey, Claim] = {}
    return [miss for v in verdicts for miss in misses_of(claims, v, NOW)]


CALM = verdict(VerdictKind.NOT_SHOWN)
WILD = verdict(VerdictKind.DANGER_SHOWN, lower="0.35", upper="0.9")


def test_B2_a_claim_contradicted_later_is_a_miss_of_the_distance() -> None:
    found = told(CALM, WILD)
    assert [(m.scale, m.size, m.limit, m.subject) for m in found] == [(Scale.RATE, Decimal("0.25"), "low", SUBJECT)]


def test_B2_a_task_length_is_missed_by_a_factor() -> None:
    calm = verdict(VerdictKind.NOT_SHOWN, upper="20", measure="time_horizon")
    wild = verdict(VerdictKind.NOT_RULED_OUT, lower="50", upper="90", measure="time_horizon")
    assert [(m.scale, m.size) for m in told(calm, wild)] == [(Scale.HORIZON, Decimal("2.5"))]


def test_the_same_contradiction_is_told_once_and_a_larger_one_again() -> None:
    worse = verdict(VerdictKind.DANGER_SHOWN, lower="0.5", upper="0.9")
    assert [m.size for m in told(CALM, WILD, WILD, worse, WILD)] == [Decimal("0.25"), Decimal("0.4")]


def test_what_was_never_claimed_is_no_miss() -> None:
    alert = verdict(VerdictKind.ALERT)
    assert not told(alert, WILD)
    assert not told(WILD, CALM)
    assert not told(CALM, replace(WILD, configuration=ident("tools")))
    assert not told(CALM, replace(WILD, subject=SOME_DIGEST))
    assert not told(CALM, verdict(VerdictKind.NOT_RULED_OUT, lower="0.1", upper="0.9"))
