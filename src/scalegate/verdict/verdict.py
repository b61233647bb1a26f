"""The value `Verdict`, the order of its kinds, and what the record keeps of it.

For: assessment, decision, record, publication. Does not know: how a bound is computed.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import StrEnum

from scalegate.policy.document import Direction
from scalegate.quantity import Compute, Digest, Identifier, Probability


class VerdictKind(StrEnum):
    """Gravest first. None of them means safe, and none means passed (V10)."""

    DANGER_SHOWN = "DANGER_SHOWN"
    NOT_RULED_OUT = "NOT_RULED_OUT"
    INVALID = "INVALID"
    NOT_RUN = "NOT_RUN"
    ALERT = "ALERT"
    NOT_SHOWN = "NOT_SHOWN"

    @property
    def gravity(self) -> int:
        """0 for the least grave; larger is graver."""
        return _GRAVITY[self]

    @property
    def counts_as_crossed(self) -> bool:
        """What cannot be ruled out counts as crossed (semantics.md, "Verdicts on one limit")."""
        return self.gravity > VerdictKind.ALERT.gravity


_GRAVITY = {kind: place for place, kind in enumerate(reversed(VerdictKind))}


def gravest(*kinds: VerdictKind) -> VerdictKind:
    """The gravest of at least one kind (V2, V3)."""
    return max(kinds, key=lambda kind: kind.gravity)


@dataclass(frozen=True, kw_only=True)
class FreeFit:
    """A two-parameter horizon fit with bootstrap interval: shown beside a gate's bound, never used (B5).

    Numbers are minutes of human time; None where the fit has none. `label` says how the fit ended:
    `converged`, `separated`, `no slope`, `not converged`, or `no data`.
    """

    label: str
    p50: Decimal | None = None
    p50_lower: Decimal | None = None
    p50_upper: Decimal | None = None
    p80: Decimal | None = None
    p80_lower: Decimal | None = None
    p80_upper: Decimal | None = None
    slope: Decimal | None = None
    draws: int = 0
    unconverged_draws: int = 0
    seed: Digest | None = None


@dataclass(frozen=True, kw_only=True)
class ObservationResult:
    """What one observation of a limit came to: every number that a picture shows.

    Attributes:
        observation: its id in the policy; `evaluation`: the evaluation it reads.
        lower, upper: the gate's bounds, rounded outwards; `upper` includes E2, `g` and the reserve;
            None when there is no evidence; an `upper` of infinity bounds nothing.
        observed_upper: the upper bound before `g` and the reserve.
        point: the plain estimate, for display; `standard_error`: its own, with the units as clusters, for display.
        tasks, attempts, missing: registered tasks; attempts with a valid outcome; registered attempts without.
        invalid_runs, abandoned_runs: counts printed beside the verdict (E4): invalid runs among those that it rests on,
            and registered plans without a valid run; `invalid_elsewhere`: invalid runs that it no longer rests on.
        elicitation_shift: `g` in points of probability, or as a factor for horizons; None when unknown (B2).
        sampling: `sealed` (the number of tasks was fixed beforehand) or `anytime` (valid at every look), B4.
        rung: the highest rung of the elicitation ladder that is stated to have been reached (V4).
        effort_ratio: tokens that the attempts were allowed over the attacker's budget (V4); `allowed_tokens`: of one
            attempt, where a log names a limit; `median_failure_tokens`: what failures really spent, for display.
        rests_on: addresses of the runs and the digest of the suite.
    """

    observation: Identifier
    evaluation: Identifier
    kind: VerdictKind
    measure: str
    direction: Direction
    relied_on: bool
    lower: Decimal | None = None
    upper: Decimal | None = None
    observed_upper: Decimal | None = None
    point: Decimal | None = None
    standard_error: Decimal | None = None
    limit_value: Decimal | None = None
    alert_value: Decimal | None = None
    alpha_lower: Probability | None = None
    alpha_upper: Probability | None = None
    tasks: int = 0
    attempts: int = 0
    missing: int = 0
    invalid_runs: int = 0
    abandoned_runs: int = 0
    elicitation_shift: Decimal | None = None
    effort_ratio: Decimal | None = None
    statistical_power: Decimal | None = None
    envelope: str = ""
    estimator: str = ""
    sampling: str = ""
    rung: str = ""
    expires: datetime | None = None
    expires_because: str = ""
    held_from: datetime | None = None
    train_expires: datetime | None = None
    train_cap: Compute | None = None
    train_held_cap: Compute | None = None
    alert_since: datetime | None = None
    free_fit: FreeFit | None = None
    rules: tuple[str, ...] = ()
    reasons: tuple[str, ...] = ()
    assumptions: tuple[str, ...] = ()
    rests_on: tuple[Digest, ...] = ()
    not_tested: tuple[str, ...] = ()
    median_failure_tokens: int | None = None
    allowed_tokens: int | None = None
    invalid_elsewhere: int = 0


@dataclass(frozen=True, kw_only=True)
class Escalation:
    """A cheap screen reached its line, so that the evaluation which it screens for is due at once (V2, D5).

    Attributes:
        evaluation: what is due; `screen`: the cheap evaluation that was run.
        at: when the latest part of the screen was made.
        upper: its upper bound, 1 where the run is invalid; `escalates_at`: the line in the policy.
        runs: addresses of the screen's runs.
    """

    evaluation: Identifier
    screen: Identifier
    at: datetime
    upper: Decimal
    escalates_at: Probability
    runs: tuple[Digest, ...]

    def __str__(self) -> str:
        bound = f"its upper bound {self.upper:f} is not below {self.escalates_at}"
        return f"screen {self.screen} of {self.at:%Y-%m-%d}: {bound}, so {self.evaluation} is due"


ESTIMATES_VERSION = "2"


@dataclass(frozen=True, kw_only=True)
class Verdict:
    """What may be claimed about one limit for one subject in one configuration.

    Attributes:
        kind: the gravest over the observations relied on, raised by any other (V2).
        governing: id of the observation that gave the kind; empty when there is none.
        expires: when the claim of this kind ends, for every permission but TRAIN (V7: elicitation growth,
            calendar, and what it rests on); None for kinds that already count as crossed.
        held_from: when it counts as crossed: growth takes the bound to the limit, the calendar cap, or the end
            of what it rests on. Between `expires` and `held_from` a NOT_SHOWN reads ALERT, so that at no
            later time is an alert granted more than a claim that was better to begin with (law 3).
        train_expires: when the claim ends for TRAIN (V7: calendar, and what it rests on).
        train_cap: effective compute at which the claim ends under the policy's training growth (V7): where the
            upper bound reaches the alert line or, for ALERT, the limit; None when compute is unknown.
        train_held_cap: effective compute at which the upper bound reaches the limit (V6); None when unknown.
        alert_since: when growth took the bound to the alert line, where that is why the kind is ALERT.
        subject_digest, configuration_digest: of the entries in models.yaml and configurations.yaml.
        suites: digests of the suites whose tasks it counts.
        context: digest of the ancestors' entries and of every configuration, as they stood.
        ancestors, within: subjects that it descends from, and configurations that its own contains, as they were
            stated; once recorded, later edits do not make the record forget them (S2).
        combinations: which combinations of tools, peers and so on have no result, in words; empty when each has (S3).
        escalations: screens of the subject that brought an evaluation forward which the limit reads (V2).
        estimates: version of the estimators as a whole; a recorded verdict of another version is not current.
    """

    limit: Identifier
    threat_model: Identifier
    model: Identifier
    subject: str
    configuration: Identifier
    kind: VerdictKind
    as_of: datetime
    policy: Digest
    governing: str = ""
    subject_digest: Digest
    configuration_digest: Digest
    observations: tuple[ObservationResult, ...] = ()
    expires: datetime | None = None
    expires_because: str = ""
    held_from: datetime | None = None
    train_expires: datetime | None = None
    train_cap: Compute | None = None
    train_held_cap: Compute | None = None
    alert_since: datetime | None = None
    suites: tuple[Digest, ...] = ()
    estimates: str = ""
    context: Digest | None = None
    ancestors: tuple[str, ...] = ()
    within: tuple[Identifier, ...] = ()
    combinations: str = ""
    rules: tuple[str, ...] = ()
    reasons: tuple[str, ...] = ()
    escalations: tuple[Escalation, ...] = ()

    def at(self, now: datetime, *, training: bool = False) -> VerdictKind:
        """The kind at a later time: `expires`, then `held_from`, wear it down (V7, law 3)."""
        held = self.train_expires if training else self.held_from
        if held is not None and now >= held:
            return gravest(self.kind, VerdictKind.NOT_RUN)
        if not training and self.expires is not None and now >= self.expires:
            return gravest(self.kind, VerdictKind.ALERT)
        return self.kind
