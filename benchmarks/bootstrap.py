"""Prints what resampling costs beside other ways of doing the same, and how often displayed intervals cover.

    python benchmarks/bootstrap.py horizons [DRAWS]  30 models, 200 tasks, 8 attempts each, 1000 draws: beside the
                                                     published procedure with pandas and scikit-learn, of which DRAWS
                                                     (5) are measured
    python benchmarks/bootstrap.py scores            standard error of 1000 scores, 10,000 draws: beside inspect_ai
    python benchmarks/bootstrap.py memory            10,000 draws of the same: peak memory of the process
    python benchmarks/bootstrap.py coverage [NUMBER] displayed intervals with 5, 7, 10 and 20 families

pandas, scikit-learn and inspect_ai are for development alone: what needs an absent one is skipped, with a line that
says so.
"""

from __future__ import annotations

import os
import resource
import sys
from collections.abc import Callable
from statistics import median
from typing import Any

import numpy as np

from scalegate.estimate.bootstrap import (
    PUBLISHED_PENALTY,
    ModelFits,
    fit_models,
)
from scalegate.estimate.bound import FloatArray
from scalegate.estimate.interval import Ends, interval
from scalegate.estimate.resampling import Weighting
from scalegate.estimate.standard_error import bootstrap_standard_error

MODELS, TASKS, ATTEMPTS, FAMILIES, DRAWS = 30, 200, 8, 60, 1000
REPEATS = 5


def spent(work: Callable[[], object]) -> float:
    """Processor time of one run, children included."""
    before = _processor_time()
    work()
    return _processor_time() - before


def _processor_time() -> float:
    usages = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(usage.ru_utime + usage.ru_stime for usage in usages)


def suite() -> dict[str, Any]:
    generator = np.random.default_rng(1)
    family = np.concatenate([np.arange(FAMILIES), generator.integers(0, FAMILIES, TASKS - FAMILIES)])
    minutes = 2 ** generator.uniform(-2, 10, TASKS)
    horizon = np.linspace(-1, 9, MODELS)[:, None]
    ease = generator.normal(0, 1, TASKS) + generator.normal(0, 0.8, FAMILIES)[family]
    chance = 1 / (1 + np.exp(-0.6 * (horizon - np.log2(minutes) + ease)))
    attempts = np.full((MODELS, TASKS), ATTEMPTS)
    return {
        "minutes": minutes, "family": family, "successes": generator.binomial(ATTEMPTS, chance), "attempts": attempts,
    }  # fmt: skip


# ---------------------------------------------------------------------------- the published procedure


def published(data: dict[str, Any], draws: int) -> list[float]:
    """Processor time of each of `draws` draws, done attempt by attempt with pandas and scikit-learn.

    After the description of Kwa et al. (2025): families with replacement over the attempts of all models; tasks
    within each family drawn; attempts within each task and model over all copies drawn; then one weighted,
    penalised logistic regression per model.
    """
    import pandas
    from sklearn.linear_model import LogisticRegression

    model, task, _ = (axis.ravel() for axis in np.indices((MODELS, TASKS, ATTEMPTS)))
    won = np.arange(ATTEMPTS) < data["successes"][..., None]
    in_family = np.bincount(data["family"], minlength=FAMILIES)[data["family"]]
    rows = pandas.DataFrame(
        {
            "model": np.char.add("m", model.astype(str)), "task": np.char.add("t", task.astype(str)),
            "family": data["family"][task], "length": np.log2(data["minutes"])[task], "won": won.ravel().astype(int),
            "weight": 1 / (ATTEMPTS * np.sqrt(in_family[task])),
        }
    )  # fmt: skip
    rows["weight"] /= rows.groupby("model")["weight"].transform("sum")
    rows["cell"] = rows["task"] + "|||" + rows["model"]

    def draw(number: int) -> None:
        generator = np.random.default_rng(42 + number)
        families = rows["family"].unique()
        groups = dict(list(rows.groupby("family")))
        drawn = [groups[each] for each in generator.choice(families, families.size)]
        tasks = []
        for group in drawn:
            members = dict(list(group.groupby("task")))
            tasks += [members[each] for each in generator.choice(list(members), len(members))]
        again = pandas.concat(tasks, ignore_index=True)
        places = [generator.choice(index, len(index)) for index in again.groupby("cell").indices.values()]
        again = again.iloc[np.concatenate(places)]
        for _, mine in again.groupby("model"):
            if mine["won"].nunique() < 2:
                continue
            fit = LogisticRegression(C=1 / PUBLISHED_PENALTY)
            fit.fit(mine[["length"]].to_numpy(), mine["won"].to_numpy(), sample_weight=mine["weight"].to_numpy())

    draw(-1)  # imports and caches
    return [spent(lambda number=number: draw(number)) for number in range(draws)]


def horizons(measured: int) -> None:
    data = suite()
    _ours("as here: no penalty, equal weights", data, {})
    ours = _ours(
        "as published: penalty 0.1, weights by family", data,
        {"weighting": Weighting.INVERSE_ROOT, "penalty": PUBLISHED_PENALTY},
    )  # fmt: skip
    try:
        peer = published(data, measured)
    except ImportError as error:
        print(f"skipped: the published procedure ({error.name} is not installed)")
        return
    each = median(peer)
    print(f"published procedure: {each:.3f} s a draw (median of {measured}, {min(peer):.3f} to {max(peer):.3f})")
    print(f"for {DRAWS} draws, extrapolated from {measured}: {each * DRAWS:.0f} s; ratio {each * DRAWS / ours:.0f}")


def _ours(title: str, data: dict[str, Any], options: dict[str, Any]) -> float:
    held: list[ModelFits] = []

    def work() -> None:
        held[:] = [fit_models(**data, seed=bytes(32), draws=DRAWS, **options)]

    work()
    times = [spent(work) for _ in range(REPEATS)]
    separated, unconverged = (
        sum(getattr(fit, name) for fit in held[0].models) for name in ("separated_draws", "unconverged_draws")
    )
    print(
        f"{title}: {median(times):.2f} s for {DRAWS} draws (median of {REPEATS}, {min(times):.2f} to {max(times):.2f})"
    )
    print(
        f"  fits converged: {MODELS * DRAWS - separated - unconverged}; separated: {separated}; without: {unconverged}"
    )
    return median(times)


# ---------------------------------------------------------------------------- scores, memory, coverage


def scores() -> None:
    generator, seed = np.random.default_rng(1), bytes(32)
    binary = (generator.random(1000) < 0.3).astype(float)
    try:
        from inspect_ai.scorer import SampleScore, Score, bootstrap_stderr
    except ImportError as error:
        print(f"skipped: bootstrap_stderr ({error.name} is not installed)")
        bootstrap_stderr = None
    for title, values in (("0 or 1", binary), ("continuous", generator.random(1000))):
        ours, peers = [], []
        for _ in range(REPEATS):  # in turn, so that other work on the machine burdens both
            ours.append(spent(lambda v=values: [_error(v, seed) for _ in range(10)]) / 10)
            if bootstrap_stderr is not None:
                metric = bootstrap_stderr(num_samples=10_000)
                wrapped = [SampleScore(score=Score(value=float(value))) for value in values]
                peers.append(spent(lambda m=metric, w=wrapped: m(w)))
        print(f"{title}: {median(ours) * 1e3:.2f} ms, error {_error(values, seed):.6f}")
        if peers:
            ratio = median(peer / own for peer, own in zip(peers, ours, strict=True))
            print(f"  inspect_ai: {median(peers) * 1e3:.0f} ms, error {metric(wrapped):.6f}; ratio {ratio:.1f}")


def _error(values: FloatArray, seed: bytes) -> float:
    return bootstrap_standard_error(values, seed=seed, draws=10_000)


def memory() -> None:
    base = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    fits = fit_models(**suite(), seed=bytes(32), draws=10_000)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    flagged = sum(fit.unconverged_draws + fit.separated_draws for fit in fits.models)
    print(
        f"10,000 draws of {MODELS} models: at most {peak / 1024:.0f} MiB, {base / 1024:.0f} before; {flagged} labelled"
    )


def coverage(number: int) -> None:
    """Twelve tasks a family, one attempt, slope 0.7, minutes from 0.5 to 1024; both forms of the same draws."""
    error = (0.975 * 0.025 / number) ** 0.5
    print(f"{number} suites each, 95 %: each end should hold in 0.975, standard error {error:.3f}")
    print("holds as by percentiles -> widened (median distance from the truth, doublings)")
    print("families | sd | horizon | p50 lower | p50 upper | p80 lower | p80 upper")
    cases = [(families, sd, 30.0) for families in (5, 7, 10, 20) for sd in (0.0, 0.5, 1.0)]
    cases += [(families, 1.0, horizon) for families in (5, 7) for horizon in (1.0, 500.0)]
    for families, sd, horizon in cases:
        ends = np.array([_suite_ends(np.random.default_rng([3, i]), families, sd, horizon) for i in range(number)])
        cells = []
        for level, truth in enumerate((np.log2(horizon), _typical_p80(sd, horizon))):
            off = ends[:, :, level] - truth  # suite, form, end
            holds = np.mean([off[..., 0] <= 0, off[..., 1] >= 0], axis=1)  # end, form
            middle = np.median(off, axis=0).T
            cells += [
                f"{holds[end, 0]:.3f} -> {holds[end, 1]:.3f} ({middle[end, 0]:.1f} -> {middle[end, 1]:.1f})"
                for end in (0, 1)
            ]
        print(f"{families} | {sd} | {horizon:g} | " + " | ".join(cells), flush=True)


def _suite_ends(generator: np.random.Generator, families: int, sd: float, horizon: float) -> FloatArray:
    """Log2 minutes, shape (form, level, end)."""
    family = np.repeat(np.arange(families), 12)
    minutes = 2 ** generator.uniform(-1, 10, family.size)
    odds = 0.7 * (np.log2(horizon) - np.log2(minutes)) + sd * generator.standard_normal(families)[family]
    won = generator.binomial(1, 1 / (1 + np.exp(-odds)))
    fits = fit_models(minutes, family, won[None], np.ones_like(won)[None], seed=generator.bytes(32), draws=DRAWS)
    (model,) = fits.models
    found = np.full((2, 2, 2), (-np.inf, np.inf))
    for form, ends in enumerate((Ends.PERCENTILE, Ends.WIDENED)):
        for level, each in enumerate(model.horizons):
            if each.minutes is not None:
                point = np.log2(each.minutes) if each.minutes > 0 else -np.inf
                drawn = fits.drawn_from[level, :, 0], fits.drawn_to[level, :, 0]
                found[form, level] = interval(float(point), *drawn, units=families, alpha=0.05, ends=ends)
    return found


def _typical_p80(sd: float, horizon: float) -> float:
    """Log2 minutes, for endlessly many families: the p80 of the curve fitted to the average over families."""
    nodes = np.linspace(-4.5, 4.5, 91) * sd
    weights = np.exp(-(np.linspace(-4.5, 4.5, 91) ** 2) / 2)
    lengths = np.linspace(-1, 10, 400)
    odds = 0.7 * (np.log2(horizon) - lengths)
    chance = (1 / (1 + np.exp(-(odds[:, None] + nodes)))) @ (weights / weights.sum())
    from scalegate.estimate.logistic import fit_logistic

    found, _ = fit_logistic(lengths, chance[None], 1 - chance[None]).lengths(np.log(4))
    return float(found[0])


COMMANDS: dict[str, Callable[[list[str]], None]] = {
    "horizons": lambda rest: horizons(int(rest[0]) if rest else 5),
    "scores": lambda _: scores(),
    "memory": lambda _: memory(),
    "coverage": lambda rest: coverage(int(rest[0]) if rest else 400),
}

if __name__ == "__main__":
    if len(sys.argv) < 2 or sys.argv[1] not in COMMANDS:
        sys.exit(__doc__)
    single = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1")
    if not single.items() <= os.environ.items():  # else threads that wait would count as work, on either side
        os.execve(sys.executable, [sys.executable, *sys.argv], os.environ | single)
    COMMANDS[sys.argv[1]](sys.argv[2:])
