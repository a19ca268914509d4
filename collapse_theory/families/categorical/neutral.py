r"""What the first two moments tell of a categorical law, in every regime: shares of sets of types are martingales.

A point is a unit vector, and the fit is the mean of its points, so that one number carries all second moments: with
:math:`m_t = E\|p_t-p_0\|^2/G_0` from the moment map of the tableau,

.. math:: E\,p_{t,i} = p_{0,i},\qquad \operatorname{Cov}(p_{t,i}, p_{t,j}) = m_t\,(\delta_{ij}p_{0,i}-p_{0,i}p_{0,j}),

under replacement :math:`m_t = 1 - \prod_{s\le t}(1-1/n_s)`. It holds because the same holds for any 0-1 variable.
"""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import numpy as np
from numpy.typing import NDArray

from collapse_theory.theorem import Check, Theorem

Array = NDArray[np.float64]

PAGE = "docs/theory/categorical"
CONDITIONS = "any regime and any sample sizes; no smoothing, plugged in"


def neutral(setting: Any) -> bool:
    """A categorical fit without smoothing, plugged in."""
    from collapse_theory.families.categorical.categorical import Categorical

    return isinstance(setting.family, Categorical) and setting.family.two_moments


def spread_of_shares(setting: Any, t: Any) -> Array:
    """m_t: the variance of the share of a set of types, in units of its variance in one point."""
    family = setting.family
    return np.asarray(np.clip(np.asarray(setting.squared_distance.mean(t)) / family.spread, 0.0, 1.0))


def _probability(setting: Any, label: Any) -> float:
    return float(setting.family.probability(label))


def _tail(setting: Any, rank: int) -> float:
    vector = setting.family.probabilities
    return float(vector.values[vector.ranks > rank].sum())


def _constant(value: Any) -> Any:
    return lambda setting, t, *arguments: np.full(np.shape(t), value(setting, *arguments))


def _std(share: Any) -> Any:
    def value(setting: Any, t: Any, *arguments: Any) -> Array:
        s = share(setting, *arguments)
        return np.asarray(np.sqrt(s * (1 - s) * spread_of_shares(setting, t)))

    return value


def _in_the_long_run(setting: Any) -> float:
    """Limit of m_t."""
    return float(min(setting.squared_distance.mean.limit / setting.family.spread, 1.0))


def _std_limit(share: Any) -> Any:
    def limit(setting: Any, *arguments: Any) -> float:
        s = share(setting, *arguments)
        return float(np.sqrt(s * (1 - s) * _in_the_long_run(setting)))

    return limit


def _chi_squared(setting: Any, t: Any) -> Array:
    return np.asarray((setting.family.probabilities.support - 1) * spread_of_shares(setting, t))


def _prove() -> tuple[Check, ...]:
    """Exact fractions over all tables of counts: means, variances, covariances and chi-squared after two refits."""
    from collapse_theory.wright_fisher.exact import counts_law

    chances, sizes = (Fraction(1, 2), Fraction(1, 3), Fraction(1, 6)), (4, 3)
    law = counts_law(chances, sizes)
    kept = Fraction(3, 4) * Fraction(2, 3)
    mean = [sum(w * Fraction(c[i], 3) for c, w in law.items()) for i in range(3)]
    second = [[sum(w * Fraction(c[i] * c[j], 9) for c, w in law.items()) for j in range(3)] for i in range(3)]
    expected = [
        [chances[i] * chances[j] * kept + (1 - kept) * (chances[i] if i == j else 0) for j in range(3)]
        for i in range(3)
    ]
    chi = sum((second[i][i] - chances[i] ** 2) / chances[i] for i in range(3))
    return (
        Check("E p_t = p_0", mean == list(chances)),
        Check("second moments with m_t = 1 − Π(1 − 1/n_s)", second == expected),
        Check("E χ² = (K − 1) m_t", chi == 2 * (1 - kept)),
    )


def _theorem(quantity: str, statistic: str, title: str, statement: str, value: Any, **more: Any) -> Theorem:
    return Theorem(
        title=title,
        quantity=quantity,
        statistic=statistic,
        road=more.pop("road", "recurrence"),
        statement=statement,
        conditions=CONDITIONS,
        source=PAGE,
        holds=more.pop("holds", neutral),
        value=value,
        proof=_prove,
        **more,
    )


NEUTRAL: tuple[Theorem, ...] = (
    _theorem(
        "probability_of",
        "mean",
        "a probability is a martingale",
        r"E\,p_{t,i} = p_{0,i}",
        _constant(_probability),
        road="closed form",
        limit=_probability,
    ),
    _theorem(
        "probability_of",
        "std",
        "spread of a probability",
        r"\operatorname{Var} p_{t,i} = p_i(1-p_i)\,m_t,\quad m_t = E\|p_t-p_0\|^2/G_0",
        _std(_probability),
        limit=_std_limit(_probability),
    ),
    _theorem(
        "rank_tail_mass",
        "mean",
        "the mass of a tail is a martingale",
        r"E\sum_{i>r} p_{t,i} = \sum_{i>r} p_{0,i}",
        _constant(_tail),
        road="closed form",
        limit=_tail,
    ),
    _theorem(
        "rank_tail_mass",
        "std",
        "spread of the mass of a tail",
        r"\operatorname{Var} = s(1-s)\,m_t,\quad s = \sum_{i>r} p_{0,i}",
        _std(_tail),
        limit=_std_limit(_tail),
    ),
    _theorem(
        "chi_squared",
        "mean",
        "mean chi-squared divergence",
        r"E\,\chi^2(p_t\,\|\,p_0) = (K-1)\,m_t",
        _chi_squared,
        limit=lambda setting: (setting.family.probabilities.support - 1) * _in_the_long_run(setting),
    ),
    _theorem(
        "kl_source_model",
        "mean",
        "mean KL(source‖model): a finite sample lacks a type with positive probability",
        r"E\,\mathrm{KL}(p_0\,\|\,p_t) = \infty",
        _constant(lambda setting: np.inf),
        road="closed form",
        limit=lambda setting: float(np.inf),
    ),
)
