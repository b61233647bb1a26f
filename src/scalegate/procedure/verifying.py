"""Derive a record again: bytes, signatures, streams, decisions; and verdicts, where their evidence is at hand.

For: `log verify`. Does not know: how findings are shown. Structure and decisions are the verifier's, which needs
no numbers; verdicts need the estimators, so they are derived here.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

from scalegate.decision.decision import Decision
from scalegate.errors import Finding, InputError, RecordError
from scalegate.policy.adoptable import refusals
from scalegate.policy.document import PolicyDocument
from scalegate.procedure.assessing import judged, requests
from scalegate.procedure.happening import happening_findings
from scalegate.procedure.workspace import Workspace
from scalegate.quantity import Digest, parse_instant
from scalegate.record.entry import PolicyAdopted
from scalegate.record.view import Logged, RecordView, add
from scalegate.shape import encode
from scalegate.verdict.verdict import ESTIMATES_VERSION, Verdict
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
        findings += [*found, *adoption_findings(entries), *happening_findings(entries)]
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


def adoption_findings(entries: Iterable[Logged]) -> list[Finding]:
    """Policies that were put in force and could not have been adopted (invariant 5)."""
    return [
        Finding(where=f"entry {e.index}", rule=o.rule, what=f"a policy that cannot be adopted: {o.what}")
        for e in entries
        if isinstance(e.entry.body, PolicyAdopted)
        for o in refusals(e.entry.body.document)
    ]


def _verdicts(workspace: Workspace, entries: list[Logged]) -> tuple[int, list[Finding], dict[str, None]]:
    """Derive each verdict from the evidence recorded before it, as of its own time.

    Verdicts of one subject and one moment are derived together. Files that have changed since are said, not held
    against the record: the verdict names the digests that it was made with. Grants that rest on such verdicts are
    named, since nobody can tell from here whether files have changed or the verdict was made up.
    """
    count, findings, skipped = 0, list[Finding](), dict[str, None]()
    view, waiting, derived = RecordView(), list[Logged](), dict[tuple[Any, ...], dict[str, Verdict]]()
    open_verdicts, resting = set[Digest](), list[int]()
    for logged in entries:
        body = logged.entry.body
        while waiting and waiting[0].index < logged.entry.head.seen.size:
            add(view, waiting.pop(0))
        waiting.append(logged)
        if isinstance(body, Decision) and body.granted and any(r.digest in open_verdicts for r in body.rests_on):
            resting.append(logged.index)
        if not isinstance(body, Verdict):
            continue
        part = view.under(body.policy)
        why = _not_derivable(workspace, body, part)
        if why:
            skipped[why] = None
            open_verdicts.add(logged.digest)
            continue
        key = (body.model, body.configuration, body.as_of, body.policy, view.size)
        if key not in derived:
            assert part.policy is not None, "a verdict under no policy is not derivable"
            derived[key] = _derive(workspace, part, body, part.policy.document)
        again = derived[key].get(body.limit)
        if again is not None and again.context != body.context:
            skipped[f"verdicts on {body.model}: configurations or entries of its ancestors have changed since"] = None
            open_verdicts.add(logged.digest)
            continue
        count += 1
        findings += _compare(logged, body, again)
    if resting:
        skipped[f"grants that rest on verdicts not derived again: entries {', '.join(map(str, resting))}"] = None
    return count, findings, skipped


def _not_derivable(workspace: Workspace, verdict: Verdict, view: RecordView) -> str:
    """Why a verdict cannot be derived from the files as they are; the first two are findings of the verifier too."""
    model = workspace.models.get(verdict.model)
    configuration = workspace.configurations.get(verdict.configuration)
    if view.policy is None or view.policy.digest != verdict.policy:
        return f"verdicts under a policy that was not in force ({verdict.policy[:15]}…)"
    if verdict.estimates != ESTIMATES_VERSION:
        return f"verdicts by estimators of version {verdict.estimates!r}"
    if model is None or model.digest != verdict.subject_digest:
        return f"verdicts on {verdict.model}: its entry in models.yaml has changed since"
    if configuration is None or configuration.digest != verdict.configuration_digest:
        return f"verdicts on {verdict.configuration}: its entry in configurations.yaml has changed since"
    known = {suite.digest for suite in workspace.suites.values()}
    return "" if set(verdict.suites) <= known else f"verdicts on limit {verdict.limit}: a suite has changed since"


def _derive(workspace: Workspace, view: RecordView, verdict: Verdict, policy: PolicyDocument) -> dict[str, Verdict]:
    then = replace(workspace, view=view)
    asked = requests(then, policy, verdict.policy, verdict.model, verdict.as_of, verdict.configuration)[0]
    return {v.limit: v for v in judged(asked)}


def _compare(logged: Logged, recorded: Verdict, derived: Verdict | None) -> list[Finding]:
    where = f"entry {logged.index}"
    if derived is None:
        return [Finding(where=where, what=f"the policy has no limit {recorded.limit} on a ladder")]
    if (derived.kind, derived.rules) != (recorded.kind, recorded.rules):
        what = f"recorded as {recorded.kind} {recorded.rules}, the evidence gives {derived.kind} {derived.rules}"
        return [Finding(where=where, what=f"limit {recorded.limit}: {what}")]
    wrong = list(_differences((), encode(recorded), encode(derived)))
    if wrong:
        what = f"other than the evidence gives in {', '.join(wrong[:10])}"
        return [Finding(where=where, what=f"limit {recorded.limit}: {what}")]
    return []


# Figures that estimators give: law 6 compares them within a tolerance. All else is compared exactly.
_BOUNDS = ("lower", "upper", "observed_upper", "point", "standard_error", "train_cap", "train_held_cap")
_SHOWN = ("elicitation_shift", "effort_ratio", "statistical_power", "slope", "p50", "p80")
_ENDS = ("p50_lower", "p50_upper", "p80_lower", "p80_upper")
_FIGURES = frozenset((*_BOUNDS, *_SHOWN, *_ENDS))
_DATES = frozenset(("expires", "held_from", "train_expires", "alert_since"))  # growth reaches a line: from figures
_WORDS = frozenset(("reasons", "expires_because"))  # they repeat figures, and no decision reads them
_DATE_TOLERANCE = timedelta(minutes=1)


def _differences(path: tuple[str, ...], one: object, two: object) -> Iterator[str]:
    """Where two plain values differ: every field of a verdict and of its observations, named by its path."""
    name = path[-1] if path else ""
    if isinstance(one, Mapping) and isinstance(two, Mapping):
        for key in sorted({*one, *two} - _WORDS):
            yield from _differences((*path, key), one.get(key), two.get(key))
    elif name == "observations" and isinstance(one, list) and isinstance(two, list) and len(one) == len(two):
        for before, after in zip(one, two, strict=True):
            yield from _differences((*path, str(before.get("observation"))), before, after)
    elif one != two and not _near(name, one, two):
        yield ".".join(path)


def _near(name: str, one: object, two: object) -> bool:
    if not isinstance(one, str) or not isinstance(two, str):
        return False
    if name in _DATES:
        return abs(parse_instant(one) - parse_instant(two)) <= _DATE_TOLERANCE
    if name not in _FIGURES:
        return False
    figures = [Decimal(text.removesuffix(" FLOP")) for text in (one, two)]
    if any(not figure.is_finite() for figure in figures):
        return False
    return abs(figures[0] - figures[1]) <= TOLERANCE * max(Decimal(1), abs(figures[0]))
