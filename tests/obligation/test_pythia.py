"""Replay of the Pythia checkpoints against "evaluate at least every 4x effective compute" (D5).

Data: EleutherAI, Pythia results, Apache-2.0. A mechanism to test cadence with, not a dangerous capability.
"""

from __future__ import annotations

import re
from dataclasses import replace

import pytest

from obligation.book import Book
from scalegate.obligation.obligation import Kind, State
from scalegate.policy.document import Triggers
from scalegate.procedure.happening import derived_compute
from scalegate.quantity import Factor, Period
from scalegate.record.happening import Phase, TrainingProgress
from shared import shared
from world import DAY, NOW, OFFICER, ident, policy

PARAMETERS = {"70m": 70_000_000, "410m": 410_000_000, "1.4b": 1_400_000_000, "6.9b": 6_900_000_000}
TOKENS_PER_STEP = 2_097_152


def checkpoints(size: str) -> list[int]:
    names = [path.name for path in shared(f"data/pythia/pythia-{size}").glob("*.json")]
    return sorted(int(re.sub(r".*_step(\d+)\.json", r"\1", name)) for name in names)


def progress(size: str, step: int, hours: int) -> TrainingProgress:
    """What the run's own telemetry would say at a checkpoint: 6·N·D."""
    phase = Phase(name=ident("pretraining"), parameters=PARAMETERS[size], tokens=step * TOKENS_PER_STEP)
    made = TrainingProgress(
        model=ident(f"pythia-{size}"), subject=size, step=step, phases=(phase,), measured_at=NOW + hours * DAY / 24,
        by=OFFICER,
    )  # fmt: skip
    return replace(made, effective_compute=derived_compute(made))


@pytest.mark.parametrize("size", PARAMETERS)
def test_D5_the_one_gap_is_found_where_13000_steps_follow_3000(size: str) -> None:
    steps = [step for step in checkpoints(size) if step > 0]
    assert len(steps) == 26
    section = policy().evaluation
    triggers = Triggers(effective_compute=Factor(4), calendar=Period(months=3), events=())
    book = Book(policy(evaluation=replace(section, triggers=triggers)))
    where = {}
    for hours, step in enumerate(steps, start=1):
        made = progress(size, step, hours)
        book.put(made, at=made.measured_at)
        compute = made.effective_compute
        assert compute is not None
        book.evaluated(made.measured_at, str(compute).removesuffix(" FLOP"), subject=size)
        where[made.measured_at] = step
    owed = book.owed(NOW + 2 * DAY, Kind.EVALUATION)
    assert [o.state for o in owed if where.get(o.met_at) != 13_000 and o.met_at is not None] == [State.MET] * 24
    late = [o for o in owed if o.state is State.MET_LATE]
    assert [where[o.met_at] for o in late if o.met_at] == [13_000]
    assert not [o for o in owed if o.late]


@pytest.mark.parametrize("size", PARAMETERS)
def test_D5_by_compute_alone_the_gap_is_4_33x(size: str) -> None:
    """Without telemetry between evaluations the gap shows in the effective compute of the two runs."""
    steps = [step for step in checkpoints(size) if step > 0]
    book = Book()
    for hours, step in enumerate(steps, start=1):
        made = progress(size, step, hours)
        assert made.effective_compute is not None
        book.evaluated(made.measured_at, str(made.effective_compute).removesuffix(" FLOP"), subject=size)
    gaps = [o.why for o in book.owed(NOW + 2 * DAY, Kind.EVALUATION) if o.state is State.MET_LATE]
    assert gaps == ["4.33334x the effective compute of the last, where 4x was the most"]
