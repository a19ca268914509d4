r"""What is known of the distances between model and source under replacement.

With S the fitted covariance and u the error of the mean in units of the source, divergences do not depend on
:math:`\Sigma_0`: an affine map takes any source to the standard one and commutes with the fit.

.. math:: \mathrm{KL}(p_t\|p_0) = \tfrac12(\operatorname{tr} S + |u|^2 - d - \log\det S),\quad
          \mathrm{KL}(p_0\|p_t) = \tfrac12(\operatorname{tr} S^{-1} + u^\top S^{-1}u - d + \log\det S).

The numeric forms are sums of positive terms.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from collapse_theory.errors import NoClosedForm
from collapse_theory.families.multivariate_gaussian.step import (
    PAGE,
    additive,
    dimension,
    drift,
    exact_drift,
    exact_sum,
    regular,
    regular_constant,
    replaced,
    replaced_constant,
    volume_drift,
)
from collapse_theory.gamma_ratios import digamma_minus_log, expm1_minus, log_geometric_sum
from collapse_theory.schedules import FORESEEN
from collapse_theory.theorem import Check, Theorem, in_mpmath


def _log_expm1_minus(x: Any) -> Any:
    """log(e^x − 1 − x) without overflow; −inf at 0."""
    with np.errstate(divide="ignore"):
        return np.where(x > 40, x, np.log(expm1_minus(np.minimum(x, 41.0))))


def _jensen(setting: Any) -> Any:
    """Sum over the axes of log(m/2) − ψ((n − i)/2), all positive; infinite for n ≤ d."""
    d = dimension(setting)

    def at(n: Any) -> Any:
        inside = np.where(n > d, n, d + 1.0)
        terms = [-digamma_minus_log((inside - i) / 2) - np.log1p(-(i - 1) / (inside - 1)) for i in range(1, d + 1)]
        return np.where(n > d, np.sum(terms, axis=0), np.inf)

    return at


def _log_kl_model(setting: Any, t: Any) -> Any:
    d, ddof = dimension(setting), setting.family.ddof
    ratio = additive(setting, t, lambda n: np.log1p((ddof - 1) / (n - ddof)))
    located = np.asarray(setting.squared_location_error.mean.log(t)) - np.log(setting.family.spread)
    jensen = additive(setting, t, _jensen(setting))
    parts = [np.log(d) + _log_expm1_minus(ratio), np.log(d) + located, np.log(jensen)]
    return np.logaddexp.reduce(parts) - np.log(2.0)


def _kl_model_reference(setting: Any, t: int) -> Any:
    import mpmath

    d, ddof = dimension(setting), in_mpmath(setting.family.ddof)
    if t > 1000 and not setting.sizes.constant:
        raise NoClosedForm("terms of samples that vary are added up to 1000 generations")
    spread, error = _mean_moments(setting, t, lambda n: (n - 1) / (n - ddof), 0)
    volume = exact_sum(setting, t, lambda n: sum(exact_drift(setting, i, n) for i in range(1, d + 1)))
    return mpmath.inf if mpmath.isinf(volume) else (d * (spread + error - 1) - volume) / 2


def _mean_moments(setting: Any, t: int, ratio: Any, late: int) -> tuple[Any, Any]:
    """Product of the ratios over t generations, and Σ_s of ratios up to s − 1 (or from s on) over n_s, in mpmath."""
    import mpmath

    if setting.sizes.constant:
        n = mpmath.mpf(int(setting.sizes(1)))
        r = ratio(n)
        summed = t / n if r == 1 else (r**t - 1) / (r - 1) / n
        return r**t, summed * (r if late else 1)
    product, summed = mpmath.mpf(1), mpmath.mpf(0)
    for s in range(1, t + 1):
        n = mpmath.mpf(int(setting.sizes(s)))
        summed = ratio(n) * (summed + 1 / n) if late else summed + product / n
        product *= ratio(n)
    return product, summed


def _kl_model_slope(setting: Any) -> float:
    n, ddof, d = np.float64(setting.sizes(1)), setting.family.ddof, dimension(setting)
    if ddof > 1:
        return float(np.inf)
    return float(0.5 * ((d / n if ddof == 1 else 0.0) - volume_drift(setting)(n)))


def _kl_slope_reference(setting: Any, t: int) -> Any:
    import mpmath

    n, d, ddof = int(setting.sizes(1)), dimension(setting), setting.family.ddof
    if ddof > 1:
        return mpmath.inf
    located = mpmath.mpf(d) / n if ddof == 1 else 0
    return (located - sum(exact_drift(setting, i, n) for i in range(1, d + 1))) / 2


def _log_h(setting: Any) -> Any:
    """Log of E of the inverse of a pivot block, (n − δ)/(n − d − 2)."""
    d, ddof = dimension(setting), setting.family.ddof
    return lambda n: np.log1p((d + 2 - ddof) / (n - d - 2))


def _inverse_jensen(setting: Any) -> Any:
    """Sum over the axes of ψ((n − i)/2) − log((n − d − 2)/2), all positive."""
    d = dimension(setting)

    def at(n: Any) -> Any:
        terms = [digamma_minus_log((n - i) / 2, 0.5) + np.log1p((d + 1 - i) / (n - d - 2)) for i in range(1, d + 1)]
        return np.sum(terms, axis=0)

    return at


def _log_kl_source(setting: Any, t: Any) -> Any:
    d = dimension(setting)
    if setting.sizes.smallest_by(int(np.max(t))) < d + 3:
        return np.full(np.shape(t), np.inf)
    log_h, jensen = additive(setting, t, _log_h(setting)), additive(setting, t, _inverse_jensen(setting))
    if setting.sizes.constant:
        n = np.float64(setting.sizes(1))
        one = float(_log_h(setting)(n))
        located = one + log_geometric_sum(one, t) - np.log(n)
    else:
        sizes = setting.sizes(np.arange(1, int(np.max(t)) + 1)).astype(float)
        found, x = np.empty(len(sizes)), -np.inf
        for s, (step, size) in enumerate(zip(_log_h(setting)(sizes), sizes, strict=True)):
            x = step + np.logaddexp(x, -np.log(size))
            found[s] = x
        located = found[np.asarray(t) - 1]
    parts = [np.log(d) + _log_expm1_minus(log_h), np.log(d) + located, np.log(jensen)]
    return np.logaddexp.reduce(parts) - np.log(2.0)


def _kl_source_reference(setting: Any, t: int) -> Any:
    import mpmath

    d, ddof = dimension(setting), in_mpmath(setting.family.ddof)
    if setting.sizes.smallest_by(t) < d + 3:
        return mpmath.inf
    if t > 1000 and not setting.sizes.constant:
        raise NoClosedForm("terms of samples that vary are added up to 1000 generations")
    inverse, error = _mean_moments(setting, t, lambda n: (n - ddof) / (n - d - 2), 1)
    volume = exact_sum(setting, t, lambda n: sum(exact_drift(setting, i, n) for i in range(1, d + 1)))
    return (d * (inverse + error - 1) + volume) / 2


def _exponential(log_value: Any) -> Any:
    return lambda setting, t: np.exp(log_value(setting, t))


def _infinite(setting: Any) -> float:
    if not setting.sizes.constant and setting.sizes.reciprocal_sum_converges is not False:
        raise NoClosedForm("the limit under growing sample sizes has no closed form: evaluate at large t")
    return float(np.inf)


def _last(setting: Any) -> float:
    return float(drift(setting, dimension(setting))(np.float64(setting.sizes(1))))


def _least(setting: Any, t: Any) -> Any:
    """Tr Σ_0 [M + (1 − √V)²]."""
    spread = np.asarray(setting.watch("trace").mean(t)) / setting.family.spread
    error = np.asarray(setting.squared_location_error.mean(t))
    return error + setting.family.spread * (1 - np.sqrt(spread)) ** 2


def _most(setting: Any, t: Any) -> Any:
    """Tr Σ_0 [M + 1 + V]."""
    return (
        np.asarray(setting.squared_location_error.mean(t))
        + np.asarray(setting.watch("trace").mean(t))
        + setting.family.spread
    )


def _prove_inverse() -> tuple[Check, ...]:
    """E W⁻¹ = I/(m − d − 1) in two dimensions, from the moments of Bartlett's factor."""
    import sympy

    m = sympy.Symbol("m", positive=True)
    squared, inverse = m, 1 / (m - 2)  # E χ²_m and E 1/χ²_m
    last = inverse.subs(m, m - 1)  # E 1/χ²_{m−1}
    trace = inverse + last * (1 + inverse)  # tr (T T')⁻¹ = 1/T11² + (1 + T21²/T11²)/T22²
    return (
        Check("E tr W⁻¹ = 2/(m − 3), d = 2", sympy.simplify(trace - 2 / (m - 3)) == 0),
        Check("E χ²_m · E 1/χ²_m ≥ 1", sympy.simplify(squared * inverse - 1 - 2 / (m - 2)) == 0),
    )


def _prove_bounds() -> tuple[Check, ...]:
    """0 ≤ the overlap tr (Σ_0^{1/2} Σ Σ_0^{1/2})^{1/2} ≤ (tr Σ_0 tr Σ)^{1/2}, for axes that coincide."""
    import sympy

    a, b, c, d = sympy.symbols("a b c d", positive=True)
    gap = (a**2 + b**2) * (c**2 + d**2) - (a * c + b * d) ** 2
    return (Check("Cauchy: the gap is a square", sympy.expand(gap - (a * d - b * c) ** 2) == 0),)


def _bound(name: str, statement: str, value: Any) -> Theorem:
    return Theorem(
        title=f"{name} bound on the mean squared Wasserstein distance",
        quantity="wasserstein2_squared",
        statistic="mean",
        road="bound",
        statement=statement + r",\quad V = E\operatorname{tr}\Sigma_t/\operatorname{tr}\Sigma_0,\ "
        r"M = E|\mu_t-\mu_0|^2/\operatorname{tr}\Sigma_0",
        conditions="any regime; where V vanishes both bounds meet at tr Σ_0 (1 + M), which is 2 tr Σ_0 at ddof = 0",
        source=f"gelbrich1990; {PAGE}",
        holds=lambda setting: True,
        value=value,
        proof=_prove_bounds,
        name=name,
    )


DISTANCES: tuple[Theorem, ...] = (
    Theorem(
        title="mean of KL(model‖source) in d dimensions under replacement",
        quantity="kl_model_source",
        statistic="mean",
        road="closed form",
        statement=r"\tfrac12\left(d\,r^t + d\,M_t - d - t\sum_i\lambda_i\right),\quad r = \tfrac{n-1}{n-\delta},\ "
        r"M_t = \tfrac1n\sum_{s<t} r^s",
        conditions="replacement, any sample sizes and any source; infinite from the first n ≤ d on",
        source=PAGE,
        holds=replaced,
        value=_exponential(_log_kl_model),
        log_value=_log_kl_model,
        reference=_kl_model_reference,
        limit=lambda setting: (
            float(np.inf) if setting.sizes.smallest_by(FORESEEN) <= dimension(setting) else _infinite(setting)
        ),
    ),
    Theorem(
        title="slope of KL(model‖source) in d dimensions",
        quantity="kl_model_source",
        statistic="slope",
        road="closed form",
        statement=r"\lim\tfrac1t E\,\mathrm{KL} = \tfrac12\left(\tfrac dn[\delta = 1] - \sum_i\lambda_i\right)",
        conditions="replacement with one sample size, ddof ≤ 1; infinite above, and for n ≤ d",
        source=PAGE,
        holds=replaced_constant,
        value=_kl_model_slope,
        reference=_kl_slope_reference,
    ),
    Theorem(
        title="mean of KL(source‖model) in d dimensions under replacement",
        quantity="kl_source_model",
        statistic="mean",
        road="closed form",
        statement=r"\tfrac12\left(d\,h^t + \tfrac dn\sum_{j=1}^t h^j - d + t\sum_i\lambda_i\right),\quad "
        r"h = \tfrac{n-\delta}{n-d-2}",
        conditions="replacement, any source; infinite for n < d + 3",
        source=PAGE,
        holds=replaced,
        value=_exponential(_log_kl_source),
        log_value=_log_kl_source,
        reference=_kl_source_reference,
        limit=lambda setting: (
            float(np.inf) if setting.sizes.smallest_by(FORESEEN) < dimension(setting) + 3 else _infinite(setting)
        ),
        proof=_prove_inverse,
    ),
    Theorem(
        title="almost-sure growth rate of KL(source‖model) in d dimensions",
        quantity="kl_source_model",
        statistic="growth_rate",
        road="closed form",
        statement=r"\lim\tfrac1t\log\mathrm{KL} = -\lambda_d",
        conditions="replacement with one sample size above d at which the smallest axis collapses, λ_d < 0",
        source=PAGE,
        holds=lambda setting: regular_constant(setting) and _last(setting) < 0,
        value=lambda setting: -_last(setting),
        reference=lambda setting, t: -exact_drift(setting, dimension(setting), int(setting.sizes(1))),
    ),
    _bound("least", r"E\,W_2^2 \ge \operatorname{tr}\Sigma_0\left[M + (1-\sqrt V)^2\right]", _least),
    _bound("most", r"E\,W_2^2 \le \operatorname{tr}\Sigma_0\left[M + 1 + V\right]", _most),
)

__all__ = ["DISTANCES", "regular"]
