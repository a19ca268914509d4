r"""Smoothing is mutation: what is added to counts keeps every type, and pulls the law towards it.

With :math:`a_s = n_s/(n_s+c)`, c points added in all and u their law (equal shares for add-alpha, the source for
backing off), the mean moves as :math:`E\,p_t = u + \prod_s a_s\,(p_0-u)`, and :math:`S_t = E\sum_i p_{t,i}^2` as

.. math:: S_t = a^2\Bigl(S_{t-1} + \frac{1-S_{t-1}}n\Bigr) + (1-a^2)\sum_i u_i^2 ,

as :math:`\sum_i u_i\,E\,p_{t,i} = \sum_i u_i^2` for either.

Drawn from the posterior in place of its mean m, the law has :math:`E\sum p_i^2 = (\theta\,E\sum m_i^2+1)/(\theta+1)`,
:math:`\theta = n + c`.
"""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import numpy as np
from numpy.typing import NDArray

from collapse_theory.errors import NoClosedForm
from collapse_theory.families.smoothing import AddAlpha, BackOff
from collapse_theory.theorem import Check, Theorem

Array = NDArray[np.float64]

PAGE = "docs/theory/categorical"
SOURCE = f"griffiths2007, reali2010 for the posterior; {PAGE}"
CONDITIONS = "replacement, any sample sizes; smoothing, or the posterior"


def mutated(setting: Any) -> bool:
    """Replacement with smoothing, or by the posterior."""
    from collapse_theory.families.categorical.categorical import Categorical

    family = setting.family
    return isinstance(family, Categorical) and not family.two_moments and setting.tableau.replacement


def _smoothed(setting: Any) -> bool:
    return mutated(setting) and setting.family.smoothing is not None


def added(family: Any) -> tuple[float, Array]:
    """Points added in all, and the law of what is added."""
    vector = family.probabilities
    if isinstance(family.smoothing, AddAlpha):
        return family.smoothing.alpha * len(vector), np.full(len(vector), 1 / len(vector))
    if isinstance(family.smoothing, BackOff):
        return family.smoothing.strength, vector.values
    return 0.0, vector.values


def _kept(setting: Any, t: Any) -> Array:
    """Product of n/(n + c) over the generations."""
    total, _ = added(setting.family)
    if setting.sizes.constant:
        return np.asarray(np.exp(-np.asarray(t) * np.log1p(total / float(setting.sizes(1)))))
    sizes = np.asarray(setting.sizes(np.arange(1, int(np.max(t)) + 1)), dtype=float)
    return np.asarray(np.exp(-np.cumsum(np.log1p(total / sizes)))[np.asarray(t) - 1])


def _mean_share(setting: Any, t: Any, some: Any) -> Array:
    """Mean mass of some types."""
    u, p = added(setting.family)[1][some].sum(), setting.family.probabilities.values[some].sum()
    return np.asarray(u + _kept(setting, t) * (p - u))


def _limit_of_share(setting: Any, some: Any) -> float:
    total, law = added(setting.family)
    if total == 0 or isinstance(setting.family.smoothing, BackOff) or setting.sizes.reciprocal_sum_converges is False:
        return float(law[some].sum())
    raise NoClosedForm("the limit under growing samples is an infinite product: evaluate at large t")


def _one(setting: Any, label: Any) -> Any:
    return [setting.family.index(label)]


def _beyond(setting: Any, rank: int) -> Any:
    return setting.family.probabilities.ranks > rank


def _mean(setting: Any, t: Any, label: Any) -> Array:
    return _mean_share(setting, t, _one(setting, label))


def _mean_limit(setting: Any, label: Any) -> float:
    return _limit_of_share(setting, _one(setting, label))


def _tail(setting: Any, t: Any, rank: int) -> Array:
    return _mean_share(setting, t, _beyond(setting, rank))


def _tail_limit(setting: Any, rank: int) -> float:
    return _limit_of_share(setting, _beyond(setting, rank))


def _map_of_repeats(family: Any, n: Any) -> tuple[Any, Any]:
    """Factor and inflow of the map of S, the mean chance that two points of the model are of one type."""
    total, u = added(family)
    a = n / (n + total)
    kept, inflow = a * a * (1 - 1 / n), a * a / n + (1 - a * a) * float(u @ u)
    if family.estimator == "posterior":
        kept, inflow = (n + total) * kept / (n + total + 1), ((n + total) * inflow + 1) / (n + total + 1)
    return kept, inflow


def _diversity(setting: Any, t: Any) -> Array:
    family, t = setting.family, np.asarray(t)
    now = float(family.probabilities.values @ family.probabilities.values)
    if setting.sizes.constant:
        kept, _ = _map_of_repeats(family, np.float64(setting.sizes(1)))
        limit = 1 - _diversity_limit(setting)
        return (
            np.asarray(1 - limit - np.exp(t * np.log(kept)) * (now - limit))
            if kept > 0
            else np.full(t.shape, 1 - limit)
        )
    found = np.empty(int(np.max(t)) + 1)
    factors = zip(*_map_of_repeats(family, setting.sizes(np.arange(1, len(found))).astype(float)), strict=True)
    for generation, (kept, inflow) in enumerate(factors, start=1):
        now = kept * now + inflow
        found[generation] = now
    return np.asarray(1 - found[t])


def _diversity_limit(setting: Any) -> float:
    """Stationary diversity; for one sample size."""
    if not setting.sizes.constant:
        raise NoClosedForm("the limit under growing samples has no closed form: evaluate at large t")
    kept, inflow = _map_of_repeats(setting.family, np.float64(setting.sizes(1)))
    return float(1 - inflow / (1 - kept))


def _prove() -> tuple[Check, ...]:
    """Exact fractions over the counts of two generations, and the printed stationary values."""
    from collapse_theory.wright_fisher.exact import multinomial

    source, n, checks = (Fraction(3, 10), Fraction(7, 10)), 3, []
    for name, points, law in (("add-alpha", Fraction(2), (Fraction(1, 2),) * 2), ("back-off", Fraction(2), source)):
        a = Fraction(n) / (n + points)

        def fit(counts: Any, a: Fraction = a, law: Any = law) -> tuple[Fraction, ...]:
            return tuple(a * Fraction(c, n) + (1 - a) * u for c, u in zip(counts, law, strict=True))

        first = {fit(c): w for c, w in multinomial(n, source).items()}
        second: Fraction = sum(
            (w * v * sum(x * x for x in fit(c)) for m, w in first.items() for c, v in multinomial(n, m).items()),
            start=Fraction(0),
        )
        before = sum((w * sum(x * x for x in m) for m, w in first.items()), start=Fraction(0))
        after = a * a * (before + (1 - before) / n) + (1 - a * a) * sum(u * u for u in law)
        checks.append(Check(f"{name}: the map of S over all counts, n = 3, t = 2", second == after))
    return tuple(checks)


def _support(setting: Any) -> float:
    vector = setting.family.probabilities
    return float(len(vector) if isinstance(setting.family.smoothing, AddAlpha) else vector.support)


def _kept_type(setting: Any, label: Any) -> float:
    family = setting.family
    return float(family.probability(label) > 0 or isinstance(family.smoothing, AddAlpha))


def _constant(kept: Any) -> Any:
    return lambda setting, t, *arguments: np.full(np.shape(t), kept(setting, *arguments))


SMOOTHED: tuple[Theorem, ...] = (
    Theorem(
        title="a smoothed law forgets its source, or holds it",
        quantity="probability_of",
        statistic="mean",
        road="closed form",
        statement=r"E\,p_{t,i} = u_i + \prod_{s\le t}\frac{n_s}{n_s+c}\,(p_{0,i}-u_i)",
        conditions=CONDITIONS,
        source=SOURCE,
        holds=mutated,
        value=_mean,
        limit=_mean_limit,
        proof=_prove,
    ),
    Theorem(
        title="mean Gini–Simpson index of a smoothed law",
        quantity="gini_simpson",
        statistic="mean",
        road="recurrence",
        statement=r"S_t = a^2\Bigl(S_{t-1}+\frac{1-S_{t-1}}n\Bigr)+(1-a^2)\sum_i u_i^2,\quad G_t = 1-S_t,\quad "
        r"S_\infty = \frac{a^2/n+(1-a^2)\sum u_i^2}{1-a^2(1-1/n)}",
        conditions=CONDITIONS,
        source=SOURCE,
        holds=mutated,
        value=_diversity,
        limit=_diversity_limit,
        proof=_prove,
    ),
    Theorem(
        title="mean mass of a tail of a smoothed law",
        quantity="rank_tail_mass",
        statistic="mean",
        road="closed form",
        statement=r"\sum_{i>r} u_i + \prod_{s\le t}\frac{n_s}{n_s+c}\,(p_{0,i}-u_i)",
        conditions=CONDITIONS,
        source=SOURCE,
        holds=mutated,
        value=_tail,
        limit=_tail_limit,
        proof=_prove,
    ),
    *(
        Theorem(
            title=f"smoothing keeps every type: {name.replace('_', ' ')}",
            quantity=name,
            statistic="mean",
            road="closed form",
            statement=statement,
            conditions="replacement; add-alpha, or backing off to the source",
            source=PAGE,
            holds=_smoothed,
            value=_constant(kept),
            limit=kept,
            proof=_prove,
        )
        for name, statement, kept in (
            ("support_size", r"K_t = K", _support),
            ("survival_of", r"1", _kept_type),
            ("lost_mass", r"0", lambda setting: 0.0),
        )
    ),
)
