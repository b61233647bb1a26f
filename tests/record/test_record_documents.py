"""Two documents in one record: each entry acts where it was made; evidence, and what can only raise, in both."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields, replace
from datetime import timedelta
from typing import Any

import pytest

from record.samples import BODIES, HEAD, NOON, digest, entry, ident
from scalegate.decision.decision import Decision
from scalegate.quantity import Compute
from scalegate.record.entry import Body, EntryKind, FlagDisposed, PlanRegistered, PolicyAdopted, Resumed
from scalegate.record.happening import TrainingProgress
from scalegate.record.view import Logged, RecordView, compute_untold, reached_compute, view_of
from scalegate.verdict.ledger import ProposalAnswer
from scalegate.verdict.verdict import Verdict
from world import policy

FIRST = PolicyAdopted(digest=digest("policy"), document=policy(), replaces=None, notice="first adoption")
OTHER = replace(FIRST, digest=digest("another document"), name=ident("framework"))
EVIDENCE = {
    EntryKind.RUN_INGESTED,
    EntryKind.PLAN_REGISTERED,
    EntryKind.FLAG_CHECK,
    EntryKind.EXPOSURE,
    EntryKind.EVENT,
    EntryKind.TRAINING_PROGRESS,
    EntryKind.PROPOSAL,
}
RAISES = EVIDENCE - {EntryKind.PLAN_REGISTERED, EntryKind.TRAINING_PROGRESS, EntryKind.PROPOSAL}
NO_STATE = {EntryKind.LEASE}
PLACE = {"own_progress", "document", "first", "further", "names", "policies", "adopted_at", "size", "head_time"}


def under(body: Body, adopted: PolicyAdopted) -> Body:
    match body:
        case Verdict():
            return replace(body, policy=adopted.digest)
        case Decision():
            return replace(body, question=replace(body.question, policy=adopted.digest))
        case _:
            return body


def viewed(*bodies: tuple[EntryKind, Body, PolicyAdopted]) -> RecordView:
    def logged() -> Iterator[Logged]:
        for at, (kind, body, adopted) in enumerate(bodies):
            made = entry(kind, body=under(body, adopted), head=replace(HEAD, policy=adopted.digest))
            yield Logged(index=at, digest=digest(f"entry {at}"), entry=made)

    return view_of(logged())


ADOPTIONS = ((EntryKind.POLICY_ADOPTED, FIRST, FIRST), (EntryKind.POLICY_ADOPTED, OTHER, OTHER))
BEFORE = {  # what has to stand before an entry means anything
    EntryKind.RESUME: EntryKind.PAUSE,
    EntryKind.PROPOSAL_ANSWER: EntryKind.PROPOSAL,
    EntryKind.FLAG_DISPOSED: EntryKind.FLAG_CHECK,
}


def before(kind: EntryKind) -> tuple[tuple[EntryKind, Body, PolicyAdopted], ...]:
    """Also under the first document, so that a pause can be told from its end."""
    if kind not in BEFORE:
        return ()
    body: Any = BODIES[BEFORE[kind]]
    asked: Any = BODIES[kind]
    if isinstance(asked, Resumed):
        body = replace(body, id=asked.pause)
    elif isinstance(asked, ProposalAnswer):
        body = replace(body, id=asked.proposal)
    elif isinstance(asked, FlagDisposed):
        body = replace(body, id=asked.flag)
    return tuple((BEFORE[kind], body, adopted) for adopted in (FIRST, OTHER))


def state(view: RecordView) -> dict[str, str]:
    """Everything that a view holds, apart from its place among the others."""
    return {f.name: repr(getattr(view, f.name)) for f in fields(RecordView) if f.name not in PLACE}


KINDS = sorted(set(EntryKind) - {EntryKind.POLICY_ADOPTED} - NO_STATE)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("adopted", [FIRST, OTHER], ids=["first", "further"])
def test_an_entry_acts_under_its_document_and_evidence_under_all(kind: EntryKind, adopted: PolicyAdopted) -> None:
    stands = (*ADOPTIONS, *before(kind))
    without, view = viewed(*stands), viewed(*stands, (kind, BODIES[kind], adopted))
    own, other = ("policy", "framework") if adopted is FIRST else ("framework", "policy")
    assert state(view.of(own)) != state(without.of(own))
    touched = {name for name, text in state(view.of(other)).items() if text != state(without.of(other))[name]}
    if kind in EVIDENCE:
        assert touched
        assert state(view.of(own)) == state(view.of(other))
    else:
        assert touched <= {"lineage", "within", "looked_at"}  # what a verdict says of kin and of looks is evidence


@pytest.mark.parametrize("kind", sorted(RAISES))
def test_what_can_raise_makes_verdicts_stale_under_every_document(kind: EntryKind) -> None:
    view = viewed(*ADOPTIONS, (kind, BODIES[kind], OTHER))
    assert [part.evidence_index for part in view.in_force] == [2, 2]


def test_a_document_adopted_later_has_the_evidence_so_far_and_nothing_else() -> None:
    entries = [(kind, BODIES[kind], FIRST) for kind in KINDS]
    view = viewed(ADOPTIONS[0], *entries, ADOPTIONS[1])
    late = view.of("framework")
    assert late.runs == view.runs
    assert late.events == view.events
    done_under_it = (late.verdicts, late.attestations, late.waivers, late.pauses, late.decisions, late.misses)
    assert not any(done_under_it)
    assert late.evidence_index == view.evidence_index
    assert [part.document for part in view.in_force] == ["policy", "framework"]


def test_an_entry_of_a_digest_that_was_never_in_force_is_the_firsts() -> None:
    stranger = replace(OTHER, digest=digest("never adopted"))
    view = viewed(*ADOPTIONS, (EntryKind.WAIVER, BODIES[EntryKind.WAIVER], stranger))
    assert [len(part.waivers) for part in view.in_force] == [1, 0]


def test_an_older_version_still_names_its_document() -> None:
    newer = replace(OTHER, digest=digest("version 2"), replaces=OTHER.digest)
    view = viewed(
        *ADOPTIONS,
        (EntryKind.POLICY_ADOPTED, newer, newer),
        (EntryKind.WAIVER, BODIES[EntryKind.WAIVER], OTHER),
    )
    assert [len(part.waivers) for part in view.in_force] == [0, 1]
    assert [part.policy.digest for part in view.in_force if part.policy] == [FIRST.digest, newer.digest]


def test_limits_of_one_id_in_two_documents_share_one_draw() -> None:
    """One run may serve a limit of each; two plans for one limit of one document draw twice (B4)."""
    plan = BODIES[EntryKind.PLAN_REGISTERED]
    assert isinstance(plan, PlanRegistered)
    shared = viewed(*ADOPTIONS, (EntryKind.PLAN_REGISTERED, plan, FIRST), (EntryKind.PLAN_REGISTERED, plan, OTHER))
    assert len(set(shared.draws.values())) == 1
    again = viewed(*ADOPTIONS, (EntryKind.PLAN_REGISTERED, plan, FIRST), (EntryKind.PLAN_REGISTERED, plan, FIRST))
    assert len(set(again.draws.values())) == 2


def test_S4_what_is_unknown_stays_so_until_it_is_told_under_each_document() -> None:
    """Progress reaches all; that it is known again is told by somebody who holds a role of the document."""
    stated = BODIES[EntryKind.TRAINING_PROGRESS]
    assert isinstance(stated, TrainingProgress)
    known = replace(stated, effective_compute=Compute("2e24"), measured_at=NOON)
    unknown = replace(known, effective_compute=None, measured_at=NOON - timedelta(days=1))
    kind = EntryKind.TRAINING_PROGRESS
    view = viewed(*ADOPTIONS, (kind, unknown, FIRST), (kind, known, OTHER))
    assert all(compute_untold(part, known.subject) for part in view.in_force)
    assert {reached_compute(part, known.subject) for part in view.in_force} == {known.effective_compute}
    told = viewed(*ADOPTIONS, (kind, unknown, OTHER), (kind, known, FIRST), (kind, known, OTHER))
    assert not any(compute_untold(part, known.subject) for part in told.in_force)
