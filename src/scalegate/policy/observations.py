"""The observations of a limit: what they read, their lines, levels, shifts and arguments (V1, V9, B1-B5).

For: `adoptable.py` and `remarks.py`. Does not know: evidence, how a bound is computed.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from decimal import Decimal

from scalegate.policy.document import (
    ComputeObservation,
    DifferenceObservation,
    Direction,
    ExistenceObservation,
    FactorShift,
    HorizonObservation,
    JudgementObservation,
    Observation,
    PolicyDocument,
    ProgressObservation,
    RateObservation,
    RateShift,
    Sampling,
    StatedObservation,
    Unit,
)
from scalegate.policy.objection import Objection, nearest
from scalegate.shape import Path

HALF = Decimal("0.5")
LEAST_GENERATIONS = 3
"""Fewer points than this leave a line no residual, and so no bound (B3)."""


def observations(document: PolicyDocument) -> Iterator[tuple[Path, str, Observation]]:
    """Every observation with its path and the limit it bears on."""
    for limit, known in document.limits.items():
        for name, observation in known.observations.items():
            yield ("limits", limit, "observations", name), limit, observation


def observation_refusals(document: PolicyDocument) -> Iterator[Objection]:
    """Unknown evaluations, lines in the wrong order, levels nobody may ask for, proxies without an argument."""
    bounded = {o.evaluation for _, _, o in observations(document) if isinstance(o, HorizonObservation)}
    for path, _, observation in observations(document):
        yield from _evaluations(document, path, observation)
        if isinstance(observation, (RateObservation, HorizonObservation, ProgressObservation)):
            yield from _levels(path, observation)
        if isinstance(observation, (RateObservation, HorizonObservation, ProgressObservation, ComputeObservation)):
            yield from _precursor(path, observation)
        if isinstance(observation, (RateObservation, HorizonObservation)):
            yield from _shift(path, observation)
        if isinstance(observation, RateObservation):
            yield from _sampling(path, observation)
        if not isinstance(observation, (ExistenceObservation, JudgementObservation, StatedObservation)):
            yield from _lines(path, observation)
        if isinstance(observation, ProgressObservation):
            yield from _progress(path, observation, bounded)
        if isinstance(observation, StatedObservation):
            what = f"nothing would decide this test: {observation.missing}"
            mend = "write success_rate, mean_score or time_horizon with its levels, shift and argument; or judgement"
            yield Objection(path=path, what=what, mend=mend, rule="invariant 5")
        if isinstance(observation, HorizonObservation):
            yield from _horizon(path, observation)
        if isinstance(observation, JudgementObservation) and not observation.must_cite:
            what, mend = "a judgement that cites no evidence", "name what it must cite"
            yield Objection(path=(*path, "must_cite"), what=what, mend=mend, rule="V9")


def _evaluations(document: PolicyDocument, path: Path, observation: Observation) -> Iterator[Objection]:
    known = document.evaluation.evaluations
    for field in ("evaluation", "control"):
        name = getattr(observation, field, None)
        if name is not None and name not in known:
            what = f"{name!r} is no evaluation of this policy"
            yield Objection(path=(*path, field), what=what, mend=nearest(name, known))


def _levels(path: Path, observation: RateObservation | HorizonObservation | ProgressObservation) -> Iterator[Objection]:
    for field in ("alpha_lower", "alpha_upper"):
        value = getattr(observation, field)
        if not 0 < value <= HALF:
            what = f"a level of {value} bounds nothing"
            mend = "write a number above 0 and up to 0.5, usually 0.05"
            yield Objection(path=(*path, field), what=what, mend=mend, rule="B1")


def _shift(path: Path, observation: RateObservation | HorizonObservation) -> Iterator[Objection]:
    """Parts of an elicitation shift that cannot be, or that the measure has no use for (B2)."""
    shift, inside = observation.elicitation_shift, (*path, "elicitation_shift")
    numbers = ("slope", "gain_spread") if isinstance(shift, RateShift) else ("spread",)
    for field in numbers:
        value = getattr(shift, field)
        if not 0 <= value < Decimal("Infinity"):
            yield Objection(path=(*inside, field), what=f"{value} is below 0", mend="write 0 or more", rule="B2")
    if isinstance(shift, FactorShift):
        return
    if (shift.gain > 1) != (shift.slope > 0):
        what = "a gain in compute says nothing of a rate without a slope, nor a slope without a gain"
        yield Objection(path=inside, what=what, mend="write both: gain: 4x, slope: 0.8", rule="B2")
    if shift.gain_spread > 0 and shift.gain == 1:
        what = "a spread of no gain"
        yield Objection(path=(*inside, "gain_spread"), what=what, mend="write the gain too", rule="B2")
    if shift.attempts < 1:
        what = f"{shift.attempts} tries"
        yield Objection(path=(*inside, "attempts"), what=what, mend="write 1 or more", rule="B2")
    if isinstance(observation, RateObservation) and observation.measure != "success_rate" and not shift.plain:
        what = "tries, avoidable failures and log-odds are about successes; a mean score has none"
        yield Objection(path=inside, what=what, mend="write value: in points of the mean", rule="B2")


def _sampling(path: Path, observation: RateObservation) -> Iterator[Objection]:
    if observation.sampling is Sampling.ANYTIME and observation.unit is Unit.FAMILY:
        what = "a campaign that may stop early takes tasks in a drawn order; families are not supported yet"
        mend = "write unit: task, or sampling: sealed"
        yield Objection(path=(*path, "sampling"), what=what, mend=mend, rule="B4")


def _precursor(
    path: Path, observation: RateObservation | HorizonObservation | ProgressObservation | ComputeObservation
) -> Iterator[Objection]:
    proxy = isinstance(observation, ComputeObservation) or observation.direction is Direction.RULE_OUT_PROXY
    if observation.relied_on and proxy and observation.precursor is None:
        what = "a proxy is relied on, and nothing says why a small result rules the danger out"
        yield Objection(path=path, what=what, mend="add precursor: (argument, author, expires)", rule="V1")


def _progress(path: Path, observation: ProgressObservation, bounded: Collection[str]) -> Iterator[Objection]:
    if observation.evaluation not in bounded:
        what = "no task-length limit reads this evaluation, so nothing says which slopes and which shift bound a length"
        mend = "add a time_horizon observation of it to a limit; relied_on: false is enough"
        yield Objection(path=(*path, "evaluation"), what=what, mend=mend, rule="B5")
    if observation.generations < LEAST_GENERATIONS:
        what = f"{observation.generations} generations have no rate of progress that could be bounded"
        yield Objection(path=(*path, "generations"), what=what, mend=f"write {LEAST_GENERATIONS} or more", rule="B3")
    if not 0 < observation.success < 1:
        what = f"no task length has a success probability of {observation.success}"
        yield Objection(path=(*path, "success"), what=what, mend="write 0.5 or 0.8", rule="B5")


def _lines(
    path: Path,
    observation: RateObservation
    | HorizonObservation
    | DifferenceObservation
    | ComputeObservation
    | ProgressObservation,
) -> Iterator[Objection]:
    if not observation.alert < observation.limit:
        what = f"the alert line {observation.alert} is not below the limit {observation.limit}"
        yield Objection(path=(*path, "alert"), what=what, mend="write an earlier line", rule="L4")
    if isinstance(observation, (RateObservation, DifferenceObservation)) and observation.alert <= 0:
        what = "no bound is ever below an alert line of 0, so nothing could be not shown"
        yield Objection(path=(*path, "alert"), what=what, mend="write a line above zero", rule="B3")


def _horizon(path: Path, observation: HorizonObservation) -> Iterator[Objection]:
    if not 0 < observation.success < 1:
        what = f"no task length has a success probability of {observation.success}"
        yield Objection(path=(*path, "success"), what=what, mend="write 0.5 or 0.8", rule="B5")
    envelope = observation.envelope
    inside: Path = (*path, "envelope")
    if not 0 < envelope.slope_from <= envelope.slope_to < Decimal("Infinity"):
        what = f"the slopes {envelope.slope_from} to {envelope.slope_to} are no interval above zero"
        yield Objection(path=inside, what=what, mend="write slope_from above 0 and not above slope_to", rule="B5")
    if not 0 <= envelope.family_sd < Decimal("Infinity"):
        what = f"{envelope.family_sd} is no standard deviation"
        yield Objection(path=(*inside, "family_sd"), what=what, mend="write 0 or a finite number above", rule="B4")
