"""`log verify` finds what was done to a record, and says so with status 1; what it cannot read at all ends with 3."""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Callable

import pytest

from cli.contract import valid
from end_to_end.project_world import World, done

DROP = ("entry_update", "entry_delete", "checkpoint_update", "checkpoint_delete", "head_update", "head_delete")


def change(world: World, *statements: str) -> None:
    with sqlite3.connect(world.log) as database:
        for trigger in DROP:
            database.execute(f"DROP TRIGGER {trigger}")
        for statement in statements:
            assert database.execute(statement).rowcount > 0, statement


TAMPERING = {
    "an entry's words": "UPDATE entry SET envelope = CAST(replace(envelope, 'a', 'b') AS BLOB) WHERE idx = 3",
    "an entry's bytes": "UPDATE entry SET envelope = x'00' WHERE idx = 3",
    "an entry that is gone": "DELETE FROM entry WHERE idx = 4",
    "the last entry gone": "DELETE FROM entry WHERE idx = (SELECT max(idx) FROM entry)",
    "a leaf hash": "UPDATE entry SET leaf_hash = zeroblob(32) WHERE idx = 2",
    "the head's size": "UPDATE head SET size = size - 1",
    "the head's root": "UPDATE head SET root = zeroblob(32)",
    "no head": "DELETE FROM head",
    "a checkpoint's note": "UPDATE signed_checkpoint SET note = CAST('x' AS BLOB) WHERE size = 1",
    "all checkpoints gone": "DELETE FROM signed_checkpoint",
    "two entries swapped": "UPDATE entry SET envelope = (SELECT envelope FROM entry WHERE idx = 2) WHERE idx = 3",
}


@pytest.mark.parametrize("statement", TAMPERING.values(), ids=TAMPERING)
def test_tampering_is_found_and_ends_with_1(exam: World, statement: str) -> None:
    change(exam, statement)
    answer = done(exam.run("--format", "json", "log", "verify"), 1)
    assert valid(answer.json)["findings"]
    assert done(exam.run("log", "verify"), 1).err
    if "signed_checkpoint" not in statement:  # the last one is whole: opening trusts it, and covers what follows
        assert exam.run("gate", "DEPLOY", "--model", "calm").status == 3


def test_another_operators_trust_root_is_found(exam: World, prepared_example: World) -> None:
    import json

    mine = json.loads((exam.root / "trust.json").read_text("utf-8"))
    key = json.loads((prepared_example.root / "trust.json").read_text("utf-8"))["operator"]
    from scalegate.tlog.note import VerifierKey

    other = VerifierKey(name="exam.demo", key=VerifierKey.parse(key).key)
    (exam.root / "trust.json").write_text(json.dumps({**mine, "operator": str(other)}), encoding="utf-8")
    assert valid(done(exam.run("--format", "json", "log", "verify"), 1).json)["findings"]


def damaged_header(world: World) -> None:
    world.log.write_bytes(b"x" * 5000)


def emptied(world: World) -> None:
    world.log.write_bytes(b"")


def truncated(world: World) -> None:
    world.log.write_bytes(world.log.read_bytes()[: world.log.stat().st_size // 2])


def folder(world: World) -> None:
    world.log.unlink()
    world.log.mkdir()


def gone(world: World) -> None:
    shutil.rmtree(world.root / "record")


@pytest.mark.parametrize("wreck", [damaged_header, emptied, folder, gone])
def test_a_record_that_cannot_be_read_ends_with_3(exam: World, wreck: Callable[[World], None]) -> None:
    wreck(exam)
    done(exam.run("log", "verify"), 3)
    done(exam.run("assess"), 3)


def test_a_truncated_record_is_no_good_answer(exam: World) -> None:
    truncated(exam)
    done(exam.run("log", "verify"), 1, 3)


def test_evidence_that_was_changed_after_its_verdict_is_found(exam: World) -> None:
    done(exam.run("assess"), 1)
    done(exam.run("log", "verify"), 0)
    for path in sorted((exam.root / "evidence" / "runs").glob("*/attempts.jsonl")):
        path.write_text(path.read_text("utf-8").replace('"score":"1"', '"score":"0"'), encoding="utf-8")
    answer = done(exam.run("--format", "json", "log", "verify"), 1)
    assert any("the evidence gives" in finding for finding in answer.json["findings"])


def test_verifying_needs_no_key_and_writes_nothing(exam: World, tmp_path: object) -> None:
    before = exam.log.read_bytes()
    done(World(exam.root, exam.root / "nowhere").run("log", "verify"), 0)
    assert exam.log.read_bytes() == before
