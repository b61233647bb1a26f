"""Derive every recorded decision again from the entries before it (law 6), and hold every act against its rules.

For: `log verify`, and later bundles. Does not know: files, storage, how verdicts were computed. What the
question says about earlier assessments and grants is derived again too, so that an operator cannot feed the
gate a kinder history than the one in the record; nor can entries be slipped in between what a decision says it has
seen and its own place.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import timedelta

from scalegate.decision.decision import Decision, Ground, Question
from scalegate.decision.dossier import Dossier
from scalegate.decision.gate import decide
from scalegate.decision.together import conjoin
from scalegate.errors import Finding
from scalegate.lease.document import LeaseDocument, lease_digest
from scalegate.quantity import Digest
from scalegate.record.entry import EntryKind, LeaseIssued
from scalegate.record.view import Logged, RecordView, add, compute_untold, dossier_for, question_for, reached_compute
from scalegate.shape import encode
from scalegate.verdict.verdict import ESTIMATES_VERSION, Verdict, VerdictKind, gravest
from scalegate.verifier.acts import act_faults

# D16. A command takes its time when it begins and may have to repeat its transaction after others have written.
REPEATED_WITHIN = timedelta(minutes=10)

_TOGETHER = (EntryKind.VERDICT, EntryKind.DECISION, EntryKind.RUN_INGESTED)  # written several in one transaction


def verify_decisions(entries: Iterable[Logged]) -> tuple[int, list[Finding]]:
    """Count of decisions derived again, and a finding for everything that its place in the record does not allow."""
    view, waiting, findings, count = RecordView(), list[Logged](), list[Finding](), 0
    for logged in entries:
        seen = logged.entry.head.seen.size
        while waiting and waiting[0].index < seen:
            add(view, waiting.pop(0))
        between = tuple(waiting)
        waiting.append(logged)
        count += isinstance(logged.entry.body, Decision)
        if view.size != seen:
            findings.append(_finding(logged, f"claims to have seen {seen} entries where {view.size} came before"))
            continue
        findings += [_finding(logged, what) for what in _faults(view, between, logged)]
    return count, findings


def _finding(logged: Logged, what: str) -> Finding:
    return Finding(where=f"entry {logged.index}", what=what)


def _faults(view: RecordView, between: tuple[Logged, ...], logged: Logged) -> Iterator[str]:
    yield from _place(view, between, logged)
    match logged.entry.body:
        case Decision() as body:
            yield from _decision(view, logged, body)
        case Verdict() as body:
            yield from _verdict(view, logged, body)
        case LeaseIssued() as body:
            yield from _lease(view, logged, body)
        case _:
            yield from act_faults(view, logged)


# ------------------------------------------------------------------------------- place and time


def _place(view: RecordView, between: tuple[Logged, ...], logged: Logged) -> Iterator[str]:
    """Entries of one transaction have seen the same head; they are of one kind and of one time.

    Otherwise a pause, a verdict or a waiver could stand before a grant that says it has not seen it (D9, D10).
    """
    kind, head = logged.entry.kind, logged.entry.head
    if between and kind not in _TOGETHER:
        yield f"has not seen the {len(between)} entries just before it, and is none that is written with others"
    elif any((b.entry.kind, b.entry.head.issued_at) != (kind, head.issued_at) for b in between):
        yield "has not seen the entries just before it, which are not of its own transaction (D9)"
    if view.head_time is not None and head.issued_at < view.head_time - REPEATED_WITHIN:
        yield f"was issued at {head.issued_at:%Y-%m-%dT%H:%M:%SZ}, before entries that it has seen (D16)"


# ------------------------------------------------------------------------------------ decisions


def _decision(view: RecordView, logged: Logged, recorded: Decision) -> Iterator[str]:
    question = recorded.question
    in_force = view.under(question.policy).policy
    if in_force is None or in_force.digest != question.policy:
        yield "decided under a policy that was not in force"
        return
    if question.as_of != logged.entry.head.issued_at:
        yield "decided as of another time than the entry claims"
        return
    if question.opaque == question.subject.startswith("sha256:"):
        yield "says that the subject's identity is verifiable where it is not, or the other way round (S1)"
    reached = reached_compute(view, question.subject)
    if question.effective_compute is not None and reached is not None and question.effective_compute < reached:
        yield f"asked at {question.effective_compute}, where the record says that the run had reached {reached} (D5)"
    if question.effective_compute is not None and compute_untold(view, question.subject):
        yield "asked at a stated effective compute, where the record says that the run's is unknown (S4)"
    if recorded.granted:
        yield from _grounds(view.under(question.policy), recorded)
    derived = _derived(view, question)[view.names[question.policy]]
    if encode(derived) != encode(recorded):
        what = f"recorded as {recorded.outcome}, but the entries before it give {derived.outcome}"
        yield f"{what}; they differ in {_difference(derived, recorded)}"


def _derived(view: RecordView, asked: Question) -> dict[str, Decision]:
    """By document, the decision as all documents in force give it (D1): a hold in any is a hold."""
    own: dict[str, Decision] = {}
    for part in view.in_force:
        assert part.policy is not None, "a document in force"
        question = _question(part, replace(asked, policy=part.policy.digest))
        own[part.document] = decide(part.policy.document, question, _dossier(part, question))
    return conjoin(own)


def _grounds(view: RecordView, granted: Decision) -> Iterator[str]:
    """A grant rests on verdicts that were made after the last change of evidence (E1)."""
    named = {r.digest for r in granted.rests_on if r.ground is Ground.VERDICT}
    old = [
        key[2]
        for key, (digest, _) in view.verdicts.items()
        if digest in named and view.verdict_index[key] < view.evidence_index
    ]
    if old:
        yield f"granted on verdicts that are older than the last evidence: {', '.join(sorted(set(old)))} (E1)"


def _question(view: RecordView, asked: Question) -> Question:
    return question_for(
        view,
        model=asked.model,
        subject=asked.subject,
        opaque=asked.opaque,
        configuration=asked.configuration,
        permission=asked.permission,
        mode=asked.mode,
        effective_compute=asked.effective_compute,
        as_of=asked.as_of,
        policy=asked.policy,
    )


def _dossier(view: RecordView, asked: Question) -> Dossier:
    return dossier_for(view, subject=asked.subject, policy=asked.policy)


def _difference(derived: Decision, recorded: Decision) -> str:
    one, other = encode(derived), encode(recorded)
    return ", ".join(sorted(key for key in {*one, *other} if one.get(key) != other.get(key)))


# --------------------------------------------------------------------------- verdicts and leases


def _verdict(view: RecordView, logged: Logged, verdict: Verdict) -> Iterator[str]:
    """What can be said of a verdict without its evidence; `procedure.verifying` derives it from that."""
    head, about = logged.entry.head, logged.entry.about
    view = view.under(verdict.policy)
    if view.policy is None or view.policy.digest != verdict.policy:
        yield f"limit {verdict.limit}: a verdict under a policy that was not in force"
    elif verdict.limit not in view.policy.document.limits:
        yield f"the policy has no limit {verdict.limit}"
    if verdict.as_of != head.issued_at:
        yield f"limit {verdict.limit}: a verdict as of another time than the entry claims"
    if verdict.estimates != ESTIMATES_VERSION:
        yield f"limit {verdict.limit}: made by estimators of the unknown version {verdict.estimates!r}"
    if (about.name, about.digest) != (verdict.model, verdict.subject_digest):
        yield f"limit {verdict.limit}: the entry is about another model than the verdict"
    shown = {key[:4] for key in view.dangers}
    if verdict.kind is not VerdictKind.DANGER_SHOWN and (
        (verdict.subject, verdict.configuration, verdict.limit, verdict.policy) in shown
    ):
        yield f"limit {verdict.limit}: {verdict.kind}, where danger was shown before and not rebutted (V8)"
    relied_on = [r.kind for r in verdict.observations if r.relied_on]
    if relied_on and gravest(verdict.kind, *relied_on) is not verdict.kind:
        yield f"limit {verdict.limit}: {verdict.kind}, where an observation relied on is {gravest(*relied_on)} (V2)"


def _lease(view: RecordView, logged: Logged, lease: LeaseIssued) -> Iterator[str]:
    """A lease names a grant of this log, ends with it, and would still be granted at its own place (D9)."""
    decided = (found for part in view.in_force for found in part.decisions)
    decision = next((d for _, digest, d in decided if digest == lease.decision), None)
    if decision is None:
        yield "a lease on a decision that this log does not hold before it (D9)"
        return
    if not decision.granted or decision.lapses_at is None:
        yield "a lease on a decision that was not granted (D9)"
        return
    if lease.ends > decision.lapses_at:
        yield f"a lease until {lease.ends:%Y-%m-%d}, longer than its decision (D9)"
    question, in_force = decision.question, view.under(decision.question.policy).policy
    if in_force is None or in_force.digest != question.policy:
        yield "a lease under a policy that was no longer in force (D11)"
        return
    at = max(logged.entry.head.issued_at, question.as_of)
    for part in view.in_force:
        beside = _beside(part, question)
        if part.policy is None or beside is None or beside.policy != part.policy.digest:
            yield f"a lease without a decision under the document {part.document} (D1)"
        elif not decide(part.policy.document, replace(beside, as_of=at), _dossier(part, beside)).granted:
            yield "a lease on a decision that would no longer have been granted (D9)"
    others = sorted({p.policy.digest for p in view.in_force if p.policy} - {question.policy})
    if others and lease.lease != lease_digest(_terms(logged, lease, decision, others)):
        yield "a lease whose terms do not name every document in force (D1, D9)"


def _beside(part: RecordView, asked: Question) -> Question | None:
    """The question as it was put to a document beside this one, for the same answer; None when it was not."""

    def same(one: Question) -> tuple[object, ...]:
        return one.subject, one.configuration, one.permission, one.mode, one.as_of, one.effective_compute

    return next((d.question for _, _, d in reversed(part.decisions) if same(d.question) == same(asked)), None)


def _terms(logged: Logged, lease: LeaseIssued, decision: Decision, others: list[Digest]) -> LeaseDocument:
    """The terms that a lease on this decision has, where several documents are in force."""
    head, question = logged.entry.head, decision.question
    return LeaseDocument(
        origin=head.log,
        model=question.model,
        subject=question.subject,
        permission=question.permission.value,
        configuration=question.configuration,
        mode=question.mode,
        effective_compute_cap=decision.compute_cap,
        begins=head.issued_at,
        ends=lease.ends,
        policy=question.policy,
        decision=lease.decision,
        also_under=tuple(others),
    )
