"""The sample project that `init` copies: complete, dated from the day of the copy, never over what is there."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path

import pytest

from scalegate.adapters.project_files import read_configurations, read_models, read_suite
from scalegate.adapters.template import TEMPLATES, template_files, write_template
from scalegate.errors import InputError, UsageError
from scalegate.project import init_project, read_policy_file

DAY = date(2026, 3, 31)
# Numbers that nobody chooses: versions and shapes of a file.
NOT_CHOSEN = ("schema:", "version:", "renewals:")


@pytest.fixture(scope="module", params=sorted(TEMPLATES))
def sample(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp(request.param)
    write_template(root, "sample.demo", DAY, template=request.param)
    return root


def test_everything_is_there_under_its_own_name(sample: Path) -> None:
    files = {path.relative_to(sample).as_posix() for path in sample.rglob("*") if path.is_file()}
    assert files == {
        ".github/workflows/scalegate.yml",
        ".gitignore",
        "attestations.yaml",
        "configurations.yaml",
        "evidence/sample.csv",
        "models.yaml",
        "policy.yaml",
        "scalegate.toml",
        "suites/sample.yaml",
    }


def test_no_file_of_the_package_is_hidden() -> None:
    """Hidden files are left out by packers and read by git: they get their dot when they are copied."""
    for template in TEMPLATES:
        assert not [name for name in template_files(template) if any(part.startswith(".") for part in name.parts)]


def test_templates_share_what_is_equal() -> None:
    """A copy would drift: each alternative holds only what differs from the first."""
    base = {name: path.read_bytes() for name, path in template_files("frontier").items()}
    for template in ("follower", "compute-capped"):
        own = {n: p for n, p in template_files(template).items() if p.parent.name == template}
        assert [n.name for n in own] == ["policy.yaml"]
        assert all(path.read_bytes() != base.get(name) for name, path in own.items())


def test_dates_count_from_the_day_of_the_copy(sample: Path) -> None:
    assert "until: 2026-09-27 " in (sample / "policy.yaml").read_text(encoding="utf-8")
    assert "2026-03-30,completed" in (sample / "evidence/sample.csv").read_text(encoding="utf-8")
    left = [p.name for p in sample.rglob("*") if p.is_file() and re.search(r"\bDAY\b", p.read_text(encoding="utf-8"))]
    assert not left


def test_the_files_read_without_a_finding(sample: Path) -> None:
    policy = read_policy_file(sample / "policy.yaml")
    assert policy.document is not None
    assert not policy.findings
    assert len(read_models(sample / "models.yaml").models) == 2
    assert read_configurations(sample / "configurations.yaml").configurations
    assert len(read_suite(sample / "suites", "sample").tasks) == 40


def test_every_number_of_the_policy_that_is_somebodys_choice_says_so(sample: Path) -> None:
    lines = (sample / "policy.yaml").read_text(encoding="utf-8").splitlines()
    numbers = [line.strip() for line in lines if re.search(r":.*?\b\d", line.partition("#")[0])]
    assert [line for line in numbers if "# choose:" not in line and not line.startswith(NOT_CHOSEN)] == []


def test_what_is_made_up_says_so(sample: Path) -> None:
    rows = (sample / "evidence/sample.csv").read_text(encoding="utf-8").splitlines()[1:]
    assert all(row.endswith(",MADE-UP-SAMPLE") for row in rows)
    notes = re.findall(r'note: "(.*)"', (sample / "attestations.yaml").read_text(encoding="utf-8"))
    assert notes
    assert all(note.startswith("MADE UP") for note in notes)


@pytest.mark.parametrize(("template", "title"), [("", "Sample policy, made up"), ("follower", "of a follower")])
def test_a_new_project_begins_from_the_template_that_is_asked_for(
    template: str, title: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "keys"))
    monkeypatch.delenv("SCALEGATE_KEY_FILE", raising=False)
    init_project(tmp_path / "new", "", template)
    assert title in (tmp_path / "new" / "policy.yaml").read_text(encoding="utf-8")
    with pytest.raises(UsageError, match="for a new project"):
        init_project(tmp_path / "new", "", "frontier")


def test_an_unknown_template_names_those_there_are_and_leaves_nothing_behind(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="frontier, follower, compute-capped"):
        init_project(tmp_path / "new", "", "boundary")
    assert not (tmp_path / "new").exists()


def test_nothing_is_overwritten(tmp_path: Path) -> None:
    (tmp_path / "policy.yaml").write_text("mine\n", encoding="utf-8")
    write_template(tmp_path, "sample.demo", DAY)
    assert (tmp_path / "policy.yaml").read_text(encoding="utf-8") == "mine\n"
    assert (tmp_path / "models.yaml").is_file()


@pytest.mark.parametrize("name", ["My Policy", "Über", "a..b", ".hidden", "9" * 150, "a\nb", "__", "tab\there"])
def test_a_folder_of_any_name_can_hold_a_project(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "keys"))
    monkeypatch.delenv("SCALEGATE_KEY_FILE", raising=False)
    assert init_project(tmp_path / name).demo


def test_a_name_of_a_log_that_is_none_leaves_nothing_behind(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no origin"):
        init_project(tmp_path / "new", "No Origin")
    assert not (tmp_path / "new").exists()


def test_a_file_in_the_place_of_the_folder_is_a_finding(tmp_path: Path) -> None:
    (tmp_path / "taken").write_text("", encoding="utf-8")
    with pytest.raises(InputError, match="cannot be made here"):
        init_project(tmp_path / "taken")
