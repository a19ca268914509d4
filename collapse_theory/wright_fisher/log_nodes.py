"""Logarithms of probabilities, and polynomial interpolation in the logarithm from Chebyshev nodes."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

BELOW_ONE = 1 - 2.0**-53


def log_absence(chances: Array) -> Array:
    """Logarithms of 1 − p for probabilities, also for those that are 1 up to rounding."""
    return np.asarray(np.log1p(-np.minimum(chances, BELOW_ONE)))


def chebyshev(low: float, high: float, count: int) -> Array:
    """Positive numbers from ``low`` to ``high``, both included, whose logarithms are Chebyshev points."""
    middle, half = (np.log(high) + np.log(low)) / 2, (np.log(high) - np.log(low)) / 2
    points = np.exp(middle + half * np.cos(np.pi * np.arange(count) / (count - 1))[::-1])
    points[[0, -1]] = low, high
    return np.asarray(points)


@dataclass(frozen=True, eq=False)
class LogInterpolation:
    """The polynomial in log x through values at nodes, by the barycentric formula.

    Parameters
    ----------
    nodes : ndarray
        Different positive numbers, about Chebyshev's in the logarithm.
    """

    nodes: Array

    @cached_property
    def _barycentric(self) -> Array:
        apart = _apart(self.nodes, self.nodes)
        np.fill_diagonal(apart, 1.0)
        logs = -np.log(np.abs(apart)).sum(axis=1)
        return np.asarray(np.sign(apart).prod(axis=1) * np.exp(logs - logs.max()))

    def weights(self, x: Array) -> Array:
        """Weights of the nodes in the value at each x, shape ``(x, nodes)``."""
        apart = _apart(x, self.nodes)
        hit = x[:, None] == self.nodes[None, :]
        with np.errstate(divide="ignore"):
            terms = self._barycentric / np.where(hit, 1.0, apart)
        exact = hit.any(axis=1)
        terms[exact] = hit[exact]
        return np.asarray(terms / terms.sum(axis=1, keepdims=True))


def _apart(x: Array, nodes: Array) -> Array:
    """Logarithms of ratios, also of near ones to full relative precision."""
    return np.asarray(np.log1p((x[:, None] - nodes[None, :]) / nodes[None, :]))
