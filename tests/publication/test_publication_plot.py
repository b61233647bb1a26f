"""Plots: every model drawn, bounds in order, labels apart, nothing outside the picture."""

from __future__ import annotations

import itertools
import math
from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from publication import fixture_page as fixture
from scalegate.publication.chart import ChartSource
from scalegate.publication.plot import Plot, in_rows, over_time, spread, value_scale

SOURCES = [seen.chart for limit in fixture.page().limits for seen in limit.observations if seen.chart]


@pytest.mark.parametrize("source", SOURCES)
@pytest.mark.parametrize("layout", [over_time, in_rows])
def test_every_model_is_drawn_inside_the_picture(source: ChartSource, layout: object) -> None:
    plot: Plot = layout(source)  # type: ignore[operator]
    assert len(plot.bars) == 15
    for bar in plot.bars:
        for number in (bar.across, bar.label_across, bar.low, bar.high, bar.marker):
            assert math.isfinite(number)
            assert -1 <= number <= max(plot.width, plot.height)


def test_a_bound_above_the_limit_is_drawn_above_its_line() -> None:
    for source in SOURCES:
        plot = over_time(source)
        limit = next(level.at for level in plot.levels if level.is_limit)
        for bar in plot.bars:
            if not bar.mark.unseen:
                reaches = bar.mark.open_above or (bar.mark.upper or 0) >= source.limit_value
                assert (bar.high <= limit) == reaches  # coordinates grow downwards


def test_unbounded_ends_and_missing_evidence_are_marked() -> None:
    bars = {bar.mark.title: bar for bar in over_time(SOURCES[0]).bars}
    assert bars["Cedar Opus 4.6"].open_high
    assert not bars["Cedar Opus 4.6"].mark.unseen
    assert bars["Fir 5"].mark.unseen
    assert sum(bar.open_high for bar in bars.values()) == 2


def test_a_point_is_drawn_only_within_its_bounds() -> None:
    for source in SOURCES:
        for mark in source.marks:
            if mark.point is not None:
                assert mark.lower is not None
                assert mark.lower <= mark.point
                assert mark.upper is None or mark.point <= mark.upper


def test_a_model_without_release_date_has_its_own_place() -> None:
    models = fixture.models()
    models["elm-31"] = replace(models["elm-31"], released=None)
    source = fixture.page(models=models).limits[0].observations[0].chart
    plot = over_time(source)
    assert plot.undated_from is not None
    undated = [bar for bar in plot.bars if bar.mark.released is None]
    assert len(undated) == 1
    assert all(bar.across < plot.undated_from < undated[0].across for bar in plot.bars if bar.mark.released)


def test_no_bar_stands_before_its_release_date() -> None:
    bars = [bar for bar in over_time(SOURCES[0]).bars if bar.mark.released]
    year = next(tick.at for tick in over_time(SOURCES[0]).model_ticks if tick.text == "2026")
    for bar in bars:
        assert bar.mark.released is not None
        assert (bar.across >= year) == (bar.mark.released.year >= 2026)


def test_one_model_or_none_is_drawn_too() -> None:
    source = SOURCES[0]
    for marks in ((), source.marks[:1]):
        assert len(over_time(replace(source, marks=marks)).bars) == len(marks)
        assert len(in_rows(replace(source, marks=marks)).bars) == len(marks)


def test_a_rate_has_a_linear_axis_from_0_to_1() -> None:
    source = replace(
        SOURCES[0], logarithmic=False, measure="success_rate", limit_value=Decimal("0.5"), alert_value=Decimal("0.35")
    )
    place = value_scale(source, 0, 100)
    assert [place(Decimal(n)) for n in ("0", "0.5", "1")] == [0, 50, 100]
    assert next(tick.text for tick in over_time(replace(source, marks=())).value_ticks) == "0 %"


@given(
    st.lists(st.floats(0, 500), max_size=40).map(sorted),
    st.floats(1, 30),
)
def test_labels_keep_their_order_and_their_distance(wanted: list[float], gap: float) -> None:
    placed = spread(wanted, gap, 0, 500)
    assert len(placed) == len(wanted)
    room = min(gap, 500 / max(len(wanted) - 1, 1))
    assert all(b - a >= room - 1e-6 for a, b in itertools.pairwise(placed))
    assert all(-1e-6 <= p <= 500 + 1e-6 for p in placed)


@given(st.lists(st.decimals("0.0001", "1000000", places=4), min_size=2, max_size=2))
def test_the_scale_is_monotone(pair: list[Decimal]) -> None:
    low, high = sorted(pair)
    place = value_scale(SOURCES[0], 0, 100)
    assert place(low) <= place(high)
