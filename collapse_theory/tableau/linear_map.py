r"""What the second-moment map gives in numbers: transients, stationary values, the contraction factor.

Without stored slots and with one sample size the map is :math:`x' = Ax + b` on :math:`x = (V, M)`. A and b come
from the tableau in exact Fractions, so :math:`E = I - A` has no rounding, and

.. math:: x_t = A^t x_0 + \sum_{i<t} A^i b

is evaluated through the eigenvalues :math:`1 - e_i` of A as divided differences of :math:`\lambda^t` and of
:math:`(1-\lambda^t)/(1-\lambda)`: accurate at n = t = 1e9, where powers of a rounded matrix are not. Any other
regime or schedule is stepped generation by generation, or squared (``stepping``).

Where the expected variance of a model's point is the source's in every regime (``conserved_spread``) the same map holds
with V = 1, whatever the fit makes of the spread: :math:`M' = A_{MM} M + (A_{MV} + b_M)`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from collapse_theory.schedules import Schedule
from collapse_theory.tableau.moments import ONE, M, V, exact_step_map
from collapse_theory.theorem import Check, Theorem, matrix_in_mpmath

PAGE = "docs/theory/fresh"
Array = NDArray[np.float64]


def slotless(setting: Any) -> bool:
    """Whether the map is the same 2 × 2 map in every generation."""
    return settled(setting) and setting.scheme.opening == 0 and not setting.tableau.stored


def settled(setting: Any) -> bool:
    """Whether the map is the same in every generation after some first ones."""
    return bool(setting.scheme.settles(setting.sizes))


@dataclass(frozen=True)
class AffineMap:
    """The exact map x' = Ax + b on x = (V, M), in units of the source variance."""

    a: tuple[tuple[Fraction, Fraction], tuple[Fraction, Fraction]]
    b: tuple[Fraction, Fraction]

    @classmethod
    def of(cls, regime: Any, sizes: Schedule, ddof: Any) -> AffineMap:
        """Map of a regime without slots."""
        return _affine_map(regime, sizes, Fraction(ddof))

    @classmethod
    def of_family(cls, setting: Any) -> AffineMap:
        """Map of a recursion without slots: with its family's divisor, or with V held at 1 where that is conserved."""
        if setting.family.conserved_spread:
            return cls.of_known_variance(setting.scheme, setting.sizes)
        return cls.of(setting.scheme, setting.sizes, setting.family.ddof)

    @classmethod
    def of_known_variance(cls, regime: Any, sizes: Schedule) -> AffineMap:
        """Map of a regime without slots when the model's points have the source's variance, V = 1."""
        free, zero = cls.of(regime, sizes, 0), Fraction(0)
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

    def at(self, t: Any, start: tuple[float, float] = (1.0, 0.0)) -> tuple[Array, Array]:
        """Values (V, M) an array of generations after the start, by default the source."""
        with np.errstate(over="ignore", invalid="ignore"):
            return self._at(np.asarray(t, dtype=float), *start)

    def _at(self, t: Array, v: float, m: float) -> tuple[Array, Array]:
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
        spread = q * v + power_difference * (upper * v + b * m)
        error = q * m + power_difference * (c * v + lower * m)
        spread = spread + sum_fast * source[0] + sum_difference * (upper * source[0] + b * source[1])
        error = error + sum_fast * source[1] + sum_difference * (c * source[0] + lower * source[1])
        grown = ~(np.isfinite(spread) & np.isfinite(error))
        if slow < 0 and np.any(grown):
            late = self.log_at(t, (v, m))
            spread, error = (np.where(grown, np.exp(x), y) for x, y in zip(late, (spread, error), strict=True))
        return spread, error

    def in_mpmath(self, t: int, start: tuple[Any, Any] = (1, 0)) -> Any:
        """Values (V, M) after t generations in mpmath, by powers of the exact map."""
        rows = [[*row, x] for row, x in zip(self.a, self.b, strict=True)]
        return matrix_in_mpmath([*rows, [0, 0, 1]]) ** t * matrix_in_mpmath([[x] for x in (*start, 1)])

    def log_at(self, t: Any, start: tuple[float, float] = (1.0, 0.0)) -> tuple[Array, Array]:
        """Logarithms of (V, M) where they leave the floats: the leading eigenvalue alone."""
        t = np.asarray(t, dtype=float)
        (_, b), (c, _) = ((float(x) for x in row) for row in self.a)
        slow, fast = self.gaps
        width, growth = fast - slow, np.log1p(-slow)
        half = float(self.a[0][0] - self.a[1][1]) / 2
        upper, lower = half + width / 2, -half + width / 2
        spread, error = (x + float(source) / -slow for x, source in zip(start, self.b, strict=True))
        v = (upper * spread + b * error) / width
        m = (c * spread + lower * error) / width
        return t * growth + np.log(v), t * growth + np.log(m)


@lru_cache(maxsize=2048)
def _affine_map(regime: Any, sizes: Schedule, ddof: Fraction) -> AffineMap:
    rows = exact_step_map(regime.tableau(sizes), ddof)

    def entry(row: Any, column: Any) -> Fraction:
        return Fraction(rows[row].get(column, 0))

    return AffineMap(((entry(V, V), entry(V, M)), (entry(M, V), entry(M, M))), (entry(V, ONE), entry(M, ONE)))


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


def _reference(index: int) -> Any:
    def reference(setting: Any, t: int) -> Any:
        import mpmath

        return AffineMap.of_family(setting).in_mpmath(t)[index] * mpmath.mpf(setting.family.spread)

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
