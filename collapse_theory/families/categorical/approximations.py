"""Named approximations to what replacement leaves of a categorical law: branching, diffusion, Zipf's law."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from collapse_theory.families.categorical.ancestral import replaced
from collapse_theory.laws import MeanOnly
from collapse_theory.theorem import Order, Theorem
from collapse_theory.wright_fisher import branching, diffusion, zipf

Array = NDArray[np.float64]

PAGE = "docs/theory/wright_fisher"
RARE = 2.0
"""Expected copies, in generation 1, of the rare type at which orders are looked at."""


def _one_size(setting: Any) -> bool:
    return replaced(setting) and setting.sizes.constant


def _is_zipf(setting: Any) -> bool:
    return _one_size(setting) and setting.family.zipf_exponent is not None


def _survivals(setting: Any, t: Any) -> Array:
    """Expected copies of a type of probability 1 in generation 1, times the chance that the line of one survives."""
    t = np.asarray(t)
    if setting.sizes.constant:
        return np.asarray(float(setting.sizes(1)) * branching.line_survival(t))
    sizes = setting.sizes(np.arange(1, int(t.max()) + 1)).astype(float)
    return np.asarray(sizes[0] * np.asarray(branching.survivals_of(sizes))[t - 1])


def _survival(setting: Any, t: Any, label: Any) -> Array:
    return np.asarray(-np.expm1(-setting.family.probability(label) * _survivals(setting, t)))


def _summed(weigh: Callable[[Array, Array], Array]) -> Callable[..., Array]:
    def value(setting: Any, t: Any) -> Array:
        levels = setting.family.probabilities.levels
        return np.array([weigh(levels.values, levels.values * n) @ levels.counts for n in _survivals(setting, t)])

    return value


def _corrected(setting: Any, t: Any, label: Any) -> Array:
    p, n = setting.family.probability(label), int(setting.sizes(1))
    return 1 - np.array([float(diffusion.lost_by(p, n, int(one))) for one in np.asarray(t)])


def _by_rank(law: Callable[..., Any]) -> Callable[..., Array]:
    def value(setting: Any, t: Any) -> Array:
        family = setting.family
        return np.asarray(law(family.zipf_exponent, len(family.probabilities), int(setting.sizes(1)), np.asarray(t)))

    return value


def _frequencies(setting: Any) -> Array:
    values = setting.family.probabilities.values
    return np.asarray(values[values > 0])


def _time(order: Literal[1, 2]) -> Callable[[Any], Any]:
    return lambda setting: MeanOnly(
        float(diffusion.fixation_time_of_types(_frequencies(setting), int(setting.sizes(1)), order=order))
    )


def _rare(m: int) -> Any:
    """Two types, of the rarer of which two copies are expected among 8 m points."""
    from collapse_theory.families.categorical.categorical import Categorical

    p = RARE / (8 * m)
    return Categorical([p, 1 - p])


def _zipf(m: int) -> Any:
    from collapse_theory.families.categorical.categorical import Categorical

    return Categorical.zipf(100 * m, 1.5)


def _first_example(setting: Any) -> bool:
    return len(setting.family.probabilities) == 2


def _branching(quantity: str, title: str, statement: str, value: Callable[..., Array]) -> Theorem:
    return Theorem(
        title=title,
        quantity=quantity,
        statistic="mean",
        road="asymptotic",
        statement=statement + r",\quad g_1 = 1,\ g_{k+1} = 1-e^{-g_k}",
        conditions="replacement, t much below n, rare types; growing samples by the branching process of their sizes",
        source=f"suresh2025; {PAGE}",
        holds=replaced,
        value=value,
        name="branching",
        order=Order(1, along=lambda m: (8 * m, 3), when=_first_example, family=_rare),
        accuracy="O(1/n) for t much below n; wrong where t is of the order of n",
    )


APPROXIMATIONS: tuple[Theorem, ...] = (
    _branching(
        "survival_of",
        "survival of a rare type by branching",
        r"P(p_{t,i}>0) = 1-e^{-np_ig_t} + O(1/n)",
        _survival,
    ),
    _branching(
        "support_size",
        "mean number of types by branching",
        r"E K_t \approx \sum_i(1-e^{-np_ig_t})",
        _summed(lambda p, copies: -np.expm1(-copies)),
    ),
    _branching(
        "lost_mass",
        "mean lost mass by branching",
        r"\sum_i p_i e^{-np_ig_t}",
        _summed(lambda p, copies: p * np.exp(-copies)),
    ),
    Theorem(
        title="survival of a type by Kimura's diffusion with corrected time",
        quantity="survival_of",
        statistic="mean",
        road="asymptotic",
        statement=r"\tau = \frac{2}{n g_t}\ \text{in place of}\ \frac tn:\quad\text{error below } \frac{0.08}n",
        conditions="replacement, one sample size",
        source=f"kimura1955; {PAGE}",
        holds=_one_size,
        value=_corrected,
        name="diffusion",
        order=Order(1, along=lambda m: (8 * m, 3), when=_first_example, family=_rare),
        accuracy="absolute error below 0.08/n",
    ),
    Theorem(
        title="mean number of types under Zipf's law",
        quantity="support_size",
        statistic="mean",
        road="asymptotic",
        statement=r"E K_t \sim \Gamma(1-\tfrac1s)\,(c\,n\,g_t)^{1/s}",
        conditions="replacement, one sample size, p_i = c i^(−s), t much below n",
        source=f"karlin1967; {PAGE}",
        holds=_is_zipf,
        value=_by_rank(zipf.zipf_support),
        name="zipf",
        order=Order(1, along=lambda m: (40 * m, 4), family=_zipf),
    ),
    Theorem(
        title="mean lost mass under Zipf's law",
        quantity="lost_mass",
        statistic="mean",
        road="asymptotic",
        statement=r"\tfrac cs\,\Gamma(1-\tfrac1s)\,(c\,n\,g_t)^{-(1-1/s)} - \frac{c\,V^{1-s}}{s-1}",
        conditions="replacement, one sample size, p_i = c i^(−s), t much below n",
        source=f"karlin1967, hutter2021; {PAGE}",
        holds=_is_zipf,
        value=_by_rank(zipf.zipf_lost_mass),
        name="zipf",
        order=Order(1, along=lambda m: (40 * m, 4), family=_zipf),
    ),
    Theorem(
        title="time until one type is left, by diffusion",
        quantity="absorption_time",
        statistic="distribution",
        road="asymptotic",
        statement=r"E\,T \approx -2n\sum_i(1-p_i)\log(1-p_i)",
        conditions="replacement, one sample size; too long by (log n)/3 + O(1)",
        source=f"kimura1969; {PAGE}",
        holds=_one_size,
        value=_time(1),
        name="diffusion",
        order=Order(1, along=lambda m: (8 * m, 1)),
    ),
    Theorem(
        title="time until one type is left, to second order",
        quantity="absorption_time",
        statistic="distribution",
        road="asymptotic",
        statement=r"E\,T = -2n\sum_i(1-p_i)\log(1-p_i) + \sum_i p_i\,D(n(1-p_i)) + O(1/n),\quad "
        r"D(\lambda) = -\tfrac13\log\lambda - 0.7217024 + \dots",
        conditions="replacement, one sample size",
        source=PAGE,
        holds=_one_size,
        value=_time(2),
        name="second order",
        order=Order(2, along=lambda m: (8 * m, 1)),
        accuracy="some 0.2/n generations",
    ),
    Theorem(
        title="time until few types are left, to second order",
        quantity="time_until_support",
        statistic="distribution",
        road="asymptotic",
        statement=r"E\,T_{\le k} = \Bigl(1-\frac1{6n}\Bigr)\sum_{t\ge0} P(\text{Poisson-binomial}(1-e^{-np_ig_t}) > k)",
        conditions="replacement, one sample size",
        source=f"benati2025 for its diffusion limit at first extinction; {PAGE}",
        holds=_one_size,
        value=lambda setting, k: MeanOnly(
            float(diffusion.support_time(_frequencies(setting), int(setting.sizes(1)), k))
        ),
        name="second order",
        order=Order(2, along=lambda m: (8 * m, 1), when=lambda setting: 2 < len(setting.family.probabilities) < 5),
    ),
)
