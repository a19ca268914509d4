"""What is asked of a comparison: which quantity, at which generations, under which labels, from how many runs."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from collapse_theory import domain
from collapse_theory.comparison.labels import labels_of
from collapse_theory.domain import GENERATION
from collapse_theory.forecasting.affordable import REPLICATES, round_runs
from collapse_theory.plotting import LONGEST_BY_DEFAULT
from collapse_theory.quantities import Quantity
from collapse_theory.recursion import Recursion

Generations = NDArray[np.int64]

POINTS = 18
"""Generations that are looked at, evenly spread, and as many evenly spread in their logarithm."""
MOST_SHOWN = 3
"""Generations that a table shows."""
AFFORDED = 5e7
"""Numbers that are simulated, at most, where the caller does not say how many runs."""


def asked_recursions(recursions: Sequence[Any]) -> tuple[Recursion, ...]:
    """At least two recursions, no two of them the same."""
    for one in recursions:
        if not isinstance(one, Recursion):
            raise ValueError(f"recursions = {one!r} is outside its domain: Recursions, as ct.compare(first, second, …)")
    if len(recursions) < 2:
        raise ValueError(f"recursions = {tuple(recursions)!r} is outside its domain: at least two Recursions")
    for place, one in enumerate(recursions):
        if one in recursions[:place]:
            raise ValueError(f"recursions = {one!r}, twice, is outside its domain: Recursions that differ")
    return tuple(recursions)


def asked_labels(labels: Any, recursions: Sequence[Recursion]) -> tuple[str, ...]:
    """The given labels, one for each recursion, or what tells these apart."""
    if labels is None:
        return labels_of(recursions)
    found = tuple(labels) if np.ndim(labels) == 1 else ()
    several = len(found) == len(recursions) == len(set(found))
    if not several or not all(isinstance(label, str) and label.strip() for label in found):
        raise ValueError(f"labels = {labels!r} is outside its domain: {len(recursions)} texts that differ")
    return found


def asked_quantity(asked: Any, recursions: Sequence[Recursion]) -> tuple[Quantity, ...]:
    """The quantity of each recursion: the one asked for, or the first headline of a family that all of them have.

    Raises
    ------
    ValueError
        For what is no name, a quantity that some do not have, and families without a headline in common.
    """
    families = [recursion.family for recursion in recursions]
    common = [name for name in families[0].measures if all(name in family.measures for family in families)]
    if asked is None:
        headlines = [family.headline for family in families]
        name, arguments = next((one for one in headlines if one in common), ""), ()
        if not name:
            each = ", ".join(dict.fromkeys(f"{type(f).__name__} has {f.headline}" for f in families))
            raise ValueError(f"quantity = None: no headline in common ({each}). All have: {_listed(common)}")
    else:
        name, *arguments = asked if isinstance(asked, tuple) and asked else (asked,)  # type: ignore[assignment]
    if not isinstance(name, str):
        forms = 'a name, or a tuple such as ("tail_mass", 3.0)'
        raise ValueError(f"quantity = {asked!r} is outside its domain: {forms}")
    if name not in common:
        lacking = dict.fromkeys(type(family).__name__ for family in families if name not in family.measures)
        raise ValueError(f"quantity = {name!r}: not of {', '.join(lacking)}. All have: {_listed(common)}")
    return tuple(recursion.watch(name, *arguments) for recursion in recursions)


def asked_generations(asked: ArrayLike | None, recursions: Sequence[Recursion]) -> tuple[Generations, tuple[int, ...]]:
    """Generations that are looked at, and the few of them that the table shows."""
    if asked is not None and np.ndim(asked):
        t = np.unique(domain.generations(asked, "generations"))
        _some(asked, int(t.max(initial=0)))
        later = t[t > 0]
        places = np.unique(np.linspace(0, later.size - 1, MOST_SHOWN).round().astype(int))
        return t, tuple(later[places].tolist())
    if asked is None:
        last = min(10 * max(int(recursion.sizes(1)) for recursion in recursions), LONGEST_BY_DEFAULT)
    else:
        last = _some(asked, int(GENERATION.check("generations", asked)))
    shown = sorted({1, max(last // 10, 1), last})
    spread = np.concatenate([np.linspace(0, last, POINTS), np.geomspace(1, last, POINTS), shown])
    return np.unique(spread.round().astype(np.int64)), tuple(shown)


def _some(asked: Any, last: int) -> int:
    if last < 1:
        raise ValueError(f"generations = {asked!r} is outside its domain: at least one generation from 1 on")
    return last


def asked_replicates(asked: int | None, recursion: Recursion, last: int) -> int:
    """The given number of runs, or what can be afforded: at least 20, at most 1000, fewer of larger models."""
    if asked is not None:
        return int(REPLICATES.check("replicates", asked))
    numbers = recursion.family.state_bytes(recursion, last) / 8
    return round_runs(AFFORDED / (last * numbers))


def _listed(names: Sequence[str]) -> str:
    return ", ".join(sorted(names)) or "nothing"
