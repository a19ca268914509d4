"""A covariance matrix as a value: checked once, never changed, compared by its numbers."""

from __future__ import annotations

from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from collapse_theory.domain import written

Array = NDArray[np.float64]

ROUNDING = 1e-12
"""How far two entries that mirror each other may be apart, in units of the root of their variances."""
SINGULAR = 1e-14
"""Smallest eigenvalue of the correlations, for each dimension, that is told from 0."""
SMALLEST, LARGEST = 1e-300, 1e300
WRITTEN_OUT = 8
"""Most dimensions of a matrix that is printed entry by entry."""


class CovarianceMatrix:
    """Variances and covariances of the coordinates of a point: symmetric and positive definite.

    Parameters
    ----------
    matrix : array_like, shape (dimension, dimension)
        The entries.

    Raises
    ------
    ValueError
        For a matrix that is not square, has entries that are no numbers, is not symmetric, has a variance that is not
        positive, or is singular or indefinite.
    """

    values: Array

    def __init__(self, matrix: Any) -> None:
        self.__setstate__(matrix.__getstate__() if isinstance(matrix, CovarianceMatrix) else {"values": _table(matrix)})

    @property
    def dimension(self) -> int:
        """Number of coordinates."""
        return len(self.values)

    @property
    def trace(self) -> float:
        """Sum of the variances."""
        return float(np.trace(self.values))

    @cached_property
    def root(self) -> Array:
        r"""A square root :math:`A`, :math:`\Sigma = AA^\top`: Cholesky's, the widest coordinate taken first."""
        order = np.argsort(-np.diag(self.values), kind="stable")
        scales = np.sqrt(np.diag(self.values)[order])
        found = np.empty_like(self.values)
        found[order] = scales[:, None] * np.linalg.cholesky(
            self.values[np.ix_(order, order)] / np.outer(scales, scales)
        )
        return _frozen(found)

    @cached_property
    def log_determinant(self) -> float:
        """Logarithm of the determinant."""
        variances = np.diag(self.values)
        scales = np.sqrt(variances)  # of which no product of two leaves the floats
        correlations = np.linalg.cholesky(self.values / np.outer(scales, scales))
        return float(np.sum(np.log(variances)) + 2 * np.sum(np.log(np.diag(correlations))))

    @property
    def concentration(self) -> float:
        """Sum of the squares of the eigenvalues in units of the squared trace, from 1/d for equal ones to 1."""
        return float(np.sum((self.values / self.trace) ** 2))

    def to_dict(self) -> dict[str, Any]:
        """Parameters that make it again, as plain numbers."""
        return {"matrix": self.values.tolist()}

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> Array:  # noqa: FBT001 (numpy's protocol)
        return np.array(self.values, dtype=dtype)

    def __getstate__(self) -> dict[str, Any]:
        return {"values": self.values}

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.__dict__.update(values=_frozen(np.ascontiguousarray(state["values"], dtype=float)))

    def __setattr__(self, name: str, value: Any) -> None:
        raise AttributeError(f"{name} of a covariance matrix cannot be set: make another matrix")

    def __eq__(self, other: object) -> bool:
        return isinstance(other, CovarianceMatrix) and np.array_equal(self.values, other.values)

    def __hash__(self) -> int:
        return hash(self.values.tobytes())

    def __repr__(self) -> str:
        if self.dimension > WRITTEN_OUT:
            return f"<{self.dimension} × {self.dimension}>"
        rows = (", ".join(map(written, row)) for row in self.values.tolist())
        return f"[{', '.join(f'[{row}]' for row in rows)}]"


def _frozen(array: Array) -> Array:
    array.flags.writeable = False
    return array


def _table(matrix: Any) -> Array:
    """Entries as an array; ValueError for what is no covariance matrix."""
    try:
        given = np.asarray(matrix)
        table = np.array(given, dtype=float) if given.dtype.kind in "iuf" else None
    except (TypeError, ValueError):
        table = None
    if table is None:
        raise ValueError(f"covariance = {matrix!r:.80} is outside its domain: rows of numbers, all of one length")
    if table.ndim != 2 or table.shape[0] != table.shape[1] or not table.size:
        raise ValueError(f"covariance has shape {table.shape}, outside its domain: square, with at least one row")
    wrong_entries = np.argwhere(~np.isfinite(table))
    if len(wrong_entries):
        i, j = wrong_entries[0]
        raise ValueError(f"covariance[{i}, {j}] = {table[i, j]} is outside its domain: a real number")
    variances = np.diag(table)
    outside = ~((variances >= SMALLEST) & (variances <= LARGEST))
    if np.any(outside):
        i = int(np.argmax(outside))
        raise ValueError(
            f"covariance[{i}, {i}] = {table[i, i]:g} is outside its domain: a variance in [{SMALLEST:g}, {LARGEST:g}]"
        )
    scales = np.sqrt(variances)
    correlations = table / scales[:, None] / scales
    apart = np.argwhere(np.abs(correlations - correlations.T) > ROUNDING)
    if len(apart):
        i, j = apart[0]
        raise ValueError(
            f"covariance[{i}, {j}] = {table[i, j]:.12g} and covariance[{j}, {i}] = {table[j, i]:.12g} differ: "
            "a covariance matrix is symmetric"
        )
    smallest = float(np.linalg.eigvalsh((correlations + correlations.T) / 2)[0])
    if smallest <= SINGULAR * len(table):
        what = "singular" if smallest > -SINGULAR * len(table) else "indefinite"
        raise ValueError(
            f"covariance is {what}, with {smallest:.3g} as smallest eigenvalue of its correlations: outside its "
            "domain, a positive definite matrix"
        )
    return np.asarray((table + table.T) / 2)
