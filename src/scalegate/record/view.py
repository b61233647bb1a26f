"""What a prefix of the record says: the documents in force, the runs, and the dossier of a subject.

For: procedure and verifier, which must read the same prefix in the same way. Does not know: storage, files,
keys. A view is built once from the entries in order; nothing in it is ever stored.

Several documents may be in force over one base of evidence. Each has a view of its own, and what was done under it,
verdicts included, is in that view alone; evidence is in all of them (docs/adr/0024).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime

from scalegate.decision.decision import Decision, Ground, Question
from scalegate.decision.dossier import (
    AlertCase,
    Attestation,
    Dossier,
    DutyDone,
    Pause,
    RiskStatement,
    ScopeFinding,
    Waiver,
)
from scalegate.evidence.flag import FlagCheck
from scalegate.policy.document import ComputeObservation, Permission, evaluation_of
from scalegate.quantity import Compute, Digest, Identifier
from scalegate.record.entry import (
    FIRST_DOCUMENT,
    Disposition,
    Entry,
    FlagDisposed,
    PlanRegistered,
    PolicyAdopted,
    Resumed,
    RunIngested,
)
from scalegate.record.happening import EVERYTHING, Event, TrainingProgress
from scalegate.verdict.ledger import Control, Effort, Exposure, Miss, Proposal, ProposalAnswer
from scalegate.verdict.misses import Claim, ClaimKey, misses_of
from scalegate.verdict.verdict import Escalation, Verdict, VerdictKind

RunKey = tuple[str, str, str, str, str]  # subject, evaluation, configuration, plan or "", run label
PlanKey = tuple[str, str, str, str]  # subject, evaluation, configuration, digest of the suite
PlanLimit = tuple[str, str]  # document, limit
VerdictKey = tuple[str, str, str, str]  # subject, configuration, limit, policy digest
Case = tuple[str, str, str]  # subject, configuration, limit
DangerKey = tuple[str, str, str, Digest, str, tuple[Digest, ...]]  # the same, the observation, and its runs


@dataclass(frozen=True, kw_only=True)
class Logged:
    """An entry at its place: log index, digest of its bytes, and the entry."""

    index: int
    digest: Digest
    entry: Entry


@dataclass(frozen=True, kw_only=True)
class _Contents:
    """What stood behind a configuration's label: its entries in the file, and what its runs were made with (S1)."""

    entries: frozenset[Digest]
    tested: frozenset[Digest]

    def within(self, granted: _Contents) -> bool:
        """Nothing but what was granted: the same entry, or the same contents under another title."""
        if not granted.entries:
            return True  # a grant on a finding of scope rests on no verdict, and names a label alone (S4)
        return self.entries <= granted.entries or (bool(self.tested) and self.tested <= granted.tested)


@dataclass(kw_only=True)
class RecordView:
    """The record up to a size, sorted by what entries are about. Filled by `view_of`, then only read.

    It is the view of one document; that of the first one is also the whole, from which the `further` ones are reached.
    They share what is evidence (`_SHARED`), by reference; of progress each keeps apart what was told under it. `names`
    says which document a digest is a version of, and `plan_documents` under which one a plan was registered.

    `draws` names the plan whose entry draws the order of a plan's tasks: its own, or that of the plan for another limit
    that the same run will serve (`open_draws`), so that no limit gives a second order for nothing (B4). `looked_at`
    are runs on whose parts a verdict rests while registered attempts were missing; parts of them that came later are
    `peeked` (B4).
    `evidence_index` is the place of the last entry that changed the evidence, -1 before the first; a verdict that had
    seen no entry as late as that (`verdict_index`) is no longer current. An event changes what evidence can
    clear, so it counts as such a change (V7). `dangers` says when danger was first shown, for the configuration
    assessed and for those that were run (S2); later verdicts take none of it away (V8).

    For what is owed it keeps history too: when a run was first `counted` by a verdict, since when a limit reads
    NOT_RUN or INVALID (`unmet`), alert cases and crossings that have ended, when pauses were answered, and when each
    policy was adopted. A crossing begins with the first verdict that counts as crossed; assessing again resets nothing.
    `granted_in` says what a granted configuration was made of: a label is only a name (S1, V6).
    `escalations` are the screens that ever reached their line, by subject and policy: a later verdict takes none of
    them away (V2).
    """

    document: Identifier = FIRST_DOCUMENT
    first: RecordView | None = field(default=None, repr=False, compare=False)
    further: dict[Identifier, RecordView] = field(default_factory=dict)
    names: dict[Digest, Identifier] = field(default_factory=dict)
    plan_documents: dict[Digest, Identifier] = field(default_factory=dict)
    size: int = 0
    head_time: datetime | None = None
    policies: list[tuple[Digest, PolicyAdopted]] = field(default_factory=list)
    runs: list[RunIngested] = field(default_factory=list)
    plans: dict[Digest, PlanRegistered] = field(default_factory=dict)
    plan_times: dict[Digest, datetime] = field(default_factory=dict)
    draws: dict[Digest, Digest] = field(default_factory=dict)
    open_draws: dict[PlanKey, tuple[Digest, frozenset[PlanLimit]]] = field(default_factory=dict)
    looked_at: set[RunKey] = field(default_factory=set)
    peeked: set[Digest] = field(default_factory=set)
    dispositions: dict[Digest, Disposition] = field(default_factory=dict)
    checks: dict[str, FlagCheck] = field(default_factory=dict)
    flags_disposed: dict[str, FlagDisposed] = field(default_factory=dict)
    verdicts: dict[VerdictKey, tuple[Digest, Verdict]] = field(default_factory=dict)
    verdict_index: dict[VerdictKey, int] = field(default_factory=dict)
    evidence_index: int = -1
    run_times: dict[Digest, datetime] = field(default_factory=dict)
    tested: dict[Digest, tuple[str, Digest | None]] = field(default_factory=dict)
    dangers: dict[DangerKey, datetime] = field(default_factory=dict)
    lineage: dict[str, set[str]] = field(default_factory=dict)
    within: dict[str, set[str]] = field(default_factory=dict)
    alerts: dict[Case, datetime] = field(default_factory=dict)
    decisions: list[tuple[int, Digest, Decision]] = field(default_factory=list)
    granted_in: dict[Digest, _Contents] = field(default_factory=dict)
    attestations: list[tuple[Digest, Attestation]] = field(default_factory=list)
    waivers: list[Waiver] = field(default_factory=list)
    risk_statements: list[RiskStatement] = field(default_factory=list)
    duties_done: list[DutyDone] = field(default_factory=list)
    pauses: dict[str, Pause] = field(default_factory=dict)
    scope_findings: list[ScopeFinding] = field(default_factory=list)
    efforts: list[Effort] = field(default_factory=list)
    controls: list[Control] = field(default_factory=list)
    exposures: list[Exposure] = field(default_factory=list)
    misses: list[Miss] = field(default_factory=list)
    claims: dict[ClaimKey, Claim] = field(default_factory=dict)
    proposals: dict[str, Proposal] = field(default_factory=dict)
    answers: dict[str, ProposalAnswer] = field(default_factory=dict)
    adopted_at: datetime | None = None
    adoptions: list[datetime] = field(default_factory=list)
    crossings: dict[Case, datetime] = field(default_factory=dict)
    ended_crossings: list[tuple[Case, datetime, datetime]] = field(default_factory=list)
    events: list[tuple[int, Event]] = field(default_factory=list)
    progress: list[TrainingProgress] = field(default_factory=list)
    own_progress: list[TrainingProgress] = field(default_factory=list)
    counted: dict[str, datetime] = field(default_factory=dict)
    unmet: dict[VerdictKey, datetime] = field(default_factory=dict)
    ended_alerts: list[tuple[Case, datetime, datetime]] = field(default_factory=list)
    resumed_at: dict[str, datetime] = field(default_factory=dict)
    escalations: dict[tuple[str, Digest], dict[Escalation, None]] = field(default_factory=dict)

    @property
    def policy(self) -> PolicyAdopted | None:
        """The version of this document in force after the last entry; None before its first adoption."""
        return self.policies[-1][1] if self.policies else None

    @property
    def whole(self) -> RecordView:
        """The view that entries are added to: that of the first document."""
        return self if self.first is None else self.first

    @property
    def in_force(self) -> tuple[RecordView, ...]:
        """A view for each document in force, in the order of their first adoptions.

        A document leaves force by no entry that there is yet: taking one away is the weakest class of change (D11).
        """
        return tuple(part for part in (self.whole, *self.whole.further.values()) if part.policies)

    def paused(self, pause: str) -> bool:
        """Whether a pause stands in the record, under any document, resumed or not."""
        return any(pause in part.pauses for part in (self.whole, *self.whole.further.values()))

    def of(self, document: str) -> RecordView:
        """The view of a document; an empty one, apart from the evidence, where it was never adopted."""
        whole, name = self.whole, Identifier(document)
        return whole if name == whole.document else whole.further.get(name) or _further(whole, name)

    def under(self, policy: Digest | None) -> RecordView:
        """The view of the document that a digest is a version of; this view for a digest that was never in force."""
        name = self.names.get(policy) if policy is not None else None
        return self if name is None else self.of(name)


# Evidence, and what can only raise: it reaches every document. All else acts under the one that it was done under.
_SHARED = (
    *("names", "plan_documents", "runs", "plans", "plan_times", "draws", "open_draws", "looked_at", "peeked"),
    *("run_times", "tested", "checks", "lineage", "within", "exposures", "proposals", "events", "progress"),
)


def _further(whole: RecordView, name: Identifier) -> RecordView:
    """The view of one more document: the evidence so far, and nothing that was done under another one."""
    shared = {field: getattr(whole, field) for field in _SHARED}
    return RecordView(
        document=name,
        first=whole,
        size=whole.size,
        head_time=whole.head_time,
        evidence_index=whole.evidence_index,
        **shared,
    )


def part_of(view: RecordView, entry: Entry) -> RecordView:
    """The view of the document that an entry was made under.

    A verdict and a decision name it themselves; other entries in their head. What names none that was ever in force
    counts as made under the first, as every entry did while there was one.
    """
    match entry.body:
        case PolicyAdopted() as body:
            return view.of(body.name)
        case Verdict() as body:
            return view.whole.under(body.policy)
        case Decision() as body:
            return view.whole.under(body.question.policy)
        case _:
            return view.whole.under(entry.head.policy)


def view_of(entries: Iterable[Logged]) -> RecordView:
    """Read entries in log order."""
    view = RecordView()
    for logged in entries:
        add(view, logged)
    return view


def add(view: RecordView, logged: Logged) -> None:
    """Read the next entry. Entries of types that carry no state for a decision only move the size."""
    assert view.first is None, "entries are added to the whole"
    view.size = logged.index + 1
    issued = logged.entry.head.issued_at
    view.head_time = max(view.head_time, issued) if view.head_time else issued
    if not _add_evidence(view, logged):
        _add_under(view, part_of(view, logged.entry), logged)
    for part in view.further.values():
        part.size, part.head_time = view.size, view.head_time


def _add_evidence(view: RecordView, logged: Logged) -> bool:
    """What bears on every document, whichever it was recorded under; False for other entries.

    Evidence, and what can only raise a verdict: it changes what is current under all of them (E1).
    """
    issued = logged.entry.head.issued_at
    match logged.entry.body:
        case RunIngested() as body:
            if run_key(body) in view.looked_at:
                view.peeked.add(body.address)
            if body.plan in view.plans:
                view.open_draws.pop(plan_key(view.plans[body.plan]), None)
            view.runs.append(body)
            view.run_times[body.address] = issued
            view.tested[body.address] = body.manifest.configuration, body.configuration
        case PlanRegistered() as body:
            view.plans[logged.digest] = body
            view.plan_times[logged.digest] = issued
            view.plan_documents[logged.digest] = part_of(view, logged.entry).document
            _draw(view, logged.digest, body)
            return True
        case FlagCheck() as body:
            view.checks.setdefault(body.id, body)  # V5: a flag that stands is not talked over by a later check
        case Exposure() as body:
            view.exposures.append(body)
        case Event() as body:
            view.events.append((logged.index, body))
        case TrainingProgress() as body:
            view.progress.append(body)
            part_of(view, logged.entry).own_progress.append(body)
            for part in (view, *view.further.values()):
                if _reads_compute(part):
                    part.evidence_index = logged.index
            return True
        case Proposal() as body:
            view.proposals.setdefault(body.id, body)
            return True
        case _:
            return False
    for part in (view, *view.further.values()):
        part.evidence_index = logged.index
    return True


def _add_under(view: RecordView, part: RecordView, logged: Logged) -> None:
    """What acts under one document alone: what can clear, and what names a limit, a protection or a duty of it."""
    issued = logged.entry.head.issued_at
    match logged.entry.body:
        case PolicyAdopted() as body:
            if part is not view:
                view.further[part.document] = part
            view.names.setdefault(body.digest, part.document)
            part.policies.append((logged.digest, body))
            part.adopted_at = issued
            part.adoptions.append(issued)
        case Disposition() as body:
            part.dispositions[body.run] = body
            part.evidence_index = logged.index
        case FlagDisposed() as body:
            part.flags_disposed[body.flag] = body
            part.evidence_index = logged.index
        case Verdict() as body:
            _add_verdict(part, logged, body)
        case Decision() as body:
            part.decisions.append((logged.index, logged.digest, body))
            if body.granted:
                part.granted_in[logged.digest] = _contents(part, _grounds(part, body))
        case Attestation() as body:
            part.attestations.append((logged.digest, body))
        case Waiver() as body:
            part.waivers.append(body)
        case RiskStatement() as body:
            part.risk_statements.append(body)
        case DutyDone() as body:
            part.duties_done.append(body)
        case Pause() as body:
            part.pauses[body.id] = body
        case Resumed() as body if body.pause in part.pauses:
            part.pauses[body.pause] = replace(part.pauses[body.pause], resumed=True)
            part.resumed_at.setdefault(body.pause, issued)
        case ScopeFinding() as body:
            part.scope_findings.append(body)
        case Effort() | Control() | Miss() | ProposalAnswer() as body:
            _add_to_ledger(part, logged.index, body)
        case _:
            pass


def _reads_compute(view: RecordView) -> bool:
    """Whether the policy in force has a cap on effective compute: then what a run has reached is evidence (S4)."""
    limits = view.policy.document.limits.values() if view.policy else ()
    return any(isinstance(o, ComputeObservation) for limit in limits for o in limit.observations.values())


def _add_to_ledger(view: RecordView, index: int, item: Effort | Control | Miss | ProposalAnswer) -> None:
    """What bears on verdicts changes the evidence: a verdict made before it is no longer current."""
    match item:
        case Effort():
            view.efforts.append(item)
        case Control():
            view.controls.append(item)
        case Miss():
            view.misses.append(item)
        case ProposalAnswer():
            view.answers[item.proposal] = item
            return
    view.evidence_index = index


def plan_key(plan: PlanRegistered) -> PlanKey:
    """What the plans that one run may serve have in common."""
    return plan.subject, plan.evaluation, plan.configuration, plan.suite


def _draw(view: RecordView, digest: Digest, plan: PlanRegistered) -> None:
    """A limit that has a plan already draws again, and leaves that plan abandoned; others share what was drawn.

    Limits of several documents are different ones, whatever their ids.
    """
    first, limits = view.open_draws.get(plan_key(plan), (digest, frozenset[PlanLimit]()))
    limit = view.plan_documents[digest], plan.limit
    if limit in limits:
        first, limits = digest, frozenset()
    view.draws[digest] = first
    view.open_draws[plan_key(plan)] = first, limits | {limit}


def run_key(run: RunIngested) -> RunKey:
    """What the parts of one run have in common."""
    manifest = run.manifest
    return run.subject, manifest.evaluation, manifest.configuration, run.plan or "", manifest.run


def _look(view: RecordView, verdict: Verdict) -> None:
    """Remember the runs that a verdict looked at before they were whole; an invalid run alone is no look (E4)."""
    for result in verdict.observations:
        if result.missing and result.invalid_runs < len(result.rests_on):
            seen = set(result.rests_on)
            view.looked_at.update(run_key(run) for run in view.runs if run.address in seen)


def _add_verdict(view: RecordView, logged: Logged, verdict: Verdict) -> None:
    _look(view, verdict)
    for miss in misses_of(view.claims, verdict, logged.entry.head.issued_at):
        _add_to_ledger(view, logged.index, miss)
    key = (verdict.subject, verdict.configuration, verdict.limit, verdict.policy)
    view.verdicts[key] = (logged.digest, verdict)
    view.verdict_index[key] = logged.entry.head.seen.size - 1
    if verdict.kind is VerdictKind.DANGER_SHOWN:
        _add_danger(view, verdict)
    view.lineage.setdefault(verdict.subject, set()).update(verdict.ancestors)
    view.within.setdefault(verdict.configuration, set()).update(verdict.within)
    view.escalations.setdefault((verdict.subject, verdict.policy), {}).update(dict.fromkeys(verdict.escalations))
    case = (verdict.subject, verdict.configuration, verdict.limit)
    if verdict.kind is VerdictKind.ALERT:
        view.alerts.setdefault(case, min(verdict.as_of, verdict.alert_since or verdict.as_of))
    elif verdict.kind is VerdictKind.NOT_SHOWN and case in view.alerts:
        view.ended_alerts.append((case, view.alerts.pop(case), verdict.as_of))
    _add_history(view, key, verdict)


def _add_history(view: RecordView, key: VerdictKey, verdict: Verdict) -> None:
    if verdict.kind in (VerdictKind.NOT_RUN, VerdictKind.INVALID):
        view.unmet.setdefault(key, verdict.as_of)
    else:
        view.unmet.pop(key, None)
    case = (verdict.subject, verdict.configuration, verdict.limit)
    if verdict.kind.counts_as_crossed:
        view.crossings.setdefault(case, verdict.as_of)
    elif case in view.crossings:
        view.ended_crossings.append((case, view.crossings.pop(case), verdict.as_of))
    for address in counting(verdict):
        view.counted.setdefault(address, verdict.as_of)


def counting(verdict: Verdict) -> Iterator[Digest]:
    """What a verdict rests on through observations that are neither invalid nor without a run."""
    for result in verdict.observations:
        if result.kind not in (VerdictKind.INVALID, VerdictKind.NOT_RUN) and result.attempts:
            yield from result.rests_on


def concerning(view: RecordView, subject: str, ancestors: Iterable[str] = ()) -> tuple[tuple[int, Event], ...]:
    """Events about a subject, about everything, or about what it descends from, as stated and as remembered (S2)."""
    about = {EVERYTHING, subject, *ancestors, *view.lineage.get(subject, ())}
    return tuple((index, event) for index, event in view.events if event.subject in about)


def reached_compute(view: RecordView, subject: str) -> Compute | None:
    """The largest effective compute that the record says a run has reached; None when it says none (D5)."""
    known = [p.effective_compute for p in view.progress if p.subject == subject and p.effective_compute is not None]
    return max(known, default=None)


def compute_untold(view: RecordView, subject: str) -> bool:
    """Whether the latest recorded progress of a run leaves its effective compute unknown: nobody may state it (S4).

    What is unknown is so under all documents, until later progress under each of them tells it.
    """
    return any(_untold(part, subject) for part in view.in_force or (view,))


def _untold(view: RecordView, subject: str) -> bool:
    unknown = [p.measured_at for p in view.progress if p.subject == subject and p.effective_compute is None]
    known = [p.measured_at for p in view.own_progress if p.subject == subject and p.effective_compute is not None]
    return bool(unknown) and (not known or max(unknown) >= max(known))


def _add_danger(view: RecordView, verdict: Verdict) -> None:
    shown = [(str(r.observation), r.rests_on) for r in verdict.observations if r.kind is VerdictKind.DANGER_SHOWN]
    for observation, rests_on in shown or [("", ())]:
        tested = {(r.subject, str(r.manifest.configuration)) for r in view.runs if r.address in rests_on}
        for subject, configuration in {(verdict.subject, str(verdict.configuration)), *tested}:
            key = (subject, configuration, verdict.limit, verdict.policy, observation, rests_on)
            view.dangers.setdefault(key, verdict.as_of)


# --------------------------------------------------------------------------- dossier and question


def dossier_for(
    view: RecordView, *, subject: str, policy: Digest, verdicts: Iterable[Verdict] | None = None
) -> Dossier:
    """What is recorded about a subject under the document that `policy` is a version of, and under no other one.

    `verdicts` stands in for recorded ones in a replay or a dry run.
    """
    view = view.under(policy)
    digests = {f"protection:{a.protection}": digest for digest, a in view.attestations}
    stale: list[str] = []
    if verdicts is None:
        keys = [key for key in view.verdicts if (key[0], key[3]) == (subject, policy)]
        stale = sorted(f"{key[1]}/{key[2]}" for key in keys if view.verdict_index[key] < view.evidence_index)
        digests |= {f"verdict:{key[1]}/{key[2]}": view.verdicts[key][0] for key in keys}
        verdicts = [view.verdicts[key][1] for key in keys]
    return Dossier(
        verdicts=tuple(sorted(verdicts, key=lambda v: (v.limit, v.configuration))),
        stale=tuple(stale),
        attestations=tuple(attestation for _, attestation in view.attestations),
        waivers=tuple(view.waivers),
        risk_statements=tuple(view.risk_statements),
        pauses=tuple(view.pauses.values()),
        duties_done=tuple(view.duties_done),
        alert_cases=tuple(
            AlertCase(subject=key[0], configuration=key[1], limit=Identifier(key[2]), since=since)
            for key, since in sorted(view.alerts.items())
            if key[0] == subject
        ),
        scope_findings=tuple(view.scope_findings),
        proposals=tuple(p for name, p in sorted(view.proposals.items()) if name not in view.answers),
        digests=dict(sorted(digests.items())),
    )


def question_for(
    view: RecordView,
    *,
    model: Identifier,
    subject: str,
    opaque: bool,
    configuration: Identifier,
    permission: Permission,
    mode: str,
    effective_compute: Compute | None,
    as_of: datetime,
    policy: Digest,
    verdicts: Iterable[Verdict] | None = None,
) -> Question:
    """Complete a question with what the record says about earlier assessments and grants (D4, D5, V6).

    `verdicts` stands in for recorded ones in a replay or a dry run.
    """
    view = view.under(policy)
    if verdicts is None:
        asked = (subject, configuration, policy)
        verdicts = [v for key, (_, v) in view.verdicts.items() if (key[0], key[1], key[3]) == asked]
    own = [v for v in verdicts if v.configuration == configuration]
    compute, at = _assessed(view, subject, own)
    return Question(
        model=model,
        subject=subject,
        configuration=configuration,
        permission=permission,
        mode=mode,
        as_of=as_of,
        policy=policy,
        opaque=opaque,
        effective_compute=effective_compute,
        assessed_compute=compute,
        assessed_at=at,
        best_assessed_compute=_best_assessed(view, policy, as_of),
        widening=not _granted_before(view, subject, configuration, permission, mode, own),
        event_since=_due_at_once(view, subject, policy, own, as_of) if permission is Permission.TRAIN else "",
    )


def _granted_before(
    view: RecordView, subject: str, configuration: str, permission: Permission, mode: str, now: Iterable[Verdict]
) -> bool:
    """Granted on no protection that a crossing asks for: those would be asked for no more (V6, ADR 0026).

    And in what stands behind the label now: more tools under the old name are something new (S1).
    """
    asked = (subject, configuration, permission, mode)
    contents = _contents(view, now)
    return any(
        d.granted
        and (d.question.subject, d.question.configuration, d.question.permission, d.question.mode) == asked
        and not _rests_on_risk(d)
        and contents.within(view.granted_in[digest])
        for _, digest, d in view.decisions
    )


def _contents(view: RecordView, verdicts: Iterable[Verdict]) -> _Contents:
    found = list(verdicts)
    runs = [(v.configuration, view.tested.get(a)) for v in found for r in v.observations for a in r.rests_on]
    return _Contents(
        entries=frozenset(v.configuration_digest for v in found),
        tested=frozenset(run[1] for label, run in runs if run and run[0] == label and run[1] is not None),
    )


def _grounds(view: RecordView, granted: Decision) -> Iterator[Verdict]:
    """The verdicts on the configuration asked about that a grant rests on, as they stood."""
    asked = granted.question
    for ground in granted.rests_on:
        key = (asked.subject, asked.configuration, ground.id, asked.policy)
        if ground.ground is Ground.VERDICT and key in view.verdicts:
            yield view.verdicts[key][1]


def _rests_on_risk(decision: Decision) -> bool:
    return any(r.ground is Ground.RISK_STATEMENT for r in decision.rests_on)


_UNDATED = datetime(1970, 1, 1, tzinfo=UTC)


def _assessed(view: RecordView, subject: str, verdicts: Iterable[Verdict]) -> tuple[Compute | None, datetime | None]:
    """Compute and date of the subject's assessment: the least of the runs that its verdicts rest on.

    Runs on which no verdict rests, and those that are wholly void, move no due point. Where runs are recorded and
    none counts, the assessment is undated, so that the run is overdue and not a first one (D4, D5).
    """
    if not any(run.subject == subject and not _screens_only(view, run) for run in view.runs):
        return None, None
    counted = _counted(view, subject, verdicts)
    if not counted:
        return None, _UNDATED
    computes = [run.effective_compute for run in counted]
    compute = None if None in computes else min(c for c in computes if c is not None)
    return compute, min(_date(run) for run in counted)


def _screens_only(view: RecordView, run: RunIngested) -> bool:
    """A cheap screen that no limit reads is no assessment, so a run that had nothing else is still a first one (V2)."""
    document = view.policy.document if view.policy else None
    known = document.evaluation.evaluations.get(run.manifest.evaluation) if document else None
    if document is None or known is None or known.screens is None:
        return False
    every = (o for limit in document.limits.values() for o in limit.observations.values())
    return all(evaluation_of(o) != run.manifest.evaluation for o in every)


def _counted(view: RecordView, subject: str, verdicts: Iterable[Verdict]) -> list[RunIngested]:
    named = {address for verdict in verdicts for address in counting(verdict)}
    return [run for run in view.runs if run.subject == subject and run.address in named]


def _due_at_once(view: RecordView, subject: str, policy: Digest, verdicts: Iterable[Verdict], as_of: datetime) -> str:
    """What makes the next assessment due at once: the first event, or else the first screen not answered since."""
    own = list(verdicts)
    event = _event_since(view, subject, own, as_of)
    if event:
        return event
    known = {**view.escalations.get((subject, policy), {}), **{e: None for v in own for e in v.escalations}}
    counted = [(r, _richer_than(view, own, r.manifest.configuration)) for r in _counted(view, subject, own)]
    open_ones = [e for e in known if e.at <= as_of and not any(_answers(view, e, *each) for each in counted)]
    return str(min(open_ones, key=lambda e: (e.at, e.screen, e.runs))) if open_ones else ""


def _answers(view: RecordView, screen: Escalation, run: RunIngested, configurations: set[str]) -> bool:
    """By an evaluation of that instant or later, in a configuration that has all that the screened one had (S2)."""
    tried = {view.tested[address][0] for address in screen.runs if address in view.tested}
    asked = run.manifest.evaluation == screen.evaluation and _date(run) >= screen.at
    return asked and tried <= configurations


def _richer_than(view: RecordView, verdicts: Iterable[Verdict], configuration: str) -> set[str]:
    """The configurations that one has everything of, itself among them, as these verdicts and the record say."""
    own = (c for v in verdicts if v.configuration == configuration for c in v.within)
    return {configuration, *own, *view.within.get(configuration, ())}


def _event_since(view: RecordView, subject: str, verdicts: Iterable[Verdict], as_of: datetime) -> str:
    """The first event that makes the assessment overdue at once (D5): it happened since a run that counts was begun."""
    counted = _counted(view, subject, verdicts)
    since = [
        (event.at, event.event)
        for _, event in concerning(view, subject)
        if event.at <= as_of
        and any(_date(run) <= event.at for run in counted if event.evaluation in (None, run.manifest.evaluation))
    ]
    return f"{min(since)[1]} of {min(since)[0]:%Y-%m-%d}" if since else ""


def _date(run: RunIngested) -> datetime:
    return run.manifest.dated or _UNDATED


def _best_assessed(view: RecordView, policy: Digest, as_of: datetime) -> Compute | None:
    """Effective compute of the most capable subject assessed without a crossing (D4).

    Its verdicts cover every limit, none is older than the last change of evidence, and the compute is that of the
    runs that they rest on.
    """
    if view.policy is None or view.policy.digest != policy:
        return None
    ladder = {limit for t in view.policy.document.threat_models.values() for limit in t.ladder}
    by_claim: dict[tuple[str, str], list[VerdictKey]] = {}
    for key in view.verdicts:
        if key[3] == policy:
            by_claim.setdefault(key[:2], []).append(key)
    crossed = {
        subject
        for (subject, _), keys in by_claim.items()
        if any(view.verdicts[k][1].at(as_of).counts_as_crossed for k in keys)
    }
    found = []
    for (subject, _), keys in by_claim.items():
        current = all(view.verdict_index[k] >= view.evidence_index for k in keys)
        if subject not in crossed and current and ladder <= {k[2] for k in keys}:
            compute, _ = _assessed(view, subject, [view.verdicts[k][1] for k in keys])
            found.append(compute)
    return max((c for c in found if c is not None), default=None)
