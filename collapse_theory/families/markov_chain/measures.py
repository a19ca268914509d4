"""What is watched on a fitted chain; in every function ``state`` is (counts, occupancy, last state)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from collapse_theory.families.markov_chain.dense import DenseModels
from collapse_theory.families.markov_chain.sparse import SparseModels

Array = NDArray[np.float64]
State = tuple[NDArray[Any], ...]


def models(family: Any, state: State) -> Any:
    """The fitted chains of a state."""
    return (SparseModels if state[0].dtype == object else DenseModels)(family, *state)


def _average(law: Array, of_rows: Array) -> Array:
    """Average of rows over a law of states, in which a row that is not visited does not count."""
    return np.asarray(np.where(law > 0, law * np.where(law > 0, of_rows, 0.0), 0.0).sum(axis=-1))


def entropy_rate(family: Any, state: State) -> Array:
    r""":math:`-\sum_i \pi_i \sum_j P_{ij}\log P_{ij}`."""
    found = models(family, state)
    return _average(found.long_run, found.row_entropies)


def state_count(family: Any, state: State) -> Array:
    """States in the data behind the fit."""
    return np.asarray(models(family, state).states_seen.sum(axis=-1), dtype=float)


def edge_count(family: Any, state: State) -> Array:
    """Distinct transitions in the data behind the fit."""
    if state[0].dtype == object:
        return np.asarray(models(family, state).each(lambda model: float(model.seen.nnz)))
    return np.asarray(models(family, state).seen.sum(axis=(-2, -1)), dtype=float)


def survival_of_state(family: Any, state: State, label: Any) -> Array:
    """1 where the state occurs in the data behind the fit, else 0."""
    return np.asarray(models(family, state).states_seen[..., family.index(label)], dtype=float)


def survival_of_edge(family: Any, state: State, a: Any, b: Any) -> Array:
    """1 where the transition occurs in the data behind the fit, else 0."""
    i, j = family.index(a), family.index(b)
    if state[0].dtype == object:
        return np.asarray(models(family, state).each(lambda model: float(model.seen[i, j] > 0)))
    return np.asarray(models(family, state).seen[..., i, j], dtype=float)


def transition_probability(family: Any, state: State, a: Any, b: Any) -> Array:
    """Probability of one transition, from the fallback where its state was never left."""
    return np.asarray(models(family, state).probability(family.index(a), family.index(b)))


def self_transition(family: Any, state: State, label: Any) -> Array:
    """Probability of staying in a state."""
    return transition_probability(family, state, label, label)


def stationary_probability(family: Any, state: State, label: Any) -> Array:
    """Long-run share of a state."""
    return np.asarray(models(family, state).long_run[..., family.index(label)])


def stationary_total_variation(family: Any, state: State) -> Array:
    """Half the distance of the long-run laws of model and source."""
    return np.asarray(0.5 * np.abs(models(family, state).long_run - family.stationary).sum(axis=-1))


def gini_simpson(family: Any, state: State) -> Array:
    r""":math:`1 - \sum_i \pi_i^2` of the long-run law."""
    return np.asarray(1 - (models(family, state).long_run ** 2).sum(axis=-1))


def spectral_gap(family: Any, state: State) -> Array:
    """1 less the largest modulus of an eigenvalue beside the first."""
    return np.asarray(models(family, state).spectral_gap)


def kl_rate_model_source(family: Any, state: State) -> Array:
    r""":math:`\sum_i \pi_i\,\mathrm{KL}(P_i\|P_{0,i})`, π of the model."""
    found = models(family, state)
    return _average(found.long_run, found.row_kl_model_source)


def kl_rate_source_model(family: Any, state: State) -> Array:
    r""":math:`\sum_i \pi_{0,i}\,\mathrm{KL}(P_{0,i}\|P_i)`, π of the source."""
    return _average(family.stationary, models(family, state).row_kl_source_model)


def cycle_length(family: Any, state: State) -> Array:
    """States that a certain model goes on repeating; infinite while the model is still random.

    With several closed cycles it is the one to which the likeliest first state leads.
    """
    found = models(family, state)
    return np.where(found.certain, found.repeated, np.inf)


def effective_sample_size(family: Any, state: State, n: int) -> Array:
    """Independent points that tell as much about the unigram law as n transitions."""
    found = models(family, state)
    diversity, wandering = 1 - (found.long_run**2).sum(axis=-1), np.asarray(found.wandering)
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where((wandering > 0) & (diversity > 0), n * diversity / wandering, np.inf)


MEASURES: Mapping[str, Any] = {
    function.__name__: function
    for function in (
        entropy_rate,
        state_count,
        edge_count,
        survival_of_state,
        survival_of_edge,
        transition_probability,
        self_transition,
        stationary_probability,
        stationary_total_variation,
        gini_simpson,
        spectral_gap,
        kl_rate_model_source,
        kl_rate_source_model,
        cycle_length,
        effective_sample_size,
    )
}


def is_certain(family: Any, state: State) -> NDArray[np.bool_]:
    """Whether every state that the next path can visit has one successor."""
    return np.asarray(models(family, state).certain)


EVENTS: Mapping[str, Any] = {"absorption_time": is_certain}
