"""`policy commitments`: every promise with owner, due point and standing; counts by year; from a project and a file."""

from __future__ import annotations

from datetime import UTC, datetime
from time import sleep
from typing import Any

from cli.contract import check_golden, valid
from end_to_end.project_world import EXAMPLE, THEN, World, day, done
from shared import ROOT

FILE = str(EXAMPLE / "policy.yaml")
COMMITMENTS = ("--format", "json", "policy", "commitments")


def by_path(form: Any) -> dict[str, Any]:
    return {c["path"]: c for c in form["commitments"]}


def test_a_file_without_a_record_keeps_nothing(exam: World) -> None:
    form = valid(done(exam.run("--now", "2026-01-01", *COMMITMENTS, FILE)).json)
    assert form["recorded"] is False
    assert {c["status"] for c in form["commitments"]} == {"unverifiable", "open"}
    spot = by_path(form)["threat_models.loss_of_control.accepted_blind_spot"]
    assert (spot["status"], spot["owner"], spot["where"].split(":")[0]) == ("open", "board", "policy.yaml")
    assert form["by_year"] == [
        {"year": 2026, "missed": 0, "late": 0, "waived": 0, "unverifiable": 0, "kept": 0, "open": 2}
    ]


def test_the_form_is_what_was_promised(exam: World) -> None:
    file = str(ROOT / "tests" / "policy" / "minimal_policy.yaml")
    check_golden("commitments", valid(done(exam.run("--now", "2026-01-01", *COMMITMENTS, file)).json))


def test_the_cyber_example_as_its_record_shows_it(prepared_example: World) -> None:
    form = valid(done(prepared_example.run("--now", THEN, *COMMITMENTS), 1).json)
    found = by_path(form)
    assert form["recorded"] is True
    assert found["protections.measures.action_monitor"]["status"] == "late"
    assert found["response.actions[2]"]["status"] == "late", "the lapse asked for an action, and nobody took it"
    assert found["protections.measures.gateway"]["status"] == "open"
    assert found["commitments.no_silence"]["status"] == "unverifiable"
    assert found["accountability.disclosures[0]"]["status"] == "unverifiable"
    assert all(c["owner"] for c in form["commitments"])
    assert [y["year"] for y in form["by_year"]] == [2026]
    text = " ".join(done(prepared_example.run("--now", THEN, "policy", "commitments"), 1).out.split())
    assert "BY YEAR OF THE DUE POINT" in text
    assert text.index("LATE, OR KEPT LATE") < text.index("UNVERIFIABLE: NO ENTRY CAN SHOW IT") < text.index("OPEN: NOT")


DUTIES = """\
schema: scalegate.duties/1
duties_done:
  - {duty: "policy:review", by: {principal: dan, role: officer}, at: AT}
"""


def test_a_signed_review_is_kept_and_somebody_elses_signature_is_refused(exam: World) -> None:
    place = exam.root / "duties.yaml"
    before = exam.entries()[0]["issued_at"]
    place.write_text(
        DUTIES.replace("dan, role: officer", "eva, role: evaluators").replace("AT", before), encoding="utf-8"
    )
    assert "it is a duty of the role officer" in done(exam.run("attest", str(place)), 2, 1).err
    while (signed_at := f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ}") <= before:
        sleep(0.1)  # a review is later than the adoption that it reviews, by a second at least
    place.write_text(DUTIES.replace("AT", signed_at), encoding="utf-8")
    done(exam.run("attest", str(place)))
    form = valid(done(exam.run(*COMMITMENTS), 0, 1).json)
    review = by_path(form)["accountability.review_every"]
    assert [i["status"] for i in review["instances"]] == ["kept", "open"]
    assert review["status"] == "kept"
    done(exam.run("log", "verify"))
    later = valid(done(exam.run("--now", day(500), *COMMITMENTS), 1).json)
    assert by_path(later)["accountability.review_every"]["status"] == "late"
    owed = done(exam.run("--now", day(500), "--format", "json", "due"), 1).json
    assert [o["state"] for o in owed["due"] if o["kind"] == "policy_review"] == ["late"]


def test_other_forms_are_refused_and_a_broken_file_is_named(exam: World) -> None:
    assert done(exam.run("--format", "sarif", "policy", "commitments"), 2).err
    (exam.root / "broken.yaml").write_text("title: x\n", encoding="utf-8")
    assert "broken.yaml" in done(exam.run("policy", "commitments", str(exam.root / "broken.yaml")), 2).err
