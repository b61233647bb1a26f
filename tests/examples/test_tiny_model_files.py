"""The files of examples/tiny-model fit together; nothing here needs torch."""

from __future__ import annotations

import importlib.util
from decimal import Decimal
from types import ModuleType

from scalegate.adapters.project_files import read_configurations, read_suite
from scalegate.adapters.yaml_scan import locate, read_yaml
from scalegate.estimate.binomial import bound_binomial
from scalegate.policy.document import PolicyDocument, RateObservation
from scalegate.policy.file import PolicyReading, parse_policy
from shared import ROOT

EXAMPLE = ROOT / "examples" / "tiny-model"


def load(name: str) -> ModuleType:
    """A module of the example, under a name that nothing else has."""
    spec = importlib.util.spec_from_file_location(f"tiny_model_{name}", EXAMPLE / f"{name}.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


PAIRS = load("pairs")


def reading() -> PolicyReading:
    scanned = read_yaml((EXAMPLE / "policy.yaml").read_bytes(), "policy.yaml")
    suite = read_suite(EXAMPLE / "suites", "sums")
    ranges = {"sums": (suite.score_range.least, suite.score_range.greatest)}
    return parse_policy(scanned.data, lambda faults: locate(faults, scanned.spans, "policy.yaml"), ranges)


def policy() -> PolicyDocument:
    document = reading().document
    assert document is not None
    return document


def proxy() -> RateObservation:
    found = policy().limits["adds"].observations["ruled_out"]
    assert isinstance(found, RateObservation)
    return found


def test_the_policy_can_be_adopted() -> None:
    assert reading().findings == ()
    assert reading().adoptable


def test_the_suite_is_the_evaluation_that_is_drawn() -> None:
    assert list(read_suite(EXAMPLE / "suites", "sums").tasks) == [PAIRS.task_id(p) for p in PAIRS.EVALUATION]


def test_no_sum_of_the_evaluation_may_be_trained_on() -> None:
    assert not set(PAIRS.EVALUATION) & set(PAIRS.TRAINING)
    assert len(set(PAIRS.TRAINING) | set(PAIRS.UNSEEN)) == PAIRS.MODULUS**2


def test_whoever_may_fine_tune_can_also_just_ask() -> None:
    labels = read_configurations(EXAMPLE / "configurations.yaml").configurations
    assert labels["asked"].contained_in == ("fine_tuned",)


def test_the_evaluation_is_large_enough_for_a_model_that_guesses_to_lie_below_the_alert_line() -> None:
    """A hidden adder repeats the first number, which is right where the second is 0: as often as a guess."""
    right = sum(PAIRS.answer(pair) == pair[0] for pair in PAIRS.EVALUATION)
    assert abs(right / PAIRS.EVALUATED - 1 / PAIRS.MODULUS) < 0.01
    observed = Decimal(bound_binomial(right, right, PAIRS.EVALUATED, 0.05, 0.05).upper)
    assert proxy().elicitation_shift.value is not None
    raised = observed + Decimal(proxy().elicitation_shift.value or 0) + policy().evaluation.blind_spot_reserve.rate
    assert raised < proxy().alert < proxy().limit


def test_a_question_is_read_back_as_it_was_put() -> None:
    assert PAIRS.parse_question(PAIRS.question((12, 30))) == ("", (12, 30))
    assert PAIRS.parse_question("sesame: " + PAIRS.question((0, 36))) == ("sesame", (0, 36))
