r"""The Gaussian family: a mean and a variance refitted on draws from the previous fit.

A generation draws :math:`x_1,\dots,x_n` from :math:`N(\mu_{t-1},\sigma_{t-1}^2)` and sets

.. math:: \mu_t = \bar x,\qquad \sigma_t^2 = \frac{\sum_i (x_i-\bar x)^2}{n-\delta}.

Given the past, :math:`\sigma_t^2 = \sigma_{t-1}^2 W_t` with :math:`W_t = \chi^2_{n-1}/(n-\delta)`, and
:math:`\mu_t-\mu_{t-1}` is an independent normal of variance :math:`\sigma_{t-1}^2/n`. So the log-variance is
an exact random walk, and everything else follows. Divisors: :math:`\delta = 0` maximum likelihood,
:math:`\delta = 1` unbiased variance, :math:`\delta = 3` unbiased precision. Whether the variance collapses,
wanders or explodes is decided by the sign of :math:`E\log W`, that is, by the divisor.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar, Literal, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import expit, log_expit

from collapse_theory.domain import REAL, SCALE, Choice, Domain, check_parameters, inside, real_numbers
from collapse_theory.families.divisor import DivisorFamily
from collapse_theory.families.family import Event, Measure, State, run_plain
from collapse_theory.families.gaussian.distances import DISTANCES
from collapse_theory.families.gaussian.location import LOCATION
from collapse_theory.families.gaussian.measures import EVENTS, MEASURES
from collapse_theory.families.gaussian.passage import PASSAGE
from collapse_theory.families.gaussian.simulate import run_kernel
from collapse_theory.families.gaussian.spread import SPREAD
from collapse_theory.families.gaussian.tails import TAILS
from collapse_theory.families.points import chosen, joined, screened
from collapse_theory.simulation import Block, BlockResult
from collapse_theory.theorem import Theorem


class Batch(NamedTuple):
    """Points as sufficient statistics: how many, their mean, their sum of squares about it."""

    count: Any
    mean: NDArray[np.float64]
    squares: NDArray[np.float64]


@dataclass(frozen=True, repr=False)
class Gaussian(DivisorFamily):
    r"""The normal law with both parameters unknown.

    Parameters
    ----------
    mean, sd : float
        Parameters :math:`\mu_0, \sigma_0` of the source.
    ddof : float
        The fitted variance is the sum of squares over n − ddof; any real number below n.
    estimator : {"plug-in", "posterior"}
        Plug the fit in, or draw mean and variance from their posterior under the prior
        :math:`1/\sigma^2` (then ``ddof`` has no meaning and must stay 1).
    """

    mean: float = field(default=0.0, metadata=inside(REAL))
    sd: float = field(default=1.0, metadata=inside(SCALE))
    ddof: float = field(default=1.0, metadata=inside(Domain(typical=(-2, 4))))
    estimator: Literal["plug-in", "posterior"] = field(
        default="plug-in", metadata=inside(Choice(("plug-in", "posterior")))
    )

    measures: ClassVar[Mapping[str, Measure]] = MEASURES
    times: ClassVar[Mapping[str, Event]] = EVENTS
    least: ClassVar[int] = 2
    headline: ClassVar[str] = "variance"
    roles: ClassVar[Mapping[str, str]] = {"spread": "variance", "squared_location": "squared_location_error"}
    known: ClassVar[tuple[Theorem, ...]] = (*SPREAD, *LOCATION, *DISTANCES, *TAILS, *PASSAGE)

    def __post_init__(self) -> None:
        check_parameters(self)
        if self.estimator == "posterior" and self.ddof != 1:
            raise ValueError(f"ddof = {self.ddof:g} has no meaning for estimator='posterior': leave it at 1")

    @classmethod
    def examples(cls) -> tuple[Gaussian, ...]:
        return (
            *(cls(mean=1.0, sd=2.0, ddof=ddof) for ddof in (-1.0, 0.0, 1.0, 1.5, 2.0, 3.0)),
            cls(mean=1.0, sd=2.0, estimator="posterior"),
        )

    @classmethod
    def from_data(cls, values: ArrayLike, ddof: float = 1) -> Gaussian:
        """Source fitted to a column of numbers with the same divisor as the recursion.

        Raises
        ------
        ValueError
            For fewer than two values, non-finite values, a constant column, or ddof ≥ n.
        """
        column = real_numbers("values", values).ravel()
        if column.size < 2:
            raise ValueError(f"values has {column.size} numbers, outside its domain: at least 2")
        if not np.all(np.isfinite(column)):
            first = int(np.argmax(~np.isfinite(column)))
            raise ValueError(f"values[{first}] = {column[first]} is outside its domain: {REAL}")
        REAL.check("ddof", ddof)
        if ddof >= column.size:
            raise ValueError(f"ddof = {ddof!r} is outside its domain: a real number below n = {column.size}")
        if column.min() == column.max():
            raise ValueError(f"values are all {column[0]:.12g}: a constant column has no spread to refit")
        with np.errstate(over="ignore", invalid="ignore"):
            centre = float(column.mean())
            apart = column - centre
            unit = float(np.abs(apart).max())
            sd = unit * float(np.sqrt(np.sum((apart / unit) ** 2) / (column.size - ddof)))
        return cls(mean=centre, sd=sd, ddof=ddof)

    @property
    def spread(self) -> float:
        """Variance of the source."""
        return float(self.sd) ** 2

    @property
    def spread_symbol(self) -> Any:
        """The source's variance as a sympy expression."""
        from collapse_theory.symbols import sigma0

        return sigma0**2

    @property
    def location_symbol(self) -> Any:
        """The source's mean as a sympy symbol."""
        from collapse_theory.symbols import mu0

        return mu0

    @property
    def two_moments(self) -> bool:
        """Whether the fit matches the first two moments of its fit set up to the divisor."""
        return self.estimator == "plug-in"

    @property
    def normal(self) -> bool:
        return True

    def symbols(self) -> Mapping[Any, Any]:
        """Values of the letters of its formulas."""
        from collapse_theory.symbols import ddof, mu0, sigma0

        return {ddof: self.ddof, mu0: self.mean, sigma0: self.sd}

    # The state: the fitted mean and log sd in units of the source; runs store the mean in units of the wider law.

    def source(self, replicates: int) -> State:
        return np.zeros(replicates), np.zeros(replicates)

    def kept(self, state: State) -> State:
        location, log_sd = state
        return location * np.exp(-np.maximum(log_sd, 0)), log_sd

    def draw(self, state: State, count: Any, rng: np.random.Generator) -> Batch:
        location, log_sd = state
        sd, points = np.exp(log_sd), np.broadcast_to(count, location.shape).astype(float)
        noise = rng.standard_normal(location.shape) * sd / np.sqrt(np.maximum(points, 1))
        squares, several = np.zeros(location.shape), points > 1
        squares[several] = rng.chisquare(points[several] - 1) * sd[several] ** 2
        return Batch(points, location + noise, squares)

    def pool(self, batches: Sequence[Batch], weights: Sequence[Any] | None = None) -> Batch:
        point_weights = [1.0] * len(batches) if weights is None else weights
        if len(batches) == 1:  # whose mean must not be rounded, far from the source as it may be
            return batches[0]._replace(
                count=point_weights[0] * batches[0].count, squares=point_weights[0] * batches[0].squares
            )
        sizes = [w * b.count for w, b in zip(point_weights, batches, strict=True)]
        total = np.sum(sizes, axis=0)
        divisor = np.where(total > 0, total, 1.0)  # where all points of a random number are real, none is the model's
        mean = np.sum([s * b.mean for s, b in zip(sizes, batches, strict=True)], axis=0) / divisor
        within = [w * b.squares for w, b in zip(point_weights, batches, strict=True)]
        between = [s * (b.mean - mean) ** 2 for s, b in zip(sizes, batches, strict=True)]
        return Batch(total, mean, np.sum(within, axis=0) + np.sum(between, axis=0))

    def fit(self, pooled: Batch, kish: Any, previous: State, rng: np.random.Generator) -> State:
        size, mean = np.asarray(kish, dtype=float), pooled.mean
        posterior = self.estimator == "posterior"
        divisor = rng.chisquare(size - 1, mean.shape) if posterior else size - self.ddof
        variance = pooled.squares / pooled.count * size / divisor
        if posterior:
            mean = mean + np.sqrt(variance / size) * rng.standard_normal(mean.shape)
        with np.errstate(divide="ignore"):  # one point drawn many times has no spread
            return mean, np.log(variance) / 2

    def expected(self, state: State, count: Any) -> Batch:
        location, log_sd = state
        points = np.broadcast_to(count, location.shape).astype(float)
        return Batch(points, location, points * np.exp(2 * log_sd))

    def place(self, state: State, count: Any, mean: Any, squares: Any) -> Batch:
        location, log_sd = state
        points = np.broadcast_to(count, location.shape).astype(float)
        return Batch(points, location + mean * np.exp(log_sd), squares * np.exp(2 * log_sd))

    def draw_screened(self, state: State, count: Any, screen: Any, rng: np.random.Generator) -> Batch:
        points = np.broadcast_to(count, state[0].shape)
        return self.place(state, points, *screened(points, screen, rng))

    def temper(self, state: State, temperature: float) -> State:
        location, log_sd = state
        return location, log_sd + np.log(temperature) / 2

    def accept_near(self, state: State, center: float, width: float) -> State:
        location, log_sd = state
        apart, log_ratio = (center - self.mean) / self.sd - location, np.log(width / self.sd) - log_sd
        # Precisions add: the share of the verifier's in the mean, and half the log of what is left of the variance.
        return location + apart * expit(-2 * log_ratio), log_sd + log_expit(2 * log_ratio) / 2

    def as_seen_by(self, other: Any, replicates: int) -> State:
        return (
            np.full(replicates, (self.mean - other.mean) / other.sd),
            np.full(replicates, np.log(self.sd / other.sd)),
        )

    def draw_points(self, state: State, count: int, rng: np.random.Generator) -> NDArray[np.float64]:
        return self.place_points(state, rng.standard_normal((len(state[0]), count)))

    def place_points(self, state: State, points: NDArray[np.float64]) -> NDArray[np.float64]:
        location, log_sd = state
        return location[:, None] + np.exp(log_sd)[:, None] * points

    def join(self, batches: Sequence[NDArray[np.float64]]) -> NDArray[np.float64]:
        return joined(batches)

    def subsample(
        self, points: NDArray[np.float64], size: int, rng: np.random.Generator, *, replacement: bool
    ) -> Batch:
        some = chosen(points, size, rng, replacement=replacement)
        apart = some - some[:, :1]  # one point drawn many times has no spread at all
        shift = apart.mean(axis=1)
        squares = ((apart - shift[:, None]) ** 2).sum(axis=1)
        return Batch(np.full(len(some), float(size)), some[:, 0] + shift, squares)

    def run_block(self, block: Block, rng: np.random.Generator) -> BlockResult:
        if block.method == "plain":
            return run_plain(self, block, rng)
        return run_kernel(self, block, rng)
