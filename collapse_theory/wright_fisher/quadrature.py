"""Means over laws of counts by few nodes, for functions that are smooth on their scale."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

GAUSS = 16
"""Nodes of a Gauss rule, which is exact for polynomials of degree 31."""
NORMAL_FROM = 1000.0
"""Standard deviation from which a count is as good as normal: its third moment then counts less than rounding."""


def gauss_rule(values: Array, chances: Array) -> tuple[Array, Array]:
    """Gauss rule of sixteen nodes for a law on many values, by the recurrence of its orthogonal polynomials."""
    mean = values @ chances
    x = values - mean
    scale = np.abs(x).max()
    x = x / scale
    before, now, norm = np.zeros_like(x), np.ones_like(x), 1.0
    diagonal, off = np.empty(GAUSS), np.empty(GAUSS)
    for k in range(GAUSS):
        off[k] = np.sqrt(norm)
        now = now / off[k]
        diagonal[k] = (x * now * now) @ chances
        before, now = now, (x - diagonal[k]) * now - (off[k] * before if k else 0.0)
        norm = (now * now) @ chances
    matrix = np.diag(diagonal) + np.diag(off[1:], 1) + np.diag(off[1:], -1)
    nodes, vectors = np.linalg.eigh(matrix)
    return mean + scale * nodes, vectors[0] ** 2


def normal_rule(mean: float, sd: float) -> tuple[Array, Array]:
    """Gauss rule of sixteen nodes for a normal law."""
    nodes, weights = _hermite()
    return mean + sd * nodes, weights


@lru_cache(maxsize=1)
def _hermite() -> tuple[Array, Array]:
    nodes, weights = np.polynomial.hermite_e.hermegauss(GAUSS)
    return nodes, weights / weights.sum()
