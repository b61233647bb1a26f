"""The policy document as frozen values: the five sections, scope, threat models and roles.

For: every room that needs to know what was promised. Does not know: YAML, files, evidence, estimates.

The classes below are the format `scalegate.policy/1`: `shape` reads and writes them, and the policy digest
is taken over their canonical plain form, so that comments and layout do not count as changes.
A default, once released, never changes (shape.py).
"""

from __future__ import annotations

from dataclasses import dataclass, field
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


class Sampling(StrEnum):
    """When a campaign may look at its results (B4)."""

    SEALED = "sealed"
    ANYTIME = "anytime"


class Spread(StrEnum):
    """What is assumed of how tasks differ, where a task has several attempts."""

    BETA = "beta"
    ANY = "any"


# ---------------------------------------------------------------------------- scope and roles


@dataclass(frozen=True, kw_only=True)
class Exclusion:
    """A domain that the policy leaves out, with the reason.

    Attributes:
        domain: what is left out.
        why: the reason, in words.
    """

    domain: str
    why: str


@dataclass(frozen=True, kw_only=True)
class Scope:
    """What the policy covers.

    Without both `out_of_scope_below` and `screen` nothing can be found out of scope (S4).

    Attributes:
        statement: which models and uses the policy covers.
        out_of_scope_below: effective compute below which a finding may put a subject out of scope.
        screen: the cheap evaluation that such a finding must rest on too.
        exclusions: domains left out on purpose.
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
    """A named duty and the people who hold it.

    Attributes:
        title: what the role is called.
        holders: ids of the people who hold it; at least one.
        line: on which side of a decision it stands.
    """

    title: str
    holders: tuple[Identifier, ...]
    line: Line


@dataclass(frozen=True, kw_only=True)
class Quorum:
    """How many distinct people, out of which roles.

    Attributes:
        number: how many people; a person counts once, whatever roles they hold.
        of: the roles that they may act in.
        outside_line: one of them holds no role in the delivery line.
        outside_key: one of them signs with a key that the developer does not hold.
        without: roles whose holders do not count here, whatever other role they sign in.
    """

    number: int
    of: tuple[Identifier, ...]
    outside_line: bool = False
    outside_key: bool = False
    without: tuple[Identifier, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Separation:
    """Two roles that nobody may hold together: who decides is not who assesses.

    Attributes:
        one: the first role.
        other: the second role.
        why: what would go wrong.
    """

    one: Identifier
    other: Identifier
    why: str


# ------------------------------------------------------------------------------ threat models


class Rung(StrEnum):
    """The elicitation ladder: how far a method goes to get a capability out, least far first (V4)."""

    PROMPT = "prompt"
    SCAFFOLD = "scaffold"
    TOOLS = "tools"
    FINE_TUNING = "fine_tuning"
    LATENT = "latent"

    @property
    def height(self) -> int:
        """1 for the lowest."""
        return list(Rung).index(self) + 1


@dataclass(frozen=True, kw_only=True)
class AttackerBudget:
    """What a capable, patient adversary would spend; evaluations are measured against it (V4).

    Attributes:
        description: who the adversary is and what they have.
        tokens_per_attempt: tokens that they would spend on one attempt.
        attempts_per_task: attempts that they would make at one task.
        floor: least share of that budget an evaluation must have allowed; below it negatives are void.
        rung: how far on the elicitation ladder they would go; an evaluation must have gone as far.
        scaffolds: how many scaffolds they would try.
        person_hours: how long they would try, all together.
        refusal_free: they would remove refusals, so a variant without them must have been tested.
    """

    description: str
    tokens_per_attempt: int
    attempts_per_task: int
    floor: Probability
    rung: Rung | None = None
    scaffolds: int | None = None
    person_hours: Decimal | None = None
    refusal_free: bool = False

    @property
    def asks_for_a_ledger(self) -> bool:
        """True when tokens and attempts are not all that it says."""
        return self.refusal_free or (self.rung, self.scaffolds, self.person_hours) != (None, None, None)


@dataclass(frozen=True, kw_only=True)
class AcceptedBlindSpot:
    """Who goes on without a test, why, until when, and what would change it (L3).

    Attributes:
        accepted_by: the role that answers for going on.
        why: why there is no test, and why going on is right all the same.
        until: when the acceptance ends; from then on the threat model blocks like evidence that was never collected.
        would_change: what would end it earlier.
    """

    accepted_by: Identifier
    why: str
    until: datetime
    would_change: str


@dataclass(frozen=True, kw_only=True)
class ThreatModel:
    """One way to catastrophe: it ends in a ladder of limits, or in an accepted blind spot (L3).

    Attributes:
        title: what it is called.
        actor: who would do it.
        harm: what would happen.
        attacker_budget: what the actor would spend; without it effort cannot be judged and nothing is cleared.
        ladder: ids of its limits, least grave first; the last is a hard stop (L1).
        accepted_blind_spot: instead of a ladder.
    """

    title: str
    actor: str
    harm: str
    attacker_budget: AttackerBudget | None = None
    ladder: tuple[Identifier, ...] = ()
    accepted_blind_spot: AcceptedBlindSpot | None = None


# ------------------------------------------------------------------------------------- limits


@dataclass(frozen=True, kw_only=True)
class Reference:
    """Another model that somebody has assessed: a follower stays below it and rests on that assessment.

    Attributes:
        model: the reference model, with its version.
        assessed_by: who assessed it; not the developer who follows.
        finding: what they found, in words.
        source: where that can be read.
        until: when the reference ends; from then on the argument that rests on it has ended too.
    """

    model: str
    assessed_by: str
    finding: str
    source: str
    until: datetime


@dataclass(frozen=True, kw_only=True)
class Precursor:
    """Why a small result on a proxy rules the danger out (V1); displayed as an assumption.

    Attributes:
        argument: why the danger cannot be there while the proxy is small.
        author: who says so.
        expires: when the argument has to be made anew.
        reference: another model whose assessment the argument rests on; it ends with that too.
    """

    argument: str
    author: Identifier
    expires: datetime
    reference: Reference | None = None

    @property
    def ends(self) -> datetime:
        """When the argument ends: with itself, or with the reference that it rests on."""
        return min(self.expires, self.reference.until) if self.reference else self.expires


_NO_GAIN, _NO_SHARE = Factor("1"), Probability("0")


@dataclass(frozen=True, kw_only=True)
class RateShift:
    """The elicitation shift `g` on a rate (B2); `unknown` rules nothing out.

    The parts act in this order, each on the bound that the one before left: `gain`, `spurious`, `attempts`, `value`.

    Attributes:
        value: points of probability by which a better elicited subject would score higher; `0` is none and is printed.
        author: who estimated it.
        reason: on what grounds.
        gain: training compute that would have had the same effect as better elicitation, as a factor; `1x` is none.
        slope: log-odds of success per unit of the logarithm of compute; needed with a gain.
        gain_spread: standard deviation of the logarithm of the gain; above 0 the gain counts with its upper quantile
            at half of `alpha_upper`, and the counts are bounded at the other half.
        spurious: greatest share of the failures that better elicitation would have avoided.
        attempts: tries at a task that an adversary has for each one that was counted.
    """

    value: Probability | None
    author: Identifier
    reason: str
    gain: Factor = _NO_GAIN
    slope: Decimal = Decimal(0)
    gain_spread: Decimal = Decimal(0)
    spurious: Probability = _NO_SHARE
    attempts: int = 1

    @property
    def plain(self) -> bool:
        """True when the shift is `value` alone."""
        return self.gain == 1 and self.spurious == 0 and self.attempts == 1


@dataclass(frozen=True, kw_only=True)
class FactorShift:
    """The elicitation shift `g` as a factor on a task length (B2); `unknown` rules nothing out.

    Attributes:
        value: how much longer the tasks of a better elicited subject would be; `1x` is none and is printed.
        author: who estimated it.
        reason: on what grounds.
        spread: standard deviation of the factor's logarithm; above 0 the factor counts with its upper quantile at half
            of `alpha_upper`, and the outcomes are bounded at the other half.
    """

    value: Factor | None
    author: Identifier
    reason: str
    spread: Decimal = Decimal(0)


@dataclass(frozen=True, kw_only=True)
class SlopeEnvelope:
    """The stated interval over which a gate takes the worst horizon (B5).

    Attributes:
        slope_from: least drop of the log-odds of success per doubling of the task length; above 0.
        slope_to: greatest such drop.
        family_sd: standard deviation of a task family's log-odds around the curve.
        reason: why the truth is believed to lie inside.
    """

    slope_from: Decimal
    slope_to: Decimal
    family_sd: Decimal
    reason: str


@dataclass(frozen=True, kw_only=True)
class RateObservation:
    """A success rate (or mean score on the unit interval) over the tasks of an evaluation.

    Attributes:
        measure: `success_rate` counts attempts that reach the success score; `mean_score` averages.
        evaluation: the evaluation it reads.
        direction: what it can tell (V1).
        relied_on: the limit needs it to be cleared (V2); otherwise it can only raise a verdict.
        unit: what counts as one independent observation (B4).
        spread: `beta` takes the success rates of tasks as beta distributed, whatever their spread; `any` assumes
            nothing and bounds wider. For success rates of tasks with several attempts; else it changes nothing.
        sampling: `sealed` counts every registered task, and results looked at before they are complete cannot clear;
            `anytime` takes tasks in an order drawn when the plan is registered, may look after each and stop, and
            pays with a wider bound (B4).
        orientation: which end of a score is dangerous (E5).
        limit: the capability line `L`.
        alert: the early-warning line `B`, below the limit by more than growth between evaluations (L4).
        alpha_lower: one-sided level of the lower bound, above 0 and up to 0.5.
        alpha_upper: one-sided level of the upper bound, above 0 and up to 0.5.
        elicitation_shift: how much is added to the upper bound (B1).
        precursor: why smallness rules the danger out; needed by a proxy that is relied on.
    """

    measure: Literal["success_rate", "mean_score"]
    evaluation: Identifier
    direction: Direction
    relied_on: bool
    unit: Unit
    spread: Spread = Spread.BETA
    sampling: Sampling = Sampling.SEALED
    orientation: Orientation = Orientation.HIGHER
    limit: Probability
    alert: Probability
    alpha_lower: Probability
    alpha_upper: Probability
    elicitation_shift: RateShift
    precursor: Precursor | None = None


@dataclass(frozen=True, kw_only=True)
class HorizonObservation:
    """The human task length at which the subject succeeds with probability `success`.

    Attributes:
        measure: `time_horizon`.
        evaluation: the evaluation it reads; tasks without human minutes say nothing here.
        direction: what it can tell (V1).
        relied_on: the limit needs it to be cleared (V2); otherwise it can only raise a verdict.
        success: the success probability, usually 0.5 or 0.8.
        limit: the capability line `L`, a task length.
        alert: the early-warning line `B`, below the limit by more than growth between evaluations (L4).
        alpha_lower: one-sided level of the lower bound, above 0 and up to 0.5.
        alpha_upper: one-sided level of the upper bound, above 0 and up to 0.5.
        envelope: the slopes over which the worst horizon is taken (B5).
        elicitation_shift: the factor on the upper bound (B1).
        precursor: why smallness rules the danger out; needed by a proxy that is relied on.
    """

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
    """One verified success is enough; it can show danger and can never clear (V1).

    Attributes:
        measure: `existence`.
        evaluation: the evaluation it reads.
        min_human_minutes: only tasks at least this long count; without it every task does.
    """

    measure: Literal["existence"]
    evaluation: Identifier
    min_human_minutes: Minutes | None = None


@dataclass(frozen=True, kw_only=True)
class JudgementObservation:
    """A signed judgement by a role (V9); counts as crossed until signed. Read, not yet signed.

    Attributes:
        measure: `judgement`.
        role: who judges.
        question: what they answer.
        must_cite: evaluations or documents that the judgement has to cite.
        relied_on: the limit needs it to be cleared (V2).
        may_clear: whether a signed judgement may clear at all.
        expires_after: how long a judgement stands.
    """

    measure: Literal["judgement"]
    role: Identifier
    question: str
    must_cite: tuple[Identifier, ...]
    relied_on: bool
    may_clear: bool
    expires_after: Period


@dataclass(frozen=True, kw_only=True)
class DifferenceObservation:
    """A difference between two arms, for example human uplift (V9). Read, not yet assessed.

    Attributes:
        measure: `difference`.
        evaluation: the arm with the subject.
        control: the arm without it.
        direction: what it can tell (V1).
        relied_on: the limit needs it to be cleared (V2).
        limit: the capability line, in points of probability.
        alert: the early-warning line below it.
    """

    measure: Literal["difference"]
    evaluation: Identifier
    control: Identifier
    direction: Direction
    relied_on: bool
    limit: Probability
    alert: Probability


@dataclass(frozen=True, kw_only=True)
class ComputeObservation:
    """The subject's effective compute, with that of its parents and teachers: a cap on what is built at all.

    A proxy (V1): little compute can rule a danger out and much cannot show one. Unknown compute is not ruled out.

    Attributes:
        measure: `effective_compute`.
        relied_on: the limit needs it to be cleared (V2); otherwise it can only raise a verdict.
        limit: the compute that rules nothing out any more, `L`.
        alert: the early-warning line `B` below it.
        precursor: why little compute rules the danger out; needed when it is relied on.
    """

    measure: Literal["effective_compute"]
    relied_on: bool
    limit: Compute
    alert: Compute
    precursor: Precursor | None = None


@dataclass(frozen=True, kw_only=True)
class ProgressObservation:
    """How fast the developer's own models get better: the growth of their task length in a year.

    Read over the results of one evaluation for the subject and the developer's models before it, by release date.
    Fewer than `generations` of them bound nothing. Slopes and elicitation shift are those of the policy's task-length
    observations of the same evaluation; without one the policy is refused.

    Attributes:
        measure: `rate_of_progress`.
        evaluation: the evaluation that all of them were given.
        direction: what it can tell (V1).
        relied_on: the limit needs it to be cleared (V2); otherwise it can only raise a verdict.
        success: the success probability of the task length, usually 0.5.
        generations: how many models, the subject among them, the growth is read over; at least 3.
        since: models released before this do not count; null for all.
        limit: the growth in a year, `L`.
        alert: the early-warning line `B` below it.
        alpha_lower: one-sided level of the lower bound, above 0 and up to 0.5.
        alpha_upper: one-sided level of the upper bound, above 0 and up to 0.5.
        precursor: why slow progress rules the danger out; needed by a proxy that is relied on.
    """

    measure: Literal["rate_of_progress"]
    evaluation: Identifier
    direction: Direction
    relied_on: bool
    success: Probability
    generations: int
    since: datetime | None = None
    limit: Factor
    alert: Factor
    alpha_lower: Probability
    alpha_upper: Probability
    precursor: Precursor | None = None


@dataclass(frozen=True, kw_only=True)
class StatedObservation:
    """A test that a text names without saying what would decide it: it can be read, and never adopted.

    For published policies, whose tests come without levels, units or elicitation; it always counts as crossed.

    Attributes:
        measure: `stated`.
        test: what is tested, in the text's terms.
        criterion: the number or words that the text gives.
        missing: what a decision would need and the text does not say.
        relied_on: whether the text rests the limit on it.
    """

    measure: Literal["stated"]
    test: str
    criterion: str
    missing: str
    relied_on: bool = True


Observation = (
    RateObservation
    | HorizonObservation
    | ExistenceObservation
    | JudgementObservation
    | DifferenceObservation
    | ComputeObservation
    | ProgressObservation
    | StatedObservation
)


def evaluation_of(observation: Observation) -> Identifier | None:
    """The evaluation that an observation reads; None where it reads none."""
    read: Identifier | None = getattr(observation, "evaluation", None)
    return read


@dataclass(frozen=True, kw_only=True)
class Reached:
    """The developer says that its most capable model stands at this limit or past it.

    Attributes:
        model: which one.
        on: since when.
        statement: on what grounds.
    """

    model: str
    on: datetime
    statement: str


@dataclass(frozen=True, kw_only=True)
class Limit:
    """A capability line: what it means in words, and the observations that bear on it (V2).

    Attributes:
        title: what it is called.
        capability: what a subject at this line could do.
        observations: by id; at least one.
        hard_stop: once it counts as crossed, nothing permits (L2).
        reached: absent while no model of the developer stands there; each ladder has a limit not yet reached.
    """

    title: str
    capability: str
    observations: dict[str, Observation]
    hard_stop: bool = False
    reached: Reached | None = None


@dataclass(frozen=True, kw_only=True)
class Watched:
    """A capability that is followed without a limit: printed with what was not tested.

    Attributes:
        title: what it is called.
        why: why it is followed.
        no_limit_because: why there is no limit yet.
        becomes_a_limit_when: what would make it one.
        role: who follows it.
        review_every: how often that is looked at again.
    """

    title: str
    why: str
    no_limit_because: str
    becomes_a_limit_when: str
    role: Identifier
    review_every: Period


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
    """The efficacy target, set beforehand (D3).

    Attributes:
        metric: what is measured, and how.
        sense: whether more or less is better.
        target: the number that a test has to meet.
        set_on: when the target was set; a test made earlier is no evidence for it.
    """

    metric: str
    sense: Sense
    target: Decimal
    set_on: datetime | None = None


@dataclass(frozen=True, kw_only=True)
class Actors:
    """Whom a security measure is built against, and whom it is not.

    Attributes:
        in_scope: threat actors that it has to stop; at least one.
        out_of_scope: threat actors that it is not built to stop, said openly.
        level: the level of a published scale that this corresponds to; empty for none.
    """

    in_scope: tuple[str, ...]
    out_of_scope: tuple[str, ...] = ()
    level: str = ""


@dataclass(frozen=True, kw_only=True)
class Protection:
    """A measure with family, efficacy target, approving role and expiry.

    Attributes:
        title: what is done.
        family: what it protects against.
        efficacy: the target that its test has to meet.
        approved_by: the role that approves the test.
        lapses_after: how long a test stands.
        actors: for security, whom it is built against.
    """

    title: str
    family: Family
    efficacy: Efficacy
    approved_by: Identifier
    lapses_after: Period
    actors: Actors | None = None


@dataclass(frozen=True, kw_only=True)
class Standing:
    """Protections always asked for a permission; or `none_because` (D2).

    Attributes:
        protections: ids of the measures.
        none_because: why there are none; exactly one of the two is written.
    """

    protections: tuple[Identifier, ...] = ()
    none_because: str = ""


@dataclass(frozen=True, kw_only=True)
class Conditional:
    """Protections asked for a permission when a limit counts as crossed (D2); or `none_because`.

    A crossed limit with no entry for a permission holds it: nothing says what would permit it.

    Attributes:
        limit: the limit that has to be crossed.
        permission: the permission that then asks for more.
        protections: ids of the measures.
        none_because: why a crossing asks for nothing more; exactly one of the two is written.
    """

    limit: Identifier
    permission: Permission
    protections: tuple[Identifier, ...] = ()
    none_because: str = ""


@dataclass(frozen=True, kw_only=True)
class Protections:
    """All measures, and what they are tied to.

    Attributes:
        measures: by id.
        standing: for each of the six permissions, what is always asked.
        conditional: what a crossed limit asks for on top.
    """

    measures: dict[str, Protection]
    standing: dict[str, Standing]
    conditional: tuple[Conditional, ...]


# --------------------------------------------------------------------------------- evaluation


class Secrecy(StrEnum):
    """Who may know the items of an evaluation: anybody, those who run it, nobody before it is run."""

    OPEN = "open"
    GUARDED = "guarded"
    SEALED = "sealed"


_HALF = Probability("0.5")


@dataclass(frozen=True, kw_only=True)
class Evaluation:
    """One evaluation that the policy names.

    Attributes:
        title: what it is called.
        suite: the name of the suite file that registers its tasks.
        success_score: an attempt whose score reaches this is a success (after E5).
        coverage_floor: least share of registered attempts with a valid outcome (E2's second check).
        duration: how long it takes; enters the buffer (L4).
        positive_control: a planted capability that the method must recover, or null when none is asked (V4).
        recovers: least share of what was planted that the control must have recovered, at its lower bound.
        secrecy: who may know its items; without it nothing is said.
        screens: the evaluation whose due date this cheap screen may bring forward (V2).
        escalates_at: for a screen, the success rate from which on the evaluation that it screens for is due at once;
            it counts as reached while the screen's own upper bound, at level 0.05, is not below it.
    """

    title: str
    suite: Identifier
    success_score: Decimal
    coverage_floor: Probability
    duration: Period
    positive_control: str | None = None
    recovers: Probability = _HALF
    secrecy: Secrecy | None = None
    screens: Identifier | None = None
    escalates_at: Probability | None = None


@dataclass(frozen=True, kw_only=True)
class BlindSpotReserve:
    """What every upper bound is raised by, for the tests that nobody thought of (B1); above zero.

    Attributes:
        rate: added to rates, in points of probability.
        horizon: factor on task lengths.
        set_by: the board's role; nobody else changes it (B2).
        reason: on what grounds.
    """

    rate: Probability
    horizon: Factor
    set_by: Identifier
    reason: str


@dataclass(frozen=True, kw_only=True)
class TrainingGrowth:
    """Growth of a measure per doubling of effective compute (V7), for TRAIN.

    Attributes:
        rate: points of probability per doubling.
        horizon: factor per doubling.
        reason: on what grounds.
    """

    rate: Probability
    horizon: Factor
    reason: str


@dataclass(frozen=True, kw_only=True)
class ElicitationGrowth:
    """Outside gains on fixed weights per month (V7), for every permission but TRAIN.

    Attributes:
        rate_per_month: points of probability per month.
        horizon_per_month: factor per month.
        reason: on what grounds.
    """

    rate_per_month: Probability
    horizon_per_month: Factor
    reason: str


@dataclass(frozen=True, kw_only=True)
class Growth:
    """The growths that let evidence lapse; never mixed (V7).

    Attributes:
        training: for TRAIN.
        elicitation: for every other permission.
        frontier_doubling: how fast the frontier doubles its task length; for planning only.
    """

    training: TrainingGrowth
    elicitation: ElicitationGrowth
    frontier_doubling: Period


@dataclass(frozen=True, kw_only=True)
class Triggers:
    """When an evaluation is due, whichever comes first (D5).

    Attributes:
        effective_compute: growth of a run since its last assessment; above 1x.
        calendar: time since the evidence was collected; older evidence has expired.
        events: ids of events that make an assessment due at once.
    """

    effective_compute: Factor
    calendar: Period
    events: tuple[Identifier, ...]


@dataclass(frozen=True, kw_only=True)
class FirstAssessment:
    """How far a first run may go with no evaluated checkpoint (D4); the smaller of the two counts.

    Attributes:
        at: an effective compute.
        factor: a multiple of the most capable model that this developer has itself assessed without a crossing.
    """

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

    Attributes:
        requirement: what is relaxed; each at most once.
        value: what holds instead.
        why: the reason, printed with every verdict that rests on it.
        author: who answers for it.
    """

    requirement: Relaxable
    value: Literal["not_required", "stated"]
    why: str
    author: Identifier


@dataclass(frozen=True, kw_only=True)
class EvaluationSection:
    """Which evaluations, how often, and how numbers become bounds.

    Attributes:
        evaluations: by id.
        triggers: when an evaluation is due.
        first_assessment: how far a run may go before its first; with neither field it is held.
        blind_spot_reserve: what is added to every upper bound.
        growth: what lets evidence lapse.
        relaxations: the one place where a requirement is relaxed.
    """

    evaluations: dict[str, Evaluation]
    triggers: Triggers
    first_assessment: FirstAssessment
    blind_spot_reserve: BlindSpotReserve
    growth: Growth
    relaxations: tuple[Relaxation, ...] = ()


# ----------------------------------------------------------------------------------- response


@dataclass(frozen=True, kw_only=True)
class Duty:
    """Something a role must do within a time.

    Attributes:
        id: its name in the record.
        what: what has to be done.
        role: who has to do it.
        within: how soon after the alert.
    """

    id: Identifier
    what: str
    role: Identifier
    within: Period


class Condition(StrEnum):
    """What may call for an action."""

    DANGER_SHOWN = "danger_shown"
    CROSSED = "crossed"
    ALERT = "alert"
    HELD = "held"
    PROTECTION_LAPSED = "protection_lapsed"
    OVERDUE = "overdue"
    INCIDENT = "incident"
    PAUSED = "paused"


@dataclass(frozen=True, kw_only=True)
class Action:
    """When this is so, somebody does that, within a time.

    Attributes:
        id: its name in the record.
        when: the condition.
        limit: for one limit alone; absent for each.
        what: what has to be done.
        role: who has to do it.
        within: how soon after the condition holds.
    """

    id: Identifier
    when: Condition
    what: str
    role: Identifier
    within: Period
    limit: Identifier | None = None


@dataclass(frozen=True, kw_only=True)
class WaiverRule:
    """Who may waive, for how long (D12); without it nobody may.

    Attributes:
        quorum: who decides; one of them stands outside the delivery line.
        longest: how long a waiver may last.
        renewals: 0 or 1; the board renews.
    """

    quorum: Quorum
    longest: Period
    renewals: int


@dataclass(frozen=True, kw_only=True)
class PauseRule:
    """How a pause is reviewed and ended (D10); anybody in a role may begin one.

    Attributes:
        review_within: how soon it is reviewed.
        resume: who ends it, in writing.
    """

    review_within: Period
    resume: Quorum


class Showing(StrEnum):
    """What has to be shown, in writing, before a competitor clause is invoked (D13)."""

    OTHERS_ARE_THE_RISK = "others_are_the_risk"
    AVENUES_EXHAUSTED = "avenues_exhausted"
    PUBLIC_STATEMENT = "public_statement"
    AUTHORITIES_TOLD = "authorities_told"
    ABSOLUTE_RISK_STATED = "absolute_risk_stated"


@dataclass(frozen=True, kw_only=True)
class Precondition:
    """One thing that has to be shown before the clause is invoked.

    Attributes:
        showing: which of the five.
        how: what counts as showing it here.
        role: who shows it.
    """

    showing: Showing
    how: str
    role: Identifier


@dataclass(frozen=True, kw_only=True)
class CompetitorClause:
    """The competitor or emergency clause (D13). Read; it grants nothing yet.

    Attributes:
        text: the clause.
        quorum: who may invoke it: the board, with an outside key.
        preconditions: what has to be shown before; each of the five once.
        expires_after: how long an invocation lasts.
    """

    text: str
    quorum: Quorum
    preconditions: tuple[Precondition, ...] = ()
    expires_after: Period | None = None


class StopKind(StrEnum):
    """What kind of stop a text promises when a limit is crossed and protections are missing."""

    UNCONDITIONAL = "unconditional"
    CONTINGENT = "contingent"
    DISCRETIONARY = "discretionary"
    NONE = "none"
    UNKNOWN = "unknown"


@dataclass(frozen=True, kw_only=True)
class StopClause:
    """The stop as the text states it; the gate holds whatever it says.

    Attributes:
        development: what kind of stop of training and scaling.
        deployment: what kind of stop of deployment.
        text: the clause in short, in one's own words.
        contingent_on: what it hangs on; empty for nothing.
    """

    development: StopKind
    deployment: StopKind
    text: str
    contingent_on: str = ""


@dataclass(frozen=True, kw_only=True)
class Response:
    """What happens when a limit counts as crossed.

    Attributes:
        max_lease: longest life of a grant; the longest a pause may take to reach everybody (D9).
        alert_duties: what an alert asks for, of whom, how soon (V6); at least one.
        pause: how a pause ends.
        rebuttal: who may find that a danger shown was a false observation; with an outside key (V8).
        deletion: who decides on deleting weights (D6).
        waivers: who may waive; absent means nobody.
        competitor_clause: absent unless the policy adopted it.
        actions: what else is done when something happens, by whom, how soon.
        stop: the stop as the text states it.
    """

    max_lease: Period
    alert_duties: tuple[Duty, ...]
    pause: PauseRule
    rebuttal: Quorum
    deletion: Quorum
    waivers: WaiverRule | None = None
    competitor_clause: CompetitorClause | None = None
    actions: tuple[Action, ...] = ()
    stop: StopClause | None = None


# ------------------------------------------------------------------------------ accountability


@dataclass(frozen=True, kw_only=True)
class Relaxing:
    """What relaxing the policy takes (D11).

    Attributes:
        quorum: who decides.
        notice: how long the change is public before it takes effect.
    """

    quorum: Quorum
    notice: Period


@dataclass(frozen=True, kw_only=True)
class Critique:
    """Where critics write and how fast they are answered.

    Attributes:
        contact: an address that anybody may write to.
        answered_within: how soon they get an answer.
    """

    contact: str
    answered_within: Period


@dataclass(frozen=True, kw_only=True)
class Disclosure:
    """What is published, and how soon.

    Attributes:
        what: what is published.
        within: how soon after it exists.
    """

    what: str
    within: Period


@dataclass(frozen=True, kw_only=True)
class Accountability:
    """Who answers for the policy, who can check it, and how it changes.

    Attributes:
        officer: the role that answers for the policy.
        board: the role of the board; its line is `board`.
        evaluators: the role that runs evaluations.
        relaxing: what relaxing the policy takes; tightening takes effect at once.
        review_every: how often the policy is reviewed.
        critique: where critics write.
        noncompliance_channel: where staff report that the policy was not kept.
        disclosures: what is published.
        separations: roles that nobody may hold together.
    """

    officer: Identifier
    board: Identifier
    evaluators: Identifier
    relaxing: Relaxing
    review_every: Period
    critique: Critique
    noncompliance_channel: str
    disclosures: tuple[Disclosure, ...] = ()
    separations: tuple[Separation, ...] = ()


# ------------------------------------------------------- definitions, commitments and changelog


class Component(StrEnum):
    """The five parts of a responsible scaling policy."""

    LIMITS = "limits"
    PROTECTIONS = "protections"
    EVALUATION = "evaluation"
    RESPONSE = "response"
    ACCOUNTABILITY = "accountability"


@dataclass(frozen=True, kw_only=True)
class Commitment:
    """One promise in words that no other section computes.

    Attributes:
        text: the sentence as promised.
        component: which of the five parts it belongs to.
        owner: the role that keeps it; absent when the text names nobody.
        trigger: what sets it off; empty for a promise that always holds.
        within: how soon after the trigger.
        every: how often it comes round.
        by: a date by which it is kept, once.
        evidence: what would show that it was kept; empty when the text does not say.
    """

    text: str
    component: Component
    owner: Identifier | None = None
    trigger: str = ""
    within: Period | None = None
    every: Period | None = None
    by: datetime | None = None
    evidence: str = ""


@dataclass(frozen=True, kw_only=True)
class Change:
    """One change that a changelog names.

    Attributes:
        at: dotted paths into the document that it accounts for, like `limits.expert_day`.
        what: what changed.
        why: for what reason.
    """

    at: tuple[str, ...]
    what: str
    why: str


@dataclass(frozen=True, kw_only=True)
class ChangelogEntry:
    """What changed with one version.

    Attributes:
        version: the version that brought the changes.
        published: when it was published.
        changes: each change, in words and with its place.
    """

    version: str
    published: datetime
    changes: tuple[Change, ...]


class DocumentKind(StrEnum):
    """Why a document exists; each has its own definitions, and they never mix."""

    VOLUNTARY = "voluntary"
    COMPLIANCE = "compliance"


# ------------------------------------------------------------------------------------ document


@dataclass(frozen=True, kw_only=True)
class PolicyDocument:
    """A responsible scaling policy, version 1 of the format.

    Attributes:
        schema: `scalegate.policy/1`.
        title: what the policy is called.
        version: the developer's own version number.
        developer: who promises.
        scope: what it covers.
        roles: by id.
        threat_models: by id; each ends in a ladder or in an accepted blind spot.
        limits: by id; each on exactly one ladder.
        protections: measures, and what they are tied to.
        evaluation: evaluations, and how numbers become bounds.
        response: what happens when a limit counts as crossed.
        accountability: who answers, who can check, how it changes.
        kind: a promise made freely, or a framework that a law asks for.
        definitions: what the document's own terms mean, by term; another document's are not these.
        watch_list: capabilities that are followed without a limit.
        commitments: promises in words, by id.
        changelog: what changed with each version, newest first.
    """

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
    kind: DocumentKind = DocumentKind.VOLUNTARY
    definitions: dict[str, str] = field(default_factory=dict)
    watch_list: dict[str, Watched] = field(default_factory=dict)
    commitments: dict[str, Commitment] = field(default_factory=dict)
    changelog: tuple[ChangelogEntry, ...] = ()

    def threat_model_of(self, limit: str) -> str | None:
        """The threat model whose ladder holds the limit, or None."""
        return next((name for name, model in self.threat_models.items() if limit in model.ladder), None)

    def relaxes(self, requirement: Relaxable) -> Relaxation | None:
        """The relaxation of a requirement, or None when it stands."""
        found = [r for r in self.evaluation.relaxations if r.requirement is requirement]
        return found[0] if found else None
