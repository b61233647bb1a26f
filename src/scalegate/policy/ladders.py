"""Threat models, their ladders and blind spots, and the limits that stand on them (L1, L3, invariant 5).

For: `adoptable.py`. Does not know: what an observation measures.
"""

from __future__ import annotations

from collections.abc import Iterator

from scalegate.policy.document import PolicyDocument, ThreatModel
from scalegate.policy.objection import Objection, nearest
from scalegate.shape import Path


def ladder_refusals(document: PolicyDocument) -> Iterator[Objection]:
    """Threat models that end in nothing, ladders without a hard stop, limits on no ladder or on two."""
    if not document.threat_models:
        what, mend = "the policy names no way to catastrophe", "describe at least one threat model"
        yield Objection(path=("threat_models",), what=what, mend=mend, rule="L3")
    for name, model in document.threat_models.items():
        yield from _threat_model(document, ("threat_models", name), model)
    ladders: dict[str, list[str]] = {}
    for name, model in document.threat_models.items():
        for limit in dict.fromkeys(model.ladder):
            ladders.setdefault(limit, []).append(name)
    for name in document.limits:
        yield from _place_of(document, name, ladders.get(name, []))


def _threat_model(document: PolicyDocument, path: Path, model: ThreatModel) -> Iterator[Objection]:
    if not model.ladder and not model.accepted_blind_spot:
        what = "ends neither in a ladder of limits nor in an accepted blind spot"
        mend = "add ladder: [limits, gravest last] or accepted_blind_spot: (accepted_by, why, until, would_change)"
        yield Objection(path=path, what=what, mend=mend, rule="L3")
    if model.ladder and model.accepted_blind_spot:
        what = "has a ladder of limits and accepts going on without a test"
        mend = "keep the ladder; or keep the blind spot and move the limits elsewhere"
        yield Objection(path=(*path, "accepted_blind_spot"), what=what, mend=mend, rule="L3")
    yield from _rungs(document, (*path, "ladder"), model)
    yield from _budget(path, model)


def _rungs(document: PolicyDocument, path: Path, model: ThreatModel) -> Iterator[Objection]:
    for index, limit in enumerate(model.ladder):
        if limit not in document.limits:
            what = f"{limit!r} is no limit of this policy"
            yield Objection(path=(*path, index), what=what, mend=nearest(limit, document.limits))
        if limit in model.ladder[:index]:
            yield Objection(path=(*path, index), what=f"{limit!r} is on this ladder twice", mend="name it once")
    yield from _reached(document, path, model)
    last = document.limits.get(model.ladder[-1]) if model.ladder else None
    if last is not None and not last.hard_stop:
        what = f"the last rung {model.ladder[-1]!r} is no hard stop"
        mend = "add 'hard_stop: true' to that limit, or a graver limit that has it"
        yield Objection(path=(*path, len(model.ladder) - 1), what=what, mend=mend, rule="L1")


def _reached(document: PolicyDocument, path: Path, model: ThreatModel) -> Iterator[Objection]:
    """At least one limit ahead of the models, and none reached above one that is not."""
    rungs = [bool(document.limits[name].reached) for name in model.ladder if name in document.limits]
    if rungs and all(rungs):
        what = "every limit of this ladder has been reached, so nothing ahead of the models is defined"
        yield Objection(path=path, what=what, mend="add a graver limit that no model has reached", rule="L1")
    for index, reached in enumerate(rungs):
        if reached and not all(rungs[:index]):
            what = f"{model.ladder[index]!r} has been reached, and a limit below it has not"
            mend = "say the same of every limit below, or take it back"
            yield Objection(path=(*path, index), what=what, mend=mend, rule="L1")


def _budget(path: Path, model: ThreatModel) -> Iterator[Objection]:
    budget = model.attacker_budget
    for name in ("tokens_per_attempt", "attempts_per_task"):
        if budget and getattr(budget, name) < 1:
            what = "an attacker without any effort"
            yield Objection(path=(*path, "attacker_budget", name), what=what, mend="write 1 or more", rule="V4")


def _place_of(document: PolicyDocument, limit: str, ladders: list[str]) -> Iterator[Objection]:
    path: Path = ("limits", limit)
    if not ladders:
        what = f"the limit {limit!r} is on no ladder, so nothing would ever ask for it"
        yield Objection(path=path, what=what, mend="add it to the ladder of one threat model", rule="L1")
    if len(ladders) > 1:
        what = f"the limit {limit!r} is on {len(ladders)} ladders ({', '.join(ladders)})"
        yield Objection(path=path, what=what, mend="give each threat model its own limit", rule="L1")
    if not document.limits[limit].observations:
        what = f"the limit {limit!r} has no observation"
        mend = "add an observation: success_rate, mean_score, time_horizon, existence or judgement"
        yield Objection(path=(*path, "observations"), what=what, mend=mend, rule="invariant 5")
