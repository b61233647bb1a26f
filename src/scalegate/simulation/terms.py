"""What a policy says about time and compute, in weeks and in doublings: what a trajectory runs into.

For: trajectories. Does not know: chance, what an evaluation shows.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from decimal import Decimal
from math import log2

from scalegate.policy.document import PolicyDocument
from scalegate.quantity import Compute
from scalegate.simulation.scenario import Scenario, weeks

WEEKS_PER_YEAR = 365.25 / 7
WEEKS_PER_MONTH = WEEKS_PER_YEAR / 12
_SOME_COMPUTE = Compute("1e23")


@dataclass(frozen=True, kw_only=True)
class Terms:
    """Times in weeks, compute as log2 of FLOP.

    Attributes:
        start: of the run.
        first_point: where the first assessment is due (D4); None when the policy states none.
        step: doublings of compute between assessments (D5).
        calendar: between assessments, and how long evidence lasts (D5, V7).
        duration: of the longest evaluation; all of them make one campaign.
        duties: how soon each duty of an alert is due, by id (V6).
        lapses: how long a test of each protection stands (D3).
        waiver: how long a waiver with its renewals lasts, one after the other; 0 where nobody may waive (D12).
        events: ids of events that make an assessment due.
    """

    start: float
    first_point: float | None
    step: float
    calendar: float
    duration: float
    duties: dict[str, float]
    lapses: dict[str, float]
    waiver: float
    events: tuple[str, ...]

    def cadence(self, *, calendar: float = 1.0, step: float | None = None) -> Terms:
        """The same terms with another cadence: a factor on the calendar, another factor of compute."""
        return replace(self, calendar=self.calendar * calendar, step=self.step if step is None else log2(step))


def log2_of(value: Decimal) -> float:
    """Also of numbers that no float holds."""
    return float(value.ln() / Decimal(2).ln())


def terms_of(policy: PolicyDocument, scenario: Scenario) -> Terms:
    """The policy's terms; where a first due point depends on an earlier model, that had the scenario's start."""
    section, response = policy.evaluation, policy.response
    first = section.first_assessment
    begin = scenario.compute.start or (Compute(Decimal(first.at) / 2) if first.at else _SOME_COMPUTE)
    start = log2_of(Decimal(begin))
    points = [log2_of(Decimal(first.at))] if first.at else []
    points += [start + log2_of(Decimal(first.factor))] if first.factor else []
    rule = response.waivers
    return Terms(
        start=start,
        first_point=min(points, default=None),
        step=log2_of(Decimal(section.triggers.effective_compute)),
        calendar=weeks(section.triggers.calendar),
        duration=max((weeks(e.duration) for e in section.evaluations.values()), default=0.0),
        duties={duty.id: weeks(duty.within) for duty in response.alert_duties},
        lapses={name: weeks(measure.lapses_after) for name, measure in policy.protections.measures.items()},
        waiver=weeks(rule.longest) * (1 + rule.renewals) if rule else 0.0,
        events=tuple(section.triggers.events),
    )
