"""The perpetuity against moments, quadrature, Student's t, and its own refinement."""

from __future__ import annotations

import math

import mpmath
import numpy as np
import pytest
from scipy.integrate import quad
from scipy.special import erfc, gammaln, stdtr

from collapse_theory.errors import NoClosedForm
from collapse_theory.random_walk.grid import WORK_LIMIT
from collapse_theory.random_walk.perpetuity import scale_law, scale_laws, scale_work
from collapse_theory.random_walk.scale_mixture import ScaleMixture

SIZES = [2, 3, 5, 10, 100, 1000]
DDOFS = [-1.0, 0.0, 1.0, 1.5, 2.0]
CASES = [(n, ddof) for n in SIZES for ddof in DDOFS if ddof < n]
KS = np.array([0.1, 0.5, 1.0, 2.0, 3.0, 5.0])


def ratio_density(n, ddof, w):
    a, c = (n - 1) / 2, n - ddof
    return np.exp(a * np.log(c * w / 2) - c * w / 2 - gammaln(a)) / w


def second_moment(n, ddof, t):
    c = n - ddof
    r, q = (n - 1) / c, (n - 1) * (n + 1) / c**2
    return sum(q**i * (1 + 2 * sum(r**j for j in range(1, t - i))) for i in range(t)) / n**2


@pytest.mark.parametrize(
    ("n", "t", "ddof", "expected", "digits"),
    [
        (10, 10, 1, 0.0433498, 5e-8),
        (10, 10, 0, 0.0130149, 5e-8),
        (10, 1, 1, 0.008026893786363027, 1e-15),
        (10, 1, 0, 0.005810519092977368, 1e-15),
        (100, 1, 1, 0.003231424060682919, 1e-15),
        (100, 1, 0, 0.003086951975579847, 1e-15),
    ],
)
def test_tail_about_the_source_centre(n, t, ddof, expected, digits):
    assert scale_law([n] * t, ddof, 1.0).two_sided(3.0) == pytest.approx(expected, abs=digits)


@pytest.mark.parametrize(("n", "ddof"), CASES)
def test_moments_of_the_variance_of_the_mean(n, ddof):
    for t, law in zip((1, 2, 20, 60), scale_laws(n, ddof, [1, 2, 20, 60], 0.0), strict=True):
        r = (n - 1) / (n - ddof)
        mean = sum(r**i for i in range(t)) / n
        assert law.expect(lambda s: s) == pytest.approx(mean, rel=1e-10)
        if (n + 1) / (n - ddof) * r < 1.5 or t < 30:
            assert law.expect(lambda s: s**2) == pytest.approx(second_moment(n, ddof, t), rel=1e-10)


@pytest.mark.parametrize("t", [1, 2, 10, 200])
def test_closed_means(t):
    assert scale_law([10] * t, 1, 0.0).expect(lambda s: s) == pytest.approx(t / 10, abs=1e-10)
    assert scale_law([10] * t, 0, 0.0).expect(lambda s: s) == pytest.approx(1 - 0.9**t, abs=1e-10)
    assert scale_law([10] * t, 0, 1.0).expect(lambda s: s) == pytest.approx(1, abs=1e-10)


@pytest.mark.parametrize(("n", "ddof"), CASES)
@pytest.mark.parametrize("start", [0.0, 1.0])
def test_halving_the_grid_changes_nothing(n, ddof, start):
    coarse, fine = (scale_law([n] * 25, ddof, start, refine=refine) for refine in (1.0, 2.0))
    assert np.max(np.abs(coarse.two_sided(KS) - fine.two_sided(KS))) < 1e-13


@pytest.mark.parametrize("n", [2, 3, 10])
@pytest.mark.parametrize("start", [0.0, 1.0])
def test_one_random_factor_by_mpmath(n, start):
    """t = 1 from 1 and t = 2 from 0 hold one factor: S = 1/n + W/n or 1/n + W."""
    ddof = 0.5
    factor = 1.0 if start else 1.0 / n
    a, c = mpmath.mpf(n - 1) / 2, n - mpmath.mpf(ddof)

    def integrand(u):  # W = u^2: no singularity at 0 for n = 2
        w = u * u
        density = (c / 2) ** a * w ** (a - 1) * mpmath.exp(-c * w / 2) / mpmath.gamma(a)
        return 2 * u * density * mpmath.erfc(2 / mpmath.sqrt(2 * (mpmath.mpf(1) / n + w * factor)))

    with mpmath.workdps(25):
        expected = float(mpmath.quad(integrand, [mpmath.mpf(10) ** -40, 0.3, 1, 2, 4, 8, 16]))
    law = scale_law([n] * (1 if start else 2), ddof, start)
    assert law.two_sided(2.0) == pytest.approx(expected, abs=1e-13)


@pytest.mark.parametrize("sizes", [(2, 2), (3, 3), (10, 10), (3, 10), (10, 3)])
def test_two_random_factors_by_quadrature(sizes):
    """S = 1/n_1 + W_1 (1/n_2 + W_2): the outer factor belongs to the first generation."""
    ddof, k = 1.0, 1.5

    def factor(n):
        x, weights = np.polynomial.legendre.leggauss(400)
        u = 6 * (x + 1)  # W = u^2
        return u * u, 12 * weights * u * ratio_density(n, ddof, u * u)

    (w1, p1), (w2, p2) = factor(sizes[0]), factor(sizes[1])
    s = 1 / sizes[0] + np.multiply.outer(w1, 1 / sizes[1] + w2)
    expected = p1 @ erfc(k / np.sqrt(2 * s)) @ p2
    assert scale_law(sizes, ddof, 1.0).two_sided(k) == pytest.approx(expected, abs=1e-12)


def test_varying_sizes_agree_with_the_sweep_and_with_the_mean():
    constant = scale_law([7] * 12, 1, 1.0)
    nearly = scale_law([7] * 11 + [8], 1, 1.0)
    assert 0 < abs(constant.two_sided(2.0) - nearly.two_sided(2.0)) < 1e-2
    sizes = np.array([5, 10, 20, 40, 80])
    law = scale_law(sizes, 1, 0.0)
    assert law.expect(lambda s: s) == pytest.approx(np.sum(1 / sizes), abs=1e-12)
    assert scale_law(sizes, 1, 0.0, refine=2).two_sided(1.0) == pytest.approx(law.two_sided(1.0), abs=1e-13)


def test_order_of_the_sizes_matters():
    up, down = scale_law([3, 30], 0, 0.0), scale_law([30, 3], 0, 0.0)
    assert up.expect(lambda s: s) == pytest.approx(1 / 3 + 2 / 3 / 30, abs=1e-13)
    assert down.expect(lambda s: s) == pytest.approx(1 / 30 + 29 / 30 / 3, abs=1e-13)


def test_student_limit():
    student = 2 * stdtr(2, -1.0)
    assert student == pytest.approx(0.4226497, abs=1e-7)
    gaps = [scale_law([n] * 60 * n, 1, 0.0).two_sided(1.0) - student for n in (10, 20, 40)]
    assert abs(gaps[2]) < 5e-3
    assert gaps[1] / gaps[2] == pytest.approx(2, rel=0.05)


def test_tails_keep_relative_accuracy():
    """sf(x) at t = 1 against a quadrature scaled by its own maximum."""
    n, ddof = 10, 1.0
    law = scale_law([n], ddof, 1.0)
    for x in (2.0, 5.0, 8.0):
        expected, _ = quad(
            lambda w, x=x: float(ratio_density(n, ddof, w) * 0.5 * erfc(x / math.sqrt(2 * (1 / n + w)))),
            0,
            30,
            points=[1, 2, 4, 8],
            epsabs=0,
            epsrel=1e-12,
            limit=400,
        )
        assert law.sf(x) == pytest.approx(expected, rel=1e-9)


def test_quantiles_invert_the_distribution():
    law = scale_law([10] * 10, 1, 1.0)
    q = np.array([1e-12, 1e-3, 0.2, 0.4999999, 0.5, 0.6, 0.75, 0.999])
    np.testing.assert_allclose(law.cdf(law.ppf(q)), q, rtol=1e-11)
    np.testing.assert_allclose(law.sf(law.isf(q)), q, rtol=1e-11)
    np.testing.assert_allclose(law.ppf(q), -law.isf(q), rtol=1e-15)
    np.testing.assert_allclose(law.sf_squared(law.ppf_squared(q)), 1 - q, rtol=1e-11)
    assert list(law.ppf([0.0, 0.5, 1.0])) == [-math.inf, 0.0, math.inf]
    assert law.ppf_squared(1e-20) == pytest.approx((1e-20 / (2 * law.pdf(0.0))) ** 2, rel=1e-12)


def test_density_and_shapes():
    law = scale_law([5] * 3, 0, 0.0)
    x = np.linspace(-2, 2, 6).reshape(2, 3)
    assert law.cdf(x).shape == law.pdf(x).shape == (2, 3)
    assert isinstance(law.cdf(0.3), float)
    assert law.cdf(np.empty(0)).shape == (0,)
    slope = (law.cdf(0.3 + 1e-5) - law.cdf(0.3 - 1e-5)) / 2e-5
    assert law.pdf(0.3) == pytest.approx(slope, rel=1e-8)
    np.testing.assert_allclose(law.cdf(x) + law.sf(x), 1, rtol=1e-15)
    assert law.masses.sum() == pytest.approx(1, abs=1e-15)


def test_point_masses():
    assert scale_law([], 1, 1.0).two_sided(3.0) == pytest.approx(math.erfc(3 / math.sqrt(2)), rel=1e-14)
    assert list(scale_law([7], 1, 0.0).scales) == [1 / 7]
    zero = scale_law([], 1, 0.0)
    assert list(zero.cdf([-1, 0, 1])) == [0, 1, 1]
    assert list(zero.sf([-1, 0, 1])) == [1, 0, 0]
    assert zero.ppf(0.3) == 0
    assert zero.two_sided(1.0) == 0
    with pytest.raises(ValueError, match="no density"):
        zero.pdf(0.0)


def test_sweep_is_the_single_law():
    laws = scale_laws(3, 1.5, [4, 0, 2, 4], 1.0)
    for t, law in zip([4, 0, 2, 4], laws, strict=True):
        assert law.two_sided(1.0) == pytest.approx(scale_law([3] * t, 1.5, 1.0).two_sided(1.0), abs=1e-13)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: scale_law([1], 0, 1.0), "n = 1 .*domain"),
        (lambda: scale_law([2.5], 0, 1.0), "n = 2.5"),
        (lambda: scale_law([2, 3], 2, 1.0), "ddof = 2"),
        (lambda: scale_law([3], math.nan, 1.0), "ddof = nan"),
        (lambda: scale_law([3], 1, 0.5), "start = 0.5"),
        (lambda: scale_laws(3, 1, [-1], 1.0), "generations = -1"),
        (lambda: scale_law([3, 4], 1, 1.0, refine=0), "refine = 0"),
        (lambda: scale_law([3], 1, 1.0).cdf(math.nan), "x = nan"),
        (lambda: scale_law([3], 1, 1.0).ppf(1.5), "q = 1.5"),
        (lambda: scale_law([3], 1, 1.0).two_sided(-1), "k = -1"),
        (lambda: ScaleMixture(np.array([1.0]), np.array([0.5])), "sum to 1"),
        (lambda: ScaleMixture(np.array([math.inf]), np.array([1.0])), "scales"),
        (lambda: ScaleMixture(np.array([0.0, 1.0]), np.array([0.5, 0.5])), "mixes"),
    ],
)
def test_refusals(call, message):
    with pytest.raises(ValueError, match=message):
        call()


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: scale_law([2] * 2000, 1.99, 0.0), "floating-point range"),
        (lambda: scale_law([10] * 200_000, 1, 0.0), "200000 generations are more than GENERATION_LIMIT"),
        (lambda: scale_laws(10, 1, [10**12], 0.0), "GENERATION_LIMIT"),
        (lambda: scale_law([10**11] * 50, 1, 0.0), "ENTRY_LIMIT"),
    ],
)
def test_what_is_out_of_reach_is_said(call, message):
    with pytest.raises(NoClosedForm, match=message):
        call()


def test_work_is_counted_and_limited(monkeypatch):
    assert 0 < scale_work([10] * 10, 1, 1.0) < scale_work([10] * 20, 1, 1.0) < WORK_LIMIT
    monkeypatch.setattr("collapse_theory.random_walk.grid.WORK_LIMIT", 1000)
    with pytest.raises(NoClosedForm, match="WORK_LIMIT = 1000"):
        scale_law([10] * 10, 1, 1.0)
    assert scale_work([10] * 10, 1, 1.0) > 1000
