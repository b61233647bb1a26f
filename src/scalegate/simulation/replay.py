"""A policy run against a series of models that were really measured: what it would have said, and when it would stop.

For: whoever shows it. Does not know: how a claim came about, files, bounds.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from scalegate.decision.abstract import AbstractLimit, AbstractState, Answer, Claim
from scalegate.decision.state import Training
from scalegate.policy.document import Permission, PolicyDocument
from scalegate.quantity import Compute
from scalegate.simulation.table import DecisionTable, layout_of


@dataclass(frozen=True, kw_only=True)
class MeasuredPoint:
    """A point with what stands about every limit.

    Attributes:
        claims: by limit.
        void: its negatives are void (V4), so that what it does not rule out warns nobody.
    """

    id: str
    run: str
    released: datetime | None
    effective_compute: Compute | None
    claims: dict[str, Claim]
    void: bool = False


@dataclass(frozen=True, kw_only=True)
class PointAnswer:
    """What the policy would have said about one point.

    Attributes:
        bare: by permission, with standing protections alone in force and no risk statement.
        protected: by permission, with every protection in force and a risk statement for every limit.
        past_due: how many times beyond its due point the run was when it was evaluated; None where it was not late.
    """

    point: MeasuredPoint
    bare: dict[Permission, Answer]
    protected: dict[Permission, Answer]
    past_due: float | None


@dataclass(frozen=True, kw_only=True)
class FirstTime:
    """The first point at which something was so about a limit."""

    limit: str
    claim: Claim
    point: str
    released: datetime | None
    effective_compute: Compute | None


@dataclass(frozen=True, kw_only=True)
class Replay:
    """All points, and what happened first; `lead_days` from the first alert to the first crossing, by limit."""

    answers: tuple[PointAnswer, ...]
    firsts: tuple[FirstTime, ...]
    lead_days: dict[str, int]

    @property
    def late(self) -> tuple[PointAnswer, ...]:
        """Points that were evaluated after their due point."""
        return tuple(answer for answer in self.answers if answer.past_due is not None)


def replay(policy: PolicyDocument, table: DecisionTable, points: tuple[MeasuredPoint, ...]) -> Replay:
    """Every point in its order, as though each were ours and evaluated when it appeared."""
    answers = tuple(_answers(policy, table, points))
    firsts = tuple(_firsts(policy, points))
    return Replay(answers=answers, firsts=firsts, lead_days=dict(_leads(firsts)))


def _answers(policy: PolicyDocument, table: DecisionTable, points: tuple[MeasuredPoint, ...]) -> Iterator[PointAnswer]:
    standing = frozenset(p for each in policy.protections.standing.values() for p in each.protections)
    assessed: dict[str, Compute] = {}
    for point in points:
        last = assessed.get(point.run) if point.run else None
        yield PointAnswer(
            point=point,
            bare=_asked(table, point, standing, stated=False),
            protected=_asked(table, point, frozenset(policy.protections.measures), stated=True),
            past_due=_past_due(policy, point, last),
        )
        if point.run and point.effective_compute:
            assessed[point.run] = point.effective_compute


def _asked(
    table: DecisionTable, point: MeasuredPoint, in_force: frozenset[str], *, stated: bool
) -> dict[Permission, Answer]:
    limits = {name: AbstractLimit(claim=claim, risk_stated=stated) for name, claim in point.claims.items()}
    states = tuple(
        AbstractState(
            permission=permission,
            limits=limits,
            in_force=in_force,
            training=Training.WITHIN_INTERVAL if permission is Permission.TRAIN else Training.NOT_ASKED,
        )
        for permission in Permission
    )
    return dict(zip(Permission, table.answers(states), strict=True))


def _past_due(policy: PolicyDocument, point: MeasuredPoint, last: Compute | None) -> float | None:
    """D5: an evaluation at the due point itself is in time."""
    if last is None or point.effective_compute is None:
        return None
    ratio = point.effective_compute / (last * policy.evaluation.triggers.effective_compute)
    return float(ratio) if ratio > 1 else None


def _firsts(policy: PolicyDocument, points: tuple[MeasuredPoint, ...]) -> Iterator[FirstTime]:
    for limit in layout_of(policy, Permission.TRAIN).limits:
        for claim in (Claim.ALERT, Claim.NOT_RULED_OUT, Claim.DANGER_SHOWN):
            found = next((p for p in points if not p.void and _at_least(p.claims[limit], claim)), None)
            if found is not None:
                yield FirstTime(
                    limit=limit,
                    claim=claim,
                    point=found.id,
                    released=found.released,
                    effective_compute=found.effective_compute,
                )


def _at_least(found: Claim, claim: Claim) -> bool:
    """By evidence alone: what was never run, or is invalid, alerts nobody."""
    return found in (Claim.DANGER_SHOWN, Claim.NOT_RULED_OUT, Claim.ALERT) and found.gravity >= claim.gravity


def _leads(firsts: tuple[FirstTime, ...]) -> Iterator[tuple[str, int]]:
    for alert in (first for first in firsts if first.claim is Claim.ALERT):
        crossed = next((f for f in firsts if f.limit == alert.limit and f.claim is Claim.NOT_RULED_OUT), None)
        if crossed and crossed.released and alert.released:
            yield alert.limit, (crossed.released - alert.released).days
