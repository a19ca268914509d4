"""Samplings at their edges: no points, extreme rates and temperatures, chains that are nearly reducible."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from error_budget import critical_z, z_of_mean

import collapse_theory as ct

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
