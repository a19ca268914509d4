"""Tail masses and the fitted mean: Mellin's integral, dense rules, and extreme settings."""

from __future__ import annotations

import math

import mpmath
import numpy as np
import pytest
from scipy.special import ndtr

import collapse_theory as ct

SIZES = [2, 10, 10**6]
DDOFS = [-1.0, 0.0, 1.0, 1.5]


def replaced(n, ddof):
    return ct.Recursion(ct.Gaussian(ddof=ddof), ct.Replace(), sample_size=n)


def by_mellin(n, ddof, t, k):
    """E 2 Phi(-k / sigma_t) as an integral of moments, along a line near the real saddle point."""
    with mpmath.workdps(30):
        a, divisor = mpmath.mpf(n - 1) / 2, mpmath.mpf(n) - ddof

        def logarithm(s):
            moment = mpmath.loggamma(a + s) - mpmath.loggamma(a) + s * mpmath.log(2 / divisor)
            kernel = mpmath.loggamma(s + 0.5) - mpmath.log(s * mpmath.sqrt(mpmath.pi))
            return kernel - s * mpmath.log(mpmath.mpf(k) ** 2 / 2) + t * moment

        saddle = min(np.geomspace(1e-3, 1e3, 200), key=lambda s: logarithm(mpmath.mpf(s)).real)
        s, width = mpmath.mpf(saddle), mpmath.mpf(saddle) / 20
        curve = (logarithm(s + width) - 2 * logarithm(s) + logarithm(s - width)) / width**2
        step, top = min(1 / mpmath.sqrt(curve) / 6, s / 8), logarithm(s)
        total, j, value = mpmath.mpf(0), 0, mpmath.mpf(1)
        while abs(value) > 1e-18:
            value = mpmath.exp(logarithm(s + 1j * j * step) - top)
            total += value.real / (2 if j == 0 else 1)
            j += 1
        return float(mpmath.exp(top) * total * step / mpmath.pi)


@pytest.mark.parametrize(
    ("n", "ddof", "t", "k"),
    [(2, 1.0, 1, 3), (2, 0.0, 100, 0.5), (2, 1.0, 1, 0.01), (10, 1.0, 1000, 3), (100, 1.5, 100, 6), (10**6, 0, 1, 3)],
)
def test_own_centre_by_mellin(n, ddof, t, k):
    assert replaced(n, ddof).own_tail_mass(k).mean(t) == pytest.approx(by_mellin(n, ddof, t, k), rel=1e-11)


@pytest.mark.parametrize(
    ("n", "ddof", "t", "k"),
    [(2, 1.0, 1, 0.5), (2, 1.0, 50, 3), (10, 3.0, 50, 3), (10**6, 1, 1, 3), (10**9, 1, 1, 6)],
)
def test_deviation_about_the_own_centre_by_a_dense_rule(n, ddof, t, k):
    recursion = replaced(n, ddof)
    law = recursion.log_variance.distribution(t)
    x = np.linspace(law.ppf(1e-25), law.isf(1e-25), 40_001)
    weights, tail = law.pdf(x) * (x[1] - x[0]), 2 * ndtr(-k * np.exp(-0.5 * np.maximum(x, -200)))
    spread = math.sqrt(weights @ (tail - weights @ tail) ** 2)
    assert recursion.own_tail_mass(k).std(t) == pytest.approx(spread, rel=1e-9)


def test_published_values():
    values = [replaced(10, ddof).tail_mass(3).mean(10) for ddof in (1.0, 0.0)]
    assert values == pytest.approx([0.0433498, 0.0130149], abs=5e-8)
    values = [replaced(10, ddof).own_tail_mass(3).mean(10) for ddof in (1.0, 0.0)]
    assert values == pytest.approx([0.01960, 0.00395], abs=5e-6)


@pytest.mark.deep
@pytest.mark.parametrize("n", SIZES)
@pytest.mark.parametrize("ddof", DDOFS)
def test_extreme_settings(n, ddof):
    recursion, t = replaced(n, ddof), np.array([1, 30, 300])
    for k in (0.5, 3, 6):
        mass = recursion.tail_mass(k)
        means, deviations = mass.mean(t), mass.std(t[:2])
        assert np.all((means > 0) & (means < 1) & np.isfinite(means))
        assert np.all((deviations > 0) & (deviations**2 <= means[:2] * (1 - means[:2])))
    law = recursion.location.distribution(300)
    q = np.array([1e-9, 0.1, 0.5, 0.99])
    np.testing.assert_allclose(law.cdf(law.ppf(q)), q, rtol=1e-9)
    assert list(law.cdf([-math.inf, 0, math.inf])) == pytest.approx([0, 0.5, 1], abs=1e-12)
    assert np.all(law.cdf(np.array([1e-300, 1e300])) <= 1)


def test_small_walks_follow_their_slope():
    recursion, k = replaced(10**8, 1.0), 3.0
    slope = k * math.exp(-0.5 * k * k) / math.sqrt(2 * math.pi)
    for mass in (recursion.tail_mass(k), recursion.own_tail_mass(k)):
        assert mass.std(1) == pytest.approx(slope * math.sqrt(2e-8), rel=1e-6)


def test_range_beyond_floats_is_refused_by_name():
    with pytest.raises(ct.NoClosedForm, match=r"n = 2, ddof = 1\.9: log S spans"):
        replaced(2, 1.9).tail_mass(3).mean(1000)
