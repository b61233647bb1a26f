"""What the policy promises beyond evaluations: actions, reviews, commitments; and the register of all promises."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import timedelta

import pytest

from obligation.book import CALLED, Book, promising
from scalegate.adapters.acts_file import DutiesFile
from scalegate.adapters.yaml_scan import read_yaml
from scalegate.decision.dossier import Approver, Pause
from scalegate.obligation.obligation import Kind, Obligation, State
from scalegate.obligation.promises import promises
from scalegate.obligation.register import Register, Registered, Standing, bare_register, register
from scalegate.obligation.signed import signers
from scalegate.policy.document import Permission
from scalegate.quantity import Period
from scalegate.record.entry import EntryKind, Resumed
from scalegate.shape import decode
from scalegate.verdict.ledger import Answer, Proposal, ProposalAnswer
from scalegate.verdict.verdict import VerdictKind
from shared import ROOT
from world import DAY, NOW, OFFICER, SUBJECT, attestation, ident, waiver


def book() -> Book:
    return Book(document=promising())


def owed(found: Book, days: float, kind: Kind, name: str) -> list[Obligation]:
    return [o for o in found.owed(NOW + days * DAY, kind) if o.key[0] == name]


def states(found: Book, days: float, kind: Kind, name: str) -> list[State]:
    return [o.state for o in owed(found, days, kind, name)]


# ------------------------------------------------------------------------------------------ actions


def happen(made: Book, condition: str) -> None:
    """What the record needs to show that a condition holds since NOW."""
    match condition:
        case "danger_shown" | "crossed":
            made.evaluated(NOW, kind=VerdictKind.DANGER_SHOWN)
        case "alert":
            made.evaluated(NOW, kind=VerdictKind.ALERT)
        case "protection_lapsed":
            at = NOW - timedelta(days=184)  # six months before NOW lie within them
            made.put(attestation("vault", tested_at=at), at=NOW, kind=EntryKind.PROTECTION_ATTESTED)
        case "overdue":
            made.evaluated(NOW - 200 * DAY)
        case "incident":
            made.happened(NOW, "incident")
        case "paused":
            made.put(Pause(id=ident("p1"), scope="*", reason="r", by=OFFICER, at=NOW), at=NOW, kind=EntryKind.PAUSE)


@pytest.mark.parametrize("name", [n for n in CALLED if n != "note"])
def test_an_action_is_owed_once_the_record_shows_its_condition(name: str) -> None:
    made = book()
    assert not owed(made, 30, Kind.ACTION, name)
    happen(made, CALLED[name].value)
    (found,) = owed(made, 30, Kind.ACTION, name)
    assert found.late
    assert found.role == "officer"
    assert CALLED[name].value.replace("_", " ") in found.why


def test_an_action_done_in_time_is_met_and_done_for_another_case_meets_nothing() -> None:
    made = book()
    happen(made, "danger_shown")
    made.done(NOW + DAY, "contain", subject="sha256:" + "d" * 64, limit="low")
    made.done(NOW + DAY, "contain", subject=SUBJECT, limit="high")
    assert states(made, 2, Kind.ACTION, "contain") == [State.OWED]
    made.done(NOW + 3 * DAY, "contain", subject=SUBJECT, limit="low")
    assert states(made, 4, Kind.ACTION, "contain") == [State.MET]
    late = book()
    happen(late, "danger_shown")
    late.done(NOW + 9 * DAY, "contain", subject=SUBJECT, limit="low")
    assert states(late, 10, Kind.ACTION, "contain") == [State.MET_LATE]


def test_an_action_done_before_it_was_called_for_meets_nothing() -> None:
    made = book()
    made.done(NOW - DAY, "contain", subject=SUBJECT, limit="low")
    happen(made, "danger_shown")
    assert states(made, 2, Kind.ACTION, "contain") == [State.OWED]


def test_an_action_on_a_pause_names_the_pause() -> None:
    made = book()
    happen(made, "paused")
    made.done(NOW + DAY, "answer", about="p2")
    assert states(made, 2, Kind.ACTION, "answer") == [State.OWED]
    made.done(NOW + DAY, "answer", about="p1")
    assert states(made, 2, Kind.ACTION, "answer") == [State.MET]


def test_what_ended_before_its_action_was_due_owes_nothing_and_what_ended_after_it_is_missed() -> None:
    quick, slow = book(), book()
    for made, days in ((quick, 3), (slow, 20)):
        happen(made, "paused")
        answer = Resumed(pause=ident("p1"), answer="a", approvers=(ident("olga"),))
        made.put(answer, at=NOW + days * DAY, kind=EntryKind.RESUME)
    assert not owed(quick, 30, Kind.ACTION, "answer")
    assert states(slow, 30, Kind.ACTION, "answer") == [State.MISSED]


def test_assessing_again_resets_no_crossing_and_a_crossing_that_ends_does() -> None:
    made = book()
    made.evaluated(NOW, kind=VerdictKind.NOT_RULED_OUT)
    made.evaluated(NOW + 5 * DAY, kind=VerdictKind.NOT_RUN)
    (found,) = owed(made, 6, Kind.ACTION, "convene")
    assert found.at == NOW + 7 * DAY
    made.evaluated(NOW + 6 * DAY)
    assert not owed(made, 6, Kind.ACTION, "convene"), "it ended before anybody had to convene"


def test_V7_a_claim_that_ended_unrenewed_counts_as_a_crossing() -> None:
    made = book()
    made.evaluated(NOW)
    (found,) = owed(made, 250, Kind.ACTION, "convene")
    assert found.at == made.document.evaluation.triggers.calendar.after(NOW) + 7 * DAY


def test_a_limit_of_its_own_narrows_an_action() -> None:
    document = promising()
    first, *rest = document.response.actions
    narrowed = (replace(first, limit=ident("high")), *rest)
    made = Book(document=replace(document, response=replace(document.response, actions=narrowed)))
    happen(made, "danger_shown")
    assert not owed(made, 30, Kind.ACTION, "contain")


def test_the_page_shows_duties_that_can_be_read() -> None:
    page = (ROOT / "docs" / "obligations.md").read_text(encoding="utf-8")
    (example,) = re.findall(r"```yaml\n(schema: scalegate.duties/1\n.*?)```", page, re.DOTALL)
    found = decode(DutiesFile, read_yaml(example.encode(), "obligations.md").data)
    assert [d.duty for d in found.duties_done][2:] == ["policy:review", "watch:persuasion", "commitment:board_report"]


# ------------------------------------------------------------------------- reviews and commitments


def test_the_policy_is_reviewed_by_a_newer_adoption_or_by_a_signed_review() -> None:
    made = book()
    assert states(made, 300, Kind.POLICY_REVIEW, "policy") == [State.OWED]
    assert states(made, 366, Kind.POLICY_REVIEW, "policy") == [State.LATE]
    assert states(made, 740, Kind.POLICY_REVIEW, "policy") == [State.MISSED]
    made.done(NOW + 100 * DAY, "policy:review")
    made.adopted(NOW + 200 * DAY, version="2")
    assert states(made, 366, Kind.POLICY_REVIEW, "policy") == [State.MET, State.MET, State.OWED]


def test_a_review_signed_in_another_role_meets_nothing() -> None:
    made = book()
    made.done(NOW + 10 * DAY, "watch:reach")
    view = made.view()
    by = Approver(principal=ident("eve"), role=ident("officer"))  # she owes it, and signs as somebody else
    view.duties_done[0] = replace(view.duties_done[0], by=by)
    assert signers(made.document)["watch:reach"] == "evaluator"
    assert register(made.document, view, NOW + 20 * DAY).entries
    found = next(e for e in register(made.document, view, NOW + 20 * DAY).entries if e.promise.path[0] == "watch_list")
    assert found.standing is Standing.OPEN


def test_adopting_again_resets_no_clock_of_what_was_promised_all_along() -> None:
    made = book()
    made.adopted(NOW + 80 * DAY, version="2")
    (found,) = owed(made, 85, Kind.COMMITMENT, "report")
    assert found.at == Period(months=3).after(NOW)
    assert owed(made, 85, Kind.WATCH_REVIEW, "reach")[0].at == Period(months=6).after(NOW)


def test_a_commitment_comes_round_is_due_by_a_date_or_is_set_off() -> None:
    made = book()
    made.done(NOW + 30 * DAY, "commitment:report")
    assert states(made, 100, Kind.COMMITMENT, "report") == [State.MET, State.OWED]
    assert states(made, 61, Kind.COMMITMENT, "drill") == [State.LATE]
    made.done(NOW + 65 * DAY, "commitment:drill")
    assert states(made, 70, Kind.COMMITMENT, "drill") == [State.MET_LATE]
    assert not owed(made, 10, Kind.COMMITMENT, "tell")
    happen(made, "danger_shown")
    assert states(made, 10, Kind.COMMITMENT, "tell") == [State.LATE]
    assert not owed(made, 10, Kind.COMMITMENT, "speech"), "no entry can show it"


# ----------------------------------------------------------------------------------------- register


def entry(found: Register, *path: str | int) -> Registered:
    return next(e for e in found.entries if e.promise.path == path)


def at(made: Book, days: float) -> Register:
    return register(made.document, made.view(), NOW + days * DAY)


def test_every_construct_that_binds_somebody_is_in_the_register_once() -> None:
    found = promises(promising())
    assert len({p.path for p in found}) == len(found)
    sections = {p.path[0] if p.path[0] != "response" else p.path[:2] for p in found}
    assert {"threat_models", "evaluation", "limits", "accountability", "watch_list", "commitments", "scope"} <= sections
    assert {("response", n) for n in ("alert_duties", "actions", "pause", "waivers")} <= sections
    assert all(p.what and p.owner for p in found)
    assert all(bool(p.kinds) or p.untold or p.path == ("response", "waivers") for p in found)


def test_kept_late_missed_waived_open_and_unverifiable_are_each_shown() -> None:
    made = book()
    made.done(NOW + 30 * DAY, "commitment:report")
    found = at(made, 100)
    assert entry(found, "commitments", "report").standing is Standing.KEPT
    assert entry(found, "commitments", "drill").standing is Standing.LATE
    assert entry(found, "commitments", "speech").standing is Standing.UNVERIFIABLE
    assert entry(found, "accountability", "disclosures", 0).standing is Standing.UNVERIFIABLE
    assert entry(found, "accountability", "review_every").standing is Standing.OPEN
    assert entry(at(made, 800), "accountability", "review_every").standing is Standing.MISSED
    held = book()
    held.evaluated(NOW, kind=VerdictKind.NOT_RUN)
    held.put(waiver("low", Permission.DEPLOY), at=NOW, kind=EntryKind.WAIVER)
    assert entry(at(held, 10), "limits").standing is Standing.WAIVED


def test_what_was_kept_late_reads_late_for_ever_and_ends_nothing() -> None:
    made = book()
    made.done(NOW + 65 * DAY, "commitment:drill")
    (found,) = entry(at(made, 70), "commitments", "drill").instances
    assert (found.standing, found.met_at) == (Standing.LATE, NOW + 65 * DAY)


def test_counts_are_by_year_of_the_due_point_and_by_standing() -> None:
    made = book()
    made.done(NOW + 30 * DAY, "commitment:report")
    found = at(made, 300)
    assert set(found.years) == {2026, 2027}
    assert found.years[2026][Standing.KEPT] == 1
    assert sum(found.years[2027].values()) == 1, "the review of the policy"
    assert sum(found.undated.values()) == sum(not e.instances for e in found.entries)


def test_a_waiver_that_lasts_longer_than_the_policy_allows_is_missed() -> None:
    made = book()
    made.put(waiver("low", Permission.DEPLOY, until=NOW + 60 * DAY), at=NOW, kind=EntryKind.WAIVER)
    assert entry(at(made, 10), "response", "waivers").standing is Standing.MISSED
    short = book()
    short.put(waiver("low", Permission.DEPLOY), at=NOW, kind=EntryKind.WAIVER)
    assert entry(at(short, 10), "response", "waivers").standing is Standing.OPEN
    assert entry(at(short, 40), "response", "waivers").standing is Standing.KEPT


def test_without_a_record_everything_is_unverifiable_or_open() -> None:
    found = bare_register(promising(), NOW)
    assert {e.standing for e in found.entries} == {Standing.UNVERIFIABLE, Standing.OPEN}
    assert entry(found, "commitments", "drill").standing is Standing.OPEN
    assert entry(bare_register(promising(), NOW + 90 * DAY), "commitments", "drill").standing is Standing.UNVERIFIABLE
    assert not found.late


def test_of_a_promise_that_the_record_shows_in_part_the_rest_is_not_kept() -> None:
    """Answers to threat models are in the record; letters of critics are in none."""
    made = book()
    signed = {"made_at": NOW, "by": ident("olga"), "role": ident("officer")}
    proposal = Proposal(id=ident("tm-1"), title="Water", proposer="A utility", text="Not covered.", **signed)  # type: ignore[arg-type]
    made.put(proposal, at=NOW, kind=EntryKind.PROPOSAL)
    answer = ProposalAnswer(proposal=ident("tm-1"), answer=Answer.DECLINED, reason="covered", **signed)  # type: ignore[arg-type]
    made.put(answer, at=NOW, kind=EntryKind.PROPOSAL_ANSWER)
    found = entry(at(made, 2), "accountability", "critique")
    assert [i.standing for i in found.instances] == [Standing.KEPT]
    assert found.standing is Standing.UNVERIFIABLE


def test_no_entry_of_the_record_makes_a_promise_kept_that_no_entry_can_show() -> None:
    made = book()
    for name in ("speech", "drill", "report"):
        made.done(NOW + DAY, f"commitment:{name}")
    assert entry(at(made, 2), "commitments", "speech").standing is Standing.UNVERIFIABLE
    assert entry(at(made, 2), "accountability", "critique").standing is Standing.UNVERIFIABLE
