"""Grids on which a perpetuity is peeled, and the transition between two of them.

One peeling takes S to 1/n + W S.  In y = log(S - 1/n) the new point is log W + log S: on a uniform grid of y the
trapezoidal rule for its law converges exponentially.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from collapse_theory.domain import POSITIVE
from collapse_theory.errors import NoClosedForm
from collapse_theory.random_walk.step import LogStep

Array = NDArray[np.float64]

WORK_LIMIT = 10_000_000_000
"""Largest accepted work, kernel entries summed over the generations (about 15 seconds)."""
ENTRY_LIMIT = 30_000_000
"""Largest accepted number of entries of one transition kernel (about 400 MB)."""
GENERATION_LIMIT = 100_000
"""Largest accepted number of generations."""

_TAIL = 1e-20  # probability left outside a grid
_ALIASING = 1e-15  # bound on the trapezoidal error of one product of two densities
_OVERSAMPLING = 2.0  # grid finer than that bound asks, for relative accuracy in the tails of X
_LOG_RANGE = 700.0  # exp stays finite
_SECOND_RANGE = 150.0  # log S up to which a grid is prolonged for the sake of E S^2


@dataclass(frozen=True)
class Grid:
    """Uniform grid of y, with the number of entries of the kernel that leads to it."""

    low: float
    step: float
    count: int
    entries: int

    @property
    def points(self) -> Array:
        """Values of y."""
        return np.asarray(self.low + self.step * np.arange(self.count), dtype=np.float64)


def within_reach(generations: int) -> int:
    """Number of generations, if it is none too large to be stepped through one by one.

    Raises
    ------
    NoClosedForm
        Above ``GENERATION_LIMIT``.
    """
    if generations > GENERATION_LIMIT:
        raise NoClosedForm(f"{generations} generations are more than GENERATION_LIMIT = {GENERATION_LIMIT}")
    return generations


def walk_steps(sizes: Sequence[int] | NDArray[np.int64], ddof: float, start: float) -> list[LogStep]:
    """Steps of the refits of the given sizes, after a check of the parameters of a perpetuity."""
    if start not in (0.0, 1.0):
        raise ValueError(f"start = {start!r} is outside its domain: 0.0 or 1.0")
    within_reach(len(sizes))
    values = np.asarray(sizes).tolist()
    known = {n: LogStep(n, ddof) for n in set(values)}
    return [known[n] for n in values]


def _resolution(shape: float) -> float:
    """Grid step at which the trapezoidal error of the product of two densities meets ``_ALIASING``.

    A shift of the contour by v < pi/2 gains exp(-2 pi v / step) and costs (cos v)^(-shape), with ``shape`` the sum
    of the two gamma shapes.
    """
    v = np.geomspace(1e-8, 0.4999, 1000) * math.pi
    return float(np.max(2.0 * math.pi * v / (-math.log(_ALIASING) - shape * np.log(np.cos(v))))) / _OVERSAMPLING


class _Bounds:
    """Bounds on y = log(W S) from the moments of S, by Minkowski's inequality and its reverse for negative orders."""

    def __init__(self, steps: Sequence[LogStep], start: float) -> None:
        shapes = [step.shape for step in steps]
        fractions = np.geomspace(1e-3, 0.5, 40)
        negative = -min(shapes) * np.concatenate([fractions, 1.0 - fractions])
        largest = 40.0 * math.sqrt(max(shapes)) + 100.0
        self.orders = np.concatenate([negative, np.geomspace(1e-3, largest, 160), [2.0]])
        distinct = {step.n: step for step in steps}
        self.moments = {n: step.log_moment(self.orders) / self.orders for n, step in distinct.items()}
        self.norms = np.full(self.orders.shape, math.log(start) if start > 0.0 else -math.inf)

    def advance(self, n: int, *, second_moment: bool) -> tuple[float, float]:
        """Ends of y for the next generation, of size ``n``; beyond them E S^2 is negligible too, up to a range."""
        k = self.orders
        product = self.norms + self.moments[n]
        power = np.where((k > 0.0) & (k < 1.0), k, 1.0)
        self.norms = np.logaddexp(-power * math.log(n), power * product) / power
        slack = -math.log(_TAIL)
        low = float(np.max((product + slack / k)[k < 0.0]))
        high = float(np.min((product + slack / k)[k > 0.0]))
        if not second_moment:
            return low, high
        heavy = k > 2.01
        with np.errstate(invalid="ignore"):
            second = float(np.min((k * product - 2.0 * product[-1] + slack)[heavy] / (k[heavy] - 2.0)))
        return low, max(high, min(second, _SECOND_RANGE))


def walk_grids(
    steps: Sequence[LogStep], start: float, refine: float, *, second_moment: bool = True, limited: bool = True
) -> list[Grid]:
    """Grids of the peeled generations, outermost first; one grid for all when the sizes are equal."""
    POSITIVE.check("refine", refine)
    if not steps:
        return []
    bounds = _Bounds(steps, start)
    ends = np.array([bounds.advance(step.n, second_moment=second_moment) for step in reversed(steps)])[::-1]
    reached = np.isfinite(ends).all(axis=1)
    if len({step.n for step in steps}) == 1 and reached.any():
        ends[reached] = ends[reached, 0].min(), ends[reached, 1].max()
    shapes = np.array([step.shape for step in steps])
    shapes += np.concatenate([shapes[:1], shapes[:-1]])
    widths = {shape: _resolution(shape) / refine for shape in set(shapes.tolist())}
    grids: list[Grid] = []
    columns = 1
    for i in range(len(steps) - 1, -1, -1):
        low, high = ends[i].tolist() if reached[i] else (0.0, 0.0)
        if high > _LOG_RANGE or low < -_LOG_RANGE:
            raise NoClosedForm(
                f"n = {steps[i].n}, ddof = {steps[i].ddof}: log S spans [{low:.0f}, {high:.0f}] within the "
                f"generations asked for, outside the floating-point range [-{_LOG_RANGE:.0f}, {_LOG_RANGE:.0f}]"
            )
        width = widths[float(shapes[i])]
        count = math.ceil((high - low) / width) + 1
        left, right = steps[i].reach
        grids.append(Grid(low, width, count, columns * min(count, math.ceil((right - left) / width) + 1)))
        columns = count
    entries, work = max(grid.entries for grid in grids), sum(grid.entries for grid in grids)
    if limited and entries > ENTRY_LIMIT:
        raise NoClosedForm(f"sizes and ddof need a kernel of {entries} entries, above ENTRY_LIMIT = {ENTRY_LIMIT}")
    if limited and work > WORK_LIMIT:
        raise NoClosedForm(f"{len(steps)} generations need {work} kernel entries, above WORK_LIMIT = {WORK_LIMIT}")
    return grids[::-1]


def transition(step: LogStep, log_scales: Array, grid: Grid) -> Callable[[Array], Array]:
    """Transition from masses at ``log_scales`` to masses on the grid: grid step times density(y_i - log S_j)."""
    from scipy.sparse import csr_array

    left, right = step.reach
    rows = min(grid.count, math.ceil((right - left) / grid.step) + 1)
    first = np.ceil((log_scales + left - grid.low) / grid.step).clip(0, grid.count - rows).astype(np.int64)
    row = first[:, None] + np.arange(rows)
    density = step.density(grid.low + grid.step * row - log_scales[:, None])
    column = np.broadcast_to(np.arange(log_scales.size)[:, None], row.shape)
    shape = (grid.count, log_scales.size)
    matrix = csr_array((grid.step * density.ravel(), (row.ravel(), column.ravel())), shape=shape)
    return lambda masses: np.asarray(matrix @ masses, dtype=np.float64)


def total_mass(masses: Array) -> float:
    """Sum of the masses of a law on a grid; ArithmeticError if it differs from 1 by more than 1e-10."""
    total = float(masses.sum())
    if not abs(total - 1.0) < 1e-10:
        raise ArithmeticError(f"the masses sum to {total!r}: quadrature failed")
    return total
