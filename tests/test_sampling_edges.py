"""Samplings at their edges: no points, extreme rates and temperatures, chains that are nearly reducible."""

from __future__ import annotations

import math
from fractions import Fraction
from typing import Any

import mpmath
import numpy as np
import pytest
from error_budget import critical_z, z_of_mean

import collapse_theory as ct
from collapse_theory.sampling.reward import resting_law
from collapse_theory.theorems.two_types_sampled import fixation_chances

REPLACE = ct.Replace()


# -------------------------------------------------------------------------------------------- edits beside real points
def _mixed_edits(share: Fraction, rate: Fraction, to: Fraction, spread: Fraction, n: int, t: int) -> tuple[Any, Any]:
    """Mean variance and squared location error, δ = 1, of points that are real, edited or the model's one by one."""
    v, m, d = Fraction(1), Fraction(0), Fraction(0)
    for generation in range(1, t + 1):
        real = Fraction(1) if generation == 1 else share
        edited, own = (1 - real) * rate, (1 - real) * (1 - rate)
        mean, square = own * m + edited * to, own**2 * d + 2 * own * edited * to * m + (edited * to) ** 2
        v = real + edited * (spread + to**2) + own * (v + d) - square
        m, d = mean, square + v / n
    return v, d


@pytest.mark.parametrize("regime", [ct.FreshMixture(0.5), ct.Contaminated(0.5, composition="random")], ids=repr)
def test_edits_of_no_points_leave_a_generation_of_real_ones(regime: ct.Regime, seed: int) -> None:
    """Notices 1 % of the variance; all three points are real in one generation of eight."""
    edits = ct.HumanEdit(0.25, toward=ct.Gaussian(mean=3, sd=0.5))
    loop = ct.Recursion(ct.Gaussian(), regime, sample_size=3, sampling=edits)
    runs = loop.simulate(3, 100_000, rng=seed)
    exact = _mixed_edits(Fraction(1, 2), Fraction(1, 4), Fraction(3), Fraction(1, 4), 3, 3)
    twin = _mixed_edits(Fraction(1, 2), Fraction(1, 4), Fraction(3), Fraction(1, 4), 4, 3)
    for quantity, value in zip((loop.variance, loop.squared_location_error), exact, strict=True):
        assert abs(z_of_mean(quantity.values(runs), float(value))) < critical_z(2)
    assert abs(z_of_mean(loop.squared_location_error.values(runs), float(twin[1]))) > critical_z(2)
    assert np.all(np.isfinite(loop.variance.median.simulated(runs).values))


# ---------------------------------------------------------------------------------- two types, nearly never one of them
def _fixed_chance(n: int, heat: Any, share: str) -> Any:
    """Chance that the first of two types is left, by the linear equations in 120 digits."""
    with mpmath.workdps(120):
        power, p = 1 / mpmath.mpf(heat), mpmath.mpf(share)
        odds = [(mpmath.mpf(i) / (n - i)) ** power for i in range(1, n)]
        chances = [odd / (1 + odd) for odd in odds]
        equations = mpmath.matrix(n - 1, n - 1)
        for i, q in enumerate(chances):
            for j in range(1, n):
                equations[i, j - 1] = (i == j - 1) - mpmath.binomial(n, j) * q**j * (1 - q) ** (n - j)
        solved = mpmath.lu_solve(equations, mpmath.matrix([q**n for q in chances]))
        begun = [mpmath.binomial(n, j) * p**j * (1 - p) ** (n - j) for j in range(1, n)]
        return sum(b * h for b, h in zip(begun, solved, strict=True)) + p**n


def _two(n: int, one: Any) -> ct.Recursion:
    return ct.Recursion(ct.Categorical([0.3, 0.7]), REPLACE, sample_size=n, sampling=one)


@pytest.mark.parametrize("heat", [2, 5, 100])
def test_fixation_of_a_hot_chain_that_keeps_both_types_for_ages(heat: int) -> None:
    exact, loop = _fixed_chance(30, heat, "0.3"), _two(30, ct.Temperature(heat))
    assert loop.probability_of(0).mean.limit == pytest.approx(float(exact), rel=1e-12)
    assert loop.survival_of(1).mean.limit == pytest.approx(float(1 - exact), rel=1e-12)


def test_fixation_of_a_hot_chain_where_the_equations_are_singular_to_floats() -> None:
    assert _two(60, ct.Temperature(5)).probability_of(0).mean.limit == pytest.approx(0.499999999746, rel=1e-11)
    # By symmetry 1/2, but for the chance, far below rounding, that the first sample is of one type alone.
    for n, heat in ((60, 100), (500, 1e6)):
        loop = _two(n, ct.Temperature(heat))
        assert loop.probability_of(0).mean.limit == pytest.approx(0.5, rel=1e-9)
        assert loop.probability_of(1).mean.limit == pytest.approx(0.5, rel=1e-9)


def test_fixation_that_is_all_but_impossible_has_its_digits() -> None:
    """From one copy of a type of the advantage s < 0: products of the chances by mpmath, here of order 1e-27."""
    loop, n = _two(20, ct.FitnessAdvantage(-0.95, of=0)), 20
    with mpmath.workdps(60):
        s = mpmath.mpf(-0.95)
        chances = [(1 + s) * i / (n + s * i) for i in range(1, n)]
        equations = mpmath.matrix(n - 1, n - 1)
        for i, q in enumerate(chances):
            for j in range(1, n):
                equations[i, j - 1] = (i == j - 1) - mpmath.binomial(n, j) * q**j * (1 - q) ** (n - j)
        exact = mpmath.lu_solve(equations, mpmath.matrix([q**n for q in chances]))
    assert fixation_chances(loop)[1] == pytest.approx(float(exact[0]), rel=1e-11)


def test_many_generations_are_stepped_once() -> None:
    loop = _two(8, ct.FitnessAdvantage(0.5, of=0))
    times = np.array([[7, 0, 1], [40, 7, 10**6]])
    chain = [
        [math.comb(8, j) * q**j * (1 - q) ** (8 - j) for j in range(9)]
        for q in (3 * Fraction(i, 16 + i) for i in range(9))
    ]
    law = [math.comb(8, j) * Fraction(0.3) ** j * (1 - Fraction(0.3)) ** (8 - j) for j in range(9)]
    means = {0: 0.3}
    for t in range(1, 41):
        means[t] = float(sum(p * Fraction(j, 8) for j, p in enumerate(law)))
        law = [sum(p * row[j] for p, row in zip(law, chain, strict=True)) for j in range(9)]
    found = loop.probability_of(0).mean(times)
    assert found[:, :2] == pytest.approx(np.array([[means[7], 0.3], [means[40], means[7]]]), rel=1e-13)
    assert found[0, 2] == pytest.approx(0.3, rel=1e-14)
    assert found[1, 2] == pytest.approx(loop.probability_of(0).mean.limit, rel=1e-12)


def test_no_mass_is_lost_in_a_thousand_million_generations() -> None:
    even = _two(50, ct.Temperature(1))
    assert even.probability_of(0).mean(10**9) == pytest.approx(0.3, rel=1e-12)
    hot = _two(100, ct.Temperature(5)).probability_of(0).mean
    assert hot(10**9) + _two(100, ct.Temperature(5)).probability_of(1).mean(10**9) == pytest.approx(1, rel=1e-13)


# ---------------------------------------------------------------------------------------------- curation, verification
def _curated(logs: list[Any], source: list[Any], share: Any) -> list[Any]:
    """Resting law by bisection of the sum in 400 digits, the root above all (1 − α)w."""
    with mpmath.workdps(400):
        weights = [mpmath.exp(mpmath.mpf(x) - max(logs)) for x in logs]
        alpha, p = mpmath.mpf(share), [mpmath.mpf(x) for x in source]
        low, high = (1 - alpha) * max(weights), mpmath.mpf(1)
        for _ in range(1250):
            middle = (low + high) / 2
            total = sum(alpha * x / (1 - (1 - alpha) * w / middle) for x, w in zip(p, weights, strict=True))
            low, high = (middle, high) if total > 1 else (low, middle)
        return [float(alpha * x / (1 - (1 - alpha) * w / high)) for x, w in zip(p, weights, strict=True)]


@pytest.mark.parametrize("rewards", [(0, 1, 2), (0, 1000, 2000), (2, 2, 2), (0, 1e-9, 0)])
@pytest.mark.parametrize("share", [0.3, 1e-9, 1e-15, 1e-300, 1 - 2**-53, 1.0])
def test_a_resting_law_sums_to_one(rewards: tuple[float, ...], share: float) -> None:
    types = ct.Categorical([0.5, 0.3, 0.2])
    found = resting_law(rewards, types, share)
    assert found.sum() == pytest.approx(1, rel=1e-14)
    exact = types.probabilities.values if share == 1 else _curated(list(rewards), types.probabilities.values, share)
    assert found == pytest.approx(np.array(exact), rel=1e-12, abs=0)


def test_a_reward_beyond_all_others_leaves_the_real_shares() -> None:
    found = resting_law((0, 1000, 2000), ct.Categorical([0.5, 0.3, 0.2]), 0.3)
    assert found == pytest.approx([0.15, 0.09, 0.76], rel=1e-14)


# ------------------------------------------------------------------------------------------------------- normal models
def _gaussian(n: int, ddof: float, one: Any) -> ct.Recursion:
    return ct.Recursion(ct.Gaussian(ddof=ddof), REPLACE, sample_size=n, sampling=one)


@pytest.mark.parametrize("heat", [1e-9, 1e-5, 0.5, 1 - 1e-9, 1, 1 + 1e-9, 2, 1e6])
@pytest.mark.parametrize(
    ("n", "ddof"), [(2, 0), (3, 1), (10, -1), (50, 1), (10**4, 1.5), (10**9, 0.1), (10**9, 1.9999)]
)
def test_moments_at_any_temperature(n: int, ddof: float, heat: float) -> None:
    """By t honest generations and t − 1 factors T, in mpmath; generation 1 knows nothing of T."""
    loop = _gaussian(n, ddof, ct.Temperature(heat))
    with mpmath.workdps(60):
        size, divisor, hot = mpmath.mpf(n), n - mpmath.mpf(ddof), mpmath.mpf(heat)
        drift = mpmath.digamma((size - 1) / 2) + mpmath.log(2 / divisor)
        first = (size - 1) / divisor
        exact = {
            t: (
                t * mpmath.log(first) + (t - 1) * mpmath.log(hot),
                mpmath.log((1 + 2 / (size - 1)) ** t - 1) / 2,
                t * drift + (t - 1) * mpmath.log(hot),
                mpmath.log(mpmath.fsum((first * hot) ** s for s in range(t)) / size),
            )
            for t in (1, 2, 10)
        }
        rate = float(drift + mpmath.log(hot))
    for t, (mean, relative, log_mean, moved) in exact.items():
        assert loop.variance.mean.log(t) == pytest.approx(float(mean), rel=1e-12, abs=1e-12)
        assert loop.variance.std.log(t) == pytest.approx(float(mean + relative), rel=1e-12, abs=1e-12)
        assert loop.log_variance.mean(t) == pytest.approx(float(log_mean), rel=1e-12, abs=1e-12)
        lost = t * heat * n / (n - ddof) * 2**-52  # of the other divisor, n − (n − δ)/T, where T is large
        assert loop.squared_location_error.mean.log(t) == pytest.approx(float(moved), rel=1e-12, abs=1e-12 + lost)
    assert loop.variance.growth_rate == pytest.approx(rate, rel=1e-9, abs=1e-17)


def test_the_temperature_one_is_honest_to_the_last_bit() -> None:
    for n, ddof in ((7, 0.3), (50, 1), (10**9, 1.9999)):
        loop, honest = (
            _gaussian(n, ddof, ct.Temperature(1)),
            ct.Recursion(ct.Gaussian(ddof=ddof), REPLACE, sample_size=n),
        )
        for name in ("variance", "sd", "log_variance"):
            for statistic in ("mean", "std"):
                one, other = (getattr(getattr(r, name), statistic)(30) for r in (loop, honest))
                assert one == pytest.approx(other, rel=1e-14 if (name, statistic) == ("variance", "mean") else 0, abs=0)
        assert loop.variance.growth_rate == honest.variance.growth_rate


@pytest.mark.parametrize("ddof", [-1e6, -5e10])
def test_divisors_far_above_the_sample_size(ddof: float) -> None:
    family, n, c = ct.Gaussian(ddof=ddof), 100, 100 - mpmath.mpf(ddof)
    loop = ct.Recursion(family, REPLACE, sample_size=n)
    with mpmath.workdps(50):
        half = [
            mpmath.loggamma(mpmath.mpf(99) / 2 + s) - mpmath.loggamma(mpmath.mpf(99) / 2) + s * mpmath.log(2 / c)
            for s in (0.5, 1, 2)
        ]
    assert loop.sd.mean.log(3) == pytest.approx(float(3 * half[0]), rel=1e-14)
    assert loop.variance.mean.log(3) == pytest.approx(float(3 * half[1]), rel=1e-14)
    with mpmath.workdps(50):
        spread = mpmath.log(mpmath.exp(3 * half[2]) - mpmath.exp(6 * half[1])) / 2
    assert loop.variance.std.log(3) == pytest.approx(float(spread), rel=1e-14)


@pytest.mark.parametrize("one", [ct.Truncation(2), ct.BestOf(8)], ids=repr)
def test_deviations_of_sampled_points_that_leave_the_floats(one: Any) -> None:
    std, n, law = _gaussian(50, 1, one).variance.std, mpmath.mpf(50), one.standard
    for t in (1, 10**4, 10**6, 10**9):
        with mpmath.workdps(60):
            later = 1 + (mpmath.mpf(law.kurtosis) - 3) / n + 2 / (n - 1)
            log_ratio = mpmath.log(1 + 2 / (n - 1)) + (t - 1) * mpmath.log(later)
            exact = (t - 1) * mpmath.log(law.variance) + log_ratio / 2 + mpmath.log1p(-mpmath.exp(-log_ratio)) / 2
        assert std.log(t) == pytest.approx(float(exact), rel=1e-11)
        assert std(t) == (0 if exact < -750 else pytest.approx(float(mpmath.exp(exact)), rel=1e-12))


def test_edits_toward_a_far_mean() -> None:
    """The moments about the editors' mean in Fractions, the shift to the source's included."""
    for n, rate, mean in ((1000, 0.5, 1e9), (10, 1e-6, 100.0), (10, 1.0, -1e9), (10**9, 0.1, 1e4)):
        loop = _gaussian(n, 1, ct.HumanEdit(rate, toward=ct.Gaussian(mean=mean)))
        v, d, m, apart, rho = Fraction(1), Fraction(mean) ** 2, -Fraction(mean), -Fraction(mean), Fraction(rate)
        for t in range(1, 21):
            edited = Fraction(0) if t == 1 else rho
            v = edited + (1 - edited) * v + edited * (1 - edited) * d
            d, m = (1 - edited) ** 2 * d + v / n, (1 - edited) * m
            assert loop.variance.mean(t) == pytest.approx(float(v), rel=1e-13)
            assert loop.squared_location_error.mean(t) == pytest.approx(float(d - 2 * apart * m + apart**2), rel=1e-13)


@pytest.mark.parametrize("tpr", [1e-12, 0.3, 1 - 1e-9])
@pytest.mark.parametrize("fpr", [0.0, 1e-12, 1e-6, 0.3, 1.0])
@pytest.mark.parametrize(("error", "repair"), [(1e-12, 0.999999999), (0.1, 0.3), (0.0, 0.5), (0.5, 0.0), (1e-6, 1e-12)])
def test_resting_accuracies_rest(tpr: float, fpr: float, error: float, repair: float) -> None:
    """Roots of the quadratic of the accuracy itself, in 80 digits, of which one attracts."""
    before, after = ct.Verifier(0, tpr=tpr, fpr=fpr, error=error, repair=repair).resting_accuracy
    with mpmath.workdps(80):
        a, b, e, d = map(mpmath.mpf, (tpr, fpr, error, repair))
        if a == b:
            roots = [d / (e + d)]
        else:
            middle, root = b - (1 - e) * a + d * b, mpmath.mpf(0)
            root = mpmath.sqrt(middle**2 + 4 * (a - b) * d * b)
            roots = [(-middle + sign * root) / (2 * (a - b)) for sign in (1, -1)]

        def slope(g: Any) -> Any:  # of g' = (1 − ε − d)k(g) + d
            return (1 - e - d) * a * b / (a * g + b * (1 - g)) ** 2 if a * g + b * (1 - g) else mpmath.inf

        resting = [g for g in roots if -(mpmath.mpf(10) ** -60) <= g <= 1 + mpmath.mpf(10) ** -60 and abs(slope(g)) < 1]
        (exact,) = resting
        kept = a * exact / (a * exact + b * (1 - exact))
    assert before == pytest.approx(float(exact), rel=1e-13, abs=1e-300)
    assert after == pytest.approx(float(kept), rel=1e-13, abs=1e-300)
    assert 0 <= before <= 1
    assert 0 <= after <= 1


def test_keeping_all_selects_nothing() -> None:
    everything = ct.TopFraction(1.0, score_correlation=1.0)
    assert (everything.intensity, everything.shrinkage) == (0, 0)


@pytest.mark.parametrize(("sd", "width"), [(1e100, 1e-80), (1e150, 1e-150), (1e-150, 1e150), (2.0, 3.0)])
def test_soft_verifiers_of_any_width(sd: float, width: float) -> None:
    soft = ct.Recursion(ct.Gaussian(3, sd), REPLACE, sample_size=10, sampling=ct.SoftVerifier(center=1, width=width))
    for t in (1, 2, 3, 10**6):
        own, given = 1 / Fraction(sd) ** 2, (t - 1) / Fraction(width) ** 2
        assert soft.variance.population(t) == pytest.approx(float(1 / (own + given)), rel=1e-14, abs=0)
        assert soft.location.population(t) == pytest.approx(float((3 * own + given) / (own + given)), rel=1e-14)


def test_a_perfect_filter_of_two_types_has_no_chain() -> None:
    """A sample without right types has nothing left: no exact mean, though large samples have their law."""
    perfect = _two(10, ct.Verifier(0, tpr=0.9, fpr=0))
    for name in ("probability_of", "survival_of"):
        with pytest.raises(ct.NoClosedForm):
            getattr(perfect, name)(0).mean(3)
    assert perfect.probability_of(0).population(5) == 1
    with pytest.raises(ValueError, match="keeps nothing of a model without right types"):
        perfect.simulate(3, 1000, rng=1)
