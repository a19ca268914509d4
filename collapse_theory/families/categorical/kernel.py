r"""Compiled loop of the categorical law: its types that are alive, sampled and refitted, replicate by replicate.

A law is a list of types and weights, mostly counts, as long as there are types alive; what is extinct costs nothing.
Under smoothing of large vocabularies it is a mixture: of the counts, and of the base (the uniform law, or the source)
with the weight that smoothing adds. How many points each of them gives is binomial.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numba import njit

from collapse_theory.families.categorical.multinomial import FEW, Law, draw, poisson_rows, prepare, renewed
from collapse_theory.families.categorical.subsampling import subsample
from collapse_theory.families.kept_counts import kept_counts

PLUG_IN, POSTERIOR = 0, 1
ABSORBED, LOST, FIXED, REDUCED = 0, 1, 2, 3


class Learner(NamedTuple):
    """What a refit does: the estimator, the points' worth that is added, whether every type gets its own weight."""

    estimator: int
    added: float
    everywhere: bool


class Plan(NamedTuple):
    """The tableau of every generation, arrays whose first axis is the generation; the last batch is the law itself.

    ``drawn`` and ``kept`` (chances) are of real and model points; ``weights`` of real, model, slots, law; ``share`` is
    the chance that a model point is real, ``carried`` the points' worth of the law, ``size`` the points of the pool
    that are fitted, 0 for all. ``keep`` has 1 where a slot takes in a batch. ``fewest`` points are needed.
    """

    drawn: np.ndarray
    kept: np.ndarray
    weights: np.ndarray
    share: np.ndarray
    carried: np.ndarray
    size: np.ndarray
    keep: np.ndarray
    replacement: bool
    fewest: int


class Watch(NamedTuple):
    """Times: what each waits for, and the type or the number that it is about."""

    kinds: np.ndarray
    numbers: np.ndarray


class Record(NamedTuple):
    """Output of a block: the column of each generation (−1: not kept), laws in a table, shares seen once, times.

    Without a table, laws are lists of types and probabilities one after the other, which end at ``ends``.
    """

    column: np.ndarray
    laws: np.ndarray
    ends: np.ndarray
    once: np.ndarray
    times: np.ndarray


@njit(cache=True, nogil=True)
def unite(all_types, all_numbers, sizes, chosen, factors, table, types, numbers):
    """Union of the batches in some rows, a point of each having its factor; returns the length of the list.

    ``table`` is zero before and after.
    """
    only, present = -1, 0
    for k in range(len(chosen)):
        if factors[k] != 0 and sizes[chosen[k]] > 0:
            only, present = k, present + 1
    if present == 1:
        row, factor = chosen[only], factors[only]
        for e in range(sizes[row]):
            types[e], numbers[e] = all_types[row, e], factor * all_numbers[row, e]
        return sizes[row]
    size = 0
    for k in range(len(chosen)):
        row, factor = chosen[k], factors[k]
        if factor != 0:
            for e in range(sizes[row]):
                type_ = all_types[row, e]
                if table[type_] == 0:
                    types[size] = type_
                    size += 1
                table[type_] += factor * all_numbers[row, e]
    for e in range(size):
        numbers[e] = table[types[e]]
        table[types[e]] = 0
    return size


@njit(cache=True, nogil=True)
def refit(rng, types, weights, size, learner, base, table):
    """Weights of the law in place of counts, where they differ; returns how many types have any."""
    if learner.everywhere:
        for e in range(size):
            table[types[e]] = weights[e]
        size, scale = len(base.types), learner.added / base.cumulative[-1]
        for e in range(size):
            types[e] = base.types[e]
            weights[e] = table[types[e]] + scale * base.weights[e]
            table[types[e]] = 0
    if learner.estimator == PLUG_IN:
        return size
    total, alive = 0.0, 0
    for e in range(size):
        weights[e] = rng.standard_gamma(weights[e])
        total += weights[e]
    for e in range(size):
        types[alive], weights[alive] = types[e], weights[e] / total
        alive += weights[alive] > 0
    return alive


@njit(cache=True, nogil=True)
def holds(types, size, ascending, wanted):
    """Whether a type is among the first types of a list."""
    if ascending:
        place = np.searchsorted(types[:size], wanted)
        return place < size and types[place] == wanted
    found = False
    for e in range(size):
        found |= types[e] == wanted
    return found


@njit(cache=True, nogil=True)
def observe(times, t, watch, types, size, ascending):
    """Note a generation for every watched time that comes in it, from the types of positive probability."""
    for w in range(len(times)):
        if times[w] >= 0:
            continue
        kind, number = watch.kinds[w], watch.numbers[w]
        if kind == ABSORBED:
            now = size == 1
        elif kind == REDUCED:
            now = size <= number
        elif kind == LOST:
            now = not holds(types, size, ascending, number)
        else:
            now = size == 1 and types[0] == number
        if now:
            times[w] = t


@njit(cache=True, nogil=True)
def grown(pairs, size):
    """The same pairs with room for at least so many."""
    if size <= pairs.shape[1]:
        return pairs
    larger = np.empty((2, max(size, 2 * pairs.shape[1])))
    larger[:, : pairs.shape[1]] = pairs
    return larger


@njit(cache=True, nogil=True)
def written(types, weights, size, scale, base, added, row, pairs, begin, table):
    """Probabilities into a row of the table or, where there is none, into pairs; returns their end."""
    share = added / base.cumulative[-1]
    if len(row) > 0:
        row[:] = 0
        if added > 0:
            for k in range(len(base.types)):
                row[base.types[k]] = share * base.weights[k] * scale
        for e in range(size):
            row[types[e]] += weights[e] * scale
        return begin
    if added > 0:
        for e in range(size):
            table[types[e]] = weights[e]
        for k in range(len(base.types)):
            type_ = base.types[k]
            pairs[0, begin + k] = type_
            pairs[1, begin + k] = (table[type_] + share * base.weights[k]) * scale
            table[type_] = 0
        return begin + len(base.types)
    order = np.argsort(types[:size])
    for k in range(size):
        pairs[0, begin + k], pairs[1, begin + k] = types[order[k]], weights[order[k]] * scale
    return begin + size


@njit(cache=True, nogil=True)
def run(rng, source, base, learner, unit, plan, watch, record, states):
    """Replicates, each through all generations; returns the pairs of the laws where they are kept as lists.

    ``states`` is the number of types, ``source`` the law of generation 0 and ``base`` that of smoothing, both prepared.
    """
    slots, rows, dense = len(plan.keep), poisson_rows(unit), record.laws.shape[2] > 0
    itself = 2 + 2 * slots  # rows: real, model, the slots, the slots to come, the law, what smoothing adds or a pool
    spare = itself + 1
    types, numbers = np.empty((spare + 1, states), np.int32), np.empty((spare + 1, states))
    table, hits, places = np.zeros(states), np.zeros(states, np.int64), np.empty(states, np.int32)
    alive, counts = np.empty(states, np.int32), np.empty(states)
    own = Law(alive, counts, np.empty(states), np.empty(states, np.int32))
    pairs, end, none = np.empty((2, 0 if dense else 1024)), 0, np.empty(0)
    sizes, batches, pair, ones = np.zeros(spare + 1, np.int64), np.arange(3 + slots), np.array([1, 0]), np.ones(2)
    batches[-1] = itself
    counted = learner.estimator == PLUG_IN and not learner.everywhere
    columns, watching = record.column, len(watch.kinds) > 0
    in_place = counted and slots == 0 and learner.added == 0
    for r in range(record.once.shape[0]):
        sizes[:] = 0
        law, size, total, added, once = source, len(source.types), 1.0, 0.0, 0.0
        for t in range(len(plan.drawn) + 1):
            if t > 0:
                share, carried, back, weights = plan.share[t - 1], plan.carried[t - 1], 0, plan.weights[t - 1]
                real, model = kept_counts(rng, plan.drawn[t - 1], plan.kept[t - 1], plan.fewest)
                plain = share == 0 and carried == 0 and real == 0 and weights[1] == 1
                if in_place and plain and t > 1 and size <= FEW:
                    size = renewed(rng, alive, counts, size, total, model)
                else:
                    if share > 0:
                        real = rng.binomial(model, share)
                        model -= real
                    if added > 0:
                        back = rng.binomial(model, added / (total + added))
                        model -= back
                    sizes[0], sizes[1], sizes[itself] = 0, 0, 0
                    if real > 0:
                        sizes[0] = draw(rng, source, real, len(source.types), rows, hits, places, types[0], numbers[0])
                    if model > 0:
                        if t > 1:
                            prepare(law.weights, law.cumulative, law.guide, size)
                        sizes[1] = draw(rng, law, model, size, rows, hits, places, types[1], numbers[1])
                    if back > 0:
                        room = types[spare], numbers[spare]
                        sizes[spare] = draw(rng, base, back, len(base.types), rows, hits, places, *room)
                        pair[1] = spare
                        sizes[1] = unite(types, numbers, sizes, pair, ones, table, types[1], numbers[1])
                    if share > 0:
                        pair[1] = 0
                        sizes[1] = unite(types, numbers, sizes, pair, ones, table, types[1], numbers[1])
                        sizes[0] = 0
                    if carried > 0:
                        for e in range(size):
                            types[itself, e], numbers[itself, e] = law.types[e], law.weights[e] * (carried / total)
                        sizes[itself] = size
                    size = unite(types, numbers, sizes, batches, weights, table, alive, counts)
                    if plan.size[t - 1] > 0:
                        types[spare, :size], numbers[spare, :size] = alive[:size], counts[:size]
                        pool = Law(types[spare], numbers[spare], own.cumulative, own.guide)
                        how = plan.size[t - 1], plan.replacement, rows, hits, places
                        size = subsample(rng, pool, size, *how, alive, counts)
                    if slots > 0:
                        first = 4 + slots - batches[2]
                        for new in range(first, first + slots):
                            row = plan.keep[new - first]
                            sizes[new] = unite(types, numbers, sizes, batches, row, table, types[new], numbers[new])
                        batches[2 : 2 + slots] += first - batches[2]
                law, once, total = own, 0.0, 0.0
                for e in range(size):
                    once += counts[e] == 1
                    total += counts[e]
                once /= total
                if counted:
                    added = learner.added
                else:
                    size = refit(rng, alive, counts, size, learner, base, table)
                    total = counts[:size].sum()
            if watching:
                if added > 0:
                    observe(record.times[r], t, watch, base.types, len(base.types), ascending=True)
                else:
                    observe(record.times[r], t, watch, law.types, size, ascending=t == 0)
            column = columns[t]
            if column >= 0:
                record.once[r, column] = once
                table_row = record.laws[r, column] if dense else none
                if not dense:
                    pairs = grown(pairs, end + (len(base.types) if added > 0 else size))
                scale = 1 / (total + added)
                end = written(law.types, law.weights, size, scale, base, added, table_row, pairs, end, table)
                record.ends[r, column] = end
    return pairs[:, :end]
