"""Fields whose direction hangs on more than their own two values: the gate's reading of them, rule by rule.

For: `table.py`. Does not know: how the walk goes on from here.

Each function is given the walk, the two parents, their paths and the category, and answers with the differences of its
field. Ties and holders of roles have modules of their own (`ties.py`, `holders.py`).
"""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import TYPE_CHECKING

from scalegate.policy.document import (
    Accountability,
    AttackerBudget,
    Direction,
    Disclosure,
    Efficacy,
    Evaluation,
    EvaluationSection,
    Limit,
    Observation,
    Orientation,
    PolicyDocument,
    Sense,
    SlopeEnvelope,
    Spread,
    ThreatModel,
    Unit,
)
from scalegate.revision.change import Category, Dimension, Outcome, Revision, Weighed, undecided
from scalegate.revision.meaning import Elsewhere, Entry, Inside, Members, Text
from scalegate.revision.prose import likeness, same_text
from scalegate.revision.weigh import stricter, weaker, weigh
from scalegate.shape import Path

if TYPE_CHECKING:
    from scalegate.revision.walk import Places, Walk

Found = Iterator[Revision]
HERE = Elsewhere(where="here")
_TRIGGER, _OBLIGATION, _SCOPE = (Dimension.TRIGGER,), (Dimension.OBLIGATION,), (Dimension.SCOPE,)


def _below(at: Places, name: str) -> Places:
    return ((*at[0], name), (*at[1], name))


# ------------------------------------------------------------------------------------------ limits


def observations(walk: Walk, old: Limit, new: Limit, at: Places, _: Category) -> Found:
    """L1, V2: a limit without observations is crossed with the rung below it, one that relies on none is never cleared.

    So what is added first is what first could clear it.
    """
    entry = Entry(meaning=Members(), because="every observation can raise the verdict", touches=_TRIGGER, rule="V2")
    before, after = old.observations, new.observations
    could_clear = any(_relied(o) for o in before.values())
    inner = _below(at, "observations")
    for name, was in before.items():
        if name not in after:
            yield walk.gone(entry, was, (*inner[0], name), Category.METHOD)
        elif was != after[name]:
            both = ((*inner[0], name), (*inner[1], name))
            yield from walk.inside(was, after[name], both, Category.METHOD)
    for name, made in after.items():
        if name not in before:
            weighed = None
            if not before:
                weighed = weaker("without observations the limit counted as crossed whenever the rung below did (L1)")
            elif _relied(made) and not could_clear:
                weighed = weaker("nothing was relied on, so nothing could clear the limit; this can")
            yield walk.come(entry, made, (*inner[1], name), Category.METHOD, weighed)


def _relied(observation: Observation) -> bool:
    return bool(getattr(observation, "relied_on", False))


def relied_on(walk: Walk, old: Observation, new: Observation, at: Places, category: Category) -> Found:
    """V2: one more that has to clear is stricter, unless nothing was relied on: then nothing could clear the limit."""
    was, now = _relied(old), _relied(new)
    if was == now:
        return
    limit = walk.documents[0].limits.get(str(at[0][1])) if at[0][:1] == ("limits",) else None
    first = limit is not None and not any(_relied(o) for o in limit.observations.values())
    if now and first:
        weighed = weaker("nothing was relied on, so nothing could clear the limit; this can")
    elif now:
        weighed = stricter("what is relied on has to clear before the limit is cleared")
    else:
        weighed = weaker("given up: what is relied on has to clear before the limit is cleared")
    entry = Entry(meaning=HERE, touches=_TRIGGER, rule="V2")
    yield walk.revise(entry, was, now, _below(at, "relied_on"), category, weighed)


def unit(walk: Walk, old: Observation, new: Observation, at: Places, _: Category) -> Found:
    """B4: families are fewer than tasks, so bounds over them are wider."""
    yield from _wider(walk, "unit", old, new, at, wide={Unit.FAMILY})


def spread(walk: Walk, old: Observation, new: Observation, at: Places, _: Category) -> Found:
    yield from _wider(walk, "spread", old, new, at, wide={Spread.ANY})


def _wider(walk: Walk, name: str, old: Observation, new: Observation, at: Places, wide: set[object]) -> Found:
    """A wider bound clears less; it shows less, too, so for what is to show danger the direction is open."""
    was, now = getattr(old, name), getattr(new, name)
    if was != now:
        entry = Entry(meaning=HERE, touches=_TRIGGER, rule="B4")
        yield walk.revise(entry, was, now, _below(at, name), Category.METHOD, _by_width(new, now in wide))


def _by_width(observation: Observation, wide: bool) -> Weighed:
    if getattr(observation, "direction", None) is not Direction.RULE_OUT_PROXY:
        return undecided("a wider bound clears less and shows less")
    return stricter("wider bounds clear less") if wide else weaker("narrower bounds clear more")


def envelope(walk: Walk, old: Observation, new: Observation, at: Places, _: Category) -> Found:
    """B5: the worst horizon over a wider interval of slopes is longer, and over a wider spread of families, too."""
    before: SlopeEnvelope = getattr(old, "envelope")  # noqa: B009 - the observations that have one share no class
    after: SlopeEnvelope = getattr(new, "envelope")  # noqa: B009
    inner = _below(at, "envelope")
    for name, wide in (
        ("slope_from", after.slope_from < before.slope_from),
        ("slope_to", after.slope_to > before.slope_to),
        ("family_sd", after.family_sd > before.family_sd),
    ):
        was, now = getattr(before, name), getattr(after, name)
        if was != now:
            entry = Entry(meaning=HERE, touches=_TRIGGER, rule="B5")
            yield walk.revise(entry, was, now, _below(inner, name), Category.METHOD, _by_width(new, wide))
    if before.reason != after.reason:
        entry = Entry(meaning=Text(), touches=_OBLIGATION, rule="B5")
        weighed = weigh(entry, before.reason, after.reason, walk.documents)
        yield walk.revise(entry, before.reason, after.reason, _below(inner, "reason"), Category.METHOD, weighed)


# ---------------------------------------------------------------------------------- threat models


def ladders(walk: Walk, old: PolicyDocument, new: PolicyDocument, at: Places, _: Category) -> Found:
    """Threat models by id; then where each limit stands (L1, D11)."""
    entry = Entry(
        meaning=Members(),
        because="a danger that is looked at can hold, and one that is not cannot (D11: the weakest class of change)",
        touches=(Dimension.SCOPE, Dimension.OBLIGATION),
        rule="D11",
    )
    inner = _below(at, "threat_models")
    if old.threat_models != new.threat_models:
        yield from walk.members(entry, old.threat_models, new.threat_models, inner, Category.SCOPE)
    for limit in old.limits:
        if limit in new.limits:
            yield from _moved(walk, limit, old, new)
    for name, was in old.threat_models.items():
        if name in new.threat_models:
            yield from _reordered(walk, name, was, new.threat_models[name], inner)


def _moved(walk: Walk, limit: str, old: PolicyDocument, new: PolicyDocument) -> Found:
    before, after = old.threat_model_of(limit), new.threat_model_of(limit)
    if before == after:
        return
    entry = Entry(meaning=HERE, touches=(Dimension.SCOPE, Dimension.TRIGGER), rule="L1")
    stood: Path = ("threat_models", before, "ladder") if before else ("limits", limit)
    stands: Path = ("threat_models", after, "ladder") if after else ("limits", limit)
    if after is None:
        assert before is not None
        weighed = Weighed(outcome=Outcome.REMOVED, why="it stands on no ladder any more, so the gate does not ask it")
    elif before is None:
        weighed = Weighed(outcome=Outcome.ADDED, why="it stood on no ladder, so the gate did not ask it")
    else:
        weighed = _as_far(walk, old.threat_models[before], new.threat_models[after])
    said = (limit if before else None, limit if after else None)
    yield walk.revise(entry, *said, (stood, stands), Category.TRIGGER, weighed)


def _as_far(walk: Walk, old: ThreatModel, new: ThreatModel) -> Weighed:
    """A limit on another ladder is evaluated against the attacker's budget of that ladder (V4)."""
    was, now = old.attacker_budget, new.attacker_budget
    if was and not now:
        return stricter("it moved to a ladder without an attacker budget, where nothing is cleared (V4)")
    if now and not was:
        return weaker("it moved from a ladder without an attacker budget, where nothing was cleared (V4)")
    if was and now and any(r.outcome.relaxes for r in _budgets(walk, was, now)):
        return weaker("it moved to a ladder whose attacker goes less far, or cannot be compared (V4)")
    return Weighed(outcome=Outcome.RELOCATED, why="it moved to another ladder, whose attacker goes as far")


def _budgets(walk: Walk, old: AttackerBudget, new: AttackerBudget) -> Found:
    return (r for r in walk.inside(old, new, ((), ()), Category.METHOD) if r.place != "description")


def _reordered(walk: Walk, name: str, old: ThreatModel, new: ThreatModel, inner: Places) -> Found:
    """L1: the order of rungs says when one without observations counts as crossed, and nothing else at the gate."""
    before = [rung for rung in old.ladder if rung in new.ladder]
    after = [rung for rung in new.ladder if rung in old.ladder]
    limits = (*walk.documents[0].limits.items(), *walk.documents[1].limits.items())
    bare = any(not limit.observations for rung, limit in limits if rung in (*old.ladder, *new.ladder))
    if before == after and not (bare and old.ladder != new.ladder):
        return
    weighed = Weighed(outcome=Outcome.RELOCATED, why="every rung has observations, so their order decides nothing")
    if bare:
        weighed = undecided("a rung without observations counts as crossed with the one below, which is another now")
    both = ((*inner[0], name, "ladder"), (*inner[1], name, "ladder"))
    entry = Entry(meaning=HERE, touches=_TRIGGER, rule="L1")
    yield walk.revise(entry, old.ladder, new.ladder, both, Category.TRIGGER, weighed)


def blind_spot(walk: Walk, old: ThreatModel, new: ThreatModel, at: Places, _: Category) -> Found:
    """L3: a threat model with neither ladder nor acceptance holds; an acceptance lets go on without a test."""
    was, now = old.accepted_blind_spot, new.accepted_blind_spot
    inner = _below(at, "accepted_blind_spot")
    if was and now:
        yield from walk.inside(was, now, inner, Category.SCOPE)
    elif was or now:
        entry = Entry(meaning=Inside(), touches=(Dimension.SCOPE, Dimension.OBLIGATION), rule="L3")
        yield walk.revise(entry, was and was.why, now and now.why, inner, Category.SCOPE, _accepted(old, new))


def _accepted(old: ThreatModel, new: ThreatModel) -> Weighed:
    if new.accepted_blind_spot:
        if not old.ladder:
            return weaker("with neither ladder nor acceptance it held; now it is accepted")
        if set(old.ladder) <= set(new.ladder):
            return Weighed(outcome=Outcome.ADDED, why="beside its ladder, one more thing that ends and then holds")
        return weaker("limits gave way to an acceptance")
    if not new.ladder:
        return stricter("with neither ladder nor acceptance it holds")
    if set(new.ladder) - set(old.ladder):
        return stricter("limits took the place of the acceptance")
    return weaker("the acceptance ended one day and then held; the ladder is what it was")


# ------------------------------------------------------------------------ protections, evaluation


def target(walk: Walk, old: Efficacy, new: Efficacy, at: Places, category: Category) -> Found:
    """D3: by the sense of the measurement."""
    if old.target == new.target:
        return
    higher = new.target > old.target
    if old.sense is not new.sense:
        weighed = undecided("target and sense differ")
    elif higher is (new.sense is Sense.AT_LEAST):
        weighed = stricter("fewer tests meet it")
    else:
        weighed = weaker("more tests meet it")
    entry = Entry(meaning=HERE, touches=_TRIGGER, rule="D3")
    yield walk.revise(entry, old.target, new.target, _below(at, "target"), category, weighed)


def success_score(walk: Walk, old: Evaluation, new: Evaluation, at: Places, category: Category) -> Found:
    """E5: a lower score counts as a success sooner, unless an observation holds low scores to be the dangerous ones."""
    if old.success_score == new.success_score:
        return
    name = at[1][-1]
    turned = any(
        getattr(o, "evaluation", None) == name and getattr(o, "orientation", None) is Orientation.LOWER
        for document in walk.documents
        for limit in document.limits.values()
        for o in limit.observations.values()
    )
    less: Decimal | bool = new.success_score < old.success_score
    if turned:
        weighed = undecided("for an observation of this evaluation low scores are the dangerous ones")
    elif less:
        weighed = stricter("lower, and more attempts count as successes, which is what is feared")
    else:
        weighed = weaker("higher, and fewer attempts count as successes, which is what is feared")
    entry = Entry(meaning=HERE, touches=_TRIGGER, rule="E5")
    inner = _below(at, "success_score")
    yield walk.revise(entry, old.success_score, new.success_score, inner, category, weighed)


def first_assessment(walk: Walk, old: EvaluationSection, new: EvaluationSection, at: Places, _: Category) -> Found:
    """D4: the smaller of the two counts, and with neither a first run is held."""
    was, now = old.first_assessment, new.first_assessment
    if was == now:
        return
    entry, inner = Entry(meaning=HERE, touches=_TRIGGER, rule="D4"), _below(at, "first_assessment")
    if was.at is None and was.factor is None:
        weighed = weaker("a first run was held; now it may go up to a point")
    elif now.at is None and now.factor is None:
        weighed = stricter("with no point stated a first run is held")
    else:
        ways = {_bound(was.at, now.at), _bound(was.factor, now.factor)} - {0}
        if ways == {1}:
            weighed = stricter("a first run waits for its evaluation sooner")
        elif ways == {-1}:
            weighed = weaker("a first run may go further without an evaluation")
        else:
            weighed = undecided("one bound on a first run is nearer and the other is farther")
    said = [", ".join(str(x) for x in (f.at, f.factor) if x is not None) for f in (was, now)]
    yield walk.revise(entry, said[0], said[1], inner, Category.TRIGGER, weighed)


def _bound(old: Decimal | None, new: Decimal | None) -> int:
    """1 where a bound that was not there is, or is smaller; -1 the other way round; 0 where nothing differs."""
    if old == new:
        return 0
    if old is None or new is None:
        return 1 if old is None else -1
    return 1 if new < old else -1


# --------------------------------------------------------------------------- disclosures, definitions


def disclosures(walk: Walk, old: Accountability, new: Accountability, at: Places, _: Category) -> Found:
    """They have no ids: the same words, else the likeliest, are the same disclosure."""
    entry = Entry(
        meaning=Members(),
        because="what is published can be checked by others",
        touches=(Dimension.DISCLOSURE,),
    )
    inner = _below(at, "disclosures")
    rest = dict(enumerate(new.disclosures))
    for index, was in enumerate(old.disclosures):
        place = _partner(was, rest)
        if place is None:
            yield walk.gone(entry, was, (*inner[0], index), Category.DISCLOSURE)
        else:
            both = ((*inner[0], index), (*inner[1], place))
            yield from walk.inside(was, rest.pop(place), both, Category.DISCLOSURE)
    for place, made in rest.items():
        yield walk.come(entry, made, (*inner[1], place), Category.DISCLOSURE)


def _partner(one: Disclosure, others: dict[int, Disclosure]) -> int | None:
    same = [place for place, other in others.items() if same_text(one.what, other.what)]
    if same:
        return same[0]
    likeliest = max(others, key=lambda place: likeness(one.what, others[place].what), default=None)
    return likeliest if likeliest is not None and likeness(one.what, others[likeliest].what) >= 0.6 else None


def definitions(walk: Walk, old: PolicyDocument, new: PolicyDocument, at: Places, _: Category) -> Found:
    """A word that was in use and is given a meaning now may mean less than before."""
    from scalegate.revision.wording import says

    entry = Entry(meaning=Text(), because="a word without a meaning can mean anything", touches=_SCOPE)
    inner = _below(at, "definitions")
    for term, was in old.definitions.items():
        now = new.definitions.get(term)
        if now is None:
            yield walk.gone(entry, was, (*inner[0], term), Category.SCOPE)
        elif was != now:
            both = ((*inner[0], term), (*inner[1], term))
            yield walk.revise(entry, was, now, both, Category.SCOPE, weigh(entry, was, now, walk.documents))
    for term, now in new.definitions.items():
        if term not in old.definitions:
            in_use = says(old, term)
            weighed = undecided("a word that was in use is given a meaning") if in_use else None
            yield walk.come(entry, now, (*inner[1], term), Category.SCOPE, weighed)
