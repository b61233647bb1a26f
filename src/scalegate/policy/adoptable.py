"""Whether a policy that can be read can also be adopted: every refusal, each with its rule.

For: `policy/file.py`, `policy check`, and the act of adopting. Does not know: files, YAML, evidence, clocks.

Nothing here stops at the first fault. A refusal keeps a policy from being adopted; a remark (`remarks.py`)
only tells its reader what follows from it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal

from scalegate.policy.buffer import buffer_refusals
from scalegate.policy.document import PolicyDocument
from scalegate.policy.evaluations import evaluation_refusals
from scalegate.policy.ladders import ladder_refusals
from scalegate.policy.measures import protection_refusals
from scalegate.policy.objection import Objection
from scalegate.policy.observations import observation_refusals
from scalegate.policy.people import people_refusals
from scalegate.policy.promises import promise_refusals
from scalegate.policy.wording import wording_refusals

ScoreRanges = Mapping[str, tuple[Decimal, Decimal]]


def refusals(document: PolicyDocument, score_ranges: ScoreRanges | None = None) -> tuple[Objection, ...]:
    """Every reason not to adopt the policy, in the order of the sections; empty when there is none.

    Args:
        document: the policy.
        score_ranges: least and greatest score of each suite that the project has, by the suite's name.
            None when the suites are not at hand: then neither their names nor success scores are checked.
    """
    return tuple(_refusals(document, score_ranges))


def _refusals(document: PolicyDocument, score_ranges: ScoreRanges | None) -> Iterator[Objection]:
    yield from wording_refusals(document)
    yield from people_refusals(document)
    yield from ladder_refusals(document)
    yield from observation_refusals(document)
    yield from buffer_refusals(document)
    yield from protection_refusals(document)
    yield from evaluation_refusals(document, score_ranges)
    yield from promise_refusals(document)
