r"""What is known of the volume under replacement: the log-determinant is an exact random walk.

:math:`\det\Sigma_t = \det\Sigma_{t-1}\prod_{i=1}^d \chi^2_{n-i}/(n-\delta)` with independent chi-squares, so the
log-determinant is a sum of td independent log chi-squares, and its law is inverted from its moment function exactly.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from collapse_theory.errors import NoClosedForm
from collapse_theory.families.multivariate_gaussian.step import (
    PAGE,
    additive,
    dimension,
    exact_drift,
    exact_sum,
    log_mean_pivots,
    prove_pivots,
    regular,
    regular_constant,
    replaced,
    replaced_constant,
    volume_drift,
)
from collapse_theory.laws import affine_of, exponential_of
from collapse_theory.random_walk.log_gamma_sum import LogGammaSum
from collapse_theory.random_walk.step import carried_by_top
from collapse_theory.schedules import FORESEEN
from collapse_theory.theorem import Theorem, in_mpmath

ANY = "replacement, any sample sizes; −∞ from the first n ≤ d on"
REGULAR = "replacement, sample sizes above d"


def _start(setting: Any) -> float:
    return float(setting.family.covariance.log_determinant)


def _log_mean(setting: Any, t: Any) -> Any:
    return _start(setting) + additive(setting, t, volume_drift(setting))


def _log_mean_reference(setting: Any, t: int) -> Any:
    d = dimension(setting)
    return in_mpmath(_start(setting)) + exact_sum(
        setting, t, lambda n: sum(exact_drift(setting, i, n) for i in range(1, d + 1))
    )


def _goes_to(setting: Any, rate: Callable[[Any], Any], critical: float) -> float:
    """Sign of the growth in the end: of the rate, or for growing samples of ddof less its critical value."""
    sizes = setting.sizes
    if sizes.smallest_by(FORESEEN) <= dimension(setting):
        return -1.0
    if sizes.constant:
        return float(np.sign(rate(np.float64(sizes(1)))))
    away = setting.family.ddof - critical
    if sizes.reciprocal_sum_converges is not False or away == 0:
        raise NoClosedForm("the limit under growing sample sizes has no closed form: evaluate at large t")
    return float(np.sign(away))


def _log_mean_limit(setting: Any) -> float:
    sign = _goes_to(setting, volume_drift(setting), (dimension(setting) + 3) / 2)
    return float(sign * np.inf) if sign else _start(setting)


def _infinite(setting: Any) -> float:
    if not setting.sizes.constant and setting.sizes.reciprocal_sum_converges is not False:
        raise NoClosedForm("the limit under growing sample sizes has no closed form: evaluate at large t")
    return float(np.inf)


def _log_variance(setting: Any) -> Any:
    from scipy.special import polygamma

    d = dimension(setting)
    return lambda n: np.sum([polygamma(1, (n - i) / 2) for i in range(1, d + 1)], axis=0)


def _log_std_reference(setting: Any, t: int) -> Any:
    import mpmath

    d = dimension(setting)
    return mpmath.sqrt(
        exact_sum(setting, t, lambda n: sum(mpmath.psi(1, mpmath.mpf(n - i) / 2) for i in range(1, d + 1)))
    )


def _mean_of_determinant(setting: Any, t: Any) -> Any:
    return _start(setting) + additive(setting, t, log_mean_pivots(setting))


def _excess(setting: Any) -> Any:
    d = dimension(setting)
    return lambda n: np.sum([np.log1p(2 / (n - i)) for i in range(1, d + 1)], axis=0)


def _std_of_determinant(setting: Any, t: Any) -> Any:
    excess = additive(setting, t, _excess(setting))
    return _mean_of_determinant(setting, t) + 0.5 * (excess + np.log(-np.expm1(-excess)))


def _determinant_reference(setting: Any, t: int, power: int = 1) -> Any:
    import mpmath

    d, ddof = dimension(setting), in_mpmath(setting.family.ddof)

    def term(n: int) -> Any:
        if n <= d:
            return -mpmath.inf
        pivots = [mpmath.mpf(n - i) * (n - i + 2 if power == 2 else 1) for i in range(1, d + 1)]
        return sum(mpmath.log(pivot / (n - ddof) ** power) for pivot in pivots)

    return mpmath.exp(power * in_mpmath(_start(setting)) + exact_sum(setting, t, term))


def _determinant_std_reference(setting: Any, t: int) -> Any:
    import mpmath

    return mpmath.sqrt(_determinant_reference(setting, t, 2) - _determinant_reference(setting, t) ** 2)


def _determinant_limit(setting: Any) -> float:
    sign = _goes_to(setting, log_mean_pivots(setting), (dimension(setting) + 1) / 2)
    return (0.0, float(np.exp(_start(setting))), float(np.inf))[int(sign) + 1]


def _determinant_std_limit(setting: Any) -> float:
    def rate(n: Any) -> Any:
        return 2 * log_mean_pivots(setting)(n) + _excess(setting)(n)

    sign = _goes_to(setting, rate, (dimension(setting) - 1) / 2)
    if sign == 0:
        raise NoClosedForm("the second moment of the determinant stays, its mean falls: evaluate at large t")
    return 0.0 if sign < 0 else float(np.inf)


def log_law(setting: Any, t: int) -> LogGammaSum:
    """Law of the log-determinant over that of the source."""
    d = dimension(setting)
    if setting.sizes.constant:
        sizes, counts = np.array([float(setting.sizes(1))]), np.array([t])
    else:
        sizes, counts = np.unique(setting.sizes(np.arange(1, t + 1)).astype(float), return_counts=True)
    shapes = np.concatenate([(sizes - i) / 2 for i in range(1, d + 1)])
    shift = float(np.sum(counts * log_mean_pivots(setting)(sizes)))
    return LogGammaSum(tuple(shapes), tuple(np.tile(counts, d)), 1, shift)


def _laws(setting: Any, t: Any) -> list[Any]:
    return [affine_of(log_law(setting, int(g)), _start(setting), 1.0) for g in t]


def _determinant_laws(setting: Any, t: Any) -> list[Any]:
    return [exponential_of(log_law(setting, int(g)), float(np.exp(_start(setting)))) for g in t]


def _below(setting: Any, t: int, log_determinant: Any) -> Any:
    """After one refit in two dimensions: the root of a product of two chi-squares is one chi-square, by duplication."""
    import mpmath

    if t != 1 or dimension(setting) != 2:
        raise NoClosedForm("the reference is for one refit in two dimensions")
    n, ddof = int(setting.sizes(1)), in_mpmath(setting.family.ddof)
    root = mpmath.exp((log_determinant - in_mpmath(_start(setting))) / 2)
    return mpmath.gammainc(n - 2, 0, (n - ddof) * root, regularized=True)


def _law_reference(setting: Any, t: int, x: float) -> Any:
    return _below(setting, t, in_mpmath(x))


def _determinant_law_reference(setting: Any, t: int, x: float) -> Any:
    import mpmath

    return _below(setting, t, mpmath.log(in_mpmath(x)))


def _carried(setting: Any, t: int, fraction: float) -> float:
    law = log_law(setting, t)
    return float(law.tilted(1.0).sf(law.isf(fraction)))


def _carried_reference(setting: Any, t: int, fraction: float) -> Any:
    """After one refit in two dimensions, where the determinant is the square of one gamma number."""
    if t != 1 or dimension(setting) != 2:
        raise NoClosedForm("the reference is for one refit in two dimensions")
    return carried_by_top(int(setting.sizes(1)) - 2, 2, fraction)


def _growth(name: str) -> Theorem:
    return Theorem(
        title=f"almost-sure growth rate of the {name.replace('_', '-')}",
        quantity=name,
        statistic="growth_rate",
        road="closed form",
        statement=r"\lim_t\tfrac1t\log\det\Sigma_t = \sum_{i=1}^d\left[\psi\!\left(\tfrac{n-i}2\right)"
        r" + \log\tfrac2{n-\delta}\right]",
        conditions="replacement, one sample size; −∞ for n ≤ d",
        source=PAGE,
        holds=replaced_constant,
        value=lambda setting: float(volume_drift(setting)(np.float64(setting.sizes(1)))),
        reference=lambda setting, t: sum(
            exact_drift(setting, i, int(setting.sizes(1))) for i in range(1, dimension(setting) + 1)
        ),
        proof=prove_pivots,
    )


VOLUME: tuple[Theorem, ...] = (
    Theorem(
        title="mean of the log-determinant under replacement",
        quantity="log_determinant",
        statistic="mean",
        road="closed form",
        statement=r"\log\det\Sigma_0 + t\sum_{i=1}^d\left[\psi\!\left(\tfrac{n-i}2\right)"
        r" + \log\tfrac2{n-\delta}\right]",
        conditions=ANY,
        source=PAGE,
        holds=replaced,
        value=_log_mean,
        reference=_log_mean_reference,
        limit=_log_mean_limit,
        proof=prove_pivots,
    ),
    Theorem(
        title="standard deviation of the log-determinant under replacement",
        quantity="log_determinant",
        statistic="std",
        road="closed form",
        statement=r"\sqrt{t\sum_{i=1}^d\psi'\!\left(\tfrac{n-i}2\right)}",
        conditions=REGULAR,
        source=PAGE,
        holds=regular,
        value=lambda setting, t: np.sqrt(additive(setting, t, _log_variance(setting))),
        reference=_log_std_reference,
        limit=_infinite,
        proof=prove_pivots,
    ),
    Theorem(
        title="law of the log-determinant under replacement",
        quantity="log_determinant",
        statistic="distribution",
        road="exact numeric",
        statement=r"\log\frac{\det\Sigma_t}{\det\Sigma_0} = \sum_{s\le t,\,i\le d}\log\frac{\chi^2_{n-i}}{n-\delta}",
        conditions=REGULAR,
        source=f"bartlett1933; {PAGE}",
        holds=regular,
        value=_laws,
        reference=_law_reference,
    ),
    Theorem(
        title="law of the determinant under replacement",
        quantity="determinant",
        statistic="distribution",
        road="exact numeric",
        statement=r"\frac{\det\Sigma_t}{\det\Sigma_0} = \prod_{s\le t}\prod_{i\le d}\frac{\chi^2_{n-i}}{n-\delta}",
        conditions=REGULAR,
        source=f"bartlett1933; {PAGE}",
        holds=regular,
        value=_determinant_laws,
        reference=_determinant_law_reference,
    ),
    *map(_growth, ("log_determinant", "determinant")),
    Theorem(
        title="mean determinant under replacement",
        quantity="determinant",
        statistic="mean",
        road="closed form",
        statement=r"\det\Sigma_0\left(\prod_{i=1}^d\frac{n-i}{n-\delta}\right)^t",
        conditions="replacement, any sample sizes; 0 from the first n ≤ d on",
        source=PAGE,
        holds=replaced,
        value=lambda setting, t: np.exp(_mean_of_determinant(setting, t)),
        log_value=_mean_of_determinant,
        reference=_determinant_reference,
        limit=_determinant_limit,
        proof=prove_pivots,
    ),
    Theorem(
        title="standard deviation of the determinant under replacement",
        quantity="determinant",
        statistic="std",
        road="closed form",
        statement=r"\det\Sigma_0\sqrt{\left(\prod_i\frac{(n-i)(n-i+2)}{(n-\delta)^2}\right)^t"
        r" - \left(\prod_i\frac{n-i}{n-\delta}\right)^{2t}}",
        conditions=REGULAR,
        source=PAGE,
        holds=regular,
        value=lambda setting, t: np.exp(_std_of_determinant(setting, t)),
        log_value=_std_of_determinant,
        reference=_determinant_std_reference,
        limit=_determinant_std_limit,
        proof=prove_pivots,
    ),
    Theorem(
        title="share of the mean determinant that few runs carry",
        quantity="determinant",
        statistic="carried_by_top",
        road="exact numeric",
        statement=r"P_1(L_t > \ell),\ P(L_t > \ell) = q,\quad dP_1 \propto e^{L_t}\,dP,\ L_t = \log\det\Sigma_t",
        conditions="replacement, one sample size above d",
        source=PAGE,
        holds=regular_constant,
        value=_carried,
        reference=_carried_reference,
    ),
)
