r"""The Gaussian mixture in one dimension: components, refitted by the EM algorithm, that can be lost.

A point comes from component j with chance :math:`w_j`, then from :math:`N(\mu_j, \sigma_j^2)`. Whatever start and
tolerance the algorithm has, after its last step the mixture as a whole has the mean of its n points and the variance

.. math:: V' = \frac1n\sum_i (x_i - \bar x)^2 + \rho,

as every component was given the variance of its share of the points plus :math:`\rho`, the regularisation. So under
replacement the mean of V does not depend on the number of components at all,

.. math:: E\,V_t = n\rho + (V_0 - n\rho)\Big(1-\frac1n\Big)^t,

and with :math:`\rho > 0` it does not go to 0: a floor of the library's, where the data have none. The weights of
components that are far apart drift like the shares of types of a categorical law, and die out.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar, Literal

import numpy as np

from collapse_theory.definition import Definition
from collapse_theory.domain import COUNT, REAL, SCALE, Choice, Domain, check_parameters, inside
from collapse_theory.errors import NotDefined
from collapse_theory.families.family import Event, Measure, State
from collapse_theory.families.gaussian_mixture.floor import FLOOR
from collapse_theory.families.gaussian_mixture.library import refitted
from collapse_theory.families.gaussian_mixture.measures import DEFINITIONS, EVENTS, MEASURES
from collapse_theory.families.points import Array, PointFamily, Points
from collapse_theory.schedules import FORESEEN, Schedule
from collapse_theory.theorem import Theorem

WEIGHT = Domain(low=0, high=1, open_low=True)
ROUNDING = 1e-9
"""How far the sum of the weights may be from 1."""
MOST_FITS = 50
"""Replicates on one stream where each is fitted by the library."""


@dataclass(frozen=True, repr=False)
class GaussianMixture(PointFamily):
    r"""A mixture of Gaussians, refitted by EM; one component is refitted by its mean and variance.

    Two or more components are fitted by scikit-learn, which is asked for only then:
    ``pip install 'collapse-theory[mixture]'``. A fit takes a few milliseconds.

    Parameters
    ----------
    weights, means, sds : sequence of float
        Shares, means and standard deviations of the source's components, from left to right; the weights sum to 1.
    regularisation : float
        :math:`\rho \ge 0`, added to every fitted variance, in the units of the data squared: ``reg_covar`` of
        scikit-learn, where it is 1e-6 unless something else is said.
    initialisation : {"previous", "kmeans"}
        Where EM starts: at the model that the points are drawn from, or at clusters of the points.
    max_iter : int
        Most steps of EM.
    tolerance : float
        Change of the mean log-likelihood per point below which EM stops.
    """

    weights: tuple[float, ...]
    means: tuple[float, ...]
    sds: tuple[float, ...]
    regularisation: float = field(default=0.0, metadata=inside(Domain(low=0, high=1e100, typical=(0, 0.1))))
    initialisation: Literal["previous", "kmeans"] = field(
        default="previous", metadata=inside(Choice(("previous", "kmeans")))
    )
    max_iter: int = field(default=100, metadata=inside(COUNT))
    tolerance: float = field(default=1e-3, metadata=inside(Domain(low=0, typical=(1e-6, 1e-2))))

    ddof: ClassVar[float] = 0.0
    headline: ClassVar[str] = "variance"
    roles: ClassVar[Mapping[str, str]] = {"spread": "variance", "squared_location": "squared_location_error"}
    measures: ClassVar[Mapping[str, Measure]] = MEASURES
    times: ClassVar[Mapping[str, Event]] = EVENTS
    definitions: ClassVar[Mapping[str, Definition]] = DEFINITIONS
    known: ClassVar[tuple[Theorem, ...]] = FLOOR

    def __post_init__(self) -> None:
        for name, domain in (("weights", WEIGHT), ("means", REAL), ("sds", SCALE)):
            object.__setattr__(self, name, _numbers(name, getattr(self, name), domain))
        if not len(self.weights) == len(self.means) == len(self.sds):
            numbers = f"{len(self.weights)} weights, {len(self.means)} means and {len(self.sds)} sds"
            raise ValueError(f"sds = {self.sds!r} is outside its domain: one for each component; here {numbers}")
        if list(self.means) != sorted(self.means):
            raise ValueError(f"means = {self.means!r} is outside its domain: numbers from left to right")
        if abs(sum(self.weights) - 1) > ROUNDING:
            raise ValueError(f"weights = {self.weights!r} is outside its domain: numbers that sum to 1")
        check_parameters(self)

    @classmethod
    def examples(cls) -> tuple[GaussianMixture, ...]:
        """One raised component: the number of components does not matter to what is known, and one needs no library.

        Of a mixture whose variances are not raised all is known that is inherited from two moments, as
        ``ct.atlas(ct.GaussianMixture(…, regularisation=0))`` lists it.
        """
        return (cls(weights=(1.0,), means=(1.0,), sds=(2.0,), regularisation=0.05),)

    @property
    def component(self) -> Choice:
        """Numbers of the components."""
        return Choice(tuple(range(1, len(self.weights) + 1)))

    @property
    def two_moments(self) -> bool:
        """Whether nothing is added to the variance of the fit set, which the mixture as a whole then has."""
        return self.regularisation == 0

    @property
    def centre(self) -> float:
        """Mean of a point of the source."""
        return sum(w * mean for w, mean in zip(self.weights, self.means, strict=True))

    @property
    def spread(self) -> float:
        """Variance of a point of the source."""
        centre = self.centre
        parts = zip(self.weights, self.means, self.sds, strict=True)
        return sum(w * (sd**2 + (mean - centre) ** 2) for w, mean, sd in parts)

    @property
    def spread_symbol(self) -> Any:
        """The source's variance as a sympy expression."""
        from collapse_theory.symbols import sigma0

        return sigma0**2

    def symbols(self) -> Mapping[Any, Any]:
        from collapse_theory.symbols import ddof, rho, sigma0

        return {ddof: 0, rho: self.regularisation, sigma0: self.spread**0.5}

    @property
    def fewest_points(self) -> int:
        """Two, or as many as there are components."""
        return max(2, len(self.weights))

    def check(self, sizes: Schedule, last: int = FORESEEN) -> None:
        """ValueError where there are fewer points than components, or than 2."""
        n = sizes.smallest_by(last)
        if n < self.fewest_points:
            domain = f"an integer ≥ {self.fewest_points} for {len(self.weights)} components"
            raise ValueError(f"sample_size = {n} is outside its domain: {domain}")

    def check_step(self, step: Any) -> None:
        """NotDefined for points of unequal weight, which the library does not take; ValueError for too few points."""
        super().check_step(step)
        pairs = [(w, count) for w, count in zip(step.weight, step.counts, strict=True) if w and np.any(count)]
        if pairs and not np.allclose([w for w, _ in pairs], pairs[0][0], rtol=1e-12, atol=0):
            raise NotDefined("GaussianMixture is not defined with points of unequal weight")
        points = sum(count for _, count in pairs) if step.subsample is None else step.subsample.size
        if points < self.fewest_points:
            domain = f"at least {self.fewest_points} points are needed for {len(self.weights)} components"
            raise ValueError(f"a fit to {points} points is outside the domain of a mixture: {domain}")

    @property
    def block_size(self) -> int:
        """Replicates simulated on one stream, few where each is fitted by the library."""
        return super().block_size if len(self.weights) == 1 else MOST_FITS

    # The state: weights, means and log sds by component, from left to right; components without weight come last.

    def source(self, replicates: int) -> State:
        rows = (np.array(self.weights) / sum(self.weights), np.array(self.means), np.log(self.sds))
        return tuple(np.tile(row, (replicates, 1)) for row in rows)

    def sampled(self, state: State, count: int, rng: np.random.Generator) -> Array:
        weights, means, log_sds = state
        sds = np.exp(log_sds)
        if weights.shape[1] > 1:
            below = np.cumsum(weights, axis=1)
            from_ = (rng.random((len(weights), count))[..., None] >= (below / below[:, -1:])[:, None, :-1]).sum(axis=-1)
            means, sds = np.take_along_axis(means, from_, axis=1), np.take_along_axis(sds, from_, axis=1)
        return np.asarray(means + sds * rng.standard_normal((len(weights), count)))

    def fitted(self, points: Points, kish: Any, previous: State, rng: np.random.Generator) -> State:
        if len(self.weights) > 1:
            return refitted(self, points, previous, rng)
        share = points.weight / points.total[:, None]
        first = points.values[:, :1]  # points that are all alike have no variance at all
        shift = (share * (points.values - first)).sum(axis=1, keepdims=True)
        squares = (share * (points.values - first - shift) ** 2).sum(axis=1, keepdims=True)
        with np.errstate(divide="ignore"):
            return np.ones_like(shift), first + shift, np.log(squares + self.regularisation) / 2


def _numbers(name: str, value: Any, domain: Domain) -> tuple[float, ...]:
    """Numbers of a domain, at least one; ValueError naming the one that is none."""
    if isinstance(value, str) or not isinstance(value, (Sequence, np.ndarray)) or len(value) == 0:
        raise ValueError(f"{name} = {value!r} is outside its domain: a sequence of numbers, one for each component")
    return tuple(float(domain.check(f"{name}[{i}]", one)) for i, one in enumerate(value))
