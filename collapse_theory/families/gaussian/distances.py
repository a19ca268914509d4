r"""What is known of the distances between model and source under replacement.

In units of the source, with v the fitted variance and d the error of the fitted mean,

.. math:: W_2^2 = d^2 + (\sqrt v-1)^2,\quad
          \mathrm{KL}(p_t\|p_0) = \tfrac12(v + d^2 - 1 - \log v),\quad
          \mathrm{KL}(p_0\|p_t) = \tfrac12\left(\tfrac{1+d^2}{v} - 1 + \log v\right).

The numeric forms below are sums of positive terms, so that nothing cancels when t/n is small.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from collapse_theory.families.gaussian import direct_sums
from collapse_theory.families.gaussian.ladder import Polynomial, log_std_of, polynomial, std_of
from collapse_theory.families.gaussian.location import squared_error_std_limit, student_limit
from collapse_theory.families.gaussian.step import (
    additive,
    below_critical,
    drift,
    log_divisor,
    log_expm1,
    log_expm1_minus,
    log_law,
    log_moment,
    replaced,
    replaced_constant,
    settles,
    shape,
    step_moment,
)
from collapse_theory.gamma_ratios import digamma_minus_log, log_geometric_sum
from collapse_theory.laws import Squared, affine_of
from collapse_theory.theorem import Order, Theorem

PAGE = "docs/theory/distances"
HALF = "1/2"
WASSERSTEIN = polynomial((1, 0, 1, 0), (1, 1, 0, 0), (-2, HALF, 0, 0), (1, 0, 0, 0))
KL_MODEL_SOURCE = polynomial((HALF, 1, 0, 0), (HALF, 0, 1, 0), ("-1/2", 0, 0, 0), ("-1/2", 0, 0, 1))
KL_SOURCE_MODEL = polynomial((HALF, -1, 0, 0), (HALF, -1, 1, 0), ("-1/2", 0, 0, 0), (HALF, 0, 0, 1))


def _summed(ratio: Any, t: Any, first: int) -> Any:
    """Σ ratio^j over j = first … t − 1 + first, valid at ratio = 1 too."""
    import sympy

    power = sympy.Piecewise((t, sympy.Eq(ratio, 1)), ((ratio**t - 1) / (ratio - 1), True))
    return ratio**first * power


def _wasserstein_formula(setting: Any) -> Any:
    import sympy

    from collapse_theory.symbols import n, sigma0, t

    r, g = step_moment(sympy.Integer(1)).gammasimp(), step_moment(sympy.Rational(1, 2))
    return sigma0**2 * (_summed(r, t, 0) / n + r**t - 2 * g**t + 1)


def _log_wasserstein(setting: Any, t: Any) -> Any:
    grown = np.asarray(setting.sd.mean.log(t)) - np.log(setting.family.sd)
    with np.errstate(divide="ignore"):
        missing = np.where(grown > 0, log_expm1(np.abs(grown)), np.log(-np.expm1(np.minimum(grown, 0.0))))
    between = 2 * np.asarray(setting.sd.std.log(t))
    located = np.asarray(setting.squared_location_error.mean.log(t))
    return np.logaddexp.reduce([located, between, np.log(setting.family.spread) + 2 * missing])


def _wasserstein_limit(setting: Any) -> float:
    settles(setting)
    if setting.family.ddof >= 1:
        return float(np.inf)
    return float(setting.squared_location_error.mean.limit + setting.family.spread)


def _kl_model_formula(setting: Any) -> Any:
    import sympy

    from collapse_theory.symbols import ddof, n, t

    r = (n - 1) / (n - ddof)
    log_drift = sympy.digamma((n - 1) / sympy.Integer(2)) + sympy.log(2 / (n - ddof))
    return (r**t + _summed(r, t, 0) / n - 1 - t * log_drift) / 2


def _log_kl_model(setting: Any, t: Any) -> Any:
    log_ratio = additive(setting, t, lambda n: log_divisor(setting, n))
    jensen = additive(setting, t, lambda n: -digamma_minus_log(shape(n)))
    located = np.asarray(setting.squared_location_error.mean.log(t)) - np.log(setting.family.spread)
    return np.logaddexp.reduce([log_expm1_minus(log_ratio), located, np.log(jensen)]) - np.log(2.0)


def _kl_model_slope(setting: Any) -> float:
    n, ddof = np.float64(setting.sizes(1)), setting.family.ddof
    if ddof > 1:
        return float(np.inf)
    return float(0.5 * ((1 / n if ddof == 1 else 0.0) - drift(setting)(n)))


def _kl_source_formula(setting: Any) -> Any:
    import sympy

    from collapse_theory.symbols import ddof, n, t

    h = (n - ddof) / (n - 3)
    log_drift = sympy.digamma((n - 1) / sympy.Integer(2)) + sympy.log(2 / (n - ddof))
    exact = (h**t + _summed(h, t, 1) / n - 1 + t * log_drift) / 2
    return sympy.Piecewise((0, sympy.Eq(t, 0)), (exact, n >= 4), (sympy.oo, True))


def _kl_source_parts(setting: Any, t: Any) -> tuple[Any, Any, Any]:
    """Log h^t, log of Σ h^j/n and the Jensen part; h = E W⁻¹, all sizes at least 4."""
    log_h = additive(setting, t, log_moment(setting, -1.0))
    jensen = additive(setting, t, lambda n: digamma_minus_log(shape(n), 1.0))
    if setting.sizes.constant:
        n = np.float64(setting.sizes(1))
        one = float(log_moment(setting, -1.0)(n))
        return log_h, one + log_geometric_sum(one, t) - np.log(n), jensen
    sizes = setting.sizes(np.arange(1, int(np.max(t)) + 1)).astype(float)
    steps = log_moment(setting, -1.0)(sizes)
    # E d²/v = Σ_i h_{i+1} … h_t / n_{i+1}: the recursion x' = h (x + 1/n).
    found, x = np.empty(len(sizes)), -np.inf
    for i, (step, size) in enumerate(zip(steps, sizes, strict=True)):
        x = step + np.logaddexp(x, -np.log(size))
        found[i] = x
    return log_h, found[np.asarray(t) - 1], jensen


def _log_kl_source(setting: Any, t: Any) -> Any:
    if setting.sizes.smallest_by(int(np.max(t))) < 4:
        return np.full(np.shape(t), np.inf)
    log_h, log_location, jensen = _kl_source_parts(setting, t)
    return np.logaddexp.reduce([log_expm1_minus(log_h), log_location, np.log(jensen)]) - np.log(2.0)


def _exponential(log_value: Any) -> Any:
    return lambda setting, t: np.exp(log_value(setting, t))


def _infinite(setting: Any) -> float:
    settles(setting)
    return np.inf


def _std(polynomial_: Polynomial, limit: Any, *, scaled: bool) -> dict[str, Any]:
    def scale(setting: Any) -> float:
        return float(setting.family.spread) if scaled else 1.0

    return {
        "limit": limit,
        "value": lambda setting, t: std_of(polynomial_, setting, t, scale(setting)),
        "log_value": lambda setting, t: log_std_of(polynomial_, setting, t, scale(setting)),
    }


def _collapsed(setting: Any, t: int) -> Any:
    """Law of W2² at a generation t at which the fitted sd is gone and the fitted mean stands still."""
    return affine_of(setting.squared_location_error.distribution(t), setting.family.spread, 1.0)


def _total_variation_after_one(setting: Any) -> float:
    """Mean total variation distance after one refit, by the trapezoidal rule over the fitted mean and log-variance."""
    from collapse_theory.families.gaussian.measures import total_variation

    n, law = int(setting.sizes(1)), log_law(setting, 1)
    z = np.linspace(-9, 9, 721)
    logs = law.mean + law.std * np.linspace(-10, 8, 721)
    weight = np.outer(law.pdf(logs) * (logs[1] - logs[0]), np.exp(-0.5 * z**2) / np.sqrt(2 * np.pi) * (z[1] - z[0]))
    log_sd = np.broadcast_to(logs[:, None] / 2, weight.shape)
    state = (z / np.sqrt(n) * np.exp(-np.maximum(log_sd, 0)), log_sd)
    return float(np.sum(weight * total_variation(setting.family, state)))


def _total_variation_constant() -> float:
    from scipy.integrate import quad

    value, _ = quad(
        lambda x: np.sqrt(1 + x**4) * np.exp(-(x**2) / 2) / np.sqrt(2 * np.pi), -40, 40, epsabs=1e-14, limit=200
    )
    return float(value / (2 * np.sqrt(np.pi)))


def _kl_slope_formula(setting: Any) -> Any:
    import sympy

    from collapse_theory.symbols import ddof, n

    log_drift = sympy.digamma((n - 1) / sympy.Integer(2)) + sympy.log(2 / (n - ddof))
    flat = sympy.Piecewise((sympy.oo, ddof > 1), (1 / n, sympy.Eq(ddof, 1)), (0, True))
    return (flat - log_drift) / 2


def _kl_growth_formula(setting: Any) -> Any:
    import sympy

    from collapse_theory.symbols import ddof, n

    return -sympy.digamma((n - 1) / sympy.Integer(2)) - sympy.log(2 / (n - ddof))


def _almost_sure_limits(setting: Any, t: Any) -> list[Any]:
    error = Squared(affine_of(student_limit(setting).base, 0.0, 1 / float(np.sqrt(2 - setting.family.ddof))))
    return [affine_of(error, setting.family.spread, setting.family.spread)] * np.size(t)


DISTANCES: tuple[Theorem, ...] = (
    Theorem(
        title="mean squared Wasserstein distance under replacement",
        quantity="wasserstein2_squared",
        statistic="mean",
        road="closed form",
        statement=r"E W_2^2 = E(\mu_t-\mu_0)^2 + \operatorname{Var}\sigma_t + (\sigma_0 - E\sigma_t)^2",
        conditions="replacement, plug-in; tends to 2σ_0² at ddof = 0, diverges for ddof ≥ 1",
        source="shumailov2024, SI eq. 6 is its leading term 3t/(2n); " + PAGE,
        holds=replaced,
        value=_exponential(_log_wasserstein),
        log_value=_log_wasserstein,
        formula=_wasserstein_formula,
        limit=_wasserstein_limit,
    ),
    Theorem(
        title="Nature paper's leading term of the mean squared Wasserstein distance",
        quantity="wasserstein2_squared",
        statistic="mean",
        road="asymptotic",
        statement=r"\tfrac32\sigma_0^2\sum_{i\le t} 1/n_i",
        conditions="replacement, ddof = 1, t ≪ n; for t ≫ n the slope is 1/n",
        source="shumailov2024, SI eq. 6",
        holds=lambda setting: replaced(setting) and setting.family.ddof == 1,
        value=lambda setting, t: 1.5 * setting.family.spread * additive(setting, t, lambda n: 1 / n),
        name="leading term",
        order=Order(1.0, along=lambda m: (m, 1)),
    ),
    Theorem(
        title="standard deviation over runs of the squared Wasserstein distance",
        quantity="wasserstein2_squared",
        statistic="std",
        road="exact numeric",
        statement=r"\sqrt{\operatorname{Var}\left(d^2 + (\sqrt v - 1)^2\right)}",
        conditions="replacement, plug-in, any sample sizes",
        source=PAGE,
        holds=replaced,
        reference=direct_sums.wasserstein,
        **_std(WASSERSTEIN, squared_error_std_limit, scaled=True),
    ),
    Theorem(
        title="almost-sure limit of the squared Wasserstein distance",
        quantity="wasserstein2_squared",
        statistic="almost_sure_limit",
        road="asymptotic",
        statement=r"W_2^2 \to \sigma_0^2 + (\mu_\infty-\mu_0)^2 < \infty",
        conditions="replacement with one sample size, below the critical divisor; the law returned is the large-n one",
        source=PAGE,
        holds=below_critical,
        value=_almost_sure_limits,
        name="student limit",
        order=Order(1.0, along=lambda m: (m, 20 * m), against=_collapsed, when=lambda setting: setting.family.ddof < 1),
    ),
    Theorem(
        title="mean of KL(model‖source) under replacement",
        quantity="kl_model_source",
        statistic="mean",
        road="closed form",
        statement=r"\tfrac12\left(r^t + M_t - 1 - t\,E\log W\right)",
        conditions="replacement, plug-in, n ≥ 2",
        source=PAGE,
        holds=replaced,
        value=_exponential(_log_kl_model),
        log_value=_log_kl_model,
        formula=_kl_model_formula,
        limit=_infinite,
    ),
    Theorem(
        title="slope of KL(model‖source)",
        quantity="kl_model_source",
        statistic="slope",
        road="closed form",
        statement=r"\lim \tfrac1t E\,\mathrm{KL} = \tfrac12\left(\tfrac1n[\delta=1] - E\log W\right)",
        conditions="replacement with one sample size, ddof ≤ 1; infinite above",
        source=PAGE,
        holds=replaced_constant,
        value=_kl_model_slope,
        formula=_kl_slope_formula,
    ),
    Theorem(
        title="standard deviation over runs of KL(model‖source)",
        quantity="kl_model_source",
        statistic="std",
        road="exact numeric",
        statement=r"\tfrac12\sqrt{\operatorname{Var}(v + d^2 - \log v)}",
        conditions="replacement, plug-in, any sample sizes",
        source=PAGE,
        holds=replaced,
        reference=direct_sums.kl_model_source,
        **_std(KL_MODEL_SOURCE, _infinite, scaled=False),
    ),
    Theorem(
        title="mean of KL(source‖model) under replacement",
        quantity="kl_source_model",
        statistic="mean",
        road="closed form",
        statement=r"\tfrac12\left(h^t + \tfrac1n\sum_{j\le t} h^j - 1 + t\,E\log W\right),"
        r"\quad h = \tfrac{n-\delta}{n-3}",
        conditions="replacement, plug-in; infinite for n ≤ 3",
        source=PAGE,
        holds=replaced,
        value=_exponential(_log_kl_source),
        log_value=_log_kl_source,
        formula=_kl_source_formula,
        limit=_infinite,
    ),
    Theorem(
        title="almost-sure growth rate of KL(source‖model)",
        quantity="kl_source_model",
        statistic="growth_rate",
        road="closed form",
        statement=r"\lim \tfrac1t \log\mathrm{KL} = -E\log W",
        conditions="replacement with one sample size, below the critical divisor",
        source=PAGE,
        holds=below_critical,
        value=lambda setting: -float(drift(setting)(np.float64(setting.sizes(1)))),
        formula=_kl_growth_formula,
    ),
    Theorem(
        title="standard deviation over runs of KL(source‖model)",
        quantity="kl_source_model",
        statistic="std",
        road="exact numeric",
        statement=r"\tfrac12\sqrt{\operatorname{Var}((1+d^2)/v + \log v)}",
        conditions="replacement, plug-in; infinite for n ≤ 5",
        source=PAGE,
        holds=replaced,
        reference=direct_sums.kl_source_model,
        **_std(KL_SOURCE_MODEL, _infinite, scaled=False),
    ),
    Theorem(
        title="mean total variation distance for small t/n",
        quantity="total_variation",
        statistic="mean",
        road="asymptotic",
        statement=r"E\,\mathrm{TV} \sim C\sqrt{t/n},"
        r"\quad C = \frac{E\sqrt{1+X^4}}{2\sqrt\pi} = 0.45428,\; X\sim N(0,1)",
        conditions="replacement, plug-in, t ≪ n",
        source=PAGE,
        holds=replaced,
        value=lambda setting, t: _total_variation_constant() * np.sqrt(additive(setting, t, lambda n: 1 / n)),
        name="small t/n",
        order=Order(1.0, along=lambda m: (m, 1), against=lambda setting, t: _total_variation_after_one(setting)),
    ),
)
