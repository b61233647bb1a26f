"""Derive a record again: bytes, signatures, streams, decisions; and verdicts, where their evidence is at hand.

For: `log verify`. Does not know: how findings are shown. Structure and decisions are the verifier's, which needs
no numbers; verdicts need the estimators, so they are derived here.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

from scalegate.errors import Finding, InputError, RecordError
from scalegate.policy.document import PolicyDocument
from scalegate.procedure.assessing import requests
from scalegate.procedure.workspace import Workspace
from scalegate.record.entry import PolicyAdopted
from scalegate.record.view import Logged, RecordView, add
from scalegate.verdict.verdict import ESTIMATES_VERSION, ObservationResult, Verdict
from scalegate.verifier.decisions import verify_decisions
from scalegate.verifier.structure import StructureReport

TOLERANCE = Decimal("1e-6")  # law 6: same rules, same counts, bounds within 1e-6


@dataclass(frozen=True, kw_only=True)
class Verification:
    """What was derived again and what was found. Nothing found is not everything right."""

    structure: StructureReport
    decisions: int
    verdicts: int
    verdicts_skipped: tuple[str, ...]
    demo: bool
    findings: tuple[Finding, ...]

    def lines(self) -> list[str]:
        """What to tell a person."""
        s = self.structure
        lines = [
            f"log {s.origin}: {s.entries} entries, {s.checkpoints} checkpoints, {s.blobs} blobs; root {s.root.hex()}",
            f"decisions derived again from the entries before them: {self.decisions}",
            f"verdicts derived again from their evidence: {self.verdicts}",
            f"parties whose keys have signed: {len(s.parties)}; outside witnesses: 0 -> shows order and integrity, "
            "not independence",
        ]
        if s.uncovered:
            lines.append(f"{s.uncovered} entries after the last checkpoint; the next writer covers them")
        lines += [f"not derived again: {reason}" for reason in self.verdicts_skipped]
        if self.demo:
            lines.append("DEMO KEYS: nothing signed with them binds anybody")
        lines.append(f"findings: {len(self.findings)}")
        return lines

    def form(self) -> dict[str, Any]:
        s = self.structure
        return {
            "schema": "scalegate.log-verification/1",
            "origin": s.origin,
            "root": s.root.hex(),
            "entries": s.entries,
            "checkpoints": s.checkpoints,
            "blobs": s.blobs,
            "uncovered": s.uncovered,
            "decisions": self.decisions,
            "verdicts": self.verdicts,
            "verdicts_skipped": list(self.verdicts_skipped),
            "parties": list(s.parties),
            "outside_witnesses": 0,
            "demo_keys": self.demo,
            "findings": [str(f) for f in self.findings],
        }


def verify_record(
    workspace: Workspace, structure: StructureReport, read: Callable[[], Iterable[Logged]]
) -> Verification:
    """Derive decisions and verdicts again. Entries that cannot be read end the derivation with a finding."""
    findings = list(structure.findings)
    decisions, verdicts, skipped = 0, 0, dict[str, None]()
    try:
        entries = list(read())
        decisions, found = verify_decisions(entries)
        findings += found
        verdicts, found, skipped = _verdicts(workspace, entries)
        findings += found
    except (RecordError, InputError) as error:
        findings += [f for f in error.findings if f not in findings]
    return Verification(
        structure=structure,
        decisions=decisions,
        verdicts=verdicts,
        verdicts_skipped=tuple(skipped),
        demo=workspace.demo,
        findings=tuple(findings),
    )


def _verdicts(workspace: Workspace, entries: list[Logged]) -> tuple[int, list[Finding], dict[str, None]]:
    """Derive each verdict from the evidence recorded before it, as of its own time.

    Verdicts of one subject and one moment are derived together. Files that have changed since are said, not held
    against the record: the verdict names the digests that it was made with.
    """
    count, findings, skipped = 0, list[Finding](), dict[str, None]()
    view, waiting, derived = RecordView(), list[Logged](), dict[tuple[Any, ...], dict[str, Verdict]]()
    policies: dict[str, PolicyDocument] = {}
    for logged in entries:
        body = logged.entry.body
        if isinstance(body, PolicyAdopted):
            policies[body.digest] = body.document
        while waiting and waiting[0].index < logged.entry.head.seen.size:
            add(view, waiting.pop(0))
        waiting.append(logged)
        if not isinstance(body, Verdict):
            continue
        why = _not_derivable(workspace, body, policies)
        if why:
            skipped[why] = None
            continue
        key = (body.model, body.configuration, body.as_of, body.policy, view.size)
        if key not in derived:
            derived[key] = _derive(workspace, view, body, policies[body.policy])
        count += 1
        findings += _compare(logged, body, derived[key].get(body.limit))
    return count, findings, skipped


def _not_derivable(workspace: Workspace, verdict: Verdict, policies: dict[str, PolicyDocument]) -> str:
    model = workspace.models.get(verdict.model)
    configuration = workspace.configurations.get(verdict.configuration)
    if verdict.policy not in policies:
        return f"verdicts under a policy that is not in the record ({verdict.policy[:15]}…)"
    if verdict.estimates != ESTIMATES_VERSION:
        return f"verdicts by estimators of version {verdict.estimates!r}"
    if model is None or model.digest != verdict.subject_digest:
        return f"verdicts on {verdict.model}: its entry in models.yaml has changed since"
    if configuration is None or configuration.digest != verdict.configuration_digest:
        return f"verdicts on {verdict.configuration}: its entry in configurations.yaml has changed since"
    known = {suite.digest for suite in workspace.suites.values()}
    return "" if set(verdict.suites) <= known else f"verdicts on limit {verdict.limit}: a suite has changed since"


def _derive(workspace: Workspace, view: RecordView, verdict: Verdict, policy: PolicyDocument) -> dict[str, Verdict]:
    from scalegate.assessment.assess import assess

    then = replace(workspace, view=view)
    asked = requests(then, policy, verdict.policy, verdict.model, verdict.as_of, verdict.configuration)[0]
    return {v.limit: v for v in assess(asked)}


def _compare(logged: Logged, recorded: Verdict, derived: Verdict | None) -> list[Finding]:
    where = f"entry {logged.index}"
    if derived is None:
        return [Finding(where=where, what=f"the policy has no limit {recorded.limit} on a ladder")]
    if (derived.kind, derived.rules) != (recorded.kind, recorded.rules):
        what = f"recorded as {recorded.kind} {recorded.rules}, the evidence gives {derived.kind} {derived.rules}"
        return [Finding(where=where, what=f"limit {recorded.limit}: {what}")]
    pairs = zip(recorded.observations, derived.observations, strict=False)
    wrong = [one.observation for one, two in pairs if not _same(one, two)]
    if wrong or len(recorded.observations) != len(derived.observations):
        return [Finding(where=where, what=f"limit {recorded.limit}: other counts or bounds ({', '.join(wrong)})")]
    return []


def _same(one: ObservationResult, two: ObservationResult) -> bool:
    counts = [(r.observation, r.kind, r.tasks, r.attempts, r.missing, r.invalid_runs, r.rests_on) for r in (one, two)]
    return counts[0] == counts[1] and all(
        _near(a, b) for a, b in ((one.lower, two.lower), (one.upper, two.upper), (one.point, two.point))
    )


def _near(one: Decimal | None, two: Decimal | None) -> bool:
    if one is None or two is None or one.is_infinite() or two.is_infinite():
        return one == two
    return abs(one - two) <= TOLERANCE * max(Decimal(1), abs(one))
