"""Margins that are means over runs of a bounded observation: simulated, and judged by betting."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from collapse_theory.domain import PROBABILITY
from collapse_theory.errors import Unseeable


@dataclass(frozen=True)
class SimulatedMargin:
    """A margin that is the mean of an observation, of which one can draw as many as one likes.

    A mean whose observations are unbounded on both sides is never averaged: nothing that is seen bounds it. Observe
    something bounded instead, an event such as "below the median's claimed value", or tilt.

    Parameters
    ----------
    draw : callable
        ``draw(count, rng)``: an array of so many independent observations, from a seed.
    low, high : float
        Bounds of every observation. With ``high`` infinite, such as for likelihood ratios, the claim can be found to
        hold, never to fail.

    Raises
    ------
    Unseeable
        For observations without a bound on either side.
    ValueError
        For bounds out of order.
    """

    draw: Callable[[int, np.random.SeedSequence], Any] = field(repr=False)
    low: float
    high: float

    def __post_init__(self) -> None:
        if not self.low < self.high:
            raise ValueError(f"low, high = {self.low!r}, {self.high!r} is outside its domain: low < high")
        if math.isinf(self.low) and math.isinf(self.high):
            raise Unseeable(
                "a mean of observations without bounds cannot be judged from runs: observe an event, or something "
                "bounded, or tilt the runs, so that low is finite"
            )

    @classmethod
    def of_runs(
        cls,
        recursion: Any,
        generations: int,
        value: Callable[[Any], Any],
        *,
        low: float,
        high: float,
        less: float = 0.0,
        tilt: float = 0.0,
    ) -> SimulatedMargin:
        """Mean over runs of a value at the last generation, less a number.

        Parameters
        ----------
        recursion : Recursion
            What is simulated.
        generations : int
            The last generation, which is kept.
        value : callable
            ``value(runs)``: one number for each run, such as
            ``lambda runs: recursion.variance.values(runs)[:, -1]``.
        low, high : float
            Bounds of the value, or of value times likelihood ratio where the runs are tilted.
        less : float
            What the mean is compared with.
        tilt : float
            As for :meth:`Recursion.simulate`; each value is multiplied by the likelihood ratio of its run.
        """

        def draw(count: int, seed: np.random.SeedSequence) -> Any:
            runs = recursion.simulate(generations, count, rng=seed, tilt=tilt)
            values = np.asarray(value(runs), dtype=float)
            weights = 1.0 if runs.log_weights is None else np.exp(runs.log_weights[:, -1])
            return values * weights - less

        return cls(draw, low - less, high - less)

    @classmethod
    def chance(
        cls,
        recursion: Any,
        generations: int,
        event: Callable[[Any], Any],
        *,
        above: float | None = None,
        below: float | None = None,
    ) -> SimulatedMargin:
        """By how much the probability of an event lies above, or below, a number.

        Parameters
        ----------
        recursion : Recursion
            What is simulated.
        generations : int
            The last generation, which is kept.
        event : callable
            ``event(runs)``: whether it happened in each run.
        above, below : float
            The number, in (0, 1); one of the two.
        """
        if (above is None) == (below is None):
            raise ValueError(f"above, below = {above!r}, {below!r} is outside its domain: one number in (0, 1)")
        if above is not None:
            p = PROBABILITY.check("above", above)
            return cls.of_runs(recursion, generations, lambda runs: 1.0 * event(runs) - p, low=-p, high=1 - p)
        p = PROBABILITY.check("below", below)
        return cls.of_runs(recursion, generations, lambda runs: p - 1.0 * event(runs), low=p - 1, high=p)
