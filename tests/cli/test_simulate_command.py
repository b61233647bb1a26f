"""`scalegate policy simulate`: what it is not before every figure, on every form of answer."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from pathlib import Path
from typing import Any

import pytest

from cli.contract import check_golden, valid
from end_to_end.project_world import Answer, World, done
from scalegate.cli.main import _status
from shared import ROOT

POLICY = str(ROOT / "examples/cyber/policy.yaml")
SMALL = ("--runs", "12", "--weeks", "40")


def simulate(capfd: pytest.CaptureFixture[str], *arguments: str, json: bool = False, status: int = 0) -> Answer:
    before = ("--format", "json") if json else ()
    ended = _status([*before, "policy", "simulate", *arguments])
    out, err = capfd.readouterr()
    return done(Answer(ended, out, err), status)


@pytest.fixture(autouse=True)
def _nowhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def without_figures(value: Any) -> Any:
    """Every number as 0: a golden file holds keys and words, and another numpy may draw other numbers."""
    if isinstance(value, dict):
        return {key: without_figures(item) for key, item in value.items()}
    if isinstance(value, list):
        return [without_figures(item) for item in value]
    return 0 if isinstance(value, (int, float)) and not isinstance(value, bool) else value


def test_json_follows_its_schema_and_its_golden_file(capfd: pytest.CaptureFixture[str]) -> None:
    form = valid(simulate(capfd, POLICY, *SMALL, "--replay", "cyber", json=True).json)
    assert [q["title"] for q in form["questions"][:6]] == [
        "TRAIN", "STORE", "USE_INTERNALLY", "DEPLOY", "RELEASE_WEIGHTS", "ASSESS",
    ]  # fmt: skip
    assert form["gate_calls"] == form["distinct_states"] > 0
    whole = ("schema", "banners", "opening", "not_tested", "not_simulated", "policy", "scenario", "seed", "effort")
    listed = ("questions", "limits", "overshoot", "clauses", "true_capability", "replays")
    kept = {key: form[key] for key in whole}
    shapes = {key: sorted(form[key][0]) for key in listed}
    check_golden("simulation", without_figures({**kept, "keys": shapes, "replayed": form["replays"][0]["firsts"]}))


def test_the_screen_opens_with_what_it_is_not(capfd: pytest.CaptureFixture[str]) -> None:
    said = simulate(capfd, POLICY, *SMALL).out
    flat = " ".join(said.split())
    for words in ("never about a model", "none of it is measured", "Not tested: bioweapons_uplift"):
        assert words in flat
    assert flat.index("never about a model") < flat.index("When, how often") < flat.index("weeks a year")


def test_the_same_call_gives_the_same_bytes_and_another_seed_others(capfd: pytest.CaptureFixture[str]) -> None:
    one, again = (simulate(capfd, POLICY, *SMALL, json=True).out for _ in range(2))
    other = simulate(capfd, POLICY, *SMALL, "--seed", "two", json=True).out
    assert one == again
    assert one != other


def test_what_is_assumed_is_printed_with_who_says_so(capfd: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    (tmp_path / "mine.yaml").write_text(
        "schema: scalegate.scenario/1\ntitle: A fast year\ncompute: {growth_per_year: 10x}\n", encoding="utf-8"
    )
    form = simulate(capfd, POLICY, *SMALL, "--scenario", "mine.yaml", json=True).json
    said = {a["name"]: (a["value"], a["source"]) for a in form["scenario"]["assumptions"]}
    assert (form["scenario"]["title"], form["scenario"]["file"]) == ("A fast year", "mine.yaml")
    assert said["compute.growth_per_year"] == ("10x", "scenario")
    assert said["evaluation.tasks"] == ("100", "default")
    assert said["capability.horizon_per_doubling"] == ("1.4x", "policy")
    assert said["compute.start"] == ("1e+23 FLOP", "policy")


def test_the_page_has_a_table_and_a_text_for_every_plot(capfd: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    answer = simulate(capfd, POLICY, *SMALL, "--replay", "pythia", "--plot", "bite.html")
    text = (tmp_path / "bite.html").read_text(encoding="utf-8")
    assert "written to bite.html" in answer.err
    assert text.index("What this is not") < text.index("<svg")
    assert text.count("<svg") == text.count("The numbers behind: ") / 2 == 2
    assert text.count("<desc") == text.count('role="img"') == 2
    assert "prefers-color-scheme:dark" in text
    assert "@media print" in text
    assert not re.search(r"<script|https?://(?!www\.w3\.org)|url\(", text)
    assert "nan" not in text.lower().replace("finance", "")


def test_the_plots_alone_are_one_svg(capfd: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    simulate(capfd, POLICY, *SMALL, "--plot", "bite.svg")
    root = ET.fromstring((tmp_path / "bite.svg").read_text(encoding="utf-8"))
    said = " ".join(t.text or "" for t in root.iter("{http://www.w3.org/2000/svg}text"))
    assert said.index("never about a model") < said.index("TRAIN")


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["no-such-policy.yaml"], "is no file, and not in the catalogue"),
        ([POLICY, "--runs", "0"], "write 1 to 100,000"),
        ([POLICY, "--weeks", "2601"], "write 1 to 2,600"),
        ([POLICY, "--plot", "bite.png"], "ends in .html or .svg"),
        ([POLICY, *SMALL, "--plot", "no/such/folder/bite.svg"], "the plot cannot be written"),
        ([POLICY, "--scenario", "none.yaml"], "none.yaml: cannot be read"),
        ([POLICY, "--replay", "none"], "name a file, or one of cyber, pythia"),
        ([], "scalegate.toml"),
    ],
)
def test_a_wrong_call_ends_with_2_and_what_to_mend(
    capfd: pytest.CaptureFixture[str], arguments: list[str], words: str
) -> None:
    answer = simulate(capfd, *arguments, status=2)
    assert words in answer.err


def test_a_replay_of_the_record_is_refused(capfd: pytest.CaptureFixture[str]) -> None:
    ended = _status(["--now", "2026-03-31", "policy", "simulate", POLICY])
    assert ended == 2
    assert "a simulation reads no clock" in capfd.readouterr().err


def test_without_a_file_it_is_the_policy_of_the_project(exam: World) -> None:
    form = done(exam.run("--format", "json", "policy", "simulate", *SMALL)).json
    assert {limit["limit"] for limit in form["limits"]} >= {"first"}


def test_growth_beyond_every_number_is_still_a_figure(capfd: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    """Neither a word for no number nor an internal error: what is far past a line says so."""
    scenario = tmp_path / "far.yaml"
    scenario.write_text(
        "schema: scalegate.scenario/1\n"
        "compute: {growth_per_year: 1000x, spread: 3}\n"
        "capability: {doublings_to_alert: -1000, horizon_per_doubling: 1000x, horizon_per_month: 1000x, spread: 3}\n"
    )
    call = (POLICY, "--runs", "50", "--weeks", "60", "--scenario", str(scenario))
    valid(simulate(capfd, *call, json=True).json)
    assert "nan" not in simulate(capfd, *call).out


def test_the_screen_says_that_a_miss_is_measured_by_the_policys_own_limits(capfd: pytest.CaptureFixture[str]) -> None:
    said = " ".join(simulate(capfd, POLICY, *SMALL).out.split())
    assert "Figures of two policies compare only where their limits are the same." in said


def test_the_name_of_a_permission_stays_whole_on_a_terminal_of_100_columns(
    capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "100")
    lines = simulate(capfd, POLICY, *SMALL).out.splitlines()
    assert max(len(line.rstrip()) for line in lines) <= 100
    assert not [line for line in lines if line.startswith(("LLY", "GHTS"))]
    assert any(line.startswith("USE_INTERNALLY ") for line in lines)
    assert any(re.search(r"\bthe end$", line.rstrip()) for line in lines), "the last column is cut off"
