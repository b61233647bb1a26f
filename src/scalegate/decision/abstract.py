"""The gate's state without words, dates and digests: what its answer depends on, and nothing else.

For: the solver's view and the simulation's view of the gate, and the tests that hold the three equal. Does not know:
how a state came about.

`abstraction` forgets, `concrete` fills in words that nobody reads; the gate answers both alike (`answer`), which
`tests/decision/test_abstract.py` checks over random policies, recorded acts and clocks.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum

from scalegate.decision.dossier import Approver, Pause, ScopeFinding, Waiver
from scalegate.decision.gate import blockers, waived_until
from scalegate.decision.state import BlindSpotState, GateState, LimitState, ProtectionState, Training, tie_of
from scalegate.policy.document import Permission, PolicyDocument
from scalegate.quantity import Identifier
from scalegate.verdict.verdict import VerdictKind


class Claim(StrEnum):
    """What stands about a limit when the gate is asked, gravest first: the kinds, with two ways to have no evidence."""

    DANGER_SHOWN = "DANGER_SHOWN"
    NOT_RULED_OUT = "NOT_RULED_OUT"
    INVALID = "INVALID"
    EXPIRED = "EXPIRED"
    NEVER_RUN = "NEVER_RUN"
    ALERT = "ALERT"
    NOT_SHOWN = "NOT_SHOWN"

    @property
    def kind(self) -> VerdictKind:
        """The verdict's kind: NOT_RUN both for evidence that expired and for evidence that never was (D4)."""
        return VerdictKind.NOT_RUN if self in (Claim.EXPIRED, Claim.NEVER_RUN) else VerdictKind(self.value)

    @property
    def gravity(self) -> int:
        """0 for the least grave; larger is graver."""
        return _GRAVITY[self]

    @property
    def counts_as_crossed(self) -> bool:
        return self.kind.counts_as_crossed


_GRAVITY = {claim: place for place, claim in enumerate(reversed(Claim))}


class Answer(StrEnum):
    """What the gate says of a state; a waiver never reads as a grant (D12)."""

    GRANTED = "GRANTED"
    WAIVED = "HELD, WAIVED"
    HELD = "HELD"


@dataclass(frozen=True, kw_only=True)
class AbstractLimit:
    """One limit: what stands about it, and which of the acts that matter to it are recorded.

    Attributes:
        duty_late: a duty of an open alert case is late (V6).
        stale: evidence was recorded after the verdict (E1); impossible without a verdict.
        risk_stated: a risk statement is in force (D14).
        waived: a waiver in force reaches this limit (D12).
    """

    claim: Claim
    duty_late: bool = False
    stale: bool = False
    risk_stated: bool = False
    waived: bool = False


@dataclass(frozen=True, kw_only=True)
class AbstractState:
    """Everything that decides the answer for one permission, each part with finitely many values.

    Attributes:
        limits: every limit that stands on a ladder, by id.
        in_force: ids of the protections that are in force.
        lapsed: threat models whose accepted blind spot has ended.
        training: `NOT_ASKED` for every permission but TRAIN.
    """

    permission: Permission
    limits: dict[str, AbstractLimit]
    in_force: frozenset[str] = frozenset()
    lapsed: frozenset[str] = frozenset()
    training: Training = Training.NOT_ASKED
    opaque: bool = False
    widening: bool = False
    paused: bool = False
    out_of_scope: bool = False


def answer(policy: PolicyDocument, state: GateState) -> Answer:
    """The gate's own answer to a state that has been surveyed or made."""
    found = blockers(policy, state)
    if not found:
        return Answer.GRANTED
    return Answer.WAIVED if waived_until(state, found) else Answer.HELD


def abstraction(state: GateState) -> AbstractState:
    """What the answer depends on."""
    asked = [*state.standing, *(p for limit in state.limits for p in limit.protections)]
    return AbstractState(
        permission=state.permission,
        limits={limit.limit: _limit(limit) for limit in state.limits},
        in_force=frozenset(p.id for p in asked if p.in_force),
        lapsed=frozenset(spot.threat_model for spot in state.blind_spots if spot.lapsed),
        training=state.training,
        opaque=state.opaque,
        widening=state.widening,
        paused=bool(state.pauses),
        out_of_scope=state.out_of_scope is not None,
    )


def _limit(limit: LimitState) -> AbstractLimit:
    if limit.kind is VerdictKind.NOT_RUN:
        claim = Claim.NEVER_RUN if limit.never_run else Claim.EXPIRED
    else:
        claim = Claim(limit.kind.value)
    return AbstractLimit(
        claim=claim,
        duty_late=bool(limit.duty_late),
        stale=limit.stale,
        risk_stated=limit.risk_stated_until is not None,
        waived=limit.waiver is not None,
    )


# ------------------------------------------------------------------------------------- concrete

_SOME_DAY = datetime(2026, 1, 1, tzinfo=UTC)
_SOMEBODY = Approver(principal=Identifier("somebody"), role=Identifier("somebody"))
_NAMELESS = Identifier("any")


def concrete(policy: PolicyDocument, state: AbstractState) -> GateState:
    """A state of the gate that `state` is the abstraction of; its words and dates stand for any."""
    standing = policy.protections.standing.get(state.permission)
    return GateState(
        permission=state.permission,
        opaque=state.opaque,
        widening=state.widening,
        limits=tuple(_limits(policy, state)),
        standing=tuple(_protection(p, state) for p in (standing.protections if standing else ())),
        standing_stated=standing is not None and bool(standing.protections or standing.none_because),
        blind_spots=tuple(
            BlindSpotState(
                threat_model=name,
                until=spot.until,
                lapsed=name in state.lapsed,
                accepted_by=spot.accepted_by,
                why=spot.why,
            )
            for name, threat_model in policy.threat_models.items()
            if (spot := threat_model.accepted_blind_spot)
        ),
        unended=tuple(n for n, t in policy.threat_models.items() if not t.ladder and not t.accepted_blind_spot),
        pauses=(Pause(id=_NAMELESS, scope="*", reason="any", by=_SOMEBODY, at=_SOME_DAY),) if state.paused else (),
        out_of_scope=ScopeFinding(id=_NAMELESS, subject="any", facts="any", by=_SOMEBODY, until=_SOME_DAY)
        if state.out_of_scope
        else None,
        training=state.training,
        training_why=state.training.value,
        compute_cap=None,
        due_at=None,
    )


def _protection(name: str, state: AbstractState) -> ProtectionState:
    return ProtectionState(id=name, why_not="" if name in state.in_force else "not in force")


def _limits(policy: PolicyDocument, state: AbstractState) -> Iterator[LimitState]:
    for name, threat_model in policy.threat_models.items():
        below_crossed = False
        for limit in threat_model.ladder:
            made = _limit_state(policy, state, name, limit, below_crossed)
            yield made
            below_crossed = made.crossed


def _limit_state(
    policy: PolicyDocument, state: AbstractState, threat_model: str, name: str, below_crossed: bool
) -> LimitState:
    known, tie, limit = policy.limits[name], tie_of(policy, name, state.permission), state.limits[name]
    return LimitState(
        limit=name,
        threat_model=threat_model,
        kind=limit.claim.kind,
        never_run=limit.claim is Claim.NEVER_RUN,
        hard_stop=known.hard_stop,
        has_observations=bool(known.observations),
        duty_late="a duty" if limit.duty_late else "",
        below_crossed=below_crossed,
        tied=tie is not None and bool(tie.protections or tie.none_because),
        protections=tuple(_protection(p, state) for p in (tie.protections if tie else ())),
        risk_stated_until=_SOME_DAY if limit.risk_stated else None,
        waiver=_waiver(name, state.permission) if limit.waived else None,
        verdict=None,
        stale=limit.stale,
    )


def _waiver(limit: str, permission: Permission) -> Waiver:
    return Waiver(
        id=_NAMELESS,
        subject="any",
        permission=permission,
        limit=Identifier(limit),
        approvers=(_SOMEBODY,),
        reason="any",
        since=_SOME_DAY,
        until=_SOME_DAY,
    )
