r"""The histogram: a model of the wrong shape, and what a wrong shape costs.

A model is piecewise uniform: bin b with edges :math:`e_b < e_{b+1}` has the share :math:`p_b` of the fit set. No
histogram is a normal law, so the first fit loses something that no sample size brings back. What happens then depends
on the edges.

*Fixed edges.* Points drawn from a histogram fall into its bins with the chances :math:`p_b`, so the refit is a
categorical recursion over the bins, exactly: the projection is idempotent. Of the expected divergence from the source,

.. math:: E\,\mathrm{KL}(P_t\,\|\,P_0) = \underbrace{\mathrm{KL}(\Pi\,\|\,P_0)}_{\text{wrong shape}}
    + \underbrace{E\,\mathrm{KL}(p_t\,\|\,\pi)}_{\text{drift}},

:math:`\pi` being the source's chances of the bins and :math:`\Pi` the histogram that has them, the first part is lost
once and never again, and the second is that of a bag of words. Points beyond the outer edges count in the outer bins.

*Edges of the data.* Bins of equal width between the smallest and the largest point of the fit set move with the data.
No point is ever drawn beyond the extremes of the one before, so under replacement the range shrinks in every run: the
loss compounds. A range below the resolution of floats about its place is a single point.

In generation 0 the model is the source itself, a normal law.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import pairwise
from typing import Any, ClassVar, Literal

import numpy as np
from numpy.typing import NDArray

from collapse_theory.domain import REAL, SCALE, Choice, Domain, check_parameters, inside
from collapse_theory.errors import NotDefined
from collapse_theory.families.family import Measure, State
from collapse_theory.families.points import PointFamily, Points, picked_places

Array = NDArray[np.float64]

REACH = 3.0
"""Source standard deviations from the source's mean to the outer edges, where they are not given."""
BINS = Domain(low=1, high=10**6, integer=True, typical=(2, 12))


@dataclass(frozen=True)
class Edges(Choice):
    """One of a few rules, or the edges themselves."""

    def __str__(self) -> str:
        return f"{super().__str__()}, or at least two ascending real numbers"

    def check(self, name: str, value: Any) -> Any:
        """Value as a rule or as a tuple of numbers; ValueError naming parameter, value and domain otherwise."""
        if isinstance(value, str) and value in self.names:
            return value
        if isinstance(value, (tuple, list, np.ndarray)) and len(value) > 1 and all(one in REAL for one in value):
            edges = tuple(float(one) for one in value)
            if all(low < high for low, high in pairwise(edges)):
                return edges
        raise ValueError(f"{name} = {value!r} is outside its domain: {self}")


@dataclass(frozen=True)
class Shape:
    """A piecewise uniform law of every replicate: shares and widths of the bins, and their middles."""

    shares: Array
    widths: Array
    middles: Array
    is_source: NDArray[np.bool_]


@dataclass(frozen=True, repr=False)
class Histogram(PointFamily):
    r"""A piecewise uniform density over bins, fixed or moving with the data.

    Parameters
    ----------
    edges : {"fixed", "data"} or tuple of float
        Bins of equal width within three source standard deviations of the source's mean; bins of equal width between
        the extremes of the fit set; or fixed bins between these edges.
    bins : int
        Number of bins; follows from the edges where these are given.
    mean, sd : float
        Parameters of the source, a normal law.

    Raises
    ------
    ValueError
        For parameters outside their domains, and a number of bins that is not that of the edges.
    """

    edges: Literal["fixed", "data"] | tuple[float, ...] = field(metadata=inside(Edges(("fixed", "data"))))
    bins: int = field(default=10, metadata=inside(BINS))
    mean: float = field(default=0.0, metadata=inside(REAL))
    sd: float = field(default=1.0, metadata=inside(SCALE))

    headline: ClassVar[str] = "variance"
    measures: ClassVar[Mapping[str, Measure]] = {
        "variance": lambda family, state: _moments(family, state)[1],
        "sd": lambda family, state: np.sqrt(_moments(family, state)[1]),
        "location": lambda family, state: _moments(family, state)[0],
        "squared_location_error": lambda family, state: (_moments(family, state)[0] - family.mean) ** 2,
        "support_size": lambda family, state: np.count_nonzero(state[0] > 0, axis=-1).astype(float),
        "entropy": lambda family, state: _entropy(family, state),
        "total_variation": lambda family, state: _total_variation(family, state),
        "kl_model_source": lambda family, state: _divergence(family, state),
    }

    def __post_init__(self) -> None:
        check_parameters(self)
        if isinstance(self.edges, tuple):
            if self.bins not in (10, len(self.edges) - 1):
                raise ValueError(f"bins = {self.bins} beside {len(self.edges)} edges: leave it out")
            object.__setattr__(self, "bins", len(self.edges) - 1)

    @classmethod
    def examples(cls) -> tuple[Histogram, ...]:
        return (cls(edges="fixed", bins=4, mean=1.0, sd=2.0), cls(edges="data", bins=4))

    @property
    def spread(self) -> float:
        """Variance of the source."""
        return float(self.sd) ** 2

    @property
    def fixed(self) -> bool:
        """Whether the bins stay where they are."""
        return self.edges != "data"

    @cached_property
    def fixed_edges(self) -> Array:
        """Edges of fixed bins, shape ``(bins + 1,)``; NotDefined for bins that move."""
        if not self.fixed:
            raise NotDefined("bins that move with the data have no edges of their own")
        if isinstance(self.edges, tuple):
            return np.array(self.edges)
        return np.linspace(self.mean - REACH * self.sd, self.mean + REACH * self.sd, self.bins + 1)

    @cached_property
    def chances(self) -> Array:
        """The source's chances of the bins, shape ``(bins,)``; NotDefined for bins that move."""
        from scipy.special import ndtr

        inner = (self.fixed_edges[1:-1] - self.mean) / self.sd
        below, above = np.concatenate([[0.0], ndtr(inner), [1.0]]), np.concatenate([[1.0], ndtr(-inner), [0.0]])
        from_low = below[:-1] < 0.5
        return np.where(from_low, np.diff(below), -np.diff(above))

    @property
    def projection(self) -> State:
        """The histogram that has the source's chances of the bins, as one state: fits to ever more data."""
        low, high = self.fixed_edges[[0, -1]]
        return self.chances[None], np.array([low]), np.array([high])

    @property
    def misspecification(self) -> float:
        """KL(projection‖source) in nats: what the wrong shape costs, once; NotDefined for bins that move."""
        return float(self.measures["kl_model_source"](self, self.projection)[0])

    # The state: shares of the bins and the outer edges, which are infinite for the source itself.

    def source(self, replicates: int) -> State:
        shares = self.chances if self.fixed else np.full(self.bins, 1 / self.bins)
        ends = np.full(replicates, np.inf)
        return np.broadcast_to(shares, (replicates, self.bins)), -ends, ends

    # Of fixed bins the counts are all there is to know: a batch is the middles of the bins with the counts as weights,
    # but where points are to be sampled again.

    def draw(self, state: State, count: Any, rng: np.random.Generator) -> Points:
        if not self.fixed:
            return super().draw(state, count, rng)
        shares = state[0]
        middles = (self.fixed_edges[1:] + self.fixed_edges[:-1]) / 2
        counts = rng.multinomial(np.broadcast_to(count, len(shares)), shares)
        return Points(np.broadcast_to(middles, shares.shape), counts.astype(float))

    def pool(self, batches: Sequence[Points], weights: Sequence[Any] | None = None) -> Points:
        if not self.fixed:
            return super().pool(batches, weights)
        each = [1.0] * len(batches) if weights is None else [float(weight) for weight in weights]
        total = np.sum([weight * batch.weight for weight, batch in zip(each, batches, strict=True)], axis=0)
        return Points(batches[0].values, total)

    def draw_points(self, state: State, count: int, rng: np.random.Generator) -> Points:
        return super().draw(state, count, rng)

    def join(self, batches: Sequence[Points]) -> Points:
        return super().pool(batches)

    def sampled(self, state: State, count: int, rng: np.random.Generator) -> Array:
        shares, low, high = state
        if np.isinf(low[:1]).any():
            return rng.normal(self.mean, self.sd, (len(shares), count))
        places = picked_places(shares, count, rng)
        inside_bin = rng.random(places.shape)
        if self.fixed:
            edges = self.fixed_edges
            return edges[places] + np.diff(edges)[places] * inside_bin
        width = (high - low)[:, None] / self.bins
        return np.minimum(low[:, None] + width * (places + inside_bin), high[:, None])

    def fitted(self, points: Points, kish: Any, previous: State, rng: np.random.Generator) -> State:
        values, weight = points
        replicates = len(values)
        if self.fixed:
            edges = self.fixed_edges
            low, high = np.full(replicates, edges[0]), np.full(replicates, edges[-1])
            places = np.searchsorted(edges[1:-1], values, side="right")
        else:
            present = weight > 0
            low = np.min(values, axis=1, where=present, initial=np.inf)
            high = np.max(values, axis=1, where=present, initial=-np.inf)
            width = np.where(high > low, high - low, 1.0)[:, None]
            places = ((values - low[:, None]) / width * self.bins).clip(0, self.bins - 1).astype(np.int64)
        rows = np.arange(replicates)[:, None] * self.bins
        counts = np.bincount((places + rows).ravel(), weight.ravel(), replicates * self.bins)
        shares = counts.reshape(replicates, self.bins)
        return shares / shares.sum(axis=1, keepdims=True), low, high


def _shape(family: Any, state: State) -> Shape:
    shares, low, high = state
    is_source = np.isinf(low)
    if family.fixed:
        edges = family.fixed_edges
        return Shape(shares, np.diff(edges), (edges[1:] + edges[:-1]) / 2, is_source)
    low, high = np.where(is_source, 0.0, low)[..., None], np.where(is_source, 1.0, high)[..., None]
    width = (high - low) / family.bins
    middles = low + width * (np.arange(family.bins) + 0.5)
    return Shape(shares, np.broadcast_to(width, middles.shape), middles, is_source)


def _moments(family: Any, state: State) -> tuple[Array, Array]:
    """Mean and variance."""
    shape = _shape(family, state)
    apart = shape.middles - family.mean
    shift = (shape.shares * apart).sum(axis=-1)
    variance = (shape.shares * ((apart - shift[..., None]) ** 2 + shape.widths**2 / 12)).sum(axis=-1)
    mean = np.where(shape.is_source, family.mean, family.mean + shift)
    return mean, np.where(shape.is_source, family.sd**2, variance)


def _entropy(family: Any, state: State) -> Array:
    """Differential entropy; −∞ for a model that is one point."""
    from scipy.special import xlogy

    shape = _shape(family, state)
    with np.errstate(divide="ignore"):
        found = (xlogy(shape.shares, shape.widths) - xlogy(shape.shares, shape.shares)).sum(axis=-1)
    return np.where(shape.is_source, _source_entropy(family), found)


def _source_entropy(family: Any) -> float:
    return float(np.log(2 * np.pi) / 2 + np.log(family.sd) + 0.5)


def _divergence(family: Any, state: State) -> Array:
    r"""KL(model‖source) :math:`= -H + \tfrac12\log 2\pi\sigma_0^2 + [\sigma^2 + (\mu-\mu_0)^2]/(2\sigma_0^2)`."""
    mean, variance = _moments(family, state)
    second = (variance + (mean - family.mean) ** 2) / family.sd**2
    found = _source_entropy(family) - _entropy(family, state) + (second - 1) / 2
    return np.where(np.isinf(state[1]), 0.0, found)


def _total_variation(family: Any, state: State) -> Array:
    r"""Total variation between model and source, :math:`\int (p_0 - p)^+`.

    In a bin of density q the source is above q within r of its mean, :math:`p_0(\mu_0 \pm r) = q`.
    """
    from scipy.special import ndtr

    shape = _shape(family, state)
    low = (shape.middles - shape.widths / 2 - family.mean) / family.sd
    high = (shape.middles + shape.widths / 2 - family.mean) / family.sd
    with np.errstate(divide="ignore", invalid="ignore"):
        density = shape.shares / (high - low)
        reach = np.sqrt(np.maximum(-2 * np.log(density) - np.log(2 * np.pi), 0.0))
    left, right = np.maximum(low, -reach), np.minimum(high, reach)
    above = (left < right) & (high > low)
    with np.errstate(invalid="ignore"):
        excess = np.where(above, ndtr(right) - ndtr(left) - density * (right - left), 0.0).sum(axis=-1)
    outside = ndtr(low[..., 0]) + ndtr(-high[..., -1])
    return np.where(shape.is_source, 0.0, np.clip(excess + outside, 0.0, 1.0))
