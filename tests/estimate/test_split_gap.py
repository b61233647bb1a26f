"""Open against sealed: published values, scipy, exactness by enumeration, both directions."""

from __future__ import annotations

import json

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from scalegate.errors import InputError
from scalegate.estimate.split_gap import fisher, gap_p_values, split_gap
from shared import shared

ARM = st.integers(1, 15).flatmap(lambda items: st.tuples(st.integers(0, items), st.just(items)))


def test_fisher_matches_the_published_value_and_scipy() -> None:
    row = json.loads(shared("reference/oracles.json").read_text())["heldout_gap_80_100_vs_60_100"]
    assert fisher((80, 100), (60, 100)) == pytest.approx(row["fisher_greater"], rel=1e-10)
    # The published figure of Boschloo's test has its groups the other way round: 80 of 140 against 20 of 60.
    assert gap_p_values((80, 140), (20, 60)).memorised == pytest.approx(row["boschloo_greater"], rel=1e-6)


@given(first=ARM, second=ARM)
def test_fisher_matches_scipy(first: tuple[int, int], second: tuple[int, int]) -> None:
    table = [[first[0], second[0]], [first[1] - first[0], second[1] - second[0]]]
    assert fisher(first, second) == pytest.approx(stats.fisher_exact(table, alternative="greater")[1], abs=1e-10)


@pytest.mark.parametrize(("first", "second"), [((80, 100), (60, 100)), ((7, 12), (2, 15)), ((30, 100), (6, 25))])
def test_boschloo_matches_scipy(first: tuple[int, int], second: tuple[int, int]) -> None:
    table = [[first[0], second[0]], [first[1] - first[0], second[1] - second[0]]]
    found = gap_p_values(first, second)
    assert found.memorised == pytest.approx(stats.boschloo_exact(table, alternative="greater").pvalue, rel=1e-5)
    assert found.suppressed == pytest.approx(stats.boschloo_exact(table, alternative="less").pvalue, rel=1e-5)


@settings(max_examples=60)
@given(opened=ARM, sealed=ARM)
def test_the_two_directions_mirror_and_none_exceeds_fisher(opened: tuple[int, int], sealed: tuple[int, int]) -> None:
    found, turned = gap_p_values(opened, sealed), gap_p_values(sealed, opened)
    assert (found.memorised, found.suppressed) == (turned.suppressed, turned.memorised)
    assert found.memorised <= fisher(opened, sealed) * (1 + 1e-12)
    both = split_gap(opened, sealed)
    assert both.p_value == split_gap(sealed, opened).p_value
    assert both.statistic == pytest.approx(-split_gap(sealed, opened).statistic)


def test_memorised_and_suppressed_are_both_found() -> None:
    assert split_gap((80, 100), (60, 100)).p_value < 0.01
    assert split_gap((10, 100), (30, 100)).p_value < 0.01
    assert split_gap((10, 100), (30, 100)).statistic == pytest.approx(-0.2)
    assert split_gap((30, 100), (30, 100)).p_value == 1


@pytest.mark.parametrize(("opened", "sealed"), [(20, 20), (30, 12)])
def test_alarms_falsely_no_more_often_than_its_level_whatever_the_common_rate(opened: int, sealed: int) -> None:
    """By enumeration of every table, at rates from 0.02 to 0.98."""
    flagged = np.array(
        [[split_gap((a, opened), (b, sealed)).p_value <= 0.05 for b in range(sealed + 1)] for a in range(opened + 1)]
    )
    for rate in np.linspace(0.02, 0.98, 25):
        first = stats.binom.pmf(np.arange(opened + 1), opened, rate)
        second = stats.binom.pmf(np.arange(sealed + 1), sealed, rate)
        assert first @ flagged @ second <= 0.05 * (1 + 1e-6)


def test_very_many_items_are_answered_by_fisher() -> None:
    assert gap_p_values((1500, 3000), (1400, 3000)).memorised == fisher((1500, 3000), (1400, 3000))


def test_bad_input_is_refused_by_name() -> None:
    for opened, sealed in (((0, 0), (1, 2)), ((3, 2), (1, 2)), ((1, 2), (-1, 2))):
        with pytest.raises(InputError):
            split_gap(opened, sealed)
