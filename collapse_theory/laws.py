"""Frozen laws of one real number: a point mass, the normal, a discrete law, and functions of another law."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from collapse_theory.domain import interval, plain
from collapse_theory.errors import NotDefined

SAME, NOISE = 1e-12, 1e-15
"""Distances, relative to the values and to the largest of them, up to which two values of a discrete law are one."""


@dataclass(frozen=True)
class PointMass:
    """All mass at one value: the law of every quantity at generation 0."""

    value: float

    def cdf(self, x: ArrayLike) -> Any:
        """P(X ≤ x)."""
        return plain(np.where(interval("x", x) >= self.value, 1.0, 0.0))

    def sf(self, x: ArrayLike) -> Any:
        """P(X > x)."""
        return plain(np.where(interval("x", x) >= self.value, 0.0, 1.0))

    def ppf(self, q: ArrayLike) -> Any:
        """Quantile, the value itself."""
        return plain(np.full(interval("q", q, 0, 1).shape, self.value))

    isf = ppf

    def log_ppf(self, q: ArrayLike) -> Any:
        """Logarithm of the quantile; NotDefined for a negative value."""
        return logarithm(self.ppf(q))

    def pdf(self, x: ArrayLike) -> Any:
        """Raise ValueError: a point mass has no density."""
        raise ValueError(f"pdf at x = {x!r}: the law is a point mass at {self.value:g} and has no density")

    @property
    def median(self) -> float:
        """The value itself."""
        return self.value


@dataclass(frozen=True)
class Normal:
    """The normal law, without the weight of scipy.stats."""

    mean: float
    std: float

    def cdf(self, x: Any) -> Any:
        """P(X ≤ x)."""
        from scipy.special import ndtr

        return ndtr((np.asarray(x) - self.mean) / self.std)

    def sf(self, x: Any) -> Any:
        """P(X > x)."""
        from scipy.special import ndtr

        return ndtr((self.mean - np.asarray(x)) / self.std)

    def pdf(self, x: Any) -> Any:
        """Density."""
        z = (np.asarray(x) - self.mean) / self.std
        return np.exp(-0.5 * z**2) / (self.std * np.sqrt(2 * np.pi))

    def ppf(self, q: Any) -> Any:
        """Quantile."""
        from scipy.special import ndtri

        return self.mean + self.std * ndtri(q)

    def isf(self, q: Any) -> Any:
        """Value exceeded with probability q."""
        from scipy.special import ndtri

        return self.mean - self.std * ndtri(q)

    def within(self, distance: Any) -> Any:
        """P(|X − mean| ≤ distance)."""
        from scipy.special import erf

        return erf(np.asarray(distance) / (self.std * np.sqrt(2)))

    def reach(self, q: Any) -> Any:
        """Distance from the mean within which X is with probability q, with all digits where q is small."""
        from scipy.special import erfinv

        return self.std * np.sqrt(2) * erfinv(q)


@dataclass(frozen=True)
class MeanOnly:
    """A law of which an approximation gives the mean and nothing else."""

    mean: float


@dataclass(frozen=True, eq=False)
class Discrete:
    """Law on finitely many values, of which the largest may be infinite.

    Parameters
    ----------
    values : ndarray
        The values, ascending.
    probabilities : ndarray
        Their probabilities, which sum to 1.
    """

    values: Any
    probabilities: Any

    @classmethod
    def of(cls, values: ArrayLike, probabilities: ArrayLike) -> Discrete:
        """Law from values in any order; those that differ by rounding only are one."""
        at, chances = np.asarray(values, dtype=float), np.asarray(probabilities, dtype=float)
        order = np.argsort(at[chances > 0], kind="stable")
        at, chances = at[chances > 0][order], chances[chances > 0][order]
        with np.errstate(invalid="ignore"):
            new = np.concatenate(([True], ~np.isclose(at[1:], at[:-1], rtol=SAME, atol=NOISE * _scale(at))))
        return cls(at[new], np.add.reduceat(chances, np.flatnonzero(new)) / chances.sum())

    def pmf(self, x: ArrayLike) -> Any:
        """P(X = x), for x equal to a value up to rounding."""
        array = interval("x", x)
        here = np.isclose(array[..., None], self.values, rtol=SAME, atol=NOISE * _scale(self.values))
        return plain((here * self.probabilities).sum(axis=-1))

    def cdf(self, x: ArrayLike) -> Any:
        """P(X ≤ x)."""
        return plain(self._below(interval("x", x)))

    def sf(self, x: ArrayLike) -> Any:
        """P(X > x)."""
        above = np.concatenate((np.cumsum(self.probabilities[::-1])[::-1], [0.0]))
        return plain(above[self._place(interval("x", x))])

    def ppf(self, q: ArrayLike) -> Any:
        """Smallest value that is not exceeded with probability q."""
        place = np.searchsorted(np.cumsum(self.probabilities), interval("q", q, 0, 1) - SAME)
        return plain(self.values[np.minimum(place, len(self.values) - 1)])

    def isf(self, q: ArrayLike) -> Any:
        """Smallest value that is exceeded with probability q at most."""
        return self.ppf(1 - interval("q", q, 0, 1))

    def log_ppf(self, q: ArrayLike) -> Any:
        """Logarithm of the quantile; NotDefined for a negative one."""
        return logarithm(self.ppf(q))

    def pdf(self, x: ArrayLike) -> Any:
        """Raise ValueError: a discrete law has no density."""
        raise ValueError(f"pdf at x = {x!r}: the law is discrete and has no density; ask for pmf")

    def share_up_to(self, sample: ArrayLike, x: float) -> float:
        """Share of a sample from the law that is at most x, values equal up to rounding counted as equal."""
        return float(np.mean(self._place(np.asarray(sample, dtype=float)) <= self._place(np.array(x))))

    @property
    def mean(self) -> float:
        """Mean; infinite where the largest value is."""
        return float(self.values @ self.probabilities)

    @property
    def median(self) -> float:
        """Median."""
        return float(self.ppf(0.5))

    def _place(self, x: Any) -> Any:
        """Number of values up to x."""
        room = SAME * np.abs(np.where(np.isfinite(x), x, 0.0)) + NOISE * _scale(self.values)
        return np.searchsorted(self.values, x + room, side="right")

    def _below(self, x: Any) -> Any:
        return np.concatenate(([0.0], np.cumsum(self.probabilities)))[self._place(x)]


def _scale(values: Any) -> float:
    """Largest finite size of some values."""
    return float(np.abs(values[np.isfinite(values)]).max(initial=0.0))


@dataclass(frozen=True)
class Increasing:
    r"""Law of :math:`X = g(Y)` for a strictly increasing g and a law of Y.

    Parameters
    ----------
    base : law
        Law of Y, with cdf, sf, ppf, isf and pdf.
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
        array = interval("x", x)
        inside = (array > self.low) & (array < self.high)
        result = np.where(array <= self.low, below, above)
        if np.any(inside):
            result[inside] = function(array[inside])
        return plain(result)

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
            return plain(self.forward(self.base.ppf(interval("q", q, 0, 1))))

    def log_ppf(self, q: ArrayLike) -> Any:
        """Logarithm of the quantile, exact also where it leaves the floats; NotDefined for a negative quantile."""
        if self.log_forward is None:
            return logarithm(self.ppf(q))
        return plain(self.log_forward(self.base.ppf(interval("q", q, 0, 1))))

    def isf(self, q: ArrayLike) -> Any:
        """Value exceeded with probability q."""
        with np.errstate(over="ignore", under="ignore"):
            return plain(self.forward(self.base.isf(interval("q", q, 0, 1))))

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
        if isinstance(self.base, Normal):
            return plain(self.base.within(_root(x)))
        return plain(1.0 - np.asarray(self.sf(x)))

    def sf(self, x: ArrayLike) -> Any:
        """P(X² > x)."""
        return plain(np.where(np.asarray(x) > 0, 2 * np.asarray(self.base.sf(_root(x))), 1.0))

    def pdf(self, x: ArrayLike) -> Any:
        """Density; it diverges at 0."""
        with np.errstate(divide="ignore"):
            return plain(np.where(np.asarray(x) > 0, np.asarray(self.base.pdf(_root(x))) / _root(x), 0.0))

    def ppf(self, q: ArrayLike) -> Any:
        """Quantile of probability q."""
        inside = interval("q", q, 0, 1)
        reach = self.base.reach(inside) if isinstance(self.base, Normal) else self.base.isf((1 - inside) / 2)
        return plain(np.asarray(reach) ** 2)

    def isf(self, q: ArrayLike) -> Any:
        """Value exceeded with probability q."""
        return plain(np.asarray(self.base.isf(interval("q", q, 0, 1) / 2)) ** 2)


def _root(x: ArrayLike) -> Any:
    return np.sqrt(np.maximum(interval("x", x), 0.0))


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


def logarithm(values: ArrayLike) -> Any:
    """Logarithm of numbers at least 0, −inf at 0; NotDefined for a negative one."""
    array = np.asarray(values, dtype=float)
    negative = array < 0
    if np.any(negative):
        raise NotDefined(f"{array[negative].flat[0]:.6g} is negative and has no logarithm")
    with np.errstate(divide="ignore"):
        return plain(np.log(array))
