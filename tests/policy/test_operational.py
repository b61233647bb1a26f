"""How much of a policy a gate could decide: counted with the places, for ordinary and published policies."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import yaml

from policy.test_published import read
from scalegate.policy.document import (
    DifferenceObservation,
    Direction,
    Identifier,
    JudgementObservation,
    Limit,
    Observation,
    Period,
    PolicyDocument,
    Probability,
    StatedObservation,
)
from scalegate.policy.operational import Aim, Grade, grade_of, how_operational
from scalegate.shape import decode
from world import policy, rate_observation

JUDGED = JudgementObservation(
    measure="judgement",
    role=Identifier("officer"),
    question="is it?",
    must_cite=(),
    relied_on=True,
    may_clear=True,
    expires_after=Period(months=1),
)
STATED = StatedObservation(measure="stated", test="a test", criterion="half", missing="everything")
ARMS = DifferenceObservation(
    measure="difference",
    evaluation=Identifier("exam"),
    control=Identifier("exam"),
    direction=Direction.DEMONSTRATION,
    relied_on=True,
    limit=Probability("0.2"),
    alert=Probability("0.1"),
)


def resting_on(*known: Observation) -> Limit:
    return Limit(title="l", capability="c", observations={f"o{at}": o for at, o in enumerate(known)})


def test_a_limit_is_graded_by_the_most_decidable_of_what_it_rests_on() -> None:
    rate = rate_observation()
    assert grade_of(resting_on(JUDGED, STATED, rate)) is Grade.OPERATIONAL
    assert grade_of(resting_on(JUDGED, STATED)) is Grade.STATED
    assert grade_of(resting_on(JUDGED)) is Grade.JUDGEMENT
    assert grade_of(resting_on(ARMS)) is Grade.STATED
    assert grade_of(resting_on()) is Grade.UNDEFINED


def test_an_ordinary_policy_is_operational_and_its_hard_stop_is_not_called_unmapped() -> None:
    found = how_operational(policy())
    assert found.limits[Grade.OPERATIONAL] == ("limits.low", "limits.high", "limits.last")
    assert not any(found.limits[grade] for grade in Grade if grade is not Grade.OPERATIONAL)
    assert len(found.protections[Aim.TARGETED]) == 3
    assert (found.unmapped, found.hard_stops) == ((), ("limits.last",))


def test_a_limit_that_loses_its_protections_is_unmapped_with_its_place() -> None:
    document = policy()
    ties = tuple(tie for tie in document.protections.conditional if tie.limit != "low")
    found = how_operational(replace(document, protections=replace(document.protections, conditional=ties)))
    assert found.unmapped == ("limits.low",)
    emptied = tuple(
        replace(tie, protections=(), none_because="nothing helps") if tie.limit == "low" else tie
        for tie in document.protections.conditional
    )
    found = how_operational(replace(document, protections=replace(document.protections, conditional=emptied)))
    assert found.unmapped == ("limits.low",)


def test_a_target_that_stands_in_is_none() -> None:
    published = read()
    found = how_operational(published.document, published.holes)
    assert found.protections[Aim.TARGETED] == ("protections.measures.filter",)
    assert found.protections[Aim.NAMED] == ("protections.measures.vault",)
    assert found.limits[Grade.STATED] == ("limits.lower",)
    assert found.limits[Grade.UNDEFINED] == ("limits.upper",)
    assert found.observations[Grade.JUDGEMENT] == ("limits.lower.observations.opinion",)
    assert found.unmapped == ("limits.upper",)


def test_every_limit_and_every_protection_stands_in_exactly_one_place() -> None:
    text = Path(__file__).with_name("minimal_policy.yaml").read_bytes()
    documents = [policy(), decode(PolicyDocument, yaml.load(text, Loader=yaml.BaseLoader)), read().document]
    for document in documents:
        found = how_operational(document)
        assert sorted(p for places in found.limits.values() for p in places) == sorted(
            f"limits.{name}" for name in document.limits
        )
        assert sum(map(len, found.protections.values())) == len(document.protections.measures)
        assert sum(map(len, found.observations.values())) == sum(len(x.observations) for x in document.limits.values())
