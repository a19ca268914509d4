r"""Fresh data beside the newest model's: which types are absent, by the ancestors of a sample that fresh points end.

A type is absent where none of the real ancestors of the sample is of it: :math:`P = E(1-p)^{L_t}`, with L the real
ancestors, in the coalescent whose lines end where they meet a fresh point (``docs/theory/categorical``).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache
from math import comb
from typing import Any

import numpy as np
from numpy.typing import NDArray

from collapse_theory.errors import NoClosedForm
from collapse_theory.families.categorical import draws
from collapse_theory.families.categorical.neutral import neutral
from collapse_theory.schedules import Constant
from collapse_theory.theorem import Check, Theorem
from collapse_theory.wright_fisher.ancestors import FOR_ENTROPY, FOR_ROOT, Ancestry, Killing, SampleSize
from collapse_theory.wright_fisher.killing import ByChance, InNumber
from collapse_theory.wright_fisher.log_nodes import LogInterpolation, chebyshev

Array = NDArray[np.float64]
Weights = Callable[..., Array]

PAGE = "docs/theory/categorical"
SOURCE = f"kingman1982 for the coalescent; {PAGE}"
CONDITIONS = "fresh points by chance or in fixed number, no smoothing; any sample sizes"
FEW = 128
"""Different probabilities of which each is followed; of more, Chebyshev nodes of the logarithm."""


def holds(setting: Any) -> bool:
    """Fresh points beside the newest model's, with equal weights."""
    return neutral(setting) and setting.tableau.mixture


def _killing(setting: Any, chances: Array) -> Killing:
    if setting.tableau.share:
        return ByChance(float(setting.tableau.share), chances)
    return InNumber(lambda t: int(setting.regime.step(t, setting.sizes).drawn[0]), chances)


@dataclass(frozen=True)
class Absence:
    """Chances that types are absent from all points of a generation, or from a random number of points of its model."""

    size: SampleSize | None = None

    def at(self, setting: Any, t: Any, chances: Array) -> Array:
        """At generations t, shape ``(len(t), types)``."""
        ancestry, function = Ancestry(setting.sizes, _killing(setting, chances)), draws.absent(chances)
        if self.size is None:
            return ancestry.of_sample(function, np.asarray(t))
        return ancestry.of_random_sample(function, np.asarray(t), self.size)

    def limit(self, setting: Any, chances: Array) -> Array:
        """In the long run, shape ``(types,)``."""
        if not setting.sizes.constant:
            raise NoClosedForm("the limit under growing samples has no closed form: evaluate at large t")
        return Ancestry(setting.sizes, _killing(setting, chances)).long_run(len(chances), self.size)


ALL_POINTS, FOR_THE_ENTROPY, FOR_ROOTS = Absence(), Absence(FOR_ENTROPY), Absence(FOR_ROOT)


@lru_cache(maxsize=8)
def _nodes(vector: Any) -> tuple[Array, Array]:
    """Probabilities that are followed, and the weight of each in the value at every level."""
    p = vector.levels.values
    p = p[p > 0]
    if len(p) <= FEW:
        return p, np.eye(len(p))
    nodes = chebyshev(float(p[0]), float(p[-1]), int(9 * np.log(p[-1] / p[0])) + 40)
    return nodes, LogInterpolation(nodes).weights(p)


def _weighed(setting: Any, weigh: Weights, arguments: tuple[Any, ...]) -> tuple[Array, Array]:
    """Probabilities that are followed, and what each counts in the mean weight of the types that are absent."""
    nodes, weights = _nodes(setting.family.probabilities)
    return nodes, weights.T @ weigh(setting, *arguments)


def _positive(setting: Any) -> Any:
    levels = setting.family.probabilities.levels
    return levels.values > 0


def _counts(setting: Any) -> Array:
    return np.asarray(setting.family.probabilities.levels.counts[_positive(setting)], dtype=float)


def _mass(setting: Any) -> Array:
    return np.asarray(setting.family.probabilities.levels.values[_positive(setting)] * _counts(setting))


def _roots(setting: Any) -> Array:
    return np.asarray(np.sqrt(setting.family.probabilities.levels.values[_positive(setting)]) * _counts(setting))


def _beyond(setting: Any, rank: int) -> Array:
    vector = setting.family.probabilities
    return np.asarray(draws.totals(setting.family, (vector.ranks > rank).astype(float))[_positive(setting)])


def _one(setting: Any, label: Any) -> Array:
    p = np.array([setting.family.probability(label)])
    if p[0] == 0:
        raise NoClosedForm(f"{label!r} has probability 0 in the source")
    return p


def _prove() -> tuple[Check, ...]:
    """The chance that a type is absent, by the chain of its count in exact fractions, n = 4, t = 1, 2, 3."""
    p, n, checks = Fraction(3, 10), 4, []
    for name, real, share in (
        ("two fresh points of four", 2, Fraction(0)),
        ("each fresh by chance 1/4", 0, Fraction(1, 4)),
    ):
        law = [comb(n, k) * p**k * (1 - p) ** (n - k) for k in range(n + 1)]
        exact = [law[0]]
        for _ in range(2):
            following = [Fraction(0)] * (n + 1)
            for before, weight in enumerate(law):
                x, m = share * p + (1 - share) * Fraction(before, n), n - real
                for k in range(m + 1):
                    for fresh in range(real + 1):
                        chance = comb(m, k) * x**k * (1 - x) ** (m - k)
                        following[k + fresh] += (
                            weight * chance * comb(real, fresh) * p**fresh * (1 - p) ** (real - fresh)
                        )
            law = following
            exact.append(law[0])
        chances = np.array([float(p)])
        killing = InNumber(lambda t: 2, chances) if real else ByChance(float(share), chances)
        found = Ancestry(Constant(n), killing).of_sample(draws.absent(chances), np.array([1, 2, 3]))[:, 0]
        checks.append(Check(f"P(absent), {name}", bool(np.allclose(found, [float(e) for e in exact], 1e-13, 0))))
    return tuple(checks)


def _theorem(
    quantity: str,
    title: str,
    statement: str,
    absence: Absence,
    weigh: Weights,
    told: Callable[[Any, Array, float], Array],
) -> Theorem:
    """Mean of a quantity told by the mean weight of the types that are absent, and the weight of all."""

    def value(setting: Any, t: Any, *arguments: Any) -> Array:
        nodes, weights = _weighed(setting, weigh, arguments)
        absent = absence.at(setting, t, nodes) @ weights
        return np.maximum(told(setting, absent, float(weigh(setting, *arguments).sum())), 0.0)

    def limit(setting: Any, *arguments: Any) -> float:
        nodes, weights = _weighed(setting, weigh, arguments)
        absent = absence.limit(setting, nodes) @ weights
        return float(np.maximum(told(setting, absent, float(weigh(setting, *arguments).sum())), 0.0))

    return Theorem(
        title=f"{title} with fresh data",
        quantity=quantity,
        statistic="mean",
        road="exact numeric",
        statement=statement,
        conditions=CONDITIONS,
        source=SOURCE,
        holds=holds,
        value=value,
        limit=limit,
        proof=_prove,
        accuracy="absolute, some 1e-12 of the value at generation 0",
    )


def _present(setting: Any, absent: Array, total: float) -> Array:
    return np.asarray(total - absent)


FRESH_TYPES: tuple[Theorem, ...] = (
    Theorem(
        title="survival of a type with fresh data",
        quantity="survival_of",
        statistic="mean",
        road="exact numeric",
        statement=r"P(p_{t,i}>0) = 1 - E(1-p_i)^{L_t},\quad L_t\ \text{the real ancestors of } n \text{ lines}",
        conditions=CONDITIONS,
        source=SOURCE,
        holds=holds,
        value=lambda setting, t, label: 1 - np.clip(ALL_POINTS.at(setting, t, _one(setting, label))[:, 0], 0.0, 1.0),
        limit=lambda setting, label: float(1 - np.clip(ALL_POINTS.limit(setting, _one(setting, label))[0], 0.0, 1.0)),
        proof=_prove,
    ),
    _theorem("support_size", "mean number of types", r"\sum_i 1 - E(1-p_i)^{L_t}", ALL_POINTS, _counts, _present),
    _theorem(
        "lost_mass",
        "mean source mass of the absent types",
        r"\sum_i p_i\,E(1-p_i)^{L_t}",
        ALL_POINTS,
        _mass,
        lambda setting, absent, total: absent,
    ),
    _theorem(
        "rank_tail_support",
        "mean number of types beyond a rank",
        r"\sum_{i>r} 1 - E(1-p_i)^{L_t}",
        ALL_POINTS,
        _beyond,
        _present,
    ),
    _theorem(
        "entropy",
        "mean entropy, as a number of types in a random sample,",
        r"\sum_i\bigl[1-E(1-p_i)^{L^{(J)}_t}\bigr]-1,\quad P(J=j)=\frac1{j(j-1)}",
        FOR_THE_ENTROPY,
        _counts,
        lambda setting, absent, total: total - absent - 1,
    ),
    _theorem(
        "kl_model_source",
        "mean KL(model‖source), the entropy that is lacking,",
        r"H_0 - E H_t",
        FOR_THE_ENTROPY,
        _counts,
        lambda setting, absent, total: setting.family.probabilities.entropy - (total - absent - 1),
    ),
    _theorem(
        "hellinger_squared",
        "mean squared Hellinger distance",
        r"1-\sum_i\sqrt{p_i}\bigl[1-E(1-p_i)^{L^{(J)}_t}\bigr],\quad P(J=j) = \binom{2j}{j}\frac1{(2j-1)4^j}",
        FOR_ROOTS,
        _roots,
        lambda setting, absent, total: 1 - (total - absent),
    ),
)
