"""The compiled loop of the Gaussian recursion: generations outside, replicates inside, no sample ever drawn.

Only sufficient statistics move. Every batch is a mean (one normal) and a sum of squares (one chi-square), in
units of the current fitted standard deviation about the current fitted mean, so nothing cancels and
nothing underflows: the standard deviation is a mantissa with a separate exponent.
"""

from __future__ import annotations

import math

import numpy as np
from numba import njit

TINY, HUGE = 1e-100, 1e100
LOG_HUGE = math.log(HUGE)


@njit(cache=True, nogil=True, inline="always")
def _chi_square(rng, df, d, c):  # pragma: no cover
    """Chi-square by Marsaglia and Tsang (2000), with d = df/2 − 1/3 and c = 1/√(9d) hoisted by the caller."""
    if df >= 2.0:
        while True:
            x = rng.standard_normal()
            v = 1.0 + c * x
            if v > 0.0:
                v = v * v * v
                u = rng.random()
                if u < 1.0 - 0.0331 * x * x * x * x:
                    return 2.0 * d * v
                if math.log(u) < 0.5 * x * x + d * (1.0 - v + math.log(v)):
                    return 2.0 * d * v
    if df == 1.0:
        z = rng.standard_normal()
        return z * z
    if df == 0.0:
        return 0.0
    return rng.chisquare(df)


@njit(cache=True, nogil=True, inline="always")
def _shape(df):  # pragma: no cover
    d = max(0.5 * df - 1.0 / 3.0, 1.0 / 3.0)
    return d, 1.0 / math.sqrt(9.0 * d)


@njit(cache=True, nogil=True)
def run_block(
    rng,
    counts,
    weights,
    keep,
    keep_is_fit,
    share,
    kish,
    ddof,
    posterior,
    tilt,
    levels,
    record,
    location,
    log_sd,
    log_weight,
    times,
):  # pragma: no cover
    """Advance one block of replicates through all generations.

    Parameters
    ----------
    rng : numpy.random.Generator
        The block's own stream.
    counts, weights : ndarray
        Points and point weights of every batch, shape ``(generations, batches)``; batch 0 is real, 1 the
        model's, then the stored slots.
    keep : ndarray of bool
        Batches that make up each slot, shape ``(slots, batches)``.
    keep_is_fit : ndarray of bool
        Slots that equal the fit set, so that their union need not be formed twice.
    share : float
        Chance that a model point comes from the source.
    kish : ndarray
        Kish's size of the fit set per generation.
    ddof, tilt : float
        Divisor and tilting exponent θ: chi-squares of the model are drawn with 2θ more degrees of freedom.
    posterior : bool
        Draw the next parameters from their posterior instead of plugging the fit in.
    levels : ndarray
        Levels of the standard deviation whose first passage is watched.
    record : ndarray of int
        Column of the output for each generation 0, 1, …, or −1.
    location, log_sd, log_weight : ndarray
        Outputs, shape ``(replicates, kept)``; log_weight has no rows when there is no tilt.
    times : ndarray of int
        Output, shape ``(replicates, levels)``: generation of first passage, or −1.
    """
    replicates = location.shape[0]
    generations, batches = counts.shape
    slots = batches - 2
    mean = np.zeros(replicates)
    sd = np.ones(replicates)
    exponent = np.zeros(replicates, dtype=np.int32)
    ratio_weight = np.zeros(log_weight.shape[0])
    slot_mean = np.zeros((slots, replicates))
    slot_squares = np.zeros((slots, replicates))
    batch_mean = np.zeros(batches)
    batch_squares = np.zeros(batches)
    batch_count = np.zeros(batches)
    new_mean = np.zeros(slots)
    new_squares = np.zeros(slots)
    tilted = tilt != 0.0
    watching = levels.shape[0] > 0
    if record[0] >= 0:
        location[:, record[0]] = 0.0
        log_sd[:, record[0]] = 0.0
    for g in range(generations):
        for b in range(batches):
            batch_count[b] = counts[g, b]
        model_df = counts[g, 1] - 1.0 + 2.0 * tilt
        model_d, model_c = _shape(model_df)
        real_d, real_c = _shape(counts[g, 0] - 1.0)
        model_root = 1.0 / math.sqrt(max(counts[g, 1], 1.0))
        real_root = 1.0 / math.sqrt(max(counts[g, 0], 1.0))
        total = 0.0
        for b in range(batches):
            total += weights[g, b] * counts[g, b]
        divisor = total * (kish[g] - ddof) / kish[g]
        normaliser = 0.0
        if tilted:
            a = 0.5 * (counts[g, 1] - 1.0)
            normaliser = math.lgamma(a + tilt) - math.lgamma(a)
        model_only = counts[g, 0] == 0.0 and share == 0.0
        alone = model_only and slots == 0
        pool = model_only and slots == 1 and keep_is_fit[0] and weights[g, 1] == 1.0 and weights[g, 2] == 1.0
        joining = counts[g, 1] / total
        real_weight = weights[g, 1] if share > 0.0 else weights[g, 0]
        for i in range(replicates):
            scale = sd[i]
            shift, squares = 0.0, 0.0
            if alone:
                shift = rng.standard_normal() * model_root
                squares = weights[g, 1] * _chi_square(rng, model_df, model_d, model_c)
                if tilted:
                    ratio_weight[i] += normaliser - tilt * math.log(0.5 * squares / weights[g, 1])
            elif pool:
                apart = rng.standard_normal() * model_root - slot_mean[0, i]
                within = _chi_square(rng, model_df, model_d, model_c)
                shift = slot_mean[0, i] + apart * joining
                squares = slot_squares[0, i] + within + apart * apart * joining * counts[g, 2]
                if tilted:
                    ratio_weight[i] += normaliser - tilt * math.log(0.5 * within)
            else:
                real, model = counts[g, 0], counts[g, 1]
                rd, rc, rr, md, mc, mr = real_d, real_c, real_root, model_d, model_c, model_root
                if share > 0.0:
                    moved = float(rng.binomial(int(model), share))
                    real += moved
                    model -= moved
                    rd, rc = _shape(real - 1.0)
                    md, mc = _shape(model - 1.0)
                    rr, mr = 1.0 / math.sqrt(max(real, 1.0)), 1.0 / math.sqrt(max(model, 1.0))
                batch_count[0], batch_count[1] = real, model
                if model > 0.0:
                    batch_mean[1] = rng.standard_normal() * mr
                    batch_squares[1] = _chi_square(rng, model - 1.0 + 2.0 * tilt, md, mc)
                    if tilted:
                        ratio_weight[i] += normaliser - tilt * math.log(0.5 * batch_squares[1])
                if real > 0.0:
                    batch_mean[0] = (rng.standard_normal() * rr - mean[i]) / scale
                    batch_squares[0] = _chi_square(rng, real - 1.0, rd, rc) / (scale * scale)
                for j in range(slots):
                    batch_mean[2 + j] = slot_mean[j, i]
                    batch_squares[2 + j] = slot_squares[j, i]
                gathered = 0.0
                for b in range(batches):
                    w = real_weight if b == 0 else weights[g, b]
                    size = w * batch_count[b]
                    if size > 0.0:
                        gathered += size
                        apart = batch_mean[b] - shift
                        shift += apart * size / gathered
                        squares += w * batch_squares[b] + size * apart * (batch_mean[b] - shift)
            ratio = math.sqrt(squares / divisor)
            if posterior:
                drawn_df = kish[g] - 1.0
                pd, pc = _shape(drawn_df)
                ratio = math.sqrt(squares / _chi_square(rng, drawn_df, pd, pc))
                moved_mean = ratio * rng.standard_normal() / math.sqrt(kish[g])
            else:
                moved_mean = 0.0
            for j in range(slots):
                if keep_is_fit[j]:
                    new_mean[j], new_squares[j] = shift, squares
                else:
                    m, ss, gathered = 0.0, 0.0, 0.0
                    for b in range(batches):
                        if keep[j, b] and batch_count[b] > 0.0:
                            gathered += batch_count[b]
                            apart = batch_mean[b] - m
                            m += apart * batch_count[b] / gathered
                            ss += batch_squares[b] + batch_count[b] * apart * (batch_mean[b] - m)
                    new_mean[j], new_squares[j] = m, ss
            shift += moved_mean
            for j in range(slots):
                slot_mean[j, i] = (new_mean[j] - shift) / ratio
                slot_squares[j, i] = new_squares[j] / (ratio * ratio)
            if exponent[i] == 0:
                mean[i] += scale * shift
            elif exponent[i] > 0:
                mean[i] += scale * shift * math.exp(exponent[i] * LOG_HUGE)
            scale *= ratio
            if scale < TINY:
                scale *= HUGE
                exponent[i] -= 1
            elif scale > HUGE:
                scale *= TINY
                exponent[i] += 1
            sd[i] = scale
            if watching:
                for j in range(levels.shape[0]):
                    if times[i, j] < 0 and (exponent[i] < 0 or (exponent[i] == 0 and scale <= levels[j])):
                        times[i, j] = g + 1
        column = record[g + 1]
        if column >= 0:
            for i in range(replicates):
                location[i, column] = mean[i]
                log_sd[i, column] = math.log(sd[i]) + exponent[i] * LOG_HUGE
            if tilted:
                for i in range(replicates):
                    log_weight[i, column] = ratio_weight[i]
