"""Frozen laws of one real number: a point mass, and an increasing function of another law."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Protocol

import numpy as np
from numpy.typing import ArrayLike

from collapse_theory.domain import PROBABILITY


class Law(Protocol):
    """A frozen distribution: cdf, sf, ppf and isf of scalars or arrays."""

    def cdf(self, x: Any) -> Any: ...
    def sf(self, x: Any) -> Any: ...
    def ppf(self, q: Any) -> Any: ...
    def isf(self, q: Any) -> Any: ...


@dataclass(frozen=True)
class PointMass:
    """All mass at one value: the law of every quantity at generation 0."""

    value: float

    def cdf(self, x: ArrayLike) -> Any:
        """P(X ≤ x)."""
        return _like(x, np.where(np.asarray(x) >= self.value, 1.0, 0.0))

    def sf(self, x: ArrayLike) -> Any:
        """P(X > x)."""
        return _like(x, np.where(np.asarray(x) >= self.value, 0.0, 1.0))

    def ppf(self, q: ArrayLike) -> Any:
        """Quantile, the value itself."""
        return _like(q, np.full(np.shape(q), self.value))

    isf = ppf

    def pdf(self, x: ArrayLike) -> Any:
        """Raise ValueError: a point mass has no density."""
        raise ValueError(f"pdf at x = {x!r}: the law is a point mass at {self.value:g} and has no density")

    @property
    def median(self) -> float:
        """The value itself."""
        return self.value


@dataclass(frozen=True)
class Increasing:
    r"""Law of :math:`X = g(Y)` for a strictly increasing g and a law of Y.

    Parameters
    ----------
    base : Law
        Law of Y.
    forward, inverse : callable
        g and its inverse on the range of X.
    derivative : callable
        Derivative of the inverse.
    low, high : float
        Range of X; outside, cdf is 0 or 1 and the density 0.
    log_forward : callable, optional
        Logarithm of g, where g leaves the floats.
    """

    base: Any
    forward: Callable[[Any], Any] = field(repr=False)
    inverse: Callable[[Any], Any] = field(repr=False)
    derivative: Callable[[Any], Any] = field(repr=False)
    low: float = -np.inf
    high: float = np.inf
    log_forward: Callable[[Any], Any] | None = field(default=None, repr=False)

    def _inside(self, x: ArrayLike, function: Callable[[Any], Any], below: float, above: float) -> Any:
        array = np.asarray(x, dtype=float)
        if np.any(np.isnan(array)):
            raise ValueError(f"x = {x!r} is outside its domain: a real number")
        inside = (array > self.low) & (array < self.high)
        result = np.where(array <= self.low, below, above)
        if np.any(inside):
            result[inside] = function(array[inside])
        return _like(x, result)

    def cdf(self, x: ArrayLike) -> Any:
        """P(X ≤ x)."""
        return self._inside(x, lambda inner: self.base.cdf(self.inverse(inner)), 0.0, 1.0)

    def sf(self, x: ArrayLike) -> Any:
        """P(X > x)."""
        return self._inside(x, lambda inner: self.base.sf(self.inverse(inner)), 1.0, 0.0)

    def pdf(self, x: ArrayLike) -> Any:
        """Density."""
        return self._inside(x, lambda inner: self.base.pdf(self.inverse(inner)) * self.derivative(inner), 0.0, 0.0)

    def ppf(self, q: ArrayLike) -> Any:
        """Quantile of probability q."""
        with np.errstate(over="ignore", under="ignore"):
            return _like(q, np.asarray(self.forward(self.base.ppf(q))))

    def log_ppf(self, q: ArrayLike) -> Any:
        """Logarithm of the quantile, exact also where the quantile leaves the floats."""
        if self.log_forward is not None:
            return _like(q, np.asarray(self.log_forward(self.base.ppf(q))))
        with np.errstate(divide="ignore", invalid="ignore"):
            return _like(q, np.log(np.asarray(self.ppf(q))))

    def isf(self, q: ArrayLike) -> Any:
        """Value exceeded with probability q."""
        with np.errstate(over="ignore", under="ignore"):
            return _like(q, np.asarray(self.forward(self.base.isf(q))))

    @property
    def median(self) -> float:
        """Median."""
        return float(self.ppf(0.5))


@dataclass(frozen=True)
class Squared:
    """Law of X² for a law of X that is symmetric about 0 and has a density."""

    base: Any

    def cdf(self, x: ArrayLike) -> Any:
        """P(X² ≤ x)."""
        return _like(x, 1.0 - np.asarray(self.sf(x)))

    def sf(self, x: ArrayLike) -> Any:
        """P(X² > x)."""
        return _like(x, np.where(np.asarray(x) > 0, 2 * np.asarray(self.base.sf(_root(x))), 1.0))

    def pdf(self, x: ArrayLike) -> Any:
        """Density; it diverges at 0."""
        with np.errstate(divide="ignore"):
            return _like(x, np.where(np.asarray(x) > 0, np.asarray(self.base.pdf(_root(x))) / _root(x), 0.0))

    def ppf(self, q: ArrayLike) -> Any:
        """Quantile of probability q."""
        return _like(q, np.asarray(self.base.isf((1 - np.asarray(q)) / 2)) ** 2)

    def isf(self, q: ArrayLike) -> Any:
        """Value exceeded with probability q."""
        return _like(q, np.asarray(self.base.isf(np.asarray(q) / 2)) ** 2)


def _root(x: ArrayLike) -> Any:
    return np.sqrt(np.maximum(np.asarray(x, dtype=float), 0.0))


def exponential_of(base: Any, scale: float = 1.0, power: float = 1.0) -> Increasing:
    r"""Law of :math:`s\, e^{pY}` for a law of Y, a scale s > 0 and a power p > 0."""
    return Increasing(
        base,
        forward=lambda y: scale * np.exp(power * np.asarray(y)),
        inverse=lambda x: np.log(x / scale) / power,
        derivative=lambda x: 1.0 / (power * x),
        low=0.0,
        log_forward=lambda y: np.log(scale) + power * np.asarray(y),
    )


def affine_of(base: Any, shift: float, scale: float) -> Increasing:
    r"""Law of :math:`a + bY` for a law of Y, a shift a and a scale b > 0."""
    return Increasing(
        base,
        forward=lambda y: shift + scale * np.asarray(y),
        inverse=lambda x: (x - shift) / scale,
        derivative=lambda x: np.full(np.shape(x), 1.0 / scale),
    )


def check_probability(q: Any) -> Any:
    """Probability or array of probabilities in (0, 1), by name."""
    for value in np.atleast_1d(q):
        PROBABILITY.check("q", float(value))
    return q


def _like(x: ArrayLike, result: Any) -> Any:
    return float(result) if np.ndim(x) == 0 else np.asarray(result)
