"""Exponential and Pareto: against raw points, exact fractions, quadrature, and the Gaussian whose walk is the same."""

from __future__ import annotations

import math
from fractions import Fraction
from typing import Any

import mpmath
import numpy as np
import pytest
from error_budget import critical_distance, critical_z, distance, z_of_mean
from scipy import special, stats

import collapse_theory as ct
from collapse_theory.families.scale import critical_divisor

DIVISORS = (-1, 0, 0.5, 1, 2)
GROWING = ct.schedules.power(4, 1)


def exponential(ddof: float = 0, regime: ct.Regime | None = None, n: Any = 10) -> ct.Recursion:
    return ct.Recursion(ct.Exponential(scale=2, ddof=ddof), regime or ct.Replace(), sample_size=n)


def pareto(ddof: float = 0, n: Any = 10, exponent: float = 2) -> ct.Recursion:
    return ct.Recursion(ct.Pareto(exponent=exponent, minimum=3, ddof=ddof), ct.Replace(), sample_size=n)


# ------------------------------------------------------------------------------------------------- raw points
def test_a_pareto_is_refitted_to_raw_points(seed: int) -> None:
    """Points drawn by the law's own inverse, exponents by the textbook estimator; notices 2 % of the law's chances."""
    rng, runs = np.random.default_rng(seed), 20_000
    exponent = np.full(runs, 2.0)
    for _ in range(5):
        points = 3 * rng.random((runs, 6)) ** (-1 / exponent[:, None])
        exponent = 5 / np.log(points / 3).sum(axis=1)  # unbiased: n − 1
    recursion = pareto(1, n=6)
    law = recursion.exponent.distribution(5)
    assert stats.kstest(exponent, law.cdf).statistic < critical_distance(3, runs)
    simulated = recursion.simulate(5, runs, rng=seed)
    assert distance(exponent, simulated.values(recursion.exponent)[:, 0]) < critical_distance(3, runs, runs)
    wrong = pareto(0, n=6).exponent.distribution(5)
    assert stats.kstest(exponent, wrong.cdf).statistic > critical_distance(3, runs)


@pytest.mark.parametrize(
    "regime", [ct.Replace(), ct.Accumulate(), ct.Fresh(real=2), ct.Window(generations=2)], ids=repr
)
def test_an_exponential_is_refitted_to_raw_points(regime: ct.Regime, seed: int) -> None:
    """Whole pools of points in plain arrays; n in place of n − ddof is caught."""
    rng, runs, n = np.random.default_rng(seed), 10_000, 5
    scale, batches = np.full(runs, 2.0), []
    for t in range(1, 5):
        real = 2 if isinstance(regime, ct.Fresh) and t > 1 else 0
        drawn = scale[:, None] * rng.standard_exponential((runs, n - real))
        batches.append(np.concatenate([drawn, 2 * rng.standard_exponential((runs, real))], axis=1))
        kept = {ct.Accumulate: len(batches), ct.Window: 2}.get(type(regime), 1)
        points = np.concatenate(batches[-kept:], axis=1)
        scale = points.sum(axis=1) / (points.shape[1] - 0.5)
    found = {
        ddof: ct.Recursion(ct.Exponential(scale=2, ddof=ddof), regime, sample_size=n).simulate(4, runs, rng=seed + 1)
        for ddof in (0.5, -2.5)
    }
    simulated = {ddof: one.values(one.recursion.scale)[:, 0] for ddof, one in found.items()}
    assert distance(scale, simulated[0.5]) < critical_distance(1, runs, runs)
    assert distance(scale, simulated[-2.5]) > critical_distance(1, runs, runs)


# ------------------------------------------------------------------------------------------------- exact moments
@pytest.mark.parametrize("ddof", DIVISORS)
@pytest.mark.parametrize("sizes", [7, GROWING], ids=repr)
def test_moments_are_products_of_fractions(ddof: float, sizes: Any) -> None:
    recursion = exponential(ddof, n=sizes)
    inverse = ct.Recursion(ct.Pareto(exponent=2, ddof=ddof), ct.Replace(), sample_size=sizes)
    first, second, fourth, low = Fraction(2), Fraction(4), Fraction(16), Fraction(2)
    lower = Fraction(4)
    for t in range(1, 8):
        n, c = Fraction(int(recursion.sizes(t))), Fraction(int(recursion.sizes(t))) - Fraction(ddof)
        first, second = first * n / c, second * n * (n + 1) / c**2
        fourth *= n * (n + 1) * (n + 2) * (n + 3) / c**4
        low, lower = low * c / (n - 1), lower * c**2 / ((n - 1) * (n - 2))
        assert recursion.scale.mean(t) == pytest.approx(float(first), rel=1e-13)
        assert recursion.scale.std(t) == pytest.approx(math.sqrt(second - first**2), rel=1e-12)
        assert recursion.variance.mean(t) == pytest.approx(float(second), rel=1e-13)
        assert recursion.variance.std(t) == pytest.approx(math.sqrt(fourth - second**2), rel=1e-12)
        assert inverse.exponent.mean(t) == pytest.approx(float(low), rel=1e-13)
        assert inverse.exponent.std(t) == pytest.approx(math.sqrt(lower - low**2), rel=1e-12)


@pytest.mark.parametrize("ddof", DIVISORS)
def test_pools_of_totals_in_fractions(ddof: float) -> None:
    """E S and E S² of the total of a pool: S' = S + θG with θ = S/(N − ddof)."""
    recursion, n = exponential(ddof, ct.Accumulate(), n=4), Fraction(4)
    first, second = 2 * n, 4 * n * (n + 1)
    for t in range(1, 15):
        c = n * t - Fraction(ddof)
        assert recursion.scale.mean(t) == pytest.approx(float(first / c), rel=1e-13)
        assert recursion.variance.mean(t) == pytest.approx(float(second / c**2), rel=1e-12)
        assert recursion.scale.std(t) == pytest.approx(math.sqrt(second - first**2) / float(c), rel=1e-11)
        first, second = first * (1 + n / c), second * (1 + 2 * n / c + n * (n + 1) / c**2)


def test_the_limit_of_a_pool_is_a_hyperbolic_sine() -> None:
    for n in (1, 2, 10, 1000):
        y = math.pi / math.sqrt(n)
        recursion = exponential(0, ct.Accumulate(), n=n)
        assert recursion.variance.mean.limit == pytest.approx(4 * math.sinh(y) / y, rel=1e-13)
        assert recursion.variance.mean(10**7) == pytest.approx(recursion.variance.mean.limit, rel=1e-6)
    late, early = (float(exponential(0, ct.Accumulate(), n=3).variance.mean(t)) for t in (201, 200))
    assert late / early == pytest.approx(1 + 1 / (3 * 201**2), rel=1e-13)


@pytest.mark.parametrize("ddof", [0, 1, 1.5])
def test_the_walk_is_that_of_a_gaussians_variance(ddof: float) -> None:
    """2G is a chi-square of 2n degrees of freedom: 2n + 1 points, divisor 2(n − ddof)."""
    n = 6
    twin = ct.Recursion(ct.Gaussian(sd=math.sqrt(2), ddof=1 + 2 * ddof), ct.Replace(), sample_size=2 * n + 1)
    recursion = exponential(ddof, n=n)
    t = np.array([1, 4, 30])
    assert recursion.scale.mean(t) == pytest.approx(twin.variance.mean(t), rel=1e-12)
    assert recursion.scale.std(t) == pytest.approx(twin.variance.std(t), rel=1e-12)
    assert recursion.log_scale.std(t) == pytest.approx(twin.log_variance.std(t), rel=1e-12)
    assert recursion.scale.growth_rate == pytest.approx(twin.variance.growth_rate, rel=1e-12)
    assert recursion.scale.quantile(0.1)(30) == pytest.approx(twin.variance.quantile(0.1)(30), rel=1e-9)
    assert recursion.scale.carried_by_top(0.01, 30) == pytest.approx(twin.variance.carried_by_top(0.01, 30), rel=1e-9)
    own, its = recursion.time_until_sd_below(0.5), twin.time_until_sd_below(math.sqrt(0.5))
    assert own.distribution.cdf(np.arange(40)) == pytest.approx(its.distribution.cdf(np.arange(40)), abs=1e-10)


# ------------------------------------------------------------------------------------------------- who decides
def test_the_divisor_decides_and_the_critical_one_is_just_below_a_half() -> None:
    assert critical_divisor(1) == pytest.approx(1 - math.exp(-np.euler_gamma), rel=1e-14)
    assert critical_divisor(np.array([10, 10**6])) == pytest.approx([0.5 - 1 / 228, 0.5], abs=1e-5)
    for n in (1, 2, 7, 1000):
        critical = critical_divisor(n)
        assert critical == pytest.approx(n - math.exp(special.digamma(n)), abs=1e-12 * n)
        assert critical == pytest.approx((ct.critical_ddof(2 * n + 1) - 1) / 2, rel=1e-12)
        verdicts = [exponential(critical + away, n=n).fate.verdict for away in (-1e-6, 0.0, 1e-6)]
        assert verdicts == ["collapses", "wanders", "explodes"]
    with pytest.raises(ValueError, match="n = 0 is outside its domain"):
        critical_divisor(0)


def test_the_estimator_decides_what_becomes_of_a_heavy_tail() -> None:
    """The signs that are quoted for five points: up by 0.103, down by 0.120."""
    likely, unbiased = pareto(0, n=5), pareto(1, n=5)
    assert likely.exponent.growth_rate == pytest.approx(math.log(5) - special.digamma(5), rel=1e-13)
    assert round(likely.log_exponent.growth_rate, 3) == 0.103
    assert round(unbiased.log_exponent.growth_rate, 3) == -0.120
    assert unbiased.exponent.mean(10**6) == pytest.approx(2, rel=1e-12)
    assert likely.fate.verdict == "collapses"
    assert unbiased.fate.verdict == "explodes"
    assert likely.exponent.median.limit == math.inf
    assert unbiased.exponent.median.limit == 0
    assert (likely.upper_tail_mass(0.01).mean.limit, unbiased.upper_tail_mass(0.01).mean.limit) == (0, 1)
    assert likely.model_mean.probability_finite.limit == 1
    assert unbiased.model_mean.probability_finite.limit == 0


def test_fates_in_other_data() -> None:
    assert exponential(0, ct.Accumulate()).fate.verdict == "settles"
    assert exponential(1, n=ct.schedules.power(10, 2)).fate.verdict == "settles"
    assert exponential(1, n=ct.schedules.power(10, 1)).fate.verdict == "explodes"
    assert exponential(0.5, n=ct.schedules.power(10, 0.2)).fate.verdict == "explodes"
    assert exponential(0.5, n=ct.schedules.power(10, 0.9)).fate.verdict == "wanders"
    assert exponential(1, ct.Fresh(real=1)).fate.verdict == "stationary"
    assert exponential(2, ct.Fresh(real=1)).fate.verdict == "explodes"


# ------------------------------------------------------------------------------------------------- tails, divergences
@pytest.mark.parametrize("ddof", [0, 1])
def test_tails_and_divergences_are_integrals_over_two_gamma_numbers(ddof: int) -> None:
    n, rate = 4, -math.log(0.05)
    c = (n - ddof) ** 2

    log_x = np.linspace(-40, 9, 4001)
    x = np.exp(log_x)
    chances = 2 * x**n * special.kv(0, 2 * np.sqrt(x)) / special.gamma(n) ** 2 * (log_x[1] - log_x[0])
    r = x / c

    def mean_of(values: Any) -> float:
        """Over the product of two gamma numbers, whose density is a Bessel function."""
        return float(np.sum(chances * values))

    for recursion in (exponential(ddof, n=n), pareto(ddof, n=n)):
        tail = recursion.upper_tail_mass(0.05)
        first, second = (mean_of(np.exp(-k * rate / r)) for k in (1, 2))
        assert tail.mean(2) == pytest.approx(first, rel=1e-9)
        assert tail.std(2) == pytest.approx(math.sqrt(second - first**2), rel=1e-8)
        divergence = mean_of(r - 1 - np.log(r))
        assert recursion.kl_model_source.mean(2) == pytest.approx(divergence, rel=1e-9)
        assert recursion.kl_source_model.mean(2) == pytest.approx(mean_of(1 / r - 1 + np.log(r)), rel=1e-9)
        law = tail.distribution(2)
        assert law.cdf(law.ppf(0.2)) == pytest.approx(0.2, abs=1e-10)
        assert tail.median(2) == pytest.approx(law.ppf(0.5))


def test_divergences_of_large_samples_keep_their_digits() -> None:
    """At t ≪ n a divergence is t/(2n) on average, which naive differences cannot see at n = 10⁹."""
    for quantity in ("kl_model_source", "kl_source_model"):
        found = exponential(0, n=10**9).watch(quantity).mean(3)
        assert found == pytest.approx(1.5e-9, rel=1e-8)
    assert exponential(0, n=1).kl_source_model.mean(2) == math.inf


def test_the_mean_of_a_pareto_model() -> None:
    recursion = pareto(1, n=8, exponent=1.5)
    assert recursion.model_mean.mean(1) == math.inf
    assert recursion.model_mean.source_value == pytest.approx(9)
    chance = special.gammainc(8, 1.5 * 7)
    assert recursion.model_mean.probability_finite(1) == pytest.approx(chance, rel=1e-12)
    law = recursion.model_mean.distribution(3)
    exponents = recursion.exponent.distribution(3)
    assert law.cdf(10.0) == pytest.approx(exponents.sf(10 / 7), rel=1e-9)
    assert law.ppf(0.999) == math.inf
    assert recursion.model_mean.median(3) == pytest.approx(3 / (1 - 1 / recursion.exponent.median(3)), rel=1e-9)


@pytest.mark.parametrize("ddof", [0, 1])
def test_simulation_agrees_with_the_theorems(ddof: int, seed: int) -> None:
    """Notices 2 % of the means; the other estimator is caught by each of them."""
    for recursion, other in ((exponential(ddof), exponential(1 - ddof)), (pareto(ddof), pareto(1 - ddof))):
        runs = recursion.simulate(6, 40_000, rng=seed, keep=[1, 6])
        t = runs.generations
        names = ["upper_tail_mass", "kl_model_source", recursion.family.headline, f"log_{recursion.family.headline}"]
        for name in names:
            given = (0.1,) if name == "upper_tail_mass" else ()
            quantity, wrong = recursion.watch(name, *given), other.watch(name, *given)
            values = quantity.values(runs)
            assert np.max(np.abs(z_of_mean(values, quantity.mean(t)))) < critical_z(16)
            assert np.max(np.abs(z_of_mean(values, wrong.mean(t)))) > critical_z(16)


def test_the_time_until_a_scale_has_fallen(seed: int) -> None:
    recursion = exponential(0, n=5)
    time = recursion.time_until_sd_below(1.0)
    runs = recursion.simulate(40, 20_000, rng=seed, watch=[time])
    seen = runs.watched_times(time)
    for t in (1, 5, 15, 40):
        share = np.mean((seen >= 0) & (seen <= t))
        assert share == pytest.approx(time.distribution.cdf(t), abs=critical_distance(4, len(seen)))


# ------------------------------------------------------------------------------------------------- input
def test_data() -> None:
    assert ct.Exponential.from_data([1, 2, 6]).scale == pytest.approx(3)
    assert ct.Exponential.from_data([1, 2, 6], ddof=1).scale == pytest.approx(4.5)
    assert ct.Pareto.from_data([3, 3 * math.e, 3 * math.e], minimum=3).exponent == pytest.approx(1.5)
    assert ct.Pareto.from_data([3, 3 * math.e, 3 * math.e], minimum=3, ddof=1).exponent == pytest.approx(1)


@pytest.mark.parametrize(
    ("make", "says"),
    [
        (lambda: ct.Exponential(scale=0), "scale = 0 is outside its domain"),
        (lambda: ct.Pareto(exponent=-1), "exponent = -1 is outside its domain"),
        (lambda: ct.Pareto(minimum=0), "minimum = 0 is outside its domain"),
        (lambda: exponential(10), r"ddof = 10.0 is outside its domain: a real number below n = 10"),
        (lambda: ct.Exponential.from_data([]), "values has 0 numbers"),
        (lambda: ct.Exponential.from_data([1, 0]), r"values\[1\] = 0"),
        (lambda: ct.Exponential.from_data([1, 2], ddof=2), "ddof = 2 is outside its domain"),
        (lambda: ct.Pareto.from_data([4, 2], minimum=3), r"values\[1\] = 2 is outside its domain: a number ≥ 3"),
        (lambda: ct.Pareto.from_data([3, 3], minimum=3), "nothing above the minimum"),
        (lambda: ct.Pareto.from_data([], minimum=3), "values has 0 numbers"),
        (lambda: ct.Recursion(ct.Exponential(ddof=3.5), ct.Golden(size=3), sample_size=8), "ddof = 3.5"),
        (lambda: exponential().upper_tail_mass(1.0), "q = 1.0 is outside its domain"),
    ],
)
def test_bad_input_is_named(make: Any, says: str) -> None:
    with pytest.raises(ValueError, match=says):
        make()


@pytest.mark.parametrize("q", [1 - 1e-15, 1 - 1e-9, 0.9, 0.3])
@pytest.mark.parametrize("n", [5, 50])
def test_deviations_of_a_tail_that_is_nearly_everything(n: int, q: float) -> None:
    """E q^{k/r} after one refit as Bessel functions in mpmath, k = 1, 2."""
    with mpmath.workdps(60):

        def moment(k: int) -> mpmath.mpf:
            b = -k * mpmath.log(mpmath.mpf(q)) * n
            return 2 * b ** (mpmath.mpf(n) / 2) * mpmath.besselk(n, 2 * mpmath.sqrt(b)) / mpmath.gamma(n)

        exact = float(mpmath.sqrt(moment(2) - moment(1) ** 2))
    loop = ct.Recursion(ct.Exponential(), ct.Replace(), sample_size=n)
    assert loop.upper_tail_mass(q).std(1) == pytest.approx(exact, rel=1e-8, abs=0)
