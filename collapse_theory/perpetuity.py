"""Law of the fitted location and of a draw after t Gaussian refits, by quadrature of a random recursion.

Refitting a Gaussian on n draws of its previous fit multiplies the fitted variance by W = chi2_{n-1} / (n - ddof),
and given the variances the fitted mean is normal with variance A_t = sum_{i<t} sigma_i^2 / n_{i+1}.  In law both
A_t (start 0) and sigma_t^2 + A_t (start 1) are the perpetuity

    S = 1/n_1 + W_1 (1/n_2 + W_2 (... (1/n_t + W_t start))),

whose law is computed here on a uniform grid of y = log(S - 1/n), where the trapezoidal rule converges exponentially.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from collapse_theory.domain import POSITIVE, Domain
from collapse_theory.first_passage import LogStep

Array = NDArray[np.float64]

WORK_LIMIT = 10_000_000_000
"""Largest accepted `scale_work`, kernel entries summed over the generations (about 15 seconds)."""
ENTRY_LIMIT = 30_000_000
"""Largest accepted number of entries of one transition kernel (about 400 MB)."""
GENERATION_LIMIT = 100_000
"""Largest accepted number of generations."""

_TAIL = 1e-20  # probability left outside a grid
_ALIASING = 1e-15  # bound on the trapezoidal error of one product of two densities
_OVERSAMPLING = 2.0  # grid finer than that bound asks, for relative accuracy in the tails of X
_LOG_RANGE = 700.0  # exp stays finite
_SECOND_RANGE = 150.0  # log S up to which a grid is prolonged for the sake of E S^2
_BLOCK = 2_000_000  # elements of one broadcast table


@dataclass(frozen=True)
class ScaleMixture:
    """Law of X = sqrt(S) Z, Z standard normal and S discrete and independent.

    Tail probabilities are sums of positive terms: those of `scale_law` keep a relative accuracy of about 1e-10 down
    to 1e-12 or so, and lose it below, where atoms cut off at mass 1e-20 matter.  Every method returns a float for a
    scalar argument and an array for an array.

    Parameters
    ----------
    scales : ndarray, shape (m,)
        Values S_j of the random variance: all positive, or all 0 for X = 0.
    masses : ndarray, shape (m,)
        Their probabilities, summing to 1.

    Raises
    ------
    ValueError
        If an array is not one-dimensional, finite and non-negative, the lengths differ, the masses do not sum
        to 1 within 1e-9, or zero and positive scales are mixed.
    """

    scales: Array
    masses: Array

    def __post_init__(self) -> None:
        for name in ("scales", "masses"):
            values = np.array(getattr(self, name), dtype=np.float64)
            if values.ndim != 1 or values.size == 0 or not np.all(np.isfinite(values)) or np.any(values < 0.0):
                raise ValueError(f"{name} must be a non-empty one-dimensional array of finite values >= 0")
            values.flags.writeable = False
            object.__setattr__(self, name, values)
        if self.scales.size != self.masses.size or not abs(float(self.masses.sum()) - 1.0) < 1e-9:
            raise ValueError(f"masses (sum {self.masses.sum()}) must match scales in length and sum to 1")
        if np.any(self.scales == 0.0) and np.any(self.scales > 0.0):
            raise ValueError("scales mixes zero and positive values: they must be all positive or all 0")

    def expect(self, function: Callable[[Array], ArrayLike]) -> float:
        """Expectation of ``function(S)``, the function being applied to the array of scales.

        For the laws of this module the absolute error is below 1e-11 for a smooth function bounded by 1, and the
        relative error of E S and E S^2 below 1e-10 as long as their tails fit the floating-point range.
        """
        return float(np.dot(self.masses, np.asarray(function(self.scales), dtype=np.float64)))

    def sf(self, x: ArrayLike) -> float | Array:
        """Survival function E Phi(-x / sqrt S)."""
        return _shaped(self._tail, _checked("x", x))

    def cdf(self, x: ArrayLike) -> float | Array:
        """Distribution function E Phi(x / sqrt S)."""
        values = _checked("x", x)
        if self._degenerate:
            return _shaped(lambda v: np.where(v < 0.0, 0.0, 1.0), values)
        return _shaped(self._tail, -values)

    def pdf(self, x: ArrayLike) -> float | Array:
        """Density E phi(x / sqrt S) / sqrt S; ValueError for the point mass at 0, which has none."""
        if self._degenerate:
            raise ValueError("scales is 0: the point mass X = 0 has no density")
        return _shaped(self._density, _checked("x", x))

    def isf(self, q: ArrayLike) -> float | Array:
        """Point x with P(X > x) = q, q in [0, 1]."""
        return _shaped(lambda p: -self._quantile(p), _checked("q", q, 0.0, 1.0))

    def ppf(self, q: ArrayLike) -> float | Array:
        """Point x with P(X <= x) = q, q in [0, 1]."""
        return _shaped(self._quantile, _checked("q", q, 0.0, 1.0))

    def two_sided(self, k: ArrayLike) -> float | Array:
        """Probability P(|X| > k) = E 2 Phi(-k / sqrt S), k >= 0."""
        return _shaped(lambda v: 2.0 * self._tail(v), _checked("k", k, 0.0))

    def sf_squared(self, x: ArrayLike) -> float | Array:
        """Survival function P(X^2 > x), x >= 0."""
        return _shaped(lambda v: 2.0 * self._tail(np.sqrt(v)), _checked("x", x, 0.0))

    def ppf_squared(self, q: ArrayLike) -> float | Array:
        """Point x with P(X^2 <= x) = q, q in [0, 1]."""
        return _shaped(lambda p: self._half_quantile(0.5 * (1.0 - p), 0.5 * p) ** 2, _checked("q", q, 0.0, 1.0))

    @property
    def _degenerate(self) -> bool:
        return bool(self.scales[0] == 0.0)

    def _sum(self, x: Array, term: Callable[[Array], Array], weights: Array) -> Array:
        """Sum over the atoms of weight times ``term(x / sqrt S)``, in blocks of x."""
        rows = max(1, _BLOCK // self.scales.size)
        roots = np.sqrt(self.scales)
        result = np.empty_like(x)
        for i in range(0, x.size, rows):
            result[i : i + rows] = term(x[i : i + rows, None] / roots) @ weights
        return result

    def _tail(self, x: Array) -> Array:
        from scipy.special import erfc

        if self._degenerate:
            return np.where(x < 0.0, 1.0, 0.0)
        return self._sum(x, lambda z: np.asarray(0.5 * erfc(z * math.sqrt(0.5))), self.masses)

    def _central(self, x: Array) -> Array:
        from scipy.special import erf

        if self._degenerate:
            return np.full_like(x, 0.5)
        return self._sum(x, lambda z: np.asarray(0.5 * erf(z * math.sqrt(0.5))), self.masses)

    def _density(self, x: Array) -> Array:
        weights = self.masses / np.sqrt(2.0 * math.pi * self.scales)
        return self._sum(x, lambda z: np.exp(-0.5 * z * z), weights)

    def _quantile(self, p: Array) -> Array:
        half = self._half_quantile(np.minimum(p, 1.0 - p), np.abs(p - 0.5))
        return np.asarray(np.where(p < 0.5, -half, half))

    def _half_quantile(self, tail: Array, central: Array) -> Array:
        """Point x >= 0 with P(X > x) = tail and P(0 < X <= x) = central, by safeguarded Newton steps in log x."""
        from scipy.special import ndtri

        if self._degenerate:
            return np.zeros_like(tail)
        result = np.where(tail <= 0.0, np.inf, 0.0)
        inside = (tail > 0.0) & (central > 0.0)
        tail, central = tail[inside], central[inside]
        # the normal quantile, from the central mass near 0; the mixture quantile lies between its extreme multiples
        unit = np.log(np.where(central < 0.05, central * math.sqrt(2.0 * math.pi), -ndtri(tail)))
        low = unit + 0.5 * math.log(float(self.scales.min())) - 0.01
        high = unit + 0.5 * math.log(float(self.scales.max())) + 0.01
        in_tail = tail < 0.25
        u = 0.5 * (low + high)
        for _ in range(200):
            x = np.exp(u)
            mass = np.maximum(np.where(in_tail, self._tail(x), self._central(x)), 1e-320)
            gap = np.where(in_tail, np.log(tail / mass), np.log(mass / central))
            high, low = np.where(gap >= 0.0, u, high), np.where(gap >= 0.0, low, u)
            newton = u - gap * mass / np.maximum(x * self._density(x), 1e-320)
            step = np.where((newton > low) & (newton < high), newton, 0.5 * (low + high)) - u
            u = u + step
            if np.all(np.abs(step) <= 1e-15):
                break
        result[inside] = np.exp(u)
        return result


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
        Absolute error below 1e-11 in the expectation of a smooth function of S bounded by 1.

    Raises
    ------
    ValueError
        For a parameter outside its domain, a law that leaves the floating-point range, or work above a limit.
    """
    if len(sizes) > 0 and min(sizes) == max(sizes):
        return scale_laws(sizes[0], ddof, [len(sizes)], start, refine=refine)[0]
    steps = _steps(sizes, ddof, start)
    grids = _grids(steps, start, refine)
    scales, masses = np.array([start]), np.ones(1)
    for step, grid in zip(reversed(steps), reversed(grids), strict=True):
        if scales[0] == 0.0:
            scales = np.array([1.0 / step.n])
        else:
            masses = _kernel(step, np.log(scales), grid)(masses)
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
    domain = Domain(0, GENERATION_LIMIT, integer=True)
    times = [int(domain.check("generations", t)) for t in generations]
    steps = _steps([n] * max(times, default=0), ddof, start) or _steps([n], ddof, start)
    grid = _grids(steps, start, refine)[0]
    scales, masses = np.array([start]), np.ones(1)
    laws = {0: _mixture(scales, masses)}
    kernel, wanted = None, set(times)
    for t in range(1, max(times, default=0) + 1):
        if scales[0] == 0.0:
            scales = np.array([1.0 / n])
        elif scales.size == 1:
            masses = _kernel(steps[0], np.log(scales), grid)(masses)
            scales = 1.0 / n + np.exp(grid.points)
        else:
            kernel = _kernel(steps[0], np.log(scales), grid) if kernel is None else kernel
            masses = kernel(masses)
        if t in wanted:
            laws[t] = _mixture(scales, masses)
    return [laws[t] for t in times]


def scale_work(sizes: Sequence[int] | NDArray[np.int64], ddof: float, start: float) -> int:
    """Work of `scale_law`: kernel entries summed over the generations, to be compared with ``WORK_LIMIT``."""
    return sum(grid.entries for grid in _grids(_steps(sizes, ddof, start), start, 1.0, limited=False))


@dataclass(frozen=True)
class _Grid:
    """Uniform grid of y, with the number of entries of the kernel that leads to it."""

    low: float
    step: float
    count: int
    entries: int

    @property
    def points(self) -> Array:
        return np.asarray(self.low + self.step * np.arange(self.count), dtype=np.float64)


def _steps(sizes: Sequence[int] | NDArray[np.int64], ddof: float, start: float) -> list[LogStep]:
    if start not in (0.0, 1.0):
        raise ValueError(f"start = {start!r} is outside its domain: 0.0 or 1.0")
    Domain(0, GENERATION_LIMIT, integer=True).check("len(sizes)", len(sizes))
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

    def advance(self, n: int) -> tuple[float, float]:
        """Ends of y for the next generation, of size ``n``."""
        k = self.orders
        product = self.norms + self.moments[n]
        power = np.where((k > 0.0) & (k < 1.0), k, 1.0)
        self.norms = np.logaddexp(-power * math.log(n), power * product) / power
        slack = -math.log(_TAIL)
        low = float(np.max((product + slack / k)[k < 0.0]))
        high = float(np.min((product + slack / k)[k > 0.0]))
        heavy = k > 2.01  # E S^2 beyond the end of the grid is negligible too, up to a range
        with np.errstate(invalid="ignore"):
            second = float(np.min((k * product - 2.0 * product[-1] + slack)[heavy] / (k[heavy] - 2.0)))
        return low, max(high, min(second, _SECOND_RANGE))


def _grids(steps: Sequence[LogStep], start: float, refine: float, *, limited: bool = True) -> list[_Grid]:
    """Grids of the peeled generations, outermost first; one grid for all when the sizes are equal."""
    POSITIVE.check("refine", refine)
    if not steps:
        return []
    bounds = _Bounds(steps, start)
    ends = np.array([bounds.advance(step.n) for step in reversed(steps)])[::-1]
    reached = np.isfinite(ends).all(axis=1)
    if len({step.n for step in steps}) == 1 and reached.any():
        ends[reached] = ends[reached, 0].min(), ends[reached, 1].max()
    shapes = np.array([step.shape for step in steps])
    shapes += np.concatenate([shapes[:1], shapes[:-1]])
    widths = {shape: _resolution(shape) / refine for shape in set(shapes.tolist())}
    grids: list[_Grid] = []
    columns = 1
    for i in range(len(steps) - 1, -1, -1):
        low, high = ends[i].tolist() if reached[i] else (0.0, 0.0)
        if high > _LOG_RANGE or low < -_LOG_RANGE:
            raise ValueError(
                f"n = {steps[i].n}, ddof = {steps[i].ddof}: log S spans [{low:.0f}, {high:.0f}] within the "
                f"generations asked for, outside the floating-point range [-{_LOG_RANGE:.0f}, {_LOG_RANGE:.0f}]"
            )
        width = widths[float(shapes[i])]
        count = math.ceil((high - low) / width) + 1
        left, right = steps[i].reach
        grids.append(_Grid(low, width, count, columns * min(count, math.ceil((right - left) / width) + 1)))
        columns = count
    entries, work = max(grid.entries for grid in grids), sum(grid.entries for grid in grids)
    if limited and entries > ENTRY_LIMIT:
        raise ValueError(f"sizes and ddof need a kernel of {entries} entries, above ENTRY_LIMIT = {ENTRY_LIMIT}")
    if limited and work > WORK_LIMIT:
        raise ValueError(f"{len(steps)} generations need {work} kernel entries, above WORK_LIMIT = {WORK_LIMIT}")
    return grids[::-1]


def _kernel(step: LogStep, log_scales: Array, grid: _Grid) -> Callable[[Array], Array]:
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


def _mixture(scales: Array, masses: Array) -> ScaleMixture:
    total = float(masses.sum())
    if not abs(total - 1.0) < 1e-11:
        raise ArithmeticError(f"the masses sum to {total!r}: quadrature failed")
    kept = masses > 0.0
    return ScaleMixture(scales[kept], masses[kept] / total)


def _checked(name: str, value: ArrayLike, low: float = -math.inf, high: float = math.inf) -> Array:
    array = np.asarray(value, dtype=np.float64)
    inside = (array >= low) & (array <= high)
    if not np.all(inside):
        raise ValueError(f"{name} = {array[~inside].flat[0]} is outside its domain: [{low}, {high}]")
    return array


def _shaped(function: Callable[[Array], Array], value: Array) -> float | Array:
    result = np.asarray(function(value.ravel()), dtype=np.float64)
    return float(result[0]) if value.ndim == 0 else result.reshape(value.shape)
