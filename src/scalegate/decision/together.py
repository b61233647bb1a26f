"""Several documents in force: a hold in any is a hold (D1).

For: procedure, verifier, which must join decisions in the same way. Does not know: the gate's other rules, the record.

Each document decides for itself, with its own definitions; then every decision is made to say what they come to
together. What is recorded under one document can so be read on its own and never says more than all of them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from scalegate.decision.decision import Blocker, Decision


def conjoin(own: Mapping[str, Decision]) -> dict[str, Decision]:
    """By document, the decision as it stands beside the others; with one document it stands as it is.

    Granted only if every document grants; then it lapses with the first of them and is capped by the least of their
    caps. Held and waived only if each document that holds is waived, until the first of their waivers ends.

    Args:
        own: by document, what it answers by itself; all on the same subject, permission and time.
    """
    if len(own) < 2:
        return dict(own)
    if all(decision.granted for decision in own.values()):
        return _granted(own)
    held = {name: decision for name, decision in own.items() if not decision.granted}
    ends = [decision.waived_until for decision in held.values()]
    waived = None if None in ends else min(end for end in ends if end is not None)
    return {
        name: replace(
            decision,
            granted=False,
            waived_until=waived,
            blockers=(*decision.blockers, *(_elsewhere(n, d) for n, d in held.items() if n != name)),
            lapses_at=None,
            lapses_because="",
            compute_cap=None,
        )
        for name, decision in own.items()
    }


def _granted(own: Mapping[str, Decision]) -> dict[str, Decision]:
    ends = [(d.lapses_at, name, d.lapses_because) for name, d in own.items() if d.lapses_at is not None]
    at, ending, because = min(ends)
    cap = min((d.compute_cap for d in own.values() if d.compute_cap is not None), default=None)
    return {
        name: replace(
            decision,
            lapses_at=at,
            lapses_because=because if name == ending else f"{because}, under the document {ending}",
            compute_cap=cap,
        )
        for name, decision in own.items()
    }


def _elsewhere(document: str, held: Decision) -> Blocker:
    """The hold of another document. Who can clear it is said there: its roles are not this one's."""
    rules = ", ".join(dict.fromkeys(b.rule for b in held.blockers))
    waived = f", waived until {held.waived_until:%Y-%m-%d}" if held.waived_until else ""
    why = f"the document {document} is in force too, and holds ({rules}{waived})"
    return Blocker(rule="D1", why=why, waivable=held.waived_until is not None, document=document)


def together(own: Mapping[str, Decision]) -> Decision:
    """The one answer: what all documents come to, with every reason and the document that it is a reason of.

    The question is the one put to the first document. With one document, its decision.
    """
    first = next(iter(conjoin(own).values()))
    if len(own) < 2:
        return first
    findings = {name: decision.out_of_scope for name, decision in own.items()}
    return replace(
        first,
        blockers=tuple(replace(b, document=name) for name, d in own.items() for b in d.blockers),
        rests_on=tuple(replace(r, document=name) for name, d in own.items() for r in d.rests_on),
        not_tested=tuple(replace(n, document=name) for name, d in own.items() for n in d.not_tested),
        out_of_scope=", ".join(f"{n}: {f}" for n, f in findings.items()) if all(findings.values()) else "",
    )
