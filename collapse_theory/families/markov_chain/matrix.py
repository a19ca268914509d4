"""A transition matrix as a value: checked once, never changed, compared by its numbers, stored by its edges."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from collapse_theory.domain import written

if TYPE_CHECKING:
    from scipy.sparse import csr_array

Array = NDArray[np.float64]

ROUNDING = 1e-10
"""How far the sum of a row may be from 1."""
WRITTEN_OUT = 8
"""Most states of a matrix that is printed entry by entry."""


class TransitionMatrix:
    """Probabilities of going from one state to another, a row for each state from which one goes.

    Parameters
    ----------
    matrix : array_like, shape (states, states), or scipy.sparse matrix
        Rows that sum to 1. They are not renormalised.
    edges : (starts, targets, probabilities), optional
        In its place: row i has ``probabilities[starts[i]:starts[i + 1]]`` at the ``targets`` in the same places.

    Raises
    ------
    ValueError
        For a matrix that is not square or has no states, entries that are negative or no numbers, and a row that does
        not sum to 1, which the message names.
    """

    starts: NDArray[np.int64]
    targets: NDArray[np.int64]
    probabilities: Array

    def __init__(self, matrix: Any = None, *, edges: Any = None) -> None:
        from scipy import sparse

        if edges is not None:
            starts, targets, probabilities = map(np.asarray, edges)
            parts = probabilities.astype(float), targets, starts
            rows: Any = sparse.csr_array(parts, shape=(len(starts) - 1,) * 2, copy=True)
            rows.check_format()
            rows.sum_duplicates()
        elif isinstance(matrix, TransitionMatrix):
            rows = matrix.rows
        elif sparse.issparse(matrix):
            given: Any = matrix
            rows = sparse.csr_array(given).astype(float)
            rows.sum_duplicates()
        else:
            rows = sparse.csr_array(_table(matrix))
        if rows.ndim != 2 or rows.shape[0] != rows.shape[1] or rows.shape[0] == 0:
            raise ValueError(f"matrix has shape {rows.shape}, outside its domain: square, with at least one state")
        _check_entries(rows)
        rows.eliminate_zeros()
        rows.sort_indices()
        parts = rows.indptr.astype(np.int64), rows.indices.astype(np.int64), rows.data.astype(float)
        self.__setstate__(dict(zip(("starts", "targets", "probabilities"), parts, strict=True)))

    @property
    def states(self) -> int:
        """Number of states."""
        return len(self.starts) - 1

    @property
    def edges(self) -> int:
        """Number of transitions of positive probability."""
        return len(self.targets)

    @cached_property
    def irreducible(self) -> bool:
        """Whether every state leads to every other."""
        from scipy.sparse.csgraph import connected_components

        return bool(connected_components(self.rows, directed=True, connection="strong")[0] == 1)

    @cached_property
    def rows(self) -> csr_array:
        """The matrix in compressed sparse rows."""
        from scipy import sparse

        parts = self.probabilities.copy(), self.targets.copy(), self.starts.copy()
        return sparse.csr_array(parts, shape=(self.states, self.states))

    @cached_property
    def dense(self) -> Array:
        """The matrix as an array of shape ``(states, states)``."""
        table: Array = _frozen(self.rows.toarray())
        return table

    def to_dict(self) -> dict[str, Any]:
        """Parameters that make it again, as plain numbers."""
        return {"edges": [part.tolist() for part in (self.starts, self.targets, self.probabilities)]}

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> Array:  # noqa: FBT001 (numpy's protocol)
        return np.array(self.dense, dtype=dtype)

    def __getstate__(self) -> dict[str, Any]:
        return {name: getattr(self, name) for name in ("starts", "targets", "probabilities")}

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.__dict__.update({name: _frozen(part) for name, part in state.items()})

    def __setattr__(self, name: str, value: Any) -> None:
        raise AttributeError(f"{name} of a transition matrix cannot be set: make another matrix")

    @cached_property
    def _key(self) -> tuple[bytes, ...]:
        return tuple(part.tobytes() for part in (self.starts, self.targets, self.probabilities))

    def __eq__(self, other: object) -> bool:
        return isinstance(other, TransitionMatrix) and self._key == other._key

    def __hash__(self) -> int:
        return hash(self._key)

    def __repr__(self) -> str:
        if self.states > WRITTEN_OUT:
            return f"<{self.states} states, {self.edges} edges>"
        rows = (", ".join(map(written, row)) for row in self.dense.tolist())
        return f"[{', '.join(f'[{row}]' for row in rows)}]"


def _frozen(array: Any) -> Any:
    array.flags.writeable = False
    return array


def _table(matrix: Any) -> Array:
    try:
        table = np.asarray(matrix, dtype=float)
    except (TypeError, ValueError) as wrong:
        raise ValueError(f"matrix = {matrix!r} is outside its domain: rows of numbers, all of one length") from wrong
    if table.ndim != 2:
        raise ValueError(f"matrix has shape {table.shape}, outside its domain: square, with at least one state")
    return table


def _check_entries(rows: Any) -> None:
    """ValueError for the first entry that is no probability, or row that does not sum to 1."""
    row_of = np.repeat(np.arange(rows.shape[0]), np.diff(rows.indptr))
    bad = ~(np.isfinite(rows.data) & (rows.data >= 0))
    if np.any(bad):
        first = int(np.argmax(bad))
        raise ValueError(
            f"matrix[{row_of[first]}, {rows.indices[first]}] = {rows.data[first]:g} is outside its domain: "
            "a probability, at least 0"
        )
    sums = np.asarray(rows.sum(axis=1)).ravel()
    off = np.abs(sums - 1) > ROUNDING
    if np.any(off):
        row = int(np.argmax(off))
        way = "little" if sums[row] < 1 else "much"
        raise ValueError(
            f"matrix[{row}] sums to {sums[row]:.12g}, {abs(sums[row] - 1):.3g} too {way}: "
            "every row must sum to 1, and none is renormalised silently"
        )
