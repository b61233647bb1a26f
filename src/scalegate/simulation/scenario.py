"""What a simulation takes as given and no policy states: how compute, capability, protections and people move.

For: trajectories, the file `scalegate.scenario/1`, the page that states every value. Does not know: files, policies.

None of these numbers is measured. Each has a default, so that a simulation can start, and each default is printed with
the result; a field that is `unknown` takes what the policy itself states.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

from scalegate.quantity import Compute, Factor, Identifier, Period, Probability

_WEEK = 7 * 86400


def weeks(period: Period) -> float:
    """A period in weeks; a month counts as a twelfth of 365.25 days."""
    return period.months * 365.25 / 12 / 7 + period.seconds / _WEEK


def _weeks(number: int) -> Period:
    return Period(seconds=number * _WEEK)


# Defaults of a dataclass are values that stand already.
_FOURFOLD = Factor(4)
_SEVEN_TENTHS = Probability("0.7")
_WEEKS_4 = _weeks(4)
_WEEKS_2 = _weeks(2)
_THREE_PERCENT = Probability("0.03")
_WEEKS_26 = _weeks(26)
_FIVE_PERCENT = Probability("0.05")
_TENTH = Probability("0.1")
_WEEKS_3 = _weeks(3)
_NEVER = Probability("0")


@dataclass(frozen=True, kw_only=True)
class ComputeScenario:
    """Effective compute of the run, while nothing holds it.

    Attributes:
        start: at week 0; unknown: half of the policy's first due point, or 1e23 FLOP.
        growth_per_year: on average.
        spread: standard deviation of the logarithm of a run's yearly growth, as a share of it.
    """

    start: Compute | None = None
    growth_per_year: Factor = _FOURFOLD
    spread: Decimal = Decimal("0.3")


@dataclass(frozen=True, kw_only=True)
class CapabilityScenario:
    """The true capability: what a capable, patient adversary would get. No evaluation sees it.

    Attributes:
        doublings_to_alert: of compute, from the start to the lowest alert line, on average.
        doublings_spread: standard deviation of that.
        doublings_between_rungs: added for each rung below, where a rung is measured on a scale of its own.
        horizon_per_doubling, rate_per_doubling: growth by training; unknown: the policy's `growth.training`. A rate
            moves in log-odds, by what these points are at the alert line.
        horizon_per_month, rate_per_month: by outside gains on fixed weights; unknown: the policy's own.
        spread: standard deviation of the logarithm of each growth between runs.
    """

    doublings_to_alert: Decimal = Decimal(2)
    doublings_spread: Decimal = Decimal(1)
    doublings_between_rungs: Decimal = Decimal(4)
    horizon_per_doubling: Factor | None = None
    rate_per_doubling: Probability | None = None
    horizon_per_month: Factor | None = None
    rate_per_month: Probability | None = None
    spread: Decimal = Decimal("0.3")


@dataclass(frozen=True, kw_only=True)
class EvaluationScenario:
    """One campaign of every evaluation: what it costs, how late it is, how far it sees.

    Attributes:
        tasks: with one attempt each.
        families: of equal size.
        shortest, longest: human minutes of the tasks, evenly spaced in their logarithm.
        slope: true drop of the log-odds of success per doubling of a task's length.
        family_sd: true standard deviation of a family's log-odds.
        shared_error: share of an evaluation's error that the next one on the same suite repeats.
        elicitation_gap: by how much what is measured falls short of the truth, as a multiple of the policy's shift.
        gap_spread: standard deviation of the logarithm of that multiple between runs.
        lead: how long before a due point a campaign begins.
        delay: from the end of the runs to the report, on average (exponential).
        person_weeks: of staff for one campaign.
        void_share: how often the negatives of a campaign are void (V4), so that it clears nothing.
    """

    tasks: int = 100
    families: int = 10
    shortest: Decimal = Decimal(1)
    longest: Decimal = Decimal(6000)
    slope: Decimal = Decimal("0.7")
    family_sd: Decimal = Decimal("0.7")
    shared_error: Probability = _SEVEN_TENTHS
    elicitation_gap: Decimal = Decimal(1)
    gap_spread: Decimal = Decimal("0.5")
    lead: Period = _WEEKS_4
    delay: Period = _WEEKS_2
    person_weeks: Decimal = Decimal(20)
    void_share: Probability = _THREE_PERCENT


@dataclass(frozen=True, kw_only=True)
class ProtectionScenario:
    """When protections meet their targets, and how well their tests are renewed.

    Attributes:
        standing_ready: those that are always asked are in force at week 0.
        ready_after: from the first alert of a limit that asks for it to a test that meets the target, median.
        ready_spread: standard deviation of the logarithm of that time.
        never_share: share of the others that never meet their target.
        late_share: how often a test is renewed late.
        late_by: how late then, on average (exponential).
    """

    standing_ready: bool = True
    ready_after: Period = _WEEKS_26
    ready_spread: Decimal = Decimal("0.5")
    never_share: Probability = _FIVE_PERCENT
    late_share: Probability = _TENTH
    late_by: Period = _WEEKS_3


@dataclass(frozen=True, kw_only=True)
class PeopleScenario:
    """What people do about alerts, crossings, blind spots and doubts.

    Attributes:
        duty_late_share: how often a duty of an alert is done late.
        duty_late_by: how late then, on average (exponential).
        risk_statement_after: from a crossing to a risk statement (D14).
        blind_spot_lasts: how long the board's acceptance of a blind spot lasts until it is renewed.
        blind_spot_late_share, blind_spot_late_by: how often it is renewed late, and how late then, on average.
        waiver_share: share of crossings for which a waiver is sought and given (D12).
        waiver_after: from a crossing to its waiver.
        events_per_year: events that make an assessment due at once (V7), all kinds together.
        pauses_per_year: how often somebody pauses (D10).
        pause_lasts: on average (exponential).
    """

    duty_late_share: Probability = _TENTH
    duty_late_by: Period = _WEEKS_3
    risk_statement_after: Period = _WEEKS_3
    blind_spot_lasts: Period = _WEEKS_26
    blind_spot_late_share: Probability = _TENTH
    blind_spot_late_by: Period = _WEEKS_4
    waiver_share: Probability = _NEVER
    waiver_after: Period = _WEEKS_4
    events_per_year: Decimal = Decimal("0.5")
    pauses_per_year: Decimal = Decimal("0.2")
    pause_lasts: Period = _WEEKS_2


@dataclass(frozen=True, kw_only=True)
class CompetitorScenario:
    """The most capable model of anybody else: it waits for nobody.

    Attributes:
        growth_per_year: of its effective compute; its capability follows from it as ours does.
        ahead: doublings of compute that it is ahead at week 0; below 0 it is behind.
    """

    growth_per_year: Factor = _FOURFOLD
    ahead: Decimal = Decimal(0)


@dataclass(frozen=True, kw_only=True)
class Scenario:
    """Everything that a simulation assumes.

    Attributes:
        title: what it stands for.
        cost_ratios: weeks of false alarm that one week of a miss is worth; each gives one row of the table of costs.
        cleared: observations (`limit/observation`) of kinds that are not simulated, taken as clearing throughout;
            without it they never do.
    """

    schema: Literal["scalegate.scenario/1"] = "scalegate.scenario/1"
    title: str = "The default scenario: chosen, not measured"
    compute: ComputeScenario = ComputeScenario()
    capability: CapabilityScenario = CapabilityScenario()
    evaluation: EvaluationScenario = EvaluationScenario()
    protections: ProtectionScenario = ProtectionScenario()
    people: PeopleScenario = PeopleScenario()
    competitors: CompetitorScenario = CompetitorScenario()
    cost_ratios: tuple[Decimal, ...] = (Decimal(1), Decimal(10), Decimal(100), Decimal(1000))
    cleared: tuple[Identifier, ...] = ()
