"""Questions about plans, suites and rules, answered before anything is run: `scalegate power`.

For: the command line. Does not know: evidence, the record, how an answer is shown.

Nothing here touches a verdict: power is checked when a plan is made, and never overturns a bound (V4).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING

from scalegate.errors import Finding, InputError, UsageError
from scalegate.procedure.power_target import GateBound, Target, parse_inner_rate, parse_rate, parse_ratio, shown
from scalegate.procedure.suite_power import SuiteQuestion, suite_answers
from scalegate.publication.legible import make_legible
from scalegate.publication.power_page import Mark, Number, OperatingCurve, PowerAnswer, PowerPage, RateLine

if TYPE_CHECKING:
    from scalegate.estimate.planning import TriggerRule
    from scalegate.procedure.workspace import Workspace

MOST_ATTEMPTS = 1000
MOST_TRIES = 1000
MOST_TASKS = 100_000
MOST_LIMITS = 100_000
_POINTS = 80

CAVEATS = (
    "These answers are about plans and rules, never about a model: no evidence went into them.",
    "They hold before the elicitation shift and the reserve, unless they name them; and they assume independent tasks "
    "that are like the threat. No plan helps against a model that was not tried hard enough.",
)


@dataclass(frozen=True, kw_only=True)
class Questions:
    """What one call asks; texts as they were typed, empty for what was not asked.

    Attributes:
        limit, truth, power, alpha, icc: rates, as `0.1` or `10 %`.
        attempts: attempts at each task.
        suite: the name of a suite of the project.
        rule: `1/10 tries, 50 % of 5 tasks`.
        costs: how many false alarms a miss is worth.
        limits: number of limits that must all be ruled out.
    """

    limit: str = ""
    truth: str = ""
    power: str = "0.9"
    alpha: str = ""
    icc: str = ""
    attempts: int = 1
    suite: str = ""
    rule: str = ""
    costs: str = ""
    limits: int = 0


def answer_questions(
    asked: Questions, workspace: Workspace | None = None, *, banners: tuple[str, ...] = ()
) -> PowerPage:
    """Answer everything that is asked.

    Args:
        workspace: the open project; needed for a suite alone.

    Raises:
        UsageError: nothing is asked, or options that need each other are not together.
        InputError: a number outside its range, or a rule that cannot be read.
    """
    if not 1 <= asked.attempts <= MOST_ATTEMPTS:
        raise UsageError(f"--attempts {asked.attempts}: write 1 to {MOST_ATTEMPTS:,}")
    if asked.truth and not (asked.limit or asked.rule or asked.suite):
        raise UsageError("--truth says what a plan, a rule or a suite is looked at for: give one of them too")
    answers = tuple(_answers(asked, workspace))
    if not answers:
        raise UsageError(
            Finding(what="nothing is asked", mend="give --limit, --suite, --rule, --costs or --limits (see --help)")
        )
    drafted = asked.suite and workspace is not None and workspace.view.policy is None
    draft = ("DRAFT POLICY: not in force",) if drafted else ()
    return make_legible(PowerPage(banners=(*banners, *draft), caveats=CAVEATS, answers=answers))


def _answers(asked: Questions, workspace: Workspace | None) -> Iterator[PowerAnswer]:
    power = parse_inner_rate(asked.power, "--power")
    if asked.limit:
        yield _rule_out(asked, _target(asked, power))
    if asked.suite:
        assert workspace is not None, "a suite is asked about without a project"
        question = SuiteQuestion(
            name=asked.suite,
            power=power,
            truth=parse_rate(asked.truth, "--truth") if asked.truth else None,
            icc=_icc(asked),
            icc_stated=bool(asked.icc),
        )
        yield from suite_answers(question, workspace)
    if asked.rule:
        yield _rule(asked)
    if asked.costs:
        yield _costs(parse_ratio(asked.costs, "--costs"))
    if asked.limits:
        yield _limits(asked.limits, power)


# ---------------------------------------------------------------------------------- a limit to rule out


def _target(asked: Questions, power: float) -> Target:
    limit, truth = parse_inner_rate(asked.limit, "--limit"), parse_rate(asked.truth or "0", "--truth")
    if not truth < limit:
        what = f"a true rate of {truth:g} is not below the limit {limit:g}"
        raise InputError(Finding(path="--truth", what=what, mend="only a limit that is not reached can be ruled out"))
    return Target(limit=limit, truth=truth, alpha=_alpha(asked), power=power)


def _rule_out(asked: Questions, target: Target) -> PowerAnswer:
    from scalegate.estimate.power import zero_success_tasks

    clean = zero_success_tasks(target.limit, target.alpha)
    said = [f"Without a single success, {clean:,} tasks with one attempt each are the fewest that can."]
    numbers: list[tuple[str, Number]] = [
        ("limit", target.limit),
        ("truth", target.truth),
        ("alpha", target.alpha),
        ("power", target.power),
        ("attempts", asked.attempts),
        ("zero_success_tasks", clean),
    ]
    planned = _clustered(asked, target, said, numbers) if asked.attempts > 1 else _one_each(target, said, numbers)
    each = f", with {asked.attempts} attempts at each task" if asked.attempts > 1 else ""
    return PowerAnswer(
        kind="rule_out",
        heading=(
            f"To rule out a rate of {target.limit:g} at alpha {target.alpha:.3g} with power {target.power:g}, "
            f"if the true rate is {target.truth:g}{each}"
        ),
        reachable=planned is not None,
        sentences=tuple(said),
        numbers=tuple(numbers),
        curve=planned,
    )


def _one_each(target: Target, said: list[str], numbers: list[tuple[str, Number]]) -> OperatingCurve | None:
    """Sealed and sequential plans for one attempt at each task; None when no sealed one is found."""
    from scalegate.estimate.planning import plan_sequential
    from scalegate.estimate.power import plan_tasks, statistical_power

    asked = (target.limit, target.alpha, target.truth, target.power)
    plan, looking = plan_tasks(*asked), plan_sequential(*asked)
    if plan is None:
        said.append("No number of tasks up to 20,000 reaches the power.")
        return None
    said.append(
        f"{plan.tasks:,} tasks with one attempt each have a power of {shown(plan.statistical_power)}: at most "
        f"{plan.most_successes:,} may succeed. The number is sealed beforehand: a look before the end voids it (B4)."
    )
    numbers += [
        ("tasks", plan.tasks),
        ("most_successes", plan.most_successes),
        ("statistical_power", plan.statistical_power),
    ]
    if looking is None:
        said.append("A campaign that looks after every task needs more than 5,000.")
    else:
        said.append(
            f"A campaign that looks after every task and stops as soon as it can needs {looking.expected_tasks:,.0f} "
            f"tasks on average and {looking.most_tasks:,} at most (power {shown(looking.statistical_power)}). If the "
            f"truth is at the limit it runs {looking.expected_at_limit:,.0f} and misses with probability "
            f"{shown(looking.false_clearance)}."
        )
        numbers += [
            ("sequential_fewest_tasks", looking.fewest_tasks),
            ("sequential_expected_tasks", looking.expected_tasks),
            ("sequential_most_tasks", looking.most_tasks),
            ("sequential_statistical_power", looking.statistical_power),
            ("sequential_false_clearance", looking.false_clearance),
        ]
    points = [(r, statistical_power(plan.tasks, target.limit, target.alpha, r)) for r in target.rates()]
    title = f"{plan.tasks:,} tasks, of which at most {plan.most_successes:,} succeed"
    return target.curve(title, points, plan.statistical_power)


def _clustered(
    asked: Questions, target: Target, said: list[str], numbers: list[tuple[str, Number]]
) -> OperatingCurve | None:
    """Several attempts at each task: exact with a known correlation, and by simulation with the gate's own bound."""
    from scalegate.estimate.planning import clustered_power, design_effect, plan_by_simulation, plan_clustered

    icc, attempts = _icc(asked), asked.attempts
    effect = design_effect(attempts, icc)
    why = "" if asked.icc else ", the worst case, as no --icc was stated"
    said.append(
        f"Attempts at a task are taken as correlated by {icc:g}{why}: "
        f"{attempts} of them are worth {attempts / effect:.2f} independent ones (design effect {effect:.3g})."
    )
    numbers += [("icc", icc), ("design_effect", effect)]
    plan = plan_clustered(
        target.limit, target.truth, attempts=attempts, icc=icc, alpha=target.alpha, power=target.power
    )
    if plan is None:
        said.append("Not even with a known correlation do 3,000 tasks, or 200,000 attempts, reach the power.")
        return None
    said.append(
        f"With that correlation known, {plan.tasks:,} tasks have a power of {shown(plan.statistical_power)}: at most "
        f"{plan.most_successes:,} of {plan.tasks * attempts:,} attempts may succeed."
    )
    numbers += [
        ("tasks", plan.tasks),
        ("most_successes", plan.most_successes),
        ("statistical_power", plan.statistical_power),
    ]
    found = plan_by_simulation(
        target.limit,
        target.truth,
        attempts=attempts,
        icc=icc,
        power=target.power,
        upper=GateBound(attempts=attempts, alpha=target.alpha, unit="task"),
        start=plan.tasks,
        draws=200,
        at_most=2000,
    )
    if found is None:
        said.append("The gate's own bound, which assumes nothing about it, needs more than 2,000 tasks.")
    else:
        said.append(
            f"The gate's own bound assumes nothing about it and needs about {found.tasks:,} tasks (power "
            f"{found.statistical_power:.2f}, standard error {found.standard_error:.2f}; {found.draws} simulations)."
        )
        numbers += [("gate_tasks", found.tasks), ("gate_statistical_power", found.statistical_power)]
    points = [(r, clustered_power(plan, r, icc)) for r in target.rates()]
    title = f"{plan.tasks:,} tasks x {attempts} attempts, of which at most {plan.most_successes:,} succeed"
    return target.curve(title, points, plan.statistical_power)


# ------------------------------------------------------------------------------------- a policy's own rule

_RULE = re.compile(
    r"\s*(?:at least\s+)?(\d{1,4})\s*(?:/|of)\s*(\d{1,4})\s*(?:tries|attempts)?\s*,?\s*"
    r"(?:on\s+)?(?:at least\s+|share\s+)?"
    r"(\d{1,5}(?:\.\d{1,9})?\s*%|[01]?\.\d{1,9}|1|\d{1,5}\s*/\s*[1-9]\d{0,4})\s*of\s*(\d{1,6})\s*(?:tasks?)?\s*",
    re.IGNORECASE | re.ASCII,
)


def parse_rule(text: str) -> TriggerRule:
    """`1/10 tries, 50 % of 5 tasks`; the share also as 0.5 or 1/2.

    Raises:
        InputError: when it is no such rule, or cannot be met.
    """
    from scalegate.estimate.planning import TriggerRule

    match = _RULE.fullmatch(text)
    if match is None:
        mend = "write: 1/10 tries, 50 % of 5 tasks"
        raise InputError(Finding(path="--rule", what=f"{text[:80]!r} is no rule that can be read", mend=mend))
    least, tries, share, tasks = match.groups()
    part = Fraction(share.rstrip("% ")) / 100 if share.endswith("%") else Fraction(share.replace(" ", ""))
    if int(tasks) > MOST_TASKS or int(tries) > MOST_TRIES:
        mend = f"write at most {MOST_TRIES:,} tries and {MOST_TASKS:,} tasks"
        raise InputError(Finding(path="--rule", what=f"{int(tries):,} tries on {int(tasks):,} tasks", mend=mend))
    return TriggerRule(least=int(least), tries=int(tries), share=part, tasks=int(tasks))


def _rule(asked: Questions) -> PowerAnswer:
    from scalegate.estimate.planning import TriggerRule, rate_at_trigger, trigger_probability

    rule, icc = parse_rule(asked.rule), parse_rate(asked.icc, "--icc") if asked.icc else 0.0
    at = parse_rate(asked.truth, "--truth") if asked.truth else 0.1
    half, late = (rate_at_trigger(rule, p, icc) for p in (0.5, 0.95))
    here = trigger_probability(rule, at, icc)
    larger = TriggerRule(least=rule.least, tries=rule.tries, share=rule.share, tasks=4 * rule.tasks)
    there = trigger_probability(larger, at, icc)
    heading = (
        f"The rule: at least {rule.least} of {rule.tries} tries succeed on at least {rule.tasks_needed} of "
        f"{rule.tasks} tasks"
    )
    alike = "every task has the same rate" if icc == 0 else f"tries at a task are correlated by {icc:g}"
    said = (
        f"If a try succeeds with probability {at:g} and {alike}, the rule triggers with probability {here:.4f} and "
        f"misses with {1 - here:.4f}. With four times the tasks ({larger.tasks}) it would trigger with {there:.4f}.",
        f"It triggers half of the time at a rate of {half:.3g}, and 95 % of the time only from {late:.3g} on.",
        "A rule on a count has no error bound of its own: what it misses has to be read off its curve.",
    )
    numbers: tuple[tuple[str, Number], ...] = (
        ("least", rule.least),
        ("tries", rule.tries),
        ("share", str(rule.share)),
        ("tasks", rule.tasks),
        ("tasks_needed", rule.tasks_needed),
        ("icc", icc),
        ("rate", at),
        ("trigger_probability", here),
        ("trigger_probability_four_times_the_tasks", there),
        ("rate_at_half", half),
        ("rate_at_95_percent", late),
    )
    end = min(1.0, max(1.4 * late, 1.2 * at))
    points = tuple((end * i / _POINTS, trigger_probability(rule, end * i / _POINTS, icc)) for i in range(_POINTS + 1))
    curve = OperatingCurve(
        title=heading,
        event="the rule triggers",
        points=points,
        lines=(RateLine(rate=at, label=f"a rate of {at:g}"),),
        marks=(
            Mark(rate=at, probability=here, label=f"{at:g}: {shown(here)}"),
            Mark(rate=late, probability=0.95, label=f"{late:.3g}: 0.950"),
        ),
    )
    return PowerAnswer(kind="rule", heading=heading, reachable=True, sentences=said, numbers=numbers, curve=curve)


# ------------------------------------------------------------------------------------- costs, many limits


def _costs(ratio: float) -> PowerAnswer:
    from scalegate.estimate.power import alpha_of_costs

    alpha = alpha_of_costs(ratio)
    said = (
        f"A miss that is {ratio:g} times as bad as a false alarm asks for action from a probability of {alpha:.4g} on "
        f"that the limit is reached; as the level of the upper bound that is alpha = {alpha:.4g}.",
        "Choose alpha first, from this; then the number of tasks, so that holds without need stay bearable.",
    )
    return PowerAnswer(
        kind="costs",
        heading=f"A miss costs {ratio:g} false alarms",
        reachable=True,
        sentences=said,
        numbers=(("ratio", ratio), ("alpha", alpha)),
    )


def _limits(limits: int, power: float) -> PowerAnswer:
    from scalegate.estimate.power import joint_power

    if not 1 <= limits <= MOST_LIMITS:
        raise UsageError(f"--limits {limits}: write 1 to {MOST_LIMITS:,}")
    found = joint_power(limits, power, power)
    said = (
        f"If each is ruled out with probability {power:g} and the evaluations are independent, all are together with "
        f"{found.independent:.3g}; whatever their dependence, with at least {found.at_least:.3g}.",
        f"For {power:g} on all together each needs {found.each_independent:.4f} if they are independent, and "
        f"{found.each_whatever:.4f} whatever their dependence.",
        "Alpha needs no correction: to rule out all limits wrongly, one must be ruled out wrongly.",
    )
    return PowerAnswer(
        kind="limits",
        heading=f"{limits} limits that must all be ruled out",
        reachable=True,
        sentences=said,
        numbers=(
            ("limits", limits),
            ("power", power),
            ("joint_power_independent", found.independent),
            ("joint_power_at_least", found.at_least),
            ("power_each_independent", found.each_independent),
            ("power_each_whatever", found.each_whatever),
        ),
    )


# -------------------------------------------------------------------------------------------------- parts


def _alpha(asked: Questions) -> float:
    """The level as stated, else as the costs ask for, else 0.05."""
    if asked.alpha or not asked.costs:
        return parse_inner_rate(asked.alpha or "0.05", "--alpha")
    from scalegate.estimate.power import alpha_of_costs

    return alpha_of_costs(parse_ratio(asked.costs, "--costs"))


def _icc(asked: Questions) -> float:
    """As stated; attempts of which nothing is known are taken as all alike."""
    return parse_rate(asked.icc, "--icc") if asked.icc else 1.0
