"""What is wrong with a run, by name, and what that voids.

For: outcomes, publication. Does not know: policies, bounds, files.

A defect voids negatives, never positives (E3): the failures of the whole run, or of some attempts, stop counting.
Whatever stops counting is a registered attempt without a valid outcome, so it counts as a success in the upper
bound (E2). Every defect says why in words.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from scalegate.evidence.run import Attempt, EvalRun, LogHeader, Status, Suite
from scalegate.quantity import format_decimal, round_down

Key = tuple[str, int]  # task, attempt

_MEAN_TOLERANCE = Decimal("1e-6")
_MINUTES_TOLERANCE = Decimal("1e-6")


class DefectKind(StrEnum):
    """The names of what can be wrong with a run."""

    BYTES_MISSING = "bytes_missing"
    RUN_NOT_COMPLETED = "run_not_completed"
    HEADER_DISAGREES = "header_disagrees"
    DUPLICATE = "duplicate"
    CLOCK_ORDER = "clock_order"
    READER = "reader"
    OTHER_SCORER = "other_scorer"
    MIXED = "mixed"
    RETRIED = "retried"
    NOT_COVERED = "not_covered"
    UNREGISTERED_TASK = "unregistered_task"
    BEYOND_PLAN = "beyond_plan"
    OUT_OF_RANGE = "out_of_range"
    NO_SCORE = "no_score"
    NOT_COMPLETED = "not_completed"
    LIMIT_HIT = "limit_hit"
    IMPUTED = "imputed"
    ZERO_TOKENS = "zero_tokens"
    ZERO_SECONDS = "zero_seconds"
    NO_TRANSCRIPT = "no_transcript"
    RESCORED = "rescored"
    MINUTES_DISAGREE = "minutes_disagree"


# Names that a reader may put into a manifest, in words. A name that is not here voids all the same.
READER_DEFECTS = {
    "invalidated": "the log was marked as invalidated by those who ran it",
    "clock_order": "the log ends before it starts",
    "no_scores": "the log holds no scores",
    "summaries_disagree": "the log's summaries and its attempts are not the same ones",
    "weights_changed": "the weights were not those of the model any more when the run had ended",
    "unknown_log_version": "the log's version is not one that this reader knows",
    "no_attempts": "the log states a result for this evaluation and holds none of its attempts",
    "companion_absent": "a file that the harness writes beside the attempts is absent: they cannot be compared with it",
    "attempts_pooled": "several answers to one task were pooled into one score",
    "aggregates_disagree": "the log's own aggregates are not those of its attempts",
    "counts_disagree": "the log says another number of rows than its file of attempts has",
    "checksum_disagrees": "the file of attempts has another checksum than the log says",
    "grades_disagree": "scores and the log's own marks of right and wrong contradict each other",
    "result_unclear": "the attempts do not say to which of the log's results they belong",
    "duplicate_ids": "two attempts of the log have the same id",
    "weights_disagree": "the weights of an agent's runs do not add up to 1: rows were taken out or put in",
    "amended": "another version of it was recorded later",
    "amends": "it is another version of a recorded run that nobody has disposed of",
}


@dataclass(frozen=True, kw_only=True)
class Defect:
    """One defect of one run.

    Attributes:
        rule: the rule of the semantics behind it.
        reason: why, in words.
        voids_run: True when no failure of the run counts; False when only those of `attempts` do not.
        attempts: the (task, attempt) pairs concerned; empty when the run as a whole is.
        short: the reason without the names of single attempts, so that many of them can be said at once.
    """

    kind: DefectKind
    rule: str
    reason: str
    voids_run: bool
    attempts: frozenset[Key] = frozenset()
    short: str = ""


def defects_of(run: EvalRun, suite: Suite) -> tuple[Defect, ...]:
    """Every defect of a run against the suite it was registered on; those of the whole run first."""
    if run.attempts is None:
        why = run.problem or "the recorded bytes are absent or altered"
        return (Defect(kind=DefectKind.BYTES_MISSING, rule="E1", reason=why, voids_run=True),)
    return (*_of_run(run, run.attempts), *_scorer(run, suite), *_of_attempts(run.attempts, suite))


# ------------------------------------------------------------------------------ the run as a whole


def _of_run(run: EvalRun, attempts: tuple[Attempt, ...]) -> Iterator[Defect]:
    manifest = run.manifest
    if manifest.status is not Status.COMPLETED:
        yield whole_run(DefectKind.RUN_NOT_COMPLETED, "E3", f"the run ended as '{manifest.status}'")
    for name in manifest.defects:
        yield whole_run(DefectKind.READER, "E3", READER_DEFECTS.get(name, f"its reader reported '{name}'"))
    yield from _header(run, attempts)
    repeated = [key for key, count in Counter((a.task, a.attempt) for a in attempts).items() if count > 1]
    if repeated:
        reason = f"attempts that stand there more than once: {named(repeated)}"
        yield Defect(kind=DefectKind.DUPLICATE, rule="E3", reason=reason, voids_run=True, attempts=frozenset(repeated))
    yield from _clock(run, attempts)


def whole_run(kind: DefectKind, rule: str, reason: str) -> Defect:
    return Defect(kind=kind, rule=rule, reason=reason, voids_run=True)


def _header(run: EvalRun, attempts: tuple[Attempt, ...]) -> Iterator[Defect]:
    """E7: what the log's header says of its own attempts is compared, never used."""
    reported = run.manifest.reported
    if reported is None:
        return
    if reported.attempts is not None and reported.attempts != len(attempts):
        reason = f"its header says {reported.attempts} attempts, the log holds {len(attempts)}"
        yield whole_run(DefectKind.HEADER_DISAGREES, "E7", reason)
    if reported.mean is None:
        return
    found = tuple(mean_scores(attempts))
    if not any(_close(reported.mean, mean, _MEAN_TOLERANCE) for mean in found):
        shown = f"its attempts give {format_decimal(round_down(found[0]))}" if found else "no attempt has a score"
        reason = f"its header says a mean of {format_decimal(reported.mean)}, {shown}"
        yield whole_run(DefectKind.HEADER_DISAGREES, "E7", reason)


def mean_scores(attempts: Iterable[Attempt]) -> Iterator[Decimal]:
    """Mean of the scores by task, then of all attempts alike: harnesses differ in which they print."""
    by_task: dict[str, list[Decimal]] = {}
    for attempt in attempts:
        if attempt.score is not None and attempt.score.is_finite():
            by_task.setdefault(attempt.task, []).append(attempt.score)
    if not by_task:
        return
    means = [sum(scores, Decimal(0)) / len(scores) for scores in by_task.values()]
    yield sum(means, Decimal(0)) / len(means)
    count = sum(len(scores) for scores in by_task.values())
    yield sum((sum(scores, Decimal(0)) for scores in by_task.values()), Decimal(0)) / count


def _close(one: Decimal, other: Decimal, tolerance: Decimal) -> bool:
    return one.is_finite() and abs(one - other) <= tolerance * max(Decimal(1), abs(one))


def _clock(run: EvalRun, attempts: tuple[Attempt, ...]) -> Iterator[Defect]:
    """What cannot have happened in that order; above all, evidence that would seem younger than it is (V7)."""
    dated, ended = run.manifest.dated, header_of(run).ended
    if dated and run.recorded_at and dated > run.recorded_at:
        yield whole_run(DefectKind.CLOCK_ORDER, "V7", f"it is dated {dated:%Y-%m-%d}, after it was recorded")
    if dated and ended and ended < dated:
        yield whole_run(DefectKind.CLOCK_ORDER, "E3", "the run ends before it begins")
    begun = [((a.task, a.attempt), a.started_at) for a in attempts if a.started_at is not None]
    early = [key for key, at in begun if dated and at < dated]
    late = [key for key, at in begun if ended and at > ended]
    for keys, words in ((early, "before the run's own date"), (late, "after the run's own end")):
        if keys:
            reason = f"attempts that start {words}: {named(keys)}"
            yield Defect(
                kind=DefectKind.CLOCK_ORDER, rule="E3", reason=reason, voids_run=True, attempts=frozenset(keys)
            )


def header_of(run: EvalRun) -> LogHeader:
    return run.manifest.header or LogHeader()


def _scorer(run: EvalRun, suite: Suite) -> Iterator[Defect]:
    """E6: what counts as a success is registered with the suite; nobody chooses it once results are there.

    Successes by another scorer still count (E3): a wrong scorer is shown by rebuttal, not by a name (V8).
    """
    header = header_of(run)
    registered = [name.strip() for name in suite.scorer.split(",")]
    if suite.scorer and header.scorer and header.scorer not in registered:
        reason = f"it was read by the scorer {header.scorer!r}; the suite registers {suite.scorer[:80]!r}"
        yield whole_run(DefectKind.OTHER_SCORER, "E6", reason)
    elif not suite.scorer and header.scorers > 1:
        reason = f"{header.scorer!r} was chosen among {header.scorers} scorers, and the suite registers none"
        yield whole_run(DefectKind.OTHER_SCORER, "E6", reason)


# ---------------------------------------------------------------------------------- single attempts


_STATUS_WORDS = {
    Status.ERROR: "ended with an error",
    Status.CANCELLED: "were cancelled",
    Status.STARTED: "never ended",
    Status.UNKNOWN: "ended in an unknown way",
}


def _of_attempts(attempts: tuple[Attempt, ...], suite: Suite) -> Iterator[Defect]:
    found: dict[tuple[DefectKind, str, str], list[Key]] = {}
    for attempt in attempts:
        for kind, rule, words in _faults(attempt, suite):
            found.setdefault((kind, rule, words), []).append((attempt.task, attempt.attempt))
    for (kind, rule, words), keys in sorted(found.items()):
        reason = f"attempts that {words} ({len(keys)}): {named(keys)}"
        short = f"{len(keys)} attempts {words}"
        yield Defect(kind=kind, rule=rule, reason=reason, voids_run=False, attempts=frozenset(keys), short=short)


def _faults(attempt: Attempt, suite: Suite) -> Iterator[tuple[DefectKind, str, str]]:
    task = suite.tasks.get(attempt.task)
    if task is None:
        yield DefectKind.UNREGISTERED_TASK, "E3", "are at tasks that the suite does not have"
    elif attempt.attempt > suite.attempts_per_task:
        yield DefectKind.BEYOND_PLAN, "E3", f"are beyond the {suite.attempts_per_task} registered for each task"
    yield from _score_faults(attempt, suite)
    if attempt.status is Status.LIMIT:
        yield DefectKind.LIMIT_HIT, "E3", "were stopped by a limit"
    elif attempt.status is Status.IMPUTED:
        yield DefectKind.IMPUTED, "E3", "were never made: their scores were filled in"
    elif attempt.status is not Status.COMPLETED:
        yield DefectKind.NOT_COMPLETED, "E3", _STATUS_WORDS[attempt.status]
    stated = attempt.human_minutes
    if task and task.human_minutes and stated and not _close(task.human_minutes, stated, _MINUTES_TOLERANCE):
        yield DefectKind.MINUTES_DISAGREE, "E3", "state another human time than the suite"


def _score_faults(attempt: Attempt, suite: Suite) -> Iterator[tuple[DefectKind, str, str]]:
    limits = suite.score_range
    if attempt.score is None:
        yield DefectKind.NO_SCORE, "E2", "have no score"
    elif not limits.least <= attempt.score <= limits.greatest:
        span = f"{format_decimal(limits.least)} to {format_decimal(limits.greatest)}"
        yield DefectKind.OUT_OF_RANGE, "E2", f"have a score outside {span}"
    if attempt.tokens == 0:
        yield DefectKind.ZERO_TOKENS, "E3", "spent no tokens: what never happened is not evidence"
    if attempt.seconds is not None and attempt.seconds <= 0:
        yield DefectKind.ZERO_SECONDS, "E3", "took no time: what never happened is not evidence"
    if attempt.transcript is False:
        yield DefectKind.NO_TRANSCRIPT, "E3", "have no word of the model in the log"
    if attempt.rescored:
        yield DefectKind.RESCORED, "E3", "were given another score afterwards"


def named(keys: Iterable[Key]) -> str:
    ordered = sorted(keys)
    shown = ", ".join(f"{task} #{number}" for task, number in ordered[:3])
    return shown + (f" and {len(ordered) - 3} more" if len(ordered) > 3 else "")
