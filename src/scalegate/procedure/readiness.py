"""Which protections are asked for, by what, whether each is in force, and which must be ready first (D2, D3, V6).

For: command line, service. Does not know: storage. Whether a protection is in force is the gate's own answer.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from scalegate.decision.state import protection_state
from scalegate.policy.document import PolicyDocument
from scalegate.procedure.needing import Need, needs
from scalegate.procedure.workspace import Workspace
from scalegate.quantity import LAST_INSTANT, Compute, Digest, Identifier
from scalegate.record.view import RecordView, dossier_for
from scalegate.verdict.verdict import VerdictKind


@dataclass(frozen=True, kw_only=True)
class AskedFor:
    """One reason why a protection must be ready.

    Attributes:
        permission: for which it is asked.
        limit: the limit that counts as crossed, or stands at an alert, for `model`; empty for one asked always.
    """

    permission: str
    limit: str = ""
    model: str = ""


@dataclass(frozen=True, kw_only=True)
class Readiness:
    """One protection of the policy.

    Attributes:
        why_not: why it is not in force (D3); empty when it is.
        until: when its latest test lapses; None without one.
        asked: what asks for it now; empty when nothing does.
        needs: why and by when it may be needed, soonest first; forecasts, which are for planning, last.
        as_of: the time of the answer.
        document: of which it is one, where several are in force.
    """

    protection: Identifier
    title: str
    approved_by: str
    why_not: str
    until: datetime | None
    asked: tuple[AskedFor, ...]
    as_of: datetime
    needs: tuple[Need, ...] = ()
    document: str = ""

    @property
    def late(self) -> bool:
        """Asked for now and not in force."""
        return bool(self.asked and self.why_not)

    @property
    def needed_by(self) -> datetime | None:
        """The earliest time at which it may be needed, forecasts aside; None where nothing gives one."""
        return min((n.by for n in self.needs if n.by is not None and not n.reason.planning), default=None)

    @property
    def at_compute(self) -> Compute | None:
        """The least effective compute of a run in training at which it may be needed."""
        return min((n.at_compute for n in self.needs if n.at_compute is not None), default=None)

    @property
    def late_from(self) -> datetime | None:
        """From when on it would be late if nothing were done: needed, and not in force. None where nothing needs it."""
        if self.late:
            return self.as_of
        if self.needed_by is None or self.why_not or self.until is None:
            return self.needed_by
        return max(self.needed_by, self.until)

    @property
    def lapses_first(self) -> bool:
        """Its test lapses before it is needed: being in force now does not help then."""
        early = self.until is not None and self.needed_by is not None and self.until < self.needed_by
        return early and not self.why_not


def readiness(workspace: Workspace, now: datetime) -> tuple[Readiness, ...]:
    """Every protection of every document: those that are late first, then those that would be late soonest.

    Raises:
        UsageError: no policy is in force.
    """
    parts = workspace.each()
    found = [r for part in parts for r in _under(part, part.view.document if len(parts) > 1 else "", now)]
    return tuple(sorted(found, key=_order))


def _under(workspace: Workspace, document: str, now: datetime) -> Iterator[Readiness]:
    policy, digest = workspace.policy_in_force()
    dossier = dossier_for(workspace.view, subject="", policy=digest)
    needed = needs(policy, digest, workspace.view, now)
    for name, protection in policy.protections.measures.items():
        state = protection_state(policy, name, dossier, now)
        yield Readiness(
            protection=Identifier(name),
            title=protection.title,
            approved_by=protection.approved_by,
            why_not=state.why_not,
            until=state.until,
            asked=tuple(dict.fromkeys(_asked(policy, digest, workspace.view, name, now))),
            as_of=now,
            needs=needed[name],
            document=document,
        )


def _order(r: Readiness) -> tuple[bool, datetime, datetime, datetime, str, str]:
    """By slack; what nothing needs comes last."""
    late_from, needed, until = (at or LAST_INSTANT for at in (r.late_from, r.needed_by, r.until))
    return not r.late, late_from, needed, until, r.protection, r.document


def _asked(policy: PolicyDocument, digest: Digest, view: RecordView, name: str, now: datetime) -> Iterator[AskedFor]:
    for permission, standing in policy.protections.standing.items():
        if name in standing.protections:
            yield AskedFor(permission=permission)
    for tie in policy.protections.conditional:
        if name in tie.protections:
            for model in _raised(view, digest, tie.limit, now):
                yield AskedFor(permission=tie.permission, limit=tie.limit, model=model)


def _raised(view: RecordView, digest: Digest, limit: str, now: datetime) -> Iterator[str]:
    """Models for which the limit counts as crossed, or stands at an alert that makes its protections due (V6)."""
    for key, (_, verdict) in view.verdicts.items():
        kind = verdict.at(now)
        if (key[2], key[3]) == (limit, digest) and (kind.counts_as_crossed or kind is VerdictKind.ALERT):
            yield verdict.model
