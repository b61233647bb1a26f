"""First runs under a cap on effective compute, and first assessments that an event makes due (D4, D5)."""

from __future__ import annotations

from dataclasses import replace

from scalegate.decision.decision import Decision
from scalegate.decision.gate import decide
from scalegate.policy.document import ComputeObservation, FirstAssessment, Permission, PolicyDocument, Precursor
from scalegate.quantity import Compute
from scalegate.verdict.verdict import Verdict, VerdictKind
from world import DAY, NOW, dossier, ident, limit, policy, question, verdict


def capped(first: str = "1e22") -> PolicyDocument:
    """The test policy with a cap on effective compute on its first limit."""
    cap = ComputeObservation(
        measure="effective_compute",
        relied_on=True,
        limit=Compute("2e22"),
        alert=Compute("5e21"),
        precursor=Precursor(argument="little compute, little skill", author=ident("eve"), expires=NOW + 400 * DAY),
    )
    document = policy()
    evaluation = replace(document.evaluation, first_assessment=FirstAssessment(at=Compute(first)))
    limits = {**document.limits, "low": limit(observations={"cap": cap})}
    return replace(document, limits=limits, evaluation=evaluation)


CLAIM = verdict("low", VerdictKind.NOT_SHOWN, train_cap=Compute("5e21"), train_held_cap=Compute("2e22"))


def train(compute: str, *verdicts: Verdict, first: str = "1e22", event_since: str = "") -> Decision:
    """TRAIN asked of a run without evidence, whose compute the policy caps."""
    asked = question(
        Permission.TRAIN,
        effective_compute=Compute(compute),
        assessed_compute=None,
        assessed_at=None,
        event_since=event_since,
    )
    return decide(capped(first), asked, dossier(verdicts=verdicts))


def test_D4_a_first_run_is_leased_no_further_than_a_cap_on_compute() -> None:
    assert train("1e21", CLAIM).granted
    assert train("1e21", CLAIM).compute_cap == Compute("5e21")
    assert train("1e21", CLAIM, first="1e21").compute_cap is None
    past_the_alert_line = train("6e21", CLAIM)
    assert past_the_alert_line.compute_cap == Compute("1e22")


def test_D4_a_first_run_is_held_at_the_cap_however_late_its_first_due_point() -> None:
    held = train("2e22", CLAIM, first="9e23")
    assert not held.granted
    assert "caps effective compute at 2e22 FLOP" in held.blockers[0].why
    assert train("1.9e22", CLAIM, first="9e23").compute_cap == Compute("2e22")


def test_D4_a_cap_without_a_verdict_is_not_a_limit_that_was_never_run() -> None:
    """It needs no evidence, so nothing recorded means that nobody has looked: leaving it out grants nothing."""
    assert not train("1e21").granted


def test_D5_an_event_makes_the_first_assessment_due_at_once() -> None:
    held = train("1e21", CLAIM, event_since="screen quick of 2026-03-30")
    assert any(b.rule == "D4" and "screen quick" in b.why for b in held.blockers)


def test_D4_a_first_run_ends_at_the_cap_of_a_limit_for_which_a_run_is_wanting_beside() -> None:
    wanting = replace(CLAIM, kind=VerdictKind.NOT_RUN)
    assert train("1e21", wanting, first="9e23").compute_cap == Compute("5e21")
    assert train("6e21", wanting, first="9e23").compute_cap == Compute("2e22")
    assert not train("2e22", wanting, first="9e23").granted
    assert train("1e21", verdict("low", VerdictKind.NOT_RUN), first="9e23").compute_cap == Compute("9e23")


def test_D4_a_cap_that_has_ended_is_no_limit_that_was_never_run() -> None:
    wanting = replace(CLAIM, kind=VerdictKind.NOT_RUN, train_expires=NOW + DAY)
    assert train("1e21", wanting).lapses_at == NOW + DAY
    held = train("1e21", replace(wanting, train_expires=NOW))
    assert not held.granted
    assert "NOT_RUN" in held.blockers[0].why
