"""Effective compute from parameters and tokens, and from a measured loss."""

from __future__ import annotations

from decimal import Decimal
from math import exp, log

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scalegate.errors import InputError
from scalegate.estimate.effective_compute import Rung, added, compute_at_loss, effective_compute, training_compute

LADDER = tuple(
    Rung(compute=Decimal(c), loss=Decimal(loss)) for c, loss in (("1e18", "4"), ("1e19", "3.4"), ("1e20", "3.0"))
)


def test_six_n_d_is_exact() -> None:
    # Pythia 6.9B over 143,000 steps of 2,097,152 tokens, with the rounded parameter count.
    assert training_compute(6_900_000_000, 143_000 * 2_097_152) == 6 * 6_900_000_000 * 143_000 * 2_097_152
    with pytest.raises(InputError):
        training_compute(0, 5)


def test_S4_parents_and_post_training_are_counted_and_one_unknown_part_makes_all_unknown() -> None:
    own, post, parent = Decimal("3e20"), Decimal("1e19"), Decimal("5e20")
    assert effective_compute([own], [post], [parent]) == Decimal("8.1e20")
    assert effective_compute([own], [post], [parent, None]) is None
    assert effective_compute([], [], []) is None
    assert added([None]) is None


def test_a_measured_loss_is_read_against_the_ladder() -> None:
    assert compute_at_loss(Decimal("3.4"), LADDER) == Decimal("1e19")
    share = (log(4) - log(3.6)) / (log(4) - log(3.4))
    assert float(compute_at_loss(Decimal("3.6"), LADDER) or 0) == pytest.approx(1e18 * exp(share * log(10)), rel=1e-5)


@pytest.mark.parametrize("loss", ["2.99", "4.01"])
def test_nothing_is_extrapolated_off_the_ladder(loss: str) -> None:
    assert compute_at_loss(Decimal(loss), LADDER) is None


def test_a_better_recipe_counts_as_more_and_a_failing_run_never_as_less_than_it_cost() -> None:
    spent = [Decimal("1e18")]
    assert effective_compute(spent, [], [], loss=Decimal("3.0"), ladder=LADDER) == Decimal("1e20")
    assert effective_compute([Decimal("5e19")], [], [], loss=Decimal("4"), ladder=LADDER) == Decimal("5e19")
    # Off the ladder: better than its last rung is unknown; worse than its first is settled by what was spent.
    assert effective_compute(spent, [], [], loss=Decimal("2"), ladder=LADDER) is None
    assert effective_compute(spent, [], [], loss=Decimal("5"), ladder=LADDER) == Decimal("1e18")
    assert effective_compute([Decimal("9e17")], [], [], loss=Decimal("5"), ladder=LADDER) is None


def test_what_came_after_the_loss_is_counted_on_top_of_it() -> None:
    found = effective_compute([Decimal("1e18")], [Decimal("7e19")], [], loss=Decimal("3.0"), ladder=LADDER)
    assert found == Decimal("1.7e20")


@pytest.mark.parametrize(
    "ladder",
    [LADDER[:1], LADDER[::-1], (*LADDER, LADDER[-1]), (Rung(compute=Decimal(0), loss=Decimal(9)), *LADDER)],
)
def test_a_ladder_that_is_none_is_refused(ladder: tuple[Rung, ...]) -> None:
    with pytest.raises(InputError):
        compute_at_loss(Decimal("3.4"), ladder)


Losses = st.decimals("2.5", "4.5", places=4)


@given(Losses, Losses)
def test_a_lower_loss_never_reads_as_less_compute(one: Decimal, other: Decimal) -> None:
    low, high = (compute_at_loss(loss, LADDER) for loss in sorted((one, other)))
    if low is not None and high is not None:
        assert low >= high


@given(st.lists(st.decimals("1", "1e25"), min_size=1, max_size=4), st.decimals("1", "1e25"), st.none() | Losses)
def test_one_more_phase_never_makes_a_run_smaller(phases: list[Decimal], more: Decimal, loss: Decimal | None) -> None:
    before = effective_compute(phases, [], [], loss=loss, ladder=LADDER if loss else ())
    after = effective_compute([*phases, more], [], [], loss=loss, ladder=LADDER if loss else ())
    if before is not None:
        assert after is not None
        assert after >= before
