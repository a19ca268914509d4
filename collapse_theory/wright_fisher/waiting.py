r"""Times at which a drawn generation has lost a type, or all types but one: their laws, through the dual.

If the event has come by generation t ≥ 1 with probability :math:`E F(A_{t-1})`, then

.. math:: P(t < T < \infty) = E\,g(A_{t-1}),\qquad g(a) = F(1) - F(a) \ge 0,

and with P the dual of one generation of n points, :math:`W = (I-P)^{-1}g` and :math:`U = (I-P)^{-1}W`,

.. math:: E[T;\,T<\infty] = F(1) + W(n),\qquad E[T(T-1);\,T<\infty] = 2\,U(n).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from collapse_theory.domain import elementwise, generations, interval
from collapse_theory.errors import NoClosedForm, NotDefined
from collapse_theory.random_walk.matrix_powers import PowerSearch, bilinear_powers
from collapse_theory.schedules import Schedule
from collapse_theory.wright_fisher.ancestors import EXACT, Ancestry, Lines, one_generation

Array = NDArray[np.float64]

STREAMED = 200_000
"""Largest sample size whose times are solved row by row, to 13 digits in under two seconds; beyond, at the nodes."""
LARGEST = 10**9
"""Largest sample size whose mean times are solved, to nine digits or more."""
HORIZON = 256
"""Most generations of a growing schedule that are looked through for a quantile."""


@dataclass(frozen=True, eq=False)
class WaitingTime:
    """Law of the first generation in which something irreversible has happened to the drawn points.

    Parameters
    ----------
    sizes : Schedule
        Points drawn in generations 1, 2, ….
    pending : callable
        g(a): the chance that it comes, but not yet among a independent draws from the source; vectorised.
    probability_finite : float
        Chance that it comes at all.
    at_nodes : bool
        Whether g costs so much that it is asked at the nodes only, also for the mean.
    already : bool
        Whether it is so at generation 0.
    """

    sizes: Schedule
    pending: Callable[[Array], Array]
    probability_finite: float = 1.0
    at_nodes: bool = False
    already: bool = False

    def survival(self, t: ArrayLike) -> Any:
        """P(T > t), for whole t ≥ 0."""
        never = 1.0 - self.probability_finite
        return elementwise(lambda flat: never + self._waiting(flat), generations(t))

    sf = survival

    def cdf(self, t: ArrayLike) -> Any:
        """P(T ≤ t), for whole t ≥ 0."""
        return elementwise(lambda flat: np.maximum(self.probability_finite - self._waiting(flat), 0.0), generations(t))

    def pmf(self, t: ArrayLike) -> Any:
        """P(T = t), for whole t ≥ 0."""

        def values(flat: NDArray[np.int64]) -> Array:
            before = self._waiting(np.maximum(flat - 1, 0))
            return np.where(flat > 0, np.maximum(before - self._waiting(flat), 0.0), float(self.already))

        return elementwise(values, generations(t))

    def ppf(self, q: ArrayLike) -> Any:
        """Smallest t with P(T ≤ t) ≥ q; infinite where there is none."""
        return elementwise(
            lambda levels: np.array([self._quantile(level) for level in levels]), interval("q", q, 0.0, 1.0)
        )

    @property
    def median(self) -> float:
        """Smallest t with P(T ≤ t) ≥ 1/2, infinite when there is none."""
        return float(self.ppf(0.5))

    @property
    def mean(self) -> float:
        """E T, infinite where T may be."""
        return self.conditional.mean if self.probability_finite == 1.0 else float(np.inf)

    @property
    def std(self) -> float:
        """Standard deviation, infinite where T may be."""
        return self.conditional.std if self.probability_finite == 1.0 else float(np.inf)

    @property
    def conditional(self) -> Conditional:
        """Law of the time where it comes at all."""
        if self.probability_finite == 0:
            raise NotDefined("the time never comes, so that there is no law of it given that it comes")
        return Conditional(self)

    @cached_property
    def first_moment(self) -> float:
        """E[T; T < ∞]."""
        return 0.0 if self.already else self.probability_finite + self._solved(second=False)[0]

    @cached_property
    def second_factorial_moment(self) -> float:
        """E[T(T − 1); T < ∞]."""
        return 0.0 if self.already else 2 * self._solved(second=True)[1]

    def _solved(self, *, second: bool) -> tuple[float, float]:
        if not self.sizes.constant:
            raise NoClosedForm(
                "the mean of a time under growing samples has no closed form: ask for the law or a quantile"
            )
        n = int(self.sizes(1))
        if n > LARGEST:
            raise NoClosedForm(f"the mean of a time of samples of more than {LARGEST:g}: ask for the second-order form")
        return solved(n, self.pending, streaming=n <= STREAMED and not self.at_nodes, second=second)

    def _waiting(self, t: NDArray[np.int64]) -> Array:
        """P(t < T < ∞)."""
        if self.already:
            return np.zeros(t.shape)
        found = np.full(t.shape, self.probability_finite)
        later = t > 0
        if not np.any(later):
            return found
        if self.sizes.constant:
            found[later] = bilinear_powers(*self._constant, t[later] - 1)
        else:
            found[later] = Ancestry(self.sizes).of_sample(self.pending, t[later])
        return np.asarray(np.clip(found, 0.0, self.probability_finite))

    @cached_property
    def _constant(self) -> tuple[Array, Array, Array]:
        """Matrix of one generation, weights of the nodes in a sample, and what is pending at the nodes."""
        lines = Lines(int(self.sizes(1)))
        step = one_generation(lines.most, lines.most)
        return step, lines.weights(np.array([float(lines.most)]))[0], self.pending(lines.nodes)

    @cached_property
    def _search(self) -> PowerSearch:
        return PowerSearch(*self._constant)

    def _quantile(self, level: float) -> float:
        if level <= 0 or self.already:
            return 0.0
        if level >= self.probability_finite:
            return float(np.inf)
        if self.sizes.constant:
            return self._search.first(-1.0, level - self.probability_finite)
        last = 64
        while last <= HORIZON:
            reached = np.asarray(self.cdf(np.arange(1, last + 1))) >= level
            if reached.any():
                return float(np.argmax(reached) + 1)
            last *= 4
        raise NoClosedForm(
            f"the quantile at {level:g} lies beyond generation {HORIZON}: ask for the cdf where you need it"
        )


@dataclass(frozen=True, eq=False)
class Conditional:
    """Law of a waiting time where it is finite.

    Parameters
    ----------
    time : WaitingTime
        The time.
    """

    time: WaitingTime

    def cdf(self, t: ArrayLike) -> Any:
        """P(T ≤ t | T < ∞)."""
        return np.asarray(self.time.cdf(t))[()] / self.time.probability_finite

    def survival(self, t: ArrayLike) -> Any:
        """P(T > t | T < ∞)."""
        return 1.0 - self.cdf(t)

    sf = survival

    def pmf(self, t: ArrayLike) -> Any:
        """P(T = t | T < ∞)."""
        return np.asarray(self.time.pmf(t))[()] / self.time.probability_finite

    def ppf(self, q: ArrayLike) -> Any:
        """Smallest t with P(T ≤ t | T < ∞) ≥ q."""
        return self.time.ppf(interval("q", q, 0.0, 1.0) * self.time.probability_finite)

    @property
    def median(self) -> float:
        """Median."""
        return float(self.ppf(0.5))

    @property
    def mean(self) -> float:
        """Mean."""
        return self.time.first_moment / self.time.probability_finite

    @property
    def std(self) -> float:
        """Standard deviation."""
        mean = self.mean
        factorial = self.time.second_factorial_moment / self.time.probability_finite
        return float(np.sqrt(max(factorial + mean - mean**2, 0.0)))


def solved(n: int, gain: Callable[[Array], Array], *, streaming: bool, second: bool = True) -> tuple[float, float]:
    """W(n) and U(n) with :math:`(I-P)W = g`, :math:`(I-P)U = W`: row by row in O(n) memory, or at the nodes."""
    if n == 1:
        return 0.0, 0.0
    if streaming:
        from collapse_theory.wright_fisher.kernel import streamed

        first, after = streamed(n, gain(np.arange(n + 1.0))[:, None], second)
        return float(first[0]), float(after[0])
    lines = Lines(n)
    generator = np.eye(len(lines.nodes)) - one_generation(n, n)
    for a in range(2, min(EXACT, n) + 1):  # the chance that lines meet, which is small, from its own formula
        meeting = -np.expm1(np.log1p(-np.arange(a) / n).sum())
        generator[a, :a] *= -meeting / generator[a, :a].sum()
        generator[a, a] = meeting
    inner = generator[2:, 2:]
    first = np.linalg.solve(inner, gain(lines.nodes)[2:])
    after = np.linalg.solve(inner, first) if second else np.zeros(1)
    return float(first[-1]), float(after[-1])
