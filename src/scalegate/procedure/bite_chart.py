"""The plots of a simulation: shares held by week, and true capabilities with their lines.

For: bite_text. Does not know: how a plot is drawn.
"""

from __future__ import annotations

from math import log, log2

from scalegate.policy.document import Permission
from scalegate.procedure.bite_figures import wilson
from scalegate.publication.bite_page import Band, BandChart, Level
from scalegate.simulation.outcome import DialBand, Outcome, QuestionOutcome

ACTING = (Permission.TRAIN, Permission.STORE, Permission.USE_INTERNALLY, Permission.DEPLOY)
"""Permissions that a hold keeps people from; assessing ends holds, and weights are never released."""


def held_chart(outcome: Outcome) -> BandChart:
    chosen = [q for q in outcome.questions if q.permission in ACTING and not q.widening]
    return BandChart(
        anchor="held",
        title="Share of runs held, by week",
        about=(
            "One panel for each permission: the share of runs held in each week of those that ask. The band is its "
            "Monte Carlo error, 95 %."
        ),
        unit="share of runs",
        ticks=((0.0, "0 %"), (0.25, "25 %"), (0.5, "50 %"), (0.75, "75 %"), (1.0, "100 %")),
        bands=tuple(Band(title=q.title, points=_share_band(q)) for q in chosen),
    )


def _share_band(q: QuestionOutcome) -> tuple[tuple[float, float, float] | None, ...]:
    """Wilson intervals, which keep a width at 0 and 1."""
    asking = zip(q.by_week, q.asking_by_week, strict=True)
    return tuple(None if share is None else wilson(share, runs) for share, runs in asking)


def dial_chart(at: int, dial: DialBand) -> BandChart:
    levels = []
    for name, limit, alert in dial.lines:
        levels += [
            Level(title=f"limit {name}", at=limit, is_limit=True),
            Level(title=f"alert {name}", at=alert, is_limit=False),
        ]
    horizon = dial.scale == "time_horizon"
    return BandChart(
        anchor=f"truth-{at}",
        title=f"True capability: {dial.title}",
        about="The median over runs and the band from 5 to 95 %. It waits while TRAIN is held. No evaluation sees it.",
        unit="human minutes" if horizon else "success rate",
        ticks=_length_ticks() if horizon else _rate_ticks(),
        bands=(Band(title="true capability", points=dial.points),),
        levels=tuple(levels),
        scale=dial.scale,
    )


def _length_ticks() -> tuple[tuple[float, str], ...]:
    named = ((1 / 60, "1 s"), (1 / 6, "10 s"), (1, "1 min"), (4, "4 min"), (15, "15 min"), (60, "1 h"), (240, "4 h"),
             (960, "16 h"), (2400, "40 h"), (9600, "160 h"), (38400, "640 h"), (120000, "2000 h"))  # fmt: skip
    return tuple((log2(minutes), words) for minutes, words in named)


def _rate_ticks() -> tuple[tuple[float, str], ...]:
    rates = (0.001, 0.01, 0.05, 0.2, 0.5, 0.8, 0.95, 0.99, 0.999)
    return tuple((log(rate / (1 - rate)), f"{rate:g}") for rate in rates)
