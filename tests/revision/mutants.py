"""Policies to compare, and one change to each: what weakens a rule, what strengthens it, what only moves it."""

from __future__ import annotations

import copy
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from scalegate.policy.document import PolicyDocument
from scalegate.record.canonical import digest_of_value
from scalegate.revision.compare import Comparison, Version, compare
from scalegate.shape import decode
from shared import ROOT

Data = dict[str, Any]
Edit = Callable[[Data], object]
DROP = object()


@cache
def _read(path: Path) -> Data:
    data: Data = yaml.load(path.read_bytes(), Loader=yaml.BaseLoader)
    return data


def cyber() -> Data:
    """The main example, as it lies in the project."""
    return copy.deepcopy(_read(ROOT / "examples" / "cyber" / "policy.yaml"))


def minimal() -> Data:
    return copy.deepcopy(_read(ROOT / "tests" / "policy" / "minimal_policy.yaml"))


def rich() -> Data:
    """The minimal policy with one of everything that the language has; it can be read, and need not be adoptable."""
    data = minimal()
    edit(data, {
        "scope.out_of_scope_below": "1e22 FLOP", "scope.screen": "quick",
        "scope.exclusions": [{"domain": "Toys", "why": "They cannot act."}],
        "roles.guards": {"title": "Guards", "line": "assurance", "holders": ["hal"]},
        "threat_models.harm.attacker_budget.rung": "tools",
        "threat_models.harm.attacker_budget.scaffolds": "3",
        "threat_models.harm.attacker_budget.person_hours": "100",
        "threat_models.harm.attacker_budget.refusal_free": "true",
        "threat_models.harm.ladder": ["first", "middle", "last"],
        "limits.first.observations.rate.elicitation_shift": {
            "value": "0.05", "author": "eva", "reason": "Seen in two earlier studies.", "gain": "2x", "slope": "0.5",
            "gain_spread": "0.1", "spurious": "0.1", "attempts": "2",
        },
        "limits.first.observations.rate.precursor.reference": {
            "model": "other/1", "assessed_by": "An institute", "finding": "Below the line.", "source": "A report",
            "until": "2026-12-01",
        },
        "limits.first.observations.seen": {"measure": "existence", "evaluation": "exam", "min_human_minutes": "60 min"},
        "limits.first.observations.opinion": {
            "measure": "judgement", "role": "evaluators", "question": "Could it do the work?", "must_cite": ["exam"],
            "relied_on": "true", "may_clear": "false", "expires_after": "3 months",
        },
        "limits.first.observations.uplift": {
            "measure": "difference", "evaluation": "exam", "control": "quick", "direction": "demonstration",
            "relied_on": "false", "limit": "0.2", "alert": "0.1",
        },
        "limits.first.observations.size": {
            "measure": "effective_compute", "relied_on": "true", "limit": "1e25 FLOP", "alert": "1e24 FLOP",
            "precursor": {"argument": "It is small.", "author": "eva", "expires": "2027-01-01"},
        },
        "limits.first.observations.pace": {
            "measure": "rate_of_progress", "evaluation": "exam", "direction": "rule_out_proxy", "relied_on": "true",
            "success": "0.5", "generations": "3", "limit": "8x", "alert": "4x", "alpha_lower": "0.05",
            "alpha_upper": "0.05", "precursor": {"argument": "It is slow.", "author": "eva", "expires": "2027-01-01"},
        },
        "limits.first.observations.told": {
            "measure": "stated", "test": "A test.", "criterion": "Half.", "missing": "The unit.",
        },
        "limits.first.reached": {"model": "ours/1", "on": "2026-01-01", "statement": "It does half of it."},
        "limits.middle": {"title": "Middle line", "capability": "Does a week of work.", "observations": {}},
        "watch_list": {"charm": {
            "title": "Charm", "why": "It grows.", "no_limit_because": "No measure exists.",
            "becomes_a_limit_when": "a measure exists", "role": "evaluators", "review_every": "6 months",
        }},
        "protections.measures.locks.efficacy.set_on": "2026-01-01",
        "protections.measures.locks.actors": {"in_scope": ["thieves", "spies"], "out_of_scope": ["states"],
            "level": "SL2"},
        "protections.measures.filter": {
            "title": "A filter", "family": "deployment", "efficacy": {"metric": "misuse", "sense": "at_most",
                "target": "0.05"},
            "approved_by": "guards", "lapses_after": "3 months",
        },
        "protections.conditional": [
            {"limit": "first", "permission": "DEPLOY", "protections": ["locks", "filter"]},
            {"limit": "first", "permission": "USE_INTERNALLY", "none_because": "Internal use stays behind the locks."},
            {"limit": "first", "permission": "STORE", "protections": ["locks"]},
        ],
        "evaluation.evaluations.exam.positive_control": "a planted answer",
        "evaluation.evaluations.exam.recovers": "0.5",
        "evaluation.evaluations.exam.secrecy": "guarded",
        "evaluation.evaluations.quick": {
            "title": "A quick look", "suite": "quick", "success_score": "1", "coverage_floor": "80 %",
                "duration": "1 days",
            "screens": "exam", "escalates_at": "0.2",
        },
        "evaluation.first_assessment": {"at": "1e24 FLOP", "factor": "2x"},
        "evaluation.relaxations": [
            {"requirement": "registration", "value": "not_required", "why": "Made by others.", "author": "dan"},
        ],
        "response.actions": [
            {"id": "meet", "when": "crossed", "what": "The officer will meet the board.", "role": "officer",
                "within": "3 days"},
            {"id": "lock", "when": "danger_shown", "what": "Lock the weights.", "role": "guards", "within": "24 h",
                "limit": "first"},
        ],
        "response.stop": {
            "development": "unconditional", "deployment": "contingent", "text": "Everything will stop.",
            "contingent_on": "the board's word",
        },
        "response.waivers.quorum.without": ["builders"],
        "response.competitor_clause": {
            "text": "If others are the danger.", "expires_after": "30 days",
            "quorum": {"number": "2", "of": ["board"], "outside_key": "true"},
            "preconditions": [{"showing": "public_statement", "how": "A statement is published.", "role": "officer"}],
        },
        "accountability.disclosures": [
            {"what": "Every verdict will be published.", "within": "14 days"},
            {"what": "Every waiver with its reason.", "within": "7 days"},
        ],
        "accountability.separations": [{"one": "evaluators", "other": "builders", "why": "Who ships would judge."}],
        "definitions": {"harm": "More than a hundred people hurt."},
        "commitments": {
            "report": {
                "text": "The officer will report to the board.", "component": "accountability", "owner": "officer",
                "every": "3 months", "evidence": "The minutes.",
            },
            "tell": {
                "text": "The officer will tell the authority.", "component": "response", "owner": "officer",
                "trigger": "danger_shown", "within": "3 days", "evidence": "The letter.",
            },
            "always": {"text": "Nobody will be silenced.", "component": "accountability", "owner": "board"},
            "once": {"text": "A report will be made.", "component": "evaluation", "owner": "officer",
                "by": "2026-12-31"},
        },
        "changelog": [
            {"version": "1.0.0", "published": "2026-01-01", "changes": [{"at": ["version"], "what": "First.",
                "why": "None."}]},
        ],
    })  # fmt: skip
    return data


def edit(data: Data, changes: dict[str, Any]) -> Data:
    """Values put at dotted paths; a number is a place in a list, or the one after its end."""
    for path, value in changes.items():
        *parents, last = (int(part) if part.isdigit() else part for part in path.split("."))
        place: Any = data
        for part in parents:
            place = place[part] if isinstance(part, int) else place.setdefault(part, {})
        if value is DROP:
            del place[last]
        elif isinstance(place, list) and last == len(place):
            place.append(copy.deepcopy(value))
        else:
            place[last] = copy.deepcopy(value)
    return data


def rename(namespace: str, old: str, new: str, *references: str) -> Edit:
    """An id and everything that refers to it; a reference is a path to a word, or to a list that has it."""

    def made(data: Data) -> None:
        place: Any = data
        for part in namespace.split("."):
            place = place[part]
        kept = list(place.items())
        place.clear()
        place.update({new if key == old else key: value for key, value in kept})
        for reference in references:
            *parents, last = (int(part) if part.isdigit() else part for part in reference.split("."))
            there: Any = data
            for part in parents:
                there = there[part]
            found = there[last]
            there[last] = [new if x == old else x for x in found] if isinstance(found, list) else new

    return made


def document(data: Data) -> PolicyDocument:
    return decode(PolicyDocument, data)


def version(of: PolicyDocument) -> Version:
    return Version(document=of, digest=digest_of_value(of))


def difference(before: Data | PolicyDocument, after: Data | PolicyDocument) -> Comparison:
    old, new = (x if isinstance(x, PolicyDocument) else document(x) for x in (before, after))
    return compare(version(old), version(new))


def mutated(base: Callable[[], Data], changes: dict[str, Any] | Edit) -> Comparison:
    data = base()
    if callable(changes):
        changes(data)
    else:
        edit(data, changes)
    return difference(base(), data)
