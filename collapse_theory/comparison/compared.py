"""What a comparison knows of one recursion: numbers, and mean and median, each exact where a theorem gives it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from collapse_theory.curve import Curve
from collapse_theory.errors import NoClosedForm, NotDefined, Unseeable
from collapse_theory.forecasting.course import Roads
from collapse_theory.plotting import exact_values
from collapse_theory.quantities import Quantity
from collapse_theory.recursion import Recursion, known_fate
from collapse_theory.theorems.fate import Fate

Array = NDArray[np.float64]

LONGEST = 1000
"""Generations, in all, of exact numerics that start anew for each t, beyond which these give way to simulation."""
NUMBERS = ("loop_gain", "relaxation_time", "effective_real_sample_size")
"""Numbers of a recursion that a comparison has."""


@dataclass(frozen=True, eq=False)
class Line:
    """One statistic over runs, at the generations of a comparison.

    Parameters
    ----------
    road : {"exact", "simulated", "unseeable"}
        How it is known; ``"unseeable"`` is a mean that the runs do not give.
    values : ndarray or None
        Shape ``(generations,)``; None where unseeable.
    low, high : ndarray or None
        Pointwise 99 % interval of what is simulated, of the shape of the values.
    why : str
        Why there are no values.
    """

    road: Literal["exact", "simulated", "unseeable"]
    values: Array | None
    low: Array | None = None
    high: Array | None = None
    why: str = ""

    @classmethod
    def of(cls, curve: Curve, roads: Roads) -> Line:
        """Values of a curve, by the first road that is open."""
        exact = roads.exactly(curve, lambda: exact_values(curve, roads.t), LONGEST)
        if exact is not None:
            return cls("exact", exact)
        try:
            with np.errstate(over="ignore"):
                found = curve.simulated(roads.runs)
        except Unseeable:
            return cls("unseeable", None, why="decided by runs too rare to be seen")
        except OverflowError:
            return cls("unseeable", None, why="infinite in some runs")
        return cls("simulated", found.values, found.low, found.high)


@dataclass(frozen=True, eq=False)
class Compared:
    """One recursion of a comparison.

    Parameters
    ----------
    label : str
        What tells it from the others.
    quantity : Quantity
        What is compared, of this recursion.
    fate : Fate or None
        What becomes of a run; None where no theorem decides it.
    numbers : mapping of str to float or None
        Its ``loop_gain``, ``relaxation_time`` and ``effective_real_sample_size``; None where they are not defined, or
        not known.
    lines : mapping of str to Line
        Its ``mean`` over runs, and its ``median``, the typical run.
    replicates : int
        Runs behind what is simulated; 0 where nothing is.
    """

    label: str
    quantity: Quantity
    fate: Fate | None
    numbers: Mapping[str, float | None]
    lines: Mapping[str, Line]
    replicates: int

    @classmethod
    def of(cls, label: str, quantity: Quantity, roads: Roads) -> Compared:
        """What there is to say of one recursion."""
        recursion: Recursion = quantity.recursion
        lines = {curve.statistic: Line.of(curve, roads) for curve in (quantity.mean, quantity.median)}
        return cls(
            label=label,
            quantity=quantity,
            fate=known_fate(recursion),
            numbers={name: _number(recursion, name) for name in NUMBERS},
            lines=lines,
            replicates=0 if all(line.road == "exact" for line in lines.values()) else roads.replicates,
        )

    @property
    def recursion(self) -> Recursion:
        """The recursion."""
        found: Recursion = self.quantity.recursion
        return found


def _number(recursion: Recursion, name: str) -> float | None:
    try:
        return float(getattr(recursion, name))
    except (NoClosedForm, NotDefined):
        return None
