r"""What becomes of a categorical law: one type for ever, a random mixture, or a stationary one."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import numpy as np
from numpy.typing import NDArray

from collapse_theory.families import AddAlpha, Categorical
from collapse_theory.families.categorical import draws
from collapse_theory.families.categorical.neutral import neutral
from collapse_theory.families.categorical.smoothed import mutated
from collapse_theory.theorem import Check, Theorem
from collapse_theory.theorems.fate import Fate

Array = NDArray[np.float64]

PAGE = "docs/theory/categorical"


def _known_to_the_end(setting: Any) -> bool:
    return setting.sizes.reciprocal_sum_converges is not None


def _drifting(setting: Any) -> bool:
    return neutral(setting) and setting.tableau.replacement and _known_to_the_end(setting)


def _drift(setting: Any) -> Fate:
    if setting.sizes.reciprocal_sum_converges:
        return Fate(
            "settles",
            "the sum of 1/n_t converges, so that several types live on; rate at which the diversity falls in the end",
            0.0,
        )
    rate = float(np.log1p(-1 / setting.sizes(1))) if setting.sizes.constant and setting.sizes(1) > 1 else -np.inf
    because = "log of the factor of the mean diversity per generation"
    return Fate(
        "collapses", because if setting.sizes.constant else "the sum of 1/n_t diverges; log-diversity in the end", rate
    )


def _pooled(setting: Any) -> bool:
    return neutral(setting) and setting.tableau.accumulation


def _mutating(setting: Any) -> bool:
    return mutated(setting) and setting.family.smoothing is not None and setting.sizes.constant


def _bootstrapped(setting: Any) -> bool:
    return mutated(setting) and setting.family.smoothing is None and setting.sizes.constant


def _prove_the_end() -> tuple[Check, ...]:
    """Exact fractions: the chain of counts loses types only, and its diversity by 1 − 1/n a generation."""
    from collapse_theory.wright_fisher.exact import counts_law, spectrum

    source, n = (Fraction(1, 2), Fraction(1, 3), Fraction(1, 6)), 4
    diversity = [
        sum(w * (1 - sum(Fraction(c, n) ** 2 for c in table)) for table, w in counts_law(source, (n,) * t).items())
        for t in (1, 2, 3)
    ]
    several = sum(source) - sum(p * p for p in source)
    return (
        Check("mean diversity (1 − 1/n)^t G_0, n = 4", diversity == [several * Fraction(3, 4) ** t for t in (1, 2, 3)]),
        Check("the eigenvalue 1 has one law for each type", spectrum(n, 3)[Fraction(1)] == 3),
        Check("the next eigenvalue is 1 − 1/n", sorted(spectrum(n, 3), reverse=True)[1] == Fraction(3, 4)),
    )


def _prove_the_pool() -> tuple[Check, ...]:
    """Exact fractions: what is in the pool stays, and the mean diversity of pools of 2, 4, 6 points."""
    from collapse_theory.regimes import Accumulate
    from collapse_theory.schedules import Constant
    from collapse_theory.tableau.moments import exact_second_moments
    from collapse_theory.wright_fisher.exact import multinomial

    p, n = (Fraction(3, 10), Fraction(7, 10)), 2
    pools = dict(multinomial(n, p))
    found = []
    for t in (1, 2, 3):
        size = n * t
        found.append(
            sum(w * (1 - sum(Fraction(x, size) ** 2 for x in c)) for c, w in pools.items()) / Fraction(42, 100)
        )
        following: dict[tuple[int, ...], Fraction] = {}
        for pool, weight in pools.items():
            for new, chance in multinomial(n, [Fraction(x, size) for x in pool]).items():
                both = tuple(a + b for a, b in zip(pool, new, strict=True))
                following[both] = following.get(both, Fraction(0)) + weight * chance
        pools = following
    alive = sum((w for c, w in pools.items() if c[0]), start=Fraction(0))
    exact = [v for v, _ in exact_second_moments(Accumulate(), Constant(n), 0, 3)[1:]]
    return (
        Check("mean diversity of the pool is the tableau's, n = 2, t = 1, 2, 3", found == exact),
        Check("P(alive at t = 4) = 1 − (1 − p)^n", alive == 1 - (1 - p[0]) ** n),
    )


def _prove_mutation() -> tuple[Check, ...]:
    """Every count can follow every other, as no smoothed probability is 0."""
    family = Categorical([0.3, 0.7], smoothing=AddAlpha(1))
    laws = family.fitted(np.array([[0.0, 3.0], [1.0, 2.0], [2.0, 1.0], [3.0, 0.0]]), np.random.default_rng(0))
    return (Check("all smoothed probabilities are positive", bool(np.all(laws > 0))),)


def _fate(title: str, statement: str, conditions: str, holds: Any, value: Any, proof: Any) -> Theorem:
    return Theorem(
        title=title,
        quantity="gini_simpson",
        statistic="fate",
        road="closed form",
        statement=statement,
        conditions=conditions,
        source=PAGE,
        holds=holds,
        value=value,
        proof=proof,
    )


FATE_OF_TYPES: tuple[Theorem, ...] = (
    _fate(
        "fate of a categorical law under replacement",
        r"G_t \to 0 \iff \sum_t 1/n_t = \infty;\quad P(\text{type } i \text{ is left}) = p_{0,i}",
        "replacement, no smoothing, a schedule whose sum of 1/n_t is known to converge or not",
        _drifting,
        _drift,
        _prove_the_end,
    ),
    _fate(
        "fate of a categorical law under accumulation",
        r"p_t \to p_\infty\ \text{random, its support that of generation 1}",
        "accumulation, no smoothing",
        _pooled,
        lambda setting: Fate("settles", "types of the pool that can be lost", 0.0),
        _prove_the_pool,
    ),
    _fate(
        "fate of a smoothed categorical law",
        r"\text{the counts are an irreducible, aperiodic chain}",
        "replacement, one sample size; add-alpha or backing off",
        _mutating,
        lambda setting: Fate("stationary", "types that can be lost for ever", 0.0),
        _prove_mutation,
    ),
    _fate(
        "fate of a law drawn from its posterior without a prior",
        r"G_t \to 0",
        "replacement, one sample size; posterior, nothing added",
        _bootstrapped,
        lambda setting: Fate(
            "collapses",
            "log of the factor of the mean diversity per generation",
            float(np.log1p(-2 / (setting.sizes(1) + 1))) if setting.sizes(1) > 1 else -np.inf,
        ),
        _prove_the_end,
    ),
)


def _first(function: Any) -> Any:
    """Value of a function of the number of draws of generation 1, in every generation."""

    def value(setting: Any, t: Any, *arguments: Any) -> Array:
        found = function(setting, *arguments)(np.array([float(setting.sizes(1))]))
        return np.full(np.shape(t), float(np.ravel(found)[0]))

    return value


def _weights(setting: Any, rank: int) -> Array:
    return draws.totals(setting.family, (setting.family.probabilities.ranks > rank).astype(float))


def _survival(setting: Any, label: Any) -> Any:
    lost = draws.absent(np.array([setting.family.probability(label)]))
    return lambda points: 1 - lost(points)


def _of_the_pool(quantity: str, title: str, statement: str, function: Any, statistic: str = "mean") -> Theorem:
    return Theorem(
        title=title,
        quantity=quantity,
        statistic=statistic,
        road="closed form",
        statement=statement,
        conditions="accumulation, no smoothing; any sample sizes: what is in the pool stays",
        source=PAGE,
        holds=_pooled,
        value=_first(function),
        limit=lambda setting, *arguments: float(_first(function)(setting, np.array([1]), *arguments)[0]),
        proof=_prove_the_pool,
    )


def _levels(setting: Any) -> Any:
    return setting.family.probabilities.levels


POOL_OF_TYPES: tuple[Theorem, ...] = (
    _of_the_pool("survival_of", "survival of a type in the pool", r"1-(1-p_i)^{n_1}", _survival),
    _of_the_pool(
        "support_size",
        "mean number of types in the pool",
        r"\sum_i 1-(1-p_i)^{n_1}",
        lambda setting: draws.seen(_levels(setting), _levels(setting).counts.astype(float)),
    ),
    _of_the_pool(
        "lost_mass",
        "mean lost mass of the pool",
        r"\sum_i p_i(1-p_i)^{n_1}",
        lambda setting: draws.missed(_levels(setting), _levels(setting).values * _levels(setting).counts),
    ),
    _of_the_pool(
        "rank_tail_support",
        "mean number of types beyond a rank in the pool",
        r"\sum_{i>r} 1-(1-p_i)^{n_1}",
        lambda setting, rank: draws.seen(_levels(setting), _weights(setting, rank)),
    ),
    _of_the_pool(
        "kl_source_model",
        "chance that the pool has all types",
        r"P(K_1 = K)",
        lambda setting: draws.covered(setting.family.probabilities),
        statistic="probability_finite",
    ),
)
