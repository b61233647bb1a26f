"""The exam as an Inspect task: sums, one sample for each task of the suite, and two that are not in it."""

from __future__ import annotations

from inspect_ai import Task, task
from inspect_ai.dataset import MemoryDataset, Sample
from inspect_ai.scorer import match
from inspect_ai.solver import generate

SAMPLES = 22


@task
def exam(configuration: str = "") -> Task:
    samples = [Sample(id=f"t{n}", input=f"{n} + {n} =", target=str(n + n)) for n in range(SAMPLES)]
    return Task(
        dataset=MemoryDataset(samples, name="sums"),
        solver=generate(),
        scorer=match(),
        metadata={"asked_for": configuration},
    )
