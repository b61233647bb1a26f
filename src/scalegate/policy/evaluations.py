"""Evaluations, triggers, growth, reserve and relaxations (B2, V2, S4, D5, E6).

For: `adoptable.py`. Does not know: suites beyond their names and score ranges, evidence.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal

from scalegate.policy.document import Evaluation, PolicyDocument, Relaxable
from scalegate.policy.objection import Objection, nearest
from scalegate.shape import Path

_VALUES = {Relaxable.REGISTRATION: "not_required", Relaxable.EVIDENCE_DATES: "stated"}


def evaluation_refusals(
    document: PolicyDocument, score_ranges: Mapping[str, tuple[Decimal, Decimal]] | None
) -> Iterator[Objection]:
    """Screens for nothing, scores no attempt can have, reserves of zero, relaxations that do not fit."""
    for name, evaluation in document.evaluation.evaluations.items():
        path: Path = ("evaluation", "evaluations", name)
        yield from _evaluation(document, path, name, evaluation)
        if score_ranges is not None:
            yield from _suite(path, evaluation, score_ranges)
    yield from _scope(document)
    yield from _reserve(document)
    if document.evaluation.triggers.effective_compute <= 1:
        path = ("evaluation", "triggers", "effective_compute")
        yield Objection(path=path, what="an assessment would always be overdue", mend="write 2x or 4x", rule="D5")
    yield from _relaxations(document)


def _evaluation(document: PolicyDocument, path: Path, name: str, evaluation: Evaluation) -> Iterator[Objection]:
    if not evaluation.success_score.is_finite():
        what = "no attempt has a score without end"
        yield Objection(path=(*path, "success_score"), what=what, mend="write a score of the suite, usually 1")
    screened = evaluation.screens
    if (screened is None) != (evaluation.escalates_at is None):
        what = "a screen needs both: the evaluation it screens for, and the result that escalates"
        yield Objection(path=path, what=what, mend="write screens: and escalates_at:, or neither", rule="V2")
    if evaluation.escalates_at is not None and evaluation.escalates_at >= 1:
        what = "a screen that escalates at no result but certainty"
        yield Objection(path=(*path, "escalates_at"), what=what, mend="write a rate below 1", rule="V2")
    if screened is None:
        return
    every = document.evaluation.evaluations
    if screened == name or screened not in every:
        known = [other for other in every if other != name]
        what = "screens for itself" if screened == name else f"{screened!r} is no evaluation of this policy"
        yield Objection(path=(*path, "screens"), what=what, mend=nearest(screened, known), rule="V2")


def _suite(
    path: Path, evaluation: Evaluation, score_ranges: Mapping[str, tuple[Decimal, Decimal]]
) -> Iterator[Objection]:
    if evaluation.suite not in score_ranges:
        what = f"the project has no suite {evaluation.suite!r}"
        yield Objection(path=(*path, "suite"), what=what, mend=nearest(evaluation.suite, score_ranges))
        return
    least, greatest = score_ranges[evaluation.suite]
    if not least <= evaluation.success_score <= greatest:
        what = (
            f"scores of {evaluation.suite} run from {least} to {greatest}: none decides at {evaluation.success_score}"
        )
        yield Objection(path=(*path, "success_score"), what=what, mend="write a score inside that range")


def _scope(document: PolicyDocument) -> Iterator[Objection]:
    screen, known = document.scope.screen, document.evaluation.evaluations
    if screen is not None and screen not in known:
        what = f"{screen!r} is no evaluation of this policy"
        yield Objection(path=("scope", "screen"), what=what, mend=nearest(screen, known), rule="S4")


def _reserve(document: PolicyDocument) -> Iterator[Objection]:
    path: Path = ("evaluation", "blind_spot_reserve")
    reserve = document.evaluation.blind_spot_reserve
    for name, none in (("rate", Decimal(0)), ("horizon", Decimal(1))):
        if getattr(reserve, name) <= none:
            what = "the reserve for the tests that nobody thought of is above zero"
            mend = "write a rate like 0.01" if name == "rate" else "write a factor like 1.1x"
            yield Objection(path=(*path, name), what=what, mend=mend, rule="B2")


def _relaxations(document: PolicyDocument) -> Iterator[Objection]:
    seen: set[Relaxable] = set()
    for index, relaxation in enumerate(document.evaluation.relaxations):
        path: Path = ("evaluation", "relaxations", index)
        if relaxation.requirement in seen:
            what = f"{relaxation.requirement} is relaxed twice"
            yield Objection(path=path, what=what, mend="write one relaxation with one reason")
        seen.add(relaxation.requirement)
        fits = _VALUES[relaxation.requirement]
        if relaxation.value != fits:
            what = f"{relaxation.requirement} cannot be {relaxation.value!r}"
            yield Objection(path=(*path, "value"), what=what, mend=f"write {fits}")
