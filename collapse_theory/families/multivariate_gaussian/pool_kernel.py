"""The compiled loop of a recursion whose fit sees a subsample of a growing pool: every point is held, in source units.

The order of a pool means nothing, so a subsample without replacement is what the first steps of a Fisher–Yates shuffle
leave in front. A fit of c points has the c − 1 contrasts of each with the mean of those before it as factor, so its
rank is never above c − 1. With replacement a subsample may be one point many times: then the model has no spread.
"""

from __future__ import annotations

import math

import numpy as np
from numba import njit

from collapse_theory.families.multivariate_gaussian.frames import rotate

NOTHING = 1e-12
"""Smallest part of a row of a factor that is told from rounding."""


@njit(cache=True, nogil=True)
def run_pool(rng, drawn, size, replacement, ddof, record):  # type: ignore[no-untyped-def] # pragma: no cover
    """Recursion that adds points of the model to a pool and fits a subsample of it.

    Parameters
    ----------
    rng : numpy.random.Generator
        The block's own stream.
    drawn, size : ndarray
        Points drawn from the model, in the first generation from the source, and points in the subsample.
    replacement : bool
        Draw the subsample with replacement.
    ddof : float
        Divisor, below every size.
    record : Record
        Output.
    """
    d, points, most = record.location.shape[2], 0, 0
    for g in range(len(drawn)):
        points += drawn[g]
        most = max(most, size[g])
    pool, sample = np.empty((points, d)), np.empty((most, d))
    factor, mean, column = np.zeros((d, d)), np.zeros(d), np.empty(d)
    for i in range(len(record.location)):
        held = 0
        mean[:] = 0.0
        factor[:] = 0.0
        for j in range(d):
            factor[j, j] = 1.0
        _note(record, i, 0, mean, factor)
        for g in range(len(drawn)):
            for p in range(held, held + drawn[g]):
                _draw(rng, mean, factor, column, pool[p])
            held += drawn[g]
            for p in range(size[g]):
                other = int(rng.random() * held) if replacement else p + int(rng.random() * (held - p))
                for j in range(d):
                    sample[p, j] = pool[other, j]
                    if not replacement:
                        pool[other, j] = pool[p, j]
                        pool[p, j] = sample[p, j]
            _fit(sample[: size[g]], mean, factor, column)
            scale = 1.0 / math.sqrt(size[g] - ddof)
            for j in range(d):
                for k in range(j + 1):
                    factor[j, k] *= scale
            _note(record, i, g + 1, mean, factor)


@njit(cache=True, nogil=True)
def _draw(rng, mean, factor, noise, out):  # type: ignore[no-untyped-def] # pragma: no cover
    """A point of the model."""
    d = len(mean)
    for j in range(d):
        noise[j] = rng.standard_normal()
        out[j] = mean[j]
        for k in range(j + 1):
            out[j] += factor[j, k] * noise[k]


@njit(cache=True, nogil=True)
def _fit(sample, mean, factor, column):  # type: ignore[no-untyped-def] # pragma: no cover
    """Mean, and factor of the scatter, of some points seen from the first of them."""
    d = len(mean)
    factor[:] = 0.0
    mean[:] = 0.0
    for p in range(1, len(sample)):
        weight = math.sqrt(p / (p + 1.0))
        for j in range(d):
            apart = sample[p, j] - sample[0, j] - mean[j]
            column[j] = weight * apart
            mean[j] += apart / (p + 1.0)
        rotate(factor, column, 0)
    for j in range(d):
        mean[j] += sample[0, j]
        row = 0.0
        for k in range(j + 1):
            row = math.hypot(row, factor[j, k])
        if factor[j, j] <= NOTHING * row:
            for m in range(j, d):
                factor[m, j] = 0.0


@njit(cache=True, nogil=True)
def _note(record, i, t, mean, factor):  # type: ignore[no-untyped-def] # pragma: no cover
    """Generation t of one replicate put on record if it is kept."""
    column = record.column[t]
    if column < 0:
        return
    d, place, unit = len(mean), 0, 0.0
    for j in range(d):
        pivot = factor[j, j]
        record.log_scale[i, column, j] = math.log(pivot) if pivot > 0.0 else -np.inf
        unit = max(unit, record.log_scale[i, column, j])
        for k in range(j):
            record.lower[i, column, place] = factor[j, k] / factor[k, k] if factor[k, k] > 0.0 else 0.0
            place += 1
    record.unit[i, column] = unit
    for j in range(d):
        record.location[i, column, j] = mean[j] * math.exp(-unit)
