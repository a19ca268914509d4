r"""Whittle's formula: how many paths of a Markov chain make given numbers of transitions.

A path from u to v that makes :math:`N_{ij}` transitions from i to j leaves state i :math:`o_i = \sum_j N_{ij}` times
and enters it :math:`\sum_j N_{ji} = o_i - \delta_{iu} + \delta_{iv}` times. Of such paths there are (Whittle 1955)

.. math:: W_{uv}(N) = \frac{\prod_i o_i!}{\prod_{ij} N_{ij}!}\; F_{vu}, \qquad
          F = \text{cofactors of } \delta_{ij} - N_{ij}/o_i ,

rows of states that are never left being those of the identity, and all have the same probability
:math:`s_u \prod_{ij} P_{ij}^{N_{ij}}` under a start law s and a transition matrix P.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import combinations
from math import comb

import numpy as np
from numpy.typing import NDArray

from collapse_theory.errors import NoClosedForm

Array = NDArray[np.float64]
Counts = NDArray[np.int64]
Mask = NDArray[np.bool_]

CANDIDATES = 1_000_000
"""Most matrices of counts that are tried for one pair of end points."""
IMPOSSIBLE = -1e6
"""Logarithm that stands for that of 0, and that 0 transitions turn into 0."""


@dataclass(frozen=True, eq=False)
class PathCounts:
    """All numbers of transitions that a path of n transitions along given edges can make.

    Parameters
    ----------
    counts : ndarray, shape (m, states, states)
        Transitions from row to column.
    first, last : ndarray, shape (m,)
        End points of the path; a closed tour stands once for every state on it.
    log_paths : ndarray, shape (m,)
        Logarithm of the number of such paths.
    """

    counts: Counts = field(repr=False)
    first: Counts = field(repr=False)
    last: Counts = field(repr=False)
    log_paths: Array = field(repr=False)

    def probability(self, start: Array, matrix: Array) -> Array:
        """Probability of every row of ``counts`` with its end points, under a start law and a transition matrix."""
        logs = np.where(matrix > 0, np.log(np.where(matrix > 0, matrix, 1.0)), IMPOSSIBLE)
        exponents = self.log_paths + self.counts.reshape(len(self.last), -1) @ logs.ravel()
        return np.asarray(start[self.first] * np.exp(exponents))


def path_counts(edges: Mask, n: int) -> PathCounts:
    """All transition counts of paths of n transitions along the edges.

    Parameters
    ----------
    edges : ndarray of bool, shape (states, states)
        The transitions that are allowed.
    n : int
        Number of transitions, at least 1.

    Raises
    ------
    NoClosedForm
        When more than ``CANDIDATES`` matrices would have to be tried for one pair of end points.
    """
    found = list(_by_end_points(edges, n))
    counts = np.concatenate([part[0] for part in found])
    first, last = (np.concatenate([np.full(len(p[0]), p[place]) for p in found]) for place in (1, 2))
    return PathCounts(counts, first, last, np.concatenate([_log_paths(*part) for part in found]))


def joined(parts: list[PathCounts]) -> PathCounts:
    """Transition counts of paths of several lengths, one after the other."""
    names = ("counts", "first", "last", "log_paths")
    return PathCounts(*(np.concatenate([getattr(part, name) for part in parts]) for name in names))


def _by_end_points(edges: Mask, n: int) -> Iterator[tuple[Counts, int, int]]:
    states = len(edges)
    solve = _Balance(edges, n)
    for first in range(states):
        for last in range(states):
            if first != last:
                counts = solve(first, last)
                yield counts[_connected(counts, first)], first, last
    tours = solve(0, 0)
    for state in range(states):
        through = tours[tours[:, state].any(axis=1)]
        yield through[_connected(through, state)], state, state


class _Balance:
    """All counts of n transitions of which every state has as many in as out, but for the end points of the path."""

    def __init__(self, edges: Mask, n: int) -> None:
        from scipy.linalg import qr

        self.shape, self.n = edges.shape, n
        self.tail, self.head = np.nonzero(edges)
        place = np.arange(self.tail.size)
        self.balance = np.zeros((len(edges) + 1, self.tail.size))
        np.add.at(self.balance, (self.tail, place), 1.0)
        np.add.at(self.balance, (self.head, place), -1.0)
        self.balance[-1] = 1.0
        _, r, order = qr(self.balance, mode="economic", pivoting=True)
        rank = int(np.sum(np.abs(np.diag(r)) > 1e-9))
        self.bound, self.free = order[:rank], np.sort(order[rank:])
        if comb(n + self.free.size, self.free.size) > CANDIDATES:
            raise NoClosedForm(
                f"{n} transitions along {self.tail.size} edges make more than {CANDIDATES} matrices of counts"
            )
        self.choices = _at_most(n, self.free.size)

    def __call__(self, first: int, last: int) -> Counts:
        right = np.zeros(len(self.balance))
        right[-1] = self.n
        right[first] += 1.0
        right[last] -= 1.0
        left = right - self.choices @ self.balance[:, self.free].T
        rest = np.rint(left @ np.linalg.pinv(self.balance[:, self.bound]).T)
        held = np.all(rest @ self.balance[:, self.bound].T == left, axis=1) & np.all(rest >= 0, axis=1)
        edge_counts = np.empty((int(held.sum()), self.tail.size), np.int64)
        edge_counts[:, self.free], edge_counts[:, self.bound] = self.choices[held], rest[held]
        counts = np.zeros((len(edge_counts), *self.shape), np.int64)
        counts[:, self.tail, self.head] = edge_counts
        return counts


def _at_most(total: int, parts: int) -> Counts:
    """All vectors of whole numbers >= 0 with a sum of at most ``total``, by stars and bars."""
    if parts == 0:
        return np.zeros((1, 0), np.int64)
    bars = np.array(list(combinations(range(total + parts), parts)), np.int64)
    return np.asarray(np.diff(bars, axis=1, prepend=-1) - 1)


def _connected(counts: Counts, first: int) -> Mask:
    """Whether every state that is left can be reached from the first."""
    states = counts.shape[1]
    reach = (counts > 0) | np.eye(states, dtype=bool)
    for _ in range(states.bit_length()):
        reach = reach @ reach
    return np.asarray(np.all(reach[:, first] | ~counts.any(axis=2), axis=1))


def _log_paths(counts: Counts, first: int, last: int) -> Array:
    from scipy.special import gammaln

    states = counts.shape[1]
    left = counts.sum(axis=2)
    apart = np.where(np.eye(states, dtype=bool), 0, counts) / np.maximum(left, 1)[:, :, None]
    # the diagonal 1 − N_ii/o_i as a sum, which does not cancel
    diagonal = np.where(left > 0, apart.sum(axis=2), 1.0)
    table = diagonal[:, :, None] * np.eye(states) - apart
    minor = np.delete(np.delete(table, last, axis=1), first, axis=2)
    multinomial = gammaln(left + 1.0).sum(axis=1) - gammaln(counts + 1.0).sum(axis=(1, 2))
    return np.asarray(multinomial + np.log(np.abs(np.linalg.det(minor))))
