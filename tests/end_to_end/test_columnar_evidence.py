"""The form that attempts are kept in changes no verdict and no decision (ADR 0017)."""

from __future__ import annotations

import shutil
import sys

import pytest

from end_to_end.project_world import World, day, done
from scalegate.adapters.attempt_columns import format_columns
from scalegate.adapters.attempt_lines import parse_attempts


def in_columns(world: World) -> None:
    """Keep every run in the other form."""
    places = list((world.root / "evidence" / "runs").glob("*/attempts.jsonl"))
    assert places
    for place in places:
        place.with_name("attempts.parquet").write_bytes(format_columns(parse_attempts(place.read_bytes())))
        place.unlink()


def setting(world: World, line: str) -> None:
    place = world.root / "scalegate.toml"
    place.write_text(f"{line}\n{place.read_text(encoding='utf-8')}", encoding="utf-8")


def test_no_form_changes_a_verdict(exam: World) -> None:
    done(exam.run("assess"), 1)
    before, gates = exam.assess(now=day(0)), [exam.run("gate", "DEPLOY", "--model", m).status for m in ("calm", "wild")]
    in_columns(exam)
    assert exam.assess(now=day(0)) == before
    assert [exam.run("gate", "DEPLOY", "--model", m).status for m in ("calm", "wild")] == gates == [0, 1]
    done(exam.run("log", "verify"), 0)


def test_E1_columns_that_were_altered_hold(exam: World) -> None:
    in_columns(exam)
    done(exam.run("gate", "DEPLOY", "--model", "calm"), 0)
    for place in (exam.root / "evidence" / "runs").glob("*/attempts.parquet"):
        place.write_bytes(place.read_bytes()[:-1])
    done(exam.run("gate", "DEPLOY", "--model", "calm"), 1)


def test_the_setting_chooses_the_form_and_no_address(exam: World) -> None:
    runs, before, size = exam.root / "evidence" / "runs", exam.assess(now=day(0)), exam.size()
    addresses = {place.name for place in runs.iterdir()}
    shutil.rmtree(runs)
    setting(exam, 'evidence = "parquet"')
    done(exam.run("ingest", "--configuration", "agent", "--dated", day(-1), str(exam.root / "exam.csv")), 0)
    assert {place.parent.name for place in runs.glob("*/attempts.parquet")} == addresses
    assert not list(runs.glob("*/attempts.jsonl"))
    assert (exam.assess(now=day(0)), exam.size()) == (before, size)


def test_an_unknown_form_is_refused(exam: World) -> None:
    setting(exam, 'evidence = "xml"')
    assert 'evidence = "jsonl" or "parquet"' in done(exam.run("assess"), 2).err


@pytest.mark.parametrize(
    ("command", "status"), [(("assess",), 2), (("gate", "DEPLOY", "--model", "calm"), 2), (("log", "verify"), 1)]
)
def test_without_the_extra_nothing_is_said_of_columns_but_what_to_type(
    exam: World, monkeypatch: pytest.MonkeyPatch, command: tuple[str, ...], status: int
) -> None:
    """A verdict of the machine without it would be another one than that of the machine with it."""
    done(exam.run("assess"), 1)
    in_columns(exam)
    size = exam.size()
    for name in [name for name in sys.modules if name.partition(".")[0] == "pyarrow"]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    assert "pip install 'scalegate[parquet]'" in done(exam.run(*command), status).err
    assert exam.size() == size
