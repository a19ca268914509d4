r"""Sample sizes over generations: constant, power, geometric, custom.

A schedule maps a generation :math:`t \ge 1` to the number :math:`n_t` of points drawn in it, and any
:math:`t < 1` to 0. ``total(t)`` is :math:`N_t = n_1 + \dots + n_t`. What happens as
:math:`t \to \infty` hangs on :math:`\sum 1/n_t`, which each schedule states (``None``: nobody knows).
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from collapse_theory.domain import (
    COUNT,
    POSITIVE,
    AsCode,
    Domain,
    check_parameters,
    elementwise,
    inside,
    plain,
    written,
)
from collapse_theory.errors import NoClosedForm

Sizes = NDArray[np.int64]

ONE_BY_ONE = 10**8
"""Most generations that are summed one by one."""
FORESEEN = 20
"""Generations of a schedule that are checked at construction."""


class Schedule(ABC):
    """Points drawn per generation; call it with an integer or an array of integers."""

    @abstractmethod
    def sizes(self, t: Sizes) -> Sizes:
        """Sizes at generations t, all of them at least 1."""

    @property
    @abstractmethod
    def constant(self) -> bool:
        """Whether every generation is known to have the same size."""

    @property
    @abstractmethod
    def reciprocal_sum_converges(self) -> bool | None:
        """Whether the sum of 1/n_t is finite; None when nobody can know."""

    _repr_pretty_ = AsCode()

    def __call__(self, t: Any) -> Any:
        """Sample size n_t; 0 for t < 1."""
        if isinstance(t, int):
            return int(self.sizes(np.array([t], dtype=np.int64))[0]) if t >= 1 else 0
        array = np.asarray(t, dtype=np.int64)
        return elementwise(lambda flat: np.where(flat < 1, 0, self.sizes(np.maximum(flat, 1))), array)

    def total(self, t: Any) -> Any:
        """Points N_t drawn in generations 1 to t together."""
        refits = np.maximum(np.asarray(t, dtype=np.int64), 0)
        last = int(refits.max(initial=0))
        if not self.constant:
            return plain(np.cumsum(self(np.arange(last + 1)))[refits])
        if self(1) * last > np.iinfo(np.int64).max:
            raise OverflowError(f"the points of {last} generations of {self!r} exceed {np.iinfo(np.int64).max:g}")
        return plain(self(1) * refits)

    def smallest_by(self, t: int) -> int:
        """Smallest size in generations 1 to t: that of the first one, unless the schedule is custom."""
        return int(self(1))


@dataclass(frozen=True)
class Constant(Schedule):
    """The same number of points in every generation; also a letter, for formulas."""

    n: Any

    def __post_init__(self) -> None:
        if not _letter(self.n):
            object.__setattr__(self, "n", COUNT.check("sample_size", self.n))

    def __repr__(self) -> str:
        return repr(self.n)

    def sizes(self, t: Sizes) -> Sizes:
        return np.full(t.shape, self.n, dtype=np.int64)

    def __call__(self, t: Any) -> Any:
        if _letter(self.n):
            return self.n
        return (self.n if t >= 1 else 0) if isinstance(t, int) else super().__call__(t)

    def total(self, t: Any) -> Any:
        return self.n * t if _letter(self.n) or _letter(t) else super().total(t)

    @property
    def constant(self) -> bool:
        return True

    @property
    def reciprocal_sum_converges(self) -> bool:
        return False


@dataclass(frozen=True)
class Power(Schedule):
    r"""Polynomial growth :math:`n_t = \lceil n_0\, t^p \rceil`; collapse ends exactly when :math:`p > 1`.

    Parameters
    ----------
    n0 : float
        Size :math:`n_0 > 0` of the first generation, before it is rounded up.
    exponent : float
        Power :math:`p \ge 0` of the generation; 0 keeps the size constant.
    """

    n0: float = field(metadata=inside(POSITIVE))
    exponent: float = field(metadata=inside(Domain(low=0)))

    def __post_init__(self) -> None:
        check_parameters(self)

    def __repr__(self) -> str:
        return f"ct.schedules.power({written(self.n0)}, {written(self.exponent)})"

    def sizes(self, t: Sizes) -> Sizes:
        return _ceiling(self.n0 * t.astype(float) ** self.exponent)

    @property
    def constant(self) -> bool:
        return self.exponent == 0

    @property
    def reciprocal_sum_converges(self) -> bool:
        return self.exponent > 1


@dataclass(frozen=True)
class Geometric(Schedule):
    r"""Geometric growth :math:`n_t = \lceil n_0\, q^{t-1} \rceil`.

    Parameters
    ----------
    n0 : float
        Size :math:`n_0 > 0` of the first generation, before it is rounded up.
    ratio : float
        Growth :math:`q \ge 1` per generation; 1 keeps the size constant.
    """

    n0: float = field(metadata=inside(POSITIVE))
    ratio: float = field(metadata=inside(Domain(low=1)))

    def __post_init__(self) -> None:
        check_parameters(self)

    def __repr__(self) -> str:
        return f"ct.schedules.geometric({written(self.n0)}, {written(self.ratio)})"

    def sizes(self, t: Sizes) -> Sizes:
        with np.errstate(over="ignore"):
            return _ceiling(self.n0 * self.ratio ** (t.astype(float) - 1))

    @property
    def constant(self) -> bool:
        return self.ratio == 1

    @property
    def reciprocal_sum_converges(self) -> bool:
        return self.ratio > 1


@dataclass(frozen=True)
class Custom(Schedule):
    """Sizes given by a function of t; nothing is known about its limit.

    Parameters
    ----------
    function : callable
        ``function(t)``: the size at generation t ≥ 1. A module-level function keeps the schedule picklable. A size
        too small for the fit is refused at construction in the first generations, later when it is reached.
    """

    function: Callable[[int], int]

    def __post_init__(self) -> None:
        if not callable(self.function):
            raise ValueError(f"function = {self.function!r} is outside its domain: a function of the generation t")

    def __repr__(self) -> str:
        return f"ct.schedules.custom({getattr(self.function, '__qualname__', repr(self.function))})"

    def sizes(self, t: Sizes) -> Sizes:
        return np.array([COUNT.check(f"sample_size at t = {i}", self.function(int(i))) for i in t], dtype=np.int64)

    @property
    def constant(self) -> bool:
        return False

    def smallest_by(self, t: int) -> int:
        return int(np.min(self(np.arange(1, max(t, 1) + 1))))

    @property
    def reciprocal_sum_converges(self) -> None:
        return None


power = Power
geometric = Geometric
custom = Custom


def as_schedule(sample_size: Any) -> Schedule:
    """Schedule from an int or a schedule."""
    if isinstance(sample_size, Schedule):
        return sample_size
    if sample_size not in COUNT and not _letter(sample_size):
        grows = "; sizes that change are ct.schedules.power, .geometric or .custom"
        raise ValueError(f"sample_size = {sample_size!r} is outside its domain: {COUNT}{grows}")
    return Constant(sample_size)


def additive(sizes: Schedule, t: NDArray[np.int64], term: Callable[[Any], Any]) -> NDArray[np.float64]:
    """Sum of term(n_i) over the generations i = 1 … t, for an array of t ≥ 1."""
    if sizes.constant:
        return np.asarray(t * float(term(np.float64(sizes(1)))))
    if t.max() > ONE_BY_ONE:
        raise NoClosedForm(f"{t.max()} generations of growing samples are too many to be summed one by one")
    running = np.cumsum(term(sizes(np.arange(1, t.max() + 1)).astype(float)))
    return np.asarray(running[t - 1])


def _letter(value: Any) -> bool:
    """Whether a size or a generation is a sympy expression."""
    return hasattr(value, "free_symbols")


def _ceiling(real: NDArray[np.float64]) -> Sizes:
    """Ceiling that forgives rounding: 10·4**0.5 is 20, never 21."""
    whole = np.ceil(real * (1 - 4e-15))
    if np.any(whole > COUNT.high):
        first = int(np.argmax(whole > COUNT.high))
        raise OverflowError(f"the sample size at index {first} exceeds {COUNT.high:g}: {COUNT}")
    return np.maximum(whole, 1).astype(np.int64)


__all__ = ["Constant", "Custom", "Geometric", "Power", "Schedule", "as_schedule", "custom", "geometric", "power"]
