r"""How fast the axes go under replacement: the Lyapunov exponents of a product of triangular factors.

The Cholesky factor of :math:`\Sigma_t` is a product of independent triangular ones. Its pivots walk with the drifts
:math:`\lambda_1 > \lambda_2 > \dots > \lambda_d`, its part below, scaled column by column, converges, and so the i-th
largest eigenvalue goes as the i-th pivot. Any fixed direction, and so the trace, goes as the first: the exponent of one
dimension, whatever d is.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from collapse_theory.families.multivariate_gaussian.step import (
    PAGE,
    dimension,
    drift,
    exact_drift,
    prove_pivots,
    replaced_constant,
)
from collapse_theory.theorem import Theorem

CONDITIONS = "replacement, one sample size; strong law of large numbers"


def _rate(setting: Any, i: int) -> float:
    return float(drift(setting, i)(np.float64(setting.sizes(1))))


def _gap(setting: Any) -> float:
    last = _rate(setting, dimension(setting))
    return _rate(setting, 1) - last if np.isfinite(last) else float(np.inf)


def _exact(setting: Any, i: int) -> Any:
    return exact_drift(setting, i, int(setting.sizes(1)))


def _growth(name: str, statement: str, conditions: str, value: Any, reference: Any) -> Theorem:
    return Theorem(
        title=f"almost-sure growth rate of the {name.replace('_', ' ')}",
        quantity=name,
        statistic="growth_rate",
        road="closed form",
        statement=statement,
        conditions=conditions,
        source=f"newman1986 for the spectrum of a product of Gaussian matrices; {PAGE}",
        holds=replaced_constant,
        value=value,
        reference=reference,
        proof=prove_pivots,
    )


_TOP = r"\psi\!\left(\tfrac{n-1}2\right) + \log\tfrac2{n-\delta}"

AXES: tuple[Theorem, ...] = (
    _growth(
        "log_eigenvalue",
        r"\lambda_i = \psi\!\left(\tfrac{n-i}2\right) + \log\tfrac2{n-\delta}",
        f"{CONDITIONS}; −∞ for i ≥ n",
        _rate,
        None,
    ),
    *(
        _growth(
            name,
            rf"\lambda_1 = {_TOP}",
            f"{CONDITIONS}; the same in every dimension",
            lambda setting: _rate(setting, 1),
            lambda setting, t: _exact(setting, 1),
        )
        for name in ("largest_eigenvalue", "trace")
    ),
    _growth(
        "log_condition_number",
        r"\lambda_1 - \lambda_d = \psi\!\left(\tfrac{n-1}2\right) - \psi\!\left(\tfrac{n-d}2\right)",
        f"{CONDITIONS}; infinite for n ≤ d",
        _gap,
        lambda setting, t: _exact(setting, 1) - _exact(setting, dimension(setting)),
    ),
    Theorem(
        title="limit of every quantile of the effective rank",
        quantity="effective_rank",
        statistic="quantile_limit",
        road="closed form",
        statement=r"\frac{(\operatorname{tr}\Sigma_t)^2}{\operatorname{tr}\Sigma_t^2} \to 1",
        conditions="replacement, one sample size: λ_1 > λ_2, so one axis is left in the end",
        source=PAGE,
        holds=replaced_constant,
        value=lambda setting, q: 1.0,
        proof=prove_pivots,
    ),
)
