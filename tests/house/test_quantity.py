"""Numbers, instants, periods and identifiers: what is read is what is written, and bounds are cut outwards."""

from __future__ import annotations

import copy
import pickle
from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scalegate.errors import InputError
from scalegate.quantity import (
    LAST_INSTANT,
    UNBOUNDED,
    Compute,
    Digest,
    Factor,
    Identifier,
    Minutes,
    Period,
    Probability,
    format_decimal,
    format_instant,
    later,
    parse_decimal,
    parse_instant,
    parse_unbounded,
    round_down,
    round_up,
    whole_second,
)

finite = st.decimals(allow_nan=False, allow_infinity=False)
instants = st.datetimes(max_value=datetime(9999, 12, 31, 23, 59, 59)).map(
    lambda t: t.replace(microsecond=0, tzinfo=UTC)
)


def at(text: str) -> datetime:
    return parse_instant(text)


# ---------------------------------------------------------------------------------- identifiers


@pytest.mark.parametrize("text", ["a", "gpt-4o", "org/model:v1.2@x+y", "A" * 200])
def test_an_id_is_taken_as_it_stands(text: str) -> None:
    assert Identifier.parse(text) == text


@pytest.mark.parametrize("text", ["", "a b", "../etc", "a..b", "ä", "a\n", "A" * 201, "A" * 10_000, "a\\b", "٣"])
def test_what_is_no_id_is_refused_with_a_short_message(text: str) -> None:
    with pytest.raises(InputError, match="is no id") as caught:
        Identifier.parse(text)
    assert len(str(caught.value)) < 200


def test_a_digest_is_lower_case_hex_with_its_algorithm() -> None:
    assert Digest.parse("sha256:" + "0a" * 32).hex == "0a" * 32
    for text in ("sha256:" + "0A" * 32, "0a" * 32, "sha256:" + "0a" * 31, "sha256:" + "0a" * 32 + "\n"):
        with pytest.raises(InputError, match="is no digest"):
            Digest.parse(text)


# -------------------------------------------------------------------------------------- numbers


@given(finite)
def test_a_number_survives_being_written_and_read(value: Decimal) -> None:
    assert parse_decimal(format_decimal(value)) == value


@given(finite)
def test_equal_numbers_are_written_alike(value: Decimal) -> None:
    assert format_decimal(value) == format_decimal(parse_decimal(format_decimal(value)))


def test_a_number_with_many_digits_is_not_rounded_on_the_way() -> None:
    text = "0." + "123456789" * 6
    assert format_decimal(parse_decimal(text)) == text


@pytest.mark.parametrize("text", ["", "nan", "NaN", "inf", "-Infinity", "1_000", "1,5", "0x1", "٣", "1e99999", "- 1"])
def test_what_is_no_number_is_refused(text: str) -> None:
    with pytest.raises(InputError, match="is no number"):
        parse_decimal(text)


@pytest.mark.parametrize(
    ("value", "text"),
    [("0", "0"), ("-0.0", "0"), ("480", "480"), ("1.50", "1.5"), ("2.1e24", "2.1e24"), ("1e-7", "0.0000001"),
     ("1e-8", "1e-8"), ("1e15", "1e15"), ("999999999999999", "999999999999999"), ("Infinity", "unbounded"),
     ("-Infinity", "-unbounded")],
)  # fmt: skip
def test_a_number_is_written_in_its_shortest_plain_form(value: str, text: str) -> None:
    assert format_decimal(Decimal(value)) == text


@pytest.mark.parametrize("value", [UNBOUNDED, -UNBOUNDED, Decimal("0.5")])
def test_unbounded_has_a_word(value: Decimal) -> None:
    assert parse_unbounded(format_decimal(value)) == value


@given(st.floats(allow_nan=False, allow_infinity=False) | finite)
def test_bounds_are_cut_outwards_by_less_than_one_unit_of_the_sixth_digit(value: float | Decimal) -> None:
    low, high, exact = round_down(value), round_up(value), Fraction(value)
    assert Fraction(low) <= exact <= Fraction(high)
    assert len(low.as_tuple().digits) <= 6
    assert len(high.as_tuple().digits) <= 6
    assert Fraction(high) - Fraction(low) <= Fraction(abs(exact)) / 10**5


@given(st.floats(allow_nan=False, allow_infinity=False), st.floats(allow_nan=False, allow_infinity=False))
def test_cutting_keeps_the_order(one: float, two: float) -> None:
    small, large = sorted((one, two))
    assert round_down(small) <= round_down(large)
    assert round_up(small) <= round_up(large)


def test_a_cut_number_is_cut_no_further() -> None:
    assert round_up(round_up(1 / 3)) == round_up(1 / 3) == Decimal("0.333334")
    assert round_down(round_down(1 / 3)) == round_down(1 / 3) == Decimal("0.333333")
    assert round_down(-1 / 3) == Decimal("-0.333334")


def test_infinity_stays_and_nan_is_our_own_bug() -> None:
    assert round_up(float("inf")) == UNBOUNDED
    with pytest.raises(AssertionError, match="missing is a type"):
        round_up(float("nan"))


# ----------------------------------------------------------------------------- numbers with units


@given(st.decimals(min_value=0, max_value=1))
def test_a_probability_survives_being_written_and_read(value: Decimal) -> None:
    assert Probability.parse(str(Probability(value))) == value


@pytest.mark.parametrize(
    ("text", "value"),
    [("0.35", "0.35"), ("35 %", "0.35"), ("35%", "0.35"), ("0.5 %", "0.005"), ("0", "0"), ("0.0", "0"), ("1.0", "1"),
     ("100 %", "1"), ("1e-8", "1e-8")],
)  # fmt: skip
def test_a_probability_is_read(text: str, value: str) -> None:
    assert Probability.parse(text) == Decimal(value)


@pytest.mark.parametrize("text", ["1", "5", "35", "-1", "+1", "01"])
def test_a_bare_whole_number_is_ambiguous(text: str) -> None:
    """`limit: 1` may mean 1 % or certainty: a policy must say which."""
    with pytest.raises(InputError, match="is ambiguous"):
        Probability.parse(text)


@pytest.mark.parametrize("text", ["1.1", "-0.1", "101 %", "-1 %", "nan", "%", "0.35 %%", ""])
def test_what_is_no_probability_is_refused(text: str) -> None:
    with pytest.raises(InputError):
        Probability.parse(text)


def test_certainty_is_written_so_that_it_can_be_read() -> None:
    assert str(Probability("1")) == "1.0"
    assert str(Probability("0")) == "0"
    assert str(Probability("1e-9")) == "1e-9"


positive = st.decimals(min_value=Decimal("1e-9"), max_value=Decimal("1e30")).filter(bool)


@given(positive)
def test_lengths_and_amounts_survive_being_written_and_read(value: Decimal) -> None:
    assert Minutes.parse(str(Minutes(value))) == value
    assert Compute.parse(str(Compute(value))) == value
    assert Factor.parse(str(Factor(1 + value))) == 1 + value


def test_units_are_read() -> None:
    assert Minutes.parse("8 h") == Minutes.parse("480 min") == Minutes.parse("480min") == 480
    assert Compute.parse("2.1e24 FLOP") == Compute.from_flop("2.1e24") == Decimal("2.1e24")
    assert str(Compute.parse("2100000 FLOP")) == "2.1e6 FLOP"
    assert Factor.parse("4x") == Factor.parse("4 x") == 4


@pytest.mark.parametrize("text", ["8", "0 min", "-8 h", "8 hours", "h", "nan min", "8 H", "1 000 min"])
def test_what_is_no_task_length_is_refused(text: str) -> None:
    with pytest.raises(InputError):
        Minutes.parse(text)


@pytest.mark.parametrize("text", ["2.1e24", "0 FLOP", "-1 FLOP", "2 flop", "FLOP"])
def test_what_is_no_compute_is_refused(text: str) -> None:
    with pytest.raises(InputError):
        Compute.parse(text)


@pytest.mark.parametrize("text", ["4", "0.5x", "x", "-2x", "4X"])
def test_what_is_no_factor_is_refused(text: str) -> None:
    with pytest.raises(InputError):
        Factor.parse(text)


def test_numbers_with_units_are_equal_by_value_and_can_be_copied() -> None:
    value = Minutes.parse("8 h")
    assert {value: "a"}[Decimal(480)] == "a"
    for twin in (copy.deepcopy(value), pickle.loads(pickle.dumps(value))):
        assert twin == value
        assert str(twin) == "480 min"
    assert repr(value) == "Minutes('480 min')"


# ----------------------------------------------------------------------------------------- time


@given(instants)
def test_an_instant_survives_being_written_and_read(value: datetime) -> None:
    assert parse_instant(format_instant(value)) == value
    assert len(format_instant(value)) == 20


def test_a_bare_date_means_its_first_second() -> None:
    assert at("2026-03-31") == at("2026-03-31T00:00:00Z")


@pytest.mark.parametrize(
    "text",
    ["2026-03-31T00:00:00", "2026-03-31T00:00:00+00:00", "2026-03-31T00:00:00.5Z", "2026-02-30", "2026-3-1",
     "2026-03-31t00:00:00z", "2026-03-31T24:00:00Z", "2026-06-30T23:59:60Z", "0000-01-01", "20260331", "٢026-03-31",
     "2026-03-31\n", ""],
)  # fmt: skip
def test_what_is_no_instant_is_refused(text: str) -> None:
    with pytest.raises(InputError, match="is no instant"):
        parse_instant(text)


def test_only_whole_utc_seconds_are_written() -> None:
    with pytest.raises(AssertionError):
        format_instant(datetime(2026, 1, 1))
    with pytest.raises(AssertionError):
        format_instant(datetime(2026, 1, 1, microsecond=1, tzinfo=UTC))


def test_a_clock_reading_becomes_a_whole_second_in_utc() -> None:
    reading = datetime(2026, 1, 1, 1, 30, 0, 999_999, tzinfo=timezone(timedelta(hours=2)))
    assert whole_second(reading) == at("2025-12-31T23:30:00Z")
    assert whole_second(reading).tzinfo is UTC


@pytest.mark.parametrize(
    ("start", "period", "end"),
    [("2026-01-31", "1 month", "2026-02-28"), ("2024-01-31", "1 month", "2024-02-29"),
     ("2026-08-31", "6 months", "2027-02-28"), ("2026-12-15", "1 month", "2027-01-15"),
     ("2024-02-29", "12 months", "2025-02-28"), ("2026-03-31T12:00:00Z", "24 h", "2026-04-01T12:00:00Z"),
     ("2026-03-31", "2 weeks", "2026-04-14"), ("2026-03-31", "90 days", "2026-06-29"),
     ("2026-03-31", "30 min", "2026-03-31T00:30:00Z"), ("2026-03-31", "0 days", "2026-03-31")],
)  # fmt: skip
def test_a_period_after_an_instant(start: str, period: str, end: str) -> None:
    assert Period.parse(period).after(at(start)) == at(end)


periods = st.builds(
    lambda number, unit: f"{min(number, 142_857) if unit[0] == 'w' else number} {unit}",
    st.integers(0, 999_999),
    st.sampled_from(["month", "months", "week", "weeks", "day", "days", "h", "hours", "min", "minutes"]),
)


@given(periods)
def test_a_period_survives_being_written_and_read(text: str) -> None:
    period = Period.parse(text)
    assert Period.parse(str(period)) == period


@given(periods, instants)
def test_a_period_never_ends_before_it_begins_nor_outside_its_own_bounds(text: str, start: datetime) -> None:
    period = Period.parse(text)
    end = period.after(start)
    assert start <= end <= LAST_INSTANT
    length = (end - start).total_seconds()
    assert length <= period.longest_seconds
    assert length >= period.shortest_seconds or end == LAST_INSTANT


@given(periods, instants, instants)
def test_a_later_start_never_ends_earlier(text: str, one: datetime, two: datetime) -> None:
    first, second = sorted((one, two))
    assert Period.parse(text).after(first) <= Period.parse(text).after(second)


@pytest.mark.parametrize(
    "text", ["6", "6 years", "-1 days", "1.5 h", "a month", "1000000 days", "6  months", "٣ days", "142858 weeks"]
)
def test_what_is_no_period_is_refused(text: str) -> None:
    with pytest.raises(InputError, match="is no period"):
        Period.parse(text)


def test_time_ends_at_the_last_instant() -> None:
    assert later(LAST_INSTANT, 1) == LAST_INSTANT
    assert Period.parse("999999 months").after(at("2026-01-01")) == LAST_INSTANT


def test_messages_keep_what_is_wrong_apart_from_how_to_mend_it() -> None:
    with pytest.raises(InputError) as caught:
        Digest.parse("md5: abc")
    finding = caught.value.findings[0]
    assert finding.what == "'md5: abc' is no digest"
    assert finding.mend == "write sha256: and 64 lower-case hex digits"
