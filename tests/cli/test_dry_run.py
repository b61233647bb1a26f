"""`--dry-run` of every act checks as the act does, prints what would be signed, and leaves everything as it was."""

from __future__ import annotations

import pytest

from cli.contract import valid
from end_to_end.project_world import World, day, done
from shared import ROOT

ACTS: dict[str, tuple[str, ...]] = {
    "adopt": ("policy", "adopt"),
    "register": ("register", "exam", "--limit", "first", "--model", "calm"),
    "attest": ("attest", "attestations.yaml"),
    "waive": ("waive", "w1", "--model", "middling", "--permission", "TRAIN", "--limit", "first", "--until", day(20),
              "--reason", "x", "--approver", "ann:board", "--approver", "dan:officer"),
    "dispose": ("dispose", "RUN", "--reason", "x", "--role", "officer"),
    "pause": ("pause", "--reason", "x"),
    "resume": ("resume", "PAUSE", "--answer", "x", "--approver", "ann:board", "--approver", "bea:board"),
}  # fmt: skip


@pytest.mark.parametrize("act", ACTS)
def test_a_dry_run_signs_nothing_needs_no_key_and_pauses_nothing(exam: World, act: str) -> None:
    if act == "resume":
        done(exam.run("--as", "dan", "pause", "--reason", "x"))
    names = {p.name for p in (exam.root / "record").glob("pause/*")}
    values = {
        "attestations.yaml": str(exam.root / "attestations.yaml"),
        "RUN": f"sha256:{next((exam.root / 'evidence' / 'runs').iterdir()).name}",
        "PAUSE": next(iter(names), ""),
    }
    before = exam.log.read_bytes()
    keyless = World(exam.root, exam.root / "nobody")
    arguments = ("--as", "dan", *(values.get(a, a) for a in ACTS[act]), "--dry-run")
    form = valid(done(keyless.run("--format", "json", *arguments), 0).json)
    assert form["schema"] == "scalegate.dry-run/1"
    assert exam.log.read_bytes() == before
    assert {p.name for p in (exam.root / "record").glob("pause/*")} == names


@pytest.mark.parametrize(
    "wrong",
    [
        ("waive", "w", "--model", "middling", "--permission", "TRAIN", "--limit", "last", "--until", day(20),
         "--reason", "x", "--approver", "ann:board", "--approver", "dan:officer"),
        ("waive", "w", "--model", "middling", "--permission", "TRAIN", "--limit", "first", "--until", day(20),
         "--reason", "x", "--approver", "ann:board"),
        ("pause", "--reason", "x", "--scope", "nowhere"),
        ("register", "exam", "--limit", "nowhere", "--model", "calm"),
    ],
)  # fmt: skip
def test_a_dry_run_refuses_what_the_act_refuses(exam: World, wrong: tuple[str, ...]) -> None:
    act = exam.run("--as", "dan", *wrong)
    dry = exam.run("--as", "dan", *wrong, "--dry-run")
    assert dry.status == act.status != 0
    assert dry.err == act.err


def test_every_act_has_a_dry_run() -> None:
    """Every command that opens the project for writing, but those that have a way of their own to record nothing."""
    import re

    found = set()
    for path in (ROOT / "src/scalegate/cli").glob("*.py"):
        for block in re.split(r"^@\w+\.command", path.read_text("utf-8"), flags=re.M)[1:]:
            name = re.search(r"def (\w+)", block)
            if name and "options.open(writing=True" in block:
                found.add(name[1])
    assert found <= {"ingest"}
