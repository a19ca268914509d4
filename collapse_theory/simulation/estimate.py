"""Estimates: a simulated statistic with an interval, and the refusal of means that cannot be seen."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from collapse_theory.domain import PROBABILITY
from collapse_theory.errors import Unseeable

LARGEST_SHARE = 0.1
REPLICATES_PER_SECOND_MOMENT = 100


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
    generations: NDArray[np.int64]
    values: NDArray[np.float64]
    low: NDArray[np.float64]
    high: NDArray[np.float64]
    standard_error: NDArray[np.float64]
    level: float
    replicates: int
    seed: int

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


def mean(values: NDArray[np.float64], log_weights: NDArray[np.float64] | None) -> tuple[Any, Any]:
    """Mean and its standard error per column; with log weights, of the importance-sampling estimator."""
    terms = values if log_weights is None else values * np.exp(log_weights)
    return terms.mean(axis=0), terms.std(axis=0, ddof=1) / np.sqrt(len(terms))


def std(values: NDArray[np.float64]) -> tuple[Any, Any]:
    """Standard deviation and its standard error (delta method on the second moment) per column."""
    spread = values.std(axis=0, ddof=1)
    centred = values - values.mean(axis=0)
    fourth = (centred**4).mean(axis=0)
    with np.errstate(invalid="ignore", divide="ignore"):
        error = np.sqrt(np.maximum(fourth - spread**4, 0) / len(values)) / (2 * spread)
    return spread, np.where(spread > 0, error, 0.0)


def quantile(values: NDArray[np.float64], q: float, level: float) -> tuple[Any, Any, Any]:
    """Order-statistic estimate of a quantile with its distribution-free binomial interval, per column."""
    ordered = np.sort(values, axis=0)
    low, high = order_interval(len(values), q, level)
    middle = min(max(int(np.ceil(q * len(values))) - 1, 0), len(values) - 1)
    return ordered[middle], ordered[low], ordered[high]


def order_interval(replicates: int, q: float, level: float) -> tuple[int, int]:
    """Indices of the order statistics between which the q-quantile lies with at least the given chance."""
    from scipy.special import bdtr

    half = (1 - PROBABILITY.check("level", level)) / 2
    reach = 12 * np.sqrt(replicates * q * (1 - q)) + 12
    first, last = max(int(replicates * q - reach), 0), min(int(replicates * q + reach), replicates)
    cdf = bdtr(np.arange(first, last + 1, dtype=float), replicates, q)
    low = max(first + int(np.searchsorted(cdf, half, side="right")) - 1, 0)
    high = min(first + int(np.searchsorted(cdf, 1 - half, side="left")) + 1, replicates - 1)
    return low, high


def refuse_unseeable(
    what: str,
    generations: NDArray[np.int64],
    terms: NDArray[np.float64],
    second_moment: NDArray[np.float64] | None,
) -> None:
    """Raise Unseeable when a mean over these runs would be decided by runs that are too rare to be among them.

    Parameters
    ----------
    what : str
        The mean in words.
    generations : ndarray of int
        Kept generations.
    terms : ndarray
        The summands (weighted when tilted), shape ``(replicates, kept)``.
    second_moment : ndarray or None
        Relative second moment E X²/(E X)² of one summand per generation, where a theorem gives it.
    """
    replicates = len(terms)
    if second_moment is not None:
        bad = second_moment > replicates / REPLICATES_PER_SECOND_MOMENT
        if np.any(bad):
            i = int(np.argmax(bad))
            needed = REPLICATES_PER_SECOND_MOMENT * second_moment[i]
            raise Unseeable(
                f"{what} at t = {generations[i]}: its relative second moment is {second_moment[i]:.3g}, so a trustworthy "
                f"simulated mean needs about {needed:.2g} runs, not {replicates}. Ask for the median, simulate with "
                f"tilt=…, or use the exact curve"
            )
        return
    sizes = np.abs(terms)
    totals = sizes.sum(axis=0)
    share = np.divide(sizes.max(axis=0), totals, out=np.zeros_like(totals), where=totals > 0)
    index = _tail_index(sizes)
    bad = (share > LARGEST_SHARE) | (index <= 1.0)
    if np.any(bad):
        i = int(np.argmax(bad))
        raise Unseeable(
            f"{what} at t = {generations[i]}: one run of {replicates} holds {share[i]:.1%} of the sum (tail index "
            f"{index[i]:.2g}), so the mean is decided by runs too rare to be seen. Ask for the median or more replicates"
        )


def _tail_index(sizes: NDArray[np.float64]) -> NDArray[np.float64]:
    """Hill's estimate of the tail index from the largest √R values per column; infinite without a tail."""
    count = int(np.sqrt(len(sizes)))
    if count < 20:
        return np.full(sizes.shape[1], np.inf)
    largest = np.sort(np.partition(sizes, len(sizes) - count - 1, axis=0)[-count - 1 :], axis=0)
    with np.errstate(divide="ignore"):
        logs = np.log(largest)
    spread = np.where(np.isfinite(logs[0]), (logs[1:] - np.where(np.isfinite(logs[0]), logs[0], 0)).mean(axis=0), 0.0)
    index: NDArray[np.float64] = np.divide(1.0, spread, out=np.full(sizes.shape[1], np.inf), where=spread > 0)
    return index
