"""A regime laid out over the generations of a block, in the plain arrays that compiled loops take."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from collapse_theory.simulation import Block

Array = NDArray[np.float64]


class LaidOut(NamedTuple):
    """The tableau of every generation of a block.

    Parameters
    ----------
    step : Step
        The tableau with arrays over generations.
    drawn, stored, weights : ndarray
        Points drawn from source and model, points stored and weight of a point, shapes ``(generations, batches)``.
    kish : ndarray
        Kish's size of what is fitted, shape ``(generations,)``; 0 where it is random.
    share, carried : ndarray
        Chance that a model point is real, and points' worth of the old model in the fit, shape ``(generations,)``.
    kept : ndarray
        Chances that a point drawn from source and model is kept, shape ``(generations, 2)``.
    keep : ndarray
        1 where a slot takes a batch, shape ``(slots, batches)``.
    column : ndarray
        Place of a generation among the kept ones, −1 where it is not kept, shape ``(generations + 1,)``.
    """

    step: Any
    drawn: Array
    stored: Array
    weights: Array
    kish: Array
    share: Array
    carried: Array
    kept: Array
    keep: Array
    column: NDArray[np.int64]


def laid_out(block: Block) -> LaidOut:
    """The tableau of every generation of a block."""
    t = np.arange(1, block.last + 1)
    step = block.recursion.regime.step(t, block.recursion.sizes)
    keep = np.zeros((len(step.keep), len(step.weight)))
    for slot, batches in enumerate(step.keep):
        keep[slot, list(batches)] = 1.0
    column = np.full(block.last + 1, -1)
    column[list(block.record)] = np.arange(len(block.record))
    drawn, stored, weights = (_over(t, numbers) for numbers in (step.drawn, step.stored, step.weight))
    kish = 0 if step.thinned else step.kish
    sizes, share, carried = (_over(t, [number])[:, 0] for number in (kish, step.share, step.carried))
    return LaidOut(step, drawn, stored, weights, sizes, share, carried, _over(t, step.kept), keep, column)


def _over(t: NDArray[np.int64], numbers: Sequence[Any]) -> Array:
    """Numbers, each the same for all generations or an array over them, as ``(generations, numbers)``."""
    table = np.empty((len(t), len(numbers)))
    for column, values in enumerate(numbers):
        table[:, column] = values
    return table
