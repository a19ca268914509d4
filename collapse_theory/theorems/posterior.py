r"""The posterior refit under replacement: no drift, no collapse, and an expectation that explodes.

Drawing :math:`\sigma_*^2 = SS/\chi^2_{n-1}` and :math:`\mu_* \sim N(\bar x, \sigma_*^2/n)` instead of plugging in
makes the multiplier :math:`W \sim F(n-1,n-1)`, so :math:`E\log W = 0` exactly and :math:`E W = (n-1)/(n-3)`.
The error of the mean grows by :math:`(V_{t-1} + V_t)/n` per generation.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from collapse_theory.families import Gaussian
from collapse_theory.theorem import Theorem


def holds(setting: Any) -> bool:
    """Plain replacement with the posterior estimator and one sample size."""
    return (
        isinstance(setting.family, Gaussian)
        and setting.family.estimator == "posterior"
        and setting.tableau.replacement
        and setting.sizes.constant
    )


def _log_location(setting: Any, t: Any) -> Any:
    from collapse_theory.gamma_ratios import log_geometric_sum

    n = float(setting.sizes(1))
    if n <= 3:
        return np.full(np.shape(t), np.inf)
    ratio = (n - 1) / (n - 3)
    return np.log(setting.family.spread * (1 + ratio) / n) + log_geometric_sum(float(np.log1p(2 / (n - 3))), t)


def _formula(setting: Any) -> Any:
    import sympy

    from collapse_theory.symbols import n, t

    ratio = (n - 1) / (n - 3)
    exact = setting.family.spread_symbol * (1 + ratio) * (ratio**t - 1) / (ratio - 1) / n
    return sympy.Piecewise((0, sympy.Eq(t, 0)), (exact, n > 3), (sympy.oo, True))


POSTERIOR: tuple[Theorem, ...] = (
    Theorem(
        title="mean squared location error of the posterior refit",
        quantity="squared_location",
        statistic="mean",
        road="closed form",
        statement=r"M_t = \sum_{i\le t} \frac{V_{i-1}+V_i}{n},\quad V_i = \sigma_0^2\left(\frac{n-1}{n-3}\right)^i",
        conditions="replacement, posterior refit, one sample size; infinite for n ≤ 3",
        source="docs/theory/replace, posterior refit",
        holds=holds,
        value=lambda setting, t: np.exp(_log_location(setting, t)),
        log_value=_log_location,
        formula=_formula,
        limit=lambda setting: float(np.inf),
    ),
)
