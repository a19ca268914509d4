"""Cooled, cut, selected and verified Gaussians: published values, second roads, and simulation with wrong twins."""

from __future__ import annotations

import math
from dataclasses import replace
from fractions import Fraction

import mpmath
import numpy as np
import pytest
from error_budget import critical_z, z_of_mean
from every import REGIMES, covering_pairs

import collapse_theory as ct
from collapse_theory.regimes.moments import exact_second_moments
from collapse_theory.regimes.sampled import Sampled
from collapse_theory.sampling.sampling import PlacedSampling

KEPT = (1, 2, 4)


def sampled(
    way: ct.Sampling, n: int = 10, ddof: float = 0, regime: ct.Regime | None = None, **source: float
) -> ct.Recursion:
    return ct.Recursion(ct.Gaussian(**source, ddof=ddof), regime or ct.Replace(), sample_size=n, sampling=way)


# ------------------------------------------------------------------------------------------------- published values
def test_a_temperature_is_another_divisor() -> None:
    """At n = 10 and T = 0.9 cooling is dividing by n; the factor is of the variance, not of the standard deviation."""
    cooled, plain = (
        sampled(ct.Temperature(0.9), ddof=1),
        ct.Recursion(ct.Gaussian(ddof=0), ct.Replace(), sample_size=10),
    )
    assert cooled.variance.growth_rate == pytest.approx(plain.variance.growth_rate, rel=1e-14)
    assert cooled.variance.growth_rate == pytest.approx(-0.220566986075, abs=1e-12)
    assert sampled(ct.Temperature(0.9), 100, 1).variance.growth_rate == pytest.approx(-0.115495534506, abs=1e-12)
    assert cooled.variance.mean([1, 2, 11]) == pytest.approx([1, 0.9, 0.9**10])
    assert cooled.fate.verdict == "collapses"
    heated = sampled(ct.Temperature(1.2), 100, 1)
    assert heated.variance.growth_rate == pytest.approx(
        sampled(ct.Temperature(1.0), 100, 1).variance.growth_rate + math.log(1.2)
    )
    assert heated.fate.verdict == "explodes"


def test_cooled_means_come_to_rest_one_generation_later_than_where_real_points_are_cooled() -> None:
    """Texts that cool the source too print λ/n/(1 − λ) = 0.45; here real points are not cooled."""
    cooled = sampled(ct.Temperature(0.9), 20, 1)
    assert cooled.squared_location_error.mean.limit == pytest.approx(0.45 / 0.9)


@pytest.mark.parametrize(
    ("n", "real", "ddof", "heat", "spread", "error"),
    [
        (100, 10, 0, 0.9, 0.5120563532917908, 0.0270929287455974),
        (1000, 100, 1, 0.8, 0.3577483892845032, 0.001881993896236012),
    ],
)
def test_cooled_samples_beside_fresh_ones(
    n: int, real: int, ddof: int, heat: float, spread: float, error: float
) -> None:
    loop = sampled(ct.Temperature(heat), n, ddof, ct.Fresh(real=real))
    assert loop.variance.mean.limit == pytest.approx(spread, rel=1e-13)
    assert loop.squared_location_error.mean.limit == pytest.approx(error, rel=1e-12)
    assert loop.fate.verdict == "stationary"
    many = ct.Recursion(
        ct.MultivariateGaussian.standard(3), ct.Fresh(real=real), sample_size=n, sampling=ct.Temperature(heat)
    )
    if ddof == 1:
        assert many.watch("trace").mean.limit == pytest.approx(3 * spread, rel=1e-12)


def test_a_filter_of_a_cooled_crawl_helps() -> None:
    """900 of 1000 points cooled at 0.9, kept at (0.8, 0.05): the share of real points decides."""
    plain = sampled(ct.Temperature(0.9), 1000, 0, ct.Fresh(real=100))
    filtered = sampled(ct.Temperature(0.9), 275, 0, ct.Fresh(real=95))
    assert plain.variance.mean.limit == pytest.approx(0.524861114949836, rel=1e-12)
    assert filtered.variance.mean.limit == pytest.approx(0.836225449328189, rel=1e-12)


def test_accumulation_does_not_cure_a_bias() -> None:
    pool = sampled(ct.Temperature(0.9), 1000, regime=ct.Accumulate())
    assert pool.variance.population(1001) == pytest.approx(0.521035995134847, rel=1e-12)
    assert pool.variance.population.limit == 0
    assert sampled(ct.Temperature(1.1), 1000, regime=ct.Accumulate()).variance.population.limit == math.inf
    t = 10**8
    assert pool.variance.population(t) == pytest.approx(t**-0.1 / math.gamma(1.9), rel=1e-6)


def test_truncations_have_the_printed_factors() -> None:
    printed = {
        1: 0.2911250947727932,
        1.5: 0.5515244157615513,
        2: 0.7737413035499232,
        2.5: 0.9112563609353919,
        3: 0.9733369246625415,
        4: 0.9989292903724738,
    }
    for k, factor in printed.items():
        assert ct.Truncation(k).standard.variance == pytest.approx(factor, rel=1e-13)
    assert ct.Truncation(2).standard.kurtosis == pytest.approx(2.36553671713, rel=1e-11)
    assert ct.Truncation(3).standard.kurtosis == pytest.approx(2.8288855636, rel=1e-10)
    assert math.log(0.5) / math.log(ct.Truncation(3).standard.variance) == pytest.approx(25.64838575)
    for k, drift in ((2, -0.27058), (3, -0.04572)):
        assert sampled(ct.Truncation(k), 50, 1).variance.asymptotic_growth_rate() == pytest.approx(drift, abs=1e-5)
    with_real = sampled(ct.Truncation(2), 10**6, 1, ct.Fresh(share=0.1))
    assert with_real.variance.population.limit == pytest.approx(0.32934515365889)


@pytest.mark.parametrize("k", [0.01, 0.3, 0.4999, 0.5, 2.0, 6.0, 30.0])
def test_moments_of_a_truncated_law_by_quadrature(k: float) -> None:
    with mpmath.workdps(30):
        mass, second, fourth = (
            mpmath.quad(lambda x, p=p: x**p * mpmath.npdf(x), [-k, 0, k] if k < 8 else [-8, 0, 8]) for p in (0, 2, 4)
        )
        standard = ct.Truncation(k).standard
        assert standard.variance == pytest.approx(float(second / mass), rel=1e-12)
        assert standard.kurtosis == pytest.approx(float(fourth * mass / second**2), rel=1e-11)


@pytest.mark.parametrize(
    ("candidates", "mean", "variance"),
    [
        (1, 0.0, 1.0),
        (2, 1 / math.sqrt(math.pi), 1 - 1 / math.pi),
        (3, 3 / (2 * math.sqrt(math.pi)), 1 + math.sqrt(3) / (2 * math.pi) - 9 / (4 * math.pi)),
    ],
)
def test_moments_of_the_largest_of_a_few(candidates: int, mean: float, variance: float) -> None:
    standard = ct.BestOf(candidates).standard
    assert standard.mean == pytest.approx(mean, abs=1e-13)
    assert standard.variance == pytest.approx(variance, rel=1e-13)


def test_moments_of_the_largest_of_many_by_quadrature() -> None:
    with mpmath.workdps(25):
        density = lambda x: 50 * mpmath.npdf(x) * mpmath.ncdf(x) ** 49  # noqa: E731
        first, second, third, fourth = (
            mpmath.quad(lambda x, p=p: x**p * density(x), [-4, 0, 2, 3, 5, 10]) for p in (1, 2, 3, 4)
        )
        variance = second - first**2
        central = fourth - 4 * first * third + 6 * first**2 * second - 3 * first**4
    standard = ct.BestOf(50).standard
    assert (standard.mean, standard.variance) == pytest.approx((float(first), float(variance)), rel=1e-10)
    assert standard.kurtosis == pytest.approx(float(central / variance**2), rel=1e-9)


def test_top_fractions_have_the_printed_numbers() -> None:
    half, tenth = ct.TopFraction(0.5, score_correlation=1.0), ct.TopFraction(0.1, score_correlation=1.0)
    assert half.intensity == pytest.approx(0.79788456080287)
    assert tenth.intensity == pytest.approx(1.75498331932487)
    assert tenth.shrinkage == pytest.approx(0.830864830723088)
    shifts = [(half, 2.00882477708), (tenth, 2.98091636812)]
    shifts += [
        (ct.TopFraction(0.1, score_correlation=rho), s) for rho, s in ((0.5, 7.98469149157), (0.1, 42.1568049602))
    ]
    for way, shift in shifts:
        assert sampled(way, 1000).location.population.limit == pytest.approx(shift, rel=1e-11)
    noisy = sampled(ct.TopFraction(0.1, score_noise=1.0), 1000)
    t = np.array([2, 11, 101, 1001])
    spread = [0.584567584638456, 0.112660988469226, 0.0120093772399741, 0.00120386660350456]
    assert noisy.variance.population(t) == pytest.approx(spread, rel=1e-12)
    centre = [1.24096061, 4.82188134395487, 9.56930262332008, 14.4297018513749]
    assert noisy.location.population(t) == pytest.approx(centre, rel=1e-8)
    assert noisy.variance.population(t)[-1] * tenth.shrinkage * 1000 == pytest.approx(1, abs=0.01)


def test_a_soft_verifier_has_the_printed_numbers() -> None:
    loop = sampled(ct.SoftVerifier(center=1, width=2), 1000)
    t = np.array([2, 11, 101])
    assert loop.variance.population(t) == pytest.approx([0.8, 0.28571428571429, 0.038461538461538])
    assert loop.location.population(t) == pytest.approx([0.2, 0.71428571428571, 0.96153846153846])
    assert loop.location.population.limit == 1


# ------------------------------------------------------------------------------------------------- two roads
WAYS = (
    ct.Temperature(0.8),
    ct.Truncation(2.0),
    ct.BestOf(5),
    ct.TopFraction(0.25, score_correlation=0.5),
    ct.SoftVerifier(2.0, 3.0),
)


@pytest.mark.parametrize("way", WAYS, ids=repr)
@pytest.mark.parametrize("regime", [ct.Replace(), ct.Accumulate(), ct.Fresh(share=0.25)], ids=repr)
def test_closed_forms_are_the_loop_without_noise(way: ct.Sampling, regime: ct.Regime) -> None:
    loop, t = sampled(way, 20, regime=regime, mean=1.0, sd=2.0), [0, 1, 2, 5, 40]
    for quantity in (loop.variance, loop.location):
        assert quantity.population(t) == pytest.approx(quantity.population.along_the_path(t), rel=1e-12, abs=1e-14)


@pytest.mark.parametrize("way", [*WAYS, ct.TopFraction(0.5, score_noise=1.0)], ids=repr)
def test_large_samples_follow_the_loop_without_noise(way: ct.Sampling, seed: int) -> None:
    """At n = 4000 a run is within a fiftieth of it."""
    loop = sampled(way, 4000, regime=ct.Accumulate(), sd=2.0)
    runs = loop.simulate(4, 40, rng=seed, keep=[1, 4])
    assert np.median(loop.variance.values(runs), axis=0) == pytest.approx(loop.variance.population([1, 4]), rel=0.02)
    assert abs(loop.variance.population(4) / loop.variance.population(1) - 1) > 0.04


@covering_pairs(10, members=[ct.Gaussian(mean=1, sd=2, ddof=0), ct.Gaussian(mean=1, sd=2, ddof=1)], data=REGIMES)
def test_moments_in_every_regime(recursion: ct.Recursion, seed: int) -> None:
    """Notices 4 % of the variance: honest draws, and a factor of the standard deviation, are caught."""
    if recursion.tableau.screen is not None or recursion.tableau.subsample is not None:
        return
    for way in (ct.Temperature(0.8), ct.Truncation(2.0)):
        if isinstance(way, PlacedSampling) and recursion.family.ddof == 1:
            continue
        loop = replace(recursion, sampling=way)
        runs = loop.simulate(4, 40_000, rng=seed, keep=KEPT)
        limit = critical_z(4 * len(KEPT))
        z = [z_of_mean(one.values(runs), one.mean(KEPT)) for one in (loop.variance, loop.squared_location_error)]
        assert np.max(np.abs(z)) < limit
        honest = np.abs(z_of_mean(loop.variance.values(runs), recursion.variance.mean(KEPT)))
        assert honest[0] < limit < honest[-1] or not loop.scheme.step(2, loop.sizes).drawn[1]


@pytest.mark.parametrize(
    "regime", [one for one in REGIMES if not one.tableau(ct.schedules.Constant(8)).screen], ids=repr
)
def test_the_moment_map_is_that_of_fractions(regime: ct.Regime) -> None:
    loop = sampled(ct.Temperature(0.75), 8, 1.5, regime)
    last = 4 if loop.tableau.thinned else 8
    exact = exact_second_moments(Sampled(regime, Fraction(3, 4)), loop.sizes, Fraction(3, 2), last)
    t = np.arange(1, last + 1)
    assert loop.variance.mean(t) == pytest.approx([float(exact[s][0]) for s in t], rel=1e-12)
    assert loop.squared_location_error.mean(t) == pytest.approx([float(exact[s][1]) for s in t], rel=1e-12)


@pytest.mark.parametrize("way", [ct.Truncation(1.5), ct.Truncation(0.7)], ids=repr)
def test_deviations_of_selected_samples(way: ct.Sampling, seed: int) -> None:
    """Notices 4 % of the standard deviation over runs, and so a normal kurtosis."""
    loop = sampled(way, 10)
    runs = loop.simulate(3, 200_000, rng=seed, keep=[1, 3])
    squares = (loop.variance.values(runs) - loop.variance.mean([1, 3])) ** 2
    z = z_of_mean(squares, loop.variance.std([1, 3]) ** 2)
    assert np.max(np.abs(z)) < critical_z(2)
    normal = loop.variance.mean(3) * math.sqrt((1 + 2 / 9) ** 3 - 1)
    assert abs(z_of_mean(squares[:, 1:], normal**2)[0]) > critical_z(2)


@pytest.mark.parametrize("quantity", ["variance", "location"])
def test_cooled_laws_are_those_of_simulated_runs(quantity: str, seed: int) -> None:
    """Notices 2 % of probability; cooled real points are caught."""
    loop = sampled(ct.Temperature(0.6), 6, 1, mean=1.0, sd=2.0)
    runs, runs_each = loop.simulate(3, 100_000, rng=seed), 100_000
    values = loop.watch(quantity).values(runs)[:, 0]
    points = loop.watch(quantity).distribution(3).ppf(np.array([0.1, 0.5, 0.9]))
    shares, q = np.array([np.mean(values <= x) for x in points]), np.array([0.1, 0.5, 0.9])
    errors = np.sqrt(q * (1 - q) / runs_each)
    assert np.max(np.abs(shares - q) / errors) < critical_z(3)
    cooled_source = ct.Recursion(ct.Gaussian(mean=1, sd=2, ddof=6 - 5 / 0.6), ct.Replace(), sample_size=6)
    honest = ct.Recursion(ct.Gaussian(mean=1, sd=2, ddof=1), ct.Replace(), sample_size=6)
    wrong, level = (cooled_source.variance, 0.5) if quantity == "variance" else (honest.location, 0.9)
    share = np.mean(values <= wrong.distribution(3).ppf(level))
    assert abs(share - level) / math.sqrt(level * (1 - level) / runs_each) > critical_z(3)


# ------------------------------------------------------------------------------------------------- edits
def test_edits_toward_the_source_are_fresh_data_by_chance() -> None:
    source = ct.Gaussian(mean=1, sd=2, ddof=0.5)
    edited = ct.Recursion(source, ct.Replace(), sample_size=8, sampling=ct.HumanEdit(0.3, toward=source))
    mixed = ct.Recursion(source, ct.FreshMixture(share=0.3), sample_size=8)
    t = np.array([1, 2, 3, 10, 1000])
    for one, other in (
        (edited.variance, mixed.variance),
        (edited.squared_location_error, mixed.squared_location_error),
    ):
        assert one.mean(t) == pytest.approx(other.mean(t), rel=1e-12)
        assert one.mean.limit == pytest.approx(other.mean.limit, rel=1e-12)


def test_edits_toward_another_law(seed: int) -> None:
    """Notices 3 % of the variance; editors with the source's spread are caught."""
    editors = ct.Gaussian(mean=4, sd=0.5)
    loop = sampled(ct.HumanEdit(0.3, toward=editors), mean=1.0, sd=2.0)
    runs = loop.simulate(4, 60_000, rng=seed, keep=KEPT)
    for quantity in (loop.variance, loop.squared_location_error):
        assert np.max(np.abs(z_of_mean(quantity.values(runs), quantity.mean(KEPT)))) < critical_z(6)
    other = replace(loop, sampling=ct.HumanEdit(0.3, toward=ct.Gaussian(mean=4, sd=2)))
    assert abs(z_of_mean(loop.variance.values(runs), other.variance.mean(KEPT))[-1]) > critical_z(6)
    assert loop.variance.mean(2000) == pytest.approx(loop.variance.mean.limit)
    assert loop.squared_location_error.mean.limit == pytest.approx(9, abs=0.1)


# ------------------------------------------------------------------------------------------------- what is not known
def test_nothing_about_honest_draws_is_said_of_a_sampling() -> None:
    for way in (ct.BestOf(2), ct.SoftVerifier(0, 1), ct.TopFraction(0.5, score_noise=1.0)):
        loop = sampled(way, 10)
        assert all(theorem.any_sampling for theorem in loop.theorems)
        for ask in (
            lambda loop=loop: loop.squared_location_error.mean(3),
            lambda loop=loop: loop.loop_gain,
            lambda loop=loop: loop.information.limit,
            lambda loop=loop: loop.control.closed_loop,
        ):
            with pytest.raises(ct.NoClosedForm):
                ask()
        with pytest.raises(ct.NotDefined):
            _ = loop.conservation_law


def test_an_honest_sampling_changes_nothing() -> None:
    plain = ct.Recursion(ct.Gaussian(), ct.Replace(), sample_size=10)
    assert plain == replace(plain, sampling=ct.sampling.Honest())
    assert "sampling" not in repr(plain)
    for way in (ct.Temperature(1.0), ct.BestOf(1), ct.HumanEdit(0.0, toward=ct.Gaussian(mean=3))):
        assert replace(plain, sampling=way).variance.mean([1, 5]) == pytest.approx(plain.variance.mean([1, 5]))


@pytest.mark.parametrize("way", [*WAYS, ct.HumanEdit(0.2, toward=ct.Gaussian(mean=2))], ids=repr)
def test_the_same_seed_gives_the_same_runs(way: ct.Sampling) -> None:
    loop = sampled(way, 8, regime=ct.FreshMixture(share=0.25))
    one, two = (loop.simulate(3, 5000, rng=4, keep="all", workers=workers) for workers in (1, 2))
    assert all(np.array_equal(a, b) for a, b in zip(one.states, two.states, strict=True))
