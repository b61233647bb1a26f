"""Renamings are followed through references; parts that moved are one difference; nothing hides behind either."""

from __future__ import annotations

import pytest

from revision.changes import RELOCATING
from revision.mutants import cyber, difference, document, edit, mutated, rename
from scalegate.revision.change import Outcome
from scalegate.revision.renames import LIMITS, under_new_ids
from scalegate.shape import dotted

DAY = rename(
    "limits",
    "expert_day",
    "day",
    "threat_models.autonomous_cyber.ladder",
    *(f"protections.conditional.{n}.limit" for n in range(4, 8)),
)


def test_the_old_document_under_the_new_ids_is_the_new_one() -> None:
    data = cyber()
    DAY(data)
    renamed = under_new_ids(document(cyber()), document(data))
    assert [(r.namespace, r.old, r.new, r.exact) for r in renamed.renames] == [(LIMITS, "expert_day", "day", True)]
    assert renamed.document.threat_models == document(data).threat_models
    assert renamed.document.protections == document(data).protections
    assert dotted(renamed.original(("limits", "day", "title"))) == "limits.expert_day.title"


def test_a_renaming_that_also_weakens_hides_nothing() -> None:
    data = cyber()
    DAY(data)
    edit(data, {"limits.day.observations.ruled_out.limit": "10 h"})
    made = difference(cyber(), data)
    weakened = [r for r in made.revisions if r.outcome is Outcome.WEAKENED]
    assert [dotted(r.before or ()) for r in weakened] == ["limits.expert_day.observations.ruled_out.limit"]
    (moved,) = [r for r in made.revisions if r.place == "limits.day"]
    assert moved.outcome is Outcome.RELOCATED
    assert "nearly the same" in moved.weighed.why


def test_a_reference_that_was_not_followed_is_told() -> None:
    data = cyber()
    DAY(data)
    data["protections"]["conditional"][4]["limit"] = "expert_hour"  # was for the day, and is a second for the hour
    made = difference(cyber(), data)
    assert [(r.outcome, r.old) for r in made.revisions if r.rule == "D2"] == [
        (Outcome.STRENGTHENED, "two_person_access, stop_drill")
    ]


def test_a_limit_that_gave_way_to_another_one_is_removed() -> None:
    data = cyber()
    DAY(data)
    data["limits"]["day"] = {
        "title": "Days", "capability": "Something else.", "observations": {"seen": {"measure": "existence",
            "evaluation": "cyber"}},
    }  # fmt: skip
    made = difference(cyber(), data)
    assert {(r.outcome, r.place) for r in made.revisions if r.rule == "D11"} == {
        (Outcome.REMOVED, "limits.expert_day"),
        (Outcome.ADDED, "limits.day"),
    }


def test_a_renamed_threat_model_says_that_its_misses_do_not_follow() -> None:
    (_, _, change) = next(m for m in RELOCATING if m[1] == "a threat model is renamed")
    (revision,) = mutated(cyber, change).revisions
    assert "misses included (B2)" in revision.weighed.why


@pytest.mark.parametrize(
    ("commitment", "outcome"),
    [
        ({"owner": "officer", "within": "7 days"}, Outcome.RELOCATED),
        ({"owner": "officer"}, Outcome.WEAKENED),
        ({"owner": "officer", "within": "9 days"}, Outcome.WEAKENED),
        ({"owner": "officer", "within": "7 days", "trigger": "danger_shown"}, Outcome.WEAKENED),
    ],
)
def test_a_promise_that_moved_is_relocated_unless_something_was_lost(
    commitment: dict[str, str], outcome: Outcome
) -> None:
    data = cyber()
    gone = data["accountability"]["disclosures"].pop(1)
    data["commitments"]["waivers"] = {"text": gone["what"], "component": "accountability", **commitment}
    (revision,) = difference(cyber(), data).revisions
    assert revision.outcome is outcome
    assert (dotted(revision.before or ()), dotted(revision.after or ())) == (
        "accountability.disclosures[1]",
        "commitments.waivers",
    )


def test_a_limit_that_moves_to_an_attacker_who_goes_less_far_is_weakened() -> None:
    base, _, change = RELOCATING[-1]
    data = base()
    data["threat_models"]["fraud"]["attacker_budget"]["tokens_per_attempt"] = "1000"
    after = edit(edit({}, {}) or data, {})
    before = edit(base(), {"threat_models.fraud.attacker_budget.tokens_per_attempt": "1000"})
    assert isinstance(change, dict)
    made = difference(before, edit(after, change))
    assert [(r.outcome, r.old) for r in made.revisions if r.outcome.relaxes] == [(Outcome.WEAKENED, "expert_day")]
