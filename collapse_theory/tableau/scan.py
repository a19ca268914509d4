"""A compiled chain of small matrix–vector products."""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import njit


@njit(cache=True, nogil=True)
def scan(matrices: Any, state: Any) -> Any:  # pragma: no cover
    """States after each of the matrices in turn, shape ``(generations, letters)``."""
    generations, size, _ = matrices.shape
    path = np.empty((generations, size))
    now = state.copy()
    for g in range(generations):
        for i in range(size):
            total = 0.0
            for j in range(size):
                total += matrices[g, i, j] * now[j]
            path[g, i] = total
        now[:] = path[g]
    return path


@njit(cache=True, nogil=True)
def scan_same(matrix, state, generations):  # type: ignore[no-untyped-def]  # pragma: no cover
    """The same for one matrix in all generations."""
    size = len(state)
    path = np.empty((generations, size))
    now = state.copy()
    for g in range(generations):
        for i in range(size):
            total = 0.0
            for j in range(size):
                total += matrix[i, j] * now[j]
            path[g, i] = total
        now[:] = path[g]
    return path
