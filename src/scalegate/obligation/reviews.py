"""What comes round or is due by a date: reviews of the policy and of the watch list, and commitments in words.

For: `due.py`. Does not know: clocks, whether a review was a good one.

A promise that comes round is a chain: each time that it was done owes the next. The chain begins with the adoption
since which the policy has held the promise without a break, so that adopting again resets no clock.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime
from functools import partial

from scalegate.obligation.obligation import Kind, Obligation, state_at
from scalegate.obligation.signed import POLICY_REVIEW, commitment_id, signed, watch_id
from scalegate.policy.document import PolicyDocument
from scalegate.quantity import Period
from scalegate.record.view import RecordView


def policy_reviews(view: RecordView, now: datetime) -> Iterator[Obligation]:
    """The next review after every adoption and every review; a newer adoption is a review, a signed one is another."""
    adopted = [(at, body.document) for at, (_, body) in zip(view.adoptions, view.policies, strict=True) if at <= now]
    points = dict(adopted)
    for begun, document in adopted:
        ends = min((at for at, _ in adopted if at > begun), default=None)
        for done in signed(document, view, POLICY_REVIEW, now):
            if done.at > begun and (ends is None or done.at < ends):
                points.setdefault(done.at, document)
    for at, document in sorted(points.items(), key=lambda point: point[0]):
        account = document.accountability
        yield _next(
            Kind.POLICY_REVIEW,
            ("policy",),
            at,
            min((later for later in points if later > at), default=None),
            account.review_every,
            now,
            what="review the policy",
            role=account.officer,
            about=f"version {document.version}",
        )


def watch_reviews(policy: PolicyDocument, view: RecordView, now: datetime) -> Iterator[Obligation]:
    """The next look at every capability that is followed without a limit."""
    for name, watched in policy.watch_list.items():
        begun = _held_since(view, now, partial(_watches, name))
        if begun is not None:
            yield from _chain(
                Kind.WATCH_REVIEW,
                name,
                begun,
                [done.at for done in signed(policy, view, watch_id(name), now)],
                watched.review_every,
                now,
                what=f"look again at {watched.title}",
                role=watched.role,
            )


def commitments(policy: PolicyDocument, view: RecordView, now: datetime) -> Iterator[Obligation]:
    """Promises in words that come round or are due by a date; those that something sets off are in `actions.py`."""
    for name, commitment in policy.commitments.items():
        begun = _held_since(view, now, partial(_commits, name))
        if commitment.owner is None or begun is None:
            continue
        acts = [done.at for done in signed(policy, view, commitment_id(name), now)]
        if commitment.every is not None:
            yield from _chain(
                Kind.COMMITMENT, name, begun, acts, commitment.every, now, what=commitment.text, role=commitment.owner
            )
        elif commitment.by is not None:
            met = min(acts, default=None)
            yield Obligation(
                kind=Kind.COMMITMENT,
                key=(name, f"by {commitment.by:%Y-%m-%dT%H:%M:%SZ}"),
                at=commitment.by,
                what=commitment.text,
                role=commitment.owner,
                about=name,
                state=state_at(commitment.by, now, met),
                met_at=met,
            )


def _watches(name: str, document: PolicyDocument) -> bool:
    return name in document.watch_list


def _commits(name: str, document: PolicyDocument) -> bool:
    return name in document.commitments


def _held_since(view: RecordView, now: datetime, holds: Callable[[PolicyDocument], bool]) -> datetime | None:
    """Since which adoption the policy has held a promise without a break; None when it does not, or not yet."""
    begun = None
    for at, (_, adopted) in zip(view.adoptions, view.policies, strict=True):
        if not holds(adopted.document):
            begun = None
        elif begun is None:
            begun = at
    return begun if begun is not None and begun <= now else None


def _chain(
    kind: Kind, name: str, begun: datetime, acts: list[datetime], every: Period, now: datetime, *, what: str, role: str
) -> Iterator[Obligation]:
    points = sorted({begun, *(at for at in acts if at > begun)})
    for at in points:
        following = min((later for later in points if later > at), default=None)
        yield _next(kind, (name,), at, following, every, now, what=what, role=role, about=name)


def _next(
    kind: Kind,
    key: tuple[str, ...],
    after: datetime,
    met: datetime | None,
    every: Period,
    now: datetime,
    *,
    what: str,
    role: str,
    about: str,
) -> Obligation:
    due = every.after(after)
    return Obligation(
        kind=kind,
        key=(*key, f"{after:%Y-%m-%dT%H:%M:%SZ}"),
        at=due,
        what=what,
        role=role,
        about=about,
        state=state_at(due, now, met, every.after(due)),
        why=f"every {every}; the last on {after:%Y-%m-%d}",
        met_at=met,
    )
