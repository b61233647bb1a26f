"""Where tests find data that is not part of the project; they skip where it is absent."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]


def shared(path: str) -> Path:
    """A file or folder under `SCALEGATE_TEST_DATA` (or `../shared`); skips the test when it is absent."""
    place = Path(os.environ.get("SCALEGATE_TEST_DATA", ROOT.parent / "shared")) / path
    if not place.exists():
        pytest.skip(f"test data {path!r} is absent: set SCALEGATE_TEST_DATA to the folder that holds it")
    return place
