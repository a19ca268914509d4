"""One generation as data: which points are drawn, stored and fitted."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any, Protocol

REAL, MODEL, FIRST_SLOT = 0, 1, 2


@dataclass(frozen=True)
class Subsample:
    """The part of the fit set that the fit sees: so many of its points, drawn with or without replacement."""

    size: Any
    replacement: bool


class Screen(Protocol):
    """A filter through which a real point passes with a chance that depends on its place."""

    @property
    def variance(self) -> float:
        """Variance of a real point that passed, in units of the source's."""
        ...


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
    kept : tuple
        Chances with which a drawn point, real or the model's, gets into its batch; numbers of points are then random.
    carried : float
        Points' worth, each of weight 1, of the current model itself: a batch in the fit without sampling noise.
    subsample : Subsample, optional
        The fit sees only so many points of the fit set.
    screen : Screen, optional
        What real points have passed.
    point_variance : float
        Variance of a point sampled from the model, in units of the model's variance; 1 for honest draws.
    opened : bool
        Whether earlier generations are different.

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
    kept: tuple[Any, Any] = (1, 1)
    carried: Any = 0
    subsample: Subsample | None = None
    screen: Screen | None = None
    point_variance: Any = 1
    opened: bool = False

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
        return sum((w * c for w, c in zip(self.weight, self.counts, strict=True)), start=self.carried)

    @property
    def kish(self) -> Any:
        """Kish's size of what is fitted, (sum of weights)² / (sum of squared weights); points without noise count 0."""
        if self.subsample is not None:
            return self.subsample.size
        if absent(self.carried) and all(_is(w, 0, 1) for w in self.weight):
            return self.fitted
        return self.fitted**2 / sum((w * w * c for w, c in zip(self.weight, self.counts, strict=True)), start=0)

    @cached_property
    def thinned(self) -> bool:
        """Whether numbers of points are random because some are not kept."""
        return not all(_is(chance, 1) for chance in self.kept)

    @cached_property
    def plain(self) -> bool:
        """Whether the fit set is a union of whole batches, the same in every generation."""
        whole = self.subsample is None and self.screen is None and not self.thinned
        return whole and absent(self.carried) and not self.opened and _is(self.point_variance, 1)

    @cached_property
    def replacement(self) -> bool:
        """Whether the fit sees points of the newest model only."""
        return self.plain and not self.anchored and not self.stored

    @cached_property
    def accumulation(self) -> bool:
        """Whether the fit set, with equal weights and no new real points, is kept as the one slot."""
        equal = all(_is(w, 1) for w in self.weight[MODEL:])
        kept = len(self.stored) == 1 and sorted(*self.keep) == [MODEL, FIRST_SLOT]
        return self.plain and not self.anchored and kept and equal and not absent(self.drawn[MODEL])

    @cached_property
    def mixture(self) -> bool:
        """Whether the fit sees new real points and the newest model's, with equal weights, and nothing stored."""
        equal = all(_is(w, 1) for w in self.weight[0 if absent(self.share) else 1 :])
        return self.plain and self.anchored and not self.stored and equal

    @cached_property
    def anchored(self) -> bool:
        """Whether new real points enter."""
        return not (absent(self.drawn[REAL]) and absent(self.share))

    @property
    def frozen(self) -> tuple[int, ...]:
        """Stored slots, counted from 1, that keep what they hold."""
        held = enumerate(self.keep, start=1)
        return tuple(slot for slot, kept in held if self._present(kept) == [slot + FIRST_SLOT - 1])

    def _present(self, batches: tuple[int, ...]) -> list[int]:
        return [batch for batch in batches if not absent(self.counts[batch])]


def _is(value: Any, *numbers: int) -> bool:
    return isinstance(value, (int, float)) and value in numbers


def absent(count: Any, weight: Any = 1) -> bool:
    """Whether a batch is a structural zero: no points, or no weight."""
    return _is(count, 0) or _is(weight, 0)


def only_where(condition: Any, count: Any) -> Any:
    """The count in the generations of a condition, else no points: a structural zero where t is one generation."""
    import numpy as np

    return np.where(condition, count, 0) if isinstance(condition, np.ndarray) else count if condition else 0
