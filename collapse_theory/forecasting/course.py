"""One quantity over the generations of a forecast: each statistic exact where a theorem gives it, else simulated."""

from __future__ import annotations

import math
import warnings
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property, partial
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
from numpy.typing import NDArray

from collapse_theory.curve import Curve
from collapse_theory.errors import NoClosedForm, Unseeable
from collapse_theory.known import Known
from collapse_theory.plotting import exact_values
from collapse_theory.quantities import Quantity
from collapse_theory.recursion import Recursion
from collapse_theory.simulation import Values
from collapse_theory.theorem import Theorem

if TYPE_CHECKING:
    from collapse_theory.simulation import Runs
    from collapse_theory.times import Time

Array = NDArray[np.float64]
Road = Literal["exact", "simulated", "unseeable"]

LOW, HIGH = 0.05, 0.95


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
    """The roads to a statistic at generations t: its theorem, else one set of runs, simulated when first needed.

    Parameters
    ----------
    recursion : Recursion
        What is forecast.
    t : ndarray of int
        Generations that are looked at, ascending.
    replicates, seed : int
        Runs, and their seed.
    progress : bool
        Show a progress bar while simulating.
    quantities : tuple of Quantity
        Whose values the runs keep in place of their states, where these are large.
    times : tuple of Time
        What the runs watch.
    avoided : tuple of Theorem
        Theorems that are too much work here.
    """

    recursion: Recursion
    t: NDArray[np.int64]
    replicates: int
    seed: int
    progress: bool
    quantities: tuple[Quantity, ...] = ()
    times: tuple[Time, ...] = ()
    avoided: tuple[Theorem, ...] = ()

    @cached_property
    def runs(self) -> Runs:
        """Runs that kept the generations t; an interrupt leaves none."""
        at = self.t.tolist()
        return self.simulated(self.replicates, Values(self.quantities, at) if self.quantities else at, self.times)

    def simulated(self, replicates: int, keep: Any, watch: Sequence[Time] = ()) -> Runs:
        """The first replicates to the last of the generations; an interrupt leaves none."""
        with warnings.catch_warnings():
            warnings.filterwarnings("ignore", message="interrupted")
            found: Runs = self.recursion.simulate(
                int(self.t[-1]), replicates, rng=self.seed, keep=keep, watch=watch, progress=self.progress
            )
        if found.replicates < replicates:
            raise KeyboardInterrupt
        return found

    def exactly(self, known: Known, ask: Callable[[], Array], longest: float) -> Array | None:
        """Answer of the exact road to a statistic; None where no theorem gives it, or only with too much work."""
        try:
            numeric = known.theorem.road == "exact numeric" and not self.recursion.sizes.constant
            return None if known.theorem in self.avoided or (numeric and self.t.sum() > longest) else ask()
        except NoClosedForm:
            return None

    def statistic(self, curve: Curve, *, longest: float = math.inf) -> Statistic:
        """Values of a curve, by the first road that is open; generation 0 needs none. A light mean is always seen."""
        if self.t[-1] == 0:
            return Statistic("exact", np.full(self.t.shape, curve.quantity.source_value))
        values = self.exactly(curve, lambda: exact_values(curve, self.t), longest)
        if values is not None:
            return Statistic("exact", values)
        try:
            with np.errstate(over="ignore"):
                return Statistic("simulated", np.asarray(curve.simulated(self.runs).values))
        except Unseeable:
            if not curve.quantity.definition.light:
                return Statistic("unseeable", None)
            return Statistic("simulated", curve.quantity.values(self.runs).mean(axis=0))

    def course(self, quantity: Quantity, *, longest: float = math.inf) -> Course:
        """Course of a quantity: its exact law inverted once for all three quantiles, else each by its own road.

        Where sample sizes grow, exact numerics that start anew for each t may be ``longest`` generations long in all.
        """
        law = quantity.distribution
        inverted = self.exactly(law, lambda: _quantiles(quantity, self.t, (0.5, LOW, HIGH)), longest)
        if inverted is not None:
            quantiles = [Statistic("exact", values) for values in inverted]
        else:
            curves = (quantity.median, quantity.quantile(LOW), quantity.quantile(HIGH))
            quantiles = [self.statistic(curve, longest=longest) for curve in curves]
        return Course(self.statistic(quantity.mean, longest=longest), *quantiles)


def first_at_most(
    roads: Roads, curve: Curve, seen: Statistic, level: float, *, beyond: bool, points: int, latest: int
) -> int | None:
    """First generation in which a falling curve is at most a level, bracketed ever more closely.

    Parameters
    ----------
    roads : Roads
        Where values come from.
    curve : Curve
        The curve.
    seen : Statistic
        Its values at the generations that are looked at.
    level : float
        Level below its value on the source.
    beyond : bool
        Whether an exact curve is known to fall so far; it is then followed beyond the horizon.
    points : int
        Generations between which a simulated curve is bracketed at once; an exact one is halved.
    latest : int
        Generation beyond which it is not sought.

    Returns
    -------
    int or None
        None where it is not found.
    """
    exact = seen.road == "exact"
    t, values = roads.t, seen.seen
    while not np.any(values <= level):
        further = np.array([t[-1], 2 * t[-1] + 1])
        known = roads.exactly(curve, partial(exact_values, curve, further), math.inf) if beyond and exact else None
        if known is None or t[-1] > latest:
            return None
        t, values = further, known
    while True:
        first = int(np.argmax(values <= level))
        if t[first] == t[first - 1] + 1:
            return int(t[first])
        t = spread_over(t[first - 1], t[first], 3 if exact else points)
        values = replace(roads, t=t).statistic(curve).seen


def _quantiles(quantity: Quantity, t: NDArray[np.int64], probabilities: tuple[float, ...]) -> Array:
    """Exact quantiles, shape ``(probabilities, generations)``."""
    theorem, later = quantity.distribution.theorem, t > 0
    found = np.full((len(probabilities), t.size), quantity.source_value)
    laws = theorem.value(quantity.recursion, t[later], *quantity.numbers)
    found[:, later] = np.transpose([law.ppf(np.array(probabilities)) for law in laws])
    return found


def spread_over(first: int, last: int, points: int) -> NDArray[np.int64]:
    """Whole generations from the first to the last, evenly spread."""
    return np.unique(np.linspace(first, last, points).round().astype(np.int64))
