"""A regression refitted on its own labels: one design in any regime, and what becomes of a run."""

from __future__ import annotations

from typing import Any

import numpy as np

from collapse_theory.families import LinearRegression
from collapse_theory.families.linear_regression.risk import PAGE, one_fit, repeated_parts, with_noise
from collapse_theory.tableau.stepping import second_moments
from collapse_theory.theorem import Theorem
from collapse_theory.theorems.fate import Fate

TRANSIENT = 3
"""Dimension from which on a random walk leaves every ball for good."""


def _regression(setting: Any) -> bool:
    return isinstance(setting.family, LinearRegression)


def _repeated(setting: Any) -> bool:
    return _regression(setting) and bool(setting.family.repeated)


def _one_design(setting: Any, t: Any) -> Any:
    """Along every direction that the rows see, the fit is a mean of known variance."""
    lost, noise = repeated_parts(setting)
    if noise in (0.0, np.inf):
        return np.full(np.shape(t), lost + noise)
    moved = second_moments(setting.regime, setting.sizes, 0.0, t, known_variance=True)[1]
    return lost + noise * float(setting.sizes(1)) * moved


ONE_DESIGN = Theorem(
    title="mean excess risk of regression on one design",
    quantity="excess_risk",
    statistic="mean",
    road="recurrence",
    statement=r"E\|w_t-w^*\|^2 = (1-\tfrac nd)^+\|w^*\|^2 + \sigma^2\,E\operatorname{tr}(X^\top X)^+\; n M_t",
    conditions="least squares of minimum norm, the same rows in all generations, any regime that is defined; M_t is "
    "that of a mean of known variance",
    source=PAGE,
    holds=_repeated,
    value=_one_design,
)


def _determined(setting: Any) -> bool:
    """More rows than coefficients, by two at least, in every generation of one number of rows."""
    return _regression(setting) and setting.sizes.constant and setting.sizes(1) >= setting.family.dimension + 2


def _noisy(setting: Any) -> bool:
    return _determined(setting) and setting.family.noise > 0


def _walked(setting: Any) -> Fate:
    """Chung and Fuchs: increments of mean 0 and finite variance, recurrent up to two dimensions."""
    rate = float(one_fit(setting, float(setting.sizes(1))))
    verdict: Any = "explodes" if setting.family.dimension >= TRANSIENT else "wanders"
    return Fate(verdict, "growth of the mean excess risk per generation", rate)


def _interpolates(setting: Any) -> bool:
    few = _regression(setting) and setting.sizes.constant and setting.sizes(1) < setting.family.dimension
    return bool(few and setting.tableau.replacement and not setting.family.repeated)


REGRESSION_FATES: tuple[Theorem, ...] = (
    Theorem(
        title="fate of a regression under replacement",
        quantity="excess_risk",
        statistic="fate",
        road="closed form",
        statement=r"\|w_t - w^*\| \to \infty \text{ for } d \ge 3,\ \text{recurrent for } d \le 2",
        conditions="least squares, replacement, one number of rows n ≥ d + 2, noise",
        source=PAGE,
        holds=lambda setting: _noisy(setting) and setting.tableau.replacement,
        value=_walked,
    ),
    Theorem(
        title="fate of a regression under accumulation",
        quantity="excess_risk",
        statistic="fate",
        road="closed form",
        statement=r"w_t \to w_\infty",
        conditions="least squares, accumulation, one number of rows n ≥ d + 2, noise; a martingale of bounded variance",
        source=PAGE,
        holds=lambda setting: _noisy(setting) and setting.tableau.accumulation,
        value=lambda setting: Fate("settles", "growth of the mean excess risk per generation", 0.0),
    ),
    Theorem(
        title="fate of an interpolating regression under replacement",
        quantity="excess_risk",
        statistic="fate",
        road="closed form",
        statement=r"\rho = n/d < 1",
        conditions="least squares of minimum norm, replacement, new rows, one number of rows n < d; what is stationary "
        "has forgotten the signal",
        source=PAGE,
        holds=_interpolates,
        value=lambda setting: Fate(
            "stationary",
            "the old coefficients are forgotten, by a factor per generation",
            float(setting.sizes(1) / setting.family.dimension),
        ),
    ),
)

LINEAR_REGRESSION: tuple[Theorem, ...] = (ONE_DESIGN, with_noise(ONE_DESIGN), *REGRESSION_FATES)
