"""One quantity over the generations of a forecast: each statistic exact where a theorem gives it, else simulated."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
from numpy.typing import NDArray

from collapse_theory.curve import Curve, Known
from collapse_theory.errors import NoClosedForm, Unseeable
from collapse_theory.quantities import Quantity
from collapse_theory.recursion import Recursion

if TYPE_CHECKING:
    from collapse_theory.simulation import Runs

Array = NDArray[np.float64]
Road = Literal["exact", "simulated", "unseeable"]

LOW, HIGH = 0.05, 0.95
LENGTHY = {("location", "distribution"), ("location", "quantile"), ("tail_mass", "mean")}
"""Quantities and statistics with a quadrature over the generations, a new one for each t where sample sizes grow."""
LONGEST = 1000
"""Generations in all of those quadratures from which on they are simulated instead."""


@dataclass(frozen=True, eq=False)
class Statistic:
    """A statistic over runs, at every generation of a forecast.

    Parameters
    ----------
    road : {"exact", "simulated", "unseeable"}
        How it is known; ``"unseeable"`` is a mean that so many runs cannot be trusted to see.
    values : ndarray or None
        Shape ``(generations,)``; None where unseeable.
    """

    road: Road
    values: Array | None

    @property
    def seen(self) -> Array:
        """The values of a statistic that is not unseeable."""
        assert self.values is not None
        return self.values


@dataclass(frozen=True, eq=False)
class Course:
    """One quantity over the generations of a forecast.

    Parameters
    ----------
    expected : Statistic
        Mean over runs.
    typical : Statistic
        Median over runs.
    low, high : Statistic
        Quantiles of 5 % and 95 % over runs: between them lie 90 % of the runs.
    """

    expected: Statistic
    typical: Statistic
    low: Statistic
    high: Statistic

    @property
    def statistics(self) -> dict[str, Statistic]:
        """The four statistics by name."""
        return {name: getattr(self, name) for name in ("expected", "typical", "low", "high")}


@dataclass(frozen=True)
class Roads:
    """The roads to a statistic at generations t: its theorem, else one set of runs, simulated when first needed."""

    recursion: Recursion
    t: NDArray[np.int64]
    replicates: int
    seed: int
    progress: bool

    @cached_property
    def runs(self) -> Runs:
        """Runs that kept the generations t; an interrupt leaves none."""
        with warnings.catch_warnings():
            warnings.filterwarnings("ignore", message="interrupted")
            found: Runs = self.recursion.simulate(
                int(self.t[-1]), self.replicates, rng=self.seed, keep=self.t.tolist(), progress=self.progress
            )
        if found.replicates < self.replicates:
            raise KeyboardInterrupt
        return found

    def exactly(self, known: Known, ask: Callable[[], Array]) -> Array | None:
        """Answer of the exact road to a statistic; None where no theorem gives it, or only with too much work."""
        growing = not self.recursion.sizes.constant
        if growing and self.t.sum() > LONGEST and (known.quantity.definition.name, known.statistic) in LENGTHY:
            return None
        try:
            return ask()
        except NoClosedForm:
            return None

    def statistic(self, curve: Curve) -> Statistic:
        """Values of a curve, by the first road that is open; generation 0 needs none."""
        if self.t[-1] == 0:
            return Statistic("exact", np.full(self.t.shape, curve.quantity.source_value))
        values = self.exactly(curve, lambda: _floats(curve, self.t))
        if values is not None:
            return Statistic("exact", values)
        try:
            return Statistic("simulated", np.asarray(curve.simulated(self.runs).values))
        except Unseeable:
            return Statistic("unseeable", None)

    def course(self, quantity: Quantity) -> Course:
        """Course of a quantity: its exact law inverted once for all three quantiles, else each by its own road."""
        expected = self.statistic(quantity.mean)
        inverted = self.exactly(quantity.distribution, lambda: _quantiles(quantity, self.t, (0.5, LOW, HIGH)))
        if inverted is not None:
            return Course(expected, *(Statistic("exact", values) for values in inverted))
        low, high = quantity.quantile(LOW), quantity.quantile(HIGH)
        return Course(expected, self.statistic(quantity.median), self.statistic(low), self.statistic(high))

    def course_after(self, sd: Course, quantity: Quantity) -> Course:
        """Course of an increasing function of the sd: its quantiles are that function of the sd's."""

        def put_in(known: Statistic) -> Statistic:
            with np.errstate(divide="ignore"):
                state = (np.zeros(known.seen.shape), np.log(known.seen / self.recursion.sd.source_value))
            return Statistic(known.road, quantity.measure(state))

        return Course(
            expected=self.statistic(quantity.mean),
            typical=put_in(sd.typical),
            low=put_in(sd.low),
            high=put_in(sd.high),
        )


def _quantiles(quantity: Quantity, t: NDArray[np.int64], probabilities: tuple[float, ...]) -> Array:
    """Exact quantiles, shape ``(probabilities, generations)``."""
    theorem, later = quantity.distribution.theorem, t > 0
    found = np.full((len(probabilities), t.size), quantity.source_value)
    laws = theorem.value(quantity.recursion, t[later], *quantity.numbers)
    found[:, later] = np.transpose([law.ppf(np.array(probabilities)) for law in laws])
    return found


def _floats(curve: Any, t: NDArray[np.int64]) -> Array:
    """Values of a curve, infinite where they leave the floats."""
    try:
        return np.asarray(curve(t))
    except OverflowError:
        with np.errstate(over="ignore"):
            return np.asarray(np.exp(curve.log(t)))
