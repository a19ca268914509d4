r"""What is exact for small chains: the recursion enumerated as a finite Markov chain on all fitted models.

A path of n transitions leaves finitely many tables of counts, so that the law over runs of any quantity at any
generation is a sum over them, and the time until the model is certain is that of a finite chain.
"""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import numpy as np
from numpy.typing import NDArray

from collapse_theory.errors import NoClosedForm
from collapse_theory.families.markov_chain.enumeration import StateSpace, enumerate_states, possible
from collapse_theory.families.markov_chain.measures import MEASURES
from collapse_theory.laws import Discrete
from collapse_theory.theorem import Check, Theorem

Array = NDArray[np.float64]

PAGE = "docs/theory/markov_chain"
LATEST = 2**53
"""Generation that stands for the limit."""
LONGEST_PERIOD = 12
"""Generations before it over which a mean may not move."""
CONDITIONS = "replacement, one sample size, few states and a short path: at most 600 fitted models"


def _enumerable(setting: Any) -> bool:
    from collapse_theory.families.markov_chain.markov_chain import MarkovChain

    family = setting.family
    return (
        isinstance(family, MarkovChain)
        and setting.tableau.replacement
        and setting.sizes.constant
        and possible(family, int(setting.sizes(1)))
    )


def _space(setting: Any) -> StateSpace:
    return enumerate_states(setting.family, int(setting.sizes(1)))


def _values(setting: Any, name: str, arguments: tuple[Any, ...]) -> tuple[StateSpace, Array]:
    """Value of a quantity on every fitted model."""
    space = _space(setting)
    state = (space.counts, space.occupancy, space.last)
    return space, np.asarray(MEASURES[name](setting.family, state, *arguments), dtype=float)


def _average(law: Array, values: Array) -> Array:
    """Mean under each law; what is infinite counts where it is possible at all."""
    infinite = np.isinf(values)
    finite = law @ np.where(infinite, 0.0, values)
    return np.asarray(np.where((law[:, infinite] > 0).any(axis=1), np.inf, finite)) if infinite.any() else finite


def _settled(latest: Array) -> float:
    """The limit of a mean from its latest values; NoClosedForm where they go on in cycles."""
    if np.all(np.isfinite(latest)) and np.ptp(latest) > 1e-9 * max(1.0, float(np.abs(latest).max())):
        raise NoClosedForm(f"the mean has no limit: it goes on in cycles, from {latest.min():g} to {latest.max():g}")
    return float(latest[0])


def _mean(name: str) -> Theorem:
    def value(setting: Any, t: Any, *arguments: Any) -> Array:
        space, values = _values(setting, name, arguments)
        return _average(space.law(t), values)

    return Theorem(
        title=f"mean {name.replace('_', ' ')} by enumeration",
        quantity=name,
        statistic="mean",
        road="exact numeric",
        statement=r"E\,q_t = \sum_N P(N_t = N)\,q(N),\quad P(N_t = \cdot) = P(N_1 = \cdot)\,T^{t-1}",
        conditions=CONDITIONS,
        source=f"whittle1955 for the law of the counts; {PAGE}",
        holds=_enumerable,
        value=value,
        limit=lambda setting, *arguments: _settled(value(setting, LATEST - np.arange(LONGEST_PERIOD), *arguments)),
    )


def _law(name: str) -> Theorem:
    def value(setting: Any, t: Any, *arguments: Any) -> list[Discrete]:
        space, values = _values(setting, name, arguments)
        return [Discrete.of(values, law) for law in space.law(t)]

    return Theorem(
        title=f"law of {name.replace('_', ' ')} by enumeration",
        quantity=name,
        statistic="distribution",
        road="exact numeric",
        statement=r"P(q_t \le x) = \sum_{N:\,q(N)\le x} P(N_t = N)",
        conditions=CONDITIONS,
        source=f"whittle1955 for the law of the counts; {PAGE}",
        holds=_enumerable,
        value=value,
    )


def _absorbed_for_good(setting: Any) -> bool:
    """Whether a certain model is followed by certain ones only."""
    family = setting.family
    return (
        _enumerable(setting)
        and family.unseen_row != "source"
        and (family.matrix.edges > family.matrix.states or family.matrix.states == 1)
    )


def _cycle_law(setting: Any, t: Any) -> list[Discrete]:
    """Law of the length of the cycle in which a run ends; infinite where it never does."""
    ends = _space(setting).ends
    lengths, chances = [float(len(cycle)) for cycle in ends], list(ends.values())
    never = max(0.0, 1.0 - sum(chances))
    return [Discrete.of(np.array([*lengths, np.inf]), np.array([*chances, never if never > 1e-9 else 0.0]))] * len(t)


def _prove_cycles() -> tuple[Check, ...]:
    """Exact fractions for two equally likely tokens, each end a cycle that reproduces itself."""
    from collapse_theory.families.markov_chain.exact_ends import ends
    from collapse_theory.families.markov_chain.markov_chain import MarkovChain

    fair = MarkovChain([[0.5, 0.5], [0.5, 0.5]])
    single = {2: Fraction(2, 3), 3: Fraction(3541, 5984), 4: Fraction(56947549, 100161180)}
    found = {n: ends(fair, n) for n in single}
    return (
        *(
            Check(
                f"n = {n}: P(one token for ever) = {share}",
                found[n].probabilities[(0,)] + found[n].probabilities[(1,)] == share,
            )
            for n, share in single.items()
        ),
        Check("n = 2: mean time 4/3", found[2].mean_time == Fraction(4, 3)),
        Check("every run ends", all(sum(one.probabilities.values()) == 1 for one in found.values())),
        Check(
            "a cycle of three states reproduces itself",
            ends(MarkovChain([[0, 1, 0], [0, 0, 1], [1, 0, 0]]), 3).probabilities == {(0, 1, 2): 1},
        ),
    )


ENUMERATED: tuple[Theorem, ...] = (
    *(_mean(name) for name in MEASURES if name != "cycle_length"),
    *map(_law, MEASURES),
    Theorem(
        title="time until the chain is certain",
        quantity="absorption_time",
        statistic="distribution",
        road="exact numeric",
        statement=r"P(T = t) = a\,S^{t-1}s,\quad E\,T = a\,(I-S)^{-1}\mathbf 1",
        conditions=f"{CONDITIONS}; certain models stay so",
        source=f"neuts1981 for the law; {PAGE}",
        holds=_absorbed_for_good,
        value=lambda setting: _space(setting).time,
    ),
    Theorem(
        title="the ends are deterministic cycles",
        quantity="cycle_length",
        statistic="almost_sure_limit",
        road="exact numeric",
        statement=r"P_t \to \text{a cycle } c_1\to c_2\to\dots\to c_L\to c_1,\quad L \ge 1",
        conditions=f"{CONDITIONS}; certain models stay so",
        source=PAGE,
        holds=_absorbed_for_good,
        value=_cycle_law,
        proof=_prove_cycles,
    ),
)
