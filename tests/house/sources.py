"""The project's own source files, as the house tests see them."""

from __future__ import annotations

import ast
import subprocess
from collections.abc import Iterator
from pathlib import Path

from shared import ROOT

PACKAGE = ROOT / "src" / "scalegate"
BUILT = {".venv", "__pycache__", ".git", ".mypy_cache", ".ruff_cache", ".hypothesis"}
PURE = (
    "errors", "quantity", "shape", "tlog", "lease", "policy", "evidence", "estimate", "verdict", "assessment",
    "decision", "record", "obligation", "verifier", "proof", "simulation", "revision", "publication",
)  # fmt: skip


def rooms() -> list[str]:
    """Top-level rooms and modules of the package, by name."""
    found = {path.stem for path in PACKAGE.glob("*.py")} | {path.parent.name for path in PACKAGE.glob("*/__init__.py")}
    return sorted(found - {"__init__", "__main__", "scalegate"})


def modules(*names: str) -> Iterator[tuple[str, ast.Module]]:
    """Path below the package and syntax tree of each module of the named rooms (of all, when none is named)."""
    for path in sorted(PACKAGE.rglob("*.py")):
        place = path.relative_to(PACKAGE)
        if not names or place.parts[0].removesuffix(".py") in names:
            yield place.as_posix(), ast.parse(path.read_text(encoding="utf-8"))


def tracked() -> list[Path]:
    """Files of the project: what git tracks or would track; without git, everything but what is built."""
    command = ["git", "-C", str(ROOT), "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    try:
        listed = subprocess.run(command, capture_output=True, check=True).stdout.decode().split("\0")
    except (OSError, subprocess.CalledProcessError):
        listed = [str(path.relative_to(ROOT)) for path in ROOT.rglob("*") if not BUILT & set(path.parts)]
    return [path for name in listed if name and (path := ROOT / name).is_file()]
