r"""The Poisson family: counts, whose rate is refitted by the mean of n draws.

A generation draws n counts from :math:`\mathrm{Poisson}(\lambda_{t-1})` and sets :math:`\lambda_t = \bar x`. Their
total :math:`S_t = n\lambda_t` is all there is to know, and given the past

.. math:: S_t \sim \mathrm{Poisson}(S_{t-1}),

a Poisson(1) number for each of the counts before: a critical branching process. Its mean never moves,
:math:`E\lambda_t = \lambda_0`, and it dies out in every run, by generation t with probability

.. math:: P(\lambda_t = 0) = e^{-n\lambda_0 g_t},\qquad g_1 = 1,\quad g_{k+1} = 1 - e^{-g_k}.

As the variance of a Poisson is its rate, the expected variance of a point of the model is :math:`\lambda_0` in every
generation of every regime, and the second moments of the rate follow a linear recursion.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from collapse_theory.domain import Domain, check_parameters, inside, real_numbers
from collapse_theory.families.family import Event, Family, Measure, State
from collapse_theory.families.points import chosen, joined

RATE = Domain(low=1e-150, high=1e12, typical=(0.01, 100))
"""Rates whose squares are floats and whose counts are integers."""


class Batch(NamedTuple):
    """Points as sufficient statistics: how many, and their sum."""

    count: Any
    total: NDArray[np.float64]


@dataclass(frozen=True, repr=False)
class Poisson(Family):
    r"""The Poisson law with its rate unknown.

    Parameters
    ----------
    rate : float
        Rate :math:`\lambda_0 > 0` of the source, its mean and its variance.
    """

    rate: float = field(default=1.0, metadata=inside(RATE))

    headline: ClassVar[str] = "rate"
    roles: ClassVar[Mapping[str, str]] = {"squared_location": "squared_location_error"}
    measures: ClassVar[Mapping[str, Measure]] = {
        "rate": lambda family, state: state[0],
        "survival": lambda family, state: (state[0] > 0).astype(float),
        "squared_location_error": lambda family, state: (state[0] - family.rate) ** 2,
    }
    lacks: ClassVar[Mapping[str, str]] = {
        "temper": "a Poisson law to the power 1/T, λ^(k/T)/k!^(1/T) up to a factor, is a Conway–Maxwell–Poisson law"
    }
    times: ClassVar[Mapping[str, Event]] = {"extinction_time": lambda family, state: state[0] == 0}

    def __post_init__(self) -> None:
        check_parameters(self)

    @classmethod
    def examples(cls) -> tuple[Poisson, ...]:
        return (cls(rate=0.5), cls(rate=3.0))

    @classmethod
    def from_data(cls, values: ArrayLike) -> Poisson:
        """Source fitted to a column of counts.

        Raises
        ------
        ValueError
            For no values at all, negative, fractional or infinite ones, and counts that are all 0.
        """
        column = real_numbers("values", values).ravel()
        if column.size == 0:
            raise ValueError("values has 0 numbers, outside its domain: at least 1")
        wrong = ~(np.isfinite(column) & (column >= 0) & (column == np.floor(column)))
        if np.any(wrong):
            first = int(np.argmax(wrong))
            raise ValueError(f"values[{first}] = {column[first]:.12g} is outside its domain: a whole number ≥ 0")
        if not np.any(column):
            raise ValueError("values are all 0: a rate of 0 has nothing to refit")
        return cls(rate=float(column.mean()))

    @property
    def conserved_spread(self) -> bool:
        """The variance of a point is the rate, whose mean stays that of the source."""
        return True

    @property
    def spread(self) -> float:
        """Variance of a point of the source, its rate."""
        return self.rate

    @property
    def spread_symbol(self) -> Any:
        """The source's variance as a sympy symbol."""
        from collapse_theory.symbols import lambda0

        return lambda0

    def symbols(self) -> Mapping[Any, Any]:
        from collapse_theory.symbols import lambda0

        return {lambda0: self.rate}

    # The state: the fitted rate, one number per replicate.

    def source(self, replicates: int) -> State:
        return (np.full(replicates, self.rate),)

    def draw(self, state: State, count: Any, rng: np.random.Generator) -> Batch:
        points = np.broadcast_to(count, state[0].shape).astype(float)
        return Batch(points, rng.poisson(points * state[0]).astype(float))

    def pool(self, batches: Sequence[Batch], weights: Sequence[Any] | None = None) -> Batch:
        each = [1.0] * len(batches) if weights is None else weights
        count, total = (
            np.sum([w * x for w, x in zip(each, part, strict=True)], axis=0) for part in zip(*batches, strict=True)
        )
        return Batch(count, total)

    def fit(self, pooled: Batch, kish: Any, previous: State, rng: np.random.Generator) -> State:
        return (pooled.total / pooled.count,)

    def expected(self, state: State, count: Any) -> Batch:
        points = np.broadcast_to(count, state[0].shape).astype(float)
        return Batch(points, points * state[0])

    def draw_points(self, state: State, count: int, rng: np.random.Generator) -> NDArray[np.float64]:
        return rng.poisson(state[0][:, None], (len(state[0]), count)).astype(float)

    def join(self, batches: Sequence[NDArray[np.float64]]) -> NDArray[np.float64]:
        return joined(batches)

    def subsample(
        self, points: NDArray[np.float64], size: int, rng: np.random.Generator, *, replacement: bool
    ) -> Batch:
        some = chosen(points, size, rng, replacement=replacement)
        return Batch(np.full(len(some), float(size)), some.sum(axis=1))
