"""The compiled loops of the Gaussian recursion: generations outside, replicates inside, no sample ever drawn.

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
    nothing = _absent(0, replicates)
    noise, within, log_weight = np.empty(replicates), np.empty(replicates), np.zeros(replicates)
    _note(record, 0, models, log_weight)
    for g in range(len(drawn)):
        total = drawn[g] + stored[g]
        carried = stored[g] - ddof if stored[g] > 0.0 else 0.0
        draw_normals(rng, noise)
        draw_chi_squares(rng, drawn[g] - 1.0 + 2.0 * tilt.exponent[g], within)
        _weigh(tilt, g, drawn[g] - 1.0, within, log_weight)
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
def run_tableau(rng, counts, weights, keep, share, kish, ddof, posterior, tilt, record):  # pragma: no cover
    """Recursion of any tableau: batches are drawn, pooled, fitted and stored.

    Parameters
    ----------
    rng : numpy.random.Generator
        The block's own stream.
    counts : ndarray
        Points drawn, shape ``(generations, 2)``: real, model.
    weights : ndarray
        Weight of one point of every batch, shape ``(generations, batches)``: real, model, slots.
    keep : ndarray
        1 where a slot takes in a batch, else 0, shape ``(slots, batches)``.
    share : float
        Chance that a model point comes from the source.
    kish : ndarray
        Kish's size of the fit set per generation.
    ddof : float
        Divisor.
    posterior : bool
        Draw the next parameters from their posterior instead of plugging the fit in.
    tilt : Tilt
        Law of the model's chi-squares.
    record : Record
        Output.
    """
    replicates, slots = len(record.location), len(keep)
    models = _sources(replicates)
    batches, stored = _absent(FIRST_SLOT + slots, replicates), _absent(slots, replicates)
    fitted, log_weight = _absent(1, replicates), np.zeros(replicates)
    _note(record, 0, models, log_weight)
    for g in range(len(counts)):
        batches.count[REAL] = counts[g, REAL]
        batches.count[MODEL] = counts[g, MODEL]
        if share > 0.0:
            _draw_mixture(rng, counts[g, MODEL], share, models, batches, fitted)
        else:
            _draw_real(rng, counts[g, REAL], models, batches)
            _draw_model(rng, counts[g, MODEL], tilt, g, models, batches, log_weight)
        _unite(batches, weights[g], fitted, 0)
        for j in range(slots):
            _unite(batches, keep[j], stored, j)
        _fit(rng, fitted, kish[g], ddof, posterior, models)
        _store(stored, fitted.mean[0], batches)
        _rescale(models, batches)
        _note(record, g + 1, models, log_weight)


@njit(cache=True, nogil=True)
def _draw_real(rng, count, models, batches):  # pragma: no cover
    """Batch of one size from the source."""
    if count > 0.0:
        draw_normals(rng, batches.mean[REAL])
        draw_chi_squares(rng, count - 1.0, batches.squares[REAL])
        _place_real(models, batches)


@njit(cache=True, nogil=True)
def _draw_model(rng, count, tilt, g, models, batches, log_weight):  # pragma: no cover
    """Batch of one size from the current models, its chi-squares tilted."""
    if count > 0.0:
        draw_normals(rng, batches.mean[MODEL])
        draw_chi_squares(rng, count - 1.0 + 2.0 * tilt.exponent[g], batches.squares[MODEL])
        _weigh(tilt, g, count - 1.0, batches.squares[MODEL], log_weight)
        _place_model(models, batches)


@njit(cache=True, nogil=True)
def _draw_mixture(rng, count, share, models, batches, union):  # pragma: no cover
    """Model batch of which each point comes from the source with the given chance."""
    real, model = batches.count[REAL], batches.count[MODEL]
    for i in range(real.size):
        real[i] = rng.binomial(int(count), share)
        model[i] = count - real[i]
    for b in (REAL, MODEL):
        draw_normals(rng, batches.mean[b])
        for i in range(real.size):
            draw_chi_squares(rng, max(batches.count[b, i] - 1.0, 0.0), batches.squares[b, i : i + 1])
    _place_real(models, batches)
    _place_model(models, batches)
    drawn = np.zeros(len(batches.count))
    drawn[:FIRST_SLOT] = 1.0
    _unite(batches, drawn, union, 0)
    for i in range(real.size):
        real[i], model[i] = 0.0, count
        batches.mean[MODEL, i], batches.squares[MODEL, i] = union.mean[0, i], union.squares[0, i]


@njit(cache=True, nogil=True)
def _place_real(models, batches):  # pragma: no cover
    """Standard draws made a batch of the source, seen from the current fitted mean in the current units."""
    count, mean, squares = batches.count[REAL], batches.mean[REAL], batches.squares[REAL]
    for i in range(count.size):
        if count[i] > 0.0:
            while models.exponent[i] < 0:
                _change_unit(models, batches, i, 1)
            if batches.count[MODEL, i] == 0.0:
                _look_from_source(models, batches, i)
            sd = _times_huge(1.0, -models.exponent[i])
            mean[i] = sd * mean[i] / math.sqrt(count[i]) - models.mean[i]
            squares[i] *= sd * sd


@njit(cache=True, nogil=True)
def _look_from_source(models, batches, i):  # pragma: no cover
    """Means about the source's mean, for a generation in which no point comes from the model, however far it is."""
    empty = True
    for b in range(FIRST_SLOT, len(batches.count)):
        batches.mean[b, i] += models.mean[i]
        empty = empty and batches.count[b, i] == 0.0
    models.mean[i] = 0.0
    if empty:
        models.exponent[i] = 0


@njit(cache=True, nogil=True)
def _place_model(models, batches):  # pragma: no cover
    """Standard draws made a batch of the current models."""
    count, mean, squares = batches.count[MODEL], batches.mean[MODEL], batches.squares[MODEL]
    for i in range(count.size):
        if count[i] > 0.0:
            mean[i] *= models.sd[i] / math.sqrt(count[i])
            squares[i] *= models.sd[i] * models.sd[i]


@njit(cache=True, nogil=True)
def _unite(batches, weights, union, row):  # pragma: no cover
    """Union of batches, each point of a batch carrying its weight, by pairwise updates of mean and squares."""
    total, mean, squares = union.count[row], union.mean[row], union.squares[row]
    for i in range(total.size):
        total[i], mean[i], squares[i] = 0.0, 0.0, 0.0
    for b in range(len(weights)):
        for i in range(total.size):
            size = weights[b] * batches.count[b, i]
            if size > 0.0:
                total[i] += size
                apart = batches.mean[b, i] - mean[i]
                mean[i] += apart * size / total[i]
                squares[i] += weights[b] * batches.squares[b, i] + size * apart * (batches.mean[b, i] - mean[i])


@njit(cache=True, nogil=True)
def _fit(rng, fitted, kish, ddof, posterior, models):  # pragma: no cover
    """Next models, from the fit sets; afterwards their mean is the shift of the models' mean."""
    total, shift, squares = fitted.count[0], fitted.mean[0], fitted.squares[0]
    mean, sd, exponent = models
    if posterior:
        chi_square, noise = np.empty(mean.size), np.empty(mean.size)
        draw_chi_squares(rng, kish - 1.0, chi_square)
        draw_normals(rng, noise)
        for i in range(mean.size):
            sd[i] = math.sqrt(squares[i] / chi_square[i])
            shift[i] += sd[i] * noise[i] / math.sqrt(kish)
    else:
        for i in range(mean.size):
            sd[i] = math.sqrt(squares[i] / total[i] * (kish / (kish - ddof)))
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
def _weigh(tilt, g, df, within, log_weight):  # pragma: no cover
    """Log likelihood ratio of chi-squares drawn with 2θ more degrees of freedom, from the draws themselves."""
    if tilt.exponent[g] != 0.0:
        for i in range(within.size):
            log_weight[i] += tilt.normaliser[g] - tilt.exponent[g] * math.log(within[i] / df)


@njit(cache=True, nogil=True)
def _sources(replicates):  # pragma: no cover
    """Models of generation 0."""
    return Models(np.zeros(replicates), np.ones(replicates), np.zeros(replicates, dtype=np.int64))


@njit(cache=True, nogil=True)
def _absent(rows, replicates):  # pragma: no cover
    """Batches without points."""
    shape = (rows, replicates)
    return Batches(np.zeros(shape), np.zeros(shape), np.zeros(shape))


@njit(cache=True, nogil=True)
def _rescale(models, batches):  # pragma: no cover
    """Another unit for every replicate whose sd is about to leave the floats."""
    for i in range(models.sd.size):
        if models.sd[i] < TINY:
            _change_unit(models, batches, i, -1)
        elif models.sd[i] > HUGE:
            _change_unit(models, batches, i, 1)


@njit(cache=True, nogil=True)
def _change_unit(models, batches, i, change):  # pragma: no cover
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
def _times_huge(value, exponent):  # pragma: no cover
    """Value · HUGE^exponent, 0 or infinite beyond the floats."""
    for _ in range(abs(exponent)):
        value *= HUGE if exponent > 0 else TINY
    return value


@njit(cache=True, nogil=True)
def _note(record, t, models, log_weight):  # pragma: no cover
    """Generation t put on record: the times that come now, and the states if they are kept."""
    for j in range(record.levels.size):
        for i in range(models.sd.size):
            if record.times[i, j] < 0 and models.sd[i] <= _times_huge(record.levels[j], -models.exponent[i]):
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
