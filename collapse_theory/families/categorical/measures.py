"""What is watched on a fitted law; in every function ``state`` is (laws, shares of singletons)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
Places = NDArray[np.int64]
State = tuple[NDArray[Any], ...]


@dataclass(frozen=True, eq=False)
class Alive:
    """The types that laws can give, of all laws one after the other.

    Parameters
    ----------
    shape : tuple of int
        Shape of the array of laws.
    law : ndarray of int
        Which law, ascending.
    type : ndarray of int
        Which type.
    probability, source : ndarray
        Its probability there, and in the source.
    """

    shape: tuple[int, ...]
    law: Places
    type: Places
    probability: Array
    source: Array

    @classmethod
    def of(cls, family: Any, state: State) -> Alive:
        """The types that are alive in a state: a table of laws, or ``(2, alive)`` arrays of type and chance."""
        laws = state[0]
        source = family.probabilities.values
        if laws.dtype == object:
            flat = laws.ravel()
            types = np.concatenate([pairs[0] for pairs in flat]).astype(np.int64)
            law = np.repeat(np.arange(flat.size), [pairs.shape[1] for pairs in flat])
            return cls(laws.shape, law, types, np.concatenate([pairs[1] for pairs in flat]), source[types])
        table = laws.reshape(-1, laws.shape[-1])
        law, types = np.nonzero(table)
        return cls(laws.shape[:-1], law, types, table[law, types], source[types])

    def sums(self, terms: Array, where: Any = slice(None)) -> Array:
        """Sum of terms over the types of every law, or over those of them that a mask selects."""
        size = int(np.prod(self.shape))
        return np.bincount(self.law[where], terms[where], minlength=size).reshape(self.shape).astype(float)

    @property
    def sizes(self) -> Array:
        """Number of types of every law."""
        size = int(np.prod(self.shape))
        return np.bincount(self.law, minlength=size).reshape(self.shape).astype(float)


def entropy(family: Any, state: State) -> Array:
    r""":math:`-\sum_i p_i\log p_i`."""
    alive = Alive.of(family, state)
    return np.abs(alive.sums(-alive.probability * np.log(alive.probability)))


def perplexity(family: Any, state: State) -> Array:
    """Exponential of the entropy."""
    return np.exp(entropy(family, state))


def gini_simpson(family: Any, state: State) -> Array:
    r""":math:`1 - \sum_i p_i^2`, as a sum of positive terms."""
    alive = Alive.of(family, state)
    return alive.sums(alive.probability * (1 - alive.probability))


def squared_distance(family: Any, state: State) -> Array:
    r""":math:`\sum_i (p_i - p_{0,i})^2`."""
    alive, source = Alive.of(family, state), family.probabilities.values
    lost = np.maximum(source @ source - alive.sums(alive.source**2), 0.0)
    return alive.sums((alive.probability - alive.source) ** 2) + np.where(_all_alive(family, alive), 0.0, lost)


def support_size(family: Any, state: State) -> Array:
    """Types of positive probability."""
    return Alive.of(family, state).sizes


def survival_of(family: Any, state: State, label: Any) -> Array:
    """1 where the type has a positive probability, else 0."""
    return (probability_of(family, state, label) > 0).astype(float)


def probability_of(family: Any, state: State, label: Any) -> Array:
    """Probability of one type."""
    place = family.index(label)
    if state[0].dtype != object:
        return np.asarray(state[0][..., place])
    alive = Alive.of(family, state)
    return alive.sums(alive.probability, alive.type == place)


def _of_set(family: Any, alive: Alive, labels: Any) -> NDArray[np.bool_]:
    """Which of the types that are alive are members of a set."""
    member = np.zeros(len(family.probabilities), dtype=bool)
    member[[family.index(label) for label in labels]] = True
    return np.asarray(member[alive.type])


def support_size_of(family: Any, state: State, labels: Any) -> Array:
    """Types of a set that have a positive probability."""
    alive = Alive.of(family, state)
    return alive.sums(np.ones(alive.law.shape), _of_set(family, alive, labels))


def mass_of(family: Any, state: State, labels: Any) -> Array:
    """Probability of a set of types; 1 without rounding where no other type is alive."""
    alive = Alive.of(family, state)
    member = _of_set(family, alive, labels)
    others = alive.sums(np.ones(alive.law.shape), ~member)
    return np.where(others == 0, 1.0, alive.sums(alive.probability, member))


def lost_mass(family: Any, state: State) -> Array:
    """Source's mass of the types of probability 0."""
    alive = Alive.of(family, state)
    return np.where(_all_alive(family, alive), 0.0, np.maximum(1 - alive.sums(alive.source), 0.0))


def rank_tail_mass(family: Any, state: State, rank: int) -> Array:
    """Probability of the types beyond a rank in the source."""
    alive = Alive.of(family, state)
    return alive.sums(alive.probability, family.probabilities.ranks[alive.type] > rank)


def rank_tail_support(family: Any, state: State, rank: int) -> Array:
    """Types of positive probability beyond a rank in the source."""
    alive = Alive.of(family, state)
    return alive.sums(np.ones(alive.law.shape), family.probabilities.ranks[alive.type] > rank)


def total_variation(family: Any, state: State) -> Array:
    r""":math:`\sum_i (p_i - p_{0,i})^+`."""
    alive = Alive.of(family, state)
    return alive.sums(np.maximum(alive.probability - alive.source, 0.0))


def hellinger_squared(family: Any, state: State) -> Array:
    r""":math:`1 - \sum_i\sqrt{p_i p_{0,i}} = \frac12\sum_i(\sqrt{p_i} - \sqrt{p_{0,i}})^2`."""
    alive = Alive.of(family, state)
    apart = alive.sums((np.sqrt(alive.probability) - np.sqrt(alive.source)) ** 2)
    return 0.5 * (apart + lost_mass(family, state))


def chi_squared(family: Any, state: State) -> Array:
    r""":math:`\sum_i (p_i - p_{0,i})^2/p_{0,i}`; infinite where the source lacks a type."""
    alive = Alive.of(family, state)
    with np.errstate(divide="ignore"):
        terms = (alive.probability - alive.source) ** 2 / alive.source
    return alive.sums(terms) + lost_mass(family, state)


def kl_model_source(family: Any, state: State) -> Array:
    r""":math:`\sum_i p_i\log(p_i/p_{0,i})`; infinite where the source lacks a type."""
    alive = Alive.of(family, state)
    with np.errstate(divide="ignore"):
        terms = alive.probability * np.log(alive.probability / alive.source)
    return np.maximum(alive.sums(terms), 0.0)


def kl_source_model(family: Any, state: State) -> Array:
    r""":math:`\sum_i p_{0,i}\log(p_{0,i}/p_i)`; infinite as soon as one type is lost."""
    alive = Alive.of(family, state)
    has = alive.source > 0
    ratio = np.where(has, alive.source, alive.probability) / alive.probability
    return np.where(_all_alive(family, alive), np.maximum(alive.sums(alive.source * np.log(ratio)), 0.0), np.inf)


def missing_mass(family: Any, state: State) -> Array:
    """Share of the points behind the fit whose type occurs only once among them; 0 for the source."""
    return np.asarray(state[1])


def _all_alive(family: Any, alive: Alive) -> NDArray[np.bool_]:
    """Whether every type of the source has a positive probability."""
    return np.asarray(alive.sums((alive.source > 0).astype(float)) >= family.probabilities.support)


MEASURES: Mapping[str, Any] = {
    function.__name__: function
    for function in (
        entropy,
        perplexity,
        gini_simpson,
        squared_distance,
        support_size,
        survival_of,
        probability_of,
        support_size_of,
        mass_of,
        lost_mass,
        rank_tail_mass,
        rank_tail_support,
        total_variation,
        hellinger_squared,
        chi_squared,
        kl_model_source,
        kl_source_model,
        missing_mass,
    )
}


def is_certain(family: Any, state: State) -> NDArray[np.bool_]:
    """Whether one type has all the probability."""
    return np.asarray(support_size(family, state) == 1)


def is_lost(family: Any, state: State, label: Any) -> NDArray[np.bool_]:
    """Whether a type has no probability."""
    return np.asarray(probability_of(family, state, label) == 0)


def is_fixed(family: Any, state: State, label: Any) -> NDArray[np.bool_]:
    """Whether a type has all the probability."""
    return is_certain(family, state) & (probability_of(family, state, label) > 0)


def has_support_of(family: Any, state: State, k: int) -> NDArray[np.bool_]:
    """Whether at most k types have a positive probability."""
    return support_size(family, state) <= k


EVENTS: Mapping[str, Any] = {
    "absorption_time": is_certain,
    "loss_time": is_lost,
    "fixation_time": is_fixed,
    "time_until_support": has_support_of,
}
