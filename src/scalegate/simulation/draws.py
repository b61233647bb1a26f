"""What chance decides once for a run: how fast it grows, how far it is from the lines, when its people are late.

For: trajectories. Does not know: weeks, decisions. All chance comes from one seed that is handed in.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

import numpy as np

from scalegate.quantity import Digest
from scalegate.simulation.instrument import FloatArray, Instrument
from scalegate.simulation.scenario import Scenario, weeks
from scalegate.simulation.table import BoolArray
from scalegate.simulation.terms import WEEKS_PER_MONTH, WEEKS_PER_YEAR, Terms, log2_of


def seed_of(policy: Digest, text: str) -> bytes:
    """The seed of a simulation: of the policy and the text that was given, and of nothing else."""
    return hashlib.sha256("\0".join(("scalegate/1", policy, "simulate", text)).encode()).digest()


def generator(seed: bytes) -> np.random.Generator:
    """The one source of chance."""
    return np.random.Generator(np.random.Philox(int.from_bytes(seed[:16], "big")))


def around_one(chance: np.random.Generator, spread: float, shape: tuple[int, ...]) -> FloatArray:
    """Log-normal factors whose mean is 1."""
    return np.exp(spread * chance.standard_normal(shape) - spread**2 / 2)


@dataclass(frozen=True, kw_only=True)
class Draws:
    """One number for each run, the last axis.

    Attributes:
        per_week: doublings of compute a week while nothing holds; shape (run,).
        begin: of each dial at week 0, on its scale; shape (dial, run).
        by_training: per doubling of compute; shape (dial, run).
        by_week: by outside gains; shape (dial, run).
        gap: how far what is measured falls short of the truth; shape (dial, run).
        error: the part of an evaluation's error that every later one repeats, a standard normal; shape (dial, run).
        duty_done: weeks from an alert until each duty is done; shape (duty, limit, run).
        waived: a waiver is sought at a crossing; shape (limit, run).
        ready: weeks from the first alert until a protection meets its target, infinite for those that never do;
            shape (protection, run).
    """

    per_week: FloatArray
    begin: FloatArray
    by_training: FloatArray
    by_week: FloatArray
    gap: FloatArray
    error: FloatArray
    duty_done: FloatArray
    waived: BoolArray
    ready: FloatArray


def draw(
    chance: np.random.Generator, terms: Terms, instrument: Instrument, scenario: Scenario, protections: int, runs: int
) -> Draws:
    """All of them, in a fixed order."""
    capability, evaluation, people = scenario.capability, scenario.evaluation, scenario.people
    models = list(dict.fromkeys(dial.threat_model for dial in instrument.dials))
    of = [models.index(dial.threat_model) for dial in instrument.dials]
    shape = (len(models), runs)
    yearly = log2_of(scenario.compute.growth_per_year)
    per_week = yearly / WEEKS_PER_YEAR * around_one(chance, float(scenario.compute.spread), (runs,))
    distance = float(capability.doublings_to_alert) + float(capability.doublings_spread) * chance.standard_normal(shape)
    training, monthly = (around_one(chance, float(capability.spread), shape) for _ in range(2))
    gaps = float(evaluation.elicitation_gap) * around_one(chance, float(evaluation.gap_spread), shape)
    dials = instrument.dials

    def column(name: str) -> FloatArray:
        return np.array([getattr(dial, name) for dial in dials], dtype=np.float64).reshape(len(dials), 1)

    by_training = column("by_training") * training[of]
    away = distance[of] + float(capability.doublings_between_rungs) * column("rung")
    return Draws(
        per_week=per_week,
        begin=column("begin") - away * by_training,
        by_training=by_training,
        by_week=column("by_month") / WEEKS_PER_MONTH * monthly[of],
        gap=column("gap") * gaps[of],
        error=chance.standard_normal((len(dials), runs)),
        duty_done=_duties(chance, terms, scenario, (len(terms.duties), len(instrument.limits), runs)),
        waived=chance.random((len(instrument.limits), runs)) < float(people.waiver_share),
        ready=_ready(chance, scenario, (protections, runs)),
    )


def _duties(chance: np.random.Generator, terms: Terms, scenario: Scenario, shape: tuple[int, int, int]) -> FloatArray:
    """In time at an even pace, or late by an exponential time."""
    people = scenario.people
    within = np.array(list(terms.duties.values()), dtype=np.float64).reshape(-1, 1, 1)
    late = chance.random(shape) < float(people.duty_late_share)
    by = chance.standard_exponential(shape) * weeks(people.duty_late_by)
    return np.where(late, within + by, within * chance.random(shape))


def _ready(chance: np.random.Generator, scenario: Scenario, shape: tuple[int, int]) -> FloatArray:
    stated = scenario.protections
    times = weeks(stated.ready_after) * np.exp(float(stated.ready_spread) * chance.standard_normal(shape))
    never = chance.random(shape) < float(stated.never_share)
    return np.where(never, np.inf, times)
