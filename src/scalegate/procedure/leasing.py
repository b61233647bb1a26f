"""Issue a lease on a granted decision (D9).

For: the composition root. Does not know: files. The lease entry is written only if, in its own transaction, the
decision would still be granted: a pause or a tightened policy that came in between wins.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Protocol

from scalegate.decision.decision import Decision
from scalegate.decision.gate import decide
from scalegate.decision.together import together
from scalegate.errors import Finding, RefusedError
from scalegate.lease.document import LEASABLE, LeaseDocument, LogPlace, format_lease, lease_digest
from scalegate.procedure.assessing import require_all_in_force
from scalegate.procedure.gating import Gated
from scalegate.procedure.workspace import Draft, Workspace, write
from scalegate.quantity import Digest
from scalegate.record.entry import About, EntryKind, LeaseIssued
from scalegate.record.view import dossier_for


class ProvingLog(Protocol):
    """What of a log goes into a lease."""

    def envelope(self, index: int) -> bytes: ...

    def checkpoint(self) -> bytes: ...

    def inclusion_proof(self, index: int, size: int) -> Sequence[bytes]: ...


def issue(workspace: Workspace, gated: Gated, *, log: ProvingLog, now: datetime) -> bytes:
    """The lease file's bytes.

    Raises:
        RefusedError: the permission is never leased, or it would no longer be granted.
    """
    decision, logged = gated.decision, gated.logged
    assert decision.granted, "a lease is issued on a grant"
    assert logged is not None, "a lease is issued on a recorded decision"
    assert decision.lapses_at is not None, "a grant has an end"
    question = decision.question
    if question.permission.value not in LEASABLE:
        raise RefusedError(Finding(rule="D7", what=f"{question.permission} is never leased"))
    terms = LeaseDocument(
        origin=workspace.origin,
        model=question.model,
        subject=question.subject,
        permission=question.permission.value,
        configuration=question.configuration,
        mode=question.mode,
        effective_compute_cap=decision.compute_cap,
        begins=now,
        ends=decision.lapses_at,
        policy=question.policy,
        decision=logged.digest,
        also_under=tuple(sorted({p.digest for p in gated.documents.values()} - {question.policy})),
    )
    body = LeaseIssued(decision=logged.digest, lease=Digest(lease_digest(terms)), ends=decision.lapses_at)

    def drafts() -> list[Draft]:
        _still_granted(workspace, gated, now)
        return [Draft(kind=EntryKind.LEASE, about=About(name=question.model, digest=body.lease), body=body)]

    entry = write(workspace, drafts, policy=question.policy, now=now)[0]
    checkpoint = log.checkpoint()
    proof = log.inclusion_proof(entry.index, parse_checkpoint_size(checkpoint))
    place = LogPlace(envelope=log.envelope(entry.index), index=entry.index, proof=tuple(proof), checkpoint=checkpoint)
    return format_lease(terms, place)


def parse_checkpoint_size(note: bytes) -> int:
    """Size that our own log's checkpoint states (tlog-checkpoint: its second line)."""
    return int(note.split(b"\n", 2)[1])


def _still_granted(workspace: Workspace, gated: Gated, now: datetime) -> None:
    """Under every document, and under the versions that granted it."""
    require_all_in_force(workspace, [adopted.digest for adopted in gated.documents.values()])
    own: dict[str, Decision] = {}
    for name, adopted in gated.documents.items():
        question = gated.joined[name].question
        dossier = dossier_for(workspace.view, subject=question.subject, policy=adopted.digest)
        own[name] = decide(adopted.document, replace(question, as_of=max(now, question.as_of)), dossier)
    again = together(own)
    if not again.granted:
        raise RefusedError(*(Finding(rule=b.rule, what=b.why) for b in again.blockers))
