"""Counts of types as the plain verbs hold them: a row of a table for each replicate, or pairs of type and count."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from collapse_theory.families.categorical.pairs import alive_pairs, for_each
from collapse_theory.families.smoothing import AddAlpha, BackOff, Smoothing

Array = NDArray[np.float64]


class Counts(NamedTuple):
    """Points as counts of their types: a row of a table, or an array of ``(2, types)`` arrays of type and count."""

    of: NDArray[Any]


def tabled(laws: NDArray[Any]) -> bool:
    """Whether laws, or counts, are rows of a table."""
    return bool(laws.dtype != object)


def drawn(laws: NDArray[Any], count: Any, rng: np.random.Generator) -> Counts:
    """Counts of so many points from each law, a number or one for each."""
    if tabled(laws):
        return Counts(rng.multinomial(count, laws).astype(float))

    def one(law: Array, n: Any) -> Array:
        return alive_pairs(rng.multinomial(n, law[1] / law[1].sum()).astype(float), law[0])

    return Counts(for_each(one, laws, np.broadcast_to(count, laws.shape)))


def united(batches: Sequence[Counts], weights: Sequence[Any] | None, size: int) -> Counts:
    """Union of batches of a number of types, each point having the weight of its batch."""
    factors = [1.0] * len(batches) if weights is None else weights
    if tabled(batches[0].of):
        return Counts(np.sum([w * b.of for w, b in zip(factors, batches, strict=True)], axis=0))

    def union(*parts: Array) -> Array:
        total = sum(
            w * np.bincount(part[0].astype(np.int64), part[1], minlength=size)
            for w, part in zip(factors, parts, strict=True)
        )
        return alive_pairs(np.asarray(total))

    return Counts(for_each(union, *(batch.of for batch in batches)))


def added(smoothing: Smoothing | None, source: Array) -> Any:
    """What smoothing adds to the counts of all types: 0 where there is none."""
    if isinstance(smoothing, AddAlpha):
        return np.full(len(source), smoothing.alpha)
    return smoothing.strength * source if isinstance(smoothing, BackOff) else 0.0


def times(laws: NDArray[Any], count: Any) -> Counts:
    """Counts as each law has them in expectation."""
    return Counts(count * laws if tabled(laws) else for_each(lambda law: np.stack([law[0], count * law[1]]), laws))


def sampled(points: Counts, size: int, rng: np.random.Generator, *, replacement: bool) -> Counts:
    """Counts of a part of the points: multinomial, or multivariate hypergeometric."""

    def some(counts: Array) -> Array:
        if replacement:
            return rng.multinomial(size, counts / counts.sum()).astype(float)
        return rng.multivariate_hypergeometric(counts.astype(np.int64), size, method="marginals").astype(float)

    if tabled(points.of):
        return Counts(np.stack([some(counts) for counts in points.of]))
    return Counts(for_each(lambda pairs: alive_pairs(some(pairs[1]), pairs[0]), points.of))


def tilted(laws: NDArray[Any], weight: Callable[[Any, Any], Any]) -> NDArray[Any]:
    """Laws under which types are likelier by weights of their places and shares."""
    if tabled(laws):
        weighed = laws * weight(np.arange(laws.shape[-1]), laws)
        return np.asarray(weighed / weighed.sum(axis=-1, keepdims=True))

    def one(law: Array) -> Array:
        weighed = law[1] * weight(law[0].astype(np.int64), law[1])
        alive = weighed > 0
        return np.stack([law[0][alive], weighed[alive] / weighed.sum()])

    return for_each(one, laws)


def distinct(points: Counts) -> Counts:
    """Each type that occurs, once."""
    if tabled(points.of):
        return Counts((points.of > 0).astype(float))
    return Counts(for_each(lambda pairs: np.stack([pairs[0], (pairs[1] > 0).astype(float)]), points.of))
