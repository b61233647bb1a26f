"""What a plan could show, and in which order a campaign takes its tasks: said when a plan is registered (V4, B4).

For: register. Does not know: storage.
"""

from __future__ import annotations

from scalegate.assessment.campaign import draw_order
from scalegate.policy.document import RateObservation, Sampling
from scalegate.procedure.workspace import Workspace
from scalegate.record.entry import PlanRegistered
from scalegate.record.view import Logged


def order_of_plan(workspace: Workspace, plan: Logged) -> tuple[str, ...]:
    """The order in which a campaign under this plan takes its tasks; empty when no observation may stop early (B4)."""
    policy, _ = workspace.policy_in_force()
    body = plan.entry.body
    assert isinstance(body, PlanRegistered), "the entry of a plan"
    reads = policy.limits[body.limit].observations.values()
    campaigns = [o for o in reads if isinstance(o, RateObservation) and o.sampling is Sampling.ANYTIME]
    if not any(o.evaluation == body.evaluation for o in campaigns):
        return ()
    suite = workspace.suites[policy.evaluation.evaluations[body.evaluation].suite]
    return draw_order(suite.suite.tasks, workspace.view.draws[plan.digest])


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
