"""JSON of verdicts, decisions and assessments, as interfaces.md fixes it.

For: the command line. Does not know: how to reach a project. Numbers are JSON numbers here, for other programs;
the record keeps them as decimal strings. An upper bound that bounds nothing is null, and `upper_unbounded` is true.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any

from scalegate.decision.decision import Blocker, Decision, NotTested, RestsOn
from scalegate.quantity import format_instant
from scalegate.verdict.verdict import ObservationResult, Verdict

if TYPE_CHECKING:
    from scalegate.errors import Finding
    from scalegate.policy.document import PolicyDocument
    from scalegate.procedure.assessing import Assessment
    from scalegate.procedure.gating import Gated
    from scalegate.procedure.ingesting import Ingestion
    from scalegate.procedure.running import Programme, Sat, Sitting

Form = dict[str, Any]


def number(value: Decimal | None) -> float | None:
    """A JSON number; null for missing, for what is unbounded, and for what is beyond the range of a double."""
    return None if value is None or math.isinf(float(value)) else float(value)


def instant(value: datetime | None) -> str | None:
    return None if value is None else format_instant(value)


def limit_form(verdict: Verdict, document: str) -> Form:
    """One limit of one subject under one document: the governing observation's numbers under the verdict."""
    governing = next((r for r in verdict.observations if r.observation == verdict.governing), None)
    return {
        "document": document,
        "limit": verdict.limit,
        "threat_model": verdict.threat_model,
        "verdict": verdict.kind.value,
        "counts_as_crossed": verdict.kind.counts_as_crossed,
        "rules": list(verdict.rules),
        **_numbers(governing),
        "expires": instant(verdict.expires),
        "expires_because": verdict.expires_because or None,
        "reasons": list(verdict.reasons),
        "observations": [observation_form(r) for r in verdict.observations],
    }


def observation_form(result: ObservationResult) -> Form:
    return {
        "observation": result.observation,
        "evaluation": result.evaluation,
        "verdict": result.kind.value,
        "relied_on": result.relied_on,
        "rules": list(result.rules),
        **_numbers(result),
        "expires": instant(result.expires),
        "reasons": list(result.reasons),
        "not_tested": list(result.not_tested),
        "rests_on": list(result.rests_on),
        "free_fit": _free_fit(result),
    }


def _numbers(result: ObservationResult | None) -> Form:
    if result is None:
        return dict(_NO_NUMBERS)
    return {
        "lower": number(result.lower),
        "upper": number(result.upper),
        "upper_unbounded": result.upper is not None and result.upper.is_infinite(),
        "point": number(result.point),
        "standard_error": number(result.standard_error),
        "limit_value": number(result.limit_value),
        "alert_value": number(result.alert_value),
        "measure": result.measure,
        "unit": _UNITS.get(result.measure),
        "direction": result.direction.value,
        "alpha_lower": number(result.alpha_lower),
        "alpha_upper": number(result.alpha_upper),
        "tasks": result.tasks,
        "attempts": result.attempts,
        "missing": result.missing,
        "invalid_runs": result.invalid_runs + result.invalid_elsewhere,
        "abandoned_runs": result.abandoned_runs,
        "elicitation_shift": number(result.elicitation_shift),
        "effort_ratio": number(result.effort_ratio),
        "allowed_tokens": result.allowed_tokens,
        "median_failure_tokens": result.median_failure_tokens,
        "statistical_power": number(result.statistical_power),
        "envelope": result.envelope,
        "estimator": result.estimator,
        "sampling": result.sampling,
        "elicitation_rung": result.rung,
        "assumptions": list(result.assumptions),
    }


_UNITS = {"time_horizon": "minutes", "effective_compute": "FLOP", "rate_of_progress": "growth in a year, as a factor"}

# A rung without observations (L1) has the same keys, and nothing in them.
_NO_NUMBERS: Form = {
    **dict.fromkeys(("lower", "upper")),
    "upper_unbounded": False,
    **dict.fromkeys(("point", "standard_error")),
    **dict.fromkeys(("limit_value", "alert_value", "measure", "unit", "direction", "alpha_lower", "alpha_upper")),
    **dict.fromkeys(("tasks", "attempts", "missing", "invalid_runs", "abandoned_runs"), 0),
    **dict.fromkeys(
        ("elicitation_shift", "effort_ratio", "allowed_tokens", "median_failure_tokens", "statistical_power")
    ),
    "envelope": "",
    "estimator": "",
    "sampling": "",
    "elicitation_rung": "",
    "assumptions": [],
}


def _free_fit(result: ObservationResult) -> Form | None:
    fit = result.free_fit
    if fit is None:
        return None
    names = ("p50", "p50_lower", "p50_upper", "p80", "p80_lower", "p80_upper", "slope")
    return {"label": fit.label, **{n: number(getattr(fit, n)) for n in names}, "draws": fit.draws}


def decision_form(decision: Decision, document: str) -> Form:
    """One answer, as `assess` lists it and `gate` prints it; `document` is the one where the answer names none."""
    question = decision.question
    return {
        "permission": question.permission.value,
        "mode": question.mode or None,
        "configuration": question.configuration,
        "granted": decision.granted,
        "outcome": decision.outcome,
        "waived_until": instant(decision.waived_until),
        "blockers": [_blocker(b, document) for b in decision.blockers],
        "rests_on": [_rests_on(r, document) for r in decision.rests_on],
        "lapses_at": instant(decision.lapses_at),
        "lapses_because": decision.lapses_because or None,
        "compute_cap": number(decision.compute_cap),
        "out_of_scope": decision.out_of_scope or None,
    }


def _blocker(blocker: Blocker, document: str) -> Form:
    return {
        "document": blocker.document or document,
        "rule": blocker.rule,
        "limit": blocker.limit or None,
        "protection": blocker.protection or None,
        "why": blocker.why,
        "cleared_by": list(blocker.cleared_by),
        "waivable": blocker.waivable,
    }


def _rests_on(rests_on: RestsOn, document: str) -> Form:
    return {
        "document": rests_on.document or document,
        "ground": rests_on.ground.value,
        "id": rests_on.id,
        "what": rests_on.what,
        "digest": rests_on.digest,
        "until": instant(rests_on.until),
    }


def not_tested_form(items: Iterable[NotTested]) -> list[Form]:
    """Each names its document where there are several."""
    found = dict.fromkeys(items)
    return [
        {**({"document": i.document} if i.document else {}), "threat_model": i.threat_model, "why": i.why}
        for i in found
    ]


def _document_form(name: str, policy: PolicyDocument, digest: str) -> Form:
    return {
        "document": name,
        "title": policy.title,
        "version": policy.version,
        "digest": digest,
        "kind": policy.kind.value,
    }


# --------------------------------------------------------------------------------- whole answers


def assessment_form(made: Assessment) -> Form:
    """What `assess` prints."""
    first = made.documents[0].name
    return {
        "schema": "scalegate.assessment/1",
        "policy": {"title": made.policy.title, "version": made.policy.version, "digest": made.policy_digest},
        "documents": [_document_form(d.name, d.policy, d.digest) for d in made.documents],
        "as_of": format_instant(made.as_of),
        "replay": made.replay,
        "draft": made.draft,
        "recorded": made.recorded,
        "models": [
            {
                "model": s.model_id,
                "subject": s.model.subject,
                "identity_verifiable": not s.model.opaque,
                "configuration": s.configuration,
                "limits": [limit_form(v, made.document_of(v.policy)) for v in s.verdicts],
                "decisions": [decision_form(d, first) for d in s.decisions],
            }
            for s in made.subjects
        ],
        "not_tested": not_tested_form(made.not_tested),
    }


def gate_form(gated: Gated, *, lease: Path | None, replay: bool) -> Form:
    """What `gate` prints: one decision, what was not tested, where it is recorded, and the lease."""
    decision, first = gated.decision, next(iter(gated.documents))
    form = {
        "schema": "scalegate.decision/1",
        "model": decision.question.model,
        "subject": decision.question.subject,
        "as_of": format_instant(decision.question.as_of),
        "replay": replay,
        **decision_form(decision, first),
        "documents": [_document_form(n, a.document, a.digest) for n, a in gated.documents.items()],
        "not_tested": not_tested_form(decision.not_tested),
        "entry": gated.logged.index if gated.logged else None,
        "entries": [entry.index for entry in gated.entries],
    }
    return form | {"lease": str(lease)} if lease else form


def ingestion_form(done: Ingestion) -> Form:
    """What `ingest` prints."""
    return {
        "schema": "scalegate.ingestion/1",
        "files": [
            {
                "path": file.path,
                "known": file.known,
                "runs": [
                    {
                        "model": m.model,
                        "evaluation": m.evaluation,
                        "configuration": m.configuration,
                        "rows": m.rows,
                        "amends": amends,
                    }
                    for m, amends in zip(file.recorded, file.amends, strict=True)
                ],
            }
            for file in done.files
        ],
        "findings": [str(f) for f in done.findings],
    }


def running_form(
    made: Programme,
    done: Sequence[Sat],
    findings: Iterable[Finding],
    *,
    subject: str,
    served: str,
    identity: str,
    dry: bool,
) -> Form:
    """What `run` prints: each sitting with its plans, its logs and how it ended."""
    ended = {sat.sitting.name: sat for sat in done}
    return {
        "schema": "scalegate.running/1",
        "model": made.model,
        "subject": subject,
        "inspect_model": served,
        "identity": identity,
        "dry_run": dry,
        "runs": [_sitting_form(sitting, ended.get(sitting.name)) for sitting in made.sittings],
        "findings": [str(f) for f in findings],
    }


def _sitting_form(sitting: Sitting, sat: Sat | None) -> Form:
    fresh = {r.limit: r.plan for r in sat.registered} if sat else {}
    state = "complete" if sitting.complete else "to run" if sat is None else "incomplete" if sat.problem else "complete"
    return {
        "evaluation": sitting.evaluation,
        "configuration": sitting.configuration,
        "task": sitting.task,
        "tasks": len(sitting.samples),
        "attempts_per_task": sitting.epochs,
        "token_limit": sitting.token_limit,
        "plans": [
            {
                "limit": limit,
                "plan": sitting.planned.get(limit) or fresh.get(limit),
                "registered_now": limit in fresh,
            }
            for limit in sitting.limits
        ],
        "state": state,
        "recorded": [
            {"path": f.path, "status": m.status.value, "rows": m.rows}
            for f in (sat.ingestion.files if sat else ())
            for m in f.recorded
        ],
        "problem": sat.problem if sat else "",
    }
