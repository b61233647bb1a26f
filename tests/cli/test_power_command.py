"""`scalegate power`: answers about plans, suites and rules, alone on standard output, and one picture."""

from __future__ import annotations

import json
import re
import xml.etree.ElementTree as ET
from pathlib import Path
from typing import Any

import pytest

from cli.contract import valid
from end_to_end.project_world import Answer, World, done
from scalegate.cli.main import _status
from scalegate.procedure.power import Questions, answer_questions, parse_rule


def power(capfd: pytest.CaptureFixture[str], *arguments: str, before: tuple[str, ...] = ()) -> Answer:
    """Run it where there is no project."""
    status = _status([*before, "power", *arguments])
    out, err = capfd.readouterr()
    return done(Answer(status, out, err), status)


def asked(capfd: pytest.CaptureFixture[str], *arguments: str) -> dict[str, Any]:
    answer = power(capfd, *arguments, before=("--format", "json"))
    (first,) = valid(answer.json)["answers"]
    return {"status": answer.status, "reachable": first["reachable"], "curve": first["curve"], **first["numbers"]}


@pytest.fixture(autouse=True)
def _nowhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def test_the_published_plan_is_found(capfd: pytest.CaptureFixture[str]) -> None:
    found = asked(capfd, "--limit", "0.1", "--truth", "2 %")
    assert (found["tasks"], found["most_successes"], found["zero_success_tasks"]) == (76, 3, 29)
    assert found["statistical_power"] >= 0.9
    assert found["sequential_expected_tasks"] < found["tasks"] < found["sequential_most_tasks"]
    assert found["sequential_false_clearance"] <= 0.05
    assert found["status"] == 0


def test_the_policy_rule_of_five_tasks_misses_a_quarter_at_a_tenth(capfd: pytest.CaptureFixture[str]) -> None:
    found = asked(capfd, "--rule", "1/10 tries, 50 % of 5 tasks")
    assert found["trigger_probability"] == pytest.approx(0.766879)
    assert found["trigger_probability_four_times_the_tasks"] == pytest.approx(0.9482, abs=5e-5)
    assert found["tasks_needed"] == 3


def test_several_attempts_need_more_tasks_for_a_gate_that_does_not_know_how_alike_they_are(
    capfd: pytest.CaptureFixture[str],
) -> None:
    found = asked(capfd, "--limit", "0.3", "--truth", "0.02", "--attempts", "3", "--icc", "0.3")
    assert found["design_effect"] == 1.6
    assert found["tasks"] <= found["gate_tasks"]
    alike = asked(capfd, "--limit", "0.3", "--truth", "0.02", "--attempts", "3")
    assert alike["icc"] == 1
    assert alike["tasks"] > found["tasks"]


def test_costs_set_alpha_unless_it_is_stated(capfd: pytest.CaptureFixture[str]) -> None:
    answer = power(capfd, "--limit", "0.1", "--costs", "19", before=("--format", "json"))
    plan, costs = valid(answer.json)["answers"]
    assert plan["numbers"]["alpha"] == costs["numbers"]["alpha"] == 0.05
    answer = power(capfd, "--limit", "0.1", "--costs", "19", "--alpha", "0.01", before=("--format", "json"))
    assert valid(answer.json)["answers"][0]["numbers"]["alpha"] == 0.01


def test_twenty_limits_are_seldom_ruled_out_together(capfd: pytest.CaptureFixture[str]) -> None:
    found = asked(capfd, "--limits", "20")
    assert found["joint_power_independent"] == pytest.approx(0.122, abs=5e-4)
    assert found["power_each_independent"] == pytest.approx(0.9947, abs=5e-5)


def test_a_power_out_of_reach_ends_with_one_and_says_so(capfd: pytest.CaptureFixture[str]) -> None:
    answer = power(capfd, "--limit", "0.1", "--truth", "0.0999")
    assert answer.status == 1
    assert "No number of tasks" in answer.out
    assert "not reached" in answer.out


def test_text_opens_with_what_the_answers_are_not(capfd: pytest.CaptureFixture[str]) -> None:
    answer = power(capfd, "--limit", "0.1")
    assert answer.out.startswith("These answers are about plans and rules, never about a model")
    assert "\x1b" not in answer.out


def test_a_replay_is_stamped(capfd: pytest.CaptureFixture[str]) -> None:
    answer = power(capfd, "--costs", "10", before=("--now", "2026-03-31T00:00:00Z"))
    assert answer.out.startswith("REPLAY AS OF 2026-03-31T00:00:00Z")


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        ((), "nothing is asked"),
        (("--truth", "0.1"), "--truth"),
        (("--limit", "2"), "--limit"),
        (("--limit", "nan"), "--limit"),
        (("--limit", "0.0"), "--limit"),
        (("--limit", "-0.1"), "--limit"),
        (("--limit", "0.1", "--truth", "0.1"), "--truth"),
        (("--limit", "0.1", "--power", "1.0"), "--power"),
        (("--limit", "0.1", "--alpha", "0"), "--alpha"),
        (("--limit", "0.1", "--attempts", "0"), "--attempts"),
        (("--limit", "0.1", "--attempts", "2", "--icc", "1.5"), "--icc"),
        (("--rule", "often enough"), "--rule"),
        (("--rule", "11/10 tries, 50 % of 5 tasks"), "least"),
        (("--rule", "1/10 tries, 200 % of 5 tasks"), "share"),
        (("--rule", "1/10 tries, 50 % of 999999 tasks"), "--rule"),
        (("--costs", "0"), "--costs"),
        (("--costs", "inf"), "--costs"),
        (("--costs", "dear"), "--costs"),
        (("--limits", "-3"), "--limits"),
        (("--costs", "10", "--plot", "x.svg"), "no curve"),
        (("--limit", "0.1", "--plot", "no/such/folder/x.svg"), "--plot"),
        (("--suite", "exam"), "scalegate.toml"),
    ],
)
def test_a_wrong_call_ends_with_two_and_names_what_is_wrong(
    capfd: pytest.CaptureFixture[str], arguments: tuple[str, ...], says: str
) -> None:
    answer = power(capfd, *arguments)
    assert answer.status == 2, answer
    assert says in answer.err
    assert not answer.out


def test_forms_for_other_commands_are_refused(capfd: pytest.CaptureFixture[str]) -> None:
    assert power(capfd, "--costs", "10", before=("--format", "sarif")).status == 2


@pytest.mark.parametrize(
    "text",
    [
        "1/10 tries, 50 % of 5 tasks",
        "1/10, 0.5 of 5",
        "at least 1 of 10 tries on at least 50 % of 5 tasks",
        "1 / 10 attempts, 1/2 of 5 tasks",
    ],
)
def test_a_rule_is_read_as_people_write_it(text: str) -> None:
    rule = parse_rule(text)
    assert (rule.least, rule.tries, rule.tasks, rule.tasks_needed) == (1, 10, 5, 3)


# -------------------------------------------------------------------------------------------- suites


def test_a_suite_says_what_it_could_not_have_shown(exam: World) -> None:
    form = valid(done(exam.run("--format", "json", "power", "--suite", "exam"), 0).json)
    first, last = form["answers"]
    assert [a["numbers"]["limit_id"] for a in form["answers"]] == ["first.rate", "last.rate"]
    numbers = first["numbers"]
    assert (numbers["limit"], numbers["alert"], numbers["truth"]) == (0.5, 0.2, 0.1)
    assert (numbers["unit"], numbers["units"]) == ("family", 60)
    assert numbers["shift_and_reserve"] == pytest.approx(0.06)
    assert 0.06 < numbers["least_upper"] < 0.2
    assert numbers["least_upper"] == last["numbers"]["least_upper"]
    assert numbers["statistical_power"] >= 0.9


def test_a_suite_that_cannot_reach_the_power_ends_with_one(exam: World) -> None:
    answer = exam.run("--format", "json", "power", "--suite", "exam", "--truth", "0.4")
    assert answer.status == 1
    assert [a["reachable"] for a in valid(answer.json)["answers"]] == [False, True]


def test_a_suite_that_is_too_small_cannot_rule_out_whatever_its_results(exam: World) -> None:
    place = exam.root / "suites" / "exam.yaml"
    place.write_text("schema: scalegate.suite/1\ntitle: Three tasks\ntasks:\n" + SMALL, encoding="utf-8")
    answer = done(exam.run("power", "--suite", "exam"), 1)
    assert "cannot rule out 0.5, whatever its results" in " ".join(answer.out.split())


SMALL = "".join(f"  t{n}: {{family: f{n}}}\n" for n in range(3))


def test_B2_an_unknown_shift_rules_nothing_out_with_any_suite(exam: World) -> None:
    from scalegate.policy.document import RateObservation
    from scalegate.project import open_project

    workspace = open_project(exam.root, writing=False).workspace
    policy = workspace.view.policy
    assert policy is not None
    for limit in policy.document.limits.values():
        for observation in limit.observations.values():
            if isinstance(observation, RateObservation):
                object.__setattr__(observation.elicitation_shift, "value", None)
    page = answer_questions(Questions(suite="exam"), workspace)
    assert not any(a.reachable for a in page.answers)
    assert all("unknown" in " ".join(a.sentences) for a in page.answers)


def test_several_attempts_at_each_task_of_a_suite(exam: World) -> None:
    policy, suite = exam.root / "policy.yaml", exam.root / "suites" / "exam.yaml"
    policy.write_text(policy.read_text("utf-8").replace("unit: family", "unit: task"), encoding="utf-8")
    rows = "".join(f"  t{n}: {{family: f{n}}}\n" for n in range(20))
    head = "schema: scalegate.suite/1\ntitle: Twenty tasks\nattempts_per_task: 4\ntasks:\n"
    suite.write_text(head + rows, encoding="utf-8")
    (exam.root / "record" / "log.db").unlink()
    done(exam.run("init", str(exam.root)), 0)
    form = valid(exam.run("--format", "json", "power", "--suite", "exam", "--icc", "0.3", "--truth", "0.1").json)
    assert "DRAFT POLICY" in form["banners"][0]
    powers = [a["numbers"]["statistical_power"] for a in form["answers"]]
    alike = valid(exam.run("--format", "json", "power", "--suite", "exam", "--truth", "0.1").json)
    assert powers[0] > alike["answers"][0]["numbers"]["statistical_power"]


def test_a_suite_that_nobody_asks_for_is_named(exam: World) -> None:
    answer = done(exam.run("power", "--suite", "nope"), 2)
    assert "there is exam" in answer.err


def test_a_suite_of_time_horizons_is_not_planned_here(example: World) -> None:
    assert "time horizons" in done(example.run("power", "--suite", "cyber"), 2).err


# ------------------------------------------------------------------------------------------ the picture


def test_the_plot_is_one_file_that_loads_nothing(capfd: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    place = tmp_path / "plan.svg"
    answer = power(capfd, "--limit", "0.1", "--truth", "0.02", "--rule", "1/10, 50 % of 5", "--plot", str(place))
    assert "plan.svg" in answer.err
    text = place.read_text(encoding="utf-8")
    tree = ET.fromstring(text)
    assert tree.tag == "{http://www.w3.org/2000/svg}svg"
    assert len(tree.findall(".//*[@class='curve']")) == 2
    words = [e.text for e in tree.iter("{http://www.w3.org/2000/svg}text")]
    assert {"limit 0.1", "assumed true rate 0.02", "alpha 0.05", "a rate of 0.02", "0.02: 0.046"} <= set(words)
    assert not re.search(r"https?://(?!www\.w3\.org/2000/svg)|<script|<image|href=|@import|url\((?!#)", text)


def test_the_plot_reads_without_colour(capfd: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    place = tmp_path / "plan.svg"
    power(capfd, "--limit", "0.1", "--truth", "0.02", "--plot", str(place))
    for shade in re.findall(r"#([0-9a-f]{3,6})\b", place.read_text(encoding="utf-8")):
        assert len(set(re.findall(".." if len(shade) == 6 else ".", shade))) == 1, f"#{shade} is no grey"


def test_the_plot_shows_the_numbers_of_the_answer(capfd: pytest.CaptureFixture[str]) -> None:
    found = asked(capfd, "--limit", "0.1", "--truth", "0.02")
    points = dict(map(tuple, found["curve"]["points"]))
    assert points[0.02] == found["statistical_power"]
    assert points[0.1] < 0.05
    assert found["curve"]["missing_from"] == 0.1
    assert json.dumps(found["curve"])
