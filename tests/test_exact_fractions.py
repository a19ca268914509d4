"""The first test: every formula for a mean against the exact-Fraction moment map, t = 0 … 12."""

from __future__ import annotations

from fractions import Fraction
from functools import cache
from typing import Any

import numpy as np
import pytest
from every import BASIC, FAMILIES, REGIMES, every_pair

import collapse_theory as ct
from collapse_theory.tableau.moments import exact_second_moments

TWO_MOMENTS = tuple(family for family in FAMILIES if family.two_moments)
DATA = (*REGIMES, ct.Fresh(real=2))
SIZES = (4, 10, ct.schedules.power(4, 1), ct.schedules.geometric(4, 2))


@cache
def exact_moments(regime: ct.Regime, sizes: Any, ddof: Fraction, generations: int) -> Any:
    """The same for every family of that divisor."""
    return exact_second_moments(regime, sizes, ddof, generations)


def last(recursion: ct.Recursion) -> int:
    """Last generation to look at: sums over numbers of points that are kept take long."""
    return 5 if recursion.tableau.thinned else 12


@every_pair(*SIZES, members=TWO_MOMENTS, data=DATA)
def test_every_mean_equals_the_exact_moment_map(recursion: ct.Recursion) -> None:
    family, t = recursion.family, np.arange(last(recursion) + 1)
    exact = exact_moments(recursion.regime, recursion.sizes, Fraction(family.ddof), last(recursion))
    for role, moments in zip(("spread", "squared_location"), zip(*exact, strict=True), strict=True):
        expected = [family.spread * float(moment) for moment in moments]
        assert recursion.watch(family.roles[role]).mean(t) == pytest.approx(expected, rel=1e-13)


@every_pair(4, ct.schedules.geometric(4, 2), members=[ct.Gaussian(mean=3, sd=2, ddof=1.5)], data=DATA)
def test_the_fitted_mean_is_unbiased_and_spreads_by_its_squared_error(recursion: ct.Recursion) -> None:
    t = np.arange(last(recursion) + 1)
    exact = exact_moments(recursion.regime, recursion.sizes, Fraction(3, 2), last(recursion))
    assert recursion.location.std(t) == pytest.approx([2 * float(m) ** 0.5 for _, m in exact], rel=1e-13)
    assert recursion.location.mean(t) == pytest.approx(np.full(len(t), 3.0), rel=0)


@every_pair(*SIZES, members=[family for family in TWO_MOMENTS if family.ddof == 0], data=DATA)
def test_conservation_law_is_exact(recursion: ct.Recursion) -> None:
    moments = exact_moments(recursion.regime, recursion.sizes, Fraction(0), last(recursion))
    if recursion.tableau.screen is not None:
        assert all(v + m < 1 for v, m in moments[1:]), "what does not pass the screen is lost"
        return
    allowed = 1e-14 if recursion.tableau.thinned else 0.0  # chances of many numbers of points are floats
    assert all(abs(v + m - 1) <= allowed for v, m in moments)
    assert recursion.conservation_law.value(recursion, np.arange(13)).tolist() == [recursion.family.spread] * 13


def test_the_conservation_law_is_proved() -> None:
    law = ct.Recursion(ct.Gaussian(ddof=0), ct.Replace(), sample_size=4).conservation_law
    assert all(check.passed for check in law.prove())


@every_pair(4, members=[ct.Gaussian(ddof=1)], data=DATA)
def test_generation_zero_is_the_source_and_one_is_fitted_to_real_data_only(recursion: ct.Recursion) -> None:
    assert recursion.variance.mean(0) == 1.0
    assert recursion.squared_location_error.mean(0) == 0.0
    step = recursion.regime.step(1, recursion.sizes)
    if not (step.thinned or step.screen or step.subsample):
        assert recursion.variance.mean(1) == pytest.approx(1.0, rel=1e-15)
        assert recursion.squared_location_error.mean(1) == pytest.approx(1 / float(step.kish), rel=1e-15)
    if isinstance(recursion.regime, BASIC):
        assert recursion.variance.std(0) == 0.0
        assert step.kish == 4


@pytest.mark.parametrize("t", [-1, 0.5, [1, 2.5], float("nan"), True])
def test_a_bad_generation_is_refused_by_name(t: object) -> None:
    recursion = ct.Recursion(ct.Gaussian(), ct.Replace(), sample_size=10)
    with pytest.raises(ValueError, match=r"t = .* is outside its domain"):
        recursion.variance.mean(t)
