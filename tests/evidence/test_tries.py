"""Parts, tries and gaps: what shows only when runs are looked at beside each other."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

from evidence.test_outcomes import attempt, check, digest, run, suite, table, whole
from scalegate.evidence.defects import DefectKind
from scalegate.evidence.outcomes import OutcomeTable
from scalegate.evidence.run import Allowed, EvalRun, LogHeader, Status
from scalegate.quantity import parse_instant

DAY = timedelta(days=1)
WHEN = parse_instant("2026-03-01")


def one_try(scores: str, number: int, rows: slice = slice(None), **more: object) -> EvalRun:
    """The log of one try of a run: its own run label, as a harness gives it, and the lineage that the tries share."""
    header = LogHeader(lineage="T1", ended=WHEN + number * DAY)
    return run(whole(scores)[rows], label=f"try {number}", name=f"try {number}", **({"header": header} | more))


def kinds(found: OutcomeTable) -> set[DefectKind]:
    return {defect.kind for _, defect in found.defects}


class TestE4TriesOfOneRun:
    def test_an_errored_try_blocks_until_another_role_has_disposed_of_it(self) -> None:
        first = one_try("000", 1, slice(0, 1), status=Status.ERROR)
        last = one_try("000", 2)
        held = table(first, last)
        check(held, (0, 0, 0), (1, 1, 1))
        assert DefectKind.RETRIED in kinds(held)
        assert any("its last try is the run try 2" in words for words in held.voided)
        check(table(first, last, disposed={first.address}), (0, 0, 0), (0, 0, 0))

    def test_a_try_that_ended_well_but_left_gaps_may_be_disposed_of_too(self) -> None:
        first, last = one_try("000", 1, slice(0, 2)), one_try("000", 2)
        check(table(first, last), (0, 0, 0), (0, 0, 1))
        check(table(first, last, disposed={first.address}), (0, 0, 0), (0, 0, 0))

    def test_successes_of_every_try_count(self) -> None:
        first, last = one_try("010", 1, status=Status.CANCELLED), one_try("000", 2)
        check(table(first, last, disposed={first.address}), (0, 1, 0), (0, 1, 0))

    def test_the_last_try_must_be_whole_by_itself(self) -> None:
        first, last = one_try("000", 1, slice(0, 2)), one_try("000", 2, slice(1, 3))
        check(table(first, last, disposed={first.address}), (0, 0, 0), (1, 0, 0))
        check(table(first, last, disposed={first.address, last.address}), (0, 0, 0), (1, 0, 0))

    def test_a_log_that_was_copied_into_the_next_is_no_duplicate_once_it_is_disposed_of(self) -> None:
        first = run(whole("000")[:2], label="r", name="a", status=Status.ERROR, header=LogHeader(lineage="T1"))
        last = run(whole("000"), label="r", name="b", header=LogHeader(lineage="T1", ended=WHEN))
        check(table(first, last), (0, 0, 0), (1, 1, 0))
        check(table(first, last, disposed={first.address}), (0, 0, 0), (0, 0, 0))

    def test_E1_a_deleted_try_is_not_disposed_of(self) -> None:
        first = run(None, label="try 1", name="try 1", header=LogHeader(lineage="T1", ended=WHEN))
        check(table(first, one_try("000", 2), disposed={first.address}), (0, 0, 0), (1, 1, 1))

    def test_runs_of_other_lineages_are_no_tries(self) -> None:
        other = one_try("000", 1, header=LogHeader(lineage="T2"))
        assert kinds(table(other, one_try("000", 2))) == set()


class TestMixedParts:
    def parts(self, one: LogHeader, two: LogHeader) -> OutcomeTable:
        return table(run(whole("010")[:2], name="a", header=one), run(whole("010")[2:], name="b", header=two))

    def test_E3_parts_by_several_models_clear_nothing_and_show_what_they_show(self) -> None:
        found = self.parts(LogHeader(model="p/strong"), LogHeader(model="p/weak"))
        check(found, (0, 1, 0), (1, 1, 1))
        assert kinds(found) == {DefectKind.MIXED}
        assert found.voided == ("a run cannot clear: the parts of the run r were made with 2 models",)

    def test_E3_parts_with_several_token_budgets_clear_nothing(self) -> None:
        found = self.parts(LogHeader(allowed=Allowed(tokens=10)), LogHeader(allowed=Allowed(tokens=9)))
        check(found, (0, 1, 0), (1, 1, 1))

    def test_what_is_unknown_or_equal_is_not_mixed(self) -> None:
        named = LogHeader(model="p/m", scorer="a", allowed=Allowed(tokens=9, messages=3))
        for other in (LogHeader(), named, LogHeader(model="p/m", scorer="b", allowed=Allowed(messages=7))):
            check(self.parts(named, other), (0, 1, 0), (0, 1, 0))

    def test_repetitions_under_labels_of_their_own_may_differ(self) -> None:
        runs = [run(whole("010"), label=m, name=m, header=LogHeader(model=m)) for m in ("azure/m", "open/m")]
        check(table(*runs), (0, 1, 0), (0, 1, 0))

    def test_E1_a_part_whose_bytes_are_gone_is_still_another_models(self) -> None:
        gone = run(None, name="b", header=LogHeader(model="p/weak"))
        found = table(run(whole("000"), name="a", header=LogHeader(model="p/strong")), gone)
        assert DefectKind.MIXED in kinds(found)


class TestCoverage:
    def test_E2_registered_attempts_that_were_not_made_are_named_once_for_all_parts(self) -> None:
        found = table(run(whole("000")[:1]), run(whole("000")[1:2], name="two"), of=suite(2))
        (defect,) = [d for _, d in found.defects]
        assert (defect.kind, defect.rule, defect.voids_run) == (DefectKind.NOT_COVERED, "E2", False)
        assert defect.reason == "registered attempts that were not made (4): a/1 #2, a/2 #2, b/1 #1 and 1 more"
        assert found.voided == ("4 registered attempts were not made",)

    def test_a_covered_suite_and_lost_bytes_name_no_gaps(self) -> None:
        assert kinds(table(run(whole("000")))) == set()
        assert kinds(table(run(None))) == {DefectKind.BYTES_MISSING}


class TestV4Allowances:
    def test_the_least_that_any_log_names_counts(self) -> None:
        one = run(whole("000"), label="x", name="a", header=LogHeader(allowed=Allowed(tokens=900, messages=40)))
        two = run(whole("000"), label="y", name="b", header=LogHeader(allowed=Allowed(tokens=500, seconds=60)))
        unnamed = run(whole("000"), label="z", name="c", header=LogHeader())
        assert table(one, two, unnamed).allowed == Allowed(tokens=500, messages=40, seconds=60)
        assert table(unnamed, run(whole("000"))).allowed == Allowed()

    def test_a_run_that_is_void_and_disposed_of_allows_nothing_any_more(self) -> None:
        low = LogHeader(allowed=Allowed(tokens=5))
        broken, valid = run(whole("000"), name="a", label="x", status=Status.ERROR, header=low), run(whole("000"))
        assert table(broken, valid).allowed.tokens == 5
        assert table(broken, valid, disposed={broken.address}).allowed.tokens is None
        sound = run(whole("000"), name="a", label="x", header=low)
        assert table(sound, valid, disposed={sound.address}).allowed.tokens == 5

    def test_what_failures_spent_is_the_lower_median_of_those_that_count(self) -> None:
        rows = [attempt("a/1", tokens=7), attempt("a/2", tokens=9), attempt("b/1", score="1", tokens=100)]
        assert table(run(rows)).median_failure_tokens == 7
        assert table(run(whole("111"))).median_failure_tokens is None
        assert table(run(rows, status=Status.ERROR)).median_failure_tokens is None


def test_law_4_which_log_of_a_lineage_is_last_does_not_hang_on_names_alone() -> None:
    first = one_try("000", 1, slice(0, 2))
    renamed = run(whole("000"), label="a", name="a", header=LogHeader(lineage="T1", ended=WHEN + 2 * DAY))
    for last in (one_try("000", 2), renamed):
        found = table(first, last)
        assert [address for address, d in found.defects if d.kind is DefectKind.RETRIED] == [digest("try 1")]
    assert Decimal(1) > table(first, renamed).coverage
