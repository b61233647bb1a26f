"""Assess: verdicts for every limit and a decision for every permission, recorded or not.

For: command line, service, trainers. Does not know: storage, how results are shown.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial

from scalegate.assessment.assess import assess
from scalegate.assessment.campaign import draw_order
from scalegate.assessment.request import (
    Ending,
    RecordedCheck,
    RecordedDanger,
    RecordedRun,
    RegisteredSuite,
    Request,
    Surprises,
)
from scalegate.assessment.screening import screened
from scalegate.assessment.sensitivity import ControlEvidence
from scalegate.decision.decision import Decision, NotTested
from scalegate.decision.gate import decide
from scalegate.decision.together import conjoin, together
from scalegate.errors import Finding, InputError, RefusedError
from scalegate.evidence.configuration import ancestors
from scalegate.evidence.run import Dating, EvalRun, Model
from scalegate.policy.document import Permission, PolicyDocument, Relaxable
from scalegate.procedure.flagging import write_flags
from scalegate.procedure.predecessors import predecessors_of, released_by_subject
from scalegate.procedure.versions import marked, open_versions
from scalegate.procedure.workspace import Draft, Workspace, write
from scalegate.quantity import Compute, Digest, Identifier
from scalegate.record.canonical import digest_of
from scalegate.record.entry import FIRST_DOCUMENT, About, EntryKind, PlanRegistered, RunIngested
from scalegate.record.view import RecordView, compute_untold, concerning, dossier_for, question_for, reached_compute
from scalegate.verdict.ledger import Effort, Miss, Scale
from scalegate.verdict.verdict import Verdict

MODES = {Permission.DEPLOY: "api", Permission.USE_INTERNALLY: "internal"}


@dataclass(frozen=True, kw_only=True)
class SubjectAssessment:
    """Verdicts of every document and the answers that they come to, for one subject in one configuration.

    Attributes:
        verdicts: one document after the other; each names its own.
        decisions: for each permission the one answer of all documents (D1).
    """

    model_id: Identifier
    model: Model
    configuration: Identifier
    verdicts: tuple[Verdict, ...]
    decisions: tuple[Decision, ...]


@dataclass(frozen=True, kw_only=True)
class DocumentAssessment:
    """What one document in force says of every subject; its decisions say what all documents come to (D1)."""

    name: Identifier
    policy: PolicyDocument
    digest: Digest
    verdicts: tuple[Verdict, ...]
    decisions: tuple[Decision, ...]


@dataclass(frozen=True, kw_only=True)
class Assessment:
    """What `assess` answers with.

    Attributes:
        policy, policy_digest: the first document.
        documents: every document in force, the first among them; of a draft, the one that was drafted.
        replay: made with another clock; nothing was recorded (D16).
        draft: made under a policy file that is not in force.
        recorded: the entries are in the record; false for a replay, a dry run, or `--no-record`.
    """

    policy: PolicyDocument
    policy_digest: Digest
    as_of: datetime
    replay: bool
    draft: bool
    recorded: bool
    subjects: tuple[SubjectAssessment, ...]
    documents: tuple[DocumentAssessment, ...]
    findings: tuple[Finding, ...] = ()

    def document_of(self, policy: Digest) -> Identifier:
        """The name of the document that a verdict was made under."""
        return next(d.name for d in self.documents if d.digest == policy)

    @property
    def not_tested(self) -> tuple[NotTested, ...]:
        """Everything that was not tested, over all subjects, each thing once (invariant 1)."""
        return tuple(dict.fromkeys(n for s in self.subjects for d in s.decisions for n in d.not_tested))

    @property
    def held(self) -> bool:
        return any(not d.granted for s in self.subjects for d in s.decisions)


# -------------------------------------------------------------------------------------- verdicts


def requests(
    workspace: Workspace, policy: PolicyDocument, digest: Digest, model: str, now: datetime, only: str | None = None
) -> list[Request]:
    """One request for each configuration that the model was tested in; the first of the file if in none."""
    entry = workspace.model(model)
    if not workspace.configurations:
        raise InputError(*(workspace.findings or (Finding(what="configurations.yaml names no configuration"),)))
    families = ancestors(_kin(workspace), model)
    stated = {workspace.models[name].model.subject for name in families}
    subjects = frozenset(stated | workspace.view.lineage.get(entry.model.subject, set()))
    bearing = [r for r in workspace.view.runs if r.subject == entry.model.subject or r.subject in subjects]
    versions = open_versions(workspace.view.runs, workspace.view.dispositions.keys())
    runs = tuple(_recorded(workspace, run, versions) for run in bearing)
    dangers = tuple(_dangers(workspace.view, {entry.model.subject, *subjects}))
    tested = {r.manifest.configuration for r in bearing if r.subject == entry.model.subject}
    controls = tuple(_controls(workspace, policy, versions))
    read = partial(_recorded, workspace, versions=versions)
    predecessors = predecessors_of(workspace, policy, entry.model.subject, read)
    related = _with_controls(workspace, families, controls)
    related |= set(_labels_of(workspace, {p.subject for p in predecessors}))
    names = (
        [only] if only else [c for c in workspace.configurations if c in tested] or list(workspace.configurations)[:1]
    )
    return [
        Request(
            policy=policy,
            policy_digest=digest,
            model_id=Identifier(model),
            model=entry.model,
            model_digest=entry.digest,
            configuration=Identifier(name),
            configuration_digest=workspace.configuration(name).digest,
            configurations={label: c.configuration for label, c in workspace.configurations.items()},
            ancestors=subjects,
            runs=runs,
            suites=workspace.suites,
            abandoned=_abandoned(workspace, entry.model.subject),
            events=_endings(workspace.view, entry.model.subject, subjects),
            checks=_checks(workspace, entry.model.subject),
            now=now,
            effective_compute=_whole_compute(workspace, entry.model, subjects),
            predecessors=predecessors,
            released=released_by_subject(workspace),
            context=_context(workspace, related),
            remembered_within=frozenset(workspace.view.within.get(name, set())),
            efforts=tuple(_efforts(workspace)),
            controls=controls,
            exposures=tuple(workspace.view.exposures),
            surprises=surprises(policy, workspace.view.misses),
            dangers=dangers,
        )
        for name in names
    ]


def _efforts(workspace: Workspace) -> Iterator[Effort]:
    """Efforts for configurations that are still what they were when the effort was stated (V4, S2)."""
    for effort in workspace.view.efforts:
        entry = workspace.configurations.get(effort.configuration)
        if entry is not None and effort.tested == entry.tested:
            yield effort


def _controls(
    workspace: Workspace, policy: PolicyDocument, versions: Mapping[Digest, str]
) -> Iterator[ControlEvidence]:
    """Controls whose three runs are recorded ones of the right evaluation and configuration, with their runs read back.

    Only controls that this policy asks for are read: reading runs takes time.
    """
    asked = {name for name, e in policy.evaluation.evaluations.items() if e.positive_control is not None}
    known = {run.address: run for run in workspace.view.runs}
    for control in workspace.view.controls:
        addresses = (control.planted, control.hidden, control.recovered)
        if control.evaluation not in asked or not all(address in known for address in addresses):
            continue
        planted, hidden, recovered = (_recorded(workspace, known[a], versions) for a in addresses)
        yield ControlEvidence(
            control=control,
            planted=planted.run,
            hidden=hidden.run,
            recovered=recovered.run,
            fault=_control_fault(workspace, policy, planted, hidden, recovered),
        )


def _control_fault(
    workspace: Workspace, policy: PolicyDocument, planted: RecordedRun, hidden: RecordedRun, recovered: RecordedRun
) -> str:
    """Why a control's runs vouch for nothing: what ends any run's negatives, and weights that are strangers (V4)."""
    parts = (planted, hidden, recovered)
    if changed := next((part.changed for part in parts if part.changed), ""):
        return changed
    stated = any(part.run.manifest.dating is Dating.STATED for part in parts)
    if stated and not policy.relaxes(Relaxable.EVIDENCE_DATES):
        return "a run's date is only stated by whoever ingested it"
    if not _descends(workspace, recovered.subject, hidden.subject):
        return "what was recovered does not come from the weights in which it was hidden"
    if not (
        _descends(workspace, hidden.subject, planted.subject) or _descends(workspace, planted.subject, hidden.subject)
    ):
        return "what was planted was not planted in the weights in which it was hidden"
    return ""


def _descends(workspace: Workspace, subject: str, other: str) -> bool:
    """Whether weights are others, or come from them, as stated or as remembered (S2)."""
    families = {f for n in _labels_of(workspace, {subject}) for f in ancestors(_kin(workspace), n)}
    stated = {workspace.models[name].model.subject for name in families}
    return other in {subject, *stated, *workspace.view.lineage.get(subject, ())}


def _labels_of(workspace: Workspace, subjects: Collection[str]) -> list[str]:
    return [name for name, entry in workspace.models.items() if entry.model.subject in subjects]


def _with_controls(workspace: Workspace, families: Collection[str], controls: Iterable[ControlEvidence]) -> set[str]:
    """Labels whose entries decide a verdict: of what the subject descends from, and of its controls' weights."""
    used = {a for c in controls for a in (c.planted.address, c.hidden.address, c.recovered.address)}
    labels = _labels_of(workspace, {run.subject for run in workspace.view.runs if run.address in used})
    return {*families, *labels, *(f for label in labels for f in ancestors(_kin(workspace), label))}


def surprises(policy: PolicyDocument, misses: Iterable[Miss]) -> dict[str, Surprises]:
    """By threat model, the largest misses of its limits on either scale (B2)."""
    found: dict[str, Surprises] = {}
    for miss in misses:
        threat_model = policy.threat_model_of(miss.limit)
        if threat_model is None:
            continue
        known = found.get(threat_model, Surprises())
        larger = (
            replace(known, rate=max(known.rate, miss.size))
            if miss.scale is Scale.RATE
            else replace(known, horizon=max(known.horizon, miss.size))
        )
        found[threat_model] = larger
    return found


def _dangers(view: RecordView, subjects: Collection[str]) -> Iterator[RecordedDanger]:
    """What was shown on these subjects and was not rebutted: nothing can be yet, rebuttals are not supported (V8)."""
    for (subject, configuration, limit, policy, observation, rests_on), at in view.dangers.items():
        if subject in subjects:
            yield RecordedDanger(
                subject=subject,
                configuration=configuration,
                limit=limit,
                observation=observation,
                policy=policy,
                shown_at=at,
                rests_on=rests_on,
            )


def _endings(view: RecordView, subject: str, ancestors: Collection[str]) -> tuple[Ending, ...]:
    """Events that concern the subject, and misses about it or what it descends from: a miss is one (V7)."""
    events = [
        Ending(event=e.event, at=e.at, what=e.what, evaluation=e.evaluation)
        for _, e in concerning(view, subject, ancestors)
    ]
    misses = [
        Ending(event="miss", at=m.made_at, what=m.what) for m in view.misses if m.subject in {subject, *ancestors}
    ]
    return (*events, *misses)


def _context(workspace: Workspace, families: Iterable[str]) -> Digest:
    """Digest of what decides which other runs bear on a subject: its ancestors' entries, every configuration."""
    return digest_of(
        {
            "models": sorted(workspace.models[name].digest for name in families),
            "configurations": {name: entry.digest for name, entry in sorted(workspace.configurations.items())},
        }
    )


def _kin(workspace: Workspace) -> dict[str, Model]:
    """Models by label; labels of one subject share their parents, so that a second name sheds none of them (S1)."""
    parents: dict[str, dict[Identifier, None]] = {}
    for entry in workspace.models.values():
        parents.setdefault(entry.model.subject, {}).update(dict.fromkeys(entry.model.parents))
    return {n: replace(e.model, parents=tuple(parents[e.model.subject])) for n, e in workspace.models.items()}


def _abandoned(workspace: Workspace, subject: str) -> dict[str, int]:
    """By evaluation, how many registered plans of the subject have no run (E4)."""
    plans = {d: p for d, p in workspace.view.plans.items() if p.subject == subject}
    used = {digest for run in workspace.view.runs if run.plan in plans for digest in _served(workspace, run, plans)}
    return dict(Counter(p.evaluation for d, p in plans.items() if d not in used))


def _served(workspace: Workspace, run: RunIngested, plans: Mapping[Digest, PlanRegistered]) -> Iterator[Digest]:
    """The run's own plan, and of every other limit the latest that was registered for it before: it is one run."""
    assert run.plan is not None
    own, dated = plans[run.plan], run.manifest.dated
    documents = workspace.view.plan_documents
    latest = {
        (documents[digest], p.limit): digest
        for digest, p in plans.items()
        if (p.evaluation, p.configuration, p.suite) == (own.evaluation, own.configuration, own.suite)
        and dated is not None
        and workspace.view.plan_times[digest] <= dated
    }
    yield run.plan
    yield from (digest for limit, digest in latest.items() if limit != (documents[run.plan], own.limit))


def _checks(workspace: Workspace, subject: str) -> tuple[RecordedCheck, ...]:
    disposed = workspace.view.flags_disposed
    found = [check for check in workspace.view.checks.values() if check.subject == subject]
    return tuple(RecordedCheck(check=check, disposed=check.id in disposed) for check in found)


def _recorded(workspace: Workspace, ingested: RunIngested, versions: Mapping[Digest, str]) -> RecordedRun:
    run: EvalRun = marked(workspace.runs.read_run(ingested.address, ingested.manifest), versions)
    disposition = workspace.view.dispositions.get(ingested.address)
    plan = workspace.view.plans.get(ingested.plan) if ingested.plan else None
    registered = next((s for s in workspace.suites.values() if plan and s.digest == plan.suite), None)
    return RecordedRun(
        run=replace(run, plan=ingested.plan, recorded_at=workspace.view.run_times[ingested.address]),
        subject=ingested.subject,
        effective_compute=ingested.effective_compute,
        planned=plan is not None and registered is not None,
        disposed=disposition is not None and run.attempts is not None,  # E1: what is deleted is not disposed of
        changed=_changed(workspace, ingested),
        order=_order(workspace, ingested, registered),
        peeked=ingested.address in workspace.view.peeked,
        suite=ingested.suite,
    )


def _order(workspace: Workspace, ingested: RunIngested, registered: RegisteredSuite | None) -> tuple[str, ...] | None:
    """The order that the run's plan drew for the suite's tasks (B4); None without a plan on that suite."""
    if ingested.plan is None or registered is None:
        return None
    return draw_order(registered.suite.tasks, workspace.view.draws[ingested.plan])


def _changed(workspace: Workspace, ingested: RunIngested) -> str:
    """Why a run no longer fits the files: what it was ingested against has been edited, or is gone."""
    evaluations = workspace.view.policy.document.evaluation.evaluations if workspace.view.policy else {}
    evaluation = evaluations.get(ingested.manifest.evaluation)
    suite = workspace.suites.get(evaluation.suite) if evaluation else None
    if suite is not None and ingested.suite != suite.digest:
        return "the suite is not the one that the run was ingested against"
    entry = workspace.configurations.get(ingested.manifest.configuration)
    if entry is None or ingested.configuration != entry.tested:
        return f"configuration {ingested.manifest.configuration} is not as it was when the run was ingested"
    return ""


# ------------------------------------------------------------------------------------- decisions


def decisions(
    view: RecordView,
    request: Request,
    verdicts: Iterable[Verdict] | None,
    permissions: Sequence[Permission] = tuple(Permission),
    *,
    mode: str | None = None,
    effective_compute: Compute | None = None,
) -> tuple[Decision, ...]:
    """A decision for each permission. `verdicts` None takes the recorded ones."""
    dossier = dossier_for(
        view,
        subject=request.model.subject,
        policy=request.policy_digest,
        verdicts=verdicts,
    )
    answers = []
    for permission in permissions:
        question = question_for(
            view,
            model=request.model_id,
            subject=request.model.subject,
            opaque=request.model.opaque,
            configuration=request.configuration,
            permission=permission,
            mode=MODES.get(permission, "") if mode is None else mode,
            effective_compute=_compute(view, request.model, effective_compute, permission),
            as_of=request.now,
            policy=request.policy_digest,
            verdicts=verdicts,
        )
        answers.append(decide(request.policy, question, dossier))
    return tuple(answers)


def _compute(view: RecordView, model: Model, asked: Compute | None, permission: Permission) -> Compute | None:
    """The largest of what models.yaml, the caller and the record say: nobody makes a model smaller (S4, D5).

    Apart from TRAIN, where the caller knows best how far the run is, what is not stated stays unknown. What the latest
    recorded progress leaves unknown is unknown, whatever is stated.
    """
    stated = model.effective_compute
    known = asked if permission is Permission.TRAIN and stated is None else stated
    if known is None or compute_untold(view, model.subject):
        return None
    return max(c for c in (known, asked, reached_compute(view, model.subject)) if c is not None)


def _whole_compute(workspace: Workspace, model: Model, ancestors: Collection[str]) -> Compute | None:
    """Effective compute for a cap: never less than that of anything it descends from, or than the record has said (S4).

    None as soon as the model's own or an ancestor's is unknown; an ancestor that only the record remembers is unknown.
    """
    kin = {model.subject, *ancestors}
    stated = [e.model for e in workspace.models.values() if e.model.subject in kin]
    known = [_compute(workspace.view, one, None, Permission.STORE) for one in stated]
    run = [r.effective_compute for r in workspace.view.runs if r.subject in kin and r.effective_compute]
    if None in known or not set(ancestors) <= {one.subject for one in stated}:
        return None
    return max([*(c for c in known if c is not None), *run], default=None)


# ------------------------------------------------------------------------------------ procedures


def assess_models(
    workspace: Workspace,
    models: Sequence[str],
    *,
    now: datetime,
    replay: bool = False,
    record: bool = True,
    draft: bool = False,
    document: str = FIRST_DOCUMENT,
) -> Assessment:
    """Assess models under every document in force, or, as a draft, under the file of one `document` alone.

    A replay, a draft, or `record=False` appends nothing; its decisions stand on verdicts that are in no record.

    Raises:
        InputError: the draft cannot be read, or there is no model or no configuration to assess.
        UsageError: no policy in force, or an unknown model.
    """
    if not models:
        raise InputError(*(workspace.findings or (Finding(what="models.yaml names no model"),)))
    parts = (replace(workspace, view=workspace.view.of(document)),) if draft else workspace.each()
    record = record and not draft and not replay
    texts = [workspace.drafted_policy(document)] if draft else [part.policy_in_force() for part in parts]

    def ask(part: Workspace, policy: PolicyDocument, digest: Digest) -> list[Request]:
        return [r for model in models for r in requests(part, policy, digest, model, now)]

    asks = [partial(ask, part, *text) for part, text in zip(parts, texts, strict=True)]
    verdicts: list[list[tuple[Verdict, ...]]] = []
    if record:
        asked, verdicts = write_all_verdicts(parts, asks, now)
        own = write_decisions(parts, asked, now)
    else:
        asked = [ask() for ask in asks]
        verdicts = [[judged(request) for request in group] for group in asked]
        own = [_unrecorded(*each) for each in zip(parts, asked, verdicts, strict=True)]
    return Assessment(
        policy=texts[0][0],
        policy_digest=texts[0][1],
        as_of=now,
        replay=replay,
        draft=draft,
        recorded=record,
        subjects=tuple(_subjects(parts, asked, verdicts, own)),
        documents=tuple(_documents(parts, texts, verdicts, own)),
        findings=workspace.findings,
    )


Own = list[list[tuple[Decision, ...]]]  # by document, by request, for each permission: what the document says by itself


def _unrecorded(
    part: Workspace, asked: list[Request], verdicts: list[tuple[Verdict, ...]]
) -> list[tuple[Decision, ...]]:
    made = [v for group in verdicts for v in group]
    return [decisions(part.view, r, _of_subject(made, r)) for r in asked]


def _subjects(
    parts: Sequence[Workspace], asked: list[list[Request]], verdicts: list[list[tuple[Verdict, ...]]], own: Own
) -> Iterator[SubjectAssessment]:
    for at, request in enumerate(asked[0]):
        by_document = {part.view.document: own[n][at] for n, part in enumerate(parts)}
        yield SubjectAssessment(
            model_id=request.model_id,
            model=request.model,
            configuration=request.configuration,
            verdicts=tuple(v for group in verdicts for v in group[at]),
            decisions=tuple(together(answers) for answers in by_permission(by_document)),
        )


def _documents(
    parts: Sequence[Workspace],
    texts: Sequence[tuple[PolicyDocument, Digest]],
    verdicts: list[list[tuple[Verdict, ...]]],
    own: Own,
) -> Iterator[DocumentAssessment]:
    joined = [joint(parts, [group[at] for group in own]) for at in range(len(own[0]))]
    for n, (part, (policy, digest)) in enumerate(zip(parts, texts, strict=True)):
        yield DocumentAssessment(
            name=part.view.document,
            policy=policy,
            digest=digest,
            verdicts=tuple(v for group in verdicts[n] for v in group),
            decisions=tuple(d for answers in joined for d in answers[n]),
        )


def by_permission(own: Mapping[Identifier, tuple[Decision, ...]]) -> list[dict[str, Decision]]:
    """For each permission, the decision of each document."""
    names = list(own)
    return [dict(zip(names, answers, strict=True)) for answers in zip(*own.values(), strict=True)]


def joint(parts: Sequence[Workspace], own: Sequence[tuple[Decision, ...]]) -> list[tuple[Decision, ...]]:
    """By document, its decisions as they stand beside those of the others (D1)."""
    by_document = {part.view.document: answers for part, answers in zip(parts, own, strict=True)}
    joined = [conjoin(answers) for answers in by_permission(by_document)]
    return [tuple(answers[name] for answers in joined) for name in by_document]


def _of_subject(verdicts: Iterable[Verdict], request: Request) -> list[Verdict]:
    """Verdicts on every tested configuration of the subject: questions about weights read them all (S2)."""
    return [v for v in verdicts if v.subject == request.model.subject]


def judged(request: Request) -> tuple[Verdict, ...]:
    """Verdicts, after the checks for sandbagging and contamination that need no asking (V5)."""
    return assess(screened(request))


def write_verdicts(
    workspace: Workspace, policy: Digest, ask: Callable[[], list[Request]], now: datetime
) -> tuple[list[Request], list[tuple[Verdict, ...]]]:
    """Assess what `ask()` asks for and record the verdicts; the workspace's view moves on.

    Flags that the runs raise are recorded first, so that no later version of a check can forget them (V5).

    When evidence is recorded by another process in between, everything is assessed again: a verdict stands in the
    record after all the evidence that it was made on, and after no other (E1).
    """
    asked: list[Request] = []
    made: list[tuple[Verdict, ...]] = []
    assessed_at: list[int] = []
    first, seen = [_screened(ask)], workspace.view.evidence_index
    write_flags(workspace, policy, first[0], now)

    def drafts() -> list[Draft]:
        require_in_force(workspace, policy)
        if assessed_at != [workspace.view.evidence_index]:
            asked[:] = first.pop() if first and workspace.view.evidence_index == seen else _screened(ask)
            made[:] = [assess(request) for request in asked]
            assessed_at[:] = [workspace.view.evidence_index]
        return [
            Draft(kind=EntryKind.VERDICT, about=About(name=v.model, digest=v.subject_digest), body=v)
            for group in made
            for v in group
        ]

    write(workspace, drafts, policy=policy, now=now)
    if workspace.view.evidence_index not in assessed_at:  # a verdict brought a miss to light: the shift has grown (B2)
        write(workspace, drafts, policy=policy, now=now)
    return asked, made


def _screened(ask: Callable[[], list[Request]]) -> list[Request]:
    return [screened(request) for request in ask()]


def require_in_force(workspace: Workspace, policy: Digest) -> None:
    """Raises RefusedError when another version of the document has come into force since it was read (D11)."""
    in_force = workspace.view.policy
    if in_force is None or in_force.digest != policy:
        raise RefusedError(Finding(rule="D11", what="another policy has come into force: run the command again"))


def require_all_in_force(workspace: Workspace, policies: Sequence[Digest]) -> None:
    """Raises RefusedError when other documents are in force than those that were read (D1, D11)."""
    in_force = [part.policy.digest for part in workspace.view.in_force if part.policy]
    if in_force != list(policies):
        raise RefusedError(Finding(rule="D11", what="another policy has come into force: run the command again"))


def write_all_verdicts(
    parts: Sequence[Workspace], asks: Sequence[Callable[[], list[Request]]], now: datetime
) -> tuple[list[list[Request]], list[list[tuple[Verdict, ...]]]]:
    """Record verdicts under each document. A flag bears on all of them, so all flags are recorded first (V5, E1)."""
    if len(parts) > 1:
        for part, ask in zip(parts, asks, strict=True):
            write_flags(part, part.policy_in_force()[1], _screened(ask), now)
    asked, made = [], []
    for part, ask in zip(parts, asks, strict=True):
        requested, verdicts = write_verdicts(part, part.policy_in_force()[1], ask, now)
        asked.append(requested)
        made.append(verdicts)
    return asked, made


def write_decisions(parts: Sequence[Workspace], asked: Sequence[Sequence[Request]], now: datetime) -> Own:
    """Decide on recorded verdicts and record the decisions, in one transaction with the check for pauses (D9).

    Every document's decision is recorded, each as it stands beside the others (D1). What each says by itself is given
    back.
    """
    own: Own = []
    policies = [part.policy_in_force()[1] for part in parts]

    def drafts() -> list[Draft]:
        require_all_in_force(parts[0], policies)
        own[:] = [[decisions(p.view, r, None) for r in group] for p, group in zip(parts, asked, strict=True)]
        return [
            decision_draft(request, policy, decision)
            for at, request in enumerate(asked[0])
            for policy, group in zip(policies, joint(parts, [answers[at] for answers in own]), strict=True)
            for decision in group
        ]

    write(parts[0], drafts, policy=policies[0], now=now)
    return own


def decision_draft(request: Request, policy: Digest, decision: Decision) -> Draft:
    """The entry of a decision under one of the documents."""
    about = About(name=request.model_id, digest=request.model_digest)
    return Draft(kind=EntryKind.DECISION, about=about, body=decision, policy=policy)
