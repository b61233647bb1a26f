"""Policies side by side: the same questions for all, stand-ins never shown, and nothing that orders them."""

from __future__ import annotations

import itertools
import re
from dataclasses import replace

from policy.test_published import read
from scalegate.errors import Finding
from scalegate.policy.document import PolicyDocument, StopKind
from scalegate.policy.stand_ins import NOBODY, WORDS
from scalegate.procedure.comparing import compare
from scalegate.procedure.policy_source import PolicySource, published_source
from scalegate.procedure.workspace import PolicyFile
from scalegate.publication.comparison import Cell, Comparison, Said
from scalegate.shape import Fault, dotted
from world import POLICY_DIGEST, policy


def located(faults: tuple[Fault, ...]) -> tuple[Finding, ...]:
    return tuple(Finding(path=dotted(f.path), what=f.what, mend=f.mend) for f in faults)


def ordinary(document: PolicyDocument | None = None, asked: str = "own.yaml") -> PolicySource:
    file = PolicyFile(document=document or policy(), digest=POLICY_DIGEST, findings=())
    return PolicySource(id=asked, file=file, locate=located)


def published(asked: str = "a-text") -> PolicySource:
    return published_source(asked, read(), located)


def answers(page: Comparison, column: int) -> dict[str, Cell]:
    return {row.key: row.cells[column] for row in page.rows}


def test_unknown_none_and_stated_are_told_apart() -> None:
    found = answers(compare((published(),)), 0)
    assert found["governance.recommends"] == Cell(said=Said.UNKNOWN, lines=("unknown",))
    assert found["deployment.kind"].said is Said.UNKNOWN
    assert found["domains"].said is Said.UNKNOWN
    assert found["numbers"] == Cell(said=Said.NONE, lines=("none",))
    assert found["loosened_when"] == Cell(said=Said.NONE, lines=("none: nothing of the kind is said",))
    assert found["development.kind"] == Cell(said=Said.STATED, lines=("contingent",))
    assert found["development.hangs_on"].lines == ("a lead over others",)
    assert found["cadence.effective_compute"].lines == ("4x",)


def test_no_cell_is_empty() -> None:
    page = compare((published(), ordinary()))
    for row in page.rows:
        assert len(row.cells) == 2
        for cell in row.cells:
            assert cell.lines
            assert all(line.strip() for line in cell.lines), row.key


def test_what_was_left_open_stands_with_its_reason() -> None:
    left = answers(compare((published(),)), 0)["undetermined"]
    assert left.said is Said.UNKNOWN
    assert "tests: none is given" in left.lines
    assert len(left.lines) == 7


def test_counts_come_with_their_places() -> None:
    found = answers(compare((published(),)), 0)
    assert found["limits.operational"].lines == ("0",)
    assert found["limits.stated_only"].lines == ("1", "limits.lower")
    assert found["limits.undefined"].lines == ("1", "limits.upper")
    assert found["limits.unmapped"].lines == ("1", "limits.upper")
    assert found["protections.with_target"].lines == ("1", "protections.measures.filter")
    assert found["protections.named_only"].lines == ("1", "protections.measures.vault")


def test_an_ordinary_policy_answers_the_same_questions() -> None:
    found = answers(compare((ordinary(),)), 0)
    assert found["cadence.calendar"].lines == ("6 months",)
    assert found["limits.operational"].lines[0] == "3"
    assert found["limits.hard_stops"].lines == ("1", "limits.last")
    assert found["governance.notice"].said is Said.STATED
    assert found["development.kind"].said is Said.UNKNOWN
    assert "development.kind: the file says nothing of it" in found["undetermined"].lines


def test_a_stop_clause_of_an_ordinary_policy_is_told() -> None:
    from scalegate.policy.document import StopClause

    clause = StopClause(development=StopKind.UNCONDITIONAL, deployment=StopKind.NONE, text="Training stops.")
    document = policy()
    document = replace(document, response=replace(document.response, stop=clause))
    found = answers(compare((ordinary(document),)), 0)
    assert (found["development.kind"].lines, found["deployment.kind"].said) == (("unconditional",), Said.NONE)
    assert found["undetermined"].said is Said.NONE


def test_a_stand_in_is_never_shown() -> None:
    page = compare((published(),))
    shown = [line for row in page.rows for cell in row.cells for line in cell.lines]
    assert not [line for line in shown if NOBODY in line or WORDS in line or "unbounded" in line or "1 min" in line]
    assert "1.000001x" not in " ".join(shown)


def test_nothing_orders_policies_or_adds_them_up() -> None:
    """Columns stand as asked for, an answer hangs on its own policy alone, and no row or column has a word for more."""
    sources = (published("a"), ordinary(asked="b"), published("c"))
    alone = {source.id: answers(compare((source,)), 0) for source in sources}
    for order in itertools.permutations(sources):
        page = compare(order)
        assert [column.id for column in page.columns] == [source.id for source in order]
        for at, source in enumerate(order):
            assert answers(page, at) == alone[source.id]
    page = compare(sources)
    names = [group.title for group in page.groups] + [part for row in page.rows for part in (row.key, row.title)]
    words = re.compile(r"score|rank|rating|grade|total|overall|average|best|worst|better|percent|%", re.IGNORECASE)
    assert not [name for name in names if words.search(name)]
    assert not any(hasattr(page.columns[0], name) for name in ("score", "rank", "grade"))


def test_the_page_opens_with_what_it_does_not_claim() -> None:
    page = compare((published(),))
    assert "nothing was tested" in page.claims[0]
    assert any("score" in claim for claim in page.claims)


def test_a_published_policy_is_readable_and_never_adoptable() -> None:
    source = published()
    assert source.document.title == "A short text"
    assert source.file.digest is None
    first = source.file.findings[0]
    assert "never adopted" in first.what
    assert not first.blocks_reading
    assert source.holes


def test_what_only_a_stand_in_would_be_refused_for_is_not_held_against_the_text() -> None:
    source = published()
    assert not [f for f in source.file.findings if NOBODY in f.what]
    for finding in source.file.findings:
        inside = finding.path.removeprefix("policy.")
        assert not [hole for hole in source.holes if inside == hole.at or inside.startswith(f"{hole.at}.")], finding
    assert any("'upper' has no observation" in f.what for f in source.file.findings)
    assert {f.path for f in source.file.remarks} >= {f"policy.{hole.at}" for hole in source.holes}
