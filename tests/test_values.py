"""Values kept in place of states: the same bits, for any number of workers, saved, read and drawn."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from matplotlib import pyplot

import collapse_theory as ct
from collapse_theory.plotting import plot_data

ROUND = [[0.8, 0.2, 0], [0, 0.6, 0.4], [0.5, 0, 0.5]]
CHAIN = ct.Recursion(ct.MarkovChain(ROUND, labels=("a", "b", "c")), ct.FreshMixture(share=0.2), sample_size=20)
LARGE = ct.Recursion(
    ct.MarkovChain(np.roll(np.eye(200), 1, axis=1) / 2 + np.eye(200) / 2), ct.Replace(), sample_size=50
)
GAUSSIAN = ct.Recursion(ct.Gaussian(ddof=1), ct.Accumulate(), sample_size=10)
ASKED = {
    "chain": (CHAIN, [CHAIN.entropy_rate, CHAIN.self_transition("b"), CHAIN.effective_sample_size], 2100),
    "large": (LARGE, [LARGE.entropy_rate, LARGE.state_count], 30),
    "gaussian": (GAUSSIAN, [GAUSSIAN.log_variance, GAUSSIAN.tail_mass(2)], 4100),
}
everyone = pytest.mark.parametrize(("recursion", "quantities", "runs"), ASKED.values(), ids=ASKED)


@everyone
def test_values_are_those_of_kept_states_bit_for_bit(recursion: Any, quantities: Any, runs: int) -> None:
    times = [recursion.absorption_time] if recursion is CHAIN else []
    states = recursion.simulate(6, runs, rng=3, keep=[0, 2, 6], watch=times)
    for workers in (1, 2):
        kept = ct.Values(quantities, at=[6, 2, 0])
        values = recursion.simulate(6, runs, rng=3, keep=kept, watch=times, workers=workers)
        assert values.generations.tolist() == [0, 2, 6]
        assert values.replicates == len(values) == runs
        assert values.measured == tuple(quantities)
        for quantity in quantities:
            assert np.array_equal(values.values(quantity), states.values(quantity))
            assert np.array_equal(quantity.values(values), states.values(quantity))
            ours, theirs = (quantity.median.simulated(one).values for one in (values, states))
            assert np.array_equal(ours, theirs)
        if times:
            assert np.array_equal(values.times, states.times)


def test_tilted_values_carry_their_weights() -> None:
    recursion = ct.Recursion(ct.Gaussian(ddof=1), ct.Replace(), sample_size=10)
    states = recursion.simulate(4, 500, rng=3, tilt=0.5)
    values = recursion.simulate(4, 500, rng=3, tilt=0.5, keep=ct.Values(recursion.variance))
    assert np.array_equal(values.log_weights, states.log_weights)
    assert recursion.variance.mean.simulated(values).values == recursion.variance.mean.simulated(states).values


@everyone
def test_values_are_saved_and_read_again(recursion: Any, quantities: Any, runs: int, tmp_path: Path) -> None:
    times = [recursion.absorption_time] if recursion is CHAIN else []
    values = recursion.simulate(4, runs, rng=1, keep=ct.Values(quantities, at=[1, 4]), watch=times)
    values.save(tmp_path / "values.npz")
    found = ct.load_runs(tmp_path / "values.npz")
    assert found.measured == values.measured
    assert found.recursion == recursion
    assert found.seed == values.seed
    for quantity in quantities:
        assert np.array_equal(found.values(quantity), values.values(quantity))
    if times:
        assert np.array_equal(found.watched_times(times[0]), values.watched_times(times[0]))


@everyone
def test_a_quantity_that_was_not_kept_is_refused(recursion: Any, quantities: Any, runs: int) -> None:
    values = recursion.simulate(2, 5, rng=1, keep=ct.Values(quantities[:1]))
    other = quantities[1]
    for ask in (values.values, lambda quantity: quantity.values(values)):
        with pytest.raises(ValueError, match="was not kept: these runs hold "):
            ask(other)
    with pytest.raises(ValueError, match="was not kept"):
        other.median.simulated(values)
    _, ax = pyplot.subplots()
    with pytest.raises(ValueError, match="was not kept"):
        ct.plot(other, values, ax)
    pyplot.close("all")


@everyone
def test_values_are_drawn(recursion: Any, quantities: Any, runs: int) -> None:
    values = recursion.simulate(6, 60, rng=1, keep=ct.Values(quantities, at=range(7)))
    (single,) = (one for one in plot_data(quantities[0], values) if one.kind == "runs")
    assert np.array_equal(single.values, values.values(quantities[0])[:30])
    _, ax = pyplot.subplots()
    assert ct.plot(quantities[0], values, ax).lines
    pyplot.close("all")


def test_values_of_the_last_generation_are_replayed_for_a_picture() -> None:
    values = CHAIN.simulate(6, 60, rng=1, keep=ct.Values(CHAIN.entropy_rate))
    (single,) = (one for one in plot_data(CHAIN.entropy_rate, values) if one.kind == "runs")
    assert np.array_equal(single.values[:, -1], values.values(CHAIN.entropy_rate)[:30, 0])


def test_what_cannot_be_kept_is_refused() -> None:
    other = ct.Recursion(CHAIN.family, ct.Replace(), sample_size=20)
    with pytest.raises(ValueError, match=r"quantities = .* is outside its domain: quantities of"):
        CHAIN.simulate(2, 5, rng=1, keep=ct.Values(other.entropy_rate))
    with pytest.raises(ValueError, match=r"quantities = \(\) is outside its domain: at least one quantity"):
        ct.Values([])
    with pytest.raises(ValueError, match=r"at = \(3,\) is outside its domain: generations in \[0, 2\]"):
        CHAIN.simulate(2, 5, rng=1, keep=ct.Values(CHAIN.entropy_rate, at=[3]))
    with pytest.raises(ValueError, match="at = -1 is outside its domain"):
        ct.Values(CHAIN.entropy_rate, at=[-1])
    with pytest.raises(ValueError, match="is outside its domain"):
        CHAIN.simulate(2, 5, rng=1, keep=ct.Values(CHAIN.entropy_rate.mean))


def test_states_over_the_budget_are_refused_and_their_values_fit() -> None:
    with pytest.raises(ct.MemoryBudgetExceeded, match=r"more than max_bytes = 20,000,000: .*keep=ct\.Values\("):
        GAUSSIAN.simulate(20, 10**5, rng=1, keep="all", max_bytes=2 * 10**7)
    kept = ct.Values(GAUSSIAN.log_variance, at=range(21))
    found = GAUSSIAN.simulate(20, 10**5, rng=1, keep=kept, max_bytes=2 * 10**7, workers=2)
    assert found.states[0].shape == (10**5, 21)


def test_the_values_themselves_are_counted_in_the_budget() -> None:
    kept = ct.Values(GAUSSIAN.log_variance, at=range(101))
    with pytest.raises(ct.MemoryBudgetExceeded, match="more than max_bytes"):
        GAUSSIAN.simulate(100, 10**5, rng=1, keep=kept, max_bytes=6 * 10**7)
