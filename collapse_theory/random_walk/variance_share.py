"""Joint law of the variance of a draw and of the share of it that lies within its model.

A draw from the model of generation t has, given the variances, the variance S = sigma^2 + A, of which sigma^2 lies
within the model and A between the runs.  One peeling takes (sigma^2, A) to (W sigma^2, 1/n + W A): S moves as the
perpetuity, and arriving at S multiplies the share sigma^2 / S by 1 - 1/(n S).  Multiplication maps the polynomials of
one degree to themselves, so weights at the nodes of one grid that integrate them exactly are advanced without error.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.polynomial.chebyshev import chebvander
from numpy.typing import ArrayLike, NDArray

from collapse_theory.domain import COUNT, POSITIVE
from collapse_theory.errors import NoClosedForm
from collapse_theory.random_walk.grid import Grid, total_mass, transition, walk_grids, walk_steps, within_reach

Array = NDArray[np.float64]

WORK_LIMIT = 100_000_000_000
"""Largest accepted number of multiplications (about half a minute)."""
ENTRY_LIMIT = 45_000_000
"""Largest accepted number of entries of the interpolations (about 400 MB)."""
NODES = (16, 24, 32, 48, 64, 96, 128, 192, 256)
"""Numbers of nodes in the share that are tried."""
SHORT = 100
"""Sample size over generations from which on the share stays near 1 and few nodes keep to what it reaches."""

_ROOT = 8  # the polynomials are in the eighth root of the share, which spreads all scales of a small one
_PROBE = 321  # nodes at which a function is expanded, to choose among NODES
_ROUNDING = 4e-16  # relative size of a coefficient without digits


@dataclass(frozen=True)
class VarianceShare:
    r"""Joint laws of :math:`S_t = \sigma_t^2 + A_t` and of the share :math:`\sigma_t^2/S_t`, from :math:`S_0 = 1`.

    Parameters
    ----------
    n : int
        Sample size, at least 2.
    ddof : float
        Real correction below ``n``.
    generations : sequence of int
        Generations t >= 1, in any order.
    refine : float
        Divisor of the grid step, a check of the discretisation.

    Raises
    ------
    ValueError
        For a parameter outside its domain.
    NoClosedForm
        For a law that leaves the floating-point range, or work above a limit.
    """

    n: int
    ddof: float
    generations: Sequence[int]
    refine: float = 1.0

    def __post_init__(self) -> None:
        times = tuple(COUNT.check("generations", t) for t in self.generations)
        within_reach(max(times))
        object.__setattr__(self, "generations", times)
        POSITIVE.check("refine", self.refine)

    @cached_property
    def _grid(self) -> Grid:
        # the oversampling of the perpetuity serves far tails, which no expectation needs
        steps = walk_steps([self.n] * max(self.generations), self.ddof, 1.0)
        return walk_grids(steps, 1.0, 0.5 * self.refine, second_moment=False)[0]

    @cached_property
    def scales(self) -> Array:
        """Values of S, shape (m,)."""
        return np.asarray(1.0 / self.n + np.exp(self._grid.points))

    @cached_property
    def masses(self) -> Array:
        """Their probabilities, shape (generations, m)."""
        return self._each_generation(1, lambda weights: weights[:, 0] / total_mass(weights))

    def expect(self, function: Callable[[Array, Array], Array], accuracy: float, addend: Array) -> Array:
        """Expectations of ``function(S, share)`` for each generation.

        Parameters
        ----------
        function : callable
            Function of arrays of shape (m, 1) and (q,), smooth in the logarithms of both.
        accuracy : float
            Bound on the error of the expansion in the share, relative to the expectation plus the addend.
        addend : ndarray, shape (generations,)
            What the expectations will be added to.

        Raises
        ------
        NoClosedForm
            If the largest number of nodes does not reach the accuracy.
        """

        def expectations(count: int) -> Array:
            values = function(self.scales[:, None], self._roots(count) ** _ROOT)
            return self._each_generation(count, lambda weights: np.sum(weights * values))

        rough = expectations(NODES[0])
        count = self._sufficient(function, accuracy * np.abs(rough + addend))
        return rough if count == NODES[0] else expectations(count)

    def _sufficient(self, function: Callable[[Array, Array], Array], tolerance: Array) -> int:
        """Least number of nodes whose expansion leaves out no more than the tolerance, on average over S."""
        from scipy.fft import dct

        probe = NODES[0] if self._short else _PROBE
        left = np.abs(dct(function(self.scales[:, None], self._roots(probe) ** _ROOT), type=1)) / (probe - 1)
        left[left < _ROUNDING * left.max(axis=1, keepdims=True)] = 0.0
        left = np.cumsum(left[:, ::-1], axis=1)[:, ::-1]
        for count in NODES[: 1 if self._short else None]:
            error = np.abs(self.masses) @ left[:, min(count, probe - 2)]
            if np.all(error <= tolerance):
                return count
        raise NoClosedForm(
            f"n = {self.n}, ddof = {self.ddof}: after {max(self.generations)} generations {count} nodes in the share "
            f"leave an error of {error.max():.1e}: simulate instead"
        )

    @property
    def _short(self) -> bool:
        return SHORT * max(self.generations) <= self.n

    @cached_property
    def _dilations(self) -> Array:
        """Factors of the root of the share on arrival at each value of S."""
        return np.asarray(np.exp(-np.log1p(np.exp(-self._grid.points) / self.n) / _ROOT))

    def _roots(self, count: int) -> Array:
        """Nodes in the root of the share, from 1 downwards."""
        lowest = float(self._dilations[0]) ** max(self.generations) if self._short else 0.0
        return np.asarray(1.0 - 0.5 * (1.0 - lowest) * (1.0 - _chebyshev(count)))

    def _each_generation(self, count: int, value: Callable[[Array], ArrayLike]) -> Array:
        """Values of the weights at the nodes, of shape (m, count), for each generation."""
        found = {t: value(weights) for t, weights in self._sweep(count) if t in self.generations}
        return np.array([found[t] for t in self.generations])

    def _sweep(self, count: int) -> Iterator[tuple[int, Array]]:
        interpolation = self._interpolation(count)
        step = walk_steps([self.n], self.ddof, 1.0)[0]
        kernel, weights = transition(step, np.zeros(1), self._grid), np.eye(1, count)
        for t in range(1, max(self.generations) + 1):
            weights = np.matmul(interpolation, kernel(weights)[:, :, None])[:, :, 0]
            yield t, weights
            if t == 1:
                kernel = transition(step, np.log(self.scales), self._grid)

    def _interpolation(self, count: int) -> Array:
        """Transposed interpolation from the nodes to the dilated nodes, shape (m, count, count)."""
        generations, entries = max(self.generations), self.scales.size * count**2
        work = generations * (count * self._grid.entries + entries)
        if entries > ENTRY_LIMIT:
            raise NoClosedForm(f"n and ddof need {entries} entries of interpolation, above ENTRY_LIMIT = {ENTRY_LIMIT}")
        if work > WORK_LIMIT:
            raise NoClosedForm(f"{generations} generations need {work} products, above WORK_LIMIT = {WORK_LIMIT}")
        roots = self._roots(count)
        dilated = 1.0 - 2.0 * (1.0 - self._dilations[:, None] * roots) / (1.0 - roots[-1] if count > 1 else 1.0)
        coefficients = np.linalg.inv(chebvander(_chebyshev(count), count - 1))
        return np.ascontiguousarray(np.swapaxes(chebvander(dilated, count - 1) @ coefficients, 1, 2))


def _chebyshev(count: int) -> Array:
    """Chebyshev nodes from 1 to -1, both included."""
    return np.asarray(np.cos(math.pi * np.arange(count) / max(1, count - 1)))
