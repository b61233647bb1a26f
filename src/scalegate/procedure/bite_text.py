"""A simulation in words and tables: what is shown on a screen and on the page.

For: the command line. Does not know: how a figure was computed, markup, colour.
"""

from __future__ import annotations

from collections.abc import Iterator
from math import sqrt

from scalegate.policy.document import Permission
from scalegate.procedure.bite_chart import ACTING, dial_chart, held_chart
from scalegate.procedure.bite_figures import mean_words, share_words, spread_words, weeks_words
from scalegate.procedure.bite_form import assumptions, form_of, untested
from scalegate.procedure.simulating import Replayed, Simulation
from scalegate.publication.bite_page import BitePage, Section, Table
from scalegate.publication.legible import make_legible
from scalegate.simulation.outcome import Estimate, Outcome

RULES = {
    "S1": "identity not verifiable",
    "D2": "nothing tied to a crossed limit",
    "D3": "a protection is not in force",
    "D4": "the first due point",
    "D5": "an overdue evaluation",
    "D7": "weights are never released",
    "D10": "a pause",
    "D14": "no risk statement",
    "E1": "newer evidence",
    "L2": "a hard stop",
    "L3": "a blind spot that has ended",
    "V6": "an alert allows no widening",
}


def bite_page(made: Simulation, banners: tuple[str, ...] = ()) -> BitePage:
    """Everything that is shown; what it is not comes first."""
    opening = tuple(_opening(made))
    page = BitePage(
        title=f"Bite test of {made.asked.policy.title}, version {made.asked.policy.version}",
        banners=banners,
        opening=opening,
        sections=tuple(_sections(made)),
        form={},
    )
    legible = make_legible(page)
    form = form_of(made, opening, banners)
    return BitePage(
        title=legible.title, banners=legible.banners, opening=legible.opening, sections=legible.sections, form=form
    )


def _opening(made: Simulation) -> Iterator[str]:
    yield (
        "This is about a policy, never about a model: no evidence about any model went into the trajectories, and "
        "a small "
        "number of misses is no finding that anything is harmless."
    )
    yield (
        "Everything that the policy does not state is assumed, and none of it is measured. An error (±) says how "
        "far another "
        "seed would move a figure; how far the assumptions are from the world it does not say."
    )
    yield from made.asked.said
    if objections := made.asked.objections:
        yield f"This policy can be read and not adopted: `policy check` has {objections} findings."
    for name, why in untested(made.asked.policy):
        yield f"Not tested: {name} ({why}). Its danger is in none of these figures."
    for told in made.instrument.told:
        yield f"Not simulated: {told}."
    yield (
        "Not simulated: danger through combinations of models, evaluations that are misled on purpose, theft, and what "
        "nobody has thought of."
    )


def _sections(made: Simulation) -> Iterator[Section]:
    outcome = made.outcome
    yield _bite(outcome)
    yield _errors(outcome)
    yield _costs(outcome)
    yield _alerts(outcome)
    yield _overshoot(made)
    yield _clauses(outcome)
    yield _effort(outcome)
    for each in made.replays:
        yield _replayed(each)
    yield _assumed(made)


# ------------------------------------------------------------------------------------- the bite


def _bite(outcome: Outcome) -> Section:
    rows = tuple(
        (
            q.title,
            share_words(q.runs_held),
            spread_words(q.first_hold),
            mean_words(q.held),
            f"{q.held_share:.0%}",
            mean_words(q.episodes),
            spread_words(q.episode_weeks),
            f"{q.held_at_end:.0%}",
        )
        for q in outcome.questions
    )
    why = tuple(
        (
            q.title,
            "; ".join(f"{RULES.get(rule, rule)} ({rule}) {weeks:.3g}" for rule, weeks in q.rules.items()) or "none",
        )
        for q in outcome.questions
    )
    return Section(
        anchor="bite",
        heading="When, how often and for how long it stops",
        sentences=(
            f"{outcome.runs:,} runs of {outcome.weeks:,} weeks. Spreads are the 5, 50 and 95 % points. Nobody asks "
            "to use, "
            "deploy or release before the first evaluation has reported; `wider` asks for a mode that was not "
            "granted before.",
        ),
        tables=(
            Table(
                title="Holds",
                columns=(
                    "permission", "runs ever held", "first week held", "weeks a year", "of weeks asked", "holds a year",
                    "weeks a hold lasts", "held at the end",
                ),
                rows=rows,
            ),
            Table(
                title="Weeks a year by what holds; several can hold at once",
                columns=("permission", "what"),
                rows=why,
            ),
        ),
        charts=(held_chart(outcome),),
    )  # fmt: skip


# ---------------------------------------------------------------------------- misses and false alarms


def _errors(outcome: Outcome) -> Section:
    rows = tuple(
        (
            q.title,
            weeks_words(q.missed, outcome),
            weeks_words(q.missed_waived, outcome),
            weeks_words(q.false_alarm, outcome),
        )
        for q in outcome.questions
        if q.permission is not Permission.ASSESS  # it asks nothing of the limits (D6)
    )
    each = tuple(
        (f"{q.title}: {share.limit}", weeks_words(share.missed, outcome), weeks_words(share.false_alarm, outcome))
        for q in outcome.questions
        if q.permission in ACTING and not q.widening
        for share in q.limits
    )
    return Section(
        anchor="errors",
        heading="Misses and false alarms",
        sentences=(
            "A miss: a week in which a permission is granted while the true capability has reached a limit and "
            "something that is tied to it is not in force. A false alarm: a week held by limits alone, none of which "
            "is truly reached, while nothing that a reached limit asks for is missing. By limit a week can count "
            "several times.",
            "A limit here is this policy's own: one with higher limits, or with fewer, can count fewer misses in the "
            "same years. Figures of two policies compare only where their limits are the same.",
        ),
        tables=(
            Table(
                title="Weeks a year",
                columns=("permission", "misses", "misses under a waiver", "false alarms"),
                rows=rows,
            ),
            Table(title="Weeks a year, by limit", columns=("permission: limit", "misses", "false alarms"), rows=each),
        ),
    )


def _costs(outcome: Outcome) -> Section:
    chosen = [q for q in outcome.questions if q.permission in ACTING and not q.widening]
    rows = tuple(
        (
            f"{q.title}, {cost.ratio:g}",
            mean_words(cost.policy),
            mean_words(cost.never_hold),
            mean_words(cost.always_hold),
            _cheapest(cost.policy, cost.never_hold, cost.always_hold),
        )
        for q in chosen
        for cost in q.costs
    )
    even = tuple(
        f"{q.title}: the policy costs less than never holding "
        + (
            "at no ratio"
            if q.breaks_even is None
            else f"once a week of a miss is worth {q.breaks_even:.3g} weeks of false alarm"
        )
        + "."
        for q in chosen
    )
    return Section(
        anchor="costs",
        heading="What that costs, over cost ratios",
        sentences=(
            "Expected cost a year, in weeks of false alarm, if a week of a miss is worth so many of them. Why this "
            "looks "
            "strict: at a high ratio even a hold that is seldom needed is the cheaper one.",
            *even,
        ),
        tables=(
            Table(
                title="Cost a year",
                columns=("permission, ratio", "this policy", "never holding", "always holding", "least"),
                rows=rows,
            ),
        ),
    )


def _cheapest(policy: Estimate, never: Estimate, always: Estimate) -> str:
    """Named only where Monte Carlo error does not blur it."""
    named = sorted(
        (("this policy", policy), ("never holding", never), ("always holding", always)), key=lambda e: e[1].value
    )
    (name, least), (_, second) = named[:2]
    blur = 2 * sqrt((least.error or 0.0) ** 2 + (second.error or 0.0) ** 2)
    return name if second.value - least.value > blur else "not told apart"


# --------------------------------------------------------------------------------------- alerts


def _alerts(outcome: Outcome) -> Section:
    rows = tuple(
        (
            limit.limit + (" (hard stop)" if limit.hard_stop else ""),
            share_words(limit.reached) if limit.known else "unknown: nothing simulated reads it",
            spread_words(limit.reached_week),
            spread_words(limit.lead),
            "-" if limit.unwarned is None else share_words(limit.unwarned),
            "-" if limit.crossed_first is None else share_words(limit.crossed_first),
            share_words(limit.competitor_first),
        )
        for limit in outcome.limits
    )
    return Section(
        anchor="alerts",
        heading="Lead time of alerts",
        sentences=(
            "Weeks from the first alert, or the first crossing that an evaluation saw, until the true capability "
            "reaches "
            "the limit; below 0 the alert came after. Runs in which the limit is not reached are not in it.",
        ),
        tables=(
            Table(
                title="Limits",
                columns=(
                    "limit", "truly reached", "in week", "lead, weeks", "reached with no alert before",
                    "counted as crossed before", "a competitor is first",
                ),
                rows=rows,
            ),
        ),
        charts=tuple(dial_chart(at, dial) for at, dial in enumerate(outcome.dials)),
    )  # fmt: skip


# ------------------------------------------------------------------------- overshoot and clauses


def _overshoot(made: Simulation) -> Section:
    rows = []
    for at, own in enumerate(made.outcome.overshoot):
        for cadence in made.cadences:
            limit = cadence.limits[at]
            name = f"{own.limit}: {cadence.title} ({cadence.calendar_weeks:.1f} weeks, {cadence.step:.3g}x)"
            past = (spread_words(limit.past_alert, limit.unit), spread_words(limit.past_limit, limit.unit))
            used = "-" if limit.used_up is None else share_words(limit.used_up)
            rows.append((name, f"{limit.buffer:.3g}{limit.unit}", *past, used))
    return Section(
        anchor="overshoot",
        heading="Overshoot between evaluations",
        sentences=(
            "How far the true capability lies beyond a line when the first campaign reports whose checkpoint lay "
            "beyond it: a factor (x) on a task length, or points of a rate. The buffer is what lies between alert "
            "and limit. Runs that begin beyond a line count from week 0.",
        ),
        tables=(
            Table(
                title="Overshoot",
                columns=("limit: cadence", "buffer", "past the alert line", "past the limit", "buffer used up by then"),
                rows=tuple(rows),
            ),
        ),
    )


def _clauses(outcome: Outcome) -> Section:
    never = [c for c in outcome.clauses if c.simulated and not c.asked_runs]
    unreached = [c.what for c in outcome.clauses if not c.simulated]
    said = [f"{c.path}: {c.what}; in fewer than {c.at_most:.2g} of runs (95 %)" for c in never if c.at_most is not None]
    rows = tuple(
        (
            f"{c.path}: {c.what}",
            f"{c.asked_runs / outcome.runs:.1%}" if c.simulated else "not simulated",
            "-" if c.held_runs is None else f"{c.held_runs / outcome.runs:.1%}",
        )
        for c in outcome.clauses
    )
    return Section(
        anchor="clauses",
        heading="Clauses that never fire",
        sentences=(
            *(said or ["Every clause that this scenario can reach fired in some run."]),
            *([f"Nothing in this scenario can reach: {'; '.join(unreached)}."] if unreached else []),
        ),
        tables=(
            Table(
                title="Share of runs",
                columns=("clause", "asked about after the first report", "held something"),
                rows=rows,
            ),
        ),
    )


def _effort(outcome: Outcome) -> Section:
    return Section(
        anchor="effort",
        heading="Effort and competitors",
        sentences=(
            f"Campaigns of evaluation: {mean_words(outcome.campaigns)} a year, {mean_words(outcome.person_weeks)} "
            "weeks of staff.",
            f"Effective compute grew by {spread_words(outcome.doublings)} doublings.",
            f"At the end the competitor is {spread_words(outcome.competitor_ahead)} doublings of compute ahead: it "
            "waits for nobody, and "
            "nothing here says what its model does.",
        ),
    )


# -------------------------------------------------------------------------------------- replays


def _replayed(made: Replayed) -> Section:
    replay = made.replay
    said = [
        f"{made.series.title}. Source: {made.series.source}, {made.series.licence}.",
        *(f"{t}." for t in made.series.told),
    ]
    said.append(
        "Each point counts as though it were ours and evaluated when it appeared, by the policy's own evaluation "
        "of that kind. "
        "Answers are given twice: with standing protections alone, and with every protection and a risk statement."
    )
    if not made.read:
        said.append("No observation of this policy measures what this series does: only the cadence is replayed.")
    for limit, days in replay.lead_days.items():
        said.append(f"{limit}: {days} days from the first alert to the first point at which it was not ruled out.")
    if late := replay.late:
        named = ", ".join(f"{a.point.id} ({a.past_due:.3g}x past it)" for a in late)
        said.append(f"Evaluated after the due point (D5), where TRAIN would have been held: {named}.")
    elif any(a.point.effective_compute for a in replay.answers):
        said.append("No checkpoint was evaluated after its due point (D5).")
    tables = []
    if made.read:
        limits = tuple(replay.answers[0].point.claims)
        rows = tuple(
            (
                a.point.id + (" (effort unknown)" if a.point.void else ""),
                f"{a.point.released:%Y-%m-%d}" if a.point.released else str(a.point.effective_compute or "-"),
                *(claim.kind.value for claim in a.point.claims.values()),
                a.bare[Permission.DEPLOY].value,
                a.protected[Permission.DEPLOY].value,
            )
            for a in replay.answers
        )
        columns = ("point", "when", *limits, "DEPLOY, standing protections", "DEPLOY, every protection")
        tables.append(Table(title="Verdicts by the policy's rules, and answers", columns=columns, rows=rows))
        firsts = tuple(
            (
                f"{f.limit}: {f.claim.kind.value}",
                f.point,
                f"{f.released:%Y-%m-%d}" if f.released else str(f.effective_compute or "-"),
            )
            for f in replay.firsts
        )
        tables.append(
            Table(
                title="First point at which a limit read so, or graver", columns=("limit", "point", "when"), rows=firsts
            )
        )
    anchor = "replay-" + "".join(c for c in made.series.title.lower() if c.isalnum())[:20]
    return Section(anchor=anchor, heading="Replay on real data", sentences=tuple(said), tables=tuple(tables))


def _assumed(made: Simulation) -> Section:
    outcome, asked = made.outcome, made.asked
    named = f" ({asked.scenario_named})" if asked.scenario_named else ""
    rows = tuple((a.name, a.value, a.source) for a in assumptions(made))
    return Section(
        anchor="assumed",
        heading="What is assumed, and how it was computed",
        sentences=(
            f"Scenario: {asked.scenario.title}{named}. A field that the scenario leaves `unknown` takes what the "
            "policy states.",
            f"Seed {asked.seed!r} with the policy's digest: sha256:{made.seed.hex()}.",
            f"{outcome.distinct_states:,} distinct states of the gate were met; the gate was asked "
            f"{outcome.gate_calls:,} times, "
            "once for each, and every other answer was looked up.",
            "Weekly steps; within a week compute stops at a due point. A held run waits. One campaign runs every "
            "evaluation; "
            "bounds and verdicts are those of the rules, on counts drawn for the true capability less the "
            "elicitation gap.",
        ),
        tables=(Table(title="Assumptions", columns=("field", "value", "from"), rows=rows),),
    )
