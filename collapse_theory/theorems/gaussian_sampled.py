r"""Gaussian models whose points are cut, selected or edited: exact moments under replacement.

Independent sampled points :math:`\mu + \sigma z`, z of mean e, variance v and kurtosis :math:`\beta`, give a fitted
variance :math:`\sigma^2 v S_z^2` of a scale that is independent of the past, with the divisor n − 1

.. math:: E S^2 = v,\qquad E S^4 = v^2\Big(1 + \frac{\beta - 3}{n} + \frac{2}{n-1}\Big),

so that mean and standard deviation of :math:`\sigma_t^2` are products; generation 1, of real points, has v = 1 and
:math:`\beta = 3`.
"""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import numpy as np

from collapse_theory.families import Gaussian
from collapse_theory.families.gaussian.step import additive, log_divisor, log_expm1
from collapse_theory.sampling import HumanEdit
from collapse_theory.sampling.sampling import PlacedSampling
from collapse_theory.theorem import Check, Theorem, in_mpmath

PAGE = "docs/theory/sampling"


def _plug_in(setting: Any) -> bool:
    return isinstance(setting.family, Gaussian) and bool(setting.family.two_moments)


def _replaced(setting: Any) -> bool:
    return _plug_in(setting) and bool(setting.regime.tableau(setting.sizes).replacement)


def placed(setting: Any) -> bool:
    """Independent standardized points on a plug-in Gaussian, every fit to points of the newest model."""
    return isinstance(setting.sampling, PlacedSampling) and setting.sampling.standard is not None and _replaced(setting)


def _log_mean(setting: Any, t: Any) -> Any:
    t = np.asarray(t)
    factors = additive(setting, t, lambda n: log_divisor(setting, n))
    return np.log(setting.family.spread) + factors + (t - 1) * np.log(setting.sampling.standard.variance)


def _log_relative_second_moment(setting: Any, t: Any) -> Any:
    excess = setting.sampling.standard.kurtosis - 3

    def sampled(n: Any) -> Any:
        return np.log1p(excess / n + 2 / (n - 1))

    n = float(setting.sizes(1))
    return additive(setting, t, sampled) - sampled(n) + np.log1p(2 / (n - 1))


def _log_std(setting: Any, t: Any) -> Any:
    return _log_mean(setting, t) + 0.5 * log_expm1(_log_relative_second_moment(setting, t))


def _mean_formula(setting: Any) -> Any:
    from collapse_theory.symbols import ddof, n, sigma0, t, tau

    return sigma0**2 * tau ** (t - 1) * ((n - 1) / (n - ddof)) ** t


def _mean_limit(setting: Any) -> float:
    rate = np.log(setting.sampling.standard.variance) + log_divisor(setting, float(setting.sizes(10**9)))
    return 0.0 if rate < 0 else float(np.inf) if rate > 0 else float(setting.family.spread)


def _prove_sample_variance() -> tuple[Check, ...]:
    """Mean and second moment of a sample variance by enumeration of all samples from a law of three points."""
    values, chances = (Fraction(-1), Fraction(0), Fraction(3)), (Fraction(1, 2), Fraction(1, 3), Fraction(1, 6))
    mean: Any = sum(p * x for x, p in zip(values, chances, strict=True))
    second, fourth = (sum(p * (x - mean) ** k for x, p in zip(values, chances, strict=True)) for k in (2, 4))
    checks = []
    for n in (2, 3, 4):
        first: Any = Fraction(0)
        squared: Any = Fraction(0)
        for index in np.ndindex(*(3,) * n):
            points, chance = [values[i] for i in index], Fraction(1)
            for i in index:
                chance *= chances[i]
            centre = sum(points) / n
            variance = sum((x - centre) ** 2 for x in points) / (n - 1)
            first, squared = first + chance * variance, squared + chance * variance**2
        kurtosis = fourth / second**2
        expected = second**2 * (1 + (kurtosis - 3) / n + Fraction(2, n - 1))
        what = f"E S² = v and E S⁴ = v²(1 + (β − 3)/n + 2/(n − 1)), n = {n}"
        checks.append(Check(what, first == second and squared == expected))
    return tuple(checks)


def _edited(setting: Any) -> bool:
    return isinstance(setting.sampling, HumanEdit) and _replaced(setting) and bool(setting.sizes.constant)


def _edit_first(setting: Any, exact: Any) -> list[Any]:
    """State (V, D, M, A, 1) of generation 1, which is of real points alone.

    D is the mean squared distance of the fitted mean from the editors' mean, M from the source's, and A the product of
    the mean way from the source with the whole way to the editors: in these letters nothing is ever subtracted.
    """
    family, n = setting.family, exact(int(setting.sizes(1)))
    v, way = exact(family.sd) ** 2, (exact(setting.sampling.toward.mean) - exact(family.mean)) ** 2
    return [(n - 1) / (n - exact(family.ddof)) * v, way + v / n, v / n, exact(0), exact(1)]


def _edit_rows(setting: Any, exact: Any) -> list[list[Any]]:
    """The map of the state in every later generation."""
    family, other, n = setting.family, setting.sampling.toward, exact(int(setting.sizes(1)))
    rho, way = exact(setting.sampling.rate), (exact(other.mean) - exact(family.mean)) ** 2
    left, zero = 1 - rho, exact(0)
    point = [left, rho * left, zero, zero, rho * exact(other.sd) ** 2]
    factor, noise = (n - 1) / (n - exact(family.ddof)), [p / n for p in point]
    return [
        [factor * p for p in point],
        [noise[0], noise[1] + left**2, zero, zero, noise[4]],
        [noise[0], noise[1], left**2, 2 * rho * left, noise[4] + rho**2 * way],
        [zero, zero, zero, left, rho * way],
        [zero, zero, zero, zero, exact(1)],
    ]


def _edit_value(index: int) -> Any:
    """Values by powers of the map, the same from generation 2 on."""

    def value(setting: Any, t: Any) -> Any:
        first, step = np.array(_edit_first(setting, float)), np.array(_edit_rows(setting, float))
        with np.errstate(over="ignore", invalid="ignore"):
            states = [np.linalg.matrix_power(step, int(when) - 1) @ first for when in np.ravel(t)]
        if not np.all(np.isfinite(states)):
            raise OverflowError(f"the second moments of {setting!r} leave the floats by t = {np.max(t)}")
        return np.reshape([state[index] for state in states], np.shape(t))

    return value


def _edit_reference(index: int) -> Any:
    def reference(setting: Any, t: int) -> Any:
        from collapse_theory.errors import NoClosedForm

        if t > 50:
            raise NoClosedForm("fractions are stepped through 50 generations")
        state, rows = _edit_first(setting, Fraction), _edit_rows(setting, Fraction)
        for _ in range(t - 1):
            state = [sum(a * x for a, x in zip(row, state, strict=True)) for row in rows]
        return in_mpmath(state[index])

    return reference


def _edit_limit(index: int) -> Any:
    def limit(setting: Any) -> float:
        family, other, n = setting.family, setting.sampling.toward, float(setting.sizes(1))
        rho, s, factor = setting.sampling.rate, other.sd**2, (n - 1) / (n - family.ddof)
        if rho == 0:
            settled = 0.0 if factor < 1 else family.spread if factor == 1 else np.inf
            spent = family.spread * (n - family.ddof) / (n * (1 - family.ddof)) if factor < 1 else np.inf
            return float(settled if index == 0 else spent)
        # V = factor·τ and ρ(2 − ρ)D = τ/n, so τ is a multiple of itself and of ρ s².
        share = (1 - rho) * (factor + 1 / (n * (2 - rho)))
        if share >= 1:
            return float(np.inf)
        point = rho * s / (1 - share)
        apart = family.mean - other.mean
        return float(factor * point) if index == 0 else float(point / (n * rho * (2 - rho)) + apart**2)

    return limit


def _prove_edit() -> tuple[Check, ...]:
    """The variance of a mixed point, and the fixed point of the map, in letters."""
    import sympy

    rho, s, v, d, f, n = sympy.symbols("rho s v d f n", positive=True)
    point = rho * s + (1 - rho) * v + rho * (1 - rho) * d
    solved = sympy.solve([sympy.Eq(v, f * point), sympy.Eq(d, (1 - rho) ** 2 * d + point / n)], [v, d], dict=True)[0]
    share = (1 - rho) * f + rho * (1 - rho) / (n * (1 - (1 - rho) ** 2))
    return (Check("V* = f ρ s²/(1 − share)", sympy.simplify(solved[v] - f * rho * s / (1 - share)) == 0),)


def _edit(index: int, name: str, quantity: str) -> Theorem:
    return Theorem(
        title=f"mean {name} under human edits",
        quantity=quantity,
        statistic="mean",
        road="recurrence",
        statement=r"\tau = \rho s^2 + (1-\rho)V + \rho(1-\rho)D,\quad V' = \tfrac{n-1}{n-\delta}\tau,\quad "
        r"D' = (1-\rho)^2 D + \tau/n",
        conditions="Gaussian, replacement, one sample size, each point replaced with chance ρ by one of the editors'",
        source=PAGE,
        holds=_edited,
        value=_edit_value(index),
        reference=_edit_reference(index),
        limit=_edit_limit(index),
        proof=_prove_edit,
        any_sampling=True,
    )


GAUSSIAN_SAMPLED: tuple[Theorem, ...] = (
    Theorem(
        title="mean variance of cut or selected points",
        quantity="variance",
        statistic="mean",
        road="closed form",
        statement=r"E\,\sigma_t^2 = \sigma_0^2\,v^{t-1}\Big(\frac{n-1}{n-\delta}\Big)^t",
        conditions="Gaussian, replacement, any sample sizes, independent standardized points of variance v: "
        "truncation, best of N",
        source=PAGE,
        holds=placed,
        value=lambda setting, t: np.exp(_log_mean(setting, t)),
        log_value=_log_mean,
        formula=_mean_formula,
        limit=_mean_limit,
        proof=_prove_sample_variance,
        any_sampling=True,
    ),
    Theorem(
        title="standard deviation over runs of the variance of cut or selected points",
        quantity="variance",
        statistic="std",
        road="closed form",
        statement=r"E\,\sigma_t^4/(E\,\sigma_t^2)^2 = \Big(1 + \frac2{n-1}\Big)"
        r"\Big(1 + \frac{\beta-3}n + \frac2{n-1}\Big)^{t-1}",
        conditions="Gaussian, replacement, any sample sizes, independent standardized points of kurtosis β",
        source=PAGE,
        holds=placed,
        value=lambda setting, t: np.exp(_log_std(setting, t)),
        log_value=_log_std,
        proof=_prove_sample_variance,
        any_sampling=True,
    ),
    Theorem(
        title="relative second moment of the variance of cut or selected points",
        quantity="variance",
        statistic="relative_second_moment",
        road="closed form",
        statement=r"\Big(1 + \frac2{n-1}\Big)\Big(1 + \frac{\beta-3}n + \frac2{n-1}\Big)^{t-1}",
        conditions="Gaussian, replacement, any sample sizes, independent standardized points of kurtosis β",
        source=PAGE,
        holds=placed,
        value=lambda setting, t, tilt: np.exp(_log_relative_second_moment(setting, t)),
        any_sampling=True,
    ),
    Theorem(
        title="almost-sure growth rate of the variance of cut or selected points",
        quantity="variance",
        statistic="growth_rate",
        road="asymptotic",
        name="many points",
        statement=r"\log v + \log\frac{n-1}{n-\delta} - \frac1{2n}\Big(\beta - 1 + \frac2{n-1}\Big)",
        conditions="Gaussian, replacement, one sample size, independent standardized points, n large",
        source=PAGE,
        holds=lambda setting: placed(setting) and setting.sizes.constant,
        value=lambda setting: float(
            np.log(setting.sampling.standard.variance)
            + log_divisor(setting, float(setting.sizes(1)))
            - (setting.sampling.standard.kurtosis - 1 + 2 / (setting.sizes(1) - 1)) / (2 * setting.sizes(1))
        ),
        any_sampling=True,
    ),
    _edit(0, "variance", "variance"),
    _edit(2, "squared location error", "squared_location_error"),
)
