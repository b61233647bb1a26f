"""Several documents over one base of evidence: a hold in any is a hold, and what is each one's own never mixes (D1)."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from cli.contract import valid
from end_to_end.document_world import (
    CALM,
    NAME,
    SAME,
    STRICT,
    adopt_framework,
    attest_framework,
    framework,
    make_both,
    risk_file,
    write_framework,
)
from end_to_end.project_world import World, attestations, day, done, granted, table
from scalegate.errors import RefusedError
from scalegate.lease import Lease
from scalegate.lease.document import parse_lease
from scalegate.policy.document import Permission
from scalegate.procedure.gating import Gated
from scalegate.procedure.gating import gate as decide
from scalegate.procedure.leasing import issue
from scalegate.project import Project, open_project
from scalegate.shape import encode

ASKED = ("STORE", "USE_INTERNALLY", "DEPLOY", "ASSESS", "RELEASE_WEIGHTS")


@pytest.fixture(scope="module")
def prepared_alike(tmp_path_factory: pytest.TempPathFactory) -> World:
    return make_both(tmp_path_factory.mktemp("alike"), SAME)


@pytest.fixture(scope="module")
def prepared_strict(tmp_path_factory: pytest.TempPathFactory) -> World:
    return make_both(tmp_path_factory.mktemp("strict"), STRICT)


@pytest.fixture
def alike(prepared_alike: World, tmp_path: Path) -> World:
    """Both documents draw the same line."""
    return prepared_alike.copy(tmp_path)


@pytest.fixture
def strict(prepared_strict: World, tmp_path: Path) -> World:
    """The framework draws the limit `first` lower than the policy does."""
    return prepared_strict.copy(tmp_path)


def gate(world: World, permission: str, model: str = "calm", *more: str) -> Any:
    return valid(done(world.run("--format", "json", "gate", permission, "--model", model, *more), 0, 1, 4).json)


def verified(world: World) -> Any:
    """The record, derived again without a finding."""
    return done(world.run("--format", "json", "log", "verify")).json


# ------------------------------------------------------------------------------- the conjunction


def test_a_hold_in_any_document_is_a_hold(strict: World) -> None:
    answer = gate(strict, "DEPLOY")
    assert not answer["granted"]
    assert {b["document"] for b in answer["blockers"]} == {NAME}
    assert {b["limit"] for b in answer["blockers"]} == {"first"}
    assert [d["document"] for d in answer["documents"]] == ["policy", NAME]
    assert [d["kind"] for d in answer["documents"]] == ["voluntary", "compliance"]
    assert len(answer["entries"]) == 2
    verified(strict)


def test_documents_that_grant_grant_together(alike: World) -> None:
    answer = gate(alike, "DEPLOY")
    assert answer["granted"]
    assert {r["document"] for r in answer["rests_on"]} == {"policy", NAME}
    assert verified(alike)["decisions"] == 2


def test_a_hold_of_the_first_document_holds_too(alike: World) -> None:
    place = alike.root / "weak.yaml"
    place.write_text(attestations(("locks", "0.1")).replace(day(-1), day(0)), encoding="utf-8")
    done(alike.run("attest", str(place)))
    answer = gate(alike, "STORE")
    assert [(b["document"], b["protection"]) for b in answer["blockers"]] == [("policy", "locks")]
    verified(alike)


def test_both_grant_what_each_grants(prepared_strict: World, tmp_path: Path) -> None:
    """granted(both) = granted(the policy) and granted(the framework), for every model and permission."""
    world = prepared_strict.copy(tmp_path)
    both = granted(world.run("--format", "json", "assess").json)
    alone = {name: _own(world, name) for name in ("policy", NAME)}
    assert both.keys() == alone["policy"].keys() == alone[NAME].keys()
    assert {key: alone["policy"][key] and alone[NAME][key] for key in both} == both
    assert any(alone["policy"][k] and not alone[NAME][k] for k in both)
    assert any(both.values())
    verified(world)


def _own(world: World, name: str) -> dict[tuple[str, str, str, str], bool]:
    """What a document grants by itself: the same text as a draft, assessed alone over what is recorded."""
    return granted(world.run("--format", "json", "assess", "--draft", "--document", name).json)


def test_what_is_recorded_under_one_document_says_what_all_come_to(strict: World) -> None:
    gate(strict, "DEPLOY")
    entries = _bodies(strict, "decision")
    assert [e["granted"] for e in entries] == [False, False]
    (elsewhere,) = entries[0]["blockers"]
    assert (elsewhere["rule"], elsewhere["document"]) == ("D1", NAME)
    assert all("document" not in b for b in entries[1]["blockers"])


def _bodies(world: World, kind: str) -> list[Any]:
    found = [encode(e.entry.body) for e in open_project(world.root, writing=False).entries() if e.entry.kind == kind]
    gc.collect()
    return found


@contextmanager
def deciding(world: World, monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[Project, Gated]]:
    """A project whose process has decided on a grant, and has issued no lease yet."""
    monkeypatch.setenv("XDG_DATA_HOME", str(world.home))
    project = open_project(world.root, writing=True)
    gated = decide(project.workspace, Permission.STORE, model="calm", now=project.now())
    assert gated.decision.granted
    yield project, gated
    project.log.close()


def test_training_is_capped_by_the_least_cap_and_ends_with_the_first(tmp_path: Path) -> None:
    world = make_both(tmp_path, SAME)
    text = (world.root / "policies" / f"{NAME}.yaml").read_text(encoding="utf-8")
    shorter = text.replace("max_lease: 14 days", "max_lease: 5 days").replace(
        "effective_compute: 4x", "effective_compute: 2x"
    )
    assert shorter != text
    (world.root / "policies" / f"{NAME}.yaml").write_text(shorter.replace("'7'", "'8'"), encoding="utf-8")
    done(world.run("--as", "nia", "policy", "adopt", "--document", NAME))
    answer = gate(world, "TRAIN", "calm", "--effective-compute", "1.1e23")
    assert answer["granted"]
    assert answer["compute_cap"] == 2e23
    assert answer["lapses_at"][:10] <= day(5)
    assert answer["lapses_because"] == f"the policy's longest lease, under the document {NAME}"
    verified(world)


# ------------------------------------------------------------------------------ what never mixes


def test_one_id_in_two_documents_is_two_limits(strict: World) -> None:
    made = valid(done(strict.run("--format", "json", "assess"), 1).json)
    calm = next(m for m in made["models"] if m["model"] == "calm")
    first = {v["document"]: (v["verdict"], v["limit_value"]) for v in calm["limits"] if v["limit"] == "first"}
    assert first == {"policy": ("NOT_SHOWN", 0.5), NAME: ("NOT_RULED_OUT", 0.105)}
    verified(strict)


def test_a_risk_statement_under_one_document_does_nothing_under_the_other(strict: World) -> None:
    done(strict.run("attest", risk_file(strict, "calm", "dan")))
    assert "D14" in {b["rule"] for b in gate(strict, "DEPLOY")["blockers"]}
    done(strict.run("attest", "--document", NAME, risk_file(strict, "calm", "nia")))
    assert gate(strict, "DEPLOY")["granted"]
    verified(strict)


def test_an_attestation_under_one_document_does_nothing_under_the_other(tmp_path: Path, prepared_exam: World) -> None:
    world = prepared_exam.copy(tmp_path)
    adopt_framework(world)
    answer = gate(world, "STORE")
    assert [(b["document"], b["protection"], b["rule"]) for b in answer["blockers"]] == [(NAME, "locks", "D3")]
    refused = done(world.run("attest", "--document", NAME, str(world.root / "attestations.yaml")), 2)
    assert "may not approve it" in refused.err
    attest_framework(world)
    assert gate(world, "STORE")["granted"]
    verified(world)


def waive(world: World, document: str, *approvers: str, name: str = "w1") -> Any:
    flags = [part for a in approvers for part in ("--approver", a)]
    options = ["--document", document, "--model", "middling", "--permission", "DEPLOY", "--limit", "first"]
    return world.run("waive", name, *options, "--until", day(10), "--reason", "a trial", *flags)


@pytest.fixture
def blocked(tmp_path: Path) -> World:
    """Both documents hold the middling model on a protection that a waiver may reach: its locks are not tied."""
    world = make_both(tmp_path, SAME)
    done(world.run("attest", "--document", NAME, risk_file(world, "middling", "nia")))
    done(world.run("attest", risk_file(world, "middling", "dan")))
    for name, officer in (("policy", "dan"), (NAME, "nia")):
        place = world.root / f"weak_{name}.yaml"
        place.write_text(
            attestations(("locks", "0.1")).replace("dan", officer).replace(day(-1), day(0)), encoding="utf-8"
        )
        done(world.run("attest", "--document", name, str(place)))
    return world


def test_a_waiver_under_one_document_does_not_reach_the_other(blocked: World) -> None:
    before = gate(blocked, "DEPLOY", "middling")
    assert {(b["document"], b["rule"], b["waivable"]) for b in before["blockers"]} == {
        ("policy", "D3", True),
        (NAME, "D3", True),
    }
    done(waive(blocked, "policy", "ann:board", "dan:officer"))
    half = gate(blocked, "DEPLOY", "middling", "--accept-waiver", "w1")
    assert (half["outcome"], half["waived_until"]) == ("HELD", None)
    assert done(waive(blocked, NAME, "ann:board", "dan:officer"), 1).status == 1
    done(waive(blocked, NAME, "kim:board", "nia:officer"))
    whole = blocked.run("--format", "json", "gate", "DEPLOY", "--model", "middling", "--accept-waiver", "w1")
    assert whole.status == 4
    assert whole.json["outcome"].startswith("HELD, WAIVED UNTIL")
    verified(blocked)


def test_a_waiver_is_accepted_only_where_it_covers_every_document_that_holds(blocked: World) -> None:
    done(waive(blocked, "policy", "ann:board", "dan:officer", name="w1"))
    done(waive(blocked, NAME, "kim:board", "nia:officer", name="w2"))
    answer = blocked.run("--format", "json", "gate", "DEPLOY", "--model", "middling", "--accept-waiver", "w1")
    assert answer.json["outcome"].startswith("HELD, WAIVED UNTIL")
    assert answer.status == 1


def test_nobody_acts_in_a_role_of_another_document(alike: World) -> None:
    refused = done(alike.run("--as", "dan", "pause", "--reason", "a doubt", "--document", NAME), 2)
    assert "names nobody called 'dan'" in refused.err
    refused = done(alike.run("--as", "nia", "pause", "--reason", "a doubt"), 2)
    assert "names nobody called 'nia'" in refused.err
    assert (
        "no document 'other' is in force"
        in done(alike.run("--as", "nia", "pause", "--reason", "x", "--document", "other"), 2).err
    )


def test_a_pause_under_any_document_holds_and_its_own_quorum_resumes(alike: World) -> None:
    assert gate(alike, "STORE")["granted"]
    done(alike.run("--as", "nia", "pause", "--reason", "a doubt", "--document", NAME))
    answer = gate(alike, "STORE")
    assert [(b["document"], b["rule"], b["cleared_by"]) for b in answer["blockers"]] == [(NAME, "D10", ["board"])]
    (pause,) = (e["about"] for e in alike.entries("pause"))
    others = ["--approver", "ann:board", "--approver", "bea:board"]
    done(alike.run("resume", pause, "--answer", "it was looked at", *others), 1)
    own = ["--approver", "kim:board", "--approver", "lea:board"]
    done(alike.run("resume", pause, "--answer", "it was looked at", *own))
    assert gate(alike, "STORE")["granted"]
    verified(alike)


def test_evidence_reaches_every_document(alike: World) -> None:
    """A whole run of successes, an incident and a flag are told once, and hold under both."""
    done(alike.run("--as", "dan", "incident", "--what", "somebody got in", "--model", "calm"))
    assert {b["document"] for b in gate(alike, "DEPLOY")["blockers"]} == {"policy", NAME}
    made = alike.run("--format", "json", "assess").json
    wild = next(m for m in made["models"] if m["model"] == "wild")
    assert {v["document"] for v in wild["limits"] if v["verdict"] == "DANGER_SHOWN"} == {"policy", NAME}
    verified(alike)


@pytest.mark.parametrize("command", ["assess", "gate"])
def test_a_flag_that_comes_up_under_one_document_leaves_no_verdict_of_another_stale(exam: World, command: str) -> None:
    """Of an evaluation that the framework alone reads, below chance: it is recorded before all verdicts (V5, E1)."""
    suite = (exam.root / "suites" / "exam.yaml").read_text(encoding="utf-8").replace("scorer:", "chance: 0.5\nscorer:")
    (exam.root / "suites" / "second.yaml").write_text(suite, encoding="utf-8")
    place = write_framework(exam)
    text = place.read_text(encoding="utf-8").replace("evaluation: exam", "evaluation: second")
    place.write_text(text.replace("exam: {title: The exam, suite: exam,", "second: {title: B, suite: second,"), "utf-8")
    done(exam.run("--as", "nia", "policy", "adopt", "--document", NAME))
    attest_framework(exam)
    (exam.root / "second.csv").write_text(table(CALM[:1]).replace(",exam,", ",second,"), encoding="utf-8")
    done(exam.run("ingest", "--configuration", "agent", "--dated", day(-1), str(exam.root / "second.csv")))
    if command == "assess":
        made = done(exam.run("--format", "json", "assess", "--model", "calm"), 1).json
        (answer,) = (d for d in made["models"][0]["decisions"] if d["permission"] == "STORE")
    else:
        answer = gate(exam, "STORE")
    assert len(exam.entries("flag_check")) == 1
    assert "E1" not in {b["rule"] for b in answer["blockers"]}
    assert {b["document"] for b in answer["blockers"]} == {NAME}
    verified(exam)


def test_definitions_stay_with_their_document(alike: World) -> None:
    done(alike.run("assess"), 1)
    done(alike.run("report"))
    page = (alike.root / "out" / "report.html").read_text(encoding="utf-8")
    assert (
        page.index("What was not tested")
        < page.index("Documents in force")
        < page.index("Definitions of this document")
    )
    assert page.count("Ten people are hurt.") == 1
    assert page.index(f'id="document-{NAME}"') < page.index("Ten people are hurt.")
    assert "Under the document policy" in page
    assert f"Under the document {NAME}" in page
    ids = [part.split('"')[0] for part in page.split(' id="')[1:]]
    assert len(ids) == len(set(ids))
    text = done(alike.run("assess", "--model", "calm"), 1).out
    assert text.index("WHAT WAS NOT TESTED") < text.index(f"DOCUMENT {NAME}: A framework")
    assert "harm: Ten people are hurt." in text


# ----------------------------------------------------------------------------------------- leases


def test_a_lease_names_every_document_that_it_rests_on(alike: World) -> None:
    answer = gate(alike, "STORE")
    path = alike.root / answer["lease"]
    document, _ = parse_lease(path.read_bytes())
    digests = {d["document"]: d["digest"] for d in answer["documents"]}
    assert document.policy == digests["policy"]
    assert document.also_under == (digests[NAME],)
    lease = Lease.load(path, trust=alike.root / "trust.json")
    assert lease.allows("STORE", subject=document.subject, configuration="agent")
    assert b"also_under" in path.read_bytes()
    verified(alike)


def test_a_lease_of_one_document_has_the_terms_that_it_always_had(prepared_exam: World, tmp_path: Path) -> None:
    world = prepared_exam.copy(tmp_path)
    answer = gate(world, "STORE")
    assert b"also_under" not in (world.root / answer["lease"]).read_bytes()


@pytest.mark.parametrize("document", ["policy", NAME])
def test_a_new_version_of_either_document_ends_what_was_decided_before(
    alike: World, document: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No lease is issued on a decision under an older version, and a grant has to be asked for again."""
    with deciding(alike, monkeypatch) as (project, gated):
        if document == "policy":
            text = (alike.root / "policy.yaml").read_text(encoding="utf-8")
            (alike.root / "policy.yaml").write_text(text.replace("1.0.0", "1.0.1"), encoding="utf-8")
            done(alike.run("--as", "dan", "policy", "adopt"))
        else:
            adopt_framework(alike, SAME, "8")
        with pytest.raises(RefusedError, match="another policy has come into force"):
            issue(project.workspace, gated, log=project.log, now=project.now())
    assert gate(alike, "STORE")["granted"]
    verified(alike)


def test_a_document_adopted_after_the_decision_stops_its_lease(
    prepared_exam: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    world = prepared_exam.copy(tmp_path)
    with deciding(world, monkeypatch) as (project, gated):
        adopt_framework(world)
        with pytest.raises(RefusedError, match="another policy has come into force"):
            issue(project.workspace, gated, log=project.log, now=project.now())


@pytest.mark.parametrize("command", ["gate", "assess"])
def test_a_document_adopted_by_another_process_is_not_passed_over(
    prepared_exam: World, tmp_path: Path, command: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A process that read the record before the adoption records no answer of the documents that it knew."""
    world = prepared_exam.copy(tmp_path)
    monkeypatch.setenv("XDG_DATA_HOME", str(world.home))
    project = open_project(world.root, writing=True)
    adopt_framework(world)
    with pytest.raises(RefusedError, match="another policy has come into force"):
        project.gate("STORE", model="calm") if command == "gate" else project.assess("calm")
    project.log.close()
    assert world.entries("decision") == []


# --------------------------------------------------------------------------- coming into and out of force


def test_deleting_the_file_of_a_document_relaxes_nothing(strict: World) -> None:
    before = gate(strict, "DEPLOY")
    (strict.root / "policies" / f"{NAME}.yaml").unlink()
    (strict.root / "policies").rmdir()
    after = gate(strict, "DEPLOY")
    assert not before["granted"]
    assert not after["granted"]
    assert after["blockers"] == before["blockers"]
    assert [d["document"] for d in after["documents"]] == ["policy", NAME]
    verified(strict)


def test_editing_the_file_of_a_document_relaxes_nothing(strict: World) -> None:
    write_framework(strict, SAME)
    assert not gate(strict, "DEPLOY")["granted"]


def test_there_is_no_command_that_takes_a_document_out_of_force(strict: World) -> None:
    assert "withdraw" not in strict.run("policy", "--help").out


def test_a_further_document_comes_after_the_first(tmp_path: Path) -> None:
    from end_to_end.project_world import prepare, write_exam

    world = World(tmp_path / "project", tmp_path / "home")
    world.root.mkdir(parents=True)
    write_exam(world.root, CALM)
    prepare(world)
    write_framework(world)
    refused = done(world.run("--as", "nia", "policy", "adopt", "--document", NAME), 2)
    assert "before policy.yaml is in force" in refused.err


def test_one_evaluation_is_one_suite_in_all_documents(exam: World) -> None:
    """Evidence is filed under evaluations: one that meant two suites would let a run clear what it never tested."""
    (exam.root / "suites" / "other.yaml").write_text(
        (exam.root / "suites" / "exam.yaml").read_text(encoding="utf-8").replace("The exam", "Another"),
        encoding="utf-8",
    )
    place = write_framework(exam)
    place.write_text(place.read_text(encoding="utf-8").replace("suite: exam,", "suite: other,"), encoding="utf-8")
    refused = done(exam.run("--as", "nia", "policy", "adopt", "--document", NAME), 2)
    assert "evaluation exam is another one in two documents" in refused.err


def test_the_same_text_is_not_two_documents(exam: World) -> None:
    place = exam.root / "policies" / f"{NAME}.yaml"
    place.parent.mkdir()
    place.write_text((exam.root / "policy.yaml").read_text(encoding="utf-8"), encoding="utf-8")
    refused = done(exam.run("--as", "dan", "policy", "adopt", "--document", NAME), 2)
    assert "under the name policy" in refused.err


@pytest.mark.parametrize("name", ["../policy", "a b", "", ".hidden", "a/b"])
def test_a_name_that_is_no_file_name_is_refused(exam: World, name: str) -> None:
    answer = exam.run("--as", "nia", "policy", "adopt", "--document", name)
    assert answer.status == 2
    assert "is no name of a document" in answer.err


def test_the_framework_is_another_text(exam: World) -> None:
    text = (exam.root / "policy.yaml").read_text(encoding="utf-8")
    assert "dan" not in framework(text)


# -------------------------------------------------------------------------------- what is owed


def test_what_is_owed_names_its_document(alike: World) -> None:
    done(alike.run("assess"), 1)
    owed = valid(done(alike.run("--format", "json", "due", "--all"), 0, 1).json)
    assert {o["document"] for o in owed["due"]} == {"policy", NAME}
    ids = [o["id"] for o in owed["due"]]
    assert len(ids) == len(set(ids))
    assert {b["document"] for b in owed["buffers"]} == {"policy", NAME}
    ready = valid(done(alike.run("--format", "json", "protections"), 0, 1).json)
    assert sorted((r["protection"], r["document"]) for r in ready["protections"]) == [
        ("guards", NAME),
        ("guards", "policy"),
        ("locks", NAME),
        ("locks", "policy"),
    ]


def test_a_plan_for_a_limit_of_one_document_is_owed_under_it_alone(alike: World) -> None:
    plan = ("register", "exam", "--limit", "first", "--model", "calm")
    done(alike.run(*plan, "--document", NAME))
    owed = done(alike.run("--format", "json", "due"), 0, 1).json
    assert [o["document"] for o in owed["due"] if o["kind"] == "plan"] == [NAME]
    first = alike.run("--format", "json", *plan).json
    assert first["schema"] == "scalegate.plan/1"
    verified(alike)
