r"""What plain replacement leaves, by the ancestors of a sample: exact for every vocabulary and every sample size.

The set of types of generation t is that of :math:`A_{t-1}` independent draws from the source. With
:math:`\phi_t(p) = E(1-p)^{A_{t-1}}`, the chance that a type of probability p is lost by generation t,

.. math:: E K_t = \sum_i [1-\phi_t(p_i)],\quad E\,\text{lost mass} = \sum_i p_i\,\phi_t(p_i),\quad
    E H_t = E\,K(A^{(J)}_t) - 1 ,

where J is a sample of random size, :math:`P(J=j) = 1/(j(j-1))`: entropy is the number of types that such a sample sees,
less one.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from collapse_theory.families.categorical import draws
from collapse_theory.laws import Discrete
from collapse_theory.theorem import Check, Theorem
from collapse_theory.wright_fisher.ancestors import FOR_ENTROPY, FOR_ROOT, Ancestry
from collapse_theory.wright_fisher.waiting import WaitingTime

Array = NDArray[np.float64]

PAGE = "docs/theory/categorical"
SOURCE = f"kingman1982, tavare1984 for the ancestors; {PAGE}"
CONDITIONS = "replacement, no smoothing, plugged in; any sample sizes"
ACCURACY = "absolute, some 1e-12 of the value at generation 0; a probability may be 1e-13 off"
MOST_TYPES = 20
"""Most types of a source whose number that is left has an exact law: of more it is no smooth function of the draws."""
MOST_LEVELS = 2000
"""Most distinct probabilities of a source whose pairs of types are summed."""


def replaced(setting: Any) -> bool:
    """Plain replacement by shares of counts."""
    from collapse_theory.families.categorical.categorical import Categorical

    return isinstance(setting.family, Categorical) and setting.family.two_moments and setting.tableau.replacement


def _few_levels(setting: Any) -> bool:
    return replaced(setting) and len(setting.family.probabilities.levels.values) <= MOST_LEVELS


def _levels(setting: Any) -> Any:
    return setting.family.probabilities.levels


def _of_sample(setting: Any, function: draws.Function, t: Any, *, fewer: int = 0) -> Array:
    return Ancestry(setting.sizes).of_sample(function, np.asarray(t), fewer)


def _support(setting: Any, t: Any) -> Array:
    levels = _levels(setting)
    return _of_sample(setting, draws.seen(levels, levels.counts.astype(float)), t)


def _support_std(setting: Any, t: Any) -> Array:
    second = _of_sample(setting, draws.distinct_squared(_levels(setting)), t)
    return np.sqrt(np.maximum(second - _support(setting, t) ** 2, 0.0))


def _lost(setting: Any, t: Any, label: Any) -> Array:
    """Chance that a type is lost by generation t."""
    p = setting.family.probability(label)
    return np.clip(_of_sample(setting, draws.absent(np.array([p])), t)[:, 0], 0.0, 1.0)


def _survival(setting: Any, t: Any, label: Any) -> Array:
    p = setting.family.probability(label)
    return np.clip(_of_sample(setting, draws.present(np.array([p])), t)[:, 0], 0.0, 1.0)


def _lost_mass(setting: Any, t: Any) -> Array:
    levels = _levels(setting)
    return np.maximum(_of_sample(setting, draws.missed(levels, levels.values * levels.counts), t), 0.0)


def _tail_support(setting: Any, t: Any, rank: int) -> Array:
    beyond = (setting.family.probabilities.ranks > rank).astype(float)
    return np.maximum(_of_sample(setting, draws.seen(_levels(setting), draws.totals(setting.family, beyond)), t), 0.0)


def _entropy(setting: Any, t: Any) -> Array:
    levels = _levels(setting)
    function = draws.seen(levels, levels.counts.astype(float))
    found = Ancestry(setting.sizes).of_random_sample(function, np.asarray(t), FOR_ENTROPY) - 1
    return np.maximum(found, 0.0)


def _hellinger(setting: Any, t: Any) -> Array:
    levels = _levels(setting)
    function = draws.seen(levels, np.sqrt(levels.values) * levels.counts)
    return np.maximum(1 - Ancestry(setting.sizes).of_random_sample(function, np.asarray(t), FOR_ROOT), 0.0)


def _missing(setting: Any, t: Any) -> Array:
    r"""Mean share of singletons, :math:`\sum_i E\,p_{t-1,i}(1-p_{t-1,i})^{n-1}`."""
    levels = _levels(setting)
    function = draws.missed(levels, levels.counts.astype(float))
    fewer, all_of_them = (_of_sample(setting, function, t, fewer=points) for points in (1, 0))
    return np.maximum(fewer - all_of_them, 0.0)


def _survival_law(setting: Any, t: Any, label: Any) -> list[Discrete]:
    return [Discrete.of([0.0, 1.0], [lost, 1 - lost]) for lost in _lost(setting, t, label)]


def _absorption(setting: Any) -> WaitingTime:
    return WaitingTime(setting.sizes, draws.unsettled(setting.family.probabilities))


def _loss(setting: Any, label: Any) -> WaitingTime:
    p = setting.family.probability(label)
    return WaitingTime(setting.sizes, draws.unlost(p), 1 - p, already=p == 0)


def _fixation(setting: Any, label: Any) -> WaitingTime:
    p = setting.family.probability(label)
    return WaitingTime(setting.sizes, draws.unfixed(p), p)


def _few_types(setting: Any) -> bool:
    return replaced(setting) and setting.family.probabilities.support <= MOST_TYPES


def _support_law(setting: Any, t: Any) -> list[Discrete]:
    vector = setting.family.probabilities
    below = np.clip(_of_sample(setting, draws.at_most(vector, vector.support), t), 0.0, 1.0)
    sizes = np.arange(1.0, vector.support + 1)
    return [Discrete.of(sizes, np.maximum(np.diff(row, prepend=0.0), 0.0)) for row in below]


def _few(setting: Any, k: int) -> WaitingTime:
    """Time until at most k types are left."""
    vector = setting.family.probabilities
    if k >= vector.support:
        return WaitingTime(setting.sizes, np.zeros_like, already=True)
    below = draws.at_most(vector, k)
    return WaitingTime(setting.sizes, lambda lines: 1 - below(lines)[:, -1], at_nodes=True)


def _intact(setting: Any, t: Any) -> Array:
    """Chance that no type is lost."""
    return np.clip(_of_sample(setting, draws.covered(setting.family.probabilities), t), 0.0, 1.0)


def _certain_to_end(setting: Any) -> bool:
    return replaced(setting) and setting.sizes.reciprocal_sum_converges is False


def _prove() -> tuple[Check, ...]:
    """Exact fractions: the dual against all tables of counts, for several types."""
    from collapse_theory.families.categorical.exact import agreements

    return agreements()


def _mean(quantity: str, title: str, statement: str, value: Callable[..., Any], **more: Any) -> Theorem:
    return Theorem(
        title=title,
        quantity=quantity,
        statistic=more.pop("statistic", "mean"),
        road="exact numeric",
        statement=statement,
        conditions=CONDITIONS,
        source=SOURCE,
        holds=more.pop("holds", replaced),
        value=value,
        proof=_prove,
        accuracy=more.pop("accuracy", ACCURACY),
        **more,
    )


ANCESTRAL: tuple[Theorem, ...] = (
    _mean("support_size", "mean number of types", r"E K_t = \sum_i \bigl[1 - E(1-p_i)^{A_{t-1}}\bigr]", _support),
    _mean(
        "support_size",
        "standard deviation of the number of types",
        r"E K_t^2 = E K_t + \sum_{i\ne j}\bigl[1-\phi_t(p_i)-\phi_t(p_j)+\phi_t(p_i+p_j)\bigr]",
        _support_std,
        statistic="std",
        holds=_few_levels,
    ),
    _mean(
        "support_size",
        "law of the number of types",
        r"P(K_t\le k) = E\,P(\text{at most } k \text{ types among } A_{t-1}\text{ draws})",
        _support_law,
        statistic="distribution",
        holds=_few_types,
    ),
    _mean(
        "kl_source_model",
        "chance that no type is lost",
        r"P(\mathrm{KL}(p_0\,\|\,p_t) < \infty) = P(K_t = K)",
        _intact,
        statistic="probability_finite",
        holds=_few_types,
    ),
    _mean(
        "survival_of",
        "survival of a type",
        r"P(p_{t,i} > 0) = 1 - E(1-p_i)^{A_{t-1}}",
        _survival,
    ),
    _mean(
        "survival_of",
        "law of the survival of a type",
        r"P(p_{t,i} = 0) = E(1-p_i)^{A_{t-1}}",
        _survival_law,
        statistic="distribution",
    ),
    _mean("lost_mass", "mean source mass of the lost types", r"\sum_i p_i\,E(1-p_i)^{A_{t-1}}", _lost_mass),
    _mean(
        "rank_tail_support",
        "mean number of types beyond a rank",
        r"\sum_{i>r}\bigl[1 - E(1-p_i)^{A_{t-1}}\bigr]",
        _tail_support,
    ),
    _mean(
        "entropy",
        "mean entropy, as a number of types in a random sample",
        r"E H_t = \sum_i\bigl[1-E(1-p_i)^{A^{(J)}_t}\bigr]-1,\quad P(J=j) = \frac1{j(j-1)}",
        _entropy,
    ),
    _mean(
        "kl_model_source",
        "mean KL(model‖source), the entropy that is lost",
        r"E\,\mathrm{KL}(p_t\,\|\,p_0) = H_0 - E H_t",
        lambda setting, t: np.maximum(setting.family.probabilities.entropy - _entropy(setting, t), 0.0),
    ),
    _mean(
        "hellinger_squared",
        "mean squared Hellinger distance",
        r"1 - \sum_i\sqrt{p_i}\,\bigl[1-E(1-p_i)^{A^{(J)}_t}\bigr],\quad P(J=j) = \binom{2j}{j}\frac1{(2j-1)4^j}",
        _hellinger,
    ),
    _mean(
        "missing_mass",
        "mean Good–Turing estimate",
        r"E\,N_1/n = \sum_i E\bigl[(1-p_i)^{A_{t-1}}\mid n-1\text{ lines}\bigr] - E\bigl[(1-p_i)^{A_{t-1}}\bigr]",
        _missing,
    ),
    _mean(
        "absorption_time",
        "time until one type is left",
        r"P(T\le t) = \sum_i E\,p_i^{A_{t-1}},\quad E\,T = 1 + W(n),\ (I-P)W = 1-\textstyle\sum_i p_i^a",
        _absorption,
        statistic="distribution",
        holds=_certain_to_end,
    ),
    _mean(
        "time_until_support",
        "time until few types are left",
        r"P(T\le t) = P(K_t\le k)",
        _few,
        statistic="distribution",
        holds=lambda setting: _few_types(setting) and _certain_to_end(setting),
    ),
    _mean(
        "loss_time",
        "time until a type is lost",
        r"P(T\le t) = E(1-p_i)^{A_{t-1}}",
        _loss,
        statistic="distribution",
        holds=_certain_to_end,
    ),
    _mean(
        "fixation_time",
        "time until a type is alone",
        r"P(T\le t) = E\,p_i^{A_{t-1}}",
        _fixation,
        statistic="distribution",
        holds=_certain_to_end,
    ),
)
