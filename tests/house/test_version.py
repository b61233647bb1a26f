"""The version is said once more in code than in pyproject.toml, and the two agree."""

from __future__ import annotations

import tomllib

import scalegate
from shared import ROOT


def test_the_package_says_the_version_that_is_built() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert scalegate.__version__ == project["version"]
