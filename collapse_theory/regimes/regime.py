"""A regime is data: a tableau that says which points are drawn, stored and fitted in a generation."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from collapse_theory.domain import AsCode, construction
from collapse_theory.schedules import FORESEEN, Schedule
from collapse_theory.theorem import Theorem

REAL, MODEL, FIRST_SLOT = 0, 1, 2


@dataclass(frozen=True)
class Step:
    """One generation of a regime, as a record over batches.

    Batch 0 is real (fresh from the source), batch 1 drawn from the current model, batches 2, 3, … are the
    stored slots. Counts are ints, arrays over generations, or sympy expressions; structure (``keep``, which
    weights are zero) never changes after an explicit opening.

    Parameters
    ----------
    drawn : tuple
        Points drawn from the source and from the model.
    weight : tuple
        Weight of one point of each batch in the fit.
    stored : tuple
        Points in each slot before this generation.
    keep : tuple of tuple of int
        Slot i becomes the union of these batches.
    share : float
        Chance that a model point is replaced by one from the source (random composition); excludes a real batch.

    Raises
    ------
    ValueError
        For a share beside a real batch.
    """

    drawn: tuple[Any, Any]
    weight: tuple[Any, ...]
    stored: tuple[Any, ...] = ()
    keep: tuple[tuple[int, ...], ...] = ()
    share: Any = 0

    def __post_init__(self) -> None:
        if not absent(self.share) and not absent(self.drawn[REAL]):
            raise ValueError(
                f"share = {self.share!r} beside drawn = {self.drawn!r}: real points come by chance or count"
            )

    @property
    def counts(self) -> tuple[Any, ...]:
        """Points in every batch."""
        return (*self.drawn, *self.stored)

    @property
    def fitted(self) -> Any:
        """Total weight of the fit set; its number of points when all weights are 1."""
        return sum((w * c for w, c in zip(self.weight, self.counts, strict=True)), start=0)

    @property
    def kish(self) -> Any:
        """Kish's size of the fit set, (sum of weights)² / (sum of squared weights)."""
        squared = sum((w * w * c for w, c in zip(self.weight, self.counts, strict=True)), start=0)
        return self.fitted if all(_is(w, 0, 1) for w in self.weight) else self.fitted**2 / squared

    @property
    def replacement(self) -> bool:
        """Whether the fit sees points of the newest model only."""
        return not self.anchored and not self.stored

    @property
    def accumulation(self) -> bool:
        """Whether the fit set, with equal weights and no new real points, is kept as the one slot."""
        equal = all(_is(w, 1) for w in self.weight[MODEL:])
        return not self.anchored and len(self.stored) == 1 and equal and sorted(*self.keep) == [MODEL, FIRST_SLOT]

    @property
    def mixture(self) -> bool:
        """Whether the fit sees new real points and the newest model's, with equal weights, and nothing stored."""
        return self.anchored and not self.stored and all(_is(w, 1) for w in self.weight[1 if self.share else 0 :])

    @property
    def anchored(self) -> bool:
        """Whether new real points enter."""
        return not (absent(self.drawn[REAL]) and absent(self.share))


def _is(value: Any, *numbers: int) -> bool:
    return isinstance(value, (int, float)) and value in numbers


def absent(count: Any, weight: Any = 1) -> bool:
    """Whether a batch is a structural zero: no points, or no weight."""
    return _is(count, 0) or _is(weight, 0)


class Regime(ABC):
    """The data a refit sees: abstract here, one frozen dataclass per file.

    A subclass gives ``step``; the simulation, the moment maps and the conservation law follow from it.
    """

    known: ClassVar[tuple[Theorem, ...]] = ()
    homogeneous: ClassVar[bool] = True
    """Whether the step is the same in every generation when the sample size is."""

    @abstractmethod
    def step(self, t: Any, sizes: Schedule) -> Step:
        """Tableau of generation t ≥ 1; t an int, an array of ints or a sympy symbol."""

    @classmethod
    @abstractmethod
    def examples(cls) -> tuple[Regime, ...]:
        """Members that between them exercise every theorem, each possible from n = 4 on."""

    def check(self, sizes: Schedule) -> None:
        """Refusal, with a ValueError, of a schedule that this regime cannot split in its first generations."""
        for t in range(1, 2 if sizes.constant else FORESEEN + 1):
            self.step(t, sizes)

    def symbols(self, sizes: Schedule) -> Mapping[Any, Any]:
        """Values of the letters that the regime's formulas use beyond n, t and the family's."""
        return {}

    @property
    def story(self) -> str:
        """One line for a card: the first line of the docstring."""
        return (type(self).__doc__ or "").split("\n", 1)[0].rstrip(".")

    def __repr__(self) -> str:
        return construction(self)

    _repr_pretty_ = AsCode()
