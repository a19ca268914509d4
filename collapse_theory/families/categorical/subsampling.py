r"""Subsamples of a pool of counts, compiled: as a multinomial with replacement, without it multivariate hypergeometric.

Without replacement, n of N points are a uniform subset. Where they are few they are drawn one by one: a type with
chance in proportion to its count, which is accepted with the share of it that is not taken yet. Where they are many,
each point is first taken independently with a chance just below n/N, a binomial number for each type. Given their
total M, the points taken are a uniform subset; where :math:`M \le n`, a uniform subset of :math:`n - M` of the points
that are left completes it to one of n points, and where :math:`M > n` all are taken anew. What is missing, some
:math:`\sqrt n` points, is drawn in the same way. Of more than N/2 points the rest is drawn instead, and left out.
"""

from __future__ import annotations

import numpy as np
from numba import njit

from collapse_theory.families.categorical.multinomial import BELOW, draw, find, prepare

SINGLE, BINOMIAL = 14.0, 90.0
"""Nanoseconds of a single point and of a binomial number: what decides the way."""
ONE_BY_ONE = 8
"""Most points of a type that are taken or left each by itself."""


@njit(cache=True, nogil=True)
def subsample(rng, pool, size, count, replacement, rows, hits, places, types, numbers):  # type: ignore[no-untyped-def]
    """Counts of so many points of a pool, as types and numbers; returns how many types came.

    Parameters
    ----------
    rng : numpy.random.Generator
        Stream.
    pool : Law
        The pool's types and their counts, whole numbers above 0; ``cumulative`` and ``guide`` are room.
    size : int
        Types in the pool.
    count : int
        Points to take, without replacement at most those in the pool.
    replacement : bool
        Draw with replacement.
    rows : Rows
        Tables of Poisson numbers, for draws with replacement.
    hits, places : ndarray
        Room for a number for each type; ``hits`` is zero before and after.
    types, numbers : ndarray
        Output, with room for all types of the pool: not the arrays of the pool.
    """
    prepare(pool.weights, pool.cumulative, pool.guide, size)
    if replacement:
        return draw(rng, pool, count, size, rows, hits, places, types, numbers)
    total = int(pool.cumulative[size - 1])
    rest = 2 * count > total
    wanted = total - count if rest else count
    left = thinned(rng, pool.weights, size, total, wanted, hits, numbers)
    if left < wanted or rest:
        completed(rng, pool, size, left, hits)
        return emitted(pool, size, rest, hits, types, numbers)
    came = listed(rng, pool, size, left, hits, places)
    for k in range(came):
        e = places[k]
        types[k], numbers[k] = pool.types[e], hits[e]
        hits[e] = 0
    return came


@njit(cache=True, nogil=True)
def thinned(rng, counts, size, total, wanted, hits, numbers):  # type: ignore[no-untyped-def]
    """Most of a uniform subset by binomial numbers, added to ``hits``; returns how many points are missing."""
    while wanted * SINGLE > size * BINOMIAL:
        chance = (wanted - BELOW * np.sqrt(wanted * (1.0 - wanted / total))) / total
        made = 0
        for e in range(size):
            points, number = int(counts[e]) - hits[e], 0
            if points > ONE_BY_ONE:
                number = rng.binomial(points, chance)
            else:
                for _ in range(points):
                    number += rng.random() < chance
            numbers[e] = number
            made += number
        if made <= wanted:
            for e in range(size):
                hits[e] += int(numbers[e])
            wanted -= made
            total -= made
    return wanted


@njit(inline="always")
def taken(rng, pool, size, hits):  # type: ignore[no-untyped-def]
    """Type of one more point of those that are not in ``hits``, at least half of the pool."""
    while True:
        e = find(rng, pool.cumulative, pool.guide, size)
        if hits[e] == 0 or rng.random() * pool.weights[e] >= hits[e]:
            return e


@njit(cache=True, nogil=True)
def completed(rng, pool, size, left, hits):  # type: ignore[no-untyped-def]
    """Points drawn one by one and added to ``hits``."""
    for _ in range(left):
        hits[taken(rng, pool, size, hits)] += 1


@njit(cache=True, nogil=True)
def listed(rng, pool, size, left, hits, places):  # type: ignore[no-untyped-def]
    """Points drawn one by one into ``hits``; returns how many places were hit, listed in ``places``."""
    hit = 0
    for _ in range(left):
        e = taken(rng, pool, size, hits)
        if hits[e] == 0:
            places[hit] = e
            hit += 1
        hits[e] += 1
    return hit


@njit(cache=True, nogil=True)
def emitted(pool, size, rest, hits, types, numbers):  # type: ignore[no-untyped-def]
    """Counts of the points in ``hits``, or of the rest, as types and numbers; returns how many types came."""
    came = 0
    for e in range(size):
        number = int(pool.weights[e]) - hits[e] if rest else hits[e]
        hits[e] = 0
        if number > 0:
            types[came], numbers[came] = pool.types[e], number
            came += 1
    return came
