r"""The conservation law: at ddof = 0 variance is not destroyed, it moves from inside the model to between runs.

.. math:: E\,\sigma_t^2 + E(\mu_t-\mu_0)^2 = \sigma_0^2

for every t in every regime whose fit weighs its points independently of their values and divides by the
total weight. Reason: :math:`\sum_i w_i(x_i-\mu_0)^2/\sum_i w_i` equals the fitted variance plus the squared error of
the fitted mean, and by induction every point, real or synthetic, has :math:`E(x-\mu_0)^2 = \sigma_0^2`.
"""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import numpy as np

from collapse_theory import regimes
from collapse_theory.schedules import Constant, power
from collapse_theory.tableau.moments import exact_second_moments
from collapse_theory.theorem import Check, Theorem


def holds(setting: Any) -> bool:
    """Maximum-likelihood divisor, two matched moments, honest draws."""
    return bool(setting.family.two_moments and setting.family.ddof == 0 and setting.tableau.screen is None)


def _prove() -> tuple[Check, ...]:
    """Exact Fractions through the tableau of every regime, t = 0 … 6; where numbers of points are random, to 3."""
    checks = []
    for regime in (example for kind in regimes.named().values() for example in kind.examples()):
        for sizes in (Constant(4), power(4, 1)):
            if regime.tableau(sizes).screen is not None:
                continue
            moments = exact_second_moments(regime, sizes, 0, 3 if regime.tableau(sizes).thinned else 6)
            checks.append(
                Check(
                    f"V_t + M_t = 1 exactly, {regime!r}, n_t = {sizes!r}", all(v + m == Fraction(1) for v, m in moments)
                )
            )
    return tuple(checks)


CONSERVATION = Theorem(
    title="conservation of variance at the maximum-likelihood divisor",
    quantity="spread",
    statistic="conservation",
    road="closed form",
    statement=r"E\,\sigma_t^2 + E(\mu_t-\mu_0)^2 = \sigma_0^2",
    conditions="ddof = 0; any regime whose point weights do not depend on the values; unbiased draws. The points of a "
    "categorical law are unit vectors: σ² is its Gini–Simpson index, μ the law itself",
    source="docs/theory/location, conservation law",
    holds=holds,
    value=lambda setting, t: np.full(np.shape(t), setting.family.spread),
    formula=lambda setting: setting.family.spread_symbol,
    proof=_prove,
)
