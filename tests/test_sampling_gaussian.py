"""Samplings of normal models: temperature, truncation, selection, verification and edits, by independent roads."""

from __future__ import annotations

import itertools
import math
from fractions import Fraction
from typing import Any

import mpmath
import numpy as np
import pytest
from error_budget import critical_distance, critical_z, distance, z_of_mean
from every import REGIMES, one_in
from scipy.integrate import quad
from scipy.stats import norm

import collapse_theory as ct
from collapse_theory.tableau.moments import SOURCE, M, V, exact_step_map, mapped
from collapse_theory.tableau.sampled import Sampled

REPLACE = ct.Replace()
UNIT = ct.Gaussian()


def looped(one: Any, n: Any = 10, regime: ct.Regime = REPLACE, family: ct.Gaussian = UNIT) -> ct.Recursion:
    return ct.Recursion(family, regime, sample_size=n, sampling=one)


# --------------------------------------------------------------------------------------------------------- temperature
def test_printed_values_of_a_temperature() -> None:
    for n, drift in ((10, -0.220566986075), (100, -0.115495534506)):
        assert looped(ct.Temperature(0.9), n).variance.growth_rate == pytest.approx(drift, rel=1e-11)
    maximum_likelihood = ct.Recursion(ct.Gaussian(ddof=0), REPLACE, sample_size=10)
    assert looped(ct.Temperature(0.9)).variance.growth_rate == pytest.approx(maximum_likelihood.variance.growth_rate)
    # Printed for a loop that cools its real points as well: 0.45, to which generation 1 adds its honest 1/20 here.
    wandered = looped(ct.Temperature(0.9), 20).squared_location_error.mean
    assert wandered.limit == pytest.approx(0.45 + 1 / 20, rel=1e-13)
    assert wandered(2000) == pytest.approx(0.5, rel=1e-12)
    few = looped(ct.Temperature(0.9), 100, ct.Fresh(real=10), ct.Gaussian(ddof=0))
    assert few.variance.mean.limit == pytest.approx(0.5120563532917908, rel=1e-13)
    assert few.squared_location_error.mean.limit == pytest.approx(0.0270929287455974, rel=1e-13)
    many = looped(ct.Temperature(0.8), 1000, ct.Fresh(real=100))
    assert many.variance.mean.limit == pytest.approx(0.3577483892845032, rel=1e-13)
    assert many.squared_location_error.mean.limit == pytest.approx(0.001881993896236012, rel=1e-13)


def test_accumulation_does_not_cure_a_biased_sampler() -> None:
    large = looped(ct.Temperature(0.9), 10, ct.Accumulate()).variance.population
    assert large(1001) == pytest.approx(0.521035995134847, rel=1e-13)
    assert large(1001) == pytest.approx(large.along_the_path(1001), rel=1e-11)
    assert large(10**6) / large(10**5) == pytest.approx(10**-0.1, rel=1e-5)
    assert (large.limit, large(1)) == (0, pytest.approx(1, rel=1e-15))
    hot = looped(ct.Temperature(1.2), 10, ct.Accumulate()).variance.population
    assert hot.limit == math.inf
    assert looped(ct.Temperature(1.0), 10, ct.Accumulate()).variance.population.limit == 1
    # Finite samples, δ = 0, printed step for generation t + 1 of a pool of nt points.
    v, expected, n, heat = (
        looped(ct.Temperature(0.9), 10, ct.Accumulate(), ct.Gaussian(ddof=0)).variance.mean,
        0.9,
        10,
        0.9,
    )
    for t in range(1, 8):
        assert v(t) == pytest.approx(expected, rel=1e-13)
        expected *= 1 - (1 - heat + heat / (n * (t + 1))) / (t + 1)


@pytest.mark.parametrize("alpha", [0.1, 0.5])
@pytest.mark.parametrize("k", [2, 3])
def test_a_bias_is_not_cured_by_more_points(alpha: float, k: float) -> None:
    tau = ct.Truncation(k).standard.variance
    if alpha == 0.1:
        printed = {2: 0.32934515365889, 3: 0.80647263449883}[k]
        assert alpha / (1 - 0.9 * tau) == pytest.approx(printed, rel=1e-13)
    for regime in (ct.FreshMixture(share=alpha), ct.Fresh(real=int(20 * alpha))):
        curve = looped(ct.Truncation(k), 20, regime).variance.population
        assert curve.limit == pytest.approx(alpha / (1 - (1 - alpha) * tau), rel=1e-14)
        t = np.array([1, 2, 3, 10, 200])
        assert curve(t) == pytest.approx(curve.along_the_path(t), rel=1e-12)
        assert curve(200) == pytest.approx(curve.limit, rel=1e-9)


@pytest.mark.parametrize("ddof", [0.0, 1.0, 2.0])
@pytest.mark.parametrize("heat", [0.7, 1.3])
def test_a_temperature_is_another_divisor(ddof: float, heat: float, seed: int) -> None:
    """Laws of σ_t² and μ_t of points that are cooled by hand, from normal numbers."""
    n, t, runs, rng = 6, 4, 20_000, np.random.default_rng(seed)
    mean, variance = np.zeros(runs), np.ones(runs)
    scale = np.ones(runs)
    for step in range(1, t + 1):
        points = mean[:, None] + np.sqrt(variance * (heat if step > 1 else 1))[:, None] * rng.standard_normal((runs, n))
        mean, variance = points.mean(axis=1), points.var(axis=1) * n / (n - ddof)
    scale = variance * heat**-0.5  # wrong: the standard deviation, not the variance, is multiplied by T
    recursion = looped(ct.Temperature(heat), n, family=ct.Gaussian(ddof=ddof))
    law, far = recursion.variance.distribution(t), critical_distance(4, runs)
    uniform = np.linspace(0, 1, runs + 2)[1:-1]
    assert distance(law.cdf(variance), uniform) < far
    assert distance(law.cdf(scale), uniform) > far
    z = critical_z(4)
    assert abs(z_of_mean(mean[:, None] ** 2, recursion.squared_location_error.mean(t))[0]) < z
    simulated = recursion.simulate(t, runs, rng=seed + 1)
    found = np.asarray(recursion.variance.measure(simulated.states))[:, 0]
    assert distance(found, variance) < critical_distance(4, runs, runs)
    assert recursion.variance.median(t) == pytest.approx(law.ppf(0.5), rel=1e-9)


@pytest.mark.parametrize("ddof", [0.0, 1.0])
def test_cooled_moments_are_those_of_chi_squares(ddof: float) -> None:
    n, heat = 7, 0.8
    recursion = looped(ct.Temperature(heat), n, family=ct.Gaussian(sd=3, ddof=ddof))
    for t in (1, 2, 5):
        mean = 9 * heat ** (t - 1) * ((n - 1) / (n - ddof)) ** t
        assert recursion.variance.mean(t) == pytest.approx(mean, rel=1e-13)
        relative = (1 + 2 / (n - 1)) ** t - 1
        assert recursion.variance.std(t) == pytest.approx(mean * math.sqrt(relative), rel=1e-12)
        cooled_in_generation_one = mean * heat
        assert recursion.variance.mean(t) != pytest.approx(cooled_in_generation_one, rel=1e-3)


def test_decoding_outweighs_noise_from_fifty_points_on() -> None:
    """λ scales the standard deviation: λ = 0.99 is the noise of about 50 points at δ = 1, of 100 at δ = 0."""
    bias = 2 * math.log(0.99)
    for ddof, n in ((1.0, 50), (0.0, 100)):
        noise = [
            ct.Recursion(ct.Gaussian(ddof=ddof), REPLACE, sample_size=m).variance.growth_rate for m in (n - 5, n + 5)
        ]
        assert noise[0] < bias < noise[1]
        cooled = looped(ct.Temperature(0.99**2), n, family=ct.Gaussian(ddof=ddof)).variance.growth_rate
        assert cooled == pytest.approx(2 * bias, rel=0.05)


# ------------------------------------------------------------------------------------------------- standardized points
@pytest.mark.parametrize("k", [1e-3, 0.1, 0.4999, 0.5, 1, 2, 3, 4, 8, 37])
def test_moments_of_a_truncation_by_quadrature(k: float) -> None:
    with mpmath.workdps(40):
        x = mpmath.mpf(k)
        mass, second, fourth = (
            mpmath.quad(lambda z, p=p: z**p * mpmath.npdf(z), mpmath.linspace(-min(x, 15), min(x, 15), 21))
            for p in (0, 2, 4)
        )
        tau, beta = float(second / mass), float(fourth * mass / second**2)
    law = ct.Truncation(k).standard
    assert law.mean == 0
    assert law.variance == pytest.approx(tau, rel=5e-15)
    assert law.kurtosis == pytest.approx(beta, rel=2e-13)


def test_printed_values_of_a_truncation() -> None:
    printed = {
        1: 0.2911250947727932,
        1.5: 0.5515244157615513,
        2: 0.7737413035499232,
        2.5: 0.9112563609353919,
        3: 0.9733369246625415,
        4: 0.9989292903724738,
    }
    for k, tau in printed.items():
        assert ct.Truncation(k).standard.variance == pytest.approx(tau, rel=1e-14)
    assert ct.Truncation(2).standard.kurtosis == pytest.approx(2.36553671713, rel=1e-11)
    assert ct.Truncation(3).standard.kurtosis == pytest.approx(2.8288855636, rel=1e-10)
    for k, half_life in ((2, 2.702141785), (3, 25.64838575), (4, 647.0251288)):
        assert -math.log(2) / math.log(ct.Truncation(k).standard.variance) == pytest.approx(half_life, rel=1e-9)


@pytest.mark.parametrize("candidates", [2, 4, 1000, 10**6])
def test_moments_of_the_largest_by_quadrature(candidates: int) -> None:
    law = ct.BestOf(candidates).standard

    def moment(power: int, about: float = 0.0) -> float:
        def density(x: float) -> float:
            return (x - about) ** power * candidates * norm.pdf(x) * math.exp((candidates - 1) * norm.logcdf(x))

        edges = np.linspace(-6, 10, 9)
        return sum(quad(density, a, b, epsabs=1e-15, epsrel=1e-13)[0] for a, b in itertools.pairwise(edges))

    mean = moment(1)
    assert law.mean == pytest.approx(mean, rel=1e-11)
    assert law.variance == pytest.approx(moment(2, mean), rel=1e-11)
    assert law.kurtosis == pytest.approx(moment(4, mean) / moment(2, mean) ** 2, rel=1e-10)


def test_the_largest_of_two_and_of_three_in_closed_form() -> None:
    two, three = ct.BestOf(2).standard, ct.BestOf(3).standard
    assert (two.mean, two.variance) == pytest.approx((1 / math.sqrt(math.pi), 1 - 1 / math.pi), rel=1e-13)
    second = 1 + math.sqrt(3) / (2 * math.pi)
    assert (three.mean, three.variance) == pytest.approx((1.5 / math.sqrt(math.pi), second - 2.25 / math.pi), rel=1e-13)
    assert looped(ct.BestOf(1)).variance.mean(5) == pytest.approx(1, rel=1e-14)


PLACED = (ct.Truncation(1.5), ct.Truncation(0.3), ct.BestOf(2), ct.BestOf(40))


@pytest.mark.parametrize("one", PLACED, ids=repr)
def test_standardized_points_have_their_moments(one: Any, seed: int) -> None:
    law, points = one.standard, one.standard_points((200_000, 1), np.random.default_rng(seed))
    z = critical_z(3)
    assert abs(z_of_mean(points, law.mean)[0]) < z
    assert abs(z_of_mean((points - law.mean) ** 2, law.variance)[0]) < z
    assert abs(z_of_mean((points - law.mean) ** 4, law.kurtosis * law.variance**2)[0]) < z
    assert abs(z_of_mean((points - law.mean) ** 2, math.sqrt(law.variance))[0]) > z


@pytest.mark.parametrize("one", PLACED, ids=repr)
@pytest.mark.parametrize("ddof", [0.0, 1.0])
def test_moments_of_cut_and_selected_points(one: Any, ddof: float, seed: int) -> None:
    n, t = 8, np.array([1, 2, 4])
    recursion = looped(one, n, family=ct.Gaussian(mean=2, sd=3, ddof=ddof))
    runs = recursion.simulate(4, 20_000, rng=seed, keep=list(t))
    found = np.asarray(recursion.variance.measure(runs.states))
    z, mean, std = critical_z(6), recursion.variance.mean(t), recursion.variance.std(t)
    assert np.all(np.abs(z_of_mean(found, mean)) < z)
    assert np.all(np.abs(z_of_mean(found**2, mean**2 + std**2)) < z)
    cut_at_once = mean * one.standard.variance
    assert np.all(np.abs(z_of_mean(found, cut_at_once)) > z)
    assert np.all(np.abs(z_of_mean(found[:, 1:], mean[1:] * np.sqrt(one.standard.variance))) > z)


def test_growth_rates_of_cut_points_for_many_points(seed: int) -> None:
    """Printed: −0.27058 and −0.04572 at n = 50."""
    for k, rate in ((2, -0.27058), (3, -0.04572)):
        recursion = looped(ct.Truncation(k), 50)
        theorem = next(th for th in recursion.theorems if th.statistic == "growth_rate" and th.road == "asymptotic")
        assert theorem.value(recursion) == pytest.approx(rate, abs=6e-6)
        points = ct.Truncation(k).standard_points((20_000, 50), np.random.default_rng(seed))
        logs = np.log(points.var(axis=1, ddof=1))[:, None]
        # The expansion leaves out terms of order 1/n².
        assert abs(z_of_mean(logs, rate)[0]) < critical_z(2) + 2 / 50**2 / (logs.std() / np.sqrt(len(logs)))


# -------------------------------------------------------------------------------------------- large samples, selection
@pytest.mark.parametrize(
    ("fraction", "rho", "factor", "shift"),
    [
        (0.5, 1, 0.36338022763242, 2.00882477708),
        (0.1, 1, 0.16913516927691, 2.98091636812),
        (0.1, 0.5, 0.79228379231923, 7.98469149157),
        (0.1, 0.1, 0.99169135169277, 42.1568049602),
    ],
)
def test_printed_values_of_a_top_share(fraction: float, rho: float, factor: float, shift: float) -> None:
    recursion = looped(ct.TopFraction(fraction, score_correlation=rho), 10)
    assert recursion.variance.population(2) == pytest.approx(factor, rel=1e-12)
    assert recursion.location.population.limit == pytest.approx(shift, rel=1e-11)
    assert recursion.location.population(10**4) == pytest.approx(shift, rel=1e-9)


def test_printed_values_of_a_score_of_fixed_noise() -> None:
    recursion = looped(ct.TopFraction(0.1, score_noise=1.0), 10)
    t = np.array([1, 10, 100, 1000]) + 1
    variance = [0.584567584638456, 0.112660988469226, 0.0120093772399741, 0.00120386660350456]
    mean = [1.24096060596389, 4.82188134395487, 9.56930262332008, 14.4297018513749]
    assert recursion.variance.population(t) == pytest.approx(variance, rel=1e-12)
    assert recursion.location.population(t) == pytest.approx(mean, rel=1e-12)


def test_printed_values_of_a_soft_verifier() -> None:
    recursion = looped(ct.SoftVerifier(center=1, width=2))
    t = np.array([1, 10, 100]) + 1
    variance, mean = [0.8, 0.28571428571429, 0.038461538461538], [0.2, 0.71428571428571, 0.96153846153846]
    assert recursion.variance.population(t) == pytest.approx(variance, rel=1e-12)
    assert recursion.location.population(t) == pytest.approx(mean, rel=1e-12)
    assert (recursion.variance.population.limit, recursion.location.population.limit) == (0, 1)
    beside = looped(ct.SoftVerifier(center=1, width=2), 10, ct.FreshMixture(share=0.3)).location.population
    assert 0.05 < beside(500) < 0.95
    assert beside(500) == pytest.approx(beside(600), rel=1e-9)


ONES = (
    ct.Temperature(0.8),
    ct.Truncation(1.5),
    ct.BestOf(3),
    ct.TopFraction(0.25, score_correlation=0.6),
    ct.TopFraction(0.5, score_noise=2.0),
    ct.SoftVerifier(center=-3, width=2.5),
    ct.HumanEdit(0.3, toward=ct.Gaussian(mean=4, sd=0.5)),
)


@pytest.mark.parametrize("one", ONES, ids=repr)
def test_closed_forms_are_the_path_and_both_what_large_samples_do(one: Any, seed: int) -> None:
    recursion = looped(one, 40_000, family=ct.Gaussian(mean=1, sd=2, ddof=0))
    runs = recursion.simulate(4, 6, rng=seed)
    for quantity, unit in ((recursion.variance, 4.0), (recursion.location, 2.0)):
        t = np.array([1, 2, 3, 4, 9])
        assert quantity.population(t) == pytest.approx(quantity.population.along_the_path(t), rel=1e-12)
        found = np.asarray(quantity.measure(runs.states))
        # One standard error of a fit is below sqrt(2/n) = 0.7 % of the unit, in each of four generations.
        assert found == pytest.approx(np.full(found.shape, quantity.population(4)), abs=0.05 * unit)
    assert recursion.variance.population(5) != pytest.approx(recursion.variance.population(4), rel=0.02)


# ----------------------------------------------------------------------------------------------- moments, every regime
def by_regime() -> list[Any]:
    found = []
    for one in (ct.Temperature(0.7), ct.Truncation(1.5)):
        for regime in REGIMES:
            try:
                found.append(ct.Recursion(ct.Gaussian(ddof=0.5), regime, sample_size=8, sampling=one))
            except (ValueError, ct.NotDefined):
                continue
    return found


@pytest.mark.parametrize("recursion", by_regime(), ids=repr)
def test_the_map_in_every_regime_is_that_of_fractions(recursion: ct.Recursion) -> None:
    scheme = recursion.scheme
    assert isinstance(scheme, Sampled)
    state = SOURCE
    for t in range(1, 9):
        state = mapped(exact_step_map(scheme.step(t, recursion.sizes), Fraction(1, 2)), state)
        assert recursion.variance.mean(t) == pytest.approx(float(state[V]), rel=1e-12)
        assert recursion.squared_location_error.mean(t) == pytest.approx(float(state[M]), rel=1e-12)


@pytest.mark.parametrize("recursion", one_in(4, by_regime()), ids=repr)
def test_the_map_in_every_regime_is_what_is_simulated(recursion: ct.Recursion, seed: int) -> None:
    t, z = np.array([1, 2, 4]), critical_z(6)
    runs = recursion.simulate(4, 3000, rng=seed, keep=list(t))
    variance = np.asarray(recursion.variance.measure(runs.states))
    error = np.asarray(recursion.squared_location_error.measure(runs.states))
    assert np.all(np.abs(z_of_mean(variance, recursion.variance.mean(t))) < z)
    assert np.all(np.abs(z_of_mean(error, recursion.squared_location_error.mean(t))) < z)


def test_an_honest_twin_of_a_cooled_loop_is_told_apart(seed: int) -> None:
    recursion = looped(ct.Truncation(1.5), 8, ct.Window(3), ct.Gaussian(ddof=0.5))
    honest = ct.Recursion(recursion.family, recursion.regime, sample_size=8)
    found = np.asarray(recursion.variance.measure(recursion.simulate(4, 3000, rng=seed).states))
    assert abs(z_of_mean(found, recursion.variance.mean(4))[0]) < critical_z(2)
    assert abs(z_of_mean(found, honest.variance.mean(4))[0]) > critical_z(2)


# --------------------------------------------------------------------------------------------------------- human edits
@pytest.mark.parametrize("ddof", [0.0, 1.0])
def test_edits_are_the_law_of_total_variance_in_fractions(ddof: float, seed: int) -> None:
    n, rho = 6, Fraction(1, 4)
    one = ct.HumanEdit(float(rho), toward=ct.Gaussian(mean=3, sd=0.5))
    recursion = looped(one, n, family=ct.Gaussian(mean=1, sd=2, ddof=ddof))
    # First and second moments of (σ², μ), a composition of j edited points at a time.
    v, first, second = Fraction(4), Fraction(1), Fraction(1)
    for t in range(1, 7):
        share = rho if t > 1 else Fraction(0)
        spread = mean = square = Fraction(0)
        for j in range(n + 1):
            chance = math.comb(n, j) * share**j * (1 - share) ** (n - j)
            a, b = Fraction(j, n), Fraction(n - j, n)
            noise = (a * Fraction(1, 4) + b * v) / n
            apart = second - 6 * first + 9
            inside = (a * Fraction(1, 4) + b * v) * n - noise * n + n * a * b * apart
            spread += chance * inside / (n - Fraction(ddof))
            mean += chance * (3 * a + b * first)
            square += chance * (9 * a * a + 6 * a * b * first + b * b * second + noise)
        v, first, second = spread, mean, square
        assert recursion.variance.mean(t) == pytest.approx(float(v), rel=1e-13)
        assert recursion.squared_location_error.mean(t) == pytest.approx(float(second - 2 * first + 1), rel=1e-12)
        assert float(recursion.variance.mean.theorem.reference(recursion, t)) == pytest.approx(float(v), rel=1e-14)
    t, z = np.array([1, 2, 6]), critical_z(6)
    runs = recursion.simulate(6, 20_000, rng=seed, keep=list(t))
    variance = np.asarray(recursion.variance.measure(runs.states))
    error = np.asarray(recursion.squared_location_error.measure(runs.states))
    assert np.all(np.abs(z_of_mean(variance, recursion.variance.mean(t))) < z)
    assert np.all(np.abs(z_of_mean(error, recursion.squared_location_error.mean(t))) < z)
    assert abs(z_of_mean(error, recursion.squared_location_error.mean(t + 1))[0]) > z
    for curve in (recursion.variance.mean, recursion.squared_location_error.mean):
        assert curve(3000) == pytest.approx(curve.limit, rel=1e-9)


@pytest.mark.parametrize("ddof", [-1.0, 0.0, 1.0, 2.0])
@pytest.mark.parametrize("rate", [0.02, 0.3, 1.0])
def test_edits_toward_the_source_are_real_points_by_chance(ddof: float, rate: float) -> None:
    family = ct.Gaussian(mean=1, sd=2, ddof=ddof)
    edited = looped(ct.HumanEdit(rate, toward=family), 10, family=family)
    mixed = ct.Recursion(family, ct.FreshMixture(share=rate), sample_size=10)
    t = np.array([1, 2, 5, 30])
    for name in ("variance", "squared_location_error"):
        one, other = (getattr(recursion, name).mean for recursion in (edited, mixed))
        assert one(t) == pytest.approx(other(t), rel=1e-11)
        assert one.limit == pytest.approx(other.limit, rel=1e-9)


@pytest.mark.parametrize(("ddof", "variance", "error"), [(0.0, 0, 4.0), (1.0, 4, math.inf), (2.0, math.inf, math.inf)])
def test_no_edits_are_honest_draws(ddof: float, variance: float, error: float) -> None:
    family = ct.Gaussian(mean=1, sd=2, ddof=ddof)
    edited = looped(ct.HumanEdit(0, toward=ct.Gaussian()), 10, family=family)
    assert (edited.variance.mean.limit, edited.squared_location_error.mean.limit) == pytest.approx((variance, error))
    honest = ct.Recursion(family, REPLACE, sample_size=10)
    assert edited.squared_location_error.mean(9) == pytest.approx(honest.squared_location_error.mean(9), rel=1e-12)


def test_the_mean_of_a_model_wider_than_the_source_is_in_its_own_units() -> None:
    """The best of four beside a tenth fresh, by its two moments; the spread grows past the source's in generation 5."""
    best = ct.BestOf(4)
    e, v = best.standard.mean, best.standard.variance
    chosen = ct.Recursion(ct.Gaussian(mean=1.0, sd=2.0), ct.Fresh(real=10), sampling=best, sample_size=100)
    mean, variance = 0.0, 1.0
    for t in range(2, 9):
        apart = mean + e * variance**0.5
        mean, variance = 0.9 * apart, 0.1 + 0.9 * v * variance + 0.09 * apart**2
        assert chosen.location.population(t) == pytest.approx(1 + 2 * mean, rel=1e-12)
