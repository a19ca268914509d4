r"""Long-run laws: where a chain spends its time, whatever its classes.

The long-run law of a chain begun with the law :math:`\alpha` is the Cesàro limit

.. math:: \pi = \lim_{m\to\infty} \frac1m \sum_{k<m} \alpha P^k.

Transient states hand their mass on, each closed class keeps what reaches it and spreads it by its own stationary law.
The elimination of Grassmann, Taksar and Heyman (1985) does both without a subtraction, so that every entry has a small
relative error; large sparse classes take an eigenvector instead, where its error is small in total variation.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import njit
from numpy.typing import ArrayLike, NDArray

Array = NDArray[np.float64]

ELIMINATED = 600
"""States up to which a closed class of a sparse chain is solved by elimination."""
SETTLED = 1e-9
"""Largest error of the eigenvector of a large class: its distance from its own image, by the spectral gap."""


@njit(cache=True, nogil=True)
def long_run(matrix, start, law):  # type: ignore[no-untyped-def]
    """Long-run law of a chain begun with the law ``start``, written into ``law``."""
    states = len(start)
    members = np.empty(states, np.int64)
    found = np.zeros(states, np.bool_)
    size = 0
    for i in range(states):
        if start[i] > 0:
            found[i] = True
            members[size] = i
            size += 1
    done = 0
    while done < size:
        i = members[done]
        done += 1
        for j in range(states):
            if matrix[i, j] > 0 and not found[j]:
                found[j] = True
                members[size] = j
                size += 1
    law[:] = 0
    p = np.empty((size, size))
    mass = np.empty(size)
    for a in range(size):
        mass[a] = start[members[a]]
        for b in range(size):
            p[a, b] = matrix[members[a], members[b]]
    reach = p > 0
    for k in range(size):
        for a in range(size):
            if reach[a, k]:
                for b in range(size):
                    reach[a, b] |= reach[k, b]
    transient = np.zeros(size, np.bool_)
    for a in range(size):
        for b in range(size):
            if reach[a, b] and not reach[b, a]:
                transient[a] = True
    gone = np.zeros(size, np.bool_)
    for k in range(size):
        if not transient[k]:
            continue
        gone[k] = True
        out = 0.0
        for b in range(size):
            if not gone[b]:
                out += p[k, b]
        for b in range(size):
            if not gone[b]:
                mass[b] += mass[k] * p[k, b] / out
        for a in range(size):
            if transient[a] and not gone[a] and p[a, k] > 0:
                for b in range(size):
                    if not gone[b]:
                        p[a, b] += p[a, k] * p[k, b] / out
    settled = transient.copy()
    for a in range(size):
        if settled[a]:
            continue
        group = np.empty(size, np.int64)
        many, total = 0, 0.0
        for b in range(size):
            if a == b or (reach[a, b] and not transient[b]):
                group[many] = b
                many += 1
                total += mass[b]
                settled[b] = True
        share = stationary(p, group[:many])
        for c in range(many):
            law[members[group[c]]] = total * share[c]


@njit(cache=True, nogil=True)
def stationary(p, group):  # type: ignore[no-untyped-def]
    """Stationary law of a closed class, in another order of the states where the first one underflows."""
    law = eliminate(p, group)
    if np.isnan(law.sum()):
        law = eliminate(p, group[::-1].copy())[::-1].copy()
    if np.isnan(law.sum()):
        raise ArithmeticError("the stationary law of a closed class leaves the floats")
    return law


@njit(cache=True, nogil=True)
def eliminate(p, group):  # type: ignore[no-untyped-def]
    """Stationary law of a closed class by elimination of one state after another, NaN where that underflows."""
    size = len(group)
    q = np.empty((size, size))
    for a in range(size):
        for b in range(size):
            q[a, b] = p[group[a], group[b]]
    for k in range(size - 1, 0, -1):
        out = 0.0
        for b in range(k):
            out += q[k, b]
        if out == 0.0:
            return np.full(size, np.nan)
        for a in range(k):
            q[a, k] /= out
            factor = q[a, k]
            if factor > 0:
                for b in range(k):
                    q[a, b] += factor * q[k, b]
    law = np.zeros(size)
    law[0] = 1.0
    total = 1.0
    for k in range(1, size):
        for a in range(k):
            law[k] += law[a] * q[a, k]
        total += law[k]
    return law / total


@njit(cache=True, nogil=True)
def _long_runs(matrices, starts, laws):  # type: ignore[no-untyped-def]
    for m in range(len(matrices)):
        long_run(matrices[m], starts[m], laws[m])


def long_runs(matrices: ArrayLike, starts: ArrayLike) -> Array:
    """Long-run laws of many chains, shapes ``(…, states, states)`` and ``(…, states)``."""
    p, start = np.asarray(matrices, dtype=float), np.asarray(starts, dtype=float)
    states = p.shape[-1]
    laws = np.empty(start.shape)
    flat = laws.reshape(-1, states)
    _long_runs(np.ascontiguousarray(p).reshape(-1, states, states), start.reshape(-1, states), flat)
    return laws


def sparse_long_run(matrix: Any, start: Array) -> Array:
    """Long-run law of one chain in sparse rows."""
    from scipy.sparse.csgraph import connected_components

    reached = reached_from(matrix, start)
    p, mass = matrix[reached][:, reached], start[reached].astype(float)
    count, label = connected_components(p, directed=True, connection="strong")
    rows = np.repeat(np.arange(p.shape[0]), np.diff(p.indptr))
    leaving = label[rows] != label[p.indices]
    closed = np.ones(count, dtype=bool)
    closed[label[rows[leaving]]] = False
    mass = _handed_on(p, mass, closed[label])
    law = np.zeros(p.shape[0])
    for group in (np.flatnonzero(label == one) for one in np.flatnonzero(closed)):
        total = mass[group].sum()
        if total > 0:
            law[group] = total * _of_class(p[group][:, group])
    result = np.zeros(len(start))
    result[reached] = law
    return result


def reached_from(matrix: Any, start: Array) -> NDArray[np.int64]:
    """States that a sparse chain begun with a law can visit."""
    from scipy.sparse.csgraph import breadth_first_order

    found = np.zeros(len(start), dtype=bool)
    for i in np.flatnonzero(start > 0):
        if not found[i]:
            found[breadth_first_order(matrix, int(i), return_predecessors=False)] = True
    return np.flatnonzero(found)


def closed_classes(matrix: Any, start: Array) -> int:
    """Number of closed classes that a chain begun with a law can come to."""
    from scipy import sparse
    from scipy.sparse.csgraph import connected_components

    rows = sparse.csr_array(matrix)
    rows.eliminate_zeros()
    reached = reached_from(rows, start)
    edges = sparse.coo_array(rows[reached][:, reached])
    count, label = connected_components(edges, directed=True, connection="strong")
    return int(count - len(np.unique(label[edges.row[label[edges.row] != label[edges.col]]])))


def _handed_on(p: Any, mass: Array, recurrent: NDArray[np.bool_]) -> Array:
    """Mass in the recurrent states after the transient ones have handed theirs on."""
    from scipy import sparse
    from scipy.sparse.linalg import spsolve

    transient = np.flatnonzero(~recurrent)
    if not transient.size:
        return mass
    leaving = p[transient].tolil()
    leaving[np.arange(transient.size), transient] = 0.0
    leaving = sparse.csr_array(leaving)
    leaving.data = leaving.data / np.repeat(np.asarray(leaving.sum(axis=1)), np.diff(leaving.indptr))
    within = sparse.csc_array(sparse.eye_array(transient.size) - leaving[:, transient])
    departures = np.atleast_1d(spsolve(sparse.csc_array(within.T), mass[transient]))
    result = mass + leaving.T @ departures
    result[transient] = 0
    return np.asarray(result)


def _of_class(p: Any) -> Array:
    """Stationary law of one closed class; of a large one up to a small distance in total variation."""
    size = p.shape[0]
    if size > ELIMINATED:
        from scipy.sparse.linalg import ArpackNoConvergence, eigs

        try:
            values, vectors = eigs(p.T, k=2, which="LR", v0=np.full(size, 1.0 / size))
        except ArpackNoConvergence:
            return _eliminated(p)
        first = int(np.argmax(values.real))
        law = np.abs(vectors[:, first].real)
        law /= law.sum()
        moved = 0.5 * float(np.abs(law @ p - law).sum())
        if moved < SETTLED * abs(1 - values[1 - first]):
            return np.asarray(law)
    return _eliminated(p)


def _eliminated(p: Any) -> Array:
    return np.asarray(stationary(p.toarray(), np.arange(p.shape[0])))
