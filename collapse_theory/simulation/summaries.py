"""Summaries: moments of chosen quantities over very many runs, in constant memory."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from collapse_theory.errors import NotDefined
from collapse_theory.simulation import estimate
from collapse_theory.simulation.estimate import Estimate

Array = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Moments:
    r"""Central power sums of a sample, which merge with those of another sample without cancellation.

    Parameters
    ----------
    count : int
        Size N of the sample.
    mean, second, third, fourth : ndarray
        Mean, and :math:`\sum_i (x_i-\bar x)^p` for p = 2, 3, 4.
    size : ndarray
        Mean of \|x\|.
    smallest, largest : ndarray
        Extremes.
    """

    count: int
    mean: Array
    second: Array
    third: Array
    fourth: Array
    size: Array
    smallest: Array
    largest: Array

    @classmethod
    def of(cls, values: Array) -> Moments:
        """Moments over the first axis."""
        with np.errstate(over="ignore", invalid="ignore"):
            mean = values.mean(axis=0)
            apart = values - mean
            return cls(
                count=len(values),
                mean=mean,
                second=(apart**2).sum(axis=0),
                third=(apart**3).sum(axis=0),
                fourth=(apart**4).sum(axis=0),
                size=np.abs(values).mean(axis=0),
                smallest=values.min(axis=0),
                largest=values.max(axis=0),
            )

    def merged(self, other: Moments) -> Moments:
        """Moments of both samples together, by the pairwise formulas of Pébay (2008)."""
        a, b = float(self.count), float(other.count)
        n = a + b
        with np.errstate(over="ignore", invalid="ignore"):
            apart = other.mean - self.mean
            step = apart / n
            third = apart * step**2 * a * b * (a - b) + 3 * step * (a * other.second - b * self.second)
            fourth = (
                apart * step**3 * a * b * (a * a - a * b + b * b)
                + 6 * step**2 * (a * a * other.second + b * b * self.second)
                + 4 * step * (a * other.third - b * self.third)
            )
            return Moments(
                count=self.count + other.count,
                mean=self.mean + step * b,
                second=self.second + other.second + apart * step * a * b,
                third=self.third + other.third + third,
                fourth=self.fourth + other.fourth + fourth,
                size=self.size + (other.size - self.size) * (b / n),
                smallest=np.minimum(self.smallest, other.smallest),
                largest=np.maximum(self.largest, other.largest),
            )


@dataclass(frozen=True, eq=False)
class Summary:
    """Moments of some quantities over simulated runs that were not stored.

    Parameters
    ----------
    recursion : Recursion
        What was simulated.
    quantities : tuple of Quantity
        What was summarised.
    generations : ndarray of int
        At which generations, ascending.
    moments : Moments
        Arrays of shape ``(quantities, generations)``, of the values weighted by likelihood ratios when tilted.
    seed : int
        Entropy of the run.
    tilt : float
        Tilting exponent of the draws, 0 for none.
    """

    recursion: Any
    quantities: tuple[Any, ...]
    generations: NDArray[np.int64]
    moments: Moments = field(repr=False)
    seed: int
    tilt: float = 0.0

    @property
    def replicates(self) -> int:
        """Number of runs."""
        return self.moments.count

    def __repr__(self) -> str:
        names = ", ".join(map(str, self.quantities))
        tilted = f", tilt={self.tilt:g}" if self.tilt else ""
        return (
            f"<Summary: {names} over {self.replicates} replicates of {self.recursion!r}, "
            f"{len(self.generations)} generations to {self.generations[-1]}, seed {self.seed}{tilted}>"
        )

    def mean(self, quantity: Any, level: float = 0.99) -> Estimate:
        """Mean over the runs, with its interval.

        Raises
        ------
        ValueError
            For a quantity that was not summarised.
        Unseeable
            For a mean that so many runs cannot see; as ``curve.simulated``, save that no tail index is at hand.
        OverflowError
            When runs are infinite or beyond floats.
        """
        row = self._seen(quantity, "mean")
        error = np.sqrt(self.moments.second[row] / (self.replicates - 1) / self.replicates)
        return Estimate.normal(f"mean of {quantity}", self, self.moments.mean[row], error, level)

    def std(self, quantity: Any, level: float = 0.99) -> Estimate:
        """Standard deviation over the runs, with its interval; errors as for :meth:`mean`, NotDefined when tilted."""
        if self.tilt:
            raise NotDefined(f"the std of {quantity}: tilted runs carry means only; simulate with tilt=0")
        row, moments = self._seen(quantity, "std"), self.moments
        apart = np.maximum(moments.largest[row] - moments.mean[row], moments.mean[row] - moments.smallest[row])
        share = _share(apart**2, moments.second[row])
        estimate.refuse_concentrated(f"the std of {quantity}", self.generations, share)
        spread = np.sqrt(moments.second[row] / (self.replicates - 1))
        error = estimate.std_error(spread, moments.fourth[row] / self.replicates, self.replicates)
        return Estimate.normal(f"std of {quantity}", self, spread, error, level, floor=0.0)

    def smallest(self, quantity: Any) -> Array:
        """Smallest value of all runs at each generation; weighted when tilted."""
        return np.asarray(self.moments.smallest[self._row(quantity)])

    def largest(self, quantity: Any) -> Array:
        """Largest value of all runs at each generation; weighted when tilted."""
        return np.asarray(self.moments.largest[self._row(quantity)])

    def _row(self, quantity: Any) -> int:
        if quantity not in self.quantities:
            raise ValueError(f"quantity = {quantity!r} was not summarised: {', '.join(map(str, self.quantities))} were")
        return self.quantities.index(quantity)

    def _seen(self, quantity: Any, statistic: str) -> int:
        row, moments, what = self._row(quantity), self.moments, f"the {statistic} of {quantity}"
        extreme = np.maximum(np.abs(moments.smallest[row]), np.abs(moments.largest[row]))
        by_theorem = quantity.relative_second_moment(self.generations, self.tilt)
        if by_theorem is not None:
            estimate.refuse_rare(what, self.generations, by_theorem, self.replicates)
        estimate.refuse_infinite(what, self.generations, extreme)
        if by_theorem is None:
            estimate.refuse_concentrated(what, self.generations, _share(extreme, moments.size[row] * self.replicates))
        return row


def _share(part: Array, total: Array) -> Array:
    """Part of a total, 0 where the total is."""
    return np.asarray(np.divide(part, total, out=np.zeros_like(total), where=total > 0))
