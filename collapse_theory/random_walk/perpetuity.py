"""Law of the fitted location and of a draw after t Gaussian refits, by quadrature of a random recursion.

Given the variances the fitted mean is normal with variance A_t = sum_{i<t} sigma_i^2 / n_{i+1}.  In law both A_t
(start 0) and sigma_t^2 + A_t (start 1) are the perpetuity

    S = 1/n_1 + W_1 (1/n_2 + W_2 (... (1/n_t + W_t start))),

whose law is computed here on a uniform grid of y = log(S - 1/n), where the trapezoidal rule converges exponentially.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from collapse_theory.domain import GENERATION
from collapse_theory.random_walk.grid import total_mass, transition, walk_grids, walk_steps, within_reach
from collapse_theory.random_walk.scale_mixture import ScaleMixture

Array = NDArray[np.float64]


def scale_law(
    sizes: Sequence[int] | NDArray[np.int64], ddof: float, start: float, *, refine: float = 1.0
) -> ScaleMixture:
    """Law of S after the refits of sizes n_1, ..., n_t, peeled from the innermost 1/n_t + W_t start.

    Parameters
    ----------
    sizes : sequence or array of int
        Sample sizes n_1, ..., n_t, each at least 2 and above ``ddof``; empty for the point mass at ``start``.
    ddof : float
        Real correction of the fitted variance.
    start : {0.0, 1.0}
        0 for the variance A_t of the fitted mean, 1 for the variance sigma_t^2 + A_t of a draw.
    refine : float
        Divisor of the grid step, a check of the discretisation.

    Returns
    -------
    ScaleMixture
        Absolute error below 1e-11 in the expectation of a smooth function of S bounded by 1, for n up to 1e8.

    Raises
    ------
    ValueError
        For a parameter outside its domain.
    NoClosedForm
        For a law that leaves the floating-point range, or work above a limit.
    """
    if len(sizes) > 0 and min(sizes) == max(sizes):
        return scale_laws(sizes[0], ddof, [len(sizes)], start, refine=refine)[0]
    steps = walk_steps(sizes, ddof, start)
    grids = walk_grids(steps, start, refine)
    scales, masses = np.array([start]), np.ones(1)
    for step, grid in zip(reversed(steps), reversed(grids), strict=True):
        if scales[0] == 0.0:
            scales = np.array([1.0 / step.n])
        else:
            masses = transition(step, np.log(scales), grid)(masses)
            scales = 1.0 / step.n + np.exp(grid.points)
    return _mixture(scales, masses)


def scale_laws(
    n: int, ddof: float, generations: Sequence[int] | NDArray[np.int64], start: float, *, refine: float = 1.0
) -> list[ScaleMixture]:
    """Laws of S_t = 1/n + W S_{t-1}, S_0 = start, for each t of ``generations``, in one sweep.

    Parameters
    ----------
    n, ddof, start, refine : int, float, float, float
        As in `scale_law`.
    generations : sequence of int
        Generations t >= 0 in any order; the laws come in the same order.

    Returns
    -------
    list of ScaleMixture
        Accuracy and errors as `scale_law`.
    """
    times = [int(GENERATION.check("generations", t)) for t in generations]
    last = within_reach(max(times, default=0))
    steps = walk_steps([n] * max(last, 1), ddof, start)
    grid = walk_grids(steps, start, refine)[0]
    scales, masses = np.array([start]), np.ones(1)
    laws = {0: _mixture(scales, masses)}
    kernel, wanted = None, set(times)
    for t in range(1, last + 1):
        if scales[0] == 0.0:
            scales = np.array([1.0 / n])
        elif scales.size == 1:
            masses = transition(steps[0], np.log(scales), grid)(masses)
            scales = 1.0 / n + np.exp(grid.points)
        else:
            kernel = transition(steps[0], np.log(scales), grid) if kernel is None else kernel
            masses = kernel(masses)
        if t in wanted:
            laws[t] = _mixture(scales, masses)
    return [laws[t] for t in times]


def scale_work(sizes: Sequence[int] | NDArray[np.int64], ddof: float, start: float) -> int:
    """Work of `scale_law`: kernel entries summed over the generations, to be compared with ``WORK_LIMIT``."""
    return sum(grid.entries for grid in walk_grids(walk_steps(sizes, ddof, start), start, 1.0, limited=False))


def _mixture(scales: Array, masses: Array) -> ScaleMixture:
    total = total_mass(masses)
    kept = masses > 0.0
    return ScaleMixture(scales[kept], masses[kept] / total)
