"""Batches in the frame of a model, compiled: drawn, united, and carried over to the frame of the next one."""

from __future__ import annotations

import math
from typing import Any, NamedTuple

import numpy as np
from numba import njit

NARROWEST = -600.0
"""Logarithm of the scale below which a model is not told from one of that scale where real points join it."""
TINY = 1e-290


class Models(NamedTuple):
    """Frames of the models, one per replicate: A L D, with the directions in which the model has any spread.

    ``location`` is that of the mean in units of the source times e^unit.
    """

    location: Any
    unit: Any
    log_scale: Any
    lower: Any
    present: Any


@njit(cache=True, nogil=True)
def sources(replicates, d):  # type: ignore[no-untyped-def] # pragma: no cover
    """Models of generation 0."""
    lower = np.zeros((replicates, d, d))
    for j in range(d):
        lower[:, j, j] = 1.0
    shape = (replicates, d)
    return Models(np.zeros(shape), np.zeros(replicates), np.zeros(shape), lower, np.ones(shape, dtype=np.bool_))


@njit(cache=True, nogil=True)
def bartlett(rng, count, present, out):  # type: ignore[no-untyped-def] # pragma: no cover
    """Lower triangular factor of the scatter of standard normal points in the directions that are present."""
    d, df = len(present), float(count) - 1.0
    for k in range(d):
        for j in range(k, d):
            out[j, k] = 0.0
        if not present[k] or df <= 0.0:
            continue
        out[k, k] = math.sqrt(rng.chisquare(df))
        df -= 1.0
        for j in range(k + 1, d):
            if present[j]:
                out[j, k] = rng.standard_normal()


@njit(cache=True, nogil=True)
def draw_model(rng, present, count, mean, factor):  # type: ignore[no-untyped-def] # pragma: no cover
    """Batch of the model, in its own frame."""
    bartlett(rng, count, present, factor)
    for j in range(len(present)):
        mean[j] = rng.standard_normal() / math.sqrt(count) if count > 0 and present[j] else 0.0


@njit(cache=True, nogil=True)
def draw_real(rng, models, i, count, mean, factor, work):  # type: ignore[no-untyped-def] # pragma: no cover
    """Batch of the source, in the frame of model i."""
    d = len(mean)
    factor[:] = 0.0
    mean[:] = 0.0
    if count == 0:
        return
    every, shrunk = np.ones(d, dtype=np.bool_), math.exp(-models.unit[i])
    bartlett(rng, count, every, factor)
    for j in range(d):
        work[0, j] = rng.standard_normal() / math.sqrt(count) * shrunk - models.location[i, j]
    _into_frame(models, i, work[0], 0, models.unit[i])
    mean[:] = work[0]
    for k in range(d):
        for j in range(d):
            work[0, j] = factor[j, k]
        _into_frame(models, i, work[0], k, 0.0)
        for j in range(k, d):
            factor[j, k] = work[0, j]


@njit(cache=True, nogil=True)
def _into_frame(models, i, vector, first, unit):  # type: ignore[no-untyped-def] # pragma: no cover
    """(L D)⁻¹ times e^unit times a vector that is 0 before its first entry, in place."""
    lower, d = models.lower[i], len(vector)
    for j in range(first, d):
        for k in range(first, j):
            vector[j] -= lower[j, k] * vector[k]
    for j in range(first, d):
        vector[j] *= math.exp(unit - models.log_scale[i, j])


@njit(cache=True, nogil=True)
def floor_scales(models, i, means, factors):  # type: ignore[no-untyped-def] # pragma: no cover
    """A model of at least the narrowest scale, with the stored batches in its frame."""
    for j in range(models.log_scale.shape[1]):
        short = models.log_scale[i, j] - NARROWEST
        if short < 0.0:
            models.log_scale[i, j] = NARROWEST
            for s in range(len(means)):
                means[s, j] *= math.exp(short)
                for k in range(j + 1):
                    factors[s, j, k] *= math.exp(short)


@njit(cache=True, nogil=True)
def rotate(factor, column, first):  # type: ignore[no-untyped-def] # pragma: no cover
    """F Fᵀ + x xᵀ by Givens rotations, x being 0 before its first entry."""
    d = len(column)
    for j in range(first, d):
        if column[j] == 0.0:
            continue
        length = math.hypot(factor[j, j], column[j])
        cos, sin = factor[j, j] / length, column[j] / length
        factor[j, j] = length
        for k in range(j + 1, d):
            old = factor[k, j]
            factor[k, j] = cos * old + sin * column[k]
            column[k] = cos * column[k] - sin * old


@njit(cache=True, nogil=True)
def union(weights, count, mean, factor, out, centre, column):  # type: ignore[no-untyped-def] # pragma: no cover
    """Factor and mean of a union of batches, each point of a batch carrying its weight; returns the total weight."""
    d, total = len(centre), 0.0
    out[:] = 0.0
    centre[:] = 0.0
    for b in range(len(weights)):
        size = weights[b] * count[b]
        if size <= 0.0:
            continue
        root = math.sqrt(weights[b])
        if total == 0.0:
            for j in range(d):
                centre[j] = mean[b, j]
                for k in range(j + 1):
                    out[j, k] = root * factor[b, j, k]
            total = size
            continue
        for k in range(d):
            for j in range(k, d):
                column[j] = root * factor[b, j, k]
            rotate(out, column, k)
        share = size / (total + size)
        apart = math.sqrt(share * total)
        for j in range(d):
            difference = mean[b, j] - centre[j]
            column[j] = apart * difference
            centre[j] += share * difference
        rotate(out, column, 0)
        total += size
    return total


@njit(cache=True, nogil=True)
def carry_over(fitted, shift, mean, factor, seen):  # type: ignore[no-untyped-def] # pragma: no cover
    """A stored batch in the frame of the model fitted with this factor and shift.

    A batch that the fit has seen has nothing in directions in which the fit has no spread.
    """
    d = len(mean)
    for j in range(d):
        mean[j] -= shift[j]
    for j in range(d):
        pivot = fitted[j, j]
        for k in range(j):
            mean[j] -= fitted[j, k] * mean[k]
            for m in range(k + 1):
                factor[j, m] -= fitted[j, k] * factor[k, m]
        if pivot > 0.0:
            mean[j] /= pivot
            for m in range(j + 1):
                factor[j, m] /= pivot
        elif seen:
            mean[j] = 0.0
            for m in range(j + 1):
                factor[j, m] = 0.0


@njit(cache=True, nogil=True)
def advance(models, i, fitted, shift, work):  # type: ignore[no-untyped-def] # pragma: no cover
    """Model i becomes the one with this factor and shift in its frame."""
    log_scale, lower, present, location = models.log_scale[i], models.lower[i], models.present[i], models.location[i]
    d, unit = len(log_scale), models.unit[i]
    top = log_scale[0]
    for j in range(1, d):
        top = max(top, log_scale[j])
    for j in range(d):
        work[0, j] = math.exp(log_scale[j] - unit) * shift[j]
        work[1, j] = math.exp(log_scale[j] - top)
    for j in range(d):
        moved = work[0, j]
        for k in range(j):
            moved += lower[j, k] * work[0, k]
        location[j] += moved
    for k in range(d):
        pivot = fitted[k, k]
        scale = pivot * work[1, k]
        if scale > TINY:
            scale = 1.0 / scale
            for j in range(k + 1, d):
                fitted[j, k] *= work[1, j] * scale
        else:
            for j in range(k + 1, d):
                fitted[j, k] *= math.exp(log_scale[j] - log_scale[k]) / pivot if pivot > 0.0 else 0.0
    for j in range(1, d):
        for m in range(1, j):
            slope = lower[j, m]
            for k in range(m):
                lower[j, k] += slope * fitted[m, k]
        for k in range(j):
            lower[j, k] += fitted[j, k]
    for j in range(d):
        present[j] = fitted[j, j] > 0.0
        if present[j]:
            log_scale[j] += math.log(fitted[j, j])
            if log_scale[j] > models.unit[i]:
                models.unit[i] = log_scale[j]
    if models.unit[i] > unit:
        shrunk = math.exp(unit - models.unit[i])
        for j in range(d):
            location[j] *= shrunk
