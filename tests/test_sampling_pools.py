"""Cut and selected points in a pool that is sampled again."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from error_budget import critical_z, z_of_mean

import collapse_theory as ct


@pytest.mark.parametrize("replacement", [True, False])
def test_cut_points_of_a_pool_keep_the_exact_moments(replacement: Any, seed: int) -> None:
    regime, times = ct.AccumulateSubsample(replacement=replacement), np.array([1, 2, 5])
    family = ct.Gaussian(sd=2, ddof=0)
    cut = ct.Recursion(family, regime, sample_size=6, sampling=ct.Truncation(1.5))
    runs = cut.simulate(5, 20_000, rng=seed, keep=times)
    z = critical_z(6)
    for quantity in (cut.variance, cut.squared_location_error):
        found = np.asarray(quantity.measure(runs.states))
        assert np.all(np.abs(z_of_mean(found, quantity.mean(times))) < z)
    honest = ct.Recursion(family, regime, sample_size=6).variance.mean(times)
    assert abs(z_of_mean(np.asarray(cut.variance.measure(runs.states)), honest)[-1]) > z


def test_the_best_of_two_climb_in_a_pool(seed: int) -> None:
    """Generation 2 of a fit to 4 of 4 old and 4 new points: the mean has moved by half of e E σ₁."""
    regime = ct.AccumulateSubsample(replacement=True)
    best = ct.Recursion(ct.Gaussian(), regime, sample_size=4, sampling=ct.BestOf(2))
    runs = best.simulate(2, 40_000, rng=seed, keep=[1, 2])
    location, sd = (np.asarray(q.measure(runs.states)) for q in (best.location, best.sd))
    z = critical_z(1)
    moved = location[:, 1] - sd[:, 0] / np.sqrt(np.pi) / 2
    source_mean = 0.0
    assert abs(z_of_mean(moved[:, None], source_mean)[0]) < z
    assert abs(z_of_mean(location[:, 1:], source_mean)[0]) > z


def test_a_top_share_has_no_points_one_by_one() -> None:
    with pytest.raises(ct.NotDefined, match="gives a batch as a whole"):
        ct.Recursion(
            ct.Gaussian(),
            ct.AccumulateSubsample(replacement=True),
            sample_size=6,
            sampling=ct.TopFraction(0.5, score_correlation=1.0),
        )
