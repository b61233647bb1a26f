"""The cyber example: its policy is adoptable, its files read, its figures are those that its README states."""

from __future__ import annotations

import csv
import hashlib
import importlib.util
from collections import Counter
from decimal import Decimal
from types import ModuleType
from typing import Any

import pytest

from scalegate.adapters.yaml_scan import locate, read_yaml
from scalegate.assessment.assess import assess
from scalegate.assessment.request import RecordedRun, RegisteredSuite, Request
from scalegate.decision.decision import Question
from scalegate.decision.dossier import Attestation, Dossier, RiskStatement
from scalegate.decision.gate import decide
from scalegate.decision.quorum import holds
from scalegate.evidence.run import (
    Attempt,
    ConfigurationsFile,
    Dating,
    EvalRun,
    Model,
    ModelsFile,
    RunManifest,
    Status,
    Suite,
)
from scalegate.policy.document import Permission, PolicyDocument
from scalegate.policy.file import PolicyReading, parse_policy
from scalegate.quantity import Digest, Identifier, Minutes, parse_instant
from scalegate.shape import decode
from scalegate.verdict.verdict import Verdict
from shared import ROOT, shared

CYBER = ROOT / "examples" / "cyber"
NOW = parse_instant("2026-03-31T00:00:00Z")
SOME_DIGEST = Digest("sha256:" + "d" * 64)


def data_of(name: str) -> Any:
    return read_yaml((CYBER / name).read_bytes(), name).data


def read_policy() -> PolicyReading:
    scanned = read_yaml((CYBER / "policy.yaml").read_bytes(), "policy.yaml")
    ranges = {"cyber": (SUITE.score_range.least, SUITE.score_range.greatest)}
    return parse_policy(scanned.data, lambda faults: locate(faults, scanned.spans, "policy.yaml"), ranges)


def policy() -> PolicyDocument:
    document = read_policy().document
    assert document is not None
    return document


def evidence() -> list[dict[str, str]]:
    with (CYBER / "evidence" / "cyber.csv").open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


SUITE = decode(Suite, data_of("suites/cyber.yaml"))
MODELS = decode(ModelsFile, data_of("models.yaml")).models
CONFIGURATIONS = decode(ConfigurationsFile, data_of("configurations.yaml")).configurations
ATTESTATIONS = decode(tuple[Attestation, ...], data_of("attestations.yaml")["attestations"])
STATEMENTS = decode(tuple[RiskStatement, ...], data_of("risk_statements.yaml")["risk_statements"])
README = (CYBER / "README.md").read_text(encoding="utf-8")


# ------------------------------------------------------------------------------------- the files


def test_the_policy_is_adoptable() -> None:
    reading = read_policy()
    assert reading.findings == ()
    assert reading.adoptable


def test_its_remarks_are_few_and_have_places() -> None:
    remarks = read_policy().remarks
    assert {r.rule for r in remarks} == {"L3", "L4", "E6", "V7", "D9", "V8"}
    assert all(r.where.startswith("policy.yaml:") for r in remarks)


def test_a_slip_in_the_policy_is_found_in_its_line() -> None:
    text = (CYBER / "policy.yaml").read_text(encoding="utf-8").replace("    hard_stop: true\n", "")
    text = text.replace("alpha_upper: 0.05", "alpha_uper: 0.05", 1)
    scanned = read_yaml(text.encode(), "policy.yaml")
    found = parse_policy(scanned.data, lambda faults: locate(faults, scanned.spans, "policy.yaml")).findings
    line = text[: text.index("alpha_uper")].count("\n") + 1
    assert any(f.where == f"policy.yaml:{line}:9" and "'alpha_upper'?" in f.mend for f in found)


def test_the_evidence_is_compact_and_its_figures_are_those_of_the_readme() -> None:
    rows = evidence()
    assert (CYBER / "evidence" / "cyber.csv").stat().st_size < 1_200_000
    assert f"{len(rows):,}" == "8,970"
    assert (len(SUITE.tasks), sum(1 for t in SUITE.tasks.values() if t.human_minutes)) == (631, 291)
    assert len({t.family for t in SUITE.tasks.values()}) == 7
    imputed = Counter(r["model"] for r in rows if r["status"] == "imputed")
    assert sum(imputed.values()) == 310
    assert set(imputed) == {"gpt-2", "gpt-3"}
    for model in set(MODELS) - {"lab-run-1"}:
        own = [r for r in rows if r["model"] == model]
        successes = sum(r["score"] == "1" and r["status"] == "completed" for r in own)
        assert f"| {model} | {len(own)} | {successes} | {imputed[model]} |" in README


def test_every_row_is_of_a_known_model_task_and_configuration() -> None:
    for row in evidence():
        assert row["model"] in MODELS
        assert row["configuration"] in CONFIGURATIONS
        task = SUITE.tasks[Identifier.parse(row["task"])]
        assert task.family == row["task_family"]
        assert row["score"] in ("0", "1")
        assert (Minutes.parse(f"{row['human_minutes']} min") if row["human_minutes"] else None) == task.human_minutes


def test_no_effort_is_known_for_the_three_oldest_models() -> None:
    without = {r["model"] for r in evidence() if r["tokens"] == "0"}
    assert without == {"gpt-2", "gpt-3", "gpt-3.5"}


def test_attribution_licence_and_changes_are_stated() -> None:
    for words in ("Lyptus Research 2026, cyber-task-horizons-data", "CC-BY-4.0", "Changes that we made"):
        assert words in README


def test_protections_are_attested_by_the_right_people_on_a_text_with_its_digest() -> None:
    document = policy()
    for attestation in ATTESTATIONS:
        measure = document.protections.measures[attestation.protection]
        assert attestation.approved.role == measure.approved_by
        assert holds(document, attestation.approved)
        assert attestation.tested_at < NOW
        assert attestation.evidence == "sha256:" + hashlib.sha256(attestation.note.encode()).hexdigest()


def test_risk_statements_are_about_models_limits_and_people_that_exist() -> None:
    document = policy()
    people = {holder for role in document.roles.values() for holder in role.holders}
    for statement in STATEMENTS:
        assert statement.subject in {m.subject for m in MODELS.values()}
        assert statement.limit in document.limits
        assert {c.author for c in statement.credences} <= people


def _script() -> ModuleType:
    spec = importlib.util.spec_from_file_location("make_evidence", CYBER / "make_evidence.py")
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_evidence_is_what_the_script_derives_from_the_published_file(tmp_path: Any) -> None:
    with shared("data/cyber_horizons/runs.csv").open(newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    script = _script()
    script.write_evidence(rows, tmp_path / "cyber.csv")
    script.write_suite(rows, tmp_path / "cyber.yaml")
    assert (tmp_path / "cyber.csv").read_bytes() == (CYBER / "evidence" / "cyber.csv").read_bytes()
    assert (tmp_path / "cyber.yaml").read_bytes() == (CYBER / "suites" / "cyber.yaml").read_bytes()


# -------------------------------------------------------------------------------- what comes of it


def run_of(name: str, model: Model, rows: list[dict[str, str]]) -> RecordedRun:
    """The rows of one model as a recorded run, dated as the policy's relaxation states."""
    attempts = tuple(
        Attempt(
            task=Identifier(r["task"]), attempt=int(r["attempt"]), score=Decimal(r["score"]),
            status=Status(r["status"]), tokens=int(r["tokens"]),
        )
        for r in rows
    )  # fmt: skip
    manifest = RunManifest(
        schema="scalegate.run/1", model=Identifier(name), configuration=Identifier("agent-2m"),
        evaluation=Identifier("cyber"), run=Identifier("lyptus-2026"), status=Status.COMPLETED, dating=Dating.STATED,
        dated=parse_instant("2026-02-17"), rows=len(rows), attempts=SOME_DIGEST, source=SOME_DIGEST,
    )  # fmt: skip
    run = EvalRun(address=SOME_DIGEST, manifest=manifest, attempts=attempts)
    return RecordedRun(run=run, subject=model.subject, effective_compute=None, planned=False, disposed=False)


def verdicts_on(name: str, document: PolicyDocument, rows: list[dict[str, str]]) -> tuple[Verdict, ...]:
    model = MODELS[name]
    request = Request(
        policy=document, policy_digest=SOME_DIGEST, model_id=Identifier(name), model=model, model_digest=SOME_DIGEST,
        configuration=Identifier("agent-2m"), configuration_digest=SOME_DIGEST, configurations=CONFIGURATIONS,
        ancestors=frozenset(), runs=(run_of(name, model, rows),) if rows else (),
        suites={"cyber": RegisteredSuite(suite=SUITE, digest=SOME_DIGEST)}, now=NOW, draws=2,
    )  # fmt: skip
    return assess(request)


def granted(name: str, permission: Permission, document: PolicyDocument, verdicts: tuple[Verdict, ...]) -> bool:
    model = MODELS[name]
    question = Question(
        model=Identifier(name), subject=model.subject, configuration=Identifier("agent-2m"), permission=permission,
        mode="api", as_of=NOW, policy=SOME_DIGEST, opaque=model.opaque, effective_compute=model.effective_compute,
    )  # fmt: skip
    dossier = Dossier(verdicts=verdicts, attestations=ATTESTATIONS, risk_statements=STATEMENTS)
    return decide(document, question, dossier).granted


@pytest.fixture(scope="module")
def outcomes() -> dict[str, tuple[Verdict, ...]]:
    document, rows = policy(), evidence()
    return {name: verdicts_on(name, document, [r for r in rows if r["model"] == name]) for name in MODELS}


def test_verdicts_and_deployments_are_those_of_the_readme(outcomes: dict[str, tuple[Verdict, ...]]) -> None:
    document = policy()
    for name, verdicts in outcomes.items():
        word = "granted" if granted(name, Permission.DEPLOY, document, verdicts) else "held"
        line = " | ".join(("", name, *(v.kind.value for v in verdicts), word)).strip()
        assert line in README, line


def test_the_models_differ(outcomes: dict[str, tuple[Verdict, ...]]) -> None:
    first = Counter(verdicts[0].kind.value for verdicts in outcomes.values())
    assert set(first) == {"DANGER_SHOWN", "NOT_RULED_OUT", "ALERT", "NOT_SHOWN", "NOT_RUN"}
    deployed = [granted(name, Permission.DEPLOY, policy(), verdicts) for name, verdicts in outcomes.items()]
    assert 0 < sum(deployed) < len(deployed)


def test_D4_a_first_run_is_granted_training_and_an_opaque_model_neither_storage_nor_release(
    outcomes: dict[str, tuple[Verdict, ...]],
) -> None:
    document = policy()
    assert granted("lab-run-1", Permission.TRAIN, document, outcomes["lab-run-1"])
    for name in set(MODELS) - {"lab-run-1"}:
        assert not granted(name, Permission.STORE, document, outcomes[name])
        assert not granted(name, Permission.RELEASE_WEIGHTS, document, outcomes[name])
