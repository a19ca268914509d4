"""The chance of a type to be left at the horizon, by its share in the source; and what has an even chance."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from collapse_theory.errors import NoClosedForm
from collapse_theory.families import Categorical
from collapse_theory.forecasting.course import Roads

Array = NDArray[np.float64]
Places = NDArray[np.int64]

SHOWN = 40
"""Shares at which the chance is told."""
EXAMPLES = 3
"""Types that are named, from among those of one share."""


@dataclass(frozen=True, eq=False)
class Survival:
    """Chance of a type to be left at the horizon, which grows with its share in the source.

    Parameters
    ----------
    road : {"exact", "simulated"}
        How it is known.
    shares : ndarray
        Shares in the source, ascending; where it is simulated, the mean of neighbouring ones.
    values : ndarray
        The chance at each of them.
    errors : ndarray
        Standard errors; 0 where it is exact.
    """

    road: Literal["exact", "simulated"]
    shares: Array
    values: Array
    errors: Array


@dataclass(frozen=True, eq=False)
class EvenChance:
    """The rarest types that are at least as likely left as lost at the horizon.

    Parameters
    ----------
    share : float
        Their share in the source.
    survival : float
        Their chance to be left.
    types, rarer : int
        How many types have this share, and how many are rarer.
    examples : tuple of str
        Some of them.
    """

    share: float
    survival: float
    types: int
    rarer: int
    examples: tuple[str, ...]


@dataclass(frozen=True, eq=False)
class Levels:
    """Types of a source by their positive probabilities, ascending.

    Parameters
    ----------
    shares : ndarray
        Distinct probabilities.
    types : ndarray of int
        How many types have each.
    of : ndarray of int
        Level of every type, −1 for one of probability 0.
    """

    shares: Array
    types: Places
    of: Places

    @classmethod
    def within(cls, words: Categorical) -> Levels:
        """Levels of a vocabulary."""
        levels = words.probabilities.levels
        none = int(levels.values[0] == 0)
        return cls(levels.values[none:], levels.counts[none:], levels.of - none)

    def even(self, words: Categorical, level: int, survival: float) -> EvenChance:
        """What has an even chance, where that begins at a level."""
        places = np.flatnonzero(self.of == level)
        shown = np.unique(np.linspace(0, places.size - 1, EXAMPLES + 2).round().astype(int)[1:-1])
        return EvenChance(
            share=float(self.shares[level]),
            survival=survival,
            types=places.size,
            rarer=int(self.types[:level].sum()),
            examples=tuple(str(words.types[place]) for place in places[shown]),
        )


def exact_survival(roads: Roads, words: Categorical) -> tuple[Survival, EvenChance | None] | None:
    """Chances by theorem at some shares, and the rarest types with an even chance; None where no theorem gives them.

    Few levels are asked: some that are evenly spread over the logarithms of the shares, and those that lie, ever more
    closely, about one half.
    """
    levels, last = Levels.within(words), int(roads.t[-1])
    first = np.full(levels.shares.size, -1)
    first[levels.of[::-1]] = np.arange(len(words.types))[::-1]
    asked: dict[int, float] = {}

    def chance(level: int) -> float:
        if level not in asked:
            asked[level] = 1.0 if last == 0 or words.smoothing is not None else by_theorem(level)
        return asked[level]

    def by_theorem(level: int) -> float:
        mean = roads.recursion.survival_of(words.types[first[level]]).mean
        known = roads.exactly(mean, lambda: np.asarray(mean(last)), math.inf)
        if known is None:
            raise NoClosedForm(f"{mean} at t = {last}")
        return float(known)

    try:
        for level in _spread(levels.shares):
            chance(int(level))
        half = _first_half(chance, levels.shares.size)
    except NoClosedForm:
        return None
    told = sorted(asked)
    values = np.array([asked[level] for level in told])
    survival = Survival("exact", levels.shares[told], values, np.zeros(len(told)))
    return survival, None if half is None else levels.even(words, half, asked[half])


def simulated_survival(words: Categorical, laws: Sequence[Places]) -> tuple[Survival, EvenChance | None]:
    """Chances from the types that are left in some runs, those of about the same share together.

    What has an even chance follows from the curve that never falls and comes next to them, read between its points.

    Parameters
    ----------
    words : Categorical
        The vocabulary.
    laws : sequence of ndarray of int
        The types that are left in each run.
    """
    from scipy.optimize import isotonic_regression

    levels = Levels.within(words)
    left = np.array([np.bincount(levels.of[types], minlength=levels.shares.size) for types in laws])
    groups = np.searchsorted(_edges(levels.shares), levels.shares, side="right")
    starts = np.flatnonzero(np.diff(groups, prepend=-1))
    size = np.add.reduceat(levels.types, starts)
    kept = np.add.reduceat(left, starts, axis=1) / size
    shares = np.add.reduceat(levels.shares * levels.types, starts) / size
    error = kept.std(axis=0, ddof=1) / np.sqrt(len(laws)) if len(laws) > 1 else np.zeros(size.size)
    survival = Survival("simulated", shares, kept.mean(axis=0), error)
    rising = isotonic_regression(survival.values, weights=size).x
    chances = np.interp(np.log(levels.shares), np.log(shares), rising)
    half = int(np.searchsorted(chances, 0.5))
    return survival, None if half == chances.size else levels.even(words, half, float(chances[half]))


def _spread(shares: Array) -> Places:
    """Levels whose shares are evenly spread in logarithms, the first and the last among them."""
    found: Any = np.unique(np.searchsorted(shares, [*_edges(shares), shares[-1]]))
    return np.asarray(found)


def _edges(shares: Array) -> Array:
    """Shares that cut the levels, evenly spread in logarithms, the first of them the smallest share itself."""
    cuts = np.clip(np.geomspace(shares[0], shares[-1], SHOWN)[:-1], shares[0], shares[-1])
    cuts[0] = shares[0]
    return cuts


def _first_half(chance: Any, levels: int) -> int | None:
    """First level whose chance is at least one half, by halving: the chance grows with the level."""
    if chance(levels - 1) < 0.5:
        return None
    low, high = -1, levels - 1
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if chance(middle) >= 0.5 else (middle, high)
    return high
