"""Danger that was recorded stays shown: no deletion, edit or better run ends it (V8, E1, S2)."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assessment.test_assess import DOCUMENT, RUNS, verdict_of
from evidence_world import CONFIGURATIONS, attempts, recorded, request, run
from scalegate.assessment.request import RecordedDanger, Request
from scalegate.evidence.run import Configuration
from scalegate.policy.document import Direction
from scalegate.quantity import Digest
from scalegate.verdict.verdict import Verdict, VerdictKind
from world import DAY, NOW, POLICY_DIGEST, SUBJECT, ident, limit, policy, rate_observation

K = VerdictKind
OTHER_POLICY = Digest("sha256:" + "d" * 64)
PARENT = "sha256:" + "e" * 64
DEMO = replace(
    policy(),
    limits=policy().limits
    | {
        "low": limit(
            observations={
                "demo": rate_observation(direction=Direction.DEMONSTRATION, relied_on=False, precursor=None),
                "rate": rate_observation(),
            }
        )
    },
)
STRONG = recorded(run(attempts(60)))


def shown(verdict: Verdict, **changes: Any) -> RecordedDanger:
    """What the record keeps of a verdict that showed danger."""
    demo = next(o for o in verdict.observations if o.kind is K.DANGER_SHOWN)
    made = RecordedDanger(
        subject=SUBJECT,
        configuration="bare",
        limit=verdict.limit,
        observation=demo.observation,
        policy=verdict.policy,
        shown_at=verdict.as_of,
        rests_on=demo.rests_on,
    )
    return replace(made, **changes)


@pytest.fixture(scope="module")
def danger() -> RecordedDanger:
    found = verdict_of(request(STRONG, policy=DEMO))
    assert found.kind is K.DANGER_SHOWN
    return shown(found)


def asked(*runs: Any, **changes: Any) -> Request:
    return request(*runs, **({"policy": DEMO, "now": NOW + DAY} | changes))


LOST = replace(STRONG, run=replace(STRONG.run, attempts=None))


def test_V8_E1_deleting_what_showed_danger_leaves_it_shown(danger: RecordedDanger) -> None:
    assert verdict_of(asked(LOST)).kind is K.NOT_RULED_OUT  # a waiver could reach this
    found = verdict_of(asked(LOST, dangers=(danger,)))
    assert found.kind is K.DANGER_SHOWN
    assert found.governing == "demo"
    assert found.rules[0] == "V8"
    assert found.reasons[0] == "danger was shown on 2026-03-31, and no rebuttal is recorded"
    assert found.expires is found.held_from is found.train_cap is None


def test_V8_deleting_the_suite_or_editing_it_leaves_it_shown(danger: RecordedDanger) -> None:
    assert verdict_of(asked(STRONG, suites={})).kind is K.INVALID
    for changes in ({"suites": {}}, {"policy_digest": OTHER_POLICY, "suites": {}}):
        assert verdict_of(asked(STRONG, dangers=(danger,), **changes)).kind is K.DANGER_SHOWN
    edited = replace(STRONG, changed="the suite is not the one that the run was ingested against")
    weak = replace(edited, run=replace(edited.run, attempts=attempts(0)))
    assert verdict_of(asked(weak, dangers=(danger,), policy_digest=OTHER_POLICY)).kind is K.DANGER_SHOWN


def test_V8_more_runs_that_merely_failed_are_no_rebuttal(danger: RecordedDanger) -> None:
    later = recorded(run(attempts(0), label="later", dated=NOW + DAY))
    assert verdict_of(asked(later)).kind is K.NOT_SHOWN
    assert verdict_of(asked(later, dangers=(danger,))).kind is K.DANGER_SHOWN


def test_S2_it_bears_on_descendants_and_on_configurations_that_contain_it(danger: RecordedDanger) -> None:
    own = recorded(run(attempts(0), label="own", configuration="tools"))
    rich = asked(own, dangers=(danger,), configuration=ident("tools"))
    assert verdict_of(rich).kind is K.DANGER_SHOWN
    heir = asked(own, dangers=(replace(danger, subject=PARENT),), ancestors=frozenset({PARENT}))
    assert verdict_of(heir).kind is K.DANGER_SHOWN


def test_S2_a_poorer_configuration_does_not_inherit_it(danger: RecordedDanger) -> None:
    own = recorded(run(attempts(0)))
    assert verdict_of(asked(own, dangers=(replace(danger, configuration="tools"),))).kind is K.NOT_SHOWN


def test_S2_containment_that_files_stop_naming_is_remembered(danger: RecordedDanger) -> None:
    alone = {name: replace(c, contained_in=()) for name, c in CONFIGURATIONS.items()}
    rich = recorded(run(attempts(0), configuration="tools"))
    names = {"configurations": alone, "configuration": ident("tools"), "dangers": (danger,)}
    assert verdict_of(asked(rich, **names)).kind is K.NOT_SHOWN
    assert verdict_of(asked(rich, **names, remembered_within=frozenset({"bare"}))).kind is K.DANGER_SHOWN


def test_law_1_danger_in_a_configuration_that_is_gone_from_the_files_bears_on_all(danger: RecordedDanger) -> None:
    own = recorded(run(attempts(0)))
    assert verdict_of(asked(own, dangers=(replace(danger, configuration="gone"),))).kind is K.DANGER_SHOWN


def test_another_policy_reads_the_evidence_afresh_as_long_as_it_is_whole(danger: RecordedDanger) -> None:
    milder = recorded(run(attempts(0)))
    assert verdict_of(asked(milder, dangers=(danger,))).kind is K.DANGER_SHOWN
    assert verdict_of(asked(milder, dangers=(danger,), policy_digest=OTHER_POLICY)).kind is K.NOT_SHOWN
    assert verdict_of(asked(LOST, dangers=(danger,), policy_digest=OTHER_POLICY)).kind is K.DANGER_SHOWN


def test_an_observation_that_the_policy_no_longer_has_shows_it_all_the_same(danger: RecordedDanger) -> None:
    found = verdict_of(asked(LOST, dangers=(replace(danger, observation="gone"),)))
    assert (found.kind, found.rules, found.governing) == (K.DANGER_SHOWN, ("V8",), "")
    assert found.reasons == ("danger was shown on 2026-03-31, and no rebuttal is recorded",)


def test_other_limits_are_not_concerned(danger: RecordedDanger) -> None:
    fine = recorded(run(attempts(0)))
    assert verdict_of(asked(fine, dangers=(replace(danger, limit="high"),))).kind is K.NOT_SHOWN


@given(RUNS, st.sampled_from([SUBJECT, PARENT]), st.sampled_from(["bare", "tools", "else"]), st.booleans())
@settings(max_examples=60, deadline=None)
def test_law_1_remembered_danger_only_ever_raises(runs: Any, subject: str, configuration: str, same: bool) -> None:
    memory = RecordedDanger(
        subject=subject,
        configuration=configuration,
        limit="low",
        observation="demo",
        policy=POLICY_DIGEST if same else OTHER_POLICY,
        shown_at=NOW,
        rests_on=tuple(r.run.address for r in runs[:1]),
    )
    without = request(*runs, policy=DOCUMENT)
    found = verdict_of(replace(without, dangers=(memory,))).kind
    assert found in (verdict_of(without).kind, K.DANGER_SHOWN)
    if runs and configuration == "bare":
        lost = (replace(runs[0], run=replace(runs[0].run, attempts=None)), *runs[1:])
        assert verdict_of(replace(without, dangers=(memory,), runs=lost)).kind is K.DANGER_SHOWN


def test_the_configuration_of_these_tests_is_contained() -> None:
    assert isinstance(CONFIGURATIONS["bare"], Configuration)
    assert CONFIGURATIONS["bare"].contained_in == ("tools",)
