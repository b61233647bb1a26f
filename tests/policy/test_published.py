"""Published policies: what is unknown stays unknown, what is missing is filled with what holds, and both are said."""

from __future__ import annotations

import copy
import typing
from dataclasses import MISSING, fields, is_dataclass, replace
from pathlib import Path
from types import UnionType
from typing import Any, get_args, get_origin

import pytest
import yaml

from scalegate.decision.dossier import Attestation, Dossier
from scalegate.decision.gate import decide
from scalegate.decision.state import protection_state
from scalegate.errors import Finding, InputError
from scalegate.policy import document as values
from scalegate.policy.document import Permission, PolicyDocument, StopKind
from scalegate.policy.file import parse_policy
from scalegate.policy.people import quorums
from scalegate.policy.published import LONGEST, PublishedPolicy, Statement, stop_clause, unknowns
from scalegate.policy.published_file import parse_published
from scalegate.policy.stand_ins import NOBODY, complete
from scalegate.shape import Fault, decode, dotted, encode, hints
from world import NOW, attestation, policy, question

TEXT = yaml.load(Path(__file__).with_name("published_text.yaml").read_bytes(), Loader=yaml.BaseLoader)
BARE = {"schema": "scalegate.policy/1", "title": "t", "version": "1", "developer": "d"}


def locate(faults: tuple[Fault, ...]) -> tuple[Finding, ...]:
    return tuple(Finding(where="text.yaml:1:1", path=dotted(f.path), what=f.what, mend=f.mend) for f in faults)


def read(change: Any = None) -> PublishedPolicy:
    data = copy.deepcopy(TEXT)
    if change:
        change(data)
    return parse_published(data, locate)


def refused(change: Any) -> tuple[Finding, ...]:
    with pytest.raises(InputError) as error:
        read(change)
    return error.value.findings


# ------------------------------------------------------------------------------------- facts


def test_unknown_none_and_a_statement_are_three_things() -> None:
    facts = read().facts
    assert facts.governance.recommends is None
    assert facts.governance.external_review is not None
    assert facts.governance.external_review.absent
    assert facts.loosened_when is not None
    assert facts.loosened_when.absent
    assert facts.security is not None
    assert not facts.security.absent
    assert (facts.domains, facts.numbers) == (None, ())
    assert facts.deployment.kind is StopKind.UNKNOWN
    assert set(unknowns(facts)) == {
        "development.ends_when",
        "deployment.kind",
        "deployment.covers",
        "domains",
        "governance.recommends",
        "governance.noncompliance",
    }


def leaves(value: Any, path: tuple[str, ...] = ()) -> list[tuple[str, ...]]:
    if isinstance(value, dict):
        return [found for key, item in value.items() for found in leaves(item, (*path, key))]
    return [path]


@pytest.mark.parametrize("path", leaves(TEXT["facts"]), ids=".".join)
def test_a_fact_that_is_removed_is_reported(path: tuple[str, ...]) -> None:
    def remove(data: Any) -> None:
        place = data["facts"]
        for key in path[:-1]:
            place = place[key]
        del place[path[-1]]

    (finding, *_) = refused(remove)
    assert f"{path[-1]!r} is missing" in finding.what
    assert finding.path == ".".join(("facts", *path[:-1]))


@pytest.mark.parametrize("path", ["governance.recommends", "domains", "deployment.kind"])
def test_an_unknown_fact_that_nothing_explains_is_reported(path: str) -> None:
    def forget(data: Any) -> None:
        data["undetermined"] = [item for item in data["undetermined"] if item["about"] != path]

    (finding,) = refused(forget)
    assert finding.what == f"facts.{path} is unknown, and nothing says why"


@pytest.mark.parametrize("text", ["", "  ", "word " * (LONGEST // 5 + 1)])
def test_no_statement_is_empty_or_long_enough_to_be_a_quotation(text: str) -> None:
    assert refused(lambda d: d["facts"].update(security=text))


@pytest.mark.parametrize(
    ("key", "bad"),
    [
        ("url", "http://example.org/x"),
        ("url", "https://"),
        ("digest", "sha256:abc"),
        ("date", "February 2025"),
        ("read_from", "a file"),
        ("how_much_read", "mostly"),
    ],
)
def test_a_source_has_an_address_a_date_and_a_whole_digest(key: str, bad: str) -> None:
    (finding,) = refused(lambda d: d["source"].update({key: bad}))
    assert finding.path == f"source.{key}"


@pytest.mark.parametrize("bad", ["4", "four", "4x or so"])
def test_a_multiple_is_a_factor_or_none(bad: str) -> None:
    assert refused(lambda d: d["facts"]["cadence"].update(effective_compute=bad))


def test_another_version_and_a_missing_policy_are_refused() -> None:
    assert refused(lambda d: d.update(schema="scalegate.published-policy/2"))
    (finding,) = refused(lambda d: d.pop("policy"))
    assert finding.path.startswith("policy")


@pytest.mark.parametrize("key", ["title", "version", "developer"])
def test_what_stands_under_source_is_not_said_twice(key: str) -> None:
    (finding,) = refused(lambda d: d["policy"].update({key: "another"}))
    assert finding.path == f"policy.{key}"


def test_the_stop_of_the_document_is_that_of_the_facts() -> None:
    published = read()
    assert published.document.response.stop == stop_clause(published.facts)
    assert published.document.response.stop.contingent_on == "a lead over others"
    assert refused(lambda d: d["policy"].update(response={"stop": {"development": "none"}}))


def test_a_published_policy_is_refused_by_name_where_a_policy_is_read() -> None:
    reading = parse_policy(TEXT, locate)
    assert reading.document is None
    (finding,) = reading.findings
    assert "published policy" in finding.what
    assert "never adopted" in finding.what


# ---------------------------------------------------------------------------------- stand-ins


def test_a_partial_policy_reads_as_a_document_and_lists_every_place_that_was_filled() -> None:
    published = read()
    document = published.document
    assert decode(PolicyDocument, encode(document)) == document
    holes = {hole.at for hole in published.holes}
    assert {
        "roles.chief.holders",
        "roles.chief.line",
        "roles.not-stated",
        "threat_models.harm.actor",
        "limits.lower.observations.opinion.role",
        "protections.measures.vault.efficacy",
        "protections.measures.filter.approved_by",
        "protections.standing.TRAIN",
        "evaluation",
        "response.max_lease",
        "accountability",
    } <= holes
    assert not published.states(("protections", "measures", "vault", "efficacy", "target"))
    assert published.states(("protections", "measures", "filter", "efficacy", "target"))
    assert published.states(("threat_models", "harm", "harm"))


def test_no_hole_stands_where_the_text_says_something() -> None:
    published = read()
    for hole in published.holes:
        place: Any = TEXT["policy"]
        for key in hole.path:
            place = place.get(key) if isinstance(place, dict) else place[key] if key < len(place) else None
            if place is None:
                break
        assert place is None, hole.at


def required(kind: Any, seen: set[Any]) -> None:
    """Collect every dataclass below a type."""
    if get_origin(kind) in (typing.Union, UnionType, tuple, dict):
        for part in get_args(kind):
            required(part, seen)
    elif is_dataclass(kind) and not hasattr(kind, "parse") and kind not in seen:
        seen.add(kind)
        for hint in hints(kind).values():
            required(hint, seen)


def kinds() -> set[Any]:
    seen: set[Any] = set()
    required(PolicyDocument, seen)
    return seen


WHOLE = {
    "RateObservation", "HorizonObservation", "ExistenceObservation", "DifferenceObservation", "ComputeObservation",
    "ProgressObservation", "RateShift", "FactorShift", "SlopeEnvelope", "Precursor", "Reference", "Evaluation",
    "Exclusion", "Separation", "Relaxation", "Change", "ChangelogEntry", "Reached", "Precondition",
}  # fmt: skip
"""What a text either states whole or not at all."""

NAMED = {
    ("PolicyDocument", "schema"), ("PolicyDocument", "title"), ("PolicyDocument", "version"),
    ("PolicyDocument", "developer"), ("ThreatModel", "title"), ("Limit", "title"), ("Limit", "capability"),
    ("Limit", "observations"), ("JudgementObservation", "measure"), ("StatedObservation", "measure"),
    ("Watched", "title"), ("Protection", "title"), ("Protection", "family"), ("Conditional", "limit"),
    ("Conditional", "permission"), ("StopClause", "development"), ("StopClause", "deployment"), ("Action", "when"),
    ("Commitment", "component"),
}  # fmt: skip
"""What has no stand-in: a text that says less says nothing of the kind."""


def test_every_field_that_a_policy_needs_is_stated_or_has_a_stand_in() -> None:
    from scalegate.policy.stand_ins import _stand_in

    without = {
        (kind.__name__, field.name)
        for kind in kinds()
        for field in fields(kind)
        if field.default is MISSING and field.default_factory is MISSING and kind.__name__ not in WHOLE
        if _stand_in(kind, field.name, hints(kind)[field.name]) is None
    }
    assert without == NAMED


def test_a_test_with_numbers_is_never_completed() -> None:
    def half(data: Any) -> None:
        data["policy"]["limits"]["lower"]["observations"]["exam"] = {"measure": "success_rate", "limit": "0.5"}

    found = refused(half)
    assert any("'alpha_upper' is missing" in finding.what for finding in found)


def test_stand_ins_hold_every_permission() -> None:
    document, _ = complete(dict(BARE))
    bare = decode(PolicyDocument, document)
    for permission in Permission:
        assert not decide(bare, replace(question(), permission=permission), Dossier()).granted
        assert not decide(read().document, replace(question(), permission=permission), Dossier()).granted


def test_nobody_can_meet_a_quorum_or_a_target_that_stands_in() -> None:
    document = read().document
    assert document.roles[NOBODY].holders == ()
    for _, quorum, _ in quorums(document):
        people = {holder for role in quorum.of for holder in document.roles[role].holders}
        assert len(people) < quorum.number
        assert quorum.of == (NOBODY,)
    staffed = replace(
        document,
        roles={**document.roles, "chief": replace(document.roles["chief"], holders=("olga",))},  # type: ignore[arg-type]
    )
    tested: Attestation = attestation("vault")
    best = replace(
        tested,
        tested_at=NOW,
        measured=values.Decimal("1e30"),
        approved=replace(tested.approved, role="chief"),  # type: ignore[arg-type]
    )
    state = protection_state(staffed, "vault", replace(Dossier(), attestations=(best,)), NOW)
    assert "unbounded" in state.why_not or "Infinity" in state.why_not


def test_the_same_gate_grants_where_nothing_stands_in() -> None:
    """The tests above can fail: a whole policy of the same shape is not held by the absence of stand-ins."""
    assert not any(name == NOBODY for name in policy().roles)
    assert complete(encode(policy()))[1][0].at == f"roles.{NOBODY}"
    assert len(complete(encode(policy()))[1]) == 1


def test_statements_keep_their_words() -> None:
    assert Statement.parse("a lead over others") == "a lead over others"
    assert encode(read().facts)["loosened_when"] == "none: nothing of the kind is said"
