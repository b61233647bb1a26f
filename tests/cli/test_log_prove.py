"""`log prove` hands out what others can check offline, with the policy file of their choice."""

from __future__ import annotations

import base64
import json

import pytest

from cli.contract import check_golden, schema, valid
from end_to_end.project_world import World, done
from scalegate.tlog.logged_proof import check_logged, parse_logged_proof
from scalegate.tlog.tree import ProofError, leaf_hash
from scalegate.tlog.witness_policy_file import parse_witness_policy


def entries(world: World) -> list[dict[str, object]]:
    found: list[dict[str, object]] = done(world.run("--format", "json", "log", "show")).json["entries"]
    return found


def test_every_entry_is_proved_under_the_key_of_the_trust_file_alone(exam: World) -> None:
    operator = json.loads((exam.root / "trust.json").read_text("utf-8"))["operator"]
    policy = parse_witness_policy(f"log {operator}\nquorum none\n".encode())
    for entry in entries(exam):
        text = done(exam.run("log", "prove", str(entry["entry"]))).out
        logged = parse_logged_proof(text.encode())
        leaf = bytes.fromhex(str(entry["digest"]).removeprefix("sha256:"))
        assert check_logged(logged, leaf, policy).checkpoint.origin == "exam.demo"
        with pytest.raises(ProofError):
            check_logged(logged, leaf_hash(b"another"), policy)


def test_the_json_says_the_same_and_follows_its_schema_and_golden_file(exam: World) -> None:
    form = valid(done(exam.run("--format", "json", "log", "prove", "0")).json)
    assert set(form) == set(schema("log-proof")["required"])
    logged = parse_logged_proof(form["text"].encode())
    assert [base64.b64encode(part).decode() for part in logged.proof] == form["proof"]
    assert (logged.index, logged.checkpoint.decode()) == (form["index"], form["note"])
    assert form["note"] == done(exam.run("log", "checkpoint")).out
    assert form["digest"] == entries(exam)[0]["digest"]
    check_golden("log-proof", {**form, "size": 0, "proof": [], "text": form["text"].partition("\n")[0]})


@pytest.mark.parametrize("index", ["100000", "9" * 30, "-1", "x", "1.0"])
def test_an_entry_that_is_not_there_is_a_wrong_call(exam: World, index: str) -> None:
    answer = exam.run("log", "prove", "--", index)
    assert (answer.status, answer.out) == (2, "")
    assert answer.err


def test_no_key_is_needed(exam: World, tmp_path_factory: pytest.TempPathFactory) -> None:
    stranger = World(exam.root, tmp_path_factory.mktemp("stranger"))
    assert done(stranger.run("log", "prove", "0")).out.startswith("c2sp.org/tlog-proof@v1\nindex 0\n")


def test_a_damaged_published_file_is_found_by_verify_and_one_that_lacks_by_doctor(exam: World) -> None:
    done(exam.run("--as", "dan", "pause", "--scope", "calm", "--reason", "so that something is published"))
    assert done(exam.run("log", "verify")).status == 0
    bundle = next(p for p in (exam.root / "record" / "tiles" / "tile" / "entries").rglob("*") if p.is_file())
    whole = bundle.read_bytes()
    bundle.write_bytes(whole[:100] + bytes([whole[100] ^ 1]) + whole[101:])
    answer = done(exam.run("log", "verify"), 1)
    assert "tile/entries" in answer.err
    (exam.root / "record" / "tiles" / "checkpoint").unlink()
    assert "published files end at 0 of" in done(exam.run("doctor"), 1).err
