r"""Batches of points as graded factors of their scatter, in numpy: the readable reference of the compiled loop.

The scatter of a batch is :math:`L D^2 L^\top`, in units of the source. A batch of n points of a model with the factor
L D has the factor :math:`L D T`, where T is Bartlett's: lower triangular, independent, with squared diagonal entries
:math:`\chi^2_{n-1}, \chi^2_{n-2}, \dots` and standard normals below. As
:math:`L D T = L\,(D T D^{-1})\,D`, the logarithms of D take up all that grows or shrinks. A product of any length
keeps the digits of every direction that way. A sum of scatters is rotated into one factor in the frame of the source;
there a direction that is :math:`10^{-12}` times as wide as the others, or less, counts as none.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

NOTHING = 1e-12
"""Smallest part of a row of a sum of scatters that is told from rounding."""


class Batch(NamedTuple):
    """Points as sufficient statistics: how many, their mean, and the factor of their scatter about it.

    ``count`` has the shape ``(replicates,)``, ``mean`` and ``log_scale`` (replicates, d), ``lower`` (replicates, d, d).
    """

    count: Any
    mean: Array
    log_scale: Array
    lower: Array


def unpacked(packed: Array, d: int) -> Array:
    """Unit lower triangular matrices from their entries below the diagonal, row by row."""
    full = np.zeros((*packed.shape[:-1], d, d))
    full[..., np.arange(d), np.arange(d)] = 1.0
    rows, columns = np.tril_indices(d, -1)
    full[..., rows, columns] = packed
    return full


def packed(lower: Array) -> Array:
    """Entries below the diagonal, row by row."""
    rows, columns = np.tril_indices(lower.shape[-1], -1)
    return np.ascontiguousarray(lower[..., rows, columns])


def drawn(mean: Array, log_scale: Array, lower: Array, count: Any, rng: np.random.Generator) -> Batch:
    """Batch of ``count`` points of models with these means and factors, by Bartlett's decomposition."""
    replicates, d = log_scale.shape
    points = np.broadcast_to(count, replicates).astype(float)
    present = np.isfinite(log_scale)
    df = np.where(present, np.maximum(points[:, None] - np.cumsum(present, axis=1), 0.0), 0.0)
    pivot = np.sqrt(np.where(df > 0, rng.chisquare(np.maximum(df, 1.0)), 0.0))
    below = np.tril(rng.standard_normal((replicates, d, d)), -1)
    noise = np.where(present, rng.standard_normal((replicates, d)), 0.0) / np.sqrt(np.maximum(points, 1.0))[:, None]
    level = np.where(present, log_scale, 0.0)
    with np.errstate(over="ignore", under="ignore", divide="ignore", invalid="ignore"):
        ratio = np.exp(level[:, :, None] - level[:, None, :])
        inside = np.where(present[:, :, None] & (df[:, None, :] > 0), below * ratio / pivot[:, None, :], 0.0)
        scales = np.where(df > 0, level + np.log(pivot), -np.inf)
        moved = mean + (lower @ (np.exp(level) * noise)[..., None])[..., 0]
    return Batch(points, moved, scales, lower @ (inside + np.eye(d)))


def pooled(batches: Sequence[Batch], weights: Sequence[Any]) -> Batch:
    """Union of batches, each point of a batch carrying its weight."""
    if len(batches) == 1:
        one, weight = batches[0], float(weights[0])
        return Batch(weight * one.count, one.mean, one.log_scale + 0.5 * np.log(weight), one.lower)
    total, mean, factor = (
        np.zeros_like(batches[0].count),
        np.zeros_like(batches[0].mean),
        np.zeros_like(batches[0].lower),
    )
    for weight, batch in zip(weights, batches, strict=True):
        columns = batch.lower * (np.sqrt(float(weight)) * np.exp(batch.log_scale))[:, None, :]
        for k in range(columns.shape[-1]):
            rotate(factor, columns[..., k].copy())
        size = float(weight) * batch.count
        share = size / np.where(total + size > 0, total + size, 1.0)
        apart = batch.mean - mean
        rotate(factor, np.sqrt(share * total)[:, None] * apart)
        mean = mean + share[:, None] * apart
        total = total + size
    return Batch(total, mean, *graded(factor))


def rotate(factor: Array, column: Array) -> None:
    """Add a column to lower triangular factors F, F Fᵀ + x xᵀ, in place by Givens rotations."""
    for j in range(column.shape[-1]):
        length = np.hypot(factor[:, j, j], column[:, j])
        safe = np.where(length > 0, length, 1.0)
        cos = np.where(length > 0, factor[:, j, j] / safe, 1.0)[:, None]
        sin = (column[:, j] / safe)[:, None]
        old = factor[:, j:, j].copy()
        factor[:, j:, j] = cos * old + sin * column[:, j:]
        column[:, j:] = cos * column[:, j:] - sin * old


def graded(factor: Array) -> tuple[Array, Array]:
    """Logarithms of the diagonal and unit lower triangular part; rounding in place of a direction is none."""
    pivot = np.abs(np.einsum("...ii->...i", factor))
    row = np.sqrt(np.sum(np.tril(factor) ** 2, axis=-1))
    there = pivot > NOTHING * row
    with np.errstate(divide="ignore"):
        logs = np.where(there, np.log(np.where(there, pivot, 1.0)), -np.inf)
    sign = np.where(np.einsum("...ii->...i", factor) < 0, -1.0, 1.0)
    unit = np.tril(factor, -1) * np.where(there, sign / np.where(there, pivot, 1.0), 0.0)[..., None, :]
    return logs, unit + np.eye(factor.shape[-1])


def of_points(points: Array) -> Batch:
    """Batch of these points, shape ``(replicates, points, d)``."""
    replicates, size, d = points.shape
    apart = points - points[:, :1]  # one point drawn many times has no spread at all
    shift = apart.mean(axis=1)
    before = np.cumsum(apart, axis=1)[:, :-1] / np.arange(1, size)[:, None]
    contrasts = (apart[:, 1:] - before) * np.sqrt(np.arange(1, size) / np.arange(2, size + 1))[:, None]
    missing = np.zeros((replicates, max(d - size + 1, 0), d))
    triangle = np.linalg.qr(np.concatenate([contrasts, missing], axis=1), mode="r")
    return Batch(np.full(replicates, float(size)), points[:, 0] + shift, *graded(np.swapaxes(triangle, -1, -2)))
