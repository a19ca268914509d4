r"""What is known of a refitted scale under replacement: powers of it and its logarithm.

With :math:`r = \theta_t/\theta_0`, whose logarithm is a random walk, the moments of a power are
:math:`E\,r^p = G(p)^t`, and its law is inverted from them.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from collapse_theory.errors import NoClosedForm
from collapse_theory.families.scale_walk import (
    additive,
    drift,
    drift_formula,
    drift_sign,
    log_law,
    log_moment,
    log_relative_second_moment,
    prove_drift,
    prove_moments,
    replaced,
    replaced_constant,
    step_moment,
    step_variance,
)
from collapse_theory.laws import affine_of, exponential_of
from collapse_theory.random_walk.step import carried_by_top
from collapse_theory.theorem import Theorem

PAGE = "docs/theory/exponential"
ANY = "replacement, any sample sizes above ddof"


@dataclass(frozen=True)
class Power:
    """A quantity that is a power of the refitted scale, times a constant of the family.

    Parameters
    ----------
    name, symbol, words : str
        Name, LaTeX symbol and words.
    family : str
        The family, in words.
    power : int
        The power p of the scale; 0 for its logarithm, or that of its inverse.
    sign : int
        Sign of the power, or of the logarithm.
    of_source : callable
        Value on the source, from the family.
    letter : callable
        The same as a sympy expression.
    page : str
        Page on which it is derived.
    """

    name: str
    symbol: str
    words: str
    family: str
    power: int
    sign: int
    of_source: Callable[[Any], float]
    letter: Callable[[], Any]
    page: str = PAGE


def settles(setting: Any) -> None:
    """NoClosedForm unless the sample sizes are constant or the sum of their reciprocals is known to diverge."""
    if not setting.sizes.constant and setting.sizes.reciprocal_sum_converges is not False:
        raise NoClosedForm(f"{setting.sizes!r}: the limit under growing sample sizes has no closed form: use large t")


def _moment_limit(s: int, value: Callable[[Any], float]) -> Any:
    def limit(setting: Any) -> float:
        if not setting.sizes.constant:
            raise NoClosedForm("the limit of this moment under growing sample sizes has no closed form: use large t")
        rate = float(log_moment(setting, s)(np.float64(setting.sizes(1))))
        return 0.0 if rate < 0 else np.inf if rate > 0 else value(setting)

    return limit


def where_finite(value: Any, s: int) -> Any:
    """The value, infinite after the source where the moment of order s is."""
    import sympy

    from collapse_theory.symbols import n, t

    if s > 0:
        return value
    return sympy.Piecewise((value.subs(t, 0), sympy.Eq(t, 0)), (value, n > -s), (sympy.oo, True))


def _mean_formula(what: Power) -> Any:
    def formula(setting: Any) -> Any:
        from collapse_theory.symbols import t

        return where_finite(what.letter() * step_moment(what.power) ** t, what.power)

    return formula


def _std_formula(what: Power) -> Any:
    def formula(setting: Any) -> Any:
        import sympy

        from collapse_theory.symbols import t

        p = what.power
        root = sympy.sqrt(step_moment(2 * p) ** t - step_moment(p) ** (2 * t))
        return where_finite(what.letter() * root, 2 * p)

    return formula


def _log_mean(what: Power) -> Any:
    return lambda setting, t: (
        np.log(what.of_source(setting.family)) + additive(setting, t, log_moment(setting, what.power))
    )


def _log_std(what: Power) -> Any:
    def value(setting: Any, t: Any) -> Any:
        excess = additive(setting, t, log_relative_second_moment(setting, what.power))
        with np.errstate(divide="ignore"):
            square = 2 * _log_mean(what)(setting, t) + excess + np.log(-np.expm1(-excess))
        return 0.5 * square

    return value


def exponential(log_value: Any) -> Any:
    """The value from its logarithm."""
    return lambda setting, t: np.exp(log_value(setting, t))


def _transform(what: Power, setting: Any, law: Any) -> Any:
    """Law of the quantity from that of the log-scale, of its sign."""
    source = what.of_source(setting.family)
    return exponential_of(law, source, abs(what.power)) if what.power else affine_of(law, source, 1.0)


def _law(what: Power) -> Any:
    return lambda setting, t: [_transform(what, setting, log_law(setting, int(g), what.sign)) for g in t]


def _law_reference(what: Power) -> Any:
    def reference(setting: Any, t: int, x: float) -> Any:
        """The cdf after one refit, a regularised incomplete gamma function, in mpmath."""
        import mpmath

        if t != 1:
            raise NoClosedForm("the reference is for one refit")
        n, source = int(setting.sizes(1)), mpmath.mpf(what.of_source(setting.family))
        at = mpmath.mpf(x)
        ratio = (at / source) ** (mpmath.mpf(1) / what.power) if what.power else mpmath.exp(what.sign * (at - source))
        ends = (0, ratio * (n - mpmath.mpf(setting.family.ddof)))
        return mpmath.gammainc(n, *(ends if what.sign > 0 else (ends[1], mpmath.inf)), regularized=True)

    return reference


def _quantile_limit(what: Power) -> Any:
    def value(setting: Any, q: float) -> float:
        sign = drift_sign(setting) * what.sign
        if sign == 0 and q == 0.5:
            raise NoClosedForm("the median of a driftless walk has no closed limit: evaluate it at large t")
        low = 0.0 if what.power else -np.inf
        return low if sign < 0 or (sign == 0 and q < 0.5) else np.inf

    return value


def _carried(what: Power) -> Any:
    def value(setting: Any, t: int, fraction: float) -> float:
        law, tilt = log_law(setting, t, what.sign), float(abs(what.power))
        if tilt >= law.domain[1]:
            raise NoClosedForm(f"the mean {what.words} is infinite, so that no share of it can be told")
        return float(law.tilted(tilt).sf(law.isf(fraction)))

    return value


def _carried_reference(what: Power) -> Any:
    def reference(setting: Any, t: int, fraction: float) -> Any:
        """After one refit: two incomplete gamma functions at one quantile, in mpmath."""
        if t != 1:
            raise NoClosedForm("the reference is for one refit")
        return carried_by_top(int(setting.sizes(1)), what.power, fraction)

    return reference


def moments(what: Power) -> tuple[Theorem, ...]:
    """Mean, standard deviation and the share of the mean that few runs carry, of a power of the scale."""
    p = what.power
    return (
        Theorem(
            title=f"mean {what.words} of {what.family} under replacement",
            quantity=what.name,
            statistic="mean",
            road="closed form",
            statement=rf"E\,{what.symbol} \propto G({p})^t,\quad G(s) = \frac{{\Gamma(n+s)}}{{\Gamma(n)(n-\delta)^s}}",
            conditions=ANY + ("" if p > 0 else f"; infinite where n ≤ {-p}"),
            source=what.page,
            holds=replaced,
            value=exponential(_log_mean(what)),
            log_value=_log_mean(what),
            formula=_mean_formula(what),
            limit=_moment_limit(p, lambda setting: what.of_source(setting.family)),
            proof=prove_moments,
        ),
        Theorem(
            title=f"standard deviation over runs of the {what.words} of {what.family} under replacement",
            quantity=what.name,
            statistic="std",
            road="closed form",
            statement=rf"\propto \sqrt{{G({2 * p})^t - G({p})^{{2t}}}}",
            conditions=ANY + ("" if p > 0 else f"; infinite where n ≤ {-2 * p}"),
            source=what.page,
            holds=replaced,
            value=exponential(_log_std(what)),
            log_value=_log_std(what),
            formula=_std_formula(what),
            limit=_moment_limit(2 * p, lambda setting: what.of_source(setting.family)),
            proof=prove_moments,
        ),
        Theorem(
            title=f"share of the mean {what.words} of {what.family} held by the top runs",
            quantity=what.name,
            statistic="carried_by_top",
            road="exact numeric",
            statement=r"P_p(L > F^{-1}(1-f)),\quad dP_p \propto e^{pL}\,dP",
            conditions=ANY,
            source=what.page,
            holds=replaced,
            value=_carried(what),
            reference=_carried_reference(what),
        ),
    )


def log_moments(what: Power) -> tuple[Theorem, ...]:
    """Mean and standard deviation of the logarithm of the scale, or of its inverse."""

    def formula(setting: Any) -> Any:
        from collapse_theory.symbols import t

        return what.letter() + what.sign * t * drift_formula()

    def std_formula(setting: Any) -> Any:
        import sympy

        from collapse_theory.symbols import n, t

        return sympy.sqrt(t * sympy.polygamma(1, n))

    def limit(setting: Any) -> float:
        sign = drift_sign(setting) * what.sign
        if sign == 0 and not setting.sizes.constant:
            raise NoClosedForm("at ddof = 1/2 the drifts of growing samples have a finite sum: evaluate at large t")
        return float(np.inf * sign) if sign else what.of_source(setting.family)

    def std_limit(setting: Any) -> float:
        settles(setting)
        return np.inf

    return (
        Theorem(
            title=f"mean {what.words} of {what.family} under replacement",
            quantity=what.name,
            statistic="mean",
            road="closed form",
            statement=rf"E\,{what.symbol} = {what.symbol.replace('_t', '_0')} {'+-'[what.sign < 0]} "
            r"t\,[\psi(n) - \log(n-\delta)]",
            conditions=ANY,
            source=what.page,
            holds=replaced,
            value=lambda setting, t: what.of_source(setting.family) + what.sign * additive(setting, t, drift(setting)),
            formula=formula,
            limit=limit,
            proof=prove_drift,
        ),
        Theorem(
            title=f"standard deviation over runs of the {what.words} of {what.family} under replacement",
            quantity=what.name,
            statistic="std",
            road="closed form",
            statement=r"\sqrt{t\,\psi'(n)}",
            conditions=ANY,
            source=what.page,
            holds=replaced,
            value=lambda setting, t: np.sqrt(additive(setting, t, step_variance)),
            formula=std_formula,
            limit=std_limit,
            proof=prove_drift,
        ),
    )


def laws(what: Power) -> tuple[Theorem, ...]:
    """Law, growth rate and limits of the quantiles, of a power of the scale or of its logarithm."""
    factor = what.power or what.sign
    return (
        Theorem(
            title=f"law of the {what.words} of {what.family} under replacement",
            quantity=what.name,
            statistic="distribution",
            road="exact numeric",
            statement=r"P(\log r > x) = \frac1{2\pi i}\int G(s)^t\,e^{-sx}\,\frac{ds}{s},\quad r = \theta_t/\theta_0",
            conditions=ANY,
            source=f"gilpelaez1951, on a contour through the saddle: {what.page}",
            holds=replaced,
            value=_law(what),
            reference=_law_reference(what),
        ),
        Theorem(
            title=f"almost-sure growth rate of the {what.words} of {what.family}",
            quantity=what.name,
            statistic="growth_rate",
            road="closed form",
            statement=rf"{factor}\,[\psi(n) - \log(n-\delta)]",
            conditions="replacement, one sample size; strong law of large numbers",
            source=what.page,
            holds=replaced_constant,
            value=lambda setting: factor * float(drift(setting)(np.float64(setting.sizes(1)))),
            formula=lambda setting: factor * drift_formula(),
            proof=prove_drift,
        ),
        Theorem(
            title=f"limit of every quantile of the {what.words} of {what.family}",
            quantity=what.name,
            statistic="quantile_limit",
            road="closed form",
            statement=r"\text{by the sign of } \psi(n) - \log(n-\delta)",
            conditions="replacement, sum of 1/n_t infinite",
            source=what.page,
            holds=replaced,
            value=_quantile_limit(what),
            proof=prove_drift,
        ),
    )
