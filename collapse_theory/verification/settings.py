"""The recursions on which theorems are confronted: every family with every regime, through their own examples."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Literal

from collapse_theory import families, regimes, sampling, schedules
from collapse_theory.errors import NotDefined
from collapse_theory.families import Family
from collapse_theory.recursion import Recursion
from collapse_theory.regimes import Accumulate, Fresh, Regime, Replace
from collapse_theory.sampling import Sampling

Depth = Literal["quick", "default", "deep"]
DEPTHS: tuple[Depth, ...] = ("quick", "default", "deep")

STRESS_SIZES = (2, 3, 10, 10**3, 10**6, 10**9)
STRESS_TIMES = (0, 1, 2, 10**3, 10**9)
SAMPLED_REGIMES: tuple[type[Regime], ...] = (Replace, Accumulate, Fresh)
"""Regimes in which samplings are confronted, each by its first example."""
SAMPLED_MEMBERS = 3
"""Examples of a family with which samplings are confronted, from the first on."""


STRESSED: dict[Depth, int | None] = {"quick": 8, "default": None, "deep": None}
"""How many recursions at stress points a theorem meets; None for all there are."""


def simulated(depth: Depth, family: type[Family] | None, regime: type[Regime] | None) -> list[Recursion]:
    """Recursions to choose from for simulation: small samples, constant and growing, so that every effect is large."""
    sizes: list[Any] = [12, schedules.power(12, 1)]
    if depth != "quick":
        sizes += [30]
    if depth == "deep":
        sizes += [4, schedules.geometric(8, 1.5)]
    return list(_recursions(sizes, family, regime))


def stressed(depth: Depth, family: type[Family] | None, regime: type[Regime] | None) -> list[Recursion]:
    """Recursions at the declared stress points."""
    sizes = STRESS_SIZES if depth != "quick" else (2, 3, 10, 10**9)
    return list(_recursions(list(sizes), family, regime))


def stress_times(depth: Depth) -> tuple[int, ...]:
    """Generations of the declared stress points."""
    return STRESS_TIMES if depth != "quick" else (1, 2, 10**9)


def _recursions(sizes: list[Any], family: type[Family] | None, regime: type[Regime] | None) -> Iterator[Recursion]:
    for kind in [family] if family else families.named().values():
        for place, member in enumerate(kind.examples()):
            for data in [regime] if regime else regimes.named().values():
                for number, example in enumerate(data.examples()):
                    sampled = place < SAMPLED_MEMBERS and number == 0 and data in SAMPLED_REGIMES
                    for way in (None, *samplings(member)) if sampled else (None,):
                        for size in sizes:
                            recursion = _possible(member, example, size, way)
                            if recursion is not None:
                                yield recursion


def samplings(family: Family) -> Iterator[Sampling]:
    """Every example of a sampling other than honest draws, for a family."""
    for kind in sampling.named().values():
        yield from (way for way in kind.examples_for(family) if not way.honest)


def _possible(family: Family, regime: Regime, size: Any, way: Sampling | None) -> Recursion | None:
    """The recursion, or None where this estimator, regime or sampling refuses family or sample size."""
    try:
        if way is None:
            return Recursion(family, regime, sample_size=size)
        return Recursion(family, regime, sample_size=size, sampling=way)
    except (ValueError, NotDefined):
        return None
