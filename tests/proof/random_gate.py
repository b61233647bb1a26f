"""Random policies and random states of their gates, drawn from a seed: for the views that have to agree."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from random import Random

from scalegate.decision.abstract import AbstractLimit, AbstractState, Claim
from scalegate.decision.state import Training
from scalegate.policy.document import (
    AcceptedBlindSpot,
    Conditional,
    FirstAssessment,
    Limit,
    Permission,
    PolicyDocument,
    Protections,
    Standing,
    ThreatModel,
)
from scalegate.quantity import Compute, Factor
from world import DAY, NOW, ident, limit, policy

ASKED = tuple(Permission)
MEASURES = ("vault", "filter", "watch", "ghost")  # the last one is defined nowhere


def random_policy(draw: Random) -> PolicyDocument:
    """A policy that can be read; most of them could not be adopted."""
    document = policy()
    limits: dict[str, Limit] = {}
    threat_models: dict[str, ThreatModel] = {}
    for number in range(draw.randint(1, 3)):
        name = f"model{number}"
        rungs = [f"{name}_rung{rung}" for rung in range(draw.choice((0, 1, 2, 2, 3)))]
        for rung in rungs:
            observed = {} if draw.random() < 0.25 else limit().observations
            limits[rung] = limit(hard_stop=draw.random() < 0.3, observations=observed)
        threat_models[name] = _threat_model(draw, rungs)
    named = [ident(n) for n in limits]
    first = FirstAssessment(at=draw.choice((None, Compute("1e22"))), factor=draw.choice((None, Factor(2))))
    return replace(
        document,
        threat_models=threat_models,
        limits=limits,
        protections=Protections(
            measures=dict(document.protections.measures),
            standing=_standing(draw),
            conditional=tuple(_ties(draw, named)),
        ),
        evaluation=replace(document.evaluation, first_assessment=first),
        response=replace(document.response, waivers=draw.choice((None, document.response.waivers))),
    )


def _threat_model(draw: Random, rungs: list[str]) -> ThreatModel:
    spot = AcceptedBlindSpot(accepted_by=ident("board"), why="w", until=NOW + 9 * DAY, would_change="c")
    spotted = draw.random() < (0.5 if not rungs else 0.1)
    return ThreatModel(
        title="t",
        actor="a",
        harm="h",
        ladder=tuple(map(ident, rungs)),
        accepted_blind_spot=spot if spotted else None,
    )


def _asked(draw: Random) -> Standing:
    if draw.random() < 0.3:
        return Standing(none_because="none here") if draw.random() < 0.8 else Standing()
    return Standing(protections=tuple(map(ident, draw.sample(MEASURES, draw.randint(1, 3)))))


def _standing(draw: Random) -> dict[str, Standing]:
    return {p.value: _asked(draw) for p in ASKED if draw.random() < 0.9}


def _ties(draw: Random, limits: list[str]) -> Iterator[Conditional]:
    for name in limits:
        for permission in ASKED:
            for _ in range(draw.choice((0, 1, 1, 1, 2))):  # written twice, the first counts
                asked = _asked(draw)
                yield Conditional(
                    limit=ident(name),
                    permission=permission,
                    protections=asked.protections,
                    none_because=asked.none_because,
                )


def random_state(draw: Random, document: PolicyDocument, permission: Permission) -> AbstractState:
    """Any state at all, possible or not; good and bad values are equally common, so that many are granted."""
    calm, rare = draw.choice((0.05, 0.2, 0.5)), draw.choice((0.0, 0.02, 0.1, 0.4))
    standing = document.protections.standing.get(permission.value)
    kept = frozenset(standing.protections if standing and draw.random() < 0.6 else ())

    def some_limit() -> AbstractLimit:
        claim = draw.choice(tuple(Claim)) if draw.random() < calm * 2 else Claim.NOT_SHOWN
        return AbstractLimit(
            claim=claim,
            duty_late=draw.random() < rare,
            stale=draw.random() < rare / 2,
            risk_stated=draw.random() > rare,
            waived=draw.random() < 0.8,
        )

    runs = [t for t in Training if t is not Training.NOT_ASKED]
    spots = [n for n, t in document.threat_models.items() if t.accepted_blind_spot]
    asked_for = [t for model in document.threat_models.values() for t in model.ladder]
    often = [Training.WITHIN_INTERVAL, Training.FIRST_RUN, draw.choice(runs)]
    return AbstractState(
        permission=permission,
        limits={name: some_limit() for name in asked_for},
        in_force=kept | {m for m in MEASURES if draw.random() > calm},
        lapsed=frozenset(n for n in spots if draw.random() < rare),
        training=draw.choice(often) if permission is Permission.TRAIN else Training.NOT_ASKED,
        opaque=draw.random() < rare,
        widening=draw.random() < 0.5,
        paused=draw.random() < rare / 2,
        out_of_scope=draw.random() < 0.1,
    )
