"""Containment of configurations and descent of models (S1, S2)."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from scalegate.evidence.configuration import ancestors, containers, contains, untested_combinations
from scalegate.evidence.run import Configuration, Model
from scalegate.quantity import Identifier

LABELS = st.sampled_from("abcd")
GRAPHS = st.dictionaries(LABELS, st.lists(st.sampled_from("abcde"), max_size=3))


def configurations(graph: dict[str, list[str]]) -> dict[str, Configuration]:
    return {
        label: Configuration(title=label, contained_in=tuple(map(Identifier, others)))
        for label, others in graph.items()
    }


def test_S2_containment_is_transitive_and_reflexive_and_one_way() -> None:
    known = configurations({"chat": ["tools"], "tools": ["agent"], "agent": []})
    assert contains(known, "agent", "chat")
    assert contains(known, "chat", "chat")
    assert not contains(known, "chat", "agent")
    assert contains(known, "stranger", "stranger")
    assert not contains(known, "agent", "stranger")


def test_ancestors_go_through_teachers_and_strangers() -> None:
    models = {
        "student": Model(title="s", subject="opaque:s", parents=(Identifier("base"), Identifier("teacher"))),
        "teacher": Model(title="t", subject="opaque:t", parents=(Identifier("elsewhere"),)),
    }
    assert ancestors(models, "student") == {"base", "teacher", "elsewhere"}
    assert ancestors(models, "base") == frozenset()


@given(GRAPHS, LABELS, LABELS, LABELS)
def test_containment_ends_on_circles_and_stays_transitive(
    graph: dict[str, list[str]], one: str, two: str, three: str
) -> None:
    known = configurations(graph)
    if contains(known, one, two) and contains(known, two, three):
        assert contains(known, one, three)
    assert all(contains(known, big, one) for big in containers(known, one))


def test_S3_combinations_that_no_tested_configuration_has_are_listed() -> None:
    configurations = {
        "chat": Configuration(title="c"),
        "agent": Configuration(title="a", tools=(Identifier("bash"),)),
        "pair": Configuration(title="p", peers=(Identifier("other-model"),)),
        "guarded": Configuration(title="g", safeguards=(Identifier("filter"),)),
    }
    found = untested_combinations(configurations, {"agent"})
    assert found.startswith("4 of 8 combinations")
    assert "with other-model" in found
    everything = {**configurations, "all": replace(configurations["agent"], peers=(Identifier("other-model"),))}
    assert untested_combinations(everything, {"all"}) == ""
    assert untested_combinations(everything, ()).startswith("8 of 8")
    assert untested_combinations({}, ()) == ""


def test_S3_a_matrix_without_end_is_looked_at_in_part_and_says_so() -> None:
    many = {f"c{n}": Configuration(title="c", tools=(Identifier(f"t{n}"),), autonomy=f"a{n}") for n in range(80)}
    assert "of the first 4096 combinations" in untested_combinations(many, ())
