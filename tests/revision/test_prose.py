"""Texts: which way a sentence goes, and that what nobody can tell counts as weakened."""

from __future__ import annotations

import pytest

from scalegate.revision.change import Outcome
from scalegate.revision.prose import weigh_text

WILL = "The officer will tell the board."

WEAKER = [
    (WILL, "The officer intends to tell the board.", "an intention"),
    (WILL, "The officer is expected to tell the board.", "an intention"),
    (WILL, "The officer may tell the board.", "a possibility"),
    (WILL, "The officer should tell the board.", "a recommendation"),
    ("The officer aims to tell the board.", "The officer could tell the board.", "a possibility"),
    ("The officer may tell the board.", "The officer is encouraged to tell the board.", "a recommendation"),
    (WILL, "The officer will, where appropriate, tell the board.", "hedged"),
    (WILL, "As technically feasible, the officer will tell the board.", "hedged"),
    (WILL, "The officer will generally tell the board.", "hedged"),
    (WILL, "The officer will make reasonable efforts and tell the board.", "hedged"),
    ("It will be published within 14 days.", "It will be published within 30 days.", "exceeded is larger"),
    ("It will be published within two weeks.", "It will be published within 3 weeks.", "exceeded is larger"),
    ("At least five people will look.", "At least 3 people will look.", "reached is smaller"),
    ("It will be published. It will be signed.", "It will be published.", "a sentence is gone"),
]
STRONGER = [
    ("The officer aims to tell the board.", WILL),
    ("The officer may tell the board.", "The officer must tell the board."),
    ("The officer will, where possible, tell the board.", WILL),
    ("It will be published within 30 days.", "It will be published within 14 days."),
    ("It will be published within 2 months.", "It will be published within 5 weeks."),
    ("At least three people will look.", "At least five people will look."),
    (WILL, "The officer will tell the board. The officer will tell the public."),
]
OPEN = [
    (WILL, "The officer will tell the chair.", "reworded"),
    ("The officer will not deploy.", "The officer will deploy.", "negation"),
    ("Weights will stay in 2 places.", "Weights will stay in 3 places.", "a number differs"),
    ("It will not be kept for at least 30 days.", "It will not be kept for at least 14 days.", "a number differs"),
    (WILL, "The officer will tell the board. This does not apply to drills.", "a sentence came"),
    ("Internal tests are run.", "Interval tests are run.", "reworded"),
    ("The officer may waive it.", "The officer will waive it.", "firmer words"),
    ("Where appropriate, models are released.", "Models are released.", "firmer words"),
    (WILL, "The officer will tell the board. Training will continue meanwhile.", "a sentence came"),
    ("Unsafe use will stop.", "Safe use will stop.", "reworded"),
]
SAME = [
    (WILL, "The officer will  tell\nthe board"),
    (WILL, "the Officer will tell the board!"),
    ("We can't know.", "We cannot know."),
    ("Five people", "5 people"),
    ("They recieve a letter.", "They receive a letter."),
    ("They are commited to it.", "They are committed to it."),
    ("It will be signed. It will be published.", "It will be published. It will be signed."),
]


@pytest.mark.parametrize(("old", "new", "why"), WEAKER)
def test_a_sentence_that_promises_less_is_weakened(old: str, new: str, why: str) -> None:
    weighed = weigh_text(old, new)
    assert weighed.outcome is Outcome.WEAKENED
    assert why in weighed.why
    assert weighed.pairs


@pytest.mark.parametrize(("old", "new"), STRONGER)
def test_a_sentence_that_promises_more_is_strengthened_and_weaker_the_other_way(old: str, new: str) -> None:
    assert weigh_text(old, new).outcome is Outcome.STRENGTHENED
    assert weigh_text(new, old).outcome is Outcome.WEAKENED


@pytest.mark.parametrize(("old", "new", "why"), OPEN)
def test_what_cannot_be_told_counts_as_weakened_both_ways_and_says_so(old: str, new: str, why: str) -> None:
    weighed = weigh_text(old, new)
    assert (weighed.outcome, weighed.undecidable) == (Outcome.WEAKENED, True)
    assert why in weighed.why
    assert "undecidable" in weighed.why
    assert weigh_text(new, old).outcome is Outcome.WEAKENED


@pytest.mark.parametrize(("old", "new"), SAME)
def test_spelling_spacing_and_order_are_no_change(old: str, new: str) -> None:
    assert weigh_text(old, new).outcome is Outcome.RETAINED


def test_a_stronger_sentence_does_not_make_up_for_a_weaker_one() -> None:
    old = "The officer will tell the board. The board may tell the public."
    new = "The officer may tell the board. The board will tell the public."
    assert weigh_text(old, new).outcome is Outcome.WEAKENED


def test_the_pair_of_sentences_is_shown_and_the_others_are_not() -> None:
    old = "One thing holds. The officer will tell the board. Another thing holds."
    new = "One thing holds. The officer may tell the board. Another thing holds."
    assert weigh_text(old, new).pairs == (("The officer will tell the board.", "The officer may tell the board."),)
