"""Derive every recorded decision again from the entries before it (law 6).

For: `log verify`, and later bundles. Does not know: files, storage, how verdicts were computed. What the
question says about earlier assessments and grants is derived again too, so that an operator cannot feed the
gate a kinder history than the one in the record.
"""

from __future__ import annotations

from collections.abc import Iterable

from scalegate.decision.decision import Decision, Question
from scalegate.decision.dossier import Dossier
from scalegate.decision.gate import decide
from scalegate.errors import Finding
from scalegate.record.canonical import digest_of_value
from scalegate.record.entry import PolicyAdopted
from scalegate.record.view import Logged, RecordView, add, dossier_for, question_for
from scalegate.shape import encode


def verify_decisions(entries: Iterable[Logged]) -> tuple[int, list[Finding]]:
    """Count of decisions derived again, and a finding for each that does not come out as recorded."""
    view, waiting, findings, count = RecordView(), list[Logged](), list[Finding](), 0
    for logged in entries:
        seen = logged.entry.head.seen.size
        while waiting and waiting[0].index < seen:
            add(view, waiting.pop(0))
        waiting.append(logged)
        if view.size != seen:
            findings.append(_finding(logged, f"claims to have seen {seen} entries where {view.size} came before"))
            continue
        if isinstance(logged.entry.body, PolicyAdopted):
            findings += _policy(logged, logged.entry.body)
        if isinstance(logged.entry.body, Decision):
            count += 1
            findings += _decision(view, logged, logged.entry.body)
    return count, findings


def _finding(logged: Logged, what: str) -> Finding:
    return Finding(where=f"entry {logged.index}", what=what)


def _policy(logged: Logged, adopted: PolicyAdopted) -> list[Finding]:
    if digest_of_value(adopted.document) == adopted.digest:
        return []
    return [_finding(logged, "the policy document does not have the digest under which it was adopted")]


def _decision(view: RecordView, logged: Logged, recorded: Decision) -> list[Finding]:
    question = recorded.question
    in_force = view.policy
    if in_force is None or in_force.digest != question.policy:
        return [_finding(logged, "decided under a policy that was not in force")]
    if question.as_of != logged.entry.head.issued_at:
        return [_finding(logged, "decided as of another time than the entry claims")]
    derived = decide(in_force.document, _question(view, question), _dossier(view, question))
    if encode(derived) == encode(recorded):
        return []
    what = f"recorded as {recorded.outcome}, but the entries before it give {derived.outcome}"
    return [_finding(logged, f"{what}; they differ in {_difference(derived, recorded)}")]


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
    return dossier_for(view, subject=asked.subject, configuration=asked.configuration, policy=asked.policy)


def _difference(derived: Decision, recorded: Decision) -> str:
    one, other = encode(derived), encode(recorded)
    return ", ".join(sorted(key for key in {*one, *other} if one.get(key) != other.get(key)))
