r"""What the second-moment map gives in numbers: transients, stationary values, the contraction factor.

Without stored slots and with one sample size the map is :math:`x' = Ax + b` on :math:`x = (V, M)`. A and b come
from the tableau in exact Fractions, so :math:`E = I - A` has no rounding, and

.. math:: x_t = A^t x_0 + \sum_{i<t} A^i b

is evaluated through the eigenvalues :math:`1 - e_i` of A as divided differences of :math:`\lambda^t` and of
:math:`(1-\lambda^t)/(1-\lambda)`: accurate at n = t = 1e9, where powers of a rounded matrix are not. Any other
regime or schedule is stepped generation by generation.

Where the expected variance of a model's point is the source's in every regime (``conserved_spread``) the same map holds
with V = 1, whatever the fit makes of the spread: :math:`M' = A_{MM} M + (A_{MV} + b_M)`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import numpy as np
from numpy.typing import NDArray

from collapse_theory.regimes.moments import ONE, M, V, exact_step_map, letters, matrices
from collapse_theory.schedules import Schedule
from collapse_theory.theorem import Check, Theorem

PAGE = "docs/theory/fresh"
CHUNK = 4096
Array = NDArray[np.float64]


def slotless(setting: Any) -> bool:
    """Whether the map is the same 2 × 2 map in every generation."""
    return setting.regime.homogeneous and setting.sizes.constant and not setting.tableau.stored


@dataclass(frozen=True)
class AffineMap:
    """The exact map x' = Ax + b on x = (V, M), in units of the source variance."""

    a: tuple[tuple[Fraction, Fraction], tuple[Fraction, Fraction]]
    b: tuple[Fraction, Fraction]

    @classmethod
    def of(cls, regime: Any, sizes: Schedule, ddof: Any) -> AffineMap:
        """Map of a regime without slots."""
        rows = exact_step_map(regime.step(2, sizes), ddof)

        def entry(row: Any, column: Any) -> Fraction:
            return Fraction(rows[row].get(column, 0))

        return cls(
            ((entry(V, V), entry(V, M)), (entry(M, V), entry(M, M))),
            (entry(V, ONE), entry(M, ONE)),
        )

    @classmethod
    def of_family(cls, setting: Any) -> AffineMap:
        """Map of a recursion without slots: with its family's divisor, or with V held at 1 where that is conserved."""
        if not setting.family.conserved_spread:
            return cls.of(setting.regime, setting.sizes, setting.family.ddof)
        free = cls.of(setting.regime, setting.sizes, 0)
        zero = Fraction(0)
        return cls(((zero, zero), (zero, free.a[1][1])), (Fraction(1), free.a[1][0] + free.b[1]))

    @property
    def stationary(self) -> tuple[float, float]:
        """The fixed point (V*, M*), infinite where the map does not contract."""
        if self.slow_gap <= 0:
            return float(np.inf), float(np.inf)
        (a, b), (c, d) = self.a
        determinant = (1 - a) * (1 - d) - b * c
        v = ((1 - d) * self.b[0] + b * self.b[1]) / determinant
        m = (c * self.b[0] + (1 - a) * self.b[1]) / determinant
        return float(v), float(m)

    @property
    def gaps(self) -> tuple[float, float]:
        """Eigenvalues e of I − A, ascending."""
        (a, b), (c, d) = self.a
        middle = (2 - a - d) / 2
        spread = float(np.sqrt(float(((a - d) / 2) ** 2 + b * c)))
        large = float(middle) + spread if middle >= 0 else float(middle) - spread
        determinant = float((1 - a) * (1 - d) - b * c)
        other = determinant / large if large else 0.0
        return (other, large) if other <= large else (large, other)

    @property
    def slow_gap(self) -> float:
        """Smallest eigenvalue of I − A: positive exactly when the map contracts."""
        return self.gaps[0]

    def at(self, t: Any) -> tuple[Array, Array]:
        """Values (V_t, M_t) from (1, 0) at an array of generations."""
        t = np.asarray(t, dtype=float)
        (_, b), (c, _) = ((float(x) for x in row) for row in self.a)
        source = np.array([float(x) for x in self.b])
        slow, fast = self.gaps
        width = fast - slow
        p, q = _powers(slow, t), _powers(fast, t)
        sum_slow, sum_fast = _sums(slow, t), _sums(fast, t)
        if width == 0:
            power_difference, sum_difference = _derivatives(slow, t)
        else:
            rate = np.log1p(width / (1 - fast)) if fast < 1 else np.nan
            power_difference = -p * np.expm1(-t * rate) / width if fast < 1 else (p - q) / width
            sum_difference = (sum_slow - sum_fast) / width
        half = float(self.a[0][0] - self.a[1][1]) / 2
        root = width / 2
        upper = half + root if half >= 0 else b * c / (root - half)
        lower = -half + root if half <= 0 else b * c / (root + half)
        spread = (
            q + power_difference * upper + sum_fast * source[0] + sum_difference * (upper * source[0] + b * source[1])
        )
        error = power_difference * c + sum_fast * source[1] + sum_difference * (c * source[0] + lower * source[1])
        return spread, error

    def log_at(self, t: Any) -> tuple[Array, Array]:
        """Logarithms of (V_t, M_t) where they leave the floats: the leading eigenvalue alone."""
        t = np.asarray(t, dtype=float)
        (_, b), (c, _) = ((float(x) for x in row) for row in self.a)
        slow, fast = self.gaps
        width, growth = fast - slow, np.log1p(-slow)
        half = float(self.a[0][0] - self.a[1][1]) / 2
        upper, lower = half + width / 2, -half + width / 2
        v = (upper + (upper * float(self.b[0]) + b * float(self.b[1])) / -slow) / width
        m = (c + (c * float(self.b[0]) + lower * float(self.b[1])) / -slow) / width
        return t * growth + np.log(v), t * growth + np.log(m)


def _powers(gap: float, t: Array) -> Array:
    """(1 − gap)^t without rounding the base."""
    if gap < 1:
        return np.asarray(np.exp(t * np.log1p(-gap)))
    return np.where(t == 0, 1.0, (1 - gap) ** t)


def _derivatives(gap: float, t: Array) -> tuple[Array, Array]:
    """Derivatives of λ^t and of Σ_{i<t} λ^i in λ = 1 − gap: what divided differences become at a double eigenvalue."""
    if gap == 0:
        return t, t * (t - 1) / 2
    ratio = 1 - gap
    before = np.where(t > 0, _powers(gap, np.maximum(t - 1, 0)), 0.0)
    return t * before, (1 - t * before + (t - 1) * ratio * before) / gap**2


def _sums(gap: float, t: Array) -> Array:
    """Σ over i < t of (1 − gap)^i."""
    if gap == 0:
        return t
    if gap < 1:
        return np.asarray(-np.expm1(t * np.log1p(-gap)) / gap)
    return (1 - _powers(gap, t)) / gap


def second_moments(regime: Any, sizes: Schedule, ddof: float, t: Any) -> tuple[Array, Array]:
    """Values (V_t, M_t) in units of the source variance at an array of generations t ≥ 1, for any regime."""
    t = np.asarray(t, dtype=np.int64)
    if regime.homogeneous and sizes.constant and not regime.step(2, sizes).stored:
        return AffineMap.of(regime, sizes, ddof).at(t)
    return _stepped(regime, sizes, ddof, t)


def conserved_second_moments(setting: Any, t: Any) -> tuple[Array, Array]:
    """Values (1, M_t) of a family with ``conserved_spread``, at an array of generations t ≥ 1, in any regime."""
    t = np.asarray(t, dtype=np.int64)
    if slotless(setting):
        return AffineMap.of_family(setting).at(t)
    return _stepped(setting.regime, setting.sizes, 0.0, t, conserved=True)


def _stepped(
    regime: Any, sizes: Schedule, ddof: float, t: NDArray[np.int64], *, conserved: bool = False
) -> tuple[Array, Array]:
    from collapse_theory.regimes.scan import scan

    slots = len(regime.step(2, sizes).keep)
    order = letters(slots)
    state = np.zeros(len(order))
    state[order.index(V)] = state[order.index(ONE)] = 1.0
    asked, where = np.unique(t, return_inverse=True)
    found = np.empty((len(asked), 2))
    start, last = 1, int(asked[-1])
    while start <= last:
        # One by one until every slot is filled: until then the structure changes.
        stop = start if start <= slots + 1 else min(start + CHUNK - 1, last)
        generations = np.arange(start, stop + 1)
        steps = matrices(regime, sizes, ddof, generations)
        if conserved:
            steps[:, order.index(V)] = np.eye(len(order))[order.index(V)]
        path = scan(steps, state)
        state = path[-1].copy()
        inside = (asked >= start) & (asked <= stop)
        found[inside] = path[asked[inside] - start][:, [order.index(V), order.index(M)]]
        start = stop + 1
    return found[where, 0], found[where, 1]


def _reference(index: int) -> Any:
    def reference(setting: Any, t: int) -> Any:
        """Power of the exact map in mpmath, by binary doubling."""
        import mpmath

        exact = AffineMap.of_family(setting)

        def number(x: Fraction) -> Any:
            return mpmath.mpf(x.numerator) / x.denominator

        matrix = mpmath.matrix(
            [[*map(number, row), number(x)] for row, x in zip(exact.a, exact.b, strict=True)] + [[0, 0, 1]]
        )
        return (matrix**t * mpmath.matrix([1, 0, 1]))[index] * mpmath.mpf(setting.family.spread)

    return reference


def _log_value(index: int) -> Any:
    def log_value(setting: Any, t: Any) -> Any:
        exact = AffineMap.of_family(setting)
        with np.errstate(divide="ignore", over="ignore", invalid="ignore"):
            plain = np.log(exact.at(t)[index])
            if exact.slow_gap < 0:
                plain = np.where(np.isfinite(plain), plain, exact.log_at(t)[index])
        return np.log(setting.family.spread) + plain

    return log_value


def closed_forms(
    *,
    holds: Callable[[Any], bool],
    regime: str,
    spread: str,
    error: str,
    source: str,
    proof: Callable[[], tuple[Check, ...]],
) -> tuple[Theorem, ...]:
    """The two mean theorems of a regime without slots: the eigenvalues of a 2 × 2 map.

    Parameters
    ----------
    holds : callable
        Predicate on a setting: whether its tableau is of this kind.
    regime : str
        The regime in words.
    spread, error : str
        The map of V and of M in LaTeX.
    source : str
        Where it comes from.
    proof : callable
        Symbolic check of the statements against the tableau.
    """

    def theorem(index: int, quantity: str, title: str, statement: str) -> Theorem:
        conserved = "; V = 1 where the variance of a point is conserved" if index == 1 else ""

        def holding(setting: Any) -> bool:
            family = setting.family
            return bool(family.two_moments or (index == 1 and family.conserved_spread)) and slotless(setting)

        return Theorem(
            title=f"{title} {regime}",
            quantity=quantity,
            statistic="mean",
            road="closed form",
            statement=statement,
            conditions=f"{regime}, one sample size: the eigenvalues of a 2 × 2 map{conserved}",
            source=source,
            holds=lambda setting: holding(setting) and holds(setting),
            value=lambda setting, t: setting.family.spread * AffineMap.of_family(setting).at(t)[index],
            log_value=_log_value(index),
            reference=_reference(index),
            limit=lambda setting: float(setting.family.spread * AffineMap.of_family(setting).stationary[index]),
            proof=proof,
        )

    return (
        theorem(0, "spread", "mean spread", spread),
        theorem(1, "squared_location", "mean squared location error", error),
    )
