r"""Betting on the sign of a mean: e-processes for bounded observations, valid at every stopping time.

For independent observations x_1, x_2, … with mean μ and x_i ≥ low, a gambler who holds λ ∈ [0, 1/(m - low)) against
"μ ≤ m" has the capital Π (1 + λ (x_i - m)), a nonnegative supermartingale where μ ≤ m. By Ville's inequality it ever
reaches 1/α with probability at most α. The average over a few λ is one too. With x_i ≤ high the same holds against
"μ ≥ m", with -λ. Source: waudby2024, sections 4 and 5.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np

from collapse_theory.domain import PROBABILITY, Array
from collapse_theory.errors import MarginError

STAKES = np.geomspace(1e-3, 0.99, 24)
"""Shares of the largest stake that the gambler holds, an equal part of the capital in each."""
FIRST = 512
"""Observations in the first round; every later round doubles what is there."""
HALVINGS = 24
"""Halvings of an interval in the search for its end, which stays on the safe side."""
LARGEST_SHARE = 0.1
"""Share of a one-sided mean in a single observation beyond which simulation does not see it."""


class Sample:
    """Observations as values with counts: the capital does not depend on their order.

    Parameters
    ----------
    values : array
        The observations.
    low, high : float
        Their bounds.
    """

    def __init__(self, values: Array, low: float, high: float) -> None:
        self.low, self.high = low, high
        self.mean = float(np.mean(values))
        self.values, self.counts = np.unique(values, return_counts=True)
        bounded = math.isfinite(low) and math.isfinite(high)
        beyond = values - low if math.isfinite(low) else high - values
        self.unseeable = not bounded and float(np.max(beyond)) > LARGEST_SHARE * float(np.sum(beyond))

    def against_at_most(self, m: float) -> float:
        """Log-capital of betting against "the mean is at most m"."""
        return self._capital(self.values - m, m - self.low)

    def against_at_least(self, m: float) -> float:
        """Log-capital of betting against "the mean is at least m"."""
        return self._capital(m - self.values, self.high - m)

    def _capital(self, gains: Array, largest_loss: float) -> float:
        if math.isinf(largest_loss):
            return -math.inf
        if largest_loss <= 0:  # nothing can be lost, so a single gain decides
            return math.inf if np.any(gains > 0) else 0.0
        logs = self.counts @ np.log1p(np.outer(gains, STAKES / largest_loss))
        top = float(np.max(logs))
        return top + math.log(float(np.mean(np.exp(logs - top))))

    def interval(self, level: float) -> tuple[float, float]:
        """Means against which no capital reaches the level."""
        below = _edge(lambda m: self.against_at_most(m) >= level, self.low, self.mean)
        return below, _edge(lambda m: self.against_at_least(m) >= level, self.high, self.mean)


@dataclass(frozen=True)
class Bet:
    """What betting on the sign of a mean came to.

    Parameters
    ----------
    sign : {1, -1, 0}
        The sign that was established at the level; 0 for none.
    runs : int
        Observations.
    log_capital : float
        Logarithm of the larger of the two capitals at the end.
    level : float
        Logarithm of the capital that establishes a sign.
    sample : Sample
        The observations.
    """

    sign: int
    runs: int
    log_capital: float
    level: float
    sample: Sample = field(repr=False, compare=False)

    @property
    def mean(self) -> float:
        """Mean of the observations."""
        return self.sample.mean

    @property
    def unseeable(self) -> bool:
        """Whether one observation holds more than a tenth of what lies beyond the one bound."""
        return self.sample.unseeable

    @cached_property
    def interval(self) -> tuple[float, float]:
        """Interval that holds the mean with the level's coverage, whenever one stops."""
        return self.sample.interval(self.level)


def bet(
    draw: Callable[[int, np.random.SeedSequence], Any],
    low: float,
    high: float,
    *,
    alpha: float,
    seed: np.random.SeedSequence,
    most: int,
) -> Bet:
    """Bet on the sign of a mean until it is established or the observations are spent.

    Parameters
    ----------
    draw : callable
        ``draw(count, seed)``: so many independent observations.
    low, high : float
        Bounds of every observation; infinite on one side at most. Where ``high`` is infinite, only "positive" can be
        established, and where ``low`` is, only "negative".
    alpha : float
        Probability with which a sign that is established is the wrong one, at most.
    seed : SeedSequence
        Each round draws from a stream of its own.
    most : int
        Observations that may be spent.

    Raises
    ------
    MarginError
        For observations that are NaN, infinite or outside their bounds.
    """
    PROBABILITY.check("alpha", alpha)
    level = math.log(2 / alpha)  # half of alpha for each sign
    drawn: list[Array] = []
    spent, sign, capital = 0, 0, (0.0, 0.0)
    while spent < most and sign == 0:
        count = min(max(FIRST, spent), most - spent)
        new = np.asarray(draw(count, np.random.SeedSequence(seed.entropy, spawn_key=(*seed.spawn_key, len(drawn)))))
        drawn.append(_checked(new.astype(float), count, low, high))
        spent += count
        sample = Sample(np.concatenate(drawn), low, high)
        capital = sample.against_at_most(0.0), sample.against_at_least(0.0)
        sign = int(capital[0] >= level) - int(capital[1] >= level)
    return Bet(sign, spent, max(capital), level, sample)


def _checked(values: Array, count: int, low: float, high: float) -> Array:
    if values.shape != (count,):
        raise MarginError(f"observations have shape {values.shape} in place of {(count,)}")
    if not np.all(np.isfinite(values)):
        raise MarginError(f"an observation is {'NaN' if np.any(np.isnan(values)) else 'infinite'}")
    outside = (values < low) | (values > high)
    if np.any(outside):
        raise MarginError(f"an observation is {values[outside][0]:g}, outside its bounds [{low:g}, {high:g}]")
    return values


def _edge(rejected: Callable[[float], bool], far: float, near: float) -> float:
    """Where means stop being rejected, between one that is far away and the mean of the observations."""
    if math.isinf(far) or not rejected(far):
        return far
    for _ in range(HALVINGS):
        middle = (far + near) / 2
        far, near = (middle, near) if rejected(middle) else (far, middle)
    return far
