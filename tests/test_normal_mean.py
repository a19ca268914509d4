"""A mean of known variance against exact fractions, quadrature and the published chances of a lucky generation."""

from __future__ import annotations

import math
from fractions import Fraction

import mpmath
import numpy as np
import pytest
from error_budget import critical_distance, critical_z, z_of_mean
from every import every_pair
from scipy import integrate, stats

import collapse_theory as ct
from collapse_theory.tableau.moments import SOURCE, M, V, exact_step_map, mapped

T = np.arange(1, 13)


def exact_errors(recursion: ct.Recursion, last: int) -> list[Fraction]:
    """M_t with the variance of every model held at 1, in exact fractions."""
    state, found = SOURCE, []
    for t in range(1, last + 1):
        step = recursion.regime.step(t, recursion.sizes)
        state = mapped(exact_step_map(step, 0), state) | {V: Fraction(1)}
        found.append(state[M])
    return found


def normal(recursion: ct.Recursion) -> bool:
    step = recursion.tableau
    return not (step.share or step.thinned or step.subsample)


@every_pair(5, ct.schedules.power(4, 1), members=[ct.NormalMean(mean=1, sd=2)])
def test_the_squared_error_is_that_of_the_exact_map(recursion: ct.Recursion) -> None:
    if recursion.tableau.thinned:
        pytest.skip("random numbers of points have no map in fractions")
    expected = [4 * float(m) for m in exact_errors(recursion, 12)]
    assert recursion.squared_location_error.mean(T) == pytest.approx(expected, rel=1e-12)
    assert recursion.location.std(T) == pytest.approx(np.sqrt(expected), rel=1e-12)
    assert recursion.kl_model_source.mean(T) == pytest.approx(np.array(expected) / 8, rel=1e-12)


def test_the_printed_sums() -> None:
    replaced = ct.Recursion(ct.NormalMean(), ct.Replace(), sample_size=20)
    pooled = ct.Recursion(ct.NormalMean(), ct.Accumulate(), sample_size=20)
    assert replaced.squared_location_error.mean(7) == pytest.approx(7 / 20, rel=1e-15)
    exact = float(sum(Fraction(1, 20 * j * j) for j in range(1, 8)))
    assert pooled.squared_location_error.mean(7) == pytest.approx(exact, rel=1e-15)
    assert pooled.squared_location_error.mean.limit == pytest.approx(math.pi**2 / 120, rel=1e-15)
    assert replaced.squared_location_error.mean.limit == math.inf
    assert pooled.location.distribution(7).ppf(0.975) == pytest.approx(
        stats.norm.ppf(0.975, scale=exact**0.5), rel=1e-12
    )


@pytest.mark.parametrize("regime", [ct.Replace(), ct.Accumulate(), ct.Window(generations=2)], ids=repr)
def test_distances_are_integrals_over_the_normal_law(regime: ct.Regime) -> None:
    recursion = ct.Recursion(ct.NormalMean(mean=-3, sd=2), regime, sample_size=4)
    spread = math.sqrt(recursion.squared_location_error.mean(5)) / 2
    grid = np.linspace(-12 * spread, 12 * spread, 20_001)
    chances = stats.norm.pdf(grid, scale=spread)
    variation = 2 * stats.norm.cdf(np.abs(grid) / 2) - 1
    tail = stats.norm.cdf(-2 - grid) + stats.norm.cdf(-2 + grid)
    assert recursion.total_variation.mean(5) == pytest.approx(integrate.simpson(chances * variation, x=grid), rel=1e-7)
    assert recursion.tail_mass(2).mean(5) == pytest.approx(integrate.simpson(chances * tail, x=grid), rel=1e-7)
    for quantity, value in ((recursion.total_variation, variation), (recursion.tail_mass(2), tail)):
        law, at = quantity.distribution(5), float(np.quantile(value, 0.4))
        assert law.cdf(at) == pytest.approx(integrate.simpson(chances * (value <= at), x=grid), abs=1e-3)
        assert law.cdf(law.ppf(0.3)) == pytest.approx(0.3, abs=1e-12)
        edges = law.ppf(np.array([0.2, 0.4]))
        inside = np.linspace(*edges, 2001)
        assert integrate.simpson(law.pdf(inside), x=inside) == pytest.approx(0.2, rel=1e-6)
    assert recursion.tail_mass(2).distribution(5).cdf(2 * stats.norm.sf(2) * 0.999) == 0
    median = recursion.kl_source_model.median(5)
    assert median == pytest.approx(spread**2 / 2 * stats.chi2.median(1), rel=1e-12)


def test_both_divergences_are_one_number_and_limits_follow_the_squared_error() -> None:
    pooled = ct.Recursion(ct.NormalMean(sd=3), ct.Accumulate(), sample_size=5)
    late = pooled.squared_location_error.median(10**9)
    assert pooled.squared_location_error.median.limit == pytest.approx(late, rel=1e-8)
    assert pooled.kl_model_source.mean.limit == pytest.approx(math.pi**2 / 60, rel=1e-14)
    assert pooled.tail_mass(3).mean.limit == pytest.approx(pooled.tail_mass(3).mean(10**9), rel=1e-8)
    replaced = ct.Recursion(ct.NormalMean(sd=3), ct.Replace(), sample_size=5)
    assert replaced.squared_location_error.median.limit == math.inf
    assert replaced.tail_mass(3).mean.limit == 1
    assert replaced.total_variation.mean.limit == 1
    assert replaced.location.median(50) == 0 == replaced.location.mean.limit


FATES = [
    (ct.Replace(), 10, "wanders"),
    (ct.Replace(), ct.schedules.power(10, 1), "wanders"),
    (ct.Replace(), ct.schedules.power(10, 2), "settles"),
    (ct.Accumulate(), 10, "settles"),
    (ct.Accumulate(), ct.schedules.power(10, 1), "settles"),
    (ct.Fresh(real=2), 10, "stationary"),
    (ct.Golden(size=4), 10, "stationary"),
    (ct.Window(generations=3), 10, "wanders"),
    (ct.AccumulateFresh(real=1), 10, "recovers"),
]


@pytest.mark.parametrize(("regime", "sizes", "verdict"), FATES, ids=repr)
def test_a_mean_never_collapses(regime: ct.Regime, sizes: object, verdict: str) -> None:
    assert ct.Recursion(ct.NormalMean(), regime, sample_size=sizes).fate.verdict == verdict


@every_pair(6, members=[ct.NormalMean(mean=1, sd=2)])
def test_simulated_means_are_normal_where_numbers_are_fixed(recursion: ct.Recursion, seed: int) -> None:
    """Notices 5 % of the squared error, and a law off by 2 %; n − 1 in place of n is caught."""
    runs = recursion.simulate(8, 20_000, rng=seed, keep=[1, 8])
    error = runs.values(recursion.squared_location_error)
    exact = recursion.squared_location_error.mean(np.array([1, 8]))
    assert np.max(np.abs(z_of_mean(error, exact))) < critical_z(2)
    assert np.max(np.abs(z_of_mean(error, exact * 6 / 5))) > critical_z(2)
    if normal(recursion):
        location = runs.values(recursion.location)[:, 1]
        found = stats.kstest(location, recursion.location.distribution(8).cdf).statistic
        assert found < critical_distance(1, len(location))
        assert recursion.total_variation.distribution(8).cdf(0.1) == pytest.approx(
            np.mean(runs.values(recursion.total_variation)[:, 1] <= 0.1), abs=critical_distance(1, len(location))
        )
    else:
        with pytest.raises(ct.NoClosedForm):
            recursion.location.distribution(8)


@pytest.mark.parametrize(("last", "chance"), [(2, 0.352416382349567), (3, 0.304086723984696), (5, 0.25)])
def test_a_later_generation_is_rarely_nearer_than_the_first(last: int, chance: float, seed: int) -> None:
    """The published chance of beating the real-data model, (1/π) arctan(2/√B); notices 4 % of it."""
    recursion = ct.Recursion(ct.NormalMean(), ct.Replace(), sample_size=10)
    runs = recursion.simulate(last, 100_000, rng=seed, keep=[1, last])
    error = runs.values(recursion.squared_location_error)
    nearer = (error[:, 1] < error[:, 0]).astype(float)
    assert chance == pytest.approx(math.atan(2 / math.sqrt(last - 1)) / math.pi, rel=1e-14)
    assert abs(z_of_mean(nearer[:, None], chance)[0]) < critical_z(1)


def test_information_counts_real_points() -> None:
    recursion = ct.Recursion(ct.NormalMean(sd=2), ct.Replace(), sample_size=12)
    assert recursion.information.real_points(3) == pytest.approx(4, rel=1e-15)
    assert recursion.information.fisher(3) == pytest.approx(1, rel=1e-15)


def test_data_and_bad_input() -> None:
    assert ct.NormalMean.from_data([1, 2, 6], sd=2) == ct.NormalMean(mean=3, sd=2)
    assert ct.Recursion(ct.NormalMean(), ct.Replace(), sample_size=1).squared_location_error.mean(3) == 3
    with pytest.raises(ValueError, match="sd = 0 is outside its domain"):
        ct.NormalMean(sd=0)
    with pytest.raises(ValueError, match="values has 0 numbers"):
        ct.NormalMean.from_data([], sd=1)
    with pytest.raises(ValueError, match=r"values\[1\] = nan"):
        ct.NormalMean.from_data([1, math.nan], sd=1)


@pytest.mark.parametrize("q", [1e-100, 1e-15, 1e-9, 0.3, 1 - 2**-53])
def test_quantiles_of_all_sizes_have_their_digits(q: float) -> None:
    """By the inverse error function of mpmath, 2 erfinv(q)²."""
    with mpmath.workdps(40):
        near = mpmath.sqrt(mpmath.pi) * mpmath.mpf(q) / 2
        root = near if q < 1e-14 else mpmath.erfinv(mpmath.mpf(q))
        exact = float(2 * root**2 / 10)
        apart = float(mpmath.erf(root / mpmath.sqrt(4 * 10)))
    loop = ct.Recursion(ct.NormalMean(), ct.Replace(), sample_size=10)
    assert loop.squared_location_error.quantile(q)(1) == pytest.approx(exact, rel=1e-12, abs=0)
    assert loop.total_variation.quantile(q)(1) == pytest.approx(apart, rel=1e-12, abs=0)
    assert loop.squared_location_error.distribution(1).cdf(exact) == pytest.approx(q, rel=1e-12, abs=0)
    pool = ct.Recursion(ct.NormalMean(), ct.Accumulate(), sample_size=10)
    assert pool.squared_location_error.quantile(q).limit == pytest.approx(exact * np.pi**2 / 6, rel=1e-12, abs=0)
