"""Who and what a page is about: one row per model and configuration, with its recorded verdicts and decisions.

For: every block of a page, so that all of them show the same rows. Does not know: words, markup.

A model without any verdict has a row; so has a verdict whose model is listed nowhere. Nothing recorded is
dropped because a list does not mention it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from scalegate.decision.decision import Decision
from scalegate.evidence.run import Model
from scalegate.policy.document import Permission, PolicyDocument
from scalegate.verdict.verdict import Verdict

Asked = tuple[Permission, str]  # permission and mode


@dataclass(frozen=True, kw_only=True)
class Row:
    """One model in one configuration; `configuration` is empty when nothing about it is recorded.

    Attributes:
        number: 1 for the newest model; the same everywhere on a page.
        verdicts: the latest recorded verdict for each limit.
        decisions: the latest recorded decision for each permission and mode.
    """

    number: int
    label: str
    title: str
    configuration: str
    model: Model | None
    verdicts: dict[str, Verdict]
    decisions: dict[Asked, Decision]

    @property
    def released(self) -> datetime | None:
        return self.model.released if self.model else None


def roster(
    verdicts: Iterable[Verdict], decisions: Iterable[Decision], models: Mapping[str, Model], as_of: datetime
) -> tuple[Row, ...]:
    """Rows from the newest release to the oldest, undated ones last. What is later than `as_of` is left out."""
    told = [v for v in verdicts if v.as_of <= as_of]
    asked = [d for d in decisions if d.question.as_of <= as_of]
    keys = {(str(v.model), str(v.configuration)) for v in told}
    keys |= {(str(d.question.model), str(d.question.configuration)) for d in asked}
    mentioned = {label for label, _ in keys}
    keys |= {(label, "") for label in models if label not in mentioned}
    several = {label for label, _ in keys if sum(label == other for other, _ in keys) > 1}
    rows = [_row(key, models.get(key[0]), key[0] in several, told, asked) for key in keys]
    ordered = sorted(rows, key=lambda row: (row.title, row.label, row.configuration))
    ordered.sort(key=lambda row: -row.released.timestamp() if row.released else float("inf"))
    return tuple(_numbered(row, number) for number, row in enumerate(ordered, 1))


def _row(
    key: tuple[str, str], model: Model | None, several: bool, verdicts: list[Verdict], decisions: list[Decision]
) -> Row:
    label, configuration = key
    name = model.title if model else label
    mine = [v for v in verdicts if (v.model, v.configuration) == key]
    answers = [d for d in decisions if (d.question.model, d.question.configuration) == key]
    return Row(
        number=0,
        label=label,
        title=f"{name} ({configuration})" if several else name,
        configuration=configuration,
        model=model,
        verdicts={v.limit: v for v in sorted(mine, key=lambda v: v.as_of)},
        decisions={
            (d.question.permission, d.question.mode): d for d in sorted(answers, key=lambda d: d.question.as_of)
        },
    )


def _numbered(row: Row, number: int) -> Row:
    return Row(**{**vars(row), "number": number})


def asked_about(rows: Iterable[Row]) -> tuple[Asked, ...]:
    """The permissions and modes that anything was asked about, in the order of D1."""
    order = tuple(Permission)
    return tuple(sorted({key for row in rows for key in row.decisions}, key=lambda key: (order.index(key[0]), key[1])))


def limits_in_order(policy: PolicyDocument) -> tuple[str, ...]:
    """Every limit: ladders from their lowest rung up, then what is on no ladder."""
    rungs = [str(rung) for threat in policy.threat_models.values() for rung in threat.ladder if rung in policy.limits]
    return tuple(dict.fromkeys([*rungs, *policy.limits]))
