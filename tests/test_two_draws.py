"""The standard deviation over runs of the tail mass, against quadrature, simulation and its own refinement."""

from __future__ import annotations

import math

import mpmath
import numpy as np
import pytest
from error_budget import critical_z, z_of_mean
from scipy.special import ndtr

from collapse_theory.errors import NoClosedForm
from collapse_theory.families.gaussian.two_draws import covariance_beyond, tail_variance
from collapse_theory.random_walk import variance_share
from collapse_theory.random_walk.perpetuity import scale_laws
from collapse_theory.random_walk.variance_share import VarianceShare


def beyond(mean, sd, k):
    """Mass of a normal beyond k on either side of 0."""
    return ndtr((-k - mean) / sd) + ndtr((mean - k) / sd)


def composite_rule(edges, count=40):
    """Nodes and weights of Gauss rules between the edges."""
    x, weights = np.polynomial.legendre.leggauss(count)
    half = np.diff(edges)[:, None] / 2
    return (edges[:-1, None] + half * (1 + x)).ravel(), (half * weights).ravel()


def multiplier_rule(n, ddof, count):
    """Nodes and weights of the expectation over W, by a Gauss rule in log W."""
    a = (n - 1) / 2
    w, weights = composite_rule(np.array([-16, 7]) / math.sqrt(a), count)
    weights *= np.exp(-a * (np.expm1(w) - w))
    return (n - 1) / (n - ddof) * np.exp(w), weights / weights.sum()


@pytest.mark.parametrize(("n", "ddof", "k"), [(2, 1.0, 0.5), (2, -1.0, 3.0), (3, 0.0, 3.0), (10, 1.5, 2.0)])
def test_first_generation_by_graded_rules(n, ddof, k):
    """Over W = u^2, which removes the pole at 0 for n = 2, and the mean z / sqrt n, graded towards the level."""
    a, c, edge = (n - 1) / 2, n - ddof, k * math.sqrt(n)
    u, weights = composite_rule(np.append(0, np.geomspace(1e-6, 18 / math.sqrt(c), 60)))
    weights *= 2 * (c / 2) ** a / math.gamma(a) * u ** (2 * a - 1) * np.exp(-c * u * u / 2)
    away = np.geomspace(1e-9, edge, 50)
    z, gauss = composite_rule(np.concatenate([edge - away[::-1], [edge], edge + away, [edge + 12]]))
    gauss *= 2 * np.exp(-z * z / 2) / math.sqrt(2 * math.pi)
    mass = beyond(z / math.sqrt(n), u[:, None], k)
    expected = weights @ mass**2 @ gauss - (weights @ mass @ gauss) ** 2
    assert tail_variance(n, ddof, [1], k)[0] == pytest.approx(expected, rel=1e-10)


@pytest.mark.parametrize(
    ("n", "ddof", "t", "k", "count"),
    [
        (10, 1.0, 2, 3.0, 100),
        (30, 0.0, 2, 0.5, 100),
        (30, 1.0, 3, 2.0, 50),
        (1000, 1.0, 2, 6.0, 60),
        (10**6, 1.0, 1, 3.0, 60),
        (10**6, 1.0, 3, 0.5, 40),
    ],
)
def test_first_generations_by_products_of_rules(n, ddof, t, k, count):
    """A rule over each multiplier and over the mean: no covariance, no recursion."""
    variances, centres, weights = np.ones(1), np.zeros(1), np.ones(1)
    w, p = multiplier_rule(n, ddof, count)
    for _ in range(t):
        centres = np.repeat(centres + variances / n, count)
        variances = np.outer(variances, w).ravel()
        weights = np.outer(weights, p).ravel()
    z, gauss = composite_rule(np.array([-9, 9]), 120)
    gauss *= np.exp(-z * z / 2) / math.sqrt(2 * math.pi)
    mass = beyond(np.sqrt(centres)[:, None] * z, np.sqrt(variances)[:, None], k)
    expected = weights @ (mass - weights @ mass @ gauss) ** 2 @ gauss
    assert tail_variance(n, ddof, [t], k)[0] == pytest.approx(expected, rel=1e-9)


def test_simulation_accepts_the_variance_and_rejects_its_wrong_twin(seed):
    """400 000 runs: a relative deviation of 4 % of the variance would be noticed."""
    n, t, k, runs = 10, 20, 2.0, 400_000
    rng = np.random.default_rng(seed)
    mean, variance = np.zeros(runs), np.ones(runs)
    for _ in range(t):
        mean += np.sqrt(variance / n) * rng.standard_normal(runs)
        variance *= rng.chisquare(n - 1, runs) / n
    mass = beyond(mean, np.sqrt(variance), k)
    squares = (mass - mass.mean()) ** 2
    for ddof, right in ((0.0, True), (1.0, False)):
        z = z_of_mean(squares, tail_variance(n, ddof, [t], k)[0])
        assert (abs(z) < critical_z(1)) == right


@pytest.mark.deep
@pytest.mark.parametrize(
    ("n", "ddof", "k"), [(2, 1.0, 3.0), (2, -1.0, 0.5), (10, 0.0, 6.0), (10, 1.5, 0.5), (1000, 1.0, 3.0)]
)
def test_another_grid_and_another_basis_change_nothing(n, ddof, k, monkeypatch):
    generations = [1, 10, 60]
    found = tail_variance(n, ddof, generations, k)
    np.testing.assert_allclose(tail_variance(n, ddof, generations, k, refine=2.0), found, rtol=1e-10)
    monkeypatch.setattr(variance_share, "_ROOT", 6)
    np.testing.assert_allclose(tail_variance(n, ddof, generations, k), found, rtol=2e-10)


def test_short_walks_do_not_depend_on_the_long_ones(monkeypatch):
    generations = [3, 1, 300]
    alone = [tail_variance(1000, 1.0, [t], 6.0)[0] for t in generations]
    np.testing.assert_allclose(tail_variance(1000, 1.0, generations, 6.0), alone, rtol=1e-11)
    near = tail_variance(1000, 1.0, [3, 10], 3.0)
    monkeypatch.setattr(variance_share, "SHORT", 10**6)  # all walks are long
    np.testing.assert_allclose(tail_variance(1000, 1.0, [3, 10], 3.0), near, rtol=1e-9)


@pytest.mark.parametrize("n", [2, 10, 100])
def test_moments_of_the_variance_within_the_model(n):
    generations = [1, 2, 10]
    law = VarianceShare(n, 0.0, generations)
    np.testing.assert_allclose(law.masses.sum(axis=1), 1, rtol=1e-12)
    half = math.exp(math.lgamma(n / 2) - math.lgamma((n - 1) / 2)) * math.sqrt(2 / n)
    for power, factor in ((1.0, 1 - 1 / n), (0.5, half)):
        expected = factor ** np.array(generations)
        found = law.expect(lambda s, share, power=power: (s * share) ** power, 1e-10, np.zeros(3))
        np.testing.assert_allclose(found, expected, rtol=1e-9)
    # what is lost within the models appears between them
    between = law.expect(lambda s, share: s * (1 - share), 1e-10, np.zeros(3))
    np.testing.assert_allclose(between, 1 - (1 - 1 / n) ** np.array(generations), rtol=1e-9)


@pytest.mark.parametrize("level", [0.01, 0.5, 3.0, 8.0])
def test_covariance_by_its_density(level):
    """Integral of the two densities over the correlation, in mpmath."""
    shares = np.array([1e-6, 0.01, 0.0197, 0.0199, 0.3, 0.9, 0.999999])

    def expected(correlation):
        def density(r):
            spread = 1 - r * r
            near, far = mpmath.exp(-(level**2) / (1 + r)), mpmath.exp(-(level**2) / (1 - r))
            return (near - far) / mpmath.sqrt(spread) / mpmath.pi

        return float(mpmath.quad(lambda v: density(mpmath.sin(v)) * mpmath.cos(v), [0, mpmath.asin(correlation)]))

    with mpmath.workdps(30):
        exact = [expected(1 - mpmath.mpf(share)) for share in shares]
    found = covariance_beyond(level, shares)
    np.testing.assert_allclose(found, exact, rtol=1e-12, atol=1e-13 * ndtr(-level))
    assert np.all(np.diff(found) < 0)


def test_ends_of_the_correlation():
    tail = 2 * ndtr(-1.5)
    np.testing.assert_allclose(covariance_beyond(1.5, [0.0, 1.0]), [tail * (1 - tail), 0], atol=1e-16)


@pytest.mark.deep
def test_long_run():
    """The centre ends beyond k or does not: the mass tends to an event, of variance p (1 - p)."""
    mean = scale_laws(10, 1.0, [1000], 1.0)[0].two_sided(3.0)
    assert tail_variance(10, 1.0, [1000], 3.0)[0] == pytest.approx(mean * (1 - mean), rel=1e-9)


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda: tail_variance(1, 0.0, [1], 3.0), ValueError, "n = 1 .*domain"),
        (lambda: tail_variance(3, 3.0, [1], 3.0), ValueError, "ddof = 3"),
        (lambda: tail_variance(3, math.nan, [1], 3.0), ValueError, "ddof = nan"),
        (lambda: tail_variance(3, 1.0, [0], 3.0), ValueError, "generations = 0"),
        (lambda: tail_variance(3, 1.0, [1], 0.0), ValueError, "k = 0"),
        (lambda: tail_variance(3, 1.0, [1], 1.0, refine=0.0), ValueError, "refine = 0"),
        (lambda: tail_variance(2, 1.9, [1000], 3.0), NoClosedForm, "floating-point range"),
        (lambda: tail_variance(10, 1.0, [1.5], 3.0), ValueError, "generations = 1.5"),
        (lambda: tail_variance(2, 1.99, [10], 3.0), NoClosedForm, "n = 2, ddof = 1.99: after 10 generations"),
    ],
)
def test_refusals(call, error, message):
    with pytest.raises(error, match=message):
        call()


@pytest.mark.parametrize("limit", ["WORK_LIMIT", "ENTRY_LIMIT"])
def test_limits(limit, monkeypatch):
    monkeypatch.setattr(variance_share, limit, 1000)
    with pytest.raises(NoClosedForm, match=f"above {limit} = 1000"):
        tail_variance(10, 1.0, [10], 3.0)
