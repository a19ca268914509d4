"""Estimates: a simulated statistic with an interval, and the refusal of means that cannot be seen."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from collapse_theory.domain import PROBABILITY
from collapse_theory.errors import Unseeable

Array = NDArray[np.float64]
Generations = NDArray[np.int64]

LARGEST_SHARE = 0.1
REPLICATES_PER_SECOND_MOMENT = 100


class Simulated(Protocol):
    """What an estimate tells of the runs behind it."""

    @property
    def generations(self) -> Generations: ...
    @property
    def replicates(self) -> int: ...
    @property
    def seed(self) -> int: ...


@dataclass(frozen=True, eq=False)
class Estimate:
    """A simulated statistic over the kept generations.

    Parameters
    ----------
    what : str
        The statistic and quantity in words.
    generations : ndarray of int
        Generations, shape ``(kept,)``.
    values, low, high : ndarray
        The estimate and its pointwise interval, shape ``(kept,)``.
    standard_error : ndarray
        Standard errors; NaN-free, zero for order statistics, whose interval is exact instead.
    level : float
        Coverage of each interval.
    replicates, seed : int
        How many runs, and from which seed.
    """

    what: str
    generations: Generations
    values: Array
    low: Array
    high: Array
    standard_error: Array
    level: float
    replicates: int
    seed: int

    @classmethod
    def normal(
        cls, what: str, runs: Simulated, values: Array, error: Array, level: float, *, floor: float = -np.inf
    ) -> Estimate:
        """Estimate with normal intervals about the values, cut off at the least possible value."""
        width = normal_quantile(level) * error
        low, high = np.maximum(values - width, floor), values + width
        return cls(what, runs.generations, values, low, high, error, level, runs.replicates, runs.seed)

    @classmethod
    def ordered(
        cls, what: str, runs: Simulated, sample: Array, q: float, level: float, *, at: Generations | None = None
    ) -> Estimate:
        """Estimate of a quantile by order statistics of a sample, shape ``(replicates, generations)``."""
        generations = runs.generations if at is None else at
        refuse_undefined(what, generations, sample)
        values, low, high = quantile(sample, q, level)
        return cls(what, generations, values, low, high, np.zeros_like(values), level, runs.replicates, runs.seed)

    def __repr__(self) -> str:
        head = f"<Estimate: {self.what}, {self.replicates} runs, seed {self.seed}, {self.level:.4g} intervals>"
        shown = range(len(self.values)) if len(self.values) <= 6 else [0, 1, 2, -2, -1]
        rows = [
            f"  t = {self.generations[i]}: {self.values[i]:.6g}  [{self.low[i]:.6g}, {self.high[i]:.6g}]" for i in shown
        ]
        if len(self.values) > 6:
            rows.insert(3, "  …")
        return "\n".join([head, *rows])

    def _repr_html_(self) -> str:
        cells = "".join(
            f"<tr><td>{t}</td><td>{v:.6g}</td><td>[{a:.6g}, {b:.6g}]</td></tr>"
            for t, v, a, b in zip(self.generations, self.values, self.low, self.high, strict=True)
        )
        caption = f"{self.what}: {self.replicates} runs, seed {self.seed}"
        return (
            f"<table><caption>{caption}</caption><tr><th>t</th><th>estimate</th>"
            f"<th>{self.level:.4g} interval</th></tr>{cells}</table>"
        )

    def contains(self, value: Any) -> NDArray[np.bool_]:
        """Whether the intervals contain a value or an array of values over the generations."""
        inside: NDArray[np.bool_] = (self.low <= value) & (value <= self.high)
        return inside


def normal_quantile(level: float) -> float:
    """Two-sided standard normal quantile of a coverage level."""
    from scipy.special import ndtri

    return float(-ndtri((1 - PROBABILITY.check("level", level)) / 2))


def summands(values: Array, log_weights: Array | None) -> Array:
    """Terms whose average estimates a mean: the values, times their likelihood ratios when tilted."""
    if log_weights is None:
        return values
    with np.errstate(divide="ignore", over="ignore"):
        return np.asarray(np.sign(values) * np.exp(np.log(np.abs(values)) + log_weights))


def mean(values: Array, log_weights: Array | None) -> tuple[Array, Array]:
    """Mean and its standard error per column; with log weights, of the importance-sampling estimator."""
    terms = summands(values, log_weights)
    middle, error = terms.mean(axis=0), terms.std(axis=0, ddof=1) / np.sqrt(len(terms))
    return middle, error if log_weights is None else np.maximum(error, rounding(log_weights) * np.abs(middle))


def rounding(log_weights: Array) -> Array:
    """Relative rounding error of likelihood ratios, all that is left of the error of an ideally tilted mean."""
    return np.asarray(8 * np.finfo(float).eps * (1 + np.abs(log_weights).max(axis=0)))


def std(values: Array) -> tuple[Array, Array]:
    """Standard deviation and its standard error per column."""
    squares = (values - values.mean(axis=0)) ** 2
    spread = np.sqrt(squares.sum(axis=0) / (len(values) - 1))
    return spread, std_error(spread, (squares**2).mean(axis=0), len(values))


def std_error(spread: Array, fourth: Array, replicates: int) -> Array:
    """Standard error of a standard deviation from the fourth central moment, by the delta method."""
    error = np.sqrt(np.maximum(fourth - spread**4, 0) / replicates)
    return np.divide(error, 2 * spread, out=np.zeros_like(spread), where=spread > 0)


def quantile(values: Array, q: float, level: float) -> tuple[Array, Array, Array]:
    """Order statistic that estimates a quantile, and its distribution-free interval, per column.

    The interval is open, with an infinite end, where the sample is too small for the level.
    """
    size = len(values)
    low, high = order_interval(size, q, level)
    middle = min(max(int(np.ceil(q * size)) - 1, 0), size - 1)
    found = np.partition(values, sorted({max(low, 0), middle, min(high, size - 1)}), axis=0)
    below = found[low] if low >= 0 else np.full(values.shape[1:], -np.inf)
    above = found[high] if high < size else np.full(values.shape[1:], np.inf)
    return found[middle], below, above


def order_interval(replicates: int, q: float, level: float) -> tuple[int, int]:
    """Closest indices of order statistics that miss the q-quantile by at most (1 − level)/2 on either side.

    The index is −1, or the size of the sample, where no order statistic does.
    """
    from scipy.special import bdtr, bdtrc

    half = (1 - PROBABILITY.check("level", level)) / 2
    reach = 12 * np.sqrt(replicates * q * (1 - q)) + 12
    k = np.arange(max(int(replicates * q - reach), 0), min(int(replicates * q + reach), replicates) + 1)
    low = np.flatnonzero(bdtr(k.astype(float), replicates, q) <= half)
    high = np.flatnonzero(bdtrc(k.astype(float), replicates, q) <= half)
    return int(k[low[-1]]) if low.size else -1, int(k[high[0]])


def refuse_unseeable(what: str, generations: Generations, terms: Array, second_moment: Array | None) -> None:
    """Refusal of a mean over runs that would be decided by runs too rare to be among them.

    Parameters
    ----------
    what : str
        The mean in words.
    generations : ndarray of int
        Kept generations.
    terms : ndarray
        The summands (weighted when tilted), shape ``(replicates, kept)``.
    second_moment : ndarray or None
        Relative second moment E X²/(E X)² of one summand per generation, where a theorem gives it; elsewhere the
        largest share of the sum and the tail index decide.

    Raises
    ------
    Unseeable
        Naming the generation and what to do.
    OverflowError
        When summands are infinite or beyond floats.
    ArithmeticError
        When some are NaN.
    """
    refuse_undefined(what, generations, terms)
    sizes = np.abs(terms)
    if second_moment is not None:
        refuse_rare(what, generations, second_moment, len(terms))
    refuse_infinite(what, generations, sizes.max(axis=0))
    if second_moment is not None:
        return
    totals = sizes.sum(axis=0)
    share = np.divide(sizes.max(axis=0), totals, out=np.zeros_like(totals), where=totals > 0)
    refuse_concentrated(what, generations, share, _tail_index(sizes))


def refuse_undefined(what: str, generations: Generations, values: Array) -> None:
    """ArithmeticError for a sample with NaN, shape ``(…, generations)``: no statistic of it means anything."""
    undefined = np.isnan(values).reshape(-1, values.shape[-1]).any(axis=0)
    if np.any(undefined):
        raise ArithmeticError(f"{what} at t = {generations[np.argmax(undefined)]}: some runs are NaN")


def refuse_infinite(what: str, generations: Generations, largest: Array) -> None:
    """OverflowError when the largest summand is infinite or beyond floats, ArithmeticError when it is NaN."""
    refuse_undefined(what, generations, largest)
    beyond = ~np.isfinite(largest)
    if np.any(beyond):
        t = generations[np.argmax(beyond)]
        raise OverflowError(
            f"{what} at t = {t}: some runs are infinite or beyond floats. Ask for the median or a logarithm"
        )


def refuse_rare(what: str, generations: Generations, second_moment: Array, replicates: int) -> None:
    """Unseeable when a relative variance, the relative second moment less 1, exceeds replicates/100."""
    rare = second_moment - 1 > replicates / REPLICATES_PER_SECOND_MOMENT
    if np.any(rare):
        i = int(np.argmax(rare))
        raise Unseeable(
            f"{what} at t = {generations[i]}: its relative second moment is {second_moment[i]:.3g}, so a trustworthy "
            f"simulated mean needs about {REPLICATES_PER_SECOND_MOMENT * second_moment[i]:.2g} runs, not {replicates}. "
            f"Ask for the median, simulate with tilt=…, or use the exact curve"
        )


def refuse_concentrated(what: str, generations: Generations, share: Array, index: Array | None = None) -> None:
    """Unseeable when one run holds more than a tenth of the sum, or the tail index allows no mean."""
    bad = share > LARGEST_SHARE
    if index is not None:
        bad |= index <= 1.0
    if np.any(bad):
        i = int(np.argmax(bad))
        tail = "" if index is None else f" (tail index {index[i]:.2g})"
        raise Unseeable(
            f"{what} at t = {generations[i]}: one run holds {share[i]:.1%} of the sum{tail}, so the mean is decided by "
            f"runs too rare to be seen. Ask for the median or more replicates"
        )


def _tail_index(sizes: Array) -> Array:
    """Hill's estimate of the tail index from the largest √R values per column; infinite without a tail."""
    count = int(np.sqrt(len(sizes)))
    if count < 20:
        return np.full(sizes.shape[1], np.inf)
    largest = np.sort(np.partition(sizes, len(sizes) - count - 1, axis=0)[-count - 1 :], axis=0)
    with np.errstate(divide="ignore"):
        logs = np.log(largest)
    spread = np.where(np.isfinite(logs[0]), (logs[1:] - np.where(np.isfinite(logs[0]), logs[0], 0)).mean(axis=0), 0.0)
    index: Array = np.divide(1.0, spread, out=np.full(sizes.shape[1], np.inf), where=spread > 0)
    return index
