"""Cheap screens: which of them have reached the result from which on the evaluation they screen for is due (V2).

For: assess. Does not know: due dates, the record. A screen that stays below its line says nothing: it clears nothing
and moves no date.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from decimal import Decimal

from scalegate.assessment.pool import Pool, pools_of
from scalegate.assessment.request import RecordedRun, Request
from scalegate.evidence.outcomes import OutcomeTable, tabulate
from scalegate.evidence.run import Dating
from scalegate.policy.document import Evaluation, Relaxable, evaluation_of
from scalegate.quantity import Identifier, Probability, round_up
from scalegate.verdict.verdict import Escalation

SCREEN_ALPHA = 0.05


def escalations(request: Request, limit: str) -> tuple[Escalation, ...]:
    """Of the subject's own runs of each screen, those that reach its line, for evaluations that the limit reads."""
    read = {evaluation_of(o) for o in request.policy.limits[limit].observations.values()}
    every = request.policy.evaluation.evaluations.items()
    return tuple(e for name, screen in every if screen.screens in read for e in _reached(request, name, screen))


def _reached(request: Request, name: str, screen: Evaluation) -> Iterator[Escalation]:
    line = screen.escalates_at
    if screen.screens is None or line is None:
        return
    runs = [r for r in request.runs if r.subject == request.model.subject and r.run.manifest.evaluation == name]
    for pool in pools_of(runs):
        upper = _upper(request, screen, pool)
        if upper >= line:
            yield Escalation(
                evaluation=screen.screens,
                screen=Identifier(name),
                at=_at(request, pool),
                upper=upper,
                escalates_at=Probability(line),
                runs=tuple(r.run.address for r in sorted(pool.runs, key=lambda r: r.run.address)),
            )


def _upper(request: Request, screen: Evaluation, pool: Pool) -> Decimal:
    """The screen's own upper bound, task by task: what is missing or void counts as a success (E2), and a run that fits
    the files no more as nothing but successes (E1).
    """
    registered = request.suites.get(screen.suite)
    if registered is None or any(r.changed or r.run.attempts is None for r in pool.runs):
        return Decimal(1)
    table = tabulate([r.run for r in pool.runs], registered.suite, success_score=screen.success_score)
    return _bound(table)


def _bound(table: OutcomeTable) -> Decimal:
    import numpy as np

    from scalegate.estimate.overdispersed import ICC_MAX
    from scalegate.estimate.rate import bound_rate

    found = bound_rate(
        np.array(table.successes_lower, dtype=np.int64),
        np.array(table.successes_upper, dtype=np.int64),
        np.array(table.registered, dtype=np.int64),
        np.arange(len(table.outcomes)),
        unit="task",
        alpha_lower=SCREEN_ALPHA,
        alpha_upper=SCREEN_ALPHA,
        icc_max=ICC_MAX,
    )
    return round_up(found.upper)


def _at(request: Request, pool: Pool) -> datetime:
    """When its latest part was made: an evaluation before that knew nothing of it. See `_made` for one part."""
    return max(_made(request, r) for r in pool.runs)


def _made(request: Request, recorded: RecordedRun) -> datetime:
    """The run's date; where that is unknown, still to come or only stated, when the record first held it.

    Who states an early date would else have had the screen answered by an evaluation before it.
    """
    manifest = recorded.run.manifest
    stated = manifest.dating is Dating.STATED and not request.policy.relaxes(Relaxable.EVIDENCE_DATES)
    if manifest.dated is not None and manifest.dated <= request.now and not stated:
        return manifest.dated
    return recorded.run.recorded_at or request.now
