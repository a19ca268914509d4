"""Normal laws with a random variance."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from collapse_theory.domain import elementwise, interval

Array = NDArray[np.float64]

_BLOCK = 2_000_000  # elements of one broadcast table


@dataclass(frozen=True)
class ScaleMixture:
    """Law of X = sqrt(S) Z, Z standard normal and S discrete and independent.

    Tail probabilities are sums of positive terms: those of `scale_law` keep a relative accuracy of about 1e-10 down
    to 1e-12 or so, and lose it below, where atoms cut off at mass 1e-20 matter.  Every method returns a float for a
    scalar argument and an array for an array.

    Parameters
    ----------
    scales : ndarray, shape (m,)
        Values S_j of the random variance: all positive, or all 0 for X = 0.
    masses : ndarray, shape (m,)
        Their probabilities, summing to 1.

    Raises
    ------
    ValueError
        If an array is not one-dimensional, finite and non-negative, the lengths differ, the masses do not sum
        to 1 within 1e-9, or zero and positive scales are mixed.
    """

    scales: Array
    masses: Array

    def __post_init__(self) -> None:
        for name in ("scales", "masses"):
            values = np.array(getattr(self, name), dtype=np.float64)
            if values.ndim != 1 or values.size == 0 or not np.all(np.isfinite(values)) or np.any(values < 0.0):
                raise ValueError(f"{name} must be a non-empty one-dimensional array of finite values >= 0")
            values.flags.writeable = False
            object.__setattr__(self, name, values)
        if self.scales.size != self.masses.size or not abs(float(self.masses.sum()) - 1.0) < 1e-9:
            raise ValueError(f"masses (sum {self.masses.sum()}) must match scales in length and sum to 1")
        if np.any(self.scales == 0.0) and np.any(self.scales > 0.0):
            raise ValueError("scales mixes zero and positive values: they must be all positive or all 0")

    def expect(self, function: Callable[[Array], ArrayLike]) -> float:
        """Expectation of ``function(S)``, the function being applied to the array of scales.

        For the laws of this module the absolute error is below 1e-11 for a smooth function bounded by 1, and the
        relative error of E S and E S^2 below 1e-10 as long as their tails fit the floating-point range.
        """
        return float(np.dot(self.masses, np.asarray(function(self.scales), dtype=np.float64)))

    def sf(self, x: ArrayLike) -> Any:
        """Survival function E Phi(-x / sqrt S)."""
        return elementwise(self._tail, interval("x", x))

    def cdf(self, x: ArrayLike) -> Any:
        """Distribution function E Phi(x / sqrt S)."""
        values = interval("x", x)
        if self._degenerate:
            return elementwise(lambda v: np.where(v < 0.0, 0.0, 1.0), values)
        return elementwise(self._tail, -values)

    def pdf(self, x: ArrayLike) -> Any:
        """Density E phi(x / sqrt S) / sqrt S; ValueError for the point mass at 0, which has none."""
        if self._degenerate:
            raise ValueError("scales is 0: the point mass X = 0 has no density")
        return elementwise(self._density, interval("x", x))

    def isf(self, q: ArrayLike) -> Any:
        """Point x with P(X > x) = q, q in [0, 1]."""
        return elementwise(lambda p: -self._quantile(p), interval("q", q, 0.0, 1.0))

    def ppf(self, q: ArrayLike) -> Any:
        """Point x with P(X <= x) = q, q in [0, 1]."""
        return elementwise(self._quantile, interval("q", q, 0.0, 1.0))

    def two_sided(self, k: ArrayLike) -> Any:
        """Probability P(|X| > k) = E 2 Phi(-k / sqrt S), k >= 0."""
        return elementwise(lambda v: np.minimum(2.0 * self._tail(v), 1.0), interval("k", k, 0.0))

    def sf_squared(self, x: ArrayLike) -> Any:
        """Survival function P(X^2 > x), x >= 0."""
        return elementwise(lambda v: np.minimum(2.0 * self._tail(np.sqrt(v)), 1.0), interval("x", x, 0.0))

    def ppf_squared(self, q: ArrayLike) -> Any:
        """Point x with P(X^2 <= x) = q, q in [0, 1]."""
        return elementwise(lambda p: self._half_quantile(0.5 * (1.0 - p), 0.5 * p) ** 2, interval("q", q, 0.0, 1.0))

    @property
    def _degenerate(self) -> bool:
        return bool(self.scales[0] == 0.0)

    def _sum(self, x: Array, term: Callable[[Array], Array], weights: Array) -> Array:
        """Sum over the atoms of weight times ``term(x / sqrt S)``, in blocks of x."""
        rows = max(1, _BLOCK // self.scales.size)
        roots = np.sqrt(self.scales)
        result = np.empty_like(x)
        for i in range(0, x.size, rows):
            result[i : i + rows] = term(x[i : i + rows, None] / roots) @ weights
        return result

    def _tail(self, x: Array) -> Array:
        from scipy.special import erfc

        if self._degenerate:
            return np.where(x < 0.0, 1.0, 0.0)
        tail = self._sum(x, lambda z: np.asarray(0.5 * erfc(z * math.sqrt(0.5))), self.masses)
        return np.minimum(tail, 1.0)

    def _central(self, x: Array) -> Array:
        from scipy.special import erf

        if self._degenerate:
            return np.full_like(x, 0.5)
        return self._sum(x, lambda z: np.asarray(0.5 * erf(z * math.sqrt(0.5))), self.masses)

    def _density(self, x: Array) -> Array:
        weights = self.masses / np.sqrt(2.0 * math.pi * self.scales)
        return self._sum(x, lambda z: np.exp(-0.5 * z * z), weights)

    def _quantile(self, p: Array) -> Array:
        half = self._half_quantile(np.minimum(p, 1.0 - p), np.abs(p - 0.5))
        return np.asarray(np.where(p < 0.5, -half, half))

    def _half_quantile(self, tail: Array, central: Array) -> Array:
        """Point x >= 0 with P(X > x) = tail and P(0 < X <= x) = central, by safeguarded Newton steps in log x."""
        from scipy.special import ndtri

        if self._degenerate:
            return np.zeros_like(tail)
        result = np.where(tail <= 0.0, np.inf, 0.0)
        inside = (tail > 0.0) & (central > 0.0)
        tail, central = tail[inside], central[inside]
        # the normal quantile, from the central mass near 0; the mixture quantile lies between its extreme multiples
        unit = np.log(np.where(central < 0.05, central * math.sqrt(2.0 * math.pi), -ndtri(tail)))
        low = unit + 0.5 * math.log(float(self.scales.min())) - 0.01
        high = unit + 0.5 * math.log(float(self.scales.max())) + 0.01
        in_tail = tail < 0.25
        u = 0.5 * (low + high)
        for _ in range(200):
            x = np.exp(u)
            mass = np.maximum(np.where(in_tail, self._tail(x), self._central(x)), 1e-320)
            gap = np.where(in_tail, np.log(tail / mass), np.log(mass / central))
            high, low = np.where(gap >= 0.0, u, high), np.where(gap >= 0.0, low, u)
            newton = u - gap * mass / np.maximum(x * self._density(x), 1e-320)
            step = np.where((newton > low) & (newton < high), newton, 0.5 * (low + high)) - u
            u = u + step
            if np.all(np.abs(step) <= 1e-15):
                break
        result[inside] = np.exp(u)
        return result
