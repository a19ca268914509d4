"""The claims about the variance by second roads: printed values, mpmath, sums by hand, and fresh simulation."""

from __future__ import annotations

import math
from fractions import Fraction
from itertools import takewhile
from typing import Any

import mpmath
import numpy as np
import pytest
from error_budget import critical_z, false_alarm
from scipy import stats
from scipy.special import digamma, polygamma

import collapse_theory as ct
from collapse_theory.claims.catalogue import names, subject
from collapse_theory.claims.variance import (
    each_refit_is_a_bit_narrower,
    the_mean_variance_never_falls_below_exp_minus_t_over_n,
)
from collapse_theory.tableau.moments import exact_second_moments

REFUTED = tuple(
    name for name in names() if subject(name) == "variance" and getattr(ct.claims, name).expected == "REFUTED"
)


def margin_of(name: str, **case: Any) -> Any:
    """Margin of a claim of the catalogue at a case."""
    return getattr(ct.claims, name).margin(ct.Case(**case))


@pytest.mark.parametrize("name", REFUTED)
def test_every_case_before_the_counterexample_holds(name: str) -> None:
    claim = getattr(ct.claims, name)
    found = claim.check().counterexample
    before = list(takewhile(lambda case: case != found.case, claim.cases))
    assert all(claim.margin(case) > claim.resolution for case in before)
    assert found.margin < 0


@pytest.mark.parametrize("name", [name for name in REFUTED if getattr(ct.claims, name).corrected is not None])
def test_the_condition_of_a_corrected_claim_leaves_the_counterexample_out(name: str) -> None:
    claim = getattr(ct.claims, name)
    found = claim.check().counterexample
    if found.bet is not None:
        return
    kept = list(claim.corrected.cases)
    assert found.case not in kept or claim.corrected.margin(found.case) > 0 > claim.margin(found.case)


def drift(n: int, ddof: int) -> Any:
    """E ln Q by mpmath."""
    with mpmath.workdps(30):
        return mpmath.digamma(mpmath.mpf(n - 1) / 2) + mpmath.log(mpmath.mpf(2) / (n - ddof))


@pytest.mark.parametrize(("n", "printed"), [(2, -1.27036284546148), (10, -0.115206470416745)])
def test_drift_of_the_trace_and_of_the_typical_run(n: int, printed: float) -> None:
    assert -margin_of("the_covariance_goes_to_zero_almost_surely", n=n, d=3) == pytest.approx(printed, rel=1e-13)
    typical = margin_of("the_typical_run_collapses_at_every_sample_size", n=n)
    assert typical == pytest.approx(float(-n * drift(n, 1) - 1), rel=1e-12)


def test_counterexample_of_the_normal_law() -> None:
    found = margin_of("the_normal_distribution_is_a_counterexample", n=2, t=1)
    assert found == pytest.approx(math.erfc(0.5) - 0.5, abs=1e-9)  # P(Z² > 1/2)


def c4(n: int) -> Any:
    """Mean of the standard deviation of n standard normal points, ddof = 1, by mpmath."""
    return mpmath.sqrt(mpmath.mpf(2) / (n - 1)) * mpmath.gamma(mpmath.mpf(n) / 2) / mpmath.gamma(mpmath.mpf(n - 1) / 2)


def test_w2_distances() -> None:
    name = "the_mean_squared_w2_distance_tends_to_infinity"
    assert margin_of(name, level=1, n=10, ddof=1) == pytest.approx(1.48421600776721 - 1, rel=1e-12)
    assert margin_of(name, level=1, n=10, ddof=0) == pytest.approx(1.10494471042646 - 1, rel=1e-12)
    shrunk = 2 * (1 - (c4(2) / mpmath.sqrt(2)) ** 4)
    assert margin_of(name, level=2, n=2, ddof=0) == pytest.approx(float(shrunk) - 2, rel=1e-12)


def test_bounds_of_c4_behind_the_three_halves() -> None:
    with mpmath.workdps(30):
        for n in (2, 3, 4, 5, 10, 101, 1000, 10**6):
            assert mpmath.mpf(1) / (4 * n) < 1 - c4(n) < mpmath.mpf(1) / (4 * n) + mpmath.mpf(1) / n**2
        grown = mpmath.mpf(3) / 7 + 2 * (1 - c4(7) ** 3)
    found = margin_of("w2_first_grows_by_three_halves_t_over_n", n=7, t=3)
    assert found == pytest.approx(float(12 / 49 - abs(grown - mpmath.mpf(9) / 14)), rel=1e-10)


def test_w2_bound_and_the_mean_beside_fresh_runs(seed: int) -> None:
    """At n = 2 and ddof = 1 the variance is multiplied by Z², the mean moves by σ_{t-1} Z/√2."""
    rng, runs, t = np.random.default_rng(seed), 40_000, 32
    sd, mean, at_20 = np.ones(runs), np.zeros(runs), np.zeros(runs)
    for generation in range(1, t + 1):
        mean += sd * rng.standard_normal(runs) / math.sqrt(2)
        sd *= np.abs(rng.standard_normal(runs))
        at_20 = mean.copy() if generation == 20 else at_20
    error = critical_z(2) * 0.5 / math.sqrt(runs)
    far = np.mean(mean**2 + (sd - 1) ** 2 > 4)
    assert far < margin_of("w2_grows_without_bound_in_every_run", level=2, n=2) + 0.5 + error
    drifted = margin_of("the_mean_drifts_away_without_bound", level=1, n=2) + 0.5
    assert abs(np.mean(np.abs(at_20) > 1) - drifted) < error
    assert abs(np.mean(np.abs(at_20) > 1) - stats.t(2).sf(1) * 2) > error  # the limit of large n is another law


def test_the_mean_has_nearly_arrived_where_it_is_looked_at() -> None:
    """P(|μ_∞-μ₀| > σ₀) = 0.41316 by 400 000 runs at n = 10, of standard error 0.0008; generation 100 lies below."""
    assert margin_of("the_mean_drifts_away_without_bound", level=1, n=10) + 0.5 == pytest.approx(0.41316, abs=4e-3)


@pytest.mark.parametrize("logs", [0, 1, 2])
def test_losses_under_growing_samples_by_hand(logs: int) -> None:
    t = np.arange(1, 20_001)
    n = np.ceil(50 * t * np.log(t + 1.0) ** logs)
    losses = np.cumsum(digamma((n - 1) / 2) + np.log(2 / (n - 1)))
    ratio = (losses[4095] - losses[63]) / (losses[63] - losses[7])
    found = margin_of("superlinear_sample_sizes_prevent_collapse", power=1, logs=logs)
    assert found == pytest.approx(0.75 - ratio, rel=1e-9)
    if logs == 1:
        assert np.sum(1 / (50 * t * np.log(t + 1.0))) == pytest.approx(0.083, abs=5e-4)  # as printed, to leading order
        assert -0.1 < losses[-1] < -0.083


def test_growth_by_hand_where_growing_samples_fail() -> None:
    """The smallest exponent that is looked at fails, 1 fails, and what is above 1 settles."""
    margins = [margin_of("growing_sample_sizes_prevent_collapse", power=power) for power in (0.25, 1, 1.25)]
    assert [math.copysign(1, m) if m else 0 for m in margins] == [-1, -1, 0]


@pytest.mark.parametrize(("n", "printed"), [(10, 0.562725811), (100, 1 - 0.481096912408264)])
def test_share_of_narrower_refits(n: int, printed: float) -> None:
    found = each_refit_is_a_bit_narrower.narrower(ct.Case(n=n))
    assert found == pytest.approx(printed, abs=1e-9)
    assert found == pytest.approx(stats.chi2.cdf(n - 1, n - 1), abs=1e-9)


def law_of_log_product(factors: int, divisor: float) -> tuple[np.ndarray, np.ndarray]:
    """Distribution function on a grid of the log of a product of Z²/divisor, by convolution of densities."""
    step, grid = 1e-3, np.arange(-60, 60, 1e-3)
    density = np.exp(grid / 2 - np.exp(grid) / 2) / math.sqrt(2 * math.pi)
    total, size = density, len(grid)
    for _ in range(factors - 1):
        spectrum = np.fft.rfft(total, 2 * size) * np.fft.rfft(density, 2 * size)
        total = np.fft.irfft(spectrum, 2 * size)[size // 2 : size // 2 + size] * step
    below = np.concatenate([[0.0], np.cumsum((total[1:] + total[:-1]) / 2) * step])
    return grid - factors * math.log(divisor), below


def test_medians_of_two_points_by_convolution() -> None:
    x, below = law_of_log_product(4, 1.0)
    late = math.exp(float(np.interp(0.5, below, x)) / 2)
    early = stats.norm.ppf(0.75)
    assert margin_of("the_spread_decays_to_a_positive_floor", n=2, t=1) == pytest.approx(late / early - 0.5, abs=1e-5)


def test_walk_without_drift_by_convolution() -> None:
    x, below = law_of_log_product(3, 2 * math.exp(float(mpmath.digamma(0.5))))
    inside = float(np.interp(math.log(10), x, below) - np.interp(-math.log(10), x, below))
    assert margin_of("an_estimator_without_drift_cures_collapse", n=2, t=3) == pytest.approx(inside - 0.5, abs=1e-5)


def test_two_generations_of_two_points_by_a_bessel_function() -> None:
    """|Z₁Z₂| has the density (2/π) K₀."""
    gone = mpmath.quad(lambda x: 2 / mpmath.pi * mpmath.besselk(0, x), [0, 0.001, 0.1])
    found = margin_of("the_standard_deviation_is_gone_after_n_generations", n=2, ddof=1, times=1)
    assert found == pytest.approx(float(gone) - 0.5, abs=1e-8)


def test_band_of_the_picture_by_cumulants() -> None:
    """Cornish–Fisher's expansion of the quantiles of ln σ_400², to the fourth cumulant; printed: 2.1, 11.0 and 56.9."""
    sd = ct.Recursion(ct.Gaussian(mean=125, sd=30, ddof=1), ct.Replace(), sample_size=200).sd
    first = 400 * (digamma(99.5) - math.log(99.5))
    second, third, fourth = (400 * float(polygamma(order, 99.5)) for order in (1, 2, 3))
    skewness, kurtosis = third / second**1.5, fourth / second**2
    for q, printed in ((0.05, 2.1), (0.5, 11.0), (0.95, 56.9)):
        z = float(stats.norm.ppf(q))
        w = z + (z**2 - 1) * skewness / 6 + (z**3 - 3 * z) * kurtosis / 24 - (2 * z**3 - 5 * z) * skewness**2 / 36
        exact = sd.quantile(q)(400)
        assert exact == pytest.approx(30 * math.exp((first + math.sqrt(second) * w) / 2), rel=1e-5)
        assert exact == pytest.approx(printed, rel=0.02)  # a band of simulated runs
    name = "whatever_the_seed_the_picture_shows_shrinkage"
    assert 0.95 + margin_of(name, n=200, t=400) == pytest.approx(1 - 0.16, abs=5e-3)


@pytest.mark.parametrize(("n", "critical"), [(2, 1.71927025821656), (3, 1.87708103286623), (100, 1.99829942890234)])
def test_critical_corrections(n: int, critical: float) -> None:
    assert margin_of("collapse_is_inevitable_for_any_reasonable_estimator", n=n, ddof=1) == pytest.approx(critical - 1)
    nearer = margin_of("the_critical_correction_lies_between_1_and_2", n=n)
    assert nearer == pytest.approx(min(critical - 1, 2 - critical), rel=1e-10)
    if n > 2:
        grows = margin_of("a_divisor_of_n_minus_2_explodes_at_every_sample_size", n=n)
        assert grows == pytest.approx(float(drift(n, 2)), rel=1e-11)


def test_the_unbiased_precision_explodes_as_printed() -> None:
    recursion = ct.Recursion(ct.Gaussian(ddof=3), ct.Replace(), sample_size=10)
    assert recursion.variance.growth_rate == pytest.approx(0.136, abs=5e-4)


def test_simulated_averages_fall_short_as_often_as_the_bound_says(seed: int) -> None:
    rng, averages, runs, t = np.random.default_rng(seed), 100, 1000, 100
    reached = 0
    for _ in range(averages):
        logs = np.log(rng.chisquare(9, (t, runs)) / 9).sum(axis=0)
        reached += float(np.mean(np.exp(logs))) >= 0.5
    slack = math.sqrt(math.log(1 / false_alarm(1)) / (2 * averages))  # Hoeffding
    assert reached / averages <= margin_of("a_simulated_average_shows_the_mean", n=10, t=t) + 0.5 + slack


def test_web_scale_by_mpmath() -> None:
    found = margin_of("with_web_scale_samples_collapse_is_negligible", n=10**6, t=10**5)
    assert found == pytest.approx(float(0.05 + 10**5 * drift(10**6, 1)), rel=1e-9)


@pytest.mark.parametrize(("bandwidth", "c", "printed"), [("silverman", 1.06, 105.7), ("scott", 1.0, 63.7)])
def test_growth_of_a_kernel_density(bandwidth: Any, c: float, printed: float) -> None:
    factor = 1 - 1 / 100 + c**2 * 100**-0.4
    assert factor**30 == pytest.approx(printed, abs=0.06)
    lost = margin_of("kernel_density_refits_lose_variance_as_well", n=100, t=4, bandwidth=bandwidth)
    grows = margin_of("a_kernel_by_a_rule_of_thumb_makes_variance_grow", n=100, bandwidth=bandwidth)
    assert [-lost, grows] == pytest.approx([factor - 1, factor - 1], rel=1e-10)


def test_axes_by_mpmath() -> None:
    smallest = mpmath.digamma(0.5) / mpmath.digamma(1)  # n = 3, d = 2: ln(2/(n-1)) = 0
    assert margin_of("higher_dimension_collapses_faster", d=2, n=3, axis="smallest") == pytest.approx(
        float(smallest) - 1.01, rel=1e-12
    )
    assert margin_of("higher_dimension_collapses_faster", d=2, n=3, axis="largest") == pytest.approx(-0.01, rel=1e-9)


def test_exact_moments_and_their_wrong_twin() -> None:
    """By hand: V = (1 - 1/n)^t at ddof = 0, V = 1 and M = t/n at ddof = 1, where the sum is not conserved."""
    recursion = ct.Recursion(ct.Gaussian(), ct.Replace(), sample_size=5)
    assert exact_second_moments(ct.Replace(), recursion.sizes, 0, 3)[-1] == (Fraction(64, 125), Fraction(61, 125))
    assert exact_second_moments(ct.Replace(), recursion.sizes, 1, 3)[-1] == (1, Fraction(3, 5))
    assert margin_of("what_the_variance_loses_the_mean_gains", n=5, t=3, regime=ct.Replace()) == 0
    assert margin_of("the_unbiased_variance_keeps_its_mean", n=5, t=3) == 0
    assert margin_of("a_draw_at_generation_t_has_variance_one_plus_t_over_n", n=5, t=3) == 0


def test_the_exponential_is_no_lower_bound_by_fractions() -> None:
    """exp(-1/2) > 1 - 1/2 + 1/8 - 1/48 = 29/48 > 1/2 = E σ_1²/σ₀², and exp(-1) < 3/8 < 1/2."""
    assert Fraction(29, 48) == 1 - Fraction(1, 2) + Fraction(1, 8) - Fraction(1, 48) > Fraction(1, 2)
    module = the_mean_variance_never_falls_below_exp_minus_t_over_n
    case = ct.Case(n=2, t=1)
    assert float(module.margin(case)) == pytest.approx(0.5 - math.exp(-0.5), rel=1e-14)
    assert float(module.excess(case, 1)) == pytest.approx(0.5 - math.exp(-1), rel=1e-14)
