"""What happens between a model and the data drawn from it: cooled, cut, selected, verified, edited.

A sampling asks a family for verbs: ``temper`` and ``tilt`` turn a model into another law of the same kind, ``place``
and ``place_points`` put standardized points on models. A pair of a family and a sampling is defined when the family has
what the sampling asks for. Real points are never sampled: in generation 1 the data are the source's, in every regime.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from collapse_theory.domain import AsCode, construction
from collapse_theory.errors import NotDefined
from collapse_theory.schedules import Schedule
from collapse_theory.theorem import Theorem

Array = NDArray[np.float64]


class Sampling(ABC):
    """A way of drawing data from a model: abstract here, one frozen dataclass per file."""

    known: ClassVar[tuple[Theorem, ...]] = ()
    """Theorems about the sampling alone."""

    @property
    @abstractmethod
    def verbs(self) -> tuple[str, ...]:
        """Verbs that a family must have."""

    @abstractmethod
    def draw(self, family: Any, state: Any, count: Any, rng: np.random.Generator) -> Any:
        """Batch of ``count`` sampled points (a number, or one per replicate) from each replicate's model."""

    def expected(self, family: Any, state: Any, count: Any) -> Any:
        """Batch as it is in expectation, without sampling noise: for samples that grow without bound."""
        raise NotDefined(f"{self!r} has no batch without sampling noise")

    def draw_points(self, family: Any, state: Any, count: int, rng: np.random.Generator) -> Any:
        """Points that can be sampled again."""
        raise NotDefined(f"{self!r} has no points that could be sampled again")

    @classmethod
    @abstractmethod
    def examples(cls) -> tuple[Sampling, ...]:
        """Members that between them exercise every theorem."""

    @classmethod
    def examples_for(cls, family: Any) -> tuple[Sampling, ...]:
        """Examples that suit a family, where they depend on it."""
        return cls.examples()

    def fixed_weights(self, family: Any) -> Array | None:
        """Factors by which the types of a family get likelier, where they are always the same; else None."""
        return None

    def __repr__(self) -> str:
        return construction(self)

    _repr_pretty_ = AsCode()

    @property
    def honest(self) -> bool:
        """Whether points are drawn from the model as it is."""
        return False

    @property
    def noiseless(self) -> bool:
        """Whether it has batches in expectation, so that a quantity may have a ``population``."""
        return type(self).expected is not Sampling.expected

    @property
    def of_real(self) -> Sampling:
        """What happens to real points: nothing."""
        return Honest()

    @property
    def standard(self) -> Standard | None:
        """Moments of a point sampled from the standard normal law, where a sampled normal point is one of its kind."""
        return None

    def point_variance(self, family: Any) -> float | None:
        """Factor of a point's variance where the sampling leaves the mean as it is, else None."""
        if family.normal and self.standard is not None and self.standard.mean == 0:
            return self.standard.variance
        return None

    @property
    def keeps_some(self) -> bool:
        """Whether there are points of every model."""
        return True

    def keeps_means(self, family: Any) -> bool:
        """Whether sampled points have the model's mean, and a variance that is a multiple of the model's."""
        return self.honest or self.point_variance(family) is not None

    def check(self, family: Any, sizes: Schedule) -> None:  # noqa: B027 (most can be applied to any)
        """Refusal, with a ValueError, of a family or a schedule to which this sampling cannot be applied."""

    def check_counts(self, regime: Any, sizes: Schedule) -> None:
        """Refusal of a regime to which this sampling cannot be applied.

        Raises
        ------
        NotDefined
            For a regime that samples points again, where the sampling has none.
        ValueError
            For numbers of points that it cannot draw.
        """
        alone = type(self).draw_points is Sampling.draw_points
        if alone and regime.tableau(sizes).subsample is not None:
            raise NotDefined(
                f"{regime!r} is not defined with {self!r}, which gives a batch as a whole: it has no points that "
                "could be sampled again one by one"
            )

    def check_verbs(self, family: Any, having: Callable[[str], Sequence[str]] = lambda verb: ()) -> None:
        """NotDefined for a family that lacks a verb; ``having`` names those that have it."""
        for verb in self.verbs:
            if not family.has(verb):
                *first, last = having(verb) or ("",)
                others = f"; {', '.join(first)} and {last} have it" if first else f"; {last} has it" if last else ""
                why = f": {family.lacks[verb]}" if verb in family.lacks else ""
                raise NotDefined(
                    f"{type(family).__name__} is not defined with {self!r}: it has no verb {verb!r}{why or others}"
                )

    def symbols(self) -> Mapping[Any, Any]:
        """Values of the letters that its formulas use."""
        return {}

    @property
    def story(self) -> str:
        """One line: the first line of the docstring."""
        return (type(self).__doc__ or "").split("\n", 1)[0].rstrip(".")


@dataclass(frozen=True)
class Standard:
    """Moments of one point sampled from the standard normal law.

    Parameters
    ----------
    mean, variance : float
        Its mean and its variance.
    kurtosis : float
        Its fourth central moment over the square of its variance.
    """

    mean: float
    variance: float
    kurtosis: float


class LawSampling(Sampling):
    """A sampling whose points are independent draws from a law of the family's own kind: abstract."""

    @abstractmethod
    def law(self, family: Any, state: Any) -> Any:
        """States of the laws from which the points come."""

    def draw(self, family: Any, state: Any, count: Any, rng: np.random.Generator) -> Any:
        return family.draw(self.law(family, state), count, rng)

    def draw_points(self, family: Any, state: Any, count: int, rng: np.random.Generator) -> Any:
        return family.draw_points(self.law(family, state), count, rng)

    def expected(self, family: Any, state: Any, count: Any) -> Any:
        return family.expected(self.law(family, state), count)


class PlacedSampling(Sampling):
    """A sampling of normal models by independent standardized points, which are then placed on each model: abstract."""

    @property
    def verbs(self) -> tuple[str, ...]:
        return ("place", "place_points")

    @abstractmethod
    def standard_points(self, shape: tuple[int, int], rng: np.random.Generator) -> Array:
        """Points sampled from the standard normal law."""

    def draw(self, family: Any, state: Any, count: Any, rng: np.random.Generator) -> Any:
        counts = np.broadcast_to(count, len(state[0]))
        points = self.standard_points((len(counts), int(counts.max(initial=0))), rng)
        return family.place(state, counts, *summed(points, counts))

    def draw_points(self, family: Any, state: Any, count: int, rng: np.random.Generator) -> Any:
        return family.place_points(state, self.standard_points((len(state[0]), count), rng))

    def expected(self, family: Any, state: Any, count: Any) -> Any:
        counts, law = np.broadcast_to(count, len(state[0])), self.standard
        if law is None:
            raise NotDefined(f"{self!r} has no batch without sampling noise")
        return family.place(state, counts, np.full(counts.shape, law.mean), law.variance * counts)


@dataclass(frozen=True, repr=False)
class Honest(Sampling):
    """Independent points of the model as it is."""

    @property
    def verbs(self) -> tuple[str, ...]:
        return ()

    @property
    def honest(self) -> bool:
        return True

    def draw(self, family: Any, state: Any, count: Any, rng: np.random.Generator) -> Any:
        return family.draw(state, count, rng)

    def draw_points(self, family: Any, state: Any, count: int, rng: np.random.Generator) -> Any:
        return family.draw_points(state, count, rng)

    def expected(self, family: Any, state: Any, count: Any) -> Any:
        return family.expected(state, count)

    @classmethod
    def examples(cls) -> tuple[Honest, ...]:
        return (cls(),)


def summed(points: Array, counts: NDArray[Any]) -> tuple[Array, Array]:
    """Means and sums of squares about them of the first so many points of each row."""
    inside = np.arange(points.shape[1]) < counts[:, None]
    mean = np.where(inside, points, 0.0).sum(axis=1) / np.maximum(counts, 1)
    return mean, np.where(inside, (points - mean[:, None]) ** 2, 0.0).sum(axis=1)
