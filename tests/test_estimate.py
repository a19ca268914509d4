"""Estimates: intervals that cover as often as they say, and refusals."""

from __future__ import annotations

import numpy as np
import pytest
from error_budget import critical_z, z_of_mean
from scipy.special import ndtri
from scipy.stats import binom

import collapse_theory as ct
from collapse_theory.simulation import estimate

T = np.array([7])


@pytest.mark.parametrize("replicates", [5, 100, 20_000, 1_000_000])
@pytest.mark.parametrize("q", [0.001, 0.3, 0.5, 0.99])
@pytest.mark.parametrize("level", [0.9, 0.99, 1 - 1e-9])
def test_order_interval_is_the_shortest_that_covers_by_the_binomial_law(
    replicates: int, q: float, level: float
) -> None:
    low, high = estimate.order_interval(replicates, q, level)
    half = (1 - level) / 2
    assert binom.cdf(low, replicates, q) <= half < binom.cdf(low + 1, replicates, q)
    assert binom.sf(high, replicates, q) <= half < binom.sf(high - 1, replicates, q)


def test_a_sample_too_small_for_the_level_leaves_the_interval_open() -> None:
    middle, low, high = estimate.quantile(np.arange(5.0)[:, None], 0.5, 0.99)
    assert (middle, low, high) == (2.0, -np.inf, np.inf)
    assert estimate.quantile(np.arange(500.0)[:, None], 0.999, 0.99)[2] == np.inf


@pytest.mark.parametrize("trials", [20_000, pytest.param(100_000, marks=pytest.mark.deep)])
@pytest.mark.parametrize("q", [0.5, 0.9])
def test_quantile_interval_covers_as_often_as_it_says(q: float, trials: int, seed: int) -> None:
    """Notices 1 % of coverage lost, and in depth 0.5 %."""
    level = 0.95
    samples = np.random.default_rng(seed).standard_normal((400, trials))
    _, low, high = estimate.quantile(samples, q, level)
    covered = (low <= ndtri(q)) & (ndtri(q) <= high)
    floor = level - critical_z(1) * np.sqrt(level * (1 - level) / trials)
    assert covered.mean() > floor
    narrower = (low <= ndtri(q) + 0.1) & (ndtri(q) + 0.1 <= high)
    assert narrower.mean() < floor


@pytest.mark.parametrize(("statistic", "size"), [("mean", 5), ("std", 2000)])
def test_standard_errors_are_the_spread_of_the_estimates(statistic: str, size: int, seed: int) -> None:
    """Notices a tenth of the squared error: n in place of n − 1 for a mean, a normal's error for a std."""
    trials = 10_000
    samples = np.random.default_rng(seed).standard_gamma(5.0, (size, trials))
    found, error = estimate.mean(samples, None) if statistic == "mean" else estimate.std(samples)
    squared = (found - (5.0 if statistic == "mean" else found.mean())) ** 2
    twin = error**2 * (1 - 1 / size) if statistic == "mean" else found**2 / (2 * size)
    for claimed, agrees in ((error**2, True), (twin, False)):
        z = z_of_mean((squared - claimed)[:, None], 0.0)
        assert bool(abs(z) < critical_z(1)) is agrees


def test_weighted_terms_survive_ratios_beyond_floats() -> None:
    terms = estimate.summands(np.array([[1e-300], [-1e300], [0.0]]), np.array([[800.0], [-800.0], [800.0]]))
    assert terms[:, 0] == pytest.approx(
        [np.exp(800 - 300 * np.log(10)), -np.exp(-800 + 300 * np.log(10)), 0], rel=1e-12
    )


def test_importance_sampling_finds_a_mean(seed: int) -> None:
    x = np.random.default_rng(seed).standard_normal((100_000, 1)) + 3
    ratio = 4.5 - 3 * x
    middle, error = estimate.mean((x > 3).astype(float), ratio)
    z = (middle - 0.0013498980316300933) / error
    assert abs(z) < critical_z(1)
    assert abs(z_of_mean((x > 3).astype(float), 0.0013498980316300933)) > critical_z(1)


# ---------------------------------------------------------------------------------------------------------- refusals
def test_a_large_relative_second_moment_is_refused() -> None:
    terms = np.ones((1000, 1))
    estimate.refuse_unseeable("m", T, terms, np.array([11.0]))
    with pytest.raises(ct.Unseeable, match=r"m at t = 7: .* is 11\.1, .* about 1\.1e\+03 runs, not 1000"):
        estimate.refuse_unseeable("m", T, terms, np.array([11.1]))
    estimate.refuse_unseeable("a constant", T, np.ones((5, 1)), np.array([1.0]))


def test_a_run_that_holds_a_tenth_of_the_sum_is_refused() -> None:
    terms = np.ones((1000, 1))
    terms[0] = 110
    estimate.refuse_unseeable("m", T, terms, None)
    terms[0] = 112
    with pytest.raises(ct.Unseeable, match=r"m at t = 7: one run holds 10\.1% of the sum"):
        estimate.refuse_unseeable("m", T, terms, None)
    estimate.refuse_unseeable("m", T, terms, np.array([2.0]))


def test_a_tail_without_a_mean_is_refused(seed: int) -> None:
    tail = np.random.default_rng(seed).random((100_000, 1))
    with pytest.raises(ct.Unseeable, match=r"tail index|of the sum"):
        estimate.refuse_unseeable("m", T, tail**-1.3, None)
    estimate.refuse_unseeable("m", T, tail**-0.3, None)


def test_an_infinite_run_is_refused_by_name() -> None:
    terms = np.array([[1.0], [np.inf]])
    for moment in (None, np.array([0.01])):
        with pytest.raises(OverflowError, match="m at t = 7: some runs are infinite or beyond floats"):
            estimate.refuse_unseeable("m", T, terms, moment)


@pytest.mark.parametrize("level", [0.0, 1.0, 95])
def test_a_bad_level_is_refused(level: float) -> None:
    with pytest.raises(ValueError, match=r"level = .* is outside its domain"):
        estimate.normal_quantile(level)


def test_an_estimate_shows_itself() -> None:
    recursion = ct.Recursion(ct.Gaussian(), ct.Replace(), sample_size=10)
    found = recursion.sd.median.simulated(recursion.simulate(9, 1000, rng=1, keep="all"), 0.999)
    assert repr(found).startswith("<Estimate: median of sd, 1000 runs, seed 1, ")
    assert "t = 0: 1  [1, 1]" in repr(found)
    assert "…" in repr(found)
    assert found._repr_html_().count("<tr>") == 11
    assert found.contains(found.values).all()


def test_a_sample_with_nan_has_no_estimate() -> None:
    runs = ct.Recursion(ct.Gaussian(), ct.Replace(), sample_size=4).simulate(3, 500, rng=1, keep="all")
    runs.states[1][7, 2] = np.nan
    variance = runs.recursion.variance
    for curve in (variance.mean, variance.std, variance.median, variance.quantile(0.9)):
        with pytest.raises(ArithmeticError, match="at t = 2: some runs are NaN") as told:
            curve.simulated(runs)
        assert not isinstance(told.value, OverflowError)
    model_mean = ct.Recursion(ct.Pareto(), ct.Replace(), sample_size=4).model_mean
    runs = model_mean.recursion.simulate(3, 50, rng=1, keep=ct.Values(model_mean, at=range(4)))
    runs.states[0][7, 2] = np.nan
    with pytest.raises(ArithmeticError, match="at t = 2: some runs are NaN"):
        model_mean.probability_finite.simulated(runs)
