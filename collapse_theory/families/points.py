"""Points kept one by one, in arrays of shape ``(replicates, points)``: where statistics do not suffice."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from collapse_theory.families.family import POOLED, Family, State

Array = NDArray[np.float64]

HELD = 200_000
"""Points that one generation adds to a block, at most."""
ACCEPTED = 0.2
"""Mean weight, the largest being 1, from which on places are drawn by acceptance and not by cumulated weights."""


class Points(NamedTuple):
    """Weighted points of every replicate.

    ``values`` has the shape ``(replicates, points)``, or one more axis for points of several coordinates; ``weight``
    the shape ``(replicates, points)``, 0 where a replicate has fewer points than others. Weights that are all the same
    may be a read-only view of one number.
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
        """Next state, from the weighted points of the fit set and its Kish size, a number or one per replicate."""

    def draw(self, state: State, count: Any, rng: np.random.Generator) -> Points:
        replicates, most = len(state[0]), int(np.max(count))
        values = self.sampled(state, most, rng)
        if np.ndim(count) == 0:
            return Points(values, _ones(replicates, most))
        return Points(values, (np.arange(most) < np.asarray(count)[:, None]).astype(float))

    def pool(self, batches: Sequence[Points], weights: Sequence[Any] | None = None) -> Points:
        each = [1.0] * len(batches) if weights is None else [float(weight) for weight in weights]
        if len(batches) == 1:
            (batch,), (weight,) = batches, each
            return batch if weight == 1 else Points(batch.values, weight * batch.weight)
        values = np.concatenate([batch.values for batch in batches], axis=1)
        if len(set(each)) == 1 and not any(any(batch.weight.strides) for batch in batches):
            return Points(values, _ones(*values.shape[:2]))
        return Points(
            values,
            np.concatenate([weight * batch.weight for weight, batch in zip(each, batches, strict=True)], axis=1),
        )

    def fit(self, pooled: Points, kish: Any, previous: State, rng: np.random.Generator) -> State:
        return self.fitted(pooled, kish, previous, rng)

    def draw_points(self, state: State, count: int, rng: np.random.Generator) -> Points:
        return self.draw(state, count, rng)

    def join(self, batches: Sequence[Points]) -> Points:
        return self.pool(batches)

    def subsample(self, points: Points, size: int, rng: np.random.Generator, *, replacement: bool) -> Points:
        replicates, held = points.weight.shape
        places = rng.integers(held, size=(replicates, size)) if replacement else _distinct(replicates, held, size, rng)
        picked = places.reshape(places.shape + (1,) * (points.values.ndim - 2))
        return Points(np.take_along_axis(points.values, picked, axis=1), _ones(replicates, size))

    def replicates_per_block(self, recursion: Any) -> int:
        """Replicates on one stream: fewer where they draw many points, and where points are stored."""
        step = recursion.tableau
        held = POOLED if step.stored or step.subsample is not None else HELD
        return max(4, min(self.block_size, held // int(recursion.sizes(1))))


def _ones(replicates: int, count: int) -> Array:
    """Weights of points that all count once, without their memory."""
    return np.broadcast_to(1.0, (replicates, count))


def even(weight: Array) -> bool:
    """Whether all weights are the same."""
    return not any(weight.strides) or bool(weight.size and np.all(weight == weight[0, 0]))


def picked_places(weight: Array, count: int, rng: np.random.Generator) -> NDArray[np.int64]:
    """So many places of each replicate, drawn with replacement, each with a chance that is its share of the weight."""
    replicates, held = weight.shape
    if even(weight):
        return np.asarray(rng.integers(held, size=(replicates, count)))
    scaled = weight / weight.max(axis=1, keepdims=True)
    if scaled.mean() > ACCEPTED:
        return _accepted(scaled, count, rng)
    row = np.arange(replicates)[:, None]
    share = np.cumsum(scaled, axis=1)
    share = share / share[:, -1:] + row
    places = np.searchsorted(share.ravel(), (rng.random((replicates, count)) + row).ravel(), side="right")
    return np.asarray(np.minimum(places.reshape(replicates, count) - row * held, held - 1))


def _accepted(chance: Array, count: int, rng: np.random.Generator) -> NDArray[np.int64]:
    """Places drawn evenly, and again until each is accepted with its chance."""
    replicates, held = chance.shape
    places = rng.integers(held, size=replicates * count)
    flat, start = chance.ravel(), np.repeat(np.arange(replicates) * held, count)
    open_ = np.flatnonzero(rng.random(len(places)) >= flat[places + start])
    while len(open_):
        again = rng.integers(held, size=len(open_))
        places[open_] = again
        open_ = open_[rng.random(len(open_)) >= flat[again + start[open_]]]
    return np.asarray(places.reshape(replicates, count))


def _distinct(replicates: int, held: int, size: int, rng: np.random.Generator) -> NDArray[np.int64]:
    """So many different places out of those held, for each replicate: the beginning of a shuffle."""
    places, rows = np.tile(np.arange(held), (replicates, 1)), np.arange(replicates)
    for i in range(size):
        other = rng.integers(i, held, size=replicates)
        taken = places[rows, other]
        places[rows, other] = places[:, i]
        places[:, i] = taken
    return places[:, :size]


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
