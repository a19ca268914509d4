r"""A set of types: what is expected of its members adds up.

The number of them that are alive is :math:`\sum_{i\in S}1\{p_{t,i}>0\}` and their probability
:math:`\sum_{i\in S}p_{t,i}`, so every theorem on the mean of a type's survival or probability, and on its value in
large samples, is one about sets. The accuracy of a model is the probability of the right types; how many different
right ones it can still give is another matter, and falls while the first is 1.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from collapse_theory.families import Categorical
from collapse_theory.regimes import BASIC
from collapse_theory.theorem import Check, Theorem
from collapse_theory.theorems.categorical import POOL_OF_TYPES
from collapse_theory.theorems.categorical_fresh import FRESH_TYPES
from collapse_theory.theorems.categorical_one_type import ONE_TYPE
from collapse_theory.theorems.sampled_population import SAMPLED_POPULATION
from collapse_theory.theorems.two_types_sampled import TWO_TYPES_SAMPLED

PAGE = "docs/theory/sampling"
OF_SETS = {"survival_of": "support_size_of", "probability_of": "mass_of"}
"""Quantities of a type, and those of a set of types that are their sums."""


def _summed(function: Callable[..., Any]) -> Callable[..., Any]:
    """A function of a label, its last argument, as the sum over labels."""

    def over(setting: Any, *rest: Any) -> Any:
        return sum(function(setting, *rest[:-1], label) for label in rest[-1])

    return over


def _prove() -> tuple[Check, ...]:
    """Both sums against the two measures, on every table of three types and four points."""
    import numpy as np

    family = Categorical([0.5, 0.3, 0.2])
    counts = np.array([(i, j, 4 - i - j) for i in range(5) for j in range(5 - i)], dtype=float)
    state = counts / 4, np.zeros(len(counts))
    checks = []
    for one, several in OF_SETS.items():
        total = sum(family.measures[one](family, state, label) for label in (0, 2))
        found = family.measures[several](family, state, (0, 2))
        checks.append(Check(f"{several} is a sum of {one}, n = 4", bool(np.array_equal(total, found))))
    return tuple(checks)


def _of_a_set(theorem: Theorem) -> Theorem:
    return replace(
        theorem,
        title=f"{theorem.title}, added up over a set of types",
        quantity=OF_SETS[theorem.quantity],
        statement=rf"\text{{the sum over }}i\in S\text{{ of}}\quad {theorem.statement}",
        source=f"{PAGE}; {theorem.source}",
        value=_summed(theorem.value),
        log_value=None,
        formula=theorem.formula and _summed(theorem.formula),
        reference=theorem.reference and _summed(theorem.reference),
        limit=theorem.limit and _summed(theorem.limit),
        proof=_prove,
        order=None,
    )


def _known() -> tuple[Theorem, ...]:
    pairs = (*POOL_OF_TYPES, *FRESH_TYPES, *ONE_TYPE, *TWO_TYPES_SAMPLED, *SAMPLED_POPULATION)
    by_regime = (theorem for kind in BASIC for theorem in kind.known)
    return tuple(
        _of_a_set(theorem)
        for theorem in (*Categorical.known, *pairs, *by_regime)
        if theorem.quantity in OF_SETS and theorem.statistic in ("mean", "population") and theorem.exact
    )


SETS_OF_TYPES: tuple[Theorem, ...] = _known()
