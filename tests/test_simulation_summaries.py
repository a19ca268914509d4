"""Summaries: the moments of stored runs, without storing them."""

from __future__ import annotations

from concurrent.futures import ProcessPoolExecutor

import numpy as np
import pytest
from error_budget import confidence

import collapse_theory as ct
from collapse_theory.simulation import Summaries
from collapse_theory.simulation.summaries import Moments, Summary

ARRAYS = ("mean", "second", "third", "fourth", "size", "smallest", "largest")


@pytest.fixture
def recursion() -> ct.Recursion:
    return ct.Recursion(ct.Gaussian(mean=1.0, sd=2.0, ddof=1), ct.Replace(), sample_size=10)


def bits(summary: Summary) -> list[bytes]:
    return [getattr(summary.moments, name).tobytes() for name in ARRAYS]


@pytest.mark.parametrize("offset", [0.0, 1e8])
def test_merged_moments_are_those_of_the_union(offset: float) -> None:
    values = np.random.default_rng(5).standard_gamma(3.0, (5000, 2)) + offset
    parts = [Moments.of(part) for part in np.split(values, [1, 7, 1000, 4000])]
    merged = parts[0]
    for part in parts[1:]:
        merged = merged.merged(part)
    whole = Moments.of(values)
    assert merged.count == 5000
    for name in ARRAYS:
        tolerance = 1e-12 if offset == 0 else 1e-6
        np.testing.assert_allclose(getattr(merged, name), getattr(whole, name), rtol=tolerance)


def test_summaries_are_the_moments_of_the_runs(recursion: ct.Recursion) -> None:
    quantities = [recursion.log_variance, recursion.variance, recursion.tail_mass(k=2)]
    summary = recursion.simulate(9, 9001, rng=1, keep=Summaries(quantities, at=[0, 1, 9]))
    runs = recursion.simulate(9, 9001, rng=1, keep=[0, 1, 9])
    assert isinstance(summary, Summary)
    assert summary.generations.tolist() == [0, 1, 9]
    assert (summary.replicates, summary.seed) == (9001, 1)
    for quantity in quantities:
        for streamed, stored in (
            (summary.mean(quantity, 0.9), quantity.mean.simulated(runs, 0.9)),
            (summary.std(quantity, 0.9), quantity.std.simulated(runs, 0.9)),
        ):
            assert streamed.what == stored.what
            for name in ("values", "low", "high", "standard_error"):
                np.testing.assert_allclose(getattr(streamed, name), getattr(stored, name), rtol=1e-9, atol=1e-12)
        assert np.array_equal(summary.largest(quantity), quantity.values(runs).max(axis=0))
        assert np.array_equal(summary.smallest(quantity), quantity.values(runs).min(axis=0))


def test_workers_change_no_bit(recursion: ct.Recursion) -> None:
    keep = Summaries([recursion.log_variance, recursion.variance], at=range(10))
    one = recursion.simulate(9, 9001, rng=1, keep=keep, workers=1)
    for workers in (2, 4):
        assert bits(recursion.simulate(9, 9001, rng=1, keep=keep, workers=workers)) == bits(one)
    with ProcessPoolExecutor(2) as executor:
        assert bits(recursion.simulate(9, 9001, rng=1, keep=keep, executor=executor)) == bits(one)


def test_the_budget_is_that_of_the_blocks_at_work(recursion: ct.Recursion) -> None:
    keep = Summaries(recursion.log_variance, at=range(100))
    assert recursion.simulate(99, 20_000, rng=1, keep=keep, workers=1, max_bytes=3_200_000).replicates == 20_000
    with pytest.raises(ct.MemoryBudgetExceeded, match="need 6,400,000 bytes"):
        recursion.simulate(99, 20_000, rng=1, keep=keep, workers=2, max_bytes=3_200_000)


def test_a_mean_that_cannot_be_seen_is_refused_and_tilting_recovers_it(seed: int) -> None:
    recursion = ct.Recursion(ct.Gaussian(ddof=1), ct.Replace(), sample_size=10)
    keep = Summaries(recursion.variance, at=[100])
    summary = recursion.simulate(100, 20_000, rng=seed, keep=keep)
    for ask in (summary.mean, summary.std):
        with pytest.raises(ct.Unseeable, match=r"of variance at t = 100: its relative second moment is"):
            ask(recursion.variance)
    tilted = recursion.simulate(100, 20_000, rng=seed, keep=keep, tilt=0.75)
    found = tilted.mean(recursion.variance, confidence(1))
    assert found.contains(recursion.variance.mean(100))
    assert not found.contains(1.2)
    with pytest.raises(ct.NotDefined, match="tilted runs carry means only"):
        tilted.std(recursion.variance)


@pytest.mark.parametrize(("largest", "refused"), [(110.0, False), (112.0, True)])
def test_without_a_theorem_the_largest_share_decides(largest: float, refused: bool) -> None:  # noqa: FBT001
    recursion = ct.Recursion(ct.Gaussian(estimator="posterior"), ct.Fresh(real=2), sample_size=5)
    t = np.array([30])
    assert recursion.variance.relative_second_moment(t) is None
    values = np.ones((1000, 1, 1))
    values[0] = largest
    summary = Summary(recursion, (recursion.variance,), t, Moments.of(values), seed=1)
    if refused:
        with pytest.raises(ct.Unseeable, match=r"the mean of variance at t = 30: one run holds 10\.1% of the sum"):
            summary.mean(recursion.variance)
    else:
        assert summary.mean(recursion.variance).values == pytest.approx([1.109])
    with pytest.raises(ct.Unseeable, match=r"the std of variance at t = 30: one run holds .*% of the sum"):
        summary.std(recursion.variance)


def test_what_was_not_summarised_is_refused(recursion: ct.Recursion) -> None:
    summary = recursion.simulate(3, 1000, rng=1, keep=Summaries(recursion.sd))
    with pytest.raises(ValueError, match=r"quantity = .* was not summarised: sd were"):
        summary.mean(recursion.variance)
    other = ct.Recursion(ct.Gaussian(), ct.Accumulate(), sample_size=10)
    with pytest.raises(ValueError, match=r"quantities = .* is outside its domain: quantities of"):
        recursion.simulate(3, 10, keep=Summaries(other.sd))
    with pytest.raises(ValueError, match=r"at = \(4,\) is outside its domain: generations in \[0, 3\]"):
        recursion.simulate(3, 10, keep=Summaries(recursion.sd, at=[4]))
    with pytest.raises(ValueError, match=r"quantities = .* is outside its domain: at least one"):
        Summaries([])
    with pytest.raises(ValueError, match=r"watch = .* is outside its domain: empty"):
        recursion.simulate(3, 10, keep=Summaries(recursion.sd), watch=[recursion.time_until_sd_below(1.0)])


def test_runs_beyond_floats_are_refused_by_name() -> None:
    recursion = ct.Recursion(ct.Gaussian(estimator="posterior"), ct.Fresh(real=2), sample_size=5)
    summary = Summary(recursion, (recursion.variance,), np.array([30]), Moments.of(np.full((9, 1, 1), np.inf)), seed=1)
    with pytest.raises(OverflowError, match="the mean of variance at t = 30: some runs are infinite or beyond floats"):
        summary.mean(recursion.variance)


def test_a_summary_says_what_it_is(recursion: ct.Recursion) -> None:
    summary = recursion.simulate(3, 1000, rng=1, keep=Summaries([recursion.sd, recursion.location], at=[1, 3]))
    assert repr(summary) == f"<Summary: sd, location over 1000 replicates of {recursion!r}, 2 generations to 3, seed 1>"
