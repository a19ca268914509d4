"""First passage of the fitted log variance to a low level: law, moments and overshoot of the collapse time.

The log variance L_t walks by independent steps, and the first generation with sd <= level is T = min{t : L_t <= -b},
b = 2 log(sigma_0 / level).  Every quantity of it solves a Wiener-Hopf equation in the distance above the barrier.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.polynomial.legendre import legvander
from numpy.typing import ArrayLike, NDArray

from collapse_theory.domain import POSITIVE, REAL, elementwise, generations, interval
from collapse_theory.random_walk.matrix_powers import PowerSearch, bilinear_powers
from collapse_theory.random_walk.step import LogStep
from collapse_theory.random_walk.wiener_hopf import DEGREE, constant, one_step, panel_edges, projected

Array = NDArray[np.float64]
Counts = NDArray[np.int64]


@dataclass(frozen=True)
class FirstPassage:
    """Law of T = min{t : L_t <= -b}, as built by `first_passage`.

    Parameters
    ----------
    step : LogStep
        Law of one step.
    barrier : float
        Height b; T = 0 when b <= 0.
    probability_finite : float
        P(T < inf); below 1 when the drift is positive.
    mean, variance : float
        Moments of T; infinite when the drift is not negative and b > 0.
    mean_overshoot : float
        E[-b - L_T] over the walks that arrive.
    chain : ndarray, shape (m + 1, m + 1)
        One step between the m panel coefficients, the last row and column being the collapsed state.
    start : ndarray, shape (m + 1,)
        The first step, from distance b.
    """

    step: LogStep
    barrier: float
    probability_finite: float
    mean: float
    variance: float
    mean_overshoot: float
    chain: Array = field(repr=False, compare=False)
    start: Array = field(repr=False, compare=False)

    @property
    def std(self) -> float:
        """Standard deviation of T."""
        return math.sqrt(self.variance)

    @property
    def median(self) -> float:
        """Smallest t with P(T <= t) >= 1/2, infinite when there is none."""
        return float(self.ppf(0.5))

    def survival(self, t: ArrayLike) -> Any:
        """P(T > t) for whole t >= 0, absolute error below 1e-10 for n up to 1e5."""
        if self.step.drift > 0.0:
            return 1.0 - self.cdf(t)
        return self._at(t, float(self.barrier > 0.0), lambda s: bilinear_powers(*self._surviving, s))

    sf = survival

    def cdf(self, t: ArrayLike) -> Any:
        """P(T <= t) for whole t >= 0, accuracy as `survival`."""
        return self._at(t, float(self.barrier <= 0.0), lambda s: bilinear_powers(*self._collapsing, s))

    def pmf(self, t: ArrayLike) -> Any:
        """P(T = t) for whole t >= 0, accuracy as `survival`."""
        alive, first, _ = self._surviving

        def values(s: Counts) -> Array:
            later = bilinear_powers(alive, first, self.chain[:-1, -1], np.maximum(s - 1, 0))
            return np.where(s > 0, later, self.start[-1] if self.barrier > 0.0 else 0.0)

        return self._at(t, float(self.barrier <= 0.0), values)

    def ppf(self, q: ArrayLike) -> Any:
        """Smallest whole t with P(T <= t) >= q, q in [0, 1]; infinite when there is none."""
        lower, upper = PowerSearch(*self._collapsing), PowerSearch(*self._surviving)

        def quantile(level: float) -> float:
            if self.barrier <= 0.0 or level == 0.0:
                return 0.0
            if level == 1.0 or level >= self.probability_finite:
                return math.inf
            if level < 0.5 or self.step.drift > 0.0:
                return lower.first(1.0, level)
            return upper.first(-1.0, level - 1.0)

        return elementwise(lambda levels: np.array([quantile(level) for level in levels]), interval("q", q, 0.0, 1.0))

    @property
    def _surviving(self) -> tuple[Array, Array, Array]:
        return self.chain[:-1, :-1], self.start[:-1], constant(self.start.size - 1)

    @property
    def _collapsing(self) -> tuple[Array, Array, Array]:
        return self.chain, self.start, np.append(np.zeros(self.start.size - 1), 1.0)

    def _at(self, t: ArrayLike, initial: float, values: Callable[[Counts], Array]) -> Any:
        """Probabilities at generations t: ``initial`` at 0, then ``values`` of the number of steps after the first."""

        def probabilities(times: Counts) -> Array:
            result = np.full(times.shape, initial)
            if np.any(times > 0):
                result[times > 0] = np.clip(values(times[times > 0] - 1), 0.0, 1.0)
            return result

        return elementwise(probabilities, generations(t))


def first_passage(n: int, ddof: float, barrier: float, *, refine: float = 1.0) -> FirstPassage:
    """Law of the first generation with L_t, a sum of t copies of log W, at or below -barrier.

    The mean is (b + E O)/|d| by Wald's identity, O the overshoot and d the drift, and the variance
    (s^2 E T - Var O + 2 |d| Cov(O, T))/d^2 by his second, s^2 = Var log W: both rest on bounded solutions.

    Parameters
    ----------
    n : int
        Sample size, at least 2.
    ddof : float
        Real correction below ``n``.
    barrier : float
        b = 2 log(sigma_0 / level); T = 0 for b <= 0.
    refine : float
        Divisor of the panel widths, a check of the discretisation.

    Returns
    -------
    FirstPassage
        Relative error of the mean about 1e-12.

    Raises
    ------
    ValueError
        For a parameter outside its domain.
    NoClosedForm
        For a barrier that needs more than ``NODE_LIMIT`` coefficients.
    """
    from scipy.linalg import lu_factor, lu_solve

    step = LogStep(n, ddof)
    b = float(REAL.check("barrier", barrier))
    edges = panel_edges(step, b, float(POSITIVE.check("refine", refine)))
    if b <= 0.0:
        return FirstPassage(step, b, 1.0, 0.0, 0.0, -b, np.ones((1, 1)), np.ones(1))
    table, first = projected(step, edges), one_step(step, np.array([b]), edges)[0]
    m = table.shape[0]
    factors = lu_factor(np.eye(m) - table[:, :m])

    def solve(source: Array) -> Array:
        return np.asarray(lu_solve(factors, source), dtype=np.float64)

    # columns: the chance of arriving and, on arrival, the first two moments of the overshoot
    solution = solve(table[:, m:])
    arrival, overshoot, second = first[m:] + first[:m] @ solution
    overshoot, second = overshoot / arrival, second / arrival
    mean = variance = math.inf
    if step.drift < 0.0:
        far = DEGREE * (int(np.searchsorted(edges, b + 30.0 * step.std)) - 1)
        centre = legvander(np.zeros(1), DEGREE - 1)[0] @ solution[far : far + DEGREE]
        limit = centre[1] / centre[0]  # the overshoot from far above
        local = arrival * (overshoot - limit) + first[:m] @ solve(solution[:, 1] - limit * solution[:, 0])
        mean = (b + overshoot) / -step.drift
        covariance = local + (limit - overshoot) * mean
        variance = (step.std**2 * mean - (second - overshoot**2) - 2.0 * step.drift * covariance) / step.drift**2
    chain = np.eye(m + 1)
    chain[:m] = table[:, : m + 1]
    finite = float(arrival) if step.drift > 0.0 else 1.0
    return FirstPassage(step, b, finite, float(mean), float(variance), float(overshoot), chain, first[: m + 1])
