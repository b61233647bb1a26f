"""Decisions of several documents, joined: a hold in any is a hold (D1)."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

import world
from scalegate.decision.decision import Blocker, Decision, Ground, NotTested, RestsOn
from scalegate.decision.together import conjoin, together
from scalegate.quantity import Compute

BLOCKER = Blocker(rule="D3", why="not in force", limit="low", waivable=True)


def decision(granted: bool, days: int = 3, cap: str = "", waived: int = 0, finding: str = "") -> Decision:
    end = world.NOW + timedelta(days=days)
    return Decision(
        question=world.question(),
        granted=granted,
        blockers=() if granted else (BLOCKER,),
        waived_until=None if granted or not waived else world.NOW + timedelta(days=waived),
        lapses_at=end if granted else None,
        lapses_because=f"{days} days" if granted else "",
        compute_cap=Compute(cap) if granted and cap else None,
        out_of_scope=finding,
        rests_on=(RestsOn(ground=Ground.VERDICT, id="low", what="NOT_SHOWN"),),
        not_tested=(NotTested(threat_model="bio", why="no evaluation"),),
    )


DECISIONS = st.builds(
    decision,
    st.booleans(),
    st.integers(1, 9),
    st.sampled_from(("", "1e23", "2e24")),
    st.sampled_from((0, 4, 8)),
)
SEVERAL = st.dictionaries(st.sampled_from(("policy", "eu", "uk", "third")), DECISIONS, min_size=1, max_size=4)


def test_one_document_stands_as_it_is() -> None:
    alone = decision(granted=True, cap="1e23")
    assert conjoin({"policy": alone}) == {"policy": alone}
    assert together({"policy": alone}) is alone


@given(SEVERAL)
def test_granted_together_is_granted_by_each(own: dict[str, Decision]) -> None:
    every = all(d.granted for d in own.values())
    assert together(own).granted == every
    assert [d.granted for d in conjoin(own).values()] == [every] * len(own)


@given(SEVERAL, DECISIONS)
def test_one_more_document_never_relaxes(own: dict[str, Decision], more: Decision) -> None:
    before, after = together(own), together({**own, "one-more": more})
    assert before.granted or not after.granted
    if after.granted:
        assert before.lapses_at is not None
        assert after.lapses_at is not None
        assert after.lapses_at <= before.lapses_at
        assert before.compute_cap is None or (after.compute_cap is not None and after.compute_cap <= before.compute_cap)
    elif not before.granted:
        assert before.waived_until or not after.waived_until
        if after.waived_until and before.waived_until:
            assert after.waived_until <= before.waived_until


@given(SEVERAL)
def test_held_and_waived_only_if_each_that_holds_is_waived(own: dict[str, Decision]) -> None:
    held = [d.waived_until for d in own.values() if not d.granted]
    expected = min(e for e in held if e) if held and all(held) else None
    assert {d.waived_until for d in conjoin(own).values()} == {expected}


@given(SEVERAL)
def test_a_hold_names_the_document_and_no_reason_is_lost(own: dict[str, Decision]) -> None:
    joined = conjoin(own)
    for name, d in joined.items():
        elsewhere = {b.document for b in d.blockers if b.rule == "D1"}
        assert elsewhere == {n for n, o in own.items() if not o.granted and n != name}
        assert set(own[name].blockers) <= set(d.blockers)
    if len(own) > 1:
        assert [b.document for b in together(own).blockers] == [n for n, d in own.items() for _ in d.blockers]


def test_a_grant_ends_with_the_first_document_and_says_which() -> None:
    joined = conjoin({"policy": decision(granted=True, days=9, cap="2e24"), "eu": decision(granted=True, days=2)})
    assert {d.lapses_at for d in joined.values()} == {world.NOW + timedelta(days=2)}
    assert joined["policy"].lapses_because == "2 days, under the document eu"
    assert joined["eu"].lapses_because == "2 days"
    assert {d.compute_cap for d in joined.values()} == {Compute("2e24")}


def test_out_of_scope_only_if_every_document_says_so() -> None:
    one, other = decision(granted=True, finding="f1"), decision(granted=True)
    assert together({"policy": one, "eu": other}).out_of_scope == ""
    assert together({"policy": one, "eu": replace(one, out_of_scope="f2")}).out_of_scope == "policy: f1, eu: f2"
