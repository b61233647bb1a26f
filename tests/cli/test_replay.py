"""D16: a replay writes to no record, issues nothing, and is stamped."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from end_to_end.project_world import THEN, World, day, done, granted

COMMANDS = [
    ("assess",),
    ("gate", "DEPLOY", "--model", "calm"),
    ("gate", "TRAIN", "--model", "fresh", "--effective-compute", "1e23"),
    ("due",),
    ("protections",),
    ("report",),
]


def everything(world: World) -> dict[str, bytes]:
    """All that a replay must leave alone: the page that `report` writes is not of it."""
    return {
        str(p.relative_to(world.root)): p.read_bytes()
        for p in sorted(world.root.rglob("*"))
        if p.is_file() and not p.name.endswith((".html", "-wal", "-shm"))
    }


@pytest.mark.parametrize("command", COMMANDS, ids=lambda c: c[0])
def test_D16_a_replay_writes_nothing_and_is_stamped(exam: World, command: tuple[str, ...]) -> None:
    before, size = everything(exam), exam.size()
    answer = done(exam.run("--now", day(1), "--format", "json", *command), 0, 1)
    assert answer.json["replay"] is True
    assert answer.json.get("entry") is None
    assert "lease" not in answer.json
    text = done(exam.run("--now", day(1), *command), 0, 1)
    if command[0] == "report":
        assert "REPLAY AS OF" in (exam.root / "out" / "report.html").read_text("utf-8")
    else:
        assert f"REPLAY AS OF {day(1)}" in text.out + text.err
    assert exam.size() == size
    assert everything(exam) == before


def test_D16_a_replay_needs_no_key_and_no_write_access(exam: World, tmp_path: Path) -> None:
    """As root every folder is writable: then this shows that no key is needed."""
    keyless = World(exam.root, tmp_path / "nobody")
    for path in [exam.root, *exam.root.rglob("*")]:
        path.chmod(0o555 if path.is_dir() else 0o444)
    try:
        for command in COMMANDS[:4]:
            done(keyless.run("--now", day(0), *command), 0, 1)
        assert os.geteuid() == 0 or not os.access(exam.root, os.W_OK)
    finally:
        for path in [exam.root, *exam.root.rglob("*")]:
            path.chmod(0o755 if path.is_dir() else 0o644)


def test_D16_acts_are_refused_in_a_replay(exam: World) -> None:
    for command in (
        ("ingest", str(exam.root / "exam.csv")),
        ("attest", str(exam.root / "attestations.yaml")),
        ("--as", "dan", "policy", "adopt"),
        ("waive", "w", "--model", "calm", "--permission", "TRAIN", "--limit", "first", "--until", day(2),
         "--reason", "x", "--approver", "ann:board"),
    ):  # fmt: skip
        answer = exam.run("--now", day(0), *command)
        assert answer.status == 2, command
        assert "--now" in answer.err


def test_a_replay_of_an_earlier_time_does_not_rest_on_a_later_verdict(exam: World) -> None:
    far = f"{day(300)}T00:00:00Z"
    done(exam.run("assess", clock=far), 1)
    gated = exam.run("--now", day(0), "--format", "json", "gate", "DEPLOY", "--model", "calm").json
    assessed = granted(exam.assess(now=day(0)))
    assert gated["granted"] is assessed[gated["subject"], "agent", "DEPLOY", "api"] is True


def test_D16_acts_are_never_earlier_than_the_head_of_the_log(exam: World) -> None:
    done(exam.run("gate", "DEPLOY", "--model", "calm", clock=f"{day(10)}T00:00:00Z"), 0)
    back = exam.run("--format", "json", "gate", "DEPLOY", "--model", "calm", clock=f"{day(0)}T00:00:00Z")
    assert back.json["as_of"] == f"{day(10)}T00:00:00Z"


def test_the_example_as_of_today_is_held_whatever_was_granted_then(prepared_example: World) -> None:
    then = granted(prepared_example.assess(now=THEN))
    later = granted(prepared_example.assess(now="2027-06-01"))
    assert sum(then.values()) > sum(later.values())
    assert not [key for key, yes in later.items() if yes and key[2] != "TRAIN"]
