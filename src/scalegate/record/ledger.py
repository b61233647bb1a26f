"""What of the elicitation ledger may be recorded: one set of checks for the act and for its verifier.

For: procedure, verifier. Does not know: files, bounds, what a fault does to a verdict.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from decimal import Decimal

from scalegate.decision.dossier import Approver
from scalegate.decision.quorum import holds
from scalegate.policy.document import Line, PolicyDocument
from scalegate.record.entry import EntryKind
from scalegate.record.view import RecordView
from scalegate.verdict.ledger import (
    Control,
    Effort,
    Exposure,
    LedgerItem,
    Miss,
    Proposal,
    ProposalAnswer,
    Scale,
)

LEDGER: dict[type, EntryKind] = {
    Effort: EntryKind.EFFORT,
    Control: EntryKind.CONTROL,
    Exposure: EntryKind.EXPOSURE,
    Miss: EntryKind.MISS,
    Proposal: EntryKind.PROPOSAL,
    ProposalAnswer: EntryKind.PROPOSAL_ANSWER,
}

Fault = tuple[str, str]  # rule, what


def name_of(item: LedgerItem) -> str:
    """What an item is about, as its entry names it."""
    match item:
        case Miss():
            return item.limit
        case Proposal():
            return item.id
        case ProposalAnswer():
            return item.proposal
        case _:
            return item.evaluation


def ledger_faults(policy: PolicyDocument, view: RecordView, item: LedgerItem, now: datetime) -> Iterator[Fault]:
    """Why an item cannot be recorded after the entries that `view` holds; nothing when it can."""
    if not holds(policy, Approver(principal=item.by, role=item.role)):
        yield "V4", f"{item.by} does not hold the role {item.role}"
    if item.made_at > now:
        yield "D16", f"made at {item.made_at:%Y-%m-%dT%H:%M:%SZ}, which is to come"
    match item:
        case Effort():
            yield from _evaluation(policy, item.evaluation)
            if item.scaffolds < 0 or (item.people or 0) < 0 or (item.person_hours or 0) < 0:
                yield "V4", "an effort below nothing: count from 0"
            if item.tested is None:
                yield "V4", f"an effort for a configuration {item.configuration} that the project does not have"
            if item.person_hours is not None and not item.person_hours.is_finite():
                yield "V4", "an effort without end"
        case Control():
            yield from _evaluation(policy, item.evaluation)
            yield from _control(view, item)
        case Exposure():
            yield from _evaluation(policy, item.evaluation)
            if item.number < 1:
                yield "V4", "an exposure of nobody and to nothing: write 1 or more"
        case Miss():
            yield from _miss(policy, item)
        case Proposal():
            if item.id in view.proposals:
                yield "L3", f"a proposal {item.id} is recorded already: give another id"
            if not item.text.strip() or not item.proposer.strip():
                yield "L3", "a proposal without a text, or from nobody"
        case ProposalAnswer():
            yield from _answer(policy, view, item)


def _evaluation(policy: PolicyDocument, name: str) -> Iterator[Fault]:
    if name not in policy.evaluation.evaluations:
        yield "V4", f"the policy names no evaluation {name!r}: it has {', '.join(policy.evaluation.evaluations)}"


def _control(view: RecordView, control: Control) -> Iterator[Fault]:
    known = {run.address: run for run in view.runs}
    for part in ("planted", "hidden", "recovered"):
        run = known.get(getattr(control, part))
        if run is None:
            yield "V4", f"the record has no run {getattr(control, part)} ({part}): ingest it first"
        elif run.manifest.evaluation != control.evaluation:
            yield "V4", f"the {part} run is one of {run.manifest.evaluation}"
    recovered = known.get(control.recovered)
    if recovered is not None and recovered.manifest.configuration != control.configuration:
        yield "V4", f"the method's run is in the configuration {recovered.manifest.configuration}"
    if len({control.planted, control.hidden, control.recovered}) < 3:
        yield "V4", "a control takes three runs: planted, hidden, recovered"


def _miss(policy: PolicyDocument, miss: Miss) -> Iterator[Fault]:
    if policy.threat_model_of(miss.limit) is None:
        yield "B2", f"the policy has no limit {miss.limit!r} on a ladder"
    least, greatest = (Decimal(0), Decimal(1)) if miss.scale is Scale.RATE else (Decimal(1), Decimal("Infinity"))
    if not least < miss.size <= greatest or not miss.size.is_finite():
        unit = "points of probability above 0" if miss.scale is Scale.RATE else "a factor above 1"
        yield "B2", f"a surprise of {miss.size}: write {unit}"


def _answer(policy: PolicyDocument, view: RecordView, answer: ProposalAnswer) -> Iterator[Fault]:
    if answer.proposal not in view.proposals:
        yield "L3", f"the record has no proposal {answer.proposal}"
    role = policy.roles.get(answer.role)
    if role is not None and role.line is Line.DELIVERY:
        yield "L3", "an answer by the line that wants to proceed: somebody outside it answers"
    if not answer.reason.strip():
        yield "L3", "an answer without a reason"
