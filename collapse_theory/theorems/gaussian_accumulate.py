r"""The Gaussian family under accumulation: independent factors for the variance, hence exact spreads over runs.

.. math:: R_j = \frac{(N_{j-1}-\delta) + \chi^2_{n_j-1} + w_j\chi^2_1}{N_j-\delta},\quad w_j = N_{j-1}/N_j

(for j = 1 the first term is absent). The :math:`\chi^2_1 = Z^2` is the very normal that moves the mean, by
:math:`\sigma_{j-1} Z\sqrt{n_j}/N_j`. Moments of :math:`\sqrt{R_j}` and :math:`\log R_j` come from the Laplace transform
of :math:`R_j` as the gap that Jensen's inequality leaves.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from collapse_theory.errors import NoClosedForm
from collapse_theory.families import Gaussian
from collapse_theory.gamma_ratios import expm1_minus
from collapse_theory.random_walk.jensen_gap import log_gap, relative_root_gap
from collapse_theory.theorem import Check, Theorem
from collapse_theory.theorems.raw_points import std_reference

PAGE = "docs/theory/accumulate"
Array = NDArray[np.float64]


def holds(setting: Any) -> bool:
    """A plug-in Gaussian on the whole pool."""
    plug_in = isinstance(setting.family, Gaussian) and setting.family.two_moments
    return bool(plug_in and setting.tableau.accumulation)


def _factors(setting: Any, last: int) -> tuple[Array, Array, Array, Array]:
    """Carried constant, degrees of freedom, weight w and divisor of every factor 1 … last."""
    t = np.arange(1, last + 1)
    added = setting.sizes(t).astype(float)
    total = np.cumsum(added)
    before = total - added
    ddof = setting.family.ddof
    carried = np.where(before > 0, before - ddof, 0.0)
    return carried, added - 1, before / total, total - ddof


def _log_excess(setting: Any, last: int) -> Array:
    """Log of E σ_t⁴/(E σ_t²)² for t = 1 … last."""
    carried, df, weight, _ = _factors(setting, last)
    relative = 2 * (df + weight**2) / (carried + df + weight) ** 2
    return np.asarray(np.cumsum(np.log1p(relative)))


def _variance_std(setting: Any, t: Any) -> Any:
    mean = np.asarray(setting.variance.mean(t))
    return mean * np.sqrt(np.expm1(_log_excess(setting, int(np.max(t)))[np.asarray(t) - 1]))


def _squared_error_std(setting: Any, t: Any) -> Any:
    """From E d⁴, E d²v, E v², advanced together; in units of the source."""
    last = int(np.max(t))
    carried, df, weight, divisor = _factors(setting, last)
    generations = np.arange(1, last + 1)
    added = setting.sizes(generations).astype(float)
    shift = added / np.cumsum(added) ** 2
    first = (carried + df + weight) / divisor
    with_square = (carried + df + 3 * weight) / divisor
    second = ((carried + df + weight) ** 2 + 2 * df + 2 * weight**2) / divisor**2
    fourth, cross, square, v, m = 0.0, 0.0, 1.0, 1.0, 0.0
    found = np.empty(last)
    for j in range(last):
        fourth += 6 * shift[j] * cross + 3 * shift[j] ** 2 * square
        cross = first[j] * cross + shift[j] * with_square[j] * square
        square *= second[j]
        m += shift[j] * v
        v *= first[j]
        found[j] = fourth - m * m
    return setting.family.spread * np.sqrt(np.maximum(found, 0.0))[np.asarray(t) - 1]


def _log_sd(setting: Any, t: Any) -> Any:
    steps = np.cumsum(np.log1p(-relative_root_gap(*_factors(setting, int(np.max(t)))[:3])))
    return 0.5 * np.asarray(setting.variance.mean.log(t)) + steps[np.asarray(t) - 1]


def _sd(setting: Any, t: Any) -> Any:
    return np.exp(_log_sd(setting, t))


def _log_variance(setting: Any, t: Any) -> Any:
    return np.asarray(setting.variance.mean.log(t)) - _jensen(setting, t)


def _jensen(setting: Any, t: Any) -> Any:
    """Log E σ_t² − E log σ_t², a sum of positive gaps."""
    return np.cumsum(log_gap(*_factors(setting, int(np.max(t)))[:3]))[np.asarray(t) - 1]


def _wasserstein(setting: Any, t: Any) -> Any:
    mean, missing = np.asarray(setting.sd.mean.log(t)), np.asarray(setting.variance.mean.log(t))
    spread = np.exp(missing) * -np.expm1(2 * mean - missing)
    short = setting.family.sd * np.expm1(mean - np.log(setting.family.sd))
    return np.asarray(setting.squared_location_error.mean(t)) + spread + short**2


def _kl_model_source(setting: Any, t: Any) -> Any:
    log_ratio = np.asarray(setting.variance.mean.log(t)) - np.log(setting.family.spread)
    error = np.asarray(setting.squared_location_error.mean(t)) / setting.family.spread
    return 0.5 * (expm1_minus(log_ratio) + error + _jensen(setting, t))


def _prove_factors() -> tuple[Check, ...]:
    """Moments of one factor, against moments of chi-squares."""
    import sympy

    c, df, w = sympy.symbols("c k w", positive=True)
    # E Q = k, E Q² = k(k + 2), E Z² = 1, E Z⁴ = 3 for Q, Z independent.
    second = c**2 + df * (df + 2) + 3 * w**2 + 2 * c * df + 2 * c * w + 2 * df * w
    return (
        Check("E X² = (c + k + w)² + 2k + 2w²", sympy.expand(second - (c + df + w) ** 2 - 2 * df - 2 * w**2) == 0),
        Check("E Z²X = c + k + 3w", sympy.expand(c + df + 3 * w - (c * 1 + df * 1 + w * 3)) == 0),
    )


DOUBLINGS = range(5, 13)


def _limit(value: Any) -> Any:
    """Limit of a curve with an expansion in powers of 1/t, by Richardson's extrapolation from t = 32, 64, … 4096."""

    def limit(setting: Any) -> float:
        if not setting.sizes.constant:
            raise NoClosedForm("the limit under growing sample sizes has no closed form: evaluate at large t")
        table = np.asarray(value(setting, np.array([2**k for k in DOUBLINGS])))
        for order in range(1, len(table)):
            table = table[1:] + (table[1:] - table[:-1]) / (2**order - 1)
        return float(table[0])

    return limit


GAUSSIAN_ACCUMULATE: tuple[Theorem, ...] = (
    Theorem(
        title="standard deviation over runs of the variance under accumulation",
        quantity="variance",
        statistic="std",
        road="recurrence",
        statement=r"E\,\sigma_t^2\sqrt{\prod_j\left(1 + \frac{2(n_j-1) + 2w_j^2}"
        r"{(N_{j-1}-\delta+n_j-1+w_j)^2}\right) - 1}",
        conditions="Gaussian, accumulation, any sample sizes",
        source=PAGE,
        holds=holds,
        value=_variance_std,
        reference=std_reference(1, 0),
        limit=_limit(_variance_std),
        proof=_prove_factors,
    ),
    Theorem(
        title="standard deviation over runs of the squared location error under accumulation",
        quantity="squared_location_error",
        statistic="std",
        road="recurrence",
        statement=r"\sqrt{E d^4 - (E d^2)^2} \text{ from } (E d^4,\,E d^2 v,\,E v^2)",
        conditions="Gaussian, accumulation, any sample sizes",
        source=PAGE,
        holds=holds,
        value=_squared_error_std,
        reference=std_reference(0, 1),
        limit=_limit(_squared_error_std),
        proof=_prove_factors,
    ),
    Theorem(
        title="mean sd under accumulation",
        quantity="sd",
        statistic="mean",
        road="exact numeric",
        statement=r"E\,\sigma_t = \sigma_0\prod_j E\sqrt{R_j}",
        conditions="Gaussian, accumulation, any sample sizes",
        source=PAGE,
        holds=holds,
        value=_sd,
        limit=_limit(_sd),
        log_value=_log_sd,
    ),
    Theorem(
        title="mean log-variance under accumulation",
        quantity="log_variance",
        statistic="mean",
        road="exact numeric",
        statement=r"E\log\sigma_t^2 = \log\sigma_0^2 + \sum_j E\log R_j",
        conditions="Gaussian, accumulation, any sample sizes",
        source=PAGE,
        holds=holds,
        value=_log_variance,
        limit=_limit(_log_variance),
    ),
    Theorem(
        title="mean squared Wasserstein distance under accumulation",
        quantity="wasserstein2_squared",
        statistic="mean",
        road="exact numeric",
        statement=r"E W_2^2 = M_t + V_t + \sigma_0^2 - 2\sigma_0 E\sigma_t"
        r"\;(= 2\sigma_0(\sigma_0 - E\sigma_t)\text{ at }\delta=0)",
        conditions="Gaussian, accumulation, any sample sizes",
        source=PAGE,
        holds=holds,
        value=_wasserstein,
        limit=_limit(_wasserstein),
    ),
    Theorem(
        title="mean of KL(model‖source) under accumulation",
        quantity="kl_model_source",
        statistic="mean",
        road="exact numeric",
        statement=r"\tfrac12\left(V_t/\sigma_0^2 + M_t/\sigma_0^2 - 1 - E\log(\sigma_t^2/\sigma_0^2)\right)",
        conditions="Gaussian, accumulation, any sample sizes",
        source=PAGE,
        holds=holds,
        value=_kl_model_source,
        limit=_limit(_kl_model_source),
    ),
)
