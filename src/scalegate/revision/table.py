"""Which way each field of a policy is stricter, and why: the one place where a direction is stated.

For: `walk.py`. Does not know: how values are compared (`weigh.py`), what a difference does to the gate
(`gate_change.py`).

Every field of every dataclass that a policy document is made of has a row; tests/revision/test_table.py fails on one
without. A row that says *open* is a field whose direction nobody can tell from the two documents alone: a difference
there counts as weakened.
"""

from __future__ import annotations

from typing import Any

from scalegate.policy import document as d
from scalegate.revision import holders, special, ties
from scalegate.revision.account import history
from scalegate.revision.change import Category, Dimension
from scalegate.revision.meaning import (
    Absent,
    By,
    Elsewhere,
    Entry,
    Inside,
    Label,
    Meaning,
    Members,
    Names,
    Open,
    Ordered,
    Ranked,
    RoleName,
    Text,
)

C, D = Category, Dimension
WEAKEST, STRICTEST = Absent.WEAKEST, Absent.STRICTEST

_KEY = Entry(meaning=Elsewhere(where="what tells parts apart"))
_TAG = Entry(meaning=Elsewhere(where="the kind of the part"))


def _row(meaning: Meaning, because: str, category: Category | None, touches: tuple[Dimension, ...], rule: str) -> Entry:
    return Entry(meaning=meaning, because=because, category=category, touches=touches, rule=rule)


def _less(
    because: str, category: Category | None, *touches: Dimension, rule: str = "", absent: Absent = Absent.UNKNOWN
) -> Entry:
    """A smaller number, a shorter period, an earlier instant is stricter."""
    return _row(Ordered(less_is_stricter=True, absent=absent), because, category, touches, rule)


def _more(
    because: str, category: Category | None, *touches: Dimension, rule: str = "", absent: Absent = Absent.UNKNOWN
) -> Entry:
    return _row(Ordered(less_is_stricter=False, absent=absent), because, category, touches, rule)


def _on(because: str, category: Category | None, *touches: Dimension, rule: str = "") -> Entry:
    """A switch that is stricter on."""
    return _row(Ranked(weakest_first=(False, True)), because, category, touches, rule)


def _off(because: str, category: Category | None, *touches: Dimension, rule: str = "") -> Entry:
    return _row(Ranked(weakest_first=(True, False)), because, category, touches, rule)


def _text(
    category: Category | None, *touches: Dimension, rule: str = "", absent: Absent = Absent.UNKNOWN, because: str = ""
) -> Entry:
    return _row(Text(absent=absent), because, category, touches or (D.OBLIGATION,), rule)


def _open(
    category: Category | None, *touches: Dimension, rule: str = "", absent: Absent = Absent.UNKNOWN, because: str = ""
) -> Entry:
    return _row(Open(absent=absent), because, category, touches or (D.OBLIGATION,), rule)


def _role(category: Category | None = None, rule: str = "", absent: Absent = Absent.UNKNOWN) -> Entry:
    return _row(RoleName(absent=absent), "nobody answers for it", category, (D.ACTOR,), rule)


def _inside(
    category: Category | None, *touches: Dimension, rule: str = "", absent: Absent = Absent.UNKNOWN, because: str = ""
) -> Entry:
    return _row(Inside(absent=absent), because, category, touches, rule)


def _by(function: Any) -> Entry:
    return Entry(meaning=By(function=function))


_QUORUM = _inside(C.GOVERNANCE, D.ACTOR)

# ------------------------------------------------------------------------------------ observations

_LINE_TOO_LOW = "a lower line is reached sooner"
_OBSERVED: dict[str, Entry] = {
    "measure": _open(C.METHOD, D.TRIGGER, because="something else is measured"),
    "evaluation": _open(C.METHOD, D.TRIGGER, because="another evaluation is read"),
    "direction": _open(C.METHOD, D.TRIGGER, rule="V1", because="what a result can tell is turned"),
    "relied_on": _by(special.relied_on),
    "limit": _less(_LINE_TOO_LOW, C.TRIGGER, D.TRIGGER, rule="V1"),
    "alert": _less(_LINE_TOO_LOW, C.TRIGGER, D.TRIGGER, rule="V6"),
    "alpha_upper": _less("a smaller level puts the upper bound higher", C.METHOD, D.TRIGGER, rule="B1"),
    "alpha_lower": _more("a larger level puts the lower bound higher, so that danger shows sooner", C.METHOD,
        D.TRIGGER, rule="B1"),
    "precursor": _inside(
        C.METHOD, D.TRIGGER, rule="V1", absent=STRICTEST, because="a proxy without an argument clears nothing"
    ),
    "success": _less("at a smaller probability of success the task length is longer", C.METHOD, D.TRIGGER, rule="B5"),
    "orientation": _open(C.METHOD, D.TRIGGER, rule="E5", because="the dangerous end is turned"),
    "elicitation_shift": _inside(C.METHOD, D.TRIGGER, rule="B2"),
    "unit": _by(special.unit),
    "spread": _by(special.spread),
    "envelope": _by(special.envelope),
}  # fmt: skip


def _observed(*names: str, **more: Entry) -> dict[str, Entry]:
    return {name: _OBSERVED[name] for name in names} | more


_BOUNDED = (
    "measure",
    "evaluation",
    "direction",
    "relied_on",
    "limit",
    "alert",
    "alpha_lower",
    "alpha_upper",
    "precursor",
)
_REACHES = "an adversary who goes further is one more evaluation has to match"

# ------------------------------------------------------------------------------------------- table

_OWNED_BY = {
    d.Component.LIMITS: C.TRIGGER, d.Component.PROTECTIONS: C.MITIGATION, d.Component.EVALUATION: C.METHOD,
    d.Component.RESPONSE: C.CONSEQUENCE, d.Component.ACCOUNTABILITY: C.GOVERNANCE,
}  # fmt: skip


def _of_measure(measure: d.Protection) -> Category:
    return C.SECURITY if measure.family is d.Family.SECURITY else C.MITIGATION


TABLE: dict[type, dict[str, Entry]] = {
    d.PolicyDocument: {
        "schema": _TAG,
        "title": Entry(meaning=Label(), category=C.GOVERNANCE),
        "version": Entry(meaning=Elsewhere(where="the account: account.py")),
        "developer": _open(C.SCOPE, D.ACTOR, D.SCOPE, because="another developer promises"),
        "scope": _inside(C.SCOPE),
        "roles": _row(Members(), "what a role answers for has somebody to answer", C.GOVERNANCE, (D.ACTOR,), ""),
        "threat_models": _by(special.ladders),
        "limits": _row(
            Members(),
            "a limit can count as crossed and hold (D11: removing one is the weakest class of change)",
            C.TRIGGER,
            (D.TRIGGER, D.SCOPE),
            "D11",
        ),
        "protections": _inside(C.MITIGATION),
        "evaluation": _inside(C.METHOD),
        "response": _inside(C.CONSEQUENCE),
        "accountability": _inside(C.GOVERNANCE),
        "kind": _open(C.SCOPE, D.SCOPE, because="a promise made freely and a framework that a law asks for"),
        "definitions": _by(special.definitions),
        "watch_list": _row(Members(), "what is followed is told among what was not tested", C.SCOPE, (D.SCOPE,), ""),
        "commitments": _row(
            Members(category_of=lambda c: _OWNED_BY[c.component]), "a promise can be kept or missed", None,
            (D.OBLIGATION,), "",
        ),
        "changelog": _by(history),
    },
    d.Scope: {
        "statement": _text(C.SCOPE, D.SCOPE),
        "out_of_scope_below": _less(
            "less can be found out of scope", C.SCOPE, D.SCOPE, rule="S4", absent=STRICTEST
        ),
        "screen": _open(C.SCOPE, D.SCOPE, rule="S4", absent=STRICTEST,
            because="without a screen nothing is out of scope"),
        "exclusions": _row(
            Members(keys=("domain",), fewer_is_stricter=True), "an excluded domain is not looked at", C.SCOPE,
                (D.SCOPE,), ""
        ),
    },
    d.Exclusion: {"domain": _KEY, "why": _text(C.SCOPE, D.SCOPE)},
    d.Role: {
        "title": _text(C.ACTOR, D.ACTOR),
        "holders": _by(holders.holders),
        "line": _open(C.ACTOR, D.ACTOR, rule="D12", because="who counts as outside the delivery line differs"),
    },
    d.Quorum: {
        "number": _more("more people have to agree", C.GOVERNANCE, D.ACTOR),
        "of": _row(Names(more_is_stricter=False), "people in fewer roles count", C.GOVERNANCE, (D.ACTOR,), ""),
        "outside_line": _on("one of them stands outside the delivery line", C.GOVERNANCE, D.ACTOR, rule="D12"),
        "outside_key": _on("one of them signs with a key that the developer does not hold", C.THIRD_PARTY, D.ACTOR),
        "without": _row(Names(more_is_stricter=True), "people who hold these roles do not count", C.GOVERNANCE,
            (D.ACTOR,), ""),
    },
    d.Separation: {"one": _KEY, "other": _KEY, "why": _text(C.GOVERNANCE, D.ACTOR)},
    d.AttackerBudget: {
        "description": _text(C.METHOD, D.SCOPE, rule="V4"),
        "tokens_per_attempt": _more(_REACHES, C.METHOD, D.TRIGGER, rule="V4"),
        "attempts_per_task": _more(_REACHES, C.METHOD, D.TRIGGER, rule="V4"),
        "floor": _more("less effort voids a negative", C.METHOD, D.TRIGGER, rule="V4"),
        "rung": _row(Ranked(weakest_first=tuple(d.Rung), absent=WEAKEST), _REACHES, C.METHOD, (D.TRIGGER,), "V4"),
        "scaffolds": _more(_REACHES, C.METHOD, D.TRIGGER, rule="V4", absent=WEAKEST),
        "person_hours": _more(_REACHES, C.METHOD, D.TRIGGER, rule="V4", absent=WEAKEST),
        "refusal_free": _on("a variant without refusals has to be tested", C.METHOD, D.TRIGGER, rule="V4"),
    },
    d.AcceptedBlindSpot: {
        "accepted_by": _role(C.SCOPE, rule="L3"),
        "why": _text(C.SCOPE, D.SCOPE, rule="L3"),
        "until": _less("an acceptance that ends sooner holds sooner", C.SCOPE, D.SCOPE, rule="L3"),
        "would_change": _text(C.SCOPE, D.SCOPE, rule="L3"),
    },
    d.ThreatModel: {
        "title": _text(C.SCOPE, D.SCOPE),
        "actor": _text(C.SCOPE, D.SCOPE),
        "harm": _text(C.SCOPE, D.SCOPE),
        "attacker_budget": _inside(
            C.METHOD, D.TRIGGER, rule="V4", absent=STRICTEST,
            because="without a budget effort cannot be judged, and nothing is cleared",
        ),
        "ladder": Entry(meaning=Elsewhere(where="special.ladders, over all threat models at once")),
        "accepted_blind_spot": _by(special.blind_spot),
    },
    d.Reference: {
        "model": _open(C.THIRD_PARTY, D.TRIGGER, because="another model is rested on"),
        "assessed_by": _open(C.THIRD_PARTY, D.ACTOR, because="somebody else assessed it"),
        "finding": _text(C.THIRD_PARTY),
        "source": _open(C.THIRD_PARTY, D.DISCLOSURE, because="it is read elsewhere"),
        "until": _less("the reference ends sooner", C.THIRD_PARTY, D.TRIGGER, rule="V1"),
    },
    d.Precursor: {
        "argument": _text(C.METHOD, D.TRIGGER, rule="V1"),
        "author": _open(C.ACTOR, D.ACTOR, rule="V1", because="somebody else says so"),
        "expires": _less("the argument has to be made anew sooner", C.METHOD, D.TRIGGER, rule="V1"),
        "reference": _inside(C.THIRD_PARTY, D.TRIGGER, rule="V1"),
    },
    d.RateShift: {
        "value": _more("the upper bound is raised further", C.METHOD, D.TRIGGER, rule="B2", absent=STRICTEST),
        "author": _open(C.ACTOR, D.ACTOR, rule="B2", because="somebody else estimated it"),
        "reason": _text(C.METHOD, rule="B2"),
        "gain": _more("the upper bound is raised further", C.METHOD, D.TRIGGER, rule="B2"),
        "slope": _more("the same gain raises the upper bound further", C.METHOD, D.TRIGGER, rule="B2"),
        "gain_spread": _more("the gain counts with a higher quantile", C.METHOD, D.TRIGGER, rule="B2"),
        "spurious": _more("more failures count as what better elicitation would have avoided", C.METHOD, D.TRIGGER,
            rule="B2"),
        "attempts": _more("an adversary has more tries", C.METHOD, D.TRIGGER, rule="B2"),
    },
    d.FactorShift: {
        "value": _more("the upper bound is raised further", C.METHOD, D.TRIGGER, rule="B2", absent=STRICTEST),
        "author": _open(C.ACTOR, D.ACTOR, rule="B2", because="somebody else estimated it"),
        "reason": _text(C.METHOD, rule="B2"),
        "spread": _more("the factor counts with a higher quantile", C.METHOD, D.TRIGGER, rule="B2"),
    },
    d.SlopeEnvelope: dict.fromkeys(
        ("slope_from", "slope_to", "family_sd", "reason"),
        Entry(meaning=Elsewhere(where="special.envelope, which knows what the observation is for")),
    ),
    d.RateObservation: _observed(
        *_BOUNDED, "unit", "spread", "orientation", "elicitation_shift",
        sampling=_open(C.METHOD, D.TRIGGER, rule="B4", because="when results may be looked at differs"),
    ),
    d.HorizonObservation: _observed(*_BOUNDED, "success", "envelope", "elicitation_shift"),
    d.ExistenceObservation: _observed(
        "measure", "evaluation",
        min_human_minutes=_less("shorter tasks count, too", C.METHOD, D.TRIGGER, rule="V1", absent=STRICTEST),
    ),
    d.JudgementObservation: _observed(
        "measure", "relied_on",
        role=_role(C.ACTOR, rule="V9"),
        question=_text(C.METHOD, D.TRIGGER, rule="V9"),
        must_cite=_row(Names(more_is_stricter=True), "the judgement has to cite more", C.METHOD, (D.OBLIGATION,), "V9"),
        may_clear=_off("a judgement cannot clear", C.METHOD, D.TRIGGER, rule="V9"),
        expires_after=_less("a judgement stands shorter", C.METHOD, D.TRIGGER, rule="V9"),
    ),
    d.DifferenceObservation: _observed(
        "measure", "evaluation", "direction", "relied_on", "limit", "alert",
        control=_open(C.METHOD, D.TRIGGER, rule="V9", because="another arm is compared with"),
    ),
    d.ComputeObservation: _observed("measure", "relied_on", "limit", "alert", "precursor"),
    d.ProgressObservation: _observed(
        *_BOUNDED,
        success=_open(C.METHOD, D.TRIGGER, because="the growth of another task length"),
        generations=_open(C.METHOD, D.TRIGGER, because="read over another number of models"),
        since=_open(C.METHOD, D.TRIGGER, because="read over other models"),
    ),
    d.StatedObservation: _observed(
        "measure", "relied_on",
        test=_text(C.METHOD, D.TRIGGER),
        criterion=_text(C.TRIGGER, D.TRIGGER),
        missing=_text(C.METHOD, D.TRIGGER),
    ),
    d.Reached: {
        "model": _open(C.DISCLOSURE, D.DISCLOSURE, because="another model is said to stand there"),
        "on": _open(C.DISCLOSURE, D.DISCLOSURE, because="since another day"),
        "statement": _text(C.DISCLOSURE, D.DISCLOSURE),
    },
    d.Limit: {
        "title": _text(C.TRIGGER, D.TRIGGER),
        "capability": _text(C.TRIGGER, D.TRIGGER),
        "observations": _by(special.observations),
        "hard_stop": _on("once crossed, nothing permits", C.CONSEQUENCE, D.CONSEQUENCE, rule="L2"),
        "reached": _inside(C.DISCLOSURE, D.DISCLOSURE, absent=WEAKEST,
            because="the developer does not say where it stands"),
    },
    d.Watched: {
        "title": _text(C.SCOPE, D.SCOPE),
        "why": _text(C.SCOPE, D.SCOPE),
        "no_limit_because": _text(C.SCOPE, D.SCOPE),
        "becomes_a_limit_when": _text(C.SCOPE, D.TRIGGER),
        "role": _role(C.ACTOR),
        "review_every": _less("it is looked at again sooner", C.SCOPE, D.OBLIGATION),
    },
    d.Efficacy: {
        "metric": _text(None, D.TRIGGER, rule="D3"),
        "sense": _open(None, D.TRIGGER, rule="D3", because="whether more or less is better is turned"),
        "target": _by(special.target),
        "set_on": _more("tests made before are no evidence", None, D.TRIGGER, rule="D3", absent=WEAKEST),
    },
    d.Actors: {
        "in_scope": _row(Names(more_is_stricter=True), "more of them have to be stopped", None, (D.SCOPE,), ""),
        "out_of_scope": _row(Names(more_is_stricter=False), "fewer of them are left out", None, (D.SCOPE,), ""),
        "level": _open(None, D.SCOPE, because="another level is claimed", absent=WEAKEST),
    },
    d.Protection: {
        "title": _text(None),
        "family": _open(None, D.SCOPE, because="it protects against something else"),
        "efficacy": _inside(None, rule="D3"),
        "approved_by": _role(C.ACTOR, rule="D3"),
        "lapses_after": _less("a test stands shorter", None, D.TRIGGER, rule="D3"),
        "actors": _inside(None, D.SCOPE, absent=WEAKEST, because="nobody is named whom it has to stop"),
    },
    d.Standing: {"protections": _KEY, "none_because": _KEY},
    d.Conditional: {"limit": _KEY, "permission": _KEY, "protections": _KEY, "none_because": _KEY},
    d.Protections: {
        "measures": _row(
            Members(category_of=_of_measure), "a measure that is defined can be asked for", None, (D.OBLIGATION,), "D3"
        ),
        "standing": _by(ties.standing),
        "conditional": _by(ties.conditional),
    },
    d.Evaluation: {
        "title": _text(C.METHOD, D.TRIGGER),
        "suite": _open(C.METHOD, D.TRIGGER, because="other tasks are registered"),
        "success_score": _by(special.success_score),
        "coverage_floor": _more("fewer tasks may be without a valid outcome", C.METHOD, D.TRIGGER, rule="E2"),
        "duration": _open(C.METHOD, D.TRIGGER, rule="L4",
            because="the time between a due point and its answer differs"),
        "positive_control": _text(
            C.METHOD, D.TRIGGER, rule="V4", absent=WEAKEST, because="nothing planted has to be recovered"
        ),
        "recovers": _more("more of what was planted has to be recovered", C.METHOD, D.TRIGGER, rule="V4"),
        "secrecy": _row(
            Ranked(weakest_first=tuple(d.Secrecy), absent=WEAKEST), "fewer may know the items", C.METHOD,
                (D.OBLIGATION,), ""
        ),
        "screens": _open(C.METHOD, D.TRIGGER, rule="V2", absent=WEAKEST, because="nothing brings a due date forward"),
        "escalates_at": _less("the screen calls for the evaluation sooner", C.METHOD, D.TRIGGER, rule="V2",
            absent=WEAKEST),
    },
    d.BlindSpotReserve: {
        "rate": _more("every upper bound is raised further", C.METHOD, D.TRIGGER, rule="B1"),
        "horizon": _more("every upper bound is raised further", C.METHOD, D.TRIGGER, rule="B1"),
        "set_by": _role(C.ACTOR, rule="B2"),
        "reason": _text(C.METHOD, rule="B1"),
    },
    d.TrainingGrowth: {
        "rate": _more("evidence lapses at less compute", C.METHOD, D.TRIGGER, rule="V7"),
        "horizon": _more("evidence lapses at less compute", C.METHOD, D.TRIGGER, rule="V7"),
        "reason": _text(C.METHOD, rule="V7"),
    },
    d.ElicitationGrowth: {
        "rate_per_month": _more("evidence lapses sooner", C.METHOD, D.TRIGGER, rule="V7"),
        "horizon_per_month": _more("evidence lapses sooner", C.METHOD, D.TRIGGER, rule="V7"),
        "reason": _text(C.METHOD, rule="V7"),
    },
    d.Growth: {
        "training": _inside(C.METHOD),
        "elicitation": _inside(C.METHOD),
        "frontier_doubling": _less("plans reckon with a faster frontier", C.METHOD, D.OBLIGATION, rule="V7"),
    },
    d.Triggers: {
        "effective_compute": _less("an assessment is due after less growth", C.TRIGGER, D.TRIGGER, rule="D5"),
        "calendar": _less("an assessment is due sooner", C.TRIGGER, D.TRIGGER, rule="D5"),
        "events": _row(Names(more_is_stricter=True), "they make an assessment due at once", C.TRIGGER, (D.TRIGGER,),
            "D5"),
    },
    d.FirstAssessment: {"at": _KEY, "factor": _KEY},
    d.Relaxation: {
        "requirement": _KEY,
        "value": _open(C.METHOD, because="something else holds instead"),
        "why": _text(C.METHOD),
        "author": _open(C.ACTOR, D.ACTOR, because="somebody else answers for it"),
    },
    d.EvaluationSection: {
        "evaluations": _row(Members(), "what is evaluated can be read by a limit", C.METHOD, (D.OBLIGATION,), ""),
        "triggers": _inside(C.TRIGGER),
        "first_assessment": _by(special.first_assessment),
        "blind_spot_reserve": _inside(C.METHOD),
        "growth": _inside(C.METHOD),
        "relaxations": _row(
            Members(keys=("requirement",), fewer_is_stricter=True), "the policy asks for less than the rules do",
            C.METHOD, (D.OBLIGATION,), "E6",
        ),
    },
    d.Duty: {
        "id": _KEY,
        "what": _text(C.CONSEQUENCE, rule="V6"),
        "role": _role(C.ACTOR, rule="V6"),
        "within": _less("a duty is late sooner, and a late duty counts as a crossing", C.CONSEQUENCE, D.CONSEQUENCE,
            rule="V6"),
    },
    d.Action: {
        "id": _KEY,
        "when": _open(C.CONSEQUENCE, D.TRIGGER, because="something else calls for it"),
        "what": _text(C.CONSEQUENCE, D.CONSEQUENCE),
        "role": _role(C.ACTOR),
        "within": _less("it is done sooner", C.CONSEQUENCE, D.CONSEQUENCE),
        "limit": _open(C.CONSEQUENCE, D.SCOPE, absent=STRICTEST, because="without one it is done for every limit"),
    },
    d.WaiverRule: {
        "quorum": _QUORUM,
        "longest": _less("a waiver ends sooner", C.CONSEQUENCE, D.CONSEQUENCE, rule="D12"),
        "renewals": _less("a waiver is renewed less often", C.CONSEQUENCE, D.CONSEQUENCE, rule="D12"),
    },
    d.PauseRule: {
        "review_within": _less("a pause is answered sooner", C.CONSEQUENCE, D.OBLIGATION, rule="D10"),
        "resume": _QUORUM,
    },
    d.Precondition: {
        "showing": _KEY,
        "how": _text(C.CONSEQUENCE, rule="D13"),
        "role": _role(C.ACTOR, rule="D13"),
    },
    d.CompetitorClause: {
        "text": _text(C.CONSEQUENCE, D.CONSEQUENCE, rule="D13"),
        "quorum": _QUORUM,
        "preconditions": _row(
            Members(keys=("showing",)), "it has to be shown before the clause is invoked", C.CONSEQUENCE,
                (D.CONSEQUENCE,), "D13"
        ),
        "expires_after": _less(
            "an invocation ends sooner", C.CONSEQUENCE, D.CONSEQUENCE, rule="D13", absent=WEAKEST
        ),
    },
    d.StopClause: dict.fromkeys(
        ("development", "deployment"),
        _row(
            Ranked(weakest_first=(d.StopKind.NONE, d.StopKind.UNKNOWN, d.StopKind.DISCRETIONARY,
                                  d.StopKind.CONTINGENT, d.StopKind.UNCONDITIONAL)),
            "the stop hangs on less", C.CONSEQUENCE, (D.CONSEQUENCE,), "",
        ),
    ) | {
        "text": _text(C.CONSEQUENCE, D.CONSEQUENCE),
        "contingent_on": _text(C.CONSEQUENCE, D.CONSEQUENCE, absent=STRICTEST, because="it hangs on nothing"),
    },
    d.Response: {
        "max_lease": _less("a pause reaches everybody sooner", C.CONSEQUENCE, D.CONSEQUENCE, rule="D9"),
        "alert_duties": _row(
            Members(keys=("id",)), "a duty that is late counts as a crossing", C.CONSEQUENCE, (D.CONSEQUENCE,), "V6"
        ),
        "pause": _inside(C.CONSEQUENCE),
        "rebuttal": _QUORUM,
        "deletion": _QUORUM,
        "waivers": _inside(C.CONSEQUENCE, D.CONSEQUENCE, rule="D12", absent=STRICTEST, because="nobody may waive"),
        "competitor_clause": _inside(
            C.CONSEQUENCE, D.CONSEQUENCE, rule="D13", absent=STRICTEST, because="there is no clause to invoke"
        ),
        "actions": _row(Members(keys=("id",)), "somebody has to do it", C.CONSEQUENCE, (D.CONSEQUENCE,), ""),
        "stop": _inside(C.CONSEQUENCE, D.CONSEQUENCE, absent=WEAKEST, because="the text states no stop"),
    },
    d.Relaxing: {
        "quorum": _QUORUM,
        "notice": _more("a relaxation is public for longer before it takes effect", C.GOVERNANCE, D.OBLIGATION,
            rule="D11"),
    },
    d.Critique: {
        "contact": _open(C.DISCLOSURE, D.DISCLOSURE, because="critics write elsewhere"),
        "answered_within": _less("critics are answered sooner", C.DISCLOSURE, D.DISCLOSURE),
    },
    d.Disclosure: {
        "what": _text(C.DISCLOSURE, D.DISCLOSURE),
        "within": _less("it is published sooner", C.DISCLOSURE, D.DISCLOSURE),
    },
    d.Accountability: {
        "officer": _role(C.ACTOR),
        "board": _role(C.ACTOR),
        "evaluators": _role(C.ACTOR),
        "relaxing": _inside(C.GOVERNANCE, rule="D11"),
        "review_every": _less("the policy is reviewed sooner", C.GOVERNANCE, D.OBLIGATION),
        "critique": _inside(C.DISCLOSURE),
        "noncompliance_channel": _text(C.GOVERNANCE),
        "disclosures": _by(special.disclosures),
        "separations": _row(
            Members(keys=("one", "other"), unordered=True), "nobody may hold both roles", C.GOVERNANCE, (D.ACTOR,), ""
        ),
    },
    d.Commitment: {
        "text": _text(None),
        "component": _open(None, D.OBLIGATION, because="it belongs to another part of the policy"),
        "owner": _role(C.ACTOR, absent=WEAKEST),
        "trigger": _text(None, D.TRIGGER, absent=STRICTEST, because="it always holds"),
        "within": _less("it is kept sooner", None, D.OBLIGATION, absent=WEAKEST),
        "every": _less("it comes round more often", None, D.OBLIGATION, absent=WEAKEST),
        "by": _less("it is kept sooner", None, D.OBLIGATION, absent=WEAKEST),
        "evidence": _text(None, D.DISCLOSURE, absent=WEAKEST, because="nothing would show that it was kept"),
    },
    d.Change: dict.fromkeys(("at", "what", "why"), Entry(meaning=Elsewhere(where="the account: account.py"))),
    d.ChangelogEntry: dict.fromkeys(
        ("version", "published", "changes"), Entry(meaning=Elsewhere(where="the account: account.py"))
    ),
}  # fmt: skip
