r"""What is known of the spread under replacement: moments, laws, typical runs, and who carries the mean.

With :math:`G(s) = E W^s` and independent W, :math:`E\sigma_t^{2s} = \sigma_0^{2s} G(s)^t`, and
:math:`\log(\sigma_t^2/\sigma_0^2)` is a sum of t independent log multipliers, whose law is inverted from
its moment function exactly.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from collapse_theory.errors import NoClosedForm
from collapse_theory.families.gaussian.step import (
    additive,
    drift,
    log_law,
    log_moment,
    log_relative_second_moment,
    plug_in,
    refitted,
    replaced,
    shape,
)
from collapse_theory.laws import affine_of, exponential_of
from collapse_theory.theorem import Check, Theorem, identity, proved_by_induction

PAGE = "docs/theory/replace"
EVERY_DDOF = "replacement, any sample sizes above max(1, ddof)"
EITHER = "replacement, any sample sizes; plug-in or posterior refit"
POWERS = {"variance": 1.0, "sd": 0.5}


def step_moment(s: Any, setting: Any = None) -> Any:
    """G(s) = E W^s as a sympy expression in n and ddof, of the plug-in multiplier unless the setting says otherwise."""
    import sympy

    from collapse_theory.symbols import ddof, n

    a = (n - 1) / sympy.Integer(2)
    if setting is not None and not plug_in(setting):
        return sympy.gamma(a + s) * sympy.gamma(a - s) / sympy.gamma(a) ** 2
    return (2 / (n - ddof)) ** s * sympy.gamma(a + s) / sympy.gamma(a)


def prove_step_moment() -> tuple[Check, ...]:
    """The moment of a chi-square over its divisor, by integrating the gamma density."""
    import sympy

    from collapse_theory.symbols import ddof, n

    x, a, s, c = sympy.symbols("x a s c", positive=True)
    integral = sympy.integrate((2 * x / c) ** s * x ** (a - 1) * sympy.exp(-x) / sympy.gamma(a), (x, 0, sympy.oo))
    claimed = (2 / c) ** s * sympy.gamma(a + s) / sympy.gamma(a)
    first = sympy.gammasimp(step_moment(sympy.Integer(1))) - (n - 1) / (n - ddof)
    second = sympy.gammasimp(step_moment(sympy.Integer(2))) - (n - 1) * (n + 1) / (n - ddof) ** 2
    return (
        *identity(integral, claimed, "E W^s by integration of the gamma density"),
        Check("E W = (n − 1)/(n − ddof)", sympy.simplify(first) == 0),
        Check("E W² = (n − 1)(n + 1)/(n − ddof)²", sympy.simplify(second) == 0),
    )


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
        return 0.0 if rate < 0 else np.inf

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
            conditions=EITHER,
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


def _drift_formula(setting: Any) -> Any:
    import sympy

    from collapse_theory.symbols import ddof, n

    if setting is not None and not plug_in(setting):
        return sympy.Integer(0)
    return sympy.digamma((n - 1) / sympy.Integer(2)) + sympy.log(2 / (n - ddof))


def _log_mean_formula(setting: Any) -> Any:
    import sympy

    from collapse_theory.symbols import sigma0, t

    return 2 * sympy.log(sigma0) + t * _drift_formula(setting)


def _log_std_formula(setting: Any) -> Any:
    import sympy

    from collapse_theory.symbols import n, t

    copies = 1 if setting is None or plug_in(setting) else 2
    return sympy.sqrt(copies * t * sympy.polygamma(1, (n - 1) / sympy.Integer(2)))


def _prove_drift() -> tuple[Check, ...]:
    """The drift as derivative of the moment function at 0, and the variance as the second one."""
    import sympy

    s = sympy.Symbol("s", positive=True)
    log_g = sympy.expand_log(sympy.log(step_moment(s)), force=True)
    first = sympy.simplify(sympy.diff(log_g, s).subs(s, 0) - _drift_formula(None))
    second = sympy.simplify(
        sympy.diff(log_g, s, 2).subs(s, 0)
        - _log_std_formula(None) ** 2 / sympy.Symbol("t", nonnegative=True, integer=True)
    )
    from collapse_theory.symbols import sigma0, t

    start = 2 * sympy.log(sigma0)
    induction = proved_by_induction(
        _log_mean_formula(None), t, start, lambda now: now + _drift_formula(None), "E log σ_t²"
    )
    return (
        Check("E log W = d/ds log G at 0", sympy.simplify(sympy.expand_log(first, force=True)) == 0),
        Check("Var log W = ψ'((n − 1)/2)", second == 0),
        *induction,
    )


def _step_variance(setting: Any) -> Any:
    from scipy.special import polygamma

    factor = 1.0 if plug_in(setting) else 2.0
    return lambda n: factor * polygamma(1, shape(n))


def _drift_sign(setting: Any) -> float:
    """Sign of the log-variance's drift as t grows, or 0 where it wanders; raises where it converges."""
    sizes = setting.sizes
    if sizes.constant:
        return float(np.sign(np.round(drift(setting)(np.float64(sizes(1))), 15)))
    if sizes.reciprocal_sum_converges is None:
        raise NoClosedForm(f"{sizes!r}: a custom schedule has no theorem about t → ∞")
    if sizes.reciprocal_sum_converges:
        raise NoClosedForm(
            f"{sizes!r}: the log-variance has a random limit whose law has no closed form: evaluate at large t"
        )
    return float(np.sign(setting.family.ddof - 2)) if plug_in(setting) else 0.0


def _quantile_limit(below: float, above: float) -> Any:
    def value(setting: Any, q: float) -> float:
        sign = _drift_sign(setting)
        if sign == 0 and q == 0.5:
            raise NoClosedForm("the median of a driftless walk has no closed limit: evaluate it at large t")
        return below if sign < 0 or (sign == 0 and q < 0.5) else above

    return value


def _law(transform: Any) -> Any:
    return lambda setting, t: [transform(setting, log_law(setting, int(g))) for g in t]


def _transforms(name: str) -> Any:
    if name == "log_variance":
        return lambda setting, law: affine_of(law, 2 * float(np.log(setting.family.sd)), 1.0)
    s = POWERS[name]
    return lambda setting, law: exponential_of(law, setting.family.sd ** (2 * s), s)


def _distribution(name: str, letter: str) -> tuple[Theorem, ...]:
    transform = _transforms(name)
    growth = 0.5 if name == "sd" else 1.0
    low = -np.inf if name == "log_variance" else 0.0
    return (
        Theorem(
            title=f"law of the fitted {name} under replacement",
            quantity=name,
            statistic="distribution",
            road="exact numeric",
            statement=rf"P(\log(\sigma_t^2/\sigma_0^2) > x) = \frac1{{2\pi i}}\int G(s)^t\,e^{{-sx}}\,\frac{{ds}}{{s}},\quad \Re s > 0",
            conditions=EITHER,
            source=f"gilpelaez1951, on a contour through the saddle: {PAGE}",
            holds=refitted,
            value=_law(transform),
        ),
        Theorem(
            title=f"almost-sure growth rate of the fitted {name}",
            quantity=name,
            statistic="growth_rate",
            road="closed form",
            statement=r"\lim_t \tfrac1t \log\sigma_t^2 = \psi\!\left(\tfrac{n-1}2\right) + \log\tfrac2{n-\delta}",
            conditions="replacement, one sample size; strong law of large numbers",
            source=f"shumailov2024, Theorem 3.1; {PAGE}",
            holds=lambda setting: refitted(setting) and setting.sizes.constant,
            value=lambda setting: growth * float(drift(setting)(np.float64(setting.sizes(1)))),
            formula=lambda setting: sympy_rational(growth) * _drift_formula(setting),
            proof=_prove_drift,
        ),
        Theorem(
            title=f"limit of every quantile of the fitted {name}",
            quantity=name,
            statistic="quantile_limit",
            road="closed form",
            statement=r"0 \text{ or } \infty \text{ by the sign of } E\log W",
            conditions="replacement, sum of 1/n_t infinite",
            source=PAGE,
            holds=refitted,
            value=_quantile_limit(low, np.inf),
        ),
        Theorem(
            title="universal clock: geometric Brownian motion",
            quantity=name,
            statistic="distribution",
            road="asymptotic",
            statement=r"\log(\sigma_t^2/\sigma_0^2) \approx N(-(2-\delta)\tau,\,2\tau),\quad \tau = \textstyle\sum_{i\le t} 1/n_i",
            conditions="replacement, n → ∞ with τ fixed",
            source=f"{PAGE}, section on the universal clock",
            holds=replaced,
            value=lambda setting, t: transform(setting, _clock(setting, t)),
            name="universal clock",
        ),
        Theorem(
            title="Lugannani–Rice saddlepoint",
            quantity=name,
            statistic="distribution",
            road="asymptotic",
            statement=r"1-\Phi(w) + \phi(w)\left(\tfrac1u - \tfrac1w\right)",
            conditions="replacement; relative error O(1/(n t))",
            source="lugannani1980",
            holds=refitted,
            value=lambda setting, t: transform(setting, _Saddlepoint(log_law(setting, t))),
            name="saddlepoint",
        ),
        Theorem(
            title="Chernoff bound, the large-deviation rate",
            quantity=name,
            statistic="distribution",
            road="bound",
            statement=r"P(\log(\sigma_t^2/\sigma_0^2) > x) \le \inf_{s>0} e^{-sx} G(s)^t",
            conditions="replacement; above the mean, and mirrored below it",
            source=f"{PAGE}, section on large deviations",
            holds=refitted,
            value=lambda setting, t: transform(setting, _Chernoff(log_law(setting, t))),
            name="large deviations",
        ),
    )


def sympy_rational(number: float) -> Any:
    """Number as a sympy rational."""
    import sympy

    return sympy.Rational(str(number))


def _clock(setting: Any, t: int) -> Any:
    from collapse_theory.families.gaussian.approximations import Normal

    tau = float(additive(setting, np.array([t]), lambda n: 1 / n)[0])
    return Normal(-(2 - setting.family.ddof) * tau, float(np.sqrt(2 * tau)))


def _Saddlepoint(law: Any) -> Any:
    from collapse_theory.families.gaussian.approximations import Saddlepoint

    return Saddlepoint(law)


def _Chernoff(law: Any) -> Any:
    from collapse_theory.families.gaussian.approximations import Chernoff

    return Chernoff(law)


def _carried(s: float) -> Any:
    def value(setting: Any, t: int, fraction: float) -> float:
        if t == 0:
            return fraction
        law = log_law(setting, t)
        return float(law.tilted(s).sf(law.isf(fraction)))

    return value


def _tilted_second_moment(s: float) -> Any:
    """E_θ[(ratio · σ^{2s})²]/(E σ^{2s})² = (G(θ) G(2s − θ)/G(s)²)^t."""

    def value(setting: Any, t: Any, tilt: float) -> Any:
        def at(n: Any) -> Any:
            parts = (log_moment(setting, tilt)(n), log_moment(setting, 2 * s - tilt)(n), log_moment(setting, s)(n))
            return parts[0] + parts[1] - 2 * parts[2]

        with np.errstate(over="ignore"):
            return np.exp(additive(setting, t, at))

    return value


def _who_carries(name: str) -> tuple[Theorem, ...]:
    s = POWERS[name]
    return (
        Theorem(
            title=f"share of the mean {name} held by the top runs",
            quantity=name,
            statistic="carried_by_top",
            road="exact numeric",
            statement=r"P_s(L > F^{-1}(1-f)),\quad dP_s \propto e^{sL}\,dP",
            conditions=EITHER,
            source=PAGE,
            holds=refitted,
            value=_carried(s),
        ),
        Theorem(
            title=f"relative second moment of a simulated mean {name}",
            quantity=name,
            statistic="relative_second_moment",
            road="closed form",
            statement=r"\left(G(\theta)\,G(2s-\theta)/G(s)^2\right)^t",
            conditions=EVERY_DDOF + "; tilting exponent θ, 0 for plain simulation",
            source=PAGE,
            holds=replaced,
            value=_tilted_second_moment(s),
        ),
    )


_LOG = (
    Theorem(
        title="mean of the log-variance under replacement",
        quantity="log_variance",
        statistic="mean",
        road="closed form",
        statement=r"E\log\sigma_t^2 = \log\sigma_0^2 + t\left[\psi\!\left(\tfrac{n-1}2\right) + \log\tfrac2{n-\delta}\right]",
        conditions=EITHER,
        source=PAGE,
        holds=refitted,
        value=lambda setting, t: 2 * np.log(setting.family.sd) + additive(setting, t, drift(setting)),
        formula=_log_mean_formula,
        limit=lambda setting: (
            float(np.inf * _drift_sign(setting)) if _drift_sign(setting) else 2 * float(np.log(setting.family.sd))
        ),
        proof=_prove_drift,
    ),
    Theorem(
        title="standard deviation of the log-variance under replacement",
        quantity="log_variance",
        statistic="std",
        road="closed form",
        statement=r"\sqrt{t\,\psi'\!\left(\tfrac{n-1}2\right)}",
        conditions=EITHER,
        source=PAGE,
        holds=refitted,
        value=lambda setting, t: np.sqrt(additive(setting, t, _step_variance(setting))),
        formula=_log_std_formula,
        limit=lambda setting: np.inf,
        proof=_prove_drift,
    ),
)

SPREAD: tuple[Theorem, ...] = (
    *_moments("variance", r"\sigma_t^2"),
    *_moments("sd", r"\sigma_t"),
    *_LOG,
    *_distribution("variance", r"\sigma_t^2"),
    *_distribution("sd", r"\sigma_t"),
    *_distribution("log_variance", r"\log\sigma_t^2"),
    *_who_carries("variance"),
    *_who_carries("sd"),
)
