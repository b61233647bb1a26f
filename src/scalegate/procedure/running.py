"""Run the policy's evaluations: the plan is registered first, the logs become evidence afterwards (E3, E4, E6).

For: command line. Does not know: Inspect, files. A *sitting* is one evaluation of one model in one configuration, for
every limit that reads it. All that its runner has written counts, also what ended with an error, was cancelled, or
lay there from an earlier try: whoever runs an evaluation does not choose which of its logs is evidence.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import AbstractContextManager, ExitStack
from dataclasses import dataclass, field, replace
from typing import Protocol

from scalegate.errors import Finding, InputError, UsageError
from scalegate.evidence.parsed_run import Labels, ParsedSource
from scalegate.evidence.run import Status
from scalegate.policy.document import PolicyDocument
from scalegate.procedure.acts import register
from scalegate.procedure.ingesting import Ingestion, ingest
from scalegate.procedure.intake import Reader, RunKeeper
from scalegate.procedure.planning import power_words
from scalegate.procedure.workspace import Workspace
from scalegate.quantity import Digest, Identifier
from scalegate.record.entry import PlanRegistered, RunIngested

WEIGHTS_CHANGED = "weights_changed"


# ------------------------------------------------------------------------------------------ ports


@dataclass(frozen=True, kw_only=True)
class Job:
    """What a runner is asked for.

    Attributes:
        plan: digest of the plan's entry; one plan has one place for its logs.
        task: the task as the suite names it.
        samples: ids of the registered tasks; no other sample is run.
        epochs: attempts at each.
        token_limit: tokens of one attempt; None for no limit.
        labels: model, evaluation and configuration as the project calls them; written into the log.
    """

    plan: Digest
    task: str
    samples: tuple[str, ...]
    epochs: int
    token_limit: int | None
    labels: Mapping[str, str]


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """How a job ended. `problem` is empty when it is complete; `interrupted` when a person stopped it."""

    problem: str = ""
    interrupted: bool = False


class Runner(Protocol):
    """Runs jobs with one model, and keeps every log of a plan in one place."""

    def hold(self, plan: Digest) -> AbstractContextManager[None]:
        """Keep other processes from a plan. Raises UsageError when one has it."""
        ...

    def logs(self, plan: Digest) -> tuple[str, ...]:
        """Paths of every log that was ever written for a plan, sorted; those of unfinished runs too."""
        ...

    def run(self, job: Job) -> Outcome:
        """Begin a job, or go on with what is unfinished of it; nothing is run when it is complete."""
        ...


# ---------------------------------------------------------------------------------------- sittings


@dataclass(frozen=True, kw_only=True)
class Choice:
    """What is to be run. Empty means: every limit, every evaluation that one reads, the first configuration."""

    limits: tuple[str, ...] = ()
    evaluations: tuple[str, ...] = ()
    configurations: tuple[str, ...] = ()
    again: bool = False


@dataclass(frozen=True, kw_only=True)
class Sitting:
    """One evaluation of one model in one configuration.

    Attributes:
        limits: every chosen limit with an observation that reads the evaluation.
        planned: by limit, the plan that is registered already, and fits the files as they are.
        earlier: every plan of this evaluation and configuration for the subject, fitting or not, oldest first.
        complete: a whole run of one of `planned` is in the record: nothing is left to run.
        begun: `planned` has a run in the record, or logs; then nothing is registered after the fact (E6).
    """

    evaluation: Identifier
    configuration: Identifier
    limits: tuple[Identifier, ...]
    suite: Identifier
    task: str
    samples: tuple[str, ...]
    epochs: int
    token_limit: int | None
    planned: Mapping[Identifier, Digest] = field(default_factory=dict)
    earlier: tuple[Digest, ...] = ()
    complete: bool = False
    begun: bool = False

    @property
    def unplanned(self) -> tuple[Identifier, ...]:
        """Limits whose plan is to be registered before the run."""
        return () if self.begun else tuple(limit for limit in self.limits if limit not in self.planned)

    @property
    def name(self) -> str:
        return f"{self.evaluation} as {self.configuration}"


@dataclass(frozen=True, kw_only=True)
class Programme:
    """What will be run, and what of the choice cannot be."""

    model: Identifier
    sittings: tuple[Sitting, ...]
    findings: tuple[Finding, ...]


def programme(workspace: Workspace, model: str, choice: Choice, runner: Runner) -> Programme:
    """What `run` would do. Records nothing.

    Raises:
        UsageError: for a model, limit, evaluation or configuration that the project lacks.
    """
    policy, _ = workspace.policy_in_force()
    workspace.model(model)
    configurations = choice.configurations or tuple(workspace.configurations)[:1]
    for configuration in configurations:
        workspace.configuration(configuration)
    readers = _readers(policy, choice)
    sittings, findings = list[Sitting](), list[Finding]()
    for evaluation, limits in readers.items():
        try:
            for configuration in dict.fromkeys(configurations):
                sittings.append(_sitting(workspace, model, evaluation, configuration, limits, choice, runner))
        except InputError as error:
            findings += error.findings
    return Programme(model=Identifier(model), sittings=tuple(sittings), findings=tuple(findings))


def _readers(policy: PolicyDocument, choice: Choice) -> dict[Identifier, tuple[Identifier, ...]]:
    """By evaluation, the chosen limits that read it, in the policy's order."""
    for kind, asked, known in (
        ("limit", choice.limits, tuple(policy.limits)),
        ("evaluation", choice.evaluations, tuple(policy.evaluation.evaluations)),
    ):
        for name in asked:
            if name not in known:
                raise UsageError(f"the policy has no {kind} {name!r}: it has {', '.join(known)}")
    found: dict[Identifier, dict[Identifier, None]] = {}
    for limit, body in policy.limits.items():
        for observation in body.observations.values():
            evaluation: Identifier | None = getattr(observation, "evaluation", None)  # a judgement has none (V9)
            if evaluation and (not choice.limits or limit in choice.limits):
                found.setdefault(evaluation, {})[Identifier(limit)] = None
    unread = [e for e in choice.evaluations if e not in found]
    if unread:
        raise UsageError(
            f"no limit reads {unread[0]!r}, so there is no plan to register: leave it out, or name a limit"
        )
    return {e: tuple(limits) for e, limits in found.items() if not choice.evaluations or e in choice.evaluations}


def _sitting(
    workspace: Workspace,
    model: str,
    evaluation: Identifier,
    configuration: str,
    limits: tuple[Identifier, ...],
    choice: Choice,
    runner: Runner,
) -> Sitting:
    """Raises InputError when the suite is absent, or names no task."""
    policy, _ = workspace.policy_in_force()
    name = policy.evaluation.evaluations[evaluation].suite
    registered = workspace.suites.get(name)
    where = f"suites/{name}.yaml"
    if registered is None:
        raise InputError(Finding(where=where, what=f"{evaluation} cannot be run: its suite is absent or unreadable"))
    suite = registered.suite
    if not suite.inspect_task:
        what, mend = f"{evaluation} cannot be run: its suite names no Inspect task", "write inspect_task: FILE.py@NAME"
        raise InputError(Finding(where=where, what=what, mend=f"{mend}, or ingest the logs of whoever runs it"))
    sitting = Sitting(
        evaluation=evaluation,
        configuration=Identifier(configuration),
        limits=limits,
        suite=name,
        task=suite.inspect_task,
        samples=tuple(suite.tasks),
        epochs=suite.attempts_per_task,
        token_limit=workspace.configuration(configuration).configuration.tokens_per_attempt,
    )
    return _with_plans(workspace, model, sitting, choice, runner)


def _with_plans(workspace: Workspace, model: str, sitting: Sitting, choice: Choice, runner: Runner) -> Sitting:
    subject = workspace.model(model).model.subject
    asked = (subject, sitting.evaluation, sitting.configuration)
    under, own = workspace.view.plan_documents, workspace.view.document
    plans = {
        d: p
        for d, p in workspace.view.plans.items()
        if under[d] == own and (p.subject, p.evaluation, p.configuration) == asked
    }
    fitting = {d: p for d, p in plans.items() if not choice.again and _fits(workspace, d, p, sitting)}
    planned = {p.limit: d for d, p in fitting.items() if p.limit in sitting.limits}
    runs = [r for r in workspace.view.runs if r.plan in set(planned.values())]
    return replace(
        sitting,
        planned=planned,
        earlier=tuple(plans),
        complete=any(_whole(r, sitting) for r in runs),
        begun=bool(runs) or any(runner.logs(plan) for plan in planned.values()),
    )


def _fits(workspace: Workspace, digest: Digest, plan: PlanRegistered, sitting: Sitting) -> bool:
    """Whether a plan is still one for the files as they are; a run under an edited budget has used its plan up."""
    tested = workspace.configuration(sitting.configuration).tested
    now = (workspace.suites[sitting.suite].digest, len(sitting.samples), sitting.epochs)
    runs = [r for r in workspace.view.runs if r.plan == digest]
    return (plan.suite, plan.tasks, plan.attempts_per_task) == now and all(r.configuration == tested for r in runs)


def _whole(run: RunIngested, sitting: Sitting) -> bool:
    """A run that ended by itself and holds as many rows as are registered. Whether they count is for `assess`."""
    manifest = run.manifest
    return manifest.status is Status.COMPLETED and manifest.rows >= len(sitting.samples) * sitting.epochs


# ---------------------------------------------------------------------------------------- identity


def inspect_model(workspace: Workspace, model: str, asked: str) -> str:
    """What Inspect calls a model: as asked, else the provider's name that an opaque subject is.

    It stands neither in models.yaml, whose entries are digested into verdicts, nor in the policy: where weights are
    served is a matter of a machine and a day. The log names it, and the log is evidence.

    Raises:
        UsageError: when neither says.
    """
    subject = workspace.model(model).model.subject
    name = asked or subject.removeprefix("opaque:") * subject.startswith("opaque:")
    if "/" not in name:
        raise UsageError(f"say what Inspect calls {model}: --inspect-model provider/name")
    return name


def check_weights(workspace: Workspace, model: str, weights: Digest | None, served: str) -> str:
    """What is known, in words, of whether the weights that are run are the model's (S1).

    Args:
        weights: digest of the manifest of the weights that lie here; None when none were named.
        served: what Inspect calls the model.

    Raises:
        InputError: they are another model's.
    """
    subject = workspace.model(model).model.subject
    if weights is None and subject.startswith("opaque:"):
        return "identity not verifiable: a provider's name is all that is known of it"
    if weights is None:
        return f"not verified: nothing shows that {served} is {subject}"
    if weights != subject:
        what = f"the weights have the digest {weights}, {model} is {subject}"
        mend = "give the weights of this model, or enter them as a model of their own"
        raise InputError(Finding(where="models.yaml", path=f"models.{model}.subject", rule="S1", what=what, mend=mend))
    return f"the weights have the digest of {model}; that {served} loads them is not verified"


# ----------------------------------------------------------------------------------------- running


@dataclass(frozen=True, kw_only=True)
class Registered:
    """A plan that was recorded now."""

    limit: Identifier
    plan: Digest
    entry: int


@dataclass(frozen=True, kw_only=True)
class Sat:
    """What came of one sitting. `problem` is empty when a whole run of it is in the record."""

    sitting: Sitting
    registered: tuple[Registered, ...] = ()
    ingestion: Ingestion = field(default_factory=lambda: Ingestion(files=(), findings=()))
    problem: str = ""
    interrupted: bool = False

    @property
    def rows(self) -> int:
        """Attempts that were recorded now."""
        return sum(m.rows for f in self.ingestion.files for m in f.recorded)


def sit(
    workspace: Workspace,
    model: Identifier,
    sitting: Sitting,
    *,
    runner: Runner,
    reader: Reader,
    keeper: RunKeeper,
    weights: Callable[[], Digest] | None = None,
    tell: Callable[[Registered], None] = lambda _: None,
) -> Sat:
    """Register what is not registered, run what is not run, ingest every log that there is.

    Args:
        weights: digest of the weights that are run, where they lie here; asked again afterwards.
        tell: told of each plan as soon as it is recorded, before the run.
    """
    into = _Into(workspace, model, sitting, reader=reader, keeper=keeper)
    with ExitStack() as held:
        kept = [known for known in sitting.earlier if runner.logs(known)]
        for known in kept:
            held.enter_context(runner.hold(known))  # a log that is being written would be read unfinished
        left = into.ingest(log for known in kept for log in runner.logs(known))
        if sitting.complete:
            return Sat(sitting=sitting, ingestion=left)
        fresh = _register(workspace, model, sitting, tell)
        plan = _plan(workspace, sitting, fresh)
        if plan not in kept:
            held.enter_context(runner.hold(plan))
        outcome = runner.run(_job(sitting, model, plan))
        changed = weights is not None and weights() != workspace.model(model).model.subject
        made = into.ingest(runner.logs(plan), (WEIGHTS_CHANGED,) if changed else ())
    problem = outcome.problem or _incomplete(workspace, plan, sitting)
    if changed:
        problem = f"the weights are not those of {model} any more: its failures do not count; {problem}".rstrip("; ")
    return Sat(
        sitting=sitting,
        registered=fresh,
        ingestion=Ingestion(files=(*left.files, *made.files), findings=(*left.findings, *made.findings)),
        problem=problem,
        interrupted=outcome.interrupted,
    )


def _register(
    workspace: Workspace, model: Identifier, sitting: Sitting, tell: Callable[[Registered], None]
) -> tuple[Registered, ...]:
    made = []
    for limit in sitting.unplanned:
        logged = register(
            workspace,
            limit=limit,
            evaluation=sitting.evaluation,
            model=model,
            configuration=sitting.configuration,
            power=power_words(workspace, limit, sitting.evaluation),
            now=workspace.scribe.now(),
        )
        made.append(Registered(limit=limit, plan=logged.digest, entry=logged.index))
        tell(made[-1])
    return tuple(made)


def _plan(workspace: Workspace, sitting: Sitting, fresh: Sequence[Registered]) -> Digest:
    """The latest plan: the one that ingesting gives to runs from now on."""
    known = {*sitting.planned.values(), *(r.plan for r in fresh)}
    return [digest for digest in workspace.view.plans if digest in known][-1]


def _job(sitting: Sitting, model: Identifier, plan: Digest) -> Job:
    labels = {"model": model, "evaluation": sitting.evaluation, "configuration": sitting.configuration, "plan": plan}
    return Job(
        plan=plan,
        task=sitting.task,
        samples=sitting.samples,
        epochs=sitting.epochs,
        token_limit=sitting.token_limit,
        labels=labels,
    )


def _incomplete(workspace: Workspace, plan: Digest, sitting: Sitting) -> str:
    runs = [r for r in workspace.view.runs if r.plan == plan]
    if any(_whole(r, sitting) for r in runs):
        return ""
    endings = dict.fromkeys(r.manifest.status.value for r in runs if r.manifest.status is not Status.COMPLETED)
    if endings:
        return f"no run of it has completed: {', '.join(endings)}"
    rows, wanted = max((r.manifest.rows for r in runs), default=0), len(sitting.samples) * sitting.epochs
    return f"its logs hold {rows} of {wanted} registered attempts: are the sample ids of the task those of the suite?"


class _Into:
    """Ingests the logs of one sitting under its labels."""

    def __init__(
        self, workspace: Workspace, model: Identifier, sitting: Sitting, *, reader: Reader, keeper: RunKeeper
    ) -> None:
        self._workspace, self._reader, self._keeper = workspace, reader, keeper
        self._labels = Labels(model=model, evaluation=sitting.evaluation, configuration=sitting.configuration)
        self._scorer = workspace.suites[sitting.suite].suite.scorer

    def ingest(self, paths: Iterable[str], defects: Sequence[str] = ()) -> Ingestion:
        return ingest(
            self._workspace,
            tuple(dict.fromkeys(paths)),
            self._labels,
            reader=lambda path, labels: self._read(path, labels, defects),
            keeper=self._keeper,
            now=self._workspace.scribe.now(),
        )

    def _read(self, path: str, labels: Labels, defects: Sequence[str]) -> ParsedSource:
        """A log that is recorded already keeps the defects it was recorded with: reading it again mends nothing."""
        source = self._scored(path, labels)
        recorded = [r.manifest for r in self._workspace.view.runs if r.manifest.source == source.source.digest]
        more = {d for m in recorded for d in m.defects} if recorded else set(defects)
        return replace(source, runs=tuple(replace(r, defects=tuple(sorted({*r.defects, *more}))) for r in source.runs))

    def _scored(self, path: str, labels: Labels) -> ParsedSource:
        """The scorer that the suite names, where the log has one of that name; else the log's only one."""
        if self._scorer:
            try:
                return self._reader(path, replace(labels, scorer=self._scorer))
            except InputError:
                pass
        return self._reader(path, labels)
