"""Bounds of several scaffolds, limits or evaluations taken together, each rule with its reason in one sentence.

For: assessment, planning, reports. Does not know: verdicts; `verdict` combines those (V2, V3).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from scalegate.errors import Finding, InputError
from scalegate.estimate.bound import Bounds
from scalegate.estimate.checked import checked_level

HIGHEST_UPPER = (
    "The highest upper bound over the scaffolds bounds the best scaffold without any correction, because it is wrong "
    "only if the best scaffold's own bound is."
)
SHARED_ALPHA = (
    "The lower bound on the best scaffold takes alpha divided by the number of scaffolds, because picking the highest "
    "of several lower bounds picks the luckiest."
)
INTERSECTION_UNION = (
    "Each is tested at the full alpha without any correction, because all of them must be ruled out and the one that "
    "is truly reached must be among those."
)


@dataclass(frozen=True, kw_only=True)
class Combined:
    """Bounds on the highest of several rates, and why they need no more, one sentence each."""

    lower: float
    upper: float
    reasons: tuple[str, ...]


def alpha_of_each(alpha: float, scaffolds: int) -> float:
    """The level at which each scaffold's *lower* bound is computed, so that the highest of them is wrong at `alpha`.

    Source: Bonferroni's inequality. Test: `test_the_highest_lower_bound_needs_a_shared_alpha`.
    """
    checked_level(alpha)
    if scaffolds < 1:
        raise InputError(Finding(path="scaffolds", what="no scaffold", mend="give at least one"))
    return alpha / scaffolds


def highest(bounds: Sequence[Bounds]) -> Combined:
    """Bounds on the rate of the best of several scaffolds (V3).

    Args:
        bounds: one per scaffold; lower ends at `alpha_of_each(alpha_lower, ...)`, upper ends at the full `alpha_upper`.
            Scaffolds may have been tried on the same tasks: nothing is assumed about how they depend on each other.
            They must be all that were tried, not those that are left after looking.

    Raises:
        InputError: no scaffold.

    Source: `max up < max rate` implies `up < rate` for the scaffold with the highest rate.
    Test: `test_the_highest_upper_bound_needs_no_correction`.
    """
    if not bounds:
        raise InputError(Finding(path="scaffolds", what="no scaffold", mend="give at least one"))
    return Combined(
        lower=max(each.lower for each in bounds),
        upper=max(each.upper for each in bounds),
        reasons=(HIGHEST_UPPER, SHARED_ALPHA) if len(bounds) > 1 else (),
    )


@dataclass(frozen=True, kw_only=True)
class AllBelow:
    """Whether every upper bound lies below its limit, which ones do not, and why no correction is due."""

    all_below: bool
    at_or_above: tuple[int, ...]
    reason: str


def all_below(uppers: Sequence[float], limits: Sequence[float]) -> AllBelow:
    """The intersection-union test: wrong with probability at most the `alpha` of one bound, under any dependence.

    Args:
        uppers, limits: of the same quantities in the same order; NaN and missing bounds count as not below.

    Raises:
        InputError: not as many limits as bounds, or none: nothing was tested, so nothing is below.

    Source: R. L. Berger (1982), Technometrics 24(4), 295-300. Test: `test_all_below_is_wrong_at_most_alpha`.
    """
    if len(uppers) != len(limits) or not limits:
        raise InputError(Finding(path="limits", what="not one limit per bound", mend="give each limit its bound"))
    above = tuple(i for i, (up, limit) in enumerate(zip(uppers, limits, strict=True)) if not up < limit)
    return AllBelow(all_below=not above, at_or_above=above, reason=INTERSECTION_UNION)
