r"""What is known of a mixture under replacement where :math:`\rho` is added to every fitted variance.

Without it the mixture matches two moments and inherits what is known of them in every regime.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from collapse_theory.theorem import Check, Compiled, Theorem, proved_by_induction

PAGE = "docs/theory/gaussian_mixture"
TERMS, CLOSE = 24, 0.25
"""Terms of the binomial series, and the largest t/n at which it is added up."""


def _raised(setting: Any) -> bool:
    """A mixture that is fitted to points of its newest model alone, with something added to its variances."""
    regularisation = getattr(setting.family, "regularisation", 0)
    return bool(regularisation > 0 and setting.family.ddof == 0 and setting.tableau.replacement)


def _constant(setting: Any) -> bool:
    return _raised(setting) and bool(setting.sizes.constant)


def _lost(n: int, t: Any) -> Any:
    """1 − (1 − 1/n)^t."""
    return -np.expm1(t * np.log1p(-1 / n))


def _variance_value(setting: Any, t: Any) -> Any:
    n, family = int(setting.sizes(1)), setting.family
    lost = _lost(n, t)
    return family.spread * (1 - lost) + n * family.regularisation * lost


def _excess(n: int, t: Any) -> Any:
    """Sum of 1 − (1 − 1/n)^s over s < t, that is t − n[1 − (1 − 1/n)^t]: its binomial series where t is small."""
    times = np.asarray(t, dtype=float)
    early = np.minimum(times, CLOSE * n)
    term, total = early, np.zeros(times.shape)
    for j in range(2, TERMS):
        term = -term * (early - j + 1) / (j * n)
        total = total - term
    return np.where(times <= CLOSE * n, total, times - n * _lost(n, times))


def _error_value(setting: Any, t: Any) -> Any:
    n, family = int(setting.sizes(1)), setting.family
    return family.spread * _lost(n, t) + family.regularisation * _excess(n, t)


def _variance_formula(setting: Any = None) -> Any:
    from collapse_theory.symbols import n, rho, sigma0, t

    return n * rho + (sigma0**2 - n * rho) * (1 - 1 / n) ** t


def _error_formula(setting: Any = None) -> Any:
    from collapse_theory.symbols import n, rho, sigma0, t

    return rho * t + (sigma0**2 - n * rho) * (1 - (1 - 1 / n) ** t)


def _ledger_formula(setting: Any) -> Any:
    from collapse_theory.symbols import rho, sigma0, t

    return sigma0**2 + rho * t


def _prove_matching() -> tuple[Check, ...]:
    """One step of EM from any responsibilities: three points, two components, letter by letter."""
    import sympy

    from collapse_theory.symbols import rho

    points, first = sympy.symbols("x1:4"), sympy.symbols("r1:4", positive=True)
    responsibilities = (first, [1 - r for r in first])
    worth = [sum(r) for r in responsibilities]
    means = [
        sum(r * x for r, x in zip(rs, points, strict=True)) / m for rs, m in zip(responsibilities, worth, strict=True)
    ]
    variances = [
        sum(r * (x - mean) ** 2 for r, x in zip(rs, points, strict=True)) / m + rho
        for rs, m, mean in zip(responsibilities, worth, means, strict=True)
    ]
    mean = sum(m * mean for m, mean in zip(worth, means, strict=True)) / 3
    second = sum(m * (v + mean**2) for m, v, mean in zip(worth, variances, means, strict=True)) / 3
    return (
        Check("the mean of the mixture is that of the points", sympy.simplify(mean - sum(points) / 3) == 0),
        Check(
            "its second moment is that of the points, and ρ",
            sympy.simplify(second - rho - sum(x**2 for x in points) / 3) == 0,
        ),
    )


def _prove_variance() -> tuple[Check, ...]:
    from collapse_theory.symbols import n, rho, sigma0, t

    induction = proved_by_induction(
        _variance_formula(), t, sigma0**2, lambda now: (1 - 1 / n) * now + rho, "V' = (1 − 1/n) V + ρ"
    )
    return (*_prove_matching(), *induction)


def _prove_error() -> tuple[Check, ...]:
    from collapse_theory.symbols import n, t

    return proved_by_induction(
        _error_formula(), t, 0 * t, lambda now: now + _variance_formula() / n, "M' = M + V/n, V in closed form"
    )


def _prove_ledger() -> tuple[Check, ...]:
    import sympy

    from collapse_theory.symbols import rho

    spread, error, size = sympy.symbols("V M n", positive=True)
    after = (1 - 1 / size) * spread + rho + error + spread / size
    return (*_prove_matching(), Check("V' + M' = V + M + ρ, any n", sympy.simplify(after - spread - error - rho) == 0))


_ADDED = "a mixture of any number of components, something added to their fitted variances; replacement"

FLOOR: tuple[Theorem, ...] = (
    Theorem(
        title="mean variance of a mixture whose fitted variances are raised",
        quantity="variance",
        statistic="mean",
        road="closed form",
        statement=r"E V_t = n\rho + (V_0 - n\rho)(1-1/n)^t \to n\rho",
        conditions=f"{_ADDED}, one sample size",
        source=PAGE,
        holds=_constant,
        value=_variance_value,
        formula=_variance_formula,
        limit=lambda setting: float(setting.sizes(1) * setting.family.regularisation),
        proof=_prove_variance,
    ),
    Theorem(
        title="mean squared location error of a mixture whose fitted variances are raised",
        quantity="squared_location_error",
        statistic="mean",
        road="closed form",
        statement=r"E(\mu_t-\mu_0)^2 = \rho t + (V_0 - n\rho)[1 - (1-1/n)^t] \to \infty",
        conditions=f"{_ADDED}, one sample size",
        source=PAGE,
        holds=_constant,
        value=_error_value,
        formula=_error_formula,
        limit=lambda setting: float(np.inf),
        proof=_prove_error,
    ),
    Theorem(
        title="ledger of a mixture whose fitted variances are raised",
        quantity="spread",
        statistic="conservation",
        road="closed form",
        statement=r"E V_t + E(\mu_t-\mu_0)^2 = V_0 + \rho t",
        conditions=f"{_ADDED}, any sample sizes",
        source=PAGE,
        holds=_raised,
        value=Compiled(_ledger_formula),
        formula=_ledger_formula,
        proof=_prove_ledger,
    ),
)
