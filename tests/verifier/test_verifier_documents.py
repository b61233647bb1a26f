"""Several documents: what somebody with the operator's key writes under one of them alone is found (D1)."""

from __future__ import annotations

import gc
from dataclasses import replace
from datetime import datetime
from decimal import Decimal
from pathlib import Path

import pytest

from end_to_end.document_world import NAME, SAME, STRICT, framework, make_both
from end_to_end.project_world import World, done, subject
from scalegate.decision.dossier import Approver, Attestation, Pause
from scalegate.lease.document import LeaseDocument, lease_digest
from scalegate.policy.document import Permission, PolicyDocument
from scalegate.procedure.gating import Gated, gate
from scalegate.procedure.workspace import OPERATOR, Draft
from scalegate.project import Project, read_policy_file
from scalegate.quantity import Digest, Identifier
from scalegate.record.canonical import digest_of_value
from scalegate.record.entry import About, Body, EntryKind, LeaseIssued, PolicyAdopted
from scalegate.record.view import add
from verifier.test_verifier_fakes import forging

NIA = Approver(principal=Identifier("nia"), role=Identifier("officer"))
DAN = Approver(principal=Identifier("dan"), role=Identifier("officer"))


@pytest.fixture(scope="module")
def prepared_alike(tmp_path_factory: pytest.TempPathFactory) -> World:
    return make_both(tmp_path_factory.mktemp("alike"), SAME)


@pytest.fixture(scope="module")
def prepared_strict(tmp_path_factory: pytest.TempPathFactory) -> World:
    return make_both(tmp_path_factory.mktemp("strict"), STRICT)


@pytest.fixture
def alike(prepared_alike: World, tmp_path: Path) -> World:
    return prepared_alike.copy(tmp_path)


@pytest.fixture
def strict(prepared_strict: World, tmp_path: Path) -> World:
    return prepared_strict.copy(tmp_path)


def put(
    project: Project, kind: EntryKind, body: Body, name: str, *, by: Approver = OPERATOR, under: str = "policy"
) -> None:
    view = project.workspace.view
    policy = view.of(under).policy
    draft = Draft(kind=kind, about=About(name=name, digest=digest_of_value(body)), body=body)
    digest = policy.digest if policy else None
    for logged in project.scribe.write([draft], by=by, policy=digest, at=view, now=project.now()):
        add(view, logged)


def decided(project: Project, model: str = "calm", now: datetime | None = None) -> Gated:
    return gate(project.workspace, Permission.DEPLOY, model=model, now=now or project.now())


def found(world: World) -> list[str]:
    answer = done(world.run("--format", "json", "log", "verify"), 0, 1)
    return [str(f) for f in answer.json["findings"]]


def test_the_record_as_the_program_writes_it_has_no_finding(alike: World) -> None:
    with forging(alike) as project:
        assert decided(project).decision.granted
    assert found(alike) == []


def test_a_grant_under_one_document_while_another_holds_is_found(strict: World) -> None:
    with forging(strict) as project:
        held = decided(project).joined["policy"]
        own = replace(
            held,
            question=replace(held.question, as_of=project.now()),
            granted=True,
            blockers=(),
            lapses_at=held.question.as_of.replace(year=held.question.as_of.year + 1),
            lapses_because="the policy's longest lease",
        )
        put(project, EntryKind.DECISION, own, "calm")
    (finding,) = found(strict)
    assert "recorded as GRANTED, but the entries before it give HELD" in finding


def test_a_hold_of_another_document_that_was_left_out_is_found(strict: World) -> None:
    """Held for another reason is not enough: every document that holds is named."""
    with forging(strict) as project:
        made = gate(project.workspace, Permission.RELEASE_WEIGHTS, model="calm", now=project.now())
        held = made.joined["policy"]
        own = replace(
            held,
            question=replace(held.question, as_of=project.now()),
            blockers=tuple(b for b in held.blockers if b.rule != "D1"),
        )
        put(project, EntryKind.DECISION, own, "calm")
    (finding,) = found(strict)
    assert "they differ in blockers" in finding


def lease_of(project: Project, gated: Gated, also: tuple[str, ...]) -> LeaseIssued:
    question, decision = gated.decision.question, gated.decision
    assert gated.logged is not None
    assert decision.lapses_at is not None
    terms = LeaseDocument(
        origin=project.trust.origin,
        model=question.model,
        subject=question.subject,
        permission=question.permission.value,
        configuration=question.configuration,
        mode=question.mode,
        effective_compute_cap=decision.compute_cap,
        begins=project.now(),
        ends=decision.lapses_at,
        policy=question.policy,
        decision=gated.logged.digest,
        also_under=also,
    )
    return LeaseIssued(decision=gated.logged.digest, lease=Digest(lease_digest(terms)), ends=decision.lapses_at)


@pytest.mark.parametrize("complete", [True, False])
def test_a_lease_that_does_not_name_every_document_is_found(alike: World, complete: bool) -> None:
    with forging(alike) as project:
        gated = decided(project)
        also = (gated.documents[Identifier(NAME)].digest,) if complete else ()
        put(project, EntryKind.LEASE, lease_of(project, gated, also), "calm")
    assert [("name every document" in f) for f in found(alike)] == ([] if complete else [True])


def test_a_lease_after_another_version_of_the_further_document_is_found(alike: World) -> None:
    with forging(alike) as project:
        gated = decided(project)
        policy = project.workspace.view.policy
        assert policy is not None
        changed = replace(project.workspace.view.of(NAME).policy.document, version="8")  # type: ignore[union-attr]
        before = project.workspace.view.of(NAME).policy
        body = adoption(changed, NAME, before.digest if before else None)
        put(project, EntryKind.POLICY_ADOPTED, body, changed.title, by=NIA, under=NAME)
        also = (gated.documents[Identifier(NAME)].digest,)
        put(project, EntryKind.LEASE, lease_of(project, gated, also), "calm")
    assert any("without a decision under the document framework (D1)" in f for f in found(alike))


def adoption(document: PolicyDocument, name: str, replaces: Digest | None = None) -> PolicyAdopted:
    notice = "demonstration: forged" if replaces else "first adoption"
    return PolicyAdopted(
        digest=digest_of_value(document),
        document=document,
        replaces=replaces,
        notice=notice,
        name=Identifier(name),
    )


def text_of(world: World, *change: str) -> PolicyDocument:
    """The framework with a piece of its text changed."""
    text = framework((world.root / "policy.yaml").read_text(encoding="utf-8"))
    place = world.root / "changed.yaml"
    place.write_text(text.replace(*change) if change else text, encoding="utf-8")
    document = read_policy_file(place).document
    assert document is not None
    return document


def test_a_document_that_could_not_come_into_force_is_found(alike: World) -> None:
    other = text_of(alike, "suite: exam,", "suite: other,")
    with forging(alike) as project:
        put(project, EntryKind.POLICY_ADOPTED, adoption(other, "third"), other.title, by=NIA)
        put(project, EntryKind.POLICY_ADOPTED, adoption(text_of(alike), "fourth"), "x", by=NIA)
    findings = found(alike)
    assert any("evaluation exam is another one in two documents" in f for f in findings)
    assert any("is, or was, in force under the name framework" in f for f in findings)


def test_an_attestation_under_a_document_whose_officer_it_is_not_is_found(alike: World) -> None:
    body = Attestation(
        protection=Identifier("locks"),
        measured=Decimal("0.99"),
        tested_at=datetime.fromisoformat("2026-01-01T00:00:00+00:00"),
        evidence=Digest(subject("x")),
        approved=DAN,
    )
    with forging(alike) as project:
        put(project, EntryKind.PROTECTION_ATTESTED, body, "locks", by=DAN, under=NAME)
    assert any("dan does not hold the role officer (D3)" in f for f in found(alike))


def test_a_pause_that_is_filed_under_another_document_is_found(alike: World) -> None:
    with forging(alike) as project:
        pause = Pause(id=Identifier("p"), scope="*", reason="a doubt", by=DAN, at=project.now(), document=NAME)
        put(project, EntryKind.PAUSE, pause, "p", by=DAN)
    assert any("a pause under another document than its own (D10)" in f for f in found(alike))


def test_the_pause_of_a_killed_process_is_recorded_under_its_document(alike: World) -> None:
    """Its flag stands and its entry does not: whoever meets it files it where its person holds a role (D10)."""
    with forging(alike) as project:
        made = Pause(
            id=Identifier("20260101T000000Z-abcdef01"),
            scope="*",
            reason="a doubt",
            by=NIA,
            at=project.now(),
            document=NAME,
        )
        project.flags.raise_flag(made)
    answer = done(alike.run("--format", "json", "gate", "STORE", "--model", "calm"), 1).json
    assert [(b["document"], b["rule"]) for b in answer["blockers"]] == [(NAME, "D10")]
    gc.collect()
    assert found(alike) == []
