"""The block that every page opens with: what was not tested, and what the policy relaxes (invariant 1).

For: every page and screen that shows verdicts. Does not know: markup; why a bound is what it is.

It is made from the policy and the recorded verdicts, so that nobody has to remember to write it. Items are
gathered over models: a block that nobody reads tells nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal

from scalegate.decision.decision import NotTested
from scalegate.policy.document import Limit, PolicyDocument
from scalegate.publication.foot import RecordFoot
from scalegate.publication.roster import Row, limits_in_order
from scalegate.publication.words import VERDICTS, count, format_date, join, some, spelled
from scalegate.verdict.verdict import ObservationResult, Verdict, VerdictKind


@dataclass(frozen=True, kw_only=True)
class NotTestedItem:
    """One thing that was not tested: about what, and what is missing."""

    threat_model: str = ""
    what: str
    why: str


@dataclass(frozen=True, kw_only=True)
class NotTestedGroup:
    """Items of one sort under a heading; `meaning` says in a sentence why it matters."""

    heading: str
    meaning: str
    items: tuple[NotTestedItem, ...]


def not_tested_groups(
    policy: PolicyDocument, rows: tuple[Row, ...], as_of: datetime, foot: RecordFoot
) -> tuple[NotTestedGroup, ...]:
    """All that was not tested, most serious first; sorts with nothing to say are left out."""
    groups = (
        NotTestedGroup(
            heading="Ways to catastrophe that nothing was tested for",
            meaning="The policy names these threat models and no evaluation bears on them.",
            items=tuple(_without_evaluation(policy, as_of)),
        ),
        NotTestedGroup(
            heading="Ways to catastrophe that others brought in",
            meaning="What nobody here thought of is tested by nobody here.",
            items=tuple(_brought_in(policy, foot)),
        ),
        NotTestedGroup(
            heading="No evidence, or none that counts",
            meaning="No run is recorded, the evidence has expired, or it is invalid. Each counts as crossed.",
            items=merged(_without_evidence(policy, rows, as_of)),
        ),
        NotTestedGroup(
            heading="Tried less hard than an attacker would",
            meaning="A determined attacker may get more out of the model than the evaluation did.",
            items=merged(_effort(policy, rows)),
        ),
        NotTestedGroup(
            heading="Gaps inside the evaluations",
            meaning="What is missing from the runs that the verdicts rest on.",
            items=merged(_gaps(policy, rows)),
        ),
        NotTestedGroup(
            heading="Configurations and combinations",
            meaning="A result holds for the tested configuration and what it contains, for nothing wider.",
            items=tuple(_configurations(rows)),
        ),
        NotTestedGroup(
            heading="Requirements that the policy relaxes",
            meaning="Everything on this page rests on these relaxations.",
            items=tuple(_relaxations(policy)),
        ),
        NotTestedGroup(
            heading="Left out of the policy",
            meaning="The policy says that it does not cover these.",
            items=tuple(NotTestedItem(what=e.domain, why=e.why) for e in policy.scope.exclusions),
        ),
        NotTestedGroup(
            heading="Also stated with the decisions",
            meaning="",
            items=merged(_stated(policy, rows, {str(p.id) for p in foot.proposals})),
        ),
    )
    return tuple(group for group in groups if group.items)


def _without_evaluation(policy: PolicyDocument, as_of: datetime) -> Iterator[NotTestedItem]:
    for name, threat in policy.threat_models.items():
        untested = not any(policy.limits[rung].observations for rung in threat.ladder if rung in policy.limits)
        spot = threat.accepted_blind_spot
        if untested and spot is None:
            why = "no evaluation, and nobody has accepted that; it blocks like a missing evaluation"
            yield NotTestedItem(threat_model=name, what=threat.title, why=why)
        elif spot is not None:
            ended = spot.until <= as_of
            until = f"ENDED on {format_date(spot.until)}" if ended else f"until {format_date(spot.until)}"
            first = "no evaluation; blind spot" if untested else "blind spot beside its limits,"
            role = policy.roles.get(spot.accepted_by)
            by = role.title if role else spot.accepted_by
            why = f"{first} accepted by {by} {until}: {spot.why} Would change it: {spot.would_change}"
            yield NotTestedItem(threat_model=name, what=threat.title, why=why)
        if not untested:
            for rung in (r for r in threat.ladder if r in policy.limits and not policy.limits[r].observations):
                why = "this rung has no evaluation; it counts as crossed once the one below does"
                yield NotTestedItem(threat_model=name, what=policy.limits[rung].title, why=why)


def _brought_in(policy: PolicyDocument, foot: RecordFoot) -> Iterator[NotTestedItem]:
    """Threat models of outsiders without an answer, when the last one came, and claims that proved false (B2)."""
    for proposal in foot.proposals:
        if proposal.id not in foot.answered:
            why = f"brought in by {proposal.proposer} on {format_date(proposal.made_at)}; not answered yet"
            yield NotTestedItem(what=proposal.title, why=why)
    if foot.proposals:
        last = max(proposal.made_at for proposal in foot.proposals)
        why = f"the last one came on {format_date(last)}; {len(foot.proposals)} in all"
        yield NotTestedItem(what="Threat models of outsiders", why=why)
    else:
        why = f"none is on record; whoever knows of one writes to {policy.accountability.critique.contact}"
        yield NotTestedItem(what="Threat models of outsiders", why=why)
    if foot.misses:
        why = f"{count(foot.misses, 'claim')} of this record proved false later; shifts are raised by the largest"
        yield NotTestedItem(what="Misses", why=why)


def _without_evidence(policy: PolicyDocument, rows: tuple[Row, ...], as_of: datetime) -> Iterator[NotTestedItem]:
    for name, limit in _limits(policy):
        if not limit.observations:
            continue
        found: dict[str, list[str]] = {}
        for row in rows:
            if reason := _absence(row, name, as_of):
                found.setdefault(reason, []).append(row.title)
        threat = policy.threat_model_of(name) or ""
        for reason, titles in found.items():
            yield NotTestedItem(threat_model=threat, what=limit.title, why=f"{reason}: {_models(titles, rows)}")


def _absence(row: Row, limit: str, as_of: datetime) -> str:
    verdict = row.verdicts.get(limit)
    if verdict is None:
        return "no verdict is recorded"
    kind = verdict.at(as_of)
    if kind is VerdictKind.INVALID:
        return VERDICTS[kind].meaning
    if kind is VerdictKind.NOT_RUN:
        expired = verdict.kind is not kind or "V7" in verdict.rules
        return "the evidence has expired" if expired else "no run is recorded"
    return ""


def _effort(policy: PolicyDocument, rows: tuple[Row, ...]) -> Iterator[NotTestedItem]:
    for name, limit in _limits(policy):
        threat_id = policy.threat_model_of(name) or ""
        threat = policy.threat_models.get(threat_id)
        budget = threat.attacker_budget if threat else None
        asked = f" (floor of the policy: {budget.floor * 100:.0f} %)" if budget else ""
        short: dict[str, Decimal] = {}
        unknown: list[str] = []
        for row, result in _results(rows, name):
            if result.attempts and result.effort_ratio is None:
                unknown.append(row.title)
            elif result.effort_ratio is not None and result.effort_ratio < 1:
                short[row.title] = min(result.effort_ratio, short.get(row.title, result.effort_ratio))
        if short:
            why = f"{_span(short.values())} of the attacker's budget{asked}: {_models(list(short), rows)}"
            yield NotTestedItem(threat_model=threat_id, what=limit.title, why=why)
        told = [
            (row.title, text)
            for row, result in _results(rows, name)
            for text in result.not_tested
            if text.startswith(_LADDER)
        ]
        for text, titles in gather(dict.fromkeys(told)):
            yield NotTestedItem(threat_model=threat_id, what=limit.title, why=f"{text}: {_models(titles, rows)}")
        if unknown:
            why = f"the effort behind failed attempts is unknown: {_models(unknown, rows)}"
            yield NotTestedItem(threat_model=threat_id, what=limit.title, why=why)


def _span(ratios: Iterable[Decimal]) -> str:
    values = sorted(ratios)
    low, high = (_per_cent(values[0]), _per_cent(values[-1]))
    return f"{low} %" if low == high else f"{low} to {high} %"


def _per_cent(ratio: Decimal) -> str:
    percent = ratio * 100
    return "under 0.1" if percent < Decimal("0.1") else f"{percent:.1f}" if percent < 10 else f"{percent:.0f}"


_LADDER = ("elicitation is stated", "how far elicitation")
_TOLD_ABOVE = (
    "effort is ",
    "the effort behind ",
    *_LADDER,
)  # `_effort` gives the same from the numbers, with the floor


def _gaps(policy: PolicyDocument, rows: tuple[Row, ...]) -> Iterator[NotTestedItem]:
    for name, limit in _limits(policy):
        notes = [
            (row.title, text)
            for row, result in _results(rows, name)
            for text in result.not_tested
            if not text.startswith(_TOLD_ABOVE)
        ]
        threat = policy.threat_model_of(name) or ""
        for text, titles in gather(notes):
            yield NotTestedItem(threat_model=threat, what=limit.title, why=f"{text}: {_models(titles, rows)}")


def merged(items: Iterable[NotTestedItem]) -> tuple[NotTestedItem, ...]:
    """Items that say the same about several limits of a threat model become one."""
    found: dict[tuple[str, str], list[str]] = {}
    for item in items:
        found.setdefault((item.threat_model, item.why), []).append(item.what)
    return tuple(
        NotTestedItem(threat_model=threat, what="; ".join(dict.fromkeys(names)), why=why)
        for (threat, why), names in found.items()
    )


def stated_items(
    policy: PolicyDocument, stated: Iterable[NotTested], documents: Mapping[str, PolicyDocument] | None = None
) -> tuple[NotTestedItem, ...]:
    """What one answer states as not tested, said once per threat model, limits by their titles.

    What is stated under one of several `documents` is put in that document's own words, and names it.
    """
    known = documents or {}
    items = ((item.document, _stated_item(known.get(item.document, policy), item)) for item in stated)
    return merged(_under(document, item) if known else item for document, item in items)


def _under(document: str, item: NotTestedItem) -> NotTestedItem:
    what = f"{document}: {item.what}"
    return replace(item, threat_model=f"{document}: {item.threat_model}", what=what)


def _stated_item(policy: PolicyDocument, item: NotTested) -> NotTestedItem:
    threat = policy.threat_models.get(item.threat_model)
    about, _, rest = item.why.partition(": ")
    limit = policy.limits.get(about.removeprefix("limit ")) if about.startswith("limit ") else None
    what = limit.title if limit else threat.title if threat else item.threat_model
    return NotTestedItem(threat_model=item.threat_model, what=what, why=spelled(rest if limit else item.why))


def _by_runs(verdict: Verdict) -> bool:
    """Whether any attempt stands behind it: a cap on compute looks at no configuration."""
    return any(result.attempts for result in verdict.observations)


def _configurations(rows: tuple[Row, ...]) -> Iterator[NotTestedItem]:
    tested = sorted({row.configuration for row in rows if any(_by_runs(v) for v in row.verdicts.values())})
    if tested:
        yield NotTestedItem(what="Tested", why=f"only {some(tested)}; every other configuration is not tested")
    asked = {row.configuration for row in rows if row.decisions} - set(tested) - {""}
    if asked:
        yield NotTestedItem(what="Asked about, never tested", why=some(sorted(asked)))
    apart = [(row.title, v.combinations) for row in rows for v in list(row.verdicts.values())[:1] if v.combinations]
    for text, titles in gather(apart):
        yield NotTestedItem(what="Combinations", why=f"not tested: {text}: {_models(titles, rows)}")
    yield NotTestedItem(what="Several models together", why="no verdict on this page is about a combination of models")
    if opaque := [row.title for row in rows if row.model and row.model.opaque]:
        why = f"identity not verifiable, so nothing shows that what was tested is what is used: {_models(opaque, rows)}"
        yield NotTestedItem(what="Identity", why=why)


def _relaxations(policy: PolicyDocument) -> Iterator[NotTestedItem]:
    for relaxation in policy.evaluation.relaxations:
        what = f"{relaxation.requirement.value.replace('_', ' ')}: {relaxation.value.replace('_', ' ')}"
        yield NotTestedItem(what=what, why=f"{relaxation.why} ({relaxation.author})")


def _stated(policy: PolicyDocument, rows: tuple[Row, ...], said: set[str]) -> Iterator[NotTestedItem]:
    """What decisions list that none of the groups above has derived: it must not get lost."""
    covered = {
        f"limit {verdict.limit}: {text}"
        for row in rows
        for verdict in row.verdicts.values()
        for result in verdict.observations
        for text in result.not_tested
    }
    covered |= {f"not tested: {v.combinations}" for row in rows for v in row.verdicts.values()}
    covered |= {f"limit {limit}: {kind}" for limit in policy.limits for kind in VerdictKind}
    spots = {name for name, threat in policy.threat_models.items() if threat.accepted_blind_spot or not threat.ladder}
    notes: dict[str, list[tuple[str, str]]] = {}
    for row in rows:
        for decision in row.decisions.values():
            for item in decision.not_tested:
                if item.why not in covered and item.threat_model not in spots | said:
                    notes.setdefault(item.threat_model, []).append((row.title, item.why))
    for threat, found in notes.items():
        title = policy.threat_models[threat].title if threat in policy.threat_models else threat
        for text, titles in gather(found):
            yield NotTestedItem(threat_model=threat, what=title, why=f"{text}: {_models(titles, rows)}")


def _limits(policy: PolicyDocument) -> list[tuple[str, Limit]]:
    return [(name, policy.limits[name]) for name in limits_in_order(policy)]


def _results(rows: tuple[Row, ...], limit: str) -> Iterator[tuple[Row, ObservationResult]]:
    for row in rows:
        if limit in row.verdicts:
            for result in row.verdicts[limit].observations:
                yield row, result


def _models(titles: list[str], rows: tuple[Row, ...]) -> str:
    distinct = list(dict.fromkeys(titles))
    if len(distinct) == len(rows) and len(rows) > 1:
        return f"all {len(rows)} models"
    others = [row.title for row in rows if row.title not in distinct]
    if len(others) <= 3 < len(distinct):
        return f"{len(distinct)} of {len(rows)} models, all but {join(others)}"
    return f"{count(len(distinct), 'model')} ({some(distinct, 4)})"


# --------------------------------------------------------------------- gathering over models

_NUMBER = re.compile(r"\d{4}-\d\d-\d\d|\d+(?:\.\d+)?")


def gather(notes: Iterable[tuple[str, str]]) -> list[tuple[str, list[str]]]:
    """Notes that differ in their numbers alone become one, with the span of each number and all names.

    `3 of 40 attempts` and `7 of 40 attempts` become `3-7 of 40 attempts` (with an en dash).
    """
    found: dict[str, list[tuple[str, list[str]]]] = {}
    for name, text in notes:
        found.setdefault(_NUMBER.sub("#", text), []).append((name, _NUMBER.findall(text)))
    return [(_spanned(pattern, [n for _, n in same]), [name for name, _ in same]) for pattern, same in found.items()]


def _spanned(pattern: str, numbers: list[list[str]]) -> str:
    spans = iter([_between(column) for column in zip(*numbers, strict=True)])
    return re.sub("#", lambda match: next(spans, match[0]), pattern)


def _between(column: tuple[str, ...]) -> str:
    ordered = sorted(set(column), key=lambda text: (0, Decimal(text), "") if "-" not in text else (1, Decimal(0), text))
    return ordered[0] if len(ordered) == 1 else f"{ordered[0]}–{ordered[-1]}"
