"""Which claims a limit's own observations can lead to (V1, V2, V9, B1, B3).

For: the states that are looked at, and findings about lines that decide nothing. Does not know: suites, evidence.

What is not known to be out of reach counts as reachable, observations of kinds that this module has never heard of
included: a proof about every state may look at too many of them, never at too few.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from scalegate.decision.abstract import Claim
from scalegate.policy.document import (
    DifferenceObservation,
    Direction,
    ExistenceObservation,
    HorizonObservation,
    JudgementObservation,
    Observation,
    PolicyDocument,
    RateObservation,
)

_NEVER_RUN_ALONE = frozenset({Claim.NEVER_RUN})
_OPEN = frozenset({Claim.ALERT, Claim.NOT_SHOWN})


def claims_of(document: PolicyDocument, limit: str) -> frozenset[Claim]:
    """The claims that can stand about a limit; NEVER_RUN alone for a rung without observations (L1)."""
    observations = document.limits[limit].observations
    if not observations:
        return _NEVER_RUN_ALONE
    known = set(Claim)
    if not any(can_show(o) for o in observations.values()):
        known.discard(Claim.DANGER_SHOWN)  # V1: a proxy shows nothing
    if why_never_cleared(document, limit):
        known -= _OPEN
    elif any(never_below_alert(document, o) for o in observations.values() if getattr(o, "relied_on", False)):
        known.discard(Claim.NOT_SHOWN)
    return frozenset(known)


def can_show(observation: Observation) -> bool:
    """Whether a result could ever show the danger (V1); a rate of 1 cannot be bounded from below (B3)."""
    if isinstance(observation, RateObservation) and observation.limit >= 1:
        return False
    if isinstance(observation, JudgementObservation):
        return False
    return getattr(observation, "direction", Direction.DEMONSTRATION) is not Direction.RULE_OUT_PROXY


def why_never_cleared(document: PolicyDocument, limit: str) -> str:
    """Why no evidence could take the limit out of "counts as crossed"; empty when some could."""
    threat_model = document.threat_model_of(limit)
    observations = document.limits[limit].observations
    relied = {n: o for n, o in observations.items() if getattr(o, "relied_on", False)}
    if not relied:
        return "it relies on no observation (V2)"
    if threat_model and document.threat_models[threat_model].attacker_budget is None:
        return f"the threat model {threat_model} states no attacker budget (V4)"
    return next((why for n, o in relied.items() if (why := _never_clears(document, n, o))), "")


def _never_clears(document: PolicyDocument, name: str, observation: Observation) -> str:
    if isinstance(observation, ExistenceObservation):
        return ""
    if isinstance(observation, JudgementObservation):
        return "" if observation.may_clear else f"the judgement {name} may not clear (V9)"
    if isinstance(observation, DifferenceObservation):
        return f"the difference {name} is not supported yet (V9)"
    if getattr(observation, "direction", None) is Direction.DEMONSTRATION:
        return f"it relies on {name}, and a demonstration that fails rules nothing out (V1)"
    if isinstance(observation, (RateObservation, HorizonObservation)) and observation.elicitation_shift.value is None:
        return f"the elicitation shift of {name} is unknown (B2)"
    if _added(document, observation) >= getattr(observation, "limit", Decimal(1)):
        added = _added(document, observation)
        return f"shift and reserve of {name} add {added}, which is the limit or more, to a bound above zero (B1)"
    return ""


def never_below_alert(document: PolicyDocument, observation: Observation) -> bool:
    """Whether shift and reserve alone take the bound of a rate to its alert line (B1, B3)."""
    return isinstance(observation, RateObservation) and _added(document, observation) >= observation.alert


def _added(document: PolicyDocument, observation: Any) -> Decimal:
    """Points of probability that are added to any upper bound of a rate; 0 for what is no rate."""
    if not isinstance(observation, RateObservation) or observation.elicitation_shift.value is None:
        return Decimal(0)
    return Decimal(observation.elicitation_shift.value + document.evaluation.blind_spot_reserve.rate)
