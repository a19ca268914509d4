r"""What is known of the error of a regression that is refitted on its own labels.

The errors of n rows follow from Wishart matrices A of n degrees of freedom: :math:`E\,A^{-1} = I/(n-d-1)` for
n ≥ d + 2; of rows fewer than coefficients, the projection P on their span has :math:`E P = (n/d)\,I`, and
:math:`E\operatorname{tr}(XX^\top)^{-1} = n/(d-n-1)`. Next to n = d, for d − 1 ≤ n ≤ d + 1, these means are infinite.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction
from typing import Any

import numpy as np

from collapse_theory import schedules
from collapse_theory.errors import NoClosedForm
from collapse_theory.families.linear_regression.mixed_labels import kept_error, noise_factor
from collapse_theory.gamma_ratios import digamma_difference, geometric_sum, log_geometric_sum
from collapse_theory.theorem import Check, Compiled, Theorem, identity, proved_by_induction

PAGE = "docs/theory/linear_regression"


def determined(setting: Any) -> bool:
    """At least as many rows as coefficients, from the first generation on."""
    return bool(setting.sizes.smallest_by(schedules.FORESEEN) >= setting.family.dimension)


def replaced(setting: Any) -> bool:
    """Replacement, with at least as many rows as coefficients."""
    return bool(setting.tableau.replacement) and determined(setting)


def _accumulated_fresh(setting: Any) -> bool:
    return bool(setting.tableau.accumulation) and determined(setting) and not setting.family.repeated


def repeated(setting: Any) -> bool:
    """The same rows in all generations."""
    return bool(setting.family.repeated)


def interpolated(setting: Any) -> bool:
    """Replacement with new rows in one number, fewer than coefficients."""
    few = setting.sizes.constant and setting.sizes(1) < setting.family.dimension
    return bool(few and setting.tableau.replacement and not setting.family.repeated)


def _fresh(setting: Any) -> bool:
    step, d = setting.tableau, setting.family.dimension
    kept = step.mixture and not step.share and setting.sizes.constant
    return bool(kept and setting.sizes(1) >= d + 2 and not setting.family.repeated)


def one_fit(setting: Any, n: Any) -> Any:
    """Mean error of the noise of one fit to n ≥ d rows; infinite below n = d + 2."""
    d, noise = setting.family.dimension, setting.family.noise
    if noise == 0:
        return np.zeros(np.shape(n))
    return np.where(n > d + 1, noise**2 * d / np.maximum(n - d - 1, 1), np.inf)


def _interpolating(setting: Any, n: int) -> float:
    """Mean error of the noise of one interpolating fit, n < d; infinite at n = d − 1."""
    d, noise = setting.family.dimension, setting.family.noise
    if noise == 0:
        return 0.0
    return float(noise**2 * n / (d - n - 1)) if n < d - 1 else np.inf


def _slope_formula(setting: Any) -> Any:
    """σ²d/(n − d − 1), infinite where it does not hold; 0 without noise."""
    import sympy

    from collapse_theory.symbols import d, n, sigma0

    if setting.family.noise == 0:
        return sympy.Integer(0)
    return sympy.Piecewise((sigma0**2 * noise_factor(n, d), n > d + 1), (sympy.oo, True))


def _from_one(of_t: Callable[[], Any]) -> Any:
    """Formula that is a function of t times the error of one fit; 0 at the source, and without noise."""

    def formula(setting: Any) -> Any:
        import sympy

        from collapse_theory.symbols import d, n, sigma0, t

        if setting.family.noise == 0:
            return sympy.Integer(0)
        value = sigma0**2 * noise_factor(n, d) * of_t()
        return sympy.Piecewise((sympy.Integer(0), sympy.Eq(t, 0)), (value, n > d + 1), (sympy.oo, True))

    return formula


def _generations() -> Any:
    from collapse_theory.symbols import t

    return t


def _inverse_squares() -> Any:
    import sympy

    from collapse_theory.symbols import t

    return sympy.zeta(2) - sympy.zeta(2, t + 1)


def _pooled_sum() -> Any:
    """(n − d − 1) Σ 1/[i(in − d − 1)] by digamma functions."""
    import sympy

    from collapse_theory.symbols import d, n, t

    a = (d + 1) / n
    parts = sympy.digamma(t + 1 - a) - sympy.digamma(1 - a) - sympy.digamma(t + 1) + sympy.digamma(1)
    return (n - d - 1) / (d + 1) * parts


def _replaced_limit(setting: Any) -> float:
    if setting.family.noise == 0:
        return 0.0
    if setting.sizes.constant or setting.sizes.reciprocal_sum_converges is False:
        return np.inf
    raise NoClosedForm("the limit under growing numbers of rows is an infinite sum: evaluate at large t")


def _pooled(setting: Any, t: Any) -> Any:
    """σ²d Σ n_s/[N_s (N_s − d − 1)], for one size by increments of the digamma function."""
    family, sizes = setting.family, setting.sizes
    d, first = family.dimension, one_fit(setting, float(sizes(1)))
    if not np.isfinite(first) or family.noise == 0:
        return np.full(np.shape(t), float(first))
    if sizes.constant:
        a = (d + 1) / float(sizes(1))
        parts = digamma_difference(np.asarray(t) + 1.0, -a) - digamma_difference(1.0, -a)
        return family.noise**2 * d / (d + 1) * parts
    each = np.arange(1, np.max(t) + 1)
    total = sizes.total(each).astype(float)
    return family.noise**2 * np.cumsum(sizes(each) * noise_factor(total, d) / total)[np.asarray(t) - 1]


def _pooled_limit(setting: Any) -> float:
    if not setting.sizes.constant:
        raise NoClosedForm("the limit under growing numbers of rows is an infinite sum: evaluate at large t")
    first = float(one_fit(setting, float(setting.sizes(1))))
    d = setting.family.dimension
    if not np.isfinite(first) or first == 0:
        return first
    return float(-(setting.family.noise**2) * d / (d + 1) * digamma_difference(1.0, -(d + 1) / float(setting.sizes(1))))


def repeated_parts(setting: Any) -> tuple[float, float]:
    """What the rows never see of the signal, squared, and the error of the noise of one fit."""
    family, n = setting.family, int(setting.sizes(1))
    if n >= family.dimension:
        return 0.0, float(one_fit(setting, float(n)))
    return family.signal**2 * (1 - n / family.dimension), _interpolating(setting, n)


def _interpolated_value(setting: Any, t: Any) -> Any:
    family, n = setting.family, int(setting.sizes(1))
    noise, log_left = _interpolating(setting, n), np.log(n / family.dimension)
    faded = -np.expm1(np.asarray(t) * log_left)
    return faded * (family.signal**2 + noise / (1 - n / family.dimension))


def _interpolated_formula(setting: Any) -> Any:
    import sympy

    from collapse_theory.symbols import d, n, sigma0, t, w0

    faded = 1 - (n / d) ** t
    if setting.family.noise == 0:
        return w0**2 * faded
    value = faded * (w0**2 + sigma0**2 * n / (d - n - 1) / (1 - n / d))
    return sympy.Piecewise((sympy.Integer(0), sympy.Eq(t, 0)), (value, n < d - 1), (sympy.oo, True))


def _interpolated_limit(setting: Any) -> float:
    family, n = setting.family, int(setting.sizes(1))
    return float(family.signal**2 + _interpolating(setting, n) / (1 - n / family.dimension))


def _fresh_gap(setting: Any) -> float:
    """1 − γ, from fractions; negative where few rows beside few real ones enlarge the error that they take over."""
    n = int(setting.sizes(1))
    m, d = n - int(setting.tableau.drawn[0]), setting.family.dimension
    return float(1 - kept_error(Fraction(n), Fraction(m), Fraction(d)))


def _log_fresh_factor(setting: Any) -> float:
    with np.errstate(divide="ignore"):
        return float(np.log1p(-_fresh_gap(setting)))


def _fresh_value(setting: Any, t: Any) -> Any:
    """The first error, kept with the factor γ and renewed."""
    first = float(one_fit(setting, float(setting.sizes(1))))
    return first * geometric_sum(_log_fresh_factor(setting), np.asarray(t)) if first else np.zeros(np.shape(t))


def _log_fresh_value(setting: Any, t: Any) -> Any:
    with np.errstate(divide="ignore"):
        first = np.log(one_fit(setting, float(setting.sizes(1))))
    return first + log_geometric_sum(_log_fresh_factor(setting), np.asarray(t))


def _fresh_limit(setting: Any) -> float:
    first, gap = float(one_fit(setting, float(setting.sizes(1)))), _fresh_gap(setting)
    return first / gap if gap > 0 or not first else np.inf


def _prove_inverse() -> tuple[Check, ...]:
    """The mean of an inverse Wishart from that of an inverse chi-square, and of the sums over generations."""
    import sympy

    from collapse_theory.symbols import d, n, t

    x, k = sympy.symbols("x k", positive=True)
    density = x ** (k / 2) * sympy.exp(-x / 2) / (2 ** (k / 2 + 1) * sympy.gamma(k / 2 + 1))
    inverse = sympy.integrate(density / x, (x, 0, sympy.oo))  # of k + 2 degrees of freedom
    one = 1 / (n - d - 1)
    pooled = _pooled_sum()
    step = (n - d - 1) / ((t + 1) * ((t + 1) * n - d - 1))
    increment = pooled.subs(t, t + 1) - pooled - step
    return (
        *identity(inverse, 1 / k, "E 1/χ² = 1/(degrees of freedom − 2), of n − d + 1: 1/(n − d − 1)"),
        *proved_by_induction(t * one, t, 0 * t, lambda now: now + one, "σ²d t/(n − d − 1)"),
        Check("the digamma form grows by 1/[t(tn − d − 1)]", sympy.simplify(sympy.expand_func(increment)) == 0),
        Check("and begins at 0", sympy.simplify(pooled.subs(t, 0)) == 0),
    )


def prove_interpolation() -> tuple[Check, ...]:
    """The step e ↦ (n/d) e + (1 − n/d) w² + noise, solved."""
    import sympy

    from collapse_theory.symbols import t

    share, signal, noise = sympy.symbols("rho omega v", positive=True)
    formula = (1 - share**t) * (signal + noise / (1 - share))
    return proved_by_induction(
        formula, t, 0 * t, lambda now: share * now + (1 - share) * signal + noise, "the error of interpolation"
    )


def _prove_kept() -> tuple[Check, ...]:
    """Second moments of a matrix beta number from those of the Wishart matrices; one dimension by integration."""
    import sympy

    m, r, n = sympy.symbols("m r n", positive=True)
    c2 = m * (n - m) / (n * (n - 1) * (n + 2))
    c1 = (m**2 - 2 * n * c2) / n**2
    first = sympy.simplify(c1 * n**2 + 2 * n * c2 - m**2)
    second = sympy.simplify(c1 * n + c2 * n * (n + 1) - m)
    beta = m * (m + 2) / ((m + r) * (m + r + 2))  # the second moment of a beta number of m/2 and r/2
    alone = sympy.simplify(kept_error(n, m, 1).subs(n, m + r) - beta)
    whole = kept_error(Fraction(12), Fraction(12), Fraction(3))
    return (
        Check("E[B ⊗ B] from E[A ⊗ A], the part of the traces", first == 0),
        Check("E[B ⊗ B] from E[A ⊗ A], the part of the crossings", second == 0),
        Check("γ in one dimension is E U² of a beta number", alone == 0),
        Check("γ = 1 where no row is real", whole == 1),
    )


MEANS: tuple[Theorem, ...] = (
    Theorem(
        title="mean excess risk of regression under replacement",
        quantity="excess_risk",
        statistic="mean",
        road="closed form",
        statement=r"E\|w_t-w^*\|^2 = \sigma^2 d\sum_{s\le t}\frac1{n_s-d-1} = \frac{\sigma^2 d}{n-d-1}\,t",
        conditions="least squares, replacement, the same rows or new ones, n ≥ d; infinite at n = d and d + 1",
        source=f"gerstgrasser2024, Theorem 2; dohmatob2024; {PAGE}",
        holds=replaced,
        value=lambda setting, t: schedules.additive(setting.sizes, t, lambda n: one_fit(setting, n)),
        formula=_from_one(_generations),
        limit=_replaced_limit,
        proof=_prove_inverse,
    ),
    Theorem(
        title="mean excess risk of regression under accumulation of one design",
        quantity="excess_risk",
        statistic="mean",
        road="closed form",
        statement=r"E\|w_t-w^*\|^2 = \frac{\sigma^2 d}{n-d-1}\sum_{i\le t}\frac1{i^2}"
        r" \to \frac{\pi^2}6\,\frac{\sigma^2 d}{n-d-1}",
        conditions="least squares, accumulation, the same rows in all generations, n ≥ d",
        source=f"gerstgrasser2024, Theorem 2; {PAGE}",
        holds=lambda setting: repeated(setting) and setting.tableau.accumulation and determined(setting),
        value=Compiled(_from_one(_inverse_squares)),
        formula=_from_one(_inverse_squares),
        limit=lambda setting: float(one_fit(setting, float(setting.sizes(1))) * np.pi**2 / 6),
        proof=_prove_inverse,
    ),
    Theorem(
        title="mean excess risk of regression under accumulation of new rows",
        quantity="excess_risk",
        statistic="mean",
        road="closed form",
        statement=r"E\|w_t-w^*\|^2 = \sigma^2 d\sum_{s\le t}\frac{n_s}{N_s(N_s-d-1)}"
        r" \to \sigma^2\,\frac dn\,\frac{\psi(1)-\psi(1-a)}a,\quad a = \tfrac{d+1}n",
        conditions="least squares, accumulation, new rows in every generation, n ≥ d; infinite at n = d and d + 1",
        source=PAGE,
        holds=_accumulated_fresh,
        value=_pooled,
        formula=_from_one(_pooled_sum),
        limit=_pooled_limit,
        proof=_prove_inverse,
    ),
    Theorem(
        title="mean excess risk of interpolation under replacement",
        quantity="excess_risk",
        statistic="mean",
        road="closed form",
        statement=r"E\|w_t-w^*\|^2 = (1-\rho^t)\Bigl[\|w^*\|^2 + \frac{\sigma^2 n}{(d-n-1)(1-\rho)}\Bigr],\quad"
        r"\rho = n/d",
        conditions="least squares of minimum norm, replacement, new rows, one number of rows n < d; infinite at "
        "n = d − 1",
        source=f"dohmatob2024 for the loss of the signal; {PAGE}",
        holds=interpolated,
        value=_interpolated_value,
        formula=_interpolated_formula,
        limit=_interpolated_limit,
        proof=prove_interpolation,
    ),
    Theorem(
        title="mean excess risk of regression with real rows in every generation",
        quantity="excess_risk",
        statistic="mean",
        road="closed form",
        statement=r"E\|w_t-w^*\|^2 = \frac{\sigma^2 d}{n-d-1}\,\frac{1-\gamma^t}{1-\gamma},\quad \gamma = "
        r"\frac{m^2}{n^2} + \frac{mr}{n(n-1)(n+2)}\Bigl(1-\frac2n+\frac{nd-2}{n-d-1}\Bigr)",
        conditions="least squares, r real rows, m = n − r of the model, all new, n ≥ d + 2; without a limit for γ ≥ 1",
        source=PAGE,
        holds=_fresh,
        value=_fresh_value,
        log_value=_log_fresh_value,
        limit=_fresh_limit,
        proof=_prove_kept,
    ),
)


def with_noise(theorem: Theorem) -> Theorem:
    """The test error from the excess risk."""

    def added(of: Callable[..., Any]) -> Any:
        return lambda setting, *given: setting.family.noise**2 + of(setting, *given)

    def log_value(setting: Any, t: Any) -> Any:
        assert theorem.log_value is not None
        with np.errstate(divide="ignore"):
            return np.logaddexp(2 * np.log(setting.family.noise), theorem.log_value(setting, t))

    def formula(setting: Any) -> Any:
        from collapse_theory.symbols import sigma0

        assert theorem.formula is not None
        return (sigma0**2 if setting.family.noise else 0) + theorem.formula(setting)

    return replace(
        theorem,
        title=theorem.title.replace("excess risk", "test error"),
        quantity="test_error",
        statement=rf"\sigma^2 + E\|w_t-w^*\|^2;\quad {theorem.statement}",
        value=Compiled(formula) if isinstance(theorem.value, Compiled) else added(theorem.value),
        log_value=None if theorem.log_value is None else log_value,
        formula=None if theorem.formula is None else formula,
        limit=None if theorem.limit is None else added(theorem.limit),
    )


SLOPE = Theorem(
    title="slope of the mean excess risk of regression under replacement",
    quantity="excess_risk",
    statistic="slope",
    road="closed form",
    statement=r"\frac{\sigma^2 d}{n-d-1}",
    conditions="least squares, replacement, one number of rows n ≥ d",
    source=f"gerstgrasser2024, Theorem 2; {PAGE}",
    holds=lambda setting: replaced(setting) and setting.sizes.constant,
    value=Compiled(_slope_formula),
    formula=_slope_formula,
    proof=_prove_inverse,
)

RISK: tuple[Theorem, ...] = (*MEANS, *map(with_noise, MEANS), SLOPE)
