r"""What is known of the spread under replacement: moments, laws, typical runs, and who carries the mean.

With :math:`G(s) = E W^s` and independent W, :math:`E\sigma_t^{2s} = \sigma_0^{2s} G(s)^t`, and
:math:`\log(\sigma_t^2/\sigma_0^2)` is a sum of t independent log multipliers, whose law is inverted from
its moment function exactly.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from collapse_theory.errors import NoClosedForm
from collapse_theory.families.gaussian.spread_laws import SPREAD_LAWS
from collapse_theory.families.gaussian.step import (
    additive,
    drift,
    drift_sign,
    log_mean_formula,
    log_moment,
    log_relative_second_moment,
    plug_in,
    prove_drift,
    prove_step_moment,
    refitted,
    settles,
    shape,
    step_moment,
)
from collapse_theory.theorem import Theorem

PAGE = "docs/theory/replace"
EITHER = "replacement, any sample sizes; plug-in or posterior refit"
POWERS = {"variance": 1.0, "sd": 0.5}


def _power(setting: Any, statistic_power: float) -> Any:
    import sympy

    from collapse_theory.symbols import sigma0

    return sigma0 ** sympy.Rational(str(2 * statistic_power))


def _where_finite(value: Any, s: Any, setting: Any) -> Any:
    """The value, infinite after the source where the posterior's moment of order s is."""
    import sympy

    from collapse_theory.symbols import n, t

    if plug_in(setting):
        return value
    return sympy.Piecewise((value.subs(t, 0), sympy.Eq(t, 0)), (value, n - 1 > 2 * s), (sympy.oo, True))


def _mean_formula(s: float) -> Any:
    def formula(setting: Any) -> Any:
        import sympy

        from collapse_theory.symbols import t

        exact = sympy.Rational(str(s))
        return _where_finite(_power(setting, s) * step_moment(exact, setting) ** t, exact, setting)

    return formula


def _std_formula(s: float) -> Any:
    def formula(setting: Any) -> Any:
        import sympy

        from collapse_theory.symbols import t

        exact = sympy.Rational(str(s))
        variance = step_moment(2 * exact, setting) ** t - step_moment(exact, setting) ** (2 * t)
        return _where_finite(_power(setting, s) * sympy.sqrt(variance), 2 * exact, setting)

    return formula


def _log_mean(s: float) -> Any:
    return lambda setting, t: 2 * s * np.log(setting.family.sd) + additive(setting, t, log_moment(setting, s))


def _log_std(s: float) -> Any:
    def value(setting: Any, t: Any) -> Any:
        excess = additive(setting, t, log_relative_second_moment(setting, s))
        with np.errstate(divide="ignore"):
            return 0.5 * (_log_mean(2 * s)(setting, t) + np.log(-np.expm1(-excess)))

    return value


def _exponential(log_value: Any) -> Any:
    return lambda setting, t: np.exp(log_value(setting, t))


def _moment_limit(s: float) -> Any:
    def limit(setting: Any) -> float:
        if setting.sizes.reciprocal_sum_converges or not setting.sizes.constant:
            raise NoClosedForm(
                "the limit of this moment under growing sample sizes has no closed form: evaluate at large t"
            )
        rate = float(log_moment(setting, s)(np.float64(setting.sizes(1))))
        return 0.0 if rate < 0 else setting.family.sd ** (2 * s) if rate == 0 else np.inf

    return limit


def _std_limit(s: float) -> Any:
    def limit(setting: Any) -> float:
        if not setting.sizes.constant:
            raise NoClosedForm(
                "the limit of this std under growing sample sizes has no closed form: evaluate at large t"
            )
        rate = float(log_moment(setting, 2 * s)(np.float64(setting.sizes(1))))
        return 0.0 if rate < 0 else setting.family.sd ** (2 * s) if rate == 0 else np.inf

    return limit


def _moments(name: str, letter: str) -> tuple[Theorem, ...]:
    s = POWERS[name]
    exponent = {1.0: "", 0.5: "^{1/2}"}[s]
    return (
        Theorem(
            title=f"mean of the fitted {name} under replacement",
            quantity=name,
            statistic="mean",
            road="closed form",
            statement=rf"E\,{letter} = \sigma_0^{{{2 * s:g}}}\,(E W{exponent})^t",
            conditions=EITHER if name == "sd" else "replacement, any sample sizes; posterior refit",
            source=f"bertrand2024, and {PAGE}",
            holds=refitted if name == "sd" else lambda setting: refitted(setting) and not plug_in(setting),
            value=_exponential(_log_mean(s)),
            log_value=_log_mean(s),
            formula=_mean_formula(s),
            limit=_moment_limit(s),
            proof=prove_step_moment,
        ),
        Theorem(
            title=f"standard deviation over runs of the fitted {name} under replacement",
            quantity=name,
            statistic="std",
            road="closed form",
            statement=rf"\sigma_0^{{{2 * s:g}}}\sqrt{{G({2 * s:g})^t - G({s:g})^{{2t}}}},\quad G(s) = E W^s",
            conditions=EITHER,
            source=PAGE,
            holds=refitted,
            value=_exponential(_log_std(s)),
            log_value=_log_std(s),
            formula=_std_formula(s),
            limit=_std_limit(s),
            proof=prove_step_moment,
        ),
    )


def _log_mean_limit(setting: Any) -> float:
    sign = drift_sign(setting)
    if sign:
        return float(np.inf * sign)
    if plug_in(setting) and not setting.sizes.constant and getattr(setting.sizes, "exponent", 1.0) <= 0.5:
        return np.inf  # the sum of 1/(6n²) diverges
    if plug_in(setting) and not setting.sizes.constant:
        raise NoClosedForm("at ddof = 2 the drifts of growing samples have a finite sum: evaluate at large t")
    return 2 * float(np.log(setting.family.sd))


def _infinite(setting: Any) -> float:
    settles(setting)
    return np.inf


def _log_std_formula(setting: Any) -> Any:
    import sympy

    from collapse_theory.symbols import n, t

    copies = 1 if setting is None or plug_in(setting) else 2
    return sympy.sqrt(copies * t * sympy.polygamma(1, (n - 1) / sympy.Integer(2)))


def _step_variance(setting: Any) -> Any:
    from scipy.special import polygamma

    factor = 1.0 if plug_in(setting) else 2.0
    return lambda n: factor * polygamma(1, shape(n))


_LOG = (
    Theorem(
        title="mean of the log-variance under replacement",
        quantity="log_variance",
        statistic="mean",
        road="closed form",
        statement=r"E\log\sigma_t^2 = \log\sigma_0^2 + t\,E\log W,"
        r"\quad E\log W = \psi\!\left(\tfrac{n-1}2\right) + \log\tfrac2{n-\delta}"
        r" \text{ plug-in},\ 0 \text{ posterior}",
        conditions=EITHER,
        source=PAGE,
        holds=refitted,
        value=lambda setting, t: 2 * np.log(setting.family.sd) + additive(setting, t, drift(setting)),
        formula=log_mean_formula,
        limit=_log_mean_limit,
        proof=prove_drift,
    ),
    Theorem(
        title="standard deviation of the log-variance under replacement",
        quantity="log_variance",
        statistic="std",
        road="closed form",
        statement=r"\sqrt{c\,t\,\psi'\!\left(\tfrac{n-1}2\right)},\quad c = 1 \text{ plug-in},\ 2 \text{ posterior}",
        conditions=EITHER,
        source=PAGE,
        holds=refitted,
        value=lambda setting, t: np.sqrt(additive(setting, t, _step_variance(setting))),
        formula=_log_std_formula,
        limit=_infinite,
        proof=prove_drift,
    ),
)

SPREAD: tuple[Theorem, ...] = (
    *_moments("variance", r"\sigma_t^2"),
    *_moments("sd", r"\sigma_t"),
    *_LOG,
    *SPREAD_LAWS,
)
