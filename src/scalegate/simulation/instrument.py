"""What an evaluation can see of a capability, and what each result says about each limit: tables, made once.

For: trajectories and replays. Does not know: policies' files, how a bound is computed (it is handed in), chance.

A *dial* is one true capability on one scale; a *reading* is one observation of a limit, on one dial. A result of an
evaluation is a count of successes; what a count says is what the rules say (`verdict.rules`), asked once for each.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from math import inf
from statistics import NormalDist
from typing import Literal

import numpy as np
import numpy.typing as npt

from scalegate.decision.abstract import Claim
from scalegate.estimate.success_count import Envelope, distribution, tasks_of
from scalegate.policy.document import Direction
from scalegate.simulation.table import CLAIMS
from scalegate.verdict.rules import Judgement, ObservationFacts, judge, raised_by
from scalegate.verdict.verdict import VerdictKind

FloatArray = npt.NDArray[np.float64]
Scale = Literal["time_horizon", "success_rate"]

NEUTRAL = CLAIMS.index(Claim.NOT_SHOWN)
"""What an observation says that raises nothing: among others it changes nothing."""
_STEP = 0.1


def on_scale(scale: Scale, value: float) -> float:
    """Log2 of minutes, or log-odds of a rate; the ends of a rate come out large and finite."""
    if scale == "time_horizon":
        return float(np.log2(value))
    inside = min(max(value, 1e-9), 1 - 1e-9)
    return float(np.log(inside / (1 - inside)))


def off_scale(scale: Scale, place: float) -> float:
    """Minutes, or a rate."""
    return float(np.exp2(place)) if scale == "time_horizon" else float(1 / (1 + np.exp(-place)))


@dataclass(frozen=True, kw_only=True)
class Suite:
    """Tasks as a scenario imagines them: one attempt each, families of equal size, lengths even in their logarithm."""

    tasks: int
    families: int
    shortest: float
    longest: float
    slope: float
    family_sd: float

    @property
    def minutes(self) -> FloatArray:
        return np.exp2(np.linspace(np.log2(self.shortest), np.log2(self.longest), self.tasks))

    @property
    def family(self) -> npt.NDArray[np.int64]:
        return np.arange(self.tasks, dtype=np.int64) % self.families


@dataclass(frozen=True, kw_only=True)
class Counts:
    """How many successes a measured capability gives, as a table that one normal number is looked up in.

    Attributes:
        first: of the grid of capabilities, on the dial's scale.
        step: between two of them.
        levels: shape (capability, count): the count is the number of levels below a standard normal number.
    """

    first: float
    step: float
    levels: FloatArray

    def draw(self, measured: FloatArray, normal: FloatArray) -> npt.NDArray[np.int64]:
        """A count for each of many; both of shape (case,)."""
        row = np.clip(np.rint((measured - self.first) / self.step), 0, self.levels.shape[0] - 1).astype(np.int64)
        return np.asarray((self.levels[row] < normal[:, None]).sum(axis=1))


def horizon_counts(suite: Suite, success: float) -> Counts:
    """Successes of a suite by the length at which a typical family succeeds with probability `success`.

    Source: exact Poisson-binomial mixtures (`estimate.success_count`). Test: `tests/simulation/test_instrument.py`.
    """
    lengths, family = np.log2(suite.minutes), suite.family
    tasks = tasks_of([lengths[family == each] for each in range(suite.families)])
    nodes = np.linspace(-4.5, 4.5, 31) if suite.family_sd > 0 else np.zeros(1)
    weights = np.exp(-(nodes**2) / 2)
    odds = on_scale("success_rate", success)
    rows = odds + suite.family_sd * nodes
    envelope = Envelope(
        log_odds=rows,
        slope=np.full(nodes.size, suite.slope),
        weights=weights / weights.sum(),
        starts=np.zeros(1, dtype=np.int64),
    )
    first, last = float(lengths[0]) - 8 / suite.slope, float(lengths[-1]) + 8 / suite.slope
    places = first + _STEP * np.arange(int((last - first) / _STEP) + 1)
    chances = np.stack([distribution(tasks, rows + suite.slope * place, envelope)[:, 0] for place in places])
    return Counts(first=first, step=_STEP, levels=_levels(chances))


def rate_counts(units: int) -> Counts:
    """Successes of so many independent units, by the log-odds of success."""
    places = -9 + _STEP * np.arange(181)
    rates = 1 / (1 + np.exp(-places))
    chances = np.zeros((places.size, units + 1))
    chances[:, 0] = 1
    for done in range(1, units + 1):
        gained = chances[:, :done] * rates[:, None]
        chances[:, :done] -= gained
        chances[:, 1 : done + 1] += gained
    return Counts(first=float(places[0]), step=_STEP, levels=_levels(chances))


def _levels(chances: FloatArray) -> FloatArray:
    """Normal quantiles of the distribution functions, without the last count, which nothing exceeds."""
    normal = NormalDist()
    below = np.clip(np.cumsum(chances, axis=1)[:, :-1], 1e-12, 1 - 1e-12)
    return np.array([[normal.inv_cdf(chance) for chance in row] for row in below.tolist()])


@dataclass(frozen=True, kw_only=True)
class Dial:
    """One true capability.

    Attributes:
        threat_model: dials of one threat model move together.
        begin: where it stands, on its scale, the doublings of compute away from the start that `rung` asks for.
        rung: the lowest rung on its ladder that is read from it, 0 for the first.
        by_training: growth per doubling of compute, on its scale.
        by_month: growth per month by outside gains, on its scale.
        gap: how far the policy's largest shift reaches, on its scale; the truth lies a multiple of it above what is
            measured.
    """

    id: str
    scale: Scale
    threat_model: str
    begin: float
    rung: int
    by_training: float
    by_month: float
    gap: float
    counts: Counts


@dataclass(frozen=True, kw_only=True)
class Reading:
    """What each count on a dial says about a limit through one observation.

    Attributes:
        says: shape (count,), places in `CLAIMS`.
        void: the same when the negatives are void (V4).
        months_to_alert, months_to_limit: until the policy's elicitation growth takes the bound there; shape (count,),
            infinite where it never does or where the reading ends nothing.
        doublings_to_limit: of compute, by the policy's training growth (V6, V7).
    """

    dial: int
    says: npt.NDArray[np.int64]
    void: npt.NDArray[np.int64]
    months_to_alert: FloatArray
    months_to_limit: FloatArray
    doublings_to_limit: FloatArray


@dataclass(frozen=True, kw_only=True)
class Lines:
    """Where a limit and its alert line lie on a dial."""

    dial: int
    limit: float
    alert: float


@dataclass(frozen=True, kw_only=True)
class LimitInstrument:
    """One limit: what its evaluations say together, and where it truly lies.

    Attributes:
        base: what stands about it whatever the readings say: `NEUTRAL`, or the claim that nothing simulated can clear.
        lines: on each dial that it is read from; it is truly reached when one of them is.
    """

    id: str
    threat_model: str
    hard_stop: bool
    base: int
    readings: tuple[Reading, ...]
    lines: tuple[Lines, ...]


@dataclass(frozen=True, kw_only=True)
class Instrument:
    """Everything that is read, in the order of the ladders; `told` names what is not simulated, in words."""

    dials: tuple[Dial, ...]
    limits: tuple[LimitInstrument, ...]
    told: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class CountBound:
    """The gate's bounds on one count, everything included (B1); `upper` None when nothing is ruled out (B2)."""

    lower: Decimal
    upper: Decimal | None


def says(
    bound: CountBound,
    *,
    direction: Direction,
    limit: Decimal,
    alert: Decimal,
    relied_on: bool,
    unproven: tuple[tuple[str, str], ...] = (),
    void: bool = False,
) -> int:
    """What one result says, by the rules: a place in `CLAIMS`; `NEUTRAL` when it raises nothing (V1, V2, V4)."""
    facts = ObservationFacts(
        direction=direction,
        limit=limit,
        alert=alert,
        lower=bound.lower,
        upper=bound.upper,
        recorded_runs=1,
        clearing_runs=1,
        insensitive=("void",) if void else (),
        unproven=unproven,
    )
    found: Judgement = judge(facts)
    kind: VerdictKind | None = found.kind if relied_on else raised_by(facts, found)
    return NEUTRAL if kind is None else CLAIMS.index(Claim(kind.value))


def steps_until(scale: Scale, upper: Decimal | None, line: Decimal, growth: Decimal) -> float:
    """Months or doublings until a growth takes a bound to a line: a factor for lengths, points for rates (V7)."""
    if upper is None or upper >= line:
        return 0.0
    if upper <= 0:
        return inf if scale == "time_horizon" or growth <= 0 else float(line / growth)
    if scale == "time_horizon":
        return inf if growth <= 1 else float((line / upper).ln() / growth.ln())
    return inf if growth <= 0 else float((line - upper) / growth)
