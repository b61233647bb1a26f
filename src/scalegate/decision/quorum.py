"""Who counts for a quorum, over ids and roles.

For: the decision function and the record, which adds keys. Does not know: keys, signatures, files.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from scalegate.decision.dossier import Approver
from scalegate.policy.document import Line, PolicyDocument, Quorum


@dataclass(frozen=True, kw_only=True)
class QuorumCount:
    """Who counted, why others did not, and what is still wanting; `met` when nothing is."""

    counted: tuple[str, ...]
    ignored: tuple[str, ...]
    wanting: tuple[str, ...]

    @property
    def met(self) -> bool:
        return not self.wanting


def holds(policy: PolicyDocument, approver: Approver) -> bool:
    """Whether the person holds the role that they act in."""
    role = policy.roles.get(approver.role)
    return role is not None and approver.principal in role.holders


def count_quorum(policy: PolicyDocument, quorum: Quorum, approvers: Iterable[Approver]) -> QuorumCount:
    """Count distinct people who hold one of the quorum's roles.

    A person who signs twice, or in two roles, counts once; one who holds a role of `without` does not count at all.
    An outside key (`outside_key`) cannot be checked over ids alone; it is listed as wanting until keys come with the
    record.
    """
    counted: dict[str, set[Line]] = {}
    ignored: list[str] = []
    for approver in approvers:
        if approver.role not in quorum.of:
            ignored.append(f"{approver.principal}: role {approver.role} does not count here")
        elif not holds(policy, approver):
            ignored.append(f"{approver.principal}: does not hold the role {approver.role}")
        elif barred := _barred(policy, quorum, approver.principal):
            ignored.append(f"{approver.principal}: holds the role {barred}, whose holders do not count here")
        else:
            counted.setdefault(approver.principal, set()).add(policy.roles[approver.role].line)
    wanting = []
    if len(counted) < quorum.number:
        wanting.append(f"{quorum.number} people out of {', '.join(quorum.of)}; {len(counted)} counted")
    if quorum.outside_line and not any(Line.DELIVERY not in _lines(policy, person) for person in counted):
        wanting.append("one person outside the delivery line")
    if quorum.outside_key:
        wanting.append("an outside key (not supported yet)")
    return QuorumCount(counted=tuple(sorted(counted)), ignored=tuple(ignored), wanting=tuple(wanting))


def _barred(policy: PolicyDocument, quorum: Quorum, person: str) -> str:
    """The first role of `without` that the person holds; empty for none."""
    held = [name for name in quorum.without if name in policy.roles and person in policy.roles[name].holders]
    return held[0] if held else ""


def _lines(policy: PolicyDocument, person: str) -> set[Line]:
    """Every line a person stands in, whatever role they signed in: separation of duties."""
    return {role.line for role in policy.roles.values() if person in role.holders}
