"""The rank of a fitted covariance, which is the same in every run: few points leave it singular for good."""

from __future__ import annotations

from typing import Any

import numpy as np

from collapse_theory.families import MultivariateGaussian
from collapse_theory.schedules import FORESEEN
from collapse_theory.theorem import Theorem

PAGE = "docs/theory/multivariate_gaussian"


def _closed(setting: Any) -> bool:
    """Whether no point comes from outside the span of the newest model after generation 1."""
    alone = setting.tableau.replacement or setting.tableau.accumulation
    return isinstance(setting.family, MultivariateGaussian) and bool(alone)


def _rank(setting: Any, t: Any) -> Any:
    """Under replacement the fewest points so far count, in a pool those of its first batch."""
    d, sizes, pooled = setting.family.dimension, setting.sizes, setting.tableau.accumulation
    fewest = np.array([sizes.smallest_by(1 if pooled else int(last)) for last in t])
    return np.minimum(d, fewest - 1).astype(float)


def _limit(setting: Any) -> float:
    last = 1 if setting.tableau.accumulation else FORESEEN
    return float(min(setting.family.dimension, setting.sizes.smallest_by(last) - 1))


def _theorem(title: str, statistic: str, statement: str, value: Any, limit: Any) -> Theorem:
    return Theorem(
        title=title,
        quantity="rank",
        statistic=statistic,
        road="closed form",
        statement=statement,
        conditions="replacement or accumulation, any sample sizes; n_s − 1 points of a fit are free of its mean",
        source=PAGE,
        holds=_closed,
        value=value,
        limit=limit,
    )


MULTIVARIATE_GAUSSIAN: tuple[Theorem, ...] = (
    _theorem(
        "rank of a covariance",
        "mean",
        r"\operatorname{rank}\Sigma_t = \min(d,\, \min_{s\le t} n_s - 1) \text{ or } \min(d,\, n_1 - 1)",
        _rank,
        _limit,
    ),
    _theorem(
        "rank of a covariance is certain",
        "std",
        r"\operatorname{Var}\operatorname{rank}\Sigma_t = 0",
        lambda setting, t: np.zeros(np.shape(t)),
        lambda setting: 0.0,
    ),
)
