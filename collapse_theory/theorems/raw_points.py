r"""Moments after one or two refits by drawing raw points: three points a generation, no sufficient statistics, no map.

Every drawn point is a node of a Gauss–Hermite rule that is exact for polynomials of degree 11 in that point, and the
fitted variance v and error d of three or six pooled points are polynomials in them. So :math:`E v^p d^{2q}` with
:math:`p + q \le 2` is exact up to rounding, in every regime, and shares nothing with the formulas it is compared with.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from math import comb
from typing import Any

import numpy as np
from numpy.typing import NDArray

from collapse_theory.errors import NoClosedForm
from collapse_theory.regimes import Step
from collapse_theory.tableau.step import MODEL, REAL

Array = NDArray[np.float64]

POINTS, NODES, GENERATIONS = 3, 6, 2


@dataclass(frozen=True)
class _Cases:
    """Ways the points may fall: their chances, the fitted variance and mean, and the points of each slot."""

    chance: Array
    variance: Array
    mean: Array
    slots: tuple[Array, ...]


def moment(setting: Any, t: int, p: int, q: int) -> float:
    """E v^p d^(2q) after t refits, in units of the source.

    Raises
    ------
    NoClosedForm
        Beyond two refits of three points.
    """
    if not setting.sampling.honest:
        raise NoClosedForm("raw points are drawn from the models as they are")
    if t > GENERATIONS or not setting.sizes.constant or setting.sizes(1) != POINTS:
        raise NoClosedForm(f"raw points are for {POINTS} points and {GENERATIONS} generations")
    cases = _Cases(np.ones(1), np.ones(1), np.zeros(1), ())
    for generation in range(1, t + 1):
        cases = _refitted(cases, setting.regime.step(generation, setting.sizes), float(setting.family.ddof))
    return float(np.sum(cases.chance * cases.variance**p * cases.mean ** (2 * q)))


def _refitted(cases: _Cases, step: Step, ddof: float) -> _Cases:
    if step.thinned or step.subsample is not None or step.screen is not None:
        raise NoClosedForm("raw points are whole batches of fixed sizes, of the normal law")
    parts = [_drawn(cases, step, real, chance, ddof) for real, chance in _compositions(step)]
    slots = zip(*(part.slots for part in parts), strict=True)
    return _Cases(
        np.concatenate([part.chance for part in parts]),
        np.concatenate([part.variance for part in parts]),
        np.concatenate([part.mean for part in parts]),
        tuple(np.concatenate(slot, axis=1) for slot in slots),
    )


def _compositions(step: Step) -> Iterator[tuple[int, float]]:
    """Numbers of points that come from the source, with their chances."""
    if not step.share:
        yield int(step.drawn[REAL]), 1.0
        return
    n, share = int(step.drawn[MODEL]), float(step.share)
    for real in range(n + 1):
        yield real, comb(n, real) * share**real * (1 - share) ** (n - real)


def _drawn(cases: _Cases, step: Step, real: int, chance: float, ddof: float) -> _Cases:
    count = int(step.drawn[REAL]) + int(step.drawn[MODEL])
    nodes, weights = np.polynomial.hermite_e.hermegauss(NODES)
    grid = np.stack([axis.ravel() for axis in np.meshgrid(*[nodes] * count, indexing="ij")])
    chances = np.prod(np.meshgrid(*[weights / np.sqrt(2 * np.pi)] * count, indexing="ij"), axis=0).ravel()
    old, new = len(cases.chance), grid.shape[1]
    grid = np.tile(grid, old)
    before = np.repeat(np.arange(old), new)
    points = np.where(
        np.arange(count)[:, None] < real, grid, cases.mean[before] + np.sqrt(cases.variance[before]) * grid
    )
    split = 0 if step.share else real
    batches = [points[:split], points[split:], *(slot[:, before] for slot in cases.slots)]
    batches += [np.empty((0, old * new))] * (len(step.weight) - len(batches))
    pool = np.concatenate(batches)
    weight = np.concatenate([np.full(len(batch), float(w)) for batch, w in zip(batches, step.weight, strict=True)])
    share = weight / (weight.sum() + float(step.carried))
    size = 1 / np.sum(share**2)
    carried, model = float(step.carried) / (weight.sum() + float(step.carried)), cases.mean[before]
    mean = share @ pool + carried * model
    variance = share @ (pool - mean) ** 2 + carried * (cases.variance[before] + (model - mean) ** 2)
    variance *= size / (size - ddof)
    slots = tuple(np.concatenate([batches[b] for b in kept]) for kept in step.keep)
    return _Cases(cases.chance[before] * np.tile(chances, old) * chance, variance, mean, slots)


def std_reference(p: int, q: int) -> Any:
    """Standard deviation over runs of the variance (1, 0) or of the squared location error (0, 1), by raw points."""

    def reference(setting: Any, t: int) -> float:
        second = moment(setting, t, 2 * p, 2 * q)
        return float(setting.family.spread * np.sqrt(second - moment(setting, t, p, q) ** 2))

    return reference


def mean_reference(p: int, q: int) -> Any:
    """Mean of the variance (1, 0) or of the squared location error (0, 1), by raw points."""
    return lambda setting, t: setting.family.spread * moment(setting, t, p, q)
