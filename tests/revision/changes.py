"""The lists of mutants: each is a base, a name, and one change."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from revision.mutants import DROP, Data, Edit, cyber, edit, minimal, rename, rich

Mutant = tuple[Callable[[], Data], str, dict[str, Any] | Edit]

_RATE, _HORIZON = "limits.first.observations.rate", "limits.last.observations.horizon"
_SHOWN, _OUT = "limits.expert_day.observations.shown", "limits.expert_day.observations.ruled_out"
_BUDGET = "threat_models.autonomous_cyber.attacker_budget"
_SHIFT = f"{_RATE}.elicitation_shift"

# Each pair: the field, what weakens it, what strengthens it.
_BOTH_WAYS: list[tuple[Callable[[], Data], str, Any, Any]] = [
    (cyber, f"{_OUT}.limit", "9 h", "7 h"),
    (cyber, f"{_OUT}.alert", "5 h", "3 h"),
    (cyber, f"{_SHOWN}.limit", "9 h", "7 h"),
    (cyber, f"{_OUT}.alpha_upper", "0.1", "0.01"),
    (cyber, f"{_SHOWN}.alpha_lower", "0.01", "0.1"),
    (cyber, f"{_OUT}.success", "0.8", "0.4"),
    (cyber, f"{_OUT}.envelope.slope_from", "0.6", "0.4"),
    (cyber, f"{_OUT}.envelope.slope_to", "0.9", "1.2"),
    (cyber, f"{_OUT}.envelope.family_sd", "0.5", "1.5"),
    (cyber, f"{_OUT}.elicitation_shift.value", "1x", "2x"),
    (cyber, f"{_OUT}.precursor.expires", "2027-12-31", "2026-06-30"),
    (cyber, f"{_BUDGET}.tokens_per_attempt", "1000000", "3000000"),
    (cyber, f"{_BUDGET}.attempts_per_task", "1", "3"),
    (cyber, f"{_BUDGET}.floor", "40 %", "60 %"),
    (cyber, "threat_models.bioweapons_uplift.accepted_blind_spot.until", "2026-12-31", "2026-05-31"),
    (cyber, "evaluation.evaluations.cyber.coverage_floor", "90 %", "99 %"),
    (cyber, "evaluation.evaluations.cyber.success_score", "2", "0.5"),
    (cyber, "evaluation.triggers.effective_compute", "4x", "1.5x"),
    (cyber, "evaluation.triggers.calendar", "6 months", "2 months"),
    (cyber, "evaluation.triggers.events", ["incident", "miss"], None),
    (cyber, "evaluation.first_assessment.at", "3e23 FLOP", "1e23 FLOP"),
    (cyber, "evaluation.blind_spot_reserve.rate", "0.005", "0.02"),
    (cyber, "evaluation.blind_spot_reserve.horizon", "1.05x", "1.2x"),
    (cyber, "evaluation.growth.training.rate", "0.02", "0.1"),
    (cyber, "evaluation.growth.training.horizon", "1.2x", "2x"),
    (cyber, "evaluation.growth.elicitation.rate_per_month", "0.005", "0.02"),
    (cyber, "evaluation.growth.elicitation.horizon_per_month", "1.01x", "1.1x"),
    (cyber, "evaluation.growth.frontier_doubling", "7 months", "3 months"),
    (cyber, "protections.measures.strict_filter.efficacy.target", "0.05", "0.005"),
    (cyber, "protections.measures.sealed_weights.efficacy.target", "0.9", "0.99"),
    (cyber, "protections.measures.sealed_weights.lapses_after", "12 months", "3 months"),
    (cyber, "protections.measures.sealed_weights.actors.in_scope", ["activists"], None),
    (cyber, "protections.measures.sealed_weights.actors.out_of_scope", ["insiders", "states", "gangs"], ["states"]),
    (cyber, "response.max_lease", "30 days", "7 days"),
    (cyber, "response.alert_duties.0.within", "14 days", "3 days"),
    (cyber, "response.actions.0.within", "48 h", "12 h"),
    (cyber, "response.pause.review_within", "7 days", "1 days"),
    (cyber, "response.pause.resume.number", "1", "3"),
    (cyber, "response.rebuttal.number", "2", "4"),
    (cyber, "response.deletion.of", ["board", "officer"], None),
    (cyber, "response.waivers.longest", "60 days", "14 days"),
    (minimal, "response.waivers.renewals", None, "0"),
    (cyber, "accountability.relaxing.notice", "7 days", "60 days"),
    (cyber, "accountability.review_every", "12 months", "3 months"),
    (cyber, "accountability.critique.answered_within", "90 days", "14 days"),
    (cyber, "accountability.disclosures.0.within", "30 days", "7 days"),
    (cyber, "commitments.board_report.every", "6 months", "1 months"),
    (cyber, "commitments.tell_authorities.within", "7 days", "24 h"),
    (cyber, "watch_list.persuasion.review_every", "12 months", "3 months"),
    (rich, "scope.out_of_scope_below", "1e23 FLOP", "1e21 FLOP"),
    (rich, "threat_models.harm.attacker_budget.rung", "prompt", "latent"),
    (rich, "threat_models.harm.attacker_budget.scaffolds", "2", "5"),
    (rich, "threat_models.harm.attacker_budget.person_hours", "50", "200"),
    (rich, f"{_SHIFT}.value", "0.01", "0.1"),
    (rich, f"{_SHIFT}.gain", "1.5x", "3x"),
    (rich, f"{_SHIFT}.slope", "0.2", "0.9"),
    (rich, f"{_SHIFT}.gain_spread", "0.05", "0.3"),
    (rich, f"{_SHIFT}.spurious", "0.05", "0.3"),
    (rich, f"{_SHIFT}.attempts", "1", "4"),
    (rich, f"{_RATE}.precursor.reference.until", "2027-01-01", "2026-06-01"),
    (rich, "limits.first.observations.seen.min_human_minutes", "120 min", "30 min"),
    (rich, "limits.first.observations.opinion.must_cite", [], ["exam", "quick"]),
    (rich, "limits.first.observations.opinion.expires_after", "6 months", "1 months"),
    (rich, "limits.first.observations.size.limit", "1e26 FLOP", "5e24 FLOP"),
    (rich, "limits.first.observations.pace.limit", "16x", "6x"),
    (rich, "protections.measures.locks.efficacy.set_on", "2025-01-01", "2026-02-01"),
    (rich, "evaluation.evaluations.exam.recovers", "0.3", "0.9"),
    (rich, "evaluation.evaluations.exam.secrecy", "open", "sealed"),
    (rich, "evaluation.evaluations.quick.escalates_at", "0.4", "0.1"),
    (rich, "evaluation.first_assessment.factor", "4x", "1.5x"),
    (rich, "response.stop.deployment", "discretionary", "unconditional"),
    (rich, "response.competitor_clause.expires_after", "90 days", "7 days"),
    (rich, "commitments.once.by", "2027-12-31", "2026-06-30"),
    (rich, f"{_RATE}.unit", "task", None),
    (minimal, f"{_RATE}.spread", None, "any"),
    (minimal, "response.waivers.quorum.of", ["board", "officer", "evaluators"], ["board"]),
]

WEAKENING: list[Mutant] = [(base, path, {path: weak}) for base, path, weak, _ in _BOTH_WAYS if weak is not None] + [
    (cyber, "a limit is removed", {
        "limits.expert_hour": DROP, "threat_models.autonomous_cyber.ladder": ["expert_day", "expert_week"],
    }),
    (cyber, "a limit is taken off its ladder", {"threat_models.autonomous_cyber.ladder": ["expert_day",
        "expert_week"]}),
    (cyber, "a threat model is removed", {"threat_models.loss_of_control": DROP}),
    (cyber, "a ladder gives way to a blind spot", {
        "threat_models.autonomous_cyber.ladder": [],
        "threat_models.autonomous_cyber.accepted_blind_spot": {
            "accepted_by": "board", "why": "Too hard.", "until": "2027-01-01", "would_change": "A test.",
        },
    }),
    (cyber, "a hard stop is one no more", {"limits.expert_week.hard_stop": "false"}),
    (cyber, "an observation is removed", {_SHOWN: DROP}),
    (cyber, "an observation is relied on no more", {f"{_OUT}.relied_on": "false"}),
    (cyber, "a proxy becomes a demonstration", {f"{_OUT}.direction": "demonstration"}),
    (minimal, "the dangerous end is turned", {f"{_RATE}.orientation": "lower_is_more_dangerous"}),
    (minimal, "a limit reads a mean instead", {f"{_RATE}.measure": "mean_score"}),
    (minimal, "a plan may be looked at", {f"{_RATE}.sampling": "anytime"}),
    (cyber, "an argument is reworded", {f"{_OUT}.precursor.argument": "Small models are harmless enough here."}),
    (cyber, "an argument has another author", {f"{_OUT}.precursor.author": "j.varga"}),
    (cyber, "a standing protection is asked for no more",
        {"protections.standing.TRAIN.protections": ["sealed_weights"]}),
    (cyber, "a standing protection gives way to none", {
        "protections.standing.DEPLOY": {"none_because": "We trust our customers."},
    }),
    (cyber, "a tie asks for less", {"protections.conditional.3.protections": ["misuse_filter"]}),
    (cyber, "a tie asks for nothing", {
        "protections.conditional.6": {"limit": "expert_day", "permission": "USE_INTERNALLY",
            "none_because": "Few use it."},
    }),
    (cyber, "a tie asks for something else", {"protections.conditional.0.protections": ["gateway"]}),
    (minimal, "a crossing that held is tied to something", {
        "protections.conditional.1": {"limit": "first", "permission": "TRAIN", "protections": ["locks"]},
    }),
    (cyber, "the sense of a target is turned", {"protections.measures.stop_drill.efficacy.sense": "at_least"}),
    (cyber, "a measure is approved by the delivery line", {"protections.measures.gateway.approved_by": "product"}),
    (cyber, "a measure is approved by another role", {"protections.measures.gateway.approved_by": "officer"}),
    (cyber, "a measure has another family", {"protections.measures.gateway.family": "control"}),
    (cyber, "a security measure names no actors", {"protections.measures.sealed_weights.actors": DROP}),
    (cyber, "a domain is excluded", {"scope.exclusions.1": {"domain": "Small models", "why": "They are small."}}),
    (minimal, "subjects can be found out of scope", {"scope.out_of_scope_below": "1e22 FLOP", "scope.screen": "exam"}),
    (cyber, "the statement of scope is narrowed",
        {"scope.statement": "Every model that Example Lab puts in front of customers."}),
    (rich, "a positive control is dropped", {"evaluation.evaluations.exam.positive_control": DROP}),
    (rich, "a screen is dropped", {"evaluation.evaluations.quick.screens": DROP}),
    (rich, "refusals may stay", {"threat_models.harm.attacker_budget.refusal_free": "false"}),
    (rich, "a rung is asked for no more", {"threat_models.harm.attacker_budget.rung": DROP}),
    (rich, "a judgement may clear", {"limits.first.observations.opinion.may_clear": "true"}),
    (cyber, "an alert duty is removed", lambda d: d["response"]["alert_duties"].pop(1)),
    (cyber, "an alert duty passes to another role", {"response.alert_duties.0.role": "product"}),
    (cyber, "an action is removed", lambda d: d["response"]["actions"].pop(0)),
    (cyber, "an action waits for something else", {"response.actions.1.when": "danger_shown"}),
    (cyber, "an action is done for one limit alone", {"response.actions.1.limit": "expert_week"}),
    (cyber, "the stop hangs on something", {"response.stop.development": "contingent"}),
    (cyber, "the stop hangs on what it says", {"response.stop.contingent_on": "what competitors do"}),
    (cyber, "the stop is stated no more", {"response.stop": DROP}),
    (cyber, "a competitor clause is adopted", {"response.competitor_clause": {
        "text": "If others are the danger.", "quorum": {"number": "2", "of": ["board"], "outside_key": "true"},
    }}),
    (rich, "a precondition of the clause is dropped", {"response.competitor_clause.preconditions": []}),
    (rich, "the clause never ends", {"response.competitor_clause.expires_after": DROP}),
    (cyber, "a quorum needs nobody from outside", {"response.pause.resume.outside_line": "false"}),
    (cyber, "a quorum needs no outside key", {"response.rebuttal.outside_key": "false"}),
    (rich, "people that did not count do", {"response.waivers.quorum.without": []}),
    (cyber, "a role of a quorum has another holder", {"roles.officer.holders": ["r.okafor", "x.new"]}),
    (cyber, "a role that approves has another holder", {"roles.security.holders": ["t.nguyen", "x.new"]}),
    (cyber, "one person takes a second role", {"roles.security.holders": ["m.sato"]}),
    (cyber, "one more can dispose of runs", {"roles.training.holders": ["k.ivers", "x.new"]}),
    (cyber, "fewer can pause", {"roles.evaluators.holders": ["m.sato"]}),
    (cyber, "a role falls vacant", {"roles.outside.holders": []}),
    (cyber, "a role is said to stand elsewhere", {"roles.product.line": "assurance"}),
    (cyber, "the officer is another role", {"accountability.officer": "security"}),
    (cyber, "a separation of duties is dropped", lambda d: d["accountability"]["separations"].pop(0)),
    (cyber, "a disclosure is dropped", lambda d: d["accountability"]["disclosures"].pop(1)),
    (cyber, "a disclosure says less", {"accountability.disclosures.0.what": "Every verdict with what it rests on."}),
    (cyber, "a commitment is dropped", {"commitments.no_silence": DROP}),
    (cyber, "a commitment becomes an intention", {
        "commitments.no_silence.text": "We aim that nobody is asked to sign away the right to speak about dangers.",
    }),
    (cyber, "will becomes may", {
        "commitments.tell_authorities.text": "When danger is shown, the officer may tell the national authority.",
    }),
    (cyber, "will becomes aims to", {
        "commitments.tell_authorities.text": "When danger is shown, the officer aims to tell the national authority.",
    }),
    (cyber, "a promise is hedged", {
        "commitments.tell_authorities.text":
            "When danger is shown, the officer will, where appropriate, tell the national authority.",
    }),
    (cyber, "a promise has nobody to keep it", {"commitments.no_silence.owner": DROP}),
    (cyber, "a promise that always held has a trigger", {"commitments.no_silence.trigger": "danger_shown"}),
    (cyber, "nothing would show that a promise was kept", {"commitments.board_report.evidence": DROP}),
    (cyber, "a promise comes round no more", {"commitments.board_report.every": DROP}),
    (cyber, "a definition is reworded", {"definitions.expert": "Somebody who knows about computers."}),
    (cyber, "a definition is dropped", {"definitions.expert": DROP}),
    (cyber, "a word in use is given a meaning", {"definitions.gateway": "A list of rules."}),
    (cyber, "a word in use is given a meaning under an id with a hyphen", {"definitions.security-software": "Locks."}),
    (cyber, "a meaning moves to another word than the texts use", rename("definitions", "expert", "professional")),
    (cyber, "more people in place of the one who approves", {"roles.security.holders": ["x.new", "y.new"]}),
    (cyber, "fewer people, and others, evaluate", {"roles.evaluators.holders": ["x.new"]}),
    (cyber, "nothing is watched", {"watch_list.persuasion": DROP}),
    (cyber, "the document is of another kind", {"kind": "compliance"}),
    (cyber, "another developer promises", {"developer": "Example Holdings"}),
    (cyber, "staff report elsewhere",
        {"accountability.noncompliance_channel": "Anybody who works here can write to their manager."}),
    (cyber, "what an earlier version changed is rewritten", {"changelog.0.changes.0.what": "Nothing much."}),
    (rich, "a rung without observations gets one", {"limits.middle.observations.seen": {"measure": "existence",
        "evaluation": "exam"}}),
    (rich, "a reference is rested on", {f"{_HORIZON}.precursor.reference": {
        "model": "other/1", "assessed_by": "An institute", "finding": "Below.", "source": "A report",
            "until": "2026-12-01",
    }}),
    (rich, "a model is said to stand at the limit no more", {"limits.first.reached": DROP}),
]  # fmt: skip


def _with(base: Callable[[], Data], change: Callable[[Data], object]) -> Callable[[], Data]:
    def made() -> Data:
        data = base()
        change(data)
        return data

    return made


def _unknown_shift(data: Data) -> None:
    data["limits"]["first"]["observations"]["rate"]["elicitation_shift"]["value"] = "unknown"


def _no_first_point(data: Data) -> None:
    data["evaluation"]["first_assessment"] = {}


def _no_waivers(data: Data) -> None:
    del data["response"]["waivers"]


def _no_relaxations(data: Data) -> None:
    data["evaluation"]["relaxations"] = []


def _no_budget(data: Data) -> None:
    del data["threat_models"]["harm"]["attacker_budget"]


_WAIVERS = {"quorum": {"number": "2", "of": ["board"], "outside_line": "true"}, "longest": "30 days", "renewals": "1"}
_RELAXED = [{"requirement": "registration", "value": "not_required", "why": "Made by others.", "author": "dan"}]

# What was not there, which was the strictest; each is weakened when it comes, strengthened when it goes.
_FROM_NOTHING: list[tuple[str, Callable[[Data], None], dict[str, Any]]] = [
    ("an unknown shift is said to be small", _unknown_shift, {f"{_SHIFT}.value": "0.01"}),
    ("a first run that waited may go on", _no_first_point, {"evaluation.first_assessment.at": "1e24 FLOP"}),
    ("nobody could waive and somebody may", _no_waivers, {"response.waivers": _WAIVERS}),
    ("a requirement is relaxed", _no_relaxations, {"evaluation.relaxations": _RELAXED}),
    ("an attacker budget lets something be cleared", _no_budget, {
        "threat_models.harm.attacker_budget": {
            "description": "A week.", "tokens_per_attempt": "1000", "attempts_per_task": "1", "floor": "50 %",
        },
    }),
]  # fmt: skip


def _nothing_relied_on(data: Data) -> None:
    data["limits"]["expert_day"]["observations"]["ruled_out"]["relied_on"] = "false"


WEAKENING.append(
    (_with(cyber, _nothing_relied_on), "a limit that nothing could clear can be cleared", {
        "limits.expert_day.observations.ruled_out.relied_on": "true",
    })
)  # fmt: skip

WEAKENING += [(_with(minimal, nothing), name, change) for name, nothing, change in _FROM_NOTHING]

STRENGTHENING: list[Mutant] = [(base, path, {path: hard}) for base, path, _, hard in _BOTH_WAYS if hard is not None] + [
    (cyber, "an event makes an assessment due", {"evaluation.triggers.events.5": "new_access"}),
    (cyber, "a standing protection is asked as well",
        {"protections.standing.STORE.protections.1": "two_person_access"}),
    (cyber, "a tie asks for more", {"protections.conditional.2.protections.1": "action_monitor"}),
    (cyber, "a tie is removed, so a crossing holds", lambda d: d["protections"]["conditional"].pop(3)),
    (cyber, "nothing is said of a permission, so it holds", {"protections.standing.DEPLOY": DROP}),
    (minimal, "a tie to nothing asks for something", {"protections.standing.DEPLOY": {"protections": ["locks"]}}),
    (cyber, "a rung becomes a hard stop", {"limits.expert_day.hard_stop": "true"}),
    (cyber, "an observation that can show danger is added", {"limits.expert_day.observations.seen": {
        "measure": "existence", "evaluation": "cyber",
    }}),
    (cyber, "an exclusion is dropped", {"scope.exclusions": []}),
    (rich, "nothing can be found out of scope", {"scope.screen": DROP}),
    (cyber, "a relaxation is dropped", lambda d: d["evaluation"]["relaxations"].pop(0)),
    (cyber, "a blind spot is accepted no more, so it holds",
        {"threat_models.loss_of_control.accepted_blind_spot": DROP}),
    (cyber, "a blind spot gives way to a limit", {
        "threat_models.bioweapons_uplift.accepted_blind_spot": DROP,
        "threat_models.bioweapons_uplift.ladder": ["uplift"],
        "limits.uplift": {
            "title": "Uplift", "capability": "Helps a novice.", "hard_stop": "true",
            "observations": {"seen": {"measure": "existence", "evaluation": "cyber"}},
        },
    }),
    (cyber, "a threat model is added", {"threat_models.fraud": {
        "title": "Fraud", "actor": "Gangs", "harm": "Savings are lost.",
        "accepted_blind_spot": {"accepted_by": "board", "why": "No test.", "until": "2026-06-30",
            "would_change": "A test."},
    }}),
    (cyber, "waivers are abolished", {"response.waivers": DROP}),
    (rich, "the competitor clause is given up", {"response.competitor_clause": DROP}),
    (cyber, "an alert duty is added", {"response.alert_duties.3": {
        "id": "tell_staff", "what": "Tell the staff.", "role": "officer", "within": "7 days",
    }}),
    (cyber, "an action is added", {"response.actions.4": {
        "id": "tell_public", "when": "danger_shown", "what": "Tell the public.", "role": "officer", "within": "7 days",
    }}),
    (rich, "an action is done for every limit", {"response.actions.1.limit": DROP}),
    (cyber, "a quorum asks for an outside key", {"response.deletion.outside_key": "true"}),
    (cyber, "a quorum asks for somebody outside the line", {"response.deletion.outside_line": "true"}),
    (cyber, "some people do not count for a quorum", {"response.waivers.quorum.without": ["training"]}),
    (cyber, "a quorum loses a holder", {"roles.board.holders": ["h.lindqvist", "a.mensah"]}),
    (cyber, "one more can pause", {"roles.evaluators.holders": ["m.sato", "j.varga", "x.new"]}),
    (cyber, "a separation of duties is added", {"accountability.separations.2": {
        "one": "officer", "other": "training", "why": "Who answers would run.",
    }}),
    (cyber, "a disclosure is added", {"accountability.disclosures.2": {"what": "Every pause.", "within": "7 days"}}),
    (cyber, "a commitment is added", {"commitments.staff": {
        "text": "Staff will be asked each year.", "component": "accountability", "owner": "officer",
            "every": "12 months",
    }}),
    (cyber, "a sentence promises more", {
        "commitments.no_silence.text":
            "Nobody will be asked to sign away the right to speak about dangers. The officer will tell new staff so.",
    }),
    (cyber, "a commitment gets evidence", {"commitments.no_silence.every": "12 months"}),
    (cyber, "a new word is defined", {"definitions.quux": "A thing that no text here names."}),
    (cyber, "one more capability is watched", {"watch_list.sabotage": {
        "title": "Sabotage", "why": "It may grow.", "no_limit_because": "No measure.",
            "becomes_a_limit_when": "one exists",
        "role": "evaluators", "review_every": "6 months",
    }}),
    (cyber, "a measure is added", {"protections.measures.cameras": {
        "title": "Cameras", "family": "security", "efficacy": {"metric": "seen", "sense": "at_least", "target": "0.9"},
        "approved_by": "security", "lapses_after": "6 months",
    }}),
    (minimal, "actors are named", {"protections.measures.locks.actors": {"in_scope": ["thieves"]}}),
    (minimal, "a positive control is asked for", {"evaluation.evaluations.exam.positive_control": "a planted answer"}),
    (minimal, "the items are kept from everybody", {"evaluation.evaluations.exam.secrecy": "sealed"}),
    (minimal, "refusals have to go", {"threat_models.harm.attacker_budget.refusal_free": "true"}),
    (minimal, "the stop is stated", {"response.stop": {
        "development": "unconditional", "deployment": "unconditional", "text": "Everything will stop.",
    }}),
    (rich, "the stop hangs on nothing", {"response.stop.contingent_on": DROP}),
    (cyber, "a role is added", {"roles.ethics": {"title": "Ethics", "line": "assurance", "holders": ["e.new"]}}),
    (cyber, "only spelling differs", {"commitments.no_silence.text":
        "Nobody will be asked to sign away the right to speak about dangers!"}),
    (cyber, "the title differs", {"title": "The responsible scaling policy of Example Lab"}),
    (cyber, "as many other people hold a role", {"roles.officer.holders": ["x.new"]}),
]  # fmt: skip


def _approved_by_delivery(data: Data) -> None:
    data["protections"]["measures"]["gateway"]["approved_by"] = "product"


def _may(data: Data) -> None:
    data["commitments"]["board_report"]["text"] = "Every quarter the officer may tell the board what was kept."


def _hedged(data: Data) -> None:
    data["commitments"]["board_report"]["text"] = "Every quarter the officer will, where feasible, tell the board."


STRENGTHENING += [
    (_with(cyber, _approved_by_delivery), "an approval leaves the delivery line", {
        "protections.measures.gateway.approved_by": "security",
    }),
    (_with(cyber, _may), "may becomes will", {
        "commitments.board_report.text": "Every quarter the officer will tell the board what was kept.",
    }),
    (_with(cyber, _hedged), "a hedge goes", {
        "commitments.board_report.text": "Every quarter the officer will tell the board.",
    }),
    *[(_with(_with(minimal, nothing), partial(edit, changes=change)), f"again not: {name}", nothing)
      for name, nothing, change in _FROM_NOTHING],
]  # fmt: skip


RELOCATING: list[Mutant] = [
    (cyber, "a role is renamed", rename(
        "roles", "security", "guard", *(f"protections.measures.{m}.approved_by" for m in (
            "sealed_weights", "two_person_access", "gateway", "agent_sandbox", "containment",
        )), "response.alert_duties.2.role", "response.actions.0.role", "response.actions.2.role",
        "accountability.separations.1.one",
    )),
    (cyber, "the role of the evaluators is renamed", rename(
        "roles", "evaluators", "testers", "accountability.evaluators", "response.alert_duties.1.role",
        "accountability.separations.0.one", "watch_list.persuasion.role",
    )),
    (cyber, "a limit is renamed", rename(
        "limits", "expert_day", "day", "threat_models.autonomous_cyber.ladder",
        *(f"protections.conditional.{n}.limit" for n in range(4, 8)),
    )),
    (cyber, "the hard stop is renamed", rename(
        "limits", "expert_week", "week", "threat_models.autonomous_cyber.ladder",
    )),
    (cyber, "a measure is renamed", rename(
        "protections.measures", "gateway", "front_door", "protections.standing.USE_INTERNALLY.protections",
        "protections.standing.DEPLOY.protections",
    )),
    (cyber, "an evaluation is renamed", rename(
        "evaluation.evaluations", "cyber", "attack_tasks", *(
            f"limits.{limit}.observations.{o}.evaluation"
            for limit in ("expert_hour", "expert_day", "expert_week") for o in ("shown", "ruled_out")
        ),
    )),
    (cyber, "a threat model is renamed", rename("threat_models", "autonomous_cyber", "hacking")),
    (cyber, "a threat model without tests is renamed", rename("threat_models", "loss_of_control", "control")),
    (cyber, "an observation is renamed", rename("limits.expert_day.observations", "shown", "seen")),
    (cyber, "a commitment is renamed", rename("commitments", "no_silence", "free_speech")),
    (cyber, "a defined word that no text uses is renamed", rename("definitions", "catastrophic_harm", "great_harm")),
    (cyber, "what is watched is renamed", rename("watch_list", "persuasion", "influence")),
    (cyber, "a duty is renamed", {"response.alert_duties.0.id": "inform_board"}),
    (cyber, "an action is renamed", {"response.actions.0.id": "seal_weights"}),
    (cyber, "duties stand in another order", lambda d: d["response"]["alert_duties"].reverse()),
    (cyber, "ties stand in another order", lambda d: d["protections"]["conditional"].reverse()),
    (cyber, "disclosures stand in another order", lambda d: d["accountability"]["disclosures"].reverse()),
    (cyber, "a disclosure becomes a commitment", lambda d: (
        d["accountability"]["disclosures"].pop(1),
        d["commitments"].update(waivers={
            "text": "Every waiver with its reason.", "component": "accountability", "owner": "officer",
                "within": "7 days",
        }),
    )),
    (cyber, "an action becomes a commitment", lambda d: (
        d["response"]["actions"].pop(3),
        d["commitments"].update(post_mortem={
            "text": "Write down how it came to this and what changes.", "component": "response", "owner": "officer",
            "trigger": "incident", "within": "30 days",
        }),
    )),
    (cyber, "rungs with observations stand in another order", {
        "threat_models.autonomous_cyber.ladder": ["expert_day", "expert_hour", "expert_week"],
    }),
]  # fmt: skip


def _second_ladder(data: Data) -> None:
    cyber_model = data["threat_models"]["autonomous_cyber"]
    data["threat_models"]["fraud"] = {
        "title": "Fraud", "actor": "Gangs", "harm": "Savings are lost.",
            "attacker_budget": dict(cyber_model["attacker_budget"]),
        "ladder": ["swindle"],
    }  # fmt: skip
    data["limits"]["swindle"] = {
        "title": "Swindle", "capability": "Swindles.", "hard_stop": "true",
        "observations": {"seen": {"measure": "existence", "evaluation": "cyber"}},
    }  # fmt: skip


RELOCATING.append(
    (_with(cyber, _second_ladder), "a limit moves to the ladder of an attacker who goes as far", {
        "threat_models.autonomous_cyber.ladder": ["expert_hour", "expert_week"],
        "threat_models.fraud.ladder": ["expert_day", "swindle"],
    })
)  # fmt: skip
