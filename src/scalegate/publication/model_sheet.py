"""One model's sheet: its verdict on every limit, its answer for every permission, and every reason.

For: pages and screens. Does not know: markup; how verdicts and decisions came about.

Verdicts are shown as they stand at the page's time: what has expired since it was recorded reads as expired.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal

from scalegate.policy.document import HorizonObservation, Permission, PolicyDocument
from scalegate.publication.chart import free_fit_text
from scalegate.publication.decision_line import DecisionLine, RestLine, decision_line
from scalegate.publication.roster import Asked, Row, limits_in_order
from scalegate.publication.words import (
    GRANTED,
    VERDICTS,
    Status,
    format_date,
    format_interval,
    format_measure,
    format_share,
    spelled,
)
from scalegate.verdict.verdict import ObservationResult, Verdict, VerdictKind


@dataclass(frozen=True, kw_only=True)
class ObservationLine:
    """What one observation contributed, in words a reader can check."""

    name: str
    evaluation: str
    status: Status
    direction: str
    relied_on: bool
    interval: str
    lines: str
    evidence: str
    notes: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class VerdictLine:
    """The verdict on one limit at the page's time."""

    limit: str
    limit_title: str
    limit_anchor: str
    hard_stop: bool
    status: Status
    rules: tuple[str, ...]
    reasons: tuple[str, ...]
    assumptions: tuple[str, ...]
    interval: str
    until: str
    until_because: str
    observations: tuple[ObservationLine, ...]


@dataclass(frozen=True, kw_only=True)
class ModelSheet:
    """One row of the matrix, and the sheet behind it; verdicts and decisions in the order of the columns."""

    number: int
    anchor: str
    label: str
    title: str
    subject: str
    identity: str
    released: str
    compute: str
    configuration: str
    parents: tuple[str, ...]
    verdicts: tuple[VerdictLine, ...]
    decisions: tuple[DecisionLine, ...]
    rests_on: tuple[RestLine, ...]

    @property
    def crossed(self) -> int:
        """How many limits count as crossed."""
        return sum(line.status.crossed for line in self.verdicts)


def model_sheet(policy: PolicyDocument, row: Row, asked: tuple[Asked, ...], as_of: datetime) -> ModelSheet:
    """The sheet of one row; `asked` are the columns."""
    lines = (decision_line(policy, key, row.decisions.get(key), as_of) for key in asked)
    decisions = tuple(_first_run(row, line) for line in lines)
    model = row.model
    return ModelSheet(
        number=row.number,
        anchor=f"model-{row.number}",
        label=row.label,
        title=row.title,
        subject=model.subject if model else "",
        identity=_identity(row),
        released=format_date(row.released) or "not stated",
        compute=str(model.effective_compute) if model and model.effective_compute else "unknown",
        configuration=row.configuration or "none recorded",
        parents=tuple(str(parent) for parent in model.parents) if model else (),
        verdicts=tuple(
            verdict_line(policy, limit, number, row.verdicts.get(limit), as_of)
            for number, limit in enumerate(limits_in_order(policy), 1)
        ),
        decisions=decisions,
        rests_on=_gathered(decisions),
    )


def _first_run(row: Row, line: DecisionLine) -> DecisionLine:
    """A run without any evaluated checkpoint may be granted up to its first due point, and says so (D4)."""
    seen = any(result.attempts for verdict in row.verdicts.values() for result in verdict.observations)
    if seen or line.permission != Permission.TRAIN or line.status is not GRANTED:
        return line
    return replace(line, note="no evidence yet")


def _identity(row: Row) -> str:
    if row.model is None:
        return "not listed among the models"
    return "identity not verifiable: only a provider's name" if row.model.opaque else "weights known by their digest"


# -------------------------------------------------------------------------------------- verdicts


def verdict_line(
    policy: PolicyDocument, limit: str, number: int, verdict: Verdict | None, as_of: datetime
) -> VerdictLine:
    """The verdict on a limit as it stands at `as_of`; without one it reads NOT RUN."""
    known = policy.limits[limit]
    kind = verdict.at(as_of) if verdict else VerdictKind.NOT_RUN
    results = verdict.observations if verdict else ()
    rules, reasons = _why(verdict, kind)
    return VerdictLine(
        limit=limit,
        limit_title=known.title,
        limit_anchor=f"limit-{number}",
        hard_stop=known.hard_stop,
        status=VERDICTS[kind],
        rules=rules,
        reasons=tuple(spelled(reason) for reason in reasons),
        assumptions=tuple(dict.fromkeys(a for r in results for a in r.assumptions)),
        interval=_interval(verdict),
        until=format_date(verdict.expires) if verdict and kind is verdict.kind else "",
        until_because=verdict.expires_because if verdict and kind is verdict.kind else "",
        observations=tuple(_observation(policy, limit, result) for result in results),
    )


def _interval(verdict: Verdict | None) -> str:
    """The governing bounds, or in a word why there are none."""
    governing = next((r for r in verdict.observations if r.observation == verdict.governing), None) if verdict else None
    if governing is None:
        return "no evidence" if verdict is None or not verdict.observations else ""
    if governing.lower is None and governing.upper is None:
        shown = governing.kind is VerdictKind.DANGER_SHOWN
        return "a verified success" if shown else "no evidence" if not governing.attempts else "no bounds"
    return format_interval(governing.measure, governing.lower, governing.upper)


def _why(verdict: Verdict | None, kind: VerdictKind) -> tuple[tuple[str, ...], tuple[str, ...]]:
    if verdict is None:
        return ("E1",), ("no verdict is recorded",)
    if kind is verdict.kind:
        return verdict.rules, verdict.reasons
    ended = verdict.held_from if kind.counts_as_crossed else verdict.expires
    because = f": {verdict.expires_because}" if verdict.expires_because else ""
    worn = f"recorded as {VERDICTS[verdict.kind].word} on {format_date(verdict.as_of)}; "
    worn += f"that ended on {format_date(ended)}{because}"
    return tuple(dict.fromkeys(("V7", *verdict.rules))), (worn, *verdict.reasons)


def _observation(policy: PolicyDocument, limit: str, result: ObservationResult) -> ObservationLine:
    numbered = result.lower is not None or result.upper is not None
    return ObservationLine(
        name=str(result.observation),
        evaluation=_evaluation(policy, result),
        status=VERDICTS[result.kind],
        direction=result.direction.value.replace("_", " ").replace("rule out", "rule-out"),
        relied_on=result.relied_on,
        interval=format_interval(result.measure, result.lower, result.upper) if numbered else "",
        lines=_lines(result),
        evidence=_evidence(result),
        notes=tuple(_notes(policy, limit, result)),
    )


def _evaluation(policy: PolicyDocument, result: ObservationResult) -> str:
    known = policy.evaluation.evaluations.get(result.evaluation)
    return known.title if known else str(result.evaluation)


def _lines(result: ObservationResult) -> str:
    if result.limit_value is None or result.alert_value is None:
        return ""
    alert, limit = (format_measure(result.measure, v) for v in (result.alert_value, result.limit_value))
    return f"alert {alert}, limit {limit}"


def _evidence(result: ObservationResult) -> str:
    if result.measure == "effective_compute":
        return "stated in models.yaml or recorded; no run is needed"
    parts = [f"{result.attempts:,} attempts at {result.tasks:,} tasks"] if result.attempts else ["no valid attempt"]
    parts += [f"{n:,} {word}" for n, word in _counts(result) if n]
    return ", ".join(parts)


def _counts(result: ObservationResult) -> Iterator[tuple[int, str]]:
    yield result.missing, "without valid outcome"
    invalid = result.invalid_runs + result.invalid_elsewhere
    yield invalid, "invalid runs" if invalid != 1 else "invalid run"
    yield result.abandoned_runs, "abandoned runs" if result.abandoned_runs != 1 else "abandoned run"


def _notes(policy: PolicyDocument, limit: str, result: ObservationResult) -> Iterator[str]:
    """Everything a reader needs to judge the bounds, each as a short clause."""
    observation = policy.limits[limit].observations.get(result.observation)
    if result.elicitation_shift:
        yield f"elicitation shift {result.elicitation_shift}"
    if result.effort_ratio is not None:
        yield f"effort {format_share(result.effort_ratio)} of the attacker's budget"
    if result.allowed_tokens is not None:
        yield f"the logs allowed {result.allowed_tokens:,} tokens an attempt"
    if result.median_failure_tokens is not None:
        yield f"failed attempts spent {result.median_failure_tokens:,} tokens (median)"
    if result.alpha_upper is not None and result.alpha_lower is not None:
        below, above = (format_share(1 - Decimal(alpha)) for alpha in (result.alpha_lower, result.alpha_upper))
        yield f"confidence {below} below, {above} above"
    if result.statistical_power is not None:
        yield f"statistical power {format_share(result.statistical_power)}"
    if result.envelope:
        yield f"stated envelope {result.envelope}"
    if isinstance(observation, HorizonObservation) and (fit := free_fit_text(observation, result.free_fit)):
        yield f"free fit, shown only: {fit}"
    if result.estimator:
        yield f"estimator {result.estimator}"


# ------------------------------------------------------------------------------------- decisions


def _gathered(decisions: tuple[DecisionLine, ...]) -> tuple[RestLine, ...]:
    """What all answers rest on, each thing once, with the permissions that rest on it."""
    found: dict[RestLine, list[str]] = {}
    for line in decisions:
        for rest in line.rests_on:
            found.setdefault(rest, []).append(line.name)
    return tuple(RestLine(**{**vars(rest), "for_permissions": tuple(names)}) for rest, names in found.items())
