"""Compiled loops of the chain: rows sampled by inversion in constant time, a path walked, a block refitted."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numba import njit

from collapse_theory.families.kept_counts import kept_counts
from collapse_theory.families.markov_chain.stationary import long_run

NOWHERE, UNIGRAM, UNIFORM, SOURCE, PREVIOUS = 0, 1, 2, 3, 4
PLAIN, ADDED, BACKED_OFF, DISCOUNTED = 0, 1, 2, 3
OCCUPANCY, STATIONARY, LAST, FIXED = 0, 1, 2, 3
BELOW_ONE = 1 - 2**-53
FINE = 4
"""Intervals of the guide for each place of a row, where paths are long enough to repay its making."""


class Rows(NamedTuple):
    """Discrete laws, one per row, ready for inversion: row i has the places ``starts[i]`` to ``starts[i + 1]``.

    ``guide`` cuts [0, 1) into ``cells`` equal intervals for each place of a row and says at which place the search for
    a number in each of them begins, so that it ends after one comparison or two. Where all rows are of one ``width``,
    the n-th place of each leads to state n, and neither starts nor targets need to be looked up; else it is 0.
    """

    starts: np.ndarray
    targets: np.ndarray
    cumulative: np.ndarray
    guide: np.ndarray
    width: int
    cells: int


class Learner(NamedTuple):
    """What a refit does, in numbers: the fallback of a row, the smoothing and its parameter, where a path starts."""

    fallback: int
    smoothing: int
    amount: float
    cyclic: bool
    start: int
    first: int


class Model(NamedTuple):
    """A fitted chain of few states in square tables, row by row, and how its next path begins.

    ``counts`` are those of the fit set, with the old row of a state that was not left where such rows are kept;
    ``law`` are the weights of its own rows, which decide with chance 1 − ``backoff``.
    """

    counts: np.ndarray
    law: np.ndarray
    rows: Rows
    backoff: np.ndarray
    occupancy: np.ndarray
    visits: np.ndarray
    unigram: Rows
    first: np.ndarray
    beginning: Rows


class Plan(NamedTuple):
    """The tableau of every generation, arrays whose first axis is the generation.

    ``drawn`` and ``kept`` (chances) are of real and model transitions, ``weights`` of real, model and slots; ``share``
    is the chance that a model transition is real. ``keep`` has 1 where a slot takes in a batch. ``fewest`` transitions
    are needed.
    """

    drawn: np.ndarray
    kept: np.ndarray
    weights: np.ndarray
    share: np.ndarray
    keep: np.ndarray
    fewest: int


class Record(NamedTuple):
    """Output of a block: the column of each generation (−1: not kept), the kept states, and the watched time."""

    column: np.ndarray
    counts: np.ndarray
    occupancy: np.ndarray
    last: np.ndarray
    times: np.ndarray


@njit(cache=True, nogil=True)
def prepare(weights, rows, row):
    """Cumulative law and guide of one row from its weights."""
    begin, end = rows.starts[row], rows.starts[row + 1]
    total = 0.0
    for e in range(begin, end):
        total += weights[e]
        rows.cumulative[e] = total
    if total == 0:
        return
    for e in range(begin, end):
        rows.cumulative[e] /= total
    intervals = rows.cells * (end - begin)
    e = begin
    for k in range(intervals):
        while e < end - 1 and rows.cumulative[e] <= k / intervals:
            e += 1
        rows.guide[rows.cells * begin + k] = e


@njit(cache=True, nogil=True)
def prepare_rows(weights, rows):
    """Cumulative laws and guides of all rows."""
    for i in range(len(rows.starts) - 1):
        prepare(weights, rows, i)


@njit(cache=True, nogil=True)
def find(rows, row, u):
    """Place at which a uniform number falls in a row."""
    if rows.width > 0:
        begin = row * rows.width
        end = begin + rows.width
    else:
        begin, end = rows.starts[row], rows.starts[row + 1]
    e = rows.guide[rows.cells * begin + int(u * (rows.cells * (end - begin)))]
    while rows.cumulative[e] <= u and e < end - 1:
        e += 1
    return e


@njit(cache=True, nogil=True)
def walk(rng, rows, backoff, fallback, unigram, source, first, count, hits, extra):
    """One path of at most ``count`` transitions from a state.

    ``hits`` counts the transitions at their places in the rows; those that a fallback law gives, from a state whose
    number falls below ``backoff``, and that may have no place, are listed in ``extra``. Returns the transitions made,
    the last state, and the length of the list.
    """
    now, extras = first, 0
    for made in range(count):
        u = rng.random()
        chance = backoff[now]
        if u >= chance:
            if chance > 0:
                u = min((u - chance) / (1 - chance), BELOW_ONE)
            place = find(rows, now, u)
            hits[place] += 1
            now = place - now * rows.width if rows.width > 0 else rows.targets[place]
            continue
        if fallback == NOWHERE:
            return made, now, extras
        u = min(u / chance, BELOW_ONE)
        if fallback == UNIGRAM:
            following = find(unigram, 0, u)
        elif fallback == UNIFORM:
            following = int(u * len(backoff))
        else:
            following = source.targets[find(source, now, u)]
        if rows.width > 0:
            hits[now * rows.width + following] += 1
        else:
            extra[extras, 0], extra[extras, 1] = now, following
            extras += 1
        now = following
    return count, now, extras


@njit(cache=True, nogil=True)
def square_rows(count, states, cells):
    """A number of rows over all states, to be filled."""
    places = count * states
    starts, targets = np.arange(count + 1) * states, np.arange(places) % states
    return Rows(starts, targets, np.zeros(places), np.zeros(cells * places, np.int64), states, cells)


@njit(cache=True, nogil=True)
def empty_model(states, cells):
    """Tables of a model, to be filled."""
    return Model(
        np.zeros(states * states),
        np.zeros(states * states),
        square_rows(states, states, cells),
        np.zeros(states),
        np.zeros(states),
        np.zeros(states),
        square_rows(1, states, 1),
        np.zeros(states),
        square_rows(1, states, 1),
    )


@njit(cache=True, nogil=True)
def set_source(model, matrix, initial, learner):
    """The source as a model: every row its own, a path begun in a fixed state or in its stationary law."""
    states = len(initial)
    model.counts[:] = matrix.reshape(states * states)
    model.law[:] = model.counts
    model.backoff[:] = 0
    model.occupancy[:] = initial
    model.visits[:] = initial
    prepare_rows(model.law, model.rows)
    model.first[:] = initial
    if learner.start == FIXED:
        model.first[:] = 0
        model.first[learner.first] = 1
    prepare(model.first, model.beginning, 0)


@njit(cache=True, nogil=True)
def refit(model, table, learner):
    """The model from the counts of its fit set."""
    states = len(model.occupancy)
    model.visits[:] = 0
    for i in range(states):
        total = 0.0
        for j in range(states):
            total += table[i * states + j]
            model.visits[j] += table[i * states + j]
        model.occupancy[i] = total
        if total > 0 or learner.fallback != PREVIOUS:
            model.counts[i * states : (i + 1) * states] = table[i * states : (i + 1) * states]
    model.law[:] = model.counts
    for i in range(states):
        seen = model.occupancy[i]
        if learner.smoothing == ADDED:
            model.backoff[i] = states * learner.amount / (seen + states * learner.amount)
        elif learner.smoothing == BACKED_OFF:
            model.backoff[i] = learner.amount / (seen + learner.amount)
        elif seen == 0:
            model.backoff[i] = 0.0 if learner.fallback == PREVIOUS else 1.0
        else:
            model.backoff[i] = 0.0
            if learner.smoothing == DISCOUNTED:
                off = 0.0
                for e in range(i * states, (i + 1) * states):
                    kept = max(model.law[e] - learner.amount, 0.0)
                    off += model.law[e] - kept
                    model.law[e] = kept
                model.backoff[i] = off / seen
    prepare_rows(model.law, model.rows)
    prepare(model.visits, model.unigram, 0)


@njit(cache=True, nogil=True)
def begin(model, last, learner, source, matrix):
    """The law of the state in which the next path begins."""
    model.first[:] = model.occupancy
    if learner.start == STATIONARY:
        mixed(model, learner, source, matrix)
        long_run(matrix, model.occupancy / model.occupancy.sum(), model.first)
    elif learner.start == LAST or learner.start == FIXED:
        model.first[:] = 0
        model.first[last if learner.start == LAST else learner.first] = 1
    prepare(model.first, model.beginning, 0)


@njit(cache=True, nogil=True)
def mixed(model, learner, source, matrix):
    """Transition matrix of a model whose every state has a row."""
    states = len(model.occupancy)
    visits = model.visits.sum()
    for i in range(states):
        total = model.law[i * states : (i + 1) * states].sum()
        for j in range(states):
            own = model.law[i * states + j] / total if total > 0 else 0.0
            other = source.law[i * states + j]
            if learner.fallback == UNIGRAM:
                other = model.visits[j] / visits
            elif learner.fallback == UNIFORM:
                other = 1.0 / states
            matrix[i, j] = (1 - model.backoff[i]) * own + model.backoff[i] * other


@njit(cache=True, nogil=True)
def draw(rng, model, learner, source, count, hits, extra, table):
    """One path from a model, counted in a table; its last state, −1 for a path of no transitions."""
    states = len(model.occupancy)
    hits[:] = 0
    first = find(model.beginning, 0, rng.random())
    made, last, _ = walk(
        rng, model.rows, model.backoff, learner.fallback, model.unigram, source.rows, first, count, hits, extra
    )
    for e in range(len(hits)):
        table[e] += hits[e]
    if made == 0:
        return -1
    if learner.cyclic:
        table[last * states + first] += 1
    return last


@njit(cache=True, nogil=True)
def certain(model, learner, source):
    """Whether every state that the next path can visit has a single successor."""
    states = len(model.occupancy)
    for i in range(states):
        now, walked = i, 0
        while model.first[i] > 0 and walked <= states:
            chance, successors, following = model.backoff[now], 0, now
            for j in range(states):
                possible = chance < 1 and model.law[now * states + j] > 0
                if chance > 0 and not possible:
                    if learner.fallback == UNIGRAM:
                        possible = model.visits[j] > 0
                    elif learner.fallback == UNIFORM:
                        possible = True
                    elif learner.fallback == SOURCE:
                        possible = source.law[now * states + j] > 0
                if possible:
                    successors += 1
                    following = j
            if successors > 1:
                return False
            now, walked = following, walked + 1
            if successors == 0 or model.first[now] > 0:
                break
    return True


@njit(cache=True, nogil=True)
def run_dense(rng, matrix, initial, learner, plan, record):
    """Replicates of a chain of few states, each through all generations."""
    drawn, weights, keep = plan.drawn, plan.weights, plan.keep
    states = len(initial)
    places = states * states
    generations = len(drawn)
    longest = max(1, drawn.max()) if generations > 0 else 1
    cells = FINE if longest >= places else 1
    source, model = empty_model(states, cells), empty_model(states, cells)
    set_source(source, matrix, initial, learner)
    batches, slots = np.zeros((weights.shape[1], places)), np.zeros((keep.shape[0], places))
    pooled, hits = np.zeros(places), np.zeros(places, np.int64)
    extra = np.zeros((0, 2), np.int64)
    square = np.zeros((states, states))
    as_source = Learner(PREVIOUS, PLAIN, 0.0, learner.cyclic, learner.start, learner.first)
    for r in range(len(record.last)):
        set_source(model, matrix, initial, learner)
        slots[:] = 0
        last, now = -1, as_source
        for t in range(generations + 1):
            if t > 0:
                batches[:] = 0
                batches[2:] = slots
                real, own = kept_counts(rng, plan.drawn[t - 1], plan.kept[t - 1], plan.fewest)
                place, end = 0, -1
                if plan.share[t - 1] > 0:
                    real = rng.binomial(own, plan.share[t - 1])
                    own -= real
                    place = 1
                if real > 0:
                    end = draw(rng, source, as_source, source, real, hits, extra, batches[place])
                if own > 0:
                    other = draw(rng, model, now, source, own, hits, extra, batches[1])
                    end = other if end < 0 else end
                last, now = end, learner
                pooled[:] = 0
                for b in range(len(batches)):
                    pooled += weights[t - 1, b] * batches[b]
                for slot in range(len(slots)):
                    slots[slot] = 0
                    for b in range(len(batches)):
                        slots[slot] += keep[slot, b] * batches[b]
                refit(model, pooled, learner)
                begin(model, last, learner, source, square)
            for w in range(record.times.shape[1]):
                if record.times[r, w] < 0 and certain(model, now, source):
                    record.times[r, w] = t
            column = record.column[t]
            if column >= 0:
                record.counts[r, column] = model.counts.reshape((states, states))
                record.occupancy[r, column] = model.occupancy
                record.last[r, column] = last


def inverted(starts: np.ndarray, targets: np.ndarray, weights: np.ndarray) -> Rows:
    """Rows ready for inversion."""
    rows = Rows(
        np.ascontiguousarray(starts, np.int64),
        np.ascontiguousarray(targets, np.int64),
        np.zeros(len(targets)),
        np.zeros(len(targets), np.int64),
        0,
        1,
    )
    prepare_rows(np.ascontiguousarray(weights, np.float64), rows)
    return rows
