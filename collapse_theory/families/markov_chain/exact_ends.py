r"""Where the bigram recursion ends, in exact Fractions and plain Python: the first of two roads, without floats.

The law of the counts of one path comes by dynamic programming over its steps. A fitted model is told by the law of the
next path's first state and the rows that this path can use; models that agree in these are one. Every decimal stands
for the fraction that it writes, 0.1 for 1/10, and rows are divided by their sums. With T the law of the next model
among those from which the end can be reached and v the law of generation 1,

.. math:: w (I - T) = v, \qquad E\,\tau = 1 + \sum w, \qquad P(\text{cycle}) = v_c + \sum_m w_m T_{mc} .
"""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from collapse_theory.domain import COUNT
from collapse_theory.errors import NoClosedForm
from collapse_theory.families.markov_chain.enumeration import possible
from collapse_theory.families.smoothing import AbsoluteDiscount, AddAlpha, BackOff

Row = tuple[Fraction, ...]
Table = tuple[tuple[int, ...], ...]
Cycle = tuple[int, ...]

EXACT_STATES = 150
"""Most fitted models that are solved in Fractions."""


@dataclass(frozen=True)
class Model:
    """A fitted chain as far as its next path can tell.

    Parameters
    ----------
    start : tuple of Fraction
        Law of the first state.
    rows : tuple of tuple of Fraction
        Transition probabilities; () for states that the path cannot visit, zeros where it stops.
    """

    start: Row
    rows: tuple[Row, ...]

    @property
    def certain(self) -> bool:
        """Whether every row that the path can use has one successor at most."""
        return all(sum(p > 0 for p in row) <= 1 for row in self.rows)


@dataclass(frozen=True)
class Models:
    """All models that can occur, and the law of the recursion on them.

    Parameters
    ----------
    models : tuple of Model
        The source first.
    laws : tuple of mapping
        Law of the next model after each, by its place.
    """

    models: tuple[Model, ...]
    laws: tuple[Mapping[int, Fraction], ...]

    @property
    def certain(self) -> frozenset[int]:
        """Places of the certain models that are followed by certain models only."""
        kept = {place for place, model in enumerate(self.models) if model.certain}
        while gone := {place for place in kept if not self.laws[place].keys() <= kept}:
            kept -= gone
        return frozenset(kept)


@dataclass(frozen=True)
class Ends:
    """Where the recursion ends.

    Parameters
    ----------
    probabilities : mapping of tuple of int to Fraction
        Chance of every cycle that it may repeat for ever, smallest state first; they sum to the chance that it ends.
    mean_time : Fraction or float
        Expected first generation with a certain model; ``math.inf`` where it may never come.
    """

    probabilities: Mapping[Cycle, Fraction]
    mean_time: Fraction | float


def ends(chain: Any, n: int) -> Ends:
    """Cycles in which the recursion can end, and the expected generation in which it is certain.

    Parameters
    ----------
    chain : MarkovChain
        Source and conventions of the fit.
    n : int
        Number of transitions of every path, at least 1.

    Raises
    ------
    NoClosedForm
        For more than ``EXACT_STATES`` models.
    """
    space = exact_models(chain, n)
    certain = space.certain
    able = set(certain)
    while more := {p for p, law in enumerate(space.laws) if p not in able and not able.isdisjoint(law)}:
        able |= more
    between = sorted(able - certain - {0})
    visits = dict(zip(between, _visits(space, between), strict=True))
    arrived = {state: space.laws[0].get(state, Fraction(0)) for state in certain}
    for place, weight in visits.items():
        for state in certain & space.laws[place].keys():
            arrived[state] += weight * space.laws[place][state]
    found: dict[Cycle, Fraction] = {}
    for state in sorted(state for state, probability in arrived.items() if probability):
        cycle = _cycle(chain, space.models[state])
        found[cycle] = found.get(cycle, Fraction(0)) + arrived[state]
    time = Fraction(0) if 0 in certain else 1 + sum(visits.values(), Fraction(0))
    return Ends(dict(sorted(found.items())), time if sum(found.values()) == 1 else math.inf)


def exact_models(chain: Any, n: int) -> Models:
    """All models that paths of n transitions can leave; parameters and errors as for `ends`."""
    COUNT.check("n", n)
    refused = NoClosedForm(f"paths of n = {n} transitions may leave more than {EXACT_STATES} fitted models")
    if not possible(chain, n):
        raise refused
    fit = _Fit(chain, n)
    models = [fit.source]
    index: dict[Model, int] = {}
    laws: list[Mapping[int, Fraction]] = []
    queue = deque(models)
    while queue:
        law: dict[int, Fraction] = {}
        for model, probability in fit.next(queue.popleft()).items():
            if model not in index:
                index[model] = len(models)
                models.append(model)
                queue.append(model)
            law[index[model]] = probability
        if len(models) > EXACT_STATES:
            raise refused
        laws.append(law)
    return Models(tuple(models), tuple(laws))


class _Fit:
    """The source as Fractions, and the law of one refit."""

    def __init__(self, chain: Any, n: int) -> None:
        self.chain, self.n = chain, n
        self.states = range(chain.matrix.states)
        self.matrix = tuple(_shares([_fraction(p) for p in row]) for row in chain.matrix.dense.tolist())
        uniform = tuple(Fraction(1, len(self.states)) for _ in self.states)
        start = self._point(chain.first) if chain.start == "fixed" else _long_run(self.matrix, uniform)
        self.source = self._model(start, self.matrix)

    def next(self, model: Model) -> dict[Model, Fraction]:
        """Law of the next model."""
        zero = tuple((0,) * len(self.states) for _ in self.states)
        now = {(i, zero, i): p for i, p in enumerate(model.start) if p}
        result: dict[Model, Fraction] = {}
        for _ in range(self.n):
            following: dict[tuple[int, Table, int], Fraction] = {}
            for (first, counts, last), probability in now.items():
                if not any(model.rows[last]):
                    self._add(result, model, (first, counts, last), probability)
                for j, p in enumerate(model.rows[last]):
                    if p:
                        key = first, _with_one(counts, last, j), j
                        following[key] = following.get(key, Fraction(0)) + probability * p
            now = following
        for path, probability in now.items():
            self._add(result, model, path, probability)
        return result

    def _add(self, law: dict[Model, Fraction], old: Model, path: tuple[int, Table, int], probability: Fraction) -> None:
        model = self._refit(old, *path)
        law[model] = law.get(model, Fraction(0)) + probability

    def _refit(self, old: Model, first: int, counts: Table, last: int) -> Model:
        if self.chain.unseen_row == "cyclic":
            counts = _with_one(counts, last, first)
        rows = tuple(self._row(old, counts, i) for i in self.states)
        occupancy = _shares([Fraction(sum(row)) for row in counts])
        start = {
            "occupancy": lambda: occupancy,
            "last": lambda: self._point(last),
            "fixed": lambda: self._point(self.chain.first),
            "stationary": lambda: _long_run(rows, occupancy),
        }[self.chain.start]()
        return self._model(start, rows)

    def _row(self, old: Model, counts: Table, i: int) -> Row:
        smoothing, row, left, size = self.chain.smoothing, counts[i], sum(counts[i]), len(self.states)
        unigram = _shares([Fraction(sum(column)) for column in zip(*counts, strict=True)])
        if isinstance(smoothing, AddAlpha):
            alpha = _fraction(smoothing.alpha)
            return tuple((c + alpha) / (left + size * alpha) for c in row)
        if isinstance(smoothing, BackOff):
            c0 = _fraction(smoothing.strength)
            return tuple((c + c0 * p) / (left + c0) for c, p in zip(row, self.matrix[i], strict=True))
        if isinstance(smoothing, AbsoluteDiscount) and left:
            d = _fraction(smoothing.discount)
            spared = d * sum(c > 0 for c in row)
            return tuple((max(c - d, Fraction(0)) + spared * u) / left for c, u in zip(row, unigram, strict=True))
        if left:
            return _shares([Fraction(c) for c in row])
        fallback: dict[str, Row] = {
            "uniform": tuple(Fraction(1, size) for _ in row),
            "previous": old.rows[i],
            "end": tuple(Fraction(0) for _ in row),
            "source": self.matrix[i],
        }
        return fallback.get(self.chain.unseen_row, unigram)

    def _point(self, place: int) -> Row:
        return tuple(Fraction(i == place) for i in self.states)

    def _model(self, start: Row, rows: tuple[Row, ...]) -> Model:
        """Model without the rows that cannot be used."""
        reached = {i for i, p in enumerate(start) if p}
        while more := {j for i in reached for j, p in enumerate(rows[i]) if p} - reached:
            reached |= more
        return Model(start, tuple(row if i in reached else () for i, row in enumerate(rows)))


def _fraction(decimal: float) -> Fraction:
    return Fraction(repr(float(decimal)))


def _shares(parts: list[Fraction]) -> Row:
    total = sum(parts, Fraction(0))
    return tuple(part / total for part in parts)


def _with_one(counts: Table, i: int, j: int) -> Table:
    row = counts[i]
    return (*counts[:i], (*row[:j], row[j] + 1, *row[j + 1 :]), *counts[i + 1 :])


def _cycle(chain: Any, model: Model) -> Cycle:
    """Cycle in which a certain model ends; where paths stop, the next one goes on after them."""
    state = next(i for i, p in enumerate(model.start) if p)
    order: list[int] = []
    while state not in order and any(model.rows[state]):
        order.append(state)
        state = next(j for j, p in enumerate(model.rows[state]) if p)
    if state in order:
        order = order[order.index(state) :]
    else:
        order = [*order, state] if chain.start == "fixed" else [order[-1], state]
    return min(tuple(order[k:] + order[:k]) for k in range(len(order)))


def _long_run(rows: tuple[Row, ...], start: Row) -> Row:
    r"""Cesàro limit of s P^k: the part y of s = y + z(I − P) with y(I − P) = 0, where z solves z(I − P)² = s(I − P)."""
    size = range(len(start))
    # rows that were not kept, because nothing reaches them, stay where they are
    full = [rows[i] or tuple(Fraction(i == j) for j in size) for i in size]
    apart = [[(i == j) - full[i][j] for j in size] for i in size]
    square = [[sum((apart[i][k] * apart[k][j] for k in size), Fraction(0)) for j in size] for i in size]
    right = [sum((start[i] * apart[i][j] for i in size), Fraction(0)) for j in size]
    z = _solve_any([[square[i][j] for i in size] for j in size], right)
    return tuple(start[j] - sum((z[i] * apart[i][j] for i in size), Fraction(0)) for j in size)


def _solve_any(matrix: list[list[Fraction]], right: list[Fraction]) -> list[Fraction]:
    """One solution of a consistent system by Gauss and Jordan, unknowns that are free being 0."""
    table = [[*row, value] for row, value in zip(matrix, right, strict=True)]
    size, pivots = len(right), list[int]()
    for column in range(size):
        row = len(pivots)
        found = next((r for r in range(row, size) if table[r][column]), None)
        if found is None:
            continue
        table[row], table[found] = table[found], table[row]
        table[row] = [value / table[row][column] for value in table[row]]
        for r in range(size):
            if r != row and table[r][column]:
                factor = table[r][column]
                table[r] = [a - factor * b for a, b in zip(table[r], table[row], strict=True)]
        pivots.append(column)
    solution = [Fraction(0)] * size
    for row, column in enumerate(pivots):
        solution[column] = table[row][-1]
    return solution


def _visits(space: Models, places: list[int]) -> list[Fraction]:
    """Expected number of generations with each of the models."""
    apart = [[(i == j) - space.laws[i].get(j, Fraction(0)) for i in places] for j in places]
    return _solve_any(apart, [space.laws[0].get(j, Fraction(0)) for j in places])
