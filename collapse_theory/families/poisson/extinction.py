r"""The generation at which the rate becomes 0: laws under replacement, where 0 is for ever."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from collapse_theory.domain import elementwise, generations, interval
from collapse_theory.errors import NoClosedForm
from collapse_theory.wright_fisher import branching

Array = NDArray[np.float64]
Times = NDArray[np.int64]


@dataclass(frozen=True)
class Extinction:
    r"""Law of the end of a critical branching process, certain but of infinite mean.

    .. math:: P(T \le t) = e^{-\lambda g_t},\qquad g_1 = 1,\quad g_{k+1} = 1 - e^{-g_k}.

    Parameters
    ----------
    expected : float
        Expected total count λ of generation 1, n times the rate of the source.
    """

    expected: float
    probability_finite: float = field(default=1.0, init=False)
    mean: float = field(default=math.inf, init=False)
    std: float = field(default=math.inf, init=False)

    def cdf(self, t: ArrayLike) -> Any:
        """P(T ≤ t)."""
        return elementwise(lambda later: np.exp(-self.expected * branching.line_survival(later)), generations(t))

    def sf(self, t: ArrayLike) -> Any:
        """P(T > t), to full relative precision."""
        return branching.survival(self.expected, t)

    def pmf(self, t: ArrayLike) -> Any:
        """P(T = t), to full relative precision."""

        def values(times: Times) -> Array:
            later = np.maximum(times, 1)
            before = branching.line_survival(np.maximum(later - 1, 1))
            lost = np.where(times > 1, _step(before), math.inf)
            came = np.exp(-self.expected * branching.line_survival(later)) * -np.expm1(-self.expected * lost)
            return np.where(times > 0, came, 0.0)

        return elementwise(values, generations(t))

    def ppf(self, q: ArrayLike) -> Any:
        """Smallest t with P(T ≤ t) ≥ q, infinite for q = 1."""
        return branching.loss_quantile(self.expected, q)

    @property
    def median(self) -> float:
        """Smallest t with P(T ≤ t) ≥ 1/2."""
        return float(self.ppf(0.5))

    @property
    def conditional(self) -> Extinction:
        """Law given that the rate becomes 0 at all: the same, as it does in every run."""
        return self


def _step(g: Array) -> Array:
    """Difference g − (1 − e^(−g)), what one more generation takes from the chance g, without cancellation."""
    terms = [(-1) ** k / math.factorial(k) for k in range(2, 14)]
    series = g**2 * np.polynomial.polynomial.polyval(g, terms)
    return np.asarray(np.where(g < 0.5, series, g + np.expm1(-g)))


@dataclass(frozen=True, eq=False)
class SlowExtinction:
    """Law of a certain end of infinite mean, found generation by generation.

    Parameters
    ----------
    log_absent : callable
        Logarithm of P(T ≤ t) at generations t ≥ 1.
    last : int
        Last generation that is looked at.
    """

    log_absent: Callable[[Times], Array] = field(repr=False)
    last: int
    probability_finite: float = field(default=1.0, init=False)
    mean: float = field(default=math.inf, init=False)
    std: float = field(default=math.inf, init=False)

    def cdf(self, t: ArrayLike) -> Any:
        """P(T ≤ t)."""
        return elementwise(lambda times: np.exp(self._logs(times)), generations(t))

    def sf(self, t: ArrayLike) -> Any:
        """P(T > t), to full relative precision."""
        return elementwise(lambda times: -np.expm1(self._logs(times)), generations(t))

    def pmf(self, t: ArrayLike) -> Any:
        """P(T = t), to an absolute error below 1e-15."""
        times = generations(t)
        return self.cdf(times) - self.cdf(np.maximum(times - 1, 0))

    def ppf(self, q: ArrayLike) -> Any:
        """Smallest t with P(T ≤ t) ≥ q, infinite for q = 1; NoClosedForm beyond the last generation looked at."""
        return elementwise(
            lambda levels: np.array([self._first(level) for level in levels]), interval("q", q, 0.0, 1.0)
        )

    @property
    def median(self) -> float:
        """Smallest t with P(T ≤ t) ≥ 1/2."""
        return float(self.ppf(0.5))

    @property
    def conditional(self) -> SlowExtinction:
        """Law given that the rate becomes 0 at all: the same, as it does in every run."""
        return self

    def _logs(self, times: Times) -> Array:
        found = np.full(times.shape, -math.inf)
        later = times > 0
        if np.any(later):
            found[later] = self.log_absent(times[later])
        return found

    def _first(self, level: float) -> float:
        if level in (0.0, 1.0):
            return math.inf if level else 0.0
        low, high = 0, 1
        while self.cdf(high) < level:
            if high >= self.last:
                raise NoClosedForm(f"ppf: its value at q = {level:g} lies beyond generation {self.last}")
            low, high = high, min(2 * high, self.last)
        while high - low > 1:
            middle = (low + high) // 2
            low, high = (low, middle) if self.cdf(middle) >= level else (middle, high)
        return float(high)


@dataclass(frozen=True, eq=False)
class UncertainExtinction:
    """Law of an end that comes in the first generations or never.

    Parameters
    ----------
    probabilities : ndarray, shape (m,)
        Chances of T = 1, 2, …, m; what lacks to 1 is that of T = ∞.
    certain : bool
        Whether T is known to be finite.
    """

    probabilities: Array = field(repr=False)
    certain: bool = False

    @classmethod
    def of(cls, log_absent: Array) -> UncertainExtinction:
        """Law from the logarithms of P(T ≤ t), t = 1, 2, …, m, with nothing after m."""
        below = np.exp(log_absent)
        return cls(np.diff(below, prepend=0.0))

    @property
    def probability_finite(self) -> float:
        """P(T < ∞)."""
        return float(self.probabilities.sum())

    @property
    def mean(self) -> float:
        """E T, infinite where T may be."""
        return self._moment(1)

    @property
    def std(self) -> float:
        """Standard deviation of T, infinite where T may be."""
        return math.sqrt(max(0.0, self._moment(2) - self.mean**2)) if self.certain else math.inf

    @property
    def median(self) -> float:
        """Smallest t with P(T ≤ t) ≥ 1/2, infinite when there is none."""
        return float(self.ppf(0.5))

    @property
    def conditional(self) -> UncertainExtinction:
        """Law given that T is finite."""
        return UncertainExtinction(self.probabilities / self.probability_finite, certain=True)

    def cdf(self, t: ArrayLike) -> Any:
        """P(T ≤ t)."""
        below = np.concatenate(([0.0], np.cumsum(self.probabilities)))
        return elementwise(lambda times: below[np.minimum(times, len(self.probabilities))], generations(t))

    def sf(self, t: ArrayLike) -> Any:
        """P(T > t)."""
        return 1.0 - self.cdf(t)

    def pmf(self, t: ArrayLike) -> Any:
        """P(T = t)."""
        padded = np.concatenate(([0.0], self.probabilities, [0.0]))
        return elementwise(lambda times: padded[np.minimum(times, len(padded) - 1)], generations(t))

    def ppf(self, q: ArrayLike) -> Any:
        """Smallest t with P(T ≤ t) ≥ q, infinite when there is none."""

        def values(levels: Array) -> Array:
            place = np.searchsorted(np.cumsum(self.probabilities), levels)
            beyond = len(self.probabilities) if self.certain else math.inf
            return np.where(levels == 0, 0.0, np.where(place < len(self.probabilities), place + 1.0, beyond))

        return elementwise(values, interval("q", q, 0.0, 1.0))

    def _moment(self, power: int) -> float:
        if not self.certain:
            return math.inf
        return float(np.arange(1.0, len(self.probabilities) + 1) ** power @ self.probabilities)
