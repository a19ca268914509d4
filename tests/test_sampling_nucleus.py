"""The nucleus, distinct types and edits of a categorical law, by enumeration and beside simulation."""

from __future__ import annotations

import itertools
import math
from typing import Any

import numpy as np
import pytest
from error_budget import critical_z, z_of_mean

import collapse_theory as ct
from collapse_theory.sampling.deduplicate import expected_distinct
from collapse_theory.sampling.nucleus import nucleus

SOURCE = (0.5, 0.3, 0.2)
TYPES = ct.Categorical(SOURCE)
REPLACE = ct.Replace()


def looped(family: ct.Categorical, one: Any, n: int = 10) -> ct.Recursion:
    return ct.Recursion(family, REPLACE, sample_size=n, sampling=one)


def law(recursion: ct.Recursion, t: int) -> list[float]:
    return [recursion.probability_of(label).population(t) for label in recursion.family.types]


@pytest.mark.parametrize(("mass", "types", "left", "rounds"), [(0.9, 1000, 9, 50), (0.95, 1000, 19, 88)])
def test_the_nucleus_stops_at_its_printed_size(mass: float, types: int, left: int, rounds: int) -> None:
    sizes = [types]
    while math.ceil(sizes[-1] * mass - 1e-9) < sizes[-1]:
        sizes.append(math.ceil(sizes[-1] * mass - 1e-9))
    assert (sizes[-1], len(sizes) - 1) == (left, rounds)
    recursion = looped(ct.Categorical([1 / types] * types), ct.Nucleus(mass))
    found = [recursion.support_size.population(t) for t in (1, 2, 3, rounds, rounds + 1, rounds + 20)]
    assert found == [types, sizes[1], sizes[2], sizes[rounds - 1], left, left]


def test_a_nucleus_keeps_the_fewest_likeliest() -> None:
    assert nucleus(np.array(SOURCE), 0.5).tolist() == [1, 0, 0]
    assert nucleus(np.array(SOURCE), 0.51).tolist() == [1, 1, 0]
    assert nucleus(np.array([0.2, 0.3, 0.5]), 0.8).tolist() == [0, 1, 1]
    assert nucleus(np.array([1 - 1e-13, 1e-13]), 1.0).tolist() == [1, 1]


def test_distinct_types_are_those_of_all_samples_enumerated() -> None:
    for k, n in ((2, 3), (3, 4), (4, 3)):
        seen = [len(set(sample)) for sample in itertools.product(range(k), repeat=n)]
        assert expected_distinct(k, n) == pytest.approx(sum(seen) / len(seen), rel=1e-14)
    assert 100 - expected_distinct(100, 1000) == pytest.approx(0.004317124741, rel=1e-9)
    assert expected_distinct(1, 5) == 1


def test_flattening_keeps_the_support(seed: int) -> None:
    k, n = 100, 200
    recursion = looped(ct.Categorical([1 / k] * k), ct.Deduplicate(), n)
    first = recursion.simulate(2, 4000, rng=seed, keep=[1, 2])
    sizes = np.asarray(recursion.support_size.measure(first.states), dtype=float)
    expected = np.array([k * (1 - (1 - 1 / k) ** n)])
    z = critical_z(2)
    assert abs(z_of_mean(sizes[:, :1], expected)[0]) < z
    # Generation 1 keeps frequencies; generation 2 is a sample of its law, counted once: of unequal types less are seen.
    shares = first.states[0][:, 1]
    assert np.allclose(shares.max(axis=-1) * sizes[:, 1], 1)
    later = recursion.simulate(3, 4000, rng=seed, keep=[2, 3])
    pair = np.asarray(recursion.support_size.measure(later.states), dtype=float)
    given = np.array([expected_distinct(int(before), n) for before in pair[:, 0]])
    assert abs(z_of_mean((pair[:, 1] - given)[:, None], 0.0)[0]) < z
    assert abs(z_of_mean((pair[:, 1] - pair[:, 0])[:, None], 0.0)[0]) > z


def test_edits_bring_types_to_the_editors(seed: int) -> None:
    other = ct.Categorical([0.1, 0.1, 0.8])
    recursion = looped(TYPES, ct.HumanEdit(0.25, toward=other), 10)
    t = np.array([1, 2, 6])
    expected = 0.8 + 0.75 ** (t - 1.0) * (0.2 - 0.8)
    found = [recursion.probability_of(2).population(int(when)) for when in t]
    assert found == pytest.approx(expected, rel=1e-12)
    runs = recursion.simulate(6, 20_000, rng=seed, keep=list(t))
    shares = np.asarray(recursion.probability_of(2).measure(runs.states))
    z = critical_z(3)
    assert np.all(np.abs(z_of_mean(shares, expected)) < z)
    in_generation_one_too = 0.8 + 0.75**t * (0.2 - 0.8)
    assert np.all(np.abs(z_of_mean(shares, in_generation_one_too)) > z)


@pytest.mark.parametrize("smoothing", [ct.AddAlpha(5.0), ct.BackOff(3.0), None], ids=repr)
@pytest.mark.parametrize("estimator", ["plug-in", "posterior"])
def test_smoothing_and_the_posterior_vanish_in_large_samples(smoothing: Any, estimator: Any) -> None:
    family = ct.Categorical(SOURCE, smoothing=smoothing, estimator=estimator)
    recursion = ct.Recursion(family, ct.Fresh(real=2), sample_size=6)
    assert law(recursion, 20) == pytest.approx(SOURCE, rel=1e-13)


def test_rare_types_are_sampled_like_those_of_a_table(seed: int) -> None:
    """A vocabulary kept as pairs follows the same law as a table."""
    weights = np.concatenate([[600.0, 300.0], np.full(5000, 100 / 5000)])
    family = ct.Categorical(weights / weights.sum())
    assert not family.dense
    for one in (ct.Temperature(0.5), ct.FitnessAdvantage(1.0, of=1), ct.Nucleus(0.9), ct.Reward({1: 0.5}, choices=3)):
        runs = ct.Recursion(family, REPLACE, sample_size=200_000, sampling=one).simulate(2, 1, rng=seed)
        share = float(np.asarray(runs.recursion.probability_of(1).measure(runs.states)).ravel()[0])
        assert share == pytest.approx(runs.recursion.probability_of(1).population(2), abs=0.02)
