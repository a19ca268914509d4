"""The compiled loops of the Gaussian recursion: generations outside, replicates inside, no sample ever drawn."""

from __future__ import annotations

import math
from typing import Any, NamedTuple

import numpy as np
from numba import njit

from collapse_theory.families.gaussian.batches import (
    FIRST_SLOT,
    HUGE,
    LOG_HUGE,
    MODEL,
    REAL,
    TINY,
    Models,
    absent,
    carry,
    change_unit,
    draw_chi_squares,
    draw_counted,
    draw_model,
    draw_normals,
    draw_real,
    times_huge,
    unite,
    unite_alike,
    weigh,
)
from collapse_theory.families.kept_counts import kept_counts


class Record(NamedTuple):
    """What a block hands back.

    ``column`` has the output column of each generation 0, 1, …, or −1. ``location`` (in units of the larger of source's
    and fitted sd), ``log_sd`` and ``log_weight`` have shape ``(replicates, kept)``, the last no columns without a tilt.
    ``times`` has shape ``(replicates, levels)``: the
    first generation whose sd is at most the level, or −1.
    """

    column: Any
    location: Any
    log_sd: Any
    log_weight: Any
    levels: Any
    times: Any


@njit(cache=True, nogil=True)
def run_chain(rng, drawn, stored, ddof, tilt, record):  # pragma: no cover
    """Recursion whose pool is its fit set: its sum of squares is known from the fitted sd, no pool is held.

    Parameters
    ----------
    rng : numpy.random.Generator
        The block's own stream.
    drawn, stored : ndarray
        Points drawn from the model, and points in the pool before that, per generation.
    ddof : float
        Divisor.
    tilt : Tilt
        Law of the model's chi-squares.
    record : Record
        Output.
    """
    replicates = len(record.location)
    models = _sources(replicates)
    nothing = absent(0, replicates)
    noise, within, log_weight = np.empty(replicates), np.empty(replicates), np.zeros(replicates)
    _note(record, 0, models, log_weight)
    for g in range(len(drawn)):
        total = drawn[g] + stored[g]
        carried = stored[g] - ddof if stored[g] > 0.0 else 0.0
        draw_normals(rng, noise)
        draw_chi_squares(rng, drawn[g] - 1.0 + 2.0 * tilt.exponent[g], within)
        weigh(tilt, g, drawn[g] - 1.0, within, log_weight)
        _move(models, noise, within, math.sqrt(drawn[g]) / total, carried, stored[g] / total, 1.0 / (total - ddof))
        _rescale(models, nothing)
        _note(record, g + 1, models, log_weight)


@njit(cache=True, nogil=True)
def _move(models, noise, within, step, carried, between, inverse):  # pragma: no cover
    """Fit of every pool: mean + sd · step · noise, and variance · (carried + within + between · noise²) · inverse."""
    mean, sd, exponent = models
    for i in range(mean.size):
        mean[i] += (exponent[i] >= 0) * sd[i] * step * noise[i]
        sd[i] *= math.sqrt((carried + within[i] + between * noise[i] * noise[i]) * inverse)


@njit(cache=True, nogil=True)
def run_tableau(rng, plan, ddof, posterior, tilt, record):  # pragma: no cover
    """Recursion of any tableau: batches are drawn, pooled, fitted and stored.

    Parameters
    ----------
    rng : numpy.random.Generator
        The block's own stream.
    plan : Plan
        The tableau of every generation.
    ddof : float
        Divisor.
    posterior : bool
        Draw the next parameters from their posterior instead of plugging the fit in.
    tilt : Tilt
        Law of the model's chi-squares.
    record : Record
        Output.
    """
    replicates, slots = len(record.location), len(plan.keep)
    models = _sources(replicates)
    batches, stored = absent(FIRST_SLOT + slots + 1, replicates), absent(slots, replicates)
    weights, keep = np.ones(FIRST_SLOT + slots + 1), np.zeros((slots, FIRST_SLOT + slots + 1))
    keep[:, : FIRST_SLOT + slots] = plan.keep
    fitted, log_weight, alike = absent(1, replicates), np.zeros(replicates), np.all(plan.kept == 1.0)
    _note(record, 0, models, log_weight)
    for g in range(len(plan.drawn)):
        weights[: FIRST_SLOT + slots] = plan.weights[g]
        thinned = plan.kept[g, REAL] < 1.0 or plan.kept[g, MODEL] < 1.0
        batches.count[REAL], batches.count[MODEL] = plan.drawn[g, REAL], plan.drawn[g, MODEL]
        if thinned:
            for i in range(replicates):
                real, model = kept_counts(rng, plan.drawn[g], plan.kept[g], plan.fewest)
                batches.count[REAL, i], batches.count[MODEL, i] = real, model
        if plan.share[g] > 0.0 or thinned:
            draw_counted(rng, plan, plan.share[g], models, batches, fitted)
        else:
            draw_real(rng, plan, g, models, batches)
            draw_model(rng, float(plan.drawn[g, MODEL]), tilt, g, models, batches, log_weight)
        weights[-1] = plan.carried[g] > 0.0
        if plan.carried[g] > 0.0 or (g > 0 and plan.carried[g - 1] > 0.0):
            carry(plan.carried[g], models, batches)
        if alike:
            unite_alike(batches, weights, fitted, 0)
            for j in range(slots):
                unite_alike(batches, keep[j], stored, j)
        else:
            unite(batches, weights, fitted, 0)
            for j in range(slots):
                unite(batches, keep[j], stored, j)
        _fit(rng, fitted, plan.kish[g], ddof, posterior, models)
        _store(stored, fitted.mean[0], batches)
        _rescale(models, batches)
        _note(record, g + 1, models, log_weight)


@njit(cache=True, nogil=True)
def _fit(rng, fitted, kish, ddof, posterior, models):  # pragma: no cover
    """Next models, from the fit sets; afterwards their mean is the shift of the models' mean."""
    total, shift, squares = fitted.count[0], fitted.mean[0], fitted.squares[0]
    mean, sd, exponent = models
    if posterior:
        chi_square, noise = np.empty(mean.size), np.empty(mean.size)
        if kish > 0.0:
            draw_chi_squares(rng, kish - 1.0, chi_square)
        else:
            for i in range(mean.size):
                draw_chi_squares(rng, total[i] - 1.0, chi_square[i : i + 1])
        draw_normals(rng, noise)
        for i in range(mean.size):
            size = kish if kish > 0.0 else total[i]
            sd[i] = math.sqrt(squares[i] / total[i] * size / chi_square[i])
            shift[i] += sd[i] * noise[i] / math.sqrt(size)
    elif kish > 0.0:
        factor = kish / (kish - ddof) / total[0]
        for i in range(mean.size):
            sd[i] = math.sqrt(squares[i] * factor)
    else:
        for i in range(mean.size):
            sd[i] = math.sqrt(squares[i] / (total[i] - ddof))
    for i in range(mean.size):
        mean[i] += (exponent[i] >= 0) * shift[i]


@njit(cache=True, nogil=True)
def _store(stored, shift, batches):  # pragma: no cover
    """Slots of the next generation, about the shifted mean."""
    for j in range(len(stored.count)):
        for i in range(shift.size):
            batches.count[FIRST_SLOT + j, i] = stored.count[j, i]
            batches.mean[FIRST_SLOT + j, i] = stored.mean[j, i] - shift[i]
            batches.squares[FIRST_SLOT + j, i] = stored.squares[j, i]


@njit(cache=True, nogil=True)
def _sources(replicates):  # pragma: no cover
    """Models of generation 0."""
    return Models(np.zeros(replicates), np.ones(replicates), np.zeros(replicates, dtype=np.int64))


@njit(cache=True, nogil=True)
def _rescale(models, batches):  # pragma: no cover
    """Another unit for every replicate whose sd is about to leave the floats."""
    for i in range(models.sd.size):
        if models.sd[i] < TINY:
            change_unit(models, batches, i, -1)
        elif models.sd[i] > HUGE:
            change_unit(models, batches, i, 1)


@njit(cache=True, nogil=True)
def _note(record, t, models, log_weight):  # pragma: no cover
    """Generation t put on record: the times that come now, and the states if they are kept."""
    for j in range(record.levels.size):
        for i in range(models.sd.size):
            if record.times[i, j] < 0 and models.sd[i] <= times_huge(record.levels[j], -models.exponent[i]):
                record.times[i, j] = t
    column = record.column[t]
    if column < 0:
        return
    for i in range(models.sd.size):
        wider = models.sd[i] if models.exponent[i] > 0 else max(models.sd[i], 1.0) if models.exponent[i] == 0 else 1.0
        record.location[i, column] = models.mean[i] / wider
        record.log_sd[i, column] = math.log(models.sd[i]) + models.exponent[i] * LOG_HUGE
        if record.log_weight.size > 0:
            record.log_weight[i, column] = log_weight[i]
