"""What is kept of runs whose states are too many, or too large, to be stored: quantities at some generations."""

from __future__ import annotations

from abc import ABC
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np

from collapse_theory.domain import generations


@dataclass(frozen=True)
class Chosen(ABC):
    """Quantities of the recursion that is simulated, and the generations at which they are looked at.

    Parameters
    ----------
    quantities : Quantity or sequence of Quantity
        Quantities of the recursion that is simulated.
    at : iterable of int, optional
        Generations; the last one when left out.
    """

    quantities: Any
    at: Any = None

    def __post_init__(self) -> None:
        several = isinstance(self.quantities, Iterable)
        quantities = tuple(self.quantities) if several else (self.quantities,)
        if not quantities:
            raise ValueError("quantities = () is outside its domain: at least one quantity")
        object.__setattr__(self, "quantities", quantities)
        if self.at is not None:
            object.__setattr__(self, "at", tuple(np.unique(generations(np.atleast_1d(self.at), "at")).tolist()))

    def kept(self, recursion: Any, last: int) -> tuple[int, ...]:
        """Generations to look at; ValueError for one that is not simulated, or a quantity of another recursion."""
        for quantity in self.quantities:
            if not hasattr(quantity, "measure") or quantity.recursion != recursion:
                raise ValueError(f"quantities = {quantity!r} is outside its domain: quantities of {recursion!r}")
        chosen: tuple[int, ...] = (last,) if self.at is None else self.at
        if not chosen or chosen[-1] > last:
            raise ValueError(f"at = {self.at!r} is outside its domain: generations in [0, {last}], at least one")
        return chosen


@dataclass(frozen=True)
class Summaries(Chosen):
    """Moments over the runs, in constant memory: for runs that are too many.

    Examples
    --------
    >>> kept = ct.Summaries([recursion.sd, recursion.log_variance], at=[1, 10, 100])
    >>> summary = recursion.simulate(100, 10**8, rng=7, keep=kept)
    >>> summary.mean(recursion.log_variance)
    """


@dataclass(frozen=True)
class Values(Chosen):
    """Values on every run: for states that are too large.

    Examples
    --------
    >>> kept = ct.Values([text.entropy_rate, text.state_count], at=range(0, 101, 10))
    >>> runs = text.simulate(100, 50, rng=7, keep=kept)
    >>> text.state_count.median.simulated(runs)
    """
