"""Points kept one by one, as numbers in arrays of shape ``(replicates, points)``: where statistics do not suffice."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]


def joined(sets: Sequence[Array]) -> Array:
    """Union of sets of points."""
    return np.concatenate(sets, axis=1)


def chosen(points: Array, size: int, rng: np.random.Generator, *, replacement: bool) -> Array:
    """So many of the points of each replicate, drawn with or without replacement."""
    if replacement:
        return np.take_along_axis(points, rng.integers(points.shape[1], size=(len(points), size)), axis=1)
    return np.asarray(rng.permuted(points, axis=1)[:, :size])


def screened(counts: Any, screen: Any, rng: np.random.Generator) -> tuple[Array, Array]:
    """Means and sums of squares of so many standard normal points of each replicate that passed a filter."""
    owner = np.repeat(np.arange(len(counts)), counts)
    points, open_ = np.empty(len(owner)), np.ones(len(owner), dtype=bool)
    while np.any(open_):
        drawn = rng.standard_normal(np.count_nonzero(open_))
        passes = rng.random(len(drawn)) < np.where(np.abs(drawn) <= screen.beyond, screen.near, screen.far)
        points[open_] = drawn
        open_[open_] = ~passes
    mean: Array = np.bincount(owner, points, len(counts)) / np.maximum(counts, 1)
    return mean, np.asarray(np.bincount(owner, (points - mean[owner]) ** 2, len(counts)), dtype=float)
