"""What `pip install scalegate` gives: everything inside, nothing else, and a command that runs."""

from __future__ import annotations

import os
import subprocess
import sys
import zipfile
from email.parser import Parser
from pathlib import Path

import pytest

from house.sources import PACKAGE
from shared import ROOT

pytestmark = pytest.mark.slow


def run(*command: str | Path, **environment: str) -> str:
    clean = {key: value for key, value in os.environ.items() if not key.startswith(("PYTHON", "PIP_", "VIRTUAL_ENV"))}
    done = subprocess.run(
        [str(part) for part in command], capture_output=True, text=True, check=False, env=clean | environment, cwd="/"
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("dist")
    run(sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", out, ROOT)
    (built,) = out.glob("*.whl")
    return built


def test_the_wheel_holds_every_file_of_the_package(wheel: Path) -> None:
    names = set(zipfile.ZipFile(wheel).namelist())
    wanted = {
        path.relative_to(PACKAGE.parent).as_posix()
        for path in PACKAGE.rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }
    assert wanted <= names
    assert "scalegate/py.typed" in names
    assert any(name.startswith("scalegate/schemas/") and name.endswith(".json") for name in names)
    assert not [name for name in names - wanted if ".dist-info/" not in name]


def test_the_wheel_says_its_command_extras_and_licence(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        info = {Path(name).name: archive.read(name).decode() for name in archive.namelist() if ".dist-info/" in name}
    said = Parser().parsestr(info["METADATA"])
    assert "scalegate = scalegate.cli.main:run" in info["entry_points.txt"]
    assert "scalegate = scalegate.integrations.inspect_hook" in info["entry_points.txt"].partition("[inspect_ai]")[2]
    assert set(said.get_all("Provides-Extra", [])) == {"report", "parquet", "remote", "inspect", "calendar", "full"}
    assert said["License-Expression"] == "Apache-2.0"
    assert {"LICENSE", "NOTICE"} <= set(info)


def test_the_wheel_installs_and_runs_in_an_environment_of_its_own(wheel: Path, tmp_path: Path) -> None:
    """Dependencies are lent by this environment: the test needs no index."""
    place = tmp_path / "an environment"
    run(sys.executable, "-m", "venv", place)
    python = place / "bin" / "python"
    run(python, "-m", "pip", "install", "--quiet", "--no-deps", "--no-index", wheel)
    site = run(python, "-c", "import sysconfig; print(sysconfig.get_paths()['purelib'])").strip()
    lent = next(path for path in map(Path, sys.path) if path.name == "site-packages")
    # Links instead of a path entry, so that the editable install of this environment cannot stand in for the wheel.
    kept = ("scalegate", "_scalegate", "pip", "setuptools")
    for entry in lent.iterdir():
        target = Path(site) / entry.name
        if not entry.name.startswith(kept) and entry.suffix != ".pth" and not target.exists():
            target.symlink_to(entry)
    assert run(python, "-c", "import scalegate; print(scalegate.__file__)").startswith(site)
    assert run(place / "bin" / "scalegate", "--version").split()[0] == "scalegate"
