"""From measurements to checks: each kind, pairing by name, and what cannot be used."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from scalegate.assessment.measured_flag import LEAST_P, check_of
from scalegate.errors import InputError
from scalegate.evidence.flag import LEVEL, FlagCheck
from scalegate.evidence.flag_measurement import (
    AnswerPosition,
    BelowChance,
    BelowHonest,
    DifficultyOrder,
    Half,
    Measurement,
    NoiseCurve,
    NoiseLevel,
    Shard,
    ShardExchangeability,
    SplitGap,
    Stated,
)
from scalegate.quantity import Probability
from world import SOME_DIGEST, SUBJECT, ident

ABOUT: dict[str, Any] = {
    "id": ident("c1"),
    "model": ident("m"),
    "configuration": ident("bare"),
    "evaluation": ident("exam"),
}
ITEMS = [f"q{i}" for i in range(60)]


def first(number: int) -> dict[str, bool]:
    """Right on the first so many items."""
    return {item: at < number for at, item in enumerate(ITEMS)}


def shards(gain: str, shuffles: int = 99) -> tuple[Shard, ...]:
    low = tuple(Decimal(-100) - Decimal(n) / 100 for n in range(shuffles))
    return tuple(Shard(published=Decimal(-100) + Decimal(gain), shuffled=low) for _ in range(5))


RAISE: list[Measurement] = [
    BelowChance(**ABOUT, kind="below_chance", chance=Probability("0.25"), right=first(4)),
    BelowHonest(**ABOUT, kind="below_honest", honest=first(30), suspect=first(10)),
    AnswerPosition(
        **ABOUT,
        kind="answer_position",
        options=4,
        honest={item: "ABCD"[at % 4] for at, item in enumerate(ITEMS)},
        suspect=dict.fromkeys(ITEMS, "C"),
    ),
    DifficultyOrder(
        **ABOUT,
        kind="difficulty_order",
        difficulty={item: Decimal(60 - at) for at, item in enumerate(ITEMS)},
        right=first(12),
        family=dict.fromkeys(ITEMS, "f"),
    ),
    NoiseCurve(
        **ABOUT,
        kind="noise_curve",
        without=first(6),
        levels=(NoiseLevel(noise=Decimal("0.01"), right=first(30)), NoiseLevel(noise=Decimal("0.1"), right=first(0))),
    ),
    ShardExchangeability(**ABOUT, kind="shard_exchangeability", shards=shards("1")),
    SplitGap(**ABOUT, kind="split_gap", opened=Half(right=10, items=100), sealed=Half(right=30, items=100)),
]
NONE: list[Measurement] = [
    replace(RAISE[0], right=first(15)),  # type: ignore[type-var]
    replace(RAISE[1], suspect=first(29)),  # type: ignore[type-var]
    replace(RAISE[2], suspect={item: "ABCD"[at % 4] for at, item in enumerate(ITEMS)}),  # type: ignore[type-var]
    replace(RAISE[3], right={item: at >= 48 for at, item in enumerate(ITEMS)}),  # type: ignore[type-var]
    replace(RAISE[4], without=first(31)),  # type: ignore[type-var]
    replace(RAISE[5], shards=shards("-0.5")),  # type: ignore[type-var]
    replace(RAISE[6], opened=Half(right=29, items=100)),  # type: ignore[type-var]
]


def made(measured: Measurement) -> FlagCheck:
    return check_of(measured, subject=SUBJECT, evidence=SOME_DIGEST)


@pytest.mark.parametrize("measured", RAISE, ids=lambda m: m.kind)
def test_V5_each_kind_raises_a_flag_on_what_it_is_for(measured: Measurement) -> None:
    check = made(measured)
    assert check.raised
    assert check.p_value is not None
    assert LEAST_P <= check.p_value <= LEVEL
    assert check.consistent
    assert check.test == f"{measured.kind}/1"


@pytest.mark.parametrize("measured", NONE, ids=lambda m: m.kind)
def test_each_kind_finds_nothing_where_there_is_nothing(measured: Measurement) -> None:
    check = made(measured)
    assert not check.raised
    assert check.consistent


def test_V5_what_somebody_saw_is_a_flag_without_a_test() -> None:
    check = made(Stated(**ABOUT, kind="stated", words="it asked whether this was a test", note="transcript 4"))
    assert check.raised
    assert check.consistent
    assert check.p_value is None
    assert "transcript 4" in check.words
    with pytest.raises(InputError):
        made(Stated(**ABOUT, kind="stated", words="  "))


def test_law_4_arms_are_paired_by_name_and_not_by_place() -> None:
    plain = RAISE[1]
    assert isinstance(plain, BelowHonest)
    turned = replace(plain, suspect=dict(reversed(plain.suspect.items())))
    assert made(turned) == made(plain)


def test_no_p_value_is_recorded_as_nothing() -> None:
    items = {f"q{i}": False for i in range(3000)}
    check = made(BelowChance(**ABOUT, kind="below_chance", chance=Probability("0.5"), right=items))
    assert check.p_value == LEAST_P


def test_too_few_shuffles_to_reach_the_level_are_refused_and_not_called_nothing() -> None:
    for wrong in (shards("1", 98), (*shards("1"), *shards("1", 120)), ()):
        with pytest.raises(InputError, match="at least 99"):
            made(ShardExchangeability(**ABOUT, kind="shard_exchangeability", shards=wrong))


def test_arms_with_other_items_are_refused_with_the_items() -> None:
    plain = RAISE[1]
    assert isinstance(plain, BelowHonest)
    with pytest.raises(InputError, match="q59"):
        made(replace(plain, suspect={k: v for k, v in plain.suspect.items() if k != "q59"}))
    with pytest.raises(InputError, match="no item"):
        made(replace(plain, honest={}, suspect={}))
    with pytest.raises(InputError):
        made(NoiseCurve(**ABOUT, kind="noise_curve", without=first(3), levels=()))


def test_V5_a_check_that_contradicts_its_own_numbers_is_seen() -> None:
    check = made(RAISE[0])
    for wrong in (
        replace(check, raised=False),
        replace(check, level=Decimal("0.001")),
        replace(check, p_value=Decimal("0.5")),
        replace(check, test=""),
        replace(made(Stated(**ABOUT, kind="stated", words="w")), words=""),
    ):
        assert not wrong.consistent
