"""Campaigns that may stop early: the order of their tasks, how far they came, and what they rest on (B4).

For: observe, procedure. Does not know: bounds, limits.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import replace

from scalegate.evidence.outcomes import OutcomeTable
from scalegate.evidence.run import EvalRun
from scalegate.quantity import Digest


def draw_order(tasks: Iterable[str], plan: Digest) -> tuple[str, ...]:
    """Task ids in the order that belongs to a plan: by their digest together with that of the plan's signed entry.

    The log's root before the plan would not do: any other entry changes it, so one could wait for a lucky one. The
    entry holds its own time and signature, so nobody without the key knows the order before the plan is recorded;
    registering again for another order leaves an abandoned plan in the record (E4).
    """
    return tuple(sorted(tasks, key=lambda task: hashlib.sha256(f"scalegate/order/2\0{plan}\0{task}".encode()).digest()))


def reached(table: OutcomeTable, runs: Iterable[EvalRun], order: Sequence[str] | None) -> OutcomeTable:
    """The table up to the last task that was tried, in the drawn order.

    Whatever comes before that task and was not tried is missing, as E2 has it. Where a run's bytes are absent or
    altered it could have tried anything, and where no order was drawn any choice could have been made: then every
    registered task counts.
    """
    outcomes = {str(outcome.task): outcome for outcome in table.outcomes}
    if order is None or set(order) != set(outcomes):
        return table
    tried: set[str] = set()
    for run in runs:
        if run.attempts is None:
            return replace(table, outcomes=tuple(outcomes[task] for task in order))
        tried |= {attempt.task for attempt in run.attempts}
    last = max((place for place, task in enumerate(order) if task in tried), default=-1)
    return replace(table, outcomes=tuple(outcomes[task] for task in order[: last + 1]))
