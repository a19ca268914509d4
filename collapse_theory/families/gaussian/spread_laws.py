r"""Laws of the spread under replacement: every quantile, its named approximations, and who carries the mean.

The log-variance is a sum of t independent log multipliers, whose law is inverted from its moment function
:math:`G(s)^t` on a contour through the saddle; variance and sd are increasing functions of it.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from collapse_theory.errors import NoClosedForm
from collapse_theory.families.gaussian.approximations import Chernoff, Saddlepoint
from collapse_theory.families.gaussian.step import (
    additive,
    drift,
    drift_formula,
    drift_sign,
    log_law,
    log_moment,
    plug_in,
    prove_drift,
    refitted,
    replaced,
)
from collapse_theory.laws import Normal, affine_of, exponential_of
from collapse_theory.random_walk.step import carried_by_top
from collapse_theory.theorem import Check, Order, Theorem, identity

PAGE = "docs/theory/replace"
EVERY_DDOF = "replacement, any sample sizes above max(1, ddof)"
EITHER = "replacement, any sample sizes; plug-in or posterior refit"
POWERS = {"variance": 1.0, "sd": 0.5}


def _prove_tilting() -> tuple[Check, ...]:
    """Second moment of the likelihood-weighted summand, by integrating the tilted gamma density."""
    import sympy

    x, a, s, theta = sympy.symbols("x a s theta", positive=True)
    plain = x ** (a - 1) * sympy.exp(-x) / sympy.gamma(a)
    tilted = x ** (a + theta - 1) * sympy.exp(-x) / sympy.gamma(a + theta)
    summand = sympy.powsimp(plain**2 / tilted * x ** (2 * s + 2 * theta), force=True)
    # x^(2θ) makes the exponent positive for sympy; it shifts s to s + θ on the right as well.
    integral = sympy.integrate(sympy.simplify(summand), (x, 0, sympy.oo), conds="none")
    claimed = sympy.gamma(a + theta) * sympy.gamma(a + 2 * s + theta) / sympy.gamma(a) ** 2
    return identity(integral, claimed, "E_θ[(dP/dP_θ)² W^(2s)] ∝ Γ(a + θ)Γ(a + 2s − θ)/Γ(a)²")


def _quantile_limit(below: float, above: float, transform: Any) -> Any:
    def value(setting: Any, q: float) -> float:
        sign = drift_sign(setting)
        if sign == 0 and q == 0.5 and not plug_in(setting):
            return float(transform(setting.family.sd**2))
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


def _law_reference(name: str) -> Any:
    def reference(setting: Any, t: int, x: float) -> Any:
        """The cdf after one refit, a regularised incomplete gamma function, in mpmath."""
        import mpmath

        if t != 1 or not plug_in(setting):
            raise NoClosedForm("the reference is for one plug-in refit")
        n, ddof, sd = int(setting.sizes(1)), mpmath.mpf(setting.family.ddof), mpmath.mpf(setting.family.sd)
        at = mpmath.mpf(x)
        ratio = mpmath.exp(at) / sd**2 if name == "log_variance" else at ** (1 / mpmath.mpf(POWERS[name])) / sd**2
        return mpmath.gammainc(mpmath.mpf(n - 1) / 2, 0, ratio * (n - ddof) / 2, regularized=True)

    return reference


def _distribution(name: str) -> tuple[Theorem, ...]:
    transform, words = _transforms(name), name.replace("_", "-")
    growth = 0.5 if name == "sd" else 1.0
    low = -np.inf if name == "log_variance" else 0.0
    return (
        Theorem(
            title=f"law of the fitted {words} under replacement",
            quantity=name,
            statistic="distribution",
            road="exact numeric",
            statement=r"P(\log(\sigma_t^2/\sigma_0^2) > x) = \frac1{2\pi i}\int G(s)^t\,e^{-sx}\,\frac{ds}{s},"
            r"\quad \Re s > 0",
            conditions=EITHER,
            source=f"gilpelaez1951, on a contour through the saddle: {PAGE}",
            holds=refitted,
            value=_law(transform),
            reference=_law_reference(name),
        ),
        Theorem(
            title=f"almost-sure growth rate of the fitted {words}",
            quantity=name,
            statistic="growth_rate",
            road="closed form",
            statement=r"\lim_t \tfrac1t \log\sigma_t^2 = E\log W, \text{ half of it for the sd};\quad "
            r"E\log W = \psi\!\left(\tfrac{n-1}2\right) + \log\tfrac2{n-\delta} \text{ plug-in},\ 0 \text{ posterior}",
            conditions="replacement, one sample size; strong law of large numbers",
            source=f"shumailov2024, Theorem 3.1; {PAGE}",
            holds=lambda setting: refitted(setting) and setting.sizes.constant,
            value=lambda setting: growth * float(drift(setting)(np.float64(setting.sizes(1)))),
            formula=lambda setting: sympy_rational(growth) * drift_formula(setting),
            proof=prove_drift,
        ),
        Theorem(
            title=f"limit of every quantile of the fitted {words}",
            quantity=name,
            statistic="quantile_limit",
            road="closed form",
            statement=r"0 \text{ or } \infty \text{ by the sign of } E\log W",
            conditions="replacement, sum of 1/n_t infinite",
            source=PAGE,
            holds=refitted,
            value=_quantile_limit(low, np.inf, np.log if name == "log_variance" else lambda v: v ** POWERS[name]),
            proof=prove_drift,
        ),
        Theorem(
            title=f"universal clock of the fitted {words}: geometric Brownian motion",
            quantity=name,
            statistic="distribution",
            road="asymptotic",
            statement=r"\log(\sigma_t^2/\sigma_0^2) \approx N(-(2-\delta)\tau,\,2\tau),"
            r"\quad \tau = \textstyle\sum_{i\le t} 1/n_i",
            conditions="replacement, n → ∞ with τ fixed",
            source=f"{PAGE}, section on the universal clock",
            holds=replaced,
            value=lambda setting, t: [transform(setting, _clock(setting, int(g))) for g in t],
            name="universal clock",
            order=Order(1.0, along=lambda m: (m, m)),
        ),
        Theorem(
            title=f"Lugannani–Rice saddlepoint of the fitted {words}",
            quantity=name,
            statistic="distribution",
            road="asymptotic",
            statement=r"1-\Phi(w) + \phi(w)\left(\tfrac1u - \tfrac1w\right)",
            conditions="replacement; error O(t^-3/2) in the centre of the law, relative error O(1/t) in its tails",
            source="lugannani1980",
            holds=refitted,
            value=lambda setting, t: [transform(setting, Saddlepoint(log_law(setting, int(g)))) for g in t],
            name="saddlepoint",
            order=Order(1.5, along=lambda m: (10, m)),
        ),
        Theorem(
            title=f"Chernoff bound on the tails of the fitted {words}, the large-deviation rate",
            quantity=name,
            statistic="distribution",
            road="bound",
            statement=r"P(\log(\sigma_t^2/\sigma_0^2) > x) \le \inf_{s>0} e^{-sx} G(s)^t",
            conditions="replacement; above the mean, and mirrored below it",
            source=f"{PAGE}, section on large deviations",
            holds=refitted,
            value=lambda setting, t: [transform(setting, Chernoff(log_law(setting, int(g)))) for g in t],
            name="large deviations",
        ),
    )


def sympy_rational(number: float) -> Any:
    """Number as a sympy rational."""
    import sympy

    return sympy.Rational(str(number))


def _clock(setting: Any, t: int) -> Normal:
    tau = float(additive(setting, np.array([t]), lambda n: 1 / n)[0])
    return Normal(-(2 - setting.family.ddof) * tau, float(np.sqrt(2 * tau)))


def _carried(s: float) -> Any:
    def value(setting: Any, t: int, fraction: float) -> float:
        law = log_law(setting, t)
        return float(law.tilted(s).sf(law.isf(fraction)))

    return value


def _carried_reference(s: float) -> Any:
    def reference(setting: Any, t: int, fraction: float) -> Any:
        """After one refit: two incomplete gamma functions at one quantile, in mpmath."""
        import mpmath

        if t != 1 or not plug_in(setting):
            raise NoClosedForm("the reference is for one plug-in refit")
        return carried_by_top(mpmath.mpf(int(setting.sizes(1)) - 1) / 2, mpmath.mpf(s), fraction)

    return reference


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
            reference=_carried_reference(s),
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
            proof=_prove_tilting,
        ),
    )


SPREAD_LAWS: tuple[Theorem, ...] = (
    *_distribution("variance"),
    *_distribution("sd"),
    *_distribution("log_variance"),
    *_who_carries("variance"),
    *_who_carries("sd"),
)
