r"""Kernel density estimation: a smooth bump on every point of the fit set, from which the next points are drawn.

The model of generation t is the mixture of normal laws of standard deviation :math:`h_t`, the bandwidth, about the
points :math:`x_1,\dots,x_n` behind the fit. To draw from it is to pick a point and to add noise, a smoothed bootstrap:

.. math:: X = x_I + h_t Z,\qquad E[X\mid x] = \bar x,\qquad \operatorname{Var}[X\mid x] = v_t + h_t^2,

where :math:`v_t = \frac1n\sum_i(x_i-\bar x)^2` is the variance of the points. The fit keeps the mean and *adds* to the
variance, so that under replacement :math:`E[v_{t+1}\mid x] = (1-\tfrac1n)(v_t+h_t^2)`. With a fixed bandwidth the
variance has the fixed point :math:`n h^2` while the mean wanders off at the pace of :math:`h^2` per generation; with
a rule of thumb, :math:`h_t = C s_t n^{-1/5}`, variance is multiplied by :math:`1 - 1/n + C^2n^{-2/5} > 1` in the mean:
it explodes. A family for which "the variance always shrinks" is false. Mean and typical run agree in this where n is
large; of two points, the typical run collapses while the mean explodes. A variance below the resolution of floats about
the place of its points is that of a single point.

``variance`` is that of the model, :math:`v_t + h_t^2`; ``sample_variance`` is :math:`v_t`, that of the data behind it.
In generation 0 both are the source's, which is the model there and has no bandwidth.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, ClassVar, Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from collapse_theory.definition import Definition
from collapse_theory.domain import REAL, SCALE, Domain, NumberOrName, check_parameters, inside, real_numbers
from collapse_theory.families.family import Measure, State
from collapse_theory.families.points import PointFamily, Points, even, picked_places
from collapse_theory.schedules import FORESEEN, Schedule

Array = NDArray[np.float64]

RULES: Mapping[str, float] = MappingProxyType({"silverman": 1.06, "scott": 1.0})
"""The constant C of :math:`h = C s n^{-1/5}`."""
BANDWIDTH = NumberOrName(Domain(low=0, high=1e150, typical=(0, 2)), tuple(RULES))


@dataclass(frozen=True, repr=False)
class KernelDensity(PointFamily):
    r"""A density of normal kernels, one on every point of the fit set.

    Parameters
    ----------
    bandwidth : float or {"silverman", "scott"}
        Standard deviation h of a kernel, 0 for the plain bootstrap; or the rule of thumb :math:`h = C s n^{-1/5}`
        with C = 1.06 or 1, s the standard deviation of the points (ddof = 1) and n their number, Kish's size where
        weights differ.
    mean, sd : float
        Parameters of the source, a normal law; those of the column where there is one.
    column : tuple of float, optional
        The source is the empirical law of these numbers instead; see :meth:`from_data`.

    Raises
    ------
    ValueError
        For parameters outside their domains, and a mean or sd beside a column of another one.
    """

    bandwidth: float | Literal["silverman", "scott"] = field(metadata=inside(BANDWIDTH))
    mean: float = field(default=0.0, metadata=inside(REAL))
    sd: float = field(default=1.0, metadata=inside(SCALE))
    column: tuple[float, ...] | None = None

    headline: ClassVar[str] = "variance"
    definitions: ClassVar[Mapping[str, Definition]] = MappingProxyType(
        {
            definition.name: definition
            for definition in (
                Definition("sample_variance", "v_t", "variance, of divisor n, of the data behind the fit"),
                Definition("bandwidth", "h_t", "standard deviation of a kernel"),
                Definition("second_moment", r"E_t(X-\mu_0)^2", "model's variance about the source's mean"),
            )
        }
    )
    measures: ClassVar[Mapping[str, Measure]] = MappingProxyType(
        {
            "variance": lambda family, state: family.sd**2 * (state[1] + state[2]),
            "sd": lambda family, state: family.sd * np.sqrt(state[1] + state[2]),
            "log_variance": lambda family, state: 2 * np.log(family.sd) + _log(state[1] + state[2]),
            "location": lambda family, state: family.mean + family.sd * state[0],
            "squared_location_error": lambda family, state: (family.sd * state[0]) ** 2,
            "sample_variance": lambda family, state: family.sd**2 * state[1],
            "bandwidth": lambda family, state: family.sd * np.sqrt(state[2]),
            "second_moment": lambda family, state: family.sd**2 * (state[1] + state[2] + state[0] ** 2),
        }
    )

    def __post_init__(self) -> None:
        check_parameters(self)
        if self.column is None:
            return
        column = _checked(self.column)
        with np.errstate(over="ignore"):
            mean, sd = float(column.mean()), float(column.std())
        if (self.mean, self.sd) not in ((0.0, 1.0), (mean, sd)):
            raise ValueError(
                f"mean = {self.mean:.12g}, sd = {self.sd:.12g} beside a column whose own are {mean:.12g}, {sd:.12g}: "
                "leave them out"
            )
        for name, value in (("column", tuple(column.tolist())), ("mean", mean), ("sd", SCALE.check("sd", sd))):
            object.__setattr__(self, name, value)

    @classmethod
    def examples(cls) -> tuple[KernelDensity, ...]:
        return (
            cls(bandwidth=0.5, mean=1.0, sd=2.0),
            cls(bandwidth="silverman"),
        )

    @classmethod
    def from_data(cls, values: ArrayLike, bandwidth: float | Literal["silverman", "scott"]) -> KernelDensity:
        """Source that is the empirical law of a column: every real point is one of its numbers, drawn at random.

        Raises
        ------
        ValueError
            For fewer than two values, values that are not finite, and a constant column.
        """
        return cls(bandwidth=bandwidth, column=tuple(real_numbers("values", values).ravel().tolist()))

    @property
    def constant(self) -> float | None:
        """The constant C of a rule of thumb, None for a fixed bandwidth."""
        return RULES[self.bandwidth] if isinstance(self.bandwidth, str) else None

    @property
    def spread(self) -> float:
        """Variance of the source."""
        return float(self.sd) ** 2

    @property
    def spread_symbol(self) -> Any:
        """The source's variance as a sympy expression."""
        from collapse_theory.symbols import sigma0

        return sigma0**2

    def symbols(self) -> Mapping[Any, Any]:
        from collapse_theory.symbols import h, mu0, sigma0

        fixed = {} if isinstance(self.bandwidth, str) else {h: self.bandwidth}
        return {mu0: self.mean, sigma0: self.sd, **fixed}

    def squared_bandwidth(self, variance: Any, size: Any) -> Any:
        r"""Squared bandwidth in units of the source's variance, from :math:`v_t` in these units and Kish's size."""
        if self.constant is None:
            return np.full(np.shape(variance), (float(self.bandwidth) / self.sd) ** 2)
        return self.constant**2 * np.asarray(size, dtype=float) ** -0.4 * size / (size - 1.0) * variance

    def check(self, sizes: Schedule, last: int = FORESEEN) -> None:
        """ValueError for a rule of thumb and fewer than two points."""
        n = sizes.smallest_by(last)
        if self.constant is not None and n < 2:
            raise ValueError(
                f"sample_size = {n} is outside its domain: an integer ≥ 2 for bandwidth={self.bandwidth!r}"
            )

    def check_step(self, step: Any) -> None:
        """NotDefined for what a density does not do; ValueError for a rule where Kish's size is 1."""
        super().check_step(step)
        if self.constant is not None and step.kish <= 1:
            raise ValueError(
                f"a fit to {step.kish:g} points is outside the domain of bandwidth={self.bandwidth!r}: more than 1 in "
                "Kish's size"
            )

    # The state, in units of the source: mean, variance v and squared bandwidth; the points and their weights, none for
    # the source itself. Runs keep the three numbers.

    def source(self, replicates: int) -> State:
        none = np.empty((replicates, 0))
        return np.zeros(replicates), np.ones(replicates), np.zeros(replicates), none, none

    def kept(self, state: State) -> State:
        return state[:3]

    def sampled(self, state: State, count: int, rng: np.random.Generator) -> Array:
        _, _, squared, values, weight = state
        replicates, held = values.shape
        if held:
            picked = np.take(values, picked_places(weight, count, rng) + np.arange(replicates)[:, None] * held)
            noise = rng.standard_normal((replicates, count))
            noise *= np.sqrt(squared)[:, None]
            return np.asarray(picked + noise)
        if self.column is None:
            return rng.standard_normal((replicates, count))
        column = np.asarray(self.column)
        return ((column - self.mean) / self.sd)[rng.integers(len(column), size=(replicates, count))]

    def fitted(self, points: Points, kish: Any, previous: State, rng: np.random.Generator) -> State:
        apart = points.values - points.values[:, :1]  # one point drawn many times has no spread at all
        if even(points.weight):
            shift = apart.mean(axis=1)
            apart -= shift[:, None]
            variance = np.einsum("rp,rp->r", apart, apart) / apart.shape[1]
        else:
            total = points.total
            shift = np.einsum("rp,rp->r", points.weight, apart) / total
            apart -= shift[:, None]
            variance = np.einsum("rp,rp,rp->r", points.weight, apart, apart) / total
        if not np.all(np.isfinite(variance)):
            raise OverflowError(f"the points of some runs of {self!r} leave the floats: simulate fewer generations")
        squared = self.squared_bandwidth(variance, np.asarray(kish, dtype=float))
        return points.values[:, 0] + shift, variance, squared, points.values, points.weight


def _log(value: Array) -> Array:
    with np.errstate(divide="ignore"):
        return np.asarray(np.log(value))


def _checked(values: tuple[float, ...]) -> Array:
    """The numbers of a column; ValueError naming what is wrong with them."""
    column = real_numbers("column", values)
    if column.size < 2:
        raise ValueError(f"column has {column.size} numbers, outside its domain: at least 2")
    wrong = ~np.isfinite(column)
    if np.any(wrong):
        first = int(np.argmax(wrong))
        raise ValueError(f"column[{first}] = {column[first]} is outside its domain: {REAL}")
    if column.min() == column.max():
        raise ValueError(f"column is {column[0]:.12g} throughout: a constant column has no spread to refit")
    return column
