"""One entry of each kind, with fixed contents: what the golden files hold and other tests build on."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from scalegate.decision.decision import Blocker, Decision, Ground, NotTested, Question, RestsOn
from scalegate.decision.dossier import (
    Approver,
    Attestation,
    Credence,
    DutyDone,
    Pause,
    RiskStatement,
    ScopeFinding,
    Waiver,
)
from scalegate.evidence.flag import FlagCheck, FlagKind
from scalegate.evidence.run import Dating, Reported, RunManifest, Status
from scalegate.policy.document import Direction, Permission, Rung
from scalegate.quantity import Compute, Digest, Identifier, Probability
from scalegate.record.entry import (
    About,
    Body,
    Disposition,
    Entry,
    EntryKind,
    FlagDisposed,
    Head,
    LeaseIssued,
    PlanRegistered,
    Resumed,
    RunIngested,
    Seen,
)
from scalegate.record.happening import Event, Inherited, LossRung, MeasuredLoss, Method, Phase, TrainingProgress
from scalegate.tlog.ed25519 import PrivateKey
from scalegate.tlog.note import VerifierKey
from scalegate.verdict.ledger import (
    Answer,
    Control,
    Effort,
    Exposure,
    ExposureKind,
    Miss,
    Proposal,
    ProposalAnswer,
    Scale,
)
from scalegate.verdict.verdict import ObservationResult, Verdict, VerdictKind

ORIGIN = "acme.demo"


def made_key(name: str) -> PrivateKey:
    """A key that is made from its name, so that no private key lies in the tree."""
    return PrivateKey(hashlib.sha256(f"scalegate test key: {name}".encode()).digest())


OPERATOR = made_key("operator")
OPERATOR_KEY = VerifierKey(name=ORIGIN, key=OPERATOR.public)


def digest(text: str) -> Digest:
    return Digest(f"sha256:{hashlib.sha256(text.encode()).hexdigest()}")


def ident(text: str) -> Identifier:
    return Identifier.parse(text)


NOON = datetime(2026, 3, 31, 12, 0, 0, tzinfo=UTC)
LATER = datetime(2026, 9, 30, 0, 0, 0, tzinfo=UTC)
OFFICER = Approver(principal=ident("ana"), role=ident("officer"))
SUBJECT = digest("weights")
HEAD = Head(
    log=ORIGIN,
    stream="verdict/model-1",
    sequence=3,
    previous=digest("before"),
    policy=digest("policy"),
    issuer=ident("operator"),
    role=ident("operator"),
    issued_at=NOON,
    seen=Seen(size=17, root=digest("root")),
)
ABOUT = About(name="model-1", digest=SUBJECT)

QUESTION = Question(
    model=ident("model-1"),
    subject=SUBJECT,
    configuration=ident("agent"),
    permission=Permission.TRAIN,
    mode="",
    as_of=NOON,
    policy=digest("policy"),
    opaque=False,
    effective_compute=Compute.parse("2.1e24 FLOP"),
    widening=False,
)

SIGNED: dict[str, Any] = {"by": ident("ana"), "role": ident("auditor")}
BODIES: dict[EntryKind, Body] = {
    EntryKind.PLAN_REGISTERED: PlanRegistered(
        limit=ident("week"),
        evaluation=ident("tasks"),
        model=ident("model-1"),
        subject=SUBJECT,
        configuration=ident("agent"),
        suite=digest("suite"),
        tasks=120,
        attempts_per_task=8,
        statistical_power="0.62 against 0.20",
    ),
    EntryKind.RUN_INGESTED: RunIngested(
        address=digest("run"),
        manifest=RunManifest(
            schema="scalegate.run/1",
            model=ident("model-1"),
            configuration=ident("agent"),
            evaluation=ident("tasks"),
            run=ident("run-1"),
            status=Status.COMPLETED,
            dating=next(iter(Dating)),
            dated=NOON,
            rows=960,
            attempts=digest("attempts"),
            source=digest("source"),
            reported=Reported(attempts=960, mean=Decimal("0.25")),
            defects=("duplicate rows",),
        ),
        subject=SUBJECT,
        plan=digest("plan"),
        effective_compute=Compute.parse("2.1e24 FLOP"),
    ),
    EntryKind.VERDICT: Verdict(
        limit=ident("week"),
        threat_model=ident("cyber"),
        model=ident("model-1"),
        subject=SUBJECT,
        configuration=ident("agent"),
        kind=VerdictKind.NOT_RULED_OUT,
        as_of=NOON,
        policy=digest("policy"),
        governing="tasks",
        subject_digest=digest("model entry"),
        configuration_digest=digest("configuration entry"),
        observations=(
            ObservationResult(
                observation=ident("tasks"),
                evaluation=ident("tasks"),
                kind=VerdictKind.NOT_RULED_OUT,
                measure="success_rate",
                direction=Direction.RULE_OUT_PROXY,
                relied_on=True,
                lower=Decimal("0.312345"),
                upper=Decimal("Infinity"),
                limit_value=Decimal("0.5"),
                alpha_upper=Probability.parse("0.05"),
                tasks=120,
                reasons=("no bound: naïve effort, “unknown” g",),
                rests_on=(digest("run"),),
            ),
        ),
        rules=("V1", "B2"),
    ),
    EntryKind.DECISION: Decision(
        question=QUESTION,
        granted=False,
        blockers=(Blocker(rule="D2", why="no evidence", limit="week", cleared_by=(ident("officer"),)),),
        rests_on=(RestsOn(ground=Ground.VERDICT, id="week", what="NOT_RULED_OUT", digest=digest("v"), until=LATER),),
        not_tested=(NotTested(threat_model="bio", why="no evaluation"),),
        lapses_at=LATER,
        lapses_because="calendar",
        compute_cap=Compute.parse("4e24 FLOP"),
    ),
    EntryKind.LEASE: LeaseIssued(decision=digest("decision"), lease=digest("lease"), ends=LATER),
    EntryKind.PROTECTION_ATTESTED: Attestation(
        protection=ident("weights.sealed"),
        measured=Decimal("0.995"),
        tested_at=NOON,
        evidence=digest("red team"),
        approved=OFFICER,
        note="12 of 12 attempts stopped",
    ),
    EntryKind.WAIVER: Waiver(
        id=ident("w-1"),
        subject=SUBJECT,
        permission=Permission.STORE,
        limit=ident("week"),
        approvers=(OFFICER, Approver(principal=ident("bo"), role=ident("board"))),
        reason="bridge until the audit",
        since=NOON,
        until=LATER,
    ),
    EntryKind.RISK_STATEMENT: RiskStatement(
        subject=SUBJECT,
        limit=ident("week"),
        event="misuse with more than 10 victims",
        horizon=LATER,
        credences=(
            Credence(author=ident("ana"), credence=Probability.parse("0.02")),
            Credence(author=ident("bo"), credence=None),
        ),
        made_at=NOON,
    ),
    EntryKind.DUTY_DONE: DutyDone(duty=ident("board-told"), subject=SUBJECT, limit=ident("week"), by=OFFICER, at=NOON),
    EntryKind.PAUSE: Pause(id=ident("p-1"), scope="*", reason="anomaly in monitoring", by=OFFICER, at=NOON),
    EntryKind.RESUME: Resumed(
        pause=ident("p-1"), answer="false alarm, see report", approvers=(ident("ana"), ident("bo"))
    ),
    EntryKind.DISPOSITION: Disposition(
        run=digest("run"), reason="grader broken", by=ident("ana"), role=ident("auditor")
    ),
    EntryKind.SCOPE_FINDING: ScopeFinding(
        id=ident("s-1"), subject=SUBJECT, facts="1e20 FLOP, screen 0 of 50", by=OFFICER, until=LATER
    ),
    EntryKind.EFFORT: Effort(
        subject=SUBJECT,
        evaluation=ident("ctf"),
        configuration=ident("agent"),
        rung=Rung.TOOLS,
        scaffolds=3,
        refusal_free=True,
        people=2,
        person_hours=Decimal(80),
        what="three scaffolds, the best of them counted",
        made_at=NOON,
        **SIGNED,
    ),
    EntryKind.CONTROL: Control(
        evaluation=ident("ctf"),
        configuration=ident("agent"),
        planted=digest("open"),
        hidden=digest("locked"),
        recovered=digest("unlocked"),
        rung=Rung.FINE_TUNING,
        what="a password-locked model, unlocked by fine-tuning on ten solutions",
        made_at=NOON,
        **SIGNED,
    ),
    EntryKind.EXPOSURE: Exposure(
        evaluation=ident("ctf"),
        kind=ExposureKind.SELECTION,
        subject=SUBJECT,
        number=4,
        what="the best of four checkpoints was kept",
        made_at=NOON,
        **SIGNED,
    ),
    EntryKind.MISS: Miss(
        limit=ident("week"),
        subject=SUBJECT,
        scale=Scale.HORIZON,
        size=Decimal("2.5"),
        what="a customer's scaffold did tasks two and a half times as long",
        made_at=NOON,
        **SIGNED,
    ),
    EntryKind.PROPOSAL: Proposal(
        id=ident("tm-1"),
        title="Water supply",
        proposer="A utility",
        text="Control systems of water works are not covered.",
        made_at=NOON,
        **SIGNED,
    ),
    EntryKind.PROPOSAL_ANSWER: ProposalAnswer(
        proposal=ident("tm-1"),
        answer=Answer.COVERED,
        reason="the grid's limits come first",
        made_at=NOON,
        **SIGNED,
    ),
    EntryKind.TRAINING_PROGRESS: TrainingProgress(
        model=ident("model-1"),
        subject=SUBJECT,
        step=3000,
        phases=(
            Phase(name=ident("pretraining"), parameters=70_000_000, tokens=6_291_456_000),
            Phase(name=ident("post-training"), parameters=70_000_000, tokens=1_000_000, after_loss=True),
        ),
        inherited=(Inherited(model=ident("teacher"), effective_compute=Compute.parse("1e18 FLOP")),),
        loss=MeasuredLoss(
            loss=Decimal("3.5"),
            ladder=(
                LossRung(compute=Compute.parse("1e18 FLOP"), loss=Decimal(4)),
                LossRung(compute=Compute.parse("4e18 FLOP"), loss=Decimal("3.5")),
            ),
        ),
        effective_compute=Compute.parse("4.00042e18 FLOP"),
        method=Method.MEASURED_LOSS,
        measured_at=NOON,
        by=OFFICER,
    ),
    EntryKind.EVENT: Event(
        event=ident("new-tool"),
        subject=SUBJECT,
        model="model-1",
        evaluation=ident("tasks"),
        at=NOON,
        what="an agent framework with a debugger was published",
        by=OFFICER,
    ),
    EntryKind.FLAG_CHECK: FlagCheck(
        id=ident("below_chance/0123456789abcdef"),
        kind=FlagKind.BELOW_CHANCE,
        subject=SUBJECT,
        evaluation=ident("tasks"),
        configuration=ident("agent"),
        raised=True,
        words="fewer right answers than guessing gives: p 0.00469568, statistic 0.075, 40 units",
        evidence=digest("addresses of the runs"),
        test="below_chance/1",
        statistic=Decimal("0.075"),
        p_value=Decimal("0.00469568"),
        level=Decimal("0.01"),
        units=40,
        runs=(digest("run"),),
    ),
    EntryKind.FLAG_DISPOSED: FlagDisposed(
        flag=ident("below_chance/0123456789abcdef"),
        reason="the key was shifted by one; scored again as run-2",
        by=ident("ana"),
        role=ident("auditor"),
    ),
}


def entry(kind: EntryKind, **changes: Any) -> Entry:
    """The sample of a kind, with other fields where given."""
    return Entry(**{"kind": kind, "head": HEAD, "about": ABOUT, "body": BODIES.get(kind), **changes})
