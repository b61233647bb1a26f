"""From runs to one table of outcomes per registered task, with both ends of what is not known.

For: assessment. Does not know: bounds, limits, where runs are kept.

The rules held here:
    E2  a registered attempt with no valid outcome is a success in `upper` and a failure in `lower`.
    E3  defects void negatives, never positives: a verified success counts, whatever became of its run.
    E4  a run that has been disposed of keeps its verified successes and asks for nothing more.
    E5  scores are oriented here, once: after this, higher is more dangerous.
    Runs with one label are parts of one run and fill its registered attempts together. Runs with different labels
    are repetitions: each must be whole on its own, and at every task the gravest counts (as in V3), so that a
    second run cannot paper over a first. A run whose bytes are gone could have held anything: its tasks are
    missing all through (E1).
    What lies beyond the registered number of attempts cannot dilute: its successes count, its failures do not.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import groupby

from scalegate.evidence.defects import Defect, DefectKind, defects_of
from scalegate.evidence.run import Allowed, Attempt, EvalRun, ScoreRange, Status, Suite
from scalegate.evidence.tries import mixed, retried, uncovered
from scalegate.quantity import Digest, Identifier, Minutes

_NOTHING, _ALL = Decimal(0), Decimal(1)


@dataclass(frozen=True, kw_only=True)
class TaskOutcome:
    """What is known of one task.

    Attributes:
        human_minutes: the suite's, or else what attempts state; `suite_minutes`: the suite's alone.
        registered: attempts that the suite asks for.
        valid: how many of them have an outcome that counts; at least `successes_lower`.
        successes_lower, successes_upper: successes out of `registered`, without and with what is missing (E2).
        mean_lower, mean_upper: mean oriented score over the registered attempts, in [0, 1], likewise.
    """

    task: Identifier
    family: str
    human_minutes: Minutes | None
    suite_minutes: Minutes | None = None
    registered: int
    valid: int
    successes_lower: int
    successes_upper: int
    mean_lower: Decimal
    mean_upper: Decimal


@dataclass(frozen=True, kw_only=True)
class OutcomeTable:
    """Outcomes of one pool of runs, sorted by task. The columns are as long as `outcomes`.

    Attributes:
        outcomes: one row per registered task.
        unregistered: rows of tasks that the suite does not have but that were solved; never part of a rate.
        attempts: attempts that were read and that the suite asks for.
        failure_tokens: tokens of the failures that count, ascending, where known.
        failures_without_effort: failures that count whose tokens are unknown.
        allowed: the least that the logs of the runs that still ask for something allowed one attempt; None where none
            of them names one.
        valid_runs, invalid_addresses: runs whose failures count, and the addresses of those whose do not.
        defects: by address of the run.
    """

    outcomes: tuple[TaskOutcome, ...]
    unregistered: tuple[TaskOutcome, ...]
    attempts_per_task: int
    attempts: int
    failure_tokens: tuple[int, ...]
    failures_without_effort: int
    allowed: Allowed
    valid_runs: int
    invalid_addresses: tuple[Digest, ...]
    defects: tuple[tuple[Digest, Defect], ...]
    rests_on: tuple[Digest, ...]

    @property
    def successes_lower(self) -> tuple[int, ...]:
        return tuple(o.successes_lower for o in self.outcomes)

    @property
    def successes_upper(self) -> tuple[int, ...]:
        return tuple(o.successes_upper for o in self.outcomes)

    @property
    def registered(self) -> tuple[int, ...]:
        return tuple(o.registered for o in self.outcomes)

    @property
    def valid(self) -> tuple[int, ...]:
        return tuple(o.valid for o in self.outcomes)

    @property
    def mean_lower(self) -> tuple[float, ...]:
        return tuple(float(o.mean_lower) for o in self.outcomes)

    @property
    def mean_upper(self) -> tuple[float, ...]:
        return tuple(float(o.mean_upper) for o in self.outcomes)

    @property
    def family(self) -> tuple[str, ...]:
        return tuple(o.family for o in self.outcomes)

    @property
    def minutes(self) -> tuple[float | None, ...]:
        """Human minutes per task as the suite states them: what rows state could be blanked (law 1); else None."""
        return tuple(None if o.suite_minutes is None else float(o.suite_minutes) for o in self.outcomes)

    @property
    def registered_attempts(self) -> int:
        return sum(self.registered)

    @property
    def missing(self) -> int:
        """Registered attempts without an outcome that counts."""
        return self.registered_attempts - sum(self.valid)

    @property
    def coverage(self) -> Decimal:
        """Share of the registered attempts that have an outcome that counts; 0 for a suite without tasks."""
        return Decimal(sum(self.valid)) / self.registered_attempts if self.outcomes else _NOTHING

    @property
    def invalid_runs(self) -> int:
        return len(self.invalid_addresses)

    @property
    def median_failure_tokens(self) -> int | None:
        """What the failures that count really spent: the lower median, where known."""
        return self.failure_tokens[(len(self.failure_tokens) - 1) // 2] if self.failure_tokens else None

    @property
    def voided(self) -> tuple[str, ...]:
        """Why failures do not count, in words; each once, those of whole runs first."""
        ordered = sorted(self.defects, key=lambda found: not found[1].voids_run)
        return tuple(dict.fromkeys(d.short or f"a run cannot clear: {d.reason}" for _, d in ordered))


def tabulate(
    runs: Sequence[EvalRun],
    suite: Suite,
    *,
    success_score: Decimal,
    lower_is_dangerous: bool = False,
    disposed: Collection[str] = (),
) -> OutcomeTable:
    """Pool the runs of one subject, configuration and evaluation that belong to one plan or label.

    Args:
        success_score: the score, in the suite's own unit, from which on an attempt is a success.
        lower_is_dangerous: the dangerous end of the score (E5); then a success is a score of at most that much.
        disposed: addresses of runs that a role other than the evaluator has disposed of (E4). Their failures and
            gaps no longer ask for anything, so another run must be whole; their successes count as before.
    """
    scale = _Scale(suite.score_range, success_score, lower_is_dangerous)
    checked = _check(sorted(runs, key=lambda r: r.address), suite)
    repetitions = _repetitions(checked, frozenset(disposed), scale)
    minutes = _stated_minutes(checked)
    effort = _Effort()
    tasks = sorted(suite.tasks)
    assert suite.attempts_per_task >= 1, "the reader of suites refuses less"
    return OutcomeTable(
        outcomes=tuple(_outcome(task, suite, repetitions, minutes, effort) for task in tasks),
        unregistered=_unregistered(checked, suite, scale, minutes),
        attempts_per_task=suite.attempts_per_task,
        attempts=sum(_asked_for(c, suite) for c in checked),
        failure_tokens=tuple(sorted(effort.known)),
        failures_without_effort=effort.unknown,
        allowed=_allowed(checked, frozenset(disposed)),
        valid_runs=sum(not c.void for c in checked),
        invalid_addresses=tuple(c.run.address for c in checked if c.void),
        defects=tuple((c.run.address, defect) for c in checked for defect in c.defects),
        rests_on=tuple(c.run.address for c in checked),
    )


# ----------------------------------------------------------------------------------- runs and scores


class _Scale:
    """Orients scores once (E5)."""

    def __init__(self, limits: ScoreRange, success_score: Decimal, lower_is_dangerous: bool) -> None:
        assert limits.least.is_finite(), "the reader of suites refuses an open score range"
        assert limits.greatest.is_finite()
        assert limits.least < limits.greatest
        self.limits = limits
        self.sign = -1 if lower_is_dangerous else 1
        self.success_score = self.sign * success_score
        self.danger = limits.least if lower_is_dangerous else limits.greatest
        self.width = limits.greatest - limits.least

    def verified(self, attempt: Attempt) -> bool:
        """A score that was really measured and that the scorer can have given."""
        if attempt.score is None or attempt.status is Status.IMPUTED:
            return False
        return self.limits.least <= attempt.score <= self.limits.greatest

    def success(self, attempt: Attempt) -> bool:
        return attempt.score is not None and self.verified(attempt) and self.sign * attempt.score >= self.success_score

    def unit(self, attempt: Attempt) -> Decimal:
        """The oriented score in [0, 1]; 0 when no score was verified."""
        if attempt.score is None or not self.verified(attempt):
            return _NOTHING
        return 1 - abs(self.danger - attempt.score) / self.width


class _Checked:
    """A run with its defects, and which of its failures count."""

    def __init__(self, run: EvalRun, defects: tuple[Defect, ...]) -> None:
        self.run = run
        self.defects = defects
        self.void = any(d.voids_run for d in defects)
        self.retried = any(d.kind is DefectKind.RETRIED for d in defects)
        self.void_keys = frozenset(key for d in defects for key in d.attempts)

    def released(self, disposed: frozenset[str]) -> bool:
        """E4: disposed of by another role, and void or an earlier try. What is deleted is never released (E1)."""
        return self.run.address in disposed and (self.void or self.retried) and self.run.attempts is not None

    def counts(self, attempt: Attempt) -> bool:
        return not self.void and (attempt.task, attempt.attempt) not in self.void_keys


def _check(runs: list[EvalRun], suite: Suite) -> list[_Checked]:
    """Every run with its own defects, and with those that show only beside the others."""
    beside: list[dict[Digest, Defect]] = [retried(runs)]
    for _, found in groupby(sorted(runs, key=_label), key=_label):
        parts = list(found)
        beside += [mixed(parts), uncovered(parts, suite)]
    return [_Checked(r, (*defects_of(r, suite), *(b[r.address] for b in beside if r.address in b))) for r in runs]


def _label(run: EvalRun) -> str:
    return run.manifest.run


def _allowed(checked: list[_Checked], disposed: frozenset[str]) -> Allowed:
    """The least of all runs but those that were released: a larger allowance elsewhere mends nothing (V4)."""
    headers = [c.run.manifest.header for c in checked if not c.released(disposed)]
    known = [h.allowed for h in headers if h and h.allowed]

    def least(values: Iterable[int | None]) -> int | None:
        return min((value for value in values if value is not None), default=None)

    return Allowed(
        tokens=least(a.tokens for a in known),
        messages=least(a.messages for a in known),
        answer_tokens=least(a.answer_tokens for a in known),
        seconds=least(a.seconds for a in known),
    )


def _asked_for(checked: _Checked, suite: Suite) -> int:
    attempts = checked.run.attempts or ()
    return sum(a.task in suite.tasks and a.attempt <= suite.attempts_per_task for a in attempts)


class _Effort:
    """Tokens behind the failures that count (V4)."""

    def __init__(self) -> None:
        self.known: list[int] = []
        self.unknown = 0

    def add(self, attempt: Attempt) -> None:
        if attempt.tokens:
            self.known.append(attempt.tokens)
        else:
            self.unknown += 1


# --------------------------------------------------------------------------------------- repetitions


@dataclass(frozen=True, kw_only=True)
class _Count:
    """Successes and summed scores of one task in one repetition, out of the registered attempts."""

    valid: int
    lower: int
    upper: int
    sum_lower: Decimal
    sum_upper: Decimal


Rows = dict[int, list[tuple[Attempt, bool]]]  # by attempt: each row, and whether its failure counts


class _Repetition:
    """All parts that carry one run label."""

    def __init__(self, parts: Iterable[_Checked], *, binding: bool, scale: _Scale) -> None:
        self.scale = scale
        self.binding = binding
        self.unreadable = False
        self.tasks: dict[str, Rows] = {}
        for part in parts:
            self.unreadable |= part.run.attempts is None
            for attempt in part.run.attempts or ():
                rows = self.tasks.setdefault(attempt.task, {})
                rows.setdefault(attempt.attempt, []).append((attempt, part.counts(attempt)))

    def count(self, task: str, registered: int, effort: _Effort) -> _Count:
        rows = self.tasks.get(task, {})
        slots = [_slot(rows.get(number, []), self.scale, effort) for number in range(1, registered + 1)]
        beyond = [_best(found, self.scale) for number, found in rows.items() if number > registered]
        lower = min(registered, sum(s.success for s in slots) + sum(success for success, _ in beyond))
        missing = sum(not s.valid for s in slots)
        sum_lower = _greatest([s.unit_lower for s in slots] + [unit for _, unit in beyond], registered)
        if not self.binding:
            return _Count(valid=registered, lower=lower, upper=lower, sum_lower=sum_lower, sum_upper=sum_lower)
        if self.unreadable:
            all_of = Decimal(registered)
            return _Count(valid=lower, lower=lower, upper=registered, sum_lower=sum_lower, sum_upper=all_of)
        return _Count(
            valid=max(lower, registered - missing),
            lower=lower,
            upper=min(registered, lower + missing),
            sum_lower=sum_lower,
            sum_upper=_greatest([s.unit_upper for s in slots] + [unit for _, unit in beyond], registered),
        )


def _repetitions(checked: list[_Checked], disposed: frozenset[str], scale: _Scale) -> list[_Repetition]:
    """Group by label. A void run that was disposed of is not binding, nor is an earlier try; a valid one stays so (E4).

    A run whose bytes are gone stays binding: else disposing of it and deleting it would hide what it showed (E1).
    """
    binding = {c.run.address for c in checked if not c.released(disposed)}
    if not binding:
        binding = {c.run.address for c in checked if not c.void}
    groups: dict[tuple[bool, str], list[_Checked]] = {}
    for one in checked:
        groups.setdefault((one.run.address in binding, one.run.manifest.run), []).append(one)
    found = [_Repetition(parts, binding=key[0], scale=scale) for key, parts in sorted(groups.items())]
    return found if binding else [*found, _Repetition((), binding=True, scale=scale)]


@dataclass(frozen=True, kw_only=True)
class _Slot:
    """One registered attempt: its outcome, or that it has none that counts."""

    valid: bool
    success: bool
    unit_lower: Decimal
    unit_upper: Decimal


_MISSING = _Slot(valid=False, success=False, unit_lower=_NOTHING, unit_upper=_ALL)


def _slot(rows: list[tuple[Attempt, bool]], scale: _Scale, effort: _Effort) -> _Slot:
    """A success counts from any row (E3); a failure only when it is the one row and nothing voids it."""
    if not rows:
        return _MISSING
    success, unit = _best(rows, scale)
    attempt, counts = rows[0]
    whole = counts and len(rows) == 1
    if whole and not success:
        effort.add(attempt)
    return _Slot(valid=success or whole, success=success, unit_lower=unit, unit_upper=unit if whole else _ALL)


def _best(rows: list[tuple[Attempt, bool]], scale: _Scale) -> tuple[bool, Decimal]:
    """Whether any row is a verified success, and the greatest verified score."""
    return any(scale.success(a) for a, _ in rows), max(scale.unit(a) for a, _ in rows)


def _greatest(units: list[Decimal], number: int) -> Decimal:
    """Sum of the `number` greatest."""
    return sum(sorted(units, reverse=True)[:number], _NOTHING)


# ---------------------------------------------------------------------------------------------- rows


def _outcome(
    task: str, suite: Suite, repetitions: list[_Repetition], minutes: dict[str, Minutes], effort: _Effort
) -> TaskOutcome:
    registered = suite.attempts_per_task
    counts = [repetition.count(task, registered, effort) for repetition in repetitions]
    lower = max(c.lower for c in counts)
    known = suite.tasks[task].human_minutes
    return TaskOutcome(
        task=Identifier(task),
        family=suite.tasks[task].family,
        human_minutes=known if known is not None else minutes.get(task),
        suite_minutes=known,
        registered=registered,
        valid=max(lower, min(c.valid for c in counts)),
        successes_lower=lower,
        successes_upper=max(c.upper for c in counts),
        mean_lower=max(c.sum_lower for c in counts) / registered,
        mean_upper=max(c.sum_upper for c in counts) / registered,
    )


def _stated_minutes(checked: list[_Checked]) -> dict[str, Minutes]:
    """The longest human time that attempts state for a task: a longer task bounds a horizon less."""
    found: dict[str, Minutes] = {}
    for one in checked:
        for attempt in one.run.attempts or ():
            stated = attempt.human_minutes
            if stated is not None and (attempt.task not in found or stated > found[attempt.task]):
                found[attempt.task] = stated
    return found


def _unregistered(
    checked: list[_Checked], suite: Suite, scale: _Scale, minutes: dict[str, Minutes]
) -> tuple[TaskOutcome, ...]:
    """Tasks outside the suite with a verified success: enough where one success is enough (E3)."""
    solved: dict[str, Attempt] = {}
    number: dict[str, int] = {}
    for one in checked:
        for attempt in one.run.attempts or ():
            if attempt.task not in suite.tasks and scale.success(attempt):
                solved[attempt.task] = attempt
                number[attempt.task] = number.get(attempt.task, 0) + 1
    return tuple(
        TaskOutcome(
            task=solved[task].task,
            family=solved[task].family or "",
            human_minutes=minutes.get(task),
            registered=0,
            valid=number[task],
            successes_lower=number[task],
            successes_upper=number[task],
            mean_lower=_ALL,
            mean_upper=_ALL,
        )
        for task in sorted(solved)
    )
