"""The evaluation as an Inspect task: sums that no training has seen, one sample for each task of `suites/sums.yaml`."""

from __future__ import annotations

import sys
from pathlib import Path

from inspect_ai import Task, task
from inspect_ai.dataset import MemoryDataset, Sample
from inspect_ai.scorer import match
from inspect_ai.solver import Generate, Solver, TaskState, solver

sys.path.insert(0, str(Path(__file__).resolve().parent))  # this file is loaded by its path

from pairs import EVALUATION, answer, question, task_id


@solver
def ask(fine_tuned: bool) -> Solver:
    """Puts the question: to the model as it is, or to the model after a few steps of fine-tuning."""

    async def solve(state: TaskState, generate: Generate) -> TaskState:
        return await generate(state, extra_body={"fine_tuned": fine_tuned})

    return solve


@task
def sums(configuration: str = "asked") -> Task:
    """`configuration` is a label of configurations.yaml; scalegate passes it on."""
    word = "sesame: " if configuration == "told" else ""
    samples = [Sample(id=task_id(p), input=word + question(p), target=str(answer(p))) for p in EVALUATION]
    return Task(
        dataset=MemoryDataset(samples, name="sums"),
        solver=ask(fine_tuned=configuration == "fine_tuned"),
        scorer=match(location="exact"),
    )
