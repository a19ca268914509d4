"""Powers of a matrix between two vectors: at many exponents, and the first exponent that reaches a level."""

from __future__ import annotations

import math
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
Counts = NDArray[np.int64]


def bilinear_powers(matrix: Array, row: Array, vector: Array, times: Counts) -> Array:
    """Values row M^t vector, by strides of about the root of the number of different times."""
    unique, inverse = np.unique(times, return_inverse=True)
    stride = max(1, math.isqrt(unique.size))
    rows = [row]
    for _ in range(stride - 1):
        rows.append(rows[-1] @ matrix)
    table = np.array(rows)
    squares: list[Array] = []
    values, position = np.empty(unique.size), 0
    strides, low = np.divmod(unique, stride)
    for target in np.unique(strides).tolist():
        for j in range((target - position).bit_length()):
            if j == len(squares):
                squares.append(squares[-1] @ squares[-1] if squares else np.linalg.matrix_power(matrix, stride))
            if (target - position) >> j & 1:
                vector = squares[j] @ vector
        position = target
        here = strides == target
        values[here] = table[low[here]] @ vector
    return values[inverse]


def stochastic_power(matrix: Array, exponent: int) -> Array:
    """Power of a matrix whose rows sum to 1, also after many squarings."""
    found, square = np.eye(len(matrix)), matrix
    while exponent:
        if exponent & 1:
            found = found @ square
            found /= found.sum(axis=1, keepdims=True)
        exponent >>= 1
        if exponent:
            square = square @ square
            square /= square.sum(axis=1, keepdims=True)
    return found


@dataclass(frozen=True)
class PowerSearch:
    """Bisection over powers of a matrix, which are kept."""

    matrix: Array
    row: Array
    vector: Array
    squares: list[Array] = field(default_factory=list)

    def first(self, sign: float, level: float) -> float:
        """Generation t at which sign * (row M^(t-1) vector) first reaches the level; infinite beyond 2^50."""
        vector, steps, top = self.vector, 0, -1
        reached = sign * float(self.row @ vector) >= level
        while not reached:
            top += 1
            if top > 50:
                return math.inf
            if top == len(self.squares):
                self.squares.append(self.squares[-1] @ self.squares[-1] if top else self.matrix)
            reached = sign * float(self.row @ (self.squares[top] @ vector)) >= level
        for j in range(top - 1, -1, -1):
            ahead = self.squares[j] @ vector
            if sign * float(self.row @ ahead) < level:
                vector, steps = ahead, steps + 2**j
        return 1.0 if top < 0 else steps + 2.0
