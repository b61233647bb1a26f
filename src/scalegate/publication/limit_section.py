"""One limit over all models: what it means, how many stand where, and each observation with its chart.

For: pages. Does not know: markup; permissions.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from scalegate.policy.document import PolicyDocument
from scalegate.publication.chart import ChartSource, chart_source, quantity
from scalegate.publication.model_sheet import ModelSheet
from scalegate.publication.roster import Row
from scalegate.publication.words import VERDICTS, Status, format_date
from scalegate.verdict.verdict import Verdict, VerdictKind


@dataclass(frozen=True, kw_only=True)
class ObservedLine:
    """What one observation came to for one model."""

    title: str
    status: Status
    evidence: str


@dataclass(frozen=True, kw_only=True)
class ObservationSection:
    """One observation of a limit: in words, and as a chart where its measure has lines."""

    name: str
    evaluation: str
    quantity: str
    direction: str
    relied_on: bool
    precursor: str
    chart: ChartSource | None
    lines: tuple[ObservedLine, ...]


@dataclass(frozen=True, kw_only=True)
class LimitSection:
    """One limit: what it means, where it stands on its ladder, what was seen."""

    id: str
    anchor: str
    title: str
    capability: str
    threat_model: str
    rung: str
    hard_stop: bool
    counts: tuple[tuple[Status, int], ...]
    invalid_runs: int
    abandoned_runs: int
    observations: tuple[ObservationSection, ...]


def limit_section(
    policy: PolicyDocument, name: str, number: int, rows: tuple[Row, ...], sheets: tuple[ModelSheet, ...]
) -> LimitSection:
    """The section of one limit over all rows; `number` counts from 1 in the order of the policy."""
    limit = policy.limits[name]
    threat = policy.threat_models.get(policy.threat_model_of(name) or "")
    tones = Counter(sheet.verdicts[number - 1].status.tone for sheet in sheets)
    runs = [runs_behind(row.verdicts[name]) for row in rows if name in row.verdicts]
    return LimitSection(
        id=name,
        anchor=f"limit-{number}",
        title=limit.title,
        capability=limit.capability,
        threat_model=threat.title if threat else "no threat model names it",
        rung=f"rung {threat.ladder.index(name) + 1} of {len(threat.ladder)}" if threat else "",
        hard_stop=limit.hard_stop,
        counts=tuple((status, tones[status.tone]) for status in VERDICTS.values() if tones[status.tone]),
        invalid_runs=sum(invalid for invalid, _ in runs),
        abandoned_runs=sum(abandoned for _, abandoned in runs),
        observations=tuple(
            _observation(policy, name, seen, f"plot-{number}-{place}", rows, sheets)
            for place, seen in enumerate(limit.observations, 1)
        ),
    )


def runs_behind(verdict: Verdict) -> tuple[int, int]:
    """Invalid and abandoned runs behind a verdict (E4): those of an evaluation once, whatever reads it."""
    found: dict[str, tuple[int, int]] = {}
    for seen in verdict.observations:
        known = found.get(seen.evaluation, (0, 0))
        invalid = seen.invalid_runs + seen.invalid_elsewhere
        found[seen.evaluation] = (max(known[0], invalid), max(known[1], seen.abandoned_runs))
    return sum(invalid for invalid, _ in found.values()), sum(abandoned for _, abandoned in found.values())


def _observation(
    policy: PolicyDocument, limit: str, name: str, anchor: str, rows: tuple[Row, ...], sheets: tuple[ModelSheet, ...]
) -> ObservationSection:
    seen = policy.limits[limit].observations[name]
    evaluation = policy.evaluation.evaluations.get(getattr(seen, "evaluation", ""))
    precursor = getattr(seen, "precursor", None)
    direction = getattr(seen, "direction", "demonstration" if seen.measure == "existence" else "judgement")
    return ObservationSection(
        name=name,
        evaluation=evaluation.title if evaluation else str(getattr(seen, "evaluation", "")),
        quantity=quantity(seen),
        direction=str(direction).replace("rule_out_proxy", "rule-out proxy"),
        relied_on=getattr(seen, "relied_on", False),
        precursor=f"{precursor.argument} ({precursor.author}, until {format_date(precursor.ends)})"
        if precursor
        else "",
        chart=chart_source(policy, limit, name, rows, anchor=anchor),
        lines=tuple(_observed(sheet, limit, name) for sheet in sheets),
    )


def _observed(sheet: ModelSheet, limit: str, observation: str) -> ObservedLine:
    verdict = next(v for v in sheet.verdicts if v.limit == limit)
    line = next((o for o in verdict.observations if o.name == observation), None)
    if line is None:
        return ObservedLine(title=sheet.title, status=VERDICTS[VerdictKind.NOT_RUN], evidence="no run is recorded")
    return ObservedLine(title=sheet.title, status=line.status, evidence=line.evidence)
