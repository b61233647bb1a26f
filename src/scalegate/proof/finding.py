"""What a proof finds: a code, a place in the policy, words, and a state that shows it.

For: every question of this room and whoever prints the answers. Does not know: solvers, lines, columns.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from scalegate.policy.objection import Objection


class Code(StrEnum):
    """The kinds of findings and notes; docs/proof.md has a line for each."""

    # what `policy check` refuses
    POLICY_CHECK = "policy_check"
    # (a) hold points and grants
    UNREACHABLE_HOLD = "unreachable_hold"
    NEVER_GRANTED = "never_granted"
    LIMIT_AT_CEILING = "limit_at_ceiling"
    ALERT_ALWAYS = "alert_always"
    RUNGS_OUT_OF_ORDER = "rungs_out_of_order"
    # (b) grants that should not be
    GRANTED_UNPROTECTED = "granted_unprotected"
    CROSSING_ASKS_NOTHING = "crossing_asks_nothing"
    BYPASS = "bypass"
    # (c) ways out
    HOLD_WITHOUT_EXIT = "hold_without_exit"
    DELIBERATE_END = "deliberate_end"
    WAITS_FOR_FEATURE = "waits_for_feature"
    WAIVER_WITHOUT_END = "waiver_without_end"
    # (d) order
    WORSE_RELAXES = "worse_relaxes"
    WORSE_IS_WAIVED = "worse_is_waived"
    # (e) clauses without effect
    DEAD_TIE = "dead_tie"
    ASKED_ALREADY = "asked_already"
    UNUSED_PROTECTION = "unused_protection"
    UNREAD_EVALUATION = "unread_evaluation"
    EVALUATION_TOO_LONG = "evaluation_too_long"
    DEAD_WAIVER_RULE = "dead_waiver_rule"
    DEAD_DUTY = "dead_duty"
    DEAD_SCOPE = "dead_scope"
    DEAD_RELAXATION = "dead_relaxation"
    # (f) who alone
    SELF_APPROVAL = "self_approval"
    CIRCULAR_APPROVAL = "circular_approval"
    ONE_PERSON = "one_person"
    QUORUM_OF_ONE = "quorum_of_one"
    DELIVERY_QUORUM = "delivery_quorum"


@dataclass(frozen=True, kw_only=True)
class ProofFinding(Objection):
    """One thing that a proof found.

    Attributes:
        code: what kind of thing.
        witness: a state that shows it, in words; empty where the words alone do.
        note: True when nothing is wrong, and a reader should know it all the same.
    """

    code: Code
    witness: str = ""
    note: bool = False
