"""What the changelog says, held against what changed (D11)."""

from __future__ import annotations

from typing import Any

import pytest

from revision.mutants import Data, cyber, difference, edit
from scalegate.revision.account import leads, version_order
from scalegate.revision.compare import Comparison

TIGHTER = {"response.max_lease": "7 days"}
LOOSER = {"response.max_lease": "30 days"}


def revised(changes: dict[str, Any], *at: str, version: str = "1.1.0") -> Data:
    """The example with changes and an entry that names places."""
    data = edit(cyber(), {**changes, "version": version})
    entry = {"version": version, "published": "2026-02-01", "changes": [{"at": [*at], "what": "w", "why": "y"}]}
    data["changelog"] = [entry, *data["changelog"]] if at else data["changelog"]
    return data


def compared(changes: dict[str, Any], *at: str, version: str = "1.1.0") -> Comparison:
    return difference(cyber(), revised(changes, *at, version=version))


def faults(made: Comparison) -> list[str]:
    return [fault.what for fault in made.faults]


@pytest.mark.parametrize("at", ["response.max_lease", "response"])
def test_a_change_is_named_by_its_path_or_by_one_that_leads_to_it(at: str) -> None:
    made = compared(TIGHTER, at)
    assert made.silent == ()
    assert made.clear_of_findings


@pytest.mark.parametrize("at", ["response.max", "response.pause", "max_lease", "limits"])
def test_another_path_names_nothing_and_is_itself_a_finding(at: str) -> None:
    made = compared(TIGHTER, at)
    assert [r.place for r in made.silent] == ["response.max_lease"]
    assert faults(made) == [f"the changelog names {at}, where nothing changed"]


def test_a_strengthening_that_nobody_names_is_a_finding_too() -> None:
    made = compared(TIGHTER)
    assert not made.relaxing
    assert made.silent
    assert not made.clear_of_findings
    assert "no entry for version 1.1.0" in faults(made)[0]


def test_a_weakening_that_is_named_is_still_weakened() -> None:
    made = compared(LOOSER, "response.max_lease")
    assert made.silent == ()
    assert made.relaxing
    assert not made.clear_of_findings


def test_what_is_gone_is_named_by_its_old_place() -> None:
    assert compared({"watch_list": {}}, "watch_list.persuasion").silent == ()


def test_a_claim_about_part_of_what_came_is_no_false_claim_and_names_not_the_whole() -> None:
    came = {"watch_list.sabotage": {
        "title": "t", "why": "w", "no_limit_because": "n", "becomes_a_limit_when": "b", "role": "evaluators",
        "review_every": "6 months",
    }}  # fmt: skip
    made = compared(came, "watch_list.sabotage.why")
    assert faults(made) == []
    assert [r.place for r in made.silent] == ["watch_list.sabotage"]


def test_spelling_and_renamings_need_no_naming() -> None:
    data = revised({}, "commitments")
    data["commitments"]["free_speech"] = data["commitments"].pop("no_silence")
    made = difference(cyber(), data)
    assert len(made.revisions) == 1
    assert made.clear_of_findings


def test_the_same_version_with_other_content_is_a_finding() -> None:
    data = edit(cyber(), TIGHTER)
    data["changelog"][0]["changes"].append({"at": ["response.max_lease"], "what": "w", "why": "y"})
    assert any("the same version 1.0.0 says something else" in what for what in faults(difference(cyber(), data)))


def test_the_same_content_with_another_layout_is_nothing() -> None:
    made = difference(cyber(), edit(cyber(), {"response.max_lease": "336 h"}))
    assert made.revisions == made.faults == made.claims == ()


@pytest.mark.parametrize(("version", "words"), [("0.9", "version 0.9 after 1.0.0"), ("next", "cannot be put in order")])
def test_a_version_that_is_lower_or_cannot_be_ordered_is_a_finding(version: str, words: str) -> None:
    assert any(words in what for what in faults(compared(TIGHTER, "response", version=version)))


@pytest.mark.parametrize(
    ("old", "new", "order"),
    [
        ("1.0", "1.0.1", 1),
        ("1.9", "1.10", 1),
        ("v2", "1.9", -1),
        ("1.0", "1.0.0", 0),
        ("one", "one", 0),
        ("a", "b", None),
    ],
)
def test_versions_are_ordered_by_their_numbers(old: str, new: str, order: int | None) -> None:
    assert version_order(old, new) == order


def test_an_entry_of_a_version_in_between_counts() -> None:
    data = revised(TIGHTER, "response.max_lease", version="1.2.0")
    data["changelog"][0]["version"] = "1.1.0"
    data["changelog"].insert(0, {"version": "1.2.0", "published": "2026-03-01", "changes": []})
    assert difference(cyber(), data).silent == ()


def test_an_old_entry_names_nothing_new() -> None:
    """Else whoever once wrote `limits` could change every limit for ever."""
    old = revised(TIGHTER, "response")
    new = edit(revised(TIGHTER, "response"), {"response.max_lease": "60 days", "version": "1.2.0"})
    made = difference(old, new)
    assert [r.place for r in made.silent] == ["response.max_lease"]


def test_one_word_that_accounts_for_many_changes_is_counted() -> None:
    made = compared({**TIGHTER, "response.pause.review_within": "1 days"}, "response")
    assert [(c.at, c.accounts_for) for c in made.claims] == [("response", 2)]


def test_a_path_leads_to_its_parts_and_to_nothing_that_only_begins_alike() -> None:
    assert leads("limits.a", "limits.a")
    assert leads("limits.a", "limits.a.title")
    assert leads("response.actions", "response.actions[2].what")
    assert not leads("limits.a", "limits.ab")
    assert not leads("", "limits.a")
