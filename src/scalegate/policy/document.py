"""The policy document as frozen values: the five sections, scope, threat models and roles.

For: every room that needs to know what was promised. Does not know: YAML, files, evidence, estimates.

The classes below are the format `scalegate.policy/1`: `shape` reads and writes them, and the policy digest
is taken over their canonical plain form, so that comments and layout do not count as changes.
A default, once released, never changes (shape.py).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import Literal

from scalegate.quantity import Compute, Factor, Identifier, Minutes, Period, Probability


class Permission(StrEnum):
    """What a subject may be granted (D1). Default is to hold."""

    TRAIN = "TRAIN"
    STORE = "STORE"
    USE_INTERNALLY = "USE_INTERNALLY"
    DEPLOY = "DEPLOY"
    RELEASE_WEIGHTS = "RELEASE_WEIGHTS"
    ASSESS = "ASSESS"


class Direction(StrEnum):
    """What an observation can tell (V1)."""

    DEMONSTRATION = "demonstration"
    RULE_OUT_PROXY = "rule_out_proxy"


class Orientation(StrEnum):
    """Which end of a score is dangerous (E5)."""

    HIGHER = "higher_is_more_dangerous"
    LOWER = "lower_is_more_dangerous"


class Unit(StrEnum):
    """What counts as one independent observation (B4); never the attempt."""

    TASK = "task"
    FAMILY = "family"


# ---------------------------------------------------------------------------- scope and roles


@dataclass(frozen=True, kw_only=True)
class Exclusion:
    """A domain that the policy leaves out, with the reason."""

    domain: str
    why: str


@dataclass(frozen=True, kw_only=True)
class Scope:
    """What the policy covers.

    `out_of_scope_below` and `screen` say what a finding under S4 must rest on; without both nothing can be
    found out of scope.
    """

    statement: str
    out_of_scope_below: Compute | None = None
    screen: Identifier | None = None
    exclusions: tuple[Exclusion, ...] = ()


class Line(StrEnum):
    """On which side of a decision a role stands; quorums ask for people outside the delivery line."""

    DELIVERY = "delivery"
    ASSURANCE = "assurance"
    BOARD = "board"
    OUTSIDE = "outside"


@dataclass(frozen=True, kw_only=True)
class Role:
    """A named duty and the people who hold it."""

    title: str
    holders: tuple[Identifier, ...]
    line: Line


@dataclass(frozen=True, kw_only=True)
class Quorum:
    """How many distinct people, out of which roles; `outside_line` asks for one not in delivery."""

    number: int
    of: tuple[Identifier, ...]
    outside_line: bool = False
    outside_key: bool = False


# ------------------------------------------------------------------------------ threat models


@dataclass(frozen=True, kw_only=True)
class AttackerBudget:
    """What a capable, patient adversary would spend; evaluations are measured against it (V4)."""

    description: str
    tokens_per_attempt: int
    attempts_per_task: int
    floor: Probability


@dataclass(frozen=True, kw_only=True)
class AcceptedBlindSpot:
    """Who goes on without a test, why, until when, and what would change it (L3)."""

    accepted_by: Identifier
    why: str
    until: datetime
    would_change: str


@dataclass(frozen=True, kw_only=True)
class ThreatModel:
    """One way to catastrophe: it ends in a ladder of limits, or in an accepted blind spot (L3)."""

    title: str
    actor: str
    harm: str
    attacker_budget: AttackerBudget | None = None
    ladder: tuple[Identifier, ...] = ()
    accepted_blind_spot: AcceptedBlindSpot | None = None


# ------------------------------------------------------------------------------------- limits


@dataclass(frozen=True, kw_only=True)
class Precursor:
    """Why a small result on a proxy rules the danger out (V1); displayed as an assumption."""

    argument: str
    author: Identifier
    expires: datetime


@dataclass(frozen=True, kw_only=True)
class RateShift:
    """The elicitation shift `g` in points of probability (B2); `unknown` rules nothing out."""

    value: Probability | None
    author: Identifier
    reason: str


@dataclass(frozen=True, kw_only=True)
class FactorShift:
    """The elicitation shift `g` as a factor on a task length (B2); null rules nothing out, `1x` is none."""

    value: Factor | None
    author: Identifier
    reason: str


@dataclass(frozen=True, kw_only=True)
class SlopeEnvelope:
    """The stated interval over which a gate takes the worst horizon (B5).

    Attributes:
        slope_from, slope_to: drop of the log-odds of success per doubling of the task length.
        family_sd: standard deviation of a task family's log-odds around the curve.
        reason: why the truth is believed to lie inside.
    """

    slope_from: Decimal
    slope_to: Decimal
    family_sd: Decimal
    reason: str


@dataclass(frozen=True, kw_only=True)
class RateObservation:
    """A success rate (or mean score on the unit interval) over the tasks of an evaluation."""

    measure: Literal["success_rate", "mean_score"]
    evaluation: Identifier
    direction: Direction
    relied_on: bool
    unit: Unit
    orientation: Orientation = Orientation.HIGHER
    limit: Probability
    alert: Probability
    alpha_lower: Probability
    alpha_upper: Probability
    elicitation_shift: RateShift
    precursor: Precursor | None = None


@dataclass(frozen=True, kw_only=True)
class HorizonObservation:
    """The human task length at which the subject succeeds with probability `success`."""

    measure: Literal["time_horizon"]
    evaluation: Identifier
    direction: Direction
    relied_on: bool
    success: Probability
    limit: Minutes
    alert: Minutes
    alpha_lower: Probability
    alpha_upper: Probability
    envelope: SlopeEnvelope
    elicitation_shift: FactorShift
    precursor: Precursor | None = None


@dataclass(frozen=True, kw_only=True)
class ExistenceObservation:
    """One verified success is enough; it can show danger and can never clear (V1)."""

    measure: Literal["existence"]
    evaluation: Identifier
    min_human_minutes: Minutes | None = None


@dataclass(frozen=True, kw_only=True)
class JudgementObservation:
    """A signed judgement by a role (V9); counts as crossed until signed."""

    measure: Literal["judgement"]
    role: Identifier
    question: str
    must_cite: tuple[Identifier, ...]
    relied_on: bool
    may_clear: bool
    expires_after: Period


@dataclass(frozen=True, kw_only=True)
class DifferenceObservation:
    """A difference between two arms, for example human uplift (V9). Read, not yet assessed."""

    measure: Literal["difference"]
    evaluation: Identifier
    control: Identifier
    direction: Direction
    relied_on: bool
    limit: Probability
    alert: Probability


Observation = RateObservation | HorizonObservation | ExistenceObservation | JudgementObservation | DifferenceObservation


@dataclass(frozen=True, kw_only=True)
class Limit:
    """A capability line: what it means in words, and the observations that bear on it (V2)."""

    title: str
    capability: str
    observations: dict[str, Observation]
    hard_stop: bool = False


# -------------------------------------------------------------------------------- protections


class Family(StrEnum):
    """What a protection protects against."""

    SECURITY = "security"
    DEPLOYMENT = "deployment"
    CONTROL = "control"
    INTERNAL_USE = "internal_use"


class Sense(StrEnum):
    """Whether an efficacy measurement must be at least or at most its target."""

    AT_LEAST = "at_least"
    AT_MOST = "at_most"


@dataclass(frozen=True, kw_only=True)
class Efficacy:
    """The efficacy target, set beforehand (D3)."""

    metric: str
    sense: Sense
    target: Decimal


@dataclass(frozen=True, kw_only=True)
class Protection:
    """A measure with family, efficacy target, approving role and expiry."""

    title: str
    family: Family
    efficacy: Efficacy
    approved_by: Identifier
    lapses_after: Period


@dataclass(frozen=True, kw_only=True)
class Standing:
    """Protections always asked for a permission; or `none_because` (D2)."""

    protections: tuple[Identifier, ...] = ()
    none_because: str = ""


@dataclass(frozen=True, kw_only=True)
class Conditional:
    """Protections asked for a permission when a limit counts as crossed (D2); or `none_because`.

    A crossed limit with no entry for a permission holds it: nothing says what would permit it.
    """

    limit: Identifier
    permission: Permission
    protections: tuple[Identifier, ...] = ()
    none_because: str = ""


@dataclass(frozen=True, kw_only=True)
class Protections:
    """All measures, and what they are tied to."""

    measures: dict[str, Protection]
    standing: dict[str, Standing]
    conditional: tuple[Conditional, ...]


# --------------------------------------------------------------------------------- evaluation


@dataclass(frozen=True, kw_only=True)
class Evaluation:
    """One evaluation that the policy names.

    Attributes:
        suite: the name of the suite file that registers its tasks.
        success_score: an attempt whose score reaches this is a success (after E5).
        coverage_floor: least share of registered attempts with a valid outcome (E2's second check).
        duration: how long it takes; enters the buffer (L4).
        positive_control: a planted capability that the method must recover, or null when none is asked (V4).
        screens: the evaluation whose due date this cheap screen may bring forward (V2).
    """

    title: str
    suite: Identifier
    success_score: Decimal
    coverage_floor: Probability
    duration: Period
    positive_control: str | None = None
    screens: Identifier | None = None


@dataclass(frozen=True, kw_only=True)
class BlindSpotReserve:
    """What every upper bound is raised by, for the tests that nobody thought of (B1); above zero."""

    rate: Probability
    horizon: Factor
    set_by: Identifier
    reason: str


@dataclass(frozen=True, kw_only=True)
class TrainingGrowth:
    """Growth of a measure per doubling of effective compute (V7), for TRAIN."""

    rate: Probability
    horizon: Factor
    reason: str


@dataclass(frozen=True, kw_only=True)
class ElicitationGrowth:
    """Outside gains on fixed weights per month (V7), for every permission but TRAIN."""

    rate_per_month: Probability
    horizon_per_month: Factor
    reason: str


@dataclass(frozen=True, kw_only=True)
class Growth:
    """The growths that let evidence lapse; never mixed (V7)."""

    training: TrainingGrowth
    elicitation: ElicitationGrowth
    frontier_doubling: Period


@dataclass(frozen=True, kw_only=True)
class Triggers:
    """When an evaluation is due, whichever comes first (D5)."""

    effective_compute: Factor
    calendar: Period
    events: tuple[Identifier, ...]


@dataclass(frozen=True, kw_only=True)
class FirstAssessment:
    """How far a first run may go with no evaluated checkpoint (D4)."""

    at: Compute | None = None
    factor: Factor | None = None


class Relaxable(StrEnum):
    """Requirements that a policy may relax, in one place and with a reason."""

    REGISTRATION = "registration"
    EVIDENCE_DATES = "evidence_dates"


@dataclass(frozen=True, kw_only=True)
class Relaxation:
    """One requirement that the policy relaxes.

    `registration: not_required` lets unregistered runs clear (E6); `evidence_dates: stated` accepts a date
    that whoever ingested the file stated, where the file has none.
    """

    requirement: Relaxable
    value: Literal["not_required", "stated"]
    why: str
    author: Identifier


@dataclass(frozen=True, kw_only=True)
class EvaluationSection:
    """Which evaluations, how often, and how numbers become bounds."""

    evaluations: dict[str, Evaluation]
    triggers: Triggers
    first_assessment: FirstAssessment
    blind_spot_reserve: BlindSpotReserve
    growth: Growth
    relaxations: tuple[Relaxation, ...] = ()


# ----------------------------------------------------------------------------------- response


@dataclass(frozen=True, kw_only=True)
class Duty:
    """Something a role must do within a time."""

    id: Identifier
    what: str
    role: Identifier
    within: Period


@dataclass(frozen=True, kw_only=True)
class WaiverRule:
    """Who may waive, for how long (D12)."""

    quorum: Quorum
    longest: Period
    renewals: int


@dataclass(frozen=True, kw_only=True)
class PauseRule:
    """How a pause is reviewed and ended (D10); anybody in a role may begin one."""

    review_within: Period
    resume: Quorum


@dataclass(frozen=True, kw_only=True)
class CompetitorClause:
    """The competitor or emergency clause (D13). Read; it grants nothing yet."""

    text: str
    quorum: Quorum


@dataclass(frozen=True, kw_only=True)
class Response:
    """What happens when a limit counts as crossed."""

    max_lease: Period
    alert_duties: tuple[Duty, ...]
    pause: PauseRule
    rebuttal: Quorum
    deletion: Quorum
    waivers: WaiverRule | None = None
    competitor_clause: CompetitorClause | None = None


# ------------------------------------------------------------------------------ accountability


@dataclass(frozen=True, kw_only=True)
class Relaxing:
    """What relaxing the policy takes (D11)."""

    quorum: Quorum
    notice: Period


@dataclass(frozen=True, kw_only=True)
class Critique:
    """Where critics write and how fast they are answered."""

    contact: str
    answered_within: Period


@dataclass(frozen=True, kw_only=True)
class Disclosure:
    """What is published, and how soon."""

    what: str
    within: Period


@dataclass(frozen=True, kw_only=True)
class Accountability:
    """Who answers for the policy, who can check it, and how it changes."""

    officer: Identifier
    board: Identifier
    evaluators: Identifier
    relaxing: Relaxing
    review_every: Period
    critique: Critique
    noncompliance_channel: str
    disclosures: tuple[Disclosure, ...] = ()


# ------------------------------------------------------------------------------------ document


@dataclass(frozen=True, kw_only=True)
class PolicyDocument:
    """A responsible scaling policy, version 1 of the format."""

    schema: Literal["scalegate.policy/1"]
    title: str
    version: str
    developer: str
    scope: Scope
    roles: dict[str, Role]
    threat_models: dict[str, ThreatModel]
    limits: dict[str, Limit]
    protections: Protections
    evaluation: EvaluationSection
    response: Response
    accountability: Accountability

    def threat_model_of(self, limit: str) -> str | None:
        """The threat model whose ladder holds the limit, or None."""
        return next((name for name, model in self.threat_models.items() if limit in model.ladder), None)

    def relaxes(self, requirement: Relaxable) -> Relaxation | None:
        """The relaxation of a requirement, or None when it stands."""
        found = [r for r in self.evaluation.relaxations if r.requirement is requirement]
        return found[0] if found else None
