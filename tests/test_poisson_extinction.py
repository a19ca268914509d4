"""When a Poisson rate dies out: a certain time without a mean, growth that saves some runs, what nobody decides."""

from __future__ import annotations

import math

import mpmath
import numpy as np
import pytest
from test_poisson import GROWING

import collapse_theory as ct


@pytest.mark.parametrize("rate", [0.01, 0.5, 3])
def test_the_time_of_extinction_is_certain_and_has_no_mean(rate: float) -> None:
    recursion = ct.Recursion(ct.Poisson(rate=rate), ct.Replace(), sample_size=10)
    time, t = recursion.extinction_time, np.arange(0, 3000)
    law = time.distribution
    g = -np.log1p(-np.asarray(recursion.survival.mean(t[1:])))
    assert law.cdf(t)[1:] == pytest.approx(np.exp(-g), rel=1e-12)
    assert law.cdf(0) == law.pmf(0) == 0
    assert np.cumsum(law.pmf(t)) == pytest.approx(law.cdf(t), rel=1e-12)
    assert law.sf(t) + law.cdf(t) == pytest.approx(np.ones(3000), rel=1e-14)
    assert (law.probability_finite, time.mean, time.std) == (1, math.inf, math.inf)
    assert time.given("extinct") == law
    for q in (0.001, 0.25, 0.5, 0.9):
        assert time.quantile(q) == np.searchsorted(law.cdf(t), q)
    assert time.median == law.ppf(0.5)
    assert (law.ppf(0.0), law.ppf(1.0)) == (0, math.inf)


def test_the_chance_of_one_late_generation_keeps_its_digits() -> None:
    law = ct.Recursion(ct.Poisson(rate=0.5), ct.Replace(), sample_size=10).extinction_time.distribution
    with mpmath.workdps(40):
        g = [mpmath.inf]
        for _ in range(5000):
            g.append(1 - mpmath.exp(-g[-1]))
        for t in (1, 2, 3, 5000):
            exact = mpmath.exp(-5 * g[t]) - mpmath.exp(-5 * g[t - 1])
            assert law.pmf(t) == pytest.approx(float(exact), rel=1e-12)


def test_slow_growth_only_puts_extinction_off() -> None:
    recursion = ct.Recursion(ct.Poisson(rate=0.05), ct.Replace(), sample_size=GROWING)
    law, t = recursion.extinction_time.distribution, np.arange(0, 400)
    assert law.cdf(t) == pytest.approx(1 - np.append(1, recursion.survival.mean(t[1:])), abs=1e-14)
    assert law.sf(t) == pytest.approx(np.append(1, recursion.survival.mean(t[1:])), rel=1e-13)
    assert law.pmf(t) == pytest.approx(np.diff(law.cdf(t), prepend=0), abs=1e-15)
    assert law.median == law.ppf(0.5) == np.searchsorted(law.cdf(t), 0.5)
    assert (law.ppf(0.0), law.ppf(1.0), law.mean, law.std) == (0, math.inf, math.inf, math.inf)
    assert recursion.extinction_time.given("extinct") is not None
    assert recursion.fate.verdict == "collapses"
    with pytest.raises(ct.NoClosedForm, match="beyond generation"):
        ct.Recursion(ct.Poisson(rate=3), ct.Replace(), sample_size=GROWING).extinction_time.distribution.ppf(0.99)


@pytest.mark.parametrize("ratio", [1.5, 2])
def test_geometric_growth_saves_some_runs(ratio: float) -> None:
    """The sizes are rounded up, so that ever later starts approach the fixed point of s = exp(q(s − 1))."""
    recursion = ct.Recursion(ct.Poisson(rate=0.25), ct.Replace(), sample_size=ct.schedules.geometric(4, ratio))
    law = recursion.extinction_time.distribution
    line = 0.5
    for _ in range(2000):
        line = math.exp(ratio * (line - 1))
    tolerance = 1e-12 if ratio == 2 else 0.05
    assert law.probability_finite == pytest.approx(math.exp(line - 1), rel=tolerance)
    assert recursion.survival.mean.limit == pytest.approx(1 - law.probability_finite, rel=1e-13)
    assert (law.mean, law.std, law.ppf(0.99)) == (math.inf, math.inf, math.inf)
    given, t = law.conditional, np.arange(0, 60)
    assert given.probability_finite == pytest.approx(1, rel=1e-14)
    assert given.cdf(t) == pytest.approx(law.cdf(t) / law.probability_finite, rel=1e-13)
    assert given.mean == pytest.approx(float(t @ given.pmf(t)), rel=1e-9)
    assert given.std**2 == pytest.approx(float(t**2 @ given.pmf(t)) - given.mean**2, rel=1e-7)
    assert given.ppf(1.0) >= given.median >= 1
    assert law.sf(3) == 1 - law.cdf(3)
    assert recursion.fate.verdict == "settles"


def test_what_no_theorem_decides_is_said() -> None:
    fast = ct.Recursion(ct.Poisson(), ct.Replace(), sample_size=ct.schedules.power(4, 2))
    custom = ct.Recursion(ct.Poisson(), ct.Replace(), sample_size=ct.schedules.custom(lambda t: 4))
    slow = ct.Recursion(ct.Poisson(), ct.Replace(), sample_size=ct.schedules.geometric(4, 1.0001))
    assert fast.fate.verdict == "settles"
    for recursion in (fast, custom):
        with pytest.raises(ct.NoClosedForm):
            _ = recursion.extinction_time.mean
        with pytest.raises(ct.NoClosedForm):
            _ = recursion.survival.mean.limit
    with pytest.raises(ct.NoClosedForm):
        _ = ct.Recursion(ct.Poisson(), ct.Replace(), sample_size=ct.schedules.power(4, 1.5)).rate.std.limit
    with pytest.raises(ct.NoClosedForm):
        _ = custom.fate
    with pytest.raises(ct.NoClosedForm, match="grows by the factor"):
        _ = slow.extinction_time.mean
    with pytest.raises(ct.NoClosedForm, match="generations"):
        fast.survival.mean(10**6)
    large = ct.Recursion(ct.Poisson(), ct.Replace(), sample_size=10**6)
    with pytest.raises(ct.NoClosedForm, match="points of its generating function"):
        large.rate.median(1000)
    assert "by simulation" in large._repr_html_()
    mixed = ct.Recursion(ct.Poisson(), ct.FreshMixture(share=0.5), sample_size=10**6)
    assert mixed.survival.mean(1) == 1
    with pytest.raises(ct.NoClosedForm, match="compositions"):
        mixed.survival.mean(2)
    few = ct.Recursion(ct.Poisson(), ct.Fresh(real=1), sample_size=10**8)
    with pytest.raises(ct.NoClosedForm, match="takes more than"):
        _ = few.survival.mean.limit
    for regime in (ct.Fresh(real=1), ct.FreshMixture(share=0.5)):
        with pytest.raises(ct.NoClosedForm):
            _ = ct.Recursion(ct.Poisson(), regime, sample_size=ct.schedules.custom(lambda t: 4)).survival.mean.limit


def test_the_median_is_zero_where_the_rest_of_the_law_is_out_of_reach() -> None:
    recursion = ct.Recursion(ct.Poisson(rate=0.5), ct.Replace(), sample_size=10)
    law = recursion.rate.distribution(10**6)
    assert law.median == recursion.rate.median(10**9) == law.ppf(0.9) == 0
    assert (law.cdf(-1.0), law.sf(-1.0)) == (0, 1)
    assert law.cdf(0.0) == pytest.approx(1 - recursion.survival.mean(10**6), rel=1e-14)
    assert law.sf(0.0) == pytest.approx(recursion.survival.mean(10**6), rel=1e-9)
    assert law.log_ppf(0.5) == -math.inf
    with pytest.raises(ct.NoClosedForm, match="reaches too far"):
        law.ppf(1 - 1e-9)
    with pytest.raises(ct.NoClosedForm):
        recursion.squared_location_error.median(10**6)


def test_growing_samples_with_fresh_data_have_limits() -> None:
    for regime, left in ((ct.Fresh(real=1), 0.25), (ct.Fresh(real=2), 0.125), (ct.FreshMixture(share=0.5), 0.0)):
        recursion = ct.Recursion(ct.Poisson(rate=0.5), regime, sample_size=GROWING)
        assert recursion.survival.mean.limit == 1
        assert recursion.squared_location_error.mean.limit == left
        assert recursion.squared_location_error.mean(10**6) == pytest.approx(left, abs=0.02)
    for sizes, total in ((ct.schedules.power(10, 2), math.pi**2 / 60), (ct.schedules.geometric(4, 2), 0.5)):
        recursion = ct.Recursion(ct.Poisson(rate=3), ct.Replace(), sample_size=sizes)
        assert recursion.squared_location_error.mean.limit == pytest.approx(3 * total, rel=1e-14)
        assert recursion.squared_location_error.mean(40) == pytest.approx(3 * total, rel=0.02)
