r"""Sample sizes over generations: constant, power, geometric, custom.

A schedule maps a generation :math:`t \ge 1` to the number :math:`n_t` of points drawn in it, and any
:math:`t < 1` to 0. ``total(t)`` is :math:`N_t = n_1 + \dots + n_t`. What happens as
:math:`t \to \infty` hangs on :math:`\sum 1/n_t`, which each schedule states (``None``: nobody knows).
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from collapse_theory.domain import COUNT, POSITIVE, Domain

Sizes = NDArray[np.int64]


class Schedule(ABC):
    """Points drawn per generation; call it with an integer or an array of integers."""

    constant: bool = False

    @abstractmethod
    def sizes(self, t: Sizes) -> Sizes:
        """Sizes at generations t, all of them at least 1."""

    @property
    @abstractmethod
    def reciprocal_sum_converges(self) -> bool | None:
        """Whether the sum of 1/n_t is finite; None when nobody can know."""

    def _repr_pretty_(self, printer: Any, cycle: bool) -> None:  # noqa: FBT001 (the protocol's signature)
        printer.text(repr(self))

    def __call__(self, t: Any) -> Any:
        """Sample size n_t; 0 for t < 1."""
        array = np.atleast_1d(np.asarray(t, dtype=np.int64))
        found = np.where(array < 1, 0, self.sizes(np.maximum(array, 1)))
        return int(found[0]) if np.ndim(t) == 0 else found

    def total(self, t: Any) -> Any:
        """Points N_t drawn in generations 1 to t together."""
        array = np.maximum(np.asarray(t, dtype=np.int64), 0)
        running = np.concatenate(([0], np.cumsum(self(np.arange(1, int(array.max(initial=0)) + 1)))))
        return int(running[array]) if np.ndim(t) == 0 else running[array]

    @property
    def smallest(self) -> int:
        """Smallest size of all; a schedule never falls below its first generation."""
        return int(self(1))


@dataclass(frozen=True)
class Constant(Schedule):
    """The same number of points in every generation."""

    n: Any
    constant = True

    def __post_init__(self) -> None:
        if not hasattr(self.n, "free_symbols"):
            object.__setattr__(self, "n", COUNT.check("sample_size", self.n))

    def __repr__(self) -> str:
        return repr(self.n)

    def sizes(self, t: Sizes) -> Sizes:
        return np.full(t.shape, self.n, dtype=np.int64)

    def __call__(self, t: Any) -> Any:
        return self.n if hasattr(self.n, "free_symbols") else super().__call__(t)

    def total(self, t: Any) -> Any:
        if hasattr(self.n, "free_symbols") or hasattr(t, "free_symbols"):
            return self.n * t
        return self.n * max(int(t), 0) if np.ndim(t) == 0 else self.n * np.maximum(np.asarray(t, dtype=np.int64), 0)

    @property
    def reciprocal_sum_converges(self) -> bool:
        return False


@dataclass(frozen=True)
class Power(Schedule):
    r"""Polynomial growth :math:`n_t = \lceil n_0\, t^p \rceil`; collapse ends exactly when :math:`p > 1`."""

    n0: float
    exponent: float

    def __post_init__(self) -> None:
        object.__setattr__(self, "n0", POSITIVE.check("n0", self.n0))
        object.__setattr__(self, "exponent", Domain(low=0).check("exponent", self.exponent))

    def __repr__(self) -> str:
        return f"ct.schedules.power({self.n0:.12g}, {self.exponent:.12g})"

    def sizes(self, t: Sizes) -> Sizes:
        return _ceiling(self.n0 * t.astype(float) ** self.exponent)

    @property
    def reciprocal_sum_converges(self) -> bool:
        return self.exponent > 1


@dataclass(frozen=True)
class Geometric(Schedule):
    r"""Geometric growth :math:`n_t = \lceil n_0\, q^{t-1} \rceil` with ratio :math:`q \ge 1`."""

    n0: float
    ratio: float

    def __post_init__(self) -> None:
        object.__setattr__(self, "n0", POSITIVE.check("n0", self.n0))
        object.__setattr__(self, "ratio", Domain(low=1).check("ratio", self.ratio))

    def __repr__(self) -> str:
        return f"ct.schedules.geometric({self.n0:.12g}, {self.ratio:.12g})"

    def sizes(self, t: Sizes) -> Sizes:
        with np.errstate(over="ignore"):
            return _ceiling(self.n0 * self.ratio ** (t.astype(float) - 1))

    @property
    def reciprocal_sum_converges(self) -> bool:
        return self.ratio > 1


@dataclass(frozen=True)
class Custom(Schedule):
    """Sizes given by a function of t; nothing is known about its limit.

    ``smallest`` looks at the first generation only, so a size at or below ``ddof`` later on is
    reported when that generation is reached.
    """

    function: Callable[[int], int]

    def __repr__(self) -> str:
        return f"ct.schedules.custom({getattr(self.function, '__qualname__', repr(self.function))})"

    def sizes(self, t: Sizes) -> Sizes:
        return np.array([COUNT.check(f"sample_size at t = {i}", self.function(int(i))) for i in t], dtype=np.int64)

    @property
    def reciprocal_sum_converges(self) -> None:
        return None


def power(n0: float, exponent: float) -> Power:
    """Polynomially growing sample sizes, ceil(n0 · t**exponent)."""
    return Power(n0, exponent)


def geometric(n0: float, ratio: float) -> Geometric:
    """Geometrically growing sample sizes, ceil(n0 · ratio**(t − 1))."""
    return Geometric(n0, ratio)


def custom(function: Callable[[int], int]) -> Custom:
    """Sample sizes from a function of t; a module-level function keeps the schedule picklable."""
    if not callable(function):
        raise ValueError(f"function = {function!r} is outside its domain: a function of the generation t")
    return Custom(function)


def as_schedule(sample_size: Any) -> Schedule:
    """Schedule from an int or a schedule."""
    return sample_size if isinstance(sample_size, Schedule) else Constant(sample_size)


def additive(sizes: Schedule, t: NDArray[np.int64], term: Callable[[Any], Any]) -> NDArray[np.float64]:
    """Sum of term(n_i) over the generations i = 1 … t, for an array of t ≥ 1."""
    if sizes.constant:
        return np.asarray(t * float(term(np.float64(sizes(1)))))
    running = np.cumsum(term(sizes(np.arange(1, t.max() + 1)).astype(float)))
    return np.asarray(running[t - 1])


def _ceiling(real: NDArray[np.float64]) -> Sizes:
    """Ceiling that forgives rounding: 10·4**0.5 is 20, never 21."""
    whole = np.ceil(real * (1 - 4e-15))
    if np.any(whole > COUNT.high):
        first = int(np.argmax(whole > COUNT.high))
        raise OverflowError(f"the sample size at index {first} exceeds {COUNT.high:g}: {COUNT}")
    return np.maximum(whole, 1).astype(np.int64)


__all__ = ["Constant", "Custom", "Geometric", "Power", "Schedule", "as_schedule", "custom", "geometric", "power"]
