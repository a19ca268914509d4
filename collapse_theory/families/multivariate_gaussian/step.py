r"""One refit in d dimensions: the squared pivots of Bartlett's factor and what follows from them.

The factor of a Wishart matrix with :math:`m = n-1` degrees of freedom is lower triangular with independent
:math:`T_{ii}^2 \sim \chi^2_{n-i}`, i = 1 … d, and standard normals below. A product of such factors is triangular, its
diagonal the product of the diagonals. So the i-th pivot walks with the drift

.. math:: \lambda_i = E\log\frac{\chi^2_{n-i}}{n-\delta} = \psi\!\left(\tfrac{n-i}2\right) + \log\tfrac2{n-\delta} .
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from collapse_theory import schedules
from collapse_theory.gamma_ratios import digamma_minus_log
from collapse_theory.schedules import FORESEEN
from collapse_theory.theorem import Check, identity, in_mpmath

PAGE = "docs/theory/multivariate_gaussian"
Array = NDArray[np.float64]


def replaced(setting: Any) -> bool:
    """Replacement."""
    return bool(setting.tableau.replacement)


def replaced_constant(setting: Any) -> bool:
    """Replacement with one sample size."""
    return replaced(setting) and bool(setting.sizes.constant)


def regular(setting: Any) -> bool:
    """Replacement with more points than dimensions, always."""
    return replaced(setting) and setting.sizes.smallest_by(FORESEEN) > setting.family.dimension


def regular_constant(setting: Any) -> bool:
    """The same with one sample size."""
    return regular(setting) and bool(setting.sizes.constant)


def dimension(setting: Any) -> int:
    """Number d of coordinates."""
    return int(setting.family.dimension)


def additive(setting: Any, t: Any, term: Callable[[Any], Any]) -> Array:
    """Sum of term(n_s) over the generations s = 1 … t, for an array of t ≥ 1."""
    return schedules.additive(setting.sizes, np.asarray(t, dtype=np.int64), term)


def drift(setting: Any, i: int) -> Callable[[Any], Any]:
    """Drift of the i-th pivot's logarithm as a function of the sample size; −inf where there is no such direction.

    Written about the midpoint, ψ(x) − log(x − 1/2) + log((n − i − 1)/(n − δ)), which keeps its digits near δ = i + 1.
    """
    ddof = setting.family.ddof

    def at(n: Any) -> Any:
        several, one = n > i + 1, n == i + 1
        inside = np.where(several, n, i + 2.0)
        found = digamma_minus_log((inside - i) / 2, 0.5) + np.log((inside - i - 1) / (inside - ddof))
        near = np.abs(ddof - i - 1) < 0.5 * (inside - ddof)
        close = np.where(near, (ddof - i - 1) / (inside - ddof), 0.0)
        found = np.where(near, digamma_minus_log((inside - i) / 2, 0.5) + np.log1p(close), found)
        last = digamma_minus_log(0.5) + np.log(1 / np.where(one, n - ddof, 1.0))
        return np.where(several, found, np.where(one, last, -np.inf))

    return at


def volume_drift(setting: Any) -> Callable[[Any], Any]:
    """Drift of the log-determinant: the sum of all."""
    drifts = [drift(setting, i) for i in range(1, dimension(setting) + 1)]
    return lambda n: np.sum([one(n) for one in drifts], axis=0)


def log_mean_pivots(setting: Any) -> Callable[[Any], Any]:
    """Log of E det W, the sum of log((n − i)/(n − δ)); −inf for n ≤ d."""
    d, ddof = dimension(setting), setting.family.ddof

    def at(n: Any) -> Any:
        inside = np.where(n > d, n, d + 1.0)
        safe = np.where(inside > ddof, inside, ddof + 1.0)
        terms = [_log_share(safe - i, safe - ddof) for i in range(1, d + 1)]
        return np.where(n > d, np.sum(terms, axis=0), -np.inf)

    return at


def _log_share(part: Any, whole: Any) -> Any:
    """Log of a ratio, with the digits of a small difference from 1."""
    with np.errstate(invalid="ignore", divide="ignore"):
        away = (part - whole) / whole
        return np.where(np.abs(away) < 0.5, np.log1p(np.maximum(away, -0.5)), np.log(part / whole))


def exact_drift(setting: Any, i: int, n: int) -> Any:
    """Drift of the i-th pivot in mpmath."""
    import mpmath

    if n <= i:
        return -mpmath.inf
    return mpmath.digamma(mpmath.mpf(n - i) / 2) + mpmath.log(2 / (n - in_mpmath(setting.family.ddof)))


def exact_sum(setting: Any, t: int, term: Callable[[int], Any]) -> Any:
    """Sum of a term over generations 1 … t in mpmath; NoClosedForm for many generations of sizes that vary."""
    from collapse_theory.errors import NoClosedForm

    if setting.sizes.constant:
        return t * term(int(setting.sizes(1)))
    if t > 1000:
        raise NoClosedForm("terms of samples that vary are added up to 1000 generations")
    return sum(term(int(setting.sizes(s))) for s in range(1, t + 1))


def prove_pivots() -> tuple[Check, ...]:
    """Mean logarithm, moments and order of the squared pivots, by integrating the gamma density."""
    import sympy

    a, s, c = sympy.symbols("a s c", positive=True)
    x = sympy.Symbol("x", positive=True)
    density = x ** (a - 1) * sympy.exp(-x) / sympy.gamma(a)
    moment = sympy.integrate((2 * x / c) ** s * density, (x, 0, sympy.oo))
    claimed = (2 / c) ** s * sympy.gamma(a + s) / sympy.gamma(a)
    log_moment = sympy.expand_log(sympy.log(claimed), force=True)
    slope = sympy.expand_log(sympy.diff(log_moment, s).subs(s, 0) - sympy.digamma(a) - sympy.log(2 / c), force=True)
    spread = sympy.diff(log_moment, s, 2).subs(s, 0) - sympy.polygamma(1, a)
    return (
        *identity(moment, claimed, "E (χ²/c)^s = (2/c)^s Γ(a + s)/Γ(a), a = (n − i)/2"),
        Check("E log(χ²/c) = ψ(a) + log(2/c)", sympy.simplify(slope) == 0),
        Check("Var log(χ²/c) = ψ'(a)", sympy.simplify(spread) == 0),
        Check(
            "ψ grows, so the drifts descend: λ_1 > λ_2 > …",
            all(sympy.digamma(sympy.Rational(k + 1, 2)) > sympy.digamma(sympy.Rational(k, 2)) for k in range(1, 9)),
        ),
    )
