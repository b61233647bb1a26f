"""`scalegate policy prove`: findings with place and state, what was proved, and what it does not say."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from cli.contract import check_golden, valid
from end_to_end.project_world import Answer, done
from scalegate.cli.main import _status
from shared import ROOT

SOUND = (ROOT / "tests" / "policy" / "minimal_policy.yaml").read_text(encoding="utf-8")
TIE = "- {limit: first, permission: DEPLOY, protections: [locks]}"
UNGOVERNED = SOUND.replace(TIE, "- {limit: first, permission: DEPLOY, none_because: Trust us.}")
CYBER = ROOT / "examples" / "cyber"


@pytest.fixture
def sound(tmp_path: Path) -> str:
    return written(tmp_path, "policy.yaml", SOUND)


def written(folder: Path, name: str, text: str) -> str:
    place = folder / name
    place.write_text(text, encoding="utf-8")
    return str(place)


def prove(capfd: pytest.CaptureFixture[str], *arguments: str, before: tuple[str, ...] = ()) -> Answer:
    status = _status([*before, "policy", "prove", *arguments])
    out, err = capfd.readouterr()
    return done(Answer(status, out, err), status)


def test_a_sound_policy_ends_with_0_and_the_answer_opens_with_what_it_does_not_say(
    capfd: pytest.CaptureFixture[str], sound: str
) -> None:
    answer = prove(capfd, sound)
    assert answer.status == 0
    lines = answer.out.splitlines()
    assert "It says nothing about the world" in lines[0]
    assert lines[1].startswith("policy.yaml: A minimal policy, version 1.0.0; about 8.8e+06 states")
    assert "DEPLOY: With everything as good as it can be, DEPLOY is granted." in lines
    assert "RELEASE_WEIGHTS is granted in no state. Held in every state: D7." in lines
    assert "scalegate: 0 findings" in answer.err


def test_a_finding_has_file_line_column_path_and_a_state_that_shows_it(
    capfd: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    answer = prove(capfd, written(tmp_path, "policy.yaml", UNGOVERNED))
    assert answer.status == 1
    (line,) = [li for li in answer.out.splitlines() if "crossing_asks_nothing" in li]
    number = UNGOVERNED.splitlines().index(next(li for li in UNGOVERNED.splitlines() if "Trust us" in li)) + 1
    assert line.startswith(f"policy.yaml:{number}:7: protections.conditional[0]: crossing first asks for nothing")
    assert line.endswith("With first at NOT_RULED_OUT and a risk statement on first, DEPLOY is granted.")


def test_what_policy_check_refuses_is_found_too(capfd: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    worse = SOUND.replace('alert: "0.2"', 'alert: "0.6"').replace('    hard_stop: "true"\n', "")
    answer = prove(capfd, written(tmp_path, "policy.yaml", worse))
    assert answer.status == 1
    assert "the alert line 0.6 is not below the limit 0.5 [L4]" in answer.out
    assert "is no hard stop [L1]" in answer.out


def test_a_policy_with_a_rung_that_is_no_limit_is_proved_as_far_as_it_goes(
    capfd: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    answer = prove(capfd, written(tmp_path, "policy.yaml", SOUND.replace("[first, last]", "[first, lst, last]")))
    assert answer.status == 1
    assert "'lst' is no limit of this policy" in answer.out


def test_what_cannot_be_read_ends_with_2_and_the_other_file_is_proved(
    capfd: pytest.CaptureFixture[str], tmp_path: Path, sound: str
) -> None:
    answer = prove(capfd, sound, written(tmp_path, "other.yaml", "schema: scalegate.policy/1\n"))
    assert answer.status == 2
    assert "other.yaml: cannot be read" in answer.out
    assert "DEPLOY is granted." in answer.out
    assert prove(capfd, str(tmp_path / "absent.yaml")).status == 2
    form = valid(prove(capfd, sound, str(tmp_path / "other.yaml"), before=("--format", "json")).json)
    assert [p["readable"] for p in form["policies"]] == [True, False]


def test_a_bypass_through_a_second_document_is_found(capfd: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    first = UNGOVERNED.replace("Trust us.", "The framework governs deployment.")
    second = UNGOVERNED.replace("title: A minimal policy", "title: Compliance", 1)
    files = written(tmp_path, "policy.yaml", first), written(tmp_path, "framework.yaml", second)
    answer = prove(capfd, *files)
    (line,) = [li for li in answer.out.splitlines() if "(bypass)" in li]
    assert "DEPLOY while first counts as crossed is left to 'Compliance', which asks for nothing" in line


def test_json_follows_its_schema_and_its_golden_file(capfd: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    file = written(tmp_path, "policy.yaml", UNGOVERNED)
    answer = prove(capfd, file, before=("--format", "json"))
    form = valid(answer.json)
    assert form["schema"] == "scalegate.policy-proof/1"
    check_golden("policy-proof", form)


def test_forms_that_it_does_not_have_are_refused(capfd: pytest.CaptureFixture[str], sound: str) -> None:
    assert prove(capfd, sound, before=("--format", "sarif")).status == 2


def test_in_a_project_lines_are_held_against_its_suites(capfd: pytest.CaptureFixture[str]) -> None:
    answer = prove(capfd, before=("--project", str(CYBER)))
    assert answer.status == 0
    assert "note: policy.yaml:214:16: limits.expert_week.observations.shown.limit" in answer.out
    assert "the longest task takes 2160 min" in answer.out


def test_without_the_solver_it_ends_with_2_and_the_line_to_type(sound: str) -> None:
    code = (
        "import sys; sys.modules['z3'] = None\n"
        "from scalegate.cli.main import _status\n"
        f"sys.exit(_status(['policy', 'prove', {sound!r}]))"
    )
    answer = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert answer.returncode == 2
    assert answer.stderr.strip() == "scalegate: proving a policy needs an extra -> pip install 'scalegate[prove]'"
    assert answer.stdout == ""


def test_no_other_command_loads_the_solver(sound: str) -> None:
    code = (
        "import sys\n"
        "from scalegate.cli.main import _status\n"
        f"status = _status(['policy', 'check', {sound!r}])\n"
        "sys.exit('z3' in sys.modules or status)"
    )
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, check=False).returncode == 0
