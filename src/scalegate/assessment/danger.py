"""Danger that the record has shown before: it ends only by rebuttal (V8), whatever becomes of its evidence (E1).

For: assess. Does not know: the record, how a bound is computed.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from scalegate.assessment.observe import Observed
from scalegate.assessment.request import RecordedDanger, Request
from scalegate.evidence.configuration import contains
from scalegate.evidence.run import Configuration
from scalegate.policy.document import evaluation_of
from scalegate.verdict.verdict import VerdictKind


def stands(request: Request, limit: str, danger: RecordedDanger) -> bool:
    """Whether danger that the record holds is still shown: until rebuttal, and deleting a file never helps (V8, E1).

    It bears on every configuration that contains the one it was shown on, and on descendants (S2). Under a policy that
    draws the lines elsewhere the evidence speaks for itself, as long as all of it is there and counts as it did.
    """
    if not bears(request, danger.configuration):
        return False
    if danger.policy == request.policy_digest:
        return True
    whole = {r.run.address for r in request.runs if r.run.attempts is not None and not r.changed}
    named = {
        request.policy.evaluation.evaluations[read].suite
        for o in request.policy.limits[limit].observations.values()
        if (read := evaluation_of(o)) is not None
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
    """Configurations that the subject's has everything of: as stated now, and as the record remembers (S2).

    One that is the same but for its name is contained, too: a new name sheds nothing.
    """
    known = request.configurations
    own = known.get(request.configuration)
    same = {c for c, one in known.items() if own is not None and _bare(one) == _bare(own)}
    stated = {c for c in known if any(contains(known, alike, c) for alike in {request.configuration, *same})}
    return frozenset({request.configuration, *stated, *request.remembered_within})


def _bare(configuration: Configuration) -> Configuration:
    return replace(configuration, title="", contained_in=())


def bears(request: Request, configuration: str) -> bool:
    """Whether what was shown in a configuration bears on the subject's (S2).

    Of one that is not in the file any more nobody can say what contains it: it bears on all, so that taking an entry
    out never helps (law 1). Putting the entry back mends it.
    """
    return configuration in contained(request) or configuration not in request.configurations
