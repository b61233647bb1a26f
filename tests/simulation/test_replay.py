"""Replays on real data: what a policy would have said, by its own rules, about models that were measured."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import pytest

from scalegate.adapters.series_file import FOLDER, read_series
from scalegate.decision.abstract import Answer, Claim
from scalegate.errors import InputError
from scalegate.policy.document import Direction, Permission, PolicyDocument
from scalegate.procedure.replaying import measured_points, reads_anything
from scalegate.quantity import Factor, Probability
from scalegate.simulation.replay import Replay, replay
from scalegate.simulation.table import DecisionTable
from shared import ROOT, shared
from simulation.worlds import example
from world import limit, policy, rate_observation


def replayed(document: PolicyDocument, name: str) -> Replay:
    return replay(document, DecisionTable(document), measured_points(document, read_series(name)))


@pytest.fixture(scope="module")
def cyber() -> Replay:
    return replayed(example(), "cyber")


def test_the_claims_are_those_that_assess_makes_of_the_same_outcomes(cyber: Replay) -> None:
    """The example's table (README.md) was made by `assess` from the whole evidence."""
    text = (ROOT / "examples/cyber/README.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| ([a-z0-9.-]+) \| ([A-Z_]+) \| ([A-Z_]+) \| ([A-Z_]+) \|", text, re.MULTILINE)
    expected = {model: kinds for model, *kinds in rows if model != "lab-run-1"}
    found = {
        a.point.id.lower().replace(" ", "-"): [claim.kind.value for claim in a.point.claims.values()]
        for a in cyber.answers
    }
    assert len(found) == 15
    assert found == expected


def test_points_come_in_the_order_of_their_release(cyber: Replay) -> None:
    dates = [a.point.released for a in cyber.answers]
    assert None not in dates
    assert dates == sorted(dates, key=str)


def test_the_first_alert_of_a_day_came_84_days_before_it_was_not_ruled_out(cyber: Replay) -> None:
    firsts = {(f.limit, f.claim): f.point for f in cyber.firsts}
    assert firsts["expert_day", Claim.ALERT] == "GPT-5.1 Codex Max"
    assert firsts["expert_day", Claim.NOT_RULED_OUT] == "GPT-5.3 Codex"
    assert cyber.lead_days == {"expert_hour": 0, "expert_day": 84}


def test_V4_models_whose_effort_is_unknown_warn_nobody(cyber: Replay) -> None:
    void = [a.point.id for a in cyber.answers if a.point.void]
    assert void == ["GPT-2", "GPT-3", "GPT-3.5"]
    assert not {f.point for f in cyber.firsts} & set(void)


def test_a_crossed_limit_is_held_without_its_protections_and_granted_with_them(cyber: Replay) -> None:
    by = {a.point.id: a for a in cyber.answers}
    assert by["o3"].bare[Permission.DEPLOY] is Answer.HELD
    assert by["o3"].protected[Permission.DEPLOY] is Answer.GRANTED
    assert by["GPT-4o"].bare[Permission.DEPLOY] is Answer.GRANTED
    assert by["GPT-2"].protected[Permission.DEPLOY] is Answer.HELD  # its failures are void, up to the hard stop
    assert {a.protected[Permission.RELEASE_WEIGHTS] for a in cyber.answers} == {Answer.HELD}


def at_most(factor: str) -> PolicyDocument:
    document = policy()
    triggers = replace(document.evaluation.triggers, effective_compute=Factor.parse(factor))
    return replace(document, evaluation=replace(document.evaluation, triggers=triggers))


def test_D5_pythia_breaks_four_times_once_for_each_size_where_13000_steps_follow_3000() -> None:
    late = replayed(at_most("4x"), "pythia").late
    assert [a.point.id for a in late] == [f"pythia-{size} step 13000" for size in ("70m", "410m", "1.4b", "6.9b")]
    assert all(a.past_due == pytest.approx(13 / 12) for a in late)


def test_D5_an_evaluation_at_the_due_point_is_in_time() -> None:
    late = {a.point.id for a in replayed(at_most("2x"), "pythia").late if a.point.run == "pythia-70m"}
    assert late == {"pythia-70m step 3000", "pythia-70m step 13000"}


def test_a_rate_crosses_along_the_checkpoints_of_a_run() -> None:
    """LAMBADA rises with training: alert and limit of the test policy are passed in that order."""
    found = replayed(policy(), "pythia")
    claims = [a.point.claims["low"] for a in found.answers if a.point.run == "pythia-6.9b"]
    assert claims[0] is Claim.NOT_SHOWN
    assert claims[-1] is Claim.NOT_RULED_OUT
    order = [c for at, c in enumerate(claims) if not at or c is not claims[at - 1]]
    assert order[:1] + order[-1:] == [Claim.NOT_SHOWN, Claim.NOT_RULED_OUT]


def test_a_demonstration_on_the_same_series_shows_danger() -> None:
    document = policy()
    shows = rate_observation(direction=Direction.DEMONSTRATION, relied_on=False, limit=Probability("0.4"))
    both = {"rate": rate_observation(), "shows": shows}
    changed = replace(document, limits={**document.limits, "low": limit(observations=both)})
    last = [a for a in replayed(changed, "pythia").answers if a.point.run == "pythia-6.9b"][-1]
    assert last.point.claims["low"] is Claim.DANGER_SHOWN
    assert last.bare[Permission.DEPLOY] is Answer.HELD


def test_a_series_that_measures_nothing_the_policy_reads_is_said_to_be_unread() -> None:
    assert not reads_anything(measured_points(example(), read_series("pythia")))
    assert reads_anything(measured_points(example(), read_series("cyber")))


FILE = """\
schema: scalegate.series/1
title: Two checkpoints
source: made up for a test
licence: none
points:
  - id: early
    run: one
    effective_compute: 1e20 FLOP
    count: {successes: 1, items: 200}
  - id: late
    run: one
    released: 2026-01-01
    effective_compute: 9e20 FLOP
    bounds: [{measure: success_rate, lower: 0.55, upper: 0.7}]
"""


def test_a_file_of_ones_own_is_replayed(tmp_path: Path) -> None:
    place = tmp_path / "mine.yaml"
    place.write_text(FILE, encoding="utf-8")
    early, late = replayed(policy(), str(place)).answers
    assert [a.point.claims["low"] for a in (early, late)] == [Claim.NOT_SHOWN, Claim.NOT_RULED_OUT]
    assert late.past_due == pytest.approx(9 / 4)


def with_signs(folder: Path, signs: str) -> Claim:
    place = folder / "tasks.yaml"
    tasks = "".join(f"  - {{family: f{at % 10}}}\n" for at in range(40))
    head = "schema: scalegate.series/1\ntitle: t\nsource: s\nlicence: l\n"
    point = f"points:\n  - {{id: one, outcomes: {{signs: '{signs}'}}}}\n"
    place.write_text(f"{head}tasks:\n{tasks}{point}", encoding="utf-8")
    return replayed(policy(), str(place)).answers[0].point.claims["low"]


def test_E2_what_was_not_run_counts_as_a_success_from_above(tmp_path: Path) -> None:
    assert with_signs(tmp_path, "0" * 40) is Claim.NOT_SHOWN
    assert with_signs(tmp_path, "0" * 20 + "-" * 20) is Claim.NOT_RULED_OUT


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("successes: 1", "successes: 201", "mine.yaml:9:12: points[0].count: 201 successes of 200 items"),
        ("lower: 0.55", "lower: 0.75", "0.75 to 0.7 are no bounds"),
        ("title", "titel", "unknown key"),
        ("scalegate.series/1", "scalegate.series/2", "series/2"),
    ],
)
def test_what_is_wrong_in_a_file_is_said_with_its_place(tmp_path: Path, old: str, new: str, words: str) -> None:
    place = tmp_path / "mine.yaml"
    place.write_text(FILE.replace(old, new), encoding="utf-8")
    with pytest.raises(InputError) as refused:
        read_series(str(place))
    assert any(words in str(finding) for finding in refused.value.findings), refused.value.findings


def test_what_is_no_series_is_refused_by_name() -> None:
    with pytest.raises(InputError, match="name a file, or one of cyber, pythia"):
        read_series("nothing-like-it")


def test_the_series_that_ship_are_what_their_script_makes_of_the_sources(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    runs, pythia = shared("data/cyber_horizons/runs.csv"), shared("data/pythia")
    monkeypatch.syspath_prepend(str(ROOT / "benchmarks"))
    import make_series

    monkeypatch.setattr(make_series, "FOLDER", tmp_path)
    make_series.cyber(runs)
    make_series.pythia(pythia)
    made = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    assert made == {path.name: path.read_bytes() for path in FOLDER.glob("*.csv")}
