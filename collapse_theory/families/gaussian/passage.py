r"""The first generation at which the fitted standard deviation is at most a level, under replacement.

The log-variance is a random walk, so :math:`T = \min\{t: \sigma_t\le\varepsilon\}` is its first passage below
:math:`-b`, :math:`b = 2\log(\sigma_0/\varepsilon)`: an integral equation on a half-line.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from collapse_theory.families.gaussian.step import below_critical, replaced_constant
from collapse_theory.laws import MeanOnly
from collapse_theory.theorem import Order, Theorem

PAGE = "docs/theory/first_passage"
TIME = "time_until_sd_below"


def _barrier(setting: Any, level: float) -> float:
    return 2 * float(np.log(setting.family.sd / level))


def _exact(setting: Any, level: float) -> Any:
    from collapse_theory.random_walk.first_passage import first_passage

    return first_passage(int(setting.sizes(1)), setting.family.ddof, _barrier(setting, level))


def _wald(setting: Any, level: float) -> MeanOnly:
    """Wald's mean without the overshoot, a lower bound that is close for small steps."""
    from collapse_theory.random_walk.wald import wald_mean

    return MeanOnly(wald_mean(int(setting.sizes(1)), setting.family.ddof, _barrier(setting, level)))


def _inverse_gaussian(setting: Any, level: float) -> Any:
    from collapse_theory.random_walk.wald import inverse_gaussian

    return inverse_gaussian(int(setting.sizes(1)), setting.family.ddof, _barrier(setting, level))


PASSAGE: tuple[Theorem, ...] = (
    Theorem(
        title="law of the time until the sd falls to a level",
        quantity=TIME,
        statistic="distribution",
        road="exact numeric",
        statement=r"f_{t+1}(y) = \int_0^\infty f_t(x)\,f_{\log W}(y-x)\,dx,\quad P(T>t) = \int_0^\infty f_t",
        conditions="replacement, plug-in, one sample size; the mean is infinite at and above the critical divisor",
        source=f"{PAGE}; suresh2025 bounds it",
        holds=replaced_constant,
        value=_exact,
    ),
    Theorem(
        title="Wald's mean time",
        quantity=TIME,
        statistic="distribution",
        road="asymptotic",
        statement=r"E T \approx b/|E\log W|",
        conditions="replacement, below the critical divisor; the overshoot neglected",
        source=f"wald1947; {PAGE}",
        holds=below_critical,
        value=_wald,
        name="wald",
        order=Order(0.5, along=lambda m: (4 * m, 1)),
    ),
    Theorem(
        title="inverse-Gaussian time of the diffusion limit",
        quantity=TIME,
        statistic="distribution",
        road="asymptotic",
        statement=r"T \approx \mathrm{IG},\quad E T = \frac{bn}{2-\delta},\; "
        r"\operatorname{Var} T = \frac{2bn^2}{(2-\delta)^3}",
        conditions="replacement, n → ∞, below the critical divisor",
        source=PAGE,
        holds=below_critical,
        value=_inverse_gaussian,
        name="inverse gaussian",
        order=Order(0.5, along=lambda m: (64 * m, 128 * m)),
    ),
)
