"""Whether the rate is above 0: exactly in every regime, by generating functions."""

from __future__ import annotations

import math
from collections.abc import Callable
from fractions import Fraction
from typing import Any

import numpy as np

from collapse_theory.errors import NoClosedForm
from collapse_theory.families.poisson import mixture
from collapse_theory.families.poisson.lineages import Lineages, reference_log_absent, stationary_log_absent
from collapse_theory.schedules import Geometric
from collapse_theory.theorem import Check, Road, Theorem
from collapse_theory.theorems.poisson.data import (
    PAGE,
    accumulated,
    expected,
    fresh,
    mixed,
    replaced_constant,
    replaced_varying,
)
from collapse_theory.wright_fisher import branching

MOST_GROWTH = 10_000
"""Generations of a growing sample among which extinction is looked for."""


def _log_absent_constant(setting: Any, t: Any) -> Any:
    return -expected(setting) * branching.line_survival(t)


def log_absent(setting: Any, t: Any) -> Any:
    """Logarithm of the chance that the rate is 0, from the tableau."""
    return Lineages.of(setting, int(np.max(t))).log_absent(np.asarray(t, dtype=np.int64))


def _log_absent_mixed(setting: Any, t: Any) -> Any:
    return mixture.log_absent(setting, np.asarray(t, dtype=np.int64))


def _log_absent_kept(setting: Any, t: Any) -> Any:
    return np.full(np.shape(t), -expected(setting))


def _reference_kept(setting: Any, t: int) -> Any:
    import mpmath

    return -mpmath.mpf(int(setting.sizes(1))) * mpmath.mpf(setting.family.rate)


def _reference_mixed(setting: Any, t: int) -> Any:
    import mpmath

    return mpmath.log(mixture.reference_absent(setting, t))


def _limit_varying(setting: Any) -> float:
    if setting.sizes.reciprocal_sum_converges is False:
        return -0.0
    if isinstance(setting.sizes, Geometric):
        return float(log_absent(setting, np.array([last_growing(setting.sizes)]))[0])
    raise NoClosedForm("the limit under growing sample sizes has no closed form: evaluate at large t")


def _limit_of_growing(setting: Any) -> float:
    """Minus infinity: ever more counts are within reach of new real points, and some are not 0."""
    if setting.sizes.reciprocal_sum_converges is None:
        raise NoClosedForm(f"{setting.sizes!r}: a custom schedule has no theorem about t → ∞")
    return -math.inf


def _limit_fresh(setting: Any) -> float:
    if not setting.sizes.constant:
        return _limit_of_growing(setting)
    n = int(setting.sizes(1))
    return stationary_log_absent(setting.family.rate, n, int(setting.tableau.drawn[0]))


def _limit_mixed(setting: Any) -> float:
    if not setting.sizes.constant:
        return _limit_of_growing(setting)
    return mixture.stationary_log_absent(setting)


def last_growing(sizes: Geometric) -> int:
    """Last generation whose sample size is a count, by when extinction is decided up to rounding."""
    last = int(math.log(2.0**53 / max(sizes.n0, 1.0)) / math.log(sizes.ratio)) - 1
    if not 1 <= last <= MOST_GROWTH:
        raise NoClosedForm(f"a sample that grows by the factor {sizes.ratio:g} decides extinction beyond {MOST_GROWTH}")
    return last


def prove_survival() -> tuple[Check, ...]:
    """Generating functions: one refit, its iterates at 0, and the law of small totals added up state by state."""
    import sympy

    z, w, rho, m = sympy.symbols("z w rho m", positive=True)
    k = sympy.Symbol("k", nonnegative=True, integer=True)
    children = sympy.summation(sympy.exp(-rho) * rho**k / sympy.factorial(k) * z**k, (k, 0, sympy.oo))
    offspring = sympy.exp(rho * (z - 1))
    sums = offspring**m - sympy.exp(rho * m * (z - 1))
    back = 1 - offspring.subs(z, 1 - w)
    return (
        Check("Poisson(ρ) has the generating function e^(ρ(z − 1))", sympy.simplify(children - offspring) == 0),
        Check("m counts have m times as many children", sympy.simplify(sums) == 0),
        Check("w ↦ 1 − e^(−ρw)", sympy.simplify(back - (1 - sympy.exp(-rho * w))) == 0),
        Check("from ρ = 1, w = 1 it is g_2 = 1 − 1/e", back.subs({rho: 1, w: 1}) == 1 - sympy.exp(-1)),
        Check("two generations added up over the first total", _two_generations()),
    )


def _two_generations() -> bool:
    """P(S_2 = 0) added up over S_1 against the composed generating function, to 40 digits."""
    import mpmath

    with mpmath.workdps(50):
        for mean in (mpmath.mpf(1) / 2, mpmath.mpf(3)):
            added = mpmath.nsum(
                lambda i, m=mean: mpmath.exp(-m) * m**i / mpmath.factorial(i) * mpmath.exp(-i), [0, mpmath.inf]
            )
            if abs(added - mpmath.exp(-mean * (1 - mpmath.exp(-1)))) > mpmath.mpf(10) ** -40:
                return False
    return True


def _survival(
    title: str,
    statement: str,
    conditions: str,
    holds: Callable[[Any], bool],
    log_absent: Callable[..., Any],
    *,
    road: Road = "recurrence",
    limit: Callable[[Any], float] | None = None,
    reference: Callable[[Any, int], Any] = reference_log_absent,
    formula: Callable[[Any], Any] | None = None,
    limits: tuple[str, ...] = ("mean", "std"),
) -> tuple[Theorem, ...]:
    """Mean and standard deviation of the survival of the rate, from the logarithm of the chance that it is 0."""

    def theorem(
        statistic: str, what: str, symbol: str, of_log: Callable[[Any], Any], of: Callable[[Any], Any]
    ) -> Theorem:
        def referred(setting: Any, t: int) -> Any:
            import mpmath

            return of(mpmath.exp(reference(setting, t)))

        return Theorem(
            title=f"{what} {title}",
            quantity="survival",
            statistic=statistic,
            road=road,
            statement=rf"{symbol},\quad p = {statement}",
            conditions=f"Poisson; {conditions}",
            source=f"suresh2025 Theorem 2 under replacement, with bounds for g; {PAGE}",
            holds=holds,
            value=lambda setting, t: np.exp(of_log(log_absent(setting, t))),
            log_value=lambda setting, t: of_log(log_absent(setting, t)),
            reference=referred,
            formula=None if formula is None else lambda setting: of(formula(setting)),
            limit=None
            if limit is None or statistic not in limits
            else lambda setting: np.exp(of_log(limit(setting))).item(),
            proof=prove_survival,
        )

    return (
        theorem("mean", "chance that a Poisson rate is above 0", "1 - p", _log_complement, lambda p: 1 - p),
        theorem(
            "std", "standard deviation of the survival of a Poisson rate", r"\sqrt{p(1-p)}", _log_deviation, _deviation
        ),
    )


def _log_complement(log_p: Any) -> Any:
    with np.errstate(divide="ignore"):
        return np.log(-np.expm1(log_p))


def _log_deviation(log_p: Any) -> Any:
    return (log_p + _log_complement(log_p)) / 2


def _deviation(p: Any) -> Any:
    """Standard deviation of what has the chance p, for a number of mpmath or a formula of sympy."""
    root = Fraction(1, 2)
    return (p * (1 - p)) ** root


def _kept_formula(setting: Any) -> Any:
    """The chance with one sample size, in letters."""
    import sympy

    from collapse_theory.symbols import lambda0, n

    if not setting.sizes.constant:
        raise NoClosedForm("the formula is written with one sample size")
    return sympy.exp(-n * lambda0)


SURVIVAL: tuple[Theorem, ...] = (
    *_survival(
        "under replacement",
        r"e^{-n\lambda_0 g_t},\quad g_1 = 1,\quad g_{k+1} = 1 - e^{-g_k}",
        "replacement, one sample size",
        replaced_constant,
        _log_absent_constant,
        limit=lambda setting: -0.0,
    ),
    *_survival(
        "under replacement with samples that vary",
        r"e^{-n_1\lambda_0 u_1},\quad u_t = 1,\quad u_s = 1 - e^{-u_{s+1} n_{s+1}/n_s}",
        "replacement, any sample sizes",
        replaced_varying,
        log_absent,
        limit=_limit_varying,
        limits=("mean",),
    ),
    *_survival(
        "under accumulation",
        r"e^{-n_1\lambda_0}",
        "accumulation, any sample sizes: 0 at generation 1 or never",
        accumulated,
        _log_absent_kept,
        road="closed form",
        limit=lambda setting: -expected(setting),
        reference=_reference_kept,
        formula=_kept_formula,
    ),
    *_survival(
        "with fresh data in fixed number",
        r"e^{-\lambda_0[n_1 w_1 + \sum_{s=2}^t r_s w_s]},\quad w_t = 1,\quad w_{s-1} = 1 - e^{-w_s(n_s-r_s)/n_{s-1}}",
        "a fixed number of fresh points, any sample sizes; the rate may come back from 0",
        fresh,
        log_absent,
        limit=_limit_fresh,
    ),
    *_survival(
        "with fresh data by chance",
        r"\varphi_t(\infty),\quad \varphi_t(\theta) = \sum_j \tbinom nj \alpha^{n-j}(1-\alpha)^j"
        r"e^{-(n-j)\lambda_0 d}\varphi_{t-1}(jd),\quad d = 1 - e^{-\theta/n}",
        f"fresh points by chance; up to {mixture.LARGEST} points and expected counts",
        mixed,
        _log_absent_mixed,
        road="exact numeric",
        limit=_limit_mixed,
        reference=_reference_mixed,
    ),
)
