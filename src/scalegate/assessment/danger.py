"""Danger that the record has shown before: it ends only by rebuttal (V8), whatever becomes of its evidence (E1).

For: assess. Does not know: the record, how a bound is computed.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from scalegate.assessment.observe import Observed
from scalegate.assessment.request import RecordedDanger, Request
from scalegate.evidence.configuration import contains
from scalegate.policy.document import JudgementObservation
from scalegate.verdict.verdict import VerdictKind


def stands(request: Request, limit: str, danger: RecordedDanger) -> bool:
    """Whether danger that the record holds is still shown: until rebuttal, and deleting a file never helps (V8, E1).

    It bears on every configuration that contains the one it was shown on, and on descendants (S2). Under a policy that
    draws the lines elsewhere the evidence speaks for itself, as long as all of it is there and counts as it did.
    """
    if danger.configuration not in contained(request):
        return False
    if danger.policy == request.policy_digest:
        return True
    whole = {r.run.address for r in request.runs if r.run.attempts is not None and not r.changed}
    named = {
        request.policy.evaluation.evaluations[o.evaluation].suite
        for o in request.policy.limits[limit].observations.values()
        if not isinstance(o, JudgementObservation)
    }
    return not danger.rests_on or not whole.issuperset(danger.rests_on) or not named <= request.suites.keys()


def words(danger: RecordedDanger) -> str:
    return f"danger was shown on {danger.shown_at:%Y-%m-%d}, and no rebuttal is recorded"


def remembered(observed: Observed, dangers: Iterable[RecordedDanger]) -> Observed:
    """The result of an observation on which danger was shown before."""
    result = observed.result
    known = [words(d) for d in dangers if d.observation == result.observation]
    if not known or result.kind is VerdictKind.DANGER_SHOWN:
        return observed
    kept = replace(
        result,
        kind=VerdictKind.DANGER_SHOWN,
        rules=tuple(dict.fromkeys(("V8", *result.rules))),
        reasons=tuple(dict.fromkeys((min(known), *result.reasons))),
        expires=None,
        expires_because="",
        held_from=None,
        train_expires=None,
        train_cap=None,
        train_held_cap=None,
        alert_since=None,
    )
    return replace(observed, result=kept, raises_to=VerdictKind.DANGER_SHOWN)


def contained(request: Request) -> frozenset[str]:
    """Configurations that the subject's has everything of: as stated now, and as the record remembers (S2)."""
    stated = {c for c in request.configurations if contains(request.configurations, request.configuration, c)}
    return frozenset({request.configuration, *stated, *request.remembered_within})
