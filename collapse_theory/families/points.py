"""Points kept one by one, in arrays of shape ``(replicates, points)``: where statistics do not suffice."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from collapse_theory.families.family import Family, State

Array = NDArray[np.float64]

HELD = 400_000
"""Points that one generation adds to a block, at most."""


class Points(NamedTuple):
    """Weighted points of every replicate.

    ``values`` has the shape ``(replicates, points)``, or one more axis for points of several coordinates; ``weight``
    the shape ``(replicates, points)``, 0 where a replicate has fewer points than others.
    """

    values: Array
    weight: Array

    @property
    def total(self) -> Array:
        """Total weight of each replicate."""
        return np.asarray(self.weight.sum(axis=1))


class PointFamily(Family):
    """A family whose fit sees every point: abstract, for families that are refitted to points and not to statistics.

    A subclass gives ``source``, ``sampled`` and ``fitted``; batches, pools and subsamples of points follow.
    """

    @abstractmethod
    def sampled(self, state: State, count: int, rng: np.random.Generator) -> Array:
        """``count`` points of each replicate's model, shape ``(replicates, count)`` or ``(replicates, count, …)``."""

    @abstractmethod
    def fitted(self, points: Points, kish: Any, previous: State, rng: np.random.Generator) -> State:
        """Next state, from the weighted points of the fit set."""

    def draw(self, state: State, count: Any, rng: np.random.Generator) -> Points:
        counts = np.broadcast_to(count, len(state[0]))
        most = int(np.max(counts))
        return Points(self.sampled(state, most, rng), (np.arange(most) < counts[:, None]).astype(float))

    def pool(self, batches: Sequence[Points], weights: Sequence[Any] | None = None) -> Points:
        each = [1.0] * len(batches) if weights is None else [float(weight) for weight in weights]
        return Points(
            np.concatenate([batch.values for batch in batches], axis=1),
            np.concatenate([weight * batch.weight for weight, batch in zip(each, batches, strict=True)], axis=1),
        )

    def fit(self, pooled: Points, kish: Any, previous: State, rng: np.random.Generator) -> State:
        return self.fitted(pooled, kish, previous, rng)

    def draw_points(self, state: State, count: int, rng: np.random.Generator) -> Points:
        return self.draw(state, count, rng)

    def join(self, batches: Sequence[Points]) -> Points:
        return self.pool(batches)

    def subsample(self, points: Points, size: int, rng: np.random.Generator, *, replacement: bool) -> Points:
        places = np.broadcast_to(np.arange(points.weight.shape[1]), points.weight.shape)
        some = chosen(places, size, rng, replacement=replacement)
        picked = some.reshape(some.shape + (1,) * (points.values.ndim - 2))
        return Points(np.take_along_axis(points.values, picked, axis=1), np.ones(some.shape))

    def replicates_per_block(self, recursion: Any) -> int:
        """Replicates on one stream: fewer where they draw many points."""
        return max(4, min(super().replicates_per_block(recursion), HELD // int(recursion.sizes(1))))


def joined(sets: Sequence[Array]) -> Array:
    """Union of sets of points."""
    return np.concatenate(sets, axis=1)


def chosen(points: NDArray[Any], size: int, rng: np.random.Generator, *, replacement: bool) -> NDArray[Any]:
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
