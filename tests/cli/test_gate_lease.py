"""`gate`: the lease it issues, the assessment it rests on, and what it loads."""

from __future__ import annotations

import json
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

import scalegate
from end_to_end.project_world import MODELS, ExamModel, World, day, done, models_file, subject, suite_file, table

ASK = ("--format", "json", "gate")


def leased(world: World, *arguments: str) -> scalegate.Lease:
    form = done(world.run(*ASK, *arguments), 0).json
    return scalegate.Lease.load(form["lease"], trust=world.root / "trust.json")


def test_D9_a_lease_allows_what_was_asked_and_nothing_else(exam: World) -> None:
    lease = leased(exam, "DEPLOY", "--model", "calm")
    good = {"subject": subject("calm"), "configuration": "agent", "mode": "api"}
    assert lease.allows("DEPLOY", **good)
    assert not lease.allows("USE_INTERNALLY", **good)
    for name, other in (("subject", subject("wild")), ("configuration", "more"), ("mode", "weights")):
        assert not lease.allows("DEPLOY", **{**good, name: other})
    assert not lease.allows("DEPLOY", subject=subject("calm"))


def test_D9_a_lease_ends_when_it_lapses_and_no_later_than_the_longest_lease(
    exam: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    form = done(exam.run(*ASK, "DEPLOY", "--model", "calm"), 0).json
    lease = scalegate.Lease.load(form["lease"], trust=exam.root / "trust.json")
    good = {"subject": subject("calm"), "configuration": "agent", "mode": "api"}
    ends = datetime.fromisoformat(form["lapses_at"].replace("Z", "+00:00"))
    assert ends <= datetime.fromisoformat(form["as_of"].replace("Z", "+00:00")) + timedelta(days=14)
    assert lease.allows("DEPLOY", **good, now=ends - timedelta(seconds=1))
    assert not lease.allows("DEPLOY", **good, now=ends)
    monkeypatch.setattr(time, "time", lambda: ends.timestamp())
    assert not lease.allows("DEPLOY", **good)
    assert not scalegate.Lease.load(form["lease"], trust=exam.root / "trust.json").allows("DEPLOY", **good)


def test_D4_a_first_run_is_leased_up_to_its_due_point(exam: World) -> None:
    lease = leased(exam, "TRAIN", "--model", "fresh", "--effective-compute", "1e23")
    known = {"subject": subject("fresh"), "configuration": "agent"}
    assert lease.allows("TRAIN", **known, effective_compute_flop=9e23)
    assert not lease.allows("TRAIN", **known, effective_compute_flop=1.1e24)
    assert not lease.allows("TRAIN", **known)
    done(exam.run(*ASK, "TRAIN", "--model", "fresh", "--effective-compute", "1e24"), 1)


def test_D5_an_overdue_evaluation_holds_training_by_compute_and_by_calendar(exam: World) -> None:
    done(exam.run(*ASK, "TRAIN", "--model", "calm", "--effective-compute", "1.1e23"), 0)
    by_compute = done(exam.run(*ASK, "TRAIN", "--model", "calm", "--effective-compute", "4e23"), 1)
    assert {b["rule"] for b in by_compute.json["blockers"]} >= {"D5"}
    late = done(exam.run("--now", day(95), *ASK, "TRAIN", "--model", "calm", "--effective-compute", "1.1e23"), 1)
    assert {b["rule"] for b in late.json["blockers"]} >= {"D5"}


def test_an_altered_lease_is_refused(exam: World) -> None:
    path = Path(done(exam.run(*ASK, "DEPLOY", "--model", "calm"), 0).json["lease"])
    form = json.loads(path.read_text("utf-8"))
    form["lease"]["ends"] = "2099-01-01T00:00:00Z"
    path.write_text(json.dumps(form, sort_keys=True, separators=(",", ":")) + "\n", encoding="utf-8")
    with pytest.raises(scalegate.errors.ScalegateError):
        scalegate.Lease.load(path, trust=exam.root / "trust.json")


def test_a_hold_leaves_no_lease(exam: World) -> None:
    done(exam.run(*ASK, "DEPLOY", "--model", "wild"), 1)
    done(exam.run(*ASK, "DEPLOY", "--model", "calm", "--dry-run"), 0)
    assert not list(exam.root.rglob("leases/*"))


# ------------------------------------------------------------------------- the assessment it rests on

LOADED = """
import sys
from scalegate.cli.main import _status
status = _status(sys.argv[1:])
heavy = [m for m in ("scipy", "pyarrow", "numpy") if m in sys.modules]
print(status, *heavy, file=sys.stderr)
"""


def verdicts(world: World) -> int:
    return len(world.entries("verdict"))


def test_gate_on_a_current_assessment_loads_no_numbers_and_assesses_nothing(exam: World) -> None:
    done(exam.run("assess"), 1)
    before = verdicts(exam)
    answer = exam.spawn("--project", str(exam.root), *ASK, "DEPLOY", "--model", "calm", code=LOADED)
    status, *heavy = answer.err.splitlines()[-1].split()
    assert status == "0"
    assert not {"scipy", "pyarrow"} & set(heavy)
    assert verdicts(exam) == before


def edit_suite(world: World) -> None:
    (world.root / "suites" / "exam.yaml").write_text(suite_file(61), encoding="utf-8")


def edit_model(world: World) -> None:
    text = models_file(MODELS).replace("title: calm", "title: calmer")
    (world.root / "models.yaml").write_text(text, encoding="utf-8")


def edit_configuration(world: World) -> None:
    place = world.root / "configurations.yaml"
    place.write_text(place.read_text("utf-8").replace("An agent,", "One agent,"), encoding="utf-8")


def ingest_more(world: World) -> None:
    path = world.root / "more.csv"
    path.write_text(table([ExamModel("calm", 1, 60)], run="second"), encoding="utf-8")
    done(world.run("ingest", "--configuration", "agent", "--dated", day(-1), str(path)))


@pytest.mark.parametrize("edit", [edit_suite, edit_model, edit_configuration, ingest_more])
def test_gate_assesses_again_after_a_change(exam: World, edit: object) -> None:
    done(exam.run("assess"), 1)
    before = verdicts(exam)
    done(exam.run(*ASK, "DEPLOY", "--model", "calm"), 0)
    assert verdicts(exam) == before
    edit(exam)  # type: ignore[operator]
    done(exam.run(*ASK, "DEPLOY", "--model", "calm"), 0, 1)
    assert verdicts(exam) == before + 2


def test_gate_assesses_again_when_a_verdict_has_ended(exam: World) -> None:
    done(exam.run("assess"), 1)
    before = verdicts(exam)
    done(exam.run(*ASK, "DEPLOY", "--model", "calm", clock=f"{day(120)}T00:00:00Z"), 1)
    assert verdicts(exam) == before + 2


def test_V6_an_alert_allows_no_widening(exam: World) -> None:
    alerted = ExamModel("fresh", 6, 60)
    path = exam.root / "alert.csv"
    path.write_text(table([alerted]), encoding="utf-8")
    done(exam.run("ingest", "--configuration", "agent", "--dated", day(-1), str(path)))
    answer = done(exam.run(*ASK, "DEPLOY", "--model", "fresh"), 1).json
    assert [b["rule"] for b in answer["blockers"]] == ["V6"]
    assert datetime.now(UTC) < datetime.fromisoformat(f"{day(2)}T00:00:00+00:00")


IN_AGENT = (*ASK, "DEPLOY", "--model", "calm", "--configuration", "agent")


def edit_configurations(world: World, *pairs: tuple[str, str]) -> None:
    path = world.root / "configurations.yaml"
    text = path.read_text(encoding="utf-8")
    for old, new in pairs:
        assert old in text, old
        text = text.replace(old, new)
    path.write_text(text, encoding="utf-8")


def ingest_alert(world: World) -> None:
    path = world.root / "alert.csv"
    path.write_text(table([ExamModel("calm", 6, 60)], "second"), encoding="utf-8")
    done(world.run("ingest", "--configuration", "agent", "--dated", day(0), str(path)))


def test_V6_under_an_alert_what_was_granted_goes_on_under_another_title(exam: World) -> None:
    assert done(exam.run(*IN_AGENT)).json["granted"]
    edit_configurations(exam, ("title: An agent,", "title: A renamed agent,"))
    ingest_alert(exam)
    assert done(exam.run(*IN_AGENT)).json["granted"]


def test_V6_more_tools_under_the_old_name_of_a_configuration_are_something_new(exam: World) -> None:
    """The label stays, what it stands for is another one, and its runs read as an alert: nothing new begins (S1)."""
    assert done(exam.run(*IN_AGENT)).json["granted"]
    edit_configurations(exam, ("tools: [bash], ", "tools: [bash, web, shell], "), (", contained_in: [more]", ""))
    ingest_alert(exam)
    held = done(exam.run(*IN_AGENT), 1).json
    assert [b["rule"] for b in held["blockers"]] == ["V6"]
    assert done(exam.run("--format", "json", "log", "verify")).json["findings"] == []
