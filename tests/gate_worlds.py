"""Random policies, recorded acts and clocks for the laws of the gate (`semantics.md`, Laws)."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import strategies as st

from scalegate.decision.decision import Question
from scalegate.decision.dossier import AlertCase, Approver, Dossier, DutyDone, Pause
from scalegate.policy.document import FirstAssessment, Permission, PolicyDocument
from scalegate.quantity import Compute
from scalegate.verdict.verdict import Verdict, VerdictKind
from world import (
    BOARD,
    DAY,
    LIMITS,
    NOW,
    OFFICER,
    SUBJECT,
    attestation,
    ident,
    policy,
    question,
    risk_statement,
    waiver,
)
from world import verdict as verdict_of

KINDS = st.sampled_from(list(VerdictKind))
DAYS = st.integers(-400, 400).map(lambda n: n * DAY)
ASKED = st.sampled_from([p for p in Permission if p is not Permission.RELEASE_WEIGHTS])
COMPUTES = st.sampled_from([None, *(Compute(x) for x in ("1e19", "9e21", "1e22", "2e22", "3.9e22", "4e22", "1e23"))])


KNOWN_CAPS = st.tuples(COMPUTES.filter(bool), COMPUTES.filter(bool)).map(sorted)
CAPS = st.one_of(
    st.just({"train_cap": None, "train_held_cap": None}),
    KNOWN_CAPS.map(lambda pair: {"train_cap": pair[0], "train_held_cap": pair[1]}),
)


def as_alert(made: Verdict) -> Verdict:
    """The alert that a claim becomes when its bound is higher: it ends where the limit is reached."""
    return replace(made, kind=VerdictKind.ALERT, expires=made.held_from, train_cap=made.train_held_cap)


@st.composite
def policies(draw: st.DrawFn) -> PolicyDocument:
    document = policy()
    keep = draw(st.lists(st.sampled_from(document.protections.conditional), unique=True))
    loose = tuple(replace(c, protections=(), none_because="n") if draw(st.booleans()) else c for c in keep)
    at = draw(st.sampled_from([None, Compute("1e22")]))
    return replace(
        document,
        protections=replace(document.protections, conditional=loose),
        evaluation=replace(document.evaluation, first_assessment=FirstAssessment(at=at)),
    )


@st.composite
def verdicts(draw: st.DrawFn, name: str) -> Verdict:
    """A verdict as assessment makes them: `expires` never after `held_from`, an alert's are one."""
    made = verdict_of(name, draw(KINDS))
    if made.kind.counts_as_crossed:
        return made
    first, second = sorted((NOW + draw(DAYS), NOW + draw(DAYS)))
    made = replace(made, expires=first, held_from=second, train_expires=NOW + draw(DAYS), **draw(CAPS))
    return as_alert(made) if made.kind is VerdictKind.ALERT else made


@st.composite
def dossiers(draw: st.DrawFn) -> Dossier:
    approver = st.sampled_from([OFFICER, BOARD, Approver(principal=ident("dan"), role=ident("officer"))])
    names = draw(st.lists(st.sampled_from(LIMITS), unique=True, min_size=1).filter(bool))
    attested = [
        attestation(
            n, draw(st.sampled_from(["0.95", "0.9", "0.5"])), tested_at=NOW + draw(DAYS), approved=draw(approver)
        )
        for n in draw(st.lists(st.sampled_from(["vault", "filter", "watch"]), unique=True))
    ]
    permissions = draw(st.lists(ASKED, max_size=2))
    return Dossier(
        verdicts=tuple(draw(verdicts(n)) for n in names),
        attestations=tuple(attested),
        waivers=tuple(
            waiver(n, p, id=ident(f"{n}{i}")) for i, (n, p) in enumerate(zip(LIMITS, permissions, strict=False))
        ),
        risk_statements=tuple(risk_statement(n) for n in draw(st.lists(st.sampled_from(LIMITS), unique=True))),
        pauses=tuple(
            Pause(id=ident("p"), scope=s, reason="r", by=OFFICER, at=NOW)
            for s in draw(st.lists(st.sampled_from(["*", "STORE", "other"]), max_size=1))
        ),
        alert_cases=tuple(
            AlertCase(subject=SUBJECT, limit=ident(n), since=NOW + draw(DAYS))
            for n in draw(st.lists(st.sampled_from(LIMITS), unique=True))
        ),
        duties_done=tuple(
            DutyDone(duty=ident("tell"), subject=SUBJECT, limit=ident(n), by=OFFICER, at=NOW)
            for n in draw(st.lists(st.sampled_from(LIMITS), unique=True))
        ),
    )


@st.composite
def questions(draw: st.DrawFn) -> Question:
    assessed = draw(st.booleans())
    return question(
        draw(ASKED),
        opaque=draw(st.booleans()),
        widening=draw(st.booleans()),
        as_of=NOW + draw(DAYS),
        effective_compute=draw(COMPUTES),
        assessed_compute=draw(COMPUTES) if assessed else None,
        assessed_at=NOW + draw(DAYS) if assessed else None,
    )


Worlds = st.tuples(policies(), questions(), dossiers())
World = tuple[PolicyDocument, Question, Dossier]
