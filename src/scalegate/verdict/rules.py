"""Rules V1-V10 over bounds given as numbers: from facts about an observation to the kind of verdict.

For: assessment, and later proof and simulation. Does not know: how a bound is computed, what is decided.

Each condition that applies contributes a kind, and the gravest wins. That form makes the laws visible:
adding a condition can only raise the verdict.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal

from scalegate.policy.document import Direction
from scalegate.verdict.verdict import VerdictKind, gravest


@dataclass(frozen=True, kw_only=True)
class ObservationFacts:
    """What is known about one observation when it is judged.

    Attributes:
        limit, alert: the two lines; None where the measure has none (existence, judgement).
        lower: bound on what was observed; None without any evidence.
        upper: bound on what an adversary would get, everything included (B1); None when nothing can clear.
        demonstrated: one verified success, where the limit says that one is enough.
        recorded_runs: runs in the record that bear on it, valid or not.
        clearing_runs: runs that can still clear: valid, registered where asked, not expired.
        undisposed_invalid: invalid runs that nobody but the evaluator has disposed of (E4).
        expired: why all evidence that could clear has expired (V7); empty when it has not.
        insensitive: why negatives are void (V4).
        flags: undisposed flags (V5).
        unproven: why a proxy's smallness rules nothing out: no precursor argument, unknown `g`, registration.
    """

    direction: Direction
    limit: Decimal | None = None
    alert: Decimal | None = None
    lower: Decimal | None = None
    upper: Decimal | None = None
    demonstrated: bool = False
    recorded_runs: int = 0
    clearing_runs: int = 0
    undisposed_invalid: int = 0
    expired: str = ""
    insensitive: tuple[str, ...] = ()
    flags: tuple[str, ...] = ()
    unproven: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, kw_only=True)
class Judgement:
    """The kind, the rules that gave it, and the reasons in words."""

    kind: VerdictKind
    rules: tuple[str, ...]
    reasons: tuple[str, ...]


Condition = tuple[VerdictKind, str, str]


def judge(facts: ObservationFacts) -> Judgement:
    """The verdict on one observation (V1, V4, V5, V7; E1, E4; B2): the gravest condition that applies."""
    return gravest_of(_conditions(facts))


def gravest_of(found: Iterable[Condition]) -> Judgement:
    """The gravest of at least one condition; graver rules first, and whatever else counts as crossed is named too."""
    conditions = list(found)
    kind = gravest(*(condition[0] for condition in conditions))
    telling = [c for c in conditions if c[0] is kind]
    others = [c for c in conditions if c[0] is not kind and c[0].counts_as_crossed]
    rules = tuple(dict.fromkeys(c[1] for c in telling + others))
    return Judgement(kind=kind, rules=rules, reasons=tuple(dict.fromkeys(c[2] for c in telling + others)))


def _conditions(facts: ObservationFacts) -> Iterator[Condition]:
    yield from _shown(facts)
    if facts.recorded_runs == 0:
        yield VerdictKind.NOT_RUN, "E1", "no run is recorded"
        return
    if facts.undisposed_invalid:
        runs = "run is" if facts.undisposed_invalid == 1 else "runs are"
        yield VerdictKind.INVALID, "E4", f"{facts.undisposed_invalid} invalid {runs} not disposed of by another role"
    if facts.expired:
        yield VerdictKind.NOT_RUN, "V7", facts.expired
    if facts.clearing_runs == 0:  # also when it has expired: time mends nothing (law 2)
        yield VerdictKind.INVALID, "E3", "none of the recorded evidence can clear"
    for reason in facts.insensitive:
        yield VerdictKind.NOT_RULED_OUT, "V4", reason
    for flag in facts.flags:
        yield VerdictKind.NOT_RULED_OUT, "V5", flag
    for rule, reason in facts.unproven:
        yield VerdictKind.NOT_RULED_OUT, rule, reason
    if facts.clearing_runs:
        yield from _against_lines(facts)


def _shown(facts: ObservationFacts) -> Iterator[Condition]:
    """Danger shown, by a demonstration only (V1)."""
    reached = facts.lower is not None and facts.limit is not None and facts.lower >= facts.limit
    if facts.demonstrated:
        yield VerdictKind.DANGER_SHOWN, "V1", "a verified success, and one is enough"
    elif reached and facts.direction is Direction.DEMONSTRATION:
        yield VerdictKind.DANGER_SHOWN, "V1", f"the lower bound {facts.lower} reaches the limit {facts.limit}"
    elif reached:
        why = f"the lower bound {facts.lower} of a proxy reaches the limit {facts.limit}; a proxy cannot show danger"
        yield VerdictKind.NOT_RULED_OUT, "V1", why


def _against_lines(facts: ObservationFacts) -> Iterator[Condition]:
    if facts.direction is Direction.DEMONSTRATION:
        yield VerdictKind.NOT_RULED_OUT, "V1", "a demonstration that fails rules nothing out"
    elif facts.upper is None or facts.limit is None or facts.alert is None:
        yield VerdictKind.NOT_RULED_OUT, "B1", "nothing bounds it from above"
    elif facts.upper >= facts.limit:
        yield VerdictKind.NOT_RULED_OUT, "B1", f"the upper bound {facts.upper:f} reaches the limit {facts.limit:f}"
    elif facts.upper >= facts.alert:
        yield VerdictKind.ALERT, "V6", f"the upper bound {facts.upper:f} lies between alert and limit"
    else:
        why = f"the upper bound {facts.upper:f} lies below the alert line {facts.alert:f}"
        yield VerdictKind.NOT_SHOWN, "V2", why


def raised_by(facts: ObservationFacts, judgement: Judgement) -> VerdictKind | None:
    """What an observation that is not relied on may raise a verdict to; its smallness holds nothing (V2)."""
    if judgement.kind is VerdictKind.DANGER_SHOWN:
        return VerdictKind.DANGER_SHOWN
    if facts.lower is None:
        return None
    if facts.limit is not None and facts.lower >= facts.limit:
        return VerdictKind.NOT_RULED_OUT
    if facts.alert is not None and facts.lower >= facts.alert:
        return VerdictKind.ALERT
    return None


def combine(relied_on: list[VerdictKind], raised: list[VerdictKind]) -> VerdictKind:
    """The verdict on a limit: all observations relied on are needed, the gravest wins, others raise (V2).

    A limit that relies on nothing can never be cleared (V1).
    """
    base = gravest(*relied_on) if relied_on else VerdictKind.NOT_RULED_OUT
    return gravest(base, *raised)
