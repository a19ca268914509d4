r"""One refit: the multiplier W of the variance, its moments and the law of a product of them.

Plug-in: :math:`W = \chi^2_{n-1}/(n-\delta)`, so with :math:`a = (n-1)/2`

.. math:: \log E W^s = \log\frac{\Gamma(a+s)}{\Gamma(a)\,a^s} + s\log\frac{n-1}{n-\delta}.

Posterior: :math:`W \sim F(n-1,n-1)`, a ratio of two such chi-squares, with drift exactly 0.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from collapse_theory import schedules
from collapse_theory.errors import NoClosedForm
from collapse_theory.gamma_ratios import (
    digamma_minus_log,
    expm1_minus,
    log_gamma_midpoint,
    log_gamma_ratio,
    log_quotient,
)
from collapse_theory.random_walk.log_gamma_sum import LogGammaSum
from collapse_theory.theorem import Check, Setting, identity, proved_by_induction

Array = NDArray[np.float64]

AT_CRITICAL = 4e-15
"""Relative distance of a divisor from the critical one at which rounding can no longer tell them apart."""


def plug_in(setting: Setting) -> bool:
    """Whether the fit is plugged in."""
    return bool(setting.family.estimator == "plug-in")


def replaced(setting: Setting) -> bool:
    """Whether every fit sees the newest model's points only, and is plugged in."""
    return plug_in(setting) and bool(setting.tableau.replacement)


def replaced_constant(setting: Setting) -> bool:
    """The same, with one sample size for all generations."""
    return replaced(setting) and setting.sizes.constant


def refitted(setting: Setting) -> bool:
    """Plain replacement, whichever way the fit is used."""
    return bool(setting.tableau.replacement)


def additive(setting: Setting, t: Any, term: Callable[[Any], Any]) -> Array:
    """Sum of term(n_i) over the generations i = 1 … t, for an array of t ≥ 1."""
    return schedules.additive(setting.sizes, np.asarray(t, dtype=np.int64), term)


def step_moment(s: Any, setting: Any = None) -> Any:
    """G(s) = E W^s as a sympy expression in n and ddof, of the plug-in multiplier unless the setting says otherwise."""
    import sympy

    from collapse_theory.symbols import ddof, n

    a = (n - 1) / sympy.Integer(2)
    if setting is not None and not plug_in(setting):
        return sympy.gamma(a + s) * sympy.gamma(a - s) / sympy.gamma(a) ** 2
    return (2 / (n - ddof)) ** s * sympy.gamma(a + s) / sympy.gamma(a)


def drift_formula(setting: Any) -> Any:
    """E log W as a sympy expression in n and ddof."""
    import sympy

    from collapse_theory.symbols import ddof, n

    if setting is not None and not plug_in(setting):
        return sympy.Integer(0)
    return sympy.digamma((n - 1) / sympy.Integer(2)) + sympy.log(2 / (n - ddof))


def abstract_moment() -> tuple[Any, Any, Any, Any]:
    """G(s) in the shape a = (n − 1)/2 and the divisor c = n − ddof, with its letters."""
    import sympy

    a, s, c = sympy.symbols("a s c", positive=True)
    return (2 / c) ** s * sympy.gamma(a + s) / sympy.gamma(a), a, s, c


def prove_step_moment() -> tuple[Check, ...]:
    """The moment of a chi-square over its divisor, by integrating the gamma density."""
    import sympy

    from collapse_theory.symbols import ddof, n

    claimed, a, s, c = abstract_moment()
    x = sympy.Symbol("x", positive=True)
    integral = sympy.integrate((2 * x / c) ** s * x ** (a - 1) * sympy.exp(-x) / sympy.gamma(a), (x, 0, sympy.oo))
    put_in = {a: (n - 1) / sympy.Integer(2), c: n - ddof}
    first = sympy.gammasimp(claimed.subs(s, 1)).subs(put_in) - (n - 1) / (n - ddof)
    second = sympy.gammasimp(claimed.subs(s, 2)).subs(put_in) - (n - 1) * (n + 1) / (n - ddof) ** 2
    return (
        *identity(integral, claimed, "E W^s by integration of the gamma density"),
        Check("E W = (n − 1)/(n − ddof)", sympy.simplify(first) == 0),
        Check("E W² = (n − 1)(n + 1)/(n − ddof)²", sympy.simplify(second) == 0),
    )


def log_mean_formula(setting: Any) -> Any:
    """E log σ_t² as a sympy expression."""
    import sympy

    from collapse_theory.symbols import sigma0, t

    return 2 * sympy.log(sigma0) + t * drift_formula(setting)


def prove_drift() -> tuple[Check, ...]:
    """The drift as derivative of the moment function at 0, and the variance as the second one."""
    import sympy

    from collapse_theory.symbols import sigma0, t

    moment, a, s, c = abstract_moment()
    log_g = sympy.expand_log(sympy.log(moment), force=True)
    first = sympy.diff(log_g, s).subs(s, 0) - sympy.digamma(a) - sympy.log(2 / c)
    second = sympy.diff(log_g, s, 2).subs(s, 0) - sympy.polygamma(1, a)
    start = 2 * sympy.log(sigma0)
    step = drift_formula(None)
    return (
        Check("E log W = d/ds log G at 0", sympy.simplify(sympy.expand_log(first, force=True)) == 0),
        Check("Var log W = d²/ds² log G at 0 = ψ'((n − 1)/2)", sympy.simplify(second) == 0),
        *proved_by_induction(log_mean_formula(None), t, start, lambda now: now + step, "E log σ_t²"),
    )


def log_expm1(x: Any) -> Any:
    """log(e^x − 1) for x > 0, without overflow; −inf at 0."""
    x = np.asarray(x, dtype=float)
    with np.errstate(divide="ignore"):
        return np.where(x > 30, x + np.log1p(-np.exp(-np.maximum(x, 30))), np.log(np.expm1(np.minimum(x, 31))))


def log_expm1_minus(x: Any) -> Any:
    """log(e^x − 1 − x) for any real x, without overflow; −inf at 0."""
    x = np.asarray(x, dtype=float)
    with np.errstate(divide="ignore"):
        return np.where(x > 40, x, np.log(expm1_minus(np.minimum(x, 41))))


def shape(n: Any) -> Any:
    """Shape a = (n − 1)/2 of the chi-square's gamma law."""
    return (n - 1) / 2


def log_divisor(setting: Setting, n: Any) -> Any:
    """log((n − 1)/(n − ddof)), the log of the mean multiplier; 0 for the posterior."""
    ddof = setting.family.ddof
    return log_quotient(n - 1, n - ddof, ddof - 1)


def log_moment(setting: Setting, s: float) -> Callable[[Any], Any]:
    r"""Log E W^s as a function of the sample size; infinite where the moment is.

    Written about the midpoint, :math:`\log\frac{\Gamma(a+s)}{\Gamma(a)} - s\log(a+\frac{s-1}2) +
    s\log\left(1+\frac{\delta+s-2}{n-\delta}\right)`, it keeps its digits where it nearly vanishes (s = 1/2 at
    ddof = 3/2); the first two, which are rational, are written as such.
    """

    def at(n: Any) -> Any:
        a = shape(n)
        if not plug_in(setting):
            inside = np.where((a + s > 0) & (a - s > 0), s, 0.0)
            both = log_gamma_ratio(a, inside) + log_gamma_ratio(a, -inside)
            return np.where((a + s > 0) & (a - s > 0), both, np.inf)
        inside, ddof = np.where(a + s > 0, s, 0.0), setting.family.ddof
        if s == 1:
            return log_divisor(setting, n)
        if s == 2:
            return log_quotient((n - 1) * (n + 1), (n - ddof) ** 2, 2 * n * ddof - ddof**2 - 1)
        if np.all(n + s > 50):
            value = log_gamma_midpoint(a, inside) + s * log_quotient(n + s - 2, n - ddof, ddof + s - 2)
        else:
            value = log_gamma_ratio(a, inside) + s * log_divisor(setting, n)
        return np.where(a + s > 0, value, np.inf)

    return at


def log_relative_second_moment(setting: Setting, s: float) -> Callable[[Any], Any]:
    """log(E W^{2s} / (E W^s)²) as a function of the sample size, without cancellation of the divisor."""

    def at(n: Any) -> Any:
        a = shape(n)
        if plug_in(setting):
            return log_gamma_ratio(a, 2 * s) - 2 * log_gamma_ratio(a, s)
        return np.where(
            a <= 2 * s, np.inf, log_moment(setting, 2 * s)(n) - 2 * log_moment(setting, min(s, 0.9 * a.min()))(n)
        )

    return at


def drift(setting: Setting) -> Callable[[Any], Any]:
    """Log-drift E log W as a function of the sample size."""

    def at(n: Any) -> Any:
        if not plug_in(setting):
            return np.zeros_like(n)
        if np.all(n > 2) and abs(setting.family.ddof - 2) < 1:
            beyond = (setting.family.ddof - 2) / (n - setting.family.ddof)
            return digamma_minus_log(shape(n), 0.5) + np.log1p(beyond)
        return digamma_minus_log(shape(n)) + log_divisor(setting, n)

    return at


def drift_sign(setting: Any) -> float:
    """Sign of the log-variance's drift as t grows, or 0 where it wanders; raises where it converges."""
    sizes = setting.sizes
    if sizes.constant:
        n, ddof = float(sizes(1)), setting.family.ddof
        rate = float(drift(setting)(np.float64(n)))
        return 0.0 if abs(rate) * (n - ddof) < AT_CRITICAL * max(1.0, abs(ddof)) else float(np.sign(rate))
    if sizes.reciprocal_sum_converges is None:
        raise NoClosedForm(f"{sizes!r}: a custom schedule has no theorem about t → ∞")
    if sizes.reciprocal_sum_converges:
        raise NoClosedForm(
            f"{sizes!r}: the log-variance has a random limit whose law has no closed form: evaluate at large t"
        )
    if not plug_in(setting):
        return 0.0
    return float(np.sign(setting.family.ddof - 2)) or _second_order_sign(sizes)


def _second_order_sign(sizes: Any) -> float:
    """Sign at ddof = 2, where the drift is 1/(6n²): with n_t ~ t^p it beats the noise of variance 2/n for p < 1/3."""
    exponent = getattr(sizes, "exponent", 1.0)
    if exponent == 1 / 3:
        raise NoClosedForm(f"{sizes!r}: at ddof = 2 drift and noise are of one order, and no theorem decides")
    return 1.0 if exponent < 1 / 3 else 0.0


def settles(setting: Any) -> None:
    """NoClosedForm unless the sample sizes are constant or the sum of their reciprocals is known to diverge."""
    if not setting.sizes.constant and setting.sizes.reciprocal_sum_converges is not False:
        raise NoClosedForm(f"{setting.sizes!r}: the limit under growing sample sizes has no closed form: use large t")


def below_critical(setting: Any) -> bool:
    """Plain replacement with one sample size, by a plug-in fit whose every run collapses."""
    return replaced_constant(setting) and float(drift(setting)(np.float64(setting.sizes(1)))) < 0


def log_law(setting: Setting, t: int, *, draw: bool = False) -> LogGammaSum:
    """Law of log(σ_t²/σ_0²), the sum of t independent log multipliers.

    With ``draw`` the law of log((X − μ_t)²/σ_0²) for a draw X of the model: one more summand, a log χ²_1.
    """
    if setting.sizes.constant:
        sizes, counts = np.array([setting.sizes(1)]), np.array([t])
    else:
        sizes, counts = np.unique(setting.sizes(np.arange(1, t + 1)), return_counts=True)
    shapes, signs = shape(sizes.astype(float)), np.ones(len(sizes))
    shift = 0.0
    if plug_in(setting):
        shift = float(np.sum(counts * log_divisor(setting, sizes.astype(float))))
    else:
        shapes, counts, signs = np.tile(shapes, 2), np.tile(counts, 2), np.concatenate([signs, -signs])
    if draw:
        shapes, counts, signs = np.append(shapes, 0.5), np.append(counts, 1), np.append(signs, 1.0)
    return LogGammaSum(shapes, counts, signs, shift)
