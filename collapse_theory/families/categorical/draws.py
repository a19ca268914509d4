"""What independent draws from a source see of its types: functions of their number, for all types at once."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.special import gammaln

from collapse_theory.families.categorical.probabilities import Levels, ProbabilityVector
from collapse_theory.wright_fisher.cauchy import half_circle
from collapse_theory.wright_fisher.log_nodes import log_absence

Array = NDArray[np.float64]
Function = Callable[[Array], Array]

TINY = 1e-300
"""In place of 0 where it may be multiplied by an infinite logarithm."""
LOG_NEGLIGIBLE = -45.0
"""Logarithm of a probability that counts as 0."""


def seen(levels: Levels, weights: Array) -> Function:
    r"""Mean weight of the types that are seen, :math:`\sum_i w_i[1-(1-p_i)^a]`, from weights summed over each level."""
    logs = log_absence(levels.values)
    return lambda draws: np.array([-np.expm1(a * logs) @ weights for a in draws])


def missed(levels: Levels, weights: Array) -> Function:
    r"""Mean weight of the types that are not seen, :math:`\sum_i w_i(1-p_i)^a`."""
    logs = log_absence(levels.values)
    return lambda draws: np.array([np.exp(a * logs) @ weights for a in draws])


def absent(chances: Array) -> Function:
    r"""Chances :math:`(1-p)^a` that types of some probabilities are not among the draws, a column for each."""
    logs = log_absence(chances)
    return lambda draws: np.exp(np.outer(draws, logs))


def present(chances: Array) -> Function:
    r"""Chances :math:`1-(1-p)^a` that types of some probabilities are among the draws, a column for each."""
    logs = log_absence(chances)
    return lambda draws: -np.expm1(np.outer(draws, logs))


def distinct_squared(levels: Levels) -> Function:
    r"""Mean square of the number of types seen, :math:`\sum_{ij}P(\text{i and j are seen})`."""
    p, k = levels.values, levels.counts.astype(float)

    def mean(draws: Array) -> Array:
        logs = log_absence(p)
        with np.errstate(divide="ignore", invalid="ignore"):
            pairs = np.log(np.maximum(1 - p[:, None] - p[None, :], 0.0))
        found = []
        for a in draws:
            one = np.exp(a * logs)
            both = np.exp(np.where(a > 0, a, 1) * pairs) if a else np.ones_like(pairs)
            unlike = (k[:, None] * k[None, :] - np.diag(k)) * (1 - one[:, None] - one[None, :] + both)
            found.append(unlike.sum() + k @ (1 - one))
        return np.array(found)

    return mean


def unsettled(probabilities: ProbabilityVector) -> Function:
    r"""Chance that draws are of several types, :math:`\sum_i p_i(1-p_i^{a-1})`."""
    levels = probabilities.levels
    some = levels.values > 0
    logs, weights = np.log(levels.values[some]), levels.values[some] * levels.counts[some]
    return lambda draws: np.array([-np.expm1(max(a - 1, 0.0) * logs) @ weights for a in draws])


def unfixed(p: float) -> Function:
    r"""Chance that a type will win but is not alone among the draws, :math:`p(1-p^{a-1})`."""
    log = np.log(p) if p > 0 else -np.inf
    return lambda draws: np.asarray(-p * np.expm1(np.maximum(draws - 1, TINY) * log))


def unlost(p: float) -> Function:
    r"""Chance that a type will be lost but is among the draws, :math:`q(1-q^{a-1})`, q = 1 − p."""
    return lambda draws: np.asarray(-(1 - p) * np.expm1(np.maximum(draws - 1, 0.0) * log_absence(np.array(p))))


def covered(probabilities: ProbabilityVector) -> Function:
    r"""Chance that all types are seen, the coupon collector's, by Cauchy's integral.

    .. math:: P(a) = \frac{a!}{2\pi i}\oint\frac{\prod_i(e^{p_iy}-1)}{y^{a+1}}\,dy

    on the circle through the saddle point, where equidistant angles give it to rounding. It is 0 where
    :math:`\prod_i[1-(1-p_i)^a]`, which is more, is negligible.
    """
    levels = probabilities.levels
    some = levels.values > 0
    p, k = levels.values[some], levels.counts[some].astype(float)

    def chance(a: float) -> float:
        if a < k.sum() or k @ np.log(-np.expm1(a * log_absence(p))) < LOG_NEGLIGIBLE:
            return 0.0
        radius = _saddle(p, k, a)
        x = p * radius
        ratio = x / -np.expm1(-x)
        spread = float(k @ (ratio * (1 + x - ratio)))
        theta, weights = half_circle(int(14 * np.sqrt(spread)) + 60, spread)
        turn = np.expm1(1j * theta)
        terms = np.log1p(np.expm1(np.outer(x, turn)) / -np.expm1(-x)[:, None])
        angle = np.exp(k @ terms - 1j * a * theta).real
        stirling = gammaln(a + 1) - a * np.log(a) + a
        log = stirling + a * np.log(a / radius) - a + radius + k @ np.log(-np.expm1(-x))
        return float(np.exp(log) * (weights @ angle))

    return lambda draws: np.clip(np.array([chance(a) for a in draws]), 0.0, 1.0)


def _saddle(p: Array, k: Array, a: float) -> float:
    """Radius at which the mean number of draws is a, each type having come at least once."""
    from scipy.optimize import brentq

    def more(log_radius: float) -> float:
        x = p * np.exp(log_radius)
        return float(k @ (x / -np.expm1(-x)) - a)

    return float(np.exp(brentq(more, np.log(a) - 60, np.log(a) + 1, xtol=1e-12)))


def at_most(probabilities: ProbabilityVector, kinds: int) -> Function:
    r"""Chances that at most 1, …, ``kinds`` types are seen, a column for each, by Cauchy's integral.

    When the number of draws is Poisson of mean y, types are seen independently, so that the number of types has a
    Poisson-binomial law; the integral takes a draws out of it.
    """
    p = probabilities.values[probabilities.values > 0]

    def chances(a: float) -> Array:
        if a == 0:
            return np.ones(kinds)
        theta, weights = half_circle(int(20 * np.sqrt(a)) + 60, a)
        turn = a * np.expm1(1j * theta)
        law = np.zeros((kinds + 1, len(theta)), dtype=complex)
        law[0] = 1.0
        for chance in p:  # the law of y times e^(y − a), which nowhere exceeds 1
            missed = np.exp(-chance * a)
            law[1:] = law[1:] * missed + law[:-1] * (np.exp(chance * turn) - missed)
            law[0] *= missed
        angle = np.exp(gammaln(a + 1) - a * np.log(a) + a - 1j * a * theta) * weights
        return np.asarray(np.clip((np.cumsum(law, axis=0)[1:] @ angle).real, 0.0, 1.0))

    return lambda draws: np.array([chances(a) for a in draws])


def totals(family: Any, weights: Array) -> Array:
    """Weights of types summed over each level."""
    levels = family.probabilities.levels
    return np.bincount(levels.of, weights, minlength=len(levels.values)).astype(float)
