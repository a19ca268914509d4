r"""A loop around a real set that is kept: its means as the eigenvalues of a 2 × 2 map.

Every fit gives r real points that stay the weight w, and n new points of the newest model the weight u = 1 − w. In
units of the source, with D the squared distance of the fitted mean from that of the set, Kish's size
:math:`K = (w^2/r + u^2/n)^{-1}` and :math:`f = K/(K-\delta)`,

.. math:: V' = f\,[w(1-\tfrac1r) + u(1-\tfrac1n)V + wu(D + \tfrac Vn)],\qquad D' = u^2(D + \tfrac Vn),\qquad
          M = \tfrac1r + D,

from :math:`V_1 = (r-1)/(r-\delta)`, :math:`D_1 = 0`. It rests at

.. math:: V^* = \frac{f w (1-1/r)}{1 - fu\,[1 - u/(n(1+u))]},\qquad M^* = \frac1r + \frac{u^2V^*}{n(1-u^2)}

where the denominator is positive, and grows without bound where it is not.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import numpy as np

from collapse_theory.tableau.linear_map import AffineMap
from collapse_theory.tableau.moments import ONE, M, V, second_moment_map
from collapse_theory.tableau.step import Step
from collapse_theory.theorem import Check, Theorem


@dataclass(frozen=True)
class KeptSet:
    """The map of a real set of r points and weight w, beside n points of the newest model.

    Parameters
    ----------
    real : int
        Points r of the set.
    weight : Fraction
        Their share w of the fit.
    model : int
        Points n of the newest model.
    ddof : Fraction
        The fitted variance is divided by Kish's size − ddof.
    """

    real: int
    weight: Fraction
    model: int
    ddof: Fraction

    @property
    def first(self) -> Fraction:
        """Expected variance V_1 of the fit to the set alone."""
        return (self.real - 1) / (self.real - self.ddof)

    @property
    def map(self) -> AffineMap:
        """The map of (V, D)."""
        w, u, r, n = self.weight, 1 - self.weight, self.real, self.model
        kish = 1 / (w**2 / r + u**2 / n)
        f = kish / (kish - self.ddof)
        return AffineMap(
            ((f * u * (1 - Fraction(1, n) + w / n), f * w * u), (u**2 / n, u**2)),
            (f * w * (1 - Fraction(1, r)), Fraction(0)),
        )

    def at(self, t: Any) -> tuple[Any, Any]:
        """Values (V_t, M_t) at generations t ≥ 1."""
        spread, apart = self.map.at(np.asarray(t) - 1, (float(self.first), 0.0))
        return spread, 1 / self.real + apart

    def log_at(self, t: Any) -> tuple[Any, Any]:
        """Logarithms of (V_t, M_t)."""
        exact, start = self.map, (float(self.first), 0.0)
        with np.errstate(divide="ignore", over="ignore", invalid="ignore"):
            plain = [np.log(x) for x in self.at(t)]
            if exact.slow_gap < 0:
                late = exact.log_at(np.asarray(t) - 1, start)
                plain = [np.where(np.isfinite(near), near, far) for near, far in zip(plain, late, strict=True)]
        return plain[0], plain[1]

    @property
    def limit(self) -> tuple[float, float]:
        """Limits of (V_t, M_t), infinite where the map does not contract."""
        if self.weight == 0:
            return self._replaced
        spread, apart = self.map.stationary
        return spread, 1 / self.real + apart

    @property
    def _replaced(self) -> tuple[float, float]:
        """Limits where the set has no weight: replacement, begun with the fit to the set."""
        if self.ddof >= 1 or self.first == 0:
            grown = float(self.first) if self.ddof == 1 or self.first == 0 else float(np.inf)
            return grown, 1 / self.real if self.first == 0 else float(np.inf)
        return 0.0, float(
            Fraction(1, self.real) + self.first * (self.model - self.ddof) / (self.model * (1 - self.ddof))
        )

    def reference(self, t: int) -> tuple[Any, Any]:
        """Values (V_t, M_t) by a power of the exact map in mpmath."""
        import mpmath

        spread, apart, _ = self.map.in_mpmath(t - 1, (self.first, 0))
        return spread, apart + mpmath.mpf(1) / self.real


def prove() -> tuple[Check, ...]:
    """The printed map and its fixed point, against the tableau with its slot, as rational functions."""
    from sympy import QQ
    from sympy.polys.fields import field

    _, r, w, n, delta, v, d = field("r,w,n,delta,V,D", QQ)
    u = 1 - w
    f = 1 / (1 - delta * (w**2 / r + u**2 / n))
    rows = second_moment_map(Step(drawn=(0, n), stored=(r,), weight=(0, u / n, w / r), keep=((2,),)), delta)
    # The set is what it is: its sum of squares stays r − 1, and the fitted mean is right about it in expectation.
    before = {V: v, M: 1 / r + d, ("C", 0, 1): 1 / r, ("C", 1, 1): 1 / r, ("U", 1): r - 1, ONE: 1}

    def mapped(row: Any) -> Any:
        return sum(c * before[letter] for letter, c in rows[row].items())

    def spread(v: Any, d: Any) -> Any:
        return f * (w * (1 - 1 / r) + u * (1 - 1 / n) * v + w * u * (d + v / n))

    def apart(v: Any, d: Any) -> Any:
        return u**2 * (d + v / n)

    rest = f * w * (1 - 1 / r) / (1 - f * u * (1 - u / (n * (1 + u))))
    error = u**2 * rest / (n * (1 - u**2))
    return (
        Check("the set is kept", all(mapped(row) == before[row] for row in (("C", 1, 1), ("U", 1)))),
        Check("the fitted mean stays right about the set", mapped(("C", 0, 1)) == 1 / r),
        Check("the tableau gives the printed map of V", mapped(V) == spread(v, d)),
        Check("the tableau gives the printed map of D", mapped(M) - 1 / r == apart(v, d)),
        Check("D* at rest", apart(rest, error) == error),
        Check("V* at rest", spread(rest, error) == rest),
        Check("the numbers come from this map", _coded()),
    )


def _coded() -> bool:
    """Whether the map in numbers is the printed one, at an example."""
    w, r, n, ddof = Fraction(2, 5), 3, 7, Fraction(1, 2)
    exact, u = KeptSet(r, w, n, ddof).map, 1 - w
    f = 1 / (1 - ddof * (w**2 / r + u**2 / n))
    from_spread, from_error = f * (u * (1 - Fraction(1, n)) + w * u / n), f * w * u
    entering = f * w * (1 - Fraction(1, r)), Fraction(0)
    return exact.a == ((from_spread, from_error), (u**2 / n, u**2)) and exact.b == entering


def closed_forms(
    *, of: Callable[[Any], KeptSet], holds: Callable[[Any], bool], regime: str, source: str
) -> tuple[Theorem, ...]:
    """The two mean theorems of a loop around a kept set.

    Parameters
    ----------
    of : callable
        The kept set of a setting.
    holds : callable
        Predicate on a setting.
    regime : str
        The regime in words.
    source : str
        Where it comes from.
    """

    def theorem(index: int, quantity: str, title: str, statement: str) -> Theorem:
        def log_value(setting: Any, t: Any) -> Any:
            return np.log(setting.family.spread) + of(setting).log_at(t)[index]

        def reference(setting: Any, t: int) -> Any:
            import mpmath

            return mpmath.mpf(setting.family.spread) * of(setting).reference(t)[index]

        return Theorem(
            title=f"{title} {regime}",
            quantity=quantity,
            statistic="mean",
            road="closed form",
            statement=statement,
            conditions=f"{regime}, one sample size: the eigenvalues of a 2 × 2 map; u = 1 − w, 1/K = w²/r + u²/n,"
            " f = K/(K − δ)",
            source=source,
            holds=lambda setting: bool(setting.family.two_moments and setting.sizes.constant) and holds(setting),
            value=lambda setting, t: setting.family.spread * of(setting).at(t)[index],
            log_value=log_value,
            reference=reference,
            limit=lambda setting: float(setting.family.spread * of(setting).limit[index]),
            proof=prove,
        )

    return (
        theorem(
            0,
            "spread",
            "mean spread",
            r"V' = f\,[w(1-\tfrac1r) + u(1-\tfrac1n)V + wu(D+\tfrac Vn)] \to"
            r" \frac{f w (1-1/r)}{1 - fu\,[1 - u/(n(1+u))]}",
        ),
        theorem(
            1,
            "squared_location",
            "mean squared location error",
            r"M = \tfrac1r + D,\quad D' = u^2(D + \tfrac Vn) \to \frac{u^2V^*}{n(1-u^2)}",
        ),
    )
