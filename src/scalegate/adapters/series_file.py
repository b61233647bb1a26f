"""Series of measured models for replays: the two that ship, and files of `scalegate.series/1`.

For: the composition root. Does not know: policies, bounds.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

from scalegate.adapters.plain_file import read_plain
from scalegate.adapters.yaml_scan import MAX_BYTES, locate, read_yaml
from scalegate.errors import Finding, InputError
from scalegate.quantity import Compute, Identifier, parse_instant
from scalegate.shape import Fault, ShapeError, decode
from scalegate.simulation.series import Series, SeriesPoint, SeriesTask, SuccessCount, TaskOutcomes

FOLDER = Path(__file__).parent / "series"
SHIPPED = ("cyber", "pythia")
_TOKENS_PER_STEP = 2_097_152


def read_series(name: str) -> Series:
    """A series that ships, or a file. Raises InputError."""
    if name == "cyber":
        return _cyber()
    if name == "pythia":
        return _pythia()
    return _file(Path(name))


def _rows(name: str) -> Iterator[dict[str, str]]:
    with (FOLDER / name).open(newline="", encoding="utf-8") as file:
        yield from csv.DictReader(file)


def _cyber() -> Series:
    tasks = tuple(
        SeriesTask(
            family=Identifier(f"family-{row['family']}"),
            human_minutes=Decimal(row["human_minutes"]) if row["human_minutes"] else None,
        )
        for row in _rows("cyber_tasks.csv")
    )
    points = tuple(
        SeriesPoint(
            id=row["model"],
            released=parse_instant(row["released"]),
            effort_known=row["effort_known"] == "true",
            outcomes=TaskOutcomes(signs=row["outcomes"]),
        )
        for row in _rows("cyber_models.csv")
    )
    return Series(
        title="Fifteen models of 2019 to 2026 on offensive-security tasks, by release date",
        source="Lyptus Research 2026, cyber-task-horizons-data",
        licence="CC-BY-4.0",
        points=points,
        tasks=tasks,
        told=(
            "one attempt at each of 631 tasks with two million tokens; 291 of them have human minutes",
            "the effort of GPT-2, GPT-3 and GPT-3.5 is unknown, so their failures rule nothing out (V4)",
            "what was not run counts as a success from above (E2); zeros that the authors imputed count as not run",
        ),
    )


def _pythia() -> Series:
    points = tuple(
        SeriesPoint(
            id=f"pythia-{row['size']} step {row['step']}",
            run=f"pythia-{row['size']}",
            effective_compute=Compute(6 * int(row["parameters"]) * max(int(row["step"]), 0) * _TOKENS_PER_STEP)
            if int(row["step"])
            else None,
            count=SuccessCount(successes=int(row["successes"]), items=int(row["items"])),
        )
        for row in _rows("pythia.csv")
    )
    return Series(
        title="Checkpoints of four Pythia models, by effective compute (6 x parameters x tokens)",
        source="EleutherAI, Pythia results (LAMBADA, one attempt at each of 5153 items)",
        licence="Apache-2.0",
        points=points,
        told=("a mechanism to try a cadence on, not a dangerous capability",),
    )


def _file(path: Path) -> Series:
    try:
        text = read_plain(path, MAX_BYTES)
    except OSError as error:
        what, mend = f"cannot be read: {error.strerror}", f"name a file, or one of {', '.join(SHIPPED)}"
        raise InputError(Finding(where=path.name, what=what, mend=mend)) from None
    document = read_yaml(text, path.name)
    try:
        series = decode(Series, document.data)
    except ShapeError as error:
        raise InputError(*locate(error.faults, document.spans, path.name)) from None
    if faults := tuple(_faults(series)):
        raise InputError(*locate(faults, document.spans, path.name))
    return series


def _faults(series: Series) -> Iterator[Fault]:
    if not series.points:
        yield Fault(path=("points",), what="nothing to replay", mend="give at least one point")
    for at, point in enumerate(series.points):
        where = ("points", at)
        signs = point.outcomes.signs if point.outcomes else None
        if signs is not None and (len(signs) != len(series.tasks) or set(signs) - set("10-") or not signs):
            what = f"{len(signs)} signs for {len(series.tasks)} tasks"
            yield Fault(path=(*where, "outcomes", "signs"), what=what, mend="write 1, 0 or - for each task")
        count = point.count
        if count is not None and not 0 <= count.successes <= count.items:
            what = f"{count.successes} successes of {count.items} items"
            yield Fault(path=(*where, "count"), what=what, mend="count from 0 to the number of items")
        for place, bound in enumerate(point.bounds):
            if not 0 <= bound.lower <= bound.upper:
                what = f"{bound.lower} to {bound.upper} are no bounds"
                yield Fault(path=(*where, "bounds", place), what=what, mend="write the lower first, from 0 on")
    for at, task in enumerate(series.tasks):
        if task.human_minutes is not None and not 0 < task.human_minutes < 10**9:
            mend = "write minutes above 0"
            yield Fault(path=("tasks", at, "human_minutes"), what=f"{task.human_minutes} is no length", mend=mend)
