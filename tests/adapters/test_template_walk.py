"""The README's first five minutes, run as they stand: each line of its marked blocks, in one shell, on a new project.

A line ends with the status that its comment names (`# status 1: …`), and with 0 where it names none.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from shared import ROOT

README = (ROOT / "README.md").read_text(encoding="utf-8")

# What Inspect would write for a run of the sample suite that ends now: two tasks of forty solved, with full effort.
MAKE_LOG = """
import datetime, json, pathlib, re, sys, zipfile
tasks = re.findall(r"^  ([a-z]+-[0-9]+): ", pathlib.Path("suites/sample.yaml").read_text(), re.MULTILINE)
now = datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds")
spec = {"run_id": "R1", "created": now, "task": "ctf", "model": "lab/frontier", "config": {}}
header = {"version": 2, "status": "success", "eval": spec, "stats": {"started_at": now, "completed_at": now}}
path = pathlib.Path("logs/run.eval")
path.parent.mkdir()
with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
    archive.writestr("header.json", json.dumps(header))
    for number, task in enumerate(tasks):
        usage = {"lab/frontier": {"input_tokens": 900000, "output_tokens": 90000, "total_tokens": 990000}}
        value = {"value": "C" if number < 2 else "I"}
        sample = {"id": task, "epoch": 1, "scores": {"flag": value}, "model_usage": usage}
        archive.writestr(f"samples/{task}_epoch_1.json", json.dumps(sample))
"""


def blocks(mark: str, language: str) -> list[str]:
    """The code of a language between a mark and the next heading."""
    _, found, rest = README.partition(f"<!-- {mark}")
    assert found, f"the README has no mark {mark!r}"
    return re.findall(
        rf"```{language}\n(.*?)```", re.split(r"^## ", rest, maxsplit=1, flags=re.MULTILINE)[0], re.DOTALL
    )


def lines(mark: str) -> list[tuple[str, int]]:
    """Each command of the marked blocks with the status that it should end with."""
    found = []
    for line in "".join(blocks(mark, "sh")).splitlines():
        status = re.search(r"# .*?status (\d)", line)
        found.append((line.partition(" #")[0].strip(), int(status[1]) if status else 0))
    return found


def shell(folder: Path, home: Path, commands: list[str]) -> list[tuple[int, str]]:
    """Status and output of each command, all run in one shell from a folder, with an empty home."""
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("SCALEGATE_", "XDG_", "PYTHON"))}
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    script = "\n".join(f'{command}\necho "@@$?"' for command in commands)
    done = subprocess.run(
        ["bash", "-c", script],
        cwd=folder,
        env=kept | {"HOME": str(home), "PATH": path, "PYTHON": sys.executable},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        timeout=120,
        encoding="utf-8",
    )
    parts = re.split(r"@@(\d+)\n", done.stdout)
    return [(int(status), text) for text, status in zip(parts[::2], parts[1::2], strict=False)]


@pytest.fixture(scope="module")
def walk(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, tuple[int, int, str]]]:
    """The project after the walk, and for each command the status it should have, the one it had, and its output."""
    place = tmp_path_factory.mktemp("walk")
    for name in ("scalegate", "home"):
        (place / name).mkdir()
    (place / "make_log.py").write_text(MAKE_LOG, encoding="utf-8")
    steps = lines("walk")
    made = next(i for i, (command, _) in enumerate(steps) if "run.eval" in command)
    steps.insert(made, ('"$PYTHON" ../make_log.py', 0))
    answers = shell(place / "scalegate", place / "home", [command for command, _ in steps])
    assert len(answers) == len(steps)
    return place / "my-policy", {
        command: (wanted, *answer) for (command, wanted), answer in zip(steps, answers, strict=True)
    }


def test_every_line_ends_as_the_readme_says(walk: tuple[Path, dict[str, tuple[int, int, str]]]) -> None:
    wrong = {command: answer for command, answer in walk[1].items() if answer[0] != answer[1]}
    assert not wrong
    assert not [command for command, (_, _, text) in walk[1].items() if "Traceback" in text or "internal error" in text]


def test_something_is_granted_and_something_is_held(walk: tuple[Path, dict[str, tuple[int, int, str]]]) -> None:
    _, _, held = walk[1]["scalegate gate DEPLOY --model vendor-model"]
    assert "HELD" in held
    assert "no efficacy test is recorded" in held
    assert "- D14 A skilled helper" in held
    assert (walk[0] / "out" / "train.json").is_file()
    assert "Every model, every limit" in (walk[0] / "out" / "report.html").read_text(encoding="utf-8")


def test_the_screen_says_that_the_evidence_is_made_up(walk: tuple[Path, dict[str, tuple[int, int, str]]]) -> None:
    assert "made up" in walk[1]["scalegate assess"][2].lower()


def test_the_inspect_log_counts_and_follows_its_plan(walk: tuple[Path, dict[str, tuple[int, int, str]]]) -> None:
    root, answers = walk
    assert (
        "1 runs recorded, 40 attempts"
        in answers["scalegate ingest --model frontier-1 --evaluation sample logs/run.eval"][2]
    )
    assert "NOT SHOWN" in answers["scalegate assess --model frontier-1"][2]
    command = "scalegate --format json assess --no-record --model frontier-1"
    ((_, text),) = shell(root, root.parent / "home", [command])
    (model,) = json.loads(text)["models"]
    assert [(limit["verdict"], limit["invalid_runs"]) for limit in model["limits"]] == [("NOT_SHOWN", 0)] * 2


def test_the_training_loop_may_go_on_up_to_its_cap(walk: tuple[Path, dict[str, tuple[int, int, str]]]) -> None:
    (code,) = blocks("loop", "python")
    check = f"{code}\nprint(may_go_on(3.1e24), may_go_on(6.1e24))\n"
    done = subprocess.run([sys.executable, "-c", check], cwd=walk[0], capture_output=True, text=True)
    assert done.stdout.split() == ["True", "False"], done.stderr


def test_the_changed_limit_is_still_a_policy_that_can_be_adopted(tmp_path: Path) -> None:
    """The exercise on the demo itself takes the demo's own minute; here its edit must find what it changes."""
    before = (ROOT / "examples/cyber/policy.yaml").read_text(encoding="utf-8")
    (tmp_path / "policy.yaml").write_text(before, encoding="utf-8")
    edits = [command for command, _ in lines("limit") if command.startswith("sed ")]
    *edited, checked = shell(tmp_path, tmp_path, [*edits, "scalegate policy check policy.yaml"])
    after = (tmp_path / "policy.yaml").read_text(encoding="utf-8")
    changed = sum(a != b for a, b in zip(before.splitlines(), after.splitlines(), strict=True))
    assert ([code for code, _ in edited], checked[0], changed) == ([0, 0], 0, 7)
