"""Costs of the two errors, and many limits at once: published values."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scalegate.errors import InputError
from scalegate.estimate.power import alpha_of_costs, costs_of_alpha, joint_power


@pytest.mark.parametrize(("ratio", "alpha"), [(1, 0.5), (10, 0.0909), (100, 0.0099), (1000, 0.001)])
def test_matches_the_published_levels_of_cost_ratios(ratio: float, alpha: float) -> None:
    assert alpha_of_costs(ratio) == pytest.approx(alpha, abs=5e-5)


@given(ratio=st.floats(1e-3, 1e6))
def test_alpha_and_costs_are_inverse(ratio: float) -> None:
    assert costs_of_alpha(alpha_of_costs(ratio)) == pytest.approx(ratio)


@pytest.mark.parametrize(("limits", "joint", "each"), [(5, 0.59, 0.9791), (20, 0.122, 0.9947)])
def test_matches_the_published_joint_powers(limits: int, joint: float, each: float) -> None:
    found = joint_power(limits, 0.9, 0.9)
    assert found.independent == pytest.approx(joint, abs=5e-4 if limits == 20 else 5e-3)
    assert found.each_independent == pytest.approx(each, abs=5e-5)


@given(limits=st.integers(1, 100), power=st.floats(0.01, 0.99), joint=st.floats(0.01, 0.99))
def test_dependence_unknown_asks_for_more(limits: int, power: float, joint: float) -> None:
    found = joint_power(limits, power, joint)
    assert found.at_least <= found.independent + 1e-12
    assert found.each_whatever >= found.each_independent - 1e-12


def test_refuses_what_is_no_ratio_or_number_of_limits() -> None:
    for ratio in (0.0, -1.0, float("nan"), float("inf")):
        with pytest.raises(InputError):
            alpha_of_costs(ratio)
    with pytest.raises(InputError):
        joint_power(0, 0.9, 0.9)
    with pytest.raises(InputError):
        joint_power(2, 1.0, 0.9)
