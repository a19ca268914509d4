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
