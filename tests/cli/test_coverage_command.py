"""`policy coverage`: in words, as JSON and Markdown; with and without a record; packs that have ended; no score."""

from __future__ import annotations

import re
from typing import Any

from cli.contract import check_golden, valid
from end_to_end.project_world import EXAMPLE, World, day, done
from shared import ROOT

MINIMAL = ROOT / "tests" / "policy" / "minimal_policy.yaml"
PACK = """\
schema: scalegate.criteria/1
id: small
title: A small pack
source: {title: A source, url: https://example.invalid/, version: "1", read_on: 2026-01-01}
valid_until: 2027-01-01
not_read: The appendix.
parts: {p: A part, q: Another part}
criteria:
  - {id: there, part: p, asks: Something., source: clause 1, test: {test: present, at: response.max_lease}}
  - id: needs
    part: p
    asks: Something that has to be shown.
    source: clause 2
    evidence: [adopted]
    test: {test: present, at: accountability.officer}
  - id: some
    part: p
    asks: Something of each.
    source: clause 3
    test: {test: every, at: commitments.*, has: [{test: present, at: every}]}
  - {id: none, part: q, asks: A clause., source: clause 4, test: {test: present, at: response.competitor_clause}}
  - {id: nobody, part: q, asks: A judgement., source: clause 5, not_assessable: nobody can tell from a file}
"""
FILE = str(EXAMPLE / "policy.yaml")
PROMISES = """\
commitments:
  report: {text: We will report., component: accountability, owner: officer, every: 3 months}
  speech: {text: Nobody will be silenced., component: accountability, owner: board}
"""


def promising(world: World) -> str:
    """The minimal policy of the tests with two promises in words, in a file of its own."""
    place = world.root / "promising.yaml"
    place.write_text(MINIMAL.read_text(encoding="utf-8") + PROMISES, encoding="utf-8")
    return str(place)


def own(world: World, text: str = PACK) -> str:
    (world.root / "small.yaml").write_text(text, encoding="utf-8")
    return str(world.root / "small.yaml")


def form(world: World, *arguments: str, now: str = "2026-12-01", statuses: tuple[int, ...] = (1,)) -> Any:
    return valid(done(world.run("--now", now, "--format", "json", "policy", "coverage", *arguments), *statuses).json)


def test_each_criterion_has_its_answer_with_line_and_column(exam: World) -> None:
    found = form(exam, promising(exam), "--against", own(exam))
    (pack,) = found["packs"]
    answers = {a["criterion"]: a for a in pack["answers"]}
    kinds = ["met", "stated_but_not_evidenced", "partly", "absent", "not_assessable"]
    assert [a["answer"] for a in pack["answers"]] == kinds
    text = (exam.root / "promising.yaml").read_text(encoding="utf-8").splitlines()
    (place,) = answers["there"]["places"]
    file, line, column = place["where"].split(":")
    assert file == "promising.yaml"
    assert text[int(line) - 1][int(column) - 1 :].startswith("14 days")
    assert place["path"] == "response.max_lease"
    assert [place["path"] for place in answers["some"]["falls_short"]] == ["commitments.speech"]
    for answer in answers.values():
        for place in answer["places"] + answer["falls_short"]:
            assert re.fullmatch(r"promising\.yaml:\d+:\d+", place["where"])
    check_golden("policy-coverage", found)


def test_the_record_counts_for_the_policy_that_it_has_in_force_and_for_no_other(exam: World) -> None:
    pack = own(exam, PACK.replace("2027-01-01", day(300)).replace("2026-01-01", day(-300)))
    answer = valid(done(exam.run("--format", "json", "policy", "coverage", "--against", pack), 1).json)
    needs = next(a for a in answer["packs"][0]["answers"] if a["criterion"] == "needs")
    assert needs["answer"] == "met"
    assert answer["evidenced"] is True
    assert needs["evidence"][0]["entries"]
    file = exam.root / "policy.yaml"
    asked = ("--format", "json", "policy", "coverage", str(file), "--against", pack, "--evidence", str(exam.root))
    there = valid(done(exam.run(*asked), 1).json)
    assert there["evidenced"] is True
    file.write_text(file.read_text(encoding="utf-8").replace("Does a day of work", "Does two days"), encoding="utf-8")
    changed = valid(done(exam.run("--format", "json", "policy", "coverage", "--against", pack), 1).json)
    assert changed["evidenced"] is False
    assert next(a for a in changed["packs"][0]["answers"] if a["criterion"] == "needs")["answer"] == (
        "stated_but_not_evidenced"
    )


def test_what_has_ended_answers_nothing_and_the_rest_is_still_answered(exam: World) -> None:
    answer = done(
        exam.run("--now", "2027-09-01", "policy", "coverage", FILE, "--against", "sb-53", "--against", "seoul"), 2
    )
    assert "sb-53, read on 2026-11-23, ended on 2027-06-30: they answer nothing any more" in answer.err
    assert "with a new read_on and valid_until" in " ".join(answer.err.split())
    assert "California" not in answer.out
    assert "Frontier AI Safety Commitments" in answer.out


def test_all_four_packs_answer_and_no_form_has_a_score(exam: World) -> None:
    found = form(exam, FILE)
    assert [p["pack"] for p in found["packs"]] == ["five-components", "eu-cop-safety", "sb-53", "seoul"]
    assert found["evidenced"] is False
    assert not {a["answer"] for p in found["packs"] for a in p["answers"] if a["evidence"]}
    keys = set(every_key(found))
    assert not {k for k in keys if re.search(r"score|grade|percent|total|rating|rank", k)}
    text = done(exam.run("--now", "2026-12-01", "policy", "coverage", FILE), 1).out
    markdown = done(exam.run("--now", "2026-12-01", "--format", "markdown", "policy", "coverage", FILE), 1).out
    for shown in (text, markdown):
        flat = " ".join(shown.split())
        assert "None of them says that a risk is acceptable, and they add up to nothing" in flat
        assert not re.search(r"\bscore|\boverall|\btotal\b", flat, re.IGNORECASE)
        counts = re.findall(r"Counts: ([^.|]*?)(?: The | Limits|\s{2}|#|$)", flat)
        assert not any("%" in c or "/" in c for c in counts)
    parts = [{a["part"] for a in p["answers"]} for p in found["packs"]]
    assert markdown.count("| id | answer | asked | where | why |") == sum(map(len, parts))


def every_key(value: Any) -> list[str]:
    if isinstance(value, dict):
        return [*value, *(k for item in value.values() for k in every_key(item))]
    return [k for item in value for k in every_key(item)] if isinstance(value, list) else []


def test_wrong_calls_say_what_to_write(exam: World) -> None:
    assert "write one of five-components" in done(exam.run("policy", "coverage", "--against", "cop"), 2).err
    assert "use text, json or markdown" in done(exam.run("--format", "sarif", "policy", "coverage"), 2).err
    (exam.root / "broken.yaml").write_text("title: x\n", encoding="utf-8")
    assert "is missing" in done(exam.run("policy", "coverage", str(exam.root / "broken.yaml")), 2).err
