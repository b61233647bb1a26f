"""Checks that a path into a policy cannot say, each by the name that criteria give it.

For: `coverage.py`. Does not know: criteria, evidence, clocks. A check asks the same of each of several things and names
those that fall short; where there is no such thing, nothing answers.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence

from scalegate.policy.buffer import buffers
from scalegate.policy.document import (
    ComputeObservation,
    DifferenceObservation,
    Direction,
    ExistenceObservation,
    Family,
    HorizonObservation,
    JudgementObservation,
    Line,
    Observation,
    Permission,
    PolicyDocument,
    RateObservation,
    RateShift,
    Showing,
    StatedObservation,
)
from scalegate.policy.observations import observations
from scalegate.policy.people import quorums
from scalegate.policy.reading import NOWHERE, Asked, Level, Reading, of_each
from scalegate.shape import Path

FOUR = (Permission.TRAIN, Permission.STORE, Permission.USE_INTERNALLY, Permission.DEPLOY)
_NUMBER = re.compile(r"\d|\b(?:dozens?|hundreds?|thousands?|millions?|billions?)\b", re.IGNORECASE)


def _decides(observation: Observation) -> bool:
    """Whether evidence under stated levels decides it: not a judgement, a difference, or a test named alone."""
    open_ = (ExistenceObservation, JudgementObservation, DifferenceObservation, StatedObservation)
    return not isinstance(observation, open_) and observation.relied_on


def decidable_limits(document: PolicyDocument) -> Reading:
    """Each limit relies on an observation that evidence can decide; an existence or a judgement alone does not."""
    return of_each(
        Asked(at=("limits", name), why="" if any(map(_decides, limit.observations.values())) else "nothing decides it")
        for name, limit in document.limits.items()
    )


def alert_below_limit(document: PolicyDocument) -> Reading:
    """Each observation with lines has its alert below its limit."""
    found: list[Asked] = []
    for path, _, observation in observations(document):
        alert, limit = getattr(observation, "alert", None), getattr(observation, "limit", None)
        if alert is not None and limit is not None:
            found.append(Asked(at=path, why="" if 0 < alert < limit else "its alert is not below its limit"))
        elif isinstance(observation, StatedObservation):
            found.append(Asked(at=path, why="it states no line"))
    return of_each(found)


def buffer_exceeds_growth(document: PolicyDocument) -> Reading:
    """Each proxy's buffer exceeds growth over an interval and an evaluation, by both growths (L4)."""
    worst: dict[Path, str] = {}
    for path, buffer in buffers(document):
        worst[path] = worst.get(path) or ("" if buffer.holds else f"{buffer}")
    proxies = [
        path
        for path, _, o in observations(document)
        if isinstance(o, (RateObservation, HorizonObservation)) and o.direction is Direction.RULE_OUT_PROXY
    ]
    return of_each(Asked(at=path, why=worst.get(path, "no buffer can be computed for it")) for path in proxies)


def unreached_rung_on_every_ladder(document: PolicyDocument) -> Reading:
    """Each ladder has a limit that no model has reached."""
    found: list[Asked] = []
    for path, ladder in _ladders(document):
        ahead = any(not document.limits[name].reached for name in ladder)
        why = "" if ahead else "every limit on it has been reached"
        found.append(Asked(at=path, why=why, because_of=_reached(document, ladder)))
    return of_each(found)


def next_rung_defined(document: PolicyDocument) -> Reading:
    """On each ladder the lowest limit that is not reached can be decided by evidence."""
    found: list[Asked] = []
    for path, ladder in _ladders(document):
        ahead = [name for name in ladder if not document.limits[name].reached]
        ready = bool(ahead) and any(map(_decides, document.limits[ahead[0]].observations.values()))
        because: tuple[Path, ...] = (*_reached(document, ladder), *(("limits", name) for name in ahead[:1]))
        found.append(Asked(at=path, why="" if ready else "nothing decides its next limit", because_of=because))
    return of_each(found)


def _reached(document: PolicyDocument, ladder: Sequence[str]) -> tuple[Path, ...]:
    return tuple(("limits", name, "reached") for name in ladder if document.limits[name].reached)


def hard_stop_ends_every_ladder(document: PolicyDocument) -> Reading:
    """Each ladder ends in a limit that no protection reaches (L1, L2)."""
    return of_each(
        Asked(
            at=path,
            why="" if document.limits[ladder[-1]].hard_stop else "its last limit is no hard stop",
            because_of=(("limits", ladder[-1]),),
        )
        for path, ladder in _ladders(document)
    )


def _ladders(document: PolicyDocument) -> Iterator[tuple[Path, Sequence[str]]]:
    for name, model in document.threat_models.items():
        known = [limit for limit in model.ladder if limit in document.limits]
        if known:
            yield ("threat_models", name, "ladder"), known


def threat_models_end(document: PolicyDocument) -> Reading:
    """Each threat model ends in a ladder, or in a blind spot that somebody answers for until a date (L3)."""
    return of_each(
        Asked(at=("threat_models", name), why="" if model.ladder or model.accepted_blind_spot else "it ends in nothing")
        for name, model in document.threat_models.items()
    )


def threat_models_tested(document: PolicyDocument) -> Reading:
    """Each threat model has a limit that evidence can decide; one that is an accepted blind spot falls short."""
    found: list[Asked] = []
    for name, model in document.threat_models.items():
        limits = [document.limits[rung] for rung in model.ladder if rung in document.limits]
        tested = any(_decides(o) for limit in limits for o in limit.observations.values())
        found.append(Asked(at=("threat_models", name), why="" if tested else "nothing tests it"))
    return of_each(found)


# --------------------------------------------------------------------------------- protections


def limits_tied(document: PolicyDocument) -> Reading:
    """Each limit below a hard stop says what TRAIN, STORE, USE_INTERNALLY and DEPLOY ask for once it is crossed."""
    tied = {(c.limit, c.permission) for c in document.protections.conditional}
    found: list[Asked] = []
    for name, limit in document.limits.items():
        untied = [p.value for p in FOUR if (name, p) not in tied]
        if not limit.hard_stop:
            why = f"crossed, it says nothing for {', '.join(untied)}" if untied else ""
            found.append(Asked(at=("limits", name), why=why))
    return of_each(found)


def families_per_limit(document: PolicyDocument) -> Reading:
    """What each limit below a hard stop asks for covers security, deployment, control and internal use.

    What is asked always counts for every limit.
    """
    found: list[Asked] = []
    always = {name for standing in document.protections.standing.values() for name in standing.protections}
    for name, limit in document.limits.items():
        asked = always | {n for c in document.protections.conditional if c.limit == name for n in c.protections}
        covered = {m.family for n, m in document.protections.measures.items() if n in asked}
        missing = [family.value.replace("_", " ") for family in Family if family not in covered]
        if not limit.hard_stop:
            why = f"it asks for nothing of {', '.join(missing)}" if missing else ""
            found.append(Asked(at=("limits", name), why=why))
    return of_each(found)


def train_asks_security(document: PolicyDocument) -> Reading:
    """Training asks always for a security measure."""
    return _standing_family(document, (Permission.TRAIN,), Family.SECURITY)


def weights_secured(document: PolicyDocument) -> Reading:
    """Training and storing ask always for a security measure."""
    return _standing_family(document, (Permission.TRAIN, Permission.STORE), Family.SECURITY)


def internal_use_guarded(document: PolicyDocument) -> Reading:
    """Internal use asks always for a measure against misuse from inside, or for control."""
    return _standing_family(document, (Permission.USE_INTERNALLY,), Family.INTERNAL_USE, Family.CONTROL)


def _standing_family(document: PolicyDocument, asked: tuple[Permission, ...], *families: Family) -> Reading:
    measures = document.protections.measures
    wanted = " or ".join(family.value.replace("_", " ") for family in families)
    found: list[Asked] = []
    for permission in asked:
        standing = document.protections.standing.get(permission.value)
        names = standing.protections if standing else ()
        ready = any(n in measures and measures[n].family in families for n in names)
        path: Path = ("protections", "standing", permission.value)
        found.append(Asked(at=path, why="" if ready else f"it asks for nothing of {wanted}"))
    return of_each(found)


def four_permissions(document: PolicyDocument) -> Reading:
    """Training, storing, internal use and deployment each have their own standing entry."""
    standing = document.protections.standing
    return of_each(
        Asked(at=("protections", "standing", p.value), why="" if p.value in standing else "there is no such entry")
        for p in FOUR
    )


# ----------------------------------------------------------------------------------- evaluation


def shifts_stated(document: PolicyDocument) -> Reading:
    """Each rate or horizon relied on is raised by a stated amount for better elicitation (B1, B2)."""
    found: list[Asked] = []
    for path, _, o in observations(document):
        if isinstance(o, (RateObservation, HorizonObservation)) and o.relied_on:
            found.append(Asked(at=path, why=_shift(o)))
        elif isinstance(o, StatedObservation):
            found.append(Asked(at=path, why="it says nothing of elicitation"))
    return of_each(found)


def _shift(observation: RateObservation | HorizonObservation) -> str:
    """Why an elicitation shift raises nothing; empty when it raises something."""
    shift = observation.elicitation_shift
    if shift.value is None:
        return "its elicitation shift is unknown"
    if isinstance(shift, RateShift):
        return "" if shift.value > 0 or not shift.plain else "it is raised by nothing"
    return "" if shift.value > 1 or shift.spread > 0 else "it is raised by nothing"


def arguments_expire(document: PolicyDocument) -> Reading:
    """Each proxy that may rule a danger out rests on a written argument that ends (V1)."""
    found: list[Asked] = []
    for path, _, o in observations(document):
        proxy = getattr(o, "direction", None) is Direction.RULE_OUT_PROXY or isinstance(o, ComputeObservation)
        if proxy and getattr(o, "relied_on", False):
            found.append(Asked(at=path, why="" if getattr(o, "precursor", None) else "it has no written argument"))
    return of_each(found)


def direction_stated(document: PolicyDocument) -> Reading:
    """Each limit has a test that could show the danger, beside those that could rule it out (V1)."""

    def shows(o: Observation) -> bool:
        return isinstance(o, ExistenceObservation) or getattr(o, "direction", None) is Direction.DEMONSTRATION

    return of_each(
        Asked(at=("limits", name), why="" if any(map(shows, limit.observations.values())) else "nothing could show it")
        for name, limit in document.limits.items()
    )


def screens_only_escalate(document: PolicyDocument) -> Reading:
    """Each cheap screen says when it escalates, and no limit relies on it (V2)."""
    relied: dict[str, list[Path]] = {}
    for path, _, o in observations(document):
        if getattr(o, "relied_on", False):
            relied.setdefault(getattr(o, "evaluation", ""), []).append(path)
    found: list[Asked] = []
    for name, evaluation in document.evaluation.evaluations.items():
        if evaluation.screens is not None:
            why = "a limit relies on it" if name in relied else ""
            why = why or ("" if evaluation.escalates_at is not None else "nothing says when it escalates")
            path = ("evaluation", "evaluations", name)
            found.append(Asked(at=path, why=why, because_of=tuple(relied.get(name, ()))))
    return of_each(found)


_ALWAYS = ("new-tool", "fine-tuning-access", "better-elicitation", "incident", "miss")


def events_listed(document: PolicyDocument) -> Reading:
    """New tools, fine-tuning access, better elicitation, incidents and misses each bring an assessment forward."""
    listed = document.evaluation.triggers.events
    known = {name.replace("_", "-"): index for index, name in enumerate(listed)}
    places: list[Path] = [("evaluation", "triggers", "events", known[e]) for e in _ALWAYS if e in known]
    missing = [e for e in _ALWAYS if e not in known]
    if not places:
        return NOWHERE
    why = (f"not among the events: {', '.join(missing)}",) if missing else ()
    return Reading(level=Level.PART if missing else Level.WHOLE, places=tuple(places), why=why)


# -------------------------------------------------------------------------------- people, changes


def deciders_do_not_assess(document: PolicyDocument) -> Reading:
    """Nobody who runs evaluations also holds a role of the delivery line, or one that decides."""
    role = document.roles.get(document.accountability.evaluators)
    if role is None:
        return NOWHERE
    deciding = {name for _, quorum, _ in quorums(document) for name in quorum.of}
    path: Path = ("roles", document.accountability.evaluators, "holders")
    found: list[Asked] = []
    for index, holder in enumerate(role.holders):
        held = [n for n, r in document.roles.items() if holder in r.holders and n != document.accountability.evaluators]
        bad = [n for n in held if n in deciding or document.roles[n].line is Line.DELIVERY]
        bad += [document.accountability.evaluators] if document.accountability.evaluators in deciding else []
        why = f"{holder} also holds {', '.join(bad)}, which decides or delivers" if bad else ""
        because: list[Path] = [("roles", name) for name in bad]
        because += [
            (*at, "of", place) for at, q, _ in quorums(document) for place, name in enumerate(q.of) if name in bad
        ]
        found.append(Asked(at=(*path, index), why=why, because_of=tuple(because)))
    return of_each(found)


def quorums_of_several(document: PolicyDocument) -> Reading:
    """Each quorum takes two people or more."""
    return of_each(
        Asked(at=path, why="" if quorum.number >= 2 else "one person decides it")
        for path, quorum, _ in quorums(document)
    )


def outside_key_on_reversal(document: PolicyDocument) -> Reading:
    """Taking back a danger that was shown takes somebody outside (V8)."""
    why = "" if document.response.rebuttal.outside_key else "no outside key is asked for"
    return of_each([Asked(at=("response", "rebuttal"), why=why)])


def clause_preconditions(document: PolicyDocument) -> Reading:
    """The competitor clause asks for all five showings, with an end, the board and an outside key (D13)."""
    clause = document.response.competitor_clause
    if clause is None:
        return Reading(level=Level.NONE, why=("the policy has no such clause, so nothing can be invoked",))
    shown = {p.showing for p in clause.preconditions}
    short = [s.value.replace("_", " ") for s in Showing if s not in shown]
    short += [] if clause.expires_after else ["an end"]
    short += [] if clause.quorum.outside_key else ["an outside key"]
    short += [] if document.accountability.board in clause.quorum.of else ["the board"]
    path: Path = ("response", "competitor_clause")
    if not clause.preconditions:
        return Reading(level=Level.NONE, short=(path,), why=("the clause asks for nothing to be shown",))
    why = (f"the clause does not ask for {', '.join(short)}",) if short else ()
    return Reading(level=Level.PART if short else Level.WHOLE, places=(path,), short=(path,) if short else (), why=why)


def changelog_covers_version(document: PolicyDocument) -> Reading:
    """The changelog has an entry for this version, with changes that say why, and with a date."""
    for index, entry in enumerate(document.changelog):
        if entry.version == document.version and entry.changes:
            return Reading(level=Level.WHOLE, places=(("changelog", index),))
    return NOWHERE


def harm_in_numbers(document: PolicyDocument) -> Reading:
    """A definition states a number; a number in a threat model alone is a part of it."""
    defined: list[Path] = [("definitions", n) for n, text in document.definitions.items() if _NUMBER.search(text)]
    if defined:
        return Reading(level=Level.WHOLE, places=tuple(defined))
    harms: list[Path] = [
        ("threat_models", n, "harm") for n, m in document.threat_models.items() if _NUMBER.search(m.harm)
    ]
    return Reading(level=Level.PART, places=tuple(harms)) if harms else NOWHERE


CHECKS: dict[str, Callable[[PolicyDocument], Reading]] = {
    check.__name__: check
    for check in (
        decidable_limits,
        alert_below_limit,
        buffer_exceeds_growth,
        unreached_rung_on_every_ladder,
        next_rung_defined,
        hard_stop_ends_every_ladder,
        threat_models_end,
        threat_models_tested,
        limits_tied,
        families_per_limit,
        train_asks_security,
        weights_secured,
        internal_use_guarded,
        four_permissions,
        shifts_stated,
        arguments_expire,
        direction_stated,
        screens_only_escalate,
        events_listed,
        deciders_do_not_assess,
        quorums_of_several,
        outside_key_on_reversal,
        clause_preconditions,
        changelog_covers_version,
        harm_in_numbers,
    )
}
