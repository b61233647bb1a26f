"""What a plan could show: statistical power, computed when a plan is registered (V4).

For: register. Does not know: storage.
"""

from __future__ import annotations

from scalegate.policy.document import RateObservation
from scalegate.procedure.workspace import Workspace


def power_words(workspace: Workspace, limit: str, evaluation: str) -> str:
    """Chance of an upper bound below the limit if the truth lies at half the alert line; empty for other measures."""
    policy, _ = workspace.policy_in_force()
    known = policy.limits.get(limit)
    named = policy.evaluation.evaluations.get(evaluation)
    suite = workspace.suites.get(named.suite) if named else None
    rates = [
        o
        for o in (known.observations.values() if known else ())
        if isinstance(o, RateObservation) and o.evaluation == evaluation
    ]
    if not rates or suite is None:
        return ""
    from scalegate.estimate.power import statistical_power

    observation = rates[0]
    truth = float(observation.alert) / 2
    tasks = len(suite.suite.tasks)
    power = statistical_power(tasks, float(observation.limit), float(observation.alpha_upper), truth)
    return f"{power:.2f} at a true rate of {truth:.3g} with {tasks} tasks, before shift and reserve"
