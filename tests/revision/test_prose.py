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


NO_STRONGER = [
    # The same listed words, of which more stand in the sentence, or elsewhere in it.
    ("It will, if possible, tell us and tell you.", "It will, if possible, tell us and, if possible, tell you."),
    ("It will, if possible, tell us and will tell you.", "It will tell us and will, if possible, tell you."),
    ("The officer will tell the public and may tell us.", "The officer may tell the public and will tell us."),
    # Times that only look the same, or shorter.
    ("We will answer within 5 days.", "We will answer within 5 business days."),
    ("We will answer within 30 days.", "We will answer within 1 month."),
    ("We will answer within 1 quarter.", "We will answer within 91 days."),
    # A number that says of how much, not how well.
    ("We will spend up to 20% of compute on tests.", "We will spend up to 2% of compute on tests."),
    ("We will test models with more than 25 units.", "We will test models with more than 250 units."),
    ("We will report incidents with at least 10 deaths.", "We will report incidents with at least 100 deaths."),
    ("Incidents that cost at least 5% will be told.", "Incidents that cost at least 50% will be told."),
    ("We will answer within 10 days.", "We will answer within ~10 days."),
    ("Losses of $100 are reported.", "Losses of \u00a5100 are reported."),
    ("A loss above 5 is reported.", "A loss above \u22125 is reported."),
    # Sentences that came and take away.
    ("We test.", "We test. The policy will cover only models that are sold."),
    ("We will report.", "We will report. All findings will be kept confidential."),
    ("We will report.", "We will report. A test will be deemed met by the officer's word."),
    ("We will report.", "We will report. The officer will decide each case."),
    ("We will test each model. We will tell the public. This is done for staff alone.",
     "We will tell the public. This is done for staff alone. We will test each model."),
    # Prohibitions.
    ("We may not tell the public.", "We will not tell the public."),
    ("We should not publish findings.", "We will not publish findings."),
    # Two words that look like one misspelt; signs that are no punctuation.
    ("A causal test will be run.", "A casual test will be run."),
    ("The latter model will be tested.", "The later model will be tested."),
    ("Board, officer will sign.", "Board/officer will sign."),
    ("We will stop.", "We will stop?"),
]  # fmt: skip


@pytest.mark.parametrize(("old", "new"), NO_STRONGER)
def test_listed_words_in_other_places_and_numbers_of_another_meaning_are_never_called_stronger(
    old: str, new: str
) -> None:
    assert weigh_text(old, new).outcome is Outcome.WEAKENED


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("We will answer within 3 days.", "We will answer within 72 hours."),
        ("We test every 2 weeks.", "We test every 14 days."),
        ("We will answer.", "We must answer."),
    ],
)
def test_the_same_weight_in_other_words_is_retained(old: str, new: str) -> None:
    weighed = weigh_text(old, new)
    assert weighed.outcome is Outcome.RETAINED
    assert weighed.why == "the same in other words of the same weight"


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("We will aim to tell the public.", "We will tell the public."),
        ("We will answer within 2 months.", "We will answer within 30 days."),
        ("Within 6 months it will be published.", "Within 5 months it will be published."),
        ("We will, where appropriate, aim to tell you.", "We will tell you."),
    ],
)
def test_what_is_firmer_in_the_same_place_is_stronger(old: str, new: str) -> None:
    assert weigh_text(old, new).outcome is Outcome.STRENGTHENED
