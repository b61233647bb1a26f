"""Evidence made to mislead, up to the verdict: dispositions (E4), effort (V4), dates (V7)."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assessment.test_assess import crossed, kind, verdict_of
from evidence_world import TASKS, attempts, recorded, relaxed, request, run
from scalegate.assessment.pool import pools_of
from scalegate.assessment.request import RecordedRun, Request
from scalegate.evidence.run import Allowed, LogHeader, Status
from scalegate.policy.document import Relaxable
from scalegate.publication.limit_section import runs_behind
from scalegate.quantity import Digest, Probability
from scalegate.verdict.verdict import ObservationResult
from scalegate.verdict.verdict import VerdictKind as K
from world import DAY, NOW, policy


class TestE4Dispositions:
    """A run that is invalid and disposed of gives way to a valid run of the same plan, registered or not."""

    suite_a, suite_b = Digest("sha256:" + "1" * 64), Digest("sha256:" + "2" * 64)

    def broken(self, **changes: Any) -> RecordedRun:
        return recorded(run(attempts(0), label="broken", status=Status.ERROR), **({"suite": self.suite_a} | changes))

    def again(self, label: str = "again", **changes: Any) -> RecordedRun:
        return recorded(run(attempts(0), label=label), **({"suite": self.suite_a} | changes))

    def test_it_blocks_until_another_role_has_signed_and_a_valid_run_is_there(self) -> None:
        signed = self.broken(disposed=True)
        assert kind(self.broken(), self.again()).counts_as_crossed
        assert kind(signed).counts_as_crossed
        assert kind(signed, self.again()) is K.NOT_SHOWN

    @pytest.mark.parametrize("relaxed_too", [False, True])
    def test_a_valid_run_of_another_suite_is_none_of_the_same_plan(self, relaxed_too: bool) -> None:
        document = relaxed(policy(), Relaxable.REGISTRATION) if relaxed_too else policy()
        signed = self.broken(disposed=True, planned=not relaxed_too)
        other = self.again("other", suite=self.suite_b, planned=not relaxed_too)
        same = self.again(planned=not relaxed_too)
        assert kind(signed, other, policy=document).counts_as_crossed
        assert kind(signed, other, same, policy=document) is K.NOT_SHOWN

    def test_a_run_whose_files_have_changed_is_no_valid_run_in_its_place(self) -> None:
        changed = self.again(changed="the suite is not the one that the run was ingested against")
        assert kind(self.broken(disposed=True), changed).counts_as_crossed
        elsewhere = self.again("other", suite=self.suite_b)
        assert kind(changed, elsewhere) is K.NOT_SHOWN
        assert kind(self.broken(disposed=True), changed, elsewhere).counts_as_crossed

    def test_a_plan_that_was_registered_twice_is_one_plan(self) -> None:
        first, second = Digest("sha256:" + "3" * 64), Digest("sha256:" + "4" * 64)
        signed = self.broken(disposed=True)
        signed = replace(signed, run=replace(signed.run, plan=first))
        again = self.again()
        again = replace(again, run=replace(again.run, plan=second))
        assert kind(signed, again) is K.NOT_SHOWN
        assert kind(replace(signed, disposed=False), again).counts_as_crossed

    def test_E3_its_successes_count_for_good(self) -> None:
        shown = self.broken(disposed=True)
        shown = replace(shown, run=replace(shown.run, attempts=attempts(60)))
        assert kind(shown, self.again()).counts_as_crossed

    def test_law_2_an_invalid_run_that_expires_does_not_give_way_to_a_richer_configuration(self) -> None:
        """It was disposed of, and no valid run of its own configuration is there (E4)."""
        signed = recorded(run(attempts(0), label="broken", status=Status.ERROR, dated=NOW - 170 * DAY), disposed=True)
        rich = recorded(run(attempts(0), configuration="tools"))
        document = policy()
        exam = replace(document.evaluation.evaluations["exam"], coverage_floor=Probability(0))
        document = replace(document, evaluation=replace(document.evaluation, evaluations={"exam": exam}))
        for moment in (NOW, NOW + 30 * DAY):
            assert kind(signed, rich, now=moment, policy=document).counts_as_crossed

    def test_time_signs_no_disposition(self) -> None:
        old = {"dated": NOW - 200 * DAY}
        broken = recorded(run(attempts(0), label="broken", status=Status.ERROR, **old), suite=self.suite_a)
        lost = recorded(run(None, label="lost", **old), suite=self.suite_a)
        sound = recorded(run(attempts(20), label="sound", **old), suite=self.suite_a)
        for blocking in (broken, lost):
            assert kind(blocking, self.again()).counts_as_crossed
        assert kind(replace(broken, disposed=True), self.again()) is K.NOT_SHOWN
        assert kind(sound, self.again()) is K.NOT_SHOWN  # V7: it has expired, and was made again afterwards

    def test_invalid_and_abandoned_runs_are_counted_also_where_they_add_nothing(self) -> None:
        plan = Digest("sha256:" + "3" * 64)
        signed = self.broken(disposed=True)
        signed = replace(signed, run=replace(signed.run, plan=plan))
        found = verdict_of(request(signed, self.again(), abandoned={"exam": 2}))
        assert found.kind is K.NOT_SHOWN
        result = found.observations[0]
        assert (result.invalid_runs, result.invalid_elsewhere, result.abandoned_runs) == (0, 1, 3)
        assert runs_behind(replace(found, observations=(result, result))) == (1, 3)
        found = verdict_of(request(abandoned={"exam": 2}))
        assert found.observations[0].abandoned_runs == 2

    def test_tries_of_one_run_are_looked_at_together(self) -> None:
        def one_try(found: RecordedRun, day: int) -> RecordedRun:
            header = LogHeader(lineage="T1", ended=NOW + day * DAY)
            return replace(found, run=replace(found.run, manifest=replace(found.run.manifest, header=header)))

        first, last = one_try(self.broken(), 1), one_try(self.again(), 2)
        assert [pool.addresses for pool in pools_of([first, last])] == [
            tuple(sorted((first.run.address, last.run.address)))
        ]
        assert kind(first, last).counts_as_crossed
        assert kind(replace(first, disposed=True), last) is K.NOT_SHOWN
        assert len(pools_of([first, self.again()])) == 2

    def test_labels_that_tries_tie_together_over_several_steps_are_one_pool(self) -> None:
        def made(label: str, lineage: str) -> RecordedRun:
            found = run(attempts(0), label=label)
            return recorded(
                replace(
                    found,
                    address=Digest(f"sha256:{hashlib.sha256((label + lineage).encode()).hexdigest()}"),
                    manifest=replace(found.manifest, header=LogHeader(lineage=lineage)),
                )
            )

        chain = [made("c", "1"), made("b", "1"), made("b", "2"), made("a", "2"), made("z", "3")]
        assert sorted(len(pool.runs) for pool in pools_of(chain)) == [1, 4]


class TestV4Effort:
    def found(self, allowed: Allowed | None, **changes: Any) -> ObservationResult:
        one = run(attempts(0, **changes))
        manifest = replace(one.manifest, header=LogHeader(allowed=allowed))
        return verdict_of(request(recorded(replace(one, manifest=manifest)))).observations[0]

    def test_a_log_that_allowed_less_than_is_stated_counts_for_what_it_allowed(self) -> None:
        found = self.found(Allowed(tokens=400))
        assert (found.effort_ratio, found.kind, found.allowed_tokens) == (Decimal("0.4"), K.NOT_RULED_OUT, 400)
        assert "V4" in found.rules

    def test_a_log_that_allowed_more_or_names_no_limit_counts_for_what_is_stated(self) -> None:
        for allowed in (None, Allowed(messages=3), Allowed(tokens=9_000_000)):
            found = self.found(allowed)
            assert (found.effort_ratio, found.kind) == (Decimal(1), K.NOT_SHOWN)

    def test_a_model_that_gave_up_early_was_tried_with_all_that_it_was_allowed(self) -> None:
        found = self.found(Allowed(tokens=1000, messages=50), tokens=3)
        assert (found.kind, found.median_failure_tokens) == (K.NOT_SHOWN, 3)
        assert "failed attempts spent 3 of the 1000 tokens that they were allowed (median)" in found.not_tested
        assert "attempts were allowed at most 50 messages" in found.not_tested

    @given(st.integers(1, 2000), st.integers(0, 12), st.integers(0, TASKS - 1))
    @settings(max_examples=40, deadline=None)
    def test_law_2_one_more_success_never_clears_whatever_was_allowed(self, tokens: int, solved: int, row: int) -> None:
        header = LogHeader(allowed=Allowed(tokens=tokens))

        def asked(found: Any) -> Request:
            one = run(found)
            return request(recorded(replace(one, manifest=replace(one.manifest, header=header))))

        before = attempts(solved)
        more = (*before[:row], replace(before[row], score=Decimal(1)), *before[row + 1 :])
        if crossed(asked(before)):
            assert crossed(asked(more))


def test_what_is_wrong_with_a_run_is_said_with_the_verdict() -> None:
    broken = recorded(run(attempts(0, transcript=False), status=Status.ERROR))
    (found,) = verdict_of(request(broken)).observations
    assert "a run cannot clear: the run ended as 'error'" in found.not_tested
    assert "60 attempts have no word of the model in the log" in found.not_tested


def test_V7_a_run_dated_after_its_entry_clears_nothing_also_when_its_date_has_come() -> None:
    found = run(attempts(0), dated=NOW)
    early = recorded(replace(found, recorded_at=NOW - 200 * DAY))
    assert kind(recorded(replace(found, recorded_at=NOW))) is K.NOT_SHOWN
    assert kind(early).counts_as_crossed
    assert kind(early, now=NOW + 10 * DAY).counts_as_crossed
