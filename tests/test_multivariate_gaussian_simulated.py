"""Simulated Gaussians in several dimensions: points drawn one by one, the plain loop, the moment map."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from error_budget import critical_distance, critical_z, distance, z_of_mean
from numpy.typing import NDArray
from test_multivariate_gaussian import FAMILY, TILTED, quantity, standard

import collapse_theory as ct

Array = NDArray[np.float64]


def by_points(family: ct.MultivariateGaussian, n: int, generations: int, replicates: int, rng: Any) -> Array:
    """Covariances of the last generation, every point drawn and fitted by numpy."""
    found = np.empty((replicates, family.dimension, family.dimension))
    for r in range(replicates):
        mean, covariance = np.array(family.mean), np.array(family.covariance)
        for _ in range(generations):
            points = rng.multivariate_normal(mean, covariance, size=n, method="cholesky")
            mean, covariance = points.mean(axis=0), np.cov(points, rowvar=False)
        found[r] = covariance
    return found


def test_the_loop_has_the_law_of_points_drawn_one_by_one(seed: int) -> None:
    """Notices a shift of a law by 0.09 of its mass; n points taken as n degrees of freedom shift it by more."""
    recursion, replicates = ct.Recursion(FAMILY, ct.Replace(), sample_size=6), 3000
    runs = recursion.simulate(3, 4 * replicates, rng=seed)
    covariances = by_points(FAMILY, 6, 3, replicates, np.random.default_rng(seed + 1))
    eigenvalues = np.linalg.eigvalsh(covariances)
    expected = {"trace": eigenvalues.sum(axis=1), "log_determinant": np.log(eigenvalues).sum(axis=1)}
    expected |= {"log_condition_number": np.log(eigenvalues[:, -1] / eigenvalues[:, 0])}
    bound = critical_distance(4, replicates, 4 * replicates)
    for name, values in expected.items():
        assert distance(quantity(recursion, name).values(runs)[:, 0], values) < bound, name
    shifted = expected["log_determinant"] + 9 * np.log(6 / 5)
    assert distance(quantity(recursion, "log_determinant").values(runs)[:, 0], shifted) > bound


@pytest.mark.parametrize(
    ("regime", "n"),
    [
        (ct.Replace(), 7),
        (ct.Replace(), 3),
        (ct.Accumulate(), 3),
        (ct.Window(2), 5),
        (ct.Fresh(real=2), 5),
        (ct.FreshMixture(0.25), 5),
        (ct.Weighted(real=2, weight=0.5), 6),
        (ct.Golden(4), 4),
        (ct.Golden(3), 3),
        (ct.FineTune(0.5, "regenerated"), 6),
        (ct.AccumulateSubsample(replacement=False), 5),
        (ct.AccumulateSubsample(replacement=True), 5),
    ],
    ids=repr,
)
def test_the_loop_and_the_plain_verbs_agree_in_law(regime: ct.Regime, n: int, seed: int) -> None:
    recursion = ct.Recursion(FAMILY, regime, sample_size=n)
    kernel = recursion.simulate(4, 6000, rng=seed)
    plain = recursion.simulate(4, 3000, rng=seed + 1, method="plain")
    bound = critical_distance(4, 3000, 6000)
    for name in ("trace", "effective_rank", "squared_location_error", "wasserstein2_squared"):
        one, other = (quantity(recursion, name).values(runs)[:, 0] for runs in (kernel, plain))
        assert distance(one, other) < bound, name


@pytest.mark.parametrize("regime", [ct.Replace(), ct.Accumulate(), ct.Fresh(real=2), ct.Window(2)], ids=repr)
def test_simulated_means_are_those_of_the_moment_map(regime: ct.Regime, seed: int) -> None:
    """Which is that of one dimension; the scatter taken over n in place of n − 1 is caught."""
    recursion = ct.Recursion(FAMILY, regime, sample_size=12)
    runs = recursion.simulate(3, 20_000, rng=seed, keep=[1, 3])
    for name in ("trace", "squared_location_error"):
        values, expected = quantity(recursion, name).values(runs), quantity(recursion, name).mean([1, 3])
        assert np.max(np.abs(z_of_mean(values, expected))) < critical_z(5), name
    twin = ct.Recursion(ct.MultivariateGaussian(FAMILY.mean, TILTED, ddof=0), regime, sample_size=12)
    z = z_of_mean(quantity(recursion, "trace").values(runs), quantity(twin, "trace").mean([1, 3]))
    assert np.max(np.abs(z)) > critical_z(5)


def test_each_axis_has_a_rate_of_its_own(seed: int) -> None:
    """The pivots walk with exact drifts; as if the axes were independent recursions, all would have the first one."""
    recursion, t = standard(3, 8), 60
    runs = recursion.simulate(t, 4000, rng=seed)
    pivots = 2 * runs.states[2][:, 0]
    rates = np.array([recursion.watch("log_eigenvalue", i).growth_rate for i in (1, 2, 3)])
    assert np.max(np.abs(z_of_mean(pivots, t * rates))) < critical_z(7)
    assert np.min(np.abs(z_of_mean(pivots[:, 1:], t * rates[0]))) > critical_z(7)
    volume = quantity(recursion, "log_determinant").values(runs)
    assert np.max(np.abs(z_of_mean(volume, quantity(recursion, "log_determinant").mean(t)))) < critical_z(7)
    law = quantity(recursion, "log_determinant").distribution(t)
    order = np.sort(volume[:, 0])
    far = np.max(np.abs(law.cdf(order) - (np.arange(4000) + 0.5) / 4000))
    assert far < critical_distance(7, 4000) + 1 / 4000
    late = recursion.simulate(600, 300, rng=seed + 1)
    axes = np.stack([recursion.watch("log_eigenvalue", i).values(late)[:, 0] for i in (1, 2, 3)], axis=1)
    assert axes.mean(axis=0) / 600 == pytest.approx(rates, abs=0.02)
    assert np.median(quantity(recursion, "effective_rank").values(late)) == pytest.approx(1, abs=1e-6)
    assert quantity(recursion, "effective_rank").median.limit == 1


def test_few_points_leave_a_singular_model_at_once() -> None:
    recursion = standard(5, 3)
    runs = recursion.simulate(40, 200, rng=1, keep="all")
    rank = quantity(recursion, "rank")
    assert np.all(rank.values(runs)[:, 1:] == 2)
    assert rank.mean([0, 1, 40]) == pytest.approx([5, 2, 2])
    assert np.all(np.isneginf(quantity(recursion, "log_determinant").values(runs)[:, 1:]))
    assert quantity(recursion, "log_determinant").mean(1) == -np.inf
    assert quantity(recursion, "determinant").mean(1) == 0
    assert quantity(recursion, "log_condition_number").growth_rate == np.inf
    assert recursion.watch("log_eigenvalue", 3).growth_rate == -np.inf
    assert np.isfinite(recursion.watch("log_eigenvalue", 2).growth_rate)
    assert np.all(np.isfinite(recursion.watch("log_eigenvalue", 2).values(runs)))
    assert np.all(np.isinf(recursion.kl_source_model.values(runs)[:, 1:]))
    assert np.all(np.isinf(recursion.kl_model_source.values(runs)[:, 1:]))
    fresh = standard(5, 3, regime=ct.Fresh(real=1))
    assert np.all(quantity(fresh, "rank").values(fresh.simulate(5, 100, rng=1)) == 2)
    filled = standard(5, 3, regime=ct.AccumulateFresh(real=1))
    assert np.all(quantity(filled, "rank").values(filled.simulate(9, 100, rng=1)) == 5)
    assert np.all(
        quantity(standard(5, 3, regime=ct.Accumulate()), "rank").values(
            standard(5, 3, regime=ct.Accumulate()).simulate(9, 100, rng=1)
        )
        == 2
    )


@pytest.mark.parametrize(
    "regime", [ct.Replace(), ct.Window(2), ct.Fresh(real=1), ct.Golden(5), ct.FreshMixture(0.01)], ids=repr
)
@pytest.mark.parametrize("ddof", [0, 1, 4.5])
def test_nothing_is_ever_nan(regime: ct.Regime, ddof: float) -> None:
    """Models that collapse or explode beyond floats; distances may be infinite."""
    recursion = ct.Recursion(ct.MultivariateGaussian(0, TILTED, ddof), regime, sample_size=5)
    runs = recursion.simulate(1500, 20, rng=1, keep=[1, 1500])
    for name in FAMILY.measures:
        assert not np.any(np.isnan(quantity(recursion, name).values(runs))), name


def test_the_conserved_sum_is_exact_for_each_coordinate() -> None:
    """E Σ_t + E(μ_t − μ_0)(μ_t − μ_0)ᵀ = Σ_0 at ddof = 0: in fractions, along one direction."""
    from collapse_theory.tableau.moments import exact_second_moments

    for regime in (ct.Replace(), ct.Window(2), ct.Golden(4)):
        moments = exact_second_moments(regime, ct.schedules.Constant(6), 0, 5)
        recursion = ct.Recursion(ct.MultivariateGaussian(0, TILTED, 0), regime, sample_size=6)
        for t, (v, m) in enumerate(moments):
            assert v + m == Fraction(1)
            assert quantity(recursion, "trace").mean(t) == pytest.approx(3.25 * float(v), rel=1e-13)
