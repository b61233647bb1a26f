"""What `scalegate power` shows: questions about plans, their answers in sentences and numbers, and curves.

For: the screen, the JSON form and the plot. Does not know: how a number was computed, markup, colour.

An answer is about a plan or a rule, never about a model: no evidence went into it.
"""

from __future__ import annotations

from dataclasses import dataclass

Number = float | int | str | bool | None


@dataclass(frozen=True, kw_only=True)
class RateLine:
    """A rate that a reader looks for on a curve; a limit is drawn solid, anything else broken."""

    rate: float
    label: str
    is_limit: bool = False


@dataclass(frozen=True, kw_only=True)
class Mark:
    """A point of a curve with its numbers beside it."""

    rate: float
    probability: float
    label: str


@dataclass(frozen=True, kw_only=True)
class OperatingCurve:
    """How often something happens, by the true rate of success.

    Attributes:
        event: what happens with the probability that is drawn, a clause.
        points: (rate, probability), rates ascending.
        levels: (probability, label): asked power, stated alpha.
        missing_from: rates from here on are at the limit or above: a rule-out there is a miss; None for other events.
    """

    title: str
    event: str
    points: tuple[tuple[float, float], ...]
    lines: tuple[RateLine, ...] = ()
    marks: tuple[Mark, ...] = ()
    levels: tuple[tuple[float, str], ...] = ()
    missing_from: float | None = None


@dataclass(frozen=True, kw_only=True)
class PowerAnswer:
    """One question and its answer.

    Attributes:
        kind: `rule_out`, `suite`, `rule`, `costs` or `limits`.
        reachable: False when no plan was found, or a suite cannot do what is asked of it.
        sentences: the answer in words.
        numbers: the same in numbers, by name.
    """

    kind: str
    heading: str
    reachable: bool
    sentences: tuple[str, ...]
    numbers: tuple[tuple[str, Number], ...]
    curve: OperatingCurve | None = None


@dataclass(frozen=True, kw_only=True)
class PowerPage:
    """All answers of one call; `caveats` hold for all of them and stand first."""

    banners: tuple[str, ...]
    caveats: tuple[str, ...]
    answers: tuple[PowerAnswer, ...]

    @property
    def reachable(self) -> bool:
        return all(answer.reachable for answer in self.answers)

    @property
    def curves(self) -> tuple[OperatingCurve, ...]:
        return tuple(answer.curve for answer in self.answers if answer.curve)
