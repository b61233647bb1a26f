"""Several models in one pass: the published law of resampling, shared draws, no name or order in the result."""

from __future__ import annotations

import tracemalloc
from math import inf, log2

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from scalegate.errors import InputError
from scalegate.estimate import bootstrap, resampling
from scalegate.estimate.bootstrap import ModelFits, fit_free, fit_models
from scalegate.estimate.bound import FloatArray, IntArray
from scalegate.estimate.resampling import Weighting

SEED = bytes(range(32))
Outcomes = tuple[FloatArray, IntArray, IntArray, IntArray]


def outcomes(
    seed: int, models: int = 3, tasks: int = 40, families: int = 8, most: int = 4, spread: float = 1
) -> Outcomes:
    generator = np.random.default_rng(seed)
    family, minutes = np.arange(tasks) % families, 2 ** generator.uniform(-1, 9, tasks)
    attempts = generator.integers(1, most + 1, (models, tasks))
    horizon = np.linspace(2, 6, models)[:, None]
    chance = 1 / (1 + np.exp(-0.8 * (horizon - np.log2(minutes) + spread * generator.normal(size=families)[family])))
    return minutes, family, generator.binomial(attempts, chance), attempts


def attempt_by_attempt(data: Outcomes, draws: int, seed: int) -> FloatArray:
    """Log2 p50, shape (draw, model), resampling rows of attempts in the published order: families, tasks, attempts."""
    minutes, family, successes, attempts = data
    generator, found = np.random.default_rng(seed), []
    for _ in range(draws):
        drawn: list[int] = []
        for each in generator.choice(np.unique(family), np.unique(family).size):
            members = np.flatnonzero(family == each)
            drawn += generator.choice(members, members.size).tolist()
        won, lost = np.zeros_like(attempts, dtype=float), np.zeros_like(attempts, dtype=float)
        for task in set(drawn):
            for model in range(len(attempts)):
                pool = np.tile(np.arange(attempts[model, task]) < successes[model, task], drawn.count(task))
                again = generator.choice(pool, pool.size).sum()
                won[model, task] = again / attempts[model, task]
                lost[model, task] = (pool.size - again) / attempts[model, task]
        _, upper = bootstrap.fit_groups(np.log2(minutes)[None], won[None], lost[None]).lengths(0.0)
        found.append(upper[0])
    return np.array(found)


def test_draws_follow_the_law_of_resampling_attempt_by_attempt() -> None:
    data = outcomes(3, models=2, spread=2)
    plain = attempt_by_attempt(data, 500, seed=3)
    fits = fit_models(*data, seed=SEED, draws=2000)
    ours = fits.drawn_to[0]
    for model in range(2):
        assert stats.ks_2samp(plain[:, model], ours[:, model]).pvalue > 0.01
    together = [stats.spearmanr(each[:, 0], each[:, 1]).statistic for each in (plain, ours)]
    assert together[0] > 0.2  # the models share families and tasks in each draw
    assert together[1] == pytest.approx(together[0], abs=0.12)


@pytest.mark.parametrize("times", [1, 3])
def test_attempts_of_a_task_are_drawn_anew_in_every_draw_and_for_each_model(times: int) -> None:
    """Binomial with `times` as many attempts, and the models apart from each other."""
    minutes, family = np.array([1.0, 2, 4]), np.zeros(3, dtype=np.int64)
    attempts = np.full((2, 3), 8)
    tables = resampling.tables_of(minutes, family, np.array([[4, 2, 8], [4, 6, 0]]), attempts, Weighting.EQUAL)
    every = np.tile(np.arange(3), (4000, 1))
    drawn = resampling.Drawn(task=every, times=np.full_like(every, times))
    won = resampling.successes_of(tables, drawn, [resampling.stream(SEED, key) for key in tables.keys])
    share = tables.successes / 8
    np.testing.assert_allclose(won.mean(axis=0), 8 * times * share, atol=0.15 * times)
    np.testing.assert_allclose(won.var(axis=0), 8 * times * share * (1 - share), rtol=0.1)
    task = int(np.flatnonzero((tables.successes == 4).all(axis=0))[0])
    assert abs(stats.pearsonr(won[:, 0, task], won[:, 1, task]).statistic) < 0.06


def test_models_do_not_share_the_chance_of_their_attempts(monkeypatch: pytest.MonkeyPatch) -> None:
    minutes, family, successes, attempts = outcomes(3, models=2)
    used = []
    stream = bootstrap.stream
    monkeypatch.setattr(bootstrap, "stream", lambda seed, key: used.append(key) or stream(seed, key))
    fit_models(minutes, family, successes, attempts, seed=SEED, draws=5)
    assert len(set(used)) == 2
    assert all(used)


def test_one_model_alone_is_the_free_fit() -> None:
    minutes, family, successes, attempts = outcomes(4, models=1)
    (fit,) = fit_models(minutes, family, successes, attempts, seed=SEED, draws=300).models
    alone = fit_free(minutes, family, successes[0], attempts[0], seed=SEED, draws=300)
    p50, p80 = fit.horizons
    assert (p50.minutes, p50.lower, p50.upper) == (alone.p50, alone.p50_lower, alone.p50_upper)
    assert (p80.minutes, p80.lower, p80.upper) == (alone.p80, alone.p80_lower, alone.p80_upper)
    assert (fit.slope, fit.units, fit.families) == (alone.slope, 40, 8)


@settings(max_examples=20)
@given(data=st.data(), seed=st.integers(0, 50))
def test_law_4_order_and_names_of_tasks_families_and_models_move_nothing(data: st.DataObject, seed: int) -> None:
    minutes, family, successes, attempts = outcomes(seed)
    tasks = np.array(data.draw(st.permutations(range(40))))
    models = np.array(data.draw(st.permutations(range(3))))
    names = np.array(data.draw(st.permutations(range(8))))
    mine = fit_models(minutes, family, successes, attempts, seed=SEED, draws=60, weighting=Weighting.INVERSE_ROOT)
    other = fit_models(
        minutes[tasks], names[family][tasks], successes[models][:, tasks], attempts[models][:, tasks],
        seed=SEED, draws=60, weighting=Weighting.INVERSE_ROOT,
    )  # fmt: skip
    np.testing.assert_allclose(other.drawn_to, mine.drawn_to[..., models], rtol=1e-9)
    for new, old in zip(other.models, models, strict=True):
        assert new.intercept == pytest.approx(mine.models[old].intercept, rel=1e-9)


def test_another_models_outcomes_do_not_move_a_models_draws() -> None:
    minutes, family, successes, attempts = outcomes(7)
    changed = successes.copy()
    changed[2] = attempts[2] - changed[2]
    first, second = (fit_models(minutes, family, each, attempts, seed=SEED, draws=50) for each in (successes, changed))
    # Tasks that tie in length could change places; lengths here are all different, families are told apart by them.
    np.testing.assert_allclose(second.drawn_to[..., :2], first.drawn_to[..., :2], rtol=1e-9)


def test_how_many_draws_are_worked_on_together_changes_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    data = outcomes(5)
    whole = fit_models(*data, seed=SEED, draws=200)
    monkeypatch.setattr(bootstrap, "_TOGETHER", 1000)
    parts = fit_models(*data, seed=SEED, draws=200)
    np.testing.assert_allclose(parts.drawn_to, whole.drawn_to, rtol=1e-8)


def test_any_success_rate_can_be_asked_for() -> None:
    data = outcomes(6)
    fits = fit_models(*data, seed=SEED, draws=600, levels=(0.5, 0.8, 0.99, 0.1))
    for fit in fits.models:
        p50, p80, p99, p10 = (horizon.minutes or 0.0 for horizon in fit.horizons)
        assert 0 < p99 < p80 < p50 < p10
        assert fit.slope is not None
        assert log2(p50) - log2(p80) == pytest.approx(np.log(4) / fit.slope, rel=1e-9)
        for horizon in fit.horizons:
            assert horizon.minutes is not None
            assert horizon.lower < horizon.minutes < horizon.upper


def test_models_at_both_ends_keep_their_draws_and_do_not_disturb_others() -> None:
    minutes, family, successes, attempts = outcomes(8)
    successes[0], successes[1] = attempts[0], 0
    fits = fit_models(minutes, family, successes, attempts, seed=SEED, draws=600)
    whole, nothing, other = fits.models
    assert (whole.label, whole.horizons[0].minutes, whole.horizons[0].lower) == ("separated", inf, inf)
    assert (nothing.label, nothing.horizons[0].minutes, nothing.horizons[0].upper) == ("separated", 0, 0)
    assert other.label == "converged"
    assert np.isposinf(fits.drawn_from[0, :, 0]).all()
    assert np.isneginf(fits.drawn_to[0, :, 1]).all()


def test_a_model_without_attempts_or_absent_from_a_draw_is_unbounded() -> None:
    minutes, family, successes, attempts = outcomes(9)
    attempts[0] = successes[0] = 0
    attempts[1, family != 0] = successes[1, family != 0] = 0  # one family: absent from a third of the draws
    fits = fit_models(minutes, family, successes, attempts, seed=SEED, draws=600)
    assert (fits.models[0].label, fits.models[0].units) == ("no data", 0)
    assert fits.models[1].families == 1
    assert fits.models[1].unconverged_draws > 150
    assert (fits.models[1].horizons[0].lower, fits.models[1].horizons[0].upper) == (0, inf)
    empty = fit_models(minutes * np.nan, family, successes, attempts, seed=SEED, draws=10)
    assert [fit.label for fit in empty.models] == ["no data"] * 3
    assert np.isposinf(empty.drawn_to).all()


def ended(fits: ModelFits) -> bool:
    """Every draw has a horizon, or is counted as one without a curve."""
    flagged = sum(fit.unconverged_draws for fit in fits.models)
    return flagged == int((np.isneginf(fits.drawn_from[0]) & np.isposinf(fits.drawn_to[0])).sum())


@pytest.mark.parametrize("penalty", [0.0, bootstrap.PUBLISHED_PENALTY])
def test_B5_every_draw_ends_converged_or_labelled(penalty: float) -> None:
    for seed in range(12):
        data = outcomes(seed, tasks=12, families=4, most=1)
        fits = fit_models(*data, seed=SEED, draws=200, penalty=penalty)
        assert ended(fits)
        assert not np.isnan(fits.drawn_from).any()
        assert not np.isnan(fits.drawn_to).any()


def test_bad_input_is_named() -> None:
    minutes, family, successes, attempts = outcomes(1)
    for broken in (
        (minutes, family, -successes - 1, attempts),
        (minutes, family, attempts + 1, attempts),
        (-minutes, family, successes, attempts),
        (minutes * inf, family, successes, attempts),
        (minutes[1:], family, successes, attempts),
        (minutes, family, successes[:2], attempts),
    ):
        with pytest.raises(InputError):
            fit_models(*broken, seed=SEED, draws=10)
    for wrong in ({"alpha": 1.0}, {"levels": ()}, {"levels": (1.0,)}, {"penalty": -1.0}, {"draws": -1}):
        with pytest.raises(InputError):
            fit_models(minutes, family, successes, attempts, seed=SEED, **wrong)


@pytest.mark.slow
def test_ten_thousand_draws_of_thirty_models_fit_in_a_gibibyte() -> None:
    data = outcomes(1, models=30, tasks=200, families=60, most=8)
    tracemalloc.start()
    try:
        fits = fit_models(*data, seed=SEED, draws=10_000)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < 2**30
    assert ended(fits)
