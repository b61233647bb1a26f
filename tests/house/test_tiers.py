"""The tiers of the tests: which run where, and that a run says what it left out."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from shared import ROOT

pytestmark = pytest.mark.slow

TESTS = """
import pytest

@pytest.mark.slow
@pytest.mark.parametrize("n", range(20))
def test_slow(n): pass

@pytest.mark.browser
def test_browser(): pass

@pytest.mark.torch
def test_torch(): pass

def test_fast(): pass
"""


@pytest.fixture
def project(tmp_path: Path) -> Path:
    shutil.copy(ROOT / "tests" / "conftest.py", tmp_path / "conftest.py")
    (tmp_path / "test_tiers_of.py").write_text(TESTS, encoding="utf-8")
    (tmp_path / "pytest.ini").write_text("[pytest]\nmarkers =\n    slow\n    browser\n    torch\n", encoding="utf-8")
    return tmp_path


def run(project: Path, *options: str) -> str:
    command = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "-v", *options]
    done = subprocess.run(command, cwd=project, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def chosen(output: str) -> set[str]:
    return set(re.findall(r"test_slow\[\d+\]", output))


def test_a_share_of_the_slow_tests_is_the_same_every_time_and_another_under_another_seed(project: Path) -> None:
    first = chosen(run(project, "-m", "slow", "--slow-share", "0.1"))
    assert len(first) == 2
    assert chosen(run(project, "-m", "slow or browser", "--slow-share", "0.1")) == first
    assert chosen(run(project, "-m", "slow", "--slow-share", "0.1", "--slow-seed", "2")) != first


def test_at_least_one_slow_test_is_chosen(project: Path) -> None:
    assert len(chosen(run(project, "-m", "slow", "--slow-share", "0.001"))) == 1


@pytest.mark.parametrize("workers", [[], ["-n", "2"]])
def test_a_run_says_what_it_left_out(project: Path, workers: list[str]) -> None:
    output = run(project, *workers, "-m", "not slow and not browser and not torch")
    assert "not run here: 20 slow tests (make test-all runs all of them)" in output
    assert "not run here: 1 browser test (make test-ci)" in output
    assert "not run here: 1 torch test (make test-ci)" in output
    rest = run(project, *workers, "-m", "slow or browser or torch", "--slow-share", "0.1")
    assert "not run here: 18 slow tests" in rest
    assert "torch" not in rest.split("not run here")[1]


def test_together_the_two_runs_of_ci_choose_every_tier() -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    first, second = re.findall(r'-m "([^"]+)"', makefile)
    assert set(first.removeprefix("not ").split(" and not ")) == set(second.split(" or "))
