r"""The compiled loop of the Gaussian recursion whose fit sees a subsample of a growing pool: every point is held.

Replicates outside, generations inside, one pool for all of them. The order of a pool means nothing, so a subsample
without replacement is what the first steps of a Fisher–Yates shuffle leave in front: exactly uniform, one uniform
number for each point that is taken, or left out where those are fewer.

Points are floats in units of the source, about its mean. Where a divisor near the size of the fit makes them explode,
a point is held in units of :math:`2^{300k}`, each with its own k, so that old points keep their digits beside new ones.
A spread below some :math:`10^{-16}` of the location it lies at is not told from 0.

With replacement a subsample may be one point many times. The model then has variance 0 and its log sd is −∞; it draws
copies of that point, and recovers at the first subsample with two different points.
"""

from __future__ import annotations

import math

import numpy as np
from numba import njit

from collapse_theory.families.gaussian.batches import draw_chi_squares

POWER = 300
UNIT, INVERSE = 2.0**POWER, 2.0**-POWER
LOG_UNIT = POWER * math.log(2.0)


@njit(cache=True, nogil=True)
def run_pool(rng, drawn, size, replacement, ddof, posterior, record):  # type: ignore[no-untyped-def] # pragma: no cover
    """Recursion that adds points of the model to a pool and fits a subsample of it.

    Parameters
    ----------
    rng : numpy.random.Generator
        The block's own stream.
    drawn : ndarray
        Points drawn from the model per generation, in the first one from the source.
    size : ndarray
        Points in the subsample per generation, without replacement at most those in the pool.
    replacement : bool
        Draw the subsample with replacement.
    ddof : float
        Divisor, below every size.
    posterior : bool
        Draw the next parameters from their posterior instead of plugging the fit in.
    record : Record
        Output. A location beyond the floats, of a model whose variance is 0, is infinite.
    """
    points, most = 0, 0
    for g in range(len(drawn)):
        points += int(drawn[g])
        most = max(most, int(size[g]))
    pool, exponents = np.empty(points), np.zeros(points, dtype=np.int32)
    room, units, chi_square = np.empty(most), np.zeros(most, dtype=np.int32), np.empty(1)
    for i in range(len(record.location)):
        mean, sd, exponent, held, exploded = 0.0, 1.0, 0, 0, False
        _note(record, i, 0, mean, sd, exponent)
        for g in range(len(drawn)):
            count, fitted = int(drawn[g]), int(size[g])
            _draw(rng, mean, sd, pool[held : held + count])
            exploded = exploded or exponent > 0
            if exploded:
                exponents[held : held + count] = exponent
            held += count
            sample = room[:fitted]
            if replacement:
                _choose(rng, pool, exponents, held, exploded, sample, units)
            else:
                begin = _shuffle(rng, pool, exponents, held, fitted, exploded)
                if exploded:
                    sample[:], units[:fitted] = pool[begin : begin + fitted], exponents[begin : begin + fitted]
                else:
                    sample = pool[begin : begin + fitted]
            exponent = _put_in_one_unit(sample, units) if exploded else 0
            mean, squares = _moments(sample)
            if posterior:
                draw_chi_squares(rng, fitted - 1.0, chi_square)
                sd = math.sqrt(squares / chi_square[0])
                mean += sd * rng.standard_normal() / math.sqrt(fitted)
            else:
                sd = math.sqrt(squares / (fitted - ddof))
            mean, sd, exponent = _in_range(mean, sd, exponent)
            _note(record, i, g + 1, mean, sd, exponent)
        if exploded:
            exponents[:] = 0


@njit(cache=True, nogil=True)
def _draw(rng, mean, sd, out):  # type: ignore[no-untyped-def] # pragma: no cover
    """Points of a model."""
    for k in range(out.size):
        out[k] = mean + sd * rng.standard_normal()


@njit(cache=True, nogil=True)
def _choose(rng, pool, exponents, held, exploded, sample, units):  # type: ignore[no-untyped-def] # pragma: no cover
    """Points of the pool drawn with replacement."""
    for k in range(sample.size):
        place = int(rng.random() * held)
        sample[k] = pool[place]
        if exploded:
            units[k] = exponents[place]


@njit(cache=True, nogil=True)
def _shuffle(rng, pool, exponents, held, fitted, exploded):  # type: ignore[no-untyped-def] # pragma: no cover
    """Pool reordered so that a subsample without replacement lies in a row; returns where it begins."""
    front = min(fitted, held - fitted)
    for k in range(front):
        other = k + int(rng.random() * (held - k))
        pool[k], pool[other] = pool[other], pool[k]
        if exploded:
            exponents[k], exponents[other] = exponents[other], exponents[k]
    return 0 if front == fitted else front


@njit(cache=True, nogil=True)
def _put_in_one_unit(sample, units):  # type: ignore[no-untyped-def] # pragma: no cover
    """Points put into the largest of their units; returns its exponent."""
    largest = 0
    for k in range(sample.size):
        largest = max(largest, units[k])
    for k in range(sample.size):
        sample[k] = _scaled(sample[k], units[k] - largest)
    return largest


@njit(cache=True, nogil=True)
def _moments(points):  # type: ignore[no-untyped-def] # pragma: no cover
    """Mean and sum of squares about it, seen from one of the points: the sum is exactly 0 where all are the same."""
    origin, apart, squares = points[0], 0.0, 0.0
    for k in range(points.size):
        apart += points[k] - origin
    apart /= points.size
    for k in range(points.size):
        deviation = points[k] - origin - apart
        squares += deviation * deviation
    return origin + apart, squares


@njit(cache=True, nogil=True)
def _in_range(mean, sd, exponent):  # type: ignore[no-untyped-def] # pragma: no cover
    """The same model in a unit in which its squares stay within the floats."""
    while max(abs(mean), sd) > UNIT:
        mean, sd, exponent = mean * INVERSE, sd * INVERSE, exponent + 1
    while exponent > 0 and max(abs(mean), sd) < 1.0:
        mean, sd, exponent = mean * UNIT, sd * UNIT, exponent - 1
    return mean, sd, exponent


@njit(cache=True, nogil=True)
def _scaled(value, exponent):  # type: ignore[no-untyped-def] # pragma: no cover
    """Value · 2^(300 · exponent), 0 or infinite beyond the floats."""
    value = float(value)
    for _ in range(abs(exponent)):
        value *= UNIT if exponent > 0 else INVERSE
    return value


@njit(cache=True, nogil=True)
def _note(record, i, t, mean, sd, exponent):  # type: ignore[no-untyped-def] # pragma: no cover
    """Generation t of one replicate put on record: the times that come now, and the state if it is kept."""
    for j in range(record.levels.size):
        if record.times[i, j] < 0 and sd <= _scaled(record.levels[j], -exponent):
            record.times[i, j] = t
    column = record.column[t]
    if column < 0:
        return
    if sd > _scaled(1.0, -exponent):
        record.location[i, column] = mean / sd
    else:
        record.location[i, column] = _scaled(mean, exponent)
    record.log_sd[i, column] = math.log(sd) + exponent * LOG_UNIT if sd > 0.0 else -np.inf
