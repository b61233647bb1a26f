"""Projects that tests of the whole program start from: made once, copied for each test."""

from __future__ import annotations

from pathlib import Path

import pytest

from end_to_end.project_world import Granted, World, day, granted, make_exam, make_example


@pytest.fixture(scope="session")
def prepared_example(tmp_path_factory: pytest.TempPathFactory) -> World:
    return make_example(tmp_path_factory.mktemp("example"))


@pytest.fixture(scope="session")
def prepared_exam(tmp_path_factory: pytest.TempPathFactory) -> World:
    return make_exam(tmp_path_factory.mktemp("exam"))


@pytest.fixture
def example(prepared_example: World, tmp_path: Path) -> World:
    """The cyber example, ready to be assessed; a copy of its own."""
    return prepared_example.copy(tmp_path)


@pytest.fixture
def exam(prepared_exam: World, tmp_path: Path) -> World:
    """The small project, with grants as of today; a copy of its own."""
    return prepared_exam.copy(tmp_path)


@pytest.fixture(scope="session")
def example_before(prepared_example: World) -> Granted:
    """Every decision of the example's replay."""
    return granted(prepared_example.assess())


@pytest.fixture(scope="session")
def exam_before(prepared_exam: World) -> Granted:
    """Every decision of the small project as of the first second of today."""
    return granted(prepared_exam.assess(now=day(0)))
