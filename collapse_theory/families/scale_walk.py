r"""One refit of a scale, and the law of a product of them, under replacement.

With :math:`W = G/(n-\delta)`, :math:`G \sim \Gamma(n, 1)`,

.. math:: \log E W^s = \log\frac{\Gamma(n+s)}{\Gamma(n)\,n^s} - s\log\Bigl(1 - \frac\delta n\Bigr),\quad s > -n .
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from collapse_theory import schedules
from collapse_theory.errors import NoClosedForm
from collapse_theory.gamma_ratios import digamma_minus_log, log_gamma_ratio
from collapse_theory.random_walk.log_gamma_sum import LogGammaSum
from collapse_theory.theorem import Check, identity, proved_by_induction

AT_CRITICAL = 4e-15
"""Relative distance of a divisor from the critical one at which rounding can no longer tell them apart."""

Array = NDArray[np.float64]


def replaced(setting: Any) -> bool:
    """Whether every fit sees the newest model's points only."""
    return bool(setting.tableau.replacement)


def replaced_constant(setting: Any) -> bool:
    """The same, with one sample size for all generations."""
    return replaced(setting) and bool(setting.sizes.constant)


def additive(setting: Any, t: Any, term: Callable[[Any], Any]) -> Array:
    """Sum of term(n_i) over the generations i = 1 … t, for an array of t ≥ 1."""
    return schedules.additive(setting.sizes, np.asarray(t, dtype=np.int64), term)


def step_moment(s: Any) -> Any:
    """G(s) = E W^s as a sympy expression in n and ddof."""
    import sympy

    from collapse_theory.symbols import ddof, n

    return (n - ddof) ** (-s) * sympy.gamma(n + s) / sympy.gamma(n)


def drift_formula() -> Any:
    """E log W as a sympy expression in n and ddof."""
    import sympy

    from collapse_theory.symbols import ddof, n

    return sympy.digamma(n) - sympy.log(n - ddof)


def log_moment(setting: Any, s: int) -> Callable[[Any], Any]:
    """Log E W^s as a function of the sample size; infinite where the moment is. Rational ones are written as such."""
    ddof = setting.family.ddof

    def at(n: Any) -> Any:
        n = np.asarray(n, dtype=float)
        if s == 1:
            return -np.log1p(-ddof / n)
        if s == 2:
            return np.log1p((n + 2 * n * ddof - ddof**2) / (n - ddof) ** 2)
        inside = n + s > 0
        at_least = np.where(inside, n, 1 - s)
        if s == -1:
            value = np.log1p((1 - ddof) / (at_least - 1))
        elif s == -2:
            value = np.log1p((3 * n - 2 * n * ddof + ddof**2 - 2) / ((at_least - 1) * (at_least - 2)))
        else:
            value = log_gamma_ratio(at_least, s) - s * np.log1p(-ddof / n)
        return np.where(inside, value, np.inf)

    return at


def log_relative_second_moment(setting: Any, s: int) -> Callable[[Any], Any]:
    """log(E W^{2s} / (E W^s)²) as a function of the sample size; the divisor goes out."""

    def at(n: Any) -> Any:
        n = np.asarray(n, dtype=float)
        inside = n + 2 * s > 0
        points = np.where(inside, n, 1 - 2 * s)
        known = {1: lambda: np.log1p(1 / points), -1: lambda: np.log1p(1 / (points - 2))}
        value = known[s]() if s in known else log_gamma_ratio(points, 2 * s) - 2 * log_gamma_ratio(points, s)
        return np.where(inside, value, np.inf)

    return at


def drift(setting: Any) -> Callable[[Any], Any]:
    """Log-drift E log W as a function of the sample size."""
    ddof = setting.family.ddof

    def at(n: Any) -> Any:
        if abs(ddof - 0.5) < 0.5:
            return digamma_minus_log(n, 0.5) + np.log1p((ddof - 0.5) / (n - ddof))
        return digamma_minus_log(n, float(ddof)) if ddof in (0, 1) else digamma_minus_log(n) - np.log1p(-ddof / n)

    return at


def step_variance(n: Any) -> Any:
    """Variance of log W, ψ'(n)."""
    from scipy.special import polygamma

    return polygamma(1, n)


def drift_sign(setting: Any) -> float:
    """Sign of the drift of the log-scale as t grows, or 0 where it wanders; raises where it converges."""
    sizes, ddof = setting.sizes, setting.family.ddof
    if sizes.constant:
        n = float(sizes(1))
        rate = float(drift(setting)(np.float64(n)))
        return 0.0 if abs(rate) * (n - ddof) < AT_CRITICAL * max(1.0, abs(ddof)) else float(np.sign(rate))
    if sizes.reciprocal_sum_converges is not False:
        raise NoClosedForm(f"{sizes!r}: the log-scale has no limit, or a random one whose law has no closed form")
    if ddof != 0.5:
        return float(np.sign(ddof - 0.5))
    exponent = getattr(sizes, "exponent", 1.0)  # the drift is 1/(24n²), the variance 1/n
    if exponent == 1 / 3:
        raise NoClosedForm(f"{sizes!r}: at ddof = 1/2 drift and noise are of one order, and no theorem decides")
    return 1.0 if exponent < 1 / 3 else 0.0


def log_law(setting: Any, t: int, sign: int = 1, *, draw: bool = False) -> LogGammaSum:
    """Law of ±log(θ_t/θ_0), a sum of t independent log multipliers; with ``draw`` of one exponential number more."""
    if setting.sizes.constant:
        sizes, counts = np.array([setting.sizes(1)]), np.array([t])
    else:
        sizes, counts = np.unique(setting.sizes(np.arange(1, t + 1)), return_counts=True)
    shapes = sizes.astype(float)
    shift = -sign * float(np.sum(counts * np.log1p(-setting.family.ddof / shapes)))
    if draw:
        shapes, counts = np.append(shapes, 1.0), np.append(counts, 1)
    return LogGammaSum(shapes, counts, sign, shift)


def prove_moments() -> tuple[Check, ...]:
    """Moments of a gamma number over its divisor, by integrating its density."""
    import sympy

    from collapse_theory.symbols import ddof, n

    a, s, c = sympy.symbols("a s c", positive=True)
    x = sympy.Symbol("x", positive=True)
    integral = sympy.integrate((x / c) ** s * x ** (a - 1) * sympy.exp(-x) / sympy.gamma(a), (x, 0, sympy.oo))
    first, second, inverse = (sympy.gammasimp(step_moment(p)) for p in (1, 2, -1))
    return (
        *identity(integral, c ** (-s) * sympy.gamma(a + s) / sympy.gamma(a), "E W^s by integration"),
        Check("E W = n/(n − ddof)", sympy.simplify(first - n / (n - ddof)) == 0),
        Check("E W² = n(n + 1)/(n − ddof)²", sympy.simplify(second - n * (n + 1) / (n - ddof) ** 2) == 0),
        Check("E 1/W = (n − ddof)/(n − 1)", sympy.simplify(inverse - (n - ddof) / (n - 1)) == 0),
    )


def prove_drift() -> tuple[Check, ...]:
    """The drift as derivative of the moment function at 0, the variance as the second one, and their sums."""
    import sympy

    from collapse_theory.symbols import t

    a, c, s = sympy.symbols("a c s", positive=True)
    log_g = sympy.log(sympy.gamma(a + s)) - sympy.log(sympy.gamma(a)) - s * sympy.log(c)
    first = sympy.diff(log_g, s).subs(s, 0) - sympy.digamma(a) + sympy.log(c)
    second = sympy.diff(log_g, s, 2).subs(s, 0) - sympy.polygamma(1, a)
    step = drift_formula()
    return (
        Check("E log W = ψ(n) − log(n − ddof)", sympy.simplify(first) == 0),
        Check("Var log W = ψ'(n)", sympy.simplify(second) == 0),
        *proved_by_induction(t * step, t, 0 * t, lambda now: now + step, "E log θ_t/θ_0"),
    )
