"""First passage against direct quadrature, Wald's identities, refinement and simulation."""

from __future__ import annotations

import math

import numpy as np
import pytest
from error_budget import critical_z, z_of_mean
from scipy.special import digamma, gammaincc
from scipy.stats import loggamma

from collapse_theory.errors import NoClosedForm
from collapse_theory.random_walk.first_passage import first_passage
from collapse_theory.random_walk.step import LogStep
from collapse_theory.random_walk.wald import inverse_gaussian, inverse_gaussian_cdf, wald_mean

DECADE = 2 * math.log(10)
CASES = [(2, 1.0), (2, -1.0), (3, 1.5), (10, 0.0), (10, 1.0), (10, 1.9), (100, 1.0), (1000, 1.0)]


def composite_rule(edges, count):
    """Nodes and weights of Gauss rules between the edges."""
    x, weights = np.polynomial.legendre.leggauss(count)
    half = np.diff(edges)[:, None] / 2
    return (edges[:-1, None] + half * (1 + x)).ravel(), (half * weights).ravel()


def test_known_values():
    law = first_passage(10, 1, DECADE)
    assert law.mean == pytest.approx(43.0941658934, abs=1e-9)
    assert law.mean_overshoot == pytest.approx(0.3595565621, abs=1e-9)
    assert law.median == 36
    assert wald_mean(10, 1, DECADE) == pytest.approx(39.9731904756, abs=1e-9)
    law = first_passage(10, 0, DECADE)
    assert law.mean == pytest.approx(22.6130900159, abs=1e-9)
    assert law.mean_overshoot == pytest.approx(0.3825309246, abs=1e-9)
    assert first_passage(100, 1, DECADE).median == 383


@pytest.mark.parametrize(("n", "ddof", "barrier"), [(10, 1.0, DECADE), (100, 1.0, DECADE), (3, 0.0, 2.0)])
def test_mean_by_the_renewal_equation_of_the_overshoot(n, ddof, barrier):
    """An independent road: R(x) = E(-x - w)^+ + ∫ R(y) f(y - x) dy over y > 0, constant far up, and Wald's identity."""
    law = loggamma((n - 1) / 2, loc=math.log(2 / (n - ddof)))
    top = barrier + 14 * law.std()
    y, weights = composite_rule(np.linspace(0, top, int(3 * top / law.std()) + 2), 12)
    x = np.append(y, barrier)
    below, share = composite_rule(np.linspace(0, 1, 5), 60)
    depth = -x[:, None] - law.ppf(1e-25)
    beneath = np.maximum(depth, 0) * below
    missed = np.sum(np.maximum(depth, 0) * share * beneath * law.pdf(-x[:, None] - beneath), axis=1)
    kernel = weights * law.pdf(y - x[:, None])
    kernel[:, -1] += law.sf(top - x)
    overshoot = np.linalg.solve(np.eye(len(y)) - kernel[:-1], missed[:-1])
    expected = missed[-1] + kernel[-1] @ overshoot
    found = first_passage(n, ddof, barrier)
    assert found.mean_overshoot == pytest.approx(expected, rel=1e-9)
    assert found.mean == pytest.approx((barrier + expected) / -law.mean(), rel=1e-9)


@pytest.mark.parametrize(("n", "ddof"), CASES)
def test_wald_identity_against_the_summed_survival(n, ddof):
    """Three roads to the mean: the overshoot by Wald, the sum of P(T > t), and the pmf."""
    law = first_passage(n, ddof, DECADE)
    drift = digamma((n - 1) / 2) + math.log(2 / (n - ddof))
    assert (DECADE + law.mean_overshoot) / -drift == pytest.approx(law.mean, rel=1e-11)
    t = np.arange(2 * int(law.ppf(1 - 1e-12)))
    survival, pmf = law.survival(t), law.pmf(t)
    assert survival.sum() == pytest.approx(law.mean, rel=1e-10)
    assert pmf.sum() == pytest.approx(1, abs=1e-11)
    assert t @ pmf == pytest.approx(law.mean, rel=1e-10)
    assert (t - law.mean) ** 2 @ pmf == pytest.approx(law.variance, rel=1e-9)
    np.testing.assert_allclose(law.cdf(t) + survival, 1, atol=1e-12)
    np.testing.assert_allclose(survival[:-1] - survival[1:], pmf[1:], atol=1e-12)


@pytest.mark.parametrize(("n", "ddof", "barrier"), [(2, 1.0, 1.0), (3, 0.0, 2.0), (10, 1.0, 0.5), (50, -1.0, 0.3)])
def test_first_two_generations_by_quadrature(n, ddof, barrier):
    a, c = (n - 1) / 2, n - ddof
    assert first_passage(n, ddof, barrier).survival(1) == pytest.approx(
        gammaincc(a, c / 2 * math.exp(-barrier)), abs=1e-13
    )
    # P(T > 2) = E[P(W_2 > e^{-b} / W_1); W_1 > e^{-b}]
    edges = np.linspace(-barrier, 6, 60)
    w, weights = composite_rule(edges, 30)
    density = np.exp(a * (w + math.log(c / 2)) - c / 2 * np.exp(w) - math.lgamma(a))
    expected = np.sum(weights * density * gammaincc(a, c / 2 * np.exp(-barrier - w)))
    assert first_passage(n, ddof, barrier).survival(2) == pytest.approx(expected, abs=1e-12)


@pytest.mark.parametrize(
    ("n", "ddof", "barrier"), [(2, 0.0, 0.1), (10, 1.0, 100.0), (10, 2.5, 3.0), (10_000, 1.0, DECADE)]
)
def test_halving_the_panels_changes_nothing(n, ddof, barrier):
    coarse, fine = (first_passage(n, ddof, barrier, refine=refine) for refine in (1.0, 2.0))
    assert fine.mean == pytest.approx(coarse.mean, rel=1e-13)
    assert fine.variance == pytest.approx(coarse.variance, rel=1e-11)
    assert fine.mean_overshoot == pytest.approx(coarse.mean_overshoot, rel=1e-11)
    assert fine.probability_finite == pytest.approx(coarse.probability_finite, abs=1e-12)
    scale = coarse.mean if math.isfinite(coarse.mean) else 20
    t = np.unique(np.geomspace(1, 6 * scale, 30).astype(int))
    np.testing.assert_allclose(fine.survival(t), coarse.survival(t), atol=1e-10)


def simulated(n, c, barrier, seed, runs):
    rng = np.random.default_rng(seed)
    walk, times = np.zeros(runs), np.zeros(runs)
    alive = np.arange(runs)
    for t in range(1, 100_000):
        walk[alive] += np.log(rng.chisquare(n - 1, alive.size) / c)
        times[alive] = t
        alive = alive[walk[alive] > -barrier]
        if alive.size == 0:
            return times
    raise AssertionError("the walks have not arrived")


@pytest.mark.parametrize("runs", [200_000, pytest.param(4_000_000, marks=pytest.mark.deep)])
def test_simulation_accepts_the_law_and_rejects_its_wrong_twin(runs, seed):
    """Notices 1 % of the mean and of probability, and in depth 0.3 %."""
    n, ddof = 10, 1.0
    law = first_passage(n, ddof, DECADE)
    for c, right in ((n - ddof, True), (n - ddof + 1, False)):
        times = simulated(n, c, DECADE, seed, runs)
        found = np.column_stack([times, times > 60, times <= law.median])
        z = z_of_mean(found, [law.mean, law.survival(60), law.cdf(law.median)])
        assert np.all((np.abs(z) < critical_z(3)) == right), z


def test_quantiles_are_the_smallest_generations():
    law = first_passage(10, 1, DECADE)
    q = np.array([1e-9, 0.01, 0.3, 0.5, 0.9, 1 - 1e-9])
    t = law.ppf(q)
    assert np.all(law.cdf(t) >= q)
    assert np.all(law.cdf(t - 1) < q)
    assert law.ppf(1.0) == math.inf
    assert law.ppf(0.0) == 0
    assert law.ppf(law.cdf(1) / 2) == 1
    assert law.survival(0) == 1
    assert law.pmf(0) == law.cdf(0) == 0
    assert isinstance(law.survival(5), float)
    assert law.survival([[1, 2]]).shape == (1, 2)


def test_a_crossed_barrier():
    for barrier in (0.0, -1.5):
        law = first_passage(10, 1, barrier)
        assert (law.mean, law.std, law.median, law.probability_finite) == (0, 0, 0, 1)
        assert law.mean_overshoot == -barrier
        assert list(law.survival([0, 1, 5])) == [0, 0, 0]
        assert list(law.cdf([0, 1, 5])) == [1, 1, 1]
        assert list(law.pmf([0, 1, 5])) == [1, 0, 0]
        assert list(law.ppf([0.0, 0.5, 1.0])) == [0, 0, 0]
        assert wald_mean(10, 1, barrier) == 0


def test_positive_drift_leaves_some_walks_out():
    """The share that arrives is bounded by Lundberg's e^{-theta b}, and is the limit of the cdf."""
    n, ddof = 10, 2.5
    law = first_passage(n, ddof, 1.0)
    assert law.step.drift > 0
    assert law.mean == law.variance == law.std == math.inf
    assert law.cdf(5000) == pytest.approx(law.probability_finite, abs=1e-12)
    low, high = 1e-3, (n - 1) / 2 - 1e-3
    for _ in range(100):
        middle = (low + high) / 2
        low, high = (middle, high) if law.step.log_moment(np.array(-middle)) < 0 else (low, middle)
    assert math.exp(-low * (1.0 + 3 * law.mean_overshoot)) < law.probability_finite < math.exp(-low)
    assert law.ppf(law.probability_finite + 1e-6) == math.inf
    assert law.survival(5000) == pytest.approx(1 - law.probability_finite, abs=1e-12)


def test_lundberg_martingale_fixes_the_share_that_arrives(seed):
    """The tilted walk W^(-theta) is chi-square with 2 theta fewer degrees: its overshoots give P(T < inf).

    Notices 1 % of the share; the wrong twin has n in place of n - 1.
    """
    n, ddof, barrier = 12, 3.0, 0.7
    law = first_passage(n, ddof, barrier)
    low, high = 1e-3, (n - 1) / 2 - 1e-3
    for _ in range(100):
        middle = (low + high) / 2
        low, high = (middle, high) if law.step.log_moment(np.array(-middle)) < 0 else (low, middle)
    rng = np.random.default_rng(seed)
    walk, alive = np.zeros(200_000), np.arange(200_000)
    while alive.size:
        walk[alive] += np.log(rng.chisquare(n - 1 - 2 * low, alive.size) / (n - ddof))
        alive = alive[walk[alive] > -barrier]
    twin = first_passage(n, ddof + 1, barrier)
    for share, right in ((law.probability_finite, True), (twin.probability_finite, False)):
        assert (abs(z_of_mean(np.exp(low * walk), share)) < critical_z(1)) == right


def test_around_the_critical_correction():
    near = [first_passage(1000, ddof, 1.0) for ddof in (1.9999, 1.99)]
    assert near[0].probability_finite < 1
    assert near[0].mean == math.inf
    assert near[1].probability_finite == 1
    assert math.isfinite(near[1].mean)
    assert near[0].survival(10**9) < near[0].survival(10**6) < 0.1
    assert abs(near[0].survival(100) - near[1].survival(100)) < 1e-3


def test_large_sizes_approach_the_diffusion():
    mean, variance = inverse_gaussian(10_000, 1, DECADE)
    law = first_passage(10_000, 1, DECADE)
    assert law.mean == pytest.approx(mean, rel=3e-3)
    assert law.variance == pytest.approx(variance, rel=3e-3)
    t = np.array([10_000, 40_000, 100_000])
    np.testing.assert_allclose(law.cdf(t), inverse_gaussian_cdf(t, 10_000, 1, DECADE), atol=3e-3)
    assert law.median == pytest.approx(inverse_gaussian(10_000, 1, DECADE).median, rel=5e-3)


def test_inverse_gaussian_law():
    law = inverse_gaussian(10, 0, 2.0)
    assert law == (10.0, 50.0)
    assert law.std == math.sqrt(50)
    t = np.linspace(0, 400, 400_001)
    assert np.trapezoid(law.sf(t), t) == pytest.approx(law.mean, rel=1e-8)
    assert np.trapezoid(2 * t * law.sf(t), t) == pytest.approx(law.variance + law.mean**2, rel=1e-7)
    np.testing.assert_allclose(law.cdf(law.ppf([0.01, 0.5, 0.99])), [0.01, 0.5, 0.99], rtol=1e-12)
    assert list(law.cdf([-1.0, 0.0, math.inf])) == [0, 0, 1]


def test_step_law():
    for n, ddof in ((2, 1.0), (10, 0.0), (1000, 1.5), (10**6, 1.0)):
        step = LogStep(n, ddof)
        w = np.linspace(*step.reach, 20_001)
        f = step.density(w) * (w[1] - w[0])
        assert f.sum() == pytest.approx(1, abs=1e-12)
        assert f @ w == pytest.approx(step.drift, abs=1e-12)
        assert f @ (w - step.drift) ** 2 == pytest.approx(step.std**2, rel=1e-10)
        assert f @ np.exp(w) == pytest.approx((n - 1) / (n - ddof), rel=1e-12)
        assert f[:10_001].sum() - f[10_000] / 2 == pytest.approx(float(step.below(w[10_000])), abs=1e-6)
        assert math.exp(step.log_moment(np.array(2.0))) == pytest.approx((n * n - 1) / (n - ddof) ** 2, rel=1e-12)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: first_passage(1, 0, 1.0), "n = 1 .*domain"),
        (lambda: first_passage(3, 3, 1.0), "ddof = 3"),
        (lambda: first_passage(3, 1, math.nan), "barrier = nan"),
        (lambda: first_passage(3, 1, math.inf), "barrier = inf"),
        (lambda: first_passage(10, 1, 1.0).survival(0.5), "t = 0.5"),
        (lambda: first_passage(10, 1, 1.0).cdf(-1), "t = -1"),
        (lambda: first_passage(10, 1, 1.0).ppf(math.nan), "q = nan"),
        (lambda: inverse_gaussian(10, 2, 1.0), "ddof = 2"),
        (lambda: inverse_gaussian(10, 1, 0.0), "barrier = 0"),
        (lambda: inverse_gaussian_cdf(math.nan, 10, 1, 1.0), "t = nan"),
        (lambda: wald_mean(10, 1, math.nan), "barrier = nan"),
    ],
)
def test_refusals(call, message):
    with pytest.raises(ValueError, match=message):
        call()


def test_a_barrier_out_of_reach_is_said():
    with pytest.raises(NoClosedForm, match="NODE_LIMIT"):
        first_passage(10, 1, 1e12)


def test_wald_mean_is_infinite_from_the_critical_correction_on():
    assert wald_mean(10, 2.5, 1.0) == math.inf
