r"""The Gaussian family in d dimensions: a mean vector and a covariance refitted on draws from the previous fit.

A generation draws :math:`x_1,\dots,x_n` from :math:`N(\mu_{t-1},\Sigma_{t-1})` and sets

.. math:: \mu_t = \bar x,\qquad \Sigma_t = \frac1{n-\delta}\sum_i (x_i-\bar x)(x_i-\bar x)^\top .

Given the past :math:`\Sigma_t = \Sigma_{t-1}^{1/2}\,W_t\,\Sigma_{t-1}^{1/2}` with
:math:`(n-\delta)W_t \sim \mathrm{Wishart}_d(I, n-1)`, and :math:`\mu_t-\mu_{t-1}` is an independent normal of
covariance :math:`\Sigma_{t-1}/n`. Along any fixed direction this is exactly the recursion of one dimension, in every
regime: the expected covariance, the pull of real data, the fate of the trace do not know d. What d changes is what the
directions do together. The logarithms of the axes drift apart, :math:`\psi((n-i)/2)+\log\frac2{n-\delta}` for the i-th,
so the volume goes first, and a model is thin long before it is small. With n ≤ d it is singular at once.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar

import numpy as np
from numpy.typing import ArrayLike, NDArray

from collapse_theory.definition import Definition
from collapse_theory.domain import COUNT, REAL, Choice, Domain, InstanceOf, check_parameters, inside, real_numbers
from collapse_theory.families.divisor import DivisorFamily
from collapse_theory.families.family import Measure, State, run_plain
from collapse_theory.families.multivariate_gaussian import factors
from collapse_theory.families.multivariate_gaussian.axes import AXES
from collapse_theory.families.multivariate_gaussian.covariance import CovarianceMatrix
from collapse_theory.families.multivariate_gaussian.distances import DISTANCES
from collapse_theory.families.multivariate_gaussian.factors import Batch
from collapse_theory.families.multivariate_gaussian.measures import DEFINITIONS, MEASURES
from collapse_theory.families.multivariate_gaussian.simulate import run_kernel
from collapse_theory.families.multivariate_gaussian.traces import TRACES
from collapse_theory.families.multivariate_gaussian.volume import VOLUME
from collapse_theory.families.points import chosen, joined
from collapse_theory.simulation import Block, BlockResult
from collapse_theory.theorem import Theorem

Array = NDArray[np.float64]

CELLS = 100_000
"""Entries of the covariances of one block."""


@dataclass(frozen=True, repr=False)
class MultivariateGaussian(DivisorFamily):
    r"""The normal law in d dimensions, with mean and covariance unknown.

    Parameters
    ----------
    mean : float or array_like, shape (dimension,)
        Mean :math:`\mu_0` of the source; a number stands for all its coordinates.
    covariance : array_like, shape (dimension, dimension)
        Covariance :math:`\Sigma_0` of the source, symmetric and positive definite.
    ddof : float
        The fitted covariance is the scatter about the mean over n − ddof; any real number below n.

    Raises
    ------
    ValueError
        For a mean of another length than the covariance has rows, and a covariance that is none.

    Examples
    --------
    >>> family = ct.MultivariateGaussian([0, 0], [[1, 0.5], [0.5, 1]])
    >>> recursion = ct.Recursion(family, ct.Replace(), sample_size=10)
    >>> recursion.watch("log_determinant").median(100), recursion.watch("log_eigenvalue", 2).growth_rate
    """

    mean: Any = 0.0
    covariance: Any = field(default=((1.0, 0.0), (0.0, 1.0)), metadata=inside(InstanceOf(CovarianceMatrix)))
    ddof: float = field(default=1.0, metadata=inside(Domain(typical=(-2, 4))))

    least: ClassVar[int] = 2
    headline: ClassVar[str] = "trace"
    roles: ClassVar[Mapping[str, str]] = {"spread": "trace", "squared_location": "squared_location_error"}
    measures: ClassVar[Mapping[str, Measure]] = MEASURES
    definitions: ClassVar[Mapping[str, Definition]] = DEFINITIONS
    known: ClassVar[tuple[Theorem, ...]] = (*VOLUME, *AXES, *TRACES, *DISTANCES)

    def __post_init__(self) -> None:
        object.__setattr__(self, "covariance", CovarianceMatrix(self.covariance))
        check_parameters(self)
        object.__setattr__(self, "mean", _vector(self.mean, self.covariance.dimension))

    @classmethod
    def examples(cls) -> tuple[MultivariateGaussian, ...]:
        return (cls([1.0, -2.0], [[4.0, 1.0], [1.0, 1.0]]),)

    @classmethod
    def standard(cls, dimension: int, ddof: float = 1) -> MultivariateGaussian:
        """Standard normal law of so many independent coordinates; ValueError for a dimension that is no count."""
        return cls(0.0, np.eye(COUNT.check("dimension", dimension)), ddof)

    @classmethod
    def from_data(cls, rows: ArrayLike, ddof: float = 1) -> MultivariateGaussian:
        """Source fitted to a table of points, one a row, with the same divisor as the recursion.

        Raises
        ------
        ValueError
            For what is no table of real numbers, for not more rows than columns, for points in a plane, and ddof ≥ n.
        """
        table = real_numbers("rows", rows)
        if table.ndim != 2 or not table.size:
            raise ValueError(f"rows has shape {table.shape}, outside its domain: a table with one point in each row")
        wrong = np.argwhere(~np.isfinite(table))
        if len(wrong):
            i, j = wrong[0]
            raise ValueError(f"rows[{i}, {j}] = {table[i, j]} is outside its domain: {REAL}")
        n, d = table.shape
        if n <= d:
            raise ValueError(
                f"rows has {n} points of {d} coordinates, outside its domain: more points than coordinates, "
                "as the covariance is singular otherwise"
            )
        REAL.check("ddof", ddof)
        if ddof >= n:
            raise ValueError(f"ddof = {ddof!r} is outside its domain: a real number below n = {n}")
        centre = table.mean(axis=0)
        apart = table - centre
        return cls(centre, apart.T @ apart / (n - ddof), ddof)

    @property
    def dimension(self) -> int:
        """Number d of coordinates."""
        return int(self.covariance.dimension)

    @property
    def axis(self) -> Choice:
        """Places of the axes: 1 is the widest one."""
        return Choice(tuple(range(1, self.dimension + 1)))

    @property
    def two_moments(self) -> bool:
        """The fit matches mean and covariance of its fit set, and so the first two moments along every direction."""
        return True

    @property
    def spread(self) -> float:
        """Trace of the source's covariance."""
        return float(self.covariance.trace)

    @property
    def spread_symbol(self) -> Any:
        """The trace of the source's covariance as a sympy symbol."""
        from collapse_theory.symbols import trace0

        return trace0

    def symbols(self) -> Mapping[Any, Any]:
        from collapse_theory.symbols import ddof, trace0

        return {ddof: self.ddof, trace0: self.spread}

    @property
    def block_size(self) -> int:
        return max(4, min(2000, CELLS // self.dimension**2))

    def replicates_per_block(self, recursion: Any) -> int:
        """Replicates of a recursion on one stream: fewer where every point of a growing pool is held."""
        fewer = super().replicates_per_block(recursion)
        return fewer if recursion.tableau.subsample is None else max(4, fewer // self.dimension)

    # The state: location in units of the source times e^unit, the unit, and the factor L D of the covariance.

    def source(self, replicates: int) -> State:
        d = self.dimension
        packed = np.zeros((replicates, d * (d - 1) // 2))
        return np.zeros((replicates, d)), np.zeros(replicates), np.zeros((replicates, d)), packed

    def draw(self, state: State, count: Any, rng: np.random.Generator) -> Batch:
        return factors.drawn(*self._model(state), count, rng)

    def _model(self, state: State) -> tuple[Array, Array, Array]:
        """Means, logarithms of the diagonals of the factors, and their unit lower triangular parts."""
        location, unit, log_scale, packed = state
        return location * np.exp(unit)[:, None], log_scale, factors.unpacked(packed, self.dimension)

    def pool(self, batches: Sequence[Batch], weights: Sequence[Any] | None = None) -> Batch:
        return factors.pooled(batches, [1.0] * len(batches) if weights is None else weights)

    def fit(self, pooled: Batch, kish: Any, previous: State, rng: np.random.Generator) -> State:
        size = np.asarray(kish, dtype=float)
        scale = 0.5 * np.log(size / (size - self.ddof) / pooled.count)
        log_scale = pooled.log_scale + scale[:, None]
        unit = np.maximum(previous[1], np.max(log_scale, axis=-1, initial=0.0))
        return pooled.mean * np.exp(-unit)[:, None], unit, log_scale, factors.packed(pooled.lower)

    def expected(self, state: State, count: Any) -> Batch:
        mean, log_scale, lower = self._model(state)
        points = np.broadcast_to(count, len(mean)).astype(float)
        return Batch(points, mean, log_scale + 0.5 * np.log(points)[:, None], lower)

    @property
    def normal(self) -> bool:
        return True

    def temper(self, state: State, temperature: float) -> State:
        location, unit, log_scale, packed = state
        return location, unit, log_scale + np.log(temperature) / 2, packed

    def draw_points(self, state: State, count: int, rng: np.random.Generator) -> Array:
        mean, log_scale, lower = self._model(state)
        noise = rng.standard_normal((len(mean), count, self.dimension)) * np.exp(log_scale)[:, None, :]
        return np.asarray(mean[:, None, :] + noise @ np.swapaxes(lower, -1, -2))

    def join(self, batches: Sequence[Array]) -> Array:
        return joined(batches)

    def subsample(self, points: Array, size: int, rng: np.random.Generator, *, replacement: bool) -> Batch:
        places = np.broadcast_to(np.arange(points.shape[1]), points.shape[:2])
        some = chosen(places, size, rng, replacement=replacement)
        return factors.of_points(np.take_along_axis(points, some[..., None], axis=1))

    def run_block(self, block: Block, rng: np.random.Generator) -> BlockResult:
        if block.method == "plain":
            return run_plain(self, block, rng)
        return run_kernel(self, block, rng)


def _vector(mean: Any, dimension: int) -> tuple[float, ...]:
    """Coordinates of the mean; ValueError for what is no vector of that length."""
    given = list(mean) if isinstance(mean, Iterable) and not isinstance(mean, (str, bytes)) else [mean] * dimension
    if len(given) != dimension:
        raise ValueError(
            f"mean has {len(given)} entries, outside its domain: {dimension}, one for each row of covariance"
        )
    return tuple(REAL.check(f"mean[{i}]", value) for i, value in enumerate(given))
