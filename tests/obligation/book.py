"""A record in memory for tests of what is owed: entries with dates, from which any may be left out."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from evidence_world import attempts, run
from scalegate.decision.dossier import Approver, DutyDone
from scalegate.evidence.run import Status
from scalegate.obligation.due import obligations
from scalegate.obligation.obligation import Kind, Obligation
from scalegate.policy.document import (
    Action,
    Commitment,
    Component,
    Condition,
    Direction,
    Disclosure,
    PolicyDocument,
    Watched,
)
from scalegate.quantity import Compute, Digest, Period
from scalegate.record.entry import (
    About,
    Body,
    Entry,
    EntryKind,
    Head,
    PlanRegistered,
    PolicyAdopted,
    RunIngested,
    Seen,
)
from scalegate.record.happening import Event, Method, TrainingProgress
from scalegate.record.view import Logged, RecordView, view_of
from scalegate.verdict.verdict import ObservationResult, VerdictKind
from world import NOW, OFFICER, POLICY_DIGEST, SOME_DIGEST, SUBJECT, ident, policy, verdict

KINDS = {
    PolicyAdopted: EntryKind.POLICY_ADOPTED,
    PlanRegistered: EntryKind.PLAN_REGISTERED,
    RunIngested: EntryKind.RUN_INGESTED,
    Event: EntryKind.EVENT,
    TrainingProgress: EntryKind.TRAINING_PROGRESS,
}


def digest(text: str) -> Digest:
    return Digest(f"sha256:{hashlib.sha256(text.encode()).hexdigest()}")


DAYS = 86400
CALLED = {
    "contain": Condition.DANGER_SHOWN,
    "convene": Condition.CROSSED,
    "meet": Condition.ALERT,
    "note": Condition.HELD,
    "retest": Condition.PROTECTION_LAPSED,
    "hurry": Condition.OVERDUE,
    "look-back": Condition.INCIDENT,
    "answer": Condition.PAUSED,
}


def promising(**changes: Any) -> PolicyDocument:
    """The policy of the tests with an action for every condition, commitments of every kind, and a watch list."""
    document = policy()
    made = replace(
        document,
        response=replace(
            document.response,
            actions=tuple(
                Action(id=ident(n), when=c, what=n, role=ident("officer"), within=Period(seconds=7 * DAYS))
                for n, c in CALLED.items()
            ),
        ),
        accountability=replace(
            document.accountability, disclosures=(Disclosure(what="verdicts", within=Period(seconds=7 * DAYS)),)
        ),
        watch_list={
            "reach": Watched(
                title="Reach",
                why="w",
                no_limit_because="n",
                becomes_a_limit_when="b",
                role=ident("evaluator"),
                review_every=Period(months=6),
            )
        },
        commitments={
            "report": Commitment(
                text="The officer will report every quarter.",
                component=Component.ACCOUNTABILITY,
                owner=ident("officer"),
                every=Period(months=3),
                evidence="minutes",
            ),
            "drill": Commitment(
                text="The officer will hold a drill.",
                component=Component.RESPONSE,
                owner=ident("officer"),
                by=NOW + timedelta(days=60),
            ),
            "tell": Commitment(
                text="The officer will tell the authority.",
                component=Component.RESPONSE,
                owner=ident("officer"),
                trigger="danger_shown",
                within=Period(seconds=3 * DAYS),
            ),
            "speech": Commitment(
                text="Nobody will be silenced.", component=Component.ACCOUNTABILITY, owner=ident("board")
            ),
        },
    )
    return replace(made, **changes)


@dataclass
class Book:
    """Entries in order; `put` gives each the digest of its place."""

    document: PolicyDocument = field(default_factory=policy)
    entries: list[Logged] = field(default_factory=list)

    def __post_init__(self) -> None:
        adopted = PolicyAdopted(digest=POLICY_DIGEST, document=self.document, replaces=None, notice="first")
        self.put(adopted, at=NOW)

    def put(self, body: Body, *, at: datetime, kind: EntryKind | None = None) -> Digest:
        index = len(self.entries)
        head = Head(
            log="lab.demo",
            stream="x",
            sequence=index,
            previous=None,
            policy=POLICY_DIGEST,
            issuer=ident("operator"),
            role=ident("operator"),
            issued_at=at,
            seen=Seen(size=index, root=SOME_DIGEST),
        )
        about = About(name="x", digest=SOME_DIGEST)
        entry = Entry(kind=kind or KINDS[type(body)], head=head, about=about, body=body)
        self.entries.append(Logged(index=index, digest=digest(f"entry {index}"), entry=entry))
        return self.entries[-1].digest

    def evaluated(
        self,
        at: datetime,
        compute: str | None = "1e22",
        *,
        plan: Digest | None = None,
        configuration: str = "bare",
        kind: VerdictKind = VerdictKind.NOT_SHOWN,
        status: Status = Status.COMPLETED,
        within: tuple[str, ...] = (),
        subject: str = SUBJECT,
        assessed: bool = True,
    ) -> Digest:
        """A run, and a verdict that rests on it. The address of the run."""
        found = run(attempts(0), label=f"r{len(self.entries)}", configuration=configuration, dated=at, status=status)
        ingested = RunIngested(
            address=found.address,
            manifest=found.manifest,
            subject=subject,
            plan=plan,
            effective_compute=Compute(compute) if compute else None,
        )
        self.put(ingested, at=at)
        if assessed:
            self.put(
                self.verdict(found.address, at, kind, configuration, within, subject), at=at, kind=EntryKind.VERDICT
            )
        return found.address

    def verdict(
        self,
        address: Digest,
        at: datetime,
        kind: VerdictKind,
        configuration: str,
        within: tuple[str, ...],
        subject: str,
    ) -> Any:
        result = ObservationResult(
            observation=ident("rate"),
            evaluation=ident("exam"),
            kind=kind,
            measure="success_rate",
            direction=Direction.RULE_OUT_PROXY,
            relied_on=True,
            upper=Decimal("0.06"),
            alert_value=Decimal("0.2"),
            limit_value=Decimal("0.5"),
            attempts=60,
            rests_on=(address,),
        )
        ends = self.document.evaluation.triggers.calendar.after(at)
        made = verdict(
            "low", kind, as_of=at, subject=subject, configuration=ident(configuration), observations=(result,)
        )
        times = {} if kind.counts_as_crossed else {"expires": ends, "held_from": ends, "train_expires": ends}
        return replace(made, within=tuple(ident(c) for c in within), expires_because="the calendar interval", **times)

    def adopted(self, at: datetime, **changes: Any) -> None:
        """Another version of the policy comes into force, under the same digest: verdicts stay current."""
        document = replace(self.document, **changes)
        self.put(PolicyAdopted(digest=POLICY_DIGEST, document=document, replaces=POLICY_DIGEST, notice="n"), at=at)

    def done(self, at: datetime, promise: str, *, subject: str = "", limit: str = "", about: str = "") -> Digest:
        """Somebody who may sign it says that a promise was kept."""
        role = "evaluator" if promise.startswith("watch:") else "officer"
        by = Approver(principal=ident("eve" if role == "evaluator" else "olga"), role=ident(role))
        made = DutyDone(
            duty=ident(promise), subject=subject, limit=ident(limit) if limit else None, by=by, at=at, about=about
        )
        return self.put(made, at=at, kind=EntryKind.DUTY_DONE)

    def progressed(self, at: datetime, compute: str | None, step: int = 1, subject: str = SUBJECT) -> None:
        made = TrainingProgress(
            model=ident("m"),
            subject=subject,
            step=step,
            effective_compute=Compute(compute) if compute else None,
            method=Method.STATED if compute else Method.UNKNOWN,
            measured_at=at,
            by=OFFICER,
        )
        self.put(made, at=at)

    def happened(self, at: datetime, event: str = "new-tool", subject: str = SUBJECT, evaluation: str = "") -> None:
        about = ident(evaluation) if evaluation else None
        made = Event(event=ident(event), subject=subject, evaluation=about, at=at, what="a debugger", by=OFFICER)
        self.put(made, at=at)

    def planned(self, at: datetime, limit: str = "low") -> Digest:
        made = PlanRegistered(
            limit=ident(limit),
            evaluation=ident("exam"),
            model=ident("m"),
            subject=SUBJECT,
            configuration=ident("bare"),
            suite=SOME_DIGEST,
            tasks=60,
            attempts_per_task=1,
        )
        return self.put(made, at=at)

    def view(self, without: Iterable[int] = ()) -> RecordView:
        gone = set(without)
        return view_of(e for e in self.entries if e.index not in gone)

    def owed(self, now: datetime, *kinds: Kind, without: Iterable[int] = ()) -> list[Obligation]:
        return [o for o in obligations(self.view(without), now) if not kinds or o.kind in kinds]
