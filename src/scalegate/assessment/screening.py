"""Checks that the record itself allows, made of every whole run without being asked for (V5).

For: procedure, which records what is raised; `observe`, which reads it. Does not know: the record, files.

A recorded run and its suite do not change, and the draws are fixed: a run raises the same flag at every assessment,
whatever is ingested beside it, until somebody disposes of it. No such check is monotone in outcomes (one more right
answer may lift a score to what guessing gives), so it is a finding about that run, not a bound: what laws 1 and 2
hold of is a record with its flags (docs/flags.md).
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np

from scalegate.assessment.measured_flag import SEED, figures, in_words, suspicious
from scalegate.assessment.request import RecordedCheck, RecordedRun, Request
from scalegate.estimate.difficulty_order import difficulty_order, tilt
from scalegate.estimate.suspicion import Suspicion, below_chance
from scalegate.evidence.flag import LEVEL, FlagCheck, FlagKind
from scalegate.evidence.outcomes import OutcomeTable, TaskOutcome, tabulate
from scalegate.evidence.run import Attempt, EvalRun, Suite
from scalegate.policy.document import Evaluation, Orientation, RateObservation
from scalegate.quantity import Digest, Identifier


def screened(request: Request) -> Request:
    """The request with every check that its runs allow beside those that are recorded; a recorded flag comes first.

    A recorded check that found nothing takes no flag's name: the record itself writes none of those.
    """
    known = {recorded.check.id for recorded in request.checks if recorded.check.raised}
    fresh = [RecordedCheck(check=check, disposed=False) for check in screen(request) if check.id not in known]
    return replace(request, checks=(*request.checks, *fresh))


def screen(request: Request) -> tuple[FlagCheck, ...]:
    """A check for each whole run of the subject and each test that can be made of it, raised or not.

    Each run is looked at alone, so that nothing that is ingested beside it changes what it raises; parts that carry
    one run label are looked at together as well. Left out: void runs (their failures count for nothing, E3), those
    below the coverage floor (they clear nothing, E2), those whose suite has changed (they clear nothing, E1), and
    evaluations in which a low score is the danger.
    """
    labels: dict[tuple[str, str, str], list[RecordedRun]] = {}
    for recorded in sorted(request.runs, key=lambda r: r.run.address):
        manifest = recorded.run.manifest
        if recorded.subject == request.model.subject and _oriented_high(request, manifest.evaluation):
            labels.setdefault((manifest.evaluation, manifest.configuration, manifest.run), []).append(recorded)
    groups = [[part] for key in sorted(labels) for part in labels[key]]
    groups += [labels[key] for key in sorted(labels) if len(labels[key]) > 1]
    return tuple({c.id: c for group in groups for c in _of_run(request, group)}.values())


def _oriented_high(request: Request, evaluation: str) -> bool:
    reading = [o for limit in request.policy.limits.values() for o in limit.observations.values()]
    rates = [o for o in reading if isinstance(o, RateObservation) and o.evaluation == evaluation]
    known = evaluation in request.policy.evaluation.evaluations
    return known and all(o.orientation is Orientation.HIGHER for o in rates)


@dataclass(frozen=True, kw_only=True)
class _Run:
    """A whole run: where it belongs, and one outcome for each registered task."""

    parts: tuple[RecordedRun, ...]
    suite: Suite
    outcomes: tuple[TaskOutcome, ...]

    @property
    def solved(self) -> list[bool]:
        """A verified success at the first attempt; what is missing is not solved, so that removing it helps nobody."""
        return [outcome.successes_lower > 0 for outcome in self.outcomes]


def _of_run(request: Request, parts: list[RecordedRun]) -> Iterator[FlagCheck]:
    evaluation = request.policy.evaluation.evaluations[parts[0].run.manifest.evaluation]
    registered = request.suites.get(evaluation.suite)
    if registered is None or not _testable(registered.suite):
        return
    if any(part.changed and part.suite != registered.digest for part in parts):
        return  # another configuration under the old label sheds no flag: it is about the weights (S1)
    table = _tabulated(parts, registered.suite, evaluation)
    if table.invalid_runs:
        parts = [part for part in parts if part.run.address not in table.invalid_addresses]
        table = _tabulated(parts, registered.suite, evaluation)
    if not parts or table.coverage < evaluation.coverage_floor:
        return
    outcomes = table.outcomes
    if registered.suite.attempts_per_task > 1:  # B4: attempts at one task are not independent
        firsts = [replace(p, run=replace(p.run, attempts=_firsts(p.run))) for p in parts]
        outcomes = _tabulated(firsts, replace(registered.suite, attempts_per_task=1), evaluation).outcomes
    run = _Run(parts=tuple(parts), suite=registered.suite, outcomes=outcomes)
    yield from _below_chance(run)
    yield from _difficulty_order(run)


def _tabulated(parts: list[RecordedRun], suite: Suite, evaluation: Evaluation) -> OutcomeTable:
    return tabulate([part.run for part in parts], suite, success_score=evaluation.success_score)


def _firsts(run: EvalRun) -> tuple[Attempt, ...]:
    return tuple(attempt for attempt in run.attempts or () if attempt.attempt == 1)


def _testable(suite: Suite) -> bool:
    return suite.chance is not None or any(task.human_minutes is not None for task in suite.tasks.values())


def _below_chance(run: _Run) -> Iterator[FlagCheck]:
    if run.suite.chance is not None:
        solved = run.solved
        yield _check(run, FlagKind.BELOW_CHANCE, below_chance(sum(solved), len(solved), float(run.suite.chance)))


def _difficulty_order(run: _Run) -> Iterator[FlagCheck]:
    timed = [(o, won) for o, won in zip(run.outcomes, run.solved, strict=True) if o.suite_minutes is not None]
    if not timed:
        return
    families = {family: number for number, family in enumerate(sorted({o.family for o, _ in timed}))}
    difficulty = np.array([float(o.suite_minutes) for o, _ in timed if o.suite_minutes is not None])
    solved = np.array([won for _, won in timed], dtype=np.bool_)
    stratum = np.array([families[o.family] for o, _ in timed])
    found = None  # most models solve easy tasks first: then nothing is drawn
    if tilt(difficulty, solved, stratum) > 0:
        found = difficulty_order(difficulty, solved, stratum, seed=SEED)
    yield _check(run, FlagKind.DIFFICULTY_ORDER, found)


_TESTS = {FlagKind.BELOW_CHANCE: "below_chance/1", FlagKind.DIFFICULTY_ORDER: "difficulty_order/1"}


def _check(run: _Run, kind: FlagKind, found: Suspicion | None) -> FlagCheck:
    """`found` None: the data lean the other way."""
    manifest = run.parts[0].run.manifest
    runs = tuple(sorted(part.run.address for part in run.parts))
    evidence = Digest(f"sha256:{hashlib.sha256(' '.join(runs).encode()).hexdigest()}")
    return FlagCheck(
        id=Identifier(f"{kind.value}/{evidence.hex[:16]}"),
        kind=kind,
        subject=run.parts[0].subject,
        evaluation=manifest.evaluation,
        configuration=manifest.configuration,
        raised=found is not None and suspicious(found),
        words=in_words(kind, found) if found else "easier tasks are solved more, or there is no contrast",
        evidence=evidence,
        runs=runs,
        **(figures(found) or {"test": _TESTS[kind], "level": LEVEL}),
    )


# ----------------------------------------------------------------------------- read by assessment


def standing_flags(request: Request, evaluation: str) -> tuple[str, ...]:
    """Undisposed flags of the subject on an evaluation, in words (V5): whatever configuration they were seen in."""
    return tuple(
        f"flag {r.check.id}: {r.check.words}"
        for r in sorted(request.checks, key=lambda r: r.check.id)
        if r.check.raised and not r.disposed and r.check.evaluation == evaluation
    )


def looked_for(request: Request, evaluation: str) -> str:
    """One line for the reader: which checks were made, which were not; never a comfort."""
    made = {r.check.kind for r in request.checks if r.check.evaluation == evaluation}
    kinds = [kind for kind in FlagKind if kind is not FlagKind.STATED]
    done = ", ".join(_spelled(k) for k in kinds if k in made) or "none"
    left = ", ".join(_spelled(k) for k in kinds if k not in made) or "none"
    return f"checks for sandbagging and contamination made: {done}; not made: {left}; no flag adds no confidence"


def _spelled(kind: FlagKind) -> str:
    return kind.value.replace("_", " ")


def disposed_flags(request: Request, evaluation: str) -> tuple[str, ...]:
    """Flags that somebody has disposed of: they raise nothing and stay visible."""
    return tuple(
        f"a flag was raised and disposed of ({r.check.id}): {r.check.words}"
        for r in sorted(request.checks, key=lambda r: r.check.id)
        if r.check.raised and r.disposed and r.check.evaluation == evaluation
    )
