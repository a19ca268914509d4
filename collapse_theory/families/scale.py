r"""Exponential laws whose scale is refitted: the one walk behind the exponential and the Pareto family.

Points, or their logarithms, are exponential of a scale :math:`\theta`, of which n points tell their sum. The fit is

.. math:: \theta_t = \frac{\sum_i x_i}{n-\delta}, \qquad
          \theta_t = \theta_{t-1}\,W_t,\quad W_t = \frac{G_t}{n-\delta},\; G_t \sim \Gamma(n, 1),

so that :math:`\log\theta_t` is a random walk under replacement, of drift :math:`\psi(n) - \log(n-\delta)`. Whether the
scale collapses or explodes is decided by the divisor, at :math:`\delta^* = n - e^{\psi(n)}`, just below 1/2. As
:math:`2G_t \sim \chi^2_{2n}`, it is the walk of a Gaussian's variance fitted to :math:`2n + 1` points with the divisor
:math:`2(n-\delta)`.
"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from collapse_theory.domain import Domain, plain
from collapse_theory.families.divisor import DivisorFamily
from collapse_theory.families.family import State
from collapse_theory.families.points import chosen, joined
from collapse_theory.gamma_ratios import digamma_minus_log, expm1_minus

Array = NDArray[np.float64]


class Batch(NamedTuple):
    """Points as sufficient statistics: how many, and the logarithm of their sum in units of the source's scale."""

    count: Any
    log_total: Array


def critical_divisor(n: ArrayLike) -> Any:
    r"""Value of ``ddof`` at which a refitted scale has no drift, :math:`\delta^* = n - e^{\psi(n)}`.

    Below it every run's scale collapses, above it every run's scale explodes. It grows from 0.4385 at n = 1 to 1/2,
    as :math:`\tfrac12 - \tfrac1{24n-12} + \dots`.

    Parameters
    ----------
    n : int or array of int
        Sample size, at least 1.

    Returns
    -------
    float or ndarray
        The critical value of ``ddof``.
    """
    sizes = np.asarray(n)
    for size in np.atleast_1d(sizes).ravel():
        Domain(low=1, high=2**53, integer=True).check("n", size.item())
    points = sizes.astype(float)
    return plain(0.5 - (points - 0.5) * np.expm1(digamma_minus_log(points, 0.5)))


class ScaleFamily(DivisorFamily):
    """A family whose data are exponential, as they are or in logarithms, of a scale that is refitted: abstract.

    A subclass says what the scale is to it: the mean of an exponential law, or the inverse of a Pareto's exponent.
    The state is the logarithm of the scale over the source's, one number per replicate.
    """

    @property
    @abstractmethod
    def scale_of_source(self) -> float:
        """Scale of the source's exponential law."""

    def symbols(self) -> Mapping[Any, Any]:
        from collapse_theory.symbols import ddof, theta0

        return {theta0: self.scale_of_source, ddof: self.ddof}

    def source(self, replicates: int) -> State:
        return (np.zeros(replicates),)

    def draw(self, state: State, count: Any, rng: np.random.Generator) -> Batch:
        points = np.broadcast_to(count, state[0].shape).astype(float)
        with np.errstate(divide="ignore"):  # no points have no sum
            return Batch(points, state[0] + np.log(rng.standard_gamma(points)))

    def pool(self, batches: Sequence[Batch], weights: Sequence[Any] | None = None) -> Batch:
        each = [1.0] * len(batches) if weights is None else weights
        count = np.sum([w * batch.count for w, batch in zip(each, batches, strict=True)], axis=0)
        logs = [np.log(w) + batch.log_total for w, batch in zip(each, batches, strict=True)]
        return Batch(count, np.logaddexp.reduce(logs, axis=0))

    def fit(self, pooled: Batch, kish: Any, previous: State, rng: np.random.Generator) -> State:
        size = np.asarray(kish, dtype=float)
        return (pooled.log_total - np.log(pooled.count) - np.log1p(-self.ddof / size),)

    def expected(self, state: State, count: Any) -> Batch:
        points = np.broadcast_to(count, state[0].shape).astype(float)
        return Batch(points, state[0] + np.log(points))

    def draw_points(self, state: State, count: int, rng: np.random.Generator) -> Array:
        return np.asarray(state[0][:, None] + np.log(rng.standard_exponential((len(state[0]), count))))

    def join(self, batches: Sequence[Array]) -> Array:
        return joined(batches)

    def subsample(self, points: Array, size: int, rng: np.random.Generator, *, replacement: bool) -> Batch:
        some = chosen(points, size, rng, replacement=replacement)
        return Batch(np.full(len(some), float(size)), np.logaddexp.reduce(some, axis=1))


# Measures that need nothing but the ratio r of the scales of model and source.


def upper_tail_mass(family: Any, state: State, q: float) -> Array:
    """Model's mass beyond the point that the source exceeds with chance q, q to the power 1/r."""
    with np.errstate(over="ignore"):
        return np.asarray(np.exp(np.log(q) * np.exp(-state[0])))


def kl_model_source(family: Any, state: State) -> Array:
    """KL(model‖source), r − 1 − log r."""
    with np.errstate(over="ignore"):
        return np.asarray(expm1_minus(state[0]))


def kl_source_model(family: Any, state: State) -> Array:
    """KL(source‖model), 1/r − 1 + log r."""
    with np.errstate(over="ignore"):
        return np.asarray(expm1_minus(-state[0]))
