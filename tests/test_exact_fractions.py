"""The first test: every formula for a mean against the exact-Fraction moment map, t = 0 … 12."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest

import collapse_theory as ct
from collapse_theory.regimes.moments import exact_second_moments

DIVISORS = (Fraction(-1), Fraction(0), Fraction(1), Fraction(3, 2), Fraction(2))
REGIMES = (
    ct.Replace(),
    ct.Accumulate(),
    ct.Fresh(real=1),
    ct.Fresh(real=2),
    ct.Fresh(share=0.5),
    ct.FreshMixture(share=0.25),
)
SIZES = (4, 10, ct.schedules.power(4, 1), ct.schedules.geometric(4, 2))


@pytest.mark.parametrize("ddof", DIVISORS, ids=str)
@pytest.mark.parametrize("regime", REGIMES, ids=repr)
@pytest.mark.parametrize("size", SIZES, ids=repr)
def test_every_mean_equals_the_exact_moment_map(regime: ct.Regime, size: object, ddof: Fraction) -> None:
    recursion = ct.Recursion(ct.Gaussian(mean=3.0, sd=2.0, ddof=float(ddof)), regime, sample_size=size)
    exact = exact_second_moments(regime, recursion.sizes, ddof, 12)
    t = np.arange(13)
    assert recursion.variance.mean(t) == pytest.approx([4 * float(v) for v, _ in exact], rel=1e-13)
    assert recursion.squared_location_error.mean(t) == pytest.approx([4 * float(m) for _, m in exact], rel=1e-13)
    assert recursion.location.std(t) == pytest.approx([2 * float(m) ** 0.5 for _, m in exact], rel=1e-13)
    assert recursion.location.mean(t) == pytest.approx(np.full(13, 3.0), rel=0)


@pytest.mark.parametrize("regime", REGIMES, ids=repr)
@pytest.mark.parametrize("size", SIZES, ids=repr)
def test_conservation_law_is_exact(regime: ct.Regime, size: object) -> None:
    recursion = ct.Recursion(ct.Gaussian(ddof=0), regime, sample_size=size)
    moments = exact_second_moments(regime, recursion.sizes, 0, 12)
    assert all(v + m == 1 for v, m in moments)
    assert all(check.passed for check in recursion.conservation_law.prove())


def test_generation_zero_is_the_source_and_one_is_fitted_to_real_data_only() -> None:
    for regime in REGIMES:
        recursion = ct.Recursion(ct.Gaussian(ddof=1), regime, sample_size=4)
        assert recursion.variance.mean(0) == 1.0
        assert recursion.variance.std(0) == 0.0
        assert recursion.variance.mean(1) == pytest.approx(1.0, rel=1e-15)
        assert recursion.squared_location_error.mean(1) == pytest.approx(0.25, rel=1e-15)


@pytest.mark.parametrize("t", [-1, 0.5, [1, 2.5], float("nan"), True])
def test_a_bad_generation_is_refused_by_name(t: object) -> None:
    recursion = ct.Recursion(ct.Gaussian(), ct.Replace(), sample_size=10)
    with pytest.raises(ValueError, match=r"t = .* is outside its domain"):
        recursion.variance.mean(t)
