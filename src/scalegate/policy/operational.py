"""How much of a policy a gate could decide: limit by limit, protection by protection, with the places.

For: comparing, and whoever asks whether a text can hold anything. Does not know: files, evidence, verdicts.

Works on any policy document, written to run or read from a published text. It counts and names; it adds up to no
score, because a limit that nothing decides holds just as one that is decided and crossed.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from scalegate.policy.document import (
    ComputeObservation,
    ExistenceObservation,
    HorizonObservation,
    JudgementObservation,
    Limit,
    Observation,
    PolicyDocument,
    ProgressObservation,
    RateObservation,
)
from scalegate.policy.published import Hole, inside_holes
from scalegate.shape import Path, dotted

_DECIDABLE = (RateObservation, HorizonObservation, ExistenceObservation, ComputeObservation, ProgressObservation)


class Grade(StrEnum):
    """What a limit rests on, most decidable first."""

    OPERATIONAL = "operational"
    STATED = "stated_only"
    JUDGEMENT = "judgement_only"
    UNDEFINED = "undefined"


class Aim(StrEnum):
    """How far protections are spelled out."""

    TARGETED = "with_target"
    NAMED = "named_only"


@dataclass(frozen=True, kw_only=True)
class Operational:
    """How much of a policy a gate could decide.

    Attributes:
        limits: places of limits, by what they rest on; every grade is there.
        observations: places of observations, by what they are.
        protections: places of protections, by whether a target for their test is stated.
        unmapped: places of limits that no protection is tied to; hard stops are not among them.
        hard_stops: places of limits that no protection reaches (L2).
    """

    limits: dict[Grade, tuple[str, ...]]
    observations: dict[Grade, tuple[str, ...]]
    protections: dict[Aim, tuple[str, ...]]
    unmapped: tuple[str, ...]
    hard_stops: tuple[str, ...]


def how_operational(document: PolicyDocument, holes: tuple[Hole, ...] = ()) -> Operational:
    """Every limit, observation and protection of a policy, with what it rests on.

    Args:
        document: the policy.
        holes: places of stand-ins, for a published text; a target that is a stand-in is none.
    """
    limits = {name: grade_of(limit) for name, limit in document.limits.items()}
    seen = [
        (("limits", name, "observations", known), observation)
        for name, limit in document.limits.items()
        for known, observation in limit.observations.items()
    ]
    tied = {tie.limit for tie in document.protections.conditional if tie.protections}
    return Operational(
        limits={g: _places(("limits", n) for n, found in limits.items() if found is g) for g in Grade},
        observations={g: _places(path for path, o in seen if grade_of_observation(o) is g) for g in Grade},
        protections=_targets(document, holes),
        unmapped=_places(("limits", n) for n, x in document.limits.items() if n not in tied and not x.hard_stop),
        hard_stops=_places(("limits", n) for n, x in document.limits.items() if x.hard_stop),
    )


def grade_of(limit: Limit) -> Grade:
    """The most decidable of a limit's observations; undefined where it has none."""
    found = {grade_of_observation(observation) for observation in limit.observations.values()}
    return next((grade for grade in Grade if grade in found), Grade.UNDEFINED)


def grade_of_observation(observation: Observation) -> Grade:
    """Whether a gate decides it, somebody judges it, or a text names it and no more.

    A difference between arms is read and not assessed (V9), so it counts as stated.
    """
    if isinstance(observation, _DECIDABLE):
        return Grade.OPERATIONAL
    return Grade.JUDGEMENT if isinstance(observation, JudgementObservation) else Grade.STATED


def _targets(document: PolicyDocument, holes: tuple[Hole, ...]) -> dict[Aim, tuple[str, ...]]:
    places: dict[str, Path] = {name: ("protections", "measures", name) for name in document.protections.measures}
    targeted = {name for name, path in places.items() if not inside_holes((*path, "efficacy", "target"), holes)}
    return {
        Aim.TARGETED: _places(path for name, path in places.items() if name in targeted),
        Aim.NAMED: _places(path for name, path in places.items() if name not in targeted),
    }


def _places(paths: Iterable[Path]) -> tuple[str, ...]:
    return tuple(dotted(path) for path in paths)
