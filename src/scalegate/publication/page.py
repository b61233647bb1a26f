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
from dataclasses import dataclass, fields, is_dataclass, replace
from datetime import datetime
from typing import TypeVar

from scalegate.decision.decision import Decision
from scalegate.evidence.run import Model
from scalegate.policy.document import DocumentKind, Permission, PolicyDocument
from scalegate.publication.decision_line import DecisionLine, column_name, decision_line
from scalegate.publication.foot import FootPage, RecordFoot, WaiverLine, foot_page, gate_words, waiver_line
from scalegate.publication.legible import legible, make_legible
from scalegate.publication.limit_section import LimitSection, limit_section
from scalegate.publication.model_sheet import ModelSheet, model_sheet
from scalegate.publication.not_tested import NotTestedGroup, NotTestedItem, not_tested_groups, stated_items
from scalegate.publication.roster import Asked, asked_about, limits_in_order, roster
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
from scalegate.verdict.verdict import Verdict

__all__ = ["DecisionPage", "RecordFoot", "ReportPage", "decision_page", "report_page", "side_by_side"]


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
class RuleWord:
    """A rule that the page cites, in one sentence."""

    id: str
    sentence: str


@dataclass(frozen=True, kw_only=True)
class Definition:
    """What a document's own term means there."""

    term: str
    meaning: str


@dataclass(frozen=True, kw_only=True)
class ReportPage:
    """A whole report. `banners` stand above everything; `not_tested` comes next.

    With several documents in force each has a page, and those after the first stand `beside` it; `document` is then
    its name. `definitions` are those of this document alone.
    """

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
    invalid_runs: int
    waivers: tuple[WaiverLine, ...]
    rules: tuple[RuleWord, ...]
    foot: FootPage
    document: str = ""
    kind: str = ""
    definitions: tuple[Definition, ...] = ()
    beside: tuple[ReportPage, ...] = ()

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
    limits = tuple(
        limit_section(policy, name, number, rows, sheets) for number, name in enumerate(limits_in_order(policy), 1)
    )
    columns = tuple(_column(key, sheets, position) for position, key in enumerate(asked))
    page = ReportPage(
        title=policy.title,
        developer=policy.developer,
        version=policy.version,
        as_of=format_instant(as_of),
        banners=banners(as_of, replay=replay, demo_keys=foot.demo_keys),
        not_tested=not_tested_groups(policy, rows, as_of, foot),
        claims=CLAIMS,
        summary=_summary(sheets, limits, columns, as_of),
        followed=tuple(_followed(policy, foot, as_of)),
        acceptable=_acceptable(sheets),
        legend=tuple(VERDICTS.values()),
        answers=(HELD, WAIVED, GRANTED),
        columns=columns,
        limits=limits,
        models=sheets,
        gate_words=gate_words(foot),
        invalid_runs=foot.invalid_runs,
        waivers=tuple(waiver_line(policy, waiver, as_of) for waiver in foot.waivers),
        rules=_rules(sheets),
        foot=foot_page(policy, foot),
        kind=KINDS[policy.kind],
        definitions=tuple(Definition(term=term, meaning=words) for term, words in policy.definitions.items()),
    )
    return make_legible(page)


KINDS = {
    DocumentKind.VOLUNTARY: "a promise made freely",
    DocumentKind.COMPLIANCE: "a framework that a law asks for",
}


def side_by_side(pages: Mapping[str, ReportPage]) -> ReportPage:
    """One report of several documents, by name: every page keeps its own words; all open with what was not tested."""
    named = [replace(_anchored(page, name), document=legible(name)) for name, page in pages.items()]
    return replace(named[0], beside=tuple(named[1:])) if len(named) > 1 else next(iter(pages.values()))


T = TypeVar("T")


def _anchored(value: T, name: str) -> T:
    """The same with every anchor under the name of its document: `limit-1` of two documents are two places."""
    if isinstance(value, tuple):
        return tuple(_anchored(item, name) for item in value)  # type: ignore[return-value]
    if not is_dataclass(value) or isinstance(value, type):
        return value
    found = {f.name: getattr(value, f.name) for f in fields(value)}
    named = {k: f"{name}-{v}" if k in ("anchor", "limit_anchor") else _anchored(v, name) for k, v in found.items()}
    return replace(value, **named)


def decision_page(
    policy: PolicyDocument,
    decision: Decision,
    models: Mapping[str, Model],
    *,
    as_of: datetime,
    replay: bool,
    demo_keys: bool = False,
    documents: Mapping[str, PolicyDocument] | None = None,
) -> DecisionPage:
    """One decision for a screen: what was not tested comes first here too.

    Args:
        documents: all that are in force, where there are several: each reason is put in the words of its own.
    """
    question = decision.question
    line = decision_line(policy, (question.permission, question.mode), decision, as_of, documents)
    model = models.get(question.model)
    page = DecisionPage(
        title=policy.title,
        model=model.title if model else str(question.model),
        configuration=str(question.configuration),
        as_of=format_instant(as_of),
        banners=banners(as_of, replay=replay, demo_keys=demo_keys),
        not_tested=stated_items(policy, decision.not_tested, documents),
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
    yield gate_words(foot)
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


def _rules(sheets: tuple[ModelSheet, ...]) -> tuple[RuleWord, ...]:
    used = {rule for sheet in sheets for verdict in sheet.verdicts for rule in verdict.rules}
    used |= {"D4"} if any(line.note for sheet in sheets for line in sheet.decisions) else set()
    used |= {blocker.rule for sheet in sheets for line in sheet.decisions for blocker in line.blockers}
    return _sentences(used)


def _sentences(used: set[str]) -> tuple[RuleWord, ...]:
    return tuple(RuleWord(id=rule, sentence=sentence(rule)) for rule in sorted(used, key=rule_order))
