"""What a policy answers to criteria of others, with what the record shows of it.

For: command line, service. Does not know: storage, where criteria lie, how answers are shown.

What a record shows counts for the policy that it has in force and for no other: a file that differs from it by a byte
of meaning is stated, and not evidenced.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from scalegate.decision.state import protection_state
from scalegate.errors import Finding
from scalegate.obligation.due import obligations
from scalegate.obligation.obligation import Kind, State
from scalegate.policy.coverage import Coverage, Shown, coverage
from scalegate.policy.criteria import Evidence, Pack, StalePackError
from scalegate.policy.document import PolicyDocument
from scalegate.quantity import Digest
from scalegate.record.view import RecordView, dossier_for
from scalegate.shape import Path
from scalegate.verdict.verdict import VerdictKind

FEW = 5  # so many entries are named for one thing that the record shows


@dataclass(frozen=True, kw_only=True)
class Covered:
    """Answers to every pack that was asked for.

    Attributes:
        evidenced: a record of this very policy was at hand.
        refused: packs that answer nothing, with what to do about each.
        said: what has to be read before anything about a published text; empty for a policy file.
    """

    policy: PolicyDocument
    digest: Digest
    as_of: datetime
    evidenced: bool
    answers: tuple[Coverage, ...]
    refused: tuple[Finding, ...]
    said: tuple[str, ...] = ()

    @property
    def complete(self) -> bool:
        """Every criterion that a program can judge is met."""
        kinds = {answer.answer.value for found in self.answers for answer in found.answers}
        return not kinds - {"met", "not_assessable"}


def covered(
    policy: PolicyDocument,
    digest: Digest,
    packs: Iterable[Pack],
    now: datetime,
    *,
    view: RecordView | None = None,
    holes: Sequence[Path] = (),
) -> Covered:
    """Answer every pack that has not ended; those that have are in `refused`.

    Args:
        policy: the document that is looked at.
        digest: its digest.
        packs: the criteria.
        now: the time.
        view: a record at hand; it counts only while this policy is in force there.
        holes: paths that the text does not state.
    """
    counts = view is not None and view.policy is not None and view.policy.digest == digest
    shown = dict(evidence(view, now)) if counts and view is not None else {}
    answers: list[Coverage] = []
    refused: list[Finding] = []
    for pack in packs:
        try:
            answers.append(coverage(pack, policy, now, evidence=shown, holes=holes))
        except StalePackError as error:
            refused += error.findings
    return Covered(
        policy=policy, digest=digest, as_of=now, evidenced=counts, answers=tuple(answers), refused=tuple(refused)
    )


# ----------------------------------------------------------------------------- what a record shows


def evidence(view: RecordView, now: datetime) -> Mapping[Evidence, Shown]:
    """Everything that a record shows of the policy in force, up to a time."""
    if view.policy is None or view.adopted_at is None or view.adopted_at > now:
        return {}
    found = [*_acts(view, now), *_assessments(view, now), *_kept(view, now)]
    protections = _protections(view, now)
    return dict(found) | ({Evidence.PROTECTIONS_IN_FORCE: protections} if protections else {})


Found = Iterator[tuple[Evidence, Shown]]


def _acts(view: RecordView, now: datetime) -> Found:
    assert view.adopted_at is not None
    yield Evidence.ADOPTED, Shown(what=f"in force since {view.adopted_at:%Y-%m-%d}", entries=(view.policies[-1][0],))
    plans = [digest for digest, at in view.plan_times.items() if at <= now]
    if plans:
        yield Evidence.PLANS_REGISTERED, _shown(plans, "plans registered before their runs")
    answered = [a for a in view.answers.values() if a.made_at <= now]
    if answered:
        yield Evidence.CRITIC_ANSWERED, Shown(what=_number(len(answered), "threat models of outsiders answered"))
    stated = [s for s in view.risk_statements if s.made_at <= now]
    if stated:
        yield Evidence.RISK_STATED, Shown(what=_number(len(stated), "risk statements with credences"))
    resumed = [at for at in view.resumed_at.values() if at <= now]
    if resumed:
        yield Evidence.PAUSE_ANSWERED, Shown(what=_number(len(resumed), "pauses answered in writing"))
    progress = [p for p in view.progress if p.measured_at <= now]
    if progress:
        yield Evidence.PROGRESS_RECORDED, Shown(what=_number(len(progress), "progress of training recorded"))
    for kind, what, items in (
        (Evidence.EFFORT_RECORDED, "effort recorded", view.efforts),
        (Evidence.CONTROL_RECORDED, "positive controls recorded", view.controls),
    ):
        dated = [item for item in items if item.made_at <= now]
        if dated:
            yield kind, Shown(what=_number(len(dated), what))


def _assessments(view: RecordView, now: datetime) -> Found:
    assert view.policy is not None
    void = (VerdictKind.INVALID, VerdictKind.NOT_RUN)
    standing = [
        digest
        for key, (digest, verdict) in view.verdicts.items()
        if key[3] == view.policy.digest
        and verdict.as_of <= now
        and verdict.kind not in void
        # what has ended since shows no more than what was never run
        and verdict.at(now) not in void
    ]
    if standing:
        yield Evidence.EVALUATIONS_COUNTED, _shown(standing, "verdicts that rest on evaluations which count now")
    decided = [(digest, d) for _, digest, d in view.decisions if d.question.as_of <= now]
    if decided:
        yield Evidence.DECISIONS_RECORDED, _shown([digest for digest, _ in decided], "decisions recorded")
    held = [digest for digest, decision in decided if not decision.granted]
    if held:
        yield Evidence.HELD_ONCE, _shown(held, "decisions that held")


def _kept(view: RecordView, now: datetime) -> Found:
    owed = obligations(view, now)
    for kind, evidence_kind, what in (
        (Kind.POLICY_REVIEW, Evidence.REVIEW_HELD, "reviews of the policy held in time"),
        (Kind.COMMITMENT, Evidence.COMMITMENT_SIGNED, "commitments signed as kept in time"),
    ):
        met = [o for o in owed if o.kind is kind and o.state is State.MET]
        if met:
            yield evidence_kind, Shown(what=_number(len(met), what))


def _protections(view: RecordView, now: datetime) -> Shown | None:
    """All that are asked for always are in force; None while one is not, or while none is asked for."""
    assert view.policy is not None
    policy = view.policy.document
    dossier = dossier_for(view, subject="", policy=view.policy.digest)
    names = dict.fromkeys(name for standing in policy.protections.standing.values() for name in standing.protections)
    states = {name: protection_state(policy, name, dossier, now) for name in names}
    if not states or any(state.why_not for state in states.values()):
        return None
    entries = [dossier.digests[f"protection:{name}"] for name in states if f"protection:{name}" in dossier.digests]
    return _shown(entries, "protections that are asked for always, all in force")


def _shown(entries: Sequence[Digest], what: str) -> Shown:
    return Shown(what=_number(len(entries), what), entries=tuple(sorted(entries)[:FEW]))


def _number(count: int, what: str) -> str:
    return f"{what} ({count})"
