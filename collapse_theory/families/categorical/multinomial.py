r"""Multinomial samples, compiled: in each case by the cheapest of three exact ways.

For n points of A types these are n single points through a guide table; A − 1 conditional binomials; and, for many
points of many types, Poisson numbers. Given their total M, independent :math:`N_i\sim\mathrm{Poisson}(\lambda w_i)` are
multinomial with M points, for any scale λ. Where :math:`M\le n`, as many single points as are missing make them
multinomial with n points. That holds for every such M, so where :math:`M>n` all are drawn anew, and no point needs to
be taken away. The scale puts M one standard deviation below n: one time in six is in vain, and some :math:`\sqrt n`
points are drawn singly.

Weights are mostly counts. Their Poisson numbers come by inversion from tables of the means h, …, 31h and 32h, …, 992h,
made once, with λ = h; the sum of two Poisson numbers is one of the summed mean.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numba import njit

DIGIT = 32
"""Tables of each of the two digits of a mean, in units of ``Rows.unit``."""
FINE = 4
"""Intervals of the guide for each number of a table."""
BELOW = 1.0
"""Standard deviations by which the Poisson total stays below the number of points."""
FEW = 6
"""Most types of a sample that is drawn in place."""
SINGLE, CHAINED, WHOLE, ANY = 9.0, 75.0, 7.0, 20.0
"""Nanoseconds of a single point, a binomial, a Poisson number of a whole mean and of any: what decides the way."""


class Law(NamedTuple):
    """Weights of some types, ready for single points.

    ``guide`` cuts [0, total) into as many equal intervals as there are types and says where the search begins.
    """

    types: Any
    weights: Any
    cumulative: Any
    guide: Any


class Rows(NamedTuple):
    """Poisson laws for inversion: of the means 0 to 31, and 0 to 31 times 32, in units of ``unit``.

    Row i says for the numbers from ``first[i]`` how likely at most each is, at ``starts[i]`` to ``starts[i + 1]``.
    """

    unit: Any
    starts: Any
    first: Any
    cumulative: Any
    guide: Any


@njit(cache=True, nogil=True)
def poisson_rows(unit):  # type: ignore[no-untyped-def]
    """Tables of Poisson laws."""
    rows = 2 * DIGIT
    starts, first, means = np.zeros(rows + 1, np.int64), np.zeros(rows, np.int64), np.empty(rows)
    for row in range(rows):
        means[row] = unit * (row if row < DIGIT else (row - DIGIT) * DIGIT)
        far = 9.5 * np.sqrt(means[row]) + 25.0
        first[row] = max(0, int(means[row] - far))
        starts[row + 1] = starts[row] + int(means[row] + far) + 1 - first[row]
    cumulative, guide = np.zeros(starts[rows]), np.zeros(FINE * starts[rows], np.int32)
    for row in range(rows):
        begin, end, mean = starts[row], starts[row + 1], means[row]
        mode = begin + int(mean) - first[row]
        cumulative[mode] = 1.0
        for e in range(mode + 1, end):
            cumulative[e] = cumulative[e - 1] * mean / (first[row] + e - begin)
        for e in range(mode - 1, begin - 1, -1):
            cumulative[e] = cumulative[e + 1] * (first[row] + e + 1 - begin) / mean
        for e in range(begin + 1, end):
            cumulative[e] += cumulative[e - 1]
        total = cumulative[end - 1]
        for e in range(begin, end):
            cumulative[e] = 1.0 if cumulative[e] == total else cumulative[e] / total
        e, cells = begin, FINE * (end - begin)
        for k in range(cells):
            while cumulative[e] <= k / cells:
                e += 1
            guide[FINE * begin + k] = e
    return Rows(unit, starts, first, cumulative, guide)


@njit(inline="always")
def inverted(rng, starts, first, cumulative, guide, row):  # type: ignore[no-untyped-def]
    """Poisson number of a table."""
    begin = starts[row]
    u = rng.random()
    e = guide[FINE * begin + int(u * (FINE * (starts[row + 1] - begin)))]
    while cumulative[e] <= u:
        e += 1
    return first[row] + e - begin


@njit(cache=True, nogil=True)
def small(rng, mean):  # type: ignore[no-untyped-def]
    """Poisson number of a mean of at most 1; mostly 0, as exp(−mean) is above 1 − mean."""
    number, u = 0, rng.random()
    if u >= 1 - mean:
        term = np.exp(-mean)
        below = term
        while u >= below and term > 1e-20:
            number += 1
            term *= mean / number
            below += term
    return number


@njit(cache=True, nogil=True)
def scattered(rng, weights, size, ratio, rows, hits):  # type: ignore[no-untyped-def]
    """Poisson numbers of means ``ratio`` times the weights, in units, into ``hits``; returns their sum."""
    unit, starts, first, cumulative, guide = rows
    made = 0
    for e in range(size):
        units = ratio * weights[e]
        whole, number = int(units), 0
        if whole >= DIGIT * DIGIT:
            number = rng.poisson(unit * units)
        else:
            low, high = whole % DIGIT, whole // DIGIT
            if low > 0:
                number += inverted(rng, starts, first, cumulative, guide, low)
            if high > 0:
                number += inverted(rng, starts, first, cumulative, guide, DIGIT + high)
            if units > whole:
                number += small(rng, unit * (units - whole))
        hits[e] = number
        made += number
    return made


@njit(cache=True, nogil=True)
def prepare(weights, cumulative, guide, size):  # type: ignore[no-untyped-def]
    """Cumulative weights and guide of the first types of a law."""
    running = 0.0
    for e in range(size):
        running += weights[e]
        cumulative[e] = running
    cell, per_weight = 0, size / running
    for e in range(size):
        end = min(int(cumulative[e] * per_weight), size - 1)
        while cell <= end:
            guide[cell] = e
            cell += 1


@njit(inline="always")
def find(rng, cumulative, guide, size):  # type: ignore[no-untyped-def]
    """Place of one point drawn from the first types of a law."""
    u = rng.random()
    e, weight = guide[int(u * size)], u * cumulative[size - 1]
    while cumulative[e] <= weight and e < size - 1:
        e += 1
    return e


@njit(cache=True, nogil=True)
def singly(rng, cumulative, guide, size, count, hits, places):  # type: ignore[no-untyped-def]
    """Points drawn one by one into ``hits``; returns how many places were hit, listed in ``places``."""
    hit = 0
    for _ in range(count):
        e = find(rng, cumulative, guide, size)
        if hits[e] == 0:
            places[hit] = e
            hit += 1
        hits[e] += 1
    return hit


@njit(cache=True, nogil=True)
def chained(rng, weights, cumulative, size, count, hits):  # type: ignore[no-untyped-def]
    """Numbers by conditional binomials into ``hits``, from the last type on, where no share comes by subtraction."""
    left = count
    for e in range(size - 1, 0, -1):
        if left == 0:
            return
        hits[e] = rng.binomial(left, weights[e] / cumulative[e])
        left -= hits[e]
    hits[0] = left


@njit(cache=True, nogil=True)
def draw(rng, law, count, size, rows, hits, places, types, numbers):  # type: ignore[no-untyped-def]
    """Multinomial sample of so many points from the first types of a prepared law, as types and numbers.

    Returns how many types came. ``hits`` is zero before and after, ``places`` is room.
    """
    named, weights, cumulative, guide = law
    if size == 1:
        types[0], numbers[0] = named[0], count
        return 1
    total, root = cumulative[size - 1], np.sqrt(count)
    lacking = (count - rows.unit * total) / root
    steady = 0.5 * BELOW <= lacking <= 8 * BELOW
    ratio = 1.0 if steady else (count - BELOW * root) / (total * rows.unit)
    poisson = (WHOLE if steady else ANY) * size + SINGLE * (lacking if steady else BELOW) * root
    chain, single = CHAINED * (size - 1), SINGLE * count
    if single <= min(chain, poisson) or ratio <= 0:
        came = singly(rng, cumulative, guide, size, count, hits, places)
        for k in range(came):
            e = places[k]
            types[k], numbers[k] = named[e], hits[e]
            hits[e] = 0
        return came
    if chain <= poisson:
        chained(rng, weights, cumulative, size, count, hits)
    else:
        made = count + 1
        while made > count:
            made = scattered(rng, weights, size, ratio, rows, hits)
        for _ in range(count - made):
            hits[find(rng, cumulative, guide, size)] += 1
    came = 0
    for e in range(size):
        if hits[e] > 0:
            types[came], numbers[came] = named[e], hits[e]
            came += 1
            hits[e] = 0
    return came


@njit(cache=True, nogil=True)
def renewed(rng, types, counts, size, total, count):  # type: ignore[no-untyped-def]
    """Few counts replaced by a sample from them, by conditional binomials in place; returns how many types came."""
    left, rest = count, total
    for e in range(size - 1, 0, -1):
        number = rng.binomial(left, counts[e] / rest) if left > 0 else 0
        rest -= counts[e]
        left -= number
        counts[e] = number
    counts[0] = left
    came = 0
    for e in range(size):
        if counts[e] > 0:
            types[came], counts[came] = types[e], counts[e]
            came += 1
    return came
