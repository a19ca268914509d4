r"""The compiled loops of the Gaussian recursion in several dimensions: scatters by Bartlett, no sample ever drawn.

The model of a replicate is the frame in which everything about it is held: :math:`A\,L D`, L unit lower triangular, the
logarithms of D apart. A fit set has a lower triangular factor C in that frame, of entries about 1 where its points come
from the model, and the next frame is

.. math:: L D C = L\,(D\,C\,\mathrm{diag}(C)^{-1} D^{-1})\;D\,\mathrm{diag}(C) .

So the ratio of two axes is a difference of logarithms, and the smallest axis keeps its digits however far it falls
behind. Stored batches are carried over to the next frame by solving with C. Real points come in through
:math:`(L D)^{-1}`. A direction without spread stays in the frame, marked as absent.
"""

from __future__ import annotations

import math
from typing import Any, NamedTuple

import numpy as np
from numba import njit

from collapse_theory.families.kept_counts import kept_counts
from collapse_theory.families.multivariate_gaussian.frames import (
    Models,
    advance,
    bartlett,
    carry_over,
    draw_model,
    draw_real,
    floor_scales,
    sources,
    union,
)

REAL, MODEL, FIRST_SLOT = 0, 1, 2


class Record(NamedTuple):
    """What a block hands back: ``column`` has the output column of each generation, or −1; the others are the state.

    ``location`` and ``log_scale`` have shape ``(replicates, kept, d)``, ``unit`` ``(replicates, kept)``, ``lower``
    ``(replicates, kept, d(d − 1)/2)``.
    """

    column: Any
    location: Any
    unit: Any
    log_scale: Any
    lower: Any


class Plan(NamedTuple):
    """The tableau of every generation, arrays whose first axis is the generation; ``keep`` (slots, batches)."""

    drawn: Any
    kept: Any
    weights: Any
    share: Any
    carried: Any
    kish: Any
    keep: Any
    fewest: int


@njit(cache=True, nogil=True)
def run_chain(rng, drawn, ddof, record):  # pragma: no cover
    """Recursion under replacement.

    Parameters
    ----------
    rng : numpy.random.Generator
        The block's own stream.
    drawn : ndarray
        Points per generation.
    ddof : float
        Divisor.
    record : Record
        Output.
    """
    replicates, d = len(record.location), record.location.shape[2]
    models = sources(replicates, d)
    factor, noise, work = np.zeros((d, d)), np.empty(d), np.empty((2, d))
    _note(record, 0, models)
    for g in range(len(drawn)):
        scale, error = 1.0 / math.sqrt(drawn[g] - ddof), 1.0 / math.sqrt(drawn[g])
        for i in range(replicates):
            bartlett(rng, drawn[g], models.present[i], factor)
            for j in range(d):
                noise[j] = error * rng.standard_normal() if models.present[i, j] else 0.0
                for k in range(j + 1):
                    factor[j, k] *= scale
            advance(models, i, factor, noise, work)
        _note(record, g + 1, models)


@njit(cache=True, nogil=True)
def run_tableau(rng, plan, ddof, record):  # pragma: no cover
    """Recursion of any tableau: batches are drawn, pooled, fitted and stored.

    Parameters
    ----------
    rng : numpy.random.Generator
        The block's own stream.
    plan : Plan
        The tableau of every generation.
    ddof : float
        Divisor.
    record : Record
        Output.
    """
    replicates, d, slots = len(record.location), record.location.shape[2], len(plan.keep)
    models, batches = sources(replicates, d), FIRST_SLOT + slots + 1
    stored = np.zeros((replicates, slots)), np.zeros((replicates, slots, d)), np.zeros((replicates, slots, d, d))
    count, mean, factor = np.zeros(batches), np.zeros((batches, d)), np.zeros((batches, d, d))
    fitted, shift, work, column = np.zeros((d, d)), np.zeros(d), np.empty((2, d)), np.empty(d)
    weights, both, seen = np.zeros(batches), np.zeros(batches), np.zeros(slots)
    both[:FIRST_SLOT] = 1.0
    keep = np.zeros((slots, batches))
    keep[:, : batches - 1] = plan.keep
    _note(record, 0, models)
    for g in range(len(plan.drawn)):
        weights[: batches - 1], weights[-1] = plan.weights[g], 1.0 if plan.carried[g] > 0.0 else 0.0
        for i in range(replicates):
            real, model = kept_counts(rng, plan.drawn[g], plan.kept[g], plan.fewest)
            if plan.share[g] > 0.0:
                real = rng.binomial(model, plan.share[g])
                model -= real
            if real > 0:
                floor_scales(models, i, stored[1][i], stored[2][i])
            count[REAL], count[MODEL], count[-1] = real, model, plan.carried[g]
            draw_real(rng, models, i, real, mean[REAL], factor[REAL], work)
            draw_model(rng, models.present[i], model, mean[MODEL], factor[MODEL])
            if plan.share[g] > 0.0:
                count[MODEL] = union(both, count, mean, factor, fitted, shift, column)
                mean[MODEL], factor[MODEL], count[REAL] = shift, fitted, 0.0
            for s in range(slots):
                count[FIRST_SLOT + s] = stored[0][i, s]
                mean[FIRST_SLOT + s], factor[FIRST_SLOT + s] = stored[1][i, s], stored[2][i, s]
            mean[-1], factor[-1] = 0.0, 0.0
            for j in range(d):
                factor[-1, j, j] = math.sqrt(plan.carried[g]) if models.present[i, j] else 0.0
            for s in range(slots):
                stored[0][i, s] = union(keep[s], count, mean, factor, stored[2][i, s], stored[1][i, s], column)
                seen[s] = 1.0
                for b in range(batches):
                    if keep[s, b] > 0.0 and count[b] > 0.0 and weights[b] == 0.0:
                        seen[s] = 0.0
            total = union(weights, count, mean, factor, fitted, shift, column)
            kish = plan.kish[g] if plan.kish[g] > 0.0 else total
            fitted *= math.sqrt(kish / (kish - ddof) / total)
            for s in range(slots):
                carry_over(fitted, shift, stored[1][i, s], stored[2][i, s], seen[s] > 0.0)
            advance(models, i, fitted, shift, work)
        _note(record, g + 1, models)


@njit(cache=True, nogil=True)
def _note(record, t, models):  # pragma: no cover
    """Generation t put on record if it is kept."""
    column = record.column[t]
    if column < 0:
        return
    for i in range(len(models.unit)):
        record.location[i, column] = models.location[i]
        record.unit[i, column] = models.unit[i]
        place = 0
        for j in range(models.location.shape[1]):
            record.log_scale[i, column, j] = models.log_scale[i, j] if models.present[i, j] else -np.inf
            for k in range(j):
                record.lower[i, column, place] = models.lower[i, j, k]
                place += 1


__all__ = ["Models", "Plan", "Record", "run_chain", "run_tableau"]
