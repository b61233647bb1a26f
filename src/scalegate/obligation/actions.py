"""What the policy's response asks for when something happens, once the record shows that it has happened.

For: `due.py`. Does not know: clocks, whether an action had its effect.

An *occurrence* is one time that a condition came to hold, as the record shows it. Each occurrence of its condition owes
the action within the action's time; a commitment in words whose trigger is a condition is owed in the same way.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime

from scalegate.obligation.duties import protections
from scalegate.obligation.evaluations import evaluations
from scalegate.obligation.obligation import Kind, Obligation, State, state_at
from scalegate.obligation.signed import commitment_id, signed
from scalegate.policy.document import Condition, PolicyDocument
from scalegate.quantity import Period
from scalegate.record.happening import EVERYTHING
from scalegate.record.view import Case, RecordView


@dataclass(frozen=True, kw_only=True)
class Occurrence:
    """One time that a condition came to hold.

    Attributes:
        since, ended: when it began; when the record says that it ended, None while it stands.
        key: what makes it this occurrence and no other; never the present time.
        words: what happened, for a reader.
        subject, limit, about: what an entry has to name to say that the action was done for it.
    """

    since: datetime
    key: tuple[str, ...]
    words: str
    ended: datetime | None = None
    subject: str = ""
    limit: str = ""
    about: str = ""


@dataclass(frozen=True, kw_only=True)
class _Called:
    """What a condition calls for, whether it stands among the actions or among the commitments."""

    kind: Kind
    name: str
    promise: str
    what: str
    role: str
    within: Period
    condition: Condition
    limit: str


def actions(policy: PolicyDocument, view: RecordView, now: datetime) -> Iterator[Obligation]:
    """Every action and every triggered commitment, for each occurrence of its condition."""
    known: dict[Condition, list[Occurrence]] = {}
    for called in called_for(policy):
        if called.condition not in known:
            found: dict[tuple[str, ...], Occurrence] = {}
            for made in _occurrences(called.condition, policy, view, now):
                found.setdefault(made.key, made)  # recorded twice, it happened once
            known[called.condition] = list(found.values())
        for occurrence in known[called.condition]:
            if called.limit in ("", occurrence.limit) and occurrence.since <= now:
                owed = _owed(policy, view, now, called, occurrence)
                if owed is not None:
                    yield owed


def called_for(policy: PolicyDocument) -> Iterator[_Called]:
    """Actions of the response, and commitments whose trigger is the name of a condition."""
    for action in policy.response.actions:
        yield _Called(
            kind=Kind.ACTION,
            name=action.id,
            promise=action.id,
            what=f"action {action.id}: {action.what}",
            role=action.role,
            within=action.within,
            condition=action.when,
            limit=action.limit or "",
        )
    for name, commitment in policy.commitments.items():
        if commitment.within is not None and commitment.owner is not None and commitment.trigger in set(Condition):
            yield _Called(
                kind=Kind.COMMITMENT,
                name=name,
                promise=commitment_id(name),
                what=commitment.text,
                role=commitment.owner,
                within=commitment.within,
                condition=Condition(commitment.trigger),
                limit="",
            )


def _owed(
    policy: PolicyDocument, view: RecordView, now: datetime, called: _Called, found: Occurrence
) -> Obligation | None:
    """None where it ended before the action was due and nobody did it: nothing was late, and nothing is owed."""
    due = called.within.after(found.since)
    asked = (found.subject, found.limit, found.about)
    acts = [
        done.at
        for done in signed(policy, view, called.promise, now)
        if (done.subject, done.limit or "", done.about) == asked and done.at >= found.since
    ]
    met = min(acts, default=None)
    if found.ended is not None and met is None and found.ended <= due:
        return None
    return Obligation(
        kind=called.kind,
        key=(called.name, called.condition.value, *found.key),
        at=due,
        what=called.what,
        role=called.role,
        about=found.words,
        state=state_at(due, now, met, found.ended),
        why=f"{called.within} after {called.condition.value.replace('_', ' ')} on {found.since:%Y-%m-%d}",
        met_at=met,
        subject=found.subject,
        limit=found.limit,
    )


# --------------------------------------------------------------------------------- what happened


def _occurrences(condition: Condition, policy: PolicyDocument, view: RecordView, now: datetime) -> Iterable[Occurrence]:
    match condition:
        case Condition.DANGER_SHOWN:
            return _dangers(policy, view)
        case Condition.CROSSED:
            return _crossings(policy, view)
        case Condition.ALERT:
            return _cases(policy, view, [(c, s, None) for c, s in view.alerts.items()], view.ended_alerts)
        case Condition.HELD:
            return _holds(view)
        case Condition.PROTECTION_LAPSED:
            return _lapses(policy, view, now)
        case Condition.OVERDUE:
            return _overdue(policy, view, now)
        case Condition.INCIDENT:
            return _incidents(view)
        case Condition.PAUSED:
            return _pauses(view)


Cases = list[tuple[Case, datetime, datetime | None]]


def _cases(
    policy: PolicyDocument, view: RecordView, standing: Cases, ended: list[tuple[Case, datetime, datetime]]
) -> Iterator[Occurrence]:
    for case, since, until in [*standing, *ended]:
        if case[2] in policy.limits:
            subject, configuration, limit = case
            yield Occurrence(
                since=since,
                ended=until,
                key=(*case, f"{since:%Y-%m-%dT%H:%M:%SZ}"),
                words=f"{_label(view, subject)} in {configuration}, limit {limit}",
                subject=subject,
                limit=limit,
            )


def _dangers(policy: PolicyDocument, view: RecordView) -> Iterator[Occurrence]:
    """Once for each subject, configuration and limit; it never ends by itself (V8)."""
    first: dict[Case, datetime] = {}
    for (subject, configuration, limit, *_), since in view.dangers.items():
        case = (subject, configuration, limit)
        first[case] = min(first.get(case, since), since)
    yield from _cases(policy, view, [(case, since, None) for case, since in first.items()], [])


def _crossings(policy: PolicyDocument, view: RecordView) -> Iterator[Occurrence]:
    """By a verdict, or by the end of a claim that nothing renewed (V7)."""
    standing: Cases = [(case, since, None) for case, since in view.crossings.items()]
    expired = {
        (v.subject, str(v.configuration), str(v.limit)): v.held_from
        for _, v in view.verdicts.values()
        if v.held_from is not None and not v.kind.counts_as_crossed
    }
    standing += [(case, since, None) for case, since in expired.items() if case not in view.crossings]
    yield from _cases(policy, view, standing, view.ended_crossings)


def _holds(view: RecordView) -> Iterator[Occurrence]:
    """From the first decision that held a permission to the next one that granted it."""
    open_: dict[tuple[str, ...], datetime] = {}
    found: list[tuple[tuple[str, ...], datetime, datetime | None]] = []
    for _, _, decision in view.decisions:
        question = decision.question
        asked = (question.subject, str(question.configuration), question.permission.value, question.mode)
        if not decision.granted:
            open_.setdefault(asked, question.as_of)
        elif asked in open_:
            found.append((asked, open_.pop(asked), question.as_of))
    for key, since, ended in [*found, *((k, s, None) for k, s in open_.items())]:
        words = f"{key[2]} for {_label(view, key[0])} in {key[1]}"
        made = (*key, f"{since:%Y-%m-%dT%H:%M:%SZ}")
        yield Occurrence(since=since, ended=ended, key=made, words=words, subject=key[0], about=key[2])


def _lapses(policy: PolicyDocument, view: RecordView, now: datetime) -> Iterator[Occurrence]:
    """Tests of protections that lapsed before the next one was made."""
    for owed in protections(policy, view, now):
        if owed.key[1] != "first" and (owed.late or owed.state is State.MET_LATE):
            yield Occurrence(since=owed.at, key=owed.key, words=owed.about, about=owed.about)


def _overdue(policy: PolicyDocument, view: RecordView, now: datetime) -> Iterator[Occurrence]:
    """Evaluations that were not made by their due point; the next one ends it (D5)."""
    for owed in evaluations(policy, view, now):
        if owed.late or owed.state is State.MET_LATE:
            since = min(owed.at, owed.met_at) if owed.met_at is not None else owed.at
            yield Occurrence(since=since, key=owed.key, words=f"{owed.about}: {owed.what}", subject=owed.subject)


def _incidents(view: RecordView) -> Iterator[Occurrence]:
    for _, event in view.events:
        if event.event == "incident":
            subject = "" if event.subject == EVERYTHING else event.subject
            key = (event.subject, f"{event.at:%Y-%m-%dT%H:%M:%SZ}", event.what)
            yield Occurrence(since=event.at, key=key, words=event.what, subject=subject)


def _pauses(view: RecordView) -> Iterator[Occurrence]:
    for pause in view.pauses.values():
        ended = view.resumed_at.get(pause.id)
        yield Occurrence(since=pause.at, ended=ended, key=(pause.id,), words=pause.scope, about=pause.id)


def _label(view: RecordView, subject: str) -> str:
    return next((v.model for key, (_, v) in view.verdicts.items() if key[0] == subject), subject)
