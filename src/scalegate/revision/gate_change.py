"""What two versions of a policy do to the same state: where the new gate grants and the old one held.

For: `compare.py`. Does not know: dates, lines, levels; `table.py` speaks for those, because the gate's state has
none.

Why a search is enough: the old gate holds when one of its reasons stands. Each reason hangs on one limit's claim with
the recorded acts on it, on at most one protection, and on at most one fact of the subject or the run; whatever else a
state says can be as good as it can be without ending that reason, and makes the new gate grant sooner. So if the new
gate grants anywhere where the old one held, it does so in one of the states below: one thing is out of the ordinary,
and the subject may be out of scope besides, where nothing about limits is asked. `proof/relaxation.py` asks the same of
every state at once; tests/revision/test_gate_change.py holds the two equal.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from scalegate.decision.abstract import AbstractLimit, AbstractState, Answer, Claim, answer, concrete
from scalegate.decision.gate import blockers
from scalegate.decision.state import Training, tie_of
from scalegate.policy.document import Permission, PolicyDocument
from scalegate.revision.ties import asked

_ORDINARY = AbstractLimit(claim=Claim.NOT_SHOWN, risk_stated=True)
_CROSSED = AbstractLimit(claim=Claim.NOT_RULED_OUT, risk_stated=True)


@dataclass(frozen=True, kw_only=True)
class GateChange:
    """One state that the two versions answer otherwise.

    Attributes:
        permission: what is asked.
        old: what the old version answers.
        new: what the new version answers.
        state: everything that decides; a protection or limit that one version does not have is there all the same.
        held_by: the rules by which the version that holds, holds.
        words: the state, said by what is out of the ordinary in it.
    """

    permission: Permission
    old: Answer
    new: Answer
    state: AbstractState
    held_by: tuple[str, ...]
    words: str

    @property
    def relaxes(self) -> bool:
        return _ORDER[self.new] > _ORDER[self.old]


_ORDER = {Answer.HELD: 0, Answer.WAIVED: 1, Answer.GRANTED: 2}


def gate_changes(old: PolicyDocument, new: PolicyDocument) -> tuple[GateChange, ...]:
    """Every state with one thing out of the ordinary that the two versions answer otherwise, relaxations first.

    The old document comes under the new one's ids. A limit that one version does not have asks nothing there.
    """
    found = [change for permission in Permission for change in _of(permission, old, new)]
    return tuple(sorted(found, key=lambda change: not change.relaxes))


def _of(permission: Permission, old: PolicyDocument, new: PolicyDocument) -> Iterator[GateChange]:
    seen: set[tuple[object, ...]] = set()
    for words, state in states(permission, old, new):
        before, after = (answer(document, concrete(document, state)) for document in (old, new))
        if before is after:
            continue
        held = old if _ORDER[before] < _ORDER[after] else new
        reasons = blockers(held, concrete(held, state))
        # The same reasons of the same limit are one change, however the state is varied.
        key = (held is old, *((b.rule, b.limit, b.protection) for b in reasons))
        if key not in seen:
            seen.add(key)
            yield GateChange(
                permission=permission,
                old=before,
                new=after,
                state=state,
                held_by=tuple(dict.fromkeys(b.rule for b in reasons)),
                words=words,
            )


def states(permission: Permission, old: PolicyDocument, new: PolicyDocument) -> Iterator[tuple[str, AbstractState]]:
    """The states that are enough, each with its words; the plainest first."""
    best = _best(permission, old, new)
    yield from _whole(permission, best, old, new)
    for name, protections in _differing(permission, old, new).items():
        for words, limit in _claims(name):
            state = replace(best, limits={**best.limits, name: limit})
            yield words, state
            yield from _with_one_more(words, state, protections if limit.claim is Claim.NOT_RULED_OUT else ())
    for name in _spots(old, new):
        yield f"the accepted blind spot of {name} at its end", replace(best, lapsed=frozenset({name}))
    # Out of scope nothing about limits is asked, so a version that holds on those may grant there alone.
    outside = replace(best, out_of_scope=True)
    for words, state in _whole(permission, outside, old, new):
        yield f"{words}, and a finding that the subject is out of scope", state


def _whole(
    permission: Permission, best: AbstractState, *documents: PolicyDocument
) -> Iterator[tuple[str, AbstractState]]:
    """States in which what is out of the ordinary concerns no limit."""
    yield "everything as good as it can be", best
    for name in _standing(permission, *documents):
        yield f"{name} not in force", replace(best, in_force=best.in_force - {name})
    if permission is Permission.TRAIN:
        yield from _runs(best)
    yield from _facts(best)


def _best(permission: Permission, old: PolicyDocument, new: PolicyDocument) -> AbstractState:
    limits = dict.fromkeys(x for d in (old, new) for t in d.threat_models.values() for x in t.ladder)
    asked = [p for d in (old, new) for tie in _ties(d) for p in tie]
    return AbstractState(
        permission=permission,
        limits=dict.fromkeys(limits, _ORDINARY),
        in_force=frozenset([*asked, *old.protections.measures, *new.protections.measures]),
        training=Training.WITHIN_INTERVAL if permission is Permission.TRAIN else Training.NOT_ASKED,
    )


def _standing(permission: Permission, *documents: PolicyDocument) -> list[str]:
    found = [d.protections.standing.get(permission.value) for d in documents]
    return sorted({p for standing in found if standing for p in standing.protections})


def _differing(permission: Permission, old: PolicyDocument, new: PolicyDocument) -> dict[str, tuple[str, ...]]:
    """Limits of the ladders that the two gates read otherwise, each with what its ladder asks for.

    What both read alike they answer alike; where they differ all the same, they do so with nothing out of the ordinary.
    """
    found: dict[str, tuple[str, ...]] = {}
    for name in dict.fromkeys((*old.threat_models, *new.threat_models)):
        rungs = [_rungs(permission, document, name) for document in (old, new)]
        if rungs[0] != rungs[1]:
            tied = {p for ladder in rungs for *_, tie in ladder for p in tie or ()}
            found |= {limit: tuple(sorted(tied)) for ladder in rungs for limit, *_ in ladder}
    return found


_Rung = tuple[str, bool, bool, frozenset[str] | None]


def _rungs(permission: Permission, document: PolicyDocument, threat_model: str) -> list[_Rung]:
    """Everything that the gate reads of a ladder."""
    model = document.threat_models.get(threat_model)
    ladder = model.ladder if model else ()
    known = [(name, document.limits[name]) for name in ladder]
    ties = [asked(tie_of(document, name, permission)) for name in ladder]
    return [(n, x.hard_stop, bool(x.observations), t) for (n, x), t in zip(known, ties, strict=True)]


def _ties(document: PolicyDocument) -> Iterator[tuple[str, ...]]:
    yield from (s.protections for s in document.protections.standing.values())
    yield from (c.protections for c in document.protections.conditional)


def _claims(name: str) -> Iterator[tuple[str, AbstractLimit]]:
    """What can stand about one limit, as far as a reason can hang on it."""
    yield f"{name} counting as crossed", _CROSSED
    unstated = replace(_CROSSED, risk_stated=False)
    yield f"{name} counting as crossed without a risk statement", unstated
    for claim in (Claim.EXPIRED, Claim.NEVER_RUN, Claim.INVALID, Claim.DANGER_SHOWN, Claim.ALERT):
        yield f"{name} at {claim.value}", replace(_CROSSED, claim=claim)
    yield f"a duty of the alert on {name} late", replace(_CROSSED, claim=Claim.ALERT, duty_late=True)
    yield f"evidence on {name} newer than its verdict", replace(_ORDINARY, stale=True)


def _with_one_more(
    words: str, state: AbstractState, protections: tuple[str, ...]
) -> Iterator[tuple[str, AbstractState]]:
    for name in protections:
        missing = replace(state, in_force=state.in_force - {name})
        yield f"{words} and {name} not in force", missing
        yield f"{words}, {name} not in force, and every limit waived", _waived(missing)
    yield f"{words}, and every limit waived", _waived(state)
    yield f"{words}, and a mode asked for that was not granted before", replace(state, widening=True)
    if state.permission is Permission.TRAIN:
        yield f"{words}, in a first run before its first due point", replace(state, training=Training.FIRST_RUN)


def _waived(state: AbstractState) -> AbstractState:
    return replace(state, limits={n: replace(limit, waived=True) for n, limit in state.limits.items()})


def _spots(old: PolicyDocument, new: PolicyDocument) -> list[str]:
    """Threat models whose acceptance can end; not those that have a ladder in its place now, where it ends nothing."""
    gone = {n for n, t in new.threat_models.items() if t.ladder and not t.accepted_blind_spot}
    spots = [n for d in (old, new) for n, t in d.threat_models.items() if t.accepted_blind_spot]
    return [n for n in dict.fromkeys(spots) if n not in gone]


def _runs(best: AbstractState) -> Iterator[tuple[str, AbstractState]]:
    for training in Training:
        if training not in (Training.NOT_ASKED, Training.WITHIN_INTERVAL):
            yield f"the run at {training.value.replace('_', ' ')}", replace(best, training=training)


def _facts(best: AbstractState) -> Iterator[tuple[str, AbstractState]]:
    yield "a pause standing", replace(best, paused=True)
    yield "a subject whose identity cannot be verified", replace(best, opaque=True)
    yield "a mode asked for that was not granted before", replace(best, widening=True)
