"""An in-memory developer: a small policy, verdicts and recorded acts, as values to vary in tests."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from scalegate.decision.decision import Question
from scalegate.decision.dossier import Approver, Attestation, Credence, Dossier, RiskStatement, Waiver
from scalegate.policy.document import (
    AcceptedBlindSpot,
    Accountability,
    AttackerBudget,
    BlindSpotReserve,
    Conditional,
    Critique,
    Direction,
    Duty,
    Efficacy,
    ElicitationGrowth,
    Evaluation,
    EvaluationSection,
    Family,
    FirstAssessment,
    Growth,
    Limit,
    Line,
    PauseRule,
    Permission,
    PolicyDocument,
    Precursor,
    Protection,
    Protections,
    Quorum,
    RateObservation,
    RateShift,
    Relaxing,
    Response,
    Role,
    Scope,
    Sense,
    Standing,
    ThreatModel,
    TrainingGrowth,
    Triggers,
    Unit,
    WaiverRule,
)
from scalegate.quantity import Compute, Digest, Factor, Identifier, Period, Probability
from scalegate.verdict.verdict import Verdict, VerdictKind

NOW = datetime(2026, 3, 31, tzinfo=UTC)
DAY = timedelta(days=1)
POLICY_DIGEST = Digest("sha256:" + "a" * 64)
SOME_DIGEST = Digest("sha256:" + "b" * 64)
SUBJECT = "sha256:" + "c" * 64


def ident(text: str) -> Identifier:
    return Identifier.parse(text)


def rate_observation(**changes: Any) -> RateObservation:
    return replace(
        RateObservation(
            measure="success_rate",
            evaluation=ident("exam"),
            direction=Direction.RULE_OUT_PROXY,
            relied_on=True,
            unit=Unit.TASK,
            limit=Probability("0.5"),
            alert=Probability("0.3"),
            alpha_lower=Probability("0.05"),
            alpha_upper=Probability("0.05"),
            elicitation_shift=RateShift(value=Probability("0.02"), author=ident("eve"), reason="two scaffolds tried"),
            precursor=Precursor(argument="the danger needs these tasks", author=ident("eve"), expires=NOW + 400 * DAY),
        ),
        **changes,
    )


def limit(**changes: Any) -> Limit:
    return replace(Limit(title="l", capability="c", observations={"rate": rate_observation()}), **changes)


QUORUM = Quorum(number=2, of=(ident("officer"), ident("board")), outside_line=True)


def policy(**changes: Any) -> PolicyDocument:
    """A policy with one ladder (`low`, `high`, hard stop `last`), one accepted blind spot, and waivers."""
    six_months = Period(months=6)
    document = PolicyDocument(
        schema="scalegate.policy/1",
        title="Test policy",
        version="1",
        developer="A lab",
        scope=Scope(statement="every model", out_of_scope_below=Compute("1e20"), screen=ident("exam")),
        roles={
            "officer": Role(title="Officer", holders=(ident("olga"),), line=Line.ASSURANCE),
            "board": Role(title="Board", holders=(ident("bea"), ident("bob")), line=Line.BOARD),
            "evaluator": Role(title="Evaluator", holders=(ident("eve"),), line=Line.ASSURANCE),
            "delivery": Role(title="Delivery", holders=(ident("dan"),), line=Line.DELIVERY),
        },
        threat_models={
            "cyber": ThreatModel(
                title="Cyber",
                actor="a criminal group",
                harm="a grid fails",
                attacker_budget=AttackerBudget(
                    description="b", tokens_per_attempt=1000, attempts_per_task=1, floor=Probability("0.5")
                ),
                ladder=(ident("low"), ident("high"), ident("last")),
            ),
            "bio": ThreatModel(
                title="Bio",
                actor="a lone expert",
                harm="an outbreak",
                accepted_blind_spot=AcceptedBlindSpot(
                    accepted_by=ident("bea"), why="no test exists", until=NOW + 200 * DAY, would_change="a test"
                ),
            ),
        },
        limits={"low": limit(), "high": limit(), "last": limit(hard_stop=True)},
        protections=Protections(
            measures={
                name: Protection(
                    title=name,
                    family=Family.SECURITY,
                    efficacy=Efficacy(metric="blocked", sense=Sense.AT_LEAST, target=Decimal("0.9")),
                    approved_by=ident("officer"),
                    lapses_after=six_months,
                )
                for name in ("vault", "filter", "watch")
            },
            standing={p.value: Standing(protections=(ident("vault"),)) for p in Permission},
            conditional=tuple(
                Conditional(limit=ident(name), permission=p, protections=(ident(tied),))
                for name, tied in (("low", "filter"), ("high", "watch"))
                for p in Permission
                if p not in (Permission.ASSESS, Permission.RELEASE_WEIGHTS)
            ),
        ),
        evaluation=EvaluationSection(
            evaluations={
                "exam": Evaluation(
                    title="Exam",
                    suite=ident("exam"),
                    success_score=Decimal(1),
                    coverage_floor=Probability("0.8"),
                    duration=Period(seconds=14 * 86400),
                )
            },
            triggers=Triggers(effective_compute=Factor(4), calendar=six_months, events=()),
            first_assessment=FirstAssessment(at=Compute("1e22")),
            blind_spot_reserve=BlindSpotReserve(
                rate=Probability("0.01"), horizon=Factor("1.1"), set_by=ident("board"), reason="r"
            ),
            growth=Growth(
                training=TrainingGrowth(rate=Probability("0.05"), horizon=Factor("1.5"), reason="r"),
                elicitation=ElicitationGrowth(
                    rate_per_month=Probability("0.005"), horizon_per_month=Factor("1.05"), reason="r"
                ),
                frontier_doubling=six_months,
            ),
        ),
        response=Response(
            max_lease=Period(seconds=7 * 86400),
            alert_duties=(
                Duty(id=ident("tell"), what="tell", role=ident("officer"), within=Period(seconds=30 * 86400)),
            ),
            pause=PauseRule(review_within=Period(seconds=86400), resume=QUORUM),
            rebuttal=QUORUM,
            deletion=QUORUM,
            waivers=WaiverRule(quorum=QUORUM, longest=Period(seconds=30 * 86400), renewals=1),
        ),
        accountability=Accountability(
            officer=ident("officer"),
            board=ident("board"),
            evaluators=ident("evaluator"),
            relaxing=Relaxing(quorum=QUORUM, notice=Period(seconds=30 * 86400)),
            review_every=Period(months=12),
            critique=Critique(contact="critics@lab.example", answered_within=Period(seconds=30 * 86400)),
            noncompliance_channel="a form",
        ),
    )
    return replace(document, **changes)


LIMITS = ("low", "high", "last")


def verdict(name: str, kind: VerdictKind, **changes: Any) -> Verdict:
    """A verdict under the test policy; claims that are open end after half a year."""
    end = None if kind.counts_as_crossed else NOW + 180 * DAY
    made = Verdict(
        limit=ident(name),
        threat_model=ident("cyber"),
        model=ident("m"),
        subject=SUBJECT,
        configuration=ident("bare"),
        kind=kind,
        as_of=NOW,
        policy=POLICY_DIGEST,
        subject_digest=SOME_DIGEST,
        configuration_digest=SOME_DIGEST,
        expires=end,
        held_from=end,
        train_expires=end,
        train_cap=None if kind.counts_as_crossed else Compute("9e22"),
        train_held_cap=None if kind.counts_as_crossed else Compute("9e22"),
    )
    return replace(made, **changes)


OFFICER = Approver(principal=ident("olga"), role=ident("officer"))
BOARD = Approver(principal=ident("bea"), role=ident("board"))


def attestation(name: str, measured: str = "0.95", **changes: Any) -> Attestation:
    made = Attestation(
        protection=ident(name),
        measured=Decimal(measured),
        tested_at=NOW - 10 * DAY,
        evidence=SOME_DIGEST,
        approved=OFFICER,
    )
    return replace(made, **changes)


def risk_statement(name: str) -> RiskStatement:
    return RiskStatement(
        subject=SUBJECT,
        limit=ident(name),
        event="a grid fails",
        horizon=NOW + 100 * DAY,
        credences=(Credence(author=ident("olga"), credence=Probability("0.01")),),
        made_at=NOW - DAY,
    )


def waiver(name: str, permission: Permission, **changes: Any) -> Waiver:
    made = Waiver(
        id=ident(f"w-{name}"),
        subject=SUBJECT,
        permission=permission,
        limit=ident(name),
        approvers=(OFFICER, BOARD),
        reason="a repair is under way",
        since=NOW - DAY,
        until=NOW + 20 * DAY,
    )
    return replace(made, **changes)


def question(permission: Permission = Permission.DEPLOY, **changes: Any) -> Question:
    made = Question(
        model=ident("m"),
        subject=SUBJECT,
        configuration=ident("bare"),
        permission=permission,
        mode="api",
        as_of=NOW,
        policy=POLICY_DIGEST,
        opaque=False,
        effective_compute=Compute("2e22"),
        assessed_compute=Compute("1e22"),
        assessed_at=NOW - 30 * DAY,
        widening=False,
    )
    return replace(made, **changes)


def dossier(kinds: dict[str, VerdictKind] | None = None, **changes: Any) -> Dossier:
    """Verdicts by limit (NOT_SHOWN where unnamed), every protection attested."""
    kinds = dict.fromkeys(LIMITS, VerdictKind.NOT_SHOWN) | (kinds or {})
    made = Dossier(
        verdicts=tuple(verdict(name, kind) for name, kind in kinds.items()),
        attestations=tuple(attestation(name) for name in ("vault", "filter", "watch")),
    )
    return replace(made, **changes)
