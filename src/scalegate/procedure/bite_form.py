"""The JSON of a simulation, `scalegate.simulation/1`: plain data of six significant digits.

For: the command line. Does not know: how a figure was computed, how it is worded on a screen.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, dataclass, fields, is_dataclass
from enum import Enum
from typing import Any

from scalegate.decision.abstract import Answer
from scalegate.policy.document import Permission, PolicyDocument
from scalegate.procedure.simulating import Replayed, Simulation
from scalegate.quantity import format_instant
from scalegate.simulation.scenario import Scenario

SCHEMA = "scalegate.simulation/1"


@dataclass(frozen=True, kw_only=True)
class Assumption:
    """One thing that is taken as given: its place in a scenario file, its value, and who says so."""

    name: str
    value: str
    source: str


def assumptions(made: Simulation) -> tuple[Assumption, ...]:
    """Every field of the scenario, in its order."""
    return tuple(_assumptions(made))


def _assumptions(made: Simulation) -> Iterator[Assumption]:
    stated, usual, growth = made.asked.scenario, Scenario(), made.asked.policy.evaluation.growth
    taken = {
        "capability.horizon_per_doubling": growth.training.horizon,
        "capability.rate_per_doubling": growth.training.rate,
        "capability.horizon_per_month": growth.elicitation.horizon_per_month,
        "capability.rate_per_month": growth.elicitation.rate_per_month,
        "compute.start": f"{2 ** min(made.terms.start, 1000.0):.3g} FLOP",
    }
    for (name, value), (_, default) in zip(_leaves(stated), _leaves(usual), strict=True):
        if name == "schema":
            continue
        source = "scenario" if value != default else "default"
        if value is None:
            value, source = taken[name], "policy"
        yield Assumption(name=name, value=_shown(value), source=source)


def _shown(value: object) -> str:
    if isinstance(value, tuple):
        return ", ".join(str(item) for item in value) or "none"
    return str(value).lower() if isinstance(value, bool) else str(value)


def _leaves(value: Any, path: str = "") -> Iterator[tuple[str, object]]:
    for field in fields(value):
        found, name = getattr(value, field.name), f"{path}{field.name}"
        if is_dataclass(found) and not hasattr(type(found), "parse"):
            yield from _leaves(found, f"{name}.")
        else:
            yield name, found


def untested(policy: PolicyDocument) -> tuple[tuple[str, str], ...]:
    """Threat models whose danger is in no figure, each with why."""
    found = []
    for name, model in policy.threat_models.items():
        if model.accepted_blind_spot:
            found.append((name, f"no evaluation; accepted by {model.accepted_blind_spot.accepted_by}"))
        elif not model.ladder:
            found.append((name, "no evaluation, and nobody has accepted that"))
    return tuple(found)


def form_of(made: Simulation, opening: tuple[str, ...], banners: tuple[str, ...]) -> dict[str, object]:
    """Everything, as JSON has it."""
    asked, outcome = made.asked, made.outcome
    form = {
        "schema": SCHEMA,
        "banners": list(banners),
        "opening": list(opening),
        "not_tested": [{"threat_model": name, "why": why} for name, why in untested(asked.policy)],
        "not_simulated": list(made.instrument.told),
        "policy": {
            "title": asked.policy.title,
            "version": asked.policy.version,
            "digest": asked.digest,
            "adoptable": not asked.objections,
        },
        "scenario": {
            "title": asked.scenario.title,
            "file": asked.scenario_named,
            "assumptions": [asdict(each) for each in assumptions(made)],
        },
        "runs": outcome.runs,
        "weeks": outcome.weeks,
        "seed": {"text": asked.seed, "digest": f"sha256:{made.seed.hex()}"},
        "distinct_states": outcome.distinct_states,
        "gate_calls": outcome.gate_calls,
        "questions": [_plain(each) for each in outcome.questions],
        "limits": [_plain(each) for each in outcome.limits],
        "overshoot": [_plain(each) for each in made.cadences],
        "clauses": [_plain(each) for each in outcome.clauses],
        "never_fired": [each.what for each in outcome.clauses if each.simulated and not each.asked_runs],
        "effort": {
            "campaigns_per_year": _plain(outcome.campaigns),
            "person_weeks_per_year": _plain(outcome.person_weeks),
        },
        "compute_doublings": _plain(outcome.doublings),
        "competitor_ahead_doublings": _plain(outcome.competitor_ahead),
        "true_capability": [_plain(each) for each in outcome.dials],
        "replays": [_replay(each) for each in made.replays],
    }
    rounded: dict[str, object] = _plain(form)
    return rounded


def _replay(made: Replayed) -> dict[str, object]:
    return {
        "title": made.series.title,
        "source": made.series.source,
        "licence": made.series.licence,
        "told": list(made.series.told),
        "read": made.read,
        "points": [
            {
                "point": answer.point.id,
                "run": answer.point.run,
                "released": format_instant(answer.point.released) if answer.point.released else None,
                "effective_compute": str(answer.point.effective_compute) if answer.point.effective_compute else None,
                "void": answer.point.void,
                "verdicts": {limit: claim.kind.value for limit, claim in answer.point.claims.items()},
                "standing_protections_only": _answers(answer.bare),
                "every_protection": _answers(answer.protected),
                "past_due": answer.past_due,
            }
            for answer in made.replay.answers
        ],
        "firsts": [
            {
                "limit": first.limit,
                "verdict": first.claim.kind.value,
                "point": first.point,
                "released": format_instant(first.released) if first.released else None,
                "effective_compute": str(first.effective_compute) if first.effective_compute else None,
            }
            for first in made.replay.firsts
        ],
        "lead_days": made.replay.lead_days,
    }


def _answers(answers: dict[Permission, Answer]) -> dict[str, str]:
    return {permission.value: answer.value for permission, answer in answers.items()}


def _plain(value: Any) -> Any:
    """Dataclasses as objects; numbers with six significant digits."""
    if is_dataclass(value) and not isinstance(value, type):
        return {field.name: _plain(getattr(value, field.name)) for field in fields(value)}
    if isinstance(value, dict):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(item) for item in value]
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, float):
        return float(f"{value:.6g}")
    return value
