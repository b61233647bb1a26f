"""The miss ledger's own part: claims of the record that a later verdict contradicts, and by how much (B2).

For: record. Does not know: how a bound is computed, storage. Misses that came to light elsewhere are acts of people.
"""

from __future__ import annotations

from collections.abc import Iterator, MutableMapping
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal

from scalegate.quantity import Identifier, round_up
from scalegate.verdict.ledger import Miss, Scale
from scalegate.verdict.verdict import ObservationResult, Verdict, VerdictKind

ClaimKey = tuple[str, str, str, str, str]  # subject, configuration, limit, evaluation, measure


@dataclass(frozen=True, kw_only=True)
class Claim:
    """The least bound from above that was ever claimed, and the most that was shown against it since."""

    claimed: Decimal
    shown: Decimal


def misses_of(claims: MutableMapping[ClaimKey, Claim], verdict: Verdict, at: datetime) -> Iterator[Miss]:
    """Misses that this verdict brings to light; then its own claims are remembered.

    A claim is the least upper bound on what was observed with which `NOT_SHOWN` was ever recorded for a subject in a
    configuration. It is contradicted when a later lower bound on the same quantity lies above it; the surprise is the
    distance between the two, in points or as a factor. The same contradiction is told once.
    """
    for result in verdict.observations:
        key = (verdict.subject, verdict.configuration, verdict.limit, result.evaluation, result.measure)
        claim = claims.get(key)
        if claim is not None and result.lower is not None and result.lower > claim.shown:
            claims[key] = replace(claim, shown=result.lower)
            yield _miss(verdict, result, claim.claimed, at)
    if verdict.kind is VerdictKind.NOT_SHOWN:
        for result in verdict.observations:
            if result.kind is VerdictKind.NOT_SHOWN and result.observed_upper is not None:
                key = (verdict.subject, verdict.configuration, verdict.limit, result.evaluation, result.measure)
                known = claims.get(key)
                if known is None or result.observed_upper < known.claimed:
                    shown = max(result.observed_upper, known.shown if known else result.observed_upper)
                    claims[key] = Claim(claimed=result.observed_upper, shown=shown)


def _miss(verdict: Verdict, result: ObservationResult, claimed: Decimal, at: datetime) -> Miss:
    assert result.lower is not None, "the bound that contradicts the claim"
    horizon = result.measure == "time_horizon"
    return Miss(
        limit=verdict.limit,
        subject=verdict.subject,
        scale=Scale.HORIZON if horizon else Scale.RATE,
        size=round_up(result.lower / claimed if horizon else result.lower - claimed),
        what=f"a bound of {claimed:f} on {result.evaluation} was recorded; later it was at least {result.lower:f}",
        made_at=at,
        by=Identifier("record"),
        role=Identifier("record"),
    )
