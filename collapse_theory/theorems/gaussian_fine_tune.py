r"""The Gaussian family tuned on new points of its newest model: a random walk of the log-variance with a slow clock.

From generation 2 on, with :math:`\sigma'^2 = \sigma^2 F` and :math:`\mu' = \mu + \eta\sigma Z/\sqrt n`,

.. math:: F = \frac{\eta}{n-\delta\eta^2}\,X,\qquad X = \frac{n(1-\eta)}{\eta} + \chi^2_{n-1} + (1-\eta)Z^2,

independent factors; the first refit, to n real points, is that of replacement.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from collapse_theory.errors import NoClosedForm
from collapse_theory.families import Gaussian
from collapse_theory.families.gaussian.step import drift, log_moment
from collapse_theory.random_walk.jensen_gap import log_gap, relative_root_gap
from collapse_theory.regimes import FineTune
from collapse_theory.theorem import Check, Theorem
from collapse_theory.theorems.raw_points import std_reference

PAGE = "docs/theory/finetune"
Array = NDArray[np.float64]


def holds(setting: Any) -> bool:
    """A plug-in Gaussian tuned on new points of its newest model, samples of one size."""
    regime = setting.regime
    regenerated = isinstance(regime, FineTune) and regime.data == "regenerated" and setting.sizes.constant
    return bool(regenerated and isinstance(setting.family, Gaussian) and setting.family.two_moments)


def _parts(setting: Any) -> tuple[Array, Array, Array]:
    """Constant, degrees of freedom and weight of X."""
    n, rate = float(setting.sizes(1)), setting.regime.rate
    return np.array([n * (1 - rate) / rate]), np.array([n - 1]), np.array([1 - rate])


def log_mean_factor(setting: Any) -> float:
    """Log E F = log[(n − η²)/(n − δη²)]."""
    n, rate, ddof = float(setting.sizes(1)), setting.regime.rate, setting.family.ddof
    return float(np.log1p((ddof - 1) * rate**2 / (n - ddof * rate**2)))


def growth_rate(setting: Any) -> float:
    """E log F, what the log-variance of a run gains in a generation."""
    return log_mean_factor(setting) - float(log_gap(*_parts(setting))[0])


def critical_divisor(setting: Any) -> float:
    """Divisor at which the log-variance has no drift: 1 + (n − η²)(1 − e^(−gap))/η²."""
    n, rate = float(setting.sizes(1)), setting.regime.rate
    return float(1 + (n - rate**2) * -np.expm1(-log_gap(*_parts(setting))[0]) / rate**2)


def _log_variance(setting: Any, t: Any) -> Any:
    base = 2 * np.log(setting.family.sd) + float(drift(setting)(float(setting.sizes(1))))
    return base + (np.asarray(t) - 1) * growth_rate(setting)


def _log_sd(setting: Any, t: Any) -> Any:
    first = float(log_moment(setting, 0.5)(float(setting.sizes(1))))
    factor = log_mean_factor(setting) / 2 + float(np.log1p(-relative_root_gap(*_parts(setting))[0]))
    return np.log(setting.family.sd) + first + (np.asarray(t) - 1) * factor


def _log_excess(setting: Any, t: Any) -> Any:
    """Log of E σ_t⁴/(E σ_t²)²."""
    constant, df, weight = (float(part[0]) for part in _parts(setting))
    n = float(setting.sizes(1))
    first = np.log1p(2 / (n - 1))
    relative = 2 * (df + weight**2) / (constant + df + weight) ** 2
    return first + (np.asarray(t) - 1) * np.log1p(relative)


def _variance_std(setting: Any, t: Any) -> Any:
    return np.asarray(setting.variance.mean(t)) * np.sqrt(np.expm1(_log_excess(setting, t)))


def _log_variance_std(setting: Any, t: Any) -> Any:
    excess = _log_excess(setting, t)
    return np.asarray(setting.variance.mean.log(t)) + 0.5 * (excess + np.log(-np.expm1(-excess)))


def _reference(setting: Any, t: int = 1) -> Any:
    """E log F in mpmath, from the density of X by two quadratures."""
    import mpmath

    n, rate, ddof = int(setting.sizes(1)), mpmath.mpf(setting.regime.rate), mpmath.mpf(setting.family.ddof)
    if n > 100 or rate < mpmath.mpf("0.01"):
        raise NoClosedForm("the quadrature in 50 digits is for small samples and rates that are not small")
    constant, df, weight = n * (1 - rate) / rate, n - 1, 1 - rate
    mean = constant + df + weight

    def gap(u: Any) -> Any:
        transform = mpmath.exp(-constant * u) * (1 + 2 * u) ** (-mpmath.mpf(df) / 2) / mpmath.sqrt(1 + 2 * weight * u)
        return (transform - mpmath.exp(-mean * u)) / u

    with mpmath.workdps(30):
        points = [0, *(mpmath.mpf(10) ** k / mean for k in range(-3, 3)), mpmath.inf]
        missing = mpmath.quad(gap, points)
    return mpmath.log((n - rate**2) / (n - ddof * rate**2)) - missing


def _prove_factor() -> tuple[Check, ...]:
    """Mean and second moment of a factor, and its map against the tableau's."""
    import sympy

    from collapse_theory.regimes import Step
    from collapse_theory.symbols import ddof, n
    from collapse_theory.tableau.moments import V, second_moment_map

    rate = sympy.Symbol("eta", positive=True)
    constant, df, weight = n * (1 - rate) / rate, n - 1, 1 - rate
    factor = rate * (constant + df + weight) / (n - ddof * rate**2)
    step = Step(drawn=(0, n), weight=(0, 1), carried=n * (1 - rate) / rate)
    c, k, w = sympy.symbols("c k w", positive=True)
    second = c**2 + k * (k + 2) + 3 * w**2 + 2 * c * k + 2 * c * w + 2 * k * w
    return (
        Check("E F is the tableau's", sympy.simplify(second_moment_map(step, ddof)[V][V] - factor) == 0),
        Check("E F = (n − η²)/(n − δη²)", sympy.simplify(factor - (n - rate**2) / (n - ddof * rate**2)) == 0),
        Check("E X² = (E X)² + 2k + 2w²", sympy.expand(second - (c + k + w) ** 2 - 2 * k - 2 * w**2) == 0),
    )


CONDITIONS = "Gaussian, fine-tuning on new points of the newest model, one sample size"

GAUSSIAN_FINE_TUNE: tuple[Theorem, ...] = (
    *(
        Theorem(
            title=f"almost-sure growth rate of the fitted {name.replace('_', '-')} under fine-tuning",
            quantity=name,
            statistic="growth_rate",
            road="exact numeric",
            statement=r"E\log F = \log\frac{n-\eta^2}{n-\delta\eta^2} - \int_0^\infty\big(L(u) - e^{-mu}\big)\frac{du}u"
            r"\approx -\frac{(2-\delta)\eta^2}{n}" + (r",\text{ halved}" if name == "sd" else ""),
            conditions=CONDITIONS,
            source=PAGE,
            holds=holds,
            value=lambda setting, half=name == "sd": growth_rate(setting) * (0.5 if half else 1.0),
            reference=lambda setting, t, half=name == "sd": _reference(setting) * (0.5 if half else 1),
            proof=_prove_factor,
        )
        for name in ("variance", "log_variance", "sd")
    ),
    Theorem(
        title="mean log-variance under fine-tuning",
        quantity="log_variance",
        statistic="mean",
        road="exact numeric",
        statement=r"E\log\sigma_t^2 = \log\sigma_0^2 + E\log W + (t-1)\,E\log F",
        conditions=CONDITIONS,
        source=PAGE,
        holds=holds,
        value=_log_variance,
        proof=_prove_factor,
    ),
    Theorem(
        title="mean sd under fine-tuning",
        quantity="sd",
        statistic="mean",
        road="exact numeric",
        statement=r"E\,\sigma_t = \sigma_0\,E\sqrt W\,(E\sqrt F)^{t-1}",
        conditions=CONDITIONS,
        source=PAGE,
        holds=holds,
        value=lambda setting, t: np.exp(_log_sd(setting, t)),
        log_value=_log_sd,
        proof=_prove_factor,
    ),
    Theorem(
        title="standard deviation over runs of the variance under fine-tuning",
        quantity="variance",
        statistic="std",
        road="closed form",
        statement=r"E\,\sigma_t^2\sqrt{\Big(1+\frac2{n-1}\Big)\Big(1+\frac{2(n-1)+2(1-\eta)^2}{m^2}\Big)^{t-1} - 1},"
        r"\quad m = \frac{n-\eta^2}\eta",
        conditions=CONDITIONS,
        source=PAGE,
        holds=holds,
        value=_variance_std,
        log_value=_log_variance_std,
        reference=std_reference(1, 0),
        proof=_prove_factor,
    ),
)
