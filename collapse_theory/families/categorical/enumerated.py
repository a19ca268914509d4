r"""What is exact for small samples of few types: the recursion as a finite Markov chain on all tables of counts.

The law over runs of any quantity at any generation is a sum over the :math:`\binom{n+K-1}{K-1}` tables.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from math import comb
from typing import Any

import numpy as np
from numpy.typing import NDArray

from collapse_theory.families.categorical.measures import MEASURES
from collapse_theory.laws import Discrete
from collapse_theory.random_walk.matrix_powers import stochastic_power
from collapse_theory.theorem import Theorem

Array = NDArray[np.float64]

PAGE = "docs/theory/categorical"
TABLES = 500
"""Most tables of counts that are enumerated."""
CONDITIONS = f"replacement, one sample size, plugged in; at most {TABLES} tables of counts"


@dataclass(frozen=True, eq=False)
class Tables:
    """All tables of counts, the law of generation 1 on them, and that of the next generation from each.

    Parameters
    ----------
    counts : ndarray, shape (tables, types)
        Counts of n points.
    laws : ndarray, shape (tables, types)
        The law that is fitted to each.
    first : ndarray, shape (tables,)
        Law of generation 1.
    step : ndarray, shape (tables, tables)
        Law of the next generation; rows sum to 1.
    """

    counts: Array
    laws: Array
    first: Array
    step: Array

    def at(self, t: NDArray[np.int64]) -> Array:
        """Law of each generation t ≥ 1, shape ``(len(t), tables)``."""
        found = {}
        now, generation = self.first, 1
        for later in np.unique(t).tolist():
            now = now @ stochastic_power(self.step, later - generation)
            found[later], generation = now, later
        return np.array([found[one] for one in np.asarray(t).tolist()])


@lru_cache(maxsize=16)
def enumerate_tables(family: Any, n: int) -> Tables:
    """All tables of n points of a family's types."""
    types = len(family.probabilities)
    counts = np.array(list(_compositions(n, types)), dtype=float)
    laws = family.fitted(counts, np.random.default_rng(0))
    return Tables(counts, laws, _multinomial(counts, family.probabilities.values[None])[0], _multinomial(counts, laws))


def _compositions(n: int, types: int) -> Any:
    if types == 1:
        yield (n,)
        return
    for first in range(n + 1):
        for rest in _compositions(n - first, types - 1):
            yield (first, *rest)


def _multinomial(counts: Array, laws: Array) -> Array:
    """Chances of the counts under each law, shape ``(laws, tables)``; every row sums to 1."""
    from scipy.special import gammaln

    n = counts[0].sum()
    ways = gammaln(n + 1) - gammaln(counts + 1).sum(axis=1)
    with np.errstate(divide="ignore", invalid="ignore"):
        terms = np.where(counts[None] > 0, counts[None] * np.log(laws[:, None, :]), 0.0).sum(axis=-1)
    chances = np.exp(ways + terms)
    return np.asarray(chances / chances.sum(axis=1, keepdims=True))


def _enumerable(setting: Any) -> bool:
    from collapse_theory.families.categorical.categorical import Categorical

    family = setting.family
    if not (isinstance(family, Categorical) and setting.tableau.replacement and setting.sizes.constant):
        return False
    types, n = len(family.probabilities), int(setting.sizes(1))
    return family.estimator == "plug-in" and types + n < 2 * TABLES and comb(n + types - 1, types - 1) <= TABLES


def _values(setting: Any, name: str, arguments: tuple[Any, ...]) -> tuple[Tables, Array]:
    tables = enumerate_tables(setting.family, int(setting.sizes(1)))
    state = tables.laws, (tables.counts == 1).sum(axis=1) / tables.counts[0].sum()
    return tables, np.asarray(MEASURES[name](setting.family, state, *arguments), dtype=float)


def _mean(name: str) -> Theorem:
    def value(setting: Any, t: Any, *arguments: Any) -> Array:
        tables, values = _values(setting, name, arguments)
        law, infinite = tables.at(t), np.isinf(values)
        return np.where(law[:, infinite].sum(axis=1) > 0, np.inf, law @ np.where(infinite, 0.0, values))

    return Theorem(
        title=f"mean {name.replace('_', ' ')} over all tables of counts",
        quantity=name,
        statistic="mean",
        road="exact numeric",
        statement=r"E\,q_t = \sum_N P(N_t=N)\,q(N)",
        conditions=CONDITIONS,
        source=PAGE,
        holds=_enumerable,
        value=value,
    )


def _law(name: str) -> Theorem:
    def value(setting: Any, t: Any, *arguments: Any) -> list[Discrete]:
        tables, values = _values(setting, name, arguments)
        return [Discrete.of(values, law) for law in tables.at(t)]

    return Theorem(
        title=f"law of {name.replace('_', ' ')} over all tables of counts",
        quantity=name,
        statistic="distribution",
        road="exact numeric",
        statement=r"P(q_t\le x) = \sum_{N:\,q(N)\le x} P(N_t=N)",
        conditions=CONDITIONS,
        source=PAGE,
        holds=_enumerable,
        value=value,
    )


def _std(name: str) -> Theorem:
    def value(setting: Any, t: Any, *arguments: Any) -> Array:
        tables, values = _values(setting, name, arguments)
        law, infinite = tables.at(t), np.isinf(values)
        finite = np.where(infinite, 0.0, values)
        unit = max(float(np.abs(finite).max()), 1e-300)
        scaled = finite / unit
        apart = scaled[None] - (law @ scaled)[:, None]
        found = unit * np.sqrt((law * apart**2).sum(axis=1))
        return np.where(law[:, infinite].sum(axis=1) > 0, np.inf, found)

    return Theorem(
        title=f"standard deviation of {name.replace('_', ' ')} over all tables of counts",
        quantity=name,
        statistic="std",
        road="exact numeric",
        statement=r"\operatorname{Var} q_t = \sum_N P(N_t=N)\,(q(N)-E\,q_t)^2",
        conditions=CONDITIONS,
        source=PAGE,
        holds=_enumerable,
        value=value,
    )


ENUMERATED: tuple[Theorem, ...] = (
    *map(_mean, MEASURES),
    *(_std(name) for name in MEASURES if name != "kl_source_model"),
    *map(_law, MEASURES),
)
