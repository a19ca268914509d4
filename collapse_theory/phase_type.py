"""Discrete phase-type laws: the time until a finite Markov chain is absorbed, which may be never."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from collapse_theory.domain import elementwise, generations, interval
from collapse_theory.random_walk.matrix_powers import PowerSearch, bilinear_powers

Array = NDArray[np.float64]
Mask = NDArray[np.bool_]
Times = NDArray[np.int64]

ROUNDING = 1e-10
"""How far a sum of probabilities may be from 1."""


@dataclass(frozen=True, eq=False)
class PhaseType:
    r"""Law of the time T at which a Markov chain leaves its transient states.

    With the initial vector a, the transient matrix S and the absorption vector s,

    .. math:: P(T = 0) = 1 - \sum_i a_i, \qquad P(T = t) = a S^{t-1} s, \qquad E\,T = a (I - S)^{-1} 1 .

    States from which no absorption can be reached make :math:`P(T = \infty)` positive and the mean infinite.

    Parameters
    ----------
    initial : ndarray, shape (m,)
        Chances of the transient states at time 0; what lacks to 1 is absorbed there.
    transient : ndarray, shape (m, m)
        One step between transient states.
    absorption : ndarray, shape (m,)
        Chance of absorption in the next step; with the row of ``transient`` it sums to 1. Exact zeros decide what can
        happen.

    Raises
    ------
    ValueError
        For vectors and a matrix that do not fit each other, negative chances, and rows that do not sum to 1.
    """

    initial: Array = field(repr=False)
    transient: Array = field(repr=False)
    absorption: Array = field(repr=False)

    def __post_init__(self) -> None:
        size = len(self.initial)
        if self.transient.shape != (size, size) or self.absorption.shape != (size,):
            raise ValueError(
                f"transient has shape {self.transient.shape} and absorption {self.absorption.shape}, "
                f"outside their domain: ({size}, {size}) and ({size},), as initial has {size} states"
            )
        for name in ("initial", "transient", "absorption"):
            interval(name, getattr(self, name), 0.0, 1.0 + ROUNDING)
        total = self.initial.sum()
        if total > 1.0 + ROUNDING:
            raise ValueError(f"initial sums to {total:.12g}, outside its domain: at most 1")
        sums = self.transient.sum(axis=1) + self.absorption
        if np.any(np.abs(sums - 1.0) > ROUNDING):
            row = int(np.argmax(np.abs(sums - 1.0)))
            raise ValueError(f"transient[{row}] and absorption[{row}] sum to {sums[row]:.12g}: they must sum to 1")

    @cached_property
    def probability_finite(self) -> float:
        """P(T < ∞)."""
        if not self._lost:
            return 1.0
        return self._at_start + float(self.initial[self._able] @ self._arrival)

    @cached_property
    def mean(self) -> float:
        """E T, infinite where T may be."""
        return math.inf if self._lost else float(self.initial[self._able] @ self._solve(1.0))

    @cached_property
    def variance(self) -> float:
        """Var T, infinite where T may be."""
        if self._lost:
            return math.inf
        remaining = self._solve(1.0)
        second = 2.0 * self._solve(remaining) - remaining
        return max(0.0, float(self.initial[self._able] @ second) - self.mean**2)

    @property
    def std(self) -> float:
        """Standard deviation of T."""
        return math.sqrt(self.variance)

    @property
    def median(self) -> float:
        """Smallest t with P(T <= t) >= 1/2, infinite when there is none."""
        return float(self.ppf(0.5))

    @cached_property
    def visits(self) -> Array:
        """Expected number of times in each transient state, 0 for those from which no absorption can be reached."""
        result = np.zeros(len(self.initial))
        if self._able.any():
            result[self._able] = np.linalg.solve(self._generator.T, self.initial[self._able])
        return result

    def survival(self, t: ArrayLike) -> Any:
        """P(T > t) for whole t >= 0."""
        never = 1.0 - self.probability_finite
        return self._at(t, lambda times: never + bilinear_powers(*self._surviving, times))

    sf = survival

    def cdf(self, t: ArrayLike) -> Any:
        """P(T <= t) for whole t >= 0."""
        return self._at(t, lambda times: bilinear_powers(*self._collapsing, times))

    def pmf(self, t: ArrayLike) -> Any:
        """P(T = t) for whole t >= 0."""
        matrix, row, _ = self._surviving

        def values(times: Times) -> Array:
            later = bilinear_powers(matrix, row, self.absorption[self._able], np.maximum(times - 1, 0))
            return np.where(times > 0, later, self._at_start)

        return self._at(t, values)

    def ppf(self, q: ArrayLike) -> Any:
        """Smallest whole t with P(T <= t) >= q, q in [0, 1]; infinite when there is none."""
        lower, upper = PowerSearch(*self._collapsing), PowerSearch(*self._surviving)

        def quantile(level: float) -> float:
            if level <= self._at_start:
                return 0.0
            if level >= self.probability_finite:
                return self._latest if level == self.probability_finite else math.inf
            if level < 0.5 or self._lost:
                return lower.first(1.0, level) - 1.0
            return upper.first(-1.0, level - 1.0) - 1.0

        return elementwise(lambda levels: np.array([quantile(level) for level in levels]), interval("q", q, 0.0, 1.0))

    @property
    def _at_start(self) -> float:
        absorbed = 1.0 - float(self.initial.sum())
        return absorbed if absorbed > ROUNDING else 0.0

    @cached_property
    def _able(self) -> Mask:
        """Transient states that can be reached and from which absorption can be."""
        return _closure(self.initial > 0, self.transient) & _closure(self.absorption > 0, self.transient.T)

    @cached_property
    def _lost(self) -> bool:
        """Whether the chain may reach a state from which it is never absorbed."""
        return bool(np.any(_closure(self.initial > 0, self.transient) & ~self._able))

    @cached_property
    def _generator(self) -> Array:
        """I − S among the able states, its diagonal summed from what leaves, so that nothing cancels."""
        able = self._able
        leaving = self.transient - np.diag(np.diag(self.transient))
        return np.asarray(np.diag((leaving.sum(axis=1) + self.absorption)[able]) - leaving[np.ix_(able, able)])

    def _solve(self, source: Array | float) -> Array:
        """(I − S)^(-1) of a vector, or of a constant."""
        size = int(self._able.sum())
        return np.asarray(np.linalg.solve(self._generator, np.broadcast_to(source, size))) if size else np.zeros(0)

    @cached_property
    def _arrival(self) -> Array:
        """Chance of ever being absorbed from each able state."""
        return self._solve(self.absorption[self._able]) if self._lost else np.ones(int(self._able.sum()))

    @cached_property
    def _latest(self) -> float:
        """Last time at which absorption can happen, infinite when there is none."""
        here, steps = (self.initial > 0) & self._able, 0
        while here.any():
            here, steps = (here @ self.transient > 0) & self._able, steps + 1
            if steps > len(here):
                return math.inf
        return float(steps)

    @property
    def _surviving(self) -> tuple[Array, Array, Array]:
        able = self._able
        return self.transient[np.ix_(able, able)], self.initial[able], self._arrival

    @cached_property
    def _collapsing(self) -> tuple[Array, Array, Array]:
        matrix, row, _ = self._surviving
        size = len(row)
        chain = np.zeros((size + 1, size + 1))
        chain[:size, :size], chain[:size, size], chain[size, size] = matrix, self.absorption[self._able], 1.0
        return chain, np.append(row, self._at_start), np.append(np.zeros(size), 1.0)

    def _at(self, t: ArrayLike, values: Callable[[Times], Array]) -> Any:
        return elementwise(lambda times: np.clip(values(times), 0.0, 1.0), generations(t))


def _closure(some: Mask, matrix: Array) -> Mask:
    """States that can be reached from some states by steps of positive chance, those included."""
    edges = matrix > 0
    while True:
        more = some | edges[some].any(axis=0)
        if np.array_equal(more, some):
            return some
        some = more
