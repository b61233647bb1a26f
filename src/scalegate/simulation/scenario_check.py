"""What a scenario cannot be: numbers for which nothing can be simulated.

For: whoever reads a scenario. Does not know: files, policies.
"""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from scalegate.shape import Fault
from scalegate.simulation.scenario import Scenario

MOST_TASKS = 400
_FAR = Decimal(1_000_000)


def refusals(scenario: Scenario) -> tuple[Fault, ...]:
    """Every number outside its range, with its path."""
    return tuple(_refusals(scenario))


def _refusals(scenario: Scenario) -> Iterator[Fault]:
    evaluation = scenario.evaluation
    whole = {"tasks": (evaluation.tasks, 1, MOST_TASKS), "families": (evaluation.families, 1, evaluation.tasks)}
    for name, (count, fewest, most) in whole.items():
        if not fewest <= count <= most:
            mend = f"write {fewest} to {most}"
            yield Fault(path=("evaluation", name), what=f"{count} is outside its range", mend=mend)
    for path, value, low, high in _decimals(scenario):
        if not low <= value <= high:
            yield Fault(path=path, what=f"{value} is outside its range", mend=f"write {low:f} to {high:f}")
    if evaluation.longest <= evaluation.shortest:
        what = f"{evaluation.longest} is not above the shortest, {evaluation.shortest}"
        yield Fault(path=("evaluation", "longest"), what=what, mend="write a longer task")
    for at, ratio in enumerate(scenario.cost_ratios):
        if not 0 < ratio <= _FAR:
            yield Fault(path=("cost_ratios", at), what=f"{ratio} is no ratio", mend="write a number above 0")


_Row = tuple[tuple[str | int, ...], Decimal, Decimal, Decimal]


def _decimals(scenario: Scenario) -> Iterator[_Row]:
    zero, little, wide, far = Decimal(0), Decimal("0.01"), Decimal(3), Decimal(1000)
    parts: dict[str, dict[str, tuple[Decimal, Decimal]]] = {
        "compute": {"growth_per_year": (Decimal(1), far), "spread": (zero, wide)},
        "capability": {
            "doublings_to_alert": (-far, far),
            "doublings_spread": (zero, far),
            "doublings_between_rungs": (-far, far),
            "horizon_per_doubling": (Decimal(1), far),
            "horizon_per_month": (Decimal(1), far),
            "spread": (zero, wide),
        },
        "evaluation": {
            "shortest": (little, _FAR),
            "longest": (little, _FAR),
            "slope": (little, far),
            "family_sd": (zero, Decimal(10)),
            "elicitation_gap": (zero, far),
            "gap_spread": (zero, wide),
            "person_weeks": (zero, _FAR),
        },
        "protections": {"ready_spread": (zero, wide)},
        "people": {"events_per_year": (zero, far), "pauses_per_year": (zero, far)},
        "competitors": {"growth_per_year": (Decimal(1), far), "ahead": (-far, far)},
    }
    for part, fields in parts.items():
        for name, (least, greatest) in fields.items():
            value = getattr(getattr(scenario, part), name)
            if value is not None:
                yield (part, name), Decimal(value), least, greatest
