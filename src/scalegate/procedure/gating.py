"""Gate: one answer, recorded, on the latest recorded assessments where they are current, else on fresh ones.

For: command line, trainers, service. Does not know: storage, keys.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial

from scalegate.assessment.request import Request, suite_digests
from scalegate.assessment.screening import screened
from scalegate.decision.decision import Decision, Ground
from scalegate.decision.state import WEIGHTS_WIDE
from scalegate.decision.together import conjoin, together
from scalegate.errors import UsageError
from scalegate.policy.document import Permission, PolicyDocument
from scalegate.procedure.assessing import (
    MODES,
    decision_draft,
    decisions,
    judged,
    requests,
    require_all_in_force,
    write_verdicts,
)
from scalegate.procedure.flagging import write_flags
from scalegate.procedure.workspace import Draft, Workspace, write
from scalegate.quantity import Compute, Identifier
from scalegate.record.entry import PolicyAdopted
from scalegate.record.view import Logged
from scalegate.verdict.verdict import ESTIMATES_VERSION, Verdict


@dataclass(frozen=True, kw_only=True)
class Gated:
    """A decision and where it is recorded.

    Attributes:
        policy: the first document.
        decision: the one answer of all documents in force (D1).
        documents: the documents in force by name; more than one is named beside each reason.
        joined: by document, the decision that is recorded under it; with one document, `decision`.
        logged: the entries of `joined` in their order; none for a replay or a dry run.
    """

    policy: PolicyDocument
    decision: Decision
    documents: Mapping[Identifier, PolicyAdopted]
    joined: Mapping[str, Decision]
    entries: tuple[Logged, ...]

    @property
    def logged(self) -> Logged | None:
        """The entry of the first document's decision."""
        return self.entries[0] if self.entries else None

    @property
    def accepted(self) -> frozenset[str]:
        """Ids of waivers under which every document that holds is waived: one id may stand in several (D12)."""
        if self.decision.waived_until is None:
            return frozenset()
        found: dict[str, set[str]] = {b.document: set() for b in self.decision.blockers}
        for rest in self.decision.rests_on:
            if rest.ground is Ground.WAIVER and rest.document in found:
                found[rest.document].add(rest.id)
        return frozenset(set.intersection(*found.values())) if found else frozenset()


def gate(
    workspace: Workspace,
    permission: Permission,
    *,
    model: str,
    now: datetime,
    configuration: str | None = None,
    mode: str | None = None,
    effective_compute: Compute | None = None,
    record: bool = True,
) -> Gated:
    """Decide on one permission under every document in force, and record the decisions.

    Raises:
        UsageError: no policy in force, an unknown model or configuration, TRAIN without effective compute, or
            several configurations to choose from.
    """
    parts = workspace.each()
    if permission is Permission.TRAIN and effective_compute is None:
        raise UsageError("TRAIN needs --effective-compute: say how far the run is, for example 2.1e24")
    if configuration:
        workspace.configuration(configuration)

    def bearing(part: Workspace) -> list[Request]:
        """The request first, then those on other configurations that it has to look at."""
        asked = requests(part, *part.policy_in_force(), model, now, configuration)
        if len(asked) > 1:
            raise UsageError(f"{model} was tested in several configurations: give --configuration")
        return [asked[0], *_siblings(part, asked[0], permission)]

    asked = [bearing(part) for part in parts]
    chosen = MODES.get(permission, "") if mode is None else mode
    stale = [not all(current(p, r) for r in group) for p, group in zip(parts, asked, strict=True)]
    policies = {part.view.document: adopted for part in parts if (adopted := part.view.policy)}
    own: dict[str, Decision] = {}

    def decide_each(verdicts: Sequence[tuple[Verdict, ...] | None]) -> None:
        for part, (request, *_), made in zip(parts, asked, verdicts, strict=True):
            answer = _decide(part, request, made, permission, chosen, effective_compute)
            own[part.view.document] = answer

    def gated(entries: Sequence[Logged]) -> Gated:
        return Gated(
            policy=asked[0][0].policy,
            decision=together(own),
            documents=policies,
            joined=conjoin(own),
            entries=tuple(entries),
        )

    if not record:
        decide_each([_all(group) if old else None for group, old in zip(asked, stale, strict=True)])
        return gated(())
    _freshen(parts, bearing, stale, now)

    def drafts() -> list[Draft]:
        require_all_in_force(workspace, [adopted.digest for adopted in policies.values()])
        decide_each([None] * len(parts))
        joined = conjoin(own)
        request = asked[0][0]
        return [decision_draft(request, policies[name].digest, joined[name]) for name in policies]

    return gated(write(workspace, drafts, policy=asked[0][0].policy_digest, now=now))


def _all(asked: Sequence[Request]) -> tuple[Verdict, ...]:
    return tuple(v for request in asked for v in judged(request))


def _freshen(
    parts: Sequence[Workspace],
    bearing: Callable[[Workspace], list[Request]],
    stale: Sequence[bool],
    now: datetime,
) -> None:
    """Record verdicts that are not current. Under several documents a flag that comes up makes all of them so (V5)."""
    if any(stale) and len(parts) > 1:
        for part in parts:
            write_flags(part, part.policy_in_force()[1], [screened(request) for request in bearing(part)], now)
        stale = [not all(current(part, request) for request in bearing(part)) for part in parts]

    def asked(part: Workspace) -> list[Request]:
        return [r for r in bearing(part) if not current(part, r)]

    for part, old in zip(parts, stale, strict=True):
        if old:
            write_verdicts(part, part.policy_in_force()[1], partial(asked, part), now)


def _siblings(workspace: Workspace, request: Request, permission: Permission) -> list[Request]:
    """The other configurations that the subject was tested in, where the permission is about its weights."""
    if permission not in WEIGHTS_WIDE:
        return []
    asked = requests(workspace, request.policy, request.policy_digest, request.model_id, request.now)
    return [r for r in asked if r.configuration != request.configuration]


def _decide(
    workspace: Workspace,
    request: Request,
    verdicts: tuple[Verdict, ...] | None,
    permission: Permission,
    mode: str,
    effective_compute: Compute | None,
) -> Decision:
    found = decisions(workspace.view, request, verdicts, (permission,), mode=mode, effective_compute=effective_compute)
    return found[0]


def current(workspace: Workspace, request: Request) -> bool:
    """Whether the recorded verdicts are those that an assessment would give now.

    They are when every limit has one under this policy, made after the last change of evidence, by these
    estimators, on this subject, configuration and suites as they stand in the files, none has ended, none is of
    a later time than the one asked about (a replay), and all bytes are still those that were recorded (E1).
    """
    others = [recorded for predecessor in request.predecessors for recorded in predecessor.runs]
    if any(recorded.run.attempts is None for recorded in (*request.runs, *others)):
        return False
    ladder = [limit for t in request.policy.threat_models.values() for limit in t.ladder]
    keys = [(request.model.subject, request.configuration, limit, request.policy_digest) for limit in ladder]
    found = [workspace.view.verdicts.get(key) for key in keys]
    return all(
        entry is not None
        and workspace.view.verdict_index[key] >= workspace.view.evidence_index
        and _unchanged(request, entry[1])
        for key, entry in zip(keys, found, strict=True)
    )


def _unchanged(request: Request, verdict: Verdict) -> bool:
    same_files = (verdict.subject_digest, verdict.configuration_digest, verdict.context, verdict.suites) == (
        request.model_digest,
        request.configuration_digest,
        request.context,
        suite_digests(request, verdict.limit),
    )
    ends = [e for e in (verdict.expires, verdict.held_from, verdict.train_expires) if e is not None]
    standing = verdict.as_of <= request.now and all(request.now < end for end in ends)
    return same_files and standing and verdict.estimates == ESTIMATES_VERSION
