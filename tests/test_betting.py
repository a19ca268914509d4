"""Betting on the sign of a mean: false alarms, power, intervals, and what cannot be bet on."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from error_budget import false_alarm
from scipy.stats import binom

import collapse_theory as ct
from collapse_theory.errors import MarginError, Unseeable
from collapse_theory.judgement import bet

Draw = Callable[[int, np.random.SeedSequence], Any]


def coin(p: float) -> Draw:
    """Heads less 1/2: mean p - 1/2, in [-1/2, 1/2]."""
    return lambda count, seed: np.random.default_rng(seed).binomial(1, p, count) - 0.5


def rare(count: int, seed: np.random.SeedSequence) -> Any:
    """A mean of 0 that rare observations hold: 99 with probability 1/100, else -1."""
    return np.where(np.random.default_rng(seed).random(count) < 0.01, 99.0, -1.0)


@pytest.mark.parametrize(("draw", "low", "high"), [(coin(0.5), -0.5, 0.5), (rare, -1.0, 99.0), (rare, -1.0, math.inf)])
def test_false_alarms_stay_below_the_level(draw: Draw, low: float, high: float, seed: int) -> None:
    """2000 repetitions with a mean of exactly 0, stopped at the first crossing: seldom decided at level 1/10."""
    alpha, repetitions = 0.1, 2000
    seeds = np.random.SeedSequence(seed).spawn(repetitions)
    wrong = sum(bet(draw, low, high, alpha=alpha, seed=one, most=2048).sign != 0 for one in seeds)
    assert binom.sf(wrong - 1, repetitions, alpha) > false_alarm(3)


def test_a_fixed_sample_test_looked_at_often_would_raise_false_alarms(seed: int) -> None:
    """The wrong twin: a normal test at the same level, looked at in every round, is caught by the same count."""
    alpha, repetitions, wrong = 0.1, 2000, 0
    for one in np.random.SeedSequence(seed).spawn(repetitions):
        x = coin(0.5)(4096, one)
        looks = (np.sum(x[:k]) / math.sqrt(k / 4) for k in (128, 256, 512, 1024, 2048, 4096))
        wrong += any(abs(z) > 1.645 for z in looks)
    assert binom.sf(wrong - 1, repetitions, alpha) < false_alarm(1)


@pytest.mark.parametrize(("p", "sign"), [(0.55, 1), (0.45, -1)])
def test_a_mean_that_is_not_0_is_found(p: float, sign: int, seed: int) -> None:
    found = bet(coin(p), -0.5, 0.5, alpha=false_alarm(2), seed=np.random.SeedSequence(seed), most=200_000)
    assert found.sign == sign
    assert found.interval[0] <= p - 0.5 <= found.interval[1]
    assert found.runs < 50_000


def test_the_interval_covers_whenever_one_stops(seed: int) -> None:
    repetitions, alpha = 300, 0.1
    missed = 0
    for one in np.random.SeedSequence(seed).spawn(repetitions):
        found = bet(coin(0.53), -0.5, 0.5, alpha=alpha, seed=one, most=4096)
        missed += not found.interval[0] <= 0.03 <= found.interval[1]
    assert binom.sf(missed - 1, repetitions, alpha) > false_alarm(1)


def test_a_bet_repeats_bit_for_bit() -> None:
    one, other = (bet(coin(0.51), -0.5, 0.5, alpha=1e-3, seed=np.random.SeedSequence(5), most=9000) for _ in range(2))
    assert one == other


def test_a_mean_bounded_on_one_side_can_only_be_found_positive(seed: int) -> None:
    def exponential(shift: float) -> Draw:
        return lambda count, stream: np.random.default_rng(stream).exponential(size=count) - shift

    level, stream = false_alarm(2), np.random.SeedSequence(seed)
    assert bet(exponential(0.8), -0.8, math.inf, alpha=level, seed=stream, most=100_000).sign == 1
    below = bet(exponential(1.2), -1.2, math.inf, alpha=level, seed=stream, most=20_000)
    assert (below.sign, below.interval[1]) == (0, math.inf)


def test_a_mean_that_single_observations_hold_says_so() -> None:
    def heavy(count: int, seed: np.random.SeedSequence) -> Any:
        return np.exp(30 * np.random.default_rng(seed).standard_normal(count))

    assert bet(heavy, 0.0, math.inf, alpha=1e-6, seed=np.random.SeedSequence(1), most=600).unseeable


@pytest.mark.parametrize(
    ("draw", "complaint"),
    [
        (lambda count, seed: np.full(count, np.nan), "an observation is NaN"),
        (lambda count, seed: np.full(count, np.inf), "an observation is infinite"),
        (lambda count, seed: np.full(count, 2.0), r"an observation is 2, outside its bounds \[-1, 1\]"),
        (lambda count, seed: np.zeros((count, 2)), r"observations have shape \(512, 2\)"),
    ],
)
def test_observations_that_are_none(draw: Draw, complaint: str) -> None:
    with pytest.raises(MarginError, match=complaint):
        bet(draw, -1, 1, alpha=0.1, seed=np.random.SeedSequence(1), most=1000)


def test_bounds() -> None:
    with pytest.raises(Unseeable, match="observe an event"):
        ct.SimulatedMargin(coin(0.5), -math.inf, math.inf)
    with pytest.raises(ValueError, match=r"low, high = 1, 0 is outside its domain"):
        ct.SimulatedMargin(coin(0.5), 1, 0)
    recursion = ct.Recursion(ct.Gaussian(), ct.Replace(), sample_size=5)
    with pytest.raises(ValueError, match=r"above, below = None, None is outside its domain"):
        ct.SimulatedMargin.chance(recursion, 3, lambda runs: True)


def test_tilted_runs_see_a_mean_that_plain_runs_do_not(seed: int) -> None:
    """E V_t = 1 at ddof = 1: above 0.9 at t = 200, where a plain run in ten thousand holds most of it."""
    recursion = ct.Recursion(ct.Gaussian(), ct.Replace(), sample_size=10)

    def margin(tilt: float) -> ct.SimulatedMargin:
        return ct.SimulatedMargin.of_runs(
            recursion,
            200,
            lambda runs: recursion.variance.values(runs)[:, -1],
            low=0.0,
            high=math.inf,
            less=0.9,
            tilt=tilt,
        )

    level, stream = false_alarm(1), np.random.SeedSequence(seed)
    assert bet(margin(1.0).draw, -0.9, math.inf, alpha=level, seed=stream, most=20_000).sign == 1
    plain = bet(margin(0.0).draw, -0.9, math.inf, alpha=level, seed=stream, most=2_000)
    assert plain.unseeable
