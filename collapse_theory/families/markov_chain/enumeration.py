"""The bigram recursion as a finite Markov chain between fitted models: transitions, time to certainty, ends.

A fitted model is told by the transition counts of the path it was fitted to, where the next path starts in the last
state also by that state, and where unseen rows are kept by the rows that were kept. The law of the counts of one path
is Whittle's formula. A model is certain when every row that the next path can use has one successor; the recursion is
absorbed in the certain models that lead to certain models only.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from math import comb
from typing import Any

import numpy as np
from numpy.typing import NDArray

from collapse_theory.domain import COUNT
from collapse_theory.errors import NoClosedForm
from collapse_theory.families.markov_chain.dense import DenseModels
from collapse_theory.families.markov_chain.stationary import long_runs
from collapse_theory.families.markov_chain.whittle import joined, path_counts
from collapse_theory.phase_type import PhaseType

Array = NDArray[np.float64]
Counts = NDArray[np.int64]
Mask = NDArray[np.bool_]
Cycle = tuple[int, ...]

STATES = 600
"""Most fitted models that are enumerated."""


@dataclass(frozen=True, eq=False)
class StateSpace:
    """All fitted models that can occur, and the law of the recursion on them.

    Parameters
    ----------
    counts : ndarray, shape (S, K, K)
        Transition counts; where ``unseen_row`` is "previous", a row that the path did not leave holds the kept row.
    occupancy : ndarray, shape (S, K)
        How often the path left each state.
    last : ndarray, shape (S,)
        Last state of the path; of one of the paths, where the next does not start there.
    first : ndarray, shape (S,)
        Law of generation 1.
    step : ndarray, shape (S, S)
        Law of the next generation; rows sum to 1.
    certain : ndarray of bool, shape (S,)
        Whether the model and all that follow have one successor in every row they use.
    cycles : tuple of tuple of int
        For certain models the cycle they end in, smallest state first, and () for others.
    source_certain : bool
        Whether the source is certain in the same sense.
    """

    counts: Array = field(repr=False)
    occupancy: Array = field(repr=False)
    last: Counts = field(repr=False)
    first: Array = field(repr=False)
    step: Array = field(repr=False)
    certain: Mask = field(repr=False)
    cycles: tuple[Cycle, ...] = field(repr=False)
    source_certain: bool

    def law(self, t: Counts) -> Array:
        """Law of generations t >= 1, shape ``(len(t), S)``, by repeated squaring.

        Raises
        ------
        ValueError
            For a generation below 1.
        """
        wanted = np.asarray(t, np.int64)
        if np.any(wanted < 1):
            raise ValueError(f"t = {wanted.min()} is outside its domain: generations from 1 on have fitted models")
        row, now, squares = self.first, 1, [self.step]
        result = np.empty((len(wanted), len(self.first)))
        for generation in np.unique(wanted).tolist():
            for j in range((generation - now).bit_length()):
                if j == len(squares):
                    square = squares[-1] @ squares[-1]
                    squares.append(square / square.sum(axis=1, keepdims=True))
                if (generation - now) >> j & 1:
                    row = row @ squares[j]
            now = generation
            result[wanted == generation] = row
        return result

    @cached_property
    def time(self) -> PhaseType:
        """Law of the first generation with a certain model, 0 where the source is certain."""
        transient = np.flatnonzero(~self.certain)
        size = len(transient) + 1
        matrix, absorption, initial = np.zeros((size, size)), np.zeros(size), np.zeros(size)
        matrix[0, 1:], matrix[1:, 1:] = self.first[transient], self.step[np.ix_(transient, transient)]
        absorption[0], absorption[1:] = (
            self.first[self.certain].sum(),
            self.step[transient][:, self.certain].sum(axis=1),
        )
        initial[0] = 0.0 if self.source_certain else 1.0
        return PhaseType(initial, matrix, absorption)

    @cached_property
    def ends(self) -> dict[Cycle, float]:
        """Chance of every cycle in which the recursion can end, summing to the chance that it ends."""
        arrived = self.first + self.time.visits[1:] @ self.step[~self.certain]
        result: dict[Cycle, float] = {}
        for state in np.flatnonzero(self.certain).tolist():
            result[self.cycles[state]] = result.get(self.cycles[state], 0.0) + float(arrived[state])
        return result


def possible(chain: Any, n: int) -> bool:
    """Whether paths of n transitions leave at most ``STATES`` fitted models, by `most_states`."""
    return most_states(chain, n) <= STATES


def most_states(chain: Any, n: int) -> int:
    r"""Bound on the number of fitted models of paths of n transitions.

    Two states have at most :math:`2 + n(n + 1)` pairs of counts and last state, of which about
    :math:`\tfrac34 n^2` differ in the counts; K states have at most :math:`K^{n+1}` paths. Paths that may stop add the
    shorter ones, and every row that is kept is that of the source or has a denominator from n/2 to n.
    """
    states, unseen = int(chain.matrix.states), str(chain.unseen_row)
    if states == 1:
        return 1
    if states == 2:
        open_paths = ((n + 1) // 2) * (n // 2 + 1)
        tours = n * (n + 1) // 2 - open_paths
        found = 2 + 2 * open_paths + (2 if chain.start == "last" else 1) * tours
    else:
        found = int(states ** min(n + 1, 10))
    if unseen == "end":
        return found + 2 * n if states == 2 else 2 * found
    if unseen != "previous" or found > STATES:
        return found
    rows = 1 + sum(comb(m + states - 1, m) for m in range(n // 2 + 1, n + 1))
    if states == 2:
        return found + 4 * rows
    # paths by the number of states that they leave
    leaving = [1] + [0] * states
    for _ in range(n):
        leaving = [0] + [leaving[m] * m + leaving[m - 1] * (states - m + 1) for m in range(1, states + 1)]
    return states * sum(paths * int(rows ** (states - m)) for m, paths in enumerate(leaving))


@lru_cache(maxsize=16)
def enumerate_states(chain: Any, n: int) -> StateSpace:
    """All fitted models of a chain whose every generation is fitted to one path of n transitions.

    Parameters
    ----------
    chain : MarkovChain
        Source and conventions of the fit.
    n : int
        Number of transitions, at least 1.

    Raises
    ------
    NoClosedForm
        Where `possible` is false.
    """
    COUNT.check("n", n)
    if not possible(chain, n):
        raise NoClosedForm(f"paths of n = {n} transitions may leave more than {STATES} fitted models")
    paths = _Paths(chain, n)
    index: dict[bytes, int] = {}
    found: list[tuple[Array, Counts, int]] = []
    laws: list[dict[int, float]] = []
    layer = _source(chain)
    certain: list[bool] = layer.certain.tolist()
    cycles: list[Cycle] = [()]
    while len(layer.last):
        seen = len(found)
        for matrix, start in zip(layer.rows, _starts(layer), strict=True):
            law: dict[int, float] = {}
            for state, probability in paths.outcomes(matrix, start):
                key = state[0].tobytes() + state[1].tobytes() + bytes([state[2]] if chain.start == "last" else [])
                if key not in index:
                    index[key] = len(found)
                    found.append(state)
                law[index[key]] = law.get(index[key], 0.0) + probability
            laws.append(law)
        layer = _models(chain, found[seen:])
        certain += layer.certain.tolist()
        cycles += [_cycle(chain, *model) for model in zip(layer.rows, _starts(layer), strict=True)]
    table = np.zeros((len(laws), len(found)))
    for row, law in enumerate(laws):
        table[row, list(law)] = list(law.values())
    table /= table.sum(axis=1, keepdims=True)
    sure = _for_good(np.array(certain), table)
    models = _models(chain, found)
    ends = tuple(cycle if here else () for cycle, here in zip(cycles[1:], sure[1:], strict=True))
    return StateSpace(models.counts, models.occupancy, models.last, table[0], table[1:], sure[1:], ends, bool(sure[0]))


@lru_cache(maxsize=16)
def one_step(chain: Any, n: int) -> tuple[Counts, Counts, Counts, Array]:
    """Law of the counts after one generation from the source, along its edges only.

    Returns
    -------
    counts : ndarray, shape (S, K, K)
        With the closing transition, where ``unseen_row`` is "cyclic".
    occupancy : ndarray, shape (S, K)
    last : ndarray, shape (S,)
    probability : ndarray, shape (S,)

    Raises
    ------
    NoClosedForm
        For more counts than `path_counts` tries.
    """
    COUNT.check("n", n)
    source = _source(chain)
    paths = _Paths(chain, n, edges=source.rows[0] > 0)
    probability = paths.probability(source.rows[0], _starts(source)[0])
    some = probability > 0
    law = probability[some] / probability[some].sum()
    return paths.counts[some], paths.occupancy[some], paths.last[some], law


class _Paths:
    """All paths of one length, or of all lengths up to it where they may stop, as what is fitted to them."""

    def __init__(self, chain: Any, n: int, edges: Mask | None = None) -> None:
        states = chain.matrix.states
        stopping = chain.unseen_row == "end" and edges is None
        lengths = range(1 if stopping else n, n + 1)
        parts = [path_counts(np.ones((states, states), bool) if edges is None else edges, m) for m in lengths]
        self.paths = joined(parts)
        self.stopped = np.repeat([m < n for m in lengths], [len(part.last) for part in parts])
        self.counts, self.last = self.paths.counts.copy(), self.paths.last
        if chain.unseen_row == "cyclic":
            self.counts[np.arange(len(self.last)), self.last, self.paths.first] += 1
        self.occupancy: Counts = np.asarray(self.counts.sum(axis=2))
        self.keeping = chain.unseen_row == "previous"

    def probability(self, matrix: Array, start: Array) -> Array:
        """Probability of every path's counts under a model; a path is short only where it stops for want of a row."""
        early = self.stopped & (np.count_nonzero(matrix, axis=1)[self.last] > 0)
        return np.where(early, 0.0, self.paths.probability(start, matrix))

    def outcomes(self, matrix: Array, start: Array) -> Iterator[tuple[tuple[Array, Counts, int], float]]:
        """What is fitted next, and its probability."""
        probability = self.probability(matrix, start)
        some = np.flatnonzero(probability)
        counts, occupancy = self.counts[some].astype(float), self.occupancy[some]
        if self.keeping:
            counts = np.where(occupancy[:, :, None] > 0, counts, matrix)
        states = zip(counts, occupancy, self.last[some].tolist(), strict=True)
        return zip(states, probability[some].tolist(), strict=True)


def _source(chain: Any) -> DenseModels:
    matrix = chain.matrix.dense
    law = long_runs(matrix, np.full(len(matrix), 1.0 / len(matrix)))
    return DenseModels(chain, matrix[None], law[None], np.array([-1]))


def _models(chain: Any, found: list[tuple[Array, Counts, int]]) -> DenseModels:
    states = chain.matrix.states
    counts = np.array([state[0] for state in found]).reshape(-1, states, states)
    occupancy = np.array([state[1] for state in found], float).reshape(-1, states)
    return DenseModels(chain, counts, occupancy, np.array([state[2] for state in found], np.int64))


def _starts(models: DenseModels) -> Array:
    """Law of the first state of the next path."""
    return models.long_run if models.chain.start == "stationary" else models.begun


def _for_good(certain: Mask, table: Array) -> Mask:
    """Which certain models, the source first, are followed by such models only."""
    while True:
        kept = np.asarray(certain & ~np.any(table[:, ~certain[1:]] > 0, axis=1))
        if np.array_equal(kept, certain):
            return kept
        certain = kept


def _cycle(chain: Any, matrix: Array, start: Array) -> Cycle:
    """Cycle to which the likeliest transitions lead; a path that stops is followed by the next one."""
    path = [int(np.argmax(start))]
    while path[-1] not in path[:-1] and matrix[path[-1]].any():
        path.append(int(np.argmax(matrix[path[-1]])))
    cycle = path
    if path[-1] in path[:-1]:
        cycle = path[path.index(path[-1]) : -1]
    elif chain.start != "fixed":
        cycle = path[-2:]  # later paths begin ever later, until the last transition is left
    smallest = cycle.index(min(cycle))
    return tuple(cycle[smallest:] + cycle[:smallest])
