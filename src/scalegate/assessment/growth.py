"""When growth takes a bound to a line (V7).

For: assessment. Does not know: verdicts, evidence. Three growths exist and are never mixed: outside gains on
fixed weights (by date), training (by effective compute), and the frontier's trend (for planning, not here).
"""

from __future__ import annotations

import math
from datetime import datetime
from decimal import Decimal

from scalegate.policy.document import Growth
from scalegate.quantity import LAST_INSTANT, Compute, Period, later, round_down

_MONTH_AT_LEAST = 28 * 86400


def reached_on(growth: Growth, measure: str, upper: Decimal, line: Decimal, start: datetime) -> datetime:
    """The earliest instant at which elicitation growth takes `upper` to `line`.

    A fraction of a month counts with 28 days, so that the answer is never late. `start` when it is there
    already; the last representable instant when it is never reached.
    """
    if measure == "rate_of_progress" and upper < line:
        return LAST_INSTANT  # outside gains reach every model of the series alike
    elicitation = growth.elicitation
    months = _steps(measure, upper, line, elicitation.rate_per_month, elicitation.horizon_per_month)
    if math.isinf(months) or months > 12 * 9999:
        return LAST_INSTANT
    whole = math.floor(months)
    return later(Period(months=whole).after(start), math.floor((months - whole) * _MONTH_AT_LEAST))


def reached_at(
    growth: Growth,
    measure: str,
    upper: Decimal,
    line: Decimal,
    compute: Compute | None,
    *,
    share: Decimal = Decimal(1),
) -> Compute | None:
    """The effective compute at which training growth takes `upper` to `line`; None when compute is unknown.

    `share`: for a rate of progress, its doublings for each doubling of the subject's task length.
    """
    if compute is None:
        return None
    training = growth.training
    steps = _steps(measure, upper, line, training.rate, training.horizon)
    doublings = min(steps / float(share) if share > 0 else math.inf, 64.0)
    return Compute(round_down(Decimal(compute) * Decimal(2.0**doublings)))


def _steps(measure: str, upper: Decimal, line: Decimal, rate: Decimal, factor: Decimal) -> float:
    """Months or doublings until the bound reaches the line: additive for rates, a factor for horizons."""
    if upper >= line:
        return 0.0
    if measure in ("time_horizon", "rate_of_progress"):
        return math.inf if factor <= 1 else math.log(line / upper) / math.log(factor)
    return math.inf if rate <= 0 else float((line - upper) / rate)
