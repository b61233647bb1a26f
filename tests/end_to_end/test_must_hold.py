"""Laws 1, 2 and 4 on whole projects: what is taken away, renamed, reordered or set never turns a hold into a grant."""

from __future__ import annotations

import random
import re
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from end_to_end.project_world import (
    MODELS,
    THEN,
    ExamModel,
    Granted,
    World,
    attestations,
    day,
    done,
    granted,
    lines,
    loosened,
    models_file,
    risk_statements,
    subject,
    suite_file,
    table,
)


def runs(world: World) -> dict[str, Path]:
    """Folder of each model's first run."""
    places = (world.root / "evidence" / "runs").iterdir()
    return {re.search(r'^model: "(.+)"$', (p / "run.yaml").read_text("utf-8"), re.M)[1]: p for p in places}  # type: ignore[index]


# ------------------------------------------------------------------------ law 1: taking evidence away


def deleted(path: Path) -> None:
    path.unlink()


def emptied(path: Path) -> None:
    path.write_bytes(b"")


def halved(path: Path) -> None:
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])


def last_line_gone(path: Path) -> None:
    path.write_text("".join(lines(path)[:-1]), encoding="utf-8")


def successes_denied(path: Path) -> None:
    path.write_text(path.read_text("utf-8").replace('"score":"1"', '"score":"0"'), encoding="utf-8")


def relabelled(path: Path) -> None:
    path.write_text(re.sub(r'"(gpt|o3|opus|calm|wild)[^"]*"', '"gpt-4o"', path.read_text("utf-8")), encoding="utf-8")


def made_a_folder(path: Path) -> None:
    path.unlink()
    path.mkdir()


def linked_to_another(path: Path) -> None:
    other = sorted(p for p in path.parent.parent.iterdir() if p != path.parent)[0] / path.name
    path.unlink()
    path.symlink_to(other)


def nothing_left_of_it(path: Path) -> None:
    shutil.rmtree(path.parent)


HARM = [
    deleted, emptied, halved, last_line_gone, successes_denied, relabelled, made_a_folder, linked_to_another,
    nothing_left_of_it,
]  # fmt: skip


def check_harm(exam: World, before: Granted, harm: Callable[[Path], None], share: int) -> None:
    whole = exam.root / "whole"
    shutil.copytree(exam.root / "evidence", whole)
    for path in sorted((exam.root / "evidence" / "runs").glob("*/*"))[::share]:
        harm(path)
        assert loosened(before, granted(exam.assess(now=day(0)))) == [], path
        shutil.rmtree(exam.root / "evidence")
        shutil.copytree(whole, exam.root / "evidence")


@pytest.mark.parametrize("harm", HARM)
def test_law_1_no_harm_to_a_file_of_evidence_turns_a_hold_into_a_grant(
    exam: World, exam_before: Granted, harm: Callable[[Path], None]
) -> None:
    """Every fourth file of the small project, of each kind some, one after another."""
    check_harm(exam, exam_before, harm, 4)


@pytest.mark.slow
@pytest.mark.parametrize("harm", HARM)
def test_law_1_no_harm_to_any_file_of_evidence_turns_a_hold_into_a_grant(
    exam: World, exam_before: Granted, harm: Callable[[Path], None]
) -> None:
    check_harm(exam, exam_before, harm, 1)


def test_law_1_a_descendant_of_a_model_whose_run_is_gone_is_still_held(exam: World) -> None:
    """The danger was shown by the parent's run alone; its own runs show nothing."""
    done(exam.run("gate", "DEPLOY", "--model", "heir"), 1)
    shutil.rmtree(runs(exam)["wild"])
    done(exam.run("gate", "DEPLOY", "--model", "heir"), 1)
    assert not any(yes for key, yes in granted(exam.assess(now=day(0))).items() if key[2] == "DEPLOY" and "heir" in key)


def test_E4_a_run_that_was_disposed_of_and_then_deleted_still_holds(exam: World) -> None:
    (exam.root / "second.csv").write_text(table([ExamModel("wild", 0, 60)], run="second"), encoding="utf-8")
    (exam.root / "more.yaml").write_text(risk_statements("wild"), encoding="utf-8")
    done(exam.run("ingest", "--configuration", "agent", "--dated", day(-1), str(exam.root / "second.csv")))
    done(exam.run("attest", str(exam.root / "more.yaml")))
    first = [p for p in (exam.root / "evidence/runs").iterdir() if "second" not in (p / "run.yaml").read_text("utf-8")]
    place = next(p for p in first if 'model: "wild"' in (p / "run.yaml").read_text("utf-8"))
    done(exam.run("--as", "ann", "dispose", f"sha256:{place.name}", "--reason", "we do not like it"))
    done(exam.run("gate", "DEPLOY", "--model", "wild"), 1)
    shutil.rmtree(place)
    done(exam.run("assess", "--model", "wild"), 1)
    done(exam.run("gate", "DEPLOY", "--model", "wild"), 1)


def sampled(seed: int, number: int) -> list[tuple[int, Callable[[Path], None]]]:
    chance = random.Random(seed)
    return [(chance.randrange(45), chance.choice(HARM)) for _ in range(number)]


def check_example(example: World, before: Granted, index: int, harm: Callable[[Path], None]) -> None:
    files = sorted((example.root / "evidence" / "runs").glob("*/*"))
    harm(files[index])
    assert loosened(before, granted(example.assess())) == []


@pytest.mark.parametrize(("index", "harm"), sampled(1, 1))
def test_law_1_on_the_example(
    example: World, example_before: Granted, index: int, harm: Callable[[Path], None]
) -> None:
    check_example(example, example_before, index, harm)


@pytest.mark.slow
@pytest.mark.parametrize("index", range(45))
def test_law_1_on_every_file_of_the_example(example: World, example_before: Granted, index: int) -> None:
    check_example(example, example_before, index, random.Random(index).choice(HARM))


def test_law_1_no_row_of_the_suite_can_be_dropped_to_forget_what_is_missing(exam: World, exam_before: Granted) -> None:
    """`partial` has results for 30 of 60 tasks: a suite of those 30 would show it whole."""
    (exam.root / "suites" / "exam.yaml").write_text(suite_file(30), encoding="utf-8")
    assert loosened(exam_before, granted(exam.assess(now=day(0)))) == []


def test_S1_a_configuration_that_was_changed_after_its_evaluation_is_another_one(exam: World) -> None:
    place = exam.root / "configurations.yaml"
    text = place.read_text("utf-8").replace("tools: [bash],", "tools: [bash, web, phone],")
    place.write_text(text.replace("contained_in: [more]", "contained_in: []"), encoding="utf-8")
    done(exam.run("gate", "DEPLOY", "--model", "calm", "--configuration", "agent"), 1)


@pytest.mark.parametrize("name", ["models.yaml", "configurations.yaml", "suites/exam.yaml", "policy.yaml", "exam.csv"])
def test_law_1_no_input_file_that_is_gone_or_broken_turns_a_hold_into_a_grant(
    exam: World, exam_before: Granted, name: str
) -> None:
    for harm in (deleted, halved):
        text = (exam.root / name).read_bytes()
        harm(exam.root / name)
        answer = done(exam.run("--now", day(0), "--format", "json", "assess"), 0, 1, 2)
        assert not answer.out or loosened(exam_before, granted(answer.json)) == []
        (exam.root / name).write_bytes(text)


def test_law_1_removing_attestations_or_statements_never_grants(
    tmp_path: Path, prepared_exam: World, exam_before: Granted
) -> None:
    for number, (guards, locks, risk) in enumerate([(0, 1, 1), (1, 0, 1), (1, 1, 0), (0, 0, 0)]):
        kept = [("guards", "0.97")] * guards + [("locks", "0.99")] * locks
        fresh = World(tmp_path / f"bare{number}", tmp_path / f"home{number}")
        shutil.copytree(prepared_exam.root, fresh.root, ignore=shutil.ignore_patterns("record", "runs", "trust.json"))
        done(fresh.run("init", str(fresh.root)))
        done(fresh.run("--as", "dan", "policy", "adopt"))
        done(fresh.run("ingest", "--configuration", "agent", "--dated", day(-1), str(fresh.root / "exam.csv")))
        if kept:
            (fresh.root / "attestations.yaml").write_text(attestations(*kept), encoding="utf-8")
            done(fresh.run("attest", str(fresh.root / "attestations.yaml")))
        if risk:
            done(fresh.run("attest", str(fresh.root / "risk.yaml")))
        assert loosened(exam_before, granted(fresh.assess(now=day(0)))) == []


# ------------------------------------------------------------------------------- law 2: the clock


@pytest.mark.parametrize("days", [1, 7, 13, 14, 30, 59, 89, 91, 99, 101, 180, 181, 400, 4000, 2_000_000])
def test_law_2_a_later_time_never_turns_a_hold_into_a_grant(exam: World, exam_before: Granted, days: int) -> None:
    now = day(days) if days < 1_000_000 else "9999-12-31T23:59:59Z"
    assert loosened(exam_before, granted(exam.assess(now=now))) == []


@pytest.mark.parametrize(
    "now",
    [
        pytest.param("2026-04-30", marks=pytest.mark.slow),
        pytest.param("2026-05-17", marks=pytest.mark.slow),
        pytest.param("2026-05-31", marks=pytest.mark.slow),
        pytest.param("2026-06-30", marks=pytest.mark.slow),
        pytest.param("2026-08-20", marks=pytest.mark.slow),
        pytest.param("2027-01-01", marks=pytest.mark.slow),
    ],
)
def test_law_2_on_the_example(prepared_example: World, example_before: Granted, now: str) -> None:
    assert loosened(example_before, granted(prepared_example.assess(now=now))) == []


# --------------------------------------------------------------------------- law 4: names and order


def test_law_4_renaming_every_model_changes_no_decision(exam: World, exam_before: Granted) -> None:
    names = {m.name: f"x{n}" for n, m in enumerate(MODELS)}
    (exam.root / "models.yaml").write_text(models_file(MODELS, names), encoding="utf-8")
    assert granted(exam.assess(now=day(0))) == exam_before


def test_law_4_renaming_every_model_of_the_example_changes_no_decision(example: World, example_before: Granted) -> None:
    place = example.root / "models.yaml"
    place.write_text(re.sub(r"^  ([a-z0-9.-]+):$", r"  r-\1:", place.read_text("utf-8"), flags=re.M), encoding="utf-8")
    assert granted(example.assess()) == example_before


def test_S1_another_name_for_a_subject_inherits_all_that_is_known_of_it(exam: World) -> None:
    alias = [*MODELS, ExamModel("alias", 0, 0, subject=subject("wild"))]
    (exam.root / "models.yaml").write_text(models_file(alias), encoding="utf-8")
    for permission in ("DEPLOY", "STORE", "USE_INTERNALLY"):
        done(exam.run("gate", permission, "--model", "alias"), 1)


def test_S1_a_second_name_without_parents_sheds_none_of_them(exam: World) -> None:
    orphan = [*MODELS, ExamModel("orphan", 0, 0, subject=subject("heir"))]
    (exam.root / "models.yaml").write_text(models_file(orphan), encoding="utf-8")
    done(exam.run("gate", "DEPLOY", "--model", "orphan"), 1)


def test_D10_a_pause_of_a_model_holds_under_its_next_name(exam: World) -> None:
    done(exam.run("--as", "dan", "pause", "--scope", "calm", "--reason", "a reason"))
    (exam.root / "models.yaml").write_text(models_file(MODELS, {"calm": "serene"}), encoding="utf-8")
    answer = done(exam.run("--format", "json", "gate", "DEPLOY", "--model", "serene"), 1)
    assert [b["rule"] for b in answer.json["blockers"]] == ["D10"]


def shuffled(path: Path, seed: int) -> None:
    head, *rows = lines(path)
    random.Random(seed).shuffle(rows)
    path.write_text("".join([head, *rows]), encoding="utf-8")


def figures(assessment: object) -> object:
    """An assessment without digests of runs, which name the bytes of their source."""
    import json

    return json.loads(re.sub(r"sha256:[0-9a-f]{64}", "…", json.dumps(assessment)))


def test_law_4_the_order_of_rows_changes_nothing(tmp_path: Path, prepared_exam: World) -> None:
    world = World(tmp_path / "project", tmp_path / "home")
    shutil.copytree(prepared_exam.root, world.root, ignore=shutil.ignore_patterns("record", "runs", "trust.json"))
    shuffled(world.root / "exam.csv", 7)
    done(world.run("init", str(world.root)))
    done(world.run("--as", "dan", "policy", "adopt"))
    done(world.run("ingest", "--configuration", "agent", "--dated", day(-1), str(world.root / "exam.csv")))
    done(world.run("attest", str(world.root / "attestations.yaml"), str(world.root / "risk.yaml")))
    assert figures(world.assess(now=day(0))) == figures(prepared_exam.assess(now=day(0)))


@pytest.mark.slow
def test_law_4_the_order_of_rows_of_the_example_changes_nothing(tmp_path: Path, prepared_example: World) -> None:
    world = World(tmp_path / "project", tmp_path / "home")
    shutil.copytree(prepared_example.root, world.root, ignore=shutil.ignore_patterns("record", "runs", "trust.json"))
    shuffled(world.root / "evidence" / "cyber.csv", 7)
    done(world.run("init", str(world.root)))
    done(world.run("--as", "r.okafor", "policy", "adopt"))
    source = str(world.root / "evidence" / "cyber.csv")
    done(world.run("ingest", "--configuration", "agent-2m", "--dated", "2026-02-17", source))
    done(world.run("attest", *(str(world.root / f"{n}.yaml") for n in ("attestations", "risk_statements"))))
    assert figures(world.assess()) == figures(prepared_example.assess())


# ------------------------------------------------------ settings and environment change no byte of it


ENVIRONMENTS = [
    {"LANG": "C", "LC_ALL": "C", "TZ": "Pacific/Kiritimati", "PYTHONHASHSEED": "1", "NO_COLOR": "1"},
    {"LANG": "tr_TR.UTF-8", "TZ": "America/St_Johns", "PYTHONHASHSEED": "77", "COLUMNS": "20", "TERM": "dumb"},
    {"SCALEGATE_ALPHA": "0.5", "SCALEGATE_NOW": "2020-01-01", "SCALEGATE_FORMAT": "text", "OMP_NUM_THREADS": "1"},
]


@pytest.mark.parametrize("environment", ENVIRONMENTS)
def test_the_environment_changes_no_byte(prepared_exam: World, environment: dict[str, str]) -> None:
    arguments = ("--now", day(0), "--format", "json", "assess")
    assert prepared_exam.spawn(*arguments, environment=environment).out == prepared_exam.run(*arguments).out


@pytest.mark.slow
@pytest.mark.parametrize("environment", ENVIRONMENTS)
def test_the_environment_changes_no_byte_of_the_example(prepared_example: World, environment: dict[str, str]) -> None:
    arguments = ("--now", THEN, "--format", "json", "assess")
    assert prepared_example.spawn(*arguments, environment=environment).out == prepared_example.run(*arguments).out


@pytest.mark.parametrize("seed", range(4))
def test_settings_change_no_byte(exam: World, seed: int) -> None:
    """Every place is moved, under random names, and display is set to anything."""
    before = exam.run("--now", day(0), "--format", "json", "assess").out
    chance = random.Random(seed)
    names = ["policy", "models", "configurations", "trust", "suites", "evidence", "record", "out"]
    endings = {"policy": ".yaml", "models": ".yaml", "configurations": ".yaml", "trust": ".json"}
    text = 'format = 1\norigin = "exam.demo"\n[display]\nwidth = 3\ncolour = "none"\nalpha = 0.5\n[places]\n'
    for name in names:
        moved = f"d{chance.randrange(10**6)}{endings.get(name, '')}"
        old = exam.root / f"{name}{endings.get(name, '')}"
        if old.exists():
            old.rename(exam.root / moved)
        text += f'{name} = "{moved}"\n'
    (exam.root / "scalegate.toml").write_text(text, encoding="utf-8")
    assert exam.run("--now", day(0), "--format", "json", "assess").out == before
    assert not {"policy.yaml", "evidence", "record"} & {p.name for p in exam.root.iterdir()}
