"""V1-V10 over bounds given as numbers."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scalegate.policy.document import Direction
from scalegate.verdict.rules import ObservationFacts, combine, judge, raised_by
from scalegate.verdict.verdict import VerdictKind as K
from scalegate.verdict.verdict import gravest

D = Decimal
PROXY = ObservationFacts(
    direction=Direction.RULE_OUT_PROXY,
    limit=D("0.5"),
    alert=D("0.3"),
    lower=D("0.1"),
    upper=D("0.2"),
    recorded_runs=1,
    clearing_runs=1,
)
DEMO = replace(PROXY, direction=Direction.DEMONSTRATION)


def check(facts: ObservationFacts, kind: K, rule: str) -> None:
    found = judge(facts)
    assert found.kind is kind
    assert rule in found.rules
    assert found.reasons


def test_V10_no_kind_means_safe_or_passed() -> None:
    assert [k.value for k in K] == ["DANGER_SHOWN", "NOT_RULED_OUT", "INVALID", "NOT_RUN", "ALERT", "NOT_SHOWN"]
    assert [k.counts_as_crossed for k in K] == [True, True, True, True, False, False]


@pytest.mark.parametrize(
    ("upper", "kind"),
    [("0.29", K.NOT_SHOWN), ("0.3", K.ALERT), ("0.49", K.ALERT), ("0.5", K.NOT_RULED_OUT), ("1", K.NOT_RULED_OUT)],
)
def test_B1_the_upper_bound_decides_against_both_lines(upper: str, kind: K) -> None:
    assert judge(replace(PROXY, upper=D(upper))).kind is kind


def test_V1_a_demonstration_shows_danger_and_its_failure_rules_nothing_out() -> None:
    check(replace(DEMO, lower=D("0.5")), K.DANGER_SHOWN, "V1")
    check(DEMO, K.NOT_RULED_OUT, "V1")


def test_V1_a_proxy_never_shows_danger() -> None:
    check(replace(PROXY, lower=D("0.9"), upper=D("0.95")), K.NOT_RULED_OUT, "V1")


def test_V1_one_verified_success_is_enough_where_the_limit_says_so() -> None:
    check(replace(DEMO, demonstrated=True, lower=None), K.DANGER_SHOWN, "V1")


def test_E1_no_run_is_not_run() -> None:
    check(ObservationFacts(direction=Direction.RULE_OUT_PROXY), K.NOT_RUN, "E1")


def test_E4_an_undisposed_invalid_run_blocks_beside_a_valid_one() -> None:
    check(replace(PROXY, recorded_runs=2, undisposed_invalid=1), K.INVALID, "E4")


def test_E3_evidence_that_cannot_clear_is_invalid() -> None:
    check(replace(PROXY, clearing_runs=0, upper=None), K.INVALID, "E3")


def test_E3_a_broken_run_can_still_show_danger() -> None:
    check(replace(DEMO, clearing_runs=0, undisposed_invalid=1, lower=D("0.6")), K.DANGER_SHOWN, "V1")


def test_V4_lack_of_sensitivity_voids_a_negative() -> None:
    check(replace(PROXY, insensitive=("effort unknown",)), K.NOT_RULED_OUT, "V4")


def test_V5_a_flag_raises_to_not_ruled_out_at_most() -> None:
    check(replace(PROXY, flags=("sandbagging",)), K.NOT_RULED_OUT, "V5")


def test_V7_expired_evidence_is_not_run() -> None:
    check(replace(PROXY, expired="six months"), K.NOT_RUN, "V7")


def test_B2_an_unknown_shift_rules_nothing_out() -> None:
    check(replace(PROXY, upper=None, unproven=(("B2", "unknown"),)), K.NOT_RULED_OUT, "B2")


def test_V2_an_observation_not_relied_on_raises_and_never_clears() -> None:
    def raised(lower: str) -> K | None:
        facts = replace(PROXY, lower=D(lower))
        return raised_by(facts, judge(facts))

    assert raised("0.1") is None
    assert raised("0.3") is K.ALERT
    assert raised("0.5") is K.NOT_RULED_OUT
    assert combine([K.NOT_SHOWN], [K.ALERT]) is K.ALERT
    assert combine([K.NOT_SHOWN, K.ALERT], []) is K.ALERT
    assert combine([], []) is K.NOT_RULED_OUT


UNIT = st.decimals(0, 1, places=3)
FACTS = st.builds(
    ObservationFacts,
    direction=st.sampled_from(list(Direction)),
    limit=st.just(D("0.5")),
    alert=st.just(D("0.3")),
    lower=st.none() | UNIT,
    upper=st.none() | UNIT,
    demonstrated=st.booleans(),
    recorded_runs=st.integers(0, 3),
    clearing_runs=st.integers(0, 3),
    undisposed_invalid=st.integers(0, 2),
    expired=st.sampled_from(["", "old"]),
    insensitive=st.sampled_from([(), ("x",)]),
    flags=st.sampled_from([(), ("x",)]),
    unproven=st.sampled_from([(), (("V1", "x"),)]),
)


@given(FACTS, UNIT)
def test_law_2_a_larger_upper_bound_never_lowers_a_verdict(facts: ObservationFacts, more: Decimal) -> None:
    if facts.upper is not None:
        raised = replace(facts, upper=max(facts.upper, more))
        assert judge(raised).kind.gravity >= judge(facts).kind.gravity


@given(FACTS, UNIT)
def test_law_2_a_larger_lower_bound_never_lowers_a_verdict(facts: ObservationFacts, more: Decimal) -> None:
    raised = replace(facts, lower=max(facts.lower or D(0), more))
    assert judge(raised).kind.gravity >= judge(facts).kind.gravity


@given(FACTS, st.sampled_from(["insensitive", "flags", "unproven", "expired", "undisposed_invalid"]))
def test_law_1_a_defect_never_clears(facts: ObservationFacts, name: str) -> None:
    worse = {"unproven": (("V1", "x"),), "expired": "old", "undisposed_invalid": facts.undisposed_invalid + 1}
    broken = replace(facts, **{name: worse.get(name, ("x",))})
    crossed = judge(facts).kind.counts_as_crossed
    assert not crossed or judge(broken).kind.counts_as_crossed
    assert judge(broken).kind.gravity >= judge(facts).kind.gravity


@given(st.lists(st.sampled_from(list(K)), min_size=1), st.sampled_from(list(K)))
def test_V2_the_gravest_wins(kinds: list[K], more: K) -> None:
    assert gravest(*kinds, more).gravity >= gravest(*kinds).gravity
    assert combine(kinds, [more]) is gravest(*kinds, more)
