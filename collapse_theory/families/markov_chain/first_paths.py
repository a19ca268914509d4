"""Exact statistics of the first generation or two, over all counts of a path: the other road to asymptotic forms."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from collapse_theory.families.markov_chain.enumeration import one_step
from collapse_theory.families.markov_chain.measures import MEASURES

Array = NDArray[np.float64]


def after_one(name: str) -> Callable[..., float]:
    """Exact mean of a quantity after the first generation, over all counts of one path."""

    def mean(setting: Any, t: int, *arguments: Any) -> float:
        state, probability = _first_states(setting)
        return float(probability @ MEASURES[name](setting.family, state, *arguments))

    return mean


def std_after_one(setting: Any, t: int, *arguments: Any) -> float:
    """Exact standard deviation of a long-run share after the first generation."""
    state, probability = _first_states(setting)
    values = MEASURES["stationary_probability"](setting.family, state, *arguments)
    return float(np.sqrt(probability @ (values - probability @ values) ** 2))


def _first_states(setting: Any) -> tuple[tuple[NDArray[Any], ...], Array]:
    counts, occupancy, last, probability = one_step(setting.family, int(setting.sizes(1)))
    return (counts.astype(float), occupancy.astype(float), last), probability


def edge_lives(setting: Any, t: int, a: Any, b: Any) -> float:
    """Exact chance that the path of generation 1 or 2 has a transition: the paths without it are counted out."""
    i, j = setting.family.index(a), setting.family.index(b)

    def without(rows: Array, start: Array) -> tuple[Array, Array]:
        rows[:, i, j] = 0
        return rows, start

    return _lives(setting, t, without)


def state_lives(setting: Any, t: int, label: Any) -> float:
    """Exact chance that the path of generation 1 or 2 meets a state."""
    i = setting.family.index(label)

    def without(rows: Array, start: Array) -> tuple[Array, Array]:
        rows[:, :, i] = 0
        start[:, i] = 0
        return rows, start

    return _lives(setting, t, without)


def _lives(setting: Any, t: int, without: Callable[[Array, Array], tuple[Array, Array]]) -> float:
    """Chance that a path of generation 1 or 2 is none of those that an altered chain can walk."""
    family, n = setting.family, int(setting.sizes(1))
    if t == 1:
        rows, start, probability = family.matrix.dense[None].copy(), family.stationary[None].copy(), np.ones(1)
    else:
        counts, occupancy, _, probability = one_step(family, n)
        rows, start = counts / np.maximum(occupancy, 1)[..., None], occupancy / n
    rows, start = without(rows, start)
    power, left = np.broadcast_to(np.eye(rows.shape[1]), rows.shape), n
    while left:
        power = power @ rows if left % 2 else power
        rows, left = rows @ rows, left // 2
    return float(1 - probability @ np.einsum("sa,sab->s", start, power))
