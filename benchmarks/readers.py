"""Prints what reading Inspect logs costs, ours and inspect_ai's, on logs that inspect_ai wrote.

Usage: python benchmarks/readers.py [REPEATS [FOLDER]]. Needs the extra `inspect`, and pandas for `samples_df`. The
logs are made by an evaluation of a mock model with conversations of seven messages, whose scores and tokens are then
varied; FOLDER keeps them for the next call (about 200 MB). Before anything is timed, every row is compared with that of
`samples_df`. CPU is that of the process and its children around the call alone, without imports.
"""

from __future__ import annotations

import importlib.util
import json
import os
import random
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

MODEL, LOGS, SAMPLES, LONG = "mockllm/model", 200, 100, 3000
Row = tuple[str, str, int, float | None, str, int | None, str | None]


# -------------------------------------------------------------------------------------------- the logs


def make_logs(folder: Path) -> None:
    """Write the logs that are not there yet."""
    missing = [at for at in range(LOGS) if not (folder / f"log-{at:03}.eval").exists()]
    if not missing and (folder / "long.eval").exists():
        return
    from inspect_ai.log import read_eval_log

    folder.mkdir(parents=True, exist_ok=True)
    base = read_eval_log(_evaluate(folder / "base"))
    for at in missing:
        _write(base, folder / f"log-{at:03}.eval", seed=at, copies=1)
    _write(base, folder / "long.eval", seed=LOGS, copies=LONG // SAMPLES)


def _evaluate(folder: Path) -> str:
    """One evaluation of a mock model, from Inspect's own runner: conversations, events, usage."""
    from inspect_ai import Task
    from inspect_ai import eval as evaluate
    from inspect_ai.dataset import Sample
    from inspect_ai.model import ModelOutput, ModelUsage, get_model
    from inspect_ai.scorer import match
    from inspect_ai.solver import generate, system_message, user_message

    draw = random.Random(1)
    words = ["".join(draw.choices("abcdefghijklmnopqrstuvwxyz", k=draw.randint(2, 9))) for _ in range(3000)]

    def text(length: int) -> str:
        return " ".join(draw.choices(words, k=length))

    def outputs() -> Iterator[ModelOutput]:
        while True:
            output = ModelOutput.from_content(MODEL, text(150))
            output.usage = ModelUsage(input_tokens=200, output_tokens=180, total_tokens=380)
            yield output

    tasks = [Sample(id=f"family/{n}", input=text(120), target="x", metadata={"family": n % 7}) for n in range(SAMPLES)]
    solver = [system_message(text(60))]
    for _ in range(3):
        solver += [generate(), user_message(text(40))]
    task = Task(dataset=tasks, solver=solver, scorer=match(), name="cyber")
    (log,) = evaluate(task, model=get_model(MODEL, custom_outputs=outputs()), log_dir=str(folder), display="none")
    return str(log.location)


def _write(base: Any, path: Path, *, seed: int, copies: int) -> None:
    """The same conversations with other ids, scores, tokens and endings, and the results that follow from them."""
    from inspect_ai.log import recompute_metrics, write_eval_log

    draw = random.Random(seed)
    log = base.model_copy(deep=True)
    samples = [s if copies == 1 else s.model_copy(deep=True) for _ in range(copies) for s in log.samples]
    for number, sample in enumerate(samples):
        sample.id, sample.uuid = f"family/{number}", f"{seed}-{number}"
        sample.scores["match"].value = draw.choice("CI")
        sample.model_usage[MODEL].total_tokens = draw.randint(500, 100_000)
    log.samples = samples
    log.eval.eval_id, log.eval.run_id, log.eval.task_id = f"eval{seed}", f"run{seed}", f"task{seed}"
    log.eval.dataset.samples, log.eval.dataset.sample_ids = len(samples), [s.id for s in samples]
    log.results.total_samples = log.results.completed_samples = len(samples)
    recompute_metrics(log)
    write_eval_log(log, str(path))


# ---------------------------------------------------------------------------------------- both readers


def ours(paths: list[Path]) -> Iterator[Row]:
    """Our rows, one log at a time."""
    from scalegate.adapters.inspect_log import read_inspect_log
    from scalegate.evidence.parsed_run import Labels
    from scalegate.quantity import Identifier

    labels = Labels(configuration=Identifier("agent"))
    for path in paths:
        (run,) = read_inspect_log(path, labels).runs
        for a in run.attempts:
            started = a.started_at.isoformat() if a.started_at else None
            score = None if a.score is None else float(a.score)
            yield str(path), a.task, a.attempt, score, a.status.value, a.tokens, started


def theirs(paths: list[Path]) -> Iterator[Row]:
    """The rows of `samples_df`; when a sample started stands in no default column, so it is asked for."""
    from inspect_ai.analysis import SampleColumn, SampleSummary, samples_df
    from inspect_ai.scorer import value_to_float

    columns = [*SampleSummary, SampleColumn("started_at", path="started_at")]
    frame = samples_df([str(p) for p in paths], columns=columns, quiet=True)
    number = value_to_float()
    for row in frame.to_dict("records"):
        usage = json.loads(row["model_usage"]).get(MODEL, {})
        status = "error" if _text(row["error"]) else "limit" if _text(row["limit"]) else "completed"
        started = datetime.fromisoformat(row["started_at"]).replace(microsecond=0)
        path = row["log"].removeprefix("file://")
        yield path, row["id"], row["epoch"], number(row["score_match"]), status, usage["total_tokens"], str(started)


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""


def check_rows(paths: list[Path]) -> int:
    """How many rows there are. Ends the program when a row differs."""
    mine = sorted((*row[:6], (row[6] or "").replace("T", " ")) for row in ours(paths))
    if mine != sorted(theirs(paths)):
        sys.exit("the rows differ: nothing is timed")
    return len(mine)


# -------------------------------------------------------------------------------------------- figures


def read_ours(paths: list[Path]) -> None:
    from scalegate.adapters.inspect_log import read_inspect_log
    from scalegate.evidence.parsed_run import Labels
    from scalegate.quantity import Identifier

    labels = Labels(configuration=Identifier("agent"))
    for path in paths:
        read_inspect_log(path, labels)


def read_samples_df(paths: list[Path]) -> None:
    from inspect_ai.analysis import samples_df

    samples_df([str(path) for path in paths], quiet=True)


def read_whole(paths: list[Path]) -> None:
    from inspect_ai.log import read_eval_log

    for path in paths:
        read_eval_log(str(path))


READERS: dict[str, Callable[[list[Path]], None]] = {
    "ours": read_ours, "samples_df": read_samples_df, "read_eval_log": read_whole,
}  # fmt: skip


def _cpu() -> float:
    return sum(
        r.ru_utime + r.ru_stime for r in map(resource.getrusage, (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    )


def _peak() -> int:
    """Most memory of this process so far, in KiB; `ru_maxrss` would be that of the process that started it."""
    status = Path("/proc/self/status")
    if not status.exists():
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return next(int(line.split()[1]) for line in status.read_text().splitlines() if line.startswith("VmHWM"))


def measure(reader: str, paths: list[Path]) -> None:
    """In a process of its own: read once to import everything, then once more with the clocks on."""
    READERS[reader](paths[:1])
    before, started = _cpu(), time.perf_counter()
    READERS[reader](paths)
    figures = (_cpu() - before, time.perf_counter() - started, _peak())
    print(*figures)


def timed(reader: str, paths: list[Path], repeats: int) -> tuple[float, float, float]:
    """Medians of CPU seconds, wall seconds and peak memory in MiB, each of whole processes of their own."""
    command = [sys.executable, __file__, "--measure", reader, *map(str, paths)]
    runs = [subprocess.run(command, capture_output=True, text=True, check=True).stdout.split() for _ in range(repeats)]
    cpu, wall, peak = (statistics.median(float(run[at]) for run in runs) for at in range(3))
    return cpu, wall, peak / 1024


def contest(name: str, peer: str, paths: list[Path], repeats: int) -> None:
    (mine, wall, _), (other, other_wall, _) = timed("ours", paths, repeats), timed(peer, paths, repeats)
    print(
        f"{name:<28} ours {mine:7.3f} CPU-s {wall:7.3f} s   {peer} {other:7.3f} CPU-s {other_wall:7.3f} s   "
        f"{other / mine:5.1f} times less CPU"
    )


def _check_installed() -> None:
    """Ends the program with the line to type when something to compare with is missing."""
    missing = [name for name in ("inspect_ai", "pandas") if importlib.util.find_spec(name) is None]
    if missing:
        sys.exit(f"{' and '.join(missing)} missing: pip install 'scalegate[inspect]' pandas")


def main() -> None:
    _check_installed()
    repeats = int(sys.argv[1]) if len(sys.argv) > 1 else 5
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(sys.argv[2]) if len(sys.argv) > 2 else Path(temporary)
        os.environ["XDG_DATA_HOME"] = temporary
        make_logs(folder)
        logs = [folder / f"log-{at:03}.eval" for at in range(LOGS)]
        print(f"{check_rows([*logs[:50], folder / 'long.eval']):,} rows are the same as those of samples_df")
        contest("50 logs of 100 samples", "samples_df", logs[:50], repeats)
        contest("one log of 3,000 samples", "read_eval_log", [folder / "long.eval"], repeats)
        for count in (50, 100, LOGS):
            cpu, wall, peak = timed("ours", logs[:count], repeats)
            print(f"{count:>3} logs, {count * SAMPLES:>6,} rows  {cpu:6.3f} CPU-s {wall:6.3f} s   peak {peak:5.1f} MiB")


if __name__ == "__main__":
    if sys.argv[1:2] == ["--measure"]:
        measure(sys.argv[2], [Path(p) for p in sys.argv[3:]])
    else:
        main()
