"""What somebody with the operator's key can write, and the verifier finds: each fake, beside the honest record."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from record.samples import BODIES, digest
from scalegate.decision.decision import Decision
from scalegate.decision.dossier import Approver, DutyDone, Pause, ScopeFinding, Waiver
from scalegate.decision.gate import decide
from scalegate.policy.document import Permission, PolicyDocument
from scalegate.procedure.verifying import adoption_findings
from scalegate.quantity import Compute, Digest
from scalegate.record.canonical import digest_of_value
from scalegate.record.entry import (
    About,
    Body,
    Disposition,
    Entry,
    EntryKind,
    Head,
    LeaseIssued,
    PlanRegistered,
    PolicyAdopted,
    Resumed,
    RunIngested,
    Seen,
)
from scalegate.record.view import Logged, RecordView, dossier_for, question_for, view_of
from scalegate.verdict.verdict import ESTIMATES_VERSION, ObservationResult, Verdict, VerdictKind
from scalegate.verifier.decisions import REPEATED_WITHIN, verify_decisions
from world import (
    BOARD,
    DAY,
    LIMITS,
    NOW,
    OFFICER,
    SOME_DIGEST,
    SUBJECT,
    attestation,
    ident,
    limit,
    policy,
    risk_statement,
    verdict,
)

OPERATOR = Approver(principal=ident("operator"), role=ident("operator"))
EVALUATOR = Approver(principal=ident("eve"), role=ident("evaluator"))


def adoptable(**changes: Any) -> PolicyDocument:
    """The policy of the tests, without the two things for which it could not be adopted."""
    plain = policy()
    spot = plain.threat_models["bio"].accepted_blind_spot
    assert spot is not None
    bio = replace(plain.threat_models["bio"], accepted_blind_spot=replace(spot, accepted_by=ident("board")))
    rebuttal = replace(plain.response.rebuttal, outside_key=True)
    ours = {
        "threat_models": {**plain.threat_models, "bio": bio},
        "response": replace(plain.response, rebuttal=rebuttal),
    }
    return policy(**{**ours, **changes})


class Book:
    """A record in memory: `put` writes as the program would, and as it never would."""

    def __init__(self, document: PolicyDocument | None = None, origin: str = "lab.demo") -> None:
        self.entries: list[Logged] = []
        self.origin, self.document = origin, document or adoptable()
        self.policy = self.adopt(self.document)

    def put(
        self,
        kind: EntryKind,
        *bodies: Body,
        by: Approver = OPERATOR,
        at: datetime = NOW,
        seen: int | None = None,
        about: About | None = None,
    ) -> Digest:
        size = len(self.entries) if seen is None else seen
        for body in bodies:
            if isinstance(body, Verdict):
                about = About(name=body.model, digest=body.subject_digest)
            index = len(self.entries)
            head = Head(
                log=self.origin,
                stream=kind.value,
                sequence=0,
                previous=None,
                policy=None,
                issuer=by.principal,
                role=by.role,
                issued_at=at,
                seen=Seen(size=size, root=SOME_DIGEST),
            )
            entry = Entry(kind=kind, head=head, about=about or About(name="x", digest=SOME_DIGEST), body=body)
            self.entries.append(Logged(index=index, digest=digest(f"entry {index}"), entry=entry))
        return self.entries[-1].digest

    def adopt(self, document: PolicyDocument, *, by: Approver = OFFICER, **changes: Any) -> Digest:
        made = PolicyAdopted(digest=digest_of_value(document), document=document, replaces=None, notice="first")
        self.put(EntryKind.POLICY_ADOPTED, replace(made, **changes), by=by)
        return digest_of_value(document)

    def verdicts(self, kind: VerdictKind = VerdictKind.NOT_SHOWN, **changes: Any) -> tuple[Verdict, ...]:
        ours = {"policy": self.policy, "estimates": ESTIMATES_VERSION, **changes}
        return tuple(verdict(name, kind, **ours) for name in LIMITS)

    def ready(self) -> Book:
        """Protections attested and every limit assessed: STORE is granted."""
        self.put(EntryKind.PROTECTION_ATTESTED, attestation("vault"), by=OFFICER)
        self.put(EntryKind.VERDICT, *self.verdicts())
        return self

    def decision(self, view: RecordView | None = None, *, at: datetime = NOW, **changes: Any) -> Decision:
        view = view or view_of(self.entries)
        asked = question_for(
            view,
            model=ident("m"),
            subject=SUBJECT,
            opaque=False,
            configuration=ident("bare"),
            permission=Permission.STORE,
            mode="",
            effective_compute=Compute("1e22"),
            as_of=at,
            policy=self.policy,
        )
        asked = replace(asked, **changes)
        dossier = dossier_for(view, subject=asked.subject, policy=self.policy)
        return decide(self.document, asked, dossier)

    def findings(self) -> str:
        return "\n".join(str(f) for f in verify_decisions(self.entries)[1])


def found(book: Book, *words: str) -> None:
    told = book.findings()
    for word in words:
        assert word in told, told or "nothing was found"


# --------------------------------------------------------------------------------- the honest record


def pause(by: Approver = BOARD) -> Pause:
    return Pause(id=ident("p1"), scope="*", reason="r", by=by, at=NOW)


def run(**changes: Any) -> RunIngested:
    sample = BODIES[EntryKind.RUN_INGESTED]
    assert isinstance(sample, RunIngested)
    manifest = replace(sample.manifest, evaluation=ident("exam"), configuration=ident("bare"), dated=NOW - DAY)
    return replace(sample, **{"subject": SUBJECT, "plan": None, "manifest": manifest, **changes})


def plan(**changes: Any) -> PlanRegistered:
    sample = BODIES[EntryKind.PLAN_REGISTERED]
    assert isinstance(sample, PlanRegistered)
    ours = {"limit": "low", "evaluation": "exam", "configuration": "bare", "model": "m"}
    return replace(sample, **{"subject": SUBJECT, **{k: ident(v) for k, v in ours.items()}, **changes})


def waiver(**changes: Any) -> Waiver:
    made = Waiver(
        id=ident("w"),
        subject=SUBJECT,
        permission=Permission.DEPLOY,
        limit=ident("low"),
        approvers=(OFFICER, BOARD),
        reason="r",
        since=NOW,
        until=NOW + 10 * DAY,
    )
    return replace(made, **changes)


def done(**changes: Any) -> DutyDone:
    made = DutyDone(duty=ident("tell"), subject=SUBJECT, limit=ident("low"), by=OFFICER, at=NOW)
    return replace(made, **changes)


def scope(**changes: Any) -> ScopeFinding:
    made = ScopeFinding(id=ident("s"), subject=SUBJECT, facts="f", by=OFFICER, until=NOW + 10 * DAY, made_at=NOW)
    return replace(made, **changes)


def test_an_honest_record_has_no_findings() -> None:
    book = Book()
    planned = book.put(EntryKind.PLAN_REGISTERED, plan())
    dated = replace(run().manifest, dated=NOW)
    book.put(EntryKind.RUN_INGESTED, run(plan=planned, manifest=dated), run(address=digest("another")))
    book.put(EntryKind.DISPOSITION, Disposition(run=run().address, reason="r", by=ident("bea"), role=ident("board")))
    book.ready()
    granted = book.decision()
    assert granted.granted, granted.blockers
    book.put(EntryKind.DECISION, granted, book.decision(permission=Permission.ASSESS))
    named = book.entries[-2].digest
    assert granted.lapses_at is not None
    lease = LeaseIssued(decision=named, lease=SOME_DIGEST, ends=granted.lapses_at)
    book.put(EntryKind.LEASE, lease)
    book.put(EntryKind.RISK_STATEMENT, risk_statement("low"), by=OFFICER)
    book.put(EntryKind.WAIVER, waiver())
    book.put(EntryKind.DUTY_DONE, done())
    book.put(EntryKind.SCOPE_FINDING, scope())
    book.put(EntryKind.PAUSE, pause(), by=BOARD)
    resumed = Resumed(pause=ident("p1"), answer="mended", approvers=(ident("bea"), ident("olga")))
    book.put(EntryKind.RESUME, resumed, by=BOARD)
    assert verify_decisions(book.entries) == (2, [])


# ---------------------------------------------------------------------------------- place and time


def test_D10_a_pause_slipped_in_before_a_grant_that_says_it_has_not_seen_it_is_found() -> None:
    book = Book().ready()
    size, view = len(book.entries), view_of(book.entries)
    book.put(EntryKind.PAUSE, pause(), by=BOARD)
    book.put(EntryKind.DECISION, book.decision(view), seen=size)
    found(book, "not of its own transaction")


@pytest.mark.parametrize("later", [timedelta(0), DAY])
def test_D9_decisions_of_two_times_are_no_transaction(later: timedelta) -> None:
    book = Book().ready()
    size, view = len(book.entries), view_of(book.entries)
    book.put(EntryKind.DECISION, book.decision(view))
    book.put(EntryKind.DECISION, book.decision(view, at=NOW + later), seen=size, at=NOW + later)
    assert ("not of its own transaction" in book.findings()) == bool(later)


def test_D9_a_lease_that_has_not_seen_the_pause_before_it_is_found() -> None:
    book = Book().ready()
    granted = book.decision()
    named = book.put(EntryKind.DECISION, granted)
    size = len(book.entries)
    book.put(EntryKind.PAUSE, pause(), by=BOARD)
    assert granted.lapses_at is not None
    lease = LeaseIssued(decision=named, lease=SOME_DIGEST, ends=granted.lapses_at)
    book.put(EntryKind.LEASE, lease, seen=size)
    found(book, "has not seen the 1 entries just before it")


def test_D16_an_entry_of_yesterday_after_one_of_today_is_found() -> None:
    book = Book().ready()
    view = view_of(book.entries)
    book.put(EntryKind.DECISION, book.decision(view, at=NOW - DAY), at=NOW - DAY)
    found(book, "before entries that it has seen (D16)")


def test_D16_a_command_that_repeated_its_transaction_is_no_finding() -> None:
    book = Book().ready()
    then = NOW - REPEATED_WITHIN
    book.put(EntryKind.VERDICT, *book.verdicts(as_of=then), at=then)
    assert not book.findings()


# ------------------------------------------------------------------------------ decisions and verdicts


def test_E1_a_grant_on_verdicts_older_than_the_last_run_is_found() -> None:
    book = Book().ready()
    view = view_of(book.entries)
    book.put(EntryKind.RUN_INGESTED, run())
    book.put(EntryKind.DECISION, book.decision(view))
    found(book, "granted on verdicts that are older than the last evidence")


def test_S1_an_identity_that_is_called_verifiable_and_is_not_is_found() -> None:
    book = Book().ready()
    book.put(EntryKind.DECISION, book.decision(subject="opaque:somebody"), book.decision(opaque=True))
    assert book.findings().count("identity is verifiable where it is not") == 2


VERDICTS: dict[str, tuple[dict[str, Any], str]] = {
    "another policy": ({"policy": SOME_DIGEST}, "a policy that was not in force"),
    "unknown estimators": ({"estimates": "0"}, "unknown version '0'"),
    "another time": ({"as_of": NOW - DAY}, "as of another time"),
    "no such limit": ({"limit": ident("none")}, "the policy has no limit none"),
}


@pytest.mark.parametrize(("changes", "words"), VERDICTS.values(), ids=VERDICTS)
def test_law_6_a_verdict_that_its_place_does_not_allow_is_found(changes: dict[str, Any], words: str) -> None:
    book = Book()
    book.put(EntryKind.VERDICT, *(replace(v, **changes) for v in book.verdicts()))
    found(book, words)


def test_V2_a_verdict_milder_than_an_observation_that_it_relies_on_is_found() -> None:
    book = Book()
    sample = BODIES[EntryKind.VERDICT]
    assert isinstance(sample, Verdict)
    grave: ObservationResult = replace(sample.observations[0], kind=VerdictKind.DANGER_SHOWN)
    book.put(EntryKind.VERDICT, *book.verdicts(observations=(grave,)))
    found(book, "where an observation relied on is DANGER_SHOWN (V2)")


def test_a_verdict_in_an_entry_about_another_model_is_found() -> None:
    book = Book()
    book.put(EntryKind.VERDICT, *book.verdicts())
    last = book.entries[-1]
    other = replace(last.entry, about=About(name="m", digest=digest("another entry of models.yaml")))
    book.entries[-1] = replace(last, entry=other)
    found(book, "about another model than the verdict")


# -------------------------------------------------------------------------------------------- leases


def leased(book: Book, **changes: Any) -> None:
    granted = book.decision()
    named = book.put(EntryKind.DECISION, granted)
    assert granted.lapses_at is not None
    lease = LeaseIssued(decision=named, lease=SOME_DIGEST, ends=granted.lapses_at)
    book.put(EntryKind.LEASE, replace(lease, **changes))


def test_D9_a_lease_on_no_decision_of_this_log_is_found() -> None:
    book = Book().ready()
    leased(book, decision=digest("nowhere"))
    found(book, "on a decision that this log does not hold")


def test_D9_a_lease_longer_than_its_decision_is_found() -> None:
    book = Book().ready()
    leased(book, ends=NOW + 900 * DAY)
    found(book, "longer than its decision")


def test_D9_a_lease_on_a_hold_is_found() -> None:
    book = Book()
    named = book.put(EntryKind.DECISION, book.decision())
    book.put(EntryKind.LEASE, LeaseIssued(decision=named, lease=SOME_DIGEST, ends=NOW))
    found(book, "on a decision that was not granted")


def test_D9_a_lease_after_a_pause_is_found() -> None:
    book = Book().ready()
    granted = book.decision()
    named = book.put(EntryKind.DECISION, granted)
    book.put(EntryKind.PAUSE, pause(), by=BOARD)
    assert granted.lapses_at is not None
    book.put(EntryKind.LEASE, LeaseIssued(decision=named, lease=SOME_DIGEST, ends=granted.lapses_at))
    found(book, "would no longer have been granted")


# ---------------------------------------------------------------------------------------------- acts


def resumed(*people: str, answer: str = "mended") -> Resumed:
    return Resumed(pause=ident("p1"), answer=answer, approvers=tuple(ident(p) for p in people))


def disposed(**changes: Any) -> Disposition:
    made = Disposition(run=run().address, reason="r", by=ident("bea"), role=ident("board"))
    return replace(made, **changes)


STRANGER = Approver(principal=ident("mallory"), role=ident("board"))
ACTS: dict[str, tuple[EntryKind, Body, str]] = {
    "D10 a pause by a stranger": (EntryKind.PAUSE, pause(STRANGER), "does not hold the role board"),
    "D10 resumed by one": (EntryKind.RESUME, resumed("bea"), "the quorum is not met"),
    "D10 resumed by one twice": (EntryKind.RESUME, resumed("bea", "bea"), "the quorum is not met"),
    "D10 resumed by strangers": (EntryKind.RESUME, resumed("mallory", "dan"), "the quorum is not met"),
    "D10 resumed without answer": (EntryKind.RESUME, resumed("bea", "olga", answer=" "), "was not answered"),
    "E4 by an evaluator": (
        EntryKind.DISPOSITION,
        disposed(by=ident("eve"), role=ident("evaluator")),
        "an evaluator disposes",
    ),
    "E4 by a stranger": (EntryKind.DISPOSITION, disposed(by=ident("mallory")), "does not hold"),
    "E4 without reason": (EntryKind.DISPOSITION, disposed(reason=""), "without a reason"),
    "E4 of no run": (EntryKind.DISPOSITION, disposed(run=digest("no run")), "not recorded before it"),
    "D12 by one": (EntryKind.WAIVER, waiver(approvers=(OFFICER,)), "the quorum is not met"),
    "D12 without reason": (EntryKind.WAIVER, waiver(reason=""), "without a reason"),
    "D12 for ever": (EntryKind.WAIVER, waiver(until=NOW + 900 * DAY), "at most"),
    "D12 of a hard stop": (EntryKind.WAIVER, waiver(limit=ident("last")), "no limit that a waiver can reach"),
    "D7 of a release": (EntryKind.WAIVER, waiver(permission=Permission.RELEASE_WEIGHTS), "(D7)"),
    "D3 of no protection": (EntryKind.PROTECTION_ATTESTED, attestation("wall"), "no protection wall"),
    "D3 by another role": (EntryKind.PROTECTION_ATTESTED, attestation("vault", approved=BOARD), "not in the role"),
    "D3 tested tomorrow": (EntryKind.PROTECTION_ATTESTED, attestation("vault", tested_at=NOW + DAY), "after the"),
    "D14 without authors": (EntryKind.RISK_STATEMENT, replace(risk_statement("low"), credences=()), "authors"),
    "D14 of no limit": (EntryKind.RISK_STATEMENT, risk_statement("none"), "no limit none"),
    "D14 made tomorrow": (EntryKind.RISK_STATEMENT, replace(risk_statement("low"), made_at=NOW + DAY), "after the"),
    "V6 no such duty": (EntryKind.DUTY_DONE, done(duty=ident("dance")), "no duty dance"),
    "V6 by another role": (EntryKind.DUTY_DONE, done(by=BOARD), "a duty of the role officer"),
    "V6 done tomorrow": (EntryKind.DUTY_DONE, done(at=NOW + DAY), "after the"),
    "S4 by a stranger": (EntryKind.SCOPE_FINDING, scope(by=STRANGER), "does not hold"),
    "S4 that has ended": (EntryKind.SCOPE_FINDING, scope(until=NOW), "had ended"),
    "E6 of no limit": (EntryKind.PLAN_REGISTERED, plan(limit=ident("none")), "does not have (E6)"),
    "E6 without tasks": (EntryKind.PLAN_REGISTERED, plan(tasks=0), "without tasks"),
    "E1 a run twice": (EntryKind.RUN_INGESTED, run(), "recorded already"),
    "E6 of no plan": (EntryKind.RUN_INGESTED, run(address=digest("r2"), plan=digest("no plan")), "not registered"),
}


@pytest.mark.parametrize("name", ACTS)
def test_an_act_that_the_program_would_have_refused_is_found(name: str) -> None:
    kind, body, words = ACTS[name]
    book = Book()
    book.put(EntryKind.RUN_INGESTED, run())
    if kind is EntryKind.RESUME:
        book.put(EntryKind.PAUSE, pause(), by=BOARD)
    book.put(kind, body)
    found(book, words)


def test_D10_a_resume_of_no_pause_is_found() -> None:
    book = Book()
    book.put(EntryKind.RESUME, resumed("bea", "olga"))
    found(book, "no pause p1 stood")


FITS: dict[str, tuple[dict[str, Any], timedelta, str]] = {
    "another subject": ({"subject": "sha256:" + "9" * 64}, timedelta(0), "for another subject"),
    "another evaluation": ({"evaluation": ident("other")}, timedelta(0), "for another subject"),
    "after the run": ({}, DAY, "registered after the run"),
}


@pytest.mark.parametrize(("changes", "age", "words"), FITS.values(), ids=FITS)
def test_E6_a_run_under_a_plan_that_does_not_fit_is_found(changes: dict[str, Any], age: timedelta, words: str) -> None:
    book = Book()
    named = book.put(EntryKind.PLAN_REGISTERED, plan(**changes))
    manifest = replace(run().manifest, dated=NOW - age)
    book.put(EntryKind.RUN_INGESTED, run(plan=named, manifest=manifest))
    found(book, words)


def test_an_act_before_any_policy_is_found() -> None:
    book = Book()
    book.entries.clear()
    book.put(EntryKind.PAUSE, pause(), by=BOARD)
    found(book, "before any policy was in force")


# ------------------------------------------------------------------------------------------ policies


def test_D11_a_policy_that_cannot_be_adopted_is_found() -> None:
    soft = Book(adoptable(limits={"low": limit(), "high": limit(), "last": limit()}))
    assert any("cannot be adopted" in f.what for f in adoption_findings(soft.entries))
    assert not adoption_findings(Book().entries)


def test_D11_a_change_of_the_policy_in_force_is_found_outside_a_demonstration() -> None:
    told = {}
    for origin in ("lab.demo", "lab.example/rsp"):
        book = Book(origin=origin)
        book.adopt(adoptable(version="2"), replaces=book.policy, notice="demonstration: no quorum")
        told[origin] = book.findings()
    assert not told["lab.demo"]
    assert "outside a demonstration" in told["lab.example/rsp"]


REPLACING: dict[str, tuple[dict[str, Any], str]] = {
    "a silent replacement": ({"notice": "demonstration:"}, "another policy than the one in force"),
    "a quiet relaxation": ({"notice": "tightened"}, "does not say that no change process"),
    "by a stranger": ({"by": STRANGER}, "does not hold the role"),
    "a wrong digest": ({"digest": SOME_DIGEST}, "does not have the digest"),
}


@pytest.mark.parametrize(("changes", "words"), REPLACING.values(), ids=REPLACING)
def test_D11_an_adoption_that_is_not_what_it_says_is_found(changes: dict[str, Any], words: str) -> None:
    book = Book()
    book.adopt(adoptable(version="2"), **changes)
    found(book, words)
