"""`scalegate policy compare`: side by side on a terminal, in lines elsewhere, as JSON and as one HTML file."""

from __future__ import annotations

import io
import itertools
import re
import sys
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console

from cli.contract import check_golden, valid
from end_to_end.project_world import Answer, World, done
from scalegate.adapters.catalogue_files import catalogue_ids
from scalegate.cli.comparison_screen import fits, print_comparison
from scalegate.cli.main import _status
from scalegate.procedure.comparing import compare
from scalegate.project import read_policy_source

POLICIES = Path(__file__).parents[1] / "policy"
OWN, PUBLISHED = POLICIES / "minimal_policy.yaml", POLICIES / "published_text.yaml"
VERDICTS = re.compile(r"\b(safe|passed|green|compliant)\b", re.IGNORECASE)


@pytest.fixture(autouse=True)
def _nowhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def run(capfd: pytest.CaptureFixture[str], *arguments: str, before: tuple[str, ...] = ()) -> Answer:
    """Run it where there is no project."""
    status = _status([*before, "policy", *arguments])
    out, err = capfd.readouterr()
    return Answer(status, out, err)


def without_wording(form: dict[str, Any]) -> dict[str, Any]:
    """Keys, ids and words of fixed lists: what is promised. What a text says may be said better."""
    free = {"title", "lines", "remark", "claims", "holes", "about", "url", "read_from", "developer", "version"}

    def blank(value: Any, key: str = "") -> Any:
        if key in free:
            return "…" if isinstance(value, str) else ["…"]
        if isinstance(value, dict):
            return {name: blank(item, name) for name, item in value.items()}
        return [blank(item) for item in value] if isinstance(value, list) else value

    found: dict[str, Any] = blank(form)
    return found


def test_json_follows_its_schema_and_its_golden_file(
    capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(POLICIES)
    answer = done(run(capfd, "compare", PUBLISHED.name, OWN.name, before=("--format", "json")), 0)
    form = valid(answer.json)
    assert [p["id"] for p in form["policies"]] == [PUBLISHED.name, OWN.name]
    assert [p["published"] for p in form["policies"]] == [True, False]
    assert form["claims"]
    check_golden("policy-comparison", without_wording(form))


def test_without_policies_it_lists_the_catalogue(capfd: pytest.CaptureFixture[str]) -> None:
    answer = done(run(capfd, "compare"), 0)
    assert [line.split()[0] for line in answer.out.splitlines()] == list(catalogue_ids())
    form = valid(done(run(capfd, "compare", before=("--format", "json")), 0).json)
    assert [p["id"] for p in form["policies"]] == list(catalogue_ids())
    check_golden("policy-catalogue", {**form, "policies": [dict.fromkeys(p, "…") for p in form["policies"][:1]]})


def test_all_of_the_catalogue_stands_side_by_side_with_a_policy_file(capfd: pytest.CaptureFixture[str]) -> None:
    answer = done(run(capfd, "compare", *catalogue_ids(), str(OWN), before=("--format", "json")), 0)
    form = valid(answer.json)
    for row in form["rows"]:
        assert [a["policy"] for a in row["answers"]] == [*catalogue_ids(), str(OWN)]
    assert "not-stated" not in str(form["rows"])
    assert not VERDICTS.search(answer.out)


def test_elsewhere_than_on_a_terminal_each_answer_is_one_line(capfd: pytest.CaptureFixture[str]) -> None:
    out = done(run(capfd, "compare", "anthropic-rsp-1.0", "g42-fasf-2025-02"), 0).out
    assert out.startswith("claim  These are texts.")
    assert "development.kind  anthropic-rsp-1.0  unconditional" in out.splitlines()
    assert "cadence.effective_compute  g42-fasf-2025-02  none" in out.splitlines()
    assert "governance.decides  g42-fasf-2025-02  unknown" in out.splitlines()


@pytest.mark.parametrize(("width", "policies"), [(100, 2), (100, 6), (60, 2), (200, 4)])
def test_a_terminal_gets_columns_where_they_fit_and_no_line_beyond_its_width(width: int, policies: int) -> None:
    page = compare(tuple(read_policy_source(name) for name in catalogue_ids()[:policies]))
    file = io.StringIO()
    print_comparison(page, Console(file=file, width=width, force_terminal=True, color_system=None), terminal=True)
    text = file.getvalue()
    assert fits(policies, width) is ((width, policies) in {(100, 2), (200, 4)})
    folded = [line for line in text.splitlines() if len(line) > width and "://" not in line and "sha256" not in line]
    assert not folded
    assert "WHAT THIS DOES NOT CLAIM" in text
    assert text.index("WHAT THIS DOES NOT CLAIM") < text.index("STOPPING DEVELOPMENT")
    assert text.count("unconditional") >= 1


def test_html_is_written_and_says_so(capfd: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    place = tmp_path / "a folder" / "side by side.html"
    answer = done(run(capfd, "compare", "meta-faf-1.1", "--html", str(place)), 0)
    assert str(place) in answer.err
    assert place.read_text(encoding="utf-8").startswith("<!doctype html>")


def test_html_where_nothing_can_be_written_ends_with_2(capfd: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x", encoding="utf-8")
    answer = run(capfd, "compare", "meta-faf-1.1", "--html", str(tmp_path / "file" / "x.html"))
    assert answer.status == 2
    assert "cannot be written" in answer.err
    assert answer.out == ""


def test_html_without_its_extra_ends_with_the_line_to_type(
    capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setitem(sys.modules, "jinja2", None)
    answer = run(capfd, "compare", "meta-faf-1.1", "--html", str(tmp_path / "x.html"))
    assert answer.status == 2
    assert "pip install 'scalegate[report]'" in answer.err


def test_what_is_nowhere_and_what_cannot_be_read_end_with_2(capfd: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    answer = run(capfd, "compare", "meta-faf-1.1", "nothing")
    assert (answer.status, answer.out) == (2, "")
    assert "anthropic-rsp-1.0" in answer.err
    (tmp_path / "broken.yaml").write_text("schema: [", encoding="utf-8")
    assert run(capfd, "compare", "broken.yaml").status == 2


def test_exports_of_other_commands_are_refused(capfd: pytest.CaptureFixture[str]) -> None:
    assert run(capfd, "compare", "meta-faf-1.1", before=("--format", "sarif")).status == 2


@pytest.mark.parametrize("name", catalogue_ids())
def test_policy_check_reads_the_catalogue_and_says_that_it_is_never_adopted(
    capfd: pytest.CaptureFixture[str], name: str
) -> None:
    answer = run(capfd, "check", f"catalogue:{name}", before=("--format", "json"))
    form = valid(answer.json)
    assert answer.status == 1
    assert (form["readable"], form["adoptable"], form["digest"]) == (True, False, None)
    assert "never adopted" in form["findings"][0]["what"]


def test_policy_adopt_refuses_a_published_policy_by_name(tmp_path: Path) -> None:
    world = World(tmp_path / "project", tmp_path / "home")
    world.root.mkdir()
    done(world.run("init", str(world.root)), 0)
    (world.root / "policy.yaml").write_bytes(PUBLISHED.read_bytes())
    answer = world.run("--as", "dan", "policy", "adopt")
    assert answer.status == 2
    assert "published policy" in answer.err
    assert "never adopted" in answer.err
    assert world.run("policy", "check").status == 2


def test_asking_twice_gives_the_same_bytes(capfd: pytest.CaptureFixture[str]) -> None:
    outs = {run(capfd, "compare", "xai-rmf-2025-08-20", before=("--format", "json")).out for _ in range(2)}
    assert len(outs) == 1


def test_answers_hang_on_their_own_policy_alone(capfd: pytest.CaptureFixture[str]) -> None:
    names = ["anthropic-rsp-1.0", "xai-rmf-2025-08-20", "meta-faf-1.1"]
    seen: dict[str, set[str]] = {name: set() for name in names}
    for order in itertools.permutations(names):
        lines = run(capfd, "compare", *order).out.splitlines()
        for name in names:
            seen[name].add("\n".join(line for line in lines if f"  {name}  " in line))
    assert all(len(texts) == 1 for texts in seen.values())
