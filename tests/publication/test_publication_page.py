"""Page values: nothing recorded is dropped, nothing expired reads as current, what was not tested comes first."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import fields, replace
from datetime import timedelta
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from publication import fixture_page as fixture
from scalegate.decision.decision import NotTested
from scalegate.policy.document import Direction, Permission
from scalegate.publication.legible import legible, make_legible
from scalegate.publication.not_tested import gather
from scalegate.publication.page import ReportPage, decision_page
from scalegate.publication.rules import RULES, rule_order
from scalegate.publication.words import GRANTED, HELD, VERDICTS, format_interval, format_minutes, format_share
from scalegate.quantity import UNBOUNDED, Identifier
from scalegate.verdict.ledger import Proposal
from scalegate.verdict.verdict import VerdictKind


def sheet(page: ReportPage, label: str):  # type: ignore[no-untyped-def]
    return next(s for s in page.models if s.label == label)


def told(page: ReportPage) -> str:
    return "\n".join(f"{i.what}: {i.why}" for group in page.not_tested for i in group.items)


# -------------------------------------------------------------------------- order and presence


def test_not_tested_and_claims_are_fields_before_every_verdict() -> None:
    names = [f.name for f in fields(ReportPage)]
    assert names.index("not_tested") < names.index("claims") < names.index("summary") < names.index("models")


def test_models_stand_from_the_newest_to_the_oldest_and_undated_ones_last() -> None:
    models = fixture.models()
    models["elm-31"] = replace(models["elm-31"], released=None)
    page = fixture.page(models=models)
    assert [s.title for s in page.models][-2:] == ["Alder 2", "Elm V3.1"]
    assert page.models[0].title == "Cedar Sonnet 4.6"


def test_a_model_without_any_verdict_is_shown_as_not_run_and_held() -> None:
    page = fixture.page(
        verdicts=[v for v in fixture.verdicts() if v.model != "alder-2"],
        decisions=[d for d in fixture.decisions() if d.question.model != "alder-2"],
    )
    row = sheet(page, "alder-2")
    assert {v.status.word for v in row.verdicts} == {"NOT RUN"}
    assert {d.status.word for d in row.decisions} == {"HELD"}
    assert {b.rule for d in row.decisions for b in d.blockers} == {"D1"}
    assert all(mark.unseen for mark in page.limits[1].observations[0].chart.marks if mark.title == "Alder 2")


def test_a_verdict_about_an_unlisted_model_is_not_dropped() -> None:
    models = {k: v for k, v in fixture.models().items() if k != "birch-53"}
    row = sheet(fixture.page(models=models), "birch-53")
    assert row.verdicts[0].status.word == "DANGER SHOWN"
    assert row.identity == "not listed among the models"


def test_two_configurations_of_a_model_are_two_rows() -> None:
    first = fixture.verdicts()[0]
    page = fixture.page(verdicts=[*fixture.verdicts(), replace(first, configuration="bare")])
    assert {s.title for s in page.models if s.label == "alder-2"} == {"Alder 2 (agent-with-shell)", "Alder 2 (bare)"}


def test_every_chart_has_every_row() -> None:
    page = fixture.page()
    for limit in page.limits:
        for seen in limit.observations:
            assert len(seen.lines) == 15
            assert seen.chart is None or len(seen.chart.marks) == 15


# ------------------------------------------------------------------------------ time wears down


def test_V7_an_expired_verdict_does_not_read_as_current() -> None:
    page = fixture.page(as_of=fixture.at("2026-07-15"))
    line = sheet(page, "alder-2").verdicts[0]
    assert line.status.word == "ALERT"
    assert line.rules[0] == "V7"
    assert "ended on 2026-06-30" in line.reasons[0]
    later = sheet(fixture.page(as_of=fixture.at("2026-09-15")), "alder-2").verdicts[0]
    assert later.status.word == "NOT RUN"
    assert "the evidence has expired: 12 of 15 models" in told(fixture.page(as_of=fixture.at("2026-09-15")))


def test_D9_a_lapsed_grant_reads_as_held() -> None:
    page = fixture.page(as_of=fixture.AS_OF + timedelta(days=7))
    assert not [d for s in page.models for d in s.decisions if d.status is GRANTED]
    train = sheet(page, "alder-2").decisions[0]
    assert (train.status, train.blockers[0].rule) == (HELD, "D9")
    assert train.compute_cap == ""


def test_D12_an_ended_waiver_reads_as_plainly_held() -> None:
    before = sheet(fixture.page(), "birch-53").decisions[2]
    assert before.status.word == "HELD, WAIVED"
    after = sheet(fixture.page(as_of=fixture.at("2026-04-20")), "birch-53").decisions[2]
    assert after.status.word == "HELD"
    assert after.blockers[0].rule == "D12"


@settings(max_examples=40)
@given(days=st.integers(0, 400), more=st.integers(0, 400))
def test_a_later_page_never_shows_more_grants_or_milder_verdicts(days: int, more: int) -> None:
    early = fixture.page(as_of=fixture.AS_OF + timedelta(days=days))
    late = fixture.page(as_of=fixture.AS_OF + timedelta(days=days + more))
    order = [s.word for s in VERDICTS.values()]
    for one, two in zip(early.models, late.models, strict=True):
        for a, b in zip(one.verdicts, two.verdicts, strict=True):
            assert order.index(b.status.word) <= order.index(a.status.word)
        for c, d in zip(one.decisions, two.decisions, strict=True):
            assert not (d.status is GRANTED and c.status is not GRANTED)


def test_D16_what_came_later_is_not_on_an_earlier_page() -> None:
    page = fixture.page(as_of=fixture.AS_OF - timedelta(days=1))
    assert {v.status.word for s in page.models for v in s.verdicts} == {"NOT RUN"}
    assert page.columns == ()


def test_of_several_recorded_verdicts_the_latest_is_shown() -> None:
    old = [replace(v, as_of=v.as_of - timedelta(days=30), kind=VerdictKind.NOT_SHOWN) for v in fixture.verdicts()]
    for verdicts in ([*old, *fixture.verdicts()], [*fixture.verdicts(), *old]):
        assert fixture.page(verdicts=verdicts) == fixture.page()


# ------------------------------------------------------------------------------- not tested


def test_L3_threat_models_without_evaluation_lead_the_block() -> None:
    group = fixture.page().not_tested[0]
    assert [i.threat_model for i in group.items] == ["biology", "autonomy"]
    assert "until 2026-09-30" in group.items[0].why
    assert "nobody has accepted that" in group.items[1].why


def test_L3_an_ended_blind_spot_says_so() -> None:
    assert "ENDED on 2026-09-30" in told(fixture.page(as_of=fixture.at("2026-09-30")))


@pytest.mark.parametrize(
    "words",
    [
        "no run is recorded: 1 model (Fir 5)",
        "7.5 to 22 % of the attacker's budget (floor of the policy: 25 %)",
        "minutes by human experts are missing for 50–52 % of the tasks",
        "1–7 of 598 registered attempts have no valid outcome",
        "only agent-with-shell; every other configuration is not tested",
        "about a combination of models",
        "registration: not required: The runs were made by others",
        "identity not verifiable",
        "Persuasion at scale: no agreed measure yet",
    ],
)
def test_the_block_says(words: str) -> None:
    assert words in told(fixture.page())


def test_what_a_decision_states_and_nothing_else_derives_is_kept() -> None:
    extra = NotTested(threat_model="cyber", why="the live range was closed on 3 days")
    decisions = [replace(d, not_tested=(*d.not_tested, extra)) for d in fixture.decisions()]
    assert "the live range was closed on 3 days: all 15 models" in told(fixture.page(decisions=decisions))


def test_the_block_is_there_without_any_evidence() -> None:
    page = fixture.page(verdicts=(), decisions=())
    assert "no verdict is recorded: all 15 models" in told(page)


@given(st.lists(st.tuples(st.sampled_from("abc"), st.text(st.sampled_from("0123456789. of-x")))))
def test_gathering_loses_nobody(notes: list[tuple[str, str]]) -> None:
    assert sorted(name for _, names in gather(notes) for name in names) == sorted(name for name, _ in notes)


def test_gathering_gives_the_span_of_each_number() -> None:
    notes = [("a", "3 of 40 left on 2026-01-02"), ("b", "12 of 40 left on 2026-01-01"), ("c", "none left")]
    assert gather(notes) == [("3–12 of 40 left on 2026-01-01–2026-01-02", ["a", "b"]), ("none left", ["c"])]


# ----------------------------------------------------------------------------- words and numbers


def test_V10_no_word_of_a_status_means_safe_or_passed() -> None:
    page = fixture.page()
    words = " ".join(s.word.lower() for s in (*page.legend, *page.answers)).split()
    assert not {"safe", "passed", "green", "approved", "compliant", "cleared", "ok"} & set(words)


def test_the_legend_runs_from_the_gravest() -> None:
    gravities = [kind.gravity for kind in VERDICTS]
    assert gravities == sorted(gravities, reverse=True)
    assert all(VERDICTS[kind].crossed == kind.counts_as_crossed for kind in VerdictKind)
    assert len({s.symbol for s in VERDICTS.values()}) == len(VerdictKind)


def test_invariant_10_following_and_acceptability_are_apart() -> None:
    page = fixture.page()
    assert not set(page.followed) & set(page.acceptable)
    assert "judgement that named people have to make" in page.acceptable[0]


def test_how_often_the_gate_said_no_is_counted() -> None:
    assert "it said no 188 times, granted 41 times, and held under a waiver 2 times" in fixture.page().gate_words


@given(
    low=st.decimals("0.001", "100000", places=4),
    width=st.decimals("0", "100000", places=4),
    measure=st.sampled_from(["time_horizon"]),
)
def test_bounds_are_shown_outwards(low: Decimal, width: Decimal, measure: str) -> None:
    def minutes(text: str) -> Decimal:
        number, unit = text.replace(",", "").split()
        return Decimal(number) * {"s": Decimal(1) / 60, "min": Decimal(1), "h": Decimal(60)}[unit]

    shown = format_interval(measure, low, low + width)[1:-1]
    lower, upper = re_split(shown)
    tiny = Decimal("1e-20")
    assert minutes(lower) <= low + tiny
    assert minutes(upper) >= low + width - tiny


def re_split(text: str) -> tuple[str, str]:
    first, second = text.split(", ")
    return first, second


@pytest.mark.parametrize(
    ("minutes", "text"),
    [
        ("0", "0 min"),
        ("0.6", "36 s"),
        ("42", "42 min"),
        ("60", "1 h"),
        ("61", "61 min"),
        ("90", "1.5 h"),
        ("480", "8 h"),
        ("72000", "1,200 h"),
        ("Infinity", "unbounded"),
    ],
)
def test_a_task_length_reads_as_people_say_it(minutes: str, text: str) -> None:
    assert format_minutes(Decimal(minutes)) == text


def test_a_share_reads_as_per_cent_and_missing_is_said() -> None:
    assert format_share(Decimal("0.354")) == "35.4 %"
    assert format_interval("success_rate", Decimal("0.3"), UNBOUNDED) == "[30 %, unbounded]"
    assert format_interval("success_rate", None, None) == "no bounds"


def test_every_rule_of_the_semantics_has_a_sentence() -> None:
    expected = {
        f"{letter}{n}" for letter, most in zip("SEBVLD", (4, 7, 5, 10, 4, 16), strict=True) for n in range(1, most + 1)
    }
    assert set(RULES) == expected
    assert sorted(RULES, key=rule_order) == list(RULES)


def test_text_of_others_cannot_move_a_cursor_or_turn_the_reading_direction() -> None:
    assert legible("a\x1b[31mb\u202ec\u200bd\r\n\te") == "a\ufffd[31mb\ufffdc\ufffdd   e"
    assert legible("größe – 40 %") == "größe – 40 %"
    assert make_legible(("a\x00", ("b\x07",))) == ("a\ufffd", ("b\ufffd",))


@given(st.text())
def test_legible_text_is_printable_and_short(text: str) -> None:
    assert legible(text).isprintable() or all(c == "\u00a0" or c.isspace() or c.isprintable() for c in legible(text))
    assert len(legible(text * 50)) <= 2040


def test_columns_follow_the_order_of_permissions_and_count_every_model() -> None:
    page = fixture.page()
    assert [c.permission for c in page.columns] == [p.value for p in Permission if p is not Permission.ASSESS]
    assert all(c.granted + c.held == 15 for c in page.columns)


def test_a_decision_page_opens_with_what_was_not_tested() -> None:
    page = fixture.one_decision()
    assert [i.what for i in page.not_tested] == [
        "Help with biological weapons",
        "Copying itself and acquiring resources",
    ]
    assert page.decision.name == "Deploy (api)"


def test_publication_loads_no_renderer_store_or_number_library() -> None:
    code = (
        "import sys, scalegate.publication.page, scalegate.publication.plot;"
        "print([m for m in ('jinja2', 'rich', 'yaml', 'numpy', 'scipy', 'pydantic', 'sqlite3', 'socket')"
        " if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_limits_stand_in_the_order_of_their_ladder() -> None:
    policy = fixture.policy()
    shuffled = replace(policy, limits=dict(sorted(policy.limits.items())))
    page = fixture.page(policy=shuffled)
    assert list(shuffled.limits) != ["day", "week", "campaign"]
    assert [limit.id for limit in page.limits] == ["day", "week", "campaign"]
    assert all([v.limit for v in sheet.verdicts] == ["day", "week", "campaign"] for sheet in page.models)
    assert page == fixture.page()


def test_D4_a_first_run_that_is_granted_says_that_there_is_no_evidence_yet() -> None:
    page = fixture.page(verdicts=[v for v in fixture.verdicts() if v.model != "alder-2"])
    train = sheet(page, "alder-2").decisions[0]
    assert (train.status, train.note) == (GRANTED, "no evidence yet")
    assert "D4" in [rule.id for rule in page.rules]
    assert not any(line.note for line in sheet(page, "alder-3").decisions)


def test_V1_a_demonstration_is_read_at_its_lower_bound() -> None:
    policy = fixture.policy()
    seen = policy.limits["day"].observations["horizon"]
    shown = replace(policy.limits["day"], observations={"horizon": replace(seen, direction=Direction.DEMONSTRATION)})
    chart = fixture.page(policy=replace(policy, limits={**policy.limits, "day": shown})).limits[0].observations[0].chart
    assert chart.summary.startswith("Lower bounds of 15 models: 0 reach the limit")
    assert all(mark.gating_lower for mark in chart.marks)


def test_a_decision_page_says_each_gap_once() -> None:
    gaps = [NotTested(threat_model="cyber", why=f"limit {limit}: 7 families") for limit in ("day", "week", "week")]
    gaps.append(NotTested(threat_model="cyber", why="limit day: NOT_RUN"))
    decision = replace(fixture.decisions()[0], not_tested=tuple(gaps))
    page = decision_page(fixture.policy(), decision, fixture.models(), as_of=fixture.AS_OF, replay=False)
    assert [(i.what, i.why) for i in page.not_tested] == [
        ("A day of expert intrusion; A week of expert intrusion", "7 families"),
        ("A day of expert intrusion", "NOT RUN"),
    ]


def test_L3_threat_models_of_outsiders_are_told_until_they_are_answered_and_the_last_date_always() -> None:
    none = told(fixture.page())
    assert "none is on record; whoever knows of one writes to" in none
    proposal = Proposal(
        id=Identifier("tm-1"),
        title="Water supply",
        proposer="A utility",
        text="Not covered.",
        made_at=fixture.AS_OF - timedelta(days=30),
        by=Identifier("ana"),
        role=Identifier("officer"),
    )
    asked = told(fixture.page(foot=fixture.foot(proposals=(proposal,), misses=2)))
    assert "Water supply: brought in by A utility" in asked
    assert "1 in all" in asked
    assert "2 claims of this record proved false later" in asked
    answered = told(fixture.page(foot=fixture.foot(proposals=(proposal,), answered=frozenset({"tm-1"}))))
    assert "Water supply" not in answered
    assert "the last one came on" in answered
