"""Chains whose rows are sharpened or cut before a path walks them, and a path as it is in expectation.

A tilted chain is a chain given by its rows, as the source is: its state has the rows in place of counts, the law of the
first state of a path in place of the occupancy, and no last state.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from collapse_theory.errors import NotDefined
from collapse_theory.families.markov_chain.dense import DenseModels
from collapse_theory.families.markov_chain.sparse import SparseModel, scaled
from collapse_theory.families.markov_chain.stationary import closed_classes, long_runs, sparse_long_run

Array = NDArray[np.float64]
State = tuple[NDArray[Any], ...]


def tilted(family: Any, state: State, weight: Callable[[Array], Array]) -> State:
    """Chains whose transitions are likelier by a weight of their share of their row.

    A path begins where one of the chain itself would; where that is the long-run law, in that of the tilted chain.

    Raises
    ------
    NotDefined
        For a smoothed chain of too many states to hold its rows, which are full.
    """
    if state[0].dtype == object:
        return _sparse_tilted(family, state, weight)
    models = DenseModels(family, *state)
    alive = models.rows.sum(axis=-1, keepdims=True) > 0
    rows = np.where(alive, models.rows, 1.0)
    rows = rows * weight(rows)
    rows = np.where(alive, rows / rows.sum(axis=-1, keepdims=True), 0.0)
    first = models.begun
    if family.start == "stationary":
        first = long_runs(np.where(alive, rows, first[..., None, :]), first)
    return rows, np.array(first), np.full(state[2].shape, -1, dtype=np.int64)


def _sparse_tilted(family: Any, state: State, weight: Callable[[Array], Array]) -> State:
    counts, first = np.empty(state[2].shape, dtype=object), np.empty(state[1].shape)
    for r, parts in enumerate(zip(*state, strict=True)):
        model = SparseModel(family, *parts)
        rows = model.filled.astype(float)
        for begin, end in zip(rows.indptr[:-1], rows.indptr[1:], strict=True):
            if end > begin:
                own = rows.data[begin:end] * weight(rows.data[begin:end])
                rows.data[begin:end] = own / own.sum()
        rows.eliminate_zeros()
        counts[r], first[r] = rows, model.begun
        if family.start == "stationary":
            first[r] = sparse_long_run(rows, model.begun)
    return counts, first, np.full(state[2].shape, -1, dtype=np.int64)


def expected(family: Any, state: State, count: Any) -> tuple[Any, NDArray[np.int64]]:
    """Counts of so many transitions in the long run, and the likeliest state in which they end.

    Raises
    ------
    NotDefined
        Where a path can end in one of several closed classes, and for a smoothed chain of too many states.
    """
    counts, last = np.array(state[0]), np.empty(state[2].shape, dtype=np.int64)
    for r, parts in enumerate(zip(*state, strict=True)):
        dense = state[0].dtype != object
        model: Any = DenseModels(family, *parts) if dense else SparseModel(family, *parts)
        rows = model.unending if dense else model.filled
        if closed_classes(rows, model.begun) > 1:
            raise NotDefined(f"{family!r} without noise: a path ends in one of several closed classes, by chance")
        law = model.long_run if dense else sparse_long_run(rows, model.begun)
        here = np.broadcast_to(count, state[2].shape)[r] * law
        counts[r], last[r] = here[:, None] * rows if dense else scaled(rows, here), np.argmax(law)
    return counts, last
