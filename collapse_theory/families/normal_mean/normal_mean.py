r"""The normal law of known variance: nothing but the mean is refitted.

A generation draws :math:`x_1,\dots,x_n` from :math:`N(\mu_{t-1},\sigma^2)` and sets :math:`\mu_t = \bar x`. No spread
can be lost, so that nothing collapses; what is left of model collapse is that errors add up. Every fitted mean is a sum
of independent normals with fixed weights, wherever the numbers of points are fixed:

.. math:: \mu_t \sim N(\mu_0,\, \sigma^2 M_t),

in every regime. Under replacement :math:`M_t = \sum_s 1/n_s = t/n`, and the run wanders; under accumulation
:math:`M_t = \frac1n\sum_{s\le t} s^{-2} \to \frac{\pi^2}{6n}`, and it settles. All distances to the source are
functions of :math:`y = (\mu_t-\mu_0)^2/\sigma^2 \sim M_t\,\chi^2_1`: both divergences are :math:`y/2`, the total
variation is :math:`2\Phi(\sqrt y/2)-1`. A draw of the model is normal of variance :math:`\sigma^2(1+M_t)`, so a tail
about the source's centre has the mean :math:`2\Phi(-k/\sqrt{1+M_t})`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from collapse_theory.domain import REAL, SCALE, check_parameters, inside, real_numbers
from collapse_theory.families.family import Family, Measure, State
from collapse_theory.families.normal_mean.laws import KNOWN, tail, total_variation
from collapse_theory.families.points import chosen, joined
from collapse_theory.theorem import Theorem

Array = NDArray[np.float64]


class Batch(NamedTuple):
    """Points as sufficient statistics: how many, and their mean."""

    count: Any
    mean: Array


def _squared(family: Any, state: State) -> Array:
    """Squared distance of the means in units of the variance."""
    return np.asarray(state[0] ** 2)


@dataclass(frozen=True, repr=False)
class NormalMean(Family):
    r"""The normal law with its mean unknown and its variance known.

    Parameters
    ----------
    mean : float
        Mean :math:`\mu_0` of the source.
    sd : float
        Standard deviation :math:`\sigma > 0` of the source and of every model.
    """

    mean: float = field(default=0.0, metadata=inside(REAL))
    sd: float = field(default=1.0, metadata=inside(SCALE))

    headline: ClassVar[str] = "squared_location_error"
    roles: ClassVar[Mapping[str, str]] = {"squared_location": "squared_location_error"}
    measures: ClassVar[Mapping[str, Measure]] = {
        "location": lambda family, state: family.mean + family.sd * state[0],
        "squared_location_error": lambda family, state: family.spread * _squared(family, state),
        "kl_model_source": lambda family, state: _squared(family, state) / 2,
        "kl_source_model": lambda family, state: _squared(family, state) / 2,
        "total_variation": lambda family, state: total_variation(_squared(family, state)),
        "tail_mass": lambda family, state, k: tail(_squared(family, state), k),
    }
    known: ClassVar[tuple[Theorem, ...]] = KNOWN

    def __post_init__(self) -> None:
        check_parameters(self)

    @classmethod
    def examples(cls) -> tuple[NormalMean, ...]:
        return (cls(mean=1.0, sd=2.0),)

    @classmethod
    def from_data(cls, values: ArrayLike, sd: float) -> NormalMean:
        """Source whose mean is that of a column of numbers, its standard deviation being known.

        Raises
        ------
        ValueError
            For no values at all, and for values that are not finite.
        """
        column = real_numbers("values", values).ravel()
        if column.size == 0:
            raise ValueError("values has 0 numbers, outside its domain: at least 1")
        if not np.all(np.isfinite(column)):
            first = int(np.argmax(~np.isfinite(column)))
            raise ValueError(f"values[{first}] = {column[first]} is outside its domain: {REAL}")
        return cls(mean=float(column.mean()), sd=sd)

    @property
    def conserved_spread(self) -> bool:
        """The variance is known, and that of the source."""
        return True

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

    def symbols(self) -> Mapping[Any, Any]:
        from collapse_theory.symbols import mu0, sigma0

        return {mu0: self.mean, sigma0: self.sd}

    # The state: the fitted mean less the source's, in standard deviations, one number per replicate.

    def source(self, replicates: int) -> State:
        return (np.zeros(replicates),)

    def draw(self, state: State, count: Any, rng: np.random.Generator) -> Batch:
        points = np.broadcast_to(count, state[0].shape).astype(float)
        noise = rng.standard_normal(state[0].shape) / np.sqrt(np.maximum(points, 1))
        return Batch(points, state[0] + noise)

    def pool(self, batches: Sequence[Batch], weights: Sequence[Any] | None = None) -> Batch:
        each = [1.0] * len(batches) if weights is None else weights
        sizes = [w * batch.count for w, batch in zip(each, batches, strict=True)]
        total = np.sum(sizes, axis=0)
        mean = np.sum([size * batch.mean for size, batch in zip(sizes, batches, strict=True)], axis=0)
        return Batch(total, mean / np.maximum(total, np.finfo(float).tiny))

    def fit(self, pooled: Batch, kish: Any, previous: State, rng: np.random.Generator) -> State:
        return (pooled.mean,)

    def expected(self, state: State, count: Any) -> Batch:
        return Batch(np.broadcast_to(count, state[0].shape).astype(float), state[0])

    def draw_points(self, state: State, count: int, rng: np.random.Generator) -> Array:
        return np.asarray(state[0][:, None] + rng.standard_normal((len(state[0]), count)))

    def join(self, batches: Sequence[Array]) -> Array:
        return joined(batches)

    def subsample(self, points: Array, size: int, rng: np.random.Generator, *, replacement: bool) -> Batch:
        some = chosen(points, size, rng, replacement=replacement)
        return Batch(np.full(len(some), float(size)), some.mean(axis=1))
