"""Markdown and SARIF of findings, assessments and decisions, for code review and CI.

For: `policy check`, `assess`, `gate`. Does not know: how to reach a project. Markdown opens with what was not tested,
as every screen does. SARIF 2.1.0 (OASIS): one result for each finding or blocker; a hold is a `warning`, what
keeps a file from being read or adopted an `error`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Any

from scalegate import __version__
from scalegate.decision.decision import Decision, NotTested
from scalegate.errors import Finding
from scalegate.procedure.assessing import Assessment

_PLACE = re.compile(r"(?P<file>.+?):(?P<line>\d+):(?P<column>\d+)\Z")
NOT_A_CLAIM = "`GRANTED` means that the policy does not forbid it now. No word here means that a model is safe."

# ------------------------------------------------------------------------------------- markdown


def _cell(text: object) -> str:
    return str(text).replace("\\", "\\\\").replace("|", "\\|").replace("\n", " ")


def markdown_table(head: Sequence[str], rows: Iterable[Sequence[object]]) -> list[str]:
    """Rows of cells in which nothing is read as markup of the table."""
    lines = ["| " + " | ".join(head) + " |", "|" + " --- |" * len(head)]
    return lines + ["| " + " | ".join(_cell(c) for c in row) + " |" for row in rows]


def _named(text: str, document: str) -> str:
    """What is said under one of several documents names it."""
    return f"{document}: {text}" if document else text


def _not_tested(items: Iterable[NotTested]) -> list[str]:
    found = list(dict.fromkeys(items))
    lines = [f"- **{_cell(_named(i.threat_model, i.document))}**: {_cell(i.why)}" for i in found[:30]]
    if len(found) > 30:
        lines.append(f"- and {len(found) - 30} more")
    return ["## What was not tested", "", *(lines or ["- nothing that the policy names"]), "", NOT_A_CLAIM, ""]


def findings_markdown(findings: Sequence[Finding], remarks: Sequence[Finding], grade: str) -> str:
    """A policy check as Markdown."""
    lines = ["# Policy check", "", f"{grade[:1].upper()}{grade[1:]}.", ""]
    if findings:
        rows = [(f.where, f.path, f.what, f.mend, f.rule) for f in findings]
        lines += markdown_table(("where", "path", "what", "mend", "rule"), rows)
    if remarks:
        lines += ["", "## Remarks", "", *(f"- {_cell(r)}" for r in remarks)]
    return "\n".join(lines) + "\n"


def assessment_markdown(made: Assessment) -> str:
    """An assessment as Markdown: not-tested block, matrix, blockers."""
    several = len(made.documents) > 1
    limits = [
        _named(v.limit, made.document_of(v.policy) if several else "")
        for v in (made.subjects[0].verdicts if made.subjects else ())
    ]
    permissions = [d.question.permission for d in made.subjects[0].decisions] if made.subjects else []
    stamp = "REPLAY AS OF" if made.replay else "DRAFT POLICY, as of" if made.draft else "As of"
    rows = [[s.model_id, *(v.kind for v in s.verdicts), *(d.outcome for d in s.decisions)] for s in made.subjects]
    lines = [f"# {_cell(made.policy.title)}", "", f"{stamp} {made.as_of:%Y-%m-%dT%H:%M:%SZ}.", ""]
    lines += [*_not_tested(made.not_tested), "## Limits and permissions", ""]
    lines += markdown_table(["model", *limits, *(p.value for p in permissions)], rows)
    lines += ["", "## What holds", ""]
    lines += markdown_table(
        ("model", "permission", "rule", "limit", "why", "who can clear it"),
        (
            (
                s.model_id,
                d.question.permission.value,
                b.rule,
                _named(b.limit, b.document),
                b.why,
                ", ".join(b.cleared_by),
            )
            for s in made.subjects
            for d in s.decisions
            for b in d.blockers
        ),
    )
    return "\n".join(lines) + "\n"


def decision_markdown(decision: Decision, *, replay: bool) -> str:
    """A decision as Markdown."""
    question = decision.question
    stamp = "REPLAY AS OF" if replay else "As of"
    lines = [f"# {question.permission.value} for {_cell(question.model)}: {decision.outcome}", ""]
    lines += [f"{stamp} {question.as_of:%Y-%m-%dT%H:%M:%SZ}.", "", *_not_tested(decision.not_tested)]
    if decision.blockers:
        rows = [
            (b.rule, _named(b.limit, b.document), b.protection, b.why, ", ".join(b.cleared_by))
            for b in decision.blockers
        ]
        header = ("rule", "limit", "protection", "why", "who can clear it")
        lines += ["## What holds", "", *markdown_table(header, rows)]
    return "\n".join(lines) + "\n"


# ---------------------------------------------------------------------------------------- SARIF


def _sarif(results: list[dict[str, Any]]) -> dict[str, Any]:
    rules = sorted({r["ruleId"] for r in results})
    driver = {"name": "scalegate", "version": __version__, "rules": [{"id": rule} for rule in rules]}
    return {
        "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
        "version": "2.1.0",
        "runs": [{"tool": {"driver": driver}, "results": results}],
    }


def _result(rule: str, level: str, text: str, where: str = "policy.yaml") -> dict[str, Any]:
    place = _PLACE.match(where)
    location: dict[str, Any] = {"artifactLocation": {"uri": place["file"] if place else where or "policy.yaml"}}
    if place:
        location["region"] = {"startLine": int(place["line"]), "startColumn": int(place["column"])}
    return {
        "ruleId": rule or "format",
        "level": level,
        "message": {"text": text},
        "locations": [{"physicalLocation": location}],
    }


def findings_sarif(findings: Sequence[Finding], remarks: Sequence[Finding]) -> dict[str, Any]:
    """A policy check as SARIF."""
    return _sarif(
        [_result(f.rule, "error", str(f), f.where) for f in findings]
        + [_result(r.rule, "note", str(r), r.where) for r in remarks]
    )


def _asked(decision: Decision) -> str:
    return f"{decision.question.permission} for {decision.question.model}"


def decisions_sarif(decisions: Iterable[Decision]) -> dict[str, Any]:
    """Every blocker of every decision as SARIF."""
    return _sarif(
        [
            _result(b.rule, "warning", f"{_asked(d)} is held: {_named(b.why, b.document)}")
            for d in decisions
            for b in d.blockers
        ]
    )
