"""Numbers that follow from a sampling alone: how many sampled points do no harm, and what a filter costs diversity."""

from __future__ import annotations

import math
from fractions import Fraction

import mpmath
import numpy as np
import pytest
import sympy
from error_budget import critical_z, z_of_mean

import collapse_theory as ct
from collapse_theory.sampling.verifier import expected_reciprocal


# ------------------------------------------------------------------------------------------- points beside real ones
def test_printed_admissible_numbers() -> None:
    assert ct.admissible_points(ct.Temperature(0.7)) == pytest.approx(81.3, abs=0.05)
    assert ct.admissible_points(ct.Temperature(0.85)) == pytest.approx(298, abs=0.5)
    # Points all but at the model's mean: 9.
    assert ct.admissible_points(ct.Temperature(1e-9)) == pytest.approx(9)
    assert ct.admissible_points(ct.Temperature(1.0)) == math.inf
    assert ct.admissible_points(ct.Temperature(3.0)) == 0
    assert ct.admissible_points(ct.Truncation(30.0)) == math.inf
    for one in (ct.BestOf(2), ct.Deduplicate(), ct.SoftVerifier(0, 1), ct.Honest()):
        with pytest.raises(ct.NotDefined, match="does not keep the mean"):
            ct.admissible_points(one)


def test_the_balance_is_that_of_the_moment_map() -> None:
    """Means by the exact map of the regime, the variance of a sum of squares, and a series of the square root."""
    heat, many = Fraction(7, 10), 10**7
    slopes = []
    for sampled in (1, 3):
        recursion = ct.Recursion(
            ct.Gaussian(), ct.Fresh(real=many), sample_size=many + sampled, sampling=ct.Temperature(float(heat))
        )
        n, error = many + sampled, recursion.squared_location_error.mean.limit
        bias = -(1 - heat) * Fraction(sampled, n)
        assert float(bias) == pytest.approx(recursion.variance.mean.limit - 1, rel=1e-2)
        slopes.append((error * many - 1) * many / sampled)
    assert slopes == pytest.approx([-(2 - float(heat))] * 2, rel=1e-5)
    x, v, s, n, beta = sympy.symbols("x v s n beta", positive=True)
    root = sympy.series((sympy.sqrt(1 + x) - 1) ** 2, x, 0, 4).removeO()
    mean, variance = -(1 - v) * s, (2 - (4 - (beta - 1) * v**2) * s) / n
    powers = {2: mean**2 + variance, 3: 3 * mean * variance}
    distance = (1 - (2 - v) * s) / n + sum(root.coeff(x, k) * power for k, power in powers.items())
    change = sympy.expand(distance - distance.subs(s, 0))
    leading = change.coeff(s, 1) * s + change.coeff(s, 2).coeff(n, 0) * s**2
    (at,) = sympy.solve(sympy.cancel(leading / s), s)
    for one in (ct.Temperature(0.7), ct.Temperature(1.3), ct.Truncation(1.5)):
        law = one.standard
        numbers = {v: law.variance, beta: law.kurtosis}
        assert float((at * n).subs(numbers)) == pytest.approx(ct.admissible_points(one), rel=1e-12)


def test_sampled_points_help_up_to_this_number(seed: int) -> None:
    """At T = 0.1 it is 11; without the third moment of the fitted variance it would be 14."""
    heat, real, runs, rng = 0.1, 1000, 150_000, np.random.default_rng(seed)
    assert ct.admissible_points(ct.Temperature(heat)) == pytest.approx(10.96, abs=0.01)
    assert (12 - 4 * heat - 2 * heat**2) / (1 - heat) ** 2 == pytest.approx(14.3, abs=0.01)
    z = critical_z(2)
    for sampled, sign in ((7, -1), (14, 1)):
        mean, variance, n = np.zeros(runs), np.ones(runs), real + sampled
        for _ in range(3):
            means = rng.standard_normal(runs) / math.sqrt(real)
            squares = rng.chisquare(real - 1, runs)
            own_mean = mean + np.sqrt(heat * variance / sampled) * rng.standard_normal(runs)
            own = heat * variance * rng.chisquare(sampled - 1, runs)
            mean = (real * means + sampled * own_mean) / n
            variance = (squares + own + real * sampled / n * (means - own_mean) ** 2) / (n - 1)
        alone = means**2 + (np.sqrt(squares / (real - 1)) - 1) ** 2
        excess = mean**2 + (np.sqrt(variance) - 1) ** 2 - alone
        assert sign * z_of_mean(excess[:, None], 0.0)[0] > z


# -------------------------------------------------------------------------------------------------- what passes of n
def test_the_printed_loss_of_diversity() -> None:
    one = ct.Verifier(0, tpr=0.3, fpr=0.0)
    assert one.diversity_loss(100) == pytest.approx(0.034159378955772, rel=1e-13)
    assert ct.Verifier(0, tpr=0.6, fpr=0.2).diversity_loss(100, accuracy=0.5) == pytest.approx(0.034159378955772)
    assert ct.Verifier(0, tpr=1.0, fpr=0.2).diversity_loss(7) == 1 / 7
    assert one.diversity_loss(1) == pytest.approx(1)
    assert expected_reciprocal(50, 0.0) == 1
    assert expected_reciprocal(50, 1e-300) == pytest.approx(1, rel=1e-13)


@pytest.mark.parametrize("n", [1, 2, 3, 7])
@pytest.mark.parametrize("q", [Fraction(1, 8), Fraction(1, 2), Fraction(15, 16)])
def test_a_mean_reciprocal_is_that_of_all_numbers(n: int, q: Fraction) -> None:
    chances = [math.comb(n, k) * q**k * (1 - q) ** (n - k) for k in range(n + 1)]
    exact = sum(p / k for k, p in enumerate(chances) if k) / (1 - chances[0])
    assert expected_reciprocal(n, float(q)) == pytest.approx(float(exact), rel=1e-14)


@pytest.mark.parametrize(("n", "q"), [(10**6, 1e-5), (10**5, 1e-9), (10**4, 0.5), (3000, 0.999), (50, 1e-12)])
def test_mean_reciprocals_by_an_integral(n: int, q: float) -> None:
    """By the geometric series of (uⁿ − q̄ⁿ)/(u − q̄), integrated to 30 digits."""
    with mpmath.workdps(40):
        q, n_log = mpmath.mpf(q), n * mpmath.log1p(-mpmath.mpf(q))

        def integrand(z: mpmath.mpf) -> mpmath.mpf:
            return (mpmath.exp(n_log + n * mpmath.log1p(q * z / (1 - q))) - mpmath.exp(n_log)) / z

        width = min(mpmath.mpf(1), 60 / (n * q))
        exact = mpmath.quad(integrand, [0, 1 - width, 1 - width / 4, 1] if width < 1 else [0, 0.5, 1])
        exact /= -mpmath.expm1(n_log)
    assert expected_reciprocal(n, float(q)) == pytest.approx(float(exact), rel=1e-12)


def test_right_types_drift_by_what_passes(seed: int) -> None:
    """Pairs of right types that differ, after one round of 20 points of which those that pass are kept."""
    n, tpr, shares, runs = 20, 0.3, np.array([0.4, 0.3, 0.2, 0.1]), 100_000
    rng = np.random.default_rng(seed)
    passed = rng.multinomial(rng.binomial(n, tpr, runs), shares)
    passed = passed[passed.sum(axis=1) > 0]
    after = 1 - np.sum((passed / passed.sum(axis=1, keepdims=True)) ** 2, axis=1)
    before = 1 - shares @ shares
    z = critical_z(1)
    loss = ct.Verifier(0, tpr=tpr, fpr=0).diversity_loss(n)
    assert abs(z_of_mean(after[:, None], before * (1 - loss))[0]) < z
    for wrong in (1 / n, 1 / (n * tpr)):
        assert abs(z_of_mean(after[:, None], before * (1 - wrong))[0]) > z


def test_numbers_outside_their_domains() -> None:
    one = ct.Verifier(0, tpr=0.3, fpr=0)
    with pytest.raises(ValueError, match="candidates = 0 is outside"):
        one.diversity_loss(0)
    with pytest.raises(ValueError, match="accuracy = 0 is outside"):
        one.diversity_loss(3, accuracy=0)


def test_one_round_of_an_imperfect_verifier_breaks_down_at_three_quarters_of_wrong_answers() -> None:
    """tpr = 0.9, fpr = 0.3: what is kept is mostly right below tpr/(tpr + fpr) = 0.75, the published threshold."""
    verifier = ct.Verifier("right", tpr=0.9, fpr=0.3)
    for wrong, expected in ((0.74, 1), (0.75, 0), (0.76, -1)):
        answers = ct.Categorical([1 - wrong, wrong], labels=("right", "wrong"))
        loop = ct.Recursion(answers, ct.Replace(), sample_size=100, sampling=verifier)
        kept = loop.probability_of("right").population(2)
        assert kept == pytest.approx(0.9 * (1 - wrong) / (0.9 * (1 - wrong) + 0.3 * wrong), rel=1e-14)
        assert round(kept - 0.5, 9) * expected > 0 or expected == round(kept - 0.5, 9) == 0
