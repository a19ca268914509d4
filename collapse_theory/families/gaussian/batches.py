"""Batches of a Gaussian recursion, compiled: drawn, placed, carried over and pooled as means and sums of squares.

A batch of c points is a mean (one normal) and a sum of squares about it (one chi-square). All is held about the
current fitted mean, in units of a power of ``HUGE`` that each replicate has for itself, so nothing cancels and nothing
leaves the floats. Draws come in the order of the plain verbs: on one stream both give the same runs.
"""

from __future__ import annotations

import math
from typing import Any, NamedTuple

import numpy as np
from numba import njit

TINY, HUGE = 1e-100, 1e100
LOG_HUGE = math.log(HUGE)
REAL, MODEL, FIRST_SLOT = 0, 1, 2


class Models(NamedTuple):
    """Fitted models, one per replicate: sd in units of HUGE^exponent, mean in units of HUGE^max(exponent, 0)."""

    mean: Any
    sd: Any
    exponent: Any


class Batches(NamedTuple):
    """Batches of points, arrays of shape ``(batches, replicates)``; means are about the current fitted mean."""

    count: Any
    mean: Any
    squares: Any


class Tilt(NamedTuple):
    """Tilting exponent θ of the model's chi-squares, and log Γ(a + θ)/(Γ(a) a^θ) at a = df/2, per generation."""

    exponent: Any
    normaliser: Any


class Plan(NamedTuple):
    """The tableau of every generation, arrays whose first axis is the generation.

    ``drawn`` (real, model), ``kept`` (chances of both) and ``weights`` (real, model, slots) have the shapes
    ``(generations, batches)``; ``share`` is the chance that a model point comes from the source, ``carried`` the
    points' worth of the model itself, ``kish`` Kish's size, 0 where it is the random number of points. ``keep`` has 1
    where a slot takes in a batch, shape ``(slots, batches)``. ``fewest`` points are needed; ``beyond``, ``near`` and
    ``far`` are what real points have passed, ``beyond`` 0 where they pass all.
    """

    drawn: Any
    kept: Any
    weights: Any
    share: Any
    carried: Any
    kish: Any
    keep: Any
    fewest: int
    beyond: float
    near: float
    far: float


@njit(cache=True, nogil=True)
def absent(rows, replicates):  # pragma: no cover
    """Batches without points."""
    shape = (rows, replicates)
    return Batches(np.zeros(shape), np.zeros(shape), np.zeros(shape))


@njit(cache=True, nogil=True)
def carry(points, models, batches):  # pragma: no cover
    """The models themselves, as the last of the batches: seen from their own means, without noise."""
    last = len(batches.count) - 1
    for i in range(models.sd.size):
        batches.count[last, i] = points
        batches.mean[last, i] = 0.0
        batches.squares[last, i] = points * models.sd[i] * models.sd[i]


@njit(cache=True, nogil=True)
def draw_real(rng, plan, g, models, batches):  # pragma: no cover
    """Batch of one size from the source."""
    count = float(plan.drawn[g, REAL])
    if count > 0.0:
        if plan.beyond > 0.0:
            draw_screened(rng, plan, batches)
        else:
            draw_normals(rng, batches.mean[REAL])
            draw_chi_squares(rng, count - 1.0, batches.squares[REAL])
        place_real(models, batches)


@njit(cache=True, nogil=True)
def draw_screened(rng, plan, batches):  # pragma: no cover
    """Points of the source that passed a filter, one by one: their mean in units of its error, their squares."""
    count, mean, squares = batches.count[REAL], batches.mean[REAL], batches.squares[REAL]
    for i in range(count.size):
        mean[i], squares[i] = 0.0, 0.0
        for k in range(int(count[i])):
            while True:
                x = rng.standard_normal()
                if rng.random() < (plan.near if abs(x) <= plan.beyond else plan.far):
                    break
            apart = x - mean[i]
            mean[i] += apart / (k + 1)
            squares[i] += apart * (x - mean[i])
        mean[i] *= math.sqrt(count[i])


@njit(cache=True, nogil=True)
def draw_model(rng, count, tilt, g, models, batches, log_weight):  # pragma: no cover
    """Batch of one size from the current models, its chi-squares tilted."""
    if count > 0.0:
        draw_normals(rng, batches.mean[MODEL])
        draw_chi_squares(rng, count - 1.0 + 2.0 * tilt.exponent[g], batches.squares[MODEL])
        weigh(tilt, g, count - 1.0, batches.squares[MODEL], log_weight)
        place_model(models, batches)


@njit(cache=True, nogil=True)
def draw_counted(rng, plan, share, models, batches, union):  # pragma: no cover
    """Batches of numbers of points that differ; with a share, one batch whose points are real by chance."""
    real, model = batches.count[REAL], batches.count[MODEL]
    if share > 0.0:
        for i in range(real.size):
            real[i] = rng.binomial(int(model[i]), share)
            model[i] -= real[i]
    for b in (REAL, MODEL):
        if b == REAL and plan.beyond > 0.0:
            draw_screened(rng, plan, batches)
            continue
        draw_normals(rng, batches.mean[b])
        for i in range(real.size):
            draw_chi_squares(rng, max(batches.count[b, i] - 1.0, 0.0), batches.squares[b, i : i + 1])
    place_real(models, batches)
    place_model(models, batches)
    if share <= 0.0:
        return
    drawn = np.zeros(len(batches.count))
    drawn[:FIRST_SLOT] = 1.0
    unite(batches, drawn, union, 0)
    for i in range(real.size):
        real[i], model[i] = 0.0, union.count[0, i]
        batches.mean[MODEL, i], batches.squares[MODEL, i] = union.mean[0, i], union.squares[0, i]


@njit(cache=True, nogil=True)
def place_real(models, batches):  # pragma: no cover
    """Standard draws made a batch of the source, seen from the current fitted mean in the current units."""
    count, mean, squares = batches.count[REAL], batches.mean[REAL], batches.squares[REAL]
    for i in range(count.size):
        if count[i] > 0.0:
            while models.exponent[i] < 0:
                change_unit(models, batches, i, 1)
            if batches.count[MODEL, i] == 0.0:
                look_from_source(models, batches, i)
            sd = times_huge(1.0, -models.exponent[i])
            mean[i] = sd * mean[i] / math.sqrt(count[i]) - models.mean[i]
            squares[i] *= sd * sd


@njit(cache=True, nogil=True)
def look_from_source(models, batches, i):  # pragma: no cover
    """Means about the source's mean, for a generation in which no point comes from the model, however far it is."""
    empty = True
    for b in range(FIRST_SLOT, len(batches.count)):
        batches.mean[b, i] += models.mean[i]
        empty = empty and batches.count[b, i] == 0.0
    models.mean[i] = 0.0
    if empty:
        models.exponent[i] = 0


@njit(cache=True, nogil=True)
def place_model(models, batches):  # pragma: no cover
    """Standard draws made a batch of the current models."""
    count, mean, squares = batches.count[MODEL], batches.mean[MODEL], batches.squares[MODEL]
    for i in range(count.size):
        if count[i] > 0.0:
            mean[i] *= models.sd[i] / math.sqrt(count[i])
            squares[i] *= models.sd[i] * models.sd[i]


@njit(cache=True, nogil=True, error_model="numpy")
def unite(batches, weights, union, row):  # pragma: no cover
    """Union of batches, each point of a batch carrying its weight, by pairwise updates of mean and squares."""
    total, mean, squares = union.count[row], union.mean[row], union.squares[row]
    for i in range(total.size):
        total[i], mean[i], squares[i] = 0.0, 0.0, 0.0
    for b in range(len(weights)):
        if weights[b] == 0.0:
            continue
        for i in range(total.size):
            size = weights[b] * batches.count[b, i]
            if size > 0.0:
                total[i] += size
                apart = batches.mean[b, i] - mean[i]
                mean[i] += apart * size / total[i]
                squares[i] += weights[b] * batches.squares[b, i] + size * apart * (batches.mean[b, i] - mean[i])


@njit(cache=True, nogil=True, error_model="numpy")
def unite_alike(batches, weights, union, row):  # pragma: no cover
    """The same where every batch has the same number of points in all replicates."""
    mean, squares, total = union.mean[row], union.squares[row], 0.0
    for b in range(len(weights)):
        weight, size = weights[b], weights[b] * batches.count[b, 0]
        if size == 0.0:
            continue
        other, within = batches.mean[b], batches.squares[b]
        if total == 0.0:
            for i in range(mean.size):
                mean[i], squares[i] = other[i], weight * within[i]
        else:
            share, between = size / (total + size), size * total / (total + size)
            for i in range(mean.size):
                apart = other[i] - mean[i]
                mean[i] += share * apart
                squares[i] += weight * within[i] + between * apart * apart
        total += size
    if total == 0.0:
        mean[:], squares[:] = 0.0, 0.0
    union.count[row] = total


@njit(cache=True, nogil=True)
def draw_normals(rng, out):  # pragma: no cover
    """Standard normal variables."""
    for i in range(out.size):
        out[i] = rng.standard_normal()


@njit(cache=True, nogil=True)
def draw_chi_squares(rng, df, out):  # pragma: no cover
    """Chi-square variables by the method of Marsaglia and Tsang (2000), bit for bit numpy's; zeros for df = 0."""
    if df <= 2.0:
        for i in range(out.size):
            out[i] = rng.chisquare(df) if df > 0.0 else 0.0
        return
    d = 0.5 * df - 1.0 / 3.0
    c = 1.0 / math.sqrt(9.0 * d)
    for i in range(out.size):
        while True:
            x = rng.standard_normal()
            v = 1.0 + c * x
            if v <= 0.0:
                continue
            v = v * v * v
            u = rng.random()
            if u < 1.0 - 0.0331 * (x * x) * (x * x) or math.log(u) < 0.5 * x * x + d * (1.0 - v + math.log(v)):
                out[i] = 2.0 * d * v
                break


@njit(cache=True, nogil=True)
def weigh(tilt, g, df, within, log_weight):  # pragma: no cover
    """Log likelihood ratio of chi-squares drawn with 2θ more degrees of freedom, from the draws themselves."""
    if tilt.exponent[g] != 0.0:
        for i in range(within.size):
            log_weight[i] += tilt.normaliser[g] - tilt.exponent[g] * math.log(within[i] / df)


@njit(cache=True, nogil=True)
def change_unit(models, batches, i, change):  # pragma: no cover
    """One replicate in units of HUGE^(exponent + change)."""
    factor = TINY if change > 0 else HUGE
    if max(models.exponent[i], models.exponent[i] + change) > 0:
        models.mean[i] *= factor
    models.exponent[i] += change
    models.sd[i] *= factor
    for b in range(FIRST_SLOT, len(batches.count)):
        batches.mean[b, i] *= factor
        batches.squares[b, i] *= factor * factor


@njit(cache=True, nogil=True)
def times_huge(value, exponent):  # pragma: no cover
    """Value · HUGE^exponent, 0 or infinite beyond the floats."""
    for _ in range(abs(exponent)):
        value *= HUGE if exponent > 0 else TINY
    return value
