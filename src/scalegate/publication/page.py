"""The report page as values: everything a renderer shows, in the order in which it is shown.

For: the HTML report and the terminal screens, which must say the same. Does not know: markup, colour, files,
clocks, or anything that is not in the record.

The order is part of the design: what was not tested and what is not claimed come before any verdict
(invariant 1), and whether the policy was followed stands apart from whether the risk is acceptable
(invariant 10).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from scalegate.decision.decision import Decision
from scalegate.decision.dossier import Waiver
from scalegate.evidence.run import Model
from scalegate.policy.document import Permission, PolicyDocument
from scalegate.publication.chart import ChartSource, chart_source, quantity
from scalegate.publication.foot import RecordFoot
from scalegate.publication.legible import make_legible
from scalegate.publication.model_sheet import DecisionLine, ModelSheet, column_name, decision_line, model_sheet
from scalegate.publication.not_tested import NotTestedGroup, NotTestedItem, not_tested_groups
from scalegate.publication.roster import Asked, Row, asked_about, roster
from scalegate.publication.rules import rule_order, sentence
from scalegate.publication.words import (
    CLAIMS,
    GRANTED,
    HELD,
    PERMISSIONS,
    VERDICTS,
    WAIVED,
    Status,
    count,
    format_date,
    join,
)
from scalegate.quantity import format_instant
from scalegate.verdict.verdict import Verdict, VerdictKind

__all__ = ["DecisionPage", "RecordFoot", "ReportPage", "decision_page", "report_page"]


@dataclass(frozen=True, kw_only=True)
class Column:
    """A permission and mode that was asked about: one column of the matrix, with its counts."""

    name: str
    permission: str
    meaning: str
    granted: int
    held: int
    waived: int


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


@dataclass(frozen=True, kw_only=True)
class RuleWord:
    """A rule that the page cites, in one sentence."""

    id: str
    sentence: str


@dataclass(frozen=True, kw_only=True)
class WaiverLine:
    """A recorded departure from the policy."""

    id: str
    subject: str
    permission: str
    limit: str
    reason: str
    approvers: str
    since: str
    until: str
    state: str


@dataclass(frozen=True, kw_only=True)
class FootPage:
    """The foot: policy, record, keys, and how to check them."""

    policy_title: str
    policy_version: str
    policy_digest: str
    origin: str
    size: int
    root: str
    checkpoint: str
    keys: str
    witnesses: str
    max_lease: str
    verify: str


@dataclass(frozen=True, kw_only=True)
class ReportPage:
    """A whole report. `banners` stand above everything; `not_tested` comes next."""

    title: str
    developer: str
    version: str
    as_of: str
    banners: tuple[str, ...]
    not_tested: tuple[NotTestedGroup, ...]
    claims: tuple[str, ...]
    summary: str
    followed: tuple[str, ...]
    acceptable: tuple[str, ...]
    legend: tuple[Status, ...]
    answers: tuple[Status, ...]
    columns: tuple[Column, ...]
    limits: tuple[LimitSection, ...]
    models: tuple[ModelSheet, ...]
    gate_words: str
    waivers: tuple[WaiverLine, ...]
    rules: tuple[RuleWord, ...]
    foot: FootPage

    def rule(self, rule: str) -> str:
        """The sentence of a rule, for tooltips."""
        return sentence(rule)


@dataclass(frozen=True, kw_only=True)
class DecisionPage:
    """One answer of the gate, with what was not tested before it."""

    title: str
    model: str
    configuration: str
    as_of: str
    banners: tuple[str, ...]
    not_tested: tuple[NotTestedItem, ...]
    claims: tuple[str, ...]
    decision: DecisionLine
    rules: tuple[RuleWord, ...]


def report_page(
    policy: PolicyDocument,
    verdicts: Iterable[Verdict],
    decisions: Iterable[Decision],
    models: Mapping[str, Model],
    foot: RecordFoot,
    *,
    as_of: datetime,
    replay: bool,
) -> ReportPage:
    """Everything that a report shows about the record at `as_of`.

    Args:
        policy: the document in force.
        verdicts, decisions: recorded ones; the latest for each model, configuration and question is shown,
            aged to `as_of`; later ones are left out.
        models: label to model; a model without any verdict is shown as such.
        foot: the state of the record.
        as_of: the page's time; `replay` stamps it as another clock than the system's (D16).
    """
    rows = roster(verdicts, decisions, models, as_of)
    asked = asked_about(rows)
    sheets = tuple(model_sheet(policy, row, asked, as_of) for row in rows)
    limits = tuple(_limit(policy, name, number, rows, sheets) for number, name in enumerate(policy.limits, 1))
    columns = tuple(_column(key, sheets, position) for position, key in enumerate(asked))
    page = ReportPage(
        title=policy.title,
        developer=policy.developer,
        version=policy.version,
        as_of=format_instant(as_of),
        banners=banners(as_of, replay=replay, demo_keys=foot.demo_keys),
        not_tested=not_tested_groups(policy, rows, as_of),
        claims=CLAIMS,
        summary=_summary(sheets, limits, columns, as_of),
        followed=tuple(_followed(policy, foot, as_of)),
        acceptable=_acceptable(sheets),
        legend=tuple(VERDICTS.values()),
        answers=(HELD, WAIVED, GRANTED),
        columns=columns,
        limits=limits,
        models=sheets,
        gate_words=_gate_words(foot),
        waivers=tuple(_waiver(policy, waiver, as_of) for waiver in foot.waivers),
        rules=_rules(sheets),
        foot=_foot(policy, foot),
    )
    return make_legible(page)


def decision_page(
    policy: PolicyDocument,
    decision: Decision,
    models: Mapping[str, Model],
    *,
    as_of: datetime,
    replay: bool,
    demo_keys: bool = False,
) -> DecisionPage:
    """One decision for a screen: what was not tested comes first here too."""
    question = decision.question
    line = decision_line(policy, (question.permission, question.mode), decision, as_of)
    model = models.get(question.model)
    titles = {name: threat.title for name, threat in policy.threat_models.items()}
    items = (
        NotTestedItem(threat_model=n.threat_model, what=titles.get(n.threat_model, n.threat_model), why=n.why)
        for n in decision.not_tested
    )
    page = DecisionPage(
        title=policy.title,
        model=model.title if model else str(question.model),
        configuration=str(question.configuration),
        as_of=format_instant(as_of),
        banners=banners(as_of, replay=replay, demo_keys=demo_keys),
        not_tested=tuple(items),
        claims=CLAIMS,
        decision=line,
        rules=_sentences({blocker.rule for blocker in line.blockers}),
    )
    return make_legible(page)


def banners(as_of: datetime, *, replay: bool, demo_keys: bool) -> tuple[str, ...]:
    """Stamps that no reader may miss."""
    stamps = []
    if replay:
        stamps.append(f"REPLAY AS OF {format_instant(as_of)}: nothing here was decided or issued")
    if demo_keys:
        stamps.append("DEMO KEYS: anybody can make these signatures, so they prove nothing")
    return tuple(stamps)


# ----------------------------------------------------------------------------- words of the head


def _summary(
    sheets: tuple[ModelSheet, ...], limits: tuple[LimitSection, ...], columns: tuple[Column, ...], as_of: datetime
) -> str:
    crossed = sum(sheet.crossed > 0 for sheet in sheets)
    shown = sum(any(v.status.tone == "danger-shown" for v in sheet.verdicts) for sheet in sheets)
    text = (
        f"As of {format_date(as_of)} this page covers {count(len(sheets), 'model')} and {count(len(limits), 'limit')}. "
    )
    text += f"At least one limit counts as crossed for {count(crossed, 'model')}; danger has been shown for "
    text += f"{shown}. " if shown else "none. "
    answers = [f"{c.name} {c.granted} granted and {c.held} held{_waived_words(c.waived)}" for c in columns]
    return text + (f"Of the permissions asked about: {'; '.join(answers)}." if answers else "No permission was asked.")


def _waived_words(waived: int) -> str:
    return f" ({waived} of them under a waiver)" if waived else ""


def _followed(policy: PolicyDocument, foot: RecordFoot, as_of: datetime) -> Iterable[str]:
    yield _gate_words(foot)
    active = [w for w in foot.waivers if w.since <= as_of < w.until]
    yield f"{count(len(active), 'waiver')} in force: recorded departures from the policy, shown as held."
    relaxed = policy.evaluation.relaxations
    names = join([r.requirement.value.replace("_", " ") for r in relaxed])
    yield (
        f"The policy itself relaxes {count(len(relaxed), 'requirement')} ({names})."
        if relaxed
        else "The policy relaxes none of the requirements that it could."
    )
    yield "This shows what the record says. Acts that nobody recorded are not visible here."


def _gate_words(foot: RecordFoot) -> str:
    asked = foot.times_held + foot.times_granted + foot.times_waived
    if not asked:
        return "The record holds no answer of the gate."
    return (
        f"In this record the gate has answered {count(asked, 'time')}: it said no {count(foot.times_held, 'time')}, "
        f"granted {count(foot.times_granted, 'time')}, and held under a waiver {count(foot.times_waived, 'time')}."
    )


def _acceptable(sheets: tuple[ModelSheet, ...]) -> tuple[str, ...]:
    over = [
        f"{sheet.title}, {line.name}"
        for sheet in sheets
        if sheet.crossed
        for line in sheet.decisions
        if line.status is GRANTED and any(r.ground == "risk statement" for r in line.rests_on)
    ]
    first = "The rules above do not answer this. It is a judgement that named people have to make and sign."
    if over:
        stated = f"{count(len(over), 'grant')} while a limit counts as crossed, with protections in force and "
        return first, stated + f"a signed statement of what its authors believe may happen: {'; '.join(over)}."
    return first, "No grant on this page stands on a limit that counts as crossed, so no risk statement was due."


# ------------------------------------------------------------------------------------- sections


def _column(key: Asked, sheets: tuple[ModelSheet, ...], position: int) -> Column:
    tones = Counter(sheet.decisions[position].status.tone for sheet in sheets)
    return Column(
        name=column_name(key),
        permission=key[0].value,
        meaning=PERMISSIONS[Permission(key[0])][1],
        granted=tones["granted"],
        held=tones["held"] + tones["waived"],
        waived=tones["waived"],
    )


def _limit(
    policy: PolicyDocument, name: str, number: int, rows: tuple[Row, ...], sheets: tuple[ModelSheet, ...]
) -> LimitSection:
    limit = policy.limits[name]
    threat = policy.threat_models.get(policy.threat_model_of(name) or "")
    tones = Counter(sheet.verdicts[number - 1].status.tone for sheet in sheets)
    results = [r for row in rows if name in row.verdicts for r in row.verdicts[name].observations]
    return LimitSection(
        id=name,
        anchor=f"limit-{number}",
        title=limit.title,
        capability=limit.capability,
        threat_model=threat.title if threat else "no threat model names it",
        rung=f"rung {threat.ladder.index(name) + 1} of {len(threat.ladder)}" if threat else "",
        hard_stop=limit.hard_stop,
        counts=tuple((status, tones[status.tone]) for status in VERDICTS.values() if tones[status.tone]),
        invalid_runs=sum(r.invalid_runs for r in results),
        abandoned_runs=sum(r.abandoned_runs for r in results),
        observations=tuple(
            _observation(policy, name, seen, f"plot-{number}-{place}", rows, sheets)
            for place, seen in enumerate(limit.observations, 1)
        ),
    )


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
        precursor=f"{precursor.argument} ({precursor.author}, until {format_date(precursor.expires)})"
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


def _rules(sheets: tuple[ModelSheet, ...]) -> tuple[RuleWord, ...]:
    used = {rule for sheet in sheets for verdict in sheet.verdicts for rule in verdict.rules}
    used |= {blocker.rule for sheet in sheets for line in sheet.decisions for blocker in line.blockers}
    return _sentences(used)


def _sentences(used: set[str]) -> tuple[RuleWord, ...]:
    return tuple(RuleWord(id=rule, sentence=sentence(rule)) for rule in sorted(used, key=rule_order))


# ----------------------------------------------------------------------------------------- foot


def _waiver(policy: PolicyDocument, waiver: Waiver, as_of: datetime) -> WaiverLine:
    limit = policy.limits.get(waiver.limit)
    return WaiverLine(
        id=waiver.id,
        subject=waiver.subject,
        permission=PERMISSIONS[waiver.permission][0],
        limit=limit.title if limit else str(waiver.limit),
        reason=waiver.reason,
        approvers=", ".join(f"{a.principal} ({a.role})" for a in waiver.approvers),
        since=format_date(waiver.since),
        until=format_date(waiver.until),
        state="not begun" if as_of < waiver.since else "in force" if as_of < waiver.until else "ended",
    )


def _foot(policy: PolicyDocument, foot: RecordFoot) -> FootPage:
    outside = foot.outside_witnesses
    lone = "outside witnesses: 0 → shows order and integrity, not independence"
    return FootPage(
        policy_title=policy.title,
        policy_version=policy.version,
        policy_digest=str(foot.policy_digest),
        origin=foot.origin,
        size=foot.size,
        root=str(foot.root),
        checkpoint=foot.checkpoint,
        keys=f"parties holding keys: {foot.key_parties}",
        witnesses=lone if outside == 0 else f"outside witnesses: {outside}",
        max_lease=f"{policy.response.max_lease}: the longest that a grant outlives a pause which its holder cannot see",
        verify="scalegate log verify",
    )
