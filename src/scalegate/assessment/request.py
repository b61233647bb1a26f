"""What an assessment is asked for: the policy, the subject, and every recorded run that may bear on it.

For: procedure, which fills it in, and `assess`. Does not know: where the values come from.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal

from scalegate.assessment.sensitivity import ControlEvidence
from scalegate.evidence.flag import FlagCheck
from scalegate.evidence.run import Configuration, EvalRun, Model, Suite
from scalegate.policy.document import PolicyDocument, evaluation_of
from scalegate.quantity import Compute, Digest, Identifier
from scalegate.verdict.ledger import Effort, Exposure


@dataclass(frozen=True, kw_only=True)
class RecordedRun:
    """A run that the record names, with what the record says about it.

    Attributes:
        subject: whose weights were run.
        effective_compute: the subject's at the time of the run; None is unknown.
        planned: registered before the run, on the suite as it stands now (E6).
        disposed: another role than the evaluator has disposed of it, if it is invalid (E4).
        changed: why it no longer counts against the files as they stand, or empty: the suite or the
            configuration was edited after the run was ingested.
        order: the suite's tasks in the order drawn when its plan was registered; None without a plan (B4).
        peeked: a recorded verdict rests on other parts of this run, from before this part came and while registered
            attempts were missing (B4).
        suite: digest of the suite as it was when the run was ingested; None where it was not known.
    """

    run: EvalRun
    subject: str
    effective_compute: Compute | None
    planned: bool
    disposed: bool
    changed: str = ""
    order: tuple[str, ...] | None = None
    peeked: bool = False
    suite: Digest | None = None


@dataclass(frozen=True, kw_only=True)
class RecordedDanger:
    """A `DANGER_SHOWN` that stands in the record: it ends only by rebuttal (V8).

    Attributes:
        subject, configuration: what was assessed, or what was run: both carry it (S2).
        limit, observation: what it was shown on; policy: the one that it was shown under.
        shown_at: the time of the verdict.
        rests_on: addresses of the runs that it rests on.
    """

    subject: str
    configuration: str
    limit: str
    observation: str
    policy: Digest
    shown_at: datetime
    rests_on: tuple[Digest, ...] = ()


@dataclass(frozen=True, kw_only=True)
class RecordedCheck:
    """A check for sandbagging or contamination; `disposed`: a named role has disposed of its flag (V5)."""

    check: FlagCheck
    disposed: bool


@dataclass(frozen=True, kw_only=True)
class RegisteredSuite:
    """A suite and the digest of its file's content."""

    suite: Suite
    digest: Digest


@dataclass(frozen=True, kw_only=True)
class Surprises:
    """The largest misses recorded for a threat model: points of probability, and a factor on a task length."""

    rate: Decimal = Decimal(0)
    horizon: Decimal = Decimal(1)


@dataclass(frozen=True, kw_only=True)
class Ending:
    """An event that ends what earlier evidence of the subject could clear (V7).

    Attributes:
        event: its id.
        at: when it happened.
        what: in words.
        evaluation: the only one concerned; None for all.
    """

    event: str
    at: datetime
    what: str
    evaluation: str | None = None


@dataclass(frozen=True, kw_only=True)
class Predecessor:
    """Another model of the subject's developer, with its runs of the evaluations that a rate of progress reads.

    Attributes:
        title: its labels in models.yaml, or its subject where it has none any more.
        released: as models.yaml states it; None where it does not.
        flagged: evaluations on which a flag stands against it (V5).
    """

    subject: str
    title: str
    released: datetime | None
    runs: tuple[RecordedRun, ...]
    flagged: frozenset[str] = frozenset()


@dataclass(frozen=True, kw_only=True)
class Request:
    """One subject in one configuration, under one policy, at one time.

    Attributes:
        ancestors: subjects of the parents and teachers, transitively (S2).
        suites: by name; a suite that is absent or unreadable is not in the mapping.
        effective_compute: the subject's, no less than that of anything it descends from or than the record has ever
            said; None as soon as one of these is unknown (S4).
        predecessors: the developer's other models, for rates of progress.
        released: release dates by subject, where models.yaml states them.
        context: digest of the entries of ancestors and predecessors and of every configuration.
        remembered_within: configurations that the record says were contained in this one (S2).
        abandoned: by evaluation, registered plans without any run; those without a valid one come to them (E4).
        dangers: every `DANGER_SHOWN` that the record holds on the subject or its ancestors (V8).
        events: recorded events that concern the subject (V7).
        checks: of the subject for sandbagging and contamination; `screening.screened` adds those that need no asking.
        draws: bootstrap draws of the displayed fits.
        efforts, controls, exposures: of the elicitation ledger, in the order of the record (V4).
        surprises: by threat model, the largest recorded misses (B2).
    """

    policy: PolicyDocument
    policy_digest: Digest
    model_id: Identifier
    model: Model
    model_digest: Digest
    configuration: Identifier
    configuration_digest: Digest
    configurations: Mapping[str, Configuration]
    ancestors: frozenset[str]
    runs: tuple[RecordedRun, ...]
    suites: Mapping[str, RegisteredSuite]
    now: datetime
    effective_compute: Compute | None = None
    predecessors: tuple[Predecessor, ...] = ()
    released: Mapping[str, datetime] = field(default_factory=dict)
    context: Digest | None = None
    remembered_within: frozenset[str] = frozenset()
    abandoned: Mapping[str, int] = field(default_factory=dict)
    dangers: tuple[RecordedDanger, ...] = ()
    events: tuple[Ending, ...] = ()
    checks: tuple[RecordedCheck, ...] = ()
    draws: int = 1000
    efforts: tuple[Effort, ...] = ()
    controls: tuple[ControlEvidence, ...] = ()
    exposures: tuple[Exposure, ...] = ()
    surprises: Mapping[str, Surprises] = field(default_factory=dict)


def suite_digests(request: Request, limit: str) -> tuple[Digest, ...]:
    """Digests of the suites that a limit's observations name, as the files stand; absent ones are left out."""
    evaluations = request.policy.evaluation.evaluations
    named = {
        evaluations[read].suite
        for o in request.policy.limits[limit].observations.values()
        if (read := evaluation_of(o)) is not None
    }
    return tuple(sorted(request.suites[name].digest for name in named if name in request.suites))
