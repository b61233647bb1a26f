"""`policy diff`: its forms, its exit statuses, and that each difference is found in both files."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from cli.contract import check_golden, valid
from end_to_end.project_world import EXAMPLE, World, done

OLD = EXAMPLE / "policy.yaml"
ENTRY = """\
changelog:
  - version: 1.1.0
    published: 2026-02-01
    changes:
      - {at: [response.max_lease], what: Grants last longer., why: Renewing was a burden.}
      - {at: [response.pause], what: Pauses are answered sooner., why: Staff asked.}
"""


def written(place: Path, *swaps: tuple[str, str]) -> str:
    text = OLD.read_text(encoding="utf-8").replace("\nversion: 1.0.0\n", "\nversion: 1.1.0\n", 1)
    for old, new in (*swaps, ("changelog:\n", ENTRY)):
        assert old in text, old
        text = text.replace(old, new)
    place.write_text(text, encoding="utf-8")
    return str(place)


LOOSER = (("  max_lease: 14 days\n", "  max_lease: 30 days\n"), ("[misuse_filter, account_checks]", "[misuse_filter]"),
          ("the officer will tell the national", "the officer may tell the national"))  # fmt: skip
TIGHTER = (("  max_lease: 14 days\n", "  max_lease: 7 days\n"), ("review_within: 3 days", "review_within: 1 days"))


@pytest.fixture(scope="module")
def anywhere(tmp_path_factory: pytest.TempPathFactory) -> World:
    """No project at all: two files are enough."""
    folder = tmp_path_factory.mktemp("anywhere")
    return World(folder, folder)


def test_a_file_against_itself_has_no_difference(anywhere: World) -> None:
    answer = done(anywhere.run("policy", "diff", str(OLD), str(OLD)), 0)
    assert "nothing differs" in answer.out


def test_changes_that_tighten_and_are_all_named_end_with_0(anywhere: World) -> None:
    new = written(anywhere.root / "tighter.yaml", *TIGHTER)
    answer = done(anywhere.run("policy", "diff", str(OLD), new), 0)
    assert "STRENGTHENED (2)" in answer.out
    assert "NOT NAMED" not in answer.out


def test_a_change_that_weakens_ends_with_1_and_stands_in_both_files(anywhere: World) -> None:
    new = written(anywhere.root / "looser.yaml", *LOOSER)
    form = valid(done(anywhere.run("--format", "json", "policy", "diff", str(OLD), new), 1).json)
    lease = next(r for r in form["revisions"] if r["new_path"] == "response.max_lease")
    assert (lease["outcome"], lease["in_changelog"]) == ("weakened", True)
    for where, file, words in ((lease["old_where"], OLD, "14 days"), (lease["new_where"], Path(new), "30 days")):
        name, line, column = re.fullmatch(r"(.+):(\d+):(\d+)", where).groups()  # type: ignore[union-attr]
        assert name == str(file)
        assert file.read_text("utf-8").splitlines()[int(line) - 1][int(column) - 1 :].startswith(words)


def test_the_text_shows_sentence_pairs_states_of_the_gate_and_what_is_not_named(anywhere: World) -> None:
    new = written(anywhere.root / "looser.yaml", *LOOSER)
    out = done(anywhere.run("policy", "diff", str(OLD), new), 1).out
    assert out.startswith("What follows compares two texts")
    assert "- When danger is shown, the officer will tell the national authority." in out
    assert "+ When danger is shown, the officer may tell the national authority." in out
    assert "DEPLOY: expert_hour counting as crossed and account_checks not in force: HELD -> GRANTED [D3]" in out
    assert "protections.conditional[3]" in out
    assert "NOT NAMED BY THE CHANGELOG" in out
    assert "the changelog names response.pause, where nothing changed" in out


def test_json_follows_its_schema_and_its_golden_file(anywhere: World) -> None:
    pytest.importorskip("z3", reason="the golden file has the solver's word")
    new = written(anywhere.root / "looser.yaml", *LOOSER)
    form = valid(done(anywhere.run("--format", "json", "policy", "diff", str(OLD), new), 1).json)
    check_golden("policy-diff", form)
    assert form["summary"]["outcomes"]["weakened"] == 3
    assert form["gate"]["asked"]


def test_markdown_and_sarif_have_every_finding(anywhere: World) -> None:
    new = written(anywhere.root / "looser.yaml", *LOOSER)
    markdown = done(anywhere.run("--format", "markdown", "policy", "diff", str(OLD), new), 1).out
    assert "| weakened |" in markdown
    assert "## What the gate answers otherwise" in markdown
    sarif = done(anywhere.run("--format", "sarif", "policy", "diff", str(OLD), new), 1).json
    form = done(anywhere.run("--format", "json", "policy", "diff", str(OLD), new), 1).json
    assert len(sarif["runs"][0]["results"]) == len(form["findings"])


def test_a_file_that_cannot_be_read_ends_with_2_and_says_where(anywhere: World) -> None:
    broken = anywhere.root / "broken.yaml"
    broken.write_text("schema: scalegate.policy/1\ntitle: [\n", encoding="utf-8")
    answer = done(anywhere.run("policy", "diff", str(OLD), str(broken)), 2)
    assert "broken.yaml:" in answer.err
    assert answer.out == ""
    done(anywhere.run("policy", "diff", str(OLD), str(anywhere.root / "nowhere.yaml")), 2)


def test_the_policy_in_force_is_compared_by_the_name_record(exam: World) -> None:
    done(exam.run("policy", "diff", "record", str(exam.root / "policy.yaml")), 0)
    text = (exam.root / "policy.yaml").read_text("utf-8")
    (exam.root / "policy.yaml").write_text(re.sub(r"max_lease: \S+ \S+", "max_lease: 300 days", text), "utf-8")
    form = done(exam.run("--format", "json", "policy", "diff", "record", str(exam.root / "policy.yaml")), 1).json
    (lease,) = [r for r in form["revisions"] if r["new_path"] == "response.max_lease"]
    assert lease["old_where"] == "record"
    assert form["old"]["file"] == "record"


def test_without_the_solver_the_states_are_searched_and_that_is_said(
    anywhere: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    from scalegate.revision import compare

    monkeypatch.setattr(compare.importlib.util, "find_spec", lambda name: None)
    answer = done(anywhere.run("policy", "diff", str(OLD), str(OLD)), 0)
    assert "none of the states that were searched" in answer.out
