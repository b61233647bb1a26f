"""Numbers keep their unit when a sentence is built from them."""

from __future__ import annotations

from scalegate.quantity import Compute, Factor, Minutes, Probability


def test_a_number_in_a_sentence_keeps_its_unit() -> None:
    numbers = (Minutes.parse("8 h"), Factor.parse("4x"), Compute.parse("2.1e24 FLOP"), Probability.parse("35 %"))
    assert [f"{n}" for n in numbers] == [str(n) for n in numbers] == ["480 min", "4x", "2.1e24 FLOP", "0.35"]


def test_a_format_asks_for_the_plain_number() -> None:
    assert f"{Factor.parse('4x'):.1f}" == "4.0"
