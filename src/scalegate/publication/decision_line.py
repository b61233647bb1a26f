"""The answer for one permission, with every blocker and what it rests on, as words.

For: pages and screens. Does not know: markup; how decisions come about.

An answer is shown as it stands at the page's time: what nobody asked is held (D1), a grant that has lapsed is
held (D9), and a waiver that has ended no longer shows (D12).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from scalegate.decision.decision import Blocker, Decision
from scalegate.policy.document import PolicyDocument
from scalegate.publication.roster import Asked
from scalegate.publication.words import GRANTED, HELD, PERMISSIONS, WAIVED, Status, format_date, spelled


@dataclass(frozen=True, kw_only=True)
class BlockerLine:
    """One reason why a permission is held."""

    rule: str
    about: str
    why: str
    cleared_by: str
    waivable: bool


@dataclass(frozen=True, kw_only=True)
class RestLine:
    """One thing that an answer rests on."""

    ground: str
    id: str
    what: str
    until: str
    digest: str
    for_permissions: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class DecisionLine:
    """The answer for one permission and mode at the page's time."""

    name: str
    permission: str
    mode: str
    status: Status
    until: str
    because: str
    blockers: tuple[BlockerLine, ...]
    rests_on: tuple[RestLine, ...]
    compute_cap: str
    out_of_scope: str
    note: str = ""


def column_name(key: Asked) -> str:
    """`Deploy (api)`; a mode that the name says already is not said twice."""
    permission, mode = key
    name = PERMISSIONS[permission][0]
    return f"{name} ({mode})" if mode and mode not in name.lower() else name


def decision_line(
    policy: PolicyDocument,
    key: Asked,
    decision: Decision | None,
    as_of: datetime,
    documents: Mapping[str, PolicyDocument] | None = None,
) -> DecisionLine:
    """The answer as it stands at `as_of`: what nobody asked is held (D1), and a lapsed grant is held (D9).

    Args:
        documents: all that are in force, for the one answer of several: each reason names its own.
    """
    status, until, because, extra = _standing(decision, as_of)
    blockers = extra + tuple(_blocker(policy, b, documents or {}) for b in (decision.blockers if decision else ()))
    granted = status is GRANTED
    return DecisionLine(
        name=column_name(key),
        permission=key[0].value,
        mode=key[1],
        status=status,
        until=until,
        because=because,
        blockers=blockers,
        rests_on=tuple(_rest_lines(decision)),
        compute_cap=str(decision.compute_cap) if granted and decision and decision.compute_cap else "",
        out_of_scope=decision.out_of_scope if decision else "",
    )


def _standing(decision: Decision | None, as_of: datetime) -> tuple[Status, str, str, tuple[BlockerLine, ...]]:
    if decision is None:
        return HELD, "", "", (_own("D1", "nobody asked; what was not granted is held"),)
    if decision.granted:
        if decision.lapses_at is not None and decision.lapses_at <= as_of:
            why = f"the grant lapsed on {format_date(decision.lapses_at)} ({decision.lapses_because})"
            return HELD, "", "", (_own("D9", why),)
        return GRANTED, format_date(decision.lapses_at), decision.lapses_because, ()
    if decision.waived_until is not None and decision.waived_until > as_of:
        return WAIVED, format_date(decision.waived_until), "the waiver ends", ()
    if decision.waived_until is not None:
        return HELD, "", "", (_own("D12", f"the waiver ended on {format_date(decision.waived_until)}"),)
    return HELD, "", "", ()


def _own(rule: str, why: str) -> BlockerLine:
    return BlockerLine(rule=rule, about="", why=why, cleared_by="asking again", waivable=False)


def _blocker(policy: PolicyDocument, blocker: Blocker, documents: Mapping[str, PolicyDocument]) -> BlockerLine:
    named = [blocker.document] if documents else []
    elsewhere = f"see the document {blocker.document}" if blocker.document and not documents else ""
    policy = documents.get(blocker.document, policy)
    limit = policy.limits.get(blocker.limit)
    measure = policy.protections.measures.get(blocker.protection)
    about = [limit.title if limit else blocker.limit, measure.title if measure else blocker.protection]
    roles = [policy.roles[r].title if r in policy.roles else str(r) for r in blocker.cleared_by]
    return BlockerLine(
        rule=blocker.rule,
        about=": ".join(part for part in (*named, *about) if part),
        why=spelled(blocker.why),
        cleared_by=", ".join(roles) or elsewhere or "nobody under this policy",
        waivable=blocker.waivable,
    )


def _rest_lines(decision: Decision | None) -> Iterator[RestLine]:
    for rest in decision.rests_on if decision else ():
        yield RestLine(
            ground=rest.ground.value.replace("_", " "),
            id=f"{rest.document}: {rest.id}" if rest.document else rest.id,
            what=spelled(rest.what),
            until=format_date(rest.until),
            digest=rest.digest or "",
        )
