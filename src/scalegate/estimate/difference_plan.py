"""How many tasks it takes to see that one of two arms on the same tasks is better (an elicitation gap).

For: planning. Does not know: which arms, suites, limits. The bound on the gap itself is `paired.bound_difference`.
"""

from __future__ import annotations

from scalegate.estimate.stated import require, require_count, require_open_unit


def tasks_for_difference(
    gap: float,
    *,
    between: float,
    within: tuple[float, float] = (0.0, 0.0),
    attempts: tuple[int, int] = (1, 1),
    alpha: float,
    power: float,
) -> float:
    """Tasks at which a one-sided test of "no better" finds a gap of this size with this power; not rounded.

        (z_alpha + z_power)^2 * (between + within_1 / attempts_1 + within_2 / attempts_2) / gap^2

    Args:
        gap: mean difference to be seen, above 0 and at most 1.
        between: variance over tasks of the difference of the two arms' own success rates, 0 to 4.
        within: for each arm the mean variance of a single attempt at a task, `p (1 - p)`, at most 1/4 for outcomes of 0
            and 1; more attempts at each task take this part out, and only this.
        attempts: for each arm, at each task.
        alpha: one-sided, below 1/2; a two-sided test at 0.05 is one-sided at 0.025.

    Raises:
        InputError: a number outside its range.

    Source: E. Miller (2024), arXiv 2411.00640, section 5; a normal approximation.
    Test: `tests/estimate/test_difference_plan.py`, published values.
    """
    from scipy.special import ndtri

    require(0 < gap <= 1, "gap", gap, "a difference above 0 and up to 1")
    require(0 <= between <= 4, "between", between, "a variance from 0 to 4")
    for arm, (variance, tries) in enumerate(zip(within, attempts, strict=True)):
        require(0 <= variance <= 1, f"within[{arm}]", variance, "a variance from 0 to 1")
        require_count(f"attempts[{arm}]", tries, 1)
    require(0 < alpha < 0.5, "alpha", alpha, "a number above 0 and below 1/2")
    require_open_unit("power", power)
    spread = between + sum(variance / tries for variance, tries in zip(within, attempts, strict=True))
    return float((ndtri(1 - alpha) + ndtri(power)) ** 2 * spread / gap**2)
