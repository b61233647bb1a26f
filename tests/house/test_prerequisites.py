"""`make` says what is missing and which command installs it, and installs nothing by itself."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from shared import ROOT

SCRIPT = ROOT / ".ci" / "prerequisites"


@pytest.fixture
def machine(tmp_path: Path) -> Path:
    """A folder of programs that is the whole PATH: a fitting Python, git and apt-get."""
    for name in ("git", "apt-get"):
        program(tmp_path, name, "exit 0")
    program(tmp_path, "python3", f'exec "{sys.executable}" "$@"')
    return tmp_path


def program(folder: Path, name: str, body: str) -> None:
    path = folder / name
    path.write_text(f"#!/bin/sh\n{body}\n", encoding="utf-8")
    path.chmod(0o755)


def check(machine: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["/bin/sh", str(SCRIPT)],
        env={"PATH": str(machine), **environment},
        capture_output=True,
        text=True,
        check=False,
        stdin=subprocess.DEVNULL,
    )


def test_a_machine_that_has_everything_gets_the_name_of_its_python(machine: Path) -> None:
    done = check(machine)
    assert (done.returncode, done.stdout, done.stderr) == (0, "python3\n", "")


def test_missing_git_is_named_with_the_command_that_installs_it(machine: Path) -> None:
    (machine / "git").unlink()
    done = check(machine)
    assert done.returncode == 1
    assert "missing: git" in done.stderr
    assert "apt-get install -y git" in done.stderr


def test_a_python_without_venv_is_named_with_its_package(machine: Path) -> None:
    program(machine, "python3", f'case "$2" in *ensurepip*) exit 1;; esac; exec "{sys.executable}" "$@"')
    done = check(machine)
    assert done.returncode == 1
    version = f"{sys.version_info[0]}.{sys.version_info[1]}"
    assert f"apt-get install -y python{version}-venv" in done.stderr


def test_an_old_python_is_passed_over_for_a_newer_one(machine: Path) -> None:
    (machine / "python3").rename(machine / "python3.12")
    program(machine, "python3", "exit 1")
    assert check(machine).stdout == "python3.12\n"


def test_a_python_that_the_caller_names_is_used_or_refused(machine: Path) -> None:
    assert "missing: nowhere" in check(machine, PYTHON="nowhere").stderr


def test_a_machine_without_a_known_package_manager_is_told_in_words(machine: Path) -> None:
    (machine / "git").unlink()
    (machine / "apt-get").unlink()
    assert "package manager of this machine" in check(machine).stderr


@pytest.mark.parametrize("name", ["Makefile", ".ci/prerequisites", ".ci/run", "requirements/lock.sh"])
def test_nothing_asks_for_more_rights(name: str) -> None:
    commands = [line.partition("#")[0] for line in (ROOT / name).read_text(encoding="utf-8").splitlines()]
    assert not [line for line in commands if "sudo" in line]
